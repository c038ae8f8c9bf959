"""IEC 61850 over MMS: values with their quality and time, many in one read.

References are those of IEC 61850-7-2, ``inverter/MMXU1.TotW.mag.f``: logical device, logical node,
data object and the attribute that holds the number. Its functional constraint, MX or ST as a rule,
says where it stands. Quality ``q`` and time ``t`` are read from the same data object, in the same
request, where it has them.

A device is asked, ``mode = "read"``, or reports what changes, ``mode = "report"``; the second is
the transport ``iec61850-report``, and both share settings and points.

What the library (iec61850 0.14) does not do: authentication by password (ACSE), file transfer,
GOOSE and sampled values. A report does not say which members it brings: those that it leaves out
come with the value, and the reason, of the report before. And members that are whole structures
come as bytes, so a data set has to name attributes (FCDA down to ``mag.f``, ``q`` and ``t``).
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import time_ns
from typing import Any, ClassVar, Literal, TypeAlias

from iec61850 import (
    FC,
    ClientReport,
    DataAccessFailure,
    IedConnection,
    IedConnectionError,
    IedError,
    IedTimeoutError,
    RcbHandle,
    RcbWriteMask,
)
from pydantic import Field, field_validator, model_validator

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.failures import because, of_os
from core.readings import Batch, Quality, Reading
from ingest import devices
from ingest.checks import Host
from ingest.devices import Deliver, DeviceSpec, TransportSettings

LISTEN_MS = 500  # longest time without a look whether the server is still there
CLOSE_S = 1.0  # longest time for good-byes to a server that may be dead
# Attributes that hold a value, below which come q and t of the same data object.
VALUES = (
    "mag", "instMag", "cVal", "instCVal", "stVal", "actVal", "frVal", "general", "valWTr",
)  # fmt: skip
_REFERENCE = re.compile(r"[A-Za-z]\w*/[A-Za-z]\w*(\.[A-Za-z]\w*){2,}")
_BLOCK = re.compile(r"[A-Za-z]\w*/[A-Za-z]\w*\$(RP|BR)\$\w+")
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
    mode : ask for values every period, or be told of changes by the blocks named in `reports`.
    reports : report control blocks, ``inverter/LLN0$RP$urcb01``; their data sets say what comes.
    """

    host: Host = Field(min_length=1)
    port: int = Field(default=102, gt=0, lt=65536)
    ied: str = ""
    clock: Literal["device", "answer"] = "device"
    points_per_read: int = Field(default=50, ge=1)
    mode: Literal["read", "report"] = "read"
    reports: tuple[str, ...] = ()

    @field_validator("reports")
    @classmethod
    def _are_blocks(cls, reports: tuple[str, ...]) -> tuple[str, ...]:
        for text in reports:
            if not _BLOCK.fullmatch(text):
                raise ValueError(f"{text!r} is no block such as inverter/LLN0$RP$urcb01")
        return reports

    @model_validator(mode="after")
    def _has_reports(self) -> Iec61850Settings:
        if self.mode == "report" and not self.reports:
            raise ValueError("mode 'report' needs reports, the names of report control blocks")
        return self

    def spoken(self, transport: str) -> str:
        """`mode` chooses between reading and being told."""
        return "iec61850-report" if self.mode == "report" else transport


class Iec61850ReportSettings(Iec61850Settings):
    """The same for a template that is meant to report."""

    mode: Literal["read", "report"] = "report"

    @field_validator("mode")
    @classmethod
    def _reports(cls, mode: str) -> str:
        if mode != "report":
            raise ValueError("is 'read', which is the transport iec61850")
        return mode


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


class _Association:
    """A connection to a server."""

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

    def _connected(self) -> IedConnection:
        if self._connection is None:
            raise because(Unreachable, self._name(), "not_open")
        return self._connection

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        """Errors of the library as those of the project, within the time allowed."""
        try:
            async with asyncio.timeout(self._device.timeout_s):
                yield
        except (TimeoutError, IedTimeoutError) as error:
            raise because(NoAnswer, self._name(), "no_answer") from error
        except (OSError, IedConnectionError) as error:
            raise of_os(Unreachable, self._name(), error) from error
        except (IedError, ValueError, TypeError) as error:
            raise because(BadAnswer, self._name(), "refuses", detail=str(error)) from error


class Iec61850(_Association):
    """A server that is asked for the values of attributes."""

    def __init__(self, device: DeviceSpec) -> None:
        super().__init__(device)
        if self._settings.mode != "read":
            raise ConfigError(f"device {device.name}: mode = 'report' is iec61850-report")

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
        connection = self._connected()
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
            found = await connection.read_multiple(targets, strict=False)
        if len(found) != len(targets):
            raise because(BadAnswer, self._name(), "count", found=len(found), asked=len(targets))
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


_Parts: TypeAlias = tuple[Any, Any, Any]  # value, quality and time as they came


def _reservation(control: RcbHandle) -> tuple[str, ...]:
    """The part of a block by which a client reserves it; buffered ones need none."""
    return () if control.is_buffered else ("resv",)


@dataclass(frozen=True)
class _Member:
    """Where the parts of a point stand in a data set."""

    point: Iec61850Point
    value: int
    quality: int | None
    time: int | None


class Iec61850Reports(_Association):
    """A server that reports what changes.

    A buffered block is enabled like an unbuffered one; what it held while nobody listened is for
    the server to send, and is not asked for by its entry. That is not proven: the library's own
    server does not report by buffered blocks. A block that a lost connection had reserved
    is refused, `BadAnswer`, until the server gives it free.
    """

    Settings: ClassVar[type[Iec61850Settings]] = Iec61850ReportSettings

    def __init__(self, device: DeviceSpec) -> None:
        super().__init__(device)
        self._enabled: list[RcbHandle] = []

    async def close(self) -> None:
        """Give the blocks back, which belong to one client at a time, and close."""
        enabled, self._enabled = self._enabled, []
        try:
            with suppress(IedError, OSError):
                async with asyncio.timeout(CLOSE_S):
                    for control in enabled:
                        control.rpt_ena = control.resv = False
                        await self._write(control, "rpt_ena", *_reservation(control))
        finally:
            await super().close()

    async def _write(self, control: RcbHandle, *fields: str) -> None:
        """Write parts of a block, one after the other."""
        for name in fields:
            await self._connected().set_rcb_values(control, RcbWriteMask.fields(name))

    async def listen(self, deliver: Deliver) -> None:
        """Hand on what the server reports, until cancelled.

        Raises
        ------
        Unreachable, NoAnswer : the connection is gone.
        BadAnswer : the server has no such block, or does not let it be enabled.
        """
        connection = self._connected()
        loop = asyncio.get_running_loop()
        reports: asyncio.Queue[tuple[str, ClientReport]] = asyncio.Queue()

        def note(block: str, report: ClientReport) -> None:
            # Called from the library's own thread.
            loop.call_soon_threadsafe(reports.put_nowait, (block, report))

        members: dict[str, list[_Member]] = {}
        for named in self._settings.reports:
            block = self._settings.ied + named
            members[block] = await self._enable(connection, block, partial(note, block))
        known = {member.point.signal for found in members.values() for member in found}
        unreported = [point for point in self._points if point.signal not in known]
        if unreported:
            now = time_ns() // 1000
            nothing = [Reading(one.signal, now, math.nan, Quality.NO_VALUE) for one in unreported]
            await deliver([Batch(self._device.name, nothing)])
        last: dict[str, _Parts] = {}
        while True:
            told = await self._next(connection)
            await asyncio.sleep(0)  # what the library's thread has put down comes in now
            readings: list[Reading] = []
            while not reports.empty():
                block, report = reports.get_nowait()
                readings += self._readings(members[block], report, last)
            if readings:
                await deliver([Batch(self._device.name, readings)])
            elif not told:
                await self._ask_for_life(connection)

    async def _enable(
        self, connection: IedConnection, block: str, handler: Callable[[ClientReport], None]
    ) -> list[_Member]:
        """Switch a block on and have it send everything once; the points in its data set."""
        async with self._errors():
            control = await connection.get_rcb_values(block)
            if not control.dataset:
                raise because(BadAnswer, self._name(), "no_dataset", block=block)
            name = control.dataset.rpartition("/")[2].replace("$", ".")
            where = block.partition("/")[0]
            directory = await connection.get_data_set_directory(f"{where}/{name}")
            await connection.install_report_handler(block, handler, rpt_id=control.rpt_id)
            control.rpt_ena = control.resv = True
            await self._write(control, *_reservation(control))
            self._enabled.append(control)
            await self._write(control, "rpt_ena")
            await connection.trigger_gi(block)
        places = {(one.object_ref, one.fc.value): i for i, one in enumerate(directory.members)}
        found = []
        for point in self._points:
            value = places.get((self._settings.ied + point.ref, point.fc))
            if value is not None:
                whole = f"{self._settings.ied}{point.data_object()}"
                parts = [places.get((f"{whole}.{name}", point.fc)) for name in "qt"]
                found.append(_Member(point, value, *parts))
        return found

    async def _next(self, connection: IedConnection) -> int:
        """Reports that have come within a while."""
        try:
            return await connection.poll_reports(LISTEN_MS)
        except IedTimeoutError:
            return 0
        except (IedError, OSError) as error:
            raise of_os(Unreachable, self._name(), error) from error

    async def _ask_for_life(self, connection: IedConnection) -> None:
        """A silent server is asked for something, to tell it from one that is gone."""
        async with self._errors():
            await connection.get_server_directory()

    def _readings(
        self,
        members: Sequence[_Member],
        report: ClientReport,
        last: dict[str, tuple[Any, Any, Any]],
    ) -> list[Reading]:
        """What is new in a report; members that it leaves out come as they were before."""
        now = time_ns() // 1000
        sent = None if report.timestamp_ms is None else report.timestamp_ms * 1000
        values = [entry.value for entry in report.entries]
        readings = []
        for member in members:
            if member.value >= len(values):
                continue
            value, quality, stamp = (
                None if place is None or place >= len(values) else values[place]
                for place in (member.value, member.quality, member.time)
            )
            signal = member.point.signal
            if value is None or last.get(signal) == (value, quality, stamp):
                continue
            last[signal] = (value, quality, stamp)
            own = parse_time(stamp) if self._settings.clock == "device" else None
            ts = own or (sent if self._settings.clock == "device" else None) or now
            readings.append(read_reading(member.point, value, quality, ts))
        return readings
