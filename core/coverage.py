"""How much of each local day a store holds, how good it is, and how much room it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import energy, quality
from core.errors import QueryError
from core.ledger import open_ledger
from core.levels import HOUR
from core.query import SignalInfo, Store
from core.rollup import Buckets
from core.upkeep import storage
from core.value_statistics import STATISTICS_LIMIT
from core.windows import level_width


def coverage_report(
    store: Store, device: str, start: int, end: int, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Coverage of every signal of a device, or of those named, by whole local day.

    Returns
    -------
    frame signal, day, rows, expected, coverage_ratio, longest_gap_s

    Raises
    ------
    UnknownDevice, BadWindow
    """
    frames = []
    start, end = _whole_days_around(store, start, end)
    for info in store.signals(device):
        if names is not None and info.name not in names:
            continue
        rows, level = _rows_of_days(store, info, start, end)
        if not len(rows.ts) and (info.first is None or info.first >= end):
            continue
        days = quality.coverage_by_day(
            rows.ts, rows.count, store.zone, _usual_step(rows, level, info.step_us),
            width_us=level_width(level), start=start, end=end,
        )  # fmt: skip
        frames.append(days.assign(signal=info.name))
    if not frames:
        return pd.DataFrame(
            columns=["signal", "day", "rows", "expected", "coverage_ratio", "longest_gap_s"]
        )
    return pd.concat(frames, ignore_index=True)


def _whole_days_around(store: Store, start: int, end: int) -> tuple[int, int]:
    """Local midnights around a window: a day is as complete as it is, however it is looked at."""
    edges = energy.local_periods(start, end, store.zone, "1d")
    return int(edges[0]), int(edges[-1])


def _rows_of_days(store: Store, info: SignalInfo, start: int, end: int) -> tuple[Buckets, str]:
    """What the coverage of days is counted from, and its level."""
    level = "1h" if "1h" in info.levels and info.step_us < HOUR else "raw"
    return store.buckets(info.device, info.name, start, end, level), level


def _usual_step(rows: Buckets, level: str, average_us: int) -> int:
    """Step of readings in the usual hour [µs]; a source read faster for days has a lower mean."""
    if level == "raw" or len(rows.count) < 3:
        return average_us
    return max(1, int(level_width(level) / np.median(rows.count)))


def quality_report(store: Store, device: str, signal: str, start: int, end: int) -> pd.DataFrame:
    """Coverage and flagged readings of one signal by whole local day, from its raw readings.

    Raises
    ------
    UnknownDevice, UnknownSignal
    BadWindow : also where the window holds no reading.
    QueryError : too many readings for one look; choose a shorter window.
    """
    info = store.signal(device, signal)
    start, end = _whole_days_around(store, start, end)
    if (end - start) // info.step_us > STATISTICS_LIMIT:
        raise QueryError(f"over {STATISTICS_LIMIT} readings; choose a shorter window")
    ts, value = store.raw(device, signal, start, end)
    kind: Literal["analog", "counter", "state"] = (
        "counter" if info.kind == "counter" else "state" if info.kind == "state" else "analog"
    )
    # The step that `coverage_report` expects, so that both say the same of a day.
    rows, level = _rows_of_days(store, info, start, end)
    step = _usual_step(rows, level, info.step_us)
    return quality.summarise(ts, value, store.zone, kind=kind, expected_step_us=step)


def coverage_grid(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    """Coverage ratio of a device by whole local day; cells of a pack share a row, at their mean.

    Returns
    -------
    frame indexed by signal, or "quantity, pack n (cells)"; a column per day (date).

    Raises
    ------
    UnknownDevice, BadWindow
    """
    infos = store.signals(device)
    start, end = _whole_days_around(store, start, end)
    placed = {
        one.name: one for one in infos
        if one.pack is not None and one.cell is not None and "1d" in one.levels
    }  # fmt: skip
    alone = [one.name for one in infos if one.name not in placed]
    report = coverage_report(store, device, start, end, alone)
    grid = report.pivot(index="signal", columns="day", values="coverage_ratio")
    edges = energy.local_periods(start, end, store.zone, "1d")
    days = quality.local_times(edges[:-1], store.zone).date
    grid = grid.reindex(index=[name for name in alone if name in grid.index], columns=days)
    expected_us = np.diff(np.clip(edges, None, end)).astype(np.float64)
    for quantity in dict.fromkeys(one.quantity for one in placed.values()):
        cells = store.cells(device, quantity, int(edges[0]), end, "1d", "count")
        steps = [one.step_us for one in placed.values() if one.quantity == quantity]
        at = np.searchsorted(edges, cells.ts, side="right") - 1
        expected = expected_us / float(np.median(steps))
        for k, pack in enumerate(cells.packs):
            ratio = np.zeros(len(days))
            known = ~np.isnan(cells.values[:, k, :]).all(axis=0)
            counts = np.nan_to_num(cells.values[:, k, :][:, known])
            ratio[at] = np.minimum(counts / expected[at, None], 1.0).mean(axis=1)
            grid.loc[f"{quantity}, pack {pack} ({int(known.sum())})"] = ratio
    return grid


def storage_report(store: Store) -> pd.DataFrame:
    """Files, rows and bytes by level, raw first."""
    with open_ledger(store.root) as ledger:
        found = storage(ledger)
    order = [name for name in ("raw", *store.rules) if name in found]
    rows = [{"level": name, **found[name]} for name in order]
    return pd.DataFrame(rows, columns=["level", "files", "rows", "bytes"])
