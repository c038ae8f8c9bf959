"""What the page of forecasts says, with a model trained on a small store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.config import load_settings
from core.forecast_training import Training, train
from core.query import open_store
from ingest.build import build
from tests.browser.conftest import OpenPage, Serve
from tests.forecast.courses import hourly, working_load
from tests.stores import scratch

pytestmark = [pytest.mark.browser]
DAYS = 50


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    with scratch() as folder:
        grid = hourly(DAYS)
        values = working_load(grid)
        utc = pd.DatetimeIndex(grid.ts[: DAYS * 24].astype("datetime64[us]"))
        for device in ("m1", "m2"):
            path = folder / "src" / "meter" / device / "com_ap.csv"
            path.parent.mkdir(parents=True)
            lines = [f"{t:%Y-%m-%d %H:%M:%S}Z,{v:.2f}" for t, v in zip(utc, values, strict=False)]
            path.write_text("ts,com_ap\n" + "\n".join(lines) + "\n")
        build(load_settings(store=folder / "store", sources=(folder / "src",)))
        store = open_store(folder / "store")
        train(store, "m1", asked=Training(test_days=16, rounds=40))
        store.close()
        yield f"{serve(Path(folder / 'store'))}/forecasts"


def opened(open_page: OpenPage, url: str, **options: str) -> Page:
    page = open_page(url, **options)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    return page


def test_the_next_48_hours_and_the_backtest(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    figures = page.locator(".zg-figure")
    expect(figures).to_have_count(5)
    expect(figures.first).to_contain_text("Energy of the next 24 h")
    expect(figures.nth(4)).to_contain_text("80 % band covers")
    plot = page.locator(".js-plotly-plot")
    expect(plot.locator(".gtitle")).to_contain_text("Load of m1 is expected to peak at")
    expect(plot.locator(".legendtext")).to_have_text(["10–90 %", "Forecast", "Measured"])
    page.get_by_text("Backtest", exact=True).click()
    expect(page.locator(".gtitle").nth(2)).to_contain_text("readings lie within the 80 % band")
    expect(page.locator(".zg-table").first).to_contain_text("RMSE of the week before")
    expect(page.locator(".zg-caption").last).to_contain_text("intervals by blocks of 7 days")
    assert parse_qs(urlsplit(page.url).query)["section"] == ["backtest"]
    page.get_by_text("Inputs", exact=True).click()
    expect(page.locator(".gtitle").first).to_contain_text("The model leans most on")
    page.get_by_text("Parts of the load", exact=True).click()
    expect(page.locator(".zg-table").first).to_contain_text("Base load")
    expect(page.get_by_text("the model knows no outdoor temperature")).to_be_visible()


def test_forecast_beside_actual_in_german(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?section=beside&lang=de&lead=24", theme="dark")
    expect(page.locator(".gtitle")).to_contain_text("Mindestens 24 h vorher erstellt")
    expect(page.locator(".legendtext")).to_have_text(["10–90 %", "Prognose", "Gemessen"])


def test_without_a_model_the_command_that_trains_one(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=m2")
    expect(page.locator(".zg-notice")).to_contain_text("No model of “Load” is stored for m2")
    expect(page.locator("code")).to_contain_text(
        "python preprocess.py train --device m2 --quantity load"
    )
