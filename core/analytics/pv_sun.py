"""Where the sun stands and what it gives under a clear sky, by pvlib.

pvlib is imported where it is used: it costs a third of a second.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.quality import Float, Int


def sun_position(ts: Int, latitude: float, longitude: float) -> tuple[Float, Float]:
    """Elevation above the horizon and azimuth from north over east [°].

    Parameters
    ----------
    ts : int64[n] [µs UTC].

    Source: pvlib `solarposition.spa_python` (NREL/TP-560-34302), without refraction.
    """
    from pvlib import solarposition

    times = pd.to_datetime(ts, unit="us", utc=True)
    found = solarposition.spa_python(times, latitude, longitude)
    return found["elevation"].to_numpy(np.float64), found["azimuth"].to_numpy(np.float64)


def clear_sky_plane(
    elevation: Float, sun_azimuth: Float, day_of_year: Int, tilt: float, azimuth: float
) -> Float:
    """Irradiance in a plane under a clear sky [W/m²], for shapes rather than for energies.

    Source: Haurwitz (pvlib `clearsky.haurwitz`), split by Erbs, isotropic sky.
    """
    from pvlib import clearsky, irradiance

    zenith = 90.0 - elevation
    ghi = clearsky.haurwitz(pd.Series(zenith))["ghi"]
    parts = irradiance.erbs(ghi, pd.Series(zenith), pd.Series(day_of_year))
    plane = irradiance.get_total_irradiance(
        tilt, azimuth, zenith, sun_azimuth, parts["dni"], ghi, parts["dhi"]
    )["poa_global"]
    return np.nan_to_num(np.asarray(plane, dtype=np.float64))
