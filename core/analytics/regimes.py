"""Operating regimes: what all cells share, and the days on which it changed.

A cut-off, a current limit, an SOC window or a firmware that changes moves all cells at once. Such a
change is no ageing; trends are fitted within regimes or with an offset for each.

Days are numbers of local calendar days (since 1970-01-01 where a calendar is needed), values
float64 with NaN for "no value". Formulas: ``docs/methods.md``, section "Trends of cells".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.analytics.quality import Bool, Float, Int
from core.analytics.trend import MAD_TO_SIGMA, ROUNDING, middle

# A median over cells needs this share of them, else a missing pack would look like a change.
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class RegimeOptions:
    """How a change of regime is recognised.

    Attributes
    ----------
    window : days before and after a candidate that are compared.
    least_segment : shortest regime [days].
    least_values : values needed on each side.
    threshold : the step over its standard error that makes a change, for one series. Calibrated so
        that less than 5 % of simulated series without a change give one (270..600 days, AR(1) up
        to 0.85, yearly and half-yearly waves, missing days, 1 mV grid).
    per_doubling : added to `threshold` for each doubling of the number of series looked at.
    outlier : days further from the 31-day median than this many robust standard deviations are
        not looked at: incomplete charges, not the operating point.
    """

    window: int = 30
    least_segment: int = 14
    least_values: int = 8
    threshold: float = 4.4
    per_doubling: float = 0.2
    outlier: float = 5.0

    def __post_init__(self) -> None:
        if not 2 <= self.least_values <= self.least_segment <= self.window:
            raise ValueError("needs 2 <= least_values <= least_segment <= window")
        if self.threshold <= 0 or self.outlier <= 0 or self.per_doubling < 0:
            raise ValueError("threshold and outlier must be positive, per_doubling not negative")


@dataclass(frozen=True)
class Change:
    """A day on which the regime changed.

    Attributes
    ----------
    day : first day of the new regime.
    sources : names of the series that show it, strongest first; empty for one only declared.
    jump : step of the strongest series, in its unit; NaN where none shows it.
    score : that step over its standard error.
    declared : told by the caller.
    """

    day: float
    sources: tuple[str, ...] = ()
    jump: float = np.nan
    score: float = np.nan
    declared: bool = False


@dataclass(frozen=True)
class Regimes:
    """Changes in order, and for each day the number of its regime (int[n], from 0)."""

    changes: tuple[Change, ...]
    code: Int = field(compare=False)

    @property
    def count(self) -> int:
        """Number of regimes."""
        return len(self.changes) + 1


def common_mode(values: Float, least_share: float = LEAST_SHARE) -> Float:
    """Median over cells, day by day.

    Parameters
    ----------
    values : float64[day, cell].
    least_share : share of the cells that must have a value; below it the day is NaN. Cells
        without any value do not count.

    Returns
    -------
    float64[day].
    """
    present = ~np.isnan(values)
    alive = present.any(axis=0).sum()
    enough = present.sum(axis=1) >= max(1, least_share * alive)
    return np.where(enough, middle(values, axis=1), np.nan)


def relative_to(
    values: Float, groups: Int, least_share: float = LEAST_SHARE
) -> tuple[Float, Float]:
    """Deviation of each cell from the median of its group, day by day.

    Parameters
    ----------
    values : float64[day, cell].
    groups : int[cell], for example the pack.

    Returns
    -------
    deviation float64[day, cell], and the medians float64[day, group] in order of the group numbers.
    A day on which less than `least_share` of a group's cells have a value is NaN for all of it.
    """
    numbers = np.unique(groups)
    common = np.full((len(values), len(numbers)), np.nan)
    deviation = np.full(values.shape, np.nan)
    for at, number in enumerate(numbers):
        members = groups == number
        common[:, at] = common_mode(values[:, members], least_share)
        deviation[:, members] = values[:, members] - common[:, at, None]
    return deviation, common


def share_common(values: Float, deviation: Float) -> float:
    """Share of the variance over days that all cells of a group have in common; NaN without any.

    1 - Σ (d - mean d)² / Σ (v - mean v)², the means per cell, over days with both.
    """
    both = ~np.isnan(values) & ~np.isnan(deviation)
    total = _scatter(np.where(both, values, np.nan))
    return float(1 - _scatter(np.where(both, deviation, np.nan)) / total) if total > 0 else np.nan


def _scatter(values: Float) -> float:
    """Sum of squares about each column's mean."""
    count = np.maximum(np.sum(~np.isnan(values), axis=0), 1)
    return float(np.nansum((values - np.nansum(values, axis=0) / count) ** 2))


def find_regimes(
    days: Float,
    series: Mapping[str, Float],
    declared: Sequence[float] = (),
    options: RegimeOptions | None = None,
) -> Regimes:
    """Days on which the operating point of a system changed.

    Binary segmentation on one statistic: for every day a straight line with a step at that day is
    fitted to the `window` days before and after it, never across a change already found. The
    day with the largest step over its standard error is a change if that is above the threshold;
    then both sides are searched. The line takes up slow waves, the standard error knows that
    neighbouring days are alike. Changes that several series show within `least_segment` days are
    one, dated by the series that shows it best. Declared changes stand without a test.

    Parameters
    ----------
    days : float64[n] sorted day numbers.
    series : name -> float64[n], daily values of the whole system (`common_mode` of the cells,
        highest cell voltage, C-rate, SOC window), NaN where there is none.
    declared : first days of regimes known from elsewhere.

    Returns
    -------
    Regimes.

    References
    ----------
    Eichinger, Kirch, Bernoulli 24 (2018) 526, doi:10.3150/16-BEJ887 (moving sums);
    Fryzlewicz, Ann. Stat. 42 (2014) 2243, doi:10.1214/14-AOS1245 (binary segmentation).
    """
    options = options or RegimeOptions()
    if not len(days):
        return Regimes((), np.zeros(0, np.int64))
    day = np.floor(days).astype(np.int64)
    known = sorted(float(at) for at in set(declared) if days[0] < at <= days[-1])
    threshold = options.threshold + options.per_doubling * np.log2(max(len(series), 1))
    found = [
        Change(float(at + day[0]), (name,), jump, score)
        for name, values in series.items()
        for at, jump, score in _segment(
            _on_calendar(day, values, options.outlier),
            [int(np.floor(at)) - int(day[0]) for at in known],
            threshold,
            options,
        )
    ]
    changes = _merge(found, known, options.least_segment)
    code = np.searchsorted([change.day for change in changes], days, side="right")
    return Regimes(changes, code.astype(np.int64))


def _on_calendar(day: Int, values: Float, outlier: float) -> Float:
    """Values on a grid of whole days, outliers taken out."""
    grid = np.full(int(day[-1] - day[0]) + 1, np.nan)
    valid = ~np.isnan(values)
    grid[day[valid] - day[0]] = values[valid]
    around = np.lib.stride_tricks.sliding_window_view(np.pad(grid, 15, constant_values=np.nan), 31)
    # A day is odd only if it fits neither what was before, nor around, nor after: the first days
    # of a new regime are not.
    spans = (slice(0, 16), slice(None), slice(15, None))
    far = np.stack([np.abs(grid - middle(around[:, span], axis=1)) for span in spans])
    spread = MAD_TO_SIGMA * middle(far[1])
    # Half of the days on one value of a coarse grid: no spread to judge by.
    if spread > 0:
        grid[np.min(far, axis=0) > outlier * spread] = np.nan
    return grid


def _segment(
    grid: Float, known: Sequence[int], threshold: float, options: RegimeOptions
) -> list[tuple[int, float, float]]:
    """(index of the first day, step, score) of every change, in the order found."""
    if np.sum(~np.isnan(grid)) < 2 * options.least_values:
        return []
    bounds = sorted({0, *known, len(grid)})
    found: list[tuple[int, float, float]] = []
    while True:
        best = int(
            np.argmax(np.abs(_steps(grid, bounds, *_noise(grid, bounds, options), options)[1]))
        )
        # Noise as it would be if there were a change: else a large one hides behind itself.
        split = sorted({*bounds, best})
        jump, score = _steps(grid, bounds, *_noise(grid, split, options), options)
        strength = abs(float(score[best]))
        if not strength > threshold:
            return found
        best = _refine(grid, bounds, best, score != 0, options)
        found.append((best, float(jump[best]), strength))
        bounds = sorted({*bounds, best})


def _windows(grid: Float, bounds: Sequence[int], window: int) -> tuple[Float, Bool]:
    """For each day the days around it, float64[day, 2 window], and which lie between its bounds."""
    padded = np.pad(grid, window, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * window)[: len(grid)]
    at = np.arange(len(grid))
    which = np.searchsorted(bounds, at, side="right")
    edges = np.asarray(bounds)
    place = at[:, None] + np.arange(-window, window)
    last = np.minimum(which, len(edges) - 1)
    inside = (place >= edges[which - 1, None]) & (place < edges[last, None])
    return around, inside & ~np.isnan(around)


def _fit_steps(around: Float, used: Bool) -> tuple[Float, Float, Float]:
    """Step, its unit variance and residuals of a line with a step in the middle, row by row."""
    window = around.shape[1] // 2
    count = np.maximum(used.sum(axis=1), 1)[:, None]
    place = np.arange(-window, window, dtype=np.float64)

    def centred(row: Float) -> Float:
        row = np.where(used, row, 0.0)
        found: Float = np.where(used, row - row.sum(axis=1, keepdims=True) / count, 0.0)
        return found

    time, after = centred(place / window), centred(np.where(place >= 0, 1.0, 0.0))
    y = centred(around)
    tt, ss = np.sum(time**2, axis=1), np.sum(after**2, axis=1)
    ts, ty, sy = (np.sum(a * b, axis=1) for a, b in ((time, after), (time, y), (after, y)))
    whole = tt * ss - ts**2
    safe = np.where(whole > ROUNDING * tt * ss, whole, np.inf)  # no step can be told: it is 0
    step, unit = (tt * sy - ts * ty) / safe, tt / safe
    slope = np.where(np.isinf(safe), ty / np.where(tt > 0, tt, np.inf), (ss * ty - ts * sy) / safe)
    return step, unit, y - slope[:, None] * time - step[:, None] * after


def _enough(used: Bool, inside_days: Bool, options: RegimeOptions) -> Bool:
    """Rows with enough values, and enough days to a bound, on both sides."""
    window = used.shape[1] // 2
    left, right = slice(0, window), slice(window, None)
    enough: Bool = (
        (used[:, left].sum(axis=1) >= options.least_values)
        & (used[:, right].sum(axis=1) >= options.least_values)
        & (inside_days[:, left].sum(axis=1) >= options.least_segment)
        & (inside_days[:, right].sum(axis=1) >= options.least_segment)
    )
    return enough


def _noise(grid: Float, bounds: Sequence[int], options: RegimeOptions) -> tuple[float, float]:
    """Kinship of neighbouring days (lag-1 autocorrelation) and least standard deviation.

    The median over all windows, so that the few that hold a change do not count. Residuals of a
    fit with k parameters to m days are less alike than the noise is, by about (1 + 2r) k / m.
    """
    around, used = _windows(grid, bounds, options.window)
    _, _, residual = _fit_steps(around, used)
    count = used.sum(axis=1)
    power = np.sum(residual**2, axis=1)
    pairs = np.sum(residual[:, 1:] * residual[:, :-1], axis=1)
    share = np.sum(used[:, 1:] & used[:, :-1], axis=1) / np.maximum(count - 1, 1)
    distinct = np.diff(np.unique(grid[~np.isnan(grid)]))
    exact = count * (ROUNDING * np.nanmax(np.abs(grid))) ** 2
    good = (count >= 2 * options.least_values) & (power > exact) & (share > 0.25)
    grain = float(distinct.min()) / np.sqrt(12) if len(distinct) else 0.0
    if not good.any():
        return 0.0, grain
    alike = float(np.median(pairs[good] / power[good] / share[good]))
    alike += (1 + 2 * max(alike, 0.0)) * 3 / float(np.median(count[good]))
    typical = float(np.median(np.sqrt(power[good] / (count[good] - 3))))
    return float(np.clip(alike, 0.0, 0.9)), max(grain, typical / 2)


def _steps(
    grid: Float, bounds: Sequence[int], kinship: float, noise: float, options: RegimeOptions
) -> tuple[Float, Float]:
    """Step at each day and its size over its standard error; 0 where it cannot be judged."""
    around, used = _windows(grid, bounds, options.window)
    inside = _windows(np.zeros_like(grid), bounds, options.window)[1]
    good = _enough(used, inside, options) & ~np.isnan(grid)
    jump, unit, residual = _fit_steps(around, used)
    free = np.maximum(used.sum(axis=1) - 3, 1)
    sigma = np.maximum(np.sqrt(np.sum(residual**2, axis=1) / free), noise)
    error = sigma * np.sqrt(np.maximum(unit, 0) * (1 + kinship) / (1 - kinship))
    score = np.divide(jump, error, out=np.zeros_like(jump), where=good & (error > 0))
    return jump, score


def _refine(
    grid: Float, bounds: Sequence[int], best: int, judged: Bool, options: RegimeOptions
) -> int:
    """The day near `best` where a step leaves least to explain of one and the same window.

    Seen from each day's own window the largest step may lie a day or two beside.
    """
    around, used = _windows(grid, bounds, options.window)
    values, window = np.where(used, around, np.nan)[best], options.window
    valid = ~np.isnan(values)
    least = (np.inf, best)
    for shift in range(-(options.least_segment // 2), options.least_segment // 2 + 1):
        at = best + shift
        if not 0 <= at < len(grid) or not judged[at]:
            continue
        sides = np.arange(-window, window) >= shift
        base = np.stack([np.ones(2 * window), np.arange(-window, window), sides], axis=1)[valid]
        fit = np.linalg.lstsq(base, values[valid], rcond=None)[0]
        least = min(least, (float(np.sum((values[valid] - base @ fit) ** 2)), at))
    return least[1]


def _merge(found: list[Change], known: Sequence[float], apart: int) -> tuple[Change, ...]:
    """One change where several series, or a declaration, tell of the same."""
    kept = [Change(day, declared=True) for day in known]
    for change in sorted(found, key=lambda item: -item.score):
        near = [i for i, other in enumerate(kept) if abs(other.day - change.day) < apart]
        if not near:
            kept.append(change)
            continue
        i = min(near, key=lambda at: abs(kept[at].day - change.day))
        old = kept[i]
        first = not old.sources
        kept[i] = Change(
            old.day,
            (*old.sources, *(name for name in change.sources if name not in old.sources)),
            change.jump if first else old.jump,
            change.score if first else old.score,
            old.declared,
        )
    return tuple(sorted(kept, key=lambda item: item.day))
