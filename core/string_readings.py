"""What a string of a battery did: its current, with voltages, SOC and temperature beside it.

Too many readings come in buckets; what a battery does not measure is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analytics import capacity
from core.analytics.quality import Float, Int
from core.bess import of_quantity
from core.levels import HOUR, parse_rules
from core.packs import (
    Battery,
    BatteryString,
    always_still,
    why_doubted,
    without_doubt,
    without_still,
)
from core.query import SignalInfo, Store

RAW_MOST = 2_000_000  # readings of one signal that are counted one by one
CELLS_MOST = 4_000_000  # readings of single cells taken where no highest and lowest cell is told
HELD_US = HOUR // 4  # how long a reading of a slower signal stands at most


@dataclass(frozen=True)
class Readings:
    """What one string did, on the stamps of its current.

    Attributes
    ----------
    current : [A], charge +. highest, lowest : cell [V], None where unknown. soc : 0..1 or None.
    temp : of the cells [°C] or None. volts : of the string [V] or None.
    """

    ts: Int
    current: Float
    highest: Float | None
    lowest: Float | None
    soc: Float | None
    temp: Float | None
    volts: Float | None


def load_readings(
    store: Store, battery: Battery, string: BatteryString, start: int, end: int
) -> Readings | None:
    """Current of a string with what stands beside it; None without a current.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    if string.current is None:
        return None
    info = store.signal(battery.device, string.current)
    ts, current = without_doubt(string, *course_of(store, info, start, end, "mean"))
    signals = store.signals(battery.device)
    told = {
        name: _of_string(battery, string, signals, *quantities)
        for name, quantities in {
            "max": ("cell_voltage_max",), "min": ("cell_voltage_min",), "mean": (
                "battery_temperature", "pack_temperature"),
        }.items()
    }  # fmt: skip
    ends = {
        name: held_on(store, told[name], ts, start, end, name) for name in ("max", "min")
    }  # fmt: skip
    if any(one is None for one in ends.values()):
        ends = _extremes(store, battery, string, ts, start, end)
    soc = store.signal(battery.device, battery.soc) if battery.soc else None
    level = held_on(store, soc, ts, start, end, "last")
    return Readings(
        ts, current, ends["max"], ends["min"],
        None if level is None else level * battery.soc_scale,
        held_on(store, told["mean"], ts, start, end, "mean", 2 * HOUR),
        held_on(store, string_voltage(battery, string, signals), ts, start, end, "mean"),
    )  # fmt: skip


def _of_string(
    battery: Battery, string: BatteryString, signals: Sequence[SignalInfo], *quantities: str
) -> SignalInfo | None:
    """The signal of a quantity that is about this string: of its pack, or of the whole battery."""
    packs = {battery.pack[place] for place in string.cells}
    for one in of_quantity(signals, *quantities):
        whole = one.pack is None and len(battery.strings) == 1
        if one.rows and one.cell is None and (whole or packs == {one.pack}):
            return one
    return None


def string_voltage(
    battery: Battery, string: BatteryString, signals: Sequence[SignalInfo]
) -> SignalInfo | None:
    """The signal of a string's own voltage, None without."""
    return _of_string(battery, string, signals, "battery_voltage", "pack_voltage")


def course_of(
    store: Store, info: SignalInfo, start: int, end: int, column: str
) -> tuple[Int, Float]:
    """Readings of a signal, or buckets of five minutes or less where there are too many."""
    fine = [one for one in parse_rules(",".join(store.rules)) if one.width_us <= HOUR // 12]
    stored = [one.name for one in fine if one.name in info.levels]
    spanned = max((info.last or 0) - (info.first or 0), 1)
    inside = max(min(end, (info.last or 0) + 1) - max(start, info.first or 0), 0)
    if not stored or info.rows * (inside / spanned) <= RAW_MOST:
        return store.raw(info.device, info.name, start, end)
    rows = store.buckets(info.device, info.name, start, end, stored[0])
    values = rows.sum / np.maximum(rows.count, 1) if column == "mean" else getattr(rows, column)
    return rows.ts, values


def held_on(
    store: Store,
    info: SignalInfo | None,
    ts: Int,
    start: int,
    end: int,
    column: str,
    longest: int = HELD_US,
) -> Float | None:
    """A signal at `ts`, each reading standing for its usual step and no longer than `longest`."""
    if info is None or not info.rows:
        return None
    stamps, values = course_of(store, info, start, end, column)
    if not len(stamps):
        return None
    if np.array_equal(ts, stamps):
        return capacity.hold(ts, stamps, values, longest)  # none of them has to stand for long
    usual = int(np.median(np.diff(stamps))) if len(stamps) > 1 else longest
    return capacity.hold(ts, stamps, values, min(max(2 * usual, HOUR // 12), longest))


def _extremes(
    store: Store, battery: Battery, string: BatteryString, ts: Int, start: int, end: int
) -> dict[str, Float | None]:
    """Highest and lowest cell from the cells themselves, where they are few enough to read."""
    names = [battery.names[place] for place in string.cells]
    infos = [store.signal(battery.device, name) for name in names]
    share = min(1.0, (end - start) / max(battery.last - battery.first, 1))
    if sum(info.rows for info in infos) * share > CELLS_MOST:
        return {"max": None, "min": None}
    stamps, volts = store.readings_of(battery.device, names, [(start, end)])
    if not len(stamps):
        return {"max": None, "min": None}
    volts = without_still(battery, string.cells, stamps, volts)
    known = np.isfinite(volts)
    highest = np.where(known, volts, -np.inf).max(axis=1)
    lowest = np.where(known, volts, np.inf).min(axis=1)
    return {
        "max": capacity.hold(ts, stamps, np.where(known.any(axis=1), highest, np.nan), HELD_US),
        "min": capacity.hold(ts, stamps, np.where(known.any(axis=1), lowest, np.nan), HELD_US),
    }


def why_uncounted(battery: Battery, string: BatteryString) -> str | None:
    """Why a string's charge cannot be counted, or None."""
    if string.current is None:
        return "no_current"
    if not np.isfinite(battery.capacity_ah) or battery.capacity_ah <= 0:
        return "no_capacity"
    if always_still(battery, string):
        return "all_still"
    return why_doubted(string, battery.first, battery.last)
