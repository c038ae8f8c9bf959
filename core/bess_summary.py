"""What the BESS page starts with: newest readings, full cycles and efficiency of a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics import battery, current_checks
from core.analytics.current_checks import Doubt
from core.analytics.quality import Float, Int
from core.bess import of_quantity, scale_of, string_capacity
from core.bess_course import Course, coarse_level, load_course, total_of
from core.bess_efficiency import Efficiency, efficiency_of
from core.query import Store

LEAST_FITTING = 3  # days of the right sign, without which the sign is not said to change
LEAST_COUNTED = 0.1  # of the cycles by SOC that the current must count at least


@dataclass(frozen=True)
class Summary:
    """What the page starts with; readings are (time [µs], value), None without.

    Attributes
    ----------
    soc, power_kw, soh : newest in the window; SOH is what the BMS says, 0..1.
    current_sign, power_sign : correlation of current and AC power with the SOC, see
        `battery.charge_sign`.
    turned : stretches of the device's whole life in which its current has the other sign than on
        other days; empty where it is the same sign throughout.
    coverage_ratio, level : of the course all is computed from.
    """

    soc: tuple[int, float] | None
    power_kw: tuple[int, float] | None
    soh: tuple[int, float] | None
    cycles: Cycles
    efficiency: Efficiency
    current_sign: float
    power_sign: float
    coverage_ratio: float
    level: str
    turned: tuple[Doubt, ...] = ()


def summary_report(store: Store, device: str, start: int, end: int) -> Summary | None:
    """SOC, power, SOH, cycles and efficiency of a window; None without readings of any.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    if course is None:
        return None
    soh = None
    for info in of_quantity(store.signals(device), "soh_bms")[:1]:
        rows = store.buckets(device, info.name, start, end, coarse_level(info))
        soh = _newest(rows.ts, rows.last * scale_of(info))
    power = course.ac_kw if course.ac_kw is not None else course.dc_kw
    signs = [np.nan, np.nan]
    if course.soc is not None:
        for place, rate in enumerate((total_of(course.currents), course.ac_kw)):
            if rate is not None:
                signs[place] = battery.charge_sign(course.ts, course.soc, rate, course.held_us)
    return Summary(
        _newest(course.ts, course.soc), _newest(course.ts, power), soh,
        count_cycles(store, device, course), efficiency_of(store, device, course),
        signs[0], signs[1], course.coverage_ratio, course.level,
        turned_stretches(store, device),
    )  # fmt: skip


def turned_stretches(store: Store, device: str) -> tuple[Doubt, ...]:
    """When the current of a device had the other sign than on other days; empty without an SOC."""
    signals = store.signals(device)
    currents = of_quantity(signals, "battery_current", "pack_current")[:1]
    found = [*currents, *of_quantity(signals, "soc")[:1]]
    if len(found) < 2 or any("1h" not in one.levels for one in found):
        return ()
    start = min(one.first or 0 for one in found)
    end = max(one.last or 0 for one in found) + 1
    moved, soc = (store.buckets(device, one.name, start, end, "1h") for one in found)
    ts, mine, other = np.intersect1d(moved.ts, soc.ts, return_indices=True)
    change = (soc.last[other] - soc.first[other]) * scale_of(found[1])
    day, sign = current_checks.sign_by_day(ts, moved.sum[mine] / moved.count[mine], change)
    fits = int((sign > 0).sum())
    return current_checks.find_doubts("turned", day, -sign) if fits >= LEAST_FITTING else ()


def _newest(ts: Int, values: Float | None) -> tuple[int, float] | None:
    if values is None or not np.isfinite(values).any():
        return None
    at = int(np.flatnonzero(np.isfinite(values))[-1])
    return int(ts[at]), float(values[at])


# --- full cycles ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cycles:
    """Equivalent full cycles of a window.

    Attributes
    ----------
    efc : NaN where refused.
    source : ``current`` (throughput over twice the capacity) or ``soc`` (Σ|ΔSOC| / 2).
    capacity_ah : of a string, from the facts of the device; NaN without.
    charged_ah, discharged_ah : of all strings; NaN without current.
    strings : currents counted.
    refusal : ``no_current_no_soc``, ``no_capacity`` (a current, but neither capacity nor SOC),
        or None.
    """

    efc: float
    source: str
    capacity_ah: float
    charged_ah: float
    discharged_ah: float
    strings: int
    refusal: str | None


def count_cycles(store: Store, device: str, course: Course) -> Cycles:
    """EFC of a course from its currents, or from its SOC where no current or capacity is known."""
    moved = [battery.charge_moved(one, course.held_us) for one in course.currents]
    charged = sum(one for one, _ in moved) if moved else np.nan
    discharged = sum(one for _, one in moved) if moved else np.nan
    rated = string_capacity(store, device, len(moved))
    count = max(len(moved), 1)
    efc = battery.equivalent_full_cycles(charged, discharged, rated * count)
    by_soc = battery.soc_full_cycles(course.soc) if course.soc is not None else np.nan
    # A current that reads next to nothing while the SOC moves is not that of the battery.
    dead = by_soc > 1 and efc < LEAST_COUNTED * by_soc
    if moved and np.isfinite(rated) and not dead:
        return Cycles(efc, "current", rated, charged, discharged, count, None)
    refusal = (
        None if np.isfinite(by_soc) else "no_capacity" if moved else "no_current_no_soc"
    )  # fmt: skip
    return Cycles(by_soc, "soc", rated, charged, discharged, count, refusal)


def cycles_report(store: Store, device: str, start: int, end: int) -> tuple[Cycles, float] | None:
    """Cycles of a window and the share of it that has readings; None without any.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    return None if course is None else (count_cycles(store, device, course), course.coverage_ratio)
