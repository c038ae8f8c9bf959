"""Words of the PackPulse page, in English and German; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

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
    "packpulse.refusal.current_sign": (
        "The state of charge or the cell voltages fall when current is said to flow in: the "
        "sign of the current is turned. Set it right where the source is declared (sign = -1).",
        "Der Ladezustand oder die Zellspannungen sinken, wenn Strom in die Batterie fließen "
        "soll: Das Vorzeichen des Stroms ist verdreht. Bitte dort richten, wo die Quelle "
        "angegeben ist (sign = -1).",
    ),
    "packpulse.refusal.current_sign.short": (
        "sign of the current turned",
        "Vorzeichen des Stroms verdreht",
    ),
    "packpulse.refusal.current_zero": (
        "The current reads next to nothing while state of charge and cell voltages move: it is "
        "not that of this battery, or its sensor is dead. What rests on current cannot be told.",
        "Der Strom steht fast auf null, während Ladezustand und Zellspannungen sich bewegen: Er "
        "gehört nicht zu dieser Batterie, oder die Messung ist tot. Was auf dem Strom beruht, "
        "lässt sich nicht sagen.",
    ),
    "packpulse.refusal.current_zero.short": (
        "current reads zero",
        "Strom steht auf null",
    ),
    "packpulse.refusal.cells_clock": (
        "The clock of the cell voltages runs apart from that of the current: their voltages "
        "move before or after it. Set the clock right where the source is declared; until then "
        "nothing that sets voltages beside current can be told.",
        "Die Uhr der Zellspannungen geht anders als die des Stroms: Die Spannungen bewegen sich "
        "vor oder nach ihm. Bitte die Uhr dort richten, wo die Quelle angegeben ist; bis dahin "
        "lässt sich nichts sagen, was Spannung neben Strom stellt.",
    ),
    "packpulse.refusal.cells_clock.short": (
        "clocks run apart",
        "Uhren gehen auseinander",
    ),
    "packpulse.refusal.resistance_sign": (
        "The resistance comes out negative, which no cell has: the sign of the current is "
        "turned, or the clocks of current and cell voltages run apart. Set right where the "
        "source is declared.",
        "Der Innenwiderstand ergibt sich negativ, was keine Zelle hat: Das Vorzeichen des "
        "Stroms ist verdreht, oder die Uhren von Strom und Zellspannungen gehen auseinander. "
        "Bitte dort richten, wo die Quelle angegeben ist.",
    ),
    "packpulse.refusal.resistance_sign.short": (
        "resistance negative",
        "Innenwiderstand negativ",
    ),
    "packpulse.refusal.all_still": (
        "The readings of all cells stand still while the battery works: the BMS repeats old "
        "values. Nothing can be told of the cells.",
        "Die Messwerte aller Zellen stehen still, während die Batterie arbeitet: Das BMS "
        "wiederholt alte Werte. Über die Zellen lässt sich nichts sagen.",
    ),
    "packpulse.refusal.all_still.short": (
        "readings stand still",
        "Messwerte stehen still",
    ),
    "packpulse.refusal.few_cells": (
        "No pack has three cells or more that are measured: there is nothing to compare a cell "
        "with.",
        "Kein Pack hat drei oder mehr gemessene Zellen: Es gibt nichts, womit sich eine Zelle "
        "vergleichen ließe.",
    ),
    "packpulse.refusal.few_cells.short": (
        "nothing to compare with",
        "nichts zum Vergleichen",
    ),
    "packpulse.refusal.cells_alike": (
        "All cells show the same values to the last digit: one signal was copied to all of "
        "them. There is nothing to compare.",
        "Alle Zellen zeigen bis zur letzten Stelle dieselben Werte: Ein Signal wurde auf alle "
        "kopiert. Es gibt nichts zu vergleichen.",
    ),
    "packpulse.refusal.cells_alike.short": (
        "all cells read the same",
        "alle Zellen messen gleich",
    ),
    "packpulse.refusal.no_curve": (
        "The battery rested near an end, but no charge or discharge was read at least every 15 "
        "minutes: the sampling is too coarse to tell what a millivolt is worth in charge.",
        "Die Batterie hat an einem Ladungsende geruht, aber keine Ladung oder Entladung wurde "
        "mindestens alle 15 Minuten gemessen: Die Abtastung ist zu grob, um zu sagen, was ein "
        "Millivolt an Ladung wert ist.",
    ),
    "packpulse.refusal.no_curve.short": (
        "sampled too coarsely",
        "zu grob abgetastet",
    ),
    "packpulse.caution.still": (
        "Cell {cell}: the reading stood still from {start} to {end} ({days} days) while the "
        "battery moved. Those days of the cell are left out of everything.",
        "Zelle {cell}: Der Messwert stand vom {start} bis {end} still ({days} Tage), während "
        "die Batterie sich bewegte. Diese Tage der Zelle bleiben überall weg.",
    ),
    "packpulse.caution.still_now": (
        "Cell {cell}: the reading has stood still since {start} ({days} days until {end}) while "
        "the battery moved: check the sensor. Those days of the cell are left out of "
        "everything.",
        "Zelle {cell}: Der Messwert steht seit {start} still ({days} Tage bis {end}), während "
        "die Batterie sich bewegt: bitte die Messung prüfen. Diese Tage der Zelle bleiben "
        "überall weg.",
    ),
    "packpulse.caution.still_more": (
        "{count} more stretches of readings that stood still are left out as well.",
        "{count} weitere Strecken stehender Messwerte bleiben ebenfalls weg.",
    ),
    "packpulse.caution.turned": (
        "From {start} to {end} the current has the other sign than charge: the state of charge "
        "or the cells fall while it flows in. What rests on its sign leaves these days out; set "
        "it right where the source is declared, for these days only.",
        "Vom {start} bis {end} hat der Strom das falsche Vorzeichen: Ladezustand oder "
        "Zellspannungen sinken, während er hineinfließt. Was auf dem Vorzeichen beruht, lässt "
        "diese Tage weg; bitte dort richten, wo die Quelle angegeben ist, nur für diese Tage.",
    ),
    "packpulse.caution.clock": (
        "From {start} to {end} the clock of the cell voltages runs apart from that of the "
        "current. What sets voltages beside current leaves these days out.",
        "Vom {start} bis {end} geht die Uhr der Zellspannungen anders als die des Stroms. Was "
        "Spannung neben Strom stellt, lässt diese Tage weg.",
    ),
    "packpulse.caution.dead": (
        "The current reads next to nothing while the state of charge moves: cycles, capacity "
        "and resistance cannot be told.",
        "Der Strom steht fast auf null, während sich der Ladezustand bewegt: Zyklen, Kapazität "
        "und Innenwiderstand lassen sich nicht angeben.",
    ),
    "packpulse.caution.capacity": (
        "The configured capacity of {told} Ah must be wrong, or the current: by charge over "
        "state of charge the string holds {counted} Ah. Cycles, shares of rated and thresholds "
        "in Ah are off by that factor; correct capacity_ah.",
        "Die angegebene Kapazität von {told} Ah muss falsch sein, oder der Strom: Nach Ladung "
        "über Ladezustand fasst der Strang {counted} Ah. Zyklen, Anteile der Nennkapazität und "
        "Schwellen in Ah sind um diesen Faktor falsch; bitte capacity_ah berichtigen.",
    ),
    "packpulse.caution.outside": (
        "Only {share} % of the cells’ highest voltages on days of complete charges lie inside "
        "the window of the chemistry, {low} to {high} V; SAT values, medians of packs and what "
        "sets packs apart rest on these alone. The chemistry or its limits are likely not those "
        "of this battery.",
        "Nur {share} % der höchsten Zellspannungen an Tagen vollständiger Ladung liegen im "
        "Fenster der Zellchemie, {low} bis {high} V; SAT-Werte, Mediane der Packs und "
        "Unterschiede zwischen Packs beruhen allein darauf. Zellchemie oder Grenzen sind wohl "
        "nicht die dieser Batterie.",
    ),
    "packpulse.caution.glitch": (
        "On {days} days cells read more than they can have (over {high} V), {count} values in "
        "all; those values are left out, the charge of the day counts by what remains.",
        "An {days} Tagen zeigten Zellen mehr, als sie haben können (über {high} V), insgesamt "
        "{count} Werte; diese bleiben weg, die Ladung des Tages zählt nach dem Rest.",
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
    "packpulse.column.sigma": ("Robust σ [mV]", "Robustes σ [mV]"),
    "packpulse.column.lowest": ("Lowest [mV]", "Niedrigste [mV]"),
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
    # --- dossier ---
    "packpulse.dossier.cell": ("Cell", "Zelle"),
    "packpulse.dossier.before": ("Previous", "Vorige"),
    "packpulse.dossier.after": ("Next", "Nächste"),
    "packpulse.dossier.unread": (
        "The notes cannot be read.",
        "Die Notizen lassen sich nicht lesen.",
    ),
    "packpulse.dossier.unkept": (
        "The note could not be kept.",
        "Die Notiz konnte nicht gespeichert werden.",
    ),
    "packpulse.dossier.missing.author": (
        "Please say who writes the note.",
        "Bitte angeben, wer die Notiz schreibt.",
    ),
    "packpulse.dossier.missing.text": (
        "Please say what happened.",
        "Bitte angeben, was geschehen ist.",
    ),
    "packpulse.dossier.unjudged": (
        "{name}: whether something is wrong with it cannot be said.",
        "{name}: Ob ihr etwas fehlt, lässt sich nicht sagen.",
    ),
    "packpulse.dossier.is.capacity": (
        "{name} has less capacity than its pack; balancing does not mend that.",
        "{name} hat weniger Kapazität als ihr Pack; Ausgleichen behebt das nicht.",
    ),
    "packpulse.dossier.is.offset_high": (
        "{name} holds more charge than its pack; it needs balancing.",
        "{name} hat mehr Ladung als ihr Pack; sie braucht einen Ausgleich.",
    ),
    "packpulse.dossier.is.offset_low": (
        "{name} holds less charge than its pack; it needs balancing.",
        "{name} hat weniger Ladung als ihr Pack; sie braucht einen Ausgleich.",
    ),
    "packpulse.dossier.is.self_discharge": (
        "{name} loses charge by itself; balance it, then watch it.",
        "{name} verliert von selbst Ladung; ausgleichen, dann beobachten.",
    ),
    "packpulse.dossier.is.resistance": (
        "{name} has a higher resistance than its pack.",
        "{name} hat einen höheren Innenwiderstand als ihr Pack.",
    ),
    "packpulse.dossier.is.sensor": (
        "{name}: the reading does not move; check the sensor.",
        "{name}: Der Messwert bewegt sich nicht; bitte die Messung prüfen.",
    ),
    "packpulse.dossier.is.undecided": (
        "{name} stands apart from its pack, but the cause is undecided.",
        "{name} fällt aus ihrem Pack heraus, die Ursache bleibt unentschieden.",
    ),
    "packpulse.dossier.is.healthy": (
        "{name} does not stand apart from its pack.",
        "{name} ist in ihrem Pack unauffällig.",
    ),
    "packpulse.dossier.is.unknown": (
        "{name} cannot be judged.",
        "{name} ist nicht beurteilbar.",
    ),
    "packpulse.dossier.empty": ("empty {ah} ({mv} mV)", "leer {ah} ({mv} mV)"),
    "packpulse.dossier.full": ("full {ah} ({mv} mV)", "voll {ah} ({mv} mV)"),
    "packpulse.dossier.drift": (
        "drift {drift} Ah in 30 days",
        "Drift {drift} Ah in 30 Tagen",
    ),
    "packpulse.dossier.ohm": (
        "resistance over an hour {ratio} % from the pack’s",
        "Innenwiderstand über eine Stunde {ratio} % gegen das Pack",
    ),
    "packpulse.dossier.limits": ("limits the {limits}", "begrenzt: {limits}"),
    "packpulse.dossier.figure.sat": ("SAT against the pack", "SAT gegen das Pack"),
    "packpulse.dossier.figure.sat.note": (
        "median of the last {days} days",
        "Median der letzten {days} Tage",
    ),
    "packpulse.dossier.figure.empty": ("Ahead when empty", "Voraus, wenn leer"),
    "packpulse.dossier.figure.empty.note": ("at rest, last 60 days", "in Ruhe, letzte 60 Tage"),
    "packpulse.dossier.figure.full": ("Ahead when full", "Voraus, wenn voll"),
    "packpulse.dossier.figure.full.note": ("at rest, last 60 days", "in Ruhe, letzte 60 Tage"),
    "packpulse.dossier.figure.ohm": ("Resistance over the pack", "Innenwiderstand über Pack"),
    "packpulse.dossier.figure.ohm.note": (
        "{ohm} mΩ at 25 °C, at steps of the current (above: over an hour)",
        "{ohm} mΩ bei 25 °C, an Stromsprüngen (oben: über eine Stunde)",
    ),
    "packpulse.dossier.figure.trend": ("Trend against pack", "Verlauf gegen Pack"),
    "packpulse.dossier.figure.trend.by_chance": (
        "not distinguishable from zero: adjusted for {cells} cells p {adjusted}",
        "nicht von null unterscheidbar: für {cells} Zellen korrigiert p {adjusted}",
    ),
    "packpulse.dossier.mv_year": ("mV/y", "mV/a"),
    "packpulse.dossier.ohm.short.no_current": ("no current recorded", "kein Strom aufgezeichnet"),
    "packpulse.dossier.ohm.short.no_capacity": ("capacity not known", "Kapazität nicht bekannt"),
    "packpulse.dossier.ohm.short.current_sign": (
        "sign of the current turned",
        "Vorzeichen des Stroms verdreht",
    ),
    "packpulse.dossier.ohm.short.current_zero": (
        "current reads zero",
        "Strom steht auf null",
    ),
    "packpulse.dossier.ohm.short.cells_clock": (
        "clocks run apart",
        "Uhren gehen auseinander",
    ),
    "packpulse.dossier.ohm.short.resistance_sign": (
        "resistance negative",
        "Innenwiderstand negativ",
    ),
    "packpulse.dossier.ohm.short.all_still": (
        "readings stand still",
        "Messwerte stehen still",
    ),
    "packpulse.dossier.ohm.short.no_soc": ("no SOC recorded", "kein Ladezustand aufgezeichnet"),
    "packpulse.dossier.ohm.short.no_readings": ("no readings", "keine Messwerte"),
    "packpulse.dossier.ohm.short.no_steps": ("no step of the current", "kein Stromsprung"),
    "packpulse.dossier.ohm.short.steps_few": (
        "steps of the current: {n}, on {days}",
        "Stromsprünge: {n}, an {days}",
    ),
    "packpulse.dossier.courses": (
        "upright lines: notes, numbered as below",
        "senkrechte Linien: Notizen, nummeriert wie unten",
    ),
    "packpulse.dossier.no_rests": (
        "No charge at rest: in this window the battery hardly rested near empty or near full.",
        "Keine Ladung in Ruhe: In diesem Zeitraum hat die Batterie kaum leer oder voll geruht.",
    ),
    "packpulse.dossier.no_steps": (
        "No resistance: no step of the current could be used; the tab on capacity says why.",
        "Kein Innenwiderstand: Kein Stromsprung war verwendbar; der Abschnitt Kapazität sagt, "
        "warum.",
    ),
    "packpulse.dossier.no_temperature": (
        "No temperature of single cells is recorded.",
        "Temperaturen einzelner Zellen werden nicht aufgezeichnet.",
    ),
    "packpulse.dossier.panel.sat": (
        "SAT voltage on {n} of {all} days, those of complete charge",
        "Sättigungsspannung an {n} von {all} Tagen mit vollständiger Ladung",
    ),
    "packpulse.dossier.panel.apart": (
        "Against the pack’s median: SAT {mv} mV lately",
        "Gegen den Packmedian: SAT zuletzt {mv} mV",
    ),
    "packpulse.dossier.panel.charge": (
        "Charge ahead of the pack at rest: {empty} rests empty, {full} full",
        "Ladung vor dem Pack in Ruhe: {empty} Ruhephasen leer, {full} voll",
    ),
    "packpulse.dossier.panel.ohm": (
        "Resistance over the pack’s median from {n} steps of the current",
        "Innenwiderstand über dem Packmedian aus {n} Stromsprüngen",
    ),
    "packpulse.dossier.panel.temp": (
        "Temperature against the pack’s median: {kelvin} K as a rule",
        "Temperatur gegen den Packmedian: in der Regel {kelvin} K",
    ),
    "packpulse.dossier.this": ("SAT of the cell", "SAT der Zelle"),
    "packpulse.dossier.pack_median": ("median of the pack", "Packmedian"),
    "packpulse.dossier.incomplete": (
        "charge not complete ({count} days)",
        "Ladung nicht vollständig ({count} Tage)",
    ),
    "packpulse.dossier.low_apart": ("lowest of the day", "tiefste des Tages"),
    "packpulse.dossier.when.empty": ("empty", "leer"),
    "packpulse.dossier.when.full": ("full", "voll"),
    "packpulse.dossier.when.bound": ("full, only a bound", "voll, nur eine Grenze"),
    "packpulse.dossier.steps": ("single steps", "einzelne Sprünge"),
    "packpulse.dossier.months": ("mean of the month, 95 %", "Monatsmittel, 95 %"),
    "packpulse.dossier.temp_apart": ("temperature", "Temperatur"),
    "packpulse.dossier.neighbours": ("The cells around it", "Die Zellen um sie herum"),
    "packpulse.dossier.neighbours.caption": (
        "against their pack: SAT of the last 30 days [mV], charge at rest [Ah], resistance [%] · "
        "places as numbered in rows",
        "gegen das Pack: SAT der letzten 30 Tage [mV], Ladung in Ruhe [Ah], Innenwiderstand [%] · "
        "Plätze nach der Nummerierung in Reihen",
    ),
    "packpulse.dossier.side.self": ("this cell", "diese Zelle"),
    "packpulse.dossier.side.before": ("before it", "davor"),
    "packpulse.dossier.side.after": ("after it", "dahinter"),
    "packpulse.dossier.side.above": ("row above", "Reihe darüber"),
    "packpulse.dossier.side.below": ("row below", "Reihe darunter"),
    "packpulse.dossier.column.where": ("Where", "Wo"),
    "packpulse.dossier.column.cell": ("Cell", "Zelle"),
    "packpulse.dossier.column.fault": ("Cause", "Ursache"),
    "packpulse.dossier.column.sat": ("SAT [mV]", "SAT [mV]"),
    "packpulse.dossier.column.empty": ("Empty [Ah]", "Leer [Ah]"),
    "packpulse.dossier.column.full": ("Full [Ah]", "Voll [Ah]"),
    "packpulse.dossier.column.ohm": ("Resistance [%]", "Widerstand [%]"),
    "packpulse.dossier.notes": ("Notes ({count})", "Notizen ({count})"),
    "packpulse.dossier.notes.none": (
        "Nothing noted about this cell, its pack or the device.",
        "Zu dieser Zelle, ihrem Pack oder dem Gerät ist nichts notiert.",
    ),
    "packpulse.dossier.outside": ("outside the window", "außerhalb des Zeitraums"),
    "packpulse.dossier.note.number": ("No.", "Nr."),
    "packpulse.dossier.note.at": ("When", "Wann"),
    "packpulse.dossier.note.day": ("Day", "Tag"),
    "packpulse.dossier.note.clock": ("Time", "Uhrzeit"),
    "packpulse.dossier.note.until": ("Until, if it lasted", "Bis, falls von Dauer"),
    "packpulse.dossier.note.kind": ("Kind", "Art"),
    "packpulse.dossier.note.about": ("About", "Betrifft"),
    "packpulse.dossier.note.text": ("What happened", "Was geschah"),
    "packpulse.dossier.note.author": ("Author", "Verfasst von"),
    "packpulse.dossier.note.by": ("Changed by", "Geändert von"),
    "packpulse.dossier.note.revision": ("Revision", "Fassung"),
    "packpulse.dossier.note.changed": ("Written", "Geschrieben"),
    "packpulse.dossier.kind.service": ("Service", "Wartung"),
    "packpulse.dossier.kind.firmware": ("Firmware", "Firmware"),
    "packpulse.dossier.kind.exchange": ("Exchange", "Tausch"),
    "packpulse.dossier.kind.setting": ("Setting", "Einstellung"),
    "packpulse.dossier.kind.other": ("Other", "Sonstiges"),
    "packpulse.dossier.scope.device": ("whole device", "ganzes Gerät"),
    "packpulse.dossier.scope.cell": ("Cell {cell}", "Zelle {cell}"),
    "packpulse.dossier.choose": ("Look at", "Ansehen"),
    "packpulse.dossier.form.add": ("New note", "Neue Notiz"),
    "packpulse.dossier.form.change": ("Change this note", "Diese Notiz ändern"),
    "packpulse.dossier.save": ("Save", "Speichern"),
    "packpulse.dossier.remove": ("Remove", "Entfernen"),
    "packpulse.dossier.revisions": ("History: {count} revisions", "Verlauf: {count} Fassungen"),
    "packpulse.dossier.effect": ("**Before and after this note**", "**Vor und nach dieser Notiz**"),
    "packpulse.dossier.effect.apart": ("SAT against the pack", "SAT gegen das Pack"),
    "packpulse.dossier.effect.cell": ("SAT of the cell", "SAT der Zelle"),
    "packpulse.dossier.effect.system": ("SAT of all cells", "SAT aller Zellen"),
    "packpulse.dossier.effect.n": (
        "{before} days before, {after} after",
        "{before} Tage davor, {after} danach",
    ),
    "packpulse.dossier.effect.sure": ("a change", "eine Änderung"),
    "packpulse.dossier.effect.unsure": (
        "not distinguishable from zero",
        "nicht von null unterscheidbar",
    ),
    "packpulse.dossier.effect.too_few_days": (
        "not told, it takes 14 days of complete charge on either side",
        "keine Angabe, nötig sind 14 Tage mit vollständiger Ladung auf jeder Seite",
    ),
    "packpulse.dossier.effect.constant": (
        "not told, the value does not move",
        "keine Angabe, der Wert bewegt sich nicht",
    ),
    "packpulse.dossier.effect.caption": (
        "Mean of 60 days after less mean of 60 days before, 95 %. It tells that the level differs, "
        "not that the event is why.",
        "Mittel der 60 Tage danach minus Mittel der 60 Tage davor, 95 %. Es sagt, dass sich die "
        "Lage unterscheidet, nicht, dass das Ereignis der Grund ist.",
    ),
    # --- report ---
    "packpulse.report.title": (
        "A report on {device} to hand on",
        "Ein Bericht über {device} zum Weitergeben",
    ),
    "packpulse.report.about": (
        "All that these tabs say of the battery from {span}, in one file: verdicts with their "
        "intervals, figures, tables, methods, limits, and where the numbers come from. The "
        "thresholds of the tabs apply.",
        "Alles, was diese Abschnitte über die Batterie im Zeitraum {span} sagen, in einer Datei: "
        "Urteile mit ihren Intervallen, Abbildungen, Tabellen, Verfahren, Grenzen und die Herkunft "
        "der Zahlen. Es gelten die Schwellen der Abschnitte.",
    ),
    "packpulse.report.language": ("Language of the report", "Sprache des Berichts"),
    "packpulse.report.language.en": ("English", "English"),
    "packpulse.report.language.de": ("Deutsch", "Deutsch"),
    "packpulse.report.author": ("Prepared by", "Erstellt von"),
    "packpulse.report.author.example": ("name or organisation", "Name oder Organisation"),
    "packpulse.report.sections": ("Sections", "Abschnitte"),
    "packpulse.report.sections.help": (
        "Result, origin, methods and limits are always in it.",
        "Ergebnis, Herkunft, Verfahren und Grenzen sind immer enthalten.",
    ),
    "packpulse.report.section.operation": ("Operation", "Betrieb"),
    "packpulse.report.section.trend": ("Saturation voltage", "Sättigungsspannung"),
    "packpulse.report.section.cells": ("Weak cells", "Schwache Zellen"),
    "packpulse.report.section.capacity": ("Capacity", "Kapazität"),
    "packpulse.report.section.resistance": ("Resistance", "Innenwiderstand"),
    "packpulse.report.section.notes": ("Notes", "Anmerkungen"),
    "packpulse.report.section.every": ("Table of all cells", "Tabelle aller Zellen"),
    "packpulse.report.section.cycles": ("Table of cycles", "Tabelle der Zyklen"),
    "packpulse.report.pdf": ("Report as PDF", "Bericht als PDF"),
    "packpulse.report.html": ("Report as HTML", "Bericht als HTML"),
    "packpulse.report.wait": (
        "Written when you press the button, in a few seconds; it shows meanwhile that it is at "
        "work. The HTML file holds everything and asks for nothing outside.",
        "Wird auf Knopfdruck in wenigen Sekunden geschrieben; der Knopf zeigt so lange, dass er "
        "arbeitet. Die HTML-Datei enthält alles und ruft nichts von außen ab.",
    ),
    "packpulse.report.tables": (
        "The same numbers for other programs",
        "Dieselben Zahlen für andere Programme",
    ),
    "packpulse.report.table.figures": ("Figures (CSV)", "Kennzahlen (CSV)"),
    "packpulse.report.table.cells": ("Cells (CSV)", "Zellen (CSV)"),
    "packpulse.report.table.cycles": ("Cycles (CSV)", "Zyklen (CSV)"),
    "packpulse.report.csv": (
        "Unrounded, in English notation; zone and units stand above the header.",
        "Ungerundet, mit Dezimalpunkt; Zeitzone und Einheiten stehen über der Kopfzeile.",
    ),
}
