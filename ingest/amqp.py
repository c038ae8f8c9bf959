"""AMQP 0-9-1: readings from a durable queue, each message acknowledged when it is kept.

Several collectors may consume one queue and share its work. A message that was not acknowledged
when a connection or a program ended goes back to the queue. One that says nothing is counted with
device and reason, becomes readings marked as decode errors where its points are known, and is
rejected once these are kept: it goes to the dead-letter exchange of the queue, if that has one, and
never stands in the way of others.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, ClassVar, Literal

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    AMQPError,
    AuthenticationError,
    ChannelClosed,
    InvalidFrameError,
    ProbableAuthenticationError,
)
from pydantic import Field, field_validator

from core.errors import BadAnswer, DeviceError, Unreachable
from core.failures import because, of_os
from ingest.access import Secured, from_environment, tls_context
from ingest.checks import Host
from ingest.devices import Deliver, DeviceSpec
from ingest.payload import (
    Clock,
    Decoded,
    Decoder,
    PayloadPoint,
    checked_form,
    checked_path,
    merged,
)

# What goes wrong is raised here with its reason; these would tell it again with all their stack.
for _name in ("aio_pika", "aiormq"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
PORT, TLS_PORT = 5672, 5671
CLOSING_S = 3.0
REFUSED = (AuthenticationError, ProbableAuthenticationError, ChannelClosed)
BROKEN = (AMQPError, OSError, RuntimeError, EOFError)


class Settings(Secured):
    """Where the broker is, and the queue.

    Attributes
    ----------
    queue : made where it is not there yet, durable; `passive` only uses what is there.
    exchange, exchange_type : durable; the queue is bound to it by `routing_keys`. Without one the
        queue gets what is sent to its name.
    device_from : level of the routing key that names the device, 1 for the first.
    time, time_format : path of the time in a message, see `ingest.payload`.
    message_time : take the time stamp that AMQP keeps beside a message [whole seconds]. Without
        either the moment of arrival counts.
    prefetch : messages that may wait here for the journal.
    """

    host: Host = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    vhost: str = "/"
    queue: str = Field(min_length=1)
    passive: bool = False
    exchange: str = ""
    exchange_type: Literal["topic", "direct", "fanout"] = "topic"
    routing_keys: tuple[str, ...] = Field(default=("#",), min_length=1)
    device_from: int | None = Field(default=None, ge=1)
    time: str | None = None
    time_format: str = "iso"
    message_time: bool = False
    prefetch: int = Field(default=200, ge=1, le=65535)
    heartbeat_s: int = Field(default=30, ge=1, le=65535)

    @field_validator("time")
    @classmethod
    def _time(cls, path: str | None) -> str | None:
        return path if path is None else checked_path(path)

    _form = field_validator("time_format")(checked_form)


class KeyPoint(PayloadPoint):
    """A value in the messages of a routing key.

    Attributes
    ----------
    routing_key : pattern of the keys that carry it; ``*`` is one word, ``#`` any number.
    """

    routing_key: str = "#"


def key_matches(pattern: str, key: str) -> bool:
    """Whether a routing key fits a pattern of a topic exchange."""
    return _words_match(pattern.split("."), key.split(".") if key else [])


def _words_match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_words_match(pattern[1:], words[at:]) for at in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and _words_match(pattern[1:], words[1:])


class Amqp:
    """One connection to a broker, one consumer of a queue."""

    Settings: ClassVar[type[Settings]] = Settings
    Point: ClassVar[type[KeyPoint]] = KeyPoint

    def __init__(self, device: DeviceSpec) -> None:
        settings: Settings = device.settings
        self._device, self._settings = device, settings
        clock = Clock(settings.time, settings.time_format, device.zone)
        self._decoder = Decoder(device, clock, ".", settings.device_from)
        self.refused = self._decoder.refused
        self._tls = tls_context(device)
        self._user = from_environment(device, "user_env")
        self._password = from_environment(device, "password_env")
        self._inbox: asyncio.Queue[AbstractIncomingMessage | DeviceError] = asyncio.Queue()
        self._connection: AbstractConnection | None = None
        self._queue: AbstractQueue | None = None

    def _where(self) -> str:
        settings = self._settings
        return f"{settings.host}:{settings.port or (TLS_PORT if settings.tls else PORT)}"

    async def open(self) -> None:
        """Connect; make queue and binding where they are not there yet.

        Raises
        ------
        Unreachable : no connection, or a certificate that is not believed.
        BadAnswer : the broker does not let this user in, or has another queue of this name.
        """
        settings = self._settings
        known: dict[str, Any] = {"heartbeat": settings.heartbeat_s}
        if self._user is not None:
            known |= {"login": self._user, "password": self._password or ""}
        try:
            self._connection = await aio_pika.connect(
                host=settings.host, port=settings.port or (TLS_PORT if settings.tls else PORT),
                virtualhost=settings.vhost, ssl=settings.tls, ssl_context=self._tls, **known,
            )  # fmt: skip
            self._connection.close_callbacks.add(self._ended)
            channel = await self._connection.channel(publisher_confirms=False)
            channel.close_callbacks.add(self._ended)
            await channel.set_qos(prefetch_count=settings.prefetch)
            self._queue = await self._declared(channel)
            # Without this a queue that somebody deletes would only be silent.
            spoken = await channel.get_underlay_channel()
            spoken.on_consumer_cancel_callbacks.add(self._cancelled)
        except InvalidFrameError as error:  # all that is told of a virtual host that is not there
            raise BadAnswer(
                f"{self._where()} does not open the virtual host {settings.vhost!r}: {error}"
            ) from error
        except REFUSED as error:
            raise because(BadAnswer, self._where(), "refuses", detail=str(error)) from error
        except BROKEN as error:
            raise of_os(Unreachable, self._where(), error) from error

    async def _declared(self, channel: AbstractChannel) -> AbstractQueue:
        settings = self._settings
        queue = await channel.declare_queue(settings.queue, durable=True, passive=settings.passive)
        if settings.exchange:
            exchange = await channel.declare_exchange(
                settings.exchange, settings.exchange_type, durable=True, passive=settings.passive
            )
            for key in settings.routing_keys:
                await queue.bind(exchange, key)
        return queue

    def _ended(self, sender: Any, reason: BaseException | None = None) -> None:
        self._inbox.put_nowait(because(Unreachable, self._where(), "ended", detail=str(reason)))

    def _cancelled(self, frame: Any) -> None:
        self._inbox.put_nowait(because(Unreachable, repr(self._settings.queue), "queue_deleted"))

    async def _arrived(self, message: AbstractIncomingMessage) -> None:
        self._inbox.put_nowait(message)

    async def listen(self, deliver: Deliver) -> None:
        """Deliver messages until cancelled; acknowledge each when it is kept.

        Raises
        ------
        Unreachable : the connection ended, or somebody deleted the queue.
        """
        assert self._queue is not None
        try:
            await self._queue.consume(self._arrived)
            while True:
                taken = await self._take()
                decoded = [self._read(message) for message in taken]
                batches = merged([one.batch for one in decoded])
                if batches:
                    await deliver(batches)
                await _settle(taken, decoded)
        except BROKEN as error:
            raise of_os(Unreachable, self._where(), error) from error

    async def _take(self) -> list[AbstractIncomingMessage]:
        """Everything that waits, at least one."""
        taken: list[AbstractIncomingMessage] = []
        while not taken or not self._inbox.empty():
            came = await self._inbox.get()
            if isinstance(came, DeviceError):
                raise came
            taken.append(came)
        return taken

    def _read(self, message: AbstractIncomingMessage) -> Decoded:
        key, arrival = message.routing_key or "", time.time_ns() // 1000
        points = [one for one in self._device.points if key_matches(one.routing_key, key)]
        told = message.timestamp if self._settings.message_time else None
        stamp = round(told.timestamp() * 1e6) if told is not None else None
        return self._decoder.decode(key, message.body, points, arrival, stamp)

    async def close(self) -> None:
        """Disconnect; what was not acknowledged goes back to the queue."""
        if self._connection is None:
            return
        with suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._connection.close()


async def _settle(taken: list[AbstractIncomingMessage], decoded: list[Decoded]) -> None:
    """Acknowledge messages that are kept, reject those of no use."""
    for message, one in zip(taken, decoded, strict=True):
        if one.refused:
            await message.reject(requeue=False)
        else:
            await message.ack()
