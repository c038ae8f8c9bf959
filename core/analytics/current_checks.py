"""Does a current belong to its battery: sign and clock by stretches of days, and size.

Times are int64 microseconds since the epoch in UTC; current [A], charge +. A stretch is doubted
only where the readings contradict each other; where they say nothing, nothing is said. Formulas
and thresholds: docs/methods-battery.md, "Does the current fit".
"""

from __future__ import annotations

from dataclasses import dataclass
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
    ts: Int, volts: Float, current_ts: Int, current: Float, capacity_ah: float
) -> tuple[Int, Float, Float]:
    """Sign and lag at which steps of the current fit those of a cell's voltage, by day.

    For each lag the correlation of ΔV with ΔI over steps of C/20 or more between neighbouring
    readings, of a day with the three before and after it; the lag of the largest is taken.

    Parameters
    ----------
    ts, volts : readings of a cell [µs], [V]. current_ts, current : of its string [µs], [A].

    Returns
    -------
    number of each day since 1970-01-01 UTC; its sign, 0 where it does not tell; its lag [min].
    """
    if len(ts) < 3 or len(current_ts) < 3:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    longest = 20 * MINUTE_US
    near = np.diff(ts) <= longest
    dv = np.clip(np.diff(volts), -MOST_STEP_V, MOST_STEP_V)
    number = ts[1:] // DAY_US
    first, days = int(number[0]), int(number[-1] - number[0]) + 1
    best, lag = np.zeros(days), np.zeros(days)
    enough = np.zeros(days, bool)
    for one in LAGS:
        di = np.diff(hold(ts + one * MINUTE_US, current_ts, current, longest))
        use = near & np.isfinite(di) & np.isfinite(dv) & (np.abs(di) >= STEP_RATE * capacity_ah)
        place, x, y = number[use] - first, di[use], dv[use]
        sums = [
            np.convolve(np.bincount(place, part, minlength=days), np.ones(2 * WINDOW_DAYS + 1),
                        "same")[:days] if days > 2 * WINDOW_DAYS
            else np.full(days, float(part.sum()))
            for part in (x * y, x * x, y * y, np.ones(len(x)))
        ]  # fmt: skip
        both = np.sqrt(sums[1] * sums[2])
        share = sums[0] / np.where(both > 0, both, np.inf)
        better = np.abs(share) > np.abs(best)
        best[better], lag[better] = share[better], one
        if one == 0:
            enough = sums[3] >= LEAST_STEPS
    sign = np.where(enough & (np.abs(best) >= LEAST_MATCH), np.sign(best), 0.0)
    return np.arange(first, first + days), sign, lag


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
