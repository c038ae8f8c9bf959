"""Degradation, soiling, peers and odd days of plants whose truth is planted.

The shares over 40 seeds are printed by ``python -m benchmarks pv``; here a handful is asked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.pv_plants import daily_plant
from core.analytics import pv_anomalies, pv_peers, pv_soiling
from core.analytics.pv_degradation import LEAST_DAYS, estimate_degradation, filter_days, wear_rate

# --- degradation --------------------------------------------------------------------------------


def test_degradation_holds_the_truth_of_soiled_plants() -> None:
    found = [
        estimate_degradation(plant.performance, plant.insolation)
        for plant in (daily_plant(seed) for seed in range(5))
    ]
    held = [one.low <= -0.005 <= one.high for one in found]
    assert sum(held) >= 4
    assert all(one.high - one.low < 0.008 for one in found), "an interval that tells something"


def test_degradation_of_a_line_is_its_slope() -> None:
    day = np.arange(4 * 365)
    found = estimate_degradation(0.9 * (1 - 0.01 * day / 365), np.full(len(day), 4.0))
    first_year = 1 - 0.01 * 182 / 365  # what the rate refers to
    assert found.rate == pytest.approx(-0.01 / first_year, rel=1e-3)
    assert found.pairs == 3 * 365 and found.verdict == "declines"


def test_rate_is_relative_and_the_season_cancels() -> None:
    day = np.arange(5 * 365)
    season = 1 + 0.1 * np.cos(2 * np.pi * day / 365)
    flat = estimate_degradation(0.8 * season, np.full(len(day), 4.0))
    assert flat.rate == pytest.approx(0.0, abs=1e-9)
    assert flat.verdict == "not_distinguishable"


def test_degradation_is_refused_under_two_years() -> None:
    plant = daily_plant(1, years=1.95)
    found = estimate_degradation(plant.performance, plant.insolation)
    assert found.refusal == "short" and np.isnan(found.rate) and found.span_days < LEAST_DAYS
    nothing = estimate_degradation(np.full(900, np.nan), np.full(900, 4.0))
    assert nothing.refusal == "short"
    sparse = np.full(1000, np.nan)
    sparse[::10] = 0.9
    assert estimate_degradation(sparse, np.full(1000, 4.0)).refusal in ("short", "few_pairs")


def test_outages_and_dull_days_are_no_wear() -> None:
    value, light = np.full(400, 0.9), np.full(400, 4.0)
    value[100:105], light[200] = 0.3, 0.2
    kept = filter_days(value + 0.001 * np.sin(np.arange(400)), light)
    assert np.isnan(kept[100:105]).all() and np.isnan(kept[200])
    assert np.isfinite(kept).sum() == 394


# --- soiling ------------------------------------------------------------------------------------


def sawtooth(slope: float, every: int, n: int, noise: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 0.85 * (1 + slope * (np.arange(n) % every)) + noise * rng.standard_normal(n)


def test_soiling_is_read_from_the_sawtooth() -> None:
    found = pv_soiling.estimate_soiling(sawtooth(-0.001, 60, 360, 0.003), np.full(360, 4.0))
    truth = 0.001 * 59 / 2  # mean of the saw
    assert found.low <= truth <= found.high
    assert len(found.cleanings) == 5
    assert all(min(abs(at - 60 * k) for k in range(1, 6)) <= 3 for at in found.cleanings)
    assert found.segments["slope"].median() == pytest.approx(-0.001, rel=0.15)


def test_the_rate_of_dirt_has_an_interval_that_holds_it() -> None:
    held = 0
    for seed in range(10):
        value = sawtooth(-0.001, 60, 480, 0.003, seed)
        found = pv_soiling.estimate_soiling(value, np.full(480, 4.0))
        truth = -0.001 * 0.85 / np.nanmedian(value)
        held += found.rate_low <= truth <= found.rate_high
        assert found.rate_low < found.rate < found.rate_high
        assert found.rate_high - found.rate_low < 0.0005, "an interval that tells something"
    assert held >= 9


def test_cleanings_too_small_to_be_seen_are_said_to_be() -> None:
    found = pv_soiling.estimate_soiling(sawtooth(-0.0003, 15, 360, 0.002), np.full(360, 4.0))
    assert found.least_rise >= pv_soiling.LEAST_STEP > 15 * 0.0003
    assert len(found.cleanings) < 5


def test_wear_is_not_taken_for_dirt() -> None:
    """A steady decline without a cleaning is no soiling; known wear is none between cleanings."""
    n = 3 * 365
    wear = 1 - 0.01 * np.arange(n) / 365.25
    noise = 1 + 0.003 * np.random.default_rng(1).standard_normal(n)
    found = pv_soiling.estimate_soiling(0.85 * wear * noise, np.full(n, 4.0))
    assert found.refusal == "wear" and np.isnan(found.loss) and (found.ratio == 1).all()
    assert wear_rate(0.85 * wear * noise) == pytest.approx(-0.01, abs=0.002)
    assert np.isnan(wear_rate(noise[:700])), "under two years"
    dirty = sawtooth(-0.001, 60, n, 0.003) * wear
    whole = pv_soiling.estimate_soiling(dirty, np.full(n, 4.0))
    apart = pv_soiling.estimate_soiling(dirty, np.full(n, 4.0), -0.01 / 365.25)
    assert len(apart.cleanings) == len(whole.cleanings) > 10
    assert apart.rate == pytest.approx(-0.001, rel=0.05) and apart.rate > whole.rate


def test_clean_modules_have_no_soiling_and_few_days_no_answer() -> None:
    clean = pv_soiling.estimate_soiling(sawtooth(0.0, 60, 360, 0.003), np.full(360, 4.0))
    assert clean.refusal in ("noise", "wear") or clean.loss < 0.003
    short = pv_soiling.estimate_soiling(sawtooth(-0.001, 60, 50, 0.003), np.full(50, 4.0))
    assert short.refusal == "short" and np.isnan(short.loss)


# --- peers --------------------------------------------------------------------------------------


def powers(factors: list[float], days: int = 20, noise: float = 0.01) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(3)
    hours = days * 10
    light = 300 + 500 * rng.random(hours)
    power = light[:, None] / 100 * np.array(factors)
    power *= 1 + noise * rng.standard_normal(power.shape)
    return power, np.full(len(factors), 10.0), np.ones(hours), np.arange(hours) // 10


def test_a_weak_unit_is_behind_and_the_others_alike() -> None:
    power, kwp, hours, day = powers([1.0, 0.95, 1.0, 1.0])
    shares = pv_peers.daily_shares(power, kwp, hours, np.ones(len(day), bool), day)
    ranks = pv_peers.rank_units(shares, ["a", "b", "c", "d"])
    assert ranks[0].unit == "b" and ranks[0].verdict == "behind"
    assert ranks[0].low <= 0.95 <= ranks[0].high
    assert {one.verdict for one in ranks[1:]} == {"alike"}


def test_size_is_taken_out_and_an_outage_is_not_a_weakness() -> None:
    power, kwp, hours, day = powers([1.0, 2.0, 1.0])
    kwp[1] *= 2
    power[50:100, 2] = 0.0
    telling = np.ones(len(day), bool)
    shares = pv_peers.daily_shares(power, kwp, hours, telling, day)
    ranks = pv_peers.rank_units(shares, ["a", "b", "c"])
    assert all(one.verdict in ("alike", "undecided") for one in ranks)
    assert all(abs(one.ratio - 1) < 0.01 for one in ranks)
    every = pv_peers.daily_shares(power, kwp, hours, telling, day, running=False)
    assert every[2].min() == 0.0


def test_few_days_give_no_verdict() -> None:
    power, kwp, hours, day = powers([1.0, 0.5, 1.0], days=3)
    shares = pv_peers.daily_shares(power, kwp, hours, np.ones(len(day), bool), day)
    ranks = pv_peers.rank_units(shares, ["a", "b", "c"])
    assert {one.verdict for one in ranks} == {"few_days"} and np.isnan(ranks[0].low)


# --- odd days -----------------------------------------------------------------------------------


def test_false_alarms_keep_to_their_rate_and_outages_are_found() -> None:
    told = judged = found = down = 0
    for seed in range(3):
        healthy = daily_plant(seed, years=3, outages=0)
        expected = pv_anomalies.expect_from_history(healthy.performance, healthy.clearness)
        one = pv_anomalies.judge_days(healthy.performance, expected)
        told, judged = told + int(one.flag.sum()), judged + one.judged
        plant = daily_plant(seed, years=3, outages=4)
        expected = pv_anomalies.expect_from_history(plant.performance, plant.clearness)
        one = pv_anomalies.judge_days(plant.performance, expected)
        there = plant.down & np.isfinite(one.p)
        found, down = found + int(one.flag[there].sum()), down + int(there.sum())
    assert told / judged < 0.02
    assert down > 20 and found >= 0.9 * down


def test_ranks_are_those_of_the_past_alone() -> None:
    """The slow readable way: count earlier scores at or below each."""
    rng = np.random.default_rng(5)
    value = 1 + 0.02 * rng.standard_normal(400)
    one = pv_anomalies.judge_days(value, np.ones(400))
    told = one.flag.cumsum()
    assert told[99] == 0
    for at in range(100, 400):
        if told[at - 1] == 0:
            past = one.score[:at]
            assert one.p[at] == pytest.approx((1 + (past <= one.score[at]).sum()) / (1 + at))
    assert np.isnan(one.p[:99]).all() and np.isfinite(one.p[99:]).all()


def test_a_long_fault_does_not_hide_the_next() -> None:
    rng = np.random.default_rng(6)
    value = 1 + 0.01 * rng.standard_normal(600)
    value[300:340] *= 0.5
    value[450:455] *= 0.93
    flag = pv_anomalies.judge_days(value, np.ones(600)).flag
    assert flag[300:340].all() and flag[450:455].sum() >= 4


def test_the_past_of_like_days_is_asked() -> None:
    """Dull days are compared with dull days."""
    rng = np.random.default_rng(7)
    clearness = rng.choice([0.2, 0.9], 300)
    value = np.where(clearness < 0.5, 0.7, 0.9)
    expected = pv_anomalies.expect_from_history(value, clearness)
    known = np.arange(300) > 80
    assert expected[known] == pytest.approx(value[known])
    share = pd.Series(np.full(100, 0.98))
    share[50] = 0.3
    assert pv_anomalies.expect_from_own_share(share.to_numpy())[60:] == pytest.approx(0.98)
