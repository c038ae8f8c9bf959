"""NASA's cell B0005: 168 published capacities counted anew, and the fade foreseen at half time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.capacity import discharged_charge, fade_line
from core.analytics.trend import fit_ols

CUTOFF_V, END_OF_LIFE_AH = 2.7, 1.4

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def capacities(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Counted and published capacities in order of the tests [Ah]."""
    shared: Path = request.getfixturevalue("shared")
    folder = shared / "data" / "battery" / "nasa"
    tests = pd.read_csv(folder / "metadata.csv")
    tests = tests[(tests["battery_id"] == "B0005") & (tests["type"] == "discharge")]
    files = {path.name.split("_")[-1]: path for path in (folder / "B0005").glob("discharge_*.csv")}
    counted = []
    for name in tests["filename"]:
        rows = pd.read_csv(files[name])
        ts = np.rint(rows["Time"].to_numpy() * 1e6).astype(np.int64)
        current, voltage = (rows[f"{what}_measured"].to_numpy() for what in ("Current", "Voltage"))
        counted.append(discharged_charge(ts, current, voltage, CUTOFF_V))
    return np.array(counted), tests["Capacity"].astype(float).to_numpy()


def test_counted_capacities_are_the_published_ones(capacities: tuple[np.ndarray, ...]) -> None:
    counted, published = capacities
    assert len(counted) == 168
    assert np.abs(counted - published).max() < 1e-4  # asked: 0.006


def test_end_of_life_is_reached_where_the_reference_says(
    capacities: tuple[np.ndarray, ...], shared: Path
) -> None:
    numbers = json.loads((shared / "reference" / "expected_numbers.json").read_text())
    first = int(np.flatnonzero(capacities[0] < END_OF_LIFE_AH)[0])  # counted from 0
    assert first == numbers["nasa_B0005"]["first_cycle_below_1_4Ah"] == 124
    assert capacities[0].min() == pytest.approx(numbers["nasa_B0005"]["min_capacity_Ah"], abs=1e-4)


@pytest.mark.parametrize("half", [84, 100, 120])
def test_interval_of_the_first_cycles_holds_for_the_rest(
    capacities: tuple[np.ndarray, ...], half: int
) -> None:
    counted, cycle = capacities[0], np.arange(168.0)
    value, low, high = fade_line(cycle[:half], counted[:half]).interval(cycle[half:])
    later = counted[half:]
    assert ((low <= later) & (later <= high)).mean() >= 0.95
    # and it says something: less wide than what has been lost, end of life among its cycles
    assert (high - low).max() < counted[0] - later.min()
    assert np.abs(value - later).max() < 0.12


def test_interval_allows_for_capacities_that_remember(capacities: tuple[np.ndarray, ...]) -> None:
    """Residuals hang together, so the plain formula would be too sure."""
    counted, cycle = capacities[0], np.arange(168.0)
    line = fade_line(cycle[:84], counted[:84])
    assert line.memory > 0.8
    away = cycle[84:] - line.centre
    plain = 1.96 * line.residual * np.sqrt(1 + 1 / line.n + away**2 / line.spread)
    value, _, high = line.interval(cycle[84:])
    assert (high - value > 1.3 * plain).all()


def test_a_straight_line_does_not_foresee_a_bend(capacities: tuple[np.ndarray, ...]) -> None:
    """The fade steepens near cycle 60: what was fitted before it fails, and is known to."""
    counted, cycle = capacities[0], np.arange(168.0)
    _, low, _ = fade_line(cycle[:60], counted[:60]).interval(cycle[60:])
    assert (counted[60:] < low).mean() > 0.9


def test_fade_and_trend_functions_agree_on_the_slope(capacities: tuple[np.ndarray, ...]) -> None:
    counted, cycle = capacities[0], np.arange(168.0)
    slope = fit_ols(cycle, counted[:, None])[0]
    assert fade_line(cycle, counted).per_step == pytest.approx(float(np.ravel(slope)[0]), rel=1e-9)
