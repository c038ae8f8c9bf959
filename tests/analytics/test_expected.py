"""Expected production: beside an independent run of pvlib's ModelChain, and by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.expected import (
    ArrayModel,
    InverterModel,
    PlantModel,
    expected_power,
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
