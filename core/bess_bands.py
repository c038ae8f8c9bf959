"""Bands that hours of a battery system are counted in."""

from __future__ import annotations

import numpy as np

from core.analytics import battery

SOC_BANDS = battery.even_edges(0.0, 1.0, 0.05)
SOC_TENTHS = battery.even_edges(0.0, 1.0, 0.1)


def nice_width(greatest: float, bands: int) -> float:
    """Width of a band: 1, 2 or 5 times a power of ten."""
    if not greatest > 0:
        return 1.0
    raw = greatest / bands
    size = 10.0 ** np.floor(np.log10(raw))
    return float(size * next(step for step in (1, 2, 5, 10) if raw <= step * size))
