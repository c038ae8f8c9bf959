"""Readings of a PV plant that tell something else than sun and modules.

Every ``flag_`` function answers with one boolean per interval and changes nothing. Night and stale
values are left out of figures; clipped, curtailed and snowed-in intervals are true output and stay.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.quality import HOUR_US, Bool, Float, Int, flag_stale

NIGHT_ELEVATION = -6.0  # °: end of civil twilight
NIGHT_RATIO = 0.02  # of the nominal power: what inverters draw at night is less
NIGHT_LIGHT = 20.0  # W/m², above the offset of a pyranometer under a cold sky
STALE_DECIMALS = 6
LEAST_STALE_STEPS = 3
AT_LIMIT = 0.985  # of the AC limit
PLATEAU = 0.01  # relative width of a flat top
PLATEAU_CELLS = 3
PLATEAU_DAYS = 3
FLAT_CELLS = 4
HELD_BACK = 0.85  # of the usual performance
FREEZING = 2.0  # °C; snow lies up to here
SNOWED_IN = 0.3  # of the usual performance
SHIFT_LEAST = 10.0  # min: below, horizon and clouds shift the day as much
SHIFT_DAYS = 7


def flag_night(power_kw: Float, elevation: Float, kwp: float) -> Bool:
    """Power while the sun is well below the horizon: more than inverters draw at night."""
    return np.asarray((elevation < NIGHT_ELEVATION) & (np.abs(power_kw) > NIGHT_RATIO * kwp))


def flag_night_light(poa_global: Float, elevation: Float) -> Bool:
    """Irradiance while the sun is well below the horizon: more than the offset of a sensor."""
    return np.asarray((elevation < NIGHT_ELEVATION) & (poa_global > NIGHT_LIGHT))


def flag_stale_value(ts: Int, value: Float, step_us: int, *, at_rest: float = 0.0) -> Bool:
    """Intervals on a line of equal values, an hour and three steps long at least.

    Zero is rest, not a stale value. A flat top at the inverter's limit is equal too: leave out
    what `flag_clipping` finds.

    Source: pvanalytics ``quality.gaps.stale_values_round``, with the window in time.
    """
    window = max(HOUR_US, LEAST_STALE_STEPS * step_us)
    # -0.0001 of an offset that is rounded is rest as well.
    level = np.where(np.abs(value - at_rest) < 10.0**-STALE_DECIMALS, at_rest, value)
    return flag_stale(ts, level, window_us=window, decimals=STALE_DECIMALS, idle_value=at_rest)


# --- limits -------------------------------------------------------------------------------------


def clip_level(power_kw: Float, day: Int) -> float | None:
    """Power at which an inverter is cut off [kW], from its flat tops; None where it has none.

    A flat top is three intervals or more within 1 % of the highest 0.5 % of all values, on
    three days at least, where the quarter hours below are much rarer: a peak of the sun is round.

    Parameters
    ----------
    day : int64[n], number of the local day of each interval.
    """
    known = power_kw[np.isfinite(power_kw)]
    if not (known > 0).any():
        return None
    top = float(np.quantile(known[known > 0], 0.995))
    flat = np.abs(power_kw - top) <= PLATEAU * top
    runs = _runs(flat, PLATEAU_CELLS)
    days = len(np.unique(day[runs]))
    below = np.abs(power_kw - top * (1 - 3 * PLATEAU)) <= PLATEAU * top
    above = power_kw > top * (1 + PLATEAU)
    if days < PLATEAU_DAYS or above.sum() > 0.02 * flat.sum() or below.sum() > 0.5 * runs.sum():
        return None
    return float(np.median(power_kw[runs]))


def flag_clipping(power_kw: Float, limit_kw: float | None) -> Bool:
    """Intervals at the AC limit of the inverter; none without a limit."""
    if limit_kw is None:
        return np.zeros(len(power_kw), dtype=bool)
    return np.asarray(np.nan_to_num(power_kw, nan=-1.0) >= AT_LIMIT * limit_kw)


def flag_curtailment(
    power_kw: Float, performance: Float, usual: float, clipped: Bool, stale: Bool
) -> Bool:
    """Intervals held back below the limit: flat for four intervals, and less than usual.

    Flat is within 1 % of the run's level. A stale reading is flat as well; it is flagged apart.

    Parameters
    ----------
    performance : instant performance [-]; usual : its median over unflagged intervals.
    """
    low = np.nan_to_num(performance, nan=9.0) < HELD_BACK * usual
    steady = np.zeros(len(power_kw), dtype=bool)
    with np.errstate(invalid="ignore"):
        steps = np.abs(np.diff(power_kw)) <= PLATEAU * np.abs(power_kw[:-1])
    steady[1:] |= steps
    steady[:-1] |= steps
    candidate = low & steady & (power_kw > 0) & ~clipped & ~stale
    return _runs(candidate, FLAT_CELLS)


def flag_snow(performance: Float, temp_air: Float, lit: Bool, day: Int) -> Bool:
    """Intervals of days on which cold modules gave next to nothing though there was light.

    A day counts where the median performance of its bright intervals is below 30 % and the air
    was at 2 °C or less. Irradiance must be measured: a sensor that is snowed in hides it.
    """
    flags = np.zeros(len(performance), dtype=bool)
    known = lit & np.isfinite(performance)
    table = pd.DataFrame({"day": day, "performance": performance, "air": temp_air})[known]
    if not len(table):
        return flags
    by_day = table.groupby("day")
    dark = by_day["performance"].median() < SNOWED_IN
    cold = by_day["air"].min() <= FREEZING
    return np.isin(day, dark.index[(dark & cold).to_numpy()]) & known


def _runs(flags: Bool, least: int) -> Bool:
    """Flags that stand in a row of at least `least`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    kept = np.zeros(len(flags), dtype=bool)
    for begin, until in zip(edges[::2], edges[1::2], strict=True):
        kept[begin:until] = until - begin >= least
    return kept


# --- clock --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockShift:
    """A stretch of days on which the readings' clock is off.

    Attributes
    ----------
    first, last : number of its days. minutes : median; positive where readings are stamped late.
    low, high : 95 % interval [min]. days : how many were judged.
    """

    first: int
    last: int
    minutes: float
    low: float
    high: float
    days: int


def day_midpoints(ts: Int, value: Float, day: Int, step_us: int) -> pd.Series:
    """Middle of the daylight of each day, by where values cross a tenth of the day's top [µs].

    Clouds shape the day's top, not the morning and the evening: midpoints of edges stay where
    centroids wander. Indexed by day; days with a gap or without a top are left out.

    Parameters
    ----------
    ts, day : int64[n], sorted.
    """
    middle = ts + step_us // 2
    found = {}
    # Days follow each other: slices of arrays take a tenth of the time of groups of a frame.
    edges = np.flatnonzero(np.diff(day, prepend=day[:1] - 1, append=day[-1:] + 1))
    for begin, until in itertools.pairwise(edges.tolist()):
        number = int(day[begin])
        at, v = middle[begin:until].astype(np.float64), value[begin:until]
        if not np.isfinite(v).any():
            continue
        threshold = 0.1 * np.nanmax(v)
        above = np.flatnonzero(v >= threshold)
        if threshold <= 0 or above[0] == 0 or above[-1] == len(v) - 1:
            continue
        first, last = above[0], above[-1]
        if not np.isfinite(v[[first - 1, last + 1]]).all():
            continue
        rise = np.interp(threshold, v[[first - 1, first]], at[[first - 1, first]])
        fall = np.interp(-threshold, -v[[last, last + 1]], at[[last, last + 1]])
        found[number] = (rise + fall) / 2
    return pd.Series(found, dtype=np.float64)


def estimate_clock_shifts(
    measured: pd.Series, expected: pd.Series, step_us: int, seed: int = 1
) -> list[ClockShift]:
    """Stretches of days on which the measured midpoint is off that of the clear sky.

    The differences are smoothed over 11 days; days whose smoothed difference is alike within ten
    minutes make a stretch. Only stretches of seven judged days or more, off by more than ten
    minutes and half a step, with an interval that does not reach zero, are told.

    Parameters
    ----------
    measured, expected : midpoints [µs] by day, from `day_midpoints`.
    """
    off = ((measured - expected) / 60e6).dropna()
    if len(off) < SHIFT_DAYS:
        return []
    smooth = off.rolling(11, center=True, min_periods=3).median()
    jump = smooth.diff(5).abs() > SHIFT_LEAST
    level = (smooth / SHIFT_LEAST).round()
    change = (level.diff().abs() > 1) | (jump & ~jump.shift(1, fill_value=False))
    found = []
    rng = np.random.default_rng(seed)
    for _, part in off.groupby(change.cumsum()):
        values = part.to_numpy()
        if len(values) < SHIFT_DAYS:
            continue
        middle = float(np.median(values))
        drawn = values[rng.integers(0, len(values), size=(500, len(values)))]
        low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
        certain = low > 0 or high < 0
        if certain and abs(middle) > max(SHIFT_LEAST, step_us / 120e6):
            found.append(
                ClockShift(int(part.index[0]), int(part.index[-1]), middle, float(low),
                           float(high), len(values))
            )  # fmt: skip
    return _joined(found)


def _joined(shifts: list[ClockShift]) -> list[ClockShift]:
    """Neighbouring stretches of nearly the same shift made one."""
    kept: list[ClockShift] = []
    for one in shifts:
        last = kept[-1] if kept else None
        if last is not None and abs(last.minutes - one.minutes) < SHIFT_LEAST:
            days = last.days + one.days
            share = last.days / days
            kept[-1] = ClockShift(
                last.first, one.last, share * last.minutes + (1 - share) * one.minutes,
                min(last.low, one.low), max(last.high, one.high), days,
            )  # fmt: skip
        else:
            kept.append(one)
    return kept
