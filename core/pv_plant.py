"""A PV plant by the file of plants or by its device's facts: what it is, and its signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import DeclarationError, QueryError
from core.known_plants import sensor_signal, signals_of
from core.plant_file import load_plants, plants_file
from core.plants import IRRADIANCES, Plant
from core.pv_facts import PlantFacts, facts_of
from core.pv_signals import STRINGS, PlantSignals, find_signals, first_of
from core.query import SignalInfo, Store

NO_FILE = ("", 0)  # in place of a stamp: plants by the facts of their devices alone


def plants_stamp(store: Store, given: Path | None = None) -> tuple[str, int]:
    """The file of plants and when it was last changed [ns]; 0 where there is none.

    Pages hand it on, so that what is cached follows the file.
    """
    path = plants_file(store.root, given)
    return str(path), path.stat().st_mtime_ns if path.is_file() else 0


@dataclass(frozen=True)
class Described:
    """What a page reads a plant by.

    Attributes
    ----------
    stamp : the file of plants, or `NO_FILE` where it cannot be used for this device.
    zone : of the plant, else of the store.
    fault : what is wrong with the file, or with a plant in it that may be the device's; empty
        where nothing is.
    """

    stamp: tuple[str, int]
    zone: str
    fault: str = ""


def described(store: Store, device: str, stamp: tuple[str, int]) -> Described:
    """Whether the file of plants serves for a device; its facts do where it does not.

    Raises
    ------
    UnknownDevice : the device itself is none.
    """
    own = facts_of(store.device(device).facts)
    try:
        facts, _ = describe(store, device, stamp)
    except (DeclarationError, QueryError) as error:
        return Described(NO_FILE, own.zone or store.zone, str(error))
    return Described(stamp, facts.zone or store.zone, _doubt(device, stamp))


def _doubt(device: str, stamp: tuple[str, int]) -> str:
    """What is wrong with a plant that names no device, where the device has no other."""
    if stamp == NO_FILE:
        return ""
    file = load_plants(Path(stamp[0]))
    if file.of_device(device) is not None:
        return ""
    return next((str(one.error) for one in file.wrong if not one.devices), "")


def plant_in_file(store: Store, device: str, stamp: tuple[str, int] | None = None) -> Plant | None:
    """The plant of the file that a device is part of; None where it speaks of none.

    Raises
    ------
    DeclarationError : the plant, or the file as a whole, is wrong; names the line.
    """
    if stamp == NO_FILE:
        return None
    path, _ = stamp or plants_stamp(store)
    return load_plants(Path(path)).of_device(device)


def describe(
    store: Store, device: str, stamp: tuple[str, int] | None = None
) -> tuple[PlantFacts, PlantSignals]:
    """What a device's plant is and which signals tell of it, by the file or by its facts.

    A plant of the file is taken whole, on all its devices.

    Raises
    ------
    UnknownDevice
    UnknownSignal, DeclarationError : the file names what is not there, or is wrong.
    """
    facts = facts_of(store.device(device).facts)
    plant = plant_in_file(store, device, stamp)
    if plant is None:
        return _lit_from_above(facts, find_signals(store.signals(device), facts))
    signals = _with_sensors(store, plant, find_signals(store.signals(device), facts))
    units = _units_of(store, plant)
    if units.signals:
        signals = replace(_powers(store, plant, signals), **_dc_of(store, plant))
    strings = _strings_of(store, plant)
    if strings.signals:
        signals = replace(signals, strings=strings.signals)
    planes = plant.planes
    gamma = sum(one.kwp * one.gamma_pdc for one in plant.arrays) / plant.kwp
    told = all("gamma_pdc" in one.model_fields_set for one in plant.arrays)
    several = len(planes) > 1
    facts = replace(
        facts, kwp=plant.kwp, unit_kwp=units.kwp, inverters=len(plant.inverters),
        ac_limits_kw=units.limits, gamma_pdc=gamma, gamma_told=told,
        tilt=None if several else planes[0].tilt, azimuth=None if several else planes[0].azimuth,
        latitude=plant.latitude, longitude=plant.longitude, name=plant.name,
        zone=plant.zone or "", irradiance_uncertainty=_light_uncertainty(plant),
        meter_uncertainty=plant.meter_uncertainty or facts.meter_uncertainty,
        string_sizes=strings.kwp, string_planes=strings.planes,
        altitude_m=plant.altitude_m, albedo=plant.albedo, horizon=plant.horizon,
    )  # fmt: skip
    if not several:
        return _lit_from_above(facts, signals)
    return _in_planes(
        store, plant, replace(facts, planes=planes, unit_planes=units.planes), signals
    )


def power_signals(store: Store, plant: Plant) -> PlantSignals | None:
    """The signals of a plant's power, as `describe` finds them; None where no device is told.

    Raises
    ------
    UnknownDevice, UnknownSignal : the plant names what the store does not have.
    """
    device = plant.device or next(iter(plant.devices), None)
    if device is None:
        return None
    facts = facts_of(store.device(device).facts)
    return _powers(store, plant, find_signals(store.signals(device), facts))


def _powers(store: Store, plant: Plant, signals: PlantSignals) -> PlantSignals:
    """The signals of a device, with the plant's inverters and meter in place of its own."""
    units = _units_of(store, plant)
    if not units.signals:
        return signals
    return replace(signals, units=units.signals, meter=_meter_of(store, plant), complete=True)


def _meter_of(store: Store, plant: Plant) -> SignalInfo | None:
    """The meter on the plant's device; a signal that alone tells an inverter's power is none."""
    devices = {plant.device_of(one) for one in plant.inverters}
    device = plant.device or (devices.pop() if len(devices) == 1 else None)
    if device is None:
        return None
    meter = find_signals(store.signals(device), facts_of(store.device(device).facts)).meter
    claimed = (signals_of(store, plant, one)["ac_power"] for one in plant.inverters)
    return None if any(mine == [meter] for mine in claimed) else meter


def inverter_signals(store: Store, plant: Plant) -> dict[str, list[SignalInfo]]:
    """Signals of AC power by inverter, without the plant's meter; empty where one has none.

    Raises
    ------
    UnknownDevice, UnknownSignal : the plant names what the store does not have.
    """
    meter = _meter_of(store, plant)
    return {
        one.name: [info for info in signals_of(store, plant, one)["ac_power"] if info != meter]
        for one in plant.inverters
    }


def _with_sensors(store: Store, plant: Plant, signals: PlantSignals) -> PlantSignals:
    """The signals of a device, with the plant's sensors before them."""
    poa, module, air, wind, ghi, dni, dhi = (
        tuple(sensor_signal(store, plant, one) for what in measures for one in
              plant.sensors_of(what))
        for measures in (("poa_global",), ("temp_module", "temp_cell"), ("temp_air",),
                         ("wind_speed",), ("ghi",), ("dni",), ("dhi",))
    )  # fmt: skip
    return replace(
        signals, poa=poa or signals.poa, temp_module=module or signals.temp_module,
        temp_air=air or signals.temp_air, wind=wind or signals.wind,
        ghi=ghi or signals.ghi, dni=dni or signals.dni, dhi=dhi or signals.dhi,
    )  # fmt: skip


def _lit_from_above(facts: PlantFacts, signals: PlantSignals) -> tuple[PlantFacts, PlantSignals]:
    """Where no sensor is in the one plane, its light is computed from the horizontal."""
    known = facts.located and facts.tilt is not None and facts.azimuth is not None
    if signals.poa or not signals.ghi or not known:
        return facts, signals
    return replace(facts, computed=("",)), signals


def _light_uncertainty(plant: Plant) -> float | None:
    """Of the worst sensor in use; None where one's is not known."""
    dark = [one for one in plant.planes if not plant.sensors_in(one)]
    in_use = IRRADIANCES if dark and plant.sensors_of("ghi") else IRRADIANCES[:1]
    classes = [one.uncertainty_ratio for what in in_use for one in plant.sensors_of(what)]
    known = [one for one in classes if one is not None]
    return max(known) if known and len(known) == len(classes) else None


def _in_planes(
    store: Store, plant: Plant, facts: PlantFacts, signals: PlantSignals
) -> tuple[PlantFacts, PlantSignals]:
    """Light by plane. One plane's light says nothing of another: that of the horizon does."""
    by_plane = tuple(
        tuple(sensor_signal(store, plant, one) for one in plant.sensors_in(plane))
        for plane in facts.planes
    )
    dark = tuple(
        name
        for plane, mine in zip(facts.planes, by_plane, strict=True)
        if not mine
        for name in plane.arrays
    )
    if dark and not signals.ghi:
        return replace(facts, no_light=dark), replace(signals, poa=())
    facts = replace(facts, computed=dark)
    every = tuple(one for mine in by_plane for one in mine)
    return facts, replace(signals, poa=every, poa_planes=by_plane)


@dataclass(frozen=True)
class _Units:
    """Power signals of all inverters, with nominal power, limit and plane of each."""

    signals: tuple[SignalInfo, ...] = ()
    kwp: tuple[float, ...] | None = None
    limits: tuple[float | None, ...] | None = None
    planes: tuple[int, ...] | None = None


def _units_of(store: Store, plant: Plant) -> _Units:
    """Nothing where an inverter has no signal of its own: the others are not the plant."""
    units: list[SignalInfo] = []
    kwp: list[float] = []
    limits: list[float | None] = []
    planes: list[int] = []
    place = {name: at for at, plane in enumerate(plant.planes) for name in plane.arrays}
    signals = inverter_signals(store, plant)
    for at, inverter in enumerate(plant.inverters):
        mine = signals[inverter.name]
        if not mine:
            return _Units()
        arrays = plant.arrays_of(inverter.name)
        size = sum(one.kwp for one in arrays)
        units += mine
        kwp += [size / len(mine)] * len(mine)
        limit = inverter.ac_limit_kw
        limits += [None if limit is None else limit / len(mine)] * len(mine)
        mixed = {place[one.name] for one in arrays}
        planes += [mixed.pop() if len(mixed) == 1 else -1 - at] * len(mine)
    return _Units(
        tuple(units), tuple(kwp) if all(kwp) else None, tuple(limits),
        tuple(planes) if len(set(planes)) > 1 else None,
    )  # fmt: skip


def _strings_of(store: Store, plant: Plant) -> _Units:
    """Signals of the strings: those that arrays name, else those of the inverters' devices.

    Currents of strings of one plane are alike whatever the number of modules in a row; of powers
    the array's nominal power tells the size.
    """
    place = {name: at for at, plane in enumerate(plant.planes) for name in plane.arrays}
    owner = {one.name: one for one in plant.inverters}
    found: list[tuple[SignalInfo, float | None, int]] = []
    for array in plant.arrays:
        inverter = owner.get(array.inverter or "", plant.inverters[0])
        device = plant.device_of(inverter)
        for name in array.strings if device is not None else ():
            info = store.signal(str(device), name)
            sized = array.kwp / len(array.strings) if info.quantity == STRINGS[0] else None
            found.append((info, sized, place[array.name]))
    if not found:
        devices = [plant.device_of(inverter) for inverter in plant.inverters]
        for at, one in enumerate(dict.fromkeys(devices)):
            mine = [] if one is None else first_of(store.signals(one), *STRINGS)
            planes = {
                place[array.name]
                for inverter, device in zip(plant.inverters, devices, strict=True)
                if device == one
                for array in plant.arrays_of(inverter.name)
            }
            # Which string is in which of several planes nobody says: then none is another's peer.
            found += [
                (info, None, next(iter(planes)) if len(planes) == 1 else -1 - 1000 * at - n)
                for n, info in enumerate(mine)
            ]
    if not found:
        return _Units()
    signals, sizes, planes_of = zip(*found, strict=True)
    return _Units(
        signals, None if None in sizes else sizes,
        planes=planes_of if len(set(planes_of)) > 1 else None,
    )  # fmt: skip


def _dc_of(store: Store, plant: Plant) -> dict[str, Any]:
    """DC power of all inverters, or current and voltage; nothing where one of them has none."""
    powers = [signals_of(store, plant, one)["dc_power"] for one in plant.inverters]
    if all(powers):
        return {"dc_power": tuple(s for mine in powers for s in mine), "dc_told": True}
    devices = [plant.device_of(one) for one in plant.inverters]
    if len(set(devices)) < len(devices) or None in devices or len(devices) == 1:
        return {}
    found: dict[str, Any] = {"dc_power": ()}
    for name, quantity in (("dc_current", "pv_dc_current"), ("dc_voltage", "pv_dc_voltage")):
        each = [[s for s in store.signals(str(one), quantity) if s.rows] for one in devices]
        found[name] = tuple(s for mine in each for s in mine) if all(map(len, each)) else ()
    alike = len(found["dc_current"]) == len(found["dc_voltage"])
    return found | {"dc_told": bool(found["dc_current"]) and alike}
