"""Words, numbers, windows and exports that all pages share."""

from __future__ import annotations

import io
import string
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors
from pages.shared import chart, numbers, states, texts, window

BERLIN = "Europe/Berlin"
NBSP = "\u00a0"
DAY = 86_400_000_000


def utc(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


# --- texts --------------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def say_the_same(both: tuple[str, ...]) -> bool:
    """Whether words stand in each language, with the same placeholders."""
    here = len(both) == len(texts.LANGUAGES) and all(text.strip() for text in both)
    return here and len({frozenset(placeholders(text)) for text in both}) == 1


def test_both_languages_say_the_same() -> None:
    assert [key for key, both in texts.TEXTS.items() if not say_the_same(both)] == []


@pytest.mark.parametrize(
    "both", [("day",), ("day", " "), ("{n} days", "Tage"), ("{n} days", "{m} Tage")]
)
def test_words_that_differ_are_seen(both: tuple[str, ...]) -> None:
    assert not say_the_same(both)


def test_every_error_and_state_has_words() -> None:
    for _, key, _ in states.MENDING:
        assert key in texts.TEXTS
    for preset in window.PRESETS:
        assert f"window.{preset}" in texts.TEXTS


@pytest.mark.parametrize(
    "kind",
    [errors.StoreMissing, errors.StoreFormatError, errors.StoreLocked, errors.StoreDamaged,
     errors.ConfigError, errors.SourceError, errors.UnknownDevice, errors.UnknownSignal,
     errors.BadWindow, errors.LevelMissing],
)  # fmt: skip
def test_each_error_has_a_sentence_of_its_own(kind: type[errors.ZigguratError]) -> None:
    key = next(key for one, key, _ in states.MENDING if issubclass(kind, one))
    assert key != "error.other"


def test_language_of_words() -> None:
    assert texts.t("nav.meters", lang="de") == "Zähler"
    assert texts.t("chart.stands_for", lang="en", count="3") == "stands for 3 readings"


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "english", "german"),
    [
        (887_833, 0, f"887{NBSP}833", "887.833"),
        (1234.5678, 2, f"1{NBSP}234.57", "1.234,57"),
        (-0.5, 1, "−0.5", "−0,5"),
        (-0.001, 1, "0.0", "0,0"),
        (3.14159, None, "3.142", "3,142"),
        (0.0, None, "0", "0"),
        (float("nan"), None, "–", "–"),
        (None, 2, "–", "–"),
    ],
)
def test_number(value: float | None, digits: int | None, english: str, german: str) -> None:
    assert numbers.number(value, digits, "en") == english
    assert numbers.number(value, digits, "de") == german


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_number_reads_back(value: float, digits: int) -> None:
    text = numbers.number(value, digits, "de")
    back = float(text.replace(".", "").replace(",", ".").replace("−", "-"))
    assert back == pytest.approx(value, abs=0.5001 * 10**-digits, rel=1e-12)


def test_quantity_takes_the_prefix_that_fits() -> None:
    assert numbers.quantity(1234.0, "kW", lang="en") == f"1.234{NBSP}MW"
    assert numbers.quantity(1234.0, "kW", 1, "de") == f"1,2{NBSP}MW"
    assert numbers.quantity(21.0, "mV", lang="en") == f"21{NBSP}mV"
    assert numbers.quantity(0.98, "1", lang="en") == "0.98"
    assert numbers.quantity(float("nan"), "kW", lang="en") == f"–{NBSP}kW"


def test_percent_and_change() -> None:
    assert numbers.percent(0.9312, lang="de") == f"93,1{NBSP}%"
    assert numbers.change(104.2, 100, "en") == f"+4.2{NBSP}%"
    assert numbers.change(99, 100, "en") == f"−1.0{NBSP}%"
    assert numbers.change(-50, -100, "en") == f"+50.0{NBSP}%"
    assert numbers.change(1, 0, "en") == "–"


def test_moment_in_both_languages() -> None:
    moment = utc("2025-06-13T21:59")
    assert numbers.moment(moment, BERLIN, "en") == "13 Jun 2025 23:59"
    assert numbers.moment(moment, BERLIN, "de") == "13.06.2025 23:59"
    assert numbers.span(moment - 3_600_000_000, moment, BERLIN, "en") == (
        "13 Jun 2025 22:59 – 23:59"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12_000, "3 h 20 min"), (187_200, "2 d 4 h"), (90_000, "1 d 1 h"), (86_460, "1 d"),
     (0, "0 s"), (0.25, "250 ms"), (900, "15 min")],
)  # fmt: skip
def test_duration(seconds: float, text: str) -> None:
    assert numbers.duration(int(seconds * 1e6), "en").replace(NBSP, " ") == text


# --- window -------------------------------------------------------------------------------------

FIRST, NEWEST = utc("2024-06-12T22:00"), utc("2025-06-13T21:59")


def read(**query: str) -> tuple[window.Window, list[str]]:
    named = {{"start": "from", "end": "to"}.get(key, key): value for key, value in query.items()}
    return window.read_window(named, FIRST, NEWEST, BERLIN)


def test_presets_end_with_the_minute_of_the_newest_reading() -> None:
    shown, notes = read()
    assert (shown.preset, shown.end, notes) == ("7d", NEWEST + 60_000_000, [])
    assert shown.start == shown.end - 7 * DAY
    assert read(range="24h")[0].start == shown.end - DAY
    assert read(range="all")[0].start == FIRST


def test_a_preset_over_the_clock_change_begins_at_the_same_hour() -> None:
    start, end = window.preset_span("7d", 0, utc("2025-04-01T21:59"), BERLIN)
    assert (start, end) == (utc("2025-03-25T23:00"), utc("2025-04-01T22:00"))


def test_own_window_takes_the_last_day_whole() -> None:
    shown, notes = read(start="2025-03-01", end="2025-03-31")
    assert (shown.start, shown.end) == (utc("2025-02-28T23:00"), utc("2025-03-31T22:00"))
    assert (shown.preset, shown.zoom, notes) == (None, None, [])


def test_one_edge_alone_keeps_the_other_at_the_data() -> None:
    assert read(start="2025-03-01")[0].end == NEWEST + 60_000_000
    assert read(end="2025-03-01")[0].start == FIRST


def test_zoom_stands_beside_the_window_it_lies_in() -> None:
    shown, _ = read(range="30d", start="2025-06-01T12:00", end="2025-06-01T13:00:30")
    assert shown.preset == "30d"
    assert shown.view == (utc("2025-06-01T10:00"), utc("2025-06-01T11:00:30"))
    own, _ = read(range="2025-01-01..2025-01-31", start="2025-01-05", end="2025-01-05")
    assert (own.start, own.end) == (utc("2024-12-31T23:00"), utc("2025-01-31T23:00"))
    assert own.zoom == (utc("2025-01-04T23:00"), utc("2025-01-05T23:00"))


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"start": "yesterday"}, "yesterday"),
        ({"start": "2025-02-30", "end": "2025-03-01"}, "2025-02-30"),
        ({"start": "2025-03-02", "end": "2025-02-01"}, "does not end after"),
        ({"range": "fortnight"}, "fortnight"),
        ({"range": "a..b"}, "“a”"),
        ({"end": "0001-01-01T00:00+23:00"}, "outside the years"),
        ({"end": "9999-12-31"}, "outside the years"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_default_shown(
    query: dict[str, str], word: str
) -> None:
    shown, notes = read(**query)
    assert shown.preset == "7d"
    assert len(notes) == 1
    assert word in notes[0]
    assert "Jun 2025" in notes[0]


def test_offsets_in_the_url_are_understood() -> None:
    assert window.parse_time("2025-06-13T12:00Z", BERLIN) == utc("2025-06-13T12:00")
    assert window.parse_time("2025-06-13T12:00+02:00", BERLIN) == utc("2025-06-13T10:00")
    assert window.parse_time("2025-06-13T12:00 02:00", BERLIN) == utc("2025-06-13T10:00")


@given(st.integers(utc("1990-01-01"), utc("2037-01-01")))
def test_times_survive_the_url(moment: int) -> None:
    text = window.format_time(moment, BERLIN, fine=True)
    both = {window.parse_time(text, BERLIN, is_end=is_end) for is_end in (False, True)}
    assert moment in both


def test_previous_period_has_the_same_length() -> None:
    shown, _ = read(range="24h")
    assert shown.previous == (shown.start - DAY, shown.start)


# --- caption and export -------------------------------------------------------------------------


@dataclass(frozen=True)
class Info:
    name: str = "active_power"
    unit: str = "kW"


@dataclass(frozen=True)
class Shown:
    frame: pd.DataFrame
    level: str = "1h"
    stands_for: int = 887_833
    exact: bool = False
    newest: int | None = NEWEST
    zone: str = BERLIN
    device: str = "M1"
    signal: Info = Info()
    step_us: int | None = 3_600_000_000


def shown_series() -> Shown:
    ts = utc("2025-10-25T23:30") + np.arange(4) * 1_800_000_000
    values = [1.0, 2.0, float("nan"), 4.0]
    columns = {name: values for name in ("first", "last", "min", "max", "mean")}
    return Shown(pd.DataFrame({"ts": ts, **columns, "count": [60, 60, 0, 60]}))


def test_quiet_line() -> None:
    text = chart.caption([shown_series()]).replace(NBSP, " ")
    assert text == (
        "1 h buckets · stands for 887 833 readings · extremes kept · Europe/Berlin · "
        "newest 13 Jun 2025 23:59"
    )


def test_rows_wider_than_their_level_say_so() -> None:
    wide = replace(shown_series(), step_us=31_620_000_000)
    text = chart.caption([wide]).replace(NBSP, " ")
    assert text.startswith("1 h buckets, gathered to 8 h 47 min a row · ")
    assert set(chart.export_frame([wide])["row_s"]) == {31_620.0}
    assert set(chart.export_frame([shown_series()])["row_s"]) == {3600.0}
    raw = replace(wide, level="raw", step_us=None)
    assert "gathered" not in chart.caption([raw])
    assert chart.export_frame([raw])["row_s"].isna().all()


def test_quiet_line_of_raw_samples() -> None:
    raw = Shown(shown_series().frame, level="raw", exact=True, stands_for=4, step_us=None)
    assert chart.caption([raw]).startswith("raw samples · every reading: 4 · Europe/Berlin")


def test_export_leaves_gaps_out_and_says_offset_and_unit() -> None:
    frame = chart.export_frame([shown_series()])
    assert frame["mean"].tolist() == [1.0, 2.0, 4.0]
    assert frame["unit"].tolist() == ["kW"] * 3
    assert [moment.isoformat() for moment in frame["time"]] == [
        "2025-10-26T01:30:00+02:00",
        "2025-10-26T02:00:00+02:00",
        "2025-10-26T02:00:00+01:00",
    ]


def test_excel_tells_the_repeated_hour_apart() -> None:
    book = chart.excel_bytes(chart.export_frame([shown_series()]), {"zone": BERLIN})
    strings = zipfile.ZipFile(io.BytesIO(book)).read("xl/sharedStrings.xml").decode()
    for word in (BERLIN, "time offset", "+0200", "+0100"):
        assert word in strings


def test_key_figures_escape_what_devices_are_called() -> None:
    figure = chart.KeyFigure("<b>", "1", "kW", state="warning")
    html = chart._figure_html(figure)
    assert "&lt;b&gt;" in html
    assert "warning" in html
