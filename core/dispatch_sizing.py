"""What batteries of several sizes would save in a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.dispatch_savings import peak_shaving_curve, self_consumption_curve
from core.analytics.dispatch_site import Floats, Tariff
from core.dispatch_choice import Choice
from core.dispatch_readings import (
    DAY_STEPS,
    STEP_H,
    STEP_US,
    load_signals,
    planned_end,
    pv_signals,
    read_powers,
    read_prices,
    total,
)
from core.errors import QueryError
from core.query import Store

YEAR_H = 8766.0
MOST_DAYS = 366


@dataclass(frozen=True)
class SizingReport:
    """Sizes of a battery against what they save in a year.

    Attributes
    ----------
    peaks : frame of `peak_shaving_curve` with `saving_eur_a`.
    own_use : frame of `self_consumption_curve` with `saving_eur_a`; None without PV.
    days : of readings behind it.
    price_device : that tells prices of the exchange; None: fixed prices.
    bridged : steps of load without readings.
    """

    peaks: pd.DataFrame
    own_use: pd.DataFrame | None
    peak_kw: float
    days: float
    start: int
    end: int
    price_device: str | None = None
    bridged: int = 0


def days_read(store: Store, choice: Choice) -> tuple[int, int]:
    """Start and end of the newest `choice.days` that every load has readings of [µs UTC].

    Raises
    ------
    QueryError : less than a day.
    """
    end = planned_end(store, choice)
    firsts = [one.first for d in choice.load for one in load_signals(store, d) if one.first]
    first = -(-max(firsts) // STEP_US) * STEP_US
    start = max(end - min(choice.days, MOST_DAYS) * DAY_STEPS * STEP_US, first)
    if end - start < DAY_STEPS * STEP_US:
        raise QueryError("less than a day of readings of the load")
    return start, end


def sizing_report(store: Store, choice: Choice) -> SizingReport:
    """What batteries of several sizes would have saved in the days read, as for a year.

    Raises
    ------
    QueryError : too few readings.
    """
    start, end = days_read(store, choice)
    read = read_powers(store, choice.load, load_signals, start, end)
    load = read.total()
    sun = total(store, choice.pv, pv_signals, start, end, missing=0.0)
    sun, side = sun.clip(min=0.0), float(np.sqrt(choice.efficiency))
    share = YEAR_H / (len(load) * STEP_H)
    peaks = peak_shaving_curve(
        load - sun, STEP_H, charge_efficiency=side, discharge_efficiency=side
    )
    peaks["saving_eur_a"] = peaks["reduction_kw"] * choice.demand_eur_kw_a
    own, price_device = None, None
    if float(sun.sum()) > 0:
        most = max(4 * choice.capacity_kwh, 2 * float(sun.sum()) * STEP_H * DAY_STEPS / len(sun))
        rate = choice.power_kw / choice.capacity_kwh if choice.capacity_kwh else 0.5
        own = self_consumption_curve(
            load, sun, STEP_H, np.linspace(0, most, 41).tolist(), c_rate=rate,
            charge_efficiency=side, discharge_efficiency=side,
        )  # fmt: skip
        prices = read_prices(store, choice, np.arange(start, end, STEP_US))
        price_device = prices.device
        bought = own["import_kwh"].iloc[0] - own["import_kwh"]
        sold = own["export_kwh"].iloc[0] - own["export_kwh"]
        covered, stored = prices_of_own_use(prices.tariff, load, sun)
        own["saving_eur_a"] = (bought * (covered - choice.wear_eur_kwh) - sold * stored) * share
    peak = float((load - sun).max())
    days = len(load) / DAY_STEPS
    return SizingReport(peaks, own, peak, days, start, end, price_device, read.bridged)


def prices_of_own_use(tariff: Tariff, load: Floats, sun: Floats) -> tuple[float, float]:
    """Mean price of what is bought, and of what a surplus would earn [€/kWh], weighted by energy.

    A battery that stores every surplus covers a share of the shortages; which of them depends on
    its size, so all count alike.
    """
    short, over = (load - sun).clip(min=0.0), (sun - load).clip(min=0.0)
    bought, sold = tariff.import_eur_kwh, tariff.export_eur_kwh
    return (
        float(short @ bought / short.sum()) if short.sum() > 0 else float(bought.mean()),
        float(over @ sold / over.sum()) if over.sum() > 0 else float(sold.mean()),
    )


def saving_at(own_use: pd.DataFrame, capacity_kwh: float) -> float:
    """Saving of a usable capacity by self-consumption [€/a], between the sizes of the curve."""
    return float(np.interp(capacity_kwh, own_use["capacity_kwh"], own_use["saving_eur_a"]))
