"""Equal slots of time, and which slot has the same wall time some days before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.forecast.holidays import public_holidays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
WORKDAY, SATURDAY, SUNDAY = 0, 1, 2


@dataclass(frozen=True)
class Grid:
    """Slots of equal length; slot k is [start + k·step, start + (k+1)·step).

    Attributes
    ----------
    start, step : [µs UTC], [µs]; a day is a whole number of steps.
    count : number of slots.
    zone : zone whose wall clock people live by.
    region : whose public holidays count as Sundays; see `holidays.public_holidays`.
    """

    start: int
    step: int
    count: int
    zone: str
    region: str = ""

    def __post_init__(self) -> None:
        if self.step <= 0 or DAY_US % self.step:
            raise ValueError(f"a day is no whole number of steps of {self.step} µs")

    @property
    def per_day(self) -> int:
        """Slots of a day of 24 hours."""
        return DAY_US // self.step

    @property
    def ts(self) -> Ints:
        """Starts of the slots [µs UTC]."""
        return self.start + self.step * np.arange(self.count, dtype=np.int64)

    def slot(self, ts: int) -> int:
        """The slot a moment [µs UTC] lies in."""
        return (ts - self.start) // self.step

    @cached_property
    def _local(self) -> pd.DatetimeIndex:
        utc = pd.DatetimeIndex(self.ts.astype("datetime64[us]")).tz_localize("UTC")
        return utc.tz_convert(self.zone).tz_localize(None)

    @cached_property
    def wall(self) -> Ints:
        """Wall time of the slots [steps since some local midnight before the first]."""
        us = self._local.to_numpy("datetime64[us]").astype(np.int64)
        wall: Ints = (us - us[0] // DAY_US * DAY_US) // self.step
        return wall

    @cached_property
    def _slot_of_wall(self) -> Ints:
        """Slot by wall time; the first of a repeated hour, the next slot for a skipped one."""
        places = np.full(int(self.wall.max()) + 1, self.count, np.int64)
        places[self.wall[::-1]] = np.arange(self.count)[::-1]
        places = np.minimum.accumulate(places[::-1])[::-1]
        places[: int(self.wall[0])] = -1
        return places

    def days_before(self, slots: Ints, days: int | Ints) -> Ints:
        """Slots at the same wall time `days` earlier; -1 before the first."""
        wall = self.wall[slots] - days * self.per_day
        found = self._slot_of_wall[np.maximum(wall, 0)]
        return np.where(wall < 0, -1, found)

    @cached_property
    def hour(self) -> Floats:
        """Local time of day [h]."""
        hours: Floats = (self.wall % self.per_day) * np.float64(self.step / HOUR_US)
        return hours

    @cached_property
    def _days(self) -> tuple[Ints, list[date]]:
        """Number of the local day of each slot, and the days."""
        day = self.wall // self.per_day
        first = self._local[0].date()
        return day, [first + timedelta(days=n) for n in range(-1, int(day.max()) + 2)]

    @property
    def day(self) -> Ints:
        """Number of the local day of each slot."""
        return self._days[0]

    @cached_property
    def weekday(self) -> Ints:
        """0 Monday .. 6 Sunday."""
        day, days = self._days
        return np.array([one.weekday() for one in days], np.int64)[day + 1]

    @cached_property
    def _off(self) -> NDArray[np.bool_]:
        """By day, with one before and one after: whether it is a public holiday."""
        return np.array([one in public_holidays(self.region, one.year) for one in self._days[1]])

    @cached_property
    def holiday(self) -> NDArray[np.bool_]:
        """Whether the slot lies in a public holiday."""
        found: NDArray[np.bool_] = self._off[self.day + 1]
        return found

    @cached_property
    def kind(self) -> Ints:
        """Kind of the day: workday, Saturday, or Sunday and holiday."""
        plain = np.where(self.weekday == 6, SUNDAY, np.where(self.weekday == 5, SATURDAY, WORKDAY))
        return np.where(self.holiday, SUNDAY, plain)

    @cached_property
    def near_holiday(self) -> Ints:
        """2 for a workday between a holiday and a weekend, 1 beside a holiday, else 0."""
        off, days = self._off, self._days[1]
        free = np.array([h or d.weekday() >= 5 for h, d in zip(off, days, strict=True)])
        beside = np.zeros(len(off), np.int64)
        beside[1:-1] = off[:-2] | off[2:]
        bridge = np.zeros(len(off), bool)
        bridge[1:-1] = ~free[1:-1] & free[:-2] & free[2:] & (off[:-2] | off[2:])
        found: Ints = np.where(bridge, 2, beside)[self.day + 1]
        return found

    @cached_property
    def month(self) -> Ints:
        """Local month, 1..12."""
        return self._local.month.to_numpy().astype(np.int64)

    @cached_property
    def season(self) -> tuple[Floats, Floats]:
        """Sine and cosine of the time of year."""
        angle = 2 * np.pi * self._local.day_of_year.to_numpy() / 365.25
        return np.sin(angle), np.cos(angle)


def take(values: Floats, slots: Ints) -> Floats:
    """Values of slots, NaN for a slot of -1."""
    return np.where(slots >= 0, values[np.maximum(slots, 0)], np.nan)
