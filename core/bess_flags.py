"""Flags of a battery system, and its availability by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import battery
from core.analytics.battery import Availability
from core.analytics.quality import HOUR_US, Float, Int
from core.bess import IDLE_RATIO, state_signals
from core.bess_course import coarse_level, load_course, total_of
from core.query import SignalInfo, Store
from core.rollup import Buckets


@dataclass(frozen=True)
class Lanes:
    """Runs of flags and modes in a window.

    Attributes
    ----------
    runs : signal -> frame `start`, `end` [µs], `value`, `readings`, of values other than zero.
    quiet : signals that were zero throughout; silent : signals without readings in the window.
    """

    runs: dict[str, pd.DataFrame]
    quiet: tuple[str, ...]
    silent: tuple[str, ...]


def lanes_report(store: Store, device: str, start: int, end: int) -> Lanes:
    """Runs of every flag and mode, from raw readings wherever one is not zero.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    runs, quiet, silent = {}, [], []
    for info in state_signals(store.signals(device)):
        found = flag_runs(store, info, start, end)
        if found is None:
            silent.append(info.name)
        elif found.empty:
            quiet.append(info.name)
        else:
            runs[info.name] = found
    return Lanes(runs, tuple(quiet), tuple(silent))


def flag_runs(store: Store, info: SignalInfo, start: int, end: int) -> pd.DataFrame | None:
    """Runs of values other than zero, exact; hours of zeros are not read. None without readings."""
    level = coarse_level(info)
    rows = store.buckets(info.device, info.name, start, end, level)
    if not len(rows.ts):
        return None
    ts, value = rows.ts, rows.last
    if level != "raw":
        ts, value = _raw_around(store, info, rows, start, end)
    found = battery.state_runs(ts, value, end, step_us=info.step_us)
    return found[found["value"] != 0].reset_index(drop=True)


def _raw_around(
    store: Store, info: SignalInfo, rows: Buckets, start: int, end: int
) -> tuple[Int, Float]:
    """Raw readings of hours with a value other than zero, and those next to them."""
    active = (rows.min != 0) | (rows.max != 0)
    near = active.copy()
    near[1:] |= active[:-1]
    near[:-1] |= active[1:]
    at = np.flatnonzero(near)
    if not len(at):
        return np.empty(0, np.int64), np.empty(0)
    groups = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    # Single spells of a busy flag cost more to ask for one by one than all in between.
    if len(groups) > 40:
        return store.raw(info.device, info.name, start, end)
    found = [
        store.raw(
            info.device, info.name, max(int(rows.ts[g[0]]), start),
            min(int(rows.ts[g[-1]]) + HOUR_US, end),
        )
        for g in groups
    ]  # fmt: skip
    return np.concatenate([ts for ts, _ in found]), np.concatenate([v for _, v in found])


# --- availability ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class AvailabilityReport:
    """Availability of a window, with what it was told from.

    Attributes
    ----------
    found : None where `missing` says why: ``no_activity`` (neither power nor current).
    activity : ``power`` or ``current``; idle_below : what counts as rest [unit].
    idle_source : ``rating`` or ``greatest`` (1 % of it).
    faults : flags taken for outages.
    gaps : start, end [µs] of time without readings.
    """

    found: Availability | None
    activity: str
    idle_below: float
    unit: str
    idle_source: str
    faults: tuple[str, ...]
    gaps: pd.DataFrame
    missing: str | None
    level: str


def availability_report(
    store: Store, device: str, start: int, end: int, faults: tuple[str, ...]
) -> AvailabilityReport:
    """Availability by time: flags named in `faults` are outages, missing readings a cause.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    """
    course = load_course(store, device, start, end)
    current = None if course is None else total_of(course.currents)
    power = None if course is None else course.ac_kw if course.ac_kw is not None else course.dc_kw
    activity = power if power is not None else current
    if course is None or activity is None:
        none = pd.DataFrame({"start": [], "end": []})
        return AvailabilityReport(None, "", np.nan, "", "", faults, none, "no_activity", "raw")
    rated = store.device(device).facts.get("rated_kw")
    greatest = float(np.nanmax(np.abs(activity), initial=0.0))
    by_rating = power is not None and isinstance(rated, int | float) and rated > 0
    limit = IDLE_RATIO * (float(rated) if by_rating else greatest)  # type: ignore[arg-type]
    runs = {}
    for name in faults:
        found = flag_runs(store, store.signal(device, name), start, end)
        if found is not None:
            runs[name] = found
    return AvailabilityReport(
        battery.availability(
            course.ts, activity, course.held_us, runs, start=start, end=end, idle_below=limit
        ),
        "power" if power is not None else "current", limit, "kW" if power is not None else "A",
        "rating" if by_rating else "greatest", faults,
        battery.data_gaps(course.ts, course.held_us, start, end), None, course.level,
    )  # fmt: skip
