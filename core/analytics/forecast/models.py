"""A model of one quantity: boosted trees on what was known, and calibrated quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.analytics.forecast.boosting import Trees, fit_trees
from core.analytics.forecast.conformal import QUANTILES, Offsets, fit_offsets, reach
from core.analytics.forecast.features import (
    History,
    Physics,
    Weather,
    calendar_features,
    hours_ahead,
    past_features,
    sun_features,
    weather_features,
)
from core.analytics.forecast.grid import HOUR_US, Floats, Grid, Ints
from core.errors import QueryError

HORIZON_H = 48
MOST_ROWS = 16_000  # pairs of issue and target a model is grown from
CALIBRATE_SHARE, CALIBRATE_DAYS = 3, 60
LEAST_DAYS = 14
LEAST_SCALE = 0.005  # of the greatest power at a clear sky: less is night
LEARN_EVERY_H = 3


@dataclass(frozen=True)
class Case:
    """What is to be forecast, and what may be looked at.

    Attributes
    ----------
    history : values on a grid that reaches at least one horizon beyond the last value.
    weather, physics : None where there is none. With physics the model corrects them by a factor.
    low, high : bounds the quantity cannot pass, None where there is none.
    """

    history: History
    weather: Weather | None = None
    physics: Physics | None = None
    low: float | None = None
    high: float | None = None

    @property
    def grid(self) -> Grid:
        """Slots of the history."""
        return self.history.grid

    @property
    def steps(self) -> int:
        """Slots of the horizon."""
        return HORIZON_H * HOUR_US // self.grid.step

    @cached_property
    def reach(self) -> tuple[Floats, Floats]:
        """How far a band issued at a slot can go, as `conformal.reach` gives it."""
        return reach(self.history.values)

    def reach_at(self, moment: int) -> tuple[float, float]:
        """How far a band issued at a time [µs UTC] can go."""
        slot = self.grid.slot(moment)
        return float(self.reach[0][slot]), float(self.reach[1][slot])

    def features(self, issue: Ints, target: Ints) -> tuple[pd.DataFrame, Floats]:
        """Features by name, and the scale the model's answer is multiplied by."""
        if self.physics is None:
            columns = calendar_features(self.grid, issue, target)
            columns |= past_features(self.history, issue, target)
            scale = np.ones(len(target))
        else:
            scale = self.physics.power(issue, target)
            columns = sun_features(self.history, self.physics, issue, target, scale)
            top = float(np.nanmax(self.physics.clear, initial=0.0))
            scale = np.where(np.nan_to_num(scale) > LEAST_SCALE * top, scale, 0.0)
        if self.weather is not None:
            columns |= weather_features(self.weather, issue, target)
        return pd.DataFrame(columns), scale

    def judged(self, target: Ints) -> np.ndarray:
        """Which targets count in scores: of PV those of the day."""
        if self.physics is None:
            return np.ones(len(target), bool)
        clear = self.physics.clear
        return np.asarray(clear[target] > 0.01 * float(np.nanmax(clear, initial=0.0)))

    def bounded(self, values: Floats) -> Floats:
        """Values within what the quantity can be."""
        return np.clip(
            values,
            -np.inf if self.low is None else self.low,
            np.inf if self.high is None else self.high,
        )


@dataclass(frozen=True)
class Model:
    """Trees for the mean and for the outer quantiles, and the offsets that calibrate them.

    The middle quantile is the mean moved by its offset.
    """

    names: tuple[str, ...]
    mean: Trees
    low: Trees
    high: Trees
    offsets: Offsets


def issue_pairs(
    first: int, stop: int, every: int, steps: int, *, beyond: bool = False
) -> tuple[Ints, Ints]:
    """Issues in [first, stop), `every` slots apart, and their targets; those below `stop` only.

    With `beyond`, targets beyond it too.
    """
    issues = np.arange(first, stop, every, dtype=np.int64)
    issue = np.repeat(issues, steps)
    target = issue + np.tile(np.arange(steps, dtype=np.int64), len(issues))
    keep = np.ones(len(target), bool) if beyond else target < stop
    return issue[keep], target[keep]


def _pairs(case: Case, first: int, stop: int, most: int, seed: int) -> tuple[Ints, Ints]:
    """At most so many pairs of issue and target within [first, stop) whose value is known."""
    every = max(LEARN_EVERY_H * HOUR_US // case.grid.step, 1)
    # One slot more: issues at any time of the day over the weeks, not always at the same.
    issue, target = issue_pairs(first, stop, every + 1, case.steps)
    known = np.isfinite(case.history.values[target]) & case.judged(target)
    issue, target = issue[known], target[known]
    if len(issue) > most:
        chosen = np.random.default_rng(seed).choice(len(issue), most, replace=False)
        chosen.sort()
        issue, target = issue[chosen], target[chosen]
    return issue, target


def fit_model(case: Case, first: int, stop: int, *, seed: int = 0, rounds: int = 80) -> Model:
    """A model of the slots [first, stop), which knows nothing of later ones.

    The band is calibrated on the newest third of the time, at most two months, as a model
    grown from what came before it would have forecast it.

    Raises
    ------
    QueryError : less than two weeks of values.
    """
    grid = case.grid
    days = len(np.unique(grid.day[first:stop][np.isfinite(case.history.values[first:stop])]))
    if days < LEAST_DAYS:
        raise QueryError(f"{days} days of values are too few to learn from; it takes {LEAST_DAYS}")
    held = min((stop - first) // CALIBRATE_SHARE, CALIBRATE_DAYS * grid.per_day)
    offsets = _calibrated(case, first, stop - held, stop, seed, rounds)
    issue, target = _pairs(case, first, stop, MOST_ROWS, seed)
    frame, scale = case.features(issue, target)
    low, mean, high = _grow(frame, case.history.values[target], scale, rounds)
    return Model(tuple(frame.columns), mean, low, high, offsets)


def _calibrated(case: Case, first: int, cut: int, stop: int, seed: int, rounds: int) -> Offsets:
    """Offsets from errors in [cut, stop) of a model of [first, cut)."""
    issue, target = _pairs(case, first, cut, MOST_ROWS, seed)
    frame, scale = case.features(issue, target)
    trees = _grow(frame, case.history.values[target], scale, rounds)
    issue, target = _pairs(case, cut, stop, MOST_ROWS // 2, seed)
    frame, scale = case.features(issue, target)
    rows = frame.to_numpy(np.float64)
    found = np.stack([one.predict(rows) for one in trees], axis=1) * scale[:, None]
    horizon, hour = _where(case.grid, issue, target)
    return fit_offsets(case.history.values[target], found, horizon, hour, scale)


def _grow(
    frame: pd.DataFrame, actual: Floats, scale: Floats, rounds: int
) -> tuple[Trees, Trees, Trees]:
    """Trees for the lowest quantile, the mean and the highest, of values over their scale."""
    use = scale > 0
    rows, scale = frame.to_numpy(np.float64)[use], scale[use]
    share = actual[use] / scale
    # Errors count by their size in the quantity, not in its share of the scale.
    plain = bool(np.all(scale == 1))
    weights, squared = (None, None) if plain else (scale, scale**2)
    return (
        fit_trees(rows, share, quantile=QUANTILES[0], weights=weights, rounds=rounds),
        fit_trees(rows, share, weights=squared, rounds=rounds),
        fit_trees(rows, share, quantile=QUANTILES[-1], weights=weights, rounds=rounds),
    )


def _where(grid: Grid, issue: Ints, target: Ints) -> tuple[Floats, Floats]:
    """How far ahead a target is, to the end of its slot [h], and its local time of day [h]."""
    return hours_ahead(grid, issue, target), grid.hour[target]


def forecast(model: Model, case: Case, issue: Ints, target: Ints) -> pd.DataFrame:
    """Expected value and calibrated quantiles of targets, each as known at its issue.

    Returns
    -------
    frame `expected`, `p10`, `p50`, `p90` [unit of the quantity]; quantiles ascend, and nothing
    passes the bounds of the quantity.

    Raises
    ------
    QueryError : the features are not those the model was grown from.
    """
    frame, scale = case.features(issue, target)
    if tuple(frame.columns) != model.names:
        other = sorted(set(frame.columns) ^ set(model.names))
        raise QueryError(f"the model was grown from other inputs; it differs in {', '.join(other)}")
    rows = frame.to_numpy(np.float64)
    expected = model.mean.predict(rows) * scale
    raw = np.stack(
        [model.low.predict(rows) * scale, expected, model.high.predict(rows) * scale], axis=1
    )
    return banded(case, expected, raw, model.offsets, issue, target, scale)


def banded(
    case: Case, expected: Floats, raw: Floats, offsets: Offsets, issue: Ints, target: Ints,
    scale: Floats,
) -> pd.DataFrame:  # fmt: skip
    """Expected values with their calibrated quantiles, within the bounds and what was seen."""
    horizon, hour = _where(case.grid, issue, target)
    lowest, highest = (one[issue][:, None] for one in case.reach)
    bands = np.clip(offsets.apply(raw, horizon, hour, scale), lowest, highest)
    bands = case.bounded(bands)
    return pd.DataFrame(
        {"expected": case.bounded(expected), "p10": bands[:, 0], "p50": bands[:, 1],
         "p90": bands[:, 2]}
    )  # fmt: skip
