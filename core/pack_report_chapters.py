"""The chapters of the battery report in words; merged into `core.pack_report_texts.TEXTS`."""

from __future__ import annotations

# key: (English, German)
CHAPTERS: dict[str, tuple[str, str]] = {
    # --- operation ---
    "operation.table": ("Figures of the period", "Kennzahlen des Zeitraums"),
    "column.figure": ("Figure", "Kennzahl"),
    "column.value": ("Value", "Wert"),
    "column.interval": ("95 % interval", "95-%-Intervall"),
    "column.unit": ("Unit", "Einheit"),
    "column.n": ("n", "n"),
    "column.span": ("Span [d]", "Spanne [d]"),
    "column.basis": ("Basis, or why there is none", "Grundlage, oder warum es keinen gibt"),
    "operation.causes": (
        "Time by state",
        "Zeit nach Zustand",
    ),
    "column.state": ("State", "Zustand"),
    "column.cause": ("Flag", "Meldung"),
    "column.hours": ("Hours", "Stunden"),
    "column.share": ("Share", "Anteil"),
    "column.events": ("Times", "Anzahl"),
    "state.charge": ("charge", "Laden"),
    "state.discharge": ("discharge", "Entladen"),
    "state.idle": ("at rest", "Ruhe"),
    "state.fault": ("down", "Ausfall"),
    "state.no_data": ("no readings", "keine Messwerte"),
    # --- trend ---
    "trend.about": (
        "Saturation voltage (SAT) is the highest voltage a cell reaches in a complete charge, by "
        "local day. It says where a cell stands at the end of charge: which cell trips the "
        "cut-off, end current, temperature and balancing move it by far more than ageing does. It "
        "is not a state of health.",
        "Die Sättigungsspannung (SAT) ist die höchste Spannung, die eine Zelle bei einer "
        "vollständigen Ladung erreicht, je Ortstag. Sie sagt, wo eine Zelle am Ende der Ladung "
        "steht: Welche Zelle abschaltet, Endstrom, Temperatur und Balancing bewegen sie weit mehr "
        "als die Alterung. Sie ist kein Gesundheitszustand.",
    ),
    "trend.charges": (
        "{complete} of {all} days with readings ended with a complete charge ({by}).",
        "{complete} von {all} Tagen mit Messwerten endeten mit einer vollständigen Ladung ({by}).",
    ),
    "by.soc": ("judged by the state of charge", "erkannt am Ladezustand"),
    "by.voltage": ("judged by voltage", "erkannt an der Spannung"),
    "trend.figure.one": (
        "SAT voltage of the pack on days with a complete charge: {verdict}",
        "SAT des Packs an Tagen mit vollständiger Ladung: {verdict}",
    ),
    "trend.figure": (
        "SAT voltage by pack on days with a complete charge: {verdict}",
        "SAT je Pack an Tagen mit vollständiger Ladung: {verdict}",
    ),
    "trend.axis": ("SAT voltage, median of the pack", "Sättigungsspannung, Median des Packs"),
    "trend.caption": (
        "Highest voltage by local day, from {readings} readings; n = {n} days of complete "
        "charges. "
        "Grounds: regimes of operation, found as changes common to all cells.",
        "Höchste Spannung je Ortstag, aus {readings} Messwerten; n = {n} Tage vollständiger "
        "Ladung. Flächen: Betriebsphasen, gefunden als gemeinsame Änderungen aller Zellen.",
    ),
    "pack": ("Pack {pack}", "Pack {pack}"),
    "battery": ("Battery", "Batterie"),
    "regime.slope": (
        "{value} % per year ({low} to {high}), n = {n}",
        "{value} % je Jahr ({low} bis {high}), n = {n}",
    ),
    "regime.short": ("too short for a slope, n = {n}", "zu kurz für eine Steigung, n = {n}"),
    "trend.none": (
        "There is no day with a complete charge, hence no saturation voltage.",
        "Es gibt keinen Tag mit vollständiger Ladung, also keine Sättigungsspannung.",
    ),
    "trend.table": ("Verdicts on the saturation voltage", "Urteile über die Sättigungsspannung"),
    "column.of": ("Of", "Von"),
    "column.slope": ("Slope [%/year]", "Steigung [%/a]"),
    "column.theil": ("Theil-Sen [%/year]", "Theil-Sen [%/a]"),
    "column.r2": ("R²", "R²"),
    "column.p": ("p", "p"),
    "column.padj": ("p adj.", "p korr."),
    "column.regimes": ("Regimes", "Phasen"),
    "column.verdict": ("Verdict", "Urteil"),
    "trend.table.note": (
        "Slope of a line with an offset for each regime; interval 95 %, by Newey-West or the "
        "effective sample size, whichever is wider. Theil-Sen of the weekly means beside it.",
        "Steigung einer Geraden mit eigenem Versatz je Betriebsphase; Intervall 95 %, nach "
        "Newey-West oder effektivem Stichprobenumfang, je nachdem, was breiter ist. Daneben "
        "Theil-Sen der Wochenmittel.",
    ),
    "grades": (
        "In the analysts’ words: {linearity}; loss per year {year}, at the bad end of the "
        "interval "
        "{worst}.",
        "In den Worten der Auswerter: {linearity}; Verlust je Jahr {year}, am schlechten Ende des "
        "Intervalls {worst}.",
    ),
    "grades.flat": (
        "In the analysts’ words: {linearity}; no word for the loss per year, which cannot be told "
        "from zero; at the bad end of the interval it would be {worst}.",
        "In den Worten der Auswerter: {linearity}; kein Wort für den Verlust je Jahr, der nicht "
        "von null zu trennen ist; am schlechten Ende des Intervalls wäre er {worst}.",
    ),
    "note.more_out": (
        "{share} % more than went in: the state of charge at both ends and the error of the "
        "current sensor make up the difference",
        "{share} % mehr als hinein: Das machen der Ladezustand an beiden Enden und der Fehler des "
        "Stromsensors",
    ),
    "grade.very_linear": ("very linear", "sehr linear"),
    "grade.linear": ("linear", "linear"),
    "grade.partly_linear": ("partly linear", "teilweise linear"),
    "grade.not_linear": ("not linear", "nicht linear"),
    "grade.low": ("low", "niedrig"),
    "grade.moderate": ("moderate", "mäßig"),
    "grade.high": ("high", "hoch"),
    "grade.None": ("not told", "nicht benannt"),
    "forest.title": (
        "Slope of every cell against its pack: {declines} of {all} decline, {rises} rise",
        "Steigung jeder Zelle gegen ihr Pack: {declines} von {all} sinken, {rises} steigen",
    ),
    "forest.x": ("Cells by slope", "Zellen nach Steigung"),
    "forest.y": ("Slope against the pack", "Steigung gegen das Pack"),
    "forest.unit": ("mV/year", "mV/a"),
    "forest.caption": (
        "Bars: 95 % interval of each cell by itself. A verdict also needs p below 0.05 after "
        "Benjamini-Hochberg over all cells; {share} % of the cells’ variance over days is common "
        "to all of a pack.",
        "Striche: 95-%-Intervall jeder Zelle für sich. Ein Urteil verlangt außerdem p unter 0,05 "
        "nach Benjamini-Hochberg über alle Zellen; {share} % der Streuung der Zellen über "
        "die Tage "
        "ist einem Pack gemeinsam.",
    ),
    "forest.beyond": (
        "The intervals of {count} cells reach beyond the frame; the table has them.",
        "Die Intervalle von {count} Zellen reichen über den Rahmen; die Tabelle nennt sie.",
    ),
    "forest.none": (
        "No cell has a slope that could be drawn: {why}",
        "Keine Zelle hat eine Steigung, die sich zeichnen ließe: {why}",
    ),
    "zero": ("no change", "keine Änderung"),
    # --- cells ---
    "heat.title": (
        "{day}: cell {cell} stands furthest from its pack, by {mv} mV",
        "{day}: Zelle {cell} steht am weitesten von ihrem Pack, um {mv} mV",
    ),
    "heat.quantity": ("SAT against the pack’s median", "SAT gegen den Packmedian"),
    "heat.cell": ("Cell", "Zelle"),
    "heat.caption": (
        "Newest day with a complete charge. White is the median of the pack; the colours end at "
        "±{limit} mV, from all such days of the period. Framed: "
        "cells that stand apart (table of weak cells).",
        "Neuester Tag mit vollständiger Ladung. Weiß ist der Packmedian; die Farben enden bei "
        "±{limit} mV, nach allen solchen Tagen des Zeitraums. Umrandet: "
        "auffällige Zellen (Tabelle der schwachen Zellen).",
    ),
    "ends.title": (
        "Where a cell stands at both ends tells charge from capacity",
        "Der Stand an beiden Enden trennt Ladung von Kapazität",
    ),
    "ends.x": ("ahead of the pack when full", "voll dem Pack voraus"),
    "ends.y": ("ahead of the pack when empty", "leer dem Pack voraus"),
    "ends.limit": ("fault from ±{ah} Ah", "auffällig ab ±{ah} Ah"),
    "ends.caption": (
        "Each point a cell, at rest, by {empty} rests near empty and {full} near full. When full "
        "a cell is a fault from +{ah} Ah; for {bound} of {all} cells the value when full is "
        "only a "
        "bound, ≥ or ≤.",
        "Jeder Punkt eine Zelle, in Ruhe, nach {empty} Ruhephasen fast leer und {full} fast voll. "
        "Voll ist eine Zelle ab +{ah} Ah auffällig; bei {bound} von {all} Zellen ist der Wert am "
        "vollen Ende nur eine Grenze, ≥ oder ≤.",
    ),
    "weak.table": ("Weak cells by what they cost", "Schwache Zellen nach ihren Kosten"),
    "weak.table.note": (
        "+ is ahead of the pack, − behind, at rest; ≥, ≤: at least, at most. Limits: "
        "share of days on which the "
        "cell ends the discharge (empty) or the charge (full).",
        "+ dem Pack voraus, − dahinter, in Ruhe; ≥, ≤: mindestens, höchstens. Begrenzt: "
        "Anteil der Tage, an denen "
        "die Zelle die Entladung (leer) oder die Ladung (voll) beendet.",
    ),
    "weak.least": ("≥\u00a0{ah}", "≥\u00a0{ah}"),
    "weak.most": ("≤\u00a0{ah}", "≤\u00a0{ah}"),
    "weak.flat": ("too flat", "zu flach"),
    "note.least": ("at least", "mindestens"),
    "column.rank": ("Rank", "Rang"),
    "column.cell": ("Cell", "Zelle"),
    "column.fault": ("Cause", "Ursache"),
    "column.evidence": ("Evidence", "Beleg"),
    "column.empty": ("Empty [Ah]", "Leer [Ah]"),
    "column.full": ("Full [Ah]", "Voll [Ah]"),
    "column.ohm": ("Resistance over pack", "Widerstand über Pack"),
    "column.limits": ("Limits", "Begrenzt"),
    "column.advice": ("Advice", "Rat"),
    "evidence.resistance": (
        "resistance {ratio} % above its pack",
        "Widerstand {ratio} % über dem Pack",
    ),
    "evidence.drift": (
        "charge {drift} Ah per 30 d ({low} to {high})",
        "Ladung {drift} Ah je 30 d ({low} bis {high})",
    ),
    "evidence.sensor": ("the reading does not move", "der Messwert bewegt sich nicht"),
    "evidence.full": (
        "{mv} mV at rest when full, {ah} Ah ahead",
        "voll in Ruhe {mv} mV, {ah} Ah voraus",
    ),
    "evidence.empty": (
        "{mv} mV at rest when empty, {ah} Ah to the pack",
        "leer in Ruhe {mv} mV, {ah} Ah zum Pack",
    ),
    "limits.empty": ("empty\u00a0{share}\u00a0%", "leer\u00a0{share}\u00a0%"),
    "limits.full": ("full\u00a0{share}\u00a0%", "voll\u00a0{share}\u00a0%"),
    "advice.capacity": ("replace", "tauschen"),
    "advice.offset_high": ("balance", "ausgleichen"),
    "advice.offset_low": ("balance", "ausgleichen"),
    "advice.self_discharge": ("balance, then watch", "ausgleichen, dann beobachten"),
    "advice.resistance": ("watch", "beobachten"),
    "advice.sensor": ("check the sensor", "Messung prüfen"),
    "advice.undecided": ("watch", "beobachten"),
    "fault.capacity": ("capacity", "Kapazität"),
    "fault.offset_high": ("charge too high", "Ladung zu hoch"),
    "fault.offset_low": ("charge too low", "Ladung zu niedrig"),
    "fault.self_discharge": ("self-discharge", "Selbstentladung"),
    "fault.resistance": ("resistance", "Innenwiderstand"),
    "fault.sensor": ("reading stuck", "Messung steht"),
    "fault.undecided": ("undecided", "unentschieden"),
    "fault.healthy": ("nothing unusual", "unauffällig"),
    "fault.unknown": ("cannot be judged", "nicht beurteilbar"),
    "reason.no_rests": (
        "no value at rest near an end, and no resistance",
        "kein Wert in Ruhe an einem Ladungsende und kein Innenwiderstand",
    ),
    "reason.still": (
        "readings stood still on too many days",
        "Messwerte standen an zu vielen Tagen still",
    ),
    "reason.no_curve": (
        "read too coarsely to tell charge from voltage",
        "zu grob abgetastet, um Ladung aus Spannung zu lesen",
    ),
    "reason.no_empty_end": (
        "hardly any rest near empty in these weeks",
        "in diesen Wochen kaum Ruhe nahe leer",
    ),
    "reason.no_full_end": (
        "hardly any rest near full in these weeks",
        "in diesen Wochen kaum Ruhe nahe voll",
    ),
    "reason.full_end_flat": (
        "at the full end the voltage is too flat to tell capacity from charge",
        "am vollen Ende ist die Spannung zu flach, um Kapazität von Ladung zu trennen",
    ),
    "reason.ends_disagree": (
        "ahead when empty, but not when full",
        "leer voraus, voll aber nicht",
    ),
    "reason.two_faults": (
        "two faults at once, one of them resistance",
        "zwei Fehler zugleich, einer davon der Innenwiderstand",
    ),
    # --- capacity ---
    "capacity.figure": (
        "{n} ways between full and empty qualify; the last {span} days give {ah} Ah",
        "{n} Wege zwischen voll und leer zählen; die letzten {span} Tage ergeben {ah} Ah",
    ),
    "capacity.figure.few": (
        "{n} ways between full and empty qualify",
        "{n} Wege zwischen voll und leer zählen",
    ),
    "capacity.axis": ("Capacity", "Kapazität"),
    "capacity.points.line": ("counted, ±1.96 σ", "gezählt, ±1,96 σ"),
    "capacity.bms.line": ("SOH of the BMS × rated", "SOH des BMS × Nennwert"),
    "capacity.fact.line": ("rated", "Nennwert"),
    "capacity.counted.line": ("counted against SOC", "nach Ladezustand gezählt"),
    "capacity.prior.line": ("what such cells usually hold", "wie bei solchen Zellen üblich"),
    "capacity.prior.caption": (
        "Dotted with its band: ageing of large LFP cells by calendar and cycles (a prior, no "
        "measurement of this battery).",
        "Gepunktet mit Band: Alterung großer LFP-Zellen nach Kalender und Zyklen (eine "
        "Vorannahme, keine Messung dieser Batterie).",
    ),
    "capacity.caption": (
        "Each point a way between a full and an empty anchor; the bar holds the errors of gain, "
        "offset, sampling and anchors. About ±{shared} Ah of it all points share, so that more of "
        "them do not lessen it.",
        "Jeder Punkt ein Weg zwischen einem vollen und einem leeren Anker; der Strich enthält die "
        "Fehler von Verstärkung, Versatz, Abtastung und Ankern. Etwa ±{shared} Ah davon teilen "
        "alle Punkte; das wird durch weitere nicht kleiner.",
    ),
    "capacity.ends": (
        "Typical way: {ah} Ah between {low} V (lowest cell) and {high} V (highest cell), divided "
        "by its change of SOC of {delta} %; {ends}.",
        "Typischer Weg: {ah} Ah zwischen {low} V (niedrigste Zelle) und {high} V (höchste Zelle), "
        "geteilt durch seine Änderung des Ladezustands von {delta} %; {ends}.",
    ),
    "capacity.ends.told": (
        "the BMS sets itself to {soc} % when empty",
        "leer setzt sich das BMS auf {soc} %",
    ),
    "capacity.ends.zero": (
        "empty counts as 0 % here, for the BMS sets itself to no fixed figure there",
        "leer zählt hier als 0 %, denn das BMS setzt sich dort auf keinen festen Wert",
    ),
    "capacity.left_out": (
        "{count} of {all} ways were left out: {reasons}.",
        "{count} von {all} Wegen zählen nicht: {reasons}.",
    ),
    "left.gap": ("gap {count}", "Lücke {count}"),
    "left.wrong_sign": ("wrong sign {count}", "falsches Vorzeichen {count}"),
    "left.delta_soc_small": ("ΔSOC below 60 %: {count}", "ΔSOC unter 60 %: {count}"),
    "left.error_large": ("error above 5 %: {count}", "Fehler über 5 %: {count}"),
    # --- resistance ---
    "note.resistance": (
        "95 %, n = {n} current steps of cell {cell}; all cells {low} to {high} mΩ",
        "95 %, n = {n} Stromsprünge der Zelle {cell}; alle Zellen {low} bis {high} mΩ",
    ),
    "resistance.is": (
        "The median cell has {value} mΩ at 25 °C (95 % interval {low} to {high}; n = {n} current "
        "steps).",
        "Die mittlere Zelle hat {value} mΩ bei 25 °C (95-%-Intervall {low} bis {high}; n = {n} "
        "Stromsprünge).",
    ),
    "resistance.none": (
        "The resistance cannot be given. {why}",
        "Ein Innenwiderstand lässt sich nicht angeben. {why}",
    ),
    "resistance.not_asked": (
        "The resistance of the cells was not computed for this report.",
        "Der Innenwiderstand der Zellen wurde für diesen Bericht nicht gerechnet.",
    ),
    "resistance.figure": (
        "Resistance over that of the pack: cell {cell} is highest, {ratio} %",
        "Innenwiderstand gegen den des Packs: Zelle {cell} am höchsten, {ratio} %",
    ),
    "resistance.x": ("Cells in the order of the packs", "Zellen in der Reihenfolge der Packs"),
    "resistance.y": ("Resistance, of the pack’s median", "Widerstand, vom Packmedian"),
    "resistance.pack": ("median of the pack", "Packmedian"),
    "resistance.others": ("other cells", "übrige Zellen"),
    "resistance.caption": (
        "Voltage over current at steps of the current, at equal temperature and state of charge; "
        "{seen} steps seen in the period, read on {days} days. Bars: 95 % interval.",
        "Spannung über Strom an Stromsprüngen, bei gleicher Temperatur und gleichem Ladezustand; "
        "{seen} Sprünge im Zeitraum gesehen, an {days} Tagen gelesen. Striche: 95-%-Intervall.",
    ),
    "missing.no_steps": (
        "The current has no step of 0.1 C within a minute from a steady state.",
        "Der Strom hat keinen Sprung von 0,1 C binnen einer Minute aus einem ruhigen Zustand.",
    ),
    "missing.few_steps": (
        "There are too few current steps in the last 60 days; it takes ten of a cell, on three "
        "days.",
        "In den letzten 60 Tagen gibt es zu wenige Stromsprünge; je Zelle sind zehn an drei Tagen "
        "nötig.",
    ),
    "missing.no_temperature": (
        "No temperature of the cells is recorded; only ratios within a pack are known.",
        "Die Temperatur der Zellen wird nicht aufgezeichnet; bekannt sind nur Verhältnisse "
        "im Pack.",
    ),
    "missing.no_anchors": (
        "The battery was never seen full and then empty, or empty and then full.",
        "Die Batterie war nie erkennbar voll und danach leer oder leer und danach voll.",
    ),
    # --- notes ---
    "notes.none": (
        "No note of the period is kept with this store.",
        "Zum Zeitraum ist in diesem Datenbestand keine Anmerkung hinterlegt.",
    ),
    "notes.unread": (
        "The notes could not be read: {why}",
        "Die Anmerkungen waren nicht lesbar: {why}",
    ),
    "notes.table": ("What people wrote", "Was dazu geschrieben wurde"),
    "column.from": ("From", "Von"),
    "column.until": ("Until", "Bis"),
    "column.about": ("About", "Betrifft"),
    "column.kind": ("Kind", "Art"),
    "column.text": ("Text", "Text"),
    "column.author": ("By", "Wer"),
    "kind.service": ("service", "Wartung"),
    "kind.firmware": ("firmware", "Firmware"),
    "kind.exchange": ("exchange", "Tausch"),
    "kind.setting": ("setting", "Einstellung"),
    "kind.other": ("other", "Sonstiges"),
    "about.all": ("battery", "Batterie"),
    "about.pack": ("pack {pack}", "Pack {pack}"),
    "about.cell": ("cell {cell}", "Zelle {cell}"),
    # --- every cell ---
    "every.table": ("Every cell: trend and finding", "Jede Zelle: Trend und Befund"),
    "every.note": (
        "SAT: slope of the cell’s saturation voltage; pack: slope against the median of its pack. "
        "n: days with a complete charge. p adjusted over all cells (Benjamini-Hochberg). ↓ "
        "declines, "
        "↑ rises, = not distinguishable from zero, – no verdict.",
        "SAT: Steigung der Sättigungsspannung der Zelle; Pack: Steigung gegen den Median ihres "
        "Packs. n: Tage mit vollständiger Ladung. p korrigiert über alle Zellen "
        "(Benjamini-Hochberg). ↓ sinkt, ↑ steigt, = nicht von null unterscheidbar, – kein Urteil.",
    ),
    "every.refused": ("Without verdict: {reasons}.", "Ohne Urteil: {reasons}."),
    "column.sat": ("SAT [%/year]", "SAT [%/a]"),
    "column.pack_slope": ("Pack [mV/year]", "Pack [mV/a]"),
    "column.finding": ("Finding", "Befund"),
    "short.declines": ("↓", "↓"),
    "short.rises": ("↑", "↑"),
    "short.not_distinguishable": ("=", "="),
    "short.refused": ("–", "–"),
    # --- cycles ---
    "cycles.table": (
        "Ways between full and empty that qualify",
        "Gewertete Wege zwischen voll und leer",
    ),
    "cycles.newest": (
        "The newest {shown} of {all}; the CSV file has all.",
        "Die neuesten {shown} von {all}; die CSV-Datei enthält alle.",
    ),
    "cycles.none": (
        "No way between full and empty qualifies. {why}",
        "Kein Weg zwischen voll und leer zählt. {why}",
    ),
    "column.start": ("Begin", "Beginn"),
    "column.direction": ("Way", "Weg"),
    "column.charge": ("Charge", "Ladung"),
    "column.delta": ("ΔSOC", "ΔSOC"),
    "column.capacity": ("Capacity", "Kapazität"),
    "column.rate": ("C-rate", "C-Rate"),
    "column.ends": ("Anchors", "Anker"),
    "way.charge": ("charge", "Laden"),
    "way.discharge": ("discharge", "Entladen"),
    "anchor.voltage": ("full by voltage", "voll (Spannung)"),
    "anchor.bms": ("full by BMS", "voll (BMS)"),
    "anchor.cutoff": ("empty by cut-off", "leer (Abschaltung)"),
    "anchor.rest": ("rest", "Ruhe"),
    # --- methods, limits, provenance ---
    "method.sat": (
        "SAT voltage: highest voltage by local day, from the level of days that keeps extremes. A "
        "day counts if the charge was complete: {rule}.",
        "Sättigungsspannung: höchste Spannung je Ortstag, aus der Tagesstufe, die Extreme behält. "
        "Ein Tag zählt, wenn die Ladung vollständig war: {rule}.",
    ),
    "rule.soc": (
        "SOC of {soc} % or more and the highest cell at {low} V or more",
        "Ladezustand mindestens {soc} % und höchste Zelle bei mindestens {low} V",
    ),
    "rule.voltage": (
        "highest cell at {low} V or more, inside the limits of its chemistry",
        "höchste Zelle bei mindestens {low} V, innerhalb der Grenzen ihrer Chemie",
    ),
    "method.regimes": (
        "Regimes: change points common to all cells, by moving sums and binary segmentation "
        "(Eichinger, Kirch, Bernoulli 24 (2018) 526; Fryzlewicz, Ann. Stat. 42 (2014) 2243).",
        "Betriebsphasen: gemeinsame Änderungen aller Zellen, mit gleitenden Summen und binärer "
        "Teilung (Eichinger, Kirch, Bernoulli 24 (2018) 526; Fryzlewicz, Ann. Stat. 42 (2014) "
        "2243).",
    ),
    "method.trend": (
        "Trends: line with an offset for each regime, interval by Newey-West ({lags} lags) or the "
        "effective sample size; Theil-Sen of weekly means beside it; verdict at {level} %, "
        "adjusted "
        "over the cells (Benjamini, Hochberg, J. R. Stat. Soc. B 57 (1995) 289). It takes {days} "
        "days, {span} days of span and a regime of {regime} days.",
        "Trends: Gerade mit Versatz je Betriebsphase, Intervall nach Newey-West ({lags} "
        "Lags) oder "
        "effektivem Stichprobenumfang; daneben Theil-Sen der Wochenmittel; Urteil auf dem Niveau "
        "{level} %, korrigiert über die Zellen (Benjamini, Hochberg, J. R. Stat. Soc. B 57 (1995) "
        "289). Nötig sind {days} Tage, {span} Tage Spanne und eine Betriebsphase von {regime} "
        "Tagen.",
    ),
    "method.weak": (
        "Weak cells: voltage at rest near empty and near full against the median of the "
        "pack, turned "
        "into charge by the battery’s own curve; resistance by hours of charge and discharge. "
        "Thresholds: charge {charge} % of the capacity, resistance {ohm} % above the pack, drift "
        "{drift} % of the capacity in 30 days, each also {sigmas} robust standard "
        "deviations; judged "
        "by {days} days, from {rests} rests at an end.",
        "Schwache Zellen: Ruhespannung fast leer und fast voll gegen den Packmedian, über "
        "die eigene "
        "Kennlinie der Batterie in Ladung umgerechnet; Widerstand nach Stunden des Ladens und "
        "Entladens. Schwellen: Ladung {charge} % der Kapazität, Widerstand {ohm} % über dem Pack, "
        "Drift {drift} % der Kapazität in 30 Tagen, jeweils auch {sigmas} robuste "
        "Standardabweichungen; beurteilt nach {days} Tagen, ab {rests} Ruhephasen an einem Ende.",
    ),
    "method.capacity": (
        "Capacity: charge counted between a full and an empty anchor over the change of state of "
        "charge, at least 60 %; errors of gain, offset, sampling and anchors; joint estimate "
        "of the "
        "last 60 days by total least squares (York et al., Am. J. Phys. 72 (2004) 367; Plett, J. "
        "Power Sources 196 (2011) 2319).",
        "Kapazität: zwischen vollem und leerem Anker gezählte Ladung über der Änderung des "
        "Ladezustands, mindestens 60 %; Fehler aus Verstärkung, Versatz, Abtastung und Ankern; "
        "gemeinsame Schätzung der letzten 60 Tage mit Total Least Squares (York et al., Am. "
        "J. Phys. "
        "72 (2004) 367; Plett, J. Power Sources 196 (2011) 2319).",
    ),
    "method.rte": (
        "Round-trip efficiency: energy out over energy in, summed over windows closed in state of "
        "charge; interval by bootstrap of the windows (Efron, Tibshirani, An Introduction to the "
        "Bootstrap, 1993, ch. 13).",
        "Wirkungsgrad: abgegebene über aufgenommener Energie, summiert über im Ladezustand "
        "geschlossene Fenster; Intervall durch Bootstrap der Fenster (Efron, Tibshirani, An "
        "Introduction to the Bootstrap, 1993, Kap. 13).",
    ),
    "method.efc": (
        "Full cycles: Σ|I|Δt / (2 × capacity) from the readings, each held for at most 2.5 steps.",
        "Vollzyklen: Σ|I|Δt / (2 × Kapazität) aus den Messwerten, jeder höchstens 2,5 Schritte "
        "gehalten.",
    ),
    "method.availability": (
        "Availability: (time with readings − time of an outage flag) / time with readings. Flags "
        "taken for outages: {flags}.",
        "Verfügbarkeit: (Zeit mit Messwerten − Zeit einer Ausfallmeldung) / Zeit mit "
        "Messwerten. Als "
        "Ausfall gelten: {flags}.",
    ),
    "method.none": ("none", "keine"),
    "limit.sat": (
        "From the saturation voltage no loss of capacity may be concluded, whatever its trend.",
        "Aus der Sättigungsspannung darf auf keinen Kapazitätsverlust geschlossen werden, gleich "
        "welcher Trend.",
    ),
    "limit.capacity": (
        "The counted capacity is that of the string until its first cell is full or empty. "
        "It says "
        "nothing of the capacity of each single cell, and it is referred to the rated "
        "capacity told "
        "with the device, not to a measured new value.",
        "Die gezählte Kapazität ist die des Strangs, bis seine erste Zelle voll oder leer "
        "ist. Sie "
        "sagt nichts über die Kapazität jeder einzelnen Zelle und bezieht sich auf den "
        "angegebenen "
        "Nennwert, nicht auf einen gemessenen Neuwert.",
    ),
    "limit.rte": (
        "The interval of the efficiency holds the scatter of the windows, not errors of the "
        "sensors "
        "that all windows share.",
        "Das Intervall des Wirkungsgrads enthält die Streuung der Fenster, nicht Fehler der "
        "Messgeräte, die alle Fenster teilen.",
    ),
    "limit.bound": (
        "For {count} of {all} cells the charge when full is only a bound (≥, ≤): at that end their "
        "voltage is too flat.",
        "Bei {count} von {all} Zellen ist die Ladung am vollen Ende nur eine Grenze (≥, ≤): Ihre "
        "Spannung ist dort zu flach.",
    ),
    "limit.efc": (
        "Cycles are those of the period, not of the life before it.",
        "Die Zyklen sind die des Zeitraums, nicht die des Lebens davor.",
    ),
    "limit.sensors": (
        "Accuracy and calibration of the sensors are not known to this report.",
        "Genauigkeit und Kalibrierung der Messgeräte sind diesem Bericht nicht bekannt.",
    ),
    "limit.chemistry": (
        "The chemistry was guessed from the cells’ voltage; another one would change limits and "
        "windows.",
        "Die Zellchemie ist aus der Zellspannung geschlossen; eine andere änderte Grenzen und "
        "Fenster.",
    ),
    "limit.synthetic": (
        "The data were generated. Nothing here is a statement about a real battery.",
        "Die Daten sind erzeugt. Nichts hiervon ist eine Aussage über eine wirkliche Batterie.",
    ),
    "extra.readings": (
        "Readings of cell voltages in the period",
        "Messwerte von Zellspannungen im Zeitraum",
    ),
    "extra.level": ("Level of current, power, SOC", "Stufe von Strom, Leistung, Ladezustand"),
    "extra.coverage": ("Coverage means", "Abdeckung heißt"),
    "extra.coverage.is": (
        "share of the period for which a reading of current, power or SOC stands",
        "Anteil des Zeitraums, für den ein Messwert von Strom, Leistung oder Ladezustand steht",
    ),
    "extra.window": ("Judged as weak or not by", "Schwach oder nicht, beurteilt nach"),
    "extra.quarantine": ("Quarantined rows by reason", "Zeilen in Quarantäne nach Grund"),
    "level.raw": ("raw readings", "Rohwerte"),
    "sources.more": ("{count} further sources", "{count} weitere Quellen"),
    "missing.section": (
        "{device} has no voltages of single cells in this period. There are some from {first} to "
        "{last}.",
        "{device} hat in diesem Zeitraum keine Spannungen einzelner Zellen. Es gibt welche von "
        "{first} bis {last}.",
    ),
}
