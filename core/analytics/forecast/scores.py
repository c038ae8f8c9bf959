"""How good forecasts were: errors, skill against a reference, and whether bands hold.

Source: Yang et al., Solar Energy 2020, 10.1016/j.solener.2020.04.016; Gneiting and Raftery 2007
(pinball loss, reliability).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.forecast.conformal import GROUPS, QUANTILES, group_of
from core.analytics.forecast.grid import DAY_US, Floats, Ints

BLOCK_DAYS, DRAWS = 7, 500
SEASONAL = ("seasonal_24h", "seasonal_168h")
HORIZON_BINS_H = (1.0, 3.0, 6.0, 12.0, 24.0, 36.0, 48.0)


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; NaN where it cannot be said."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Scores:
    """Scores of a backtest; errors in the unit of the quantity, others as ratios.

    Attributes
    ----------
    n, issues, days : forecasts that have an actual, times of issue, and days of 24 h they span.
    rmse, mae, bias : of the expected value (mae of the median).
    nmae : mae over the capacity.
    pinball : mean over the quantiles.
    coverage : share of actual values within p10..p90.
    skill : 1 − RMSE / RMSE of each baseline, over what both forecast.
    reference : RMSE of each baseline.
    width : mean width of the band p10..p90.
    band_baseline, band_skill, band_width : the seasonal baseline with the least pinball loss, by
        how much the band's is less than its (1 − ratio, over what both forecast), and its mean
        width. Its band is of its own errors in the same rows, by horizon and quarter of the day:
        it has seen what it is judged by, the model has not.
    """

    n: int
    issues: int
    days: int
    rmse: Estimate
    mae: Estimate
    bias: float
    nmae: float
    pinball: float
    coverage: Estimate
    skill: dict[str, Estimate]
    reference: dict[str, float]
    width: float
    band_baseline: str | None
    band_skill: Estimate
    band_width: float


def rmse(actual: Floats, expected: Floats) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean((expected - actual) ** 2))) if len(actual) else float("nan")


def pinball(actual: Floats, quantile: Floats, level: float) -> Floats:
    """Pinball loss of each forecast of one quantile."""
    error = actual - quantile
    return np.maximum(level * error, (level - 1) * error)


def mean_pinball(actual: Floats, bands: Floats) -> Floats:
    """Pinball loss of bands float64[n, quantile], mean over the quantiles."""
    each = [pinball(actual, bands[:, k], level) for k, level in enumerate(QUANTILES)]
    return np.asarray(np.mean(each, axis=0), np.float64)


def judge(rows: pd.DataFrame, baselines: tuple[str, ...], capacity: float) -> Scores:
    """Scores of the rows of a backtest that are judged and have an actual.

    Intervals: moving blocks of seven days of issue, drawn 500 times.

    Parameters
    ----------
    rows : as `backtest.backtest` gives them.
    capacity : what errors are normalised by [unit of the quantity].
    """
    rows = rows[rows["judged"] & rows["actual"].notna() & rows["expected"].notna()]
    actual = rows["actual"].to_numpy(np.float64)
    error = rows["expected"].to_numpy(np.float64) - actual
    missed = np.abs(rows["p50"].to_numpy(np.float64) - actual)
    inside = (actual >= rows["p10"].to_numpy()) & (actual <= rows["p90"].to_numpy())
    day = rows["day"].to_numpy(np.int64)
    draws, count = _day_draws(day), _by_day(np.ones(len(rows)), day)
    squares = _by_day(error**2, day)
    mae = _estimate(_ratio, draws, _by_day(missed, day), count)
    bands = rows[["p10", "p50", "p90"]].to_numpy(np.float64)
    losses = mean_pinball(actual, bands)
    beside = _beside(rows, actual, baselines)
    if beside is None:
        name, sharper, other_width = None, Estimate(np.nan, np.nan, np.nan), np.nan
    else:
        name, theirs, other_width = beside
        both = np.isfinite(theirs)
        sums = (_by_day(np.where(both, one, 0.0), day) for one in (losses, theirs))
        sharper = _estimate(lambda a, b: 1 - a / b, draws, *sums)
    skill, reference = {}, {}
    for one in baselines:
        off = rows[one].to_numpy(np.float64) - actual
        both = np.isfinite(off)
        ours = _by_day(np.where(both, error**2, 0.0), day)
        others = _by_day(np.where(both, off**2, 0.0), day)
        reference[one] = float(np.sqrt(np.mean(off[both] ** 2))) if both.any() else np.nan
        skill[one] = _estimate(lambda a, b: 1 - np.sqrt(a / b), draws, ours, others)
    return Scores(
        n=len(rows),
        issues=rows["issue"].nunique(),
        days=_span_days(rows),
        rmse=_estimate(lambda a, b: np.sqrt(a / b), draws, squares, count),
        mae=mae,
        bias=float(error.mean()) if len(rows) else np.nan,
        nmae=mae.value / capacity if capacity > 0 else np.nan,
        pinball=float(losses.mean()) if len(rows) else np.nan,
        coverage=_estimate(_ratio, draws, _by_day(inside.astype(np.float64), day), count),
        skill=skill,
        reference=reference,
        width=float(np.mean(bands[:, 2] - bands[:, 0])) if len(rows) else np.nan,
        band_baseline=name,
        band_skill=sharper,
        band_width=other_width,
    )


def _span_days(rows: pd.DataFrame) -> int:
    """Days from the first to the last time of issue, a day begun counts."""
    if not len(rows):
        return 0
    return int(rows["issue"].max() - rows["issue"].min()) // DAY_US + 1


def _beside(
    rows: pd.DataFrame, actual: Floats, baselines: tuple[str, ...]
) -> tuple[str, Floats, float] | None:
    """The best seasonal baseline with a band: its name, pinball losses and mean width."""
    group = group_of(rows["horizon_h"].to_numpy(np.float64), rows["hour"].to_numpy(np.float64))
    found: list[tuple[str, Floats, float]] = []
    for name in (one for one in baselines if one in SEASONAL):
        value = rows[name].to_numpy(np.float64)
        bands = np.full((len(rows), len(QUANTILES)), np.nan)
        for one in range(GROUPS):
            inside = (group == one) & np.isfinite(value)
            if inside.any():
                off = np.quantile(actual[inside] - value[inside], QUANTILES)
                bands[inside] = value[inside, None] + off
        losses = mean_pinball(actual, bands)
        if np.isfinite(losses).any():
            found.append((name, losses, float(np.nanmean(bands[:, 2] - bands[:, 0]))))
    return min(found, key=lambda one: float(np.nanmean(one[1]))) if found else None


def _by_day(values: Floats, day: Ints) -> Floats:
    """Sums by day, days in order."""
    _, place = np.unique(day, return_inverse=True)
    return np.bincount(place, weights=values).astype(np.float64)


def _day_draws(day: Ints) -> Ints:
    """Positions of days, int64[draw, day], drawn in moving blocks."""
    count = len(np.unique(day))
    if not count:
        return np.zeros((0, 0), np.int64)
    block = min(BLOCK_DAYS, count)
    blocks = -(-count // block)
    starts = np.random.default_rng(0).integers(0, count - block + 1, (DRAWS, blocks))
    picks = (starts[:, :, None] + np.arange(block)).reshape(DRAWS, -1)
    return picks[:, :count].astype(np.int64)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return part / whole


def _estimate(how: Callable[[Floats, Floats], Floats], draws: Ints, *sums: Floats) -> Estimate:
    """A function of sums over days, and its interval; none for less than two blocks of days."""
    if not draws.size:
        return Estimate(np.nan, np.nan, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(how(*(np.asarray(one.sum()) for one in sums)))
        spread = how(*(one[draws].sum(axis=1) for one in sums))
    spread = spread[np.isfinite(spread)]
    if draws.shape[1] < 2 * BLOCK_DAYS or not len(spread):
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(spread, [0.025, 0.975])
    return Estimate(value, float(low), float(high))


def by_horizon(rows: pd.DataFrame, baselines: tuple[str, ...]) -> pd.DataFrame:
    """RMSE of the model and its baselines, coverage and count, by how far ahead.

    Returns
    -------
    frame `horizon_h` (upper edge of the bin), `n`, `expected`, baselines..., `coverage`.
    """
    rows = rows[rows["judged"] & rows["actual"].notna()]
    bins = np.searchsorted(HORIZON_BINS_H, rows["horizon_h"].to_numpy() - 1e-9, side="left")
    found = []
    for k, edge in enumerate(HORIZON_BINS_H):
        part = rows[bins == k]
        if not len(part):
            continue
        line: dict[str, float] = {"horizon_h": edge, "n": len(part)}
        for name in ("expected", *baselines):
            both = part[name].notna()
            line[name] = rmse(part.loc[both, "actual"].to_numpy(), part.loc[both, name].to_numpy())
        inside = (part["actual"] >= part["p10"]) & (part["actual"] <= part["p90"])
        line["coverage"] = float(inside.mean())
        found.append(line)
    return pd.DataFrame(found)


def reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Share of actual values at or below each quantile, which should be its level.

    Returns
    -------
    frame `level`, `share`, `low`, `high` (95 % interval by days), `n`.
    """
    rows = rows[rows["judged"] & rows["actual"].notna()]
    day = rows["day"].to_numpy(np.int64)
    draws, count = _day_draws(day), _by_day(np.ones(len(rows)), day)
    found = []
    for level in QUANTILES:
        below = (rows["actual"] <= rows[f"p{round(100 * level)}"]).to_numpy().astype(np.float64)
        share = _estimate(_ratio, draws, _by_day(below, day), count)
        found.append(
            {"level": level, "share": share.value, "low": share.low, "high": share.high,
             "n": len(rows)}
        )  # fmt: skip
    return pd.DataFrame(found)
