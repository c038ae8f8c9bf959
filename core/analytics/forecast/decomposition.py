"""What a load is made of: base, calendar, holidays, heating and cooling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.forecast.grid import SATURDAY, SUNDAY, WORKDAY, Floats, Grid, Ints

BASE_SHARE = 0.05  # the base load of a day is what it stays above for all but this share
LEAST_DAYS = 60  # with a temperature, for a fit against it
LEAST_SPAN_K = 12.0
BLOCK, DRAWS = 7, 200


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval by blocks of seven days, and the days it is from.

    Of what is counted by run instead, `days` is the number of runs.
    """

    value: float
    low: float
    high: float
    days: int


@dataclass(frozen=True)
class Climate:
    """Daily energy against the mean temperature of the day, with two change points.

    Attributes
    ----------
    heating_below, cooling_above : change points [°C]; NaN where there is no such branch.
    heating, cooling : energy a day for each K beyond them [unit × 24 h / K].
    heating_share, cooling_share : share of the energy of the days fitted.
    r2 : share of the variance between days of like kind that the fit explains.
    refusal : why there is no fit; empty where there is one.
    """

    heating_below: float
    cooling_above: float
    heating: Interval
    cooling: Interval
    heating_share: Interval
    cooling_share: Interval
    r2: float
    days: int
    refusal: str = ""


@dataclass(frozen=True)
class Decomposition:
    """Parts of a load.

    Attributes
    ----------
    base : what it stays above for 95 % of a day, median of the days [unit].
    base_share : energy of the base of each day over all energy.
    by_kind : frame `kind`, `days`, `mean`, `low`, `high`: mean power of workdays, Saturdays,
        Sundays and holidays [unit], with intervals.
    holiday_effect : mean of holidays on workdays of the week, less the mean of workdays [unit].
    profile : frame `hour`, and the mean by kind of day [unit].
    months : frame `month` (1..12), `mean`, `days`.
    """

    base: Interval
    base_share: float
    by_kind: pd.DataFrame
    holiday_effect: Interval
    profile: pd.DataFrame
    months: pd.DataFrame
    climate: Climate


def decompose_load(grid: Grid, values: Floats, temperature: Floats | None = None) -> Decomposition:
    """Base load, patterns by calendar, and the part that follows the temperature.

    Parameters
    ----------
    values : float64[slot] power; temperature : float64[slot] [°C] outdoors.
    """
    days = _by_days(grid, values, temperature)
    kinds = []
    for kind in (WORKDAY, SATURDAY, SUNDAY):
        some = days[days["kind"] == kind]
        kinds.append({"kind": kind} | vars(mean_of(some["mean"].to_numpy())))
    by_kind = pd.DataFrame(kinds).rename(columns={"value": "mean"})
    base = median_of(days["base"].to_numpy())
    total = float(days["mean"].mean()) if len(days) else np.nan
    feast = days[days["holiday"] & (days["weekday"] < 5)]["mean"].to_numpy()
    usual = days[(days["kind"] == WORKDAY)]["mean"]
    effect = mean_of(feast - float(usual.mean()) if len(usual) else feast * np.nan)
    return Decomposition(
        base, float(days["base"].mean()) / total if total > 0 else np.nan, by_kind, effect,
        _profile(grid, values), _months(days), fit_climate(days),
    )  # fmt: skip


def _by_days(grid: Grid, values: Floats, temperature: Floats | None) -> pd.DataFrame:
    """A row by local day that has nine tenths of its slots."""
    frame = pd.DataFrame(
        {"day": grid.day, "value": values, "kind": grid.kind, "weekday": grid.weekday,
         "holiday": grid.holiday, "month": grid.month,
         "temperature": np.nan if temperature is None else temperature}
    )  # fmt: skip
    groups = frame.groupby("day")
    found = groups.agg(
        mean=("value", "mean"), known=("value", "count"), kind=("kind", "first"),
        weekday=("weekday", "first"), holiday=("holiday", "first"), month=("month", "first"),
        temperature=("temperature", "mean"),
    )  # fmt: skip
    found["base"] = groups["value"].quantile(BASE_SHARE)
    return found[found["known"] >= 0.9 * (grid.per_day - grid.per_day // 24)].reset_index()


def _profile(grid: Grid, values: Floats) -> pd.DataFrame:
    table = pd.DataFrame({"hour": np.floor(grid.hour), "kind": grid.kind, "value": values})
    wide = table.pivot_table(index="hour", columns="kind", values="value", aggfunc="mean")
    return wide.reset_index()


def _months(days: pd.DataFrame) -> pd.DataFrame:
    groups = days.groupby("month")["mean"]
    return pd.DataFrame({"mean": groups.mean(), "days": groups.size()}).reset_index()


def fit_climate(days: pd.DataFrame) -> Climate:
    """Daily means against temperature: level by kind of day, and two branches.

    ``P = level[kind] + h·max(Th − T, 0) + c·max(T − Tc, 0)``, h and c not negative; the change
    points are searched on whole degrees. Source: ASHRAE Guideline 14 (change-point models).
    """
    none = Interval(np.nan, np.nan, np.nan, 0)
    known = days[days["temperature"].notna() & days["mean"].notna()]
    said = ""
    if len(known) < LEAST_DAYS:
        said = "few_days" if len(known) else "no_temperature"
    elif known["temperature"].quantile(0.95) - known["temperature"].quantile(0.05) < LEAST_SPAN_K:
        said = "narrow"
    if said:
        return Climate(np.nan, np.nan, none, none, none, none, np.nan, len(known), said)
    temperature = known["temperature"].to_numpy(np.float64)
    power = known["mean"].to_numpy(np.float64)
    level = (known["kind"].to_numpy()[:, None] == np.array([0, 1, 2])).astype(np.float64)
    level = level[:, level.any(axis=0)]
    below, above = _change_points(level, temperature, power)
    at, picks = _branches(temperature, below, above), block_draws(len(power))
    whole = _solve(level, at, power)
    some = np.array([_solve(level[pick], at[pick], power[pick]) for pick in picks])
    columns = level.shape[1]

    def interval(value: float, drawn: Floats) -> Interval:
        low, high = np.quantile(drawn, [0.025, 0.975])
        return Interval(value, float(low), float(high), len(power))

    shares = whole[columns:] * at.mean(axis=0) / power.mean()
    drawn = np.array(
        [one[columns:] * at[pick].mean(axis=0) / power[pick].mean()
         for one, pick in zip(some, picks, strict=True)]
    )  # fmt: skip
    plain = power - level @ np.linalg.lstsq(level, power, rcond=None)[0]
    rest = power - np.hstack([level, at]) @ whole
    return Climate(
        below if whole[columns] > 0 else np.nan, above if whole[columns + 1] > 0 else np.nan,
        interval(24 * whole[columns], 24 * some[:, columns]),
        interval(24 * whole[columns + 1], 24 * some[:, columns + 1]),
        interval(shares[0], drawn[:, 0]), interval(shares[1], drawn[:, 1]),
        float(1 - rest @ rest / (plain @ plain)) if plain @ plain > 0 else np.nan, len(power),
    )  # fmt: skip


def _branches(temperature: Floats, below: float, above: float) -> Floats:
    return np.stack([np.maximum(below - temperature, 0), np.maximum(temperature - above, 0)], 1)


def _solve(level: Floats, at: Floats, power: Floats) -> Floats:
    """Least squares, the branches not negative."""
    from scipy.optimize import lsq_linear

    columns = np.hstack([level, at])
    low = np.r_[np.full(level.shape[1], -np.inf), 0.0, 0.0]
    found: Floats = lsq_linear(columns, power, bounds=(low, np.inf)).x
    return found


def _change_points(level: Floats, temperature: Floats, power: Floats) -> tuple[float, float]:
    """The pair of whole degrees with the least squares of the rest."""
    low, high = np.quantile(temperature, [0.05, 0.95])
    degrees = np.arange(np.ceil(low), np.floor(high) + 1)
    best, least = (float(degrees[0]), float(degrees[-1])), np.inf
    for below in degrees[degrees <= 20]:
        for above in degrees[(degrees >= max(below, 14)) & (degrees - below <= 16)][::2]:
            columns = np.hstack([level, _branches(temperature, below, above)])
            rest = power - columns @ np.linalg.lstsq(columns, power, rcond=None)[0]
            if rest @ rest < least:
                best, least = (float(below), float(above)), float(rest @ rest)
    return best


def block_draws(days: int, block: int = BLOCK) -> Ints:
    """Positions of days, int64[draw, day], in moving blocks."""
    block = min(block, days)
    rng = np.random.default_rng(0)
    starts = rng.integers(0, days - block + 1, (DRAWS, -(-days // block)))
    picks = (starts[:, :, None] + np.arange(block)).reshape(DRAWS, -1)
    return picks[:, :days].astype(np.int64)


def mean_of(values: Floats) -> Interval:
    """Mean of what is known, in order of time, with its interval by blocks of seven."""
    return _figure(values, lambda some: np.mean(some, axis=-1))


def median_of(values: Floats) -> Interval:
    """Median of what is known, in order of time, with its interval by blocks of seven."""
    return _figure(values, lambda some: np.median(some, axis=-1))


def _figure(values: Floats, how: Callable[[Floats], Floats]) -> Interval:
    known = values[np.isfinite(values)]
    if not len(known):
        return Interval(np.nan, np.nan, np.nan, 0)
    value = float(how(known))
    if len(known) < 2 * BLOCK:
        return Interval(value, np.nan, np.nan, len(known))
    low, high = np.quantile(how(known[block_draws(len(known))]), [0.025, 0.975])
    return Interval(value, float(low), float(high), len(known))
