"""The report of PackPulse: one press of a button gives a file that says what the page does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.reading import settled
from tests.stores import scratch
from tests.test_bess import write_systems

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AUTHOR = "r-by=J%C3%B6rg+M%C3%BC%C3%9Fig"
WORDS = {
    "en": ("Report as PDF", "Battery report b1", "2 packs of 3 cells", "Limits of what is said"),
    "de": ("Bericht als PDF", "Batteriebericht b1", "2 Packs zu 3 Zellen", "Grenzen der Aussagen"),
}


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    """Address of the tab on systems whose figures are known."""
    with scratch() as folder:
        write_systems(folder)
        yield f"{serve(folder / 'store')}/packpulse?device=b1&tab=report"


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator("[data-testid=stDownloadButton]").first.wait_for()
    settled(page)
    return page


def received(page: Page, label: str) -> tuple[str, bytes]:
    """Name and bytes of the file that a press of a button brings."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def pdf_words(data: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def check_pdf(page: Page, language: str) -> None:
    """One press brings it, with the words of its language."""
    label, *words = WORDS[language]
    name, data = received(page, label)
    assert name.startswith("b1_") and name.endswith(".pdf")
    text = pdf_words(data)
    for word in (*words, "Jörg Müßig", "LFP"):
        assert word in text
    # A battery of a few days: no verdict, and the reason for it.
    assert {"en": "no verdict", "de": "kein Urteil"}[language] in text
    assert "Traceback" not in page.locator("body").inner_text()


def test_pdf_in_german(address: str, open_page: OpenPage) -> None:
    check_pdf(opened(open_page, f"{address}&lang=de&{AUTHOR}"), "de")


def test_language_author_and_sections_stand_in_the_url(address: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{address}&lang=en")
    page.get_by_text("Language of the report").wait_for()
    page.get_by_role("radio", name="Deutsch").last.click()
    page.wait_for_url("**r-lang=de**")
    page.get_by_label("Prepared by").fill("Werk 3")
    page.get_by_label("Prepared by").press("Enter")
    page.wait_for_url("**r-by=Werk**")
    page.get_by_role("button", name="Table of all cells").click()
    page.wait_for_url("**r-without=every**")
    settled(page)
    page.reload()
    settled(page)
    expect(page.get_by_label("Prepared by")).to_have_value("Werk 3")
    name, data = received(page, "Report as HTML")
    text = data.decode()
    assert name.endswith(".html") and "Batteriebericht b1" in text and "Werk 3" in text
    assert "Gewertete Zyklen" in text and "Alle Zellen" not in text


def test_pdf_and_tables_agree_with_the_page(address: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{address}&lang=en&{AUTHOR}")
    check_pdf(page, "en")
    name, data = received(page, "Cells (CSV)")
    assert name.endswith("_cells.csv")
    head = data.decode().split("\n")
    assert "# device: b1" in head and "# zone: Europe/Berlin" in head
    cells = pd.read_csv(io.BytesIO(data), comment="#")
    assert cells[["pack", "cell"]].to_numpy().tolist() == [
        [1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3],
    ]  # fmt: skip
    _, data = received(page, "Figures (CSV)")
    figures = pd.read_csv(io.BytesIO(data), comment="#").set_index("key")
    cycles = page.locator(".zg-figure", has_text="EFC").inner_text()
    assert f"{figures.at['efc', 'value']:.0f}" in cycles
    missing = figures["value"].isna()
    assert figures.loc[missing, "basis"].notna().all()
