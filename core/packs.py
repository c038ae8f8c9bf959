"""Cells of a battery: load with query, compute with analytics, hand back what PackPulse shows.

Signals are found by quantity, never by name, and the numbers of packs and cells come from the data.
What cannot be concluded is left out with a short key that says why (``refusal``), never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from core.analytics import cells as sat_of
from core.analytics import current_checks, diagnosis
from core.analytics.chemistry import CHEMISTRIES, Chemistry, chemistry
from core.analytics.current_checks import Doubt
from core.analytics.diagnosis import (
    CellHours,
    CellSamples,
    Diagnosis,
    DiagnosisOptions,
    Recoverable,
    Rests,
    StillSpan,
)
from core.analytics.quality import Bool, Float, Int, local_times
from core.analytics.regimes import relative_to
from core.analytics.trend import middle
from core.bess import of_quantity, string_capacity
from core.errors import BadWindow, QueryError
from core.levels import DAY, HOUR
from core.query import CellColumn, Cells, SignalInfo, Store
from core.remembered import FOREVER, remembered
from core.rollup import Buckets

# Highest voltage that cells were ever seen at [V] up to which they are of a chemistry, where nobody
# has told it: LTO ends at 2.8 V, LFP at 3.65 V, NMC at 4.2 V.
HIGHEST_V = {"LTO": 3.0, "LFP": 3.8, "NMC": 4.5}
SAMPLE_DAYS = 60  # of raw readings behind the curves of charge against voltage
SAMPLE_CELLS = 4  # at the edge, and as many in the middle
CHECKED_MOST = 1_000_000  # readings of a signal that are set beside another one by one
LEAST_COUNTED = 0.1  # of the capacity that SOC and current must count at least
MOST_DOUBTED = 0.8  # of a window
LEAST_CELLS = 3  # of a pack: of two nobody can say which of them stands apart
LEAST_MOVED = 0.1  # SOC in a day on which cells must have moved
RECENT_LIFE = 400 * DAY
LEAST_STILL = 2  # days up to now from which on a sensor is called stuck


@dataclass(frozen=True)
class BatteryString:
    """Cells that carry one current: their places on the flat cell axis, and who measures it.

    Attributes
    ----------
    doubts : stretches in which the current does not fit the rest; it is left out there.
    counted_ah : capacity by charge over SOC, NaN without either.
    dead : the current reads next to nothing while the SOC moves.
    """

    cells: tuple[int, ...]
    current: str | None
    doubts: tuple[Doubt, ...] = ()
    counted_ah: float = float("nan")
    dead: bool = False


@dataclass(frozen=True)
class Battery:
    """A battery by its cells; the flat cell axis runs through pack after pack.

    Attributes
    ----------
    names : signal of each cell's voltage. pack, cell : its numbers.
    chemistry, chemistry_from : ``fact`` or ``voltage`` (guessed from the voltages).
    capacity_ah, capacity_from : of one string: ``fact``, ``counted`` (charge over SOC), or NaN
        and empty.
    strings : cells in series behind one current.
    soc : name of the signal of the state of charge, or None. soc_scale : to 0..1.
    rows_per_pack : cells of a pack stand in so many rows, for pictures.
    synthetic : generated, not measured.
    still : when readings of cells stood still; nothing is computed from those days. still_from :
        since when that is known [µs UTC].
    """

    device: str
    zone: str
    names: tuple[str, ...]
    pack: tuple[int, ...]
    cell: tuple[int, ...]
    chemistry: Chemistry
    chemistry_from: str
    capacity_ah: float
    capacity_from: str
    strings: tuple[BatteryString, ...]
    soc: str | None
    soc_scale: float
    rows_per_pack: int
    first: int
    last: int
    synthetic: bool
    still: tuple[StillSpan, ...] = ()
    still_from: int = -FOREVER

    def place(self, pack: int, cell: int) -> int:
        """Index of a cell on the flat axis.

        Raises
        ------
        QueryError : there is no such cell.
        """
        try:
            return list(zip(self.pack, self.cell, strict=True)).index((pack, cell))
        except ValueError:
            raise QueryError(f"{self.device} has no cell {cell} in pack {pack}") from None


def load_battery(store: Store, device: str, start: int | None = None) -> Battery | None:
    """The battery of a device; None if it has no voltages of single cells.

    Parameters
    ----------
    start : of what is looked at [µs UTC]. Readings that stood still are looked for over the last
        400 days, and over the whole life if it lies before them.

    Raises
    ------
    UnknownDevice
    QueryError : two signals are of the same cell, or a cell is not in V.
    ConfigError : the facts of the device name limits that do not hold together.
    """
    recent = _load_battery(store, device, RECENT_LIFE)
    if recent is None or start is None or max(start, recent.first) >= recent.still_from:
        return recent
    return _load_battery(store, device, FOREVER)


@remembered(8)
def _load_battery(store: Store, device: str, lately: int) -> Battery | None:
    """`load_battery` whose cells are looked at over the last so many µs."""
    signals = store.signals(device)
    placed = [
        one for one in signals
        if one.quantity == "cell_voltage" and one.rows and None not in (one.pack, one.cell)
    ]  # fmt: skip
    if not placed:
        return None
    placed.sort(key=lambda one: (one.pack, one.cell))
    for one, other in pairwise(placed):
        if (one.pack, one.cell) == (other.pack, other.cell):
            raise QueryError(
                f"{device}: {one.name} and {other.name} are both cell {one.cell} of pack"
                f" {one.pack}. Several batteries in one device cannot be told apart: make a device"
                " of each in source.toml, or give their cells packs of their own by rules in a file"
                " that the setting signals names"
            )
    other_unit = next((one for one in placed if one.unit not in ("V", "")), None)
    if other_unit is not None:
        raise QueryError(
            f"{device}: {other_unit.name} is in {other_unit.unit}, cells are asked for in V."
            ' Declare it in source.toml, for mV with scale = 0.001 and unit = "V"'
        )
    facts = store.device(device).facts
    limits, source = _chemistry(store, device, facts)
    strings = _strings(signals, placed)
    measured = sum(1 for one in strings if one.current)
    capacity = string_capacity(store, device, max(measured, 1))
    socs = of_quantity(signals, "soc")
    battery = Battery(
        device=device,
        zone=store.zone,
        names=tuple(one.name for one in placed),
        pack=tuple(int(one.pack or 0) for one in placed),
        cell=tuple(int(one.cell or 0) for one in placed),
        chemistry=limits,
        chemistry_from=source,
        capacity_ah=capacity,
        capacity_from="fact" if np.isfinite(capacity) else "",
        strings=strings,
        soc=socs[0].name if socs else None,
        soc_scale=0.01 if socs and socs[0].unit == "%" else 1.0,
        rows_per_pack=_rows_per_pack(facts, len(placed) // len({one.pack for one in placed})),
        first=min(one.first for one in placed if one.first is not None),
        last=max(one.last for one in placed if one.last is not None),
        synthetic=store.device(device).synthetic,
    )
    strings = tuple(_checked(store, battery, one) for one in battery.strings)
    counted = strings[0].counted_ah
    if not np.isfinite(capacity) and np.isfinite(counted) and counted > 0:
        battery = replace(battery, capacity_ah=counted, capacity_from="counted")
    battery = replace(battery, still_from=max(battery.last - lately, -FOREVER))
    battery = replace(battery, still=_still(store, battery))
    strings = tuple(_clocked(store, battery, one) for one in strings)
    return replace(battery, strings=strings)


def _chemistry(store: Store, device: str, facts: dict[str, Any]) -> tuple[Chemistry, str]:
    limits = facts.get("limits", {}) if isinstance(facts.get("limits"), dict) else {}
    told = {
        name: float(limits[key])
        for key, name in (
            ("cell_charge_v", "charge_cutoff"),
            ("cell_discharge_v", "discharge_cutoff"),
        )
        if key in limits
    }
    name = str(facts.get("chemistry", "")).upper()
    if name in CHEMISTRIES:
        return chemistry(name, **told), "fact"
    level = _coarsest(store.signals(device, "cell_voltage"))
    highest = store.cells(device, "cell_voltage", level=level, column="max").values
    # One sensor gone astray is no chemistry: the median cell's highest counts.
    top = float(np.nanmedian(np.nanmax(highest.reshape(len(highest), -1), axis=0, initial=0.0)))
    guess = next((one for one, limit in HIGHEST_V.items() if top <= limit), "NMC")
    return chemistry(guess, **told), "voltage"


def _coarsest(signals: Sequence[SignalInfo]) -> str:
    """Coarsest level that all of the signals have."""
    shared = [level for level in signals[0].levels if all(level in s.levels for s in signals)]
    if not shared:
        raise QueryError(f"cells of {signals[0].device} have no level in common")
    return shared[-1]


def _strings(
    signals: Sequence[SignalInfo], placed: Sequence[SignalInfo]
) -> tuple[BatteryString, ...]:
    """One string behind the battery's current; else one for each pack that measures its own."""
    everywhere = of_quantity(signals, "battery_current")
    by_pack = {one.pack: one.name for one in signals if one.quantity == "pack_current" and one.rows}
    if len(everywhere) == 1 or not by_pack:
        name = everywhere[0].name if everywhere else None
        return (BatteryString(tuple(range(len(placed))), name),)
    packs = sorted({int(one.pack or 0) for one in placed})
    return tuple(
        BatteryString(
            tuple(i for i, one in enumerate(placed) if one.pack == pack), by_pack.get(pack)
        )
        for pack in packs
    )


def _rows_per_pack(facts: dict[str, Any], cells: int) -> int:
    """Told, else the divisor of the cells nearest below the side of a 1:3 field."""
    told = facts.get("rows_per_pack")
    if isinstance(told, int | float) and 1 <= told <= cells:
        return int(told)
    fitting = [
        rows for rows in range(1, cells + 1) if cells % rows == 0 and rows * rows * 3 <= cells
    ]
    return fitting[-1] if fitting else 1


def _checked(store: Store, battery: Battery, string: BatteryString) -> BatteryString:
    """A string with what its current says beside the SOC: turned stretches, capacity."""
    ts, moved, change = _moved(store, battery, string, battery.first, battery.last + 1)
    if len(ts) < 24:
        return string
    day, sign = current_checks.sign_by_day(ts, moved, change)
    doubts = current_checks.find_doubts("turned", day, -sign)
    counted = current_checks.counted_capacity(_keep(doubts, ts, moved), change)
    if not np.isfinite(counted):  # turned all the time: its size is that of the other sign
        counted = -current_checks.counted_capacity(moved, change)
    cycled = float(np.nansum(np.abs(change)))
    dead = cycled > 1 and (
        not moved.any() or counted < LEAST_COUNTED * battery.capacity_ah
    )  # fmt: skip
    return replace(string, doubts=doubts, counted_ah=counted, dead=bool(dead))


def _clocked(store: Store, battery: Battery, string: BatteryString) -> BatteryString:
    """A string with the stretches in which the clock of its cells runs apart from its current.

    Where no SOC tells the sign of the current, the cells do. Of a long life some stretches are
    looked at, and then what lies between two that say different things.
    """
    if string.current is None or string.dead or not battery.capacity_ah > 0:
        return string
    info = _moving_cell(store, battery, string)
    spans = current_checks.spread_spans(battery.first, battery.last + 1)
    share = sum(end - start for start, end in spans) / (battery.last + 1 - battery.first)
    measured = store.signal(battery.device, string.current)
    if max(info.rows, measured.rows) * share > CHECKED_MOST:
        return string
    while True:
        ts, volts = _raw_of(store, info, spans)
        stamps, current = _raw_of(store, measured, spans)
        day, sign, lag = current_checks.match_by_day(
            ts, volts, stamps, current, battery.capacity_ah
        )
        far = np.where(np.abs(lag) > current_checks.NEAR_LAG, 1.0, -1.0) * np.abs(sign)
        turned = -sign * (far < 0) if battery.soc is None else np.zeros(len(sign))
        between = current_checks.unlike_gaps(spans, day, far, turned)
        if not between:
            break
        more = (one for gap in between for one in current_checks.spread_spans(*gap))
        spans = sorted({*spans, *more})
    doubts = (*string.doubts, *current_checks.find_doubts("clock", day, far))
    return replace(
        string, doubts=doubts + current_checks.find_doubts("turned", day, turned, margin=2)
    )


def _raw_of(store: Store, info: SignalInfo, spans: Sequence[tuple[int, int]]) -> tuple[Int, Float]:
    """Raw readings of a signal in some spans; those of a single one are remembered by the store."""
    if len(spans) == 1:
        return store.raw(info.device, info.name, *spans[0])
    ts, values = store.readings_of(info.device, [info.name], spans)
    return ts, values[:, 0]


def _moving_cell(store: Store, battery: Battery, string: BatteryString) -> SignalInfo:
    """The first cell of a string whose readings never stood still; the very first without one."""
    still = {one.place for one in battery.still}
    place = next((one for one in string.cells if one not in still), string.cells[0])
    return store.signal(battery.device, battery.names[place])


def _keep(doubts: Sequence[Doubt], ts: Int, values: Float) -> Float:
    """Values with NaN in the stretches that are doubted."""
    if not doubts:
        return values
    doubted = np.zeros(len(ts), bool)
    for one in doubts:
        doubted |= (ts >= one.start) & (ts < one.end)
    return np.where(doubted, np.nan, values)


def without_doubt(string: BatteryString, ts: Int, current: Float) -> tuple[Int, Float]:
    """Readings of a string's current but those of stretches that are doubted: gaps."""
    if not string.doubts:
        return ts, current
    kept = np.isfinite(_keep(string.doubts, ts, current))
    return ts[kept], current[kept]


def why_doubted(
    string: BatteryString, start: int, end: int, most: float = MOST_DOUBTED
) -> str | None:
    """Why the current of a string tells nothing in a window [µs UTC], or None.

    Parameters
    ----------
    most : share of the window that may be doubted.
    """
    if string.dead:
        return "current_zero"
    for kind, reason in (("turned", "current_sign"), ("clock", "cells_clock")):
        mine = [one for one in string.doubts if one.kind == kind]
        share = sum(max(min(end, one.end) - max(start, one.start), 0) for one in mine)
        if share > most * (end - start):
            return reason
    return None


def _moved(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> tuple[Int, Float, Float]:
    """Hours that have both: start [µs], charge [Ah] and change of SOC (0..1)."""
    if string.current is None or battery.soc is None:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    rows = _by_hour(_hourly(store, battery.device, string.current, start, end))
    soc = _by_hour(_hourly(store, battery.device, battery.soc, start, end))
    ts, mine, other = np.intersect1d(rows.ts, soc.ts, return_indices=True)
    change = (soc.last[other] - soc.first[other]) * battery.soc_scale
    return ts, rows.sum[mine] / rows.count[mine], change


def _hourly(store: Store, device: str, signal: str, start: int, end: int) -> Buckets:
    level = "1h" if "1h" in store.signal(device, signal).levels else "raw"
    return store.buckets(device, signal, start, end, level)


# --- readings that stand still -------------------------------------------------------------------


def _still(store: Store, battery: Battery) -> tuple[StillSpan, ...]:
    """When readings of cells stood still while the battery moved, by its days."""
    if "1d" not in store.signal(battery.device, battery.names[0]).levels:
        return ()
    found = _every_day(store, battery.device, battery.still_from)
    low, high, count = (flat(found[name], battery) for name in ("min", "max", "count"))
    ts = found["max"].ts
    if not len(ts):
        return ()
    # A cell read now and then in a day has not stood still.
    high[~(count >= 0.5 * middle(count, axis=1)[:, None])] = np.nan
    lively = diagnosis.lively_days(low, high, _worked(store, battery, ts))
    return diagnosis.still_spans(ts, diagnosis.still_days(low, high, lively), lively)


@remembered(2)
def _every_day(store: Store, device: str, since: int) -> dict[str, Cells]:
    """Least, greatest and number of readings of each cell by day."""
    columns: tuple[CellColumn, ...] = ("min", "max", "count")
    return store.cells_many(device, "cell_voltage", since, None, "1d", columns)


def _worked(store: Store, battery: Battery, ts: Int) -> Bool:
    """Days on which the SOC moved by a tenth; without an SOC, a current of C/20 flowed [day]."""
    names = [battery.soc] if battery.soc else [one.current for one in battery.strings]
    worked = np.zeros(len(ts), bool)
    for name in names:
        if name is None or "1d" not in store.signal(battery.device, name).levels:
            continue
        rows = store.buckets(battery.device, name, int(ts[0]), int(ts[-1]) + 25 * HOUR, "1d")
        range_ = rows.max - rows.min
        moved = (
            range_ * battery.soc_scale >= LEAST_MOVED
            if battery.soc
            else range_ >= 0.05 * battery.capacity_ah
        )
        worked |= _on(ts, rows.ts, moved.astype(np.float64)) > 0
    return worked


def without_still(battery: Battery, cells: Sequence[int], ts: Int, values: Float) -> Float:
    """Values of some cells [t, cell] without those from when their readings stood still.

    The day before and the day after are left out as well: they hold hours of it.
    """
    if not battery.still:
        return values
    column = {place: at for at, place in enumerate(cells)}
    kept = np.array(values, np.float64)
    for span in battery.still:
        if span.place in column:
            inside = (ts >= span.start - DAY) & (ts < span.end + DAY)
            kept[inside, column[span.place]] = np.nan
    return kept


def always_still(battery: Battery, string: BatteryString) -> bool:
    """Whether all readings of a string's cells stand still, nearly all of the time."""
    life = max(battery.last - max(battery.first, battery.still_from), 1)
    share = dict.fromkeys(string.cells, 0.0)
    for one in battery.still:
        if one.place in share:
            share[one.place] += (one.end - one.start) / life
    return min(share.values()) > 0.9


def _held_up(battery: Battery, start: int, end: int) -> Bool:
    """Cells with readings that stood still in a window [µs UTC], [cell]."""
    held = np.zeros(len(battery.names), bool)
    held[[one.place for one in battery.still if one.start < end and one.end > start]] = True
    return held


def stuck_now(battery: Battery, start: int, end: int) -> Bool:
    """Cells whose readings stand still at the end of a window [µs UTC], or most of it [cell]."""
    stuck, share = np.zeros(len(battery.names), bool), np.zeros(len(battery.names))
    for span in battery.still:
        share[span.place] += max(min(end, span.end) - max(start, span.start), 0) / (end - start)
        going_on = span.start < end and (span.lasting or end <= span.end)
        stuck[span.place] |= going_on and span.days >= LEAST_STILL
    return stuck | (share > 0.5)


# --- days --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellDays:
    """Highest and lowest voltage of each cell by local day.

    Attributes
    ----------
    ts : midnights [µs UTC]. day : days since 1970-01-01 of the local calendar.
    sat, low : highest and lowest [day, cell], V, NaN while a reading stands still.
    valid : `sat` of complete charges, else NaN.
    charges : which days count, and why the others do not.
    cycles : equivalent full cycles since the first day, at the end of each; NaN without current.
    """

    battery: Battery
    ts: Int
    day: Int
    sat: Float
    low: Float
    valid: Float
    charges: sat_of.Charges
    cycles: Float
    stands_for: int


def local_days(ts: Int, zone: str) -> Int:
    """Number of the local calendar day of each moment, since 1970-01-01."""
    naive = local_times(ts, zone).tz_localize(None).to_numpy()
    return np.asarray(naive.astype("datetime64[D]").astype(np.int64))


def flat(found: Cells, battery: Battery) -> Float:
    """Values [t, cell] on the battery's flat cell axis."""
    at = np.searchsorted(found.packs, battery.pack) * len(found.cells)
    if not len(found.ts):
        return np.empty((0, len(battery.names)))
    return found.values.reshape(len(found.ts), -1)[
        :, at + np.searchsorted(found.cells, battery.cell)
    ]


@remembered(4)
def load_days(
    store: Store, device: str, start: int | None = None, end: int | None = None
) -> CellDays | None:
    """Cells by day in a window [µs UTC]; None without voltages of single cells.

    Raises
    ------
    UnknownDevice, BadWindow
    LevelMissing : the store has no level of days.
    """
    battery = load_battery(store, device, -FOREVER if start is None else start)
    if battery is None:
        return None
    if start is not None and end is not None and not start < end:
        raise BadWindow(f"the window ends ({end}) before it starts ({start})")
    found = _every_day(store, device, battery.still_from)
    edges = (-FOREVER if start is None else start, FOREVER if end is None else end)
    inside = slice(*np.searchsorted(found["max"].ts, edges).tolist())
    ts, every = found["max"].ts[inside], range(len(battery.names))
    sat, low = (
        without_still(battery, every, ts, flat(found[name], battery)[inside])
        for name in ("max", "min")
    )
    soc = _daily_soc(store, battery, ts)
    charged = _charged(store, battery, ts)
    charges = sat_of.judge_charges(sat, battery.chemistry, soc, charged)
    return CellDays(
        battery, ts, local_days(ts, battery.zone), sat, low,
        sat_of.valid_sat(sat, charges.complete, battery.chemistry), charges,
        _cycles(store, battery, ts), int(np.nansum(found["count"].values[inside])),
    )  # fmt: skip


def _daily_soc(store: Store, battery: Battery, ts: Int) -> Float | None:
    """Highest SOC of each day [day], 0..1."""
    if battery.soc is None or "1d" not in store.signal(battery.device, battery.soc).levels:
        return None
    if not len(ts):
        return None
    # To the end of the last day: a window cuts the bucket at its edge.
    end = int(ts[-1]) + 25 * HOUR
    rows = store.buckets(battery.device, battery.soc, int(ts[0]), end, "1d")
    return _on(ts, rows.ts, rows.max * battery.soc_scale)


def _charged(store: Store, battery: Battery, ts: Int) -> Bool | None:
    """Days on which a current charged any string [day]; None where no current is known by day.

    Above C/100, or above nothing where the capacity is not known; days without readings of the
    current count as charged, for nothing says otherwise.
    """
    names = [one.current for one in battery.strings if one.current]
    if not names or not len(ts):
        return None
    least = 0.01 * battery.capacity_ah if np.isfinite(battery.capacity_ah) else 0.0
    idle = np.ones(len(ts), bool)
    for name in names:
        if "1d" not in store.signal(battery.device, name).levels:
            return None
        rows = store.buckets(battery.device, name, int(ts[0]), int(ts[-1]) + 25 * HOUR, "1d")
        idle &= _on(ts, rows.ts, rows.max) <= least  # NaN is not
    return np.asarray(~idle)


def _on(ts: Int, other: Int, values: Float) -> Float:
    """`values` at those of `ts` that are among `other`, else NaN."""
    out = np.full(len(ts), np.nan)
    if len(other):
        at = np.minimum(np.searchsorted(other, ts), len(other) - 1)
        hit = other[at] == ts
        out[hit] = values[at[hit]]
    return out


def _cycles(store: Store, battery: Battery, ts: Int) -> Float:
    """Equivalent full cycles counted to the end of each day: throughput / (2 × capacity)."""
    names = [one.current for one in battery.strings if one.current]
    dead = any(one.dead for one in battery.strings)
    if not names or dead or not np.isfinite(battery.capacity_ah) or not len(ts):
        return np.full(len(ts), np.nan)
    end = int(ts[-1]) + 25 * HOUR
    moved = np.zeros(len(ts))
    for name in names:
        info = store.signal(battery.device, name)
        level = next((one for one in ("1min", "5min", "15min", "1h") if one in info.levels), "raw")
        rows = store.buckets(battery.device, name, int(ts[0]), end, level)
        if not len(rows.ts):
            continue
        # A bucket stands until the next, but no longer than two usual steps: gaps are not counted.
        step = np.diff(rows.ts, append=rows.ts[-1])
        usual = float(np.median(step[:-1])) if len(step) > 1 else 0.0
        hours = np.where(step <= 2 * usual, step, usual) / HOUR
        day = np.searchsorted(ts, rows.ts, side="right") - 1
        amp = np.abs(rows.sum / rows.count)
        moved += np.bincount(day, weights=amp * hours, minlength=len(ts))[: len(ts)]
    return np.cumsum(moved) / (2 * battery.capacity_ah * len(names))


# --- weak cells --------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeakCells:
    """Which cells are weak and why, judged by the last weeks of a window.

    Attributes
    ----------
    found : the diagnosis of every cell.
    table : a row a cell: pack, cell, fault, reason, empty_ah, full_ah, full_bound, empty_rest_mv,
        full_rest_mv, empty_mv, full_mv (under load, at the ends), drift_ah_day, drift_low,
        drift_high, resistance_ratio, resistance_mohm, limits_empty_ratio, limits_full_ratio,
        move_ah, move_half_ah (of cells that drift: at the end, half of the 95 % interval), rank
        (1 = limits the most).
    recoverable : what mending them brings.
    resistance_ohm : of the median cell, an hour's; NaN unknown.
    refusal : why nothing can be said: ``no_current``, ``no_capacity``, ``no_levels``,
        ``current_sign`` (the SOC falls when charge is said to flow in), ``current_zero``,
        ``cells_clock`` (runs apart from the current), ``resistance_sign``, ``all_still``,
        ``few_cells`` (no pack has three), ``cells_alike`` (copies of one signal),
        ``no_rests``, ``no_empty_end``, ``no_full_end``, ``no_curve`` (read too
        coarsely); None if something can.
    """

    battery: Battery
    start: int
    end: int
    found: Diagnosis | None
    table: pd.DataFrame
    recoverable: Recoverable | None
    resistance_ohm: float
    refusal: str | None


def weak_cells(
    store: Store, device: str, end: int | None = None, options: DiagnosisOptions | None = None
) -> WeakCells | None:
    """Diagnose all cells by the weeks before `end` [µs UTC]; None without cells.

    Raises
    ------
    UnknownDevice
    """
    battery = load_battery(store, device)
    if battery is None:
        return None
    options = options or DiagnosisOptions()
    end = battery.last + 1 if end is None else min(end, battery.last + 1)
    start = max(end - round(1.5 * options.recent_days * DAY), battery.first)
    start -= start % HOUR
    battery = load_battery(store, device, start)
    assert battery is not None
    refusal = _cannot(store, battery, start, end)
    if refusal:
        return WeakCells(battery, start, end, None, pd.DataFrame(), None, float("nan"), refusal)
    days = load_days(store, device, max(start, end - round(options.recent_days * DAY)), end)
    assert days is not None
    refusal = _nothing_to_compare(days)
    if refusal:
        return WeakCells(battery, start, end, None, pd.DataFrame(), None, float("nan"), refusal)
    stuck = stuck_now(battery, max(start, end - round(options.recent_days * DAY)), end)
    if stuck.all():
        refusal = "all_still"
        return WeakCells(battery, start, end, None, pd.DataFrame(), None, float("nan"), refusal)
    parts = [
        _diagnose_string(store, battery, string, stuck, (start, end), options)
        for string in battery.strings
    ]
    found = _joined(
        battery, [(string, part) for string, (part, _) in zip(battery.strings, parts, strict=True)]
    )
    if found.refusal in ("no_rests", "no_empty_end", "no_full_end"):
        doubted = (why_doubted(one, start, end, 0.25) for one in battery.strings)
        found = replace(found, refusal=next((one for one in doubted if one), found.refusal))
    if found.refusal is None:
        found.reason[_held_up(battery, start, end) & (found.fault == "unknown")] = "still"
    resistance = float(middle(np.array([ohm for _, ohm in parts])))
    if resistance <= 0:
        none = pd.DataFrame()
        why = "resistance_sign"
        return WeakCells(battery, start, end, None, none, None, float("nan"), why)
    series = max(len(string.cells) for string in battery.strings)
    recoverable = None
    if found.refusal is None:
        recoverable = diagnosis.estimate_recoverable(found, series, battery.chemistry.v_nominal)
    table = _weak_table(battery, found, recoverable, days)
    return WeakCells(battery, start, end, found, table, recoverable, resistance, found.refusal)


def _cannot(store: Store, battery: Battery, start: int, end: int) -> str | None:
    if any(string.current is None for string in battery.strings):
        return "no_current"
    if not np.isfinite(battery.capacity_ah) or battery.capacity_ah <= 0:
        return "no_capacity"
    levels = store.signal(battery.device, battery.names[0]).levels
    if not {"1h", "1d"} <= set(levels):
        return "no_levels"
    doubted = (why_doubted(one, start, end) for one in battery.strings)
    return next((reason for reason in doubted if reason), None)


def _nothing_to_compare(days: CellDays) -> str | None:
    """Why cells cannot be set beside those of their pack, or None."""
    pack = np.array(days.battery.pack)
    if max(np.unique(pack, return_counts=True)[1]) < LEAST_CELLS:
        return "few_cells"
    lively = diagnosis.lively_days(days.low, days.sat)
    values = np.stack([days.low[lively], days.sat[lively]])
    known = np.isfinite(values).all(axis=(0, 2))
    if known.sum() < 3:
        return None
    spread = values[:, known].max(axis=2) - values[:, known].min(axis=2)
    return "cells_alike" if not spread.any() else None


def load_hours(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> CellHours:
    """What the cells of one string did, by the hour."""
    found = store.cells_many(battery.device, "cell_voltage", start, end, "1h", ("last", "mean"))
    where = np.array(string.cells)
    ts = found["last"].ts
    assert string.current is not None
    rows = _by_hour(_hourly(store, battery.device, string.current, start, end))

    def told(values: Float) -> tuple[Int, Float]:
        return without_doubt(string, rows.ts, values)

    return CellHours(
        ts,
        without_still(battery, string.cells, ts, flat(found["last"], battery)[:, where]),
        without_still(battery, string.cells, ts, flat(found["mean"], battery)[:, where]),
        _on(ts, *told(rows.sum / rows.count)),
        _on(ts, *told(rows.min)),
        _on(ts, *told(rows.max)),
        np.array(battery.pack)[where],
        np.array(battery.cell)[where],
    )


def _by_hour(rows: Buckets) -> Buckets:
    """Raw readings gathered by the hour; buckets of an hour as they are."""
    if not len(rows.ts) or not (rows.ts % HOUR).any():
        return rows
    starts = np.flatnonzero(np.diff(rows.ts // HOUR, prepend=-1))
    ends = np.append(starts[1:], len(rows.ts)) - 1
    return Buckets(
        rows.ts[starts] // HOUR * HOUR,
        rows.first[starts],
        rows.last[ends],
        np.minimum.reduceat(rows.min, starts),
        np.maximum.reduceat(rows.max, starts),
        np.add.reduceat(rows.sum, starts),
        np.add.reduceat(rows.count, starts),
    )


def _diagnose_string(
    store: Store,
    battery: Battery,
    string: BatteryString,
    stuck: Bool,
    window: tuple[int, int],
    options: DiagnosisOptions,
) -> tuple[Diagnosis, float]:
    """Diagnosis of one string, and the resistance of its median cell [Ω]."""
    hours = load_hours(store, battery, string, *window)
    empties, fulls, resistance = charged_rests(store, battery, string, hours, options)
    part = diagnosis.diagnose(
        hours, empties, fulls, battery.chemistry, battery.capacity_ah, resistance,
        stuck[list(string.cells)], options,
    )  # fmt: skip
    return part, resistance


def charged_rests(
    store: Store,
    battery: Battery,
    string: BatteryString,
    hours: CellHours,
    options: DiagnosisOptions,
) -> tuple[Rests, Rests, float]:
    """Rests when empty and when full, with charge, and the median cell's resistance [Ω].

    Charge against voltage is read from the raw readings of a few cells over the last weeks: those
    at the edge, for they come furthest, and those in the middle.
    """
    limits, capacity = battery.chemistry, battery.capacity_ah
    empties, fulls = diagnosis.find_rests(hours, limits, capacity, options)
    window = (
        max(int(hours.ts[-1]) - SAMPLE_DAYS * DAY, int(hours.ts[0])),
        int(hours.ts[-1]) + HOUR,
    )
    # A cell of another resistance would draw another curve.
    apart = diagnosis.estimate_resistance(
        hours, limits, np.ones(len(hours.ts), bool), float("nan"), 0.05 * capacity
    )
    alike = ~(np.abs(apart) > options.sigmas * diagnosis.robust_spread(apart, 1e-6))
    lowest, middling = _edge_cells(-empties.ahead, alike, hours.ts[empties.at] >= window[0])
    highest, other = _edge_cells(fulls.ahead, alike, hours.ts[fulls.at] >= window[0])
    chosen = sorted({*lowest, *middling, *highest, *other})
    samples = dict(
        zip(chosen, _samples(store, battery, string, chosen, window), strict=True)
    )  # fmt: skip
    below, above = diagnosis.empty_below(limits), diagnosis.full_above(limits)
    resistance = diagnosis.relaxation_resistance(
        [samples[one] for one in {*middling, *other}],
        0.1 * capacity,
        diagnosis.between_knees(limits),
    )
    usable = 0.0 if np.isnan(resistance) else resistance
    low = diagnosis.estimate_curve(
        [samples[one] for one in (*lowest, *middling)], (limits.v_min, below + 0.1),
        -0.05 * capacity, usable,
    )  # fmt: skip
    high = diagnosis.estimate_curve(
        [samples[one] for one in (*highest, *other)], (above - 0.04, limits.v_max),
        0.02 * capacity, usable,
    )  # fmt: skip
    if low is not None:
        empties = diagnosis.charge_when_empty(empties, hours.pack, low, capacity)
    if high is not None:
        fulls = diagnosis.charge_when_full(fulls, hours.pack, high, capacity)
    return empties, fulls, resistance


def _edge_cells(ahead: Float, alike: Bool, rows: Bool) -> tuple[list[int], list[int]]:
    """Cells furthest ahead over some rests, and those nearest to the median."""
    usual = middle(ahead[rows]) if rows.any() else np.zeros(len(alike))
    known = np.flatnonzero(np.isfinite(usual) & alike)
    far = known[np.argsort(-usual[known], kind="stable")][:SAMPLE_CELLS]
    near = known[np.argsort(np.abs(usual[known]), kind="stable")][:SAMPLE_CELLS]
    return far.tolist(), near.tolist()


def _samples(
    store: Store,
    battery: Battery,
    string: BatteryString,
    cells: Sequence[int],
    window: tuple[int, int],
) -> list[CellSamples]:
    """Raw readings of some cells of a string, with current and charge at each."""
    assert string.current is not None
    ts, current = without_doubt(string, *store.raw(battery.device, string.current, *window))
    charge = diagnosis.count_charge(ts, current)
    found = []
    for one in cells:
        place = string.cells[one]
        stamps, volts = store.raw(battery.device, battery.names[place], *window)
        moving = np.isfinite(without_still(battery, [place], stamps, volts[:, None])[:, 0])
        stamps, volts = stamps[moving], volts[moving]
        if len(ts):
            near = np.clip(np.searchsorted(ts, stamps, side="right") - 1, 0, len(ts) - 1)
            close = np.abs(stamps - ts[near]) <= 60_000_000
            stamps, volts, near = stamps[close], volts[close], near[close]
            found.append(CellSamples(stamps, volts, current[near], charge[near]))
        else:
            none = np.empty(0)
            found.append(CellSamples(np.empty(0, np.int64), none, none, none))
    return found


def _joined(battery: Battery, parts: Sequence[tuple[BatteryString, Diagnosis]]) -> Diagnosis:
    """One diagnosis on the battery's cell axis from those of its strings."""
    if len(parts) == 1:
        return parts[0][1]
    order = np.argsort(np.concatenate([string.cells for string, _ in parts]))
    merged: dict[str, Any] = {}
    for one in fields(Diagnosis):
        values = [getattr(part, one.name) for _, part in parts]
        if isinstance(values[0], np.ndarray):
            merged[one.name] = np.concatenate(values)[order]
        elif isinstance(values[0], dict):
            merged[one.name] = {k: max(v[k] for v in values) for k in values[0]}
        elif isinstance(values[0], int):
            merged[one.name] = min(values)
        else:
            said = [value for value in values if value is None]
            merged[one.name] = None if said else values[0]
    return Diagnosis(**merged)


def _weak_table(
    battery: Battery, found: Diagnosis, recoverable: Recoverable | None, days: CellDays
) -> pd.DataFrame:
    pack = np.array(battery.pack)
    complete = days.charges.complete
    away_full, _ = relative_to(days.valid[complete], pack)
    deep = middle(days.low, axis=1) < diagnosis.empty_below(battery.chemistry) - 0.1
    away_empty, _ = relative_to(days.low[deep], pack)
    frame = pd.DataFrame(
        {
            "pack": found.pack,
            "cell": found.cell,
            "fault": found.fault,
            "reason": found.reason,
            "empty_ah": found.empty_ah,
            "full_ah": found.full_ah,
            "full_bound": found.full_bound,
            "empty_rest_mv": found.empty_mv,
            "full_rest_mv": found.full_mv,
            "empty_mv": 1000 * middle(away_empty),
            "full_mv": 1000 * middle(away_full),
            "drift_ah_day": found.drift_ah_day,
            "drift_low": found.drift_low,
            "drift_high": found.drift_high,
            "resistance_ratio": found.resistance_ratio,
            "resistance_mohm": 1000 * found.resistance_ohm,
            "limits_empty_ratio": sat_of.limiting_cells(days.low, deep, lowest=True),
            "limits_full_ratio": sat_of.limiting_cells(days.sat, complete, lowest=False),
            "move_ah": recoverable.move_ah if recoverable else np.nan,
            "move_half_ah": np.where(found.fault == "self_discharge", found.now_half_ah, np.nan),
        }
    )
    # What a cell costs the string: how far it stands outside its pack at either end.
    cost = frame[["full_ah"]].assign(empty_ah=-frame["empty_ah"]).max(axis=1).clip(lower=0)
    weak = ~frame["fault"].isin(["healthy", "unknown"])
    order = pd.DataFrame({"weak": weak, "cost": cost.fillna(-1.0)})
    frame["rank"] = (
        order.sort_values(["weak", "cost"], ascending=False)
        .assign(rank=np.arange(1, len(frame) + 1))["rank"]
        .reindex(frame.index)
    )
    return frame
