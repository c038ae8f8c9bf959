"""Quantiles that hold: offsets from errors on data the model had not seen.

Split conformal prediction of each quantile by horizon and time of day. Source: Romano, Patterson,
Candès 2019 (conformalized quantile regression); each side of the band is corrected for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics.forecast.grid import Floats, Ints

QUANTILES = (0.1, 0.5, 0.9)
HORIZON_EDGES_H = (6.0, 24.0)  # up to, then beyond
HOUR_WIDTH = 6.0
LEAST = 100  # errors in a group; of fewer, those of all horizons and hours are taken
GROUPS = (len(HORIZON_EDGES_H) + 1) * round(24 / HOUR_WIDTH)


def group_of(horizon_h: Floats, hour: Floats) -> Ints:
    """Number of the group: how far ahead, and in which quarter of the day."""
    ahead = np.searchsorted(np.array(HORIZON_EDGES_H), horizon_h, side="left")
    return (ahead * round(24 / HOUR_WIDTH) + hour // HOUR_WIDTH).astype(np.int64)


@dataclass(frozen=True, repr=False)
class Offsets:
    """What is added to each quantile: float64[group, quantile], and the errors behind it."""

    add: Floats
    counts: Ints

    def apply(self, quantiles: Floats, horizon_h: Floats, hour: Floats, scale: Floats) -> Floats:
        """Calibrated quantiles float64[n, quantile], ascending in the quantile."""
        moved = quantiles + self.add[group_of(horizon_h, hour)] * scale[:, None]
        return np.sort(moved, axis=1)


def fit_offsets(
    actual: Floats, quantiles: Floats, horizon_h: Floats, hour: Floats, scale: Floats
) -> Offsets:
    """Offsets that bring each quantile's share of values below it to its level.

    Parameters
    ----------
    actual : float64[n]; quantiles : float64[n, quantile], of data not trained on.
    scale : float64[n] that errors are measured by, e.g. 1, or the power physics allow.
    """
    good = np.isfinite(actual) & (scale > 0)
    error = (actual[good, None] - quantiles[good]) / scale[good, None]
    group = group_of(horizon_h[good], hour[good])
    everywhere = _levels(error)
    add, counts = np.tile(everywhere, (GROUPS, 1)), np.zeros(GROUPS, np.int64)
    for one in range(GROUPS):
        inside = group == one
        counts[one] = int(inside.sum())
        if counts[one] >= LEAST:
            add[one] = _levels(error[inside])
    return Offsets(add, counts)


def _levels(error: Floats) -> Floats:
    """The quantile of the errors of each quantile, a little further out for few of them."""
    n = len(error)
    if not n:
        return np.zeros(len(QUANTILES))
    found = []
    for k, level in enumerate(QUANTILES):
        wider = (n + 1) / n if level != 0.5 else 1.0
        at = level * wider if level > 0.5 else 1 - (1 - level) * wider
        found.append(float(np.quantile(error[:, k], min(max(at, 0.0), 1.0))))
    return np.array(found)
