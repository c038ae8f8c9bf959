"""OPC UA against a running server: values, quality, time, security, users, loss."""

from __future__ import annotations

import asyncio
import itertools
import math
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("asyncua", reason="needs asyncua: pip install -r requirements-collect.txt")

from asyncua import ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.ua.status_codes import StatusCodes
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.errors import BadAnswer, ConfigError, DeclarationError, DeviceError, NoAnswer, Unreachable
from core.journal import FILE, open_journal
from core.readings import Batch, Quality, Reading
from core.toml_file import TomlFile
from ingest.devices import DeviceSpec, make_device, parse_template, transport_class
from ingest.opcua import OpcUa, OpcUaPoint, OpcUaSubscription, microseconds, read_reading
from ingest.opcua_history import windows
from ingest.simulate_opcua import Access, SimulatedOpcUa, serve_opcua
from tests.ingest.asking import poll_once, written
from tests.ingest.listening import Kept
from tests.ingest.ports import line_to
from tests.servers import free_port

REPO = Path(__file__).parents[2]
TEMPLATE = """
name = "Rack"
vendor = "any"
models = ["any"]
transport = "opcua"
source = "made for this test"
timeout_s = 10

[[point]]
signal = "soc"
node = "ns=2;s=Rack.Soc"
quantity = "soc"
unit = "%"
low = 0
high = 100

[[point]]
signal = "p"
node = "nsu=urn:rack;i=7"
unit = "kW"
scale = 0.5
sign = -1

[[point]]
signal = "p{pack}_v{cell}"
node = "ns=2;s=Rack.Cells"
index = 2
unit = "V"
scale = 0.001
each = { pack = [1, 2], cell = [1, 3] }
"""
CELLS = {f"p{pack}_v{cell}": 3.0 + pack / 10 + cell / 100 for pack in (1, 2) for cell in (1, 2, 3)}
VALUES = {"soc": 61.5, "p": -12.0, **CELLS}


def template_file(tmp_path: Path, text: str = TEMPLATE) -> TomlFile:
    return written(tmp_path, text, "rack.toml")


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpcUaPoint, ...]:
    return parse_template(template_file(tmp_path_factory.mktemp("rack"))).points  # type: ignore[return-value]


class Site:
    """A server and the loop it lives in: making its address space takes more than a second."""

    def __init__(self, runner: asyncio.Runner, server: SimulatedOpcUa, port: int) -> None:
        self.run = runner.run
        self.server = server
        self.port = port


@pytest.fixture(scope="module")
def shared_site(points: Sequence[OpcUaPoint]) -> Iterator[Site]:
    port = free_port()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        serving = serve_opcua(points, VALUES, port=port)
        yield Site(runner, runner.run(stack.enter_async_context(serving)), port)
        runner.run(stack.aclose())


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The shared server as it was at first."""

    async def reset() -> None:
        for name, value in VALUES.items():
            await shared_site.server.tell(name, value)

    shared_site.run(reset())
    return shared_site


def device(
    points: Sequence[Any], settings: Mapping[str, Any], timeout_s: float = 5.0
) -> DeviceSpec:
    checked = OpcUa.Settings.model_validate(settings)
    return DeviceSpec(
        "RACK", "", "", "UTC", checked.spoken("opcua"), checked, tuple(points), timeout_s=timeout_s
    )


def test_many_nodes_come_in_one_request(points: Sequence[OpcUaPoint], site: Site) -> None:
    async def run() -> None:
        server = site.server
        moment = datetime(2026, 3, 1, 12, 0, 0, 250, UTC)
        await server.tell("soc", 61.5, moment=moment)
        found = await poll_once(device(points, {"url": server.url}))
        assert {name: one.value for name, one in found.items()} == pytest.approx(VALUES)
        assert {one.quality for one in found.values()} == {Quality.GOOD}
        assert found["soc"].ts == 1_772_366_400_000_250
        few = await poll_once(device(points, {"url": server.url, "nodes_per_read": 1}))
        assert {name: one.value for name, one in few.items()} == pytest.approx(VALUES)

    site.run(run())


def test_status_becomes_quality(points: Sequence[OpcUaPoint], site: Site) -> None:
    async def run() -> None:
        server = site.server
        spec = device(points, {"url": server.url})

        async def soc() -> Reading:
            return (await poll_once(spec))["soc"]

        await server.tell("soc", 50.0, status=StatusCodes.UncertainLastUsableValue)
        assert (await soc())[2:] == (50.0, Quality.STALE)
        await server.tell("soc", 50.0, status=StatusCodes.BadSensorFailure)
        assert (await soc()).quality is Quality.NO_VALUE
        await server.tell("soc", 50.0, status=StatusCodes.BadDecodingError)
        assert (await soc()).quality is Quality.DECODE_ERROR
        await server.tell("soc", 101.0)
        assert (await soc())[2:] == (101.0, Quality.OUT_OF_RANGE)
        await server.tell("soc", 101.0, status=StatusCodes.UncertainLastUsableValue)
        assert (await soc()).quality is Quality.OUT_OF_RANGE
        server.answer("soc", "sixty")
        assert (await soc()).quality is Quality.DECODE_ERROR
        server.answer("soc", math.nan)
        assert (await soc()).quality is Quality.DECODE_ERROR
        server.answer("soc", None)
        assert (await soc()).quality is Quality.NO_VALUE
        server.answer("p1_v1", [3000.0, 3000.0, 3100.0])
        found = await poll_once(spec)
        assert found["p1_v1"][2:] == (pytest.approx(3.1), Quality.GOOD)
        assert found["p1_v2"].quality is Quality.DECODE_ERROR  # the array is too short

    site.run(run())


def test_a_node_that_is_not_there_has_no_value(points: Sequence[OpcUaPoint], site: Site) -> None:
    async def run() -> None:
        server = site.server
        strangers = [
            OpcUaPoint(signal="a", node="ns=2;s=Nothing"),
            OpcUaPoint(signal="b", node="nsu=urn:nowhere;i=7"),
        ]
        found = await poll_once(device([*points, *strangers], {"url": server.url}))
        assert found["soc"].quality is Quality.GOOD
        assert [found[name].quality for name in "ab"] == [Quality.NO_VALUE] * 2

    site.run(run())


def test_time_is_of_source_then_server_then_now() -> None:
    point = OpcUaPoint(signal="x", node="i=1")
    source, server = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)

    def at(clock: str = "source", **stamps: datetime) -> int:
        return read_reading(point, ua.DataValue(ua.Variant(1.0), **stamps), 7, clock).ts  # type: ignore[arg-type]

    both = {"SourceTimestamp": source, "ServerTimestamp": server}
    assert at(**both) == microseconds(source) == 1_767_225_600_000_000
    assert at("server", **both) == microseconds(server)
    assert at(ServerTimestamp=server) == microseconds(server)
    assert at() == 7
    never = datetime(1601, 1, 1, tzinfo=UTC)
    assert at(SourceTimestamp=never) == 7
    assert at(SourceTimestamp=source.replace(tzinfo=None)) == microseconds(source)


async def certificates(folder: Path) -> tuple[Path, Path]:
    """Folder of a client's and of a server's certificate and key, each made by itself."""
    made = []
    for name, uri, use in (
        ("client", "urn:test:collector", ExtendedKeyUsageOID.CLIENT_AUTH),
        ("server", "urn:freeopcua:python:server", ExtendedKeyUsageOID.SERVER_AUTH),
    ):
        place = folder / name
        place.mkdir(parents=True)
        await setup_self_signed_certificate(
            place / "key.pem", place / "cert.der", uri, socket.gethostname(), [use], {}
        )
        made.append(place)
    return made[0], made[1]


def test_secured_messages_and_a_user(
    points: Sequence[OpcUaPoint], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        client, server_side = await certificates(tmp_path)
        stranger, _ = await certificates(tmp_path / "stranger")
        (client / "key.pem").rename(tmp_path / "client.pem")  # keys are nothing to trust
        kinds = ("sign", "sign_and_encrypt")
        access = Access(
            kinds, server_side / "cert.der", server_side / "key.pem", client, "collector", "right"
        )
        async with serve_opcua(points, VALUES, port=free_port(), access=access) as server:
            for security in kinds:
                await check(server, security, client, stranger, server_side)

    async def check(
        server: SimulatedOpcUa, security: str, client: Path, stranger: Path, server_side: Path
    ) -> None:
        settings = {
            "url": server.url,
            "security": security,
            "certificate": client / "cert.der",
            "private_key": tmp_path / "client.pem",
            "user_env": "TEST_OPC_USER",
            "password_env": "TEST_OPC_PASSWORD",
        }
        monkeypatch.setenv("TEST_OPC_USER", "collector")
        monkeypatch.setenv("TEST_OPC_PASSWORD", "right")
        found = await poll_once(device(points, settings, 10.0))
        assert found["soc"].value == 61.5
        pinned = {**settings, "server_certificate": server_side / "cert.der"}
        assert (await poll_once(device(points, pinned, 10.0)))["soc"].value == 61.5
        imposter = {**settings, "server_certificate": stranger / "cert.der"}
        with pytest.raises(DeviceError):
            await poll_once(device(points, imposter, 1.0))
        foreign = {
            **settings, "certificate": stranger / "cert.der", "private_key": stranger / "key.pem"
        }  # fmt: skip
        with pytest.raises(DeviceError):
            await poll_once(device(points, foreign, 1.0))
        with pytest.raises(DeviceError):
            await poll_once(device(points, {"url": server.url}, 1.0))
        monkeypatch.setenv("TEST_OPC_PASSWORD", "wrong")
        with pytest.raises(BadAnswer, match=r"BadUserAccessDenied|BadIdentityToken"):
            await poll_once(device(points, settings, 10.0))
        monkeypatch.delenv("TEST_OPC_PASSWORD")
        with pytest.raises(ConfigError, match="TEST_OPC_PASSWORD"):
            await poll_once(device(points, settings, 10.0))
        lost = {**settings, "private_key": tmp_path / "nothing.pem"}
        monkeypatch.setenv("TEST_OPC_PASSWORD", "right")
        with pytest.raises(ConfigError, match=r"nothing\.pem"):
            await poll_once(device(points, lost, 10.0))

    asyncio.run(run())


def test_slow_and_nonsense_answers(points: Sequence[OpcUaPoint], site: Site) -> None:
    async def run() -> None:
        async with line_to(site.port) as line:
            url = site.server.url.replace(str(site.port), str(line.port))
            spec = device(points, {"url": url}, 2.0)
            asked = OpcUa(spec)
            await asked.open()
            line.open.clear()
            with pytest.raises(NoAnswer):
                await asked.poll()
            await asked.close()
            line.open.set()
            asked = OpcUa(spec)
            await asked.open()
            line.garble = True
            with pytest.raises(DeviceError):
                await asked.poll()
            await asked.close()
            line.garble = False
            # Given up at any moment, it leaves nothing behind that hinders the next.
            for given in (0.001, 0.005, 0.02):
                asked = OpcUa(spec)
                line.open.clear()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(given):
                        await asked.open()
                line.open.set()
                await asked.close()
            assert (await poll_once(spec))["soc"].value == 61.5

    site.run(run())


def test_a_subscription_tells_every_change(points: Sequence[OpcUaPoint], site: Site) -> None:
    async def run() -> None:
        server = site.server
        kept = Kept()

        async def until(count: int) -> list[Reading]:
            await kept.until(lambda: len(kept.readings) >= count, 5)
            assert {name for name, _ in kept.readings} == {"RACK"}
            told = [one for _, one in kept.readings]
            kept.batches.clear()
            return told

        stranger = OpcUaPoint(signal="a", node="ns=2;s=Nothing")
        settings = {"url": server.url, "mode": "subscribe", "publish_s": 0.05, "queue": 100}
        spec = device([*points, stranger], settings)
        assert transport_class(spec.transport) is OpcUaSubscription
        listening = OpcUaSubscription(spec)
        await listening.open()
        task = asyncio.create_task(listening.listen(kept.deliver))
        first = {one.signal: one for one in await until(len(VALUES) + 1)}
        assert first.pop("a").quality is Quality.NO_VALUE
        assert {name: one.value for name, one in first.items()} == pytest.approx(VALUES)
        start = datetime(2026, 5, 1, tzinfo=UTC)
        for step in range(20):
            await server.tell("soc", float(step), moment=start + timedelta(seconds=step))
        told = await until(20)
        assert [one.value for one in told] == list(range(20))
        assert [one.ts for one in told] == [
            microseconds(start + timedelta(seconds=step)) for step in range(20)
        ]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await listening.close()

    site.run(run())


def test_stretches_of_history() -> None:
    minute = 60_000_000
    now = 1_800_000_000_000_000
    assert windows(now - 2 * minute, now, 86_400 * 10**6) == [(now - 3 * minute, now)]
    assert windows(now - 7 * minute, now, 86_400 * 10**6) == [
        (now - 8 * minute, now - 3 * minute), (now - 3 * minute, now),
    ]  # fmt: skip
    assert windows(0, now, 10 * minute) == [
        (now - 10 * minute, now - 5 * minute), (now - 5 * minute, now),
    ]  # fmt: skip
    assert windows(now + 2 * minute, now, 10 * minute) == []


def test_what_a_killed_collector_missed_is_read_from_history(
    points: Sequence[OpcUaPoint], tmp_path: Path
) -> None:
    """Every change of a node with a history is kept; of one without, those told live."""
    port, store = free_port(), tmp_path / "store"
    template = tmp_path / "rack.toml"
    template.write_text(TEMPLATE)
    config = tmp_path / "collector.toml"
    config.write_text(
        f'[collector]\nstore = "{store}"\nmetrics = ""\nbackoff_max_s = 0.2\n'
        '[[device]]\nname = "RACK"\ntemplate = "rack.toml"\nmode = "subscribe"\n'
        f'url = "opc.tcp://127.0.0.1:{port}/simulated"\npublish_s = 0.1\nqueue = 100\n'
    )

    def kept(signal: str) -> dict[int, float]:
        if not (store / FILE).exists():
            return {}
        with open_journal(store / FILE, read_only=True) as journal:
            facts = journal.view({}).rows("RACK", signal, 0, 2**62)
        return dict(zip(*(part.tolist() for part in facts), strict=True))

    async def until(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not holds():
                await asyncio.sleep(0.1)

    async def run() -> tuple[set[float], dict[str, dict[int, float]]]:
        async with serve_opcua(points, VALUES, port=port) as server:
            await server.remember("soc")
            command = [sys.executable, "-m", "ingest", "collect", "--config", str(config)]
            values = itertools.count(1)
            told: list[float] = []

            async def tell(count: int) -> None:
                for value in itertools.islice(values, count):
                    told.append(value / 10)
                    await server.tell("soc", value / 10)
                    await server.tell("p", float(value))
                    await asyncio.sleep(0.01)

            for kill in (True, True, False):
                process = await asyncio.create_subprocess_exec(*command, cwd=REPO)
                before = len(told)
                await until(lambda had=before: len(kept("soc")) > had)  # type: ignore[misc]
                await tell(20)
                if kill:  # at once: some are told and not yet kept
                    process.kill()
                    await process.wait()
                    await tell(20)
                else:
                    await until(lambda: set(kept("soc").values()) >= set(told))
                    process.terminate()
                    assert await process.wait() == 0
            return set(told), {name: kept(name) for name in ("soc", "p")}

    told, found = asyncio.run(run())
    assert len(told) == 100
    assert set(found["soc"].values()) - {VALUES["soc"]} == told
    assert len(found["soc"]) == 101  # each change once, and the value at the start
    assert len(found["p"]) < 101


def test_a_subscription_notices_that_the_server_is_gone(
    points: Sequence[OpcUaPoint], site: Site
) -> None:
    async def run() -> None:

        async def deliver(_: Sequence[Batch]) -> None: ...

        async with line_to(site.port) as line:
            url = site.server.url.replace(str(site.port), str(line.port))
            for break_it in (line.cut, line.open.clear):
                spec = device(points, {"url": url, "mode": "subscribe", "publish_s": 0.05}, 2.0)
                listening = OpcUaSubscription(spec)
                await listening.open()
                task = asyncio.create_task(listening.listen(deliver))
                await asyncio.sleep(0.2)
                break_it()
                async with asyncio.timeout(60):
                    with pytest.raises(Unreachable):
                        await task
                line.open.set()
                await listening.close()

    site.run(run())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": "http://x"}, "opc.tcp"),
        ({"url": "opc.tcp://ada:secret@x:4840"}, "user_env"),
        ({"url": "opc.tcp://x", "security": "sign"}, "certificate"),
        ({"url": "opc.tcp://x", "user_env": "A"}, "go together"),
        ({"url": "opc.tcp://x", "user_env": "A", "password_env": "B"}, "readable"),
        ({"url": "opc.tcp://x", "mode": "write"}, "mode"),
        ({"url": "opc.tcp://x", "hots": "y"}, "hots"),
        ({}, "url"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    template = parse_template(template_file(tmp_path))
    with pytest.raises(ConfigError, match=told):
        make_device(template, "RACK", settings)


@pytest.mark.parametrize("node", ["Rack.Soc", "ns=x;i=1", "i=one", "ns=2"])
def test_a_wrong_node_id_names_its_line(tmp_path: Path, node: str) -> None:
    text = TEMPLATE.replace("ns=2;s=Rack.Soc", node)
    with pytest.raises(DeclarationError, match=r"rack\.toml:11: .*node id") as caught:
        parse_template(template_file(tmp_path, text))
    assert caught.value.line == 11


def test_mode_chooses_the_transport(tmp_path: Path) -> None:
    template = parse_template(template_file(tmp_path))
    assert make_device(template, "A", {"url": "opc.tcp://x"}).transport == "opcua"
    spec = make_device(template, "A", {"url": "opc.tcp://x", "mode": "subscribe"})
    assert spec.transport == "opcua-subscribe"
    with pytest.raises(ConfigError, match="opcua-subscribe"):
        OpcUa(spec)


def test_a_server_that_comes_back_is_asked_again(points: Sequence[OpcUaPoint], site: Site) -> None:
    """The last test of the module: it stops the server that the others share."""

    async def run() -> None:
        spec = device(points, {"url": site.server.url})
        asked = OpcUa(spec)
        await asked.open()
        assert len(await asked.poll()) == len(VALUES)
        await site.server.server.stop()
        with pytest.raises(Unreachable):
            await asked.poll()
        await asked.close()
        with pytest.raises(Unreachable):
            await OpcUa(spec).open()
        async with serve_opcua(points, VALUES, port=site.port):
            assert (await poll_once(spec))["soc"].value == 61.5

    site.run(run())
