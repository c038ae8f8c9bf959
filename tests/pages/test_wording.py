"""Sentences of the ledger in the page's language, numbers in full, times as people type them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.state.query_params import QueryParams

from core import query
from core.errors import SourceError
from ingest import manual
from pages.shared import (
    address,
    numbers,
    pickers,
    table,
    texts,
    texts_forecasts,
    window,
    wording,
    zoom,
)

NBSP = "\u00a0"
BERLIN = "Europe/Berlin"
REPO = Path(__file__).parents[2]


def test_a_text_stands_in_one_table_only() -> None:
    keys = [
        key.value
        for path in sorted((REPO / "pages" / "shared").glob("texts*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple)
    ]
    assert len(keys) > 2000
    assert [key for key, count in Counter(keys).items() if count > 1] == []


# --- sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("not a number", "keine Zahl"),
        ("outside -5.0 .. 105.0", "außerhalb -5,0 .. 105,0"),
        ("time from column ts", "Zeit aus Spalte ts"),
        ("column not a number skipped: a time", "Spalte not a number übergangen: eine Zeit"),
        ("time format %d.%m.%Y %H:%M", "Zeitformat %d.%m.%Y %H:%M"),
        (
            "time format %d.%m.%Y: the column name says so",
            "Zeitformat %d.%m.%Y: laut Name der Spalte",
        ),
        (
            "no row of this file can be read: outside -5.0 .. 105.0",
            "keine Zeile der Datei ist lesbar: außerhalb -5,0 .. 105,0",
        ),
        ("7457.5 .. 7459 kWh", "7457,5 .. 7459 kWh"),
        ("something new", "something new"),
    ],
)
def test_sentences_in_german(english: str, german: str) -> None:
    assert wording.in_language(english, "de") == german
    assert wording.in_language(english, "en") == english


def test_every_sentence_is_one_that_is_written() -> None:
    """What ingest no longer says need not be known here."""
    sources = " ".join(path.read_text("utf-8") for path in (REPO / "ingest").glob("*.py"))
    sources = re.sub(r'"\s*\+?\s*\(?f?"', "", re.sub(r"\s+", " ", sources))
    for english, german in wording.SENTENCES:
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", german))
        longest = max(re.split(r"{\w+}|: |, ", english), key=len).strip()
        assert longest in sources, english


def test_every_reason_of_an_unfit_model_is_one_that_is_written() -> None:
    sources = " ".join(path.read_text("utf-8") for path in (REPO / "core").glob("forecast_*.py"))
    sources = re.sub(r'"\s*\+?\s*\(?f?"', "", re.sub(r"\s+", " ", sources))
    for english, german in texts_forecasts.FORECAST_SENTENCES:
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", german))
        longest = max(re.split(r"{\w+}", english), key=len).strip()
        assert longest in sources, english
    said = "the model of load of m1 does not fit: it was made with numpy 2.4, here is 3.0"
    assert wording.in_language(said, "de") == (
        "Das Modell für „Last“ von m1 passt nicht: Es entstand mit numpy 2.4, hier ist 3.0"
    )


def test_every_refusal_has_words_of_its_own() -> None:
    page = (REPO / "pages" / "data.py").read_text("utf-8")
    said = dict(re.findall(r'manual\.Refusal\.(\w+): "([\w.]+)"', page))
    names = {name for name in vars(manual.Refusal) if name.isupper()}
    assert names - set(said) == {"NOTHING"}, "whose reason is said with it"
    assert set(said.values()) <= set(texts.TEXTS)


def test_a_refusal_of_nothing_names_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "current_language", lambda: "de")
    monkeypatch.setattr(texts, "current_language", lambda: "de")
    error = SourceError("", manual.Refusal.DEVICE, expected="a later time")
    assert wording.refusal_detail(error, said=True) == "erwartet: eine spätere Zeit"
    error = SourceError("a.csv", "no time column", line=3)
    assert wording.refusal_detail(error, said=False) == "a.csv, Zeile 3: keine Zeitspalte"


# --- numbers and times --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (7450.76934375, f"7{NBSP}450.76934375", "7.450,76934375"),
        (1.234, "1.234", "1,234"),
        (1234.5, f"1{NBSP}234.5", "1.234,5"),
        (-12.0, "−12", "−12"),
        (1e300, "1e+300", "1e+300"),
        (1e-7, "0.0000001", "0,0000001"),
    ],
)
def test_a_number_in_full(value: float, english: str, german: str) -> None:
    assert numbers.exact(value, lang="en") == english
    assert numbers.exact(value, "kWh", lang="de") == f"{german}{NBSP}kWh"


@given(st.floats(-1e12, 1e12), st.sampled_from(["en", "de"]))
def test_a_number_in_full_reads_back(value: float, lang: str) -> None:
    decimal = "," if lang == "de" else "."
    text = numbers.exact(value, "kWh", lang).removesuffix(f"{NBSP}kWh")
    thousands = "." if lang == "de" else NBSP
    assert manual.parse_value(text.replace(thousands, ""), decimal) == value


def test_short_windows_tell_their_edges_apart() -> None:
    start = 1_740_783_600_000_000
    for length, first, last in (
        (5_000, "00:00:00.000", "00:00:00.005"),
        (1, "00:00:00.000000", "00:00:00.000001"),
        (9_500_000, "00:00:00.000", "00:00:09.500"),
        (10_000_000, "00:00:00", "00:00:10"),
        (3_600_000_000, "00:00", "01:00"),
    ):
        assert numbers.span(start, start + length, BERLIN, "en") == f"1 Mar 2025 {first} – {last}"
    assert (
        numbers.span(start, start + 5_000, BERLIN, "de") == "01.03.2025 00:00:00,000 – 00:00:00,005"
    )


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("13.06.2025", "2025-06-13"),
        (" 1.3.2024 ", "2024-03-01"),
        ("13.06.2025 12:00", "2025-06-13T12:00"),
        ("2025-06-13 12:00:30", "2025-06-13T12:00:30"),
        ("2025-06-13", "2025-06-13"),
        ("yesterday", "yesterday"),
    ],
)
def test_days_as_people_type_them(typed: str, iso: str) -> None:
    assert window.as_iso(typed) == iso


@pytest.mark.parametrize("text", ["1025-01-01", "2200-01-01", "9999-12-31T12:00"])
def test_a_date_too_far_away_is_not_called_no_date(text: str) -> None:
    _, notes = window.read_window({"from": text}, 0, 10**15, BERLIN)
    assert "outside the years 1900 to 2199" in notes[0]
    _, notes = window.read_window({"from": "2025-02-30"}, 0, 10**15, BERLIN)
    assert "is not a date" in notes[0]


# --- the URL ------------------------------------------------------------------------------------


class Told(QueryParams):
    """Query parameters that count what the browser is told: an entry in its history each."""

    told = 0

    def _send_query_param_msg(self) -> None:
        type(self).told += 1


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> type[Told]:
    monkeypatch.setattr(address.st, "query_params", Told())
    Told.told = 0
    return Told


def test_parameters_change_in_one_step(url: type[Told]) -> None:
    address.put({"range": "all", "from": "2025-03-01", "to": "2025-03-02", "devices": ["a", "b"]})
    assert url.told == 1
    address.put({"from": None, "to": None, "lang": "de"})
    assert url.told == 2
    assert address.carried() == {"range": "all", "lang": "de"}
    assert address.get_all("devices") == ["a", "b"]
    address.put({"from": None, "lang": "de", "devices": ["a", "b"]})
    assert url.told == 2, "nothing changed, nothing to go back to"


def test_comparison_begins_with_the_device_of_the_url(url: type[Told]) -> None:
    def device(name: str, group: str) -> query.Device:
        return query.Device(name, group, False, 1, 0, 1, 1)

    devices = [device(name, "BESS") for name in ("B1", "B2")]
    devices += [device(name, "meter") for name in ("m1", "m2")]
    assert pickers._at_first(devices)[:2] == ["B1", "B2"]
    address.put({"device": "m2"})
    assert pickers._at_first(devices) == ["m2", "m1", "B1", "B2"]


# --- zoom and tables ----------------------------------------------------------------------------


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**10), st.integers(1, 10**10))
def test_a_zoom_has_a_floor(start: int, length: int, least: int) -> None:
    begin, end = zoom.widened(start, start + length, least)
    assert end - begin == max(length, least)
    assert begin <= start and start + length <= end
    assert abs((begin + end) - (2 * start + length)) <= 1, "around the same middle"


def test_long_names_are_cut_and_kept_under_the_pointer() -> None:
    assert table.cut("m1") == "m1"
    name = "<x>" * 20
    short = table.cut(name, most=28)
    assert isinstance(short, table.Markup)
    assert "<x>" not in short and short.count("&lt;x&gt;") == 20 + 9
