"""Inverters and strings against the median of their peers at the same light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.pv import RUNNING_RATIO, expected_from_peers
from core.analytics.quality import Bool, Float, Int

LEAST_DAYS = 4
MARGIN = 0.01  # ratio that is taken for alike: meters of two inverters differ as much
LEVEL = 0.95  # of all intervals of one comparison together
DRAWS = 2000
BLOCK_DAYS = 3  # weather of neighbouring days is alike
WEAK_HOUR = 0.05  # that an hour of the day must lie below a unit's other hours to be told


@dataclass(frozen=True)
class PeerRank:
    """One unit against its peers.

    Attributes
    ----------
    ratio : median over days of own energy / that of the median peer, both per nominal power, of
        the intervals in which the unit ran; low, high : its interval.
    days : how many days it rests on.
    verdict : ``behind``, ``ahead``, ``alike`` (within 1 %), ``undecided`` or ``few_days``.
    """

    unit: str
    ratio: float
    low: float
    high: float
    days: int
    verdict: str


def daily_shares(
    units: Float,
    unit_kwp: Float,
    hours: Float,
    telling: Bool,
    day: Int,
    *,
    running: bool = True,
    plane: Int | None = None,
) -> pd.DataFrame:
    """Energy of each unit over that of its median peer, per day: a column per unit.

    Where `running`, of the intervals alone in which the unit ran: an outage is told by the
    availability, and would hide in the ratio how the unit runs when it does.

    Parameters
    ----------
    units : float64[n, u] [kW]; unit_kwp : float64[u], any common unit of size.
    telling : bool[n], bright and not at a limit. day : int64[n].
    plane : see `pv.expected_from_peers`.
    """
    peers = expected_from_peers(units, unit_kwp, plane, ranked=True)
    columns = {}
    for at in range(units.shape[1]):
        own = units[:, at]
        used = telling & np.isfinite(peers[:, at]) & np.isfinite(own)
        if running:
            used &= np.nan_to_num(own) >= RUNNING_RATIO * unit_kwp[at]
        weight = hours[used]
        sums = pd.DataFrame(
            {"day": day[used], "own": own[used] * weight, "peer": peers[used, at] * weight}
        )
        by_day = sums.groupby("day").sum()
        columns[at] = by_day["own"] / by_day["peer"].where(by_day["peer"] > 0)
    return pd.DataFrame(columns)


@dataclass(frozen=True)
class HourlyShares:
    """Units against their peers by the hour of the day.

    Attributes
    ----------
    share : float64[24, u], median over days of own energy / that of the median peer.
    weak : bool[24, u], surely `WEAK_HOUR` or more below the unit's own middle hour: a shadow.
    enough : whether there are days enough for any hour to be surely weak.
    """

    share: Float
    weak: Bool
    enough: bool

    def weak_hours(self, unit: int) -> list[tuple[int, int]]:
        """Stretches [from, to) of weak hours of a unit."""
        flag = np.concatenate(([False], self.weak[:, unit], [False])).astype(np.int8)
        edges = np.flatnonzero(np.diff(flag))
        return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def missing(self, unit: int) -> float:
        """How far a unit's weak hours lie below its middle hour, as a share; 0 without any."""
        weak = self.weak[:, unit]
        middle = np.nanmedian(self.share[:, unit])
        return 1 - float(np.median(self.share[weak, unit]) / middle) if weak.any() else 0.0


def hourly_shares(
    units: Float, unit_kwp: Float, hours: Float, telling: Bool, day: Int, hour: Int,
    plane: Int | None = None,
) -> HourlyShares:  # fmt: skip
    """Units against the median of their peers by local hour of the day.

    The upper bound of an hour's median is an order statistic of its days (sign test); all hours of
    all units hold together at 97.5 % (Bonferroni), so that under some twelve days nothing is weak.

    Parameters
    ----------
    hour : int64[n], local hour of the day; the others as in `daily_shares`.

    Source: Conover, Practical Nonparametric Statistics, 3rd ed., 3.2.
    """
    from scipy.stats import binom

    peers = expected_from_peers(units, unit_kwp, plane, ranked=True)
    count = units.shape[1]
    share, high = np.full((24, count), np.nan), np.full((24, count), np.nan)
    tail = (1 - LEVEL) / 2 / (24 * max(count, 1))
    cell = (day - day.min(initial=0)) * 24 + hour
    shape = (int(cell.max(initial=0)) // 24 + 1, 24)
    for at in range(count):
        own, other = units[:, at], peers[:, at]
        used = telling & np.isfinite(other) & (np.nan_to_num(own) >= RUNNING_RATIO * unit_kwp[at])
        mine, theirs = (
            np.bincount(cell[used], (power * hours)[used], shape[0] * 24).reshape(shape)
            for power in (own, other)
        )
        ratio = np.divide(mine, theirs, out=np.full(shape, np.nan), where=theirs > 0)
        ordered = np.sort(ratio, axis=0)  # days without a ratio come last
        n = np.isfinite(ordered).sum(axis=0)
        place = n - binom.ppf(tail, n, 0.5).astype(np.int64)
        for at_hour in np.flatnonzero(n >= LEAST_DAYS):
            share[at_hour, at] = np.median(ordered[: n[at_hour], at_hour])
            if place[at_hour] < n[at_hour]:
                high[at_hour, at] = ordered[place[at_hour], at_hour]
    known = np.isfinite(share).any(axis=0)
    middle = np.full(count, np.nan)
    middle[known] = np.nanmedian(share[:, known], axis=0)
    return HourlyShares(share, high < (1 - WEAK_HOUR) * middle, bool(np.isfinite(high).any()))


def rank_units(shares: pd.DataFrame, names: Sequence[str], seed: int = 1) -> list[PeerRank]:
    """Units in order of their ratio, the weakest first.

    Intervals come from blocks of days drawn anew; all of them hold together at 95 % (Bonferroni).
    """
    tail = (1 - LEVEL) / 2 / max(len(names), 1)
    drawn: dict[int, NDArray[np.int32]] = {}
    found = []
    for at, name in enumerate(names):
        daily = shares[at].dropna().to_numpy()
        n = len(daily)
        if n >= LEAST_DAYS and n not in drawn:
            drawn[n] = _blocks(n, seed)
        found.append(_rank(name, daily, tail, drawn.get(n)))
    return sorted(found, key=lambda one: (not np.isfinite(one.ratio), one.ratio))


def _blocks(n: int, seed: int) -> NDArray[np.int32]:
    """Days drawn anew in blocks: int32[DRAWS, n]."""
    rng = np.random.default_rng(seed)
    block = min(BLOCK_DAYS, n // 2)
    starts = rng.integers(0, n, size=(DRAWS, -(-n // block))).astype(np.int32)
    drawn = (starts[:, :, None] + np.arange(block, dtype=np.int32)).reshape(DRAWS, -1)[:, :n]
    return np.where(drawn >= n, drawn - np.int32(n), drawn)


def _rank(name: str, daily: Float, tail: float, at: NDArray[np.int32] | None) -> PeerRank:
    n = len(daily)
    if at is None:
        ratio = float(np.median(daily)) if n else np.nan
        return PeerRank(name, ratio, np.nan, np.nan, n, "few_days")
    low, high = np.quantile(np.median(daily[at], axis=1), [tail, 1 - tail])
    ratio = float(np.median(daily))
    return PeerRank(name, ratio, float(low), float(high), n, _verdict(ratio, low, high))


def _verdict(ratio: float, low: float, high: float) -> str:
    if low > 1 - MARGIN and high < 1 + MARGIN:
        return "alike"
    if high < 1 and ratio < 1 - MARGIN:
        return "behind"
    if low > 1 and ratio > 1 + MARGIN:
        return "ahead"
    return "undecided"
