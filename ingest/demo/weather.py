"""Sun, clouds, air temperature and wind over the demo site, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.demo.clock import Clock, Floats, Ints
from ingest.demo.options import DemoOptions

LATITUDE, LONGITUDE, ALTITUDE_M = 48.37, 10.90, 490.0
SOLAR_CONSTANT = 1361.0
SKIES = ("clear", "broken", "overcast")
# hourly transition of the sky, rows from, columns to; chosen for spells of 10 to 20 hours
SKY_TRANSITION = np.array([[0.94, 0.05, 0.01], [0.05, 0.88, 0.07], [0.01, 0.06, 0.93]])


@dataclass(frozen=True)
class Weather:
    """Weather of the site.

    Parameters
    ----------
    zenith, azimuth : sun position [°], azimuth from north through east.
    ghi, dhi, dni : irradiance, global and diffuse horizontal, direct normal [W/m²].
    clearness : global irradiance over its clear-sky value [-].
    temp_air : [°C]. wind_speed : [m/s].
    """

    zenith: Floats
    azimuth: Floats
    ghi: Floats
    dhi: Floats
    dni: Floats
    clearness: Floats
    temp_air: Floats
    wind_speed: Floats


def sun_position(ts: Ints, latitude: float, longitude: float) -> tuple[Floats, Floats]:
    """Zenith and azimuth of the sun [°] at `ts` [µs, UTC], without refraction.

    Source: NOAA solar calculator, after Meeus, Astronomical Algorithms; 0.02° against pvlib's SPA.
    """
    days = ts / 86_400e6 - 10957.5  # since J2000.0
    century = days / 36525.0
    mean_longitude = np.radians((280.46646 + century * (36000.76983 + 0.0003032 * century)) % 360)
    anomaly = np.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        np.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + np.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + np.sin(3 * anomaly) * 0.000289
    )
    node = np.radians(125.04 - 1934.136 * century)
    apparent = mean_longitude + np.radians(centre - 0.00569 - 0.00478 * np.sin(node))
    obliquity = np.radians(23.4392911 - 0.0130042 * century + 0.00256 * np.cos(node))
    declination = np.arcsin(np.sin(obliquity) * np.sin(apparent))
    y = np.tan(obliquity / 2) ** 2
    equation_of_time = 4 * np.degrees(
        y * np.sin(2 * mean_longitude)
        - 2 * eccentricity * np.sin(anomaly)
        + 4 * eccentricity * y * np.sin(anomaly) * np.cos(2 * mean_longitude)
        - 0.5 * y**2 * np.sin(4 * mean_longitude)
        - 1.25 * eccentricity**2 * np.sin(2 * anomaly)
    )
    solar_minutes = (ts / 60e6) % 1440 + equation_of_time + 4 * longitude
    hour_angle = np.radians(solar_minutes / 4 - 180)
    phi = np.radians(latitude)
    east = -np.cos(declination) * np.sin(hour_angle)
    north = np.sin(declination) * np.cos(phi) - np.cos(declination) * np.cos(hour_angle) * np.sin(
        phi
    )
    up = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    zenith = np.degrees(np.arccos(np.clip(up, -1, 1)))
    return zenith, np.degrees(np.arctan2(east, north)) % 360


def clear_sky_ghi(zenith: Floats) -> Floats:
    """Clear-sky global irradiance [W/m²]. Source: Haurwitz, J. Meteorology 2 (1945) 154."""
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    lit = cosine > 0
    ghi = np.zeros_like(cosine)
    ghi[lit] = 1098.0 * cosine[lit] * np.exp(-0.059 / cosine[lit])
    return ghi


def erbs_diffuse_fraction(clearness_index: Floats) -> Floats:
    """Diffuse fraction of global irradiance [-].

    Source: Erbs, Klein and Duffie, Solar Energy 28 (1982) 293.
    """
    k = clearness_index
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    return np.where(k <= 0.22, 1 - 0.09 * k, np.where(k <= 0.80, middle, 0.165))


def ar1(rng: np.random.Generator, size: int, tau: float, sd: float) -> Floats:
    """First-order autoregressive noise of time constant `tau` [samples] and deviation `sd`."""
    from scipy.signal import lfilter  # a second to import, and the sun alone needs none of it

    a = np.exp(-1 / tau)
    shocks = rng.standard_normal(size) * sd * np.sqrt(1 - a * a)
    shocks[:1] = rng.standard_normal(1) * sd
    return np.asarray(lfilter([1.0], [1.0, -a], shocks))


def sky_states(rng: np.random.Generator, hours: int) -> Ints:
    """Hourly sky, index into `SKIES`, as a Markov chain."""
    cumulative = SKY_TRANSITION.cumsum(axis=1)
    draws = rng.random(hours)
    states = np.empty(hours, dtype=np.int64)
    state = 1
    for hour in range(hours):
        state = min(int(np.searchsorted(cumulative[state], draws[hour])), 2)
        states[hour] = state
    return states


def cloud_clearness(rng: np.random.Generator, size: int) -> tuple[Floats, Ints]:
    """Global irradiance over its clear-sky value [-] per minute, and the hourly sky."""
    sky = sky_states(rng, size // 60 + 2)
    level = np.array([0.99, 0.72, 0.30])[sky]
    depth = np.array([0.010, 0.24, 0.09])[sky]
    hours = np.arange(size) / 60.0
    at = np.arange(sky.size)
    level_minute = np.interp(hours, at, level)
    depth_minute = np.interp(hours, at, depth)
    slow, quick = ar1(rng, size, 90, 1.0), ar1(rng, size, 4, 1.0)
    # tanh: broken clouds are mostly either before the sun or not
    flicker = np.tanh(1.3 * (0.6 * slow + 0.8 * quick))
    return np.clip(level_minute + depth_minute * flicker, 0.05, 1.08), sky


def build_weather(options: DemoOptions, clock: Clock) -> tuple[Weather, Ints]:
    """Weather of the whole span, and the hourly sky, index into `SKIES`."""
    from scipy.signal import lfilter

    rng = options.rng("weather")
    zenith, azimuth = sun_position(clock.ts + 30_000_000, LATITUDE, LONGITUDE)
    clearness, sky = cloud_clearness(rng, clock.size)
    ghi = clear_sky_ghi(zenith) * clearness
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.065)
    orbit = 1 + 0.033 * np.cos(2 * np.pi * clock.day_of_year / 365)
    dhi = ghi * erbs_diffuse_fraction(ghi / (SOLAR_CONSTANT * orbit * cosine))
    dni = np.where(zenith < 88, (ghi - dhi) / cosine, 0.0)
    season = -np.cos(2 * np.pi * (clock.day_of_year - 20) / 365.25)
    daily = -np.cos(2 * np.pi * (clock.minute - 210) / 1440)
    swing = 1.5 + 4.0 * lfilter([1 / 360], [1, -(1 - 1 / 360)], clearness)
    temp = 9.5 + 9.5 * season + swing * daily + ar1(rng, clock.size, 2880, 3.0)
    wind = 2.6 * np.exp(ar1(rng, clock.size, 180, 0.5) + ar1(rng, clock.size, 3, 0.15))
    return Weather(zenith, azimuth, ghi, dhi, dni, clearness, temp, wind), sky
