"""The PV page of plants whose readings are known, run without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from core.analytics.pv_peers import PeerRank
from pages.plant.units import interval_words
from pages.shared.numbers import NBSP
from tests.pages.apps import Show, choose, figures, pages_of, tables, titles, words

SECTIONS = (
    "performance", "expected", "losses", "heatmap", "units", "degradation", "flags", "periods",
)  # fmt: skip


@pytest.fixture(scope="module")
def page(roofs: Path) -> Iterator[Show]:
    """Runs the page with parameters of its URL."""
    with pages_of(roofs / "store") as show:
        yield lambda **asked: show("pv", **asked)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_shows_something(page: Show, section: str) -> None:
    lang = "de" if section in ("flags", "losses") else "en"
    app = page(device="roof", range="all", section=section, lang=lang)
    assert titles(app) or "zg-table" in " ".join(str(o.proto.body) for o in app.get("html"))
    assert all(titles(app)), "every figure has its sentence"


def test_the_answer_in_english(page: Show) -> None:
    text = words(page(device="roof", range="all"))
    assert re.search(r"Performance ratio \(PR\) 8\d\.\d % 8\d\.\d % at 25 °C", text)
    assert "of 40 kWp" in text and "uncertainty unknown" in text
    assert "Self-consumption: no single meter" in text


def test_sections_and_their_address(page: Show) -> None:
    app = page(device="roof", range="all")
    shown = figures(app)
    assert shown[0].startswith("Performance ratio (PR) 8")
    assert len(shown) == 5
    app = choose(app, "url-section", "units")
    (rows,) = tables(app)
    assert rows[0][:2] == ["1", "ac_power_inv2"]
    assert "ac_power_inv2 trails its peers by 4.0 %" in titles(app)
    assert app.query_params["section"] == "units"
    app = choose(app, "url-section", "losses")
    assert "no DC power measured" in words(app)
    assert any(one.startswith("Greatest loss") for one in titles(app))


def test_the_answer_in_german(page: Show) -> None:
    app = page(device="roof", range="all", section="units", lang="de")
    assert "ac_power_inv2 liegt 4,0 % hinter den übrigen" in titles(app)
    assert "Verfügbarkeit nach Zeit 99," in words(app)


def test_without_irradiance_the_ratio_is_refused_in_words(page: Show) -> None:
    text = words(page(device="house", range="all"))
    assert (
        "house measures no irradiance, neither in the plane of its modules nor horizontally" in text
    )
    assert "Performance ratio (PR) – no irradiance in the plane" in text
    assert "kWh/kWp" in text
    german = words(page(device="house", lang="de"))
    assert "house misst keine Einstrahlung, weder in Modulebene noch horizontal" in german
    assert "Losses cannot be told" in words(page(device="house", range="all", section="losses"))


def test_a_station_is_no_plant(page: Show) -> None:
    text = words(page(device="station"))
    assert "station measures irradiance but no PV power" in text
    assert "Devices that do: " in text


def test_an_empty_window_says_where_there_is_something(page: Show) -> None:
    text = words(page(device="roof", **{"from": "2020-01-01", "to": "2020-01-02"}))
    assert "roof has no reading of its power" in text
    assert "There are readings from 1 May 2025" in text


def test_a_window_of_the_night_alone_says_so(page: Show) -> None:
    window = {"from": "2025-05-10T00:30", "to": "2025-05-10T03:00"}
    app = page(device="roof", lang="de", **window)
    assert "steht die Sonne bei roof unter dem Horizont" in words(app)
    assert not titles(app), "no figure without a value"


@pytest.fixture
def plants(roofs: Path) -> Iterator[Path]:
    """A file of plants beside the store, for one test."""
    path = roofs / "store_plants.toml"
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[plant]]\nname = 'Barn'\n", "latitude is missing"),
        ("[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
         "[[plant.array]]\ntilt = 25\nazimuth = 180\nkwp = 40\n"
         "[[plant.sensor]]\nmeasures = 'poa_global'\nsignal = 'gone'\n", "gone"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_plants_leaves_the_facts(
    page: Show, plants: Path, text: str, says: str
) -> None:
    plants.write_text(text)
    for section in ("performance", "expected"):
        said = words(page(device="roof", range="all", section=section, lang="en"))
        assert "The file of plants cannot be used" in said and says in said
        assert "of 40 kWp" in said


def test_a_plant_that_is_right_works_beside_a_wrong_one(page: Show, plants: Path) -> None:
    right = (
        "[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
        "[[plant.array]]\ntilt = 25\nazimuth = 180\nkwp = 41\n"
    )
    wrong = right.replace("Barn", "Field").replace("roof", "elsewhere").replace("25", "250")
    plants.write_text(wrong + right)
    said = words(page(device="roof", range="all", lang="en"))
    assert "of 41 kWp" in said and "cannot be used" not in said


def test_the_clock_is_judged_by_the_whole_life(page: Show) -> None:
    window = {"from": "2025-05-01", "to": "2025-05-04"}
    text = words(page(device="roof", section="flags", lang="en", **window))
    assert "middle of the days agrees" in text


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "-07:00"])
def test_days_of_the_page_are_those_of_the_plant(page: Show, plants: Path, zone: str) -> None:
    plants.write_text(
        "[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
        f"zone = '{zone}'\n[[plant.array]]\ntilt = 25\nazimuth = 180\nkwp = 40\n"
    )
    app = page(device="roof", section="periods", every="1d", lang="en",
               **{"from": "2025-05-10", "to": "2025-05-11"})  # fmt: skip
    assert zone in words(app)


def test_a_column_has_one_number_of_decimals(page: Show) -> None:
    """Weeks of a thousand kWh and more, and the shorter last one, in the same places."""
    app = page(device="roof", range="all", section="periods", every="1w", lang="de")
    html = " ".join(str(one.proto.body) for one in app.get("html"))
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
    energies = [unescape(row[1]) for row in cells if len(row) > 5]
    assert len(energies) > 5
    assert len({len(text.partition(",")[2]) for text in energies}) == 1, energies


def test_edges_of_an_interval_are_told_apart() -> None:
    def said(low: float, high: float) -> str:
        return interval_words(PeerRank("a", low, low, high, 9, "alike")).replace(NBSP, " ")

    assert said(0.99451, 0.99454) == "99.45 – 99.46 %"
    assert said(0.96621, 0.96629) == "96.62 – 96.63 %"
    assert said(0.98, 0.99) == "98.00 – 99.00 %"


def test_the_yield_stands_beside_what_was_to_be_expected(page: Show, plants: Path) -> None:
    plants.write_text(
        "[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
        "losses = 0.1\n[[plant.array]]\ntilt = 25\nazimuth = 180\nkwp = 40\n"
        "[[plant.inverter]]\nname = 'all'\nefficiency = 1.0\n"
        "[[plant.sensor]]\nmeasures = 'poa_global'\nsignal = 'poa_global'\n"
        "[[plant.sensor]]\nmeasures = 'temp_module'\nsignal = 'temp_module'\n"
    )
    text = words(page(device="roof", range="all", lang="en"))
    found = re.search(r"([\d.]+) kWh/kWp.{0,40}?([\d.]+) % of the ([\d.]+) expected", text)
    assert found, text[:600]
    actual, ratio, expected = (float(one) for one in found.groups())
    assert ratio == pytest.approx(100 * actual / expected, abs=1)
    assert 90 < ratio < 105, "the losses of the readings are those that are told"
    assert (
        " expected" not in words(page(device="house", range="all", lang="en")).split("Section")[0]
    )
