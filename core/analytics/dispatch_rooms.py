"""Relays and rooms as columns and rows of a plan."""

from __future__ import annotations

import numpy as np

from core.analytics.dispatch_program import Ints, Program
from core.analytics.dispatch_site import Relay, Room, Site


def relay_columns(program: Program, relay: Relay, steps: int) -> Ints:
    """On or off, with least times by the start and stop form of Rajan and Takriti (2005)."""
    low, high = np.zeros(steps), np.ones(steps)
    if relay.on:
        low[: max(relay.least_on - relay.held, 0)] = 1.0
    else:
        high[: max(relay.least_off - relay.held, 0)] = 0.0
    on = program.columns(steps, low, high, whole=True)
    if max(relay.least_on, relay.least_off) == 1:
        return on
    start, stop = program.columns(steps, 0.0, 1.0), program.columns(steps, 0.0, 1.0)
    before = np.zeros(steps)
    before[0] = float(relay.on)
    rows = program.rows(steps, before, before)
    program.put(rows, on, 1.0)
    program.put(rows[1:], on[:-1], -1.0)
    program.put(rows, start, -1.0)
    program.put(rows, stop, 1.0)
    for least, switched, sign, high_end in (
        (relay.least_on, start, -1.0, 0.0),
        (relay.least_off, stop, 1.0, 1.0),
    ):
        rows = program.rows(steps, high=high_end)
        program.put(rows, on, sign)
        for back in range(least):
            program.put(rows[back:], switched[: steps - back], 1.0)
    return on


def room_columns(
    program: Program, site: Site, room: Room, on: list[Ints], priced: float
) -> list[Ints]:
    """States of a room and what its comfort band misses."""
    steps, n = site.steps, room.states
    states = [program.columns(steps, -np.inf) for _ in range(n)]
    first = room.transition @ room.start
    for i in range(n):
        fixed = room.drift[:, i].copy()
        fixed[0] += first[i]
        rows = program.rows(steps, fixed, fixed)
        program.put(rows, states[i], 1.0)
        for j in range(n):
            if room.transition[i, j]:
                program.put(rows[1:], states[j][:-1], -room.transition[i, j])
        for places, relay in zip(on, site.relays, strict=True):
            heat = relay.heats.get(room.name, 0.0) * relay.power_kw * relay.heat_per_power
            if heat and room.heat_gain[i]:
                program.put(rows, places, -room.heat_gain[i] * heat)
    price = priced * site.comfort_eur_kh(room) * site.step_h
    for sign, low, high in ((1.0, room.low, np.inf), (-1.0, -np.inf, room.high)):
        rows = program.rows(steps, low, high)
        program.put(rows, states[0], 1.0)
        program.put(rows, program.columns(steps, cost=price), sign)
    return states
