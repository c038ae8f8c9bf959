"""Figures of a battery system against hand-computed values, slow twins and real data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics import battery

MIN = 60_000_000
HOUR = 60 * MIN
ASTM = np.array([-2.0, 1, -3, 5, -1, 3, -4, 4, -2])


def grid(n: int, step: int = MIN, start: int = 0) -> np.ndarray:
    """Even stamps [µs]."""
    return start + step * np.arange(n, dtype=np.int64)


# --- readings that stand ------------------------------------------------------------------------


def test_a_reading_stands_until_the_next_but_not_through_a_gap() -> None:
    ts = np.array([0, 60, 120, 720, 780], np.int64) * 1_000_000
    held = battery.hold_times(ts, 800_000_000)
    # after 120 s the next is 10 min away: one step; the last ends with the window
    assert (held / 1e6).tolist() == [60, 60, 60, 60, 20]


def test_the_step_is_that_of_the_readings_around() -> None:
    ts = np.concatenate([grid(500), 500 * MIN + grid(2000, 10_000_000)])
    held = battery.hold_times(ts, int(ts[-1]) + 10_000_000)
    assert held.sum() == ts[-1] + 10_000_000  # the slow months are no gap
    assert battery.local_step(ts)[0] == MIN
    assert battery.local_step(ts)[-1] == 10_000_000


def test_a_held_value_grows_old() -> None:
    ts, value = grid(3, 5 * MIN), np.array([1.0, 2.0, 3.0])
    at = np.array([-1, 0, 4, 5, 22, 23], np.int64) * MIN
    found = battery.hold_at(ts, value, at)
    assert found[1:5].tolist() == [1, 1, 2, 3]
    assert np.isnan(found[[0, 5]]).all()


def test_the_integral_runs_while_a_reading_stands_and_rests_in_gaps() -> None:
    ts = np.array([0, 1, 5], np.int64) * HOUR
    held = np.array([1, 1, 1], np.int64) * HOUR
    at = np.array([0, 1, 3, 11, 12, 14], np.int64) * HOUR // 2
    found = battery.accumulate(ts, np.array([2.0, np.nan, 4.0]), held, at)
    assert found.tolist() == [0, 1, 2, 4, 6, 6]


@given(
    st.lists(st.floats(-300, 300), min_size=1, max_size=40),
    st.lists(st.integers(1, 50), min_size=40, max_size=40),
)
def test_integral_over_all_is_charge_in_less_charge_out(
    current: list[float], steps: list[int]
) -> None:
    ts = np.cumsum(steps[: len(current)]).astype(np.int64) * MIN
    end = int(ts[-1]) + MIN
    held = battery.hold_times(ts, end)
    charged, discharged = battery.charge_moved(np.array(current), held)
    total = battery.accumulate(ts, np.array(current), held, np.array([end], np.int64))
    assert total[0] == pytest.approx(charged - discharged, abs=1e-9)


# --- cycles -------------------------------------------------------------------------------------


def test_efc_by_hand() -> None:
    # 100 A for 2.8 h in, 50 A for 5.6 h out, of 280 Ah: one full cycle
    current = np.array([100.0, -50.0, 0.0])
    held = np.array([168, 336, 60], np.int64) * MIN
    charged, discharged = battery.charge_moved(current, held)
    assert (charged, discharged) == (pytest.approx(280), pytest.approx(280))
    assert battery.equivalent_full_cycles(charged, discharged, 280.0) == pytest.approx(1.0)
    assert np.isnan(battery.equivalent_full_cycles(1, 1, float("nan")))
    assert battery.charge_moved(np.zeros(3), held) == (0.0, 0.0)


def test_rainflow_of_the_standard() -> None:
    found = battery.rainflow_cycles(ASTM)
    by_range = found.groupby("range")["count"].sum()
    assert dict(by_range) == {3: 0.5, 4: 1.5, 6: 0.5, 8: 1.0, 9: 0.5}


def test_rainflow_keeps_its_places_and_takes_two_points() -> None:
    values = np.array([np.nan, 0.2, 0.2, 0.9, np.nan, 0.9])
    found = battery.rainflow_cycles(values)
    assert found[["count", "first", "last"]].to_numpy().tolist() == [[0.5, 1, 3]]
    assert found["range"][0] == pytest.approx(0.7)
    assert battery.rainflow_cycles(np.full(5, 0.4)).empty
    assert battery.rainflow_cycles(np.empty(0)).empty


def slow_turns(values: list[float]) -> list[float]:
    """First, last and every reversal, one after the other."""
    kept: list[float] = []
    for value in values:
        if kept and value == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-1] - kept[-2]) * (value - kept[-1]) > 0:
            kept[-1] = value
        else:
            kept.append(value)
    return kept


@given(st.lists(st.integers(0, 6).map(float), max_size=40))
def test_turning_points_are_those_of_the_slow_way(values: list[float]) -> None:
    array = np.array(values)
    assert array[battery.turning_points(array)].tolist() == slow_turns(values)


@given(st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=2, max_size=60))
def test_rainflow_counts_half_the_way_the_values_went(values: list[float]) -> None:
    array = np.array(values)
    found = battery.rainflow_cycles(array)
    assert (found["range"] * found["count"]).sum() == pytest.approx(battery.soc_full_cycles(array))


@pytest.mark.shared
def test_full_equivalents_of_a_real_profile(shared: Path) -> None:
    profile = shared / "data/battery/soc_profiles/Commercial_PV-BESS_NREL.csv"
    wanted = json.loads((shared / "reference/expected_numbers.json").read_text("utf-8"))
    wanted = wanted["rainflow_Commercial_PV-BESS_NREL.csv"]
    soc = pd.read_csv(profile)["SOC"].to_numpy(np.float64)
    cycles = battery.rainflow_cycles(soc)
    assert (cycles["range"] * cycles["count"]).sum() == pytest.approx(wanted["full_equiv"])
    assert cycles["count"].sum() == wanted["sum_counts"]
    assert cycles["range"].max() == pytest.approx(wanted["max_range"])
    edges = battery.even_edges(0, 1, 0.1)
    depth = battery.depth_histogram(cycles, edges)
    assert depth["efc"].sum() == pytest.approx(213.381, abs=1e-3)
    assert depth["count"].sum() == 304
    assert battery.soc_full_cycles(soc) == pytest.approx(wanted["abs_throughput_over_2"])


def test_a_depth_on_an_edge_belongs_below() -> None:
    cycles = battery.rainflow_cycles(np.array([0.1, 0.9, 0.1]))
    depth = battery.depth_histogram(cycles, battery.even_edges(0, 1, 0.1))
    assert depth.loc[depth["count"] > 0, "high"].tolist() == [pytest.approx(0.8)]
    full = battery.depth_histogram(battery.rainflow_cycles(np.array([0.0, 1.0, 0.0])),
                                   battery.even_edges(0, 1, 0.1))  # fmt: skip
    assert full["count"].tolist()[-1] == 1.0


# --- time spent ---------------------------------------------------------------------------------


def test_dwell_is_weighted_by_time_and_says_what_it_covers() -> None:
    temp = np.array([20.0, 21.0, 25.0, np.nan, 40.0])
    soc = np.array([0.1, 0.1, 0.9, 0.5, 0.5])
    held = np.array([1, 2, 3, 4, 5], np.int64) * HOUR
    found = battery.dwell(
        temp, soc, held, np.array([20.0, 22, 26]), np.array([0.0, 0.5, 1.0]), window_us=20 * HOUR
    )
    assert found.hours.tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert found.outside == pytest.approx(5.0)
    assert found.coverage_ratio == pytest.approx(11 / 20)


def test_hours_and_quantiles_by_time() -> None:
    rate = np.array([-0.2, 0.0, 0.3, np.nan])
    held = np.array([1, 8, 1, 5], np.int64) * HOUR
    edges = np.array([-0.3, -0.1, 0.1, 0.3])
    assert battery.hours_by_band(rate, held, edges).tolist() == [1, 8, 1]
    assert battery.weighted_quantile(rate, held, 0.5) == 0.0
    assert battery.weighted_quantile(rate, held, 0.95) == 0.3
    assert np.isnan(battery.weighted_quantile(np.array([np.nan]), held[:1], 0.5))


# --- cells --------------------------------------------------------------------------------------


def test_spread_names_both_ends() -> None:
    high = np.array([[3.4, 3.5, 3.3], [np.nan, 3.2, np.nan], [3.3, np.nan, 3.31]])
    low = high - np.array([0.0, 0.3, 0.0])
    found = battery.cell_spread(high, low)
    assert found["at_top"].round(3).tolist()[::2] == [0.2, 0.01]
    assert found["at_bottom"].round(3).tolist()[::2] == [0.2, 0.01]
    assert np.isnan(found["at_top"][1])  # one cell has no spread
    assert found["highest"].tolist() == [1, -1, 2]
    assert found["lowest"].tolist() == [1, -1, 0]
    shares = battery.extreme_cells(high, low)
    assert shares["lowest_ratio"].tolist() == [0.5, 0.5, 0.0]
    assert battery.cell_spread(np.empty((2, 0)), np.empty((2, 0)))["at_top"].isna().all()


def test_cells_that_tie_share_the_moment_and_cells_alike_tell_nothing() -> None:
    alike = np.full((5, 3), 3.3)
    assert (battery.extreme_cells(alike, alike) == 0).all(axis=None)
    values = np.array([[3.2, 3.2, 3.3], [3.2, 3.3, 3.3], [3.3, 3.3, 3.3], [np.nan, 3.1, np.nan]])
    shares = battery.extreme_cells(values, values)  # by hand: of the two moments that differ
    assert shares["lowest_ratio"].tolist() == [0.75, 0.25, 0.0]
    assert shares["highest_ratio"].tolist() == [0.0, 0.25, 0.75]
    empty = np.empty((0, 3))
    assert battery.extreme_cells(empty, empty)["lowest_ratio"].tolist() == [0.0, 0.0, 0.0]


# --- states -------------------------------------------------------------------------------------


def test_runs_end_where_the_next_value_begins_and_before_gaps() -> None:
    ts = np.array([0, 5, 10, 15, 20, 60, 65], np.int64) * MIN
    value = np.array([0.0, 1, 1, 0, 2, 2, 2])
    runs = battery.state_runs(ts, value, 90 * MIN)
    assert (runs["start"] / MIN).tolist() == [0, 5, 15, 20, 60]
    assert (runs["end"] / MIN).tolist() == [5, 15, 20, 25, 70]
    assert runs["value"].tolist() == [0, 1, 0, 2, 2]
    assert runs["readings"].tolist() == [1, 2, 1, 1, 2]
    near = battery.coalesce_runs(runs[runs["value"] == 2], 40 * MIN)
    assert near[["start", "end", "runs"]].to_numpy().tolist() == [[20 * MIN, 70 * MIN, 2]]
    assert battery.state_runs(ts[:0], value[:0], 1).empty


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2)), min_size=1, max_size=40))
def test_runs_hold_every_reading_once(rows: list[tuple[int, int]]) -> None:
    ts = np.cumsum([step for step, _ in rows]).astype(np.int64) * MIN
    value = np.array([float(state) for _, state in rows])
    runs = battery.state_runs(ts, value, int(ts[-1]) + MIN, step_us=MIN)
    assert runs["readings"].sum() == len(rows)
    for state in set(value):
        inside, _ = battery.in_runs(ts, runs[runs["value"] == state])
        assert inside.tolist() == (value == state).tolist()
    assert (runs["end"].to_numpy()[:-1] <= runs["start"].to_numpy()[1:]).all()


@pytest.mark.parametrize("order", [("late", "trip"), ("trip", "late")])
def test_availability_by_hand(order: tuple[str, str]) -> None:
    # 10 h of readings a minute, power for 2 h, fault from 4 h to 5 h, nothing from 6 h to 8 h
    ts = np.concatenate([grid(360), 8 * HOUR + grid(120)])
    power = np.where(ts < 2 * HOUR, 50.0, 0.2)
    held = battery.hold_times(ts, 10 * HOUR)
    trip = pd.DataFrame({"start": [4 * HOUR], "end": [5 * HOUR]})
    late = pd.DataFrame({"start": [4 * HOUR + 30 * MIN], "end": [5 * HOUR + 30 * MIN]})
    runs = {"late": late, "trip": trip}
    faults = {name: runs[name] for name in order}
    found = battery.availability(ts, power, held, faults, start=0, end=10 * HOUR, idle_below=1.0)
    hours = found.causes.set_index(["state", "cause"])["hours"]
    assert hours["charge", ""] == pytest.approx(2)
    assert hours["fault", "trip"] == pytest.approx(1)  # both up: the first keeps the time
    assert hours["fault", "late"] == pytest.approx(0.5)
    assert hours["no_data", ""] == pytest.approx(2 - 1 / 60, abs=0.02)
    assert hours["idle", ""] == pytest.approx(4.5, abs=0.02)
    assert found.causes["hours"].sum() == pytest.approx(10)
    assert found.ratio == pytest.approx((8 - 1.5) / 8, abs=1e-3)
    assert found.least_ratio == pytest.approx(6.5 / 10, abs=2e-3)


@settings(max_examples=50)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=60),
    st.lists(st.sampled_from([-40.0, 0.0, 40.0, float("nan")]), min_size=60, max_size=60),
)
def test_states_add_up_to_the_window(steps: list[int], power: list[float]) -> None:
    ts = np.cumsum(steps).astype(np.int64) * MIN
    end = int(ts[-1]) + MIN
    held = battery.hold_times(ts, end)
    values = np.array(power[: len(ts)])
    fault = pd.DataFrame({"start": [int(ts[0])], "end": [int(ts[len(ts) // 2])]})
    found = battery.availability(
        ts, values, held, {"f": fault}, start=0, end=end, idle_below=1.0
    )  # fmt: skip
    known = found.causes.loc[found.causes["state"] != "no_data", "hours"].sum()
    assert known == pytest.approx(held[np.isfinite(values)].sum() / HOUR)
    assert found.causes["hours"].sum() <= end / HOUR + 1e-9


# --- round trip ---------------------------------------------------------------------------------


def cycling(
    cycles: int, *, efficiency: float = 0.9, low: float = 0.1, top: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stamps, SOC and power [kW] of a 100 kWh battery: an hour each of charge, rest, discharge."""
    depth = top - low
    up = np.linspace(low, top, 61)[:-1]
    down = np.linspace(top, low, 61)[:-1]
    soc = np.concatenate([up, np.full(60, top), down, np.full(60, low)])
    power = np.repeat([100 * depth, 0.0, -100 * depth * efficiency, 0.0], 60)
    return grid(240 * cycles), np.tile(soc, cycles), np.tile(power, cycles)


def trip(
    ts: np.ndarray, soc: np.ndarray, power: np.ndarray
) -> tuple[battery.ClosedWindows, battery.RoundTrip]:
    """Windows and their efficiency."""
    windows = battery.closed_windows(ts, soc)
    held = battery.hold_times(ts, int(ts[-1]) + MIN)
    return windows, battery.estimate_round_trip(
        *battery.windows_energy(ts, power, held, windows), windows
    )


def test_round_trip_from_full_to_full() -> None:
    windows, found = trip(*cycling(9))
    assert windows.anchor == "full"
    assert len(windows) == found.n == 8
    assert found.refusal is None
    assert found.value == pytest.approx(0.9, abs=1e-9)
    assert found.low <= found.value <= found.high
    assert found.charged == pytest.approx(8 * 90)
    assert windows.depth == pytest.approx(np.full(8, 0.995 - 0.1))


def test_round_trip_where_full_is_never_reached() -> None:
    windows, found = trip(*cycling(9, top=0.8))
    assert windows.anchor == "level"
    assert found.value == pytest.approx(0.9, abs=0.01)


def test_an_open_end_does_not_bend_the_efficiency() -> None:
    ts, soc, power = cycling(9)
    cut = len(ts) - 170  # ends in the middle of a charge
    naive = -power[:cut][power[:cut] < 0].sum() / power[:cut][power[:cut] > 0].sum()
    _, found = trip(ts[:cut], soc[:cut], power[:cut])
    assert found.value == pytest.approx(0.9, abs=1e-9)
    assert abs(naive - 0.9) > 0.02


def test_the_interval_grows_with_the_scatter() -> None:
    ts, soc, power = cycling(30)
    noisy = power * np.where(power < 0, np.repeat(np.tile([0.9, 1.1], 15), 240), 1.0)
    _, calm = trip(ts, soc, power)
    _, wild = trip(ts, soc, noisy)
    assert calm.high - calm.low < 1e-9
    assert 0.01 < wild.high - wild.low < 0.1
    assert wild.low < 0.9 < wild.high


@pytest.mark.parametrize(
    ("case", "refusal"),
    [("swapped", "above_one"), ("few", "few_windows"), ("still", "no_window"), ("zero", "idle"),
     ("gaps", "gaps")],
)  # fmt: skip
def test_a_round_trip_that_data_do_not_carry_is_refused(case: str, refusal: str) -> None:
    ts, soc, power = cycling(3 if case == "few" else 9)
    if case == "swapped":
        power = -power
    elif case == "still":
        soc = np.full(len(soc), 0.5)
    elif case == "zero":
        power = np.zeros(len(power))
    elif case == "gaps":
        power = np.where(ts % (4 * HOUR) < 30 * MIN, np.nan, power)
    _, found = trip(ts, soc, power)
    assert found.refusal == refusal
    assert np.isnan([found.value, found.low, found.high]).all()


def test_windows_in_which_the_soc_was_set_are_left_out() -> None:
    ts, soc, _ = cycling(9, top=0.8)
    moved = soc.copy()
    moved[1000] += 0.12  # one reading that jumps and comes back
    calm, jumpy = battery.closed_windows(ts, soc), battery.closed_windows(ts, moved)
    assert len(jumpy) == len(calm) - 1
    assert not np.any((jumpy.start < ts[1000]) & (jumpy.end > ts[1000]))


@given(st.lists(st.floats(0, 1), max_size=80))
def test_closed_windows_follow_each_other_and_are_closed(values: list[float]) -> None:
    soc = np.array(values)
    ts = grid(len(soc), 30 * MIN)
    found = battery.closed_windows(ts, soc)
    assert (found.start < found.end).all()
    assert (found.end[:-1] <= found.start[1:]).all()
    assert (found.depth >= battery.LEAST_DEPTH).all()
    if found.anchor == "full":
        assert (soc[np.isin(ts, found.end)] >= battery.FULL_SOC).all()


def test_the_sign_of_the_current_is_told_from_the_soc() -> None:
    ts, soc, power = cycling(9)
    held = battery.hold_times(ts, int(ts[-1]) + MIN)
    assert battery.charge_sign(ts, soc, power, held) > 0.9
    assert battery.charge_sign(ts, soc, -power, held) < -0.9
    assert np.isnan(battery.charge_sign(ts, soc, 0 * power, held))
    assert np.isnan(battery.charge_sign(ts[:1], soc[:1], power[:1], held[:1]))
    assert np.isnan(battery.charge_sign(ts, np.full(len(ts), np.nan), power, held))


@given(st.lists(st.integers(1, 9), max_size=400))
def test_every_reading_has_a_step(steps: list[int]) -> None:
    ts = np.cumsum([0, *steps]).astype(np.int64) * MIN
    found = battery.local_step(ts)
    assert len(found) == len(ts)
    assert (found > 0).all() or not steps
