"""German all over: fields, reasons, refusals, numbers as typed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.query import open_store
from tests.browser.site import write_site

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
def address(serve: Serve, store: Path) -> str:
    return serve(store)


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator(".zg-figure").first.wait_for()
    return page


def test_german_all_over(open_page: OpenPage, address: str, store: Path) -> None:
    page = opened(open_page, f"{address}/data?section=quarantine&lang=de")
    expect(page.locator(".zg-table").last).to_contain_text("keine Zahl")
    page.get_by_role("radio", name="Hochladen").click()
    chooser = page.locator("[data-testid=stFileUploaderDropzone]")
    chooser.wait_for()
    shown = chooser.locator("p").evaluate("node => getComputedStyle(node, '::after').content")
    assert shown == '"Datei wählen"'
    page.goto(f"{address}/meters?device=m1&lang=de&range=all")
    page.get_by_role("button", name="Von–bis").click()
    page.get_by_role("textbox", name="Von", exact=True).fill("2.3.2025")
    page.get_by_role("textbox", name="Bis einschließlich").fill("03.03.2025")
    page.get_by_role("button", name="Anzeigen").click()
    page.wait_for_url(re.compile("from=2025-03-02&to=2025-03-03"))

    page.goto(f"{address}/data?section=entry&device=z1&lang=de")
    said = page.locator(".zg-notice").first

    def enter(moment: str, value: str) -> None:
        page.get_by_label(re.compile("^Zeit, ")).fill(moment)
        page.get_by_label("Wert [kWh]").fill(value)
        page.get_by_role("button", name="Eingeben", exact=True).click()

    enter("01.03.2025 02:00", "")
    expect(said).to_have_text("Es wurde nichts eingegeben. Feld „Wert“.")
    enter("01.03.2025 02:00", "7.450")
    expect(said).to_contain_text("auf zwei Arten lesbar")
    enter("27.10.2024 02:30", "7450008,5")
    expect(said).to_contain_text("2024-10-27 02:30+02:00 oder 2024-10-27 02:30+01:00")
    enter("01.03.2025 02:00", "12,5")
    expect(said).to_contain_text("kann der Zähler nicht so stehen")
    enter("01.03.2025 02:00:05", "7450008,125")
    expect(said).to_contain_text("01.03.2025 02:00:05: 7.450.008,125 kWh")
    row = page.locator(".zg-table").last.locator("tbody tr").first
    expect(row).to_contain_text("7.450.008,125 kWh")
    assert len(open_store(store).entries("z1")) == 1
    page.get_by_text("Export", exact=True).last.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(waiting.value.path(), comment="#")
    assert table["ts"].tolist() == ["2025-03-01 02:00:05+01:00"]
    assert table["value"].tolist() == [7450008.125]
    assert table["unit"].tolist() == ["kWh"]
    assert str(table["entered_at"][0]).startswith("20")
