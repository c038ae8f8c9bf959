"""What appliances do whose switching is told: how often, how long, and what of the load is theirs.

Methods: docs/methods-forecasts.md, "Appliances".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.analytics.forecast.decomposition import Interval, block_draws, mean_of, median_of
from core.analytics.forecast.grid import HOUR_US, Floats, Grid, Ints
from core.analytics.forecast.load_steps import NOTHING, load_steps

LEAST_DAYS = 14
LEAST_RUNS = 10
ON_SHARE = 0.1  # of its usual power while it works: above this an appliance is on
PAUSE_US = 600_000_000  # an appliance that pauses for less has not ended its run
HOURS_KNOWN = 0.9  # of a day, for a day to count


@dataclass(frozen=True)
class Switching:
    """Readings of an appliance: when it was on.

    Attributes
    ----------
    ts : int64[n], sorted [µs UTC].
    on : bool[n].
    held_us : how long a reading holds where the next is later [µs].
    power : float64[n] [kW], None where only on and off is told.
    """

    ts: Ints
    on: np.ndarray
    held_us: int
    power: Floats | None = None

    def whole(self, edges: Ints, weight: Floats | None = None) -> Floats:
        """Integral of a weight by reading between edges [weight × µs]; of time, where None."""
        if not len(self.ts) or not len(edges):
            return np.zeros(max(len(edges) - 1, 0))
        length = np.minimum(np.diff(self.ts, append=self.ts[-1]), self.held_us)
        points = np.stack([self.ts, self.ts + length], axis=1).ravel()
        each = length * (np.ones(len(self.ts)) if weight is None else weight)
        total = np.cumsum(each)
        course = np.stack([total - each, total], axis=1).ravel()
        return np.diff(np.interp(edges, points, course))


@dataclass(frozen=True)
class Appliance:
    """Pattern of an appliance.

    Attributes
    ----------
    days : with readings for nine tenths of them. starts : switchings on that were seen.
    on_ratio : share of the known time that it was on.
    starts_per_day : with interval by blocks of days.
    run_h : median length of the runs seen whole [h]; `days` of it is their number.
    run_quartiles_h : a quarter of the runs are shorter, a quarter longer [h].
    starts_by_hour : float64[7, 24] switchings on in an hour, by weekday (0 Monday) and hour of
        the local day; NaN where the hour was never seen.
    power : by how much the load steps when it switches [kW]; steps : switchings it is from.
    own_power : mean of its own signal while on [kW], NaN where it tells no power.
    run_kwh : mean energy of a run. share : of the energy of the load.
    refusal : why there is no pattern; power_refusal : why the load does not tell its power.
    """

    name: str
    days: int
    starts: int
    on_ratio: float
    starts_per_day: Interval = NOTHING
    run_h: Interval = NOTHING
    run_quartiles_h: tuple[float, float] = (np.nan, np.nan)
    starts_by_hour: Floats | None = None
    power: Interval = NOTHING
    steps: int = 0
    own_power: float = np.nan
    run_kwh: Interval = NOTHING
    share: Interval = NOTHING
    refusal: str = ""
    power_refusal: str = ""


def switching_of_power(ts: Ints, power: Floats, held_us: int) -> Switching:
    """On and off of an appliance that tells its power [kW].

    On is above a tenth of what it usually takes while it works: the 90 % quantile of the values
    above a twentieth of the highest. So neither standby nor a short peak decides.
    """
    good = np.isfinite(power)
    ts, power = ts[good], power[good]
    high = power.max(initial=0.0)
    working = power[power > 0.05 * high]
    edge = ON_SHARE * float(np.quantile(working, 0.9)) if high > 0 and len(working) else np.inf
    return Switching(ts, power > edge, held_us, power)


def starts_and_runs(one: Switching, pause_us: int = 0) -> tuple[Ints, Ints]:
    """Moments of switching on that were seen, and runs seen whole.

    A run beside a stretch without readings has no beginning or no end. A pause up to `pause_us`
    does not end a run.

    Returns
    -------
    int64[n] [µs UTC]; int64[m, 2] begin and end [µs UTC].
    """
    if len(one.ts) < 2:
        return np.empty(0, np.int64), np.empty((0, 2), np.int64)
    joined = np.diff(one.ts) <= one.held_us
    before, after, at = one.on[:-1], one.on[1:], one.ts[1:]
    # What is switched, in order: 1 on, -1 off, 0 unknown from here.
    kind = np.where(~joined, 0, after.astype(np.int64) - before.astype(np.int64))
    told = (kind != 0) | ~joined
    kind, at = kind[told], at[told]
    if pause_us and len(kind) > 1:
        short = (kind[:-1] == -1) & (kind[1:] == 1) & (np.diff(at) <= pause_us)
        gone = np.r_[short, False] | np.r_[False, short]
        kind, at = kind[~gone], at[~gone]
    starts = at[kind == 1]
    whole = np.flatnonzero((kind[:-1] == 1) & (kind[1:] == -1))
    return starts, np.stack([at[whole], at[whole + 1]], axis=1)


def describe_appliances(
    grid: Grid, load: Floats, every: Mapping[str, Switching]
) -> list[Appliance]:
    """Patterns of appliances, and by how much the load steps when they switch.

    Parameters
    ----------
    grid : slots as fine as the load was read.
    load : float64[slot] mean power [kW], NaN where unknown.
    """
    edges = np.append(grid.ts, grid.start + grid.count * grid.step)
    known = {name: one.whole(edges) / grid.step for name, one in every.items()}
    share = {
        name: _share(one.whole(edges, one.on.astype(np.float64)) / grid.step, known[name])
        for name, one in every.items()
    }
    found = {name: _pattern(grid, name, one, known[name], share[name])
             for name, one in every.items()}  # fmt: skip
    named = [name for name, one in found.items() if not one.refusal]
    if not named:
        return list(found.values())
    powers = load_steps(grid, load, np.stack([share[name] for name in named], axis=1))
    for name, (power, draws, steps, said) in zip(named, powers, strict=True):
        one = replace(found[name], power=power, steps=steps, power_refusal=said)
        found[name] = _with_energy(grid, load, every[name], share[name], one, draws)
    return list(found.values())


def _share(on: Floats, known: Floats) -> Floats:
    """Share of each slot that it was on; NaN where less than half of the slot is known."""
    return np.where(known >= 0.5, on / np.maximum(known, 0.5), np.nan)


def _pattern(grid: Grid, name: str, one: Switching, known: Floats, share: Floats) -> Appliance:
    pause = PAUSE_US if one.power is not None else 0
    starts, runs = starts_and_runs(one, pause)
    starts = starts[(starts >= grid.start) & (starts < grid.start + grid.count * grid.step)]
    by_day = np.bincount(grid.day - grid.day[0], known) / grid.per_day
    whole = np.flatnonzero(by_day >= HOURS_KNOWN)
    on_ratio = float(np.nanmean(share)) if np.isfinite(share).any() else np.nan
    base = Appliance(name, len(whole), len(starts), on_ratio)
    if refusal := _refusal(base):
        return replace(base, refusal=refusal)
    slot = (starts - grid.start) // grid.step
    per_day = np.bincount((grid.day - grid.day[0])[slot], minlength=len(by_day))[whole]
    lengths = np.diff(runs, axis=1)[:, 0] / HOUR_US
    quartiles = np.quantile(lengths, [0.25, 0.75]) if len(lengths) else (np.nan, np.nan)
    own = np.nan
    if one.power is not None and one.on.any():
        # Sleeping readers tell unevenly: what is told is weighed by how long it held.
        length = np.minimum(np.diff(one.ts, append=one.ts[-1]), one.held_us) * one.on
        own = float(length @ one.power / length.sum()) if length.sum() else np.nan
    return replace(
        base, starts_per_day=mean_of(per_day.astype(np.float64)), run_h=median_of(lengths),
        run_quartiles_h=(float(quartiles[0]), float(quartiles[1])),
        starts_by_hour=_by_hour(grid, slot, known), own_power=own,
    )  # fmt: skip


def _refusal(one: Appliance) -> str:
    """Why there is no pattern to tell; empty where there is one."""
    if one.days < LEAST_DAYS:
        return "few_days"
    if one.starts >= LEAST_RUNS:
        return ""
    if one.starts == 0 and one.on_ratio > 0.99:
        return "always"
    return "never" if one.starts == 0 and one.on_ratio < 0.01 else "few_runs"


def _by_hour(grid: Grid, slot: Ints, known: Floats) -> Floats:
    """Switchings on in an hour, by weekday and hour: those seen by the hours that were seen."""
    place = grid.weekday * 24 + grid.hour.astype(np.int64)
    hours = np.bincount(place, known, minlength=168) * (grid.step / HOUR_US)
    count = np.bincount(place[slot], minlength=168)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(hours >= 1, count / hours, np.nan)
    return rate.reshape(7, 24)


def _with_energy(
    grid: Grid, load: Floats, one: Switching, share: Floats, found: Appliance, draws: Floats
) -> Appliance:
    """The pattern with its energy: by the appliance's own signal, else by the load's steps."""
    both = np.isfinite(load) & np.isfinite(share)
    total = _by_day(grid, load, both)
    runs = starts_and_runs(one, PAUSE_US if one.power is not None else 0)[1]
    if one.power is not None:
        edges = np.append(grid.ts, grid.start + grid.count * grid.step)
        own = one.whole(edges, one.power) / grid.step
        energy = one.whole(runs.ravel(), one.power)[::2] / HOUR_US
        part = _ratio(_by_day(grid, own, both), total)
        return replace(found, run_kwh=mean_of(energy), share=part)
    if found.power_refusal:
        return found
    part = _ratio(_by_day(grid, share, both), total, found.power.value, draws)
    length = mean_of(np.diff(runs, axis=1)[:, 0] / HOUR_US)
    return replace(found, run_kwh=_times(length, found.power), share=part)


def _by_day(grid: Grid, values: Floats, where: np.ndarray) -> Floats:
    """Sum of values by local day."""
    day = grid.day - grid.day[0]
    sums = np.bincount(day[where], values[where], minlength=int(day[-1]) + 1)
    return sums.astype(np.float64)


def _ratio(
    part: Floats, total: Floats, factor: float = 1.0, factors: Sequence[float] | Floats = (1.0,)
) -> Interval:
    """Part of a total by days, with the interval of both it and its factor."""
    days = np.flatnonzero(total > 0)
    if len(days) < LEAST_DAYS:
        return NOTHING
    part, total = part[days], total[days]
    picks = block_draws(len(days))
    drawn = part[picks].sum(axis=1) / total[picks].sum(axis=1)
    drawn = drawn * np.resize(np.asarray(factors, np.float64), len(drawn))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(factor * float(part.sum() / total.sum()), float(low), float(high), len(days))


def _times(one: Interval, other: Interval) -> Interval:
    """Product of two figures whose errors are independent, to first order."""
    value = one.value * other.value
    if not np.isfinite([one.low, other.low]).all():
        return Interval(value, np.nan, np.nan, one.days)
    low, high = (
        np.hypot((one.value - a) * other.value, (other.value - b) * one.value)
        for a, b in ((one.low, other.low), (one.high, other.high))
    )
    return Interval(value, float(value - low), float(value + high), one.days)
