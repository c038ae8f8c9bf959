"""What the PV page says of plants whose truth is known: ``python -m benchmarks pv``.

Degradation over five years with soil and outages, and days that stand out among healthy ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Figure
from benchmarks.pv_plants import DailyPlant, daily_plant
from core.analytics import pv_anomalies
from core.analytics.pv_anomalies import FALSE_ALARMS, Anomalies
from core.analytics.pv_degradation import estimate_degradation, filter_days
from core.analytics.pv_soiling import find_cleanings

RATES = (-0.005, 0.0, -0.02)


def figures(seeds: int = 40) -> Iterator[Figure]:
    """Shares over the seeds."""
    yield from _degradation(seeds)
    yield from _odd_days(seeds)
    yield from _cleanings(seeds)


def _degradation(seeds: int) -> Iterator[Figure]:
    for rate in RATES:
        found = [
            estimate_degradation(plant.performance, plant.insolation)
            for plant in (daily_plant(seed, rate=rate) for seed in range(seeds))
        ]
        held = float(np.mean([one.low <= rate <= one.high for one in found]))
        off = [100 * (one.rate - rate) for one in found]
        width = float(np.median([100 * (one.high - one.low) for one in found]))
        note = f"n={seeds}, median width {width:.2f} %/a, mean error {np.mean(off):+.3f} %/a"
        yield Figure(
            f"Degradation {100 * rate:+.1f} %/a, 5 years: truth inside 95 %", 100 * held, "%", 90,
            note, at_least=True,
        )  # fmt: skip
    short = [
        estimate_degradation(plant.performance, plant.insolation)
        for plant in (daily_plant(seed, years=3) for seed in range(seeds))
    ]
    held = float(np.mean([one.low <= -0.005 <= one.high for one in short]))
    yield Figure("Degradation -0.5 %/a, 3 years: truth inside 95 %", 100 * held, "%", 90,
                 f"n={seeds}", at_least=True)  # fmt: skip


def _judged(plant: DailyPlant) -> Anomalies:
    expected = pv_anomalies.expect_from_history(plant.performance, plant.clearness)
    return pv_anomalies.judge_days(plant.performance, expected)


def _odd_days(seeds: int) -> Iterator[Figure]:
    told = judged = found = down = 0
    for seed in range(seeds):
        healthy = _judged(daily_plant(seed, outages=0))
        told, judged = told + int(healthy.flag.sum()), judged + healthy.judged
        plant = daily_plant(seed)
        one = _judged(plant)
        there = plant.down & np.isfinite(one.p)
        found, down = found + int(one.flag[there].sum()), down + int(there.sum())
    yield Figure(
        f"Odd days: false alarms, stated {100 * FALSE_ALARMS:g} %", 100 * told / judged, "%",
        150 * FALSE_ALARMS, f"n={judged} healthy days",
    )  # fmt: skip
    yield Figure("Odd days: days with an outage found", 100 * found / max(down, 1), "%", 90,
                 f"n={down}", at_least=True)  # fmt: skip


RISE = 0.01  # of the performance, by a rain
NEAR_DAYS = 3


def _cleanings(seeds: int) -> Iterator[Figure]:
    """Rains found among dirt, and found where there is no dirt; two years each."""
    found = rains = false = 0
    for seed in range(seeds):
        plant = daily_plant(seed, years=2)
        truth = np.flatnonzero(np.diff(plant.soil) > RISE) + 1
        told = _found(plant)
        found += sum(any(abs(at - day) <= NEAR_DAYS for at in told) for day in truth)
        rains += len(truth)
        false += len(_found(daily_plant(seed, years=2, soiled=False)))
    yield Figure(f"Soiling: rains that mend {100 * RISE:g} % and more found", 100 * found / rains,
                 "%", note=f"n={rains}")  # fmt: skip
    yield Figure("Soiling: cleanings found where there is no dirt", false / (2 * seeds), "/year",
                 note=f"n={2 * seeds} years")  # fmt: skip


def _found(plant: DailyPlant) -> tuple[int, ...]:
    value = filter_days(plant.performance, plant.insolation)
    return find_cleanings(value / np.nanmedian(value))[0]
