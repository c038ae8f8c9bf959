"""What is known of a PV plant, and which of its signals tell what.

Signals are found by quantity. Of several powers those numbered as inverters are units; one without
a number is the plant's meter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from core.errors import DeclarationError, QueryError
from core.known_plants import sensor_signal, signals_of
from core.plants import GAMMA_PDC, Plane, Plant, plants_file, read_plants
from core.query import SignalInfo, Store

POWERS = ("pv_power", "inverter_power")
METER = "active_power"
STRINGS = ("pv_string_power", "pv_string_current")
NO_FILE = ("", 0)  # in place of a stamp: plants by the facts of their devices alone
_UNIT = re.compile(r"(?:^|[^a-z])(?:inv|inverter|wr|unit|tracker)_?(\d+)", re.IGNORECASE)
# A reference cell answers to the spectrum as modules do; beside pyranometers it is not mixed in.
_REFERENCE_CELL = re.compile(r"ref_?cell|reference", re.IGNORECASE)


@dataclass(frozen=True)
class PlantFacts:
    """What a plant is described by; None where it is not told.

    Attributes
    ----------
    kwp : nominal power of all units [kWp]; unit_kwp of each.
    inverters : how many there are.
    ac_limits_kw : of each inverter [kW].
    gamma_pdc : [1/K]; `gamma_told` whether it was, else a typical one stands in.
    irradiance_uncertainty, meter_uncertainty : relative, as declared.
    name : of the plant in the file of plants; empty where a device's facts describe it.
    zone : IANA name; empty is that of the store.
    planes : of the modules; empty where one tilt and azimuth are all, or none is told.
    unit_planes : number of each unit's plane; one with several has a number of its own. None where
        all units have the same.
    no_light : arrays of several planes whose light no sensor measures.
    string_sizes, string_planes : nominal power of each string where it was told, and number of its
        plane, as those of the units.
    """

    kwp: float | None = None
    unit_kwp: tuple[float, ...] | None = None
    inverters: int | None = None
    ac_limits_kw: tuple[float | None, ...] | None = None
    gamma_pdc: float = GAMMA_PDC
    gamma_told: bool = False
    tilt: float | None = None
    azimuth: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    irradiance_uncertainty: float | None = None
    meter_uncertainty: float | None = None
    name: str = ""
    zone: str = ""
    planes: tuple[Plane, ...] = ()
    unit_planes: tuple[int, ...] | None = None
    no_light: tuple[str, ...] = ()
    string_sizes: tuple[float, ...] | None = None
    string_planes: tuple[int, ...] | None = None

    @property
    def located(self) -> bool:
        """Whether the sun's place can be told."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True)
class PlantSignals:
    """Signals of a plant by what they tell.

    Attributes
    ----------
    units : AC power of each inverter; meter : AC power of the whole plant.
    complete : whether the units are all of the plant.
    dc_power, dc_current, dc_voltage : of the units.
    strings : power or current of the strings.
    poa : irradiance in the plane of the modules; poa_planes : by plane, where there are several.
    dc_told : whether the DC signals are those of all units, whatever their number.
    """

    units: tuple[SignalInfo, ...]
    meter: SignalInfo | None
    complete: bool
    dc_power: tuple[SignalInfo, ...]
    dc_current: tuple[SignalInfo, ...]
    dc_voltage: tuple[SignalInfo, ...]
    strings: tuple[SignalInfo, ...]
    poa: tuple[SignalInfo, ...]
    temp_module: tuple[SignalInfo, ...]
    temp_air: tuple[SignalInfo, ...]
    wind: tuple[SignalInfo, ...]
    poa_planes: tuple[tuple[SignalInfo, ...], ...] = ()
    dc_told: bool = False

    @property
    def powers(self) -> tuple[SignalInfo, ...]:
        """What the plant's output is read from."""
        return self.units if self.meter is None or not self.units else (*self.units, self.meter)


def is_plant(signals: Sequence[SignalInfo]) -> bool:
    """Whether a device measures anything of a PV plant."""
    return any(one.quantity in POWERS or one.quantity == "poa_global" for one in signals)


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
    fault : what is wrong with the file; empty where nothing is.
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
    return Described(stamp, facts.zone or store.zone)


def plant_in_file(store: Store, device: str, stamp: tuple[str, int] | None = None) -> Plant | None:
    """The plant of the file that a device is part of; None where it speaks of none.

    Raises
    ------
    DeclarationError : the file is wrong; names the line.
    """
    if stamp == NO_FILE:
        return None
    path, _ = stamp or plants_stamp(store)
    return next((one for one in read_plants(Path(path)) if device in one.devices), None)


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
        return facts, find_signals(store.signals(device), facts)
    signals = _with_sensors(store, plant, find_signals(store.signals(device), facts))
    units = _units_of(store, plant)
    if units.signals:
        signals = replace(signals, units=units.signals, complete=True, **_dc_of(store, plant))
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
    )  # fmt: skip
    if not several:
        return facts, signals
    return _in_planes(
        store, plant, replace(facts, planes=planes, unit_planes=units.planes), signals
    )


def _with_sensors(store: Store, plant: Plant, signals: PlantSignals) -> PlantSignals:
    """The signals of a device, with the plant's sensors before them."""
    poa, module, air, wind = (
        tuple(sensor_signal(store, plant, one) for what in measures for one in
              plant.sensors_of(what))
        for measures in (("poa_global",), ("temp_module", "temp_cell"), ("temp_air",),
                         ("wind_speed",))
    )  # fmt: skip
    return replace(
        signals, poa=poa or signals.poa, temp_module=module or signals.temp_module,
        temp_air=air or signals.temp_air, wind=wind or signals.wind,
    )  # fmt: skip


def _light_uncertainty(plant: Plant) -> float | None:
    """Of the worst sensor in the plane; None where one's is not known."""
    classes = [one.uncertainty_ratio for one in plant.sensors_of("poa_global")]
    known = [one for one in classes if one is not None]
    return max(known) if known and len(known) == len(classes) else None


def _in_planes(
    store: Store, plant: Plant, facts: PlantFacts, signals: PlantSignals
) -> tuple[PlantFacts, PlantSignals]:
    """Light by plane. One plane's light says nothing of another: all must have a sensor."""
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
    if dark:
        return replace(facts, no_light=dark), replace(signals, poa=())
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
    for at, inverter in enumerate(plant.inverters):
        mine = signals_of(store, plant, inverter)["ac_power"]
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
            mine = [] if one is None else _first_of(store.signals(one), *STRINGS)
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


def facts_of(facts: dict[str, Any]) -> PlantFacts:
    """What the facts of a device tell of a plant."""
    told = facts.get("location")
    place: dict[str, Any] = told if isinstance(told, dict) else {}
    inverters = _number(facts, "inverters")
    count = int(inverters) if inverters else None
    kwp, each = _number(facts, "kwp"), _number(facts, "kwp_per_inverter")
    if kwp is None and each is not None and count:
        kwp = each * count
    limit, gamma = _number(facts, "ac_limit_kw_per_inverter"), _number(facts, "gamma_pdc")
    return PlantFacts(
        kwp, None if each is None else (each,) * (count or 1), count,
        None if limit is None else (limit,) * (count or 1),
        GAMMA_PDC if gamma is None else gamma, gamma is not None,
        _number(facts, "tilt"), _number(facts, "azimuth"),
        _number({**place, **facts}, "latitude"), _number({**place, **facts}, "longitude"),
        _number(facts, "irradiance_uncertainty"), _number(facts, "meter_uncertainty"),
        zone=_zone(facts.get("zone")),
    )  # fmt: skip


def _zone(told: Any) -> str:
    """A zone that is known; a plant without one has that of the store."""
    try:
        return ZoneInfo(told).key if isinstance(told, str) and told else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""


def _number(facts: dict[str, Any], key: str) -> float | None:
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return float(value)


def find_signals(signals: Sequence[SignalInfo], facts: PlantFacts) -> PlantSignals:
    """Which signals tell the power, the light and the temperature of a plant."""

    def of(*quantities: str) -> tuple[SignalInfo, ...]:
        return _first_of(signals, *quantities)

    powers = of(*POWERS)
    units = tuple(one for one in powers if _UNIT.search(one.name))
    totals = tuple(one for one in powers if one not in units)
    if not units:
        units, totals = totals, ()
    meter = next(iter(totals or of(METER)), None)
    wanted = facts.inverters
    complete = meter is None or len(units) == wanted or (wanted is None and len(units) > 1)
    poa = of("poa_global")
    pyranometers = tuple(one for one in poa if not _REFERENCE_CELL.search(one.name))
    return PlantSignals(
        units, meter, complete, of("pv_dc_power"), of("pv_dc_current"), of("pv_dc_voltage"),
        of(*STRINGS), pyranometers or poa, of("temp_module"), of("temp_air"), of("wind_speed"),
    )  # fmt: skip


def _first_of(signals: Sequence[SignalInfo], *quantities: str) -> tuple[SignalInfo, ...]:
    """Signals of the first quantity that is there, in the order of their numbers."""
    for quantity in quantities:
        found = tuple(s for s in signals if s.quantity == quantity and s.rows)
        if found:
            return tuple(sorted(found, key=_place))
    return ()


def _place(info: SignalInfo) -> tuple[int, str]:
    found = _UNIT.search(info.name)
    in_order = re.sub(r"\d+", lambda number: number.group().zfill(9), info.name)
    return int(found.group(1)) if found else 0, in_order
