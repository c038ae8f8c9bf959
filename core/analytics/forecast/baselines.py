"""Forecasts without a model, to be beaten."""

from __future__ import annotations

import numpy as np

from core.analytics.forecast.features import History, newest_day
from core.analytics.forecast.grid import Floats, Ints

PERSISTENCE, NAIVE_DAY, NAIVE_WEEK, CLEAR_SKY = (
    "persistence", "seasonal_24h", "seasonal_168h", "clear_sky",
)  # fmt: skip
LONGEST_GAP_H = 3


def persistence(history: History, issue: Ints, target: Ints) -> Floats:
    """The newest value known at issue, if it is not older than three hours."""
    del target
    back = max(LONGEST_GAP_H * history.grid.per_day // 24, 1)
    found = np.full(len(issue), np.nan)
    for n in range(1, back + 1):
        found = np.where(np.isfinite(found), found, history.value(issue - n, issue))
    return found


def seasonal_naive(history: History, issue: Ints, target: Ints, *, days: int) -> Floats:
    """The newest value known at issue at the same wall time, a multiple of `days` before."""
    if days == 1:
        return history.value(newest_day(history.grid, issue, target), issue)
    slots = history.grid.days_before(target, days)
    return history.value(slots, issue)


def clear_sky_persistence(history: History, clear: Floats, issue: Ints, target: Ints) -> Floats:
    """Clear-sky power of the target, times what the plant gave of it in the 24 h before issue.

    Source: Yang et al., Solar Energy 2020, 10.1016/j.solener.2020.04.016 (reference forecasts).
    """
    day = history.grid.per_day
    given = History(history.grid, np.where(np.isfinite(history.values), clear, np.nan))
    of_clear = given.mean(issue - day, issue)
    lately = history.mean(issue - day, issue)
    index = np.full(len(issue), np.nan)
    np.divide(lately, of_clear, out=index, where=of_clear > 0)
    return np.asarray(index * clear[target], np.float64)


def all_baselines(
    history: History, issue: Ints, target: Ints, clear: Floats | None = None
) -> dict[str, Floats]:
    """Every baseline there can be, by name."""
    found = {
        PERSISTENCE: persistence(history, issue, target),
        NAIVE_DAY: seasonal_naive(history, issue, target, days=1),
        NAIVE_WEEK: seasonal_naive(history, issue, target, days=7),
    }
    if clear is not None:
        found[CLEAR_SKY] = clear_sky_persistence(history, clear, issue, target)
    return found
