"""Registers served by a real Modbus server, for devices that are not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from core.errors import ConfigError
from ingest.devices import DeviceSpec
from ingest.modbus_image import Image
from ingest.modbus_link import BIT_TABLES, LinkSettings, Table

_READ: dict[int, Table] = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
_WRITE: dict[int, Table] = {5: "coil", 15: "coil", 6: "holding", 16: "holding"}


class RegisterServer:
    """Four tables of registers that answer with what `image` holds.

    Attributes
    ----------
    spec : the device as a collector would have it.
    refused : addresses at which it answers "illegal data address".
    strict : whether it answers so at every address that the image does not name.
    image : words by table and address, as they are now.
    failing : exception code that it answers everything with.
    delay_s : how long it takes to answer.
    questions : how many it has been asked.
    port : where it listens, once served.
    """

    def __init__(self, spec: DeviceSpec) -> None:
        self.spec = spec
        self.refused: set[tuple[Table, int]] = set()
        self.strict = False
        self.failing: ExcCodes | None = None
        self.delay_s = 0.0
        self.questions = 0
        self.port = 0
        self.image: Image = {}

    def refresh(self) -> None:
        """Called before registers are read, for those that tell the time."""

    def take(self, table: Table, address: int, words: Sequence[int]) -> ExcCodes | None:
        """Take what is written; the exception code where it is refused, as here everything is."""
        return ExcCodes.ILLEGAL_FUNCTION

    @asynccontextmanager
    async def served(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[DeviceSpec]:
        """Listen; gives the device with the port at which it is found.

        Raises
        ------
        ConfigError : the port is taken or may not be used.
        """
        settings: LinkSettings = self.spec.settings
        framer = FramerType.RTU if settings.framing == "rtu" else FramerType.SOCKET
        server = ModbusTcpServer(self.sim_device(), framer=framer, address=(host, port))
        if not await server.listen():
            raise ConfigError(f"cannot listen at {host}:{port}")
        try:
            self.port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
            yield self._at(host, self.port)
        finally:
            await server.shutdown()

    def _at(self, host: str, port: int) -> DeviceSpec:
        settings = self.spec.settings.model_copy(update={"host": host, "port": port})
        return replace(self.spec, settings=settings)

    def sim_device(self) -> SimDevice:
        """Four empty tables; what they answer is filled in at each question."""
        return SimDevice(
            id=self.spec.settings.unit,
            simdata=(
                [self._bits("coil")],
                [self._bits("discrete")],
                [self._words("holding")],
                [self._words("input")],
            ),
            action=self._answer,
        )

    def _reach(self, table: Table) -> tuple[int, int]:
        """First and last address of a table that holds something."""
        held = [address for other, address in self.image if other == table] or [0]
        return min(held), max(held)

    def _words(self, table: Table) -> SimData:
        first, last = self._reach(table)
        return SimData(first, count=last - first + 1, values=0, datatype=DataType.REGISTERS)

    def _bits(self, table: Table) -> SimData:
        first, last = (16 * (end // 16) for end in self._reach(table))
        bits = [False] * (last - first + 16)
        return SimData(first, values=bits, datatype=DataType.BITS)

    async def _answer(
        self, function: int, start: int, address: int, count: int, current: list[int], new: Any
    ) -> ExcCodes | None:
        """Fill in what is asked for; the hook of the server."""
        self.questions += 1
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.failing is not None:
            return self.failing
        if new:
            written = _WRITE.get(function)
            words = [int(one) for one in new]
            return self.take(written, address, words) if written else ExcCodes.ILLEGAL_FUNCTION
        table = _READ.get(function) or _WRITE.get(function)  # what was written is read again
        if table is None:
            return ExcCodes.ILLEGAL_FUNCTION
        if table in BIT_TABLES:  # the server counts words of 16 bits here
            first = address // 16
            for bit in range(16 * first, 16 * (first + count)):
                at = bit // 16 - start
                word = current[at] & ~(1 << bit % 16)
                current[at] = word | self.image.get((table, bit), 0) << bit % 16
            return None
        self.refresh()
        for at in range(address, address + count):
            key = (table, at)
            if key in self.refused or (self.strict and key not in self.image):
                return ExcCodes.ILLEGAL_ADDRESS
            current[at - start] = self.image.get(key, 0)
        return None
