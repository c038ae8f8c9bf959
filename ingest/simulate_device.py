"""A device that is not there: any template of registers, served by a real Modbus server."""

from __future__ import annotations

import hashlib
import importlib
import math
import time
from collections.abc import Mapping
from typing import Any

from core.errors import ConfigError
from core.signals import Signal, load_catalogue
from ingest.devices import DeviceSpec, Point, Template, make_device
from ingest.modbus_image import Image
from ingest.modbus_link import Table
from ingest.simulate_registers import RegisterServer

# Where it is known how the registers of a transport's templates are filled: modules with
# `image`, `clock`, `steps` and `raw_limits`.
IMAGES = {"modbus": "ingest.modbus_image", "sunspec": "ingest.sunspec_image"}
# What a quantity is like on an ordinary day, else what a unit is like; in canonical units.
_BY_QUANTITY: dict[str, tuple[float, float]] = {
    "active_power": (-4.0, 6.0), "battery_power": (-4.0, 4.0), "pv_power": (0.5, 8.0),
    "pv_dc_power": (0.5, 8.2), "inverter_power": (0.3, 7.0), "load_power": (0.3, 5.0),
    "phase_power": (-1.5, 2.0), "reactive_power": (-0.5, 0.5), "apparent_power": (0.5, 8.0),
    "power_factor": (0.95, 1.0), "soc": (20.0, 90.0), "soh_bms": (95.0, 100.0),
    "cell_voltage": (3.2, 3.35), "cell_voltage_max": (3.3, 3.36), "cell_voltage_min": (3.2, 3.28),
    "battery_voltage": (380.0, 420.0), "pack_voltage": (48.0, 53.0),
    "battery_current": (-10.0, 10.0), "pack_current": (-10.0, 10.0),
    "pv_dc_voltage": (350.0, 620.0), "pv_string_voltage": (350.0, 620.0),
    "cell_balancing": (0.0, 1.0),
}  # fmt: skip
_BY_UNIT: dict[str, tuple[float, float]] = {
    "V": (226.0, 236.0), "A": (0.5, 12.0), "kW": (0.3, 8.0), "W": (300.0, 8000.0),
    "Hz": (49.95, 50.05), "°C": (18.0, 45.0), "%": (20.0, 90.0), "K": (0.5, 4.0),
}  # fmt: skip
_ANYTHING = (1.0, 5.0)  # a SunSpec counter of 0 says that there is none
_SWING_S = 600.0  # period of the slow movement
_COUNTED_PER_HOUR = 3.0


def _fraction(name: str) -> float:
    """A number 0..1 that a name always gives."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") / 2**32


def _usual(signal: Signal, lowest: float, highest: float) -> tuple[float, float]:
    """Where a signal moves: as is usual for it, within what it can be."""
    low, high = _BY_QUANTITY.get(signal.quantity) or _BY_UNIT.get(signal.unit) or _ANYTHING
    lowest = max(lowest, -math.inf if signal.low is None else signal.low)
    highest = min(highest, math.inf if signal.high is None else signal.high)
    if low > highest or high < lowest:  # usual elsewhere, impossible here
        return max(lowest, min(0.0, highest)), min(highest, max(0.0, lowest) + 1.0)
    return max(low, lowest), min(high, highest)


def moving(device: DeviceSpec, seconds: float) -> dict[str, float]:
    """Plausible values of all signals at a time [s]: they swing in their range, counters rise."""
    catalogue = load_catalogue().describe
    found: dict[str, float] = {}
    for point in device.points:
        signal = point.meaning(catalogue)
        part = _fraction(point.signal)
        limits = _value_limits(device, point)
        if signal.kind == "counter":
            rate = _COUNTED_PER_HOUR * (1e3 if signal.unit == "Wh" else 1.0)
            found[point.signal] = min(limits[1], 1 + 100 * part + rate * seconds / 3600)
            continue
        low, high = _usual(signal, *limits)
        if signal.kind in ("state", "setpoint"):
            found[point.signal] = float(round(low))
        else:
            swing = 0.5 + 0.5 * math.sin(2 * math.pi * (seconds / _SWING_S + part))
            found[point.signal] = low + (high - low) * swing
    return found


def _value_limits(device: DeviceSpec, point: Point) -> tuple[float, float]:
    """What a point can hold [its unit]."""
    if device.transport not in IMAGES:  # other protocols send numbers, not words
        return -math.inf, math.inf
    raws = _filling(device.transport).raw_limits(point, device.settings)
    low, high = sorted(point.sign * (point.scale * raw + point.offset) for raw in raws)
    return low, high


class SimulatedDevice(RegisterServer):
    """The registers of a template with values that can be set while it is served.

    Attributes
    ----------
    values : by signal [its unit]; None where the device has none.
    clock_off_s : how far its clock is ahead; None for one that was never set.
    """

    def __init__(
        self, template: Template, settings: Mapping[str, Any] | None = None, zone: str = "UTC"
    ) -> None:
        told = {"host": "127.0.0.1", **(settings or {})}
        super().__init__(make_device(template, "simulated", told, zone=zone))
        self._filling = _filling(template.identity.transport)
        self.values: dict[str, float | None] = {**moving(self.spec, 0.0)}
        self.clock_off_s: float | None = 0.0
        self.put({})

    def put(self, values: Mapping[str, float | None]) -> None:
        """Give signals new values.

        Raises
        ------
        ValueError : no such signal, or its registers cannot hold the value.
        """
        unknown = set(values) - set(self.values)
        if unknown:
            raise ValueError(f"no signal {', '.join(sorted(unknown))}")
        self.image = self._filling.image(self.spec, {**self.values, **values})
        self.image |= self._clock()
        self.values |= values

    def _clock(self) -> Image:
        off = self.clock_off_s
        moment = 0 if off is None else time.time_ns() // 1000 + round(off * 1e6)
        found: Image = self._filling.clock(self.spec, moment)
        return found

    def steps(self) -> dict[str, float]:
        """Resolution of each signal with the values of now [its unit]."""
        found: dict[str, float] = self._filling.steps(self.spec, self.values)
        return found

    def reach(self, point: Point) -> tuple[float, float]:
        """Least and greatest value that a signal can have [its unit]."""
        return _value_limits(self.spec, point)

    def write(self, table: Table, address: int, word: int) -> None:
        """Change one register behind the template's back."""
        self.image[table, address] = word

    def refresh(self) -> None:
        """Its clock goes on."""
        self.image |= self._clock()


def _filling(transport: str) -> Any:
    """How the registers of a transport's templates are filled.

    Raises
    ------
    ConfigError : it is not known.
    """
    if transport not in IMAGES:
        raise ConfigError(f"no simulator for devices that speak {transport}")
    return importlib.import_module(IMAGES[transport])
