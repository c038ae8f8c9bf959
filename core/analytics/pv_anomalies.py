"""Days on which a plant or a unit gives less than its own history lets expect, at a stated rate.

What is expected is the middle of earlier days of the same season and a like clearness of the sky,
and for a unit its usual share of what its peers give. How far healthy days fall short is taken
from the past itself: a day is told only where its shortfall is rarer than a stated rate among
earlier days (conformal prediction). No threshold is set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.quality import Bool, Float

FALSE_ALARMS = 0.01  # of healthy days
MATERIAL = 0.005  # shortfall below which a day is not told, rare as it may be
LIKE_DAYS = 20  # nearest earlier days that tell what is expected
LEAST_LIKE = 10
CLEARNESS_SCALE, SEASON_SCALE, AGE_SCALE = 0.10, 30.0, 120.0  # what counts as equally far
OWN_DAYS = 60  # of a unit's usual share of its peers
REMEMBERED = 730  # scores of the past that a day is ranked among
YEAR = 365.25
GROSS_MADS = 8.0  # below the middle: an outage, also while the past is too short to rank it
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Anomalies:
    """Judged days.

    Attributes
    ----------
    expected : float64[n], what was expected, NaN where the past is too short.
    score : float64[n], value / expected − 1. p : share of earlier days as far below or farther.
    flag : bool[n], rarer than `rate`. judged : how many days could be.
    threshold : float64[n], score below which a day is told.
    """

    expected: Float
    score: Float
    p: Float
    flag: Bool
    threshold: Float
    rate: float

    @property
    def judged(self) -> int:
        """Days that had enough past."""
        return int(np.isfinite(self.p).sum())


def expect_from_history(performance: Float, clearness: Float) -> Float:
    """Median performance of the nearest earlier days, by clearness, season and age.

    Parameters
    ----------
    performance, clearness : float64[n], a value per calendar day; NaN without.
    """
    n = len(performance)
    day = np.arange(n, dtype=np.float64)
    known = np.isfinite(performance) & np.isfinite(clearness)
    expected = np.full(n, np.nan)
    for at in np.flatnonzero(known):
        past = np.flatnonzero(known[:at])
        if len(past) < LEAST_LIKE:
            continue
        age = day[at] - day[past]
        season = np.abs((age + YEAR / 2) % YEAR - YEAR / 2)
        far = (
            np.abs(clearness[at] - clearness[past]) / CLEARNESS_SCALE
            + season / SEASON_SCALE
            + age / AGE_SCALE
        )
        nearest = past[np.argpartition(far, min(LIKE_DAYS, len(past)) - 1)[:LIKE_DAYS]]
        expected[at] = _median(performance[nearest])
    return expected


def expect_from_own_share(share: Float) -> Float:
    """A unit's usual share of what its peers give: median of its latest earlier days."""
    expected = np.full(len(share), np.nan)
    known = np.flatnonzero(np.isfinite(share))
    past = pd.Series(share[known]).rolling(OWN_DAYS, min_periods=LEAST_LIKE).median().shift(1)
    expected[known] = past.to_numpy()
    return expected


def judge_days(value: Float, expected: Float, rate: float = FALSE_ALARMS) -> Anomalies:
    """Rank each day's shortfall among those of earlier days.

    p = (1 + number of earlier scores at or below this one) / (1 + number of earlier scores). A
    day is told where p <= rate; so a healthy day is told with about that probability, whatever
    the scores' distribution, as long as they come from one; shortfalls below half a percent are
    not told, which can only make it rarer. Of the days told, only as many stay
    among the earlier scores as the rate lets expect, the mildest, and none that no healthy day
    could be: else a fault of some weeks would hide the next one.

    Source: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapter 2.
    """
    n = len(value)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(expected > 0, value / expected - 1.0, np.nan)
    p, threshold = np.full(n, np.nan), np.full(n, np.nan)
    flag = np.zeros(n, dtype=bool)
    least = int(np.ceil(1 / rate)) - 1
    gross = _gross(score)
    healthy, count = np.empty(n), 0
    told: list[float] = []
    for at in np.flatnonzero(np.isfinite(score)):
        tail = sorted(told, reverse=True)[: int(np.ceil(rate * (count + len(told))))]
        past = np.concatenate((healthy[max(0, count - REMEMBERED) : count], tail))
        if len(past) >= least:
            p[at] = (1 + int((past <= score[at]).sum())) / (1 + len(past))
            rank = int(np.floor(rate * (1 + len(past)))) - 1
            threshold[at] = min(float(np.partition(past, rank)[rank]), -MATERIAL)
            flag[at] = p[at] <= rate and score[at] < -MATERIAL
        if gross[at]:
            continue
        if flag[at]:
            told.append(float(score[at]))
        else:
            healthy[count], count = score[at], count + 1
    return Anomalies(expected, score, p, flag, threshold, rate)


def _gross(score: Float) -> Bool:
    """Scores so far below the earlier ones that no healthy day is."""
    flags = np.zeros(len(score), dtype=bool)
    kept, count = np.empty(len(score)), 0
    for at in np.flatnonzero(np.isfinite(score)):
        past = kept[max(0, count - OWN_DAYS) : count]
        if len(past) >= LEAST_LIKE:
            middle = _median(past)
            sigma = MAD_TO_SIGMA * _median(np.abs(past - middle))
            flags[at] = sigma > 0 and score[at] < middle - GROSS_MADS * sigma
        if not flags[at]:
            kept[count], count = score[at], count + 1
    return flags


def _median(values: Float) -> float:
    """Median of a few known values; `np.median` takes ten times as long for them."""
    ordered = np.sort(values)
    n = len(ordered)
    return float((ordered[(n - 1) // 2] + ordered[n // 2]) / 2)
