"""The PV plant: four inverters behind one tilted field, with the troubles such plants have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.demo.clock import Clock, Floats, Singles, daily_sum
from ingest.demo.options import DemoOptions
from ingest.demo.weather import Weather

INVERTERS = 4
KWP_PER_INVERTER = 75.0
AC_LIMIT_KW = 60.0
TILT, AZIMUTH, ALBEDO = 20.0, 180.0, 0.2
GAMMA = -0.004  # 1/K
FAIMAN_U0, FAIMAN_U1 = 25.0, 6.84
SOILING_PER_DAY = 0.0006
RAIN_CLEARNESS = 0.28  # a day darker than this is taken to have washed the modules
DC_LOSSES = 0.965


@dataclass(frozen=True)
class PvPlan:
    """What is planted into the PV plant; days count from the start of the span."""

    inverter_factor: tuple[float, ...]
    outage_inverter: int
    outage_days: tuple[float, float]
    stale_days: tuple[float, float]


@dataclass(frozen=True)
class PvRun:
    """Simulated plant, per minute.

    Parameters
    ----------
    poa_global : irradiance in the plane of the modules, true and as the sensor tells it [W/m²].
    temp_module : [°C]. soiling_ratio : share of light that gets through the dirt [-].
    dc_power, ac_power : per inverter [inverters, minutes], [kW].
    dc_voltage : [minutes], [V].
    """

    poa_global: Singles
    poa_sensor: Singles
    temp_module: Singles
    soiling_ratio: Singles
    dc_power: Singles
    ac_power: Singles
    dc_voltage: Singles


def plan_pv(options: DemoOptions) -> PvPlan:
    """Draw what goes wrong at the plant."""
    rng = options.rng("pv plan")
    factors = 1 - np.abs(rng.normal(0, 0.004, INVERTERS))
    factors[1] -= 0.03  # one inverter with a weak string
    outage = options.days * 0.62
    stale = int(options.days * 0.78)
    return PvPlan(
        inverter_factor=tuple(round(float(f), 5) for f in factors),
        outage_inverter=3,
        outage_days=(round(outage, 3), round(outage + min(4.3, options.days * 0.1), 3)),
        stale_days=(stale + 10.5 / 24, stale + 17.0 / 24),
    )


def plane_of_array(weather: Weather, tilt: float, azimuth: float) -> Floats:
    """Irradiance on a tilted plane [W/m²], isotropic diffuse sky.

    Source: Liu and Jordan, Solar Energy 7 (1963) 53; pvlib's `isotropic`.
    """
    zenith, beta = np.radians(weather.zenith), np.radians(tilt)
    incidence = np.cos(zenith) * np.cos(beta) + np.sin(zenith) * np.sin(beta) * np.cos(
        np.radians(weather.azimuth - azimuth)
    )
    sky = weather.dhi * (1 + np.cos(beta)) / 2 + weather.ghi * ALBEDO * (1 - np.cos(beta)) / 2
    return np.asarray(weather.dni * np.maximum(incidence, 0) + sky)


def module_temperature(poa_global: Floats, temp_air: Floats, wind_speed: Floats) -> Floats:
    """Module temperature [°C]. Source: Faiman, Prog. Photovolt. 16 (2008) 307; IEC 61853-2."""
    return temp_air + poa_global / (FAIMAN_U0 + FAIMAN_U1 * wind_speed)


def inverter_efficiency(load: Floats) -> Floats:
    """Efficiency [-] at `load` = DC power over the AC limit.

    Source: PVWatts version 5, NREL/TP-6A20-62641.
    """
    share = np.maximum(load, 0.005)
    return np.maximum(0.985 / 0.9637 * (-0.0162 * share - 0.0059 / share + 0.9858), 0.0)


def soiling_ratio(daily_clearness: Floats) -> Floats:
    """Share of light that gets through the dirt, per day: it builds up until the next rain."""
    ratio = np.ones_like(daily_clearness)
    for day in range(1, ratio.size):
        rained = daily_clearness[day - 1] < RAIN_CLEARNESS
        ratio[day] = 1.0 if rained else ratio[day - 1] - SOILING_PER_DAY
    return ratio


def inverter_power(available_kw: Floats) -> tuple[Floats, Floats]:
    """DC and AC power [kW] of an inverter whose field could give `available_kw`."""
    wanted = available_kw * inverter_efficiency(available_kw / AC_LIMIT_KW)
    # a clipping inverter leaves its maximum power point: it takes only what it can pass on
    at_limit = AC_LIMIT_KW / inverter_efficiency(np.ones(1))
    dc = np.where(wanted > AC_LIMIT_KW, at_limit, np.where(wanted > 0, available_kw, 0.0))
    return dc, np.minimum(wanted, AC_LIMIT_KW)


def simulate_pv(clock: Clock, weather: Weather, plan: PvPlan) -> PvRun:
    """Simulate the plant over the span."""
    poa = plane_of_array(weather, TILT, AZIMUTH)
    temp = module_temperature(poa, weather.temp_air, weather.wind_speed)
    lit = daily_sum(weather.ghi, clock.day)
    clear = daily_sum(weather.ghi / weather.clearness, clock.day)
    soil = soiling_ratio(lit / clear)[clock.day]
    field = KWP_PER_INVERTER * poa / 1000 * (1 + GAMMA * (temp - 25)) * soil * DC_LOSSES
    dc, ac = np.empty((2, INVERTERS, clock.size), dtype=np.float32)
    for inverter, factor in enumerate(plan.inverter_factor):
        dc[inverter], ac[inverter] = inverter_power(factor * field)
    dark = slice(clock.index_of(plan.outage_days[0]), clock.index_of(plan.outage_days[1]))
    ac[plan.outage_inverter - 1, dark] = 0.0
    dc[plan.outage_inverter - 1, dark] = 0.0
    voltage = np.where(
        poa > 5,
        640 * (1 - 0.0028 * (temp - 25)) * (1 + 0.02 * np.log(np.maximum(poa, 5) / 1000)),
        0.0,
    )
    sensor = poa.copy()
    stale = slice(clock.index_of(plan.stale_days[0]), clock.index_of(plan.stale_days[1]))
    sensor[stale] = sensor[stale.start]
    return PvRun(
        poa_global=poa.astype(np.float32),
        poa_sensor=sensor.astype(np.float32),
        temp_module=temp.astype(np.float32),
        soiling_ratio=soil.astype(np.float32),
        dc_power=dc,
        ac_power=ac,
        dc_voltage=voltage.astype(np.float32),
    )
