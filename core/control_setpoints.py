"""A dispatch plan as setpoints that control can follow."""

from __future__ import annotations

from core.control_plan import ControlPlan, plan_of_flows
from core.dispatch_readings import STEP_US
from core.dispatch_report import PlanReport
from core.errors import PlanError


def setpoints_of(report: PlanReport) -> ControlPlan:
    """Setpoints [kW] of a plan of times to come, issued at the newest reading it knew.

    Actuators are `battery`, and each vehicle and relay under its own name.

    Raises
    ------
    PlanError : the plan is of the past, or two actuators have one name.
    """
    if report.choice.past:
        raise PlanError("a plan of the past cannot be followed; plan ahead")
    relays = {
        one.name: (report.plan.relays[one.name] * one.power_kw).tolist()
        for one in report.plan.site.relays
    }
    vehicles = {str(name): column.tolist() for name, column in report.vehicles.items()}
    twice = {"battery"} & (relays.keys() | vehicles.keys()) | relays.keys() & vehicles.keys()
    if twice:
        raise PlanError(f"two actuators are named {', '.join(sorted(twice))}")
    return plan_of_flows(
        report.flows, issued=report.start, start=report.start, step_us=STEP_US,
        others=vehicles | relays,
    )  # fmt: skip
