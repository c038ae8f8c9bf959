"""SML: the telegrams that German electricity meters send by themselves every few seconds.

They come through a serial port with an infrared head, or through a network server of such a port
(ser2net). A telegram with a wrong checksum is counted and left; the next comes soon. A meter whose
PIN was not entered tells less, and its counters in whole kWh: what it does not tell has no value.

SML 1.04: BSI TR-03109-1, annex IV; OBIS: IEC 62056-61.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import serial
from pydantic import Field, field_validator, model_validator
from smllib.const import UNITS
from smllib.errors import CrcError, SmlLibException
from smllib.reader import SmlStreamReader
from smllib.sml_frame import SmlFrame

from core.errors import BadAnswer, DeviceError, NoAnswer, Unreachable
from core.failures import because, of_os
from core.readings import Quality, Reading
from ingest.checks import Host
from ingest.devices import DeviceSpec, Point, TransportSettings

LOG = logging.getLogger(__name__)
PIECE = 1024
MOST_BROKEN = 3
ACTIVE_POWER = "1-0:16.7.0*255"
_OBIS = re.compile(r"\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3}\*\d{1,3}")


class Settings(TransportSettings):
    """Where telegrams come from: either `host` and `port`, or `path`.

    Attributes
    ----------
    path : of a serial port, or of a file into which something else writes telegrams; of a file the
        last one counts, its time is when the file was written.
    crc : checksum; ``kermit`` for early meters of Holley.
    unsigned_power : the active power of early DZG meters says that it has a sign and has none,
        where it takes two bytes: 356 W are told as -299 W.
    """

    host: Host = ""
    port: int | None = Field(default=None, ge=1, le=65535)
    path: Path | None = None
    baud: int = Field(default=9600, gt=0)
    crc: Literal["x25", "kermit"] = "x25"
    unsigned_power: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Settings:
        if bool(self.host) == (self.path is not None):
            raise ValueError("give either host and port or path")
        if self.host and self.port is None:
            raise ValueError("port is missing")
        return self


class ObisPoint(Point):
    """A value of a telegram.

    Attributes
    ----------
    obis : its code, ``1-0:1.8.0*255``; the last group may be left out.
    told : unit in which meters tell it, after their own scaler; another one is a decode error.
    """

    obis: str
    told: str

    @field_validator("obis")
    @classmethod
    def _obis(cls, obis: str) -> str:
        whole = obis if "*" in obis else f"{obis}*255"
        if not _OBIS.fullmatch(re.sub(r"\{\w+\}", "1", whole)):  # names of `each` in braces
            raise ValueError(f"is {obis!r}, not like 1-0:1.8.0*255")
        return whole

    @field_validator("told")
    @classmethod
    def _told(cls, told: str) -> str:
        if told not in UNITS.values():
            raise ValueError(f"is {told!r}, no unit of SML")
        return told


@dataclass(frozen=True)
class Value:
    """A value as a telegram tells it, scaled."""

    number: float | None
    unit: str


Telegram = dict[str, Value]


class Decoder:
    """Telegrams out of a stream of bytes; `broken` counts those that could not be read."""

    def __init__(self, crc: str = "x25", unsigned_power: bool = False) -> None:
        self._reader = SmlStreamReader(crc=crc)  # type: ignore[arg-type]
        self._unsigned = unsigned_power
        self.broken = 0

    def feed(self, data: bytes) -> Iterator[Telegram]:
        """Telegrams that are whole with these bytes."""
        for at in range(0, len(data), PIECE):
            self._reader.add(data[at : at + PIECE])
            yield from self._whole()

    def _whole(self) -> Iterator[Telegram]:
        while True:
            try:
                frame = self._reader.get_frame()
                if frame is None:
                    return
                found = self._values(frame)
            except CrcError:
                self.broken += 1
            except (SmlLibException, ValueError, IndexError, TypeError) as error:
                # The checksum fits and the contents do not: a meter with an SML of its own.
                self.broken += 1
                LOG.warning("telegram cannot be read", extra={"error": repr(error)})
            else:
                yield found

    def _values(self, frame: SmlFrame) -> Telegram:
        found: Telegram = {}
        for entry in frame.get_obis():
            value = entry.get_value()
            number = float(value) if isinstance(value, int | float) else None
            obis = str(entry.obis.obis_code)
            if self._unsigned and obis == ACTIVE_POWER and number is not None:
                number += _lost_sign(frame, entry.value) * 10.0 ** (entry.scaler or 0)
            found[obis] = Value(number, UNITS.get(entry.unit or 0, ""))
        return found


def _lost_sign(frame: SmlFrame, raw: Any) -> int:
    """What is to be added where two bytes without a sign were read as if they had one."""
    if not isinstance(raw, int) or not -0x8000 <= raw < 0:
        return 0
    start = frame.bytes.find(b"\x07\x01\x00\x10\x07\x00\xff")
    two_bytes = b"\x53" + (raw & 0xFFFF).to_bytes(2, "big")
    return 0x10000 if two_bytes in frame.bytes[start : start + 40] else 0


class Sml:
    """A meter: listened to all the time, asked for the latest telegram."""

    Settings: ClassVar[type[Settings]] = Settings
    Point: ClassVar[type[ObisPoint]] = ObisPoint

    def __init__(self, device: DeviceSpec) -> None:
        settings: Settings = device.settings
        self._device, self._settings = device, settings
        self._decoder = Decoder(settings.crc, settings.unsigned_power)
        self._latest: tuple[Telegram, int] | None = None
        self._ended: DeviceError | None = None
        self._news = asyncio.Event()
        self._release: list[Callable[[], Any]] = []

    @property
    def broken(self) -> int:
        """Telegrams that could not be read since opening."""
        return self._decoder.broken

    def _where(self) -> str:
        settings = self._settings
        return f"{settings.host}:{settings.port}" if settings.host else str(settings.path)

    async def open(self) -> None:
        """Connect, or open the port.

        Raises
        ------
        Unreachable : it cannot be.
        """
        try:
            if self._settings.host:
                await self._open_network()
            elif not stat.S_ISREG(os.stat(self._settings.path or "").st_mode):
                self._open_serial()
        except (OSError, UnicodeError) as error:  # pyserial's errors are OSErrors
            raise of_os(Unreachable, self._where(), error) from error

    async def _open_network(self) -> None:
        settings = self._settings
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
        self._release.append(writer.close)
        task = asyncio.create_task(self._receive(reader))
        self._release.append(task.cancel)

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(PIECE):
                self._take(data)
            self._end(f"{self._where()}: connection was closed")
        except OSError as error:
            self._end(f"{self._where()}: {error}")

    def _open_serial(self) -> None:
        settings = self._settings
        port = serial.Serial(str(settings.path), settings.baud, timeout=0, exclusive=True)
        self._release.append(port.close)
        loop, handle = asyncio.get_running_loop(), port.fileno()

        def readable() -> None:
            try:
                self._take(port.read(PIECE))
            except OSError as error:
                loop.remove_reader(handle)
                self._end(f"{self._where()}: {error}")

        loop.add_reader(handle, readable)
        self._release.append(lambda: loop.remove_reader(handle))

    def _take(self, data: bytes) -> None:
        before = self.broken
        for telegram in self._decoder.feed(data):
            self._latest = telegram, time.time_ns() // 1000
            self._news.set()
        if self.broken > before:
            self._news.set()

    def _end(self, why: str) -> None:
        self._ended = Unreachable(why)
        self._news.set()

    async def poll(self) -> list[Reading]:
        """Readings of the latest telegram; waits for one that was not read yet.

        Raises
        ------
        Unreachable : the connection ended.
        NoAnswer : nothing within the time allowed.
        BadAnswer : one telegram after the other cannot be read.
        """
        if not self._settings.host and not self._release:
            telegram, ts = self._from_file()
        else:
            telegram, ts = await self._next()
        return [_reading(point, telegram, ts) for point in self._device.points]

    async def _next(self) -> tuple[Telegram, int]:
        before = self.broken
        try:
            async with asyncio.timeout(self._device.timeout_s):
                while self._latest is None:
                    if self._ended is not None:
                        raise self._ended
                    if self.broken - before >= MOST_BROKEN:
                        raise because(BadAnswer, self._where(), "checksum")
                    await self._news.wait()
                    self._news.clear()
        except TimeoutError as error:
            limit = float(self._device.timeout_s)
            raise because(NoAnswer, self._where(), "within", seconds=limit) from error
        taken, self._latest = self._latest, None
        return taken

    def _from_file(self) -> tuple[Telegram, int]:
        path = self._settings.path
        assert path is not None
        try:
            data, written = path.read_bytes(), path.stat().st_mtime_ns // 1000
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror}") from error
        # A decoder of its own: what is left over of the last time belongs to another file.
        decoder = Decoder(self._settings.crc, self._settings.unsigned_power)
        found = list(decoder.feed(data))
        self._decoder.broken += decoder.broken
        if not found:
            raise because(BadAnswer, str(path), "no_telegram")
        return found[-1], written

    async def close(self) -> None:
        """Let go of connection or port."""
        while self._release:
            self._release.pop()()


def _reading(point: ObisPoint, telegram: Telegram, ts: int) -> Reading:
    """The reading of a point; without a value where the meter does not tell it."""
    value = telegram.get(point.obis)
    if value is None:
        return Reading(point.signal, ts, float("nan"), Quality.NO_VALUE)
    return point.reading(value.number if value.unit == point.told else None, ts)
