"""Relays on or off: a schedule for each by labels, one after the other, and a proven distance.

Plain branch and bound is slow where many relays heat rooms that stand at the edge of their
comfort band. What couples relays is one connection alone, so each is scheduled by itself against
the marginal cost of a kWh in every step, given what all others do; the linear program then sets
battery and vehicles, and the next round starts from there. The linear relaxation bounds the cost
from below: the gap is measured, not believed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.analytics.dispatch_model import Course, Model, build_model, effective_prices
from core.analytics.dispatch_program import Solution
from core.analytics.dispatch_site import Floats, Outlook, Relay, Room, Site

OVER_LIMIT_EUR_KWH = 10.0
FEW_BINARIES = 400  # up to here branch and bound is of use
MOST_ROUNDS = 12
MOST_LABELS = 400
BUCKETS_OF_A_STEP = 8  # distinct temperatures within what one step of heating does


@dataclass(frozen=True)
class _Margin:
    """Cost of power in each step: prices, and powers at which they change (others included)."""

    buy: Floats
    sell: Floats
    limit_kw: float
    over_eur_kwh: float
    peak_kw: Floats
    peak_eur_kwh: float
    step_h: float

    def cost(self, net_kw: Floats) -> Floats:
        """Cost of a net import of each step [€]."""
        taken = net_kw.clip(min=0.0)
        cost = self.buy * taken - self.sell * (-net_kw).clip(min=0.0)
        cost = cost + self.over_eur_kwh * (taken - self.limit_kw).clip(min=0.0)
        cost = cost + self.peak_eur_kwh * (taken - self.peak_kw).clip(min=0.0)
        return np.asarray(cost * self.step_h)


def solve_relays(
    site: Site, outlooks: Sequence[Outlook], model: Model, *, gap: float,
    time_limit_s: float, first_steps: int = 1,
) -> Solution:  # fmt: skip
    """Best schedule found in time with its gap; without one, what the solver said.

    Small programs, and what is left of the time, go to branch and bound.
    """
    began = time.perf_counter()
    # Without least times the relaxation is a little weaker and several times quicker.
    free = replace(site, relays=tuple(replace(one, least_on=1, least_off=1) for one in site.relays))
    loose = build_model(free, outlooks, first_steps=first_steps)
    bound = loose.program.solve(relaxed=True)
    if bound.x is None:
        return bound
    best = _in_rounds(site, outlooks, model, loose, bound, gap, began + 0.6 * time_limit_s)
    left = max(time_limit_s - (time.perf_counter() - began), 0.2)
    few = model.program.whole_columns() <= FEW_BINARIES
    if best is None or (few and best.gap > gap):
        exact = model.program.solve(gap=gap, time_limit_s=left)
        best = _better(best, exact)
    if best is None or best.x is None:
        return Solution("limit", None, np.nan, np.nan, time.perf_counter() - began)
    status = "optimal" if best.gap <= gap else "limit"
    return Solution(status, best.x, best.objective, best.bound, time.perf_counter() - began)


def _better(one: Solution | None, other: Solution) -> Solution:
    """The cheaper of two, with the higher bound of both."""
    if one is None or other.x is None:
        return other if one is None else one
    low = other if other.objective < one.objective else one
    return Solution(
        low.status, low.x, low.objective, max(one.bound, other.bound), one.seconds + other.seconds
    )


def _in_rounds(
    site: Site, outlooks: Sequence[Outlook], model: Model, loose: Model, relaxed: Solution,
    gap: float, until: float,
) -> Solution | None:  # fmt: skip
    """Schedules, then the linear program with relays held; until it gets no better."""
    assert relaxed.x is not None
    powers = np.array([relay.power_kw for relay in site.relays])
    on = np.array([relaxed.x[places] for places in loose.relays])  # (R, T), shares at first
    course, x = loose.courses[0], relaxed.x
    best: Solution | None = None
    over, idle = OVER_LIMIT_EUR_KWH, 0
    for _ in range(MOST_ROUNDS):
        base = _net_without_relays(course, x, outlooks[0])
        margin = _margin(site, x, course, over)
        for i in np.argsort(-powers):
            others = base + powers @ on - powers[i] * on[i]
            extra = margin.cost(others + powers[i]) - margin.cost(others)
            on[i] = schedule_relay(site, site.relays[i], extra)
            if time.perf_counter() > until and best is not None:
                return best
        held = {int(c): float(v) for places, row in zip(model.relays, on, strict=True)
                for c, v in zip(places, row, strict=True)}  # fmt: skip
        found = model.program.solve(fixed=held, gap=gap, time_limit_s=5.0)
        if found.x is None:
            over *= 10
            continue
        known = Solution("limit", found.x, found.objective, relaxed.bound, 0.0)
        if best is None or found.objective < best.objective - 1e-9:
            best, idle = known, 0
        else:
            idle += 1
        if best.gap <= gap or idle == 2 or time.perf_counter() > until:
            break
        course, x = model.courses[0], found.x
    return best


def _net_without_relays(course: Course, x: Floats, outlook: Outlook) -> Floats:
    """Net power of all but the relays [kW]; PV counts as it could be."""
    net = outlook.load_kw - outlook.pv_kw
    charge, discharge = course.charge, course.discharge
    if len(charge):
        net = net + x[charge] - x[discharge]
    return net


def _margin(site: Site, x: Floats, course: Course, over: float) -> _Margin:
    buy, sell = effective_prices(site)
    tariff = site.tariff
    peak = tariff.peaks(x[course.imported])
    if site.connection.curtail:
        sell = sell.clip(min=0.0)
    demand = site.strategy.cost * tariff.demand_eur_kw / site.step_h
    return _Margin(buy, sell, site.connection.import_kw, over, peak, demand, site.step_h)


def schedule_relay(site: Site, relay: Relay, extra_eur: Floats) -> Floats:
    """On and off of one relay (0 or 1, T) at least cost, given what a step on costs.

    Labels are partial schedules with the exact states of their rooms; of those that agree in
    temperatures (to a fraction of what one step of heating does) and in how long they have been on
    or off, the cheapest stands.
    """
    rooms = [room for room in site.rooms if relay.heats.get(room.name)]
    steps = site.steps
    heat = relay.power_kw * relay.heat_per_power
    gains = [room.heat_gain * (relay.heats[room.name] * heat) for room in rooms]
    transition, gain, first = _joined(rooms, gains)
    drift = np.concatenate([room.drift for room in rooms], axis=1)
    air = np.cumsum([0, *(room.states for room in rooms[:-1])])
    low = np.array([room.low for room in rooms]).T
    high = np.array([room.high for room in rooms]).T
    price = site.step_h * np.array([site.comfort_eur_kh(room) for room in rooms])
    grain = np.maximum(gain, np.abs(gain[air]).max() / 4) / BUCKETS_OF_A_STEP
    states, cost = first[None, :], np.zeros(1)
    last = np.array([relay.on])
    held = np.array([min(relay.held, max(relay.least_on, relay.least_off))])
    backs: list[tuple[NDArray[np.int64], NDArray[np.bool_]]] = []
    for t in range(steps):
        may_on = last | (held >= relay.least_off)
        may_off = ~last | (held >= relay.least_on)
        source = np.concatenate([np.flatnonzero(may_off), np.flatnonzero(may_on)])
        turned = np.arange(len(source)) >= int(may_off.sum())
        states = states[source] @ transition.T + drift[t] + turned[:, None] * gain
        cost = cost[source] + turned * extra_eur[t]
        missed = (low[t] - states[:, air]).clip(min=0) + (states[:, air] - high[t]).clip(min=0)
        cost = cost + missed @ price
        most = max(relay.least_on, relay.least_off)
        held = np.where(turned == last[source], np.minimum(held[source] + 1, most), 1)
        keep = _cheapest(states, cost, turned, held, grain)
        states, cost, last, held = states[keep], cost[keep], turned[keep], held[keep]
        backs.append((source[keep], last))
    return _traced(backs, int(np.argmin(cost)))


def _joined(rooms: Sequence[Room], gains: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
    """Several rooms as one system."""
    n = sum(room.states for room in rooms)
    transition, at = np.zeros((n, n)), 0
    for room in rooms:
        transition[at : at + room.states, at : at + room.states] = room.transition
        at += room.states
    return transition, np.concatenate(gains), np.concatenate([room.start for room in rooms])


def _cheapest(
    states: Floats, cost: Floats, on: NDArray[np.bool_], held: NDArray[np.int64], grain: Floats
) -> NDArray[np.int64]:
    """Places of the cheapest label of each bucket."""
    key = np.round(states / grain).astype(np.int64) @ (7919 ** np.arange(states.shape[1]))
    key = (key * 2 + on) * 64 + held
    order = np.lexsort((cost, key))
    key = key[order]
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    keep = order[first]
    if len(keep) > MOST_LABELS:
        keep = keep[np.argpartition(cost[keep], MOST_LABELS)[:MOST_LABELS]]
    return keep


def _traced(backs: Sequence[tuple[NDArray[np.int64], NDArray[np.bool_]]], at: int) -> Floats:
    """The schedule that ends at a label."""
    on = np.zeros(len(backs))
    for t in range(len(backs) - 1, -1, -1):
        source, turned = backs[t]
        on[t] = float(turned[at])
        at = int(source[at])
    return on
