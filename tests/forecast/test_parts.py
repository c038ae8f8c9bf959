"""Parts of a load, weights of inputs and quality, on courses whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.analytics.forecast.backtest import backtest
from core.analytics.forecast.decomposition import decompose_load
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import Floats, Grid
from core.analytics.forecast.importance import permutation_importance, training_quality
from core.analytics.forecast.models import Case
from tests.forecast.courses import history_of, hourly, working_load

YEAR = hourly(365, "2024-01-01")
OUTSIDE = 10 - 12 * np.cos(2 * np.pi * np.arange(YEAR.count) / (365 * 24))


def heated(grid: Grid, outside: Floats, *, heating: float, cooling: float) -> Floats:
    noise = np.random.default_rng(3).normal(0, 10, grid.count)
    below, above = np.maximum(15 - outside, 0), np.maximum(outside - 20, 0)
    return 20 + 5 * (grid.kind == 0) + heating * below + cooling * above + noise


def test_heating_and_cooling_are_found_with_their_share() -> None:
    values = heated(YEAR, OUTSIDE, heating=1.5, cooling=2.0)
    found = decompose_load(YEAR, values, OUTSIDE).climate
    assert found.refusal == ""
    assert found.heating_below == pytest.approx(15, abs=1)
    assert found.cooling_above == pytest.approx(20, abs=1)
    assert found.heating.value == pytest.approx(24 * 1.5, rel=0.05)
    assert found.heating.low < found.heating.value < found.heating.high
    share = float((1.5 * np.maximum(15 - OUTSIDE, 0)).sum() / values.sum())
    assert found.heating_share.value == pytest.approx(share, rel=0.05)
    assert 0.5 < found.r2 < 1


def test_no_heating_is_a_share_of_nothing() -> None:
    found = decompose_load(YEAR, heated(YEAR, OUTSIDE, heating=0, cooling=0), OUTSIDE).climate
    assert found.heating_share.value == pytest.approx(0, abs=0.02)
    assert found.heating_share.low <= 0.01
    assert found.cooling_share.value == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("days", "outside", "why"),
    [(60, None, "no_temperature"), (40, "season", "few_days"), (90, "flat", "narrow")],
)
def test_what_the_data_do_not_carry_is_refused(days: int, outside: str | None, why: str) -> None:
    grid = hourly(days)
    told = None if outside is None else 10 + 3.0 * np.sin(np.arange(grid.count) / 50)
    found = decompose_load(grid, working_load(grid), told).climate
    assert found.refusal == why
    assert np.isnan(found.heating_share.value)


def test_base_load_and_calendar() -> None:
    grid = hourly(120, "2024-04-01")
    values = np.where((grid.kind == 0) & (grid.hour >= 8) & (grid.hour < 16), 30.0, 10.0)
    found = decompose_load(grid, values)
    assert (found.base.value, found.base.low, found.base.high) == (10, 10, 10)
    means = found.by_kind.set_index("kind")["mean"]
    assert means.tolist() == pytest.approx([10 + 20 / 3, 10, 10])
    # Holidays of the weekday stand still: 1 April, 1, 9 and 20 May.
    assert found.holiday_effect.value == pytest.approx(-20 / 3)
    assert found.holiday_effect.days == 4
    profile = found.profile.set_index("hour")
    assert profile.loc[9, 0] == 30
    assert profile.loc[9, 2] == 10


def test_quality_of_a_window() -> None:
    grid = hourly(20)
    values = working_load(grid) + 0.001 * np.arange(grid.count)
    values[10:15] = np.nan
    values[40:50] = 7.0
    values[60] = -1.0
    found = training_quality(Case(History(grid, values), low=0.0), 0, 20 * 24)
    assert found["slots"] == 480
    assert found["missing_ratio"] == pytest.approx(5 / 480)
    assert found["longest_gap_h"] == 5
    assert found["flat_ratio"] == pytest.approx(9 / 480)
    assert found["below_ratio"] == pytest.approx(1 / 480)


def test_a_backtest_is_blind_and_names_the_input_that_matters() -> None:
    grid = hourly(56)
    values = working_load(grid)
    start, stop = 42 * 24, 54 * 24
    tested = backtest(Case(history_of(grid, values), low=0.0), 0, start, stop, rounds=12)
    later = values.copy()
    later[start + 24 :] += 1000
    other = backtest(Case(history_of(grid, later), low=0.0), 0, start, stop, rounds=12)
    known = tested.rows["issue"] <= grid.start + (start + 24) * grid.step
    names = ["expected", "p10", "p50", "p90", "persistence", "seasonal_24h", "seasonal_168h"]
    assert known.sum() == 5 * 48
    assert tested.rows.loc[known, names].equals(other.rows.loc[known, names])
    assert not tested.rows["expected"].equals(other.rows["expected"])
    found = permutation_importance(
        tested.model, Case(history_of(grid, values), low=0.0), tested.start, tested.stop
    )
    assert found["growth"].is_monotonic_decreasing
    assert found["growth"][0] > 0.2
    assert {"mean_like_days", "hour", "mean_four_weeks", "week_before"} & set(found["feature"][:4])
