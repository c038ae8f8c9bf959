"""One grid, correlations and previous periods, by hand and against SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.analytics import compare
from core.errors import BadWindow

MINUTE = 60_000_000
HOUR = 60 * MINUTE
BERLIN = "Europe/Berlin"


def local(text: str) -> int:
    """µs of a Berlin wall-clock time."""
    return pd.Timestamp(text, tz=BERLIN).value // 1000


def clock(ts: np.ndarray) -> list[str]:
    """Wall clock and offset of times."""
    index = pd.to_datetime(ts, unit="us", utc=True).tz_convert(BERLIN)
    return [t.strftime("%m-%d %H:%M %z") for t in index]


def test_align_by_hand() -> None:
    quick = (np.array([0, 1, 2, 3, 6]) * MINUTE, np.array([1.0, 3.0, 5.0, np.nan, 9.0]))
    slow = (np.array([-1, 4]) * MINUTE, np.array([10.0, 20.0]))
    frame = compare.align({"a": quick, "b": slow}, 2 * MINUTE, 0, 8 * MINUTE)
    assert frame.index.tolist() == [0, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE]
    np.testing.assert_array_equal(frame["a"], [2.0, 5.0, np.nan, 9.0])
    np.testing.assert_array_equal(frame["b"], [np.nan, np.nan, 20.0, np.nan])
    assert frame.attrs["coverage_ratio"] == {"a": 0.75, "b": 0.25}
    held = compare.align({"a": quick, "b": slow}, 2 * MINUTE, 0, 8 * MINUTE, how="hold")
    np.testing.assert_array_equal(held["b"], [10.0, 10.0, 20.0, 20.0])
    highest = compare.align({"a": quick}, 4 * MINUTE, 0, 8 * MINUTE, how="max")
    np.testing.assert_array_equal(highest["a"], [5.0, 9.0])


def test_hold_does_not_outlive_its_reading() -> None:
    ts = np.array([0, 1, 2, 20]) * MINUTE
    frame = compare.align({"a": (ts, np.arange(4.0))}, MINUTE, 0, 8 * MINUTE, how="hold")
    np.testing.assert_array_equal(frame["a"], [0, 1, 2, 2, 2, np.nan, np.nan, np.nan])


def test_readings_outside_the_window_stay_out() -> None:
    ts = np.array([-1, 0, 5, 6, 7]) * MINUTE
    frame = compare.align({"a": (ts, np.ones(5))}, 4 * MINUTE, 0, 6 * MINUTE, how="count")
    np.testing.assert_array_equal(frame["a"], [1, 1])
    empty = compare.align({"a": (ts[:0], np.zeros(0))}, MINUTE, 0, 2 * MINUTE)
    assert empty["a"].isna().all()
    for start, end, step in ((1, 1, 1), (0, 1, 0)):
        with pytest.raises(BadWindow):
            compare.align({}, step, start, end)


def test_difference_keeps_missing_missing() -> None:
    frame = pd.DataFrame({"a": [3.0, np.nan], "b": [1.0, 1.0]})
    found = compare.difference(frame, "a", "b")
    np.testing.assert_array_equal(found, [2.0, np.nan])
    assert found.name == "a - b"


@pytest.mark.parametrize(
    ("method", "reference"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)]
)
@pytest.mark.parametrize("lag", [0, 2, -3])
def test_correlation_agrees_with_scipy(method, reference, lag: int) -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=60).round(1)  # with ties
    b = np.roll(a, 2) + rng.normal(size=60) / 3
    b[7], a[30] = np.nan, np.nan
    r, n = compare.correlation(pd.DataFrame({"a": a, "b": b}), method, lag=lag)
    left, right = a[max(0, -lag) : 60 - max(0, lag)], b[max(0, lag) : 60 + min(0, lag)]
    both = np.isfinite(left) & np.isfinite(right)
    assert r.loc["a", "b"] == pytest.approx(reference(left[both], right[both]).statistic)
    assert n.loc["a", "b"] == both.sum()


def test_correlation_refuses_what_cannot_be_told() -> None:
    frame = pd.DataFrame({"a": [1.0, 2, np.nan, np.nan], "b": [1.0, 5, 3, 4], "c": [7.0] * 4})
    r, n = compare.correlation(frame)
    assert np.isnan(r.loc["a", "b"])
    assert n.loc["a", "b"] == 2
    assert np.isnan(r.loc["b", "c"])
    assert r.loc["b", "b"] == pytest.approx(1.0)


def test_a_lag_is_found_where_it_is() -> None:
    a = np.random.default_rng(2).normal(size=200)
    b = np.roll(a, 5)
    found = compare.lagged_correlation(a, b, np.arange(-10, 11))
    best = found.loc[found["r"].idxmax()]
    assert (best["lag"], best["r"], best["n"]) == (5, pytest.approx(1.0), 195)


def test_a_day_before_a_clock_change_keeps_its_wall_clock() -> None:
    ts = np.array([local("2024-03-30 01:30"), local("2024-03-30 02:30"), local("2024-03-30 08:15")])
    moved, valid = compare.shift_period(ts, BERLIN, days=1)
    assert valid.tolist() == [True, False, True]  # 02:30 does not exist on 31 March
    assert clock(moved[valid]) == ["03-31 01:30 +0100", "03-31 08:15 +0200"]
    assert moved[2] - ts[2] == 23 * HOUR


def test_into_and_out_of_the_repeated_hour() -> None:
    moved, valid = compare.shift_period(np.array([local("2024-10-26 02:30")]), BERLIN, days=1)
    assert valid.all()
    assert clock(moved) == ["10-27 02:30 +0200"]
    first = pd.Timestamp("2024-10-27 00:30", tz="UTC").value // 1000
    twice = np.array([first, first + HOUR, first + 2 * HOUR])
    moved, valid = compare.shift_period(twice, BERLIN, days=1)
    assert valid.tolist() == [True, False, True]
    assert clock(moved[valid]) == ["10-28 02:30 +0100", "10-28 03:30 +0100"]
    same, valid = compare.shift_period(twice, BERLIN)
    assert same.tolist() == twice.tolist()
    assert valid.all()


def test_months_years_and_the_31st() -> None:
    ts = np.array([local("2024-01-29 12:00"), local("2024-01-31 12:00")])
    moved, valid = compare.shift_period(ts, BERLIN, months=1)
    assert valid.tolist() == [True, False]
    assert clock(moved[:1]) == ["02-29 12:00 +0100"]
    back, valid = compare.shift_period(np.array([local("2024-07-01")]), BERLIN, years=-1)
    assert valid.all()
    assert back[0] == local("2023-07-01")
    week, _ = compare.shift_period(np.array([local("2024-03-28 09:00")]), BERLIN, weeks=1)
    assert week[0] == local("2024-04-04 09:00")


@settings(deadline=None)  # a shared machine may pause
@given(st.lists(st.integers(1_600_000_000, 1_800_000_000), max_size=30), st.integers(-40, 40))
def test_shifting_there_and_back(seconds: list[int], days: int) -> None:
    ts = np.array(sorted(seconds), dtype=np.int64) * 1_000_000
    there, valid = compare.shift_period(ts, BERLIN, days=days)
    assert (np.diff(there[valid]) >= 0).all()
    back, again = compare.shift_period(there[valid], BERLIN, days=-days)
    off = np.abs(back - ts[valid])
    assert (off[again] % HOUR == 0).all()
    # Only a time in a repeated hour may come back as its other pass.
    index = pd.to_datetime(ts[valid], unit="us", utc=True).tz_convert(BERLIN)
    assert all(t.month in (10, 11) for t, d in zip(index, off, strict=True) if d)
