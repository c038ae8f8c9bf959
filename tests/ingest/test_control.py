"""Control against a real broker and a real Modbus server: what is sent, when, why, and kept."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from core.config import DEFAULT_RULES
from core.control_config import load_control
from core.control_plan import parse_plan
from core.control_store import ControlStore, control_lock
from core.errors import ConfigError, DeclarationError, DeviceError, StoreLocked
from core.journal import FILE, open_journal
from core.ledger import create_ledger
from core.query import open_store
from ingest.control import Controller, check_arming, dry_run
from ingest.control_outlets import make_outlet
from ingest.control_templates import commanded, control_template_names, load_control_template
from tests.conftest import REPO
from tests.ingest.controlling import (
    BATTERY,
    LIVING,
    MINUTE,
    Home,
    Site,
    end,
    home,
    now_us,
)
from tests.servers import Mosquitto, free_port, wait_until

broker = pytest.mark.broker
SET, ROOM = "pems/battery/power/set", "pems/heating/living/set"


def at_home(folder: Path, port: int, *actuators: dict[str, Any], **head: Any) -> Site:
    device = {"name": "HOME", "template": "home", "host": "127.0.0.1", "port": port,
              "keepalive_s": 5, "timeout_s": 10}  # fmt: skip
    site = Site(folder, [device], actuators or (BATTERY,), head)
    create_ledger(site.store, zone="UTC", rules=DEFAULT_RULES).close()
    return site


@asynccontextmanager
async def controlling(site: Site, armed: bool = True) -> AsyncIterator[tuple[Any, ControlStore]]:
    """A controller at work in this process."""
    config = load_control(site.config)
    with (
        ControlStore(site.store) as store,
        open_journal(site.store / FILE, create=True) as journal,
    ):
        made = make_outlet if armed else None
        controller = Controller(config, commanded(config), site.plans, store, journal, made)
        task = asyncio.create_task(controller.run())
        try:
            yield controller, store
        finally:
            controller.ending.set()
            await task


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def run_in(site: Site, work: Callable[[Any, ControlStore], Awaitable[None]], **how: Any) -> None:
    async def main() -> None:
        async with controlling(site, **how) as (controller, store):
            await work(controller, store)

    asyncio.run(main())


def ended_safely(store: ControlStore, actuator: str) -> bool:
    """Whether the last command is the safe value of the end, and has been answered for."""
    last = store.commands(1, actuator)[0]
    return last.reason == "safe_stop" and last.outcome in ("confirmed", "unchecked")


# --- off, advisory, armed -----------------------------------------------------------------------


def test_without_a_file_control_is_off(tmp_path: Path) -> None:
    config = load_control(tmp_path / "store_control.toml")
    assert config.options.mode == "off"
    assert check_arming(config, arm=False) is False


@pytest.mark.parametrize(("mode", "arm"), [("armed", False), ("advisory", True), ("off", True)])
def test_file_and_flag_must_agree(tmp_path: Path, mode: str, arm: bool) -> None:
    site = at_home(tmp_path, 1)
    site.configure(mode=mode)
    with pytest.raises(ConfigError, match="nothing was sent"):
        check_arming(load_control(site.config), arm)


def said_by(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        site.command(*words), check=False, capture_output=True, text=True, cwd=REPO
    )


@broker
def test_neither_off_nor_dry_run_nor_half_armed_touches_anything(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port)
    site.plan({"battery": [2.0]})
    with home(mosquitto.port) as there:
        dry = said_by(site, "--arm", "--dry-run")
        assert dry.returncode == 0
        assert dry.stdout == "battery: 2 kW (asked 2), plan\ndry run: nothing was sent\n"
        half = said_by(site)
        assert half.returncode == 2
        assert "--arm is missing" in half.stderr
        site.configure(mode="off")
        off = said_by(site)
        assert (off.returncode, "control is off" in off.stdout) == (0, True)
        assert there.heard == []
    assert sorted(one.name for one in site.store.iterdir()) == sorted(
        one.name for one in _fresh_store(tmp_path).iterdir()
    )


def _fresh_store(folder: Path) -> Path:
    create_ledger(folder / "fresh", zone="UTC", rules=DEFAULT_RULES).close()
    return folder / "fresh"


@broker
def test_advisory_writes_setpoint_signals_and_tells_nobody(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port, BATTERY, LIVING, mode="advisory")
    site.plan({"battery": [9.0], "heating_living": [2.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        with open_journal(site.store / FILE, read_only=True) as journal:
            await until(lambda: len(journal.last_values("control")) == 2)
        assert store.commands() == []

    with home(mosquitto.port) as there:
        run_in(site, work, armed=False)
        assert there.heard == []
    store = open_store(site.store)
    found = {one.name: (one.kind, one.unit) for one in store.signals("control")}
    assert found == {"battery_setpoint": ("setpoint", "kW"),
                     "heating_living_setpoint": ("setpoint", "kW")}  # fmt: skip
    _, values = store.raw("control", "battery_setpoint", now_us() - MINUTE, now_us() + MINUTE)
    assert values.tolist() == [5.0]  # 9 kW asked, 5 kW allowed


# --- following a plan ---------------------------------------------------------------------------


@broker
def test_a_plan_is_followed_within_limits_and_confirmed(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port, BATTERY, LIVING)
    site.plan({"battery": [9.0], "heating_living": [2.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: {c.outcome for c in store.commands()} == {"confirmed"})
        by_name = {one.actuator: one for one in store.commands()}
        one = by_name["battery"]
        assert (one.asked, one.sent, one.limits, one.reason) == (9.0, 5.0, ("max",), "plan")
        assert one.told == 5.0
        site.plan({"battery": [-1.2345], "heating_living": [0.4]})
        await until(lambda: [c.sent for c in store.commands(1, "battery")] == [-1.234])
        await until(lambda: len(store.commands()) == 4)

    with home(mosquitto.port) as there:
        run_in(site, work)
        # 5 kW, then the next plan in whole watts, then safe at the end.
        assert there.told(SET) == ["5000", "-1234", "0"]
        assert there.told(ROOM) == ["ON", "OFF", "OFF"]
    with ControlStore(site.store) as store:
        assert [one.reason for one in store.commands(2)] == ["safe_stop", "safe_stop"]
        assert {one.outcome for one in store.commands(2)} == {"confirmed"}
        state = store.state()
    assert state is not None
    assert state["ended"] is True


@broker
def test_a_ramp_keeps_to_its_rate_and_begins_at_the_safe_value(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    slow = {**BATTERY, "hold_s": None, "rate_kw_per_min": 12.0}
    slow = {key: value for key, value in slow.items() if value is not None}
    site = at_home(tmp_path, mosquitto.port, slow)
    site.plan({"battery": [0.4]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: [c.sent for c in store.commands(1)] == [0.4])
        found = store.commands()[::-1]
        assert 0 <= found[0].sent <= 0.2
        assert all("rate" in one.limits for one in found[:-1])
        assert found[-1].limits == ()
        for before, after in pairwise(found):
            # 12 kW/min is 0.2 kW/s; the rows are written up to a second after the decision.
            assert 0 < after.sent - before.sent <= 0.2 * (after.at - before.at) / 1e6 + 0.2

    with home(mosquitto.port):
        run_in(site, work)


@broker
def test_an_override_wins_within_limits_and_expires(tmp_path: Path, mosquitto: Mosquitto) -> None:
    site = at_home(tmp_path, mosquitto.port)
    site.plan({"battery": [1.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: len(store.commands()) == 1)
        store.override("battery", -8.0, now_us() + 3_000_000, "ada", "test of the inverter")
        await until(lambda: store.commands()[0].reason == "override")
        one = store.commands()[0]
        assert (one.asked, one.sent, one.limits) == (-8.0, -5.0, ("min",))
        assert (one.facts["by"], one.facts["why"]) == ("ada", "test of the inverter")
        await until(lambda: store.commands()[0].reason == "plan")
        assert "override_ended" in [event.kind for event in store.events()]

    with home(mosquitto.port) as there:
        run_in(site, work)
        assert there.told(SET) == ["1000", "-5000", "1000", "0"]


# --- watchdog -----------------------------------------------------------------------------------


@broker
def test_a_plan_that_gets_old_leads_to_safe_values_told_once(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port, BATTERY, LIVING, repeat_s=0.2)
    site.plan({"battery": [2.0], "heating_living": [2.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: {c.reason for c in store.commands(2)} == {"plan"})
        site.plan({"battery": [2.0], "heating_living": [2.0]}, age_s=61.0)
        await until(lambda: {c.reason for c in store.commands(2)} == {"safe_plan_old"})
        await until(lambda: sum(c.reason == "safe_plan_old" for c in store.commands()) >= 6)
        kinds = [(e.kind, e.facts.get("reason")) for e in store.events()]
        assert kinds.count(("watchdog", "safe_plan_old")) == 1
        site.plan({"battery": [3.0], "heating_living": [2.0]})
        await until(lambda: {c.reason for c in store.commands(2)} == {"plan"})
        assert store.events()[0].kind == "released"
        (site.plans / "plan.json").write_text('{"format": "ziggurat-plan"', "utf-8")
        await until(lambda: store.commands()[0].reason == "safe_no_plan")
        assert "is no JSON" in store.commands()[0].facts["error"]

    with home(mosquitto.port) as there:
        run_in(site, work)
        values = there.told(SET)
        assert list(dict.fromkeys(values)) == ["2000", "0", "3000"]
        assert values[-1] == "0"


PLANNER = """
import sys, time
from pathlib import Path
from tests.ingest.controlling import plan_of
from core.control_plan import write_plan
while True:
    write_plan(Path(sys.argv[1]), plan_of({"battery": [2.0]}))
    time.sleep(0.2)
"""


@broker
def test_when_the_planner_is_killed_safe_values_follow(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port, plan_age_s=1.5)
    planner = subprocess.Popen(
        [sys.executable, "-c", PLANNER, str(site.plans / "plan.json")], cwd=REPO
    )
    try:
        wait_until((site.plans / "plan.json").exists)
        with home(mosquitto.port) as there:
            process = site.start("--arm")
            try:
                there.until(SET, "2000")
                planner.kill()
                there.until(SET, "0")
            finally:
                end(process)
    finally:
        planner.kill()
        planner.wait()
    with ControlStore(site.store) as store:
        assert "safe_plan_old" in {one.reason for one in store.commands()}


@broker
@pytest.mark.parametrize("silent", [True, False])
def test_a_device_that_does_not_confirm_gets_safe_values_until_it_does(
    tmp_path: Path, mosquitto: Mosquitto, silent: bool
) -> None:
    site = at_home(tmp_path, mosquitto.port, {**BATTERY, "within_s": 0.3}, LIVING)
    site.plan({"battery": [2.0], "heating_living": [2.0]})

    with home(mosquitto.port) as there:
        there.answering = not silent
        # What the broker remembers from before confirms nothing, even if it fits.
        state = there.client.publish("pems/battery/power/state", "2000", qos=1, retain=True)
        state.wait_for_publish(60)
        there.lie = None if silent else "1900"

        async def work(controller: Any, store: ControlStore) -> None:
            await until(lambda: store.commands(1, "battery")[0].reason == "safe_unconfirmed"
                        if store.commands(1, "battery") else False)  # fmt: skip
            first = store.commands(actuator="battery")[-1]
            assert (first.sent, first.outcome) == (2.0, "not_confirmed")
            # A person's word does not go before the doubt about a device.
            store.override("battery", 1.0, now_us() + 60_000_000, "ada", "test")
            await until(lambda: store.commands(1, "heating_living")[0].sent == 0.0)
            await until(lambda: len(store.commands(actuator="battery")) >= 4)
            assert {c.sent for c in store.commands(actuator="battery")} == {2.0, 0.0}
            events = [e for e in store.events() if e.kind == "watchdog"]
            assert [e.subject for e in events] == ["HOME"]
            store.withdraw("battery", "ada", "done")
            there.answering, there.lie = True, None
            await until(lambda: store.commands(1, "battery")[0].reason == "plan")
            assert "released" in [e.kind for e in store.events()]

        run_in(site, work)


@broker
def test_a_broker_that_goes_away_leads_to_safe_values_when_it_is_back(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port)
    site.plan({"battery": [2.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: [c.outcome for c in store.commands()] == ["confirmed"])
        there.close()  # it would come back under the name of the next
        mosquitto.stop()
        await until(lambda: store.commands()[0].outcome == "failed")
        assert store.commands()[0].reason == "safe_unreachable"
        mosquitto.start()
        again = Home(mosquitto.port)
        try:
            await until(lambda: "0" in again.told(SET))
            await until(lambda: again.told(SET)[-1] == "2000")
            assert again.told(SET)[0] == "0"
        finally:
            again.close()

    there = Home(mosquitto.port)
    try:
        # Nobody is at home any more to confirm the last one.
        with pytest.raises(DeviceError, match="safe value of battery was not confirmed"):
            run_in(site, work)
    finally:
        there.close()


@broker
def test_a_controller_that_is_killed_leaves_its_last_will_and_its_audit(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site = at_home(tmp_path, mosquitto.port, BATTERY, LIVING)
    site.plan({"battery": [2.0], "heating_living": [2.0]})
    with home(mosquitto.port) as there:
        process = site.start("--arm")
        there.until(SET, "2000")
        there.until(ROOM, "ON")
        with ControlStore(site.store) as store:
            wait_until(lambda: len(store.commands()) == 2)
            with pytest.raises(StoreLocked, match=str(process.pid)), control_lock(site.store):
                pass
        end(process, signal.SIGKILL)
        there.until(SET, "0")
        there.until(ROOM, "OFF")
    with ControlStore(site.store) as store:
        kept = {one.actuator: (one.sent, one.reason) for one in store.commands()}
    assert kept == {"battery": (2.0, "plan"), "heating_living": (2.0, "plan")}


@broker
def test_sigterm_sends_safe_values(tmp_path: Path, mosquitto: Mosquitto) -> None:
    site = at_home(tmp_path, mosquitto.port)
    site.plan({"battery": [2.0]})
    with home(mosquitto.port) as there:
        process = site.start("--arm")
        there.until(SET, "2000")
        _, said = end(process)
        assert process.returncode == 0, said
        assert there.told(SET) == ["2000", "0"]


@broker
def test_what_cannot_be_kept_is_not_sent(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import StoreError

    site = at_home(tmp_path, mosquitto.port)
    site.plan({"battery": [2.0]})

    def full(*_: Any, **__: Any) -> int:
        raise StoreError("disk full")

    monkeypatch.setattr(ControlStore, "command", full)

    async def work(controller: Any, store: ControlStore) -> None:
        await until(controller.ending.is_set)

    with home(mosquitto.port) as there:
        with pytest.raises(StoreError, match="disk full"):
            run_in(site, work)
        assert there.told(SET) == ["0"]


# --- Modbus -------------------------------------------------------------------------------------


class Registers:
    """A Modbus server with 300 registers and 32 coils; `follows` copies 100.. to 200.."""

    def __init__(self) -> None:
        self.follows, self.words = True, [0] * 300
        self.coils: dict[int, bool] = {}
        self.written: list[tuple[int, list[int]]] = []

    async def answer(
        self, function: int, start: int, address: int, count: int, current: list[int], new: Any
    ) -> None:
        if new and function in (6, 16):
            self.written.append((address, list(new)))
            self.words[address : address + len(new)] = new
            if self.follows and address == 100:
                self.words[200 : 200 + len(new)] = new
        if function == 3 or new:
            for at in range(address, address + count):
                if function in (3, 6, 16):
                    current[at - start] = self.words[at]

    @asynccontextmanager
    async def served(self, port: int) -> AsyncIterator[None]:
        words = [SimData(0, count=300, values=0, datatype=DataType.REGISTERS)]
        bits = [SimData(0, values=[False] * 32, datatype=DataType.BITS)]
        device = SimDevice(id=1, simdata=(bits, bits, words, words), action=self.answer)
        server = ModbusTcpServer(device, address=("127.0.0.1", port))
        assert await server.listen()
        try:
            yield
        finally:
            await server.shutdown()


def on_modbus(folder: Path, port: int) -> Site:
    device = {"name": "BAT", "template": "modbus_battery", "host": "127.0.0.1", "port": port,
              "timeout_s": 5}  # fmt: skip
    relay = {**LIVING, "name": "relay", "device": "BAT", "setpoint": "relay"}
    relay = {key: value for key, value in relay.items() if key != "place"}
    battery = {**BATTERY, "device": "BAT", "within_s": 2.0}
    site = Site(folder, [device], (battery, relay))
    create_ledger(site.store, zone="UTC", rules=DEFAULT_RULES).close()
    return site


def test_registers_are_written_read_back_and_made_safe(tmp_path: Path) -> None:
    port, there = free_port(), Registers()
    site = on_modbus(tmp_path, port)
    site.plan({"battery": [2.5], "relay": [2.0]})

    async def main() -> None:
        async with there.served(port):
            async with controlling(site) as (_, store):
                await until(lambda: {c.outcome for c in store.commands()} == {"confirmed"})
                # 2.5 kW of charge is -2500 W there: two registers, the greater first.
                assert there.words[100:102] == [0xFFFF, 0x10000 - 2500]
                assert there.written[:2] == [(90, [1]), (91, [60])]
                there.follows = False
                site.plan({"battery": [1.0], "relay": [2.0]})
                await until(
                    lambda: store.commands(1, "battery")[0].reason == "safe_unconfirmed"
                )  # fmt: skip
                refused = store.commands(actuator="battery")[1]
                assert (refused.sent, refused.outcome, refused.told) == (1.0, "not_confirmed", 2.5)
                await until(lambda: there.words[100:102] == [0, 0])
                there.follows = True
                await until(lambda: store.commands(1, "battery")[0].reason == "plan")
                await until(lambda: there.words[200:202] == [0xFFFF, 0x10000 - 1000])
            assert there.words[100:102] == [0, 0]  # the end

    asyncio.run(main())


def test_a_device_that_is_not_there_is_tried_with_safe_values_alone(tmp_path: Path) -> None:
    port, there = free_port(), Registers()
    site = on_modbus(tmp_path, port)
    site.plan({"battery": [2.5], "relay": [2.0]})

    async def work(controller: Any, store: ControlStore) -> None:
        await until(lambda: sum(c.outcome == "failed" for c in store.commands()) >= 3)
        async with there.served(port):
            await until(lambda: (90, [1]) in there.written)
            assert there.words[100:102] == [0, 0]
            await until(lambda: store.commands(1, "battery")[0].reason == "plan")
            await until(lambda: there.words[101] == 0x10000 - 2500)
            controller.ending.set()
            await until(lambda: all(ended_safely(store, one) for one in ("battery", "relay")))
            assert there.words[100:102] == [0, 0]

    run_in(site, work)


# --- what is kept and what is refused -----------------------------------------------------------


def test_the_audit_refuses_to_be_altered(tmp_path: Path) -> None:
    with ControlStore(tmp_path) as store:
        store.command("battery", 1.0, 1.0, "plan", {}, ())
    with sqlite3.connect(tmp_path / "control.sqlite") as con:
        for words in ("UPDATE command SET sent = 0", "DELETE FROM command"):
            with pytest.raises(sqlite3.IntegrityError, match="never altered"):
                con.execute(words)
    con.close()


def test_every_template_of_control_can_be_read() -> None:
    for name in control_template_names():
        assert load_control_template(name).setpoints


@pytest.mark.parametrize(
    ("head", "changes", "line", "words"),
    [
        ({"mode": "on"}, {}, 1, "mode"),
        ({}, {"min_kw": 6}, 20, "min_kw"),
        ({}, {"safe_kw": 7}, None, "safe_kw 7 is outside -5 .. 5"),
        ({}, {"hold_s": None}, None, "no rate limit"),
        ({}, {"device": "NONE"}, 17, "'NONE' is not described; expected HOME"),
        ({}, {"setpoint": "power"}, 18, "setpoint 'power' is not in template"),
        ({}, {"place": {"room": "x"}}, None, "place has room; expected none"),
        ({}, {"least": 1}, None, "least is not known here"),
    ],
)
def test_a_wrong_configuration_names_its_line(
    tmp_path: Path, head: dict[str, Any], changes: dict[str, Any], line: int | None, words: str
) -> None:
    told = {key: value for key, value in {**BATTERY, **changes}.items() if value is not None}
    site = at_home(tmp_path, 1, told, **head)
    with pytest.raises((DeclarationError, ConfigError)) as failed:
        commanded(load_control(site.config))
    assert words in str(failed.value)
    if isinstance(failed.value, DeclarationError):
        assert failed.value.line is not None
        assert line is None or f":{failed.value.line}:" in str(failed.value)


def test_a_battery_that_falls_back_sooner_than_it_is_told_is_refused(tmp_path: Path) -> None:
    site = on_modbus(tmp_path, 1)
    site.configure(repeat_s=60)
    with pytest.raises(DeclarationError, match="falls back 60 s after a command"):
        commanded(load_control(site.config))


def test_a_dry_run_says_what_is_cut(tmp_path: Path) -> None:
    site = at_home(tmp_path, 1, BATTERY, LIVING)
    site.plan({"battery": [-9.0]})
    config = load_control(site.config)
    with ControlStore(site.store) as store:
        lines = dry_run(config, commanded(config), site.plans, store)
    assert [(one.actuator, one.value, one.words) for one in lines] == [
        ("battery", -5.0, "plan; limited by least"),
        ("heating_living", 0.0, "safe value: the plan does not name this actuator"),
    ]
    assert not (site.store / "control.sqlite").exists()


def test_what_the_document_shows_can_be_used(tmp_path: Path) -> None:
    text = (REPO / "docs" / "control.md").read_text("utf-8")
    path = tmp_path / "store_control.toml"
    path.write_text(re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[0], "utf-8")
    [home] = commanded(load_control(path))
    assert [one.name for one in home.actuators] == ["battery", "heating_living"]
    [told] = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert set(parse_plan(told, "doc").setpoints_kw) == {"battery", "heating_living"}
