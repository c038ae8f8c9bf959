"""JSON over HTTP: every web address of a device is asked once, for all the points it answers.

There is no connection to open: each poll asks the addresses one after the other. Some devices tell
inside the answer whether it is one; `status` names where. An address that answers nonsense leaves
its points without a value, as long as others answer.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from typing import Any, ClassVar, cast

import httpx
from pydantic import Field, field_validator, model_validator

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.failures import because, of_os
from core.readings import Quality, Reading
from ingest.access import Secured, from_environment, tls_context
from ingest.devices import DeviceSpec
from ingest.payload import (
    MOST_BYTES,
    Absent,
    Clock,
    PayloadPoint,
    checked_form,
    checked_path,
    find,
    read_document,
)

LOG = logging.getLogger(__name__)
Query = dict[str, str | int | float]
Address = tuple[str, tuple[tuple[str, str | int | float], ...]]


class Settings(Secured):
    """Where the device is and how it tells time and success.

    Attributes
    ----------
    url : begin of all addresses, ``http://192.168.1.20``.
    headers : sent with every request. Secrets do not belong there:
    token_env, secret_headers : the environment variables that hold the bearer token, and further
        headers by name. User and password are sent as basic authentication.
    time, time_format : path of the time in an answer, see `ingest.payload`; without it the moment
        of the answer counts.
    status, status_ok, status_none : path of the number by which an answer tells whether it is
        one; the numbers that say so; those that say that there is no such device or that it sleeps.
    reason : path of the text that explains.
    names : what stands in the parameters of points as ``{name}``, numbers of parts for example.
    """

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    token_env: str = ""
    secret_headers: dict[str, str] = Field(default_factory=dict)
    query: Query = Field(default_factory=dict)
    time: str | None = None
    time_format: str = "iso"
    status: str | None = None
    status_ok: tuple[int | str, ...] = (0,)
    status_none: tuple[int | str, ...] = ()
    reason: str | None = None
    names: dict[str, str | int] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ValueError(f"is {url!r}: {error}") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"is {url!r}, not http://... or https://...")
        if parsed.userinfo:
            raise ValueError("has user or password in it; they belong to the environment")
        return url.rstrip("/")

    @field_validator("time", "status", "reason")
    @classmethod
    def _paths(cls, path: str | None) -> str | None:
        return path if path is None else checked_path(path)

    _form = field_validator("time_format")(checked_form)

    @model_validator(mode="after")
    def _is_one_way(self) -> Settings:
        if self.tls and self.url.startswith("http://"):
            raise ValueError("tls is on but url begins with http://")
        if self.token_env and self.user_env:
            raise ValueError("token_env and user_env are given; there is one way to log in")
        return self


class UrlPoint(PayloadPoint):
    """A value in the answer of an address.

    Attributes
    ----------
    url : below that of the device.
    query : parameters, over those of the device.
    """

    url: str = ""
    query: Query = Field(default_factory=dict)


def addresses(device: DeviceSpec) -> dict[Address, list[UrlPoint]]:
    """Points by the address that answers them: its URL, and its parameters with names filled in.

    Raises
    ------
    ConfigError : a parameter names something that the settings do not tell.
    """
    settings: Settings = device.settings
    found: dict[Address, list[UrlPoint]] = {}
    for point in device.points:
        given = {**settings.query, **point.query}
        try:
            query = {
                key: value.format_map(settings.names) if isinstance(value, str) else value
                for key, value in given.items()
            }
        except (KeyError, ValueError, IndexError) as error:
            raise ConfigError(
                f"device {device.name}: names does not tell {error} of the query "
                f"of signal {point.signal!r}"
            ) from error
        found.setdefault((settings.url + point.url, tuple(sorted(query.items()))), []).append(point)
    return found


class HttpJson:
    """Asks the addresses of a device."""

    Settings: ClassVar[type[Settings]] = Settings
    Point: ClassVar[type[UrlPoint]] = UrlPoint

    def __init__(self, device: DeviceSpec) -> None:
        settings: Settings = device.settings
        self._device, self._settings = device, settings
        self._clock = Clock(settings.time, settings.time_format, device.zone)
        self._tls = tls_context(device)
        self._headers = dict(settings.headers)
        token = from_environment(device, "token_env")
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        for name, variable in settings.secret_headers.items():
            self._headers[name] = cast(str, from_environment(device, "secret_headers", variable))
        user = from_environment(device, "user_env")
        password = from_environment(device, "password_env") or ""
        self._auth = httpx.BasicAuth(user, password) if user is not None else None
        self._client: httpx.AsyncClient | None = None
        self._asked = addresses(device)
        self._told: set[str] = set()

    async def open(self) -> None:
        """Make ready; the first poll makes contact."""
        self._client = httpx.AsyncClient(
            headers=self._headers, auth=self._auth, timeout=self._device.timeout_s,
            verify=self._tls if self._tls is not None else True, trust_env=False,
        )  # fmt: skip

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()

    async def poll(self) -> list[Reading]:
        """One reading of every point.

        Raises
        ------
        Unreachable : no connection.
        NoAnswer : nothing within the time allowed.
        BadAnswer : no address gave an answer of use.
        """
        found: dict[str, Reading] = {}
        wrong: list[BadAnswer] = []
        for (url, query), points in self._asked.items():
            try:
                document, none = await self._ask(url, dict(query))
                readings = self._read(document, points, none)
            except BadAnswer as error:
                wrong.append(error)
                self._note(error)
                now = time.time_ns() // 1000
                readings = [point.reading(None, now) for point in points]
            found |= {one.signal: one for one in readings}
        if len(wrong) == len(self._asked):
            raise wrong[0]
        return [found[point.signal] for point in self._device.points]

    def _note(self, error: BadAnswer) -> None:
        """Tell once what is wrong with an address while others answer."""
        if str(error) not in self._told and len(self._told) < 100:
            self._told.add(str(error))
            LOG.warning("bad answer", extra={"device": self._device.name, "why": str(error)})

    async def _ask(self, url: str, query: Mapping[str, Any]) -> tuple[Any, bool]:
        """The document of an address, and whether it says that there is nothing."""
        assert self._client is not None
        try:
            async with self._client.stream("GET", url, params=query or None) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise because(
                        BadAnswer, url, "http", code=answer.status_code, detail=answer.reason_phrase
                    )
                body = bytearray()
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise because(BadAnswer, url, "too_long", count=MOST_BYTES)
            document = read_document(bytes(body))
        except httpx.TimeoutException as error:
            limit = float(self._device.timeout_s)
            raise because(NoAnswer, url, "within", seconds=limit) from error
        except (httpx.RemoteProtocolError, httpx.DecodingError, httpx.InvalidURL) as error:
            raise because(BadAnswer, url, "garbled", detail=str(error)) from error
        except httpx.TransportError as error:
            raise of_os(Unreachable, url, error) from error
        except ValueError as error:
            raise because(BadAnswer, url, "garbled", detail=str(error)) from error
        return document, self._says_none(url, document)

    def _says_none(self, url: str, document: Any) -> bool:
        """Whether the status in an answer says that there is nothing to tell."""
        settings = self._settings
        if settings.status is None:
            return False
        try:
            code = find(document, settings.status)
        except Absent as error:
            raise because(BadAnswer, url, "no_status") from error
        if code in settings.status_none:
            return True
        if code not in settings.status_ok:
            raise because(BadAnswer, url, "status", code=repr(code), detail=self._reason(document))
        return False

    def _reason(self, document: Any) -> str:
        try:
            return str(find(document, self._settings.reason)) if self._settings.reason else ""
        except Absent:
            return ""

    def _read(self, document: Any, points: list[UrlPoint], none: bool) -> list[Reading]:
        now = time.time_ns() // 1000
        if none:
            return [Reading(one.signal, now, math.nan, Quality.NO_VALUE) for one in points]
        try:
            ts = self._clock.at(document, now)
        except ValueError as error:
            raise because(BadAnswer, self._settings.url, "garbled", detail=str(error)) from error
        return [
            point.found_in(document, ts) or Reading(point.signal, ts, math.nan, Quality.NO_VALUE)
            for point in points
        ]
