"""Baselines by hand."""

from __future__ import annotations

import numpy as np

from core.analytics.forecast.baselines import (
    clear_sky_persistence,
    persistence,
    seasonal_naive,
)
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import Grid
from tests.forecast.courses import HOUR, moment

GRID = Grid(moment("2024-06-03"), HOUR, 24 * 12, "Europe/Berlin")
VALUES = np.arange(24.0 * 12)


def test_persistence_takes_the_newest_value_of_the_last_three_hours() -> None:
    values = VALUES.copy()
    values[47] = np.nan
    issue, target = np.array([48, 48, 52]), np.array([48, 90, 60])
    assert persistence(History(GRID, values), issue, target).tolist() == [46, 46, 51]
    values[45:48] = np.nan
    found = persistence(History(GRID, values), issue, target)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 51])


def test_seasonal_naive_of_a_day_takes_two_days_where_one_is_not_known() -> None:
    issue, target = np.array([60, 60, 60]), np.array([60, 83, 84])
    found = seasonal_naive(History(GRID, VALUES), issue, target, days=1)
    assert found.tolist() == [36, 59, 36]


def test_seasonal_naive_of_a_week() -> None:
    issue, target = np.array([200, 200]), np.array([200, 240])
    found = seasonal_naive(History(GRID, VALUES), issue, target, days=7)
    assert found.tolist() == [32, 72]


def test_the_week_before_a_clock_change_is_at_the_same_hour_of_the_wall() -> None:
    grid = Grid(moment("2024-03-25"), HOUR, 24 * 12, "Europe/Berlin")
    monday_noon = grid.slot(moment("2024-04-01 12:00"))
    found = seasonal_naive(History(grid, VALUES), np.array([150]), np.array([monday_noon]), days=7)
    assert found.tolist() == [12.0]
    assert monday_noon == 7 * 24 + 12 - 1


def test_clear_sky_persistence_is_the_share_of_the_last_day() -> None:
    clear = np.maximum(np.sin((GRID.hour - 6) / 12 * np.pi), 0.0)
    values = np.where(np.arange(GRID.count) < 48, 0.5, 0.8) * clear
    history = History(GRID, values)
    found = clear_sky_persistence(history, clear, np.array([48, 72]), np.array([60, 84]))
    np.testing.assert_allclose(found, [0.5 * clear[60], 0.8 * clear[84]])
