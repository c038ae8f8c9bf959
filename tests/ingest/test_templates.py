"""Every template, those of today and those to come: loaded, simulated, served and read."""

from __future__ import annotations

import asyncio
import csv
import math
import re
import socket
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError
from core.readings import Batch, Quality, Reading
from core.signals import UNKNOWN, load_catalogue
from ingest.devices import (
    REQUIREMENTS,
    TEMPLATES,
    DeviceSpec,
    Point,
    Template,
    load_template,
    make_device,
    template_names,
    transport_class,
)
from ingest.modbus_image import raw_limits
from ingest.simulate import SERVERS, Simulated, serve, serve_moving
from ingest.simulate_device import IMAGES, SimulatedDevice, moving
from tests.servers import free_port

# Units in which the store has each kind of thing; templates scale into them.
CANONICAL = {"W": "kW", "VA": "kVA", "var": "kvar", "Wh": "kWh", "mV": "V", "mA": "A"}
ASKED_FOR = {
    "sunspec_inverter", "sunspec_meter", "sunspec_battery", "sma_sunny_tripower",
    "sma_sunny_boy_storage", "huawei_sun2000", "sungrow_sg", "sungrow_sh", "fronius_gen24",
    "solaredge", "growatt", "victron_gx", "kostal_plenticore", "janitza_umg", "eastron_sdm630",
    "generic_bess",
}  # fmt: skip


def spoken(name: str) -> str:
    """Transport of a template, told without the packages that it needs."""
    found = tomllib.loads((TEMPLATES / f"{name}.toml").read_text("utf-8"))["transport"]
    return str(found)


def load(name: str) -> Template:
    """The template, or the test is skipped where its packages are not installed."""
    try:
        return load_template(name)
    except ConfigError as error:
        if f"pip install -r {REQUIREMENTS}" in str(error):
            pytest.skip(f"needs {spoken(name)}: pip install -r {REQUIREMENTS}")
        raise


REGISTERS = [name for name in template_names() if spoken(name) in IMAGES]
HASTE = {"pause_s": 0.0, "settle_s": 0.0}


async def read(spec: DeviceSpec) -> dict[str, Reading]:
    """What a device says when asked once, or tells by itself until it has told all."""
    device = transport_class(spec.transport)(spec)
    found: dict[str, Reading] = {}
    async with asyncio.timeout(60):
        await device.open()
        try:
            if not hasattr(device, "listen"):
                return {one.signal: one for one in await device.poll()}
            whole = asyncio.Event()

            async def deliver(batches: Sequence[Batch]) -> None:
                found.update((one.signal, one) for batch in batches for one in batch.readings)
                if len(found) == len(spec.points):
                    whole.set()

            listening = asyncio.create_task(device.listen(deliver))
            await whole.wait()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            return found
        finally:
            await device.close()


def told(
    points: Sequence[Point],
    found: Mapping[str, Reading],
    values: Mapping[str, float | None],
    steps: Mapping[str, float],
) -> None:
    """What came back is what went in, as finely as the device tells it."""
    assert set(found) == set(values)
    for point in points:
        value, reading = values[point.signal], found[point.signal]
        if value is None:
            assert reading.quality is Quality.NO_VALUE, point.signal
            continue
        step = steps.get(point.signal, 0.0)
        assert reading.value == pytest.approx(value, abs=0.501 * step, rel=1e-6), point.signal
        assert reading.quality is point.judged(reading.value), point.signal


# --- every template, whatever it speaks -----------------------------------------------------------


def distinct(points: Sequence[Point]) -> dict[str, float]:
    """Each signal another plausible value: two that share a place would tell the same."""
    found = {}
    for number, point in enumerate(points, 1):
        low = 0.0 if point.low is None else max(point.low, 0.0)
        high = math.inf if point.high is None else point.high
        if point.kind == "state":  # as small as a bit
            found[point.signal] = float(number % 2)
            continue
        wanted = low + abs(point.scale) * number
        found[point.signal] = wanted if wanted <= high else low + (high - low) * number / 1000
    return found


@pytest.mark.parametrize("name", template_names())
def test_what_went_in_comes_back(name: str) -> None:
    template = load(name)

    async def work() -> None:
        haste = HASTE if name in REGISTERS else None
        async with serve(template, port=free_port(), settings=haste) as sim:
            assert {one.signal for one in sim.device.points} == {
                one.signal for one in template.points
            }
            usual = moving(sim.device, 0.0)
            found = await read(sim.device)
            told(sim.device.points, found, usual, sim.steps())
            complete = sim.device.complete(list(found.values()))
            assert {one.signal for one in template.derived} <= {one.signal for one in complete}
            values = distinct(sim.device.points)
            await sim.put(values)
            told(sim.device.points, await read(sim.device), values, sim.steps())

    asyncio.run(work())


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("opcua_bess", {"mode": "subscribe", "publish_s": 0.1}),
        ("iec61850_inverter", {"mode": "report"}),
    ],
)
def test_devices_that_tell_by_themselves(name: str, settings: dict[str, Any]) -> None:
    template = load(name)

    async def work() -> None:
        async with serve(template, port=free_port(), settings=settings) as sim:
            found = await read(sim.device)
            told(sim.device.points, found, moving(sim.device, 0.0), sim.steps())

    asyncio.run(work())


def test_there_is_a_template_for_every_simulator() -> None:
    assert {spoken(name) for name in template_names()} >= {
        name for name in SERVERS if name not in ("opcua-subscribe", "iec61850-report")
    }


# --- those of registers, served as the device may answer at worst ---------------------------------


def came_back(sim: SimulatedDevice) -> dict[str, Reading]:
    async def work() -> dict[str, Reading]:
        async with sim.served() as spec:
            return await read(spec)

    return asyncio.run(work())


def assert_same(sim: SimulatedDevice, values: Mapping[str, float | None]) -> None:
    told(sim.spec.points, came_back(sim), values, sim.steps())


def test_templates_that_were_promised() -> None:
    assert set(template_names()) >= ASKED_FOR


@pytest.mark.parametrize("name", template_names())
def test_template_is_sound(name: str) -> None:
    template = load(name)
    catalogue = load_catalogue().describe
    signals = {point.signal for point in template.points}
    assert len(signals) == len(template.points)
    for derived in template.derived:
        assert set(derived.terms) <= signals, derived.signal
        assert derived.signal not in signals
    for point in (*template.points, *(one.as_point() for one in template.derived)):
        meaning = point.meaning(catalogue)
        assert meaning.quantity != UNKNOWN, point.signal
        assert meaning.unit not in CANONICAL, point.signal
        # Where the rules for names give the meaning, they give the kind too.
        assert point.kind in ("analog", meaning.kind), point.signal


@pytest.mark.parametrize("name", REGISTERS)
def test_ordinary_values_come_back(name: str) -> None:
    sim = SimulatedDevice(load_template(name), HASTE)
    for seconds in (0.0, 3333.0):
        sim.put(moving(sim.spec, seconds))
        assert_same(sim, sim.values)


@pytest.mark.parametrize("name", REGISTERS)
def test_every_signal_is_its_own(name: str) -> None:
    """Each value another one: two points that share a register would tell the same."""
    sim = SimulatedDevice(load_template(name), HASTE)
    values = dict(sim.values)
    for number, point in enumerate(sim.spec.points):
        low, high = sim.reach(point)
        wanted = (number % 97 + 1) * abs(point.scale) * (10 if high > 1e3 * abs(point.scale) else 1)
        values[point.signal] = min(max(point.sign * wanted + point.sign * point.offset, low), high)
    sim.put(values)
    assert_same(sim, values)


@pytest.mark.parametrize("name", REGISTERS)
@pytest.mark.parametrize("end", [0, 1])
def test_extreme_and_negative_values_come_back(name: str, end: int) -> None:
    sim = SimulatedDevice(load_template(name), HASTE)
    values = {point.signal: _extreme(sim, point, end) for point in sim.spec.points}
    sim.put(values)
    assert_same(sim, values)


def _extreme(sim: SimulatedDevice, point: Any, end: int) -> float:
    """Least or greatest value that a point can have and that does not mean "none"."""
    if sim.spec.transport == "sunspec":  # a scale factor may stretch it further
        low, high = sim.reach(point)
        return (max(low, -1e9) if low < 0 else min(high, abs(point.scale)), min(high, 1e9))[end]
    least, greatest = raw_limits(point, sim.spec.settings)
    inward = (1, -1)[end]
    raw = (least, greatest)[end]
    if isinstance(raw, int):  # beyond, neighbours are one float
        raw = max(min(raw, 2**53), -(2**53))
    while point.means_none(float(raw)):
        raw += inward
    return point.sign * (point.scale * raw + point.offset)


@pytest.mark.parametrize("name", REGISTERS)
def test_values_that_mean_none_come_back(name: str) -> None:
    sim = SimulatedDevice(load_template(name), HASTE)
    values = dict(sim.values)
    for point in sim.spec.points:
        if sim.spec.transport == "sunspec" or point.invalid:
            values[point.signal] = None
    if all(value is None for value in values.values()):  # a device that has nothing at all
        values[sim.spec.points[0].signal] = sim.values[sim.spec.points[0].signal]
    sim.put(values)
    assert_same(sim, values)


@pytest.mark.parametrize("name", REGISTERS)
def test_strict_device_that_refuses_what_is_not_named(name: str) -> None:
    sim = SimulatedDevice(load_template(name), HASTE)
    sim.strict = True
    assert_same(sim, sim.values)


@pytest.mark.parametrize("name", REGISTERS)
def test_few_questions(name: str) -> None:
    """A poll asks less than once for five signals, or a dozen times at most."""
    sim = SimulatedDevice(load_template(name), HASTE)

    async def count() -> int:
        async with sim.served() as spec:
            device = transport_class(spec.transport)(spec)
            await device.open()
            sim.questions = 0
            await device.poll()
            await device.close()
            return sim.questions

    assert asyncio.run(count()) <= max(12, len(sim.values) // 5)


# What devices count the other way round, as their documents say. Where a template has a sign that
# this table does not know, one of the two is wrong: no simulator can tell.
TOLD_THE_OTHER_WAY = {
    "huawei_sun2000": {"grid_power", "grid_power_l1", "grid_power_l2", "grid_power_l3",
                       "grid_current_l1", "grid_current_l2", "grid_current_l3"},  # export +
    "fronius_solar_api": {"battery_power", "load_power"},  # discharge +, consumption -
    "kostal_plenticore": {"battery_current", "battery_power"},  # discharge +
    "opcua_bess": {"p_ac"},  # discharge +, in the example
    "sungrow_sh": {"battery_power", "grid_power"},  # discharge +, export +
}  # fmt: skip


def test_signs() -> None:
    turned = {
        name: {point.signal for point in load(name).points if point.sign == -1}
        for name in template_names()
    }
    assert {name: signals for name, signals in turned.items() if signals} == TOLD_THE_OTHER_WAY


# --- register maps as vendors and others have written them down -------------------------------


@pytest.mark.shared
def test_solaredge_is_as_its_map(shared: Path) -> None:
    with (shared / "data/protocol/solaredge_registers.csv").open(encoding="utf-8-sig") as lines:
        rows = {int(row["Address"]): row for row in csv.DictReader(lines)}
    sizes = {"int16": 1, "uint16": 1, "uint32": 2}
    types = {"acc32": "uint32"}
    for point in load_template("solaredge").points:
        row = rows[point.address]
        assert types.get(row["Type"], row["Type"]) == point.type, row["Name"]
        assert int(row["Size"]) == sizes[point.type], row["Name"]
        if point.scale_address is not None:
            scale = rows[point.scale_address]
            assert scale["Name"].endswith("_SF"), scale["Name"]
            assert row["Name"].startswith(scale["Name"].removesuffix("_SF")[:9]), row["Name"]


def _sungrow(text: str) -> dict[tuple[int, str], str]:
    """Scale by address and type, of the read registers of registers-sungrow.yaml."""
    found: dict[tuple[int, str], str] = {}
    for block in re.split(r"\n\s*- name: ", text.split("\n  - hold", 1)[0])[1:]:
        address = re.search(r"\n\s+address: (\d+)", block)
        kind = re.search(r'\n\s+datatype: "(\w+)"', block)
        if address and kind:
            scale = re.search(r"\n\s+accuracy: ([\d.]+)", block)
            found[int(address[1]), kind[1]] = scale[1] if scale else "1"
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", ["sungrow_sg", "sungrow_sh"])
def test_sungrow_is_as_its_map(shared: Path, name: str) -> None:
    codes = {"uint16": "U16", "int16": "S16", "uint32": "U32", "int32": "S32"}
    text = (shared / "data/protocol/registers-sungrow.yaml").read_text("utf-8")
    known = _sungrow(text)
    other = _home_assistant((shared / "data/protocol/sungrow_SHx_modbus.yaml").read_text("utf-8"))
    checked = 0
    for point in load_template(name).points:
        unit = point.meaning(load_catalogue().describe).unit
        thousand = 1000 if unit in ("kW", "kvar", "kVA") else 1
        scales = []
        if (point.address, codes[point.type]) in known:
            scales.append(float(known[point.address, codes[point.type]]))
        if name == "sungrow_sh" and (point.address - 1, point.type) in other:
            scales.append(other[point.address - 1, point.type])
        assert scales, f"{point.signal}: {point.address} is in neither map"
        assert any(point.scale * thousand == pytest.approx(one) for one in scales), point.signal
        checked += 1
    assert checked > 15


def _home_assistant(text: str) -> dict[tuple[int, str], float]:
    """Scale by address (from 0) and type, of sungrow_SHx_modbus.yaml."""
    found: dict[tuple[int, str], float] = {}
    for block in re.split(r"\n\s*- name: ", text)[1:]:
        told = dict(re.findall(r"\n\s+(\w+): ([^\s#]+)", block))
        if told.get("input_type") == "input" and told.get("address", "").isdigit():
            key = int(told["address"]), told.get("data_type", "")
            found[key] = float(told.get("scale", "1"))
    return found


# --- recorded registers, decoded and checked by hand -------------------------------------------


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        (  # 230.4 V and -1234.5 W as IEEE 754: 0x43666666, 0xC49A5000
            "eastron_sdm630",
            {0: 0x4366, 1: 0x6666, 52: 0xC49A, 53: 0x5000},
            {"voltage_l1": 230.4, "active_power": -1.2345},
        ),
        (  # low word first: 5000 W discharge is 0x1388, -3000 W export is 3000 exported
            "sungrow_sh",
            {5213: 0x1388, 5214: 0, 13009: 0x0BB8, 13010: 0, 13022: 875, 13000: 0b1010},
            {
                "battery_power": -5.0,
                "grid_power": -3.0,
                "soc": 87.5,
                "battery_charging_state": 1.0,
            },
        ),
        (  # export of 2500 W told as +2500; charge of 1200 W; no third string
            "huawei_sun2000",
            {37113: 0, 37114: 2500, 37765: 0, 37766: 1200, 32020: 0x7FFF, 32016: 6543},
            {
                "grid_power": -2.5,
                "battery_power": 1.2,
                "string3_voltage": None,
                "string1_voltage": 654.3,
            },
        ),
        (  # 4567 at 10^-1 is 456.7 W; 2310 at 10^-1 V; power factor 9950 at 10^-2 %
            "solaredge",
            {
                40083: 4567, 40084: 0xFFFF, 40079: 2310, 40082: 0xFFFF, 40091: 9950,
                40092: 0xFFFE, 40093: 0x0012, 40094: 0xD687, 40095: 0,
            },
            {"ac_power": 0.4567, "voltage_l1": 231.0, "pf": 0.995, "energy_total": 1234.567},
        ),
        (  # charging is negative at the device: -2000 W is 0xF830; low word first in floats
            "kostal_plenticore",
            {582: 0xF830, 514: 64, 252: 0x4000, 253: 0xC49A},
            {"battery_power": 2.0, "soc": 64.0, "grid_power": -1.234},
        ),
        (
            "victron_gx",
            {842: 0xFC18, 841: 0xFFEC, 840: 521, 843: 77, 820: 0xFF9C, 821: 200, 822: 0},
            {"battery_power": -1.0, "battery_current": -2.0, "battery_voltage": 52.1, "soc": 77.0},
        ),
        (  # 0x80000000 and 64 ones are "none"; 4321 W
            "sma_sunny_tripower",
            {30773: 0x8000, 30774: 0, 30775: 0, 30776: 4321, 30513: 0, 30514: 0, 30515: 0x00BC,
             30516: 0x614E},
            {"string1_power": None, "ac_power": 4.321, "energy_total": 12345.678},
        ),
    ],
)  # fmt: skip
def test_recorded_registers(
    name: str, words: dict[int, int], expected: dict[str, float | None]
) -> None:
    sim = SimulatedDevice(load_template(name), HASTE)
    table = sim.spec.settings.registers
    for address, word in words.items():
        assert (table, address) in sim.image, address
        sim.write(table, address, word)
    found = came_back(sim)
    for signal, value in expected.items():
        if value is None:
            assert found[signal].quality is Quality.NO_VALUE
        else:
            assert found[signal].value == pytest.approx(value, rel=1e-6), signal


def test_derived_values_of_a_poll() -> None:
    sim = SimulatedDevice(load_template("victron_gx"))
    sim.put({"grid_power_l1": 1.5, "grid_power_l2": -0.5, "grid_power_l3": 0.25})
    found = came_back(sim)
    complete = {one.signal: one for one in sim.spec.complete(list(found.values()))}
    assert complete["grid_power"].value == pytest.approx(1.25)


def test_simulated_values_move_within_reason() -> None:
    sim = SimulatedDevice(load_template("generic_bess"))
    at = [moving(sim.spec, seconds) for seconds in (0.0, 100.0, 200.0)]
    cell = [one["bms1_p2_v30"] for one in at]
    assert len(set(cell)) == 3
    assert all(value is not None and 3.1 < value < 3.4 for value in cell)
    meter = make_device(load_template("janitza_umg"), "m", {"host": "h"})
    counted = [moving(meter, seconds)["energy_import"] for seconds in (0.0, 3600.0)]
    assert counted[1] > counted[0]


def test_serving_with_moving_values() -> None:
    async def work() -> list[float]:
        served: asyncio.Future[Simulated] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve_moving(
                serve(load_template("eastron_sdm630"), port=free_port()),
                {"frequency": 49.5}, period_s=0.05, started=served.set_result,
            )
        )  # fmt: skip
        device = (await served).device
        told = []
        for _ in range(3):
            found = await read(device)
            assert found["frequency"].value == 49.5
            told.append(found["power_l1"].value)
            await asyncio.sleep(0.15)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return told

    told = asyncio.run(work())
    assert len(set(told)) > 1
    assert not any(map(math.isnan, told))


def test_an_address_of_another_machine_is_told() -> None:
    for name in ("bacnet_meter", "sml_meter", "fronius_solar_api"):
        with pytest.raises(ConfigError, match=r"cannot listen at 192.0.2.1:"):
            asyncio.run(serve_moving(serve(load(name), host="192.0.2.1", port=free_port())))


def test_what_cannot_be_served_is_told() -> None:
    template = load_template("eastron_sdm630")

    def refused(port: int, fixed: Mapping[str, float] | None = None) -> str:
        with pytest.raises(ConfigError) as caught:
            asyncio.run(serve_moving(serve(template, port=port), fixed))
        return str(caught.value)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refused(port).startswith(f"cannot listen at 127.0.0.1:{port}")
    told = refused(free_port(), {"freqency": 50.0})
    assert told == "the template has no signal 'freqency'; there are: frequency"
    growatt = serve(load_template("growatt"), port=free_port())
    with pytest.raises(ConfigError, match="cannot be told"):
        asyncio.run(serve_moving(growatt, {"frequency": 1e9}))
