"""What the page of forecasts says, with a model trained on a small store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.config import load_settings
from core.forecast_training import Training, train
from core.query import open_store
from ingest.build import build
from tests.forecast.courses import hourly, working_load
from tests.pages.apps import (
    Show,
    captions,
    choose,
    figures,
    notices,
    pages_of,
    specs,
    tables,
    titles,
    words,
)
from tests.stores import scratch

DAYS = 50


def write_trained(folder: Path, rounds: int = 40) -> Path:
    """A store of two loads alike; a model of the first is trained."""
    grid = hourly(DAYS)
    values = working_load(grid)
    utc = pd.DatetimeIndex(grid.ts[: DAYS * 24].astype("datetime64[us]"))
    for device in ("m1", "m2"):
        path = folder / "src" / "meter" / device / "com_ap.csv"
        path.parent.mkdir(parents=True)
        lines = [f"{t:%Y-%m-%d %H:%M:%S}Z,{v:.2f}" for t, v in zip(utc, values, strict=False)]
        path.write_text("ts,com_ap\n" + "\n".join(lines) + "\n")
    on = np.random.default_rng(0).random(DAYS * 24) < 0.3  # of a relay behind another meter
    lines = [f"{t:%Y-%m-%d %H:%M:%S}Z,{int(v)}" for t, v in zip(utc, on, strict=True)]
    path = folder / "src" / "meter" / "m1" / "relay_1.csv"
    path.write_text("ts,relay_1\n" + "\n".join(lines) + "\n")
    build(load_settings(store=folder / "store", sources=(folder / "src",)))
    store = open_store(folder / "store")
    train(store, "m1", asked=Training(test_days=16, rounds=rounds))
    store.close()
    return folder / "store"


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    with scratch() as folder, pages_of(write_trained(folder)) as show:
        yield lambda **asked: show("forecasts", **asked)


def legend(app: AppTest) -> list[str]:
    """Names of what the first chart draws."""
    return [one["name"] for one in specs(app)[0]["data"] if one.get("showlegend", True)]


def test_the_next_48_hours_and_the_backtest(page: Show) -> None:
    app = page()
    shown = figures(app)
    assert len(shown) == 5
    assert "Energy of the next 24 h" in shown[0]
    assert "80 % band covers" in shown[4]
    (title,) = titles(app)
    assert "Load of m1 is expected to peak at" in title
    assert legend(app) == ["10–90 %", "Forecast", "Measured"]
    app = choose(app, "url-section", "backtest")
    assert "readings lie within the 80 % band" in titles(app)[2]
    assert "RMSE of the week before" in words(app)
    assert "intervals by blocks of 7 days" in captions(app)[-1]
    assert app.query_params["section"] == "backtest"
    app = choose(app, "url-section", "inputs")
    assert "The model leans most on" in titles(app)[0]
    app = choose(app, "url-section", "parts")
    assert "Base load" in [cell for row in tables(app)[0] for cell in row]
    assert "the model knows no outdoor temperature" in words(app)
    (relay,) = tables(app)[-1]
    assert relay[0] == "relay_1"
    assert "n = " in relay[1]
    assert relay[3:] == ["–"] * 4
    assert any("relay_1: no step in the load: at" in one for one in captions(app))
    assert "How often relay_1 was switched on" in titles(app)[-1]


def test_without_a_model_the_command_that_trains_one(page: Show) -> None:
    app = page(device="m2")
    assert "No model of “Load” is stored for m2" in notices(app)[0]
    assert "python preprocess.py train --device m2 --quantity load" in app.code[0].value
