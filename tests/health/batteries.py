"""A simulated battery and copies of another that lack one thing each."""

from __future__ import annotations

import numpy as np

from core import packs
from core.ledger import Ledger
from core.levels import DAY
from core.pyramid import DeviceSession
from core.query import Store
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.demo import DemoDevice, DemoOptions

OPTIONS = DemoOptions(seed=3, days=130, packs=2, cells=8, faults="resistance:1,capacity:1")
RULES = "1min,5min,15min,1h,1d"
LEFT_OUT = {
    "nofacts": lambda name: False,
    "nocurrent": lambda name: name == "bms1_c",
    "nosoc": lambda name: name == "bms1_soc",
    "novoltage": lambda name: name == "bms1_v",
    "noends": lambda name: name in ("bms1_cell_max_v", "bms1_cell_min_v"),
    "notemp": lambda name: "_t" in name,
}


def write_copy(ledger: Ledger, source: DemoDevice, name: str) -> None:
    """The first month of a device under another name."""
    catalogue = load_catalogue()
    with DeviceSession(ledger, name, "BESS", synthetic=True) as session:
        for signal_name, ts, value in source.signals():
            cell = "_p" in signal_name
            if not signal_name.startswith("bms1") or LEFT_OUT[name](signal_name):
                continue
            keep = ts < ts[0] + (6 if cell and name != "notemp" else 30) * DAY
            signal = catalogue.describe(signal_name)
            readings = (ts[keep], value[keep], np.zeros(int(keep.sum()), np.int64))
            levels = session.levels(signal_name, readings[0])
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
        facts = {} if name == "nofacts" else source.facts
        session.commit(lambda commit: commit.put_facts(name, facts))
    tidy(ledger, name)


def span(store: Store, device: str) -> tuple[int, int]:
    battery = packs.load_battery(store, device)
    assert battery is not None
    return battery.first, battery.last + 1
