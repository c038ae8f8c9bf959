"""Simulated households over a broker: meters that publish, and a roof that is added to them.

`publish` sends the power of houses to MQTT or AMQP. `PvBeside` takes it from there, adds what a
roof gives at that moment, and keeps both as a CSV per meter and day, besides the journal.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import Logger
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from core.errors import ConfigError, Unreachable
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from ingest.daily_csv import DailyCsv
from ingest.devices import DeviceSpec, transport_class
from ingest.simulate_house import house_power, pv_power

LOAD, PV, SUM, NET = "load_power", "pv_power", "sum_power", "net_power"
COLUMNS = ("timestamp", "meter_power_w", "pv_power_w", "sum_power_w", "net_power_w")
RETRY_S = 1.0
CONFIRM_S = 10.0
NOBODY_SUBSCRIBED = 0x10  # reason code of MQTT 5, section 3.4.2.1
PORTS = {"mqtt": 1883, "amqp": 5672}
SHARE = "pv"  # group of the consumers of an MQTT broker
DEFAULT_NAME = "houses"  # of the topic, or of the queue


@dataclass(frozen=True)
class Broker:
    """Where messages go: ``mqtt://host:port/topic`` or ``amqp://host:port/queue``.

    Attributes
    ----------
    name : first levels of the topic, or the queue.
    user_env, password_env : names of environment variables.
    """

    kind: str
    host: str
    port: int
    name: str
    user_env: str = ""
    password_env: str = ""


def parse_broker(url: str, user_env: str = "", password_env: str = "") -> Broker:
    """The broker of an address.

    Raises
    ------
    ConfigError : it is no such address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"broker {url!r}: {error}") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise ConfigError(f"broker {url!r} is not mqtt://host:port/topic or amqp://host:port/queue")
    if parts.username or parts.password:
        raise ConfigError("a broker's user and password are given by --user-env and --password-env")
    name = unquote(parts.path).strip("/") or DEFAULT_NAME
    return Broker(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], name, user_env, password_env
    )


@dataclass(frozen=True)
class Feed:
    """What is simulated.

    Attributes
    ----------
    interval_s : between two readings of a house, of the simulated clock.
    pace_s : the same of the real clock; equal where None.
    start : first moment [µs UTC]; None begins now.
    rounds : readings of each house; None goes on for ever.
    """

    houses: tuple[str, ...]
    interval_s: float = 10.0
    pace_s: float | None = None
    start: int | None = None
    rounds: int | None = None
    seed: int = 0
    zone: str = "Europe/Berlin"


def message(house: str, ts: int, power_w: float) -> bytes:
    """What a meter says."""
    moment = datetime.fromtimestamp(ts / 1e6, UTC).isoformat(timespec="milliseconds")
    return json.dumps({"meter": house, "time": moment, "power_w": power_w}).encode()


async def publish(
    feed: Feed, broker: Broker, log: Logger, stop: asyncio.Event | None = None
) -> int:
    """Send readings until `stop` or the last round; returns how many the broker has confirmed.

    What a broker has not confirmed is kept and sent again once it is back; over MQTT also what
    nobody has subscribed to, once somebody has.
    """
    sender = sender_of(broker)
    stop = stop or asyncio.Event()
    waiting: deque[tuple[str, bytes]] = deque()
    sent = 0
    loop = asyncio.get_running_loop()
    step = round(feed.interval_s * 1e6)
    moment = feed.start if feed.start is not None else time.time_ns() // 1000 // step * step
    due, number = loop.time(), 0
    try:
        while not stop.is_set() and (feed.rounds is None or number < feed.rounds):
            for house in feed.houses:
                power = house_power(house, moment, seed=feed.seed, zone=feed.zone)
                waiting.append((house, message(house, moment, power)))
            sent += await _send_all(sender, waiting, log, last=False)
            number, moment = number + 1, moment + step
            due += feed.interval_s if feed.pace_s is None else feed.pace_s
            await _pause(stop, due - loop.time())
        while waiting and not stop.is_set():
            sent += await _send_all(sender, waiting, log, last=True)
    finally:
        await sender.close()
    return sent


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await stop.wait()
    except TimeoutError:
        return


async def _send_all(
    sender: Sender, waiting: deque[tuple[str, bytes]], log: Logger, *, last: bool
) -> int:
    """Send what waits, in order; what fails stays. Returns how many were confirmed."""
    sent = 0
    try:
        while waiting:
            await sender.send(*waiting[0])
            waiting.popleft()
            sent += 1
    except Unreachable as error:
        log.warning("not sent", extra={"error": str(error), "waiting": len(waiting)})
        await sender.close()
        if last:
            await asyncio.sleep(RETRY_S)
    return sent


class _MqttSender:
    """Publishes with QoS 1 and waits for the broker's acknowledgement.

    One that says that nobody has subscribed is none: the broker has thrown the message away.
    Mosquitto 2.0 forgets shared subscriptions when it is restarted, until their clients are back.
    """

    def __init__(self, broker: Broker, login: tuple[str, str] | None) -> None:
        self._broker, self._login = broker, login
        self._client: Any = None
        self._unheard: set[int] = set()

    def _connect(self) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        if self._login:
            client.username_pw_set(*self._login)
        try:
            client.connect(self._broker.host, self._broker.port)
        except OSError as error:
            raise Unreachable(f"{self._broker.host}:{self._broker.port}: {error}") from error
        client.on_publish = self._on_publish
        client.loop_start()
        self._client = client

    def _on_publish(self, client: Any, data: Any, mid: int, reason: Any, properties: Any) -> None:
        if reason.value == NOBODY_SUBSCRIBED:
            self._unheard.add(mid)

    def _send(self, house: str, body: bytes) -> None:
        if self._client is None:
            self._connect()
        told = self._client.publish(f"{self._broker.name}/{house}/power", body, qos=1)
        try:
            told.wait_for_publish(CONFIRM_S)
        except (ValueError, RuntimeError) as error:
            raise Unreachable(str(error)) from error
        if not told.is_published():
            raise Unreachable(f"no acknowledgement within {CONFIRM_S:g} s")
        if told.mid in self._unheard:
            self._unheard.discard(told.mid)
            raise Unreachable(f"nobody has subscribed to {self._broker.name}")

    async def send(self, house: str, body: bytes) -> None:
        """Return when the broker has the message.

        Raises
        ------
        Unreachable
        """
        await asyncio.to_thread(self._send, house, body)

    async def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            client, self._client = self._client, None
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)
            client.on_publish = None  # it holds on to this, and this to the client


class _AmqpSender:
    """Publishes persistent messages to a durable queue and waits for the broker's confirm."""

    def __init__(self, broker: Broker, login: tuple[str, str] | None) -> None:
        self._broker, self._login = broker, login
        self._connection: Any = None
        self._exchange: Any = None

    async def send(self, house: str, body: bytes) -> None:
        """Return when the broker has the message on disk.

        Raises
        ------
        Unreachable
        """
        import aio_pika
        from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

        try:
            async with asyncio.timeout(CONFIRM_S):
                if self._exchange is None:
                    await self._connect()
                await self._exchange.publish(
                    aio_pika.Message(
                        body, content_type="application/json",
                        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    ),
                    routing_key=house,
                )  # fmt: skip
        except (AMQPError, ChannelInvalidStateError, OSError, TimeoutError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    async def _connect(self) -> None:
        import aio_pika

        user, password = self._login or ("guest", "guest")  # the broker's own default
        self._connection = await aio_pika.connect(
            host=self._broker.host, port=self._broker.port, login=user, password=password
        )
        channel = await self._connection.channel(publisher_confirms=True)
        self._exchange = await channel.declare_exchange(
            exchange_of(self._broker), aio_pika.ExchangeType.TOPIC, durable=True
        )
        # Without a queue a message has nowhere to wait for its first reader.
        queue = await channel.declare_queue(self._broker.name, durable=True)
        await queue.bind(self._exchange, "#")

    async def close(self) -> None:
        """Disconnect."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            await connection.close()


def exchange_of(broker: Broker) -> str:
    """AMQP exchange that readings are sent to, by the name of their meter."""
    return f"{broker.name}.readings"


def _login(broker: Broker) -> tuple[str, str] | None:
    if not broker.user_env:
        return None
    missing = [
        name for name in (broker.user_env, broker.password_env) if name and name not in os.environ
    ]
    if missing:
        raise ConfigError(f"environment variable {missing[0]} is not set")
    password = os.environ[broker.password_env] if broker.password_env else ""
    return os.environ[broker.user_env], password


class Sender(Protocol):
    """What sends to a broker."""

    async def send(self, house: str, body: bytes) -> None:
        """Return when the broker has the message.

        Raises
        ------
        Unreachable
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


def sender_of(broker: Broker) -> Sender:
    """What sends to a broker; it connects when it has something to send.

    Raises
    ------
    ConfigError : an environment variable with the user or the password is not set.
    """
    login = _login(broker)
    return _MqttSender(broker, login) if broker.kind == "mqtt" else _AmqpSender(broker, login)


# --- the consumer -------------------------------------------------------------------------------


class PvBeside:
    """Adds the power of a roof to that of a meter, and keeps both as CSV.

    `__call__` takes batches as a broker brought them and gives those for the journal; when it
    returns, the rows are in the files.
    """

    def __init__(self, folder: Path, zone: str, seed: int = 0) -> None:
        self._csv, self._seed = DailyCsv(folder, COLUMNS, zone), seed
        self.signals: Sequence[Signal] = (
            Signal(LOAD, "active_power", "W", low=0.0, high=1e6),
            Signal(PV, "pv_power", "W", low=0.0, high=1e6),
            Signal(SUM, "power_sum", "W"),
            Signal(NET, "net_power", "W"),
        )

    def __call__(self, batches: Sequence[Batch]) -> list[Batch]:
        """Batches with the roof beside the meter.

        Raises
        ------
        OSError, ConfigError : the files cannot be written; nothing may be acknowledged.
        """
        return [Batch(batch.device, self._of_meter(batch)) for batch in batches]

    def _of_meter(self, batch: Batch) -> list[Reading]:
        readings, rows = [], []
        for one in batch.readings:
            readings.append(one)
            if one.signal != LOAD or one.quality is not Quality.GOOD:
                continue
            roof = pv_power(one.ts, seed=self._seed)
            values = (one.value, roof, one.value + roof, one.value - roof)
            rows.append((one.ts, values))
            readings += [
                Reading(name, one.ts, value)
                for name, value in zip((PV, SUM, NET), values[1:], strict=True)
            ]
        if rows:
            self._csv.append(batch.device, rows)
        return readings


def consumer(broker: Broker, name: str, zone: str, site: str = "") -> DeviceSpec:
    """What listens to the meters of a broker; consumers of one broker share the messages.

    Raises
    ------
    ConfigError : the transport's package is missing.
    """
    spoken = transport_class(broker.kind)
    common: dict[str, Any] = {
        "host": broker.host, "port": broker.port, "time": "time",
        "user_env": broker.user_env, "password_env": broker.password_env,
    }  # fmt: skip
    if broker.kind == "mqtt":
        levels = len(broker.name.split("/"))
        special = {
            "topic": f"{broker.name}/+/power", "device_from": levels + 1, "client_id": name,
            "share": SHARE,
        }  # fmt: skip
    else:
        special = {"queue": broker.name, "exchange": exchange_of(broker), "device_from": 1}
    return DeviceSpec(
        name, "houses", site, zone, broker.kind, spoken.Settings(**common, **special),
        (
            spoken.Point(
                signal=LOAD, path="power_w", quantity="active_power", unit="W", low=0.0, high=1e6
            ),
        ),
        synthetic=True,
    )  # fmt: skip
