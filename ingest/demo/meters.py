"""Readings of the six meters."""

from __future__ import annotations

import numpy as np

from ingest.demo.clock import Clock, Floats, Singles, block_mean
from ingest.demo.device import Reading, Source, sampled
from ingest.demo.options import DemoOptions
from ingest.demo.troubles import Poller, Troubles, span_mask

COUNTER_MINUTES = 5
QUARTER = 15
FINE_METER, QUARTER_METER, GRID_METER = "m1", "m5", "m6"
FINE_DAYS, FINE_SECONDS = 3, 10
# reactive power: share of the active power, and a constant part [kvar]
REACTIVE = {
    "m1": (0.42, 6.0),
    "m2": (0.28, 1.5),
    "m3": (0.08, 0.15),
    "m4": (0.22, 0.05),
    "m5": (0.04, 0.1),
}
PURPOSE = {
    "m1": "industry, two shifts",
    "m2": "office",
    "m3": "household with its own PV",
    "m4": "heat pump",
    "m5": "EV charging, four points",
    "m6": "grid connection of the site",
}


def reactive_power(name: str, loads: dict[str, Singles]) -> Floats:
    """Reactive power at one meter [kvar]; the grid meter sees that of all loads."""
    behind = loads if name == GRID_METER else {name: loads[name]}
    kvar = np.zeros(loads["m1"].size)
    for load, power in behind.items():
        kvar += REACTIVE[load][0] * np.abs(power) + REACTIVE[load][1]
    return kvar


def counted(power_kw: Floats | Singles, start_kwh: float, reset_at: int | None) -> Floats:
    """Counter [kWh] at the start of each minute; after a reset it counts from zero."""
    total = np.concatenate([[0.0], np.cumsum(power_kw[:-1], dtype=np.float64)]) / 60 + start_kwh
    if reset_at is not None:
        total[reset_at:] -= total[reset_at]
    return total


def meter_sources(
    options: DemoOptions,
    clock: Clock,
    name: str,
    power_kw: Floats,
    kvar: Floats,
    poller: Poller,
    troubles: Troubles,
) -> dict[str, Source]:
    """Signals of one meter.

    Parameters
    ----------
    power_kw, kvar : active power (import +) and reactive power per minute.
    """
    rng = options.rng(f"{name} counters")
    reset_day = troubles.counter_reset_day
    reset = None if reset_day is None else clock.index_of(reset_day)
    starts = np.round(rng.uniform(20_000, 300_000, 2), 1)
    if float(power_kw.min()) >= 0:
        starts[1] = 0.0  # never exported
    imported = counted(np.maximum(power_kw, 0), float(starts[0]), reset)
    exported = counted(np.maximum(-power_kw, 0), float(starts[1]), reset)
    factor = power_kw / np.maximum(np.hypot(power_kw, kvar), 1e-6)
    counting = ~span_mask(clock, troubles.counter_gaps)
    slow = QUARTER if name == QUARTER_METER else COUNTER_MINUTES
    power: Source = sampled(poller, power_kw, 1, 2)
    if name == QUARTER_METER:
        power = sampled(poller, block_mean(power_kw, QUARTER), QUARTER, 2)
    if name == FINE_METER:
        power = _with_fine_end(options, clock, power_kw, poller)
    return {
        "com_ap": power,
        "pf": sampled(poller, factor, slow, 2),
        "pos_ae": sampled(poller, imported, slow, 1, counting),
        "neg_ae": sampled(poller, exported, slow, 1, counting),
        "com_ae": sampled(poller, imported + exported, slow, 1, counting),
    }


def _with_fine_end(options: DemoOptions, clock: Clock, power_kw: Floats, poller: Poller) -> Source:
    """Power per minute, and every ten seconds in the last days; minute means stay the same."""

    def read() -> Reading:
        ts, values = sampled(poller, power_kw, 1, 2)()
        first = clock.index_of(max(options.days - FINE_DAYS, 0))
        minutes = np.arange(first, clock.size)[poller.heard[first:]]
        rng = options.rng("m1 fine")
        per_minute = 60 // FINE_SECONDS
        noise = rng.standard_normal((minutes.size, per_minute)) * 0.015
        noise -= noise.mean(axis=1, keepdims=True)
        fine = power_kw[minutes, None] * (1 + noise)
        at = clock.ts[minutes, None] + np.arange(per_minute) * FINE_SECONDS * 1_000_000
        coarse = ts < clock.ts[first]
        return (
            np.concatenate([ts[coarse], at.ravel()]),
            np.concatenate([values[coarse], np.round(fine.ravel(), 2) + 0.0]),
        )

    return read
