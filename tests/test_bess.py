"""Battery systems read through a store: any number of strings, packs and gaps in what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import (
    battery_charts,
    bess,
    bess_cells,
    bess_flags,
    bess_health,
    bess_operation,
    bess_summary,
)
from core.levels import DAY, HOUR, SECOND
from core.query import Store, open_store
from ingest.manual import enter_facts
from tests.stores import run, scratch, settings, us, write_csv

MINUTE = 60 * SECOND
STEP = 5 * MINUTE
START = us("2025-03-03T00:00+01:00")
DAYS = 12
END = START + DAYS * DAY
TRIP = (START + 3 * DAY + 12 * HOUR, START + 3 * DAY + 14 * HOUR)
BLIND = (START + 5 * DAY + 13 * HOUR, START + 5 * DAY + 16 * HOUR)


def phase(at: int) -> tuple[float, float]:
    """SOC [%] and current [A] of a 100 Ah battery: in at 25 A from 0 to 4 h, out from 8 to 12 h."""
    hours = (at - START) % DAY / HOUR
    if hours < 4:
        return 25 * hours, 25.0
    if hours < 8:
        return 100.0, 0.0
    if hours < 12:
        return 100 - 25 * (hours - 8), -25.0
    return 0.0, 0.0


Row = tuple[int, list[float | None]]


def rows(
    make: Callable[[int], Sequence[float | None]],
    *,
    step: int = STEP,
    start: int = START,
    end: int = END,
    skip: tuple[int, int] = (0, 0),
) -> list[Row]:
    """Stamps and values."""
    stamps = range(start, end, step)
    return [(at, list(make(at))) for at in stamps if not skip[0] <= at < skip[1]]


def system(at: int) -> list[float]:
    """SOC, current, voltage, AC power, auxiliaries, flags: 400 V in and 380 V out, 10 % lost."""
    soc, current = phase(at)
    volts = 400.0 if current >= 0 else 380.0
    dc = current * volts / 1000
    ac = dc / 0.95 if dc > 0 else dc * 0.95
    fault = float(TRIP[0] <= at < TRIP[1])
    return [soc, current, volts, ac, 0.2, fault, float(soc > 99), 22.0 + (soc > 50), 97.0]


def cells(at: int) -> list[float]:
    """Two packs of three cells: the second of the first pack is 30 mV low, 100 mV at the top."""
    soc, _ = phase(at)
    low = 3.2 + soc / 1000
    return [low, low - (0.1 if soc > 99 else 0.03), low, low + 0.01, low, low]


def write_systems(folder: Path, *more: Path) -> None:
    """A store in `folder`/store of the systems below and what else lies in the folders `more`.

    b1 measures all; b2 two strings, sign swapped; b3 half a day, no SOC; b4 SOC alone.
    """
    src = folder / "src" / "BESS"
    names = ["bms1_soc", "bms1_c", "bms1_v", "pcs1_ap", "aux_ap", "pcs1_FaultFlag",
             "bms1_OvFlag", "bms1_cell_ave_t", "bms1_soh"]  # fmt: skip
    write_csv(src / "b1.csv", names, rows(system, skip=BLIND))
    cell_names = [f"bms1_p{p}_v{c}" for p in (1, 2) for c in (1, 2, 3)]
    write_csv(src / "b1_cells" / "x.csv", cell_names, rows(cells, step=15 * MINUTE))
    (src / "b1_cells" / "source.toml").write_text(
        '[[source]]\nfiles = "*"\ndevice = "b1"\ngroup = "BESS"\n'
    )

    def swapped(at: int) -> list[float]:
        soc, current = phase(at)
        volts = 400.0 if current >= 0 else 380.0
        return [soc, -current, -current, volts, volts]

    write_csv(src / "b2.csv", ["soc", "bms1_c", "bms2_c", "bms1_v", "bms2_v"], rows(swapped))
    half = rows(lambda at: [0.0, *cells(at)], end=START + DAY // 2)
    write_csv(src / "b3.csv", ["bms1_c", *cell_names], half)
    write_csv(src / "b4.csv", ["soc"], rows(lambda at: [phase(at)[0]], step=15 * MINUTE))
    run(folder, sources=(folder / "src", *more))
    told = settings(folder)
    enter_facts(told, "b1", "BESS", {"capacity_ah": 100, "rated_kw": 10, "chemistry": "LFP"})
    enter_facts(told, "b2", "BESS", {"capacity_ah": 100})


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    with scratch() as folder:
        write_systems(folder)
        yield folder


@pytest.fixture(scope="module")
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root / "store")
    yield opened
    opened.close()


def summary(store: Store, device: str) -> bess_summary.Summary:
    found = bess_summary.summary_report(store, device, START, END)
    assert found is not None
    return found


# --- what a device is ---------------------------------------------------------------------------


def test_signals_are_found_and_grouped_by_quantity(store: Store) -> None:
    groups = bess.grouped_signals(store.signals("b1"))
    assert [one.name for one in groups["battery"]][:3] == ["bms1_soc", "bms1_c", "bms1_v"]
    assert [one.name for one in groups["auxiliaries"]] == ["aux_ap"]
    assert {one.name for one in groups["safety"]} == {"pcs1_FaultFlag", "bms1_OvFlag"}
    assert not any("_p1_v" in one.name for group in groups.values() for one in group)
    assert bess.is_battery(store.signals("b4"))
    assert bess.means_outage("pcs1_FaultFlag")
    assert not bess.means_outage("bms1_OvFlag")


# --- cycles and efficiency ----------------------------------------------------------------------


def test_full_cycles_by_capacity(store: Store) -> None:
    # one full cycle a day; on the blind day nothing was moved while nobody looked
    cycles = summary(store, "b1").cycles
    assert cycles.source == "current"
    assert cycles.efc == pytest.approx(DAYS, rel=1e-6)
    assert cycles.charged_ah == pytest.approx(100 * DAYS)


def test_full_cycles_of_two_strings(store: Store) -> None:
    cycles = summary(store, "b2").cycles
    assert cycles.strings == 2
    assert cycles.efc == pytest.approx(DAYS, rel=1e-6)
    assert cycles.charged_ah == pytest.approx(200 * DAYS)


def test_full_cycles_from_soc_where_there_is_no_current(store: Store) -> None:
    cycles = summary(store, "b4").cycles
    assert cycles.source == "soc"
    assert cycles.efc == pytest.approx(DAYS, rel=0.01)
    assert np.isnan(cycles.charged_ah)


def test_no_full_cycles_without_capacity_and_soc(store: Store) -> None:
    cycles = summary(store, "b3").cycles
    assert cycles.refusal == "no_capacity"
    assert np.isnan(cycles.efc)


def test_round_trips(store: Store) -> None:
    found = summary(store, "b1").efficiency
    assert found.anchor == "full"
    assert found.dc.value == pytest.approx(0.95, abs=0.003)
    assert found.ac.value == pytest.approx(0.95**3, abs=0.003)
    # 0.2 kW around the clock beside 10.5 kWh a day
    into, out = 40 / 0.95, 38 * 0.95
    assert found.ac_net.value == pytest.approx(out / (into + 4.8), abs=0.005)
    total = sum(found.losses.values())
    used = found.windows[found.windows["ac"].notna()]
    lost = used["ac_in"].sum() - used["ac_out"].sum() + used["aux"].sum()
    assert total == pytest.approx(lost)
    assert set(found.losses) == {
        "converter_charge", "battery", "converter_discharge", "auxiliaries"
    }  # fmt: skip


def test_a_swapped_sign_is_told_and_gives_no_efficiency(store: Store) -> None:
    found = summary(store, "b2")
    assert found.current_sign < -0.9
    assert np.isnan(found.power_sign)  # its DC power is that current: once is enough
    assert found.efficiency.dc.refusal == "above_one"
    assert np.isnan(found.efficiency.dc.value)
    assert found.efficiency.ac.refusal == "no_power"
    assert summary(store, "b1").current_sign > 0.9


@pytest.mark.parametrize(("device", "refusal"), [("b3", "no_soc"), ("b4", "no_power")])
def test_missing_quantities_are_named(store: Store, device: str, refusal: str) -> None:
    found = summary(store, device).efficiency
    assert found.ac.refusal == refusal
    assert np.isnan(found.ac.value)
    assert found.losses == {}


# --- operation ----------------------------------------------------------------------------------


def test_operation(store: Store) -> None:
    found = bess_operation.operation_report(store, "b1", START, END)
    assert found is not None
    assert found.every == "1d"
    assert found.terminals == "ac"
    assert found.charged_kwh == pytest.approx(40 / 0.95 * DAYS, rel=1e-6)
    assert found.discharged_kwh == pytest.approx(38 * 0.95 * DAYS, rel=1e-6)
    assert found.periods["charged"].sum() == pytest.approx(found.charged_kwh)
    assert found.periods["efc"].tolist() == pytest.approx([1.0] * DAYS)
    assert found.largest == pytest.approx(1.0, abs=0.03)
    assert found.depth is not None
    assert found.depth["efc"].sum() == pytest.approx(DAYS, rel=0.03)
    assert found.rate_points["charge"] == pytest.approx(0.25)
    assert found.rate_points["discharge"] == pytest.approx(0.25)
    assert found.rates is not None
    assert found.rates.sum() == pytest.approx(DAYS * 24 - 3, abs=0.2)
    assert found.plane is not None
    assert found.plane.hours.sum() + found.plane.outside == pytest.approx(DAYS * 24 - 3, abs=0.2)
    assert found.plane.outside == pytest.approx(0, abs=1e-9)
    assert found.coverage_ratio == pytest.approx(1 - 3 / (24 * DAYS), abs=1e-3)


def test_operation_without_power_or_soc(store: Store) -> None:
    still = bess_operation.operation_report(store, "b3", START, END)
    assert still is not None
    assert (still.terminals, still.plane, still.depth, still.rates) == ("", None, None, None)
    assert still.coverage_ratio == pytest.approx(0.5 / DAYS, rel=0.01)
    alone = bess_operation.operation_report(store, "b4", START, END)
    assert alone is not None
    assert alone.depth is not None
    assert alone.plane is None


def test_a_window_without_readings(store: Store) -> None:
    later = (END + DAY, END + 2 * DAY)
    assert bess_summary.summary_report(store, "b1", *later) is None
    assert bess_operation.operation_report(store, "b1", *later) is None
    assert bess_summary.cycles_report(store, "b1", *later) is None
    assert bess_flags.availability_report(store, "b1", *later, ()).missing == "no_activity"
    lanes = bess_flags.lanes_report(store, "b1", *later)
    assert lanes.silent == ("bms1_OvFlag", "pcs1_FaultFlag")
    assert bess_cells.dwell_report(store, "b1", *later).missing == "no_readings"
    assert bess_cells.spread_report(store, "b1", "cell_voltage", *later).frame.empty


# --- temperature, cells -------------------------------------------------------------------------


def test_dwell(store: Store) -> None:
    found = bess_cells.dwell_report(store, "b1", START, END)
    assert found.dwell is not None
    assert found.source == "bms1_cell_ave_t"
    assert (found.coldest, found.warmest) == (22.0, 23.0)
    assert found.dwell.hours.sum() == pytest.approx(DAYS * 24 - 3, abs=0.2)
    assert bess_cells.dwell_report(store, "b3", START, END).missing == "no_soc"
    assert bess_cells.dwell_report(store, "b4", START, END).missing == "no_temperature"


@pytest.mark.parametrize("by_level", [False, True])
def test_spread_between_cells(
    store: Store, monkeypatch: pytest.MonkeyPatch, by_level: bool
) -> None:
    if by_level:
        monkeypatch.setattr(bess_cells, "MOST_RAW_CELLS", 2)
    monkeypatch.setattr(bess_cells, "DAILY_US", 100 * DAY)
    found = bess_cells.spread_report(store, "b1", "cell_voltage", START, END)
    assert found.cells == 6
    worst = found.extremes.iloc[0]
    assert (worst["pack"], worst["cell"], worst["lowest_ratio"]) == (1, 2, 1.0)
    if by_level:
        assert found.level == "1h"
        assert found.ends["at_top"].max() == pytest.approx(0.11)
    else:
        assert found.source == "cells"
        assert found.greatest == pytest.approx(0.11)
        assert found.frame["greatest"].max() == pytest.approx(0.11)


def test_spread_by_day_and_without_cells(store: Store) -> None:
    found = bess_cells.spread_report(store, "b1", "cell_voltage", START, END)
    assert found.level == "1d"
    assert len(found.ends) == DAYS
    none = bess_cells.spread_report(store, "b4", "cell_voltage", START, END)
    assert none.frame.empty
    assert none.ends.empty
    assert none.source == ""


# --- flags and availability ---------------------------------------------------------------------


def test_lanes_are_exact(store: Store) -> None:
    lanes = bess_flags.lanes_report(store, "b1", START, END)
    fault = lanes.runs["pcs1_FaultFlag"]
    assert fault[["start", "end"]].to_numpy().tolist() == [list(TRIP)]
    assert len(lanes.runs["bms1_OvFlag"]) == DAYS
    day = pd.Timestamp(lanes.runs["bms1_OvFlag"]["start"][0], unit="us")
    assert (day - pd.Timestamp(START, unit="us")).total_seconds() == pytest.approx(
        4 * 3600, abs=300
    )


def test_lanes_read_levels_as_they_would_raw(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = bess_flags.lanes_report(store, "b1", START, END)
    monkeypatch.setattr(bess_flags, "coarse_level", lambda info: "raw")
    slow = bess_flags.lanes_report(store, "b1", START, END)
    for name, runs in slow.runs.items():
        pd.testing.assert_frame_equal(runs, quick.runs[name])


def test_availability_has_causes(store: Store) -> None:
    report = bess_flags.availability_report(store, "b1", START, END, ("pcs1_FaultFlag",))
    assert report.found is not None
    hours = report.found.causes.set_index(["state", "cause"])["hours"]
    assert hours["fault", "pcs1_FaultFlag"] == pytest.approx(2)
    assert hours["no_data", ""] == pytest.approx(3, abs=0.1)
    assert hours["charge", ""] == pytest.approx(4 * DAYS)
    assert hours["discharge", ""] == pytest.approx(4 * DAYS)
    assert report.found.ratio == pytest.approx(1 - 2 / (24 * DAYS - 3), abs=1e-4)
    assert (report.activity, report.idle_below, report.idle_source) == ("power", 0.1, "rating")
    assert len(report.gaps) == 1
    by_current = bess_flags.availability_report(store, "b2", START, END, ())
    assert (by_current.activity, by_current.idle_source) == ("power", "greatest")
    assert bess_flags.availability_report(store, "b4", START, END, ()).missing == "no_activity"
    still = bess_flags.availability_report(store, "b3", START, END, ()).found
    assert still is not None
    assert still.causes.set_index("state").loc["idle", "hours"] == pytest.approx(12)


# --- health -------------------------------------------------------------------------------------


def test_health_sets_bms_and_counting_side_by_side(store: Store) -> None:
    found = bess_health.health_report(store, "b1", START, END)
    assert found.missing is None
    assert found.told["soh"].unique().tolist() == [0.97]
    assert found.rated_ah == 100
    assert bess_health.health_report(store, "b2", START, END).missing == "several_strings"
    assert bess_health.health_report(store, "b3", START, END).missing == "no_capacity"
    assert bess_health.health_report(store, "b4", START, END).missing == "no_current"


# --- real cells ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared: Path) -> Iterator[Store]:
    with scratch() as here:
        run(here, sources=(shared / "data" / "raw_layout" / "BESS",))
        opened = open_store(here / "store")
        yield opened
        opened.close()


@pytest.mark.shared
def test_real_cells(real: Store) -> None:
    device = real.devices()[0]
    assert device.first is not None
    assert device.last is not None
    window = (device.first, device.last + 1)
    found = bess_cells.spread_report(real, device.name, "cell_voltage", *window)
    assert found.greatest == pytest.approx(0.191)
    assert found.greatest_ts is not None
    moment = pd.Timestamp(found.greatest_ts, unit="us", tz="UTC").tz_convert(real.zone)
    assert moment.strftime("%Y-%m-%d %H:%M:%S") == "2026-07-13 20:17:20"
    # the source counts its cells from 0: its "Zelle 12" is the 13th
    assert found.extremes.iloc[0]["cell"] == 13
    highest = found.extremes.sort_values("highest_ratio", ascending=False)
    assert highest.iloc[0]["cell"] == 14
    cycles = bess_summary.cycles_report(real, device.name, *window)
    assert cycles is not None
    assert cycles[0].charged_ah == pytest.approx(0.0693, abs=5e-5)
    assert cycles[0].discharged_ah == 0
    assert cycles[0].refusal == "no_capacity"


# --- figures ------------------------------------------------------------------------------------


def test_figures_draw_what_they_are_given() -> None:
    stamps = np.array([START, START + DAY], np.int64)
    bars = battery_charts.build_throughput_figure(
        stamps, stamps + DAY, [5.0, np.nan], [4.0, 1.0], zone="UTC", labels=("in", "out")
    )
    assert [trace.name for trace in bars.data] == ["in", "out"]
    assert list(bars.data[1].y) == [-4.0, -1.0]
    efc = battery_charts.build_throughput_figure(
        stamps, stamps + DAY, [1.0, 2.0], [np.nan, np.nan], zone="UTC", labels=("EFC", ""), unit=""
    )
    assert len(efc.data) == 1
    grid = battery_charts.build_time_map_figure(
        [[0.0, 10.0], [100.0, 0.0]], x_edges=[0, 1, 2], y_edges=[-1, 0, 1], x_title="x", y_title="y"
    )
    assert np.nanmax(grid.data[0].z) == pytest.approx(2.0)
    assert np.isnan(grid.data[0].z[0][0])
    empty = battery_charts.build_time_map_figure(
        np.zeros((1, 1)), x_edges=[0, 1], y_edges=[0, 1], x_title="x", y_title="y"
    )
    assert np.isnan(empty.data[0].z).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lanes_are_never_narrower_than_a_pixel(theme: battery_charts.Theme) -> None:
    lane = battery_charts.Lane("trip", [START], [START + MINUTE], ["one"], "error")
    quiet = battery_charts.Lane("quiet", [], [], [], "warning")
    figure = battery_charts.build_lanes_figure(
        [lane, quiet], zone="UTC", span=(START, START + 365 * DAY), theme=theme
    )
    assert figure.data[0].x[0] == pytest.approx(365 * 86_400_000 / 1200)
    assert figure.layout.yaxis.ticktext == ("trip", "quiet")
    parts = battery_charts.build_parts_figure({"a": 1.0, "b": 3.0}, unit="h", theme=theme)
    assert [trace.x[0] for trace in parts.data] == [1.0, 3.0]
