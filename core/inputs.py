"""Weather and prices as a plan may use them: what was known at a moment, and never more.

docs/adr/0009-what-was-known.md says how readings are kept for that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.errors import QueryError
from core.levels import HOUR
from core.plants import Plant
from core.query import Device, Store
from core.rollup import Int
from core.weather_names import GROUP, lead_of

PRICE_GROUP = "price"
NEAR_KM = 25.0  # weather from farther away is not taken for a plant unless it is named
EARTH_KM = 6371.0


@dataclass(frozen=True)
class WeatherAt:
    """A device that tells the weather of a place.

    Attributes
    ----------
    kind : ``typical``, ``reanalysis``, ``forecast`` or ``measured``.
    km : distance from the plant; NaN where the device tells no place.
    """

    device: Device
    kind: str
    km: float


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two places (latitude, longitude) [°], in km."""
    (a, b), (c, d) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def weather_at(store: Store, plant: Plant) -> list[WeatherAt]:
    """Devices of weather for a plant, nearest first: the one it names, or those within 25 km.

    Raises
    ------
    UnknownDevice : it names one that the store does not have.
    """
    if plant.weather is not None:
        named = store.device(plant.weather)
        return [WeatherAt(named, kind_of(named), _distance(named, plant))]
    found = [
        WeatherAt(device, kind_of(device), _distance(device, plant))
        for device in store.devices()
        if device.group == GROUP
    ]
    near = [one for one in found if one.km <= NEAR_KM]
    return sorted(near, key=lambda one: (one.km, one.device.name))


def kind_of(device: Device) -> str:
    """Kind of a weather device by its facts; ``measured`` where they tell none."""
    told = device.facts.get("weather")
    return str(told.get("kind", "measured")) if isinstance(told, dict) else "measured"


def _distance(device: Device, plant: Plant) -> float:
    place = device.facts.get("location")
    if not isinstance(place, dict) or "latitude" not in place or "longitude" not in place:
        return math.nan
    there = float(place["latitude"]), float(place["longitude"])
    return distance_km(there, (plant.latitude, plant.longitude))


# --- weather known at a moment ------------------------------------------------------------------


def forecast_quantities(store: Store, device: str) -> list[str]:
    """What a device of weather tells ahead: ``ghi``, ``temp_air``, ..."""
    found = {told[0] for one in store.signals(device) if (told := lead_of(one.name))}
    return sorted(found - {"lead"})


def forecast_known(
    store: Store, device: str, quantities: Sequence[str], start: int, end: int, issued: int
) -> pd.DataFrame:
    """Weather of [start, end) [µs UTC] as it was known at `issued`, nothing younger.

    Of each time the class of the shortest lead that was surely known then is taken; where it
    holds nothing, a longer one. Of times before `issued` what was said before them.

    Returns
    -------
    Frame by `ts` [µs UTC]: a column per quantity, NaN where nothing was known, and `lead_h`, the
    least hours ahead at which the first quantity was known.

    Raises
    ------
    UnknownDevice, BadWindow
    QueryError : the device tells none of the quantities ahead.
    """
    by_quantity: dict[str, dict[int, str]] = {name: {} for name in quantities}
    for one in store.signals(device):
        told = lead_of(one.name)
        if told and told[0] in by_quantity:
            by_quantity[told[0]][told[1]] = one.name
    missing = [name for name, leads in by_quantity.items() if not leads]
    if missing:
        raise QueryError(f"{device} tells nothing ahead of {', '.join(missing)}")
    columns: dict[str, pd.Series] = {}
    for name, leads in by_quantity.items():
        value, lead = _known(store, device, leads, (start, end), issued)
        columns[name] = value
        columns.setdefault("lead_h", lead)
    frame = pd.DataFrame(columns).sort_index()
    frame.index.name = "ts"
    return frame[[*quantities, "lead_h"]]


def _known(
    store: Store, device: str, leads: dict[int, str], window: tuple[int, int], issued: int
) -> tuple[pd.Series, pd.Series]:
    value = pd.Series(dtype=np.float64)
    lead = pd.Series(dtype=np.float64)
    for hours in sorted(leads):
        # What is said at least `hours` ahead of ts was known by ts - hours.
        until = min(window[1], issued + hours * HOUR + 1)
        if until <= window[0]:
            continue
        ts, found = store.raw(device, leads[hours], window[0], until)
        new = pd.Series(found, index=ts)
        value = value.combine_first(new) if len(value) else new
        said = pd.Series(float(hours), index=ts)
        lead = lead.combine_first(said) if len(lead) else said
    return value, lead


# --- prices known at a moment -------------------------------------------------------------------


@dataclass(frozen=True)
class Prices:
    """Prices of a market.

    Attributes
    ----------
    ts : start of each interval [µs UTC]; price : [currency/MWh]; known : since when [µs UTC].
    """

    ts: Int
    price: np.ndarray
    unit: str
    currency: str
    known: Int


def prices_known(
    store: Store, device: str, start: int, end: int, issued: int | None = None,
    signal: str | None = None,
) -> Prices:  # fmt: skip
    """Prices of [start, end) [µs UTC]; with `issued` those alone that were known then.

    Parameters
    ----------
    signal : None takes the device's own: `price_day_ahead`, else its first price.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the device tells no price.
    """
    told = store.device(device).facts.get("price")
    told = told if isinstance(told, dict) else {}
    names = [one.name for one in store.signals(device, "price")]
    if not names:
        raise QueryError(f"{device} tells no price")
    name = signal or ("price_day_ahead" if "price_day_ahead" in names else names[0])
    info = store.signal(device, name)
    ts, price = store.readings_of(device, [name], [(start, end)])
    price = price[:, 0]
    known = price_known_at(ts, told.get("known") or {}, info.step_us)
    if issued is not None:
        keep = known <= issued
        ts, price, known = ts[keep], price[keep], known[keep]
    currency = str(told.get("currency") or info.unit.partition("/")[0])
    return Prices(ts, price, info.unit, currency, known)


def price_known_at(ts: Int, rule: dict[str, Any], step_us: int) -> Int:
    """When prices became known [µs UTC], by the rule among the device's facts.

    A day-ahead price is known from a time of day on the day before its delivery, in the market's
    zone; one without a rule at the end of its interval.
    """
    if "days_before" not in rule:
        return np.asarray(ts + step_us)
    zone = ZoneInfo(str(rule.get("zone", "UTC")))
    clock = time.fromisoformat(str(rule.get("local_time", "13:00")))
    local = pd.DatetimeIndex(ts.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    days = pd.Series(local.date)
    known = {
        day: round(
            datetime.combine(
                day - timedelta(days=int(rule["days_before"])), clock, tzinfo=zone
            ).timestamp()
        )
        * 1_000_000
        for day in days.unique()
    }
    return days.map(known).to_numpy(np.int64)
