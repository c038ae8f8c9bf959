"""What the PV page shows and how its address brings it back, in a browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import say, settled
from tests.solar.plant import write_plant
from tests.stores import scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    """Address of the page on plants whose readings are known."""
    with scratch() as folder:
        write_plant(folder)
        yield f"{serve(folder / 'store')}/pv"


def opened(open_page: OpenPage, url: str, *, theme: str = "light") -> Page:
    """The page once its figures stand."""
    page = open_page(url, theme=theme)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def test_a_link_brings_back_the_view_in_german_and_dark(
    open_page: OpenPage, address: str
) -> None:  # fmt: skip
    link = f"{address}?device=roof&range=30d&section=degradation&lang=de"
    page = opened(open_page, link, theme="dark")
    say(page, "Aus 60 Tagen wird keine Rate genannt")
    title = page.locator(".gtitle", has_text="Performance jedes Tages; noch keine Rate")
    expect(title.first).to_be_visible()


def test_periods_can_be_exported(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=roof&range=all&section=periods&every=1mo")
    expect(page.locator(".zg-table tbody tr")).to_have_count(2)
    page.get_by_text("Export", exact=True).first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename == "roof_1mo.csv"
    table = pd.read_csv(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig")), comment="#")
    assert len(table) == 2 and table["start"].iloc[1].startswith("2025-06-01 00:00:00")
    assert table["pr"].between(0.7, 1.0).all()
