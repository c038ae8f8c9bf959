"""A device that is not there takes setpoints over Modbus, and control can be tried out on it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pymodbus.constants import ExcCodes

from core.control_config import Actuator, load_control
from core.errors import BadAnswer, ConfigError
from ingest import simulate_control
from ingest.control_outlets import ModbusOutlet
from ingest.control_templates import (
    Commanded,
    commanded,
    control_template_names,
    load_control_template,
)
from ingest.devices import template_names
from ingest.simulate_control import SimulatedControl, is_control_template
from tests.ingest.controlling import toml_text

ACTUATORS = (
    {"name": "battery", "device": "BAT", "setpoint": "battery_power", "min_kw": -5, "max_kw": 5,
     "safe_kw": 0, "hold_s": 0, "within_s": 5},
    {"name": "pump", "device": "BAT", "setpoint": "relay", "min_kw": 0, "max_kw": 2, "safe_kw": 0,
     "hold_s": 0, "within_s": 5},
)  # fmt: skip


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def battery(said: list[str]) -> SimulatedControl:
    return SimulatedControl(load_control_template("modbus_battery"), say=said.append)


def told(folder: Path, port: int) -> tuple[Commanded, dict[str, Actuator]]:
    """The device as control has it, and its actuators by name."""
    device = {"name": "BAT", "template": "modbus_battery", "host": "127.0.0.1", "port": port}
    path = folder / "store_control.toml"
    path.write_text(toml_text({"mode": "armed", "repeat_s": 30}, [device], ACTUATORS), "utf-8")
    (found,) = commanded(load_control(path))
    return found, {one.name: one for one in found.actuators}


def test_what_control_writes_is_taken_and_read_back(
    battery: SimulatedControl, said: list[str], tmp_path: Path
) -> None:
    """By hand: discharge + [W], so 2.5 kW of charge are -2500 in 100..101 and 200..201."""

    async def run() -> None:
        async with battery.served() as spec:
            device, by_name = told(tmp_path, spec.settings.port)
            outlet = ModbusOutlet(device)
            for name, kw in (("battery", 2.5), ("battery", -1.25), ("pump", 2.0), ("pump", 0.0)):
                await outlet.send(by_name[name], kw)
                answer = await outlet.told(by_name[name])
                assert answer is not None and answer.kw == pytest.approx(kw)
                if kw == 2.5:
                    words = [0xFFFF, 2**16 - 2500]
                    for first in (100, 200):
                        read = [battery.image["holding", first + at] for at in (0, 1)]
                        assert read == words
                    assert battery.image["holding", 91] == 60
            await outlet.close()

    asyncio.run(run())
    assert battery.taken == {"battery_power": -1.25, "relay": 0.0}
    assert said == ["battery_power: 2.5 kW", "battery_power: -1.25 kW", "relay: on", "relay: off"]


def test_only_registers_of_setpoints_are_written(battery: SimulatedControl) -> None:
    for table, address in (("holding", 200), ("holding", 102), ("coil", 11), ("holding", 89)):
        assert battery.take(table, address, [1]) is ExcCodes.ILLEGAL_ADDRESS
    assert battery.take("holding", 100, [0, 1000, 1]) is ExcCodes.ILLEGAL_ADDRESS
    assert battery.taken["battery_power"] == 0
    assert battery.take("holding", 100, [0, 1000]) is None
    assert battery.taken["battery_power"] == pytest.approx(-1.0)


def test_a_word_that_was_refused_is_refused_to_control(
    battery: SimulatedControl, tmp_path: Path
) -> None:
    async def run() -> None:
        async with battery.served() as spec:
            device, by_name = told(tmp_path, spec.settings.port)
            battery._writable.discard(("holding", 90))
            outlet = ModbusOutlet(device)
            try:
                with pytest.raises(BadAnswer, match="illegal data address"):
                    await outlet.send(by_name["battery"], 1.0)
            finally:
                await outlet.close()

    asyncio.run(run())


def test_it_falls_back_when_no_command_comes(
    battery: SimulatedControl, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(simulate_control.time, "monotonic", lambda: now)
    battery.take("holding", 100, [0, 1000])
    battery.take("coil", 10, [1])
    now += 59
    battery.fall_back()
    assert battery.taken == {"battery_power": pytest.approx(-1.0), "relay": 1.0}
    battery.take("holding", 100, [0, 1000])  # repeated in time
    now += 59
    battery.fall_back()
    assert battery.taken["battery_power"] == pytest.approx(-1.0)
    now += 1
    battery.fall_back()
    battery.fall_back()
    assert battery.taken == {"battery_power": 0.0, "relay": 1.0}  # the relay has no such time
    assert [battery.image["holding", at] for at in (100, 101, 200, 201)] == [0, 0, 0, 0]
    assert said[-2:] == [
        "battery_power: no command for 60 s, falls back", "battery_power: 0 kW",
    ]  # fmt: skip


def test_what_can_be_simulated(tmp_path: Path) -> None:
    assert [one for one in control_template_names() if is_control_template(one)]
    assert not any(map(is_control_template, template_names()))
    own = tmp_path / "own.toml"
    own.write_text('[[setpoint]]\nname = "x"\n')
    assert is_control_template(str(own))
    with pytest.raises(ConfigError, match="no simulator of setpoints over mqtt"):
        SimulatedControl(load_control_template("home"))


def test_every_map_over_modbus_can_be_simulated() -> None:
    for name in control_template_names():
        template = load_control_template(name)
        if template.identity.transport == "modbus":
            made = SimulatedControl(template)
            assert set(made.taken) == set(template.setpoints)


def test_where_it_reads_back_in_another_register(said: list[str]) -> None:
    """Control writes kW as a float; the device says tenths of kW in an input register."""
    template = load_control_template("modbus_battery")
    one = template.setpoints["battery_power"].model_copy(
        update={"type": "float32", "scale": 1.0, "sign": 1, "confirm_type": "int16",
                "confirm_registers": "input", "confirm_scale": 0.1, "also": ()}
    )  # fmt: skip
    made = SimulatedControl(replace(template, setpoints={"p": one}), say=said.append)
    assert made.take("holding", 100, [0x4020, 0]) is None  # 2.5
    assert made.image["input", 200] == 25 and said == ["p: 2.5 kW"]
    assert made.take("holding", 100, [0x461C, 0x4000]) is ExcCodes.ILLEGAL_VALUE  # 10 000 kW
