"""Readings of a signal in a window, at the level that fits, and those next to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analytics import compare, energy
from core.errors import QueryError
from core.levels import DAY, HOUR, parse_rules
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.rollup import Buckets, Int

RAW_LIMIT = 400_000  # raw readings taken where a level would do less well


def fine_level(store: Store, info: SignalInfo, start: int, end: int, widest_us: int) -> str:
    """The level to compute from: the coarsest up to `widest_us`, raw where none is stored.

    A coarser level is taken only where there is neither, and too many raw readings.
    """
    stored = [level for level in parse_rules(",".join(store.rules)) if level.name in info.levels]
    fit = [level for level in stored if level.width_us <= widest_us]
    if fit:
        return fit[-1].name
    if not stored or (end - start) // info.step_us <= RAW_LIMIT:
        return "raw"
    return stored[0].name


def level_width(level: str) -> int:
    """Width of the buckets of a level [µs]; 0 for raw readings."""
    return 0 if level == "raw" else parse_rules(level)[0].width_us


def bucket_widths(store: Store, buckets: Buckets, level: str) -> Int:
    """Width of each bucket [µs]; a local day is as long as it is."""
    width = level_width(level)
    if width == DAY:
        edges = energy.local_periods(
            int(buckets.ts[0]), int(buckets.ts[-1]) + DAY, store.zone, "1d"
        )
        return np.diff(edges)[np.searchsorted(edges, buckets.ts)]
    return np.full(len(buckets.ts), width, np.int64)


def power_buckets(
    store: Store, info: SignalInfo, start: int, end: int, widest_us: int
) -> tuple[Buckets, Int, Int, str]:
    """Buckets of power in kW, their widths and the steps of their source [µs], and the level."""
    level = fine_level(store, info, start, end, widest_us)
    # Few buckets, of which the outer two are cut, would not tell the step of the source.
    if end - start < 16 * level_width(level) and (end - start) // info.step_us <= RAW_LIMIT:
        level = "raw"
    rows = store.buckets(info.device, info.name, start, end, level)
    kilo = KILO[info.unit]
    rows = Buckets(
        rows.ts, rows.first * kilo, rows.last * kilo, rows.min * kilo, rows.max * kilo,
        rows.sum * kilo, rows.count,
    )  # fmt: skip
    step = energy.steps_in_effect(rows.ts, rows.count, typical_us=info.step_us)
    if level != "raw" and len(rows.ts):
        return rows, bucket_widths(store, rows, level), step, level
    # A reading stands until the next one, if that is not far.
    apart = np.diff(rows.ts, append=rows.ts[-1:])
    near = (apart > 0) & (apart <= energy.GAP_FACTOR * step)
    return rows, np.where(near, apart, step), step, level


def power_signal(store: Store, device: str, signal: str) -> SignalInfo:
    """What the store knows of a signal that must be a power.

    Raises
    ------
    UnknownDevice, UnknownSignal
    QueryError : the signal is not a power.
    """
    info = store.signal(device, signal)
    if info.unit not in POWER_UNITS:
        raise QueryError(f"{device}/{signal} [{info.unit or 'no unit'}] is not a power")
    return info


def reading_before(store: Store, info: SignalInfo, start: int) -> tuple[int, float] | None:
    """The last reading before a window, looked for step by step further back."""
    if info.first is None or info.first >= start:
        return None
    back = max(4 * info.step_us, HOUR)
    while True:
        ts, value = store.raw(info.device, info.name, max(start - back, info.first), start)
        if len(ts):
            return int(ts[-1]), float(value[-1])
        if start - back <= info.first:
            return None
        back *= 8


def newest_reading(
    store: Store, device: str, signal: str, start: int, end: int
) -> tuple[int, float] | None:
    """The last reading in [start, end): time [µs UTC] and value; None without any.

    Raises
    ------
    UnknownDevice, UnknownSignal
    """
    found = reading_before(store, store.signal(device, signal), end)
    return found if found and found[0] >= start else None


def time_of_highest(store: Store, info: SignalInfo, start: int, end: int) -> int:
    """Time of the highest reading of a window that has one [µs UTC]."""
    ts, value = store.raw(info.device, info.name, start, end)
    return int(ts[np.nanargmax(value)])


def aligned(
    store: Store, wanted: Sequence[tuple[str, str]], start: int, end: int, points: int = 2000
) -> tuple[pd.DataFrame, int]:
    """Means of several signals on one grid of [start, end), and its step [µs].

    The step is a quarter hour or longer, so that at most about `points` cells come out, and no
    finer than the slowest signal. Columns are named ``device/signal``; `attrs` hold the coverage.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    """
    infos = [store.signal(device, signal) for device, signal in wanted]
    steps = [900_000_000, HOUR, 2 * HOUR, 6 * HOUR, DAY]
    slowest = max(info.step_us for info in infos)
    fit = [step for step in steps if step >= slowest and (end - start) / step <= points]
    step = fit[0] if fit else DAY
    series = {}
    for info in infos:
        level = fine_level(store, info, start, end, step)
        rows = store.buckets(info.device, info.name, start, end, level)
        series[f"{info.device}/{info.name}"] = (rows.ts, rows.sum / np.maximum(rows.count, 1))
    grid = start // HOUR * HOUR
    return compare.align(series, step, grid, end), step
