"""MQTT against Mosquitto: what was published is delivered, whatever ends in between."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from core.errors import BadAnswer, ConfigError, DeviceError, Unreachable
from core.readings import Batch, Quality
from ingest.mqtt import Mqtt, checked_filter
from tests.ingest.listening import T0, Kept, collect, device, listen_once, listening
from tests.servers import Certificates, Mosquitto, free_port, mosquitto_user, trusting

pytestmark = pytest.mark.broker

POWER = {"signal": "power", "unit": "W", "quantity": "power", "path": "power"}


def settings(broker: Mosquitto, **more: Any) -> dict[str, Any]:
    """Settings of a device at a broker."""
    return {"host": "127.0.0.1", "port": broker.port, "topic": "houses/+/power", "device_from": 2,
            "time": "ts", "time_format": "s", **more}  # fmt: skip


class Publisher:
    """Publishes, and counts as sent what the broker has acknowledged."""

    def __init__(self, port: int) -> None:
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, client_id="out"
        )
        self.client.reconnect_delay_set(1, 1)
        self.acknowledged: set[int] = set()
        self.client.on_publish = lambda client, data, mid, *_: self.acknowledged.add(mid)
        self.port = port

    def __enter__(self) -> Publisher:
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_publish = None  # it holds on to the client, and the client to its sockets

    async def send(self, topic: str, payload: Any, retain: bool = False) -> None:
        """Return when the broker has it."""
        text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        # While the broker is away paho keeps the message and sends it later.
        mid = self.client.publish(topic, text, qos=1, retain=retain).mid
        async with asyncio.timeout(60):
            while mid not in self.acknowledged:
                await asyncio.sleep(0.001)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_message_becomes_readings_of_the_device_its_topic_names(
    mosquitto: Mosquitto, version: str
) -> None:
    spec = device("mqtt", settings(mosquitto, version=version), [POWER])

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        with Publisher(mosquitto.port) as out:
            for number in range(3):
                await out.send("houses/A/power", {"ts": T0 + number, "power": 100 + number})
            await out.send("houses/B/power", {"ts": T0, "power": 7})
            await kept.until(lambda: len(kept.readings) >= 4)

    kept, failed = listening(spec, during)
    assert failed == []
    assert kept.values() == {
        ("A", "power", (T0 + number) * 1_000_000, 100.0 + number) for number in range(3)
    } | {("B", "power", T0 * 1_000_000, 7.0)}


def expected(sent: Sequence[int]) -> set[tuple[str, str, int, float]]:
    """What house A's readings must be."""
    return {("A", "power", (T0 + number) * 1_000_000, float(number)) for number in sent}


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_nothing_is_lost_when_broker_and_collector_end_in_between(
    mosquitto: Mosquitto, version: str
) -> None:
    spec = device("mqtt", settings(mosquitto, version=version), [POWER])
    failed: list[DeviceError] = []
    sent: list[int] = []

    async def publish(out: Publisher, count: int) -> None:
        for _ in range(count):
            number = len(sent)
            await out.send("houses/A/power", {"ts": T0 + number, "power": number})
            sent.append(number)

    async def run() -> Kept:
        kept = Kept()
        task = asyncio.create_task(collect(spec, kept, failed))
        await kept.opened.wait()
        with Publisher(mosquitto.port) as out:
            await publish(out, 40)
            publishing = asyncio.create_task(publish(out, 40))
            await asyncio.sleep(0.02)
            await asyncio.to_thread(mosquitto.stop)
            await asyncio.sleep(0.2)
            await asyncio.to_thread(mosquitto.start)
            await publishing
            task.cancel()  # the collector is away
            await asyncio.gather(task, return_exceptions=True)
            await publish(out, 40)
            await asyncio.to_thread(mosquitto.stop)  # and the broker ends with the messages
            await asyncio.to_thread(mosquitto.start)
            task = asyncio.create_task(collect(spec, kept, failed))
            await publish(out, 10)
            await kept.until(lambda: kept.values() >= expected(sent))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return kept

    kept = asyncio.run(run())
    assert len(sent) == 130
    assert kept.values() == expected(sent)
    assert any(isinstance(error, Unreachable) for error in failed)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_what_was_not_kept_comes_again(mosquitto: Mosquitto, version: str) -> None:
    spec = device("mqtt", settings(mosquitto, version=version), [POWER])
    reached = asyncio.Event()

    async def hang(batches: Sequence[Batch]) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def during(kept: Kept) -> None:
        first = Mqtt(spec)
        await first.open()
        with Publisher(mosquitto.port) as out:
            for number in range(5):
                await out.send("houses/A/power", {"ts": T0 + number, "power": number})
        task = asyncio.create_task(first.listen(hang))
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await first.close()
        task = asyncio.create_task(collect(spec, kept, []))
        await kept.until(lambda: kept.values() == expected(range(5)))
        await asyncio.sleep(0.1)  # for the acknowledgement
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        count = len(kept.readings)
        task = asyncio.create_task(collect(spec, kept, []))  # what was kept does not
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(kept.readings) == count

    asyncio.run(during(Kept()))


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_slow_journal_holds_the_broker_back(mosquitto: Mosquitto, version: str) -> None:
    spec = device("mqtt", settings(mosquitto, version=version, pending=5), [POWER])

    async def run() -> Kept:
        kept, most = Kept(pause_s=0.01), 0
        transport = Mqtt(spec)
        await transport.open()
        with Publisher(mosquitto.port) as out:
            for number in range(100):
                await out.send("houses/A/power", {"ts": T0 + number, "power": number})
        task = asyncio.create_task(transport.listen(kept.deliver))
        while kept.values() != expected(range(100)):
            await asyncio.sleep(0.001)
            most = max(most, transport._inbox.qsize())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await transport.close()
        assert most <= 5
        assert max(len(batch.readings) for batch in kept.batches) <= 5
        return kept

    asyncio.run(asyncio.wait_for(run(), 60))


def test_closing_does_not_wait_for_a_thread_that_has_no_room(mosquitto: Mosquitto) -> None:
    spec = device("mqtt", settings(mosquitto, version="3.1.1", pending=1), [POWER])

    async def run() -> None:
        transport = Mqtt(spec)
        await transport.open()
        with Publisher(mosquitto.port) as out:
            for number in range(5):
                await out.send("houses/A/power", {"ts": T0 + number, "power": number})
        await asyncio.sleep(0.1)
        await asyncio.wait_for(transport.close(), 60)

    asyncio.run(run())


def test_opening_may_be_given_up_at_any_moment(mosquitto: Mosquitto) -> None:
    spec = device("mqtt", settings(mosquitto), [POWER])

    async def run() -> None:
        for step in range(25):
            transport = Mqtt(spec)
            try:
                async with asyncio.timeout(step / 1000):
                    await transport.open()
            except TimeoutError:
                pass
            await transport.close()
        await asyncio.sleep(0.1)
        last = Mqtt(spec)
        await last.open()
        await last.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_broker_that_says_nothing_any_more_is_noticed(mosquitto: Mosquitto) -> None:
    spec = device("mqtt", settings(mosquitto, keepalive_s=1), [POWER])
    failed: list[DeviceError] = []

    async def run() -> None:
        kept = Kept()
        task = asyncio.create_task(listen_once(spec, kept, failed))
        await kept.opened.wait()
        mosquitto.send(signal.SIGSTOP)
        try:
            await asyncio.wait_for(task, 60)
            await listen_once(spec, kept, failed)  # it accepts, and greets nobody
        finally:
            mosquitto.send(signal.SIGCONT)

    asyncio.run(run())
    assert isinstance(failed[0], Unreachable)
    assert len(failed) == 2


def test_messages_of_no_use_are_marked_counted_and_do_not_come_again(
    mosquitto: Mosquitto,
) -> None:
    spec = device(
        "mqtt", settings(mosquitto, topic="houses/#"),
        [{**POWER, "topic": "", "high": 9000.0},
         {"signal": "relay", "path": "relay", "texts": {"ON": 1, "OFF": 0}, "optional": True}],
    )  # fmt: skip
    useless: list[Any] = ["{", "", b"\xff\xfe", "[]", "7", {"power": 1}, {"ts": "soon", "power": 1},
                          {"ts": T0}, {"ts": 5, "power": 1}]  # fmt: skip

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        with Publisher(mosquitto.port) as out:
            for payload in useless:
                await out.send("houses/A/power", payload)
            await out.send("houses/A/power", {"ts": T0, "power": "12.5", "relay": "ON"})
            await out.send("houses/A/power", {"ts": T0 + 1, "power": None, "relay": "broken"})
            await out.send("houses/A/power", {"ts": T0 + 2, "power": 9001})
            await kept.until(lambda: any(one.value == 9001 for _, one in kept.readings))

    kept, failed = listening(spec, during)
    assert failed == []
    first = [one for _, one in kept.readings if one.signal == "power"][: len(useless)]
    assert {one.quality for one in first} == {Quality.DECODE_ERROR}
    assert all(math.isnan(one.value) for one in first)
    assert kept.values() == {
        ("A", "power", T0 * 1_000_000, 12.5),
        ("A", "relay", T0 * 1_000_000, 1),
    }
    last = [(one.signal, one.quality) for _, one in kept.readings][-3:]
    assert last == [
        ("power", Quality.NO_VALUE),
        ("relay", Quality.DECODE_ERROR),
        ("power", Quality.OUT_OF_RANGE),
    ]


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_remembered_messages_are_stale_when_old_or_timeless(
    mosquitto: Mosquitto, version: str
) -> None:
    async def remember() -> None:
        with Publisher(mosquitto.port) as out:
            await out.send("houses/old/power", {"ts": kept_at - 3600, "power": 1}, retain=True)
            await out.send("houses/new/power", {"ts": kept_at - 1, "power": 2}, retain=True)

    async def during(kept: Kept) -> None:
        await kept.until(lambda: len(kept.readings) >= 2)

    kept_at = int(time.time())
    asyncio.run(remember())
    spec = device("mqtt", settings(mosquitto, version=version), [POWER], stale_after_s=60.0)
    kept, _ = listening(spec, during)
    told = {name: one.quality for name, one in kept.readings}
    assert told == {"old": Quality.STALE, "new": Quality.GOOD}

    timeless = {**settings(mosquitto, version=version, client_id="timeless"), "time": None}
    kept, _ = listening(device("mqtt", timeless, [POWER]), during)
    assert {one.quality for _, one in kept.readings} == {Quality.STALE}
    skipping = {**settings(mosquitto, version=version, client_id="skips"), "retained": "skip"}

    async def skip(kept: Kept) -> None:
        await kept.opened.wait()
        with Publisher(mosquitto.port) as out:
            await out.send("houses/live/power", {"ts": T0, "power": 3})
        await kept.until(lambda: len(kept.readings) >= 1)

    kept, _ = listening(device("mqtt", skipping, [POWER]), skip)
    assert [name for name, _ in kept.readings] == ["live"]


def test_several_topics_and_points_of_one_device(mosquitto: Mosquitto) -> None:
    told = {"host": "127.0.0.1", "port": mosquitto.port, "topic": "plant"}
    points = [
        {"signal": "t_out", "topic": "weather/temp"},
        {"signal": "p{cell}", "topic": "cells", "path": "v[{cell}]", "scale": 0.001,
         "each": {"cell": [0, 2]}},
    ]  # fmt: skip

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        with Publisher(mosquitto.port) as out:
            await out.send("plant/weather/temp", "-3.5")
            await out.send("plant/cells", {"v": [3301, 3302, 3303]})
            await kept.until(lambda: len(kept.readings) >= 4)

    kept, _ = listening(device("mqtt", told, points), during)
    found = [(name, one.signal, one.value) for name, one in kept.readings]
    assert found[0] == ("dev", "t_out", -3.5)
    assert [(name, signal) for name, signal, _ in found[1:]] == [
        ("dev", f"p{cell}") for cell in range(3)
    ]
    assert [value for *_, value in found[1:]] == pytest.approx([3.301, 3.302, 3.303])


# --- who may come in ----------------------------------------------------------------------------


# paho leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_tls_with_client_certificate(
    tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (f"cafile {certificates.ca}", f"certfile {certificates.certificate('server')}",
             f"keyfile {certificates.key('server')}", "require_certificate true",
             f"password_file {mosquitto_user(tmp_path, 'reader', 'secret')}")  # fmt: skip
    broker = Mosquitto(tmp_path, free_port(), lines)
    broker.start()
    monkeypatch.setenv("BROKER_USER", "reader")
    monkeypatch.setenv("BROKER_PASSWORD", "secret")
    monkeypatch.setenv("WRONG_PASSWORD", "guess")
    right = settings(
        broker, tls=True, ca=certificates.ca, certificate=certificates.certificate("client"),
        key=certificates.key("client"), user_env="BROKER_USER", password_env="BROKER_PASSWORD",
    )  # fmt: skip

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        out = Publisher(broker.port)
        out.client.tls_set_context(trusting(certificates))
        out.client.username_pw_set("reader", "secret")
        with out:
            await out.send("houses/A/power", {"ts": T0, "power": 1})
            await kept.until(lambda: len(kept.readings) >= 1)

    def refused(**changed: Any) -> tuple[type[DeviceError], str]:
        failed: list[DeviceError] = []
        told = {key: value for key, value in {**right, **changed}.items() if value is not None}
        asyncio.run(listen_once(device("mqtt", told, [POWER]), Kept(), failed))
        return type(failed[0]), str(failed[0])

    try:
        kept, failed = listening(device("mqtt", right, [POWER]), during)
        assert failed == [] and kept.values() == {("A", "power", T0 * 1_000_000, 1.0)}
        assert refused(ca=certificates.stranger)[0] is Unreachable
        assert refused(certificate=None, key=None)[0] is Unreachable
        kind, why = refused(password_env="WRONG_PASSWORD")
        assert kind is BadAnswer and "uthori" in why
        assert refused(tls=None, ca=None, certificate=None, key=None)[0] is Unreachable
    finally:
        broker.stop()
        gc.collect()


def test_nobody_there() -> None:
    failed: list[DeviceError] = []
    spec = device("mqtt", {"host": "127.0.0.1", "port": free_port(), "topic": "x"}, [POWER])
    asyncio.run(listen_once(spec, Kept(), failed))
    assert isinstance(failed[0], Unreachable)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"topic": "houses/+x/power"}, "topic"),
        ({"version": "4"}, "version"),
        ({"time": "a..b"}, "time"),
        ({"time_format": "HH:MM"}, "time_format"),
        ({"password": "secret"}, "password"),
        ({"ca": "ca.pem"}, "tls is not on"),
        ({"password_env": "X"}, "user_env"),
    ],
)
def test_wrong_settings_name_their_field(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        device("mqtt", {"host": "h", "topic": "t", **changed}, [POWER])


def test_what_the_machine_lacks_is_told_before_anything_is_opened() -> None:
    base = {"host": "h", "topic": "t"}
    with pytest.raises(ConfigError, match="NO_SUCH_VARIABLE"):
        Mqtt(device("mqtt", {**base, "user_env": "NO_SUCH_VARIABLE"}, [POWER]))
    with pytest.raises(ConfigError, match="no-such-file"):
        Mqtt(device("mqtt", {**base, "tls": True, "ca": "no-such-file"}, [POWER]))
    with pytest.raises(ConfigError, match="no topic for signal 'power'"):
        Mqtt(device("mqtt", {"host": "h"}, [POWER]))


@pytest.mark.parametrize("topic", ["a/#/b", "a/b#", "+a", "a/\0"])
def test_filters_that_cannot_be(topic: str) -> None:
    with pytest.raises(ValueError, match="no topic filter"):
        checked_filter(topic)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"share": "pv", "version": "3.1.1"}, "share needs version 5"),
        ({"share": "a/b"}, "has / + or # in it"),
        ({"topic": "$share/pv/houses/+/power"}, "is the setting share"),
    ],
)
def test_shares_that_cannot_be(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(why)):
        device("mqtt", {"host": "h", "topic": "t", **wrong}, [POWER])
