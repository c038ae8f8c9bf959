"""Glue that a page and a command both need: load with query, compute with analytics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import compare, energy, quality
from core.errors import QueryError
from core.query import SignalInfo, Store
from core.rollup import DAY, HOUR, Buckets, Float, Int, parse_rules

Every = Literal["15min", "1h", "1d", "1w", "1mo", "1y"]
KILO = {"W": 1e-3, "kW": 1.0, "MW": 1e3, "Wh": 1e-3, "kWh": 1.0, "MWh": 1e3}
POWER_UNITS = ("W", "kW", "MW")
RAW_LIMIT = 400_000  # raw readings taken where a level would do less well
STATISTICS_LIMIT = 2_000_000  # raw readings for exact percentiles


@dataclass(frozen=True)
class EnergyReport:
    """Energy by local period.

    Attributes
    ----------
    frame : start, end [µs UTC], energy [kWh], coverage_ratio, marked (less than 90 % covered).
    gaps : rows of a counter counted across a gap: start, end, energy [kWh].
    flags : number of resets, drops, glitches and irregular buckets of a counter.
    total_kwh, import_kwh, export_kwh : of the window; for power split by sign at `level`.
    coverage_ratio : share of the window that has readings.
    level : level it was computed from.
    """

    frame: pd.DataFrame
    gaps: pd.DataFrame
    flags: dict[str, int]
    total_kwh: float
    import_kwh: float
    export_kwh: float
    coverage_ratio: float
    level: str


@dataclass(frozen=True)
class LoadReport:
    """Key figures of a load in a window; power in kW, energy in kWh.

    `peak_ts` is the start of the reading or bucket that holds the peak [µs UTC]. `profile` and
    `duration` are frames for charts.
    """

    energy_kwh: float
    coverage_ratio: float
    mean_kw: float
    peak_kw: float
    peak_ts: int | None
    load_factor: float
    base_load_kw: float
    base_load_days: int
    utilisation_hours: float
    profile: pd.DataFrame
    duration: pd.DataFrame
    level: str


@dataclass(frozen=True)
class StatisticsReport:
    """Statistics of a window; where low and high differ, the truth lies between them.

    `percentiles` has columns q, low, high. `exact` says whether raw readings were used.
    """

    count: int
    mean: float
    minimum: float
    maximum: float
    std_low: float
    std_high: float
    percentiles: pd.DataFrame
    exact: bool
    level: str


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


def _width(level: str) -> int:
    return 0 if level == "raw" else parse_rules(level)[0].width_us


def _widths(store: Store, buckets: Buckets, level: str) -> Int:
    """Width of each bucket [µs]; a local day is as long as it is."""
    width = _width(level)
    if width == DAY:
        edges = energy.local_periods(
            int(buckets.ts[0]), int(buckets.ts[-1]) + DAY, store.zone, "1d"
        )
        return np.diff(edges)[np.searchsorted(edges, buckets.ts)]
    return np.full(len(buckets.ts), width, np.int64)


def _power_buckets(
    store: Store, info: SignalInfo, start: int, end: int, widest_us: int
) -> tuple[Buckets, Int, str]:
    """Buckets of power in kW, their widths [µs], and the level."""
    level = fine_level(store, info, start, end, widest_us)
    rows = store.buckets(info.device, info.name, start, end, level)
    kilo = KILO[info.unit]
    rows = Buckets(
        rows.ts, rows.first * kilo, rows.last * kilo, rows.min * kilo, rows.max * kilo,
        rows.sum * kilo, rows.count,
    )  # fmt: skip
    width = _widths(store, rows, level) if level != "raw" and len(rows.ts) else (
        np.full(len(rows.ts), info.step_us, np.int64)
    )  # fmt: skip
    return rows, width, level


def energy_by_period(
    store: Store, device: str, signal: str, start: int, end: int, every: Every
) -> EnergyReport:
    """Energy per local period, from a counter by its increments or from power by its integral.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is neither a counter of energy nor a power.
    """
    info = store.signal(device, signal)
    edges = energy.local_periods(start, end, store.zone, every)
    if info.kind == "counter" and info.unit in KILO:
        return _counter_energy(store, info, start, end, edges, every)
    if info.unit in POWER_UNITS:
        return _power_energy(store, info, start, end, edges)
    raise QueryError(
        f"{device}/{signal} [{info.unit or 'no unit'}] is neither a counter of energy nor a power"
    )


def _power_energy(
    store: Store, info: SignalInfo, start: int, end: int, edges: Int
) -> EnergyReport:
    rows, width, level = _power_buckets(store, info, start, end, 900_000_000)
    parts = energy.power_intervals(
        rows.ts, rows.sum / np.maximum(rows.count, 1), rows.count, width,
        expected_step_us=info.step_us, end=end,
    )  # fmt: skip
    kwh = parts["energy"].to_numpy()
    covered = float(((parts["end"] - parts["start"]) * parts["coverage_ratio"]).sum())
    frame = energy.energy_by_period(
        edges, parts["start"].to_numpy(), parts["end"].to_numpy(), kwh,
        parts["coverage_ratio"].to_numpy(),
    )  # fmt: skip
    taken, given = energy.split_sign(kwh)
    none = pd.DataFrame({"start": [], "end": [], "energy": []})
    total = float(np.nansum(kwh)) if len(kwh) else np.nan
    return EnergyReport(
        frame, none, {}, total, float(np.nansum(taken)), float(np.nansum(given)),
        min(covered / (end - start), 1.0), level,
    )  # fmt: skip


def _counter_energy(
    store: Store, info: SignalInfo, start: int, end: int, edges: Int, every: Every
) -> EnergyReport:
    kilo = KILO[info.unit]
    widest = 900_000_000 if every == "15min" else HOUR
    level = fine_level(store, info, start, end, widest)
    rows = store.buckets(info.device, info.name, start, end, level)
    before = _reading_before(store, info, start)
    irregular = energy.irregular_buckets(
        rows.first, rows.last, rows.min, rows.max, before=before[1] if before else None
    )
    raw = _raw_of(store, info, rows, irregular, _width(level), end) if level != "raw" else None
    parts = energy.counter_intervals(
        rows.ts, rows.first, rows.last, rows.min, rows.max, rows.count,
        _widths(store, rows, level) if level != "raw" and len(rows.ts) else None,
        raw=raw, before=before,
    )  # fmt: skip
    kwh = parts["energy"].to_numpy() * kilo
    gap = parts["flag"].str.contains("gap").to_numpy(bool)
    coverage = np.where(gap, 0.0, 1.0)
    last = np.minimum(parts["end"].to_numpy(), end)
    frame = energy.energy_by_period(edges, parts["start"].to_numpy(), last, kwh, coverage)
    flags = parts["flag"].str.split("+").explode().value_counts().to_dict()
    flags.pop("", None)
    total = float(kwh.sum()) if len(kwh) else np.nan
    covered = float((last - parts["start"].to_numpy())[~gap].sum())
    gaps = parts.loc[gap, ["start", "end"]].assign(energy=kwh[gap])
    return EnergyReport(
        frame, gaps, flags, total, total, 0.0, min(covered / (end - start), 1.0), level
    )


def _reading_before(store: Store, info: SignalInfo, start: int) -> tuple[int, float] | None:
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


def _raw_of(
    store: Store, info: SignalInfo, rows: Buckets, irregular: np.ndarray, width: int, end: int
) -> tuple[Int, Float] | None:
    """Raw readings of irregular buckets, neighbours fetched together."""
    at = np.flatnonzero(irregular & (rows.count > 2))
    if not len(at):
        return None
    breaks = np.flatnonzero(np.diff(at) > 1) + 1
    found = [
        store.raw(
            info.device, info.name, int(rows.ts[run[0]]), min(int(rows.ts[run[-1]]) + width, end)
        )
        for run in np.split(at, breaks)
    ]
    return np.concatenate([ts for ts, _ in found]), np.concatenate([v for _, v in found])


def load_report(store: Store, device: str, signal: str, start: int, end: int) -> LoadReport:
    """Energy, peak, factors, profile and duration curve of a power signal in a window.

    The peak is the highest reading, exact at any level.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is not a power.
    """
    info = store.signal(device, signal)
    if info.unit not in POWER_UNITS:
        raise QueryError(f"{device}/{signal} [{info.unit or 'no unit'}] is not a power")
    rows, width, level = _power_buckets(store, info, start, end, 900_000_000)
    mean = rows.sum / np.maximum(rows.count, 1)
    parts = energy.power_intervals(
        rows.ts, mean, rows.count, width, expected_step_us=info.step_us, end=end
    )
    covered_us = (parts["end"] - parts["start"]) * parts["coverage_ratio"]
    hours = float(covered_us.sum()) / HOUR
    kwh = float(parts["energy"].sum()) if len(parts) else np.nan
    highest = energy.peak(rows.ts, rows.max)
    peak_kw = highest[1] if highest else np.nan
    mean_kw = kwh / hours if hours else np.nan
    base, days = energy.base_load(rows.ts, mean, store.zone)
    duration, power = energy.load_duration(mean, covered_us.to_numpy(np.float64) / HOUR)
    return LoadReport(
        kwh, min(hours * HOUR / (end - start), 1.0), mean_kw, peak_kw,
        highest[0] if highest else None, energy.load_factor(mean_kw, peak_kw), base, days,
        energy.utilisation_hours(kwh, peak_kw), energy.load_profile(rows.ts, mean, store.zone),
        pd.DataFrame({"hours": duration, "power": power}), level,
    )  # fmt: skip


def statistics_report(
    store: Store,
    device: str,
    signal: str,
    start: int,
    end: int,
    quantiles: Sequence[float] = (0.01, 0.05, 0.5, 0.95, 0.99),
) -> StatisticsReport:
    """Statistics of a window: from raw readings, or exact figures and bounds from buckets.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    """
    info = store.signal(device, signal)
    if (end - start) // info.step_us <= STATISTICS_LIMIT or not info.levels:
        _, value = store.raw(device, signal, start, end)
        found = energy.statistics_from_raw(value)
        exact = np.quantile(value, quantiles) if len(value) else np.full(len(quantiles), np.nan)
        table = pd.DataFrame({"q": quantiles, "low": exact, "high": exact})
        level, is_exact = "raw", True
    else:
        level, is_exact = info.levels[0], False
        rows = store.buckets(device, signal, start, end, level)
        found = energy.statistics_from_buckets(
            rows.first, rows.last, rows.min, rows.max, rows.sum, rows.count
        )
        bounds = [energy.percentile_bounds(rows.min, rows.max, rows.count, q) for q in quantiles]
        table = pd.DataFrame(bounds, columns=["low", "high"]).assign(q=quantiles)
    return StatisticsReport(
        found.count, found.mean, found.minimum, found.maximum, found.std_low, found.std_high,
        table, is_exact, level,
    )  # fmt: skip


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


def coverage_report(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    """Coverage of every signal of a device by local day.

    Returns
    -------
    frame signal, day, rows, expected, coverage_ratio, longest_gap_s

    Raises
    ------
    UnknownDevice, BadWindow
    """
    frames = []
    for info in store.signals(device):
        level = "1h" if "1h" in info.levels and info.step_us < HOUR else "raw"
        rows = store.buckets(device, info.name, start, end, level)
        if not len(rows.ts) and (info.first is None or info.first >= end):
            continue
        days = quality.coverage_by_day(
            rows.ts, rows.count, store.zone, info.step_us, width_us=_width(level), start=start,
            end=end,
        )  # fmt: skip
        frames.append(days.assign(signal=info.name))
    if not frames:
        return pd.DataFrame(
            columns=["signal", "day", "rows", "expected", "coverage_ratio", "longest_gap_s"]
        )
    return pd.concat(frames, ignore_index=True)


def quality_report(store: Store, device: str, signal: str, start: int, end: int) -> pd.DataFrame:
    """Coverage and flagged readings of one signal by local day, from its raw readings.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : too many readings for one look; choose a shorter window.
    """
    info = store.signal(device, signal)
    if (end - start) // info.step_us > STATISTICS_LIMIT:
        raise QueryError(f"over {STATISTICS_LIMIT} readings; choose a shorter window")
    ts, value = store.raw(device, signal, start, end)
    kind: Literal["analog", "counter", "state"] = (
        "counter" if info.kind == "counter" else "state" if info.kind == "state" else "analog"
    )
    return quality.summarise(ts, value, store.zone, kind=kind, expected_step_us=info.step_us)
