"""Moments as they are typed and printed: local time of the store's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.errors import QueryError


def parse_moment(text: str, zone: str) -> int:
    """Moment of an ISO date or time [µs]; one without an offset is local to the zone.

    Raises
    ------
    QueryError : the text is no time, or one that the clocks skip.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(f"{text!r} is not a time; expected e.g. 2024-03-31T12:00") from error
    if moment.tzinfo is None:
        naive, moment = moment, moment.replace(tzinfo=ZoneInfo(zone))
        # What the clocks skip in spring comes back from UTC as another time.
        if moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
            raise QueryError(f"{text} does not exist in {zone}: the clocks are put forward then")
    return round(moment.timestamp() * 1_000_000)


def local_time(moment: int | None, zone: str) -> str | None:
    """A moment [µs] as ISO text with the zone's offset; None where there is none."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1e6, ZoneInfo(zone)).isoformat(timespec="seconds")
