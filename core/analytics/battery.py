"""Battery system: cycles, efficiency, rates, dwell, spread, states and availability.

Times are int64 microseconds since the epoch in UTC; current [A], power [kW] and energy are
positive in charge; SOC is a ratio 0..1; NaN is "no value". A reading stands until the next one
(`hold_times`), as for energies. Formulas and sources are in ``docs/methods.md``, "Battery system".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rainflow  # type: ignore[import-untyped]
from numpy.typing import NDArray

from core.analytics.energy import GAP_FACTOR
from core.analytics.quality import HOUR_US, Bool, Float, Int, typical_step

FULL_SOC = 0.995  # a BMS that shows 99.5 % or more has set itself to full
LEAST_DEPTH = 0.2  # a window of less SOC is not worth the error of its two ends
LEAST_WINDOWS = 5  # fewer give no interval worth the name
LEAST_COVERAGE = 0.99
MOST_C_RATE = 4.0  # SOC that moves faster was set, not counted
BLOCK = 97  # readings over which the step of a source counts as constant
SAMPLES = 2000
LEVELS = tuple(float(level) for level in np.round(np.arange(0.1, 0.91, 0.05), 2))


# --- readings that stand -----------------------------------------------------------------------


def local_step(ts: Int) -> Int:
    """Step of the source around each reading [µs]: the median over blocks of 97 readings.

    A source may be read every minute for months and every ten seconds since. Where the pace
    changes, the slower of the blocks side by side counts, for neither side is a gap.

    Parameters
    ----------
    ts : int64[n] sorted [µs].

    Returns
    -------
    int64[n]
    """
    apart = np.diff(ts)
    if not len(apart):
        return np.zeros(len(ts), np.int64)
    usual = int(np.median(apart))
    # Of one pace throughout, but for a gap now and then.
    if np.mean(np.abs(apart - usual) > 0.5 * usual) < 0.005:
        return np.full(len(ts), usual, np.int64)
    whole = len(apart) // BLOCK * BLOCK
    blocks = np.median(apart[:whole].reshape(-1, BLOCK), axis=1) if whole else np.empty(0)
    rest = np.median(apart[max(0, len(apart) - BLOCK) :])
    around = np.pad(np.append(blocks, rest), 1, mode="edge")
    slower = np.maximum(np.maximum(around[:-2], around[1:-1]), around[2:])
    steps = np.repeat(slower, BLOCK)[: len(ts)]
    paced: Int = np.maximum(steps, 1).astype(np.int64)
    return paced


def hold_times(ts: Int, end: int, *, step_us: int | None = None) -> Int:
    """How long each reading stands [µs]: until the next, if that is at most 2.5 steps away.

    Else, and for the last one, a single step; never beyond `end`.

    Parameters
    ----------
    ts : int64[n] strictly increasing [µs].
    end : end of the window [µs].
    step_us : step of the source [µs]; by default told from the readings around each.
    """
    if not len(ts):
        return np.empty(0, np.int64)
    step = local_step(ts) if step_us is None else np.full(len(ts), step_us, np.int64)
    apart = np.append(np.diff(ts), np.iinfo(np.int64).max)
    held = np.where(apart <= GAP_FACTOR * step, apart, step)
    return np.maximum(np.minimum(held, end - ts), 0)


def hold_at(ts: Int, value: Float, at: Int, *, step_us: int | None = None) -> Float:
    """Value of the last reading at or before each time, NaN where it is over 2.5 steps old.

    Parameters
    ----------
    ts, value : int64[n] sorted [µs], float64[n].
    at : int64[m] [µs].
    """
    if not len(ts):
        return np.full(len(at), np.nan)
    if len(ts) == len(at) and np.array_equal(ts, at):
        return value
    step = typical_step(ts) if step_us is None else step_us
    place = np.searchsorted(ts, at, side="right") - 1
    old = at - ts[np.maximum(place, 0)]
    known = (place >= 0) & (old <= GAP_FACTOR * step)
    return np.where(known, value[np.maximum(place, 0)], np.nan)


def accumulate(ts: Int, rate: Float, held_us: Int, at: Int) -> Float:
    """Integral of a rate from the first reading to each time [unit of rate × h].

    NaN adds nothing. Exact for readings that stand: the sum runs straight while one does and
    rests in gaps.

    Parameters
    ----------
    ts, rate, held_us : int64[n] [µs], float64[n], int64[n] from `hold_times`.
    at : int64[m] [µs].
    """
    if not len(ts):
        return np.zeros(len(at))
    total = np.cumsum(np.nan_to_num(rate) * held_us) / HOUR_US
    edges = np.column_stack([ts, ts + held_us]).ravel()
    sums = np.column_stack([np.append(0.0, total[:-1]), total]).ravel()
    return np.asarray(np.interp(at, edges, sums), np.float64)


# --- cycles ------------------------------------------------------------------------------------


def charge_moved(current: Float, held_us: Int) -> tuple[float, float]:
    """Charge in and out [Ah], both positive, or energy in and out [kWh] of a power.

    Parameters
    ----------
    current, held_us : float64[n] [A], charge +; int64[n] [µs]. NaN adds nothing.
    """
    hours = held_us / HOUR_US
    return (
        float(np.nansum(np.maximum(current, 0.0) * hours)),
        float(np.nansum(np.maximum(-current, 0.0) * hours)),
    )


def equivalent_full_cycles(charged: float, discharged: float, capacity: float) -> float:
    """EFC = throughput / (2 × capacity); NaN without a capacity.

    Parameters
    ----------
    charged, discharged : charge [Ah] (or energy [kWh]), both positive.
    capacity : in the same unit; rated or measured, to be named beside the figure.
    """
    return (charged + discharged) / (2 * capacity) if capacity > 0 else np.nan


def soc_full_cycles(soc: Float) -> float:
    """EFC from the way the SOC has gone, Σ|ΔSOC| / 2; NaN without two values."""
    known = soc[np.isfinite(soc)]
    return float(np.abs(np.diff(known)).sum() / 2) if known.size > 1 else np.nan


def turning_points(values: Float) -> Int:
    """Positions of first and last value and of all reversals between; NaN left out.

    Of equal values in a row the first turns.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return known
    v = values[known]
    moved = np.concatenate([[0], np.flatnonzero(np.diff(v) != 0) + 1])
    v = v[moved]
    turns = (
        np.flatnonzero((v[1:-1] - v[:-2]) * (v[2:] - v[1:-1]) < 0) + 1
        if v.size > 2
        else np.empty(0, np.int64)
    )
    ends = [0, v.size - 1] if v.size > 1 else [0]
    picked: Int = known[moved[np.union1d(turns, ends).astype(np.int64)]]
    return picked


def rainflow_cycles(values: Float) -> pd.DataFrame:
    """Cycles of a course by rainflow counting, residue as half cycles.

    Parameters
    ----------
    values : float64[n] in order of time, e.g. SOC; NaN is bridged.

    Returns
    -------
    frame `range`, `mean` [unit of values], `count` (1 or 0.5), `first`, `last` (positions in
    `values` where the range begins and ends). Σ range × count is half the way the values went.

    Source: ASTM E1049-85 (2011), 5.4.4, by the library `rainflow`.
    """
    at = turning_points(values)
    columns = ["range", "mean", "count", "first", "last"]
    if at.size < 2:
        return pd.DataFrame({name: np.empty(0) for name in columns})
    # The library takes a last value only where one stands before it in the same direction.
    points = np.append(values[at], values[at[-1]])
    found = np.array(list(rainflow.extract_cycles(points.tolist())), dtype=np.float64)
    frame = pd.DataFrame(found.reshape(-1, 5), columns=columns)
    places = np.append(at, at[-1])
    for name in ("first", "last"):
        frame[name] = places[frame[name].to_numpy(np.int64)]
    return frame


def depth_histogram(cycles: pd.DataFrame, edges: Float) -> pd.DataFrame:
    """Cycles by depth.

    Parameters
    ----------
    cycles : from `rainflow_cycles` of SOC.
    edges : float64[k + 1] ascending; a depth on an edge belongs below, as 0.8 to 0.7..0.8.

    Returns
    -------
    frame `low`, `high`, `count`, `efc` (Σ depth × count), k rows
    """
    depth, count = cycles["range"].to_numpy(), cycles["count"].to_numpy()
    # Depths are differences of decimals: 0.9 - 0.1 must not miss its edge by an ulp.
    place = np.searchsorted(edges, depth - 1e-9, side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)

    def total(weights: Float) -> Float:
        sums = np.bincount(place[inside], weights[inside], minlength=len(edges) - 1)
        return sums.astype(np.float64)

    return pd.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "count": total(count), "efc": total(count * depth)}
    )


# --- time spent --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dwell:
    """Time spent by two quantities.

    Attributes
    ----------
    hours : float64[i, j], by band of the first and of the second.
    outside : hours beyond the outermost edges [h].
    coverage_ratio : share of the window in which both are known.
    """

    hours: Float
    outside: float
    coverage_ratio: float


def dwell(
    x: Float, y: Float, held_us: Int, x_edges: Float, y_edges: Float, *, window_us: int
) -> Dwell:
    """Time spent in bands of two quantities, e.g. temperature and SOC, or SOC and power.

    Parameters
    ----------
    x, y, held_us : float64[n], float64[n], int64[n] [µs]. Only readings of both count.
    x_edges, y_edges : float64[i + 1], float64[j + 1]; bands are [low, high), the last [low, high].
    window_us : length of the window, for the coverage.
    """
    known = np.isfinite(x) & np.isfinite(y)
    hours = held_us[known] / HOUR_US
    grid, _, _ = np.histogram2d(x[known], y[known], bins=[x_edges, y_edges], weights=hours)
    total = float(hours.sum())
    return Dwell(
        grid, max(total - float(grid.sum()), 0.0), min(total * HOUR_US / window_us, 1.0)
    )  # fmt: skip


def hours_by_band(x: Float, held_us: Int, edges: Float) -> Float:
    """Time in bands of one quantity [h]: float64[k] for k + 1 edges, the last band closed."""
    known = np.isfinite(x)
    hours, _ = np.histogram(x[known], bins=edges, weights=held_us[known] / HOUR_US)
    return np.asarray(hours, np.float64)


def weighted_quantile(x: Float, held_us: Int, q: float) -> float:
    """The value not exceeded for a share `q` of the time; NaN without any."""
    known = np.isfinite(x) & (held_us > 0)
    if not known.any():
        return np.nan
    order = np.argsort(x[known], kind="stable")
    upto = np.cumsum(held_us[known][order], dtype=np.float64)
    place = int(np.searchsorted(upto, q * upto[-1]))
    return float(x[known][order][min(place, len(order) - 1)])


# --- spread between cells ----------------------------------------------------------------------


def cell_spread(high: Float, low: Float) -> pd.DataFrame:
    """Spread between cells at each time, and which cells are its ends.

    Parameters
    ----------
    high, low : float64[t, cell]; of readings both are the same, of buckets max and min. Then
        `at_top` compares the highest values of the cells, `at_bottom` their lowest; what each
        reached at its own instant in the bucket.

    Returns
    -------
    frame `at_top`, `at_bottom` (greatest minus least over the cells), `highest`, `lowest` (column
    of the cell), `known` (cells with a value); NaN and -1 where fewer than two are known.
    """
    known = np.isfinite(high).sum(axis=1) if high.shape[1] else np.zeros(len(high), np.int64)
    enough = known > 1
    if not high.shape[1]:
        nothing = np.full(len(high), np.nan)
        none = np.full(len(high), -1)
        return pd.DataFrame(
            {"at_top": nothing, "at_bottom": nothing, "highest": none, "lowest": none,
             "known": known}
        )  # fmt: skip

    def range_of(values: Float) -> Float:
        top = np.where(np.isfinite(values), values, -np.inf).max(axis=1)
        bottom = np.where(np.isfinite(values), values, np.inf).min(axis=1)
        return np.where(enough, np.where(enough, top, 0) - np.where(enough, bottom, 0), np.nan)

    highest = np.where(np.isfinite(high), high, -np.inf).argmax(axis=1)
    lowest = np.where(np.isfinite(low), low, np.inf).argmin(axis=1)
    return pd.DataFrame(
        {
            "at_top": range_of(high),
            "at_bottom": range_of(low),
            "highest": np.where(enough, highest, -1),
            "lowest": np.where(enough, lowest, -1),
            "known": known,
        }
    )


def extreme_cells(high: Float, low: Float) -> pd.DataFrame:
    """How often each cell is the highest and the lowest of all.

    Cells that tie share the moment; one at which all are alike, or fewer than two are known, tells
    nothing and does not count.

    Parameters
    ----------
    high, low : float64[t, cell], as for `cell_spread`.

    Returns
    -------
    frame `highest_ratio`, `lowest_ratio` of the times at which cells differ; a row per cell. All 0
    where they never do.
    """
    shares = {}
    for name, values, edge in (("highest", high, -np.inf), ("lowest", low, np.inf)):
        known = np.isfinite(values)
        filled = np.where(known, values, edge)
        top, bottom = np.where(known, values, -np.inf), np.where(known, values, np.inf)
        differ = (known.sum(axis=1) > 1) & (
            top.max(axis=1, initial=-np.inf) > bottom.min(axis=1, initial=np.inf)
        )
        filled = filled[differ]
        outermost = filled.max(axis=1) if name == "highest" else filled.min(axis=1)
        hit = filled == outermost[:, None]
        shared = (hit / hit.sum(axis=1, keepdims=True)).sum(axis=0)
        shares[f"{name}_ratio"] = shared / max(len(filled), 1)
    return pd.DataFrame(shares)


# --- states ------------------------------------------------------------------------------------


def state_runs(ts: Int, value: Float, end: int, *, step_us: int | None = None) -> pd.DataFrame:
    """Runs of equal readings of a state: where each begins and ends.

    A run ends where the next value begins; before a gap (over 2.5 steps) it ends one step after
    its last reading, and a new one begins behind the gap.

    Parameters
    ----------
    ts, value : int64[n] strictly increasing [µs], float64[n]; NaN left out.
    end : end of the window [µs].

    Returns
    -------
    frame `start`, `end` [µs], `value`, `readings`
    """
    known = np.isfinite(value)
    ts, value = ts[known], value[known]
    if not len(ts):
        return pd.DataFrame(
            {"start": ts, "end": ts, "value": value, "readings": np.empty(0, np.int64)}
        )
    held = hold_times(ts, end, step_us=step_us)
    breaks = (value[1:] != value[:-1]) | (ts[1:] > ts[:-1] + held[:-1])
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    last = np.append(first[1:], len(ts)) - 1
    return pd.DataFrame(
        {
            "start": ts[first],
            "end": ts[last] + held[last],
            "value": value[first],
            "readings": last - first + 1,
        }
    )


def coalesce_runs(runs: pd.DataFrame, gap_us: int) -> pd.DataFrame:
    """Runs of one value that lie at most `gap_us` apart as one, for a picture.

    Returns
    -------
    frame `start`, `end` [µs], `value`, `runs` (how many it stands for), by value and start
    """
    ordered = runs.sort_values(["value", "start"], kind="stable")
    start, end = ordered["start"].to_numpy(), ordered["end"].to_numpy()
    value = ordered["value"].to_numpy()
    if not len(start):
        return pd.DataFrame({"start": start, "end": end, "value": value, "runs": start})
    apart = (value[1:] != value[:-1]) | (start[1:] - end[:-1] > gap_us)
    first = np.concatenate([[0], np.flatnonzero(apart) + 1])
    return pd.DataFrame(
        {
            "start": start[first],
            "end": np.maximum.reduceat(end, first),
            "value": value[first],
            "runs": np.diff(np.append(first, len(start))),
        }
    )


def in_runs(ts: Int, runs: pd.DataFrame) -> tuple[Bool, Int]:
    """Whether each time lies in a run, and where that run began [µs]; runs do not overlap."""
    start, end = runs["start"].to_numpy(np.int64), runs["end"].to_numpy(np.int64)
    if not len(start):
        return np.zeros(len(ts), bool), np.zeros(len(ts), np.int64)
    order = np.argsort(start)
    start, end = start[order], end[order]
    place = np.searchsorted(start, ts, side="right") - 1
    inside = (place >= 0) & (ts < end[np.maximum(place, 0)])
    return inside, np.where(inside, start[np.maximum(place, 0)], 0)


@dataclass(frozen=True)
class Availability:
    """Availability by time, with causes.

    Attributes
    ----------
    causes : frame `state` (charge, discharge, idle, fault, no_data), `cause` (name of the flag),
        `hours`, `share` of the window, `events`, `longest_h`.
    ratio : (known − fault) / known, NaN where nothing is known.
    least_ratio : the same with all that is not known taken as down.
    """

    causes: pd.DataFrame
    ratio: float
    least_ratio: float


STATES = ("charge", "discharge", "idle", "fault", "no_data")


def availability(
    ts: Int,
    activity: Float,
    held_us: Int,
    faults: Mapping[str, pd.DataFrame],
    *,
    start: int,
    end: int,
    idle_below: float,
) -> Availability:
    """Time in charge, in discharge, at rest, down by a flag, and without data.

    A reading belongs to the flag that is up, of several to the one that came up first; else its
    sign says what it is. At rest is not down: a battery may have nothing to do.

    Parameters
    ----------
    ts, activity, held_us : int64[n] [µs], power or current float64[n], int64[n].
    faults : runs (`start`, `end`) of the flags that mean an outage, by name.
    start, end : window [µs].
    idle_below : |activity| up to this counts as rest [unit of activity].
    """
    held_us = np.where(np.isfinite(activity), held_us, 0)
    state = np.where(
        np.abs(activity) <= idle_below, 2, np.where(activity > 0, 0, 1)
    )  # fmt: skip
    since = np.full(len(ts), np.iinfo(np.int64).max)
    cause = np.full(len(ts), -1)
    for place, runs in enumerate(faults.values()):
        up, began = in_runs(ts, runs)
        up &= began < since
        since[up], cause[up] = began[up], place
    state[cause >= 0] = 3
    rows = [
        _time_in(ts, held_us, state == place, name, "") for place, name in enumerate(STATES[:3])
    ]
    rows += [
        _time_in(ts, held_us, cause == place, "fault", name) for place, name in enumerate(faults)
    ]
    rows.append(_without(ts, held_us, start, end))
    causes = pd.DataFrame(rows)
    causes["share"] = causes["hours"] * HOUR_US / (end - start)
    down = float(causes.loc[causes["state"] == "fault", "hours"].sum())
    known = float(held_us.sum()) / HOUR_US
    whole = (end - start) / HOUR_US
    return Availability(
        causes[["state", "cause", "hours", "share", "events", "longest_h"]],
        (known - down) / known if known > 0 else np.nan,
        (known - down) / whole if known > 0 else np.nan,
    )


def _time_in(ts: Int, held_us: Int, mask: Bool, state: str, cause: str) -> dict[str, object]:
    """Hours, number of spells and the longest of them."""
    hours, began = held_us / HOUR_US, mask & ~np.append(False, mask[:-1])
    spells = np.bincount(np.cumsum(began)[mask], hours[mask]) if mask.any() else np.zeros(1)
    return {
        "state": state, "cause": cause, "hours": float(hours[mask].sum()),
        "events": int(began.sum()), "longest_h": float(spells.max()),
    }  # fmt: skip


def data_gaps(ts: Int, held_us: Int, start: int, end: int) -> pd.DataFrame:
    """Time of the window that no reading stands for: frame `start`, `end` [µs], by start.

    What is shorter than the usual step is the phase of the source against the window.
    """
    real = held_us > 0
    least = float(np.median(held_us[real])) if real.any() else 0.0
    begin = np.concatenate([[start], (ts + held_us)[real]])
    until = np.concatenate([ts[real], [end]])
    missing = until - begin > least
    return pd.DataFrame({"start": begin[missing], "end": until[missing]})


def _without(ts: Int, held_us: Int, start: int, end: int) -> dict[str, object]:
    gaps = data_gaps(ts, held_us, start, end)
    hours = (gaps["end"] - gaps["start"]).to_numpy() / HOUR_US
    return {
        "state": "no_data", "cause": "", "hours": float(hours.sum()), "events": len(gaps),
        "longest_h": float(hours.max(initial=0.0)),
    }  # fmt: skip


# --- round trip --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClosedWindows:
    """Windows at whose two ends the SOC is the same.

    Attributes
    ----------
    start, end : int64[w] [µs], instants of readings of the SOC.
    depth : float64[w], how far the SOC went away from its value at the ends.
    soc : value at the ends; `FULL_SOC` stands for full.
    anchor : ``full`` where the BMS has set itself to full at both ends, ``level`` where the SOC it
        counts is trusted.
    """

    start: Int
    end: Int
    depth: Float
    soc: float
    anchor: str

    def __len__(self) -> int:
        return len(self.start)


def closed_windows(
    ts: Int, soc: Float, *, least_depth: float = LEAST_DEPTH, full: float = FULL_SOC
) -> ClosedWindows:
    """Windows closed in SOC, one after the other.

    From the last reading of one full charge to that of the next; where that gives fewer than
    `LEAST_WINDOWS`, between rises through the level (0.10, 0.15 .. 0.90) that gives most of them,
    without those in which the SOC was set. A window of less depth is joined to the next.

    Parameters
    ----------
    ts, soc : int64[n] strictly increasing [µs], float64[n] 0..1; NaN left out.
    """
    known = np.isfinite(soc)
    ts, soc = ts[known], soc[known]
    if len(ts) < 2:
        return ClosedWindows(ts[:0], ts[:0], soc[:0], np.nan, "full")
    at_full = np.flatnonzero((soc[:-1] >= full) & (soc[1:] < full))
    # A last run of full that is still going on ends with the data.
    if soc[-1] >= full:
        at_full = np.append(at_full, len(soc) - 1)
    best = _joined(ts, soc, at_full, full, "full", least_depth)
    if len(best) >= LEAST_WINDOWS:
        return best
    set_at = _set_by_hand(ts, soc)
    for level in LEVELS:
        rises = np.flatnonzero((soc[:-1] < level) & (soc[1:] >= level)) + 1
        if rises.size - 1 <= len(best):
            continue
        found = _joined(ts, soc, rises, level, "level", least_depth)
        found = _without_any(found, set_at)
        if len(found) > len(best):
            best = found
    return best


def _joined(
    ts: Int, soc: Float, at: Int, level: float, anchor: str, least_depth: float
) -> ClosedWindows:
    """Windows between the positions `at`, shallow ones joined to those behind them."""
    if at.size < 2:
        return ClosedWindows(ts[:0], ts[:0], soc[:0], level, anchor)
    piece = soc[: at[-1] + 1]
    away = np.maximum(
        np.maximum.reduceat(piece, at[:-1]) - level, level - np.minimum.reduceat(piece, at[:-1])
    )
    starts, ends, depths = [], [], []
    begin, depth = 0, 0.0
    for place, reach in enumerate(away):
        depth = max(depth, float(reach))
        if depth >= least_depth:
            starts.append(at[begin])
            ends.append(at[place + 1])
            depths.append(depth)
            begin, depth = place + 1, 0.0
    picked = np.array(starts, np.int64), np.array(ends, np.int64)
    return ClosedWindows(ts[picked[0]], ts[picked[1]], np.array(depths), level, anchor)


def _set_by_hand(ts: Int, soc: Float) -> Int:
    """Times at which the SOC jumped faster than any current could move it."""
    hours = np.diff(ts) / HOUR_US
    jumped = np.abs(np.diff(soc)) > 0.01 + MOST_C_RATE * hours
    return ts[1:][jumped]


def _without_any(windows: ClosedWindows, moments: Int) -> ClosedWindows:
    """Windows in which none of the moments lies."""
    before = np.searchsorted(moments, windows.start, side="right")
    clear = before == np.searchsorted(moments, windows.end, side="right")
    return ClosedWindows(
        windows.start[clear], windows.end[clear], windows.depth[clear], windows.soc, windows.anchor
    )


@dataclass(frozen=True)
class RoundTrip:
    """Round-trip efficiency over closed windows, a ratio of sums.

    Attributes
    ----------
    value, low, high : ratio and its 95 % interval, NaN where refused.
    n : windows used; span_us : from the start of the first to the end of the last.
    charged, discharged : energy over the windows used.
    refusal : why there is no value: ``no_window`` (the SOC never comes back), ``gaps`` (readings
        are missing in too many windows), ``few_windows``, ``idle`` (nothing was charged),
        ``above_one`` (more out than in: the sign or the source is wrong); or None.
    """

    value: float
    low: float
    high: float
    n: int
    span_us: int
    charged: float
    discharged: float
    refusal: str | None


def estimate_round_trip(
    charged: Float,
    discharged: Float,
    coverage: Float,
    windows: ClosedWindows,
    *,
    least: int = LEAST_WINDOWS,
    least_coverage: float = LEAST_COVERAGE,
    seed: int = 0,
) -> RoundTrip:
    """Round-trip efficiency, Σ out / Σ in over closed windows, with a bootstrap interval.

    Windows are drawn anew with replacement 2000 times; the interval is the 2.5 and 97.5 % of
    the ratios (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).

    Parameters
    ----------
    charged, discharged : float64[w], energy in and out of each window.
    coverage : float64[w], share of each window with readings of both.
    least : fewest windows.
    """
    use = np.asarray(coverage >= least_coverage)
    into, out = charged[use], discharged[use]
    n = int(use.sum())
    total_in, total_out = float(into.sum()), float(out.sum())
    span = int(windows.end[use][-1] - windows.start[use][0]) if n else 0
    refusal = (
        "no_window" if not len(windows)
        else "gaps" if n < least <= len(windows)
        else "few_windows" if n < least
        else "idle" if total_in <= 0
        else "above_one" if total_out > total_in
        else None
    )  # fmt: skip
    if refusal:
        return RoundTrip(np.nan, np.nan, np.nan, n, span, total_in, total_out, refusal)
    drawn = np.random.default_rng(seed).integers(0, n, (SAMPLES, n))
    sums = into[drawn].sum(axis=1)
    ratios = out[drawn].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = (float(edge) for edge in np.quantile(ratios, [0.025, 0.975]))
    return RoundTrip(total_out / total_in, low, high, n, span, total_in, total_out, None)


def windows_energy(
    ts: Int, power: Float, held_us: Int, windows: ClosedWindows
) -> tuple[Float, Float, Float]:
    """Energy in and out of each window and its coverage: float64[w] each, [kWh] for kW.

    Parameters
    ----------
    ts, power, held_us : int64[n] [µs], float64[n], charge +, int64[n].
    """
    known = np.isfinite(power)
    edges = np.concatenate([windows.start, windows.end])

    def between(rate: Float) -> Float:
        sums = accumulate(ts, rate, held_us, edges)
        return sums[len(windows) :] - sums[: len(windows)]

    hours = (windows.end - windows.start) / HOUR_US
    coverage = between(known.astype(np.float64)) / np.maximum(hours, 1e-12)
    return between(np.maximum(power, 0.0)), between(np.maximum(-power, 0.0)), coverage


def charge_sign(ts: Int, soc: Float, rate: Float, held_us: Int) -> float:
    """How current or power goes with the SOC: their correlation over hours, −1..1.

    Near +1 charge is positive, near −1 the source has the other sign; NaN where under 10 hours
    moved.

    Parameters
    ----------
    ts, soc, rate, held_us : int64[n] [µs], float64[n] 0..1, float64[n], int64[n].
    """
    if len(ts) < 2:
        return np.nan
    grid = np.arange(ts[0], ts[-1], HOUR_US)
    moved = np.diff(accumulate(ts, rate, held_us, grid))
    known = np.isfinite(soc)
    if known.sum() < 2:
        return np.nan
    change = np.diff(np.interp(grid, ts[known], soc[known]))
    use = (np.abs(change) > 0.005) & (moved != 0)
    if use.sum() < 10 or not (np.ptp(change[use]) > 0 and np.ptp(moved[use]) > 0):
        return np.nan
    return float(np.corrcoef(change[use], moved[use])[0, 1])


Edges = NDArray[np.float64]


def even_edges(low: float, high: float, width: float) -> Edges:
    """Edges of equal bands, multiples of `width`, that hold both `low` and `high`."""
    first, last = np.floor(low / width + 1e-9), np.ceil(high / width - 1e-9)
    return np.arange(first, max(last, first + 1) + 1) * width
