"""Thermal models of rooms fitted to what was measured, with intervals, or a refusal in words.

Maximum likelihood over the one-step errors of a Kalman filter, in the logarithms of the
parameters, which keeps them positive and their errors relative. Formulas and sources:
docs/methods-thermal.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize
from scipy.stats import chi2

from core.analytics.dispatch_site import Room
from core.analytics.thermal_model import (
    NOISE,
    PHYSICAL,
    UNITS,
    Floats,
    Hold,
    Inputs,
    Kind,
    discretise,
    innovations,
    simulate,
    states_variance,
    time_constants,
)
from core.errors import PlanError

LEAST_VALUES = 48
LEAST_HOURS = 24.0
LEAST_HEAT_CHANGE_KW = 0.01
LEAST_DRIVE_K = 0.5
MOST_CORRELATION = 0.99
MOST_LOG_ERROR = 1.0  # an interval wider than a factor of e² either way says nothing
LOW, HIGH = -9.0, 9.0  # of logarithms
NOISE_FLOOR = float(np.log(1e-3))  # K: below what thermometers resolve
OFFSET_K = 15.0  # most that the mass may differ from the air at the start
NORMAL_95 = 1.959964
SPREADS_H = (10.0, 120.0)  # time constants that the search starts from


@dataclass(frozen=True)
class Parameter:
    """A fitted value with its 95 % interval; NaN edges where the curvature gives none."""

    name: str
    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True)
class Whiteness:
    """Whether one-step errors are without pattern.

    Attributes
    ----------
    ljung_box, p_value, lags : of Ljung and Box (1978).
    frequency : (F,) [1/h]; cumulated : (F,) share of the periodogram up to it.
    band : 95 % distance from the diagonal that white noise keeps (Kolmogorov, Smirnov).
    departure : largest distance from the diagonal.
    """

    ljung_box: float
    p_value: float
    lags: int
    frequency: Floats
    cumulated: Floats
    band: float
    departure: float

    @property
    def white(self) -> bool:
        """Whether neither test finds a pattern at 5 %."""
        return self.p_value >= 0.05 and self.departure <= self.band


@dataclass(frozen=True)
class ThermalFit:
    """A fitted room, or why there is none.

    Attributes
    ----------
    refusal : code of the reason, empty where the model stands; detail : what it speaks of.
    parameters : physical ones and noises. start : states at the first time [°C].
    covariance : of the logarithms of `free`, in that order (the offset of the mass not in a log).
    rmse, mae : of the simulation from the start without looking at what was measured [K].
    one_step_rmse : of the filter [K].
    """

    kind: Kind
    hold: Hold
    step_h: float
    refusal: str
    detail: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    start: Floats
    free: tuple[str, ...]
    covariance: Floats
    log_likelihood: float
    n: int
    span_h: float
    rmse: float
    mae: float
    one_step_rmse: float
    whiteness: Whiteness | None = field(repr=False, default=None)

    @property
    def values(self) -> dict[str, float]:
        """Fitted values by name."""
        return {one.name: one.value for one in self.parameters}

    @property
    def stands(self) -> bool:
        """Whether the model may be used."""
        return not self.refusal


def estimate_room(
    kind: Kind,
    inputs: Inputs,
    measured: Floats,
    *,
    hold: Hold = "line",
    gain: bool = False,
    mass_noise: bool = False,
) -> ThermalFit:
    """Fit a room to its measured air temperature.

    Parameters
    ----------
    measured : (T,) air [°C]; NaN where nothing was measured, not at the first time.
    hold : whether inputs are held over a step (means) or run in a line between readings.
    gain : fit a constant heat of people and appliances.
    mass_noise : give the mass a noise of its own; it then takes up what sun and unknown heat do.

    Returns
    -------
    the fit; `refusal` is one of ``short``, ``gap_at_start``, ``still``, ``no_heat``, ``bound``,
    ``flat``, ``correlated``, ``wide`` or empty. A refused fit has no parameters before the search
    (first four), else those that were found, for show alone.
    """
    seen = np.isfinite(measured)
    span = (len(measured) - 1) * inputs.step_h
    refusal, detail = _refusal_before(inputs, measured, seen, span)
    if refusal:
        return _refused(kind, hold, inputs.step_h, refusal, detail, int(seen.sum()), span)
    sun = bool(np.ptp(inputs.sun) > 0)
    names = [one for one in PHYSICAL[kind] if sun or one != "a"] + ["gain"] * gain
    names += [one for one in NOISE[kind] if mass_noise or one != "noise_mass"]
    problem = _Problem(kind, inputs, measured, hold, names)
    from threadpoolctl import threadpool_limits

    # Threads for matrices of two states only wait for each other: four times the work.
    with threadpool_limits(limits=1):
        theta, cost = _search(problem)
        hessian = _hessian(problem.cost, theta, _held(problem, theta))
        return _judged(problem, theta, cost, hessian, span)


def _refusal_before(
    inputs: Inputs, measured: Floats, seen: np.ndarray, span_h: float
) -> tuple[str, dict[str, str]]:
    """Why data cannot tell, before any search."""
    if seen.sum() < LEAST_VALUES or span_h < LEAST_HOURS:
        return "short", {"count": str(int(seen.sum())), "hours": f"{span_h:.0f}"}
    if not seen[0]:
        return "gap_at_start", {}
    if float(np.ptp(inputs.heat_kw)) < LEAST_HEAT_CHANGE_KW:
        return "no_heat", {}
    drive = inputs.outdoor - np.where(seen, measured, np.nan)
    if float(np.nanstd(measured)) < 0.05 or float(np.nanstd(drive)) < LEAST_DRIVE_K:
        return "still", {}
    return "", {}


@dataclass(frozen=True)
class _Problem:
    """Cost of a vector of log parameters; a mass adds the offset of its start [K]."""

    kind: Kind
    inputs: Inputs
    measured: Floats
    hold: Hold
    names: list[str]

    @property
    def free(self) -> tuple[str, ...]:
        return (*self.names, *(("offset",) if self.kind == "2R2C" else ()))

    def values(self, theta: Floats) -> dict[str, float]:
        found = {name: float(np.exp(theta[i])) for i, name in enumerate(self.names)}
        return {"noise_mass": 0.0, **found} if self.kind == "2R2C" else found

    def start(self, theta: Floats) -> Floats:
        first = float(self.measured[0])
        return np.array([first, first + theta[-1]] if self.kind == "2R2C" else [first])

    def cost(self, theta: Floats) -> float:
        """Negative log-likelihood; large where the model cannot be computed."""
        with np.errstate(all="ignore"):
            found = innovations(
                self.kind, self.values(theta), self.inputs, self.measured, self.start(theta),
                self.hold,
            ).log_likelihood  # fmt: skip
        return -found if np.isfinite(found) else 1e9

    def bounds(self) -> list[tuple[float, float]]:
        bounds = [
            (NOISE_FLOOR, 2.0) if name.startswith("noise") else (LOW, HIGH) for name in self.names
        ]
        return bounds + [(-OFFSET_K, OFFSET_K)] * (self.kind == "2R2C")


def _search(problem: _Problem) -> tuple[Floats, float]:
    """Best of several searches from time constants of a light, a usual and a heavy house."""
    seen = np.isfinite(problem.measured)
    lift = float(np.mean((problem.measured - problem.inputs.outdoor)[seen]))
    heat = float(problem.inputs.heat_kw.mean())
    r = max(lift, 1.0) / max(heat, 0.05)
    best: tuple[Floats, float] | None = None
    for hours in SPREADS_H:
        c = hours / r
        guess = {"r": r, "c": c, "r_in": 0.15 * r, "r_out": 0.85 * r, "c_air": 0.15 * c,
                 "c_mass": 0.85 * c, "a": 1.0, "gain": 0.1, "noise_air": 0.1, "noise_mass": 0.05,
                 "noise_seen": 0.03}  # fmt: skip
        theta = np.log([guess[name] for name in problem.names])
        theta = np.append(theta, 0.0) if problem.kind == "2R2C" else theta
        found = minimize(
            problem.cost, theta, method="L-BFGS-B", bounds=problem.bounds(),
            options={"maxiter": 300, "maxfun": 6000, "eps": 1e-6},
        )  # fmt: skip
        if best is None or found.fun < best[1]:
            best = (np.asarray(found.x), float(found.fun))
    assert best is not None
    return best


def _held(problem: _Problem, theta: Floats) -> np.ndarray:
    """Noises at their floor: a noise too small to see says nothing against the rest."""
    return np.array(
        [name.startswith("noise") and theta[i] <= NOISE_FLOOR + 0.05
         for i, name in enumerate(problem.names)] + [False] * (problem.kind == "2R2C")
    )  # fmt: skip


def _hessian(
    cost: Callable[[Floats], float], theta: Floats, held: np.ndarray, width: float = 1e-3
) -> Floats:
    """Second derivatives by central differences; held places are left out (NaN)."""
    n = len(theta)
    found = np.full((n, n), np.nan)
    free = np.flatnonzero(~held)

    def at(*moves: tuple[np.intp | int, float]) -> float:
        moved = theta.copy()
        for i, by in moves:
            moved[i] += by
        return cost(moved)

    middle = at()
    for i in free:
        found[i, i] = (at((i, width)) - 2 * middle + at((i, -width))) / width**2
        for j in free[free < i]:
            cross = (
                at((i, width), (j, width)) - at((i, width), (j, -width))
                - at((i, -width), (j, width)) + at((i, -width), (j, -width))
            )  # fmt: skip
            found[i, j] = found[j, i] = cross / (4 * width**2)
    return found


def _judged(
    problem: _Problem, theta: Floats, cost: float, hessian: Floats, span_h: float
) -> ThermalFit:
    """Parameters with intervals, and whether they may be believed."""
    free = np.isfinite(np.diag(hessian))
    covariance = np.full_like(hessian, np.nan)
    inner = hessian[np.ix_(free, free)]
    positive = bool(np.all(np.linalg.eigvalsh(inner) > 0))
    if positive:
        covariance[np.ix_(free, free)] = np.linalg.inv(inner)
    errors = np.sqrt(np.diag(covariance))
    refusal, detail = _refusal_after(problem, theta, covariance, positive)
    values, start = problem.values(theta), problem.start(theta)
    found = innovations(problem.kind, values, problem.inputs, problem.measured, start, problem.hold)
    course = simulate(problem.kind, values, problem.inputs, start, problem.hold)[:, 0]
    miss = (course - problem.measured)[np.isfinite(problem.measured)]
    one_step = found.error[np.isfinite(found.error)][1:]
    parameters = tuple(
        Parameter(
            name, float(np.exp(theta[i])), float(np.exp(theta[i] - NORMAL_95 * errors[i])),
            float(np.exp(theta[i] + NORMAL_95 * errors[i])), UNITS[name],
        )
        for i, name in enumerate(problem.names)
    )  # fmt: skip
    return ThermalFit(
        problem.kind, problem.hold, problem.inputs.step_h, refusal, detail, parameters, start,
        problem.free, covariance, -cost, len(miss), span_h, float(np.sqrt(np.mean(miss**2))),
        float(np.mean(np.abs(miss))), float(np.sqrt(np.mean(one_step**2))),
        whiteness(found.standardised[1:], problem.inputs.step_h),
    )  # fmt: skip


def _refusal_after(
    problem: _Problem, theta: Floats, covariance: Floats, positive: bool
) -> tuple[str, dict[str, str]]:
    """Why a fit cannot be believed."""
    physical = [i for i, one in enumerate(problem.names) if not one.startswith("noise")]
    for i in physical:
        if not LOW + 0.05 < theta[i] < HIGH - 0.05:
            return "bound", {"name": problem.names[i]}
    if not positive:
        return "flat", {}
    errors = np.sqrt(np.diag(covariance))
    for i in physical:
        for j in physical[: physical.index(i)]:
            r = covariance[i, j] / (errors[i] * errors[j])
            if abs(r) > MOST_CORRELATION:
                names = f"{problem.names[j]}, {problem.names[i]}"
                return "correlated", {"names": names, "r": f"{r:.3f}"}
    for i in physical:
        if errors[i] > MOST_LOG_ERROR:
            return "wide", {"name": problem.names[i], "factor": f"{np.exp(2 * errors[i]):.0f}"}
    return "", {}


def _refused(
    kind: Kind, hold: Hold, step_h: float, refusal: str, detail: dict[str, str], n: int, span: float
) -> ThermalFit:
    nothing = np.empty(0)
    return ThermalFit(
        kind, hold, step_h, refusal, detail, (), nothing, (), np.empty((0, 0)), np.nan, n, span,
        np.nan, np.nan, np.nan,
    )  # fmt: skip


def whiteness(errors: Floats, step_h: float, lags: int | None = None) -> Whiteness:
    """Tests of one-step errors for a pattern.

    Ljung and Box: Q = n(n+2) Σ ρ_k²/(n−k), chi-squared with as many degrees as lags. Cumulated
    periodogram: its distance from the diagonal against the bound of Kolmogorov and Smirnov.
    """
    z = np.asarray(errors, np.float64) - float(np.mean(errors))
    n = len(z)
    m = lags or max(min(round(24 / step_h), n // 4), 1)
    power = float(z @ z)
    rho = np.array([float(z[k:] @ z[:-k]) / power for k in range(1, m + 1)])
    q = n * (n + 2) * float(np.sum(rho**2 / (n - np.arange(1, m + 1))))
    spectrum = np.abs(np.fft.rfft(z)[1:]) ** 2
    count = (n - 1) // 2
    cumulated = np.cumsum(spectrum[:count]) / spectrum[:count].sum()
    line = np.arange(1, count + 1) / count
    return Whiteness(
        q, float(chi2.sf(q, m)), m, np.arange(1, count + 1) / (n * step_h), cumulated,
        1.358 / np.sqrt(count), float(np.max(np.abs(cumulated - line))),
    )  # fmt: skip


def profile_interval(
    fit: ThermalFit, name: str, inputs: Inputs, measured: Floats
) -> tuple[float, float]:
    """95 % interval of a parameter by the likelihood alone: where it falls by χ²(1)/2 = 1.92.

    Slower than that of the curvature, and right where the likelihood is lopsided.
    """
    names = [one.name for one in fit.parameters]
    problem = _Problem(fit.kind, inputs, measured, fit.hold, names)
    centre = np.log([one.value for one in fit.parameters])
    offset = fit.start[1] - fit.start[0] if fit.kind == "2R2C" else None
    centre = centre if offset is None else np.append(centre, offset)
    at = names.index(name)
    limit = problem.cost(centre) + chi2.ppf(0.95, 1) / 2
    edges = []
    for side in (-1.0, 1.0):
        near, far, theta = 0.0, 0.05, centre
        while (found := _profiled(problem, centre, theta, at, side * far))[1] < limit and far < 6:
            near, far, theta = far, 2 * far, found[0]
        for _ in range(12):
            middle = (near + far) / 2
            inside = _profiled(problem, centre, theta, at, side * middle)[1] < limit
            near, far = (middle, far) if inside else (near, middle)
        edges.append(float(np.exp(centre[at] + side * (near + far) / 2)))
    return edges[0], edges[1]


def _profiled(
    problem: _Problem, centre: Floats, theta: Floats, at: int, moved: float
) -> tuple[Floats, float]:
    """Best cost with one parameter held."""
    start, bounds = theta.copy(), problem.bounds()
    start[at] = centre[at] + moved
    bounds[at] = (start[at], start[at])
    found = minimize(problem.cost, start, method="L-BFGS-B", bounds=bounds,
                     options={"maxiter": 100, "eps": 1e-6})  # fmt: skip
    return np.asarray(found.x), float(found.fun)


@dataclass(frozen=True)
class Course:
    """A simulated air temperature with its 80 % band, (T,) [°C]."""

    low: Floats
    middle: Floats
    high: Floats


def simulate_room(
    fit: ThermalFit, inputs: Inputs, start: Floats, *, draws: int = 200, seed: int = 0
) -> Course:
    """The room forward in time with a band of 10 to 90 %.

    The band holds what parameters may be (draws from their normal approximation) and the process
    noise that adds up; not errors of the weather put in.

    Raises
    ------
    PlanError : the fit was refused.
    """
    _need_fit(fit)
    rng = np.random.default_rng(seed)
    middle = simulate(fit.kind, fit.values, inputs, start, fit.hold)[:, 0]
    at = [i for i, name in enumerate(fit.free) if np.isfinite(fit.covariance[i, i])
          and name != "offset"]  # fmt: skip
    spread = np.linalg.cholesky(fit.covariance[np.ix_(at, at)])
    courses = np.empty((draws, len(middle)))
    for k in range(draws):
        moves = spread @ rng.standard_normal(len(at))
        values = dict(fit.values)
        for i, by in zip(at, moves, strict=True):
            values[fit.free[i]] *= float(np.exp(by))
        courses[k] = simulate(fit.kind, values, inputs, start, fit.hold)[:, 0]
    wander = states_variance(fit.kind, fit.values, inputs.step_h, len(middle), fit.hold)
    total = np.sqrt(courses.var(axis=0) + wander + fit.values["noise_seen"] ** 2)
    return Course(middle - 1.281552 * total, middle, middle + 1.281552 * total)


def _need_fit(fit: ThermalFit) -> None:
    if not fit.stands:
        raise PlanError(f"this room has no model: {fit.refusal}")


def step_model(
    fit: ThermalFit,
    name: str,
    outdoor: Floats,
    sun: Floats,
    start: Floats,
    low: Floats,
    high: Floats,
    step_h: float,
) -> Room:
    """The room of a plan: heat held over each step, outdoor temperature and sun foreseen.

    Raises
    ------
    PlanError : the fit was refused.
    """
    _need_fit(fit)
    steps = discretise(fit.kind, fit.values, step_h, "step")
    u = np.column_stack([outdoor, np.zeros(len(outdoor)), sun, np.ones(len(outdoor))])
    return Room(name, steps.transition, steps.gain[:, 1], u @ steps.gain.T, start, low, high)


def slowest_h(fit: ThermalFit) -> float:
    """Longest time constant of a fit [h]."""
    return float(time_constants(fit.kind, fit.values)[0])
