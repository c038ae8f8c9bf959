"""The plan of a site: its readings loaded, its prices put together, four ways compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.dispatch import Plan, plan
from core.analytics.dispatch_costs import Costs
from core.analytics.dispatch_rolling import roll, seasonal_outlook
from core.analytics.dispatch_savings import (
    Saving,
    peak_shaving_curve,
    saving_parts,
    self_consumption_curve,
)
from core.analytics.dispatch_simulation import Run, do_nothing, greedy
from core.analytics.dispatch_site import (
    STRATEGIES,
    Battery,
    Connection,
    Floats,
    Outlook,
    Site,
    Tariff,
    eur_kwh_from_eur_mwh,
)
from core.bess import of_quantity
from core.dispatch_settings import DispatchSettings
from core.errors import QueryError
from core.pv_plant import POWERS
from core.query import SignalInfo, Store
from core.windows import newest_reading, power_buckets

STEP_US = 900_000_000
STEP_H = 0.25
DAY_STEPS, WEEK_STEPS = 96, 672
EVERY_STEPS = 16  # planned anew every four hours
LOADS = ("active_power", "load_power", "grid_power")
LONGEST_GAP = 4  # steps of a load that are bridged by a line
YEAR_H = 8766.0
MOST_DAYS = 366


@dataclass(frozen=True)
class Choice:
    """What a plan is asked for; see `core.dispatch_settings` for the prices.

    Attributes
    ----------
    load, pv : devices whose power is load and generation. battery : device that tells the SOC.
    hours : to plan. days : of readings that sizes are computed from.
    """

    load: tuple[str, ...]
    pv: tuple[str, ...]
    battery: str | None
    capacity_kwh: float
    power_kw: float
    efficiency: float
    soc_min: float
    soc_max: float
    wear_eur_kwh: float
    import_eur_kwh: float
    low_eur_kwh: float | None
    low_from_h: float
    low_to_h: float
    export_eur_kwh: float
    demand_eur_kw_a: float
    spot: bool
    import_kw: float | None
    export_kw: float | None
    curtail: bool
    strategy: str
    hours: int = 48
    days: int = 30


@dataclass(frozen=True)
class PlanReport:
    """A plan and what it is compared with.

    Attributes
    ----------
    start : of the first step [µs UTC]. ts : (T,) starts of steps.
    actual : what really came; it was not known to the plan.
    costs : of ``nothing greedy plan perfect``, all with what really came.
    followed : planned anew every four hours, as it went. saving : of that against doing nothing.
    price_device : where exchange prices are from; None: fixed prices.
    soc_known : whether the SOC at the start was measured; else it is taken as half.
    bridged : steps of the load without readings.
    """

    choice: Choice
    start: int
    ts: np.ndarray
    plan: Plan
    actual: Outlook
    costs: dict[str, Costs]
    followed: Run
    saving: Saving
    price_device: str | None
    soc_known: bool
    bridged: int


@dataclass(frozen=True)
class SizingReport:
    """Sizes of a battery against what they save in a year.

    Attributes
    ----------
    peaks : frame of `peak_shaving_curve` with `saving_eur_a`.
    own_use : frame of `self_consumption_curve` with `saving_eur_a`; None without PV.
    days : of readings behind it.
    """

    peaks: pd.DataFrame
    own_use: pd.DataFrame | None
    peak_kw: float
    days: float
    start: int
    end: int


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


def plan_report(store: Store, choice: Choice) -> PlanReport:
    """Plan the last `hours` that have readings, as they could have been planned at their start.

    The load and sun thought of are those of a week and of a day before (two outlooks, alike
    probable); what really came is known afterwards and is what all four ways are charged with.

    Raises
    ------
    QueryError : too few readings. PlanError : as `core.analytics.dispatch.plan`.
    """
    end = planned_end(store, choice)
    steps = round(choice.hours / STEP_H)
    start = end - steps * STEP_US
    begin = start - max(WEEK_STEPS, steps) * STEP_US
    load, bridged = _total(store, choice.load, load_signals, begin, end)
    sun, _ = _total(store, choice.pv, pv_signals, begin, end, missing=0.0)
    sun = sun.clip(min=0.0)
    ts = np.arange(start, end, STEP_US)
    prices, device = _prices(store, choice, ts)
    peak = float(load[:-steps].max(initial=0.0))
    soc = _soc(store, choice, start)
    actual = Outlook(load[-steps:], sun[-steps:])
    outlooks = _thought(load[:-steps], sun[:-steps], steps)
    site = build_site(choice, prices, peak_kw=peak, soc=soc)
    assert site.battery is not None
    worth = cost_of_refill(site.battery, prices, outlooks)
    site = replace(site, battery=replace(site.battery, stored_eur_kwh=worth))
    made = plan(site, outlooks)

    def known(begin: int, stop: int) -> Sequence[Outlook]:
        now = len(load) - steps + begin
        return _thought(load[:now], sun[:now], stop - begin)

    followed = roll(site, actual, known, horizon=steps, every=EVERY_STEPS).run
    nothing, greedy_run = do_nothing(site, actual), greedy(site, actual)
    costs = {
        "nothing": nothing.costs,
        "greedy": greedy_run.costs,
        "plan": followed.costs,
        "perfect": plan(site, actual).costs[0],
    }
    saving = saving_parts(site, nothing.flows, followed.flows)
    return PlanReport(
        choice, start, ts, made, actual, costs, followed, saving, device, soc is not None, bridged
    )


def build_site(choice: Choice, prices: Tariff, *, peak_kw: float, soc: float | None) -> Site:
    """The site of a choice; the demand charge is that of a year, above the peak so far."""
    side = float(np.sqrt(choice.efficiency))
    battery = Battery(
        choice.capacity_kwh, choice.power_kw, choice.power_kw, side, side, choice.soc_min,
        choice.soc_max, 0.5 if soc is None else soc, wear_eur_kwh=choice.wear_eur_kwh,
    )  # fmt: skip
    tariff = Tariff(prices.import_eur_kwh, prices.export_eur_kwh, choice.demand_eur_kw_a, peak_kw)
    limits = Connection(
        np.inf if choice.import_kw is None else choice.import_kw,
        np.inf if choice.export_kw is None else choice.export_kw, choice.curtail,
    )  # fmt: skip
    return Site(STEP_H, tariff, limits, battery, strategy=STRATEGIES[choice.strategy])


def cost_of_refill(battery: Battery, prices: Tariff, outlooks: Sequence[Outlook]) -> float:
    """What it costs to store a kWh anew [€/kWh]: the value of one left at the end of a plan.

    A surplus costs what it would have earned, all else what is paid; a quarter of the steps are
    cheaper than the price taken. Never more than a kWh saves at the mean price.
    """
    price = np.concatenate(
        [
            np.where(o.pv_kw > o.load_kw, prices.export_eur_kwh, prices.import_eur_kwh)
            for o in outlooks
        ]
    )
    refill = float(np.quantile(price, 0.25)) / battery.charge_efficiency
    mean = float(prices.import_eur_kwh.mean())
    saves = battery.discharge_efficiency * (mean - battery.wear_eur_kwh)
    return max(min(refill, saves), 0.0)


def _thought(load: Floats, sun: Floats, steps: int) -> list[Outlook]:
    """What is thought of the next steps: those of a week and of a day before, over again."""
    return [seasonal_outlook(load, sun, steps, period) for period in (WEEK_STEPS, DAY_STEPS)]


def _total(
    store: Store, devices: Sequence[str], signals: Callable[[Store, str], list[SignalInfo]],
    start: int, end: int, missing: float | None = None,
) -> tuple[Floats, int]:  # fmt: skip
    """Power of devices by step [kW], and how many steps were bridged."""
    total, bridged = np.zeros((end - start) // STEP_US), 0
    for device in devices:
        for info in signals(store, device):
            course = _by_step(store, info, start, end)
            gaps = course.isna()
            if missing is None:
                course = course.interpolate(limit=LONGEST_GAP, limit_area="inside")
                bridged += int(gaps.sum())
                if course.isna().any():
                    count = int(course.isna().sum())
                    raise QueryError(
                        f"{device}/{info.name} has no readings for {count * STEP_H:g} h of the "
                        f"{len(course) * STEP_H:g} h that a plan is made from"
                    )
            total += course.fillna(missing or 0.0).to_numpy(np.float64)
    return total, bridged


def _by_step(store: Store, info: SignalInfo, start: int, end: int) -> pd.Series[Any]:
    """Mean power of each step [kW], NaN where nothing was read."""
    rows, _, _, _ = power_buckets(store, info, start, end, STEP_US)
    frame = pd.DataFrame({"at": (rows.ts - start) // STEP_US, "sum": rows.sum, "n": rows.count})
    sums = frame.groupby("at")[["sum", "n"]].sum()
    mean = sums["sum"] / sums["n"]
    return mean.reindex(range((end - start) // STEP_US))


def _prices(store: Store, choice: Choice, ts: np.ndarray) -> tuple[Tariff, str | None]:
    """Prices of each step, and the device that tells those of the exchange."""
    local = pd.to_datetime(ts, unit="us", utc=True).tz_convert(store.zone)
    hour = local.hour.to_numpy() + local.minute.to_numpy() / 60
    buy = np.full(len(ts), choice.import_eur_kwh)
    if choice.low_eur_kwh is not None:
        begin, stop = choice.low_from_h, choice.low_to_h
        low = (begin <= hour) & (hour < stop) if begin <= stop else (hour >= begin) | (hour < stop)
        buy = np.where(low, choice.low_eur_kwh, buy)
    sell = np.full(len(ts), choice.export_eur_kwh)
    spot = _spot(store, ts) if choice.spot else None
    if spot is None:
        return Tariff(buy, sell), None
    return Tariff(buy + spot[0], sell), spot[1]


def _spot(store: Store, ts: np.ndarray) -> tuple[Floats, str] | None:
    """Price of the exchange in each step [€/kWh] and its device; None where none covers all."""
    for device in store.devices():
        for info in of_quantity(store.signals(device.name), "price")[:1]:
            if info.unit not in ("€/MWh", "EUR/MWh"):
                continue
            at, value = store.raw(device.name, info.name, int(ts[0]) - 3_600_000_000,
                                  int(ts[-1]) + 1)  # fmt: skip
            place = np.searchsorted(at, ts, side="right") - 1
            if len(at) and place.min() >= 0 and (ts - at[place]).max() < 3_600_000_000:
                return eur_kwh_from_eur_mwh(value[place]), device.name
    return None


def _soc(store: Store, choice: Choice, start: int) -> float | None:
    """SOC measured last before the start, as a ratio; None where there is none within a day."""
    if choice.battery is None:
        return None
    for info in of_quantity(store.signals(choice.battery), "soc")[:1]:
        found = newest_reading(store, choice.battery, info.name, start - 86_400_000_000, start)
        if found is not None:
            return found[1] / 100 if info.unit == "%" else found[1]
    return None


def sizing_report(store: Store, choice: Choice) -> SizingReport:
    """What batteries of several sizes would have saved in the days read, as for a year.

    Raises
    ------
    QueryError : too few readings.
    """
    end = planned_end(store, choice)
    firsts = [one.first for d in choice.load for one in load_signals(store, d) if one.first]
    first = max(firsts) // STEP_US * STEP_US + STEP_US
    start = max(end - min(choice.days, MOST_DAYS) * DAY_STEPS * STEP_US, first)
    if end - start < DAY_STEPS * STEP_US:
        raise QueryError("less than a day of readings of the load")
    load, _ = _total(store, choice.load, load_signals, start, end)
    sun, _ = _total(store, choice.pv, pv_signals, start, end, missing=0.0)
    sun, side = sun.clip(min=0.0), float(np.sqrt(choice.efficiency))
    share = YEAR_H / (len(load) * STEP_H)
    peaks = peak_shaving_curve(
        load - sun, STEP_H, charge_efficiency=side, discharge_efficiency=side
    )
    peaks["saving_eur_a"] = peaks["reduction_kw"] * choice.demand_eur_kw_a
    own = None
    if float(sun.sum()) > 0:
        most = max(4 * choice.capacity_kwh, 2 * float(sun.sum()) * STEP_H * DAY_STEPS / len(sun))
        rate = choice.power_kw / choice.capacity_kwh if choice.capacity_kwh else 0.5
        own = self_consumption_curve(
            load, sun, STEP_H, np.linspace(0, most, 41).tolist(), c_rate=rate,
            charge_efficiency=side, discharge_efficiency=side,
        )  # fmt: skip
        bought = own["import_kwh"].iloc[0] - own["import_kwh"]
        sold = own["export_kwh"].iloc[0] - own["export_kwh"]
        worth = bought * (choice.import_eur_kwh - choice.wear_eur_kwh)
        own["saving_eur_a"] = (worth - sold * choice.export_eur_kwh) * share
    return SizingReport(peaks, own, float((load - sun).max()), len(load) / DAY_STEPS, start, end)


UNITS = {
    "load_kw": "kW", "pv_kw": "kW", "import_kw": "kW", "export_kw": "kW", "charge_kw": "kW",
    "discharge_kw": "kW", "curtailed_kw": "kW", "stored_kwh": "kWh", "soc_ratio": "1",
    "import_eur_kwh": "EUR/kWh", "export_eur_kwh": "EUR/kWh",
}  # fmt: skip


def plan_frame(report: PlanReport, zone: str) -> pd.DataFrame:
    """The plan step by step for export: local start, powers [kW], energy [kWh], prices [€/kWh]."""
    flows, tariff = report.plan.flows[0], report.plan.site.tariff
    start = pd.to_datetime(report.ts, unit="us", utc=True).tz_convert(zone)
    frame = flows.drop(columns=["vehicles_kw", "heating_kw"]).reset_index(drop=True)
    return frame.assign(
        import_eur_kwh=tariff.import_eur_kwh, export_eur_kwh=tariff.export_eur_kwh
    ).pipe(lambda one: one.assign(start=start)[["start", *one.columns]])


def for_days(choice: Choice, days: int) -> Choice:
    """The same choice for sizes from other days of readings."""
    return replace(choice, days=days)


def saving_at(own_use: pd.DataFrame, capacity_kwh: float) -> float:
    """Saving of a usable capacity by self-consumption [€/a], between the sizes of the curve."""
    return float(np.interp(capacity_kwh, own_use["capacity_kwh"], own_use["saving_eur_a"]))


def told_choice(
    store: Store, told: DispatchSettings, battery: str | None, load: Sequence[str],
    pv: Sequence[str], strategy: str | None, hours: int,
) -> Choice:  # fmt: skip
    """What settings and facts of the store ask for, where nobody says otherwise.

    Raises
    ------
    UnknownDevice
    QueryError : no load is named, the size of the battery is not known, or no such strategy.
    """
    loads, plants = tuple(load) or told.load, tuple(pv) or told.pv
    for name in (*loads, *plants):
        store.device(name)
    if not loads:
        raise QueryError("no load: name a meter with --load, or in the settings of dispatch")
    facts = store.device(battery).facts if battery else {}
    size, tariff, limits = told.battery, told.tariff, told.connection
    capacity = facts.get("nominal_kwh") if size.capacity_kwh is None else size.capacity_kwh
    power = facts.get("rated_kw") if size.power_kw is None else size.power_kw
    if capacity is None or power is None:
        raise QueryError("size of the battery unknown: set capacity_kwh and power_kw in [battery]")
    name = strategy or told.strategy
    if name not in STRATEGIES:
        raise QueryError(f"no strategy {name!r}; there are {', '.join(STRATEGIES)}")
    return Choice(
        load=loads, pv=plants, battery=battery, capacity_kwh=float(capacity), power_kw=float(power),
        efficiency=size.efficiency, soc_min=size.soc_min, soc_max=size.soc_max,
        wear_eur_kwh=size.wear_eur_kwh, import_eur_kwh=tariff.import_eur_kwh,
        low_eur_kwh=tariff.low_eur_kwh, low_from_h=tariff.low_from_h, low_to_h=tariff.low_to_h,
        export_eur_kwh=tariff.export_eur_kwh, demand_eur_kw_a=tariff.demand_eur_kw_a,
        spot=tariff.spot, import_kw=limits.import_kw, export_kw=limits.export_kw,
        curtail=limits.curtail, strategy=name, hours=hours,
    )  # fmt: skip


def plan_content(report: PlanReport, zone: str) -> dict[str, Any]:
    """The plan as plain values, for JSON: figures, weights, units and steps."""
    frame = plan_frame(report, zone)
    frame["start"] = [one.isoformat() for one in frame["start"]]
    weights = report.plan.site.strategy
    return {
        "zone": zone,
        "status": report.plan.status,
        "gap": report.plan.gap,
        "strategy": {"name": weights.name, "cost": weights.cost,
                     "import_eur_kwh": weights.import_eur_kwh,
                     "comfort_eur_kh": weights.comfort_eur_kh},
        "outlook": "load and sun as a week and as a day before, alike probable",
        "price_device": report.price_device,
        "costs": {way: costs.as_dict() for way, costs in report.costs.items()},
        "units": UNITS,
        "steps": frame.to_dict("records"),
    }  # fmt: skip
