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

import numpy as np

from core.known_plants import sensor_signal, signals_of
from core.plants import GAMMA_PDC, Plant, plants_file, read_plants
from core.query import SignalInfo, Store

POWERS = ("pv_power", "inverter_power")
METER = "active_power"
STRINGS = ("pv_string_power", "pv_string_current")
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


def plant_in_file(store: Store, device: str, stamp: tuple[str, int] | None = None) -> Plant | None:
    """The plant of the file that a device is part of; None where it speaks of none.

    Raises
    ------
    DeclarationError : the file is wrong; names the line.
    """
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
    units, kwp, limits = _units_of(store, plant)
    signals = find_signals(store.signals(device), facts)
    if units:
        signals = replace(signals, units=units, complete=True)
    poa, module, air, wind = (
        tuple(sensor_signal(store, plant, one) for what in measures for one in
              plant.sensors_of(what))
        for measures in (("poa_global",), ("temp_module", "temp_cell"), ("temp_air",),
                         ("wind_speed",))
    )  # fmt: skip
    signals = replace(
        signals, poa=poa or signals.poa, temp_module=module or signals.temp_module,
        temp_air=air or signals.temp_air, wind=wind or signals.wind,
    )  # fmt: skip
    planes = {(one.tilt, one.azimuth) for one in plant.arrays}
    tilt, azimuth = planes.pop() if len(planes) == 1 else (None, None)
    classes = [one.uncertainty_ratio for one in plant.sensors_of("poa_global")]
    gamma = sum(one.kwp * one.gamma_pdc for one in plant.arrays) / plant.kwp
    told = all("gamma_pdc" in one.model_fields_set for one in plant.arrays)
    return replace(
        facts, kwp=plant.kwp, unit_kwp=kwp, inverters=len(plant.inverters), ac_limits_kw=limits,
        gamma_pdc=gamma, gamma_told=told, tilt=tilt, azimuth=azimuth, latitude=plant.latitude,
        longitude=plant.longitude, name=plant.name,
        irradiance_uncertainty=classes[0] if len(set(classes)) == 1 else None,
    ), signals  # fmt: skip


def _units_of(
    store: Store, plant: Plant
) -> tuple[tuple[SignalInfo, ...], tuple[float, ...] | None, tuple[float | None, ...]]:
    """Power signals of all inverters, with nominal power and limit of each."""
    units: list[SignalInfo] = []
    kwp: list[float] = []
    limits: list[float | None] = []
    for inverter in plant.inverters:
        mine = signals_of(store, plant, inverter)["ac_power"]
        size = sum(one.kwp for one in plant.arrays_of(inverter.name))
        units += mine
        kwp += [size / len(mine)] * len(mine)
        limit = inverter.ac_limit_kw
        limits += [None if limit is None else limit / len(mine)] * len(mine)
    return tuple(units), tuple(kwp) if all(kwp) and kwp else None, tuple(limits)


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
    )  # fmt: skip


def _number(facts: dict[str, Any], key: str) -> float | None:
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return float(value)


def find_signals(signals: Sequence[SignalInfo], facts: PlantFacts) -> PlantSignals:
    """Which signals tell the power, the light and the temperature of a plant."""

    def of(*quantities: str) -> tuple[SignalInfo, ...]:
        for quantity in quantities:
            found = tuple(s for s in signals if s.quantity == quantity and s.rows)
            if found:
                return tuple(sorted(found, key=_place))
        return ()

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


def _place(info: SignalInfo) -> tuple[int, str]:
    found = _UNIT.search(info.name)
    return int(found.group(1)) if found else 0, info.name
