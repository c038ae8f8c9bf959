"""Every word of the user interface, in English and German."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigError
from pages.shared import address, data
from pages.shared.texts_alert_recipients import RECIPIENT_TEXTS
from pages.shared.texts_alert_rules import ALERT_RULES
from pages.shared.texts_alerts import ALERTS
from pages.shared.texts_control import CONTROL
from pages.shared.texts_dispatch import DISPATCH
from pages.shared.texts_forecasts import FORECASTS
from pages.shared.texts_live import LIVE
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
    # --- bess ---
    "nav.bess": ("BESS", "Batteriespeicher"),
    "bess.section": ("Section", "Abschnitt"),
    "bess.section.operation": ("Operation", "Betrieb"),
    "bess.section.cycles": ("Cycles", "Zyklen"),
    "bess.section.efficiency": ("Efficiency and health", "Wirkungsgrad und Gesundheit"),
    "bess.section.cells": ("Cells and temperature", "Zellen und Temperatur"),
    "bess.section.systems": ("Converter and climate", "Umrichter und Klima"),
    "bess.section.availability": ("Availability and flags", "Verfügbarkeit und Meldungen"),
    "bess.section.statistics": ("Statistics", "Statistik"),
    "bess.none": (
        "{device} measures nothing of a battery.",
        "{device} misst keine Größe eines Batteriespeichers.",
    ),
    "bess.none.mend": ("Devices that do: {names}.", "Geräte, die es tun: {names}."),
    "bess.none.nowhere": (
        "No device of this store does.",
        "In diesem Datenspeicher tut es kein Gerät.",
    ),
    "bess.empty": (
        "{device} has no readings of SOC, power or current from {span}.",
        "{device} hat keine Messwerte von Ladezustand, Leistung oder Strom im Zeitraum {span}.",
    ),
    "bess.empty.mend": (
        "Readings run from {first} to {last}.",
        "Messwerte liegen von {first} bis {last} vor.",
    ),
    "bess.soc": ("State of charge", "Ladezustand"),
    "bess.power": ("Power", "Leistung"),
    "bess.power.charge": ("charging", "lädt"),
    "bess.power.discharge": ("discharging", "entlädt"),
    "bess.power.rest": ("at rest", "in Ruhe"),
    "bess.soh": ("SOH (BMS)", "SOH (BMS)"),
    "bess.soh.note": ("as the BMS says, {moment}", "laut BMS, {moment}"),
    "bess.efc": ("Full cycles (EFC)", "Vollzyklen (EFC)"),
    "bess.efc.current": ("against {capacity} rated", "bezogen auf {capacity} Nennkapazität"),
    "bess.efc.soc": ("from the SOC of the BMS", "aus dem Ladezustand des BMS"),
    "bess.rte.ac": ("RTE, AC", "Wirkungsgrad AC"),
    "bess.rte.dc": ("RTE, DC", "Wirkungsgrad DC"),
    "bess.rte.net": ("RTE, AC with auxiliaries", "Wirkungsgrad AC mit Hilfsbetrieben"),
    "bess.rte.note": (
        "{low} to {high} (95 %), n = {count}",
        "{low} bis {high} (95 %), n = {count}",
    ),
    "bess.no_signal": ("not measured", "nicht gemessen"),
    "bess.sign": (
        "Current and SOC of {device} run against each other (r = {r}): discharge seems to be "
        "counted positive. Charge and discharge are exchanged below.",
        "Strom und Ladezustand von {device} laufen gegeneinander (r = {r}): Entladen zählt "
        "offenbar positiv. Laden und Entladen sind unten vertauscht.",
    ),
    "bess.sign.power": (
        "Power and SOC of {device} run against each other (r = {r}): discharge seems to be "
        "counted positive. Charge and discharge are exchanged below.",
        "Leistung und Ladezustand von {device} laufen gegeneinander (r = {r}): Entladen zählt "
        "offenbar positiv. Laden und Entladen sind unten vertauscht.",
    ),
    "bess.sign.turned": (
        "From {start} to {end} the current of {device} has the other sign than on other days.",
        "Vom {start} bis {end} hat der Strom von {device} das andere Vorzeichen als an anderen "
        "Tagen.",
    ),
    "bess.sign.turned.mend": (
        "Figures that rest on its sign are wrong for these days. Declare sign = -1 for the "
        "sources of these days only, and build again.",
        "Kennzahlen, die auf dem Vorzeichen beruhen, sind an diesen Tagen falsch. In "
        "source.toml sign = -1 nur für die Quellen dieser Tage angeben und neu einlesen.",
    ),
    "bess.sign.mend": (
        "Declare sign = -1 for the signal in source.toml and build again.",
        "In source.toml für das Signal sign = -1 angeben und neu einlesen.",
    ),
    "bess.refusal.no_soc": ("no SOC measured", "kein Ladezustand gemessen"),
    "bess.refusal.no_power": ("no AC power or counters", "keine AC-Leistung, keine Zähler"),
    "bess.refusal.no_dc": ("no DC current and voltage", "kein DC-Strom mit Spannung"),
    "bess.refusal.no_auxiliaries": ("auxiliaries not measured", "Hilfsbetriebe nicht gemessen"),
    "bess.refusal.no_window": (
        "no window closed in SOC",
        "kein Fenster mit gleichem Ladezustand",
    ),
    "bess.refusal.gaps": ("readings missing in most windows", "Lücken in den meisten Fenstern"),
    "bess.refusal.few_windows": (
        "{count} closed windows, at least {least} needed",
        "{count} geschlossene Fenster, mindestens {least} nötig",
    ),
    "bess.refusal.idle": ("nothing was charged", "es wurde nichts geladen"),
    "bess.refusal.above_one": (
        "more out than in: check the sign",
        "mehr entnommen als geladen: Vorzeichen prüfen",
    ),
    "bess.refusal.no_current_no_soc": (
        "neither current nor SOC measured",
        "weder Strom noch Ladezustand gemessen",
    ),
    "bess.refusal.no_capacity": (
        "no rated capacity (Data page)",
        "keine Nennkapazität (Seite Daten)",
    ),
    "bess.charged": ("Charged", "Geladen"),
    "bess.discharged": ("Discharged", "Entladen"),
    "bess.course.title": (
        "{device}: SOC between {low} and {high}",
        "{device}: Ladezustand zwischen {low} und {high}",
    ),
    "bess.course.plain": ("{device}: {names}", "{device}: {names}"),
    "bess.throughput.title": (
        "{charged} kWh charged and {discharged} kWh discharged",
        "{charged} kWh geladen und {discharged} kWh entladen",
    ),
    "bess.throughput.ac": ("AC power, integrated", "AC-Leistung, integriert"),
    "bess.throughput.dc": ("DC power, integrated", "DC-Leistung, integriert"),
    "bess.throughput.counter": (
        "counters: {charged} / {discharged} kWh",
        "Zähler: {charged} / {discharged} kWh",
    ),
    "bess.throughput.none": (
        "No power is measured, so there are no energies and no SOC-power plane.",
        "Es wird keine Leistung gemessen, daher gibt es keine Energien und keine "
        "Ebene aus Ladezustand und Leistung.",
    ),
    "bess.period.1d": ("per day", "je Tag"),
    "bess.period.1w": ("per week", "je Woche"),
    "bess.period.1mo": ("per month", "je Monat"),
    "bess.plane.title": (
        "Rested longest at {soc} SOC, ran longest near {power}",
        "Am längsten in Ruhe bei {soc} Ladezustand, in Betrieb um {power}",
    ),
    "bess.plane.title.run": (
        "Where the system ran, by SOC and power",
        "Betriebspunkte nach Ladezustand und Leistung",
    ),
    "bess.plane.none": (
        "No SOC is measured, so there is no SOC-power plane.",
        "Es wird kein Ladezustand gemessen, daher gibt es keine Ebene aus Ladezustand und "
        "Leistung.",
    ),
    "bess.plane.x": ("SOC [%]", "Ladezustand [%]"),
    "bess.plane.y": ("power, charge + [kW]", "Leistung, Laden + [kW]"),
    "bess.coverage": ("covered to {ratio}", "zu {ratio} abgedeckt"),
    "bess.depth.title": (
        "{share} of the full cycles come from swings deeper than {depth}",
        "{share} der Vollzyklen stammen aus Hüben von mehr als {depth}",
    ),
    "bess.depth.x": ("depth of discharge [%]", "Entladetiefe [%]"),
    "bess.depth.count": ("cycles", "Zyklen"),
    "bess.depth.efc": ("full cycles in them", "Vollzyklen darin"),
    "bess.depth.note": (
        "rainflow of the SOC (ASTM E1049) · {count} cycles, deepest {deep}",
        "Rainflow des Ladezustands (ASTM E1049) · {count} Zyklen, tiefster {deep}",
    ),
    "bess.depth.none": (
        "No SOC is measured, so cycles cannot be counted by their depth.",
        "Es wird kein Ladezustand gemessen, daher lassen sich Zyklen nicht nach Tiefe zählen.",
    ),
    "bess.depth.still": (
        "The SOC did not move in this window.",
        "Der Ladezustand hat sich in diesem Zeitraum nicht bewegt.",
    ),
    "bess.rate.title": (
        "Half of the running time below {median} C, highest {most} C",
        "Die halbe Betriebszeit unter {median} C, höchstens {most} C",
    ),
    "bess.rate.rest": ("No current flowed in this window", "In diesem Zeitraum floss kein Strom"),
    "bess.rate.x": ("C-rate, charge + [1/h]", "C-Rate, Laden + [1/h]"),
    "bess.rate.y": ("running time [h]", "Betriebszeit [h]"),
    "bess.rate.note": (
        "of {capacity} · 95 % below {p95} C · at most {charge} C in, {discharge} C out · "
        "without {rest} h rest",
        "von {capacity} · 95 % unter {p95} C · höchstens {charge} C laden, {discharge} C "
        "entladen · ohne {rest} h Ruhe",
    ),
    "bess.rate.none": (
        "C-rates need a current and the rated capacity (fact capacity_ah, Data page).",
        "C-Raten brauchen einen Strom und die Nennkapazität (Angabe capacity_ah, Seite Daten).",
    ),
    "bess.cycles.title": (
        "{efc} full cycles in the window, {per_day} a day",
        "{efc} Vollzyklen im Zeitraum, {per_day} am Tag",
    ),
    "bess.efc.none": (
        "Full cycles per period need a current and the rated capacity.",
        "Vollzyklen je Zeitabschnitt brauchen einen Strom und die Nennkapazität.",
    ),
    "bess.rte.title": (
        "Of what was charged, {ac} came back at the AC side and {dc} at the battery",
        "Vom Geladenen kamen {ac} an der AC-Seite und {dc} an der Batterie zurück",
    ),
    "bess.rte.title.one": (
        "Of what was charged, {value} came back ({what})",
        "Vom Geladenen kamen {value} zurück ({what})",
    ),
    "bess.rte.title.none": (
        "No round-trip efficiency can be given for this window",
        "Für diesen Zeitraum lässt sich kein Wirkungsgrad angeben",
    ),
    "bess.rte.axis": ("round-trip efficiency [%]", "Zyklenwirkungsgrad [%]"),
    "bess.rte.full": (
        "windows from one full charge to the next, ratio of sums, band: 95 % by bootstrap",
        "Fenster von Vollladung zu Vollladung, Quotient der Summen, Band: 95 % (Bootstrap)",
    ),
    "bess.rte.level": (
        "windows closed at an SOC of {soc} as the BMS counts it, ratio of sums, "
        "band: 95 % by bootstrap",
        "Fenster geschlossen bei {soc} Ladezustand laut BMS, Quotient der Summen, "
        "Band: 95 % (Bootstrap)",
    ),
    "bess.col.what": ("What", "Was"),
    "bess.col.value": ("Value", "Wert"),
    "bess.col.interval": ("95 % interval", "95-%-Intervall"),
    "bess.col.windows": ("Windows", "Fenster"),
    "bess.col.in": ("In [kWh]", "Geladen [kWh]"),
    "bess.col.out": ("Out [kWh]", "Entladen [kWh]"),
    "bess.loss.title": (
        "{total} kWh lost in these windows, {share} of it in the auxiliaries",
        "{total} kWh Verlust in diesen Fenstern, davon {share} in den Hilfsbetrieben",
    ),
    "bess.loss.title.plain": (
        "{total} kWh lost in these windows",
        "{total} kWh Verlust in diesen Fenstern",
    ),
    "bess.loss.converter_charge": ("converter, charge", "Umrichter, Laden"),
    "bess.loss.battery": ("battery", "Batterie"),
    "bess.loss.converter_discharge": ("converter, discharge", "Umrichter, Entladen"),
    "bess.loss.auxiliaries": ("auxiliaries", "Hilfsbetriebe"),
    "bess.loss.none": (
        "Shares of the losses need AC and DC power over closed windows.",
        "Anteile der Verluste brauchen AC- und DC-Leistung über geschlossene Fenster.",
    ),
    "bess.health.title": (
        "BMS: SOH {told}; charge counted lately: {measured} of the rated capacity",
        "BMS: SOH {told}; zuletzt gezählte Ladung: {measured} der Nennkapazität",
    ),
    "bess.health.title.told": ("The BMS says {told}", "Das BMS meldet {told}"),
    "bess.health.title.measured": (
        "Charge counted lately: {measured} of the rated capacity",
        "Zuletzt gezählte Ladung: {measured} der Nennkapazität",
    ),
    "bess.health.axis": ("% of rated", "% der Nennkapazität"),
    "bess.health.told": ("SOH, as the BMS says", "SOH laut BMS"),
    "bess.health.measured": ("charge between full and empty", "Ladung zwischen voll und leer"),
    "bess.health.note": (
        "last 30 d: {value} ± {half} Ah of {rated} Ah (95 %), n = {count} · imbalance included",
        "letzte 30 Tage: {value} ± {half} Ah von {rated} Ah (95 %), n = {count} · samt "
        "Ungleichgewicht",
    ),
    "bess.health.few": (
        "{count} ways between full and empty, at least 3 needed",
        "{count} Wege zwischen voll und leer, mindestens 3 nötig",
    ),
    "bess.health.no_told": ("the BMS tells no SOH", "das BMS meldet keinen SOH"),
    "bess.health.no_current": ("no current measured", "kein Strom gemessen"),
    "bess.health.no_capacity": (
        "no rated capacity (fact capacity_ah, Data page)",
        "keine Nennkapazität (Angabe capacity_ah, Seite Daten)",
    ),
    "bess.health.no_chemistry": (
        "no cell chemistry (fact chemistry, Data page)",
        "keine Zellchemie (Angabe chemistry, Seite Daten)",
    ),
    "bess.health.several_strings": (
        "several strings: see each alone",
        "mehrere Stränge: jeden für sich ansehen",
    ),
    "bess.health.none": ("Nothing to set side by side: {why}.", "Nichts zu vergleichen: {why}."),
    "bess.spread.cell_voltage": (
        "Cell voltages lie up to {most} apart",
        "Zellspannungen liegen bis zu {most} auseinander",
    ),
    "bess.spread.cell_temperature": (
        "Cell temperatures lie up to {most} apart",
        "Zelltemperaturen liegen bis zu {most} auseinander",
    ),
    "bess.spread.when": ("greatest at {moment}", "am größten {moment}"),
    "bess.spread.ends": (
        "Apart at the top and at the bottom: highest and lowest values of {cells} cells",
        "Auseinander oben und unten: höchste und niedrigste Werte von {cells} Zellen",
    ),
    "bess.spread.mean": ("mean", "Mittel"),
    "bess.spread.greatest": ("greatest", "größte"),
    "bess.spread.top": ("highest values", "höchste Werte"),
    "bess.spread.bottom": ("lowest values", "niedrigste Werte"),
    "bess.spread.bms": ("at each instant, as the BMS tells it", "zu jedem Zeitpunkt, laut BMS"),
    "bess.spread.cells": (
        "at each instant, from {cells} cells",
        "zu jedem Zeitpunkt, aus {cells} Zellen",
    ),
    "bess.spread.buckets": (
        "from {cells} cells: what each reached within {level}",
        "aus {cells} Zellen: was jede innerhalb von {level} erreichte",
    ),
    "bess.spread.none.cell_voltage": (
        "No cell voltages are measured, so there is no spread of them.",
        "Es werden keine Zellspannungen gemessen, daher gibt es keine Zellspreizung.",
    ),
    "bess.spread.none.cell_temperature": (
        "No cell temperatures are measured, so there is no spread of them.",
        "Es werden keine Zelltemperaturen gemessen, daher gibt es keine Temperaturspreizung.",
    ),
    "bess.spread.empty": (
        "No cell readings in this window.",
        "Keine Zellmesswerte in diesem Zeitraum.",
    ),
    "bess.extremes.cell_voltage": (
        "Cells most often lowest in voltage (share of the times or days looked at)",
        "Zellen mit der am häufigsten niedrigsten Spannung (Anteil der betrachteten "
        "Zeitpunkte oder Tage)",
    ),
    "bess.extremes.cell_temperature": (
        "Cells most often warmest",
        "Am häufigsten wärmste Zellen",
    ),
    "bess.col.pack": ("Pack", "Pack"),
    "bess.col.cell": ("Cell", "Zelle"),
    "bess.col.lowest": ("Lowest", "Niedrigste"),
    "bess.col.highest": ("Highest", "Höchste"),
    "bess.dwell.title": (
        "{share} of the time between {low} and {high} °C, warmest {most} °C",
        "{share} der Zeit zwischen {low} und {high} °C, höchstens {most} °C",
    ),
    "bess.dwell.x": ("SOC [%]", "Ladezustand [%]"),
    "bess.dwell.y": ("temperature [°C]", "Temperatur [°C]"),
    "bess.dwell.of": ("temperature: {source}", "Temperatur: {source}"),
    "bess.dwell.cell_temperature": ("mean of all cells", "Mittel aller Zellen"),
    "bess.dwell.no_soc": (
        "No SOC is measured, so time is not split by SOC and temperature.",
        "Es wird kein Ladezustand gemessen, daher keine Verweildauer nach Ladezustand und "
        "Temperatur.",
    ),
    "bess.dwell.no_temperature": (
        "No temperature of the battery is measured, so time is not split by it.",
        "Es wird keine Batterietemperatur gemessen, daher keine Verweildauer danach.",
    ),
    "bess.dwell.no_readings": (
        "SOC and temperature have no readings in this window.",
        "Ladezustand und Temperatur haben in diesem Zeitraum keine Messwerte.",
    ),
    "bess.group.battery": ("Battery", "Batterie"),
    "bess.group.converter": ("Converter", "Umrichter"),
    "bess.group.auxiliaries": ("Auxiliaries", "Hilfsbetriebe"),
    "bess.group.climate": ("Climate", "Klima"),
    "bess.group.safety": ("Safety", "Sicherheit"),
    "bess.group.other": ("Other", "Sonstige"),
    "bess.group.title": ("{group}: {names}", "{group}: {names}"),
    "bess.group.missing": (
        "Not measured on this device: {groups}.",
        "An diesem Gerät nicht gemessen: {groups}.",
    ),
    "bess.state.charge": ("charge", "Laden"),
    "bess.state.discharge": ("discharge", "Entladen"),
    "bess.state.idle": ("at rest", "Ruhe"),
    "bess.state.fault": ("down", "Ausfall"),
    "bess.state.no_data": ("no data", "keine Daten"),
    "bess.available.title": (
        "Available for {ratio} of the time with data, {down} h down, {blind} h without data",
        "Verfügbar in {ratio} der Zeit mit Daten, {down} h Ausfall, {blind} h ohne Daten",
    ),
    "bess.available.title.no_flag": (
        "No flag tells of outages; {blind} h without data",
        "Keine Meldung sagt etwas über Ausfälle; {blind} h ohne Daten",
    ),
    "bess.available.note": (
        "at rest: {what} within ±{limit}, 1 % of the {source} · with all time without data taken "
        "as down {least}",
        "Ruhe: {what} innerhalb ±{limit}, 1 % {source} · alle Zeit ohne Daten als Ausfall "
        "gerechnet {least}",
    ),
    "bess.available.power": ("power", "Leistung"),
    "bess.available.current": ("current", "Strom"),
    "bess.available.rating": ("rating", "der Nennleistung"),
    "bess.available.greatest": ("greatest value seen", "des größten Werts"),
    "bess.available.none": (
        "Neither power nor current is measured, so there is no availability.",
        "Es wird weder Leistung noch Strom gemessen, daher gibt es keine Verfügbarkeit.",
    ),
    "bess.available.faults": ("Flags that mean an outage", "Meldungen, die Ausfall bedeuten"),
    "bess.col.state": ("State", "Zustand"),
    "bess.col.cause": ("Cause", "Ursache"),
    "bess.col.hours": ("Hours", "Stunden"),
    "bess.col.share": ("Share", "Anteil"),
    "bess.col.events": ("Spells", "Ereignisse"),
    "bess.col.longest": ("Longest [h]", "Längstes [h]"),
    "bess.lanes.title": (
        "{count} runs of {flags} flags; {busiest} came up most often",
        "{count} Ereignisse von {flags} Meldungen; am häufigsten {busiest}",
    ),
    "bess.lanes.title.one": (
        "{count} runs of {busiest}",
        "{count} Ereignisse von {busiest}",
    ),
    "bess.lanes.title.quiet": (
        "No flag came up in this window",
        "Keine Meldung in diesem Zeitraum",
    ),
    "bess.lanes.none": (
        "This device has no flags or modes.",
        "Dieses Gerät hat keine Meldungen oder Betriebsarten.",
    ),
    "bess.lanes.note": (
        "starts and ends from raw readings, to within one reading ({step})",
        "Anfang und Ende aus Rohwerten, auf einen Messwert genau ({step})",
    ),
    "bess.lanes.merged": (
        "runs closer than a pixel are drawn as one",
        "Ereignisse enger als ein Bildpunkt sind als eines gezeichnet",
    ),
    "bess.lanes.silent": ("without readings: {names}", "ohne Messwerte: {names}"),
    "bess.lanes.run": (
        "{name} = {value}<br>{span}<br>{length}",
        "{name} = {value}<br>{span}<br>{length}",
    ),
    "bess.lanes.runs": (
        "{name}: {count} runs<br>{span}",
        "{name}: {count} Ereignisse<br>{span}",
    ),
    "bess.lanes.no_data": ("no data", "keine Daten"),
    "bess.runs": ("Outages and the longest runs", "Ausfälle und längste Ereignisse"),
    "bess.col.flag": ("Flag", "Meldung"),
    "bess.col.from": ("From", "Von"),
    "bess.col.to": ("To", "Bis"),
    "bess.col.length": ("Length", "Dauer"),
    "bess.col.code": ("Value", "Wert"),
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
    # --- meters ---
    "meters.none": (
        "{device} has neither a power nor a counter of energy.",
        "{device} hat weder eine Leistung noch einen Energiezähler.",
    ),
    "meters.none.mend": (
        "Devices that do: {names}.",
        "Geräte, die eines davon haben: {names}.",
    ),
    "meters.none.nowhere": (
        "No device of this store has one.",
        "Kein Gerät dieses Speichers hat eines davon.",
    ),
    "meters.no_power": (
        "{device} has counters but no power: its energy is shown, this section needs a power.",
        "{device} hat Zähler, aber keine Leistung: Die Energie wird gezeigt, "
        "dieser Abschnitt braucht eine Leistung.",
    ),
    "meters.empty": (
        "{device} has no readings of {signal} from {span}.",
        "{device} hat keine Messwerte von {signal} im Zeitraum {span}.",
    ),
    "meters.empty.mend": (
        "Readings run from {first} to {last}: choose a window in there.",
        "Messwerte liegen von {first} bis {last} vor: bitte einen Zeitraum darin wählen.",
    ),
    "meters.section": ("Section", "Abschnitt"),
    "meters.section.power": ("Power", "Leistung"),
    "meters.section.energy": ("Energy", "Energie"),
    "meters.section.profile": ("Load profile", "Lastprofil"),
    "meters.section.duration": ("Duration curve", "Dauerlinie"),
    "meters.section.statistics": ("Statistics", "Statistik"),
    "meters.of": ("Power looked at", "Betrachtete Leistung"),
    "meters.now": ("Newest power", "Neueste Leistung"),
    "meters.energy": ("Energy", "Energie"),
    "meters.balance": ("Energy, balance", "Energie, Saldo"),
    "meters.import": ("Import", "Bezug"),
    "meters.export": ("Export", "Einspeisung"),
    "meters.charged": ("Charged", "Geladen"),
    "meters.discharged": ("Discharged", "Entladen"),
    "meters.generation": ("Generation", "Erzeugung"),
    "meters.total": ("Counter", "Zähler"),
    "meters.peak": ("Peak", "Spitze"),
    "meters.load_factor": ("Load factor", "Lastfaktor"),
    "meters.load_factor.note": ("mean {mean}", "Mittel {mean}"),
    "meters.load_factor.part": (
        "mean {mean} over the {ratio} of the time with readings",
        "Mittel {mean} über {ratio} der Zeit mit Messwerten",
    ),
    "meters.points": ("{change} points", "{change} Prozentpunkte"),
    "meters.base_load": ("Base load", "Grundlast"),
    "meters.base_load.note": (
        "5 % of each day, {days} d",
        "5 % jedes Tages, {days} d",
    ),
    "meters.base_load.none": ("no day covered to 90 %", "kein Tag zu 90 % abgedeckt"),
    "meters.highest_hour": ("Highest hour", "Höchste Stunde"),
    "meters.newest": ("Newest reading", "Neuester Messwert"),
    "meters.coverage": ("covered to {ratio}", "zu {ratio} abgedeckt"),
    "meters.coverage.both": (
        "covered to {ratio}, before to {before}",
        "zu {ratio} abgedeckt, davor zu {before}",
    ),
    "meters.power.one_signal": (
        "{signal} of {device} ran between {low} and {high}",
        "{signal} von {device} lag zwischen {low} und {high}",
    ),
    "meters.power.several": (
        "{count} signals of {device}, each unit on an axis of its own",
        "{count} Signale von {device}, jede Einheit auf eigener Achse",
    ),
    "meters.power.one_axis": (
        "{count} signals of {device} on one axis",
        "{count} Signale von {device} auf einer Achse",
    ),
    "meters.power.panels": (
        "{count} signals of {device}, each in a panel of its own",
        "{count} Signale von {device}, jedes in einem eigenen Feld",
    ),
    "meters.every": ("Period", "Zeitschritt"),
    "meters.every.1h": ("Hour", "Stunde"),
    "meters.every.1d": ("Day", "Tag"),
    "meters.every.1w": ("Week", "Woche"),
    "meters.every.1mo": ("Month", "Monat"),
    "meters.every.1y": ("Year", "Jahr"),
    "meters.source": ("Energy from", "Energie aus"),
    "meters.source.counter": ("counters", "Zählern"),
    "meters.energy.title": (
        "{what}: {total} kWh, most in the period from {when} with {most} kWh",
        "{what}: {total} kWh, am meisten im Zeitschritt ab {when} mit {most} kWh",
    ),
    "meters.energy.by_counter": ("from counters", "aus Zählern"),
    "meters.energy.by_power": ("integrated from {signal}", "integriert aus {signal}"),
    "meters.energy.import_export": (
        "of it {imported} kWh import and {exported} kWh export",
        "davon {imported} kWh Bezug und {exported} kWh Einspeisung",
    ),
    "meters.energy.marked.1": (
        "1 period covered below 90 %: hatched",
        "1 Zeitschritt unter 90 % abgedeckt: schraffiert",
    ),
    "meters.energy.marked.n": (
        "{count} periods covered below 90 %: hatched",
        "{count} Zeitschritte unter 90 % abgedeckt: schraffiert",
    ),
    "meters.energy.gap": (
        "{what}: {energy} kWh fell into the gap {span}; they stand where the readings resume.",
        "{what}: {energy} kWh fielen in die Lücke {span}; sie stehen dort, "
        "wo die Messwerte wieder einsetzen.",
    ),
    "meters.energy.gaps_more": (
        "{what}: {count} further gaps with {energy} kWh in all.",
        "{what}: {count} weitere Lücken mit zusammen {energy} kWh.",
    ),
    "meters.flag.gap.1": ("1 gap", "1 Lücke"),
    "meters.flag.gap.n": ("{count} gaps", "{count} Lücken"),
    "meters.flag.reset.1": ("1 reset", "1 Rücksetzung"),
    "meters.flag.reset.n": ("{count} resets", "{count} Rücksetzungen"),
    "meters.flag.drop.1": ("1 drop", "1 Rückgang"),
    "meters.flag.drop.n": ("{count} drops", "{count} Rückgänge"),
    "meters.flag.glitch.1": ("1 glitch", "1 Ausreißer"),
    "meters.flag.glitch.n": ("{count} glitches", "{count} Ausreißer"),
    "meters.flag.irregular.1": ("1 irregular bucket", "1 unregelmäßiges Intervall"),
    "meters.flag.irregular.n": (
        "{count} irregular buckets",
        "{count} unregelmäßige Intervalle",
    ),
    "meters.col.period": ("Period from", "Zeitschritt ab"),
    "meters.col.coverage": ("Coverage", "Abdeckung"),
    "meters.profile.title": (
        "On average {device} is highest on {day} at {clock} with {power}",
        "Im Mittel ist {device} am höchsten: {day} um {clock} mit {power}",
    ),
    "meters.profile.heat": (
        "Mean by hour runs from {low} to {high}",
        "Das Stundenmittel reicht von {low} bis {high}",
    ),
    "meters.profile.note": (
        "line: mean over the days, band: 10 to 90 % of the days, a quarter hour each",
        "Linie: Mittel der Tage, Band: 10 bis 90 % der Tage, je Viertelstunde",
    ),
    "meters.profile.days.same": (
        "days of each weekday: {most}",
        "Tage je Wochentag: {most}",
    ),
    "meters.profile.days": (
        "{least} to {most} days of each weekday",
        "{least} bis {most} Tage je Wochentag",
    ),
    "meters.duration.title": (
        "Half of the time with readings {device} reaches {half}, for one hundredth {top} and more",
        "In der Hälfte der Zeit mit Messwerten erreicht {device} {half}, in einem Hundertstel "
        "{top} und mehr",
    ),
    "meters.duration.base": ("base load {power}", "Grundlast {power}"),
    "meters.utilisation": ("Utilisation", "Benutzungsdauer"),
    "meters.utilisation.note": ("energy over peak", "Energie durch Spitze"),
    "meters.mean": ("Mean", "Mittel"),
    "meters.peaks": (
        "Highest readings, at least 1 h apart",
        "Höchste Messwerte, mindestens 1 h auseinander",
    ),
    "meters.col.rank": ("Rank", "Rang"),
    "meters.col.time": ("Time", "Zeit"),
    "meters.col.power": ("Power", "Leistung"),
    "meters.col.of_peak": ("Of the peak", "Anteil der Spitze"),
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
    # --- comparison ---
    "comparison.mode": ("Compare", "Vergleichen"),
    "comparison.mode.devices": ("Devices", "Geräte"),
    "comparison.mode.periods": ("Periods of one device", "Zeiträume eines Geräts"),
    "comparison.none": (
        "No device of this store has a signal of power to compare.",
        "Kein Gerät dieses Speichers hat ein Leistungssignal zum Vergleichen.",
    ),
    "comparison.two": ("Choose two to six devices.", "Bitte zwei bis sechs Geräte wählen."),
    "comparison.without": (
        "Without a signal of power, left out: {names}.",
        "Ohne Leistungssignal, weggelassen: {names}.",
    ),
    "comparison.missing": (
        "No reading of power here: {names}.",
        "Hier gibt es keinen Messwert der Leistung: {names}.",
    ),
    "comparison.count": ("Periods", "Zeiträume"),
    "comparison.starts": ("Start days", "Starttage"),
    "comparison.start": ("Start of period {number}", "Beginn von Zeitraum {number}"),
    "comparison.no_day": (
        "“{text}” is not a day, e.g. 2025-06-13.",
        "„{text}“ ist kein Tag, z. B. 13.06.2025.",
    ),
    "comparison.view": ("View", "Ansicht"),
    "comparison.view.overlay": ("Overlaid", "Übereinander"),
    "comparison.view.multiples": ("Small multiples", "Einzeln"),
    "comparison.scale": ("Scale", "Maßstab"),
    "comparison.scale.absolute": ("Absolute", "Absolut"),
    "comparison.scale.peak": ("Per peak", "Je Spitze"),
    "comparison.ghost": ("Period before", "Vorzeitraum"),
    "comparison.ghost.on": ("Drawn along", "Mitgezeichnet"),
    "comparison.ghost.off": ("Not drawn", "Ausgeblendet"),
    "comparison.also": ("Also draw", "Dazu zeichnen"),
    "comparison.a": ("First of the pair", "Erster des Paars"),
    "comparison.b": ("Second of the pair", "Zweiter des Paars"),
    "comparison.energy": ("Difference in energy", "Unterschied der Energie"),
    "comparison.peak": ("Difference in peak", "Unterschied der Spitze"),
    "comparison.energy.note": (
        "over the {hours} h in which both have values · in all {both}",
        "in den {hours} h, in denen beide Werte haben · insgesamt {both}",
    ),
    "comparison.ways": ("{net} ({taken} in, {given} out)", "{net} ({taken} ein, {given} aus)"),
    "comparison.both": ("{a} against {b}", "{a} gegen {b}"),
    "comparison.above": ("Where the first is higher", "Wo der erste höher liegt"),
    "comparison.below": ("where it is lower {energy}", "wo er tiefer liegt {energy}"),
    "comparison.r": ("Correlation (Pearson)", "Korrelation (Pearson)"),
    "comparison.n": ("n = {count}, {step} means", "n = {count}, {step}-Mittel"),
    "comparison.coverage": ("Least coverage", "Geringste Abdeckung"),
    "comparison.coverage.note": ("of the pair", "des Paars"),
    "comparison.less": ("{a} less {b}", "{a} minus {b}"),
    "comparison.before": ("period before", "Vorzeitraum"),
    "comparison.before.of": ("{name}, period before", "{name}, Vorzeitraum"),
    "comparison.of_peak": ("% of its peak", "% der Spitze"),
    "comparison.title.one": (
        "{name} has most energy, {energy}, and the highest peak, {peak}",
        "{name} hat die meiste Energie, {energy}, und die höchste Spitze, {peak}",
    ),
    "comparison.title.two": (
        "{most} has most energy, {energy}; {name} the highest peak, {peak}",
        "{most} hat die meiste Energie, {energy}; {name} die höchste Spitze, {peak}",
    ),
    "comparison.title.peak": (
        "{name} has the highest peak, {peak}",
        "{name} hat die höchste Spitze, {peak}",
    ),
    "comparison.daily": ("Energy by day", "Energie je Tag"),
    "comparison.daily.note": (
        "Local days, {zone} · hatched: less than 90 % covered · import, charge and generation +",
        "Ortstage, {zone} · schraffiert: unter 90 % abgedeckt · Bezug, Laden und Erzeugung +",
    ),
    "comparison.difference": (
        "{pair}: {energy} over the {hours} h in which both have values",
        "{pair}: {energy} in den {hours} h, in denen beide Werte haben",
    ),
    "comparison.difference.note": (
        "{step} means, laid over each other by the wall clock",
        "{step}-Mittel, nach der Ortszeit übereinandergelegt",
    ),
    "comparison.apart": (
        "{a} and {b} have no time in common: there is no difference to draw.",
        "{a} und {b} haben keine gemeinsame Zeit: ein Unterschied lässt sich nicht zeichnen.",
    ),
    "comparison.correlation": ("How they move together", "Wie sie zusammen laufen"),
    "comparison.correlation.note": (
        "{step} means where both have a value; n is the number of pairs",
        "{step}-Mittel, wo beide einen Wert haben; n ist die Zahl der Paare",
    ),
    "comparison.scatter.apart": (
        "One over the other; what they range over hardly overlaps",
        "Eines über dem anderen; die Wertebereiche überdecken sich kaum",
    ),
    "comparison.scatter": ("Equal on the dashed line", "Gleich auf der gestrichelten Linie"),
    "comparison.col.side": ("Compared", "Verglichen"),
    "comparison.col.energy": ("Energy", "Energie"),
    "comparison.col.of_first": ("to the first", "zum ersten"),
    "comparison.col.peak": ("Peak", "Spitze"),
    "comparison.col.at": ("Peak at", "Spitze am"),
    "comparison.col.mean": ("Mean", "Mittel"),
    "comparison.col.factor": ("Load factor", "Lastfaktor"),
    "comparison.col.coverage": ("Coverage", "Abdeckung"),
    "comparison.col.first": ("First", "Erster"),
    "comparison.col.second": ("Second", "Zweiter"),
    "comparison.col.pearson": ("Pearson", "Pearson"),
    "comparison.col.spearman": ("Spearman", "Spearman"),
    "comparison.col.n": ("n", "n"),
    # --- data ---
    "data.sources": ("Sources", "Quellen"),
    "data.failed": ("{count} failed", "{count} fehlerhaft"),
    "data.readings": ("Readings", "Messwerte"),
    "data.of_devices": ("of {count} devices", "von {count} Geräten"),
    "data.quarantined": ("In quarantine", "In Quarantäne"),
    "data.quarantined.note": ("rows that could not be used", "unbrauchbare Zeilen"),
    "data.size": ("Size of the store", "Größe des Speichers"),
    "data.files": ("{count} Parquet files", "{count} Parquet-Dateien"),
    "data.newest": ("Newest reading", "Neuester Messwert"),
    "data.section": ("Section", "Abschnitt"),
    "data.section.sources": ("Sources and ledger", "Quellen und Hauptbuch"),
    "data.section.coverage": ("Coverage and quality", "Abdeckung und Qualität"),
    "data.section.quarantine": ("Quarantine", "Quarantäne"),
    "data.section.upload": ("Upload", "Hochladen"),
    "data.section.entry": ("Manual entry", "Handeingabe"),
    "data.reading": ("Reading ...", "Wird gelesen ..."),
    "data.shown": ("{shown} of {all} shown", "{shown} von {all} gezeigt"),
    "data.every": ("All", "Alle"),
    "data.no_sources": (
        "Nothing has been read into this store yet.",
        "In diesen Speicher wurde noch nichts eingelesen.",
    ),
    "data.filter": ("Filter", "Filter"),
    "data.filter.example": ("Words in path, device or status", "Wörter aus Pfad, Gerät, Status"),
    "data.title.read": ("All {all} sources were read", "Alle {all} Quellen wurden gelesen"),
    "data.title.failed": (
        "{count} of {all} sources could not be read; they stand first",
        "{count} von {all} Quellen waren nicht lesbar; sie stehen oben",
    ),
    "data.title.filtered": (
        "{shown} of {all} sources match “{words}”",
        "{shown} von {all} Quellen passen zu „{words}“",
    ),
    "data.levels": ("What each level takes", "Was jede Stufe belegt"),
    "data.status.read": ("read", "gelesen"),
    "data.status.new": ("not read yet", "noch nicht gelesen"),
    "data.kind.simulation": ("simulated", "simuliert"),
    "data.kind.live": ("live readings", "Livemesswerte"),
    "data.kind.manual": ("entered by hand", "von Hand eingegeben"),
    "data.one_source": ("One source in detail", "Eine Quelle im Einzelnen"),
    "data.error": ("Error", "Fehler"),
    "data.sign": ("Sign", "Vorzeichen"),
    "data.col.source": ("Source", "Quelle"),
    "data.col.device": ("Device", "Gerät"),
    "data.col.status": ("Status", "Status"),
    "data.col.readings": ("Readings", "Messwerte"),
    "data.col.again": ("Repeated / replaced", "Wiederholt / ersetzt"),
    "data.col.first": ("First", "Erster"),
    "data.col.last": ("Last", "Letzter"),
    "data.col.read_at": ("Read at", "Gelesen am"),
    "data.col.layout": ("Found by looking", "Beim Ansehen gefunden"),
    "data.col.units": ("Signals, units, sign", "Signale, Einheiten, Vorzeichen"),
    "data.col.level": ("Level", "Stufe"),
    "data.col.files": ("Files", "Dateien"),
    "data.col.rows": ("Rows", "Zeilen"),
    "data.col.bytes": ("Size", "Größe"),
    "data.col.per_row": ("Bytes a row", "Byte je Zeile"),
    "data.col.day": ("Day", "Tag"),
    "data.col.coverage": ("Mean coverage", "Mittlere Abdeckung"),
    "data.col.least": ("Least", "Geringste"),
    "data.col.least_signal": ("Signal with least", "Signal mit der geringsten"),
    "data.col.poor": ("Signals below 90 %", "Signale unter 90 %"),
    "data.col.reason": ("Reason", "Grund"),
    "data.col.line": ("Line", "Zeile"),
    "data.col.column": ("Column", "Spalte"),
    "data.col.text": ("Text", "Text"),
    "data.col.signal": ("Signal", "Signal"),
    "data.col.quantity": ("Quantity", "Größe"),
    "data.col.unit": ("Unit", "Einheit"),
    "data.col.sign": ("Sign", "Vorzeichen"),
    "data.col.note": ("Note", "Bemerkung"),
    "data.col.entered_at": ("Entered at", "Eingegeben am"),
    "data.col.what": ("Signal or fact", "Signal oder Angabe"),
    "data.col.time": ("Time", "Zeit"),
    "data.col.value": ("Value", "Wert"),
    "data.col.state": ("State", "Stand"),
    "data.zone.site": ("wall clock of the site ({zone})", "Ortszeit des Standorts ({zone})"),
    "data.zone.text": ("each time carries its offset", "jede Zeit trägt ihren Versatz"),
    "data.label.start": ("start of the interval or moment", "Intervallanfang oder Zeitpunkt"),
    "data.label.end": ("end of the interval", "Intervallende"),
    "data.no_coverage": (
        "{device} has no readings in this window.",
        "{device} hat in diesem Zeitraum keine Messwerte.",
    ),
    "data.coverage.title": (
        "{device} has {ratio} of its readings; {day} has least, {least}",
        "{device} hat {ratio} seiner Messwerte; am wenigsten am {day}, {least}",
    ),
    "data.coverage.note": (
        "Share of the readings expected by the usual step, by local day · {zone} · "
        "cells of a pack at their mean",
        "Anteil der nach dem üblichen Schritt erwarteten Messwerte je Ortstag · {zone} · "
        "Zellen eines Packs im Mittel",
    ),
    "data.by_day": ("Coverage by day", "Abdeckung je Tag"),
    "data.quality": ("Quality of one signal", "Qualität eines Signals"),
    "data.quality.cut": (
        "Flags are looked for in the last three months of the window: {span}.",
        "Auffälligkeiten werden in den letzten drei Monaten des Zeitraums gesucht: {span}.",
    ),
    "data.quality.none": (
        "The readings of {signal} in this window are too few, or too many, to be judged.",
        "Die Messwerte von {signal} in diesem Zeitraum sind zu wenige oder zu viele für ein "
        "Urteil.",
    ),
    "data.quality.good": (
        "None of the {rows} readings of {signal} stands out.",
        "Keiner der {rows} Messwerte von {signal} fällt auf.",
    ),
    "data.quality.flags": (
        "Of {rows} readings of {signal} stand out: {flags}.",
        "Von {rows} Messwerten von {signal} fallen auf: {flags}.",
    ),
    "data.flag.gap": ("gap", "Lücke"),
    "data.flag.stale": ("stale", "eingefroren"),
    "data.flag.spike": ("spike", "Ausreißer"),
    "data.flag.out_of_range": ("out of range", "außerhalb des Bereichs"),
    "data.flag.duplicate": ("duplicate", "doppelt"),
    "data.flag.out_of_order": ("out of order", "nicht der Reihe nach"),
    "data.flag.clock_shift": ("clock was set", "Uhr gestellt"),
    "data.flag.counter_reset": ("counter reset", "Zähler zurückgesetzt"),
    "data.flag.quantised": ("coarse steps", "grobe Stufen"),
    "data.quarantine.empty": (
        "Every row of every source could be used: the quarantine is empty.",
        "Jede Zeile jeder Quelle war brauchbar: die Quarantäne ist leer.",
    ),
    "data.quarantine.title": (
        "{rows} rows of {sources} sources could not be used",
        "{rows} Zeilen aus {sources} Quellen waren nicht brauchbar",
    ),
    "data.quarantine.rows": ("{count} rows by line", "{count} Zeilen im Einzelnen"),
    "data.quarantine.download": ("Download as CSV", "Als CSV laden"),
    "data.new_device": ("New device ...", "Neues Gerät ..."),
    "data.new_device.name": ("Name of the new device", "Name des neuen Geräts"),
    "data.new_device.group": ("Group", "Gruppe"),
    "data.upload.title": (
        "Look at a file first, then add it to the store",
        "Eine Datei erst ansehen, dann in den Speicher aufnehmen",
    ),
    "data.upload.file": (
        "File of one device: {endings}; at most {limit} MB",
        "Datei eines Geräts: {endings}; höchstens {limit} MB",
    ),
    "data.upload.where": (
        "Files that are added are kept in {folder}.",
        "Aufgenommene Dateien bleiben in {folder} erhalten.",
    ),
    "data.upload.no_device": (
        "Choose a device, or name the new one.",
        "Bitte ein Gerät wählen oder das neue benennen.",
    ),
    "data.upload.looking": ("Looking at the file ...", "Die Datei wird angesehen ..."),
    "data.upload.adding": ("Adding to the store ...", "Wird in den Speicher aufgenommen ..."),
    "data.upload.add": ("Add to the store", "In den Speicher aufnehmen"),
    "data.upload.known": (
        "This content has been read for this device before; adding it changes nothing.",
        "Dieser Inhalt wurde für dieses Gerät schon gelesen; Aufnehmen ändert nichts.",
    ),
    "data.upload.failed": (
        "The file was kept, but could not be read.",
        "Die Datei wurde abgelegt, konnte aber nicht gelesen werden.",
    ),
    "data.upload.done": (
        "{name} is in the store: {rows} readings of {device}.",
        "{name} ist im Speicher: {rows} Messwerte von {device}.",
    ),
    "data.upload.summary": (
        "{repeated} repeated, {replaced} replaced earlier ones, {quarantined} in quarantine. "
        "Kept as {path}.",
        "{repeated} wiederholt, {replaced} ersetzten frühere, {quarantined} in Quarantäne. "
        "Abgelegt als {path}.",
    ),
    "data.upload.choose": ("Choose a file", "Datei wählen"),
    "data.upload.drop": ("or drop it here", "oder hierher ziehen"),
    "data.found.title.one": (
        "{name} brings {count} readings of one signal",
        "{name} bringt {count} Messwerte eines Signals",
    ),
    "data.found.title": (
        "{name} brings {count} readings of {signals} signals",
        "{name} bringt {count} Messwerte von {signals} Signalen",
    ),
    "data.found.time": ("Time column", "Zeitspalte"),
    "data.found.zone": ("Zone", "Zeitzone"),
    "data.found.label": ("A time stamp names", "Ein Zeitstempel nennt"),
    "data.found.span": ("From – to", "Von – bis"),
    "data.found.rows": ("Rows with a time", "Zeilen mit Zeit"),
    "data.found.editable": (
        "Signal, quantity, unit and sign can be corrected here before the file is added.",
        "Signal, Größe, Einheit und Vorzeichen lassen sich hier vor dem Aufnehmen berichtigen.",
    ),
    "data.found.head": ("First usable rows", "Erste brauchbare Zeilen"),
    "data.found.local": ("Local ({zone})", "Ortszeit ({zone})"),
    "data.found.no_bad": ("Every row can be used.", "Jede Zeile ist brauchbar."),
    "data.found.bad": (
        "{count} cells or rows cannot be used and would go to the quarantine.",
        "{count} Zellen oder Zeilen sind unbrauchbar und kämen in die Quarantäne.",
    ),
    "data.refused": ("This file cannot be taken in.", "Diese Datei kann nicht aufgenommen werden."),
    "data.refused.empty": ("The file is empty.", "Die Datei ist leer."),
    "data.refused.too_large": ("The file is too large.", "Die Datei ist zu groß."),
    "data.refused.name": (
        "The name of the file cannot be used.",
        "Der Name der Datei ist nicht brauchbar.",
    ),
    "data.refused.ending": (
        "Files with this ending cannot be read.",
        "Dateien mit dieser Endung sind nicht lesbar.",
    ),
    "data.refused.no_time": (
        "The file has no column of time stamps.",
        "Die Datei hat keine Spalte mit Zeitstempeln.",
    ),
    "data.refused.synthetic": (
        "This store holds synthetic data; real data never join them.",
        "Dieser Speicher enthält synthetische Daten; echte kommen nie hinzu.",
    ),
    "data.refused.synthetic.why": (
        "Make a store of your own and open the app with it; your data go there.",
        "Bitte einen eigenen Speicher anlegen und die App damit öffnen; dorthin gehören eigene "
        "Daten.",
    ),
    "data.refused.device": (
        "This cannot be the name of a device.",
        "So kann ein Gerät nicht heißen.",
    ),
    "data.refused.signal": (
        "This cannot be the name of a signal.",
        "So kann ein Signal nicht heißen.",
    ),
    "data.refused.number": ("The value is not a number.", "Der Wert ist keine Zahl."),
    "data.refused.range": (
        "The value is outside the plausible range of this signal.",
        "Der Wert liegt außerhalb des plausiblen Bereichs dieses Signals.",
    ),
    "data.refused.future": ("The time lies in the future.", "Die Zeit liegt in der Zukunft."),
    "data.refused.past": ("The time lies before 1970.", "Die Zeit liegt vor 1970."),
    "data.refused.fact": (
        "This value cannot be for this fact.",
        "Dieser Wert ist für diese Angabe nicht möglich.",
    ),
    "data.refused.moment": ("This is no date and time.", "Das ist kein Datum mit Uhrzeit."),
    "data.refused.twice": (
        "The clock shows this time twice in autumn: say the offset of the pass you mean.",
        "Die Uhr zeigt diese Zeit im Herbst zweimal: bitte den Versatz des gemeinten Durchgangs "
        "angeben.",
    ),
    "data.refused.missing": ("Nothing was entered.", "Es wurde nichts eingegeben."),
    "data.refused.ambiguous": (
        "This number can be read in two ways, with a decimal mark or with one of thousands.",
        "Diese Zahl ist auf zwei Arten lesbar, mit Dezimal- oder mit Tausenderzeichen.",
    ),
    "data.refused.alike": (
        "A device whose name differs in capitals alone is there already: choose it above.",
        "Ein Gerät, dessen Name sich nur in Groß- und Kleinschreibung unterscheidet, gibt es "
        "schon: bitte oben wählen.",
    ),
    "data.refused.jump": (
        "The counter does not stand there between the readings beside this time.",
        "Zwischen den benachbarten Ablesungen kann der Zähler nicht so stehen.",
    ),
    "data.refused.skipped": (
        "The clock skips this time in spring.",
        "Diese Zeit überspringt die Uhr im Frühjahr.",
    ),
    "data.entry.title": (
        "What is entered counts at once; what stood there before is kept",
        "Eingegebenes gilt sofort; was vorher dort stand, bleibt aufgehoben",
    ),
    "data.entry.reading": ("A reading, or its correction", "Ein Messwert oder seine Berichtigung"),
    "data.entry.facts": (
        "Facts of the device; an emptied field takes one away",
        "Angaben zum Gerät; ein geleertes Feld nimmt eine zurück",
    ),
    "data.entry.new_signal": ("New signal ...", "Neues Signal ..."),
    "data.entry.signal_name": ("Name of the signal", "Name des Signals"),
    "data.entry.moment": ("Time, {zone}", "Zeit, {zone}"),
    "data.entry.value": ("Value [{unit}]", "Wert [{unit}]"),
    "data.entry.no_unit": ("in its unit", "in seiner Einheit"),
    "data.entry.field": ("Field “{field}”", "Feld „{field}“"),
    "data.entry.confirm": (
        "Enter it although the counter does not fit",
        "Eingeben, obwohl der Zählerstand nicht passt",
    ),
    "data.entry.add": ("Enter", "Eingeben"),
    "data.entry.save": ("Save facts", "Angaben speichern"),
    "data.entry.done": (
        "{signal} of {device}, {moment}: {value}.",
        "{signal} von {device}, {moment}: {value}.",
    ),
    "data.entry.corrected": (
        "{signal} of {device}, {moment}: {value} stands; {before} is kept as history.",
        "{signal} von {device}, {moment}: {value} gilt; {before} bleibt als Verlauf aufgehoben.",
    ),
    "data.entry.facts_done.one": (
        "One fact of {device} changed.",
        "Eine Angabe zu {device} geändert.",
    ),
    "data.entry.facts_done": (
        "{count} facts of {device} changed.",
        "{count} Angaben zu {device} geändert.",
    ),
    "data.fact.purpose": ("Purpose", "Zweck"),
    "data.fact.role": ("Role (grid: connection of the site)", "Rolle (grid: Netzanschluss)"),
    "data.fact.commissioned": ("Commissioned", "Inbetriebnahme"),
    "data.fact.start": ("Start of recording", "Beginn der Aufzeichnung"),
    "data.fact.location.latitude": ("Latitude", "Breite"),
    "data.fact.location.longitude": ("Longitude", "Länge"),
    "data.fact.location.altitude_m": ("Altitude", "Höhe"),
    "data.fact.rated_kw": ("Nominal power", "Nennleistung"),
    "data.fact.nominal_kwh": ("Nominal energy", "Nennenergie"),
    "data.fact.capacity_ah": ("Capacity", "Kapazität"),
    "data.fact.chemistry": ("Chemistry", "Zellchemie"),
    "data.fact.kwp": ("Peak power", "Spitzenleistung"),
    "data.fact.tilt": ("Tilt", "Neigung"),
    "data.fact.azimuth": ("Azimuth (south 180°)", "Azimut (Süd 180°)"),
    "data.fact.gamma_pdc": ("Temperature coefficient", "Temperaturkoeffizient"),
    "data.history": ("Entries so far, newest first", "Bisherige Eingaben, neueste zuerst"),
    "data.history.empty": ("Nothing has been entered yet.", "Noch wurde nichts eingegeben."),
    "data.history.stands": ("stands", "gilt"),
    "data.history.reading": ("earlier entry", "frühere Eingabe"),
    "data.history.fact": ("earlier entry", "frühere Eingabe"),
    "data.history.before": ("before the entry", "vor der Eingabe"),
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
