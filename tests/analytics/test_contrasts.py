"""Before and after an event, at changes of regime, month by month."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.contrasts import (
    CONSTANT,
    TOO_FEW_DAYS,
    before_after,
    contrast_many,
    monthly_rates,
    steps_at_changes,
)
from core.analytics.regimes import find_regimes
from core.analytics.trend import YEAR
from tests.analytics.daily import ar1, cell_like


def test_before_after_by_hand() -> None:
    days = np.arange(40.0)
    values = np.where(days < 20, 1.0, 3.0) + np.where(days % 2 == 0, 0.5, -0.5)
    found = before_after(days, values, 20.0)
    assert found.value == pytest.approx(2.0)
    assert found.medians == pytest.approx(2.0)
    assert found.low < 2.0 < found.high
    assert (found.n_before, found.n_after) == (20, 20)
    assert found.p < 0.01


def test_before_after_looks_at_its_window_only() -> None:
    rng = np.random.default_rng(1)
    days = np.arange(300.0)
    values = cell_like(rng, 300, 1)[:, 0]
    far = values + 0.5 * (days < 80) - 0.5 * (days >= 220)
    assert before_after(days, values, 150.0) == before_after(days, far, 150.0)


def test_before_after_refuses() -> None:
    days = np.arange(100.0)
    values = np.where(days < 90, 1.0, 2.0) + 0.1 * np.sin(days)
    few = before_after(days, values, 90.0)
    assert few.refusal == TOO_FEW_DAYS
    assert (few.n_before, few.n_after) == (60, 10)
    assert np.isnan([few.value, few.low, few.p, few.medians]).all()
    assert before_after(days, np.ones(100), 50.0).refusal == CONSTANT
    assert before_after(days, np.full(100, np.nan), 50.0).refusal == TOO_FEW_DAYS
    assert before_after(days, values, 1000.0).refusal == TOO_FEW_DAYS


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_before_after_covers(phi: float) -> None:
    rng = np.random.default_rng(2)
    days = np.arange(140.0)
    values = cell_like(rng, 140, 1500, phi) + 0.01 * (days >= 70)[:, None]
    found = contrast_many(days, values, 70.0)
    held = np.mean([one.low <= 0.01 <= one.high for one in found])
    assert 0.90 <= held <= 0.99
    assert all((one.p < 0.05) == (one.low > 0 or one.high < 0) for one in found)


@pytest.mark.slow
def test_before_after_with_slow_noise_beneath() -> None:
    """Means of weeks see what lasts for weeks; days alone would hold in three of four."""
    rng = np.random.default_rng(6)
    days = np.arange(120.0)
    values = ar1(rng, (120, 1000), 0.9) + rng.normal(size=(120, 1000))
    held = [one.low <= 0 <= one.high for one in contrast_many(days, values, 60.0)]
    assert 0.87 <= np.mean(held) <= 0.99


def test_steps_tell_who_ends_the_charge() -> None:
    """All cells fall by 30 mV, one rises by 100: only it steps against the median."""
    rng = np.random.default_rng(3)
    days = np.arange(200.0)
    common = 0.003 * ar1(rng, (200,), 0.5) - 0.03 * (days >= 90)
    values = 3.42 + common[:, None] + 0.001 * rng.normal(size=(200, 20))
    values[:, 7] += 0.13 * (days >= 90)
    regimes = find_regimes(days, {"sat": np.median(values, axis=1)})
    (row,) = steps_at_changes(days, values - np.median(values, axis=1)[:, None], regimes)
    assert row[7].value == pytest.approx(0.13, abs=0.005)
    assert max(abs(one.value) for i, one in enumerate(row) if i != 7) < 0.002


def test_monthly_rates() -> None:
    """Each calendar month its own slope; a month with few days says so."""
    rng = np.random.default_rng(4)
    days = 19_723.0 + np.arange(95.0)  # 2024-01-01 .. 2024-04-04
    january = days < 19_723 + 31
    slope = np.where(january, -0.004, 0.002)
    values = 3.4 + np.cumsum(slope) + 0.001 * rng.normal(size=95)
    found = monthly_rates(days, values)
    assert [(one.year, one.month, one.n) for one in found] == [
        (2024, 1, 31), (2024, 2, 29), (2024, 3, 31), (2024, 4, 4),
    ]  # fmt: skip
    for one, expected in zip(found[:3], (-0.004, 0.002, 0.002), strict=True):
        assert one.low < expected * YEAR < one.high
        assert one.value == pytest.approx(expected * YEAR, abs=0.1)
    assert found[3].refusal == TOO_FEW_DAYS
    assert np.isnan(found[3].value)
    assert monthly_rates(days, np.ones(95))[0].refusal == CONSTANT
    assert monthly_rates(days, np.full(95, np.nan)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_monthly_rates_cover(phi: float) -> None:
    rng = np.random.default_rng(5)
    days = 19_723.0 + np.arange(366.0)
    held = [
        one.low <= 0 <= one.high
        for _ in range(60)
        for one in monthly_rates(days, cell_like(rng, 366, 1, phi)[:, 0])
        if not one.refusal
    ]
    assert 0.90 <= np.mean(held) <= 0.995


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 100))
def test_shift_scale_order_and_gaps(seed: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    days, values = np.arange(130.0), cell_like(rng, 130, 4)
    found = contrast_many(days, values, 64.0)
    moved = contrast_many(days + 14, shift + scale * values, 78.0)
    order = rng.permutation(4)
    mixed = contrast_many(days, values[:, order], 64.0)
    for cell, one in enumerate(found):
        assert moved[cell].value == pytest.approx(scale * one.value, rel=1e-6, abs=1e-9)
        assert moved[cell].high == pytest.approx(scale * one.high, rel=1e-6, abs=1e-9)
        kept = ~np.isnan(values[:, cell])
        alone = before_after(days[kept], values[kept, cell], 64.0)
        assert alone.value == pytest.approx(one.value, rel=1e-9, abs=1e-12)
        assert alone.low == pytest.approx(one.low, rel=1e-9, abs=1e-12)
    assert [one.value for one in mixed] == pytest.approx([found[cell].value for cell in order])
