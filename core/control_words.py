"""Reasons of commands as English sentences; pages have them in their language by the same keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REASONS = {
    "plan": "plan",
    "override": "set by {by}: {why}",
    "safe_stop": "safe value: control ends",
    "safe_no_plan": "safe value: no plan can be read ({error})",
    "safe_plan_old": "safe value: the plan is older than {limit_s} s",
    "safe_plan_ahead": "safe value: the plan is issued {seconds} s ahead of this clock",
    "safe_plan_ended": "safe value: the plan has ended",
    "safe_plan_not_begun": "safe value: the plan has not begun",
    "safe_not_in_plan": "safe value: the plan does not name this actuator",
    "safe_unconfirmed": "safe value: {actuator} did not confirm {kw} kW within {within_s} s",
    "safe_unreachable": "safe value: {error}",
}
LIMITS = {"min": "least", "max": "most", "rate": "rate", "hold": "holding time"}


def reason_words(key: str, facts: Mapping[str, Any], limits: Sequence[str] = ()) -> str:
    """A reason and the limits that cut what was asked."""
    words = REASONS.get(key, key).format_map({name: str(value) for name, value in facts.items()})
    cut = ", ".join(LIMITS[one] for one in limits)
    return f"{words}; limited by {cut}" if cut else words
