"""Where a trend leads: to a day, to a number of cycles, to a limit; and how past forecasts did.

A projection is the straight line of the current regime, with the interval that the slope and the
level have. It knows nothing of knees. Formulas: ``docs/methods.md``, section "Trends of cells".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from core.analytics.quality import Bool, Float
from core.analytics.regimes import RegimeOptions, Regimes, find_regimes
from core.analytics.trend import YEAR, fit_line, middle
from core.analytics.verdicts import (
    DECLINES,
    NOT_DISTINGUISHABLE,
    RISES,
    SPAN_SHORT,
    Trend,
    TrendOptions,
    judge,
)

CYCLES = (5000.0, 10000.0)
LIFE_SPAN = 365.0  # days a trend must span before a remaining life is told
END_OF_LIFE = {"capacity": 0.8, "resistance": 2.0}  # of the baseline
NO_CYCLES, NO_BASELINE = "no_cycles", "no_baseline"
NOT_HEALTH, MOVES_AWAY, REACHED = "not_a_health_signal", "moves_away", "limit_reached"
BIN = 30.0  # days of a forecast's bins


@dataclass(frozen=True)
class Band:
    """A line with its interval, for drawing; x in days or cycles, the rest in the series' unit."""

    x: Float
    mid: Float
    low: Float
    high: Float


@dataclass(frozen=True)
class AtCycles:
    """Level after a number of counted cycles.

    Attributes
    ----------
    value, low, high : level [unit]. ratio, ratio_low, ratio_high : of the baseline.
    years : from the last day until then, at the pace of the last year [a].
    stretch : how many times the cycles seen the line is drawn beyond them.
    refusal : why there is no level, or None.
    """

    cycles: float
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    ratio: float = np.nan
    ratio_low: float = np.nan
    ratio_high: float = np.nan
    years: float = np.nan
    stretch: float = np.nan
    refusal: str | None = None


@dataclass(frozen=True)
class Life:
    """Years from the last day until the limit is met; `high` may be infinite."""

    limit: float
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    n: int = 0
    span: float = 0.0
    refusal: str | None = None


@dataclass(frozen=True)
class Projection:
    """What follows from a trend if nothing but time and cycles change.

    Attributes
    ----------
    by_day : along days. by_cycle : along counted cycles, None without them.
    per_cycle : slope, low, high [unit/cycle]. pct_per_cycle : the same in % of the baseline.
    at_cycles : levels asked for. life : remaining life, or why not.
    refusal : the trend's, or None.
    """

    by_day: Band | None
    by_cycle: Band | None
    per_cycle: tuple[float, float, float]
    pct_per_cycle: tuple[float, float, float]
    at_cycles: tuple[AtCycles, ...]
    life: Life
    refusal: str | None = None


@dataclass(frozen=True)
class _Ray:
    """A line through (x0, level) with its slope, and half of the intervals of both."""

    x0: float
    level: float
    level_half: float
    slope: float
    slope_half: float

    def band(self, x: Float) -> Band:
        mid = self.level + self.slope * (x - self.x0)
        half = np.hypot(self.level_half, self.slope_half * (x - self.x0))
        return Band(x, mid, mid - half, mid + half)


def project(
    days: Float,
    values: Float,
    trend: Trend,
    *,
    cycles: Float | None = None,
    regimes: Regimes | None = None,
    health: Literal["capacity", "resistance"] | None = None,
    limit_ratio: float | None = None,
    at_cycles: Sequence[float] = CYCLES,
    years: float = 10.0,
    options: TrendOptions | None = None,
) -> Projection:
    """Draw a trend on, over days and over counted cycles.

    Parameters
    ----------
    days : float64[n] sorted. values : float64[n], those that `trend` was judged on.
    cycles : float64[n] equivalent full cycles counted up to each day; never assumed.
    regimes : those that `trend` was judged with.
    health : what the series is, if its loss is ageing. None (SAT voltage, spreads): no remaining
        life.
    limit_ratio : end of life as a share of the baseline; 0.8 of a capacity, 2.0 of a resistance.
    years : length of the drawing beyond the last day.
    """
    options = options or TrendOptions()
    nothing = (np.nan, np.nan, np.nan)
    ratio = limit_ratio if limit_ratio is not None else END_OF_LIFE.get(health or "capacity", 0.8)
    limit = ratio * trend.baseline
    if trend.refusal:
        refused = tuple(AtCycles(count, refusal=trend.refusal) for count in at_cycles)
        life = Life(limit, n=trend.n, span=trend.span, refusal=trend.refusal)
        return Projection(None, None, nothing, nothing, refused, life, trend.refusal)
    last = float(days[~np.isnan(values)][-1])
    ray = _Ray(
        trend.anchor_day, trend.anchor, trend.anchor_half,
        trend.value / YEAR, (trend.high - trend.value) / YEAR,
    )  # fmt: skip
    ahead = ray.band(np.linspace(float(days[0]), last + years * YEAR, 200))
    by_cycle, per_cycle, counted = _over_cycles(
        days, values, cycles, regimes, trend, at_cycles, options
    )
    scale = 100 / abs(trend.baseline) if trend.baseline else np.nan
    return Projection(
        ahead,
        by_cycle,
        per_cycle,
        (per_cycle[0] * scale, per_cycle[1] * scale, per_cycle[2] * scale),
        counted,
        _life(trend, ray, last, limit, health),
    )


def _over_cycles(
    days: Float,
    values: Float,
    cycles: Float | None,
    regimes: Regimes | None,
    trend: Trend,
    at_cycles: Sequence[float],
    options: TrendOptions,
) -> tuple[Band | None, tuple[float, float, float], tuple[AtCycles, ...]]:
    """The trend over counted cycles in place of days."""
    nothing = (np.nan, np.nan, np.nan)
    valid = ~np.isnan(values) & (~np.isnan(cycles) if cycles is not None else False)
    if cycles is None or valid.sum() < options.least_days or np.ptp(cycles[valid]) <= 0:
        return None, nothing, tuple(AtCycles(count, refusal=NO_CYCLES) for count in at_cycles)
    count, day = cycles[valid], days[valid]
    code = None if regimes is None else regimes.code[valid]
    line = fit_line(count, values[valid], code, days=day, lags=options.lags, level=options.level)
    # Whatever widened the trend over days (regimes that disagree) widens this one as much.
    direct = fit_line(days, values, None if regimes is None else regimes.code, lags=options.lags)
    wider = max(1.0, (trend.high - trend.value) / (YEAR * float(direct.half)))
    half = float(line.half) * wider
    here = np.ones(len(count), bool)
    if code is not None:  # as the anchor of the trend: the last regime with five values
        here = code == [number for number in np.unique(code) if np.sum(code == number) >= 5][-1]
    level = float(values[valid][here].mean())
    ray = _Ray(float(count[here].mean()), level, trend.anchor_half, float(line.slope), half)
    recent = day >= day[-1] - YEAR
    elapsed = float(day[recent][-1] - day[recent][0])
    pace = float(count[recent][-1] - count[recent][0]) / elapsed * YEAR if elapsed > 0 else 0.0
    seen = float(np.ptp(count))
    levels = []
    for goal in at_cycles:
        band = ray.band(np.array([goal]))
        value, low, high = float(band.mid[0]), float(band.low[0]), float(band.high[0])
        levels.append(
            AtCycles(
                goal, value, low, high,
                value / trend.baseline, low / trend.baseline, high / trend.baseline,
                (goal - float(count[-1])) / pace if pace > 0 else np.nan,
                max(0.0, goal - float(count[-1])) / seen,
            )
        )  # fmt: skip
    end = max([float(count[-1]), *at_cycles])
    drawn = ray.band(np.linspace(float(count[0]), end, 200))
    return drawn, (ray.slope, ray.slope - half, ray.slope + half), tuple(levels)


def _life(trend: Trend, ray: _Ray, last: float, limit: float, health: str | None) -> Life:
    """When the line meets the limit, with the interval of Fieller; or why that is not told."""
    now = ray.level + ray.slope * (last - ray.x0)
    towards = DECLINES if limit < trend.baseline else RISES
    reasons = (
        (health is None, NOT_HEALTH),
        (not np.isfinite(limit), NO_BASELINE),
        (trend.span < LIFE_SPAN, SPAN_SHORT),
        (trend.verdict == NOT_DISTINGUISHABLE, NOT_DISTINGUISHABLE),
        (trend.verdict != towards, MOVES_AWAY),
        ((now - limit) * (trend.baseline - limit) <= 0, REACHED),
    )
    refusal = next((key for holds, key in reasons if holds), None)
    if refusal:
        return Life(limit, n=trend.n, span=trend.span, refusal=refusal)
    # |level + slope s − limit| = half width at s: a quadratic with two roots, the interval of the
    # slope being clear of 0.
    far = ray.level - limit
    a = ray.slope**2 - ray.slope_half**2
    b = ray.slope * far
    root = np.sqrt(max(b**2 - a * (far**2 - ray.level_half**2), 0.0))
    ends = sorted(((-b - root) / a, (-b + root) / a))
    value, low, high = (
        max(0.0, (ray.x0 + s - last) / YEAR) for s in (-far / ray.slope, ends[0], ends[1])
    )
    return Life(limit, value, low, high, trend.n, trend.span)


@dataclass(frozen=True)
class Forecast:
    """Median of one later stretch of 30 days: what was told, and what came.

    Attributes
    ----------
    start : first day. n : days with a value. came : their median.
    told, low, high : forecast with its interval. stayed : no later change of regime before its end.
    """

    start: float
    n: int
    came: float
    told: float
    low: float
    high: float
    stayed: bool

    @property
    def inside(self) -> bool:
        """Whether what came lay in the interval."""
        return self.low <= self.came <= self.high


@dataclass(frozen=True)
class Issue:
    """Verdict as it would have been at a past day, with the forecasts made then."""

    day: float
    trend: Trend
    changes: int
    forecasts: tuple[Forecast, ...]


@dataclass(frozen=True)
class WalkForward:
    """Verdicts over time and how their forecasts did.

    Attributes
    ----------
    inside, total : forecasts that held, of all. inside_stayed, total_stayed : of those whose
        regime did not change afterwards.
    """

    issues: tuple[Issue, ...]
    inside: int
    total: int
    inside_stayed: int
    total_stayed: int

    @property
    def share(self) -> float:
        """Share of the forecasts that held; NaN without any."""
        return self.inside / self.total if self.total else np.nan

    @property
    def share_stayed(self) -> float:
        """The same where the regime stayed."""
        return self.inside_stayed / self.total_stayed if self.total_stayed else np.nan


def walk_forward(
    days: Float,
    values: Float,
    every: float = 30.0,
    *,
    series: Mapping[str, Float] | None = None,
    declared: Sequence[float] = (),
    horizon: float = 180.0,
    least: int = 8,
    options: TrendOptions | None = None,
    regime_options: RegimeOptions | None = None,
) -> WalkForward:
    """Judge again at past days with what was known then, and compare with what came.

    The interval of a forecast holds what the line, the scatter of a month's median and changes of
    regime may do: changes have come at the rate (k + 1/2)/span, each moving this series by what
    they have moved it so far. Before the first one nothing is known of their size, and the
    interval stands for "as long as the regime stays": compare `share` with `share_stayed`.

    Parameters
    ----------
    days : float64[n] sorted. values : float64[n].
    series : of the system, to find regimes in (see `find_regimes`); else `values` itself.
    declared : known changes; each is used from its day on.
    every, horizon : days between issues; how far their forecasts are checked.
    least : days with a value that a stretch of 30 days needs to be checked.
    """
    options = options or TrendOptions()
    valid = ~np.isnan(values)
    if not valid.any():
        return WalkForward((), 0, 0, 0, 0)
    system = series if series is not None else {"values": values}
    whole = find_regimes(days, system, declared, regime_options)
    first, last = float(days[valid][0]), float(days[valid][-1])
    issues = []
    for day in np.arange(first + options.least_span, last, every):
        known = days <= day
        regimes = find_regimes(
            days[known],
            {name: part[known] for name, part in system.items()},
            [at for at in declared if at <= day],
            regime_options,
        )
        trend = judge(days[known], values[known], regimes, options=options)
        later = [change.day for change in whole.changes if change.day > day]
        until = min(later, default=np.inf)
        forecasts: tuple[Forecast, ...] = ()
        if not trend.refusal:
            forecasts = _forecasts(
                days, values, known, regimes, trend, until, horizon, least, options
            )
        issues.append(Issue(float(day), trend, len(regimes.changes), forecasts))
    told = [forecast for issue in issues for forecast in issue.forecasts]
    stayed = [forecast for forecast in told if forecast.stayed]
    return WalkForward(
        tuple(issues),
        sum(forecast.inside for forecast in told),
        len(told),
        sum(forecast.inside for forecast in stayed),
        len(stayed),
    )


def _forecasts(
    days: Float,
    values: Float,
    known: Bool,
    regimes: Regimes,
    trend: Trend,
    until: float,
    horizon: float,
    least: int,
    options: TrendOptions,
) -> tuple[Forecast, ...]:
    """Forecasts of the medians of the stretches of 30 days after the known ones."""
    origin = float(days[known][-1])
    ray = _Ray(
        trend.anchor_day, trend.anchor, trend.anchor_half,
        trend.value / YEAR, (trend.high - trend.value) / YEAR,
    )  # fmt: skip
    scatter, per_day = _spread(days[known], values[known], regimes, trend, options)
    found = []
    for start in np.arange(origin + 1, min(origin + horizon, days[-1] + 2 - BIN), BIN):
        part = values[(days >= start) & (days < start + BIN)]
        count = int(np.sum(~np.isnan(part)))
        if count < least:
            continue
        centre = start + BIN / 2
        band = ray.band(np.array([centre]))
        change = stats.norm.ppf(0.5 + options.level / 2) * np.sqrt(per_day * (centre - origin))
        half = float(np.sqrt((band.high[0] - band.mid[0]) ** 2 + scatter**2 + change**2))
        told = float(band.mid[0])
        found.append(
            Forecast(
                float(start), count, float(middle(part)), told, told - half, told + half,
                bool(until >= start + BIN),
            )
        )  # fmt: skip
    return tuple(found)


def _spread(
    days: Float, values: Float, regimes: Regimes, trend: Trend, options: TrendOptions
) -> tuple[float, float]:
    """Half interval of the scatter of a month's median, and variance per day by changes of regime.

    The scatter is the larger of what an AR(1) would give and what the past months show.
    """
    slope = trend.value / YEAR
    levels, medians = [], []
    for number in np.unique(regimes.code):
        here = regimes.code == number
        x, y = days[here], values[here]
        flat = y - slope * (x - trend.anchor_day)
        if np.sum(~np.isnan(flat)) < 5:
            continue
        levels.append(float(np.nanmean(flat)))
        for start in np.arange(x[0], x[-1] - BIN / 2, BIN):
            part = flat[(x >= start) & (x < start + BIN)]
            if np.sum(~np.isnan(part)) >= 8:
                medians.append(float(middle(part)) - levels[-1])
    alike = trend.alike
    effective = max(BIN * (1 - alike) / (1 + alike), 1.0)
    model = trend.scatter * np.sqrt(np.pi / 2 / effective)
    free = len(medians) - len(levels)
    seen = float(np.sqrt(np.sum(np.square(medians)) / free)) if free > 0 else 0.0
    factor = float(stats.t.ppf(0.5 + options.level / 2, max(free, 2)))
    jumps = np.diff(levels)
    rate = (len(jumps) + 0.5) / trend.span
    return factor * max(model, seen), float(rate * np.mean(jumps**2)) if len(jumps) else 0.0
