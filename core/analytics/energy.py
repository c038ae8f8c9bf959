"""Energy and load: counters to intervals, power to energy, and the figures of a load curve.

Times are int64 microseconds since the epoch in UTC, powers in kW, energies in kWh (any unit of
power and its hour will do), NaN is "no value". Formulas and sources are in ``docs/methods.md``,
sections "Energy" and "Load".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.quality import (
    DROP,
    GLITCH,
    HOUR_US,
    NEAR_ZERO_RATIO,
    RESET,
    Bool,
    Float,
    Int,
    judge_counter,
    local_midnights,
    local_times,
    localise,
    typical_step,
)
from core.errors import BadWindow

Reading = tuple[int, float]  # time [µs], counter reading
Every = Literal["15min", "1h", "1d", "1w", "1mo", "1y"]

QUARTER_US = HOUR_US // 4
MIN_COVERAGE = 0.90
GAP_FACTOR = 2.5
NEAR_BUCKETS = 97  # a day of quarter hours: what is usual around a bucket

# --- counters ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Readings:
    """Counter readings in order of time, each with the bucket it belongs to.

    Parameters
    ----------
    value : float64[n], the readings.
    owner : int64[n], index of the bucket.
    single_step : bool[n], False where unknown readings lie between this one and the one before.
    """

    value: Float
    owner: Int
    single_step: Bool


def irregular_buckets(
    first: Float,
    last: Float,
    lo: Float,
    hi: Float,
    *,
    before: float | None = None,
    after: float | None = None,
) -> Bool:
    """Buckets of a counter whose raw readings are needed to count exactly.

    A bucket is irregular if (a) lo < first or hi > last: it fell inside; (b) it rises from at
    most 10 % of its end: a fall to near zero could hide in the rise; (c) the counter falls at
    its edge, to or from the neighbour. A bucket that is none of these holds no reset: a reset
    inside, from P to v <= 0.1 P, needs first <= lo <= v <= 0.1 P <= 0.1 hi = 0.1 last.

    Parameters
    ----------
    first, last, lo, hi : float64[n], of consecutive buckets, NaN where a bucket is empty.
    before, after : readings next to the window, to judge its edges by.

    Returns
    -------
    bool[n]
    """
    known = np.isfinite(first)
    f, e, low, high = first[known], last[known], lo[known], hi[known]
    irregular = (low < f) | (high > e) | ((e > f) & (f <= NEAR_ZERO_RATIO * e))
    falls = f[1:] < e[:-1]
    irregular[1:] |= falls
    irregular[:-1] |= falls
    if before is not None:
        irregular[:1] |= f[:1] < before
    if after is not None:
        irregular[-1:] |= e[-1:] > after
    flags = np.zeros(len(first), dtype=bool)
    flags[known] = irregular
    return flags


def bucket_readings(first: Float, last: Float, count: Int) -> Readings:
    """The two readings known of each bucket: its first and its last (one, if it holds one)."""
    n = len(first)
    value = np.column_stack([first, last]).ravel()
    owner = np.repeat(np.arange(n, dtype=np.int64), 2)
    single = np.column_stack([np.ones(n, dtype=bool), count <= 2]).ravel()
    keep = np.isfinite(value) & np.column_stack([np.ones(n, dtype=bool), count > 1]).ravel()
    return Readings(value[keep], owner[keep], single[keep])


def replace_irregular(
    readings: Readings, ts: Int, raw_ts: Int, raw_value: Float, irregular: Bool
) -> Readings:
    """Put the raw readings of irregular buckets in the place of their first and last.

    Parameters
    ----------
    readings : from `bucket_readings`.
    ts : int64[n], starts of the buckets [µs].
    raw_ts, raw_value : int64[m] sorted [µs], float64[m]; all raw readings of the buckets to be
        replaced. Readings of other buckets are passed over, so one span over several may be given.
    irregular : bool[n], the buckets to replace. One without any raw reading keeps what it has.
    """
    owner = np.searchsorted(ts, raw_ts, side="right") - 1
    use = np.isfinite(raw_value) & (owner >= 0) & irregular[np.maximum(owner, 0)]
    owner, value = owner[use].astype(np.int64), raw_value[use]
    keep = ~np.isin(readings.owner, owner)
    owners = np.concatenate([readings.owner[keep], owner])
    order = np.argsort(owners, kind="stable")  # within a bucket the raw order stands
    singles = np.concatenate([readings.single_step[keep], np.ones(len(owner), dtype=bool)])
    return Readings(
        np.concatenate([readings.value[keep], value])[order], owners[order], singles[order]
    )


def counter_intervals(
    ts: Int,
    first: Float,
    last: Float,
    lo: Float,
    hi: Float,
    count: Int,
    width_us: int | Int | None,
    *,
    raw: tuple[Int, Float] | None = None,
    before: Reading | None = None,
    after: Reading | None = None,
    gap_factor: float = GAP_FACTOR,
) -> pd.DataFrame:
    """Energy per interval from a cumulative counter.

    The energy of a bucket is what was counted inside it and across the step from the bucket
    before; it belongs to the bucket where it ends. What falls, and why, is told by
    `quality.judge_counter`. The total is exact if `raw` covers the irregular buckets.

    Parameters
    ----------
    ts : int64[n], sorted: starts of the buckets, or times of raw readings [µs].
    first, last, lo, hi : float64[n] [kWh]; for raw readings all four are the value.
    count : int64[n], readings in the bucket.
    width_us : width of the buckets [µs], one or int64[n] (local days); None for raw readings.
    raw : (ts, value) of the buckets that `irregular_buckets` names.
    before : last good reading before the window, with the start of its bucket. To continue
        a window, take `end` minus width (raw: `end`) and `reading` of its last row.
    after : first reading after the window; it only helps to judge a fall at the very end.
    gap_factor : a step over more than this many typical steps (never less than the width of a
        bucket) is a gap; 2.5 bridges one missing bucket, not two.

    Returns
    -------
    frame `start`, `end` [µs], `energy` [kWh], `flag`, `reading` (last good reading at `end`):
        one row per bucket (raw: per reading that has one before it), and one row per gap with its
        own start, end and total. Flags, joined by "+" where several hold: "gap", "reset",
        "drop" (a fall that is no reset: not counted), "glitch" (readings left out), "irregular"
        (bucket whose raw readings would have been needed).

    Raises
    ------
    ValueError : times not strictly increasing.
    """
    if np.any(np.diff(ts) <= 0):
        raise ValueError("times of a counter must be strictly increasing")
    known = np.isfinite(first)
    ts, count = ts[known], count[known]
    n = len(ts)
    width = np.zeros(n, np.int64) if width_us is None else _widths(width_us, known)
    readings = bucket_readings(first[known], last[known], count)
    irregular = irregular_buckets(
        first[known],
        last[known],
        lo[known],
        hi[known],
        before=before[1] if before else None,
        after=after[1] if after else None,
    )
    if raw is not None:
        readings = replace_irregular(readings, ts, raw[0], raw[1], irregular)
        irregular &= ~np.isin(np.arange(n), _owners_of(raw, ts))
    irregular &= count > 2  # of one or two readings, first and last tell all
    when, value, owner, single = _with_context(ts, readings, before, after)
    context = [t for t, given in ((when[0], before), (when[-1], after)) if given]
    step_us = max(
        typical_step(np.concatenate([ts, np.array(context, dtype=np.int64)])),
        int(np.median(width)) if n else 0,
    )
    verdict = judge_counter(value, single_step=single)

    good = np.flatnonzero(verdict != GLITCH)
    energy = np.zeros(len(value))
    energy[good[1:]] = np.diff(value[good])
    energy[verdict == RESET] = value[verdict == RESET]
    energy[verdict == DROP] = 0.0

    origin = np.full(len(value), -1, dtype=np.int64)  # bucket of the good reading before
    origin[good[1:]] = owner[good[:-1]]
    crosses = (origin >= 0) & (when[owner] - when[origin] > gap_factor * step_us)
    rows = [
        _bucket_rows(ts, width, owner, energy, verdict, crosses, irregular),
        _gap_rows(when, width, owner, origin, energy, verdict, crosses),
    ]
    rows[0]["reading"] = _reading_at(np.arange(n) + 1, owner[good], value[good])
    rows[1]["reading"] = value[crosses & (owner <= n)]
    if width_us is None:
        rows[0] = _spans_between_readings(rows[0], before, owner[crosses] - 1)
    frame = pd.concat(rows, ignore_index=True)
    frame = frame.sort_values(["end", "start"], kind="stable", ignore_index=True)
    return frame[["start", "end", "energy", "flag", "reading"]]


def counter_increments(
    ts: Int,
    value: Float,
    *,
    before: Reading | None = None,
    after: Reading | None = None,
    gap_factor: float = GAP_FACTOR,
) -> pd.DataFrame:
    """Energy between the raw readings of a cumulative counter; see `counter_intervals`.

    Parameters
    ----------
    ts, value : int64[n] strictly increasing [µs], float64[n] [kWh].
    """
    one = np.ones(len(ts), dtype=np.int64)
    return counter_intervals(
        ts,
        value,
        value,
        value,
        value,
        one,
        None,
        before=before,
        after=after,
        gap_factor=gap_factor,
    )


@dataclass(frozen=True)
class CounterSteps:
    """Steps from one good reading of a counter to the next, in order of time.

    Attributes
    ----------
    start, end : int64[n], times of the two readings [µs].
    energy : float64[n] [kWh].
    gap : bool[n], longer than 2.5 typical steps: how much is known, not when.
    verdict : int8[n], GOOD, RESET or DROP of the later reading.
    glitches : int64[m], times of readings left out [µs].
    """

    start: Int
    end: Int
    energy: Float
    gap: Bool
    verdict: NDArray[np.int8]
    glitches: Int

    def ending_in(self, start: int, end: int) -> CounterSteps:
        """Steps that end in (start, end]: a reading on an edge closes what lies before it."""
        keep = (self.end > start) & (self.end <= end)
        inside = (self.glitches > start) & (self.glitches <= end)
        return CounterSteps(
            self.start[keep], self.end[keep], self.energy[keep], self.gap[keep],
            self.verdict[keep], self.glitches[inside],
        )  # fmt: skip


def counter_steps(
    ts: Int, value: Float, *, typical_us: int | None = None, gap_factor: float = GAP_FACTOR
) -> CounterSteps:
    """Energy between the raw readings of a cumulative counter.

    With v(t) the reading at t or else the last before, the sum of the steps that end in
    (a, b] is v(b) - v(a), resets counted from zero and falls left out (`quality.judge_counter`).

    Parameters
    ----------
    ts, value : int64[n] strictly increasing [µs], float64[n] [kWh]; the first reading only begins
        the first step. Give a few readings beyond the window: they tell glitches at its edges.
    typical_us : step of the source [µs], where fewer than eight readings cannot tell it.

    Raises
    ------
    ValueError : times not strictly increasing.
    """
    if np.any(np.diff(ts) <= 0):
        raise ValueError("times of a counter must be strictly increasing")
    known = np.isfinite(value)
    ts, value = ts[known], value[known]
    verdict = judge_counter(value)
    good = np.flatnonzero(verdict != GLITCH)
    step = typical_step(ts) if len(ts) >= 8 or typical_us is None else typical_us
    start, end, judged = ts[good[:-1]], ts[good[1:]], verdict[good[1:]]
    energy = np.diff(value[good])
    energy[judged == RESET] = value[good[1:]][judged == RESET]
    energy[judged == DROP] = 0.0
    return CounterSteps(
        start, end, energy, end - start > gap_factor * step, judged, ts[verdict == GLITCH]
    )


def counter_by_period(
    edges: Int, steps: CounterSteps, start: int, end: int, *, min_coverage: float = MIN_COVERAGE
) -> pd.DataFrame:
    """Energy of a counter over the periods of a window [start, end].

    A step belongs, whole, to the period where it ends. What it covers: gaps nothing; a step across
    an edge its part of a period of which it is at most a tenth, of a shorter one nothing, for
    how much of it belongs there is not known.

    Parameters
    ----------
    edges : int64[m + 1], from `local_periods`.
    steps : those that end in (start, end].

    Returns
    -------
    frame of `energy_by_period`, and `carried` [kWh]: energy of gaps that began before the period.
    """
    m = len(edges) - 1
    home = np.searchsorted(edges, steps.end, side="left") - 1
    total = np.bincount(home, weights=steps.energy, minlength=m)
    late = steps.gap & (steps.start < edges[home])
    carried = np.bincount(home, weights=np.where(late, steps.energy, 0.0), minlength=m)
    covered = covered_by_steps(np.clip(edges, start, end), steps) / np.diff(edges)
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "energy": np.where(np.bincount(home, minlength=m) > 0, total, np.nan),
            "coverage_ratio": np.minimum(covered, 1.0),
            "marked": covered < min_coverage,
            "carried": carried,
        }
    )


def covered_by_steps(edges: Int, steps: CounterSteps) -> Int:
    """Time that steps of a counter cover of each period between `edges` [µs]; no gaps.

    A step across an edge covers its part of a period of which it is at most a tenth.
    """
    begin, finish = steps.start[~steps.gap], steps.end[~steps.gap]
    length = np.concatenate([[0], np.cumsum(finish - begin)])
    at = np.searchsorted(begin, edges, side="left") - 1  # the last step begun before each edge
    padded_begin, padded_finish = np.append(begin, 0), np.append(finish, 0)
    inside = (at >= 0) & (edges < padded_finish[at])
    before = np.where(inside, edges - padded_begin[at], 0)
    after = np.where(inside, padded_finish[at] - edges, 0)
    upto = np.where(inside, length[at] + before, length[at + 1])
    covered = np.diff(upto)
    # An edge inside a step too long for the period takes the step's part from it again.
    size = np.where(inside, padded_finish[at] - padded_begin[at], 0)
    period = np.diff(edges)
    covered -= np.where(size[:-1] > period / 10, np.minimum(after[:-1], period), 0)
    one = inside[:-1] & inside[1:] & (at[:-1] == at[1:])
    covered -= np.where((size[1:] > period / 10) & ~one, before[1:], 0)
    return np.asarray(np.maximum(covered, 0), dtype=np.int64)


def _widths(width_us: int | Int, known: Bool) -> Int:
    return np.broadcast_to(np.asarray(width_us, dtype=np.int64), known.shape)[known]


def _owners_of(raw: tuple[Int, Float], ts: Int) -> Int:
    return np.unique(np.searchsorted(ts, raw[0][np.isfinite(raw[1])], side="right") - 1)


def _with_context(
    ts: Int, readings: Readings, before: Reading | None, after: Reading | None
) -> tuple[Int, Float, Int, Bool]:
    """Times of buckets, and readings with owners counted from 1; 0 is before, n + 1 after."""
    edge = np.iinfo(np.int64).max
    when = np.concatenate([[before[0] if before else 0], ts, [after[0] if after else edge]]).astype(
        np.int64
    )
    head = [before[1]] if before else []
    tail = [after[1]] if after else []
    value = np.concatenate([head, readings.value, tail]).astype(np.float64)
    owner = np.concatenate([[0] * len(head), readings.owner + 1, [len(ts) + 1] * len(tail)]).astype(
        np.int64
    )
    single = np.concatenate([[True] * len(head), readings.single_step, [True] * len(tail)]).astype(
        bool
    )
    return when, value, owner, single


def _bucket_rows(
    ts: Int,
    width: Int,
    owner: Int,
    energy: Float,
    verdict: NDArray[np.int8],
    crosses: Bool,
    irregular: Bool,
) -> pd.DataFrame:
    """One row per bucket without what came across gaps."""
    n = len(ts)
    own = ~crosses
    total = np.bincount(owner[own], weights=energy[own], minlength=n + 2)[1 : n + 1]
    flag = np.full(n, "", dtype=object)
    for name, code in (("reset", RESET), ("drop", DROP), ("glitch", GLITCH)):
        hit = np.bincount(owner[own & (verdict == code)], minlength=n + 2)[1 : n + 1] > 0
        flag[hit] = [f"{f}+{name}" if f else name for f in flag[hit]]
    flag[irregular] = [f"{f}+irregular" if f else "irregular" for f in flag[irregular]]
    return pd.DataFrame({"start": ts, "end": ts + width, "energy": total, "flag": flag})


def _gap_rows(
    when: Int,
    width: Int,
    owner: Int,
    origin: Int,
    energy: Float,
    verdict: NDArray[np.int8],
    crosses: Bool,
) -> pd.DataFrame:
    """One row per gap: from the end of the bucket before to the start of the bucket after."""
    n = len(when) - 2
    at = np.flatnonzero(crosses & (owner <= n))
    # The bucket before the window has the width of its neighbour.
    span = np.concatenate([width[:1], width]) if n else np.zeros(1, dtype=np.int64)
    names = {RESET: "gap+reset", DROP: "gap+drop"}
    return pd.DataFrame(
        {
            "start": when[origin[at]] + span[origin[at]],
            "end": when[owner[at]],
            "energy": energy[at],
            "flag": np.array([names.get(int(v), "gap") for v in verdict[at]], dtype=object),
        }
    )


def _spans_between_readings(
    rows: pd.DataFrame, before: Reading | None, after_gap: Int
) -> pd.DataFrame:
    """Raw readings: each row spans from the reading before; after a gap there is only its row."""
    ends = rows["end"].to_numpy()
    rows = rows.assign(start=np.append([before[0] if before else 0], ends)[: len(ends)])
    keep = ~np.isin(np.arange(len(rows)), after_gap)
    keep[:1] &= before is not None
    return rows[keep]


def _reading_at(bucket: Int, owner: Int, value: Float) -> Float:
    """Last good reading up to and including each bucket; NaN before the first."""
    at = np.searchsorted(owner, bucket, side="right") - 1
    padded = np.concatenate([value, [np.nan]])  # index -1 finds the NaN
    return padded[at]


# --- power to energy ---------------------------------------------------------------------------


def power_to_energy(
    ts: Int,
    mean: Float,
    count: Int,
    width_us: int | Int,
    *,
    expected_step_us: int,
    start: int,
    end: int,
) -> tuple[float, float]:
    """Energy in [start, end) from buckets of mean power, and the share of time it stands for.

    E = Σ mean_i × covered_i. A bucket covers its width; if it lacks two readings or more, only
    count × step. Time that is not covered adds no energy: nothing is extrapolated.

    Parameters
    ----------
    ts, mean, count : int64[n] sorted starts [µs], float64[n] [kW], int64[n].
    width_us : width of the buckets [µs], one or int64[n] (local days).
    expected_step_us : step of the source [µs]; where it is longer than a bucket, a bucket stands
        for one step, though never beyond the next bucket.

    Returns
    -------
    energy [kWh] (NaN if nothing is covered), coverage_ratio

    Raises
    ------
    BadWindow : start is not before end.
    """
    if start >= end:
        raise BadWindow(f"start {start} is not before end {end}")
    rows = power_intervals(
        ts, mean, count, width_us, expected_step_us=expected_step_us, start=start, end=end
    )
    covered = ((rows["end"] - rows["start"]) * rows["coverage_ratio"]).sum()
    return _energy_and_coverage(float(rows["energy"].sum()) * HOUR_US, float(covered), end - start)


def steps_in_effect(ts: Int, count: Int, *, typical_us: int) -> Int:
    """Step of the source around each bucket: the median, over the near ones, of time by reading.

    A source may be read every minute for months and every ten seconds since; measured by its
    average rate, the months would look half empty.

    Parameters
    ----------
    ts, count : int64[n] sorted starts of buckets or readings [µs], int64[n].
    typical_us : step of the source as a whole [µs], for fewer than three buckets.

    Returns
    -------
    int64[n] [µs]
    """
    if len(ts) < 3:
        return np.full(len(ts), typical_us, np.int64)
    apart = pd.Series(np.diff(ts) / np.maximum(count[:-1], 1))
    near = apart.rolling(NEAR_BUCKETS, center=True, min_periods=1).median().to_numpy()
    steps: Int = np.maximum(np.append(near, near[-1]), 1).astype(np.int64)
    return steps


def power_intervals(
    ts: Int,
    mean: Float,
    count: Int,
    width_us: int | Int,
    *,
    expected_step_us: int | Int,
    start: int,
    end: int,
) -> pd.DataFrame:
    """Energy of each bucket of mean power, by the rule of `power_to_energy`.

    Parameters
    ----------
    ts, mean, count : int64[n] sorted starts [µs], float64[n] [kW], int64[n].
    width_us : width of the buckets [µs], one or int64[n].
    expected_step_us : step of the source [µs], one or int64[n].
    start, end : window [µs]; of a bucket that reaches beyond it only the part inside counts.

    Returns
    -------
    frame `start`, `end` [µs], `energy` [kWh], `coverage_ratio`; a row per bucket with a mean.
    """
    known = np.isfinite(mean) & (count > 0)
    step = np.broadcast_to(expected_step_us, ts.shape)
    hold = np.maximum(np.broadcast_to(width_us, ts.shape), step)
    reach = np.minimum(np.append(np.diff(ts), hold[-1:]), hold)[known]
    ts, mean, count, step = ts[known], mean[known], count[known], step[known]
    # One reading short is the phase of the source against the bucket, or one lost reading that
    # its neighbour stands for, as in `integrate_power`.
    full = (count + 1.5) * step > reach
    share = np.where(full, 1.0, count * step / np.maximum(reach, 1))
    begin, until = np.maximum(ts, start), np.minimum(ts + reach, end)
    inside = until > begin
    begin, until, mean, share = begin[inside], until[inside], mean[inside], share[inside]
    return pd.DataFrame(
        {
            "start": begin,
            "end": until,
            "energy": mean * share * (until - begin) / HOUR_US,
            "coverage_ratio": share,
        }
    )


def integrate_power(
    ts: Int,
    power: Float,
    *,
    start: int,
    end: int,
    expected_step_us: int | None = None,
    max_steps: float = GAP_FACTOR,
    method: Literal["hold", "trapezoid"] = "hold",
) -> tuple[float, float]:
    """Energy in [start, end) from raw, irregular readings of power, and the share of time covered.

    "hold": each reading stands until the next one, if that comes within `max_steps` typical
    steps, else for one step. It does not invent a ramp where a load switches, agrees with
    `split_sign` at the finest level, and adds up over any split of the window. "trapezoid": a
    straight line between readings at most `max_steps` apart, nothing beyond.

    Parameters
    ----------
    ts, power : int64[n] sorted [µs], float64[n] [kW]; NaN ends what the reading before stands for.
        Include the last reading before `start` (and the first after `end` for "trapezoid").

    Returns
    -------
    energy [kWh] (NaN if nothing is covered), coverage_ratio

    Raises
    ------
    BadWindow : start is not before end.
    ValueError : the step is neither given nor to be told from the readings.
    """
    if start >= end:
        raise BadWindow(f"start {start} is not before end {end}")
    step = expected_step_us or typical_step(ts)
    if step <= 0:
        raise ValueError("fewer than two readings: give expected_step_us")
    gaps = np.append(np.diff(ts), np.iinfo(np.int64).max)
    near = gaps <= max_steps * step
    if method == "hold":
        until = ts + np.where(near, gaps, step)
        held = np.clip(np.minimum(until, end) - np.maximum(ts, start), 0, None)
        held = np.where(np.isfinite(power), held, 0).astype(np.float64)
        return _energy_and_coverage(
            float((np.nan_to_num(power) * held).sum()), float(held.sum()), end - start
        )
    joined = near[:-1] & np.isfinite(power[:-1]) & np.isfinite(power[1:])
    left, right = ts[:-1][joined], ts[1:][joined]
    p_left, p_right = power[:-1][joined], power[1:][joined]
    a = np.clip(start, left, right).astype(np.float64)
    b = np.clip(end, left, right).astype(np.float64)
    slope = (p_right - p_left) / (right - left)
    middle = p_left + slope * ((a + b) / 2 - left)
    return _energy_and_coverage(float((middle * (b - a)).sum()), float((b - a).sum()), end - start)


def _energy_and_coverage(kw_us: float, covered_us: float, span_us: int) -> tuple[float, float]:
    return (kw_us / HOUR_US if covered_us > 0 else np.nan), covered_us / span_us


def local_periods(start: int, end: int, zone: str, every: Every) -> Int:
    """Edges of the local periods that touch [start, end) [µs UTC].

    A day has 92, 96 or 100 quarter hours; weeks start on Monday (ISO 8601); edges are the
    instants at which the wall clock shows a full quarter, hour, midnight, ...

    Returns
    -------
    int64[periods + 1]; the first edge is at or before `start`, the last at or after `end`.

    Raises
    ------
    BadWindow : start is not before end.
    ValueError : unknown `every`.
    """
    if start >= end:
        raise BadWindow(f"start {start} is not before end {end}")
    if every == "15min":  # offsets from UTC are whole quarter hours everywhere
        quarters = np.arange(start // QUARTER_US, -(-end // QUARTER_US) + 1, dtype=np.int64)
        return quarters * QUARTER_US
    if every == "1h":
        quarters = np.arange(start // QUARTER_US - 8, end // QUARTER_US + 9, dtype=np.int64)
        edges = quarters * QUARTER_US
        edges = edges[local_times(edges, zone).minute == 0]
        return edges[_touching(edges, start, end)]
    if every == "1d":
        return local_midnights(start, end, zone)
    frequency = {"1w": "W-MON", "1mo": "MS", "1y": "YS"}.get(every)
    if frequency is None:
        raise ValueError(f"unknown period {every!r}; expected 15min, 1h, 1d, 1w, 1mo or 1y")
    days = local_times(np.array([start, end], dtype=np.int64), zone).tz_localize(None).normalize()
    margin = pd.DateOffset(years=1, days=1)
    edges = localise(pd.date_range(days[0] - margin, days[1] + margin, freq=frequency), zone)
    return edges[_touching(edges, start, end)]


def _touching(edges: Int, start: int, end: int) -> slice:
    """Edges from the last at or before `start` to the first at or after `end`."""
    low = int(np.searchsorted(edges, start, side="right")) - 1
    high = int(np.searchsorted(edges, end, side="left"))
    return slice(low, high + 1)


def energy_by_period(
    edges: Int,
    start: Int,
    end: Int,
    energy: Float,
    coverage: Float,
    *,
    min_coverage: float = MIN_COVERAGE,
) -> pd.DataFrame:
    """Sum the energy of intervals over periods, with the coverage of each.

    An interval belongs to the period where it ends, whole: the energy of a gap over midnight is
    not spread. The sum over the periods is the sum over the intervals. An interval that crosses
    an edge covers neither side, for what of it belongs where is not known: a long gap over
    midnight marks the days it reaches into.

    Parameters
    ----------
    edges : int64[m + 1], from `local_periods`.
    start, end : int64[n], of the intervals [µs].
    energy, coverage : float64[n] [kWh], ratio of each interval that is covered (1 for a counter).
    min_coverage : below it a figure is marked.

    Returns
    -------
    frame `start`, `end`, `energy` (NaN where there is none), `coverage_ratio`, `marked`.
    """
    m = len(edges) - 1
    known = np.isfinite(energy) & (end > edges[0]) & (end <= edges[-1])
    start, end, energy, coverage = start[known], end[known], energy[known], coverage[known]
    home = np.searchsorted(edges, end, side="left") - 1
    total = np.bincount(home, weights=energy, minlength=m)
    whole = start >= edges[home]
    inside = np.where(whole, (end - start) * coverage, 0.0)
    covered = np.bincount(home, weights=inside, minlength=m) / np.diff(edges)
    some = np.bincount(home, minlength=m) > 0
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "energy": np.where(some, total, np.nan),
            "coverage_ratio": np.minimum(covered, 1.0),
            "marked": covered < min_coverage,
        }
    )


def split_sign(power: Float) -> tuple[Float, Float]:
    """Positive and negative part of a power, both as magnitudes; NaN stays NaN.

    Split first, at the finest level there is, and sum then: a quarter hour with 1 kWh drawn and
    1 kWh fed in has a mean of zero, but it has bought and sold.
    """
    return np.maximum(power, 0.0), np.maximum(-power, 0.0)


# --- load --------------------------------------------------------------------------------------


def load_profile(ts: Int, power: Float, zone: str) -> pd.DataFrame:
    """Load by quarter hour of the local day and weekday.

    Readings are averaged per quarter hour first, so that each day counts once however often it
    was read; mean and quantiles are taken over days. An hourly source fills every fourth row.

    Parameters
    ----------
    ts, power : int64[n] starts of intervals [µs], float64[n] [kW].

    Returns
    -------
    frame `weekday` (0 is Monday), `quarter` (0..95), `mean`, `p10`, `p90` [kW], `count` (days).
    """
    known = np.isfinite(power)
    quarters = pd.Series(power[known]).groupby(ts[known] // QUARTER_US * QUARTER_US).mean()
    when = local_times(quarters.index.to_numpy(), zone)
    grouped = quarters.groupby([when.day_of_week, when.hour * 4 + when.minute // 15])
    profile = pd.DataFrame(
        {
            "mean": grouped.mean(),
            "p10": grouped.quantile(0.1),
            "p90": grouped.quantile(0.9),
            "count": grouped.count(),
        }
    )
    return profile.rename_axis(["weekday", "quarter"]).reset_index()


def load_duration(power: Float, weights: Float | None = None) -> tuple[Float, Float]:
    """Load duration curve: the time for which each power is reached or exceeded.

    Parameters
    ----------
    power : float64[n] [kW].
    weights : float64[n], duration of each interval [h]; without it the result is a ratio of n.

    Returns
    -------
    duration [h] or ratio, power in falling order; NaN left out.
    """
    known = np.isfinite(power)
    power = power[known]
    hours = np.full(len(power), 1 / max(len(power), 1)) if weights is None else weights[known]
    order = np.argsort(-power, kind="stable")
    return np.cumsum(hours[order]), power[order]


def peak(ts: Int, hi: Float) -> Reading | None:
    """Time and height of the highest value, the first if it is reached twice; None without data.

    Parameters
    ----------
    ts, hi : int64[n] [µs], float64[n] readings or maxima of buckets (never their means).
    """
    if not np.isfinite(hi).any():
        return None
    at = int(np.nanargmax(hi))
    return int(ts[at]), float(hi[at])


def load_factor(mean_power: float, peak_power: float) -> float:
    """Mean over peak load, both of the same period and averaging interval; NaN if peak <= 0."""
    return mean_power / peak_power if peak_power > 0 else np.nan


def utilisation_hours(energy: float, peak_power: float) -> float:
    """Hours at peak load that would use the same energy: E / P_peak [h]; NaN if peak <= 0."""
    return energy / peak_power if peak_power > 0 else np.nan


def base_load(
    ts: Int, power: Float, zone: str, *, q: float = 0.05, min_coverage: float = MIN_COVERAGE
) -> tuple[float, int]:
    """Base load: mean over the local days of each day's 5 % quantile.

    Parameters
    ----------
    ts, power : int64[n] sorted starts of equal intervals [µs], float64[n] [kW].
    min_coverage : days with less of their readings are left out.

    Returns
    -------
    base load [kW] (NaN without a usable day), number of days used

    Source: "Daily load 5th percentile" of the daily summary of OpenEIS (Lawrence Berkeley
    National Laboratory, 2014).
    """
    known = np.isfinite(power)
    ts, power = ts[known], power[known]
    step = typical_step(ts)
    if step <= 0:
        return np.nan, 0
    edges = local_midnights(int(ts[0]), int(ts[-1]) + 1, zone)
    home = np.searchsorted(edges, ts, side="right") - 1
    by_day = pd.Series(power).groupby(home)
    expected = np.diff(edges) / step
    enough = by_day.count().to_numpy() >= min_coverage * expected[np.unique(home)]
    daily = by_day.quantile(q).to_numpy()[enough]
    return (float(daily.mean()) if daily.size else np.nan), int(daily.size)


def self_consumption(grid_import: Float, grid_export: Float, generation: Float) -> float:
    """Share of the generation that is used on site, Σ M / Σ generation; NaN without generation.

    M_i = generation_i − min(export_i, generation_i) per interval: more export than generation
    comes out of a storage and is not taken from the generation. Intervals with a NaN in any of
    the three are left out.

    Parameters
    ----------
    grid_import, grid_export, generation : float64[n] energies per interval, all >= 0 [kWh], at
        the finest level there is.

    Source: Luthander et al., Applied Energy 142 (2015) 80, doi:10.1016/j.apenergy.2014.12.028.
    """
    _, used, generated = _on_site(grid_import, grid_export, generation)
    return used / generated if generated > 0 else np.nan


def self_sufficiency(grid_import: Float, grid_export: Float, generation: Float) -> float:
    """Share of the consumption that is met on site, Σ M / (Σ M + Σ import); NaN without any.

    Arguments, M and source as in `self_consumption`. With a storage, charging counts as use.
    """
    imported, used, _ = _on_site(grid_import, grid_export, generation)
    return used / (used + imported) if used + imported > 0 else np.nan


def _on_site(
    grid_import: Float, grid_export: Float, generation: Float
) -> tuple[float, float, float]:
    """Sums of import, of generation used on site, and of generation."""
    known = np.isfinite(grid_import) & np.isfinite(grid_export) & np.isfinite(generation)
    exported, generated = grid_export[known], generation[known]
    used = generated - np.minimum(exported, generated)
    return float(grid_import[known].sum()), float(used.sum()), float(generated.sum())


# --- statistics --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statistics:
    """What is known of a window; low and high are equal where it is known exactly.

    `first`, `last`, `count`, `mean`, `minimum`, `maximum` are exact; the standard deviation
    (population, ddof 0) lies in [std_low, std_high].
    """

    count: int
    mean: float
    minimum: float
    maximum: float
    first: float
    last: float
    std_low: float
    std_high: float


NO_STATISTICS = Statistics(0, *([np.nan] * 7))


def statistics_from_buckets(
    first: Float,
    last: Float,
    lo: Float,
    hi: Float,
    total: Float,
    count: Int,
    sumsq: Float | None = None,
) -> Statistics:
    """Statistics of a window from its buckets: exact where buckets allow, bounds for the std.

    With m_i, n_i mean and count of a bucket, the sum of squares about the mean m is
    Σ n_i (m_i − m)² + Σ n_i var_i. Each n_i var_i is at most n_i (hi_i − m_i)(m_i − lo_i)
    (Bhatia–Davis), and at least what lo_i, hi_i and n_i − 2 equal values of the rest give.

    Parameters
    ----------
    first, last, lo, hi, total : float64[n] of buckets in order of time; count : int64[n].
    sumsq : float64[n], Σ value² of each bucket; makes the std exact.

    Source: Bhatia and Davis, "A better bound on the variance", Amer. Math. Monthly 107 (2000) 353,
    doi:10.1080/00029890.2000.12005203.
    """
    known = (count > 0) & np.isfinite(total)
    if not known.any():
        return NO_STATISTICS
    first, last, lo, hi, total = (a[known] for a in (first, last, lo, hi, total))
    n = count[known].astype(np.float64)
    size = n.sum()
    mean = total.sum() / size
    middle = np.clip(total / n, lo, hi)  # rounding must not push a mean out of its bucket
    between = (n * (middle - mean) ** 2).sum()
    if sumsq is not None:
        within_low = within_high = max(float((sumsq[known] - n * middle**2).sum()), 0.0)
    else:
        rest = np.maximum(n - 2, 1)
        rest_mean = (total - lo - hi) / rest
        least = (lo - middle) ** 2 + (hi - middle) ** 2 + (n - 2) * (rest_mean - middle) ** 2
        within_low = float(np.where(n >= 2, least, 0.0).sum())
        within_high = float((n * (hi - middle) * (middle - lo)).sum())
    return Statistics(
        count=int(size),
        mean=float(mean),
        minimum=float(lo.min()),
        maximum=float(hi.max()),
        first=float(first[0]),
        last=float(last[-1]),
        std_low=float(np.sqrt((between + within_low) / size)),
        std_high=float(np.sqrt((between + within_high) / size)),
    )


def statistics_from_raw(value: Float) -> Statistics:
    """Exact statistics of raw readings in order of time; NaN left out."""
    value = value[np.isfinite(value)]
    if not value.size:
        return NO_STATISTICS
    std = float(value.std())
    return Statistics(
        count=int(value.size),
        mean=float(value.mean()),
        minimum=float(value.min()),
        maximum=float(value.max()),
        first=float(value[0]),
        last=float(value[-1]),
        std_low=std,
        std_high=std,
    )


def percentile_bounds(lo: Float, hi: Float, count: Int, q: float) -> tuple[float, float]:
    """Bounds of the q quantile (linear between order statistics) of the readings in buckets.

    Of n_i readings one is lo_i, one is hi_i, the others lie between. Moving these to lo_i (to
    hi_i) lowers (raises) every order statistic, so the quantile of all readings lies between the
    quantiles of the two multisets {(n_i − 1) × lo_i, hi_i} and {lo_i, (n_i − 1) × hi_i}.

    Parameters
    ----------
    lo, hi : float64[n]; count : int64[n].
    q : 0..1.

    Returns
    -------
    low, high; NaN without readings.

    Raises
    ------
    ValueError : q outside 0..1.
    """
    if not 0 <= q <= 1:
        raise ValueError(f"quantile {q} is outside 0..1")
    known = (count > 0) & np.isfinite(lo)
    lo, hi, count = lo[known], hi[known], count[known]
    if not count.size:
        return np.nan, np.nan
    values = np.concatenate([lo, hi])
    extra = (count > 1).astype(np.int64)
    low = _weighted_quantile(values, np.concatenate([count - extra, extra]), q)
    high = _weighted_quantile(values, np.concatenate([extra, count - extra]), q)
    return low, high


def _weighted_quantile(value: Float, times: Int, q: float) -> float:
    """np.quantile of each value repeated so many times, without repeating."""
    order = np.argsort(value, kind="stable")
    value, upto = value[order], np.cumsum(times[order])
    position = q * (int(upto[-1]) - 1)
    below = value[np.searchsorted(upto, np.floor(position), side="right")]
    above = value[np.searchsorted(upto, np.ceil(position), side="right")]
    return float(below + (above - below) * (position - np.floor(position)))
