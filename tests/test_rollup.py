"""Roll-up against a slow readable twin, and what must hold of any zone and any readings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.levels import DAY, HOUR, SECOND, Level, parse_rules, worthwhile
from core.rollup import (
    bucket_starts,
    count_hours,
    day_index,
    day_starts,
    empty_buckets,
    in_order,
    nests_in_days,
    parent,
    roll_buckets,
    roll_levels,
    roll_raw,
    touched_span,
)
from tests.stores import ZONES, assert_same, slow_buckets, slow_start, us

RULES = parse_rules("1min,5min,15min,1h,1d")
# Around clock changes of the zones, and a plain day.
MOMENTS = [
    us(day) for day in (
        "2024-03-30T12:00", "2024-10-26T12:00", "2024-03-09T20:00", "2024-11-02T20:00",
        "2024-04-06T10:00", "2024-10-05T10:00", "2024-07-01T00:00", "2023-12-31T00:00",
    )
]  # fmt: skip

zones = st.sampled_from(ZONES)
eighths = st.integers(-(10**6), 10**6).map(lambda k: k / 8)


@st.composite
def readings(
    draw: st.DrawFn, values: st.SearchStrategy[float] = eighths
) -> list[tuple[int, float]]:
    """Readings of two days around a clock change, in order of time."""
    start = draw(st.sampled_from(MOMENTS))
    offsets = draw(st.lists(st.integers(0, 2 * DAY), min_size=1, max_size=80, unique=True))
    return [(start + offset, draw(values)) for offset in sorted(offsets)]


def arrays(rows: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([ts for ts, _ in rows], np.int64), np.array([v for _, v in rows], np.float64)


# --- the twin -----------------------------------------------------------------------------------


@given(readings(), zones)
@settings(max_examples=60, deadline=None)
def test_every_level_is_what_going_row_by_row_gives(
    rows: list[tuple[int, float]], zone: str
) -> None:
    ts, value = arrays(rows)
    for level, buckets in roll_levels(ts, value, RULES, zone).items():
        assert_same(buckets, slow_buckets(rows, level, zone))


@given(readings(st.floats(-1e9, 1e9)), zones, st.data())
@settings(max_examples=60, deadline=None)
def test_levels_reaggregate_exactly_from_the_one_below(
    rows: list[tuple[int, float]], zone: str, data: st.DataObject
) -> None:
    stored = sorted(data.draw(st.sets(st.sampled_from(RULES), min_size=1)))
    ts, value = arrays(rows)
    levels = roll_levels(ts, value, stored, zone)
    assert list(levels) == stored
    for level in stored:
        below = parent(level, stored, zone)
        again = roll_raw(ts, value, level, zone)
        if below is not None:
            assert_same(levels[level], roll_buckets(levels[below], level, zone))
        assert_same(levels[level], again, exact_sum=False)
        assert int(levels[level].count.sum()) == len(ts)
        assert levels[level].min.min() == value.min()
        assert levels[level].max.max() == value.max()


@given(readings(), zones)
@settings(max_examples=40, deadline=None)
def test_a_reading_touches_no_bucket_outside_its_span(
    rows: list[tuple[int, float]], zone: str
) -> None:
    ts, _ = arrays(rows)
    span = touched_span(int(ts[0]), int(ts[-1]), zone)
    assert span.start <= span.day_start <= ts[0] <= ts[-1] < span.day_end <= span.end
    assert span.day_start == slow_start(int(ts[0]), RULES[-1], zone)
    assert span.start % HOUR == span.end % HOUR == 0
    assert span.day_start - span.start < HOUR and span.end - span.day_end < HOUR


# --- local days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Europe/Berlin", "2024-03-31", 92),
        ("Europe/Berlin", "2024-10-27", 100),
        ("Europe/Berlin", "2024-10-26", 96),
        ("Australia/Lord_Howe", "2024-04-07", 98),  # half an hour of daylight saving
        ("Australia/Lord_Howe", "2024-10-06", 94),
        ("America/St_Johns", "2024-03-10", 92),
        ("America/St_Johns", "2024-11-03", 100),
        ("Asia/Kolkata", "2024-03-31", 96),
        ("UTC", "2024-03-31", 96),
    ],
)
def test_local_days_hold_the_quarter_hours_of_the_calendar(
    zone: str, day: str, quarters: int
) -> None:
    ts = np.arange(us(day) - 2 * DAY, us(day) + 3 * DAY, 900 * SECOND)
    days = roll_levels(ts, np.ones(len(ts)), RULES, zone)[RULES[-1]]
    start = slow_start(us(f"{day}T12:00"), RULES[-1], zone)
    assert days.count[np.flatnonzero(days.ts == start)].tolist() == [quarters]
    assert days.sum[np.flatnonzero(days.ts == start)].tolist() == [quarters]


def test_days_are_built_from_quarter_hours_and_hours_only_where_they_fit() -> None:
    day, hour, quarter = RULES[4], RULES[3], RULES[2]
    assert parent(day, RULES, "Europe/Berlin") == quarter
    assert parent(day, [hour, day], "Europe/Berlin") is None
    assert parent(hour, [RULES[0], hour, day], "UTC") == RULES[0]
    assert parent(RULES[0], RULES, "UTC") is None
    assert nests_in_days(HOUR, "Europe/Berlin") and not nests_in_days(HOUR, "Asia/Kolkata")
    assert nests_in_days(900 * SECOND, "Asia/Kolkata")


@pytest.mark.parametrize("zone", [*ZONES, "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut"])
def test_day_starts_ascend_and_say_midnight(zone: str) -> None:
    starts = day_starts(zone)
    steps = np.diff(starts)
    # Two hours of daylight saving in St. John's in 1988.
    assert steps.min() >= 22 * HOUR and steps.max() <= 26 * HOUR
    at = np.array([starts[9000], starts[9000] - 1, starts[9001] - 1])
    assert day_index(at, zone).tolist() == [9000, 8999, 9000]


# --- small pieces -------------------------------------------------------------------------------


def test_hand_computed_buckets() -> None:
    minute = 60 * SECOND
    ts = np.array([0, 30 * SECOND, minute - 1, minute, 5 * minute], np.int64)
    value = np.array([1.0, -2.0, 4.0, 8.0, 16.0])
    fine = roll_raw(ts, value, RULES[0], "UTC")
    assert fine.ts.tolist() == [0, minute, 5 * minute]
    assert fine.first.tolist() == [1, 8, 16] and fine.last.tolist() == [4, 8, 16]
    assert fine.min.tolist() == [-2, 8, 16] and fine.max.tolist() == [4, 8, 16]
    assert fine.sum.tolist() == [3, 8, 16] and fine.count.tolist() == [3, 1, 1]
    coarse = roll_buckets(fine, RULES[1], "UTC")
    assert [column.tolist() for column in coarse] == [
        [0, 5 * minute], [1, 16], [8, 16], [-2, 16], [8, 16], [11, 16], [4, 1],
    ]  # fmt: skip


def test_nothing_rolls_up_to_nothing() -> None:
    none = roll_raw(np.empty(0, np.int64), np.empty(0), RULES[0], "UTC")
    assert_same(none, empty_buckets())
    assert_same(roll_buckets(none, RULES[1], "UTC"), empty_buckets())
    assert count_hours(none.ts) == 0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 99)), max_size=40))
def test_of_equal_time_stamps_the_later_row_stands(rows: list[tuple[int, int]]) -> None:
    ts, (value,), gone = in_order(
        np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], np.int64)
    )
    assert dict(zip(ts.tolist(), value.tolist(), strict=True)) == dict(rows)
    assert np.all(np.diff(ts) > 0) and gone == len(rows) - len(ts)


@given(st.lists(st.integers(0, 5 * DAY), min_size=1, max_size=50))
def test_hours_that_hold_a_reading(moments: list[int]) -> None:
    assert count_hours(np.array(sorted(moments))) == len({m // HOUR for m in moments})


def test_a_level_needs_nearly_four_samples_a_bucket() -> None:
    def names(rows: int, hours: int) -> list[str]:
        return [level.name for level in worthwhile(RULES, rows, hours)]

    assert names(60 * 24, 24) == ["5min", "15min", "1h", "1d"]  # one a minute
    assert names(216 * 10, 10) == ["1min", "5min", "15min", "1h", "1d"]  # exactly 3.6 a minute
    assert names(215 * 10, 10) == ["5min", "15min", "1h", "1d"]
    assert names(4 * 24, 24) == ["1h", "1d"]  # quarter hours
    assert names(0, 0) == ["1h", "1d"]


def test_bucket_starts_before_and_at_the_edge() -> None:
    level = Level(900 * SECOND, "15min")
    at = np.array([900 * SECOND - 1, 900 * SECOND], np.int64)
    assert bucket_starts(at, level, "UTC").tolist() == [0, 900 * SECOND]


def test_levels_come_finest_first() -> None:
    levels = parse_rules("1d, 1h,15min")
    assert [level.name for level in levels] == ["15min", "1h", "1d"]
    assert all(a.width_us < b.width_us for a, b in pairwise(levels))
    assert [level.local_day for level in levels] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1min,7min", "7min"), ("1h,1h", "1h"), ("", "''"), ("1 week", "1 week"), ("0min", "0min"),
        ("1min,2d", "1d"), ("-5min", "-5min"), ("45min,1d", "45min"), ("1h,6h,1d", "6h"),
    ],
)  # fmt: skip
def test_levels_that_do_not_hold_together_are_named(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_rules(text)
