"""Incremental capacity of a battery's strings: dQ/dV and dV/dQ, and where the peaks stand.

Loads with `core.query`, computes with `core.analytics.ica`. What the readings do not carry is left
out, with a short key that says why (``refusal``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import capacity, ica
from core.analytics.ica import IcaCurve, IcaRules
from core.analytics.quality import Float, Int
from core.analytics.verdicts import Trend, TrendOptions, judge
from core.levels import DAY
from core.packs import Battery, BatteryString, load_battery, without_doubt
from core.query import Store
from core.string_readings import course_of, held_on, string_voltage, why_uncounted

POOLED = 10  # curves at either end of a window that are drawn


@dataclass(frozen=True)
class IcaDirection:
    """Curves of one string in one direction.

    Attributes
    ----------
    string : number, from 1. direction : ``discharge`` or ``charge``. series : cells in series.
    seen : ways in that direction; refused : reason -> how many of them.
    curves : of those that carry one. first, last : the ten earliest and latest, pooled; None with
        fewer than two curves (`last` is None with fewer than 20).
    peaks : followed over time, see `ica.track_peaks`. expected : of the pooled curve.
    trends : verdict on the position of each peak [V/year].
    dva_ah, dva : charge below full by the SOC [Ah] and dV/dQ [V/Ah] of a cell: mean of the first
        and of the last ten; empty without SOC.
    """

    string: int
    direction: str
    series: int
    seen: int
    refused: dict[str, int]
    curves: tuple[IcaCurve, ...]
    first: IcaCurve | None
    last: IcaCurve | None
    peaks: pd.DataFrame
    expected: pd.DataFrame
    trends: tuple[Trend, ...]
    dva_ah: Float
    dva: tuple[Float, ...]


@dataclass(frozen=True)
class IcaReport:
    """dQ/dV and dV/dQ of the string voltage over its cells.

    Attributes
    ----------
    directions : of each string, the direction with more curves first.
    refusal : ``no_current``, ``no_capacity``, ``no_voltage``, ``voltage_scale`` (the voltage is
        not that of so many cells in series), ``no_readings``, or None.
    """

    battery: Battery
    start: int
    end: int
    directions: tuple[IcaDirection, ...]
    rules: IcaRules
    refusal: str | None


def ica_report(store: Store, device: str, start: int, end: int) -> IcaReport | None:
    """Incremental capacity over a window [µs UTC]; None without cells.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    battery = load_battery(store, device, start)
    if battery is None:
        return None
    rules = IcaRules()
    found: list[IcaDirection] = []
    refusal: str | None = None
    for number, string in enumerate(battery.strings, 1):
        parts, why = _string_ica(store, battery, number, string, start, end, rules)
        found += parts
        refusal = refusal or why
    return IcaReport(
        battery, start, end, tuple(found), rules, None if found else refusal
    )  # fmt: skip


def series_cells(store: Store, battery: Battery, string: BatteryString) -> int:
    """Cells in series in a string: told, else its cells by the number of parallel strings."""
    facts = store.device(battery.device).facts
    told, parallel = facts.get("series_cells"), facts.get("parallel_strings", 1)
    if len(battery.strings) == 1 and isinstance(told, int | float) and told >= 1:
        return round(told)
    divided = len(battery.strings) == 1 and isinstance(parallel, int | float) and parallel >= 1
    return max(1, round(len(string.cells) / (parallel if divided else 1)))


def _string_ica(
    store: Store,
    battery: Battery,
    number: int,
    string: BatteryString,
    start: int,
    end: int,
    rules: IcaRules,
) -> tuple[list[IcaDirection], str | None]:
    why = why_uncounted(battery, string)
    info = string_voltage(battery, string, store.signals(battery.device))
    if why or info is None or string.current is None:
        return [], why or "no_voltage"
    measured = store.signal(battery.device, string.current)
    ts, current = without_doubt(string, *course_of(store, measured, start, end, "mean"))
    volts = held_on(store, info, ts, start, end, "mean")
    if len(ts) < 3 or volts is None or not np.isfinite(volts).any():
        return [], "no_readings"
    series = series_cells(store, battery, string)
    volts = volts / series
    info = store.signal(battery.device, battery.soc) if battery.soc else None
    soc = held_on(store, info, ts, start, end, "last")
    level = np.full(len(ts), np.nan) if soc is None else soc * battery.soc_scale
    if not battery.chemistry.v_min < np.nanmedian(volts) < battery.chemistry.v_max:
        return [], "voltage_scale"
    charge = capacity.coulomb_count(ts, current, rules.max_step_us).charge_ah
    segments = ica.low_rate_segments(ts, current, battery.capacity_ah, rules)
    ways = {"discharge": [], "charge": []}  # type: dict[str, list[slice]]
    for first, last in segments:
        # runs that move next to nothing are no way worth naming
        if abs(charge[last] - charge[first]) >= 0.05 * battery.capacity_ah:
            name = "charge" if current[first] > 0 else "discharge"
            ways[name].append(slice(first, last + 1))
    parts = [
        _direction(number, name, series, (ts, current, charge, volts, level), rows, battery, rules)
        for name, rows in ways.items()
    ]
    return sorted(parts, key=lambda one: -len(one.curves)), None


def _direction(
    number: int,
    name: str,
    series: int,
    read: tuple[Int, Float, Float, Float, Float],
    ways: Sequence[slice],
    battery: Battery,
    rules: IcaRules,
) -> IcaDirection:
    """Curves, peaks and verdicts of the ways in one direction; `read` is by reading: time, current,
    charge, voltage of a cell, SOC."""
    ts, current, charge, volts, soc = read
    curves: list[IcaCurve] = []
    slopes: list[tuple[Float, Float]] = []
    refused: Counter[str] = Counter()
    for rows in ways:
        made = ica.incremental_capacity(
            ts[rows], current[rows], charge[rows], volts[rows], battery.capacity_ah, rules
        )
        if isinstance(made, str):
            refused[made] += 1
            continue
        curves.append(made)
        moved, slope = ica.differential_voltage(charge[rows], volts[rows], battery.capacity_ah)
        sign = 1.0 if name == "discharge" else -1.0
        slopes.append(((1 - soc[rows][0]) * battery.capacity_ah + sign * moved, slope))
    several = len(curves) > 1
    peaks = ica.track_peaks(curves, rules=rules)
    pooled = ica.pool_curves(curves) if several else None
    expected = ica.find_ica_peaks(pooled, rules) if pooled else pd.DataFrame()
    dva_ah, dva = _mean_slopes(slopes, battery.capacity_ah)
    return IcaDirection(
        number, name, series, len(ways), dict(refused), tuple(curves),
        ica.pool_curves(curves[:POOLED]) if several else None,
        ica.pool_curves(curves[-POOLED:]) if len(curves) >= 2 * POOLED else None,
        peaks, expected, _peak_trends(peaks, len(expected)), dva_ah, dva,
    )  # fmt: skip


def _peak_trends(peaks: pd.DataFrame, count: int) -> tuple[Trend, ...]:
    """Verdict on the position of each peak [V/year]."""
    found = []
    for number in range(count):
        mine = peaks[peaks["peak"] == number]
        day = mine["time"].to_numpy(np.float64) / DAY
        found.append(judge(day, mine["position"].to_numpy(np.float64), options=TrendOptions()))
    return tuple(found)


def _mean_slopes(
    slopes: Sequence[tuple[Float, Float]], nominal_ah: float
) -> tuple[Float, tuple[Float, ...]]:
    """dV/dQ over charge below full: mean of the first curves and of the last, if there are enough.

    A curve counts without its ends, where the current had just begun or was about to end; a mean
    is told where half of the curves reach.
    """
    known = [(x[2:-1], y[2:-1]) for x, y in slopes if len(x) > 4 and np.isfinite(x).all()]
    if len(known) < 2:
        return np.empty(0), ()
    grid = nominal_ah * np.arange(0, 101) / 100
    laid = np.full((len(known), len(grid)), np.nan)
    for row, (x, y) in enumerate(known):
        order = np.argsort(x)
        laid[row] = np.interp(grid, x[order], y[order], left=np.nan, right=np.nan)
    parts = [laid[:POOLED], laid[-POOLED:]] if len(known) >= 2 * POOLED else [laid]
    means = []
    for part in parts:
        there = np.isfinite(part).sum(axis=0)
        total = np.where(np.isfinite(part), part, 0.0).sum(axis=0)
        half = there >= max(2, len(part) / 2)
        means.append(np.where(half, total / np.maximum(there, 1), np.nan))
    return grid, tuple(means)
