"""PackPulse in a browser: clicks on cells, choices in the address, thresholds and an export."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reading import plain, settled
from tests.pages.test_packpulse_page import DAYS, planted, write_batteries

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

REPO = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of a simulated site; what was planted stands beside it."""
    return write_batteries(tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="module")
def simulated(demo: Path, serve: Serve) -> str:
    """Address of the page on two simulated batteries."""
    return f"{serve(demo)}/packpulse"


def opened(open_page: OpenPage, url: str, **options: Any) -> Page:
    page = open_page(url, **options)
    page.locator(".zg-figure, .zg-notice").first.wait_for()
    settled(page)
    return page


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def drawn(page: Page, key: str, part: str = ".scatterlayer .trace") -> None:
    page.locator(f".st-key-{key} .js-plotly-plot {part}").first.wait_for()
    settled(page)


def titles(page: Page, text: str) -> Locator:
    """Titles of charts that have these words."""
    return page.locator(".js-plotly-plot .gtitle", has_text=text)


def click_cell(page: Page, key: str, name: str) -> None:
    """Click the marker of a cell in a chart, wherever the chart put it."""
    place = page.evaluate(
        """([key, name]) => {
            const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
            for (const [at, trace] of plot._fullData.entries()) {
              const row = (trace.customdata || []).findIndex(
                (one) => one && `${one[0]}.${one[1]}` === name);
              if (trace.type !== "scatter" || row < 0) continue;
              const box = plot.querySelector(".nsewdrag").getBoundingClientRect();
              return {
                x: box.x + plot._fullLayout.xaxis.d2p(trace.x[row]),
                y: box.y + plot._fullLayout.yaxis.d2p(trace.y[row]),
              };
            }
            return null;
        }""",
        [key, name],
    )
    assert place is not None, f"no marker of {name}"
    page.mouse.move(place["x"], place["y"])
    page.wait_for_timeout(200)
    page.mouse.click(place["x"], place["y"])


def test_heatmap_changes_and_leads_to_the_dossier(open_page: OpenPage, simulated: str) -> None:
    page = opened(open_page, f"{simulated}?device=BESS-1&tab=heatmap", height=1300)
    drawn(page, "layout")
    expect(titles(page, "stands furthest from its pack")).not_to_have_count(0)
    page.get_by_text("Absolute", exact=True).click()
    page.get_by_text("Temperature", exact=True).click()
    expect(page.locator(".st-key-layout .gtitle").first).to_contain_text("highest temperature")
    assert asked(page)["scale"] == ["absolute"]
    assert asked(page)["of"] == ["temperature"]
    page.get_by_text("Cells by day", exact=True).click()
    drawn(page, "days", ".heatmaplayer image")
    expect(titles(page, f"260 cells on {DAYS} days")).not_to_have_count(0)

    page.get_by_text("One day", exact=True).click()
    drawn(page, "layout")
    click_cell(page, "layout", "1.17")
    page.wait_for_url("**cell=1.17**")
    assert asked(page)["tab"] == ["dossier"]


def test_weak_cells_with_cause_and_advice(open_page: OpenPage, simulated: str, demo: Path) -> None:
    page = opened(open_page, f"{simulated}?device=BESS-2&tab=weak", height=1500)
    drawn(page, "ends")
    rows = [
        [plain(cell) for cell in row.locator("td").all_inner_texts()]
        for row in page.locator(".zg-table").first.locator("tbody tr").all()
    ]
    told = {row[1]: (row[2], row[-1]) for row in rows}
    offsets = {
        name: kind for name, kind in planted(demo, "BESS-2").items() if "offset" in kind
    }  # fmt: skip
    words_of = {"offset_high": "charge too high", "offset_low": "charge too low"}
    assert offsets
    for name, kind in offsets.items():
        assert told[name] == (words_of[kind], "balance")

    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == 260
    assert "Ah" in text.split("\n\n")[0]
    page.keyboard.press("Escape")

    name = next(iter(offsets))
    click_cell(page, "ends", name)
    page.wait_for_url(f"**cell={name}**")

    page.goto(f"{simulated}?device=BESS-1&tab=weak&w-ohm=200&w-charge=10")
    expect(page.locator(".stMain h3").first).to_contain_text("No cell of these packs stands apart")
    page.get_by_text("Thresholds", exact=True).click()
    page.get_by_role("button", name="Defaults").click()
    expect(page.locator(".stMain h3").first).to_contain_text("Weak cells by what they cost")
    assert not [name for name in asked(page) if name.startswith("w-")]
