"""Courses of load that several tests forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.forecast.features import History
from core.analytics.forecast.grid import Floats, Grid
from core.analytics.forecast.models import HORIZON_H

HOUR = 3_600_000_000


def moment(text: str, zone: str = "Europe/Berlin") -> int:
    """A local time as µs UTC."""
    return int(pd.Timestamp(text, tz=zone).tz_convert("UTC").value // 1000)


def hourly(days: int, start: str = "2024-03-01", *, region: str = "DE") -> Grid:
    """Hours of some days, and of one horizon more."""
    return Grid(moment(start), HOUR, days * 24 + HORIZON_H, "Europe/Berlin", region)


def working_load(grid: Grid, *, noise: float = 1.0, seed: int = 0) -> Floats:
    """A load that works on workdays from 7 to 18, with noise."""
    works = (grid.kind == 0) & (grid.hour >= 7) & (grid.hour < 18)
    spread = np.random.default_rng(seed).normal(0, noise, grid.count)
    return np.maximum(np.where(works, 50.0, 10.0) + spread * np.where(works, 4.0, 1.0), 0.0)


def history_of(grid: Grid, values: Floats, ahead: int = HORIZON_H) -> History:
    """Values without those of the last horizon, which are yet to come."""
    known = values.copy()
    known[grid.count - ahead :] = np.nan
    return History(grid, known)
