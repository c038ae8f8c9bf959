"""Devices or periods side by side, laid over each other by the wall clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from core.analytics import compare, energy, quality
from core.downsample import with_breaks
from core.energies import energy_by_period
from core.errors import QueryError
from core.levels import HOUR, parse_rules
from core.loads import TWO_WAY_RATIO, load_report
from core.measures import KILO, POWER_UNITS
from core.query import Series, SignalInfo, Store
from core.rollup import Int
from core.windows import aligned, fine_level, level_width

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


# --- the windows of the sides ---------------------------------------------------------------------


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


# --- power and energy of a side -------------------------------------------------------------------


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
    width = level_width(level) or max(slowest.step_us, 60_000_000)
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


# --- sides against each other ---------------------------------------------------------------------


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
