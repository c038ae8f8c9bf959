"""Errors of plants, expectation and alerts, written down in English, with their German.

What stands in braces is taken over; `why`, `what` and `right` are sentences themselves. The first
that fits.
"""

from __future__ import annotations

PLANT_SENTENCES: tuple[tuple[str, str], ...] = (
    # --- plants: the file ---
    ("[[plant]] tables", "Tabellen [[plant]]"),
    ("plant is no list of tables", "plant ist keine Liste von Tabellen"),
    ("a second plant named {name}", "eine zweite Anlage namens {name}"),
    ("a name of its own", "ein eigener Name"),
    ("horizon: {path}: {why}", "Horizont: {path}: {why}"),
    ("no table of a horizon", "keine Tabelle eines Horizonts"),
    ("a header A, H_hor", "eine Kopfzeile A, H_hor"),
    ("{line} is no pair of numbers", "{line} ist kein Zahlenpaar"),
    ("is not UTF-8 text", "ist kein Text in UTF-8"),
    (
        "{path}: plant {name} was changed or taken out meanwhile; load it again",
        "{path}: Anlage {name} wurde inzwischen geändert oder entfernt; bitte neu laden",
    ),
    (
        "{path}: plant {name} was changed or taken out meanwhile",
        "{path}: Anlage {name} wurde inzwischen geändert oder entfernt",
    ),
    (
        "{path}: there is a plant named {name} already",
        "{path}: Es gibt schon eine Anlage namens {name}",
    ),
    (
        "{path}: write each plant as a [[plant]] table to edit it here",
        "{path}: Um hier geändert zu werden, muss jede Anlage als Tabelle [[plant]] dastehen",
    ),
    # --- plants: what hangs together ---
    (
        'plant temp_model "faiman" has figures for mounting "open_rack" alone, not for '
        '"{mounting}"; take "sapm" or "pvsyst"',
        'temp_model "faiman" hat Werte nur für mounting "open_rack", nicht für "{mounting}"; '
        '"sapm" oder "pvsyst" nehmen',
    ),
    (
        '{field} temp_model "faiman" has figures for mounting "open_rack" alone, not for '
        '"{mounting}"; take "sapm" or "pvsyst"',
        '{field}: temp_model "faiman" hat Werte nur für mounting "open_rack", nicht für '
        '"{mounting}"; "sapm" oder "pvsyst" nehmen',
    ),
    (
        "{field} is no time zone: {zone}, e.g. Europe/Berlin, UTC or -07:00",
        "{field} ist keine Zeitzone: {zone}, z. B. Europe/Berlin, UTC oder -07:00",
    ),
    (
        "{field} holds an azimuth outside 0 to 360° or an elevation outside 0 to 90°",
        "{field} enthält einen Azimut außerhalb 0 bis 360° oder eine Höhe außerhalb 0 bis 90°",
    ),
    ("{field} names an azimuth twice", "{field} nennt einen Azimut zweimal"),
    (
        "plant has two {kind} tables named '{name}'; give each its name",
        "die Anlage hat zwei Tabellen {kind} namens „{name}“; jede braucht ihren eigenen Namen",
    ),
    (
        "plant array '{name}' names no inverter; one of {known}",
        "Teilgenerator „{name}“ nennt keinen Wechselrichter; einer von {known}",
    ),
    (
        "plant array '{name}' feeds '{inverter}', none of {known}",
        "Teilgenerator „{name}“ speist „{inverter}“, keinen von {known}",
    ),
    (
        "plant sensor '{name}' is at '{array}', none of {known}",
        "Sensor „{name}“ ist bei „{array}“, keinem von {known}",
    ),
    (
        "plant sensor '{name}' names no device, nor does the plant",
        "Sensor „{name}“ nennt kein Gerät, die Anlage auch nicht",
    ),
    (
        "plant names the signal '{name}' in two sensors",
        "die Anlage nennt das Signal „{name}“ in zwei Sensoren",
    ),
    (
        "{field} is no number; write it without quotes",
        "{field} ist keine Zahl; ohne Anführungszeichen schreiben",
    ),
    ("degrees north, -90 to 90", "Grad Nord, -90 bis 90"),
    ("degrees east, -180 to 180", "Grad Ost, -180 bis 180"),
    ("degrees from the horizontal, 0 to 90", "Grad aus der Waagerechten, 0 bis 90"),
    (
        "degrees from north over east, 0 to 360 (south is 180)",
        "Grad von Nord über Ost, 0 bis 360 (Süden ist 180)",
    ),
    ("nominal DC power [kWp], greater than 0", "DC-Nennleistung [kWp], größer als 0"),
    ("per kelvin, -0.02 to 0", "je Kelvin, -0,02 bis 0"),
    ("a ratio of 0.5 to 1", "ein Verhältnis von 0,5 bis 1"),
    ("a ratio of 0 to 1", "ein Verhältnis von 0 bis 1"),
    ("a ratio, 0 to 1", "ein Verhältnis, 0 bis 1"),
    (
        '"0.2S", "0.5S", "0.5", "1", "2" (IEC 62053), "A", "B" or "C" (MID)',
        '"0.2S", "0.5S", "0.5", "1", "2" (IEC 62053), "A", "B" oder "C" (MID)',
    ),
    (
        "elevations in equal steps from north over east, pairs of azimuth and elevation, or the "
        "name of a PVGIS horizon file",
        "Höhen in gleichen Schritten von Nord über Ost, Paare aus Azimut und Höhe oder der Name "
        "einer Horizontdatei von PVGIS",
    ),
    (
        "a [[plant.array]] table with tilt, azimuth and kwp",
        "eine Tabelle [[plant.array]] mit tilt, azimuth und kwp",
    ),
    # --- plants and the store ---
    (
        "device {name}: no fact {missing}; enter it on the Data page",
        "Gerät {name}: keine Angabe {missing}; auf der Seite Daten eintragen",
    ),
    ("inverter {name}: {why}", "Wechselrichter {name}: {why}"),
    ("sensor {name}: {why}", "Sensor {name}: {why}"),
    ("plant {name}: {why}", "Anlage {name}: {why}"),
    (
        "no signal tells its power; name ac_power",
        "kein Signal nennt ihre Leistung; ac_power angeben",
    ),
    (
        "no signal tells the power of {names}",
        "kein Signal nennt die Leistung von {names}",
    ),
    ("{signal} [{unit}] is not a power", "{signal} [{unit}] ist keine Leistung"),
    (
        "no irradiance is known in this window; name a sensor in the plant's description, or "
        "fetch weather: {command}",
        "in diesem Zeitraum ist keine Einstrahlung bekannt; in der Anlagenbeschreibung einen "
        "Sensor nennen oder Wetter holen: {command}",
    ),
    (
        "no temperature is known in this window; name a sensor in the plant's description, or "
        "fetch weather: {command}",
        "in diesem Zeitraum ist keine Temperatur bekannt; in der Anlagenbeschreibung einen Sensor "
        "nennen oder Wetter holen: {command}",
    ),
    # --- alerts ---
    ("[[rule]], [[recipient]] or [[maintenance]]", "[[rule]], [[recipient]] oder [[maintenance]]"),
    ("[{name}] is one table", "[{name}] ist eine einzelne Tabelle"),
    ("rule has no name", "eine Regel hat keinen Namen"),
    ("rule {name} twice", "Regel {name} steht zweimal da"),
    ("recipient {name} twice", "Empfänger {name} steht zweimal da"),
    ("maintenance ends before it starts", "die Wartung endet, bevor sie beginnt"),
    ("there is no alert {number}", "es gibt keinen Alarm {number}"),
    ("a [[recipient]] table", "eine Tabelle [[recipient]]"),
    ("{name}: _NotSet: {why}", "{name}: {why}"),
    ("the environment has no {name}", "die Umgebung hat kein {name}"),
    (
        "{name}: ValueError: the address of a webhook begins with http:// or https://",
        "{name}: Die Adresse eines Webhooks beginnt mit http:// oder https://",
    ),
    # --- any file in TOML ---
    ("{field} is missing", "{field} fehlt"),
    ("{field} is not known here", "{field} ist hier nicht bekannt"),
    ("{field} must be a list in brackets", "{field} muss eine Liste in Klammern sein"),
    ("{field} must be a table", "{field} muss eine Tabelle sein"),
    ("{field} must be text in quotes", "{field} muss Text in Anführungszeichen sein"),
    ("{field} must be a valid number", "{field} muss eine Zahl sein"),
    (
        "{field} must be a valid number, unable to parse string as a number",
        "{field} muss eine Zahl sein",
    ),
    (
        "{field} must be a valid integer, unable to parse string as an integer",
        "{field} muss eine ganze Zahl sein",
    ),
    ("{field} must be a valid integer", "{field} muss eine ganze Zahl sein"),
    ("{field} must be a valid boolean", "{field} muss true oder false sein"),
    ("{field} must be a finite number", "{field} muss eine endliche Zahl sein"),
    ("{field} must be greater than or equal to {low}", "{field} muss mindestens {low} sein"),
    ("{field} must be less than or equal to {high}", "{field} darf höchstens {high} sein"),
    ("{field} must be greater than {low}", "{field} muss größer als {low} sein"),
    ("{field} must be less than {high}", "{field} muss kleiner als {high} sein"),
    (
        "{field} String should have at least {count} character",
        "{field} muss mindestens {count} Zeichen haben",
    ),
    (
        "{field} String should have at most {count} characters",
        "{field} darf höchstens {count} Zeichen haben",
    ),
    (
        "{field} List should have at least {count} item after validation, not {found}",
        "{field} muss mindestens {count} Eintrag haben",
    ),
    (
        "{field} Tuple should have at least {count} item after validation, not {found}",
        "{field} muss mindestens {count} Eintrag haben",
    ),
    (
        "{field} must be a valid datetime or date, {what}",
        "{field} muss eine Zeit sein, z. B. 2025-06-01T08:00:00",
    ),
    ("{field} must be a valid datetime", "{field} muss eine Zeit sein"),
    ("{field} {found} is no span of local time", "{field}: {found} ist keine Spanne der Ortszeit"),
    ("e.g. {what}", "z. B. {what}"),
    ("{field} must be '{one}' or '{other}'", "{field} muss „{one}“ oder „{other}“ sein"),
    ("{field} must be '{one}'", "{field} muss „{one}“ sein"),
    ("a number without quotes", "eine Zahl ohne Anführungszeichen"),
    ("true or false", "true oder false"),
    ("{field} holds {found}", "{field} enthält {found}"),
    ("Invalid value {what}", "Ungültiger Wert {what}"),
    ("No such file or directory", "Datei oder Verzeichnis nicht gefunden"),
    ("Permission denied", "Zugriff verweigert"),
    ("Is a directory", "ist ein Verzeichnis"),
    # --- the store ---
    ("no device {name}; there are: {names}", "kein Gerät {name}; es gibt: {names}"),
    (
        "device {device} has no signal {name}; it has: {names}",
        "Gerät {device} hat kein Signal {name}; es hat: {names}",
    ),
)  # fmt: skip
