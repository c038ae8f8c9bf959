"""From readings to what the limits of a rule speak of, in any pieces of time.

Whatever a measure needs of the readings before is kept as plain data in a dictionary `more`, so
that pieces give what the whole would. Times int64 µs since the epoch, UTC; values float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.analytics.alerts import LONGEST_GAP_S, SECOND_US, Bool, Float, Int, When

Timed = tuple[Int, Float]
LEAST_PEERS = 3  # of two, nobody can say which one is off
SUN_UP_DEG = 5.0


def changes(more: dict[str, Any], ts: Int, value: Float, over_us: int) -> Timed:
    """Change against the newest reading that is at least `over_us` older [unit].

    No change is told where that reading is more than twice as old.
    """
    old_ts = np.array(more.get("ts", []), np.int64)
    old_value = np.array(more.get("value", []), np.float64)
    all_ts = np.concatenate([old_ts, ts])
    all_value = np.concatenate([old_value, value])
    before = np.searchsorted(all_ts, ts - over_us, side="right") - 1
    known = (before >= 0) & (ts - all_ts[np.maximum(before, 0)] <= 2 * over_us)
    change = np.where(known, value - all_value[np.maximum(before, 0)], np.nan)
    if len(all_ts):
        kept = all_ts >= all_ts[-1] - 2 * over_us
        more["ts"], more["value"] = all_ts[kept].tolist(), all_value[kept].tolist()
    return ts, change


def drops(more: dict[str, Any], ts: Int, value: Float) -> Timed:
    """Fall of a counter against its reading before, as a share of that; 0 where it rises."""
    before = np.concatenate([[more.get("value", np.nan)], value[:-1]])[: len(value)]
    if len(value):
        more["value"] = float(value[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (before - value) / np.abs(before)
    return ts, np.where(before > 0, np.maximum(share, 0.0), np.nan)


def window_means(more: dict[str, Any], ts: Int, value: Float, width_us: int, until: int) -> Timed:
    """Means over windows of the clock that are over by `until`, at the end of each.

    A window without a reading has no mean.
    """
    known = np.isfinite(value)
    ts, value = ts[known], value[known]
    started, total, count = more.get("window", (0, 0.0, 0))
    place = ts // width_us
    every_place = np.concatenate([[started] * (count > 0), place]).astype(np.int64)
    every_total = np.concatenate([[total] * (count > 0), value])
    every_count = np.concatenate([[count] * (count > 0), np.ones(len(value))])
    if not len(every_place):
        return np.empty(0, np.int64), np.empty(0)
    first = np.flatnonzero(np.diff(every_place, prepend=every_place[0] - 1))
    sums, counts = np.add.reduceat(every_total, first), np.add.reduceat(every_count, first)
    places = every_place[first]
    over = (places + 1) * width_us <= until
    rest = ~over
    if rest.any():
        more["window"] = (int(places[rest][0]), float(sums[rest][0]), int(counts[rest][0]))
    else:
        more.pop("window", None)
    return (places[over] + 1) * width_us, sums[over] / counts[over]


def side_by_side(columns: Sequence[Timed]) -> tuple[Int, Float]:
    """All moments [t] and values [t, column] of several series; NaN where one has none."""
    moments = np.unique(np.concatenate([ts for ts, _ in columns]))
    table = np.full((len(moments), len(columns)), np.nan)
    for i, (ts, value) in enumerate(columns):
        table[np.searchsorted(moments, ts), i] = value
    return moments, table


def median_of_others(table: Float) -> Float:
    """Median of all other columns of each row; NaN where fewer than two others have a value."""
    reference = np.full(table.shape, np.nan)
    for column in range(table.shape[1]):
        others = np.delete(table, column, axis=1)
        enough = np.isfinite(others).sum(axis=1) >= LEAST_PEERS - 1
        if enough.any():
            reference[enough, column] = np.nanmedian(others[enough], axis=1)
    return reference


def deviations(
    more: dict[str, Any], value: Float, reference: Float, *, relative: bool, least_ratio: float
) -> Float:
    """Value less reference, or that as a share of the reference.

    NaN where the reference is less than a share of the greatest seen so far: at dusk a small
    difference is a large share.
    """
    size = np.abs(reference)
    seen = float(more.get("greatest", 0.0))
    greatest = np.maximum(seen, np.fmax.accumulate(np.nan_to_num(size), axis=0))
    if len(greatest):
        more["greatest"] = float(greatest[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (value - reference) / size if relative else value - reference
    return np.where((size > 0) & (size >= least_ratio * greatest), found, np.nan)


def spreads(columns: Sequence[Timed]) -> Timed:
    """Greatest less least at moments that every column has."""
    moments, table = side_by_side(columns)
    whole = np.isfinite(table).all(axis=1)
    return moments[whole], np.ptp(table[whole], axis=1) if whole.any() else np.empty(0)


def moved_while_still(
    more: dict[str, Any], ts: Int, value: Float, other_ts: Int, other: Float, *, integrate: bool,
) -> tuple[Int, Float, Int]:  # fmt: skip
    """How much another quantity has moved since the value last changed.

    Movement is the sum of |change| of the other quantity, or with `integrate` the integral of its
    magnitude [unit · h]. Still at the least or the greatest value so far counts as none: a
    battery that is full and an inverter at its limit do not move on.

    Returns
    -------
    Times, movement, and since when the value has stood at each of them [µs UTC].
    """
    travelled, at = _travel(more, other_ts, other, integrate=integrate)
    offset = float(more.get("travelled", 0.0))
    here = np.full(len(ts), offset)
    if len(at):
        place = np.searchsorted(at, ts, side="right") - 1
        here = np.where(place >= 0, travelled[np.maximum(place, 0)], offset)
        more["travelled"] = float(travelled[-1])
    if not len(ts):
        return ts, value, ts
    before = np.concatenate([[more.get("value", np.nan)], value[:-1]])
    changed = value != before
    begun = np.concatenate([[more.get("begun", here[0])], np.where(changed, here, -np.inf)])
    begun = np.maximum.accumulate(begun)[1:]
    since = [more.get("stood", int(ts[0])), *np.where(changed, ts, -(2**62)).tolist()]
    stood = np.maximum.accumulate(np.array(since, np.int64))[1:]
    least = np.minimum.accumulate(np.concatenate([[more.get("least", np.inf)], value]))[1:]
    most = np.maximum.accumulate(np.concatenate([[more.get("most", -np.inf)], value]))[1:]
    more.update(
        value=float(value[-1]), begun=float(begun[-1]), least=float(least[-1]),
        most=float(most[-1]), stood=int(stood[-1]),
    )  # fmt: skip
    return ts, np.where((value <= least) | (value >= most), 0.0, here - begun), stood


def _travel(more: dict[str, Any], ts: Int, value: Float, *, integrate: bool) -> tuple[Float, Int]:
    """Sum of movement at each reading of the other quantity, going on from before."""
    known = np.isfinite(value)
    ts, value = ts[known], value[known]
    if not len(ts):
        return np.empty(0), ts
    last_ts, last = more.get("other", (int(ts[0]), float(value[0])))
    more["other"] = (int(ts[-1]), float(value[-1]))
    if integrate:
        hours = np.diff(ts, prepend=last_ts) / (3600 * SECOND_US)
        hours[hours > LONGEST_GAP_S / 3600] = 0.0
        step = np.abs(np.concatenate([[last], value[:-1]])) * hours
    else:
        step = np.abs(np.diff(value, prepend=last))
    return float(more.get("travelled", 0.0)) + np.cumsum(step), ts


def holds_when(more: dict[str, Any], ts: Int, gate_ts: Int, gate: Float, when: When) -> Bool:
    """Whether the newest reading of another quantity lets the rule hold at each moment.

    A reading more than an hour old says nothing any more, and the rule does not hold.
    """
    if "gate" in more:
        gate_ts = np.concatenate([[more["gate"][0]], gate_ts]).astype(np.int64)
        gate = np.concatenate([[more["gate"][1]], gate])
    if not len(gate_ts):
        return np.zeros(len(ts), bool)
    more["gate"] = (int(gate_ts[-1]), float(gate[-1]))
    place = np.searchsorted(gate_ts, ts, side="right") - 1
    at = np.maximum(place, 0)
    fresh = (place >= 0) & (ts - gate_ts[at] <= LONGEST_GAP_S * SECOND_US)
    value = gate[at]
    above = True if when.above is None else value > when.above
    below = True if when.below is None else value < when.below
    return np.asarray(fresh & above & below)


def sun_is_up(ts: Int, place: Mapping[str, float], least_deg: float = SUN_UP_DEG) -> Bool:
    """Whether the sun stands higher than a few degrees at a place.

    Parameters
    ----------
    place : ``latitude`` and ``longitude`` [°].

    Source: low-precision formulas of the Astronomical Almanac, good to 0.01° from 1950 to 2050.
    """
    day = ts / (86_400 * SECOND_US) - 10_957.5  # days since 2000-01-01 12:00 UTC
    anomaly = np.radians(357.528 + 0.9856003 * day)
    longitude = np.radians(
        280.460 + 0.9856474 * day + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    )
    tilt = np.radians(23.439 - 0.0000004 * day)
    ascension = np.arctan2(np.cos(tilt) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(tilt) * np.sin(longitude))
    sidereal = np.radians((280.46062 + 360.98564737 * day + place["longitude"]) % 360)
    latitude = np.radians(place["latitude"])
    height = np.arcsin(
        np.sin(latitude) * np.sin(declination)
        + np.cos(latitude) * np.cos(declination) * np.cos(sidereal - ascension)
    )
    return np.asarray(np.degrees(height) > least_deg)
