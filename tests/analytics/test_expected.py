"""Expected production: beside an independent run of pvlib's ModelChain, and by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.expected import (
    ArrayModel,
    Expected,
    InverterModel,
    PlantModel,
    cell_temperature,
    expected_power,
    flag_behind_horizon,
    inverter_power,
    plane_of_array,
    reasons,
    sun_of,
)
from core.levels import HOUR

LATITUDE, LONGITUDE, ALTITUDE = 50.209, 6.423, 448.0
OFFSET_H = 0.1818
# Ten arrays: tilt, azimuth, kWp, inverter limit [kW] or none, 1/K, mounting, module.
ARRAYS = [
    (35.0, 180.0, 10.0, None, -0.004, "open_rack", "glass_polymer"),
    (20.0, 180.0, 300.0, 240.0, -0.0035, "open_rack", "glass_glass"),
    (10.0, 90.0, 40.0, None, -0.004, "open_rack", "glass_polymer"),
    (10.0, 270.0, 40.0, None, -0.004, "open_rack", "glass_polymer"),
    (45.0, 135.0, 5.0, 4.0, -0.003, "roof", "glass_glass"),
    (30.0, 225.0, 9.9, 8.0, -0.0045, "roof", "glass_glass"),
    (60.0, 180.0, 7.0, None, -0.004, "open_rack", "glass_polymer"),
    (90.0, 180.0, 20.0, None, -0.004, "integrated", "glass_polymer"),
    (0.0, 180.0, 15.0, 9.0, -0.004, "open_rack", "glass_polymer"),
    (25.0, 0.0, 6.0, None, -0.004, "open_rack", "glass_polymer"),
]
SAPM = {"open_rack": None, "roof": "close_mount_glass_glass",
        "integrated": "insulated_back_glass_polymer"}  # fmt: skip


@pytest.fixture(scope="module")
def typical(shared: Path) -> pd.DataFrame:
    """The typical year, read here once more by hand: independent of the reader under test."""
    (path,) = (shared / "data" / "weather").glob("tmy*.csv")
    table = pd.read_csv(path, skiprows=17, nrows=8760, index_col=0)
    index = pd.date_range("1990-01-01", periods=8760, freq="h", tz="UTC")
    frame = pd.DataFrame(
        {"ghi": table["G(h)"].to_numpy(), "dni": np.abs(table["Gb(n)"].to_numpy()),
         "dhi": table["Gd(h)"].to_numpy(), "temp_air": table["T2m"].to_numpy(),
         "wind_speed": table["WS10m"].to_numpy()}, index=index,
    )  # fmt: skip
    return frame


def of_store(typical: pd.DataFrame) -> pd.DataFrame:
    """The same with the index that the chain takes."""
    ts = typical.index.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    frame = typical.set_axis(pd.Index(ts, name="ts"))
    return frame.assign(sun_ts=ts + round(OFFSET_H * HOUR))


def plant(array: tuple[float, float, float, float | None, float, str, str]) -> PlantModel:
    tilt, azimuth, kwp, limit, gamma, mounting, module = array
    model = ArrayModel(tilt, azimuth, kwp, gamma, mounting, module)
    return PlantModel(LATITUDE, LONGITUDE, ALTITUDE, (InverterModel((model,), limit),))


def chain(
    typical: pd.DataFrame, array: tuple[float, float, float, float | None, float, str, str]
) -> float:
    """AC energy [kWh] by pvlib's ModelChain."""
    from pvlib import iam, modelchain, pvsystem, temperature
    from pvlib.location import Location

    tilt, azimuth, kwp, limit, gamma, mounting, module = array
    mount = pvsystem.FixedMount(tilt, azimuth)
    name = SAPM[mounting] or f"open_rack_{module}"
    told = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][name]
    one = pvsystem.Array(
        mount, albedo=0.2, module_parameters={"pdc0": kwp * 1000, "gamma_pdc": gamma},
        temperature_model_parameters=told,
    )  # fmt: skip
    pdc0 = (limit / 0.96 if limit else kwp) * 1000
    system = pvsystem.PVSystem(
        [one], inverter_parameters={"pdc0": pdc0, "eta_inv_nom": 0.96},
        losses_parameters={name: 0 for name in ("soiling", "shading", "snow", "mismatch", "wiring",
                                                "connections", "lid", "nameplate_rating", "age")}
        | {"availability": 14},
    )  # fmt: skip
    place = Location(LATITUDE, LONGITUDE, altitude=ALTITUDE)
    run = modelchain.ModelChain(
        system, place, transposition_model="haydavies", aoi_model="physical",
        spectral_model="no_loss", dc_model="pvwatts", ac_model="pvwatts", losses_model="pvwatts",
        temperature_model="sapm",
    )  # fmt: skip
    assert iam  # the chain's own reflection model
    shifted = typical.set_axis(typical.index + pd.Timedelta(hours=OFFSET_H))
    return float(run.run_model(shifted).results.ac.sum() / 1000)


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")  # within pvlib's own chain
@pytest.mark.shared
@pytest.mark.parametrize("array", ARRAYS, ids=lambda one: f"{one[0]:.0f}/{one[1]:.0f}")
def test_within_two_percent_of_a_model_chain(
    typical: pd.DataFrame,
    array: tuple[float, float, float, float | None, float, str, str],
) -> None:
    mine = expected_power(of_store(typical), plant(array), 1.0).energy_kwh
    other = chain(typical, array)
    print(f"{array}: {mine / array[2]:.0f} kWh/kWp, {100 * (mine / other - 1):+.2f} %")
    assert mine == pytest.approx(other, rel=0.02)


@pytest.mark.shared
def test_specific_yield_is_that_of_the_region(typical: pd.DataFrame) -> None:
    """Germany's plants give some 850 to 1100 kWh/kWp: Fraunhofer ISE, facts on photovoltaics."""
    found = expected_power(of_store(typical), plant(ARRAYS[0]), 1.0)
    assert 850 <= found.energy_kwh / 10 <= 1100
    assert found.frame["poa_global"].sum() / 1000 == pytest.approx(1230, rel=0.02)
    more = [
        expected_power(of_store(typical), changed, 1.0).energy_kwh
        for changed in (
            PlantModel(**vars(plant(ARRAYS[0])) | {"sky": "perez"}),
            PlantModel(**vars(plant(ARRAYS[0])) | {"reflection": "sky"}),
            PlantModel(**vars(plant(ARRAYS[0])) | {"horizon": ((0.0, 25.0), (180.0, 25.0))}),
        )
    ]
    ratio = np.array(more) / found.energy_kwh
    print("perez, reflection of the sky, 25° horizon:", np.round(100 * (ratio - 1), 2), "%")
    assert 1.0 < ratio[0] < 1.04
    assert 0.97 < ratio[1] < 0.99
    assert 0.6 < ratio[2] < 0.95


@pytest.mark.shared
def test_beside_the_power_of_pvgis(shared: Path) -> None:
    """PVGIS has a thin-film model with low-light losses; a linear one gives more at low light."""
    from ingest.documents import read_document
    from ingest.sources import source_file

    (path,) = (shared / "data" / "weather").glob("pvgis_hourly*.json")
    tracks = {one.signal: one for one in read_document(source_file(path), "pvgis_hourly").tracks}
    ts = tracks["poa_global"].ts
    names = ("poa_global", "temp_air", "wind_speed")
    weather = pd.DataFrame({name: tracks[name].value for name in names}, index=ts)
    inverter = InverterModel((ArrayModel(30, 180, 10.0, gamma_pdc=-0.0036),))
    model = PlantModel(45.0, 8.0, 250.0, (inverter,), losses=0.05)
    mine = expected_power(weather, model, 1.0).frame["dc"].to_numpy() * 1000
    theirs = tracks["power_modelled"].value
    lit = theirs > 0
    print("PVGIS, linear model:", np.round(mine[lit] / theirs[lit], 3))
    assert (mine[~lit] == 0).all()
    assert mine[lit] / theirs[lit] == pytest.approx([1.107, 1.059], abs=0.01)


# --- by hand ------------------------------------------------------------------------------------

SITE = PlantModel(48.0, 11.0, 500.0, (InverterModel((ArrayModel(30, 180, 10.0),), 8.0),))
NOON = int(np.datetime64("2025-06-21T11:15", "us").astype(np.int64))


def weather(**columns: list[float]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.Index(NOON + HOUR * np.arange(count), name="ts"))


def test_measured_irradiance_is_taken_as_it_is() -> None:
    found = expected_power(weather(poa_global=[500.0, 1000.0], temp_cell=[25.0, 50.0]), SITE, 1.0)
    assert found.frame["dc_stc"].tolist() == pytest.approx([4.3, 8.6])  # 14 % losses
    assert found.frame["dc"].tolist() == pytest.approx([4.3, 8.6 * 0.9])
    assert found.inputs == {"poa": "measured", "temp_cell": "measured"}
    # PVWatts: pdc0 = 8 / 0.96; 4.3 kW is a share of 0.516.
    curve = (-0.0162 * 0.516 - 0.0059 / 0.516 + 0.9858) * 0.96 / 0.9637
    assert found.frame["ac"].iloc[0] == pytest.approx(4.3 * curve)


def test_a_limit_clips_and_says_how_much() -> None:
    ac, free = inverter_power(np.array([0.0, 4.0, 12.0, np.nan]), SITE.inverters[0])
    assert ac[0] == free[0] == 0
    assert ac[2] == 8.0
    assert free[2] == pytest.approx(12.0 * 0.96)
    assert np.isnan(ac[3])
    limited = PlantModel(**vars(SITE) | {"export_limit_kw": 3.0})
    found = expected_power(weather(poa_global=[1000.0], temp_cell=[25.0]), limited, 1.0)
    assert found.frame["ac"].iloc[0] == 3.0
    assert found.frame["clipped"].iloc[0] == pytest.approx(found.frame["ac_free"].iloc[0] - 3.0)


def test_an_array_with_a_sensor_of_its_own() -> None:
    arrays = (ArrayModel(30, 90, 10.0, name="east"), ArrayModel(30, 270, 10.0, name="west"))
    model = PlantModel(48.0, 11.0, 500.0, (InverterModel(arrays),), losses=0.0)
    told = {"poa_global:east": [800.0], "poa_global": [200.0], "temp_cell": [25.0]}
    found = expected_power(weather(**told), model, 1.0)
    assert found.frame["dc"].iloc[0] == pytest.approx(8.0 + 2.0)


def test_a_horizon_hides_the_sun_and_its_surroundings() -> None:
    sky = pd.DataFrame({"ghi": [700.0], "dni": [800.0], "dhi": [120.0]})
    sun = sun_of(np.array([NOON]), SITE)
    free = plane_of_array(sky, sun, SITE, SITE.inverters[0].arrays[0])
    behind = PlantModel(**vars(SITE) | {"horizon": ((0.0, 80.0),)})
    hidden = plane_of_array(sky, sun, behind, SITE.inverters[0].arrays[0])
    assert (free["direct"] > 700).all()
    assert hidden[["direct", "circumsolar"]].to_numpy().tolist() == [[0.0, 0.0]]
    assert hidden["diffuse"].tolist() == free["diffuse"].tolist()
    edge = ((0.0, 5.0), (20.0, 2.0), (340.0, 2.0))
    assert not flag_behind_horizon(np.array([10.0, 350.0]), np.array([4.0, 4.0]), edge).any()
    assert flag_behind_horizon(np.array([1.0, 359.0]), np.array([4.0, 4.0]), edge).all()


def test_temperature_models_differ_by_mounting() -> None:
    def at(**told: str) -> float:
        array = ArrayModel(30, 180, 1, **told)  # type: ignore[arg-type]  # texts alone
        one = np.array([1000.0]), np.array([20.0]), np.array([1.0])
        return float(cell_temperature(*one, array)[0])

    assert at() == pytest.approx(20 + 1000 * np.exp(-3.56 - 0.075) + 3)  # SAPM, by hand
    assert at(mounting="roof") > at()
    assert at(mounting="integrated") > at(mounting="roof")
    assert at(temp_model="faiman") == pytest.approx(20 + 1000 / (25 + 6.84))
    assert at(temp_model="pvsyst") == pytest.approx(20 + 1000 * 0.9 * 0.9 / 29, abs=1.5)


def test_what_is_not_known_stays_unknown() -> None:
    found = expected_power(weather(ghi=[np.nan, 500.0], temp_air=[20.0, np.nan]), SITE, 1.0)
    assert found.frame["ac"].isna().tolist() == [True, True]
    with pytest.raises(ValueError, match="irradiance"):
        expected_power(weather(temp_air=[1.0]), SITE, 1.0)
    with pytest.raises(ValueError, match="temperature"):
        expected_power(weather(ghi=[1.0]), SITE, 1.0)


# --- reasons ------------------------------------------------------------------------------------


def steps(poa: np.ndarray, temp: float) -> Expected:
    index = pd.Index(NOON + HOUR * np.arange(len(poa)), name="ts")
    two = (InverterModel((ArrayModel(30, 180, 10.0),), name="a"),
           InverterModel((ArrayModel(30, 180, 10.0),), name="b"))  # fmt: skip
    model = PlantModel(48.0, 11.0, 500.0, two)
    frame = pd.DataFrame({"poa_global": poa, "temp_cell": np.full(len(poa), temp)}, index=index)
    return expected_power(frame, model, 1.0)


def test_the_parts_sum_up_to_the_difference() -> None:
    rng = np.random.default_rng(3)
    poa = rng.uniform(100, 1000, 400)
    was, usual = steps(poa, 45.0), steps(np.full(400, 500.0), 35.0)
    actual = was.inverters * 0.97
    actual.iloc[40:60, 1] = 0.0  # the second inverter stood still
    actual.iloc[100:110, 0] = np.nan  # nobody read the first
    found = reasons(was, actual, {"a": 10.0, "b": 10.0}, np.arange(400) // 10, usual)
    known = actual.notna().all(axis=1).to_numpy()
    assert found.actual == pytest.approx(actual.sum(axis=1)[known].sum())
    assert found.expected == pytest.approx(was.frame["ac"][known].sum())
    assert found.typical + found.sun + found.temperature + found.clipping == pytest.approx(
        found.expected
    )
    assert found.expected + found.outage + found.rest == pytest.approx(found.actual)
    assert found.outage == pytest.approx(-was.inverters["b"].iloc[40:60].sum())
    assert found.temperature < 0  # warmer than usual
    assert found.unread_h == 10
    running = was.frame["ac"][known].sum() + found.outage
    assert found.rest == pytest.approx(-0.03 * running)
    assert found.rest_low < found.rest < found.rest_high
    assert found.days == 39


def test_few_days_have_no_interval() -> None:
    was = steps(np.full(20, 500.0), 25.0)
    found = reasons(was, was.inverters, {"a": 10.0, "b": 10.0}, np.arange(20) // 10)
    assert np.isnan([found.rest_low, found.rest_high, found.typical, found.sun]).all()
    assert found.rest == pytest.approx(0.0)
