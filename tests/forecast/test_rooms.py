"""Room temperature by a thermal model: nothing later is looked at, and refusals are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.forecast.features import History, LeadWeather
from core.analytics.forecast.grid import Floats, Grid
from core.analytics.forecast.rooms import RoomCase, fit_room, room_shape
from core.analytics.thermal import ThermalFit
from core.analytics.thermal_model import Inputs, simulate
from core.config import load_settings
from core.forecast_cases import find_target, forecast_targets
from core.forecast_issue import issue_forecast, write
from core.forecast_rooms import room_signals
from core.forecast_signals import forecast_device, parts_of_name
from core.forecast_training import Training, train
from core.query import Store, open_store
from ingest.build import build
from tests.forecast.courses import HOUR, hourly
from tests.stores import scratch

DAYS = 45
TRUE = {"r": 6.0, "c": 5.0, "gain": 0.0, "a": 0.0}


def house(grid: Grid, seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """Room [°C], heat [kW] and outdoor temperature [°C] of a house of one state."""
    rng = np.random.default_rng(seed)
    day = 6 * np.sin(np.arange(grid.count) / 24 / 9 * 2 * np.pi)
    outdoor = 5 + day + 4 * np.sin((grid.hour - 9) / 12 * np.pi)
    heat = np.where((grid.hour >= 6) & (grid.hour < 22), 2.6, 0.6) - 0.05 * day
    inputs = Inputs(1.0, outdoor, heat, np.zeros(grid.count))
    room = simulate("1R1C", TRUE, inputs, np.array([19.0]), "step")[:, 0]
    return room + rng.normal(0, 0.05, grid.count), heat, outdoor


def case_of(grid: Grid, room: Floats, heat: Floats, outdoor: Floats, **kwargs: int) -> RoomCase:
    return RoomCase(
        History(grid, room), History(grid, heat), History(grid, outdoor), **kwargs
    )  # fmt: skip


GRID = hourly(DAYS, "2024-01-01")
HOUSE = house(GRID)


@pytest.fixture(autouse=True)
def one_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search of four models takes seconds; what is tested is one of them."""
    monkeypatch.setattr("core.analytics.forecast.rooms.WAYS", (("1R1C", False),))


def test_a_house_of_one_state_is_found_again() -> None:
    fit = fit_room(case_of(GRID, *HOUSE), DAYS * 24)
    assert isinstance(fit, ThermalFit)
    assert fit.values["r"] == pytest.approx(TRUE["r"], rel=0.02)
    assert fit.values["c"] == pytest.approx(TRUE["c"], rel=0.05)


def test_what_cannot_be_told_is_refused() -> None:
    room, heat, outdoor = HOUSE
    still = case_of(GRID, room, np.full(GRID.count, 1.0), outdoor)
    assert fit_room(still, DAYS * 24) == "no_heat"
    gone = case_of(GRID, room, heat, np.where(GRID.hour < 12, np.nan, outdoor))
    assert fit_room(gone, DAYS * 24) == "inputs"
    assert fit_room(case_of(GRID, np.full(GRID.count, np.nan), heat, outdoor), 999) == "short"


@pytest.mark.parametrize("lag", [0, 24])
def test_a_course_knows_nothing_of_later_values(lag: int) -> None:
    values = TRUE | {"noise_air": 0.05, "noise_seen": 0.05}
    issue = 40 * 24 + 5
    told = np.stack([HOUSE[2][:, None], HOUSE[2][:, None] + 1])
    ahead = LeadWeather(("temp_air",), GRID.step, np.array([0, 48]), told)
    later = told.copy()
    known_at = np.arange(GRID.count)[None, :] - np.array([0, 48])[:, None]
    later[known_at > issue] = 99.0
    room, heat, outdoor = (one.copy() for one in HOUSE)
    room[issue:], heat[issue - lag :], outdoor[issue:] = 99.0, 99.0, 99.0
    case = replace(case_of(GRID, *HOUSE, heat_lag=lag), ahead=ahead)
    other = replace(
        case_of(GRID, room, heat, outdoor, heat_lag=lag), ahead=replace(ahead, values=later)
    )
    ours, theirs = (
        room_shape(one, "1R1C", values, np.array([issue])) for one in (case, other)
    )  # fmt: skip
    assert np.isfinite(ours[2]).all()
    np.testing.assert_array_equal(ours[2], theirs[2])
    heat[issue - lag - 1] += 1
    changed = room_shape(
        replace(other, heat=History(GRID, heat)), "1R1C", values, np.array([issue])
    )
    assert not np.array_equal(changed[2], theirs[2])


def test_with_all_inputs_as_the_day_before_the_course_is_the_simulation() -> None:
    """Same outdoor temperature and heat every day: nothing ahead is unknown."""
    hour = GRID.hour
    outdoor, heat = 5 + 4 * np.sin(hour), np.where(hour < 12, 3.0, 1.0)
    inputs = Inputs(1.0, outdoor, heat, np.zeros(GRID.count))
    room = simulate("1R1C", TRUE, inputs, np.array([19.0]), "step")[:, 0]
    case = case_of(GRID, room, heat, outdoor)
    values = TRUE | {"noise_air": 0.1, "noise_seen": 1e-3}
    issue = 20 * 24 + 7
    issues, target, shape = room_shape(case, "1R1C", values, np.array([issue]))
    assert (issues[0], target[0], len(target)) == (issue, issue, 48)
    np.testing.assert_allclose(shape[:, 1], room[issue : issue + 48], atol=1e-6)
    assert (np.diff(shape[:, 2] - shape[:, 0]) > 0).all()


# --- with a store -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A house of two rooms, each with its heater; of a wish for one of them."""
    with scratch() as folder:
        kitchen, attic = HOUSE, house(GRID, seed=1)
        shown = {
            "room_temp_kitchen": kitchen[0], "heating_power_kitchen": kitchen[1],
            "outdoor_temp": kitchen[2], "room_temp_attic": attic[0],
            "heating_power_attic": attic[1], "room_temp_setpoint": np.full(GRID.count, 20.0),
        }  # fmt: skip
        text = pd.DatetimeIndex(GRID.ts[: DAYS * 24].astype("datetime64[us]"))
        frame = pd.DataFrame({name: values[: DAYS * 24] for name, values in shown.items()})
        frame.insert(0, "ts", [f"{one:%Y-%m-%d %H:%M:%S}Z" for one in text])
        path = folder / "src" / "home" / "house.csv"
        path.parent.mkdir(parents=True)
        frame.to_csv(path, index=False, float_format="%.4f")
        build(load_settings(store=folder / "store", sources=(folder / "src",)))
        yield folder / "store"


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root)
    yield opened
    opened.close()


def test_any_of_several_rooms(store: Store) -> None:
    names = [one.quantity for one in forecast_targets(store, "house")]
    assert names == ["room_temperature.room_temp_attic", "room_temperature.room_temp_kitchen"]
    target = find_target(store, "house", "room_temperature.room_temp_kitchen")
    assert target.signals == ("room_temp_kitchen",)
    found = room_signals(store, target)
    assert found is not None
    assert [one.name for one in found.heat] == ["heating_power_kitchen"]
    assert found.outdoor.name == "outdoor_temp"
    assert find_target(store, "house", "room_temperature").signals == ("room_temp_attic",)


def test_a_room_is_trained_issued_and_kept(store: Store) -> None:
    name = "room_temperature.room_temp_kitchen"
    stored = train(store, "house", name, Training(test_days=15))
    said = stored.manifest["room"]
    assert said["refusal"] == ""
    assert said["heat"] == ["heating_power_kitchen"]
    assert stored.manifest["figures"]["skill"]["persistence"]["value"] > 0.1
    given, kept = issue_forecast(store, "house", name)
    assert len(given.frame) == 48
    assert given.frame["expected"].between(5, 35).all()
    assert (given.frame["p10"] <= given.frame["p90"]).all()
    write(store, given, kept)
    opened = open_store(store.root)
    try:
        info = opened.signal(forecast_device("house"), f"{name}_p50_lead0h")
        assert (info.quantity, info.unit, info.rows) == ("room_temperature_forecast", "°C", 48)
    finally:
        opened.close()
    assert parts_of_name(f"{name}_p50_lead0h") == (name, "p50", 0)
    assert given.issue == stored.manifest["window"][1]
    assert given.frame["ts"].iloc[-1] - given.issue == 47 * HOUR
