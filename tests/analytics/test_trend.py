"""Slopes and their errors: by hand, against slow twins, and against ten real series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.analytics import trend
from core.analytics.regimes import relative_to
from core.analytics.trend import YEAR, fit_line
from tests.analytics.daily import Float, ar1, cell_like, read_systems

REFERENCE = Path("reference") / "sat_reference.csv"
# No definition is given for these; they are not reproduced.
WITHOUT_DEFINITION = {
    "n_cp", "cp_dates", "regime_n", "regime_ts_pct_yr",
    "origui_n", "origui_fill85", "origui_R2", "origui_slope_pct_365", "origui_Verlust_Jahr",
}  # fmt: skip
MV = 1000.0


@pytest.fixture(scope="module")
def reference(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / REFERENCE)


def own(shared: Path, row: Any) -> tuple[Float, Float, pd.Timestamp]:
    """Days since the cell's own first record, voltages, date of that record."""
    system = read_systems(shared)[row.system]
    values = system.values[:, system.cells.index(row.cell)]
    there = ~np.isnan(values)
    first = system.days[there][0]
    return (
        system.days[there] - first,
        values[there],
        system.start + pd.Timedelta(days=float(first)),
    )


def descriptive(days: Float, volts: Float, start: pd.Timestamp) -> dict[str, Any]:
    gaps = np.diff(days)
    valid = trend.within_limits(volts)
    bad = days[np.isnan(valid)]
    pct = 100 * volts / volts[0]
    past = {day: p for day, p in zip(days, np.where(np.isnan(valid), np.nan, pct), strict=True)}
    yearly = [past[day + 365] - p for day, p in past.items() if day + 365 in past]
    yearly = [step for step in yearly if not np.isnan(step)]
    return {
        "n": len(days),
        "first": str(start.date()),
        "last": str((start + pd.Timedelta(days=float(days[-1]))).date()),
        "span_days": days[-1],
        "n_missing": days[-1] + 1 - len(days),
        "n_gaps": np.sum(gaps > 1),
        "max_gap_days": gaps.max(),
        "v_first": volts[0], "v_last": volts[-1], "v_min": volts.min(), "v_max": volts.max(),
        "v_median": np.median(volts),
        "base_med30": trend.baseline(days, valid),
        "quantised_1mV": bool(np.allclose(volts, np.round(volts, 3), atol=1e-12)),
        "pct_rounding_maxerr": np.abs(np.round(pct, 2) - pct).max(),
        "orig_abs_endpoint_pct_yr": abs(pct[-1] - 100) / days[-1] * 365,
        "n_invalid": len(bad),
        "invalid_dates": ";".join(
            str((start + pd.Timedelta(days=float(day))).date()) for day in bad
        ),
        "yoy_n": len(yearly),
        "yoy_median_pct_yr": np.median(yearly) if yearly else np.nan,
    }  # fmt: skip


def sloped(days: Float, pct: Float, suffix: str) -> dict[str, Any]:
    slope, r2, se = trend.fit_ols(days, pct)
    sen = trend.theil_sen(days, pct)
    return {
        f"ols_{suffix}_pct_yr": slope * YEAR,
        f"ols_{suffix}_R2": r2,
        f"ols_{suffix}_se": se * YEAR,
        f"ols_{suffix}_nwse": trend.newey_west(days, pct) * YEAR,
        f"ts_{suffix}_pct_yr": sen[0] * YEAR,
        f"ts_{suffix}_lo": sen[1] * YEAR,
        f"ts_{suffix}_hi": sen[2] * YEAR,
    }


def of_valid(days: Float, volts: Float, start: pd.Timestamp) -> dict[str, Any]:
    valid = trend.within_limits(volts)
    pct = 100 * valid / volts[0]
    there = ~np.isnan(pct)
    flags, spread = trend.flag_outliers(pct)
    found = trend.find_recoveries(days, pct, 0.25)

    def date(day: float) -> str:
        return str((start + pd.Timedelta(days=day)).date())

    slope, intercept = np.polyfit(days[there], pct[there], 1)
    residual = pct[there] - slope * days[there] - intercept
    return {
        "ols_valid_mV_yr": trend.fit_ols(days, MV * valid)[0] * YEAR,
        "mad_pct": spread,
        "n_outliers": flags.sum(),
        "n_recovery": len(found),
        "recovery": ";".join(
            f"{date(one.start)}..{date(one.end)}({one.rise:+.2f}%)" for one in found
        ),
        "resid_lag1_acf": np.corrcoef(residual[1:], residual[:-1])[0, 1],
    }


def of_relative(shared: Path, row: Any) -> dict[str, Any]:
    """Deviation from the median of the five, on days on which all five are valid [mV]."""
    system = read_systems(shared)[row.system]
    # Rounded to the millionth: ties of millivolts are ties, and Sen's interval counts them.
    volts = np.round(MV * trend.within_limits(system.values), 6)
    deviation, _ = relative_to(volts, np.zeros(volts.shape[1], np.int64), 1.0)
    one = deviation[:, system.cells.index(row.cell)]
    there = ~np.isnan(one)
    days, one = system.days[there], one[there]
    weeks, means, _ = trend.weekly_means(days, one)
    slope, r2, _ = trend.fit_ols(days, one)
    week_slope, week_r2, _ = trend.fit_ols(weeks, means)
    told: dict[str, Any] = {
        "rel_n": len(one), "rel_median_mV": np.median(one),
        "rel_ols_mV_yr": slope * YEAR, "rel_R2": r2,
        "relw_n": len(weeks), "relw_ols_mV_yr": week_slope * YEAR, "relw_R2": week_r2,
    }  # fmt: skip
    for name, (x, y) in {"rel": (days, one), "relw": (weeks, means)}.items():
        for end, value in zip(("mV_yr", "lo", "hi"), trend.theil_sen(x, y), strict=True):
            told[f"{name}_ts_{end}"] = value * YEAR
    return told


@pytest.mark.shared
@pytest.mark.parametrize("at", range(10))
def test_reference_series(shared: Path, reference: pd.DataFrame, at: int) -> None:
    """Every column with a definition: counts and texts exact, figures to 1e-6."""
    row = reference.iloc[at]
    days, volts, start = own(shared, row)
    pct = 100 * volts / volts[0]
    told = {
        **descriptive(days, volts, start),
        **sloped(days, pct, "all"),
        **sloped(days, np.where(np.isnan(trend.within_limits(volts)), np.nan, pct), "valid"),
        **of_valid(days, volts, start),
        **of_relative(shared, row),
    }
    bootstrapped = {"bb_lo", "bb_hi"}
    asked = set(reference.columns) - {"system", "cell"} - WITHOUT_DEFINITION - bootstrapped
    assert set(told) == asked
    for name, value in told.items():
        expected = row[name]
        if isinstance(value, str):
            assert value == ("" if pd.isna(expected) else expected), name
        elif name.startswith("n_") or name.endswith("_n") or name in ("n", "span_days"):
            assert value == expected, name
        else:
            assert value == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True), name


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("at", range(10))
def test_reference_bootstrap(shared: Path, reference: pd.DataFrame, at: int) -> None:
    """The same draws give the same interval, far inside the ±0.05 %/year allowed."""
    row = reference.iloc[at]
    days, volts, _ = own(shared, row)
    pct = 100 * trend.within_limits(volts) / volts[0]
    low, high = trend.moving_block_bootstrap(days, pct)
    assert low * YEAR == pytest.approx(row.bb_lo, abs=1e-9)
    assert high * YEAR == pytest.approx(row.bb_hi, abs=1e-9)


def test_line_by_hand() -> None:
    """y = 1, 3, 2 on days 0, 1, 2: slope 1/2, residuals -1/2, 1, -1/2."""
    slope, r2, se = trend.fit_ols(np.arange(3.0), np.array([1.0, 3.0, 2.0]))
    assert slope == pytest.approx(0.5)
    assert r2 == pytest.approx(0.25)
    assert se == pytest.approx(np.sqrt(1.5 / 1 / 2))


def test_newey_west_by_hand() -> None:
    """z = (x - mean)·e = 1/2, 0, -1/2; with one lag nothing is added, with two 2/3 · z0 z2."""
    days, values = np.arange(3.0), np.array([1.0, 3.0, 2.0])
    assert trend.newey_west(days, values, lags=1) == pytest.approx(np.sqrt(0.5) / 2)
    assert trend.newey_west(days, values, lags=2) == pytest.approx(
        np.sqrt(0.5 + 2 * (1 - 2 / 3) * -0.25) / 2
    )


def test_line_with_regimes_by_hand() -> None:
    """Two parallel lines with a step between them: the slope is theirs, not the step's."""
    days = np.arange(10.0)
    regime = (days >= 5).astype(np.int64)
    values = 3.4 + 0.001 * days - 0.05 * regime
    line = fit_line(days, values, regime)
    assert line.slope == pytest.approx(0.001)
    assert line.r2 == pytest.approx(1.0)
    assert line.k == 3
    assert fit_line(days, values).slope < 0


def slow_line(days: Float, values: Float, regime: np.ndarray, lags: int = 30) -> tuple[float, ...]:
    """The same by the textbook: dummies for regimes, matrices, loops."""
    valid = ~np.isnan(values)
    x, y, code = days[valid], values[valid], regime[valid]
    numbers = np.unique(code)
    design = np.column_stack([x - x.mean(), *[(code == number) * 1.0 for number in numbers]])
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    residual = y - design @ beta
    bread = np.linalg.inv(design.T @ design)
    meat = np.zeros((design.shape[1],) * 2)
    for i in range(len(x)):
        for j in range(max(0, i - lags), min(len(x), i + lags + 1)):
            weight = 1 - abs(i - j) / (lags + 1)
            meat += weight * residual[i] * residual[j] * np.outer(design[i], design[j])
    free = len(x) - design.shape[1]
    se = np.sqrt(residual @ residual / free * bread[0, 0])
    within = sum(np.sum((y[code == k] - y[code == k].mean()) ** 2) for k in numbers)
    return (
        beta[0], se, np.sqrt((bread @ meat @ bread)[0, 0]),
        1 - residual @ residual / within, float(len(numbers) + 1),
    )  # fmt: skip


@pytest.mark.parametrize("regimes", [1, 3])
def test_many_cells_equal_one_by_one(regimes: int) -> None:
    rng = np.random.default_rng(4)
    days = np.sort(rng.choice(140, 120, replace=False)).astype(np.float64) + 20_000
    values = cell_like(rng, 120, 6)
    regime = (np.arange(120) * regimes // 120).astype(np.int64)
    line = fit_line(days, values, regime)
    for cell in range(6):
        slope, se, se_nw, r2, k = slow_line(days, values[:, cell], regime)
        assert line.slope[cell] == pytest.approx(slope, rel=1e-7)
        assert line.se[cell] == pytest.approx(se, rel=1e-7)
        assert line.se_nw[cell] == pytest.approx(se_nw, rel=1e-6)
        assert line.r2[cell] == pytest.approx(r2, rel=1e-6)
        assert line.k[cell] == k
        alone = fit_line(days, values[:, cell], regime)
        assert alone.half == pytest.approx(line.half[cell], rel=1e-9)


def test_weekly_means_by_hand() -> None:
    days = np.array([3.0, 4.0, 9.0, 10.0, 31.0])
    values = np.array([1.0, 3.0, np.nan, 7.0, 9.0])
    weeks, means, _ = trend.weekly_means(days, values)
    # Bins begin on days 3, 10, 17, 24, 31; the two in the middle are empty.
    np.testing.assert_array_equal(weeks, [3.0, 10.0, 31.0])
    np.testing.assert_array_equal(means, [2.0, 7.0, 9.0])


def test_weekly_means_keep_regimes_apart() -> None:
    days = np.arange(14.0)
    regime = (days >= 10).astype(np.int64)
    values = np.where(regime, 9.0, 1.0)
    weeks, means, codes = trend.weekly_means(days, values, regime)
    np.testing.assert_array_equal(means, [1.0, 1.0])  # the days of the next regime are left out
    np.testing.assert_array_equal(codes, [0, 0])
    assert len(weeks) == 2


def test_theil_sen_many_equals_scipy() -> None:
    rng = np.random.default_rng(5)
    values = cell_like(rng, 40, 5)
    days = 7 * np.arange(40.0)
    found = trend.theil_sen_many(days, values)
    for cell in range(5):
        assert found[cell] == pytest.approx(trend.theil_sen(days, values[:, cell])[0], abs=1e-15)
    regime = (np.arange(40) >= 15).astype(np.int64)
    stepped = values + 0.1 * regime[:, None]
    within = trend.theil_sen_many(days, stepped, regime)
    np.testing.assert_allclose(
        within, trend.theil_sen_many(days, values, regime), rtol=1e-6, atol=1e-12
    )


def test_bootstrap_twins() -> None:
    """Sums over counts equal fits to the drawn records; all cells share the draws."""
    rng = np.random.default_rng(6)
    days, values = np.arange(130.0), cell_like(rng, 130, 3, missing=0.0)
    low, high = trend.bootstrap_many(days, values, draws=60)
    drawn = trend._block_draws(130, 30, 60, 0)
    for cell in range(3):
        y = values[:, cell]
        ols = [np.polyfit(days[one], y[one], 1)[0] for one in drawn]
        np.testing.assert_allclose((low[cell], high[cell]), np.percentile(ols, [2.5, 97.5]))
        single = trend.moving_block_bootstrap(days, y, "ols", draws=60)
        np.testing.assert_allclose(single, (low[cell], high[cell]))
    sen = [stats.theilslopes(values[one, 0], days[one]).slope for one in drawn]
    np.testing.assert_allclose(
        trend.moving_block_bootstrap(days, values[:, 0], draws=60),
        np.percentile(sen, [2.5, 97.5]), atol=1e-15,
    )  # fmt: skip


def test_bootstrap_of_too_little() -> None:
    assert np.isnan(trend.moving_block_bootstrap(np.arange(59.0), np.arange(59.0))).all()
    assert np.isnan(trend.bootstrap_many(np.arange(59.0), np.ones((59, 2)))).all()


def test_adjust_p_by_hand() -> None:
    """0.01·4/1, 0.02·4/2, 0.03·4/3 → all 0.04; 0.9·4/4; NaN is no test."""
    found = trend.adjust_p(np.array([0.9, 0.01, np.nan, 0.03, 0.02]))
    np.testing.assert_allclose(found, [0.9, 0.04, np.nan, 0.04, 0.04])


def test_adjust_p_equals_scipy() -> None:
    p = np.random.default_rng(7).random(200) ** 3
    np.testing.assert_allclose(trend.adjust_p(p), stats.false_discovery_control(p))


def test_baseline_is_not_the_first_day() -> None:
    values = np.array([3.35, *np.full(29, 3.43), *np.full(20, 3.5)])
    assert trend.baseline(np.arange(50.0), values) == pytest.approx(3.43)


def test_recovery_by_hand() -> None:
    """Fourteen records at 100, then 100.3: the median of the last 14 rises once half are new."""
    values = np.array([100.0] * 20 + [100.3] * 20)
    (one,) = trend.find_recoveries(np.arange(40.0), values, 0.25)
    assert (one.start, one.end) == (27.0, 39.0)
    assert one.rise == pytest.approx(0.3)


def test_nothing_gives_nothing() -> None:
    nothing = np.full(10, np.nan)
    days = np.arange(10.0)
    assert np.isnan(trend.fit_ols(days, nothing)[0])
    assert np.isnan(trend.theil_sen(days, nothing)).all()
    assert trend.find_recoveries(days, nothing, 0.25) == ()
    assert not trend.flag_outliers(nothing)[0].any()
    assert np.isnan(trend.baseline(days, nothing))
    assert np.isnan(fit_line(np.zeros(0), np.zeros((0, 3))).slope).all()


@pytest.mark.slow
@pytest.mark.parametrize(("n", "phi"), [(270, 0.5), (400, 0.5), (600, 0.5), (270, 0.8), (600, 0.9)])
def test_interval_covers(n: int, phi: float) -> None:
    """95 % intervals hold the truth in 90..99 % of simulated series of autocorrelated days.

    Newey-West with 30 lags and 1.96 standard errors does so in less than 92 %, down to 82 %.
    """
    rng = np.random.default_rng(8)
    days, values = np.arange(float(n)), cell_like(rng, n, 1500, phi)
    truth = -0.02 / YEAR
    line = fit_line(days, values + truth * days[:, None])
    assert 0.90 <= np.mean(np.abs(line.slope - truth) <= line.half) <= 0.99
    assert np.mean(np.abs(line.slope - truth) <= 1.96 * line.se_nw) < 0.92


@pytest.mark.slow
@pytest.mark.parametrize(("share", "phi"), [(0.5, 0.9), (0.7, 0.95), (0.3, 0.95)])
def test_interval_with_slow_noise_beneath(share: float, phi: float) -> None:
    """Noise of weeks beneath that of days: one autocorrelation of days would hold in 60 %."""
    rng = np.random.default_rng(10)
    days = np.arange(400.0)
    slow, quick = ar1(rng, (400, 1000), phi), rng.normal(size=(400, 1000))
    line = fit_line(days, np.sqrt(share) * slow + np.sqrt(1 - share) * quick)
    assert 0.86 <= np.mean(np.abs(line.slope) <= line.half) <= 0.99
    plain = 1.97 * line.se * np.sqrt((1 + line.alike) / (1 - line.alike))
    assert np.mean(np.abs(line.slope) <= plain) < 0.72


@pytest.mark.slow
def test_interval_with_noise_at_the_ends() -> None:
    """Days that scatter three times as much early and late: Newey-West is what sees it."""
    rng = np.random.default_rng(11)
    days = np.arange(400.0)
    loud = np.where((days < 100) | (days >= 300), 3.0, 1.0)[:, None]
    line = fit_line(days, loud * ar1(rng, (400, 1000), 0.3))
    assert 0.92 <= np.mean(np.abs(line.slope) <= line.half) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_interval_covers_with_regimes(phi: float) -> None:
    rng = np.random.default_rng(9)
    days, values = np.arange(400.0), cell_like(rng, 400, 1000, phi)
    regime = np.searchsorted([60.0, 250.0], days, side="right").astype(np.int64)
    line = fit_line(days, values + 0.05 * regime[:, None], regime)
    assert 0.90 <= np.mean(np.abs(line.slope) <= line.half) <= 0.99


daily = st.tuples(
    st.integers(0, 10_000), st.integers(70, 120), st.floats(-5, 5), st.floats(0.01, 100)
)


@settings(max_examples=25, deadline=None)
@given(daily)
def test_shift_and_scale(drawn: tuple[int, int, float, float]) -> None:
    """a + b·values has b times the slopes, errors and intervals; weeks later nothing changes."""
    seed, n, shift, scale = drawn
    rng = np.random.default_rng(seed)
    days, values = np.arange(float(n)), cell_like(rng, n, 3)
    regime = (np.arange(n) > n // 2).astype(np.int64)
    one = fit_line(days, values, regime)
    two = fit_line(days + 19_600, shift + scale * values, regime)
    for name, factor in {
        "slope": scale,
        "half": scale,
        "se_nw": scale,
        "r2": 1,
        "alike": 1,
    }.items():
        np.testing.assert_allclose(
            getattr(two, name), factor * getattr(one, name), rtol=1e-5, atol=1e-9 * scale
        )
    np.testing.assert_allclose(
        trend.theil_sen_many(days, shift + scale * values),
        scale * trend.theil_sen_many(days, values), rtol=1e-6, atol=1e-12 * (abs(shift) + scale),
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(70, 120))
def test_empty_days_change_nothing(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    days, values = (
        np.sort(rng.choice(200, n, replace=False)).astype(np.float64),
        cell_like(rng, n, 3),
    )
    values[0] = 3.4  # bins of weeks count from the first day
    more = np.arange(200.0)
    padded = np.full((200, 3), np.nan)
    padded[days.astype(int)] = values
    line, wider = fit_line(days, values), fit_line(more, padded)
    for name in ("slope", "half", "se_nw", "r2", "n", "alike"):
        np.testing.assert_allclose(getattr(line, name), getattr(wider, name), rtol=1e-8)
    start = int(days[0])
    one, other = trend.weekly_means(days, values), trend.weekly_means(more[start:], padded[start:])
    np.testing.assert_allclose(one[0], other[0])
    np.testing.assert_allclose(one[1], other[1], rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_cells_is_free(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, values = np.arange(90.0), cell_like(rng, 90, 7)
    order = rng.permutation(7)
    one, two = fit_line(days, values), fit_line(days, values[:, order])
    np.testing.assert_allclose(two.half, one.half[order], rtol=1e-12)
    np.testing.assert_array_equal(
        trend.theil_sen_many(days, values[:, order]), trend.theil_sen_many(days, values)[order]
    )
    for one_end, two_end in zip(
        trend.bootstrap_many(days, values, draws=20),
        trend.bootstrap_many(days, values[:, order], draws=20), strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(two_end, one_end[order], rtol=1e-9, atol=1e-15)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.9))
def test_p_and_interval_agree(seed: int, phi: float) -> None:
    rng = np.random.default_rng(seed)
    days = np.arange(150.0)
    line = fit_line(days, ar1(rng, (150, 20), phi) + 0.01 * days[:, None] * rng.random(20))
    p = trend.p_value(line.slope, line.half, line.freedom)
    np.testing.assert_array_equal(p < 0.05, np.abs(line.slope) > line.half)
