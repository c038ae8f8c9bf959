"""Daily series for the tests of trends: the real ones, and simulated ones whose truth is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

Float = NDArray[np.float64]


def ar1(rng: np.random.Generator, shape: tuple[int, ...], phi: float) -> Float:
    """AR(1) noise along axis 0 with standard deviation 1."""
    steps = rng.normal(size=(shape[0] + 200, *shape[1:])) * np.sqrt(1 - phi**2)
    noise: Float = lfilter([1.0], [1.0, -phi], steps, axis=0)[200:]
    return noise


def cell_like(
    rng: np.random.Generator,
    n: int,
    cells: int,
    phi: float = 0.5,
    scatter: float = 0.004,
    missing: float = 0.07,
) -> Float:
    """SAT voltages without a trend: AR(1), 1 mV grid, missing days; float64[n, cell] [V]."""
    values = np.round(3.425 + scatter * ar1(rng, (n, cells), phi), 3)
    values[rng.random((n, cells)) < missing] = np.nan
    return values


@dataclass(frozen=True)
class System:
    """Cells of one real system: calendar days since its first record, and SAT voltage [V]."""

    name: str
    cells: tuple[str, ...]
    start: pd.Timestamp
    days: Float
    values: Float


def read_systems(shared: Path) -> dict[str, System]:
    """The two real systems by name."""
    systems = {}
    for path in sorted((shared / "data" / "hackathon").glob("*_demo_1d.json")):
        rows = json.loads(path.read_text())["data"]["degradation_3d"]
        frame = pd.DataFrame(
            {
                cell: pd.Series(
                    [row["sat_voltage"] for row in found],
                    pd.to_datetime([row["timestamp"] for row in found]),
                    dtype=np.float64,
                )
                for cell, found in sorted(rows.items())
            }
        )
        name = path.name.split("_")[0]
        days = np.asarray((frame.index - frame.index[0]).days, np.float64)
        systems[name] = System(name, tuple(frame), frame.index[0], days, frame.to_numpy())
    return systems
