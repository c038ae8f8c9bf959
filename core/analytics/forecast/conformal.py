"""Quantiles that hold: offsets from errors on data the model had not seen.

Split conformal prediction of each side of a band by horizon and time of day, and a stretch by the
errors of the last days. Source: Romano, Patterson, Candès 2019 (conformalized quantile regression);
the width that errors are measured by has a constant added (Papadopoulos, Gammerman, Vovk 2008,
normalized nonconformity).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.forecast.grid import DAY_US, Floats, Ints

QUANTILES = (0.1, 0.5, 0.9)
HORIZON_EDGES_H = (6.0, 24.0)  # up to, then beyond
HOUR_WIDTH = 6.0
LEAST = 100  # errors in a group; of fewer, those of all horizons and hours are taken
BLUR = 0.5  # of the mean error, added to every width: a narrow side is never taken as certain
MOST = 4.0  # widths by which an outer quantile can lie off the middle
MARGIN = 0.25  # of the span of all values seen: a band reaches no further beyond them
RECENT_US = 7 * DAY_US
STRETCH, DAMPING = (0.3, 4.0), 0.6
GROUPS = (len(HORIZON_EDGES_H) + 1) * round(24 / HOUR_WIDTH)


def group_of(horizon_h: Floats, hour: Floats) -> Ints:
    """Number of the group: how far ahead, and in which quarter of the day."""
    ahead = np.searchsorted(np.array(HORIZON_EDGES_H), horizon_h, side="left")
    return (ahead * round(24 / HOUR_WIDTH) + hour // HOUR_WIDTH).astype(np.int64)


@dataclass(frozen=True, repr=False)
class Offsets:
    """By how much each quantile is moved, in widths of the band the trees drew.

    Attributes
    ----------
    add : float64[group, quantile]: the low quantile becomes mid + add·(mid − low + least), the
        high one mid + add·(high − mid + least); the middle stays, its add is 0.
    counts : int64[group] errors behind it.
    least : what is added to the width of each side, over the scale.
    """

    add: Floats
    counts: Ints
    least: float

    def apply(self, quantiles: Floats, horizon_h: Floats, hour: Floats, scale: Floats) -> Floats:
        """Calibrated quantiles float64[n, quantile], ascending in the quantile."""
        moved = self.add[group_of(horizon_h, hour)] * _widths(quantiles, scale, self.least)
        return np.sort(quantiles[:, 1:2] + moved, axis=1)


def _widths(quantiles: Floats, scale: Floats, least: float) -> Floats:
    """Width of each side of a band and half of both, float64[n, quantile]."""
    low, mid, high = quantiles.T
    below = np.maximum(mid - low, 0.0) + least * scale
    above = np.maximum(high - mid, 0.0) + least * scale
    return np.stack([below, (below + above) / 2, above], axis=1)


def fit_offsets(
    actual: Floats, quantiles: Floats, horizon_h: Floats, hour: Floats, scale: Floats
) -> Offsets:
    """Offsets that bring the outer quantiles' share of values below them to their levels.

    Parameters
    ----------
    actual : float64[n]; quantiles : float64[n, quantile], of data not trained on.
    scale : float64[n] what the quantity can be of, e.g. 1, or the power physics allow.
    """
    good = np.isfinite(actual) & (scale > 0)
    actual, quantiles, scale = actual[good], quantiles[good], scale[good]
    error = actual - quantiles[:, 1]
    # Errors in widths mean nothing where the trees drew a line: a night within a watt, then a day
    # of work. By their own size added, wide and narrow slots of a group can be one.
    least = max(BLUR * float(np.abs(error).sum()) / max(float(scale.sum()), 1e-300), 1e-9)
    share = error[:, None] / _widths(quantiles, scale, least)
    group = group_of(horizon_h[good], hour[good])
    add, counts = np.tile(_levels(share), (GROUPS, 1)), np.zeros(GROUPS, np.int64)
    for one in range(GROUPS):
        inside = group == one
        counts[one] = int(inside.sum())
        if counts[one] >= LEAST:
            add[one] = _levels(share[inside])
    return Offsets(_held(add), counts, least)


def _held(add: Floats) -> Floats:
    """Offsets that keep the middle, have it within the band, and stay within reason.

    A median moved by the errors of two months missed more than the mean on each series tried.
    """
    held = np.zeros_like(add)
    held[:, 0], held[:, 2] = np.clip(add[:, 0], -MOST, 0.0), np.clip(add[:, 2], 0.0, MOST)
    return held


def reach(values: Floats) -> tuple[Floats, Floats]:
    """How far a band can go at each slot, by the values of the slots before it.

    Parameters
    ----------
    values : float64[slot], NaN where there is none.

    Returns
    -------
    lowest, highest : float64[slot + 1]: least and greatest value before, with a quarter of their
        span on either side; without bound where no value came before.
    """
    least, most = np.fmin.accumulate(values), np.fmax.accumulate(values)
    margin = MARGIN * (most - least)
    low, high = np.r_[np.nan, least - margin], np.r_[np.nan, most + margin]
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _levels(error: Floats) -> Floats:
    """The quantile of the errors of each quantile, a little further out for few of them."""
    n = len(error)
    if not n:
        return np.array([-1.0, 0.0, 1.0])
    found = []
    for k, level in enumerate(QUANTILES):
        wider = (n + 1) / n if level != 0.5 else 1.0
        at = level * wider if level > 0.5 else 1 - (1 - level) * wider
        found.append(float(np.quantile(error[:, k], min(max(at, 0.0), 1.0))))
    return np.array(found)


# --- as time goes on ----------------------------------------------------------------------------


def recent_stretch(past: pd.DataFrame, issue: int, step_us: int) -> tuple[float, float]:
    """By how much to stretch the band below and above its median, from the last seven days.

    Parameters
    ----------
    past : forecasts issued before: `issue`, `ts` [µs UTC], `judged`, `actual`, `p50`, and the
        band as calibrated once, `low` and `high`. Only actual values known at `issue` are used.

    Source: Gibbs and Candès 2021 (adaptive conformal inference), here on a window of errors.
    """
    known = past["judged"] & past["actual"].notna() & (past["ts"] + step_us <= issue)
    known &= (past["issue"] >= issue - RECENT_US) & (past["issue"] < issue)
    rows = past[known]
    if len(rows) < LEAST:
        return 1.0, 1.0
    error = (rows["actual"] - rows["p50"]).to_numpy(np.float64)
    below = np.maximum((rows["p50"] - rows["low"]).to_numpy(np.float64), 1e-9)
    above = np.maximum((rows["high"] - rows["p50"]).to_numpy(np.float64), 1e-9)
    found = (np.quantile(-error / below, QUANTILES[-1]), np.quantile(error / above, QUANTILES[-1]))
    low, high = (float(np.clip(one, *STRETCH) ** DAMPING) for one in found)
    return low, high


def stretched(
    rows: pd.DataFrame,
    stretch: tuple[float, float],
    low: float | None,
    within: tuple[float, float] = (-np.inf, np.inf),
) -> pd.DataFrame:
    """`p10` and `p90` of forecasts whose band is stretched, within the bound and the reach."""
    mid = rows["p50"]
    below, above = stretch
    p10 = (mid - below * (mid - rows["low"])).clip(lower=within[0])
    p90 = (mid + above * (rows["high"] - mid)).clip(upper=within[1])
    p10, p90 = p10.clip(upper=mid), p90.clip(lower=mid)
    return pd.DataFrame({"p10": p10 if low is None else p10.clip(lower=low), "p90": p90})
