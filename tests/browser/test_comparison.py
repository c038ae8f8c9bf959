"""The Comparison page: devices and periods against each other, as a visitor sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.config import load_settings
from ingest.build import build

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 30_000
NBSP = "\u00a0"
# The second of two weeks: m1 takes 20 kW, and 60 kW for one quarter of an hour; before it 10 kW.
WEEK = "from=2025-03-08&to=2025-03-14"
M1_KWH, M2_KWH, BEFORE_KWH = 20 * 168 + 40 / 4, 5 * 168, 10 * 168


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two meters, a battery, and a sensor without power."""
    folder = tmp_path_factory.mktemp("comparison")
    times = pd.date_range("2025-03-01", "2025-03-15", freq="15min", tz="Europe/Berlin")[:-1]
    second = times >= pd.Timestamp("2025-03-08", tz="Europe/Berlin")
    peak = times == pd.Timestamp("2025-03-10 12:00", tz="Europe/Berlin")

    def write(group: str, device: str, columns: dict[str, Callable[[int], float]]) -> None:
        path = folder / "raw" / group / f"{device}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            ",".join([ts.isoformat(), *(str(of(i)) for of in columns.values())])
            for i, ts in enumerate(times)
        ]
        path.write_text("\n".join([",".join(["ts", *columns]), *lines]) + "\n")

    write("meter", "m1", {"com_ap": lambda i: 60 if peak[i] else 20 if second[i] else 10})
    write("meter", "m2", {"com_ap": lambda i: 5, "pf": lambda i: 0.9})
    write("BESS", "b1", {
        "pcs1_ap": lambda i: 30 if times[i].hour < 12 else -30,
        "bms1_soc": lambda i: 10 + 80 * abs(times[i].hour - 12) / 12,
    })  # fmt: skip
    write("weather", "roof", {"temp_air": lambda i: 5 + i % 10, "wind_speed": lambda i: 2})
    build(load_settings(store=folder / "store", sources=(folder / "raw",), zone="Europe/Berlin"))
    return folder / "store"


@pytest.fixture(scope="module")
def address(serve: Serve, store: Path) -> str:
    return serve(store)


def ready(page: Page) -> Page:
    # Attached is enough: a line of constant power has no height and counts as hidden.
    trace = page.locator(".st-key-comparison .js-plotly-plot .trace").first
    trace.wait_for(state="attached", timeout=SLOW)
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
    titles = page.locator(".gtitle").all_text_contents()
    assert titles[0] == f"m1 has most energy, 3.37{NBSP}MWh, and the highest peak, 60{NBSP}kW"
    assert f"m1 less m2: 2.53{NBSP}MWh over the 168 h in which both have values" in titles
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

    # Every choice goes to the address, and the address alone brings the view back.
    page.get_by_role("combobox", name="Period before").click()
    page.get_by_role("option", name="Not drawn").click()
    expect(page.locator(".st-key-comparison .legendtext")).to_have_count(2, timeout=SLOW)
    page.get_by_role("combobox", name="Scale").click()
    page.get_by_role("option", name="Per peak").click()
    # The old chart stands beside the new one for a moment.
    axis = page.locator(".st-key-comparison .ytitle").first
    expect(axis).to_have_text("% of its peak", timeout=SLOW)
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["ghost"] == ["off"] and asked["scale"] == ["peak"]
    again = ready(open_page(page.url + "&lang=de"))
    expect(again.locator(".st-key-comparison .ytitle")).to_have_text("% der Spitze")
    assert figures(again)[0] == "+2,53MWh"
    assert legend(again) == ["m1", "m2"]


def test_units_have_panels_of_their_own(open_page: OpenPage, address: str) -> None:
    page = ready(
        open_page(f"{address}/comparison?devices=m1&devices=b1&also=b1/bms1_soc&ghost=off&{WEEK}")
    )
    chart = page.locator(".st-key-comparison")
    assert chart.locator("text[class^=y][class$=title]").all_text_contents() == ["kW", "%"]
    # A battery that gives what it takes: a ratio to its balance would say nothing.
    assert figures(page)[0] == "+3.37MWh"
    assert "%" not in page.locator(".zg-figure .zg-line").first.inner_text()
    page.get_by_role("combobox", name="View").click()
    page.get_by_role("option", name="Small multiples").click()
    expect(chart.locator("text[class^=y][class$=title]")).to_have_count(3, timeout=SLOW)


def test_periods_of_one_device(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/comparison?mode=periods&device=m1&{WEEK}"))
    assert figures(page)[:2] == [f"+{(M1_KWH - BEFORE_KWH) / 1000:g}MWh", "+50kW"]
    weeks = ["8 Mar 2025 – 14 Mar 2025", "1 Mar 2025 – 7 Mar 2025"]
    assert legend(page) == weeks
    # A third week lies before the first reading: said, and the rest is shown.
    page = open_page(f"{address}/comparison?mode=periods&device=m1&count=3&{WEEK}")
    expect(page.locator(".zg-notice")).to_contain_text("22 Feb 2025 – 28 Feb 2025", timeout=SLOW)
    assert legend(ready(page)) == weeks
    # A start day of one's own, two days long.
    page = ready(
        open_page(
            f"{address}/comparison?mode=periods&device=m1&start=2025-03-03&from=2025-03-09&to=2025-03-10"
        )
    )
    assert legend(page) == ["9 Mar 2025 – 10 Mar 2025", "3 Mar 2025 – 4 Mar 2025"]
    assert figures(page)[0] == "+490kWh"


def test_what_cannot_be_compared_is_said(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/comparison?devices=m1&devices=roof")
    expect(page.locator(".zg-notice")).to_contain_text(
        "“roof” is not among the devices of this page", timeout=SLOW
    )
    page = open_page(f"{address}/comparison?devices=m1&devices=m9")
    expect(page.locator(".zg-notice")).to_contain_text("no device “m9”", timeout=SLOW)
    page = open_page(f"{address}/comparison?devices=m1&devices=m2&from=2030-01-01&to=2030-01-02")
    expect(page.locator(".zg-notice")).to_contain_text(
        re.compile("No reading of power here: m1, m2"), timeout=SLOW
    )
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
