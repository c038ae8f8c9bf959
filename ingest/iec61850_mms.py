"""IEC 61850 over MMS: values with their quality and time, many in one read.

References are those of IEC 61850-7-2, ``inverter/MMXU1.TotW.mag.f``: logical device, logical node,
data object and the attribute that holds the number. Its functional constraint, MX or ST as a rule,
says where it stands. Quality ``q`` and time ``t`` are read from the same data object, in the same
request, where it has them.

What the library (iec61850 0.14) does not do: authentication by password (ACSE), file transfer,
GOOSE and sampled values, and values of a whole structure in a report, which it hands on as bytes.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import time_ns
from typing import Any, ClassVar, Literal

from iec61850 import (
    FC,
    DataAccessFailure,
    IedConnection,
    IedConnectionError,
    IedError,
    IedTimeoutError,
)
from pydantic import Field, field_validator

from core.errors import BadAnswer, NoAnswer, Unreachable
from core.readings import Quality, Reading
from ingest import devices
from ingest.devices import DeviceSpec, TransportSettings

CLOSE_S = 1.0  # longest time for good-byes to a server that may be dead
# Attributes that hold a value, below which come q and t of the same data object.
VALUES = (
    "mag", "instMag", "cVal", "instCVal", "stVal", "actVal", "frVal", "general", "valWTr",
)  # fmt: skip
_REFERENCE = re.compile(r"[A-Za-z]\w*/[A-Za-z]\w*(\.[A-Za-z]\w*){2,}")
_OBJECT = re.compile(rf"(.+?\..+?)\.({'|'.join(VALUES)})(\.|$)")


class Iec61850Point(devices.Point):
    """A data attribute that holds a number, an enumeration, a truth or a double point.

    Attributes
    ----------
    ref : ``inverter/MMXU1.TotW.mag.f``; the name of the device (IED) stands in its settings.
    fc : functional constraint.
    """

    ref: str
    fc: Literal["MX", "ST", "SP", "SV", "CF", "SE"] = "MX"

    @field_validator("ref")
    @classmethod
    def _is_a_reference(cls, text: str) -> str:
        if not _REFERENCE.fullmatch(re.sub(r"\{\w+\}", "1", text)):
            raise ValueError(f"is {text!r}, no reference such as inverter/MMXU1.TotW.mag.f")
        return text

    def data_object(self) -> str | None:
        """Reference of the data object that has quality and time; None where there is none."""
        found = _OBJECT.match(self.ref)
        return found.group(1) if found and self.fc in ("MX", "ST") else None


class Iec61850Settings(TransportSettings):
    """Where the server is.

    Attributes
    ----------
    ied : name of the device, which stands before that of each logical device.
    clock : time of readings, of the device (``t``) or of the answer. A device whose ``t`` is that
        of the last change makes one reading of a value that stays the same.
    points_per_read : most points of one request, each with value, quality and time.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=102, gt=0, lt=65536)
    ied: str = ""
    clock: Literal["device", "answer"] = "device"
    points_per_read: int = Field(default=50, ge=1)


def parse_quality(bits: bytes) -> tuple[str, frozenset[str]]:
    """Validity and the details that are set, from a bit string (IEC 61850-7-3, 6.2; 8-1, 8.1.3.9).

    Raises
    ------
    ValueError : it is shorter than its 13 bits.
    """
    if len(bits) < 2:
        raise ValueError(f"quality of {len(bits)} bytes")
    text = "".join(f"{byte:08b}" for byte in bits)
    validity = {"00": "good", "01": "invalid", "10": "reserved", "11": "questionable"}[text[:2]]
    names = (
        "overflow", "out_of_range", "bad_reference", "oscillatory", "failure", "old_data",
        "inconsistent", "inaccurate", "substituted", "test", "operator_blocked",
    )  # fmt: skip
    return validity, frozenset(
        name for name, bit in zip(names, text[2:], strict=False) if bit == "1"
    )


def read_quality(bits: bytes | None) -> Quality:
    """How good a value with these quality bits is.

    Old, substituted, blocked and questionable values are stale: they are no measurement of now.
    """
    if bits is None:
        return Quality.GOOD
    validity, details = parse_quality(bits)
    if details & {"overflow", "out_of_range"}:
        return Quality.OUT_OF_RANGE
    if validity in ("invalid", "reserved"):
        return Quality.NO_VALUE
    unmeasured = {"old_data", "substituted", "test", "operator_blocked"}
    return Quality.STALE if validity == "questionable" or details & unmeasured else Quality.GOOD


def parse_time(stamp: bytes | None) -> int | None:
    """Time [µs UTC] of a time stamp (IEC 61850-8-1, 8.1.3.6).

    None where there is none, or where the device says that its clock has failed or is not
    synchronised.
    """
    if stamp is None or len(stamp) != 8:
        return None
    seconds, fraction = int.from_bytes(stamp[:4], "big"), int.from_bytes(stamp[4:7], "big")
    failed_or_free = stamp[7] & 0b0110_0000
    if not seconds or failed_or_free:
        return None
    return seconds * 1_000_000 + (fraction * 1_000_000 >> 24)


def parse_value(value: Any) -> float | None:
    """The number that an attribute holds; a double point is 0 between, 1 off, 2 on, 3 bad."""
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, bytes) and len(value) == 1:
        return float(value[0] >> 6)
    return None


@dataclass(frozen=True)
class _Asked:
    """Where the parts of a point stand in the list of all that is read."""

    point: Iec61850Point
    value: int
    quality: int | None
    time: int | None


class Iec61850:
    """A server that is asked for the values of attributes."""

    Settings: ClassVar[type[Iec61850Settings]] = Iec61850Settings
    Point: ClassVar[type[Iec61850Point]] = Iec61850Point

    def __init__(self, device: DeviceSpec) -> None:
        self._device = device
        self._settings: Iec61850Settings = device.settings
        self._points: Sequence[Iec61850Point] = device.points
        self._connection: IedConnection | None = None
        self._missing: set[str] = set()  # references of q and t that the server does not have

    def _name(self) -> str:
        return f"IEC 61850 {self._settings.host}:{self._settings.port}"

    async def open(self) -> None:
        """Connect.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        settings, timeout_ms = self._settings, max(1, int(self._device.timeout_s * 1000))
        async with self._errors():
            self._connection = await IedConnection.connect(
                f"{settings.host}:{settings.port}",
                timeout_ms=timeout_ms,
                request_timeout_ms=timeout_ms,
            )

    async def close(self) -> None:
        """Conclude where the server still listens, and drop the connection in any case."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            with suppress(IedError, OSError):
                async with asyncio.timeout(CLOSE_S):
                    await connection.disconnect()
        finally:
            with suppress(IedError, OSError):
                await connection.abort()

    async def poll(self) -> list[Reading]:
        """One reading of every point.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        readings: list[Reading] = []
        step = self._settings.points_per_read
        for start in range(0, len(self._points), step):
            readings += await self._read(self._points[start : start + step])
        return readings

    async def _read(self, points: Sequence[Iec61850Point]) -> list[Reading]:
        if self._connection is None:
            raise Unreachable(f"{self._name()}: not open")
        targets: list[tuple[str, FC]] = []

        def ask(ref: str, fc: str) -> int | None:
            if ref in self._missing:
                return None
            targets.append((self._settings.ied + ref, FC(fc)))
            return len(targets) - 1

        asked = []
        for point in points:
            value, whole = ask(point.ref, point.fc), point.data_object()
            assert value is not None
            parts = [ask(f"{whole}.{name}", point.fc) if whole else None for name in "qt"]
            asked.append(_Asked(point, value, *parts))
        async with self._errors():
            found = await self._connection.read_multiple(targets, strict=False)
        if len(found) != len(targets):
            raise BadAnswer(f"{self._name()}: {len(found)} values for {len(targets)} references")
        now = time_ns() // 1000
        return [self._reading(one, found, now) for one in asked]

    def _reading(self, asked: _Asked, found: Sequence[Any], now: int) -> Reading:
        point, whole = asked.point, asked.point.data_object()
        held: dict[str, Any] = {}
        for name, place in (("q", asked.quality), ("t", asked.time)):
            part = None if place is None else found[place]
            if isinstance(part, DataAccessFailure):
                if part.error == "ObjectNonExistent":
                    self._missing.add(f"{whole}.{name}")
                part = None
            held[name] = part
        value = found[asked.value]
        ts = (parse_time(held["t"]) if self._settings.clock == "device" else None) or now
        return read_reading(point, value, held["q"], ts)

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        """Errors of the library as those of the project, within the time allowed."""
        try:
            async with asyncio.timeout(self._device.timeout_s):
                yield
        except (TimeoutError, IedTimeoutError) as error:
            raise NoAnswer(f"{self._name()}: no answer in time") from error
        except (OSError, IedConnectionError) as error:
            raise Unreachable(f"{self._name()}: {error}") from error
        except (IedError, ValueError, TypeError) as error:
            raise BadAnswer(f"{self._name()}: {error}") from error


def read_reading(point: Iec61850Point, value: Any, quality: Any, ts: int) -> Reading:
    """What an attribute and the quality of its data object say of a point."""
    if isinstance(value, DataAccessFailure) or value is None:
        return Reading(point.signal, ts, math.nan, Quality.NO_VALUE)
    try:
        judged = read_quality(quality if isinstance(quality, bytes) else None)
    except ValueError:
        return Reading(point.signal, ts, math.nan, Quality.DECODE_ERROR)
    if judged is Quality.NO_VALUE:
        return Reading(point.signal, ts, math.nan, judged)
    reading = point.reading(parse_value(value), ts)
    return reading._replace(quality=judged) if reading.quality is Quality.GOOD else reading
