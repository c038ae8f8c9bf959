"""What tests of control share: a home on a broker, a battery on Modbus, a controller."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from core.control_plan import ControlPlan, write_plan
from tests.conftest import REPO
from tests.servers import wait_until

MINUTE = 60_000_000
STEP = 15 * MINUTE


def now_us() -> int:
    return time.time_ns() // 1000


def plan_of(setpoints: dict[str, Sequence[float]], age_s: float = 0.0) -> ControlPlan:
    """A plan that begins now, issued `age_s` ago."""
    now = now_us()
    told = {name: tuple(map(float, values)) for name, values in setpoints.items()}
    return ControlPlan(now - round(age_s * 1e6), now - MINUTE, STEP, told)


@dataclass
class Home:
    """Devices behind a broker: what they are told, and whether they say that they took it."""

    port: int
    answering: bool = True
    heard: list[tuple[str, str]] = field(default_factory=list)
    lie: str | None = None  # what the state says instead

    def __post_init__(self) -> None:
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, client_id="home"
        )
        self.client.on_message = self._on_message
        ready = threading.Event()
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        self.client.subscribe([("pems/#", 1), ("growatt/#", 1)])
        assert ready.wait(60)

    def _on_message(self, client: Any, data: Any, message: Any) -> None:
        text = message.payload.decode()
        if not message.topic.endswith("/set"):
            return
        self.heard.append((message.topic, text))
        if self.answering:
            state = message.topic.removesuffix("/set") + "/state"
            self.client.publish(state, self.lie or text, qos=1)

    def told(self, topic: str) -> list[str]:
        """Payloads of a topic, in order."""
        return [text for where, text in self.heard if where == topic]

    def until(self, topic: str, payload: str, seconds: float = 60) -> None:
        """Until the last command of a topic is this."""
        wait_until(
            lambda: self.told(topic)[-1:] == [payload], seconds, f"{payload} on {topic}"
        )  # fmt: skip

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_message = self.client.on_subscribe = None


@contextmanager
def home(port: int) -> Iterator[Home]:
    """A home for the time of a test."""
    made = Home(port)
    try:
        yield made
    finally:
        made.close()


BATTERY = {
    "name": "battery", "device": "HOME", "setpoint": "battery_power", "min_kw": -5, "max_kw": 5,
    "safe_kw": 0, "hold_s": 0, "tolerance_kw": 0.01, "within_s": 5,
}  # fmt: skip
LIVING = {
    "name": "heating_living", "device": "HOME", "setpoint": "heating", "place": {"room": "living"},
    "min_kw": 0, "max_kw": 2, "safe_kw": 0, "hold_s": 0, "within_s": 5,
}  # fmt: skip
HEAD = {"mode": "armed", "period_s": 0.03, "repeat_s": 30, "release_s": 0.5, "plan_age_s": 60}


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


def toml_text(
    head: dict[str, Any], devices: Sequence[dict[str, Any]], actuators: Sequence[dict[str, Any]]
) -> str:
    """The text of a control.toml."""
    lines = [f"{k} = {toml_value(v)}" for k, v in head.items()]
    for name, tables in (("device", devices), ("actuator", actuators)):
        for table in tables:
            lines += ["", f"[[{name}]]", *(f"{k} = {toml_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


@dataclass
class Site:
    """A store with its control.toml and a folder of plans."""

    folder: Path
    devices: Sequence[dict[str, Any]]
    actuators: Sequence[dict[str, Any]]
    head: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store, self.plans = self.folder / "store", self.folder / "plans"
        self.config = self.folder / "store_control.toml"
        self.configure()

    def configure(self, **head: Any) -> None:
        """Write the configuration, with a head changed."""
        text = toml_text({**HEAD, **self.head, **head}, self.devices, self.actuators)
        self.config.write_text(text, "utf-8")

    def plan(self, setpoints: dict[str, Sequence[float]], age_s: float = 0.0) -> None:
        """Write a plan."""
        write_plan(self.plans / "plan.json", plan_of(setpoints, age_s))

    def command(self, *words: str) -> list[str]:
        """The command line."""
        return [
            sys.executable, "-m", "ingest", "control", "--store", str(self.store),
            "--plan", str(self.plans), *words,
        ]  # fmt: skip

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A process that controls."""
        return subprocess.Popen(
            self.command(*words), cwd=REPO, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
    """End a process by a signal; what it said."""
    process.send_signal(how)
    return process.communicate(timeout=60)
