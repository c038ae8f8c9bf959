"""What an actuator is to be told now, and why: pure rules of control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.control_config import Actuator
from core.control_plan import ControlPlan
from core.control_store import Override

AHEAD_US = 60_000_000  # clocks of planner and controller may differ so much


@dataclass(frozen=True)
class Why:
    """A reason by key, with what its sentence names; see `core.control_words`."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def safe(self) -> bool:
        """Whether it is a reason for the safe value."""
        return self.key.startswith("safe_")


@dataclass(frozen=True)
class Wish:
    """What an actuator is asked for [kW]."""

    kw: float
    why: Why


def plan_fault(plan: ControlPlan | None, error: str, age_s: float, now: int) -> Why | None:
    """Why a plan cannot be followed; None where it can.

    Parameters
    ----------
    error : why there is none. age_s : above which it is too old. now : [µs UTC].
    """
    if plan is None:
        return Why("safe_no_plan", {"error": error})
    if plan.issued > now + AHEAD_US:
        return Why("safe_plan_ahead", {"seconds": round((plan.issued - now) / 1e6)})
    if now - plan.issued > age_s * 1e6:
        return Why("safe_plan_old", {"limit_s": round(age_s)})
    if now >= plan.end:
        return Why("safe_plan_ended")
    if now < plan.start:
        return Why("safe_plan_not_begun")
    return None


def wished(
    actuator: Actuator, plan: ControlPlan | None, no_plan: Why | None, override: Override | None,
    device_fault: Why | None, now: int,
) -> Wish:  # fmt: skip
    """What an actuator is asked for at a moment.

    A device that does not do as told gets its safe value whatever is asked; then a person's word
    goes before the plan, and before its lack.
    """
    if device_fault is not None:
        return Wish(actuator.safe_kw, device_fault)
    if override is not None and override.kw is not None:
        facts = {"by": override.by, "why": override.why, "until": override.until}
        return Wish(override.kw, Why("override", facts))
    if no_plan is not None or plan is None:
        return Wish(actuator.safe_kw, no_plan or Why("safe_no_plan", {"error": ""}))
    setpoint = plan.at(actuator.name, now)
    if setpoint is None:
        return Wish(actuator.safe_kw, Why("safe_not_in_plan"))
    return Wish(setpoint, Why("plan", {"issued": plan.issued}))


@dataclass
class Ramp:
    """Where an actuator stands between what it was told and what it is asked for.

    Attributes
    ----------
    kw : where the ramp is; it begins at the safe value.
    at : when it was moved last [s, monotonic]. held_from : when the value sent changed last.
    sent : what was sent last [kW], as the device takes it.
    """

    kw: float
    at: float
    sent: float | None = None
    held_from: float = float("-inf")


def clipped(actuator: Actuator, kw: float) -> tuple[float, tuple[str, ...]]:
    """A value within the limits of an actuator [kW], and which of them cut it."""
    if kw > actuator.max_kw:
        return actuator.max_kw, ("max",)
    if kw < actuator.min_kw:
        return actuator.min_kw, ("min",)
    return kw, ()


def next_command(
    actuator: Actuator, wish: Wish, ramp: Ramp, now: float, longest_s: float,
    as_sent: Callable[[float], float],
) -> tuple[float, tuple[str, ...]]:  # fmt: skip
    """The value to send now [kW], and what cut it: ``min max rate hold``. Moves the ramp.

    A safe value is sent at once: it is what the actuator is for when nothing can be trusted.

    Parameters
    ----------
    now : [s, monotonic].
    longest_s : time that a ramp may make up for, where the program has slept.
    as_sent : a value as the device takes it, in its steps.
    """
    target, cut = clipped(actuator, wish.kw)
    elapsed, ramp.at = min(now - ramp.at, longest_s), now
    if wish.why.safe:
        ramp.kw = target
        return _settle(ramp, as_sent(target), now), cut
    if actuator.rate_kw_per_min is not None:
        step = actuator.rate_kw_per_min * max(elapsed, 0.0) / 60
        moved = ramp.kw + min(max(target - ramp.kw, -step), step)
        if moved != target:
            cut = (*cut, "rate")
        target = moved
    value = as_sent(target)
    if (
        actuator.hold_s is not None and ramp.sent is not None and value != ramp.sent
        and now - ramp.held_from < actuator.hold_s
    ):  # fmt: skip
        return ramp.sent, (*cut, "hold")
    ramp.kw = target
    return _settle(ramp, value, now), cut


def _settle(ramp: Ramp, value: float, now: float) -> float:
    if value != ramp.sent:
        ramp.held_from = now
    ramp.sent = value
    return value
