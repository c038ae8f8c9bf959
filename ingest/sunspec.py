"""Devices that describe themselves by SunSpec models: asked for values by model and name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field, field_validator

from core.errors import BadAnswer, ConfigError
from core.failures import because
from core.readings import Quality, Reading
from ingest.devices import DeviceSpec, Point
from ingest.modbus_link import Link, LinkSettings, Refused
from ingest.register_reader import Answer, Limits, Reader, Span
from ingest.sunspec_models import (
    END,
    MARK,
    Value,
    bare,
    definition,
    known_paths,
    number_in,
    number_of,
    scaled,
    text_of,
    values_of,
)

BASES = (40000, 50000, 0)
_MAX_MODELS = 200
_MAX_EXPONENT = 10
_MAX_REGISTERS = 125


class SunSpecSettings(LinkSettings):
    """Where a SunSpec device is.

    Attributes
    ----------
    base : addresses at which its models may begin, in the order in which they are tried.
    max_registers, max_gap : as for other Modbus devices.
    """

    base: tuple[int, ...] = Field(default=BASES, min_length=1)
    max_registers: int = Field(default=_MAX_REGISTERS, ge=4, le=_MAX_REGISTERS)
    max_gap: int = Field(default=30, ge=0)


class SunSpecPoint(Point):
    """A value of a model.

    Attributes
    ----------
    models : numbers of the models that may have it; the first of them that the device has.
    value : its name, with the blocks that hold it: ``W``, ``module[2].DCW``. The numbers of
        `each` may stand in it, ``module[{string}].DCW``.
    instance : which of several models of one number, from 1; or a name of `each` that says so.
    """

    models: tuple[int, ...] = Field(min_length=1)
    value: str = Field(min_length=1)
    instance: int | str = 1

    @field_validator("models")
    @classmethod
    def _are_known(cls, models: tuple[int, ...]) -> tuple[int, ...]:
        unknown = [number for number in models if definition(number) is None]
        if unknown:
            raise ValueError(f"model {unknown[0]} has no definition")
        return models

    def shifted(self, place: Mapping[str, int]) -> dict[str, Any]:
        """The instance, where a number of `each` says which."""
        return {"instance": place[self.instance]} if isinstance(self.instance, str) else {}


@dataclass(frozen=True)
class Found:
    """A model in a device: its number, the address of its first register and its registers."""

    number: int
    address: int
    words: tuple[int, ...]

    @property
    def name(self) -> str:
        """What the definition calls it; empty for one that is not known."""
        group = definition(self.number)
        return "" if group is None else str(group["name"])

    def told(self) -> list[tuple[Value, float | str | None]]:
        """All values, scaled; None for those that are not implemented."""
        rows: list[tuple[Value, float | str | None]] = []
        for value in values_of(self.number, self.words).values():
            if value.type == "string":
                rows.append((value, text_of(value, self.words) or None))
            elif value.is_number:
                number = number_of(value, self.words)
                exponent = _exponent(value.scale, self.words)
                rows.append((value, None if number is None else scaled(number, exponent)))
        return rows


def _exponent(scale: Value | int | None, words: Sequence[int]) -> float | None:
    return number_of(scale, words) if isinstance(scale, Value) else scale


async def find_base(link: Link, bases: Sequence[int]) -> int:
    """Address of the mark with which the models begin.

    Raises
    ------
    BadAnswer : at none of them; it is no SunSpec device.
    Unreachable, NoAnswer
    """
    for base in bases:
        try:
            if tuple(await link.read("holding", base, len(MARK))) == MARK:
                return base
        except Refused:
            continue
    told = ", ".join(map(str, bases))
    raise because(BadAnswer, link.settings.place, "no_sunspec", addresses=told)


async def find_models(link: Link, bases: Sequence[int]) -> list[tuple[int, int, int]]:
    """Number, address and registers (head included) of every model, in the device's order.

    Raises
    ------
    BadAnswer : no SunSpec device, or its chain of models does not end.
    Unreachable, NoAnswer
    """
    address = await find_base(link, bases) + len(MARK)
    models: list[tuple[int, int, int]] = []
    while len(models) < _MAX_MODELS and address < 2**16 - 2:
        number, length = await link.read("holding", address, 2)
        if number == END:
            return models
        models.append((number, address, length + 2))
        address += length + 2
    raise because(BadAnswer, link.settings.place, "chain")


async def read_model(link: Link, number: int, address: int, count: int) -> Found:
    """A model with all its registers.

    Raises
    ------
    BadAnswer, Unreachable, NoAnswer
    """
    words: list[int] = []
    while len(words) < count:
        part = min(count - len(words), _MAX_REGISTERS)
        words += await link.read("holding", address + len(words), part)
    return Found(number, address, tuple(words))


async def scan(settings: SunSpecSettings, timeout_s: float = 3.0) -> list[Found]:
    """All models of a device with what they say now; for finding out what it is.

    Raises
    ------
    BadAnswer, Unreachable, NoAnswer
    """
    link = Link(settings, timeout_s)
    await link.open()
    try:
        async with link.turn():
            return [await read_model(link, *one) for one in await find_models(link, settings.base)]
    finally:
        link.close()


@dataclass(frozen=True)
class _Place:
    """Where a point is in this device."""

    value: Value
    span: Span
    scale: Span | None


class SunSpec:
    """A device whose template names models and values."""

    Settings: ClassVar[type[SunSpecSettings]] = SunSpecSettings
    Point: ClassVar[type[SunSpecPoint]] = SunSpecPoint

    def __init__(self, device: DeviceSpec) -> None:
        self._settings: SunSpecSettings = device.settings
        self._points: tuple[SunSpecPoint, ...] = device.points
        self._link = Link(self._settings, device.timeout_s)
        self._places: dict[str, _Place] = {}
        self._reader: Reader | None = None
        for point in self._points:
            if bare(point.value) not in known_paths(iter(point.models)):
                told = ", ".join(map(str, point.models))
                raise ConfigError(
                    f"device {device.name}: {point.signal}: model {told} has no {point.value}"
                )

    async def open(self) -> None:
        """Connect and find the models.

        Raises
        ------
        Unreachable, NoAnswer
        BadAnswer : no SunSpec device, or none of the models that are asked for.
        """
        await self._link.open()
        async with self._link.turn():
            chain = await find_models(self._link, self._settings.base)
            wanted = {number for point in self._points for number in point.models}
            models = [await read_model(self._link, *one) for one in chain if one[0] in wanted]
        found = [(model, values_of(model.number, model.words)) for model in models]
        self._places = {
            point.signal: place
            for point in self._points
            if (place := _place(point, found)) is not None
        }
        if not self._places:
            told = ", ".join(str(number) for number, *_ in chain)
            raise because(BadAnswer, self._settings.place, "no_models", models=told)
        spans = [place.span for place in self._places.values()]
        spans += [place.scale for place in self._places.values() if place.scale is not None]
        limits = Limits(self._settings.max_registers, self._settings.max_gap)
        self._reader = Reader(self._link, spans, limits)

    async def close(self) -> None:
        """Disconnect."""
        self._link.close()

    async def poll(self) -> list[Reading]:
        """One reading of every point; those that the device does not have have none.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        if self._reader is None:
            raise because(BadAnswer, self._settings.place, "not_open")
        async with self._link.turn():
            answer = await self._reader.read()
        return [self._reading(point, answer) for point in self._points]

    def _reading(self, point: SunSpecPoint, answer: Answer) -> Reading:
        none = Reading(point.signal, answer.ts, math.nan, Quality.NO_VALUE)
        place = self._places.get(point.signal)
        own = None if place is None else answer.words(place.span)
        if place is None or own is None:
            return none
        number = number_in(place.value, own)
        if number is None:
            return none
        exponent = _told_exponent(place, answer)
        if exponent is not None and abs(exponent) > _MAX_EXPONENT:
            return point.reading(None, answer.ts)
        return point.reading(scaled(number, exponent), answer.ts)


def _told_exponent(place: _Place, answer: Answer) -> float | None:
    """Power of ten of a value; a device may change it from one answer to the next."""
    scale = place.value.scale
    if not isinstance(scale, Value) or place.scale is None:
        return scale if isinstance(scale, int) else None
    own = answer.words(place.scale)
    return None if own is None else number_in(scale, own)


def _place(
    point: SunSpecPoint, found: Sequence[tuple[Found, Mapping[str, Value]]]
) -> _Place | None:
    """Where a point is: in the first of its models that the device has; None if in none."""
    for number in point.models:
        same = [one for one in found if one[0].number == number]
        if not isinstance(point.instance, int) or not 1 <= point.instance <= len(same):
            continue
        model, values = same[point.instance - 1]
        value = values.get(point.value)
        if value is None or not value.is_number:
            continue
        scale = value.scale
        return _Place(
            value,
            Span("holding", model.address + value.start, value.count),
            Span("holding", model.address + scale.start, 1) if isinstance(scale, Value) else None,
        )
    return None
