"""Statistics of the values of a signal in a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import energy
from core.query import Store

STATISTICS_LIMIT = 2_000_000  # raw readings for exact percentiles


@dataclass(frozen=True)
class StatisticsReport:
    """Statistics of a window; where low and high differ, the truth lies between them.

    `percentiles` has columns q, low, high. `exact` says whether raw readings were used.
    """

    count: int
    mean: float
    minimum: float
    maximum: float
    std_low: float
    std_high: float
    percentiles: pd.DataFrame
    exact: bool
    level: str


def statistics_report(
    store: Store,
    device: str,
    signal: str,
    start: int,
    end: int,
    quantiles: Sequence[float] = (0.01, 0.05, 0.5, 0.95, 0.99),
) -> StatisticsReport:
    """Statistics of a window: from raw readings, or exact figures and bounds from buckets.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    """
    info = store.signal(device, signal)
    if (end - start) // info.step_us <= STATISTICS_LIMIT or not info.levels:
        _, value = store.raw(device, signal, start, end)
        found = energy.statistics_from_raw(value)
        exact = np.quantile(value, quantiles) if len(value) else np.full(len(quantiles), np.nan)
        table = pd.DataFrame({"q": quantiles, "low": exact, "high": exact})
        level, is_exact = "raw", True
    else:
        level, is_exact = info.levels[0], False
        rows = store.buckets(device, signal, start, end, level)
        found = energy.statistics_from_buckets(
            rows.first, rows.last, rows.min, rows.max, rows.sum, rows.count
        )
        bounds = [energy.percentile_bounds(rows.min, rows.max, rows.count, q) for q in quantiles]
        table = pd.DataFrame(bounds, columns=["low", "high"]).assign(q=quantiles)
    return StatisticsReport(
        found.count, found.mean, found.minimum, found.maximum, found.std_low, found.std_high,
        table, is_exact, level,
    )  # fmt: skip
