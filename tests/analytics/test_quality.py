"""Flags by hand, on hand-labelled data and on a meter whose clock was set."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics import quality
from core.analytics.quality import Bool, Float, Int
from core.errors import BadWindow

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
BERLIN = "Europe/Berlin"


def local(text: str) -> int:
    """µs of a Berlin wall-clock time."""
    return pd.Timestamp(text, tz=BERLIN).value // 1000


def where(flags: Bool) -> list[int]:
    """Positions of the flagged readings."""
    return np.flatnonzero(flags).tolist()


def minutes(*values: int) -> Int:
    """Times in minutes."""
    return np.array(values, dtype=np.int64) * MINUTE


def test_typical_step_is_not_moved_by_gaps_duplicates_or_order() -> None:
    assert quality.typical_step(minutes(0, 1, 2, 2, 500, 501, 3)) == MINUTE
    assert quality.typical_step(minutes(4)) == 0
    assert quality.typical_step(minutes(4, 4)) == 0


def test_resolution_sees_through_rounding() -> None:
    assert quality.resolution(np.array([3.33, 3.331, 0.1 + 0.2 + 3.03, np.nan])) == pytest.approx(
        0.001
    )
    assert quality.resolution(np.array([5.0, 5.0])) == 0.0


def test_gap_is_the_reading_after() -> None:
    assert where(quality.flag_gap(minutes(0, 1, 2, 4, 5, 9))) == [5]
    assert where(quality.flag_gap(minutes(0, 5), expected_step_us=MINUTE)) == [1]


def test_stale_flags_the_whole_line_and_no_shorter_one() -> None:
    ts = minutes(*range(10))
    value = np.array([1, 2, 2, 2, 2, 3, 3, 3, 4, 5.0])
    flags = quality.flag_stale(ts, value, window_us=3 * MINUTE)
    assert where(flags) == [1, 2, 3, 4]
    assert not quality.flag_stale(ts, value, window_us=3 * MINUTE + 1).any()
    assert not quality.flag_stale(ts, value, window_us=3 * MINUTE, idle_value=2.0).any()


def test_stale_compares_rounded_and_stops_at_gaps_and_nan() -> None:
    ts = minutes(0, 1, 2, 3, 4)
    assert quality.flag_stale(
        ts, np.array([7.01, 7.02, 6.98, 7.0, 7.0]), window_us=4 * MINUTE, decimals=0
    ).all()
    missing = np.array([7, 7, np.nan, 7, 7.0])
    assert not quality.flag_stale(ts, missing, window_us=2 * MINUTE).any()
    broken = minutes(0, 1, 2, 30, 31, 32)
    assert not quality.flag_stale(broken, np.full(6, 7.0), window_us=20 * MINUTE).any()
    assert len(quality.flag_stale(ts[:0], missing[:0], window_us=1)) == 0


def test_spike_is_found_and_a_step_is_not() -> None:
    day = np.sin(np.linspace(0, np.pi, 200)) * 50
    day[120] += 30
    assert where(quality.flag_spike(day)) == [120]
    step = np.where(np.arange(60) < 30, 1.0, 9.0)
    assert not quality.flag_spike(step).any()
    flat = np.full(60, 3.330)
    flat[20] += 0.001  # one digit
    flat[40] += 0.050
    assert where(quality.flag_spike(flat)) == [40]
    assert not quality.flag_spike(flat[35:45]).any()  # fewer than one window


def test_spike_is_the_textbook_formula() -> None:
    rng = np.random.default_rng(3)
    value = rng.standard_cauchy(400)
    value[[50, 51, 200]] = np.nan
    x = value[np.isfinite(value)]
    slow = []
    for i in range(len(x)):
        at = min(max(i - 7, 0), len(x) - 15)
        around = x[at : at + 15]
        mad = np.median(np.abs(around - np.median(around)))
        slow.append(abs(x[i] - np.median(around)) > 3 * 1.4826 * mad)
    assert 10 < sum(slow) < 200
    found = quality.flag_spike(value, sigmas=3.0)
    assert found[np.isfinite(value)].tolist() == slow
    assert not found[np.isnan(value)].any()


def test_out_of_range_leaves_nan() -> None:
    assert where(quality.flag_out_of_range(np.array([-1, 0, 5, 6, np.nan]), 0, 5)) == [0, 3]


def test_duplicate_and_out_of_order() -> None:
    ts = minutes(0, 1, 1, 3, 2, 4, 1)
    assert where(quality.flag_duplicate(ts)) == [2, 6]
    assert where(quality.flag_out_of_order(ts)) == [4, 6]
    assert len(quality.flag_out_of_order(ts[:0])) == 0


def test_clock_shift_back_forward_and_not_for_one_late_reading() -> None:
    regular = list(range(0, 600, 60))
    back = [*regular, *range(300, 900, 60)]
    ahead = [*regular, *range(540 + 60 + 25, 1200, 60)]
    late = [*regular, 480 - 30, *range(600, 1200, 60)]
    lost = [*regular, *range(900, 1500, 60)]
    for seconds, expected in ((back, [10]), (ahead, [10]), (late, []), (lost, [])):
        ts = np.array(seconds, dtype=np.int64) * SECOND
        assert where(quality.flag_clock_shift(ts)) == expected
    assert not quality.flag_clock_shift(minutes(0, 1, 2)).any()


def test_counter_reset_skips_glitches_and_nan() -> None:
    value = np.array([900, 901, 0, np.nan, 902, 903, 2, 3.0])
    assert where(quality.flag_counter_reset(value)) == [6]


def test_judge_counter_on_flapping_and_repeated_codes() -> None:
    good, reset, drop, glitch = quality.GOOD, quality.RESET, quality.DROP, quality.GLITCH
    code = 6553.5
    value = np.array([10.0, code, 11, 12, code, 13])
    assert quality.judge_counter(value).tolist() == [good, glitch, good, good, glitch, good]
    value = np.array([1000.0, 1001, 900, 901, 40, 41])
    assert quality.judge_counter(value).tolist() == [good, good, drop, good, reset, good]
    # Not one step: unknown readings lie before the return, so it may have climbed.
    value = np.array([1000.0, 0, 1001])
    steps = np.array([True, True, False])
    assert quality.judge_counter(value, single_step=steps).tolist() == [good, reset, good]


@settings(deadline=None)  # a shared machine may pause
@given(hnp.arrays(np.float64, st.integers(0, 40), elements=st.integers(0, 30).map(float)))
def test_what_judge_counter_leaves_falls_only_where_it_says_so(value: Float) -> None:
    verdict = quality.judge_counter(value)
    kept = verdict != quality.GLITCH
    falls = np.diff(value[kept]) < 0
    said = np.isin(verdict[kept][1:], [quality.RESET, quality.DROP])
    assert (falls == said).all()


def test_quantised_where_only_a_few_digits_move() -> None:
    n = 300
    coarse = 3.330 + 0.001 * (np.arange(n) % 3)
    flags = quality.flag_quantised(coarse)
    assert flags.all()
    assert not quality.flag_quantised(coarse + 0.001 * np.arange(n)).any()
    assert not quality.flag_quantised(np.full(n, 2.0)).any()


# --- days --------------------------------------------------------------------------------------


def test_coverage_counts_short_and_long_days() -> None:
    start, end = local("2024-03-30"), local("2024-04-02")
    ts = np.arange(start, end, 15 * MINUTE)
    days = quality.coverage_by_day(ts, None, BERLIN, 15 * MINUTE)
    assert days["day"].tolist() == [date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 1)]
    assert days["rows"].tolist() == days["expected"].tolist() == [96, 92, 96]
    assert days["coverage_ratio"].tolist() == [1.0] * 3
    assert days["longest_gap_s"].tolist() == [0.0] * 3
    autumn = np.arange(local("2024-10-27"), local("2024-10-28"), HOUR)
    long_day = quality.coverage_by_day(autumn, np.full(25, 60), BERLIN, MINUTE, width_us=HOUR)
    assert long_day[["rows", "expected"]].to_numpy().tolist() == [[1500, 1500]]


def test_coverage_of_empty_days_and_gaps_over_midnight() -> None:
    start = local("2024-06-01")
    ts = start + np.r_[0:20, 24 * 3 : 24 * 4].astype(np.int64) * HOUR
    days = quality.coverage_by_day(ts, None, BERLIN, HOUR)
    assert days["rows"].tolist() == [20, 0, 0, 24]
    assert days["longest_gap_s"].tolist() == [4 * 3600, 86400, 86400, 0]
    none = np.zeros(0, dtype=np.int64)
    window = quality.coverage_by_day(
        none, None, BERLIN, HOUR, start=start + 6 * HOUR, end=start + 36 * HOUR
    )
    assert window["expected"].tolist() == [18, 12]
    assert window["longest_gap_s"].tolist() == [18 * 3600, 12 * 3600]
    with pytest.raises(BadWindow):
        quality.coverage_by_day(none, None, BERLIN, HOUR)


def test_local_midnights_where_midnight_is_skipped_or_comes_twice() -> None:
    noon = pd.Timestamp("2024-04-26 12:00", tz="UTC").value // 1000
    cairo = quality.local_midnights(noon, noon + 1, "Africa/Cairo")
    assert np.diff(cairo).tolist() == [23 * HOUR]
    noon = pd.Timestamp("2023-11-05 12:00", tz="UTC").value // 1000
    havana = quality.local_midnights(noon, noon + 1, "America/Havana")
    assert np.diff(havana).tolist() == [25 * HOUR]
    with pytest.raises(BadWindow):
        quality.local_midnights(5, 5, BERLIN)


def test_summary_counts_flags_per_day() -> None:
    start = local("2024-06-01")
    ts = start + np.arange(48, dtype=np.int64) * HOUR
    value = 20 + np.sin(np.arange(48) / 4)
    value[30] = 99.0
    ts = np.append(ts, ts[5])  # a duplicate that arrives last
    value = np.append(value, 20.0)
    options = quality.QualityOptions(low=0.0, high=50.0)
    days = quality.summarise(ts, value, BERLIN, options=options)
    assert days["rows"].tolist() == [24, 24]
    assert days["coverage_ratio"].tolist() == [1.0, 1.0]
    assert days["out_of_range"].tolist() == [0, 1]
    assert days["spike"].tolist() == [0, 1]
    assert days["duplicate"].tolist() == [1, 0]
    assert days["out_of_order"].tolist() == [1, 0]
    with pytest.raises(BadWindow):
        quality.summarise(ts[:1], value[:1], BERLIN)


def test_kinds_exclude_what_is_normal_for_them() -> None:
    ts = minutes(*range(600))
    flat = np.full(600, 1.0)
    assert quality.flag_all(ts, flat)["stale"].all()
    assert not quality.flag_all(ts, flat, kind="state")["stale"].any()
    counter = quality.flag_all(ts, np.append(np.full(599, 900.0), 1.0), kind="counter")
    assert counter.sum().to_dict() == {name: int(name == "counter_reset") for name in counter}


@settings(deadline=None)  # a shared machine may pause
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.data())
def test_flags_follow_the_readings_not_the_order_of_arrival(
    seconds: list[int], data: st.DataObject
) -> None:
    ts = np.unique(np.array(seconds, dtype=np.int64)) * SECOND
    value = np.array(data.draw(st.lists(st.floats(0, 9), min_size=len(ts), max_size=len(ts))))
    shuffle = np.array(data.draw(st.permutations(range(len(ts)))))
    straight = quality.flag_all(ts, value)
    mixed = quality.flag_all(ts[shuffle], value[shuffle])
    for name in ("gap", "stale", "spike", "out_of_range", "quantised"):
        assert (straight[name].to_numpy()[shuffle] == mixed[name].to_numpy()).all()


# --- real data ---------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize("window", [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR])
def test_stale_against_labels_by_hand(shared: Path, window: int) -> None:
    """An inverter whose labels were set by hand: precision and recall beyond 0.9 without nights."""
    frame = pd.read_csv(
        shared / "data/pv/pvanalytics/ac_power_inv_2173_stale_data.csv", parse_dates=["timestamp"]
    )
    ts = pd.DatetimeIndex(frame["timestamp"]).as_unit("us").asi8
    truth = frame["stale_data_mask"].to_numpy()
    flags = quality.flag_stale(
        ts, frame["value_normalized"].to_numpy(), window_us=window, idle_value=0.0
    )
    assert truth.sum() == 245
    precision = (flags & truth).sum() / flags.sum()
    recall = (flags & truth).sum() / truth.sum()
    assert (precision, recall) == (1.0, 1.0)


@pytest.mark.shared
def test_the_repeated_hour_of_a_real_meter(shared: Path) -> None:
    """Local labels read as they stand: the clock goes back once, four labels come twice."""
    frame = pd.read_csv(shared / "data/raw_layout/meter/lastgang/com_ap.csv", parse_dates=["ts"])
    ts = pd.DatetimeIndex(frame["ts"]).as_unit("us").asi8
    again = int(np.flatnonzero(frame["ts"].duplicated())[0])
    assert where(quality.flag_clock_shift(ts)) == [again]
    assert quality.flag_duplicate(ts).sum() == 4
    assert quality.flag_out_of_order(ts).sum() == 3  # 03:00 again is as late as the latest
    assert quality.flag_gap(ts).sum() == 1  # the hour that spring skips
