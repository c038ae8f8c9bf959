"""Modbus devices, asked over real connections."""

from __future__ import annotations

import asyncio
import math
import os
import time
import tty
from collections.abc import Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer

from core.errors import BadAnswer, ConfigError, DeclarationError, NoAnswer, Unreachable
from core.readings import Quality
from core.toml_file import read_toml
from ingest.devices import DeviceSpec, Template, load_template, make_device, parse_template
from ingest.modbus import Modbus
from ingest.register_clock import RegisterClock
from ingest.register_reader import Limits, Span, grouped
from ingest.simulate_device import SimulatedDevice

HEAD = """
name = "test"
vendor = "test"
models = ["test"]
transport = "modbus"
source = "made for this test"
timeout_s = 2.0
"""
CELLS = """
[settings]
registers = "input"

[[point]]
signal = "bms1_p{pack}_v{cell}"
address = 1000
scale = 0.001
stride = {pack = 100, cell = 1}
each = {pack = [1, 5], cell = [1, 52]}
"""
FEW = """
[[point]]
signal = "a"
address = 10

[[point]]
signal = "b"
address = 11

[[point]]
signal = "c"
address = 12
"""


@pytest.fixture
def template(tmp_path: Path):
    def make(text: str) -> Template:
        path = tmp_path / "t.toml"
        path.write_text(HEAD + text, "utf-8")
        return parse_template(read_toml(path))

    return make


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


# --- the clock of the device ---------------------------------------------------------------------


def seconds(text: str) -> int:
    """Seconds since 1970 of a moment with an offset."""
    return round(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("local", "count", "arrival", "expected"),
    [
        (False, "2026-06-01T10:00:00Z", "2026-06-01T10:00:01Z", "2026-06-01T10:00:00Z"),
        # The wall shows 12:00 in summer time, 11:00 in winter time.
        (True, "2026-06-01T12:00:00Z", "2026-06-01T10:00:01Z", "2026-06-01T10:00:00Z"),
        (True, "2026-01-01T11:00:00Z", "2026-01-01T10:00:01Z", "2026-01-01T10:00:00Z"),
        # 02:30 is shown twice on this night.
        (True, "2026-10-25T02:30:00Z", "2026-10-25T00:30:09Z", "2026-10-25T00:30:00Z"),
        (True, "2026-10-25T02:30:00Z", "2026-10-25T01:29:51Z", "2026-10-25T01:30:00Z"),
        # A minute ahead is wrong, an hour behind may be.
        (False, "2026-06-01T10:01:01Z", "2026-06-01T10:00:00Z", None),
        (False, "2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z", "2026-06-01T09:00:00Z"),
        (False, "2026-05-31T09:59:00Z", "2026-06-01T10:00:00Z", None),
        (True, "1970-01-01T00:00:00Z", "2026-06-01T10:00:00Z", None),
        # An inverter's owner has measured: 1653894774 told at 1653887573, in summer time.
        (True, "2022-05-30T07:12:54Z", "2022-05-30T05:12:53Z", "2022-05-30T05:12:54Z"),
    ],
)
def test_what_a_clock_says(local: bool, count: str, arrival: str, expected: str | None) -> None:
    clock = RegisterClock(address=0, local=local)
    found = clock.moment(seconds(count), "Europe/Berlin", seconds(arrival) * 10**6)
    assert found == (None if expected is None else seconds(expected) * 10**6)


@given(st.integers(10**6, 4 * 10**9))
def test_a_clock_that_is_simulated_is_read_back(at: int) -> None:
    for local in (False, True):
        clock = RegisterClock(address=0, local=local)
        for zone in ("Europe/Berlin", "America/St_Johns"):
            assert clock.moment(clock.count(at * 10**6, zone), zone, at * 10**6) == at * 10**6


@pytest.mark.parametrize("name", ["sma_sunny_tripower", "sma_sunny_boy_storage", "huawei_sun2000"])
def test_readings_bear_the_time_of_a_device_that_tells_one(name: str, caplog) -> None:
    sim = SimulatedDevice(
        load_template(name), {"settle_s": 0.0, "pause_s": 0.0}, zone="America/New_York"
    )
    found: dict[float | None, tuple[float, int]] = {}

    async def work() -> None:
        async with sim.served() as spec, opened(spec) as device:
            for off in (-40.0, 3600.0, None):
                sim.clock_off_s = off
                now = time.time()
                moments = {one.ts for one in await device.poll()}
                assert len(moments) == 1
                found[off] = moments.pop() / 1e6 - now, len(caplog.records)

    run(work())
    assert -41.0 <= found[-40.0][0] <= -39.0 and found[-40.0][1] == 0
    # One that cannot be is not believed, and that is said once.
    assert abs(found[3600.0][0]) < 5 and abs(found[None][0]) < 5
    assert [one.message for one in caplog.records] == ["clock not believed"]


def test_a_clock_that_is_refused_or_not_wanted() -> None:
    sim = SimulatedDevice(load_template("sma_sunny_tripower"))
    sim.clock_off_s = -1000.0
    sim.refused = {("holding", 30193), ("holding", 30194)}

    async def age(spec: DeviceSpec) -> float:
        async with opened(spec) as device:
            found = await device.poll()
            assert {one.quality for one in found} == {Quality.GOOD}
            return time.time() - found[0].ts / 1e6

    async def work() -> None:
        async with sim.served() as spec:
            assert await age(spec) < 100
            sim.refused = set()
            assert await age(spec) > 900
            settings = spec.settings.model_copy(update={"clock": False})
            assert await age(replace(spec, settings=settings)) < 100

    run(work())


@asynccontextmanager
async def opened(spec: DeviceSpec):
    device = Modbus(spec)
    await device.open()
    try:
        yield device
    finally:
        await device.close()


async def asked(sim: SimulatedDevice, **settings: Any) -> dict[str, Any]:
    async with sim.served() as spec, opened(spec) as device:
        return {one.signal: one for one in await device.poll()}


def test_260_cells_in_ten_lines(template) -> None:
    sim = SimulatedDevice(template(CELLS))
    sim.put({"bms1_p3_v17": 3.123, "bms1_p5_v52": 0.0})
    before = time.time_ns() // 1000
    found = run(asked(sim))
    assert len(found) == 260
    assert found["bms1_p3_v17"].value == pytest.approx(3.123, abs=1e-9)
    assert found["bms1_p5_v52"].value == 0
    for signal, value in sim.values.items():
        assert found[signal].value == pytest.approx(value, abs=0.0005 + 1e-9)
        assert found[signal].quality is Quality.GOOD
    assert len({one.ts for one in found.values()}) == 1
    assert before <= found["bms1_p1_v1"].ts <= time.time_ns() // 1000
    assert sim.questions == 5  # one a pack: the gap of 48 between them is not read


def test_addresses_of_a_pattern(template) -> None:
    points = {point.signal: point for point in template(CELLS).points}
    assert points["bms1_p1_v1"].address == 1000
    assert points["bms1_p3_v17"].address == 1000 + 2 * 100 + 16
    assert (points["bms1_p3_v17"].pack, points["bms1_p3_v17"].cell) == (3, 17)


@pytest.mark.parametrize("strict", [False, True])
def test_a_refused_register_does_not_lose_the_others(template, strict: bool) -> None:
    sim = SimulatedDevice(template(CELLS))
    sim.strict = strict
    sim.refused = {("input", 1216), ("input", 1217)}

    async def twice():
        async with sim.served() as spec, opened(spec) as device:
            first = await device.poll()
            asked_first, sim.questions = sim.questions, 0
            return first, await device.poll(), asked_first

    first, second, asked_first = run(twice())
    lost = ["bms1_p3_v17", "bms1_p3_v18"]
    for readings in (first, second):
        assert [one.signal for one in readings if one.quality is Quality.NO_VALUE] == lost
        assert sum(one.quality is Quality.GOOD for one in readings) == 258
    assert sim.questions < asked_first  # it has learnt what not to ask


def test_gaps_that_a_device_does_not_allow(template) -> None:
    sim = SimulatedDevice(template(FEW.replace("12", "20")))
    sim.strict = True
    found = run(asked(sim))
    assert {name: one.quality for name, one in found.items()} == dict.fromkeys("abc", Quality.GOOD)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ExcCodes.ILLEGAL_ADDRESS, "illegal data address"),
        (ExcCodes.DEVICE_BUSY, "device busy"),
        (ExcCodes.DEVICE_FAILURE, "device failure"),
        (ExcCodes.GATEWAY_NO_RESPONSE, "behind the gateway"),
    ],
)
def test_exception_for_everything(template, code: ExcCodes, words: str) -> None:
    sim = SimulatedDevice(template(FEW))
    sim.failing = code

    async def recovers():
        async with sim.served() as spec, opened(spec) as device:
            with pytest.raises(BadAnswer, match=words):
                await device.poll()
            sim.failing = None
            return await device.poll()

    assert [one.quality for one in run(recovers())] == [Quality.GOOD] * 3


def test_types_orders_bits_and_scale_registers(template) -> None:
    text = """
[settings]
first_address = 1
word_order = "little"

[[point]]
signal = "power"
address = 40001
type = "int32"
scale = 0.001
sign = -1

[[point]]
signal = "energy"
address = 40003
type = "uint64"
word_order = "big"

[[point]]
signal = "ratio"
address = 40007
type = "float32"

[[point]]
signal = "ready"
address = 40009
mask = 1
kind = "state"

[[point]]
signal = "mode"
address = 40009
mask = 0x0f00
shift = 8
kind = "state"

[[point]]
signal = "voltage"
address = 40010
scale_address = 40012

[[point]]
signal = "current"
address = 40011
type = "int16"
scale_address = 40012

[[point]]
signal = "door"
address = 1
registers = "coil"
kind = "state"

[[point]]
signal = "smoke"
address = 17
registers = "discrete"
kind = "state"
"""
    sim = SimulatedDevice(template(text))
    values = {
        "power": -2147483.647, "energy": 2.0**53, "ratio": 0.25, "ready": 1, "mode": 11,
        "voltage": 812.5, "current": -12.5, "door": 1, "smoke": 1,
    }  # fmt: skip
    sim.put(values)
    found = run(asked(sim))
    assert {name: one.value for name, one in found.items()} == pytest.approx(values)
    # By hand: 812.5 V and -12.5 A share a power of ten; 0.1 is the finest that 16 bits hold.
    words = [sim.image["holding", address] for address in range(40000, 40012)]
    assert words[9:] == [8125, 65536 - 125, 65535]
    assert (words[0], words[1]) == (0xFFFF, 0x7FFF)  # raw +2147483647, low word first
    assert words[8] == 11 << 8 | 1


def test_values_that_mean_none(template) -> None:
    text = """
[[point]]
signal = "i"
address = 1
type = "int32"
invalid = [-2147483648]

[[point]]
signal = "u"
address = 3
type = "uint64"
invalid = [0xFFFFFFFFFFFFFFFF]

[[point]]
signal = "f"
address = 7
type = "float32"
invalid = [nan]

[[point]]
signal = "g"
address = 9
type = "float32"
"""
    text = text.replace("0xFFFFFFFFFFFFFFFF", "18446744073709551615.0")
    sim = SimulatedDevice(template(text))
    sim.put(dict.fromkeys("iuf", None))
    sim.put({"g": math.nan})
    found = run(asked(sim))
    qualities = {name: one.quality for name, one in found.items()}
    assert qualities == {
        **dict.fromkeys("iuf", Quality.NO_VALUE),
        "g": Quality.DECODE_ERROR,
    }
    assert all(math.isnan(one.value) for one in found.values())


def test_out_of_range_is_told(template) -> None:
    sim = SimulatedDevice(template("[[point]]\nsignal = 'soc'\naddress = 1\nhigh = 105.0"))
    sim.write("holding", 1, 300)
    found = run(asked(sim))
    assert (found["soc"].value, found["soc"].quality) == (300.0, Quality.OUT_OF_RANGE)


def test_slow_device_and_cancelled_poll(template) -> None:
    sim = SimulatedDevice(template(FEW))

    async def slowly():
        async with sim.served() as spec:
            patient = DeviceSpec(**{**vars(spec), "timeout_s": 30.0})
            hasty = DeviceSpec(**{**vars(spec), "timeout_s": 0.2})
            sim.delay_s = 0.4
            async with opened(hasty) as device:
                with pytest.raises(NoAnswer, match="nothing within"):
                    await device.poll()
            async with opened(patient) as device:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await device.poll()
            sim.delay_s = 0.0
            async with opened(patient) as device:
                return await device.poll()

    assert [one.quality for one in run(slowly())] == [Quality.GOOD] * 3


def test_cancelled_while_opening(template) -> None:
    sim = SimulatedDevice(template(FEW), {"settle_s": 5.0})

    async def opening():
        async with sim.served() as spec:
            device = Modbus(spec)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await device.open()
            await device.close()
            calm = spec.settings.model_copy(update={"settle_s": 0.0})
            async with opened(DeviceSpec(**{**vars(spec), "settings": calm})) as again:
                return await again.poll()

    assert len(run(opening())) == 3


def test_killed_and_restarted(template) -> None:
    sim = SimulatedDevice(template(FEW))

    async def broken():
        async with sim.served() as spec:
            device = Modbus(DeviceSpec(**{**vars(spec), "timeout_s": 200.0}))
            await device.open()
            await device.poll()
            sim.delay_s = 100.0
            poll = asyncio.create_task(device.poll())
            await asyncio.sleep(0.05)
        start = time.monotonic()
        with pytest.raises(Unreachable):
            await poll
        assert time.monotonic() - start < 60  # told at once, not after the time allowed
        with pytest.raises(Unreachable):
            await device.poll()
        await device.close()
        again = Modbus(spec)
        with pytest.raises(Unreachable, match="no connection"):
            await again.open()
        await again.close()
        sim.delay_s = 0.0
        async with sim.served(port=sim.port) as spec, opened(spec) as device:
            return await device.poll()

    assert [one.quality for one in run(broken())] == [Quality.GOOD] * 3


@asynccontextmanager
async def answering(answer):
    """A server that answers each question with what `answer` makes of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while question := await reader.read(300):
                told = answer(question)
                if told is None:
                    break
                writer.write(told)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _too_few(question: bytes) -> bytes:
    return question[:4] + bytes([0, 5]) + question[6:8] + bytes([2, 0, 7])


def _as_of(function: int, question: bytes) -> bytes:
    """As many registers as were asked for, of another function."""
    count = question[11]
    return (
        question[:4]
        + bytes([0, 3 + 2 * count, question[6], function, 2 * count])
        + bytes(2 * count)
    )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", BadAnswer),
        (_too_few, BadAnswer),
        (lambda question: question[:7] + bytes([0x7F, 1, 2]), BadAnswer),
        (lambda question: _as_of(4, question), BadAnswer),
        (lambda question: question[:4] + bytes([0, 3, question[6], 0x84, 2]), BadAnswer),
        (lambda _: None, Unreachable),
    ],
    ids=[
        "text",
        "too few registers",
        "no function",
        "another table",
        "refusal of another table",
        "closed",
    ],
)
def test_nonsense(template, answer, error: type[Exception]) -> None:
    async def nonsense():
        async with answering(answer) as port:
            settings = {"host": "127.0.0.1", "port": port}
            spec = make_device(template(FEW), "d", settings, timeout_s=0.4)
            async with opened(spec) as device:
                with pytest.raises(error):
                    await device.poll()

    run(nonsense())


def test_recovers_after_nonsense(template) -> None:
    """What is left of nonsense must not be taken for the answer to the next question."""
    said = [b"nonsense" * 4, bytes([1, 3, 6, 0, 10, 0, 20, 0, 30, 0x79, 0x78])]

    async def recovering():
        async with answering(lambda _: said.pop(0) if said else None) as port:
            settings = {"host": "127.0.0.1", "port": port, "framing": "rtu"}
            device = Modbus(make_device(template(FEW), "d", settings, timeout_s=0.4))
            await device.open()
            with pytest.raises(BadAnswer, match="what came is no answer: 6e 6f 6e"):
                await device.poll()
            first = device._link._client
            readings = await device.poll()
            assert device._link._client is not first
            await device.close()
            return readings

    assert [one.value for one in run(recovering())] == [10, 20, 30]


def test_serial_port_that_is_not_there(template) -> None:
    spec = make_device(template(FEW), "d", {"serial": "/dev/no-such-port"})

    async def opening():
        with pytest.raises(Unreachable, match="no-such-port"):
            async with opened(spec):
                pass

    run(opening())


def test_rtu_over_tcp(template) -> None:
    sim = SimulatedDevice(template(CELLS), {"framing": "rtu", "unit": 7})
    assert all(one.quality is Quality.GOOD for one in run(asked(sim)).values())


@asynccontextmanager
async def serial_line():
    """Two serial ports joined by a line."""
    ends = [os.openpty(), os.openpty()]
    loop = asyncio.get_running_loop()
    for (here, port), (there, _) in (ends, reversed(ends)):
        tty.setraw(port)
        loop.add_reader(here, lambda here=here, there=there: os.write(there, os.read(here, 512)))
    try:
        yield tuple(os.ttyname(port) for _, port in ends)
    finally:
        for ours, port in ends:
            loop.remove_reader(ours)
            os.close(ours)
            os.close(port)


def test_two_devices_take_turns_on_a_serial_line(template) -> None:
    sims = [SimulatedDevice(template(CELLS), {"unit": unit}) for unit in (3, 4)]
    sims[1].put({"bms1_p1_v1": 1.5})

    async def serial():
        async with serial_line() as (here, there):
            server = ModbusSerialServer(
                [sim.sim_device() for sim in sims], framer=FramerType.RTU, port=there,
                baudrate=115200,
            )  # fmt: skip
            await server.listen()
            devices = []
            for sim in sims:
                place = {"host": "", "serial": here, "baud": 115200}
                settings = sim.spec.settings.model_copy(update=place)
                devices.append(Modbus(DeviceSpec(**{**vars(sim.spec), "settings": settings})))
            for device in devices:
                await device.open()
            found = await asyncio.gather(*(device.poll() for device in devices))
            await server.shutdown()
            return found

    first, second = run(serial())
    assert all(one.quality is Quality.GOOD for one in (*first, *second))
    assert first[0].value != second[0].value == 1.5


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("[[point]]\nsignal = 'a'", 8, "address"),
        ("[[point]]\nsignal = 'a'\naddress = 1\ntype = 'int17'", 11, "type"),
        ("[[point]]\nsignal = 'a{n}'\neach = {n = [1, 2]}\naddress = 1", 8, "stride"),
        ("[[point]]\nsignal = 'a'\naddress = 1\ntype = 'int16'\nmask = 3", 8, "mask"),
    ],
)
def test_wrong_points_name_the_line(template, text: str, line: int, told: str) -> None:
    with pytest.raises(DeclarationError, match=told) as caught:
        template(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "host or serial"),
        ({"host": "h", "serial": "/dev/ttyS0"}, "host or serial"),
        ({"host": "h", "unit": 300}, "unit"),
        ({"host": "h", "uint": 3}, "uint"),
    ],
)
def test_wrong_settings_name_the_field(template, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        make_device(template(FEW), "d", settings)


def test_addresses_beyond_the_table(template) -> None:
    spec = make_device(template(CELLS.replace("1000", "65400")), "d", {"host": "h"})
    with pytest.raises(ConfigError, match="outside"):
        Modbus(spec)


fields = st.builds(
    Span, st.sampled_from(["holding", "input"]), st.integers(0, 600), st.sampled_from([1, 2, 4])
)


@given(
    st.lists(fields, min_size=1, max_size=60),
    st.integers(4, 125),
    st.integers(0, 30),
    st.lists(st.integers(0, 600), max_size=3),
)
def test_groups(spans: list[Span], longest: int, gap: int, limits: list[int]) -> None:
    groups = grouped(spans, Limits(longest, gap, tuple(limits)))
    assert sorted(span for group in groups for span in group) == sorted(set(spans))
    for group in groups:
        end = max(span.end for span in group)
        assert len({span.table for span in group}) == 1
        assert end - group[0].start <= longest
        covered = {address for span in group for address in range(span.start, span.end)}
        missing = set(range(group[0].start, end)) - covered
        assert not any(set(range(at, at + gap + 1)) <= missing for at in missing)
        if len(group) > 1:  # one value alone cannot be parted
            alone = [span for span in group if any(span.start < at < span.end for at in limits)]
            assert alone or not any(group[0].start < at < end for at in limits)
