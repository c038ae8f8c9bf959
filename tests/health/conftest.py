"""The batteries, and the reports on the first of them, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.capacity_report import CapacityReport, capacity_report
from core.cell_history import Histories, load_histories
from core.ledger import create_ledger
from core.query import Store, open_store
from core.resistance_report import ResistanceReport, resistance_report
from ingest.demo import demo_site, truth
from ingest.demo_store import write_device
from tests.demo_sites import Sites
from tests.health.batteries import LEFT_OUT, OPTIONS, RULES, span, write_copy


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, simulated: Sites) -> Iterator[Store]:
    """BESS-1 as simulated, and copies of BESS-2 that lack one thing each."""
    root = tmp_path_factory.mktemp("health") / "store"
    simulated(OPTIONS)
    with create_ledger(root, zone=OPTIONS.zone, rules=RULES) as ledger:
        site = {one.name: one for one in demo_site(OPTIONS)}
        write_device(ledger, site["BESS-1"], OPTIONS, lambda name: not name.startswith("pcs1"))
        for name in LEFT_OUT:
            write_copy(ledger, site["BESS-2"], name)
    opened = open_store(root)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def known(simulated: Sites) -> dict[str, Any]:
    simulated(OPTIONS)
    return dict(truth(OPTIONS)["batteries"]["BESS-1"])


@pytest.fixture(scope="session")
def capacity(store: Store) -> CapacityReport:
    found = capacity_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found


@pytest.fixture(scope="session")
def resistance(store: Store) -> ResistanceReport:
    found = resistance_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found


@pytest.fixture(scope="session")
def histories(store: Store) -> Histories:
    found = load_histories(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found
