"""BACnet/IP against a running device: discovery, values, status, units, silence."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bacpypes3", reason="needs bacpypes3: pip install -r requirements-collect.txt")

from bacpypes3.apdu import AbortPDU, AbortReason
from bacpypes3.basetypes import EngineeringUnits, Reliability, StatusFlags

from core.errors import BadAnswer, ConfigError, DeclarationError, DeviceError, NoAnswer, Unreachable
from core.readings import Quality
from core.toml_file import TomlFile
from ingest.bacnet import UNITS, Bacnet, BacnetPoint, read_quality
from ingest.devices import DeviceSpec, make_device, parse_template
from ingest.simulate_bacnet import serve_bacnet
from tests.ingest.asking import poll_once, values_of, written
from tests.servers import free_port

TEMPLATE = """
name = "Meter"
vendor = "any"
models = ["any"]
transport = "bacnet"
source = "made for this test"
timeout_s = 0.5

[[point]]
signal = "p"
object = "analog-input,1"
unit = "kW"
sign = -1

[[point]]
signal = "energy"
object = "accumulator,1"
unit = "kWh"
scale = 0.01
kind = "counter"

[[point]]
signal = "breaker"
object = "binary-input,3"
kind = "state"

[[point]]
signal = "v{cell}"
object = "analog-value,{cell}"
unit = "V"
low = 100
high = 300
each = { cell = [1, 3] }
"""
VALUES = {"p": -12.5, "energy": 1234.56, "breaker": 1.0, "v1": 229.0, "v2": 230.0, "v3": 231.0}


def template_file(tmp_path: Path, text: str = TEMPLATE) -> TomlFile:
    return written(tmp_path, text, "meter.toml")


@pytest.fixture
def points(tmp_path: Path) -> tuple[BacnetPoint, ...]:
    return parse_template(template_file(tmp_path)).points  # type: ignore[return-value]


def device(points: Sequence[Any], timeout_s: float = 5.0, **settings: Any) -> DeviceSpec:
    checked = Bacnet.Settings.model_validate({"local": "127.0.0.1:0", **settings})
    return DeviceSpec("M", "", "", "UTC", "bacnet", checked, tuple(points), timeout_s=timeout_s)


def udp_port() -> int:
    return free_port(socket.SOCK_DGRAM)


@pytest.mark.parametrize("multiple", [True, False])
def test_values_come_back(points: Sequence[BacnetPoint], multiple: bool) -> None:
    async def run() -> None:
        local = f"127.0.0.1:{udp_port()}"
        async with serve_bacnet(points, VALUES, local=local, multiple=multiple) as server:
            for settings in ({}, {"device": 1234}, {"objects_per_request": 1}):
                found = await poll_once(device(points, address=server.address, **settings))
                assert values_of(found) == pytest.approx(VALUES)
                assert {one.quality for one in found.values()} == {Quality.GOOD}

    asyncio.run(run())


def test_status_becomes_quality(points: Sequence[BacnetPoint]) -> None:
    async def run() -> None:
        async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{udp_port()}") as server:
            spec = device(points, address=server.address)

            async def p() -> tuple[float, Quality]:
                reading = (await poll_once(spec))["p"]
                return reading.value, reading.quality

            server.flag("p", in_alarm=True)
            assert await p() == (-12.5, Quality.GOOD)
            server.flag("p", out_of_service=True)
            assert await p() == (-12.5, Quality.STALE)
            server.flag("p", reliability="over-range")
            assert await p() == (-12.5, Quality.OUT_OF_RANGE)
            server.flag("p", out_of_service=True, reliability="no-sensor")
            assert (await p())[1] is Quality.NO_VALUE
            server.flag("p")
            assert await p() == (-12.5, Quality.GOOD)
            server.tell("v1", 12.0)
            assert (await poll_once(spec))["v1"][2:] == (12.0, Quality.OUT_OF_RANGE)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("flags", "reliability", "quality"),
    [
        (None, None, Quality.GOOD),
        ([1, 0, 0, 0], 0, Quality.GOOD),
        ([0, 1, 0, 0], None, Quality.NO_VALUE),
        ([0, 1, 0, 0], Reliability.underRange, Quality.OUT_OF_RANGE),
        ([0, 1, 1, 1], Reliability.communicationFailure, Quality.NO_VALUE),
        ([0, 0, 1, 0], None, Quality.STALE),
        ([0, 0, 0, 1], Reliability.noFaultDetected, Quality.STALE),
        (None, Reliability.unreliableOther, Quality.NO_VALUE),
    ],
)
def test_quality_of_flags(
    flags: list[int] | None, reliability: int | None, quality: Quality
) -> None:
    assert read_quality(None if flags is None else StatusFlags(flags), reliability) is quality


def test_other_units_are_no_values(
    points: Sequence[BacnetPoint], caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{udp_port()}") as server:
            server.objects["analog-input,1"].units = EngineeringUnits("watts")
            asked = Bacnet(device(points, address=server.address))
            await asked.open()
            for _ in range(2):
                found = {one.signal: one for one in await asked.poll()}
                assert found["p"].quality is Quality.DECODE_ERROR
                assert found["v1"].quality is Quality.GOOD
            await asked.close()
            told = [one.getMessage() for one in caplog.records if one.name == "ingest.bacnet"]
            assert told == ["M: analog-input,1 is in watts, the template says kilowatts"]
            found = await poll_once(device(points, address=server.address, check_units=False))
            assert found["p"].value == -12.5

    asyncio.run(run())


def test_an_object_that_is_not_there_has_no_value(points: Sequence[BacnetPoint]) -> None:
    async def run() -> None:
        for multiple in (True, False):
            local = f"127.0.0.1:{udp_port()}"
            async with serve_bacnet(points, VALUES, local=local, multiple=multiple) as server:
                more = [*points, BacnetPoint(signal="x", object="analog-input,99")]
                asked = Bacnet(device(more, address=server.address))
                await asked.open()
                for _ in range(2):
                    found = {one.signal: one for one in await asked.poll()}
                    assert found["x"].quality is Quality.NO_VALUE
                    assert found["p"].value == -12.5
                await asked.close()
                alone = await poll_once(device(more[-1:], address=server.address))
                assert alone["x"].quality is Quality.NO_VALUE

    asyncio.run(run())


def test_a_device_with_little_room_is_asked_for_less(
    points: Sequence[BacnetPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{udp_port()}") as server:
            asked = []
            answer = server.application.do_ReadPropertyMultipleRequest

            async def small(apdu: Any) -> None:
                count = len(apdu.listOfReadAccessSpecs)
                asked.append(count)
                if count > 2:
                    reason = AbortReason.segmentationNotSupported
                    await server.application.response(AbortPDU(True, reason=reason, context=apdu))
                else:
                    await answer(apdu)

            monkeypatch.setattr(server.application, "do_ReadPropertyMultipleRequest", small)
            found = await poll_once(device(points, address=server.address))
            assert values_of(found) == pytest.approx(VALUES)
            assert asked == [6, 6, 5, 3, 2, 2, 2]  # 20 wanted at once, then 10, 5, 3, 2

    asyncio.run(run())


def test_silence_and_return(points: Sequence[BacnetPoint]) -> None:
    async def run() -> None:
        port = udp_port()
        async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{port}") as server:
            spec = device(points, 0.5, address=server.address)
            asked = Bacnet(spec)
            await asked.open()
            assert len(await asked.poll()) == len(VALUES)
        with pytest.raises(NoAnswer):
            await asked.poll()
        await asked.close()
        for settings in ({}, {"device": 1234}):
            with pytest.raises(NoAnswer):
                await poll_once(device(points, 0.5, address=server.address, **settings))
        async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{port}"):
            # Given up at any moment, it leaves nothing behind that hinders the next.
            for given in (0.0, 0.001, 0.005):
                asked = Bacnet(spec)
                try:
                    async with asyncio.timeout(given):
                        await asked.open()
                        await asked.poll()
                except TimeoutError:
                    pass
                await asked.close()
            assert values_of(
                await poll_once(device(points, address=server.address))
            ) == pytest.approx(VALUES)
            with pytest.raises(NoAnswer, match=r"BACnet 99 .*no such device answers"):
                await poll_once(device(points, 0.5, address=server.address, device=99))

    asyncio.run(run())


def test_nonsense_is_no_answer(points: Sequence[BacnetPoint]) -> None:
    """A device that answers with an acknowledgement of something else, and with noise."""

    async def run() -> None:
        class Noise(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                # The right invoke id, and a property value cut in the middle.
                answer = bytes([0x01, 0x00, 0x30, data[8] if len(data) > 8 else 0, 0x0E, 0x0C])
                self.transport.sendto(b"\x81\x0a\x00" + bytes([4 + len(answer)]) + answer, addr)
                self.transport.sendto(b"\x81", addr)

        port = udp_port()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Noise, local_addr=("127.0.0.1", port))
        try:
            with pytest.raises(DeviceError):
                await poll_once(device(points, 0.5, address=f"127.0.0.1:{port}"))
        finally:
            transport.close()

    asyncio.run(run())


def test_devices_share_the_own_port(points: Sequence[BacnetPoint]) -> None:
    async def run() -> None:
        own = f"127.0.0.1:{udp_port()}"
        first = serve_bacnet(points, VALUES, local=f"127.0.0.1:{udp_port()}", device=1)
        other = {**VALUES, "p": 3.0}
        second = serve_bacnet(points, other, local=f"127.0.0.1:{udp_port()}", device=2)
        async with first as one, second as two:
            asked = [
                Bacnet(device(points, address=server.address, local=own)) for server in (one, two)
            ]
            for each in asked:
                await each.open()
            found = await asyncio.gather(*(each.poll() for each in asked))
            assert [readings[0].value for readings in found] == [-12.5, 3.0]
            await asked[0].close()
            assert (await asked[1].poll())[0].value == 3.0
            await asked[1].close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", int(own.partition(":")[2])))
            with pytest.raises(Unreachable, match="own address"):
                await poll_once(device(points, address="127.0.0.1:9", local=own))

    asyncio.run(run())


def test_a_device_is_found_by_broadcast(points: Sequence[BacnetPoint]) -> None:
    """On loopback all have one address and so each its port; a relay carries the broadcast over.

    It does what a broadcast management device does (ANSI/ASHRAE 135, annex J.4.5): the message
    goes on as forwarded, with the address of the one who asked, who is answered directly.
    """

    async def run() -> None:
        asking, there = udp_port(), udp_port()

        class Relay(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                origin = socket.inet_aton(addr[0]) + addr[1].to_bytes(2, "big")
                body = origin + data[4:]
                head = b"\x81\x04" + (4 + len(body)).to_bytes(2, "big")
                self.transport.sendto(head + body, ("127.0.0.1", there))

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            Relay, local_addr=("127.255.255.255", asking), reuse_port=True
        )
        try:
            async with serve_bacnet(points, VALUES, local=f"127.0.0.1:{there}"):
                local = f"127.0.0.1/8:{asking}"
                found = await poll_once(device(points, device=1234, local=local))
                assert values_of(found) == pytest.approx(VALUES)
                with pytest.raises(NoAnswer, match="BACnet 77: no such device answers"):
                    await poll_once(device(points, 0.5, device=77, local=local))
        finally:
            transport.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "device or address"),
        ({"device": 5}, "local"),
        ({"device": -1}, "device"),
        ({"address": "nonsense nonsense"}, "address"),
        ({"address": "10.0.0.1", "local": "here"}, "local"),
        ({"address": "10.0.0.1", "port": 3}, "port"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    template = parse_template(template_file(tmp_path))
    with pytest.raises(ConfigError, match=told):
        make_device(template, "M", settings)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('object = "analog-input,1"', 'object = "ai 1"'),
        ('object = "analog-input,1"', 'object = "analog-input,1"\nprop = "worth"'),
        ('object = "analog-input,1"', 'object = "analog-input,1"\nunits = "horses"'),
    ],
)
def test_a_wrong_point_names_its_line(tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(DeclarationError, match=r"meter\.toml:1[12]: "):
        parse_template(template_file(tmp_path, TEMPLATE.replace(line, wrong)))


def test_units_of_the_table_are_the_standards() -> None:
    numbers = {unit: int(EngineeringUnits(name)) for unit, name in UNITS.items()}
    assert numbers["W"] == 47 and numbers["kW"] == 48 and numbers["kWh"] == 19
    assert numbers["V"] == 5 and numbers["A"] == 3 and numbers["Hz"] == 27 and numbers["%"] == 98
    assert issubclass(NoAnswer, DeviceError) and issubclass(BadAnswer, DeviceError)
