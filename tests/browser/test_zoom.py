"""Zoom by drag, wheel and double click reaches the raw samples and the URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import FloatRect, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

SCRIPT = Path(__file__).with_name("zoom_page.py")
CAPTION = ".zg-caption"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(serve: Serve) -> str:
    return serve(script=SCRIPT)


def plot(page: Page) -> FloatRect:
    box = page.locator(".st-key-year .nsewdrag").first.bounding_box()
    assert box is not None
    return box


def drag(page: Page, start: float, end: float) -> None:
    """Drag over the plot, edges as shares of its width."""
    box = plot(page)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=8)
    page.mouse.up()


def caption(page: Page) -> str:
    return page.locator(CAPTION).last.inner_text()


def wait_for_other(page: Page, before: str) -> str:
    expect(page.locator(CAPTION).last).not_to_have_text(before, timeout=45_000)
    return caption(page)


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator(".st-key-year .js-plotly-plot .trace").first.wait_for(timeout=60_000)
    page.wait_for_timeout(400)
    return page


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
        drag(page, 0.4, 0.6)
        words = wait_for_other(page, words)
        page.wait_for_timeout(400)
        if words.startswith("raw samples"):
            break
    assert words.startswith("raw samples")
    assert "page runs: 1" in page.inner_text("body"), "a zoom must not run the whole page"

    assert set(in_url(page)) == {"range", "from", "to"}
    again = opened(open_page, page.url)
    assert caption(again) == words

    box = plot(page)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert wait_for_other(page, words) == year
    assert "from" not in in_url(page)


def test_wheel_zooms_around_the_pointer(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    year = caption(page)
    box = plot(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(4):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(60)
    nearer = wait_for_other(page, year)
    assert nearer != year
    assert "from" in in_url(page)


def test_own_window_comes_back_after_a_zoom(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/?from=2025-03-01&to=2025-05-31&lang=de")
    spring = caption(page)
    assert "01.03.2025 00:00 – 01.06.2025 00:00" in spring
    drag(page, 0.3, 0.5)
    nearer = wait_for_other(page, spring)
    assert in_url(page)["range"] == ["2025-03-01T00:00:00..2025-06-01T00:00:00"]
    page.wait_for_timeout(400)
    box = plot(page)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert wait_for_other(page, nearer) == spring
    assert in_url(page)["from"] == ["2025-03-01T00:00:00"]


def test_bad_window_in_the_url_is_said(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/?from=yesterday&to=2025-05-31")
    assert "“yesterday” is not a date or time" in page.inner_text("body")
    assert caption(page).startswith("1h buckets")


@pytest.mark.parametrize(
    ("theme", "background"), [("light", "rgb(251, 251, 250)"), ("dark", "rgb(15, 20, 24)")]
)
def test_chart_and_page_share_the_theme(
    open_page: OpenPage, address: str, theme: str, background: str
) -> None:
    page = open_page(address, theme=theme)
    page.locator(".st-key-year .js-plotly-plot .trace").first.wait_for(timeout=60_000)
    paper = page.locator(".st-key-year .main-svg").first
    expect(paper).to_have_css("background-color", background, timeout=45_000)
    expect(page.locator(".stApp")).to_have_css("background-color", background)


def test_change_of_theme_redraws_the_chart_and_the_zoom_still_works(
    open_page: OpenPage, address: str
) -> None:
    page = opened(open_page, address)
    page.emulate_media(color_scheme="dark")
    paper = page.locator(".st-key-year .main-svg").first
    expect(paper).to_have_css("background-color", "rgb(15, 20, 24)", timeout=45_000)
    page.wait_for_timeout(400)
    year = caption(page)
    drag(page, 0.4, 0.6)
    assert wait_for_other(page, year) != year
