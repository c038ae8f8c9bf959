"""What is said of a series: never a decline that is not there, and why nothing is said."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.regimes import Change, Regimes, common_mode, find_regimes
from core.analytics.trend import YEAR, fit_line, fit_ols, within_limits
from core.analytics.verdicts import (
    CONSTANT,
    DECLINES,
    INCOMPLETE,
    NO_DATA,
    NOT_DISTINGUISHABLE,
    REGIMES_DISAGREE,
    REGIMES_SHORT,
    RISES,
    SPAN_SHORT,
    TOO_FEW_DAYS,
    UNDER_ONE_YEAR,
    Trend,
    TrendOptions,
    adjust_many,
    grade,
    judge,
    judge_many,
)
from tests.analytics.daily import Float, ar1, cell_like, read_systems


def split(days: Float, *changes: float) -> Regimes:
    """Regimes that begin on given days."""
    code = np.searchsorted(changes, days, side="right").astype(np.int64)
    return Regimes(tuple(Change(day, declared=True) for day in changes), code)


def same(one: Trend, two: Trend, rel: float = 1e-6) -> bool:
    """Whether two trends say the same, NaN being NaN."""
    return all(
        a == pytest.approx(b, rel=rel, abs=1e-9, nan_ok=True) if isinstance(a, float) else True
        for a, b in zip(astuple(one), astuple(two), strict=True)
    ) and (one.verdict, one.notes, one.n) == (two.verdict, two.notes, two.n)


@pytest.mark.shared
@pytest.mark.parametrize("with_regimes", [False, True])
def test_no_real_cell_declines(shared: Path, with_regimes: bool) -> None:
    """None of the ten real series declines; the cells of one system rise."""
    said = {}
    for system in read_systems(shared).values():
        valid = within_limits(system.values)
        regimes = find_regimes(system.days, {"sat": common_mode(valid)}) if with_regimes else None
        found = adjust_many(judge_many(system.days, valid, regimes))
        said[system.name] = [trend.verdict for trend in found]
        assert all(trend.p_adjusted >= trend.p for trend in found)
    two, seven = said.values()
    assert two == [NOT_DISTINGUISHABLE] * 5
    assert seven == [RISES] * 5


@pytest.mark.parametrize(
    ("slope", "verdict"), [(-0.05, DECLINES), (0.05, RISES), (0.0, NOT_DISTINGUISHABLE)]
)
def test_verdict_of_a_known_slope(slope: float, verdict: str) -> None:
    rng = np.random.default_rng(1)
    days = np.arange(400.0)
    values = cell_like(rng, 400, 1)[:, 0] + slope / YEAR * days
    found = judge(days, values)
    assert found.verdict == verdict
    assert found.refusal is None
    assert found.low < slope < found.high
    assert found.low < found.theil_sen < found.high
    assert found.pct == pytest.approx(100 * found.value / found.baseline)
    assert found.span == 399
    assert found.notes == ()


def test_a_step_is_no_trend() -> None:
    """Cut-off lowered by 25 mV: a slope for whoever does not know, none within the regimes."""
    rng = np.random.default_rng(2)
    days = np.arange(300.0)
    values = cell_like(rng, 300, 1)[:, 0] - 0.025 * (days >= 150)
    naive = fit_ols(days, values)
    assert naive[0] + 20 * naive[2] < 0
    found = judge(days, values, find_regimes(days, {"sat": values}))
    assert found.verdict == NOT_DISTINGUISHABLE
    assert found.low < 0 < found.high
    assert found.high - found.low < judge(days, values).high - judge(days, values).low
    assert found.regimes == 2
    assert found.ols == pytest.approx(naive[0] * YEAR)
    assert [part.n for part in found.per_regime] == pytest.approx([140, 140], abs=12)
    assert found.notes == (UNDER_ONE_YEAR,)


def test_regimes_that_disagree_widen() -> None:
    rng = np.random.default_rng(3)
    days = np.arange(400.0)
    noise = 0.002 * ar1(rng, (400,), 0.3)
    both_down = noise - 0.0003 * days
    bent = noise - 0.0003 * np.minimum(days, 200)
    regimes = split(days, 200)
    agree, disagree = (judge(days, 3.4 + y, regimes) for y in (both_down, bent))
    assert agree.verdict == DECLINES
    assert REGIMES_DISAGREE not in agree.notes
    assert disagree.verdict == NOT_DISTINGUISHABLE
    assert REGIMES_DISAGREE in disagree.notes
    assert disagree.high - disagree.low > 5 * (agree.high - agree.low)
    plain = YEAR * fit_line(days, 3.4 + bent, regimes.code).half
    assert disagree.high - disagree.value > 1.1 * plain
    assert agree.high - agree.value == pytest.approx(
        YEAR * fit_line(days, 3.4 + both_down, regimes.code).half, rel=0.1
    )


def test_refusals() -> None:
    rng = np.random.default_rng(4)
    days = np.arange(200.0)
    values = cell_like(rng, 200, 7, missing=0.0)
    incomplete = np.zeros(values.shape, bool)
    values[:, 0] = np.nan
    values[40:, 1] = np.nan
    values[100:, 2] = np.nan
    values[:, 3] = 3.425
    incomplete[:150, 4] = True
    values[:, 5] = np.where(days < 100, 3.42, 3.43)
    found = judge_many(days, values, split(days, 100.0), incomplete=incomplete)
    told = [trend.refusal for trend in found]
    assert told == [NO_DATA, TOO_FEW_DAYS, SPAN_SHORT, CONSTANT, INCOMPLETE, CONSTANT, None]
    for trend in found[:6]:
        assert trend.verdict == trend.refusal
        assert np.isnan([trend.value, trend.low, trend.pct, trend.theil_sen, trend.p]).all()
        assert trend.per_regime == ()
    assert found[1].n == 40
    many = split(days, *np.arange(20.0, 200.0, 20.0))
    assert judge(days, values[:, 6], many).refusal == REGIMES_SHORT
    assert judge_many(np.zeros(0), np.zeros((0, 2)))[1].refusal == NO_DATA


def test_grid_step_is_no_trend() -> None:
    """One step of the grid in 300 days is what a constant may show."""
    days = np.arange(300.0)
    values = np.where(days < 150, 3.425, 3.424)
    found = judge(days, values, options=TrendOptions(resolution=0.001))
    assert found.high - found.value >= 0.001 / 299 * YEAR * (1 - 1e-9)
    drift = judge(days, 3.4 - 1e-6 * days, options=TrendOptions(resolution=0.001))
    assert drift.verdict == NOT_DISTINGUISHABLE
    assert judge(days, 3.4 - 1e-6 * days).verdict == DECLINES


def test_deviations_have_no_percentage() -> None:
    rng = np.random.default_rng(5)
    days, values = np.arange(200.0), cell_like(rng, 200, 2) - 3.425
    for trend in judge_many(days, values, base=np.full(2, np.nan)):
        assert np.isnan([trend.pct, trend.pct_low, trend.baseline]).all()
        assert np.isfinite(trend.value)
        assert grade(trend).per_year is None


@pytest.mark.slow
def test_many_healthy_cells_stay_healthy() -> None:
    """260 cells at 95 %: a dozen would decline or rise by chance; adjusted, none in most fleets."""
    rng = np.random.default_rng(6)
    days, before, after = np.arange(270.0), [], []
    for _ in range(40):
        found = judge_many(days, cell_like(rng, 270, 260))
        before.append(sum(trend.verdict != NOT_DISTINGUISHABLE for trend in found))
        adjusted = adjust_many(found)
        after.append(sum(trend.verdict != NOT_DISTINGUISHABLE for trend in adjusted))
    assert 3 < np.mean(before) < 26
    assert np.mean(np.array(after) > 0) <= 0.1


def test_sick_cells_survive_the_adjustment() -> None:
    rng = np.random.default_rng(7)
    days = np.arange(270.0)
    values = cell_like(rng, 270, 260)
    sick = [3, 77, 200]
    values[:, sick] -= 0.05 * days[:, None] / YEAR
    found = adjust_many(judge_many(days, values))
    assert {i for i, trend in enumerate(found) if trend.verdict == DECLINES} >= set(sick)
    assert sum(trend.verdict != NOT_DISTINGUISHABLE for trend in found) <= 5


def test_grades() -> None:
    days = np.arange(800.0)
    rng = np.random.default_rng(8)
    noise = 0.02 * rng.normal(size=800)
    straight = judge(days, 100 - 1.5 / YEAR * days + noise)
    words = grade(straight, (0.005, 0.03))
    assert words.linearity == "very_linear"
    assert (words.per_year, words.per_year_worst) == ("low", "low")
    assert (words.per_cycle, words.per_cycle_worst) == ("very_good", "fair")
    steep = judge(days, 100 - 5 / YEAR * days + 100 * noise)
    assert grade(steep).linearity == "partly_linear"
    assert (grade(steep).per_year, grade(steep).per_cycle) == ("high", None)
    own = TrendOptions(loss_per_year=((6.0, "fine"),))
    assert grade(steep, options=own).per_year == "fine"


def test_options_are_checked() -> None:
    for wrong in ({"level": 0.3}, {"least_days": 1}, {"loss_per_year": ((4.0, "a"), (2.0, "b"))}):
        with pytest.raises(ValueError, match=r"level|least_days|grades"):
            TrendOptions(**wrong)  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.1, 100))
def test_shift_and_scale(seed: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    days, values = np.arange(160.0), cell_like(rng, 160, 2)
    regimes = split(days, 70.0)
    base = np.full(2, np.nan)
    one = judge_many(days, values, regimes, base=base)
    later = days + 18_200  # whole weeks: their means are of calendar bins
    two = judge_many(later, shift + scale * values, split(later, 18_270.0), base=base)
    for a, b in zip(one, two, strict=True):
        assert (a.verdict, a.notes) == (b.verdict, b.notes)
        for name in ("value", "low", "high", "ols", "theil_sen", "scatter", "anchor_half"):
            assert getattr(b, name) == pytest.approx(scale * getattr(a, name), rel=1e-5, abs=1e-9)
        assert b.p == pytest.approx(a.p, rel=1e-5)
        assert b.anchor == pytest.approx(shift + scale * a.anchor, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_cells_are_judged_each_for_itself(seed: int) -> None:
    """Many at once equal one by one, in any order, with empty days in between."""
    rng = np.random.default_rng(seed)
    days, values = np.arange(160.0), cell_like(rng, 160, 5)
    values[0] = 3.425
    values[:, 4] = np.nan
    regimes = split(days, 70.0)
    found = judge_many(days, values, regimes)
    order = rng.permutation(5)
    for cell, trend in zip(order, judge_many(days, values[:, order], regimes), strict=True):
        assert same(trend, found[cell])
    wide = np.insert(values, 100, np.nan, axis=0)
    gap = np.insert(days, 100, 99.5)
    for cell in range(5):
        assert same(judge(days, values[:, cell], regimes), found[cell])
        assert same(judge(gap, wide[:, cell], split(gap, 70.0)), found[cell])
