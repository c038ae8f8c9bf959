"""How a battery system ran: energy and cycles by period, time by SOC, power and C-rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import battery, energy
from core.analytics.battery import Dwell
from core.analytics.quality import HOUR_US, Float
from core.bess import IDLE_RATIO, of_quantity, string_capacity
from core.bess_bands import SOC_BANDS, SOC_TENTHS, nice_width
from core.bess_course import Course, coarse_level, load_course, total_of
from core.energies import Every
from core.levels import DAY
from core.measures import KILO
from core.query import Store

PERIODS: tuple[tuple[Every, int], ...] = (("1d", 100 * DAY), ("1w", 730 * DAY))


@dataclass(frozen=True)
class Operation:
    """How a system was run in a window.

    Attributes
    ----------
    periods : start, end [µs], charged, discharged [kWh], efc, coverage_ratio per local period.
    every : length of the periods.
    terminals : ``ac`` or ``dc``, where the energies were measured; empty without power.
    charged_kwh, discharged_kwh : of the window.
    counted_kwh : charged and discharged by the counters, None without.
    plane : hours by SOC and power; `power_edges` [kW]; None without either.
    depth : from `battery.depth_histogram`; `largest` is the deepest cycle; None without SOC.
    rates : hours by C-rate; `rate_edges` [1/h]; None without current or capacity.
    rate_points : share of the time -> C-rate (absolute), of the time with current.
    """

    periods: pd.DataFrame
    every: Every
    terminals: str
    charged_kwh: float
    discharged_kwh: float
    counted_kwh: tuple[float, float] | None
    plane: Dwell | None
    power_edges: Float
    depth: pd.DataFrame | None
    cycle_count: float
    largest: float
    rates: Float | None
    rate_edges: Float
    rate_points: dict[str, float]
    capacity_ah: float
    coverage_ratio: float
    level: str


def operation_report(store: Store, device: str, start: int, end: int) -> Operation | None:
    """Energies by period, SOC-power plane, depths and rates; None without readings.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    if course is None:
        return None
    terminals = "ac" if course.ac_kw is not None else "dc" if course.dc_kw is not None else ""
    power = course.ac_kw if course.ac_kw is not None else course.dc_kw
    every: Every = next((name for name, most in PERIODS if end - start <= most), "1mo")
    rated = string_capacity(store, device, len(course.currents))
    charged, discharged = (
        battery.charge_moved(power, course.held_us) if power is not None else (np.nan, np.nan)
    )
    plane, power_edges = _plane(course, power)
    cycles = battery.rainflow_cycles(course.soc) if course.soc is not None else None
    rates, rate_edges, points = _rates(course, rated)
    return Operation(
        _by_period(store, course, power, rated, every), every, terminals, charged, discharged,
        _counter_totals(store, device, start, end), plane, power_edges,
        battery.depth_histogram(cycles, SOC_TENTHS) if cycles is not None else None,
        float(cycles["count"].sum()) if cycles is not None else np.nan,
        float(cycles["range"].max()) if cycles is not None and len(cycles) else np.nan,
        rates, rate_edges, points, rated, course.coverage_ratio, course.level,
    )  # fmt: skip


def _by_period(
    store: Store, course: Course, power: Float | None, rated_ah: float, every: Every
) -> pd.DataFrame:
    edges = energy.local_periods(course.start, course.end, store.zone, every)
    edges = np.clip(edges, course.start, course.end)

    def within(rate: Float | None) -> Float:
        if rate is None:
            return np.full(len(edges) - 1, np.nan)
        return np.diff(battery.accumulate(course.ts, rate, course.held_us, edges))

    covered = within(np.ones(len(course.ts))) * HOUR_US / np.maximum(np.diff(edges), 1)
    if course.currents and np.isfinite(rated_ah):
        moved = total_of([np.abs(one) for one in course.currents])
        efc = within(moved) / (2 * rated_ah * len(course.currents))
    else:
        efc = np.full(len(edges) - 1, np.nan)
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "charged": within(np.maximum(power, 0) if power is not None else None),
            "discharged": within(np.maximum(-power, 0) if power is not None else None),
            "efc": efc,
            "coverage_ratio": np.minimum(covered, 1.0),
        }
    )


def _counter_totals(store: Store, device: str, start: int, end: int) -> tuple[float, float] | None:
    signals = store.signals(device)
    found = [of_quantity(signals, f"energy_{way}") for way in ("import", "export")]
    if not all(found):
        return None
    totals = []
    for counters in found:
        info = counters[0]
        if info.unit not in KILO:
            return None
        rows = store.buckets(device, info.name, start, end, coarse_level(info))
        if not len(rows.ts):
            return None
        steps = energy.counter_intervals(
            rows.ts, rows.first, rows.last, rows.min, rows.max, rows.count,
            None if coarse_level(info) == "raw" else HOUR_US,
        )  # fmt: skip
        totals.append(float(steps["energy"].sum()) * KILO[info.unit])
    return totals[0], totals[1]


def _plane(course: Course, power: Float | None) -> tuple[Dwell | None, Float]:
    if power is None or course.soc is None or not np.isfinite(power).any():
        return None, np.empty(0)
    greatest = float(np.nanmax(np.abs(power)))
    width = nice_width(greatest, 10)
    # Bands lie around zero, so that rest is one of them.
    edges = battery.even_edges(-greatest - width / 2, greatest + width / 2, width) - width / 2
    window = course.end - course.start
    soc = np.clip(course.soc, 0, 1)
    plane = battery.dwell(soc, power, course.held_us, SOC_BANDS, edges, window_us=window)
    return plane, edges


def _rates(course: Course, rated_ah: float) -> tuple[Float | None, Float, dict[str, float]]:
    total = total_of(course.currents)
    if total is None or not np.isfinite(rated_ah) or not np.isfinite(total).any():
        return None, np.empty(0), {}
    rate = total / (rated_ah * len(course.currents))
    greatest = float(np.nanmax(np.abs(rate)))
    width = nice_width(greatest, 12)
    edges = battery.even_edges(-greatest - width / 2, greatest + width / 2, width) - width / 2
    flowing = np.where(np.abs(rate) > IDLE_RATIO, np.abs(rate), np.nan)
    points = {
        "median": battery.weighted_quantile(flowing, course.held_us, 0.5),
        "p95": battery.weighted_quantile(flowing, course.held_us, 0.95),
        "charge": float(np.nanmax(np.maximum(rate, 0))),
        "discharge": float(np.nanmax(np.maximum(-rate, 0))),
    }
    return battery.hours_by_band(rate, course.held_us, edges), edges, points
