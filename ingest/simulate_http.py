"""A web server with the documents of a template, for tests and for trying out a collector."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from core.errors import ConfigError
from ingest.devices import DeviceSpec
from ingest.http_json import Settings, UrlPoint, addresses
from ingest.payload import EPOCH_UNITS, parse_path

# Path and parameters of an address, as a request names them.
Asked = tuple[str, frozenset[tuple[str, str]]]


def put_at(document: Any, path: str, value: Any) -> Any:
    """The document with a value at a path; names and lists on the way are made.

    Raises
    ------
    ConfigError : something else is at the path, or on the way to it.
    """
    return _put(document, parse_path(path), value, path)


def _put(held: Any, steps: tuple[str | int, ...], value: Any, path: str) -> Any:
    if not steps:
        if held is not None and held != value:
            raise ConfigError(f"path {path!r} leads to two values")
        return value
    step, rest = steps[0], steps[1:]
    if held is None:
        held = {} if isinstance(step, str) else []
    if isinstance(step, str) and isinstance(held, dict):
        held[step] = _put(held.get(step), rest, value, path)
    elif isinstance(step, int) and isinstance(held, list):
        held += [None] * (max(step + 1, -step) - len(held))
        held[step] = _put(held[step], rest, value, path)
    else:
        raise ConfigError(f"path {path!r} goes through a value of another path")
    return held


def documents(device: DeviceSpec, values: Mapping[str, float], ts: int) -> dict[Asked, Any]:
    """What each address answers: all values at their paths, with time and status where told.

    Parameters
    ----------
    ts : of the values [µs UTC].

    Raises
    ------
    ConfigError : paths of one address contradict each other.
    """
    settings: Settings = device.settings
    made: dict[Asked, Any] = {}
    for (url, query), points in addresses(device).items():
        document: Any = None
        if settings.status is not None:
            document = put_at(document, settings.status, settings.status_ok[0])
        if settings.reason is not None:
            document = put_at(document, settings.reason, "")
        if settings.time is not None:
            document = put_at(document, settings.time, _told(ts, settings.time_format, device.zone))
        for point in points:
            document = put_at(document, point.path, _raw(point, values[point.signal]))
        asked = frozenset((name, str(value)) for name, value in query)
        made[urlsplit(url).path or "/", asked] = document
    return made


def _raw(point: UrlPoint, value: float) -> float | str:
    raw = point.raw_of(value)
    if not point.texts:
        return raw
    return min(point.texts, key=lambda word: abs(point.texts[word] - raw))


def _told(ts: int, form: str, zone: str) -> str | int:
    """A time as the device tells it."""
    if form in EPOCH_UNITS:
        return ts * 1000 // EPOCH_UNITS[form]
    if form == "iso":
        return datetime.fromtimestamp(ts / 1e6, UTC).isoformat(timespec="milliseconds")
    return datetime.fromtimestamp(ts / 1e6, ZoneInfo(zone)).strftime(form)


class SimulatedHttp:
    """A running server; `device` leads to it."""

    def __init__(self, device: DeviceSpec) -> None:
        self.device = device
        self._values: dict[str, float] = {}

    def tell(self, values: Mapping[str, float]) -> None:
        """Give signals new values in their units."""
        self._values |= values

    def answer(self, path: str, query: str, now: int) -> bytes | None:
        """The document of an address as JSON; None where there is none."""
        asked = frozenset(parse_qsl(query, keep_blank_values=True))
        document = documents(self.device, self._values, now)
        found = document.get((path, asked))
        return None if found is None else json.dumps(found).encode()


class _Handler(BaseHTTPRequestHandler):
    of: SimulatedHttp

    def do_GET(self) -> None:
        """Answer with the document of the address."""
        parts = urlsplit(self.path)
        now = round(datetime.now(UTC).timestamp() * 1e6)
        body = self.of.answer(parts.path or "/", parts.query, now)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@asynccontextmanager
async def serve_http(
    device: DeviceSpec, values: Mapping[str, float], *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[SimulatedHttp]:
    """Serve the documents of a device with `values` by signal, in the units of the signals.

    Raises
    ------
    ConfigError : paths of one address contradict each other.
    OSError : the port is taken or may not be used.
    """
    documents(device, values, 0)
    simulated = SimulatedHttp(device)
    simulated.tell(values)
    server = ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"of": simulated}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield simulated
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
