"""Diagnosis of cells, against a string simulated here: own voltage curve, faults put in by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.analytics import diagnosis
from core.analytics.chemistry import LFP, chemistry
from core.analytics.diagnosis import (
    DAY_US,
    CellHours,
    CellSamples,
    ChargeCurve,
    Diagnosis,
    DiagnosisOptions,
)
from core.analytics.quality import HOUR_US

CAPACITY = 100.0
CELLS = 24
MIDDLE = (3.2, 3.34)
STEP_US = 120_000_000
PER_HOUR, PER_DAY = 30, 720
SOC = np.linspace(-0.02, 1.02, 4001)
# A plateau at 3.30 V with a knee at both ends; nothing of the demo's half cells.
OCV = 3.30 + 0.02 * (SOC - 0.5) - 0.55 * np.exp(-SOC / 0.045) + 0.25 * np.exp((SOC - 1) / 0.012)


Planted = tuple[tuple[str, tuple[tuple[int, float], ...]], ...]


@dataclass(frozen=True)
class Bench:
    """What was measured on the simulated string."""

    hours: CellHours
    samples: list[CellSamples]
    charge: np.ndarray  # of each cell at the end [Ah]


def simulate(days: int = 30, **planted: dict[int, float]) -> Bench:
    """The string with faults `offset`, `capacity` [Ah], `resistance` [Ω], `leak` [Ah/day]."""
    return _simulate(days, tuple((name, tuple(at.items())) for name, at in planted.items()))


@cache
def _simulate(days: int, planted: Planted) -> Bench:
    """Each day charge to the first cell at 3.52 V, rest, discharge to the first at 2.95 V, rest."""
    rng = np.random.default_rng(1)
    faults = {name: dict(at) for name, at in planted}

    def own(name: str, usual: float, sd: float) -> np.ndarray:
        drawn = rng.normal(usual, sd, CELLS) if sd else np.full(CELLS, usual)
        for cell, more in faults.get(name, {}).items():
            drawn[cell] += more
        return drawn

    room, ohm = own("capacity", CAPACITY, 0.2), own("resistance", 1e-3, 3e-5)
    charge, leak = 50 + own("offset", 0.0, 0.1), own("leak", 0.0, 0.0) / PER_DAY
    steps = days * PER_DAY
    volts, current = np.empty((steps, CELLS)), np.zeros(steps)
    done = False
    for k in range(steps):
        hour = k % PER_DAY / PER_HOUR
        if hour in (1.0, 13.0):
            done = False
        open_v = np.interp(charge / room, SOC, OCV)
        stop = 15 if k // PER_DAY % 5 == 2 else 21  # some days only in part
        wanted = 20.0 if 1 <= hour < 9 else -20.0 if 13 <= hour < stop else 0.0
        over = (open_v + wanted * ohm).max() >= 3.52 if wanted > 0 else open_v.min() <= 2.95
        done = done or over
        current[k] = 0.0 if done else wanted
        volts[k] = open_v + current[k] * ohm
        charge = charge + current[k] / PER_HOUR - leak
    volts = np.round(volts, 3)
    ts = 1_700_000_000_000_000 // DAY_US * DAY_US + np.arange(steps) * STEP_US
    by_hour = volts.reshape(-1, PER_HOUR, CELLS)
    flow = current.reshape(-1, PER_HOUR)
    hours = CellHours(
        ts[::PER_HOUR], by_hour[:, -1], by_hour.mean(axis=1), flow.mean(axis=1), flow.min(axis=1),
        flow.max(axis=1), np.ones(CELLS, np.int64), np.arange(1, CELLS + 1),
    )  # fmt: skip
    counted = diagnosis.count_charge(ts, current)
    return Bench(
        hours, [CellSamples(ts, volts[:, i], current, counted) for i in range(CELLS)], charge
    )


def judge(bench: Bench, options: DiagnosisOptions | None = None) -> Diagnosis:
    """The whole chain, with all cells but the resistive 5 as samples."""
    samples = [bench.samples[i] for i in np.flatnonzero(bench.hours.cell != 6)]
    empties, fulls = diagnosis.find_rests(bench.hours, LIMITS, CAPACITY, options)
    resistance = diagnosis.relaxation_resistance(bench.samples, 10.0, MIDDLE)
    usable = 0.0 if np.isnan(resistance) else resistance
    low = diagnosis.estimate_curve(samples, (2.5, 3.3), -5.0, usable)
    high = diagnosis.estimate_curve(samples, (3.30, 3.65), 2.0, usable)
    if low is not None:
        empties = diagnosis.charge_when_empty(empties, bench.hours.pack, low, CAPACITY)
    if high is not None:
        fulls = diagnosis.charge_when_full(fulls, bench.hours.pack, high, CAPACITY)
    none = np.zeros(len(bench.hours.pack), bool)
    return diagnosis.diagnose(
        bench.hours, empties, fulls, LIMITS, CAPACITY, resistance, none, options
    )


LIMITS = chemistry("LFP", charge_cutoff=3.55, discharge_cutoff=2.80)


def faults(found: Diagnosis) -> dict[int, str]:
    return {i: str(kind) for i, kind in enumerate(found.fault) if kind != "healthy"}


def test_a_sound_string_has_no_weak_cell() -> None:
    assert faults(judge(simulate())) == {}


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ({"offset": {3: 3.0}}, "offset_high"),
        ({"offset": {3: -3.0}}, "offset_low"),
        ({"capacity": {3: -5.0}}, "capacity"),
        ({"resistance": {5: 1e-3}}, "resistance"),
        ({"leak": {3: 0.08}}, "self_discharge"),
    ],
)
def test_each_fault_is_named(planted: dict[str, dict[int, float]], kind: str) -> None:
    assert faults(judge(simulate(**planted))) == dict.fromkeys(*planted.values(), kind)


def test_charge_is_recovered_in_ampere_hours() -> None:
    bench = simulate(offset={3: 3.0, 9: -2.5})
    found = judge(bench)
    true = bench.charge - np.median(bench.charge)
    assert found.empty_ah == pytest.approx(true, rel=0.1, abs=0.1)


def test_resistance_is_recovered_in_ohm() -> None:
    found = judge(simulate(resistance={3: 5e-4, 5: 1e-3}))
    assert found.resistance_ohm[5] == pytest.approx(1e-3, rel=0.1)
    assert found.resistance_ohm[3] == pytest.approx(5e-4, rel=0.15)
    assert found.resistance_ratio[5] == pytest.approx(1.0, rel=0.15)


def test_loss_of_charge_is_a_rate() -> None:
    found = judge(simulate(days=60, leak={3: 0.08}))
    assert found.drift_low[3] < -0.08 < found.drift_high[3]
    assert found.drift_ah_day[3] == pytest.approx(-0.08, rel=0.1)


def test_a_cell_of_two_faults_is_left_open() -> None:
    found = judge(simulate(offset={5: -3.0}, resistance={5: 1e-3}))
    assert faults(found) == {5: "undecided"}
    assert found.reason[5] == "two_faults"


def test_capacity_in_a_pack_balanced_when_full() -> None:
    # Less capacity and as much less charge: with the pack when full, behind when empty.
    found = judge(simulate(capacity={3: -5.0}, offset={3: -5.0}))
    assert faults(found) == {3: "capacity"}


# --- what cannot be said ------------------------------------------------------------------------


def test_half_a_day_says_nothing() -> None:
    bench = simulate(days=1)
    hours = CellHours(*(getattr(bench.hours, name)[:12] for name in (
        "ts", "last", "mean", "current_mean", "current_low", "current_high")),
        bench.hours.pack, bench.hours.cell)  # fmt: skip
    found = judge(replace(bench, hours=hours))
    assert set(found.fault) == {"unknown"}
    assert found.refusal == "no_rests"


def test_without_current_nothing_is_known() -> None:
    bench = simulate(days=20)
    still = np.zeros_like(bench.hours.current_mean)
    hours = replace(bench.hours, current_mean=still, current_low=still, current_high=still)
    samples = [
        replace(one, current=one.current * 0, charge=one.charge * 0) for one in bench.samples
    ]
    found = judge(Bench(hours, samples, bench.charge))
    assert set(found.fault) == {"unknown"}
    assert np.isnan(found.empty_ah).all() and np.isnan(found.resistance_ratio).all()


def test_all_cells_equal_are_healthy() -> None:
    bench = simulate()
    same = [bench.samples[0]] * CELLS
    hours = replace(
        bench.hours,
        last=np.repeat(bench.hours.last[:, :1], CELLS, axis=1),
        mean=np.repeat(bench.hours.mean[:, :1], CELLS, axis=1),
    )
    found = judge(Bench(hours, same, bench.charge))
    assert set(found.fault) == {"healthy"}
    assert (found.empty_ah == 0).all()


def test_a_missing_cell_is_unknown_and_spoils_nobody() -> None:
    bench = simulate(offset={3: 3.0})
    last, mean = bench.hours.last.copy(), bench.hours.mean.copy()
    last[:, 7] = mean[:, 7] = np.nan
    found = judge(replace(bench, hours=replace(bench.hours, last=last, mean=mean)))
    assert faults(found) == {3: "offset_high", 7: "unknown"}
    assert found.reason[7] == "no_rests"


def test_never_empty_is_said() -> None:
    bench = simulate(offset={3: 3.0})
    lifted = replace(bench.hours, last=np.maximum(bench.hours.last, 3.25))
    found = judge(replace(bench, hours=lifted))
    assert set(found.fault) <= {"unknown", "undecided"}
    assert set(found.reason) == {"no_empty_end"}


def test_a_sensor_that_stands_still() -> None:
    low, high = np.full((10, 3), 2.9), np.full((10, 3), 3.5)
    low[:, 1] = high[:, 1] = 3.3
    assert diagnosis.flag_stuck(low, high).tolist() == [False, True, False]
    # Nothing to tell from where nobody moves.
    assert not diagnosis.flag_stuck(high, high).any()


def test_days_that_stand_still_are_runs_with_their_period() -> None:
    day = diagnosis.DAY_US
    low, high = np.full((10, 4), 2.9), np.full((10, 4), 3.5)
    low[3:6, 1] = high[3:6, 1] = 3.3  # three days and then well again
    high[7] = low[7]  # a day on which nobody moved tells nothing
    low[6:, 2] = high[6:, 2] = 3.3  # up to now, over that day
    lively = diagnosis.lively_days(low, high)
    assert lively.tolist() == [True] * 7 + [False] + [True] * 2
    still = diagnosis.still_days(low, high, lively)
    spans = diagnosis.still_spans(np.arange(10) * day, still, lively)
    assert spans == (
        diagnosis.StillSpan(1, 3 * day, 6 * day, 3, False),
        diagnosis.StillSpan(2, 6 * day, 10 * day, 3, True),
    )


def test_all_cells_stand_still_while_the_battery_works() -> None:
    low = high = np.full((4, 3), 3.3)
    worked = np.array([True, True, False, True])
    assert not diagnosis.lively_days(low, high).any()
    assert diagnosis.lively_days(low, high, worked).tolist() == worked.tolist()


def test_half_of_the_cells_standing_still_do_not_hide_each_other() -> None:
    low, high = np.full((5, 8), 2.9), np.full((5, 8), 3.5)
    low[:, :5] = high[:, :5] = 3.3
    assert diagnosis.flag_stuck(low, high).tolist() == [True] * 5 + [False] * 3


# --- parts --------------------------------------------------------------------------------------


def test_curve_is_that_of_the_cells() -> None:
    bench = simulate()
    curve = diagnosis.estimate_curve(bench.samples, (2.5, 3.3), -5.0, 1e-3)
    assert curve is not None
    for low, high in ((2.98, 3.05), (3.05, 3.15), (3.15, 3.22)):
        true = CAPACITY * np.diff(np.interp([low, high], OCV, SOC))[0]
        got = np.diff(curve.charge(np.array([low, high])))[0]
        assert got == pytest.approx(true, rel=0.08)


def test_curve_goes_on_beyond_its_ends() -> None:
    curve = ChargeCurve(np.array([3.0, 3.1, 3.2]), np.array([0.0, 1.0, 3.0]))
    assert curve.charge(np.array([2.9, 3.0, 3.15, 3.3])) == pytest.approx([-1.5, 0.0, 2.0, 4.5])


def test_counted_charge_skips_gaps() -> None:
    ts = np.array([0, 60, 120, 7200, 7260]) * 1_000_000
    got = diagnosis.count_charge(ts, np.array([60.0, 60.0, 60.0, 60.0, 0.0]))
    assert got == pytest.approx([0, 1, 2, 2, 2.5])


def test_relaxation_gives_the_resistance() -> None:
    assert diagnosis.relaxation_resistance(simulate(days=5).samples, 10.0, MIDDLE) == pytest.approx(
        1e-3, rel=0.1
    )
    assert np.isnan(diagnosis.relaxation_resistance([], 10.0, MIDDLE))


def test_drift_interval_holds_in_nineteen_of_twenty() -> None:
    rng = np.random.default_rng(3)
    day = np.arange(0.0, 90.0, 1.3)
    noise = np.zeros((len(day), 2000))
    for i in range(1, len(day)):
        noise[i] = 0.4 * noise[i - 1] + rng.normal(0, 0.1, 2000)
    _, low, high = diagnosis.estimate_drift(day, 0.01 * day[:, None] + noise)
    assert 0.90 <= np.mean((low <= 0.01) & (high >= 0.01)) <= 0.99


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(st.permutations(range(CELLS)))
def test_order_of_cells_does_not_matter(order: list[int]) -> None:
    bench = SHARED()
    moved = Bench(
        replace(bench.hours, last=bench.hours.last[:, order], mean=bench.hours.mean[:, order],
                cell=bench.hours.cell[order]),
        [bench.samples[i] for i in order], bench.charge[order],
    )  # fmt: skip
    straight, turned = judge(bench), judge(moved)
    assert turned.fault.tolist() == straight.fault[order].tolist()
    assert turned.empty_ah == pytest.approx(straight.empty_ah[order], abs=1e-9)


SHARED = partial(simulate, offset={3: 3.0}, resistance={5: 1e-3})


# --- what mending brings ------------------------------------------------------------------------


def _found(fault: list[str], empty: list[float], full: list[float]) -> Diagnosis:
    count, nan = len(fault), np.full(len(fault), np.nan)
    return Diagnosis(
        np.ones(count, int), np.arange(1, count + 1), np.array(fault), np.array([""] * count), nan,
        nan, np.array(empty), np.array(full), np.zeros(count, bool), nan, nan, nan, nan, nan, {},
        9, 9,
    )  # fmt: skip


def test_recoverable_by_hand() -> None:
    # Ends at +5 when full and at −4 when empty: 9 Ah lost. Balanced: +1 and −0.5. Exchanged: 0.3.
    found = _found(
        ["offset_high", "offset_low", "capacity", "healthy"], [5.0, -4.0, 0.0, -0.5],
        [5.0, -4.0, 1.0, 0.3],
    )  # fmt: skip
    got = diagnosis.estimate_recoverable(found, 100, 3.2)
    assert got.balance_ah == pytest.approx(9.0 - 1.5)
    assert got.balance_kwh == pytest.approx(7.5 * 0.32)
    assert got.replace_ah == pytest.approx(1.5 - 0.8)
    assert got.move_ah.tolist() == [-5.0, 4.0, 0.0, 0.0]
    assert not got.balance_least and not got.replace_least
    bound = replace(found, full_bound=np.array([False, False, True, False]))
    got = diagnosis.estimate_recoverable(bound, 100, 3.2)
    assert not got.balance_least and got.replace_least  # the one to replace ends the charge then


def test_nothing_to_mend_brings_nothing() -> None:
    got = diagnosis.estimate_recoverable(_found(["healthy"] * 2, [0.1, -0.1], [0, 0]), 2, 3.2)
    assert (got.balance_ah, got.replace_ah) == (0.0, 0.0)


def test_limits_of_the_ends_follow_the_chemistry() -> None:
    assert diagnosis.empty_below(LFP) == LFP.plateau_low
    nmc = chemistry("NMC")
    assert nmc.discharge_cutoff < diagnosis.empty_below(nmc) < diagnosis.full_above(nmc)
    assert HOUR_US * 24 == DAY_US


def test_the_charge_when_full_is_a_bound_to_the_side_of_the_cell() -> None:
    given = ((3.0, True), (-1.5, True), (0.0, True), (-0.02, True), (3.0, False), (0.0, False))
    told = [diagnosis.told_when_full(ah, bound) for ah, bound in given]
    assert told == ["least", "most", "flat", "flat", "exact", "exact"]


@pytest.mark.parametrize("alike", [0.0, 0.5, 0.85])
def test_the_interval_of_the_charge_to_move_holds_in_nineteen_of_twenty(alike: float) -> None:
    """400 cells that lose 0.08 Ah a day, with noise whose neighbours correlate, on a grid."""
    rng = np.random.default_rng(1)
    day = np.arange(90) + rng.uniform(0, 0.3, 90)
    noise = rng.normal(size=(90, 400))
    for i in range(1, 90):
        noise[i] = alike * noise[i - 1] + (1 - alike**2) ** 0.5 * noise[i]
    charge = np.round((-3.0 - 0.08 * day[:, None] + 0.15 * noise) / 0.03) * 0.03
    rests = diagnosis.Rests(np.arange(90), day, charge, charge, charge, None, 0.03)
    drift = np.stack(diagnosis.estimate_drift(day, charge, 0.03))
    now, half = diagnosis._at_end(rests, day > 30.0, day > 0.0, drift, 90.0)
    assert 0.92 <= np.mean(np.abs(now - (-3.0 - 0.08 * 90)) <= half) <= 0.995
    assert np.median(half) < 0.6


def test_a_drifting_cell_is_moved_by_what_it_lacks_on_the_last_day() -> None:
    """−2 Ah in the middle of the days, −0.05 Ah a day since then for 20 days: +3 Ah to put in."""
    day = np.arange(0.0, 41.0)
    charge = np.stack([-0.05 * (day - 20.0) - 2.0, np.zeros(41)], axis=1)
    rests = diagnosis.Rests(np.arange(41), day, charge, charge, charge, None, 0.1)
    drift = np.array([[-0.05, 0.0], [-0.06, -0.01], [-0.04, 0.01]])
    every = np.ones(41, bool)
    now, half = diagnosis._at_end(rests, every, every, drift, 40.0)
    np.testing.assert_allclose(now, [-3.0, 0.0])
    np.testing.assert_allclose(half, np.hypot(20 * 0.01, 1.96 * 0.1 / 6**0.5))
    found = _found(["self_discharge", "healthy"], [-2.0, 0.0], [0.0, 0.0])
    got = diagnosis.estimate_recoverable(replace(found, now_ah=now, now_half_ah=half), 10, 3.2)
    assert got.move_ah.tolist() == pytest.approx([3.0, 0.0])


def slow_sum(runs: list[tuple[np.ndarray, np.ndarray]], edges: np.ndarray) -> np.ndarray:
    """Charge per volt in each bin, step after step and bin after bin."""
    moved, covered = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for volts, charge in runs:
        for k in range(len(volts) - 1):
            low, high = sorted((volts[k], volts[k + 1]))
            for place in range(len(edges) - 1):
                inside = min(high, edges[place + 1]) - max(low, edges[place])
                if high > low and inside > 0:
                    rise = (charge[k + 1] - charge[k]) * np.sign(volts[k + 1] - volts[k])
                    moved[place] += rise * inside / (high - low)
                    covered[place] += inside
    return np.divide(moved, covered, out=np.zeros(len(moved)), where=covered > 2 * diagnosis.GRID_V)


def test_a_first_curve_is_the_sum_over_steps_and_bins() -> None:
    rng = np.random.default_rng(3)
    edges = np.arange(3.3, 3.4 + diagnosis.BIN_V / 2, diagnosis.BIN_V)
    runs = [
        (np.sort(rng.uniform(3.3, 3.4, n)).round(3), np.cumsum(rng.uniform(0, 2, n)))
        for n in (2, 5, 40)
    ]
    volts, charge = (np.concatenate(part) for part in zip(*runs, strict=True))
    first = np.zeros(len(volts), bool)
    first[[0, 2, 7]] = True
    curve = diagnosis._summed(volts, charge, first, edges)
    assert curve is not None
    slope = slow_sum(runs, edges)
    seen = np.flatnonzero(slope)
    assert len(seen) == len(curve.ah) - 1
    np.testing.assert_allclose(np.diff(curve.ah) / diagnosis.BIN_V, slope[seen], rtol=1e-11)
