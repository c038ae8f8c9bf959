"""Relays and appliances that a store tells of, beside the load they are part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from core.analytics import compare
from core.analytics.forecast.appliances import Switching, describe_appliances, switching_of_power
from core.analytics.forecast.grid import DAY_US, Grid
from core.analytics.quality import typical_step
from core.errors import QueryError
from core.forecast_cases import Target
from core.levels import HOUR
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.windows import fine_level

RELAY = "relay"
POWERS = ("appliance_power", "heating_power")
LONGEST_DAYS = 180  # of switching; what was before is not looked at
LATEST_RELAY_US = DAY_US  # a relay that is only told when it is switched holds for a day
HELD_STEPS = 2.5  # a power holds for this many of its typical steps
_STEPS_US = tuple(60_000_000 * minutes for minutes in (1, 2, 5, 10, 15, 30, 60))


def appliance_signals(store: Store, device: str, others: Sequence[str] = ()) -> list[SignalInfo]:
    """Signals of a device, and of others beside it, that tell when an appliance is on.

    Raises
    ------
    UnknownDevice
    """
    every = [one for name in (device, *others) for one in store.signals(name) if one.rows]
    return [
        one for one in every
        if one.quantity == RELAY or (one.quantity in POWERS and one.unit in POWER_UNITS)
    ]  # fmt: skip


def appliance_patterns(
    store: Store, target: Target, until: int, others: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Patterns of the appliances of a load over its newest 180 days, as JSON holds them.

    Parameters
    ----------
    until : end of the load's readings [µs UTC].

    Raises
    ------
    UnknownDevice
    QueryError : a device beside tells of no appliance.
    """
    for name in others:
        if not appliance_signals(store, name):
            raise QueryError(f"{name} tells of no relay and of no power of an appliance")
    signals = appliance_signals(store, target.device, others)
    if not signals:
        return []
    info = store.signal(target.device, target.signals[0])
    step = next((one for one in _STEPS_US if one >= 0.99 * info.step_us), HOUR)
    first = max(info.first or until, until - LONGEST_DAYS * DAY_US)
    grid = Grid(first // step * step, step, max((until - first) // step, 3), store.zone)
    end = grid.start + grid.count * step
    level = fine_level(store, info, grid.start, end, step)
    rows = store.buckets(info.device, info.name, grid.start, end, level)
    mean = KILO[info.unit] * rows.sum / np.maximum(rows.count, 1)
    load = compare.align({"load": (rows.ts, mean)}, step, grid.start, end)["load"].to_numpy()
    every = {_name_of(one, target): _switching(store, one, grid.start, end) for one in signals}
    found = describe_appliances(grid, load, every)
    return [
        asdict(one)
        | {"starts_by_hour": None if one.starts_by_hour is None else one.starts_by_hour.tolist(),
           "tells_power": every[one.name].power is not None,
           "window": [grid.start, end], "load_step_us": step}
        for one in found
    ]  # fmt: skip


def _name_of(info: SignalInfo, target: Target) -> str:
    return info.name if info.device == target.device else f"{info.device}/{info.name}"


def _switching(store: Store, info: SignalInfo, start: int, end: int) -> Switching:
    """On and off as they were told; the last telling before the window holds into it."""
    rows = store.buckets(info.device, info.name, start - DAY_US, end, "raw")
    if not len(rows.ts):
        return Switching(rows.ts, np.empty(0, bool), LATEST_RELAY_US)
    if info.quantity == RELAY:
        return Switching(rows.ts, rows.last > 0.5, LATEST_RELAY_US)
    step = typical_step(rows.ts) if len(rows.ts) > 1 else info.step_us
    return switching_of_power(rows.ts, KILO[info.unit] * rows.last, int(HELD_STEPS * step))
