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
    "pv.file_wrong": (
        "The file of plants cannot be used; {device} is read by its own facts.",
        "Die Anlagendatei ist nicht verwendbar; {device} wird nach den Angaben zum Gerät gelesen.",
    ),
    # --- the answer ---
    "pv.pr": ("Performance ratio (PR)", "Performance Ratio (PR)"),
    "pv.pr_temp": ("{value} at 25 °C", "{value} bei 25 °C"),
    "pv.pr_temp.long": ("PR at 25 °C", "PR bei 25 °C"),
    "pv.specific_yield": ("Specific yield", "Spezifischer Ertrag"),
    "pv.of_expected": (
        "{ratio} of the {expected} expected · {coverage}",
        "{ratio} von {expected} erwartet · {coverage}",
    ),
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
    "pv.dark_window": (
        "The sun is down at {device} in the whole window.",
        "Im ganzen Zeitraum steht die Sonne bei {device} unter dem Horizont.",
    ),
    "pv.dark_window.mend": (
        "Take a window with daylight: {span} has {rows} cells of the night alone.",
        "Einen Zeitraum mit Tageslicht wählen: {span} hat nur {rows} Zellen der Nacht.",
    ),
    "pv.why.kwp": ("no nominal power (Data page)", "keine Nennleistung (Seite Daten)"),
    "pv.why.poa": ("no irradiance in the plane", "keine Einstrahlung in Modulebene"),
    "pv.why.tilt": (
        "horizontal irradiance, place or tilt of the modules not told",
        "Horizontale Einstrahlung, Ort oder Neigung der Module nicht angegeben",
    ),
    "pv.why.planes": (
        "no irradiance in every plane",
        "nicht in jeder Modulebene Einstrahlung",
    ),
    "pv.why.temp": ("no temperature measured", "keine Temperatur gemessen"),
    "pv.why.light": ("no light to judge by", "kein Licht zum Vergleich"),
    "pv.why.dark": ("no light and power together", "Licht und Leistung nie zugleich"),
    "pv.refused.kwp": (
        "Without a nominal power of {device} there is no yield per kWp and no ratio.",
        "Ohne Nennleistung von {device} gibt es keinen Ertrag je kWp und kein Verhältnis.",
    ),
    "pv.refused.poa": (
        "{device} measures no irradiance, neither in the plane of its modules nor horizontally: "
        "yields are given, a performance ratio is not.",
        "{device} misst keine Einstrahlung, weder in Modulebene noch horizontal: Erträge werden "
        "angegeben, eine Performance Ratio nicht.",
    ),
    "pv.refused.tilt": (
        "{device} measures horizontal irradiance alone, and its place or how its modules lie is "
        "not told: yields are given, a performance ratio is not.",
        "{device} misst nur horizontale Einstrahlung, und ihr Ort oder die Lage der Module ist "
        "nicht angegeben: Erträge werden angegeben, eine Performance Ratio nicht.",
    ),
    "pv.mend.tilt": (
        "Enter latitude, longitude, tilt and azimuth on the Data page: the light on the modules is "
        "then computed.",
        "Breite, Länge, Neigung und Azimut auf der Seite Daten eintragen: Dann wird das Licht auf "
        "den Modulen berechnet.",
    ),
    "pv.computed": (
        "Irradiance in the plane computed from horizontal irradiance (Erbs; Hay and Davies), for "
        "no sensor is in the plane: {share} more uncertain on a day than the sensor.",
        "Einstrahlung in Modulebene aus horizontaler berechnet (Erbs; Hay und Davies), denn kein "
        "Sensor liegt in der Ebene: an einem Tag um {share} unsicherer als der Sensor.",
    ),
    "pv.computed.arrays": (
        "Irradiance on {arrays} computed from horizontal irradiance (Erbs; Hay and Davies), for no "
        "sensor is in the plane: {share} more uncertain on a day than the sensor.",
        "Einstrahlung auf {arrays} aus horizontaler berechnet (Erbs; Hay und Davies), denn kein "
        "Sensor liegt in der Ebene: an einem Tag um {share} unsicherer als der Sensor.",
    ),
    "pv.computed.short": ("computed from horizontal", "aus horizontaler berechnet"),
    "pv.refused.planes": (
        "The modules of {device} lie in several planes, and no sensor measures the light on "
        "{arrays}: yields are given, a performance ratio is not.",
        "Die Module von {device} liegen in mehreren Ebenen, und kein Sensor misst das Licht auf "
        "{arrays}: Erträge werden angegeben, eine Performance Ratio nicht.",
    ),
    "pv.mend.planes": (
        "Name a sensor for each plane in the description of the plant, with its array; or one of "
        "horizontal irradiance, ghi, from which the light in a plane is computed.",
        "In der Anlagenbeschreibung je Ebene einen Sensor nennen, mit seinem Teilgenerator; oder "
        "einen horizontalen, ghi, aus dem das Licht in einer Ebene berechnet wird.",
    ),
    "pv.oversized": (
        "Power of up to {times} times the nominal {kwp} kWp was measured: the figures below cannot "
        "be right.",
        "Gemessen wurde bis zum {times}-Fachen der Nennleistung von {kwp} kWp: Die Zahlen unten "
        "können nicht stimmen.",
    ),
    "pv.mend.oversized": (
        "The unit of a power in the source (W taken for kW), or the nominal power of the plant is "
        "wrong.",
        "Die Einheit einer Leistung in der Quelle (W als kW gelesen) oder die Nennleistung der "
        "Anlage stimmt nicht.",
    ),
    "pv.dark": (
        "{dark} of {whole} kWh ({share}) were measured while the sun stood 6° and more below the "
        "horizon, and are left out: the figures below cannot be right.",
        "{dark} von {whole} kWh ({share}) wurden gemessen, während die Sonne 6° und mehr unter dem "
        "Horizont stand, und sind ausgelassen: Die Zahlen unten können nicht stimmen.",
    ),
    "pv.mend.dark": (
        "The zone of the source, its clock, or the place of the plant is wrong.",
        "Zeitzone der Quelle, ihre Uhr oder der Ort der Anlage stimmt nicht.",
    ),
    "pv.mend.kwp": (
        "Enter kWp among the facts of the device on the Data page.",
        "kWp auf der Seite Daten bei den Angaben zum Gerät eintragen.",
    ),
    "pv.mend.poa": (
        "A sensor in the plane of the modules makes it possible, or a horizontal one beside place "
        "and tilt of the modules.",
        "Ein Sensor in der Ebene der Module macht sie möglich, oder ein horizontaler neben Ort und "
        "Neigung der Module.",
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
    "pv.uncertainty.computed": (
        "uncertainty ±{value} (sensor and meter as declared, irradiance in the plane computed)",
        "Unsicherheit ±{value} (Sensor und Zähler wie angegeben, Einstrahlung in Modulebene "
        "berechnet)",
    ),
    "pv.uncertainty.unknown": (
        "uncertainty unknown: class of sensor and meter not declared",
        "Unsicherheit unbekannt: Klasse von Sensor und Zähler nicht angegeben",
    ),
    "pv.uncertainty.no_meter": (
        "irradiation ±{value} as declared, meter's class not declared: uncertainty of PR unknown",
        "Einstrahlung ±{value} wie angegeben, Klasse des Zählers nicht angegeben: Unsicherheit der "
        "PR unbekannt",
    ),
    "pv.uncertainty.no_light": (
        "energy ±{value} as declared, sensor's class not declared or C: uncertainty of PR unknown",
        "Energie ±{value} wie angegeben, Klasse des Sensors nicht angegeben oder C: Unsicherheit "
        "der PR unbekannt",
    ),
    "pv.use": (
        "Self-consumption {own}, self-sufficiency {sufficient}, export {exported} kWh: by meter "
        "{meter}, split in steps of {step}, {covered} of the time.",
        "Eigenverbrauch {own}, Autarkiegrad {sufficient}, Einspeisung {exported} kWh: nach Zähler "
        "{meter}, in Schritten von {step} getrennt, {covered} der Zeit.",
    ),
    "pv.use.none": (
        "Self-consumption: no single meter with the role “grid” at the site of this plant.",
        "Eigenverbrauch: kein eindeutiger Zähler mit der Rolle „grid“ am Standort dieser Anlage.",
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
    "pv.section.expected": ("Expected", "Erwartung"),
    # --- expected ---
    "pv.expected.none.plant": (
        "What {device} should give cannot be told: its description is not complete.",
        "Was {device} geben müsste, ist nicht bestimmbar: Die Beschreibung ist unvollständig.",
    ),
    "pv.expected.none.weather": (
        "What {device} should give cannot be told in this window.",
        "Was {device} geben müsste, ist in diesem Zeitraum nicht bestimmbar.",
    ),
    "pv.expected.actual": ("Actual", "Tatsächlich"),
    "pv.expected.expected": ("Expected in this weather", "Erwartet bei diesem Wetter"),
    "pv.expected.typical": ("In a typical year", "Im typischen Jahr"),
    "pv.expected.title": (
        "{actual} kWh came of {expected} kWh expected: {ratio}",
        "{actual} kWh von {expected} kWh erwarteten: {ratio}",
    ),
    "pv.expected.origin.measured": (
        "weather measured at the plant",
        "Wetter an der Anlage gemessen",
    ),
    "pv.expected.origin.reanalysis": (
        "weather of {device}, a model of what was",
        "Wetter von {device}, Modell des Vergangenen",
    ),
    "pv.expected.origin.forecast": (
        "weather of {device}, a forecast",
        "Wetter von {device}, eine Vorhersage",
    ),
    "pv.expected.uncertainty": (
        "irradiation ±{value} by the sensor's class",
        "Einstrahlung ±{value} nach Klasse des Sensors",
    ),
    "pv.expected.uncertainty.unknown": (
        "uncertainty of the irradiation unknown",
        "Unsicherheit der Einstrahlung unbekannt",
    ),
    "pv.expected.assumed": ("assumed: {names}", "angenommen: {names}"),
    "pv.expected.rest.below": (
        "{share} less than expected is left without a reason",
        "{share} weniger als erwartet bleiben ohne Grund",
    ),
    "pv.expected.rest.above": (
        "{share} more than expected is left without a reason",
        "{share} mehr als erwartet bleiben ohne Grund",
    ),
    "pv.expected.rest.note": (
        "interval of the rest from {days} days drawn anew: how days differ, not how wrong the "
        "light is",
        "Intervall des Rests aus {days} neu gezogenen Tagen: wie Tage sich unterscheiden, nicht "
        "wie falsch das Licht ist",
    ),
    "pv.expected.few_days": ("too few days", "zu wenige Tage"),
    "pv.expected.unread": (
        "{hours} h of light without a reading left out",
        "{hours} h Licht ohne Messwert ausgelassen",
    ),
    "pv.expected.no_typical": (
        "no typical year: python -m ingest fetch weather --kind typical",
        "kein typisches Jahr: python -m ingest fetch weather --kind typical",
    ),
    "pv.expected.col.reason": ("Reason", "Grund"),
    "pv.expected.col.energy": ("kWh", "kWh"),
    "pv.expected.col.share": ("Of the expected", "Vom Erwarteten"),
    "pv.expected.col.interval": ("95 % interval", "95-%-Intervall"),
    "pv.reason.typical": ("Typical year", "Typisches Jahr"),
    "pv.reason.sun": ("Light", "Licht"),
    "pv.reason.temperature": ("Temperature", "Temperatur"),
    "pv.reason.clipping": ("Limit", "Grenze"),
    "pv.reason.expected": ("Expected", "Erwartet"),
    "pv.reason.outage": ("Outage", "Ausfall"),
    "pv.reason.rest": ("No reason found", "Ohne Grund"),
    "pv.reason.actual": ("Actual", "Tatsächlich"),
    "pv.section.losses": ("Losses", "Verluste"),
    "pv.section.units": ("Inverters and strings", "Wechselrichter und Strings"),
    "pv.section.degradation": ("Degradation", "Degradation"),
    "pv.section.flags": ("Flags and odd days", "Auffälligkeiten"),
    # --- losses ---
    "pv.losses.none": ("Losses cannot be told: {why}.", "Verluste sind nicht bestimmbar: {why}."),
    "pv.losses.note": (
        "the axis does not begin at zero; estimates with their 95 % interval",
        "die Achse beginnt nicht bei null; Schätzungen mit 95-%-Intervall",
    ),
    "pv.losses.usual": (
        "missed energy reckoned by the usual performance of {value} ({low} – {high}), of {days} "
        "undisturbed days nearest the window",
        "Entgangenes gerechnet mit der üblichen Performance von {value} ({low} – {high}) aus "
        "{days} ungestörten Tagen um den Zeitraum",
    ),
    "pv.losses.no_usual": (
        "too few days to know the usual performance",
        "zu wenige Tage für die übliche Performance",
    ),
    "pv.losses.title": (
        "Greatest loss with a name: {what}, {hours} h or {share} of the light; {rest} h have none",
        "Größter benannter Verlust: {what}, {hours} h oder {share} des Lichts; {rest} h bleiben "
        "ungeklärt",
    ),
    "pv.losses.measured": ("measured", "gemessen"),
    "pv.losses.remainder": ("what is left over", "was übrig bleibt"),
    "pv.losses.no_flag": ("none flagged", "nichts markiert"),
    "pv.losses.col.part": ("Part", "Anteil"),
    "pv.losses.col.hours": ("kWh/kWp", "kWh/kWp"),
    "pv.losses.col.share": ("Of the light", "Vom Licht"),
    "pv.losses.col.interval": ("95 % interval", "95-%-Intervall"),
    "pv.loss.yr": ("Light (Yr)", "Licht (Yr)"),
    "pv.loss.temperature": ("Temperature", "Temperatur"),
    "pv.loss.soiling": ("Soiling", "Verschmutzung"),
    "pv.loss.snow": ("Snow", "Schnee"),
    "pv.loss.clipping": ("Clipping", "Leistungsgrenze"),
    "pv.loss.curtailment": ("Curtailment", "Abregelung"),
    "pv.loss.outage": ("Outage", "Ausfall"),
    "pv.loss.unexplained": ("Unexplained", "Ungeklärt"),
    "pv.loss.rest": ("DC, inverter and unexplained", "DC, Wechselrichter, ungeklärt"),
    "pv.loss.ya": ("DC (Ya)", "DC (Ya)"),
    "pv.loss.inverter": ("Inverters", "Wechselrichter"),
    "pv.loss.ac": ("AC to the meter", "AC bis zum Zähler"),
    "pv.loss.conversion": ("Inverters and AC", "Wechselrichter und AC"),
    "pv.loss.yf": ("Output (Yf)", "Abgabe (Yf)"),
    "pv.lacks.temp": ("no temperature measured", "keine Temperatur gemessen"),
    "pv.lacks.short": (
        "under 60 days of performance",
        "unter 60 Tage mit Performance",
    ),
    "pv.lacks.noise": (
        "no decline between cleanings beyond the scatter",
        "kein Rückgang zwischen Reinigungen über die Streuung hinaus",
    ),
    "pv.lacks.wear": (
        "no cleaning found: not to be told from wear",
        "keine Reinigung gefunden: von Alterung nicht zu trennen",
    ),
    "pv.lacks.few_days": (
        "under five undisturbed days in all readings",
        "unter fünf ungestörte Tage in allen Messwerten",
    ),
    "pv.lacks.no_peers": (
        "neither peers nor light tell what was missed",
        "weder Vergleich noch Licht sagen, was entging",
    ),
    "pv.lacks.dc": ("no DC power measured", "keine DC-Leistung gemessen"),
    "pv.lacks.dc_partial": (
        "DC power of some units only",
        "DC-Leistung nur einiger Wechselrichter",
    ),
    "pv.lacks.dc_short": (
        "DC power missing in over 5 % of the light",
        "DC-Leistung fehlt in über 5 % des Lichts",
    ),
    "pv.lacks.no_meter": (
        "no meter behind the inverters",
        "kein Zähler hinter den Wechselrichtern",
    ),
    # --- units ---
    "pv.units.none.inverters": (
        "Fewer than three inverters: of two nobody can say which one is off.",
        "Weniger als drei Wechselrichter: Bei zweien lässt sich nicht sagen, welcher abweicht.",
    ),
    "pv.units.none.strings": (
        "Fewer than three strings are measured.",
        "Weniger als drei Strings werden gemessen.",
    ),
    "pv.units.planes.inverters": (
        "The inverters' modules lie in different planes, fewer than three in one: none is another's"
        " peer.",
        "Die Module der Wechselrichter liegen in verschiedenen Ebenen, weniger als drei in einer: "
        "Keiner taugt dem anderen als Vergleich.",
    ),
    "pv.units.planes.strings": (
        "The modules lie in different planes, and of fewer than three strings it is told that they "
        "are in one: name them in the arrays of the plant.",
        "Die Module liegen in verschiedenen Ebenen, und von weniger als drei Strings ist bekannt, "
        "dass sie in einer liegen: Nennen Sie sie bei den Modulfeldern der Anlage.",
    ),
    "pv.units.axis": ("against the median of the others", "gegen den Median der übrigen"),
    "pv.units.note": (
        "same moments from 200 W/m² on, at no limit; up to {days} days",
        "gleiche Zeitpunkte ab 200 W/m², nicht an der Grenze; bis zu {days} Tage",
    ),
    "pv.units.interval": (
        "intervals hold together at 95 %",
        "Intervalle gelten gemeinsam zu 95 %",
    ),
    "pv.units.equal": (
        "sizes not told, taken for equal",
        "Größen nicht angegeben, als gleich angenommen",
    ),
    "pv.units.title.behind": (
        "{unit} trails its peers by {share}",
        "{unit} liegt {share} hinter den übrigen",
    ),
    "pv.units.title.down": (
        "{unit} gave nothing in the whole window",
        "{unit} lieferte im ganzen Zeitraum nichts",
    ),
    "pv.units.title.alike.inverters": (
        "No inverter trails its peers by more than {margin}",
        "Kein Wechselrichter liegt mehr als {margin} zurück",
    ),
    "pv.units.title.alike.strings": (
        "No string trails its peers by more than {margin}",
        "Kein String liegt mehr als {margin} zurück",
    ),
    "pv.units.down": (
        "{unit} gave nothing in {hours} of light: {spans}",
        "{unit} lieferte in {hours} Licht nichts: {spans}",
    ),
    "pv.units.more": ("{spans} and {count} more times", "{spans} und weitere {count} Male"),
    "pv.units.shaded": (
        "{unit} lies {share} lower from {hours} than at its other hours, as in a shadow",
        "{unit} liegt von {hours} um {share} tiefer als zu den übrigen Stunden, wie im Schatten",
    ),
    "pv.units.hours.title.weak": (
        "{unit} falls behind from {hours}",
        "{unit} fällt von {hours} zurück",
    ),
    "pv.units.hours.title": (
        "No unit falls behind at certain hours of the day",
        "Keine Einheit fällt zu bestimmten Tageszeiten zurück",
    ),
    "pv.units.hours.few": (
        "Too few days to tell shadows by the hour",
        "Zu wenige Tage, um Schatten nach der Tageszeit zu erkennen",
    ),
    "pv.units.hours.note": (
        "median over days of the share of the peers, by local hour; told as a shadow where it is "
        "surely {margin} or more below the unit's other hours",
        "Median über Tage des Anteils am Vergleich, je Ortsstunde; als Schatten genannt, wo er "
        "sicher {margin} oder mehr unter den übrigen Stunden der Einheit liegt",
    ),
    "pv.units.title.inverters": (
        "{count} inverters against their peers",
        "{count} Wechselrichter im Vergleich",
    ),
    "pv.units.title.strings": (
        "{count} strings against their peers",
        "{count} Strings im Vergleich",
    ),
    "pv.units.col.rank": ("Rank", "Rang"),
    "pv.units.col.unit": ("Unit", "Einheit"),
    "pv.units.col.ratio": ("Of its peers", "Vom Vergleich"),
    "pv.units.col.interval": ("Interval", "Intervall"),
    "pv.units.col.days": ("Days", "Tage"),
    "pv.units.col.verdict": ("Verdict", "Urteil"),
    "pv.units.col.available": ("Available", "Verfügbar"),
    "pv.units.col.down": ("Down [h]", "Ausfall [h]"),
    "pv.units.col.lost": ("Missed [kWh]", "Entgangen [kWh]"),
    "pv.units.col.lost_share": ("Missed", "Entgangen"),
    "pv.verdict.behind": ("behind", "zurück"),
    "pv.verdict.ahead": ("ahead", "voraus"),
    "pv.verdict.alike": ("alike", "gleich"),
    "pv.verdict.undecided": ("undecided", "offen"),
    "pv.verdict.down": ("stood still", "stand still"),
    "pv.verdict.few_days": ("too few days", "zu wenige Tage"),
    # --- degradation ---
    "pv.degradation.none": (
        "No degradation can be told: {why}.",
        "Eine Degradation ist nicht bestimmbar: {why}.",
    ),
    "pv.degradation.short": (
        "No rate is told from {days} days: weather and season would pass for wear.",
        "Aus {days} Tagen wird keine Rate genannt: Wetter und Jahreszeit gälten als Alterung.",
    ),
    "pv.degradation.few_pairs": (
        "No rate is told from {pairs} days that have one a year before.",
        "Aus {pairs} Tagen mit Vorjahrestag wird keine Rate genannt.",
    ),
    "pv.degradation.mend": (
        "Each day is compared with the same day a year before; {days} days are the least.",
        "Jeder Tag wird mit demselben Tag des Vorjahres verglichen; {days} Tage sind das Mindeste.",
    ),
    "pv.degradation.line": ("year on year", "Jahr gegen Jahr"),
    "pv.degradation.whole": (
        "all readings, not the window alone",
        "alle Messwerte, nicht nur der Zeitraum",
    ),
    "pv.degradation.days": ("{days} days count", "{days} Tage zählen"),
    "pv.degradation.note": (
        "median of {pairs} changes over a year; interval from 60-day stretches drawn anew",
        "Median aus {pairs} Änderungen über ein Jahr; Intervall aus neu gezogenen Abschnitten "
        "von 60 Tagen",
    ),
    "pv.degradation.uncorrected": (
        "not corrected for temperature",
        "nicht temperaturkorrigiert",
    ),
    "pv.degradation.title.none": (
        "Performance of each day; no rate yet",
        "Performance jedes Tages; noch keine Rate",
    ),
    "pv.degradation.title.declines": (
        "Output changes by {rate} % a year (95 %: {low} to {high})",
        "Der Ertrag ändert sich um {rate} % im Jahr (95 %: {low} bis {high})",
    ),
    "pv.degradation.title.rises": (
        "Output rises by {rate} % a year (95 %: {low} to {high})",
        "Der Ertrag steigt um {rate} % im Jahr (95 %: {low} bis {high})",
    ),
    "pv.degradation.title.not_distinguishable": (
        "No change that stands out: {rate} % a year (95 %: {low} to {high})",
        "Keine erkennbare Änderung: {rate} % im Jahr (95 %: {low} bis {high})",
    ),
    # --- flags ---
    "pv.flags.title": (
        "Most time: {what}, {hours} h in the window",
        "Am längsten: {what}, {hours} h im Zeitraum",
    ),
    "pv.flags.title.none": (
        "Nothing flagged in the window",
        "Nichts Auffälliges im Zeitraum",
    ),
    "pv.flags.note": (
        "night and stale values are left out of every figure",
        "Nacht- und stehende Werte bleiben aus allen Zahlen heraus",
    ),
    "pv.flags.limit": (
        "inverters limited to {power} as told",
        "Wechselrichter laut Angabe auf {power} begrenzt",
    ),
    "pv.flags.limit.found": (
        "limit of {power} found from flat tops",
        "Grenze von {power} aus flachen Spitzen gefunden",
    ),
    "pv.flags.no_limit": (
        "no AC limit told, no flat tops found",
        "keine AC-Grenze angegeben, keine flachen Spitzen gefunden",
    ),
    "pv.flags.no_history": (
        "Soiling, clock and odd days need the nominal power.",
        "Verschmutzung, Uhr und auffällige Tage brauchen die Nennleistung.",
    ),
    "pv.flags.col.flag": ("Flag", "Merkmal"),
    "pv.flags.col.hours": ("Hours", "Stunden"),
    "pv.flags.col.means": ("Means", "Bedeutung"),
    "pv.flag.night": ("Night value", "Nachtwert"),
    "pv.flag.stale": ("Stale", "Stehender Wert"),
    "pv.flag.clipping": ("Clipping", "Leistungsgrenze"),
    "pv.flag.curtailment": ("Curtailment", "Abregelung"),
    "pv.flag.snow": ("Snow", "Schnee"),
    "pv.flag.night.means": (
        "power or light while the sun is 6° and more below the horizon; left out",
        "Leistung oder Licht bei Sonne 6° und mehr unter dem Horizont; ausgelassen",
    ),
    "pv.flag.stale.means": (
        "the same value for an hour and more; left out",
        "derselbe Wert eine Stunde und länger; ausgelassen",
    ),
    "pv.flag.clipping.means": (
        "an inverter at its AC limit; true output",
        "ein Wechselrichter an seiner AC-Grenze; echte Abgabe",
    ),
    "pv.flag.curtailment.means": (
        "flat below the limit and under 85 % of the usual performance",
        "flach unter der Grenze und unter 85 % der üblichen Performance",
    ),
    "pv.flag.snow.means": (
        "days at 2 °C and less with under 30 % of what the light would give",
        "Tage bis 2 °C mit unter 30 % dessen, was das Licht gäbe",
    ),
    "pv.soiling": (
        "Soiling took {loss} of the energy (95 %: {low} – {high}). Cleanings or rains found: "
        "{cleanings}; those under {least} are not seen. {count} stretches between them change by "
        "{slope} % a day (median, 95 %: {slope_low} to {slope_high}); cleanings not seen make it "
        "flatter than the dirt's own rate.",
        "Verschmutzung kostete {loss} der Energie (95 %: {low} – {high}). Gefundene Reinigungen "
        "oder Regen: {cleanings}; solche unter {least} bleiben unerkannt. {count} Abschnitte "
        "dazwischen ändern sich um {slope} % am Tag (Median, 95 %: {slope_low} bis {slope_high}); "
        "unerkannte Reinigungen machen die Rate flacher als die der Verschmutzung.",
    ),
    "pv.soiling.short": (
        "Soiling: under 60 days of performance, nothing is told.",
        "Verschmutzung: unter 60 Tage mit Performance, keine Aussage.",
    ),
    "pv.soiling.wear": (
        "Soiling: the performance falls, but no cleaning or rain that mends it was found: dirt "
        "cannot be told from wear.",
        "Verschmutzung: Die Performance sinkt, aber keine Reinigung und kein Regen, der sie hebt, "
        "wurde gefunden: Schmutz ist von Alterung nicht zu unterscheiden.",
    ),
    "pv.soiling.noise": (
        "Soiling: no decline between cleanings or rain beyond the scatter of the days.",
        "Verschmutzung: kein Rückgang zwischen Reinigungen oder Regen über die Streuung hinaus.",
    ),
    "pv.clock.no_place": (
        "Clock: place, tilt and azimuth are needed to compare with the sun.",
        "Uhr: Für den Vergleich mit der Sonne fehlen Ort, Neigung oder Azimut.",
    ),
    "pv.clock.right": (
        "Clock of {what}: the middle of the days agrees with the sun within 10 minutes.",
        "Uhr {what}: Die Tagesmitte stimmt auf 10 Minuten mit der Sonne überein.",
    ),
    "pv.clock.and": (" and of ", " und "),
    "pv.clock.few": (
        "Clock of {what}: too few days to judge it, {days} of {least}; their middle is {minutes} "
        "min from that of a clear sky, positive is late.",
        "Uhr {what}: zu wenige Tage für ein Urteil, {days} von {least}; ihre Mitte liegt {minutes} "
        "min neben der eines klaren Himmels, positiv ist spät.",
    ),
    "pv.clock.no_days": (
        "Clock of {what}: no day can be judged; {least} are needed.",
        "Uhr {what}: kein Tag ist beurteilbar; {least} sind nötig.",
    ),
    "pv.clock.poa": ("the irradiance", "der Einstrahlung"),
    "pv.clock.power": ("the power", "der Leistung"),
    "pv.clock.off": (
        "Clock of {what} is off by {minutes} min ({low} to {high}) from {first} to {last}, {days} "
        "days judged; positive is late.",
        "Uhr {what} weicht vom {first} bis {last} um {minutes} min ab ({low} bis {high}), {days} "
        "Tage beurteilt; positiv ist spät.",
    ),
    "pv.anomalies.short": (
        "Odd days: under 100 earlier days, nothing is told yet.",
        "Auffällige Tage: unter 100 frühere Tage, noch keine Aussage.",
    ),
    "pv.anomalies.title": (
        "{count} of {judged} judged days fell below what their past lets expect",
        "{count} von {judged} beurteilten Tagen blieben unter dem, was ihre Vorgeschichte "
        "erwarten lässt",
    ),
    "pv.anomalies.actual": ("day", "Tag"),
    "pv.anomalies.expected": ("expected", "erwartet"),
    "pv.anomalies.marked": ("stands out", "auffällig"),
    "pv.anomalies.note": (
        "expected by season, clearness and peers; about {rate} of healthy days stand out by chance",
        "erwartet nach Jahreszeit, Klarheit und Vergleich; etwa {rate} gesunder Tage fallen "
        "zufällig auf",
    ),
    "pv.anomalies.checks": ("{checks} checks a day", "{checks} Prüfungen am Tag"),
    "pv.anomalies.plant": ("plant", "Anlage"),
    "pv.anomalies.col.day": ("Day", "Tag"),
    "pv.anomalies.col.unit": ("Of", "Von"),
    "pv.anomalies.col.score": ("Against expected", "Gegen erwartet"),
    "pv.anomalies.col.threshold": ("Told from", "Auffällig ab"),
}
