"""What the batteries are asked to do: solar days, night-tariff days, partial and idle ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.demo.clock import Clock, Floats, Singles, block_mean, daily_sum
from ingest.demo.loads import ramp
from ingest.demo.options import DemoOptions
from ingest.demo.string import Schedule

SOLAR_DAY_KWH = 90.0
MAX_KW = 95.0
CHARGE_V = {"BESS-1": (3.60, 3.55), "BESS-2": (3.55, 3.60)}  # before and after the change
DISCHARGE_V = {"BESS-1": 2.80, "BESS-2": 2.80}
REGIME_AT = {"BESS-1": 0.55, "BESS-2": 0.70}  # share of the span
CELLS_IN_FULL_STRING = 260


@dataclass(frozen=True)
class BessPlan:
    """What is set for one battery; days count from the start of the span.

    Parameters
    ----------
    regime_day, charge_v_before, charge_v_after, discharge_v : the BMS's cell cut-offs.
    soc_max, soc_min : limits of each day. kind : program of each day.
    trip_days : PCS tripped. sensor_gain, sensor_offset_a : error of the current sensor.
    """

    regime_day: int
    charge_v_before: float
    charge_v_after: float
    discharge_v: float
    soc_max: tuple[float, ...]
    soc_min: tuple[float, ...]
    kind: tuple[str, ...]
    trip_days: tuple[float, float]
    sensor_gain: float
    sensor_offset_a: float


def plan_bess(options: DemoOptions, device: str) -> BessPlan:
    """Draw the days of one battery."""
    rng = options.rng(f"{device} plan")
    days = options.days
    draw = rng.random(days)
    kind = np.where(draw < 0.05, "idle", np.where(draw < 0.15, "partial", "full"))
    kind[:1] = "full"
    soc_max = np.where(kind == "partial", rng.uniform(0.55, 0.88, days), 1.1)
    deep = rng.random(days) < 0.6
    soc_min = np.where(deep, 0.0, rng.choice([0.10, 0.20, 0.35], days))
    soc_min[:2] = 0.0
    trip = days * float(rng.uniform(0.3, 0.9))
    return BessPlan(
        regime_day=round(REGIME_AT[device] * days),
        charge_v_before=CHARGE_V[device][0],
        charge_v_after=CHARGE_V[device][1],
        discharge_v=DISCHARGE_V[device],
        soc_max=tuple(float(v) for v in soc_max),
        soc_min=tuple(float(v) for v in soc_min),
        kind=tuple(str(v) for v in kind),
        trip_days=(round(trip, 3), round(trip + 0.13, 3)),
        sensor_gain=round(float(rng.normal(1, 0.002)), 5),
        sensor_offset_a=round(float(rng.normal(0, 0.02)), 4),
    )


def build_schedule(
    options: DemoOptions,
    clock: Clock,
    temp_air: Singles,
    surplus_kw: Floats,
    device: str,
    plan: BessPlan,
) -> Schedule:
    """Schedule of one battery; `surplus_kw` is its share of PV beyond the load (- = shortage)."""
    rng = options.rng(f"{device} dispatch")
    days = options.days
    surplus = block_mean(surplus_kw, 15)
    morning_sun = (
        daily_sum(np.clip(surplus, 0, MAX_KW) * (ramp(clock, 8, 14, 0.1) > 0.5), clock.day) / 60
    )
    solar = morning_sun >= SOLAR_DAY_KWH
    night_kw, top_kw = rng.uniform(50, 62, days), rng.uniform(62, 80, days)
    late = rng.uniform(-0.4, 0.4, days)
    day = clock.day
    hour = clock.minute / 60 + late[day]
    from_sun = np.where(surplus > 8, np.clip(surplus, 12, MAX_KW), 0.0)
    charge = np.where(
        solar[day],
        np.where((hour >= 8.5) & (hour < 13), from_sun, 0.0)
        + np.where((hour >= 13) & (hour < 16), top_kw[day], 0.0),
        np.where((hour >= 0.6) & (hour < 5.1), night_kw[day], 0.0),
    )
    need = np.clip(block_mean(-surplus, 15) * 1.3, 45, 72)
    evening = np.where((hour >= 18.4) & (hour < 23.4), -need, 0.0)
    morning = np.where(~solar[day] & (hour >= 7.4) & (hour < 9.4), -0.8 * need, 0.0)
    power = charge + evening + morning
    power[np.isin(day, np.flatnonzero(np.array(plan.kind) == "idle"))] = 0.0
    power[clock.index_of(plan.trip_days[0]) : clock.index_of(plan.trip_days[1])] = 0.0
    power *= options.packs * options.cells / CELLS_IN_FULL_STRING  # the same C-rate for any size
    at = np.arange(days)
    return Schedule(
        power_kw=power,
        air_temp=container_air(rng, temp_air),
        charge_v=np.where(at < plan.regime_day, plan.charge_v_before, plan.charge_v_after),
        discharge_v=np.full(days, plan.discharge_v),
        soc_max=np.array(plan.soc_max),
        soc_min=np.array(plan.soc_min),
    )


def container_air(rng: np.random.Generator, temp_air: Singles) -> Floats:
    """Air in the container [°C]: cooled and heated towards 22 °C, some of the weather gets in."""
    from scipy.signal import lfilter

    leak: Any = lfilter([1 / 180], [1, -(1 - 1 / 180)], 0.15 * (temp_air - 15))
    saw = 0.8 * np.abs((np.arange(temp_air.size) % 48) / 24.0 - 1) - 0.4
    return np.asarray(22.0 + leak + saw + 0.1 * rng.standard_normal(temp_air.size))
