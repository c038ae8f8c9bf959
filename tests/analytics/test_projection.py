"""Projections: their arithmetic, when they are refused, and how often they held."""

from __future__ import annotations

import numpy as np
import pytest

from core.analytics.projection import (
    MOVES_AWAY,
    NO_BASELINE,
    NO_CYCLES,
    NOT_HEALTH,
    REACHED,
    project,
    walk_forward,
)
from core.analytics.regimes import Change, Regimes
from core.analytics.trend import YEAR
from core.analytics.verdicts import (
    DECLINES,
    NOT_DISTINGUISHABLE,
    SPAN_SHORT,
    TOO_FEW_DAYS,
    judge,
    judge_many,
)
from tests.analytics.daily import Float, ar1, cell_like


def capacity(rng: np.random.Generator, n: int, loss: float = 0.03, scatter: float = 0.004) -> Float:
    """Daily capacity estimates [Ah] of a cell of 280 Ah that loses a share a year."""
    days = np.arange(float(n))
    found: Float = 280 * (1 - loss * days / YEAR + scatter * ar1(rng, (n,), 0.5))
    return found


def test_line_is_drawn_on() -> None:
    rng = np.random.default_rng(1)
    days, values = np.arange(600.0), capacity(rng, 600)
    trend = judge(days, values)
    found = project(days, values, trend, cycles=0.8 * days, health="capacity", years=5)
    assert found.by_day is not None and found.by_cycle is not None
    x, mid, low, high = found.by_day.x, found.by_day.mid, found.by_day.low, found.by_day.high
    assert x[0] == 0 and x[-1] == pytest.approx(599 + 5 * YEAR)
    np.testing.assert_allclose(np.diff(mid) / np.diff(x) * YEAR, trend.value)
    assert np.all((low < mid) & (mid < high))
    assert high[-1] - low[-1] > 3 * (high[50] - low[50])
    # 0.8 cycles a day: the two slopes, and the levels they lead to, are the same.
    assert found.per_cycle[0] * 0.8 * YEAR == pytest.approx(trend.value, rel=1e-6)
    assert (found.per_cycle[2] - found.per_cycle[0]) * 0.8 * YEAR == pytest.approx(
        trend.high - trend.value, rel=1e-6
    )
    five, ten = found.at_cycles
    assert (five.cycles, ten.cycles) == (5000.0, 10000.0)
    then = trend.anchor + trend.value / YEAR * (5000 / 0.8 - trend.anchor_day)
    assert five.value == pytest.approx(then)
    assert five.ratio == pytest.approx(then / trend.baseline)
    assert five.years == pytest.approx((5000 - 0.8 * 599) / (0.8 * YEAR))
    assert five.stretch == pytest.approx((5000 - 0.8 * 599) / (0.8 * 599))
    assert ten.high - ten.low > five.high - five.low
    assert found.by_cycle.x[-1] == 10000


def test_life_by_hand() -> None:
    """The level meets the limit where the line does; the ends lie on the edges of the band."""
    rng = np.random.default_rng(2)
    days, values = np.arange(600.0), capacity(rng, 600)
    trend = judge(days, values)
    life = project(days, values, trend, health="capacity").life
    assert life.refusal is None
    assert life.limit == pytest.approx(0.8 * trend.baseline)
    for years, side in ((life.value, 0.0), (life.low, -1.0), (life.high, 1.0)):
        away = 599 + years * YEAR - trend.anchor_day
        half = np.hypot(trend.anchor_half, (trend.high - trend.value) / YEAR * away)
        level = trend.anchor + trend.value / YEAR * away
        assert level + side * half == pytest.approx(life.limit)
    assert life.low < life.value < life.high


@pytest.mark.slow
def test_life_covers() -> None:
    """Where a remaining life is told, its interval holds the true one in 90..99.5 %."""
    rng = np.random.default_rng(3)
    days = np.arange(500.0)
    truth = 0.2 / 0.03 - 499 / YEAR
    held = []
    for _ in range(300):
        values = capacity(rng, 500)
        trend = judge(days, values, base=280.0)
        life = project(days, values, trend, health="capacity").life
        if life.refusal is None:
            held.append(life.low <= truth <= life.high)
    assert len(held) > 250
    assert 0.90 <= np.mean(held) <= 0.995


def test_life_is_refused() -> None:
    rng = np.random.default_rng(4)
    days, values = np.arange(600.0), capacity(rng, 600)

    def why(n: int, values: Float, health: str | None = "capacity", **more: float) -> str | None:
        trend = judge(days[:n], values[:n])
        return project(days[:n], values[:n], trend, health=health, **more).life.refusal  # type: ignore[arg-type]

    assert why(600, values) is None
    assert why(600, values, None) == NOT_HEALTH
    assert why(300, values) == SPAN_SHORT
    assert why(600, capacity(rng, 600, loss=0.0)) == NOT_DISTINGUISHABLE
    assert why(600, capacity(rng, 600, loss=-0.03)) == MOVES_AWAY
    assert why(600, capacity(rng, 600, loss=0.3)) == REACHED
    assert why(40, values) == TOO_FEW_DAYS
    # A resistance grows towards its limit.
    assert why(600, capacity(rng, 600, loss=-0.1), "resistance") is None
    assert why(600, values, "resistance") == MOVES_AWAY
    deviation = judge_many(days, values[:, None] - 280, base=np.array([np.nan]))[0]
    assert project(days, values - 280, deviation, health="capacity").life.refusal == NO_BASELINE


def test_cycles_are_counted_not_assumed() -> None:
    rng = np.random.default_rng(5)
    days, values = np.arange(400.0), capacity(rng, 400)
    trend = judge(days, values)
    for cycles in (None, np.full(400, 12.0), np.full(400, np.nan)):
        found = project(days, values, trend, cycles=cycles)
        assert [one.refusal for one in found.at_cycles] == [NO_CYCLES] * 2
        assert found.by_cycle is None and np.isnan(found.per_cycle).all()
    refused = project(days[:30], values[:30], judge(days[:30], values[:30]), cycles=days[:30])
    assert refused.refusal == TOO_FEW_DAYS
    assert refused.by_day is None
    assert refused.at_cycles[0].refusal == TOO_FEW_DAYS


def test_projection_starts_from_the_last_regime() -> None:
    rng = np.random.default_rng(6)
    days = np.arange(400.0)
    values = 3.42 + 0.002 * ar1(rng, (400,), 0.4) - 0.05 * (days >= 250)
    regimes = Regimes((Change(250.0),), (days >= 250).astype(np.int64))
    found = project(
        days, values, judge(days, values, regimes), cycles=0.7 * days, regimes=regimes, years=0.01
    )
    assert found.by_day is not None
    assert found.by_day.mid[-1] == pytest.approx(3.37, abs=0.003)
    assert found.at_cycles[0].low < 3.37 < found.at_cycles[0].high


def test_past_verdicts_know_only_the_past() -> None:
    rng = np.random.default_rng(7)
    days, values = np.arange(500.0), cell_like(rng, 500, 1)[:, 0] - 0.02 / YEAR * np.arange(500.0)
    whole = walk_forward(days, values)
    altered = np.where(days > 300, values + 0.2, values)
    other = walk_forward(days, altered)
    assert len(whole.issues) == len(np.arange(120, 499, 30))
    for one, two in zip(whole.issues, other.issues, strict=True):
        if one.day <= 300:
            assert one.trend == pytest.approx(two.trend) or one.trend.value == two.trend.value
            assert one.trend.n == np.sum(~np.isnan(values[days <= one.day]))
    assert whole.issues[-1].trend.verdict in (DECLINES, NOT_DISTINGUISHABLE)


def test_forecasts_are_of_the_days_after() -> None:
    rng = np.random.default_rng(8)
    days, values = np.arange(300.0), cell_like(rng, 300, 1, missing=0.0)[:, 0]
    for issue in walk_forward(days, values, horizon=90).issues:
        for one in issue.forecasts:
            assert issue.day < one.start <= issue.day + 90
            part = values[(days >= one.start) & (days < one.start + 30)]
            assert one.came == pytest.approx(np.median(part))
            assert one.n == 30
    assert walk_forward(days, np.full(300, np.nan)).issues == ()
    assert np.isnan(walk_forward(days[:100], values[:100]).share)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_forecasts_hold() -> None:
    """Without changes about 95 % of later months lie in their interval, never far fewer."""
    rng = np.random.default_rng(9)
    days = np.arange(420.0)
    runs = [walk_forward(days, cell_like(rng, 420, 1)[:, 0], every=60) for _ in range(20)]
    inside, total = sum(run.inside for run in runs), sum(run.total for run in runs)
    assert total > 250
    assert 0.90 <= inside / total <= 0.995


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_forecasts_reckon_with_changes() -> None:
    """Changes of 15 mV every four months: intervals widen after the first, and hold better."""
    rng = np.random.default_rng(10)
    days = np.arange(600.0)
    late, widths = [], []
    for _ in range(12):
        level = np.zeros(600)
        for at in rng.choice(np.arange(60, 580), 5, replace=False):
            level += 0.015 * rng.choice([-1, 1]) * (days >= at)
        values = cell_like(rng, 600, 1)[:, 0] + level
        found = walk_forward(days, values, every=60)
        for issue in found.issues:
            if issue.changes >= 1:
                late += [one.inside for one in issue.forecasts]
                widths += [one.high - one.low for one in issue.forecasts]
    assert np.mean(late) >= 0.80
    assert np.median(widths) > 0.03
