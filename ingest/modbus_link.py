"""A connection to a Modbus device: TCP, RTU over TCP, serial RTU.

References
----------
MODBUS Application Protocol Specification V1.1b3, Modbus Organization 2012.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Literal
from weakref import WeakValueDictionary

from pydantic import Field, model_validator
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.failures import REASONS, because
from ingest.checks import Host
from ingest.devices import REQUIREMENTS, TransportSettings

# Every failure is raised here with its reason; pymodbus would tell it again, in many lines.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
Client = AsyncModbusTcpClient | AsyncModbusSerialClient
Table = Literal["holding", "input", "coil", "discrete"]
BIT_TABLES = ("coil", "discrete")
FUNCTIONS: dict[Table, int] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
# By these a device says that it does not have what was asked for; the others pass.
REFUSALS = (1, 2, 3, 4)
# Of the time allowed, what one question may take: an error that says why comes before the end.
SHARE_OF_TIMEOUT = 0.8
# Devices on one serial line take turns. In this process only.
_lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


class LinkSettings(TransportSettings):
    """Where a Modbus device is.

    Attributes
    ----------
    host, port : of a device or gateway on the network.
    framing : ``rtu`` for serial frames over TCP, as simple gateways pass them on.
    serial : serial port, instead of a host.
    unit : address of the device behind the connection.
    pause_s : rest between two questions [s]; some devices need one.
    settle_s : rest after connecting [s].
    """

    host: Host = ""
    port: int = Field(default=502, ge=1, le=65535)
    framing: Literal["tcp", "rtu"] = "tcp"
    serial: str = ""
    baud: int = Field(default=9600, gt=0)
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    unit: int = Field(default=1, ge=0, le=255)
    pause_s: float = Field(default=0.0, ge=0, le=60)
    settle_s: float = Field(default=0.0, ge=0, le=60)

    @model_validator(mode="after")
    def _has_one_place(self) -> LinkSettings:
        if bool(self.host) == bool(self.serial):
            raise ValueError("needs host or serial, one of the two")
        return self

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        where = self.serial or f"{self.host}:{self.port}"
        return f"{where} unit {self.unit}"


class Refused(BadAnswer):
    """The device has answered with an exception code."""

    code: int = 0


def refusal(place: str, code: int) -> Refused:
    """The error of an exception code."""
    key = f"modbus_{code}" if f"modbus_{code}" in REASONS else "modbus_other"
    error = because(Refused, place, key, code=code)
    error.code = code
    return error


class Link:
    """Asks one device for registers.

    Raises
    ------
    ConfigError : a serial port is asked for and the package for it is missing.
    """

    def __init__(self, settings: LinkSettings, timeout_s: float) -> None:
        self.settings = settings
        self._timeout_s = SHARE_OF_TIMEOUT * timeout_s
        self._client: Client | None = None
        self._heard = b""
        self._tainted = False
        if settings.serial and find_spec("serial") is None:
            raise ConfigError(
                "serial Modbus needs the package 'serial', which is not installed: "
                f"pip install -r {REQUIREMENTS}"
            )

    async def open(self) -> None:
        """Connect; a serial port is only tried and left to the others on the line.

        Raises
        ------
        Unreachable
        """
        if self.settings.serial:
            async with self.turn():
                return
        await self._connect()

    def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The time in which this device has the line; a new one where the last was garbled.

        Raises
        ------
        Unreachable
        """
        if not self.settings.serial:
            if self._tainted:
                await self._connect()
            yield
            return
        line = _lines.setdefault(self.settings.serial, asyncio.Lock())
        async with line:
            try:
                await self._connect()
                yield
            finally:
                self.close()

    async def read(self, table: Table, address: int, count: int) -> list[int]:
        """`count` registers, or bits as 0 and 1, from an address on.

        Raises
        ------
        Refused : an exception code.
        Unreachable, NoAnswer, BadAnswer
        """
        unit = self.settings.unit

        def ask(client: Client) -> Awaitable[ModbusPDU]:
            reads = {
                "holding": client.read_holding_registers,
                "input": client.read_input_registers,
                "coil": client.read_coils,
                "discrete": client.read_discrete_inputs,
            }
            return reads[table](address, count=count, device_id=unit)

        what = f"{table} {address}..{address + count - 1}"
        answer = await self._exchange(what, FUNCTIONS[table], ask)
        found = [int(bit) for bit in answer.bits] if table in BIT_TABLES else list(answer.registers)
        # Bits come in whole bytes.
        if len(found) < count or (table not in BIT_TABLES and len(found) > count):
            self._tainted = True
            place = f"{self.settings.place}: {what}"
            raise because(BadAnswer, place, "count", found=len(found), asked=count)
        return found[:count]

    async def write(
        self, table: Table, address: int, words: Sequence[int], *, many: bool = False
    ) -> None:  # fmt: skip
        """Write registers, or bits, from an address on; the device has taken them when it returns.

        Parameters
        ----------
        many : write a single one too by the function for many.

        Raises
        ------
        Refused : an exception code.
        Unreachable, NoAnswer, BadAnswer
        """
        single = len(words) == 1 and not many
        unit = self.settings.unit

        def ask(client: Client) -> Awaitable[ModbusPDU]:
            if table == "coil":
                return client.write_coil(address, bool(words[0]), device_id=unit)
            if single:
                return client.write_register(address, words[0], device_id=unit)
            return client.write_registers(address, list(words), device_id=unit)

        what = f"write {table} {address}..{address + len(words) - 1}"
        await self._exchange(what, 5 if table == "coil" else 6 if single else 16, ask)

    async def _exchange(
        self, what: str, function: int, ask: Callable[[Client], Awaitable[ModbusPDU]]
    ) -> ModbusPDU:
        """The answer to one request, and the rest after it.

        Parameters
        ----------
        what : names the request in an error.
        function : code that the answer must bear.
        """
        client = self._client
        if client is None or not client.connected:
            raise because(Unreachable, self.settings.place, "not_connected")
        place = f"{self.settings.place}: {what}"
        self._heard = b""
        try:
            answer = await ask(client)
        except asyncio.CancelledError:
            self.close()  # a late answer must not be taken for that of the next question
            raise
        except ModbusException as error:
            raise self._failure(client, what, error) from error
        if answer.function_code & 0x7F != function:  # pymodbus does not look at it
            self._tainted = True
            raise because(BadAnswer, place, "modbus_function", code=answer.function_code)
        if answer.isError():
            raise refusal(place, getattr(answer, "exception_code", 0))
        if self.settings.pause_s:
            await asyncio.sleep(self.settings.pause_s)
        return answer

    async def _connect(self) -> None:
        self.close()
        self._tainted = False
        client = self._make_client()
        self._client = client
        try:
            found = await client.connect()
        except BaseException:
            self.close()
            raise
        if not found:
            self.close()
            raise because(Unreachable, self.settings.place, "no_connection")
        if self.settings.settle_s:
            await asyncio.sleep(self.settings.settle_s)

    def _make_client(self) -> Client:
        """A client that neither reconnects nor asks twice: that is for the collector to say."""
        one = self.settings
        if one.serial:
            return AsyncModbusSerialClient(
                one.serial, framer=FramerType.RTU, baudrate=one.baud, parity=one.parity,
                stopbits=one.stop_bits, timeout=self._timeout_s, retries=0, reconnect_delay=0,
                trace_packet=self._hear, trace_connect=self._notice,
            )  # fmt: skip
        framer = FramerType.RTU if one.framing == "rtu" else FramerType.SOCKET
        return AsyncModbusTcpClient(
            one.host, port=one.port, framer=framer, timeout=self._timeout_s, retries=0,
            reconnect_delay=0, trace_packet=self._hear, trace_connect=self._notice,
        )  # fmt: skip

    def _hear(self, sending: bool, data: bytes) -> bytes:
        """Keep what comes: when it is no answer, the message can show it."""
        if not sending:
            self._heard = data
        return data

    def _notice(self, connected: bool) -> None:
        """A lost connection ends the question at once, not at its timeout."""
        client = self._client
        if connected or client is None or client.ctx.response_future.done():
            return
        client.ctx.response_future.set_exception(ConnectionException("connection lost"))

    def _failure(
        self, client: Client, what: str,
        error: ModbusException,
    ) -> BadAnswer | Unreachable | NoAnswer:  # fmt: skip
        place = f"{self.settings.place}: {what}"
        if self._heard:
            self._tainted = True  # what comes next may belong to this
            return because(BadAnswer, place, "garbled", detail=self._heard[:16].hex(" "))
        if isinstance(error, ConnectionException) or not client.connected:
            return because(Unreachable, place, "lost")
        return because(NoAnswer, place, "within", seconds=float(self._timeout_s))
