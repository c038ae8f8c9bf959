"""Scores by hand, and quantiles that hold after calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.forecast.conformal import (
    GROUPS,
    LEAST,
    MOST,
    QUANTILES,
    fit_offsets,
    group_of,
    reach,
    recent_stretch,
    stretched,
)
from core.analytics.forecast.scores import by_horizon, judge, pinball, reliability, rmse
from core.forecast_models import band_holds


def rows_of(actual: list[float], expected: list[float], **more: list[float]) -> pd.DataFrame:
    n = len(actual)
    plain = {
        "issue": np.arange(n), "ts": np.arange(n), "day": np.arange(n) // 2,
        "horizon_h": np.full(n, 1.0), "hour": np.zeros(n), "judged": np.ones(n, bool),
        "actual": actual, "expected": expected, "p10": np.array(expected) - 1, "p50": expected,
        "p90": np.array(expected) + 1,
    }  # fmt: skip
    return pd.DataFrame(plain | more)


def test_scores_by_hand() -> None:
    rows = rows_of([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 5.0, 4.0], naive=[2.0, 3.0, 4.0, 5.0])
    found = judge(rows, ("naive",), 8.0)
    assert found.rmse.value == pytest.approx(1.0)  # sqrt(4 / 4)
    assert found.mae.value == pytest.approx(0.5)
    assert found.nmae == pytest.approx(0.0625)
    assert found.bias == pytest.approx(0.5)
    assert found.coverage.value == pytest.approx(0.75)
    assert found.reference["naive"] == pytest.approx(1.0)
    assert found.skill["naive"].value == pytest.approx(0.0)
    # Pinball: 10 % of (1, 1, -1, 1) and so on; see `pinball`.
    p10 = np.mean([0.1, 0.1, 0.9, 0.1])
    p50 = np.mean([0, 0, 1.0, 0])
    p90 = np.mean([0.1, 0.1, 0.3, 0.1])
    assert found.pinball == pytest.approx((p10 + p50 + p90) / 3)
    assert (found.n, found.issues, found.days) == (4, 4, 1)  # within four microseconds
    assert np.isnan(found.rmse.low)  # two days carry no interval


def test_pinball_and_rmse_by_hand() -> None:
    loss = pinball(np.array([10.0, 10.0]), np.array([8.0, 12.0]), 0.9)
    assert loss == pytest.approx([1.8, 0.2])
    assert rmse(np.array([0.0, 0.0]), np.array([3.0, 4.0])) == pytest.approx(np.sqrt(12.5))
    assert np.isnan(rmse(np.array([]), np.array([])))


def test_what_is_not_judged_or_not_known_does_not_count() -> None:
    rows = rows_of([1.0, np.nan, 3.0], [1.0, 2.0, 9.0])
    rows.loc[2, "judged"] = False
    found = judge(rows, (), 1.0)
    assert (found.n, found.rmse.value) == (1, 0.0)


def test_skill_is_over_what_both_forecast() -> None:
    rows = rows_of([0.0, 0.0], [1.0, 100.0], naive=[2.0, np.nan])
    assert judge(rows, ("naive",), 1.0).skill["naive"].value == pytest.approx(0.5)


def test_intervals_hold_the_figure_and_come_from_days() -> None:
    rng = np.random.default_rng(0)
    n = 60 * 24
    rows = rows_of(rng.normal(size=n).tolist(), [0.0] * n)
    rows["day"] = np.arange(n) // 24
    found = judge(rows, (), 1.0)
    assert found.rmse.low < found.rmse.value < found.rmse.high
    assert found.rmse.high - found.rmse.low == pytest.approx(2 * 1.96 / np.sqrt(2 * n), rel=0.5)


def test_by_horizon_and_reliability() -> None:
    rows = rows_of([1.0, 2.0], [1.0, 4.0], naive=[0.0, 0.0])
    rows["horizon_h"] = [0.25, 30.0]
    found = by_horizon(rows, ("naive",))
    assert found["horizon_h"].tolist() == [1.0, 36.0]
    assert found["expected"].tolist() == [0.0, 2.0]
    assert found["coverage"].tolist() == [1.0, 0.0]
    shares = reliability(rows)
    assert shares["share"].tolist() == [0.5, 1.0, 1.0]  # p10 of the second is 3


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_calibrated_bands_cover_what_they_promise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 8000
    hour, horizon = rng.uniform(0, 24, n), rng.uniform(0, 48, n)
    spread = 1 + (hour > 12) + horizon / 24
    actual = 5 + rng.standard_t(4, n) * spread
    wrong = np.stack([np.full(n, 4.9), np.full(n, 4.0), np.full(n, 5.1)], axis=1)
    first = np.arange(n) < n // 2
    offsets = fit_offsets(
        actual[first], wrong[first], horizon[first], hour[first], np.ones(n)[first]
    )
    found = offsets.apply(wrong[~first], horizon[~first], hour[~first], np.ones(n)[~first])
    assert found[:, 1].tolist() == wrong[~first][:, 1].tolist()  # the middle is not moved
    for k, level in ((0, QUANTILES[0]), (2, QUANTILES[2])):
        assert np.mean(actual[~first] <= found[:, k]) == pytest.approx(level, abs=0.045)
        for afternoon in (True, False):
            part = (hour[~first] > 12) == afternoon
            share = np.mean(actual[~first][part] <= found[part, k])
            assert share == pytest.approx(level, abs=0.07)
    assert (np.diff(found, axis=1) >= 0).all()


def test_few_errors_take_the_offsets_of_all() -> None:
    n = LEAST - 1
    actual, quantiles = np.arange(float(n)), np.zeros((n, 3))
    offsets = fit_offsets(actual, quantiles, np.ones(n), np.zeros(n), np.ones(n))
    assert (offsets.add == offsets.add[0]).all()
    assert offsets.counts.sum() == n


def test_groups_are_by_horizon_and_quarter_of_the_day() -> None:
    found = group_of(
        np.array([0.25, 6.0, 6.25, 24.0, 48.0]), np.array([0.0, 5.75, 6.0, 12.0, 23.75])
    )
    assert found.tolist() == [0, 0, 5, 6, 11]
    assert GROUPS == 12


def test_bands_follow_the_errors_of_the_last_days_and_no_later_ones() -> None:
    step, issues = 3_600_000_000, np.arange(0, 10 * 24, 6)
    rows = pd.DataFrame(
        {"issue": np.repeat(issues, 6) * step, "p50": 0.0, "low": -1.0, "high": 1.0,
         "judged": True}
    )  # fmt: skip
    rows["ts"] = rows["issue"] + np.tile(np.arange(6), len(issues)) * step
    rng = np.random.default_rng(0)
    late = rows["ts"] >= 5 * 24 * step
    rows["actual"] = rng.uniform(-1, 1, len(rows)) * np.where(late, 100.0, 2.0)
    at = 5 * 24 * step
    below, above = recent_stretch(rows, at, step)
    known = rows["actual"][rows["ts"] < at]
    assert above == pytest.approx(np.quantile(known, 0.9) ** 0.6)
    assert below == pytest.approx(np.quantile(-known, 0.9) ** 0.6)
    assert recent_stretch(rows, 2 * 24 * step, step) == (1.0, 1.0)  # 48 errors are too few
    bands = stretched(rows, (below, above), -1.2)
    assert bands["p90"][0] == pytest.approx(above)
    assert bands["p10"][0] == -1.2  # the bound


def test_narrow_nights_do_not_blow_up_the_days() -> None:
    # Of one quarter of the day: nights the trees drew as a line, and days of work with a wide band.
    rng = np.random.default_rng(3)
    n = 2000
    day = np.arange(n) % 4 == 0
    mid, half = np.where(day, 55.0, 1.0), np.where(day, 15.0, 0.002)
    quantiles = np.stack([mid - half, mid, mid + half], axis=1)
    # A night in five somebody comes in: 8 kW, four thousand widths of the night.
    comes = ~day & (rng.random(n) < 0.2)
    actual = mid + np.where(day, rng.normal(0, 10.0, n), rng.normal(0, 0.002, n)) + 8.0 * comes
    offsets = fit_offsets(actual, quantiles, np.ones(n), np.zeros(n), np.ones(n))
    found = offsets.apply(quantiles, np.ones(n), np.zeros(n), np.ones(n))
    assert (np.abs(offsets.add) <= MOST).all()
    assert found[:, 1].tolist() == mid.tolist()  # the middle stays
    assert np.mean((actual >= found[:, 0]) & (actual <= found[:, 2])) == pytest.approx(0.8, abs=0.1)
    assert (found[:, 2] - found[:, 0]).max() < 4 * 30.0


def test_bands_reach_a_quarter_beyond_what_was_seen_before() -> None:
    low, high = reach(np.array([np.nan, 10.0, 30.0, np.nan, 1000.0]))
    assert low.tolist() == [-np.inf, -np.inf, 10.0, 5.0, 5.0, 10 - 0.25 * 990]
    assert high.tolist() == [np.inf, np.inf, 10.0, 35.0, 35.0, 1000 + 0.25 * 990]
    rows = pd.DataFrame({"p50": [20.0, 34.0], "low": [10.0, 30.0], "high": [30.0, 36.0]})
    bands = stretched(rows, (4.0, 4.0), None, (5.0, 35.0))
    assert bands["p10"].tolist() == [5.0, 18.0]
    assert bands["p90"].tolist() == [35.0, 35.0]


def test_a_band_is_judged_beside_that_of_the_seasonal_baseline() -> None:
    n = 200
    actual = np.tile([0.0, 10.0], n // 2)
    rows = rows_of(actual.tolist(), np.full(n, 5.0).tolist(), seasonal_24h=np.zeros(n).tolist())
    # Errors of the baseline are 0 and 10, half each: its band is 0 (10 %), 5 (50 %), 10 (90 %).
    wide = rows.assign(p10=-1e4, p90=1e4)
    found, other = (judge(one, ("seasonal_24h",), 10.0) for one in (rows, wide))
    assert found.band_baseline == "seasonal_24h"
    assert found.band_width == pytest.approx(10.0)
    assert (found.width, other.width) == (2.0, 2e4)
    # Theirs: 5 % of 10 twice and half of 5, mean of three; ours with p10 4, p90 6: see below.
    theirs = np.mean([(0.1 * 10 + 0) / 2, 2.5, (0.1 * 10 + 0) / 2])
    ours = np.mean([(0.9 * 4 + 0.1 * 6) / 2, 2.5, (0.1 * 6 + 0.9 * 4) / 2])
    assert found.band_skill.value == pytest.approx(1 - ours / theirs)
    assert other.band_skill.value < -100


def test_coverage_alone_does_not_make_a_band_hold() -> None:
    def figures(covered: float, sharper: float | None) -> dict[str, dict[str, float | None]]:
        return {"coverage": {"value": covered}, "band_skill": {"value": sharper}}

    assert band_holds(figures(0.8, 0.3))
    assert not band_holds(figures(0.8, -20.0))
    assert not band_holds(figures(0.9, 0.3))
    assert not band_holds({"coverage": {"value": 0.8}})
