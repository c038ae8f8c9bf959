"""Words of the battery report, in English and German; `core.pack_report` puts the figures in."""

from __future__ import annotations

from core.numerals import Language
from core.pack_report_chapters import CHAPTERS
from core.pack_report_refusals import REFUSALS

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
}
TEXTS |= REFUSALS | CHAPTERS


def say(key: str, language: Language, **values: str) -> str:
    """A text in a language, its places filled.

    Raises
    ------
    KeyError : there is no such text, or a value for one of its places is missing.
    """
    english, german = TEXTS[key]
    return (german if language == "de" else english).format(**values)
