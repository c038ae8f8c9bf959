"""Nothing that came after the time of issue changes a forecast."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.forecast.baselines import all_baselines
from core.analytics.forecast.features import (
    History,
    KnownWeather,
    LeadWeather,
    Physics,
    past_features,
    sun_features,
)
from core.analytics.forecast.grid import HOUR_US, Floats, Grid
from core.analytics.forecast.models import Case, Model, fit_model, forecast
from tests.forecast.courses import history_of, hourly, working_load

GRID = hourly(45)
STEPS = 48
VALUES = working_load(GRID)
CLEAR = np.maximum(np.sin((GRID.hour - 6) / 12 * np.pi), 0.0)
LEADS = np.array([0, 24, 48])


def weather(seed: int = 0) -> LeadWeather:
    drawn = np.random.default_rng(seed).normal(10, 5, (3, GRID.count, 1))
    return LeadWeather(("temp_air",), GRID.step, LEADS, drawn)


@cache
def grown() -> Model:
    case = Case(history_of(GRID, VALUES), weather(), low=0.0)
    return fit_model(case, 0, 40 * 24, rounds=12)


def at(issue: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(STEPS, issue), issue + np.arange(STEPS)


@settings(max_examples=40, deadline=None)
@given(issue=st.integers(1, 45 * 24), seed=st.integers(0, 99))
def test_a_forecast_knows_nothing_of_later_values(issue: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    later = VALUES.copy()
    later[issue:] = rng.choice([np.nan, -1e6, 1e6, 0.0], GRID.count - issue)
    told = weather()
    other = told.values.copy()
    # A value of a class is known `lead` hours before its time: later ones may say anything.
    known_at = np.arange(GRID.count)[None, :] - LEADS[:, None] * HOUR_US // GRID.step
    other[known_at > issue] = rng.normal(0, 1e3)
    changed = LeadWeather(told.names, told.step_us, LEADS, other)
    slots = at(issue)
    ours = forecast(grown(), Case(History(GRID, VALUES), told, low=0.0), *slots)
    theirs = forecast(grown(), Case(History(GRID, later), changed, low=0.0), *slots)
    assert ours.equals(theirs)
    for name, values in all_baselines(History(GRID, VALUES), *slots, CLEAR).items():
        again = all_baselines(History(GRID, later), *slots, CLEAR)[name]
        np.testing.assert_array_equal(values, again, err_msg=name)


@settings(max_examples=30, deadline=None)
@given(issue=st.integers(1, 45 * 24))
def test_features_of_the_sun_know_nothing_of_later_values(issue: int) -> None:
    later = VALUES.copy()
    later[issue:] = 1e6
    physics = Physics(lambda _, target: CLEAR[target], CLEAR, 60 * CLEAR)
    slots = at(issue)
    power = physics.power(*slots)
    ours = sun_features(History(GRID, VALUES), physics, *slots, power)
    theirs = sun_features(History(GRID, later), physics, *slots, power)
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def test_an_earlier_value_does_change_the_forecast() -> None:
    issue = 42 * 24
    before = VALUES.copy()
    before[issue - 30 : issue] += 40
    ours = forecast(grown(), Case(History(GRID, VALUES), weather(), low=0.0), *at(issue))
    theirs = forecast(grown(), Case(History(GRID, before), weather(), low=0.0), *at(issue))
    assert not ours.equals(theirs)


def test_features_by_hand() -> None:
    grid = Grid(0, 6 * HOUR_US, 40, "UTC")  # four slots a day
    values = np.arange(40.0)
    found = past_features(History(grid, values), np.array([30, 30]), np.array([30, 37]))
    # Slot 30 is at the wall time of 26, 22, ...; slot 37 of 29 (33 is not known at 30).
    assert found["newest_day"].tolist() == [26, 29]
    assert found["week_before"].tolist() == [2, 9]
    assert found["last"].tolist() == [29, 29]
    assert found["last_day"].tolist() == [27.5, 27.5]
    assert found["last_week"].tolist() == [15.5, 15.5]
    assert found["day_against_week_before"].tolist() == [27.5 - np.mean([0, 1]), 27.5 - 0.5]
    assert found["mean_seven_days"].tolist() == [14.0, 17.0]


def test_the_shortest_class_that_was_surely_known() -> None:
    values = np.stack([np.full((6, 1), float(lead)) for lead in (0, 1, 3)])
    told = LeadWeather(("ghi",), HOUR_US, np.array([0, 1, 3]), values)
    issue = np.array([2, 2, 2, 2, 2, 0])
    known = told.known(issue, np.array([1, 2, 3, 4, 5, 5]))[:, 0]
    np.testing.assert_array_equal(known, [0, 0, 1, 3, 3, np.nan])


def test_weather_as_it_came_is_the_same_for_every_issue() -> None:
    values: Floats = np.arange(5.0)[:, None]
    told = KnownWeather("measured", ("ghi",), values)
    assert told.known(np.array([0, 4]), np.array([3, 3]))[:, 0].tolist() == [3, 3]
