"""Real plants of the shared folder as a store, and the same files read by plain pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# Nominal powers are what the tests compute with, on both sides; the files tell none.
EIGHT_KWP, RSF_KWP, SERF_KWP = 7200.0, 410.0, 6.0
GAMMA = -0.0037

SOURCES = """
[[source]]
files = "example_measured_data.csv"
device = "eight"
group = "PV"
zone = "-06:00"

[source.columns]
"meter_power" = { unit = "W", quantity = "active_power" }

[[source]]
files = "nrel_RSF_II.csv"
device = "rsf"
group = "PV"
zone = "-07:00"
format = "%m/%d/%Y %H:%M"
only = ["inv2_ac_power_w__1047", "inv2_dc_power__1135", "module_temp__1056",
        "poa_irradiance__1055", "ambient_temp__1053", "wind_speed__1051"]

[source.columns]
"inv2_dc_power__1135" = { unit = "W" }

[[source]]
files = "serf_east_15min_ac_power.csv"
device = "serf"
group = "PV"

[source.columns]
"ac_power" = { unit = "W" }

[[source]]
files = "ac_power_inv_2173_stale_data.csv"
device = "stale"
group = "PV"
only = ["value_normalized"]

[source.columns]
"value_normalized" = { signal = "ac_power", unit = "kW", quantity = "pv_power" }

[[source]]
files = "nrel_data_val_err.csv"
device = "weather"
group = "PV"
zone = "-07:00"
"""

PLACES = {  # latitude, longitude, tilt, azimuth, kWp
    "eight": (30.29, -97.70, 0, 180, EIGHT_KWP),
    "rsf": (39.74, -105.17, 10, 165, RSF_KWP),
    "serf": (39.74, -105.18, 45, 158, SERF_KWP),
}
PLANTS = "".join(
    f"""
[[plant]]
name = "{name}"
device = "{name}"
latitude = {latitude}
longitude = {longitude}

[[plant.array]]
tilt = {tilt}
azimuth = {azimuth}
kwp = {kwp}
gamma_pdc = {GAMMA}
"""
    for name, (latitude, longitude, tilt, azimuth, kwp) in PLACES.items()
)


def eight(folder: Path) -> pd.DataFrame:
    """Eight inverters with two weather stations, five minutes [W, W/m², °C], by time in UTC."""
    frame = pd.read_csv(folder / "pvcaptest" / "example_measured_data.csv", index_col=0)
    frame.index = pd.to_datetime(frame.index).tz_localize("Etc/GMT+6").tz_convert("UTC")
    return frame


def rsf(folder: Path) -> pd.DataFrame:
    """One inverter with DC power, quarter hours [W, W/m², °C], by time in UTC."""
    frame = pd.read_csv(folder / "pvanalytics" / "nrel_RSF_II.csv", index_col=0)
    times = pd.to_datetime(frame.index, format="%m/%d/%Y %H:%M")
    frame.index = times.tz_localize("Etc/GMT+7").tz_convert("UTC")
    return frame


def serf(folder: Path) -> pd.Series:
    """AC power of a small plant without irradiance, quarter hours [W]."""
    frame = pd.read_csv(folder / "pvanalytics" / "serf_east_15min_ac_power.csv")
    return frame.set_index(pd.to_datetime(frame["measured_on"], utc=True))["ac_power"]


def stale(folder: Path) -> pd.DataFrame:
    """Power with hand-labelled stale readings."""
    frame = pd.read_csv(folder / "pvanalytics" / "ac_power_inv_2173_stale_data.csv")
    return frame.set_index(pd.to_datetime(frame["timestamp"], utc=True))
