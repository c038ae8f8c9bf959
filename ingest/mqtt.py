"""MQTT 3.1.1 and 5: readings from the messages of a broker, none of them lost.

The broker keeps a session by client id. A message is acknowledged when the journal has its
readings; what was not acknowledged when a connection, the broker or this program ended, comes
again. Twice is possible and harmless where the message tells its own time: the journal keeps one
reading for each moment. A message without a time of its own gets that of its arrival, so one that
waited at the broker is late and one that comes again is a second reading.

Of programs that name the same `share` each gets a part of the messages (MQTT 5, shared
subscriptions). What one of them was given waits in its own session until it comes back.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    topic_matches_sub,
)
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions
from pydantic import Field, field_validator, model_validator

from core.errors import BadAnswer, ConfigError, Unreachable
from core.failures import because, of_os
from core.readings import Batch, Quality, Reading
from ingest.access import Secured, from_environment, tls_context
from ingest.checks import Host
from ingest.devices import Deliver, DeviceSpec
from ingest.payload import Clock, Decoder, PayloadPoint, checked_form, checked_path, merged

LOG = logging.getLogger(__name__)
PORT, TLS_PORT = 1883, 8883
VERSIONS = {"3.1.1": MQTTProtocolVersion.MQTTv311, "5": MQTTProtocolVersion.MQTTv5}


class Settings(Secured):
    """Where the broker is and what is subscribed there.

    Attributes
    ----------
    topic : filter with ``+`` and ``#``; a point's own topic stands below it.
    device_from : level of the topic that names the device, 1 for the first: with 2 the topic
        ``houses/+/power`` is about as many devices as there are houses.
    time, time_format : path of the time in a message, see `ingest.payload`; without it the moment
        of arrival counts.
    share : group of programs that share the messages between them (MQTT 5); empty for all of them.
    client_id : by which the broker knows the session. Two programs must not share one.
    clean_start : begin without what the broker kept.
    session_expiry_s : how long the broker keeps it (MQTT 5; with 3.1.1 its own settings say).
    retained : the broker's memory of the last message. ``mark`` calls it stale when it is older
        than the device's `stale_after_s` or tells no time; ``skip`` leaves it out.
    pending : messages that may wait here for the journal; the broker holds back the others.
    """

    host: Host = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    version: Literal["3.1.1", "5"] = "5"
    topic: str = ""
    device_from: int | None = Field(default=None, ge=1)
    time: str | None = None
    time_format: str = "iso"
    share: str = ""
    client_id: str = ""
    clean_start: bool = False
    session_expiry_s: int = Field(default=7 * 86_400, ge=0, lt=2**32)
    retained: Literal["mark", "skip"] = "mark"
    keepalive_s: int = Field(default=30, ge=1, le=65535)
    pending: int = Field(default=200, ge=1, le=65535)

    @field_validator("topic")
    @classmethod
    def _topic(cls, topic: str) -> str:
        return checked_filter(topic)

    @model_validator(mode="after")
    def _shares(self) -> Settings:
        if set(self.share) & set("/+#\0"):
            raise ValueError(f"share {self.share!r} has / + or # in it")
        if self.share and self.version != "5":
            raise ValueError("share needs version 5")
        return self

    @field_validator("time")
    @classmethod
    def _time(cls, path: str | None) -> str | None:
        return path if path is None else checked_path(path)

    _form = field_validator("time_format")(checked_form)


class TopicPoint(PayloadPoint):
    """A value in the messages of a topic.

    Attributes
    ----------
    topic : below the device's; empty for that one itself.
    """

    topic: str = ""

    @model_validator(mode="after")
    def _topic(self) -> TopicPoint:
        if not self.each:
            checked_filter(self.topic)
        return self


def checked_filter(topic: str) -> str:
    """A topic filter, for a validator.

    Raises
    ------
    ValueError : a wildcard does not stand alone on its level, or ``#`` not at the end.
    """
    levels = topic.split("/")
    if levels[0] == "$share":
        raise ValueError(f"{topic!r}: the group of a shared subscription is the setting share")
    for number, level in enumerate(levels):
        alone = level in ("+", "#") or not ("+" in level or "#" in level)
        if not alone or (level == "#" and number + 1 < len(levels)) or "\0" in level:
            raise ValueError(f"{topic!r} is no topic filter: {level!r}")
    return topic


def joined(*topics: str) -> str:
    """Topics one below the other, empty ones left out."""
    return "/".join(topic for topic in topics if topic)


@dataclass(frozen=True)
class _Message:
    """What came, with the moment it did [µs UTC]."""

    topic: str
    payload: bytes
    retained: bool
    arrival: int
    mid: int
    qos: int


class Mqtt:
    """One connection to a broker. paho's thread receives, the event loop delivers."""

    Settings: ClassVar[type[Settings]] = Settings
    Point: ClassVar[type[TopicPoint]] = TopicPoint

    def __init__(self, device: DeviceSpec) -> None:
        settings: Settings = device.settings
        self._device, self._settings = device, settings
        self._filters = {
            point.signal: joined(settings.topic, point.topic) for point in device.points
        }
        empty = next((signal for signal, topic in self._filters.items() if not topic), None)
        if empty is not None:
            raise ConfigError(f"device {device.name}: no topic for signal {empty!r}")
        for topic in self._filters.values():
            levels = topic.split("/")
            if (settings.device_from or 0) > len(levels) and levels[-1] != "#":
                raise ConfigError(
                    f"device {device.name}: device_from is {settings.device_from}, expected at "
                    f"most {len(levels)}, the levels of topic {topic!r}"
                )
        clock = Clock(settings.time, settings.time_format, device.zone)
        self._decoder = Decoder(device, clock, "/", settings.device_from)
        self.refused = self._decoder.refused
        self._inbox: asyncio.Queue[_Message | Unreachable] = asyncio.Queue()
        self._room = threading.Semaphore(settings.pending)
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        # The broker's next answer, while `open` waits for one.
        self._expected: asyncio.Future[list[ReasonCode]] | None = None
        self._client = self._make_client()

    def _make_client(self) -> Client:
        settings, five = self._settings, self._settings.version == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id or f"ziggurat-{self._device.name}",
            clean_session=None if five else settings.clean_start,
            protocol=VERSIONS[settings.version],
            reconnect_on_failure=False,  # the collector waits and opens a new one
            manual_ack=True,
        )
        context = tls_context(self._device)
        if context is not None:
            client.tls_set_context(context)
        user = from_environment(self._device, "user_env")
        if user is not None:
            client.username_pw_set(user, from_environment(self._device, "password_env"))
        client.connect_timeout = self._device.timeout_s
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    # --- paho's thread ---------------------------------------------------------------------------

    def _tell(self, what: Any, *args: Any) -> None:
        """Call something in the event loop, unless that has ended."""
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *args)

    def _on_connect(
        self, client: Client, data: Any, flags: ConnectFlags, reason: ReasonCode,
        properties: Properties | None,
    ) -> None:  # fmt: skip
        told = {"device": self._device.name, "kept": flags.session_present}
        LOG.info("session", extra=told)
        self._tell(self._answered, [reason])

    def _on_subscribe(
        self, client: Client, data: Any, mid: int, reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:  # fmt: skip
        self._tell(self._answered, reasons)

    def _on_disconnect(
        self, client: Client, data: Any, flags: DisconnectFlags, reason: ReasonCode,
        properties: Properties | None,
    ) -> None:  # fmt: skip
        self._tell(self._ended, str(reason))

    def _on_message(self, client: Client, data: Any, message: MQTTMessage) -> None:
        arrival = time.time_ns() // 1000
        # While the journal is behind, this thread waits and the broker's connection fills up.
        while not self._room.acquire(timeout=0.2):
            if self._closing.is_set():
                return
        came = _Message(
            message.topic, bytes(message.payload), message.retain, arrival, message.mid,
            message.qos,
        )  # fmt: skip
        self._tell(self._inbox.put_nowait, came)

    # --- event loop ------------------------------------------------------------------------------

    def _where(self) -> str:
        settings = self._settings
        return f"{settings.host}:{settings.port or (TLS_PORT if settings.tls else PORT)}"

    def _answered(self, reasons: list[ReasonCode]) -> None:
        if self._expected is not None and not self._expected.done():
            self._expected.set_result(reasons)

    def _ended(self, why: str) -> None:
        if self._expected is not None and not self._expected.done():
            self._expected.set_exception(because(Unreachable, self._where(), "ended", detail=why))
        self._inbox.put_nowait(because(Unreachable, self._where(), "ended", detail=why))

    def _connect(self) -> None:
        """Connect, in a thread; an attempt that was given up meanwhile is ended at once."""
        settings = self._settings
        port = settings.port or (TLS_PORT if settings.tls else PORT)
        if settings.version == "5":
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = settings.session_expiry_s
            properties.ReceiveMaximum = settings.pending
            self._client.connect(
                settings.host, port, settings.keepalive_s, clean_start=settings.clean_start,
                properties=properties,
            )  # fmt: skip
        else:
            self._client.connect(settings.host, port, settings.keepalive_s)
        if self._closing.is_set():
            self._client.disconnect()

    async def open(self) -> None:
        """Connect and subscribe.

        Raises
        ------
        Unreachable : no connection, or a certificate that is not believed.
        BadAnswer : the broker does not let this user in, or not read a topic.
        """
        self._loop = asyncio.get_running_loop()
        self._expected = self._loop.create_future()
        try:
            await asyncio.to_thread(self._connect)
        except (OSError, UnicodeError) as error:
            raise of_os(Unreachable, self._where(), error) from error
        self._client.loop_start()
        for reason in await self._expected:
            if reason.is_failure:
                raise because(BadAnswer, self._where(), "refuses", detail=str(reason))
        await self._subscribe(self._loop.create_future())

    async def _subscribe(self, granted: asyncio.Future[list[ReasonCode]]) -> None:
        self._expected = granted
        filters = sorted(set(self._filters.values()))
        wanted: list[Any]
        if self._settings.version == "5":
            # Retained messages come with a new subscription only, not with every connection.
            again = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
            group = f"$share/{self._settings.share}/" if self._settings.share else ""
            options = SubscribeOptions(qos=1, retainHandling=again)
            wanted = [(f"{group}{one}", options) for one in filters]
        else:
            wanted = [(one, 1) for one in filters]
        code, _ = self._client.subscribe(wanted)
        if code is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise because(Unreachable, self._where(), "detail", detail=code.name)
        for topic, reason in zip(filters, await granted, strict=True):
            if reason.is_failure:
                raise because(
                    BadAnswer, self._where(), "refuses_topic", topic=topic, detail=str(reason)
                )

    async def listen(self, deliver: Deliver) -> None:
        """Deliver messages until cancelled; acknowledge each when it is kept.

        Raises
        ------
        Unreachable : the connection ended. What was not acknowledged comes again.
        """
        while True:
            taken = await self._take()
            batches = merged([self._read(message) for message in taken])
            if batches:
                await deliver(batches)
            for message in taken:
                self._client.ack(message.mid, message.qos)
            self._room.release(len(taken))

    async def _take(self) -> list[_Message]:
        """Everything that waits, at least one."""
        taken: list[_Message] = []
        while not taken or not self._inbox.empty():
            came = await self._inbox.get()
            if isinstance(came, Unreachable):
                raise came
            taken.append(came)
        return taken

    def _read(self, message: _Message) -> Batch:
        if message.retained and self._settings.retained == "skip":
            return Batch(self._device.name, [])
        points = [
            point for point in self._device.points
            if topic_matches_sub(self._filters[point.signal], message.topic)
        ]  # fmt: skip
        decoded = self._decoder.decode(message.topic, message.payload, points, message.arrival)
        if not message.retained:
            return decoded.batch
        readings = [self._remembered(one, message.arrival) for one in decoded.batch.readings]
        return Batch(decoded.batch.device, readings)

    def _remembered(self, reading: Reading, arrival: int) -> Reading:
        """A reading that the broker kept for whoever comes."""
        limit = self._device.stale_after_s
        old = limit is not None and arrival - reading.ts > limit * 1e6
        if reading.quality is Quality.GOOD and (self._settings.time is None or old):
            return reading._replace(quality=Quality.STALE)
        return reading

    async def close(self) -> None:
        """Disconnect; the broker keeps the session."""
        self._closing.set()
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        # Without its callbacks nothing holds on to the client, which closes its sockets then.
        for name in ("on_connect", "on_subscribe", "on_disconnect", "on_message"):
            setattr(self._client, name, None)
