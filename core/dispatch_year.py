"""What a battery saves in a year: with perfect foresight, and planned day by day without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.analytics.dispatch import plan
from core.analytics.dispatch_rolling import Rolled, roll, seasonal_outlook
from core.analytics.dispatch_savings import Saving, saving_parts
from core.analytics.dispatch_simulation import do_nothing
from core.analytics.dispatch_site import Floats, Outlook, Site, Tariff
from core.dispatch_choice import Choice
from core.dispatch_readings import (
    DAY_STEPS,
    STEP_H,
    STEP_US,
    WEEK_STEPS,
    Spot,
    fixed_import,
    load_signals,
    pv_signals,
    read_powers,
    read_prices,
    spot_told,
)
from core.dispatch_report import build_site, cost_of_refill
from core.dispatch_sizing import YEAR_H, days_read
from core.query import Store

FORESIGHT_LIMIT_S = 120.0
PLAN_HOUR = 13  # prices of a day-ahead auction come out then


@dataclass(frozen=True)
class YearReport:
    """A saving in the days read, energy as for a year, the demand charge as it is.

    Attributes
    ----------
    start, end : of the readings [µs UTC]. days : between them.
    bill_eur : without the battery, as for a year.
    price_device : where exchange prices are from; None: fixed prices.
    gap : of plans to the best possible, the worst. bridged : steps of load without readings.
    """

    start: int
    end: int
    days: float
    saving: Saving
    bill_eur: float
    price_device: str | None
    gap: float
    bridged: int = 0


def foresight_year(store: Store, choice: Choice) -> YearReport:
    """What the battery could have saved in the newest `choice.days`, all known before: the most.

    The highest import of the days read is taken for that of the year. Vehicles, rooms and relays
    are left out.

    Raises
    ------
    QueryError : too few readings. PlanError : as `core.analytics.dispatch.plan`.
    """
    start, end, site, actual, device, bridged = _read(store, choice)
    best = plan(site, actual, time_limit_s=FORESIGHT_LIMIT_S)
    found = _reported(start, end, site, actual, best.flows[0], device, best.gap)
    return replace(found, bridged=bridged)


def planned_year(store: Store, choice: Choice) -> YearReport:
    """What the battery would have saved, planned every day for two, knowing only days before.

    It is planned at 13:00 local time, when the prices of the next day come out. Prices that were
    not known then are expected to be those of the same hour of the newest day that was; those of
    times before there are any are taken as they came. Raises as `foresight_year`.
    """
    start, end, site, actual, device, bridged = _read(store, choice)
    ts = np.arange(start, end, STEP_US)
    spots = spot_told(store, start - DAY_STEPS * STEP_US, end)
    spot = next((one for one in spots if one.device == device), None)
    went = planned_daily(site, actual, ts, store.zone, fixed_import(choice, ts, store.zone), spot)
    found = _reported(start, end, site, actual, went.run.flows, device, went.worst_gap)
    return replace(found, bridged=bridged)


def planned_daily(
    site: Site, actual: Outlook, ts: np.ndarray, zone: str, fixed_eur_kwh: Floats, spot: Spot | None
) -> Rolled:
    """A run planned at 13:00 of every day for two, expecting days before and prices known then.

    Parameters
    ----------
    ts : (T,) starts of the steps [µs UTC].
    fixed_eur_kwh : (T,) what is added to the exchange's price.
    spot : prices of the exchange; None: those of the site are fixed ones.
    """

    def known(begin: int, stop: int) -> Sequence[Outlook]:
        return days_like_before(actual, begin, stop - begin)

    def priced(begin: int, stop: int) -> Tariff:
        reach, tariff = slice(begin, stop), site.tariff
        found = None if spot is None else spot.expected(ts[reach], int(ts[begin]))
        buy = tariff.import_eur_kwh[reach] if found is None else fixed_eur_kwh[reach] + found[0]
        return Tariff(buy, tariff.export_eur_kwh[reach])

    return roll(
        site, actual, known, horizon=2 * DAY_STEPS, starts=plan_steps(ts, zone), prices=priced
    )


def plan_steps(ts: np.ndarray, zone: str) -> list[int]:
    """Steps before which a plan is made: the first, and every one that begins at 13:00 local."""
    local = pd.to_datetime(ts, unit="us", utc=True).tz_convert(zone)
    due = np.asarray((local.hour == PLAN_HOUR) & (local.minute == 0))
    return [0, *(int(at) for at in np.flatnonzero(due) if at)]


def _read(store: Store, choice: Choice) -> tuple[int, int, Site, Outlook, str | None, int]:
    start, end = days_read(store, choice)
    load = read_powers(store, choice.load, load_signals, start, end)
    sun = read_powers(store, choice.pv, pv_signals, start, end, missing=0.0).total().clip(min=0)
    actual = Outlook(load.total(), sun)
    prices = read_prices(store, choice, np.arange(start, end, STEP_US))
    site = build_site(choice, prices.tariff, peak_kw=0.0, soc=None)
    assert site.battery is not None
    worth = cost_of_refill(site.battery, prices.tariff, [actual])
    site = replace(site, battery=replace(site.battery, stored_eur_kwh=worth))
    return start, end, site, actual, prices.device, load.bridged


def _reported(
    start: int, end: int, site: Site, actual: Outlook, flows: pd.DataFrame, device: str | None,
    gap: float,
) -> YearReport:  # fmt: skip
    nothing = do_nothing(site, actual)
    share = YEAR_H / (site.steps * STEP_H)
    bill = nothing.costs
    saving = as_for_a_year(saving_parts(site, nothing.flows, flows), share)
    yearly = share * (bill.bill_eur - bill.demand_eur) + bill.demand_eur
    return YearReport(start, end, site.steps / DAY_STEPS, saving, yearly, device, gap)


def days_like_before(actual: Outlook, now: int, steps: int) -> list[Outlook]:
    """Outlooks of the steps from `now`: a week and a day before, as far as there are readings.

    On the first day there is nothing before: it is taken as it came.
    """
    periods = [one for one in (WEEK_STEPS, DAY_STEPS) if one <= now]
    if not periods:
        reach = slice(now, now + steps)
        return [Outlook(actual.load_kw[reach], actual.pv_kw[reach])]
    load, sun = actual.load_kw[:now], actual.pv_kw[:now]
    return [seasonal_outlook(load, sun, steps, period) for period in periods]


def as_for_a_year(saving: Saving, share: float) -> Saving:
    """A saving with its energy scaled; the demand charge is that of a year as it is."""
    return replace(
        saving, arbitrage_eur=share * saving.arbitrage_eur,
        self_consumption_eur=share * saving.self_consumption_eur,
        wear_eur=share * saving.wear_eur, stored_eur=share * saving.stored_eur,
        discharged_kwh=share * saving.discharged_kwh,
    )  # fmt: skip
