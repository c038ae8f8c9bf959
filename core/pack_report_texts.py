"""Words of the battery report, in English and German; `core.pack_report` puts the figures in."""

from __future__ import annotations

from core.numerals import Language

# key: (English, German)
TEXTS: dict[str, tuple[str, str]] = {
    # --- frame ---
    "title": ("Battery report {device}", "Batteriebericht {device}"),
    "subtitle": (
        "Cells, capacity and operation, {span}",
        "Zellen, Kapazität und Betrieb, {span}",
    ),
    "fact.device": ("Device", "Gerät"),
    "fact.chemistry": ("Cell chemistry", "Zellchemie"),
    "chemistry.fact": ("{name} (told with the device)", "{name} (Angabe zum Gerät)"),
    "chemistry.voltage": (
        "{name} (guessed from the cells’ usual voltage; not told)",
        "{name} (aus der üblichen Zellspannung geschlossen; keine Angabe)",
    ),
    "fact.cells": ("Cells", "Zellen"),
    "cells.even": (
        "{packs} packs of {cells} cells, {all} cells with a voltage of their own",
        "{packs} Packs zu {cells} Zellen, {all} Zellen mit eigener Spannung",
    ),
    "cells.one": (
        "1 pack, {all} cells with a voltage of their own",
        "1 Pack, {all} Zellen mit eigener Spannung",
    ),
    "cells.uneven": (
        "{packs} packs of unequal length, {all} cells with a voltage of their own",
        "{packs} Packs ungleicher Länge, {all} Zellen mit eigener Spannung",
    ),
    "fact.current": ("Current", "Strom"),
    "current.none": ("not recorded", "nicht aufgezeichnet"),
    "current.some": ("{names}", "{names}"),
    "fact.capacity": ("Capacity of a string", "Kapazität eines Strangs"),
    "capacity.fact": ("{ah} Ah (rated, told with the device)", "{ah} Ah (Nennwert, Angabe)"),
    "capacity.counted": (
        "{ah} Ah (not told; counted from charge and state of charge of the BMS)",
        "{ah} Ah (keine Angabe; gezählt aus Ladung und Ladezustand des BMS)",
    ),
    "capacity.": ("not known", "nicht bekannt"),
    "fact.commissioned": ("In operation since", "In Betrieb seit"),
    "fact.window": ("Period", "Zeitraum"),
    "fact.days": ("Days with cell voltages", "Tage mit Zellspannungen"),
    "days.of": ("{part} of {all}", "{part} von {all}"),
    "fact.newest": ("Newest reading", "Neuester Messwert"),
    "fact.zone": ("Time zone", "Zeitzone"),
    "fact.author": ("Prepared by", "Erstellt von"),
    # --- sections ---
    "section.result": ("Result", "Ergebnis"),
    "section.operation": ("Operation", "Betrieb"),
    "section.trend": ("Saturation voltage over time", "Verlauf der Sättigungsspannung"),
    "section.cells": ("Cells against their pack", "Zellen gegen ihr Pack"),
    "section.capacity": ("Capacity", "Kapazität"),
    "section.resistance": ("Resistance", "Innenwiderstand"),
    "section.notes": ("Notes in the period", "Anmerkungen im Zeitraum"),
    "section.every": ("Every cell", "Alle Zellen"),
    "section.cycles": ("Qualifying cycles", "Gewertete Zyklen"),
    # --- figures ---
    "figure.sat_trend": ("SAT voltage per year", "Sättigungsspannung je Jahr"),
    "figure.sat_trend_pack": ("SAT voltage per year, pack {pack}", "SAT je Jahr, Pack {pack}"),
    "figure.weak_cells": ("Cells that stand apart", "Auffällige Zellen"),
    "figure.judged_cells": ("Cells that could be judged", "Beurteilbare Zellen"),
    "figure.capacity": ("Counted capacity", "Gezählte Kapazität"),
    "figure.capacity_ratio": ("Counted, of rated", "Gezählt, vom Nennwert"),
    "figure.capacity_trend": ("Counted capacity per year", "Gezählte Kapazität je Jahr"),
    "figure.soh_bms": ("SOH as the BMS says", "SOH laut BMS"),
    "figure.efc": ("Full cycles (EFC)", "Vollzyklen (EFC)"),
    "figure.charged": ("Charge taken in", "Eingeladene Ladung"),
    "figure.discharged": ("Charge given out", "Abgegebene Ladung"),
    "figure.rte_ac": ("Round trip, AC", "Wirkungsgrad AC"),
    "figure.rte_dc": ("Round trip, DC", "Wirkungsgrad DC"),
    "figure.rte_net": ("Round trip, AC with auxiliaries", "Wirkungsgrad AC mit Hilfsbetrieben"),
    "figure.complete_charges": ("Complete charges", "Vollständige Ladungen"),
    "figure.availability": ("Availability", "Verfügbarkeit"),
    "figure.coverage": ("Coverage by readings", "Abdeckung durch Messwerte"),
    "figure.balance": ("To win by balancing", "Gewinn durch Ausgleichen"),
    "figure.replace": ("More by replacing", "Mehr durch Tauschen"),
    "figure.resistance": ("Resistance of the median cell", "Innenwiderstand der mittleren Zelle"),
    "unit.year": ("%/year", "%/a"),
    "unit.days": ("% of days", "% der Tage"),
    "unit.cells": ("of {all} cells", "von {all} Zellen"),
    # --- notes below key figures ---
    "note.trend.capacity": (
        "95 %, n = {n} ways between full and empty over {span} days",
        "95 %, n = {n} Wege zwischen voll und leer in {span} Tagen",
    ),
    "note.trend.sat": (
        "95 %, n = {n} days over {span} days",
        "95 %, n = {n} Tage in {span} Tagen",
    ),
    "note.weak": ("judged by {span}", "beurteilt nach {span}"),
    "note.weakest": (
        "first of them {cell}: {fault} · judged by {span}",
        "voran {cell}: {fault} · beurteilt nach {span}",
    ),
    "note.capacity": (
        "95 %, n = {n} ways between full and empty, last {span} days",
        "95 %, n = {n} Wege zwischen voll und leer, letzte {span} Tage",
    ),
    "note.soh": (
        "its own figure on {day}, without interval",
        "Eigenangabe vom {day}, ohne Intervall",
    ),
    "note.efc.current": (
        "counted from current against {ah} Ah",
        "aus dem Strom gezählt, bezogen auf {ah} Ah",
    ),
    "note.efc.soc": (
        "from the SOC of the BMS (Σ|ΔSOC|/2)",
        "aus dem Ladezustand des BMS (Σ|ΔSOC|/2)",
    ),
    "note.rte": (
        "95 %, n = {n} windows closed in SOC",
        "95 %, n = {n} im Ladezustand geschlossene Fenster",
    ),
    "note.charges.soc": (
        "of {all} days with readings, by the SOC",
        "von {all} Tagen, nach Ladezustand",
    ),
    "note.charges.voltage": (
        "of {all} days with readings, by voltage",
        "von {all} Tagen, nach Spannung",
    ),
    "note.availability": (
        "by time with readings, {count} flags watched",
        "nach Zeit mit Messwerten, {count} Meldungen",
    ),
    "note.replace": (
        "{ah} Ah, {cells} cells of low capacity",
        "{ah} Ah, {cells} Zellen mit wenig Kapazität",
    ),
    "note.balance": ("{ah} Ah, {cells} cells", "{ah} Ah, {cells} Zellen"),
    "word.declines": ("declines", "sinkt"),
    "word.rises": ("rises", "steigt"),
    "word.not_distinguishable": ("not distinguishable from zero", "nicht von null unterscheidbar"),
    "word.refused": ("no verdict", "kein Urteil"),
    "word.weak": ("look at them", "ansehen"),
    "word.none_weak": ("nothing unusual", "unauffällig"),
    # --- verdict sentences ---
    "sat.declines": (
        "The saturation voltage of the battery declines by {size} % per year (95 % interval {low} "
        "to {high}; n = {n} days with a complete charge over {span} days, {regimes}). It is no "
        "state of health.",
        "Die Sättigungsspannung der Batterie sinkt um {size} % je Jahr (95-%-Intervall {low} bis "
        "{high}; n = {n} Tage mit vollständiger Ladung in {span} Tagen, {regimes}). Sie ist kein "
        "Gesundheitszustand.",
    ),
    "sat.rises": (
        "The saturation voltage of the battery rises by {size} % per year (95 % interval {low} to "
        "{high}; n = {n} days with a complete charge over {span} days, {regimes}). It is no state "
        "of health.",
        "Die Sättigungsspannung der Batterie steigt um {size} % je Jahr (95-%-Intervall {low} bis "
        "{high}; n = {n} Tage mit vollständiger Ladung in {span} Tagen, {regimes}). Sie ist kein "
        "Gesundheitszustand.",
    ),
    "sat.not_distinguishable": (
        "The trend of the battery’s saturation voltage cannot be distinguished from zero: "
        "{value} % "
        "per year (95 % interval {low} to {high}; n = {n} days with a complete charge over {span} "
        "days, {regimes}).",
        "Der Trend der Sättigungsspannung der Batterie ist nicht von null unterscheidbar: "
        "{value} % "
        "je Jahr (95-%-Intervall {low} bis {high}; n = {n} Tage mit vollständiger Ladung in "
        "{span} "
        "Tagen, {regimes}).",
    ),
    "sat.refused": (
        "Of a trend of the saturation voltage nothing can be said. {why}",
        "Über einen Trend der Sättigungsspannung lässt sich nichts sagen. {why}",
    ),
    "regimes.1": ("one regime of operation", "eine Betriebsphase"),
    "regimes.n": ("{count} regimes of operation", "{count} Betriebsphasen"),
    "cells.apart": (
        "Against the median of their pack, {declines} of {all} cells decline{names} and "
        "{rises} rise "
        "(adjusted for the number of cells); {still} cannot be distinguished from zero, {refused} "
        "could not be judged.",
        "Gegen den Median ihres Packs sinken {declines} von {all} Zellen{names} und steigen "
        "{rises} (auf "
        "die Zahl der Zellen korrigiert); {still} sind nicht von null unterscheidbar, {refused} "
        "waren nicht beurteilbar.",
    ),
    "weak.some": (
        "{count} of {all} cells stand apart from their pack: {causes}. Judged by {span}.",
        "{count} von {all} Zellen fallen aus ihrem Pack heraus: {causes}. Beurteilt nach {span}.",
    ),
    "weak.1": (
        "1 of {all} cells stands apart from its pack: {causes}. Judged by {span}.",
        "1 von {all} Zellen fällt aus ihrem Pack heraus: {causes}. Beurteilt nach {span}.",
    ),
    "weak.none": (
        "None of {all} cells stands apart from its pack by more than the thresholds. Judged by "
        "{span}.",
        "Keine von {all} Zellen weicht stärker von ihrem Pack ab, als die Schwellen zulassen. "
        "Beurteilt nach {span}.",
    ),
    "weak.unjudged": ("{count} more cannot be judged.", "{count} weitere sind nicht beurteilbar."),
    "weak.cause": ("{fault} {count} ({cells})", "{fault} {count} ({cells})"),
    "weak.refused": (
        "Which cells are weak cannot be said. {why}",
        "Welche Zellen schwach sind, lässt sich nicht sagen. {why}",
    ),
    "weak.gain": (
        "Balancing would bring the string {balance} kWh a cycle, then replacing the cells of low "
        "capacity {replace} kWh more.",
        "Ausgleichen brächte dem Strang {balance} kWh je Zyklus, danach das Tauschen der Zellen "
        "mit wenig Kapazität weitere {replace} kWh.",
    ),
    "capacity.counted_is": (
        "Counted between full and empty the string holds {ah} Ah from 100 to 0 % SOC "
        "(95 % interval {low} to {high}; "
        "n = {n} ways over the last {span} days), {ratio} % of the rated {rated} Ah.",
        "Zwischen voll und leer gezählt fasst der Strang {ah} Ah von 100 bis 0 % Ladezustand "
        "(95-%-Intervall {low} bis "
        "{high}; "
        "n = {n} Wege in den letzten {span} Tagen), {ratio} % des Nennwerts von {rated} Ah.",
    ),
    "capacity.counted_only": (
        "Counted between full and empty the string holds {ah} Ah from 100 to 0 % SOC "
        "(95 % interval {low} to {high}; "
        "n = {n} ways over the last {span} days). No rated capacity is told that it could be "
        "compared with.",
        "Zwischen voll und leer gezählt fasst der Strang {ah} Ah von 100 bis 0 % Ladezustand "
        "(95-%-Intervall {low} bis "
        "{high}; "
        "n = {n} Wege in den letzten {span} Tagen). Ein Nennwert zum Vergleich ist nicht "
        "angegeben.",
    ),
    "string": ("String {n}: {text}", "Strang {n}: {text}"),
    "of_string": (", string {n}", ", Strang {n}"),
    "capacity.refused": (
        "The capacity could not be counted. {why}",
        "Die Kapazität ließ sich nicht zählen. {why}",
    ),
    "soh.above": (
        "The BMS reports a state of health of {soh} %; that lies above the interval of what was "
        "counted, {low} to {high} %. What is counted ends with the first full and the first empty "
        "cell, so that imbalance and single weak cells lower it: the difference by itself is no "
        "proof of a wrong BMS.",
        "Das BMS meldet einen Gesundheitszustand von {soh} %; das liegt über dem Intervall des "
        "Gezählten, {low} bis {high} %. Gezählt wird bis zur ersten vollen und zur ersten leeren "
        "Zelle; Ungleichgewicht und einzelne schwache Zellen drücken den Wert. Der Unterschied "
        "allein beweist keinen Fehler des BMS.",
    ),
    "soh.below": (
        "The BMS reports a state of health of {soh} %; that lies below the interval of what was "
        "counted, {low} to {high} %.",
        "Das BMS meldet einen Gesundheitszustand von {soh} %; das liegt unter dem Intervall des "
        "Gezählten, {low} bis {high} %.",
    ),
    "soh.within": (
        "The BMS reports a state of health of {soh} %, which agrees with what was counted, {low} "
        "to {high} %.",
        "Das BMS meldet einen Gesundheitszustand von {soh} %; das stimmt mit dem Gezählten, {low} "
        "bis {high} %, überein.",
    ),
    "soh.alone": (
        "The BMS reports a state of health of {soh} %; nothing was counted that it could be "
        "compared with.",
        "Das BMS meldet einen Gesundheitszustand von {soh} %; Gezähltes zum Vergleich gibt es "
        "nicht.",
    ),
    "soh.none": (
        "The BMS reports no state of health.",
        "Das BMS meldet keinen Gesundheitszustand.",
    ),
    "soh.title": ("BMS and count disagree", "BMS und Zählung widersprechen sich"),
    "rte.is": (
        "Round-trip efficiency AC {ac}, DC {dc}, over windows closed in state of charge.",
        "Wirkungsgrad AC {ac}, DC {dc}, über im Ladezustand geschlossene Fenster.",
    ),
    "rte.value": ("{value} % ({low} to {high})", "{value} % ({low} bis {high})"),
    "rte.not": ("not known", "nicht bekannt"),
    "rte.refused": (
        "The round-trip efficiency cannot be given. {why}",
        "Ein Wirkungsgrad lässt sich nicht angeben. {why}",
    ),
    "life.refused": (
        "A remaining life is not given. {why}",
        "Eine Restlebensdauer wird nicht angegeben. {why}",
    ),
    "life.is": (
        "If the counted capacity goes on as it did, it reaches {limit} % of its beginning in "
        "{value} years (95 % interval {low} to {high}); n = {n}, {span} days.",
        "Setzt sich der Verlauf der gezählten Kapazität fort, erreicht sie in {value} Jahren "
        "{limit} % ihres Anfangswerts (95-%-Intervall {low} bis {high}); n = {n}, {span} Tage.",
    ),
    "life.no_ledger": (
        "It follows only from a trend of counted capacity or resistance, and there is none.",
        "Sie folgt nur aus einem Trend der gezählten Kapazität oder des Innenwiderstands, und den "
        "gibt es nicht.",
    ),
    "life.span_short": (
        "The trend of counted capacity spans less than the 365 days that it takes.",
        "Der Trend der gezählten Kapazität umfasst weniger als die nötigen 365 Tage.",
    ),
    "life.not_distinguishable": (
        "The counted capacity shows no decline that can be told from zero.",
        "Die gezählte Kapazität zeigt keinen von null unterscheidbaren Rückgang.",
    ),
    "life.moves_away": (
        "The counted capacity does not move towards the limit.",
        "Die gezählte Kapazität bewegt sich nicht auf die Grenze zu.",
    ),
    "life.limit_reached": (
        "The limit has been reached already.",
        "Die Grenze ist bereits erreicht.",
    ),
    "life.other": (
        "The counted capacity allows no verdict on a trend.",
        "Die gezählte Kapazität erlaubt kein Urteil über einen Trend.",
    ),
    # --- refusals of trends ---
    "trend.no_data": (
        "There is no value of a complete charge in the period.",
        "Im Zeitraum gibt es keinen Wert einer vollständigen Ladung.",
    ),
    "trend.incomplete_charges": (
        "Less than half of the charges were complete, and fewer than {days} days remain. Full "
        "charges would mend it.",
        "Weniger als die Hälfte der Ladungen war vollständig, und es bleiben unter {days} Tage. "
        "Vollladungen würden das beheben.",
    ),
    "trend.capacity.too_few_days": (
        "There are {n} ways between full and empty; it takes {days}.",
        "Es gibt {n} Wege zwischen voll und leer; nötig sind {days}.",
    ),
    "trend.too_few_days": (
        "There are {n} days with a complete charge; it takes {days}.",
        "Es gibt {n} Tage mit vollständiger Ladung; nötig sind {days}.",
    ),
    "trend.span_short": (
        "The values span {span} days; it takes {least}.",
        "Die Werte umfassen {span} Tage; nötig sind {least}.",
    ),
    "trend.constant": (
        "The value does not move at all; look at the sensor.",
        "Der Wert bewegt sich gar nicht; bitte die Messung prüfen.",
    ),
    "trend.regimes_short": (
        "No regime of operation lasted the {regime} days that it takes.",
        "Keine Betriebsphase dauerte die nötigen {regime} Tage.",
    ),
    "trend.under_one_year": (
        "The period is under a year: a season may look like a trend.",
        "Der Zeitraum ist kürzer als ein Jahr: Eine Jahreszeit kann wie ein Trend aussehen.",
    ),
    "trend.regimes_disagree": (
        "The slopes of the regimes differ by more than their intervals allow; the interval was "
        "widened for that.",
        "Die Steigungen der Betriebsphasen unterscheiden sich stärker, als ihre Intervalle "
        "zulassen; das Intervall ist dafür erweitert.",
    ),
    # --- refusals of weak cells ---
    "refusal.no_current": (
        "No current of the string is recorded; with it, voltages at rest could be told from "
        "voltages under load.",
        "Der Strom des Strangs wird nicht aufgezeichnet; mit ihm ließe sich die Ruhespannung von "
        "der Spannung unter Last trennen.",
    ),
    "refusal.no_capacity": (
        "The capacity is neither told nor can it be counted from current and state of charge; "
        "capacity_ah among the facts of the device would mend it.",
        "Die Kapazität ist weder angegeben, noch lässt sie sich aus Strom und Ladezustand zählen; "
        "capacity_ah bei den Angaben zum Gerät würde das beheben.",
    ),
    "refusal.no_levels": (
        "The store lacks the levels of hours and days for these cells; build it anew.",
        "Dem Datenbestand fehlen die Stufen Stunde und Tag für diese Zellen; bitte neu aufbauen.",
    ),
    "refusal.no_rests": (
        "In these weeks the battery never rested for an hour near empty or near full; a longer "
        "period, or such rests, would tell.",
        "In diesen Wochen hat die Batterie weder leer noch voll eine Stunde geruht; ein längerer "
        "Zeitraum oder solche Ruhephasen würden es zeigen.",
    ),
    "refusal.no_empty_end": (
        "In these weeks the battery never rested near empty; a few deep discharges, each followed "
        "by an hour of rest, would tell.",
        "In diesen Wochen hat die Batterie nie fast leer geruht; einige tiefe Entladungen mit je "
        "einer Stunde Ruhe würden es zeigen.",
    ),
    "refusal.no_full_end": (
        "In these weeks the battery never rested near full; a few full charges, each followed by "
        "an hour of rest, would tell.",
        "In diesen Wochen hat die Batterie nie fast voll geruht; einige Vollladungen mit je einer "
        "Stunde Ruhe würden es zeigen.",
    ),
    "refusal.current_sign": (
        "The state of charge or the cell voltages fall when current is said to flow in: the "
        "sign of the current is turned. Set it right where the source is declared (sign = -1).",
        "Der Ladezustand oder die Zellspannungen sinken, wenn Strom in die Batterie fließen "
        "soll: Das Vorzeichen des Stroms ist verdreht. Bitte dort richten, wo die Quelle "
        "angegeben ist (sign = -1).",
    ),
    "refusal.current_zero": (
        "The current reads next to nothing while state of charge and cell voltages move: it is "
        "not that of this battery, or its sensor is dead. What rests on current cannot be told.",
        "Der Strom steht fast auf null, während Ladezustand und Zellspannungen sich bewegen: Er "
        "gehört nicht zu dieser Batterie, oder die Messung ist tot. Was auf dem Strom beruht, "
        "lässt sich nicht sagen.",
    ),
    "refusal.cells_clock": (
        "The clock of the cell voltages runs apart from that of the current: their voltages "
        "move before or after it. Set the clock right where the source is declared; until then "
        "nothing that sets voltages beside current can be told.",
        "Die Uhr der Zellspannungen geht anders als die des Stroms: Die Spannungen bewegen sich "
        "vor oder nach ihm. Bitte die Uhr dort richten, wo die Quelle angegeben ist; bis dahin "
        "lässt sich nichts sagen, was Spannung neben Strom stellt.",
    ),
    "refusal.resistance_sign": (
        "The resistance comes out negative, which no cell has: the sign of the current is "
        "turned, or the clocks of current and cell voltages run apart. Set right where the "
        "source is declared.",
        "Der Innenwiderstand ergibt sich negativ, was keine Zelle hat: Das Vorzeichen des "
        "Stroms ist verdreht, oder die Uhren von Strom und Zellspannungen gehen auseinander. "
        "Bitte dort richten, wo die Quelle angegeben ist.",
    ),
    "refusal.all_still": (
        "The readings of all cells stand still while the battery works: the BMS repeats old "
        "values. Nothing can be told of the cells.",
        "Die Messwerte aller Zellen stehen still, während die Batterie arbeitet: Das BMS "
        "wiederholt alte Werte. Über die Zellen lässt sich nichts sagen.",
    ),
    "refusal.few_cells": (
        "No pack has three cells or more that are measured: there is nothing to compare a cell "
        "with.",
        "Kein Pack hat drei oder mehr gemessene Zellen: Es gibt nichts, womit sich eine Zelle "
        "vergleichen ließe.",
    ),
    "refusal.cells_alike": (
        "All cells show the same values to the last digit: one signal was copied to all of "
        "them. There is nothing to compare.",
        "Alle Zellen zeigen bis zur letzten Stelle dieselben Werte: Ein Signal wurde auf alle "
        "kopiert. Es gibt nichts zu vergleichen.",
    ),
    "refusal.no_curve": (
        "The battery rested near an end, but no charge or discharge was read at least every 15 "
        "minutes: the sampling is too coarse to tell what a millivolt is worth in charge.",
        "Die Batterie hat an einem Ladungsende geruht, aber keine Ladung oder Entladung wurde "
        "mindestens alle 15 Minuten gemessen: Die Abtastung ist zu grob, um zu sagen, was ein "
        "Millivolt an Ladung wert ist.",
    ),
    "caution.still": (
        "Cell {cell}: the reading stood still from {start} to {end} ({days} days) while the "
        "battery moved. Those days of the cell are left out of everything.",
        "Zelle {cell}: Der Messwert stand vom {start} bis {end} still ({days} Tage), während "
        "die Batterie sich bewegte. Diese Tage der Zelle bleiben überall weg.",
    ),
    "caution.still_day": (
        "Cell {cell}: the reading stood still on {start} while the battery moved. That day of the "
        "cell is left out of everything.",
        "Zelle {cell}: Der Messwert stand am {start} still, während die Batterie sich bewegte. "
        "Dieser Tag der Zelle bleibt überall weg.",
    ),
    "caution.still_now": (
        "Cell {cell}: the reading has stood still since {start} ({days} days until {end}) while "
        "the battery moved: check the sensor. Those days of the cell are left out of "
        "everything.",
        "Zelle {cell}: Der Messwert steht seit {start} still ({days} Tage bis {end}), während "
        "die Batterie sich bewegt: bitte die Messung prüfen. Diese Tage der Zelle bleiben "
        "überall weg.",
    ),
    "caution.still_more": (
        "{count} more stretches of readings that stood still are left out as well.",
        "{count} weitere Strecken stehender Messwerte bleiben ebenfalls weg.",
    ),
    "caution.turned": (
        "From {start} to {end} the current has the other sign than charge: the state of charge "
        "or the cells fall while it flows in. What rests on its sign leaves these days out; set "
        "it right where the source is declared, for these days only.",
        "Vom {start} bis {end} hat der Strom das falsche Vorzeichen: Ladezustand oder "
        "Zellspannungen sinken, während er hineinfließt. Was auf dem Vorzeichen beruht, lässt "
        "diese Tage weg; bitte dort richten, wo die Quelle angegeben ist, nur für diese Tage.",
    ),
    "caution.clock": (
        "From {start} to {end} the clock of the cell voltages runs apart from that of the "
        "current. What sets voltages beside current leaves these days out.",
        "Vom {start} bis {end} geht die Uhr der Zellspannungen anders als die des Stroms. Was "
        "Spannung neben Strom stellt, lässt diese Tage weg.",
    ),
    "caution.dead": (
        "The current reads next to nothing while the state of charge moves: cycles, capacity "
        "and resistance cannot be told.",
        "Der Strom steht fast auf null, während sich der Ladezustand bewegt: Zyklen, Kapazität "
        "und Innenwiderstand lassen sich nicht angeben.",
    ),
    "caution.capacity": (
        "The configured capacity of {told} Ah must be wrong, or the current: by charge over "
        "state of charge the string holds {counted} Ah. Cycles, shares of rated and thresholds "
        "in Ah are off by that factor; correct capacity_ah.",
        "Die angegebene Kapazität von {told} Ah muss falsch sein, oder der Strom: Nach Ladung "
        "über Ladezustand fasst der Strang {counted} Ah. Zyklen, Anteile der Nennkapazität und "
        "Schwellen in Ah sind um diesen Faktor falsch; bitte capacity_ah berichtigen.",
    ),
    "caution.outside": (
        "Only {share} % of the cells’ highest voltages on days of complete charges lie inside "
        "the window of the chemistry, {low} to {high} V; SAT values, medians of packs and what "
        "sets packs apart rest on these alone. The chemistry or its limits are likely not those "
        "of this battery.",
        "Nur {share} % der höchsten Zellspannungen an Tagen vollständiger Ladung liegen im "
        "Fenster der Zellchemie, {low} bis {high} V; SAT-Werte, Mediane der Packs und "
        "Unterschiede zwischen Packs beruhen allein darauf. Zellchemie oder Grenzen sind wohl "
        "nicht die dieser Batterie.",
    ),
    "caution.glitch": (
        "On {days} days cells read more than they can have (over {high} V), {count} values in "
        "all; those values are left out, the charge of the day counts by what remains.",
        "An {days} Tagen zeigten Zellen mehr, als sie haben können (über {high} V), insgesamt "
        "{count} Werte; diese bleiben weg, die Ladung des Tages zählt nach dem Rest.",
    ),
    "refusal.no_readings": (
        "The period holds no voltages of single cells.",
        "Der Zeitraum enthält keine Spannungen einzelner Zellen.",
    ),
    # --- refusals of capacity, efficiency, cycles, availability ---
    "missing.no_current": (
        "No current of the battery is recorded.",
        "Der Strom der Batterie wird nicht aufgezeichnet.",
    ),
    "missing.no_capacity": (
        "The rated capacity (capacity_ah) is not told with the device.",
        "Die Nennkapazität (capacity_ah) ist beim Gerät nicht angegeben.",
    ),
    "missing.current_sign": (
        "The state of charge or the cell voltages fall when current is said to flow in: the "
        "sign of the current is turned. Set it right where the source is declared (sign = -1).",
        "Der Ladezustand oder die Zellspannungen sinken, wenn Strom in die Batterie fließen "
        "soll: Das Vorzeichen des Stroms ist verdreht. Bitte dort richten, wo die Quelle "
        "angegeben ist (sign = -1).",
    ),
    "missing.current_zero": (
        "The current reads next to nothing while state of charge and cell voltages move: it is "
        "not that of this battery, or its sensor is dead. What rests on current cannot be told.",
        "Der Strom steht fast auf null, während Ladezustand und Zellspannungen sich bewegen: Er "
        "gehört nicht zu dieser Batterie, oder die Messung ist tot. Was auf dem Strom beruht, "
        "lässt sich nicht sagen.",
    ),
    "missing.cells_clock": (
        "The clock of the cell voltages runs apart from that of the current: their voltages "
        "move before or after it. Set the clock right where the source is declared; until then "
        "nothing that sets voltages beside current can be told.",
        "Die Uhr der Zellspannungen geht anders als die des Stroms: Die Spannungen bewegen sich "
        "vor oder nach ihm. Bitte die Uhr dort richten, wo die Quelle angegeben ist; bis dahin "
        "lässt sich nichts sagen, was Spannung neben Strom stellt.",
    ),
    "missing.resistance_sign": (
        "The resistance comes out negative, which no cell has: the sign of the current is "
        "turned, or the clocks of current and cell voltages run apart. Set right where the "
        "source is declared.",
        "Der Innenwiderstand ergibt sich negativ, was keine Zelle hat: Das Vorzeichen des "
        "Stroms ist verdreht, oder die Uhren von Strom und Zellspannungen gehen auseinander. "
        "Bitte dort richten, wo die Quelle angegeben ist.",
    ),
    "missing.all_still": (
        "The readings of all cells stand still while the battery works: the BMS repeats old "
        "values. Nothing can be told of the cells.",
        "Die Messwerte aller Zellen stehen still, während die Batterie arbeitet: Das BMS "
        "wiederholt alte Werte. Über die Zellen lässt sich nichts sagen.",
    ),
    "missing.segments_few": (
        "There are {n} ways between full and empty that qualify; it takes 3.",
        "Es gibt {n} wertbare Wege zwischen voll und leer; nötig sind 3.",
    ),
    "missing.no_readings": (
        "The period holds no readings of current, power or state of charge.",
        "Der Zeitraum enthält keine Messwerte von Strom, Leistung oder Ladezustand.",
    ),
    "missing.no_soc": (
        "No state of charge is recorded.",
        "Der Ladezustand wird nicht aufgezeichnet.",
    ),
    "missing.no_power": (
        "Neither power nor energy counters of the converter are recorded.",
        "Weder Leistung noch Energiezähler des Umrichters werden aufgezeichnet.",
    ),
    "missing.no_dc": (
        "Neither DC power nor current with voltage is recorded.",
        "Weder DC-Leistung noch Strom mit Spannung werden aufgezeichnet.",
    ),
    "missing.no_auxiliaries": (
        "The power of the auxiliaries is not recorded.",
        "Die Leistung der Hilfsbetriebe wird nicht aufgezeichnet.",
    ),
    "missing.no_window": (
        "The state of charge never comes back to where it was.",
        "Der Ladezustand kehrt nie zu einem früheren Wert zurück.",
    ),
    "missing.gaps": (
        "Readings are missing in too many of the windows.",
        "In zu vielen Fenstern fehlen Messwerte.",
    ),
    "missing.few_windows": (
        "Fewer than five windows are closed in state of charge.",
        "Weniger als fünf Fenster sind im Ladezustand geschlossen.",
    ),
    "missing.idle": ("Nothing was charged.", "Es wurde nichts geladen."),
    "missing.above_one": (
        "More came out than went in: the sign or the source is wrong.",
        "Es kam mehr heraus als hinein: Vorzeichen oder Quelle stimmen nicht.",
    ),
    "missing.no_current_no_soc": (
        "Neither current nor state of charge is recorded.",
        "Weder Strom noch Ladezustand werden aufgezeichnet.",
    ),
    "missing.no_activity": (
        "Neither power nor current is recorded.",
        "Weder Leistung noch Strom werden aufgezeichnet.",
    ),
    "missing.no_flags": (
        "No flag of the device stands for an outage.",
        "Keine Meldung des Geräts steht für einen Ausfall.",
    ),
    "missing.no_soh": (
        "The BMS reports no state of health.",
        "Das BMS meldet keinen Gesundheitszustand.",
    ),
    "missing.no_charge": (
        "The period holds no day with cell voltages.",
        "Der Zeitraum enthält keinen Tag mit Zellspannungen.",
    ),
    "missing.no_recoverable": (
        "Charge at both ends is not known.",
        "Die Ladung an beiden Enden ist nicht bekannt.",
    ),
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
    "cycles.none": ("No way between full and empty qualifies. {why}",
                    "Kein Weg zwischen voll und leer zählt. {why}"),
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
}  # fmt: skip


def say(key: str, language: Language, **values: str) -> str:
    """A text in a language, its places filled.

    Raises
    ------
    KeyError : there is no such text, or a value for one of its places is missing.
    """
    english, german = TEXTS[key]
    return (german if language == "de" else english).format(**values)
