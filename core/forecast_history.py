"""Histories that models are trained on and issue from: of one target, or of load less PV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.analytics.forecast.features import History
from core.analytics.forecast.models import Case
from core.errors import QueryError
from core.forecast_cases import Target, find_target, load_history
from core.forecast_models import StoredModel
from core.forecast_weather import load_physics, load_weather, plant_of
from core.query import Store


def net_history(
    store: Store, parts: tuple[Target, Target], *, region: str, end: int | None = None,
    plants: Path | None = None,
) -> tuple[History, tuple[History, History]]:  # fmt: skip
    """Load less PV, and both, on the slots from the first to the last that both are known at.

    Inverters asleep tell nothing: while the sun is down, PV without a reading gave nothing.

    Raises
    ------
    QueryError : there are no such slots.
    """
    load, pv = (load_history(store, one, region=region, end=end) for one in parts)
    start, stop = overlap(load, pv)
    load, pv = cut_history(load, start, stop), cut_history(pv, start, stop)
    plant = plant_of(store, parts[1].device, plants)
    if plant is not None:
        case = Case(pv, physics=load_physics(plant, pv.grid, None))
        dark = ~case.judged(np.arange(pv.grid.count, dtype=np.int64)) & np.isnan(pv.values)
        pv = History(pv.grid, np.where(dark, 0.0, pv.values))
    net = load.values - pv.values
    known = np.flatnonzero(np.isfinite(net))
    if not len(known):
        raise QueryError(f"{parts[0].device} and {parts[1].device} have no readings of one time")
    last = int(known[-1]) + 1
    pad = np.full(Case(load).steps, np.nan)
    grid = replace(load.grid, count=last + len(pad))
    found = [History(grid, np.concatenate([one[:last], pad])) for one in
             (net, load.values, pv.values)]  # fmt: skip
    return found[0], (found[1], found[2])


def overlap(one: History, other: History) -> tuple[int, int]:
    """From when to when both reach [µs UTC]."""
    ends = [h.grid.start + h.grid.count * h.grid.step for h in (one, other)]
    return max(one.grid.start, other.grid.start), min(ends)


def cut_history(history: History, start: int, stop: int) -> History:
    """The slots of [start, stop) [µs UTC].

    Raises
    ------
    QueryError : there are none.
    """
    step = history.grid.step
    if stop <= start:
        raise QueryError("load and PV have no readings of the same time")
    first, count = (start - history.grid.start) // step, (stop - start) // step
    grid = replace(history.grid, start=start, count=count)
    return History(grid, history.values[first : first + count])


def made_of(store: Store, stored: StoredModel) -> tuple[Target, Target]:
    """Load and PV that a net power is made of, as they are now.

    Raises
    ------
    UnknownDevice, QueryError
    """
    load, pv = (
        find_target(store, str(one["device"]), str(one["quantity"]))
        for one in stored.manifest["made_of"]
    )
    return load, pv


def history_of(
    store: Store, stored: StoredModel, target: Target, *, end: int | None = None,
    plants: Path | None = None,
) -> History:  # fmt: skip
    """Readings of what a model is of; of a net that of load less PV."""
    region = str(stored.manifest["region"])
    if "made_of" not in stored.manifest:
        return load_history(store, target, region=region, end=end)
    return net_history(store, made_of(store, stored), region=region, end=end, plants=plants)[0]


def build_case(
    store: Store, target: Target, history: History, teller: str | None, plants: Path | None = None
) -> Case:
    """History with the weather a device tells and, of a plant whose place is known, its physics.

    Raises
    ------
    UnknownDevice
    QueryError : the device tells no weather of use.
    """
    weather = load_weather(store, target, history.grid, teller) if teller else None
    plant = plant_of(store, target.device, plants) if target.quantity == "pv" else None
    physics = load_physics(plant, history.grid, weather) if plant is not None else None
    return Case(history, weather, physics, low=target.low)
