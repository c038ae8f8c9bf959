"""The collector as a process of its own, beside simulated devices that are processes too."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadAnswer, DeclarationError
from core.journal import FILE, Journal, open_journal
from core.journal_records import Poll
from core.ledger import open_ledger
from core.query import open_store
from core.readings import Batch, Quality, Reading
from core.signals import load_catalogue
from ingest.collector import (
    FUTURE_US,
    NOTES_WAIT_S,
    Collector,
    Writer,
    bad_answer_pause,
    judge_age,
    waiting_time,
)
from ingest.collector_config import CollectorConfig, CollectorOptions, load_collector
from ingest.logs import start_log
from ingest.metrics import Metrics
from ingest.modbus import Modbus
from tests.servers import free_port, listens, wait_until

REPO = Path(__file__).parents[2]
TEMPLATE = """
name = "test"
vendor = "test"
models = ["test"]
transport = "modbus"
source = "made for this test"
group = "test"
timeout_s = 10.0

[[point]]
signal = "active_power"
unit = "kW"
quantity = "active_power"
address = 10
scale = 0.1

[[point]]
signal = "soc"
unit = "%"
quantity = "soc"
address = 11
low = 0.0
high = 100.0

[[derived]]
signal = "half_power"
unit = "kW"
quantity = "active_power"
terms = {active_power = 0.5}
"""


def start(*words: str, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", *words], cwd=REPO, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, env=os.environ | more,
    )  # fmt: skip


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    try:
        process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode


@contextmanager
def simulated(template: Path, port: int, *fixed: str) -> Iterator[subprocess.Popen[bytes]]:
    told = [word for one in fixed for word in ("--set", one)]
    process = start("simulate", "device", "--template", str(template), "--port", str(port), *told)
    wait_until(lambda: listens(port), what="the simulated device")
    try:
        yield process
    finally:
        if process.poll() is None:
            end(process)


class Setup:
    """A folder with a template, a configuration and a store to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "test.toml"
        self.template.write_text(TEMPLATE)
        self.config = folder / "collector.toml"
        self.store = folder / "store"
        self.log = folder / "collector.log"
        self.metrics = free_port()

    def configure(self, *, synthetic: bool = False, **ports: int) -> None:
        made = "synthetic = true\n" if synthetic else ""
        devices = "".join(
            f'[[device]]\nname = "{name}"\ntemplate = "test.toml"\nhost = "127.0.0.1"\n'
            f'port = {port}\nperiod_s = 0.1\nsite = "Home"\n{made}'
            for name, port in ports.items()
        )
        self.config.write_text(
            f'[collector]\nstore = "{self.store}"\nlog = "{self.log}"\nsettle_s = 600\n'
            f'metrics = "127.0.0.1:{self.metrics}"\nbackoff_max_s = 0.3\n'
            f'[[site]]\nname = "Home"\nzone = "Europe/Berlin"\n{devices}'
        )

    def collect(self) -> subprocess.Popen[bytes]:
        process = start("collect", "--config", str(self.config))
        wait_until((self.store / FILE).exists, what="the journal")
        return process

    def good(self, device: str) -> int:
        with open_journal(self.store / FILE, read_only=True) as journal:
            known = {one.device: one for one in journal.backlog()}
            return known[device].readings if device in known else 0

    def reached(self, device: str, count: int = 3) -> None:
        wait_until(lambda: self.good(device) >= count, what=f"readings of {device}")

    def kinds(self, device: str) -> list[str]:
        with open_journal(self.store / FILE, read_only=True) as journal:
            return [one.kind for one in reversed(journal.events(device))]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)


def test_readings_arrive_and_are_seen_by_queries_at_once(setup: Setup) -> None:
    port = free_port()
    setup.configure(A=port)
    with simulated(setup.template, port, "active_power=12.5", "soc=40"):
        process = setup.collect()
        try:
            setup.reached("A", 12)
            store = open_store(setup.store)
            info = store.signal("A", "active_power")
            assert (info.unit, info.quantity) == ("kW", "active_power")
            ts, value = store.raw("A", "active_power", 0, 2**60)
            assert set(value) == {12.5} and len(ts) >= 4
            assert abs(ts[-1] / 1e6 - time.time()) < 60.0
            assert set(store.raw("A", "half_power", 0, 2**60)[1]) == {6.25}
            page = urllib.request.urlopen(f"http://127.0.0.1:{setup.metrics}/metrics").read()
            assert b'ziggurat_device_up{device="A"} 1.0' in page
            assert b'ziggurat_readings_total{device="A",quality="good"}' in page
            store.close()
        finally:
            assert end(process) == 0
    assert setup.kinds("") == ["collector started", "collector stopped"]
    told = [json.loads(line)["event"] for line in setup.log.read_text().splitlines()]
    assert "started" in told and "reached" in told


def test_what_a_simulator_tells_is_marked_before_and_after_it_is_settled(setup: Setup) -> None:
    port = free_port()
    with simulated(setup.template, port) as process:
        assert process.stdout is not None
        said = b"".join(process.stdout.readline() for _ in range(9)).decode()
        table = said[said.index("[[device]]") :]
        setup.config.write_text(
            f'[collector]\nstore = "{setup.store}"\nmetrics = ""\n' + textwrap.dedent(table)
        )
        collecting = setup.collect()
        setup.reached("TRIAL-1")
        assert end(collecting) == 0
    store = open_store(setup.store)
    assert [(one.name, one.synthetic) for one in store.devices()] == [("TRIAL-1", True)]
    done = start("settle", "--store", str(setup.store))
    assert b"readings of 1 devices" in done.communicate(timeout=60)[0]
    (device,) = store.devices()
    assert device.synthetic and device.rows > 0
    store.close()
    with open_ledger(setup.store) as ledger:
        assert [(one["name"], one["synthetic"]) for one in ledger.devices()] == [("TRIAL-1", True)]


def test_real_and_simulated_devices_are_never_collected_together(setup: Setup) -> None:
    setup.configure(A=502, B=502, C=502)
    text = setup.config.read_text()
    setup.config.write_text(text.replace('name = "B"', 'name = "B"\nsynthetic = true'))
    with pytest.raises(DeclarationError, match="'B' is synthetic and 'A' is real") as caught:
        load_collector(setup.config)
    assert caught.value.line == text[: text.index('name = "B"')].count("\n") + 1
    setup.configure(A=502, B=502, synthetic=True)
    assert [one.synthetic for one in load_collector(setup.config).devices] == [True, True]


def test_an_outage_begins_and_ends_and_others_do_not_notice(setup: Setup) -> None:
    first, second = free_port(), free_port()
    setup.configure(A=first, B=second)
    with simulated(setup.template, second):
        with simulated(setup.template, first) as dying:
            process = setup.collect()
            setup.reached("A")
            end(dying, signal.SIGKILL)
            wait_until(lambda: "outage_start" in setup.kinds("A"), what="the outage")
        before = setup.good("B")
        setup.reached("B", before + 5)
        with simulated(setup.template, first):
            wait_until(lambda: "outage_end" in setup.kinds("A"), what="the end of the outage")
        assert end(process) == 0
    assert setup.kinds("A")[:2] == ["outage_start", "outage_end"]
    assert "outage_start" not in setup.kinds("B")


def test_standard_error_stays_empty_where_there_is_a_log(setup: Setup) -> None:
    port = free_port()
    setup.configure(A=port)
    with simulated(setup.template, port) as dying:
        process = setup.collect()
        setup.reached("A")
        end(dying, signal.SIGKILL)
        wait_until(lambda: "outage_start" in setup.kinds("A"), what="the outage")
        wait_until(lambda: "failed" in setup.log.read_text(), what="the line")
    process.terminate()
    assert process.communicate(timeout=60) == (b"", b"")


def test_what_transports_say_is_in_the_log_with_its_facts(tmp_path: Path) -> None:
    log = start_log(tmp_path / "log")
    try:
        logging.getLogger("ingest.payload").warning("message refused", extra={"device": "d"})
    finally:
        for handler in list(log.handlers):
            log.removeHandler(handler)
            handler.close()
        log.propagate = True
    told = json.loads((tmp_path / "log").read_text())
    assert (told["event"], told["device"], told["level"]) == ("message refused", "d", "warning")


def test_a_device_out_of_range_is_kept_as_such(setup: Setup) -> None:
    port = free_port()
    setup.configure(A=port)
    setup.template.write_text(TEMPLATE.replace("high = 100.0", "high = 30.0"))
    with simulated(setup.template, port, "soc=40"):
        process = setup.collect()
        setup.reached("A", 12)
        assert end(process) == 0
    with open_journal(setup.store / FILE) as journal:
        last = {one.signal.name: one for one in journal.last_values("A")}
    assert last["soc"].quality is Quality.OUT_OF_RANGE and last["soc"].good_ts is None
    assert last["active_power"].quality is Quality.GOOD


def test_reload_starts_and_ends_devices_and_leaves_the_others(setup: Setup) -> None:
    first, second = free_port(), free_port()
    setup.configure(A=first)
    with simulated(setup.template, first), simulated(setup.template, second):
        process = setup.collect()
        setup.reached("A")
        setup.config.write_text(setup.config.read_text().replace("period_s = 0.1", "period_s = no"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "configuration not taken" in setup.log.read_text(), what="the refusal")
        setup.reached("A", setup.good("A") + 3)
        setup.configure(A=first, B=second)
        process.send_signal(signal.SIGHUP)
        setup.reached("B")
        setup.configure(B=second)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: setup.log.read_text().count("configuration taken") == 2, what="reload")
        with open_journal(setup.store / FILE) as journal:
            assert (set(journal.collected() or {}), journal.former()) == ({"B"}, ("A",))
        still, going = setup.good("A"), setup.good("B")
        setup.reached("B", going + 3)
        assert setup.good("A") == still
        assert end(process) == 0
    with open_journal(setup.store / FILE) as journal:
        assert {one.device for one in journal.states()} >= {"A", "B"}


def test_killed_and_started_again_nothing_kept_is_lost(setup: Setup) -> None:
    port = free_port()
    setup.configure(A=port)
    kept = 0
    with simulated(setup.template, port):
        for _ in range(3):
            process = setup.collect()
            setup.reached("A", kept + 6)
            kept = setup.good("A")
            end(process, signal.SIGKILL)
            assert setup.good("A") >= kept
    done = start("settle", "--store", str(setup.store))
    said, _ = done.communicate(timeout=60)
    assert done.returncode == 0 and b"readings of 1 devices" in said
    store = open_store(setup.store)
    ts, _ = store.raw("A", "active_power", 0, 2**60)
    assert 3 * len(ts) >= kept and (np.diff(ts) > 0).all()
    store.close()


def test_a_second_collector_is_refused_until_the_first_is_gone(setup: Setup) -> None:
    port = free_port()
    setup.configure(A=port)
    with simulated(setup.template, port):
        first = setup.collect()
        setup.reached("A")
        second = start("collect", "--config", str(setup.config))
        said, wrong = second.communicate(timeout=60)
        assert (second.returncode, said) == (3, b"")
        assert f"process {first.pid};" in wrong.decode() and b"Traceback" not in wrong
        setup.reached("A", setup.good("A") + 3)
        end(first, signal.SIGKILL)
        third = setup.collect()
        setup.reached("A", setup.good("A") + 3)
        assert end(third) == 0
    assert setup.kinds("").count("collector started") == 2


def test_a_configuration_is_checked_before_anything_is_opened(setup: Setup) -> None:
    setup.configure(A=1)
    setup.config.write_text(setup.config.read_text().replace("port = 1", 'port = "x"'))
    line = setup.config.read_text().splitlines().index('port = "x"') + 1
    done = start("collect", "--config", str(setup.config))
    _, wrong = done.communicate(timeout=60)
    assert done.returncode == 2
    assert f"collector.toml:{line}: port" in wrong.decode()
    assert not setup.store.exists()


@pytest.mark.parametrize(
    ("find", "put", "line", "why"),
    [
        ('template = "test.toml"', 'template = "nowhere"', 12, "no template 'nowhere'"),
        ('site = "Home"', 'site = "Away"', 16, "site 'Away' has no"),
        ("period_s = 0.1", "period_s = -1", 15, "period_s"),
        ("backoff_max_s = 0.3", "backof_max_s = 0.3", 6, "is not known here"),
        ('zone = "Europe/Berlin"', 'zone = "Berlin"', 9, "no time zone"),
        ('host = "127.0.0.1"', "", 10, "needs host or serial"),
        ('host = "127.0.0.1"', 'host = "x"\nframing = "rtu"\nunit = 999', 15, "unit"),
        ('name = "A"', 'name = "A', 11, "Illegal character"),
    ],
)
def test_errors_name_the_line(setup: Setup, find: str, put: str, line: int, why: str) -> None:
    setup.configure(A=502)
    setup.config.write_text(setup.config.read_text().replace(find, put, 1))
    with pytest.raises(DeclarationError, match=why) as caught:
        load_collector(setup.config)
    assert caught.value.line == line


def test_a_reload_keeps_the_zone_of_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "collector.toml"
    config.write_text('[[device]]\nname = "A"\ntemplate = "eastron_sdm630"\nhost = "h"\n')
    known = load_collector(config, "Europe/Berlin")
    log = logging.getLogger("test")

    async def reloaded() -> CollectorConfig:
        with open_journal(tmp_path / FILE, create=True) as journal, Metrics("") as metrics:
            made = Collector(known, journal, log, metrics, load_catalogue().describe)
            service = asyncio.create_task(made._writer.run())
            await made.reload()
            service.cancel()
            await asyncio.gather(*(one.stop() for one in made._runners.values()))
            made._writer.close()
            return made.config

    assert asyncio.run(reloaded()).devices == known.devices
    assert known.devices[0].zone == "Europe/Berlin"


def test_a_setting_chooses_to_be_told_instead_of_asking(tmp_path: Path) -> None:
    config = tmp_path / "collector.toml"
    config.write_text(
        '[[device]]\nname = "A"\ntemplate = "opcua_bess"\nurl = "opc.tcp://h"\n'
        'security = "none"\nmode = "subscribe"\n'
    )
    assert load_collector(config).devices[0].transport == "opcua-subscribe"


def test_the_age_of_a_reading_is_judged_by_its_own_time() -> None:
    now = 10**15
    for age_s, quality in ((0, Quality.GOOD), (10, Quality.GOOD), (11, Quality.STALE)):
        assert judge_age(Reading("s", now - age_s * 10**6, 1.0), now, 10.0).quality is quality
    ahead = Reading("s", now + FUTURE_US + 1, 1.0)
    assert judge_age(ahead, now, 10.0).quality is Quality.CLOCK_AHEAD
    assert judge_age(Reading("s", 0, 1.0), now, None).quality is Quality.GOOD
    bad = Reading("s", 0, float("nan"), Quality.NO_VALUE)
    assert judge_age(bad, now, 10.0) is bad


def test_waiting_doubles_up_to_its_limit() -> None:
    options = CollectorOptions(jitter=0.0, backoff_max_s=20.0)
    assert [waiting_time(n, options) for n in (1, 2, 3, 4, 5, 6, 99)] == [1, 2, 4, 8, 16, 20, 20]
    spread = [waiting_time(1, CollectorOptions(jitter=0.2)) for _ in range(200)]
    assert 0.8 <= min(spread) < max(spread) <= 1.0


def test_bad_answers_slow_down_and_never_for_long() -> None:
    options = CollectorOptions(jitter=0.0)
    pauses = [bad_answer_pause(n, 2.0, options) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 999)]
    assert pauses == [2, 2, 2, 4, 8, 16, 32, 60, 60, 60]
    assert bad_answer_pause(9, 300.0, options) == 300.0, "never sooner than its period"
    quick = CollectorOptions(backoff_max_s=5.0)
    assert bad_answer_pause(9, 2.0, quick) == 5.0


def test_a_device_that_answers_nonsense_is_asked_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every 50 ms but after 0, 50, 100, 200, 400 and 800 ms, or later on a busy machine."""
    asked: list[float] = []

    class Mad(Modbus):
        async def open(self) -> None:
            pass

        async def poll(self) -> list[Reading]:
            asked.append(time.monotonic())
            if len(asked) == 6:
                made.stop()
            raise BadAnswer("nonsense")

    monkeypatch.setattr("ingest.collector.transport_class", lambda name: Mad)
    known = load_one(tmp_path, "period_s = 0.05")

    async def run() -> float:
        nonlocal made
        with open_journal(tmp_path / FILE, create=True) as journal, Metrics("") as metrics:
            made = Collector(known, journal, logging.getLogger("t"), metrics,
                             load_catalogue().describe)  # fmt: skip
            began = time.monotonic()
            await made.run()
            return began

    made: Collector
    began = asyncio.run(run())
    assert len(asked) == 6
    assert asked[-1] - began >= 0.8


def test_what_no_site_can_have_is_out_of_range_and_a_clock_ahead_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(Modbus):
        async def open(self) -> None:
            pass

        async def poll(self) -> list[Reading]:
            now = time.time_ns() // 1000
            made.stop()
            return [Reading("a", now, 1.23e59), Reading("b", now + 2 * FUTURE_US, 5.0),
                    Reading("c", now, 5.0)]  # fmt: skip

    monkeypatch.setattr("ingest.collector.transport_class", lambda name: Odd)
    unit = 'quantity = "active_power"\nunit = "kW"\naddress = 1\n'
    points = "".join(f'[[device.point]]\nsignal = "{name}"\n{unit}' for name in "abc")
    known = load_one(tmp_path, points=points)

    async def run() -> None:
        nonlocal made
        with open_journal(tmp_path / FILE, create=True) as journal, Metrics("") as metrics:
            made = Collector(known, journal, logging.getLogger("t"), metrics,
                             load_catalogue().describe)  # fmt: skip
            await made.run()
            found = {one.signal.name: one.quality for one in journal.last_values("D")}
        assert found == {"a": Quality.OUT_OF_RANGE, "b": Quality.CLOCK_AHEAD, "c": Quality.GOOD}

    made: Collector
    with caplog.at_level(logging.WARNING, "t"):
        asyncio.run(run())
    (said,) = [one for one in caplog.records if one.message == "clock ahead"]
    assert vars(said)["device"] == "D" and 118 <= vars(said)["seconds"] <= 121


def load_one(folder: Path, more: str = "", points: str = "") -> CollectorConfig:
    """A configuration of one Modbus device."""
    point = points or '[[device.point]]\nsignal = "s"\naddress = 1\n'
    path = folder / "collector.toml"
    path.write_text(
        f'[[device]]\nname = "D"\ntransport = "modbus"\nhost = "127.0.0.1"\n{more}\n{point}'
    )
    return load_collector(path)


def test_polls_are_counted_with_readings_or_soon_without(tmp_path: Path) -> None:
    async def write(journal: Journal) -> list[tuple[int, int, int]]:
        seen = []

        def look() -> None:
            (state,) = journal.states()
            seen.append((state.polls, state.errors, journal.changed()[1]))

        writer = Writer(journal, logging.getLogger("test"), CollectorOptions())
        working = asyncio.create_task(writer.run())
        await writer.put([Batch("d", [Reading("s", 10**15, 1.0)])])
        before = journal.changed()[1]
        writer.note(Poll("d", 10**15, 0.1, None))
        writer.note(Poll("d", 10**15 + 1, None, "no answer"))
        await writer.put([Batch("d", [Reading("s", 10**15 + 1, 1.0)])])
        look()
        writer.note(Poll("d", 10**15 + 2, 0.1, None))
        async with asyncio.timeout(60):
            while journal.states()[0].polls < 3:
                await asyncio.sleep(NOTES_WAIT_S / 5)
        look()
        writer.note(Poll("d", 10**15 + 3, 0.1, None))
        await writer.flush()
        look()
        working.cancel()
        writer.close()
        return [(polls, errors, commits - before) for polls, errors, commits in seen]

    with open_journal(tmp_path / FILE, create=True) as journal:
        assert asyncio.run(write(journal)) == [(2, 1, 1), (3, 1, 2), (4, 1, 3)]


def test_probe_prints_values_with_units_and_keeps_nothing(setup: Setup) -> None:
    port = free_port()
    with simulated(setup.template, port, "active_power=12.5", "soc=40"):
        done = start(
            "probe", "--template", str(setup.template), "--set", f"port={port}",
            "--set", "host=127.0.0.1",
        )  # fmt: skip
        said, wrong = done.communicate(timeout=60)
    assert done.returncode == 0, wrong
    lines = said.decode().splitlines()
    assert lines[0].split() == ["active_power", "12.5", "kW"]
    assert lines[-1] == "test: 3 of 3 values good"
    done = start("probe", "--template", str(setup.template), "--set", f"port={port}",
                 "--set", "host=127.0.0.1")  # fmt: skip
    _, wrong = done.communicate(timeout=60)
    assert done.returncode == 1 and b"Unreachable" in wrong


@pytest.mark.parametrize("command", ["collect", "settle"])
@pytest.mark.parametrize("where", ["file", "/proc/nowhere"])
def test_a_store_that_cannot_be_is_told_in_a_sentence(
    setup: Setup, command: str, where: str
) -> None:
    setup.configure(A=502)
    if where == "file":
        where = str(setup.folder / "file")
        Path(where).write_text("x")
    config = ("--config", str(setup.config)) if command == "collect" else ()
    done = start(command, *config, "--store", where)
    _, wrong = done.communicate(timeout=60)
    assert done.returncode == 3
    assert wrong.decode().count("\n") == 1 and where in wrong.decode()


def test_a_taken_port_of_metrics_is_told_in_a_sentence(setup: Setup) -> None:
    setup.configure(A=502)
    with socket.create_server(("127.0.0.1", setup.metrics)):
        done = start("collect", "--config", str(setup.config))
        _, wrong = done.communicate(timeout=60)
    assert done.returncode == 3
    assert wrong.decode().startswith(f"metrics cannot be served at 127.0.0.1:{setup.metrics}")
    assert wrong.decode().count("\n") == 1


@pytest.mark.parametrize("words", [("127.0.0.1", "--port", "99999"), ("not a host",)])
def test_a_scan_of_nothing_that_can_be_is_told_in_a_sentence(words: tuple[str, ...]) -> None:
    done = start("scan", *words)
    _, wrong = done.communicate(timeout=60)
    assert done.returncode == 2
    assert b"Traceback" not in wrong and (b"65535" in wrong or b"not a host" in wrong)
