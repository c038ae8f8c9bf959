"""The page of battery systems in a browser: a link, its language and theme, an export."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, say, settled
from tests.stores import scratch
from tests.test_bess import write_systems

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    """Address of the page on systems whose figures are known."""
    with scratch() as folder:
        write_systems(folder)
        yield f"{serve(folder / 'store')}/bess"


def opened(open_page: OpenPage, url: str, theme: str = "light") -> Page:
    """The page once nothing runs any more."""
    page = open_page(url, theme=theme)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def rows(page: Page, place: int = 0) -> list[list[str]]:
    """Cells of a table of text."""
    found = page.locator(".zg-table").nth(place).locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def test_a_link_brings_back_section_and_language_in_the_dark(
    open_page: OpenPage, address: str
) -> None:
    page = opened(
        open_page, f"{address}?device=b1&range=all&section=efficiency&lang=de", theme="dark"
    )
    expect(page.locator("h1")).to_have_text("Batteriespeicher")
    table = rows(page)
    assert [row[0] for row in table] == [
        "Wirkungsgrad AC", "Wirkungsgrad AC mit Hilfsbetrieben", "Wirkungsgrad DC"
    ]  # fmt: skip
    assert table[0][1].startswith("85,")
    assert table[2][1] == "95,00 %"
    say(page, "Fenster von Vollladung zu Vollladung")


def test_exports_can_be_read(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=b1&range=all&section=availability")
    expect(page.locator(".zg-table")).to_have_count(2)
    settled(page)
    page.get_by_text("Export", exact=True).nth(1).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename == "b1_flags.csv"
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert "Europe/Berlin" in text
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == 13
    fault = table[table["flag"] == "pcs1_FaultFlag"].iloc[0]
    assert fault["start"].startswith("2025-03-06 12:00:00")
    assert fault["readings"] == 24
