"""Figures that pages show, read from the pages themselves, which run without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.levels import DAY, HOUR, SECOND
from tests.pages.apps import Show, pages_of, titles, words
from tests.stores import run, scratch, us, write_csv

MINUTE = 60 * SECOND
START = us("2025-03-10T00:00+01:00")
END = START + 4 * DAY
GAP = (START + DAY + 3 * HOUR, START + DAY + 5 * HOUR)


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    """Runs a page with parameters of its URL: ``page("meters", device="m1")``."""
    with scratch() as here:
        quarters = range(START, END, 15 * MINUTE)
        steady = [(at, [20.0 if at % DAY < 8 * HOUR else 10.0]) for at in quarters]
        day_less = [(at, [30.0]) for at in quarters if not START + DAY <= at < START + 2 * DAY]
        swing = [(at, [60.0 if at // HOUR % 2 else -50.0, 0.5]) for at in quarters]
        count = [
            (at, [(at - START) / HOUR])
            for at in range(START, END + 1, 5 * MINUTE)
            if not GAP[0] < at < GAP[1]
        ]
        write_csv(here / "src" / "meter" / "m1.csv", ["com_ap"], steady)
        write_csv(here / "src" / "meter" / "m2.csv", ["com_ap"], day_less)
        write_csv(here / "src" / "meter" / "m6.csv", ["pos_ae"], count)
        write_csv(here / "src" / "BESS" / "b1.csv", ["pcs1_ap", "soc"], swing)
        run(here)
        with pages_of(here / "store") as show:
            yield show


def all_titles(app: AppTest) -> str:
    return " ".join(titles(app))


def test_a_difference_in_energy_is_said_once(page: Show) -> None:
    app = page("comparison", devices=["m1", "m2"], range="all", lang="en")
    # Three common days: 320 kWh - 720 kWh each; in all 1280 kWh - 2160 kWh.
    assert "Difference in energy −1.2 MWh over the 72 h in which both have values" in words(app)
    assert "1.28 MWh against 2.16 MWh" in words(app)
    assert "m1 less m2: −1.2 MWh over the 72 h" in all_titles(app)


def test_presets_begin_and_end_with_the_day(page: Show) -> None:
    for name, parameters in (
        ("comparison", {"devices": ["m1", "m2"]}),
        ("meters", {"device": "m1"}),
        ("data", {"section": "coverage", "device": "m1"}),
    ):
        text = words(page(name, range="all", lang="en", **parameters))
        assert "10 Mar 2025 00:00 – 14 Mar 2025 00:00" in text, name


def test_what_flows_both_ways_is_no_load(page: Show) -> None:
    text = words(page("meters", device="b1", range="all", lang="en"))
    assert "Charged 2 880 kWh" in text and "Discharged 2 400 kWh" in text
    assert "Load factor" not in text and "Base load" not in text
    text = words(page("meters", device="m1", range="all", lang="en"))
    assert "Load factor 66.7 %" in text and "Base load 10 kW" in text
    compared = page("comparison", devices=["b1", "m1"], range="all", lang="en")
    assert "most energy" not in all_titles(compared)
    assert "b1 has the highest peak, 60 kW" in all_titles(compared)
    assert "480 kWh (2.88 MWh in, 2.4 MWh out)" in words(compared)
    assert "66.7 %" in words(compared)


def test_energy_of_a_gap_is_not_the_headline(page: Show) -> None:
    app = page("meters", device="m6", range="all", section="energy", every="1h", lang="en")
    assert "Highest hour 1.00 kWh" in words(app)
    assert "11 Mar 2025 04:00 2.00" in words(app)  # in the table it is, with its hour
    assert "with 1.00 kWh" in all_titles(app)


def test_rows_of_a_table_say_what_they_stand_for(page: Show) -> None:
    app = page("meters", device="m1", range="all", section="statistics", lang="en")
    assert "raw samples · every reading: 384" in words(app)
    assert set(app.dataframe[0].value["Signal"]) == {"com_ap [kW]"}


def test_coverage_of_a_window_that_ends_in_nothing(page: Show) -> None:
    for end in ("2026-03-14", "2025-03-14T00:00:30"):
        start = "2025-03-10" if len(end) == 10 else "2025-03-13T23:59:30"
        page("data", section="coverage", device="m1", **{"from": start, "to": end})
