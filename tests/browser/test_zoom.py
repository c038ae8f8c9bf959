"""Zoom by drag, wheel and double click reaches the raw samples and the URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.zooming import double_click, drag, plot

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

LIGHT, DARK = "rgb(251, 251, 250)", "rgb(15, 20, 24)"
KEY = "year"
SCRIPT = Path(__file__).with_name("zoom_page.py")
CAPTION = ".zg-caption"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(serve: Serve) -> str:
    return serve(script=SCRIPT)


def caption(page: Page) -> str:
    return page.locator(CAPTION).last.inner_text()


def wait_for_other(page: Page, before: str) -> str:
    expect(page.locator(CAPTION).last).not_to_have_text(before)
    return caption(page)


def opened(open_page: OpenPage, url: str, theme: str = "light") -> Page:
    page = open_page(url, theme=theme)
    plot(page, KEY)
    return page


def shows_theme(page: Page, background: str) -> None:
    """Page and chart have the same background."""
    paper = page.locator(f".st-key-{KEY} .main-svg").first
    expect(paper).to_have_css("background-color", background)
    expect(page.locator(".stApp")).to_have_css("background-color", background)


def in_url(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_drags_reach_raw_samples_and_double_click_returns(
    open_page: OpenPage, address: str
) -> None:
    page = opened(open_page, address)
    year = caption(page)
    assert year.startswith("1h buckets · 1 Jan 2025 00:00 – 1 Jan 2026 00:00")
    words = year
    for _ in range(6):
        drag(page, KEY, 0.4, 0.6)
        words = wait_for_other(page, words)
        if words.startswith("raw samples"):
            break
    assert words.startswith("raw samples")
    assert "page runs: 1" in page.inner_text("body"), "a zoom must not run the whole page"

    assert set(in_url(page)) == {"range", "from", "to"}
    page.reload()
    plot(page, KEY)
    assert caption(page) == words

    double_click(page, KEY)
    assert wait_for_other(page, words) == year
    assert "from" not in in_url(page)


def test_own_window_comes_back_after_a_zoom_in_the_dark(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/?from=2025-03-01&to=2025-05-31&lang=de", "dark")
    shows_theme(page, DARK)
    spring = caption(page)
    assert "01.03.2025 00:00 – 01.06.2025 00:00" in spring
    drag(page, KEY, 0.3, 0.5)
    nearer = wait_for_other(page, spring)
    assert in_url(page)["range"] == ["2025-03-01T00:00:00..2025-06-01T00:00:00"]
    double_click(page, KEY)
    assert wait_for_other(page, nearer) == spring
    assert in_url(page)["from"] == ["2025-03-01T00:00:00"]


def test_bad_window_is_said_and_a_change_of_theme_leaves_the_zoom(
    open_page: OpenPage, address: str
) -> None:
    page = opened(open_page, f"{address}/?from=yesterday&to=2025-05-31")
    assert "“yesterday” is not a date or time" in page.inner_text("body")
    year = caption(page)
    assert year.startswith("1h buckets")
    shows_theme(page, LIGHT)
    page.emulate_media(color_scheme="dark")
    shows_theme(page, DARK)
    box = plot(page, KEY)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(4):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(60)
    nearer = wait_for_other(page, year)
    assert nearer != year
    assert "from" in in_url(page)
    drag(page, KEY, 0.4, 0.6)
    assert wait_for_other(page, nearer) not in (nearer, year)
