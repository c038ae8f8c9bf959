"""Which samples of a series to draw: arrays in, indices out, never data.

A series is cut into segments where a line must not be drawn: at gaps in time (`find_gaps`) and at
rows without a value. Every segment is reduced on its own, so no reducer ever sees a gap, and
``tsdownsample``, which does not check its input, only sees finite values on strictly increasing
time stamps. Time stamps are int64 microseconds since the epoch, UTC; values are float64.

References
----------
S. Steinarsson, Downsampling Time Series for Visual Representation, MSc thesis, University of
Iceland, 2013 (LTTB). U. Jugel et al., M4: A Visualization-Oriented Time Series Data Aggregation,
PVLDB 7(10), 2014, doi:10.14778/2732951.2732953. J. Van Der Donckt et al., MinMaxLTTB,
arXiv:2305.00332.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tsdownsample import LTTBDownsampler, MinMaxLTTBDownsampler

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

REDUCERS: tuple[str, ...] = ("lttb", "minmaxlttb", "minmax", "m4")

GAP_FACTOR = 4.0
"""A step longer than this many typical steps is a gap."""
GAP_MINIMUM = 1_000_000
"""No step up to this long is ever a gap [µs]: the jitter of readings faster than one a second."""

GAP_NEIGHBOURS = 8
"""Steps on either side that tell the rate of reading around a step."""
_BESIDE = np.arange(1, GAP_NEIGHBOURS + 1)

SECOND = 1_000_000
DAY = 86_400 * SECOND


# --- one segment -------------------------------------------------------------------------------
# x is taken from its first value on, because tsdownsample computes areas in float64 and
# microseconds since 1970 would cost six digits of them. Its MinMax and M4 are not used: with x
# they drop the last sample where it is alone in its bin or where rounding puts the last edge
# before it, and panic (which is no Exception) on a single bin.


def lttb_indices(x: Ints, y: Floats, points: int) -> Ints:
    """Largest-Triangle-Three-Buckets over one segment.

    Buckets hold equal numbers of samples, the first and the last sample are kept. The centroid
    of the next bucket has its mean y and the middle of its first and last x, which is the mean x
    of regular samples.

    Parameters
    ----------
    x : int64[n], strictly increasing [µs, or any unit].
    y : float64[n], finite.
    points : how many to keep, 3 or more.

    Returns
    -------
    int64[min(n, points)], ascending.

    Raises
    ------
    ValueError
        Fewer than 3 points.
    """
    _at_least(points, 3)
    if len(x) <= points:
        return np.arange(len(x))
    return _unique(LTTBDownsampler().downsample(x - x[0], y, n_out=points))


def minmaxlttb_indices(x: Ints, y: Floats, points: int) -> Ints:
    """LTTB over the extremes of 2 · `points` equal bins of time, arXiv:2305.00332.

    Plain `lttb_indices` where there are fewer than five samples for each point. Parameters as
    there; where bins are empty or flat fewer than `points` are returned. The bins are those of
    tsdownsample, rounding included, which may cost the last candidate but one.
    """
    _at_least(points, 3)
    if len(x) <= points:
        return np.arange(len(x))
    return _unique(MinMaxLTTBDownsampler().downsample(x - x[0], y, n_out=points, minmax_ratio=4))


def minmax_indices(x: Ints, y: Floats, points: int) -> Ints:
    """First minimum and first maximum of each of `points` // 2 equal bins of time.

    Parameters as `lttb_indices`, `points` 2 or more. The segment's ends are not kept as such.
    """
    _at_least(points, 2)
    if len(x) <= points:
        return np.arange(len(x))
    chosen: list[np.intp] = []
    for a, b in pairwise(_cuts(x, points // 2)):
        chosen += (a + y[a:b].argmin(), a + y[a:b].argmax())
    return _unique(chosen)


def m4_indices(x: Ints, y: Floats, points: int) -> Ints:
    """First, last, first minimum and first maximum of each of `points` // 4 equal bins of time.

    Parameters as `lttb_indices`, `points` 4 or more. With one bin a pixel the line drawn is the
    line of all samples, doi:10.14778/2732951.2732953.
    """
    _at_least(points, 4)
    if len(x) <= points:
        return np.arange(len(x))
    chosen: list[np.intp] = []
    for a, b in pairwise(_cuts(x, points // 4)):
        chosen += (a, a + y[a:b].argmin(), a + y[a:b].argmax(), b - 1)
    return _unique(chosen)


def _cuts(x: Ints, bins: int) -> list[np.intp]:
    """Where each non-empty one of `bins` equal bins of x begins, and len(x); edges close a bin."""
    whole, rest = divmod(int(x[-1] - x[0]), bins)
    k = np.arange(1, bins)
    # length * k // bins, without the product that might not fit.
    edges = x[0] + whole * k + rest * k // bins
    return list(np.unique(np.concatenate(([0], np.searchsorted(x, edges, "right"), [len(x)]))))


def _at_least(points: int, least: int) -> None:
    if points < least:
        raise ValueError(f"points is {points}, must be {least} or more")


def _unique(indices: NDArray[np.integer] | Sequence[np.intp]) -> Ints:
    return np.unique(np.asarray(indices, dtype=np.int64))


@dataclass(frozen=True)
class _Reducer:
    """How a method fits into a segment whose two ends are kept in any case."""

    select: Callable[[Ints, Floats, int], Ints]
    unit: int  # points come in multiples of this
    least: int  # points a segment starts from where the budget allows
    aside: int  # points set aside for the ends, where `select` does not choose them


_REDUCERS = {
    "lttb": _Reducer(lttb_indices, unit=1, least=2, aside=0),
    "minmaxlttb": _Reducer(minmaxlttb_indices, unit=1, least=2, aside=0),
    "minmax": _Reducer(minmax_indices, unit=2, least=2, aside=2),
    "m4": _Reducer(m4_indices, unit=4, least=4, aside=0),
}


# --- gaps --------------------------------------------------------------------------------------


def find_gaps(ts: Ints, factor: float = GAP_FACTOR, minimum: int = GAP_MINIMUM) -> Bools:
    """Where a line must not join two neighbours, because readings are missing between them.

    A step is a gap when it is longer than `minimum` and than `factor` typical steps, both of the
    whole and of the eight steps before or after it: a source that is read at two rates has no
    gaps where it is read at the slower one. Typical is the lower median of the steps that are not
    zero, so that one outage in a handful of readings does not raise it.

    Parameters
    ----------
    ts : int64[n], ascending [µs].
    factor : typical steps that may still be bridged.
    minimum : step that may always be bridged [µs].

    Returns
    -------
    bool[n-1] (bool[0] for n = 0): True between rows i and i+1 where the line must break.
    """
    steps = np.diff(ts)
    positive = steps if steps.size and steps.min() > 0 else steps[steps > 0]
    if not positive.size:
        return np.zeros(steps.shape, dtype=np.bool_)
    # The median is the smallest step or more: without a long one it need not be known.
    smallest = positive.min()
    if positive.max() <= max(factor * smallest, minimum):
        return np.zeros(steps.shape, dtype=np.bool_)
    gaps: Bools = steps > max(factor * _lower_median(positive, smallest), minimum)
    for i in np.array_split(np.flatnonzero(gaps), np.count_nonzero(gaps) // 10_000 + 1):
        gaps[i] = steps[i] > factor * _typical_around(steps, i)
    return gaps


def _typical_around(steps: Ints, at: Ints) -> Ints:
    """The larger of the typical steps before and after each of those at `at`; 0 without any."""
    sides = [_typical_at(steps, at[:, None] + sign * _BESIDE) for sign in (-1, 1)]
    return np.maximum(*sides)


def _typical_at(steps: Ints, where: Ints) -> Ints:
    """Lower median of the steps at each row of positions, zeros and outside ones left out."""
    inside = (where >= 0) & (where < steps.size)
    near = np.sort(np.where(inside, steps[np.clip(where, 0, steps.size - 1)], 0), axis=1)
    zeros = np.count_nonzero(near == 0, axis=1)
    middle = zeros + np.maximum(near.shape[1] - zeros - 1, 0) // 2
    typical: Ints = near[np.arange(len(near)), np.minimum(middle, near.shape[1] - 1)]
    return typical


def _lower_median(steps: Ints, smallest: np.int64) -> int:
    middle = (steps.size - 1) // 2
    # Regular sampling is the usual case, and counting takes a sixtieth of partitioning.
    if np.count_nonzero(steps == smallest) > middle:
        return int(smallest)
    return int(np.partition(steps, middle)[middle])


def _barriers(ts: Ints, drawable: Bools, gap: int | None) -> Ints:
    """Rows behind which the line is interrupted: before a gap, and those without a value."""
    if gap is not None and gap <= 0:
        raise ValueError(f"gap is {gap} µs, must be above 0")
    gaps = find_gaps(ts) if gap is None else np.diff(ts) > gap
    interrupted = ~drawable
    interrupted[:-1] |= gaps
    return np.flatnonzero(interrupted)


def find_breaks(ts: Ints, value: Floats, indices: Ints, *, gap: int | None = None) -> Bools:
    """Where the line through reduced samples must break: a gap or a missing value lies between.

    To be asked with the full arrays, since the steps between reduced samples say nothing about
    what was missing. Made for `with_breaks`.

    Parameters
    ----------
    ts, value, gap : as given to `reduce_indices`.
    indices : int64[k], its answer.

    Returns
    -------
    bool[k-1] (bool[0] for k = 0), between neighbours in the order of time.

    Raises
    ------
    ValueError
        An index whose row is overruled by a later one with the same time stamp.
    """
    order = _order(ts)
    if order is None:
        at = np.asarray(indices, dtype=np.int64)
    else:
        place = np.full(len(ts), -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        at = np.sort(place[indices])
        if at.size and at[0] < 0:
            raise ValueError("indices name a row that a later one with the same ts overrules")
        ts, value = ts[order], value[order]
    return np.diff(np.searchsorted(_barriers(ts, np.isfinite(value), gap), at)) > 0


def with_breaks(ts: Ints, arrays: Sequence[Floats], gaps: Bools) -> tuple[Ints, list[Floats]]:
    """Insert a row without values into every gap, so that a chart's line stops there.

    Parameters
    ----------
    ts : int64[n], ascending [µs].
    arrays : float64[n] each, the columns drawn over `ts`.
    gaps : bool[n-1], from `find_gaps` or `find_breaks`.

    Returns
    -------
    ts : int64[n + g], the new rows midway between their neighbours.
    arrays : float64[n + g] each, NaN in the new rows.

    Raises
    ------
    ValueError
        Lengths that do not fit each other.
    """
    if len(gaps) != max(len(ts) - 1, 0) or any(len(a) != len(ts) for a in arrays):
        raise ValueError("arrays must be as long as ts, and gaps one shorter")
    before = np.flatnonzero(gaps)
    middle = ts[before] + (ts[before + 1] - ts[before]) // 2
    columns = [np.insert(np.asarray(a, dtype=np.float64), before + 1, np.nan) for a in arrays]
    return np.insert(ts, before + 1, middle), columns


# --- the whole window --------------------------------------------------------------------------


def reduce_indices(
    ts: Ints,
    value: Floats,
    max_points: int,
    method: str = "minmaxlttb",
    *,
    gap: int | None = None,
) -> Ints:
    """Samples to draw so that the picture of a series keeps its shape, its gaps and its peaks.

    Rows are first put in order of time; of rows with the same time stamp the last one in the
    input stands. Rows that cannot be drawn (NaN, ±inf) are left out and break the line. The rest
    is returned whole where it fits. Otherwise every segment keeps its first and last sample, the
    remaining points are shared in proportion to the segments' length in time (points follow
    pixels), and `method` chooses them. The first global minimum and the first global maximum in
    time are always added, in exchange for the points with the smallest triangles. Fewer than
    `max_points` come back where bins are empty or flat, and where `method` takes its points in
    pairs or fours.

    Where the extremes and all segment ends alone exceed `max_points`, exactly `max_points` are
    returned: the extremes, then both ends of the longest segments in time; segments of equal
    length are taken evenly over the window. Segments left out are not drawn, and not bridged.

    Parameters
    ----------
    ts : int64[n] [µs].
    value : float64[n].
    max_points : upper bound of k, 2 or more.
    method : one of `REDUCERS`.
    gap : step above which neighbours are not joined [µs]; None: inferred by `find_gaps`.

    Returns
    -------
    int64[k], k <= `max_points`: indices into `ts`, ascending and unique. (For input out of order
    they ascend by row, not by time.)

    Raises
    ------
    ValueError
        Unknown method, `max_points` below 2, `gap` not above 0, or arrays of different length.
    """
    if method not in _REDUCERS:
        raise ValueError(f"method is {method!r}, must be one of {', '.join(REDUCERS)}")
    _at_least(max_points, 2)
    if len(ts) != len(value):
        raise ValueError(f"ts has {len(ts)} rows, value has {len(value)}")
    order = _order(ts)
    t, v = (ts, value) if order is None else (ts[order], value[order])
    drawable = np.isfinite(v)
    barriers = _barriers(t, drawable, gap)
    rows = np.flatnonzero(drawable)
    if len(rows) > max_points:
        # After a barrier the next row with a value opens a segment.
        starts = np.union1d([0], np.searchsorted(rows, barriers, side="right"))
        starts = starts[starts < len(rows)].astype(np.int64)
        if len(rows) < len(t):
            t, v = t[rows], v[rows]
        t, v = np.ascontiguousarray(t), np.ascontiguousarray(v)
        rows = rows[_reduce_segments(t, v, starts, max_points, _REDUCERS[method])]
    return rows if order is None else np.sort(order[rows])


def _order(ts: Ints) -> Ints | None:
    """Rows by time, of equal time stamps only the last; None where that is the input's order."""
    if not (ts[1:] <= ts[:-1]).any():
        return None
    order = np.argsort(ts, kind="stable")
    ordered = ts[order]
    standing: Ints = order[np.append(ordered[1:] != ordered[:-1], True)]
    return standing


def _reduce_segments(t: Ints, v: Floats, starts: Ints, max_points: int, by: _Reducer) -> Ints:
    """Positions to keep of more than `max_points` finite samples in order, cut at `starts`."""
    lasts = np.append(starts[1:], len(t)) - 1
    extremes = _unique([v.argmin(), v.argmax()])
    ends = np.union1d(starts, lasts)
    fixed = np.union1d(ends, extremes)
    if len(fixed) >= max_points:
        return _longest_ends(t, starts, lasts, extremes, max_points)
    keep = np.zeros(len(t), dtype=np.bool_)
    keep[fixed] = True
    points = _points_per_segment(t, starts, lasts, max_points, by)
    # Segments of one or two points are their ends, which are kept already.
    for i in np.flatnonzero(points > 2):
        inside = slice(starts[i], lasts[i] + 1)
        if points[i] > lasts[i] - starts[i]:
            keep[inside] = True
        else:
            keep[inside][by.select(t[inside], v[inside], int(points[i]) - by.aside)] = True
    return _without_least(t, v, np.flatnonzero(keep), fixed, max_points)


def _points_per_segment(t: Ints, starts: Ints, lasts: Ints, max_points: int, by: _Reducer) -> Ints:
    """Points each segment may have, together at most `max_points`: its ends, and its share."""
    size = lasts - starts + 1
    least, unit = np.minimum(size, by.least), by.unit
    if least.sum() > max_points:
        least, unit = np.minimum(size, 2), min(by.unit, 2)
    room = -(-(size - least) // unit)
    span = np.maximum(t[lasts] - t[starts], 1).astype(np.float64)
    shares = _share(span, room, (max_points - int(least.sum())) // unit)
    points: Ints = np.minimum(size, least + unit * shares)
    return points


def _share(weight: Floats, room: Ints, units: int) -> Ints:
    """Whole units, fewer than there is room for, in proportion to weight and none above its room.

    What a full one cannot take goes to the others; fractions go to the largest remainders.
    """
    order = np.argsort(room / weight, kind="stable")
    w, r = weight[order], room[order]
    # Units per weight if all before this rank are full: the first rank that can hold its part.
    level = (units - (np.cumsum(r) - r)) / np.cumsum(w[::-1])[::-1]
    part = np.minimum(room, level[np.argmax(r >= level * w)] * weight)
    whole: Ints = np.floor(part).astype(np.int64)
    remainder = np.where(whole < room, part - whole, -1.0)
    whole[np.argsort(-remainder, kind="stable")[: units - int(whole.sum())]] += 1
    return whole


def _longest_ends(t: Ints, starts: Ints, lasts: Ints, extremes: Ints, max_points: int) -> Ints:
    """The extremes, then both ends of the segments longest in time, `max_points` in all."""
    # Multiples of the golden section, modulo 1, spread any number of equals evenly.
    spread = np.arange(len(starts)) * 0.6180339887498949 % 1.0
    longest = np.lexsort((spread, -(t[lasts] - t[starts])))
    ends = np.column_stack((starts, lasts))[longest].ravel()
    _, first_seen = np.unique(ends, return_index=True)
    ends = ends[np.sort(first_seen)]
    ends = ends[~np.isin(ends, extremes)]
    return np.sort(np.append(extremes, ends[: max_points - len(extremes)]))


def _without_least(t: Ints, v: Floats, kept: Ints, fixed: Ints, max_points: int) -> Ints:
    """Drop what is above `max_points`, smallest triangles with their neighbours first."""
    excess = len(kept) - max_points
    if excess <= 0:
        return kept
    # A point that is not fixed lies between the ends of its segment: both neighbours are there.
    loose = np.flatnonzero(~np.isin(kept, fixed))
    a, b, c = kept[loose - 1], kept[loose], kept[loose + 1]
    with np.errstate(over="ignore", invalid="ignore"):  # values near 1e308: any choice is fair
        area = np.abs((t[b] - t[a]) * (v[c] - v[a]) - (t[c] - t[a]) * (v[b] - v[a]))
    return np.delete(kept, loose[np.argsort(area, kind="stable")[:excess]])


# --- aggregated buckets ------------------------------------------------------------------------


def column_of(ts: Ints, start: int, end: int, columns: int) -> Ints:
    """Column of the picture each time stamp falls into, when [start, end) is `columns` wide.

    Columns lie on the pixels of the window, not on the clock: what shares a column shares a
    pixel, so that reducing by columns changes no pixel but at their seams.
    """
    at: Ints = np.clip((ts - start) * columns // (end - start), 0, columns - 1)
    return at


def m4_columns(ts: Ints, value: Floats, start: int, end: int, columns: int) -> Ints:
    """Indices of the first, last, least and greatest reading of each column of the picture.

    A line through these looks, on `columns` pixels, like the line through all readings: the M4
    aggregation of Jugel et al., PVLDB 7 (2014) 797, doi:10.14778/2732951.2732953.

    Parameters
    ----------
    ts : int64[n], ascending [µs].
    value : float64[n], finite.

    Returns
    -------
    int64[k], ascending, k <= 4 × `columns`.
    """
    if not len(ts):
        return np.empty(0, np.int64)
    at = column_of(ts, start, end, columns)
    first = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    last = np.append(first[1:], len(at)) - 1
    order = np.lexsort((value, at))  # by column, then by value
    return np.unique(np.concatenate([first, last, order[first], order[last]]))
