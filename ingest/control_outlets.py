"""Where commands go: one class for each transport that can be told something.

`send` returns when the device or its broker has taken the command; `told` gives what the device
says that it does, and when it said so. Nothing is sent again behind the controller's back: what
could not be handed over is lost, and the controller decides anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any, NamedTuple, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from core.control_config import Actuator
from core.errors import BadAnswer, NoAnswer, Unreachable
from core.failures import because, of_os
from ingest.access import from_environment, tls_context
from ingest.control_templates import Commanded, ModbusSetpoint, MqttSetpoint
from ingest.devices import DeviceSpec
from ingest.modbus import ModbusSettings, decoded, encoded, where
from ingest.modbus_link import Link
from ingest.mqtt import PORT, TLS_PORT, VERSIONS
from ingest.mqtt import Settings as MqttSettings

LOOK_S = 0.01  # how often is looked whether the broker has taken a message


class Told(NamedTuple):
    """What a device says that it does: value [kW], time it said so [s, monotonic]."""

    kw: float
    at: float


class Outlet(Protocol):
    """A device that takes commands."""

    async def send(self, actuator: Actuator, kw: float) -> None:
        """Hand a command over.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer : it may not have arrived.
        """
        ...

    async def told(self, actuator: Actuator) -> Told | None:
        """What the device says last; None where it has said nothing.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        ...

    def lost(self, actuator: Actuator) -> Exception | None:
        """Why the connection that an actuator was commanded by is gone; None while it stands."""
        ...

    async def close(self) -> None:
        """Disconnect; the last will of a connection that is closed so is not published."""
        ...


def make_outlet(device: Commanded) -> Outlet:
    """The outlet of a device; makes no contact."""
    found: Outlet = _OUTLETS[device.spec.transport](device)
    return found


# --- Modbus -------------------------------------------------------------------------------------


class ModbusOutlet:
    """Registers that are written and read back."""

    def __init__(self, device: Commanded) -> None:
        self._settings: ModbusSettings = device.spec.settings
        self._timeout_s = device.spec.timeout_s
        self._setpoints: dict[str, ModbusSetpoint] = {
            name: one for name, one in device.setpoints.items() if isinstance(one, ModbusSetpoint)
        }
        self._link = Link(self._settings, self._timeout_s)
        self._open = False

    async def send(self, actuator: Actuator, kw: float) -> None:
        """Write the registers beside, then the value."""
        setpoint = self._setpoints[actuator.name]
        point = setpoint.point()
        raw = float(kw == actuator.max_kw) if setpoint.is_switch() else point.raw_of(kw)
        span = where(point, self._settings)
        words = encoded(point, raw, self._settings)

        async def write() -> None:
            for word in setpoint.also:
                address = word.address - self._settings.first_address
                await self._link.write("holding", address, [word.value], many=setpoint.many)
            await self._link.write(span.table, span.start, words, many=setpoint.many)

        await self._in_turn(write)

    async def told(self, actuator: Actuator) -> Told | None:
        """Ask the device now."""
        setpoint = self._setpoints[actuator.name]
        point = setpoint.confirm_point()
        span = where(point, self._settings)
        found: list[int] = []

        async def read() -> None:
            found.extend(await self._link.read(span.table, span.start, span.count))

        at = time.monotonic()
        await self._in_turn(read)
        raw = decoded(point, found, self._settings)
        if setpoint.is_switch():
            return Told(actuator.max_kw if raw else actuator.min_kw, at)
        return Told(point.sign * point.scale * raw, at)

    async def _in_turn(self, work: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                if not self._open:
                    await self._link.open()
                    self._open = True
                async with self._link.turn():
                    await work()
        except TimeoutError as error:
            self._drop()
            raise because(
                NoAnswer, self._settings.place, "within", seconds=self._timeout_s
            ) from error  # fmt: skip
        except (Unreachable, NoAnswer):
            self._drop()
            raise

    def _drop(self) -> None:
        self._link.close()
        self._open = False

    def lost(self, actuator: Actuator) -> Exception | None:
        """Not known between questions: the next one finds out."""
        return None

    async def close(self) -> None:
        """Disconnect."""
        self._drop()


# --- MQTT ---------------------------------------------------------------------------------------


class MqttOutlet:
    """Topics that are published to: a connection for each actuator, as each has its own will."""

    def __init__(self, device: Commanded) -> None:
        self._device = device
        self._lines: dict[str, _Line] = {}

    async def send(self, actuator: Actuator, kw: float) -> None:
        """Publish, and wait for the broker's word."""
        line = await self._line(actuator)
        await line.publish(kw)

    async def told(self, actuator: Actuator) -> Told | None:
        """What came last on the state topic, after the connection was made."""
        line = self._lines.get(actuator.name)
        return None if line is None else line.state

    def lost(self, actuator: Actuator) -> Exception | None:
        """Why its connection ended."""
        line = self._lines.get(actuator.name)
        return None if line is None else line.ended

    async def _line(self, actuator: Actuator) -> _Line:
        line = self._lines.get(actuator.name)
        if line is not None and line.ended is None:
            return line
        if line is not None:
            await line.close()
        setpoint = self._device.setpoints[actuator.name]
        assert isinstance(setpoint, MqttSetpoint)
        line = _Line(self._device.spec, actuator, setpoint)
        try:
            await line.open()
        except BaseException:
            await line.close()
            raise
        self._lines[actuator.name] = line
        return line

    async def close(self) -> None:
        """Disconnect all."""
        await asyncio.gather(*(line.close() for line in self._lines.values()))
        self._lines.clear()


class _Line:
    """A connection to a broker for one actuator. A new one is made after every failure, so that
    nothing old waits in it to be sent later."""

    def __init__(self, spec: DeviceSpec, actuator: Actuator, setpoint: MqttSetpoint) -> None:
        self._spec, self._actuator, self._setpoint = spec, actuator, setpoint
        self._settings: MqttSettings = spec.settings
        self._loop = asyncio.get_running_loop()
        self._answers: asyncio.Queue[list[ReasonCode] | Exception] = asyncio.Queue()
        self.state: Told | None = None
        self.ended: Exception | None = None
        self._client = self._make_client()

    def _make_client(self) -> Client:
        settings, setpoint = self._settings, self._setpoint
        five = settings.version == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{settings.client_id or 'ziggurat-control'}-{self._actuator.name}",
            clean_session=None if five else True,
            protocol=VERSIONS[settings.version],
            reconnect_on_failure=False,
        )
        context = tls_context(self._spec)
        if context is not None:
            client.tls_set_context(context)
        user = from_environment(self._spec, "user_env")
        if user is not None:
            client.username_pw_set(user, from_environment(self._spec, "password_env"))
        if setpoint.will:
            safe = setpoint.as_sent(self._actuator.safe_kw, self._actuator)
            message = setpoint.message(safe, self._actuator)
            client.will_set(setpoint.topic, message, qos=1, retain=setpoint.retain)
        client.connect_timeout = self._spec.timeout_s
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    # paho's thread
    def _tell(self, what: Any, *args: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *args)

    def _on_connect(
        self, client: Client, data: Any, flags: ConnectFlags, reason: ReasonCode,
        properties: Properties | None,
    ) -> None:  # fmt: skip
        self._tell(self._answers.put_nowait, [reason])

    def _on_subscribe(
        self, client: Client, data: Any, mid: int, reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:  # fmt: skip
        self._tell(self._answers.put_nowait, reasons)

    def _on_disconnect(
        self, client: Client, data: Any, flags: DisconnectFlags, reason: ReasonCode,
        properties: Properties | None,
    ) -> None:  # fmt: skip
        self._tell(self._end, because(Unreachable, self._where(), "ended", detail=str(reason)))

    def _on_message(self, client: Client, data: Any, message: MQTTMessage) -> None:
        if message.retain:
            return  # said some time before: confirms nothing
        kw = self._setpoint.told(bytes(message.payload), self._actuator)
        if kw is not None:
            self.state = Told(kw, time.monotonic())

    # event loop
    def _where(self) -> str:
        settings = self._settings
        return f"{settings.host}:{settings.port or (TLS_PORT if settings.tls else PORT)}"

    def _end(self, error: Exception) -> None:
        self.ended = self.ended or error
        self._answers.put_nowait(error)

    async def open(self) -> None:
        """Connect and listen to the state topic.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        settings = self._settings
        port = settings.port or (TLS_PORT if settings.tls else PORT)
        try:
            async with asyncio.timeout(self._spec.timeout_s):
                try:
                    await asyncio.to_thread(
                        self._client.connect, settings.host, port, settings.keepalive_s
                    )
                except (OSError, UnicodeError) as error:
                    raise of_os(Unreachable, self._where(), error) from error
                self._client.loop_start()
                await self._granted()
                if self._setpoint.state_topic:
                    self._client.subscribe(self._setpoint.state_topic, qos=1)
                    await self._granted()
        except TimeoutError as error:
            raise because(
                NoAnswer, self._where(), "within", seconds=self._spec.timeout_s
            ) from error  # fmt: skip

    async def _granted(self) -> None:
        answer = await self._answers.get()
        if isinstance(answer, Exception):
            raise answer
        for reason in answer:
            if reason.is_failure:
                raise because(BadAnswer, self._where(), "refuses", detail=str(reason))

    async def publish(self, kw: float) -> None:
        """Publish a command; the broker has it when this returns."""
        setpoint = self._setpoint
        message = setpoint.message(kw, self._actuator)
        info = self._client.publish(setpoint.topic, message, qos=1, retain=setpoint.retain)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            error = because(Unreachable, self._where(), "detail", detail=info.rc.name)
            self._end(error)
            raise error
        try:
            async with asyncio.timeout(self._spec.timeout_s):
                while not info.is_published():
                    if self.ended is not None:
                        raise self.ended
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            late = because(NoAnswer, self._where(), "within", seconds=self._spec.timeout_s)
            self._end(late)  # it must not be sent later
            raise late from error

    async def close(self) -> None:
        """Disconnect; never raises.

        A connection that failed is cut without a farewell, so that the broker publishes the will.
        """
        socket: Any = self._client.socket()
        if self.ended is None:
            self._client.disconnect()
        elif socket is not None:
            with suppress(OSError):
                socket.shutdown(SHUT_RDWR)
        await asyncio.to_thread(self._client.loop_stop)
        # They hold on to the line, and the line to its sockets.
        self._client.on_connect = self._client.on_subscribe = None
        self._client.on_disconnect = self._client.on_message = None


_OUTLETS: Mapping[str, Any] = {"modbus": ModbusOutlet, "mqtt": MqttOutlet}
