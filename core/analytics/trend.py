"""Slopes of daily series, and how far they can be trusted.

Most functions take one series, values float64[day], or many at once, float64[day, cell]; what they
return then has one entry per cell. Days are numbers of local calendar days (whole or not, sorted),
NaN is "no value": gaps stay gaps. Slopes are per day unless the name says otherwise.

"Records" are the values there are, one after the other, whatever lies between them. Formulas:
``docs/methods.md``, section "Trends of cells".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from core.analytics.quality import Bool, Float, Int

YEAR = 365.25  # days
MAD_TO_SIGMA = 1.4826  # of a normal distribution
LFP_LOW, LFP_HIGH = 3.30, 3.65  # [V] a charge that ends between these was complete
NEWEY_WEST_LAGS = 30  # records
BLOCK = 30  # records
# Degrees of freedom of a trend's Newey-West error: this × n / (lags + 1). From simulated trends
# without slope; 1.5 would hold for a mean, a trend leans on fewer records at both ends.
NW_FREEDOM = 0.65
LEAST_BINS = 4  # per parameter, for means of 7 days to tell anything
LEAST_FREEDOM = 5.0  # of an effective sample: below it the interval says nothing at all
MOST_ALIKE = 0.98  # autocorrelation that is believed at most; 1 would be no series but a walk
ROUNDING = 1e-9  # of the largest value: smaller scatter is arithmetic, not data


def middle(values: Float, axis: int = 0) -> Float:
    """Median along an axis without the NaN; NaN where there is no value.

    What `numpy.nanmedian` gives, without its warning and in one sort for all columns.
    """
    ordered = np.sort(np.moveaxis(values, axis, 0), axis=0)  # NaN last
    count = np.sum(~np.isnan(ordered), axis=0)
    if not len(ordered):
        return np.full(ordered.shape[1:], np.nan)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, len(ordered) - 1)[None], axis=0)[0]
    return np.where(count > 0, (low + high) / 2, np.nan)


def within_limits(values: Float, low: float = LFP_LOW, high: float = LFP_HIGH) -> Float:
    """Values, with NaN for those outside low..high: days whose charge was not complete."""
    return np.where((values >= low) & (values <= high), values, np.nan)


@dataclass(frozen=True)
class Line:
    """Least squares y = intercept + slope·day; arrays have one entry per cell.

    With regimes each has its own intercept, `intercept` is that of their mean, and `r2` and `se`
    are those within regimes.

    Attributes
    ----------
    slope [unit/day], intercept [unit] : NaN where there are not two different days.
    r2 : share of the variance explained; NaN for a constant series.
    se : classical standard error of the slope [unit/day], as if days were independent.
    se_nw : Newey-West standard error of the slope [unit/day].
    alike : lag-1 autocorrelation of the residuals, raised by what fitting took from it.
    half : half of the 95 % interval (unless another level was asked for) of the slope [unit/day].
    freedom : degrees of freedom for `p_value`.
    n : records. k : parameters.
    scatter : standard deviation of the residuals [unit].
    """

    slope: Float
    intercept: Float
    r2: Float
    se: Float
    se_nw: Float
    alike: Float
    half: Float
    freedom: Float
    n: Int
    k: Int
    scatter: Float


@dataclass(frozen=True)
class _Centred:
    """x and y of every cell minus their mean per regime, 0 where there is no value."""

    x: Float
    y: Float
    valid: Bool
    regimes: Int


def _centre(x: Float, y: Float, codes: Int) -> _Centred:
    """Both float64[n, cell], NaN in y where there is no value."""
    valid = ~np.isnan(y)
    # A level taken off first: sums of squares of 3.4 V, or of days since 1970, lose small digits.
    origin = np.fmin.reduce(x, axis=None) if x.size else 0.0
    time = np.where(valid, x - origin, 0.0)
    level = middle(y)
    value = np.where(valid, y - np.where(np.isnan(level), 0.0, level), 0.0)
    centred = _Centred(
        np.zeros_like(time), np.zeros_like(value), valid, np.zeros(y.shape[1], np.int64)
    )
    for code in np.unique(codes):
        rows = codes == code
        inside = valid[rows]
        size = np.maximum(inside.sum(axis=0), 1)
        centred.regimes[:] += inside.any(axis=0)
        for target, source in ((centred.x, time), (centred.y, value)):
            target[rows] = np.where(inside, source[rows] - source[rows].sum(axis=0) / size, 0.0)
    return centred


def _records_first(array: Float, valid: Bool) -> Float:
    """Columns with their records moved up, so that neighbours are records; zeros behind."""
    if valid.all():
        return array
    moved: Float = np.take_along_axis(array, np.argsort(~valid, axis=0, kind="stable"), axis=0)
    return moved


def _lag_sum(records: Float, lags: int) -> Float:
    """Σ z² + 2 Σ_l (1 − l/(L+1)) Σ z_i z_(i−l), per column (Bartlett weights)."""
    total: Float = np.einsum("ij,ij->j", records, records)
    for lag in range(1, min(lags, len(records) - 1) + 1):
        weight = 2 * (1 - lag / (lags + 1))
        total += weight * np.einsum("ij,ij->j", records[lag:], records[:-lag])
    return total


def _ratio(above: Float, below: Float) -> Float:
    found: Float = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return found


def fit_line(
    x: Float,
    values: Float,
    regime: Int | None = None,
    *,
    days: Float | None = None,
    lags: int = NEWEY_WEST_LAGS,
    level: float = 0.95,
) -> Line:
    """Slope of every cell by least squares, with the errors and the interval of it.

    With `regime` (int[n]) every regime has an offset of its own and all share the slope: x and
    values are taken from their means per regime (Frisch-Waugh-Lovell).

    The half width of the interval is the largest of several, because each fails where others hold:

    - Newey-West, t(0.65 n/(L+1)): any dependence up to L records, weak if it is strong and n small;
    - effective sample, n_e = n(1 − r)/(1 + r), t(n_e − k): right for an AR(1) of any strength;
    - the same on means of 7 days: sees what lasts for weeks beneath daily noise.

    Parameters
    ----------
    x : float64[n], days or what else the values are set against.
    values : float64[n] or [n, cell], NaN is none.
    days : float64[n] sorted, where x is no time; the means of 7 days are taken along them.
    lags : of Newey-West, in records.

    References
    ----------
    Newey, West, Econometrica 55 (1987) 703, doi:10.2307/1913610; Kiefer, Vogelsang, Econometric
    Theory 21 (2005) 1130, doi:10.1017/S0266466605050565; Santer et al., J. Geophys. Res. 105 (2000)
    7337, doi:10.1029/1999JD901105.
    """
    if values.ndim == 1:
        line = fit_line(x, values[:, None], regime, days=days, lags=lags, level=level)
        return Line(**{name: array[0] for name, array in vars(line).items()})
    codes = np.zeros(len(x), np.int64) if regime is None else regime
    across = np.broadcast_to(x[:, None], values.shape)
    centred = _centre(across, values, codes)
    fit = _least_squares(centred)
    n, k, valid = fit.n, fit.k, centred.valid
    se = np.sqrt(_ratio(fit.sse, np.maximum(n - k, 0) * fit.sxx))
    records = _records_first(centred.x * fit.residual, valid)
    se_nw = _ratio(np.sqrt(np.maximum(_lag_sum(records, lags), 0.0)), fit.sxx)
    tail = 0.5 + level / 2
    binned = _weeks(days if days is not None else x, across, values, codes)
    weekly = _least_squares(_centre(*binned))
    enough = weekly.n >= LEAST_BINS * weekly.k
    half = np.fmax(
        _effective_half(fit, tail), np.where(enough, _effective_half(weekly, tail), np.nan)
    )
    freedom_nw = np.maximum(NW_FREEDOM * n / (lags + 1), 1.0)
    half_nw = stats.t.ppf(tail, freedom_nw) * se_nw
    # The autocorrelation is an estimate too, which the far tail feels: a quarter of the effective
    # sample keeps the p of one simulated cell in 5000 near one in 5000.
    freedom = np.maximum(n * (1 - fit.alike) / (1 + fit.alike) / 4, 1.0)
    count = np.maximum(n, 1)
    mean_x = np.where(valid, across, 0.0).sum(axis=0) / count
    mean_y = np.where(valid, values, 0.0).sum(axis=0) / count
    return Line(
        fit.slope, mean_y - fit.slope * mean_x, _ratio(fit.syy - fit.sse, fit.syy), se, se_nw,
        fit.alike, np.fmax(half, half_nw),
        np.where(half_nw > half, np.minimum(freedom, freedom_nw), freedom),
        n, k, np.sqrt(_ratio(fit.sse, np.maximum(n - k, 0).astype(np.float64))),
    )  # fmt: skip


@dataclass(frozen=True)
class _Fit:
    """Sums of a least squares fit; one entry per cell, residuals [n, cell]."""

    slope: Float
    residual: Float
    sse: Float
    sxx: Float
    syy: Float
    alike: Float
    n: Int
    k: Int


def _least_squares(centred: _Centred) -> _Fit:
    x, y, valid = centred.x, centred.y, centred.valid
    n, k = valid.sum(axis=0), centred.regimes + 1
    sxx, syy = np.einsum("ij,ij->j", x, x), np.einsum("ij,ij->j", y, y)
    slope = _ratio(np.einsum("ij,ij->j", x, y), sxx)
    slope = np.where(syy > 0, slope, np.where(sxx > 0, 0.0, np.nan))
    residual = np.where(valid, y - x * slope, 0.0)
    sse = np.einsum("ij,ij->j", residual, residual)
    records = _records_first(residual, valid)
    raw = _ratio(np.einsum("ij,ij->j", records[1:], records[:-1]), sse)
    alike = np.clip(raw + (1 + 2 * np.maximum(raw, 0)) * k / np.maximum(n, 1), 0.0, MOST_ALIKE)
    return _Fit(slope, residual, sse, sxx, syy, alike, n, k)


def _effective_half(fit: _Fit, tail: float) -> Float:
    """Half width of the slope's interval, its records being worth n_e independent ones."""
    inflation = (1 + fit.alike) / (1 - fit.alike)
    freedom = np.maximum(fit.n / inflation - fit.k, LEAST_FREEDOM)
    independent = _ratio(fit.sse, np.maximum(fit.n - fit.k, 0) * fit.sxx)
    half: Float = stats.t.ppf(tail, freedom) * np.sqrt(independent * inflation)
    return half


def _weeks(days: Float, x: Float, values: Float, codes: Int) -> tuple[Float, Float, Int]:
    """Means of x and values over calendar bins of 7 days, which no change of regime crosses."""
    if not len(days):
        return x, values, codes
    number = np.floor(days / 7)
    first = np.flatnonzero(np.append(True, (np.diff(number) != 0) | (np.diff(codes) != 0)))
    valid = ~np.isnan(values)
    count = np.add.reduceat(valid.astype(np.float64), first, axis=0)
    mean_x = _ratio(np.add.reduceat(np.where(valid, x, 0.0), first, axis=0), count)
    mean_y = _ratio(np.add.reduceat(np.where(valid, values, 0.0), first, axis=0), count)
    return mean_x, mean_y, codes[first]


def p_value(slope: Float, half: Float, freedom: Float, level: float = 0.95) -> Float:
    """Two-sided p that goes with an interval slope ± half: p < 1 − level where it excludes 0."""
    se = half / stats.t.ppf(0.5 + level / 2, freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Float = 2 * stats.t.sf(np.abs(slope) / se, freedom)
    return found


def fit_ols(days: Float, values: Float, regime: Int | None = None) -> tuple[Float, Float, Float]:
    """Ordinary least squares: slope [unit/day], R² and classical standard error of the slope."""
    line = fit_line(days, values, regime)
    return line.slope, line.r2, line.se


def newey_west(days: Float, values: Float, lags: int = NEWEY_WEST_LAGS) -> Float:
    """Newey-West standard error of the OLS slope [unit/day], Bartlett weights, lags in records.

    References
    ----------
    Newey, West, Econometrica 55 (1987) 703, doi:10.2307/1913610.
    """
    return fit_line(days, values, lags=lags).se_nw


def theil_sen(days: Float, values: Float, level: float = 0.95) -> tuple[float, float, float]:
    """Median of the slopes between all pairs of records, with Sen's interval [unit/day].

    The interval holds for independent records; daily values are not, so it is too narrow for them.
    NaN with fewer than two days.

    References
    ----------
    Sen, J. Am. Stat. Assoc. 63 (1968) 1379, doi:10.1080/01621459.1968.10480934.
    """
    valid = ~np.isnan(values)
    if len(np.unique(days[valid])) < 2:
        return np.nan, np.nan, np.nan
    found = stats.theilslopes(values[valid], days[valid], alpha=level)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def theil_sen_many(days: Float, values: Float, regime: Int | None = None) -> Float:
    """Theil-Sen slope of each cell [unit/day], from pairs within one regime; no interval.

    Cost grows with days² × cells: meant for weekly means.
    """
    early, late = np.triu_indices(len(days), 1)
    kept = days[late] > days[early]
    if regime is not None:
        kept &= regime[late] == regime[early]
    early, late = early[kept], late[kept]
    slopes = np.empty(values.shape[1])
    # In parts of a few megabytes: all pairs at once leave the cache, and the machine's memory.
    step = max(1, 2_000_000 // max(len(early), 1))
    for at in range(0, values.shape[1], step):
        part = values[:, at : at + step]
        slopes[at : at + step] = middle(
            (part[late] - part[early]) / (days[late] - days[early])[:, None]
        )
    return slopes


def weekly_means(days: Float, values: Float, regime: Int | None = None) -> tuple[Float, Float, Int]:
    """Means of 7-day bins from the first day; bins without a value are dropped.

    A bin belongs to the regime in which it begins; days of the next one are left out of it.

    Returns
    -------
    first day of the bins float64[w], means float64[w] or [w, cell], regime int[w].
    """
    if not len(days):
        return days, values, np.zeros(0, np.int64)
    matrix = values[:, None] if values.ndim == 1 else values
    codes = np.zeros(len(days), np.int64) if regime is None else regime
    bins, first, at = np.unique(
        np.floor((days - days[0]) / 7), return_index=True, return_inverse=True
    )
    valid = ~np.isnan(matrix) & (codes == codes[first][at])[:, None]
    count = np.add.reduceat(valid.astype(np.float64), first, axis=0)
    total = np.add.reduceat(np.where(valid, matrix, 0.0), first, axis=0)
    kept = count.any(axis=1)
    means = _ratio(total, count)[kept]
    return (
        days[0] + 7 * bins[kept],
        means[:, 0] if values.ndim == 1 else means,
        codes[first][kept],
    )


def _block_draws(n: int, block: int, draws: int, seed: int) -> Int:
    """Records drawn in blocks, int64[draw, n], each draw sorted."""
    rng = np.random.default_rng(seed)
    blocks = -(-n // block)
    drawn = np.empty((draws, n), np.int64)
    for at in range(draws):  # one call per draw: the stream of numbers is part of the definition
        start = rng.integers(0, n - block + 1, blocks)
        drawn[at] = np.sort((start[:, None] + np.arange(block)).ravel()[:n])
    return drawn


def _counts(drawn: Int, n: int) -> Float:
    """How often each record is in each draw, float64[draw, n]."""
    offset = drawn + n * np.arange(len(drawn))[:, None]
    return np.bincount(offset.ravel(), minlength=len(drawn) * n).reshape(-1, n).astype(np.float64)


def moving_block_bootstrap(
    days: Float,
    values: Float,
    statistic: Literal["theil_sen", "ols"] = "theil_sen",
    *,
    block: int = BLOCK,
    draws: int = 500,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a series' slope [unit/day] from blocks of its records.

    NaN with fewer than two blocks of records.

    References
    ----------
    Künsch, Ann. Stat. 17 (1989) 1217, doi:10.1214/aos/1176347265.
    """
    valid = ~np.isnan(values)
    x, y = days[valid], values[valid]
    if len(x) < 2 * block:
        return np.nan, np.nan
    counts = _counts(_block_draws(len(x), block, draws, seed), len(x))
    if statistic == "ols":
        slopes = _weighted_slopes(x, y[:, None], counts)[:, 0]
    else:
        slopes = _weighted_theil_sen(x, y, counts)
    low, high = np.percentile(slopes, [50 - 50 * level, 50 + 50 * level])
    return float(low), float(high)


def _weighted_theil_sen(x: Float, y: Float, counts: Float) -> Float:
    """Theil-Sen slope of each draw: the median of all pairs, each as often as it was drawn."""
    early, late = np.triu_indices(len(x), 1)
    kept = x[late] > x[early]
    early, late = early[kept], late[kept]
    slopes = (y[late] - y[early]) / (x[late] - x[early])
    order = np.argsort(slopes, kind="stable")
    slopes, early, late = slopes[order], early[order], late[order]
    found = np.empty(len(counts))
    for at, count in enumerate(counts):
        reached = np.cumsum(count[early] * count[late])
        half = reached[-1] / 2
        lower = slopes[np.searchsorted(reached, half, side="left")]
        upper = slopes[np.searchsorted(reached, half, side="right")]
        found[at] = (lower + upper) / 2
    return found


def _weighted_slopes(x: Float, y: Float, counts: Float) -> Float:
    """OLS slope of each draw and cell, float64[draw, cell], by sums over the counts."""
    valid = (~np.isnan(y)).astype(np.float64)
    level = np.nan_to_num(middle(y))
    value = np.where(valid > 0, y - level, 0.0)
    time = (x - x.mean())[:, None]
    n, sx, sy = counts @ valid, counts @ (valid * time), counts @ value
    sxx, sxy = counts @ (valid * time**2), counts @ (value * time)
    return _ratio(n * sxy - sx * sy, n * sxx - sx**2)


def bootstrap_many(
    days: Float,
    values: Float,
    *,
    block: int = BLOCK,
    draws: int = 500,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Float, Float]:
    """Percentile intervals of the OLS slopes of all cells [unit/day]; low, high float64[cell].

    Blocks are rows of the matrix, the same for every cell, so that what cells have in common stays
    so; where no value is missing it is `moving_block_bootstrap` with statistic "ols".
    """
    if len(days) < 2 * block:
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing
    counts = _counts(_block_draws(len(days), block, draws, seed), len(days))
    slopes = _weighted_slopes(days, values, counts)
    slopes[:, np.isnan(slopes).any(axis=0)] = np.nan
    low, high = np.percentile(slopes, [50 - 50 * level, 50 + 50 * level], axis=0)
    return low, high


def flag_outliers(
    values: Float, window: int = 31, least: int = 8, factor: float = 5.0
) -> tuple[Bool, float]:
    """Records far from the median of the records around them.

    |v − centred rolling median| > factor × 1.4826 × MAD of these residuals. Medians need `least`
    records.

    Returns
    -------
    bool[n], False where there is no value; and the robust standard deviation 1.4826 × MAD [unit].
    """
    valid = ~np.isnan(values)
    flags = np.zeros(len(values), bool)
    records = values[valid]
    if len(records) < least:
        return flags, np.nan
    residual = np.abs(records - _rolling_median(records, window, window // 2, least))
    spread = MAD_TO_SIGMA * float(middle(residual))
    flags[valid] = residual > factor * spread
    return flags, spread


def _rolling_median(records: Float, window: int, after: int, least: int) -> Float:
    """Median of `window` records ending `after` records later; NaN with fewer than `least`."""
    padded = np.pad(records, (window - 1 - after, after), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, window)
    enough = np.sum(~np.isnan(around), axis=1) >= least
    return np.where(enough, middle(around, axis=1), np.nan)


@dataclass(frozen=True)
class Recovery:
    """Days on which the median of 14 records stands above what it was 14 records before."""

    start: float
    end: float
    rise: float


def find_recoveries(
    days: Float, values: Float, least: float, window: int = 14
) -> tuple[Recovery, ...]:
    """Rises of the `window`-record rolling median by `least` [unit] or more over `window` records.

    Consecutive records that rise are one recovery; its rise is the largest of them.
    """
    valid = ~np.isnan(values)
    day, records = days[valid], values[valid]
    if len(records) <= window:
        return ()
    smooth = _rolling_median(records, window, 0, window)
    rise = np.full(len(records), np.nan)
    rise[window:] = smooth[window:] - smooth[:-window]
    # 3.425 V and its percentage carry rounding errors: exactly the limit counts.
    up = rise >= least * (1 - ROUNDING)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], up, [False]])))
    return tuple(
        Recovery(float(day[a]), float(day[b - 1]), float(rise[a:b].max()))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def baseline(days: Float, values: Float, span: float = 30.0) -> Float:
    """Median of the values of the first `span` days of each cell, from its own first value.

    Not the first value: one odd day would make everything after it 102 %. NaN without values.
    """
    matrix = values[:, None] if values.ndim == 1 else values
    valid = ~np.isnan(matrix)
    first = np.where(valid.any(axis=0), days[np.argmax(valid, axis=0)] if len(days) else 0.0, 0.0)
    found = middle(np.where(days[:, None] < first + span, matrix, np.nan))
    return found[0] if values.ndim == 1 else found


def adjust_p(p: Float) -> Float:
    """Benjamini-Hochberg adjusted p; NaN are no tests and stay.

    References
    ----------
    Benjamini, Hochberg, J. R. Stat. Soc. B 57 (1995) 289, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    ranked = p[order] * len(order) / np.arange(1, len(order) + 1)
    least = np.minimum.accumulate(ranked[::-1])[::-1]
    adjusted[order] = np.clip(least, p[order], 1.0)  # never below p by a rounding error
    return adjusted
