"""OPC UA: many nodes read in one request, or a subscription that tells what changes.

Addresses are node ids as the standard writes them (OPC 10000-6, 5.3.1.10): ``ns=2;s=Rack1.Soc``,
``i=2258``, or with the namespace's URI, which stays the same when a server numbers anew:
``nsu=http://vendor.example/bms;s=Rack1.Soc``.

A device is asked, ``mode = "read"``, or tells, ``mode = "subscribe"``; the second is the transport
``opcua-subscribe``, and both share settings and points.

A notification is confirmed by the protocol's stack when it arrives, not when the journal has it.
What a collector held that was killed outright, and what came while it was away, is read from the
history of the server where that keeps one. Without a history it is lost: of each node there is the
value of now.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time_ns
from typing import Any, ClassVar, Literal
from urllib.parse import urlparse

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node
from asyncua.common.subscription import DataChangeEvent, OverflowPolicy, StatusChangeEvent
from asyncua.common.utils import ServiceError
from asyncua.crypto import security_policies, uacrypto
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes, get_name_and_doc
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509
from pydantic import Field, field_validator, model_validator

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.failures import because, of_os
from core.readings import Batch, Quality, Reading
from ingest import devices
from ingest.devices import Deliver, DeviceSpec, TransportSettings
from ingest.opcua_history import WINDOW_US, read_history, remembered, windows

_log = logging.getLogger(__name__)
# What the library logs arrives here as an exception too, and is told once, by the collector.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)

CLOSE_S = 1.0  # longest time for good-byes to a server that may be dead
WAITING = 100_000  # notifications held while the journal is busy; beyond, the connection is dropped
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MODES = {
    "sign": ua.MessageSecurityMode.Sign,
    "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
# Status codes of a service that say that the session is gone, not that the request was wrong.
_GONE = frozenset(
    {
        StatusCodes.BadConnectionClosed,
        StatusCodes.BadCommunicationError,
        StatusCodes.BadNoCommunication,
        StatusCodes.BadNotConnected,
        StatusCodes.BadSecureChannelClosed,
        StatusCodes.BadSecureChannelIdInvalid,
        StatusCodes.BadServerHalted,
        StatusCodes.BadServerNotConnected,
        StatusCodes.BadSessionClosed,
        StatusCodes.BadSessionIdInvalid,
        StatusCodes.BadSessionNotActivated,
        StatusCodes.BadShutdown,
        StatusCodes.BadSubscriptionIdInvalid,
    }
)
# Status codes of a value that say that its bytes could not be understood.
_UNDECODED = frozenset(
    {
        StatusCodes.BadDecodingError,
        StatusCodes.BadEncodingError,
        StatusCodes.BadDataEncodingInvalid,
        StatusCodes.BadDataEncodingUnsupported,
        StatusCodes.BadTypeMismatch,
    }
)


class OpcUaPoint(devices.Point):
    """A node whose value is a number, or an array of numbers of which this is one.

    Attributes
    ----------
    node : its id, e.g. ``ns=2;s=Rack1.Soc``.
    index : 0-based place in an array; with `each`, of the first of its points.
    """

    node: str = Field(min_length=1)
    index: int | None = Field(default=None, ge=0)

    @field_validator("node")
    @classmethod
    def _is_a_node_id(cls, node: str) -> str:
        parse_node(node)
        return node

    def shifted(self, place: Mapping[str, int]) -> dict[str, Any]:
        """An element of an array moves on with every combination of `each`."""
        if self.index is None:
            return {}
        moved = 0
        for name, (first, last) in self.each.items():
            moved = moved * (last - first + 1) + place[name] - first
        return {"index": self.index + moved}

    def value_of(self, value: Any) -> float | None:
        """The number that a value of the node holds for this point; None where it holds none."""
        if self.index is not None:
            if not isinstance(value, list) or self.index >= len(value):
                return None
            value = value[self.index]
        return float(value) if isinstance(value, bool | int | float) else None


class OpcUaSettings(TransportSettings):
    """Where the server is, and what it must see before it answers.

    Attributes
    ----------
    url : ``opc.tcp://host:4840/path``.
    mode : ask for values every period, or be told of changes.
    security : of messages. Anything but ``none`` needs `certificate` and `private_key`.
    certificate, private_key : of this client, PEM or DER; the server must trust the first, whose
        application URI is the one that this client names.
    server_certificate : what the server must prove to be; without it any is believed.
    private_key_password_env, user_env, password_env : names of environment variables.
    plain_password : allows a user name without security, where the password may be readable.
    clock : time of readings, of the source of the value or of the server. A source that keeps
        the time of the last change makes one reading of a value that stays the same.
    nodes_per_read : most nodes of one request; 0 leaves it to what the server says.
    publish_s, sample_s : how often a subscription tells and the server looks [s].
    queue : changes of a node that the server holds between two notifications.
    gather_s : time for which notifications are gathered into one write [s].
    history_s : how far back a server's own history is asked for what a subscription missed [s].
    """

    url: str
    mode: Literal["read", "subscribe"] = "read"
    security: Literal["none", "sign", "sign_and_encrypt"] = "none"
    policy: Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"] = (
        "Basic256Sha256"
    )
    certificate: Path | None = None
    private_key: Path | None = None
    private_key_password_env: str | None = None
    server_certificate: Path | None = None
    user_env: str | None = None
    password_env: str | None = None
    plain_password: bool = False
    clock: Literal["source", "server"] = "source"
    nodes_per_read: int = Field(default=0, ge=0)
    publish_s: float = Field(default=1.0, gt=0)
    sample_s: float = Field(default=0.0, ge=0)
    queue: int = Field(default=10, ge=1)
    gather_s: float = Field(default=0.1, ge=0)
    history_s: float = Field(default=86_400.0, ge=0)

    @field_validator("url")
    @classmethod
    def _is_opc_tcp(cls, url: str) -> str:
        parts = urlparse(url)
        if parts.scheme != "opc.tcp" or not parts.hostname:
            raise ValueError(f"is {url!r}, not opc.tcp://host:port")
        if "@" in parts.netloc:
            raise ValueError("holds a user name; name environment variables with user_env")
        return url

    @model_validator(mode="after")
    def _holds_together(self) -> OpcUaSettings:
        if self.security != "none" and not (self.certificate and self.private_key):
            raise ValueError(f"security {self.security!r} needs certificate and private_key")
        if (self.user_env is None) != (self.password_env is None):
            raise ValueError("user_env and password_env go together")
        if self.user_env and self.security == "none" and not self.plain_password:
            raise ValueError(
                "user_env with security 'none' may send a readable password; "
                "choose a security, or allow it with plain_password = true"
            )
        return self

    def spoken(self, transport: str) -> str:
        """`mode` chooses between reading and being told."""
        return "opcua-subscribe" if self.mode == "subscribe" else transport


class OpcUaSubscriptionSettings(OpcUaSettings):
    """The same for a template that is meant to be subscribed to."""

    mode: Literal["read", "subscribe"] = "subscribe"

    @field_validator("mode")
    @classmethod
    def _subscribes(cls, mode: str) -> str:
        if mode != "subscribe":
            raise ValueError("is 'read', which is the transport opcua")
        return mode


def parse_node(text: str) -> ua.NodeId:
    """Node id from its text.

    Raises
    ------
    ValueError : it is none.
    """
    try:
        return ua.NodeId.from_string(text)
    except (UaError, ValueError, TypeError) as error:
        raise ValueError(f"is {text!r}, no node id such as ns=2;s=Name or i=2258") from error


def microseconds(moment: datetime | None) -> int | None:
    """Time [µs UTC] of a stamp; None where the server left it out."""
    if moment is None:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    elapsed = (moment - _EPOCH) // timedelta(microseconds=1)
    return elapsed if elapsed > 0 else None  # 1601 and 1970 mean that a clock was never set


def read_reading(point: OpcUaPoint, value: ua.DataValue, now: int, clock: str) -> Reading:
    """What a data value says of a point: value, time and quality.

    A bad status is a value that the device does not have; an uncertain one is its last value,
    as good as it gets. `now` [µs UTC] is the time of those without a stamp.
    """
    source, server = microseconds(value.SourceTimestamp), microseconds(value.ServerTimestamp)
    ts = (source or server if clock == "source" else server or source) or now
    status = value.StatusCode or ua.StatusCode()
    held = value.Value.Value if value.Value is not None else None
    if status.is_bad():
        undecoded = status.value in _UNDECODED
        quality = Quality.DECODE_ERROR if undecoded else Quality.NO_VALUE
        return Reading(point.signal, ts, math.nan, quality)
    if held is None:
        return Reading(point.signal, ts, math.nan, Quality.NO_VALUE)
    reading = point.reading(point.value_of(held), ts)
    if status.is_uncertain() and reading.quality is Quality.GOOD:
        return reading._replace(quality=Quality.STALE)
    return reading


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Errors of the library as those of the project."""
    try:
        yield
    except TimeoutError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # The library's own waiting turns being cancelled into a timeout now and then.
            raise asyncio.CancelledError from error
        raise because(NoAnswer, url, "no_answer") from error
    except OSError as error:
        raise of_os(Unreachable, url, error) from error
    except (UaStatusCodeError, ServiceError) as error:
        name = get_name_and_doc(error.code)[0]
        if error.code == StatusCodes.BadTimeout:
            raise because(NoAnswer, url, "detail", detail=name) from error
        kind = Unreachable if error.code in _GONE else BadAnswer
        raise because(kind, url, "detail", detail=name) from error
    except (UaError, ValueError, AttributeError, TypeError, AssertionError) as error:
        # The library meets answers of the wrong shape with whatever its decoding stumbles over.
        told = str(error) or type(error).__name__
        raise because(BadAnswer, url, "garbled", detail=told) from error


def _secret(name: str | None) -> str | None:
    if name is None:
        return None
    found = os.environ.get(name)
    if found is None:
        raise ConfigError(f"the environment variable {name} is not set")
    return found


class _Session:
    """A connection to a server with the ids of a device's nodes."""

    Settings: ClassVar[type[OpcUaSettings]] = OpcUaSettings
    Point: ClassVar[type[OpcUaPoint]] = OpcUaPoint

    def __init__(self, device: DeviceSpec) -> None:
        self._device = device
        self._settings: OpcUaSettings = device.settings
        self._points: Sequence[OpcUaPoint] = device.points
        self._client: Client | None = None
        self._by_node: dict[ua.NodeId, list[OpcUaPoint]] = {}
        self._unknown: list[OpcUaPoint] = []  # of namespaces that the server does not have
        self._per_read = self._settings.nodes_per_read

    async def open(self) -> None:
        """Connect, prove who we are, and find out what namespaces are numbered.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        ConfigError : a certificate, a key or an environment variable is missing.
        """
        settings = self._settings
        self._client = client = Client(settings.url, timeout=self._device.timeout_s)
        client.name = client.description = "Ziggurat collector"
        user, password = _secret(settings.user_env), _secret(settings.password_env)
        if user is not None and password is not None:
            client.set_user(user)
            client.set_password(password)
        with _told(settings.url):
            if settings.security != "none":
                await self._secure(client)
            await client.connect()
            await self._resolve(client)

    async def _secure(self, client: Client) -> None:
        settings = self._settings
        assert settings.certificate and settings.private_key
        password = _secret(settings.private_key_password_env)
        for path in (settings.certificate, settings.private_key, settings.server_certificate):
            if path is not None and not path.is_file():
                raise ConfigError(f"device {self._device.name}: no file {path}")
        try:
            own = await uacrypto.load_certificate(settings.certificate)
            await uacrypto.load_private_key(settings.private_key, password)
            if settings.server_certificate is not None:
                await uacrypto.load_certificate(settings.server_certificate)
        except (ValueError, TypeError, OSError) as error:
            raise ConfigError(f"device {self._device.name}: certificate or key: {error}") from error
        client.application_uri = application_uri(own) or client.application_uri
        given = settings.server_certificate
        await client.set_security(
            getattr(security_policies, f"SecurityPolicy{settings.policy}"),
            settings.certificate,
            settings.private_key,
            private_key_password=password,
            server_certificate=str(given) if given else None,
            mode=_MODES[settings.security],
        )

    async def _resolve(self, client: Client) -> None:
        """Numbers of the namespaces that points name by URI, and how much a request may ask."""
        uris = await client.get_namespace_array()
        self._by_node, self._unknown = {}, []
        for point in self._points:
            node = parse_node(point.node)
            uri = getattr(node, "NamespaceUri", None)
            if uri is not None:
                if uri not in uris:
                    self._unknown.append(point)
                    continue
                node = ua.NodeId(node.Identifier, ua.Int16(uris.index(uri)), node.NodeIdType)
            self._by_node.setdefault(node, []).append(point)
        if self._unknown:
            named = ", ".join(sorted({point.node for point in self._unknown}))
            _log.warning("%s: the server has no namespace of %s", self._device.name, named)
        if not self._settings.nodes_per_read:
            limit = ua.NodeId(
                ua.Int32(ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead)
            )
            [told] = await client.uaclient.read_attributes([limit], AttributeIds.Value)
            held = told.Value.Value if told.Value is not None else None
            self._per_read = held if isinstance(held, int) else 0

    async def close(self) -> None:
        """Say good-bye if the server still listens, and close the socket in any case."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            with suppress(OSError, UaError, ServiceError):  # TimeoutError is an OSError
                async with asyncio.timeout(CLOSE_S):
                    await client.disconnect()
        finally:
            with suppress(OSError, UaError):
                client.disconnect_socket()

    def _connected(self) -> Client:
        if self._client is None:
            raise because(Unreachable, self._settings.url, "not_open")
        return self._client

    def _without_value(self, points: Sequence[OpcUaPoint]) -> list[Reading]:
        now = time_ns() // 1000
        return [Reading(point.signal, now, math.nan, Quality.NO_VALUE) for point in points]


class OpcUa(_Session):
    """A server that is asked for all nodes in one request, or in as few as it allows."""

    def __init__(self, device: DeviceSpec) -> None:
        super().__init__(device)
        if self._settings.mode != "read":
            raise ConfigError(f"device {device.name}: mode = 'subscribe' is opcua-subscribe")

    async def poll(self) -> list[Reading]:
        """One reading of every point.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        client = self._connected()
        nodes = list(self._by_node)
        step = self._per_read or len(nodes) or 1
        readings = self._without_value(self._unknown)
        for start in range(0, len(nodes), step):
            asked = nodes[start : start + step]
            with _told(self._settings.url):
                values = await client.uaclient.read_attributes(asked, AttributeIds.Value)
            if len(values) != len(asked):
                raise because(
                    BadAnswer, self._settings.url, "count", found=len(values), asked=len(asked)
                )
            now = time_ns() // 1000
            for node, value in zip(asked, values, strict=True):
                for point in self._by_node[node]:
                    readings.append(read_reading(point, value, now, self._settings.clock))
        return readings


class OpcUaSubscription(_Session):
    """A server that tells what has changed."""

    Settings: ClassVar[type[OpcUaSettings]] = OpcUaSubscriptionSettings

    def __init__(self, device: DeviceSpec) -> None:
        super().__init__(device)
        self._since: int | None = None

    def resume(self, since: int) -> None:
        """Ask the server's history for what came after a moment [µs UTC], before `listen`."""
        self._since = since

    async def _catch_up(self, deliver: Deliver, until: int) -> None:
        """Hand on what the server remembers up to a moment [µs UTC], oldest first.

        In order of time, all nodes together: what is kept last then says how far it got, whenever
        it is ended.
        """
        client, settings = self._connected(), self._settings
        # The history is asked by the time of the source; by another clock it has other readings.
        if self._since is None or settings.history_s <= 0 or settings.clock != "source":
            return
        with _told(settings.url):
            nodes = await remembered(client, list(self._by_node), self._per_read)
        for start, end in windows(self._since, until, round(settings.history_s * 1e6)):
            readings: list[Reading] = []
            for node in nodes:
                with _told(settings.url):
                    values = await read_history(client, node, start, end, _GONE)
                readings += [one for value in values for one in self._of_node(node, value)]
            if readings:
                await deliver([Batch(self._device.name, readings)])
            self._since = end

    async def listen(self, deliver: Deliver) -> None:
        """Hand on what the server tells, until cancelled.

        Raises
        ------
        Unreachable : the connection or the subscription is gone.
        NoAnswer, BadAnswer : the server does not let itself be subscribed to.
        """
        client, settings = self._connected(), self._settings
        lost = asyncio.Event()

        async def note_loss(_: Exception) -> None:
            lost.set()

        client.connection_lost_callback = note_loss
        while self._since is not None and time_ns() // 1000 - self._since > 2 * WINDOW_US:
            before = self._since
            await self._catch_up(deliver, time_ns() // 1000)
            if self._since == before:  # it is not to be asked
                break
        with _told(settings.url):
            subscription = await client.create_subscription(
                settings.publish_s * 1000, queue_maxsize=WAITING, overflow=OverflowPolicy.DISCONNECT
            )
            nodes = [client.get_node(node) for node in self._by_node]
            results = await subscription.subscribe_data_change(
                nodes,
                queuesize=settings.queue,
                sampling_interval=ua.Double(settings.sample_s * 1000),
            )
        # What came before the subscription stood; the server holds what comes now.
        await self._catch_up(deliver, time_ns() // 1000)
        refused = [*self._unknown, *self._refused(nodes, results)]
        if refused:
            await deliver([Batch(self._device.name, self._without_value(refused))])
        events: asyncio.Queue[Any] = asyncio.Queue(maxsize=1000)
        pump = asyncio.create_task(_pump(subscription, events))
        gone = asyncio.create_task(lost.wait())
        try:
            while True:
                first = asyncio.create_task(events.get())
                await asyncio.wait({first, gone, pump}, return_when=asyncio.FIRST_COMPLETED)
                if not first.done():
                    first.cancel()
                    raise because(Unreachable, settings.url, "lost")
                found = [first.result()]
                await asyncio.sleep(settings.gather_s)
                while not events.empty():
                    found.append(events.get_nowait())
                readings = [one for event in found for one in self._readings(event)]
                if readings:
                    await deliver([Batch(self._device.name, readings)])
                for event in found:
                    _refuse_end(event, settings.url)
        finally:
            for task in (pump, gone):
                task.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)

    def _refused(self, nodes: Sequence[Node], results: Sequence[Any]) -> list[OpcUaPoint]:
        """Points of nodes that the server does not watch, told once in the log."""
        refused = []
        for node, result in zip(nodes, results, strict=True):
            if isinstance(result, ua.StatusCode):
                refused += self._by_node[node.nodeid]
                _log.warning("%s: %s: %s", self._device.name, node.nodeid, result.name)
        return refused

    def _readings(self, event: Any) -> list[Reading]:
        if not isinstance(event, DataChangeEvent):
            return []
        return self._of_node(event.node.nodeid, event.data.monitored_item.Value)

    def _of_node(self, node: ua.NodeId, value: ua.DataValue) -> list[Reading]:
        now = time_ns() // 1000
        return [
            read_reading(point, value, now, self._settings.clock) for point in self._by_node[node]
        ]


def _refuse_end(event: Any, url: str) -> None:
    """Raise where the server says that the subscription has ended."""
    if isinstance(event, StatusChangeEvent) and not event.notification.Status.is_good():
        raise because(Unreachable, url, "ended", detail=event.notification.Status.name)


async def _pump(subscription: Any, events: asyncio.Queue[Any]) -> None:
    """Move what a subscription tells to a queue that can be emptied without waiting."""
    async for event in subscription:
        await events.put(event)


def application_uri(certificate: x509.Certificate) -> str | None:
    """The URI by which a certificate names its application, which a client must use too."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return None
    return next(iter(names.value.get_values_for_type(x509.UniformResourceIdentifier)), None)
