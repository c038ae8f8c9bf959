"""Words of the capacity tab of PackPulse, in English and German."""

from __future__ import annotations

PACK_CAPACITY: dict[str, tuple[str, str]] = {
    # --- capacity ---
    "packpulse.capacity.string": ("String", "Strang"),
    "packpulse.capacity.none": (
        "The capacity cannot be measured here.",
        "Die Kapazität lässt sich hier nicht messen.",
    ),
    "packpulse.capacity.refusal.no_readings": (
        "The window holds no readings of the string’s current. Choose a longer one.",
        "Der Zeitraum enthält keine Messwerte des Strangstroms. Bitte einen längeren wählen.",
    ),
    "packpulse.capacity.refusal.no_anchors": (
        "In this window the battery never went from full to empty or back. A full charge followed "
        "by a discharge to the lower cut-off, three times, would tell. Cells are taken to be full "
        "at {high} V and empty at {low} V; if they are operated to others, give limits among the "
        "facts of the device.",
        "In diesem Zeitraum ging die Batterie nie von voll nach leer oder zurück. Drei "
        "Vollladungen mit Entladung bis zur unteren Abschaltgrenze würden es zeigen. Als voll "
        "gelten Zellen bei {high} V, als leer bei {low} V; werden sie anders betrieben, bitte "
        "limits bei den Angaben zum Gerät eintragen.",
    ),
    "packpulse.capacity.now": ("Capacity, full to empty", "Kapazität, voll bis leer"),
    "packpulse.capacity.ways": (
        "95 %, {n} ways of the last {days} days",
        "95 %, {n} Wege der letzten {days} Tage",
    ),
    "packpulse.capacity.segments_few": (
        "ways found: {n}; it takes 3",
        "Wege gefunden: {n}; nötig sind 3",
    ),
    "packpulse.capacity.rated.fact": ("Of the rated capacity", "Von der Nennkapazität"),
    "packpulse.capacity.rated.counted": ("Of the capacity counted", "Von der gezählten Kapazität"),
    "packpulse.capacity.rated.note": ("of {capacity}", "von {capacity}"),
    "packpulse.capacity.rated.line.counted": (
        "counted against SOC {capacity}",
        "nach Ladezustand gezählt {capacity}",
    ),
    "packpulse.capacity.rated.line": ("rated {capacity}", "Nennwert {capacity}"),
    "packpulse.capacity.bms": ("SOH of the BMS", "SOH laut BMS"),
    "packpulse.capacity.bms.note": ("would be {ah}", "entspräche {ah}"),
    "packpulse.capacity.bms.none": ("not recorded", "nicht aufgezeichnet"),
    "packpulse.capacity.change": ("Change per year", "Änderung je Jahr"),
    "packpulse.capacity.verdict.declines": ("declines", "sinkt"),
    "packpulse.capacity.verdict.rises": ("rises", "steigt"),
    "packpulse.capacity.verdict.not_distinguishable": (
        "not distinguishable from zero",
        "nicht von null unterscheidbar",
    ),
    "packpulse.capacity.trend.no_data": ("no way counts", "kein Weg zählt"),
    "packpulse.capacity.trend.too_few_days": (
        "{n} values; it takes 60",
        "{n} Werte; nötig sind 60",
    ),
    "packpulse.capacity.trend.span_short": (
        "{span} days; it takes 120",
        "{span} Tage; nötig sind 120",
    ),
    "packpulse.capacity.trend.incomplete_charges": (
        "{n} values; it takes 60",
        "{n} Werte; nötig sind 60",
    ),
    "packpulse.capacity.trend.constant": ("value does not move", "Wert bewegt sich nicht"),
    "packpulse.capacity.trend.regimes_short": (
        "operation changes too often",
        "Betrieb wechselt zu oft",
    ),
    "packpulse.capacity.trend.none": (
        "No trend of the capacity is told: {why}.",
        "Zum Verlauf der Kapazität wird nichts gesagt: {why}.",
    ),
    "packpulse.capacity.trend.basis": (
        "Trend: {n} ways over {span} days in {regimes} regimes of operation (an offset for each, "
        "one slope for all); interval 95 %.",
        "Verlauf: {n} Wege über {span} Tage in {regimes} Betriebsphasen (je ein Versatz, eine "
        "Steigung für alle); Intervall 95 %.",
    ),
    "packpulse.capacity.trend.under_one_year": (
        "Under a year: a season may look like a trend.",
        "Unter einem Jahr: Eine Jahreszeit kann wie ein Verlauf aussehen.",
    ),
    "packpulse.capacity.trend.regimes_disagree": (
        "The slopes of the regimes disagree; the interval allows for it.",
        "Die Steigungen der Phasen widersprechen sich; das Intervall berücksichtigt es.",
    ),
    "packpulse.capacity.life": ("Remaining life", "Restlebensdauer"),
    "packpulse.capacity.years": ("years", "Jahre"),
    "packpulse.capacity.life.note": (
        "{low} to {high} years until 80 %, {limit}",
        "{low} bis {high} Jahre bis 80 %, {limit}",
    ),
    "packpulse.capacity.life.span_short": (
        "seen over {span} d; it takes a year",
        "gesehen über {span} d; nötig ist ein Jahr",
    ),
    "packpulse.capacity.life.not_distinguishable": (
        "no decline to be told from zero",
        "kein Rückgang von null zu unterscheiden",
    ),
    "packpulse.capacity.life.moves_away": (
        "the capacity rises",
        "die Kapazität steigt",
    ),
    "packpulse.capacity.life.limit_reached": (
        "80 % has been reached",
        "80 % sind erreicht",
    ),
    "packpulse.capacity.life.no_baseline": (
        "the first 30 days have no value",
        "die ersten 30 Tage haben keinen Wert",
    ),
    "packpulse.capacity.title": (
        "From full to empty (100 to 0 % SOC) the string held {value} Ah in the last {days} days",
        "Von voll bis leer fasste der Strang (100 bis 0 % Ladezustand) in den letzten {days} Tagen "
        "{value} Ah",
    ),
    "packpulse.capacity.title.bms": (
        "From full to empty (100 to 0 % SOC) the string held {value} Ah in the last {days} days; "
        "the BMS’s SOH would be {told}",
        "Von voll bis leer fasste der Strang (100 bis 0 % Ladezustand) in den letzten {days} Tagen "
        "{value} Ah; der SOH des BMS entspräche {told}",
    ),
    "packpulse.capacity.title.few": (
        "Ways between full and empty in the last {days} days: {n}, too few for an estimate",
        "Wege zwischen voll und leer in den letzten {days} Tagen: {n}, zu wenig für eine Schätzung",
    ),
    "packpulse.capacity.axis": ("Capacity of the string [Ah]", "Kapazität des Strangs [Ah]"),
    "packpulse.capacity.discharge": ("discharge", "Entladung"),
    "packpulse.capacity.charge": ("charge", "Ladung"),
    "packpulse.capacity.not_counted": ("not counted", "nicht gezählt"),
    "packpulse.capacity.prior": ("LFP cells of this age, usually", "LFP-Zellen dieses Alters"),
    "packpulse.capacity.line": ("trend, 95 %", "Verlauf, 95 %"),
    "packpulse.capacity.hover": (
        "{ah} Ah over {soc} of SOC, {rate} C",
        "{ah} Ah über {soc} Ladezustand, {rate} C",
    ),
    "packpulse.capacity.counted": (
        "{n} of {all} ways between full and empty count",
        "{n} von {all} Wegen zwischen voll und leer zählen",
    ),
    "packpulse.capacity.sure": (
        "bars: 95 %, one way is sure to ±{error} (1 σ), mostly its two ends, which all ways share",
        "Balken: 95 %, ein Weg ist auf ±{error} genau (1 σ), meist durch seine Enden, die alle "
        "teilen",
    ),
    "packpulse.capacity.means": (
        "typical way: {ah} Ah between {low} V (lowest cell) and {high} V (highest cell), divided "
        "by its change of SOC of {delta}; {ends}. The first cell empty and the first one full end "
        "it, so unequal cells count against it",
        "typischer Weg: {ah} Ah zwischen {low} V (niedrigste Zelle) und {high} V (höchste Zelle), "
        "geteilt durch seine Änderung des Ladezustands von {delta}; {ends}. Die erste leere und "
        "die erste volle Zelle begrenzen ihn, ungleiche Zellen mindern sie",
    ),
    "packpulse.capacity.ends.told": (
        "the BMS sets itself to {soc} when empty",
        "leer setzt sich das BMS auf {soc}",
    ),
    "packpulse.capacity.ends.zero": (
        "empty counts as 0 % here, for the BMS sets itself to no fixed figure there",
        "leer zählt hier als 0 %, denn das BMS setzt sich dort auf keinen festen Wert",
    ),
    "packpulse.capacity.prior.about": (
        "Band: what large LFP cells aged {age} years usually have left (BLAST-Lite, "
        "20 to 30 °C). Cycles before the window are not recorded: the band spans from none to "
        "{before} full cycles, the pace of the window.",
        "Band: was großen LFP-Zellen mit {age} Jahren üblicherweise bleibt "
        "(BLAST-Lite, 20 bis 30 °C). Zyklen vor dem Zeitraum sind nicht aufgezeichnet: Das Band "
        "reicht von keinem bis {before} Vollzyklen, dem Takt des Zeitraums.",
    ),
    "packpulse.capacity.prior.not_lfp": (
        "No band of usual ageing: it is known for LFP only.",
        "Kein Band üblicher Alterung: Es ist nur für LFP bekannt.",
    ),
    "packpulse.capacity.prior.no_commissioned": (
        "No band of usual ageing: the age is not known. Give commissioned among the facts of the "
        "device.",
        "Kein Band üblicher Alterung: Das Alter ist nicht bekannt. Bitte commissioned bei den "
        "Angaben zum Gerät eintragen.",
    ),
    "packpulse.capacity.prior.commissioned_later": (
        "No band of usual ageing: commissioned lies after the first reading of the window.",
        "Kein Band üblicher Alterung: commissioned liegt nach dem ersten Messwert des Zeitraums.",
    ),
    "packpulse.capacity.prior.no_cycles": (
        "No band of usual ageing: no full cycles could be counted.",
        "Kein Band üblicher Alterung: Es ließen sich keine Vollzyklen zählen.",
    ),
    "packpulse.capacity.ledger": (
        "Ledger of {count} ways, and cycles ahead",
        "Kontobuch der {count} Wege und Zyklen voraus",
    ),
    "packpulse.capacity.column.start": ("From", "Von"),
    "packpulse.capacity.column.end": ("To", "Bis"),
    "packpulse.capacity.column.way": ("Way", "Weg"),
    "packpulse.capacity.column.anchors": ("Ends known by", "Enden bekannt durch"),
    "packpulse.capacity.column.charge": ("Charge [Ah]", "Ladung [Ah]"),
    "packpulse.capacity.column.delta": ("ΔSOC", "ΔSOC"),
    "packpulse.capacity.column.capacity": ("Capacity, 95 % [Ah]", "Kapazität, 95 % [Ah]"),
    "packpulse.capacity.column.temp": ("Temperature [°C]", "Temperatur [°C]"),
    "packpulse.capacity.column.rate": ("Rate [1/h]", "Rate [1/h]"),
    "packpulse.capacity.column.counts": ("Counts", "Zählt"),
    "packpulse.capacity.anchor.voltage": ("full by voltage", "voll nach Spannung"),
    "packpulse.capacity.anchor.bms": ("full by the BMS", "voll laut BMS"),
    "packpulse.capacity.anchor.cutoff": ("lower cut-off", "untere Abschaltung"),
    "packpulse.capacity.anchor.rest": ("rest", "Ruhe"),
    "packpulse.capacity.reason.yes": ("yes", "ja"),
    "packpulse.capacity.reason.gap": ("no: gap in the current", "nein: Lücke im Strom"),
    "packpulse.capacity.reason.wrong_sign": ("no: sign", "nein: Vorzeichen"),
    "packpulse.capacity.reason.delta_soc_small": ("no: too short", "nein: zu kurz"),
    "packpulse.capacity.reason.error_large": ("no: too unsure", "nein: zu unsicher"),
    "packpulse.capacity.more": ("{count} more in the export.", "{count} weitere im Export."),
    "packpulse.capacity.projection": (
        "If nothing but cycles changed",
        "Wenn sich nichts als die Zyklen änderte",
    ),
    "packpulse.capacity.projection.cycles": ("Full cycles counted", "Gezählte Vollzyklen"),
    "packpulse.capacity.projection.ratio": ("Of the first 30 days", "Von den ersten 30 Tagen"),
    "packpulse.capacity.projection.interval": ("95 %", "95 %"),
    "packpulse.capacity.projection.note": ("Reach", "Reichweite"),
    "packpulse.capacity.projection.far": (
        "not told: {times} times the cycles seen",
        "keine Angabe: das {times}-Fache der gesehenen Zyklen",
    ),
    "packpulse.capacity.projection.ok": (
        "{times} times the cycles seen",
        "das {times}-Fache der gesehenen Zyklen",
    ),
    "packpulse.capacity.projection.no_cycles": (
        "no full cycles could be counted",
        "keine Vollzyklen zählbar",
    ),
    "packpulse.capacity.ohm": ("Resistance of all cells", "Innenwiderstand aller Zellen"),
    "packpulse.capacity.ohm.none": (
        "The resistance of the cells cannot be measured here.",
        "Der Innenwiderstand der Zellen lässt sich hier nicht messen.",
    ),
    "packpulse.capacity.ohm.no_soc": (
        "No state of charge is recorded; it tells where a step of the current says something.",
        "Der Ladezustand wird nicht aufgezeichnet; er sagt, wo ein Stromsprung etwas aussagt.",
    ),
    "packpulse.capacity.ohm.no_readings": (
        "The window holds no readings. Choose a longer one.",
        "Der Zeitraum enthält keine Messwerte. Bitte einen längeren wählen.",
    ),
    "packpulse.capacity.ohm.no_steps": (
        "No step of the current by 0.1 C or more was caught with cell voltages at most a minute "
        "before and after, at 15 to 90 % of charge. Reading cells once a minute would tell.",
        "Kein Stromsprung ab 0,1 C wurde mit Zellspannungen höchstens eine Minute davor und danach "
        "erfasst, bei 15 bis 90 % Ladung. Zellspannungen im Minutentakt würden es zeigen.",
    ),
    "packpulse.capacity.ohm.level.none": (
        "The resistance now is not told.",
        "Der Innenwiderstand heute wird nicht angegeben.",
    ),
    "packpulse.capacity.ohm.steps_few": (
        "Steps of the current in the last 60 days: {n}, read on {days}; it takes 10 on 3 days.",
        "Stromsprünge in den letzten 60 Tagen: {n}, gelesen an {days}; nötig sind 10 an 3 Tagen.",
    ),
    "packpulse.capacity.ohm.title": (
        "Cell {cell} has the highest resistance, {ratio} % over its pack",
        "Zelle {cell} hat den höchsten Innenwiderstand, {ratio} % über ihrem Pack",
    ),
    "packpulse.capacity.ohm.axis": ("over the pack’s median [%]", "über dem Packmedian [%]"),
    "packpulse.capacity.ohm.basis": (
        "within a minute, from {n} of {all} steps of the current of 0.1 C or more, read on {days}; "
        "the tab “Weak cells” shows the resistance over an hour",
        "binnen einer Minute, aus {n} von {all} Stromsprüngen ab 0,1 C, gelesen an {days}; der "
        "Reiter „Schwache Zellen“ zeigt den Widerstand über eine Stunde",
    ),
    "packpulse.capacity.ohm.median": (
        "median cell {ohm} mΩ at 25 °C",
        "mittlere Zelle {ohm} mΩ bei 25 °C",
    ),
    "packpulse.capacity.ohm.relative": (
        "against the pack sure to ±{half} % (95 %)",
        "gegen das Pack auf ±{half} % genau (95 %)",
    ),
    "packpulse.capacity.ohm.no_temperature": (
        "no temperature recorded, so only the comparison with the pack is told",
        "keine Temperatur aufgezeichnet, daher nur der Vergleich mit dem Pack",
    ),
    "packpulse.capacity.ohm.prior": (
        "measured at {span} °C, too narrow to fit how temperature moves it: {energy} ± "
        "{error} kJ/mol supposed",
        "gemessen bei {span} °C, zu schmal für einen eigenen Temperaturgang: {energy} ± "
        "{error} kJ/mol angenommen",
    ),
    "packpulse.capacity.ohm.fitted": (
        "temperature taken out with {energy} ± {error} kJ/mol, fitted at {span} °C",
        "Temperatur herausgerechnet mit {energy} ± {error} kJ/mol, angepasst bei {span} °C",
    ),
    "packpulse.capacity.growth.none": (
        "How the resistance grows is not told.",
        "Wie der Innenwiderstand wächst, wird nicht angegeben.",
    ),
    "packpulse.capacity.growth.span_short": (
        "Steps in {weeks} weeks over {span} days; it takes 8 weeks over 90 days.",
        "Stromsprünge in {weeks} Wochen über {span} Tage; nötig sind 8 Wochen über 90 Tage.",
    ),
    "packpulse.capacity.growth.no_temperature": (
        "Without a temperature a season cannot be told from growth.",
        "Ohne Temperatur ist eine Jahreszeit nicht von Wachstum zu trennen.",
    ),
    "packpulse.capacity.growth.title": (
        "The median cell changes by {usual} % a year; growth is sure in {count} of {all} cells",
        "Mittlere Zelle: {usual} % im Jahr; Wachstum bei {count} von {all} Zellen sicher",
    ),
    "packpulse.capacity.growth.axis": ("growth per year [%]", "Wachstum je Jahr [%]"),
    "packpulse.capacity.ica": (
        "Incremental capacity and differential voltage",
        "Inkrementelle Kapazität und differenzielle Spannung",
    ),
    "packpulse.capacity.ica.none": (
        "dQ/dV cannot be drawn here.",
        "dQ/dV lässt sich hier nicht zeichnen.",
    ),
    "packpulse.capacity.ica.no_voltage": (
        "No voltage of the string is recorded (battery_voltage or pack_voltage).",
        "Die Strangspannung wird nicht aufgezeichnet (battery_voltage oder pack_voltage).",
    ),
    "packpulse.capacity.ica.voltage_scale": (
        "The voltage of the string does not fit its number of cells. Give series_cells among the "
        "facts of the device.",
        "Die Strangspannung passt nicht zur Zahl ihrer Zellen. Bitte series_cells bei den Angaben "
        "zum Gerät eintragen.",
    ),
    "packpulse.capacity.ica.no_readings": (
        "The window holds no readings of current and voltage.",
        "Der Zeitraum enthält keine Messwerte von Strom und Spannung.",
    ),
    "packpulse.capacity.ica.none.discharge": (
        "None of {n} discharges carries a curve.",
        "Keine von {n} Entladungen trägt eine Kurve.",
    ),
    "packpulse.capacity.ica.none.charge": (
        "None of {n} charges carries a curve.",
        "Keine von {n} Ladungen trägt eine Kurve.",
    ),
    "packpulse.capacity.ica.reason.nothing": (
        "There was one curve or none; it takes two.",
        "Es gab höchstens eine Kurve; nötig sind zwei.",
    ),
    "packpulse.capacity.ica.reason.readings_few": (
        "{n} with fewer than 3 readings",
        "{n} mit weniger als 3 Messwerten",
    ),
    "packpulse.capacity.ica.reason.gap": (
        "{n} with a gap over 15 min",
        "{n} mit einer Lücke über 15 min",
    ),
    "packpulse.capacity.ica.reason.charge_small": (
        "{n} moved less than half of the capacity",
        "{n} bewegten weniger als die halbe Kapazität",
    ),
    "packpulse.capacity.ica.reason.rate_high": (
        "{n} ran faster than C/5",
        "{n} liefen schneller als C/5",
    ),
    "packpulse.capacity.ica.reason.rate_unsteady": (
        "{n} had a current that varied by more than 30 %",
        "{n} hatten einen Strom, der um mehr als 30 % schwankte",
    ),
    "packpulse.capacity.ica.reason.sampling_coarse": (
        "{n} were read too coarsely (over 2 % of the capacity between readings)",
        "{n} waren zu grob abgetastet (über 2 % der Kapazität zwischen Messwerten)",
    ),
    "packpulse.capacity.ica.peak": ("Peak {number}", "Maximum {number}"),
    "packpulse.capacity.ica.panel.dqdv": (
        "dQ/dV of a cell, mean of the string",
        "dQ/dV einer Zelle, Mittel des Strangs",
    ),
    "packpulse.capacity.ica.panel.dvdq": (
        "dV/dQ of a cell, mean of the string",
        "dV/dQ einer Zelle, Mittel des Strangs",
    ),
    "packpulse.capacity.ica.panel.peaks": (
        "Place of the peaks over time",
        "Lage der Maxima über die Zeit",
    ),
    "packpulse.capacity.ica.axis.volts": ("voltage of a cell [V]", "Zellspannung [V]"),
    "packpulse.capacity.ica.axis.dqdv": ("dQ/dV [Ah/V]", "dQ/dV [Ah/V]"),
    "packpulse.capacity.ica.axis.below": ("charge below full [Ah]", "Ladung unter voll [Ah]"),
    "packpulse.capacity.ica.axis.dvdq": ("dV/dQ [mV/Ah]", "dV/dQ [mV/Ah]"),
    "packpulse.capacity.ica.axis.away": ("from its median [mV]", "gegen seinen Median [mV]"),
    "packpulse.capacity.ica.first": ("first {n}: {start} – {end}", "erste {n}: {start} – {end}"),
    "packpulse.capacity.ica.last": ("last {n}: {start} – {end}", "letzte {n}: {start} – {end}"),
    "packpulse.capacity.ica.of.discharge": ("{n} slow discharges", "{n} langsame Entladungen"),
    "packpulse.capacity.ica.of.charge": ("{n} slow charges", "{n} langsame Ladungen"),
    "packpulse.capacity.ica.title.no_peak": (
        "{name} show no peak of dQ/dV",
        "{name} zeigen kein Maximum von dQ/dV",
    ),
    "packpulse.capacity.ica.title.short": (
        "{name} show {peaks} peaks; too few to say whether they move",
        "{name} zeigen {peaks} Maxima; zu wenige, um zu sagen, ob sie wandern",
    ),
    "packpulse.capacity.ica.title.moving": (
        "{name}: the place of a peak moves",
        "{name}: Die Lage eines Maximums wandert",
    ),
    "packpulse.capacity.ica.title.still": (
        "{name}: no move of the peaks can be told from zero",
        "{name}: Kein Wandern der Maxima ist von null zu unterscheiden",
    ),
    "packpulse.capacity.mv_year": ("mV/year", "mV/Jahr"),
    "packpulse.capacity.ica.means": (
        "string voltage over {cells} cells: it is the curve of the string, and of no cell in it",
        "Strangspannung durch {cells} Zellen: Es ist die Kurve des Strangs und keiner Zelle in ihm",
    ),
    "packpulse.capacity.ica.left_out": ("left out: {why}", "nicht verwendet: {why}"),
}
