"""What it costs to collect: 50 Modbus devices of 6 signals, each asked every second.

``python -m benchmarks collect [--minutes 3]``. The devices are served by another process, the
collector is the real one with the process that settles for it. Told are the CPU time that it takes
as a share of one core, its memory after a while and at the end, how many of the polls that were
due were made, and how old a reading is when a query of a third process first sees it. SQLite
fills a cache of 16 MB in the first quarter of an hour; memory that grows beyond would be a leak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.measure import REPO, Figure
from core.journal import FILE, open_journal
from core.query import Store, open_store
from tests.servers import free_port

DEVICES = 50
MINUTES = 3.0
WARM_S = 30.0
SETTLE_S = 60.0  # five times as often as is the custom
LOOK_S = 0.2
MOST_CPU, MOST_DELAY_S, MOST_GROWTH, LEAST_POLLS = 25.0, 2.0, 5.0, 0.99
CACHE_MB = 16  # of the journal
TEMPLATE = """
name = "six"
vendor = "simulated"
models = ["six"]
transport = "modbus"
source = "made for this benchmark"
group = "meter"
timeout_s = 1.0

[[point]]
signal = "active_power"
quantity = "active_power"
unit = "kW"
address = 0
type = "int32"
scale = 0.001

[[point]]
signal = "frequency"
quantity = "frequency"
unit = "Hz"
address = 2
scale = 0.01

[[point]]
signal = "voltage_l1"
quantity = "voltage"
unit = "V"
address = 3
scale = 0.1

[[point]]
signal = "current_l1"
quantity = "current"
unit = "A"
address = 4
scale = 0.01

[[point]]
signal = "temperature"
quantity = "temperature"
unit = "°C"
address = 5
type = "int16"
scale = 0.1

[[point]]
signal = "import_energy"
quantity = "energy_import"
unit = "kWh"
kind = "counter"
address = 6
type = "float32"
"""
SERVE = """
import asyncio, contextlib, json, sys
from ingest.devices import load_template
from ingest.simulate_device import SimulatedDevice

async def main():
    template = load_template(sys.argv[1])
    async with contextlib.AsyncExitStack() as stack:
        devices = [SimulatedDevice(template) for _ in range(int(sys.argv[2]))]
        for one in devices:
            await stack.enter_async_context(one.served())
        print(json.dumps([one.port for one in devices]), flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def cpu_seconds(pid: int) -> tuple[float, float]:
    """CPU time [s] of a process, and of its children that have ended."""
    words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    tick = os.sysconf("SC_CLK_TCK")
    own, children = (int(words[at]) + int(words[at + 1]) for at in (11, 13))
    return own / tick, children / tick


def memory_mb(pid: int) -> float:
    """Memory that a process holds [MB]."""
    words = Path(f"/proc/{pid}/statm").read_text("utf-8").split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def figures(*, minutes: float = MINUTES) -> Iterator[Figure]:
    """CPU, memory, polls made and delay."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        template = folder / "six.toml"
        template.write_text(TEMPLATE, "utf-8")
        with subprocess.Popen(
            [sys.executable, "-c", SERVE, str(template), str(DEVICES)],
            cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as serving:  # fmt: skip
            assert serving.stdout is not None and serving.stdin is not None
            ports = json.loads(serving.stdout.readline())
            yield from _collecting(folder, _configured(folder, ports), 60 * minutes)
            serving.stdin.close()


def _configured(folder: Path, ports: list[int]) -> Path:
    path = folder / "collector.toml"
    path.write_text(
        f'[collector]\nstore = "{folder / "store"}"\nlog = "{folder / "log"}"\n'
        f'settle_s = {SETTLE_S}\nmetrics = "127.0.0.1:{free_port()}"\n'
        + "".join(
            f'[[device]]\nname = "d{number:02}"\ntemplate = "six.toml"\nhost = "127.0.0.1"\n'
            f"port = {port}\nperiod_s = 1.0\n"
            for number, port in enumerate(ports)
        ),
        "utf-8",
    )
    return path


def _collecting(folder: Path, config: Path, seconds: float) -> Iterator[Figure]:
    collector = subprocess.Popen(
        [sys.executable, "-m", "ingest", "collect", "--config", str(config)], cwd=REPO
    )
    try:
        time.sleep(WARM_S)
        with closing(open_store(folder / "store")) as store:
            before = _told(folder, collector.pid)
            began = time.monotonic()
            delays = list(_delays(store, seconds))
            passed = time.monotonic() - began
            after = _told(folder, collector.pid)
    finally:
        collector.terminate()
        collector.wait(30)
    own, children = (100 * (after[at] - before[at]) / passed for at in (0, 1))
    note = f"{own:.1f} itself, {children:.1f} settling every {SETTLE_S:g} s"
    yield Figure("collecting 300 signals a second, CPU of one core", own + children, "%",
                 MOST_CPU, note)  # fmt: skip
    yield Figure("  memory after a while", before[2], "MB")
    yield Figure("  memory at the end", after[2], "MB", None, f"{passed / 60:.1f} min later")
    beyond = max(0.0, after[2] - before[2] - CACHE_MB)
    yield Figure("  growth beyond the journal's cache", 100 * beyond / before[2], "%", MOST_GROWTH)
    made = (after[3] - before[3]) / (DEVICES * passed)
    yield Figure("  polls made of those due", made, "", LEAST_POLLS, at_least=True)
    delays.sort()
    yield Figure("  age when a query sees it, median", delays[len(delays) // 2], "s")
    yield Figure("  age when a query sees it, most", delays[-1], "s", MOST_DELAY_S,
                 f"{len(delays)} seen, looked for every {LOOK_S:g} s")  # fmt: skip


def _told(folder: Path, pid: int) -> tuple[float, float, float, int]:
    """CPU [s] of the collector and of its children, its memory [MB], polls it has made."""
    with open_journal(folder / "store" / FILE, read_only=True) as journal:
        polls = sum(one.polls for one in journal.states())
    return *cpu_seconds(pid), memory_mb(pid), polls


def _delays(store: Store, seconds: float) -> Iterator[float]:
    """Ages [s] of readings when they are seen first, of every tenth device."""
    watched = [device.name for device in store.devices()][::10]
    newest: dict[str, int] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for device in watched:
            last = store.signal(device, "active_power").last
            now = time.time_ns() // 1000
            if last is not None and last != newest.get(device):
                if device in newest:
                    yield (now - last) / 1e6
                newest[device] = last
        time.sleep(LOOK_S)
