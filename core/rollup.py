"""Roll-up of readings into buckets: pure functions on arrays.

A bucket is labelled by its start (UTC) and keeps ``first, last, min, max, sum, count``. Every
level re-aggregates exactly from the one below. Buckets of a day are local days of a zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.levels import DAY, HOUR, SECOND, Level
from core.zones import transitions

Int = NDArray[np.int64]
Float = NDArray[np.float64]

# Time stamps outside these years are quarantined at the border.
FIRST_DAY = date(1970, 1, 2)
LAST_DAY = date(2099, 12, 31)


class Buckets(NamedTuple):
    """Parallel arrays, one row a bucket, sorted by `ts` (bucket start) [µs UTC]."""

    ts: Int
    first: Float
    last: Float
    min: Float
    max: Float
    sum: Float
    count: Int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here

    def rows(self, keep: slice | NDArray[np.bool_] | Int) -> Buckets:
        """The rows picked by a slice, mask or index."""
        return Buckets(
            self.ts[keep],
            self.first[keep],
            self.last[keep],
            self.min[keep],
            self.max[keep],
            self.sum[keep],
            self.count[keep],
        )


def empty_buckets() -> Buckets:
    """No bucket at all."""
    none = np.empty(0, np.float64)
    return Buckets(np.empty(0, np.int64), none, none, none, none, none, np.empty(0, np.int64))


@cache
def day_starts(zone: str) -> Int:
    """UTC starts [µs] of all local days of `zone`, FIRST_DAY to LAST_DAY + 1."""
    days = (LAST_DAY - FIRST_DAY).days + 2
    midnights = ((FIRST_DAY - date(1970, 1, 1)).days + np.arange(days)) * DAY
    table = transitions(zone)
    starts: Int = midnights - table.offset[np.searchsorted(table.boundary, midnights, side="right")]
    return starts


def day_index(ts: Int, zone: str) -> Int:
    """Position in `day_starts` of the local day each time stamp falls into."""
    return np.searchsorted(day_starts(zone), ts, side="right") - 1


def bucket_starts(ts: Int, level: Level, zone: str) -> Int:
    """Start of the bucket of `level` each time stamp falls into [µs UTC]."""
    if level.local_day:
        return day_starts(zone)[day_index(ts, zone)]
    return ts // level.width_us * level.width_us


def _edges(keys: Int) -> Int:
    """Positions where a run of equal keys begins."""
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))


def roll_raw(ts: Int, value: Float, level: Level, zone: str) -> Buckets:
    """Buckets of raw samples sorted by time, values finite."""
    if not len(ts):
        return empty_buckets()
    keys = bucket_starts(ts, level, zone)
    start = _edges(keys)
    end = np.append(start[1:], len(ts))
    return Buckets(
        keys[start],
        value[start],
        value[end - 1],
        np.minimum.reduceat(value, start),
        np.maximum.reduceat(value, start),
        np.add.reduceat(value, start),
        end - start,
    )


def roll_buckets(below: Buckets, level: Level, zone: str) -> Buckets:
    """Buckets of `level` from those of a finer level."""
    if not len(below.ts):
        return below
    keys = bucket_starts(below.ts, level, zone)
    start = _edges(keys)
    end = np.append(start[1:], len(below.ts))
    return Buckets(
        keys[start],
        below.first[start],
        below.last[end - 1],
        np.minimum.reduceat(below.min, start),
        np.maximum.reduceat(below.max, start),
        np.add.reduceat(below.sum, start),
        np.add.reduceat(below.count, start),
    )


@cache
def nests_in_days(width_us: int, zone: str) -> bool:
    """Whether no bucket of this width ever crosses a local midnight of `zone`."""
    return not bool(np.any(day_starts(zone) % width_us))


def parent(level: Level, stored: Sequence[Level], zone: str) -> Level | None:
    """The level `level` is built from: a finer stored one that nests in it; None is raw.

    Local days are built from 15 min buckets where these are stored, as the quarter hour is the
    coarsest step that divides the offset of every zone in use.
    """
    finer = [below for below in stored if below < level]
    if level.local_day:
        finer = [below for below in finer if below.width_us <= 900 * SECOND]
        finer = [below for below in finer if nests_in_days(below.width_us, zone)]
    return max(finer) if finer else None


def roll_levels(ts: Int, value: Float, stored: Sequence[Level], zone: str) -> dict[Level, Buckets]:
    """All `stored` levels of raw samples sorted by time; each from the one below."""
    answer: dict[Level, Buckets] = {}
    for level in sorted(stored):
        below = parent(level, list(answer), zone)
        answer[level] = (
            roll_raw(ts, value, level, zone)
            if below is None
            else roll_buckets(answer[below], level, zone)
        )
    return answer


def count_hours(ts: Int) -> int:
    """Number of UTC hours that hold a sample; `ts` sorted."""
    return len(_edges(ts // HOUR)) if len(ts) else 0


def in_order(ts: Int, *columns: NDArray[Any]) -> tuple[Int, list[NDArray[Any]], int]:
    """Sort by time; of equal time stamps the later row stands.

    Returns
    -------
    ts, columns sorted and unique, and the number of rows that gave way.
    """
    if len(ts) < 2 or bool(np.all(ts[1:] > ts[:-1])):
        return ts, list(columns), 0
    order = np.argsort(ts, kind="stable")
    ordered = ts[order]
    keep = np.append(ordered[1:] != ordered[:-1], True)
    order = order[keep]
    return ordered[keep], [column[order] for column in columns], int(len(ts) - len(order))


class Span(NamedTuple):
    """Time that has to be rolled up anew when a reading arrives [µs UTC].

    Hours [start, end) hold whole local days [day_start, day_end); the two differ where the
    offset of the zone is not a whole hour.
    """

    start: int
    end: int
    day_start: int
    day_end: int


def touched_span(first: int, last: int, zone: str) -> Span:
    """Smallest span of whole local days and whole hours around [first, last] [µs]."""
    starts = day_starts(zone)
    low, high = day_index(np.array([first, last]), zone)
    day_start, day_end = int(starts[low]), int(starts[high + 1])
    return Span(day_start // HOUR * HOUR, -(-day_end // HOUR) * HOUR, day_start, day_end)
