"""Cells of a battery by local day: highest and lowest voltage, complete charges, cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics import cells as sat_of
from core.analytics.quality import Bool, Float, Int, local_times
from core.errors import BadWindow
from core.levels import HOUR
from core.packs import Battery, every_day, flat, load_battery, placed, without_still
from core.query import Store
from core.remembered import FOREVER, remembered


@dataclass(frozen=True)
class CellDays:
    """Highest and lowest voltage of each cell by local day.

    Attributes
    ----------
    ts : midnights [µs UTC]. day : days since 1970-01-01 of the local calendar.
    sat, low : highest and lowest [day, cell], V, NaN while a reading stands still.
    valid : `sat` of complete charges, else NaN.
    charges : which days count, and why the others do not.
    cycles : equivalent full cycles since the first day, at the end of each; NaN without current.
    """

    battery: Battery
    ts: Int
    day: Int
    sat: Float
    low: Float
    valid: Float
    charges: sat_of.Charges
    cycles: Float
    stands_for: int


def local_days(ts: Int, zone: str) -> Int:
    """Number of the local calendar day of each moment, since 1970-01-01."""
    naive = local_times(ts, zone).tz_localize(None).to_numpy()
    return np.asarray(naive.astype("datetime64[D]").astype(np.int64))


@remembered(4)
def load_days(
    store: Store, device: str, start: int | None = None, end: int | None = None
) -> CellDays | None:
    """Cells by day in a window [µs UTC]; None without voltages of single cells.

    Raises
    ------
    UnknownDevice, BadWindow
    LevelMissing : the store has no level of days.
    """
    battery = load_battery(store, device, -FOREVER if start is None else start)
    if battery is None:
        return None
    if start is not None and end is not None and not start < end:
        raise BadWindow(f"the window ends ({end}) before it starts ({start})")
    found = every_day(store, device, battery.still_from)
    edges = (-FOREVER if start is None else start, FOREVER if end is None else end)
    inside = slice(*np.searchsorted(found["max"].ts, edges).tolist())
    ts, every = found["max"].ts[inside], range(len(battery.names))
    sat, low = (
        without_still(battery, every, ts, flat(found[name], battery)[inside])
        for name in ("max", "min")
    )
    soc = _daily_soc(store, battery, ts)
    charged = _charged(store, battery, ts)
    charges = sat_of.judge_charges(sat, battery.chemistry, soc, charged)
    return CellDays(
        battery, ts, local_days(ts, battery.zone), sat, low,
        sat_of.valid_sat(sat, charges.complete, battery.chemistry), charges,
        _cycles(store, battery, ts), int(np.nansum(found["count"].values[inside])),
    )  # fmt: skip


def _daily_soc(store: Store, battery: Battery, ts: Int) -> Float | None:
    """Highest SOC of each day [day], 0..1."""
    if battery.soc is None or "1d" not in store.signal(battery.device, battery.soc).levels:
        return None
    if not len(ts):
        return None
    # To the end of the last day: a window cuts the bucket at its edge.
    end = int(ts[-1]) + 25 * HOUR
    rows = store.buckets(battery.device, battery.soc, int(ts[0]), end, "1d")
    return placed(ts, rows.ts, rows.max * battery.soc_scale)


def _charged(store: Store, battery: Battery, ts: Int) -> Bool | None:
    """Days on which a current charged any string [day]; None where no current is known by day.

    Above C/100, or above nothing where the capacity is not known; days without readings of the
    current count as charged, for nothing says otherwise.
    """
    names = [one.current for one in battery.strings if one.current]
    if not names or not len(ts):
        return None
    least = 0.01 * battery.capacity_ah if np.isfinite(battery.capacity_ah) else 0.0
    idle = np.ones(len(ts), bool)
    for name in names:
        if "1d" not in store.signal(battery.device, name).levels:
            return None
        rows = store.buckets(battery.device, name, int(ts[0]), int(ts[-1]) + 25 * HOUR, "1d")
        idle &= placed(ts, rows.ts, rows.max) <= least  # NaN is not
    return np.asarray(~idle)


def _cycles(store: Store, battery: Battery, ts: Int) -> Float:
    """Equivalent full cycles counted to the end of each day: throughput / (2 × capacity)."""
    names = [one.current for one in battery.strings if one.current]
    dead = any(one.dead for one in battery.strings)
    if not names or dead or not np.isfinite(battery.capacity_ah) or not len(ts):
        return np.full(len(ts), np.nan)
    end = int(ts[-1]) + 25 * HOUR
    moved = np.zeros(len(ts))
    for name in names:
        info = store.signal(battery.device, name)
        level = next((one for one in ("1min", "5min", "15min", "1h") if one in info.levels), "raw")
        rows = store.buckets(battery.device, name, int(ts[0]), end, level)
        if not len(rows.ts):
            continue
        # A bucket stands until the next, but no longer than two usual steps: gaps are not counted.
        step = np.diff(rows.ts, append=rows.ts[-1])
        usual = float(np.median(step[:-1])) if len(step) > 1 else 0.0
        hours = np.where(step <= 2 * usual, step, usual) / HOUR
        day = np.searchsorted(ts, rows.ts, side="right") - 1
        amp = np.abs(rows.sum / rows.count)
        moved += np.bincount(day, weights=amp * hours, minlength=len(ts))[: len(ts)]
    return np.cumsum(moved) / (2 * battery.capacity_ah * len(names))
