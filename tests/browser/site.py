"""A small site of known readings that several tests of the pages look at."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.config import load_settings
from ingest.build import build

LONG = "Unterzaehler Halle 7 Nordwest Verteilung 12 b Abgang 24 (neu) 64"


def write_site(folder: Path) -> Path:
    """Two batteries, two meters, a counter and four inverters over six days, and a long name.

    A line of the counter is missing, and another unusable.
    """
    times = pd.date_range("2025-03-01", "2025-03-07", freq="15min", tz="Europe/Berlin")[:-1]

    def write(group: str, device: str, *columns: str, base: float = 10.0) -> None:
        path = folder / "raw" / group / f"{device}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            ",".join([ts.isoformat(), *(str(base + (i + k) % 8) for k in range(len(columns)))])
            for i, ts in enumerate(times)
        ]
        path.write_text("\n".join([",".join(["ts", *columns]), *lines]) + "\n")

    write("BESS", "b1", "pcs1_ap", base=-4.0)
    write("BESS", "b2", "pcs1_ap", base=-4.0)
    write("meter", "m1", "com_ap")
    write("meter", "m2", "com_ap", base=11.0)
    write("meter", LONG, "com_ap")
    write("PV", "pv1", *(f"ac_power_inv{i}" for i in range(1, 5)))
    count = [f"{ts.isoformat()},{7_450_000 + i}" for i, ts in enumerate(times) if i != 8]
    count[3] = "2025-03-01 00:45:00,broken"
    (folder / "raw" / "meter" / "z1.csv").write_text("ts,pos_ae\n" + "\n".join(count) + "\n")
    build(load_settings(store=folder / "store", sources=(folder / "raw",), zone="Europe/Berlin"))
    return folder / "store"
