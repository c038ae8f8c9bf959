"""Resistance of cells from steps of the current: per step, at 25 °C, over time, and compared.

What is measured is ΔV/ΔI from one reading to the next: the ohmic part, and of the slower parts
what answers within that time. Times are int64 microseconds since the epoch in UTC, currents in A
(charge +), voltages in V, resistances in Ω, shares 0..1, NaN is "no value". Formulas and sources
are in ``docs/methods.md``, section "Resistance".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from core.analytics import trend
from core.analytics.quality import Float, Int
from core.errors import ConfigError

DAY_US = 86_400_000_000
YEAR_DAYS = 365.25
MAX_STEP_US = 60_000_000
GAS_CONSTANT = 8.314462618  # J/(mol K), CODATA 2018
KELVIN = 273.15
REFERENCE_TEMP = 25.0
PRIOR_ACTIVATION, PRIOR_ERROR = 20_000.0, 8_000.0  # J/mol
TEMP_ERROR = 0.15  # standard error of a sensor that tells half degrees [K]
Z95 = 1.959964


@dataclass(frozen=True)
class StepRules:
    """Which steps of the current say something.

    Parameters
    ----------
    min_rate : smallest step [1/h].
    max_step_us : longest time between the readings before and after [µs].
    soc_low, soc_high : outside, the open-circuit voltage moves too much within a step.
    steady_rate, steady_v : before the step neither current [1/h] nor mean voltage [V] may move by
        more than this from reading to reading: what drifts on is not an answer to the step.
    """

    min_rate: float = 0.1
    max_step_us: int = MAX_STEP_US
    soc_low: float = 0.15
    soc_high: float = 0.90
    steady_rate: float = 0.02
    steady_v: float = 0.0003

    def __post_init__(self) -> None:
        """Check the range."""
        if not (self.min_rate > 0 and self.max_step_us > 0 and self.soc_low < self.soc_high):
            raise ConfigError(f"rules of steps do not hold together: {self}")


@dataclass(frozen=True)
class Steps:
    """Resistance at every step of the current.

    Parameters
    ----------
    ts : int64[s], reading after the step [µs].
    delta_a : float64[s], size of the step [A].
    soc : float64[s].
    temp : float64[s, cell], cell temperature [°C].
    ohm : float64[s, cell] [Ω]; NaN where a voltage is missing.
    """

    ts: Int
    delta_a: Float
    soc: Float
    temp: Float
    ohm: Float


def current_steps(
    ts: Int, current: Float, nominal_ah: float, rules: StepRules | None = None
) -> Int:
    """Indices of the readings just before a step of the current.

    Parameters
    ----------
    ts : int64[n] ascending [µs]. current : float64[n] [A]. nominal_ah : for rates [Ah].
    """
    rules = rules or StepRules()
    jump = np.abs(np.diff(current)) >= rules.min_rate * nominal_ah
    return np.flatnonzero(jump & (np.diff(ts) <= rules.max_step_us))


def step_resistance(
    ts: Int,
    current: Float,
    volts: Float,
    soc: Float,
    temp: Float,
    nominal_ah: float,
    rules: StepRules | None = None,
) -> Steps:
    """ΔV/ΔI of every cell at every step that qualifies.

    The step falls somewhere between two readings, so the current before it flows on for half of
    that time in the mean; the drift of the mean voltage before the step is taken off by half.

    Parameters
    ----------
    ts : int64[t] ascending, readings of the cells [µs].
    current, soc : float64[t], at the same instants [A], 0..1.
    volts : float64[t, cell] or float64[t] [V].
    temp : float64[t, cell] or float64[t], temperature of the cells [°C].
    nominal_ah : capacity that rates refer to [Ah].
    """
    rules = rules or StepRules()
    volts = volts if volts.ndim == 2 else volts[:, None]
    temp = temp if temp.ndim == 2 else temp[:, None]
    at = current_steps(ts, current, nominal_ah, rules)
    at = at[at > 0]
    at = at[(soc[at] >= rules.soc_low) & (soc[at] <= rules.soc_high)]
    near = ts[at] - ts[at - 1] <= rules.max_step_us
    calm = np.abs(current[at] - current[at - 1]) <= rules.steady_rate * nominal_ah
    at = at[near & calm]
    before = volts[at] - volts[at - 1]
    seen = np.isfinite(before).any(axis=1)
    at, before = at[seen], before[seen]
    # the mean over cells of what is nearly common resolves less than the grid of one cell
    drift = np.nanmean(before, axis=1) * (ts[at + 1] - ts[at]) / (ts[at] - ts[at - 1])
    quiet = np.abs(drift) <= rules.steady_v
    at, drift = at[quiet], drift[quiet]
    delta = current[at + 1] - current[at]
    ohm = (volts[at + 1] - volts[at] - drift[:, None] / 2) / delta[:, None]
    return Steps(
        ts=ts[at + 1],
        delta_a=delta,
        soc=soc[at],
        temp=np.broadcast_to(temp[at], ohm.shape),
        ohm=ohm,
    )


# --- temperature and state of charge -----------------------------------------------------------


@dataclass(frozen=True)
class Conditions:
    """How resistance depends on temperature and state of charge, in common for all cells.

    Parameters
    ----------
    activation, error : activation energy and its standard error [J/mol].
    source : "fitted", or "prior" where the temperatures do not carry a fit.
    temp_low, temp_high : 5th and 95th percentile of the temperatures [°C].
    per_soc : relative change per unit of state of charge; 0 where not fitted.
    n : steps.
    """

    activation: float
    error: float
    source: Literal["fitted", "prior"]
    temp_low: float
    temp_high: float
    per_soc: float
    n: int


MIN_FIT_STEPS = 40
MIN_TEMP_SPAN = 4.0
HUBER = 1.345  # 95 % efficient with normal residuals


def inverse_kelvin(temp: Float) -> Float:
    """1/T − 1/T_ref [1/K] of a temperature [°C], T_ref = 25 °C."""
    return np.asarray(1 / (temp + KELVIN) - 1 / (REFERENCE_TEMP + KELVIN))


def huber_fit(design: Float, y: Float, rounds: int = 30) -> tuple[Float, Float]:
    """Robust least squares by Huber's weights: coefficients and weights.

    Parameters
    ----------
    design : float64[n, p]. y : float64[n].

    Source: P. J. Huber, Ann. Math. Stat. 35 (1964) 73; scale from the median absolute deviation.
    """
    weight: Float = np.ones(len(y))
    beta: Float = np.zeros(design.shape[1])
    for _ in range(rounds):
        root = np.sqrt(weight)
        new = np.asarray(np.linalg.lstsq(design * root[:, None], y * root)[0], np.float64)
        rest = y - design @ new
        scale = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
        if scale == 0 or np.allclose(new, beta, rtol=1e-9, atol=1e-12):
            return new, weight
        beta = new
        weight = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-300))
    return beta, weight


def fit_conditions(
    steps: Steps,
    prior: tuple[float, float] = (PRIOR_ACTIVATION, PRIOR_ERROR),
) -> Conditions:
    """Activation energy and dependence on state of charge, from the median cell of every step.

    ln R = a + b·t + E/R_g·(1/T − 1/T_ref) + c·(SOC − 0.5), Huber's weights, standard error from
    weeks as clusters. The fit of E stands if the temperatures span `MIN_TEMP_SPAN` (5th to 95th
    percentile) and its standard error is below that of the prior; otherwise the prior stands.

    Parameters
    ----------
    steps : from `step_resistance`.
    prior : activation energy and its standard error [J/mol].
    """
    ohm, temp = _median_over_cells(steps)
    good = np.isfinite(ohm) & (ohm > 0) & np.isfinite(temp)
    n = int(np.count_nonzero(good))
    if n == 0:
        return Conditions(*prior, "prior", math.nan, math.nan, 0.0, 0)
    low, high = (float(v) for v in np.percentile(temp[good], (5, 95)))
    if n < MIN_FIT_STEPS:
        return Conditions(*prior, "prior", low, high, 0.0, n)
    days = (steps.ts[good] - steps.ts[good].mean()) / DAY_US
    slope_t, slope_soc = inverse_kelvin(temp[good]) / GAS_CONSTANT, steps.soc[good] - 0.5
    design = np.column_stack([np.ones(n), days / YEAR_DAYS, slope_soc, slope_t])
    y = np.log(ohm[good])
    week = np.floor(steps.ts[good] / (7 * DAY_US))
    beta, weight = huber_fit(design, y)
    error = float(_cluster_error(design, y - design @ beta, weight, week)[3])
    if high - low >= MIN_TEMP_SPAN and error < prior[1] and beta[3] > 0:
        return Conditions(float(beta[3]), error, "fitted", low, high, float(beta[2]), n)
    beta, _ = huber_fit(design[:, :3], y - prior[0] * slope_t)
    return Conditions(*prior, "prior", low, high, float(beta[2]), n)


def _median_over_cells(steps: Steps) -> tuple[Float, Float]:
    """Median resistance and temperature of every step; NaN where no cell is known."""
    known = np.isfinite(steps.ohm).any(axis=1) & np.isfinite(steps.temp).any(axis=1)
    ohm, temp = np.full(len(steps.ts), np.nan), np.full(len(steps.ts), np.nan)
    ohm[known] = trend.middle(steps.ohm[known], axis=1)
    temp[known] = trend.middle(steps.temp[known], axis=1)
    return ohm, temp


def _cluster_error(design: Float, rest: Float, weight: Float, cluster: Float) -> Float:
    """Standard errors of weighted least squares with residuals that hang together in clusters.

    Source: K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986) 13.
    """
    bread = np.linalg.pinv((design * weight[:, None]).T @ design)
    labels, place = np.unique(cluster, return_inverse=True)
    score = np.zeros((len(labels), design.shape[1]))
    np.add.at(score, place, design * (weight * rest)[:, None])
    factor = len(labels) / max(len(labels) - 1, 1)
    return np.asarray(np.sqrt(np.diag(bread @ (score.T @ score) @ bread) * factor))


def at_reference(steps: Steps, conditions: Conditions) -> Float:
    """Resistances brought to 25 °C and half charge [Ω], float64[s, cell]."""
    warm = np.exp(conditions.activation / GAS_CONSTANT * inverse_kelvin(steps.temp))
    charge = np.exp(conditions.per_soc * (steps.soc - 0.5))
    return np.asarray(steps.ohm / warm / charge[:, None])


# --- per cell ----------------------------------------------------------------------------------

RECENT_DAYS = 60.0
MIN_STEPS, MIN_DAYS = 10, 3
ROUNDING = 1 / math.sqrt(6)  # standard deviation of a difference of two rounded readings [step]
MIN_GROWTH_WEEKS = 8
MIN_GROWTH_DAYS = 90.0


def cell_resistance(
    steps: Steps,
    pack: Int,
    conditions: Conditions | None = None,
    *,
    recent_days: float = RECENT_DAYS,
    temp_error: float = TEMP_ERROR,
    grid_v: float = 0.001,
) -> pd.DataFrame:
    """Resistance of every cell at 25 °C, against its pack, and its growth.

    Level: Huber's mean over the steps of the last `recent_days`; interval from the scatter between
    days (Student's t, for what a day has in common does not average out over its steps), the grid
    of the voltages and of the temperature sensor and, for the absolute figure, the activation
    energy.
    Growth: weekly means over the whole span, least squares, Student's t with neighbouring weeks
    allowed to hang together.

    Parameters
    ----------
    steps : from `step_resistance`.
    pack : int64[cell], pack of each cell.
    conditions : from `fit_conditions`; fitted here where not given.
    recent_days : what counts as now.
    temp_error : standard error of a cell's temperature, the same in all its steps [K].
    grid_v : resolution of the voltage readings [V]: one of these is no outlier.

    Returns
    -------
    DataFrame by cell: pack, ohm, low, high, pack_median [Ω at 25 °C]; relative, relative_low,
    relative_high (to the median of the pack); n, days (steps of the level and days they are of);
    refusal ("steps_few", "days_few" or "");
    growth, growth_low, growth_high (share per year); weeks, span_days; growth_refusal
    ("span_short" or "").
    """
    conditions = conditions or fit_conditions(steps)
    ohm = at_reference(steps, conditions)
    cells = ohm.shape[1]
    last = steps.ts[-1] if len(steps.ts) else 0
    recent = steps.ts >= last - recent_days * DAY_US
    grid = grid_v / float(np.median(np.abs(steps.delta_a))) if len(steps.ts) else 0.0
    day = steps.ts[recent] // DAY_US
    level, error, n, days = _robust_mean(ohm[recent], grid, day)
    few = (n < MIN_STEPS) | (days < MIN_DAYS)
    level[few] = np.nan
    off = _mean_distance(steps.temp[recent]) * conditions.error / GAS_CONSTANT
    warmth = temp_error * conditions.activation / GAS_CONSTANT / (REFERENCE_TEMP + KELVIN) ** 2
    half = np.hypot(error, Z95 * np.hypot(level * off, level * warmth))
    peers = pd.Series(level).groupby(pack).transform("median").to_numpy()
    share = _relative(ohm[recent], pack)
    usual = float(np.nanmedian(level)) if np.isfinite(level).any() else 0.0
    share_grid = grid / usual if usual > 0 else 0.0
    relative, relative_error, _, _ = _robust_mean(share, share_grid, day)
    relative[few] = np.nan
    relative_half = np.hypot(relative_error, Z95 * relative * warmth)
    table = pd.DataFrame(
        {
            "pack": pack,
            "ohm": level,
            "low": level - half,
            "high": level + half,
            "pack_median": peers,
            "relative": relative,
            "relative_low": relative - relative_half,
            "relative_high": relative + relative_half,
            "n": n,
            "days": days,
        },
        index=pd.RangeIndex(cells, name="cell"),
    )
    table["refusal"] = np.where(n < MIN_STEPS, "steps_few", np.where(few, "days_few", ""))
    return table.join(_growth(steps.ts, ohm, grid))


def _robust_mean(
    values: Float, grid: float, day: Int, rounds: int = 5
) -> tuple[Float, Float, Int, Int]:
    """Huber's mean down each column, half of its 95 % interval, and the number of values and days.

    A median would not do: with voltages on a grid it sticks to the grid. For the same reason the
    scale is no smaller than one step of the grid. The steps of a day share its temperature and
    its state, so the error is that between days, by Student's t with days − 1 degrees of freedom:
    Huber's influences summed by day, squared (Liang and Zeger 1986). It is no smaller than what
    rounding two voltages to the grid leaves in the mean: cells that stand on the same line of the
    grid at every step scatter less than they err.
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    mean, half = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    days = (n > 0).astype(np.int64)
    some = n > 1
    if some.any():
        y, seen = values[:, some], known[:, some]
        middle = trend.middle(y)
        scale = np.maximum(1.4826 * trend.middle(np.abs(y - middle)), max(grid, 1e-12))
        for _ in range(rounds):
            away = np.clip(y - middle, -HUBER * scale, HUBER * scale)
            middle = middle + np.nanmean(away, axis=0)
        bound = HUBER * scale
        inside = (np.abs(np.where(seen, y - middle, np.inf)) < bound).sum(axis=0)
        away = np.where(seen, np.clip(y - middle, -bound, bound), 0.0)
        starts = np.flatnonzero(np.diff(day, prepend=-1))
        by_day = np.add.reduceat(away, starts, axis=0)
        days[some] = count = (np.add.reduceat(seen, starts, axis=0, dtype=np.int64) > 0).sum(axis=0)
        free = np.maximum(count - 1, 1)
        between = np.sqrt((by_day**2).sum(axis=0) * count / free)
        between /= np.maximum(inside, n[some] / 2)
        mean[some] = middle
        rounding = Z95 * grid * ROUNDING / np.sqrt(n[some])
        half[some] = np.maximum(stats.t.ppf(0.975, free) * between, rounding)
    return mean, half, n, days


def _mean_distance(temp: Float) -> Float:
    """How far each cell's steps lie from 25 °C, |mean of 1/T − 1/T_ref| [1/K]."""
    known = np.isfinite(temp).any(axis=0)
    away = np.full(temp.shape[1], np.nan)
    if known.any():
        away[known] = np.abs(np.nanmean(inverse_kelvin(temp[:, known]), axis=0))
    return away


def _relative(ohm: Float, pack: Int) -> Float:
    """Each cell over the median of its pack, step by step."""
    share = np.full(ohm.shape, np.nan)
    for number in np.unique(pack):
        mine = pack == number
        known = np.isfinite(ohm[:, mine]).any(axis=1)
        if known.any():
            block = ohm[np.ix_(known, mine)]
            usual = trend.middle(block, axis=1)
            usual[usual <= 0] = np.nan  # no pack has such a resistance: nothing to be a share of
            share[np.ix_(known, mine)] = block / usual[:, None]
    return share


def _growth(ts: Int, ohm: Float, grid: float) -> pd.DataFrame:
    """Growth of each column per year as a share of its mean, from weekly means."""
    cells = ohm.shape[1]
    number = (ts // (7 * DAY_US)).astype(np.int64)
    weeks = np.unique(number)
    weekly = np.full((len(weeks), cells), np.nan)
    for row, week in enumerate(weeks):
        block = ohm[number == week]
        weekly[row] = _robust_mean(block, grid, ts[number == week] // DAY_US)[0]
    years = weeks * 7 / YEAR_DAYS
    known = np.isfinite(weekly)
    n = known.sum(axis=0)
    span = float(ts[-1] - ts[0]) / DAY_US if len(ts) else 0.0
    carried = (n >= MIN_GROWTH_WEEKS) & (span >= MIN_GROWTH_DAYS)
    slope, half = np.full(cells, np.nan), np.full(cells, np.nan)
    if carried.any():
        y = np.where(known, weekly, 0.0)[:, carried]
        w, count = known[:, carried].astype(np.float64), n[carried]
        level = y.sum(axis=0) / count
        away = (years[:, None] - (w * years[:, None]).sum(axis=0) / count) * w
        spread = (away**2).sum(axis=0)
        b = (away * y).sum(axis=0) / spread
        rest = (y - level - b * away) * w
        square = (rest**2).sum(axis=0)
        tied = np.where(
            square > 0, (rest[1:] * rest[:-1]).sum(axis=0) / np.maximum(square, 1e-300), 0
        )
        tied = np.clip(tied, 0.0, 0.9)
        error = np.sqrt(square / (count - 2) / spread * (1 + tied) / (1 - tied))
        level = np.where(level > 0, level, np.nan)
        slope[carried] = b / level
        half[carried] = stats.t.ppf(0.975, count - 2) * error / level
    return pd.DataFrame(
        {
            "growth": slope,
            "growth_low": slope - half,
            "growth_high": slope + half,
            "weeks": n,
            "span_days": span,
            "growth_refusal": np.where(carried, "", "span_short"),
        },
        index=pd.RangeIndex(cells, name="cell"),
    )
