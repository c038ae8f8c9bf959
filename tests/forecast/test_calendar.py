"""Holidays, and slots at the same wall time some days before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.analytics.forecast.grid import Grid
from core.analytics.forecast.holidays import easter_sunday, public_holidays
from tests.forecast.courses import HOUR, moment


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2025, 4, 20), (2038, 4, 25)],
)
def test_easter_of_the_almanac(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


def test_the_nine_holidays_of_2024() -> None:
    days = sorted(public_holidays("DE", 2024))
    assert [f"{one:%m-%d}" for one in days] == [
        "01-01", "03-29", "04-01", "05-01", "05-09", "05-20", "10-03", "12-25", "12-26",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "year", "day", "count"),
    [
        ("BY", 2024, "2024-05-30", 12), ("SN", 2024, "2024-11-20", 11),
        ("BE", 2025, "2025-05-08", 11), ("HH", 2017, "2017-10-31", 10),
        ("HH", 2018, "2018-10-31", 10),
        ("BB", 2024, "2024-05-19", 12),
        ("SN", 2023, "2023-11-22", 11),
        ("SN", 2022, "2022-11-16", 11), ("TH", 2024, "2024-09-20", 11),
    ],
)  # fmt: skip
def test_holidays_of_one_state(state: str, year: int, day: str, count: int) -> None:
    days = public_holidays(f"DE-{state}", year)
    assert date.fromisoformat(day) in days
    assert len(days) == count


def test_no_region_has_no_holidays_and_an_unknown_one_is_refused() -> None:
    assert not public_holidays("", 2024)
    with pytest.raises(ValueError, match="no holidays known for 'FR'"):
        public_holidays("FR", 2024)


@pytest.mark.parametrize("start", ["2024-03-28", "2024-10-24", "2024-06-03"])
@pytest.mark.parametrize("step", [HOUR // 4, HOUR])
def test_days_before_keeps_the_wall_time(start: str, step: int) -> None:
    grid = Grid(moment(start), step, 10 * 86_400_000_000 // step, "Europe/Berlin")
    local = pd.DatetimeIndex(grid.ts.astype("datetime64[us]")).tz_localize("UTC")
    wall = local.tz_convert("Europe/Berlin").tz_localize(None)
    slots = np.arange(grid.count)
    before = grid.days_before(slots, 1)
    for slot in slots[before >= 0]:
        there = wall[slot] - pd.Timedelta(days=1)
        found = wall[before[slot]]
        skipped = there.date() == date(2024, 3, 31) and there.hour == 2
        assert found == (there.replace(hour=3, minute=0) if skipped else there)
        assert before[slot] < slot
    assert (before[: 86_400_000_000 // step] == -1).all()


def test_kinds_of_days() -> None:
    grid = Grid(moment("2024-05-06"), HOUR, 7 * 24, "Europe/Berlin", "DE")
    by_day = grid.kind[::24].tolist()
    assert by_day == [0, 0, 0, 2, 0, 1, 2]  # Thursday 9 May is Ascension
    assert grid.near_holiday[::24].tolist() == [0, 0, 1, 0, 2, 0, 0]  # Friday is a bridge
    assert grid.weekday[::24].tolist() == list(range(7))


def test_a_step_that_does_not_divide_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        Grid(0, 7 * 60_000_000, 10, "UTC")
