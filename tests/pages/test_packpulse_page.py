"""What PackPulse says of two simulated batteries and of the faults planted in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import load_settings
from ingest.demo_store import truth_path, write_demo
from tests.pages.apps import Show, choose, figures, headline, pages_of, tables, titles, words
from tests.stores import scratch

DAYS = 16


def write_batteries(folder: Path) -> Path:
    """Store of a simulated site; what was planted stands beside it."""
    write_demo(load_settings(store=folder / "store"), seed=7, days=DAYS, faults="default")
    return folder / "store"


def planted(store: Path, device: str) -> dict[str, str]:
    """Fault of each cell that was given one: ``{"3.22": "self_discharge"}``."""
    truth = json.loads(truth_path(store).read_text(encoding="utf-8"))
    return {
        f"{one['pack']}.{one['cell']}": one["kind"]
        for one in truth["faults"]
        if one["device"] == device
    }


@pytest.fixture(scope="module")
def store() -> Iterator[Path]:
    with scratch() as folder:
        yield write_batteries(folder)


@pytest.fixture(scope="module")
def page(store: Path) -> Iterator[Show]:
    with pages_of(store) as show:
        yield lambda **asked: show("packpulse", device="BESS-1", **asked)


def test_overview_finds_what_was_planted(page: Show, store: Path) -> None:
    app = page()
    faults = planted(store, "BESS-1")
    text = words(app)
    assert f"{len(faults)} of 260 cells stand apart from their pack" in text
    assert "it is not a state of health" in text
    assert "synthetic data" in text
    assert sorted(row[0] for row in tables(app)[0]) == sorted(faults)
    shown = figures(app)
    assert len(shown) == 5
    assert shown[1].startswith(f"Weak cells warning {len(faults)} of 260")
    assert f"of {DAYS}" in shown[3]
    assert f"of {DAYS} days ended with a complete charge" in " ".join(titles(app))
    app = page(lang="de")
    assert "fallen aus ihrem Pack heraus" in headline(app)
    text = words(app)
    assert "kein Gesundheitszustand" in text
    assert "Innenwiderstand" in text
    assert "Schwache Zellen" in text


def test_packs_chosen_stand_in_the_address(page: Show) -> None:
    app = page(pack="2", tab="overview")
    assert "None of 52 cells stands apart" in words(app)
    app = choose(app, "url-pack", [2, 3])
    assert "of 104 cells" in headline(app)
    assert app.query_params["pack"] == "2,3"
