"""Notes stand on every figure of PackPulse and BESS that has a time axis, and go when they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.annotations import Note, open_annotations
from core.ledger import create_ledger
from core.levels import DAY
from core.query import open_store
from ingest.demo import demo_site
from ingest.demo_store import write_device
from tests.demo_sites import Sites
from tests.health.batteries import OPTIONS, RULES
from tests.pages.apps import pages_of, specs
from tests.stores import scratch

Page = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def page(simulated: Sites) -> Iterator[Page]:
    """Figures of a page, ``page("packpulse", tab="overview")``, of a battery with a note."""
    simulated(OPTIONS)
    with scratch() as here:
        root = here / "store"
        with create_ledger(root, zone=OPTIONS.zone, rules=RULES) as ledger:
            device = next(one for one in demo_site(OPTIONS) if one.name == "BESS-1")
            write_device(ledger, device, OPTIONS, lambda name: name.startswith(("bms1", "pcs1")))
        store = open_store(root)
        at = (store.device("BESS-1").first or 0) + 20 * DAY
        store.close()
        with open_annotations(root) as notes:
            notes.add(Note("BESS-1", "setting", at, "Charged to 3.45 V from now on", "operator"))
        with pages_of(root) as show:
            yield lambda name, **asked: specs(show(name, **asked))


def lines(figure: dict[str, Any]) -> int:
    """Upright lines in the colour of notes."""
    return sum(
        shape["type"] == "line" and shape["x0"] == shape["x1"]
        and shape["line"].get("color") == "#CC79A7" and shape["line"].get("dash") is None
        for shape in figure["layout"].get("shapes", ())
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tab", "asked", "least"),
    [("overview", {}, 2), ("heatmap", {"view": "days"}, 1), ("trends", {}, 2),
     ("degradation", {}, 1), ("hindsight", {}, 1), ("capacity", {}, 1),
     ("dossier", {"cell": "1.1"}, 1)],
)  # fmt: skip
def test_a_note_stands_on_the_figures_of_a_tab(
    page: Page, tab: str, asked: dict[str, str], least: int
) -> None:
    figures = page("packpulse", device="BESS-1", range="all", tab=tab, **asked)
    assert sum(lines(one) > 0 for one in figures) >= least


@pytest.mark.parametrize(
    ("section", "least"), [("operation", 2), ("cycles", 1), ("cells", 1), ("systems", 1)]
)
def test_a_note_stands_on_the_figures_of_the_system(page: Page, section: str, least: int) -> None:
    figures = page("bess", device="BESS-1", range="all", section=section)
    assert sum(lines(one) > 0 for one in figures) >= least
