"""Rooms as networks of resistances and capacities: states, exact steps, likelihood, simulation.

Units: temperature [°C], heat [kW], irradiance [kW/m²], R [K/kW], C [kWh/K], aperture [m²],
time [h].

One state (1R1C):   C·dT/dt = (T_out − T)/R + heat + gain + A·sun
Two states (2R2C):  C_air·dT/dt  = (T_mass − T)/R_in + heat + gain + A_air·sun
                    C_mass·dT_mass/dt = (T − T_mass)/R_in + (T_out − T_mass)/R_out + A_mass·sun

Each state has a process noise σ·dω; the air temperature is measured with noise. Sources: Bacher and
Madsen (2011), 10.1016/j.enbuild.2011.02.005 (networks, likelihood); Van Loan (1978),
10.1109/TAC.1978.1101743 (integrals of the matrix exponential; here by modes, which are real).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
Kind = Literal["1R1C", "2R2C"]
Hold = Literal["step", "line"]

PHYSICAL: dict[Kind, tuple[str, ...]] = {
    "1R1C": ("r", "c", "a"),
    "2R2C": ("r_in", "r_out", "c_air", "c_mass", "a"),
}
NOISE: dict[Kind, tuple[str, ...]] = {
    "1R1C": ("noise_air", "noise_seen"),
    "2R2C": ("noise_air", "noise_mass", "noise_seen"),
}
UNITS = {
    "r": "K/kW", "r_in": "K/kW", "r_out": "K/kW", "c": "kWh/K", "c_air": "kWh/K",
    "c_mass": "kWh/K", "a": "m²", "gain": "kW", "noise_air": "K/√h",
    "noise_mass": "K/√h", "noise_seen": "K",
}  # fmt: skip
SETTLED = 1e-14


@dataclass(frozen=True)
class Inputs:
    """What drives a room: (T,) each, in steps of `step_h` hours.

    Attributes
    ----------
    outdoor : [°C]. heat_kw : given to the room [kW]. sun : [kW/m²]; zeros where there is none.
    """

    step_h: float
    outdoor: Floats
    heat_kw: Floats
    sun: Floats

    def columns(self) -> Floats:
        """Inputs as a matrix (T, 4): outdoor, heat, sun, one."""
        return np.column_stack([self.outdoor, self.heat_kw, self.sun, np.ones(len(self.outdoor))])


@dataclass(frozen=True)
class Steps:
    """A model in steps: x[t+1] = A x[t] + B u[t] + B_next u[t+1], noise covariance Q."""

    transition: Floats
    gain: Floats
    gain_next: Floats
    noise: Floats


def continuous(kind: Kind, values: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Matrices of dx/dt = F x + G u, with u = (outdoor, heat, sun, one)."""
    gain = values.get("gain", 0.0)
    if kind == "1R1C":
        r, c = values["r"], values["c"]
        return np.array([[-1 / (r * c)]]), np.array([[1 / r, 1.0, values.get("a", 0.0), gain]]) / c
    inner, outer = 1 / values["r_in"], 1 / values["r_out"]
    capacity = np.array([[values["c_air"]], [values["c_mass"]]])
    f = np.array([[-inner, inner], [inner, -inner - outer]])
    g = np.array([[0.0, 1.0, values.get("a", 0.0), gain], [outer, 0.0, 0.0, 0.0]])
    return f / capacity, g / capacity


def time_constants(kind: Kind, values: Mapping[str, float]) -> Floats:
    """Time constants [h], longest first."""
    f, _ = continuous(kind, values)
    return np.sort(-1 / np.linalg.eigvals(f).real)[::-1]


def discretise(kind: Kind, values: Mapping[str, float], step_h: float, hold: Hold) -> Steps:
    """The model in steps, exactly, for inputs held over a step or running in a line."""
    f, g = continuous(kind, values)
    rates, modes = np.linalg.eig(f)  # of such a network: real, negative, all different
    back = np.linalg.inv(modes)
    z = rates * step_h
    held = (modes * (np.expm1(z) / rates)) @ back @ g
    ramp = (modes * ((np.expm1(z) - z) / (rates * z))) @ back @ g
    spread = np.array([values.get(name, 0.0) ** 2 for name in NOISE[kind][:-1]])
    both = rates[:, None] + rates
    noise = modes @ ((back * spread) @ back.T * (np.expm1(both * step_h) / both)) @ modes.T
    transition = (modes * np.exp(z)) @ back
    if hold == "step":
        return Steps(transition, held, np.zeros_like(held), noise)
    return Steps(transition, held - ramp, ramp, noise)


def _forcing(steps: Steps, u: Floats) -> Floats:
    """What inputs add to the states in each step, (T, n)."""
    after = np.concatenate([u[1:], u[-1:]])
    return np.asarray(u @ steps.gain.T + after @ steps.gain_next.T)


def _recursion(transition: Floats, forcing: Floats, start: Floats) -> Floats:
    """x[t+1] = A x[t] + f[t] for all t at once; rows are x[0..T], by the modes of A."""
    modes, vectors = np.linalg.eig(transition)
    if np.linalg.cond(vectors) > 1e8:  # nearly one mode twice
        x = [start]
        for row in forcing:
            x.append(transition @ x[-1] + row)
        return np.asarray(x)
    inverse = np.linalg.inv(vectors)
    parts = inverse @ np.concatenate([start[None, :], forcing]).T
    run = np.stack([lfilter([1.0], [1.0, -mode], part) for mode, part in
                    zip(modes, parts, strict=True)])  # fmt: skip
    return np.asarray((vectors @ run).T.real)


def simulate(
    kind: Kind, values: Mapping[str, float], inputs: Inputs, start: Floats, hold: Hold
) -> Floats:
    """States at every time of the inputs, (T, n), from `start` at the first."""
    steps = discretise(kind, values, inputs.step_h, hold)
    return _recursion(steps.transition, _forcing(steps, inputs.columns())[:-1], start)


def states_variance(
    kind: Kind, values: Mapping[str, float], step_h: float, count: int, hold: Hold
) -> Floats:
    """Variance of the simulated air temperature that process noise brings, (T,) [K²]."""
    steps = discretise(kind, values, step_h, hold)
    p, found = np.zeros_like(steps.noise), np.zeros(count)
    for t in range(count):
        found[t] = p[0, 0]
        p = steps.transition @ p @ steps.transition.T + steps.noise
    return found


@dataclass(frozen=True)
class Innovations:
    """One-step errors [K] and their standard deviations [K]; NaN where nothing was measured."""

    error: Floats
    spread: Floats

    @property
    def log_likelihood(self) -> float:
        """Gaussian log-likelihood of what was measured."""
        seen = np.isfinite(self.error)
        z, s = self.error[seen] / self.spread[seen], self.spread[seen]
        return float(-0.5 * np.sum(z**2 + np.log(2 * np.pi * s**2)))

    @property
    def standardised(self) -> Floats:
        """Errors over their standard deviations, where something was measured."""
        seen = np.isfinite(self.error)
        return np.asarray(self.error[seen] / self.spread[seen])


def innovations(
    kind: Kind,
    values: Mapping[str, float],
    inputs: Inputs,
    measured: Floats,
    start: Floats,
    hold: Hold,
) -> Innovations:
    """One-step errors of the Kalman filter from states `start`.

    The filter begins with the uncertainty that it settles at, so that all steps are one linear
    recursion and the likelihood is smooth; only gaps are walked through step by step.
    """
    steps = discretise(kind, values, inputs.step_h, hold)
    forcing = _forcing(steps, inputs.columns())
    r = values["noise_seen"] ** 2
    p = settled_variance(steps, r)
    if np.isfinite(measured).all():
        s = p[0, 0] + r
        k = p[:, 0] / s
        seen = np.zeros_like(steps.transition)
        seen[:, 0] = k
        stays = steps.transition @ (np.eye(len(start)) - seen)
        drive = forcing + np.outer(measured, steps.transition @ k)
        states = _recursion(stays, drive[:-1], start)
        return Innovations(measured - states[:, 0], np.full(len(measured), np.sqrt(s)))
    return _walked(steps, forcing, measured, start, p, r)


def settled_variance(steps: Steps, seen_variance: float) -> Floats:
    """Variance of the predicted states that the filter settles at, by doubling.

    Each round doubles the number of steps of the Riccati recursion (Anderson, 1978,
    10.1080/00207177808922455).
    """
    n = len(steps.noise)
    a, p = steps.transition.T, steps.noise.copy()
    g = np.zeros((n, n))
    g[0, 0] = 1 / seen_variance
    for _ in range(60):
        inverse = np.linalg.inv(np.eye(n) + g @ p)
        grown = a.T @ p @ inverse @ a
        g = g + a @ inverse @ g @ a.T
        a = a @ inverse @ a
        p = p + (grown + grown.T) / 2
        if float(np.abs(grown).max()) < SETTLED * float(np.abs(p).max()):
            break
    return p


def _walked(
    steps: Steps, forcing: Floats, measured: Floats, start: Floats, p: Floats, r: float
) -> Innovations:
    """The filter step by step; where nothing was measured the variance grows."""
    x = start.astype(np.float64)
    error, spread = np.full(len(measured), np.nan), np.full(len(measured), np.nan)
    for t, value in enumerate(measured):
        if np.isfinite(value):
            s = p[0, 0] + r
            k = p[:, 0] / s
            error[t], spread[t] = value - x[0], np.sqrt(s)
            x, p = x + k * error[t], p - np.outer(k, p[0])
        x = steps.transition @ x + forcing[t]
        p = steps.transition @ p @ steps.transition.T + steps.noise
    return Innovations(error, spread)
