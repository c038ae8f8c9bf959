"""A corpus of raw files like that of a real site: 260 cells, 20 fast and 30 meter signals."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

START = 1_695_000_000  # 18 Sep 2023, UTC [s]
ZONE = "Europe/Berlin"
GROUPS = (("cells", 260, 120), ("fast", 20, 30), ("meter", 30, 60))  # name, signals, period [s]


def _local(utc: np.ndarray) -> np.ndarray:
    """Naive local seconds of UTC seconds, by the offsets at the hours."""
    import datetime

    hours, inverse = np.unique(utc // 3600, return_inverse=True)
    zone = ZoneInfo(ZONE)
    offsets = [
        int(datetime.datetime.fromtimestamp(int(h) * 3600, zone).utcoffset().total_seconds())  # type: ignore[union-attr]
        for h in hours
    ]
    return utc + np.array(offsets, np.int64)[inverse]


def names(share: float = 1.0) -> list[tuple[str, str, int]]:
    """(device, signal, period) of all files; `share` thins the number of signals."""
    found = []
    for group, count, period in GROUPS:
        device = "BESS-1" if group != "meter" else "m1"
        for i in range(max(1, round(count * share))):
            signal = f"bms1_p{i // 52 + 1}_v{i % 52 + 1}" if group == "cells" else f"{group}{i + 1}"
            found.append((device, signal, period))
    return found


def write_corpus(
    folder: Path, days: float, *, share: float = 1.0, skip_days: float = 0.0, seed: int = 0
) -> int:
    """Write the CSVs of [skip_days, days) below `folder`; returns the number of rows."""
    rows = 0
    for k, (device, signal, period) in enumerate(names(share)):
        rng = np.random.default_rng([seed, k, int(skip_days)])
        utc = (
            START + np.arange(int(skip_days * 86400 / period), int(days * 86400 / period)) * period
        )
        utc = utc + rng.integers(0, 2, len(utc))
        phase = utc / 86400 * 2 * np.pi
        value = np.round(3.3 + 0.05 * np.sin(phase + k) + rng.normal(0, 0.002, len(utc)), 3)
        path = folder / device / f"{signal}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table({"ts": pa.array(_local(utc)).cast(pa.timestamp("s")), signal: value})
        options = pa_csv.WriteOptions(quoting_style="none")
        pa_csv.write_csv(table, path, options)
        rows += len(utc)
    return rows
