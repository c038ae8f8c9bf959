"""Synthetic plants whose truth is known: daily performance with wear, soil, outages and weather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
SOIL_PER_DAY = 0.0008
SOIL_MOST = 0.08
SENSOR_NOISE = 0.01
SEASON = 0.02  # spectrum, angle and low light over the year


@dataclass(frozen=True)
class DailyPlant:
    """Years of daily figures.

    Attributes
    ----------
    performance : temperature-corrected PR of each day. insolation : [kWh/m²].
    clearness : insolation over that of a clear sky. soil : ratio that gets through.
    down : days with an outage.
    """

    performance: Float
    insolation: Float
    clearness: Float
    soil: Float
    down: NDArray[np.bool_]


def daily_plant(
    seed: int, *, years: float = 5, rate: float = -0.005, soiled: bool = True, outages: int = 6
) -> DailyPlant:
    """A plant of 48° north.

    Parameters
    ----------
    rate : change of the performance per year. outages : spans of days with part of it down.
    """
    rng = np.random.default_rng(seed)
    n = round(365.25 * years)
    day = np.arange(n)
    clear = 5.2 - 2.6 * np.cos(2 * np.pi * (day + 10) / 365.25)
    clearness = _weather(rng, n)
    insolation = clear * clearness
    soil = _soil(rng, clearness) if soiled else np.ones(n)
    phase = rng.uniform(-20, 20)
    season = 1 + SEASON * np.cos(2 * np.pi * (day - phase) / 365.25)
    dull = 1 - 0.04 * np.exp(-clearness / 0.25)  # low light costs efficiency
    noise = 1 + SENSOR_NOISE * rng.standard_normal(n) / np.sqrt(0.3 + clearness)
    performance = 0.86 * (1 + rate * day / 365.25) * season * dull * soil * noise
    down = np.zeros(n, dtype=bool)
    for _ in range(outages):
        first, length = int(rng.integers(0, n)), int(rng.integers(1, 14))
        performance[first : first + length] *= rng.choice([0.0, 0.25, 0.5, 0.75])
        down[first : first + length] = True
    performance[rng.random(n) < 0.02] = np.nan
    return DailyPlant(performance, insolation, clearness, soil, down)


def _weather(rng: np.random.Generator, n: int) -> Float:
    """Clearness of each day: spells of weather between overcast and clear."""
    walk = np.zeros(n)
    for at in range(1, n):
        walk[at] = 0.65 * walk[at - 1] + rng.standard_normal()
    return 0.12 + 0.9 / (1 + np.exp(-(0.3 + 1.1 * walk)))


def _soil(rng: np.random.Generator, clearness: Float) -> Float:
    """Dirt builds up on dry days, at a pace of the season, until rain takes most of it."""
    ratio = np.ones(len(clearness))
    for at in range(1, len(clearness)):
        wet = clearness[at - 1] < 0.45 and rng.random() < 0.35
        pace = SOIL_PER_DAY * (1 + 0.5 * np.sin(2 * np.pi * at / 365.25)) * rng.uniform(0.5, 1.5)
        ratio[at] = 1 - 0.1 * (1 - ratio[at - 1]) if wet else max(ratio[at - 1] - pace,
                                                                  1 - SOIL_MOST)  # fmt: skip
    return ratio
