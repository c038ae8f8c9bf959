"""Capacity and the dossier of a cell in a browser: an export, notes that are kept."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.annotations import open_annotations
from tests.browser.reading import plain, say, settled
from tests.health.batteries import OPTIONS
from tests.pages.test_dossier_page import usable_ah, write_cells

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FEWER_DAYS = replace(OPTIONS, days=70)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated battery of two packs of eight cells."""
    return write_cells(tmp_path_factory.mktemp("dossier"), FEWER_DAYS)


@pytest.fixture(scope="module")
def page_of(store: Path, serve: Serve) -> str:
    return f"{serve(store)}/packpulse?device=BESS-1"


def opened(open_page: OpenPage, url: str, **options: Any) -> Page:
    page = open_page(url, **options)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def drawn(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} .js-plotly-plot .scatterlayer .trace").first.wait_for()
    settled(page)


def figures(page: Page) -> dict[str, str]:
    """Label and value of all key figures."""
    return {
        plain(one.locator(".zg-label span").first.inner_text()): plain(
            one.locator(".zg-value").inner_text()
        )
        for one in page.locator(".zg-figure").all()
    }


def panel_words(page: Page, key: str) -> list[str]:
    """What is written in a figure."""
    return page.evaluate(
        """(key) => document.querySelector(`.st-key-${key} .js-plotly-plot`)
            ._fullLayout.annotations.map((one) => one.text)""",
        key,
    )


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def write_note(page: Page, text: str, author: str) -> None:
    """Fill the form of a note and save it."""
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Tab")
    field = page.locator(".stForm .stTextInput input")
    field.fill(author)
    field.press("Tab")
    page.get_by_role("button", name="Save").click()
    settled(page)


# --- capacity -----------------------------------------------------------------------------------


def test_capacity_in_german_and_dark_and_its_export(open_page: OpenPage, page_of: str) -> None:
    page = opened(open_page, f"{page_of}&tab=capacity&lang=de", theme="dark", height=2100)
    drawn(page, "ledger")
    settled(page)
    assert "Kapazität, voll bis leer" in figures(page)
    title = plain(page.locator(".st-key-ledger .gtitle").first.text_content() or "")
    assert title.startswith("Von voll bis leer fasste der Strang")
    assert "," in figures(page)["Kapazität, voll bis leer"]

    page.get_by_text("Kontobuch der", exact=False).click()
    page.wait_for_timeout(800)  # until it has opened: what moves is missed by a click
    page.get_by_text("Export", exact=True).first.click()
    csv = page.get_by_role("button", name="CSV", exact=True)
    expect(csv).to_be_visible()
    with page.expect_download() as waiting:
        csv.click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(text), comment="#")
    good = table[table["qualifies"]]
    assert len(good) > 20
    assert good["capacity_ah"].median() == pytest.approx(usable_ah(FEWER_DAYS), rel=0.03)


# --- dossier ------------------------------------------------------------------------------------


def test_a_note_is_kept_shown_changed_and_removed(
    open_page: OpenPage, page_of: str, store: Path
) -> None:
    with open_annotations(store) as kept:
        for left in kept.of("BESS-1", 1, 2):  # by an attempt that failed
            kept.remove(left.id, "test")
    url = f"{page_of}&tab=dossier&cell=1.2"
    page = opened(open_page, url, height=2000)
    drawn(page, "courses")
    assert "N1" not in panel_words(page, "courses")
    page.get_by_text("New note", exact=True).click()
    page.locator(".stForm").wait_for()
    page.get_by_role("button", name="Save").click()  # nothing written yet
    expect(page.locator(".zg-notice", has_text="Please say")).to_be_visible()
    day = page.locator(".stForm .stDateInput input").first
    day.fill("2025-05-20")
    day.press("Tab")
    write_note(page, "Busbar tightened", "Ada")
    expect(page.locator(".zg-table", has_text="Busbar tightened")).to_be_visible()

    # kept: a new visitor sees it, in the table and as a line through every panel
    page = opened(open_page, url, height=2000)
    drawn(page, "courses")
    assert "N1" in panel_words(page, "courses")
    shapes = page.evaluate(
        """() => document.querySelector(".st-key-courses .js-plotly-plot")._fullLayout.shapes
            .filter((one) => one.type === "line").map((one) => one.xref)"""
    )
    assert len(set(shapes)) == 5
    with open_annotations(store) as kept:
        (note,) = kept.of("BESS-1", 1, 2)
    assert (note.text, note.author, note.pack, note.cell) == ("Busbar tightened", "Ada", 1, 2)

    # chosen by its address: before and after, a change, the history, and away with it
    page = opened(open_page, f"{url}&note={note.id}", height=2000)
    say(page, "Before and after this note")
    say(page, "SAT against the pack:")
    write_note(page, "Busbar tightened to 9 Nm", "Grace")
    expect(page.locator(".zg-table", has_text="9 Nm").first).to_be_visible()
    page.get_by_text("History: 2 revisions", exact=True).click()
    history = page.locator(".zg-table", has_text="Revision")
    expect(history).to_contain_text("Grace")
    expect(history).to_contain_text("Ada")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".stMain")).to_contain_text("Notes (0)")
    assert "note" not in asked(page)
    with open_annotations(store) as kept:
        assert not kept.of("BESS-1", 1, 2)
        assert [one.removed for one in kept.history(note.id)] == [False, False, True]
