"""Vehicles, rooms and relays of a settings file, over the steps of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.analytics.dispatch_site import Floats, Relay, Room, Vehicle
from core.analytics.thermal_model import Inputs, Kind, discretise
from core.dispatch_settings import House, RoomModel, VehicleStays
from core.errors import QueryError
from core.query import Store
from core.windows import newest_reading

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_US = 86_400_000_000
SPOKEN_H = 3  # a temperature holds so long


@dataclass(frozen=True)
class Behind:
    """What is behind the meter over the steps of a plan.

    Attributes
    ----------
    outdoor : how its temperature is known: ``measured``, ``repeated`` (at least a step is that of
        a day before), ``told`` (a figure of the settings), or empty without rooms.
    measured : rooms whose temperature at the start is measured.
    """

    vehicles: tuple[Vehicle, ...] = ()
    rooms: tuple[Room, ...] = ()
    relays: tuple[Relay, ...] = ()
    outdoor: str = ""
    measured: int = 0


def behind_meter(store: Store, house: House, ts: np.ndarray, step_us: int, now: int) -> Behind:
    """The house in steps from `ts[0]`; nothing measured after `now` is looked at.

    Raises
    ------
    UnknownDevice, UnknownSignal
    QueryError : the outdoor temperature is not known.
    """
    cars = tuple(stay for one in house.vehicle for stay in stays_of(one, ts, step_us, store.zone))
    if not house.room:
        return Behind(cars)
    outdoor, how = outdoor_course(store, house, ts, now)
    starts = [_start(store, one, now) for one in house.room]
    rooms = tuple(
        room_of(one, outdoor, start, ts, step_us, store.zone)
        for one, (start, _) in zip(house.room, starts, strict=True)
    )
    minutes = step_us / 60_000_000
    relays = tuple(
        Relay(
            one.name, one.power_kw, dict(one.rooms),
            least_on=max(1, int(np.ceil(one.least_on_min / minutes))),
            least_off=max(1, int(np.ceil(one.least_off_min / minutes))),
            heat_per_power=one.heat_per_power,
        )
        for one in house.relay
    )  # fmt: skip
    return Behind(cars, rooms, relays, how, sum(known for _, known in starts))


def stays_of(car: VehicleStays, ts: np.ndarray, step_us: int, zone: str) -> list[Vehicle]:
    """Stays of a vehicle that reach into the steps.

    One that is there already is taken to need all its energy, as far as it fits; one that stays on
    beyond the end needs by then what it cannot draw later.
    """
    where = ZoneInfo(zone)
    begin, end = int(ts[0]), int(ts[-1]) + step_us
    first = datetime.fromtimestamp(begin / 1e6, where).date() - timedelta(days=1)
    count = (end - begin) // DAY_US + 3
    found: list[Vehicle] = []
    for day in (first + timedelta(days=i) for i in range(count)):
        if DAYS[day.weekday()] not in car.days:
            continue
        leaves = day + timedelta(days=1) if car.departure <= car.arrival else day
        came = _micros(datetime.combine(day, car.arrival), where)
        gone = _micros(datetime.combine(leaves, car.departure), where)
        # Whole steps alone: it is there from the first that begins after it came.
        arrival = max(-(-(came - begin) // step_us), 0)
        departure = min((gone - begin) // step_us, len(ts))
        if departure <= arrival:
            continue
        step_kwh = car.most_kw * step_us / 3.6e9
        later = max((gone - end) // step_us, 0) * step_kwh
        need = max(car.energy_kwh - later, 0.0)
        if came < begin:
            need = min(need, (departure - arrival) * step_kwh)
        name = f"{car.name} {day.isoformat()}"
        found.append(Vehicle(name, arrival, departure, need, car.most_kw, car.least_kw))
    return found


def _micros(local: datetime, where: ZoneInfo) -> int:
    return round(local.replace(tzinfo=where).timestamp() * 1e6)


def room_of(
    room: RoomModel, outdoor: Floats, start: float, ts: np.ndarray, step_us: int, zone: str
) -> Room:
    """A room of one or two capacities, exact for heat held over a step.

    One: x[t+1] = a x[t] + (1 − a) (outdoor + R·(heat + gain)), a = exp(−h / (R C)). The mass of two
    is taken to begin at the temperature of the air.
    """
    kind: Kind = "1R1C" if room.mass_kwh_k is None else "2R2C"
    values = {"gain": room.gain_kw, "r": room.resistance_k_kw, "c": room.capacity_kwh_k}
    if room.mass_kwh_k is not None and room.inner_resistance_k_kw is not None:
        values |= {
            "r_out": room.resistance_k_kw, "c_air": room.capacity_kwh_k,
            "r_in": room.inner_resistance_k_kw, "c_mass": room.mass_kwh_k,
        }  # fmt: skip
    steps = discretise(kind, values, step_us / 3.6e9, "step")
    none = np.zeros(len(outdoor))
    inputs = Inputs(step_us / 3.6e9, outdoor, none, none)
    low, high = comfort_band(room, ts, step_us, zone)
    return Room(
        room.name, steps.transition, steps.gain[:, 1], inputs.columns() @ steps.gain.T,
        np.full(len(steps.transition), start), low, high, room.weight,
    )  # fmt: skip


def comfort_band(room: RoomModel, ts: np.ndarray, step_us: int, zone: str) -> tuple[Floats, Floats]:
    """Comfort band at the end of each step [°C]."""
    local = pd.to_datetime(ts + step_us, unit="us", utc=True).tz_convert(zone)
    hour = local.hour.to_numpy() + local.minute.to_numpy() / 60
    low, high = np.full(len(ts), room.low_c), np.full(len(ts), room.high_c)
    for band in reversed(room.comfort):
        inside = hours_between(hour, band.from_h, band.to_h)
        low[inside], high[inside] = band.low_c, band.high_c
    return low, high


def hours_between(hour: Floats, begin: float, stop: float) -> np.ndarray:
    """Which hours of the day lie in [begin, stop), past midnight where `stop` is less."""
    if begin <= stop:
        return np.asarray((begin <= hour) & (hour < stop))
    return np.asarray((hour >= begin) | (hour < stop))


def outdoor_course(store: Store, house: House, ts: np.ndarray, now: int) -> tuple[Floats, str]:
    """Outdoor temperature of each step [°C], and how it is known.

    What was measured before `now`; of later steps the same hour of the last day that was.

    Raises
    ------
    QueryError : none was measured in the day before, and no figure is told.
    """
    told = house.heating
    if told.outdoor is not None:
        device, signal = told.outdoor.split("/", 1)
        at, value = store.raw(device, signal, now - DAY_US - SPOKEN_H * 3_600_000_000, now)
        good = np.isfinite(value)
        at, value = at[good], value[good]
        back = np.maximum(-(-(ts + 1 - now) // DAY_US), 0)
        place = np.searchsorted(at, ts - back * DAY_US, side="right") - 1
        if len(at) and place.min() >= 0:
            return value[place].astype(np.float64), "repeated" if back.any() else "measured"
    if told.outdoor_c is not None:
        return np.full(len(ts), told.outdoor_c), "told"
    raise QueryError(f"{told.outdoor} tells no outdoor temperature in the day before the plan")


def _start(store: Store, room: RoomModel, now: int) -> tuple[float, bool]:
    """Temperature of a room now [°C], and whether it was measured within the last hours."""
    if room.temperature is not None:
        device, signal = room.temperature.split("/", 1)
        found = newest_reading(store, device, signal, now - SPOKEN_H * 3_600_000_000, now)
        if found is not None:
            return found[1], True
    if room.start_c is None:
        raise QueryError(
            f"room {room.name}: {room.temperature} has no reading of the last {SPOKEN_H} h before "
            "the plan, and there is no start_c"
        )
    return room.start_c, False
