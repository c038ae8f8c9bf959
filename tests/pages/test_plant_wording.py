"""Errors of plants and alerts that reach a screen: raised as they are, read in German."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.alert_rules import load_alerts
from core.errors import ConfigError, DeclarationError, ZigguratError
from core.plant_facts import plant_of_device
from core.plant_file import put_plant, read_plants
from pages.alarms.rules import error_words
from pages.shared import texts, wording
from pages.shared.texts_refusals import PLANT_SENTENCES

PLANT = """\
[[plant]]
name = "P"
latitude = 48.0
longitude = 11.0
device = "D"
[[plant.array]]
name = "a"
tilt = 30
azimuth = 180
kwp = 10
"""
ARRAY = '[[plant.array]]\nname = "{0}"\ntilt = 30\nazimuth = 180\nkwp = 5\n{1}'
SENSOR = '[[plant.sensor]]\nmeasures = "ghi"\nsignal = "g"\n'
PLANTS = [
    "[plants]\n", "[[plants]]\n", 'plant = 5\n', PLANT.replace("latitude = 48.0\n", ""),
    PLANT.replace("latitude", "latitute"), PLANT.replace("48.0", "98.0"),
    PLANT.replace("tilt = 30", 'tilt = "30"'), PLANT.replace("kwp = 10", "kwp = 0"),
    PLANT.replace('"D"\n', '"D"\nlosses = 1\n'), PLANT.replace('"D"\n', '"D"\nzone = "Mars"\n'),
    PLANT.replace('"D"\n', '"D"\nhorizon = [[400, 3]]\n'),
    PLANT.replace('"D"\n', '"D"\nhorizon = [[30, 3], [30, 4]]\n'),
    PLANT.replace('"D"\n', '"D"\nhorizon = "gone.csv"\n'),
    PLANT.replace('"D"\n', '"D"\nmeter_class = "3"\n'),
    PLANT.replace("kwp = 10", 'kwp = 10\nmounting = "roof"\ntemp_model = "faiman"'),
    PLANT.replace("kwp = 10", 'kwp = 10\nmounting = "tree"'),
    PLANT.replace("kwp = 10", 'kwp = 10\nstrings = "s1"'),
    PLANT + ARRAY.format("a", ""), PLANT + ARRAY.format("b", 'inverter = "x"'),
    PLANT + '[[plant.inverter]]\nname = "x"\n[[plant.inverter]]\nname = "y"\n',
    PLANT + SENSOR + 'array = "z"\n', PLANT + SENSOR + SENSOR,
    PLANT.replace('device = "D"\n', "") + SENSOR, PLANT + PLANT, PLANT.partition("[[plant.")[0],
    PLANT.replace('name = "P"', 'name = ""'), PLANT.replace('name = "P"', "name = 5"),
]  # fmt: skip
RULES = [
    "[rules]\n", "[rule]\n", "[[rule]]\nenabled = true\n", '[[rule]]\nname = "a"\n' * 2,
    '[[rule]]\nname = "temperature"\nhold_s = "x"\n', '[[rule]]\nname = "temperature"\nhold = 5\n',
    '[[rule]]\nname = "temperature"\nhold_s = -5\n', '[[rule]]\nname = "temperature"\nper = "x"\n',
    '[[rule]]\nname = "temperature"\nwarning = 5\n',
    '[[rule]]\nname = "temperature"\nquiet = "x"\n',
    '[[rule]]\nname = "temperature"\nwarning = { above = 90 }\n',
    '[[rule]]\nname = "new"\ncondition = "rate"\nquantity = "soc"\nwarning = { above = 9 }\n',
    '[[rule]]\nname = "temperature"\nrecipients = ["nobody"]\n',
    '[[recipient]]\nname = "m"\nkind = "smtp"\n', '[[recipient]]\nname = "m"\nkind = "pigeon"\n',
    '[[recipient]]\nname = "m"\nkind = "log"\n' * 2,
    '[[recipient]]\nname = "m"\nkind = "webhook"\n',
    '[[recipient]]\nname = "m"\nkind = "log"\nport = 99999\n',
    '[[recipient]]\nname = "m"\nkind = "log"\nenabled = "yes"\n',
    "[[maintenance]]\nstart = 2025-06-02T00:00:00\nend = 2025-06-01T00:00:00\n",
    '[[maintenance]]\nstart = "x"\nend = 2025-06-01T00:00:00\n', "[[maintenance]]\n",
]  # fmt: skip
ENGLISH = re.compile(
    r"\b(the|is|must|not|names|none|should|unable|expected|has|there|holds|needs?|outside|twice|"
    r"missing|greater|less|known|valid)\b"
)


@pytest.fixture(autouse=True)
def in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (texts, wording):
        monkeypatch.setattr(module, "current_language", lambda: "de")


def left_in_english(words: str) -> str:
    """What is no name, path or value between marks."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"|„[^“]*“|\S+\.toml|\b\w+_\w+\b|\[\[.*?\]\]", "", words)
    return " ".join(ENGLISH.findall(plain))


def said(error: ZigguratError) -> str:
    if isinstance(error, ConfigError | DeclarationError):
        return error_words(error)
    return wording.detail_in_language(str(error))


@pytest.mark.parametrize("number", range(len(PLANTS)))
def test_what_is_wrong_with_a_file_of_plants(tmp_path: Path, number: int) -> None:
    path = tmp_path / "store_plants.toml"
    path.write_text(PLANTS[number], "utf-8")
    with pytest.raises(DeclarationError) as raised:
        read_plants(path)
    words = said(raised.value)
    assert not left_in_english(words), words
    assert "store_plants.toml:" in words


@pytest.mark.parametrize("number", range(len(RULES)))
def test_what_is_wrong_with_a_file_of_alerts(tmp_path: Path, number: int) -> None:
    path = tmp_path / "store_alerts.toml"
    path.write_text(RULES[number], "utf-8")
    with pytest.raises(DeclarationError) as raised:
        load_alerts(path, "Europe/Berlin")
    words = said(raised.value)
    assert not left_in_english(words), words


def test_facts_that_lack_and_a_name_that_is_taken(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as lacking:
        plant_of_device("pv1", {"kwp": 3})
    path = tmp_path / "store_plants.toml"
    path.write_text(PLANT, "utf-8")
    (plant,) = read_plants(path)
    with pytest.raises(ConfigError) as taken:
        put_plant(path, plant)
    with pytest.raises(ConfigError) as changed:
        put_plant(path, plant, plant.model_copy(update={"latitude": 1.0}))
    for raised in (lacking, taken, changed):
        words = said(raised.value)
        assert not left_in_english(words), words


def test_sentences_take_over_the_same_in_both_languages() -> None:
    marks = re.compile(r"{(\w+)}")
    for english, german in PLANT_SENTENCES:
        assert set(marks.findall(german)) <= set(marks.findall(english)), english
        assert len(marks.findall(english)) == len(set(marks.findall(english))), english


def test_english_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (texts, wording):
        monkeypatch.setattr(module, "current_language", lambda: "en")
    path = tmp_path / "store_plants.toml"
    path.write_text(PLANT.replace("48.0", "98.0"), "utf-8")
    with pytest.raises(DeclarationError) as raised:
        read_plants(path)
    words = said(raised.value)
    assert "latitude must be less than or equal to 90" in words and "store_plants.toml:3: " in words
