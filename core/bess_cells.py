"""Cells of a battery system: spread between them, the ones at the ends, time by temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import battery
from core.analytics.battery import Dwell
from core.analytics.quality import Float, Int
from core.bess import of_quantity, scale_of
from core.bess_bands import SOC_TENTHS, nice_width
from core.bess_course import level_for, load_buckets, mean_of
from core.levels import DAY
from core.packs import load_battery, without_still
from core.query import SignalInfo, Store

CELL_VALUES = 400_000  # of all cells of a quantity
MOST_RAW_CELLS = 64
DAILY_US = 10 * DAY  # from here on cells are compared by what they reach in a day


@dataclass(frozen=True)
class CellMatrix:
    """Greatest and least value of every cell at each time; of readings both are the same.

    Attributes
    ----------
    ts : [µs]; high, low : float64[t, cell]; pack, cell : int64[cell]; level : where from.
    """

    ts: Int
    high: Float
    low: Float
    pack: Int
    cell: Int
    level: str
    stands_for: int


def cell_matrix(
    store: Store, device: str, quantity: str, start: int, end: int, *, by_day: bool = False
) -> CellMatrix | None:
    """Values of all cells of a quantity: readings while they are few, else of the finest level.

    None without such signals. `by_day` takes days where they are stored.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    infos = [i for i in store.signals(device, quantity) if i.pack is not None and i.rows]
    infos = sorted((i for i in infos if i.cell is not None), key=lambda i: (i.pack, i.cell))
    if not infos:
        return None
    level = level_for(store, infos[0], start, end, CELL_VALUES // len(infos))
    # Reading signal after signal takes longer than all of them of a level.
    if level == "raw" and len(infos) > MOST_RAW_CELLS:
        level = next((name for name in store.rules if name in infos[0].levels), "raw")
    if by_day and "1d" in infos[0].levels:
        level = "1d"
    pack = np.array([i.pack for i in infos], np.int64)
    cell = np.array([i.cell for i in infos], np.int64)
    if level == "raw":
        return _raw_matrix(store, infos, start, end, pack, cell)
    found = store.cells_many(device, quantity, start, end, level, ("max", "min"))
    one = found["max"]
    place = (
        np.searchsorted(one.packs, pack) * len(one.cells) + np.searchsorted(one.cells, cell)
    )  # fmt: skip
    high, low = (found[c].values.reshape(len(one.ts), -1)[:, place] for c in ("max", "min"))
    return CellMatrix(one.ts, high, low, pack, cell, level, one.stands_for)


def _raw_matrix(
    store: Store, infos: Sequence[SignalInfo], start: int, end: int, pack: Int, cell: Int
) -> CellMatrix:
    """Readings of all cells on all their stamps, each held for up to 2.5 of its steps."""
    rows = [store.raw(info.device, info.name, start, end) for info in infos]
    ts = np.unique(np.concatenate([stamps for stamps, _ in rows]))
    values = np.column_stack([battery.hold_at(*one, ts) for one in rows])
    readings = sum(len(stamps) for stamps, _ in rows)
    return CellMatrix(ts, values, values, pack, cell, "raw", readings)


# --- spread ---------------------------------------------------------------------------------------


Spread = Literal["cell_voltage", "cell_temperature"]
# Quantity of single cells -> what a BMS says of their ends: greatest, least, difference.
OF_CELLS = {
    "cell_voltage": ("cell_voltage_max", "cell_voltage_min", "cell_voltage_spread"),
    "cell_temperature": ("cell_temperature_max", "cell_temperature_min", "cell_temperature_spread"),
}


@dataclass(frozen=True)
class SpreadReport:
    """Spread between cells over a window.

    Attributes
    ----------
    frame : ts [µs] (start), mean, greatest; spread at an instant, by picture column; empty where
        the BMS does not tell it and no readings of the cells are near enough in time.
    source : ``bms``, ``cells`` or empty.
    ends : ts, at_top, at_bottom: spread of the highest and of the lowest values of the cells in
        each bucket of `level`; empty without cells.
    extremes : pack, cell, highest_ratio, lowest_ratio, most often lowest first.
    greatest, greatest_ts : greatest spread at an instant, and when [µs]; NaN, None without.
    cells : number of cells; level, stands_for : what they were taken from.
    unit : of all spreads.
    """

    frame: pd.DataFrame
    source: str
    ends: pd.DataFrame
    extremes: pd.DataFrame
    greatest: float
    greatest_ts: int | None
    cells: int
    level: str
    stands_for: int
    unit: str


def spread_report(
    store: Store, device: str, quantity: Spread, start: int, end: int, points: int = 600
) -> SpreadReport:
    """Spread of cell voltage or temperature: at each instant, and at both ends of the range.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    unit = "V" if quantity == "cell_voltage" else "K"
    matrix = cell_matrix(store, device, quantity, start, end, by_day=end - start >= DAILY_US)
    if quantity == "cell_voltage" and matrix is not None:
        matrix = _moving(store, device, matrix)
    ts, value, source = _instant_spread(store, device, quantity, start, end)
    ends = pd.DataFrame({"ts": [], "at_top": [], "at_bottom": []})
    extremes = pd.DataFrame({"pack": [], "cell": [], "highest_ratio": [], "lowest_ratio": []})
    if matrix is not None and len(matrix.ts):
        found = battery.cell_spread(matrix.high, matrix.low)
        ends = found[["at_top", "at_bottom"]].assign(ts=matrix.ts)
        shares = battery.extreme_cells(matrix.high, matrix.low)
        extremes = shares.assign(pack=matrix.pack, cell=matrix.cell).sort_values(
            ["lowest_ratio", "highest_ratio"], ascending=False, ignore_index=True
        )
        if matrix.level == "raw":  # the cells themselves say more than the BMS does
            ts, value, source = matrix.ts, found["at_top"].to_numpy(), "cells"
            ends = ends.iloc[:0]
    known = np.isfinite(value)
    at = int(np.nanargmax(value)) if known.any() else None
    return SpreadReport(
        _columns(ts[known], value[known], start, end, points), source, ends, extremes,
        float(value[at]) if at is not None else np.nan, int(ts[at]) if at is not None else None,
        len(matrix.cell) if matrix is not None else 0,
        matrix.level if matrix is not None else "raw",
        matrix.stands_for if matrix is not None else 0, unit,
    )  # fmt: skip


def _moving(store: Store, device: str, matrix: CellMatrix) -> CellMatrix:
    """Cells without the days on which their readings stood still."""
    cells = load_battery(store, device, int(matrix.ts[0]) if len(matrix.ts) else None)
    if cells is None or len(cells.names) != len(matrix.cell):
        return matrix
    every = range(len(cells.names))  # both run through pack after pack
    high, low = (
        without_still(cells, every, matrix.ts, values) for values in (matrix.high, matrix.low)
    )
    return replace(matrix, high=high, low=low)


def _instant_spread(
    store: Store, device: str, quantity: str, start: int, end: int
) -> tuple[Int, Float, str]:
    """Spread as the BMS tells it: a difference, or greatest less least."""
    signals = store.signals(device)
    top, bottom, difference = (of_quantity(signals, name)[:1] for name in OF_CELLS[quantity])
    if top and bottom:
        high, low = (load_buckets(store, one[0], start, end) for one in (top, bottom))
        if high[1] == low[1] == "raw":
            ts, upper = high[0].ts, high[0].last
            return ts, upper - battery.hold_at(low[0].ts, low[0].last, ts), "bms"
    if difference:
        rows, _ = load_buckets(store, difference[0], start, end)
        return rows.ts, rows.max, "bms"
    return np.empty(0, np.int64), np.empty(0), ""


def _columns(ts: Int, value: Float, start: int, end: int, points: int) -> pd.DataFrame:
    """Mean and greatest by column of a picture."""
    if not len(ts):
        return pd.DataFrame({"ts": ts, "mean": value, "greatest": value})
    if len(ts) <= points:
        return pd.DataFrame({"ts": ts, "mean": value, "greatest": value})
    width = max((end - start) // points, 1)
    at = (ts - start) // width
    first = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    count = np.diff(np.append(first, len(ts)))
    return pd.DataFrame(
        {
            "ts": start + at[first] * width,
            "mean": np.add.reduceat(value, first) / count,
            "greatest": np.maximum.reduceat(value, first),
        }
    )


# --- time by temperature and SOC ------------------------------------------------------------------


@dataclass(frozen=True)
class Climate:
    """Time by temperature and SOC.

    Attributes
    ----------
    dwell : hours by temperature and SOC (tenths).
    temp_edges : [°C].
    warmest, coldest : of the temperature used [°C].
    source : names of the signals, or ``cell_temperature`` for the mean of all cells.
    missing : ``no_soc``, ``no_temperature``, ``no_readings`` or None.
    """

    dwell: Dwell | None
    temp_edges: Float
    warmest: float
    coldest: float
    source: str
    missing: str | None


def dwell_report(store: Store, device: str, start: int, end: int) -> Climate:
    """Time a system spent by temperature and SOC.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    signals = store.signals(device)
    socs = of_quantity(signals, "soc")
    if not socs:
        return Climate(None, np.empty(0), np.nan, np.nan, "", "no_soc")
    rows, _ = load_buckets(store, socs[0], start, end)
    ts, soc = rows.ts, mean_of(rows) * scale_of(socs[0])
    temps, source = _temperature(store, device, signals, start, end, ts)
    if temps is None:
        return Climate(None, np.empty(0), np.nan, np.nan, "", "no_temperature")
    if not len(ts) or not np.isfinite(temps).any():
        return Climate(None, np.empty(0), np.nan, np.nan, source, "no_readings")
    coldest, warmest = float(np.nanmin(temps)), float(np.nanmax(temps))
    width = max(nice_width(warmest - coldest, 8), 1.0)
    edges = battery.even_edges(coldest, warmest, width)
    found = battery.dwell(
        temps, np.clip(soc, 0, 1), battery.hold_times(ts, end), edges, SOC_TENTHS,
        window_us=end - start,
    )  # fmt: skip
    return Climate(found, edges, warmest, coldest, source, None)


def _temperature(
    store: Store, device: str, signals: Sequence[SignalInfo], start: int, end: int, at: Int
) -> tuple[Float | None, str]:
    """Temperature of the battery at some times: the median of its sensors, or mean of the cells."""
    sensors = of_quantity(signals, "battery_temperature")
    if sensors:
        held = []
        for info in sensors:
            rows, _ = load_buckets(store, info, start, end)
            held.append(battery.hold_at(rows.ts, mean_of(rows), at))
        middle = np.asarray(np.median(held, axis=0), np.float64)
        return middle, ", ".join(info.name for info in sensors)
    matrix = cell_matrix(store, device, "cell_temperature", start, end)
    if matrix is None:
        return None, ""
    known = np.isfinite(matrix.high).sum(axis=1)
    mean = np.nansum((matrix.high + matrix.low) / 2, axis=1) / np.where(known, known, np.nan)
    return battery.hold_at(matrix.ts, mean, at), "cell_temperature"
