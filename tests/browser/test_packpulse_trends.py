"""Trends of PackPulse in a browser: the table of all cells, its export, a click on a cell."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, settled
from tests.pages.test_trends_page import SICK, SICK_SLOPE, write_planted
from tests.stores import scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def planted(serve: Serve) -> Iterator[str]:
    """Address of the page on cells whose slopes are known, with two notes."""
    with scratch() as folder:
        yield f"{serve(write_planted(folder))}/packpulse?device=b1&range=all"


def opened(open_page: OpenPage, url: str, **options: Any) -> Page:
    page = open_page(url, **options)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def rows(page: Page, place: int) -> list[list[str]]:
    """Cells of a table of text."""
    found = page.locator(".zg-table").nth(place).locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def test_all_cells_and_their_export(open_page: OpenPage, planted: str) -> None:
    page = opened(open_page, f"{planted}&tab=degradation&cell=2.1")
    title = page.locator(".st-key-caterpillar .gtitle").first
    expect(title).to_have_text("1 of 8 cells decline, 0 rise")
    table = rows(page, 3)
    assert len(table) == 8
    assert (table[0][0], table[0][-1]) == ("1.2", "declines")
    page.get_by_text("Export", exact=True).last.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename == "b1_slopes.csv"
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    frame = pd.read_csv(io.StringIO(text), comment="#")
    assert "mV/year" in text and len(frame) == 8
    sick = frame.iloc[0]
    assert (sick["pack"], sick["cell"], sick["verdict"]) == (*SICK, "declines")
    assert sick["low_mv"] < 1000 * SICK_SLOPE < sick["high_mv"]
    page.keyboard.press("Escape")
    point = page.locator(".st-key-caterpillar .scatterlayer .trace .point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.click(*middle)
    expect(page.locator(".stMain h3").first).to_contain_text("Pack 1 cell 2:")
