"""Health of devices, energy of the day, and what the meters ask: steps, peaks, reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import comparison, coverage, energies, loads, measures, windows
from core.analytics import energy
from core.errors import BadWindow
from core.fleet import day_energy, fleet_report
from core.ledger import open_ledger
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
    report = energies.energy_by_period(store, "m1", "com_ap", START, END, "1d")
    # 8 h at 20 kW and 16 h at 10 kW a day, and three readings of a minute higher.
    spikes = (30 + 29 + 20) / 60
    assert report.total_kwh == pytest.approx(6 * 320 + spikes, rel=1e-6)
    assert report.coverage_ratio == pytest.approx(1.0, abs=1e-6)
    assert not report.frame["marked"].any()


def test_peaks_are_events_not_neighbours(store: Store) -> None:
    found = loads.highest_peaks(store, "m1", "com_ap", START, END, most=3)
    assert found["power"].tolist() == [50.0, 40.0, 20.0]
    assert found["ts"].tolist()[:2] == [START + DAY + 9 * HOUR, START + 2 * DAY + 9 * HOUR]
    apart = np.diff(np.sort(found["ts"]))
    assert apart.min() >= HOUR


def test_peaks_of_a_window_lie_in_it(store: Store) -> None:
    start = START + DAY + 9 * HOUR + 16 * MINUTE
    found = loads.highest_peaks(store, "m1", "com_ap", start, start + 30 * MINUTE)
    assert found["power"].iloc[0] == 49.0
    assert found["ts"].iloc[0] == start
    assert loads.highest_peaks(store, "m1", "com_ap", END + DAY, END + 2 * DAY).empty


def test_duration_curve_keeps_both_ends(store: Store) -> None:
    load = loads.load_report(store, "m1", "com_ap", START, END)
    curve = loads.duration_curve(load, 20)
    assert len(curve) <= 20
    assert curve["share"].iloc[-1] == 1.0
    assert curve["power"].is_monotonic_decreasing
    assert curve["power"].iloc[-1] == 10.0
    assert loads.power_exceeded(load, 0.2) == pytest.approx(20.0)
    assert loads.power_exceeded(load, 0.9) == pytest.approx(10.0)


def test_profile_by_hour_is_the_mean_of_the_days(store: Store) -> None:
    load = loads.load_report(store, "m1", "com_ap", CHANGE, END)
    grid = loads.profile_by_hour(load)
    assert grid.shape == (7, 24)
    weekday = 4  # 2025-03-07 is a Friday
    assert grid[weekday, 3] == 10.0
    assert grid[weekday, 12] == 20.0
    assert np.isnan(grid[0]).all()


def test_newest_reading_stays_in_the_window(store: Store) -> None:
    assert windows.newest_reading(store, "ha1", "pos_ae", START, START + HOUR) == (START, 100.0)
    assert windows.newest_reading(store, "ha1", "pos_ae", START + 1, START + HOUR) is None


def test_reach_counts_the_step_of_a_power_but_not_of_a_counter(store: Store) -> None:
    power = measures.measured_reach(store.signals("m2"))
    assert power.last == END - DAY - MINUTE
    counter = measures.measured_reach(store.signals("ha1"))
    assert counter.last == END - HOUR


def test_health_says_why_and_sorts_by_it(store: Store) -> None:
    fleet = fleet_report(store, START, END)
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
    plant = {one.device.name: one for one in fleet_report(store, START, END)}["pv1"]
    assert plant.value == 7.0
    assert plant.spark["mean"].dropna().unique().tolist() == [7.0]
    assert plant.energy.generated == pytest.approx(7.0 * 144, rel=1e-3)
    assert np.isnan(plant.energy.imported)


def test_energy_of_the_last_day(store: Store) -> None:
    day = day_energy(store)
    assert day is not None
    assert (day.start, day.end) == (END - DAY, END)
    # m2 has no reading on this day and is not counted.
    assert day.meters == ("ha1", "m1")
    assert day.imported == pytest.approx(320 + 24, abs=1.5)
    assert day.exported == 0.0
    assert day.generated == pytest.approx(7.0 * 24, rel=1e-3)
    assert day.plants == ("pv1",)


def test_a_balance_counter_counts_only_alone(store: Store) -> None:
    counters = measures.energy_counters(store.signals("ha1"))
    assert [one.quantity for one in counters] == ["energy_import", "energy_export"]
    assert measures.energy_counters(store.signals("m1")) == []


# --- what a first user met ----------------------------------------------------------------------

DAYS = (us("2025-03-10T00:00+01:00"), us("2025-03-13T00:00+01:00"))


def read_site(
    here: Path, files: dict[str, tuple[list[str], list[tuple[int, list[float]]]]]
) -> Store:
    """A store of these tables: path -> names of columns, rows."""
    for path, (names, rows) in files.items():
        write_csv(here / "src" / path, names, rows)
    run(here)
    return open_store(here / "store")


@pytest.fixture
def here() -> Iterator[Path]:
    """A folder of its own."""
    with scratch() as folder:
        yield folder


def hourly(start: int, end: int, of: Callable[[int], float]) -> list[tuple[int, list[float]]]:
    return [(at, [of(at)]) for at in range(start, end, HOUR)]


def test_energy_of_a_day_is_between_its_two_midnights(here: Path) -> None:
    start, end = DAYS
    rows = hourly(start, end + HOUR, lambda at: 1000 + ((at - start) / HOUR) ** 2)
    store = read_site(here, {"meter/ha1.csv": (["pos_ae"], rows)})
    report = energies.energy_by_period(store, "ha1", "pos_ae", start, end, "1d")
    assert report.frame["energy"].tolist() == [24**2, 48**2 - 24**2, 72**2 - 48**2]
    assert report.frame["coverage_ratio"].tolist() == [1.0, 1.0, 1.0]
    assert (report.total_kwh, report.coverage_ratio) == (72**2, 1.0)
    hours = energies.energy_by_period(store, "ha1", "pos_ae", start, end, "1h").frame
    assert hours["energy"].tolist() == [2 * h + 1 for h in range(72)]
    # Any cut of the window adds up, also one that no reading lies on.
    for cut in (start + HOUR, start + 90 * MINUTE, start + DAY, start + DAY + 1):
        parts = [
            energies.energy_by_period(store, "ha1", "pos_ae", a, b, "1d").total_kwh
            for a, b in ((start, cut), (cut, end))
        ]
        assert sum(parts) == 72**2
    moment = energies.energy_by_period(store, "ha1", "pos_ae", start + HOUR - 1, start + HOUR, "1d")
    assert moment.coverage_ratio == 0.0
    store.close()


def test_what_came_over_a_gap_is_no_highest_hour(here: Path) -> None:
    start, end = DAYS
    gap = (start + 21 * HOUR, start + 23 * HOUR)
    rows = [
        (at, [100 + (at - start) / HOUR])
        for at in range(start, end + 1, 5 * MINUTE)
        if not gap[0] < at < gap[1]
    ]
    store = read_site(here, {"meter/m6.csv": (["pos_ae"], rows)})
    report = energies.energy_by_period(store, "m6", "pos_ae", start, end, "1h")
    (at,) = np.flatnonzero(report.frame["carried"])
    assert report.frame["start"].iloc[at] == gap[1] - HOUR
    assert report.frame["energy"].iloc[at] == pytest.approx(2.0)
    assert report.frame["marked"].iloc[at] and report.frame["marked"].iloc[at - 1]
    assert energies.highest_period(report)["energy"] == pytest.approx(1.0)
    assert report.gaps["energy"].tolist() == pytest.approx([2.0])
    store.close()


def test_a_site_is_counted_at_its_connection(here: Path) -> None:
    start, end = DAYS
    tables = {
        f"meter/{name}.csv": (["com_ap"], hourly(start, end, lambda _, kw=kw: kw))
        for name, kw in (("m1", 3.0), ("m2", 4.0), ("m6", 7.0))
    }
    store = read_site(here, tables)
    day = day_energy(store)
    assert day is not None
    assert (day.imported, day.by_role, len(day.meters)) == (14.0 * 24, False, 3)
    with open_ledger(here / "store") as ledger, ledger.transaction() as commit:
        commit.put_facts("m6", {"role": "grid"})
    day = day_energy(store)
    assert day is not None
    assert (day.imported, day.by_role, day.meters) == (7.0 * 24, True, ("m6",))
    assert day.coverage_ratio == 1.0
    store.close()


def test_a_day_begun_says_how_much_of_it_is_covered(here: Path) -> None:
    start, end = DAYS
    rows = hourly(start, end - 5 * HOUR + 1, lambda at: (at - start) / HOUR)
    store = read_site(here, {"meter/ha1.csv": (["pos_ae"], rows)})
    day = day_energy(store)
    assert day is not None
    assert (day.start, day.imported) == (end - DAY, 19.0)
    assert day.coverage_ratio == pytest.approx(19 / 24)
    store.close()


def test_a_reading_at_midnight_closes_the_last_day(here: Path) -> None:
    start, end = DAYS
    rows = hourly(start, end + 1, lambda at: (at - start) / HOUR)
    store = read_site(here, {"meter/ha1.csv": (["pos_ae"], rows)})
    day = day_energy(store)
    assert day is not None
    assert (day.start, day.imported, day.coverage_ratio) == (end - DAY, 24.0, 1.0)
    store.close()


def test_power_of_two_ways_has_no_load_figures(here: Path) -> None:
    start, end = DAYS
    swing = [(at, [60.0 if at // HOUR % 2 else -50.0]) for at in range(start, end, MINUTE)]
    noise = [(at, [10.0 if at % HOUR else -0.01]) for at in range(start, end, MINUTE)]
    store = read_site(
        here, {"BESS/b1.csv": (["pcs1_ap"], swing), "meter/m1.csv": (["com_ap"], noise)}
    )
    load = loads.load_report(store, "b1", "pcs1_ap", start, end)
    assert load.two_way
    assert (load.import_kwh, load.export_kwh) == pytest.approx((36 * 60.0, 36 * 50.0))
    assert load.energy_kwh == pytest.approx(36 * 10.0)
    for figure in (load.load_factor, load.base_load_kw, load.utilisation_hours):
        assert np.isnan(figure)
    side = comparison.side_report(store, "b1", start, end)
    assert side.two_way and np.isnan(side.load_factor)
    plain = loads.load_report(store, "m1", "com_ap", start, end)
    assert not plain.two_way and np.isfinite(plain.load_factor) and plain.base_load_days == 3
    store.close()


def test_the_time_of_a_peak_is_one_everywhere(store: Store) -> None:
    at = START + DAY + 9 * HOUR
    load = loads.load_report(store, "m1", "com_ap", START, END)
    assert load.level != "raw"
    assert load.peak_ts == at
    assert comparison.side_report(store, "m1", START, END).peak_ts == at
    assert loads.highest_peaks(store, "m1", "com_ap", START, END)["ts"].iloc[0] == at


def test_one_reading_out_of_the_row_does_not_move_the_window(here: Path) -> None:
    start, end = DAYS
    rows = [(at, [5.0]) for at in range(start, end, 15 * MINUTE)]
    odd = sorted([*rows, (start + DAY + 7 * MINUTE + 30 * SECOND, [55.0])])
    store = read_site(here, {"m1.csv": (["com_ap"], rows), "m2.csv": (["com_ap"], odd)})
    plain, moved = (measures.measured_reach(store.signals(name)) for name in ("m1", "m2"))
    assert plain == moved == measures.Reach(start, end - MINUTE)
    store.close()


def test_coverage_of_a_day_is_one_figure(here: Path) -> None:
    start, end = DAYS
    first = start + 7 * HOUR
    rows = hourly(first, end, lambda at: (at - start) / HOUR)
    few = [(start + 12 * HOUR + k * 15 * MINUTE, [1.0]) for k in range(3)]
    store = read_site(
        here, {"meter/ha1.csv": (["pos_ae"], rows), "meter/m9.csv": (["com_ap"], few)}
    )
    for name, signal, ratio in (("ha1", "pos_ae", 17 / 24), ("m9", "com_ap", 3 / 96)):
        device = store.device(name)
        assert device.first is not None and device.last is not None
        window = (device.first, device.last + 1)
        days = coverage.coverage_report(store, name, *window)
        grid = coverage.coverage_grid(store, name, *window)
        flags = coverage.quality_report(store, name, signal, *window)
        assert days["coverage_ratio"].iloc[0] == pytest.approx(ratio)
        assert grid.loc[signal].iloc[0] == pytest.approx(ratio)
        assert flags["coverage_ratio"].iloc[0] == pytest.approx(ratio)
    store.close()


def test_a_window_without_readings_has_no_quality(store: Store) -> None:
    with pytest.raises(BadWindow, match="no reading"):
        coverage.quality_report(store, "m1", "com_ap", END + 5 * DAY, END + 90 * DAY)
    days = coverage.coverage_report(store, "m1", END - DAY, END + 90 * DAY)
    assert days.loc[days["signal"] == "com_ap", "coverage_ratio"].tolist()[:3] == [1.0, 0.0, 0.0]


def test_a_power_is_what_an_unknown_device_is_there_for(here: Path) -> None:
    start, _ = DAYS
    rows = [(start + k * HOUR, [k * 2.0, 7.0 + k % 3]) for k in range(48)]
    each = [(at, [2.0 + k % 4, 1.0]) for k, (at, _) in enumerate(rows)]
    store = read_site(
        here,
        {
            "site.csv": (["Energie [kWh]", "Leistung [kW]"], rows),
            "other.csv": (["Energie [kWh]", "Messung [kW]"], each),
        },
    )
    for name, main in (("site", "Leistung [kW]"), ("other", "Messung [kW]")):
        found = measures.main_signals(store.signals(name))
        assert [info.name for info in found] == [main]
    assert measures.energy_counters(store.signals("other")) == []
    (counter,) = measures.energy_counters(store.signals("site"))
    assert (counter.name, counter.kind, counter.unit) == ("Energie [kWh]", "counter", "kWh")
    store.close()


def test_what_no_site_can_draw_is_quarantined(here: Path) -> None:
    start, _ = DAYS
    odd = [1e308, -99999999.0, 12.0, -12.0, 1e6]
    rows = [(start + k * HOUR, [value, abs(value)]) for k, value in enumerate(odd)]
    store = read_site(here, {"m1.csv": (["com_ap", "pos_ae"], rows)})
    assert store.raw("m1", "com_ap", *DAYS)[1].tolist() == [12.0, -12.0, 1e6]
    assert store.raw("m1", "pos_ae", *DAYS)[1].tolist() == [99999999.0, 12.0, 12.0, 1e6]
    assert sum(row["rows"] for row in store.quarantine_counts()) == 3
    store.close()
