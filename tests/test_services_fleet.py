"""Glue of the overview and of the meters: steps, peaks, reach, health of devices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import services
from core.analytics import energy
from core.levels import DAY, HOUR, SECOND
from core.query import Store, open_store
from tests.stores import run, scratch, us, write_csv, write_text

MINUTE = 60 * SECOND
START = us("2025-03-03T00:00+01:00")
CHANGE = START + 4 * DAY
END = START + 6 * DAY


def steady(at: int) -> float:
    """A load that is known at any time: 10 kW, by day 20 kW."""
    return 20.0 if 8 * HOUR <= (at - START) % DAY < 16 * HOUR else 10.0


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """m1 changes its step, m2 stops early and has a bad cell, ha1 counts; pv1 has two inverters."""
    with scratch() as folder:
        src = folder / "src" / "meter"
        slow = [(at, [steady(at)]) for at in range(START, CHANGE, MINUTE)]
        quick = [(at, [steady(at)]) for at in range(CHANGE, END, 10 * SECOND)]
        first, second = START + DAY + 9 * HOUR, START + 2 * DAY + 9 * HOUR
        for at, height in ((first, 50.0), (first + 16 * MINUTE, 49.0), (second, 40.0)):
            slow[(at - START) // MINUTE] = (at, [height])
        write_csv(src / "m1.csv", ["com_ap"], slow + quick)
        early = [(at, [5.0]) for at in range(START, END - DAY, 15 * MINUTE)]
        text = "ts,com_ap\n" + "".join(
            f"{np.datetime64(at, 'us').astype('datetime64[s]')}Z,{v[0]}\n" for at, v in early
        )
        write_text(src / "m2.csv", text.replace(",5.0\n", ",five\n", 1))
        count = [(at, [100 + (at - START) / HOUR, 7.0]) for at in range(START, END, HOUR)]
        write_csv(src / "ha1.csv", ["pos_ae", "neg_ae"], count)
        sun = [(at, [3.0, 4.0]) for at in range(START, END, 5 * MINUTE)]
        write_csv(src / "pv1.csv", ["ac_power_inv1", "ac_power_inv2"], sun)
        run(folder)
        yield folder


@pytest.fixture(scope="module")
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root / "store")
    yield opened
    opened.close()


def test_step_follows_a_source_that_speeds_up() -> None:
    ts = np.concatenate([np.arange(0, DAY, MINUTE), np.arange(DAY, 2 * DAY, 10 * SECOND)])
    steps = energy.steps_in_effect(ts, np.ones(len(ts), np.int64), typical_us=17 * SECOND)
    assert set(steps[ts < DAY - HOUR]) == {MINUTE}
    assert set(steps[ts > DAY + HOUR]) == {10 * SECOND}


def test_step_is_not_told_by_gaps_nor_by_few_readings() -> None:
    ts = np.arange(0, DAY, MINUTE)
    ts = ts[(ts < 6 * HOUR) | (ts > 15 * HOUR)]
    steps = energy.steps_in_effect(ts, np.ones(len(ts), np.int64), typical_us=1)
    assert set(steps) == {MINUTE}
    few = energy.steps_in_effect(ts[:2], np.ones(2, np.int64), typical_us=42)
    assert few.tolist() == [42, 42]


def test_power_of_a_source_that_speeds_up_is_counted_in_full(store: Store) -> None:
    report = services.energy_by_period(store, "m1", "com_ap", START, END, "1d")
    # 8 h at 20 kW and 16 h at 10 kW a day, and three readings of a minute higher.
    spikes = (30 + 29 + 20) / 60
    assert report.total_kwh == pytest.approx(6 * 320 + spikes, rel=1e-6)
    assert report.coverage_ratio == pytest.approx(1.0, abs=1e-6)
    assert not report.frame["marked"].any()


def test_peaks_are_events_not_neighbours(store: Store) -> None:
    found = services.highest_peaks(store, "m1", "com_ap", START, END, most=3)
    assert found["power"].tolist() == [50.0, 40.0, 20.0]
    assert found["ts"].tolist()[:2] == [START + DAY + 9 * HOUR, START + 2 * DAY + 9 * HOUR]
    apart = np.diff(np.sort(found["ts"]))
    assert apart.min() >= HOUR


def test_peaks_of_a_window_lie_in_it(store: Store) -> None:
    start = START + DAY + 9 * HOUR + 16 * MINUTE
    found = services.highest_peaks(store, "m1", "com_ap", start, start + 30 * MINUTE)
    assert found["power"].iloc[0] == 49.0
    assert found["ts"].iloc[0] == start
    assert services.highest_peaks(store, "m1", "com_ap", END + DAY, END + 2 * DAY).empty


def test_duration_curve_keeps_both_ends(store: Store) -> None:
    load = services.load_report(store, "m1", "com_ap", START, END)
    curve = services.duration_curve(load, 20)
    assert len(curve) <= 20
    assert curve["share"].iloc[-1] == 1.0
    assert curve["power"].is_monotonic_decreasing
    assert curve["power"].iloc[-1] == 10.0
    assert services.power_exceeded(load, 0.2) == pytest.approx(20.0)
    assert services.power_exceeded(load, 0.9) == pytest.approx(10.0)


def test_profile_by_hour_is_the_mean_of_the_days(store: Store) -> None:
    load = services.load_report(store, "m1", "com_ap", CHANGE, END)
    grid = services.profile_by_hour(load)
    assert grid.shape == (7, 24)
    weekday = 4  # 2025-03-07 is a Friday
    assert grid[weekday, 3] == 10.0
    assert grid[weekday, 12] == 20.0
    assert np.isnan(grid[0]).all()


def test_newest_reading_stays_in_the_window(store: Store) -> None:
    assert services.newest_reading(store, "ha1", "pos_ae", START, START + HOUR) == (START, 100.0)
    assert services.newest_reading(store, "ha1", "pos_ae", START + 1, START + HOUR) is None


def test_reach_counts_the_step_of_a_power_but_not_of_a_counter(store: Store) -> None:
    power = services.measured_reach(store.signals("m2"))
    assert power.last == END - DAY - MINUTE
    counter = services.measured_reach(store.signals("ha1"))
    assert counter.last == END - HOUR


def test_health_says_why_and_sorts_by_it(store: Store) -> None:
    fleet = services.fleet_report(store, START, END)
    by_name = {one.device.name: one for one in fleet}
    assert fleet[0].device.name == "m2"
    assert by_name["m2"].reasons == ("stale", "coverage", "quarantine")
    assert by_name["m2"].quarantined == 1
    assert by_name["m2"].behind_us == DAY + 15 * MINUTE - 10 * SECOND
    assert by_name["m1"].reasons == ()
    assert by_name["m1"].coverage_ratio == pytest.approx(1.0, abs=1e-6)
    assert by_name["m1"].value == 10.0
    assert np.nanmax(by_name["m1"].spark["max"]) == 50.0


def test_inverters_are_summed(store: Store) -> None:
    plant = {one.device.name: one for one in services.fleet_report(store, START, END)}["pv1"]
    assert plant.value == 7.0
    assert plant.spark["mean"].dropna().unique().tolist() == [7.0]
    assert plant.energy.generated == pytest.approx(7.0 * 144, rel=1e-3)
    assert np.isnan(plant.energy.imported)


def test_energy_of_the_last_day(store: Store) -> None:
    day = services.day_energy(store)
    assert day is not None
    assert (day.start, day.end) == (END - DAY, END)
    # m2 has no reading on this day and is not counted.
    assert day.meters == ("ha1", "m1")
    assert day.imported == pytest.approx(320 + 24, abs=1.5)
    assert day.exported == 0.0
    assert day.generated == pytest.approx(7.0 * 24, rel=1e-3)
    assert day.plants == ("pv1",)


def test_a_balance_counter_counts_only_alone(store: Store) -> None:
    counters = services.energy_counters(store.signals("ha1"))
    assert [one.quantity for one in counters] == ["energy_import", "energy_export"]
    assert services.energy_counters(store.signals("m1")) == []
