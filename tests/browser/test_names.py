"""Many signals, many periods and long names stay where they belong on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import settled
from tests.browser.site import LONG, write_site

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


def test_periods_do_not_stand_in_the_title(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/comparison?mode=periods&device=m1&count=6&range=24h")
    plot = page.locator(".st-key-comparison .js-plotly-plot")
    plot.locator(".legendtext").nth(4).wait_for()
    settled(page)
    title, legend = (plot.locator(one).bounding_box() for one in (".gtitle", ".legend .bg"))
    assert title is not None and legend is not None
    assert legend["y"] >= title["y"] + title["height"]


def test_inverters_have_panels_of_their_own(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/meters?device=pv1&range=all")
    plot = page.locator(".st-key-power .js-plotly-plot")
    expect(plot.locator(".gtitle").first).to_have_text(
        "4 signals of pv1, each in a panel of its own"
    )
    settled(page)
    assert plot.locator(".cartesianlayer .subplot").count() == 4
    field = page.locator("[data-testid=stMultiSelect]").first
    outer = field.bounding_box()
    last = field.get_by_text("ac_power_inv4").first.bounding_box()
    assert outer is not None and last is not None
    assert last["x"] + last["width"] <= outer["x"] + outer["width"]


def test_a_long_name_leaves_the_table_on_the_screen(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}/?range=all")
    page.locator(".zg-table").first.wait_for()
    inner, outer = (
        page.locator(".zg-scroll").first.evaluate(f"node => node.{name}")
        for name in ("scrollWidth", "clientWidth")
    )
    assert inner <= outer
    assert page.locator(f'.zg-table [title="{LONG}"]').count() == 1
