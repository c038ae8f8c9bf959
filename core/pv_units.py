"""Ranking of a plant's inverters or strings in a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics import pv_peers
from core.analytics.pv_peers import PeerRank
from core.pv_history import telling, unit_shares
from core.pv_report import PlantReport

LEAST_UNITS = 3  # of two, nobody can say which one is off


@dataclass(frozen=True)
class Ranking:
    """Units, the weakest first; `sizes_told` whether each one's nominal power is known."""

    ranks: tuple[PeerRank, ...]
    sizes_told: bool


def ranking(report: PlantReport, kind: str) -> Ranking | None:
    """Inverters or strings against the median of their peers; None where there are under three.

    Parameters
    ----------
    kind : ``inverters`` or ``strings``; strings are taken for equally large.
    """
    course = report.course
    table = course.units if kind == "inverters" else course.strings
    if len(table.columns) < LEAST_UNITS:
        return None
    if kind == "inverters":
        told = course.facts.unit_kwp is not None
        shares = unit_shares(report)
    else:
        told = False
        power = table.to_numpy()
        most = np.nanmax(power, initial=0.0)
        shares = pv_peers.daily_shares(
            power, np.full(power.shape[1], most or 1.0), course.frame["hours"].to_numpy(),
            telling(report), report.day,
        )  # fmt: skip
    return Ranking(tuple(pv_peers.rank_units(shares, list(table.columns))), told)
