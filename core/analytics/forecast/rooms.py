"""Room temperature ahead by a thermal model: filtered to the issue, then simulated.

What heats the room in the next hours is not known at issue. It is taken as on the newest day at the
same wall time; so is the outdoor temperature where no forecast of it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.analytics.forecast.features import History, Weather, newest_day
from core.analytics.forecast.grid import HOUR_US, Floats, Ints
from core.analytics.forecast.models import HORIZON_H
from core.analytics.thermal import ThermalFit, estimate_room
from core.analytics.thermal_model import (
    Inputs,
    Kind,
    discretise,
    settled_variance,
    states_variance,
)

FILTER_H = 72  # hours before the issue from which the states are found
FIT_DAYS = 60
# The first that the data identify; without heat of people and appliances where it cannot be told.
WAYS: tuple[tuple[Kind, bool], ...] = (
    ("2R2C", True), ("1R1C", True), ("2R2C", False), ("1R1C", False),
)  # fmt: skip
NORMAL_90 = 1.281552
MOST_MISSING = 0.1


@dataclass(frozen=True)
class RoomCase:
    """A room, what heats it and the air outside, on one grid.

    Attributes
    ----------
    heat : [kW]. outdoor : [°C]. Both NaN where not measured.
    heat_lag : slots by which a value of heat is known late: a mean of a day is known after it.
    ahead : outdoor temperature told ahead as ``temp_air``, None where nobody tells it.
    """

    room: History
    heat: History
    outdoor: History
    heat_lag: int = 0
    outdoor_lag: int = 0
    ahead: Weather | None = None

    @property
    def step_h(self) -> float:
        """Length of a slot [h]."""
        return self.room.grid.step / HOUR_US

    @property
    def steps(self) -> int:
        """Slots of the horizon."""
        return HORIZON_H * HOUR_US // self.room.grid.step


def fit_room(case: RoomCase, stop: int) -> ThermalFit | str:
    """The thermal model of the newest 60 days before a slot: of `WAYS` the first that stands.

    Returns
    -------
    the fit, or the code of why there is none: as `core.analytics.thermal.estimate_room`, or
    ``inputs`` where heat or outdoor temperature are missing for a tenth of the time.
    """
    per_day = case.room.grid.per_day
    begin = max(stop - FIT_DAYS * per_day, 0)
    measured = case.room.values[begin:stop]
    known = np.flatnonzero(np.isfinite(measured))
    if not len(known):
        return "short"
    begin += int(known[0])
    measured = case.room.values[begin:stop]
    # What is known late of the newest heat is left out.
    end = stop - max(case.heat_lag, case.outdoor_lag)
    columns = [one.values[begin:end] for one in (case.outdoor, case.heat)]
    if end - begin < 2 or any(np.isnan(one).mean() > MOST_MISSING for one in columns):
        return "inputs"
    outdoor, heat = (_filled(one) for one in columns)
    inputs = Inputs(case.step_h, outdoor, heat, np.zeros(len(heat)))
    refusal = ""
    for kind, gain in WAYS:
        found = estimate_room(kind, inputs, measured[: end - begin], hold="step", gain=gain)
        if found.stands:
            return found
        refusal = refusal or found.refusal
    return refusal


def room_shape(
    case: RoomCase, kind: Kind, values: Mapping[str, float], issues: Ints
) -> tuple[Ints, Ints, Floats]:
    """Issues, targets, and of each low, expected and high temperature before calibration.

    States are those of the Kalman filter of the three days before the issue; the band is what
    noise of the room adds up to.
    """
    back = FILTER_H * HOUR_US // case.room.grid.step
    span = np.arange(-back, case.steps, dtype=np.int64)
    slots = issues[:, None] + span
    u = _inputs(case, issues, slots)
    step = discretise(kind, values, case.step_h, "step")
    p = settled_variance(step, values["noise_seen"] ** 2)
    k = p[:, 0] / (p[0, 0] + values["noise_seen"] ** 2)
    seen = _at(case.room, slots[:, :back], issues)
    first = np.array([row[np.isfinite(row)][0] if np.isfinite(row).any() else np.nan
                      for row in seen])  # fmt: skip
    x = np.repeat(first[:, None], len(k), axis=1)
    course = np.empty((len(issues), case.steps))
    for t in range(len(span)):
        if t < back:
            error = seen[:, t] - x[:, 0]
            x = x + np.where(np.isfinite(error), error, 0.0)[:, None] * k
        else:
            course[:, t - back] = x[:, 0]
        x = x @ step.transition.T + u[:, t] @ step.gain.T
    wander = states_variance(kind, values, case.step_h, case.steps + 1, "step")[1:]
    half = NORMAL_90 * np.sqrt(wander + values["noise_seen"] ** 2)
    shape = np.stack([course - half, course, course + half], axis=2)
    count = len(issues)
    return np.repeat(issues, case.steps), slots[:, back:].ravel(), shape.reshape(
        count * case.steps, 3)  # fmt: skip


def _inputs(case: RoomCase, issues: Ints, slots: Ints) -> Floats:
    """Outdoor, heat, sun, one by issue and slot, of what was known at each issue."""
    at = np.repeat(issues, slots.shape[1])
    flat = slots.ravel()
    outdoor = _known(case.outdoor, at, flat, case.outdoor_lag)
    if case.ahead is not None:
        told = case.ahead.known(at, np.clip(flat, 0, case.room.grid.count - 1))
        told = told[:, case.ahead.names.index("temp_air")]
        outdoor = np.where((flat >= at) & np.isfinite(told), told, outdoor)
    heat = _known(case.heat, at, flat, case.heat_lag)
    columns = [outdoor, heat, np.zeros(len(flat)), np.ones(len(flat))]
    return np.stack(columns, axis=1).reshape(*slots.shape, 4)


def _known(history: History, issue: Ints, slot: Ints, lag: int) -> Floats:
    """Values known at an issue; of other slots those of the newest day known, else the mean."""
    until = issue - lag
    slot = np.clip(slot, 0, history.grid.count - 1)
    found = history.value(slot, until)
    later = slot >= until
    if later.any():
        found[later] = history.value(
            newest_day(history.grid, until[later], slot[later]), until[later]
        )
    lately = history.mean(until - 7 * history.grid.per_day, until)
    return np.where(np.isfinite(found), found, lately)


def _at(history: History, slots: Ints, issues: Ints) -> Floats:
    flat = history.value(slots.ravel(), np.repeat(issues, slots.shape[1]))
    return flat.reshape(slots.shape)


def _filled(values: Floats) -> Floats:
    """Gaps bridged by a line."""
    known = np.isfinite(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known])
