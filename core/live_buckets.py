"""Buckets of stored and of live readings together, and where buckets begin and end."""

from __future__ import annotations

import numpy as np

from core.levels import Level
from core.rollup import Buckets, Float, Int, day_index, day_starts


def as_buckets(ts: Int, value: Float) -> Buckets:
    """Each reading a bucket of its own."""
    return Buckets(ts, value, value, value, value, value, np.ones(len(ts), np.int64))


def whole_buckets(start: int, end: int, level: Level, zone: str) -> tuple[int, int]:
    """Edges of the buckets that lie wholly in [start, end)."""
    if level.local_day:
        starts = day_starts(zone)
        first = int(np.searchsorted(starts, start))
        last = int(day_index(np.array([end]), zone)[0])
        return int(starts[first]), int(starts[last])
    width = level.width_us
    return -(-start // width) * width, end // width * width


def bucket_around(moment: int, level: Level, zone: str) -> tuple[int, int]:
    """Start and end of the bucket a time falls into."""
    if level.local_day:
        at = int(day_index(np.array([moment]), zone)[0])
        return int(day_starts(zone)[at]), int(day_starts(zone)[at + 1])
    start = moment // level.width_us * level.width_us
    return start, start + level.width_us


def merge_buckets(stored: Buckets, live: Buckets) -> Buckets:
    """Buckets of stored and later live readings together."""
    if not len(live.ts):
        return stored
    both = Buckets(*(np.concatenate(two) for two in zip(stored, live, strict=True)))
    return merge_keyed(np.zeros(len(both.ts), np.int64), both)[1]


def merge_keyed(code: Int, both: Buckets) -> tuple[Int, Buckets]:
    """Buckets of equal code and start together; of two the one that comes first is the earlier."""
    if not len(code):
        return code, both
    order = np.lexsort((both.ts, code))
    code, both = code[order], both.rows(order)
    steps = (np.diff(both.ts) != 0) | (np.diff(code) != 0)
    start = np.concatenate(([0], np.flatnonzero(steps) + 1))
    end = np.append(start[1:], len(both.ts)) - 1
    return code[start], Buckets(
        both.ts[start], both.first[start], both.last[end],
        np.minimum.reduceat(both.min, start), np.maximum.reduceat(both.max, start),
        np.add.reduceat(both.sum, start), np.add.reduceat(both.count, start),
    )  # fmt: skip
