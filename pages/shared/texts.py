"""Every word of the user interface, in English and German."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigError
from pages.shared import address, data

LANGUAGES = {"en": "English", "de": "Deutsch"}

# key: (English, German). Numbers and dates arrive formatted; see pages.shared.numbers.
TEXTS: dict[str, tuple[str, str]] = {
    # --- frame ---
    "app.name": ("Ziggurat", "Ziggurat"),
    "app.language": ("Language", "Sprache"),
    "nav.overview": ("Overview", "Übersicht"),
    "nav.meters": ("Meters", "Zähler"),
    "nav.comparison": ("Comparison", "Vergleich"),
    "nav.data": ("Data", "Daten"),
    "nav.none": ("No page is installed.", "Es ist keine Seite installiert."),
    # --- choices ---
    "pick.device": ("Device", "Gerät"),
    "pick.devices": ("Devices", "Geräte"),
    "pick.signal": ("Signal", "Signal"),
    "pick.signals": ("Signals", "Signale"),
    "pick.level": ("Level", "Stufe"),
    "pick.level.auto": ("Automatic", "Automatisch"),
    "pick.level.raw": ("Raw", "Rohwerte"),
    "pick.too_many": (
        "Only the first {most} are shown.",
        "Nur die ersten {most} werden gezeigt.",
    ),
    "pick.unknown_signals": (
        "Not on this device, left out: {names}.",
        "An diesem Gerät nicht vorhanden, weggelassen: {names}.",
    ),
    "pick.level_missing": (
        "There is no level “{level}” for this signal; the level is chosen automatically.",
        "Eine Stufe „{level}“ gibt es für dieses Signal nicht; die Stufe wird automatisch gewählt.",
    ),
    "pick.y_range": ("Value axis", "Werteachse"),
    "pick.y_range.auto": ("All values", "Alle Werte"),
    "pick.y_range.clipped": ("1–99 %", "1–99 %"),
    "pick.y_range.manual": ("Fixed", "Fest"),
    "pick.y_range.low": ("Lowest value", "Kleinster Wert"),
    "pick.y_range.high": ("Greatest value", "Größter Wert"),
    "pick.y_range.order": (
        "The lowest value must be below the greatest; all values are shown.",
        "Der kleinste Wert muss unter dem größten liegen; alle Werte werden gezeigt.",
    ),
    "pick.previous": ("Period before", "Vorzeitraum"),
    # --- window ---
    "window.range": ("Window", "Zeitraum"),
    "window.24h": ("24 h", "24 Std."),
    "window.7d": ("7 d", "7 Tage"),
    "window.30d": ("30 d", "30 Tage"),
    "window.1y": ("1 y", "1 Jahr"),
    "window.all": ("All", "Alles"),
    "window.custom": ("From–to", "Von–bis"),
    "window.days": ("First and last day", "Erster und letzter Tag"),
    "window.apply": ("Show", "Anzeigen"),
    "window.stale": (
        "The newest reading is {age} old: windows end there, not now.",
        "Der neueste Messwert ist {age} alt: Zeiträume enden dort, nicht jetzt.",
    ),
    "window.bad_time": (
        "“{text}” is not a date or time, e.g. 2025-06-13 or 2025-06-13T12:00; shown is {shown}.",
        "„{text}“ ist kein Datum und keine Zeit, z. B. 2025-06-13 oder 2025-06-13T12:00; "
        "gezeigt wird {shown}.",
    ),
    "window.bad_order": (
        "The window in the address does not end after it begins; shown is {shown}.",
        "Der Zeitraum in der Adresse endet nicht nach seinem Anfang; gezeigt wird {shown}.",
    ),
    "window.bad_range": (
        "There is no window “{text}”; shown is {shown}.",
        "Einen Zeitraum „{text}“ gibt es nicht; gezeigt wird {shown}.",
    ),
    # --- charts ---
    "chart.buckets": ("{step} buckets", "{step}-Intervalle"),
    "chart.raw": ("raw samples", "Rohwerte"),
    "chart.raw.reduced": ("raw samples, reduced", "Rohwerte, verdichtet"),
    "chart.mixed": ("several levels: {levels}", "mehrere Stufen: {levels}"),
    "chart.stands_for": ("stands for {count} readings", "steht für {count} Messwerte"),
    "chart.every": ("every reading: {count}", "jeder Messwert: {count}"),
    "chart.extremes": ("extremes kept", "Extremwerte erhalten"),
    "chart.newest": ("newest {moment}", "neuester {moment}"),
    "chart.reset_hint": ("double click for all", "Doppelklick zeigt alles"),
    "chart.reset": ("Show the whole window", "Ganzen Zeitraum zeigen"),
    "chart.nothing": ("no reading in this section", "kein Messwert in diesem Ausschnitt"),
    "chart.empty": (
        "{device} has no readings of {signals} from {span}.",
        "{device} hat keine Messwerte von {signals} im Zeitraum {span}.",
    ),
    "chart.empty.mend": (
        "Readings run from {first} to {last}: choose a window in there.",
        "Messwerte liegen von {first} bis {last} vor: bitte einen Zeitraum darin wählen.",
    ),
    "chart.previous": ("period before", "Vorzeitraum"),
    "chart.share": ("share of the time [%]", "Anteil der Zeit [%]"),
    "chart.hour": ("hour of the day", "Stunde des Tages"),
    "chart.synthetic": ("synthetic data", "synthetische Daten"),
    "chart.synthetic.of": ("synthetic data: {names}", "synthetische Daten: {names}"),
    "weekday.0": ("Mon", "Mo"),
    "weekday.1": ("Tue", "Di"),
    "weekday.2": ("Wed", "Mi"),
    "weekday.3": ("Thu", "Do"),
    "weekday.4": ("Fri", "Fr"),
    "weekday.5": ("Sat", "Sa"),
    "weekday.6": ("Sun", "So"),
    # --- states of a figure ---
    "state.good": ("good", "gut"),
    "state.warning": ("warning", "Warnung"),
    "state.error": ("error", "Störung"),
    "state.critical": ("critical", "kritisch"),
    "state.unknown": ("unknown", "unbekannt"),
    "figure.change": ("{change} on the period before", "{change} zum Vorzeitraum"),
    # --- export ---
    "export.label": ("Export", "Export"),
    "export.shown": ("What is shown", "Was gezeigt wird"),
    "export.behind": ("All readings behind it", "Alle Messwerte dahinter"),
    "export.zone": ("Times are {zone} with their offset.", "Zeiten sind {zone} mit Versatz."),
    # --- nothing to show, and what mends it ---
    "mend.command": ("This mends it:", "Das behebt es:"),
    "mend.choose": ("These exist:", "Diese gibt es:"),
    "empty.no_devices": (
        "The store holds no device yet.",
        "Der Speicher enthält noch kein Gerät.",
    ),
    "empty.no_readings": (
        "No reading of this has been stored yet.",
        "Hierzu ist noch kein Messwert gespeichert.",
    ),
    "error.store_missing": (
        "There is no store yet.",
        "Es gibt noch keinen Speicher.",
    ),
    "error.store_format": (
        "The store was written in another format and must be built again.",
        "Der Speicher hat ein anderes Format und muss neu gebaut werden.",
    ),
    "error.store_damaged": (
        "A file of the store is missing or unreadable.",
        "Eine Datei des Speichers fehlt oder ist nicht lesbar.",
    ),
    "error.store_locked": (
        "Another program is writing this device; try again when it is done.",
        "Ein anderes Programm schreibt dieses Gerät gerade; danach erneut versuchen.",
    ),
    "error.config": (
        "The settings do not hold together.",
        "Die Einstellungen passen nicht zusammen.",
    ),
    "error.source": (
        "A source file cannot be read.",
        "Eine Quelldatei kann nicht gelesen werden.",
    ),
    "error.unknown_device": (
        "There is no device “{name}” in this store.",
        "Ein Gerät „{name}“ gibt es in diesem Speicher nicht.",
    ),
    "error.unknown_signal": (
        "The device has no such signal.",
        "Das Gerät hat dieses Signal nicht.",
    ),
    "error.bad_window": (
        "The window does not end after it begins.",
        "Der Zeitraum endet nicht nach seinem Anfang.",
    ),
    "error.level_missing": (
        "This level is not stored for this signal; choose “Automatic”.",
        "Diese Stufe ist für dieses Signal nicht gespeichert; bitte „Automatisch“ wählen.",
    ),
    "error.other": ("This could not be shown.", "Das konnte nicht gezeigt werden."),
}


def current_language() -> str:
    """Language of the URL, else of the settings, else English."""
    asked = address.get("lang")
    if asked in LANGUAGES:
        return asked
    try:
        return data.settings().language
    except ConfigError:
        # The page that reports broken settings needs words too.
        return "en"


def t(key: str, /, *, lang: str | None = None, **values: str) -> str:
    """Text of `key` in the current language, with its placeholders filled."""
    english, german = TEXTS[key]
    return (german if (lang or current_language()) == "de" else english).format(**values)


def pick_language() -> None:
    """Language switch; the choice stands in the URL."""
    st.segmented_control(
        t("app.language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **address.bound("lang", current_language()),
    )
