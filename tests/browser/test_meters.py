"""What the page of meters says of the real series."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, say, settled
from tests.browser.zooming import drag
from tests.stores import run, scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.shared]


@pytest.fixture(scope="module")
def address(shared: Path, serve: Serve) -> Iterator[str]:
    """Address of the page on the real devices."""
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout",))
        yield f"{serve(folder / 'store', imported=False)}/meters"


def opened(open_page: OpenPage, url: str) -> Page:
    """The page once nothing runs any more."""
    page = open_page(url)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def figures(page: Page) -> list[str]:
    return [plain(text) for text in page.locator(".zg-figure").all_inner_texts()]


def rows(page: Page) -> list[list[str]]:
    """Cells of the first table of text."""
    found = page.locator(".zg-table").first.locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def exported_year(page: Page) -> None:
    """What is shown, read from its three files."""
    page.get_by_text("Export", exact=True).first.click()
    loaded = {}
    for name, ending in (("CSV", "csv"), ("Parquet", "parquet"), ("Excel", "xlsx")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name, exact=True).click()
        assert waiting.value.suggested_filename == f"lastgang_energy_1mo.{ending}"
        loaded[ending] = Path(waiting.value.path()).read_bytes()
    text = loaded["csv"].decode("utf-8-sig")
    assert "Europe/Berlin" in text
    assert "kWh" in text
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == 12
    assert table["Energy"].sum() == pytest.approx(1_091_945)
    assert table["start"][0].startswith("2024-01-01 00:00:00+01:00")
    parquet = pd.read_parquet(io.BytesIO(loaded["parquet"]))
    assert parquet["Energy"].sum() == pytest.approx(1_091_945)
    assert loaded["xlsx"][:2] == b"PK"
    page.keyboard.press("Escape")


def test_year_by_a_link_into_a_server_just_started(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all&section=energy")
    assert page.locator("h1").inner_text() == "Meters"
    assert "Ziggurat" in page.locator("[data-testid=stSidebar]").inner_text()
    shown = figures(page)
    assert len(shown) == 5
    assert shown[1] == "Energy 1 091 945kWh covered to 100.0 %"
    assert shown[2] == "Peak 319kW 13 Aug 2024 13:00"
    assert "Load factor 39.0%" in shown[3]
    say(page, "Energy: 1 091 945 kWh, most in the period from 1 Apr 2024")
    months = rows(page)
    assert len(months) == 12
    assert months[0][:2] == ["1 Dec 2024", "82 043"]
    expect(page.locator(".js-plotly-plot .bars .point")).to_have_count(12)
    exported_year(page)

    page.get_by_text("Deutsch").click()
    expect(page.locator("h1")).to_have_text("Zähler")
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["section"] == ["energy"]
    shown = figures(page)
    assert shown[1].startswith("Energie 1.091.945kWh")
    assert shown[2] == "Spitze 319kW 13.08.2024 13:00"
    assert rows(page)[0][:2] == ["01.12.2024", "82.043"]
    say(page, "integriert aus com_ap")


def test_figures_follow_a_zoom(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all")
    drag(page, "power", 0.2, 0.3)
    expect(page.locator(".zg-figure").nth(2)).not_to_contain_text("13 Aug")
    assert "from" in parse_qs(urlsplit(page.url).query)
