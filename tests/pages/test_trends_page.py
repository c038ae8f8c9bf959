"""What PackPulse says of the trends of cells with planted slopes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.annotations import Note, open_annotations
from core.levels import DAY, HOUR
from ingest.manual import enter_facts
from tests.pages.apps import (
    Show,
    choose,
    headline,
    notices,
    pages_of,
    tables,
    words,
)
from tests.stores import run, scratch, settings, us, write_csv

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


def write_planted(folder: Path) -> Path:
    """A store of cells whose slopes are known, with two notes."""
    names = ["bms1_soc", "bms1_c", *(f"bms1_p{pack}_v{cell}" for pack, cell in PLACES)]
    write_csv(folder / "src" / "BESS" / "b1.csv", names, readings())
    run(folder)
    enter_facts(settings(folder), "b1", "BESS", {"capacity_ah": 100, "chemistry": "LFP"})
    with open_annotations(folder / "store") as notes:
        notes.add(Note("b1", "setting", START + STEP_DAY * DAY + HOUR, "cut-off up", "m"))
        notes.add(Note("b1", "service", START + 150 * DAY, "contacts", "m", *SICK))
    return folder / "store"


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    with scratch() as folder, pages_of(write_planted(folder)) as show:
        yield lambda **asked: show("packpulse", device="b1", range="all", **asked)


def number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def test_verdict_in_both_languages(page: Show) -> None:
    app = page(tab="degradation", cell="1.2")
    said = headline(app)
    found = re.fullmatch(r"Pack 1 cell 2: SAT voltage declines by ([\d.]+) ± ([\d.]+) %/year", said)
    assert found, said
    value, half = (number(one) for one in found.groups())
    assert abs(value + 100 * SICK_SLOPE / 3.45) < half < 1.0
    shown = words(app)
    assert re.search(r"Pack 1 cell 2: declines against its pack by 7\d\.\d ± [\d.]+ mV/year", shown)
    assert "n = 200 days with a complete charge within 200 days, 2 regimes" in shown
    assert "adjusted for 8 cells" in shown
    assert "no state of health" in shown
    assert "When 80 % is reached is not told" in shown
    _, steps, goals, *_ = tables(app)
    assert steps[0][:2] == ["11 Apr 2025", "declared by a note"]
    assert number(steps[0][2].split(" ±")[0]) == pytest.approx(
        1000 * (STEP + SICK_SLOPE * 60 / 365.25),
        abs=2,  # 60 days later it has sunk further
    )
    assert [row[0] for row in goals] == ["5 000 cycles", "10 000 cycles", "80 % reached"]
    assert goals[2][1] == "not told"
    assert "24 and 49 times the 199 cycles seen" in shown  # one counted cycle a day
    assert "Loss per year moderate" in shown

    app = page(tab="degradation", cell="1.2", lang="de", **{"d-loss_year": "3"})
    said = headline(app)
    assert said.startswith("Pack 1 Zelle 2: Die Sättigungsspannung sinkt um")
    assert f"{found[1]} ± {found[2]} %/Jahr".replace(".", ",") in said
    assert "Verlust je Jahr niedrig" in words(app)


def test_courses_regimes_and_notes(page: Show) -> None:
    app = page(tab="trends", cells="1.2", months="1.2-pack")
    regimes, packs, notes, months, *_ = tables(app)
    assert [row[1] for row in regimes] == ["1 Jan 2025", "11 Apr 2025"]
    assert number(regimes[1][3]) - number(regimes[0][3]) == pytest.approx(STEP, abs=0.003)
    assert [row[0] for row in packs] == ["Pack 1", "Pack 2"]
    assert [row[2] for row in notes] == ["setting", "service"]
    assert number(notes[0][5].split(" ±")[0]) == pytest.approx(1000 * STEP, abs=3)
    assert notes[1][6].startswith("1.2: ")
    assert months[0][:2] == ["Jan 2025", "31"]
    assert all(number(row[2]) < 0 for row in months[:6])  # −80 mV/year, every month
    assert re.search(r"\d\d\.\d % of the variance over days is common to all cells", words(app))
    # Without the note the step is found in the data, on its day.
    (found, *_) = tables(page(tab="trends", declare="0"))
    assert any("step of +" in cell for row in found for cell in row)
    assert found[1][1] == "11 Apr 2025"


def test_the_date_changes_what_would_have_been_said(page: Show) -> None:
    app = page(tab="hindsight", cell="1.2", against="pack", asof="2025-03-15")
    assert "On 15 Mar 2025: Pack 1 cell 2: no verdict on a trend" in notices(app)[0]
    app = choose(app, "url-asof", "2025-07-19")  # the last day
    assert headline(app).startswith("On 19 Jul 2025: Pack 1 cell 2: declines against its pack by")
    assert app.query_params["asof"] == "2025-07-19"
    assert re.search(
        r"\d+ of \d+ forecast intervals held \(\d+ %; 95 % were aimed at\)", words(app)
    )
