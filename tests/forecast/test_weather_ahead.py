"""From recorded weather forecasts and a load to a forecast, with nothing later in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.forecast.backtest import backtest
from core.config import load_settings
from core.forecast_cases import find_target, load_history, newest_slot
from core.forecast_history import build_case
from core.forecast_issue import issue_forecast
from core.forecast_models import load_model
from core.forecast_training import Training, train
from core.query import open_store
from ingest.build import build
from tests.forecast.courses import HOUR
from tests.stores import scratch, settle

START, DAYS, MORE = pd.Timestamp("2024-01-08"), 62, 6
CUT = int((START + pd.Timedelta(days=DAYS)).value // 1000)
HEATED_BELOW, SLOPE, BASE = 15.0, 2.0, 10.0


def temperature(hours: int) -> np.ndarray:
    """A winter that turns to spring, with days of frost between."""
    n = np.arange(hours)
    drawn = np.random.default_rng(3).normal(0, 5, hours // 24 + 1)[n // 24]
    return n / hours * 24 + drawn + 3 * np.sin((n % 24 - 9) / 12 * np.pi)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    settle(path)


def put_load(folder: Path, days: int, *, later: float = 0.0) -> None:
    """A load that heats; after the cut `later` is added to it."""
    warm = temperature((DAYS + MORE + 3) * 24)[: days * 24]
    noise = np.random.default_rng(4).normal(0, 0.5, len(warm))
    load = BASE + SLOPE * np.maximum(HEATED_BELOW - warm, 0) + noise
    load[DAYS * 24 :] += later
    ts = pd.date_range(START, periods=len(load), freq="h")
    lines = [f"{t:%Y-%m-%d %H:%M:%S}Z,{v:.3f}" for t, v in zip(ts, load, strict=True)]
    put(folder / "src/meter/house.csv", "ts,load_power\n" + "\n".join(lines) + "\n")


def put_runs(folder: Path, first: int, last: int, *, wrong: float = 0.0) -> None:
    """A run of 72 h a day, recorded as it was fetched at six in the morning."""
    every = temperature((DAYS + MORE + 3) * 24)
    for day in range(first, last):
        begin = START + pd.Timedelta(days=day)
        said = every[day * 24 : day * 24 + 72]
        error = np.random.default_rng(day).normal(0, 1, 72) * np.linspace(0.2, 1, 72)
        hours = [f"{t:%Y-%m-%dT%H:%M}" for t in pd.date_range(begin, periods=72, freq="h")]
        plain = {
            "latitude": 48.38, "longitude": 10.9, "utc_offset_seconds": 0, "timezone": "GMT",
            "elevation": 490.0, "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
            "hourly": {"time": hours, "temperature_2m": (said + error + wrong).round(2).tolist()},
        }  # fmt: skip
        name = f"open-meteo_known_{begin:%Y%m%d}T0600Z.json"
        put(folder / "src/weather/town-forecast" / name, json.dumps(plain))


def built(folder: Path) -> Path:
    done = build(load_settings(store=folder / "store", sources=(folder / "src",), zone="UTC"))
    assert not done.failed
    assert done.quarantined == 0
    return folder / "store"


def backtested(root: Path) -> pd.DataFrame:
    """The backtest of the days before the cut."""
    store = open_store(root)
    try:
        target = find_target(store, "house", "load")
        history = load_history(store, target, end=CUT)
        case = build_case(store, target, history, "town-forecast")
        stop = newest_slot(history)
        return backtest(case, 0, stop - 5 * 24, stop, rounds=6).rows
    finally:
        store.close()


def issued(root: Path, at: int = CUT) -> pd.DataFrame:
    store = open_store(root)
    try:
        return issue_forecast(store, "house", "load", at=at)[0].frame
    finally:
        store.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch() as place:
        put_load(place, DAYS)
        put_runs(place, 0, DAYS)
        store = open_store(built(place))
        train(store, "house", "load", Training(test_days=8, rounds=12))
        store.close()
        yield place


def test_later_runs_and_readings_change_nothing(folder: Path) -> None:
    root = folder / "store"
    stored = load_model(root, "house", "load")
    assert (stored.manifest["weather"], stored.manifest["weather_device"]) == (
        "forecast", "town-forecast",
    )  # fmt: skip
    assert "weather_temp_air" in stored.manifest["features"]
    before, rows = issued(root), backtested(root)
    put_load(folder, DAYS + MORE, later=500.0)
    put_runs(folder, DAYS, DAYS + MORE, wrong=-60.0)
    built(folder)
    pd.testing.assert_frame_equal(issued(root), before, check_exact=True)
    # Only what came after the cut may differ: the actual values of the newest targets.
    names = [name for name in rows if name != "actual"]
    pd.testing.assert_frame_equal(backtested(root)[names], rows[names], check_exact=True)
    # What is known by then does change it: the cold and the load that came with it.
    changed = issued(root, CUT + 24 * HOUR)
    assert changed["expected"].iloc[0] > before["expected"].max() + 10


def test_heating_follows_the_temperature_told_ahead(folder: Path) -> None:
    climate = load_model(folder / "store", "house", "load").manifest["parts"]["climate"]
    assert climate["refusal"] == ""
    # 2 kW per kelvin below 15 °C, in every hour of a day.
    assert climate["heating"]["value"] == pytest.approx(24 * SLOPE, rel=0.15)
    assert abs(climate["heating_below"] - HEATED_BELOW) <= 3
    assert climate["cooling_share"]["value"] < 0.02
    # Means of days and errors of the forecasts blunt the bend: the share comes out low.
    share = climate["heating_share"]
    warm = temperature((DAYS + MORE + 3) * 24)[: DAYS * 24]
    heat = SLOPE * np.maximum(HEATED_BELOW - warm, 0)
    assert share["value"] == pytest.approx(heat.sum() / (heat + BASE).sum(), abs=0.08)
