"""What pictures of cells need beside `core.packs`: one value a cell and day, places, regions.

Matrices are [day, cell] on the battery's flat cell axis; NaN is no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.diagnosis import Diagnosis, DiagnosisOptions
from core.analytics.quality import Bool, Float, Int
from core.analytics.regimes import relative_to
from core.analytics.trend import middle
from core.cell_days import CellDays, load_days, local_days
from core.packs import Battery, load_battery
from core.query import Store

Field = Literal["sat", "low", "temperature"]
FIELDS: tuple[Field, ...] = ("sat", "low", "temperature")
# Colours end where all but this share of the values lie; the rest is told in figures.
BEYOND = 0.01


@dataclass(frozen=True)
class CellField:
    """A daily value of each cell.

    Attributes
    ----------
    day : numbers of the local days [day]. values : [day, cell], in `unit`.
    away : the same less the median of the pack, in `away_unit`.
    complete : whether the day counts: its charge was complete, or that does not matter [day].
    reason : why not, else empty [day]. stands_for : readings.
    """

    field: Field
    unit: str
    away_unit: str
    day: Int
    values: Float
    away: Float
    complete: Bool
    reason: NDArray[np.str_]
    stands_for: int


def has_temperatures(store: Store, battery: Battery) -> bool:
    """Whether single cells of the battery have a temperature by the day."""
    return any(
        one.rows and None not in (one.pack, one.cell) and "1d" in one.levels
        for one in store.signals(battery.device, "cell_temperature")
    )


def load_field(
    store: Store, device: str, field: Field, start: int | None = None, end: int | None = None
) -> CellField | None:
    """A daily value of each cell in a window [µs UTC]; None without cells.

    ``sat`` is the highest voltage of the day, ``low`` the lowest, ``temperature`` the highest.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    UnknownSignal : no cell has a temperature.
    """
    battery = load_battery(store, device)
    if battery is None:
        return None
    pack = np.array(battery.pack)
    if field == "temperature":
        found = store.cells(device, "cell_temperature", start, end, "1d", "max")
        values = _placed(found.values, found.packs, found.cells, battery)
        away, _ = relative_to(values, pack)
        everyday = np.ones(len(found.ts), bool)
        return CellField(
            field, found.unit, "K", local_days(found.ts, battery.zone), values, away, everyday,
            np.full(len(everyday), "", dtype="<U12"), found.stands_for,
        )  # fmt: skip
    days = load_days(store, device, start, end)
    assert days is not None
    values = days.sat if field == "sat" else days.low
    away, _ = relative_to(values, pack)
    counts = days.charges.complete if field == "sat" else np.ones(len(days.day), bool)
    reason = np.where(counts, "", days.charges.reason)
    return CellField(
        field, "V", "mV", days.day, values, 1000 * away, counts, reason, days.stands_for
    )


def _placed(values: Float, packs: Sequence[int], cells: Sequence[int], battery: Battery) -> Float:
    """[t, pack, cell] on the flat axis; cells without a sensor of their own stay NaN."""
    out = np.full((len(values), len(battery.names)), np.nan)
    pack_at = {pack: i for i, pack in enumerate(packs)}
    cell_at = {cell: i for i, cell in enumerate(cells)}
    for place, (pack, cell) in enumerate(zip(battery.pack, battery.cell, strict=True)):
        if pack in pack_at and cell in cell_at:
            out[:, place] = values[:, pack_at[pack], cell_at[cell]]
    return out


def colour_limits(values: Float, *, centred: bool, least: float) -> tuple[float, float] | None:
    """Ends of a colour scale: all but the outermost values lie inside; None without values.

    Parameters
    ----------
    centred : symmetric about zero. least : width at least, from the centre [unit of values].
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    if centred:
        limit = max(float(np.quantile(np.abs(finite), 1 - BEYOND)), least)
        return -limit, limit
    low, high = (float(edge) for edge in np.quantile(finite, [BEYOND / 2, 1 - BEYOND / 2]))
    if high - low < 2 * least:
        low, high = (low + high) / 2 - least, (low + high) / 2 + least
    return low, high


@dataclass(frozen=True)
class Places:
    """Where each cell stands in the picture of a battery.

    Attributes
    ----------
    row, column : of each cell, counted from the upper left [cell].
    packs : number, first row and first column of each pack.
    rows, columns : size of the whole picture.
    """

    row: Int
    column: Int
    packs: tuple[tuple[int, int, int], ...]
    rows: int
    columns: int


def place_cells(pack: Int, cell: Int, rows_per_pack: int, most_rows: int = 24) -> Places:
    """Cells of a pack in rows of equal length, packs below one another.

    Where that would be more than `most_rows` rows, packs stand side by side as well.
    """
    numbers = [int(one) for one in np.unique(pack)]
    longest = max(int((pack == one).sum()) for one in numbers)
    rows = min(max(rows_per_pack, 1), longest)
    width = -(-longest // rows)
    beside = min(len(numbers), max(1, -(-len(numbers) * rows // most_rows)))
    row, column = np.zeros(len(pack), np.int64), np.zeros(len(pack), np.int64)
    corners = []
    for index, number in enumerate(numbers):
        mine = np.flatnonzero(pack == number)
        order = np.argsort(np.argsort(cell[mine], kind="stable"), kind="stable")
        down, right = divmod(index, beside)
        top, left = down * (rows + 1), right * (width + 1)
        row[mine], column[mine] = top + order // width, left + order % width
        corners.append((number, top, left))
    lines = -(-len(numbers) // beside)
    return Places(row, column, tuple(corners), lines * (rows + 1) - 1, beside * (width + 1) - 1)


def row_choices(cells: int) -> list[int]:
    """Numbers of rows in which so many cells stand without a gap."""
    return [rows for rows in range(1, cells + 1) if cells % rows == 0]


# --- days -------------------------------------------------------------------------------------


def calendar_of_charges(days: CellDays) -> pd.DataFrame:
    """Every day from the first to the last: ``complete``, why it is not, or ``no_data``.

    Returns
    -------
    day (number of the local day), state (``complete``, ``soc_low``, ``voltage_low``, ``no_charge``,
    ``no_data``).
    """
    if not len(days.day):
        return pd.DataFrame({"day": np.empty(0, np.int64), "state": np.empty(0, dtype=object)})
    every = np.arange(days.day[0], days.day[-1] + 1)
    state = np.full(len(every), "no_data", dtype="<U12")
    state[days.day - days.day[0]] = np.where(days.charges.complete, "complete", days.charges.reason)
    return pd.DataFrame({"day": every, "state": state})


@dataclass(frozen=True)
class PackCourse:
    """SAT voltage of one pack by day: median, least and greatest of its cells [day], V."""

    pack: int
    median: Float
    low: Float
    high: Float


def pack_courses(valid: Float, pack: Int) -> list[PackCourse]:
    """Course of each pack from valid values [day, cell]; NaN where a day has none."""
    courses = []
    for number in np.unique(pack):
        mine = valid[:, pack == number]
        there = np.isfinite(mine).any(axis=1)
        low = np.where(there, np.where(np.isfinite(mine), mine, np.inf).min(axis=1), np.nan)
        high = np.where(there, np.where(np.isfinite(mine), mine, -np.inf).max(axis=1), np.nan)
        courses.append(PackCourse(int(number), middle(mine, axis=1), low, high))
    return courses


# --- limits of faults -------------------------------------------------------------------------


@dataclass(frozen=True)
class FaultLimits:
    """From where a departure is a fault, as `core.analytics.diagnosis` applies it.

    Attributes
    ----------
    empty_ah : either way when empty. full_ah : ahead when full. short_ah : empty less full.
    drift_ah_day, resistance_ratio : of the drift and of the resistance over the pack's, less one.
    """

    empty_ah: float
    full_ah: float
    short_ah: float
    drift_ah_day: float
    resistance_ratio: float


def fault_limits(found: Diagnosis, options: DiagnosisOptions, capacity_ah: float) -> FaultLimits:
    """Limits of one diagnosis: the threshold, or so many standard deviations of healthy cells.

    A spread that is not known gives an infinite limit: nothing is found there.
    """

    def beyond(name: str, least: float) -> float:
        spread = found.spread.get(name, float("nan"))
        return max(least, options.sigmas * spread) if np.isfinite(spread) else float("inf")

    charge = options.charge_ratio * capacity_ah
    return FaultLimits(
        beyond("empty_ah", charge),
        beyond("full_ah", charge),
        beyond("capacity_ah", charge),
        beyond("drift_ah_day", options.drift_ratio_day * capacity_ah),
        beyond("resistance_ratio", options.resistance_ratio),
    )
