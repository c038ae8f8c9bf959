"""Devices that are asked for Modbus registers, many in one question."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from core.errors import ConfigError
from core.readings import Quality, Reading
from ingest.devices import DeviceSpec, Point
from ingest.modbus_link import BIT_TABLES, Link, LinkSettings, Table
from ingest.register_clock import RegisterClock
from ingest.register_reader import Answer, Limits, Reader, Span
from ingest.registers import NumberType, Order, decode, encode, length

LOG = logging.getLogger(__name__)
# Powers of ten beyond are no scale but something that is not one.
MAX_EXPONENT = 10
REGISTERS = 65_536  # of each table, the addresses of a question have 16 bits
_LAST = 65535


class ModbusSettings(LinkSettings):
    """Where a Modbus device is, and how it likes to be asked.

    Attributes
    ----------
    registers, word_order, byte_order : of points that say nothing else.
    first_address : number that the vendor's list gives to the first register, 0 or 1.
    max_registers : most registers in one question.
    max_gap : registers without meaning that may be read along to save a question.
    boundaries : addresses at which a question must begin anew.
    clock : of the device, whose time its readings bear; ``false`` for the moment of the answer.
    """

    registers: Table = "holding"
    word_order: Order = "big"
    byte_order: Order = "big"
    first_address: Literal[0, 1] = 0
    max_registers: int = Field(default=125, ge=4, le=125)
    max_gap: int = Field(default=16, ge=0)
    boundaries: tuple[int, ...] = ()
    clock: RegisterClock | Literal[False] = False


class ModbusPoint(Point):
    """A value in registers.

    Attributes
    ----------
    address : of its first register, as the vendor's list counts; of the first repetition.
    stride : by how much the address moves for each step of a number of `each`.
    mask, shift : the bits of the value that are meant, moved to the right.
    scale_address : register of its own table that holds the power of ten of this value (int16).
    """

    address: int = Field(ge=0, le=65536)
    stride: dict[str, int] = Field(default_factory=dict)
    type: NumberType = "uint16"
    registers: Table | None = None
    word_order: Order | None = None
    byte_order: Order | None = None
    mask: int | None = Field(default=None, gt=0)
    shift: int = Field(default=0, ge=0, le=63)
    scale_address: int | None = Field(default=None, ge=0, le=65536)

    @model_validator(mode="after")
    def _holds_together(self) -> ModbusPoint:
        if set(self.stride) != set(self.each):
            raise ValueError("stride names other numbers than each")
        if (self.mask is not None or self.shift) and not self.type.startswith("uint"):
            raise ValueError("mask and shift are for unsigned types")
        if self.scale_address is not None and self.registers in BIT_TABLES:
            raise ValueError("a bit has no scale register")
        return self

    def shifted(self, place: Mapping[str, int]) -> dict[str, Any]:
        """The address for the numbers of `each`."""
        steps = {name: number - self.each[name][0] for name, number in place.items()}
        moved = sum(self.stride[name] * steps[name] for name in steps)
        return {"address": self.address + moved, "stride": {}}

    def picked(self, number: float) -> float:
        """The bits of a number that are meant; other types as they are."""
        if self.mask is None and not self.shift:
            return number
        kept = int(number) if self.mask is None else int(number) & self.mask
        return kept >> self.shift


def where(point: ModbusPoint, settings: ModbusSettings) -> Span:
    """Registers of a point's value, addresses from 0 on."""
    table = point.registers or settings.registers
    count = 1 if table in BIT_TABLES else length(point.type)
    return Span(table, point.address - settings.first_address, count)


def where_clock(settings: ModbusSettings) -> Span | None:
    """Registers of a device's clock, where it has one that is to be read."""
    clock = settings.clock
    if not clock:
        return None
    start = clock.address - settings.first_address
    return Span(clock.table(settings.registers), start, length(clock.type))


def where_scale(point: ModbusPoint, settings: ModbusSettings) -> Span | None:
    """Register of a point's power of ten, where it has one."""
    if point.scale_address is None:
        return None
    table = point.registers or settings.registers
    return Span(table, point.scale_address - settings.first_address, 1)


def decoded(point: ModbusPoint, words: Sequence[int], settings: ModbusSettings) -> float:
    """Raw value of a point from its registers or its bit."""
    if (point.registers or settings.registers) in BIT_TABLES:
        return float(words[0])
    word_order = point.word_order or settings.word_order
    byte_order = point.byte_order or settings.byte_order
    return float(point.picked(decode(words, point.type, word_order, byte_order)))


def encoded(point: ModbusPoint, raw: float, settings: ModbusSettings) -> list[int]:
    """Registers or bit that hold a raw value; what a simulator serves.

    Raises
    ------
    ValueError : the point's type cannot hold it.
    """
    if (point.registers or settings.registers) in BIT_TABLES:
        return [int(raw)]
    word_order = point.word_order or settings.word_order
    byte_order = point.byte_order or settings.byte_order
    placed = round(raw) << point.shift if point.mask is not None or point.shift else raw
    if point.mask is not None and int(placed) & ~point.mask:
        raise ValueError(f"{raw} does not fit into mask {point.mask:#x}")
    return encode(placed, point.type, word_order, byte_order)


class Modbus:
    """A device whose template names registers."""

    Settings: ClassVar[type[ModbusSettings]] = ModbusSettings
    Point: ClassVar[type[ModbusPoint]] = ModbusPoint

    def __init__(self, device: DeviceSpec) -> None:
        self._settings: ModbusSettings = device.settings
        self._points: tuple[ModbusPoint, ...] = device.points
        self._link = Link(self._settings, device.timeout_s)
        for point in self._points:
            span = where(point, self._settings)
            if not 0 <= span.start <= span.start + span.count <= REGISTERS:
                first = self._settings.first_address
                last = first + REGISTERS - 1
                raise ConfigError(
                    f"device {device.name}: signal {point.signal!r} takes {span.count} from "
                    f"address {point.address} on, outside {first} to {last}"
                )
        found = (
            (where(point, self._settings), where_scale(point, self._settings))
            for point in self._points
        )
        fields = [field for pair in found for field in pair if field is not None]
        self._name, self._zone = device.name, device.zone
        self._clock_span = where_clock(self._settings)
        self._believed = True
        if self._clock_span is not None:
            fields.append(self._clock_span)
        for field in fields:
            if field.start < 0 or field.end > _LAST + 1:
                raise ConfigError(
                    f"device {device.name}: {field.table} {field.start}..{field.end - 1} "
                    f"is outside 0..{_LAST}"
                )
        limits = Limits(
            self._settings.max_registers,
            self._settings.max_gap,
            tuple(at - self._settings.first_address for at in self._settings.boundaries),
        )
        self._reader = Reader(self._link, fields, limits)

    async def open(self) -> None:
        """Connect.

        Raises
        ------
        Unreachable
        """
        await self._link.open()

    async def close(self) -> None:
        """Disconnect."""
        self._link.close()

    async def poll(self) -> list[Reading]:
        """One reading of every point; those of registers that the device does not have have none.

        All bear one time, so that the cells of a battery stay together: that of the device where
        it tells one that can be, else that of the first answer.

        Raises
        ------
        Unreachable, NoAnswer
        BadAnswer : no answer, an exception code for all registers or one that will pass.
        """
        async with self._link.turn():
            answer = await self._reader.read()
        ts = self._moment(answer)
        return [self._reading(point, answer, ts) for point in self._points]

    def _moment(self, answer: Answer) -> int:
        """Time of the readings of a poll [µs UTC]."""
        settings, clock = self._settings, self._settings.clock
        if not clock or self._clock_span is None:
            return answer.ts
        words, told, count = answer.words(self._clock_span), None, None
        if words is not None:  # else it has refused them
            count = int(decode(words, clock.type, settings.word_order, settings.byte_order))
            told = clock.moment(count, self._zone, answer.ts)
        if (told is not None) is not self._believed:
            self._believed = told is not None
            say = LOG.info if self._believed else LOG.warning
            event = "clock believed again" if self._believed else "clock not believed"
            say(event, extra={"device": self._name, "told": count})
        return answer.ts if told is None else told

    def _reading(self, point: ModbusPoint, answer: Answer, ts: int) -> Reading:
        found = answer.words(where(point, self._settings))
        scale = where_scale(point, self._settings)
        power = [0] if scale is None else answer.words(scale)
        if found is None or power is None:
            return Reading(point.signal, ts, math.nan, Quality.NO_VALUE)
        raw = decoded(point, found, self._settings)
        exponent = decode(power, "int16")
        if abs(exponent) > MAX_EXPONENT:
            return point.reading(None, ts)
        return point.reading(raw, ts, 10.0**exponent)
