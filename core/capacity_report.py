"""Capacity of a battery's strings from counted charge, beside what else would say one.

Loads with `core.query`, computes with `core.analytics.capacity`. What the readings do not carry is
left out, with a short key that says why (``refusal``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from core.analytics import capacity
from core.analytics.capacity import CapacityEstimate
from core.analytics.projection import Projection, project
from core.analytics.quality import Float, Int
from core.analytics.regimes import Regimes, find_regimes
from core.analytics.trend import middle
from core.analytics.verdicts import Trend, TrendOptions, judge
from core.bess import of_quantity
from core.cell_days import CellDays, load_days
from core.levels import DAY
from core.pack_trends import regime_series
from core.packs import Battery, BatteryString
from core.query import Store
from core.string_readings import Readings, load_readings, why_uncounted

RECENT_DAYS = 60
ENDS_DAYS = 30  # at least so long before the end of a window the ends of the charge are looked at
PRIOR_POINTS = 60
PACE_DAYS = 30  # shorter windows do not tell how many cycles there were before them
MOST_PACE = 1.0  # full cycles per day, where the window does not tell


@dataclass(frozen=True)
class ChargeEnds:
    """Where the ways of the last 60 days ended; NaN where unknown.

    Attributes
    ----------
    low_v, high_v : lowest cell when empty, highest cell when full [V]. charge_ah : between them.
    delta_soc : change of state of charge between them.
    empty_soc : that the BMS sets itself to at the lower cut-off; NaN: 0 is taken for it.
    """

    low_v: float
    high_v: float
    charge_ah: float
    delta_soc: float
    empty_soc: float


NO_ENDS = ChargeEnds(np.nan, np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class StringCapacity:
    """Capacity of one string.

    Attributes
    ----------
    number : of the string, from 1. cells : how many stand in it.
    ledger : a row per way from full to empty or back, see `capacity.Segment`; those refused too.
    recent : estimate from the ways of the last 60 days of the ledger. whole : from all.
    day, value, own : qualifying ways as points of a trend, see `capacity.capacity_points`.
    cycles : equivalent full cycles counted in the window, at each point; NaN if unknown.
    code : regime of each point. trend : verdict on the points [Ah/year]. projection : of them.
    refusal : ``no_current``, ``no_capacity``, ``no_readings``, ``no_anchors``, or None.
    ends : of the ways of `recent`.
    """

    number: int
    cells: int
    ledger: pd.DataFrame
    recent: CapacityEstimate
    whole: CapacityEstimate
    day: Float
    value: Float
    own: Float
    cycles: Float
    code: Int
    trend: Trend
    projection: Projection
    refusal: str | None
    ends: ChargeEnds = NO_ENDS


@dataclass(frozen=True)
class Prior:
    """What a large LFP cell of this age would have left, as capacity [Ah]; a band.

    Attributes
    ----------
    day : days since 1970-01-01. value, low, high : [day], Ah.
    age_days : from commissioning to the first and the last day.
    before_low, before_high : full cycles before the window, of which nothing is recorded: none, or
        as many a day as in the window. The band spans both.
    refusal : ``not_lfp``, ``no_commissioned``, ``commissioned_later``, ``no_cycles``, or None.
    """

    day: Float
    value: Float
    low: Float
    high: Float
    age_days: tuple[float, float]
    before_low: float
    before_high: float
    refusal: str | None


@dataclass(frozen=True)
class CapacityReport:
    """Capacity from counted charge beside what the BMS and the ageing of such cells would say.

    Attributes
    ----------
    strings : one a current. told : ts [µs], soh (0..1) as the BMS tells it; empty without.
    regimes : changes of operation, found or declared, that trends allow an offset for.
    """

    battery: Battery
    start: int
    end: int
    strings: tuple[StringCapacity, ...]
    told: pd.DataFrame
    prior: Prior
    regimes: Regimes


def capacity_report(
    store: Store, device: str, start: int, end: int, declared: tuple[float, ...] = ()
) -> CapacityReport | None:
    """Capacity of every string over a window [µs UTC]; None without cells.

    Parameters
    ----------
    declared : days since 1970-01-01 on which a new regime is known to begin.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    """
    days = load_days(store, device, start, end)
    if days is None:
        return None
    battery = days.battery
    x = days.day.astype(np.float64)
    regimes = Regimes((), days.day)
    if len(x):
        # The way between the cut-offs changes with them; the median SAT voltage moves for less.
        top = {"highest_cell": regime_series(days)["highest_cell"]}
        regimes = find_regimes(x, top, declared)
    strings = tuple(
        _string_capacity(store, days, regimes, number, string, start, end)
        for number, string in enumerate(battery.strings, 1)
    )
    told = _told_soh(store, device, start, end)
    return CapacityReport(
        battery, start, end, strings, told, _prior(store, days), regimes
    )  # fmt: skip


def _string_capacity(
    store: Store,
    days: CellDays,
    regimes: Regimes,
    number: int,
    string: BatteryString,
    start: int,
    end: int,
) -> StringCapacity:
    ledger, ends, refusal = _ledger(store, days.battery, string, start, end)
    x, value, own = capacity.capacity_points(ledger)
    recent = ledger[ledger["end"] > end - RECENT_DAYS * DAY]
    code = np.searchsorted([one.day for one in regimes.changes], x, side="right").astype(np.int64)
    mine = Regimes(regimes.changes, code)
    cycles = _at_days(days, x)
    trend = judge(x, value, mine, options=TrendOptions())
    known = np.isfinite(cycles).all() and len(cycles) > 0
    projection = project(
        x, value, trend, cycles=cycles if known else None, regimes=mine, health="capacity"
    )
    return StringCapacity(
        number, len(string.cells), ledger, capacity.estimate_capacity(recent),
        capacity.estimate_capacity(ledger), x, value, own, cycles, code, trend, projection, refusal,
        ends,
    )  # fmt: skip


def _ledger(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> tuple[pd.DataFrame, ChargeEnds, str | None]:
    """Ways between full and empty, where they end, and why there are none.

    What the BMS sets itself to when empty shows in several discharges only: readings before a
    short window are looked at too, so that a capacity means the same in every window.
    """
    none = capacity.capacity_ledger(np.empty(0, np.int64), np.empty(0), [], 1.0)
    refusal = why_uncounted(battery, string)
    if refusal:
        return none, NO_ENDS, refusal
    begin = min(start, max(min(end, battery.last) - ENDS_DAYS * DAY, battery.first))
    read = load_readings(store, battery, string, begin, end)
    if read is None or np.count_nonzero(read.ts >= start) < 2:
        return none, NO_ENDS, "no_readings"
    anchors = capacity.find_anchors(
        read.ts, read.current, battery.chemistry, battery.capacity_ah,
        cell_max=read.highest, cell_min=read.lowest, soc=read.soc,
    )  # fmt: skip
    ledger = capacity.capacity_ledger(
        read.ts, read.current, anchors, battery.capacity_ah, temp=read.temp
    )
    ledger = ledger[ledger["start"] >= start].reset_index(drop=True)
    recent = ledger[ledger["qualifies"] & (ledger["end"] > end - RECENT_DAYS * DAY)]
    return ledger, _charge_ends(read, anchors, recent), None if len(ledger) else "no_anchors"


def _charge_ends(
    read: Readings, anchors: Sequence[capacity.Anchor], rows: pd.DataFrame
) -> ChargeEnds:
    """Medians over the ends of some ways."""
    if not len(rows):
        return NO_ENDS
    used = {*rows["start"], *rows["end"]}
    volts = {
        end: np.array([values[one.index] for one in anchors if one.end == end and one.time in used])
        for end, values in (("empty", read.lowest), ("full", read.highest))
        if values is not None
    }
    told = {one.soc for one in anchors if one.kind == "cutoff"} - {0.0}
    nothing = float("nan")
    return ChargeEnds(
        float(middle(volts["empty"])) if "empty" in volts else nothing,
        float(middle(volts["full"])) if "full" in volts else nothing,
        float(rows["charge_ah"].abs().median()), float(rows["delta_soc"].median()),
        told.pop() if told else nothing,
    )  # fmt: skip


def _at_days(days: CellDays, x: Float) -> Float:
    """Cycles counted up to each point of time [days since 1970-01-01]."""
    known = np.isfinite(days.cycles)
    if not known.any() or np.nanmax(days.cycles) <= 0:
        return np.full(len(x), np.nan)
    # `cycles` stands at the end of its day
    return np.asarray(np.interp(x, days.day[known] + 1.0, days.cycles[known]))


def _told_soh(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    infos = [one for one in of_quantity(store.signals(device), "soh_bms") if one.rows]
    if not infos:
        return pd.DataFrame({"ts": np.empty(0, np.int64), "soh": np.empty(0)})
    level = "1d" if "1d" in infos[0].levels else "raw"
    rows = store.buckets(device, infos[0].name, start, end, level)
    scale = 0.01 if infos[0].unit == "%" else 1.0
    return pd.DataFrame({"ts": rows.ts, "soh": rows.last * scale})


def _prior(store: Store, days: CellDays) -> Prior:
    """Ageing of such cells since commissioning; cycles before the window lie in a range."""
    battery, none = days.battery, np.empty(0)
    begun = _commissioned(store.device(battery.device).facts.get("commissioned"))
    counted = _at_days(days, np.array([days.day[0], days.day[-1] + 1.0])) if len(days.day) else none
    refusal = (
        "not_lfp" if battery.chemistry.name != "LFP"
        else "no_commissioned" if begun is None
        else "no_cycles" if not len(counted) or not np.isfinite(counted).all()
        else "commissioned_later" if begun > days.day[0]
        else None
    )  # fmt: skip
    nothing = (float("nan"), float("nan"))
    if refusal or begun is None:
        return Prior(none, none, none, none, nothing, *nothing, refusal)
    first, last = float(days.day[0]), float(days.day[-1])
    grid = np.linspace(first, last + 1, PRIOR_POINTS)
    inside = np.interp(grid, days.day + 1.0, days.cycles)
    span = last + 1 - first
    pace = inside[-1] / span if span >= PACE_DAYS else MOST_PACE
    before = pace * (first - begun)
    fresh = capacity.ageing_prior(grid - begun, inside)
    used = capacity.ageing_prior(grid - begun, inside + before)
    size = battery.capacity_ah
    usual = (fresh["value"] + used["value"]) / 2
    return Prior(
        grid, size * usual.to_numpy(), size * used["low"].to_numpy(),
        size * fresh["high"].to_numpy(), (first - begun, last - begun), 0.0, before, None,
    )  # fmt: skip


def _commissioned(told: object) -> float | None:
    """Days since 1970-01-01 of the date that the facts give; None without a date."""
    try:
        return float((date.fromisoformat(str(told)[:10]) - date(1970, 1, 1)).days)
    except ValueError:
        return None
