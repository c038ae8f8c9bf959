"""Addresses that people type, share and go back to, and the end of a zoom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import settled
from tests.browser.site import write_site
from tests.browser.zooming import double_click, drag, plot

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(serve: Serve, store: Path) -> str:
    return serve(store)


def opened(open_page: OpenPage, url: str) -> Page:
    page = open_page(url)
    page.locator(".zg-figure").first.wait_for()
    return page


def in_url(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_back_leads_to_views_that_were_chosen(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/meters?device=m1&range=all")
    drag(page, "power", 0.2, 0.4)
    page.wait_for_url(re.compile("from=.*to="))
    zoomed = page.url
    double_click(page, "power")
    page.wait_for_url(re.compile(r"^(?!.*from=)"))
    settled(page)
    page.go_back()
    page.wait_for_url(zoomed)
    settled(page)
    assert page.url == zoomed


def test_a_zoom_ends_where_readings_are_far_apart(open_page: OpenPage, address: str) -> None:
    page = opened(
        open_page, f"{address}/meters?device=m1&range=all&from=2025-03-03T12:00&to=2025-03-03T14:00"
    )
    for _ in range(2):
        before = page.url
        drag(page, "power", 0.5, 0.52)
        page.wait_for_url(lambda url, before=before: url != before)
        plot(page, "power")
        edges = [pd.Timestamp(in_url(page)[name][0]) for name in ("from", "to")]
        assert edges[1] - edges[0] == pd.Timedelta("1h"), "four steps of 15 min"
        drawn = page.locator(".st-key-power .js-plotly-plot").evaluate(
            "node => node._fullLayout.xaxis.range"
        )
        assert pd.Timestamp(drawn[1]) - pd.Timestamp(drawn[0]) == pd.Timedelta("1h")
    expect(page.locator(".st-key-power .scatterlayer .point").first).to_be_attached()
