"""A room fitted on what was measured first, and simulated through what was measured last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.analytics.thermal import Course, ThermalFit, estimate_room, simulate_room
from core.analytics.thermal_model import Floats, Inputs, Kind, simulate

KINDS: tuple[Kind, ...] = ("1R1C", "2R2C")
TEST_H = 48.0
TEST_SHARE = 0.25  # at most


@dataclass(frozen=True)
class Trial:
    """One model of a room.

    Attributes
    ----------
    fit : on all but the last hours. first : place of the first value that it did not see.
    course : simulated from there; None where the fit is refused or nothing is left.
    rmse : of its middle [K]. inside_ratio : share of values within its band of 10 to 90 %.
    """

    fit: ThermalFit
    first: int
    course: Course | None = None
    rmse: float = float("nan")
    inside_ratio: float = float("nan")

    @property
    def bic(self) -> float:
        """Information criterion of Schwarz (1978): the less, the better."""
        return len(self.fit.free) * float(np.log(self.fit.n)) - 2 * self.fit.log_likelihood


def try_room(inputs: Inputs, measured: Floats) -> tuple[Trial, ...]:
    """Models of one and of two states, each with a constant heat of people where it can be told.

    The last 48 h, or the last quarter where that is less, are kept back to try them on.

    Parameters
    ----------
    measured : (T,) air [°C], without gaps.
    """
    first = len(measured) - round(min(TEST_H / inputs.step_h, TEST_SHARE * len(measured)))
    return tuple(_trial(kind, inputs, measured, first) for kind in KINDS)


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The model that stands, of two the one of the lower criterion; None where none does."""
    return min((one for one in trials if one.fit.stands), key=lambda one: one.bic, default=None)


def _trial(kind: Kind, inputs: Inputs, measured: Floats, first: int) -> Trial:
    seen = _cut(inputs, slice(0, first))
    refused: ThermalFit | None = None
    for gain in (True, False):
        fit = estimate_room(kind, seen, measured[:first], hold="step", gain=gain)
        if fit.stands:
            return _tested(fit, inputs, measured, first)
        refused = refused or fit
    assert refused is not None
    return Trial(refused, first)


def _tested(fit: ThermalFit, inputs: Inputs, measured: Floats, first: int) -> Trial:
    """What was kept back beside its simulation, the mass begun where the fit left it."""
    if first >= len(measured):
        return Trial(fit, first)
    start = simulate(fit.kind, fit.values, inputs, fit.start, fit.hold)[first].copy()
    start[0] = measured[first]
    course = simulate_room(fit, _cut(inputs, slice(first, None)), start)
    came = measured[first:]
    inside = (course.low <= came) & (came <= course.high)
    rmse = float(np.sqrt(np.mean((course.middle - came) ** 2)))
    return Trial(fit, first, course, rmse, float(inside[1:].mean()))


def _cut(inputs: Inputs, part: slice) -> Inputs:
    return replace(
        inputs, outdoor=inputs.outdoor[part], heat_kw=inputs.heat_kw[part], sun=inputs.sun[part]
    )
