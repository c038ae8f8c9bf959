"""A plan made anew every few steps from the measured state, while load and PV come as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics.dispatch import Plan, plan
from core.analytics.dispatch_costs import Costs, cost_of
from core.analytics.dispatch_model import Bools
from core.analytics.dispatch_simulation import Run, do_nothing, follow, greedy, room_states
from core.analytics.dispatch_site import Floats, Outlook, Relay, Site, Tariff, Vehicle

Rule = Literal["powers", "balance", "idle"]
LEAST_GAIN = 1e-3  # less is within what outlooks leave out: they are smoother than what comes
RULES: tuple[Rule, ...] = ("balance", "idle", "powers")
Forecast = Callable[[int, int], Sequence[Outlook]]  # from step (known before it), to step
KnownPrices = Callable[[int, int], Tariff]  # likewise


@dataclass(frozen=True)
class State:
    """What is measured before a step.

    Attributes
    ----------
    soc : ratio. peak_kw : highest import of the billing period that the next step is in.
    drawn_kwh : by vehicle.
    rooms : states by room [°C]. relays : on, and steps held, by relay.
    """

    soc: float
    peak_kw: float
    drawn_kwh: dict[str, float]
    rooms: dict[str, Floats]
    relays: dict[str, tuple[bool, int]]


@dataclass(frozen=True)
class Rolled:
    """A rolled-out run: what happened, how often it was planned, worst gap, time to plan [s].

    `vehicles` is the power of each [kW]; `rules` are those that each plan was followed by.
    """

    run: Run
    vehicles: pd.DataFrame
    rules: tuple[Rule, ...]
    plans: int
    worst_gap: float
    seconds: float


def start_state(site: Site) -> State:
    """State that a site itself tells."""
    return State(
        soc=site.battery.soc_start if site.battery else 0.0,
        peak_kw=site.tariff.peak_so_far_kw,
        drawn_kwh={car.name: 0.0 for car in site.vehicles},
        rooms={room.name: np.asarray(room.start, np.float64) for room in site.rooms},
        relays={relay.name: (relay.on, relay.held) for relay in site.relays},
    )


def window(site: Site, start: int, stop: int, state: State) -> Site:
    """The site from step `start` to `stop`, in the state measured before `start`.

    A least SOC at the end holds where the window reaches the end; a vehicle that departs beyond the
    window has to have drawn what it cannot draw later.
    """
    tariff = site.tariff
    battery = site.battery
    if battery is not None:
        end = battery.soc_end if stop == site.steps else None
        battery = replace(battery, soc_start=state.soc, soc_end=end)
    return replace(
        site,
        tariff=Tariff(
            tariff.import_eur_kwh[start:stop], tariff.export_eur_kwh[start:stop],
            tariff.demand_eur_kw, state.peak_kw, tariff.period_of[start:stop],
        ),
        battery=battery,
        vehicles=tuple(
            one for car in site.vehicles
            if (one := _shifted(site, car, start, stop, state)) is not None
        ),
        rooms=tuple(
            replace(room, drift=room.drift[start:stop], low=room.low[start:stop],
                    high=room.high[start:stop], start=state.rooms[room.name])
            for room in site.rooms
        ),
        relays=tuple(_switched(relay, state) for relay in site.relays),
    )  # fmt: skip


def _shifted(site: Site, car: Vehicle, start: int, stop: int, state: State) -> Vehicle | None:
    """A vehicle as a window sees it; None outside its stay."""
    arrival, departure = max(car.arrival - start, 0), min(car.departure, stop) - start
    if departure <= arrival:
        return None
    left = max(car.energy_kwh - state.drawn_kwh[car.name], 0.0)
    later = max(car.departure - stop, 0) * car.most_kw * site.step_h
    most = (departure - arrival) * car.most_kw * site.step_h
    need = min(max(left - later, 0.0), most)
    return replace(car, arrival=arrival, departure=departure, energy_kwh=need)


def _switched(relay: Relay, state: State) -> Relay:
    on, held = state.relays[relay.name]
    return replace(relay, on=on, held=held)


def roll(
    site: Site,
    actual: Outlook,
    forecast: Forecast,
    *,
    horizon: int = 192,
    every: int = 4,
    starts: Sequence[int] | None = None,
    defend_peak: bool = True,
    time_limit_s: float | None = None,
    prices: KnownPrices | None = None,
) -> Rolled:
    """Plan, do the first steps, measure, plan anew.

    Parameters
    ----------
    forecast : (start, stop) -> outlooks of these steps, known before `start`.
    horizon, every : steps planned, steps done before the next plan. starts : steps before which it
        is planned, the first of them 0; None: every `every`.
    defend_peak : the battery also holds the planned peak where load comes higher than forecast.
    prices : (start, stop) -> prices of these steps as expected before `start`; None: those of the
        site. Charged are always those of the site.

    Raises
    ------
    Infeasible, Unbounded, PlanError : as `dispatch.plan`.
    """
    site.check(actual)
    began, state, worst, plans = time.perf_counter(), start_state(site), 0.0, 0
    done: list[Run] = []
    cars: list[pd.DataFrame] = []
    rules: list[Rule] = []
    begins = [*(starts or range(0, site.steps, every)), site.steps]
    for start, after in pairwise(begins):
        stop = min(max(start + horizon, after), site.steps)
        first = after - start
        ahead = window(site, start, stop, state)
        if prices is not None:
            ahead = replace(ahead, tariff=with_prices(ahead.tariff, prices(start, stop)))
        outlooks = forecast(start, stop)
        made = plan(ahead, outlooks, first_steps=first, time_limit_s=time_limit_s)
        plans, worst = plans + 1, max(worst, made.gap)
        rule = better_rule(made, outlooks, defend_peak=defend_peak)
        run = execute(made, actual, start, first, state, defend_peak=defend_peak, rule=rule)
        done.append(run)
        cars.append(made.vehicles[0].iloc[:first])
        rules.append(rule)
        state = _measured(site, made, run, start, first, state)
    flows = pd.concat([one.flows for one in done], ignore_index=True)
    rooms = pd.concat([one.rooms for one in done], ignore_index=True)
    relays = pd.concat([one.relays for one in done], ignore_index=True)
    costs = cost_of(site, flows, rooms)
    run = Run(flows, relays, rooms, costs, max(one.over_kw for one in done))
    vehicles = pd.concat(cars, ignore_index=True).fillna(0.0)
    return Rolled(run, vehicles, tuple(rules), plans, worst, time.perf_counter() - began)


def with_prices(tariff: Tariff, other: Tariff) -> Tariff:
    """A tariff with the prices of another one and its own demand charge."""
    return replace(tariff, import_eur_kwh=other.import_eur_kwh, export_eur_kwh=other.export_eur_kwh)


def execute(
    made: Plan, actual: Outlook, start: int, steps: int, state: State, *,
    defend_peak: bool = True, rule: Rule = "powers",
) -> Run:  # fmt: skip
    """The first steps of a plan as they happen; `start` is their place in `actual`.

    Parameters
    ----------
    rule : what the battery does: the ``powers`` of the plan; ``balance``: take every surplus and
        cover every shortage; ``idle``: defend limits alone. Vehicles and relays as planned.
    """
    short = window(made.site, 0, steps, replace(
        state, drawn_kwh={car.name: 0.0 for car in made.site.vehicles}))  # fmt: skip
    seen = Outlook(actual.load_kw[start : start + steps], actual.pv_kw[start : start + steps])
    flows = made.flows[0].iloc[:steps]
    hold = None
    if defend_peak and made.site.tariff.demand_eur_kw > 0:
        imported = [one["import_kw"].to_numpy(np.float64) for one in made.flows]
        peaks = [made.site.tariff.peaks(one) for one in imported]
        hold = np.max(peaks, axis=0)[:steps]
    wish = (flows["charge_kw"] - flows["discharge_kw"]).to_numpy()
    if rule == "balance":
        others = (flows["vehicles_kw"] + flows["heating_kw"]).to_numpy()
        wish = seen.pv_kw - seen.load_kw - others
    if rule == "idle":
        wish = np.zeros(steps)
    return follow(
        replace(short, vehicles=()), seen, wish, vehicles_kw=flows["vehicles_kw"].to_numpy(),
        relays=made.relays.iloc[:steps], hold_kw=hold,
        planned=flows if rule == "powers" else None,
    )  # fmt: skip


def better_rule(made: Plan, outlooks: Sequence[Outlook], *, defend_peak: bool = True) -> Rule:
    """The rule that is expected to cost less over the outlooks, the plan followed to its end.

    Powers that are right on average are wrong in every course; where prices hardly move, balancing
    is as good as a plan can be and needs no forecast; where selling pays more than buying, or what
    is stored is lost, an idle battery may be.
    """
    site, state = made.site, start_state(made.site)
    expected = {
        rule: sum(
            share * execute(
                made, one, 0, site.steps, state, defend_peak=defend_peak, rule=rule
            ).costs.weighted(site)
            for share, one in zip(made.probabilities, outlooks, strict=True)
        )
        for rule in RULES
    }  # fmt: skip
    best: Rule = RULES[0]
    for rule in RULES[1:]:
        if expected[best] - expected[rule] > LEAST_GAIN * abs(expected[best]):
            best = rule
    return best


def _measured(site: Site, made: Plan, run: Run, start: int, steps: int, state: State) -> State:
    """State after the steps that were done."""
    soc = float(run.flows["soc_ratio"].iloc[-1]) if site.battery else 0.0
    drawn = dict(state.drawn_kwh)
    for name in made.vehicles[0].columns:
        drawn[name] += site.step_h * float(made.vehicles[0][name].iloc[:steps].sum())
    states = room_states(first_steps_of(made.site, steps), run.relays) if site.rooms else {}
    relays = {
        relay.name: _held(run.relays[relay.name].to_numpy() > 0.5, *state.relays[relay.name])
        for relay in site.relays
    }
    return State(
        soc=soc if np.isfinite(soc) else 0.0,
        peak_kw=_peak_after(site.tariff, run.flows["import_kw"].to_numpy(), start, state.peak_kw),
        drawn_kwh=drawn,
        rooms={name: rows[-1] for name, rows in states.items()},
        relays=relays,
    )


def _peak_after(tariff: Tariff, import_kw: Floats, start: int, before: float) -> float:
    """Highest import of the billing period of the step after some, which began at `start` [kW]."""
    periods, stop = tariff.period_of, start + len(import_kw)
    now = periods[min(stop, tariff.steps - 1)]
    peak = float(import_kw[periods[start:stop] == now].max(initial=0.0))
    return max(peak, before) if periods[start] == now else peak


def first_steps_of(site: Site, steps: int) -> Site:
    """The first steps of a site, from its own start."""
    return replace(window(site, 0, steps, start_state(site)), vehicles=())


def _held(course: Bools, on: bool, held: int) -> tuple[bool, int]:
    """State of a relay and how long it has been in it after a course of 0 and 1."""
    for now in course:
        held = held + 1 if bool(now) == on else 1
        on = bool(now)
    return on, held


def compare(
    site: Site, outlooks: Sequence[Outlook], actual: Outlook, *, time_limit_s: float | None = None
) -> tuple[Plan, dict[str, Costs]]:
    """The plan, and costs of four ways through what really came.

    ``nothing``, ``greedy``, ``plan`` (made once from the outlooks, then followed) and ``perfect``
    (planned with what came).
    """
    made = plan(site, outlooks, time_limit_s=time_limit_s)
    perfect = plan(site, actual, time_limit_s=time_limit_s)
    kept = execute(made, actual, 0, site.steps, start_state(site))
    return made, {
        "nothing": do_nothing(site, actual).costs,
        "greedy": greedy(site, actual).costs,
        "plan": kept.costs,
        "perfect": perfect.costs[0],
    }


def seasonal_outlook(load_kw: Floats, pv_kw: Floats, steps: int, period: int) -> Outlook:
    """What was `period` steps before, over again: the outlook without a forecast.

    Parameters
    ----------
    load_kw, pv_kw : what was measured until now, at least one period.
    """
    back = np.arange(steps) % period
    return Outlook(load_kw[len(load_kw) - period + back], pv_kw[len(pv_kw) - period + back])
