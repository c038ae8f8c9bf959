"""Data quality: which readings can be trusted, and how complete a day is.

Every ``flag_`` function answers with one boolean per reading and changes nothing. Times are int64
microseconds since the epoch in UTC, values float64 with NaN for "no value". Formulas and sources
are in ``docs/methods.md``, section "Data quality".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import BadWindow

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Kind = Literal["analog", "counter", "state", "setpoint"]

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
NORMAL_MAD = 1.4826  # MAD × 1.4826 estimates the standard deviation of normal noise

# Verdicts of judge_counter
GOOD, RESET, DROP, GLITCH = 0, 1, 2, 3
NEAR_ZERO_RATIO = 0.10

CHUNK = 100_000


@dataclass(frozen=True)
class QualityOptions:
    """Limits of the flags; low and high are the plausible range of the quantity.

    Parameters
    ----------
    gap_factor : a step longer than this many typical steps is a gap.
    stale_window_us : a flat line at least this long is stale [µs].
    stale_decimals : round to this many decimals before comparing; None compares exactly.
    idle_value : value at which a flat line is normal (0 for PV at night), or None.
    spike_window, spike_sigmas : width [readings] and threshold of the Hampel identifier.
    low, high : plausible range, in the unit of the signal.
    """

    gap_factor: float = 2.5
    stale_window_us: int = 6 * HOUR_US
    stale_decimals: int | None = None
    idle_value: float | None = None
    spike_window: int = 15
    spike_sigmas: float = 5.0
    low: float = -np.inf
    high: float = np.inf


DEFAULT_OPTIONS = QualityOptions()


def typical_step(ts: Int) -> int:
    """Median time between neighbouring distinct times [µs]; 0 if there are fewer than two.

    The median is not moved by gaps or bursts as long as they are less than half of the steps.
    """
    steps = np.diff(np.unique(ts))
    return round(float(np.median(steps))) if steps.size else 0


def resolution(value: Float) -> float:
    """Smallest difference between two distinct values; 0 if fewer than two are distinct.

    Differences below 1e-9 of the largest magnitude are rounding of the number format.
    """
    levels = np.unique(value[np.isfinite(value)])
    steps = np.diff(levels)
    steps = steps[steps > 1e-9 * np.abs(levels).max(initial=0.0)]
    return float(steps.min()) if steps.size else 0.0


def local_midnights(start: int, end: int, zone: str) -> Int:
    """First instants of the local days that touch [start, end), and of the day after [µs UTC].

    Where a clock change skips midnight, the day begins at the first instant that exists; where
    midnight comes twice, at the first of the two.

    Raises
    ------
    BadWindow : start is not before end.
    """
    if start >= end:
        raise BadWindow(f"start {start} is not before end {end}")
    bounds = local_times(np.array([start, end - 1], dtype=np.int64), zone).tz_localize(None)
    days = pd.date_range(bounds[0].normalize(), bounds[1].normalize() + pd.Timedelta(days=1))
    return localise(days, zone)


def local_times(ts: Int, zone: str) -> pd.DatetimeIndex:
    """Times as a pandas index in the zone's wall clock."""
    return pd.to_datetime(np.asarray(ts, dtype=np.int64), unit="us", utc=True).tz_convert(zone)


def localise(naive: pd.DatetimeIndex, zone: str) -> Int:
    """Wall-clock times to µs UTC: the first pass of a repeated hour, forward over a missing one."""
    first_pass = np.ones(len(naive), dtype=bool)
    aware = naive.tz_localize(zone, ambiguous=first_pass, nonexistent="shift_forward")
    return np.asarray(aware.as_unit("us").asi8, dtype=np.int64)


# --- flags -------------------------------------------------------------------------------------


def flag_gap(ts: Int, *, factor: float = 2.5, expected_step_us: int | None = None) -> Bool:
    """Readings that come after a gap: more than `factor` steps since the one before.

    Parameters
    ----------
    ts : int64[n], sorted [µs].
    expected_step_us : step of the source; by default `typical_step` of `ts`.
    """
    step = expected_step_us or typical_step(ts)
    flags = np.zeros(len(ts), dtype=bool)
    flags[1:] = np.diff(ts) > factor * step
    return flags


def flag_stale(
    ts: Int,
    value: Float,
    *,
    window_us: int,
    decimals: int | None = None,
    idle_value: float | None = None,
    gap_factor: float = 2.5,
) -> Bool:
    """Readings on a flat line that lasts at least `window_us`; the whole line is flagged.

    NaN and gaps end a line: what was not read is not known to be flat. Leave out kinds that are
    flat by nature (counter, state, setpoint). A coarse sensor at rest is flat for hours without
    being stale: choose the window longer than the quantity can rest.

    Parameters
    ----------
    ts, value : int64[n] sorted [µs], float64[n].
    decimals : compare after rounding; None compares exactly.
    idle_value : a line at this value is normal and not flagged (0 for PV at night).

    Source: pvanalytics ``quality.gaps.stale_values_round`` with ``mark='all'``, with the window
    in time instead of readings.
    """
    if not len(ts):
        return np.zeros(0, dtype=bool)
    level = value if decimals is None else np.round(value, decimals)
    breaks = np.ones(len(ts), dtype=bool)
    breaks[1:] = (level[1:] != level[:-1]) | flag_gap(ts, factor=gap_factor)[1:]
    run = np.cumsum(breaks) - 1
    begin = np.flatnonzero(breaks)
    finish = np.append(begin[1:], len(ts)) - 1
    stale = (ts[finish] - ts[begin] >= window_us) & np.isfinite(level[begin])
    if idle_value is not None:
        stale &= level[begin] != idle_value
    return np.asarray(stale[run], dtype=bool)


def flag_spike(value: Float, *, window: int = 15, sigmas: float = 5.0) -> Bool:
    """Readings far from the median of their neighbourhood (Hampel identifier).

    Flagged where |x − med| > sigmas × max(1.4826 × MAD, resolution), with med and MAD of the
    `window` readings around x (at the ends, of the nearest full window); NaN are passed over. The
    resolution of the signal keeps a flat line (MAD 0) from turning a step of one digit into a
    spike. Fewer readings than one window tell nothing and give no flag.

    Source: Pearson, "Outliers in process modeling and identification", IEEE Trans. Control
    Syst. Technol. 10 (2002) 55, doi:10.1109/87.974338.
    """
    flags = np.zeros(len(value), dtype=bool)
    known = np.flatnonzero(np.isfinite(value))
    if len(known) < window:
        return flags
    x = value[known]
    middle, mad = _rolling_median_and_mad(x, window)
    spread = np.maximum(NORMAL_MAD * mad, resolution(x))
    flags[known] = np.abs(x - middle) > sigmas * spread
    return flags


def _rolling_median_and_mad(x: Float, window: int) -> tuple[Float, Float]:
    """Median and MAD of the window centred on each reading; the ends take the nearest window."""
    windows = np.lib.stride_tricks.sliding_window_view(x, window)
    middle, mad = np.empty(len(windows)), np.empty(len(windows))
    for at in range(0, len(windows), CHUNK):  # bounds the memory, a window per reading is large
        part = windows[at : at + CHUNK]
        middle[at : at + CHUNK] = np.median(part, axis=1)
        away = np.abs(part - middle[at : at + CHUNK, None])
        mad[at : at + CHUNK] = np.median(away, axis=1)
    ends = (window // 2, len(x) - len(windows) - window // 2)
    return np.pad(middle, ends, mode="edge"), np.pad(mad, ends, mode="edge")


def flag_out_of_range(value: Float, low: float, high: float) -> Bool:
    """Readings below `low` or above `high`; NaN is not flagged."""
    return np.asarray((value < low) | (value > high), dtype=bool)


def flag_duplicate(ts: Int) -> Bool:
    """Readings whose time stamp has been seen before, in the order of arrival."""
    return np.asarray(pd.Series(ts).duplicated(keep="first"), dtype=bool)


def flag_out_of_order(ts: Int) -> Bool:
    """Readings older than one that arrived before them."""
    if not len(ts):
        return np.zeros(0, dtype=bool)
    return np.asarray(ts < np.maximum.accumulate(ts), dtype=bool)


def flag_clock_shift(ts: Int, *, steady: int = 3, expected_step_us: int | None = None) -> Bool:
    """First readings after the source's clock was set, in the order of arrival.

    The clock was set where time goes back, or moves on by something that is not a multiple of
    the step, while the `steady` steps before and after are regular (within 10 % of the step). One
    late reading is no shift: the step after it leaps ahead again. A clock set forward by whole
    steps looks exactly like a gap and is reported as one.
    """
    step = expected_step_us or typical_step(ts)
    flags = np.zeros(len(ts), dtype=bool)
    if len(ts) < 2 * steady + 2 or step <= 0:
        return flags
    steps = np.diff(ts)
    off_grid = np.abs(steps - np.round(steps / step) * step) > 0.25 * step
    regular = np.abs(steps - step) <= 0.10 * step
    run = np.convolve(regular, np.ones(steady), "valid") == steady  # run[i]: steps i..i+steady-1
    middle = np.arange(steady, len(steps) - steady)
    calm = run[middle - steady] & run[middle + 1]
    flags[middle + 1] = ((steps < 0) | off_grid)[middle] & calm
    return flags


def flag_counter_reset(value: Float) -> Bool:
    """Readings at which a cumulative counter restarted near zero (see `judge_counter`)."""
    known = np.isfinite(value)
    flags = np.zeros(len(value), dtype=bool)
    flags[known] = judge_counter(value[known]) == RESET
    return flags


def flag_quantised(value: Float, *, window: int = 96, levels: int = 8) -> Bool:
    """Readings whose neighbourhood moves, but over no more than `levels` steps of the resolution.

    There, slopes and differences show the grid of the sensor rather than the quantity.
    """
    step = resolution(value)
    if step == 0.0:
        return np.zeros(len(value), dtype=bool)
    around = pd.Series(value).rolling(window, center=True, min_periods=max(2, window // 2))
    span = around.max() - around.min()
    return np.asarray((span > 0) & (span <= (levels - 0.5) * step), dtype=bool)


# --- counters ----------------------------------------------------------------------------------


def judge_counter(value: Float, *, single_step: Bool | None = None) -> NDArray[np.int8]:
    """Say of each reading of a cumulative counter: GOOD, RESET, DROP or GLITCH.

    With P the last good reading and v < P the new one:

    - GLITCH, high: v continues from before P, so it is P that stuck out and is left out.
    - GLITCH, low: the next reading is P or more again; or v and all that follow are near zero
      (at most 10 % of P) until one step leads back to P..1.1 P. These readings are left out.
    - RESET: v is near zero and stays or climbs from there. It counts from zero.
    - DROP: anything else. The fall is not counted, counting goes on from v.

    Parameters
    ----------
    value : float64[n], finite, in order of time.
    single_step : bool[n], False where unknown readings lie between this one and the one before.
    """
    verdict = np.zeros(len(value), dtype=np.int8)
    for i in (np.flatnonzero(np.diff(value) < 0) + 1).tolist():
        level_at = _good_before(verdict, i)
        if verdict[i] == GLITCH or level_at < 0 or value[i] >= value[level_at]:
            continue
        level = value[level_at]
        earlier = _good_before(verdict, level_at)
        if earlier >= 0 and value[i] >= value[earlier]:
            verdict[level_at] = GLITCH
        elif (back := _return_to(value, i, level, single_step)) > i:
            verdict[i:back] = GLITCH
        else:
            verdict[i] = RESET if 0 <= value[i] <= NEAR_ZERO_RATIO * level else DROP
    return verdict


def _good_before(verdict: NDArray[np.int8], i: int) -> int:
    """Index of the last reading before `i` that is no glitch, or -1."""
    i -= 1
    while i >= 0 and verdict[i] == GLITCH:
        i -= 1
    return i


def _return_to(value: Float, i: int, level: float, single_step: Bool | None) -> int:
    """Index at which the counter is back at `level` after falling at `i`, or -1."""

    def one_step(j: int) -> bool:
        return single_step is None or bool(single_step[j])

    j = i + 1
    if j < len(value) and value[j] >= level and one_step(j):
        return j
    near_zero = NEAR_ZERO_RATIO * level
    if value[i] > near_zero:
        return -1
    j = _first_above(value, i + 1, near_zero)
    # A long excursion must come back to the old level, not only beyond it: a counter that restarts
    # each day may well reach more than yesterday.
    back = j >= 0 and level <= value[j] <= (1 + NEAR_ZERO_RATIO) * level
    return j if back and one_step(j) else -1


def _first_above(value: Float, start: int, threshold: float) -> int:
    """First index from `start` with a value above `threshold`, or -1. Looks in growing bits."""
    size = 64
    while start < len(value):
        hits = np.flatnonzero(value[start : start + size] > threshold)
        if hits.size:
            return start + int(hits[0])
        start += size
        size *= 2
    return -1


# --- per day -----------------------------------------------------------------------------------


def coverage_by_day(
    ts: Int,
    count: Int | None,
    zone: str,
    expected_step_us: int,
    *,
    width_us: int = 0,
    start: int | None = None,
    end: int | None = None,
) -> pd.DataFrame:
    """How complete each local day is.

    Parameters
    ----------
    ts : int64[n], sorted; times of readings, or starts of buckets [µs].
    count : int64[n], readings in each bucket; None for raw readings.
    expected_step_us : step of the source [µs].
    width_us : width of a bucket, 0 for raw readings [µs].
    start, end : window [µs]; days at its edges expect only their part. By default whole days from
        the first to the last reading.

    Returns
    -------
    frame with `day` (date), `rows`, `expected` (day length / step; 23 and 25 h days so), \
`coverage_ratio` (rows / expected, at most 1), `longest_gap_s` (longest time without a reading \
    beyond one step; slack of half a step is no gap).

    Raises
    ------
    BadWindow : no readings and no window, or start not before end.
    """
    if not len(ts) and (start is None or end is None):
        raise BadWindow("no readings and no window: no days to report on")
    begin = int(ts[0]) if start is None else start
    finish = int(ts[-1]) + 1 if end is None else end
    edges = local_midnights(begin, finish, zone)
    days = local_times(edges[:-1], zone).date
    if start is not None:
        edges[0] = start
    if end is not None:
        edges[-1] = end
    inside = (ts >= edges[0]) & (ts < edges[-1])
    ts = ts[inside]
    number = np.ones(len(ts), dtype=np.int64) if count is None else np.asarray(count)[inside]
    home = np.searchsorted(edges, ts, side="right") - 1
    rows = np.bincount(home, weights=number, minlength=len(days)).astype(np.int64)
    expected = np.diff(edges) / expected_step_us
    return pd.DataFrame(
        {
            "day": days,
            "rows": rows,
            "expected": np.round(expected).astype(np.int64),
            "coverage_ratio": np.minimum(rows / expected, 1.0),
            "longest_gap_s": _longest_gap_us(ts, edges, expected_step_us, width_us) / SECOND_US,
        }
    )


def _longest_gap_us(ts: Int, edges: Int, step_us: int, width_us: int) -> Int:
    """Longest uncovered time within each of the periods between `edges` [µs]."""
    begin = np.concatenate([edges[:1], ts + max(step_us, width_us)])
    finish = np.concatenate([ts, edges[-1:]])
    real = finish - begin > step_us / 2
    begin, finish = begin[real], finish[real]
    longest = np.zeros(len(edges) - 1, dtype=np.int64)
    for day in range(len(longest)):
        overlap = np.minimum(finish, edges[day + 1]) - np.maximum(begin, edges[day])
        longest[day] = max(0, overlap.max(initial=0))
    return longest


def flag_all(
    ts: Int, value: Float, *, kind: Kind = "analog", options: QualityOptions = DEFAULT_OPTIONS
) -> pd.DataFrame:
    """All flags that make sense for the kind of signal, one boolean column each.

    Parameters
    ----------
    ts, value : int64[n] [µs], float64[n], in the order of arrival. Flags that need sorted times
        are computed on the sorted readings and handed back in the order of arrival.

    Returns
    -------
    frame of bool[n]: gap, stale, spike, out_of_range, duplicate, out_of_order, clock_shift, \
counter_reset, quantised; False throughout where the kind excludes the flag.
    """
    order = np.argsort(ts, kind="stable")
    when, sorted_value = ts[order], value[order]
    none = np.zeros(len(ts), dtype=bool)
    analog = kind == "analog"

    def as_arrived(flags: Bool) -> Bool:
        arrived = np.empty(len(ts), dtype=bool)
        arrived[order] = flags
        return arrived

    stale, spike, quantised, reset = none, none, none, none
    if analog:
        stale = flag_stale(
            when,
            sorted_value,
            window_us=options.stale_window_us,
            decimals=options.stale_decimals,
            idle_value=options.idle_value,
            gap_factor=options.gap_factor,
        )
        spike = flag_spike(sorted_value, window=options.spike_window, sigmas=options.spike_sigmas)
        quantised = flag_quantised(sorted_value)
    if kind == "counter":
        reset = flag_counter_reset(sorted_value)
    return pd.DataFrame(
        {
            "gap": as_arrived(flag_gap(when, factor=options.gap_factor)),
            "stale": as_arrived(stale),
            "spike": as_arrived(spike),
            "out_of_range": flag_out_of_range(value, options.low, options.high),
            "duplicate": flag_duplicate(ts),
            "out_of_order": flag_out_of_order(ts),
            "clock_shift": flag_clock_shift(ts),
            "counter_reset": as_arrived(reset),
            "quantised": as_arrived(quantised),
        }
    )


def summarise(
    ts: Int,
    value: Float,
    zone: str,
    *,
    kind: Kind = "analog",
    expected_step_us: int | None = None,
    options: QualityOptions = DEFAULT_OPTIONS,
) -> pd.DataFrame:
    """Coverage and number of flagged readings of each local day.

    Parameters
    ----------
    ts, value : int64[n] [µs], float64[n], raw readings in the order of arrival.

    Returns
    -------
    frame of `coverage_by_day`, then one column of counts per flag of `flag_all`. Duplicates and \
NaN do not count as rows.

    Raises
    ------
    BadWindow : no reading, or no two distinct times to tell the step from.
    """
    if not len(ts):
        raise BadWindow("no reading in this window")
    step = expected_step_us or typical_step(ts)
    if step <= 0:
        raise BadWindow("fewer than two distinct times: the step of the source is unknown")
    flags = flag_all(ts, value, kind=kind, options=options)
    known = np.isfinite(value) & ~flags["duplicate"].to_numpy()
    first, last = int(ts.min()), int(ts.max()) + 1
    edges = local_midnights(first, last, zone)
    days = coverage_by_day(
        np.sort(ts[known]), None, zone, step, start=int(edges[0]), end=int(edges[-1])
    )
    home = np.searchsorted(edges, ts, side="right") - 1
    counts = flags.groupby(home).sum().reindex(range(len(days)), fill_value=0)
    return pd.concat([days, counts.astype(np.int64)], axis=1)
