"""Words of the PV page and of plants; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
PV: dict[str, tuple[str, str]] = {
    "nav.pv": ("PV", "PV"),
    "pv.section": ("Section", "Abschnitt"),
    "pv.section.performance": ("Performance", "Ertrag und PR"),
    "pv.section.heatmap": ("Day and hour", "Tag und Stunde"),
    "pv.section.periods": ("Periods", "Zeitabschnitte"),
    # --- nothing to show ---
    "pv.none": ("{device} measures no PV power.", "{device} misst keine PV-Leistung."),
    "pv.none.weather": (
        "{device} measures irradiance but no PV power: there is nothing to compare the light with.",
        "{device} misst Einstrahlung, aber keine PV-Leistung: Es fehlt, womit das Licht zu "
        "vergleichen wäre.",
    ),
    "pv.none.mend": ("Devices that do: {names}", "Geräte, die es tun: {names}"),
    "pv.none.nowhere": (
        "No device of this store does. A power is known as PV power by its name or by a "
        'source.toml with quantity = "pv_power".',
        "Kein Gerät dieses Speichers tut es. Eine Leistung gilt als PV-Leistung durch ihren Namen "
        'oder durch eine source.toml mit quantity = "pv_power".',
    ),
    "pv.empty": (
        "{device} has no reading of its power in {span}.",
        "{device} hat im Zeitraum {span} keinen Messwert der Leistung.",
    ),
    "pv.empty.mend": (
        "There are readings from {first} to {last}.",
        "Messwerte gibt es von {first} bis {last}.",
    ),
    # --- the answer ---
    "pv.pr": ("Performance ratio (PR)", "Performance Ratio (PR)"),
    "pv.pr_temp": ("{value} at 25 °C", "{value} bei 25 °C"),
    "pv.pr_temp.long": ("PR at 25 °C", "PR bei 25 °C"),
    "pv.specific_yield": ("Specific yield", "Spezifischer Ertrag"),
    "pv.energy": ("Energy", "Energie"),
    "pv.availability": ("Availability by time", "Verfügbarkeit nach Zeit"),
    "pv.availability.energy": ("{value} by energy", "{value} nach Energie"),
    "pv.availability.no_energy": (
        "by energy: nothing tells what was lost",
        "nach Energie: kein Maß für das Entgangene",
    ),
    "pv.capacity_factor": ("Capacity factor", "Auslastungsgrad"),
    "pv.of_kwp": ("of {kwp}", "von {kwp}"),
    "pv.night_drawn": ("drew {energy} kWh at night", "nachts {energy} kWh bezogen"),
    "pv.output.meter": ("at the plant's meter", "am Zähler der Anlage"),
    "pv.output.inverters": ("at the inverters", "an den Wechselrichtern"),
    # --- refusals ---
    "pv.why.kwp": ("no nominal power (Data page)", "keine Nennleistung (Seite Daten)"),
    "pv.why.poa": ("no irradiance in the plane", "keine Einstrahlung in Modulebene"),
    "pv.why.temp": ("no temperature measured", "keine Temperatur gemessen"),
    "pv.why.light": ("no light to judge by", "kein Licht zum Vergleich"),
    "pv.why.dark": ("no light and power together", "Licht und Leistung nie zugleich"),
    "pv.refused.kwp": (
        "Without a nominal power of {device} there is no yield per kWp and no ratio.",
        "Ohne Nennleistung von {device} gibt es keinen Ertrag je kWp und kein Verhältnis.",
    ),
    "pv.refused.poa": (
        "{device} measures no irradiance in the plane of its modules: yields are given, a "
        "performance ratio is not.",
        "{device} misst keine Einstrahlung in Modulebene: Erträge werden angegeben, eine "
        "Performance Ratio nicht.",
    ),
    "pv.mend.kwp": (
        "Enter kWp among the facts of the device on the Data page.",
        "kWp auf der Seite Daten bei den Angaben zum Gerät eintragen.",
    ),
    "pv.mend.poa": (
        "A sensor in the plane of the modules makes it possible.",
        "Ein Sensor in der Ebene der Module macht sie möglich.",
    ),
    # --- performance ---
    "pv.grid": ("computed from cells of {step}", "gerechnet aus Zellen von {step}"),
    "pv.yf": ("Final yield Yf", "Endertrag Yf"),
    "pv.ls": ("System losses Ls", "Systemverluste Ls"),
    "pv.lc": ("Capture losses Lc", "Generatorverluste Lc"),
    "pv.losses_all": ("Losses in all", "Verluste gesamt"),
    "pv.yields.title": (
        "Of {yr} h of reference yield {yf} h came out",
        "Von {yr} h Referenzertrag kamen {yf} h heraus",
    ),
    "pv.yields.title.plain": (
        "{value} kWh per kWp in the window",
        "{value} kWh je kWp im Zeitraum",
    ),
    "pv.yields.note": (
        "light of 50 W/m² and more, hatched below 90 % coverage",
        "Licht ab 50 W/m², schraffiert unter 90 % Abdeckung",
    ),
    "pv.ratios.title": (
        "{pr} of what the nominal power would make of the light came out",
        "{pr} dessen, was die Nennleistung aus dem Licht machen würde, kamen heraus",
    ),
    "pv.paired": (
        "light and power both known {ratio} of the bright time",
        "Licht und Leistung bekannt in {ratio} der hellen Zeit",
    ),
    "pv.temp.module": ("temperature measured at the modules", "Temperatur an den Modulen gemessen"),
    "pv.temp.air": (
        "module temperature from that of the air (Faiman)",
        "Modultemperatur aus Lufttemperatur (Faiman)",
    ),
    "pv.temp.none": ("no temperature", "keine Temperatur"),
    "pv.gamma": ("γ {gamma} %/K", "γ {gamma} %/K"),
    "pv.gamma.assumed": ("γ {gamma} %/K assumed", "γ {gamma} %/K angenommen"),
    "pv.uncertainty": (
        "uncertainty ±{value} (sensor and meter as declared)",
        "Unsicherheit ±{value} (Sensor und Zähler wie angegeben)",
    ),
    "pv.uncertainty.unknown": (
        "uncertainty unknown: class of sensor and meter not declared",
        "Unsicherheit unbekannt: Klasse von Sensor und Zähler nicht angegeben",
    ),
    # --- heatmap ---
    "pv.heat": ("What is shown", "Was gezeigt wird"),
    "pv.heat.power": ("Power", "Leistung"),
    "pv.heat.performance": ("Performance", "Performance"),
    "pv.heat.title": (
        "Most comes out at {hour}: {value} on average",
        "Am meisten kommt um {hour}: im Mittel {value}",
    ),
    "pv.heat.title.performance": (
        "Half of the hours reach {value} of what the light would give",
        "Die Hälfte der Stunden erreicht {value} dessen, was das Licht gäbe",
    ),
    "pv.heat.power.note": ("share of the nominal power", "Anteil der Nennleistung"),
    "pv.heat.performance.note": (
        "power against light and temperature; blank below 50 W/m²",
        "Leistung gegen Licht und Temperatur; leer unter 50 W/m²",
    ),
    "pv.heat.kw.note": ("mean power", "mittlere Leistung"),
    # --- periods ---
    "pv.periods.count": ("{count} periods", "{count} Abschnitte"),
    "pv.periods.most": ("the newest {count} shown", "die neuesten {count} gezeigt"),
    "pv.col.energy_kwh": ("Energy [kWh]", "Energie [kWh]"),
    "pv.col.specific_yield": ("Yield [kWh/kWp]", "Ertrag [kWh/kWp]"),
    "pv.col.capacity_factor": ("Capacity factor", "Auslastung"),
    "pv.col.yr": ("Yr [h]", "Yr [h]"),
    "pv.col.ya": ("Ya [h]", "Ya [h]"),
    "pv.col.yf": ("Yf [h]", "Yf [h]"),
    "pv.col.lc": ("Lc [h]", "Lc [h]"),
    "pv.col.ls": ("Ls [h]", "Ls [h]"),
    "pv.col.pr": ("PR", "PR"),
    "pv.col.pr_temp": ("PR at 25 °C", "PR bei 25 °C"),
    "pv.col.temp_weighted": ("Modules [°C]", "Module [°C]"),
    "pv.col.coverage_ratio": ("Coverage", "Abdeckung"),
}
