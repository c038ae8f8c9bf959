"""Words of the PackPulse page, in English and German; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

from core.pack_report_refusals import REFUSALS

# key: (English, German). Each tab keeps to packpulse.<tab>.…; what all share stands first.
PACKPULSE: dict[str, tuple[str, str]] = {
    # --- shared ---
    "nav.packpulse": ("PackPulse", "PackPulse"),
    "packpulse.tab": ("Section", "Abschnitt"),
    "packpulse.tab.overview": ("Overview", "Übersicht"),
    "packpulse.tab.heatmap": ("Heatmap", "Heatmap"),
    "packpulse.tab.trends": ("Trends", "Verläufe"),
    "packpulse.tab.degradation": ("Degradation", "Degradation"),
    "packpulse.tab.weak": ("Weak cells", "Schwache Zellen"),
    "packpulse.tab.capacity": ("Capacity", "Kapazität"),
    "packpulse.tab.dossier": ("Cell dossier", "Zellakte"),
    "packpulse.tab.hindsight": ("Hindsight", "Rückblick"),
    "packpulse.tab.report": ("Report", "Bericht"),
    "packpulse.packs": ("Packs", "Packs"),
    "packpulse.packs.help": (
        "None chosen: all packs.",
        "Ohne Auswahl: alle Packs.",
    ),
    "packpulse.packs.all": ("All packs", "Alle Packs"),
    "packpulse.none": (
        "{device} measures no voltages of single cells.",
        "{device} misst keine Spannungen einzelner Zellen.",
    ),
    "packpulse.none.mend": ("Devices that do: {names}.", "Geräte, die es tun: {names}."),
    "packpulse.none.nowhere": (
        "No device of this store does.",
        "In diesem Datenspeicher tut es kein Gerät.",
    ),
    "packpulse.fault.capacity": ("capacity", "Kapazität"),
    "packpulse.fault.offset_high": ("charge too high", "Ladung zu hoch"),
    "packpulse.fault.offset_low": ("charge too low", "Ladung zu niedrig"),
    "packpulse.fault.self_discharge": ("self-discharge", "Selbstentladung"),
    "packpulse.fault.resistance": ("resistance", "Innenwiderstand"),
    "packpulse.fault.sensor": ("reading stuck", "Messung steht"),
    "packpulse.fault.undecided": ("undecided", "unentschieden"),
    "packpulse.fault.healthy": ("nothing unusual", "unauffällig"),
    "packpulse.fault.unknown": ("cannot be judged", "nicht beurteilbar"),
    "packpulse.pack": ("Pack {pack}", "Pack {pack}"),
    "packpulse.of": ("{part} of {all}", "{part} von {all}"),
    "packpulse.trend": ("SAT voltage per year", "SAT-Spannung je Jahr"),
    "packpulse.trend.unit": ("%/y", "%/a"),
    "packpulse.trend.declines": ("declines, {days} days", "sinkt, {days} Tage"),
    "packpulse.trend.rises": ("rises, {days} days", "steigt, {days} Tage"),
    "packpulse.trend.not_distinguishable": (
        "not distinguishable from zero",
        "nicht von null unterscheidbar",
    ),
    "packpulse.trend.refusal.no_data": ("no data", "keine Daten"),
    "packpulse.trend.refusal.incomplete_charges": ("charges not complete", "unvollständig geladen"),
    "packpulse.trend.refusal.too_few_days": ("too few complete days", "zu wenige Volltage"),
    "packpulse.trend.refusal.span_short": ("span too short", "Zeitraum zu kurz"),
    "packpulse.trend.refusal.constant": ("value does not move", "Wert bewegt sich nicht"),
    "packpulse.trend.refusal.regimes_short": ("regimes too short", "Betriebsphasen zu kurz"),
    "packpulse.weak_cells": ("Weak cells", "Schwache Zellen"),
    "packpulse.weakest": ("weakest {cell}: {fault}", "schwächste {cell}: {fault}"),
    "packpulse.weakest.none": ("no cell stands apart", "keine Zelle fällt heraus"),
    "packpulse.recoverable": ("Recoverable energy", "Rückgewinnbare Energie"),
    "packpulse.recoverable.parts": (
        "balancing {balance} + replacing {replace}",
        "Ausgleichen {balance} + Tauschen {replace}",
    ),
    "packpulse.recoverable.unknown": ("not known", "nicht bekannt"),
    "packpulse.charges": ("Complete charges", "Vollständige Ladungen"),
    "packpulse.charges.by.soc": ("days, judged by the SOC", "Tage, am Ladezustand erkannt"),
    "packpulse.charges.by.voltage": (
        "days, judged by voltage",
        "Tage, an der Spannung erkannt",
    ),
    "packpulse.cycles": ("Full cycles counted (EFC)", "Gezählte Vollzyklen (EFC)"),
    "packpulse.cycles.fact": ("against {capacity} rated", "bezogen auf {capacity} Nennkapazität"),
    "packpulse.cycles.counted": (
        "against {capacity}, counted from charge and SOC",
        "bezogen auf {capacity}, aus Ladung und Ladezustand",
    ),
    "packpulse.evidence.resistance": ("{ratio} above its pack", "{ratio} über seinem Pack"),
    "packpulse.evidence.drift": ("{drift} Ah per 30 d", "{drift} Ah je 30 d"),
    "packpulse.evidence.sensor": ("the reading does not move", "der Messwert bewegt sich nicht"),
    "packpulse.evidence.full": ("{ah} when full", "voll {ah}"),
    "packpulse.full.exact": ("{ah} Ah", "{ah} Ah"),
    "packpulse.full.least": ("≥\u00a0{ah} Ah", "≥\u00a0{ah} Ah"),
    "packpulse.full.most": ("≤\u00a0{ah} Ah", "≤\u00a0{ah} Ah"),
    "packpulse.full.flat": ("too flat to tell", "zu flach für eine Angabe"),
    "packpulse.evidence.empty": ("{ah} Ah when empty", "leer {ah} Ah"),
    "packpulse.empty": (
        "{device} has no cell voltages from {span}.",
        "{device} hat keine Zellspannungen im Zeitraum {span}.",
    ),
    "packpulse.unread": (
        "The address asks for {name}={asked}, which this view does not have.",
        "Die Adresse verlangt {name}={asked}, das gibt es in dieser Ansicht nicht.",
    ),
    "packpulse.unread.now": ("Shown instead: {now}.", "Gezeigt wird stattdessen: {now}."),
    "packpulse.unread.packs": ("packs {packs}", "Packs {packs}"),
    "packpulse.unknown_cell": (
        "{device} has no cell “{cell}”.",
        "{device} hat keine Zelle „{cell}“.",
    ),
    "packpulse.unknown_cell.mend": (
        "Cells are named pack.cell, e.g. {example}; a click on a cell chooses it.",
        "Zellen heißen Pack.Zelle, z. B. {example}; ein Klick auf eine Zelle wählt sie.",
    ),
    # Why nothing can be said of weak cells, and what would mend it.
    "packpulse.refusal": (
        "It cannot be said which cells are weak.",
        "Welche Zellen schwach sind, lässt sich nicht sagen.",
    ),
    "packpulse.refusal.no_current": (
        "No current of the string is recorded. With the battery’s current (battery_current or "
        "pack_current) voltages at rest can be told from voltages under load.",
        "Der Strom des Strangs wird nicht "
        "aufgezeichnet. Mit dem Batteriestrom (battery_current oder pack_current) lässt sich die "
        "Ruhespannung von der Spannung unter Last trennen.",
    ),
    "packpulse.refusal.no_current.short": ("no current recorded", "kein Strom aufgezeichnet"),
    "packpulse.refusal.no_capacity": (
        "The capacity is neither given nor can it be counted "
        "from current and state of charge. Give capacity_ah among the facts of the device.",
        "Die Kapazität ist weder angegeben, "
        "noch lässt sie sich aus Strom und Ladezustand zählen. Bitte capacity_ah bei den "
        "Angaben zum Gerät eintragen.",
    ),
    "packpulse.refusal.no_capacity.short": ("capacity not known", "Kapazität nicht bekannt"),
    "packpulse.refusal.no_levels": (
        "The store lacks the levels of hours and days for these cells. Build the store anew.",
        "Dem Datenspeicher fehlen die Stufen Stunde und Tag für diese Zellen. Bitte neu aufbauen.",
    ),
    "packpulse.refusal.no_levels.short": ("levels 1 h and 1 d missing", "Stufen 1 h, 1 d fehlen"),
    "packpulse.refusal.no_rests": (
        "In these weeks the battery never rested for an hour "
        "near empty or near full. A longer window, or a rest of an hour after a full charge and "
        "a deep discharge, would tell.",
        "In diesen Wochen hat die Batterie "
        "weder leer noch voll eine Stunde geruht. Ein längerer Zeitraum oder eine Stunde Ruhe "
        "nach Vollladung und tiefer Entladung würde es zeigen.",
    ),
    "packpulse.refusal.no_rests.short": ("no rest near an end", "keine Ruhe an einem Ladungsende"),
    "packpulse.refusal.no_empty_end": (
        "In these weeks the battery never rested near empty. "
        "One deep discharge followed by an hour of rest, a few times, would tell.",
        "In diesen Wochen hat die Batterie nie "
        "fast leer geruht. Einige tiefe Entladungen mit je einer Stunde Ruhe würden es zeigen.",
    ),
    "packpulse.refusal.no_empty_end.short": ("never rested near empty", "nie fast leer geruht"),
    "packpulse.refusal.no_full_end": (
        "In these weeks the battery never rested near full. "
        "A few full charges, each followed by an hour of rest, would tell.",
        "In diesen Wochen hat die Batterie nie "
        "fast voll geruht. Einige Vollladungen mit je einer Stunde Ruhe würden es zeigen.",
    ),
    "packpulse.refusal.no_full_end.short": ("never rested near full", "nie fast voll geruht"),
    "packpulse.refusal.current_sign.short": (
        "sign of the current turned",
        "Vorzeichen des Stroms verdreht",
    ),
    "packpulse.refusal.current_zero.short": (
        "current reads zero",
        "Strom steht auf null",
    ),
    "packpulse.refusal.cells_clock.short": (
        "clocks run apart",
        "Uhren gehen auseinander",
    ),
    "packpulse.refusal.resistance_sign.short": (
        "resistance negative",
        "Innenwiderstand negativ",
    ),
    "packpulse.refusal.all_still.short": (
        "readings stand still",
        "Messwerte stehen still",
    ),
    "packpulse.refusal.few_cells.short": (
        "nothing to compare with",
        "nichts zum Vergleichen",
    ),
    "packpulse.refusal.cells_alike.short": (
        "all cells read the same",
        "alle Zellen messen gleich",
    ),
    "packpulse.refusal.no_curve.short": (
        "sampled too coarsely",
        "zu grob abgetastet",
    ),
    "packpulse.between": ("{low} to {high}", "{low} bis {high}"),
    "packpulse.whole_days": (
        "Cells and full cycles are told by whole days: {span}.",
        "Zellen und Vollzyklen werden nach ganzen Tagen angegeben: {span}.",
    ),
    "packpulse.days": ("{count} days", "{count} Tagen"),
    "packpulse.days.1": ("1 day", "1 Tag"),
    # --- overview ---
    "packpulse.overview.healthy": (
        "None of {all} cells stands apart from its pack.",
        "Keine von {all} Zellen fällt aus ihrem Pack heraus.",
    ),
    "packpulse.overview.weak": (
        "{count} of {all} cells stand apart from their pack: {causes}.",
        "{count} von {all} Zellen fallen aus ihrem Pack heraus: {causes}.",
    ),
    "packpulse.overview.weak.1": (
        "1 of {all} cells stands apart from its pack: {causes}.",
        "1 von {all} Zellen fällt aus ihrem Pack heraus: {causes}.",
    ),
    "packpulse.overview.unjudged": (
        "{count} more cannot be judged.",
        "{count} weitere sind nicht beurteilbar.",
    ),
    "packpulse.overview.about": (
        "SAT voltage (saturation) is the highest voltage a cell reaches in a complete charge, by "
        "local day. It says where a cell stands at the end of charge: which cell trips the "
        "cut-off, end current, temperature and balancing move it by far more than ageing does, "
        "so it is not a state of health.",
        "Die Sättigungsspannung (SAT) ist die höchste Spannung, die eine Zelle bei einer "
        "vollständigen Ladung erreicht, je Ortstag. Sie sagt, wo eine Zelle am Ende der Ladung "
        "steht: Welche Zelle abschaltet, Endstrom, Temperatur und Balancing bewegen sie weit mehr "
        "als die Alterung; sie ist deshalb kein Gesundheitszustand.",
    ),
    "packpulse.overview.guessed": (
        "Chemistry taken as {name}: the cells’ usual voltage suggests it. Give chemistry among "
        "the facts of the device if it is another.",
        "Als Zellchemie gilt {name}, nach der üblichen Spannung der Zellen. Ist es eine andere, "
        "bitte chemistry bei den Angaben zum Gerät eintragen.",
    ),
    "packpulse.overview.sat.title": (
        "On complete charges the packs’ medians stay within {spread} mV of one another; on a usual "
        "day the cells span {cells} mV",
        "Bei vollständigen Ladungen liegen die Mediane der Packs höchstens {spread} mV "
        "auseinander; an einem üblichen Tag spannen die Zellen {cells} mV",
    ),
    "packpulse.overview.sat.title.one": (
        "On a usual day with a complete charge the cells of the pack span {cells} mV",
        "An einem üblichen Tag mit vollständiger Ladung spannen die Zellen des Packs {cells} mV",
    ),
    "packpulse.overview.sat.none": (
        "No charge in this window was complete, so there is no SAT voltage.",
        "Keine Ladung in diesem Zeitraum war vollständig; es gibt daher keine Sättigungsspannung.",
    ),
    "packpulse.overview.sat.none.mend": (
        "Complete means: {rule}. The highest cell reached {top}.",
        "Vollständig heißt: {rule}. Die höchste Zelle erreichte {top}.",
    ),
    "packpulse.overview.rule.soc": (
        "state of charge {soc} or more, and the highest cell at {low} V or more",
        "Ladezustand mindestens {soc}, und die höchste Zelle bei mindestens {low} V",
    ),
    "packpulse.overview.rule.voltage": (
        "the highest cell at {low} V or more ({chemistry}), and near what it usually reaches",
        "die höchste Zelle bei mindestens {low} V ({chemistry}) und nahe dem, was sie sonst "
        "erreicht",
    ),
    "packpulse.overview.sat.axis": ("SAT voltage [V]", "Sättigungsspannung [V]"),
    "packpulse.overview.envelope": ("all cells", "alle Zellen"),
    "packpulse.overview.median": ("{pack}, median", "{pack}, Median"),
    "packpulse.overview.spread.title": (
        "Last {days} days: cell {cell} stands furthest from its pack, by {mv} mV",
        "Letzte {days} Tage: Zelle {cell} steht am weitesten von ihrem Pack, um {mv} mV",
    ),
    "packpulse.overview.spread.axis": (
        "SAT against the pack’s median [mV]",
        "SAT gegen den Packmedian [mV]",
    ),
    "packpulse.overview.spread.caption": (
        "median of the complete charges of these days · box: middle half of the pack · a "
        "click on a cell opens its dossier",
        "Median der vollständigen Ladungen dieser Tage · Kasten: mittlere Hälfte des "
        "Packs · Klick auf eine Zelle öffnet ihre Akte",
    ),
    "packpulse.overview.weakest.title": ("Weakest cells", "Schwächste Zellen"),
    "packpulse.overview.weakest.judged": ("judged by {span}", "beurteilt nach {span}"),
    "packpulse.overview.weakest.more": (
        "{count} more under “{tab}”.",
        "{count} weitere unter „{tab}“.",
    ),
    "packpulse.overview.weakest.none": (
        "No cell departs from its pack by more than the thresholds.",
        "Keine Zelle weicht stärker von ihrem Pack ab, als die Schwellen zulassen.",
    ),
    "packpulse.overview.packs.title": (
        "SAT voltage by pack, last {days} days",
        "SAT je Pack, letzte {days} Tage",
    ),
    "packpulse.column.pack": ("Pack", "Pack"),
    "packpulse.column.cells": ("Cells", "Zellen"),
    "packpulse.column.median": ("Median [V]", "Median [V]"),
    "packpulse.column.spread": ("Spread [mV]", "Spreizung [mV]"),
    "packpulse.column.sigma": ("Robust σ [mV]", "σ robust [mV]"),
    "packpulse.column.lowest": ("Lowest [mV]", "Tiefste [mV]"),
    "packpulse.column.highest": ("Highest [mV]", "Höchste [mV]"),
    "packpulse.column.cell": ("Cell", "Zelle"),
    "packpulse.column.fault": ("Cause", "Ursache"),
    "packpulse.column.evidence": ("Evidence", "Beleg"),
    "packpulse.column.limits": ("Limits", "Begrenzt"),
    "packpulse.limits.empty": ("empty end {share}", "leeres Ende {share}"),
    "packpulse.limits.full": ("full end {share}", "volles Ende {share}"),
    "packpulse.overview.charges.title": (
        "{complete} of {all} days ended with a complete charge",
        "{complete} von {all} Tagen endeten mit einer vollständigen Ladung",
    ),
    "packpulse.state.complete": ("complete", "vollständig"),
    "packpulse.state.soc_low": ("SOC stayed low", "Ladezustand blieb niedrig"),
    "packpulse.state.no_charge": ("not charged", "nicht geladen"),
    "packpulse.state.voltage_low": (
        "voltage not that of a full charge",
        "Spannung nicht wie bei Vollladung",
    ),
    "packpulse.state.voltage_high": (
        "readings above any cell",
        "Messwerte über jeder Zelle",
    ),
    "packpulse.state.no_data": ("no data", "keine Daten"),
    "packpulse.state.count": ("{state}: {count}", "{state}: {count}"),
    # --- heatmap ---
    "packpulse.heatmap.view": ("View", "Ansicht"),
    "packpulse.heatmap.view.layout": ("One day", "Ein Tag"),
    "packpulse.heatmap.view.days": ("Cells by day", "Zellen je Tag"),
    "packpulse.heatmap.view.surface": ("Surface (3D)", "Fläche (3D)"),
    "packpulse.heatmap.of": ("Quantity", "Größe"),
    "packpulse.heatmap.of.sat": ("SAT voltage", "Sättigungsspannung"),
    "packpulse.heatmap.of.low": ("Lowest voltage", "Tiefste Spannung"),
    "packpulse.heatmap.of.temperature": ("Temperature", "Temperatur"),
    "packpulse.heatmap.scale": ("Values", "Werte"),
    "packpulse.heatmap.scale.relative": ("Against the pack", "Gegen das Pack"),
    "packpulse.heatmap.scale.absolute": ("Absolute", "Absolut"),
    "packpulse.heatmap.rows": ("Rows per pack", "Reihen je Pack"),
    "packpulse.heatmap.colours": ("Colour scale", "Farbskala"),
    "packpulse.heatmap.colours.fixed": ("All dates", "Alle Tage"),
    "packpulse.heatmap.colours.day": ("This day", "Dieser Tag"),
    "packpulse.heatmap.day": ("Day", "Tag"),
    "packpulse.heatmap.sat.of": ("SAT voltage", "Sättigungsspannung"),
    "packpulse.heatmap.sat.incomplete": (
        "highest voltage of the day",
        "höchste Spannung des Tages",
    ),
    "packpulse.heatmap.low.of": ("lowest voltage of the day", "tiefste Spannung des Tages"),
    "packpulse.heatmap.temperature.of": (
        "highest temperature of the day",
        "höchste Temperatur des Tages",
    ),
    "packpulse.heatmap.title.layout": (
        "{day}, {what}: cell {cell} stands furthest from its pack, {away} {unit}",
        "{day}, {what}: Zelle {cell} steht am weitesten von ihrem Pack, {away} {unit}",
    ),
    "packpulse.heatmap.title.plain": ("{day}, {what}", "{day}, {what}"),
    "packpulse.heatmap.title.days": (
        "{what} of {cells} cells on {days} days, {against}",
        "{what} von {cells} Zellen an {days} Tagen, {against}",
    ),
    "packpulse.heatmap.against.relative": (
        "against the median of each pack",
        "gegen den Median des jeweiligen Packs",
    ),
    "packpulse.heatmap.against.absolute": ("as measured", "wie gemessen"),
    "packpulse.heatmap.none.sat": (
        "{device} has no cell voltages here.",
        "{device} hat hier keine Zellspannungen.",
    ),
    "packpulse.heatmap.none.low": (
        "{device} has no cell voltages here.",
        "{device} hat hier keine Zellspannungen.",
    ),
    "packpulse.heatmap.none.temperature": (
        "{device} has no cell temperatures here.",
        "{device} hat hier keine Zelltemperaturen.",
    ),
    "packpulse.heatmap.empty_day": (
        "No cell has a value on {day}.",
        "Am {day} hat keine Zelle einen Wert.",
    ),
    "packpulse.heatmap.no_complete": (
        "No charge in this window was complete, so there is no SAT voltage to compare.",
        "Keine Ladung in diesem Zeitraum war vollständig; es gibt keine Sättigungsspannung zu "
        "vergleichen.",
    ),
    "packpulse.heatmap.try_low": (
        "“Lowest voltage” and a single day can still be shown.",
        "„Tiefste Spannung“ und ein einzelner Tag lassen sich trotzdem zeigen.",
    ),
    "packpulse.heatmap.incomplete": (
        "The charge of this day was not complete ({reason}): the highest voltage of the day is "
        "shown, which is no SAT voltage.",
        "Die Ladung dieses Tages war nicht vollständig ({reason}): gezeigt ist die höchste "
        "Spannung des Tages; sie ist keine Sättigungsspannung.",
    ),
    "packpulse.heatmap.incomplete.day": ("charge not complete", "Ladung nicht vollständig"),
    "packpulse.heatmap.marked": (
        "{count} days without a complete charge left blank, marked above",
        "{count} Tage ohne vollständige Ladung bleiben leer, oben markiert",
    ),
    "packpulse.heatmap.marked.1": (
        "{count} day without a complete charge left blank, marked above",
        "{count} Tag ohne vollständige Ladung bleibt leer, oben markiert",
    ),
    "packpulse.heatmap.ends": (
        "colours from {low} to {high} {unit}",
        "Farben von {low} bis {high} {unit}",
    ),
    "packpulse.heatmap.ends.centred": (
        "white is the median of the pack, colours end at ±{high} {unit}",
        "Weiß ist der Packmedian, die Farben enden bei ±{high} {unit}",
    ),
    "packpulse.heatmap.beyond": ("cells beyond: {count}", "Zellen darüber hinaus: {count}"),
    "packpulse.heatmap.click": (
        "framed: weak cells · a click on a cell opens its dossier",
        "umrandet: schwache Zellen · Klick auf eine Zelle öffnet ihre Akte",
    ),
    "packpulse.heatmap.click.weak": (
        "a click on a name opens the dossier",
        "Klick auf einen Namen öffnet die Akte",
    ),
    "packpulse.heatmap.surface": (
        "heights end where the colours do",
        "die Höhen enden, wo die Farben enden",
    ),
    # --- weak ---
    "packpulse.weak.basis": (
        "Judged by {span}: {empty} rests near empty, {full} rests near full after a charge; "
        "capacity {capacity} ({source}). Voltage at rest is compared with the median of the pack "
        "and turned into charge by the battery’s own curve.",
        "Beurteilt nach {span}: {empty} Ruhephasen fast leer, {full} fast voll nach einer Ladung; "
        "Kapazität {capacity} ({source}). Die Ruhespannung wird mit dem Packmedian verglichen und "
        "über die eigene Kennlinie der Batterie in Ladung umgerechnet.",
    ),
    "packpulse.weak.capacity.fact": ("rated", "Nennwert"),
    "packpulse.weak.capacity.counted": ("counted", "gezählt"),
    "packpulse.weak.title": ("Weak cells by what they cost", "Schwache Zellen nach ihren Kosten"),
    "packpulse.weak.title.none": (
        "No cell of these packs stands apart",
        "Keine Zelle dieser Packs fällt heraus",
    ),
    "packpulse.weak.balance": ("By balancing", "Durch Ausgleichen"),
    "packpulse.weak.balance.note": (
        "{ah} Ah · move {moved} Ah in {cells} cells",
        "{ah} Ah · {moved} Ah in {cells} Zellen umladen",
    ),
    "packpulse.weak.balance.none": ("no cell to balance", "keine Zelle auszugleichen"),
    "packpulse.weak.replace": ("More by then replacing", "Mehr durch anschließendes Tauschen"),
    "packpulse.weak.replace.note": (
        "{ah} Ah · {cells} cells of low capacity",
        "{ah} Ah · {cells} Zellen mit wenig Kapazität",
    ),
    "packpulse.weak.replace.none": ("no cell to replace", "keine Zelle zu tauschen"),
    "packpulse.weak.resistance": ("Cells of high resistance", "Zellen mit hohem Innenwiderstand"),
    "packpulse.weak.resistance.note": (
        "median cell {ohm} mΩ over an hour",
        "mittlere Zelle {ohm} mΩ über eine Stunde",
    ),
    "packpulse.weak.more": ("{count} more in the export.", "{count} weitere im Export."),
    "packpulse.weak.table": (
        "+ is ahead of the pack, − behind, at rest · ≥, ≤: at least, at most, "
        "for the voltage at this end is flat · "
        "drift with its 95 % interval · charge to move: of a cell that drifts that of the last "
        "day, with interval · limits: share of days on which the cell ends the "
        "discharge or the charge",
        "+ vor dem Pack, − dahinter, in Ruhe · ≥, ≤: mindestens, "
        "höchstens, denn die Kennlinie ist dort flach · "
        "Drift mit 95-%-Intervall · umzuladen: bei Drift Stand des letzten Tages mit Intervall · "
        "begrenzt: Anteil der Tage, an denen die Zelle Entladung oder "
        "Ladung beendet",
    ),
    "packpulse.column.rank": ("Rank", "Rang"),
    "packpulse.column.empty": ("When empty", "Leer"),
    "packpulse.column.full": ("When full", "Voll"),
    "packpulse.column.drift": ("Drift [Ah/30 d]", "Drift [Ah/30 d]"),
    "packpulse.column.ohm": ("Resistance", "Innenwiderstand"),
    "packpulse.column.move": ("Charge to move [Ah]", "Umzuladen [Ah]"),
    "packpulse.column.advice": ("Advice", "Rat"),
    "packpulse.advice.balance": ("balance", "ausgleichen"),
    "packpulse.advice.balance_watch": ("balance, then watch", "ausgleichen, dann beobachten"),
    "packpulse.advice.replace": ("replace", "tauschen"),
    "packpulse.advice.watch": ("watch", "beobachten"),
    "packpulse.advice.sensor": ("check the sensor", "Messung prüfen"),
    "packpulse.weak.region.capacity": ("capacity too low", "Kapazität zu klein"),
    "packpulse.weak.region.offset_high": ("charge too high", "Ladung zu hoch"),
    "packpulse.weak.region.offset_low": (
        "charge too low, or self-discharge",
        "Ladung zu niedrig oder Selbstentladung",
    ),
    "packpulse.weak.region.undecided": ("ends disagree", "Enden widersprechen sich"),
    "packpulse.weak.ends.title": (
        "Where a cell stands at both ends tells charge from capacity",
        "Der Stand an beiden Enden trennt Ladung von Kapazität",
    ),
    "packpulse.weak.ends.full": ("ahead when full", "voraus, wenn voll"),
    "packpulse.weak.ends.empty": ("ahead when empty", "voraus, wenn leer"),
    "packpulse.weak.ends.caption": (
        "a fault from ±{empty} Ah when empty, +{full} Ah when full · open: only a bound · a click "
        "on a cell opens its dossier",
        "auffällig ab ±{empty} Ah leer, +{full} Ah voll · offen: nur eine Grenze · Klick auf eine "
        "Zelle öffnet ihre Akte",
    ),
    "packpulse.weak.ends.none": (
        "Charge at both ends is not known for these cells.",
        "Die Ladung an beiden Enden ist für diese Zellen nicht bekannt.",
    ),
    "packpulse.weak.ends.mend": (
        "It takes rests of an hour near empty and near full.",
        "Dazu braucht es Ruhephasen von einer Stunde fast leer und fast voll.",
    ),
    "packpulse.weak.ohm.axis": ("resistance over the pack [%]", "Innenwiderstand über Pack [%]"),
    "packpulse.weak.ohm.title": (
        "Resistance: {count} cells stand out",
        "Innenwiderstand: {count} Zellen fallen auf",
    ),
    "packpulse.weak.ohm.limit": ("fault from +{ratio}", "auffällig ab +{ratio}"),
    "packpulse.weak.ohm.caption": (
        "over an hour of current, slow parts included, from hourly means; the tab “Capacity” shows "
        "what answers within a minute at steps of the current, so the figures differ · median cell "
        "{ohm} mΩ",
        "über eine Stunde Strom, mit den langsamen Anteilen, aus Stundenmitteln; der Reiter "
        "„Kapazität“ zeigt, was binnen einer Minute auf Stromsprünge antwortet, daher andere Werte "
        "· mittlere Zelle {ohm} mΩ",
    ),
    "packpulse.weak.ohm.none": (
        "Resistance is not known for these cells.",
        "Der Innenwiderstand dieser Zellen ist nicht bekannt.",
    ),
    "packpulse.weak.ohm.mend": (
        "It takes twenty hours or more with changing current away from both ends.",
        "Dazu braucht es mindestens zwanzig Stunden mit wechselndem Strom abseits beider Enden.",
    ),
    "packpulse.weak.bound": (
        "For {count} of {all} cells the charge when full is only a bound (≥ of a cell ahead, ≤ of "
        "one behind): at that end the voltage is too flat to tell more.",
        "Bei {count} von {all} Zellen ist die Ladung am vollen Ende nur eine Grenze (≥, wenn "
        "voraus, ≤, wenn dahinter): Dort ist die Spannung zu flach für mehr.",
    ),
    "packpulse.weak.unknown": (
        "{count} cells cannot be judged.",
        "{count} Zellen sind nicht beurteilbar.",
    ),
    "packpulse.weak.undecided": (
        "{count} cells stand apart, but the cause is undecided.",
        "{count} Zellen fallen heraus, die Ursache bleibt unentschieden.",
    ),
    "packpulse.reason.no_rests": (
        "They have no value at rest near an end, and no resistance: look for missing readings.",
        "Sie haben keinen Wert in Ruhe an einem Ladungsende und keinen Innenwiderstand: bitte "
        "nach fehlenden Messwerten sehen.",
    ),
    "packpulse.reason.still": (
        "Their readings stood still on too many of these days; what remains is too little to "
        "judge them.",
        "Ihre Messwerte standen an zu vielen dieser Tage still; was bleibt, reicht nicht für "
        "ein Urteil.",
    ),
    "packpulse.reason.no_curve": (
        "They rested near an end, but were read too coarsely to tell what a millivolt is worth "
        "in charge; readings every 15 minutes or less would tell.",
        "Sie haben an einem Ladungsende geruht, sind aber zu grob abgetastet, um zu sagen, was "
        "ein Millivolt an Ladung wert ist; Messwerte mindestens alle 15 Minuten würden es "
        "zeigen.",
    ),
    "packpulse.reason.no_empty_end": (
        "The battery hardly rested near empty in these weeks; a few deep discharges with an hour "
        "of rest would tell.",
        "Die Batterie hat in diesen Wochen kaum fast leer geruht; einige tiefe Entladungen mit "
        "einer Stunde Ruhe würden es zeigen.",
    ),
    "packpulse.reason.no_full_end": (
        "The battery hardly rested near full in these weeks; a few full charges with an hour of "
        "rest would tell.",
        "Die Batterie hat in diesen Wochen kaum fast voll geruht; einige Vollladungen mit einer "
        "Stunde Ruhe würden es zeigen.",
    ),
    "packpulse.reason.full_end_flat": (
        "At the full end their voltage is too flat to tell capacity from charge; charging "
        "further, to a higher cut-off or with a longer taper, would tell.",
        "Am vollen Ende ist ihre Spannung zu flach, um Kapazität von Ladung zu trennen; weiter "
        "laden, bis zu höherer Abschaltspannung oder mit längerem Auslaufen, würde es zeigen.",
    ),
    "packpulse.reason.ends_disagree": (
        "Both ends disagree: ahead when empty, but not when full. More rests at both ends would "
        "tell.",
        "Die Enden widersprechen sich: leer voraus, voll aber nicht. Mehr Ruhephasen an beiden "
        "Enden würden es zeigen.",
    ),
    "packpulse.reason.two_faults": (
        "Two faults at once, one of them resistance: mend the charge first, then look again.",
        "Zwei Fehler zugleich, einer davon der Innenwiderstand: zuerst die Ladung ausgleichen, "
        "dann erneut prüfen.",
    ),
    "packpulse.weak.thresholds": ("Thresholds", "Schwellen"),
    "packpulse.weak.thresholds.about": (
        "From where a cell is weak. They stand in the address, so a link keeps them; charge is in "
        "percent of the capacity.",
        "Ab wann eine Zelle schwach ist. Sie stehen in der Adresse, ein Link behält sie; Ladung in "
        "Prozent der Kapazität.",
    ),
    "packpulse.weak.thresholds.reset": ("Defaults", "Vorgaben"),
    "packpulse.weak.threshold.weeks": ("Judged by the last [weeks]", "Beurteilt nach [Wochen]"),
    "packpulse.weak.threshold.charge": ("Charge apart [%]", "Ladung abweichend [%]"),
    "packpulse.weak.threshold.ohm": (
        "Resistance over the pack [%]",
        "Innenwiderstand über Pack [%]",
    ),
    "packpulse.weak.threshold.drift": ("Loss of charge [%/30 d]", "Ladungsverlust [%/30 d]"),
    "packpulse.weak.threshold.sigmas": ("and at least [σ]", "und mindestens [σ]"),
}
# The page says these as the report does.
PACKPULSE |= {
    f"packpulse.{key}": REFUSALS[key]
    for key in (
        "refusal.current_sign", "refusal.current_zero", "refusal.cells_clock",
        "refusal.resistance_sign", "refusal.all_still", "refusal.few_cells",
        "refusal.cells_alike", "refusal.no_curve", "caution.still", "caution.still_day",
        "caution.still_now", "caution.still_more", "caution.turned", "caution.clock",
        "caution.dead", "caution.capacity", "caution.outside", "caution.glitch",
    )
}  # fmt: skip
