"""Words of the BESS page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
BESS: dict[str, tuple[str, str]] = {
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
}
