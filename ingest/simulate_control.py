"""A device that takes setpoints and is not there: a template of control, served over Modbus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pymodbus.constants import ExcCodes

from core.errors import ConfigError
from core.toml_file import read_toml
from ingest.control_templates import ControlTemplate, ModbusSetpoint, control_template_names
from ingest.devices import DeviceSpec, checked_settings, template_names, transport_class
from ingest.modbus import ModbusPoint, ModbusSettings, decoded, encoded, where
from ingest.modbus_link import Table
from ingest.simulate_registers import RegisterServer

PERIOD_S = 0.5  # between two looks at the time after which it falls back


def is_control_template(name: str) -> bool:
    """Whether a template, or a file of one, says what a device can be told.

    Raises
    ------
    DeclarationError : it is a file that cannot be read.
    """
    if name.endswith(".toml"):
        return "setpoint" in read_toml(Path(name)).plain
    return name in control_template_names() and name not in template_names()


def simulated_names() -> list[str]:
    """Names of the templates that come with the project, of readings and of control."""
    return sorted({*template_names(), *control_template_names()})


class SimulatedControl(RegisterServer):
    """A device that does as it is told: it takes setpoints, and says so where its template has it.

    Attributes
    ----------
    taken : what it was told last, by setpoint [kW; a switch 1 or 0]; 0 at the beginning, and again
        when it has fallen back by itself.
    """

    def __init__(
        self, template: ControlTemplate, *, host: str = "127.0.0.1", port: int = 502,
        say: Callable[[str], object] = lambda _: None,
    ) -> None:  # fmt: skip
        """Make the device; nothing listens yet.

        Raises
        ------
        ConfigError : it does not speak Modbus, or its settings are wrong.
        """
        transport = template.identity.transport
        if transport != "modbus":
            raise ConfigError(f"no simulator of setpoints over {transport}; there is: modbus")
        settings = checked_settings(
            transport_class(transport).Settings,
            {**template.defaults, "host": host, "port": port}, template.identity.name,
        )  # fmt: skip
        super().__init__(DeviceSpec("simulated", "", "", "UTC", transport, settings, ()))
        self.strict = True
        self._settings: ModbusSettings = settings
        self._setpoints = {
            name: one for name, one in template.setpoints.items()
            if isinstance(one, ModbusSetpoint)
        }  # fmt: skip
        self._say = say
        self._told_at: dict[str, float] = {}  # of those that have not fallen back [s, monotonic]
        self.taken: dict[str, float] = {}
        self._writable = set[tuple[Table, int]]()
        for name, one in self._setpoints.items():
            self._take(name, 0.0)
            self._writable |= set(self._put(one.point(), 0.0))
            for word in one.also:
                self._writable.add(("holding", word.address - settings.first_address))
        self.image |= dict.fromkeys(self._writable - set(self.image), 0)

    def take(self, table: Table, address: int, words: Sequence[int]) -> ExcCodes | None:
        """Take what is written to registers of setpoints, or those beside them."""
        places = [(table, at) for at in range(address, address + len(words))]
        if not self._writable.issuperset(places):
            return ExcCodes.ILLEGAL_ADDRESS
        self.image |= dict(zip(places, words, strict=True))
        for name, one in self._setpoints.items():
            span = where(one.point(), self._settings)
            own = [(span.table, at) for at in range(span.start, span.start + span.count)]
            if not set(own) & set(places):
                continue
            raw = decoded(one.point(), [self.image[place] for place in own], self._settings)
            try:
                self._take(name, raw if one.is_switch() else one.kw(raw) + 0.0)  # no -0
            except ValueError:  # the registers where it reads back cannot say it
                return ExcCodes.ILLEGAL_VALUE
            self._told_at[name] = time.monotonic()
        return None

    def fall_back(self) -> None:
        """Go back to 0 where no command came for as long as the template says."""
        now = time.monotonic()
        for name, one in self._setpoints.items():
            told_at = self._told_at.get(name)
            if one.fall_back_s is None or told_at is None or now - told_at < one.fall_back_s:
                continue
            del self._told_at[name]
            self._put(one.point(), 0.0)
            self._say(f"{name}: no command for {one.fall_back_s:g} s, falls back")
            self._take(name, 0.0)

    def _take(self, name: str, value: float) -> None:
        """What it does from now on, and says where the template has it."""
        one = self._setpoints[name]
        self._put(one.confirm_point(), value)
        if self.taken.get(name, 0.0) != value:
            said = ("off", "on")[int(value)] if one.is_switch() else f"{value:g} kW"
            self._say(f"{name}: {said}")
        self.taken[name] = value

    def _put(self, point: ModbusPoint, value: float) -> list[tuple[Table, int]]:
        """Have registers hold a value; their places."""
        span = where(point, self._settings)
        words = encoded(point, point.raw_of(value), self._settings)
        places = [(span.table, at) for at in range(span.start, span.start + span.count)]
        self.image |= dict(zip(places, words, strict=True))
        return places


async def serve_control(
    simulated: SimulatedControl, host: str, port: int, started: Callable[[int], object]
) -> None:
    """Serve until cancelled.

    Parameters
    ----------
    started : is given the port, once the device can be told something.

    Raises
    ------
    ConfigError : the port is taken or may not be used.
    """
    try:
        async with simulated.served(host, port):
            started(simulated.port)
            while True:
                await asyncio.sleep(PERIOD_S)
                simulated.fall_back()
    except (OSError, OverflowError) as error:  # the second where a port is above 65535
        raise ConfigError(f"cannot listen at {host}:{port}: {error}") from error
