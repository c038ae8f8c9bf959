"""The cells of a battery, their strings and what is known against their readings.

Signals are found by quantity, never by name, and the numbers of packs and cells come from the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from core.analytics import current_checks, diagnosis
from core.analytics.chemistry import CHEMISTRIES, Chemistry, chemistry
from core.analytics.current_checks import Doubt
from core.analytics.diagnosis import (
    StillSpan,
)
from core.analytics.quality import Bool, Float, Int
from core.analytics.trend import middle
from core.bess import of_quantity, string_capacity
from core.errors import QueryError
from core.levels import DAY, HOUR
from core.query import CellColumn, Cells, SignalInfo, Store
from core.remembered import FOREVER, remembered
from core.rollup import Buckets

# Highest voltage that cells were ever seen at [V] up to which they are of a chemistry, where nobody
# has told it: LTO ends at 2.8 V, LFP at 3.65 V, NMC at 4.2 V.
HIGHEST_V = {"LTO": 3.0, "LFP": 3.8, "NMC": 4.5}
CHECKED_MOST = 1_000_000  # readings of a signal that are set beside another one by one
LEAST_COUNTED = 0.1  # of the capacity that SOC and current must count at least
MOST_DOUBTED = 0.8  # of a window
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
        if battery.soc is not None:
            current = np.where(_turned(string, stamps), -current, current)
        day, sign, lag = current_checks.match_by_day(
            ts, volts, stamps, current, battery.capacity_ah, known_sign=battery.soc is not None
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


def _turned(string: BatteryString, ts: Int) -> Bool:
    """Times at which the current has the other sign than charge, as the SOC tells."""
    found = np.zeros(len(ts), bool)
    for one in string.doubts:
        if one.kind == "turned":
            found |= (ts >= one.start) & (ts < one.end)
    return found


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
    rows = by_hour(hourly(store, battery.device, string.current, start, end))
    soc = by_hour(hourly(store, battery.device, battery.soc, start, end))
    ts, mine, other = np.intersect1d(rows.ts, soc.ts, return_indices=True)
    change = (soc.last[other] - soc.first[other]) * battery.soc_scale
    return ts, rows.sum[mine] / rows.count[mine], change


def hourly(store: Store, device: str, signal: str, start: int, end: int) -> Buckets:
    """Buckets of an hour in a window [µs UTC], or raw readings where there are none."""
    level = "1h" if "1h" in store.signal(device, signal).levels else "raw"
    return store.buckets(device, signal, start, end, level)


def by_hour(rows: Buckets) -> Buckets:
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


def placed(ts: Int, other: Int, values: Float) -> Float:
    """`values` at those of `ts` that are among `other`, else NaN."""
    out = np.full(len(ts), np.nan)
    if len(other):
        at = np.minimum(np.searchsorted(other, ts), len(other) - 1)
        hit = other[at] == ts
        out[hit] = values[at[hit]]
    return out


def _still(store: Store, battery: Battery) -> tuple[StillSpan, ...]:
    """When readings of cells stood still while the battery moved, by its days."""
    if "1d" not in store.signal(battery.device, battery.names[0]).levels:
        return ()
    found = every_day(store, battery.device, battery.still_from)
    low, high, count = (flat(found[name], battery) for name in ("min", "max", "count"))
    ts = found["max"].ts
    if not len(ts):
        return ()
    # A cell read now and then in a day has not stood still.
    high[~(count >= 0.5 * middle(count, axis=1)[:, None])] = np.nan
    lively = diagnosis.lively_days(low, high, _worked(store, battery, ts))
    return diagnosis.still_spans(ts, diagnosis.still_days(low, high, lively), lively)


def flat(found: Cells, battery: Battery, places: Sequence[int] | None = None) -> Float:
    """Values [t, cell] on the battery's flat cell axis, or at some places of it."""
    at = np.searchsorted(found.packs, battery.pack) * len(found.cells)
    at += np.searchsorted(found.cells, battery.cell)
    if places is not None:
        at = at[list(places)]
    return found.values.reshape(len(found.ts), len(found.packs) * len(found.cells))[:, at]


@remembered(2)
def every_day(store: Store, device: str, since: int) -> dict[str, Cells]:
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
        worked |= placed(ts, rows.ts, moved.astype(np.float64)) > 0
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


def held_up(battery: Battery, start: int, end: int) -> Bool:
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
