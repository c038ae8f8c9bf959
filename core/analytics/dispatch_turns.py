"""Directions of grid and battery out of a relaxation that goes both ways at once."""

from __future__ import annotations

import numpy as np

from core.analytics.dispatch_model import Exclusive, Model
from core.analytics.dispatch_site import Floats

TOLERANCE_KW = 1e-6


def in_turns(model: Model, exclusive: Exclusive, x: Floats, first_steps: int) -> dict[int, float]:
    """Directions of grid and battery: shares of a relaxation, rounded so that sums are kept.

    Sum-up rounding (Sager, Mathematical Programming 133 (2012) 1): a share of a half in many steps
    becomes one step yes, one step no. What outlooks have in common is rounded alike.
    """
    held: dict[int, float] = {}
    tied = len(model.courses) > 1
    batteries = [_share(x[c.charge], x[c.discharge]) for c in model.courses if len(c.charge)]
    common = np.mean(batteries, axis=0) if batteries else np.empty(0)
    for course in model.courses:
        grid = _share(x[course.imported], x[course.exported])
        turn = _summed_up(np.where(exclusive.grid, grid, 0.0))
        for place, at in zip(course.grid_apart, np.flatnonzero(exclusive.grid), strict=True):
            if not (tied and at < first_steps):
                held[int(place)] = float(turn[at])
        if not len(course.battery_apart):
            continue
        battery = _share(x[course.charge], x[course.discharge])
        both = (battery > 0) & (battery < 1) & exclusive.grid
        charges = np.where(both, turn, battery >= 0.5)  # what is taken in turns goes into store
        if tied:
            charges[:first_steps] = _summed_up(common[:first_steps])
        for place, at in zip(course.battery_apart, np.flatnonzero(exclusive.battery), strict=True):
            held[int(place)] = float(charges[at])
    return held


def as_it_flows(
    model: Model, exclusive: Exclusive, x: Floats, first_steps: int
) -> dict[int, float]:  # fmt: skip
    """Directions of the grid in the first steps, those of what flows on balance."""
    places = np.flatnonzero(exclusive.grid)
    return {
        int(place): float(x[course.imported[at]] >= x[course.exported[at]])
        for course in model.courses
        for place, at in zip(course.grid_apart, places, strict=True)
        if at < first_steps
    }


def _share(one: Floats, other: Floats) -> Floats:
    """Share of the first of two flows; a half where there is neither."""
    both = one + other
    return np.where(both > TOLERANCE_KW, one / np.maximum(both, TOLERANCE_KW), 0.5).clip(0.0, 1.0)


def _summed_up(share: Floats) -> Floats:
    """0 or 1 in every step, their sum never farther than a half from that of the shares."""
    found, sum_so_far = np.zeros(len(share)), 0.0
    for t, one in enumerate(share.tolist()):
        sum_so_far += one
        found[t] = float(sum_so_far >= 0.5)
        sum_so_far -= found[t]
    return found
