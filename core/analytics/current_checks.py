"""Does a current belong to its battery: sign and clock by stretches of days, and size.

Times are int64 microseconds since the epoch in UTC; current [A], charge +. A stretch is doubted
only where the readings contradict each other; where they say nothing, nothing is said. Formulas
and thresholds: docs/methods-battery.md, "Does the current fit".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from core.analytics.capacity import hold
from core.analytics.quality import HOUR_US, Float, Int

DAY_US = 24 * HOUR_US
MINUTE_US = 60_000_000
LEAST_CHANGE = 0.05  # SOC that must have moved in a day to tell the sign of its current
SURE = 0.5  # correlation from which on a day tells a sign
LAGS = tuple(range(-120, 121, 10))  # [min]
NEAR_LAG = 20  # min; up to here current and voltage belong together
WINDOW_DAYS = 3  # before and after a day that tell its clock
LEAST_STEPS = 10
LEAST_RUN = 3  # days of one kind from which on a stretch is doubted
STEP_RATE = 0.05  # of the capacity
MOST_STEP_V = 0.05  # a knee must not outweigh all steps
LEAST_MATCH = 0.3  # correlation of steps from which on a lag is one
CLEAR_MATCH = 0.7  # correlation of steps from which on no lag is looked for
MOST_DAYS = 300  # of a life that is looked at as a whole
SPREAD = 6  # stretches of a longer one
SPREAD_DAYS = 28  # of each

Doubted = Literal["turned", "clock"]


@dataclass(frozen=True)
class Doubt:
    """A stretch in which the current does not fit what stands beside it.

    Parameters
    ----------
    kind : ``turned`` (the sign) or ``clock`` (of the cells, against the current).
    start, end : [µs UTC].
    """

    kind: Doubted
    start: int
    end: int


def sign_by_day(ts: Int, moved: Float, change: Float) -> tuple[Int, Float]:
    """Which sign the current of each day has: 1, −1, or 0 where the day does not tell.

    Parameters
    ----------
    ts : starts of hours [µs]. moved, change : charge [Ah] and change of SOC (0..1) of each.

    Returns
    -------
    number of each day since 1970-01-01 UTC, ascending, and its sign.
    """
    known = np.isfinite(moved) & np.isfinite(change)
    day, at = np.unique(ts[known] // DAY_US, return_inverse=True)
    m, c = moved[known], change[known]

    def total(values: Float) -> Float:
        return np.bincount(at, values, minlength=len(day)).astype(np.float64)

    both = np.sqrt(total(m * m) * total(c * c))
    share = total(m * c) / np.where(both > 0, both, np.inf)
    tells = (np.abs(share) >= SURE) & (total(np.abs(c)) >= LEAST_CHANGE)
    return day, np.where(tells, np.sign(share), 0.0)


def match_by_day(
    ts: Int,
    volts: Float,
    current_ts: Int,
    current: Float,
    capacity_ah: float,
    *,
    known_sign: bool = False,
) -> tuple[Int, Float, Float]:
    """Sign and lag at which steps of the current fit those of a cell's voltage, by day.

    For each lag the correlation of ΔV with ΔI over steps of C/20 or more between neighbouring
    readings, of a day with the three before and after it. The lag of the largest is taken; none
    is looked for where they fit well as they stand (0.7). Charges that end and discharges that
    begin at the same hours day by day fit with the other sign at some lag: where the sign is known,
    only lags that fit it count.

    Parameters
    ----------
    ts, volts : readings of a cell [µs], [V]. current_ts, current : of its string [µs], [A].
    known_sign : charge is positive, as something else has told.

    Returns
    -------
    number of each day since 1970-01-01 UTC; its sign, 0 where it does not tell; its lag [min].
    """
    if len(ts) < 3 or len(current_ts) < 3:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    first, days = int(ts[1] // DAY_US), int(ts[-1] // DAY_US - ts[1] // DAY_US) + 1

    def match(ts: Int, volts: Float, lag: int) -> tuple[Float, Float]:
        """Correlation and number of the steps that tell each day, at a lag [min]."""
        longest = 20 * MINUTE_US
        dv = np.clip(np.diff(volts), -MOST_STEP_V, MOST_STEP_V)
        di = np.diff(hold(ts + lag * MINUTE_US, current_ts, current, longest))
        use = (np.diff(ts) <= longest) & np.isfinite(dv) & (np.abs(di) >= STEP_RATE * capacity_ah)
        place, x, y = ts[1:][use] // DAY_US - first, di[use], dv[use]
        both, xx, yy, count = (
            _around(np.bincount(place, part, minlength=days).astype(np.float64))
            for part in (x * y, x * x, y * y, np.ones(len(x)))
        )
        least = np.sqrt(xx * yy)
        return both / np.where(least > 0, least, np.inf), count

    def fit(share: Float) -> Float:
        return share if known_sign else np.abs(share)

    best, count = match(ts, volts, 0)
    lag, enough = np.zeros(days), count >= LEAST_STEPS
    # Where the steps fit well as they stand, no other lag is tried.
    unsure = enough & (best < CLEAR_MATCH)
    rows = (_around(unsure.astype(np.float64)) > 0)[np.maximum(ts // DAY_US - first, 0)]
    for one in (other for other in LAGS if other and unsure.any()):
        share, _ = match(ts[rows], volts[rows], one)
        better = unsure & (fit(share) > fit(best))
        best[better], lag[better] = share[better], one
    sign = np.where(enough & (fit(best) >= LEAST_MATCH), np.sign(best), 0.0)
    return np.arange(first, first + days), sign, lag


def _around(daily: Float) -> Float:
    """Sum of each day with the days before and after it that tell its clock."""
    width = 2 * WINDOW_DAYS + 1
    if len(daily) < width:
        return np.full(len(daily), float(daily.sum()))
    return np.convolve(daily, np.ones(width), "same")


def spread_spans(start: int, end: int) -> list[tuple[int, int]]:
    """What to look at of [start, end) [µs]: all of it, or of a long life six stretches of it.

    They are four weeks each and lie evenly, the first and the last at its ends.
    """
    if end - start <= MOST_DAYS * DAY_US:
        return [(start, end)]
    length = SPREAD_DAYS * DAY_US
    begins = np.linspace(start, end - length, SPREAD).astype(np.int64).tolist()
    return [(one, one + length) for one in begins[:-1]] + [(end - length, end)]


def unlike_gaps(spans: Sequence[tuple[int, int]], day: Int, *told: Float) -> list[tuple[int, int]]:
    """Gaps between neighbouring stretches that say different things [µs].

    Parameters
    ----------
    spans : ascending stretches that were looked at. day : numbers of days, ascending.
    told : for each question 1, −1, or 0 where a day does not tell [day].
    """
    gaps = []
    for (_, before), (after, _) in pairwise(spans):
        left, right = np.searchsorted(day, [before // DAY_US, -(-after // DAY_US)])
        sides = [(_usual(one[:left][::-1]), _usual(one[right:])) for one in told]
        if after > before and any(one * other < 0 for one, other in sides):
            gaps.append((before, after))
    return gaps


def _usual(told: Float) -> float:
    """What most of the first week of days says that tells anything; 0 without one."""
    return float(np.sign(told[told != 0][: 2 * WINDOW_DAYS + 1].sum()))


def find_doubts(kind: Doubted, day: Int, doubted: Float, margin: int = 0) -> tuple[Doubt, ...]:
    """Stretches of three days or more that contradict; days that tell nothing do not part them.

    Parameters
    ----------
    day : numbers of days, ascending. doubted : 1 where it contradicts, −1 where it fits, 0 where it
        does not tell. margin : days added at either end.
    """
    told = np.flatnonzero(doubted)
    flags = np.concatenate([[False], doubted[told] > 0, [False]])
    edges = np.flatnonzero(np.diff(flags.astype(np.int8)))
    found = []
    for begin, behind in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if behind - begin >= LEAST_RUN:
            start, end = int(day[told[begin]]), int(day[told[behind - 1]]) + 1
            found.append(Doubt(kind, (start - margin) * DAY_US, (end + margin) * DAY_US))
    return tuple(found)


def counted_capacity(moved: Float, change: Float) -> float:
    """Charge that moved over the SOC that it moved [Ah]: least squares; NaN with under a day."""
    known = np.isfinite(moved) & np.isfinite(change)
    m, c = moved[known], change[known]
    square = float((c * c).sum())
    return float((m * c).sum()) / square if known.sum() >= 24 and square > 0 else float("nan")
