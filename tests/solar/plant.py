"""A small plant of known readings: sixty days, four inverters, light, temperature, a meter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from core.analytics import pv_sun
from core.config import Settings
from ingest.manual import enter_facts
from tests.stores import run

QUARTER = 900_000_000
DAYS = 60
ZONE = "Europe/Berlin"
START = pd.Timestamp("2025-05-01", tz=ZONE).value // 1000
PLACE = (48.4, 10.9)
KWP, GAMMA = 10.0, -0.004  # of each inverter
WEAK, DOWN_DAY, STALE_DAY = 0.96, 40, 20
FACTS = {
    "kwp": 4 * KWP, "gamma_pdc": GAMMA, "tilt": 25.0, "azimuth": 180.0,
    "location.latitude": PLACE[0], "location.longitude": PLACE[1],
}  # fmt: skip


def readings() -> pd.DataFrame:
    """Quarter hours with time stamps in UTC [µs]; inverter 2 is weak, 3 down for a day."""
    rng = np.random.default_rng(11)
    ts = START + np.arange(DAYS * 96, dtype=np.int64) * QUARTER
    up, azimuth = pv_sun.sun_position(ts + QUARTER // 2, *PLACE)
    of_year = pd.to_datetime(ts, unit="us", utc=True).day_of_year.to_numpy(np.int64)
    clear = pv_sun.clear_sky_plane(up, azimuth, of_year, 25.0, 180.0)
    veil = pd.Series(rng.random(len(ts))).rolling(8, min_periods=1).mean().to_numpy()
    poa = np.round(clear * np.clip(0.4 + veil, 0, 1), 2)
    module = np.round(12 + 0.03 * poa + 6 * np.sin(2 * np.pi * (ts - START) / 8.64e10 - 2), 2)
    one = KWP * poa / 1000 * (1 + GAMMA * (module - 25)) * 0.9
    frame = pd.DataFrame({"ts": ts, "poa_global": poa, "temp_module": module})
    for number in range(1, 5):
        noise = 1 + 0.004 * rng.standard_normal(len(ts))
        frame[f"ac_power_inv{number}"] = np.round(one * noise * (WEAK if number == 2 else 1.0), 4)
    day = (ts - START) // (96 * QUARTER)
    frame.loc[day == DOWN_DAY, "ac_power_inv3"] = 0.0
    stale = (day == STALE_DAY) & (poa > 300)
    frame.loc[stale, "poa_global"] = float(frame.loc[stale, "poa_global"].iloc[0])
    return frame


def write_plant(folder: Path) -> Settings:
    """A store with the plant `roof`, one without irradiance, and a weather station alone."""
    frame = readings()
    time = pd.to_datetime(frame.pop("ts"), unit="us", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    frame.insert(0, "ts", time)
    raw = folder / "src" / "PV"
    raw.mkdir(parents=True)
    frame.to_csv(raw / "roof.csv", index=False)
    house = frame[["ts", "ac_power_inv1"]].rename(columns={"ac_power_inv1": "ac_power"})
    house.iloc[: 96 * 10].to_csv(raw / "house.csv", index=False)
    frame[["ts", "poa_global"]].iloc[:96].to_csv(raw / "station.csv", index=False)
    run(folder, zone=ZONE)
    settings = Settings(store=folder / "store")
    enter_facts(settings, "roof", "PV", FACTS)
    enter_facts(settings, "house", "PV", {"kwp": KWP})
    return settings
