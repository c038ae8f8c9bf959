"""Which fault makes a cell weak: capacity, charge, resistance, self-discharge, or its sensor.

All cells of a string carry the same current, so a cell stands apart from its pack in only a few
ways, and each shows at another place:

================== ====================== ====================== =====================
fault              at rest, empty         at rest, full          under current
================== ====================== ====================== =====================
capacity too low   with the pack          ahead of the pack      with the pack
charge too high    ahead                  ahead                  with the pack
charge too low     behind                 behind                 with the pack
self-discharge     behind, ever more      behind, ever more      with the pack
resistance         with the pack          with the pack          apart, as the current
================== ====================== ====================== =====================

(A pack that is balanced when full shows a cell of low capacity behind when empty and with the
pack when full.) Voltage at rest is open-circuit voltage: resistance does not touch it. What a
millivolt is worth in charge is read from the battery's own discharges and charges, so no curve of
a data sheet is needed. Method and limits: docs/methods.md, "Which fault is it".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.analytics.chemistry import Chemistry
from core.analytics.quality import HOUR_US, Bool, Float, Int
from core.analytics.regimes import relative_to
from core.analytics.trend import MAD_TO_SIGMA, fit_line, middle

DAY_US = 24 * HOUR_US
# Voltages come in steps of about 1 mV; a spread below that of a step is not believed.
GRID_V = 0.001
BIN_V = 0.005
# A reading stands still that moves by a step at most in a day on which others move by this much.
LIVELY_V = 0.05
STILL_V = GRID_V + 1e-6
LEAST_HOURS = 10
# A cell has come to rest this long after its current stopped; later it may be charged again.
RESTED_US = (40 * 60_000_000, 90 * 60_000_000)
# Faults of charge are mended by balancing; of those and of capacity a voltage at rest tells.
BALANCE = ("offset_high", "offset_low", "self_discharge")
CHARGE_FAULTS = (*BALANCE, "capacity")
GRID_TILT = 1 / 12**0.5
MEDIAN_ERROR = (np.pi / 2) ** 0.5  # of a median over that of a mean, normal values


@dataclass(frozen=True)
class DiagnosisOptions:
    """Thresholds; shares are of the nominal capacity.

    Parameters
    ----------
    recent_days : what a cell is judged by; older readings only tell since when.
    least_rests : rests at an end of the charge, below which that end says nothing.
    rest_ratio : current at rest at most, over the capacity [1/h].
    charge_ratio : departure in charge from which a cell is faulty.
    drift_ratio_day : loss of charge against the pack from which it is self-discharge [1/day].
    resistance_ratio : resistance over the pack's, less one, from which a cell is faulty.
    sigmas : and each of these must be this many robust standard deviations of all cells.
    """

    recent_days: float = 60.0
    least_rests: int = 5
    rest_ratio: float = 0.01
    charge_ratio: float = 0.007
    drift_ratio_day: float = 3.5e-5
    resistance_ratio: float = 0.30
    sigmas: float = 5.0


@dataclass(frozen=True)
class CellHours:
    """What a battery's cells did, by the hour.

    Parameters
    ----------
    ts : starts of the hours [µs UTC], ascending.
    last, mean : last and mean voltage of each cell in the hour [hour, cell], V.
    current_mean, current_low, current_high : of the string in the hour [A], charge +; NaN where
        there is none.
    pack, cell : numbers of each cell [cell].
    """

    ts: Int
    last: Float
    mean: Float
    current_mean: Float
    current_low: Float
    current_high: Float
    pack: Int
    cell: Int


@dataclass(frozen=True)
class CellSamples:
    """Raw readings of one cell with the string's current and counted charge at each.

    Parameters
    ----------
    ts : [µs UTC]. volts : [V]. current : [A], charge +. charge : counted since any start [Ah].
    """

    ts: Int
    volts: Float
    current: Float
    charge: Float


@dataclass(frozen=True)
class ChargeCurve:
    """Charge against open-circuit voltage near one end, as this battery shows it.

    Parameters
    ----------
    volts : ascending [V]. ah : charge from the first of them [Ah].
    """

    volts: Float
    ah: Float

    def charge(self, volts: Float) -> Float:
        """Charge at `volts` [Ah]; beyond the ends the outermost slope goes on."""
        edge = max(1, min(3, len(self.volts) - 1))
        low = (self.ah[edge] - self.ah[0]) / (self.volts[edge] - self.volts[0])
        high = (self.ah[-1] - self.ah[-1 - edge]) / (self.volts[-1] - self.volts[-1 - edge])
        inside = np.interp(volts, self.volts, self.ah)
        below = np.minimum(volts - self.volts[0], 0) * low
        above = np.maximum(volts - self.volts[-1], 0) * high
        return np.asarray(inside + below + above)

    def knee(self, capacity_ah: float) -> float:
        """Voltage above which 1 mV stands for less than 0.2 % of the capacity [V]."""
        steep = np.diff(self.ah) / np.diff(self.volts) * GRID_V <= 0.002 * capacity_ah
        flat = np.flatnonzero(~steep)
        return float(self.volts[flat[-1] + 1] if len(flat) else self.volts[0])


@dataclass(frozen=True)
class Rests:
    """Hours at whose end the battery had rested for an hour or more.

    Parameters
    ----------
    at : index of the hour [rest]. day : days since the first hour [rest].
    volts : voltage of each cell [rest, cell], V. ahead : against the median of the pack
        [rest, cell], V. charge : the same in charge [rest, cell], Ah, or None.
    bound : where `charge` is only the least it can be [rest, cell], or None.
    grid_ah : charge that one step of the voltage's grid (1 mV) stands for [Ah].
    """

    at: Int
    day: Float
    volts: Float
    ahead: Float
    charge: Float | None = None
    bound: Bool | None = None
    grid_ah: float = 0.0


@dataclass(frozen=True)
class Diagnosis:
    """What was found, one entry a cell; NaN where it could not be told.

    Parameters
    ----------
    fault : key of the fault [cell]: ``healthy``, ``capacity``, ``offset_high``, ``offset_low``,
        ``self_discharge``, ``resistance``, ``sensor``, ``undecided`` or ``unknown``.
    reason : why it is undecided or unknown, else empty [cell].
    empty_mv, full_mv : voltage at rest against the median of the pack [cell], mV.
    empty_ah, full_ah : the same as charge [cell], Ah, + is ahead.
    full_bound : `full_ah` is only the least it can be [cell].
    drift_ah_day, drift_low, drift_high : change of `empty_ah` with its 95 % interval [Ah/day].
    resistance_ratio : over the pack's, less one [cell].
    resistance_ohm : its difference from the pack's [cell].
    spread : robust standard deviation of healthy cells, by feature.
    n_empty, n_full : rests used. refusal : why nothing at all could be said, else None.
    now_ah, now_half_ah : `empty_ah` carried to the end by the drift, and half of its 95 % interval
        [cell], Ah; empty where nobody asked.
    """

    pack: Int
    cell: Int
    fault: NDArray[np.str_]
    reason: NDArray[np.str_]
    empty_mv: Float
    full_mv: Float
    empty_ah: Float
    full_ah: Float
    full_bound: Bool
    drift_ah_day: Float
    drift_low: Float
    drift_high: Float
    resistance_ratio: Float
    resistance_ohm: Float
    spread: dict[str, float]
    n_empty: int
    n_full: int
    refusal: str | None = None
    now_ah: Float = field(default_factory=lambda: np.empty(0))
    now_half_ah: Float = field(default_factory=lambda: np.empty(0))


def empty_below(chemistry: Chemistry) -> float:
    """Voltage at rest below which a battery is near empty [V]."""
    if chemistry.plateau_low is not None:
        return chemistry.plateau_low
    return chemistry.discharge_cutoff + 0.55 * (
        chemistry.charge_cutoff - chemistry.discharge_cutoff
    )


def full_above(chemistry: Chemistry) -> float:
    """Voltage at rest that the highest cell of a full battery shows at least [V]."""
    if chemistry.plateau_high is not None:
        return chemistry.plateau_high + 0.02
    return chemistry.discharge_cutoff + 0.90 * (
        chemistry.charge_cutoff - chemistry.discharge_cutoff
    )


def between_knees(chemistry: Chemistry) -> tuple[float, float]:
    """Voltages at rest between which a little charge moves the voltage by next to nothing [V]."""
    if chemistry.plateau_low is not None and chemistry.plateau_high is not None:
        return chemistry.plateau_low, chemistry.plateau_high
    return empty_below(chemistry), full_above(chemistry)


def resting(hours: CellHours, capacity_ah: float, options: DiagnosisOptions) -> Bool:
    """Hours in which no current worth the name flowed [hour]."""
    limit = options.rest_ratio * capacity_ah
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (np.abs(hours.current_low) <= limit) & (np.abs(hours.current_high) <= limit)
        )


def find_rests(
    hours: CellHours,
    chemistry: Chemistry,
    capacity_ah: float,
    options: DiagnosisOptions | None = None,
) -> tuple[Rests, Rests]:
    """Rests after which the battery was near empty, and near full; one of each run of hours.

    Near full counts only straight after a charge: the first hour of its run.
    """
    rest = resting(hours, capacity_ah, options or DiagnosisOptions())
    next_hour = np.diff(hours.ts) == HOUR_US
    linked = next_hour & rest[:-1] & rest[1:]
    last_of_run, first_of_run = rest & ~np.append(linked, False), rest & ~np.append(False, linked)
    with np.errstate(invalid="ignore"):
        charged = np.append(False, next_hour & (hours.current_mean[:-1] > 0))
    empties = np.flatnonzero(last_of_run)
    empties = empties[middle(hours.last[empties], axis=1) < empty_below(chemistry)]
    fulls = np.flatnonzero(first_of_run & charged)
    with np.errstate(invalid="ignore"):
        highest = np.max(np.nan_to_num(hours.last[fulls], nan=0.0), axis=1, initial=0.0)
    fulls = fulls[(highest > full_above(chemistry)) & (highest < chemistry.v_max + 0.1)]
    return _rests(hours, empties), _rests(hours, fulls)


def _rests(hours: CellHours, at: Int) -> Rests:
    volts = hours.last[at]
    day = (hours.ts[at] - hours.ts[0]) / DAY_US if len(at) else np.empty(0)
    return Rests(at, day, volts, relative_to(volts, hours.pack)[0])


def count_charge(ts: Int, current: Float, longest_us: int = 15 * 60_000_000) -> Float:
    """Charge since the first reading [Ah], by the trapezoid; nothing is counted over gaps."""
    step = np.diff(ts)
    mean = (current[1:] + current[:-1]) / 2
    moved = np.where(step <= longest_us, mean * step / HOUR_US, 0.0)
    return np.concatenate([[0.0], np.cumsum(np.nan_to_num(moved))])


def relaxation_resistance(
    samples: Sequence[CellSamples], least_a: float, window: tuple[float, float]
) -> float:
    """What current raises the voltage by, after an hour without it [Ω]; NaN if never seen.

    Median over the cells and the moments at which a current of `least_a` or more stopped:
    (voltage before − voltage 40 to 90 min later) / current. Only where the later voltage lies in
    `window` [V], away from the knees: there the charge of the last minute would count as well.
    """
    found: list[float] = []
    for one in samples:
        flows = np.abs(one.current) >= least_a
        ends = np.flatnonzero(flows[:-1] & (np.abs(one.current[1:]) < 0.1 * least_a))
        later = np.searchsorted(one.ts, one.ts[ends] + RESTED_US[0])
        for end, after in zip(ends.tolist(), later.tolist(), strict=True):
            if _has_rested(one, end, after, least_a) and window[0] < one.volts[after] < window[1]:
                found.append(float((one.volts[end] - one.volts[after]) / one.current[end]))
    return float(np.median(found)) if found else float("nan")


def estimate_curve(
    samples: Sequence[CellSamples], window: tuple[float, float], least_a: float, resistance: float
) -> ChargeCurve | None:
    """Charge against open-circuit voltage within `window` [V]; None without readings there.

    Each charge (or discharge) of a cell is a run of points, counted charge against open-circuit
    voltage v − i·R, with an unknown zero of its own. A first curve is the sum of dq/dv: what moved
    between neighbouring points, spread evenly over the bins of 5 mV between their voltages. Then,
    twice, every run is shifted onto the curve and the curve is drawn anew through the means of all
    points in each bin: the runs have met the bins at different places, so the curve is finer than
    the readings of any of them.

    Parameters
    ----------
    least_a : current at least [A]; positive takes charges, negative discharges.
    resistance : of the median cell, from `relaxation_resistance` [Ω].
    """
    edges = np.arange(window[0], window[1] + BIN_V / 2, BIN_V)
    runs = [_runs(one, least_a, resistance, window) for one in samples]
    if not runs:
        return None
    volts, charge, first = (np.concatenate(part) for part in zip(*runs, strict=True))
    curve = _summed(volts, charge, first, edges)
    for _ in range(2):
        curve = _redrawn(volts, charge, first, curve, edges) if curve else None
    return curve


def _runs(
    one: CellSamples, least_a: float, resistance: float, window: tuple[float, float]
) -> tuple[Float, Float, Bool]:
    """Charges or discharges of one cell, run after run: open-circuit voltage [V], charge [Ah], and
    where a run begins."""
    open_v = one.volts - one.current * resistance
    flows = one.current * np.sign(least_a) >= abs(least_a)
    flows &= (open_v >= window[0]) & (open_v <= window[1])
    at = np.flatnonzero(flows)
    ts = one.ts[at]
    first = (np.diff(at, prepend=-2) > 1) | (np.diff(ts, prepend=ts[:1]) > 16 * 60_000_000)
    alone = first & np.append(first[1:], True)[: len(at)]
    at, first = at[~alone], first[~alone]
    return open_v[at], one.charge[at], first


def _has_rested(one: CellSamples, end: int, later: int, least_a: float) -> bool:
    """Whether no current worth the name flowed between two readings, and not too much time."""
    if later >= len(one.ts) or one.ts[later] - one.ts[end] > RESTED_US[1]:
        return False
    return bool((np.abs(one.current[end + 1 : later + 1]) < 0.1 * least_a).all())


def _summed(volts: Float, charge: Float, first: Bool, edges: Float) -> ChargeCurve | None:
    low, high = np.minimum(volts[:-1], volts[1:]), np.maximum(volts[:-1], volts[1:])
    step = np.diff(charge) * np.sign(np.diff(volts))
    wide = (high > low) & ~first[1:]
    low, high, step = low[wide], high[wide], step[wide]
    # Each step meets some bins that stand side by side: one entry for each of them.
    begin = np.searchsorted(edges, low, side="right") - 1
    met = np.maximum(np.minimum(np.searchsorted(edges, high), len(edges) - 1) - begin, 0)
    of = np.repeat(np.arange(len(low)), met)
    bin_ = begin[of] + np.arange(len(of)) - np.repeat(np.cumsum(met) - met, met)
    inside = np.minimum(high[of], edges[bin_ + 1]) - np.maximum(low[of], edges[bin_])
    covered = np.bincount(bin_, inside, len(edges) - 1)
    moved = np.bincount(bin_, inside / (high - low)[of] * step[of], len(edges) - 1)
    seen = np.flatnonzero(covered > 2 * GRID_V)
    if len(seen) < 4:
        return None
    # From the first bin seen to the last; a bin between that is not gets its neighbours' slope.
    place = np.arange(seen[0], seen[-1] + 1)
    slope = np.interp(place, seen, np.maximum(moved[seen] / covered[seen], 0))
    ah = np.concatenate([[0.0], np.cumsum(slope * BIN_V)])
    return ChargeCurve(edges[seen[0] : seen[-1] + 2], ah)


def _redrawn(
    volts: Float, charge: Float, first: Bool, curve: ChargeCurve, edges: Float
) -> ChargeCurve:
    slope = np.maximum(np.gradient(curve.ah, curve.volts), 1e-9)
    # An error of voltage is one of charge by the slope there: steep readings place the run.
    weight = np.interp(volts, curve.volts, slope) ** -2.0
    away = (curve.charge(volts) - charge) * weight
    begin = np.flatnonzero(first)
    shift = np.add.reduceat(away, begin) / np.add.reduceat(weight, begin)
    charge = charge + shift[np.cumsum(first) - 1]
    place = np.searchsorted(edges, volts, side="right")
    count = np.bincount(place, minlength=len(edges) + 1)
    seen = np.flatnonzero(count)
    v = np.bincount(place, volts)[seen] / count[seen]
    q = np.bincount(place, charge)[seen] / count[seen]
    # Charge rises with voltage; a bin that says otherwise has too few points to be heard.
    return ChargeCurve(v, np.maximum.accumulate(q)) if len(seen) >= 4 else curve


def charge_when_empty(rests: Rests, pack: Int, curve: ChargeCurve, capacity_ah: float) -> Rests:
    """Rests near empty with each cell's charge against the median of its pack [Ah].

    Rests at which 1 mV would stand for more than 0.1 % of the capacity are left out.
    """
    usual = middle(rests.volts, axis=1)
    step = curve.charge(usual + GRID_V) - curve.charge(usual)
    with np.errstate(invalid="ignore"):
        told = np.flatnonzero(step <= 0.001 * capacity_ah)
    volts = rests.volts[told]
    charge, _ = relative_to(curve.charge(volts), pack)
    grid = float(np.median(step[told])) if len(told) else 0.0
    return Rests(
        rests.at[told], rests.day[told], volts, rests.ahead[told], charge,
        np.zeros(volts.shape, bool), grid,
    )  # fmt: skip


def charge_when_full(rests: Rests, pack: Int, curve: ChargeCurve, capacity_ah: float) -> Rests:
    """Rests near full with each cell's charge against the median of its pack [Ah].

    Below the knee voltage says too little about charge: a cell there counts as being at the knee,
    and the difference is the least that it can be.
    """
    knee = curve.knee(capacity_ah)
    charge, _ = relative_to(curve.charge(np.maximum(rests.volts, knee)), pack)
    with np.errstate(invalid="ignore"):
        bound = (rests.volts < knee) | (rests.volts - rests.ahead < knee)
    return Rests(rests.at, rests.day, rests.volts, rests.ahead, charge, bound)


def estimate_resistance(
    hours: CellHours, chemistry: Chemistry, rows: Bool, resistance: float, least_a: float
) -> Float:
    """Resistance of each cell less that of its pack [cell], Ω; NaN without enough current.

    By hours of charge and of discharge apart, the median departure of a cell from all cells over
    the median current; the mean of both is free of departures that do not turn with the current,
    and medians are free of the few hours in which a cell is at a knee.

    Parameters
    ----------
    rows : hours to use. resistance : of the median cell [Ω]. least_a : current at least [A].
    """
    found = []
    for sign in (1.0, -1.0):
        with np.errstate(invalid="ignore"):
            chosen = rows & (hours.current_mean * sign >= least_a)
        mean, current = hours.mean[chosen], hours.current_mean[chosen]
        usual = middle(mean, axis=1)
        open_v = usual - current * (0.0 if np.isnan(resistance) else resistance)
        with np.errstate(invalid="ignore"):
            away = (open_v > empty_below(chemistry)) & (open_v < full_above(chemistry))
        if away.sum() < LEAST_HOURS:
            return np.full(len(hours.pack), np.nan)
        departure = mean[away] - usual[away, None]
        departure[:, np.isfinite(departure).sum(axis=0) < LEAST_HOURS] = np.nan
        found.append(middle(departure) / float(np.median(current[away])))
    apart = (found[0] + found[1]) / 2
    deviation, _ = relative_to(apart[None, :], hours.pack)
    return np.asarray(deviation[0])


def lively_days(low: Float, high: Float, worked: Bool | None = None) -> Bool:
    """Days on which a working sensor must move [day].

    The liveliest tenth of the cells moved by more than 50 mV; or none by more than a step of the
    grid though the battery worked: then all of them stand still.

    Parameters
    ----------
    low, high : least and greatest voltage of each day [day, cell], V; NaN = none.
    worked : days on which current or state of charge moved [day].
    """
    moved = np.sort(np.where(np.isfinite(high - low), high - low, -1.0), axis=1)
    known = (moved >= 0).sum(axis=1)
    at = moved.shape[1] - 1 - known // 10
    lively = (known > 0) & (np.take_along_axis(moved, at[:, None], axis=1)[:, 0] > LIVELY_V)
    if worked is not None:
        lively |= (known > 0) & worked & (moved[:, -1] <= STILL_V)
    return np.asarray(lively)


def still_days(low: Float, high: Float, lively: Bool) -> Bool:
    """Days on which a sensor repeated one value while the battery moved [day, cell].

    Parameters
    ----------
    low, high : least and greatest voltage of each day [day, cell], V. lively : from `lively_days`.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray((high - low <= STILL_V) & lively[:, None])


def flag_stuck(low: Float, high: Float) -> Bool:
    """Sensors that stood still on most days on which their peers moved [cell].

    Parameters
    ----------
    low, high : least and greatest voltage of each day [day, cell], V.
    """
    lively = lively_days(low, high)
    if lively.sum() < 3:
        return np.zeros(low.shape[1], bool)
    known = np.isfinite(high - low)[lively].sum(axis=0)
    return np.asarray(still_days(low, high, lively).sum(axis=0) > 0.5 * known)


@dataclass(frozen=True)
class StillSpan:
    """Days on which one sensor stood still.

    Parameters
    ----------
    place : of the cell. start, end : midnight before the first and after the last day [µs UTC].
    days : so many of them are known to be still. lasting : no day since then showed it moving.
    """

    place: int
    start: int
    end: int
    days: int
    lasting: bool


def still_spans(ts: Int, still: Bool, lively: Bool) -> tuple[StillSpan, ...]:
    """Runs of still days of each cell; days that tell nothing do not part them.

    Parameters
    ----------
    ts : midnights [µs UTC]. still : [day, cell], from `still_days`. lively : [day].
    """
    told = np.flatnonzero(lively)
    spans = []
    for place in np.flatnonzero(still.any(axis=0)).tolist():
        mine = still[told, place]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], mine, [False]]).astype(np.int8)))
        for begin, behind in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            spans.append(
                StillSpan(
                    place, int(ts[told[begin]]), int(ts[told[behind - 1]]) + DAY_US,
                    behind - begin, behind == len(told),
                )
            )  # fmt: skip
    return tuple(spans)


def robust_spread(values: Float, floor: float) -> float:
    """Standard deviation of the bulk of `values` (1.4826 · MAD), at least `floor`."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan")
    return max(floor, MAD_TO_SIGMA * float(np.median(np.abs(values - np.median(values)))))


def estimate_drift(day: Float, values: Float, grid: float = 0.0) -> tuple[Float, Float, Float]:
    """Slope of each column over time with its 95 % interval [unit/day].

    `core.analytics.trend.fit_line`; but a value that stays within a step of its grid shows no noise
    at all and is still not known better than the step: the standard deviation of rounding (1/√12
    of a step) over the span is added to the standard error.

    Parameters
    ----------
    day : [rest]. values : [rest, cell], NaN = none. grid : step of the values [unit].
    """
    line = fit_line(day, values)
    half = np.hypot(line.half, 1.96 * GRID_TILT * grid / float(np.ptp(day)))
    return line.slope, line.slope - half, line.slope + half


def diagnose(
    hours: CellHours,
    empties: Rests,
    fulls: Rests,
    chemistry: Chemistry,
    capacity_ah: float,
    resistance: float,
    stuck: Bool,
    options: DiagnosisOptions | None = None,
) -> Diagnosis:
    """Judge every cell by the recent days.

    Parameters
    ----------
    empties, fulls : rests with their charge, from `charge_when_empty` and `charge_when_full`.
    resistance : of the median cell [Ω], NaN where not known.
    stuck : sensors that stand still [cell], from `flag_stuck`.
    """
    options = options or DiagnosisOptions()
    count = len(hours.pack)
    newest = (hours.ts[-1] - hours.ts[0]) / DAY_US if len(hours.ts) else 0.0
    recent_e = empties.day > newest - options.recent_days
    recent_f = fulls.day > newest - options.recent_days
    empty_ah, empty_mv = _medians(empties, recent_e, options.least_rests, count)
    full_ah, full_mv = _medians(fulls, recent_f, options.least_rests, count)
    bound = np.ones(count, bool)
    if fulls.bound is not None and recent_f.any():
        known = np.isfinite(fulls.volts[recent_f])
        bound = (fulls.bound[recent_f] & known).sum(axis=0) >= 0.5 * known.sum(axis=0)
    drift = np.full((3, count), np.nan)
    # Drift needs time more than anything: three times as much of it as the level.
    longer = empties.day > newest - 1.5 * options.recent_days
    if empties.charge is not None and longer.sum() >= 2 * options.least_rests:
        drift = np.stack(
            estimate_drift(empties.day[longer], empties.charge[longer], empties.grid_ah)
        )
        few = np.isfinite(empties.charge[longer]).sum(axis=0) < 2 * options.least_rests
        drift[:, few] = np.nan
    now_ah, now_half = _at_end(empties, recent_e, longer, drift, newest)
    hour_day = (hours.ts - hours.ts[0]) / DAY_US if len(hours.ts) else np.empty(0)
    apart = estimate_resistance(
        hours, chemistry, hour_day > newest - options.recent_days, resistance, 0.05 * capacity_ah
    )
    features = {
        "empty_ah": empty_ah,
        "full_ah": full_ah,
        "capacity_ah": empty_ah - full_ah,
        "drift_ah_day": drift[0],
        "resistance_ratio": apart / resistance,
    }
    floors = {
        "empty_ah": 0.0005 * capacity_ah,
        "full_ah": 0.0005 * capacity_ah,
        "capacity_ah": 0.0007 * capacity_ah,
        "drift_ah_day": options.drift_ratio_day * capacity_ah / options.sigmas,
        "resistance_ratio": 0.01,
    }
    spread = {name: robust_spread(value, floors[name]) for name, value in features.items()}
    fault, reason = _classify(features, drift, bound, spread, capacity_ah, options)
    rested = (recent_e.sum() >= options.least_rests, recent_f.sum() >= options.least_rests)
    if any(seen and one.charge is None for seen, one in zip(rested, (empties, fulls), strict=True)):
        reason[fault == "unknown"] = "no_curve"  # it rested; what a millivolt is worth is missing
    fault[stuck], reason[stuck] = "sensor", ""
    return Diagnosis(
        hours.pack, hours.cell, fault, reason, empty_mv, full_mv, empty_ah, full_ah, bound,
        drift[0], drift[1], drift[2], features["resistance_ratio"], apart, spread,
        int(recent_e.sum()), int(recent_f.sum()),
        None if (fault != "unknown").any() else _most_common(reason), now_ah, now_half,
    )  # fmt: skip


def _at_end(
    empties: Rests, rows: Bool, longer: Bool, drift: Float, newest: float
) -> tuple[Float, Float]:
    """Charge when empty at the end of the days, and half of its 95 % interval [cell], Ah.

    Every recent rest is carried to the end by the drift, and the median taken there: that of the
    values as they are would be those of a day or two in their middle, for a cell that drifts.
    Level and drift err together: an error of the slope turns the line about the middle of the days
    it is of, and counts from there. Beside it the error of the median about the line, of as many
    rests as tell something of their own, and the rounding of two voltages, which a cell that rests
    at the same one each time never loses.

    Parameters
    ----------
    rows, longer : rests that the level, and that the drift is of [rest].
    """
    if empties.charge is None or not rows.any() or not longer.any():
        nothing = np.full(drift.shape[1], np.nan)
        return nothing, nothing
    carried = empties.charge[rows] + drift[0] * (newest - empties.day[rows])[:, None]
    now = middle(carried)
    lever = newest - float(np.mean(empties.day[longer]))
    own = MEDIAN_ERROR * MAD_TO_SIGMA * middle(np.abs(carried - now)) * _mean_error(carried)
    half = np.hypot(own, lever * (drift[2] - drift[1]) / 2)
    return now, np.hypot(half, 1.96 * 2**0.5 * GRID_TILT * empties.grid_ah)


def _mean_error(values: Float) -> Float:
    """Half of the 95 % interval of a mean in standard deviations of one value [cell].

    Of n values whose neighbours correlate by r, n(1 − r)/(1 + r) tell something of their own.
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    apart = np.where(known, values - middle(values), 0.0)
    square = (apart**2).sum(axis=0)
    alike = (apart[1:] * apart[:-1]).sum(axis=0) / np.where(square > 0, square, np.inf)
    alike = np.clip(alike + (1 + 3 * alike) / np.maximum(n, 4), 0.0, 0.95)  # estimates are too low
    own = np.maximum(n * (1 - alike) / (1 + alike), 2.0)
    return np.asarray(stats.t.ppf(0.975, own - 1) / np.sqrt(own))


def _medians(rests: Rests, rows: Bool, least: int, count: int) -> tuple[Float, Float]:
    """Median over the rests of each cell: charge [Ah] and voltage [mV], against the pack."""
    none = np.full(count, np.nan)
    if rows.sum() < least:
        return none, none
    few = np.isfinite(rests.ahead[rows]).sum(axis=0) < least
    volts = np.where(few, np.nan, middle(rests.ahead[rows]) * 1000)
    charge = none if rests.charge is None else np.where(few, np.nan, middle(rests.charge[rows]))
    return charge, volts


def _classify(
    features: dict[str, Float],
    drift: Float,
    bound: Bool,
    spread: dict[str, float],
    capacity_ah: float,
    options: DiagnosisOptions,
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Fault and reason of each cell; the table in the module's docstring as code."""

    def beyond(name: str, least: float) -> float:
        return max(least, options.sigmas * spread[name]) if np.isfinite(spread[name]) else np.inf

    empty, full = features["empty_ah"], features["full_ah"]
    charge_limit = beyond("empty_ah", options.charge_ratio * capacity_ah)
    lead_limit = beyond("full_ah", options.charge_ratio * capacity_ah)
    short_limit = beyond("capacity_ah", options.charge_ratio * capacity_ah)
    drift_limit = beyond("drift_ah_day", options.drift_ratio_day * capacity_ah)
    ohm_limit = beyond("resistance_ratio", options.resistance_ratio)
    fault = np.full(len(empty), "healthy", dtype="<U16")
    reason = np.full(len(empty), "", dtype="<U24")

    with np.errstate(invalid="ignore"):
        resists = features["resistance_ratio"] > ohm_limit
        leaks = (drift[0] < -drift_limit) & (drift[2] < 0) & (empty < 0)
        high, low = empty > charge_limit, empty < -charge_limit
        leads = full > lead_limit
        short = empty - full < -short_limit
        behind = full < -0.1 * np.abs(empty)  # at the full end too, however little can be seen
        level = ~bound & ~behind

    known = np.isfinite(empty)
    top = np.isfinite(full)
    fault[low & behind] = "offset_low"
    # Behind when empty, with the pack when full: what is missing is capacity.
    fault[low & top & level] = "capacity"
    _mark(fault, reason, low & top & ~level & ~behind, "full_end_flat")
    _mark(fault, reason, low & ~top, "no_full_end")
    fault[high & (leads | (top & (full > 0.25 * empty)))] = "offset_high"
    _mark(fault, reason, high & ~leads & ~(top & (full > 0.25 * empty)), "ends_disagree")
    fault[~low & ~high & known & leads & short] = "capacity"
    _mark(fault, reason, ~known & leads, "no_empty_end")
    fault[leaks & ~(~low & leads)] = "self_discharge"
    _mark(fault, reason, resists & np.isin(fault, CHARGE_FAULTS), "two_faults")
    fault[resists & (fault == "healthy")] = "resistance"
    # What shows nothing is healthy only if both ends could be seen.
    for where, why in (
        (~known & ~top, "no_rests"), (~known & top, "no_empty_end"), (known & ~top, "no_full_end"),
    ):  # fmt: skip
        silent = where & (fault == "healthy")
        fault[silent], reason[silent] = "unknown", why
    return fault, reason


def _mark(fault: NDArray[np.str_], reason: NDArray[np.str_], where: Bool, why: str) -> None:
    fault[where], reason[where] = "undecided", why


FLAT_AH = 0.05


def told_when_full(ah: float, bound: bool) -> str:
    """What the charge when full [Ah] says: ``exact``, ``least``, ``most``, or ``flat`` (nothing).

    Of a cell ahead of its pack whose median stands below the knee it is the least, of one behind
    that stands below the knee itself the most; with both below it the difference is zero and
    says nothing.
    """
    if not bound or not np.isfinite(ah):
        return "exact"
    if abs(ah) < FLAT_AH:
        return "flat"
    return "least" if ah > 0 else "most"


@dataclass(frozen=True)
class Recoverable:
    """What mending cells would bring the string; lower bounds where the full end is one.

    Parameters
    ----------
    balance_ah, balance_kwh : by moving charge into or out of the cells in `balance`.
    replace_ah, replace_kwh : more, by then exchanging the cells in `replace`.
    balance, replace : indices of cells.
    move_ah : charge to put in (+) or take out (−) of each cell [cell], Ah; 0 where none.
    balance_least, replace_least : whether the gain is only the least it can be.
    """

    balance_ah: float
    balance_kwh: float
    replace_ah: float
    replace_kwh: float
    balance: Int
    replace: Int
    move_ah: Float
    balance_least: bool = False
    replace_least: bool = False


def estimate_recoverable(found: Diagnosis, series_cells: int, cell_volts: float) -> Recoverable:
    """Charge and energy that the string would gain if its charge and capacity faults were mended.

    A string ends its charge at the cell furthest ahead when full, and its discharge at the one
    furthest behind when empty; what lies between the two and the median is lost::

        loss = max(full_ah) − min(empty_ah)

    Mending a cell takes it out of both; the gain is the fall of the loss. The cell that then
    comes first limits it, as it would in the battery.

    Parameters
    ----------
    series_cells : cells in series in the string. cell_volts : mean voltage of a cell [V].
    """

    def loss(without: NDArray[np.bool_]) -> float:
        full, empty = found.full_ah[~without], found.empty_ah[~without]
        if not np.isfinite(full).any() or not np.isfinite(empty).any():
            return float("nan")
        return max(float(np.nanmax(full)), 0.0) - min(float(np.nanmin(empty)), 0.0)

    def least(without: NDArray[np.bool_], mended: NDArray[np.bool_]) -> bool:
        """Whether the cell that ends the charge is mended, and is ahead by an unknown amount."""
        full = np.where(without | ~np.isfinite(found.full_ah), -np.inf, found.full_ah)
        first = int(np.argmax(full))
        return bool(full[first] > 0 and mended[first] and found.full_bound[first])

    balance, replace = np.isin(found.fault, BALANCE), found.fault == "capacity"
    none = np.zeros(len(found.fault), bool)
    now, balanced, replaced = loss(none), loss(balance), loss(balance | replace)
    kwh = series_cells * cell_volts / 1000
    return Recoverable(
        now - balanced, (now - balanced) * kwh,
        balanced - replaced, (balanced - replaced) * kwh,
        np.flatnonzero(balance), np.flatnonzero(replace),
        np.where(balance, -_to_balance(found), 0.0),
        least(none, balance), least(balance, replace),
    )  # fmt: skip


def _to_balance(found: Diagnosis) -> Float:
    """Charge that a cell is ahead by now [cell], Ah; of one that drifts at the end of the days."""
    if not len(found.now_ah):
        return found.empty_ah
    drifts = (found.fault == "self_discharge") & np.isfinite(found.now_ah)
    return np.where(drifts, found.now_ah, found.empty_ah)


def _most_common(reason: NDArray[np.str_]) -> str:
    names, count = np.unique(reason, return_counts=True)
    return str(names[np.argmax(count)])
