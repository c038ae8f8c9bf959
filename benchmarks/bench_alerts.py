"""Evaluation of alerts: a million readings, two hundred rules that all look at all of them.

``python -m benchmarks alerts``. The store is made anew: twenty cells of a battery, 50 000 readings
each, a minute apart; every rule is a threshold on all twenty, so that two hundred million
comparisons are made where nothing is skipped. Some of the rules find something.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Figure
from core.alert_rules import AlertConfig
from core.alert_run import Outcome, evaluate_rules
from core.analytics.alerts import Limit, Rule
from core.ledger import create_ledger
from core.levels import SECOND
from core.query import Store, open_store
from ingest.demo import DemoOptions
from ingest.demo.device import DemoDevice, Source
from ingest.demo_store import write_device

SIGNALS, READINGS, RULES = 20, 50_000, 200
START = 1_735_689_600 * SECOND
MOST_S = 10.0


def figures() -> Iterator[Figure]:
    """Seconds of an evaluation with and without what buckets make needless."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder) / "store")
        try:
            yield from _measured(store)
        finally:
            store.close()


def _measured(store: Store) -> Iterator[Figure]:
    rules = make_rules()
    for skip, words in ((False, "every reading"), (True, "buckets first")):
        began = time.perf_counter()
        outcome = _evaluate(store, rules, skip=skip)
        seconds = time.perf_counter() - began
        note = f"{outcome.readings} readings loaded, {len(outcome.found)} alerts"
        yield Figure(
            f"{SIGNALS * READINGS} readings, {RULES} rules, {words}", seconds, "s", MOST_S,
            note=note,
        )  # fmt: skip


def _evaluate(store: Store, rules: tuple[Rule, ...], *, skip: bool) -> Outcome:
    until = START + READINGS * 60 * SECOND
    config = AlertConfig(Path("none.toml"), rules, (), ())
    return evaluate_rules(store, config, START, until, skip=skip)


def make_rules() -> tuple[Rule, ...]:
    """Thresholds from 36 to 60 °C; the highest readings are of about 40 °C."""
    return tuple(
        Rule(
            f"hot {i}", "threshold", (("warning", Limit(above=float(limit))),),
            ("cell_temperature",), hold_s=60.0, clear_by=1.0, clear_s=600.0,
        )
        for i, limit in enumerate(np.linspace(36, 60, RULES))
    )  # fmt: skip


def make_store(root: Path) -> Store:
    """Temperatures of twenty cells through warm afternoons."""
    ts = START + np.arange(READINGS, dtype=np.int64) * 60 * SECOND
    options = DemoOptions()

    def source(cell: int) -> Source:
        random = np.random.default_rng(cell)
        afternoon = np.sin((ts / 3600e6 % 24 - 8) / 24 * 2 * np.pi)
        value = np.round(25 + 8 * afternoon + random.normal(0, 1.5, READINGS), 1)
        return lambda: (ts, value)

    cells = {f"bms1_p1_t{cell}": source(cell) for cell in range(1, SIGNALS + 1)}
    with create_ledger(root, zone="UTC", rules="1min,5min,15min,1h,1d") as ledger:
        write_device(ledger, DemoDevice("BESS-1", "BESS", {}, lambda: cells), options)
    return open_store(root)
