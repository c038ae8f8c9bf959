"""By how much a load steps when what is known to switch is switched."""

from __future__ import annotations

import numpy as np

from core.analytics.forecast.decomposition import Interval, block_draws
from core.analytics.forecast.grid import Floats, Grid, Ints

LEAST_STEPS = 20  # switchings that the load was read at
SEEN = 0.25  # change of the share of a slot, from before to after, that counts as switching
SCHEDULED = 0.3  # of its switching beside what it does at that time of every such day
TIED = 20.0  # variance inflation; above, an appliance switches with others
HUBER = 1.345
NOTHING = Interval(np.nan, np.nan, np.nan, 0)


def load_steps(grid: Grid, load: Floats, shares: Floats) -> list[tuple[Interval, Floats, int, str]]:
    """By how much the load steps when each of several appliances switches.

    The load of the slot after less that of the slot before is explained by the same differences
    of all appliances at once, each as it differs from its mean at that time of that kind of day:
    what the load does then anyway is no appliance. Huber weights, so that what else is switched
    weighs little.

    Parameters
    ----------
    shares : float64[slot, appliance] share of the slot that it was on.

    Returns
    -------
    by appliance: power with interval [kW], its draws of days, number of
    switchings, and why there is no power; empty where there is one.

    Source: Huber, Robust Statistics (1981); Wooldridge, Econometric Analysis (2010), chapter 10.
    """
    change, step = shares[2:] - shares[:-2], load[2:] - load[:-2]
    good = np.isfinite(step) & np.isfinite(change).all(axis=1)
    counted = [_switchings(change[:, k], good) for k in range(shares.shape[1])]
    nobody = (NOTHING, np.full(0, np.nan))
    found = [(*nobody, n, "" if n >= LEAST_STEPS else "few_steps") for n in counted]
    rows, target, day = change[good], step[good], grid.day[1:-1][good]
    place = (grid.kind * grid.per_day + grid.wall % grid.per_day)[1:-1][good]
    size = np.sqrt((rows**2).sum(axis=0))
    rows, target = _without_usual(rows, place), _without_usual(target[:, None], place)[:, 0]
    own = np.sqrt((rows**2).sum(axis=0))

    def told() -> Ints:
        return np.array([k for k, one in enumerate(found) if not one[3]], np.int64)

    for k in told():
        if own[k] < SCHEDULED * size[k]:
            found[k] = (*nobody, counted[k], "scheduled")
    some = told()
    for k in some[_inflation(rows[:, some]) > TIED] if len(some) else some:
        found[k] = (*nobody, counted[k], "tied")
    some = told()
    if not len(some):
        return found
    power, weight = _huber(rows[:, some], target)
    draws, days = _drawn(rows[:, some], target, weight, day)
    for column, k in enumerate(some):
        low, high = np.quantile(draws[:, column], [0.025, 0.975])
        one = Interval(float(power[column]), float(low), float(high), days)
        # What does not surely step up when it is switched on is not in this load.
        seen = low > 0
        found[k] = (one, draws[:, column] if seen else nobody[1], counted[k],
                    "" if seen else "unseen")  # fmt: skip
    return found


def _switchings(change: Floats, good: np.ndarray) -> int:
    """Switchings that the load was read at; one is seen in neighbouring slots."""
    seen = good & (np.abs(change) >= SEEN)
    sign = np.sign(np.where(seen, change, 0.0))
    return int(((sign != 0) & (sign != np.r_[0.0, sign[:-1]])).sum())


def _without_usual(columns: Floats, place: Ints) -> Floats:
    """Columns less their mean at the same place, which is a time of a kind of day."""
    count = np.bincount(place)
    usual = np.stack([np.bincount(place, one) for one in columns.T], axis=1)
    rest: Floats = columns - (usual / np.maximum(count, 1)[:, None])[place]
    return rest


def _inflation(rows: Floats) -> Floats:
    """Variance inflation of each column by the others; infinite where they tell it."""
    product = rows.T @ rows
    size = np.sqrt(np.diag(product))
    if (size == 0).any():
        return np.where(size == 0, np.inf, 1.0)
    values, vectors = np.linalg.eigh(product / np.outer(size, size))
    with np.errstate(divide="ignore"):
        inverse = np.where(values > 1e-10, 1 / np.maximum(values, 1e-300), np.inf)
    inflation: Floats = np.where(vectors**2 > 1e-12, vectors**2 * inverse, 0.0).sum(axis=1)
    return inflation


def _huber(rows: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Coefficients and weights, by iteratively reweighted least squares."""
    weight = np.ones(len(target))
    power: Floats = np.zeros(rows.shape[1])
    for _ in range(30):
        weighted, last = rows * weight[:, None], power
        power = np.linalg.solve(weighted.T @ rows, weighted.T @ target).astype(np.float64)
        rest = np.abs(target - rows @ power)
        scale = float(np.median(rest)) / 0.6745
        if scale <= 0 or np.allclose(power, last, rtol=1e-6, atol=1e-9):
            break
        weight = np.minimum(1.0, HUBER * scale / np.maximum(rest, 1e-12))
    return power, weight


def _drawn(rows: Floats, target: Floats, weight: Floats, day: Ints) -> tuple[Floats, int]:
    """Coefficients of draws of days, float64[draw, appliance]; and the number of days."""
    cuts = np.flatnonzero(np.diff(day)) + 1
    pieces = [np.split(one, cuts) for one in (rows * weight[:, None], rows, target)]
    products = np.array([a.T @ b for a, b, _ in zip(*pieces, strict=True)])
    sides = np.array([a.T @ c for a, _, c in zip(*pieces, strict=True)])
    # What disturbs a switching is over the next day.
    picks = block_draws(len(products), block=1)
    products, sides = products[picks].sum(axis=1), sides[picks].sum(axis=1)
    # A draw without any switching of an appliance tells nothing of it.
    ridge = 1e-9 * np.eye(rows.shape[1])
    drawn: Floats = np.linalg.solve(products + ridge, sides[:, :, None])[:, :, 0]
    return drawn, len(cuts) + 1
