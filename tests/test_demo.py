"""The demo site: same seed same bytes, physics that closes, and a truth that is what was used."""

from __future__ import annotations

import hashlib
import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.capacity import ageing_rates
from core.errors import ConfigError
from ingest.demo import DemoDevice, DemoOptions, demo_site, truth
from ingest.demo import cells as lfp
from ingest.demo.bess import RATED_KW, _latched, converter_loss, rated_kw
from ingest.demo.clock import Floats, Ints, block_mean, build_clock
from ingest.demo.meters import counted
from ingest.demo.options import FAULT_KINDS
from ingest.demo.pv import (
    AC_LIMIT_KW,
    inverter_efficiency,
    module_temperature,
    plane_of_array,
    soiling_ratio,
)
from ingest.demo.site import BATTERIES, Site, simulated_site
from ingest.demo.string import BLEED_A, BLEED_FROM_V, END_CURRENT_A, HOUR, RELAX
from ingest.demo.weather import (
    LATITUDE,
    LONGITUDE,
    clear_sky_ghi,
    erbs_diffuse_fraction,
    sun_position,
)

DOCS = Path(__file__).resolve().parents[1] / "docs" / "demo.md"
SMALL = DemoOptions(days=3, packs=2, cells=8, faults="none")
Readings = dict[str, dict[str, tuple[Ints, Floats]]]


def read(devices: list[DemoDevice]) -> Readings:
    """All readings, by device and signal."""
    return {d.name: {s: (ts, values) for s, ts, values in d.signals()} for d in devices}


def digest(options: DemoOptions) -> str:
    """Hash over all names, stamps and values."""
    sha = hashlib.sha256()
    for device in demo_site(options):
        for name, ts, values in device.signals():
            sha.update(f"{device.name}/{name}".encode())
            sha.update(ts.tobytes())
            sha.update(values.tobytes())
    return sha.hexdigest()


@pytest.fixture(scope="module")
def devices() -> list[DemoDevice]:
    return demo_site(SMALL)


@pytest.fixture(scope="module")
def site(devices: list[DemoDevice]) -> Site:
    return simulated_site(SMALL)


@pytest.fixture(scope="module")
def readings(devices: list[DemoDevice]) -> Readings:
    return read(devices)


# --- options and shape of the readings -----------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 1},
        {"seed": -1},
        {"packs": 0},
        {"end": "30.06.2025"},
        {"zone": "Mars/Olympus"},
        {"faults": "flux:2"},
        {"faults": "capacity:x"},
        {"faults": "capacity"},
        {"packs": 1, "cells": 2, "faults": "capacity:3"},
    ],
)
def test_options_refuse_nonsense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        DemoOptions(**wrong)


@given(st.dictionaries(st.sampled_from(FAULT_KINDS), st.integers(0, 20)))
def test_fault_counts_are_those_written(counts: dict[str, int]) -> None:
    text = ",".join(f"{kind}:{count}" for kind, count in counts.items()) or "none"
    assert DemoOptions(faults=text).fault_counts() == counts


def test_same_seed_same_bytes_other_seed_not() -> None:
    options = DemoOptions(days=2, packs=1, cells=4, faults="capacity:1")
    assert digest(options) == digest(options)
    assert truth(options) == truth(options)
    assert digest(options) != digest(
        DemoOptions(seed=8, days=2, packs=1, cells=4, faults="capacity:1")
    )


def test_devices_and_signal_names(devices: list[DemoDevice], readings: Readings) -> None:
    assert [(d.name, d.group) for d in devices] == [
        *((f"m{n}", "meter") for n in range(1, 7)),
        ("pv1", "PV"),
        ("BESS-1", "BESS"),
        ("BESS-2", "BESS"),
    ]
    assert list(readings["m1"]) == ["com_ae", "com_ap", "neg_ae", "pf", "pos_ae"]
    names = list(readings["BESS-1"])
    assert sum(bool(re.fullmatch(r"bms1_p\d+_[vt]\d+", name)) for name in names) == 2 * 2 * 8
    assert {
        "bms1_soc",
        "bms1_soh",
        "bms1_v",
        "bms1_c",
        "bms1_cell_max_v",
        "bms1_cell_min_v",
        "bms1_cell_ave_t",
        "bms1_cell_t_diff",
        "pcs1_ap",
        "pcs1_t_env",
        "pcs1_t_igbt",
        "pcs1_ia",
        "pcs1_uca",
        "aux_ap",
        "dh1_temp",
        "dh1_humi",
        "fa1_SmokeFlag",
        "fa1_Co",
        "pos_ae",
        "neg_ae",
    } <= set(names)


def test_readings_are_sorted_unique_typed_and_inside_the_span(readings: Readings) -> None:
    clock = build_clock(SMALL)
    for signals in readings.values():
        assert list(signals) == sorted(signals)
        for ts, values in signals.values():
            assert ts.dtype == np.int64 and values.dtype == np.float64
            assert ts.size == values.size > 0
            assert np.all(np.diff(ts) > 0)
            assert ts[0] >= clock.ts[0] and ts[-1] < clock.ts[-1] + 60_000_000
            assert np.isfinite(values).all()


def test_cells_share_their_poll_times_with_the_system(readings: Readings) -> None:
    bess = readings["BESS-1"]
    first = bess["bms1_p1_v1"][0]
    assert all(
        np.array_equal(first, ts)
        for name, (ts, _) in bess.items()
        if re.fullmatch(r"bms1_p\d+_v\d+", name)
    )
    assert np.isin(first, bess["bms1_c"][0]).all()
    spacing = np.diff(first)
    assert np.median(spacing) == 600e6 and spacing.min() < 65e6


def test_values_stand_on_the_grid_of_their_sensor(readings: Readings) -> None:
    bess = readings["BESS-1"]
    for name, step in {"bms1_p1_v1": 1e-3, "bms1_p1_t1": 0.5, "bms1_c": 0.1, "bms1_v": 0.1}.items():
        steps = bess[name][1] / step
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)


def test_the_default_site_stays_in_its_size() -> None:
    options = DemoOptions(days=12)
    rows = sum(ts.size for d in demo_site(options) for _, ts, _ in d.signals())
    fine = 3 * 5 * 1440  # what the meter with a fine end adds once
    assert (rows - fine) / options.days * 270 + fine < 45e6


# --- clock ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "minutes"), [("2024-10-27", 1500), ("2025-03-30", 1380)])
def test_clock_changes_give_long_and_short_days(end: str, minutes: int) -> None:
    clock = build_clock(DemoOptions(days=2, end=end))
    assert np.bincount(clock.day).tolist() == [1440, minutes]
    assert np.all(np.diff(clock.ts) == 60_000_000)
    # 12:00 wall clock is 10:00 UTC in summer, 11:00 UTC in winter
    noon = clock.ts[(clock.minute == 720)] // 3_600_000_000 % 24
    assert noon.tolist() == ([10, 11] if minutes == 1500 else [11, 10])
    assert np.count_nonzero(clock.minute[1440:] == 150) == (2 if minutes == 1500 else 0)


def test_industry_keeps_local_hours_across_the_clock_change() -> None:
    options = DemoOptions(days=4, end="2025-04-01", packs=1, cells=2, faults="none")
    site = simulated_site(options)
    day, minute = site.clock.day, site.clock.minute
    for which in (2, 3):  # Monday and Tuesday after the change of Sunday
        before = site.loads["m1"][(day == which) & (minute < 5 * 60)].mean()
        after = site.loads["m1"][(day == which) & (minute > 6 * 60 + 30) & (minute < 8 * 60)].mean()
        assert after > 3 * before


# --- sun and PV ----------------------------------------------------------------------------------


def test_sun_and_irradiance_agree_with_pvlib() -> None:
    import pandas as pd
    import pvlib

    times = pd.date_range("2024-10-01", "2025-07-01", freq="97min", tz="UTC")
    zenith, azimuth = sun_position(
        times.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64),
        LATITUDE,
        LONGITUDE,
    )
    sun = pvlib.solarposition.get_solarposition(times, LATITUDE, LONGITUDE)
    assert np.abs(zenith - sun["zenith"]).max() < 0.05
    turn = (azimuth - sun["azimuth"] + 180) % 360 - 180
    assert np.abs(turn * np.sin(np.radians(zenith))).max() < 0.05
    np.testing.assert_allclose(
        clear_sky_ghi(zenith), pvlib.clearsky.haurwitz(pd.Series(zenith))["ghi"], atol=1e-6
    )
    index = np.linspace(0, 1, 101)
    high = np.full(101, 30.0)
    extra = 1000.0
    erbs = pvlib.irradiance.erbs(
        index * extra * math.cos(math.radians(30)), high, 172, min_cos_zenith=0.065
    )
    kt = np.asarray(erbs["kt"])
    expected = np.asarray(erbs["dhi"])[1:] / (index[1:] * extra * math.cos(math.radians(30)))
    np.testing.assert_allclose(erbs_diffuse_fraction(kt)[1:], expected, atol=1e-9)


def test_plane_temperature_and_inverter_agree_with_pvlib(site: Site) -> None:
    import pvlib

    from ingest.demo.weather import build_weather

    weather, _ = build_weather(SMALL, site.clock)
    expected = pvlib.irradiance.get_total_irradiance(
        20,
        180,
        weather.zenith,
        weather.azimuth,
        weather.dni,
        weather.ghi,
        weather.dhi,
        albedo=0.2,
        model="isotropic",
    )["poa_global"]
    np.testing.assert_allclose(plane_of_array(weather, 20, 180), expected, atol=1e-6)
    np.testing.assert_allclose(
        module_temperature(weather.ghi, weather.temp_air, weather.wind_speed),
        pvlib.temperature.faiman(weather.ghi, weather.temp_air, weather.wind_speed),
    )
    dc = np.linspace(1.0, 60.0, 50)
    ac = pvlib.inverter.pvwatts(dc, 60.0, eta_inv_nom=0.985)
    below = ac < 59
    np.testing.assert_allclose((dc * inverter_efficiency(dc / 60))[below], ac[below], rtol=1e-9)


def test_pv_clips_sleeps_fails_and_sticks(site: Site, readings: Readings) -> None:
    pv = readings["pv1"]
    assert max(pv[f"ac_power_inv{n}"][1].max() for n in range(1, 5)) <= AC_LIMIT_KW
    assert np.all(site.pv.ac_power <= site.pv.dc_power + 1e-6)
    assert pv["ac_power_inv1"][0].size < 0.75 * pv["poa_global"][0].size  # silent at night
    start, end = (site.clock.ts[site.clock.index_of(d)] for d in site.pv_plan.outage_days)
    for inverter, is_out in ((3, True), (1, False)):
        ts, power = pv[f"ac_power_inv{inverter}"]
        during = power[(ts >= start) & (ts < end)]
        assert (during.max() == 0) if is_out else (during.max() > 0)
    start, end = (site.clock.ts[site.clock.index_of(d)] for d in site.pv_plan.stale_days)
    ts, poa = pv["poa_global"]
    assert np.unique(poa[(ts >= start) & (ts < end)]).size == 1
    energy = pv["energy_total"][1]
    assert energy[-1] - energy[0] == pytest.approx(site.pv.ac_power.sum() / 60, rel=0.01)


def test_dirt_builds_up_until_it_rains() -> None:
    ratio = soiling_ratio(np.array([0.9, 0.9, 0.2, 0.9]))
    np.testing.assert_allclose(ratio, [1.0, 0.9994, 0.9988, 1.0])


# --- cells ---------------------------------------------------------------------------------------


def test_open_circuit_voltage_is_that_of_lfp_and_of_the_documents_table() -> None:
    soc = np.linspace(0, 1, 2001)
    ocv = lfp.open_circuit_voltage(soc)
    assert np.all(np.diff(ocv) > 0)
    plateau = (soc > 0.75) & (soc < 0.96)
    assert np.all(np.abs(ocv[plateau] - 3.33) < 0.005)
    assert 3.5 < ocv[-1] < 3.65 and 2.4 < ocv[0] < 2.7
    rows = re.findall(r"^\| ([\d.]+) \| (\d\.\d{3}) \|$", DOCS.read_text(), re.MULTILINE)
    assert len(rows) > 15
    table = np.array(rows, dtype=float)
    np.testing.assert_allclose(
        lfp.open_circuit_voltage(table[:, 0] / 100), table[:, 1], atol=0.0005001
    )


def test_cold_cells_resist_more_by_hand() -> None:
    # exp(20 000 / 8.314 * (1/273.15 - 1/298.15)) = exp(0.73847)
    assert lfp.arrhenius(0.0) == pytest.approx(2.0927, abs=1e-4)
    assert lfp.arrhenius(25.0) == 1.0


def test_charge_of_each_cell_is_the_integral_of_the_current(site: Site) -> None:
    run = site.batteries["BESS-1"]
    amps = run.string.current.astype(float)
    into = np.where(amps > 0, amps * lfp.COULOMB_EFFICIENCY, amps)
    near_full = int(np.count_nonzero(run.string.cell_max > BLEED_FROM_V))
    for day in range(SMALL.days - 1):
        common = into[site.clock.day == day].sum() * HOUR
        change = run.string.charge_ah[day + 1] - run.string.charge_ah[day]
        bled = common - run.cells.self_discharge_ah_day - change
        assert np.all(bled > -1e-4)
        assert np.all(bled <= near_full * BLEED_A * HOUR + 1e-4)
        assert bled.min() == pytest.approx(0, abs=1e-4)  # the lowest cell is never bled


def test_soc_stays_in_its_range_and_the_bms_follows_it(site: Site, readings: Readings) -> None:
    string = site.batteries["BESS-1"].string
    assert string.soc.min() > 0 and string.soc.max() < 1
    ts, soc = readings["BESS-1"]["bms1_soc"]
    minute = (ts - site.clock.ts[0]) // 60_000_000
    assert np.abs(soc / 100 - string.soc[minute]).max() < 0.06


def test_cell_voltages_add_up_to_the_string(readings: Readings, site: Site) -> None:
    bess = readings["BESS-1"]
    stuck = {name for name, _, _ in site.troubles["BESS-1"].stuck}
    cells = {n: v for n, (_, v) in bess.items() if re.fullmatch(r"bms1_p\d+_v\d+", n)}
    ts = bess["bms1_p1_v1"][0]
    at = np.searchsorted(bess["bms1_v"][0], ts)
    volts = np.array(list(cells.values()))
    plain = np.ones(ts.size, dtype=bool)
    for name in stuck:
        plain &= np.diff(cells[name], prepend=np.nan) != 0
    gap = np.abs(volts.sum(axis=0) - bess["bms1_v"][1][at])
    assert gap[plain].max() <= 0.05 + 0.0005 * len(cells) + 1e-9
    free = np.array([name not in stuck for name in cells])
    assert np.all(volts[free].max(axis=0) <= bess["bms1_cell_max_v"][1][at] + 1e-9)
    assert np.all(volts[free].min(axis=0) >= bess["bms1_cell_min_v"][1][at] - 1e-9)


def test_one_cell_against_a_slow_readable_twin(site: Site) -> None:
    """The voltage of one cell, stepped in plain Python from current and temperature alone."""
    run, cell = site.batteries["BESS-1"], 5
    string, cells = run.string, run.cells
    charge, slow, polls = (
        0.0,
        0.0,
        dict(zip(string.polls.tolist(), string.cell_mv(cell).tolist(), strict=True)),
    )
    worst = 0.0
    for minute in range(site.clock.size):
        day = int(site.clock.day[minute])
        if minute == 0 or site.clock.day[minute - 1] != day:
            charge = float(string.charge_ah[day, cell])  # spares the twin the balancing
        efc = float(string.efc[day])
        soc = charge / cells.capacity_ah(day, efc)[cell]
        warm = float(run.air[minute] + string.heat[minute])
        grown = (
            cells.resistance_growth(day, efc)[cell]
            * lfp.arrhenius(25 + cells.temp_offset_k[cell])
            * lfp.arrhenius(warm)
        )
        amps = float(string.current[minute])
        volts = (
            float(lfp.open_circuit_voltage(soc))
            + amps * cells.r0_ohm[cell] * grown
            + slow * cells.r1_ohm[cell] * grown * float(lfp.polarisation_gain(soc))
        )
        if minute in polls:
            worst = max(worst, abs(volts - polls[minute] / 1000))
        charge += amps * HOUR * (lfp.COULOMB_EFFICIENCY if amps > 0 else 1.0)
        charge -= cells.self_discharge_ah_day[cell] / 1440
        slow = RELAX * slow + (1 - RELAX) * amps
    assert worst < 0.0015


def test_cut_offs_hold(site: Site) -> None:
    for name in BATTERIES:
        run = site.batteries[name]
        limit = np.where(
            site.clock.day < run.plan.regime_day, run.plan.charge_v_before, run.plan.charge_v_after
        )
        assert np.all(run.string.cell_max <= limit + 0.0005)
        assert run.string.cell_min.min() > run.plan.discharge_v - 0.06
        assert run.string.full.size and run.string.empty.size
        for at in run.string.full:
            assert run.string.cell_max[at - 1] > limit[at - 1] - 0.10
            assert run.string.current[at] == 0.0
            taper = run.string.current[at - 6 : at]
            if np.all(taper > 0):  # a cloud may have parted a charge just before its end
                assert np.all(np.diff(taper) < 1.0) and taper[-1] < 0.6 * taper[0]
    assert END_CURRENT_A == lfp.NOMINAL_AH / 20


def test_current_is_at_most_half_c_and_there_are_steps_to_measure_resistance(site: Site) -> None:
    current = site.batteries["BESS-1"].string.current
    assert np.abs(current).max() < lfp.NOMINAL_AH / 2
    polls = site.batteries["BESS-1"].string.polls
    step = np.flatnonzero(np.abs(np.diff(current)) >= 28)
    seen = np.isin(step, polls) & np.isin(step + 1, polls)
    assert seen.sum() >= 6


@pytest.mark.parametrize("index", range(3))
def test_every_charge_is_followed_by_a_rest_of_two_hours(site: Site, index: int) -> None:
    sign = np.sign(site.batteries["BESS-1"].string.current)
    changes = np.flatnonzero(np.diff(sign)) + 1
    edges = [0, *changes.tolist(), sign.size]
    rests = [b - a for a, b in pairwise(edges) if sign[a] == 0 and b < sign.size]
    assert sorted(rests, reverse=True)[index] >= 120


# --- faults --------------------------------------------------------------------------------------


def fault_signature(kind: str) -> tuple[float, float]:
    """Deviation from the median of the pack, against the same cell when healthy [mV].

    Mean over all ends of charge and all ends of discharge of six days.
    """
    options = {"days": 6, "packs": 1, "cells": 52, "seed": 3}
    ill = simulated_site(DemoOptions(faults=f"{kind}:1", **options))  # type: ignore[arg-type]
    well = simulated_site(DemoOptions(faults="none", **options))  # type: ignore[arg-type]
    fault = ill.faults[0]
    ends = []
    for which in ("full", "empty"):
        deviation = []
        for one in (ill, well):
            run = one.batteries[fault.device].string
            at = np.searchsorted(run.polls, getattr(run, which) - (which == "full"))
            volts = run.cell_mv(slice(None))[at].astype(float)
            deviation.append((volts[:, fault.cell - 1] - np.median(volts, axis=1)).mean())
        ends.append(deviation[0] - deviation[1])
    return ends[0], ends[1]


@pytest.mark.parametrize(
    ("kind", "full", "empty"),
    [
        # modelled for a 52-cell string: +136/-2, +110/+96, -44/-118, +12/-38 mV
        ("capacity", (70, 270), (-20, 20)),
        ("offset_high", (55, 220), (48, 190)),
        ("offset_low", (-90, -20), (-240, -60)),
        ("resistance", (2, 40), (-80, -20)),
    ],
)
def test_planted_faults_leave_their_signature(
    kind: str, full: tuple[float, float], empty: tuple[float, float]
) -> None:
    at_full, at_empty = fault_signature(kind)
    assert full[0] < at_full < full[1]
    assert empty[0] < at_empty < empty[1]


def test_self_discharge_drifts_by_its_rate() -> None:
    options = DemoOptions(days=8, packs=1, cells=8, faults="self_discharge:1")
    site = simulated_site(options)
    (fault,) = site.faults
    charge = site.batteries[fault.device].string.charge_ah
    days = options.days - 1
    lost = site.batteries[fault.device].cells.self_discharge_ah_day * days
    change = charge[-1] - charge[0] + lost
    common = change.max()  # of a cell that was never bled; the leaking one is not bled either
    assert change[fault.cell - 1] - common == pytest.approx(-fault.size * days, abs=1e-3)


# --- system around the string --------------------------------------------------------------------


def test_ac_power_is_dc_power_plus_losses(site: Site, readings: Readings) -> None:
    run, rated = site.batteries["BESS-1"], rated_kw(SMALL)
    dc = run.string.current.astype(float) * run.string.voltage / 1000
    np.testing.assert_allclose(run.ac_kw, dc + converter_loss(dc, rated), atol=1e-5)
    assert np.all(run.ac_kw[run.string.current == 0] == 0)
    bess = readings["BESS-1"]
    measured = bess["bms1_v"][1] * bess["bms1_c"][1] / 1000
    known = np.abs(measured) > 0.5
    loss = bess["pcs1_ap"][1][known] - measured[known]
    assert np.all(loss > -0.02) and loss.mean() == pytest.approx(
        converter_loss(measured[known], rated).mean(), abs=0.02
    )


def test_converter_loss_by_hand() -> None:
    assert converter_loss(np.array([0.0, RATED_KW, -50.0]), RATED_KW) == pytest.approx(
        [0.0, 2.95, 0.35 + 0.3 + 0.5]
    )


def test_round_trip_costs_energy(site: Site) -> None:
    """Out = in x efficiency, with what is still in the cells counted."""
    run = site.batteries["BESS-1"]
    dc = run.string.current.astype(float) * run.string.voltage / 60_000
    stored = (run.string.soc[-1] - run.string.soc[0]) * run.string.capacity_ah[-1].sum() * 3.3 / 1e3
    efficiency_dc = (-dc[dc < 0].sum() + stored) / dc[dc > 0].sum()
    ac = run.ac_kw.astype(float) / 60
    efficiency_ac = (-ac[ac < 0].sum() + stored) / ac[ac > 0].sum()
    assert 0.93 < efficiency_dc < 0.995
    assert 0.85 < efficiency_ac < efficiency_dc


def test_latch_holds_after_the_cause_not_before() -> None:
    raised = np.zeros(40, dtype=bool)
    raised[10] = True
    assert np.flatnonzero(_latched(raised)).tolist() == list(range(10, 25))


# --- meters and the balance of the site ----------------------------------------------------------


@settings(max_examples=50)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=60), st.integers(1, 20))
def test_block_mean_keeps_the_sum(values: list[float], minutes: int) -> None:
    array = np.array(values)
    assert block_mean(array, minutes).sum() == pytest.approx(array.sum(), abs=1e-9)


def test_counter_by_hand() -> None:
    power = np.array([60.0, 60.0, 120.0, 0.0, 60.0])
    assert counted(power, 10.0, None).tolist() == [10, 11, 12, 14, 14]
    assert counted(power, 10.0, 3).tolist() == [10, 11, 12, 0, 0]


def per_minute(site: Site, signal: tuple[Ints, Floats]) -> Floats:
    """Readings on the minutes of the span, mean where several, NaN where none."""
    at = (signal[0] - site.clock.ts[0]) // 60_000_000
    count = np.bincount(at, minlength=site.clock.size)
    total = np.bincount(at, weights=signal[1], minlength=site.clock.size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def test_energy_balance_of_the_site_closes_in_the_readings(site: Site, readings: Readings) -> None:
    """Grid = loads - PV + batteries, quarter hour by quarter hour, from what the devices told."""
    grid = per_minute(site, readings["m6"]["com_ap"])
    balance = np.zeros(site.clock.size)
    for name in ("m1", "m2", "m3", "m4"):
        balance += per_minute(site, readings[name]["com_ap"])
    slow = per_minute(site, readings["m5"]["com_ap"])
    quarter = np.arange(site.clock.size) // 15
    balance += slow[quarter * 15]
    for n in range(1, 5):
        power = per_minute(site, readings["pv1"][f"ac_power_inv{n}"])
        balance -= np.where(site.zenith < 91, power, 0.0)
    for name in BATTERIES:
        balance += per_minute(site, readings[name]["pcs1_ap"])
        balance += site.batteries[name].aux_kw  # told every five minutes only
    gap = (grid - balance).reshape(-1, 15).mean(axis=1)
    assert np.isfinite(gap).mean() > 0.5
    assert np.nanmax(np.abs(gap)) < 0.06  # twelve readings of 0.01 kW each


def test_energy_balance_of_the_site_closes_exactly(site: Site) -> None:
    total = -site.pv.ac_power.sum(axis=0, dtype=float)
    for power in site.loads.values():
        total += power
    for run in site.batteries.values():
        total += run.ac_kw
        total += run.aux_kw
    np.testing.assert_allclose(site.grid_kw, total, atol=1e-9)


def test_counters_count_the_power(site: Site, readings: Readings) -> None:
    ts, counter = readings["m1"]["pos_ae"]
    first, last = ((t - site.clock.ts[0]) // 60_000_000 for t in (ts[0], ts[-1]))
    energy = site.loads["m1"][first:last].astype(float).sum() / 60
    assert counter[-1] - counter[0] == pytest.approx(energy, abs=0.11)
    house = readings["m3"]
    assert house["neg_ae"][1][-1] > house["neg_ae"][1][0]  # it exports
    np.testing.assert_allclose(
        house["com_ae"][1], house["pos_ae"][1] + house["neg_ae"][1], atol=0.11
    )


def test_meter_intervals(readings: Readings) -> None:
    def spacing(name: str) -> Floats:
        return np.diff(readings[name]["com_ap"][0]) / 1e6

    assert np.median(spacing("m2")) == 60 and np.median(spacing("m5")) == 900
    assert np.median(spacing("m1")) == 10  # three days: all of it is the fine end
    assert np.abs(readings["m6"]["pf"][1]).max() <= 1


def test_troubles_are_in_the_readings_where_the_truth_says() -> None:
    options = DemoOptions(days=12, packs=1, cells=3, faults="none")
    known, got = truth(options), read(demo_site(options))
    for name, signals in got.items():
        for start, end in known["troubles"][name]["outages_us"]:
            assert end > start
            for ts, _ in signals.values():
                assert not np.any((ts >= start) & (ts < end))
    reset = known["troubles"]["m2"]["counter_reset_us"]
    ts, counter = got["m2"]["pos_ae"]
    assert np.all(counter[ts < reset] > 1000) and counter[ts >= reset][0] < 5
    ((start, end),) = known["troubles"]["m4"]["counter_gaps_us"]
    inside = {s: np.any((ts >= start) & (ts < end)) for s, (ts, _) in got["m4"].items()}
    assert inside == {"com_ae": False, "com_ap": True, "neg_ae": False, "pf": True, "pos_ae": False}
    assert known["troubles"]["BESS-1"]["stuck"]
    for name, start, end in known["troubles"]["BESS-1"]["stuck"]:
        ts, volts = got["BESS-1"][name]
        assert np.unique(volts[(ts >= start) & (ts < end)]).size == 1


# --- truth ---------------------------------------------------------------------------------------


def test_truth_is_what_the_simulation_used() -> None:
    options = DemoOptions(days=24, packs=2, cells=8, faults="default")
    devices = demo_site(options)
    site, known = simulated_site(options), json.loads(json.dumps(truth(options)))
    assert devices[0].facts["synthetic"] is True
    ageing = known["ageing"]
    for name in BATTERIES:
        run, told = site.batteries[name], known["batteries"][name]
        for parameter, values in told["cells"].items():
            assert np.array_equal(np.array(values), getattr(run.cells, parameter))
        for at, day in enumerate(told["trajectory"]["day"]):
            cells = {k: np.array(v) for k, v in told["cells"].items()}
            efc = told["trajectory"]["efc"][at]
            expected = cells["capacity_new_ah"] * (
                1
                - cells["calendar_rate"] * (ageing["service_days"] + day) ** ageing["p"]
                - cells["cycle_rate"] * (ageing["service_efc"] + efc) ** ageing["q"]
            )
            for fault in known["faults"]:
                if fault["device"] == name and fault["kind"] == "capacity":
                    place = (fault["pack"] - 1) * options.cells + fault["cell"] - 1
                    ramp = max(fault["ramp_days"], 1e-9)
                    share = min(max(day - fault["start_day"], 0) / ramp, 1)
                    expected[place] *= 1 + fault["size"] * share
            np.testing.assert_allclose(told["trajectory"]["capacity_ah"][at], expected, rtol=1e-9)
            _check_resistance(run.cells, known["faults"], told["trajectory"], at, name)
            assert run.string.efc[day] == efc
    kinds = [fault["kind"] for fault in known["faults"]]
    assert {kind: kinds.count(kind) for kind in kinds} == options.fault_counts()
    places = [(f["device"], f["signal"]) for f in known["faults"]]
    assert len(set(places)) == len(places)


def _check_resistance(
    cells: lfp.CellParameters, faults: list[Any], told: dict[str, Any], at: int, name: str
) -> None:
    """Growth by age and fault alone: 1 for every cell at the start, wherever it sits."""

    def over_new(day: float, efc: float) -> Floats:
        ohm = cells.resistance_growth(day, efc)
        for fault in faults:
            if (fault["device"], fault["kind"]) == (name, "resistance"):
                place = (fault["pack"] - 1) * 8 + fault["cell"] - 1
                share = (day - fault["start_day"]) / max(fault["ramp_days"], 1e-9)
                ohm[place] *= 1 + fault["size"] * min(max(share, 0), 1)
        return ohm

    course = told["resistance_over_start"]
    assert course[0] == [1.0] * cells.count
    expected = over_new(told["day"][at], told["efc"][at]) / over_new(0, 0)
    np.testing.assert_allclose(course[at], expected, rtol=1e-9)


def test_ageing_rates_are_those_the_document_compares() -> None:
    text = DOCS.read_text(encoding="utf-8")
    calendar, cycle = ageing_rates(temp=25.0, soc=0.5, dod=0.85, rate=0.25)
    assert "gives 4.95e-4 and 1.53e-4 at 25 °C" in " ".join(text.split())
    assert (f"{calendar:.2e}", f"{cycle:.2e}") == ("4.95e-04", "1.53e-04")
    assert f"{100 * (lfp.CALENDAR_RATE / calendar - 1):.0f}" == "17"
    assert f"{100 * (lfp.CYCLE_RATE / cycle - 1):.0f}" == "3"


def test_regime_change_is_common_to_all_cells_and_dated() -> None:
    options = DemoOptions(days=12, packs=1, cells=8, faults="none", end="2025-06-30")
    site, known = simulated_site(options), truth(options)
    for name in BATTERIES:
        run, regime = site.batteries[name].string, known["batteries"][name]["regime"]
        days = site.clock.day[run.full]
        top = run.cell_mv(slice(None))[np.searchsorted(run.polls, run.full - 1)].max(axis=1)
        before, after = np.median(top[days < regime["day"]]), np.median(top[days >= regime["day"]])
        change = regime["charge_v_after"] - regime["charge_v_before"]
        assert math.copysign(1, after - before) == math.copysign(1, change)
        assert known["first_day"] < regime["date"] < options.end


def test_batteries_age(site: Site) -> None:
    cells = site.batteries["BESS-1"].cells
    year = cells.capacity_ah(365, 300) / cells.capacity_ah(0, 0)
    assert 0.975 < year.mean() < 0.985  # about two per cent a year after the first
    assert np.all(cells.resistance_growth(365, 300) > 1.02)
