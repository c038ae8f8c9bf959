"""What PackPulse says of the capacity of simulated cells, and the dossiers of two of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.ledger import create_ledger
from ingest.demo import DemoOptions, demo_site, truth
from ingest.demo_store import write_device
from tests.demo_sites import Sites
from tests.health.batteries import OPTIONS, RULES
from tests.pages.apps import (
    Show,
    figures,
    notices,
    pages_of,
    press,
    specs,
    tables,
    titles,
    words,
)
from tests.stores import scratch


def write_cells(folder: Path, options: DemoOptions = OPTIONS) -> Path:
    """A store of a simulated battery of two packs of eight cells."""
    root = folder / "store"
    with create_ledger(root, zone=options.zone, rules=RULES) as ledger:
        device = next(one for one in demo_site(options) if one.name == "BESS-1")
        write_device(ledger, device, options, lambda name: not name.startswith("pcs1"))
    return root


def usable_ah(options: DemoOptions = OPTIONS) -> float:
    """What the battery held from full to empty, from the third day on."""
    course = truth(options)["batteries"]["BESS-1"]["trajectory"]
    held, charge = np.array(course["capacity_ah"]), np.array(course["charge_ah"])
    return float(((held - charge).min(axis=1) + charge.min(axis=1))[2:].mean())


def weak_cell(kind: str) -> str:
    """Name of the cell that was given a fault."""
    one = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == kind)
    return f"{one['pack']}.{one['cell']}"


@pytest.fixture(scope="module")
def page(simulated: Sites) -> Iterator[Show]:
    simulated(OPTIONS)
    with scratch() as folder, pages_of(write_cells(folder)) as show:
        yield lambda **asked: show("packpulse", device="BESS-1", **asked)


def figure(app: AppTest, label: str) -> str:
    """The key figure of a label, without the label."""
    return next(one for one in figures(app) if one.startswith(label)).removeprefix(label).strip()


def courses(app: AppTest) -> dict[str, Any]:
    """The figure of the courses of a cell: the one of most panels."""
    return max(specs(app), key=lambda one: sum(k.startswith("yaxis") for k in one["layout"]))


def test_capacity_with_interval_against_the_truth(page: Show) -> None:
    app = page(tab="capacity")
    value, half = figure(app, "Capacity, full to empty").split(" Ah")[0].split("±")
    assert abs(float(value) - usable_ah()) <= float(half)
    assert figure(app, "Remaining life").startswith("unknown –")
    text = words(app)
    assert "it takes a year" in text
    assert "Cycles before the window are not recorded" in text
    assert f"Cell {weak_cell('resistance')} has the highest resistance" in " ".join(titles(app))
    assert "charges carries a curve" in text


def test_dossier_of_a_cell_and_of_the_next(page: Show) -> None:
    name = weak_cell("resistance")
    pack, cell = name.split(".")
    app = page(tab="dossier", cell=name)
    assert f"Pack {pack} cell {cell} has a higher resistance than its pack." in words(app)
    assert figure(app, "Resistance over the pack").startswith("+")
    assert len(courses(app)["layout"]["annotations"]) == 5
    assert name in tables(app)[0][0]

    step = "Next" if int(cell) < OPTIONS.cells else "Previous"
    app = press(app, step)
    other = int(cell) + (1 if step == "Next" else -1)
    assert app.query_params["cell"] == f"{pack}.{other}"
    assert f"Pack {pack} cell {other} does not" in " ".join(notices(app))
