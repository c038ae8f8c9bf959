"""One inverter with eight strings of known currents: one weak, one dead for a week, one shaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from core.config import Settings
from ingest.manual import enter_facts
from tests.solar.plant import FACTS, START, ZONE, readings
from tests.stores import run

STRINGS, DAYS = 8, 30
WEAK, WEAK_SHARE = 3, 0.90
DEAD, DEAD_FIRST, DEAD_DAYS = 5, 10, 7
SHADED, SHADED_UNTIL, SHADED_SHARE = 7, 10, 0.55  # local hour, share that is left before it
AMPERE = 9.0  # of a string at 1000 W/m²
STRING_FACTS = FACTS | {"kwp": 40.0}


def currents(frame: pd.DataFrame) -> pd.DataFrame:
    """Current of each string [A] by the rows of `tests.solar.plant.readings`."""
    rng = np.random.default_rng(5)
    ts = frame["ts"].to_numpy()
    hour = pd.to_datetime(ts, unit="us", utc=True).tz_convert(ZONE).hour
    day = (ts - START) // 86_400_000_000
    light = np.where(day == 20, 0.0, frame["poa_global"])  # of a day its sensor stood still
    found = {}
    for number in range(1, STRINGS + 1):
        own = AMPERE * light / 1000 * (1 + 0.003 * rng.standard_normal(len(ts)))
        if number == WEAK:
            own *= WEAK_SHARE
        if number == DEAD:
            own = np.where((day >= DEAD_FIRST) & (day < DEAD_FIRST + DEAD_DAYS), 0.0, own)
        if number == SHADED:
            own = np.where(hour < SHADED_UNTIL, SHADED_SHARE * own, own)
        found[f"string{number}_current"] = np.round(own, 4)
    return pd.DataFrame(found)


def write_strings(folder: Path) -> Settings:
    """A store with the plant `barn`."""
    frame = readings().iloc[: DAYS * 96]
    power = frame[[f"ac_power_inv{n}" for n in (1, 2, 4)]].sum(axis=1) * 4 / 3
    table = pd.DataFrame(
        {
            "ts": pd.to_datetime(frame["ts"], unit="us", utc=True).dt.strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "poa_global": frame["poa_global"],
            "temp_module": frame["temp_module"],
            "ac_power": power.round(4),
        }
    )
    raw = folder / "src" / "PV"
    raw.mkdir(parents=True)
    pd.concat([table, currents(frame)], axis=1).to_csv(raw / "barn.csv", index=False)
    run(folder, zone=ZONE)
    settings = Settings(store=folder / "store")
    enter_facts(settings, "barn", "PV", STRING_FACTS)
    return settings
