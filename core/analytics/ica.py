"""Incremental capacity dQ/dV and differential voltage dV/dQ of slow charges and discharges.

Peaks of dQ/dV are plateaus of the voltage; where they stand and how much charge they hold says
which electrode ages. That shows only at low rate and with readings close enough, so every curve
is preceded by a judgement that may refuse. Charge in Ah, voltage in V, time in int64 microseconds.
Formulas and sources are in ``docs/methods.md``, section "Incremental capacity".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks, peak_widths

from core.analytics.quality import Float, Int
from core.errors import ConfigError

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class IcaRules:
    """When a segment is fit, and how its curve is made.

    Parameters
    ----------
    max_rate : highest median rate [1/h].
    max_rate_spread : highest interquartile range of the rate over its median.
    bin_v : width of the voltage bins, 0.005 to 0.010 V.
    grid_v : resolution of the voltage readings [V].
    smooth_bins : standard deviation of the Gaussian kernel [bins].
    max_step_us : longest time between readings [µs].
    max_step_soc : largest share of the nominal capacity between readings; for curves that are
        only made to be pooled it may be some times larger.
    min_soc : least share of the nominal capacity in the segment.
    min_prominence : of a peak, as a share of the highest.

    Raises
    ------
    ConfigError
        Bins outside 5..10 mV or finer than the readings, or another limit of 0 or less.
    """

    max_rate: float = 0.2
    max_rate_spread: float = 0.3
    bin_v: float = 0.005
    grid_v: float = 0.001
    smooth_bins: float = 1.0
    max_step_us: int = HOUR_US // 4
    max_step_soc: float = 0.02
    min_soc: float = 0.5
    min_prominence: float = 0.1

    def __post_init__(self) -> None:
        """Check the range."""
        if not (0.005 <= self.bin_v <= 0.010 and self.grid_v <= self.bin_v):
            raise ConfigError(
                f"bins of {self.bin_v} V and readings to {self.grid_v} V: "
                "expected bins of 0.005..0.010 V, no finer than the readings"
            )
        if not all(value > 0 for value in vars(self).values()):
            raise ConfigError(f"rules of dQ/dV do not hold together: {self}")


@dataclass(frozen=True)
class IcaCurve:
    """dQ/dV over voltage.

    Parameters
    ----------
    start, end : of the segment or segments [µs].
    voltage : float64[b], middles of the bins [V].
    dq_dv : float64[b], smoothed [Ah/V].
    rate : median rate [1/h].
    n : readings; of a pooled curve, of all its parts.
    curves : how many it was pooled from.
    """

    start: int
    end: int
    voltage: Float
    dq_dv: Float
    rate: float
    n: int
    curves: int


def low_rate_segments(
    ts: Int, current: Float, nominal_ah: float, rules: IcaRules | None = None
) -> list[tuple[int, int]]:
    """First and last reading of every run of one sign of the current without a gap.

    The runs are those worth judging by `ica_refusal`; rests and gaps part them.

    Parameters
    ----------
    ts : int64[n] ascending [µs]. current : float64[n] [A]. nominal_ah : for rates [Ah].
    """
    rules = rules or IcaRules()
    known = np.where(np.isfinite(current), current, 0.0)
    sign = np.where(np.abs(known) > 0.005 * nominal_ah, np.sign(known), 0).astype(np.int64)
    parts = (np.diff(sign) != 0) | (np.diff(ts) > rules.max_step_us)
    edges = np.concatenate([[0], np.flatnonzero(parts) + 1, [len(ts)]])
    return [(int(a), int(b) - 1) for a, b in pairwise(edges) if b - a > 1 and sign[a] != 0]


def ica_refusal(
    ts: Int,
    current: Float,
    charge: Float,
    voltage: Float,
    nominal_ah: float,
    rules: IcaRules | None = None,
) -> str | None:
    """Why a segment carries no dQ/dV, or None if it does.

    Parameters
    ----------
    ts : int64[n] ascending [µs], readings of the voltage in one charge or discharge.
    current, charge, voltage : float64[n], at the same instants [A], counted charge [Ah], [V].
    nominal_ah : for rates [Ah].

    Returns
    -------
    "readings_few", "gap", "charge_small", "rate_high", "rate_unsteady", "sampling_coarse", or None.
    """
    rules = rules or IcaRules()
    good = np.isfinite(voltage) & np.isfinite(charge) & np.isfinite(current)
    if np.count_nonzero(good) < 3:
        return "readings_few"
    if int(np.diff(ts[good]).max()) > rules.max_step_us:
        return "gap"
    counted = charge[good]
    if float(abs(counted[-1] - counted[0])) < rules.min_soc * nominal_ah:
        return "charge_small"
    rate = np.sort(np.abs(current[good])) / nominal_ah
    # What np.percentile gives, which takes longer over a short run than all the rest of this.
    place = np.array([0.25, 0.5, 0.75]) * (len(rate) - 1)
    low, middle, high = np.interp(place, np.arange(len(rate)), rate).tolist()
    if middle > rules.max_rate:
        return "rate_high"
    if high - low > rules.max_rate_spread * middle:
        return "rate_unsteady"
    steps = np.abs(np.diff(counted)) / nominal_ah
    return "sampling_coarse" if float(steps.max()) > rules.max_step_soc else None


def charge_by_voltage(charge: Float, voltage: Float, edges: Float, grid_v: float) -> Float:
    """Charge that passed while the voltage stood in each bin [Ah].

    The charge of a step is spread evenly over the voltages it covers, widened by half the grid of
    the readings at both ends: so nothing is lost, however the readings fall, and a voltage that
    stands still or falls back by noise adds where it stands.

    Parameters
    ----------
    charge, voltage : float64[n], counted charge [Ah], [V], in order of time.
    edges : float64[b + 1] ascending [V]. grid_v : resolution of the readings [V].

    Returns
    -------
    float64[b], positive in a charge and in a discharge.
    """
    low = np.minimum(voltage[1:], voltage[:-1]) - grid_v / 2
    high = np.maximum(voltage[1:], voltage[:-1]) + grid_v / 2
    step = np.diff(charge)
    below = np.clip((edges[:, None] - low) / (high - low), 0.0, 1.0) @ step
    return np.asarray(np.diff(below) * np.sign(charge[-1] - charge[0]))


def incremental_capacity(
    ts: Int,
    current: Float,
    charge: Float,
    voltage: Float,
    nominal_ah: float,
    rules: IcaRules | None = None,
) -> IcaCurve | str:
    """dQ/dV of one charge or discharge, or the reason why there is none.

    Histogram of charge over voltage divided by the width of the bins, then a Gaussian kernel
    of `smooth_bins`; bins stand on multiples of their width, so curves of other days and cells
    lie on the same bins.

    Parameters
    ----------
    As `ica_refusal`.
    """
    rules = rules or IcaRules()
    refusal = ica_refusal(ts, current, charge, voltage, nominal_ah, rules)
    if refusal:
        return refusal
    good = np.isfinite(voltage) & np.isfinite(charge) & np.isfinite(current)
    volts = voltage[good]
    first = math.floor(float(volts.min()) / rules.bin_v) - 1
    last = math.ceil(float(volts.max()) / rules.bin_v) + 1
    edges = np.asarray(np.arange(first, last + 1) * rules.bin_v, dtype=np.float64)
    held = charge_by_voltage(charge[good], volts, edges, rules.grid_v)
    smooth = gaussian_filter1d(held / rules.bin_v, rules.smooth_bins, mode="constant")
    return IcaCurve(
        start=int(ts[good][0]),
        end=int(ts[good][-1]),
        voltage=np.asarray((edges[:-1] + edges[1:]) / 2, dtype=np.float64),
        dq_dv=np.asarray(smooth, dtype=np.float64),
        rate=float(np.median(np.abs(current[good]))) / nominal_ah,
        n=int(np.count_nonzero(good)),
        curves=1,
    )


def pool_curves(curves: Sequence[IcaCurve]) -> IcaCurve:
    """Mean of curves of several cells or days, on their common bins.

    Readings of different cells and days fall on different voltages, so that the mean resolves what
    one curve with few readings does not. It is the curve of the group, and of no cell in it.

    Raises
    ------
    ConfigError
        Nothing to pool, or curves with bins of different width.
    """
    if not curves:
        raise ConfigError("no curve to pool")
    widths = {round(float(curve.voltage[1] - curve.voltage[0]), 9) for curve in curves}
    if len(widths) > 1:
        raise ConfigError(f"curves with bins of different width: {sorted(widths)}")
    width = widths.pop()
    place = [np.rint(curve.voltage / width - 0.5).astype(np.int64) for curve in curves]
    first = min(int(p[0]) for p in place)
    total = np.zeros(max(int(p[-1]) for p in place) - first + 1)
    for curve, p in zip(curves, place, strict=True):
        total[p - first] += curve.dq_dv
    return IcaCurve(
        start=min(curve.start for curve in curves),
        end=max(curve.end for curve in curves),
        voltage=np.asarray((np.arange(len(total)) + first + 0.5) * width, dtype=np.float64),
        dq_dv=total / len(curves),
        rate=float(np.median([curve.rate for curve in curves])),
        n=sum(curve.n for curve in curves),
        curves=len(curves),
    )


def differential_voltage(
    charge: Float, voltage: Float, nominal_ah: float, *, bins: int = 100
) -> tuple[Float, Float]:
    """dV/dQ over charge, from readings of a segment that `ica_refusal` lets pass.

    The mean slope over even steps of charge, by linear interpolation, then a Gaussian kernel of
    one step. Its peaks lie between the plateaus.

    Parameters
    ----------
    charge, voltage : float64[n] [Ah], [V].
    nominal_ah : the steps are `nominal_ah` / `bins` wide.

    Returns
    -------
    float64[b] charge since the start [Ah], float64[b] dV/dQ [V/Ah], positive in a charge and in a
    discharge.
    """
    good = np.isfinite(charge) & np.isfinite(voltage)
    moved = np.abs(charge[good] - charge[good][0])
    rising = np.maximum.accumulate(moved)
    keep = np.concatenate([[True], np.diff(rising) > 0])
    step = nominal_ah / bins
    edges = np.arange(0.0, float(rising[-1]) + step / 1e6, step)
    volts = np.interp(edges, rising[keep], voltage[good][keep])
    slope = np.abs(gaussian_filter1d(np.diff(volts) / step, 1.0, mode="nearest"))
    return (edges[:-1] + edges[1:]) / 2, np.asarray(slope, dtype=np.float64)


# --- peaks -------------------------------------------------------------------------------------

PEAK_COLUMNS = ("time", "peak", "position", "height", "area", "rate")


def find_ica_peaks(curve: IcaCurve, rules: IcaRules | None = None) -> pd.DataFrame:
    """Peaks of a curve, by voltage.

    Position and height are the top of the parabola through the highest bin and its neighbours,
    area the charge between the two points at half prominence.

    Returns
    -------
    DataFrame: position [V], height [Ah/V], area [Ah].
    """
    return pd.DataFrame(dict(zip(PEAK_COLUMNS[2:5], _peaks(curve, rules), strict=True)))


def _peaks(curve: IcaCurve, rules: IcaRules | None) -> tuple[Float, Float, Float]:
    """Position, height and area of each peak, by voltage."""
    rules = rules or IcaRules()
    y, width = curve.dq_dv, float(curve.voltage[1] - curve.voltage[0])
    least = rules.min_prominence * float(y.max(initial=0.0))
    tops, _ = find_peaks(y, prominence=max(least, np.finfo(np.float64).tiny))
    _, _, left, right = peak_widths(y, tops, rel_height=0.5)
    before, top, after = y[tops - 1], y[tops], y[tops + 1]
    bend = before - 2 * top + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    passed = np.concatenate([[0.0], np.cumsum((y[1:] + y[:-1]) / 2 * width)])
    bins = np.arange(len(y))
    return (
        curve.voltage[tops] + shift * width,
        top - 0.25 * (before - after) * shift,
        np.interp(right, bins, passed) - np.interp(left, bins, passed),
    )


def track_peaks(
    curves: Sequence[IcaCurve], *, tolerance_v: float = 0.015, rules: IcaRules | None = None
) -> pd.DataFrame:
    """Peaks of many curves, each followed over time.

    A peak belongs to the peak of the pooled curve that is nearest, if within `tolerance_v`; of
    several, the nearest. Peaks that belong to none are left out.

    Parameters
    ----------
    curves : of one battery or cell, one direction, similar rate.

    Returns
    -------
    DataFrame by time: time (start of the segment) [µs], peak (number by voltage), position [V],
    height [Ah/V], area [Ah], rate [1/h]: input for a trend.
    """
    if not curves:
        return pd.DataFrame({name: pd.Series(dtype=np.float64) for name in PEAK_COLUMNS})
    expected, _, _ = _peaks(pool_curves(curves), rules)
    rows = []
    for curve in sorted(curves, key=lambda one: one.start):
        found = _peaks(curve, rules)
        for number, position in enumerate(expected):
            away = np.abs(found[0] - position)
            if len(away) and away.min() <= tolerance_v:
                nearest = away.argmin()
                rows.append((curve.start, number, *(one[nearest] for one in found), curve.rate))
    return pd.DataFrame(rows, columns=list(PEAK_COLUMNS))
