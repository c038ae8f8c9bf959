"""Energy of a signal by local period, from a counter or from power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import energy, quality
from core.errors import QueryError
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.rollup import Int
from core.windows import power_buckets, reading_before

Every = Literal["15min", "1h", "1d", "1w", "1mo", "1y"]


@dataclass(frozen=True)
class EnergyReport:
    """Energy by local period.

    Attributes
    ----------
    frame : start, end [µs UTC], energy [kWh], coverage_ratio, marked (less than 90 % covered),
        carried [kWh]: what a counter counted over a gap that began before the period.
    gaps : what a counter counted across a gap: start, end, energy [kWh].
    flags : number of gaps, resets, drops and glitches of a counter.
    total_kwh, import_kwh, export_kwh : of the window; for power split by sign at `level`.
    coverage_ratio : share of the window that has readings.
    level : level it was computed from.
    """

    frame: pd.DataFrame
    gaps: pd.DataFrame
    flags: dict[str, int]
    total_kwh: float
    import_kwh: float
    export_kwh: float
    coverage_ratio: float
    level: str


def energy_by_period(
    store: Store, device: str, signal: str, start: int, end: int, every: Every
) -> EnergyReport:
    """Energy per local period, from a counter by its increments or from power by its integral.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    QueryError : the signal is neither a counter of energy nor a power.
    """
    info = store.signal(device, signal)
    edges = energy.local_periods(start, end, store.zone, every)
    if info.kind == "counter" and info.unit in KILO:
        return _counter_energy(store, info, start, end, edges)
    if info.unit in POWER_UNITS:
        return _power_energy(store, info, start, end, edges)
    raise QueryError(
        f"{device}/{signal} [{info.unit or 'no unit'}] is neither a counter of energy nor a power"
    )


def highest_period(report: EnergyReport) -> pd.Series:
    """The period with the most energy; not one that holds what came over a gap before it.

    Row of `frame`; at least one must have an energy.
    """
    known = report.frame.dropna(subset="energy")
    own = known[known["carried"] == 0]
    among = own if len(own) else known
    return among.iloc[int(among["energy"].argmax())]


def _power_energy(store: Store, info: SignalInfo, start: int, end: int, edges: Int) -> EnergyReport:
    rows, width, step, level = power_buckets(store, info, start, end, 900_000_000)
    parts = energy.power_intervals(
        rows.ts, rows.sum / np.maximum(rows.count, 1), rows.count, width,
        expected_step_us=step, start=start, end=end,
    )  # fmt: skip
    kwh = parts["energy"].to_numpy()
    covered = float(((parts["end"] - parts["start"]) * parts["coverage_ratio"]).sum())
    frame = energy.energy_by_period(
        edges, parts["start"].to_numpy(), parts["end"].to_numpy(), kwh,
        parts["coverage_ratio"].to_numpy(),
    )  # fmt: skip
    taken, given = energy.split_sign(kwh)
    none = pd.DataFrame({"start": [], "end": [], "energy": []})
    total = float(np.nansum(kwh)) if len(kwh) else np.nan
    return EnergyReport(
        frame.assign(carried=0.0), none, {}, total,
        float(np.nansum(taken)), float(np.nansum(given)),
        min(covered / (end - start), 1.0), level,
    )  # fmt: skip


def _counter_energy(
    store: Store, info: SignalInfo, start: int, end: int, edges: Int
) -> EnergyReport:
    """From raw readings: of a bucket it is not known whether its first lies on its edge."""
    around = 8 * info.step_us  # readings beyond the window tell glitches at its edges
    ts, value = store.raw(info.device, info.name, start - around, end + around)
    if not len(ts) or ts[0] > start:
        before = reading_before(store, info, start + 1)
        if before is not None:
            ts, value = np.append(before[0], ts), np.append(before[1], value)
    steps = energy.counter_steps(ts, value * KILO[info.unit], typical_us=info.step_us)
    steps = steps.ending_in(start, end)
    covered = energy.covered_by_steps(np.array([start, end]), steps)[0]
    flags = {
        "gap": int(steps.gap.sum()),
        "reset": int((steps.verdict == quality.RESET).sum()),
        "drop": int((steps.verdict == quality.DROP).sum()),
        "glitch": len(steps.glitches),
    }
    total = float(steps.energy.sum()) if len(steps.energy) else np.nan
    gaps = {name: getattr(steps, name)[steps.gap] for name in ("start", "end", "energy")}
    return EnergyReport(
        energy.counter_by_period(edges, steps, start, end), pd.DataFrame(gaps),
        {flag: times for flag, times in flags.items() if times},
        total, total, 0.0, float(covered) / (end - start), "raw",
    )  # fmt: skip
