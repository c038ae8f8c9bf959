"""Simulated households: the power they draw and what a roof would give, at any moment.

Both are functions of house, seed and time alone, so that any part of a simulation can be made
again and compared.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from ingest.demo.weather import clear_sky_ghi, sun_position

MOST_LOAD_W = 9000.0
PEAK_PV_W = 4000.0
LATITUDE, LONGITUDE = 48.37, 10.90
BLOCK_US = 300_000_000
# A household over the hours of a day [W]: night, breakfast, noon, evening.
_HOURS = (0, 5, 7, 9, 12, 14, 17, 19.5, 22, 24)
_DRAWN = (180, 170, 620, 380, 640, 400, 620, 1250, 600, 180)
# What is switched on for minutes: power [W], minutes, times a day.
_APPLIANCES = ((2000.0, 4, 5.0), (2900.0, 25, 1.2), (2200.0, 40, 0.8), (1100.0, 10, 2.0))


def _chance(seed: int, name: str, block: int, kind: int) -> float:
    """A number in [0, 1) that belongs to a name and a stretch of time."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode()), block % 2**32, kind])
    return float(rng.random())


def _smooth(seed: int, name: str, ts: int, width_us: int, kind: int) -> float:
    """Noise in [0, 1) that runs evenly from one stretch of time to the next."""
    block, beside = divmod(ts, width_us)
    before, after = (_chance(seed, name, one, kind) for one in (block, block + 1))
    return before + (after - before) * beside / width_us


def house_power(house: str, ts: int, *, seed: int = 0, zone: str = "Europe/Berlin") -> float:
    """Power that a household draws [W], 0 to 9000.

    Parameters
    ----------
    ts : moment [µs UTC].
    zone : whose clock the people live by.
    """
    local = datetime.fromtimestamp(ts / 1e6, ZoneInfo(zone))
    hour = local.hour + local.minute / 60 + local.second / 3600
    size = 0.6 + 0.9 * _chance(seed, house, 0, 9)
    power = size * float(np.interp(hour, _HOURS, _DRAWN))
    power *= 0.75 + 0.5 * _smooth(seed, house, ts, BLOCK_US, 8)
    awake = 0.2 if hour < 6 else 1.3
    for kind, (watts, minutes, times) in enumerate(_APPLIANCES):
        stretch = minutes * 60_000_000
        often = times * minutes / 1440 * awake
        if _chance(seed, house, ts // stretch, kind) < often:
            power += watts
    return round(min(max(power, 0.0), MOST_LOAD_W), 1)


def pv_power(
    ts: int, *, seed: int = 0, latitude: float = LATITUDE, longitude: float = LONGITUDE,
    peak_w: float = PEAK_PV_W,
) -> float:  # fmt: skip
    """Power of a roof [W], 0 to `peak_w`: clear sky of the sun's height, and clouds.

    Source: `ingest.demo.weather` (Meeus; Haurwitz 1945). Clouds are noise of 10 and of 90 minutes.
    """
    zenith, _ = sun_position(np.array([ts]), latitude, longitude)
    clear = float(clear_sky_ghi(zenith)[0])
    if clear <= 0:
        return 0.0
    sky = _smooth(seed, "sky", ts, 18 * BLOCK_US, 1)
    flicker = _smooth(seed, "sky", ts, 2 * BLOCK_US, 2)
    clearness = min(0.15 + 0.85 * min(1.4 * sky, 1.0) * (0.7 + 0.3 * flicker), 1.0)
    return round(min(max(peak_w * clear / 1000 * clearness, 0.0), peak_w), 1)
