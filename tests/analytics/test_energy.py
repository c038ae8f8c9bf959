"""Energy and load against hand-computed values, against raw truth, and against real meters."""

from __future__ import annotations

import itertools
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.analytics import energy, quality
from core.analytics.quality import Float, Int
from core.errors import BadWindow

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
BERLIN = "Europe/Berlin"


def utc(text: str) -> int:
    """µs of a UTC time."""
    return pd.Timestamp(text, tz="UTC").value // 1000


def local(text: str) -> int:
    """µs of a Berlin wall-clock time."""
    return pd.Timestamp(text, tz=BERLIN).value // 1000


def buckets(ts: Int, value: Float, width: int) -> dict[str, Int | Float]:
    """Bucket raw readings the slow way."""
    grouped = pd.Series(value).groupby(ts // width * width)
    return {
        "ts": np.array(list(grouped.groups), dtype=np.int64),
        "first": grouped.first().to_numpy(),
        "last": grouped.last().to_numpy(),
        "lo": grouped.min().to_numpy(),
        "hi": grouped.max().to_numpy(),
        "count": grouped.count().to_numpy(),
    }


def intervals(ts: Int, value: Float, width: int, **context: object) -> pd.DataFrame:
    """Bucketed counter with the raw readings of its irregular buckets, as a caller would."""
    b = buckets(ts, value, width)
    edges = {
        name: reading[1]
        for name, reading in context.items()
        if name in ("before", "after") and reading
    }
    wanted = energy.irregular_buckets(b["first"], b["last"], b["lo"], b["hi"], **edges)
    fetch = np.isin(ts // width * width, b["ts"][wanted])
    return energy.counter_intervals(**b, width_us=width, raw=(ts[fetch], value[fetch]), **context)


@st.composite
def counters(draw: st.DrawFn, resets: bool = True) -> tuple[Int, Float, float]:
    """Times, readings and true consumption of a counter with resets at any place.

    Steps are sixteenths, so that sums are exact. A reset is drawn only where it can be told from a
    glitch at all: at a level of 20 steps or more.
    """
    steps = draw(st.lists(st.integers(0, 48), min_size=1, max_size=120))
    wish = st.booleans() if resets else st.just(False)
    wishes = draw(st.lists(wish, min_size=len(steps), max_size=len(steps)))
    pauses = draw(st.lists(st.integers(1, 90), min_size=len(steps), max_size=len(steps)))
    largest = max(steps)
    level = draw(st.sampled_from([0, 20 * largest, 100 * largest, 400_000]))
    readings = [level]
    for step, wished in zip(steps, wishes, strict=True):
        restart = wished and level >= max(20 * largest, 1)
        level = step if restart else level + step
        readings.append(level)
    ts = utc("2024-03-30 20:00") + np.cumsum([0, *pauses]) * MINUTE
    return ts.astype(np.int64), np.array(readings) / 16, sum(steps) / 16


WIDTHS = st.sampled_from([7 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])


# --- counters ----------------------------------------------------------------------------------


def test_counter_of_buckets_by_hand() -> None:
    frame = energy.counter_intervals(
        ts=np.array([0, HOUR, 2 * HOUR]),
        first=np.array([100.0, 103.0, 106.0]),
        last=np.array([102.0, 105.0, 106.0]),
        lo=np.array([100.0, 103.0, 106.0]),
        hi=np.array([102.0, 105.0, 106.0]),
        count=np.array([4, 4, 1]),
        width_us=HOUR,
        before=(-HOUR, 99.5),
    )
    # 2 inside + 0.5 across, 2 + 1, 0 + 1
    assert frame["energy"].tolist() == [2.5, 3.0, 1.0]
    assert frame["flag"].tolist() == ["", "", ""]
    assert frame["start"].tolist() == [0, HOUR, 2 * HOUR]
    assert frame["end"].tolist() == [HOUR, 2 * HOUR, 3 * HOUR]
    assert frame["reading"].tolist() == [102.0, 105.0, 106.0]


@pytest.mark.parametrize(
    ("readings", "energies", "flags"),
    [
        ([500, 501, 3, 4], [1, 3, 1], ["", "reset", ""]),
        ([500, 501, 400, 402], [1, 0, 2], ["", "drop", ""]),
        ([500, 501, 0, 502, 503], [1, 0, 1, 1], ["", "glitch", "", ""]),
        ([500, 501, 0, 0, 0, 502], [1, 0, 0, 0, 1], ["", "glitch", "glitch", "glitch", "gap"]),
        ([500, 99999, 501, 502], [0, 1, 1], ["glitch", "", ""]),
        ([500, 501, 499.5, 501.5], [1, 0, 0.5], ["", "glitch", ""]),
        ([500, -1, 501], [0, 1], ["glitch", ""]),
        ([500, -1, -1], [0, 0], ["drop", ""]),
        # A counter of the day: it climbs again, beyond yesterday, over several steps.
        ([20, 0, 0, 6, 14, 22], [0, 0, 6, 8, 8], ["reset", "", "", "", ""]),
    ],
)
def test_raw_counter_by_hand(
    readings: list[float], energies: list[float], flags: list[str]
) -> None:
    ts = np.arange(len(readings), dtype=np.int64) * MINUTE
    frame = energy.counter_increments(ts, np.array(readings, dtype=float))
    assert frame["energy"].tolist() == energies
    assert frame["flag"].tolist() == flags


def test_a_gap_is_one_entry_with_its_own_start_end_and_total() -> None:
    ts = np.array([0, 1, 2, 8, 9]) * HOUR
    value = np.array([10.0, 11, 12, 30, 31])
    b = {"first": value, "last": value + 0.5, "lo": value, "hi": value + 0.5}
    frame = energy.counter_intervals(ts, **b, count=np.full(5, 9), width_us=HOUR)
    gap = frame[frame["flag"] == "gap"]
    assert gap[["start", "end", "energy"]].to_numpy().tolist() == [[3 * HOUR, 8 * HOUR, 17.5]]
    # first of the bucket after the gap, not its last
    assert gap["reading"].tolist() == [30.0]
    assert frame["energy"].sum() == 21.5
    assert frame[frame["start"] == 8 * HOUR]["energy"].tolist() == [0.5]


def test_one_missing_bucket_is_no_gap_two_are() -> None:
    def flags(hours: list[int]) -> list[str]:
        ts = np.array(hours) * HOUR
        v = 100.0 + np.array(hours)
        ones = np.ones(len(ts), dtype=np.int64)
        return energy.counter_intervals(ts, v, v, v, v, ones, HOUR)["flag"].tolist()

    assert "gap" not in flags([0, 1, 3, 4])
    assert flags([0, 1, 4, 5]).count("gap") == 1


def test_a_reset_in_a_gap_says_both() -> None:
    ts = np.array([0, 1, 2, 20, 21], dtype=np.int64) * MINUTE
    frame = energy.counter_increments(ts, np.array([800.0, 801, 802, 7, 8]))
    assert frame["flag"].tolist() == ["", "", "gap+reset", ""]
    assert frame["energy"].tolist() == [1, 1, 7, 1]


def test_irregular_buckets_by_rule() -> None:
    first = np.array([10.0, 12, 14, 30, 28, 1])
    last = np.array([11.0, 13, 15, 31, 29, 50])
    lo = np.array([10.0, 9, 14, 30, 28, 1])
    hi = np.array([11.0, 13, 16, 31, 29, 50])
    found = energy.irregular_buckets(first, last, lo, hi)
    # fine; fell inside; rose above its end; falls to the next; the next; near zero to its end
    assert found.tolist() == [False, True, True, True, True, True]


def test_a_glitch_hidden_in_a_rising_bucket_is_found() -> None:
    """Zeros through the night; the last bucket of zeros rises to the old level inside."""
    value = np.array([24_000.0] * 6 + [0.0] * 14 + [24_001.0] * 4)
    ts = np.arange(len(value), dtype=np.int64) * 10 * MINUTE
    frame = intervals(ts, value, HOUR)
    assert frame["energy"].sum() == 1.0


def test_missing_raw_is_said() -> None:
    b = buckets(np.arange(6) * MINUTE, np.array([50.0, 51, 52, 1, 2, 3]), HOUR)
    frame = energy.counter_intervals(**b, width_us=HOUR)
    assert frame["flag"].tolist() == ["reset+irregular"]


@settings(deadline=None)  # a shared machine may pause
@given(counters(), WIDTHS)
def test_resets_lose_nothing_at_any_width(counter: tuple[Int, Float, float], width: int) -> None:
    ts, value, truth = counter
    assert energy.counter_increments(ts, value)["energy"].sum() == truth
    assert intervals(ts, value, width)["energy"].sum() == truth


@settings(deadline=None)  # a shared machine may pause
@given(counters(), WIDTHS, st.data())
def test_windows_add_up(counter: tuple[Int, Float, float], width: int, data: st.DataObject) -> None:
    ts, value, truth = counter
    cut = data.draw(st.integers(0, len(ts)))
    bound = ts[min(cut, len(ts) - 1)] // width * width
    left, right = ts < bound, ts >= bound
    assume(left.any() and right.any())
    one = intervals(ts[left], value[left], width)
    before = (int(one["end"].iloc[-1]) - width, float(one["reading"].iloc[-1]))
    two = intervals(ts[right], value[right], width, before=before)
    assert one["energy"].sum() + two["energy"].sum() == truth


@settings(deadline=None)  # a shared machine may pause
@given(counters(resets=False), st.data())
def test_single_glitches_change_nothing(
    counter: tuple[Int, Float, float], data: st.DataObject
) -> None:
    ts, value, truth = counter
    assume(len(ts) >= 3)
    spots = data.draw(st.sets(st.integers(1, len(ts) - 2), max_size=3))
    spots = {i for i in spots if not spots & {i - 1, i - 2}}  # single ones
    bad = value.copy()
    for i in spots:
        bad[i] = data.draw(st.sampled_from([0.0, value[i - 1] / 64, value[i + 1] + 1e6]))
    assert energy.counter_increments(ts, bad)["energy"].sum() == truth
    width = data.draw(WIDTHS)
    assert intervals(ts, bad, width)["energy"].sum() == truth


def test_a_glitch_at_the_edge_of_a_window_needs_the_reading_after() -> None:
    ts = np.arange(3, dtype=np.int64) * MINUTE
    fall = np.array([700.0, 701, 0])
    alone = energy.counter_increments(ts, fall)
    known = energy.counter_increments(ts, fall, after=(3 * MINUTE, 702.0))
    assert alone["flag"].tolist() == ["", "reset"]
    assert known["flag"].tolist() == ["", "glitch"]
    follow = energy.counter_increments(
        np.array([3 * MINUTE]), np.array([702.0]), before=(2 * MINUTE, known["reading"].iloc[-1])
    )
    assert follow["energy"].tolist() == [1.0]


def test_counter_times_must_rise() -> None:
    with pytest.raises(ValueError, match="strictly increasing"):
        energy.counter_increments(np.array([0, 0]), np.array([1.0, 2.0]))


def test_empty_and_missing_counters_give_no_rows() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert energy.counter_increments(none, np.zeros(0)).empty
    assert energy.counter_increments(np.arange(3), np.full(3, np.nan)).empty
    sparse = energy.counter_increments(np.arange(3) * MINUTE, np.array([1.0, np.nan, 2.0]))
    assert sparse["energy"].tolist() == [1.0]


def test_a_reading_on_an_edge_closes_what_lies_before_it() -> None:
    day = local("2026-04-26 00:00")
    ts = day + np.arange(-1, 30, dtype=np.int64) * HOUR
    value = np.array([100.0 + h * h for h in range(31)])
    steps = energy.counter_steps(ts, value).ending_in(day, day + DAY)
    frame = energy.counter_by_period(
        energy.local_periods(day, day + DAY, "Europe/Berlin", "1d"), steps, day, day + DAY
    )
    assert frame["energy"].tolist() == [value[25] - value[1]]
    assert frame["coverage_ratio"].tolist() == [1.0]
    hours = energy.local_periods(day, day + DAY, "Europe/Berlin", "1h")
    by_hour = energy.counter_by_period(hours, steps, day, day + DAY)
    np.testing.assert_array_equal(by_hour["energy"], np.diff(value[1:26]))
    assert not by_hour["marked"].any()


def test_a_window_shorter_than_a_step_covers_nothing() -> None:
    ts = np.arange(10, dtype=np.int64) * MINUTE
    steps = energy.counter_steps(ts, np.arange(10) * 1.5)
    start = 3 * MINUTE - 1
    one = steps.ending_in(start, start + 1)
    frame = energy.counter_by_period(np.array([start, start + 1]), one, start, start + 1)
    assert frame["energy"].tolist() == [1.5]  # v(end) - v(start)
    assert frame["coverage_ratio"].tolist() == [0.0]
    assert frame["marked"].tolist() == [True]
    none = steps.ending_in(start + 1, start + 2)
    assert len(none.energy) == 0


def test_what_came_over_a_gap_is_told_apart() -> None:
    ts = np.array([0, 1, 2, 3, 4, 5, 6, 7, 125, 126, 127, 128], dtype=np.int64) * MINUTE
    steps = energy.counter_steps(ts, np.append(np.arange(8.0), [207, 208, 209, 210.0]))
    frame = energy.counter_by_period(np.arange(4) * HOUR, steps, 0, 3 * HOUR)
    assert frame["energy"].fillna(-1).tolist() == [7.0, -1.0, 203.0]
    assert frame["carried"].tolist() == [0.0, 0.0, 200.0]
    assert frame["coverage_ratio"].round(4).tolist() == [round(7 / 60, 4), 0.0, 0.05]


def test_steps_name_resets_drops_and_glitches() -> None:
    value = np.array([800.0, 801, 3, 802, 803, 0, 1, 2, 400, 401, 390, 391])
    steps = energy.counter_steps(np.arange(12, dtype=np.int64) * MINUTE, value)
    assert steps.glitches.tolist() == [2 * MINUTE]
    assert steps.energy.tolist() == [1, 1, 1, 0, 1, 1, 398, 1, 0, 1]
    assert (steps.verdict == quality.RESET).sum() == 1
    assert (steps.verdict == quality.DROP).sum() == 1
    with pytest.raises(ValueError, match="strictly"):
        energy.counter_steps(np.array([0, 0]), np.zeros(2))


@settings(deadline=None)
@given(counters(), st.lists(st.integers(-90, 9000), min_size=1, max_size=6))
def test_steps_add_up_over_any_windows(counter: tuple[Int, Float, float], cuts: list[int]) -> None:
    ts, value, truth = counter
    steps = energy.counter_steps(ts, value)
    bounds = sorted({int(ts[0]), int(ts[-1]), *(int(ts[0]) + cut * MINUTE // 2 for cut in cuts)})
    pieces = [steps.ending_in(a, b).energy.sum() for a, b in itertools.pairwise(bounds)]
    assert sum(pieces) == truth
    if np.all(np.diff(value) >= 0):
        for a, b, piece in zip(bounds, bounds[1:], pieces, strict=False):
            shown = [value[max(np.searchsorted(ts, edge, side="right") - 1, 0)] for edge in (a, b)]
            assert piece == shown[1] - shown[0]


@settings(deadline=None)
@given(counters(), st.sets(st.integers(-200, 9000), min_size=2, max_size=9))
def test_coverage_of_steps_against_a_slow_twin(
    counter: tuple[Int, Float, float], cuts: set[int]
) -> None:
    ts, value, _ = counter
    steps = energy.counter_steps(ts, value)
    edges = np.array(sorted(cuts), dtype=np.int64) * MINUTE + ts[0]
    wanted = []
    for a, b in itertools.pairwise(edges.tolist()):
        total = 0
        for s, e, gap in zip(steps.start, steps.end, steps.gap, strict=True):
            part = min(e, b) - max(s, a)
            if part > 0 and not gap and (part == e - s or e - s <= (b - a) / 10):
                total += int(part)
        wanted.append(total)
    assert energy.covered_by_steps(edges, steps).tolist() == wanted


# --- power -------------------------------------------------------------------------------------


def test_power_to_energy_by_hand() -> None:
    ts = np.array([0, 1, 3]) * HOUR
    mean = np.array([4.0, 2.0, 8.0])
    count = np.array([60, 30, 60])
    kwh, coverage = energy.power_to_energy(
        ts, mean, count, HOUR, expected_step_us=MINUTE, start=0, end=4 * HOUR
    )
    assert kwh == pytest.approx(4 + 2 * 0.5 + 8)
    assert coverage == pytest.approx(2.5 / 4)
    cut, ratio = energy.power_to_energy(
        ts, mean, count, HOUR, expected_step_us=MINUTE, start=HOUR // 2, end=HOUR
    )
    assert (cut, ratio) == (2.0, 1.0)


def test_a_bucket_one_reading_short_is_whole() -> None:
    ts = np.arange(12, dtype=np.int64) * 5 * MINUTE
    count = np.array([5, 5, 5, 4, 5, 5, 5, 5, 4, 5, 5, 5])  # a 61 s source
    found = energy.power_to_energy(
        ts, np.ones(12), count, 5 * MINUTE, expected_step_us=61_000_000, start=0, end=HOUR
    )
    assert found == (1.0, 1.0)


def test_buckets_narrower_than_the_step_stand_for_the_step() -> None:
    ts = np.arange(4, dtype=np.int64) * 15 * MINUTE
    found = energy.power_to_energy(
        ts,
        np.full(4, 3.0),
        np.ones(4, int),
        MINUTE,
        expected_step_us=15 * MINUTE,
        start=0,
        end=HOUR,
    )
    assert found == (3.0, 1.0)


def test_no_power_is_no_energy_rather_than_zero() -> None:
    none = np.zeros(0, dtype=np.int64)
    kwh, coverage = energy.power_to_energy(
        none, np.zeros(0), none, HOUR, expected_step_us=MINUTE, start=0, end=HOUR
    )
    assert np.isnan(kwh)
    assert coverage == 0
    with pytest.raises(BadWindow):
        energy.power_to_energy(
            none, np.zeros(0), none, HOUR, expected_step_us=MINUTE, start=5, end=5
        )


def test_hold_and_trapezoid_by_hand() -> None:
    ts = np.array([0, 10, 20, 60, 70]) * MINUTE
    power = np.array([6.0, 12, 6, 6, np.nan])
    held, ratio = energy.integrate_power(ts, power, start=0, end=80 * MINUTE)
    # 10 min at 6, 10 at 12, then one step of 10 at 6 before the gap, 10 at 6; NaN ends it
    assert held == pytest.approx(1 + 2 + 1 + 1)
    assert ratio == pytest.approx(40 / 80)
    joined, ratio = energy.integrate_power(ts, power, start=0, end=80 * MINUTE, method="trapezoid")
    assert joined == pytest.approx(1.5 + 1.5)
    assert ratio == pytest.approx(20 / 80)
    half, _ = energy.integrate_power(
        ts, power, start=0, end=5 * MINUTE, method="trapezoid", expected_step_us=10 * MINUTE
    )
    assert half == pytest.approx(7.5 / 12)


@settings(deadline=None)  # a shared machine may pause
@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=40),
    st.integers(1, 400),
    st.sampled_from(["hold", "trapezoid"]),
    st.randoms(use_true_random=False),
)
def test_integrals_add_up_over_any_split(steps: list[int], cut: int, method: str, random) -> None:
    ts = np.cumsum([0, *steps]).astype(np.int64) * MINUTE
    power = np.array([random.uniform(-5, 5) for _ in ts])
    a, c = 0, int(ts[-1]) + 400 * MINUTE
    b = cut * MINUTE
    assume(a < b < c)

    def integral(start: int, end: int) -> float:
        kwh, _ = energy.integrate_power(ts, power, start=start, end=end, method=method)
        return float(np.nan_to_num(kwh))

    assert integral(a, b) + integral(b, c) == pytest.approx(integral(a, c), abs=1e-9)


def test_integral_needs_a_step_and_a_window() -> None:
    with pytest.raises(ValueError, match="expected_step_us"):
        energy.integrate_power(np.array([0]), np.array([1.0]), start=0, end=1)
    with pytest.raises(BadWindow):
        energy.integrate_power(np.array([0, 1]), np.ones(2), start=2, end=1)


# --- periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "quarters", "hours"),
    [("2024-03-31", 92, 23), ("2024-10-27", 100, 25), ("2024-06-01", 96, 24)],
)
def test_local_days_have_their_quarters(day: str, quarters: int, hours: int) -> None:
    start = local(day)
    end = (pd.Timestamp(day, tz=BERLIN) + pd.DateOffset(days=1)).value // 1000
    assert len(energy.local_periods(start, end, BERLIN, "15min")) == quarters + 1
    assert len(energy.local_periods(start, end, BERLIN, "1h")) == hours + 1
    assert energy.local_periods(start, end, BERLIN, "1d").tolist() == [start, end]


def test_weeks_months_and_years_are_local() -> None:
    at = local("2024-04-03 10:00")  # a Wednesday, after the change of Sunday 31 March
    weeks = energy.local_periods(at, at + 1, BERLIN, "1w")
    assert weeks.tolist() == [local("2024-04-01"), local("2024-04-08")]
    months = energy.local_periods(local("2024-03-31 23:30"), at, BERLIN, "1mo")
    assert months.tolist() == [local("2024-03-01"), local("2024-04-01"), local("2024-05-01")]
    years = energy.local_periods(at, at + 1, BERLIN, "1y")
    assert years.tolist() == [local("2024-01-01"), local("2025-01-01")]


def test_edges_on_edges_add_no_period() -> None:
    for every, end in (("1d", "2024-03-02"), ("1mo", "2024-04-01"), ("1y", "2025-01-01")):
        begin = "2024-01-01" if every == "1y" else "2024-03-01"
        edges = energy.local_periods(local(begin), local(end), BERLIN, every)
        assert edges.tolist() == [local(begin), local(end)]


def test_hours_of_half_hour_zones_and_days_without_midnight() -> None:
    hours = energy.local_periods(0, 2 * HOUR, "Asia/Kolkata", "1h")  # UTC+5:30
    assert hours.tolist() == [-HOUR // 2, HOUR // 2, 3 * HOUR // 2, 5 * HOUR // 2]
    noon = utc("2024-04-26 12:00")  # Cairo: 26 April 2024 began at 01:00
    days = energy.local_periods(noon, noon + 1, "Africa/Cairo", "1d")
    assert np.diff(days).tolist() == [23 * HOUR]


@settings(deadline=None)  # a shared machine may pause
@given(
    st.integers(0, 2_000_000_000).map(lambda s: s * 1_000_000),
    st.integers(1, 400 * 24),
    st.sampled_from(["1h", "1d", "1w", "1mo", "1y"]),
    st.sampled_from([BERLIN, "UTC", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_periods_cover_the_window(start: int, hours: int, every: str, zone: str) -> None:
    end = start + hours * HOUR
    edges = energy.local_periods(start, end, zone, every)
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= start < edges[1]
    assert edges[-2] < end <= edges[-1]


def test_unknown_period_and_empty_window() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        energy.local_periods(0, 1, BERLIN, "fortnight")
    with pytest.raises(BadWindow):
        energy.local_periods(1, 1, BERLIN, "15min")


def test_energy_by_period_by_hand() -> None:
    edges = np.array([0, 24, 48, 72]) * HOUR
    start = np.array([0, 12, 23, 36]) * HOUR
    end = np.array([12, 23, 36, 48]) * HOUR
    frame = energy.energy_by_period(
        edges, start, end, np.array([3.0, 2.0, 7.0, 5.0]), np.array([1.0, 1.0, 1.0, 1.0])
    )
    # the third interval crosses midnight: its 7 kWh end in day two and cover neither side
    assert frame["energy"].tolist()[:2] == [5.0, 12.0]
    assert np.isnan(frame["energy"][2])
    assert frame["coverage_ratio"].tolist() == [23 / 24, 0.5, 0.0]
    assert frame["marked"].tolist() == [False, True, True]


def test_signs_are_split_before_they_are_summed() -> None:
    power = np.array([2.0, -2.0, np.nan, 0.0])
    drawn, fed = energy.split_sign(power)
    assert np.nansum(drawn) == 2.0
    assert np.nansum(fed) == 2.0
    assert np.isnan([drawn[2], fed[2]]).all()


# --- load --------------------------------------------------------------------------------------


def test_load_profile_by_hand() -> None:
    # three Mondays at 08:00 local, across the clock change of 31 March; two readings on the first
    times = ["2024-03-25 08:00", "2024-03-25 08:05", "2024-04-01 08:00", "2024-04-08 08:00"]
    ts = np.array([local(t) for t in times])
    profile = energy.load_profile(ts, np.array([1.0, 3.0, 4.0, 6.0]), BERLIN)
    assert profile["weekday"].tolist() == [0]
    assert profile["quarter"].tolist() == [32]
    assert profile["count"].tolist() == [3]
    assert profile["mean"].tolist() == [4.0]  # of 2, 4, 6
    assert profile["p10"].tolist() == [pytest.approx(2.4)]
    assert profile["p90"].tolist() == [pytest.approx(5.6)]


def test_load_duration_peak_and_ratios() -> None:
    power = np.array([2.0, 5.0, np.nan, 3.0])
    hours, falling = energy.load_duration(power, np.array([1.0, 0.5, 1.0, 2.0]))
    assert falling.tolist() == [5.0, 3.0, 2.0]
    assert hours.tolist() == [0.5, 2.5, 3.5]
    ratio, _ = energy.load_duration(power)
    assert ratio.tolist() == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert energy.peak(np.array([7, 8, 9, 10]), power) == (8, 5.0)
    assert energy.peak(np.array([1]), np.array([np.nan])) is None
    assert energy.load_factor(2.0, 8.0) == 0.25
    assert energy.utilisation_hours(800.0, 8.0) == 100.0
    assert np.isnan(energy.load_factor(0.0, 0.0))


def test_base_load_is_the_mean_of_daily_quantiles() -> None:
    start = local("2024-06-03")
    ts = start + np.arange(3 * 96 - 20, dtype=np.int64) * 15 * MINUTE  # the third day is short
    power = np.where(np.arange(len(ts)) < 96, 2.0, 4.0) + (np.arange(len(ts)) % 96) / 96
    value, days = energy.base_load(ts, power, BERLIN)
    # the 5 % quantile of 0, 1/96, ..., 95/96 is 0.05 × 95/96
    assert value == pytest.approx(3.0 + 0.05 * 95 / 96)
    assert days == 2
    nothing, none = energy.base_load(ts[:1], power[:1], BERLIN)
    assert np.isnan(nothing)
    assert none == 0


def test_self_consumption_and_sufficiency_by_hand() -> None:
    bought = np.array([0.0, 2.0, 1.0, np.nan])
    sold = np.array([3.0, 0.0, 1.0, 9.0])
    made = np.array([5.0, 0.0, 0.5, 9.0])
    # used on site: 2, 0, 0 (half a kWh of the last export came out of a storage)
    assert energy.self_consumption(bought, sold, made) == pytest.approx(2 / 5.5)
    assert energy.self_sufficiency(bought, sold, made) == pytest.approx(2 / 5)
    dark = np.zeros(2)
    assert np.isnan(energy.self_consumption(dark, dark, dark))
    assert np.isnan(energy.self_sufficiency(dark, dark, dark))


# --- statistics --------------------------------------------------------------------------------

VALUES = hnp.arrays(
    np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6, allow_subnormal=False)
)
SLACK = 1e-6


@settings(deadline=None)  # a shared machine may pause
@given(VALUES, st.integers(1, 25), st.floats(0, 1))
@example(np.array([1.0, 2.0, 4.0]), 2, 0.5)
def test_bounds_hold_the_raw_truth(value: Float, width: int, q: float) -> None:
    ts = np.arange(len(value), dtype=np.int64)
    b = buckets(ts, value, width)
    groups = pd.Series(value).groupby(ts // width)
    total, squares = groups.sum().to_numpy(), (pd.Series(value**2).groupby(ts // width).sum())
    columns = [b[name] for name in ("first", "last", "lo", "hi")]
    truth = energy.statistics_from_raw(value)
    found = energy.statistics_from_buckets(*columns, total, b["count"])
    scale = 1 + np.abs(value).max()
    assert (found.count, found.minimum, found.maximum) == (len(value), value.min(), value.max())
    assert (found.first, found.last) == (value[0], value[-1])
    assert found.mean == pytest.approx(truth.mean, abs=1e-9 * scale)
    assert found.std_low <= truth.std_low + SLACK * scale
    assert found.std_high >= truth.std_high - SLACK * scale
    exact = energy.statistics_from_buckets(*columns, total, b["count"], sumsq=squares.to_numpy())
    assert exact.std_low == exact.std_high == pytest.approx(truth.std_low, abs=1e-4 * scale)
    low, high = energy.percentile_bounds(b["lo"], b["hi"], b["count"], q)
    assert low - 1e-9 * scale <= np.quantile(value, q) <= high + 1e-9 * scale


def test_bounds_by_hand() -> None:
    # buckets {0, 6} and {1, x, 5} with a total of 9, so x is 3
    found = energy.statistics_from_buckets(
        first=np.array([0.0, 1.0]),
        last=np.array([6.0, 5.0]),
        lo=np.array([0.0, 1.0]),
        hi=np.array([6.0, 5.0]),
        total=np.array([6.0, 9.0]),
        count=np.array([2, 3]),
    )
    # two or three readings of known lo, hi and sum are known: the lower bound is the truth
    assert found.std_low == pytest.approx(np.std([0, 6, 1, 3, 5]))
    # Bhatia-Davis: 2·3·3 + 3·2·2 within, none between
    assert found.std_high == pytest.approx(np.sqrt(30 / 5))
    bounds = energy.percentile_bounds(np.array([0.0, 1]), np.array([6.0, 5]), np.array([2, 3]), 0.5)
    assert bounds == (1.0, 5.0)
    # the ends are known: the highest and the lowest reading are each some bucket's own
    for q, end in ((0.0, 0.0), (1.0, 6.0)):
        lo, hi, count = np.array([0.0, 1]), np.array([6.0, 5]), np.array([2, 3])
        assert energy.percentile_bounds(lo, hi, count, q) == (end, end)


def test_without_readings_there_are_no_statistics() -> None:
    none = np.zeros(0)
    empty = np.zeros(0, dtype=np.int64)
    assert np.isnan(energy.statistics_from_raw(none).mean)
    assert energy.statistics_from_buckets(none, none, none, none, none, empty).count == 0
    assert np.isnan(energy.percentile_bounds(none, none, empty, 0.5)).all()
    with pytest.raises(ValueError, match="outside"):
        energy.percentile_bounds(none, none, empty, 1.5)


# --- real meters -------------------------------------------------------------------------------


def read_lastgang(shared: Path) -> tuple[Int, Float]:
    """Starts [µs UTC] and kW; labels are local ends, the repeated hour in the order of rows."""
    frame = pd.read_csv(shared / "data/raw_layout/meter/lastgang/com_ap.csv", parse_dates=["ts"])
    ends = pd.DatetimeIndex(frame["ts"])
    starts = ends - pd.Timedelta(minutes=15)
    summer = ~np.asarray(starts.duplicated(keep="first"))
    aware = starts.tz_localize(BERLIN, ambiguous=summer)
    return aware.as_unit("us").asi8, frame["com_ap"].to_numpy(dtype=np.float64)


@pytest.mark.shared
def test_lastgang_energy_peak_and_months(shared: Path) -> None:
    ts, power = read_lastgang(shared)
    assert len(ts) == 35136
    assert (np.diff(ts) == 15 * MINUTE).all()
    start, end = local("2024-01-01"), local("2025-01-01")
    count = np.ones(len(ts), dtype=np.int64)
    step = 15 * MINUTE
    found = energy.power_to_energy(
        ts, power, count, step, expected_step_us=step, start=start, end=end
    )
    assert found == (pytest.approx(1091945.25, abs=1e-6), 1.0)
    assert energy.integrate_power(ts, power, start=start, end=end) == found
    top = energy.peak(ts, power)
    assert top == (local("2024-08-13 13:00"), 319.0)

    edges = energy.local_periods(start, end, BERLIN, "1mo")
    months = energy.energy_by_period(edges, ts, ts + step, power / 4, np.ones(len(ts)))
    assert months["energy"].tolist() == [
        84932.75,
        97524.0,
        91397.25,
        99521.75,
        86928.25,
        93600.5,
        89783.25,
        82337.5,
        94277.25,
        95303.0,
        94296.5,
        82043.25,
    ]
    assert not months["marked"].any()
    assert energy.load_factor(float(power.mean()), 319.0) == pytest.approx(124.310706967 / 319)
    hours, falling = energy.load_duration(power, np.full(len(power), 0.25))
    assert (hours[-1], falling[0], falling[-1]) == (8784.0, 319.0, 20.0)
    value, days = energy.base_load(ts, power, BERLIN)
    assert days == 366
    assert power.min() < value < power.mean()
    assert energy.load_profile(ts, power, BERLIN)["count"].sum() == len(ts)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "total"), [("pos_ae", 287.171875), ("neg_ae", 190.20703125)])
@pytest.mark.parametrize("width", [None, HOUR, 3 * HOUR, DAY])
def test_household_counters(shared: Path, name: str, total: float, width: int | None) -> None:
    frame = pd.read_csv(shared / f"data/raw_layout/meter/ha1/{name}.csv", parse_dates=["ts"])
    ts = pd.DatetimeIndex(frame["ts"]).as_unit("us").asi8
    value = frame[name].to_numpy(dtype=np.float64)
    found = energy.counter_increments(ts, value) if width is None else intervals(ts, value, width)
    assert found["energy"].sum() == pytest.approx(total, abs=1e-9)
    assert set(found["flag"]) == {""}
