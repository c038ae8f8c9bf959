"""A plant of ten days alike, for tests of plans and what is said of them."""

from __future__ import annotations

from pathlib import Path

from core.dispatch_settings import settings_path
from core.levels import DAY, HOUR, MINUTE
from tests.stores import run, us, write_csv

START = us("2025-03-10T00:00+01:00")
DAYS = 10
SETTINGS = """[tariff]
import_eur_kwh = 0.30
export_eur_kwh = 0.08

[battery]
capacity_kwh = 20
power_kw = 10
"""


def write_plant(folder: Path) -> None:
    """Ten days alike: load 4 kW, 10 kW in the evening; 12 kW of sun from 10 to 14 h."""
    quarters = range(START, START + DAYS * DAY, 15 * MINUTE)
    hour = [(at - START) % DAY // HOUR for at in quarters]
    load = [(at, [10.0 if 18 <= h < 21 else 4.0]) for at, h in zip(quarters, hour, strict=True)]
    sun = [(at, [12.0 if 10 <= h < 14 else 0.0]) for at, h in zip(quarters, hour, strict=True)]
    write_csv(folder / "src" / "meter" / "m1.csv", ["com_ap"], load)
    write_csv(folder / "src" / "PV" / "pv1.csv", ["ac_power_inv1"], sun)
    run(folder)
    settings_path(folder / "store").write_text(SETTINGS)
