"""Inverters and strings against the median of their peers at the same light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.pv import RUNNING_RATIO, expected_from_peers
from core.analytics.quality import Bool, Float, Int

LEAST_DAYS = 4
MARGIN = 0.01  # ratio that is taken for alike: meters of two inverters differ as much
LEVEL = 0.95  # of all intervals of one comparison together
DRAWS = 2000
BLOCK_DAYS = 3  # weather of neighbouring days is alike


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
    peers = expected_from_peers(units, unit_kwp, plane)
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


def rank_units(shares: pd.DataFrame, names: Sequence[str], seed: int = 1) -> list[PeerRank]:
    """Units in order of their ratio, the weakest first.

    Intervals come from blocks of days drawn anew; all of them hold together at 95 % (Bonferroni).
    """
    tail = (1 - LEVEL) / 2 / max(len(names), 1)
    found = [
        _rank(name, shares[at].dropna().to_numpy(), tail, seed) for at, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: (not np.isfinite(one.ratio), one.ratio))


def _rank(name: str, daily: Float, tail: float, seed: int) -> PeerRank:
    n = len(daily)
    if n < LEAST_DAYS:
        ratio = float(np.median(daily)) if n else np.nan
        return PeerRank(name, ratio, np.nan, np.nan, n, "few_days")
    rng = np.random.default_rng(seed)
    block = min(BLOCK_DAYS, n // 2)
    starts = rng.integers(0, n, size=(DRAWS, -(-n // block)))
    at = (starts[:, :, None] + np.arange(block)).reshape(DRAWS, -1)[:, :n] % n
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
