"""Which signals of a device tell what of a PV plant.

Signals are found by quantity. Of several powers those numbered as inverters are units; one without
a number is the plant's meter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.plant_facts import number_of
from core.pv_facts import PlantFacts
from core.query import SignalInfo

POWERS = ("pv_power", "inverter_power")
METER = "active_power"
STRINGS = ("pv_string_power", "pv_string_current")
# A reference cell answers to the spectrum as modules do; beside pyranometers it is not mixed in.
_REFERENCE_CELL = re.compile(r"ref_?cell|reference", re.IGNORECASE)


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
    ghi, dni, dhi : horizontal, normal and diffuse irradiance.
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
    ghi: tuple[SignalInfo, ...] = ()
    dni: tuple[SignalInfo, ...] = ()
    dhi: tuple[SignalInfo, ...] = ()

    @property
    def light(self) -> tuple[SignalInfo, ...]:
        """What the irradiance is read from."""
        return (*self.poa, *self.ghi)

    @property
    def powers(self) -> tuple[SignalInfo, ...]:
        """What the plant's output is read from."""
        return self.units if self.meter is None or not self.units else (*self.units, self.meter)


def is_plant(signals: Sequence[SignalInfo]) -> bool:
    """Whether a device measures anything of a PV plant."""
    return any(one.quantity in POWERS or one.quantity == "poa_global" for one in signals)


def find_signals(signals: Sequence[SignalInfo], facts: PlantFacts) -> PlantSignals:
    """Which signals tell the power, the light and the temperature of a plant."""

    def of(*quantities: str) -> tuple[SignalInfo, ...]:
        return first_of(signals, *quantities)

    powers = of(*POWERS)
    units = tuple(one for one in powers if number_of(one.name) is not None)
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
        ghi=of("ghi"), dni=of("dni"), dhi=of("dhi"),
    )  # fmt: skip


def first_of(signals: Sequence[SignalInfo], *quantities: str) -> tuple[SignalInfo, ...]:
    """Signals of the first quantity that is there, in the order of their numbers."""
    for quantity in quantities:
        found = tuple(s for s in signals if s.quantity == quantity and s.rows)
        if found:
            return tuple(sorted(found, key=_place))
    return ()


def _place(info: SignalInfo) -> tuple[int, str]:
    in_order = re.sub(r"\d+", lambda number: number.group().zfill(9), info.name)
    return number_of(info.name) or 0, in_order
