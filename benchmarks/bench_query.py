"""Answers from a demo store: time by kind of question, threads, length of the store, fidelity."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.fidelity import POINTS, survey
from benchmarks.measure import Figure, command, milliseconds
from core.ledger import create_ledger
from core.levels import DAY
from core.pyramid import DeviceSession
from core.query import Store, open_store
from core.signals import load_catalogue
from core.upkeep import tidy

RULES = "1min,5min,15min,1h,1d"


def figures(store_path: Path | None = None, windows: int = 300) -> Iterator[Figure]:
    """Figures on the store given, or on a fresh demo store."""
    with tempfile.TemporaryDirectory() as scratch:
        path = store_path or Path(scratch) / "store"
        if store_path is None:
            made = command("preprocess.py", "demo", "--store", str(path))
            size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6
            yield Figure("demo site, 270 days", made.wall, "s", 90)
            yield Figure("demo store", size, "MB", 300)
        store = open_store(path)
        yield from _windows(store, windows)
        yield from _matrix(store)
        yield from _threads(store)
        yield from _fidelity(store, windows)
        yield from _longer(Path(scratch))


def _random_window(store: Store, rng: np.random.Generator) -> tuple[str, str, int, int]:
    devices = store.devices()
    device = devices[int(rng.integers(len(devices)))]
    signals = store.signals(device.name)
    info = signals[int(rng.integers(len(signals)))]
    assert info.first is not None and info.last is not None
    span = info.last - info.first
    share = float(np.exp(rng.uniform(np.log(0.0005), 0)))
    start = info.first + int(rng.random() * (1 - share) * span)
    return info.device, info.name, start, start + max(1, int(share * span))


def _windows(store: Store, windows: int) -> Iterator[Figure]:
    for points in (2000, POINTS):
        rng = np.random.default_rng(1)
        asked = [_random_window(store, rng) for _ in range(windows)]
        for device, signal, start, end in asked:
            store.series(device, signal, start, end, max_points=points)
        took = [milliseconds(partial(store.series, *window, max_points=points)) for window in asked]
        target = (10, 25) if points == 2000 else (None, None)
        name = f"any window of any signal at {points} points, warm"
        yield Figure(f"{name}, median", float(np.median(took)), "ms", target[0])
        yield Figure(f"{name}, 95 %", float(np.percentile(took, 95)), "ms", target[1])


def _matrix(store: Store) -> Iterator[Figure]:
    store.cells("BESS-1")
    took = [milliseconds(lambda: store.cells("BESS-1")) for _ in range(15)]
    shape = store.cells("BESS-1").values.shape
    cells = shape[1] * shape[2]
    yield Figure(f"{cells} cells x {shape[0]} days", float(np.median(took)), "ms", 25)
    info = store.signal("BESS-1", "bms1_p3_v17")
    assert info.last is not None
    day = (info.last - 100 * DAY, info.last - 99 * DAY)
    store.raw("BESS-1", info.name, *day)
    took = [milliseconds(lambda: store.raw("BESS-1", info.name, *day)) for _ in range(15)]
    yield Figure("a day of raw readings", float(np.median(took)), "ms", 10)


def _threads(store: Store, count: int = 20, each: int = 25) -> Iterator[Figure]:
    errors: list[BaseException] = []

    def ask(seed: int) -> None:
        rng = np.random.default_rng(seed)
        try:
            for _ in range(each):
                store.series(*_random_window(store, rng))
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(count)]
    took = milliseconds(lambda: [*(t.start() for t in threads), *(t.join() for t in threads)])
    yield Figure(
        f"{count} threads at once: errors", len(errors), "", 0,
        note=f"{count * each / took * 1e3:.0f} questions/s",
    )  # fmt: skip


def _fidelity(store: Store, windows: int) -> Iterator[Figure]:
    found = survey(store, min(windows, 150))
    worst = min(found, key=lambda one: one.ssim)
    yield Figure(
        "picture: 1 - SSIM against all readings, worst window", 1 - worst.ssim, "", 0.05,
        note=f"{worst.device}/{worst.signal}, {len(found)} windows",
    )  # fmt: skip
    yield Figure(
        "picture: windows whose extremes are not exact",
        sum(not one.extremes_exact for one in found), "", 0,
    )  # fmt: skip


def _longer(scratch: Path) -> Iterator[Figure]:
    """The same windows on a store ten times as long."""
    medians = []
    for factor in (1, 10):
        root = scratch / f"times{factor}"
        _write_plain(root, 100 * factor)
        store = open_store(root)
        last = store.device("d").last
        assert last is not None
        rng = np.random.default_rng(2)
        asked = []
        for _ in range(120):
            length = int(np.exp(rng.uniform(np.log(3600e6), np.log(90 * DAY))))
            start = last - 95 * DAY + int(rng.random() * (95 * DAY - length))
            asked.append((f"s{int(rng.integers(20)):02}", start, start + length))
        for signal, start, end in asked:
            store.series("d", signal, start, end)
        medians.append(
            np.median([milliseconds(partial(store.series, "d", *window)) for window in asked])
        )
        store.close()
    yield Figure("same window on a store ten times as long", medians[1] / medians[0], "x", 1.5)


def _write_plain(root: Path, days: int) -> None:
    ledger = create_ledger(root, zone="Europe/Berlin", rules=RULES)
    catalogue = load_catalogue()
    step = 60_000_000
    end = 1_751_320_800_000_000
    ts = np.arange(end - days * DAY, end, step, dtype=np.int64)
    with ledger, DeviceSession(ledger, "d", "meter") as session:
        for i in range(20):
            signal = catalogue.describe(f"s{i:02}")
            value = np.round(np.random.default_rng(i).normal(0, 1, len(ts)).cumsum(), 2)
            levels = session.levels(signal.name, ts)
            source = np.zeros(len(ts), np.int64)
            for chunk in session.chunks(signal, (ts, value, source), levels=levels):
                session.append(signal, chunk, levels)
        session.commit(lambda _: None)
        tidy(ledger, "d")
