"""What the overview says of simulated devices, of rows in quarantine, and of no store at all."""

from __future__ import annotations

import re
from pathlib import Path

from core.config import load_settings
from ingest.demo_store import write_demo
from tests.pages.apps import bodies, cards, figures, framed, pages_of, plain, run, words
from tests.stores import run as build
from tests.stores import scratch, write_csv, write_text


def test_simulated_devices_are_marked() -> None:
    with scratch() as folder:
        write_demo(load_settings(store=folder / "store"), seed=7, days=2, faults="default")
        with pages_of(folder / "store"):
            app = run(framed())
    (ribbon,) = [plain(body) for body in bodies(app) if 'class="zg-ribbon' in body]
    assert "synthetic data" in ribbon
    shown = figures(app)
    assert len(shown) == 5
    assert re.match(r"Devices up to date (good|warning) 9 of 9", shown[0])
    assert "grid connection m6" in shown[2]  # it holds what the other five count
    assert "export " in shown[2]
    assert shown[3].startswith("Generation,")
    assert shown[4] == "Open alerts good 0"
    found = cards(app)
    assert len(found) == 9
    assert any("PV power, sum of 4" in text for text in found.values())
    assert any("State of charge" in text and "charged" in text for text in found.values())


def test_quarantine_and_failed_sources_are_said() -> None:
    with scratch() as folder:
        src = folder / "src" / "meter"
        hours = range(1_741_000_000, 1_741_000_000 + 3 * 86_400, 900)
        steady = [(at * 1_000_000, [5.0]) for at in hours]
        write_csv(src / "good.csv", ["com_ap"], steady)
        bad = write_csv(src / "bad.csv", ["com_ap"], steady)
        write_text(bad, bad.read_text().replace(",5.0\n", ",five\n", 2))
        build(folder)
        with pages_of(folder / "store"):
            app = run(framed())
    assert "1 of 2 devices need attention, bad first" in words(app)
    first, second = cards(app).values()
    assert "warning" in first
    assert "2 rows in quarantine" in first
    assert "good" in second
    assert "none needs attention" not in words(app)


def test_without_a_store_the_way_out_is_shown(tmp_path: Path) -> None:
    with pages_of(tmp_path / "none") as show:
        text = words(show("overview"))
    assert "There is no store yet." in text
    assert "python preprocess.py demo" in text
