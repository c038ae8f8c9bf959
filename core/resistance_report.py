"""Resistance of all cells at steps of the current, against their pack, and how it grows.

Loads with `core.query`, computes with `core.analytics.resistance`. What the readings do not carry
is left out, with a short key that says why (``refusal``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import capacity, resistance
from core.analytics.quality import Float, Int
from core.analytics.regimes import relative_to
from core.analytics.resistance import Conditions, StepRules, Steps
from core.bess import of_quantity
from core.levels import DAY, HOUR
from core.packs import Battery, BatteryString, load_battery, without_doubt, without_still
from core.query import Store
from core.string_readings import HELD_US, why_uncounted

RECENT_DAYS = 60
OLDER_DAYS_READ, RECENT_DAYS_READ = 8, 6
TEMP_US = 2 * HOUR  # how long the mean temperature of an hour stands, from its start
AROUND_US = 3 * 60_000_000  # readings before and after the steps of a day


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
    battery = load_battery(store, device, start)
    if battery is None:
        return None

    def refused(why: str, seen: int = 0) -> ResistanceReport:
        return ResistanceReport(battery, start, end, pd.DataFrame(), (), seen, 0, "", why)

    why = next((w for one in battery.strings if (w := why_uncounted(battery, one))), None)
    if why or battery.soc is None:
        return refused(why or "no_soc")
    chosen = [_step_spans(store, battery, string, start, end) for string in battery.strings]
    read_days = max(len(spans) for _, spans in chosen)
    every = _apart([span for _, spans in chosen for span in spans])
    temps, source = _hourly_temps(store, battery, every, start, end)
    tables, found, seen = [], [], 0
    for string, (at, spans) in zip(battery.strings, chosen, strict=True):
        seen += at
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
    if any(np.nanmedian(one.ohm) <= 0 for one in found if np.isfinite(one.ohm).any()):
        return refused("resistance_sign", seen)
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
    ts, current = without_doubt(string, *store.raw(battery.device, string.current, start, end))
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
    store: Store, battery: Battery, spans: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[tuple[Int, Float] | None, str]:
    """Temperature by the hour [°C]: of every cell [hour, cell], else of the battery [hour, 1].

    Of the cells only the hours that some spans of the window need, where there are such.
    """
    signals = store.signals(battery.device)
    places = list(zip(battery.pack, battery.cell, strict=True))
    known = set(places)
    mine = [
        one for one in signals
        if one.quantity == "cell_temperature" and one.rows and (one.pack, one.cell) in known
    ]  # fmt: skip
    if len(mine) == len(places) and all("1h" in one.levels for one in mine):
        by_place = {(one.pack, one.cell): one.name for one in mine}
        names = [by_place[place] for place in places]
        hours = [(max(first - TEMP_US, start), min(last, end)) for first, last in spans]
        hours = [one for one in hours if one[0] < one[1]]
        found = store.values_of(battery.device, names, hours, "1h", "mean")
        if not len(found[0]):
            found = store.values_of(battery.device, names, [(start, end)], "1h", "mean")
        return found, "cells"
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
    volts = without_still(battery, string.cells, ts, volts)
    read = _current_and_soc(store, battery, string, spans[0][0], spans[-1][1])
    if len(ts) < 3 or read is None:
        return None
    stamps, amps, level = read
    current = capacity.hold(ts, stamps, amps, StepRules().max_step_us)
    soc = capacity.hold(ts, stamps, level, StepRules().max_step_us)
    temp = np.full(volts.shape, resistance.REFERENCE_TEMP)
    if temps is not None and len(temps[0]):
        hour = np.searchsorted(temps[0], ts, side="right") - 1
        fresh = (hour >= 0) & (ts - temps[0][hour] < TEMP_US)
        values = temps[1][:, list(string.cells)] if temps[1].shape[1] > 1 else temps[1]
        temp = np.where(fresh[:, None], values[hour], np.nan) + np.zeros(volts.shape)
    return resistance.step_resistance(ts, current, volts, soc, temp, battery.capacity_ah)
