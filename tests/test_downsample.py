"""core.downsample against slow readable twins, the lttb package, and reference indices."""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import lttb
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.downsample import (
    DAY,
    REDUCERS,
    SECOND,
    Floats,
    Ints,
    _share,
    column_of,
    find_breaks,
    find_gaps,
    lttb_indices,
    m4_columns,
    m4_indices,
    minmax_indices,
    minmaxlttb_indices,
    reduce_indices,
    with_breaks,
)

MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
EPOCH_2024 = 1_704_067_200 * SECOND
SEGMENT_FUNCTIONS: dict[str, Callable[[Ints, Floats, int], Ints]] = {
    "lttb": lttb_indices,
    "minmaxlttb": minmaxlttb_indices,
    "minmax": minmax_indices,
    "m4": m4_indices,
}

# On a loaded machine an example may take its time.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- slow readable twins -----------------------------------------------------------------------


def equal_count_edges(n: int, points: int) -> list[int]:
    """Edges of the points - 2 buckets between the first and the last of n samples."""
    every = (n - 2) / (points - 2)
    return [int(every * i) + 1 for i in range(points - 1)]


def array_split_edges(n: int, points: int) -> list[int]:
    """Edges as numpy.array_split sets them: the longer buckets come first."""
    size, longer = divmod(n - 2, points - 2)
    return [1 + i * size + min(i, longer) for i in range(points - 1)]


def slow_lttb(x: list[int], y: list[float], points: int, edges: list[int]) -> list[int]:
    if len(x) <= points:
        return list(range(len(x)))
    chosen = [0]
    for i in range(points - 2):
        a = chosen[-1]
        following = range(edges[i + 1], edges[i + 2]) if i < points - 3 else [len(x) - 1]
        cx = (x[following[0]] + x[following[-1]]) / 2
        cy = sum(y[j] for j in following) / len(following)
        best, largest = edges[i], -1.0
        for j in range(edges[i], edges[i + 1]):
            # Twice the area, in the order of terms of tsdownsample, so that ties round alike.
            dx, dy = x[a] - cx, cy - y[a]
            area = abs(dx * y[j] + dy * x[j] - (dx * y[a] + dy * x[a]))
            if area > largest:
                best, largest = j, area
        chosen.append(best)
    return [*chosen, len(x) - 1]


def time_bins(x: list[int], bins: int) -> list[list[int]]:
    """Positions in each non-empty one of `bins` equal bins of x; an edge closes its bin."""
    held: dict[int, list[int]] = {}
    for i, at in enumerate(x):
        inside = [b for b in range(bins) if (at - x[0]) * bins <= (x[-1] - x[0]) * (b + 1)]
        held.setdefault(inside[0], []).append(i)
    return list(held.values())


def library_bins(x: list[int], bins: int) -> list[list[int]]:
    """The same as tsdownsample cuts them: rounded edges, no bin for one sample on its edge."""
    held, start = [], 0
    for b in range(bins):
        edge = int(x[0] + (x[-1] / bins - x[0] / bins) * (b + 1))
        if x[start] < edge:
            held.append([i for i in range(start, len(x)) if x[i] <= edge])
            start = held[-1][-1] + 1
    return held


def extremes(positions: list[int], y: list[float]) -> list[int]:
    """First minimum and first maximum."""
    return [min(positions, key=lambda i: y[i]), max(positions, key=lambda i: y[i])]


def slow_minmax(x: list[int], y: list[float], points: int) -> list[int]:
    if len(x) <= points:
        return list(range(len(x)))
    return sorted({i for held in time_bins(x, points // 2) for i in extremes(held, y)})


def slow_m4(x: list[int], y: list[float], points: int) -> list[int]:
    if len(x) <= points:
        return list(range(len(x)))
    bins = time_bins(x, points // 4)
    return sorted({i for held in bins for i in (held[0], *extremes(held, y), held[-1])})


def slow_minmaxlttb(x: list[int], y: list[float], points: int) -> list[int]:
    if len(x) // points <= 4:
        return slow_lttb(x, y, points, equal_count_edges(len(x), points))
    offered = [0]
    for held in library_bins(x[1:-1], 2 * points):
        inner = held if len(held) <= 2 else sorted(extremes(held, y[1:-1]))
        offered += [i + 1 for i in inner]
    offered.append(len(x) - 1)
    edges = equal_count_edges(len(offered), points)
    chosen = slow_lttb([x[i] for i in offered], [y[i] for i in offered], points, edges)
    return sorted({offered[i] for i in chosen})


def slow_segments(ts: Ints, value: Floats, gap: int | None) -> list[list[int]]:
    """Runs of original indices that one line may join, in order of time."""
    latest = {int(t): i for i, t in enumerate(ts)}
    order = [latest[t] for t in sorted(latest)]
    gaps = find_gaps(ts[order]) if gap is None else np.diff(ts[order]) > gap
    runs: list[list[int]] = [[]]
    for position, i in enumerate(order):
        if position and gaps[position - 1]:
            runs.append([])
        if math.isfinite(value[i]):
            runs[-1].append(i)
        else:
            runs.append([])
    return [run for run in runs if run]


def slow_m4_columns(ts: Ints, value: Floats, start: int, end: int, columns: int) -> list[int]:
    """First, last, least and greatest of each column, reading by reading."""
    rows: dict[int, list[int]] = {}
    for i, moment in enumerate(ts.tolist()):
        rows.setdefault(min((moment - start) * columns // (end - start), columns - 1), []).append(i)
    kept = set()
    for members in rows.values():
        kept |= {members[0], members[-1]}
        kept.add(min(members, key=lambda i: (value[i], i)))
        kept.add(max(members, key=lambda i: (value[i], i)))
    return sorted(kept)


# --- input -------------------------------------------------------------------------------------


@st.composite
def segments(draw: st.DrawFn, most: int = 120) -> tuple[Ints, Floats]:
    """One segment: strictly increasing ts, small whole values, so that sums are exact."""
    value = draw(st.lists(st.integers(-8, 8), min_size=1, max_size=most))
    steps = draw(
        st.one_of(
            st.just([MINUTE] * len(value)),
            st.lists(
                st.integers(1, 5).map(lambda k: k * 10 * SECOND),
                min_size=len(value),
                max_size=len(value),
            ),
        )
    )
    ts = EPOCH_2024 + np.cumsum(np.array(steps, dtype=np.int64))
    return ts, np.array(value, dtype=np.float64)


@st.composite
def windows(draw: st.DrawFn, most: int = 150) -> tuple[Ints, Floats]:
    """Anything a source can hold: gaps, NaN, inf, duplicates, out of order, huge values."""
    n = draw(st.integers(0, most))
    step = st.sampled_from([MINUTE] * 6 + [30 * SECOND, HOUR, DAY, 0, -3 * MINUTE])
    number = st.one_of(
        st.integers(-3, 3).map(float),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([math.nan] * 2 + [math.inf, -math.inf]),
    )
    steps = draw(st.lists(step, min_size=n, max_size=n))
    value = draw(st.lists(number, min_size=n, max_size=n))
    ts = EPOCH_2024 + np.cumsum(np.array(steps, dtype=np.int64))
    return ts, np.array(value, dtype=np.float64)


def regular(n: int, seed: int = 0) -> tuple[Ints, Floats]:
    ts = EPOCH_2024 + np.arange(n, dtype=np.int64) * MINUTE
    return ts, np.random.default_rng(seed).normal(size=n).cumsum()


# --- one segment: equal to the twins -----------------------------------------------------------


@unhurried
@given(segments(), st.integers(3, 40))
def test_lttb_equals_its_twin(series: tuple[Ints, Floats], points: int) -> None:
    x, y = series
    edges = equal_count_edges(len(x), points)
    assert lttb_indices(x, y, points).tolist() == slow_lttb(
        (x - x[0]).tolist(), y.tolist(), points, edges
    )


@unhurried
@given(segments(), st.integers(2, 40))
def test_minmax_equals_its_twin(series: tuple[Ints, Floats], points: int) -> None:
    x, y = series
    assert minmax_indices(x, y, points).tolist() == slow_minmax(x.tolist(), y.tolist(), points)


@unhurried
@given(segments(), st.integers(4, 40))
def test_m4_equals_its_twin(series: tuple[Ints, Floats], points: int) -> None:
    x, y = series
    assert m4_indices(x, y, points).tolist() == slow_m4(x.tolist(), y.tolist(), points)


@unhurried
@given(segments(most=300), st.integers(3, 20))
def test_minmaxlttb_equals_its_twin(series: tuple[Ints, Floats], points: int) -> None:
    x, y = series
    x = x - x[0]
    got = minmaxlttb_indices(x, y, points).tolist()
    assert got == slow_minmaxlttb(x.tolist(), y.tolist(), points)


@unhurried
@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(3, 40))
def test_lttb_equals_the_lttb_package(seed: int, per_bucket: int, points: int) -> None:
    # Where the buckets come out equal both cut them alike, and regular x has its mean midway.
    n = 2 + per_bucket * (points - 2)
    y = np.random.default_rng(seed).normal(size=n)
    x = np.arange(n, dtype=np.int64)
    reference = lttb.downsample(np.column_stack((x, y)), points)
    assert lttb_indices(x, y, points).tolist() == reference[:, 0].astype(int).tolist()


@unhurried
@given(st.integers(0, 2**32), st.integers(4, 300), st.integers(3, 40))
def test_the_lttb_package_differs_only_in_its_bucket_edges(seed: int, n: int, points: int) -> None:
    assume(n > points)
    y = np.random.default_rng(seed).normal(size=n)
    x = np.arange(n, dtype=np.int64)
    reference = lttb.downsample(np.column_stack((x, y)), points)[:, 0].astype(int).tolist()
    twin = slow_lttb(x.tolist(), y.tolist(), points, array_split_edges(n, points))
    assert reference == twin


@pytest.mark.shared
@pytest.mark.parametrize("method", REDUCERS)
def test_reference_indices_of_a_real_meter(shared: Path, method: str) -> None:
    expected = json.loads((shared / "reference/expected_numbers.json").read_text(encoding="utf-8"))
    source = shared / "data/raw_layout/meter/lastgang/com_ap.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        y = np.array([float(row["com_ap"]) for row in csv.DictReader(lines)])
    assert len(y) == 35136
    got = SEGMENT_FUNCTIONS[method](np.arange(len(y)), y, 100)
    assert got.tolist() == expected["lastgang_downsample_100"][method]


def test_by_hand() -> None:
    x = np.arange(9, dtype=np.int64) * MINUTE
    y = np.array([0, 0, 5, 0, 0, 0, -3, 0, 0], dtype=np.float64)
    assert minmax_indices(x, y, 2).tolist() == [2, 6]
    assert m4_indices(x, y, 4).tolist() == [0, 2, 6, 8]
    # Bins of 4 min: rows 0-4 and 5-8, first of equal values first.
    assert minmax_indices(x, y, 4).tolist() == [0, 2, 5, 6]
    assert m4_indices(x, y, 8).tolist() == [0, 2, 4, 5, 6, 8]
    # Buckets 1-3 and 4-7, centroid (5.5, -3/4), then the last row.
    assert lttb_indices(x, y, 4).tolist() == [0, 2, 6, 8]


def test_the_last_sample_has_a_bin() -> None:
    # Alone behind the last edge, and where 502 / 7 * 7 comes out below 502.
    x = np.array([0, 10, 20, 30, 40, 50, 100], dtype=np.int64)
    y = np.array([0, 1, 2, 3, 4, 5, 99], dtype=np.float64)
    assert minmax_indices(x, y, 4).tolist() == [0, 5, 6]
    x = np.arange(503, dtype=np.int64)
    assert int(502 / 7 * 7) < 502
    assert minmax_indices(x, x.astype(np.float64), 14)[-1] == 502
    assert m4_indices(x, x.astype(np.float64), 28)[-1] == 502


def test_bins_of_a_long_segment_do_not_overflow() -> None:
    # A century in microseconds, times 4000 bins, is beyond int64.
    x = np.arange(12_000, dtype=np.int64) * (36525 * DAY // 12_000)
    assert int(x[-1]) * 4000 > np.iinfo(np.int64).max
    got = minmax_indices(x, np.arange(12_000.0), 8_000)
    # The first bin closes with sample 2, and every other one holds three.
    assert got.tolist() == [i for i in range(12_000) if i % 3 != 1]


@pytest.mark.parametrize(
    ("method", "least"), [("lttb", 3), ("minmaxlttb", 3), ("minmax", 2), ("m4", 4)]
)
def test_too_few_points_for_a_method(method: str, least: int) -> None:
    x, y = regular(10)
    with pytest.raises(ValueError, match=f"must be {least} or more"):
        SEGMENT_FUNCTIONS[method](x, y, least - 1)
    assert len(SEGMENT_FUNCTIONS[method](x, y, least)) <= least


# --- the whole window --------------------------------------------------------------------------


@pytest.mark.parametrize("method", REDUCERS)
@settings(unhurried, max_examples=60)
@given(windows(), st.integers(2, 60), st.sampled_from([None, 1, 30 * SECOND, HOUR]))
def test_promises_hold_for_any_window(
    method: str, series: tuple[Ints, Floats], max_points: int, gap: int | None
) -> None:
    ts, value = series
    got = reduce_indices(ts, value, max_points, method, gap=gap)
    runs = slow_segments(ts, value, gap)
    points = [i for run in runs for i in run]
    assert got.dtype == np.int64
    assert got.tolist() == sorted(set(got.tolist()))
    assert len(got) <= max_points
    assert set(got.tolist()) <= set(points)
    if len(points) <= max_points:
        assert got.tolist() == sorted(points)
    if points:
        # min and max return the first of equals, and points are in order of time.
        lowest, highest = (f(points, key=lambda i: value[i]) for f in (min, max))
        assert {lowest, highest} <= set(got.tolist())
        ends = {run[0] for run in runs} | {run[-1] for run in runs}
        if len(ends | {lowest, highest}) <= max_points:
            assert ends <= set(got.tolist())
        elif len(points) > max_points:
            assert set(got.tolist()) <= ends | {lowest, highest}
            assert len(got) == max_points
    # A line may join two neighbours only where it joined them before.
    kept = [i for i in points if i in set(got.tolist())]
    owner = {i: number for number, run in enumerate(runs) for i in run}
    breaks = find_breaks(ts, value, got, gap=gap)
    assert breaks.tolist() == [owner[a] != owner[b] for a, b in itertools.pairwise(kept)]


@unhurried
@given(st.sampled_from(sorted(REDUCERS)), windows(), st.integers(2, 60))
def test_the_order_of_rows_does_not_matter(
    method: str, series: tuple[Ints, Floats], max_points: int
) -> None:
    ts, value = series
    ts, last = np.unique(ts[::-1], return_index=True)
    value = value[::-1][last]
    straight = reduce_indices(ts, value, max_points, method)
    mixed = np.random.default_rng(len(ts)).permutation(len(ts))
    got = reduce_indices(ts[mixed], value[mixed], max_points, method)
    assert np.sort(mixed[got]).tolist() == straight.tolist()


@pytest.mark.parametrize("method", REDUCERS)
def test_a_peak_of_one_sample_stays_in_a_long_series(method: str) -> None:
    n = 100_000
    ts = EPOCH_2024 + np.arange(n, dtype=np.int64) * SECOND
    value = np.sin(np.arange(n) / 500)
    value[[33_333, 77_777]] = [1.0001, -1.0001]
    got = reduce_indices(ts, value, 500, method)
    assert {0, 33_333, 77_777, n - 1} <= set(got.tolist())
    # In a smooth curve most bins of M4 have their extremes at their ends.
    assert (300 if method == "m4" else 480) <= len(got) <= 500


def test_lttb_alone_would_lose_the_extremes() -> None:
    # Why they are added: beside a high plateau the top of a bucket is not its largest triangle.
    lost = 0
    for seed in range(50):
        ts, value = regular(400, seed)
        plain = lttb_indices(ts, value, 12)
        extremes = {int(value.argmin()), int(value.argmax())}
        lost += not extremes <= set(plain.tolist())
        got = reduce_indices(ts, value, 12, "lttb")
        assert extremes <= set(got.tolist())
        assert len(got) == 12
        # Only as many points leave as had to come in.
        assert len(set(plain.tolist()) - set(got.tolist())) == len(extremes - set(plain.tolist()))
    assert lost > 0


def test_the_point_with_the_smallest_triangle_makes_room() -> None:
    ts = EPOCH_2024 + np.arange(12, dtype=np.int64) * MINUTE
    value = np.array([0, 0, 0, 0, 9, 9, 9.01, 9, 9, 9, 9, 9])
    assert lttb_indices(ts, value, 5).tolist() == [0, 3, 4, 7, 11]
    # Row 6 comes in; twice the areas at 3, 4 and 7 are then 27, 18 and 0.04.
    assert reduce_indices(ts, value, 5, "lttb").tolist() == [0, 3, 4, 6, 11]


@pytest.mark.parametrize("method", ["minmax", "m4"])
def test_bins_get_what_the_ends_leave(method: str) -> None:
    ts, value = regular(5000)
    least = minmax_indices(ts, value, 98) if method == "minmax" else m4_indices(ts, value, 100)
    assert reduce_indices(ts, value, 100, method).tolist() == sorted({0, *least.tolist(), 4999})


@pytest.mark.parametrize("method", ["lttb", "minmaxlttb"])
def test_the_epoch_does_not_cost_precision(method: str) -> None:
    n = 5000
    x = np.arange(n, dtype=np.int64)
    y = np.random.default_rng(4).normal(scale=1000.0, size=n)
    near = SEGMENT_FUNCTIONS[method](x, y, 900)
    assert SEGMENT_FUNCTIONS[method](EPOCH_2024 + x, y, 900).tolist() == near.tolist()


@unhurried
@given(st.lists(st.tuples(st.integers(1, 10**15), st.integers(0, 50)), min_size=1), st.data())
def test_shares_are_proportional_and_fit(parts: list[tuple[int, int]], data: st.DataObject) -> None:
    weight = np.array([w for w, _ in parts], dtype=np.float64)
    room = np.array([r for _, r in parts], dtype=np.int64)
    assume(room.sum() > 0)
    units = data.draw(st.integers(0, int(room.sum()) - 1))
    share = _share(weight, room, units)
    assert share.sum() == units
    assert np.all((share >= 0) & (share <= room))
    # A full one may have less than its due, and nobody has a unit more than another's due.
    for i, j in itertools.product(np.flatnonzero(share < room), range(len(room))):
        assert (share[j] - 1) / weight[j] <= (share[i] + 1) / weight[i] * (1 + 1e-9)


def test_points_follow_time_not_samples() -> None:
    # 1 h at 1 s, an outage, 9 h at 10 s: the second part is nine tenths of the picture.
    dense = EPOCH_2024 + np.arange(3600, dtype=np.int64) * SECOND
    sparse = EPOCH_2024 + 2 * HOUR + np.arange(3240, dtype=np.int64) * 10 * SECOND
    ts = np.concatenate((dense, sparse))
    value = np.random.default_rng(1).normal(size=len(ts))
    got = reduce_indices(ts, value, 1000, "lttb", gap=MINUTE)
    assert len(got) == 1000
    assert 98 <= (got < 3600).sum() <= 104


@pytest.mark.parametrize("method", REDUCERS)
def test_what_a_short_segment_cannot_use_goes_to_the_others(method: str) -> None:
    # 10 h holding 11 samples, then 1 h holding 3600.
    slow = EPOCH_2024 + np.arange(11, dtype=np.int64) * HOUR
    ts = np.concatenate((slow, slow[-1] + 2 * HOUR + np.arange(3600, dtype=np.int64) * SECOND))
    value = np.random.default_rng(2).normal(size=len(ts))
    got = reduce_indices(ts, value, 400, method, gap=HOUR)
    assert (got < 11).sum() == 11
    assert len(got) >= 380


@pytest.mark.parametrize("method", REDUCERS)
def test_more_gaps_than_points(method: str) -> None:
    # Every third row is missing: 3334 segments of two samples for 100 points.
    ts, value = regular(10_000)
    value[2::3] = np.nan
    got = reduce_indices(ts, value, 100, method)
    assert len(got) == 100
    assert {np.nanargmin(value), np.nanargmax(value)} <= set(got.tolist())
    # Spread over the window, not its first hundred samples: no tenth is empty.
    assert np.histogram(got, bins=10, range=(0, 10_000))[0].min() >= 6


def test_the_longest_segments_are_drawn_first() -> None:
    ts, value = regular(1000)
    value[:] = 0.0
    value[np.arange(0, 500, 2)] = np.nan  # single samples, then two long pieces
    value[700] = np.nan
    got = reduce_indices(ts, value, 6, "minmax")
    assert len(got) == 6
    assert {1, 499, 699, 701, 999} <= set(got.tolist())


@pytest.mark.parametrize("method", REDUCERS)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_points(method: str, n: int) -> None:
    ts, value = regular(n)
    assert reduce_indices(ts, value, 2, method).tolist() in (
        list(range(n)),
        sorted({int(value.argmin()), int(value.argmax())}) if n else [],
    )
    assert reduce_indices(ts, value, 3, method).tolist() == list(range(n))


@pytest.mark.parametrize("method", REDUCERS)
def test_constant_nan_and_infinite_input(method: str) -> None:
    ts, value = regular(1000)
    flat = np.full(1000, 7.5)
    got = reduce_indices(ts, flat, 50, method)
    assert {0, 999} <= set(got.tolist())
    assert len(got) <= 50
    assert reduce_indices(ts, np.full(1000, np.nan), 50, method).size == 0
    assert reduce_indices(ts, np.full(1000, np.inf), 50, method).size == 0
    value[500] = np.inf
    got = reduce_indices(ts, value, 50, method)
    assert 500 not in got
    assert {0, 499, 501, 999} <= set(got.tolist())
    assert find_breaks(ts, value, got).sum() == 1


@pytest.mark.parametrize("method", REDUCERS)
def test_the_last_of_equal_time_stamps_stands(method: str) -> None:
    ts, value = regular(200)
    ts = np.append(ts, ts[100])
    value = np.append(value, 1e6)
    got = reduce_indices(ts, value, 20, method)
    assert 200 in got
    assert 100 not in got
    with pytest.raises(ValueError, match="overrules"):
        find_breaks(ts, value, np.array([0, 100]))
    value[200] = np.nan
    got = reduce_indices(ts, value, 20, method)
    assert not {100, 200} & set(got.tolist())
    assert {99, 101} <= set(got.tolist())


@pytest.mark.parametrize("method", REDUCERS)
def test_read_only_and_strided_arrays(method: str) -> None:
    ts, value = regular(2000)
    expected = reduce_indices(ts, value, 100, method).tolist()
    wide_ts, wide_value = np.repeat(ts, 2), np.repeat(value, 2)
    for array in (ts, value, wide_ts, wide_value):
        array.setflags(write=False)
    assert reduce_indices(ts, value, 100, method).tolist() == expected
    assert reduce_indices(wide_ts[::2], wide_value[::2], 100, method).tolist() == expected


def test_what_is_refused() -> None:
    ts, value = regular(10)
    with pytest.raises(ValueError, match="must be one of lttb, minmaxlttb, minmax, m4"):
        reduce_indices(ts, value, 5, "every_nth")
    with pytest.raises(ValueError, match="must be 2 or more"):
        reduce_indices(ts, value, 1)
    with pytest.raises(ValueError, match="value has 9"):
        reduce_indices(ts, value[:9], 5)
    with pytest.raises(ValueError, match="gap is 0"):
        reduce_indices(ts, value, 5, gap=0)


# --- gaps --------------------------------------------------------------------------------------


def test_irregular_sampling_is_not_split_and_a_missing_hour_is() -> None:
    steps = np.random.default_rng(3).choice([30, 60], size=5000) * SECOND
    steps[2500] = HOUR
    ts = EPOCH_2024 + np.append(0, np.cumsum(steps))
    assert np.flatnonzero(find_gaps(ts)).tolist() == [2500]


def test_gaps_by_hand() -> None:
    minutes = np.array([0, 1, 2, 3, 7, 12, 13, 13, 14]) * MINUTE
    # Typical step 1 min: 4 steps are bridged, 5 are not; the double is no step.
    assert np.flatnonzero(find_gaps(minutes)).tolist() == [4]
    assert np.flatnonzero(find_gaps(minutes, factor=3)).tolist() == [3, 4]
    assert np.flatnonzero(find_gaps(minutes, minimum=5 * MINUTE)).tolist() == []
    # One outage among two steps does not make the outage typical.
    assert find_gaps(np.array([0, 1, 60]) * MINUTE).tolist() == [False, True]
    # Jitter below a second is no gap.
    assert not find_gaps(np.array([0, 10, 20, 900, 910]) * 1000).any()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_no_gaps_in_a_handful(n: int) -> None:
    assert find_gaps(np.arange(n, dtype=np.int64) * HOUR).tolist() == [False] * max(n - 1, 0)


@unhurried
@given(
    st.lists(st.integers(0, 10 * MINUTE), max_size=60),
    st.floats(1, 10),
    st.integers(0, 5 * MINUTE),
)
def test_find_gaps_equals_its_definition(steps: list[int], factor: float, minimum: int) -> None:
    def typical(of: list[int]) -> int:
        positive = sorted(s for s in of if s > 0)
        return positive[(len(positive) - 1) // 2] if positive else 0

    expected = [
        s > max(factor * typical(steps), minimum, factor * typical(before), factor * typical(after))
        for s, before, after in (
            (step, steps[max(i - 8, 0) : i], steps[i + 1 : i + 9]) for i, step in enumerate(steps)
        )
    ]
    ts = np.cumsum(np.array([0, *steps], dtype=np.int64))
    assert find_gaps(ts, factor, minimum).tolist() == expected


def test_the_slower_of_two_rates_has_no_gaps() -> None:
    steps = [60 * SECOND] * 40 + [SECOND] * 400
    steps[20] = HOUR
    ts = np.cumsum(np.array([0, *steps], dtype=np.int64))
    assert np.flatnonzero(find_gaps(ts)).tolist() == [20]


def test_breaks_are_rows_without_values() -> None:
    ts = np.array([0, 10, 30, 31], dtype=np.int64)
    a, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0, 8.0])
    t, (c, d) = with_breaks(ts, [a, b], np.array([False, True, False]))
    assert t.tolist() == [0, 10, 20, 30, 31]
    np.testing.assert_array_equal(c, [1, 2, np.nan, 3, 4])
    np.testing.assert_array_equal(d, [5, 6, np.nan, 7, 8])
    t, (c,) = with_breaks(ts, [a], np.zeros(3, dtype=np.bool_))
    assert t.tolist() == ts.tolist()
    assert c.tolist() == a.tolist()
    empty = np.empty(0)
    t, (c,) = with_breaks(empty.astype(np.int64), [empty], empty.astype(np.bool_))
    assert t.size == c.size == 0
    with pytest.raises(ValueError, match="one shorter"):
        with_breaks(ts, [a], np.zeros(4, dtype=np.bool_))
    with pytest.raises(ValueError, match="one shorter"):
        with_breaks(ts, [a[:3]], np.zeros(3, dtype=np.bool_))


@pytest.mark.parametrize("method", REDUCERS)
def test_a_reduced_line_does_not_bridge_an_outage(method: str) -> None:
    ts, value = regular(3 * 1440)
    here = np.r_[0:1400, 1500:3000, 3400:4320]
    ts, value = ts[here], value[here]
    value[700] = np.nan
    got = reduce_indices(ts, value, 200, method)
    t, (v,) = with_breaks(ts[got], [value[got]], find_breaks(ts, value, got))
    breaks = np.flatnonzero(np.isnan(v))
    assert len(breaks) == 3
    assert np.all(np.diff(t) > 0)
    around = [(int(t[i - 1] - EPOCH_2024), int(t[i + 1] - EPOCH_2024)) for i in breaks]
    assert [(a // MINUTE, b // MINUTE) for a, b in around] == [
        (699, 701),
        (1399, 1500),
        (2999, 3400),
    ]


# --- columns of the picture --------------------------------------------------------------------


@given(segments(), st.integers(1, 40))
def test_m4_columns_equals_its_twin(series: tuple[Ints, Floats], columns: int) -> None:
    ts, value = series
    start, end = int(ts[0]) - 3, int(ts[-1]) + 5
    fast = m4_columns(ts, value, start, end, columns)
    assert fast.tolist() == slow_m4_columns(ts, value, start, end, columns)
    assert len(fast) <= 4 * columns


def test_columns_lie_on_the_window() -> None:
    ts = np.array([0, 9, 10, 19, 99], np.int64)
    assert column_of(ts, 0, 100, 10).tolist() == [0, 0, 1, 1, 9]


def test_no_reading_no_column() -> None:
    assert m4_columns(np.empty(0, np.int64), np.empty(0), 0, 10, 3).tolist() == []
