"""Planted faults found: demo batteries of many seeds and fault sets, judged without their truth.

``python -m benchmarks diagnosis [--seeds N]`` prints a table, cause × what was said, and the
figures. Each seed takes about half a minute; misses are listed one by one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.measure import Figure
from core.ledger import create_ledger
from core.query import open_store
from core.weak_cells import weak_cells
from ingest.demo import DemoOptions, demo_site, truth
from ingest.demo_store import write_device

RULES = "1min,5min,15min,1h,1d"
FAULT_SETS = (
    "default",
    "capacity:1,resistance:1,offset_high:1,offset_low:1,self_discharge:1",
    "capacity:4,resistance:5,offset_low:4",
    "resistance:6,offset_high:3,self_discharge:3",
    "none",
    "capacity:2,offset_low:2,self_discharge:5",
    "resistance:2,offset_high:2,offset_low:3",
)
OFFSETS = ("offset_high", "offset_low")
# Signals that the diagnosis reads; the others of the demo would only take time to write.
READ = re.compile(r"bms1_p\d+_v\d+|bms1_c|bms1_soc")


def figures(seeds: int = 20, days: int = 270) -> Iterator[Figure]:
    """Run the trials, print the table, and give the figures."""
    tables = []
    for seed in range(1, seeds + 1):
        faults = FAULT_SETS[(seed - 1) % len(FAULT_SETS)]
        tables.extend(trials(seed, days, faults))
        print(f"seed {seed}: {faults}", flush=True)
    every = pd.concat(tables, ignore_index=True)
    print(confusion(every).to_string())
    missed = every[(every["planted"] != every["said"])]
    if len(missed):
        print("not as planted:")
        print(missed.round(3).to_string(index=False))
    yield from _shares(every)


def _shares(every: pd.DataFrame) -> Iterator[Figure]:
    planted = every[every["planted"] != "healthy"]
    healthy = every[every["planted"] == "healthy"]
    named = float((planted["planted"] == planted["said"]).mean())
    accused = float((~healthy["said"].isin(["healthy", "unknown"])).mean())
    yield Figure(
        "planted faults not named with their cause", 100 * (1 - named), "%", 10,
        note=f"{len(planted)} faults",
    )  # fmt: skip
    yield Figure(
        "healthy cells accused", 100 * accused, "%", 1, note=f"{len(healthy)} healthy cells"
    )
    offsets = planted[planted["planted"].isin(OFFSETS)]
    error = ((offsets["found_ah"] - offsets["true_ah"]) / offsets["true_ah"]).abs()
    yield Figure(
        "offset recovered: worst relative error", 100 * float(error.max()), "%", 20,
        note=f"median {100 * float(error.median()):.1f} %, {len(offsets)} cells",
    )  # fmt: skip
    inside = (every["slope_low"] <= every["slope_true"]) & (
        every["slope_true"] <= every["slope_high"]
    )
    share = 100 * float(inside[every["slope_low"].notna()].mean())
    yield Figure(
        "slopes of charge: outside their 95 % interval", 100 - share, "%", 10,
        note=f"{share:.1f} % inside of {int(every['slope_low'].notna().sum())}; 90..99 asked",
    )  # fmt: skip
    by_run = [float(group.mean()) for _, group in inside.groupby([every["seed"], every["device"]])]
    print(f"inside by battery: least {min(by_run):.3f}, median {np.median(by_run):.3f}")


def is_read(signal: str) -> bool:
    """Whether the diagnosis reads a signal."""
    return READ.fullmatch(signal) is not None


def confusion(every: pd.DataFrame) -> pd.DataFrame:
    """Counts, planted × said."""
    return pd.crosstab(every["planted"], every["said"])


def trials(seed: int, days: int, faults: str) -> list[pd.DataFrame]:
    """Both batteries of a seed: what was planted and what is said of every cell."""
    options = DemoOptions(seed=seed, days=days, faults=faults)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "store"
        with create_ledger(root, zone=options.zone, rules=RULES) as ledger:
            batteries = [one for one in demo_site(options) if one.group == "BESS"]
            for device in batteries:
                write_device(ledger, device, options, is_read)
        known = truth(options)
        store = open_store(root)
        try:
            return [_judge(store, one.name, known, seed) for one in batteries]
        finally:
            store.close()


def _judge(store: Any, device: str, known: dict[str, Any], seed: int) -> pd.DataFrame:
    weak = weak_cells(store, device)
    assert weak is not None and weak.found is not None, "the demo has all that is needed"
    path = known["batteries"][device]["trajectory"]
    day, charge = np.array(path["day"], float), np.array(path["charge_ah"])
    pack = weak.found.pack
    relative = np.empty_like(charge)
    for number in np.unique(pack):
        mine = pack == number
        relative[:, mine] = charge[:, mine] - np.median(charge[:, mine], axis=1, keepdims=True)
    late = day >= day[-1] - 92
    planted = np.full(len(pack), "healthy", dtype="<U16")
    for fault in known["faults"]:
        if fault["device"] == device:
            planted[(pack == fault["pack"]) & (weak.found.cell == fault["cell"])] = fault["kind"]
    return pd.DataFrame(
        {
            "seed": seed,
            "device": device,
            "pack": pack,
            "cell": weak.found.cell,
            "planted": planted,
            "said": weak.found.fault,
            "reason": weak.found.reason,
            "true_ah": relative[-1],
            "found_ah": weak.found.empty_ah,
            "full_ah": weak.found.full_ah,
            "slope_true": np.polyfit(day[late], relative[late], 1)[0],
            "slope_low": weak.found.drift_low,
            "slope_high": weak.found.drift_high,
        }
    )
