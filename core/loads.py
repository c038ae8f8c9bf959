"""Load of a power signal in a window: factors, peaks, profile, duration curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import energy
from core.levels import HOUR
from core.query import Store
from core.windows import power_buckets, power_signal, time_of_highest

TWO_WAY_RATIO = 0.01  # of all energy, flowing back: more is no noise around zero


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


def load_report(store: Store, device: str, signal: str, start: int, end: int) -> LoadReport:
    """Energy, peak, factors, profile and duration curve of a power signal in a window.

    The peak is the highest reading, exact at any level.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is not a power.
    """
    info = power_signal(store, device, signal)
    rows, width, step, level = power_buckets(store, info, start, end, 900_000_000)
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
        peak_ts = time_of_highest(store, info, max(peak_ts, start), min(until, end))
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
    info = power_signal(store, device, signal)
    rows, width, _, level = power_buckets(store, info, start, end, 900_000_000)
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
        else time_of_highest(
            store, info, max(int(rows.ts[at]), start), min(int(rows.ts[at] + width[at]), end)
        )
        for at in chosen
    ]
    return pd.DataFrame({"ts": np.array(when, np.int64), "power": rows.max[chosen]})


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
