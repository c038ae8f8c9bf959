"""The plan of a site: its readings loaded, its prices put together, four ways compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.dispatch import Plan, plan
from core.analytics.dispatch_comfort import with_comfort_priced
from core.analytics.dispatch_costs import Costs, cost_of, missed_by_room
from core.analytics.dispatch_rolling import (
    KnownPrices,
    Rule,
    better_rule,
    execute,
    roll,
    start_state,
    with_prices,
)
from core.analytics.dispatch_savings import Saving, saving_parts
from core.analytics.dispatch_simulation import Run, do_nothing, greedy
from core.analytics.dispatch_site import (
    STRATEGIES,
    Battery,
    Connection,
    Outlook,
    Site,
    Tariff,
)
from core.dispatch_choice import Choice
from core.dispatch_house import Behind, behind_meter
from core.dispatch_outlook import Expectation, Source, expectation
from core.dispatch_readings import (
    STEP_H,
    STEP_US,
    WEEK_STEPS,
    Prices,
    billing_years,
    load_signals,
    peak_so_far,
    planned_end,
    pv_signals,
    read_powers,
    read_prices,
    read_soc,
)
from core.errors import Infeasible
from core.query import Store

EVERY_STEPS = 16  # planned anew every four hours
LEAST_KH, LEAST_EUR = 0.05, 0.005  # less is not shown
ROLLED_LIMIT_S = 4.0  # of all plans of a past window, for whole numbers


@dataclass(frozen=True)
class PlanReport:
    """A plan and what it is compared with.

    Attributes
    ----------
    start : of the first step [µs UTC]. ts : (T,) starts of steps.
    actual : what really came, not known to the plan; None for a plan of times to come.
    costs : of ways. Of the past ``nothing greedy plan perfect`` with what really came, the plan
        made anew every four hours. Ahead the same, expected over the outlooks with the plan
        followed as it is now; ``perfect`` knows which of them comes.
    saving : of the plan against doing nothing, by part.
    expected : what load and sun are expected by.
    soc_known : whether the SOC at the start was measured; else it is taken as half.
    thermostats : air of the rooms when nothing is planned [°C], by room.
    rule : what the battery does of the plan, see `dispatch_rolling.better_rule`.
    flows : frame of `dispatch_costs.FLOWS` with `soc_ratio`. Of the past the run that is costed,
        with load and sun as they came; ahead that by the rule, in the central outlook.
    vehicles : power of each over the same steps [kW].
    prices : that are charged. expected_prices : that the first plan was made with.
    peak_since : start of the readings that the highest import so far is of [µs UTC].
    gap : to the best possible, of a run planned anew that of its worst plan.
    year_begins : the billing year begins within the window or began in the week before: a demand
    charge is then that of a year, not of these days.
    """

    choice: Choice
    start: int
    ts: np.ndarray
    plan: Plan
    actual: Outlook | None
    costs: dict[str, Costs]
    saving: Saving
    prices: Prices
    behind: Behind
    sources: tuple[Source, ...]
    soc_known: bool
    bridged: int
    thermostats: pd.DataFrame
    rule: Rule
    flows: pd.DataFrame
    vehicles: pd.DataFrame
    expected_prices: Prices
    peak_since: int
    gap: float
    year_begins: bool = False

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways that are compared, the plan third."""
        return tuple(self.costs)

    @property
    def demand_aside(self) -> bool:
        """Whether the demand charge is left out of the headline, see `year_begins`."""
        return self.year_begins and self.plan.site.tariff.demand_eur_kw > 0

    def costs_of_days(self, way: str) -> Costs:
        """Costs of a way, without a demand charge that is no cost of these days."""
        costs = self.costs[way]
        return replace(costs, demand_eur=0.0) if self.demand_aside else costs

    @property
    def saving_of_days(self) -> Saving:
        """The saving, without that of a demand charge that is no cost of these days."""
        return replace(self.saving, peak_eur=0.0) if self.demand_aside else self.saving

    def headline_eur(self, way: str) -> float:
        """Total of `costs_of_days` [€]."""
        return self.costs_of_days(way).total_eur

    @property
    def cheaper(self) -> tuple[str, float] | None:
        """Cheapest of the simpler ways and by how much it costs less [€]; None: the plan is."""
        way = min(("greedy", "nothing"), key=self.headline_eur)
        less = self.headline_eur("plan") - self.headline_eur(way)
        return (way, less) if less > LEAST_EUR else None

    @property
    def gives_up_comfort(self) -> bool:
        """Whether the plan leaves more outside the comfort bands than thermostats do."""
        return self.costs["plan"].comfort_kh > self.costs["nothing"].comfort_kh + LEAST_KH

    @property
    def forecast(self) -> bool:
        """Whether a stored model tells any of load and sun."""
        return any(one.served for one in self.sources)


def plan_report(
    store: Store, choice: Choice, *, plants: Path | None = None, stamp: str = ""
) -> PlanReport:
    """Plan the hours after the newest reading, or with `choice.past` those up to it.

    Prices of the exchange count from when they were known; before, the same hour of the newest day
    that was known is expected. Load and sun are expected as stored forecasts tell them, else as a
    week and as a day before; see `core.dispatch_outlook`. A plan of the past is made as it could
    have been at its start, and what came is what all ways are charged with.

    Parameters
    ----------
    plants : the setting of that name. stamp : only tells a cache that there are new models.

    Raises
    ------
    QueryError : too few readings. PlanError : as `core.analytics.dispatch.plan`.
    """
    del stamp
    end = planned_end(store, choice)
    steps = round(choice.hours / STEP_H)
    now = end - steps * STEP_US if choice.past else end
    begin = now - WEEK_STEPS * STEP_US
    load = read_powers(store, choice.load, load_signals, begin, end)
    sun = read_powers(store, choice.pv, pv_signals, begin, end, missing=0.0)
    expected = expectation(store, begin, load, sun, plants)
    ts = now + np.arange(steps) * STEP_US
    expected_prices = read_prices(store, choice, ts, now)
    prices = read_prices(store, choice, ts) if choice.past else expected_prices
    if expected_prices.device != prices.device:  # its prices begin too late to be expected
        expected_prices = prices = read_prices(store, replace(choice, spot=False), ts)
    peak, since = peak_so_far(store, choice, now)
    soc = read_soc(store, choice, now)
    behind = behind_meter(store, choice.house, ts, STEP_US, now)
    outlooks = expected.outlooks(now, steps)
    site = build_site(
        choice, expected_prices.tariff, peak_kw=peak, soc=soc, periods=billing_years(ts, store.zone)
    )  # fmt: skip
    assert site.battery is not None
    worth = cost_of_refill(site.battery, site.tariff, outlooks)
    site = replace(
        site, battery=replace(site.battery, stored_eur_kwh=worth), vehicles=behind.vehicles,
        rooms=behind.rooms, relays=behind.relays,
    )  # fmt: skip
    site = with_comfort_priced(site)
    try:
        made = plan(site, outlooks, first_steps=EVERY_STEPS)
    except Infeasible as error:
        raise at_local_time(error, now, store.zone) from error
    rule = better_rule(made, outlooks)
    actual = None
    if choice.past:
        actual = Outlook(load.total()[WEEK_STEPS:], sun.total()[WEEK_STEPS:].clip(min=0.0))
        charged = replace(site, tariff=with_prices(site.tariff, prices.tariff))

        def priced(begin: int, stop: int) -> Tariff:
            spot = prices.device is not None
            asked = choice if spot else replace(choice, spot=False)
            return read_prices(store, asked, ts[begin:stop], int(ts[begin])).tariff

        went = _as_it_went(made, charged, rule, actual, expected, now, priced)
    else:
        went = _as_expected(made, rule, outlooks)
    return PlanReport(
        choice, now, ts, made, actual, went.costs, went.saving, prices, behind, expected.sources,
        soc is not None, load.bridged, went.idle.rooms, went.rule, went.flows, went.vehicles,
        expected_prices, since, went.gap, begins_year(ts, store.zone),
    )  # fmt: skip


def begins_year(ts: np.ndarray, zone: str) -> bool:
    """Whether a billing year begins within steps, or began in the week before them."""
    week_before = int(ts[0]) - WEEK_STEPS * STEP_US
    first, last = billing_years(np.array([week_before, int(ts[-1])]), zone)
    return bool(first != last)


def at_local_time(error: Infeasible, start: int, zone: str) -> Infeasible:
    """The same error, with local times in the place of steps."""

    def when(found: re.Match[str]) -> str:
        at = start + int(found[1]) * STEP_US
        return f"{pd.Timestamp(at, unit='us', tz='UTC').tz_convert(zone):%Y-%m-%d %H:%M}"

    return Infeasible(error.conflicts, re.sub(r"step (\d+)", when, str(error)), start)


@dataclass(frozen=True)
class Went:
    """Ways compared, and the run of the plan."""

    costs: dict[str, Costs]
    saving: Saving
    idle: Run
    rule: Rule
    flows: pd.DataFrame
    vehicles: pd.DataFrame
    gap: float


def _as_it_went(
    made: Plan, site: Site, rule: Rule, actual: Outlook, expected: Expectation, now: int,
    priced: KnownPrices,
) -> Went:  # fmt: skip
    """Costs of four ways with what really came, at the prices of `site`.

    The plan is made anew every four hours; one with relays takes seconds and is followed as it was
    made.
    """
    vehicles, gap = made.vehicles[0], made.gap
    if site.relays:
        followed = execute(made, actual, 0, site.steps, start_state(site), rule=rule)
        followed = replace(followed, costs=cost_of(site, followed.flows, followed.rooms))
    else:

        def known(begin: int, stop: int) -> Sequence[Outlook]:
            return expected.outlooks(now + begin * STEP_US, stop - begin)

        rolled = roll(
            site, actual, known, horizon=site.steps, every=EVERY_STEPS, prices=priced,
            time_limit_s=ROLLED_LIMIT_S / -(-site.steps // EVERY_STEPS),
        )  # fmt: skip
        followed, vehicles, gap = rolled.run, rolled.vehicles, rolled.worst_gap
        rule = rolled.rules[0] if len(set(rolled.rules)) == 1 else "powers"
    idle = do_nothing(site, actual)
    costs = {
        "nothing": idle.costs,
        "greedy": greedy(site, actual).costs,
        "plan": followed.costs,
        "perfect": plan(site, actual).costs[0],
    }
    saving = saving_parts(site, idle.flows, followed.flows)
    return Went(costs, saving, idle, rule, followed.flows, vehicles, gap)


def _as_expected(made: Plan, rule: Rule, outlooks: Sequence[Outlook]) -> Went:
    """Costs of ways over the outlooks, each by its probability."""
    site, shares = made.site, made.probabilities
    state = start_state(site)
    idle = [do_nothing(site, one) for one in outlooks]
    runs = [execute(made, one, 0, site.steps, state, rule=rule) for one in outlooks]
    costs = {
        "nothing": mean_of([one.costs for one in idle], shares),
        "greedy": mean_of([greedy(site, one).costs for one in outlooks], shares),
        "plan": mean_of([one.costs for one in runs], shares),
        "perfect": mean_of(plan(site, outlooks, first_steps=0).costs, shares),
    }
    parts = [
        saving_parts(site, one.flows, other.flows) for one, other in zip(idle, runs, strict=True)
    ]
    saving = mean_of(parts, shares)
    return Went(costs, saving, idle[0], rule, runs[0].flows, made.vehicles[0], made.gap)


P = TypeVar("P", Costs, Saving)


def mean_of(parts: Sequence[P], shares: Sequence[float]) -> P:
    """Mean of every field by share."""
    first = parts[0]
    return type(first)(
        **{
            one.name: float(
                sum(w * getattr(part, one.name) for w, part in zip(shares, parts, strict=True))
            )
            for one in fields(first)
        }
    )


def build_site(
    choice: Choice, prices: Tariff, *, peak_kw: float, soc: float | None,
    periods: NDArray[np.int64] | None = None,
) -> Site:  # fmt: skip
    """The site of a choice; the demand charge is that of a year, above the peak so far."""
    side = float(np.sqrt(choice.efficiency))
    battery = Battery(
        choice.capacity_kwh, choice.power_kw, choice.power_kw, side, side, choice.soc_min,
        choice.soc_max, 0.5 if soc is None else soc, wear_eur_kwh=choice.wear_eur_kwh,
    )  # fmt: skip
    tariff = Tariff(
        prices.import_eur_kwh, prices.export_eur_kwh, choice.demand_eur_kw_a, peak_kw, periods
    )  # fmt: skip
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


UNITS = {
    "load_kw": "kW", "pv_kw": "kW", "import_kw": "kW", "export_kw": "kW", "charge_kw": "kW",
    "discharge_kw": "kW", "curtailed_kw": "kW", "vehicles_kw": "kW", "heating_kw": "kW",
    "stored_kwh": "kWh", "soc_ratio": "1", "import_eur_kwh": "EUR/kWh",
    "export_eur_kwh": "EUR/kWh",
}  # fmt: skip
ROOM, RELAY, CAR = "room {} [°C]", "relay {}", "vehicle {} [kW]"


def plan_frame(report: PlanReport, zone: str) -> pd.DataFrame:
    """The run that is costed, step by step: local start, powers [kW], energy [kWh], prices [€/kWh].

    Vehicles, relays (0 or 1) and air of the rooms at the end of each step have a column each.
    """
    tariff = report.prices.tariff
    start = pd.to_datetime(report.ts, unit="us", utc=True).tz_convert(zone)
    frame = report.flows.reset_index(drop=True).assign(
        import_eur_kwh=tariff.import_eur_kwh, export_eur_kwh=tariff.export_eur_kwh
    )  # fmt: skip
    if not report.behind.vehicles:
        frame = frame.drop(columns="vehicles_kw")
    if not report.behind.relays:
        frame = frame.drop(columns="heating_kw")
    parts = [frame]
    for name, part in (
        (CAR, report.vehicles), (RELAY, report.plan.relays), (ROOM, report.plan.rooms)
    ):  # fmt: skip
        if len(part.columns):
            parts.append(part.reset_index(drop=True).rename(columns=name.format))
    whole = pd.concat(parts, axis=1)
    whole.insert(0, "start", start)
    return whole


def comfort_frame(report: PlanReport) -> pd.DataFrame:
    """By room: least and greatest temperature [°C] and kelvin hours outside the band.

    Returns
    -------
    frame `room`, `low`, `high` (the band while its lower edge is highest: that of the day),
    `coldest`, `warmest`, `missed_kh` of the plan, `before_kh` of thermostats, `price_eur_kh` of
    what is missed, in the objective alone.
    """
    rows = []
    site = report.plan.site
    missed, before = (missed_by_room(site, one) for one in (report.plan.rooms, report.thermostats))
    for room in site.rooms:
        air = report.plan.rooms[room.name].to_numpy(np.float64)
        day = int(np.argmax(room.low))
        rows.append(
            (room.name, room.low[day], room.high[day], air.min(), air.max(), missed[room.name],
             before[room.name], site.comfort_eur_kh(room))
        )  # fmt: skip
    names = ["room", "low", "high", "coldest", "warmest", "missed_kh", "before_kh", "price_eur_kh"]
    return pd.DataFrame(rows, columns=names)


def plan_content(report: PlanReport, zone: str) -> dict[str, Any]:
    """The plan as plain values, for JSON: figures, weights, units and steps."""
    frame = plan_frame(report, zone)
    frame["start"] = [one.isoformat() for one in frame["start"]]
    weights = report.plan.site.strategy
    return {
        "zone": zone,
        "window": "past" if report.choice.past else "ahead",
        "rule": report.rule,
        "status": report.plan.status,
        "gap": report.gap,
        "steps_are": "followed, load as it came" if report.choice.past else "expected",
        "strategy": {"name": weights.name, "cost": weights.cost,
                     "import_eur_kwh": weights.import_eur_kwh,
                     "comfort_times": weights.comfort_times},
        "outlook": [
            {"device": one.device, "by": one.served or "days before", "why": one.why}
            for one in report.sources
        ],
        "price_device": report.prices.device,
        "prices_repeated": report.expected_prices.repeated,
        "peak_so_far_kw": report.plan.site.tariff.peak_so_far_kw,
        "soc_measured": report.soc_known,
        "outdoor": report.behind.outdoor,
        "comfort": comfort_frame(report).to_dict("records"),
        "costs": {way: costs.as_dict() for way, costs in report.costs.items()},
        "units": UNITS,
        "steps": frame.to_dict("records"),
    }  # fmt: skip
