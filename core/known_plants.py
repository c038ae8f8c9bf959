"""The plants of a store: those described in the file, and devices whose facts describe one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from core.errors import ConfigError, ZigguratError
from core.plant_facts import plant_of_device
from core.plant_file import PlantsFile, WrongPlant, load_plants, plants_file
from core.plants import Inverter, Measures, Plant, Sensor
from core.pv_signals import METER, POWERS
from core.query import SignalInfo, Store

GROUP = "PV"
# Quantities that tell of an inverter's power and energy, those asked first in front.
AC_POWER = (*POWERS, METER)
DC_POWER = ("pv_dc_power",)
ENERGY = ("energy_generation",)


@dataclass(frozen=True)
class KnownPlants:
    """Plants, and why others are none.

    Attributes
    ----------
    described : names of those that the file describes; the others come from a device's facts.
    refused : by device of group PV that no plant speaks of, what its facts lack.
    wrong : plants of the file that cannot be read.
    """

    plants: tuple[Plant, ...]
    described: frozenset[str]
    refused: dict[str, str]
    wrong: tuple[WrongPlant, ...] = ()

    def plant(self, name: str) -> Plant | None:
        """The plant of a name."""
        return next((one for one in self.plants if one.name == name), None)

    def of_device(self, device: str) -> Plant | None:
        """The plant that a device is part of.

        Raises
        ------
        DeclarationError : the plant that speaks of it is wrong.
        """
        return PlantsFile(self.plants, wrong=self.wrong).of_device(device)


def known_plants(store: Store, given: Path | None = None) -> KnownPlants:
    """Plants of a store, those of the file first.

    Parameters
    ----------
    given : the setting `plants`: the file, where it does not lie beside the store.

    Raises
    ------
    DeclarationError : the file as a whole is wrong; names the line.
    """
    return _with_facts(store, load_plants(plants_file(store.root, given)))


def plants_by_facts(store: Store) -> KnownPlants:
    """Plants that the facts of devices describe, whatever the file says."""
    return _with_facts(store, PlantsFile())


def _with_facts(store: Store, file: PlantsFile) -> KnownPlants:
    every: tuple[Plant | WrongPlant, ...] = (*file.plants, *file.wrong)
    spoken_of = {name for plant in every for name in plant.devices}
    names = {plant.name for plant in every}
    found, refused = list(file.plants), {}
    for device in store.devices():
        if device.group != GROUP or device.name in spoken_of or device.name in names:
            continue
        try:
            signals = store.signals(device.name)
            found.append(plant_of_device(device.name, device.facts, signals, store.zone))
        except ConfigError as error:
            refused[device.name] = str(error)
    described = frozenset(plant.name for plant in file.plants)
    return KnownPlants(tuple(found), described, refused, file.wrong)


def signals_of(store: Store, plant: Plant, inverter: Inverter) -> dict[str, list[SignalInfo]]:
    """Signals of an inverter by `ac_power`, `dc_power` and `energy`; empty where there are none.

    Those it names; else those of its device with the quantity, all of the first that is found.

    Raises
    ------
    UnknownDevice, UnknownSignal : it names what the store does not have.
    """
    device = plant.device_of(inverter)
    told = {"ac_power": inverter.ac_power, "dc_power": inverter.dc_power, "energy": inverter.energy}
    quantities = {"ac_power": AC_POWER, "dc_power": DC_POWER, "energy": ENERGY}
    if device is None:
        return {key: [] for key in told}
    alone = [plant.device_of(one) for one in plant.inverters].count(device) == 1
    return {
        key: [store.signal(device, name) for name in names]
        if names or not alone  # what several inverters share tells of none
        else _first_of(store, device, quantities[key])
        for key, names in told.items()
    }


def _first_of(store: Store, device: str, quantities: Sequence[str]) -> list[SignalInfo]:
    for quantity in quantities:
        found = [one for one in store.signals(device, quantity) if one.rows]
        if found:
            return found
    return []


def sensor_signal(store: Store, plant: Plant, sensor: Sensor) -> SignalInfo:
    """The signal of a sensor.

    Raises
    ------
    UnknownDevice, UnknownSignal : the store does not have it.
    """
    device = plant.device_of(sensor)
    assert device is not None  # checked where plants are read
    return store.signal(device, sensor.signal)


def sensors_of(store: Store, plant: Plant) -> tuple[Sensor, ...]:
    """Sensors that a plant names, and for what it names none the first signal of its device.

    Light in the plane is found so in a single plane alone.
    """
    if plant.device is None:
        return plant.sensors
    named = {one.measures for one in plant.sensors}
    signals = [one for one in store.signals(plant.device) if one.rows]
    found = []
    for measures in get_args(Measures):
        first = next((one for one in signals if one.quantity == measures), None)
        if measures in named or first is None or (measures == "poa_global" and plant.several):
            continue
        found.append(Sensor(measures=measures, signal=first.name, device=plant.device))
    return (*plant.sensors, *found)


def faults_of(store: Store, plant: Plant) -> list[str]:
    """What a plant names that the store does not have, in words; empty where all is there."""
    found = []
    for inverter in plant.inverters:
        try:
            signals_of(store, plant, inverter)
        except ZigguratError as error:
            found.append(f"inverter {inverter.name}: {error}")
    for sensor in plant.sensors:
        try:
            sensor_signal(store, plant, sensor)
        except ZigguratError as error:
            found.append(f"sensor {sensor.measures}: {error}")
    return found
