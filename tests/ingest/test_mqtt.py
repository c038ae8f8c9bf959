"""MQTT against Mosquitto: what was published is delivered, whatever ends in between."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.ingest.listening import T0, Kept, device, listening
from tests.servers import Mosquitto, mosquitto

__all__ = ["mosquitto"]
pytestmark = pytest.mark.broker

POWER = {"signal": "power", "unit": "W", "quantity": "power", "path": "power"}


def settings(broker: Mosquitto, **more: Any) -> dict[str, Any]:
    """Settings of a device at a broker."""
    return {"host": "127.0.0.1", "port": broker.port, "topic": "houses/+/power", "device_from": 2,
            "time": "ts", "time_format": "s", **more}  # fmt: skip


class Publisher:
    """Publishes, and counts as sent what the broker has acknowledged."""

    def __init__(self, port: int, **more: Any) -> None:
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, **more
        )
        self.port = port

    def __enter__(self) -> Publisher:
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    async def send(self, topic: str, payload: Any, retain: bool = False) -> None:
        """Return when the broker has it."""
        text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        told = self.client.publish(topic, text, qos=1, retain=retain)
        await asyncio.to_thread(told.wait_for_publish, 10)
        assert told.is_published()


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
            await kept.until(lambda: len(kept.readings) >= 1)
            await kept.until(lambda: len(kept.readings) >= 4)

    kept, failed = listening(spec, during)
    assert failed == []
    assert kept.values() == {
        ("A", "power", (T0 + number) * 1_000_000, 100.0 + number) for number in range(3)
    } | {("B", "power", T0 * 1_000_000, 7.0)}
