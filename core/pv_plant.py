"""What is known of a PV plant, and which of its signals tell what.

Signals are found by quantity. Of several powers those numbered as inverters are units; one without
a number is the plant's meter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.query import Device, SignalInfo

GAMMA_PDC = -0.004  # 1/K, crystalline silicon, where none is told
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
    ac_limit_kw : of one inverter [kW].
    gamma_pdc : [1/K]; `gamma_told` whether it was, else a typical one stands in.
    irradiance_uncertainty, meter_uncertainty : relative, as declared.
    """

    kwp: float | None = None
    unit_kwp: float | None = None
    inverters: int | None = None
    ac_limit_kw: float | None = None
    gamma_pdc: float = GAMMA_PDC
    gamma_told: bool = False
    tilt: float | None = None
    azimuth: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    irradiance_uncertainty: float | None = None
    meter_uncertainty: float | None = None

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


def describe(device: Device) -> PlantFacts:
    """Facts of a plant, as the device's facts tell them."""
    facts = device.facts
    told = facts.get("location")
    place: dict[str, Any] = told if isinstance(told, dict) else {}
    inverters = _number(facts, "inverters")
    kwp, unit_kwp = _number(facts, "kwp"), _number(facts, "kwp_per_inverter")
    if kwp is None and unit_kwp is not None and inverters:
        kwp = unit_kwp * inverters
    gamma = _number(facts, "gamma_pdc")
    return PlantFacts(
        kwp, unit_kwp, int(inverters) if inverters else None,
        _number(facts, "ac_limit_kw_per_inverter"),
        GAMMA_PDC if gamma is None else gamma, gamma is not None,
        _number(facts, "tilt"), _number(facts, "azimuth"),
        _number({**place, **facts}, "latitude"), _number({**place, **facts}, "longitude"),
        _number(facts, "irradiance_uncertainty"), _number(facts, "meter_uncertainty"),
    )  # fmt: skip


def _number(facts: dict[str, Any], key: str) -> float | None:
    value = facts.get(key)
    known = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    return float(value) if known else None  # type: ignore[arg-type]  # told by `known`


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
