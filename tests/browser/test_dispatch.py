"""The Dispatch page on ten days alike, whose plan is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from core.dispatch_settings import settings_path
from tests.browser.reading import plain
from tests.dispatch.test_dispatch_report import write_plant
from tests.dispatch.test_house_settings import house_toml
from tests.stores import scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    with scratch() as folder:
        write_plant(folder)
        yield f"{serve(folder / 'store')}/dispatch"


def opened(open_page: OpenPage, url: str, theme: str = "light") -> Page:
    page = open_page(url, theme=theme)
    page.locator(".zg-figure, .zg-error").first.wait_for()
    return page


def test_the_plan_and_its_figures(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?window=past")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    figures = [plain(one) for one in page.locator(".zg-figure").all_inner_texts()]
    assert len(figures) == 5
    assert figures[0].startswith("Saving against doing nothing")
    expect(page.locator(".gtitle").first).to_contain_text(re.compile("charges .* discharges"))
    rows = page.locator(".zg-table").first.locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(3)).to_contain_text("Perfect foresight")
    expect(page.get_by_text("No stored forecast")).to_be_visible()


def test_a_limit_that_cannot_be_kept_is_named_in_german(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?lang=de&limit-in=2")
    expect(page.locator(".zg-error")).to_contain_text("Kein Plan hält alle Grenzen ein")
    expect(page.locator(".zg-error")).to_contain_text("Die Bezugsgrenze ist um")


def test_sizes_and_weights(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?section=sizing&demand=100", theme="dark")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.locator(".gtitle").first).to_contain_text("can cut the peak")
    page.get_by_role("radio", name="Weights").click()
    rows = page.locator(".zg-table").first.locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("Economic")


def test_the_plan_ahead_and_a_slider_in_the_link(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?wear=0.05")
    expect(page.get_by_text("The plan begins at the newest reading")).to_be_visible()
    expect(page.locator(".zg-figure").first).to_contain_text("Expected saving")
    page.get_by_text("What if: battery").click()
    slider = page.get_by_role("slider", name="Capacity")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url(lambda url: "capacity=20." in url and "wear=0.05" in url)


def test_a_year_with_perfect_foresight_and_without(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?section=year&demand=100")
    expect(page.get_by_text("Saving in a year, with perfect foresight")).to_be_visible()
    page.get_by_text("Compare with plans that know only days before").click()
    expect(page.get_by_text("Saving planned day by day")).to_be_visible()
    rows = page.locator(".zg-table").first.locator("tbody tr")
    expect(rows).to_have_count(6)


def test_rooms_and_relays_of_the_settings(serve: Serve, open_page: OpenPage) -> None:
    with scratch() as folder:
        write_plant(folder)
        settings_path(folder / "store").write_text(house_toml())
        page = opened(open_page, f"{serve(folder / 'store')}/dispatch", theme="dark")
        expect(page.locator(".js-plotly-plot")).to_have_count(3)
        expect(page.locator(".gtitle").last).to_contain_text("outside their comfort bands")
        expect(page.get_by_role("cell", name="room 17", exact=True)).to_be_visible()
