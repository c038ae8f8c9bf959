"""Loads behind the meters: what five consumers of the site draw, minute by minute."""

from __future__ import annotations

import numpy as np

from ingest.demo.clock import Bools, Clock, Floats, Ints, Singles, block_mean
from ingest.demo.options import DemoOptions
from ingest.demo.pv import GAMMA, module_temperature, plane_of_array
from ingest.demo.weather import Weather, ar1

HOUSE_KWP = 9.9
HEATING_LIMIT_C = 15.0
HEAT_LOSS_KW_PER_K = 2.1
# days of the year without work, by law in the site's country or by the plant's shutdown
CLOSED_DAYS = frozenset([1, 6, 121, 276, *range(358, 367)])


def site_loads(options: DemoOptions, clock: Clock, weather: Weather) -> dict[str, Singles]:
    """Active power of m1..m5 per minute [kW], import +, export -."""
    loads = {
        "m1": industry(options.rng("m1"), clock),
        "m2": office(options.rng("m2"), clock, weather.temp_air),
        "m3": household(options.rng("m3"), clock, weather),
        "m4": heat_pump(options.rng("m4"), clock, weather.temp_air),
        "m5": ev_charging(options.rng("m5"), clock),
    }
    return {name: power.astype(np.float32) for name, power in loads.items()}


def working(clock: Clock) -> Bools:
    """Minutes of working days."""
    return (clock.weekday < 5) & ~np.isin(clock.day_of_year, list(CLOSED_DAYS))


def ramp(clock: Clock, from_hour: float, to_hour: float, width: float = 0.5) -> Floats:
    """1 between two hours of the local day, with ramps of `width` hours, else 0."""
    hour = clock.minute / 60.0
    return np.clip((hour - from_hour) / width, 0, 1) * np.clip((to_hour - hour) / width, 0, 1)


def bursts(
    rng: np.random.Generator,
    size: int,
    per_day: float,
    minutes: tuple[int, int],
    power: tuple[float, float],
) -> Floats:
    """Rectangles of random start, length [minutes] and power [kW], added up."""
    count = int(rng.poisson(per_day * size / 1440))
    start = rng.integers(0, size, count)
    stop = np.minimum(start + rng.integers(minutes[0], minutes[1] + 1, count), size)
    height = rng.uniform(power[0], power[1], count)
    edges = np.zeros(size + 1)
    np.add.at(edges, start, height)
    np.add.at(edges, stop, -height)
    return np.maximum(np.cumsum(edges[:-1]), 0.0)


def industry(rng: np.random.Generator, clock: Clock) -> Floats:
    """Two shifts on weekdays, a short one on Saturday, machine peaks, a dip at each break."""
    work = working(clock)
    saturday = (clock.weekday == 5) & ~np.isin(clock.day_of_year, list(CLOSED_DAYS))
    shifts = np.where(work, ramp(clock, 5.5, 22.2), 0.0) + np.where(
        saturday, 0.45 * ramp(clock, 5.5, 13.5), 0.0
    )
    breaks = 1 - 0.35 * (
        ramp(clock, 9, 9.5, 0.1) + ramp(clock, 12.5, 13.1, 0.1) + ramp(clock, 18, 18.6, 0.1)
    )
    machines = bursts(rng, clock.size, 60, (2, 14), (6.0, 28.0)) * (shifts > 0.6)
    noise = 1 + 0.04 * ar1(rng, clock.size, 20, 1.0)
    return np.maximum((18 + 88 * shifts * breaks) * noise + machines, 2.0)


def office(rng: np.random.Generator, clock: Clock, temp_air: Floats) -> Floats:
    """Office hours, cooling on hot afternoons, a base load that never sleeps."""
    people = np.where(working(clock), ramp(clock, 6.8, 18.8, 1.5), 0.0)
    cooling = 0.9 * np.maximum(temp_air - 22, 0) * np.maximum(people, 0.1)
    noise = 1 + 0.05 * ar1(rng, clock.size, 30, 1.0)
    kettles = bursts(rng, clock.size, 25, (1, 4), (1.0, 2.5)) * (people > 0.5)
    return np.maximum((5.5 + 30 * people + cooling) * noise + kettles, 1.0)


def household(rng: np.random.Generator, clock: Clock, weather: Weather) -> Floats:
    """Household with its own PV: below zero when it exports."""
    awake = 0.15 + 0.5 * ramp(clock, 6, 9, 0.7) + 0.8 * ramp(clock, 16.5, 23.3, 1.2)
    kitchen = bursts(rng, clock.size, 16, (2, 25), (0.8, 2.6)) * (awake > 0.25)
    fridge = 0.09 * (np.sin(np.arange(clock.size) / 7.0) > 0.2)
    load = (0.16 + 0.35 * awake) * (1 + 0.15 * ar1(rng, clock.size, 15, 1.0)) + kitchen + fridge
    poa = plane_of_array(weather, 38.0, 165.0)
    temp = module_temperature(poa, weather.temp_air, weather.wind_speed)
    pv = np.clip(HOUSE_KWP * poa / 1000 * (1 + GAMMA * (temp - 25)) * 0.93, 0, 0.9 * HOUSE_KWP)
    return np.maximum(load, 0.05) - pv


def heat_pump(rng: np.random.Generator, clock: Clock, temp_air: Floats) -> Floats:
    """Heat pump that runs in cycles: its share of time on follows the heat the building loses."""
    smooth = block_mean(temp_air, 60)
    heat = HEAT_LOSS_KW_PER_K * np.maximum(HEATING_LIMIT_C - smooth, 0)
    heat += 4.0 * (ramp(clock, 5, 6.5, 0.1) + ramp(clock, 17, 18, 0.1))  # hot water
    cop = np.clip(3.6 + 0.07 * smooth, 1.8, 5.0)
    full = 15.0 * (1 - 0.008 * (smooth - 7))
    duty = np.clip(heat / (cop * full), 0, 1)
    cycle = (np.arange(clock.size) % 37) / 37.0
    running = cycle < duty
    noise = 1 + 0.02 * ar1(rng, clock.size, 5, 1.0)
    return np.asarray(0.12 + np.where(running, full * noise, 0.0))


def ev_charging(rng: np.random.Generator, clock: Clock) -> Floats:
    """Four charging points of 11 and 22 kW: mornings on working days, a few evenings."""
    power = np.full(clock.size, 0.08)
    first: Ints = np.flatnonzero(np.diff(clock.day, prepend=-1))
    for start in first:
        busy = clock.weekday[start] < 5
        for _ in range(int(rng.poisson(4.0 if busy else 1.0))):
            morning = busy and rng.random() < 0.7
            begin = start + int(rng.normal(8.2 if morning else 17.0, 1.0) * 60)
            rate = 22.0 if rng.random() < 0.25 else 11.0
            length = int(rng.gamma(4.0, 6.0) / rate * 60)
            power[begin : begin + length] += rate
    return np.asarray(np.minimum(power, 55.0))
