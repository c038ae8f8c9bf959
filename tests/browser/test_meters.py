"""What the page of meters says of the real series."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, say
from tests.stores import run, scratch

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.shared]


@pytest.fixture(scope="module")
def address(shared: Path, serve: Serve) -> Iterator[str]:
    """Address of the page on the real devices."""
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout",))
        yield f"{serve(folder / 'store')}/meters"


def opened(open_page: OpenPage, url: str) -> Page:
    """The page once nothing runs any more."""
    page = open_page(url)
    page.locator(".zg-figure, .zg-notice").first.wait_for(timeout=60_000)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def figures(page: Page) -> list[str]:
    return [plain(text) for text in page.locator(".zg-figure").all_inner_texts()]


def rows(page: Page) -> list[list[str]]:
    """Cells of the first table of text."""
    found = page.locator(".zg-table").first.locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def test_year_by_a_link_into_a_server_just_started(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all&section=energy")
    assert page.locator("h1").inner_text() == "Meters"
    assert "Ziggurat" in page.locator("[data-testid=stSidebar]").inner_text()
    shown = figures(page)
    assert len(shown) == 5
    assert shown[1] == "Energy 1 091 945kWh covered to 100.0 %"
    assert shown[2] == "Peak 319kW 13 Aug 2024 13:00"
    assert "Load factor 39.0%" in shown[3]
    say(page, "Energy: 1 091 945 kWh, most in the period from 1 Apr 2024")
    months = rows(page)
    assert len(months) == 12
    assert months[0][:2] == ["1 Dec 2024", "82 043"]
    expect(page.locator(".js-plotly-plot .bars .point")).to_have_count(12)

    page.get_by_text("Deutsch").click()
    expect(page.locator("h1")).to_have_text("Zähler")
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["section"] == ["energy"]
    shown = figures(page)
    assert shown[1].startswith("Energie 1.091.945kWh")
    assert shown[2] == "Spitze 319kW 13.08.2024 13:00"
    assert rows(page)[0][:2] == ["01.12.2024", "82.043"]
    say(page, "integriert aus com_ap")


def test_days_of_the_clock_changes(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all&from=2024-03-31&to=2024-03-31")
    expect(page.locator(".zg-caption").last).to_contain_text("every reading: 92")
    page.get_by_role("radio", name="Statistics").click()
    expect(page.locator(".zg-table")).to_contain_text("Std. dev.")
    say(page, "Zoomed to 31 Mar 2024 00:00 – 1 Apr 2024 00:00")
    assert rows(page)[0][:3] == ["com_ap", "kW", "92"]
    expect(page.locator(".zg-caption").last).to_contain_text("92 rows · raw samples")
    page.goto(page.url.replace("2024-03-31", "2024-10-27"))
    expect(page.locator(".zg-caption").last).to_contain_text("100 rows · raw", timeout=45_000)
    assert rows(page)[0][:3] == ["com_ap", "kW", "100"]


def test_counters_without_power(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=ha1&range=all&section=energy")
    shown = figures(page)
    assert shown[0].startswith("Import 287.17kWh")
    assert shown[1].startswith("Export 190.21kWh")
    say(page, "2 periods covered below 90 %: hatched")
    page.get_by_text("Deutsch").click()
    expect(page.locator(".zg-figure").first).to_contain_text("287,17")
    assert "190,21" in figures(page)[1]
    page.get_by_text("Lastprofil").click()
    expect(page.locator(".zg-notice")).to_contain_text("ha1 hat Zähler, aber keine Leistung")


def test_profile_and_duration_curve(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all&section=duration")
    peaks = rows(page)
    assert len(peaks) == 10
    assert peaks[0] == ["1", "13 Aug 2024 13:00", "319.0", "100.0 %"]
    times = pd.to_datetime([row[1] for row in peaks], format="%d %b %Y %H:%M")
    assert times.sort_values().diff().dropna().min() >= pd.Timedelta("1h")
    say(page, "Utilisation 3 423 h")
    page.get_by_text("Load profile").click()
    expect(page.locator(".js-plotly-plot .heatmaplayer image")).to_have_count(1, timeout=45_000)
    expect(page.locator(".js-plotly-plot .gtitle").first).to_contain_text("On average lastgang")
    assert parse_qs(urlsplit(page.url).query)["section"] == ["profile"]


def test_figures_follow_a_zoom(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all")
    page.locator(".st-key-power .js-plotly-plot .trace").first.wait_for(timeout=45_000)
    page.wait_for_timeout(500)
    box = page.locator(".st-key-power .nsewdrag").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], y, steps=6)
    page.mouse.up()
    expect(page.locator(".zg-figure").nth(2)).not_to_contain_text("13 Aug", timeout=45_000)
    assert "from" in parse_qs(urlsplit(page.url).query)


def test_export_of_what_is_shown_can_be_read(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=lastgang&range=all&section=energy")
    page.get_by_text("Export", exact=True).first.click()
    loaded = {}
    for name, ending in (("CSV", "csv"), ("Parquet", "parquet"), ("Excel", "xlsx")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name, exact=True).click()
        assert waiting.value.suggested_filename == f"lastgang_energy_1mo.{ending}"
        loaded[ending] = Path(waiting.value.path()).read_bytes()
    text = loaded["csv"].decode("utf-8-sig")
    assert "Europe/Berlin" in text
    assert "kWh" in text
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == 12
    assert table["Energy"].sum() == pytest.approx(1_091_945)
    assert table["start"][0].startswith("2024-01-01 00:00:00+01:00")
    parquet = pd.read_parquet(io.BytesIO(loaded["parquet"]))
    assert parquet["Energy"].sum() == pytest.approx(1_091_945)
    assert loaded["xlsx"][:2] == b"PK"


def test_what_cannot_be_shown_is_explained(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, f"{address}?device=nobody")
    say(page, "There is no device “nobody” in this store.")
    page.get_by_role("button", name="lastgang").click()
    expect(page.locator(".zg-figure").first).to_contain_text("Newest power", timeout=45_000)
    page.goto(f"{address}?device=PYLONTECH_BAT6")
    page.locator(".zg-notice").wait_for(timeout=45_000)
    say(page, "PYLONTECH_BAT6 has neither a power nor a counter of energy.")
    say(page, "Devices that do: ha1, lastgang.")

    page.goto(f"{address}?device=lastgang&from=2020-01-01&to=2020-01-31")
    expect(page.locator(".zg-notice")).to_contain_text("no readings", timeout=45_000)
    for section in ("Power", "Energy", "Load profile", "Duration curve", "Statistics"):
        page.get_by_role("radio", name=section, exact=True).click()
        settled(page)
        found = plain(page.locator(".zg-notice").inner_text())
        assert found.startswith("lastgang has no readings of com_ap from 1 Jan 2020")
        assert "1 Jan 2024" in found
