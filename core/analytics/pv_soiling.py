"""Dirt on the modules: the sawtooth of daily performance between cleanings or rain."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.quality import Float

LEAST_DAYS = 60
LEAST_SEGMENT = 14  # days that tell a slope
NEAR_DAYS = 7
LEAST_STEP = 0.01  # of the performance: a smaller rise is weather
STEP_MADS = 4.0
MAD_TO_SIGMA = 1.4826
DRAWS = 2000
NORMAL_95 = 1.96


@dataclass(frozen=True)
class Soiling:
    """What dirt takes.

    Attributes
    ----------
    segments : a row per stretch between cleanings: `first`, `last` day, `slope`, `low`, `high`
        [1/day] of its performance, `told` (the interval lies below zero).
    ratio : float64[n], share of the light that gets through, 1 where no slope is told.
    loss, low, high : share of the energy lost to dirt, weighted by insolation, and its interval.
    cleanings : days at which the performance rose at once; least_rise : share by which it must, to
        be found. Smaller ones are missed, and make slopes flatter than the dirt's.
    rate, rate_low, rate_high : median slope of the stretches told [1/day] and its 95 % interval.
    refusal : ``short``, ``noise`` (no slope can be told from the scatter) or ``wear`` (it falls,
        but no cleaning was found: dirt cannot be told from wear); else empty.
    """

    segments: pd.DataFrame
    ratio: Float
    loss: float
    low: float
    high: float
    cleanings: tuple[int, ...]
    refusal: str = ""
    least_rise: float = np.nan
    rate: float = np.nan
    rate_low: float = np.nan
    rate_high: float = np.nan


def estimate_soiling(performance: Float, insolation: Float, trend: float = 0.0) -> Soiling:
    """Slopes between cleanings, by the median of all slopes of pairs of days (Theil and Sen).

    Parameters
    ----------
    performance : float64[n], temperature-corrected, per calendar day; NaN without.
    insolation : float64[n] [kWh/m²].
    trend : change per day that is wear and no dirt, as a share.

    Source: Deceglie, Micheli and Muller, IEEE J. Photovolt. 8 (2018) 547 (stochastic rate and
    recovery), with the interval of the slopes in place of the Monte Carlo.
    """
    n = len(performance)
    ratio = np.ones(n)
    known = np.isfinite(performance)
    if known.sum() < LEAST_DAYS:
        return Soiling(_no_segments(), ratio, np.nan, np.nan, np.nan, (), "short")
    level = float(np.nanmedian(performance))
    relative = performance / level - trend * (np.arange(n) - n / 2)
    cleanings, least = find_cleanings(relative)
    segments = _segments(relative, [0, *cleanings, n])
    bounds = {"slope": ratio, "low": np.ones(n), "high": np.ones(n)}
    for one in segments[segments["told"]].to_dict("records"):
        days = np.arange(one["first"], one["last"] + 1)
        for name, values in bounds.items():
            values[days] = np.clip(1 + one[name] * (days - one["first"]), 0.0, 1.0)
    if not segments["told"].any():
        return Soiling(segments, ratio, np.nan, np.nan, np.nan, cleanings, "noise", least)
    if not cleanings:
        return Soiling(segments, np.ones(n), np.nan, np.nan, np.nan, (), "wear", least)
    weight = np.where(known & np.isfinite(insolation), insolation, 0.0)
    loss, high, low = (
        float(1 - (values * weight).sum() / weight.sum())
        for values in (bounds["slope"], bounds["low"], bounds["high"])
    )
    rate = estimate_rate(segments[segments["told"]])
    return Soiling(segments, ratio, loss, low, high, cleanings, "", least, *rate)


def estimate_rate(told: pd.DataFrame, seed: int = 1) -> tuple[float, float, float]:
    """Median slope of stretches and its 95 % interval [1/day].

    Stretches are drawn anew, and of each a slope as uncertain as it is: what differs between
    stretches is in the interval and what is not known of each. Source: two-stage bootstrap, Davison
    and Hinkley, Bootstrap Methods and their Application (1997), 3.8.
    """
    rng = np.random.default_rng(seed)
    slope, low, high = (told[name].to_numpy(np.float64) for name in ("slope", "low", "high"))
    drawn = rng.integers(0, len(slope), size=(DRAWS, len(slope)))
    # The interval of a Theil-Sen slope is not symmetric: each side has its own width.
    z = rng.standard_normal(drawn.shape)
    width = np.where(z < 0, (slope - low)[drawn], (high - slope)[drawn]) / NORMAL_95
    edges = np.quantile(np.median(slope[drawn] + z * width, axis=1), [0.025, 0.975])
    return float(np.median(slope)), float(edges[0]), float(edges[1])


def find_cleanings(relative: Float) -> tuple[tuple[int, ...], float]:
    """Days at which the median of a week stands well above that of the week before.

    And the share by which it must.
    """
    series = pd.Series(relative)
    before = series.rolling(NEAR_DAYS, min_periods=3).median()
    after = series[::-1].rolling(NEAR_DAYS, min_periods=3).median()[::-1]
    step = (after - before.shift(1)).to_numpy()
    finite = step[np.isfinite(step)]
    if not finite.size:
        return (), np.nan
    sigma = MAD_TO_SIGMA * float(np.median(np.abs(finite - np.median(finite))))
    limit = max(LEAST_STEP, STEP_MADS / 2 * sigma)
    found: list[int] = []
    for at in np.argsort(-np.nan_to_num(step, nan=-1.0)):
        if not step[at] > limit:
            break
        if all(abs(at - other) > NEAR_DAYS for other in found):
            found.append(int(at))
    return tuple(sorted(found)), limit


def _segments(relative: Float, edges: list[int]) -> pd.DataFrame:
    from scipy.stats import theilslopes

    rows = []
    for first, until in itertools.pairwise(edges):
        days = np.flatnonzero(np.isfinite(relative[first:until])) + first
        if len(days) < LEAST_SEGMENT:
            continue
        slope, _, low, high = theilslopes(relative[days], days)
        rows.append(
            {
                "first": first,
                "last": until - 1,
                "days": len(days),
                "slope": slope,
                "low": low,
                "high": high,
                "told": bool(high < 0),
            }
        )
    return pd.DataFrame(rows) if rows else _no_segments()


def _no_segments() -> pd.DataFrame:
    names = ("first", "last", "days", "slope", "low", "high")
    none = {name: pd.Series(dtype=np.float64) for name in names}
    return pd.DataFrame({**none, "told": pd.Series(dtype=bool)})
