"""The Dispatch page in a browser, dark and in German: a slider stands in the link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.dispatch.plant import write_plant
from tests.stores import scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(serve: Serve) -> Iterator[str]:
    with scratch() as folder:
        write_plant(folder)
        yield f"{serve(folder / 'store')}/dispatch"


def test_the_plan_ahead_and_a_slider_in_the_link(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}?wear=0.05&lang=de", theme="dark")
    page.locator(".zg-figure, .zg-error").first.wait_for()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_text("Was wäre, wenn").click()
    slider = page.get_by_role("slider", name="Kapazität")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url(lambda url: "capacity=20." in url and "wear=0.05" in url)
