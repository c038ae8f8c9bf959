"""Words of the Live page and of sums over sites; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
LIVE: dict[str, tuple[str, str]] = {
    "nav.live": ("Live", "Live"),
    "live.none": ("Nothing is collected live yet.", "Noch wird nichts live erfasst."),
    "live.none.mend": (
        "Describe the devices in data/collector.toml and start the collector; docs/operations.md "
        "says how.",
        "Die Geräte in data/collector.toml beschreiben und den Datensammler starten; wie, steht in "
        "docs/operations.md.",
    ),
    "live.no_device": (
        "The collector has not described a device yet.",
        "Der Datensammler hat noch kein Gerät beschrieben.",
    ),
    "live.not_live": (
        "{name} is not collected live; shown is {shown}.",
        "{name} wird nicht live erfasst; gezeigt wird {shown}.",
    ),
    # --- figures ---
    "live.figure.up": ("Devices up", "Geräte erreichbar"),
    "live.figure.of": ("{part} of {all}", "{part} von {all}"),
    "live.figure.down": ("{count} down", "{count} gestört"),
    "live.figure.all_up": ("none is down", "keines gestört"),
    "live.figure.stopped": (
        "no collector at work since {since}",
        "Datensammler steht seit {since}",
    ),
    "live.figure.never_ran": ("no collector at work", "kein Datensammler läuft"),
    "live.figure.rate": ("Poll rate", "Abfragerate"),
    "live.figure.rate.note": ("mean of 5 min", "Mittel über 5 min"),
    "live.figure.errors": ("Errors, last hour", "Fehler, letzte Stunde"),
    "live.figure.errors.none": ("every poll answered", "jede Abfrage beantwortet"),
    "live.figure.errors.most": ("most: {name}, {count}", "die meisten: {name}, {count}"),
    "live.figure.backlog": ("Journal backlog", "Rückstand im Journal"),
    "live.figure.backlog.unit": ("readings", "Messwerte"),
    "live.figure.backlog.note": (
        "oldest {age} · {size} on disk",
        "ältester {age} · {size} auf der Platte",
    ),
    "live.figure.backlog.none": ("{size} on disk", "{size} auf der Platte"),
    "live.figure.age": ("Newest reading", "Neuester Messwert"),
    "live.figure.age.value": ("{age}", "{age}"),
    "live.figure.age.unit": ("old", "alt"),
    "live.figure.age.none": ("no good reading yet", "noch kein gültiger Messwert"),
    # --- headline ---
    "live.headline.calm": (
        "All {count} devices answer",
        "Alle {count} Geräte antworten",
    ),
    "live.headline.one": ("The one device answers", "Das eine Gerät antwortet"),
    "live.headline.down": (
        "{name} has not answered for {age}",
        "{name} antwortet seit {age} nicht",
    ),
    "live.headline.downs": (
        "{count} of {all} devices do not answer, {name} for {age}",
        "{count} von {all} Geräten antworten nicht, {name} seit {age}",
    ),
    "live.headline.silent": (
        "{name} has given no good reading for {age}",
        "{name} liefert seit {age} keinen gültigen Messwert",
    ),
    "live.headline.silents": (
        "{count} of {all} devices give no good readings, {name} for {age}",
        "{count} von {all} Geräten liefern keine gültigen Messwerte, {name} seit {age}",
    ),
    "live.headline.silent_yets": (
        "{count} of {all} devices have given no good reading yet",
        "{count} von {all} Geräten haben noch keinen gültigen Messwert geliefert",
    ),
    "live.headline.never": (
        "{name} has given no reading yet",
        "{name} hat noch keinen Messwert geliefert",
    ),
    "live.headline.stopped": (
        "No collector is at work: what is shown is what came before",
        "Es läuft kein Datensammler: gezeigt wird, was vorher kam",
    ),
    # --- states of a device ---
    "live.state.up": ("up", "erreichbar"),
    "live.state.silent": ("silent for {age}", "stumm seit {age}"),
    "live.state.silent_yet": ("no good reading yet", "noch kein gültiger Messwert"),
    "live.state.feeds.one": ("up, brings {name}", "erreichbar, bringt {name}"),
    "live.state.feeds.many": ("up, brings {count} devices", "erreichbar, bringt {count} Geräte"),
    "live.state.outage": ("outage since {moment}", "Ausfall seit {moment}"),
    "live.state.never": ("never reached", "nie erreicht"),
    "live.state.stopped": ("not collected", "nicht erfasst"),
    # --- table of devices ---
    "live.devices": ("Devices", "Geräte"),
    "live.col.device": ("Device", "Gerät"),
    "live.col.site": ("Site", "Standort"),
    "live.col.state": ("State", "Zustand"),
    "live.col.poll": ("Last poll", "Letzte Abfrage"),
    "live.col.rate": ("Polls/min", "Abfragen/min"),
    "live.col.latency": ("Latency", "Antwortzeit"),
    "live.col.errors": ("Errors 1 h / all", "Fehler 1 h / alle"),
    "live.col.newest": ("Newest good", "Neuester gültiger"),
    "live.col.age": ("Age", "Alter"),
    "live.col.error": ("Last error", "Letzter Fehler"),
    "live.listened": ("listened to", "meldet selbst"),
    "live.devices.note": (
        "silent: no good reading for four typical steps, at least 1 min · errors are failed "
        "attempts to ask · {zone}",
        "stumm: kein gültiger Messwert seit vier üblichen Schritten, mindestens 1 min · Fehler "
        "sind gescheiterte Abfragen · {zone}",
    ),
    "live.devices.former": (
        "Not collected any more: {names}",
        "Nicht mehr erfasst: {names}",
    ),
    "live.error.Unreachable": ("not reachable: {why}", "nicht erreichbar: {why}"),
    "live.error.NoAnswer": ("no answer: {why}", "keine Antwort: {why}"),
    "live.error.BadAnswer": ("unusable answer: {why}", "unbrauchbare Antwort: {why}"),
    # --- why a device could not be asked; the English words are those of core.failures ---
    "live.why.not_open": ("not open", "nicht geöffnet"),
    "live.why.not_connected": ("not connected", "nicht verbunden"),
    "live.why.no_connection": ("no connection", "keine Verbindung"),
    "live.why.lost": ("connection lost", "Verbindung verloren"),
    "live.why.ended": ("connection ended: {detail}", "Verbindung beendet: {detail}"),
    "live.why.refused": (
        "connection refused; nothing listens there",
        "Verbindung abgelehnt; dort hört niemand zu",
    ),
    "live.why.no_route": ("no way there in the network", "im Netz kein Weg dorthin"),
    "live.why.unknown_host": ("no such host", "Rechnername unbekannt"),
    "live.why.certificate": (
        "certificate not believed: {detail}",
        "Zertifikat nicht anerkannt: {detail}",
    ),
    "live.why.detail": ("{detail}", "{detail}"),
    "live.why.no_answer": ("no answer in time", "keine Antwort in der erlaubten Zeit"),
    "live.why.within": ("nothing within {seconds} s", "nichts innerhalb von {seconds} s"),
    "live.why.not_found": ("no such device answers", "ein solches Gerät antwortet nicht"),
    "live.why.refuses": ("refuses: {detail}", "lehnt ab: {detail}"),
    "live.why.refuses_topic": (
        "refuses topic {topic}: {detail}",
        "lehnt das Thema {topic} ab: {detail}",
    ),
    "live.why.queue_deleted": ("the queue was deleted", "die Warteschlange wurde gelöscht"),
    "live.why.http": ("HTTP status {code} {detail}", "HTTP-Status {code} {detail}"),
    "live.why.status": ("status {code} {detail}", "Status {code} {detail}"),
    "live.why.no_status": ("the answer has no status", "die Antwort enthält keinen Status"),
    "live.why.too_long": ("more than {count} bytes", "mehr als {count} Bytes"),
    "live.why.count": ("{found} values for {asked}", "{found} Werte statt {asked}"),
    "live.why.garbled": ("what came is no answer: {detail}", "keine verwertbare Antwort: {detail}"),
    "live.why.checksum": ("telegrams with wrong checksums", "Telegramme mit falscher Prüfsumme"),
    "live.why.no_telegram": ("no telegram that can be read", "kein lesbares Telegramm"),
    "live.why.no_dataset": ("block {block} has no data set", "Block {block} hat keinen Datensatz"),
    "live.why.no_sunspec": (
        "no SunSpec device: no mark at {addresses}",
        "kein SunSpec-Gerät: keine Kennung bei {addresses}",
    ),
    "live.why.chain": ("the chain of models does not end", "die Kette der Modelle endet nicht"),
    "live.why.no_models": (
        "none of the values; it has models {models}",
        "keiner der Werte; es hat die Modelle {models}",
    ),
    "live.why.modbus_function": ("answer of function {code}", "Antwort der Funktion {code}"),
    "live.why.modbus_1": ("illegal function (exception 1)", "unzulässige Funktion (Ausnahme 1)"),
    "live.why.modbus_2": ("illegal data address (exception 2)", "unzulässige Adresse (Ausnahme 2)"),
    "live.why.modbus_3": ("illegal data value (exception 3)", "unzulässiger Wert (Ausnahme 3)"),
    "live.why.modbus_4": ("device failure (exception 4)", "Gerätefehler (Ausnahme 4)"),
    "live.why.modbus_5": (
        "accepted, not done yet (exception 5)",
        "angenommen, noch nicht erledigt (Ausnahme 5)",
    ),
    "live.why.modbus_6": ("device busy (exception 6)", "Gerät beschäftigt (Ausnahme 6)"),
    "live.why.modbus_7": ("not done (exception 7)", "nicht ausgeführt (Ausnahme 7)"),
    "live.why.modbus_8": (
        "memory parity error (exception 8)",
        "Speicherfehler, Parität (Ausnahme 8)",
    ),
    "live.why.modbus_10": (
        "gateway has no path to the device (exception 10)",
        "Gateway hat keinen Weg zum Gerät (Ausnahme 10)",
    ),
    "live.why.modbus_11": (
        "device behind the gateway does not answer (exception 11)",
        "Gerät hinter dem Gateway antwortet nicht (Ausnahme 11)",
    ),
    "live.why.modbus_other": (
        "unknown exception (exception {code})",
        "unbekannte Ausnahme (Ausnahme {code})",
    ),
    # --- values ---
    "live.values": ("Newest readings of {name}", "Neueste Messwerte von {name}"),
    "live.values.none": (
        "{name} has given no reading yet.",
        "{name} hat noch keinen Messwert geliefert.",
    ),
    "live.values.col.signal": ("Signal", "Signal"),
    "live.values.col.value": ("Value", "Wert"),
    "live.values.col.unit": ("Unit", "Einheit"),
    "live.values.col.age": ("Age", "Alter"),
    "live.values.col.at": ("Time", "Zeit"),
    "live.values.col.quality": ("Quality", "Qualität"),
    "live.values.col.good": ("Newest good value", "Neuester gültiger Wert"),
    "live.values.good": ("{value}, {age} ago", "{value}, vor {age}"),
    "live.values.parts": (
        "{count} signals of packs and cells stand under “Strings and modules”",
        "{count} Signale von Packs und Zellen stehen unter „Strings und Module“",
    ),
    "live.quality.good": ("good", "gut"),
    "live.quality.old": ("good, but old", "gut, aber alt"),
    "live.quality.stale": ("stale", "veraltet"),
    "live.quality.out_of_range": ("out of range", "außerhalb des Bereichs"),
    "live.quality.decode_error": ("not readable", "nicht lesbar"),
    "live.quality.clock_ahead": ("clock ahead", "Uhr geht vor"),
    "live.quality.no_value": ("device has none", "Gerät hat keinen"),
    # --- chart ---
    "live.signals": ("Signals in the chart", "Signale im Diagramm"),
    "live.minutes": ("Last minutes", "Letzte Minuten"),
    "live.minutes.value": ("{count} min", "{count} min"),
    "live.follow": ("Follow", "Mitlaufen"),
    "live.chart.title.one": (
        "{signal} of {device}: {value}, {age} ago",
        "{signal} von {device}: {value}, vor {age}",
    ),
    "live.chart.title.none": (
        "No reading of {signal} in the last {minutes} min",
        "Kein Messwert von {signal} in den letzten {minutes} min",
    ),
    "live.chart.title.many": (
        "{count} signals over the last {minutes} min",
        "{count} Signale über die letzten {minutes} min",
    ),
    "live.chart.title.paused": (
        "{what} from {span}",
        "{what}, {span}",
    ),
    "live.chart.many": ("{count} signals", "{count} Signale"),
    "live.chart.lanes": (
        "outages of {count} further devices are in the table below",
        "Ausfälle von {count} weiteren Geräten stehen in der Tabelle unten",
    ),
    "live.chart.follows": (
        "follows by itself; switch off to zoom",
        "läuft von selbst mit; zum Zoomen anhalten",
    ),
    "live.chart.paused": (
        "halted at {moment}; drag or turn the wheel to zoom",
        "angehalten um {moment}; ziehen oder Mausrad zum Zoomen",
    ),
    "live.chart.outage": ("outage", "Ausfall"),
    "live.chart.none": (
        "None of these signals has a reading yet.",
        "Von diesen Signalen gibt es noch keinen Messwert.",
    ),
    "live.collector": ("Collector", "Datensammler"),
    # --- outages ---
    "live.outages": ("Outages", "Ausfälle"),
    "live.outages.none": (
        "No outage is known.",
        "Es ist kein Ausfall bekannt.",
    ),
    "live.outages.col.device": ("Device", "Gerät"),
    "live.outages.col.start": ("Beginning", "Beginn"),
    "live.outages.col.end": ("End", "Ende"),
    "live.outages.col.lasted": ("Duration", "Dauer"),
    "live.outages.col.reason": ("Reason", "Grund"),
    "live.outages.going_on": ("going on", "dauert an"),
    "live.outages.cut": ("not observed further", "nicht weiter beobachtet"),
    "live.outages.at_least": ("at least {time}", "mindestens {time}"),
    "live.outages.stopped": ("collector not at work", "Datensammler lief nicht"),
    "live.outages.note": (
        "{shown} of {all} outages, newest first · {zone}",
        "{shown} von {all} Ausfällen, neueste zuerst · {zone}",
    ),
    "live.outages.cut_note": (
        "not observed further: the collector ended or began anew meanwhile",
        "nicht weiter beobachtet: der Datensammler endete oder begann inzwischen neu",
    ),
    # --- strings and modules ---
    "live.parts": ("Strings and modules", "Strings und Module"),
    "live.parts.group": ("Peers", "Gleichartige Signale"),
    "live.parts.view": ("Show", "Zeigen"),
    "live.parts.view.deviation": ("Deviation", "Abweichung"),
    "live.parts.view.value": ("Value", "Wert"),
    "live.parts.row": ("pack or inverter", "Pack oder Wechselrichter"),
    "live.parts.row.pack": ("pack", "Pack"),
    "live.parts.column": ("number in the name", "Nummer im Namen"),
    "live.parts.column.cell": ("cell", "Zelle"),
    "live.parts.column.string": ("string", "String"),
    "live.parts.column.pack": ("pack", "Pack"),
    "live.parts.missing": ("no reading at this moment", "kein Messwert zu diesem Zeitpunkt"),
    "live.parts.title.off": (
        "{signal} is {size} {side} the median of its peers",
        "{signal} liegt {size} {side} dem Median der gleichartigen Signale",
    ),
    "live.parts.above": ("above", "über"),
    "live.parts.below": ("below", "unter"),
    "live.parts.title.same": (
        "All {count} read the same",
        "Alle {count} zeigen denselben Wert",
    ),
    "live.parts.title.few": (
        "{count} of {all} have a reading: too few to compare",
        "{count} von {all} haben einen Messwert: zu wenige zum Vergleichen",
    ),
    "live.parts.col.signal": ("Signal", "Signal"),
    "live.parts.col.value": ("Value", "Wert"),
    "live.parts.col.deviation": ("Deviation from median", "Abweichung vom Median"),
    "live.parts.col.age": ("Age at that moment", "Alter zu diesem Zeitpunkt"),
    "live.parts.col.state": ("State", "Zustand"),
    "live.parts.present": ("present", "vorhanden"),
    "live.parts.absent": ("missing", "fehlt"),
    "live.parts.note": (
        "{moment} · readings within {near} before it; others are missing, not zero",
        "{moment} · Messwerte höchstens {near} davor; andere fehlen, sie zählen nicht als null",
    ),
    "live.parts.note.missing": ("{count} missing", "{count} fehlen"),
    "live.parts.most": (
        "the {count} farthest from the median of {all}",
        "die {count} mit der größten Abweichung von {all}",
    ),
    # --- sites ---
    "sites.title": ("Sites", "Standorte"),
    "sites.quantity": ("Quantity", "Messgröße"),
    "sites.over": ("Over devices", "Über Geräte"),
    "sites.over.sum": ("Sum", "Summe"),
    "sites.over.mean": ("Mean", "Mittel"),
    "sites.over.min": ("Smallest", "Kleinster"),
    "sites.over.max": ("Greatest", "Größter"),
    "sites.none": (
        "No device measures a quantity that can be taken over devices.",
        "Kein Gerät misst eine Größe, die sich über Geräte zusammenfassen lässt.",
    ),
    "sites.headline.all": (
        "{over} of {what} over {count} devices: {value}",
        "{what}, {over} über {count} Geräte: {value}",
    ),
    "sites.headline.missing": (
        "{what} over all devices is not known: {names} missing; over the other {count}: {value}",
        "{what} über alle Geräte ist nicht bekannt, es fehlt: {names}; über die übrigen {count}: "
        "{value}",
    ),
    "sites.headline.nothing": (
        "No device has a reading of {what} at present",
        "Kein Gerät hat derzeit einen Messwert von {what}",
    ),
    "sites.col.site": ("Site", "Standort"),
    "sites.col.zone": ("Time zone", "Zeitzone"),
    "sites.col.place": ("Location", "Lage"),
    "sites.col.device": ("Device", "Gerät"),
    "sites.col.devices": ("Devices", "Geräte"),
    "sites.col.value": ("{over} [{unit}]", "{over} [{unit}]"),
    "sites.col.of": ("With a value", "Mit Wert"),
    "sites.col.missing": ("Missing", "Fehlend"),
    "sites.col.age": ("Age", "Alter"),
    "sites.col.mean": ("Mean [{unit}]", "Mittel [{unit}]"),
    "sites.col.least": ("Smallest [{unit}]", "Kleinster [{unit}]"),
    "sites.col.most": ("Greatest [{unit}]", "Größter [{unit}]"),
    "sites.col.coverage": ("Coverage", "Abdeckung"),
    "sites.col.gone": ("Cells without a value", "Intervalle ohne Wert"),
    "sites.unnamed": ("no site named", "ohne Standort"),
    "sites.total": ("All devices", "Alle Geräte"),
    "sites.present.note": (
        "newest reading of each device, at most four typical steps or 10 s old; a "
        "missing device is not counted as zero",
        "neuester Messwert jedes Geräts, höchstens vier übliche Schritte oder 10 s alt; "
        "ein fehlendes Gerät zählt nicht als null",
    ),
    "sites.present.several": (
        "several signals of one device are summed first, ratios and temperatures averaged",
        "mehrere Signale eines Geräts werden zuerst summiert, Verhältnisse und Temperaturen "
        "gemittelt",
    ),
    "sites.course.title": (
        "{over} of {what} over {count} devices: {mean} on average",
        "{what}, {over} über {count} Geräte: im Mittel {mean}",
    ),
    "sites.course.title.none": (
        "At no time do all {count} devices have a value of {what}",
        "Zu keiner Zeit haben alle {count} Geräte einen Wert von {what}",
    ),
    "sites.course.note": (
        "means of {step} on a common grid · a cell has a value only where all {count} devices have "
        "one: {ratio} of the cells",
        "Mittel über {step} auf gemeinsamem Raster · ein Intervall hat nur dort einen Wert, wo "
        "alle {count} Geräte einen haben: {ratio} der Intervalle",
    ),
    "sites.course.missing": (
        "Not counted as zero where they are missing: {names}.",
        "Wo sie fehlen, nicht als null gezählt: {names}.",
    ),
    "sites.course.gone": ("{name} in {count} cells", "{name} in {count} Intervallen"),
    "sites.course.common": (
        "Mean, smallest and greatest are of the {count} of {all} cells in which every device has a "
        "value, so that means add up; coverage is of each line alone.",
        "Mittel, kleinster und größter Wert gelten für die {count} von {all} Intervallen, in denen "
        "jedes Gerät einen Wert hat, sodass sich Mittel addieren; die Abdeckung gilt je Zeile.",
    ),
    "sites.course.apart": (
        "In no cell do all devices have a value: each line is of its own cells, and the lines do "
        "not add up.",
        "In keinem Intervall haben alle Geräte einen Wert: Jede Zeile gilt für ihre eigenen "
        "Intervalle, und die Zeilen addieren sich nicht.",
    ),
    "sites.course.reach": (
        "Readings reach over {time} of the {window} of this window: {span}.",
        "Messwerte gibt es für {time} der {window} dieses Fensters: {span}.",
    ),
    "sites.units": (
        "The units of these devices do not add up.",
        "Die Einheiten dieser Geräte passen nicht zusammen.",
    ),
    "comparison.mode.sites": ("Sites, summed up", "Standorte, zusammengefasst"),
    # --- quantities ---
    "quantity.active_power": ("active power", "Wirkleistung"),
    "quantity.grid_power": ("grid power", "Netzleistung"),
    "quantity.load_power": ("load", "Last"),
    "quantity.pv_power": ("PV power", "PV-Leistung"),
    "quantity.inverter_power": ("inverter power", "Wechselrichterleistung"),
    "quantity.battery_power": ("battery power", "Batterieleistung"),
    "quantity.pcs_power": ("PCS power", "Umrichterleistung"),
    "quantity.pv_dc_power": ("PV DC power", "PV-Leistung DC"),
    "quantity.auxiliary_power": ("auxiliary power", "Eigenbedarf"),
    "quantity.soc": ("state of charge", "Ladezustand"),
    "quantity.poa_global": ("irradiance, plane of array", "Einstrahlung in Modulebene"),
    "quantity.temp_air": ("air temperature", "Lufttemperatur"),
}
