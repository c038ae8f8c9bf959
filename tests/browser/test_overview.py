"""What the overview says of real and of simulated devices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.stores import run, scratch

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


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator(".zg-table").first.wait_for()
    return page


@pytest.mark.shared
def test_card_and_table_lead_to_the_device(open_page: OpenPage, real: str) -> None:
    page = opened(open_page, f"{real}/?range=all&lang=de")
    row = page.locator(".zg-table tbody tr", has_text="lastgang")
    expect(row).to_contain_text("35.136")
    address = row.locator("a").get_attribute("href") or ""
    assert address.startswith("meters?")
    assert "device=lastgang" in address
    page.locator("[class*='st-key-card-lastgang'] a").click()
    page.wait_for_url(re.compile(r"/meters\?.*device=lastgang"))
    expect(page.locator("h1")).to_have_text("Zähler")
    assert {"range=all", "lang=de"} <= set(page.url.split("?")[1].split("&"))
