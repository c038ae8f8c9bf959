"""The plan: what battery, vehicles and relays do in the next steps, at least cost.

A linear program (HiGHS) with whole numbers only where they are needed: relays, least powers, and
steps in which a plain linear program would charge and discharge, or import and export, at once.
Formulas: docs/methods-dispatch.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.analytics.dispatch_conflicts import explain_infeasible, explain_unbounded
from core.analytics.dispatch_costs import Costs, cost_of, flows_frame
from core.analytics.dispatch_model import (
    Bools,
    Course,
    Exclusive,
    Model,
    build_model,
    effective_prices,
)
from core.analytics.dispatch_program import Solution
from core.analytics.dispatch_relays import solve_relays
from core.analytics.dispatch_site import Floats, Outlook, Site
from core.analytics.dispatch_turns import TOLERANCE_KW, as_it_flows, in_turns
from core.errors import PlanError

FEW_STEPS = 1000  # up to here all steps in doubt get a binary at once
MOST_ROUNDS = 30
LEAST_LP_S = 5.0
NEAR = 5.0  # gaps asked for: a rounding as near as this needs no search
RELAYS_S, FLOWS_S = 2.0, 1.0  # time that whole numbers get


@dataclass(frozen=True)
class Plan:
    """A plan with everything behind it.

    Attributes
    ----------
    status : ``optimal`` (within the gap asked for) or ``limit`` (time was up: see gap).
    gap : distance to the best possible, as a share of the objective, or of what is paid and earned
        for load and sun alone, where that is more.
    objective : weighted by the strategy, expected over the outlooks.
    flows : by outlook, frames of `dispatch_costs.FLOWS` with `soc_ratio`.
    vehicles : by outlook, power of each vehicle [kW]. relays : 0 or 1 of each relay.
    rooms : air temperature at the end of each step [°C].
    costs : by outlook. probabilities : of the outlooks, summing to 1.
    binaries : whole numbers in the program. seconds : to build and solve.
    """

    site: Site
    status: str
    gap: float
    objective: float
    flows: tuple[pd.DataFrame, ...]
    vehicles: tuple[pd.DataFrame, ...]
    relays: pd.DataFrame
    rooms: pd.DataFrame
    costs: tuple[Costs, ...]
    probabilities: tuple[float, ...]
    binaries: int
    seconds: float


def plan(
    site: Site,
    outlooks: Outlook | Sequence[Outlook],
    *,
    first_steps: int = 1,
    gap: float = 1e-3,
    time_limit_s: float | None = None,
) -> Plan:
    """The plan of least weighted cost.

    Parameters
    ----------
    outlooks : courses of load and PV; the first is the central one.
    first_steps : steps whose decisions are the same in all outlooks (two-stage).
    gap, time_limit_s : where the search over whole numbers ends; without a limit after two seconds
        with relays, after one else.

    Raises
    ------
    Infeasible : no plan keeps every limit; names the limits in the way.
    Unbounded : something pays without end; names what has no limit.
    PlanError : inputs differ in steps, or time was up before there was any plan.
    """
    began = time.perf_counter()
    courses = [outlooks] if isinstance(outlooks, Outlook) else list(outlooks)
    for outlook in courses:
        site.check(outlook)
    allowed = time_limit_s or (RELAYS_S if site.relays else FLOWS_S)
    search = _Search(site, courses, first_steps, gap, began + allowed)
    model, found, flows = search.run()
    assert found.x is not None  # else the search raised
    relays, rooms = _heating(model, site, found.x)
    shares = np.array([one.probability for one in courses])
    shares /= shares.sum()
    costs = tuple(cost_of(site, one, rooms) for one in flows)
    objective = float(sum(p * c.weighted(site) for p, c in zip(shares, costs, strict=True)))
    return Plan(
        site=site, status=found.status, gap=found.gap, objective=objective, flows=tuple(flows),
        vehicles=tuple(_vehicles(model, i, site, found.x) for i in range(len(courses))),
        relays=relays, rooms=rooms, costs=costs, probabilities=tuple(float(p) for p in shares),
        binaries=model.program.whole_columns(), seconds=time.perf_counter() - began,
    )  # fmt: skip


# --- the search -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Search:
    """Relaxation, then directions held where flows run both ways, then whole numbers."""

    site: Site
    outlooks: Sequence[Outlook]
    first_steps: int
    gap: float
    until: float

    def run(self) -> tuple[Model, Solution, list[pd.DataFrame]]:
        """Model, solution and flows of the best plan.

        Raises
        ------
        Infeasible, Unbounded, PlanError : as `plan`.
        """
        model = build_model(self.site, self.outlooks, first_steps=self.first_steps)
        found = self._first(model)
        if found.x is None:
            raise self._refusal(model, found)
        flows = self._flows(model, found)
        wrong = _not_apart(flows)
        if not wrong.any():
            return model, found, flows
        # Where both ways at once pay, held directions are far from the best.
        held = None if wrong.grid.any() else self._held_apart(model, found, flows)
        if held is not None and held[0].gap <= self.gap:
            return model, *held
        whole = self._whole(wrong, found)
        if whole is None and held is None:
            held = self._held_apart(model, found, flows)
        if whole is None and held is None:
            raise PlanError("no plan was found in the time allowed; allow more")
        if held is None or (whole is not None and whole[1].objective < held[0].objective):
            assert whole is not None
            return whole
        best = held[0] if whole is None else replace(held[0], bound=whole[1].bound)
        return model, replace(best, status="limit"), held[1]

    def _left(self) -> float:
        return max(self.until - time.perf_counter(), 0.2)

    def _first(self, model: Model) -> Solution:
        if not self.site.relays:
            # A short time is meant for whole numbers; without any bound there is no plan.
            return model.program.solve(gap=self.gap, time_limit_s=max(self._left(), LEAST_LP_S))
        return solve_relays(
            self.site, self.outlooks, model, gap=self.gap, time_limit_s=self._left(),
            first_steps=self.first_steps,
        )  # fmt: skip

    def _refusal(self, model: Model, found: Solution) -> PlanError:
        """Why there is no plan."""
        if found.status == "limit":
            return PlanError("no plan was found in the time allowed; allow more")
        free = explain_unbounded(model) if found.status != "infeasible" else None
        return free or explain_infeasible(self.site, self.outlooks)

    def _flows(self, model: Model, found: Solution) -> list[pd.DataFrame]:
        assert found.x is not None
        return [
            _net(self.site, _flows(model, at, outlook, self.site, found.x))
            for at, outlook in enumerate(self.outlooks)
        ]

    def _held_apart(
        self, model: Model, found: Solution, flows: list[pd.DataFrame]
    ) -> tuple[Solution, list[pd.DataFrame]] | None:
        """The linear program once more, each flow both ways held to the stronger of the two."""
        assert found.x is not None
        held = {int(c): float(round(found.x[c])) for places in model.relays for c in places}
        bound, x = found.bound, found.x
        for _ in range(MOST_ROUNDS):
            for course, frame in zip(model.courses, flows, strict=True):
                held |= _weaker(self.site, course, frame, x)
            again = model.program.solve(fixed=held, gap=self.gap, time_limit_s=self._left())
            if again.x is None:
                return None
            flows, x = self._flows(model, again), again.x
            if not _not_apart(flows).any():
                return replace(again, bound=bound), flows
        return None

    def _whole(
        self, wrong: Exclusive, relaxed: Solution
    ) -> tuple[Model, Solution, list[pd.DataFrame]] | None:
        """Whole numbers where flows ran both ways; more of them until none does."""
        exclusive = Exclusive(np.zeros(self.site.steps, bool), _selling_pays(self.site))
        for _ in range(0 if self.site.relays else MOST_ROUNDS):
            exclusive = _widened(self.site, self.outlooks, exclusive, wrong)
            model = build_model(
                self.site, self.outlooks, exclusive=exclusive, first_steps=self.first_steps
            )
            found = self._best_apart(model, exclusive)
            if found.x is None:
                return None
            flows = self._flows(model, found)
            wrong = _not_apart(flows)
            if not wrong.any():
                bound = max(found.bound, relaxed.bound)
                return model, replace(found, bound=bound), flows
        return None

    def _best_apart(self, model: Model, exclusive: Exclusive) -> Solution:
        """Whole numbers by rounding the relaxation in turns, then by search if that is too far.

        Where both ways pay at once, one after the other pays nearly as much; the rounding finds it
        in two linear programs, a search of many alike choices for long does not.
        """
        relaxed = model.program.solve(relaxed=True)
        if relaxed.x is None:
            return relaxed
        held = in_turns(model, exclusive, relaxed.x, self.first_steps)
        if len(self.outlooks) > 1:
            # What is done first is common, what it leaves to the grid is not.
            first = model.program.solve(fixed=held, relaxed=True)
            if first.x is not None:
                held |= as_it_flows(model, exclusive, first.x, self.first_steps)
        rounded = model.program.solve(fixed=held, gap=self.gap, time_limit_s=self._left())
        rounded = replace(rounded, bound=relaxed.bound)
        if rounded.x is not None and rounded.gap <= NEAR * self.gap:
            return rounded
        scale = max(model.program.scale / max(abs(relaxed.objective), 1e-9), 1.0)
        found = model.program.solve(gap=scale * self.gap, time_limit_s=self._left())
        if rounded.x is None or (found.x is not None and found.objective <= rounded.objective):
            return found
        bound = rounded.bound if found.x is None else max(found.bound, rounded.bound)
        return replace(rounded, bound=bound, status="limit")


def _selling_pays(site: Site) -> Bools:
    """Steps in which importing and exporting at once would pay."""
    buy, sell = effective_prices(site)
    return np.asarray(sell > buy)


def _weaker(site: Site, course: Course, frame: pd.DataFrame, x: Floats) -> dict[int, float]:
    """Columns of the weaker of two flows that run both ways, to be held at 0."""
    held: dict[int, float] = {}
    pairs = [("import_kw", "export_kw", course.imported, course.exported, 1.0, 1.0)]
    if site.battery is not None:
        eta = site.battery
        pairs.append(("charge_kw", "discharge_kw", course.charge, course.discharge,
                      eta.charge_efficiency, 1 / eta.discharge_efficiency))  # fmt: skip
    for one, other, first, second, a, b in pairs:
        both = np.minimum(frame[one].to_numpy(), frame[other].to_numpy()) > TOLERANCE_KW
        for at in np.flatnonzero(both):
            stronger = a * x[first[at]] >= b * x[second[at]]
            held[int(second[at] if stronger else first[at])] = 0.0
    return held


# --- from columns to flows ------------------------------------------------------------------------


def _flows(model: Model, at: int, outlook: Outlook, site: Site, x: Floats) -> pd.DataFrame:
    """Flows of one outlook."""
    course, n = model.courses[at], site.steps
    cars = _vehicles(model, at, site, x).sum(axis=1).to_numpy() if site.vehicles else np.zeros(n)
    heat = sum(
        (relay.power_kw * np.round(x[places]) for relay, places in
         zip(site.relays, model.relays, strict=True)), np.zeros(n),
    )  # fmt: skip
    columns = {"charge_kw": course.charge, "discharge_kw": course.discharge,
               "stored_kwh": course.stored}  # fmt: skip
    battery = {name: x[places] for name, places in columns.items() if len(places)}
    return flows_frame(
        n, load_kw=outlook.load_kw, pv_kw=outlook.pv_kw, import_kw=x[course.imported],
        export_kw=x[course.exported], curtailed_kw=outlook.pv_kw - x[course.pv],
        vehicles_kw=cars, heating_kw=heat, **battery,
    )  # fmt: skip


def _vehicles(model: Model, at: int, site: Site, x: Floats) -> pd.DataFrame:
    """Power of each vehicle [kW]."""
    columns = {}
    for car, places in zip(site.vehicles, model.courses[at].vehicles, strict=True):
        kw = np.zeros(site.steps)
        kw[car.arrival : car.departure] = x[places].clip(min=0.0)
        columns[car.name] = kw
    return pd.DataFrame(columns, index=range(site.steps))


def _heating(model: Model, site: Site, x: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Relays (0 or 1) and air temperatures [°C]."""
    relays = {r.name: np.round(x[p]) for r, p in zip(site.relays, model.relays, strict=True)}
    rooms = {r.name: x[p[0]] for r, p in zip(site.rooms, model.rooms, strict=True)}
    steps = range(site.steps)
    return pd.DataFrame(relays, index=steps), pd.DataFrame(rooms, index=steps)


def _net(site: Site, flows: pd.DataFrame) -> pd.DataFrame:
    """The same plan without flows that cancel each other, where that costs nothing more.

    A battery that charges and discharges in one step is replaced by the one flow that leaves the
    same energy stored. What that frees lowers the import first, then is curtailed; where neither
    can be (or import is paid for), the step stays as it is and is kept apart by other means.
    """
    f = {name: flows[name].to_numpy(np.float64).copy() for name in flows}
    buy, sell = effective_prices(site)
    limits, battery = site.connection, site.battery
    if battery is not None:
        both = np.minimum(f["charge_kw"], f["discharge_kw"]) > TOLERANCE_KW
        gained = (
            battery.charge_efficiency * f["charge_kw"]
            - f["discharge_kw"] / battery.discharge_efficiency
        )
        charge = (gained / battery.charge_efficiency).clip(min=0.0)
        discharge = (-gained * battery.discharge_efficiency).clip(min=0.0)
        freed = (f["charge_kw"] - f["discharge_kw"]) - (charge - discharge)
        lower = np.where(buy >= 0, np.minimum(freed, f["import_kw"]), 0.0)
        rest = freed - lower
        room = f["pv_kw"] - f["curtailed_kw"] if limits.curtail else np.zeros_like(rest)
        give = both & (rest <= room + TOLERANCE_KW)
        netted = {
            "charge_kw": charge,
            "discharge_kw": discharge,
            "import_kw": f["import_kw"] - lower,
            "curtailed_kw": f["curtailed_kw"] + np.minimum(rest, room),
        }
        f |= {name: np.where(give, new, f[name]) for name, new in netted.items()}
    same = np.where(sell <= buy, np.minimum(f["import_kw"], f["export_kw"]), 0.0)
    f["import_kw"] = f["import_kw"] - same
    f["export_kw"] = f["export_kw"] - same
    for name in ("import_kw", "export_kw", "charge_kw", "discharge_kw", "curtailed_kw"):
        f[name] = f[name].clip(min=0.0)
    frame = pd.DataFrame(f)
    capacity = battery.capacity_kwh if battery is not None else 0.0
    frame["soc_ratio"] = frame["stored_kwh"] / capacity if capacity else np.nan
    return frame


def _not_apart(flows: Sequence[pd.DataFrame]) -> Exclusive:
    """Steps in which any outlook still has flows both ways."""
    battery = [np.minimum(f["charge_kw"], f["discharge_kw"]) > TOLERANCE_KW for f in flows]
    grid = [np.minimum(f["import_kw"], f["export_kw"]) > TOLERANCE_KW for f in flows]
    return Exclusive(np.logical_or.reduce(battery), np.logical_or.reduce(grid))


def _widened(
    site: Site, outlooks: Sequence[Outlook], exclusive: Exclusive, wrong: Exclusive
) -> Exclusive:
    """Binaries for steps that were wrong; in a short plan for all steps alike."""
    doubt = wrong.battery
    if site.steps <= FEW_STEPS:
        doubt = doubt | _burning_may_pay(site, outlooks)
    return Exclusive(exclusive.battery | doubt, exclusive.grid | wrong.grid)


def _burning_may_pay(site: Site, outlooks: Sequence[Outlook]) -> Bools:
    """Steps in which losing energy may be worth something."""
    buy, _ = effective_prices(site)
    surplus = np.logical_or.reduce([o.pv_kw > o.load_kw for o in outlooks])
    return np.asarray((buy <= 0) | (surplus & (not site.connection.curtail)))
