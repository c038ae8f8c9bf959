"""Ranking of a plant's inverters or strings in a window: how they run, when not, at which hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.analytics import pv, pv_peers
from core.analytics.pv_peers import HourlyShares, PeerRank
from core.analytics.quality import Bool, Float, Int, local_times
from core.levels import HOUR
from core.pv_history import telling, unit_shares
from core.pv_load import PlantCourse, load_strings
from core.pv_report import AVAILABLE_SHARE, PlantReport, bright_cells
from core.query import Store

LEAST_UNITS = 3  # of two, nobody can say which one is off
LEAST_DOWN = HOUR  # of light without power that is told as a stretch


@dataclass(frozen=True)
class Ranking:
    """Units against their peers, those that never ran first, then the weakest.

    Attributes
    ----------
    sizes_told : whether each one's nominal power is known.
    hourly : by hour of the day, units in the order of `units`.
    units : a row per unit: `unit`, `known_h`, `down_h`, `time_ratio`, `energy_kwh`, `lost_kwh`,
        `energy_ratio`. Of strings an interval is down only where the peers run, and energies are in
        the unit of the signals times hours.
    spans : by unit, stretches [start, end) [µs] without power in the light of an hour and more.
    """

    ranks: tuple[PeerRank, ...]
    sizes_told: bool
    hourly: HourlyShares
    units: pd.DataFrame
    spans: dict[str, tuple[tuple[int, int], ...]]

    def weak_hours(self, unit: str) -> list[tuple[int, int]]:
        """Stretches of hours of the day at which a unit is weaker than at others."""
        return self.hourly.weak_hours(list(self.units["unit"]).index(unit))

    def missing(self, unit: str) -> float:
        """How much weaker, as a share."""
        return self.hourly.missing(list(self.units["unit"]).index(unit))


def refusal(report: PlantReport, kind: str) -> str:
    """Why units cannot be compared: ``few``, ``planes``; empty where they can."""
    facts, signals = report.course.facts, report.course.signals
    count = len(signals.units) if kind == "inverters" else len(signals.strings)
    planes = facts.unit_planes if kind == "inverters" else facts.string_planes
    if count < LEAST_UNITS:
        return "few"
    if planes is not None and max(Counter(planes).values()) < LEAST_UNITS:
        return "planes"
    return ""


def ranking(store: Store, report: PlantReport, kind: str) -> Ranking | None:
    """Inverters or strings against the median of their peers; None where `refusal` says why.

    Parameters
    ----------
    kind : ``inverters`` or ``strings``; strings whose size is not told are taken for equal.
    """
    if refusal(report, kind):
        return None
    course, hours = report.course, report.course.frame["hours"].to_numpy()
    if kind == "inverters":
        table, size, plane = course.units, course.unit_kwp, course.unit_planes
        size = size if np.isfinite(size).all() else np.ones(len(size))
        told, shares, units = course.facts.unit_kwp is not None, unit_shares(report), report.units
    else:
        table = load_strings(store, course)
        told = course.facts.string_sizes is not None
        size, plane = _sizes(course, table), _planes(course)
        shares = pv_peers.daily_shares(
            table.to_numpy(), size, hours, telling(report), report.day, plane=plane
        )
        units = _availability(report, table, size, plane)
    hour = local_times(course.frame["ts"].to_numpy(), course.zone).hour.to_numpy(np.int64)
    hourly = pv_peers.hourly_shares(
        table.to_numpy(), size, hours, telling(report), report.day, hour, plane
    )
    ranks = [_still(one, units) for one in pv_peers.rank_units(shares, list(table.columns))]
    ranks.sort(key=lambda one: one.verdict != "down")
    spans = _down_spans(report, table, size, plane)
    return Ranking(tuple(ranks), told, hourly, units, spans)


def _sizes(course: PlantCourse, strings: pd.DataFrame) -> Float:
    told = course.facts.string_sizes
    if told is not None:
        return np.array(told)
    most = float(np.nanmax(strings.to_numpy(), initial=0.0))
    return np.full(len(strings.columns), most or 1.0)


def _planes(course: PlantCourse) -> Int | None:
    planes = course.facts.string_planes
    return None if planes is None else np.array(planes)


def _still(one: PeerRank, units: pd.DataFrame) -> PeerRank:
    """A unit without a single day on which it ran stood still, if there was light."""
    down = float(units.loc[units["unit"] == one.unit, "down_h"].iloc[0])
    return replace(one, verdict="down") if not one.days and down > 0 else one


def _availability(
    report: PlantReport, table: pd.DataFrame, size: Float, plane: Int | None
) -> pd.DataFrame:
    expected, must = _must_run(report, table, size, plane)
    power = table.to_numpy()
    # An interval in which the peers stand still, too, is none of a string's own.
    alone = np.where(must, power, np.nan)
    hours = report.course.frame["hours"].to_numpy()
    found = pv.availability(alone, expected, size, hours, np.asarray(must.any(axis=1)))
    return found.assign(unit=list(table.columns))


def _must_run(
    report: PlantReport, table: pd.DataFrame, size: Float, plane: Int | None
) -> tuple[Float, Bool]:
    """What peers let expect, and the cells in which each unit must run."""
    expected = pv.expected_from_peers(table.to_numpy(), size, plane)
    bright = bright_cells(report.course, report.flags, expected, size)
    run = np.nan_to_num(expected) >= AVAILABLE_SHARE * size
    return expected, np.asarray(bright[:, None] & run, dtype=bool)


def _down_spans(
    report: PlantReport, table: pd.DataFrame, size: Float, plane: Int | None
) -> dict[str, tuple[tuple[int, int], ...]]:
    """Stretches without power in the light; a night between does not part them."""
    _, must = _must_run(report, table, size, plane)
    ts, step = report.course.frame["ts"].to_numpy(), report.course.step_us
    found = {}
    for at, name in enumerate(table.columns):
        power = table[name].to_numpy()
        known = np.flatnonzero(must[:, at] & np.isfinite(power))
        down = np.concatenate(([False], power[known] < pv.RUNNING_RATIO * size[at], [False]))
        edges = np.flatnonzero(np.diff(down.astype(np.int8)))
        found[str(name)] = tuple(
            (int(ts[known[a]]), int(ts[known[b - 1]]) + step)
            for a, b in zip(edges[::2], edges[1::2], strict=True)
            if (b - a) * step >= LEAST_DOWN
        )
    return found
