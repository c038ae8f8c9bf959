"""Differences that a date makes: before and after an event, at changes of regime, month by month.

Formulas: ``docs/methods.md``, section "Trends of cells".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from core.analytics.quality import Float
from core.analytics.regimes import Regimes
from core.analytics.trend import YEAR, fit_line, middle, p_value

TOO_FEW_DAYS = "too_few_days"
CONSTANT = "constant"
LEAST_EACH_SIDE = 14
LEAST_IN_MONTH = 10


@dataclass(frozen=True)
class Contrast:
    """What changed at a day: mean after minus mean before, with its 95 % interval [unit].

    Attributes
    ----------
    medians : median after minus median before [unit], for comparison; it has no interval.
    p : two-sided. n_before, n_after : days with a value.
    refusal : "too_few_days", "constant" or None; a refused one has NaN values.
    """

    day: float
    value: float
    low: float
    high: float
    medians: float
    p: float
    n_before: int
    n_after: int
    refusal: str | None = None


def before_after(
    days: Float,
    values: Float,
    event_day: float,
    window: float = 60.0,
    *,
    least: int = LEAST_EACH_SIDE,
) -> Contrast:
    """Difference of a series after and before an event, neighbouring days being alike.

    A regression on a step at the event, with the interval of `fit_line` (Newey-West over a quarter
    of the window, or effective sample sizes, whichever is widest). It tells that the level differs,
    not that the event is why; a series that drifts differs without any event.

    Parameters
    ----------
    days : float64[n] sorted. values : float64[n]. event_day : first day that counts as after.
    window : days looked at on each side. least : days with a value needed on each side.
    """
    return contrast_many(days, values[:, None], event_day, window, least=least)[0]


def contrast_many(
    days: Float,
    values: Float,
    event_day: float,
    window: float = 60.0,
    *,
    least: int = LEAST_EACH_SIDE,
) -> tuple[Contrast, ...]:
    """`before_after` for every cell of values float64[n, cell]."""
    near = (days >= event_day - window) & (days < event_day + window)
    after = days[near] >= event_day
    part = values[near]
    n_after = np.sum(~np.isnan(part[after]), axis=0)
    n_before = np.sum(~np.isnan(part[~after]), axis=0)
    medians = middle(part[after]) - middle(part[~after])
    line = fit_line(after.astype(np.float64), part, days=days[near], lags=max(1, int(window // 4)))
    p = p_value(line.slope, line.half, line.freedom)
    return tuple(
        _contrast(
            event_day, float(line.slope[i]), float(line.half[i]), float(medians[i]), float(p[i]),
            int(n_before[i]), int(n_after[i]), least,
        )
        for i in range(values.shape[1])
    )  # fmt: skip


def _contrast(
    day: float,
    step: float,
    half: float,
    medians: float,
    p: float,
    before: int,
    after: int,
    least: int,
) -> Contrast:
    refusal = TOO_FEW_DAYS if min(before, after) < least else None
    if refusal is None and not half > 0:
        refusal = CONSTANT
    if refusal:
        step = half = medians = p = np.nan
    return Contrast(day, step, step - half, step + half, medians, p, before, after, refusal)


def steps_at_changes(
    days: Float, values: Float, regimes: Regimes, window: float = 60.0
) -> tuple[tuple[Contrast, ...], ...]:
    """What each change of regime did to each cell: one row of contrasts per change.

    On deviations from the pack's median this tells who became, or ceased to be, the cell that ends
    the charge: the part of a fault that offsets per regime take out of the trend. Days of the
    regimes next but one are not looked at.
    """
    rows = []
    for number, change in enumerate(regimes.changes):
        here = (regimes.code == number) | (regimes.code == number + 1)
        rows.append(contrast_many(days[here], values[here], change.day, window))
    return tuple(rows)


@dataclass(frozen=True)
class MonthRate:
    """Slope within one calendar month with its 95 % interval [unit/year]."""

    year: int
    month: int
    n: int
    value: float
    low: float
    high: float
    refusal: str | None = None


def monthly_rates(days: Float, values: Float, least: int = LEAST_IN_MONTH) -> tuple[MonthRate, ...]:
    """Slope of a series in each calendar month that has a value.

    A month is too short to tell how alike its days are; the lag-1 autocorrelation r is the median
    of all months', raised by (1 + 2r) 2/n for the line taken out of each. The interval is that of
    the effective sample n_e = n (1 − r)/(1 + r), with t(n_e − 2), at least one degree of freedom.

    Parameters
    ----------
    days : float64[n] days since 1970-01-01. values : float64[n].
    """
    valid = ~np.isnan(values)
    day, value = days[valid], values[valid]
    dates = pd.DatetimeIndex((np.floor(day) * 86_400_000_000).astype("datetime64[us]"))
    month = np.asarray(dates.year * 12 + dates.month - 1, np.int64)
    parts = [(int(key), day[month == key], value[month == key]) for key in np.unique(month)]
    lines = [fit_line(x, y) for _, x, y in parts]
    known = [
        float(line.alike) for line, (_, x, _) in zip(lines, parts, strict=True) if len(x) >= least
    ]
    alike = float(np.nanmedian(known)) if np.any(np.isfinite(known)) else np.nan
    rates = []
    for (key, x, y), line in zip(parts, lines, strict=True):
        n = len(x)
        refusal = TOO_FEW_DAYS if n < least else CONSTANT if np.ptp(y) == 0 else None
        if refusal:
            rates.append(MonthRate(key // 12, key % 12 + 1, n, np.nan, np.nan, np.nan, refusal))
            continue
        free = max(n * (1 - alike) / (1 + alike) - 2, 1.0)
        half = float(stats.t.ppf(0.975, free) * line.se * np.sqrt((n - 2) / free))
        slope = float(line.slope)
        rates.append(
            MonthRate(
                key // 12, key % 12 + 1, n,
                YEAR * slope, YEAR * (slope - half), YEAR * (slope + half),
            )
        )  # fmt: skip
    return tuple(rates)
