"""Write the simulated site into a store, marked synthetic, with the truth beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.config import Settings
from core.errors import StoreFormatError
from core.ledger import Commit, Ledger, SourceRow, create_ledger
from core.pyramid import DeviceSession
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.build import Progress
from ingest.demo import DemoDevice, DemoOptions, demo_site, truth


def truth_path(store: Path) -> Path:
    """Where the truth of a demo store lies: beside it, never inside."""
    return store.with_name(f"{store.name}_truth.json")


def write_demo(
    settings: Settings,
    *,
    seed: int,
    days: int,
    faults: str,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> int:
    """Simulate the site and write it to a new store; returns the number of readings.

    Raises
    ------
    ConfigError : options that cannot be.
    StoreFormatError : the store exists and holds real devices, which demo data never join.
    """
    options = DemoOptions(seed=seed, days=days, faults=faults, zone=settings.zone)
    devices = demo_site(options)
    rows = 0
    with create_ledger(settings.store, zone=settings.zone, rules=settings.rules) as ledger:
        if any(not device["synthetic"] for device in ledger.devices()):
            raise StoreFormatError(
                f"{settings.store} holds real devices; demo data are never mixed with them: "
                "preprocess.py demo --store NEW_FOLDER"
            )
        for done, device in enumerate(devices):
            rows += write_device(ledger, device, options)
            on_progress(Progress(done + 1, len(devices), done + 1, len(devices), rows, device.name))
    beside = truth_path(settings.store)
    beside.write_text(json.dumps(truth(options), indent=1))
    return rows


def write_device(
    ledger: Ledger,
    device: DemoDevice,
    options: DemoOptions,
    wanted: Callable[[str], bool] = lambda _: True,
) -> int:
    """Write the signals of one device that are `wanted`, by name; returns the readings."""
    catalogue = load_catalogue()
    rows = 0
    first, last = 2**62, -(2**62)
    source = SourceRow(
        f"demo:{device.name}", device.name, kind="simulation", status="new",
        declared=f"seed={options.seed} days={options.days} faults={options.faults}",
    )  # fmt: skip
    with DeviceSession(ledger, device.name, device.group, synthetic=True) as session:
        with ledger.transaction() as commit:
            number = commit.put_source(source)
        names = []
        for name, ts, value in device.signals():
            if not wanted(name):
                continue
            signal = catalogue.describe(name)
            levels = session.levels(name, ts)
            readings = (ts, value, np.full(len(ts), number, np.int64))
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
            rows += len(ts)
            first, last = min(first, int(ts[0])), max(last, int(ts[-1]))
            names.append(name)

        def record(commit: Commit) -> None:
            commit.put_facts(device.name, device.facts)
            commit.put_source(
                SourceRow(
                    source.path,
                    device.name,
                    kind="simulation",
                    declared=source.declared,
                    signals=tuple(names),
                    rows=rows,
                    first=first,
                    last=last,
                    read_at=time.time_ns() // 1000,
                )
            )

        session.commit(record)
        tidy(ledger, device.name)
    return rows
