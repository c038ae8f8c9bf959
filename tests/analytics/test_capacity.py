"""Capacity: counted by hand, anchors planted, error budget, the demo's truth, the prior."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.capacity import (
    DAY_US,
    HOUR_US,
    Anchor,
    AnchorRules,
    CountingError,
    FadeLine,
    ageing_prior,
    ageing_rates,
    capacity_ledger,
    capacity_points,
    coulomb_count,
    discharged_charge,
    estimate_capacity,
    fade_line,
    find_anchors,
    hold,
    set_point,
    slope_both_errors,
)
from core.analytics.chemistry import CHEMISTRIES, LFP, NMC, Chemistry, chemistry
from core.errors import ConfigError
from ingest.demo import DemoOptions, demo_site, truth
from tests.demo_sites import Sites

MINUTE = 60_000_000
LIMITS = chemistry("LFP", charge_cutoff=3.60, discharge_cutoff=2.80)
NO_ERROR = CountingError(gain=0, offset_a=0, coulomb_efficiency=0)
DEMO = DemoOptions(days=40, packs=2, cells=8, faults="capacity:1")


def minutes(*parts: tuple[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Minute stamps and a current that stands for (minutes, amperes) after one another."""
    current = np.concatenate([np.full(n, amps) for n, amps in parts])
    return np.arange(len(current), dtype=np.int64) * MINUTE, current


# --- chemistry ---------------------------------------------------------------------------------


def test_presets_hold_together_and_are_named() -> None:
    assert set(CHEMISTRIES) == {"LFP", "NMC", "NCA", "LTO"}
    assert all(name == limits.name for name, limits in CHEMISTRIES.items())
    assert (LFP.sat_low, LFP.sat_high) == (3.30, 3.65)
    assert LFP.on_plateau(3.30) and not LFP.on_plateau(3.10)
    assert not any(NMC.on_plateau(v) for v in (3.0, 3.6, 4.1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sat_low": 3.7}, "sat_low"),
        ({"discharge_cutoff": 3.3}, "plateau_low"),
        ({"charge_cutoff": 3.8}, "outside"),
        ({"plateau_low": None}, "both its ends"),
        ({"v_nominal": math.nan}, "not a number"),
        ({"charge_temp_min": 70.0}, "charge_temp_max"),
        ({"colour": 1}, "colour"),
    ],
)
def test_limits_that_do_not_hold_together_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        chemistry("LFP", **changes)


def test_unknown_chemistry_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="LFP, NMC, NCA, LTO"):
        chemistry("lead")
    assert isinstance(chemistry("nmc"), Chemistry)


# --- counting ----------------------------------------------------------------------------------


def test_count_by_hand() -> None:
    # half an hour from 0 to 60 A, half an hour at 60 A: 15 + 30 Ah
    ts = np.array([0, 30, 60], dtype=np.int64) * MINUTE
    count = coulomb_count(ts, np.array([0.0, 60.0, 60.0]), 30 * MINUTE)
    assert count.charge_ah.tolist() == [0.0, 15.0, 45.0]
    assert count.sampling_ah2[-1] == pytest.approx((60 * 0.5) ** 2 / 12)


def test_a_gap_breaks_the_count_and_is_not_bridged() -> None:
    ts = np.array([0, 1, 2, 10, 11], dtype=np.int64) * MINUTE
    count = coulomb_count(ts, np.full(5, 60.0), 5 * MINUTE)
    assert count.charge_ah.tolist() == pytest.approx([0, 1, 2, 0, 1])
    assert count.piece.tolist() == [0, 0, 0, 1, 1]
    assert count.between(0, 2) == pytest.approx(2.0)
    assert math.isnan(count.between(2, 3))


def test_unknown_readings_are_stepped_over_only_where_the_step_stays_short() -> None:
    ts = np.arange(8, dtype=np.int64) * MINUTE
    current = np.array([60, 60, np.nan, 60, np.nan, np.nan, np.nan, 60.0])
    count = coulomb_count(ts, current, 2 * MINUTE)
    assert count.between(0, 3) == pytest.approx(3.0)
    assert math.isnan(count.between(3, 7))
    assert math.isnan(count.between(2, 3))


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=60), st.data())
def test_count_adds_up_and_follows_the_sign(amps: list[float], data: st.DataObject) -> None:
    current = np.array(amps)
    ts = np.arange(len(amps), dtype=np.int64) * MINUTE
    split = data.draw(st.integers(0, len(amps) - 1))
    count, mirrored = coulomb_count(ts, current), coulomb_count(ts, -current)
    whole = count.between(0, len(amps) - 1)
    assert count.between(0, split) + count.between(split, len(amps) - 1) == pytest.approx(whole)
    assert mirrored.between(0, len(amps) - 1) == pytest.approx(-whole)
    slow = sum((a + b) / 2 / 60 for a, b in pairwise(amps))
    assert whole == pytest.approx(slow, abs=1e-9)


def test_nothing_to_count() -> None:
    count = coulomb_count(np.empty(0, dtype=np.int64), np.empty(0))
    assert len(count.charge_ah) == 0
    assert math.isnan(discharged_charge(np.arange(3) * MINUTE, np.zeros(3), np.ones(3), 2.7))


def test_test_discharge_ends_at_the_cut_off_whatever_follows() -> None:
    ts = np.arange(6, dtype=np.int64) * HOUR_US
    current = np.array([0.0, -2, -2, -2, 0, -2])
    voltage = np.array([4.2, 3.8, 3.0, 2.6, 3.1, 2.0])
    assert discharged_charge(ts, current, voltage, 2.7) == pytest.approx(1 + 2 + 2)
    assert discharged_charge(ts[:3], current[:3], voltage[:3], 2.7) == pytest.approx(1 + 2)


# --- anchors -----------------------------------------------------------------------------------


def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rest, 4 h at 60 A with a taper, rest, 4 h at -60 A to the cut-off, rest."""
    ts, current = minutes((60, 0.0), (240, 60.0), (3, 20.0), (60, 0.0), (240, -60.0), (200, 0.0))
    high, low = np.full(len(ts), 3.33), np.full(len(ts), 3.30)
    high[298:303] = [3.40, 3.45, 3.50, 3.52, 3.53]
    low[600:603] = [2.85, 2.82, 2.79]
    low[603:] = 2.90
    return ts, current, high, low


def test_full_by_taper_and_empty_by_cut_off() -> None:
    ts, current, high, low = planted()
    found = find_anchors(ts, current, LIMITS, 280, cell_max=high, cell_min=low)
    assert [(a.index, a.end, a.kind, a.soc) for a in found] == [
        (302, "full", "voltage", 1.0),
        (602, "empty", "cutoff", 0.0),
    ]


def test_no_full_anchor_without_taper_or_below_the_cliff() -> None:
    ts, current, high, _ = planted()
    abrupt = np.where((current > 0) & (current < 60), 60.0, current)
    assert [a.end for a in find_anchors(ts, abrupt, LIMITS, 280, cell_max=high)] == []
    flat = np.minimum(high, 3.42)
    assert [a.end for a in find_anchors(ts, current, LIMITS, 280, cell_max=flat)] == []


def test_full_by_the_battery_management_alone_is_less_sure() -> None:
    ts, current, _, _ = planted()
    soc = np.full(len(ts), 0.9)
    soc[303:400] = 1.0
    (full,) = find_anchors(ts, current, LIMITS, 280, soc=soc)
    assert (full.kind, full.error) == ("bms", AnchorRules().bms_error)
    late = ts + np.where(np.arange(len(ts)) > 302, HOUR_US, 0)  # what it says after an outage
    assert find_anchors(late, current, LIMITS, 280, soc=soc) == []


def test_rest_outside_the_plateau_needs_a_curve_and_two_hours() -> None:
    ts, current, high, low = planted()
    curve = np.array([0.0, 0.05, 0.10, 1.0]), np.array([2.5, 2.9, 3.1, 3.4])
    found = find_anchors(ts, current, LIMITS, 280, cell_max=high, cell_min=low, ocv=curve)
    rest = found[-1]
    assert (rest.kind, rest.end, rest.time) == ("rest", "empty", (603 + 120) * MINUTE)
    assert rest.soc == pytest.approx(0.05)
    # 10 mV below lie on the leg of 0.125 /V, 10 mV above on that of 0.25 /V
    assert rest.error == pytest.approx(0.01 * (0.125 + 0.25) / 2)
    assert all(a.kind != "rest" for a in found[:-1])  # the hour of rest in between is too short
    with pytest.raises(ConfigError, match="ascend"):
        find_anchors(ts, current, LIMITS, 280, ocv=(curve[0], curve[1][::-1]))


def test_set_point_of_the_battery_management() -> None:
    assert set_point(np.array([0.03, 0.03, 0.03, 0.03, 0.026, 0.03])) == pytest.approx(0.03)
    assert math.isnan(set_point(np.array([0.03, 0.08, 0.01, 0.12, 0.05, 0.09])))
    assert math.isnan(set_point(np.array([0.03, 0.03])))


def test_rules_are_checked() -> None:
    with pytest.raises(ConfigError, match="idle_rate"):
        AnchorRules(idle_rate=0)
    with pytest.raises(ConfigError, match="gain"):
        CountingError(gain=-0.1)


# --- ledger ------------------------------------------------------------------------------------


def anchors_at(ts: np.ndarray, *rows: tuple[int, str, float]) -> list[Anchor]:
    return [Anchor(i, int(ts[i]), end, "voltage", soc, 0.01) for i, end, soc in rows]  # type: ignore[arg-type]


def test_ledger_by_hand() -> None:
    ts, current = minutes((601, -30.0))
    anchors = anchors_at(ts, (0, "full", 1.0), (600, "empty", 0.0))
    errors = CountingError(gain=0.01, offset_a=0.1, coulomb_efficiency=0.5)
    (row,) = capacity_ledger(ts, current, anchors, 300, errors=errors).to_dict("records")
    assert row["capacity_ah"] == pytest.approx(300.0)
    assert row["charge_ah"] == pytest.approx(-300.0)
    assert row["gain_ah"] == pytest.approx(3.0)  # the efficiency is one of charging only
    assert row["offset_ah"] == pytest.approx(0.1 * 10)
    assert row["anchor_ah"] == pytest.approx(300 * math.hypot(0.01, 0.01))
    assert row["sampling_ah"] == pytest.approx(math.sqrt(2 * 0.5**2 / 12))
    parts = [row[f"{part}_ah"] for part in ("gain", "offset", "sampling", "anchor")]
    assert row["error_ah"] == pytest.approx(math.hypot(*parts))
    assert row["rate"] == pytest.approx(0.1)
    assert row["qualifies"] and row["reason"] == ""


def test_ledger_says_why_a_segment_does_not_qualify() -> None:
    ts, current = minutes((300, -60.0), (300, 60.0))
    gap = np.delete(np.arange(600), np.arange(100, 130))
    full = anchors_at(ts, (0, "full", 1.0), (299, "empty", 0.0))
    cut = anchors_at(ts[gap], (0, "full", 1.0), (269, "empty", 0.0))
    reasons = [
        capacity_ledger(ts[gap], current[gap], cut, 300).reason[0],
        capacity_ledger(ts, -current, full, 300).reason[0],
        capacity_ledger(ts, current, anchors_at(ts, (0, "full", 0.9), (99, "empty", 0.5)), 300)
        .reason[0],
        capacity_ledger(ts, current, full, 300, errors=CountingError(gain=0.2)).reason[0],
        capacity_ledger(ts, current, full, 300).reason[0],
    ]  # fmt: skip
    assert reasons == ["gap", "wrong_sign", "delta_soc_small", "error_large", ""]


def test_anchors_of_the_same_end_make_no_segment() -> None:
    ts, current = minutes((300, -60.0))
    none = capacity_ledger(ts, current, anchors_at(ts, (0, "full", 1.0), (9, "full", 1.0)), 300)
    assert len(none) == 0 and none["capacity_ah"].dtype == np.float64
    assert estimate_capacity(none).refusal == "segments_few"


def test_slope_with_errors_in_both() -> None:
    x, y = np.array([0.7, 0.8, 0.9, 1.0]), np.array([196.0, 224.0, 252.0, 280.0])
    slope, error = slope_both_errors(x, y, np.full(4, 0.01), np.full(4, 1.0))
    assert slope == pytest.approx(280.0) and error == pytest.approx(0.0, abs=1e-4)
    # with all error in y this is ordinary weighted least squares
    rng = np.random.default_rng(1)
    noisy, sigma = y + rng.normal(0, 2, 4), np.array([1.0, 2.0, 1.0, 4.0])
    plain = float((x * noisy / sigma**2).sum() / (x * x / sigma**2).sum())
    assert slope_both_errors(x, noisy, np.zeros(4), sigma)[0] == pytest.approx(plain, rel=1e-6)


def test_estimate_covers_the_truth_as_often_as_it_says() -> None:
    """200 batteries of 100 Ah, each with its own gain, anchors and scatter."""
    rng, held = np.random.default_rng(3), 0
    ts, current = minutes((601, -10.0))
    anchors = anchors_at(ts, (0, "full", 1.0), (600, "empty", 0.0))
    pattern = capacity_ledger(ts, current, anchors, 100, errors=CountingError(0.01, 0.05, 0.001))
    for _ in range(200):
        rows = pattern.loc[np.zeros(12, dtype=int)].reset_index(drop=True)
        shared = rng.normal(0, rows["gain_ah"][0]) + rng.normal(0, rows["anchor_ah"][0])
        own = rng.normal(0, 1, 12) * np.hypot(rows["offset_ah"][0], rows["sampling_ah"][0])
        rows["charge_ah"] = -(100 + shared + own)
        rows["capacity_ah"] = 100 + shared + own
        found = estimate_capacity(rows)
        held += found.low <= 100 <= found.high
    assert 180 <= held <= 199


# --- the demo ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(simulated: Sites) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """System signals of both batteries."""
    wanted = ("bms1_c", "bms1_soc", "bms1_cell_max_v", "bms1_cell_min_v", "bms1_cell_ave_t")
    simulated(DEMO)
    return {
        device.name: {name: (ts, v) for name, ts, v in device.signals() if name in wanted}
        for device in demo_site(DEMO)
        if device.group == "BESS"
    }


@pytest.fixture(scope="module")
def known(simulated: Sites) -> dict[str, Any]:
    """What made the readings."""
    simulated(DEMO)
    return truth(DEMO)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["BESS-1", "BESS-2"])
def test_ledger_holds_the_demo_battery(site: Any, known: Any, name: str) -> None:
    signals, battery = site[name], known["batteries"][name]
    ts, current = signals["bms1_c"]
    high, low, soc = (
        hold(ts, *signals[f"bms1_{signal}"], MINUTE)
        for signal in ("cell_max_v", "cell_min_v", "soc")
    )
    temp = hold(ts, *signals["bms1_cell_ave_t"], HOUR_US)
    anchors = find_anchors(ts, current, LIMITS, 280, cell_max=high, cell_min=low, soc=soc / 100)
    full = {a.time for a in anchors if a.end == "full"}
    expected = np.array(battery["full_charges"])
    seen = [min(abs(expected - time)) <= 2 * MINUTE for time in full]
    # a full charge whose last minute was lost, or that fell into an outage, is not seen
    assert all(seen) and len(full) >= 0.9 * len(expected)
    ledger = capacity_ledger(ts, current, anchors, 280, temp=temp)
    good = ledger[ledger["qualifies"]]
    assert len(good) >= 20 and good["temp"].between(15, 35).all()
    zone = ZoneInfo(DEMO.zone)
    begin = datetime.fromisoformat(known["first_day"]).replace(tzinfo=zone).timestamp() / 86400
    day, capacity = capacity_points(ledger)[0] - begin, good["capacity_ah"].to_numpy()
    trajectory = battery["trajectory"]
    cells, charge = np.array(trajectory["capacity_ah"]), np.array(trajectory["charge_ah"])
    # the string is full with its first cell and empty with its last
    usable = np.interp(day, trajectory["day"], (cells - charge).min(1) + charge.min(1))
    inside = np.abs(capacity - usable) <= 1.96 * good["error_ah"].to_numpy()
    assert inside.mean() >= 0.95
    assert np.median(np.abs(capacity / usable - 1)) < 0.015
    assert good["error_ah"].median() < 0.015 * np.median(usable)
    found = estimate_capacity(ledger)
    assert found.low <= usable.mean() <= found.high


# --- fade, prior, alignment --------------------------------------------------------------------


def test_fade_line_by_hand_and_its_refusal() -> None:
    x = np.arange(30.0)
    line = fade_line(x, 100 - 0.5 * x)
    value, low, high = line.interval(np.array([40.0]))
    assert line.per_step == pytest.approx(-0.5)
    assert value[0] == pytest.approx(80.0) and low[0] <= 80 <= high[0]
    few = fade_line(x[:5], x[:5])
    assert few.refusal == "points_few" and np.isnan(few.interval(x)[0]).all()


def test_fade_interval_grows_away_from_the_data_and_with_memory() -> None:
    def width(memory: float, x: float) -> float:
        line = FadeLine(-1.0, 100.0, 50.0, 1000.0, 1.0, memory, 50, None)
        _, low, high = line.interval(np.array([x]))
        return float(high[0] - low[0])

    assert width(0.0, 50) < width(0.0, 100) < width(0.0, 200)
    assert width(0.0, 100) < width(0.9, 100)


def test_ageing_rates_of_the_published_model() -> None:
    calendar, cycle = ageing_rates(25.0, 0.5, 0.85, 0.25)
    # by hand: 8.37e4·exp(−5210/298.15)·exp(−3560·0.12330/298.15); 9.898e-8·exp(2190/298.15)
    assert calendar == pytest.approx(4.946e-4, rel=1e-3)
    assert cycle == pytest.approx(1.533e-4, rel=1e-3)


def test_prior_falls_within_its_band() -> None:
    days = np.array([0.0, 365.0, 3650.0])
    band = ageing_prior(days, days * 0.7)
    assert band.iloc[0].tolist() == [1.0, 1.0, 1.0]
    assert (band["low"] <= band["value"]).all() and (band["value"] <= band["high"]).all()
    assert (np.diff(band["value"]) < 0).all()
    warm = ageing_prior(days, days * 0.7, temp=(35.0, 35.0, 35.0))
    assert warm["value"].iloc[1] < band["value"].iloc[1]


def test_hold_takes_the_latest_that_is_fresh() -> None:
    ts = np.array([0, 10, 20, 100], dtype=np.int64)
    held = hold(ts, np.array([5, 20], dtype=np.int64), np.array([1.0, 2.0]), 30)
    np.testing.assert_array_equal(held, [np.nan, 1.0, 2.0, np.nan])
    assert np.isnan(hold(ts, np.empty(0, dtype=np.int64), np.empty(0), 30)).all()


def test_points_for_a_trend_leave_out_what_moves_all_alike() -> None:
    ts, current = minutes((601, -30.0))
    ledger = capacity_ledger(
        ts, current, anchors_at(ts, (0, "full", 1.0), (600, "empty", 0.0)), 300
    )
    day, capacity, own = capacity_points(ledger)
    assert day[0] == pytest.approx(300 * MINUTE / DAY_US)
    assert capacity[0] == pytest.approx(300.0)
    assert own[0] == pytest.approx(math.hypot(ledger["offset_ah"][0], ledger["sampling_ah"][0]))
