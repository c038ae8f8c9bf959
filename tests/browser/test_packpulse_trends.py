"""What PackPulse says of trends: of cells with planted slopes, and of ten hours of real ones."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.annotations import Note, open_annotations
from core.levels import DAY, HOUR
from ingest.manual import enter_facts
from tests.browser.reading import plain, say, words
from tests.stores import run, scratch, settings, us, write_csv

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 30_000
DAYS = 200
START = us("2025-01-01T00:00+01:00")
SICK, SICK_SLOPE = (1, 2), -0.08  # pack and cell; V/year against its pack
STEP_DAY, STEP = 100, 0.020  # all cells end their charges higher from here on
PLACES = [(pack, cell) for pack in (1, 2) for cell in (1, 2, 3, 4)]


def readings() -> Iterator[tuple[int, list[float | None]]]:
    """SOC, current and eight cells every two hours: one full charge and discharge a day."""
    rng = np.random.default_rng(11)
    for day in range(DAYS):
        top = 3.45 + STEP * (day >= STEP_DAY) + 0.002 * rng.normal()
        tops = [
            round(top + 0.001 * rng.normal() + SICK_SLOPE / 365.25 * day * (place == SICK), 3)
            for place in PLACES
        ]
        for hour in range(0, 24, 2):
            full, current = hour in (8, 10), 25.0 if hour in (4, 6) else 0.0
            current = -25.0 if hour in (12, 14) else current
            soc = {4: 0.0, 6: 50.0, 8: 100.0, 10: 100.0, 12: 100.0, 14: 50.0}.get(hour, 0.0)
            cells = tops if full else [3.20 + soc / 1000] * len(PLACES)
            yield START + day * DAY + hour * HOUR, [soc, current, *cells]


@pytest.fixture(scope="module")
def planted(serve: Serve) -> Iterator[str]:
    """Address of the page on cells whose slopes are known, with two notes."""
    with scratch() as folder:
        names = ["bms1_soc", "bms1_c", *(f"bms1_p{pack}_v{cell}" for pack, cell in PLACES)]
        write_csv(folder / "src" / "BESS" / "b1.csv", names, readings())
        run(folder)
        enter_facts(settings(folder), "b1", "BESS", {"capacity_ah": 100, "chemistry": "LFP"})
        with open_annotations(folder / "store") as notes:
            notes.add(Note("b1", "setting", START + STEP_DAY * DAY + HOUR, "cut-off up", "m"))
            notes.add(Note("b1", "service", START + 150 * DAY, "contacts", "m", *SICK))
        yield f"{serve(folder / 'store')}/packpulse?device=b1&range=all"


def opened(open_page: OpenPage, url: str, **options: Any) -> Page:
    page = open_page(url, **options)
    page.locator(".zg-figure, .zg-notice").first.wait_for(timeout=SLOW)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(400)


def headline(page: Page) -> str:
    return plain(page.locator(".stMain h3").first.inner_text())


def rows(page: Page, place: int) -> list[list[str]]:
    """Cells of a table of text."""
    found = page.locator(".zg-table").nth(place).locator("tbody tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in found]


def number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def test_verdict_in_both_languages(open_page: OpenPage, planted: str) -> None:
    where = f"{planted}&tab=degradation&cell=1.2"
    page = opened(open_page, where)
    said = headline(page)
    found = re.fullmatch(r"Pack 1 cell 2: SAT voltage declines by ([\d.]+) ± ([\d.]+) %/year", said)
    assert found, said
    value, half = (number(one) for one in found.groups())
    assert abs(value + 100 * SICK_SLOPE / 3.45) < half < 1.0
    shown = words(page)
    assert re.search(r"Pack 1 cell 2: declines against its pack by 7\d\.\d ± [\d.]+ mV/year", shown)
    assert "n = 200 days with a complete charge within 200 days, 2 regimes" in shown
    assert "adjusted for 8 cells" in shown
    assert "no state of health" in shown
    assert "When 80 % is reached is not told" in shown
    steps = rows(page, 1)
    assert steps[0][:2] == ["11 Apr 2025", "declared by a note"]
    assert number(steps[0][2].split(" ±")[0]) == pytest.approx(
        1000 * (STEP + SICK_SLOPE * 60 / 365.25),
        abs=2,  # 60 days later it has sunk further
    )
    goals = rows(page, 2)
    assert [row[0] for row in goals] == ["5 000 cycles", "10 000 cycles", "80 % reached"]
    assert goals[2][1] == "not told"
    assert "24 and 49 times the 199 cycles seen" in shown  # one counted cycle a day

    assert "Loss per year moderate" in shown

    page.goto(f"{where}&lang=de&d-loss_year=3")
    expect(page.locator(".stMain h3").first).to_contain_text(
        "Pack 1 Zelle 2: Die Sättigungsspannung sinkt um", timeout=SLOW
    )
    settled(page)
    assert f"{found[1]} ± {found[2]} %/Jahr".replace(".", ",") in headline(page)
    say(page, "Verlust je Jahr niedrig")


def test_all_cells_and_their_export(open_page: OpenPage, planted: str) -> None:
    page = opened(open_page, f"{planted}&tab=degradation&cell=2.1")
    title = page.locator(".st-key-caterpillar .gtitle")
    expect(title).to_have_text("1 of 8 cells decline, 0 rise", timeout=SLOW)
    table = rows(page, 3)
    assert len(table) == 8
    assert (table[0][0], table[0][-1]) == ("1.2", "declines")
    page.get_by_text("Export", exact=True).last.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename == "b1_slopes.csv"
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    frame = pd.read_csv(io.StringIO(text), comment="#")
    assert "mV/year" in text and len(frame) == 8
    sick = frame.iloc[0]
    assert (sick["pack"], sick["cell"], sick["verdict"]) == (*SICK, "declines")
    assert sick["low_mv"] < 1000 * SICK_SLOPE < sick["high_mv"]
    page.keyboard.press("Escape")
    point = page.locator(".st-key-caterpillar .scatterlayer .trace .point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.click(*middle)
    expect(page.locator(".stMain h3").first).to_contain_text("Pack 1 cell 2:", timeout=SLOW)


def test_courses_regimes_and_notes(open_page: OpenPage, planted: str) -> None:
    page = opened(open_page, f"{planted}&tab=trends&cells=1.2&months=1.2-pack")
    regimes, packs, notes, months = (rows(page, place) for place in range(4))
    assert [row[1] for row in regimes] == ["1 Jan 2025", "11 Apr 2025"]
    assert number(regimes[1][3]) - number(regimes[0][3]) == pytest.approx(STEP, abs=0.003)
    assert [row[0] for row in packs] == ["Pack 1", "Pack 2"]
    assert [row[2] for row in notes] == ["setting", "service"]
    assert number(notes[0][5].split(" ±")[0]) == pytest.approx(1000 * STEP, abs=3)
    assert notes[1][6].startswith("1.2: ")
    assert months[0][:2] == ["Jan 2025", "31"]
    assert all(number(row[2]) < 0 for row in months[:6])  # −80 mV/year, every month
    assert re.search(r"\d\d\.\d % of the variance over days is common to all cells", words(page))
    # Without the note the step is found in the data, on its day.
    page.goto(f"{planted}&tab=trends&declare=0")
    expect(page.locator(".zg-table").first).to_contain_text("step of +", timeout=SLOW)
    assert rows(page, 0)[1][1] == "11 Apr 2025"


def test_the_date_changes_what_would_have_been_said(open_page: OpenPage, planted: str) -> None:
    where = f"{planted}&tab=hindsight&cell=1.2&against=pack"
    page = opened(open_page, f"{where}&asof=2025-03-15")
    early = page.locator(".zg-notice").first
    expect(early).to_contain_text(
        "On 15 Mar 2025: Pack 1 cell 2: no verdict on a trend", timeout=SLOW
    )
    thumb = page.get_by_role("slider")
    thumb.focus()
    for _ in range(10):
        thumb.press("PageUp")  # to the last day
    late = page.locator(".stMain h3").first
    expect(late).to_contain_text(
        "On 19 Jul 2025: Pack 1 cell 2: declines against its pack by", timeout=SLOW
    )
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["asof"] == ["2025-07-19"]
    assert re.search(r"\d+ of \d+ forecast intervals held \(\d+ %; 95 % were aimed at\)",
                     words(page))  # fmt: skip
