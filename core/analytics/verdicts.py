"""What may be said of a trend: its slope with an interval, and one word that the data carry.

Formulas: ``docs/methods.md``, section "Trends of cells".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from core.analytics.quality import Bool, Float, Int
from core.analytics.regimes import Regimes
from core.analytics.trend import (
    NEWEY_WEST_LAGS,
    ROUNDING,
    YEAR,
    Line,
    adjust_p,
    baseline,
    fit_line,
    p_value,
    theil_sen_many,
    weekly_means,
)

DECLINES, RISES, NOT_DISTINGUISHABLE = "declines", "rises", "not_distinguishable"
NO_DATA, TOO_FEW_DAYS, SPAN_SHORT = "no_data", "too_few_days", "span_short"
INCOMPLETE, CONSTANT, REGIMES_SHORT = "incomplete_charges", "constant", "regimes_short"
REFUSALS = (NO_DATA, TOO_FEW_DAYS, SPAN_SHORT, INCOMPLETE, CONSTANT, REGIMES_SHORT)
# What a reader should know beside the verdict.
UNDER_ONE_YEAR, REGIMES_DISAGREE = "under_one_year", "regimes_disagree"

Scale = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class TrendOptions:
    """Thresholds of a verdict and the analysts' words.

    Attributes
    ----------
    level : of all intervals; a verdict needs p below 1 - level.
    lags : of Newey-West [records].
    least_days : days with a value; fewer is refused.
    least_span : days from the first to the last value.
    least_complete : share of the days with a reading whose charge was complete, below which a
        series with too few days is refused for that.
    least_regime : days that the longest regime must span.
    resolution : grid of the values [unit]; a slope that moves less than this over the span is none.
    baseline_days : first days whose median is 100 %.
    linearity : (R² above which, word), best first.
    loss_per_year : (loss [%/year] below which, word), best first.
    loss_per_cycle : (loss [%/cycle] below which, word), best first.

    "very_linear" above 0.95, "low" below 2 %/year and "very_good" below 0.01 % per cycle are the
    analysts'. The rest of the scales is this project's: 0.8 and 0.5 of the variance; twice the
    loss (80 % after 5 years); 80 % after 1000 cycles (0.02) and after 400 (0.05).
    """

    level: float = 0.95
    lags: int = NEWEY_WEST_LAGS
    least_days: int = 60
    least_span: float = 120.0
    least_complete: float = 0.5
    least_regime: float = 45.0
    resolution: float = 0.0
    baseline_days: float = 30.0
    linearity: Scale = ((0.95, "very_linear"), (0.8, "linear"), (0.5, "partly_linear"))
    loss_per_year: Scale = ((2.0, "low"), (4.0, "moderate"))
    loss_per_cycle: Scale = ((0.01, "very_good"), (0.02, "good"), (0.05, "fair"))

    def __post_init__(self) -> None:
        if not 0.5 < self.level < 1:
            raise ValueError("level must lie between 0.5 and 1")
        if self.lags < 0 or self.least_days < 3 or self.least_span <= 0 or self.resolution < 0:
            raise ValueError("lags, least_days, least_span or resolution out of range")
        for scale, order in (
            (self.linearity, -1),
            (self.loss_per_year, 1),
            (self.loss_per_cycle, 1),
        ):
            limits = [order * limit for limit, _ in scale]
            if limits != sorted(limits):
                raise ValueError(f"grades must go from best to worst: {scale}")


@dataclass(frozen=True)
class RegimeSlope:
    """Slope within one regime [unit/year]; NaN where it has too few days of this series."""

    regime: int
    start: float
    end: float
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Trend:
    """Verdict on one series. A refused one has NaN where a slope would stand.

    Attributes
    ----------
    verdict : "declines", "rises", "not_distinguishable", or the refusal.
    refusal : why there is no verdict, or None.
    value, low, high : slope with its interval [unit/year], common to all regimes.
    pct, pct_low, pct_high : the same in % of `baseline` per year; NaN without a baseline.
    ols : slope without regard to regimes [unit/year].
    theil_sen : Theil-Sen slope of the weekly means, pairs within regimes [unit/year].
    r2 : share of the variance within regimes that the line explains.
    p, p_adjusted : two-sided; adjusted over all series judged together (NaN until then).
    n, span : days with a value, and days from the first to the last.
    regimes : number of regimes with a value. per_regime : their slopes.
    notes : keys of what to know: "under_one_year" (a season may look like a trend),
        "regimes_disagree" (slopes differ by more than their intervals allow).
    baseline : median of the first days [unit].
    anchor_day, anchor, anchor_half : mean day and level of the last regime with half of its
        interval: the point that projections start from.
    scatter, alike : standard deviation and lag-1 autocorrelation of the residuals.
    """

    verdict: str
    refusal: str | None
    value: float
    low: float
    high: float
    pct: float
    pct_low: float
    pct_high: float
    ols: float
    theil_sen: float
    r2: float
    p: float
    p_adjusted: float
    n: int
    span: float
    regimes: int
    per_regime: tuple[RegimeSlope, ...]
    notes: tuple[str, ...]
    baseline: float
    anchor_day: float
    anchor: float
    anchor_half: float
    scatter: float
    alike: float


def judge(
    days: Float,
    values: Float,
    regimes: Regimes | None = None,
    *,
    incomplete: Bool | None = None,
    base: float | None = None,
    options: TrendOptions | None = None,
) -> Trend:
    """Verdict on one series; see `judge_many`."""
    return judge_many(
        days,
        values[:, None],
        regimes,
        incomplete=None if incomplete is None else incomplete[:, None],
        base=None if base is None else np.array([base]),
        options=options,
    )[0]


def judge_many(
    days: Float,
    values: Float,
    regimes: Regimes | None = None,
    *,
    incomplete: Bool | None = None,
    base: Float | None = None,
    options: TrendOptions | None = None,
) -> tuple[Trend, ...]:
    """Verdict on every cell.

    The slope is common to all regimes, each with an offset of its own. Its interval is that of
    `fit_line`; where slopes of regimes differ by more than their errors, it is widened by what the
    difference means for their mean (random effects), and it is never narrower than one step of the
    grid over the span.

    Parameters
    ----------
    days : float64[n] sorted. values : float64[n, cell].
    regimes : of the system, for the same days.
    incomplete : bool[n, cell], days whose charge was not complete; their values do not count.
    base : 100 % of each cell [unit]; without it the median of its first 30 days. Give NaN for
        deviations, of which a percentage means nothing.

    References
    ----------
    DerSimonian, Laird, Control. Clin. Trials 7 (1986) 177, doi:10.1016/0197-2456(86)90046-2.
    """
    options = options or TrendOptions()
    counted = values if incomplete is None else np.where(incomplete, np.nan, values)
    code = np.zeros(len(days), np.int64) if regimes is None else regimes.code
    line = fit_line(days, counted, code, lags=options.lags, level=options.level)
    plain = fit_line(days, counted, lags=options.lags) if code.any() else line
    parts = _regime_slopes(days, counted, code, options)
    widened, disagree = _widen(line, parts, options)
    valid = ~np.isnan(counted)
    first, last = _ends(days, valid)
    span = last - first
    with np.errstate(divide="ignore", invalid="ignore"):
        half = YEAR * np.fmax(widened, options.resolution / np.where(span > 0, span, np.nan))
    slope = YEAR * line.slope
    weeks, means, week_code = weekly_means(days, counted, code)
    columns: dict[str, Any] = {
        "value": slope,
        "low": slope - half,
        "high": slope + half,
        "ols": YEAR * plain.slope,
        "theil_sen": YEAR * theil_sen_many(weeks, means, week_code),
        "r2": line.r2,
        "p": p_value(slope, half, line.freedom, options.level),
        "baseline": baseline(days, counted, options.baseline_days) if base is None else base,
        **_anchor(days, counted, code, line, options),
        "scatter": line.scatter,
        "alike": line.alike,
    }
    for name in ("value", "low", "high"):
        scaled = 100 * columns[name] / np.abs(columns["baseline"])
        columns["pct" if name == "value" else f"pct_{name}"] = scaled
    refusals = _refusals(days, values, counted, code, incomplete, options)
    counts = zip(line.n.tolist(), line.k.tolist(), strict=True)
    return tuple(
        _trend(refusal, told, slopes, n_k, span_, apart, options)
        for refusal, told, slopes, n_k, span_, apart in zip(
            refusals, _by_cell(columns), _per_regime(parts, values.shape[1]), counts,
            span.tolist(), disagree.tolist(), strict=True,
        )
    )  # fmt: skip


def adjust_many(trends: Sequence[Trend], options: TrendOptions | None = None) -> tuple[Trend, ...]:
    """The same trends, each judged as one of many (Benjamini-Hochberg).

    Of 260 healthy cells 13 would decline or rise at 95 % by chance; after this, of all cells said
    to do so 5 % are wrong in the long run.
    """
    options = options or TrendOptions()
    adjusted = adjust_p(np.array([trend.p for trend in trends], np.float64))
    return tuple(
        replace(
            trend,
            p_adjusted=float(p),
            verdict=trend.refusal or _word(trend.value, trend.low, trend.high, float(p), options),
        )
        for trend, p in zip(trends, adjusted, strict=True)
    )


def _word(value: float, low: float, high: float, p: float, options: TrendOptions) -> str:
    if low <= 0 <= high or not p < 1 - options.level:
        return NOT_DISTINGUISHABLE
    return DECLINES if value < 0 else RISES


def _by_cell(columns: dict[str, Float]) -> list[dict[str, float]]:
    """The columns' values of each cell. Lists are walked ten times as fast as arrays."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _per_regime(
    parts: Sequence[tuple[float, float, Line]], cells: int
) -> list[tuple[RegimeSlope, ...]]:
    """Slopes of each cell in the regimes in which it has days [unit/year]."""
    found: list[list[RegimeSlope]] = [[] for _ in range(cells)]
    for number, (start, end, part) in enumerate(parts):
        edges = (part.slope, part.slope - part.half, part.slope + part.half)
        slopes = zip(part.n.tolist(), *((YEAR * one).tolist() for one in edges), strict=True)
        for mine, (n, slope, low, high) in zip(found, slopes, strict=True):
            if n:
                mine.append(RegimeSlope(number, start, end, n, slope, low, high))
    return [tuple(mine) for mine in found]


def _trend(
    refusal: str | None,
    told: dict[str, float],
    per_regime: tuple[RegimeSlope, ...],
    count: tuple[int, int],
    span: float,
    disagree: bool,
    options: TrendOptions,
) -> Trend:
    """The verdict on one cell.

    Parameters
    ----------
    told : its values of the columns. count : its records and the parameters of its line.
    """
    if refusal:
        told = {name: value if name == "baseline" else np.nan for name, value in told.items()}
        verdict = refusal
    else:
        verdict = _word(told["value"], told["low"], told["high"], told["p"], options)
    notes = (UNDER_ONE_YEAR,) * (span < YEAR - 1) + (REGIMES_DISAGREE,) * disagree
    return Trend(
        verdict=verdict, refusal=refusal, p_adjusted=np.nan, n=count[0], span=span,
        regimes=count[1] - 1, per_regime=() if refusal else per_regime,
        notes=() if refusal else notes, **told,
    )  # fmt: skip


def _ends(days: Float, valid: Bool) -> tuple[Float, Float]:
    """First and last day with a value of each cell; 0 and 0 where there is none."""
    if not len(days):
        nothing = np.zeros(valid.shape[1])
        return nothing, nothing
    some = valid.any(axis=0)
    first = days[np.argmax(valid, axis=0)]
    last = days[len(days) - 1 - np.argmax(valid[::-1], axis=0)]
    return np.where(some, first, 0.0), np.where(some, last, 0.0)


def _regime_slopes(
    days: Float, values: Float, code: Int, options: TrendOptions
) -> list[tuple[float, float, Line]]:
    """(first day, last day, line) of each regime; slopes of too few days are NaN."""
    parts = []
    for number in np.unique(code):
        rows = code == number
        line = fit_line(days[rows], values[rows], lags=options.lags, level=options.level)
        first, last = _ends(days[rows], ~np.isnan(values[rows]))
        few = (line.n < 20) | (last - first < options.least_regime)
        slope, half = np.where(few, np.nan, line.slope), np.where(few, np.nan, line.half)
        parts.append(
            (float(days[rows][0]), float(days[rows][-1]), replace(line, slope=slope, half=half))
        )
    return parts


def _widen(
    line: Line, parts: list[tuple[float, float, Line]], options: TrendOptions
) -> tuple[Float, Bool]:
    """Half width of the common slope when slopes of regimes differ, and whether they do."""
    if not parts:
        return line.half, np.zeros(line.half.shape, bool)
    normal = float(stats.norm.ppf(0.5 + options.level / 2))
    slopes = np.array([part.slope for _, _, part in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.array([(part.half / normal) ** 2 for _, _, part in parts])
        precision = np.where(np.isnan(slopes) | ~(variance > 0), 0.0, 1 / variance)
        share = np.array([(part.scatter / part.se) ** 2 for _, _, part in parts])  # Σ (x - mean)²
    share = np.where(precision > 0, share, 0.0)
    total = precision.sum(axis=0)
    used = np.sum(precision > 0, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(precision > 0, slopes, 0.0)
        mean = np.sum(precision * known, axis=0) / total
        q = np.sum(precision * (known - mean) ** 2, axis=0)
        between = np.maximum(q - (used - 1), 0) / (total - np.sum(precision**2, axis=0) / total)
        weight = np.sum(share**2, axis=0) / np.sum(share, axis=0) ** 2
    several = (used > 1) & np.isfinite(between) & np.isfinite(weight)
    extra = np.where(several, between * weight, 0.0)
    disagree = several & (stats.chi2.sf(q, np.maximum(used - 1, 1)) < 1 - options.level)
    return np.sqrt(line.half**2 + normal**2 * extra), disagree


def _anchor(
    days: Float, values: Float, code: Int, line: Line, options: TrendOptions
) -> dict[str, Float]:
    """Mean day and level of each cell's last regime, with half of the level's interval."""
    cells = values.shape[1]
    day, level, size = np.full(cells, np.nan), np.full(cells, np.nan), np.ones(cells)
    for number in np.unique(code):  # later regimes overwrite
        rows = code == number
        part = values[rows]
        valid = ~np.isnan(part)
        n = valid.sum(axis=0)
        some = n >= 5
        day[some] = (np.sum(days[rows, None] * valid, axis=0) / np.maximum(n, 1))[some]
        level[some] = (np.nansum(part, axis=0) / np.maximum(n, 1))[some]
        size[some] = n[some]
    effective = np.maximum(size * (1 - line.alike) / (1 + line.alike), 1.0)
    factor = stats.t.ppf(0.5 + options.level / 2, np.maximum(line.freedom, 1.0))
    return {
        "anchor_day": day,
        "anchor": level,
        "anchor_half": factor * line.scatter / np.sqrt(effective),
    }


def _refusals(
    days: Float,
    values: Float,
    counted: Float,
    code: Int,
    incomplete: Bool | None,
    options: TrendOptions,
) -> list[str | None]:
    """Why a cell is not judged, or None; the first reason that holds."""
    valid = ~np.isnan(counted)
    n = valid.sum(axis=0)
    read = ~np.isnan(values)
    if incomplete is not None:
        read |= incomplete
    first, last = _ends(days, valid)
    longest = np.zeros(values.shape[1])
    scatter = np.zeros(values.shape[1])
    for number in np.unique(code):
        rows = code == number
        start, end = _ends(days[rows], valid[rows])
        longest = np.maximum(longest, end - start)
        part = np.where(valid[rows], counted[rows], np.nan)
        low, high = np.fmin.reduce(part), np.fmax.reduce(part)
        scatter = np.fmax(scatter, high - low)
    largest = np.fmax.reduce(np.abs(counted)) if len(days) else scatter
    few = n < options.least_days
    reasons: list[tuple[Bool, str]] = [
        (np.logical_not(read.any(axis=0)), NO_DATA),
        (few & (n < options.least_complete * read.sum(axis=0)), INCOMPLETE),
        (few, TOO_FEW_DAYS),
        (last - first < options.least_span, SPAN_SHORT),
        (~(scatter > ROUNDING * largest), CONSTANT),
        (longest < options.least_regime, REGIMES_SHORT),
    ]
    return [
        next((key for holds, key in reasons if holds[cell]), None)
        for cell in range(values.shape[1])
    ]


@dataclass(frozen=True)
class Grades:
    """The analysts' words for a trend; the worst case is that of the interval's bad end.

    None where the trend was refused, or no percentage is known.
    """

    linearity: str | None = None
    per_year: str | None = None
    per_year_worst: str | None = None
    per_cycle: str | None = None
    per_cycle_worst: str | None = None


def grade(
    trend: Trend,
    loss_per_cycle: tuple[float, float] | None = None,
    options: TrendOptions | None = None,
) -> Grades:
    """Words for linearity and loss; a rise is a loss below zero, and as such the best grade.

    Parameters
    ----------
    loss_per_cycle : loss and its upper bound [% per counted cycle], see `projection.project`.
    """
    options = options or TrendOptions()
    if trend.refusal:
        return Grades()
    cycle, cycle_worst = loss_per_cycle or (np.nan, np.nan)
    return Grades(
        _grade(-trend.r2, tuple((-limit, word) for limit, word in options.linearity), "not_linear"),
        _grade(-trend.pct, options.loss_per_year, "high"),
        _grade(-trend.pct_low, options.loss_per_year, "high"),
        _grade(cycle, options.loss_per_cycle, "poor"),
        _grade(cycle_worst, options.loss_per_cycle, "poor"),
    )


def _grade(value: float, scale: Scale, worst: str) -> str | None:
    if np.isnan(value):
        return None
    return next((word for limit, word in scale if value < limit), worst)
