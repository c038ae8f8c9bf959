"""What a plant would give at a clear sky, and in the weather that is known ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from core.analytics.forecast.features import Physics, Weather
from core.analytics.forecast.grid import HOUR_US, Floats, Grid, Ints

AEROSOL, WATER_CM = 0.1, 1.5  # optical depth at 700 nm, precipitable water: a clear day
CLEAR_TEMP = 15.0  # °C where no temperature is known

Chain = Callable[[pd.DataFrame], Floats]


def clear_sky(ts: Ints, latitude: float, longitude: float, altitude_m: float) -> pd.DataFrame:
    """Irradiance at a clear sky [W/m²], and the sun's elevation [°], at moments [µs UTC].

    Returns
    -------
    frame by `ts`: `ghi`, `dni`, `dhi`, `elevation`.

    Source: Ineichen, Solar Energy 82 (2008) 758 (simplified Solis), as pvlib has it.
    """
    import pvlib

    index = pd.DatetimeIndex(ts.astype("datetime64[us]")).tz_localize("UTC")
    sun = pvlib.solarposition.get_solarposition(index, latitude, longitude, altitude_m)
    elevation = sun["apparent_elevation"].to_numpy(np.float64)
    found = pvlib.clearsky.simplified_solis(
        np.maximum(elevation, 0.0),
        aod700=AEROSOL,
        precipitable_water=WATER_CM,
        pressure=pvlib.atmosphere.alt2pres(altitude_m),
        dni_extra=pvlib.irradiance.get_extra_radiation(index.day_of_year.to_numpy()),
    )
    up = elevation > 0
    columns = {name: np.where(up, np.asarray(found[name]), 0.0) for name in ("ghi", "dni", "dhi")}
    return pd.DataFrame(columns | {"elevation": elevation}, index=pd.Index(ts, name="ts"))


def physics_of(
    grid: Grid, place: Mapping[str, float], chain: Chain, weather: Weather | None
) -> Physics:
    """Power of a plant on a grid, at a clear sky and in the weather that is known.

    Parameters
    ----------
    place : `latitude`, `longitude` [°], `altitude_m` [m].
    chain : power [kW] of frames of weather by `ts` (`ghi`, `temp_air`, ...).
    weather : None takes a clear sky for the weather; the model then has to tell how much of it
        there will be from what there was.
    """
    ts = grid.ts
    sky = clear_sky(ts + grid.step // 2, **place)
    sky.index = pd.Index(ts, name="ts")
    clear = chain(sky[["ghi", "dni", "dhi"]].assign(temp_air=CLEAR_TEMP))
    elevation = sky["elevation"].to_numpy(np.float64)
    if weather is None:
        return Physics(lambda issue, target: clear[target], clear, elevation)

    def power(issue: Ints, target: Ints) -> Floats:
        """Power in the weather known at issue; that of a clear sky where none was known."""
        pairs = issue * np.int64(grid.count) + target
        wanted, place_of = np.unique(pairs, return_inverse=True)
        at_issue, at = wanted // grid.count, wanted % grid.count
        if weather.kind != "forecast":
            # Weather as it came does not depend on the issue.
            at, place_of = np.unique(target, return_inverse=True)
            at_issue = at
        known = weather.known(at_issue, at)
        frame = pd.DataFrame(known, columns=list(weather.names), index=pd.Index(ts[at], name="ts"))
        if "temp_air" not in frame:
            frame["temp_air"] = CLEAR_TEMP
        frame["temp_air"] = frame["temp_air"].fillna(CLEAR_TEMP)
        found = chain(frame)
        return np.where(np.isfinite(found), found, clear[at])[place_of]

    return Physics(power, clear, elevation)


def hours_of(grid: Grid) -> float:
    """Length of a slot [h]."""
    return grid.step / HOUR_US
