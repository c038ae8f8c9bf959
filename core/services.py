"""Glue that a page and a command both need: load with query, compute with analytics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import compare, energy, quality
from core.downsample import with_breaks
from core.errors import QueryError
from core.ledger import open_ledger
from core.levels import DAY, HOUR, parse_rules
from core.query import Device, Series, SignalInfo, Store
from core.rollup import Buckets, Int
from core.upkeep import storage

Every = Literal["15min", "1h", "1d", "1w", "1mo", "1y"]
MIN_COVERAGE = energy.MIN_COVERAGE
KILO = {"W": 1e-3, "kW": 1.0, "MW": 1e3, "Wh": 1e-3, "kWh": 1.0, "MWh": 1e3}
POWER_UNITS = ("W", "kW", "MW")
RAW_LIMIT = 400_000  # raw readings taken where a level would do less well
TWO_WAY_RATIO = 0.01  # of all energy, flowing back: more is no noise around zero
STATISTICS_LIMIT = 2_000_000  # raw readings for exact percentiles


@dataclass(frozen=True)
class EnergyReport:
    """Energy by local period.

    Attributes
    ----------
    frame : start, end [µs UTC], energy [kWh], coverage_ratio, marked (less than 90 % covered),
        carried [kWh]: what a counter counted over a gap that began before the period.
    gaps : what a counter counted across a gap: start, end, energy [kWh].
    flags : number of gaps, resets, drops and glitches of a counter.
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

    `peak_ts` is the time of the highest reading [µs UTC]. `mean_kw` is that of the time with
    readings, of which `coverage_ratio` is the share of the window. Where power flows both ways
    (`two_way`), load factor, utilisation hours and base load mean nothing and are NaN. `profile`
    and `duration` are frames for charts.
    """

    energy_kwh: float
    import_kwh: float
    export_kwh: float
    two_way: bool
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
) -> tuple[Buckets, Int, Int, str]:
    """Buckets of power in kW, their widths and the steps of their source [µs], and the level."""
    level = fine_level(store, info, start, end, widest_us)
    # Few buckets, of which the outer two are cut, would not tell the step of the source.
    if end - start < 16 * _width(level) and (end - start) // info.step_us <= RAW_LIMIT:
        level = "raw"
    rows = store.buckets(info.device, info.name, start, end, level)
    kilo = KILO[info.unit]
    rows = Buckets(
        rows.ts, rows.first * kilo, rows.last * kilo, rows.min * kilo, rows.max * kilo,
        rows.sum * kilo, rows.count,
    )  # fmt: skip
    step = energy.steps_in_effect(rows.ts, rows.count, typical_us=info.step_us)
    if level != "raw" and len(rows.ts):
        return rows, _widths(store, rows, level), step, level
    # A reading stands until the next one, if that is not far.
    apart = np.diff(rows.ts, append=rows.ts[-1:])
    near = (apart > 0) & (apart <= energy.GAP_FACTOR * step)
    return rows, np.where(near, apart, step), step, level


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
        return _counter_energy(store, info, start, end, edges)
    if info.unit in POWER_UNITS:
        return _power_energy(store, info, start, end, edges)
    raise QueryError(
        f"{device}/{signal} [{info.unit or 'no unit'}] is neither a counter of energy nor a power"
    )


def highest_period(report: EnergyReport) -> pd.Series:
    """The period with the most energy; not one that holds what came over a gap before it.

    Row of `frame`; at least one must have an energy.
    """
    known = report.frame.dropna(subset="energy")
    own = known[known["carried"] == 0]
    among = own if len(own) else known
    return among.iloc[int(among["energy"].argmax())]


def _power_energy(store: Store, info: SignalInfo, start: int, end: int, edges: Int) -> EnergyReport:
    rows, width, step, level = _power_buckets(store, info, start, end, 900_000_000)
    parts = energy.power_intervals(
        rows.ts, rows.sum / np.maximum(rows.count, 1), rows.count, width,
        expected_step_us=step, start=start, end=end,
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
        frame.assign(carried=0.0), none, {}, total,
        float(np.nansum(taken)), float(np.nansum(given)),
        min(covered / (end - start), 1.0), level,
    )  # fmt: skip


def _counter_energy(
    store: Store, info: SignalInfo, start: int, end: int, edges: Int
) -> EnergyReport:
    """From raw readings: of a bucket it is not known whether its first lies on its edge."""
    around = 8 * info.step_us  # readings beyond the window tell glitches at its edges
    ts, value = store.raw(info.device, info.name, start - around, end + around)
    if not len(ts) or ts[0] > start:
        before = _reading_before(store, info, start + 1)
        if before is not None:
            ts, value = np.append(before[0], ts), np.append(before[1], value)
    steps = energy.counter_steps(ts, value * KILO[info.unit], typical_us=info.step_us)
    steps = steps.ending_in(start, end)
    covered = energy.covered_by_steps(np.array([start, end]), steps)[0]
    flags = {
        "gap": int(steps.gap.sum()),
        "reset": int((steps.verdict == quality.RESET).sum()),
        "drop": int((steps.verdict == quality.DROP).sum()),
        "glitch": len(steps.glitches),
    }
    total = float(steps.energy.sum()) if len(steps.energy) else np.nan
    gaps = {name: getattr(steps, name)[steps.gap] for name in ("start", "end", "energy")}
    return EnergyReport(
        energy.counter_by_period(edges, steps, start, end), pd.DataFrame(gaps),
        {flag: times for flag, times in flags.items() if times},
        total, total, 0.0, float(covered) / (end - start), "raw",
    )  # fmt: skip


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


def _power_signal(store: Store, device: str, signal: str) -> SignalInfo:
    info = store.signal(device, signal)
    if info.unit not in POWER_UNITS:
        raise QueryError(f"{device}/{signal} [{info.unit or 'no unit'}] is not a power")
    return info


def load_report(store: Store, device: str, signal: str, start: int, end: int) -> LoadReport:
    """Energy, peak, factors, profile and duration curve of a power signal in a window.

    The peak is the highest reading, exact at any level.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is not a power.
    """
    info = _power_signal(store, device, signal)
    rows, width, step, level = _power_buckets(store, info, start, end, 900_000_000)
    mean = rows.sum / np.maximum(rows.count, 1)
    parts = energy.power_intervals(
        rows.ts, mean, rows.count, width, expected_step_us=step, start=start, end=end
    )
    covered_us = (parts["end"] - parts["start"]) * parts["coverage_ratio"]
    hours = float(covered_us.sum()) / HOUR
    kwh = float(parts["energy"].sum()) if len(parts) else np.nan
    highest = energy.peak(rows.ts, rows.max)
    peak_kw, peak_ts = (highest[1], highest[0]) if highest else (np.nan, None)
    if peak_ts is not None and level != "raw":
        until = peak_ts + int(width[rows.ts == peak_ts][0])
        peak_ts = _time_of_highest(store, info, max(peak_ts, start), min(until, end))
    mean_kw = kwh / hours if hours else np.nan
    taken, given = (float(part.sum()) for part in energy.split_sign(parts["energy"].to_numpy()))
    two_way = given > TWO_WAY_RATIO * (taken + given)
    base, days = (np.nan, 0) if two_way else energy.base_load(rows.ts, mean, store.zone)
    duration, power = energy.load_duration(mean, covered_us.to_numpy(np.float64) / HOUR)
    return LoadReport(
        kwh, taken, given, two_way, min(hours * HOUR / (end - start), 1.0), mean_kw, peak_kw,
        peak_ts, np.nan if two_way else energy.load_factor(mean_kw, peak_kw), base, days,
        np.nan if two_way else energy.utilisation_hours(kwh, peak_kw),
        energy.load_profile(rows.ts, mean, store.zone),
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


def coverage_report(
    store: Store, device: str, start: int, end: int, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Coverage of every signal of a device, or of those named, by whole local day.

    Returns
    -------
    frame signal, day, rows, expected, coverage_ratio, longest_gap_s

    Raises
    ------
    UnknownDevice, BadWindow
    """
    frames = []
    start, end = _whole_days_around(store, start, end)
    for info in store.signals(device):
        if names is not None and info.name not in names:
            continue
        rows, level = _rows_of_days(store, info, start, end)
        if not len(rows.ts) and (info.first is None or info.first >= end):
            continue
        days = quality.coverage_by_day(
            rows.ts, rows.count, store.zone, _usual_step(rows, level, info.step_us),
            width_us=_width(level), start=start, end=end,
        )  # fmt: skip
        frames.append(days.assign(signal=info.name))
    if not frames:
        return pd.DataFrame(
            columns=["signal", "day", "rows", "expected", "coverage_ratio", "longest_gap_s"]
        )
    return pd.concat(frames, ignore_index=True)


def _whole_days_around(store: Store, start: int, end: int) -> tuple[int, int]:
    """Local midnights around a window: a day is as complete as it is, however it is looked at."""
    edges = energy.local_periods(start, end, store.zone, "1d")
    return int(edges[0]), int(edges[-1])


def _rows_of_days(store: Store, info: SignalInfo, start: int, end: int) -> tuple[Buckets, str]:
    """What the coverage of days is counted from, and its level."""
    level = "1h" if "1h" in info.levels and info.step_us < HOUR else "raw"
    return store.buckets(info.device, info.name, start, end, level), level


def _usual_step(rows: Buckets, level: str, average_us: int) -> int:
    """Step of readings in the usual hour [µs]; a source read faster for days has a lower mean."""
    if level == "raw" or len(rows.count) < 3:
        return average_us
    return max(1, int(_width(level) / np.median(rows.count)))


def quality_report(store: Store, device: str, signal: str, start: int, end: int) -> pd.DataFrame:
    """Coverage and flagged readings of one signal by whole local day, from its raw readings.

    Raises
    ------
    UnknownDevice, UnknownSignal
    BadWindow : also where the window holds no reading.
    QueryError : too many readings for one look; choose a shorter window.
    """
    info = store.signal(device, signal)
    start, end = _whole_days_around(store, start, end)
    if (end - start) // info.step_us > STATISTICS_LIMIT:
        raise QueryError(f"over {STATISTICS_LIMIT} readings; choose a shorter window")
    ts, value = store.raw(device, signal, start, end)
    kind: Literal["analog", "counter", "state"] = (
        "counter" if info.kind == "counter" else "state" if info.kind == "state" else "analog"
    )
    # The step that `coverage_report` expects, so that both say the same of a day.
    rows, level = _rows_of_days(store, info, start, end)
    step = _usual_step(rows, level, info.step_us)
    return quality.summarise(ts, value, store.zone, kind=kind, expected_step_us=step)


# --- load: peaks, curve, profile ----------------------------------------------------------------


def highest_peaks(
    store: Store,
    device: str,
    signal: str,
    start: int,
    end: int,
    *,
    most: int = 10,
    apart_us: int = HOUR,
) -> pd.DataFrame:
    """The highest readings of a power signal with their times, exact at any level.

    Of readings less than `apart_us` apart only the highest counts: they are one event.

    Returns
    -------
    frame `ts` [µs UTC], `power` [kW], highest first.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is not a power.
    """
    info = _power_signal(store, device, signal)
    rows, width, _, level = _power_buckets(store, info, start, end, 900_000_000)
    chosen: list[int] = []
    for at in np.argsort(-rows.max, kind="stable"):
        if len(chosen) == most:
            break
        if np.isfinite(rows.max[at]) and all(
            abs(rows.ts[at] - rows.ts[one]) >= apart_us for one in chosen
        ):
            chosen.append(int(at))
    when = [
        int(rows.ts[at])
        if level == "raw"
        else _time_of_highest(
            store, info, max(int(rows.ts[at]), start), min(int(rows.ts[at] + width[at]), end)
        )
        for at in chosen
    ]
    return pd.DataFrame({"ts": np.array(when, np.int64), "power": rows.max[chosen]})


def _time_of_highest(store: Store, info: SignalInfo, start: int, end: int) -> int:
    ts, value = store.raw(info.device, info.name, start, end)
    return int(ts[np.nanargmax(value)])


CLOCK_STEPS_US = tuple(
    1_000_000 * size * count
    for size, counts in ((1, (1, 2, 5, 10, 15, 20, 30)), (60, (1, 2, 5, 10, 15, 20, 30)),
                         (3600, (1, 2, 3, 4, 6, 12, 24)))
    for count in counts
)  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """First moment and last moment that the readings of a device stand for [µs UTC]."""

    first: int | None
    last: int | None


def measured_reach(signals: Sequence[SignalInfo]) -> Reach:
    """What the readings of a device reach over: a power stands for the step after it.

    Steps up to a minute do not count, for windows end with the minute of the newest reading.
    """
    firsts = [info.first for info in signals if info.first is not None]
    lasts = [
        info.last + (max(_clock_step(info) - 60_000_000, 0) if info.unit in POWER_UNITS else 0)
        for info in signals
        if info.last is not None
    ]
    return Reach(min(firsts, default=None), max(lasts, default=None))


def _clock_step(info: SignalInfo) -> int:
    """Step of a source as its clock has it [µs].

    One reading out of the row, entered by hand, makes the average a little shorter.
    """
    near = min(CLOCK_STEPS_US, key=lambda step: abs(step - info.step_us))
    return near if abs(near - info.step_us) <= near / 100 else info.step_us


def newest_reading(
    store: Store, device: str, signal: str, start: int, end: int
) -> tuple[int, float] | None:
    """The last reading in [start, end): time [µs UTC] and value; None without any.

    Raises
    ------
    UnknownDevice, UnknownSignal
    """
    found = _reading_before(store, store.signal(device, signal), end)
    return found if found and found[0] >= start else None


def power_exceeded(report: LoadReport, share: float) -> float:
    """The power [kW] reached or exceeded for a share (0..1) of the time that has readings."""
    hours = report.duration["hours"].to_numpy()
    if not len(hours):
        return float("nan")
    at = min(int(np.searchsorted(hours, share * hours[-1])), len(hours) - 1)
    return float(report.duration["power"].to_numpy()[at])


def duration_curve(report: LoadReport, points: int = 1000) -> pd.DataFrame:
    """At most `points` points of a duration curve, first and last among them.

    Returns
    -------
    frame `share` (0..1 of the time that has readings), `power` [kW]
    """
    curve = report.duration
    if not len(curve):
        return pd.DataFrame({"share": [], "power": []})
    at = np.unique(np.linspace(0, len(curve) - 1, min(points, len(curve))).round().astype(np.int64))
    hours = curve["hours"].to_numpy()
    return pd.DataFrame({"share": hours[at] / hours[-1], "power": curve["power"].to_numpy()[at]})


def profile_by_hour(report: LoadReport) -> np.ndarray:
    """Mean power by weekday and hour: float64[7, 24] [kW], Monday first, NaN without days."""
    profile = report.profile.assign(hour=report.profile["quarter"] // 4)
    profile["sum"] = profile["mean"] * profile["count"]
    hours = profile.groupby(["weekday", "hour"])[["sum", "count"]].sum()
    grid = np.full((7, 24), np.nan)
    place = hours.index.to_frame().to_numpy(np.int64)
    grid[place[:, 0], place[:, 1]] = hours["sum"] / hours["count"]
    return grid


# --- devices ------------------------------------------------------------------------------------

MAIN_QUANTITIES = (
    "active_power", "grid_power", "pv_power", "soc", "pcs_power", "battery_current",
    "energy_import", "energy_total", "energy_generation",
)  # fmt: skip
STALE_STEPS = 4
STALE_LEAST_US = HOUR
Reason = Literal["failed", "stale", "coverage", "quarantine"]


@dataclass(frozen=True)
class DeviceEnergy:
    """Energy of a device in a window [kWh]; NaN where it measures none of that kind.

    `by_counter` says what it was taken from: counters, or power integrated.
    """

    imported: float
    exported: float
    generated: float
    coverage_ratio: float
    by_counter: bool


@dataclass(frozen=True)
class DeviceHealth:
    """How a device stands in a window.

    Attributes
    ----------
    main : signals of its main quantity; several are summed (inverters of a plant).
    unit : unit of `value` and `spark`.
    value : newest value of the main quantity, whenever that was; NaN without any.
    behind_us : how far its newest reading lies behind the newest of all devices.
    coverage_ratio : share of the window, from its first reading on, with readings of its
        counters, or else of its main quantity.
    quarantined, failed : rows in quarantine, sources that could not be read.
    reasons : why it needs attention, the gravest first.
    spark : ts [µs UTC], mean, min, max; a row of NaN is a gap.
    """

    device: Device
    main: tuple[SignalInfo, ...]
    unit: str
    value: float
    behind_us: int | None
    coverage_ratio: float
    quarantined: int
    failed: int
    reasons: tuple[Reason, ...]
    energy: DeviceEnergy
    spark: pd.DataFrame


def main_signals(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Signals of what a device is there for; where none is known a power, or the first signal."""
    for quantity in MAIN_QUANTITIES:
        found = [info for info in signals if info.quantity == quantity and info.rows]
        if found:
            return found if quantity == "pv_power" else found[:1]
    return power_signals(signals)[:1] or list(signals[:1])


def power_signals(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Signals that can be integrated to an energy, those of the main quantities first."""
    found = [info for info in signals if info.unit in POWER_UNITS and info.kind == "analog"]
    rank = {quantity: place for place, quantity in enumerate(MAIN_QUANTITIES)}
    return sorted(found, key=lambda info: rank.get(info.quantity, len(rank)))


def energy_counters(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Counters of energy, at most one of each quantity; the balance only where it is alone."""
    order = ("energy_import", "energy_export", "energy_generation", "energy_total")
    found = [
        next((i for i in signals if i.quantity == q and i.unit in KILO and i.kind == "counter"),
             None)
        for q in order
    ]  # fmt: skip
    known = [info for info in found if info is not None]
    return [i for i in known if i.quantity != "energy_total"] or known


def device_energy(store: Store, device: str, start: int, end: int) -> DeviceEnergy:
    """Energy a device took, gave and generated, from its counters or else from its power.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    signals = store.signals(device)
    counters = energy_counters(signals)
    chosen = counters or [
        info for info in main_signals(signals) if info.unit in POWER_UNITS
    ] or power_signals(signals)[:1]  # fmt: skip
    total = {"imported": np.nan, "exported": np.nan, "generated": np.nan}
    coverage = [0.0]

    def add(kind: str, kwh: float) -> None:
        if np.isfinite(kwh):
            total[kind] = kwh if np.isnan(total[kind]) else total[kind] + kwh

    for info in chosen:
        report = energy_by_period(store, device, info.name, start, end, "1d")
        coverage.append(report.coverage_ratio if np.isfinite(report.total_kwh) else 0.0)
        if info.quantity in ("pv_power", "energy_generation"):
            add("generated", report.total_kwh)
        elif info.quantity == "energy_export":
            add("exported", report.total_kwh)
        elif np.isfinite(report.total_kwh):
            add("imported", report.import_kwh)
            if not counters:
                add("exported", report.export_kwh)
    return DeviceEnergy(**total, coverage_ratio=max(coverage), by_counter=bool(counters))


# Fact `role` of a meter at the connection of the site.
GRID_ROLES = ("grid", "netz", "netzanschluss")


@dataclass(frozen=True)
class DayEnergy:
    """Sums over devices of one local day [start, end) [µs UTC], in kWh; NaN where none measures.

    `meters` and `plants` are the devices summed with readings on that day. Where devices are told
    to be grid connections (fact `role` = "grid"), `meters` are these alone and `by_role` holds;
    else all meters that are neither battery nor plant, some of which may lie behind others.
    `coverage_ratio` is the least of the devices summed, 1 where there is none.
    """

    start: int
    end: int
    imported: float
    exported: float
    generated: float
    meters: tuple[str, ...]
    plants: tuple[str, ...]
    by_role: bool = False
    coverage_ratio: float = 1.0


def is_meter(signals: Sequence[SignalInfo]) -> bool:
    """Whether a device measures a connection, not a battery or a plant."""
    has = {info.quantity for info in signals}
    return bool(has & {"active_power", "grid_power", "energy_import"}) and not has & {
        "soc", "pcs_power", "battery_voltage", "pv_power",
    }  # fmt: skip


def day_energy(store: Store) -> DayEnergy | None:
    """Energy of the last local day that a meter or a plant has readings of; None without any."""
    signals = {device.name: store.signals(device.name) for device in store.devices()}
    grid = [
        device.name for device in store.devices()
        if str(device.facts.get("role", "")).strip().lower() in GRID_ROLES
    ]  # fmt: skip
    meters = grid or [name for name in signals if is_meter(signals[name])]
    plants = [
        name for name in signals
        if any(info.quantity in ("pv_power", "energy_generation") for info in signals[name])
    ]  # fmt: skip
    lasts = [last for name in (*meters, *plants) if (last := store.device(name).last) is not None]
    if not lasts:
        return None
    # A reading at midnight closes the day before.
    start, end = (int(edge) for edge in energy.local_periods(
        max(lasts) - 1, max(lasts), store.zone, "1d"))  # fmt: skip
    used = {name: device_energy(store, name, start, end) for name in {*meters, *plants}}

    def total(names: Sequence[str], kind: str) -> tuple[float, tuple[str, ...]]:
        values = {name: getattr(used[name], kind) for name in names}
        known = {name: kwh for name, kwh in values.items() if np.isfinite(kwh)}
        return (sum(known.values()) if known else np.nan), tuple(known)

    imported, counted = total(meters, "imported")
    generated, generating = total(plants, "generated")
    # Inverters are silent at night: a day of theirs is never covered in full.
    coverage = min((used[name].coverage_ratio for name in counted), default=1.0)
    return DayEnergy(
        start, end, imported, total(meters, "exported")[0], generated, counted, generating,
        bool(grid), coverage,
    )  # fmt: skip


def fleet_report(store: Store, start: int, end: int, points: int = 600) -> list[DeviceHealth]:
    """How every device stands in [start, end) [µs UTC], those that need attention first.

    Raises
    ------
    BadWindow
    """
    newest = max((d.last for d in store.devices() if d.last is not None), default=None)
    bad: dict[str, int] = {}
    for row in store.quarantine_counts():
        bad[row["device"]] = bad.get(row["device"], 0) + row["rows"]
    failed: dict[str, int] = {}
    for source in store.sources():
        if source.status == "failed":
            failed[source.device] = failed.get(source.device, 0) + 1
    found = [
        _health(store, device, (start, end), newest, bad.get(device.name, 0),
                failed.get(device.name, 0), points)
        for device in store.devices()
    ]  # fmt: skip
    grave: list[Reason] = ["failed", "stale", "coverage", "quarantine"]
    return sorted(
        found,
        key=lambda one: (
            min([grave.index(reason) for reason in one.reasons], default=len(grave)),
            one.coverage_ratio,
            one.device.name,
        ),
    )


def _health(
    store: Store,
    device: Device,
    window: tuple[int, int],
    newest: int | None,
    quarantined: int,
    failed: int,
    points: int,
) -> DeviceHealth:
    signals = store.signals(device.name)
    main = main_signals(signals)
    used = device_energy(store, device.name, *window)
    # Before its first reading a device cannot have missed any.
    begin = max(window[0], min(device.first or window[0], window[1] - 1))
    since = (window[1] - window[0]) / (window[1] - begin)
    # What measures energy has been looked through already.
    coverage = min(used.coverage_ratio * since, 1.0) or max(
        (_coverage(store, info, begin, window[1]) for info in main), default=0.0
    )
    behind = newest - device.last if newest is not None and device.last is not None else None
    step = min((info.step_us for info in signals), default=0)
    late = behind is None or behind > max(STALE_STEPS * step, STALE_LEAST_US)
    why: dict[Reason, bool] = {
        "failed": failed > 0,
        "stale": late,
        "coverage": coverage < energy.MIN_COVERAGE and not (late and coverage == 0),
        "quarantine": quarantined > 0,
    }
    return DeviceHealth(
        device, tuple(main), main[0].unit if main else "", _newest_value(store, main), behind,
        coverage, quarantined, failed, tuple(reason for reason, holds in why.items() if holds),
        used, _spark(store, main, *window, points),
    )  # fmt: skip


def _newest_value(store: Store, main: Sequence[SignalInfo]) -> float:
    """Sum of the newest readings; NaN without any."""
    values = [
        float(store.raw(info.device, info.name, info.last, info.last + 1)[1][-1])
        for info in main
        if info.last is not None
    ]
    return sum(values) if values else np.nan


def _coverage(store: Store, info: SignalInfo, start: int, end: int) -> float:
    """Share of the window that the readings of a signal stand for."""
    level = fine_level(store, info, start, end, 900_000_000)
    rows = store.buckets(info.device, info.name, start, end, level)
    step = energy.steps_in_effect(rows.ts, rows.count, typical_us=info.step_us)
    width = _widths(store, rows, level) if level != "raw" and len(rows.ts) else step
    parts = energy.power_intervals(
        rows.ts, rows.sum, rows.count, width, expected_step_us=step, start=start, end=end
    )
    covered = ((parts["end"] - parts["start"]) * parts["coverage_ratio"]).sum()
    return min(float(covered) / (end - start), 1.0)


def _spark(
    store: Store, main: Sequence[SignalInfo], start: int, end: int, points: int
) -> pd.DataFrame:
    """Few points of a signal, or of the sum of several of one unit."""
    if not main:
        return pd.DataFrame({"ts": [], "mean": [], "min": [], "max": []})
    if len(main) > 1:
        frame, _ = aligned(store, [(info.device, info.name) for info in main], start, end, points)
        total = frame.sum(axis=1, min_count=len(main)).to_numpy()
        return pd.DataFrame({"ts": frame.index, "mean": total, "min": total, "max": total})
    info = main[0]
    series = store.series(info.device, info.name, start, end, max_points=points)
    frame = series.frame[["ts", "mean", "min", "max"]]
    return frame.assign(mean=series.frame["last"]) if info.kind == "counter" else frame


# --- comparison ---------------------------------------------------------------------------------

# What the power of a device is, first found first.
POWER_QUANTITIES = ("active_power", "pcs_power", "battery_power", "pv_power", "load_power")
ADDED_UP = ("pcs_power", "pv_power")  # converters side by side; two powers of a meter are not


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a device in a window [µs UTC], and what lays it over the first.

    Attributes
    ----------
    days : local days to move its times forward, the wall clock kept.
    shift_us : or, where the windows are no whole days, this many µs.
    """

    label: str
    device: str
    start: int
    end: int
    days: int = 0
    shift_us: int = 0


@dataclass(frozen=True)
class SideReport:
    """Energy [kWh] and power [kW] of one side.

    `peak_of_us`: the peak is the highest mean over this long [µs]; 0 where it is a reading.
    `daily` has start, end [µs UTC], energy [kWh], marked. Where power flows both ways
    (`two_way`), `energy_kwh` is what came in less what went out, and there is no load factor.
    """

    energy_kwh: float
    import_kwh: float
    export_kwh: float
    two_way: bool
    coverage_ratio: float
    mean_kw: float
    peak_kw: float
    peak_ts: int | None
    peak_of_us: int
    load_factor: float
    daily: pd.DataFrame


@dataclass(frozen=True)
class Overlay:
    """Power [kW] of the sides on one grid, a column per label, indexed by ts of the first side."""

    frame: pd.DataFrame
    step_us: int


@dataclass(frozen=True)
class DifferenceReport:
    """Side a less side b over the cells where both have a value.

    `line` has ts [µs UTC] and power [kW]; energies in kWh, `below_kwh` is negative or 0.
    """

    line: pd.DataFrame
    energy_kwh: float
    above_kwh: float
    below_kwh: float
    hours: float


def compared_power(store: Store, device: str) -> list[SignalInfo]:
    """Signals that add up to the power of a device; none where it has no power.

    Raises
    ------
    UnknownDevice : no such device.
    """
    known = store.signals(device)
    for quantity in POWER_QUANTITIES:
        found = [one for one in known if one.quantity == quantity and one.unit in POWER_UNITS]
        if found:
            return found if quantity in ADDED_UP else [max(found, key=lambda one: one.rows)]
    return []


def previous_sides(device: str, start: int, end: int, zone: str, count: int) -> list[Side]:
    """The window and the `count` - 1 windows of equal length before it.

    Where the window spans whole days of the wall clock, so do the earlier ones; their length then
    differs by an hour over a clock change.
    """
    days = _whole_days(start, end, zone)
    sides = []
    for back in range(count):
        if days:
            begin, finish = _moved((start, end), zone, -back * days)
            side = Side(str(back), device, begin, finish, days=back * days)
        else:
            length = (end - start) * back
            side = Side(str(back), device, start - length, end - length, shift_us=length)
        sides.append(side)
    return sides


def sides_at(first: Side, zone: str, days: Sequence[date]) -> list[Side]:
    """The window of `first` moved to start on other local days, at the same time of day."""
    today = quality.local_times(np.array([first.start], np.int64), zone)[0].date()
    sides = []
    for day in dict.fromkeys(days):
        back = (today - day).days
        if back:
            begin, finish = _moved((first.start, first.end), zone, -back)
            sides.append(Side(str(back), first.device, begin, finish, days=back))
    return sides


def _whole_days(start: int, end: int, zone: str) -> int:
    """Days of the wall clock the window spans, 0 where it ends at another time of day."""
    wall = quality.local_times(np.array([start, end], np.int64), zone).tz_localize(None)
    length = wall[1] - wall[0]
    return int(length.days) if length == pd.Timedelta(days=length.days) else 0


def _moved(edges: tuple[int, int], zone: str, days: int) -> tuple[int, int]:
    moved, _ = compare.shift_period(np.array(edges, np.int64), zone, days=days)
    return int(moved[0]), int(moved[1])


def lay_over(ts: Int, side: Side, zone: str) -> tuple[Int, np.ndarray]:
    """Times of a side moved over the first side, and which of them have a place there."""
    if side.days:
        return compare.shift_period(ts, zone, days=side.days)
    return ts + side.shift_us, np.ones(len(ts), bool)


def pull_back(edges: tuple[int, int], side: Side, zone: str) -> tuple[int, int]:
    """From and to of the first side [µs UTC] as times of this side."""
    if side.days:
        return _moved(edges, zone, -side.days)
    return edges[0] - side.shift_us, edges[1] - side.shift_us


def side_report(store: Store, device: str, start: int, end: int) -> SideReport:
    """Energy, peak and daily energies of the power of a device.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : the device has no power.
    """
    infos = compared_power(store, device)
    if not infos:
        raise QueryError(f"{device} has no signal of power")
    parts = [energy_by_period(store, device, one.name, start, end, "1d") for one in infos]
    daily = parts[0].frame[["start", "end"]].copy()
    energies = pd.concat([part.frame["energy"] for part in parts], axis=1)
    daily["energy"] = energies.sum(axis=1, min_count=1)
    # Inverters are silent at night: a day of theirs is never covered in full.
    silent = infos[0].quantity == "pv_power"
    daily["marked"] = False if silent else parts[0].frame["marked"].to_numpy()
    if len(infos) == 1:
        one = load_report(store, device, infos[0].name, start, end)
        return SideReport(
            one.energy_kwh, one.import_kwh, one.export_kwh, one.two_way, one.coverage_ratio,
            one.mean_kw, one.peak_kw, one.peak_ts, 0, one.load_factor, daily,
        )  # fmt: skip
    total = _summed(store, infos, start, end, 900_000_000)
    peak = energy.peak(total["ts"].to_numpy(np.int64), total["power"].to_numpy(np.float64))
    kwh = float(np.nansum([part.total_kwh for part in parts])) if len(total) else np.nan
    coverage = float(np.mean([part.coverage_ratio for part in parts]))
    hours = (end - start) / HOUR * coverage
    mean = kwh / hours if hours else np.nan
    peak_kw = peak[1] if peak else np.nan
    taken, given = (sum(part) for part in zip(
        *((part.import_kwh, part.export_kwh) for part in parts), strict=True))  # fmt: skip
    two_way = given > TWO_WAY_RATIO * (taken + given)
    return SideReport(
        kwh, taken, given, two_way, coverage, mean, peak_kw, peak[0] if peak else None,
        int(total.attrs["step_us"]), np.nan if two_way else energy.load_factor(mean, peak_kw),
        daily,
    )  # fmt: skip


def _summed(
    store: Store, infos: Sequence[SignalInfo], start: int, end: int, widest_us: int
) -> pd.DataFrame:
    """Sum of several powers per bucket of one level: ts [µs UTC], power [kW], count."""
    slowest = max(infos, key=lambda one: one.step_us)
    level = fine_level(store, slowest, start, end, widest_us)
    width = _width(level) or max(slowest.step_us, 60_000_000)
    pieces = []
    for info in infos:
        rows = store.buckets(info.device, info.name, start, end, level)
        mean = rows.sum / np.maximum(rows.count, 1) * KILO[info.unit]
        ts = rows.ts // width * width if level == "raw" else rows.ts
        piece = pd.DataFrame({"ts": ts, "power": mean, "count": rows.count})
        pieces.append(piece.groupby("ts", as_index=False).agg({"power": "mean", "count": "sum"}))
    every = pd.concat(pieces, ignore_index=True)
    summed = every.groupby("ts", as_index=False).sum()
    summed.attrs["step_us"] = width
    return summed


def power_series(store: Store, device: str, start: int, end: int, max_points: int = 2000) -> Series:
    """Power of a device [kW] as a series to draw; of several signals the sum of their means.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : the device has no power.
    """
    infos = compared_power(store, device)
    if not infos:
        raise QueryError(f"{device} has no signal of power")
    if len(infos) == 1:
        found = store.series(device, infos[0].name, start, end, max_points=max_points)
        kilo = KILO[infos[0].unit]
        columns = ["first", "last", "min", "max", "mean"]
        frame = found.frame.assign(**{name: found.frame[name] * kilo for name in columns})
        return replace(found, frame=frame, signal=replace(found.signal, unit="kW"))
    widest = max((end - start) // max_points, 60_000_000)
    total = _summed(store, infos, start, end, widest)
    step = int(total.attrs["step_us"])
    ts, power = total["ts"].to_numpy(np.int64), total["power"].to_numpy(np.float64)
    count = total["count"].to_numpy(np.float64)
    wide = max(step + step // 2, 4 * max(one.step_us for one in infos))
    ts, (power, count) = with_breaks(ts, [power, count], np.diff(ts) > wide)
    names = ("first", "last", "min", "max", "mean")
    frame = pd.DataFrame({"ts": ts, **dict.fromkeys(names, power), "count": count})
    lasts = [one.last for one in infos if one.last is not None]
    info = replace(infos[0], name=infos[0].quantity, unit="kW")
    level = next((rule.name for rule in parse_rules(",".join(store.rules))
                  if rule.width_us == step), "raw")  # fmt: skip
    return Series(
        device, info, start, end, store.zone, level, (level,), int(np.nansum(count)), False,
        max(lasts, default=None), "sum", step, frame,
    )  # fmt: skip


def highest_power(store: Store, side: Side) -> float:
    """Greatest power of a side in its window, either sign [kW]; NaN without readings.

    Of several signals the sum of their minutes, the finest that `side_series` draws.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : the device has no power.
    """
    infos = compared_power(store, side.device)
    if len(infos) > 1:
        found = _summed(store, infos, side.start, side.end, 60_000_000)["power"]
    else:
        frame = power_series(store, side.device, side.start, side.end).frame
        found = pd.concat([frame["min"], frame["max"]])
    return float(found.abs().max()) if found.notna().any() else float("nan")


def side_series(
    store: Store, side: Side, start: int, end: int, peak_kw: float | None = None
) -> Series:
    """Power of a side [kW], laid over the first side's [start, end) [µs UTC].

    With `peak_kw` the values are percent of that peak.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : the device has no power.
    """
    found = power_series(store, side.device, *pull_back((start, end), side, store.zone))
    ts, valid = lay_over(found.frame["ts"].to_numpy(np.int64), side, store.zone)
    frame = found.frame.assign(ts=ts)[valid].reset_index(drop=True)
    signal = found.signal
    if peak_kw is not None:
        columns = ["first", "last", "min", "max", "mean"]
        frame = frame.assign(**{name: frame[name] * (100.0 / peak_kw) for name in columns})
        signal = replace(signal, unit="%")
    return replace(found, start=start, end=end, frame=frame, signal=signal)


def overlay(store: Store, sides: Sequence[Side], points: int = 2000) -> Overlay:
    """Power of the sides on the grid of the first, laid over it by the wall clock.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : a device has no power.
    """
    pieces, steps = [], []
    for side in sides:
        infos = compared_power(store, side.device)
        if not infos:
            raise QueryError(f"{side.device} has no signal of power")
        wanted = [(side.device, info.name) for info in infos]
        frame, step = aligned(store, wanted, side.start, side.end, points)
        kilo = pd.Series({f"{i.device}/{i.name}": KILO[i.unit] for i in infos})
        power = (frame * kilo).sum(axis=1, min_count=1)
        ts, valid = lay_over(frame.index.to_numpy(np.int64), side, store.zone)
        pieces.append((side.label, ts[valid], power.to_numpy(np.float64)[valid]))
        steps.append(step)
    first, step = sides[0], max(steps)
    start = first.start // HOUR * HOUR
    series = {label: (ts, power) for label, ts, power in pieces}
    return Overlay(compare.align(series, step, start, first.end), step)


def laid_daily(store: Store, sides: Sequence[Side], reports: Sequence[SideReport]) -> pd.DataFrame:
    """Daily energies of the sides on the local days of the first.

    Returns
    -------
    frame start, end [µs UTC], and for side i "energy i" [kWh], "marked i".
    """
    first = sides[0]
    edges = energy.local_periods(first.start, first.end, store.zone, "1d")
    laid = pd.DataFrame({"start": edges[:-1], "end": edges[1:]})
    for i, (side, report) in enumerate(zip(sides, reports, strict=True)):
        ts, _ = lay_over(report.daily["start"].to_numpy(np.int64), side, store.zone)
        # A window of hours need not begin at midnight: its days go to the nearest.
        at = np.searchsorted(edges, ts + HOUR * 12, side="right") - 1
        inside = (at >= 0) & (at < len(laid))
        found, every = report.daily[inside].groupby(at[inside]), range(len(laid))
        kwh = found["energy"].sum(min_count=1).reindex(every)
        laid[f"energy {i}"] = kwh.to_numpy(np.float64)
        laid[f"marked {i}"] = found["marked"].any().reindex(every).eq(True).to_numpy(bool)
    return laid


def correlation_report(over: Overlay) -> pd.DataFrame:
    """Correlation of every pair of sides: first, second, pearson, spearman, n (common cells)."""
    pearson, count = compare.correlation(over.frame, "pearson")
    spearman, _ = compare.correlation(over.frame, "spearman")
    names = list(over.frame.columns)
    rows = [
        (a, b, pearson.loc[a, b], spearman.loc[a, b], count.loc[a, b])
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    return pd.DataFrame(rows, columns=["first", "second", "pearson", "spearman", "n"])


def difference_report(over: Overlay, a: str, b: str) -> DifferenceReport:
    """Power and energy of side `a` less side `b`."""
    line = compare.difference(over.frame, a, b)
    hours = over.step_us / HOUR
    above, below = energy.split_sign(line.to_numpy(np.float64) * hours)
    known = int(line.notna().sum())
    above_kwh, below_kwh = float(np.nansum(above)), -float(np.nansum(below))
    frame = pd.DataFrame({"ts": line.index.to_numpy(np.int64), "power": line.to_numpy()})
    none = np.nan if not known else 0.0
    return DifferenceReport(
        frame, above_kwh + below_kwh + none, above_kwh + none, below_kwh + none, known * hours
    )


# --- the state of a store -----------------------------------------------------------------------


def storage_report(store: Store) -> pd.DataFrame:
    """Files, rows and bytes by level, raw first."""
    with open_ledger(store.root) as ledger:
        found = storage(ledger)
    order = [name for name in ("raw", *store.rules) if name in found]
    rows = [{"level": name, **found[name]} for name in order]
    return pd.DataFrame(rows, columns=["level", "files", "rows", "bytes"])


def coverage_grid(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    """Coverage ratio of a device by whole local day; cells of a pack share a row, at their mean.

    Returns
    -------
    frame indexed by signal, or "quantity, pack n (cells)"; a column per day (date).

    Raises
    ------
    UnknownDevice, BadWindow
    """
    infos = store.signals(device)
    start, end = _whole_days_around(store, start, end)
    placed = {
        one.name: one for one in infos
        if one.pack is not None and one.cell is not None and "1d" in one.levels
    }  # fmt: skip
    alone = [one.name for one in infos if one.name not in placed]
    report = coverage_report(store, device, start, end, alone)
    grid = report.pivot(index="signal", columns="day", values="coverage_ratio")
    edges = energy.local_periods(start, end, store.zone, "1d")
    days = quality.local_times(edges[:-1], store.zone).date
    grid = grid.reindex(index=[name for name in alone if name in grid.index], columns=days)
    expected_us = np.diff(np.clip(edges, None, end)).astype(np.float64)
    for quantity in dict.fromkeys(one.quantity for one in placed.values()):
        cells = store.cells(device, quantity, int(edges[0]), end, "1d", "count")
        steps = [one.step_us for one in placed.values() if one.quantity == quantity]
        at = np.searchsorted(edges, cells.ts, side="right") - 1
        expected = expected_us / float(np.median(steps))
        for k, pack in enumerate(cells.packs):
            ratio = np.zeros(len(days))
            known = ~np.isnan(cells.values[:, k, :]).all(axis=0)
            counts = np.nan_to_num(cells.values[:, k, :][:, known])
            ratio[at] = np.minimum(counts / expected[at, None], 1.0).mean(axis=1)
            grid.loc[f"{quantity}, pack {pack} ({int(known.sum())})"] = ratio
    return grid
