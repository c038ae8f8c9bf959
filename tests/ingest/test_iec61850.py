"""IEC 61850 MMS against a running server: values, quality, time, real model files, loss."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("iec61850", reason="needs iec61850: pip install -r requirements-collect.txt")

from iec61850 import FC, IedConnection, IedServer

from core.errors import BadAnswer, ConfigError, DeclarationError, DeviceError, NoAnswer, Unreachable
from core.journal import FILE, open_journal
from core.readings import Quality, Reading
from core.toml_file import TomlFile
from ingest.devices import (
    DeviceSpec,
    load_template,
    make_device,
    parse_template,
    transport_class,
)
from ingest.iec61850_mms import (
    Iec61850,
    Iec61850Point,
    Iec61850Reports,
    parse_quality,
    parse_time,
    parse_value,
    read_quality,
)
from ingest.simulate_iec61850 import SimulatedIec61850, serve_iec61850, utc_time
from tests.ingest.asking import poll_once, values_of, written
from tests.ingest.listening import Kept
from tests.ingest.ports import Line, line_to
from tests.servers import free_port

REPO = Path(__file__).parents[2]
TEMPLATE = """
name = "Plant"
vendor = "any"
models = ["any"]
transport = "iec61850"
source = "made for this test"
timeout_s = 0.5

[[point]]
signal = "p"
ref = "LD0/MMXU1.TotW.mag.f"
unit = "kW"
scale = 0.001

[[point]]
signal = "i{phase}"
ref = "LD0/MMXU1.A.phs{phase}.cVal.mag.f"
unit = "A"
low = 0
high = 100
each = { phase = [1, 3] }

[[point]]
signal = "energy"
ref = "LD1/batMMTR2.TotWh.actVal"
fc = "ST"
kind = "counter"
unit = "kWh"

[[point]]
signal = "mode"
ref = "LD0/ZINV1.GridModSt.stVal"
fc = "ST"
kind = "state"
"""
VALUES = {"p": 12.5, "i1": 10.0, "i2": 11.0, "i3": 12.25, "energy": 123_456_789.0, "mode": 2.0}


def template_file(tmp_path: Path, text: str = TEMPLATE) -> TomlFile:
    return written(tmp_path, text, "plant.toml")


@pytest.fixture
def points(tmp_path: Path) -> tuple[Iec61850Point, ...]:
    return parse_template(template_file(tmp_path)).points  # type: ignore[return-value]


def device(points: Sequence[Any], port: int, timeout_s: float = 5.0, **settings: Any) -> DeviceSpec:
    checked = Iec61850.Settings.model_validate(
        {"host": "127.0.0.1", "port": port, "ied": "IED1", **settings}
    )
    return DeviceSpec(
        "PLANT", "", "", "UTC", "iec61850", checked, tuple(points), timeout_s=timeout_s
    )


def test_values_come_back_with_their_time(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        async with serve_iec61850(points, VALUES) as server:
            at = 1_772_366_400_250_000
            server.tell("p", 12.5, time=utc_time(at))
            for settings in ({}, {"points_per_read": 1}):
                found = await poll_once(device(points, server.port, **settings))
                assert values_of(found) == pytest.approx(VALUES, rel=1e-6)
                assert {one.quality for one in found.values()} == {Quality.GOOD}
                assert found["p"].ts == at
            asked = await poll_once(device(points, server.port, clock="answer"))
            assert asked["p"].ts > at
            server.tell("p", 12.5, time=utc_time(at, flags=0x2A))  # its clock is not synchronised
            assert (await poll_once(device(points, server.port)))["p"].ts > at

    asyncio.run(run())


def test_quality_of_the_device(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        async with serve_iec61850(points, VALUES) as server:
            expected = [
                (b"\x00\x00", Quality.GOOD),
                (b"\x40\x00", Quality.NO_VALUE),  # invalid
                (b"\xc0\x00", Quality.STALE),  # questionable
                (b"\xc1\x00", Quality.STALE),  # questionable, old data
                (b"\xd0\x00", Quality.OUT_OF_RANGE),  # questionable, out of range
                (b"\x00\x20", Quality.STALE),  # substituted
                (b"\x00", Quality.DECODE_ERROR),
            ]
            for bits, quality in expected:
                server.tell("p", 12.5, quality=bits)
                found = await poll_once(device(points, server.port))
                assert found["p"].quality is quality, bits
                assert found["i1"].quality is Quality.GOOD
            server.tell("i1", 101.0)
            assert (await poll_once(device(points, server.port)))["i1"].quality is (
                Quality.OUT_OF_RANGE
            )

    asyncio.run(run())


def test_quality_bits_are_those_of_the_library() -> None:
    """A server that holds quality bits of its own model, read by the library and by us."""

    async def run() -> None:
        data = b"\x50\x80"  # invalid, out of range, inconsistent
        value = {"type": "bit_string", "padding": 3, "data": data}
        das = [
            {"name": "stVal", "fc": "ST", "type": "Int32"},
            {"name": "q", "fc": "ST", "type": "Quality", "value": value},
        ]
        lln0 = {"lln0": True, "dos": [{"name": "Beh", "das": das}]}
        spec = {"ied_name": "X", "lds": [{"inst": "L", "lns": [lln0]}]}
        server = IedServer.from_model_spec(spec)
        server.bind("127.0.0.1:0")
        await server.start()
        connection = await IedConnection.connect(server.bound_addr, timeout_ms=1000)
        theirs = await connection.read_quality("XL/LLN0.Beh.q", FC.ST)
        ours = parse_quality(await connection.read("XL/LLN0.Beh.q", FC.ST))
        await connection.disconnect()
        await server.stop()
        assert theirs.validity.value == "invalid"
        assert theirs.detail.out_of_range and theirs.detail.inconsistent
        assert ours == ("invalid", {"out_of_range", "inconsistent"})

    asyncio.run(run())


def test_parts_by_hand() -> None:
    assert parse_time(bytes.fromhex("6553f100 800000 0a")) == 1_700_000_000_500_000
    assert parse_time(bytes(8)) is None and parse_time(b"\x01") is None and parse_time(None) is None
    assert parse_time(bytes.fromhex("6553f100 800000 4a")) is None  # the clock has failed
    for ts in (1_700_000_000_123_456, 1_700_000_000_999_999, 1_700_000_000_000_001):
        assert parse_time(utc_time(ts)) == ts
    assert read_quality(None) is Quality.GOOD
    assert [parse_value(one) for one in (True, 3, 1.5, b"\x80", "x", [1.0])] == [
        1.0, 3.0, 1.5, 2.0, None, None,
    ]  # fmt: skip


def test_an_attribute_that_is_not_there_has_no_value(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        async with serve_iec61850(points, VALUES) as server:
            strangers = [
                Iec61850Point(signal="a", ref="LD0/MMXU1.Nothing.mag.f"),
                Iec61850Point(signal="b", ref="LD9/MMXU1.TotW.mag.f"),
                Iec61850Point(signal="c", ref="LD0/MMXU1.TotW.mag"),  # a structure
            ]
            asked = Iec61850(device([*points, *strangers], server.port))
            await asked.open()
            for _ in range(2):
                found = {one.signal: one for one in await asked.poll()}
                assert found["p"].value == pytest.approx(12.5)
                assert [found[name].quality for name in "ab"] == [Quality.NO_VALUE] * 2
                assert found["c"].quality is Quality.DECODE_ERROR
            await asked.close()

    asyncio.run(run())


@pytest.mark.shared
def test_the_template_reads_the_model_it_is_made_from(shared: Path) -> None:
    async def run() -> None:
        model = shared / "data/protocol/iec61850/inverter3ph.icd"
        server = IedServer.from_scl(model, ied_name="Inverter3Ph")
        server.bind("127.0.0.1:0")
        await server.start()
        try:
            spec = make_device(
                load_template("iec61850_inverter"),
                "INV",
                {"host": "127.0.0.1", "port": int(server.bound_addr.rpartition(":")[2])},
            )
            for point in spec.points:
                value = 230.5 if point.ref.endswith(".f") else 3
                update = server.update_float32 if point.ref.endswith(".f") else server.update_int32
                update(point.ref, value)
            found = await poll_once(spec)
            assert {one.quality for one in found.values()} == {Quality.GOOD}
            told = {name: one.value for name, one in found.items()}
            kilo = {"s", "q", "p_l1", "p_l2", "p_l3", "dc_p"}  # W, VA and var there, kW here
            assert told == pytest.approx({
                name: 3.0 if name == "grid_mode" else 0.2305 if name in kilo else 230.5
                for name in (point.signal for point in spec.points)
            })  # fmt: skip
            power = {one.signal: one for one in spec.complete(list(found.values()))}["p"]
            assert power.value == pytest.approx(0.6915) and power.quality is Quality.GOOD
        finally:
            await server.stop()

    asyncio.run(run())


def test_silence_nonsense_and_return(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        async with serve_iec61850(points, VALUES) as server, line_to(server.port) as line:
            spec = device(points, line.port, 2.0)
            asked = Iec61850(spec)
            await asked.open()
            line.open.clear()
            with pytest.raises(NoAnswer):
                await asked.poll()
            await asked.close()
            line.open.set()
            for break_it in (line.cut, lambda: setattr(line, "garble", True)):
                asked = Iec61850(spec)
                await asked.open()
                break_it()
                with pytest.raises(DeviceError):
                    await asked.poll()
                await asked.close()
                line.garble = False
            # Given up at any moment, it leaves nothing behind that hinders the next.
            for given in (0.0, 0.001, 0.01):
                asked = Iec61850(spec)
                line.open.clear()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(given):
                        await asked.open()
                        await asked.poll()
                line.open.set()
                await asked.close()
            assert values_of(await poll_once(spec)) == pytest.approx(VALUES, rel=1e-6)
        with pytest.raises(Unreachable):
            await poll_once(device(points, free_port()))

    asyncio.run(run())


def test_reports_tell_what_changes(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        serving = serve_iec61850(points, VALUES, report=True)
        async with serving as server, line_to(server.port) as line:
            await follow(server, line)

    async def follow(server: SimulatedIec61850, line: Line) -> None:
        kept = Kept()

        async def until(count: int) -> list[Reading]:
            await kept.until(lambda: len(kept.readings) >= count)
            return [one for _, one in kept.readings]

        spec = device(points, line.port, 10.0, mode="report", reports=["LD0/LLN0$RP$urcb01"])
        spec = replace(spec, transport=spec.settings.spoken("iec61850"))
        assert transport_class(spec.transport) is Iec61850Reports
        listening = Iec61850Reports(spec)
        await listening.open()
        task = asyncio.create_task(listening.listen(kept.deliver))
        first = {one.signal: one for one in await until(len(VALUES))}
        assert first.pop("energy").quality is Quality.NO_VALUE  # of another logical device
        assert values_of(first) == pytest.approx({name: VALUES[name] for name in first}, rel=1e-6)
        kept.batches.clear()
        for step in (1.0, 2.0, 3.0):
            server.tell("i2", step)
            told = await until(int(step))
        assert [(one.signal, one.value) for one in told] == [("i2", 1.0), ("i2", 2.0), ("i2", 3.0)]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await listening.close()
        # It gave the block back, and so another may have it.
        for break_it in (line.open.clear, line.cut):
            kept.batches.clear()
            listening = Iec61850Reports(spec)
            await listening.open()
            task = asyncio.create_task(listening.listen(kept.deliver))
            await until(len(VALUES))
            break_it()
            async with asyncio.timeout(60):
                with pytest.raises((Unreachable, NoAnswer)):
                    await task
            line.open.set()
            await listening.close()
        # This server keeps a block for a client that is gone; and another it does not have.
        for block in ("LD0/LLN0$RP$urcb01", "LD0/LLN0$RP$x"):
            none = Iec61850Reports(device(points, line.port, mode="report", reports=[block]))
            await none.open()
            with pytest.raises(BadAnswer):
                await none.listen(kept.deliver)
            await none.close()

    asyncio.run(run())


@pytest.mark.xfail(
    strict=True, raises=BadAnswer,
    reason="the server of iec61850 0.14 cannot tell a buffered block as a whole, nor report by it",
)  # fmt: skip
def test_a_buffered_block_sends_what_came_while_nobody_listened(
    points: Sequence[Iec61850Point],
) -> None:
    async def listen(port: int, told: list[Reading], enough: float) -> None:
        """Until a value has come; then gone without a word."""
        spec = device(points, port, 1.0, mode="report", reports=["LD0/LLN0$BR$brcb01"])
        kept = Kept()

        def come() -> bool:
            return enough in [one.value for _, one in kept.readings if one.signal == "i2"]

        listening = Iec61850Reports(spec)
        await listening.open()
        task = asyncio.create_task(listening.listen(kept.deliver))
        waiting = asyncio.create_task(kept.until(come, 10))
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
        told += [one for _, one in kept.readings]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await listening._connected().abort()

    async def run() -> None:
        async with serve_iec61850(points, VALUES, buffered=True) as server:
            told: list[Reading] = []
            await listen(server.port, told, VALUES["i2"])
            for step in range(1, 6):
                server.tell("i2", float(step))
                await asyncio.sleep(0.05)
            await listen(server.port, told, 5.0)
            assert {1.0, 2.0, 3.0, 4.0, 5.0} <= {one.value for one in told if one.signal == "i2"}

    asyncio.run(run())


def test_a_collector_of_reports_ends_with_code_0(
    points: Sequence[Iec61850Point], tmp_path: Path
) -> None:
    """Threads of the library outlive what they served, and would abort the process at its end."""
    (tmp_path / "plant.toml").write_text(TEMPLATE)
    config, store = tmp_path / "collector.toml", tmp_path / "store"

    def good() -> int:
        if not (store / FILE).exists():
            return 0
        with open_journal(store / FILE, read_only=True) as journal:
            return sum(one.readings for one in journal.backlog())

    async def run() -> int | None:
        async with serve_iec61850(points, VALUES, report=True) as server:
            config.write_text(
                f'[collector]\nstore = "{store}"\nmetrics = ""\nbackoff_max_s = 0.2\n'
                '[[device]]\nname = "A"\ntemplate = "plant.toml"\nhost = "127.0.0.1"\n'
                f'port = {server.port}\nied = "IED1"\nmode = "report"\n'
                'reports = ["LD0/LLN0$RP$urcb01"]\ntimeout_s = 10\n'
            )
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ingest", "collect", "--config", str(config), cwd=REPO
            )
            async with asyncio.timeout(60):
                while good() < 8:
                    server.tell("i2", good() % 7 + time.monotonic() % 1)
                    await asyncio.sleep(0.1)
            process.terminate()
            return await process.wait()

    assert asyncio.run(run()) == 0


def test_a_server_that_comes_back_is_asked_again(points: Sequence[Iec61850Point]) -> None:
    async def run() -> None:
        port = free_port()
        async with serve_iec61850(points, VALUES, port=port):
            assert values_of(await poll_once(device(points, port)))["mode"] == 2.0
        with pytest.raises(Unreachable):
            await poll_once(device(points, port))
        async with serve_iec61850(points, {**VALUES, "mode": 3.0}, port=port):
            assert values_of(await poll_once(device(points, port)))["mode"] == 3.0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("settings", "told"),
    [({}, "host"), ({"host": ""}, "host"), ({"host": "x", "port": 0}, "port"),
     ({"host": "x", "mode": "report"}, "reports"), ({"host": "x", "reports": ["y"]}, "block"),
     ({"host": "x", "user": "y"}, "user"), ({"host": "x", "clock": "mine"}, "clock")],
)  # fmt: skip
def test_settings_that_cannot_be(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        make_device(parse_template(template_file(tmp_path)), "PLANT", settings)


@pytest.mark.parametrize("ref", ["MMXU1.TotW.mag.f", "LD0/MMXU1", "LD0/MMXU1$MX$TotW", "LD0/.a.b"])
def test_a_wrong_reference_names_its_line(tmp_path: Path, ref: str) -> None:
    text = TEMPLATE.replace("LD0/MMXU1.TotW.mag.f", ref)
    with pytest.raises(DeclarationError, match=r"plant\.toml:11: .*no reference"):
        parse_template(template_file(tmp_path, text))
