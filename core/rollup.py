"""Roll-up of readings into buckets: pure functions on arrays.

A bucket is labelled by its start (UTC) and keeps ``first, last, min, max, sum, count``. Every
level re-aggregates exactly from the one below. Buckets of a day are local days of a zone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigError

Int = NDArray[np.int64]
Float = NDArray[np.float64]

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
# Time stamps outside these years are quarantined at the border.
FIRST_DAY = date(1970, 1, 2)
LAST_DAY = date(2099, 12, 31)
# A bucket is a row of eight columns: of fewer samples than about four, it costs more to write, keep
# and read than they do (benchmarks, docs/adr/0002). A tenth less, for readings lost.
SAMPLES_PER_BUCKET = 3.6
_UNITS = {"s": SECOND, "min": 60 * SECOND, "h": HOUR, "d": DAY}
_RULE = re.compile(r"(\d+)(s|min|h|d)")


@dataclass(frozen=True, order=True)
class Level:
    """One step of the pyramid: buckets of `width_us` [µs]; a day is a LOCAL day."""

    width_us: int
    name: str = field(compare=False)

    @property
    def local_day(self) -> bool:
        """Whether buckets are local days."""
        return self.width_us == DAY


def parse_rules(text: str) -> tuple[Level, ...]:
    """Levels of ``"1min,5min,15min,1h,1d"``, finest first.

    Raises
    ------
    ConfigError : a width is unknown, not a multiple of the one below, or neither a day nor a part
        of an hour.
    """
    levels = []
    for part in (part.strip() for part in text.split(",")):
        found = _RULE.fullmatch(part)
        if not found or not int(found[1]):
            raise ConfigError(f"level {part!r}: expected e.g. 1min, 15min, 1h or 1d")
        levels.append(Level(int(found[1]) * _UNITS[found[2]], part))
    levels.sort()
    for fine, coarse in itertools.pairwise(levels):
        if coarse.width_us == fine.width_us or coarse.width_us % fine.width_us:
            raise ConfigError(f"level {coarse.name} is not a multiple of {fine.name}")
    if any(level.width_us > DAY for level in levels):
        raise ConfigError("levels coarser than 1d are not supported")
    for level in levels:
        # What a reading touches is rolled up anew in whole hours; no bucket may reach beyond.
        if not level.local_day and HOUR % level.width_us:
            raise ConfigError(f"level {level.name} does not divide an hour")
    return tuple(levels)


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
    tz = ZoneInfo(zone)
    days = (LAST_DAY - FIRST_DAY).days + 2
    midnight = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=tz)

    def start(day: int) -> int:
        return int((midnight + timedelta(days=day)).timestamp())

    # Midnights a week apart that lie a whole week apart have no clock change between them: no
    # zone has ever set its clock twice within a week.
    weeks = [start(day) for day in range(0, days + 7, 7)]
    starts: list[int] = []
    for week, (this, following) in enumerate(pairwise(weeks)):
        even = following - this == 7 * 86_400
        starts += (this + 86_400 * i if even else start(7 * week + i) for i in range(7))
    return np.array(starts[:days], np.int64) * SECOND


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


def worthwhile(levels: Sequence[Level], rows: int, hours: int) -> tuple[Level, ...]:
    """Levels worth storing for a signal with `rows` samples in `hours` hours that hold any.

    Levels of an hour and coarser always are; a finer one needs on average nearly four samples a
    bucket. A function of the raw content alone, so that no order of arrival matters.
    """
    density = rows / hours if hours else 0.0
    return tuple(
        level
        for level in levels
        if level.width_us >= HOUR or density * level.width_us / HOUR >= SAMPLES_PER_BUCKET
    )


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
