"""One collector process with devices of every kind at once, each from its simulator or broker.

Values are changed, and must be in the store's queries with the age that is allowed. The age of a
reading is the moment at which the journal had it on disk less its own time: that of the device's
clock where it has one, else that of its answer.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aio_pika", reason="needs aio-pika: pip install -r requirements-collect.txt")
pytest.importorskip("asyncua", reason="needs asyncua: pip install -r requirements-collect.txt")
pytest.importorskip("bacpypes3", reason="needs bacpypes3: pip install -r requirements-collect.txt")
pytest.importorskip("iec61850", reason="needs iec61850: pip install -r requirements-collect.txt")

import aio_pika
import paho.mqtt.publish

from core.journal import FILE, open_journal
from core.query import Store, open_store
from core.readings import Quality
from ingest.devices import load_template
from ingest.simulate import Simulated, serve
from tests.ingest.test_collector import end, start
from tests.servers import Mosquitto, Rabbit, free_port, listens

pytestmark = [pytest.mark.broker, pytest.mark.slow]

PERIOD_S = 0.5
AGE_S = 60.0  # allowed to a busy machine; how long it took is printed
SIGNALS = 8  # of each device that are looked at
TEMPLATES = {
    "MODBUS": "eastron_sdm630",
    "SUNSPEC": "sunspec_inverter",
    "OPCUA": "opcua_bess",
    "BACNET": "bacnet_meter",
    "IEC": "iec61850_inverter",
    "HTTP": "fronius_solar_api",
    "SML": "sml_meter",
}
PUSHED = ("MQTT", "AMQP")
POINT = '[[device.point]]\nsignal = "active_power"\npath = "p"\n'


def configuration(
    folder: Path, served: Mapping[str, Simulated], mqtt: Mosquitto, amqp: Rabbit, metrics: int
) -> Path:
    """The collector's file."""
    lines = [
        "[collector]", f'store = "{folder / "store"}"', f'log = "{folder / "collector.log"}"',
        f'metrics = "127.0.0.1:{metrics}"', "settle_s = 600", "backoff_max_s = 1.0",
        '[[site]]\nname = "Test"\nzone = "Europe/Berlin"',
    ]  # fmt: skip
    for name, sim in served.items():
        lines += [
            f'[[device]]\nname = "{name}"\nsite = "Test"\ntemplate = "{TEMPLATES[name]}"',
            f"period_s = {PERIOD_S}\ntimeout_s = 10.0",
            *(f"{key} = {json.dumps(value)}" for key, value in sim.found_by.items()),
        ]
    lines += [
        f'[[device]]\nname = "MQTT"\nsite = "Test"\ntransport = "mqtt"\nhost = "127.0.0.1"\n'
        f'port = {mqtt.port}\ntopic = "plant/power"\nclient_id = "e2e"\ntime = "t"\n{POINT}',
        f'[[device]]\nname = "AMQP"\nsite = "Test"\ntransport = "amqp"\nhost = "127.0.0.1"\n'
        f'port = {amqp.port}\nqueue = "e2e"\nexchange = "e2e.plant"\n'
        f'routing_keys = ["power"]\ntime = "t"\n{POINT}',
    ]
    path = folder / "collector.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def told(value: float) -> bytes:
    """A message with a value and the time of now."""
    return json.dumps({"p": value, "t": datetime.now(UTC).isoformat()}).encode()


async def publish(mqtt: Mosquitto, channel: Any, value: float) -> None:
    """Tell both brokers a value; returns when they have it."""
    await asyncio.to_thread(
        paho.mqtt.publish.single, "plant/power", told(value), qos=1, hostname="127.0.0.1",
        port=mqtt.port,
    )  # fmt: skip
    exchange = await channel.get_exchange("e2e.plant", ensure=False)
    await exchange.publish(aio_pika.Message(told(value)), "power")


@dataclass(frozen=True)
class Wanted:
    """A value that a query must give from a moment on."""

    device: str
    signal: str
    value: float
    step: float


def seen(wanted: set[Wanted], store: Store, since: int) -> set[Wanted]:
    """Those whose newest reading is of then and says so."""
    found = set()
    for one in wanted:
        ts, value = store.raw(one.device, one.signal, since, 2**60)
        expected = pytest.approx(one.value, rel=1e-6, abs=0.501 * one.step)
        if len(ts) and value[-1] == expected:
            found.add(one)
    return found


def new_values(served: Mapping[str, Simulated], turn: int) -> dict[str, dict[str, float]]:
    """Values for the first numbers of each device: others than those of the turn before."""
    found: dict[str, dict[str, float]] = {}
    for name, sim in served.items():
        found[name] = {}
        for number, point in enumerate(sim.device.points[:SIGNALS], 1):
            low = 0.0 if point.low is None else max(point.low, 0.0)
            high = low + 100.0 if point.high is None else point.high
            found[name][point.signal] = low + (high - low) * (turn * SIGNALS + number) / 50
    return found


async def reached(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until every device has been asked, or listens."""
    journal_file = folder / "store" / FILE
    names = {*TEMPLATES, *PUSHED}
    async with asyncio.timeout(60):
        while True:
            assert process.poll() is None, process.communicate()[1].decode()
            if journal_file.exists():
                with open_journal(journal_file, read_only=True) as journal:
                    if {one.device for one in journal.states() if one.polls} >= names:
                        return
            await asyncio.sleep(0.1)


def ages(folder: Path, since: int) -> dict[str, float]:
    """Greatest age of a reading by device [s], of those told since a moment [µs UTC]."""
    with closing(sqlite3.connect(folder / "store" / FILE)) as journal:
        rows = journal.execute(
            "SELECT device.name, MAX(reading.received - reading.ts) FROM reading"
            " JOIN signal ON signal.id = reading.signal JOIN device ON device.id = signal.device"
            " WHERE reading.quality = ? AND reading.ts >= ? GROUP BY device.name",
            [int(Quality.GOOD), since],
        ).fetchall()
    return {name: micros / 1e6 for name, micros in rows}


def test_everything_at_once(tmp_path: Path, mosquitto: Mosquitto, rabbit: Rabbit) -> None:
    async def run() -> int:
        """The moment of the first change."""
        async with AsyncExitStack() as stack:
            served = {
                name: await stack.enter_async_context(
                    serve(load_template(template), port=free_port(), zone="Europe/Berlin")
                )
                for name, template in TEMPLATES.items()
            }
            connection = await aio_pika.connect(host="127.0.0.1", port=rabbit.port)
            channel = await (await stack.enter_async_context(connection)).channel()
            metrics = free_port()
            config = configuration(tmp_path, served, mosquitto, rabbit, metrics)
            process = start("collect", "--config", str(config))
            try:
                await reached(tmp_path, process)
                store = open_store(tmp_path / "store")
                began = time.time_ns() // 1000
                for turn in (1, 2):
                    await changed(served, channel, store, turn)
                store.close()
                assert listens(metrics)
            finally:
                code = await asyncio.to_thread(end, process, signal.SIGTERM)
            assert code == 0
            return began

    async def changed(
        served: Mapping[str, Simulated], channel: Any, store: Store, turn: int
    ) -> None:
        """Give all devices new values, and see them in queries within the time allowed."""
        values = new_values(served, turn)
        since, began = time.time_ns() // 1000, time.monotonic()
        for name, sim in served.items():
            await sim.put(values[name])
        await publish(mosquitto, channel, float(turn))
        wanted = {
            Wanted(name, key, value, served[name].steps().get(key, 0.0))
            for name, of in values.items()
            for key, value in of.items()
        } | {Wanted(name, "active_power", float(turn), 0.0) for name in PUSHED}
        while wanted:
            # In a thread: the simulated devices answer in this one.
            wanted -= await asyncio.to_thread(seen, wanted, store, since)
            waited = time.monotonic() - began
            assert waited < PERIOD_S + AGE_S or not wanted, wanted
        print(f"turn {turn}: all values seen within {waited:.2f} s")

    # What stood in a device before has the time of that: a device that keeps the moment of the last
    # change is as old as it says.
    found = ages(tmp_path, asyncio.run(run()))
    print("greatest age of a reading [s]:", {name: round(age, 3) for name, age in found.items()})
    assert set(found) == {*TEMPLATES, *PUSHED}
    assert max(found.values()) < AGE_S, found
    log = [json.loads(line) for line in (tmp_path / "collector.log").read_text().splitlines()]
    assert [one for one in log if one["event"] in ("fault", "failed")] == []
    with open_journal(tmp_path / "store" / FILE, read_only=True) as journal:
        assert [one.kind for one in journal.events("")] == [
            "collector stopped",
            "collector started",
        ]
