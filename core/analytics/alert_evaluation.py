"""One rule on one device, over all its signals: readings in, alerts out, in any pieces of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from core.analytics.alert_measures import (
    Timed,
    changes,
    deviations,
    drops,
    holds_when,
    median_of_others,
    moved_while_still,
    side_by_side,
    spreads,
    window_means,
)
from core.analytics.alerts import (
    SECOND_US,
    Bool,
    Episode,
    Float,
    Int,
    Memory,
    Rule,
    advance,
    advance_silence,
    episode_from,
    joined_episodes,
    memory_from,
)

WHOLE = ""  # stands for all signals of a device together


@dataclass(frozen=True)
class Readings:
    """What a rule is given of a device between two moments.

    Attributes
    ----------
    signals : time and value by signal; of ``missing`` times of any reading under an empty name.
    reference : what they are compared with (deviation, stuck); None without.
    gate : readings of the quantity of `Rule.when`.
    may_open : whether an alert may be raised at each of some moments; None is always.
    spans : times in which silence counts; None is always.
    scale : what movement is divided by (capacity of a battery [Ah]); 1 for none.
    integrate : movement is the integral of the reference, not the sum of its changes.
    whole : the signals are summed before they are held against the reference (deviation).
    gone : when the device ended for good [µs UTC]; None where it has not (missing).
    """

    signals: Mapping[str, Timed]
    reference: Timed | None = None
    gate: Timed | None = None
    may_open: Callable[[Int], Bool] | None = None
    spans: Sequence[tuple[int, int]] | None = None
    scale: float = 1.0
    integrate: bool = False
    whole: bool = False
    gone: int | None = None


@dataclass
class DeviceMemory:
    """What is remembered of one rule on one device.

    Attributes
    ----------
    signals : by signal; held : ended episodes that belong to an alert that goes on.
    begun : since when a value has stood at each reading of the piece at hand; not kept.
    """

    signals: dict[str, Memory] = field(default_factory=dict)
    held: list[Episode] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, Int] = field(default_factory=dict)

    def of(self, signal: str) -> Memory:
        """The memory of a signal, begun where there is none."""
        return self.signals.setdefault(signal, Memory())

    @property
    def busy(self) -> bool:
        """Whether something goes on or may be about to."""
        return any(
            one.open is not None or any(since is not None for since in one.since)
            for one in self.signals.values()
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "signals": {name: one.as_json() for name, one in self.signals.items()},
            "held": [asdict(one) for one in self.held],
            "more": self.more,
        }


def device_memory_from(plain: Mapping[str, Any]) -> DeviceMemory:
    """The memory that `DeviceMemory.as_json` wrote."""
    return DeviceMemory(
        {name: memory_from(one) for name, one in plain["signals"].items()},
        [episode_from(one) for one in plain["held"]],
        dict(plain["more"]),
    )


def evaluate(rule: Rule, memory: DeviceMemory, readings: Readings, until: int) -> list[Episode]:
    """Alerts that began, went on or ended between the last call and `until` [µs UTC].

    Readings are those after the last call up to and including `until`; `memory` is changed.
    """
    if rule.condition == "missing":
        beats = readings.signals.get(WHOLE, (np.empty(0, np.int64), np.empty(0)))[0]
        return advance_silence(rule, memory.of(WHOLE), beats, until, readings.spans, readings.gone)
    fresh: list[Episode] = []
    for signal, (ts, measure) in _measures(rule, memory, readings, until).items():
        begun = memory.begun.pop(signal, None)
        fresh += advance(
            rule, memory.of(signal), ts, measure, readings.may_open, signal, begun=begun
        )
    if rule.per == "signal":
        return fresh
    return _pooled(rule, memory, fresh)


def _pooled(rule: Rule, memory: DeviceMemory, fresh: Sequence[Episode]) -> list[Episode]:
    """Alerts of the device; ended parts of one that goes on are held until it ends."""
    alerts = joined_episodes(rule, [*memory.held, *fresh])
    going = next((one for one in alerts if one.end is None), None)
    if going is None:
        memory.held = []
    else:
        ended = [one for one in [*memory.held, *fresh] if one.end is not None]
        memory.held = [one for one in ended if one.raised >= going.raised]
    return alerts


# --- measures of each condition -------------------------------------------------------------------


def _measures(rule: Rule, memory: DeviceMemory, readings: Readings, until: int) -> dict[str, Timed]:
    """What the limits speak of, by signal."""
    if rule.condition == "deviation":
        return _deviations(rule, memory, readings, until)
    gated = {name: _gated(rule, memory, readings, name, timed)
             for name, timed in readings.signals.items()}  # fmt: skip
    if rule.condition == "spread":
        return {WHOLE: spreads(list(gated.values()))} if len(gated) > 1 else {}
    return {
        name: _measure(rule, memory, readings, name, timed, until) for name, timed in gated.items()
    }


def _gated(
    rule: Rule, memory: DeviceMemory, readings: Readings, name: str, timed: Timed
) -> Timed:  # fmt: skip
    """Readings of moments at which the rule holds."""
    if rule.when is None:
        return timed
    ts, value = timed
    gate = readings.gate or (np.empty(0, np.int64), np.empty(0))
    open_now = holds_when(memory.of(name).more, ts, *gate, rule.when)
    return ts[open_now], value[open_now]


def _measure(
    rule: Rule, memory: DeviceMemory, readings: Readings, name: str, timed: Timed, until: int
) -> Timed:
    ts, value = timed
    more = memory.of(name).more
    if rule.mean_s:
        ts, value = window_means(more, ts, value, round(rule.mean_s * SECOND_US), until)
    if rule.condition == "rate":
        return changes(more, ts, value, round(rule.over_s * SECOND_US))
    if rule.condition == "reset":
        return drops(more, ts, value)
    if rule.condition == "stuck":
        other = readings.reference or (np.empty(0, np.int64), np.empty(0))
        ts, moved, memory.begun[name] = moved_while_still(
            more, ts, value, *other, integrate=readings.integrate
        )
        return ts, moved / readings.scale
    return ts, value


def _deviations(
    rule: Rule, memory: DeviceMemory, readings: Readings, until: int
) -> dict[str, Timed]:
    """Means side by side with those of their peers, or with what was expected."""
    width = round(rule.mean_s * SECOND_US)
    names = sorted(readings.signals)
    if not names:
        return {}
    columns = [
        window_means(memory.of(name).more, *readings.signals[name], width, until) for name in names
    ]
    if rule.against == "peers":
        moments, table = side_by_side(columns)
        return {
            name: (moments, _deviation(rule, memory, name, table[:, i], reference[:, i]))
            for reference in [median_of_others(table)]
            for i, name in enumerate(names)
        }
    other = readings.reference or (np.empty(0, np.int64), np.empty(0))
    moments, table = side_by_side([*columns, window_means(memory.more, *other, width, until)])
    if readings.whole:
        # Of a plant all inverters together: one that is missing is missing in the sum.
        whole = table[:, :-1].sum(axis=1)
        return {WHOLE: (moments, _deviation(rule, memory, WHOLE, whole, table[:, -1]))}
    return {
        name: (moments, _deviation(rule, memory, name, table[:, i], table[:, -1]))
        for i, name in enumerate(names)
    }


def _deviation(
    rule: Rule, memory: DeviceMemory, name: str, value: Float, reference: Float
) -> Float:  # fmt: skip
    return deviations(
        memory.of(name).more, value, reference, relative=rule.relative,
        least_ratio=rule.least_ratio,
    )  # fmt: skip
