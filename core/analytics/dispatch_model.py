"""The equations of a plan: which columns and rows a site and its outlooks become.

Balance of each step and outlook, all in kW:

    import − export + PV used + discharge = load + charge + vehicles + heating

See docs/methods-dispatch.md for every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.analytics.dispatch_program import Ints, Program
from core.analytics.dispatch_rooms import relay_columns, room_columns
from core.analytics.dispatch_site import Battery, Floats, Outlook, Site, Vehicle

Bools = NDArray[np.bool_]
SLACKS = ("import_limit", "export_limit", "vehicle", "soc_end")
SOONER_EUR_KWH = 1e-5
UNUSED: Ints = np.empty(0, np.int64)


@dataclass
class Course:
    """Places of the columns of one outlook; the last two are whole, in the steps of `Exclusive`."""

    imported: Ints
    exported: Ints
    pv: Ints
    charge: Ints = field(default_factory=lambda: UNUSED)
    discharge: Ints = field(default_factory=lambda: UNUSED)
    stored: Ints = field(default_factory=lambda: UNUSED)
    vehicles: list[Ints] = field(default_factory=list)
    balance: Ints = field(default_factory=lambda: UNUSED)
    battery_apart: Ints = field(default_factory=lambda: UNUSED)
    grid_apart: Ints = field(default_factory=lambda: UNUSED)


@dataclass
class Model:
    """A program and where its columns are.

    `slacks` are columns by which a limit gives way, as (kind, name, unit, places, first step); they
    exist in the elastic form alone.
    """

    program: Program
    courses: list[Course]  # as outlooks
    relays: list[Ints]
    rooms: list[list[Ints]]  # by room, by state, places of x[1..T]
    slacks: list[tuple[str, str, str, Ints, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Exclusive:
    """Steps in which a binary keeps apart charge and discharge, import and export."""

    battery: Bools
    grid: Bools

    def any(self) -> bool:
        """Whether there is such a step."""
        return bool(self.battery.any() or self.grid.any())


def build_model(
    site: Site,
    outlooks: Sequence[Outlook],
    *,
    exclusive: Exclusive | None = None,
    first_steps: int = 1,
    elastic: Sequence[str] = (),
) -> Model:
    """Columns and rows of a site over outlooks.

    Parameters
    ----------
    first_steps : steps whose decisions are the same in every outlook.
    elastic : kinds of `SLACKS` that may give way; then giving way is all that costs.
    """
    program = Program()
    model = Model(program, [], [], [])
    steps = site.steps
    exclusive = exclusive or Exclusive(np.zeros(steps, bool), np.zeros(steps, bool))
    shares = np.array([one.probability for one in outlooks])
    shares /= shares.sum()
    program.scale = sum(
        share * _turnover(site, one) for share, one in zip(shares, outlooks, strict=True)
    )
    priced = 0.0 if elastic else 1.0
    heating = _heating(model, site, priced)
    for outlook, share in zip(outlooks, shares, strict=True):
        course = _flows(model, site, outlook, share * priced, elastic)
        model.courses.append(course)
        for places, kw in heating:
            program.put(course.balance, places, -kw)
        for car in site.vehicles:
            course.vehicles.append(_vehicle(model, site, car, course, elastic))
        if site.battery is not None:
            _battery(model, site, site.battery, course, share * priced, elastic)
            course.battery_apart = _keep_apart(
                program, exclusive.battery, course.charge, course.discharge,
                np.full(steps, site.battery.charge_kw), np.full(steps, site.battery.discharge_kw),
            )  # fmt: skip
        if site.battery is not None:
            _room_for_either(program, site, course, exclusive.battery | exclusive.grid)
        course.grid_apart = _keep_grid_apart(model, site, outlook, course, exclusive.grid, heating)
    _tie_first_steps(model, site, first_steps)
    return model


def effective_prices(site: Site) -> tuple[Floats, Floats]:
    """What a kWh imported costs and a kWh exported earns in the objective [€/kWh]."""
    weights = site.strategy
    return (
        weights.cost * site.tariff.import_eur_kwh + weights.import_eur_kwh,
        weights.cost * site.tariff.export_eur_kwh,
    )


def _turnover(site: Site, outlook: Outlook) -> float:
    """What is paid and earned for the energy of load and sun alone, in the objective [€]."""
    (buy, sell), net = effective_prices(site), outlook.load_kw - outlook.pv_kw
    return site.step_h * float(np.abs(np.where(net > 0, buy, sell)) @ np.abs(net))


def value_of_stored(site: Site) -> float:
    """Value of a kWh left in the battery at the end [€/kWh stored].

    As told; else what it saves at the mean price of import once discharged, less the wear.
    """
    battery = site.battery
    if battery is None:
        return 0.0
    if battery.stored_eur_kwh is not None:
        return battery.stored_eur_kwh
    mean = float(site.tariff.import_eur_kwh.mean())
    return max(battery.discharge_efficiency * (mean - battery.wear_eur_kwh), 0.0)


def weighted_value_of_stored(site: Site) -> float:
    """Value of a kWh left in the battery in the objective."""
    battery = site.battery
    if battery is None:
        return 0.0
    weights = site.strategy
    return (
        weights.cost * value_of_stored(site) + weights.import_eur_kwh * battery.discharge_efficiency
    )


def start_kwh(battery: Battery) -> float:
    """Energy stored at the start; a measured SOC may stray beyond 0..1."""
    return _energy(battery, float(np.clip(battery.soc_start, 0.0, 1.0)))


def _energy(battery: Battery, soc: float) -> float:
    """Energy stored at a SOC [kWh]; an endless battery may be empty too."""
    return soc * battery.capacity_kwh if soc > 0 else 0.0


def energy_limits(battery: Battery) -> tuple[float, float]:
    """Least and most stored energy of a plan [kWh].

    A battery that starts beyond its limits may stay there, but goes no further.
    """
    start = start_kwh(battery)
    return (
        min(_energy(battery, battery.soc_min), start),
        max(_energy(battery, battery.soc_max), start),
    )


def _natural(site: Site, outlook: Outlook) -> tuple[Floats, Floats]:
    """Most that could be imported and exported in a step [kW]: tight bounds for binaries.

    What is exported is left over by the load, for nothing is imported then.
    """
    battery = site.battery
    taken = outlook.load_kw.clip(min=0) + sum(relay.power_kw for relay in site.relays)
    given = outlook.pv_kw - outlook.load_kw
    for car in site.vehicles:
        taken = taken + np.where(_present(car, site.steps), car.most_kw, 0.0)
    if battery is not None:
        taken, given = taken + battery.charge_kw, given + battery.discharge_kw
    limits = site.connection
    return np.minimum(taken, limits.import_kw), np.minimum(given.clip(min=0.0), limits.export_kw)


def _present(car: Vehicle, steps: int) -> Bools:
    at = np.arange(steps)
    return (car.arrival <= at) & (at < car.departure)


def _flows(
    model: Model, site: Site, outlook: Outlook, share: float, elastic: Sequence[str]
) -> Course:
    """Import, export, PV, the balance and the peak."""
    program, steps, limits = model.program, site.steps, site.connection
    buy, sell = effective_prices(site)
    most_imported, most_exported = _natural(site, outlook)
    course = Course(
        imported=program.columns(steps, 0.0, most_imported, share * site.step_h * buy),
        exported=program.columns(steps, 0.0, most_exported, -share * site.step_h * sell),
        pv=program.columns(steps, 0.0 if limits.curtail else outlook.pv_kw, outlook.pv_kw),
    )
    course.balance = program.rows(steps, outlook.load_kw, outlook.load_kw)
    for places, sign in ((course.imported, 1.0), (course.exported, -1.0), (course.pv, 1.0)):
        program.put(course.balance, places, sign)
    for kind, sign in (("import_limit", 1.0), ("export_limit", -1.0)):
        if kind in elastic:
            program.put(course.balance, _slack(model, kind, "", "kW", steps), sign)
    if site.tariff.demand_eur_kw > 0 and share > 0:
        cost = share * site.strategy.cost * site.tariff.demand_eur_kw
        for where, before in site.tariff.owed():
            above = program.columns(1, cost=cost)  # what is owed already is no part of the cost
            rows = program.rows(int(where.sum()), high=before)
            program.put(rows, course.imported[where], 1.0)
            program.put(rows, above, -1.0)
    return course


def _slack(model: Model, kind: str, name: str, unit: str, n: int, first: int = 0) -> Ints:
    """Columns by which a limit gives way, for 1 each."""
    places = model.program.columns(n, cost=1.0)
    model.slacks.append((kind, name, unit, places, first))
    return places


def _battery(
    model: Model, site: Site, battery: Battery, course: Course, share: float,
    elastic: Sequence[str],
) -> None:  # fmt: skip
    """Charge, discharge and stored energy: E[t+1] = E[t] + (η_c·charge − discharge/η_d)·h."""
    program, steps, h = model.program, site.steps, site.step_h
    least, most = energy_limits(battery)
    wear = share * site.strategy.cost * battery.wear_eur_kwh * h
    # Of plans that cost the same the one that acts early is less exposed to what is not foreseen.
    later = share * SOONER_EUR_KWH * h * np.arange(steps) / steps
    course.charge = program.columns(steps, 0.0, battery.charge_kw, later)
    course.discharge = program.columns(steps, 0.0, battery.discharge_kw, wear + later)
    worth = np.zeros(steps)
    worth[-1] = -share * weighted_value_of_stored(site)
    course.stored = program.columns(steps, least, most, worth)
    program.columns(1, 1.0, 1.0, -worth[-1] * start_kwh(battery))  # a cost that is always there
    program.put(course.balance, course.discharge, 1.0)
    program.put(course.balance, course.charge, -1.0)
    begin = np.zeros(steps)
    begin[0] = start_kwh(battery)
    rows = program.rows(steps, begin, begin)
    program.put(rows, course.stored, 1.0)
    program.put(rows[1:], course.stored[:-1], -1.0)
    program.put(rows, course.charge, -battery.charge_efficiency * h)
    program.put(rows, course.discharge, h / battery.discharge_efficiency)
    if battery.soc_end is not None:
        end = program.rows(1, battery.soc_end * battery.capacity_kwh)
        program.put(end, course.stored[-1:], 1.0)
        if "soc_end" in elastic:
            program.put(end, _slack(model, "soc_end", "", "kWh", 1, steps - 1), 1.0)
    for forbidden, places, other in (
        (not battery.from_grid, course.charge, course.pv),
        (not battery.to_grid, course.exported, course.pv),
    ):
        if forbidden:
            rows = program.rows(steps, high=0.0)
            program.put(rows, places, 1.0)
            program.put(rows, other, -1.0)


def _vehicle(
    model: Model, site: Site, car: Vehicle, course: Course, elastic: Sequence[str]
) -> Ints:
    """Charging between arrival and departure; the energy is there at departure."""
    program, n = model.program, car.departure - car.arrival
    places = program.columns(n, 0.0, car.most_kw)
    program.put(course.balance[car.arrival : car.departure], places, -1.0)
    # A least power may not divide the energy exactly.
    over = car.most_kw * site.step_h if car.least_kw > 0 else 0.0
    need = program.rows(1, car.energy_kwh, car.energy_kwh + over)
    program.put(need, places, site.step_h)
    if "vehicle" in elastic:
        program.put(need, _slack(model, "vehicle", car.name, "kWh", 1, car.departure), 1.0)
    if car.least_kw > 0:
        on = program.columns(n, 0.0, 1.0, whole=True)
        rows = program.rows(n, low=0.0)
        program.put(rows, places, 1.0)
        program.put(rows, on, -car.least_kw)
        rows = program.rows(n, high=0.0)
        program.put(rows, places, 1.0)
        program.put(rows, on, -car.most_kw)
    return places


def _keep_apart(
    program: Program, where: Bools, first: Ints, second: Ints, most_first: Floats,
    most_second: Floats,
) -> Ints:  # fmt: skip
    """first ≤ most·u and second ≤ most·(1 − u), u whole, in the steps told; places of u."""
    at = np.flatnonzero(where)
    if not len(at):
        return UNUSED
    u = program.columns(len(at), 0.0, 1.0, whole=True)
    rows = program.rows(len(at), high=0.0)
    program.put(rows, first[at], 1.0)
    program.put(rows, u, -most_first[at])
    rows = program.rows(len(at), high=most_second[at])
    program.put(rows, second[at], 1.0)
    program.put(rows, u, most_second[at])
    return u


def _room_for_either(program: Program, site: Site, course: Course, where: Bools) -> None:
    """What is charged fits in beside what is stored, what is discharged is there, each alone.

    Only the relaxation has both in one step, and it likes to do so with a battery full or empty.
    """
    battery, at, h = site.battery, np.flatnonzero(where), site.step_h
    assert battery is not None
    if not len(at):
        return
    least, most = energy_limits(battery)
    begin = np.where(at == 0, start_kwh(battery), 0.0)
    for flow, by, low, high in (
        (course.charge, h * battery.charge_efficiency, -np.inf, most - begin),
        (course.discharge, -h / battery.discharge_efficiency, least - begin, np.inf),
    ):
        rows = program.rows(len(at), low, high)
        program.put(rows, flow[at], by)
        program.put(rows[at > 0], course.stored[at[at > 0] - 1], 1.0)


def _keep_grid_apart(
    model: Model, site: Site, outlook: Outlook, course: Course, where: Bools,
    heating: list[tuple[Ints, float]],
) -> Ints:  # fmt: skip
    """Import or export, never both: u is 1 where energy is taken.

    Beside the most that can flow, what flows has to go somewhere: what is taken beyond the net load
    goes into battery, vehicles and heaters, what is given beyond the net sun comes out of the
    battery. So a share of both in the relaxation costs the losses and the wear that it would cost
    to do one after the other, and the relaxation is nearly as dear as the plan.
    """
    at = np.flatnonzero(where)
    if not len(at):
        return UNUSED
    program, (buy, _) = model.program, effective_prices(site)
    most_imported, most_exported = _natural(site, outlook)
    # Nobody takes energy that costs something while sun is curtailed.
    net = np.where(buy >= 0, outlook.load_kw - outlook.pv_kw, outlook.load_kw)
    most_imported = np.minimum(most_imported, (most_imported + net - outlook.load_kw).clip(min=0.0))
    u = _keep_apart(program, where, course.imported, course.exported, most_imported, most_exported)
    rows = program.rows(len(at), high=0.0)
    program.put(rows, course.imported[at], 1.0)
    program.put(rows, u, -net[at])
    place = np.full(site.steps, -1)
    place[at] = rows
    into = [(np.arange(site.steps), heater, kw) for heater, kw in heating]
    into += [
        (np.arange(car.arrival, car.departure), places, 1.0)
        for car, places in zip(site.vehicles, course.vehicles, strict=True)
    ]
    if len(course.charge):
        into.append((np.arange(site.steps), course.charge, 1.0))
    for steps, places, kw in into:
        here = where[steps]
        program.put(place[steps][here], places[here], -kw)
    over = (outlook.pv_kw - outlook.load_kw)[at]
    rows = program.rows(len(at), high=over)
    program.put(rows, course.exported[at], 1.0)
    program.put(rows, u, over)
    if len(course.discharge):
        program.put(rows, course.discharge[at], -1.0)
    return u


def _heating(model: Model, site: Site, priced: float) -> list[tuple[Ints, float]]:
    """Relays and rooms; returns columns and powers that load the balance.

    They do not depend on load and PV, so all outlooks share them.
    """
    on = [relay_columns(model.program, relay, site.steps) for relay in site.relays]
    model.relays = on
    for room in site.rooms:
        model.rooms.append(room_columns(model.program, site, room, on, priced))
    return [(places, relay.power_kw) for places, relay in zip(on, site.relays, strict=True)]


def _tie_first_steps(model: Model, site: Site, first_steps: int) -> None:
    """What is done first is the same in every outlook."""
    lead = model.courses[0]
    for course in model.courses[1:]:
        pairs = [
            (lead.charge[:first_steps], course.charge[:first_steps]),
            (lead.discharge[:first_steps], course.discharge[:first_steps]),
        ]
        for car, one, other in zip(site.vehicles, lead.vehicles, course.vehicles, strict=True):
            n = max(first_steps - car.arrival, 0)
            pairs.append((one[:n], other[:n]))
        for one, other in pairs:
            if len(one):
                rows = model.program.rows(len(one), 0.0, 0.0)
                model.program.put(rows, one, 1.0)
                model.program.put(rows, other, -1.0)
