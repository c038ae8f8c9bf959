"""Every word of the user interface, in English and German."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigError
from pages.shared import address, data
from pages.shared.texts_alert_recipients import RECIPIENT_TEXTS
from pages.shared.texts_alert_rules import ALERT_RULES
from pages.shared.texts_alerts import ALERTS
from pages.shared.texts_bess import BESS
from pages.shared.texts_comparison import COMPARISON
from pages.shared.texts_control import CONTROL
from pages.shared.texts_data import DATA
from pages.shared.texts_dispatch import DISPATCH
from pages.shared.texts_forecasts import FORECASTS
from pages.shared.texts_live import LIVE
from pages.shared.texts_meters import METERS
from pages.shared.texts_pack_capacity import PACK_CAPACITY
from pages.shared.texts_pack_dossier import PACK_DOSSIER
from pages.shared.texts_pack_trends import PACK_TRENDS
from pages.shared.texts_packpulse import PACKPULSE
from pages.shared.texts_plants import PLANTS
from pages.shared.texts_pv import PV
from pages.shared.texts_rooms import ROOMS

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
    "pick.choose": ("Choose ...", "Auswählen ..."),
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
    "window.from": ("From", "Von"),
    "window.to": ("To, the last day included", "Bis einschließlich"),
    "window.typed": (
        "2025-06-13 or 2025-06-13 12:00",
        "13.06.2025 oder 13.06.2025 12:00",
    ),
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
    "window.too_far": (
        "“{text}” lies outside the years 1900 to 2199; shown is {shown}.",
        "„{text}“ liegt außerhalb der Jahre 1900 bis 2199; gezeigt wird {shown}.",
    ),
    "window.bad_order": (
        "The window does not end after it begins; shown is {shown}.",
        "Der Zeitraum endet nicht nach seinem Anfang; gezeigt wird {shown}.",
    ),
    "window.bad_range": (
        "There is no window “{text}”; shown is {shown}.",
        "Einen Zeitraum „{text}“ gibt es nicht; gezeigt wird {shown}.",
    ),
    # --- charts ---
    "chart.buckets": ("{step} buckets", "{step}-Intervalle"),
    "chart.gathered": ("{what}, gathered to {step} a row", "{what}, je Zeile {step} gesammelt"),
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
    "chart.nothing.title": (
        "No reading of {signals} from {span}",
        "Kein Messwert von {signals} im Zeitraum {span}",
    ),
    "chart.empty": (
        "{device} has no readings of {signals} from {span}.",
        "{device} hat keine Messwerte von {signals} im Zeitraum {span}.",
    ),
    "chart.empty.mend": (
        "Readings run from {first} to {last}: choose a window in there.",
        "Messwerte liegen von {first} bis {last} vor: bitte einen Zeitraum darin wählen.",
    ),
    "chart.zoomed": ("Zoomed to {span}", "Ausschnitt {span}"),
    "chart.previous": ("period before", "Vorzeitraum"),
    "chart.share": (
        "share of the time with readings [%]",
        "Anteil der Zeit mit Messwerten [%]",
    ),
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
    # --- sentences of others ---
    "wording.line": ("{where}, line {line}", "{where}, Zeile {line}"),
    "wording.expected": ("expected: {expected}", "erwartet: {expected}"),
    # --- overview ---
    "overview.fresh": ("Devices up to date", "Geräte aktuell"),
    "overview.of": ("{part} of {all}", "{part} von {all}"),
    "overview.attention.0": ("none needs attention", "keines braucht Beachtung"),
    "overview.attention.1": ("1 needs attention", "1 braucht Beachtung"),
    "overview.attention.n": ("{count} need attention", "{count} brauchen Beachtung"),
    "overview.attention": ("Need attention", "Brauchen Beachtung"),
    "overview.newest": ("Newest reading", "Neuester Messwert"),
    "overview.old": ("{age} ago", "vor {age}"),
    "overview.import": ("Import, {day}", "Bezug, {day}"),
    "overview.export": ("Export, {day}", "Einspeisung, {day}"),
    "overview.generation": ("Generation, {day}", "Erzeugung, {day}"),
    "overview.sum.1": ("one meter: {names}", "ein Zähler: {names}"),
    "overview.sum.n": (
        "sum of {count} meters, may count twice",
        "Summe von {count} Zählern, evtl. doppelt gezählt",
    ),
    "overview.grid.1": ("grid connection {names}", "Netzanschluss {names}"),
    "overview.grid.n": ("{count} grid connections", "{count} Netzanschlüsse"),
    "overview.covered": ("covered to {ratio}", "zu {ratio} abgedeckt"),
    "overview.plants.1": ("one plant: {names}", "eine Anlage: {names}"),
    "overview.plants.n": ("sum of {count} plants", "Summe von {count} Anlagen"),
    "overview.no_meter": ("no meter with readings", "kein Zähler mit Messwerten"),
    "overview.fleet.calm": (
        "All {count} devices report and are covered",
        "Alle {count} Geräte melden und sind abgedeckt",
    ),
    "overview.fleet.one": (
        "The only device reports and is covered",
        "Das einzige Gerät meldet und ist abgedeckt",
    ),
    "overview.fleet.some": (
        "{count} of {all} devices need attention, {name} first",
        "{count} von {all} Geräten brauchen Beachtung, zuerst {name}",
    ),
    "overview.more": (
        "{shown} of {all} devices are drawn, those that need attention first; "
        "all are listed below.",
        "{shown} von {all} Geräten sind gezeichnet, zuerst die mit Beachtungsbedarf; "
        "unten stehen alle.",
    ),
    "overview.failed.1": ("1 source failed", "1 Quelle fehlerhaft"),
    "overview.failed.n": ("{count} sources failed", "{count} Quellen fehlerhaft"),
    "overview.stale": ("{time} behind the newest", "{time} hinter dem neuesten"),
    "overview.coverage": ("covered to {ratio}", "zu {ratio} abgedeckt"),
    "overview.quarantine.1": ("1 row in quarantine", "1 Zeile in Quarantäne"),
    "overview.quarantine.n": ("{count} rows in quarantine", "{count} Zeilen in Quarantäne"),
    "overview.range": ("{low} to {high}", "{low} bis {high}"),
    "overview.empty": ("no reading in this window", "kein Messwert in diesem Zeitraum"),
    "overview.summed": ("{what}, sum of {count}", "{what}, Summe von {count}"),
    "overview.imported": ("import {energy}", "Bezug {energy}"),
    "overview.exported": ("export {energy}", "Einspeisung {energy}"),
    "overview.charged": ("charged {energy}", "geladen {energy}"),
    "overview.discharged": ("discharged {energy}", "entladen {energy}"),
    "overview.generated": ("generated {energy}", "erzeugt {energy}"),
    "overview.no_energy": ("no energy measured", "keine Energie gemessen"),
    "overview.by_power": ("from power", "aus Leistung"),
    "overview.quantity.active_power": ("Power", "Leistung"),
    "overview.quantity.grid_power": ("Grid power", "Netzleistung"),
    "overview.quantity.pv_power": ("PV power", "PV-Leistung"),
    "overview.quantity.soc": ("State of charge", "Ladezustand"),
    "overview.quantity.pcs_power": ("Battery power", "Batterieleistung"),
    "overview.quantity.battery_current": ("Battery current", "Batteriestrom"),
    "overview.quantity.energy_import": ("Import counter", "Zählerstand Bezug"),
    "overview.quantity.energy_total": ("Energy counter", "Zählerstand"),
    "overview.quantity.energy_generation": ("Generation counter", "Zählerstand Erzeugung"),
    "overview.table": ("Devices", "Geräte"),
    "overview.col.device": ("Device", "Gerät"),
    "overview.col.group": ("Group", "Gruppe"),
    "overview.col.state": ("State", "Zustand"),
    "overview.col.signals": ("Signals", "Signale"),
    "overview.col.rows": ("Rows", "Zeilen"),
    "overview.col.coverage": ("Coverage in the window", "Abdeckung im Zeitraum"),
    "overview.col.quarantine": ("In quarantine", "In Quarantäne"),
    "overview.col.failed": ("Failed sources", "Fehlerhafte Quellen"),
    "overview.col.first": ("First reading", "Erster Messwert"),
    "overview.col.newest": ("Newest reading", "Neuester Messwert"),
    "overview.col.open": ("Page", "Seite"),
    "overview.coverage_note": (
        "Coverage is the share of the window, from a device's first reading on, with readings "
        "of its counters, or else of its main signal. "
        "A device is behind from {steps} of its steps on, at least {least}.",
        "Die Abdeckung ist der Anteil des Zeitraums, ab dem ersten Messwert des Geräts, mit "
        "Messwerten seiner Zähler, sonst seines Hauptsignals. "
        "Ein Gerät ist im Rückstand ab {steps} seiner Schritte, mindestens {least}.",
    ),
    # --- statistics and values ---
    "stat.title": ("What was read from {span}", "Was gemessen wurde, {span}"),
    "stat.signal": ("Signal", "Signal"),
    "stat.unit": ("Unit", "Einheit"),
    "stat.count": ("Readings", "Messwerte"),
    "stat.mean": ("Mean", "Mittel"),
    "stat.min": ("Min", "Min"),
    "stat.max": ("Max", "Max"),
    "stat.std": ("Std. dev.", "Std.-Abw."),
    "stat.exact": (
        "from every reading",
        "aus jedem Messwert",
    ),
    "stat.bounds": (
        "from {level} buckets; where two figures stand, the truth lies between them",
        "aus {level}-Intervallen; wo zwei Zahlen stehen, liegt der wahre Wert dazwischen",
    ),
    "values.title": ("Values shown", "Gezeigte Werte"),
    "values.count": ("{count} rows", "{count} Zeilen"),
    "values.signal": ("Signal", "Signal"),
    "values.value": ("Value", "Wert"),
    "values.first": ("First", "Erster"),
    "values.last": ("Last", "Letzter"),
    "values.min": ("Min", "Min"),
    "values.max": ("Max", "Max"),
    "values.mean": ("Mean", "Mittel"),
    "values.time": ("Time", "Zeit"),
    # --- nothing to show, and what mends it ---
    "mend.command": ("This mends it:", "Das behebt es:"),
    "mend.choose.cells": ("Devices with cells:", "Geräte mit Zellen:"),
    "mend.choose": ("These exist:", "Diese gibt es:"),
    "empty.no_devices": (
        "The store holds no device yet.",
        "Der Speicher enthält noch kein Gerät.",
    ),
    "empty.no_meters": (
        "The store holds weather and prices, but no meter, battery or plant yet.",
        "Der Speicher enthält Wetter und Preise, aber noch keinen Zähler, Speicher oder Park.",
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
    "error.declaration": (
        "A settings file or declaration does not hold together.",
        "Eine Einstellungsdatei oder Deklaration passt nicht zusammen.",
    ),
    "error.source": (
        "A source file cannot be read.",
        "Eine Quelldatei kann nicht gelesen werden.",
    ),
    "error.other_device": (
        "“{name}” is not among the devices of this page.",
        "„{name}“ gehört nicht zu den Geräten dieser Seite.",
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
TEXTS |= METERS | COMPARISON | DATA | BESS
TEXTS |= PACKPULSE | PACK_CAPACITY | PACK_DOSSIER | PACK_TRENDS
TEXTS |= LIVE | PV | PLANTS | FORECASTS | DISPATCH | ROOMS | ALERTS | ALERT_RULES | CONTROL
TEXTS |= RECIPIENT_TEXTS


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
