"""The Comparison page in a browser: two devices from their difference to its export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import settled
from tests.pages.test_comparison_page import M1_KWH, M2_KWH, write_sides

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NBSP = "\u00a0"
WEEK = "from=2025-03-08&to=2025-03-14"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sides(tmp_path_factory.mktemp("comparison"))


@pytest.fixture(scope="module")
def address(serve: Serve, store: Path) -> str:
    return serve(store)


def ready(page: Page) -> Page:
    # Attached is enough: a line of constant power has no height and counts as hidden.
    trace = page.locator(".st-key-comparison .js-plotly-plot .trace").first
    trace.wait_for(state="attached")
    settled(page)
    return page


def figures(page: Page) -> list[str]:
    texts = page.locator(".zg-figure .zg-value").all_inner_texts()
    return [text.replace(NBSP, " ").replace("\n", "") for text in texts]


def legend(page: Page) -> list[str]:
    return page.locator(".st-key-comparison .legendtext").all_text_contents()


def test_devices_from_difference_to_export(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/comparison?devices=m1&devices=m2&{WEEK}"))
    difference, peak, above, *_ = figures(page)
    assert difference == f"+{(M1_KWH - M2_KWH) / 1000:g}MWh"
    assert peak == "+55kW"
    assert above == f"+{(M1_KWH - M2_KWH) / 1000:g}MWh"
    assert legend(page) == ["m1, period before", "m1", "m2"]
    expect(page.locator(".gtitle").first).to_have_text(
        f"m1 has most energy, 3.37{NBSP}MWh, and the highest peak, 60{NBSP}kW"
    )
    difference_title = f"m1 less m2: 2.53{NBSP}MWh over the 168 h in which both have values"
    expect(page.locator(".gtitle", has_text=difference_title)).to_have_count(1)
    rows = page.locator(".zg-table").first.locator("tbody tr")
    expect(rows.nth(1)).to_contain_text("−75.1")
    correlation = page.locator(".zg-table").nth(1)
    expect(correlation).to_contain_text("672")

    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSV").first.click()
    frame = pd.read_csv(caught.value.path(), comment="#")
    assert set(frame["side"]) == {"m1", "m2"} and set(frame["unit"]) == {"kW"}
    assert frame.loc[frame["side"] == "m1", "max"].max() == 60
    page.keyboard.press("Escape")

    # Every choice goes to the address.
    page.get_by_role("combobox", name="Period before").click()
    page.get_by_role("option", name="Not drawn").click()
    expect(page.locator(".st-key-comparison .legendtext")).to_have_count(2)
    assert legend(page) == ["m1", "m2"]
    page.get_by_role("combobox", name="Scale").click()
    page.get_by_role("option", name="Per peak").click()
    # The old chart stands beside the new one for a moment.
    axis = page.locator(".st-key-comparison .ytitle").first
    expect(axis).to_have_text("% of its peak")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["ghost"] == ["off"] and asked["scale"] == ["peak"]
