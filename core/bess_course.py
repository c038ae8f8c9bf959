"""The course of a battery system: main quantities on common stamps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.analytics import battery
from core.analytics.quality import Float, Int
from core.bess import of_quantity, scale_of
from core.levels import parse_rules
from core.measures import POWER_UNITS
from core.query import SignalInfo, Store
from core.rollup import Buckets

RAW_READINGS = 900_000  # of one signal; more are taken from the finest level


@dataclass(frozen=True)
class Course:
    """Main quantities of a battery system on the stamps of the densest of them.

    Attributes
    ----------
    ts, held_us : stamps and how long each stands [µs].
    soc : 0..1, mean of several; NaN where there is none.
    ac_kw, dc_kw, aux_kw : power, charge + (auxiliaries: taken +); None where not measured.
    currents : of each string [A], charge +.
    level : ``raw`` or the coarsest level anything was taken from.
    """

    start: int
    end: int
    ts: Int
    held_us: Int
    soc: Float | None
    ac_kw: Float | None
    dc_kw: Float | None
    aux_kw: Float | None
    currents: tuple[Float, ...]
    level: str

    @property
    def coverage_ratio(self) -> float:
        """Share of the window that a reading stands for."""
        return min(float(self.held_us.sum()) / (self.end - self.start), 1.0)


def load_course(store: Store, device: str, start: int, end: int) -> Course | None:
    """SOC, powers and currents of a device on common stamps; None without any in the window.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    return _course(store, store.version, device, start, end)


# Several reports of one window are asked for one after the other.
@lru_cache(maxsize=2)
def _course(store: Store, version: int, device: str, start: int, end: int) -> Course | None:
    signals = store.signals(device)
    wanted = {
        "soc": of_quantity(signals, "soc"),
        "ac": _powers(signals, "pcs_power", "battery_power"),
        "dc": _powers(signals, "pcs_dc_power"),
        "aux": _powers(signals, "auxiliary_power"),
        "current": of_quantity(signals, "battery_current", "pack_current"),
        "voltage": of_quantity(signals, "battery_voltage", "pack_voltage"),
    }
    loaded: dict[str, list[tuple[Int, Float, int]]] = {}
    levels = []
    for role, infos in wanted.items():
        loaded[role] = []
        for info in infos:
            rows, level = load_buckets(store, info, start, end)
            step = max(info.step_us, 0 if level == "raw" else parse_rules(level)[0].width_us)
            loaded[role].append((rows.ts, mean_of(rows) * scale_of(info), step))
            levels += [level] if len(rows.ts) else []
    every = [one for role in ("ac", "current", "soc", "dc") for one in loaded[role]]
    ts = max((stamps for stamps, _, _ in every), key=len, default=np.empty(0, np.int64))
    if not len(ts):
        return None
    held = {
        role: [battery.hold_at(stamps, value, ts, step_us=step) for stamps, value, step in ones]
        for role, ones in loaded.items()
    }
    names = ["raw", *store.rules]
    return Course(
        start, end, ts, battery.hold_times(ts, end),
        np.asarray(np.mean(held["soc"], axis=0)) if held["soc"] else None,
        total_of(held["ac"]),
        _dc_power(held["current"], held["voltage"], wanted) if not held["dc"] else total_of(
            held["dc"]),
        total_of(held["aux"]), tuple(held["current"]), max(levels, key=names.index, default="raw"),
    )  # fmt: skip


def level_for(store: Store, info: SignalInfo, start: int, end: int, most: int) -> str:
    """Raw while there are few enough readings, else the finest stored level that has few."""
    if info.first is None or info.last is None:
        return "raw"
    inside = max(min(end, info.last + 1) - max(start, info.first), 0)
    if info.rows * inside <= most * max(info.last - info.first, 1):
        return "raw"
    stored = [one for one in parse_rules(",".join(store.rules)) if one.name in info.levels]
    few = [one.name for one in stored if inside <= most * one.width_us]
    return few[0] if few else stored[-1].name if stored else "raw"


def coarse_level(info: SignalInfo) -> str:
    """Hours where they are stored: first and last of a bucket are readings."""
    return "1h" if "1h" in info.levels else "raw"


def load_buckets(store: Store, info: SignalInfo, start: int, end: int) -> tuple[Buckets, str]:
    """Readings of a signal in a window, of the finest level that has few, and that level."""
    level = level_for(store, info, start, end, RAW_READINGS)
    return store.buckets(info.device, info.name, start, end, level), level


def mean_of(rows: Buckets) -> Float:
    """Mean of every bucket."""
    return rows.sum / np.maximum(rows.count, 1)


def _powers(signals: Sequence[SignalInfo], *quantities: str) -> list[SignalInfo]:
    return [info for info in of_quantity(signals, *quantities) if info.unit in POWER_UNITS]


def total_of(values: Sequence[Float]) -> Float | None:
    """Sum of several courses on the same stamps; None without any."""
    return np.asarray(np.sum(values, axis=0)) if values else None


def _dc_power(
    currents: Sequence[Float], voltages: Sequence[Float], wanted: Mapping[str, list[SignalInfo]]
) -> Float | None:
    """Σ current × voltage [kW], strings in the order of their names; None where they differ."""
    if not currents or len(currents) != len(voltages):
        return None

    def order(infos: Sequence[SignalInfo]) -> list[int]:
        return sorted(range(len(infos)), key=lambda i: infos[i].name)

    pairs = zip(order(wanted["current"]), order(wanted["voltage"]), strict=True)
    return total_of([currents[i] * voltages[v] / 1000 for i, v in pairs])
