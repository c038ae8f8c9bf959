"""Capacity from counted charge: anchors, segments with an error budget, their joint estimate.

A capacity is charge over change of state of charge, and the state of charge is only known at the
ends: full and empty. Times are int64 microseconds since the epoch in UTC, currents in A (charge
+), charge in Ah, shares 0..1, NaN is "no value". Formulas and sources are in ``docs/methods.md``,
section "Capacity".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise, product
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, stats

from core.analytics.chemistry import Chemistry
from core.analytics.quality import Bool, Float, Int
from core.errors import ConfigError

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MAX_STEP_US = HOUR_US // 12
Z95 = 1.959964


@dataclass(frozen=True)
class CountingError:
    """What is not known of the current sensor; standard errors.

    Parameters
    ----------
    gain : share of the reading. The same in every segment, so more segments do not lessen it.
    offset_a : reading at no current [A].
    coulomb_efficiency : share of the charge put in that may not be stored.

    Raises
    ------
    ConfigError
        A negative or unknown number.
    """

    gain: float = 0.002
    offset_a: float = 0.05
    coulomb_efficiency: float = 0.001

    def __post_init__(self) -> None:
        """Check the range."""
        for name in ("gain", "offset_a", "coulomb_efficiency"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ConfigError(f"{name} = {value}: expected 0 or more")


@dataclass(frozen=True)
class AnchorRules:
    """What counts as full, as empty, and how well the state of charge is known there.

    Parameters
    ----------
    idle_rate : currents up to this rate [1/h] are rest.
    taper_rate : a charge that ends below this rate [1/h] has tapered, and so has one that ends
        at half of what it had over its last hour.
    cliff_v : above the plateau by this much [V] the highest cell stands on the cliff.
    cutoff_margin_v : how far from the cut-off [V] the last reading may lie.
    full_soc : reading of the BMS that says full.
    full_error, bms_error, empty_error : standard errors of the state of charge at a full anchor
        seen by voltage, at one the BMS alone tells, at the lower cut-off.
    rest_us, rest_error_v : a rest this long shows the open-circuit voltage this well [V].
    max_error : an anchor less sure than this is none.
    """

    idle_rate: float = 0.005
    taper_rate: float = 0.05
    cliff_v: float = 0.10
    cutoff_margin_v: float = 0.02
    full_soc: float = 0.995
    full_error: float = 0.005
    bms_error: float = 0.010
    empty_error: float = 0.010
    rest_us: int = 2 * HOUR_US
    rest_error_v: float = 0.010
    max_error: float = 0.03

    def __post_init__(self) -> None:
        """Check the range."""
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value > 0):
                raise ConfigError(f"{name} = {value}: expected more than 0")


# --- counting ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """Counted charge; differences hold within one piece only.

    Parameters
    ----------
    charge_ah : float64[n], charge since the piece began [Ah], NaN where the current is unknown.
    piece : int64[n], number of the piece without a gap; -1 where the current is unknown.
    sampling_ah2 : float64[n], variance from not knowing the current between readings, running
        sum over all [Ah²].
    """

    charge_ah: Float
    piece: Int
    sampling_ah2: Float

    def between(self, i: int, j: int) -> float:
        """Charge from reading i to reading j [Ah]; NaN across a gap."""
        if self.piece[i] < 0 or self.piece[i] != self.piece[j]:
            return math.nan
        return float(self.charge_ah[j] - self.charge_ah[i])


def coulomb_count(ts: Int, current: Float, max_step_us: int = MAX_STEP_US) -> Count:
    """Charge by the trapezoidal rule; a step longer than `max_step_us` is a gap and breaks it.

    A reading is the current of an instant. The trapezoid treats both ends of a segment alike,
    so a charge and the discharge after it carry no error of opposite sign from the way of
    counting, and it is exact to second order where the current is smooth. Over even steps it
    differs from a zero-order hold only by half a step at each end.

    Parameters
    ----------
    ts : int64[n] ascending [µs].
    current : float64[n] [A], charge +.
    max_step_us : longest step that is counted [µs].
    """
    known = _known(current)
    charge, variance = np.full(len(ts), np.nan), np.full(len(ts), np.nan)
    piece, first = _pieces(ts, known, max_step_us)
    amps, step = current[known], np.diff(ts[known])
    if len(amps):
        hours = np.where(step <= max_step_us, step / HOUR_US, 0.0)
        total = np.concatenate([[0.0], np.cumsum((amps[1:] + amps[:-1]) / 2 * hours)])
        charge[known] = total - total[first][piece[known]]
        # a jump at an unknown instant within the step: uniform, hence / 12
        square = (np.diff(amps) * hours) ** 2 / 12
        variance[known] = np.concatenate([[0.0], np.cumsum(square)])
    return Count(charge, piece, variance)


def _known(current: Float) -> Int | slice:
    """Places with a value; a slice where all have one, by which an array is not copied."""
    finite = np.isfinite(current)
    return slice(None) if finite.all() else np.flatnonzero(finite)


def _pieces(ts: Int, known: Int | slice, max_step_us: int) -> tuple[Int, Int]:
    """Number of the piece without a gap that each reading is in, -1 where it is not known; and
    with which of the known ones each piece begins."""
    stamps = ts[known]
    first = np.concatenate([[0], np.flatnonzero(np.diff(stamps) > max_step_us) + 1])
    piece = np.full(len(ts), -1, dtype=np.int64)
    piece[known] = np.repeat(np.arange(len(first)), np.diff(first, append=len(stamps)))
    return piece, first


def discharged_charge(ts: Int, current: Float, voltage: Float, cutoff: float) -> float:
    """Charge of one test discharge down to the cut-off [Ah], positive.

    What a tester records after the load is off (rebound of the voltage, stray rows) is left out by
    rule: counting ends with the first reading at or below `cutoff`, or with the last one under
    load where the voltage never gets there. Under load means half of the largest current or more.

    Parameters
    ----------
    ts : int64[n] ascending [µs]. current : float64[n] [A], discharge -. voltage : float64[n] [V].
    cutoff : end of the discharge [V].

    Returns
    -------
    float, NaN without a discharge.
    """
    amps = np.where(np.isfinite(current), current, 0.0)
    loaded = (amps < 0) & (amps <= amps.min(initial=0.0) / 2)
    if not loaded.any():
        return math.nan
    at_cutoff = np.flatnonzero(loaded & (voltage <= cutoff))
    end = int(at_cutoff[0]) if len(at_cutoff) else int(np.flatnonzero(loaded)[-1])
    hours = (ts[: end + 1] - ts[0]) / HOUR_US
    return -float(np.trapezoid(amps[: end + 1], hours))


# --- anchors -----------------------------------------------------------------------------------

End = Literal["full", "empty"]
MAX_EMPTY_SOC = 0.15  # a lower cut-off stands for less than this


@dataclass(frozen=True, order=True)
class Anchor:
    """An instant at which the state of charge is known without counting.

    Parameters
    ----------
    index : of the reading.
    time : [µs].
    end : "full" or "empty".
    kind : "voltage" (cliff and taper), "bms", "cutoff" or "rest".
    soc, error : state of charge and its standard error.
    """

    index: int
    time: int
    end: End
    kind: str
    soc: float
    error: float


def _runs(flag: Bool, piece: Int) -> list[tuple[int, int]]:
    """First and last index of each run where `flag` holds within one piece."""
    label = np.where(flag, piece, -1)
    edge = np.flatnonzero(np.diff(label)) + 1
    starts = np.concatenate([[0], edge]).astype(np.int64)
    ends = np.concatenate([edge, [len(label)]]) - 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if label[a] >= 0]


def _full_voltage(limits: Chemistry, rules: AnchorRules) -> float:
    """From here the highest cell is taken to be full at the end of a charge [V]."""
    near = limits.charge_cutoff - rules.cutoff_margin_v
    if limits.plateau_high is None:
        return near
    return min(limits.plateau_high + rules.cliff_v, near)


def set_point(readings: Float, *, least: int = 5, spread: float = 0.005) -> float:
    """State of charge a BMS sets itself to at its lower cut-off; NaN if it only counts there.

    A set point comes back alike; a count arrives anywhere. So: the median, if at least `least`
    readings scatter by no more than `spread` (1.4826 × median absolute deviation).
    """
    known = readings[np.isfinite(readings)]
    if len(known) < least:
        return math.nan
    middle = float(np.median(known))
    scatter = 1.4826 * float(np.median(np.abs(known - middle)))
    return middle if scatter <= spread else math.nan


def _rest_soc(voltage: float, ocv: tuple[Float, Float], rules: AnchorRules) -> tuple[float, float]:
    """State of charge and its standard error from a voltage at rest; NaN outside the curve."""
    soc, volts = ocv
    if not volts[0] <= voltage <= volts[-1]:
        return math.nan, math.nan
    low, mid, high = np.interp(
        [voltage - rules.rest_error_v, voltage, voltage + rules.rest_error_v], volts, soc
    )
    return float(mid), float(high - low) / 2


def find_anchors(
    ts: Int,
    current: Float,
    limits: Chemistry,
    nominal_ah: float,
    *,
    cell_max: Float | None = None,
    cell_min: Float | None = None,
    soc: Float | None = None,
    ocv: tuple[Float, Float] | None = None,
    rules: AnchorRules | None = None,
    max_step_us: int = MAX_STEP_US,
) -> list[Anchor]:
    """Instants at which the state of charge is known without counting, by time.

    Full: a charge ends with its highest cell on the cliff or at the cut-off and a tapered
    current, or with the BMS at 100 %. Empty: a discharge meets the lower cut-off. Rest: two hours
    without current, and a voltage outside the plateau that an OCV curve gives a charge to.

    Parameters
    ----------
    ts : int64[n] ascending [µs].
    current : float64[n] [A].
    limits : cut-offs and plateau of the cells, as operated.
    nominal_ah : capacity that rates refer to [Ah].
    cell_max, cell_min : float64[n], highest and lowest cell [V].
    soc : float64[n], as the BMS tells it, 0..1.
    ocv : state of charge and open-circuit voltage [V] of a cell, both ascending.
    rules : what counts as an anchor.
    max_step_us : a longer step is a gap [µs].

    Raises
    ------
    ConfigError
        `ocv` does not ascend.
    """
    rules = rules or AnchorRules()
    if ocv is not None and not all(len(axis) > 1 and (np.diff(axis) > 0).all() for axis in ocv):
        raise ConfigError("ocv: state of charge and voltage must both ascend")
    piece, _ = _pieces(ts, _known(current), max_step_us)
    rate = np.where(piece >= 0, current, 0.0) / nominal_ah
    found: list[Anchor] = []
    for first, last in _runs(rate > rules.idle_rate, piece):
        kind = _full_kind(ts, rate, limits, cell_max, soc, rules, piece, first, last)
        if kind:
            error = rules.full_error if kind == "voltage" else rules.bms_error
            found.append(Anchor(last, int(ts[last]), "full", kind, 1.0, error))
    if cell_min is not None:
        at = _cutoff_indices(rate, cell_min, limits, rules, piece)
        level = set_point(soc[at]) if soc is not None else math.nan
        level = level if level <= MAX_EMPTY_SOC else 0.0  # unknown: the cut-off defines empty
        found += [Anchor(i, int(ts[i]), "empty", "cutoff", level, rules.empty_error) for i in at]
    if ocv is not None and cell_min is not None and cell_max is not None:
        found += _rest_anchors(ts, rate, limits, cell_max, cell_min, ocv, rules, piece)
    return sorted(found)


def _full_kind(
    ts: Int,
    rate: Float,
    limits: Chemistry,
    cell_max: Float | None,
    soc: Float | None,
    rules: AnchorRules,
    piece: Int,
    first: int,
    last: int,
) -> str:
    """How the end of a charge shows that it was complete; empty if it does not."""
    if cell_max is not None and cell_max[last] >= _full_voltage(limits, rules):
        begin = max(first, int(np.searchsorted(ts, ts[last] - HOUR_US)))
        usual = float(np.median(rate[begin : last + 1]))
        if rate[last] <= max(rules.taper_rate, usual / 2):
            return "voltage"
    if soc is None:
        return ""
    # a BMS may set itself a reading or two after the current has stopped; not beyond a gap
    after = slice(last, last + 3)
    said = (soc[after] >= rules.full_soc) & (piece[after] == piece[last])
    return "bms" if said.any() else ""


def _cutoff_indices(
    rate: Float, cell_min: Float, limits: Chemistry, rules: AnchorRules, piece: Int
) -> list[int]:
    """Readings at which a discharge met the lower cut-off."""
    found = []
    for first, last in _runs(rate < -rules.idle_rate, piece):
        below = np.flatnonzero(cell_min[first : last + 1] <= limits.discharge_cutoff)
        if len(below):
            found.append(first + int(below[0]))
        elif cell_min[last] <= limits.discharge_cutoff + rules.cutoff_margin_v:
            found.append(last)
    return found


def _rest_anchors(
    ts: Int,
    rate: Float,
    limits: Chemistry,
    cell_max: Float,
    cell_min: Float,
    ocv: tuple[Float, Float],
    rules: AnchorRules,
    piece: Int,
) -> list[Anchor]:
    """Anchors from rests: the lowest cell below the plateau, or the highest above it."""
    found = []
    ends: tuple[tuple[End, Float], ...] = (("empty", cell_min), ("full", cell_max))
    for first, last in _runs(np.abs(rate) <= rules.idle_rate, piece):
        at = int(np.searchsorted(ts, ts[first] + rules.rest_us))
        if at > last:
            continue
        for end, volts in ends:
            if limits.on_plateau(float(volts[at])):
                continue
            level, error = _rest_soc(float(volts[at]), ocv, rules)
            if error <= rules.max_error and (level < 0.5) == (end == "empty"):
                found.append(Anchor(at, int(ts[at]), end, "rest", level, error))
    return found


# --- segments ----------------------------------------------------------------------------------

MIN_DELTA_SOC = 0.60
MAX_RELATIVE_ERROR = 0.05


@dataclass(frozen=True)
class Segment:
    """A way from full to empty or back: one row of the ledger.

    Parameters
    ----------
    start, end : instants [µs].
    direction : "discharge" or "charge".
    start_kind, end_kind : kinds of its anchors.
    charge_ah : counted charge, charge + [Ah]; NaN across a gap.
    delta_soc : change of state of charge, without sign.
    capacity_ah : the one over the other.
    error_ah : standard error of capacity_ah, from the next four.
    gain_ah, offset_ah, sampling_ah, anchor_ah : parts of it [Ah].
    temp : mean temperature [°C].
    rate : mean current while one flows, over the nominal capacity [1/h].
    qualifies, reason : whether it counts, and "" or why not: "gap", "wrong_sign",
        "delta_soc_small", "error_large".
    """

    start: int
    end: int
    direction: str
    start_kind: str
    end_kind: str
    charge_ah: float
    delta_soc: float
    capacity_ah: float
    error_ah: float
    gain_ah: float
    offset_ah: float
    sampling_ah: float
    anchor_ah: float
    temp: float
    rate: float
    qualifies: bool
    reason: str


LEDGER_TYPES = {
    field.name: {"int": "int64", "float": "float64", "bool": "bool", "str": "object"}[
        str(field.type)
    ]
    for field in fields(Segment)
}


def capacity_ledger(
    ts: Int,
    current: Float,
    anchors: Sequence[Anchor],
    nominal_ah: float,
    *,
    temp: Float | None = None,
    errors: CountingError | None = None,
    min_delta_soc: float = MIN_DELTA_SOC,
    max_step_us: int = MAX_STEP_US,
) -> pd.DataFrame:
    """One row per way from full to empty or back, with its capacity and what it is worth.

    A segment joins two anchors that follow each other and lie at different ends. Its error is the
    root of the sum of squares of gain (of a charge also what may not be stored), offset × time,
    sampling (jumps between readings, and half a step at each end) and anchors.

    Parameters
    ----------
    ts, current : int64[n] ascending [µs], float64[n] [A].
    anchors : from `find_anchors`, for the same readings.
    nominal_ah : capacity that rates refer to [Ah].
    temp : float64[n], temperature of the cells [°C].
    errors : of the current sensor.
    min_delta_soc : shorter segments do not qualify.
    max_step_us : a longer step is a gap, and a gap disqualifies [µs].

    Returns
    -------
    DataFrame with the columns of `Segment`, by time.
    """
    errors = errors or CountingError()
    count = coulomb_count(ts, current, max_step_us)
    rows = [
        vars(_segment(ts, current, count, a, b, nominal_ah, temp, errors, min_delta_soc))
        for a, b in pairwise(anchors)
        if a.end != b.end
    ]
    return pd.DataFrame(rows, columns=list(LEDGER_TYPES)).astype(LEDGER_TYPES)


def _segment(
    ts: Int,
    current: Float,
    count: Count,
    a: Anchor,
    b: Anchor,
    nominal_ah: float,
    temp: Float | None,
    errors: CountingError,
    min_delta_soc: float,
) -> Segment:
    """The way between two anchors."""
    i, j = a.index, b.index
    charge, delta = count.between(i, j), b.soc - a.soc
    capacity, width = charge / delta, abs(delta)
    edges = (
        current[i] * (ts[i + 1] - ts[i]) / HOUR_US,
        current[j] * (ts[j] - ts[j - 1]) / HOUR_US,
    )
    sampling = float(count.sampling_ah2[j] - count.sampling_ah2[i])
    sampling += sum(edge**2 for edge in edges) / 12
    parts = (
        abs(capacity) * math.hypot(errors.gain, errors.coulomb_efficiency if delta > 0 else 0.0),
        errors.offset_a * (ts[j] - ts[i]) / HOUR_US / width,
        math.sqrt(sampling) / width,
        abs(capacity) * math.hypot(a.error, b.error) / width,
    )
    error = math.hypot(*parts)
    amps = np.abs(current[i : j + 1])
    reason = _refusal(capacity, error, width, min_delta_soc)
    return Segment(
        start=a.time,
        end=b.time,
        direction="charge" if delta > 0 else "discharge",
        start_kind=a.kind,
        end_kind=b.kind,
        charge_ah=charge,
        delta_soc=width,
        capacity_ah=capacity,
        error_ah=error,
        gain_ah=parts[0],
        offset_ah=parts[1],
        sampling_ah=parts[2],
        anchor_ah=parts[3],
        temp=_mean(temp[i : j + 1]) if temp is not None else math.nan,
        rate=_mean(amps[amps > 0.005 * nominal_ah]) / nominal_ah,
        qualifies=not reason,
        reason=reason,
    )


def _mean(values: Float) -> float:
    """Mean of what is known; NaN of nothing."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _refusal(capacity: float, error: float, delta_soc: float, min_delta_soc: float) -> str:
    """Why a segment does not qualify; empty if it does."""
    if math.isnan(capacity):
        return "gap"
    if capacity <= 0:
        return "wrong_sign"
    if delta_soc < min_delta_soc:
        return "delta_soc_small"
    return "error_large" if error > MAX_RELATIVE_ERROR * capacity else ""


# --- joint estimate ----------------------------------------------------------------------------

MIN_SEGMENTS = 3


@dataclass(frozen=True)
class CapacityEstimate:
    """Capacity from several segments.

    Parameters
    ----------
    value, low, high : capacity and its 95 % interval [Ah]; NaN where refused.
    scatter_ah, shared_ah : standard errors: from the scatter of the segments, and from what all
        of them share (gain, anchors) and more of them do not lessen [Ah].
    n : segments used. span_days : from the first to the last of them.
    refusal : "segments_few", or None.
    """

    value: float
    low: float
    high: float
    scatter_ah: float
    shared_ah: float
    n: int
    span_days: float
    refusal: str | None


def estimate_capacity(ledger: pd.DataFrame) -> CapacityEstimate:
    """Capacity as the slope of charge against change of state of charge, both with errors.

    Total least squares through the origin: C minimises Σ (q − C·s)² / (σ_q² + C²·σ_s²). The
    scatter about that line gives one part of the interval (Student's t); what is common to all
    segments, the gain and the anchors, is added to it unlessened.

    Parameters
    ----------
    ledger : from `capacity_ledger`; rows that do not qualify are passed over.

    Source: D. York et al., Am. J. Phys. 72 (2004) 367, for a line through the origin; in this use
    G. L. Plett, J. Power Sources 196 (2011) 2319.
    """
    rows = ledger[ledger["qualifies"]]
    n = len(rows)
    span = (rows["end"].max() - rows["start"].min()) / DAY_US if n else 0.0
    if n < MIN_SEGMENTS:
        nan = math.nan
        return CapacityEstimate(nan, nan, nan, nan, nan, n, span, "segments_few")
    s = rows["delta_soc"].to_numpy()
    q = np.abs(rows["charge_ah"].to_numpy())
    offset, sampling, anchor, gain = (
        rows[f"{part}_ah"].to_numpy() for part in ("offset", "sampling", "anchor", "gain")
    )
    sigma_q = np.hypot(offset, sampling) * s
    sigma_s = anchor / rows["capacity_ah"].to_numpy() * s
    value, scatter = slope_both_errors(s, q, sigma_s, sigma_q)
    # what a typical segment shares with the others; not divided by the root of n
    shared = float(np.median(np.hypot(gain, anchor)))
    half = math.hypot(float(stats.t.ppf(0.975, n - 1)) * scatter, Z95 * shared)
    return CapacityEstimate(value, value - half, value + half, scatter, shared, n, span, None)


def slope_both_errors(x: Float, y: Float, sigma_x: Float, sigma_y: Float) -> tuple[float, float]:
    """Slope of a line through the origin with errors in both, and its standard error from scatter.

    Parameters
    ----------
    x, y : float64[n], n of 2 or more.
    sigma_x, sigma_y : float64[n], standard errors, not both zero.
    """

    def chi_square(slope: float) -> float:
        return float(((y - slope * x) ** 2 / (sigma_y**2 + slope**2 * sigma_x**2)).sum())

    first = float((x * y).sum() / (x * x).sum())
    found = optimize.minimize_scalar(
        chi_square, bounds=(0.5 * first, 1.5 * first), method="bounded", options={"xatol": 1e-9}
    )
    slope = float(found.x)
    weight = 1 / (sigma_y**2 + slope**2 * sigma_x**2)
    scale = chi_square(slope) / (len(x) - 1)
    return slope, math.sqrt(scale / float((weight * x * x).sum()))


def capacity_points(ledger: pd.DataFrame) -> tuple[Float, Float, Float]:
    """Qualifying segments as points for a trend.

    Returns
    -------
    middle of each segment [days since the epoch], capacity [Ah], and the standard error that
    differs from segment to segment: offset and sampling [Ah]. Gain and anchors move all points
    alike and so do not bend a trend.
    """
    rows = ledger[ledger["qualifies"]]
    middle = (rows["start"] + rows["end"]).to_numpy() / (2 * DAY_US)
    own = np.hypot(rows["offset_ah"].to_numpy(), rows["sampling_ah"].to_numpy())
    return middle, rows["capacity_ah"].to_numpy(), own


# --- fade --------------------------------------------------------------------------------------

MIN_FADE_POINTS = 20


@dataclass(frozen=True)
class FadeLine:
    """Straight line of capacity over cycles or days, able to say how far ahead it may be trusted.

    Parameters
    ----------
    per_step : slope [Ah per unit of x]. level : value at `centre`.
    centre : mean of x. spread : Σ (x − centre)².
    residual : standard deviation about the line [Ah].
    memory : autocorrelation of neighbouring residuals, 0 or more.
    n : points.
    refusal : "points_few", or None.
    """

    per_step: float
    level: float
    centre: float
    spread: float
    residual: float
    memory: float
    n: int
    refusal: str | None

    def interval(self, x: Float, share: float = 0.95) -> tuple[Float, Float, Float]:
        """Prediction of single capacities at `x`: value, low, high [Ah]; NaN where refused."""
        if self.refusal:
            nothing = np.full(len(x), np.nan)
            return nothing, nothing, nothing
        away = x - self.centre
        value = self.level + self.per_step * away
        inflate = (1 + self.memory) / (1 - self.memory)
        line = self.residual**2 * inflate * (1 / self.n + away**2 / self.spread)
        half = stats.norm.ppf(0.5 + share / 2) * np.sqrt(line + self.residual**2)
        return value, value - half, value + half


def fade_line(x: Float, capacity: Float) -> FadeLine:
    """Least squares of capacity on cycles or days, with a prediction interval.

    Capacities remember: after a rest a cell recovers for some cycles, so residuals hang together.
    The variance of the line is therefore that of independent residuals times (1 + φ)/(1 − φ), φ
    their autocorrelation at one step; the scatter of a single point is added. It holds as long as
    the fade stays as straight as that: it does not foresee a knee.

    Parameters
    ----------
    x : float64[n] ascending, cycles or days.
    capacity : float64[n] [Ah].
    """
    n = len(x)
    if n < MIN_FADE_POINTS:
        nan = math.nan
        return FadeLine(nan, nan, nan, nan, nan, nan, n, "points_few")
    centre, level = float(x.mean()), float(capacity.mean())
    away = x - centre
    spread = float((away**2).sum())
    slope = float((away * capacity).sum()) / spread
    rest = capacity - level - slope * away
    square = float((rest**2).sum())
    memory = float((rest[1:] * rest[:-1]).sum()) / square if square > 0 else 0.0
    return FadeLine(
        per_step=slope,
        level=level,
        centre=centre,
        spread=spread,
        residual=math.sqrt(square / (n - 2)),
        memory=min(max(memory, 0.0), 1 - 2 / n),
        n=n,
        refusal=None,
    )


# --- prior -------------------------------------------------------------------------------------

KELVIN = 273.15
Between = tuple[float, float, float]


def graphite_potential(soc: float) -> float:
    """Potential of the graphite electrode against lithium, as BLAST-Lite takes it [V].

    Source: M. Safari and C. Delacourt, J. Electrochem. Soc. 158 (2011) A562.
    """
    x = 8.5e-3 + soc * (0.78 - 8.5e-3)
    return (
        0.6379
        + 0.5416 * math.exp(-305.5309 * x)
        + 0.044 * math.tanh(-(x - 0.1958) / 0.1088)
        - 0.1978 * math.tanh((x - 1.0571) / 0.0854)
        - 0.6875 * math.tanh((x + 0.0117) / 0.0529)
        - 0.0175 * math.tanh((x - 0.5692) / 0.0875)
    )


def ageing_rates(temp: float, soc: float, dod: float, rate: float) -> tuple[float, float]:
    """Calendar rate [per day^0.526] and cycle rate [per EFC^0.828] of large LFP cells.

    Parameters
    ----------
    temp : [°C]. soc : mean state of charge. dod : depth of the cycles. rate : mean of charge and
        discharge [1/h].

    Source: NREL BLAST-Lite, ``lfp_gr_250AhPrismatic_2019``; data: 10.1016/j.est.2023.109042.
    """
    kelvin = temp + KELVIN
    calendar = (
        8.37e4 * math.exp(-5.21e3 / kelvin) * math.exp(-3.56e3 * graphite_potential(soc) / kelvin)
    )
    cycle = (4.38e-8 + 1.55e-8 * dod + 1.68e-7 * rate) * (
        math.exp(2.19e3 / kelvin) + math.exp(-1.55e5 / kelvin)
    )
    return calendar, cycle


def ageing_prior(
    days: Float,
    efc: Float,
    *,
    temp: Between = (20.0, 25.0, 30.0),
    soc: Between = (0.3, 0.5, 0.7),
    dod: Between = (0.8, 0.85, 1.0),
    rate: Between = (0.15, 0.25, 0.5),
) -> pd.DataFrame:
    """What a large LFP cell of this age would have left, before one's own data say it.

    1 − k_cal·days^0.526 − k_cyc·EFC^0.828. The band comes from how the battery is run: each
    condition is given as (low, usual, high), and the band spans all combinations. How far a
    product differs from the cells that were tested is not in it.

    Parameters
    ----------
    days, efc : float64[n], age and equivalent full cycles since new.
    temp, soc, dod, rate : conditions, see `ageing_rates`.

    Returns
    -------
    DataFrame: value, low, high: share of the capacity when new.
    """
    days, efc = np.asarray(days, dtype=np.float64), np.asarray(efc, dtype=np.float64)

    def left(conditions: tuple[float, ...]) -> Float:
        calendar, cycle = ageing_rates(*conditions)
        return np.asarray(1 - calendar * days**0.526 - cycle * efc**0.828)

    corners = np.stack([left(corner) for corner in product(temp, soc, dod, rate)])
    usual = left((temp[1], soc[1], dod[1], rate[1]))
    return pd.DataFrame({"value": usual, "low": corners.min(axis=0), "high": corners.max(axis=0)})


# --- alignment ---------------------------------------------------------------------------------


def hold(ts: Int, other_ts: Int, other: Float, max_age_us: int) -> Float:
    """Another signal at `ts`: its latest reading, no older than `max_age_us`; NaN elsewhere."""
    if np.array_equal(ts, other_ts) and bool(np.all(ts[1:] > ts[:-1])):
        return np.array(other, np.float64)  # read at the same moments: nothing to look for
    at = np.searchsorted(other_ts, ts, side="right") - 1
    values = np.full(len(ts), np.nan)
    known = np.flatnonzero(at >= 0)
    fresh = known[ts[known] - other_ts[at[known]] <= max_age_us]
    values[fresh] = other[at[fresh]]
    return values
