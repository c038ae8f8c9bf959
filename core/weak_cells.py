"""Weak cells: load with query, diagnose with analytics, hand back what PackPulse shows.

What cannot be concluded is left out with a short key that says why (``refusal``), never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from core.analytics import cells as sat_of
from core.analytics import diagnosis
from core.analytics.diagnosis import (
    CellHours,
    CellSamples,
    Diagnosis,
    DiagnosisOptions,
    Recoverable,
    Rests,
)
from core.analytics.quality import Bool, Float, Int
from core.analytics.regimes import relative_to
from core.analytics.trend import middle
from core.cell_days import CellDays, load_days
from core.levels import DAY, HOUR
from core.packs import (
    Battery,
    BatteryString,
    by_hour,
    flat,
    held_up,
    hourly,
    load_battery,
    placed,
    stuck_now,
    why_doubted,
    without_doubt,
    without_still,
)
from core.query import Store

SAMPLE_DAYS = 60  # of raw readings behind the curves of charge against voltage
SAMPLE_CELLS = 4  # at the edge, and as many in the middle
LEAST_CELLS = 3  # of a pack: of two nobody can say which of them stands apart


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
        found.reason[held_up(battery, start, end) & (found.fault == "unknown")] = "still"
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
    ts, where = found["last"].ts, list(string.cells)
    assert string.current is not None
    rows = by_hour(hourly(store, battery.device, string.current, start, end))

    def told(values: Float) -> tuple[Int, Float]:
        return without_doubt(string, rows.ts, values)

    return CellHours(
        ts,
        without_still(battery, string.cells, ts, flat(found["last"], battery, where)),
        without_still(battery, string.cells, ts, flat(found["mean"], battery, where)),
        placed(ts, *told(rows.sum / rows.count)),
        placed(ts, *told(rows.min)),
        placed(ts, *told(rows.max)),
        np.array(battery.pack)[where],
        np.array(battery.cell)[where],
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
