"""State of health of a battery system: as its BMS tells it, and by counted charge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import battery, capacity
from core.analytics.capacity import CapacityEstimate
from core.analytics.quality import Float
from core.bess import cell_limits, of_quantity, scale_of, string_capacity
from core.bess_course import load_buckets, load_course
from core.levels import DAY
from core.query import Store

RECENT_US = 30 * DAY  # of the capacity that a title names
# What the BMS sets itself to when empty shows in several discharges: so long is looked at least.
ENDS_US = 30 * DAY


@dataclass(frozen=True)
class Health:
    """SOH as the BMS tells it, beside capacity from counted charge.

    Attributes
    ----------
    told : ts [µs], soh (0..1); by day over longer windows. Empty without such a signal.
    ledger : a row per way from full to empty or back, see `capacity.Segment`.
    measured : capacity of the ways of the last 30 days of the ledger that qualify [Ah].
    rated_ah : rated capacity behind the current, NaN without.
    missing : why nothing was measured: ``no_current``, ``no_capacity``, ``no_chemistry``,
        ``several_strings``, or None.
    """

    told: pd.DataFrame
    ledger: pd.DataFrame
    measured: CapacityEstimate | None
    rated_ah: float
    missing: str | None


def health_report(store: Store, device: str, start: int, end: int) -> Health:
    """SOH of the BMS, and capacity between full and empty anchors of the window.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    told = _told_health(store, device, start, end)
    last = store.device(device).last
    begin = start if last is None else min(start, max(min(end, last) - ENDS_US, 0))
    course = load_course(store, device, begin, end)
    currents = course.currents if course is not None else ()
    rated = string_capacity(store, device, len(currents))
    limits = cell_limits(store, device)
    missing = (
        "no_current" if not currents
        else "several_strings" if len(currents) > 1
        else "no_capacity" if not np.isfinite(rated)
        else "no_chemistry" if limits is None
        else None
    )  # fmt: skip
    if missing or course is None or limits is None:
        return Health(told, pd.DataFrame(), None, rated, missing)
    signals = store.signals(device)
    ends: dict[str, Float | None] = {}
    for name in ("max", "min"):
        infos = of_quantity(signals, f"cell_voltage_{name}")[:1]
        rows = [load_buckets(store, info, begin, end)[0] for info in infos]
        ends[name] = battery.hold_at(rows[0].ts, rows[0].last, course.ts) if rows else None
    ts, current = course.ts, currents[0]
    anchors = capacity.find_anchors(
        ts, current, limits, rated, cell_max=ends["max"], cell_min=ends["min"], soc=course.soc
    )
    ledger = capacity.capacity_ledger(ts, current, anchors, rated)
    ledger = ledger[ledger["start"] >= start].reset_index(drop=True)
    recent = ledger[ledger["end"] > ledger["end"].max() - RECENT_US]
    return Health(told, ledger, capacity.estimate_capacity(recent), rated, None)


def _told_health(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    infos = of_quantity(store.signals(device), "soh_bms")
    if not infos:
        return pd.DataFrame({"ts": np.empty(0, np.int64), "soh": np.empty(0)})
    info = infos[0]
    level = "1d" if "1d" in info.levels and end - start > 3 * DAY else "raw"
    rows = store.buckets(device, info.name, start, end, level)
    return pd.DataFrame({"ts": rows.ts, "soh": rows.last * scale_of(info)})
