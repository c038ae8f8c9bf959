"""Trends of cells as the tabs of PackPulse show them: one series in full, all slopes, a past date.

`core.pack_trends` judges; here its verdicts are laid out for tables and figures. Slopes are per
year in the unit of the series [V/year] unless a column says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.contrasts import Contrast, MonthRate, monthly_rates, steps_at_changes
from core.analytics.projection import Band, Projection, WalkForward, project, walk_forward
from core.analytics.quality import Float, Int
from core.analytics.regimes import Change
from core.analytics.trend import YEAR, fit_line, middle, weekly_means
from core.analytics.verdicts import Grades, Trend, TrendOptions, grade
from core.annotations import Annotation
from core.cell_days import local_days
from core.pack_trends import GRID_V, TrendReport, regime_series, series_of, trend_report
from core.query import Store

# Notes that begin a new regime if they are about the whole device.
REGIME_KINDS = ("setting", "firmware")
RECENT_DAYS = 30
BLOCK_WEEKS = 5
DRAWS = 500


def options_of(
    *,
    linear: float = 0.95,
    loss_year: float = 2.0,
    loss_cycle: float = 0.01,
    least_days: int = 60,
    least_span: float = 120.0,
) -> TrendOptions:
    """Options from the thresholds that analysts set; lesser grades keep their ratio to the best.

    Parameters
    ----------
    linear : R² above which a trend is "very linear".
    loss_year : loss [%/year] below which it is "low". loss_cycle : [%/cycle], "very good".
    least_days, least_span : days with a value, and from first to last, below which is no verdict.
    """
    return TrendOptions(
        resolution=GRID_V,
        least_days=least_days,
        least_span=least_span,
        linearity=(
            (linear, "very_linear"),
            (min(0.8, linear), "linear"),
            (min(0.5, linear), "partly_linear"),
        ),
        loss_per_year=((loss_year, "low"), (2 * loss_year, "moderate")),
        loss_per_cycle=(
            (loss_cycle, "very_good"),
            (2 * loss_cycle, "good"),
            (5 * loss_cycle, "fair"),
        ),
    )


def declared_days(notes: Sequence[Annotation], zone: str) -> tuple[float, ...]:
    """Days on which a note says that the whole device began to run differently."""
    found = [
        one.at
        for one in notes
        if one.kind in REGIME_KINDS and one.pack is None and one.cell is None
    ]
    days = local_days(np.array(found, np.int64), zone) if found else np.empty(0)
    return tuple(sorted({float(day) for day in days}))


# --- one series in full -------------------------------------------------------------------------


@dataclass(frozen=True)
class Slope:
    """Slope by one method with its 95 % interval [unit/year]; NaN where it has none.

    Attributes
    ----------
    method : "regimes" (least squares with an offset for each regime, the verdict's), "plain"
        (least squares without regard to regimes) or "theil_sen" (weekly means, pairs within
        regimes; the interval by moving blocks of five weeks).
    r2 : of what the line explains; NaN for Theil-Sen.
    """

    method: str
    value: float
    low: float
    high: float
    r2: float


@dataclass(frozen=True)
class Piece:
    """The fitted line within one regime, from its first day with a value to its last."""

    start: float
    end: float
    at_start: float
    at_end: float


@dataclass(frozen=True)
class SeriesView:
    """One series and all that is said of it.

    Attributes
    ----------
    pack, cell : None and None is the battery, a pack alone its median.
    x : days since 1970-01-01 [day]. values : of complete charges [day], V.
    weeks, week_means : first days and means of weeks; NaN between two regimes.
    slopes : by each method. pieces : the verdict's line.
    steps : what each change of regime did to this series.
    """

    pack: int | None
    cell: int | None
    relative: bool
    x: Float
    values: Float
    weeks: Float
    week_means: Float
    cycles: Float
    trend: Trend
    grades: Grades
    slopes: tuple[Slope, ...]
    pieces: tuple[Piece, ...]
    projection: Projection
    months: tuple[MonthRate, ...]
    steps: tuple[Contrast, ...]
    changes: tuple[Change, ...]


def view_series(
    report: TrendReport,
    pack: int | None,
    cell: int | None,
    *,
    relative: bool = False,
    options: TrendOptions | None = None,
) -> SeriesView:
    """Everything about one series of a report.

    Parameters
    ----------
    options : those that the report was judged with.

    Raises
    ------
    QueryError : there is no such cell. ValueError : there is no such pack.
    """
    options = options or TrendOptions(resolution=GRID_V)
    relative = relative and cell is not None
    values, trend = series_of(report, pack, cell, relative=relative)
    x, regimes = report.x, report.regimes
    weeks, means = weekly_course(report, values)
    projection = project(
        x, values, trend, cycles=known_cycles(report), regimes=regimes, options=options
    )
    per_cycle = projection.pct_per_cycle
    loss = (-per_cycle[0], -per_cycle[1]) if np.isfinite(per_cycle[0]) else None
    steps = steps_at_changes(x, values[:, None], regimes)
    return SeriesView(
        pack, cell, relative, x, values,
        weeks, means, report.days.cycles, trend, grade(trend, loss, options),
        () if trend.refusal else _slopes(report, values, trend, options),
        () if trend.refusal else fitted_pieces(x, values, report, trend.value / YEAR),
        projection, monthly_rates(x, values), tuple(row[0] for row in steps), regimes.changes,
    )  # fmt: skip


def weekly_course(report: TrendReport, values: Float) -> tuple[Float, Float]:
    """First days and means of weeks, with a NaN between two regimes, so that a line breaks."""
    weeks, means, code = weekly_means(report.x, values, report.regimes.code)
    turns = np.flatnonzero(np.diff(code)) + 1
    return np.insert(weeks, turns, weeks[turns]), np.insert(means, turns, np.nan)


def known_cycles(report: TrendReport) -> Float | None:
    """Counted cycles by day, None where nothing was counted."""
    cycles = report.days.cycles
    seen = cycles[np.isfinite(cycles)]
    return cycles if seen.size and seen.max() > 0 else None


def _slopes(
    report: TrendReport, values: Float, trend: Trend, options: TrendOptions
) -> tuple[Slope, ...]:
    x, code = report.x, report.regimes.code
    plain = fit_line(x, values, lags=options.lags, level=options.level)
    middle_of, half = YEAR * float(plain.slope), YEAR * float(plain.half)
    low, high = theil_sen_interval(*weekly_means(x, values, code), level=options.level)
    return (
        Slope("regimes", trend.value, trend.low, trend.high, trend.r2),
        Slope("plain", middle_of, middle_of - half, middle_of + half, float(plain.r2)),
        Slope("theil_sen", trend.theil_sen, YEAR * low, YEAR * high, np.nan),
    )


def theil_sen_interval(
    weeks: Float, means: Float, code: Int, *, level: float = 0.95, draws: int = DRAWS
) -> tuple[float, float]:
    """Percentile interval of the Theil-Sen slope of weekly means [unit/day], pairs within regimes.

    Moving blocks of five weeks, from a fixed generator; NaN with fewer than two blocks.

    Parameters
    ----------
    weeks, means : float64[w], as `weekly_means` gives them. code : int[w], the regime.

    References
    ----------
    Künsch, Ann. Stat. 17 (1989) 1217, doi:10.1214/aos/1176347265.
    """
    n = len(weeks)
    early, late = np.triu_indices(n, 1)
    kept = code[early] == code[late]
    early, late = early[kept], late[kept]
    if n < 2 * BLOCK_WEEKS or not len(early):
        return np.nan, np.nan
    slopes = (means[late] - means[early]) / (weeks[late] - weeks[early])
    order = np.argsort(slopes, kind="stable")
    slopes, early, late = slopes[order], early[order], late[order]
    blocks = -(-n // BLOCK_WEEKS)
    starts = np.random.default_rng(0).integers(0, n - BLOCK_WEEKS + 1, (draws, blocks))
    drawn = (starts[:, :, None] + np.arange(BLOCK_WEEKS)).reshape(draws, -1)[:, :n]
    found = []
    for chosen in drawn:
        count = np.bincount(chosen, minlength=n)
        reached = np.cumsum(count[early] * count[late])
        if reached[-1]:  # the median pair, each as often as it was drawn
            found.append(slopes[np.searchsorted(reached, reached[-1] / 2)])
    low, high = np.percentile(found, [50 - 50 * level, 50 + 50 * level])
    return float(low), float(high)


def fitted_pieces(x: Float, values: Float, report: TrendReport, slope: float) -> tuple[Piece, ...]:
    """The line of one slope [unit/day] through the mean of each regime with five values."""
    found = []
    for number in np.unique(report.regimes.code):
        here = (report.regimes.code == number) & ~np.isnan(values)
        if here.sum() < 5:
            continue
        day, level = x[here], float(values[here].mean())
        ends = level + slope * (day[[0, -1]] - day.mean())
        found.append(Piece(float(day[0]), float(day[-1]), float(ends[0]), float(ends[1])))
    return tuple(found)


def line_ahead(view: SeriesView, end: float) -> Band:
    """The verdict's line with its interval, from the first day of the last regime to `end`.

    The same as `Projection.by_day`, on days near enough to each other to draw its waist.
    """
    trend = view.trend
    x = np.linspace(view.pieces[-1].start, end, 120)
    mid = levels_at(view, x)
    half = np.hypot(trend.anchor_half, (trend.high - trend.value) / YEAR * (x - trend.anchor_day))
    return Band(x, mid, mid - half, mid + half)


def levels_at(view: SeriesView, x: Float) -> Float:
    """The verdict's line on the days `x` [V]; NaN where there is no verdict."""
    trend = view.trend
    found: Float = trend.anchor + trend.value / YEAR * (x - trend.anchor_day)
    return found


# --- all series ---------------------------------------------------------------------------------


def slope_table(report: TrendReport, *, relative: bool) -> pd.DataFrame:
    """A row a cell: pack, cell, n, span_days, regimes, and what its trend is.

    Slopes are in mV/year (`slope_mv`, `low_mv`, `high_mv`, `theil_sen_mv`) and, of absolute ones,
    in % of the baseline per year (`slope_pct` and so on); then r2, p, p_adjusted
    (Benjamini-Hochberg over all cells), verdict, refusal ("" where there is none).
    """
    trends = report.apart if relative else report.cells
    frame = pd.DataFrame(
        {
            "pack": report.days.battery.pack,
            "cell": report.days.battery.cell,
            "n": [one.n for one in trends],
            "span_days": [one.span for one in trends],
            "regimes": [one.regimes for one in trends],
            "slope_mv": [1000 * one.value for one in trends],
            "low_mv": [1000 * one.low for one in trends],
            "high_mv": [1000 * one.high for one in trends],
            "theil_sen_mv": [1000 * one.theil_sen for one in trends],
            "theil_sen_pct": [100 * one.theil_sen / abs(one.baseline) for one in trends],
            "slope_pct": [one.pct for one in trends],
            "low_pct": [one.pct_low for one in trends],
            "high_pct": [one.pct_high for one in trends],
            "r2": [one.r2 for one in trends],
            "p": [one.p for one in trends],
            "p_adjusted": [one.p_adjusted for one in trends],
            "verdict": [one.verdict for one in trends],
            "refusal": [one.refusal or "" for one in trends],
        }
    )
    return (
        frame.drop(columns=[f"{one}_pct" for one in ("slope", "low", "high", "theil_sen")])
        if relative
        else frame
    )


def compare_packs(report: TrendReport) -> pd.DataFrame:
    """A row a pack: pack, cells, n, first_v, recent_v (medians of the first and last 30 days of the
    window), apart_mv (recent, from the median of all cells), slope_mv, low_mv, high_mv
    [mV/year], verdict, refusal.
    """
    early, late = report.x < report.x[0] + RECENT_DAYS, report.x > report.x[-1] - RECENT_DAYS
    packs = np.array(report.days.battery.pack)
    rows = []
    for at, (pack, trend) in enumerate(zip(report.pack_numbers, report.packs, strict=True)):
        values = report.by_pack[:, at]
        apart = middle((values - report.common)[late])
        rows.append(
            {
                "pack": pack,
                "cells": int((packs == pack).sum()),
                "n": int(np.isfinite(values).sum()),
                "first_v": float(middle(values[early])),
                "recent_v": float(middle(values[late])),
                "apart_mv": 1000 * float(apart),
                "slope_mv": 1000 * trend.value,
                "low_mv": 1000 * trend.low,
                "high_mv": 1000 * trend.high,
                "verdict": trend.verdict,
                "refusal": trend.refusal or "",
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Regime:
    """One regime: first and last day, days that count, the common level [V], what began it."""

    number: int
    start: float
    end: float
    complete: int
    level: float
    change: Change | None


def list_regimes(report: TrendReport) -> tuple[Regime, ...]:
    """Regimes in order; the first has no change."""
    found = []
    for number in range(report.regimes.count):
        here = report.regimes.code == number
        if not here.any():
            continue
        days, common = report.x[here], report.common[here]
        change = report.regimes.changes[number - 1] if number else None
        found.append(
            Regime(
                number, float(days[0]), float(days[-1]),
                int(report.days.charges.complete[here].sum()), float(middle(common)), change,
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True)
class Spread:
    """Deviation of the cells from their packs by day [day], V: least, 10 %, 90 %, greatest."""

    least: Float
    low: Float
    high: Float
    greatest: Float


def spread_of(report: TrendReport, places: Float | Sequence[bool]) -> Spread:
    """Spread of the deviations of the cells at `places` (bool[cell])."""
    part = report.deviation[:, np.asarray(places, bool)]
    found = np.full((4, len(part)), np.nan)
    some = np.isfinite(part).any(axis=1)
    if some.any():
        found[:, some] = np.nanquantile(part[some], [0.0, 0.1, 0.9, 1.0], axis=1)
    return Spread(*found)


# --- a past date --------------------------------------------------------------------------------


def load_walk(
    store: Store,
    device: str,
    start: int | None = None,
    end: int | None = None,
    declared: tuple[float, ...] = (),
    options: TrendOptions | None = None,
    pack: int | None = None,
    cell: int | None = None,
    relative: bool = False,
    every: float = 30.0,
) -> WalkForward | None:
    """What would have been said of one series at past days, and what came; None without cells.

    The series is judged as one alone, so without regard to how many cells there are.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    QueryError : there is no such cell. ValueError : there is no such pack.
    """
    options = options or TrendOptions(resolution=GRID_V)
    report = trend_report(store, device, start, end, declared, options)
    if report is None:
        return None
    values, _ = series_of(report, pack, cell, relative=relative and cell is not None)
    return walk_forward(
        report.x, values, every, series=regime_series(report.days), declared=declared,
        options=options,
    )  # fmt: skip


def walk_table(walk: WalkForward) -> pd.DataFrame:
    """A row a forecast, or a date without one: date, verdict, value, low, high [V/year], n,
    regimes, month (first of its 30 days), told, told_low, told_high, came [V], inside, stayed.
    """
    rows = []
    for issue in walk.issues:
        trend = issue.trend
        said = {
            "date": _date(issue.day),
            "verdict": trend.verdict,
            "value": trend.value,
            "low": trend.low,
            "high": trend.high,
            "n": trend.n,
            "regimes": issue.changes + 1,
        }
        rows += [
            said
            | {
                "month": _date(one.start),
                "told": one.told,
                "told_low": one.low,
                "told_high": one.high,
                "came": one.came,
                "inside": one.inside,
                "stayed": one.stayed,
            }
            for one in issue.forecasts
        ] or [said]
    return pd.DataFrame(rows)


def _date(day: float) -> str:
    return str(np.datetime64(int(day), "D"))


def daily_table(report: TrendReport, packs: Sequence[int]) -> pd.DataFrame:
    """A row a day and cell with a reading: date, pack, cell, sat (highest voltage) [V], complete,
    deviation_mv (from the pack's median; only of complete charges), regime (from 1).
    """
    battery = report.days.battery
    places = np.flatnonzero(np.isin(battery.pack, packs))
    days = len(report.x)
    dates = report.days.day.astype("datetime64[D]").astype(str)
    frame = pd.DataFrame(
        {
            "date": np.repeat(dates, len(places)),
            "pack": np.tile(np.array(battery.pack)[places], days),
            "cell": np.tile(np.array(battery.cell)[places], days),
            "sat": report.days.sat[:, places].ravel(),
            "complete": np.repeat(report.days.charges.complete, len(places)),
            "deviation_mv": 1000 * report.deviation[:, places].ravel(),
            "regime": np.repeat(report.regimes.code + 1, len(places)),
        }
    )
    return pd.DataFrame(frame[np.isfinite(frame["sat"])]).reset_index(drop=True)
