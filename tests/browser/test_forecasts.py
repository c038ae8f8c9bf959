"""The page of forecasts in a browser, dark and in German."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Serve
from tests.browser.reading import settled
from tests.forecast.test_forecasts_page import write_trained
from tests.stores import scratch

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    with scratch() as folder:
        yield f"{serve(write_trained(folder, rounds=10))}/forecasts"


def test_forecast_beside_actual_in_german(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}?section=beside&lang=de&lead=24", theme="dark")
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    expect(page.locator(".gtitle").first).to_contain_text("Mindestens 24 h vorher erstellt")
    expect(page.locator(".legendtext")).to_have_text(["10–90 %", "Prognose", "Gemessen"])
