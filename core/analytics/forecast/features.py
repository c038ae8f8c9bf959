"""What a model may look at: the calendar of a slot, and what was known at the time of issue.

A forecast issued at slot `i` knows the values of the slots before `i`, and no other. Every
feature of values is a value, or a mean of values, of slots before `i`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from core.analytics.forecast.grid import HOUR_US, Floats, Grid, Ints, take

LIKE_DAYS, LIKE_WITHIN = 3, 28  # days of the same kind that are averaged, and how far back


class Weather(Protocol):
    """What is known of the weather of a slot at the time of issue.

    `kind` says where it is from: ``measured``, ``reanalysis`` (both know the weather that came)
    or ``forecast`` (what had been forecast by then).
    """

    @property
    def kind(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def known(self, issue: Ints, target: Ints) -> Floats:
        """float64[n, name], NaN where nothing was known."""
        ...


@dataclass(frozen=True)
class KnownWeather:
    """Weather as it came, taken for a perfect forecast; to be stated wherever it is used."""

    kind: str
    names: tuple[str, ...]
    values: Floats  # [slot, name]

    def known(self, issue: Ints, target: Ints) -> Floats:
        """The weather of the target, whatever the issue."""
        del issue
        found: Floats = self.values[target]
        return found


@dataclass(frozen=True)
class LeadWeather:
    """Weather forecasts by how long before its time a value was known.

    Attributes
    ----------
    leads_h : int64[lead] hours, ascending; what is in a class was known that long before.
    values : float64[lead, slot, name], NaN where a class holds nothing.
    """

    names: tuple[str, ...]
    step_us: int
    leads_h: Ints
    values: Floats
    kind: str = "forecast"

    def known(self, issue: Ints, target: Ints) -> Floats:
        """Of each target the shortest class that was surely known at issue."""
        ahead_us = (target - issue) * self.step_us
        found = np.full((len(target), len(self.names)), np.nan)
        for lead, values in zip(self.leads_h, self.values, strict=True):
            sure = (lead * HOUR_US >= ahead_us)[:, None]
            found = np.where(sure & np.isnan(found), values[target], found)
        return found


@dataclass(frozen=True)
class Physics:
    """Power of a plant by its physics, at the weather known and at a clear sky.

    Attributes
    ----------
    power : of the weather known at `issue` for `target`; both int64[n].
    clear : float64[slot] power at a clear sky.
    elevation : float64[slot] of the sun [°].
    """

    power: Callable[[Ints, Ints], Floats]
    clear: Floats
    elevation: Floats


@dataclass(frozen=True)
class History:
    """Values of a quantity on a grid that reaches into the future, where they are NaN.

    A feature asks `mean` and `value`, which refuse to look at a slot not before the issue.
    """

    grid: Grid
    values: Floats

    @cached_property
    def _sums(self) -> tuple[Floats, Floats]:
        known = np.isfinite(self.values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, self.values, 0.0))])
        return sums, np.concatenate([[0.0], np.cumsum(known)])

    def mean(self, start: Ints, stop: Ints) -> Floats:
        """Mean of known values in [start, stop), NaN where there is none."""
        sums, counts = self._sums
        start, stop = np.maximum(start, 0), np.maximum(stop, 0)
        count = counts[stop] - counts[start]
        total = sums[stop] - sums[start]
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def value(self, slots: Ints, issue: Ints) -> Floats:
        """Values of slots before the issue, NaN for others."""
        return take(self.values, np.where(slots < issue, slots, -1))

    def like_days(self, issue: Ints, target: Ints) -> Floats:
        """Mean at the same wall time of the newest days of the same kind known at issue."""
        kind, total = self.grid.kind, np.zeros(len(target))
        count = np.zeros(len(target))
        for days in range(1, LIKE_WITHIN + 1):
            slots = self.grid.days_before(target, days)
            found = self.value(slots, issue)
            use = np.isfinite(found) & (kind[slots] == kind[target]) & (count < LIKE_DAYS)
            total += np.where(use, found, 0.0)
            count += use
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def hours_ahead(grid: Grid, issue: Ints, target: Ints) -> Floats:
    """From the issue to the end of the target [h]."""
    return np.asarray((target - issue + 1) * (grid.step / HOUR_US), np.float64)


def newest_day(grid: Grid, issue: Ints, target: Ints) -> Ints:
    """The newest slot before the issue with the wall time of the target."""
    days = np.maximum((target - issue) // grid.per_day, 0) + 1
    slots = grid.days_before(target, days)
    # A clock change between the two can bring the slot an hour to the issue or past it.
    return np.where(slots < issue, slots, grid.days_before(target, days + 1))


def calendar_features(grid: Grid, issue: Ints, target: Ints) -> dict[str, Floats]:
    """Time of day, week and year of the target, and how far ahead it is [h]."""
    sine, cosine = grid.season
    return {
        "horizon": hours_ahead(grid, issue, target),
        "hour": grid.hour[target],
        "weekday": grid.weekday[target].astype(np.float64),
        "day_kind": grid.kind[target].astype(np.float64),
        "near_holiday": grid.near_holiday[target].astype(np.float64),
        "season_sin": sine[target],
        "season_cos": cosine[target],
    }


def past_features(history: History, issue: Ints, target: Ints) -> dict[str, Floats]:
    """Values of like times known at issue, and how things stood then."""
    grid, day = history.grid, history.grid.per_day
    hour = max(day // 24, 1)
    newest = newest_day(grid, issue, target)
    weeks = [grid.days_before(target, 7 * n) for n in (1, 2, 3, 4)]
    with np.errstate(invalid="ignore"):
        month = _mean_known([history.value(one, issue) for one in weeks])
        days = _mean_known([history.value(grid.days_before(newest, n), issue) for n in range(7)])
    level, level_before = (
        history.mean(issue - day, issue),
        history.mean(issue - 8 * day, issue - 7 * day),
    )
    return {
        "newest_day": history.value(newest, issue),
        "newest_day_kind": take(grid.kind.astype(np.float64), newest),
        "week_before": history.value(weeks[0], issue),
        "week_before_kind": take(grid.kind.astype(np.float64), weeks[0]),
        "two_weeks_before": history.value(weeks[1], issue),
        "mean_four_weeks": month,
        "mean_seven_days": days,
        "mean_like_days": history.like_days(issue, target),
        "last": history.value(issue - 1, issue),
        "last_hour": history.mean(issue - hour, issue),
        "last_three_hours": history.mean(issue - 3 * hour, issue),
        "last_day": level,
        "last_week": history.mean(issue - 7 * day, issue),
        "day_against_week_before": level - level_before,
    }


def weather_features(weather: Weather, issue: Ints, target: Ints) -> dict[str, Floats]:
    """What was known of the weather of the target."""
    known = weather.known(issue, target)
    return {f"weather_{name}": known[:, k] for k, name in enumerate(weather.names)}


def sun_features(
    history: History, physics: Physics, issue: Ints, target: Ints, power: Floats
) -> dict[str, Floats]:
    """Physics of the target, and what the plant gave of a clear sky lately."""
    grid, day = history.grid, history.grid.per_day
    given = History(grid, np.where(np.isfinite(history.values), physics.clear, np.nan))
    hours = max(day // 24, 1)
    newest = newest_day(grid, issue, target)
    clear = physics.clear[target]
    top = max(float(np.nanmax(physics.clear, initial=0.0)), 1e-9)
    return {
        "horizon": hours_ahead(grid, issue, target),
        "elevation": physics.elevation[target],
        "hour": grid.hour[target],
        "clear": clear / top,
        "physics_of_clear": np.where(clear > 0.01 * top, power / np.maximum(clear, 1e-9), np.nan),
        "newest_day_of_clear": _ratio(
            history.value(newest, issue), take(physics.clear, newest), 0.01 * top
        ),
        "last_hours_of_clear": _ratio(
            history.mean(issue - 2 * hours, issue), given.mean(issue - 2 * hours, issue), 0.01 * top
        ),
        "last_day_of_clear": _ratio(
            history.mean(issue - day, issue), given.mean(issue - day, issue), 0.001 * top
        ),
        "last_week_of_clear": _ratio(
            history.mean(issue - 7 * day, issue), given.mean(issue - 7 * day, issue), 0.001 * top
        ),
    }


def _ratio(part: Floats, whole: Floats, least: float) -> Floats:
    return np.where(whole > least, part / np.maximum(whole, least), np.nan)


def _mean_known(columns: list[Floats]) -> Floats:
    stacked = np.stack(columns)
    known = np.isfinite(stacked)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
