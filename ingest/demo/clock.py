"""The minute grid of the demo site, in UTC and as the people on site read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ingest.demo.options import DemoOptions

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]  # what is kept for the whole span, half the memory
Bools = npt.NDArray[np.bool_]

MINUTE_US = 60_000_000
_QUARTER_S = 900


@dataclass(frozen=True)
class Clock:
    """Minutes of the span.

    Parameters
    ----------
    ts : start of each minute [µs since the epoch, UTC].
    day : local day, 0 = first day of the span.
    minute : local minute of the day (wall clock: repeats in autumn, jumps in spring).
    weekday : 0 = Monday.
    day_of_year : 1 = 1 January.
    """

    ts: Ints
    day: Days
    minute: Days
    weekday: Days
    day_of_year: Days

    @property
    def size(self) -> int:
        """Number of minutes."""
        return int(self.ts.size)

    def index_of(self, day: float) -> int:
        """Index of the minute `day` local days (with fraction) after the start."""
        whole = int(day)
        first = int(np.searchsorted(self.day, whole))
        return min(first + round((day - whole) * 1440), self.size - 1)


def build_clock(options: DemoOptions) -> Clock:
    """Minute grid from the first local midnight to the midnight that ends the last day."""
    zone = ZoneInfo(options.zone)
    first = datetime.combine(options.first_day, time(), tzinfo=zone)
    after = datetime.combine(options.first_day + timedelta(days=options.days), time(), tzinfo=zone)
    start, stop = int(first.timestamp()), int(after.timestamp())
    seconds = np.arange(start, stop, 60, dtype=np.int64)
    local = seconds + _utc_offset(zone, start, stop)[(seconds - start) // _QUARTER_S]
    days = local // 86_400
    dates = days.astype("datetime64[D]")
    return Clock(
        ts=seconds * 1_000_000,
        day=(days - days[0]).astype(np.int32),
        minute=((local % 86_400) // 60).astype(np.int32),
        weekday=((days + 3) % 7).astype(np.int32),  # 1970-01-01 was a Thursday
        day_of_year=(dates - dates.astype("datetime64[Y]")).astype(np.int32) + 1,
    )


def _utc_offset(zone: ZoneInfo, start: int, stop: int) -> Ints:
    """UTC offset [s] of each quarter hour; no zone changes its clocks between two of them."""
    return np.array(
        [
            (datetime.fromtimestamp(s, zone).utcoffset() or timedelta(0)) // timedelta(seconds=1)
            for s in range(start, stop, _QUARTER_S)
        ],
        dtype=np.int64,
    )


def block_mean(values: Floats, minutes: int) -> Floats:
    """Mean of each run of `minutes` minutes, repeated; the last run may be short."""
    edges = np.arange(0, values.size, minutes)
    sizes = np.diff(np.append(edges, values.size))
    return np.repeat(np.add.reduceat(values, edges) / sizes, sizes)


def daily_sum(values: Floats, day: Days) -> Floats:
    """Sum over each local day."""
    return np.asarray(np.bincount(day, weights=values), dtype=np.float64)
