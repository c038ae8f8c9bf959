"""Time zones as tables: the offsets of a zone and where they change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigError
from core.levels import HOUR, MINUTE, SECOND

Int = NDArray[np.int64]

_LAST_YEAR = 2101
_FIXED = re.compile(r"(?:UTC)?([+-])(\d{2}):?(\d{2})?")


@dataclass(frozen=True)
class Transitions:
    """Offsets of a zone: `offset[k]` holds before local boundary `boundary[k]`.

    Around a change, wall-clock times in `[low, high)` exist twice (`overlap`) or not at all.
    """

    boundary: Int
    offset: Int
    low: Int
    high: Int
    overlap: NDArray[np.bool_]


def fixed_offset_us(zone: str) -> int | None:
    """Offset of 'UTC', '+01:00', 'UTC+02' [µs]; None where `zone` is a named zone."""
    if zone.upper() in ("UTC", "Z", "GMT"):
        return 0
    match = _FIXED.fullmatch(zone)
    if match is None:
        return None
    hours, minutes = int(match[2]), int(match[3] or 0)
    size = (hours * HOUR + minutes * MINUTE) * (-1 if match[1] == "-" else 1)
    # No place on earth is further from UTC.
    return size if minutes <= 59 and -12 * HOUR <= size <= 14 * HOUR else None


def zone_name(told: str) -> str:
    """A zone as the program names it: ``UTC``, ``+05:30`` or a name of the zone database.

    The one rule for what people declare, of a source or of a plant.

    Raises
    ------
    ConfigError : no such zone.
    """
    fixed = fixed_offset_us(told)
    if fixed is None:
        _named(told)
        return told
    hours, minutes = divmod(abs(fixed) // MINUTE, 60)
    return f"{'-' if fixed < 0 else '+'}{hours:02d}:{minutes:02d}" if fixed else "UTC"


def zone_info(zone: str) -> tzinfo:
    """The clock of a zone: of the zone database, or a fixed offset.

    Raises
    ------
    ConfigError : no such zone.
    """
    fixed = fixed_offset_us(zone)
    return _named(zone) if fixed is None else timezone(timedelta(microseconds=fixed))


def _named(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"unknown time zone {zone!r}") from error


def _offset_us(zone: ZoneInfo, second: int) -> int:
    delta = datetime.fromtimestamp(second, zone).utcoffset()
    assert delta is not None
    return (delta.days * 86_400 + delta.seconds) * SECOND


@lru_cache(maxsize=64)
def transitions(zone: str) -> Transitions:
    """All changes of a zone's offset from 1970 to 2100, found by bisection on the zone database.

    Raises
    ------
    ConfigError : no such zone.
    """
    fixed = fixed_offset_us(zone)
    empty = np.empty(0, np.int64)
    if fixed is not None:
        return Transitions(empty, np.array([fixed]), empty, empty, empty.astype(bool))
    info = _named(zone)
    last = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    # Every change of an offset lasts longer than a week (Ramadan in Morocco: a month).
    probes = [*range(0, last, 7 * 86_400), last]
    offsets, instants = [_offset_us(info, 0)], []
    for left, right in pairwise(probes):
        after = _offset_us(info, right)
        if after == offsets[-1]:
            continue
        while right - left > 1:
            middle = (left + right) // 2
            if _offset_us(info, middle) == offsets[-1]:
                left = middle
            else:
                right = middle
        instants.append(right * SECOND)
        offsets.append(after)
    instant, offset = np.array(instants, np.int64), np.array(offsets, np.int64)
    before, behind = offset[:-1], offset[1:]
    high = instant + np.maximum(before, behind)
    low = instant + np.minimum(before, behind)
    return Transitions(high, offset, low, high, before > behind)
