"""What of a device can be forecast, and its readings as the forecast's history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analytics import compare
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import DAY_US, Grid
from core.analytics.forecast.models import HORIZON_H
from core.analytics.quality import typical_step
from core.errors import LevelMissing, QueryError
from core.levels import HOUR
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.windows import fine_level

STEP_US = 900_000_000
STEPS_US = (STEP_US, 2 * STEP_US, HOUR)
LONGEST_DAYS = 800  # of history; older readings are not looked at
TWO_WAY = 0.02  # of the mean size, below zero: more is no noise
QUANTITIES = ("load", "pv", "net", "room_temperature", "cell_temperature")
_LOADS = ("load_power", "active_power", "grid_power")
ROOM = "room_temperature"
_CELLS = ("cell_temperature", "battery_temperature")


@dataclass(frozen=True)
class Target:
    """A quantity of a device, and the signals it is made of.

    Attributes
    ----------
    quantity : ``load pv net room_temperature cell_temperature``; of several rooms
        ``room_temperature.<signal>``.
    together : how several signals make one value: their ``sum``, or the ``max`` of them.
    step_us : length of a slot [µs]: a quarter hour, or the step of the source if it is longer.
    low : bound the quantity cannot pass, None where there is none.
    """

    device: str
    quantity: str
    signals: tuple[str, ...]
    unit: str
    together: str
    step_us: int
    low: float | None


def forecast_targets(store: Store, device: str) -> list[Target]:
    """What of a device can be forecast, by what its signals measure."""
    signals = [one for one in store.signals(device) if one.rows]
    found: list[Target] = []
    powers = {
        quantity: [one for one in signals if one.quantity == quantity and one.unit in POWER_UNITS]
        for quantity in (*_LOADS, "pv_power")
    }
    pv = powers["pv_power"]
    if pv:
        found.append(_target(store, device, "pv", pv, "kW", "sum", 0.0))
    load = next((powers[name] for name in _LOADS if powers[name]), [])[:1]
    if load:
        two_way = load[0].quantity != "load_power" and _flows_both_ways(store, load[0])
        name, low = ("net", None) if two_way else ("load", 0.0)
        found.append(_target(store, device, name, load, "kW", "sum", low))
    rooms = [one for one in signals if one.quantity == ROOM and is_reading(one)]
    names = [ROOM] if len(rooms) == 1 else [f"{ROOM}.{_slug(one.name)}" for one in rooms]
    for name, room in zip(names, rooms, strict=True):
        found.append(_target(store, device, name, [room], "°C", "max", None))
    cells = next((some for q in _CELLS if (some := [s for s in signals if s.quantity == q])), [])
    if cells:
        found.append(_target(store, device, "cell_temperature", cells, "°C", "max", None))
    return found


def is_reading(info: SignalInfo) -> bool:
    """Whether a signal was measured: not what somebody wished it to be."""
    return info.kind == "analog" and "setpoint" not in info.name.lower()


def base_of(quantity: str) -> str:
    """What is measured: of one of several rooms ``room_temperature``."""
    return quantity.partition(".")[0]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _typical(store: Store, info: SignalInfo) -> int:
    """Typical step of a source [µs]; its mean step where that is short enough.

    Gaps make a mean longer: a quarter hour with a day missing is a quarter hour all the same.
    """
    if info.step_us <= 1.01 * STEP_US or info.last is None:
        return info.step_us
    ts = store.raw(info.device, info.name, info.last - 28 * DAY_US, info.last + 1)[0]
    return typical_step(ts) or info.step_us


def _target(
    store: Store, device: str, quantity: str, signals: Sequence[SignalInfo], unit: str,
    together: str, low: float | None,
) -> Target:  # fmt: skip
    slowest = max(_typical(store, one) for one in signals)
    step = next((one for one in STEPS_US if one >= 0.99 * slowest), HOUR)
    names = tuple(one.name for one in signals)
    return Target(device, quantity, names, unit, together, step, low)


def net_target(load: Target, pv: Target) -> Target:
    """Load less PV; positive is import.

    Raises
    ------
    QueryError : their slots differ.
    """
    if load.step_us != pv.step_us:
        raise QueryError(
            f"{load.device} has slots of {load.step_us // 60_000_000} min, {pv.device} of "
            f"{pv.step_us // 60_000_000} min; a net needs the same"
        )
    of_pv = tuple(f"{pv.device}/{name}" for name in pv.signals)
    return Target(load.device, "net", load.signals + of_pv, "kW", "sum", load.step_us, None)


def _flows_both_ways(store: Store, info: SignalInfo) -> bool:
    """Whether a power is below zero for more than noise, in its last four weeks."""
    assert info.last is not None
    rows = _means(store, info, info.last - 28 * DAY_US, info.last + 1, STEP_US)[1]
    rows = rows[np.isfinite(rows)]
    return bool(len(rows)) and float(np.minimum(rows, 0).sum()) < -TWO_WAY * np.abs(rows).sum()


def find_target(store: Store, device: str, quantity: str | None = None) -> Target:
    """The quantity asked for, or the first that can be forecast.

    Raises
    ------
    UnknownDevice
    QueryError : the device measures nothing of that kind.
    """
    found = forecast_targets(store, device)
    names = [one.quantity for one in found]
    for one in found:
        if quantity in (None, one.quantity, base_of(one.quantity)):
            return one
    if quantity is None:
        raise QueryError(f"{device} measures nothing that can be forecast")
    raise QueryError(
        f"{device} has no {quantity} to forecast; it has: {', '.join(names) or 'nothing'}"
    )


def _means(
    store: Store, info: SignalInfo, start: int, end: int, step: int
) -> tuple[np.ndarray, np.ndarray]:
    level = fine_level(store, info, start, end, step)
    rows = store.buckets(info.device, info.name, start, end, level)
    factor = KILO[info.unit] if info.unit in POWER_UNITS else 1.0
    return rows.ts, factor * rows.sum / np.maximum(rows.count, 1)


def load_history(
    store: Store, target: Target, *, region: str = "", end: int | None = None
) -> History:
    """Means of the target's signals by slot, up to `end`, on a grid of one horizon more.

    A slot counts where each of its signals has a reading; the newest only when it is over.

    Raises
    ------
    UnknownDevice, UnknownSignal
    QueryError : no readings.
    """
    infos = [store.signal(target.device, name) for name in target.signals]
    firsts = [one.first for one in infos if one.first is not None]
    lasts = [one.last for one in infos if one.last is not None]
    if not firsts or not lasts:
        raise QueryError(f"{target.device} has no readings of {', '.join(target.signals)}")
    step = target.step_us
    # A reading of a coarse source stands for the slot that it begins.
    until = (max(lasts) + max(min(one.step_us for one in infos) - 1, 1)) // step * step
    if max(one.step_us for one in infos) >= 0.99 * step:
        until = max(lasts) // step * step + step
    until = min(until, end // step * step) if end is not None else until
    start = max(max(firsts) // step * step, until - LONGEST_DAYS * DAY_US)
    if start >= until:
        raise QueryError(f"{target.device} has no readings of {target.quantity} in this time")
    values = _together(store, target, infos, start, until)
    ahead = HORIZON_H * HOUR // step
    grid = Grid(start, step, len(values) + ahead, store.zone, region)
    return History(grid, np.concatenate([values, np.full(ahead, np.nan)]))


def _together(
    store: Store, target: Target, infos: Sequence[SignalInfo], start: int, until: int
) -> np.ndarray:
    if target.quantity == "cell_temperature" and len(infos) > 1:
        return _hottest(store, target, start, until)
    columns = {one.name: _means(store, one, start, until, target.step_us) for one in infos}
    frame = compare.align(columns, target.step_us, start, until).to_numpy(np.float64)
    if target.together == "sum":
        return np.asarray(frame.sum(axis=1), np.float64)
    return np.asarray(frame.max(axis=1), np.float64)


def _hottest(store: Store, target: Target, start: int, until: int) -> np.ndarray:
    """The warmest cell of each slot."""
    for level in ("15min", "1h"):
        try:
            cells = store.cells(target.device, "cell_temperature", start, until, level, "max")
        except LevelMissing:
            continue
        highest = np.where(np.isfinite(cells.values), cells.values, -np.inf).max(axis=(1, 2))
        highest = np.where(np.isfinite(highest), highest, np.nan)
        columns = {"highest": (cells.ts, highest)}
        how: compare.How = "mean" if level == "15min" else "hold"
        frame = compare.align(columns, target.step_us, start, until, how)
        return np.asarray(frame["highest"].to_numpy(np.float64))
    raise QueryError(f"{target.device} has no quarter hours of cell temperatures")


def newest_slot(history: History) -> int:
    """The slot after the last value: that of issue."""
    known = np.flatnonzero(np.isfinite(history.values))
    return int(known[-1]) + 1 if len(known) else 0
