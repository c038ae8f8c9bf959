"""Rooms fitted from the signals of a store, for the plan's settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.analytics.room_trial import Trial, best_trial, try_room
from core.analytics.thermal_model import Floats, Inputs
from core.dispatch_settings import DispatchSettings, RoomModel
from core.errors import QueryError
from core.forecast_rooms import heaters_of, held_means
from core.levels import DAY, HOUR
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store

ROOM, OUTDOOR = "room_temperature", "temp_air"
STEP_US = 900_000_000
BRIDGED = 4  # steps of a gap that a line is drawn over


@dataclass(frozen=True)
class RoomSource:
    """A room and the signals that tell it; `heat` empty or `outdoor` None where none does.

    `heat_per_power` is the heat per energy that `heat` measures.
    """

    name: str
    temperature: SignalInfo
    heat: tuple[SignalInfo, ...]
    outdoor: SignalInfo | None
    sun: SignalInfo | None
    heat_per_power: float = 1.0


@dataclass(frozen=True)
class RoomReport:
    """Models of a room, fitted to what was measured.

    Attributes
    ----------
    refusal : why nothing could be fitted: ``no_signals``, ``short``, ``inputs`` or empty.
    ts : (T,) starts of the steps [µs UTC] of the longest stretch without a gap.
    measured : (T,) air [°C].
    trials : models of one and of two states. best : the one to plan with.
    """

    source: RoomSource
    refusal: str
    ts: np.ndarray
    step_us: int
    measured: Floats
    trials: tuple[Trial, ...] = ()
    best: Trial | None = None


def room_sources(store: Store, told: DispatchSettings) -> list[RoomSource]:
    """Rooms of the settings that are measured, then every other room temperature of the store.

    Raises
    ------
    UnknownDevice, UnknownSignal : of the settings.
    """
    found = [_told(store, told, one) for one in told.room if one.temperature is not None]
    named = {(one.temperature.device, one.temperature.name) for one in found}
    for device in store.devices():
        for info in store.signals(device.name, ROOM):
            if info.rows and (info.device, info.name) not in named and "°C" in info.unit:
                found.append(_source(store, told, info.name, info, ()))
    return found


def _told(store: Store, told: DispatchSettings, room: RoomModel) -> RoomSource:
    assert room.temperature is not None
    heat = tuple(_signal(store, one) for one in room.heat)
    for one in heat:
        if one.unit not in POWER_UNITS:
            raise QueryError(f"room {room.name}: {one.device}/{one.name} is no power")
    source = _source(store, told, room.name, _signal(store, room.temperature), heat)
    return replace(source, heat_per_power=room.heat_per_power)


def _source(
    store: Store, told: DispatchSettings, name: str, info: SignalInfo, heat: tuple[SignalInfo, ...]
) -> RoomSource:
    mine = [one for one in store.signals(info.device) if one.rows]
    outdoor = next((one for one in mine if one.quantity == OUTDOOR), None)
    if told.heating.outdoor is not None:
        outdoor = _signal(store, told.heating.outdoor)
    sun = None if told.heating.sun is None else _signal(store, told.heating.sun)
    return RoomSource(name, info, heat or tuple(heaters_of(mine, info.name)), outdoor, sun)


def _signal(store: Store, name: str) -> SignalInfo:
    device, signal = name.split("/", 1)
    return store.signal(device, signal)


def room_report(store: Store, told: DispatchSettings, name: str, days: int) -> RoomReport:
    """Fit a room to the newest days, but for the last 48 h, which it is tried on.

    Raises
    ------
    UnknownDevice, UnknownSignal
    QueryError : no such room is measured.
    """
    found = {one.name: one for one in room_sources(store, told)}
    if name not in found:
        raise QueryError(f"no room {name!r} is measured; there are {', '.join(found) or 'none'}")
    source = found[name]
    info, none = source.temperature, np.empty(0)
    step = -(-max(info.step_us, STEP_US) // STEP_US) * STEP_US
    if not source.heat or source.outdoor is None or info.last is None or info.first is None:
        return RoomReport(source, "no_signals", none, step, none)
    end = (info.last + info.step_us) // step * step
    start = max(end - days * DAY, -(-info.first // step) * step)
    if end - start < 24 * HOUR:
        return RoomReport(source, "short", none, step, none)
    signals = [info, source.outdoor, *source.heat, *([source.sun] if source.sun else [])]
    columns = [
        bridged(held_means(store, one, start, (end - start) // step, step)[0]) for one in signals
    ]
    whole = longest_run(np.asarray(np.isfinite(np.array(columns)).all(axis=0)))
    room, outdoor, *rest = (one[whole] for one in columns)
    if len(room) < 2:
        return RoomReport(source, "inputs", none, step, none)
    heat = source.heat_per_power * sum(
        (KILO[one.unit] * power for one, power in zip(source.heat, rest, strict=False)),
        np.zeros(len(room)),
    )
    sun = rest[-1] / 1000 if source.sun else np.zeros(len(room))
    trials = try_room(Inputs(step / HOUR, outdoor, heat, sun), room)
    ts = start + step * np.arange(whole.start, whole.stop)
    return RoomReport(source, "", ts, step, room, trials, best_trial(trials))


def bridged(values: Floats) -> Floats:
    """Values with gaps of a few steps filled by a line."""
    known = np.isfinite(values)
    if not known.any():
        return values
    at = np.arange(len(values))
    line = np.interp(at, at[known], values[known], left=np.nan, right=np.nan)
    before = np.maximum.accumulate(np.where(known, at, -1))
    after = np.minimum.accumulate(np.where(known, at, len(values))[::-1])[::-1]
    return np.where(known | (after - before - 1 <= BRIDGED), line, np.nan)


def longest_run(good: np.ndarray) -> slice:
    """The longest stretch of true values; an empty one where there is none."""
    edges = np.flatnonzero(np.diff(np.r_[False, good, False].astype(np.int8)))
    runs = [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return max(runs, key=lambda one: one.stop - one.start, default=slice(0, 0))


def settings_lines(report: RoomReport) -> str:
    """The room as lines of the settings file; empty without a model."""
    if report.best is None:
        return ""
    source, values = report.source, report.best.fit.values
    lines = ["[[room]]", f"name = {_quoted(source.name)}"]
    names = (
        {"resistance_k_kw": "r", "capacity_kwh_k": "c"} if "r" in values else
        {"resistance_k_kw": "r_out", "inner_resistance_k_kw": "r_in", "capacity_kwh_k": "c_air",
         "mass_kwh_k": "c_mass"}
    ) | ({"gain_kw": "gain"} if "gain" in values else {})  # fmt: skip
    lines += [f"{key} = {values[name]:.4g}" for key, name in names.items()]
    info = source.temperature
    lines.append(f"temperature = {_quoted(f'{info.device}/{info.name}')}")
    heat = ", ".join(_quoted(f"{one.device}/{one.name}") for one in source.heat)
    lines.append(f"heat = [{heat}]")
    if source.heat_per_power != 1:
        lines.append(f"heat_per_power = {source.heat_per_power:g}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
