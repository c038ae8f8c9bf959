"""Devices by site, and several devices as one: now, and over a window on a common grid.

Loads with `core.query`, computes with `core.analytics.aggregate`. A device without a value is
missing and named, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.aggregate import Aggregate, Over, aggregate, by_group
from core.errors import QueryError
from core.journal_records import SitePlace
from core.levels import DAY, SECOND
from core.measures import measured_devices
from core.query import Device, SignalInfo, Store
from core.signals import canonical_unit
from core.windows import fine_level

PRESENT_STEPS = 4
PRESENT_LEAST_US = 10 * SECOND
GRID_US = tuple(
    size * SECOND for size in (1, 5, 15, 60, 300, 900, 3600, 7200, 21_600)
)  # fmt: skip
# What can be summed over devices of a site, in the order in which it is offered.
OFFERED = (
    "active_power", "grid_power", "load_power", "pv_power", "inverter_power", "battery_power",
    "pcs_power", "pv_dc_power", "auxiliary_power", "soc", "poa_global", "temp_air",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """Devices that stand at one place.

    Attributes
    ----------
    name : empty for devices of which no site is told.
    zone : of the site, or of the store where none is told.
    latitude, longitude : [°], where known.
    """

    name: str
    zone: str
    latitude: float | None
    longitude: float | None
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Present:
    """A quantity over devices and sites at this moment.

    Attributes
    ----------
    unit : canonical unit of all values.
    values : by device, its newest reading if that is of the present, else absent.
    ages : by device, how old its newest reading is [µs]; also of those that are too old.
    missing : devices that measure the quantity and have no reading of the present.
    total : over all devices; NaN where any is missing.
    partial : over those that have a value; NaN where none has.
    sites : by site, the value over its devices, NaN where any is missing.
    signals : the signals of each device; several are summed before.
    """

    quantity: str
    unit: str
    over: Over
    values: dict[str, float]
    ages: dict[str, int]
    missing: tuple[str, ...]
    total: float
    partial: float
    sites: dict[str, float]
    signals: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Course:
    """A quantity over devices and sites in a window.

    Attributes
    ----------
    found : on the grid; its frame has a column per device, `value` and `present`.
    sites : one column per site, NaN where any of its devices has no value.
    step_us : width of a cell of the grid [µs].
    """

    quantity: str
    found: Aggregate
    sites: pd.DataFrame
    step_us: int
    start: int
    end: int


# --- sites --------------------------------------------------------------------------------------


def sites(store: Store) -> list[Site]:
    """Sites by name, those devices last of which none is told.

    A site of the collector's configuration is where that says; any other where the first of its
    devices says that tells it.
    """
    journal = store.journal
    told = journal.sites() if journal is not None else {}
    by_name: dict[str, list[Device]] = {}
    for device in store.devices():
        by_name.setdefault(site_of(device), []).append(device)
    names = sorted(by_name, key=lambda name: (not name, name.casefold()))
    return [_site(name, by_name[name], told.get(name), store.zone) for name in names]


def site_of(device: Device) -> str:
    """Name of the site of a device; empty where none is told."""
    return str(device.facts.get("site", "") or "").strip()


def _site(name: str, devices: Sequence[Device], told: SitePlace | None, zone: str) -> Site:
    def known(key: str) -> Any:
        value = getattr(told, key, None)
        if value is not None or not name:  # devices without a site need not stand together
            return value
        return next(
            (found for one in devices if (found := _fact(one, key)) is not None), None
        )  # fmt: skip

    return Site(
        name, known("zone") or zone, known("latitude"), known("longitude"),
        tuple(one.name for one in devices),
    )  # fmt: skip


def _fact(device: Device, key: str) -> Any:
    """A fact of a place: by itself or within `location`."""
    place = device.facts.get("location")
    inner = place.get(key) if isinstance(place, dict) else None
    return device.facts.get(key, inner)


# --- what can be summed -------------------------------------------------------------------------


def quantities(store: Store) -> list[str]:
    """Quantities that can be taken over devices, those that most devices measure first."""
    counted: dict[str, int] = {}
    for device in _measuring_devices(store):
        for quantity in {one.quantity for one in store.signals(device.name, kind="analog")}:
            counted[quantity] = counted.get(quantity, 0) + 1
    found = [one for one in OFFERED if one in counted]
    return sorted(found, key=lambda one: (-counted[one], OFFERED.index(one)))


def _measuring_devices(store: Store) -> list[Device]:
    """Devices that measure; what a service says of the weather is no reading of the site."""
    return measured_devices(store.devices())


def measuring(store: Store, quantity: str) -> dict[str, tuple[SignalInfo, ...]]:
    """Analog signals of a quantity by device; of one with several units the first unit's."""
    found = {}
    for device in _measuring_devices(store):
        mine = [one for one in store.signals(device.name, quantity, "analog") if one.rows]
        if mine:
            found[device.name] = tuple(one for one in mine if one.unit == mine[0].unit)
    return found


def _fitting(
    signals: dict[str, tuple[SignalInfo, ...]], quantity: str
) -> dict[str, tuple[SignalInfo, ...]]:
    if not signals:
        raise QueryError(f"no device measures {quantity}")
    return signals


# --- now ----------------------------------------------------------------------------------------


def present(store: Store, quantity: str, now: int, over: Over = "sum") -> Present:
    """A quantity over all devices that measure it, at the moment `now` [µs UTC].

    A device's value is its newest reading, at most four of its typical steps or ten seconds
    old; of a device with several signals the sum of theirs, or the mean where a sum means
    nothing (state of charge, temperature).

    Raises
    ------
    QueryError : no device measures it, or their units do not add up.
    """
    every = _fitting(measuring(store, quantity), quantity)
    former = store.journal.former() if store.journal is not None else ()
    signals = {name: mine for name, mine in every.items() if name not in former} or every
    readings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    ages: dict[str, int] = {}
    for name, mine in signals.items():
        newest = [_newest(store, one) for one in mine]
        ages[name] = now - min(ts for ts, _ in newest)
        # Of a single reading no step is known.
        limits = [
            max(PRESENT_STEPS * one.step_us * (one.rows > 1), PRESENT_LEAST_US) for one in mine
        ]
        fresh = all(now - ts <= limit for (ts, _), limit in zip(newest, limits, strict=True))
        value = _together([v for _, v in newest], mine[0]) if fresh else np.nan
        readings[name] = (np.array([now]), np.array([value]))
    units = {name: mine[0].unit for name, mine in signals.items()}
    cell = (1, now, now + 1)  # one cell of the grid: the present
    found = aggregate(readings, units, *cell, over=over, how="last")
    partial = aggregate(readings, units, *cell, over=over, how="last", least=1)
    group_of = {name: site_of(store.device(name)) for name in signals}
    groups = by_group(found, group_of)
    row = found.frame.iloc[0]
    values = {name: float(row[name]) for name in signals if np.isfinite(row[name])}
    return Present(
        quantity, found.unit, over, values, ages, tuple(found.missing()), float(row["value"]),
        float(partial.frame["value"].iloc[0]),
        {str(name): float(groups[name].iloc[0]) for name in groups},
        {name: tuple(one.name for one in mine) for name, mine in signals.items()},
    )  # fmt: skip


def _newest(store: Store, info: SignalInfo) -> tuple[int, float]:
    assert info.last is not None
    ts, value = store.raw(info.device, info.name, info.last, info.last + 1)
    return int(ts[-1]), float(value[-1])


def _together(values: Sequence[float], info: SignalInfo) -> float:
    """Signals of one device as one value."""
    return float(np.sum(values) if adds_up(info.unit) else np.mean(values))


def adds_up(unit: str) -> bool:
    """Whether values of a unit may be summed: powers, energies and currents, not ratios."""
    return canonical_unit(unit)[0] in ("kW", "kWh", "kvar", "kVA", "A")


# --- over a window ------------------------------------------------------------------------------


def course(
    store: Store,
    quantity: str,
    start: int,
    end: int,
    over: Over = "sum",
    *,
    least: int | None = None,
    points: int = 1500,
    devices: Sequence[str] | None = None,
) -> Course:
    """A quantity over devices and sites in [start, end) [µs UTC], means on a common grid.

    The step is the finest of the list that gives at most about `points` cells and is no finer than
    the slowest signal.

    Parameters
    ----------
    least : devices that a cell needs for a value; all that measure the quantity where None.
    devices : names to take; None is all that measure it.

    Raises
    ------
    QueryError : no device measures it, or their units do not add up.
    BadWindow
    """
    every = measuring(store, quantity)
    signals = {n: s for n, s in every.items() if devices is None or n in devices}
    _fitting(signals, quantity)
    step = _grid_step([one for mine in signals.values() for one in mine], end - start, points)
    grid = start // step * step
    series = {name: _device_series(store, mine, (start, end), step, grid)
              for name, mine in signals.items()}  # fmt: skip
    units = {name: mine[0].unit for name, mine in signals.items()}
    found = aggregate(series, units, step, grid, end, over=over, how="mean", least=least)
    group_of = {name: site_of(store.device(name)) for name in signals}
    return Course(quantity, found, by_group(found, group_of), step, start, end)


@dataclass(frozen=True)
class ColumnFigures:
    """Figures of a column of the grid; NaN where no cell counts.

    Attributes
    ----------
    mean, least, most : over the cells that count [unit of the course].
    coverage_ratio : share of all cells in which the column has a value.
    missing : cells in which it has none.
    """

    mean: float
    least: float
    most: float
    coverage_ratio: float
    missing: int


def common_cells(found: Course) -> np.ndarray:
    """Which cells of the grid have a value of every device; figures over these add up."""
    every: np.ndarray = found.found.frame[list(found.found.devices)].notna().all(axis=1).to_numpy()
    return every


def column_figures(values: pd.Series, common: np.ndarray) -> ColumnFigures:
    """Figures of a column over the common cells, or over its own where there are none."""
    column = values.to_numpy(np.float64)
    known = np.isfinite(column)
    counted = column[known & common] if common.any() else column[known]
    share, missing = (float(known.mean()) if len(known) else 0.0), int((~known).sum())
    if not len(counted):
        return ColumnFigures(np.nan, np.nan, np.nan, share, missing)
    mean, least, most = float(counted.mean()), float(counted.min()), float(counted.max())
    return ColumnFigures(mean, least, most, share, missing)


def reach(found: Course) -> tuple[int, int] | None:
    """From when to when any device has a value [µs UTC]; None without one."""
    some = found.found.frame[found.found.frame["present"] > 0].index.to_numpy(np.int64)
    return (int(some[0]), int(some[-1]) + found.step_us) if len(some) else None


def _grid_step(infos: Sequence[SignalInfo], length: int, points: int) -> int:
    slowest = max(info.step_us for info in infos)
    fit = [step for step in GRID_US if step >= slowest * 0.99 and length / step <= points]
    return (
        fit[0] if fit else max(GRID_US[-1], -(-slowest // DAY) * DAY if slowest > DAY // 4 else 0)
    )


def _device_series(
    store: Store, infos: Sequence[SignalInfo], window: tuple[int, int], step: int, grid: int
) -> tuple[np.ndarray, np.ndarray]:
    """Means of a device on the grid; a cell that any of its signals lacks has none."""
    start, end = window
    total: pd.Series | None = None
    for info in infos:
        level = fine_level(store, info, start, end, min(step, GRID_US[-1]))
        rows = store.buckets(info.device, info.name, start, end, level)
        cell = (rows.ts - grid) // step
        sums = pd.DataFrame({"sum": rows.sum, "count": rows.count}).groupby(cell).sum()
        mean = sums["sum"] / sums["count"]
        total = mean if total is None else total + mean  # NaN where either has none
    assert total is not None
    if len(infos) > 1 and not adds_up(infos[0].unit):
        total = total / len(infos)
    total = total.dropna()
    cells = total.index.to_numpy(np.int64)
    # A bucket that begins before the window stands in its first cell.
    return grid + np.maximum(cells, 0) * step, total.to_numpy(np.float64)
