"""Comparing signals and periods: one grid, differences, correlations, previous periods.

Times are int64 microseconds since the epoch in UTC, values float64 with NaN for "no value".
Formulas and sources are in ``docs/methods.md``, section "Comparison".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.quality import Bool, Float, Int, local_times, localise, typical_step
from core.errors import BadWindow

How = Literal["mean", "min", "max", "sum", "first", "last", "count", "hold"]

HOLD_STEPS = 2.5  # a reading is held no longer than this many of its typical steps
LEAST_PAIRS = 3  # two points always correlate perfectly


def align(
    series: Mapping[str, tuple[Int, Float]],
    step_us: int,
    start: int,
    end: int,
    how: How = "mean",
) -> pd.DataFrame:
    """Bring signals onto one grid of cells [start + k step, start + (k + 1) step).

    A cell without a reading is NaN: nothing is interpolated. "hold" takes the last reading at or
    before the start of the cell, at most 2.5 typical steps old, for signals slower than the grid.

    Parameters
    ----------
    series : name -> (ts int64[n] sorted [µs], value float64[n]).
    step_us : width of a cell [µs]; the last cell may reach beyond `end`, its readings do not.

    Returns
    -------
    frame indexed by the start of the cells (`ts`, int64 [µs]), one column per signal.
    `frame.attrs["coverage_ratio"]` is a dict: share of the cells of each column with a value.

    Raises
    ------
    BadWindow : start is not before end, or the step is not positive.
    """
    if start >= end or step_us <= 0:
        raise BadWindow(f"no grid from {start} to {end} in steps of {step_us}")
    grid = np.arange(start, end, step_us, dtype=np.int64)
    columns = {
        name: _hold(ts, value, grid)
        if how == "hold"
        else _by_cell(ts, value, grid, step_us, end, how)
        for name, (ts, value) in series.items()
    }
    frame = pd.DataFrame(columns, index=pd.Index(grid, name="ts"))
    frame.attrs["coverage_ratio"] = {k: float(v) for k, v in frame.notna().mean().items()}
    return frame


def _by_cell(ts: Int, value: Float, grid: Int, step_us: int, end: int, how: str) -> Float:
    inside = (ts >= grid[0]) & (ts < end) & np.isfinite(value)
    cell = (ts[inside] - grid[0]) // step_us
    found = pd.Series(value[inside]).groupby(cell).agg(how)
    out = np.full(len(grid), np.nan)
    out[found.index.to_numpy(dtype=np.int64)] = found.to_numpy(dtype=np.float64)
    return out


def _hold(ts: Int, value: Float, grid: Int) -> Float:
    at = np.searchsorted(ts, grid, side="right") - 1
    out = np.full(len(grid), np.nan)
    seen = at >= 0
    fresh = seen.copy()
    fresh[seen] = grid[seen] - ts[at[seen]] <= HOLD_STEPS * typical_step(ts)
    out[fresh] = value[at[fresh]]
    return out


def difference(frame: pd.DataFrame, a: str, b: str) -> pd.Series:
    """Column a minus column b; NaN where either has no value."""
    return (frame[a] - frame[b]).rename(f"{a} - {b}")


def correlation(
    frame: pd.DataFrame, method: Literal["pearson", "spearman"] = "pearson", *, lag: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Correlation of every pair of columns over the cells where both have a value.

    r[a, b] correlates a(t) with b(t + lag): with a positive lag, the row leads. At lag 0 the
    matrix is symmetric; r[a, b] at lag k is r[b, a] at lag −k.

    Parameters
    ----------
    frame : on a regular grid, from `align`.
    method : "pearson" (straight line) or "spearman" (Pearson of the ranks of the common cells).
    lag : in steps of the grid.

    Returns
    -------
    r, n : square frames; r is NaN where fewer than 3 pairs are common or a column is constant,
    n is the number of common pairs.

    Sources: Pearson 1895, doi:10.1098/rspl.1895.0041; Spearman 1904, doi:10.2307/1412159.
    """
    names = list(frame.columns)
    values = frame.to_numpy(dtype=np.float64)
    r = np.full((len(names), len(names)), np.nan)
    n = np.zeros((len(names), len(names)), dtype=np.int64)
    for i in range(len(names)):
        for j in range(len(names)):
            r[i, j], n[i, j] = _pair_correlation(values[:, i], values[:, j], method, lag)
    return (
        pd.DataFrame(r, index=names, columns=names),
        pd.DataFrame(n, index=names, columns=names),
    )


def lagged_correlation(
    a: Float, b: Float, lags: Int, method: Literal["pearson", "spearman"] = "pearson"
) -> pd.DataFrame:
    """Correlation of a(t) with b(t + lag) for each lag; where it peaks, b follows a by that lag.

    Parameters
    ----------
    a, b : float64[n] on the same grid.
    lags : int64[k], in steps of the grid.

    Returns
    -------
    frame `lag`, `r`, `n`
    """
    pairs = [_pair_correlation(a, b, method, int(lag)) for lag in lags]
    return pd.DataFrame(
        {"lag": lags, "r": [r for r, _ in pairs], "n": np.array([n for _, n in pairs], dtype=int)}
    )


def _pair_correlation(a: Float, b: Float, method: str, lag: int) -> tuple[float, int]:
    if lag > 0:
        a, b = a[:-lag], b[lag:]
    elif lag < 0:
        a, b = a[-lag:], b[:lag]
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if len(a) < LEAST_PAIRS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan, len(a)
    if method == "spearman":
        a, b = _ranks(a), _ranks(b)
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())), len(a)


def _ranks(value: Float) -> Float:
    """Ranks from 1, ties at their mean."""
    return np.asarray(pd.Series(value).rank(), dtype=np.float64)


def shift_period(
    ts: Int, zone: str, *, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0
) -> tuple[Int, Bool]:
    """Move times by whole local periods, keeping the wall clock: 08:15 stays 08:15.

    To lay the previous period over this one, shift its times forward by one period. Where
    the calendar has no place for a time, it is not valid: an hour that the clock skips on the
    new day, the second pass of an hour that the new day has once, the 31st of a shorter month.
    Onto a repeated hour goes the same pass, or the first.

    Parameters
    ----------
    ts : int64[n] [µs].
    days, weeks, months, years : negative shifts into the past.

    Returns
    -------
    shifted int64[n] [µs], valid bool[n]; leave out what is not valid.
    """
    here = local_times(ts, zone)
    naive = here.tz_localize(None)
    moved = pd.DatetimeIndex(naive + pd.DateOffset(years=years, months=months))
    valid: NDArray[np.bool_] = np.asarray(moved.day == naive.day)
    moved = moved + pd.Timedelta(days=days + 7 * weeks)
    second = np.asarray(localise(naive, zone) != ts)  # the pass after the clock went back
    earlier = localise(moved, zone)
    later = np.asarray(
        moved.tz_localize(zone, ambiguous=~second, nonexistent="shift_forward").as_unit("us").asi8
    )
    shifted = np.where(second, later, earlier).astype(np.int64)
    exists = np.asarray(local_times(shifted, zone).tz_localize(None) == moved)
    return shifted, valid & exists & ~(second & (later == earlier))
