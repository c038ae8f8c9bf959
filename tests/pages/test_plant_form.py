"""The form that describes a plant: what it shows, what it refuses, and what it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.plant_faults import Fault, faults_in, parse_plant
from core.plant_file import load_plants, plants_file, put_plant, read_plants
from core.plant_rows import SITE, TABLES, entered_plant, site_texts, table_rows
from pages.shared.plant_form import fault_words
from pages.shared.texts import TEXTS
from tests.pages.apps import Show, pages_of
from tests.stores import run, us, write_csv

HOME: dict[str, Any] = {
    "name": "Home", "latitude": 48.37, "longitude": 10.9, "device": "INV-1",
    "horizon": [[0, 7.5], [180, 4.0]],
    "array": [{"name": "south", "tilt": 30, "azimuth": 180, "kwp": 9.9, "strings": ["a", "b"]}],
    "inverter": [{"name": "W", "ac_limit_kw": 8}],
    "sensor": [{"measures": "ghi", "signal": "ghi_1"}],
}  # fmt: skip


def typed(plant: Any, decimal: str = ".") -> tuple[dict[str, str], dict[str, Any]]:
    return site_texts(plant, decimal), {
        name: table_rows(plant, name).to_dict("records") for name in TABLES
    }


@pytest.mark.parametrize("decimal", [".", ","])
def test_what_is_shown_is_what_comes_back(decimal: str) -> None:
    plant = parse_plant(HOME)
    site, tables = typed(plant, decimal)
    assert site["latitude"] == f"48{decimal}37"
    assert site["losses"] == ""  # not told
    found = entered_plant(site, tables, decimal)
    assert found.plant == plant
    assert found.plant is not None
    assert found.plant.assumed == plant.assumed


def test_empty_rows_say_nothing() -> None:
    site, tables = typed(parse_plant(HOME))
    tables["array"].append(dict.fromkeys(TABLES["array"]))
    tables["sensor"].append({"measures": None, "signal": " ", "device": float("nan")})
    assert entered_plant(site, tables).plant == parse_plant(HOME)


@pytest.mark.parametrize(
    ("change", "english", "german"),
    [
        ({"latitude": "north"}, "Latitude [°]: is no number", "Breite [°]: ist keine Zahl"),
        ({"latitude": ""}, "Latitude [°]: is missing", "Breite [°]: fehlt"),
        ({"zone": "Europe/Bonn"}, "Europe/Bonn is no time zone", "Europe/Bonn ist keine Zeitzone"),
        ({"horizon": "x"}, "Horizon", "Horizont"),
        ({"losses": "14"}, "out of bounds (0 to 1)", "außerhalb der Grenzen (0 bis 1)"),
    ],
)
def test_what_is_wrong_with_the_site(
    change: dict[str, str], english: str, german: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, tables = typed(parse_plant(HOME))
    found = entered_plant(site | change, tables)
    assert found.plant is None
    for language, words in (("en", english), ("de", german)):
        monkeypatch.setattr("pages.shared.texts.current_language", lambda one=language: one)
        assert any(words in fault_words(fault) for fault in found.faults), found.faults


def test_what_is_wrong_with_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.shared.texts.current_language", lambda: "de")
    site, tables = typed(parse_plant(HOME))
    tables["array"][0] |= {"tilt": 95.0, "kwp": None}
    words = [fault_words(fault) for fault in entered_plant(site, tables).faults]
    assert words == [
        "Teilgeneratoren, Zeile 1, Neigung [°]: liegt außerhalb der Grenzen "
        "(0 bis 90° gegen die Waagerechte)",
        "Teilgeneratoren, Zeile 1, Leistung [kWp]: fehlt (größer als 0)",
    ]
    tables["array"] = []
    (fault,) = entered_plant(site, tables).faults
    assert fault_words(fault).startswith("Teilgeneratoren: fehlt")


def test_every_rule_has_words(tmp_path: Path) -> None:
    broken: list[dict[str, Any]] = [
        HOME | {"array": HOME["array"] * 2}, HOME | {"inverter": HOME["inverter"] * 2},
        HOME | {"inverter": [{"name": "A"}, {"name": "B"}]},
        HOME | {"array": [HOME["array"][0] | {"inverter": "Z"}]},
        HOME | {"sensor": [{"measures": "ghi", "signal": "s", "array": "Z"}]},
        HOME | {"sensor": [{"measures": "ghi", "signal": "s"}] * 2},
        {key: value for key, value in HOME.items() if key != "device"},
        HOME | {"horizon": [[0, 1], [0, 2]]}, HOME | {"horizon": [-5]}, HOME | {"zone": "x"},
        HOME | {"array": [HOME["array"][0] | {"temp_model": "faiman", "mounting": "roof"}]},
    ]  # fmt: skip
    kinds = {fault.kind for plain in broken for fault in faults_in(plain)}
    assert "other" not in kinds
    rules = {key.removeprefix("plants.fault.") for key in TEXTS if ".fault.plant_" in key}
    assert kinds == rules
    for key in (*SITE, *(name for names in TABLES.values() for name in names)):
        assert f"plants.field.{key}" in TEXTS
    assert fault_words(Fault("", 0, "", "other", {}, "as it stands")) == "as it stands"


# --- on the page --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("form")
    rows = [(us(f"2025-06-01 {hour:02d}:00"), [1.0]) for hour in range(24)]
    write_csv(root / "src" / "PV" / "INV-1.csv", ["ac_power"], rows)
    run(root)
    return root


@pytest.fixture
def page(folder: Path) -> Iterator[Show]:
    with pages_of(folder / "store") as show:
        yield lambda **asked: show("data", section="plants", **asked)
    plants_file(folder / "store").unlink(missing_ok=True)


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def test_a_plant_is_changed_and_written(folder: Path, page: Show) -> None:
    path = plants_file(folder / "store")
    put_plant(path, parse_plant(HOME))
    app = page(lang="de")
    assert "48,37" in [one.value for one in app.text_input]
    latitude = next(one for one in app.text_input if one.label == "Breite [°]")
    save = next(one for one in app.button if one.label == "Anlage speichern")
    latitude.set_value("95")
    save.click().run()
    assert "liegt außerhalb der Grenzen" in said(app)
    assert read_plants(path)[0].latitude == 48.37
    next(one for one in app.text_input if one.label == "Breite [°]").set_value("47,5")
    next(one for one in app.button if one.label == "Anlage speichern").click().run()
    assert not app.exception
    assert "Anlage Home ist gespeichert" in said(app)
    assert read_plants(path)[0].latitude == 47.5
    next(one for one in app.button if one.label == "Entfernen").click().run()
    assert read_plants(path) == ()


def test_facts_that_lack_and_a_broken_file_are_said(folder: Path, page: Show) -> None:
    assert "INV-1 is no described plant" in said(page(lang="en"))
    path = plants_file(folder / "store")
    path.write_text("[[plant]]\nname = 3\n")
    app = page(lang="en")
    assert "is wrong in the file; the others count" in said(app)
    assert f"{path}:2" in said(app)
    path.write_text("[[plant]\n")
    assert "The file of the plants is wrong" in said(page(lang="en"))


def test_a_wrong_plant_is_named_and_another_can_be_changed(folder: Path, page: Show) -> None:
    path = plants_file(folder / "store")
    put_plant(path, parse_plant(HOME))
    wrong = '\n[[plant]]\nname = "Barn"\nlatitude = 148\n'
    path.write_text(path.read_text() + wrong)
    app = page(lang="de")
    assert "Anlage Barn ist in der Datei fehlerhaft" in said(app) and f"{path}:" in said(app)
    next(one for one in app.text_input if one.label == "Breite [°]").set_value("47,5")
    next(one for one in app.button if one.label == "Anlage speichern").click().run()
    assert not app.exception and "Anlage Home ist gespeichert" in said(app)
    assert load_plants(path).plants[0].latitude == 47.5 and wrong.strip() in path.read_text()
