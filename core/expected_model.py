"""A plant and its sensors as the chain of `core.analytics.expected` takes them.

The report of expected production and the rules of alerts go by the same.
"""

from __future__ import annotations

from core.analytics.expected import ArrayModel, InverterModel, PlantModel
from core.known_plants import sensor_signal, sensors_of
from core.plants import Plant, Sensor
from core.query import SignalInfo, Store


def model_of(plant: Plant) -> PlantModel:
    """A plant as the chain needs it."""
    return PlantModel(
        plant.latitude, plant.longitude, plant.altitude_m,
        tuple(
            InverterModel(
                tuple(
                    ArrayModel(one.tilt, one.azimuth, one.kwp, one.gamma_pdc, one.mounting,
                               one.module, one.temp_model, one.name)
                    for one in plant.arrays_of(inverter.name)
                ),
                inverter.ac_limit_kw, inverter.efficiency, inverter.name,
            )
            for inverter in plant.inverters
            if plant.arrays_of(inverter.name)
        ),
        plant.horizon, plant.albedo, plant.losses, plant.export_limit_kw,
    )  # fmt: skip


def model_by_size(kwp: float, gamma_pdc: float) -> PlantModel:
    """A plant of which nominal power alone is told, for light measured in its plane."""
    array = ArrayModel(0.0, 180.0, kwp, gamma_pdc)
    return PlantModel(0.0, 0.0, 0.0, (InverterModel((array,)),))


def columns_of(plant: Plant, sensor: Sensor) -> list[str]:
    """Names of a sensor's column: that of each array in its plane, where there are several."""
    if sensor.measures != "poa_global" or not plant.several:
        return [sensor.measures]
    planes = [one for one in plant.planes if sensor in plant.sensors_in(one)]
    return [f"poa_global:{name}" for one in planes for name in one.arrays]


def sensor_columns(store: Store, plant: Plant) -> dict[str, tuple[SignalInfo, ...]]:
    """Signals that tell each column of the weather of a plant.

    Raises
    ------
    UnknownDevice, UnknownSignal : the plant names what the store does not have.
    """
    found: dict[str, tuple[SignalInfo, ...]] = {}
    for sensor in sensors_of(store, plant):
        info = sensor_signal(store, plant, sensor)
        for name in columns_of(plant, sensor):
            found[name] = (*found.get(name, ()), info)
    return found


def lights_all(plant: Plant, columns: set[str]) -> bool:
    """Whether what is measured tells the light on every array."""
    if {"ghi", "poa_global"} & columns:
        return True
    return all(f"poa_global:{one.name}" in columns for one in plant.arrays)
