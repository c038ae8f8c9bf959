"""Why there is no plan: which limits are in each other's way, or what has no limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.analytics.dispatch_model import SLACKS, Model, build_model
from core.analytics.dispatch_site import Outlook, Site
from core.errors import Infeasible, PlanError, Unbounded

LEAST = 1e-5  # kW or kWh: less is the tolerance of the solver
BOX = 1e7
NEAR_BOX = 1e6

_WORDS = {
    "import_limit": "the import limit is {amount:.4g} kW too low at step {step}",
    "export_limit": "the export limit is {amount:.4g} kW too low at step {step}",
    "vehicle": "vehicle {name} needs {needed:.4g} kWh by step {step} and misses {amount:.4g} kWh "
    "of it beside the other limits; at the plug {plug_kw:.4g} kW x {hours:.4g} h would give "
    "{plug_kwh:.4g} kWh",
    "plug": "vehicle {name} needs {needed:.4g} kWh by step {step}; at the plug {plug_kw:.4g} kW x "
    "{hours:.4g} h give no more than {plug_kwh:.4g} kWh, and it misses {amount:.4g} kWh",
    "soc_end": "the least SOC at the end is missed by {amount:.4g} kWh",
}
_HELPS = "; giving way here alone would do"


@dataclass(frozen=True)
class Conflict:
    """A limit in the way of every plan.

    Attributes
    ----------
    kind : one of `dispatch_model.SLACKS`, or ``plug``: a vehicle's stay is too short for its plug.
    name : of the vehicle, else empty.
    amount : by how much it must give way at least [unit: kW, or kWh of vehicles and SOC].
    step : where most is missing; of a vehicle, by when it needs its energy.
    alone : whether giving way here alone would make a plan possible.
    way : conflicts of one way out give way together; each number is another way out.
    needed_kwh, plug_kw, hours : of a vehicle, what it needs and how long it stands at which power.
    """

    kind: str
    name: str
    amount: float
    unit: str
    step: int
    alone: bool
    way: int = 0
    needed_kwh: float = 0.0
    plug_kw: float = 0.0
    hours: float = 0.0

    @property
    def plug_kwh(self) -> float:
        """What the plug gives at most while the vehicle stands there [kWh]."""
        return self.plug_kw * self.hours

    def __str__(self) -> str:
        words = _WORDS[self.kind].format(
            name=self.name, amount=self.amount, step=self.step, needed=self.needed_kwh,
            plug_kw=self.plug_kw, hours=self.hours, plug_kwh=self.plug_kwh,
        )  # fmt: skip
        return words + (_HELPS if self.alone else "")


def find_conflicts(site: Site, outlooks: Sequence[Outlook]) -> tuple[Conflict, ...]:
    """Limits that could give way so that there is a plan; empty if nothing has to.

    Each kind of limit is let go alone first; if none helps alone, all together, and those that
    then give way are in the way together.

    Raises
    ------
    PlanError : there is no plan whatever gives way.
    """
    ways = [found for kind in SLACKS if (found := _given_way(site, outlooks, (kind,)))]
    if ways:
        return tuple(
            replace(one, way=way, alone=len(found) == 1)
            for way, found in enumerate(ways) for one in found
        )  # fmt: skip
    together = _given_way(site, outlooks, SLACKS)
    if together is None:
        raise PlanError("no plan even where every limit gives way: inputs contradict each other")
    return tuple(together)


def _given_way(
    site: Site, outlooks: Sequence[Outlook], kinds: Sequence[str]
) -> list[Conflict] | None:
    """What gives way where these kinds may; None if there is still no plan."""
    model = build_model(site, outlooks, elastic=kinds)
    found = model.program.solve(relaxed=True)
    if found.x is None:
        return None
    worst: dict[tuple[str, str], Conflict] = {}
    for kind, name, unit, places, first in model.slacks:
        amounts = found.x[places]
        at = int(np.argmax(amounts))
        before = worst.get((kind, name))
        if amounts[at] > LEAST and (before is None or amounts[at] > before.amount):
            worst[kind, name] = Conflict(kind, name, float(amounts[at]), unit, first + at, False)
    return [_at_the_plug(site, one) if one.kind == "vehicle" else one for one in worst.values()]


def _at_the_plug(site: Site, one: Conflict) -> Conflict:
    """What a vehicle needs beside what its plug gives: where that is less, the stay is at fault."""
    car = next(car for car in site.vehicles if car.name == one.name)
    hours = (car.departure - car.arrival) * site.step_h
    kind = "plug" if car.energy_kwh > car.most_kw * hours + LEAST else "vehicle"
    return replace(
        one, kind=kind, needed_kwh=car.energy_kwh, plug_kw=car.most_kw, hours=hours
    )  # fmt: skip


def explain_infeasible(site: Site, outlooks: Sequence[Outlook]) -> Infeasible:
    """The error that names the limits in the way."""
    conflicts = find_conflicts(site, outlooks)
    ways = dict.fromkeys(one.way for one in conflicts)
    words = "; or ".join(
        " and ".join(str(one) for one in conflicts if one.way == way) for way in ways
    )
    return Infeasible(conflicts, f"no plan keeps every limit: {words or 'whole numbers conflict'}")


def explain_unbounded(model: Model) -> Unbounded | None:
    """The error that names flows without a limit, which stand at a box put around them.

    None where there is no plan even within the box.
    """
    found = model.program.solve(box=BOX, relaxed=True)
    if found.x is None:
        return None
    free = tuple(
        name
        for name in ("imported", "exported", "charge", "discharge", "stored")
        if any(
            len(places) and float(found.x[places].max()) >= NEAR_BOX
            for places in (getattr(course, name) for course in model.courses)
        )
    )
    words = f"costs fall without end; these have no limit: {', '.join(free) or 'none was found'}"
    return Unbounded(free, words)
