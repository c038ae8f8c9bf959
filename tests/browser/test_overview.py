"""What the overview says of real and of simulated devices."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import say
from tests.stores import run, scratch, write_csv, write_text

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

REPO = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def real(shared: Path, serve: Serve) -> Iterator[str]:
    """Address of a server on the real devices."""
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout",))
        yield serve(folder / "store")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> str:
    """Address of a server on two simulated days."""
    store = tmp_path_factory.mktemp("demo") / "store"
    command = [sys.executable, "preprocess.py", "demo", "--store", str(store), "--days", "2"]
    subprocess.run(command, cwd=REPO, check=True, capture_output=True)
    return serve(store)


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator(".zg-table").first.wait_for(timeout=60_000)
    return page


def words(page: Page, selector: str = ".stMain") -> str:
    """Text of a part of the page, plain blanks for the hard ones."""
    return page.locator(selector).first.inner_text().replace("\u00a0", " ")


def figures(page: Page) -> list[str]:
    texts = page.locator(".zg-figure").all_inner_texts()
    return [" ".join(text.replace("\u00a0", " ").split()) for text in texts]


def cards(page: Page) -> list[str]:
    texts = page.locator("[class*='st-key-card-']").all_inner_texts()
    return [" ".join(text.replace("\u00a0", " ").split()) for text in texts]


@pytest.mark.shared
def test_card_and_table_lead_to_the_device(open_page: OpenPage, real: str) -> None:
    page = opened(open_page, f"{real}/?range=all&lang=de")
    row = page.locator(".zg-table tbody tr", has_text="lastgang")
    assert "35.136" in row.inner_text()
    address = row.locator("a").get_attribute("href") or ""
    assert address.startswith("meters?")
    assert "device=lastgang" in address
    page.locator("[class*='st-key-card-lastgang'] a").click()
    page.wait_for_url(re.compile(r"/meters\?.*device=lastgang"))
    expect(page.locator("h1")).to_have_text("Zähler")
    assert {"range=all", "lang=de"} <= set(page.url.split("?")[1].split("&"))


def test_simulated_devices_are_marked(open_page: OpenPage, simulated: str) -> None:
    page = opened(open_page, simulated)
    assert "synthetic data" in words(page, ".zg-ribbon")
    shown = figures(page)
    assert len(shown) == 5
    assert re.match(r"Devices up to date (good|warning) 9 of 9", shown[0])
    assert "grid connection m6" in shown[2]  # it holds what the other five count
    assert "export " in shown[2]
    assert shown[3].startswith("Generation,")
    assert shown[4] == "Open alerts good 0"
    found = cards(page)
    assert len(found) == 9
    assert any("PV power, sum of 4" in text for text in found)
    assert any("State of charge" in text and "charged" in text for text in found)


def test_quarantine_and_failed_sources_are_said(open_page: OpenPage, serve: Serve) -> None:
    with scratch() as folder:
        src = folder / "src" / "meter"
        hours = range(1_741_000_000, 1_741_000_000 + 3 * 86_400, 900)
        steady = [(at * 1_000_000, [5.0]) for at in hours]
        write_csv(src / "good.csv", ["com_ap"], steady)
        bad = write_csv(src / "bad.csv", ["com_ap"], steady)
        write_text(bad, bad.read_text().replace(",5.0\n", ",five\n", 2))
        run(folder)
        page = opened(open_page, serve(folder / "store"))
        assert "1 of 2 devices need attention, bad first" in words(page)
        found = cards(page)
        assert "warning" in found[0]
        assert "2 rows in quarantine" in found[0]
        assert "good" in found[1]
        assert "none needs attention" not in words(page)


def test_without_a_store_the_way_out_is_shown(open_page: OpenPage, serve: Serve) -> None:
    page = open_page(serve())
    page.locator(".zg-notice").wait_for(timeout=60_000)
    say(page, "There is no store yet.")
    say(page, "python preprocess.py demo")
