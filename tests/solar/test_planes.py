"""A plant of the file on two devices, its modules in two planes, in another zone than the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import pv_history, pv_plant, pv_report, pv_units
from core.analytics import pv, pv_sun
from core.errors import QueryError
from core.expected_report import expected_report
from core.plant_file import read_plants
from core.pv_report import PlantReport
from core.query import Store, open_store
from tests.stores import run, scratch

QUARTER = 900_000_000
START = pd.Timestamp("2025-06-02", tz="America/Denver").value // 1000
DAYS = 8
END = START + DAYS * 96 * QUARTER
PLACE = (39.74, -105.18)
EAST, WEST = 20.0, 30.0  # kWp
SHARE, EFFICIENCY = 0.85, 0.97
PLANT = """\
[[plant]]
name = "Ridge"
latitude = 39.74
longitude = -105.18
zone = "America/Denver"
[[plant.array]]
name = "east"
tilt = 30
azimuth = 90
kwp = 20
inverter = "W1"
[[plant.array]]
name = "west"
tilt = 30
azimuth = 270
kwp = 30
inverter = "W2"
[[plant.inverter]]
name = "W1"
device = "W1"
[[plant.inverter]]
name = "W2"
device = "W2"
[[plant.sensor]]
measures = "temp_module"
device = "MET"
signal = "temp_module"
"""
SENSOR = '[[plant.sensor]]\nmeasures = "poa_global"\ndevice = "MET"\nsignal = "poa_{0}"\n'
BOTH = "".join(SENSOR.format(one) + f'array = "{one}"\n' for one in ("east", "west"))


def light() -> pd.DataFrame:
    """Clear quarter hours on both planes [W/m²] by `ts`."""
    ts = START + np.arange(DAYS * 96, dtype=np.int64) * QUARTER
    up, azimuth = pv_sun.sun_position(ts + QUARTER // 2, *PLACE)
    day = pd.to_datetime(ts, unit="us", utc=True).day_of_year.to_numpy(np.int64)
    planes = {"east": 90.0, "west": 270.0}
    found = {n: pv_sun.clear_sky_plane(up, azimuth, day, 30.0, at) for n, at in planes.items()}
    return pd.DataFrame({"ts": ts, **found})


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    told = light()
    time = pd.to_datetime(told["ts"], unit="us", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    warm = 25 + 0 * told["east"]
    tables = {
        "PV/W1": {"ac_power": told["east"] * EAST * SHARE / 1000},
        "PV/W2": {"ac_power": told["west"] * WEST * SHARE / 1000},
        "weather/MET": {"poa_east": told["east"], "poa_west": told["west"], "temp_module": warm},
    }
    for name in ("PV/W1", "PV/W2"):
        tables[name]["dc_power"] = tables[name]["ac_power"] / EFFICIENCY
    with scratch() as folder:
        for name, columns in tables.items():
            path = folder / "src" / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame({"ts": time, **columns}).to_csv(path, index=False)
        run(folder, zone="UTC")
        opened = open_store(folder / "store")
        yield opened
        opened.close()


def report(store: Store, path: Path, text: str) -> PlantReport:
    path.write_text(text)
    stamp = pv_plant.plants_stamp(store, path)
    found = pv_report.plant_report(store, "W1", START, END, stamp)
    assert found is not None
    return found


def test_each_plane_is_held_against_its_own_light(store: Store, tmp_path: Path) -> None:
    found = report(store, tmp_path / "plants.toml", PLANT + BOTH)
    assert found.window is not None and found.course.facts.kwp == EAST + WEST
    told = light()
    poa = (EAST * told["east"] + WEST * told["west"]) / (EAST + WEST)
    assert found.course.frame["poa_global"].to_numpy() == pytest.approx(poa.to_numpy(), rel=1e-3)
    bright = poa >= pv.LOW_LIGHT
    hours = poa[bright].sum() / 4 / 1000
    assert found.window["yr"] == pytest.approx(hours, rel=1e-3)
    assert found.window["pr"] == pytest.approx(SHARE, rel=1e-3)


@pytest.mark.parametrize("sensor", [SENSOR.format("east"), BOTH.partition("[[plant.sensor]]\n")[2]])
def test_light_of_one_plane_says_nothing_of_the_other(
    store: Store, tmp_path: Path, sensor: str
) -> None:
    text = PLANT + BOTH[: len(BOTH) // 2] if sensor.startswith("measures") else PLANT + sensor
    found = report(store, tmp_path / "plants.toml", text)
    assert found.refusals["pr"] == "planes" and found.course.facts.no_light
    assert found.window is not None and np.isnan(found.window["pr"])
    assert found.window["specific_yield"] > 0
    (plant,) = read_plants(tmp_path / "plants.toml")
    with pytest.raises(QueryError, match="no irradiance"):
        expected_report(store, plant, START, END, "1d")


def test_units_of_another_plane_are_no_peers(store: Store, tmp_path: Path) -> None:
    found = report(store, tmp_path / "plants.toml", PLANT + BOTH)
    assert found.course.unit_planes is not None
    assert pv_units.ranking(store, found, "inverters") is None
    assert not pv_history.unit_shares(found).notna().any(axis=None)
    power, kwp = np.tile([4.0, 4.2, 4.4, 1.0], (3, 1)), np.full(4, 10.0)
    by_plane = pv.expected_from_peers(power, kwp, np.array([0, 0, 0, 1]))
    assert by_plane[0, :3] == pytest.approx([4.3, 4.2, 4.1]) and np.isnan(by_plane[:, 3]).all()


def test_direct_current_of_all_devices_is_that_of_the_plant(store: Store, tmp_path: Path) -> None:
    found = report(store, tmp_path / "plants.toml", PLANT + BOTH)
    assert found.window is not None
    assert found.window["ls"] == pytest.approx(found.window["ya"] * (1 - EFFICIENCY), rel=1e-3)


def test_days_are_those_of_the_plant(store: Store, tmp_path: Path) -> None:
    """A day of the plant has all its light; one of the store's zone would end in the afternoon."""
    found = report(store, tmp_path / "plants.toml", PLANT + BOTH)
    table = pv_report.period_table(found, "1d")
    assert len(table) == DAYS
    assert table["energy_kwh"].to_numpy() == pytest.approx(table["energy_kwh"].mean(), rel=0.02)
    days, grid = pv_report.heat_grid(found, "power")
    assert len(days) == DAYS
    assert np.nanargmax(np.nan_to_num(grid).mean(axis=1)) in range(11, 17)


def test_the_clock_of_a_plant_in_planes_is_held_against_the_sun(
    store: Store, tmp_path: Path
) -> None:
    found = report(store, tmp_path / "plants.toml", PLANT + BOTH)
    history = pv_history.history_of(found)
    off = history.midpoints["poa"] - history.midpoints["clear"]
    assert off.notna().sum() >= DAYS - 2 and (off.abs() < 2 * 60e6).all()
