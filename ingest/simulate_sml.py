"""An electricity meter that sends SML telegrams, for tests and for trying out a collector.

Telegrams are built as in SML 1.04 (BSI TR-03109-1, annex IV): version 1 of the transport, and in it
the messages PublicOpen.Res, GetList.Res and PublicClose.Res, each with its own checksum.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from smllib import crc as checksums
from smllib.const import UNITS

from core.errors import ConfigError
from ingest.sml import ObisPoint

SCALER = -4  # values are told in ten-thousandths of their unit
SERVER_ID = b"\x0a\x01SIM\x00\x00\x00\x00\x01"
ESCAPE = b"\x1b\x1b\x1b\x1b"
OPEN, LIST, CLOSE = 0x0101, 0x0701, 0x0201
NONE = b"\x01"
_UNIT_CODES = {unit: code for code, unit in reversed(UNITS.items())}
_PERIOD_S = 1.0


def _head(kind: int, length: int) -> bytes:
    """Type and length; lengths from 16 on take a second byte."""
    if length < 16:
        return bytes([kind << 4 | length])
    if length > 255:
        raise ConfigError(f"{length} values are more than a telegram of this simulator holds")
    return bytes([0x80 | kind << 4 | length >> 4, length & 0x0F])


def _list(*parts: bytes) -> bytes:
    return _head(7, len(parts)) + b"".join(parts)


def _octets(text: bytes) -> bytes:
    return _head(0, len(text) + 1) + text


def _unsigned(number: int, size: int) -> bytes:
    return _head(6, size + 1) + number.to_bytes(size, "big")


def _signed(number: int, size: int) -> bytes:
    return _head(5, size + 1) + number.to_bytes(size, "big", signed=True)


def _obis(text: str) -> bytes:
    return bytes(int(number) for number in re.split(r"[-:.*]", text))


def _crc(data: bytes, kind: Literal["x25", "kermit"]) -> bytes:
    return int(getattr(checksums, kind).get_crc(data)).to_bytes(2, "big")


def _message(number: int, kind: int, body: bytes, crc: Literal["x25", "kermit"]) -> bytes:
    """One message of a telegram: its checksum goes from its begin to before itself."""
    content = b"".join([
        _head(7, 6), _octets(bytes([number])), _unsigned(0, 1), _unsigned(0, 1),
        _list(_unsigned(kind, 4), body),
    ])  # fmt: skip
    return content + b"\x63" + _crc(content, crc) + b"\x00"


def telegram(
    points: Sequence[ObisPoint], values: Mapping[str, float], crc: Literal["x25", "kermit"] = "x25"
) -> bytes:
    """A telegram that tells the values of the points.

    Raises
    ------
    ConfigError : a value is too large, or there are too many.
    """
    entries = []
    for point in points:
        raw = round(point.raw_of(values[point.signal]) * 10**-SCALER)
        if abs(raw) >= 2**63:
            raise ConfigError(f"{point.signal}: {values[point.signal]:g} is too large")
        entries.append(
            _list(
                _octets(_obis(point.obis)), NONE, NONE, _unsigned(_UNIT_CODES[point.told], 1),
                _signed(SCALER, 1), _signed(raw, 8), NONE,
            )
        )  # fmt: skip
    opened = _list(NONE, NONE, _octets(b"\x00\x01"), _octets(SERVER_ID), NONE, NONE)
    told = _list(NONE, _octets(SERVER_ID), NONE, NONE, _list(*entries), NONE, NONE)
    whole = b"".join([
        _message(1, OPEN, opened, crc), _message(2, LIST, told, crc),
        _message(3, CLOSE, _list(NONE), crc),
    ])  # fmt: skip
    filled = -len(whole) % 4
    body = whole.replace(ESCAPE, ESCAPE + ESCAPE) + bytes(filled)
    frame = ESCAPE + b"\x01\x01\x01\x01" + body + ESCAPE + b"\x1a" + bytes([filled])
    return frame + _crc(frame, crc)


class SimulatedSml:
    """A running meter behind a network server of its port."""

    def __init__(self, points: Sequence[ObisPoint], crc: Literal["x25", "kermit"]) -> None:
        self._points, self._crc = points, crc
        self._values: dict[str, float] = {}
        self._telegram = b""
        self._writers: set[asyncio.StreamWriter] = set()

    def tell(self, values: Mapping[str, float]) -> None:
        """Give signals new values in their units; the next telegram says them, at once."""
        self._telegram = telegram(self._points, {**self._values, **values}, self._crc)
        self._values |= values
        self._send(*self._writers)

    def _send(self, *writers: asyncio.StreamWriter) -> None:
        for writer in writers:
            writer.write(self._telegram)

    async def send_on(self) -> None:
        """Send a telegram every second, until cancelled."""
        while True:
            await asyncio.sleep(_PERIOD_S)
            self._send(*self._writers)

    async def listened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send to one who listens, until he goes."""
        self._writers.add(writer)
        self._send(writer)
        try:
            while await reader.read(1024):
                pass
        except OSError:
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    def close(self) -> None:
        """Let all go who listen."""
        for writer in list(self._writers):
            writer.transport.abort()


@asynccontextmanager
async def serve_sml(
    points: Sequence[ObisPoint],
    values: Mapping[str, float],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    crc: Literal["x25", "kermit"] = "x25",
) -> AsyncIterator[SimulatedSml]:
    """Send telegrams with `values` by signal, in the units of the signals, to all who connect.

    Raises
    ------
    ConfigError : a value is too large, or there are too many.
    OSError : the port is taken or may not be used.
    """
    simulated = SimulatedSml(points, crc)
    simulated.tell(values)
    server = await asyncio.start_server(simulated.listened, host, port)
    sending = asyncio.create_task(simulated.send_on())
    try:
        yield simulated
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        server.close()
        simulated.close()
        await server.wait_closed()
