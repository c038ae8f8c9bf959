"""What the battery report refuses, and why; merged into `core.pack_report_texts.TEXTS`."""

from __future__ import annotations

# key: (English, German)
REFUSALS: dict[str, tuple[str, str]] = {
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
}
# What is wrong with the measurements is said alike, whichever chapter it takes away.
REFUSALS |= {
    f"missing.{why}": REFUSALS[f"refusal.{why}"]
    for why in ("current_sign", "current_zero", "cells_clock", "resistance_sign", "all_still")
}
