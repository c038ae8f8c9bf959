"""From the light to the meter: what is lost on the way, each from data or absent with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics.pv import STANDARD, temperature_factor
from core.analytics.quality import Bool, Float

LEAST_USUAL_DAYS = 5
DRAWS = 500


@dataclass(frozen=True)
class Loss:
    """A part of the way.

    Attributes
    ----------
    name : e.g. ``temperature``; a yield (``yr ya yf``) has `total` set.
    hours : [kWh/kWp]; positive takes away, NaN where it cannot be told.
    low, high : interval of an estimate; NaN where it is measured or cannot be told.
    reason : key of why it cannot be told; empty where it can.
    """

    name: str
    hours: float
    low: float = np.nan
    high: float = np.nan
    total: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Usual:
    """A usual value of days: median with its 95 % interval; NaN where too few days tell."""

    value: float
    low: float
    high: float
    days: int


def nearest_days(daily: Float, first: int, last: int, most: int) -> Float:
    """Values of the days nearest to those from `first` to `last`, these among them.

    Parameters
    ----------
    daily : float64[n], a value per calendar day, NaN without. most : how many are taken.
    """
    known = np.flatnonzero(np.isfinite(daily))
    away = np.maximum(np.maximum(first - known, known - last), 0)
    return np.asarray(daily[known[np.argsort(away, kind="stable")[:most]]])


def usual_performance(daily: Float, seed: int = 1) -> Usual:
    """Median of the performance of days, its interval by days drawn anew."""
    if len(daily) < LEAST_USUAL_DAYS:
        return Usual(np.nan, np.nan, np.nan, len(daily))
    drawn = np.random.default_rng(seed).integers(0, len(daily), size=(DRAWS, len(daily)))
    low, high = np.quantile(np.median(daily[drawn], axis=1), [0.025, 0.975])
    return Usual(float(np.median(daily)), float(low), float(high), len(daily))


def missed_hours(
    power_kw: Float,
    poa_global: Float,
    temp_cell: Float,
    hours: Float,
    where: Bool,
    kwp: float,
    gamma_pdc: float,
    usual: float,
) -> float:
    """What the flagged intervals would have given at the usual performance, less what they gave.

    Σ max(usual · G/1000 · C − P/P0, 0) · h over `where` [h].
    """
    temp = np.where(np.isfinite(temp_cell), temp_cell, 25.0)
    wanted = usual * poa_global / STANDARD * temperature_factor(temp, gamma_pdc)
    missed = np.maximum(wanted - power_kw / kwp, 0.0) * hours
    return float(np.nansum(missed[where]))


def temperature_hours(poa_global: Float, temp_cell: Float, hours: Float, where: Bool,
                      gamma_pdc: float) -> float:  # fmt: skip
    """Σ G/1000 · (1 − C) · h over `where` [h]; negative where cold modules gain."""
    lost = poa_global / STANDARD * (1.0 - temperature_factor(temp_cell, gamma_pdc)) * hours
    return float(np.nansum(lost[where]))


def remainder(whole: float, parts: list[Loss]) -> float:
    """What the known parts leave of a whole [h]."""
    return whole - sum(one.hours for one in parts if np.isfinite(one.hours))
