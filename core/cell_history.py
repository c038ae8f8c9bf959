"""The course of one cell: days, rests, resistance, temperature, and the cells beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from core.analytics.diagnosis import DiagnosisOptions
from core.analytics.quality import Float, Int
from core.analytics.regimes import relative_to
from core.analytics.trend import middle
from core.cell_days import CellDays, load_days, local_days
from core.cell_views import place_cells
from core.levels import HOUR
from core.packs import Battery, BatteryString, flat
from core.query import Store
from core.resistance_report import ResistanceReport
from core.string_readings import why_uncounted
from core.weak_cells import charged_rests, load_hours


@dataclass(frozen=True)
class RestCourse:
    """Charge of each cell against its pack over the rests of one string.

    Attributes
    ----------
    cells : places on the battery's cell axis. empty_ts, full_ts : ends of the rests [µs].
    empty_ah, full_ah : [rest, cell], + is ahead; None where no curve could be read.
    empty_mv, full_mv : the same as voltage [rest, cell]. full_bound : `full_ah` is a lower bound.
    """

    cells: tuple[int, ...]
    empty_ts: Int
    empty_ah: Float | None
    empty_mv: Float
    full_ts: Int
    full_ah: Float | None
    full_mv: Float
    full_bound: np.ndarray | None


@dataclass(frozen=True)
class Histories:
    """All cells over a window, from which `cell_history` takes one.

    Attributes
    ----------
    rests : of each string; empty with `rests_refusal`: ``no_current``, ``no_capacity``,
        ``no_levels``.
    temp : mean of the day [day, cell], °C; None without temperatures of cells.
    """

    days: CellDays
    rests: tuple[RestCourse, ...]
    rests_refusal: str | None
    temp: Float | None


def load_histories(store: Store, device: str, start: int, end: int) -> Histories | None:
    """Days, rests and temperatures of all cells in a window [µs UTC]; None without cells.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    """
    days = load_days(store, device, start, end)
    if days is None:
        return None
    battery = days.battery
    why = next((w for one in battery.strings if (w := why_uncounted(battery, one))), None)
    if why is None and "1h" not in store.signal(device, battery.names[0]).levels:
        why = "no_levels"
    rests: tuple[RestCourse, ...] = ()
    if why is None and len(days.ts):
        rests = tuple(_rest_course(store, battery, one, start, end) for one in battery.strings)
    return Histories(days, rests, why, _daily_temps(store, days))


def _rest_course(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> RestCourse:
    hours = load_hours(store, battery, string, start - start % HOUR, end)
    if not len(hours.ts):
        none, empty = np.empty(0, np.int64), np.empty((0, len(string.cells)))
        return RestCourse(string.cells, none, empty, empty, none, empty, empty, None)
    empties, fulls, _ = charged_rests(store, battery, string, hours, DiagnosisOptions())
    return RestCourse(
        string.cells,
        hours.ts[empties.at] + HOUR, empties.charge, 1000 * empties.ahead,
        hours.ts[fulls.at] + HOUR, fulls.charge, 1000 * fulls.ahead, fulls.bound,
    )  # fmt: skip


def _daily_temps(store: Store, days: CellDays) -> Float | None:
    """Mean temperature of every cell by day [day, cell], °C."""
    battery = days.battery
    infos = [one for one in store.signals(battery.device, "cell_temperature") if one.rows]
    places = {(one.pack, one.cell) for one in infos if "1d" in one.levels}
    if not set(zip(battery.pack, battery.cell, strict=True)) <= places or not len(days.ts):
        return None
    found = store.cells_many(
        battery.device, "cell_temperature", int(days.ts[0]), int(days.ts[-1]) + 1, "1d", ("mean",)
    )["mean"]
    values = flat(found, battery)
    out = np.full((len(days.ts), values.shape[1]), np.nan)
    _, mine, other = np.intersect1d(days.ts, found.ts, return_indices=True)
    out[mine] = values[other]
    return out


@dataclass(frozen=True)
class Neighbour:
    """A cell that stands beside, above or below: its place on the cell axis, and where it is."""

    place: int
    pack: int
    cell: int
    side: str


@dataclass(frozen=True)
class CellHistory:
    """Everything measured of one cell over a window.

    Attributes
    ----------
    place : on the battery's cell axis. day : days since 1970-01-01 [day].
    sat : highest voltage on days of complete charge, incomplete : on the others [V]. low : lowest.
    apart_mv : `sat` against the median of the pack. pack_median : that median [V].
    low_apart_mv : `low` against its median.
    empty_ts, empty_ah, full_ts, full_ah, full_bound : charge against the pack at rest [Ah]; where
        a curve is missing `*_ah` is all NaN. rests_refusal : why there are none.
    ohm_ts, ohm, share : resistance at 25 °C [Ω] and over the pack's, at every step read.
    months : by calendar month of the steps: middle [day], n, share, low, high (95 %, of the mean;
        NaN with fewer than three days).
    temp_apart : mean of the day against the pack's median [K]; None without temperatures.
    neighbours : cells that stand next to it.
    """

    place: int
    pack: int
    cell: int
    day: Int
    sat: Float
    incomplete: Float
    low: Float
    pack_median: Float
    apart_mv: Float
    low_apart_mv: Float
    empty_ts: Int
    empty_ah: Float
    full_ts: Int
    full_ah: Float
    full_bound: np.ndarray
    rests_refusal: str | None
    ohm_ts: Int
    ohm: Float
    share: Float
    months: pd.DataFrame
    temp_apart: Float | None
    neighbours: tuple[Neighbour, ...]


def cell_history(
    histories: Histories, resistances: ResistanceReport | None, pack: int, cell: int
) -> CellHistory:
    """One cell out of the reports on all.

    Raises
    ------
    QueryError : there is no such cell.
    """
    days, battery = histories.days, histories.days.battery
    at = battery.place(pack, cell)
    packs = np.array(battery.pack)
    complete = days.charges.complete
    apart, _ = relative_to(days.valid, packs)
    low_apart, _ = relative_to(days.low, packs)
    valid = days.valid[:, at]
    rest = next((one for one in histories.rests if at in one.cells), None)
    empty_ts, empty_ah, full_ts, full_ah, bound = _own_rests(rest, at)
    ohm_ts, ohm, share = _own_steps(resistances, at)
    temp = None
    if histories.temp is not None:
        temp = relative_to(histories.temp, packs)[0][:, at]
    return CellHistory(
        at, pack, cell, days.day, valid,
        np.where(complete, np.nan, days.sat[:, at]), days.low[:, at],
        valid - apart[:, at], 1000 * apart[:, at], 1000 * low_apart[:, at],
        empty_ts, empty_ah, full_ts, full_ah, bound, histories.rests_refusal,
        ohm_ts, ohm, share, monthly_shares(ohm_ts, share, battery.zone), temp,
        neighbours_of(battery, at),
    )  # fmt: skip


def _own_rests(rest: RestCourse | None, at: int) -> tuple[Int, Float, Int, Float, np.ndarray]:
    if rest is None:
        none, empty = np.empty(0, np.int64), np.empty(0)
        return none, empty, none, empty, np.empty(0, bool)
    column = rest.cells.index(at)

    def of(values: Float | None, count: int) -> Float:
        return np.full(count, np.nan) if values is None else values[:, column]

    bound = np.zeros(len(rest.full_ts), bool)
    if rest.full_bound is not None:
        bound = rest.full_bound[:, column]
    return (
        rest.empty_ts, of(rest.empty_ah, len(rest.empty_ts)),
        rest.full_ts, of(rest.full_ah, len(rest.full_ts)), bound,
    )  # fmt: skip


def _own_steps(report: ResistanceReport | None, at: int) -> tuple[Int, Float, Float]:
    steps = next((one for one in report.steps if at in one.cells), None) if report else None
    if steps is None or report is None:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    column = steps.cells.index(at)
    ohm = steps.ohm[:, column] if report.temperature else np.full(len(steps.ts), np.nan)
    return steps.ts, ohm, steps.share[:, column]


def monthly_shares(ts: Int, share: Float, zone: str) -> pd.DataFrame:
    """Mean of a cell's resistance over its pack's by calendar month, with 95 % interval.

    Steps of a day have its temperature and state of charge in common: the interval is from the
    scatter between days (errors clustered by day, Student's t), and needs three of them.

    Parameters
    ----------
    ts : int64[n] [µs]. share : float64[n].

    Returns
    -------
    DataFrame: day (middle of the steps, days since 1970-01-01), n, share, low, high.
    """
    good = np.isfinite(share)
    day = local_days(ts[good], zone) if good.any() else np.empty(0, np.int64)
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    frame = pd.DataFrame({"month": month, "day": day.astype(np.float64), "share": share[good]})
    grouped = frame.groupby("month", sort=True)
    table = grouped.agg(
        day=("day", "mean"), n=("share", "size"), share=("share", "mean"), days=("day", "nunique")
    )
    frame["off"] = frame["share"] - grouped["share"].transform("mean")
    by_day = frame.groupby(["month", "day"])["off"].sum() ** 2
    days = table.pop("days").to_numpy()
    scatter = np.sqrt(by_day.groupby("month").sum().to_numpy() * days / np.maximum(days - 1, 1))
    half = _student(days) * scatter / table["n"].to_numpy()
    table["low"], table["high"] = table["share"] - half, table["share"] + half
    return table.reset_index(drop=True)


def _student(n: Int) -> Float:
    """Half width of a 95 % interval of a mean of n values, in standard errors."""
    return np.where(n >= 3, stats.t.ppf(0.975, np.maximum(n - 1, 1)), np.nan)


def neighbours_of(battery: Battery, place: int) -> tuple[Neighbour, ...]:
    """Cells of the same pack next to a cell as they stand in rows; ``before`` and ``after`` in its
    row, ``above`` and ``below`` it."""
    pack, cell = np.array(battery.pack), np.array(battery.cell)
    spots = place_cells(pack, cell, battery.rows_per_pack)
    row, column = int(spots.row[place]), int(spots.column[place])
    found = []
    for side, down, right in (
        ("before", 0, -1), ("after", 0, 1), ("above", -1, 0), ("below", 1, 0),
    ):  # fmt: skip
        beside = (spots.row == row + down) & (spots.column == column + right)
        at = np.flatnonzero(beside & (pack == pack[place]))
        if len(at):
            one = int(at[0])
            found.append(Neighbour(one, int(pack[one]), int(cell[one]), side))
    return tuple(found)


def latest_apart(history: CellHistory, days: int = 30) -> float:
    """Median of the SAT voltage against the pack over the last days that have one [mV]."""
    known = np.flatnonzero(np.isfinite(history.apart_mv))
    if not len(known):
        return float("nan")
    recent = known[history.day[known] > history.day[known[-1]] - days]
    return float(middle(history.apart_mv[recent]))
