"""Capacity, resistance and incremental capacity of a battery's cells, and the course of one cell.

Loads with `core.query`, computes with `core.analytics`, hands back what PackPulse shows. What the
readings do not carry is left out, with a short key that says why (``refusal``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from core.analytics import capacity, ica, resistance
from core.analytics.capacity import CapacityEstimate
from core.analytics.diagnosis import DiagnosisOptions
from core.analytics.ica import IcaCurve, IcaRules
from core.analytics.projection import Projection, project
from core.analytics.quality import Float, Int
from core.analytics.regimes import Regimes, find_regimes, relative_to
from core.analytics.resistance import Conditions, StepRules, Steps
from core.analytics.trend import middle
from core.analytics.verdicts import Trend, TrendOptions, judge
from core.bess import of_quantity
from core.cell_views import place_cells
from core.levels import DAY, HOUR, parse_rules
from core.pack_trends import regime_series
from core.packs import (
    Battery,
    BatteryString,
    CellDays,
    charged_rests,
    flat,
    load_battery,
    load_days,
    load_hours,
    local_days,
)
from core.query import SignalInfo, Store

RAW_MOST = 2_000_000  # readings of one signal that are counted one by one
CELLS_MOST = 4_000_000  # readings of single cells taken where no highest and lowest cell is told
HELD_US = HOUR // 4  # how long a reading of a slower signal stands at most
RECENT_DAYS = 60
ENDS_DAYS = 30  # at least so long before the end of a window the ends of the charge are looked at
OLDER_DAYS_READ, RECENT_DAYS_READ = 8, 6
AROUND_US = 3 * 60_000_000  # readings before and after the steps of a day
POOLED = 10  # curves at either end of a window that are drawn
PRIOR_POINTS = 60
PACE_DAYS = 30  # shorter windows do not tell how many cycles there were before them
MOST_PACE = 1.0  # full cycles per day, where the window does not tell


# --- readings of a string ----------------------------------------------------------------------


@dataclass(frozen=True)
class Readings:
    """What one string did, on the stamps of its current.

    Attributes
    ----------
    current : [A], charge +. highest, lowest : cell [V], None where unknown. soc : 0..1 or None.
    temp : of the cells [°C] or None. volts : of the string [V] or None.
    """

    ts: Int
    current: Float
    highest: Float | None
    lowest: Float | None
    soc: Float | None
    temp: Float | None
    volts: Float | None


def load_readings(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> Readings | None:
    """Current of a string with what stands beside it; None without a current.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    if string.current is None:
        return None
    ts, current = _course(store, store.signal(battery.device, string.current), start, end, "mean")
    signals = store.signals(battery.device)
    told = {
        name: _of_string(battery, string, signals, *quantities)
        for name, quantities in {
            "max": ("cell_voltage_max",), "min": ("cell_voltage_min",), "mean": (
                "battery_temperature", "pack_temperature"),
        }.items()
    }  # fmt: skip
    ends = {
        name: _held(store, told[name], ts, start, end, name) for name in ("max", "min")
    }  # fmt: skip
    if any(one is None for one in ends.values()):
        ends = _extremes(store, battery, string, ts, start, end)
    soc = store.signal(battery.device, battery.soc) if battery.soc else None
    level = _held(store, soc, ts, start, end, "last")
    return Readings(
        ts, current, ends["max"], ends["min"],
        None if level is None else level * battery.soc_scale,
        _held(store, told["mean"], ts, start, end, "mean", 2 * HOUR),
        _held(store, string_voltage(battery, string, signals), ts, start, end, "mean"),
    )  # fmt: skip


def _of_string(
    battery: Battery, string: BatteryString, signals: Sequence[SignalInfo], *quantities: str
) -> SignalInfo | None:
    """The signal of a quantity that is about this string: of its pack, or of the whole battery."""
    packs = {battery.pack[place] for place in string.cells}
    for one in of_quantity(signals, *quantities):
        whole = one.pack is None and len(battery.strings) == 1
        if one.rows and one.cell is None and (whole or packs == {one.pack}):
            return one
    return None


def string_voltage(
    battery: Battery, string: BatteryString, signals: Sequence[SignalInfo]
) -> SignalInfo | None:
    """The signal of a string's own voltage, None without."""
    return _of_string(battery, string, signals, "battery_voltage", "pack_voltage")


def _course(store: Store, info: SignalInfo, start: int, end: int, column: str) -> tuple[Int, Float]:
    """Readings of a signal, or buckets of five minutes or less where there are too many."""
    fine = [one for one in parse_rules(",".join(store.rules)) if one.width_us <= HOUR // 12]
    stored = [one.name for one in fine if one.name in info.levels]
    spanned = max((info.last or 0) - (info.first or 0), 1)
    inside = max(min(end, (info.last or 0) + 1) - max(start, info.first or 0), 0)
    if not stored or info.rows * (inside / spanned) <= RAW_MOST:
        return store.raw(info.device, info.name, start, end)
    rows = store.buckets(info.device, info.name, start, end, stored[0])
    values = rows.sum / np.maximum(rows.count, 1) if column == "mean" else getattr(rows, column)
    return rows.ts, values


def _held(
    store: Store,
    info: SignalInfo | None,
    ts: Int,
    start: int,
    end: int,
    column: str,
    longest: int = HELD_US,
) -> Float | None:
    """A signal at `ts`, each reading standing for its usual step and no longer than `longest`."""
    if info is None or not info.rows:
        return None
    stamps, values = _course(store, info, start, end, column)
    if not len(stamps):
        return None
    usual = int(np.median(np.diff(stamps))) if len(stamps) > 1 else longest
    return capacity.hold(ts, stamps, values, min(max(2 * usual, HOUR // 12), longest))


def _extremes(
    store: Store, battery: Battery, string: BatteryString, ts: Int, start: int, end: int
) -> dict[str, Float | None]:
    """Highest and lowest cell from the cells themselves, where they are few enough to read."""
    names = [battery.names[place] for place in string.cells]
    infos = [store.signal(battery.device, name) for name in names]
    share = min(1.0, (end - start) / max(battery.last - battery.first, 1))
    if sum(info.rows for info in infos) * share > CELLS_MOST:
        return {"max": None, "min": None}
    stamps, volts = store.readings_of(battery.device, names, [(start, end)])
    if not len(stamps):
        return {"max": None, "min": None}
    known = np.isfinite(volts)
    highest = np.where(known, volts, -np.inf).max(axis=1)
    lowest = np.where(known, volts, np.inf).min(axis=1)
    return {
        "max": capacity.hold(ts, stamps, np.where(known.any(axis=1), highest, np.nan), HELD_US),
        "min": capacity.hold(ts, stamps, np.where(known.any(axis=1), lowest, np.nan), HELD_US),
    }


def _cannot(battery: Battery, string: BatteryString) -> str | None:
    """Why a string's charge cannot be counted, or None."""
    if string.current is None:
        return "no_current"
    if not np.isfinite(battery.capacity_ah) or battery.capacity_ah <= 0:
        return "no_capacity"
    return None


# --- capacity ----------------------------------------------------------------------------------


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
    refusal = _cannot(battery, string)
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


# --- resistance --------------------------------------------------------------------------------


@dataclass(frozen=True)
class StringSteps:
    """Resistance of a string's cells at steps of its current.

    Attributes
    ----------
    ts : [step], µs. ohm : at 25 °C and half charge [step, cell], Ω. share : of the median of the
        cell's pack in the same step [step, cell]. cells : places on the battery's cell axis.
    conditions : how resistance moves with temperature and SOC.
    """

    ts: Int
    ohm: Float
    share: Float
    cells: tuple[int, ...]
    conditions: Conditions


@dataclass(frozen=True)
class ResistanceReport:
    """Resistance of every cell from steps of the current on days spread over the window.

    Attributes
    ----------
    table : a row a cell: pack, cell, ohm, low, high, pack_median [Ω at 25 °C], relative,
        relative_low, relative_high (to the pack's median), n, refusal, growth, growth_low,
        growth_high (share per year), weeks, span_days, growth_refusal.
    steps : of each string. steps_seen : in all of the window, by the current alone.
    days_read : days whose readings were taken.
    temperature : ``cells``, ``battery``, or empty: then only `relative` is known.
    refusal : ``no_current``, ``no_capacity``, ``no_soc``, ``no_readings``, ``no_steps``, or None.
    """

    battery: Battery
    start: int
    end: int
    table: pd.DataFrame
    steps: tuple[StringSteps, ...]
    steps_seen: int
    days_read: int
    temperature: str
    refusal: str | None


def resistance_report(store: Store, device: str, start: int, end: int) -> ResistanceReport | None:
    """Resistance of all cells at 25 °C, against their pack, and its growth; None without cells.

    Readings are taken on some of the days that have steps: densely over the last 60, which the
    level is of, and spread over those before.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    battery = load_battery(store, device)
    if battery is None:
        return None

    def refused(why: str, seen: int = 0) -> ResistanceReport:
        return ResistanceReport(battery, start, end, pd.DataFrame(), (), seen, 0, "", why)

    why = next((w for one in battery.strings if (w := _cannot(battery, one))), None)
    if why or battery.soc is None:
        return refused(why or "no_soc")
    temps, source = _hourly_temps(store, battery, start, end)
    tables, found, seen, read_days = [], [], 0, 0
    for string in battery.strings:
        at, spans = _step_spans(store, battery, string, start, end)
        seen, read_days = seen + at, max(read_days, len(spans))
        steps = _steps(store, battery, string, spans, temps)
        if steps is None or not len(steps.ts):
            continue
        pack = np.array(battery.pack)[list(string.cells)]
        conditions = resistance.fit_conditions(steps)
        table = resistance.cell_resistance(steps, pack, conditions)
        table.insert(1, "cell", np.array(battery.cell)[list(string.cells)])
        tables.append(table.set_index(pd.Index(string.cells)))
        ohm = resistance.at_reference(steps, conditions)
        found.append(
            StringSteps(steps.ts, ohm, _shares(ohm, pack), string.cells, conditions)
        )  # fmt: skip
    if not tables:
        return refused("no_steps", seen)
    table = pd.concat(tables).sort_index()
    if not source:
        table[["ohm", "low", "high", "pack_median"]] = np.nan
        table[["growth", "growth_low", "growth_high"]] = np.nan
        table["growth_refusal"] = "no_temperature"
    return ResistanceReport(
        battery, start, end, table, tuple(found), seen, read_days, source, None
    )  # fmt: skip


def _shares(ohm: Float, pack: Int) -> Float:
    """Each cell over the median of its pack, step by step."""
    apart, _ = relative_to(ohm, pack)
    return np.asarray(ohm / (ohm - apart))


def _step_spans(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> tuple[int, list[tuple[int, int]]]:
    """Number of steps that may qualify, and the parts of chosen days that hold some."""
    read = _current_and_soc(store, battery, string, start, end)
    if read is None:
        return 0, []
    ts, current, soc = read
    rules = StepRules()
    at = resistance.current_steps(ts, current, battery.capacity_ah, rules)
    at = at[at > 0]
    calm = np.abs(current[at] - current[at - 1]) <= rules.steady_rate * battery.capacity_ah
    near = ts[at] - ts[at - 1] <= rules.max_step_us
    inside = (soc[at] >= rules.soc_low) & (soc[at] <= rules.soc_high)
    at = at[calm & near & inside]
    if not len(at):
        return 0, []
    day = ts[at] // DAY
    recent = day > day[-1] - RECENT_DAYS
    chosen = [*pick_days(day[~recent], OLDER_DAYS_READ), *pick_days(day[recent], RECENT_DAYS_READ)]
    spans = [
        (int(ts[at[day == one][0]]) - AROUND_US, int(ts[at[day == one][-1]]) + 2 * AROUND_US)
        for one in chosen
    ]
    return len(at), _apart(spans)


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time in spans that do not overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def by_month(spans: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Spans in the order of time, those that begin in one month together.

    A store keeps a month in a file: asked so, each is searched for its own spans only.
    """
    months = np.array([start for start, _ in spans], "datetime64[us]").astype("datetime64[M]")
    return [
        [span for span, own in zip(spans, months, strict=True) if own == month]
        for month in np.unique(months)
    ]


def _current_and_soc(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> tuple[Int, Float, Float] | None:
    """Raw current with the SOC beside it; None without either."""
    if string.current is None or battery.soc is None:
        return None
    ts, current = store.raw(battery.device, string.current, start, end)
    stamps, level = store.raw(battery.device, battery.soc, start, end)
    if len(ts) < 3 or not len(stamps):
        return None
    soc = capacity.hold(ts, stamps, level * battery.soc_scale, HELD_US)
    return ts, current, soc


def pick_days(day: Int, most: int) -> list[int]:
    """At most so many days, spread evenly: of each equal stretch the day with most entries.

    Parameters
    ----------
    day : int64[n] ascending, the day of each entry.
    """
    if not len(day):
        return []
    days, count = np.unique(day, return_counts=True)
    width = (int(days[-1]) - int(days[0]) + 1) / most
    stretch = ((days - days[0]) / width).astype(np.int64)
    return [
        int(days[part][np.argmax(count[part])])
        for one in np.unique(stretch)
        if (part := stretch == one).any()
    ]


def _hourly_temps(
    store: Store, battery: Battery, start: int, end: int
) -> tuple[tuple[Int, Float] | None, str]:
    """Temperature by the hour [°C]: of every cell [hour, cell], else of the battery [hour, 1]."""
    signals = store.signals(battery.device)
    places = set(zip(battery.pack, battery.cell, strict=True))
    mine = [
        one for one in signals
        if one.quantity == "cell_temperature" and one.rows and (one.pack, one.cell) in places
    ]  # fmt: skip
    if len(mine) == len(places) and all("1h" in one.levels for one in mine):
        found = store.cells_many(battery.device, "cell_temperature", start, end, "1h", ("mean",))
        return (found["mean"].ts, flat(found["mean"], battery)), "cells"
    for one in of_quantity(signals, "battery_temperature", "pack_temperature"):
        if one.rows and one.cell is None and "1h" in one.levels:
            rows = store.buckets(battery.device, one.name, start, end, "1h")
            return (rows.ts, (rows.sum / rows.count)[:, None]), "battery"
    return None, ""


def _steps(
    store: Store,
    battery: Battery,
    string: BatteryString,
    spans: Sequence[tuple[int, int]],
    temps: tuple[Int, Float] | None,
) -> Steps | None:
    """Resistance at the steps within some spans."""
    if not spans or string.current is None or battery.soc is None:
        return None
    names = [battery.names[place] for place in string.cells]
    parts = [store.readings_of(battery.device, names, one) for one in by_month(spans)]
    ts, volts = (np.concatenate(part) for part in zip(*parts, strict=True))
    read = _current_and_soc(store, battery, string, spans[0][0], spans[-1][1])
    if len(ts) < 3 or read is None:
        return None
    stamps, amps, level = read
    current = capacity.hold(ts, stamps, amps, StepRules().max_step_us)
    soc = capacity.hold(ts, stamps, level, StepRules().max_step_us)
    temp = np.full(volts.shape, resistance.REFERENCE_TEMP)
    if temps is not None and len(temps[0]):
        hour = np.searchsorted(temps[0], ts, side="right") - 1
        fresh = (hour >= 0) & (ts - temps[0][hour] < 2 * HOUR)
        values = temps[1][:, list(string.cells)] if temps[1].shape[1] > 1 else temps[1]
        temp = np.where(fresh[:, None], values[hour], np.nan) + np.zeros(volts.shape)
    return resistance.step_resistance(ts, current, volts, soc, temp, battery.capacity_ah)


# --- incremental capacity ----------------------------------------------------------------------


@dataclass(frozen=True)
class IcaDirection:
    """Curves of one string in one direction.

    Attributes
    ----------
    string : number, from 1. direction : ``discharge`` or ``charge``. series : cells in series.
    seen : ways in that direction; refused : reason -> how many of them.
    curves : of those that carry one. first, last : the ten earliest and latest, pooled; None with
        fewer than two curves (`last` is None with fewer than 20).
    peaks : followed over time, see `ica.track_peaks`. expected : of the pooled curve.
    trends : verdict on the position of each peak [V/year].
    dva_ah, dva : charge below full by the SOC [Ah] and dV/dQ [V/Ah] of a cell: mean of the first
        and of the last ten; empty without SOC.
    """

    string: int
    direction: str
    series: int
    seen: int
    refused: dict[str, int]
    curves: tuple[IcaCurve, ...]
    first: IcaCurve | None
    last: IcaCurve | None
    peaks: pd.DataFrame
    expected: pd.DataFrame
    trends: tuple[Trend, ...]
    dva_ah: Float
    dva: tuple[Float, ...]


@dataclass(frozen=True)
class IcaReport:
    """dQ/dV and dV/dQ of the string voltage over its cells.

    Attributes
    ----------
    directions : of each string, the direction with more curves first.
    refusal : ``no_current``, ``no_capacity``, ``no_voltage``, ``voltage_scale`` (the voltage is
        not that of so many cells in series), ``no_readings``, or None.
    """

    battery: Battery
    start: int
    end: int
    directions: tuple[IcaDirection, ...]
    rules: IcaRules
    refusal: str | None


def ica_report(store: Store, device: str, start: int, end: int) -> IcaReport | None:
    """Incremental capacity over a window [µs UTC]; None without cells.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    battery = load_battery(store, device)
    if battery is None:
        return None
    rules = IcaRules()
    found: list[IcaDirection] = []
    refusal: str | None = None
    for number, string in enumerate(battery.strings, 1):
        parts, why = _string_ica(store, battery, number, string, start, end, rules)
        found += parts
        refusal = refusal or why
    return IcaReport(
        battery, start, end, tuple(found), rules, None if found else refusal
    )  # fmt: skip


def series_cells(store: Store, battery: Battery, string: BatteryString) -> int:
    """Cells in series in a string: told, else its cells by the number of parallel strings."""
    facts = store.device(battery.device).facts
    told, parallel = facts.get("series_cells"), facts.get("parallel_strings", 1)
    if len(battery.strings) == 1 and isinstance(told, int | float) and told >= 1:
        return round(told)
    divided = len(battery.strings) == 1 and isinstance(parallel, int | float) and parallel >= 1
    return max(1, round(len(string.cells) / (parallel if divided else 1)))


def _string_ica(
    store: Store,
    battery: Battery,
    number: int,
    string: BatteryString,
    start: int,
    end: int,
    rules: IcaRules,
) -> tuple[list[IcaDirection], str | None]:
    why = _cannot(battery, string)
    info = string_voltage(battery, string, store.signals(battery.device))
    if why or info is None or string.current is None:
        return [], why or "no_voltage"
    ts, current = _course(store, store.signal(battery.device, string.current), start, end, "mean")
    volts = _held(store, info, ts, start, end, "mean")
    if len(ts) < 3 or volts is None or not np.isfinite(volts).any():
        return [], "no_readings"
    series = series_cells(store, battery, string)
    volts = volts / series
    info = store.signal(battery.device, battery.soc) if battery.soc else None
    soc = _held(store, info, ts, start, end, "last")
    level = np.full(len(ts), np.nan) if soc is None else soc * battery.soc_scale
    if not battery.chemistry.v_min < np.nanmedian(volts) < battery.chemistry.v_max:
        return [], "voltage_scale"
    charge = capacity.coulomb_count(ts, current, rules.max_step_us).charge_ah
    segments = ica.low_rate_segments(ts, current, battery.capacity_ah, rules)
    ways = {"discharge": [], "charge": []}  # type: dict[str, list[slice]]
    for first, last in segments:
        # runs that move next to nothing are no way worth naming
        if abs(charge[last] - charge[first]) >= 0.05 * battery.capacity_ah:
            name = "charge" if current[first] > 0 else "discharge"
            ways[name].append(slice(first, last + 1))
    parts = [
        _direction(number, name, series, (ts, current, charge, volts, level), rows, battery, rules)
        for name, rows in ways.items()
    ]
    return sorted(parts, key=lambda one: -len(one.curves)), None


def _direction(
    number: int,
    name: str,
    series: int,
    read: tuple[Int, Float, Float, Float, Float],
    ways: Sequence[slice],
    battery: Battery,
    rules: IcaRules,
) -> IcaDirection:
    """Curves, peaks and verdicts of the ways in one direction; `read` is by reading: time, current,
    charge, voltage of a cell, SOC."""
    ts, current, charge, volts, soc = read
    curves: list[IcaCurve] = []
    slopes: list[tuple[Float, Float]] = []
    refused: Counter[str] = Counter()
    for rows in ways:
        made = ica.incremental_capacity(
            ts[rows], current[rows], charge[rows], volts[rows], battery.capacity_ah, rules
        )
        if isinstance(made, str):
            refused[made] += 1
            continue
        curves.append(made)
        moved, slope = ica.differential_voltage(charge[rows], volts[rows], battery.capacity_ah)
        sign = 1.0 if name == "discharge" else -1.0
        slopes.append(((1 - soc[rows][0]) * battery.capacity_ah + sign * moved, slope))
    several = len(curves) > 1
    peaks = ica.track_peaks(curves, rules=rules)
    pooled = ica.pool_curves(curves) if several else None
    expected = ica.find_ica_peaks(pooled, rules) if pooled else pd.DataFrame()
    dva_ah, dva = _mean_slopes(slopes, battery.capacity_ah)
    return IcaDirection(
        number, name, series, len(ways), dict(refused), tuple(curves),
        ica.pool_curves(curves[:POOLED]) if several else None,
        ica.pool_curves(curves[-POOLED:]) if len(curves) >= 2 * POOLED else None,
        peaks, expected, _peak_trends(peaks, len(expected)), dva_ah, dva,
    )  # fmt: skip


def _peak_trends(peaks: pd.DataFrame, count: int) -> tuple[Trend, ...]:
    """Verdict on the position of each peak [V/year]."""
    found = []
    for number in range(count):
        mine = peaks[peaks["peak"] == number]
        day = mine["time"].to_numpy(np.float64) / DAY
        found.append(judge(day, mine["position"].to_numpy(np.float64), options=TrendOptions()))
    return tuple(found)


def _mean_slopes(
    slopes: Sequence[tuple[Float, Float]], nominal_ah: float
) -> tuple[Float, tuple[Float, ...]]:
    """dV/dQ over charge below full: mean of the first curves and of the last, if there are enough.

    A curve counts without its ends, where the current had just begun or was about to end; a mean
    is told where half of the curves reach.
    """
    known = [(x[2:-1], y[2:-1]) for x, y in slopes if len(x) > 4 and np.isfinite(x).all()]
    if len(known) < 2:
        return np.empty(0), ()
    grid = nominal_ah * np.arange(0, 101) / 100
    laid = np.full((len(known), len(grid)), np.nan)
    for row, (x, y) in enumerate(known):
        order = np.argsort(x)
        laid[row] = np.interp(grid, x[order], y[order], left=np.nan, right=np.nan)
    parts = [laid[:POOLED], laid[-POOLED:]] if len(known) >= 2 * POOLED else [laid]
    means = []
    for part in parts:
        there = np.isfinite(part).sum(axis=0)
        total = np.where(np.isfinite(part), part, 0.0).sum(axis=0)
        half = there >= max(2, len(part) / 2)
        means.append(np.where(half, total / np.maximum(there, 1), np.nan))
    return grid, tuple(means)


# --- one cell ----------------------------------------------------------------------------------


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
    why = next((w for one in battery.strings if (w := _cannot(battery, one))), None)
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
    months : by calendar month of the steps: start [day], n, share, low, high (95 %, of the mean;
        NaN with fewer than three steps).
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
    table = grouped.agg(day=("day", "mean"), n=("share", "size"), share=("share", "mean"))
    error = grouped["share"].std().to_numpy() / np.sqrt(table["n"].to_numpy())
    half = _student(table["n"].to_numpy()) * error
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
