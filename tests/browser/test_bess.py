"""What the page of battery systems says, of real cells and of systems whose figures are known."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, say
from tests.stores import scratch
from tests.test_bess import write_systems

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

REPO = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    """Address of the page on systems whose figures are known, and the real ones where present."""
    real = REPO.parent / "shared" / "data" / "raw_layout"
    with scratch() as folder:
        write_systems(folder, *([real] if real.is_dir() else []))
        yield f"{serve(folder / 'store')}/bess"


def opened(open_page: OpenPage, url: str) -> Page:
    """The page once nothing runs any more."""
    page = open_page(url)
    page.locator(".zg-figure, .zg-notice").first.wait_for(timeout=60_000)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def figures(page: Page) -> list[str]:
    return [plain(text) for text in page.locator(".zg-figure").all_inner_texts()]


def rows(page: Page, place: int = 0) -> list[list[str]]:
    """Cells of a table of text."""
    found = page.locator(".zg-table").nth(place).locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def titles(page: Page) -> list[str]:
    """Titles of the charts, once they are drawn."""
    page.locator(".js-plotly-plot .gtitle").first.wait_for(timeout=45_000)
    return [plain(text) for text in page.locator(".js-plotly-plot .gtitle").all_text_contents()]


def test_the_answer_and_its_sections(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=b1&range=all")
    shown = figures(page)
    assert shown[0] == "State of charge 0.0% 14 Mar 2025 23:55"
    assert shown[1] == "Power 0kW at rest · 14 Mar 2025 23:55"
    assert shown[2].startswith("SOH (BMS) 97% as the BMS says")
    assert shown[3] == "Full cycles (EFC) 12.0 against 100 Ah rated"
    assert shown[4].startswith("RTE, AC 85.")
    assert "n = 10" in shown[4]
    assert any("505.26 kWh charged and 433.20 kWh discharged" in one for one in titles(page))

    page.get_by_role("radio", name="Cycles", exact=True).click()
    expect(page.locator(".stMain")).to_contain_text("rainflow of the SOC", timeout=45_000)
    settled(page)
    say(page, "of 100 Ah · 95 % below 0.25 C")
    assert "12.0 full cycles in the window, 1.01 a day" in titles(page)

    page.get_by_role("radio", name="Availability and flags").click()
    expect(page.locator(".zg-table")).to_have_count(2, timeout=45_000)
    settled(page)
    causes = {(row[0], row[1]): row[2] for row in rows(page)}
    assert causes["down", "pcs1_FaultFlag"] == "2.0"
    assert causes["charge", ""] == "48.0"
    lanes = {row[0]: row for row in rows(page, 1)}
    assert lanes["pcs1_FaultFlag"][2:] == ["6 Mar 2025 12:00:00", "6 Mar 2025 14:00:00", "2 h"]
    assert parse_qs(urlsplit(page.url).query)["section"] == ["availability"]


def test_a_link_brings_back_section_and_language(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=b1&range=all&section=efficiency&lang=de")
    expect(page.locator("h1")).to_have_text("Batteriespeicher")
    table = rows(page)
    assert [row[0] for row in table] == [
        "Wirkungsgrad AC", "Wirkungsgrad AC mit Hilfsbetrieben", "Wirkungsgrad DC"
    ]  # fmt: skip
    assert table[0][1].startswith("85,")
    assert table[2][1] == "95,00 %"
    say(page, "Fenster von Vollladung zu Vollladung")


def test_what_is_not_measured_is_said(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=b3&range=all")
    shown = figures(page)
    assert shown[0] == "State of charge – not measured"
    assert shown[3] == "Full cycles (EFC) – no rated capacity (Data page)"
    assert shown[4] == "RTE, AC – no SOC measured"
    say(page, "No power is measured")
    page.goto(f"{address}?device=b2&range=all")
    notice = page.locator(".zg-notice").first
    expect(notice).to_contain_text("Current and SOC of b2 run against each other", timeout=45_000)
    page.goto(f"{address}?device=b1&from=2020-01-01&to=2020-01-31")
    expect(page.locator(".zg-notice")).to_contain_text("b1 has no readings", timeout=45_000)


def test_exports_can_be_read(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=b1&range=all&section=availability")
    expect(page.locator(".zg-table")).to_have_count(2, timeout=45_000)
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
