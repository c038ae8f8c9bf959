"""Words of the trends, degradation and hindsight tabs of PackPulse, in English and German."""

from __future__ import annotations

PACK_TRENDS: dict[str, tuple[str, str]] = {
    # --- trends ---
    "packpulse.series": ("Series", "Reihe"),
    "packpulse.series.battery": ("Battery", "Batterie"),
    "packpulse.series.pack": ("Pack", "Pack"),
    "packpulse.series.cell": ("Cell", "Zelle"),
    "packpulse.series.against": ("Values", "Werte"),
    "packpulse.series.against.absolute": ("As measured", "Wie gemessen"),
    "packpulse.series.against.pack": ("Against the pack", "Gegen das Pack"),
    "packpulse.series.name.battery": (
        "{device} (median of {cells} cells)",
        "{device} (Median von {cells} Zellen)",
    ),
    "packpulse.series.name.pack": (
        "Pack {pack} (median of {cells} cells)",
        "Pack {pack} (Median von {cells} Zellen)",
    ),
    "packpulse.series.name.cell": ("Pack {pack} cell {cell}", "Pack {pack} Zelle {cell}"),
    "packpulse.series.pct_year": ("%/year", "%/Jahr"),
    "packpulse.series.mv_year": ("mV/year", "mV/Jahr"),
    "packpulse.series.verdict.sat.declines": (
        "{name}: SAT voltage declines by {rate}",
        "{name}: Die Sättigungsspannung sinkt um {rate}",
    ),
    "packpulse.series.verdict.sat.rises": (
        "{name}: SAT voltage rises by {rate}",
        "{name}: Die Sättigungsspannung steigt um {rate}",
    ),
    "packpulse.series.verdict.sat.not_distinguishable": (
        "{name}: trend of the SAT voltage not distinguishable from zero ({rate})",
        "{name}: Trend der Sättigungsspannung nicht von null unterscheidbar ({rate})",
    ),
    "packpulse.series.verdict.apart.declines": (
        "{name}: declines against its pack by {rate}",
        "{name}: sinkt gegen das Pack um {rate}",
    ),
    "packpulse.series.verdict.apart.rises": (
        "{name}: rises against its pack by {rate}",
        "{name}: steigt gegen das Pack um {rate}",
    ),
    "packpulse.series.verdict.apart.not_distinguishable": (
        "{name}: trend against its pack not distinguishable from zero ({rate})",
        "{name}: Trend gegen das Pack nicht von null unterscheidbar ({rate})",
    ),
    "packpulse.series.refused": (
        "{name}: no verdict on a trend",
        "{name}: kein Urteil über einen Trend",
    ),
    "packpulse.series.refusal.no_data": (
        "No day counts: {complete} of {days} days had a complete charge with a value inside the "
        "limits. A verdict takes {least_days} such days over {least_span} days or more: charge "
        "fully now and then, or choose a longer window.",
        "Kein Tag zählt: {complete} von {days} Tagen hatten eine vollständige Ladung mit einem "
        "Wert innerhalb der Grenzen. Ein Urteil braucht {least_days} solche Tage über mindestens "
        "{least_span} Tage: ab und zu voll laden oder einen längeren Zeitraum wählen.",
    ),
    "packpulse.series.refusal.incomplete_charges": (
        "Only {n} days ended with a complete charge that counts; most charges here stop early. A "
        "verdict takes {least_days} such days over {least_span} days: charge fully now and then, "
        "or choose a longer window.",
        "Nur {n} Tage endeten mit einer vollständigen Ladung, die zählt; die meisten Ladungen "
        "enden hier früher. Ein Urteil braucht {least_days} solche Tage über {least_span} Tage: "
        "ab und zu voll laden oder einen längeren Zeitraum wählen.",
    ),
    "packpulse.series.refusal.too_few_days": (
        "Only {n} days with a complete charge; a verdict takes {least_days} over {least_span} "
        "days. Choose a longer window, or wait.",
        "Nur {n} Tage mit vollständiger Ladung; ein Urteil braucht {least_days} über {least_span} "
        "Tage. Längeren Zeitraum wählen oder warten.",
    ),
    "packpulse.series.refusal.span_short": (
        "The {n} days that count span {span} days; a verdict takes {least_span}. Choose a longer "
        "window, or wait.",
        "Die {n} Tage, die zählen, umfassen {span} Tage; ein Urteil braucht {least_span}. "
        "Längeren Zeitraum wählen oder warten.",
    ),
    "packpulse.series.refusal.constant": (
        "The value does not move on {n} days: look at the measurement before its trend.",
        "Der Wert bewegt sich an {n} Tagen nicht: zuerst die Messung prüfen, dann den Trend.",
    ),
    "packpulse.series.refusal.regimes_short": (
        "No operating regime lasts {least_regime} days, so a slope cannot be told from the steps "
        "between regimes. A longer time without changes of operation would tell.",
        "Keine Betriebsphase dauert {least_regime} Tage; eine Steigung lässt sich nicht von den "
        "Sprüngen zwischen den Phasen trennen. Eine längere Zeit ohne Änderung der Betriebsweise "
        "würde es zeigen.",
    ),
    "packpulse.series.refusal.no_data.short": ("no day counts", "kein Tag zählt"),
    "packpulse.series.refusal.incomplete_charges.short": (
        "charges not complete",
        "unvollständig geladen",
    ),
    "packpulse.series.refusal.too_few_days.short": ("too few days", "zu wenige Tage"),
    "packpulse.series.refusal.span_short.short": ("span too short", "Zeitraum zu kurz"),
    "packpulse.series.refusal.constant.short": ("value does not move", "Wert bewegt sich nicht"),
    "packpulse.series.refusal.regimes_short.short": ("regimes too short", "Betriebsphasen zu kurz"),
    "packpulse.series.word.declines": ("declines", "sinkt"),
    "packpulse.series.word.rises": ("rises", "steigt"),
    "packpulse.series.word.not_distinguishable": (
        "not distinguishable from zero",
        "nicht von null unterscheidbar",
    ),
    "packpulse.series.basis": (
        "n = {n} days with a complete charge within {span} days, {regimes} regimes · 95 % interval",
        "n = {n} Tage mit vollständiger Ladung in {span} Tagen, {regimes} Betriebsphasen · "
        "95-%-Intervall",
    ),
    "packpulse.series.basis.one": (
        "n = {n} days with a complete charge within {span} days, one regime · 95 % interval",
        "n = {n} Tage mit vollständiger Ladung in {span} Tagen, eine Betriebsphase · "
        "95-%-Intervall",
    ),
    "packpulse.series.p.adjusted": (
        "p {p}, adjusted for {cells} cells {adjusted}",
        "p {p}, auf {cells} Zellen angepasst {adjusted}",
    ),
    "packpulse.series.note.by_chance": (
        "the interval of this cell alone excludes zero, as some of so many do by chance",
        "das Intervall dieser Zelle allein schließt null aus, wie bei einigen von so vielen durch "
        "Zufall",
    ),
    "packpulse.series.note.under_one_year": (
        "under one year a season may look like a trend",
        "unter einem Jahr kann eine Jahreszeit wie ein Trend aussehen",
    ),
    "packpulse.series.note.regimes_disagree": (
        "the regimes disagree, which widens the interval",
        "die Betriebsphasen widersprechen sich, das weitet das Intervall",
    ),
    "packpulse.series.regime": ("regime {number}", "Phase {number}"),
    "packpulse.series.change.first": ("beginning of the window", "Beginn des Zeitraums"),
    "packpulse.series.change.declared": ("declared by a note", "durch Notiz festgelegt"),
    "packpulse.series.change.and": (" and ", " und "),
    "packpulse.series.change.source.sat": ("median of all cells", "Median aller Zellen"),
    "packpulse.series.change.source.highest_cell": ("highest cell", "höchste Zelle"),
    "packpulse.series.change.step": (
        "{source}: step of {jump} mV",
        "{source}: Sprung um {jump} mV",
    ),
    "packpulse.series.contrast.too_few_days": ("too few days", "zu wenige Tage"),
    "packpulse.series.contrast.constant": ("does not move", "bewegt sich nicht"),
    "packpulse.series.axis.sat": ("SAT voltage [V]", "Sättigungsspannung [V]"),
    "packpulse.series.axis.apart": ("from the pack’s median [mV]", "gegen den Packmedian [mV]"),
    "packpulse.series.chart.day": ("day", "Tag"),
    "packpulse.series.chart.week": ("weekly mean", "Wochenmittel"),
    "packpulse.series.chart.incomplete": ("charge not complete", "Ladung nicht vollständig"),
    "packpulse.series.chart.fit": ("fit", "Ausgleichsgerade"),
    "packpulse.series.chart.ray": ("drawn on, 95 %", "fortgesetzt, 95 %"),
    "packpulse.series.chart.later": ("not known yet", "noch nicht bekannt"),
    "packpulse.series.chart.today": ("date looked from", "Datum des Blicks"),
    "packpulse.series.notes.unread": (
        "Notes cannot be read: {why}.",
        "Notizen sind nicht lesbar: {why}.",
    ),
    "packpulse.series.thresholds": ("Thresholds and words", "Schwellen und Worte"),
    "packpulse.series.thresholds.about": (
        "Where the analysts’ words begin, and what a verdict takes. They stand in the address, so "
        "a link keeps them. Lesser grades keep their ratio to the best one: twice the loss is "
        "“moderate” and “good”, five times per cycle “fair”.",
        "Wo die Worte der Analysten beginnen und was ein Urteil braucht. Sie stehen in der "
        "Adresse, ein Link behält sie. Geringere Noten behalten ihr Verhältnis zur besten: "
        "doppelter Verlust ist „mäßig“ und „gut“, fünffacher je Zyklus „brauchbar“.",
    ),
    "packpulse.series.thresholds.reset": ("Defaults", "Vorgaben"),
    "packpulse.series.threshold.linear": ("“very linear” above R²", "„sehr linear“ ab R²"),
    "packpulse.series.threshold.loss_year": ("“low” below [%/year]", "„niedrig“ unter [%/Jahr]"),
    "packpulse.series.threshold.loss_cycle": (
        "“very good” below [%/cycle]",
        "„sehr gut“ unter [%/Zyklus]",
    ),
    "packpulse.series.threshold.least_days": ("Days a verdict takes", "Tage für ein Urteil"),
    "packpulse.series.threshold.least_span": (
        "Span a verdict takes [d]",
        "Zeitraum für ein Urteil [d]",
    ),
    "packpulse.series.declare": (
        "Notes of settings and firmware about the whole device begin a regime",
        "Notizen zu Einstellungen und Firmware des ganzen Geräts beginnen eine Betriebsphase",
    ),
    "packpulse.trends.none": (
        "No charge in this window was complete, so there is no course of the SAT voltage.",
        "Keine Ladung in diesem Zeitraum war vollständig; es gibt keinen Verlauf der "
        "Sättigungsspannung.",
    ),
    "packpulse.trends.none.mend": (
        "{days} days were looked at. A day counts if its charge was complete and the cells ended "
        "between {low} and {high} V; the overview says which days did.",
        "{days} Tage wurden betrachtet. Ein Tag zählt, wenn seine Ladung vollständig war und die "
        "Zellen zwischen {low} und {high} V endeten; die Übersicht zeigt, welche.",
    ),
    "packpulse.trends.headline": (
        "{share} of what moves is common to all cells; {days} days in {regimes} operating regimes",
        "{share} der Bewegung ist allen Zellen gemeinsam; {days} Tage in {regimes} Betriebsphasen",
    ),
    "packpulse.trends.headline.one": (
        "{share} of what moves is common to all cells; {days} days in one operating regime",
        "{share} der Bewegung ist allen Zellen gemeinsam; {days} Tage in einer Betriebsphase",
    ),
    "packpulse.trends.headline.unknown": (
        "{days} days with a complete charge: too few to tell what cells have in common",
        "{days} Tage mit vollständiger Ladung: zu wenige, um Gemeinsames zu erkennen",
    ),
    "packpulse.trends.about": (
        "SAT voltage is the highest voltage of a cell on a day with a complete charge. It tells "
        "where a cell stands at the end of charge, not its state of health.",
        "Sättigungsspannung ist die höchste Spannung einer Zelle an einem Tag mit vollständiger "
        "Ladung. Sie zeigt, wo eine Zelle am Ladeende steht, nicht ihren Gesundheitszustand.",
    ),
    "packpulse.trends.cells": ("Cells drawn by themselves", "Einzeln gezeichnete Zellen"),
    "packpulse.trends.cells.none": ("none", "keine"),
    "packpulse.trends.cell": ("cell {cell}", "Zelle {cell}"),
    "packpulse.trends.cell.apart": ("{cell}, against its pack", "{cell}, gegen ihr Pack"),
    "packpulse.trends.mean": ("Values", "Werte"),
    "packpulse.trends.mean.day": ("Days", "Tage"),
    "packpulse.trends.mean.week": ("Weekly means", "Wochenmittel"),
    "packpulse.trends.weekly": (
        "means of 7 days, regimes apart",
        "Mittel von 7 Tagen, je Betriebsphase",
    ),
    "packpulse.trends.incomplete": (
        "days without a complete charge, marked at the foot: {count}",
        "Tage ohne vollständige Ladung, unten markiert: {count}",
    ),
    "packpulse.trends.courses": (
        "Over the window the median cell ended its charges between {low} and {high} V; on a usual "
        "day packs lie {apart} mV apart",
        "Im Zeitraum beendete die mittlere Zelle ihre Ladungen zwischen {low} und {high} V; an "
        "einem üblichen Tag liegen die Packs {apart} mV auseinander",
    ),
    "packpulse.trends.courses.one": (
        "The median cell ended its charges between {low} and {high} V",
        "Die mittlere Zelle beendete ihre Ladungen zwischen {low} und {high} V",
    ),
    "packpulse.trends.common": ("median of all cells", "Median aller Zellen"),
    "packpulse.trends.common.axis": ("all cells [V]", "alle Zellen [V]"),
    "packpulse.trends.apart.axis": ("from the pack [mV]", "gegen das Pack [mV]"),
    "packpulse.trends.inner": ("80 % of the cells", "80 % der Zellen"),
    "packpulse.trends.outer": ("all cells", "alle Zellen"),
    "packpulse.trends.apart.above": (
        "Cell {cell} stands {mv} mV above its pack over the last {days} days",
        "Zelle {cell} steht über die letzten {days} Tage {mv} mV über ihrem Pack",
    ),
    "packpulse.trends.apart.below": (
        "Cell {cell} stands {mv} mV below its pack over the last {days} days",
        "Zelle {cell} steht über die letzten {days} Tage {mv} mV unter ihrem Pack",
    ),
    "packpulse.trends.apart.plain": (
        "What all cells have in common, and how far they lie from their packs",
        "Was allen Zellen gemeinsam ist, und wie weit sie von ihren Packs liegen",
    ),
    "packpulse.trends.apart.about": (
        "{share} of the variance over days is common to all cells of a pack (above); the rest is "
        "each cell less the median of its pack (below), where a sick cell shows",
        "{share} der Varianz über die Tage ist allen Zellen eines Packs gemeinsam (oben); der "
        "Rest ist jede Zelle gegen ihren Packmedian (unten), wo eine kranke Zelle auffällt",
    ),
    "packpulse.trends.apart.unknown": (
        "too few days to tell the share that cells have in common",
        "zu wenige Tage für den gemeinsamen Anteil",
    ),
    "packpulse.trends.regimes": ("{count} operating regimes", "{count} Betriebsphasen"),
    "packpulse.trends.regimes.one": ("One operating regime", "Eine Betriebsphase"),
    "packpulse.trends.regimes.about": (
        "a regime begins about the day from which all cells stand elsewhere: cut-off, current, SOC "
        "window or firmware, or a cell that begins to end the charge · step: on that day, beside "
        "the slope of the 30 days before and after it · level: median of all cells over the whole "
        "regime; where they slide over weeks, levels differ by more than the step",
        "eine Phase beginnt um den Tag, ab dem alle Zellen anders stehen: Abschaltspannung, Strom, "
        "Ladefenster oder Firmware, oder eine Zelle, die nun die Ladung beendet · Sprung: an "
        "diesem Tag, neben der Steigung der 30 Tage davor und danach · Niveau: Median aller Zellen "
        "über die ganze Phase; wo sie über Wochen gleiten, unterscheiden sich die Niveaus um mehr "
        "als den Sprung",
    ),
    "packpulse.trends.packs": ("Packs beside each other", "Packs im Vergleich"),
    "packpulse.trends.packs.about": (
        "recent: median of the last 30 days of the window · apart: from the median of all cells · "
        "slope within regimes with its 95 % interval",
        "zuletzt: Median der letzten 30 Tage des Zeitraums · Abstand: vom Median aller Zellen · "
        "Steigung innerhalb der Phasen mit 95-%-Intervall",
    ),
    "packpulse.trends.column.no": ("No.", "Nr."),
    "packpulse.trends.column.from": ("From", "Ab"),
    "packpulse.trends.column.n": ("Days", "Tage"),
    "packpulse.trends.column.days": ("Days", "Tage"),
    "packpulse.trends.column.level": ("Level [V]", "Niveau [V]"),
    "packpulse.trends.column.change": ("What changed", "Was sich änderte"),
    "packpulse.trends.column.pack": ("Pack", "Pack"),
    "packpulse.trends.column.recent": ("Recent [V]", "Zuletzt [V]"),
    "packpulse.trends.column.apart": ("Apart [mV]", "Abstand [mV]"),
    "packpulse.trends.column.rate": ("Slope [mV/year]", "Steigung [mV/Jahr]"),
    "packpulse.trends.column.verdict": ("Verdict", "Urteil"),
    "packpulse.trends.column.kind": ("Kind", "Art"),
    "packpulse.trends.column.where": ("Where", "Wo"),
    "packpulse.trends.column.text": ("Note", "Notiz"),
    "packpulse.trends.column.battery": ("All cells [mV]", "Alle Zellen [mV]"),
    "packpulse.trends.column.apart_change": ("Cell against pack [mV]", "Zelle gegen Pack [mV]"),
    "packpulse.trends.column.month": ("Month", "Monat"),
    "packpulse.trends.column.rate_m": ("Change [mV/month]", "Änderung [mV/Monat]"),
    "packpulse.trends.column.interval": ("95 % interval", "95-%-Intervall"),
    "packpulse.trends.kind.service": ("service", "Wartung"),
    "packpulse.trends.kind.firmware": ("firmware", "Firmware"),
    "packpulse.trends.kind.exchange": ("exchange", "Austausch"),
    "packpulse.trends.kind.setting": ("setting", "Einstellung"),
    "packpulse.trends.kind.other": ("other", "Sonstiges"),
    "packpulse.trends.where.all": ("whole device", "ganzes Gerät"),
    "packpulse.trends.notes": (
        "What was noted, and what differed afterwards",
        "Was notiert wurde und was danach anders war",
    ),
    "packpulse.trends.notes.about": (
        "mean of up to 60 days after less before, with its 95 % interval: that the level differs, "
        "not why; what drifts differs without any event",
        "Mittel von bis zu 60 Tagen danach minus davor mit 95-%-Intervall: dass sich das Niveau "
        "unterscheidet, nicht warum; was driftet, unterscheidet sich auch ohne Ereignis",
    ),
    "packpulse.trends.months": ("Months of", "Monate von"),
    "packpulse.trends.months.axis": (
        "change in the month [mV/month]",
        "Änderung im Monat [mV/Monat]",
    ),
    "packpulse.trends.months.unit": ("mV/month", "mV/Monat"),
    "packpulse.trends.months.title": (
        "Months whose change is clear of zero: {clear} of {all}",
        "Monate, deren Änderung von null verschieden ist: {clear} von {all}",
    ),
    "packpulse.trends.months.about": (
        "slope within each calendar month with its 95 % interval · pale: the interval includes "
        "zero · a month that holds a change of regime shows its step as a slope",
        "Steigung in jedem Kalendermonat mit 95-%-Intervall · blass: das Intervall enthält null · "
        "ein Monat mit Phasenwechsel zeigt dessen Sprung als Steigung",
    ),
    "packpulse.trends.months.none": (
        "No month has enough days for a slope.",
        "Kein Monat hat genug Tage für eine Steigung.",
    ),
    "packpulse.trends.months.mend": (
        "It takes ten days with a complete charge in one month.",
        "Es braucht zehn Tage mit vollständiger Ladung in einem Monat.",
    ),
    # --- degradation ---
    "packpulse.degradation.about": (
        "SAT voltage is an end-of-charge signal, no state of health: no capacity and no remaining "
        "life follows from its trend.",
        "Die Sättigungsspannung ist ein Signal vom Ladeende, kein Gesundheitszustand: aus ihrem "
        "Trend folgt weder Kapazität noch Restlebensdauer.",
    ),
    "packpulse.degradation.slope": ("Slope", "Steigung"),
    "packpulse.degradation.interval": ("95 % interval {interval}", "95-%-Intervall {interval}"),
    "packpulse.degradation.r2.about": ("within regimes", "innerhalb der Phasen"),
    "packpulse.degradation.year": ("Loss per year", "Verlust je Jahr"),
    "packpulse.degradation.cycle": ("Loss per counted cycle", "Verlust je gezähltem Zyklus"),
    "packpulse.degradation.basis": ("Days that count", "Tage, die zählen"),
    "packpulse.degradation.days": ("d", "d"),
    "packpulse.degradation.basis.note": (
        "within {span} days · regimes: {regimes}",
        "in {span} Tagen · Phasen: {regimes}",
    ),
    "packpulse.degradation.no_percent": (
        "no percentage against a pack",
        "kein Prozentwert gegen ein Pack",
    ),
    "packpulse.degradation.no_cycles": ("No cycles are counted.", "Es sind keine Zyklen gezählt."),
    "packpulse.degradation.no_cycles.mend": (
        "Without a counted current there is no level at 5000 or 10000 cycles: it takes the "
        "current of the battery and its capacity. One cycle per day is never assumed.",
        "Ohne gezählten Strom gibt es kein Niveau bei 5000 oder 10000 Zyklen: dazu braucht es den "
        "Batteriestrom und die Kapazität. Ein Zyklus je Tag wird nie angenommen.",
    ),
    "packpulse.degradation.worst": (
        "at worst {word} · limit {limit} %",
        "ungünstig {word} · Grenze {limit} %",
    ),
    "packpulse.degradation.not_told": (
        "not told apart from zero; at worst {word} · limit {limit} %",
        "nicht von null zu trennen; ungünstig {word} · Grenze {limit} %",
    ),
    "packpulse.degradation.word.very_linear": ("very linear", "sehr linear"),
    "packpulse.degradation.word.linear": ("linear", "linear"),
    "packpulse.degradation.word.partly_linear": ("partly linear", "teilweise linear"),
    "packpulse.degradation.word.not_linear": ("not linear", "nicht linear"),
    "packpulse.degradation.word.low": ("low", "niedrig"),
    "packpulse.degradation.word.moderate": ("moderate", "mäßig"),
    "packpulse.degradation.word.high": ("high", "hoch"),
    "packpulse.degradation.word.very_good": ("very good", "sehr gut"),
    "packpulse.degradation.word.good": ("good", "gut"),
    "packpulse.degradation.word.fair": ("fair", "brauchbar"),
    "packpulse.degradation.word.poor": ("poor", "schlecht"),
    "packpulse.degradation.word.None": ("unknown", "unbekannt"),
    "packpulse.degradation.fit": (
        "One slope through {regimes} regimes, each at its own level, explains {share} of the "
        "scatter within them",
        "Eine Steigung durch {regimes} Phasen mit je eigenem Niveau erklärt {share} der Streuung "
        "darin",
    ),
    "packpulse.degradation.fit.one": (
        "The line explains {share} of the scatter",
        "Die Gerade erklärt {share} der Streuung",
    ),
    "packpulse.degradation.fit.about": (
        "drawn on for as long as was seen, a year at most",
        "fortgesetzt um die gesehene Dauer, höchstens ein Jahr",
    ),
    "packpulse.degradation.slopes": ("Slopes by method", "Steigungen nach Verfahren"),
    "packpulse.degradation.slopes.about": (
        "the first decides the verdict · intervals 95 %: Newey–West or effective sample, the "
        "wider one; Theil–Sen by moving blocks of five weeks",
        "die erste entscheidet das Urteil · Intervalle 95 %: Newey–West oder effektive "
        "Stichprobe, das weitere; Theil–Sen mit gleitenden Blöcken von fünf Wochen",
    ),
    "packpulse.degradation.method.regimes": (
        "Least squares, a level for each regime",
        "Kleinste Quadrate, je Phase ein Niveau",
    ),
    "packpulse.degradation.method.plain": (
        "Least squares, regimes ignored",
        "Kleinste Quadrate, ohne Phasen",
    ),
    "packpulse.degradation.method.theil_sen": (
        "Theil–Sen, weekly means",
        "Theil–Sen, Wochenmittel",
    ),
    "packpulse.degradation.method.within": (
        "Regime {number} alone, {n} days",
        "Phase {number} allein, {n} Tage",
    ),
    "packpulse.degradation.too_short": ("too short", "zu kurz"),
    "packpulse.degradation.column.method": ("Method", "Verfahren"),
    "packpulse.degradation.column.interval": ("95 % interval", "95-%-Intervall"),
    "packpulse.degradation.column.step.sat": ("Step [mV]", "Sprung [mV]"),
    "packpulse.degradation.column.step.apart": (
        "Step against the pack [mV]",
        "Sprung gegen das Pack [mV]",
    ),
    "packpulse.degradation.steps": ("Steps at changes of regime", "Sprünge bei Phasenwechseln"),
    "packpulse.degradation.steps.none": (
        "One regime only, so there is no step.",
        "Nur eine Phase, also kein Sprung.",
    ),
    "packpulse.degradation.steps.about": (
        "mean of up to 60 days after less before · a fault that comes at once, or makes its cell "
        "end the charge, is a step and not a slope",
        "Mittel von bis zu 60 Tagen danach minus davor · ein Fehler, der auf einmal kommt oder "
        "die Zelle zur begrenzenden macht, ist ein Sprung und keine Steigung",
    ),
    "packpulse.degradation.projection": (
        "Drawn on to 5000 and 10000 counted cycles",
        "Fortgesetzt auf 5000 und 10000 gezählte Zyklen",
    ),
    "packpulse.degradation.chart.day": ("day", "Tag"),
    "packpulse.degradation.chart.ray": ("95 % interval", "95-%-Intervall"),
    "packpulse.degradation.chart.goal": ("level with interval", "Niveau mit Intervall"),
    "packpulse.degradation.axis.cycles": (
        "equivalent full cycles, counted from the first day of the window",
        "äquivalente Vollzyklen, gezählt ab dem ersten Tag des Zeitraums",
    ),
    "packpulse.degradation.axis.rank": ("cells, by slope", "Zellen, nach Steigung"),
    "packpulse.degradation.line.base": (
        "100 %: median of the first 30 days",
        "100 %: Median der ersten 30 Tage",
    ),
    "packpulse.degradation.line.end": ("{share} of that", "{share} davon"),
    "packpulse.degradation.cycles.title": (
        "{rate} per counted cycle, from {seen} cycles seen",
        "{rate} je gezähltem Zyklus, aus {seen} gesehenen Zyklen",
    ),
    "packpulse.degradation.cycles.cut": (
        "the interval runs beyond the picture; the table tells how far",
        "das Intervall reicht über das Bild hinaus; die Tabelle sagt, wie weit",
    ),
    "packpulse.degradation.column.goal": ("At", "Bei"),
    "packpulse.degradation.column.level": ("Level", "Niveau"),
    "packpulse.degradation.column.share": ("Of the baseline", "Vom Ausgangswert"),
    "packpulse.degradation.column.when": ("At the present pace", "Beim jetzigen Tempo"),
    "packpulse.degradation.goal": ("{cycles} cycles", "{cycles} Zyklen"),
    "packpulse.degradation.goal.end": ("{share} reached", "{share} erreicht"),
    "packpulse.degradation.goal.not_told": ("not told", "keine Angabe"),
    "packpulse.degradation.years": ("in {years} years", "in {years} Jahren"),
    "packpulse.degradation.stretch": (
        "Drawn on over {first} and {last} times the {seen} cycles seen; the interval knows of no "
        "knee.",
        "Fortgesetzt über das {first}- und {last}-Fache der {seen} gesehenen Zyklen; von einem "
        "Knick weiß das Intervall nichts.",
    ),
    "packpulse.degradation.life.not_a_health_signal": (
        "When 80 % is reached is not told: 80 % is a limit of capacity, and SAT voltage is no "
        "state of health. Remaining life follows from a trend of capacity or resistance over a "
        "year or more.",
        "Wann 80 % erreicht sind, wird nicht gesagt: 80 % ist eine Grenze der Kapazität, und die "
        "Sättigungsspannung ist kein Gesundheitszustand. Restlebensdauer folgt aus einem Trend "
        "von Kapazität oder Innenwiderstand über mindestens ein Jahr.",
    ),
    "packpulse.degradation.flat": (
        "The slope is not distinguishable from zero: the line is one of many that the interval "
        "allows, standing still among them.",
        "Die Steigung ist nicht von null unterscheidbar: Die Gerade ist eine von vielen, die das "
        "Intervall zulässt, Stillstand darunter.",
    ),
    "packpulse.degradation.all": ("All cells", "Alle Zellen"),
    "packpulse.degradation.all.title": (
        "{declines} of {all} cells decline, {rises} rise",
        "{declines} von {all} Zellen sinken, {rises} steigen",
    ),
    "packpulse.degradation.all.title.none": (
        "None of {all} cells has a trend distinguishable from zero",
        "Keine von {all} Zellen hat einen von null unterscheidbaren Trend",
    ),
    "packpulse.degradation.all.about": (
        "bars: 95 % interval of each cell alone · verdicts by p adjusted over {cells} cells "
        "(Benjamini–Hochberg): of those told, 5 % are wrong in the long run · {cut} wide "
        "intervals cut off · a click shows the cell above",
        "Striche: 95-%-Intervall jeder Zelle für sich · Urteile nach p, auf {cells} Zellen "
        "angepasst (Benjamini–Hochberg): von den genannten sind auf Dauer 5 % falsch · {cut} "
        "weite Intervalle abgeschnitten · ein Klick zeigt die Zelle oben",
    ),
    "packpulse.degradation.all.refused": (
        "No cell has enough complete charges for a slope.",
        "Keine Zelle hat genug vollständige Ladungen für eine Steigung.",
    ),
    "packpulse.degradation.column.cell": ("Cell", "Zelle"),
    "packpulse.degradation.column.n": ("n", "n"),
    "packpulse.degradation.column.slope": ("Slope [{unit}]", "Steigung [{unit}]"),
    "packpulse.degradation.column.theil_sen": ("Theil–Sen", "Theil–Sen"),
    "packpulse.degradation.column.r2": ("R²", "R²"),
    "packpulse.degradation.column.p": ("p", "p"),
    "packpulse.degradation.column.p_adjusted": ("p adjusted", "p angepasst"),
    "packpulse.degradation.column.verdict": ("Verdict", "Urteil"),
    # --- hindsight ---
    "packpulse.hindsight.date": ("What would it have said on", "Was hätte es gesagt am"),
    "packpulse.hindsight.one_day": (
        "One day alone has no past to look back on.",
        "Ein einzelner Tag hat keine Vergangenheit für einen Rückblick.",
    ),
    "packpulse.hindsight.then": ("On {day}: {sentence}", "Am {day}: {sentence}"),
    "packpulse.hindsight.then.about": (
        "judged with nothing but the days before the date, regimes included · grey: what came "
        "later · the band is that of the line, days scatter beyond it",
        "beurteilt allein mit den Tagen davor, auch die Phasen · grau: was später kam · das Band "
        "gehört zur Geraden, Tage streuen darüber hinaus",
    ),
    "packpulse.hindsight.then.title.above": (
        "The {days} later days lay {away} mV above the line, in the median",
        "Die {days} späteren Tage lagen im Median {away} mV über der Geraden",
    ),
    "packpulse.hindsight.then.title.below": (
        "The {days} later days lay {away} mV below the line, in the median",
        "Die {days} späteren Tage lagen im Median {away} mV unter der Geraden",
    ),
    "packpulse.hindsight.then.refused": (
        "No line could be drawn on yet",
        "Es ließ sich noch keine Gerade fortsetzen",
    ),
    "packpulse.hindsight.then.nothing": (
        "No later day to compare with",
        "Kein späterer Tag zum Vergleichen",
    ),
    "packpulse.hindsight.record": (
        "How forecasts made every 30 days did",
        "Wie Prognosen im Abstand von 30 Tagen abschnitten",
    ),
    "packpulse.hindsight.none": (
        "There is no past date yet at which anything could have been said.",
        "Es gibt noch kein vergangenes Datum, an dem sich etwas hätte sagen lassen.",
    ),
    "packpulse.hindsight.none.mend": (
        "The window spans {span} days; the first verdict takes {least}.",
        "Der Zeitraum umfasst {span} Tage; das erste Urteil braucht {least}.",
    ),
    "packpulse.hindsight.all_refused": (
        "At none of the past dates was there enough for a slope.",
        "An keinem der vergangenen Tage reichten die Daten für eine Steigung.",
    ),
    "packpulse.hindsight.no_forecasts": (
        "At {dates} past dates nothing was forecast that could be checked.",
        "An {dates} vergangenen Tagen wurde nichts vorhergesagt, was sich prüfen ließe.",
    ),
    "packpulse.hindsight.held": (
        "{inside} of {total} forecast intervals held ({share}; 95 % were aimed at), told at "
        "{dates} past dates.",
        "{inside} von {total} Prognoseintervallen hielten ({share}; angestrebt sind 95 %), "
        "aufgestellt an {dates} vergangenen Tagen.",
    ),
    "packpulse.hindsight.held.stayed": (
        "Where the regime stayed: {inside} of {total} ({share}).",
        "Wo die Betriebsphase blieb: {inside} von {total} ({share}).",
    ),
    "packpulse.hindsight.held.none_stayed": (
        "In none of them did the regime stay.",
        "In keinem davon blieb die Betriebsphase.",
    ),
    "packpulse.hindsight.issues.same": (
        "Verdict at all {dates} dates: {word}",
        "Urteil an allen {dates} Tagen: {word}",
    ),
    "packpulse.hindsight.issues.changed": (
        "Verdict: first “{first}”, at last “{last}”",
        "Urteil: zuerst „{first}“, zuletzt „{last}“",
    ),
    "packpulse.hindsight.forecasts.title": (
        "{inside} of {total} forecasts of a month held what came",
        "{inside} von {total} Monatsprognosen enthielten, was kam",
    ),
    "packpulse.hindsight.forecasts.about": (
        "black: median of 30 days that came · bars: 95 % intervals from each date, oldest on the "
        "left · before a first change of regime its size is unknown, and an interval stands for "
        "“as long as the regime stays”",
        "schwarz: Median der 30 Tage, die kamen · Striche: 95-%-Intervalle von jedem Tag, "
        "ältestes links · vor einem ersten Phasenwechsel ist dessen Größe unbekannt, ein "
        "Intervall gilt „solange die Phase bleibt“",
    ),
    "packpulse.hindsight.chart.came": ("what came", "was kam"),
    "packpulse.hindsight.chart.inside": ("forecast, held", "Prognose, gehalten"),
    "packpulse.hindsight.chart.outside": ("forecast, missed", "Prognose, verfehlt"),
    "packpulse.hindsight.alone": (
        "judged as one series alone: without the adjustment for the number of cells that the "
        "sentence above and the degradation tab make",
        "als einzelne Reihe beurteilt: ohne die Anpassung auf die Zahl der Zellen, die der Satz "
        "oben und der Abschnitt Degradation vornehmen",
    ),
    "packpulse.hindsight.column.day": ("On", "Am"),
    "packpulse.hindsight.column.verdict": ("Verdict", "Urteil"),
    "packpulse.hindsight.column.slope": ("Slope [{unit}]", "Steigung [{unit}]"),
    "packpulse.hindsight.column.interval": ("95 % interval", "95-%-Intervall"),
    "packpulse.hindsight.column.n": ("Days", "Tage"),
    "packpulse.hindsight.column.regimes": ("Regimes", "Phasen"),
    "packpulse.hindsight.column.held": ("Forecasts held", "Prognosen gehalten"),
}
