"""Trends of cells: load with `core.packs`, judge with analytics, hand back what a page shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics.contrasts import Contrast, MonthRate, before_after, monthly_rates
from core.analytics.projection import Projection, WalkForward, project, walk_forward
from core.analytics.quality import Float
from core.analytics.regimes import (
    Regimes,
    common_mode,
    find_regimes,
    relative_to,
    share_common,
)
from core.analytics.verdicts import (
    Grades,
    Trend,
    TrendOptions,
    adjust_many,
    grade,
    judge,
    judge_many,
)
from core.cell_days import CellDays, load_days
from core.query import Store

GRID_V = 0.001


@dataclass(frozen=True)
class TrendReport:
    """Trends of SAT voltage, of every cell, every pack and the whole battery.

    Attributes
    ----------
    days : the cells by day. x : days since 1970-01-01 as float64[day].
    regimes : changes common to all cells, found or declared.
    system, packs, cells : verdicts on SAT voltage [V/year]; of the cells adjusted for their number.
    apart : verdicts on each cell against the median of its pack [V/year], adjusted.
    common : median of all cells [day], V. by_pack : medians [day, pack]. deviation : each cell
        less its pack's median [day, cell].
    common_share : share of the cells' variance over days that all have in common, 0..1.
    pack_numbers : of `packs`.
    """

    days: CellDays
    x: Float
    regimes: Regimes
    system: Trend
    packs: tuple[Trend, ...]
    cells: tuple[Trend, ...]
    apart: tuple[Trend, ...]
    common: Float
    by_pack: Float
    deviation: Float
    common_share: float
    pack_numbers: tuple[int, ...]


def trend_report(
    store: Store,
    device: str,
    start: int | None = None,
    end: int | None = None,
    declared: tuple[float, ...] = (),
    options: TrendOptions | None = None,
) -> TrendReport | None:
    """Judge all cells over a window [µs UTC]; None without cells.

    Parameters
    ----------
    declared : days since 1970-01-01 on which a new regime is known to begin.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    """
    days = load_days(store, device, start, end)
    if days is None or not len(days.ts):
        return None
    options = options or TrendOptions(resolution=GRID_V)
    x = days.day.astype(np.float64)
    pack = np.array(days.battery.pack)
    common = common_mode(days.valid)
    deviation, by_pack = relative_to(days.valid, pack)
    regimes = find_regimes(x, regime_series(days), declared)
    incomplete = np.repeat(~days.charges.complete[:, None], days.valid.shape[1], axis=1)
    seen = np.where(days.charges.complete[:, None], days.valid, days.sat)
    none = np.full(deviation.shape[1], np.nan)
    return TrendReport(
        days=days,
        x=x,
        regimes=regimes,
        system=judge(x, common, regimes, options=options),
        packs=judge_many(x, by_pack, regimes, options=options),
        cells=adjust_many(
            judge_many(x, seen, regimes, incomplete=incomplete, options=options), options
        ),
        apart=adjust_many(judge_many(x, deviation, regimes, base=none, options=options), options),
        common=common,
        by_pack=by_pack,
        deviation=deviation,
        common_share=share_common(days.valid, deviation),
        pack_numbers=tuple(int(one) for one in np.unique(pack)),
    )


def regime_series(days: CellDays) -> dict[str, Float]:
    """Daily series of the whole battery in which a change of its operation shows."""
    complete = days.charges.complete
    with np.errstate(invalid="ignore"):
        top = np.where(
            complete, np.max(np.where(np.isfinite(days.sat), days.sat, -np.inf), axis=1), np.nan
        )
    return {"sat": common_mode(days.valid), "highest_cell": np.where(np.isfinite(top), top, np.nan)}


@dataclass(frozen=True)
class SeriesTrend:
    """One series in full: verdict, words, projection, months.

    Attributes
    ----------
    label : pack and cell, pack alone, or neither. values : [day], V.
    """

    pack: int | None
    cell: int | None
    x: Float
    values: Float
    relative: bool
    trend: Trend
    grades: Grades
    projection: Projection
    months: tuple[MonthRate, ...]
    regimes: Regimes
    cycles: Float


def series_of(
    report: TrendReport, pack: int | None, cell: int | None, *, relative: bool = False
) -> tuple[Float, Trend]:
    """Values [day] and verdict of the battery, of a pack or of a cell.

    Raises
    ------
    QueryError : there is no such cell.
    ValueError : there is no such pack.
    """
    if pack is None:
        return report.common, report.system
    if cell is None:
        at = report.pack_numbers.index(pack)
        return report.by_pack[:, at], report.packs[at]
    place = report.days.battery.place(pack, cell)
    if relative:
        return report.deviation[:, place], report.apart[place]
    return report.days.valid[:, place], report.cells[place]


def series_trend(
    store: Store,
    device: str,
    start: int | None = None,
    end: int | None = None,
    declared: tuple[float, ...] = (),
    pack: int | None = None,
    cell: int | None = None,
    relative: bool = False,
) -> SeriesTrend | None:
    """Everything about the trend of one series; None without cells.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing, QueryError
    """
    report = trend_report(store, device, start, end, declared)
    return None if report is None else detail(report, pack, cell, relative=relative)


def detail(
    report: TrendReport, pack: int | None, cell: int | None, *, relative: bool = False
) -> SeriesTrend:
    """`series_trend` from a report that is there already."""
    values, trend = series_of(report, pack, cell, relative=relative)
    cycles = report.days.cycles
    known = np.isfinite(cycles).any() and np.nanmax(cycles, initial=0.0) > 0
    projection = project(
        report.x, values, trend, cycles=cycles if known else None, regimes=report.regimes
    )
    per_cycle = projection.pct_per_cycle
    loss = (-per_cycle[0], -per_cycle[1]) if np.isfinite(per_cycle[0]) else None
    return SeriesTrend(
        pack, cell, report.x, values, relative, trend, grade(trend, loss), projection,
        monthly_rates(report.x, values), report.regimes, cycles,
    )  # fmt: skip


def hindsight(
    store: Store,
    device: str,
    start: int | None = None,
    end: int | None = None,
    declared: tuple[float, ...] = (),
    pack: int | None = None,
    cell: int | None = None,
    relative: bool = False,
    every: int = 30,
) -> WalkForward | None:
    """What would have been said at past days, and how often its intervals held.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing, QueryError
    """
    report = trend_report(store, device, start, end, declared)
    if report is None:
        return None
    values, _ = series_of(report, pack, cell, relative=relative)
    return walk_forward(
        report.x, values, float(every), series=regime_series(report.days), declared=declared,
        options=TrendOptions(resolution=GRID_V),
    )  # fmt: skip


@dataclass(frozen=True)
class EventEffect:
    """What an event did: to the battery, and to a cell against its pack [V]."""

    day: float
    system: Contrast
    cell: Contrast | None
    apart: Contrast | None


def event_effect(
    report: TrendReport, day: float, pack: int | None = None, cell: int | None = None
) -> EventEffect:
    """Before and after a day, of the battery and of one cell."""
    system = before_after(report.x, report.common, day)
    if pack is None or cell is None:
        return EventEffect(day, system, None, None)
    place = report.days.battery.place(pack, cell)
    return EventEffect(
        day,
        system,
        before_after(report.x, report.days.valid[:, place], day),
        before_after(report.x, report.deviation[:, place], day),
    )


def shares_of_verdicts(trends: tuple[Trend, ...]) -> dict[str, int]:
    """How many series have each verdict."""
    names = [trend.verdict for trend in trends]
    return {name: names.count(name) for name in dict.fromkeys(names)}
