"""Readings a second into the journal, synchronised to disk, beside queries in another process.

``python -m benchmarks journal [--full]``. One process appends batches as a collector does, another
asks a store of the same readings for pictures and last values without a pause; then the backlog is
settled. The file system is that of the temporary folder (``TMPDIR``): on one in memory nothing is
synchronised.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import REPO, Figure
from core.journal import FILE, open_journal
from core.ledger import create_ledger
from core.readings import Batch, Reading
from core.signals import Signal
from ingest.settle import settle

AIM = 20_000  # readings a second
SECONDS = 10.0
START = 1_760_000_000_000_000
# (what, devices, signals of each, readings of each signal in one transaction)
SHAPES = (
    ("50 devices of 6 signals, each poll of all", 50, 6, 1),
    ("2 batteries of 520 signals, ten polls", 2, 520, 10),
)
ASK = """
import json, sys, time
from core.query import open_store
store = open_store(sys.argv[1])
took = []
while not store.devices():
    time.sleep(0.05)
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    began = time.perf_counter()
    device = store.devices()[0].name
    name = store.signals(device)[0].name
    store.series(device, name)
    took.append(time.perf_counter() - began)
took.sort()
print(json.dumps([len(took), took[len(took) // 2], took[int(len(took) * 0.95)]]))
"""


def figures(*, full: bool = False) -> Iterator[Figure]:
    """Rates of appending, of asking meanwhile, and of settling."""
    seconds = 60.0 if full else SECONDS
    for what, devices, signals, polls in SHAPES:
        with tempfile.TemporaryDirectory() as scratch:
            yield from _of_shape(Path(scratch) / "store", what, (devices, signals, polls), seconds)


def _of_shape(
    store: Path, what: str, shape: tuple[int, int, int], seconds: float
) -> Iterator[Figure]:
    devices, signals, polls = shape
    create_ledger(store, zone="Europe/Berlin", rules="1min,5min,15min,1h,1d").close()
    names = [f"s{i:03d}" for i in range(signals)]
    with open_journal(store / FILE, create=True) as journal:
        for d in range(devices):
            journal.describe(f"d{d}", "meter", "", [Signal(name) for name in names])
        journal.append([Batch("d0", [Reading("s000", START - 1_000_000, 1.0)])])
        with subprocess.Popen(
            [sys.executable, "-c", ASK, str(store), str(seconds)],
            cwd=REPO, stdout=subprocess.PIPE, text=True,
        ) as asking:  # fmt: skip
            assert asking.stdout is not None
            asking.stdout.readline()
            kept, worst, began = 0, 0.0, time.perf_counter()
            moment = START
            while time.perf_counter() - began < seconds:
                batches = [
                    Batch(
                        f"d{d}",
                        [
                            Reading(name, moment + k * 1_000_000, 1.5)
                            for k in range(polls)
                            for name in names
                        ],
                    )
                    for d in range(devices)
                ]
                moment += polls * 1_000_000
                before = time.perf_counter()
                kept += journal.append(batches)
                worst = max(worst, time.perf_counter() - before)
            rate = kept / (time.perf_counter() - began)
            asked, median, slow = json.loads(asking.stdout.read())
        yield Figure(
            f"journal, {what}", rate, "1/s", AIM, f"slowest append {worst:.2f} s", at_least=True
        )
        yield Figure("  bytes of a reading", journal.size() / kept, "B")
        yield Figure("  queries meanwhile, median", 1000 * median, "ms", None, f"{asked} asked")
        yield Figure("  queries meanwhile, slowest of 20", 1000 * slow, "ms")
        began = time.perf_counter()
        done = settle(store, journal)
        took = time.perf_counter() - began
        yield Figure("  settling", done.readings / took, "1/s", AIM, at_least=True)
