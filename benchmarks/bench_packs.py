"""Time of the PackPulse and BESS pages on the server: first figures, every tab, cold and warm.

``python -m benchmarks packs [--full]``. A page is run by Streamlit's own test runner in this
process: script, queries, analytics and figures, without a browser. Cold is a fresh process whose
modules are loaded, as by a visit to the other battery; warm is a rerun of the same address. What a
server does once when it starts (looking through installed packages for components) is not timed.
With ``--full`` the same window is asked of a store ten times as long: 2700 days of a battery of
260 cells, every reading of it, which takes some minutes and 2.5 GB of memory to write.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import REPO, Figure, command
from core.ledger import create_ledger
from ingest.demo import DemoOptions, demo_site
from ingest.demo_store import write_device

RULES = "1min,5min,15min,1h,1d"
TABS = (
    "overview", "heatmap", "trends", "degradation", "weak", "capacity", "dossier", "hindsight",
    "report",
)  # fmt: skip
LONG_TABS = ("overview", "degradation", "capacity", "dossier")
ROUNDS = 3
# One process: load the modules through a page of another kind, then time a tab cold and warm.
SCRIPT = """
import json, sys, time
from streamlit.testing.v1 import AppTest

started = None  # components found among installed packages, as of a server that runs

def run(page, params):
    global started
    app = AppTest.from_file("app.py", default_timeout=120)
    app._bidi_component_manager = started
    app.query_params.update(params)
    app.switch_page(page) if page else None
    began = time.perf_counter()
    app.run()
    took = time.perf_counter() - began
    started = app._bidi_component_manager
    if app.exception:
        raise SystemExit(app.exception[0].value)
    return took, app

page, params, other = json.loads(sys.argv[1])
run(page, other)
import streamlit as st
st.cache_data.clear()
cold, app = run(page, params)
warm = []
for _ in range(3):
    began = time.perf_counter()
    app.run()
    warm.append(time.perf_counter() - began)
print(json.dumps([cold, sorted(warm)[1]]))
"""


def figures(*, full: bool = False, keep: Path | None = None) -> Iterator[Figure]:
    """Times on a demo store of 270 days; `keep` is a folder for the stores of ``--full``."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "store"
        command("preprocess.py", "demo", "--store", str(store))
        times = {}
        for tab in TABS:
            times[tab] = _timed(store, "pages/packpulse.py", {"device": "BESS-1", "tab": tab})
            yield Figure(f"PackPulse, {tab}: cold", times[tab][0], "s", 2)
            yield Figure(f"PackPulse, {tab}: warm rerun", 1000 * times[tab][1], "ms", 300)
        cold, warm = _timed(store, "pages/bess.py", {"device": "BESS-1", "range": "all"})
        yield Figure("BESS, whole store: cold", cold, "s", 2)
        yield Figure("BESS, whole store: warm rerun", 1000 * warm, "ms", 300)
        if full:
            yield from _longer(keep or Path(scratch))


def _timed(store: Path, page: str, params: dict[str, str]) -> tuple[float, float]:
    """Median cold and warm time [s] over fresh processes."""
    other = params | {"device": "BESS-2" if "device" in params else ""}
    asked = json.dumps([page, params, other])
    took = []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, asked], cwd=REPO, check=True, capture_output=True,
            text=True, env=os.environ | {"ZIGGURAT_STORE": str(store)},
        )  # fmt: skip
        took.append(json.loads(done.stdout.splitlines()[-1]))
    cold, warm = np.median(np.array(took), axis=0)
    return float(cold), float(warm)


def _write(root: Path, days: int) -> None:
    """A store of one battery; it stands under its name only once it is whole."""
    unfinished = root.with_name(f"{root.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with create_ledger(unfinished, zone=DemoOptions().zone, rules=RULES) as ledger:
        # the other battery only loads the modules
        for name, length in (("BESS-1", days), ("BESS-2", 120)):
            options = DemoOptions(seed=7, days=length)
            device = next(one for one in demo_site(options) if one.name == name)
            write_device(ledger, device, options)
    unfinished.rename(root)


def _longer(scratch: Path) -> Iterator[Figure]:
    """The same 270 days from a store of them alone, and from one ten times as long."""
    window = {"from": "2024-10-04T00:00:00", "to": "2025-07-01T00:00:00", "device": "BESS-1"}
    found = {}
    for days in (270, 2700):
        root = scratch / f"days{days}"
        if not root.exists():
            _write(root, days)
        found[days] = {
            tab: _timed(root, "pages/packpulse.py", window | {"tab": tab}) for tab in LONG_TABS
        }
    for tab in LONG_TABS:
        for at, kind in enumerate(("cold", "warm rerun")):
            ratio = found[2700][tab][at] / found[270][tab][at]
            yield Figure(f"PackPulse, {tab}, store ten times as long: {kind}", ratio, "x", 1.5)
