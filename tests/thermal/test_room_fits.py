"""Rooms of a store fitted from its signals, and planned with what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core import room_fits
from core.analytics.room_trial import Trial, best_trial, try_room
from core.analytics.thermal_model import Inputs, Kind, simulate
from core.dispatch_house import room_of
from core.dispatch_settings import DispatchSettings, read_dispatch_settings, settings_path
from core.errors import QueryError
from core.levels import DAY, MINUTE
from core.query import SignalInfo, Store, open_store
from core.room_fits import (
    RoomReport,
    bridged,
    longest_run,
    room_report,
    room_sources,
    settings_lines,
)
from preprocess import app
from tests.stores import run, scratch, us, write_csv

START = us("2025-01-06T00:00+01:00")
DAYS, STEP = 12, 30 * MINUTE
ONE = {"r": 9.0, "c": 2.0, "gain": 0.2, "a": 0.0}
COUNT = DAYS * DAY // STEP


def course(kind: Kind, values: dict[str, float], seed: int = 0) -> tuple[Inputs, np.ndarray]:
    """Inputs of a house in winter, heated by chance, and its air [°C] with small noises."""
    rng = np.random.default_rng(seed)
    hour = np.arange(COUNT) * STEP / (60 * MINUTE)
    outdoor = 3 + 4 * np.sin(hour / 24 * 2 * np.pi) + 3 * np.sin(hour / 77)
    heat = np.repeat(rng.choice([0.0, 1.0, 3.0], COUNT // 6 + 1), 6)[:COUNT]
    inputs = Inputs(0.5, outdoor, heat, np.zeros(COUNT))
    start = np.full(1 if kind == "1R1C" else 2, 19.0)
    noise = np.zeros(COUNT)
    for t in range(1, COUNT):  # wanders and comes back, as air does
        noise[t] = 0.95 * noise[t - 1] + rng.normal(0, 0.03)
    return inputs, simulate(kind, values, inputs, start, "step")[:, 0] + noise


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A house with a bath that is heated, and a cellar that is not."""
    inputs, air = course("1R1C", ONE)
    ts = [START + t * STEP for t in range(COUNT)]
    with scratch() as found:
        house = found / "src" / "meter" / "house.csv"
        names = ["bath_room_temperature", "bath_heating_power", "temp_air"]
        columns = zip(ts, air, inputs.heat_kw, inputs.outdoor, strict=True)
        write_csv(house, names, [(at, [float(v) for v in row]) for at, *row in columns])
        write_csv(
            found / "src" / "meter" / "cellar.csv", ["cellar_room_temperature"],
            [(at, [12.0 + 0.01 * (n % 7)]) for n, at in enumerate(ts)],
        )  # fmt: skip
        run(found)
        yield found


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    return open_store(folder / "store")


@pytest.fixture(scope="module")
def report(store: Store) -> RoomReport:
    return room_report(store, DispatchSettings(), "bath_room_temperature", 30)


@pytest.fixture
def one_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search of both models takes seconds."""
    monkeypatch.setattr("core.analytics.room_trial.KINDS", ("1R1C",))


def test_a_room_is_found_again_and_its_last_days_are_foreseen(report: RoomReport) -> None:
    assert (report.refusal, report.step_us, len(report.ts)) == ("", STEP, COUNT)
    assert report.best is not None
    found = {one.name: one for one in report.best.fit.parameters}
    names = ("r", "c") if report.best.fit.kind == "1R1C" else ("r_out", "c_mass")
    assert found[names[0]].low < ONE["r"] * 1.1
    assert found[names[0]].high > ONE["r"] * 0.9
    assert report.best.first == COUNT - 96
    assert report.best.rmse < 0.4
    assert report.best.inside_ratio > 0.5


@pytest.mark.usefixtures("one_state")
def test_what_was_kept_back_is_not_fitted() -> None:
    inputs, air = course("1R1C", ONE, 3)
    other = air.copy()
    other[-96:] += 5.0
    one, two = try_room(inputs, air)[0], try_room(inputs, other)[0]
    assert one.fit.parameters == two.fit.parameters
    assert two.rmse > one.rmse


def test_a_room_without_heat_is_refused_and_a_room_that_is_not_there_named(store: Store) -> None:
    told = DispatchSettings()
    assert [one.name for one in room_sources(store, told)] == [
        "cellar_room_temperature", "bath_room_temperature",
    ]  # fmt: skip
    report = room_report(store, told, "cellar_room_temperature", 30)
    assert (report.refusal, settings_lines(report)) == ("no_signals", "")
    with pytest.raises(QueryError, match="no room 'attic' is measured; there are "):
        room_report(store, told, "attic", 30)


@pytest.mark.parametrize(("unit", "kilo"), [("kW", 1.0), ("W", 1e-3), ("MW", 1e3)])
@pytest.mark.parametrize("factor", [None, 3.0])
def test_what_a_heat_pump_draws_is_fitted_as_heat(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch, unit: str, kilo: float,
    factor: float | None,
) -> None:  # fmt: skip
    """Heat [kW] of the fit is measured power [kW] times the heat per power; 1 where not told."""
    file = settings_path(folder / "store")
    told_factor = "" if factor is None else f"heat_per_power = {factor}\n"
    file.write_text(
        '[[room]]\nname = "bath"\nresistance_k_kw = 1\ncapacity_kwh_k = 1\n'
        'temperature = "house/bath_room_temperature"\nheat = ["house/bath_heating_power"]\n'
        f'{told_factor}[heating]\noutdoor = "house/temp_air"\n'
    )
    told = read_dispatch_settings(file)
    file.unlink()
    given: list[Inputs] = []
    known = room_fits._signal

    def in_unit(store: Store, name: str) -> SignalInfo:
        info = known(store, name)
        return replace(info, unit=unit) if "heating" in name else info

    def fitted(inputs: Inputs, _: object) -> tuple[Trial, ...]:
        given.append(inputs)
        return ()

    monkeypatch.setattr(room_fits, "_signal", in_unit)
    monkeypatch.setattr(room_fits, "try_room", fitted)
    monkeypatch.setattr(room_fits, "best_trial", lambda _: None)
    found = room_report(store, told, "bath", 30)
    measured = course("1R1C", ONE)[0].heat_kw  # as the file holds them, in any unit
    assert given[0].heat_kw == pytest.approx(kilo * (factor or 1.0) * measured)
    assert found.source.heat_per_power == (factor or 1.0)


@pytest.mark.usefixtures("one_state")
def test_resistance_and_capacity_are_of_heat(report: RoomReport) -> None:
    """Of three times the heat a third of the resistance and three times the capacity."""
    inputs, air = course("1R1C", ONE, 3)
    one = try_room(inputs, air)[0].fit.values
    pump = try_room(replace(inputs, heat_kw=3 * inputs.heat_kw), air)[0].fit.values
    assert pump["r"] == pytest.approx(one["r"] / 3, rel=0.02)
    assert pump["c"] == pytest.approx(one["c"] * 3, rel=0.02)
    source = replace(report.source, heat_per_power=3.0)
    lines = settings_lines(replace(report, source=source))
    assert "heat_per_power = 3\n" in lines and "heat_per_power" not in settings_lines(report)


def test_lines_are_read_as_settings_again_and_make_the_room(
    folder: Path, store: Store, report: RoomReport
) -> None:
    file = settings_path(folder / "store")
    file.write_text(settings_lines(report) + '[heating]\noutdoor = "house/temp_air"\n')
    told = read_dispatch_settings(file)
    file.unlink()
    (room,) = told.room
    assert room.temperature == "house/bath_room_temperature"
    assert room.heat == ("house/bath_heating_power",)
    assert room_sources(store, told)[0].name == "bath_room_temperature"
    assert report.best is not None
    values = report.best.fit.values
    ts = START + np.arange(8) * 900_000_000
    made = room_of(room, np.full(8, 4.0), 19.0, ts, 900_000_000, "Europe/Berlin")
    inputs = Inputs(0.25, np.full(9, 4.0), np.full(9, 2.0), np.zeros(9))
    states = simulate(report.best.fit.kind, values, inputs, made.start, "step")
    state = made.start
    for t in range(8):
        state = made.transition @ state + made.heat_gain * 2.0 + made.drift[t]
        assert state == pytest.approx(states[t + 1], abs=1e-2)  # lines hold four digits


def test_two_states_are_preferred_where_there_are_two() -> None:
    two = {"r_in": 1.0, "r_out": 9.0, "c_air": 0.4, "c_mass": 5.0, "a": 0.0, "gain": 0.0,
           "noise_mass": 0.0}  # fmt: skip
    best = best_trial(try_room(*course("2R2C", two)))
    assert best is not None
    assert best.fit.kind == "2R2C"
    assert best.fit.values["c_mass"] == pytest.approx(5.0, rel=0.2)


def test_short_gaps_are_bridged_and_the_longest_stretch_is_taken() -> None:
    values = np.array([np.nan, 1, np.nan, np.nan, 4, *[np.nan] * 5, 7, np.nan])
    filled = bridged(values)
    assert filled[1:5].tolist() == [1, 2, 3, 4]
    assert np.isnan(filled[[0, 5, 9, 11]]).all()
    assert longest_run(np.isfinite(filled)) == slice(1, 5)
    assert longest_run(np.zeros(3, bool)) == slice(0, 0)


@pytest.mark.usefixtures("one_state")
def test_the_command_prints_intervals_and_lines(folder: Path) -> None:
    out = folder / "rooms.toml"
    done = CliRunner().invoke(app, ["rooms", "--store", str(folder / "store"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "cellar_room_temperature: cellar/cellar_room_temperature, heat none" in done.stdout
    assert "refused: no signals" in done.stdout
    assert "last 48 h not fitted: RMSE" in done.stdout
    assert "Ljung-Box p" in done.stdout
    assert out.read_text().startswith('[[room]]\nname = "bath_room_temperature"\nresistance_k_kw')
