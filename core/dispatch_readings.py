"""Load, sun, prices and SOC of a site from its store, in steps of a quarter hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.dispatch_site import Floats, Tariff, eur_kwh_from_eur_mwh
from core.bess import of_quantity
from core.dispatch_choice import LOADS, Choice
from core.errors import QueryError
from core.inputs import prices_known
from core.levels import HOUR
from core.pv_signals import POWERS
from core.query import SignalInfo, Store
from core.windows import newest_reading, power_buckets

STEP_US = 900_000_000
STEP_H = 0.25
DAY_STEPS, WEEK_STEPS = 96, 672
LONGEST_GAP = 4  # steps of a load that are bridged by a line
MOST_FILLED = 0.05  # of a window that may be as on other days
OTHER_DAYS = (
    -1,
    1,
    -7,
    7,
    -2,
    2,
    -3,
    3,
)  # that a longer gap is filled from, the first that was read


def load_signals(store: Store, device: str) -> list[SignalInfo]:
    """The signal that tells the power of a meter."""
    return of_quantity(store.signals(device), *LOADS)[:1]


def pv_signals(store: Store, device: str) -> list[SignalInfo]:
    """Signals that add up to the power of a plant."""
    return of_quantity(store.signals(device), *POWERS)


def planned_end(store: Store, choice: Choice) -> int:
    """End of the last whole step that every load has readings of [µs UTC].

    Raises
    ------
    QueryError : a device has no power.
    """
    newest = []
    for device in choice.load:
        found = load_signals(store, device)
        if not found or found[0].last is None:
            raise QueryError(f"{device} has no signal that is a power")
        newest.append(found[0].last + found[0].step_us)
    if not newest:
        raise QueryError("no load: name a meter")
    return min(newest) // STEP_US * STEP_US


@dataclass(frozen=True)
class Readings:
    """Mean powers by step [kW].

    Attributes
    ----------
    by_device : (T,) each. signals : that they are the sums of.
    bridged : steps without readings that a line was drawn over, or that are as on another day.
    """

    by_device: Mapping[str, Floats]
    signals: Mapping[str, tuple[str, ...]]
    steps: int
    bridged: int = 0

    def total(self) -> Floats:
        """Of all devices together."""
        return sum(self.by_device.values(), np.zeros(self.steps))


def total(
    store: Store, devices: Sequence[str], signals: Callable[[Store, str], list[SignalInfo]],
    start: int, end: int, missing: float | None = None,
) -> Floats:  # fmt: skip
    """Power of devices together by step [kW]; see `read_powers`."""
    return read_powers(store, devices, signals, start, end, missing).total()


def read_powers(
    store: Store, devices: Sequence[str], signals: Callable[[Store, str], list[SignalInfo]],
    start: int, end: int, missing: float | None = None,
) -> Readings:  # fmt: skip
    """Power of devices by step [kW].

    Parameters
    ----------
    missing : taken where nothing was read; None: short gaps are bridged by a line, longer ones are
        as at the same time of another day.

    Raises
    ------
    QueryError : nothing was read for more than a twentieth of the time, or on no day near.
    """
    steps, bridged = (end - start) // STEP_US, 0
    found: dict[str, Floats] = {}
    names: dict[str, tuple[str, ...]] = {}
    for device in devices:
        sums = np.zeros(steps)
        infos = signals(store, device)
        for info in infos:
            course = _by_step(store, info, start, end)
            gaps = course.isna()
            if missing is None:
                course = course.interpolate(limit=LONGEST_GAP, limit_area="inside")
                bridged += int(gaps.sum())
                count = int(course.isna().sum())
                if count <= MOST_FILLED * len(course):
                    course = as_on_other_days(course)
                if course.isna().any():
                    raise QueryError(
                        f"{device}/{info.name} has no readings for {count * STEP_H:g} h of the "
                        f"{len(course) * STEP_H:g} h that a plan is made from"
                    )
            sums += course.fillna(missing or 0.0).to_numpy(np.float64)
        found[device], names[device] = sums, tuple(one.name for one in infos)
    return Readings(found, names, steps, bridged)


def as_on_other_days(course: pd.Series[Any]) -> pd.Series[Any]:
    """Steps without readings as at the same time of a day before, else after, that has them."""
    filled = course
    for days in OTHER_DAYS:
        filled = filled.fillna(course.shift(-days * DAY_STEPS))
    return filled


def _by_step(store: Store, info: SignalInfo, start: int, end: int) -> pd.Series[Any]:
    """Mean power of each step [kW], NaN where nothing was read."""
    rows, _, _, _ = power_buckets(store, info, start, end, STEP_US)
    frame = pd.DataFrame({"at": (rows.ts - start) // STEP_US, "sum": rows.sum, "n": rows.count})
    sums = frame.groupby("at")[["sum", "n"]].sum()
    mean = sums["sum"] / sums["n"]
    return mean.reindex(range((end - start) // STEP_US))


@dataclass(frozen=True)
class Prices:
    """Prices of each step.

    Attributes
    ----------
    device : that tells those of the exchange; None: fixed prices.
    repeated : steps that the exchange has no price of, taken from the same hour of the newest day
        that it has.
    """

    tariff: Tariff
    device: str | None = None
    repeated: int = 0


def read_prices(
    store: Store, choice: Choice, ts: np.ndarray, issued: int | None = None
) -> Prices:  # fmt: skip
    """Prices of each step: those of the exchange with what is added, or fixed ones.

    Parameters
    ----------
    issued : only prices of the exchange that were known then [µs UTC]; None: all.
    """
    buy = fixed_import(choice, ts, store.zone)
    sell = np.full(len(ts), choice.export_eur_kwh)
    spot = _spot(store, ts, issued) if choice.spot else None
    if spot is None:
        return Prices(Tariff(buy, sell))
    return Prices(Tariff(buy + spot[0], sell), spot[1], spot[2])


def fixed_import(choice: Choice, ts: np.ndarray, zone: str) -> Floats:
    """What a kWh costs in each step, prices of the exchange left out [€/kWh]."""
    buy = np.full(len(ts), choice.import_eur_kwh)
    if choice.low_eur_kwh is None:
        return buy
    local = pd.to_datetime(ts, unit="us", utc=True).tz_convert(zone)
    hour = local.hour.to_numpy() + local.minute.to_numpy() / 60
    begin, stop = choice.low_from_h, choice.low_to_h
    low = (begin <= hour) & (hour < stop) if begin <= stop else (hour >= begin) | (hour < stop)
    return np.where(low, choice.low_eur_kwh, buy)


@dataclass(frozen=True)
class Spot:
    """Prices of an exchange [€/kWh], and since when each was known [µs UTC]."""

    device: str
    at: np.ndarray
    price: Floats
    known: np.ndarray

    def expected(self, ts: np.ndarray, issued: int | None) -> tuple[Floats, np.ndarray] | None:
        """Price of each step as expected at `issued` (None: as it came), and which were not known.

        Those are of the same hour of the newest day that is known; None where there is none.
        """
        seen = slice(None) if issued is None else self.known <= issued
        at, price = self.at[seen], self.price[seen]
        found = _held(at, price, ts)
        lacking = ~np.isfinite(found)
        for back in range(1, len(ts) // DAY_STEPS + 2):
            if np.isfinite(found).all():
                break
            earlier = _held(at, price, ts - back * DAY_STEPS * STEP_US)
            found = np.where(np.isfinite(found), found, earlier)
        return (found, lacking) if np.isfinite(found).all() else None


def spot_told(store: Store, start: int, end: int) -> Iterator[Spot]:
    """Prices of [start, end) [µs UTC] of every device that tells them in €/MWh."""
    for device in store.devices():
        if not of_quantity(store.signals(device.name), "price"):
            continue
        told = prices_known(store, device.name, start, end)
        if told.unit in ("€/MWh", "EUR/MWh"):
            good = np.isfinite(told.price)
            price = eur_kwh_from_eur_mwh(told.price[good])
            yield Spot(device.name, told.ts[good], price, told.known[good])


def _spot(store: Store, ts: np.ndarray, issued: int | None) -> tuple[Floats, str, int] | None:
    """Price of the exchange in each step [€/kWh], its device, and steps that repeat a day before.

    Only what was known at `issued` is looked at. None where no device tells the day before either.
    """
    before = int(ts[0]) - DAY_STEPS * STEP_US - HOUR
    for spot in spot_told(store, before, int(ts[-1]) + 1):
        found = spot.expected(ts, issued)
        if found is not None:
            return found[0], spot.device, int(found[1].sum())
    return None


def billing_years(ts: np.ndarray, zone: str) -> NDArray[np.int64]:
    """Billing year of each step: the local calendar year, with a peak of its own."""
    local = pd.to_datetime(ts, unit="us", utc=True).tz_convert(zone)
    return local.year.to_numpy().astype(np.int64)


def peak_so_far(store: Store, choice: Choice, now: int) -> tuple[float, int]:
    """Highest net import of the billing year up to `now` [kW], and since when there are readings.

    The billing year is the local calendar year. Steps without readings of a load are left out;
    without readings of generation it counts as none.
    """
    local = pd.Timestamp(now, unit="us", tz="UTC").tz_convert(store.zone)
    year = pd.Timestamp(year=local.year, month=1, day=1, tz=store.zone)
    firsts = [one.first for d in choice.load for one in load_signals(store, d) if one.first]
    start = max(int(year.timestamp()) * 1_000_000, -(-max(firsts) // STEP_US) * STEP_US)
    if start >= now:
        return 0.0, now
    net = np.zeros((now - start) // STEP_US)
    for device in choice.load:
        for info in load_signals(store, device):
            net += _by_step(store, info, start, now).to_numpy(np.float64)
    net -= read_powers(store, choice.pv, pv_signals, start, now, missing=0.0).total()
    return float(net[np.isfinite(net)].max(initial=0.0)), start


def _held(at: np.ndarray, value: Floats, ts: np.ndarray) -> Floats:
    """The price that holds at each time, NaN where the last one is an hour old or more."""
    place = np.searchsorted(at, ts, side="right") - 1
    if not len(at):
        return np.full(len(ts), np.nan)
    fresh = (place >= 0) & (ts - at[place] < HOUR)
    return np.where(fresh, value[place], np.nan)


def read_soc(store: Store, choice: Choice, start: int) -> float | None:
    """SOC measured last before the start, as a ratio; None where there is none within a day."""
    if choice.battery is None:
        return None
    for info in of_quantity(store.signals(choice.battery), "soc")[:1]:
        found = newest_reading(store, choice.battery, info.name, start - 86_400_000_000, start)
        if found is not None:
            return found[1] / 100 if info.unit == "%" else found[1]
    return None
