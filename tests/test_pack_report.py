"""The battery report: the same numbers in every file, and a reason wherever there is none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from core import annotations
from core.analytics import verdicts
from core.analytics.diagnosis import DiagnosisOptions
from core.analytics.projection import Life
from core.annotations import Note, open_annotations
from core.errors import QueryError
from core.export import csv_bytes
from core.ledger import create_ledger
from core.levels import DAY, HOUR
from core.numerals import NOTHING, Language, moment, number
from core.pack_findings import Findings, find, numbers, program_name, tabulate, weak_rows
from core.pack_report import SECTIONS, battery_report, compose
from core.pack_report_texts import TEXTS, say
from core.packs import load_battery
from core.pyramid import DeviceSession
from core.query import Store, open_store
from core.report import HeatFigure, KeyFigures, LineFigure, Report, Table, cell_texts
from core.report_html import write_html
from core.report_pdf import write_pdf
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.demo import DemoDevice, demo_site, truth
from ingest.demo_store import write_device
from tests.demo_sites import Sites
from tests.health.batteries import OPTIONS
from tests.stores import run, scratch

pytestmark = pytest.mark.slow

LANGUAGES: tuple[Language, ...] = ("en", "de")
WRITTEN = 1_760_000_000_000_000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, simulated: Sites) -> Path:
    """BESS-1 as simulated; ``silent`` without a current; ``short`` of half a day and one pack;
    ``untold`` of which nobody told the capacity; ``plain`` without cells."""
    path = tmp_path_factory.mktemp("report") / "store"
    simulated(OPTIONS)
    source = next(one for one in demo_site(OPTIONS) if one.name == "BESS-1")
    with create_ledger(path, zone=OPTIONS.zone, rules="1min,5min,15min,1h,1d") as ledger:
        write_device(ledger, source, OPTIONS)
        write_part(ledger, source, "silent", lambda name: name != "bms1_c")
        write_part(ledger, source, "short", lambda name: "_p2_" not in name, days=0.5)
        write_part(ledger, source, "untold", lambda name: True)
        write_part(ledger, source, "plain", lambda name: "_p" not in name)
    with open_annotations(path) as kept:
        first = int(load_first(path))
        told = ((40, "setting", "Abschaltung auf 3,55 V"), (70, "service", "Filter"))
        for days, kind, text in told:
            kept.add(Note("BESS-1", kind, first + days * DAY, text, "Müller"))
    return path


def load_first(path: Path) -> int:
    store = open_store(path)
    battery = load_battery(store, "BESS-1")
    store.close()
    assert battery is not None
    return battery.first


def write_part(ledger, source: DemoDevice, name: str, wanted, days: float = 1e9) -> None:  # type: ignore[no-untyped-def]
    catalogue = load_catalogue()
    with DeviceSession(ledger, name, "BESS", synthetic=False) as session:
        for signal_name, ts, value in source.signals():
            if not signal_name.startswith("bms1") or "_t" in signal_name or not wanted(signal_name):
                continue
            keep = slice(0, int(np.searchsorted(ts, ts[0] + days * DAY)))
            signal = catalogue.describe(signal_name)
            readings = (ts[keep], value[keep], np.zeros(len(ts[keep]), np.int64))
            levels = session.levels(signal_name, readings[0])
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
        facts = {"chemistry": "LFP"} if name == "silent" else {}
        if name == "untold":
            facts = {"limits": source.facts["limits"]}
        session.commit(lambda commit: commit.put_facts(name, facts))
    tidy(ledger, name)


@pytest.fixture(scope="module")
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root)
    yield opened
    opened.close()


def window(store: Store, device: str) -> tuple[int, int]:
    battery = load_battery(store, device)
    assert battery is not None
    return battery.first - HOUR * 2, battery.last + 1


@pytest.fixture(scope="module")
def found(store: Store) -> Findings:
    return find(store, "BESS-1", *window(store, "BESS-1"))


def plain(text: str) -> str:
    """Text without the breaks that a page puts in; a word broken at its end is one again."""
    return " ".join(text.replace("\u00a0", " ").split())


def read_pdf(made: Report) -> PdfReader:
    return PdfReader(io.BytesIO(write_pdf(made)))


def text_of(reader: PdfReader) -> str:
    return plain("\n".join(page.extract_text() for page in reader.pages))


def html_text(made: Report) -> str:
    return html_words(write_html(made).decode())


def html_words(text: str) -> str:
    text = re.sub(r"<(style|svg).*?</\1>", " ", text, flags=re.S)
    return plain(unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request: pytest.FixtureRequest, found: Findings) -> tuple[Language, Report, PdfReader]:
    """Report, and its PDF as another program reads it."""
    made = compose(found, request.param, WRITTEN, author="Jörg Müßig")
    return request.param, made, read_pdf(made)


@pytest.fixture(scope="module")
def html(printed: tuple[Language, Report, PdfReader]) -> str:
    return write_html(printed[1]).decode()


@pytest.fixture(scope="module")
def written(
    printed: tuple[Language, Report, PdfReader], html: str
) -> tuple[Language, Report, str, str]:
    """Report, text of its HTML, text of its PDF."""
    language, made, reader = printed
    return language, made, html_words(html), text_of(reader)


# --- the same everywhere ------------------------------------------------------------------------


def test_same_numbers_in_html_pdf_and_csv(
    written: tuple[Language, Report, str, str], found: Findings
) -> None:
    language, _, html, pdf = written
    file = csv_bytes(tabulate(found, language)["figures"], {"zone": found.zone})
    table = pd.read_csv(io.BytesIO(file), comment="#").set_index("key")
    told = numbers(found, language)
    assert list(table.index) == [one.key for one in told]
    finite = [one for one in told if np.isfinite(one.value)]
    assert {"sat_trend", "weak_cells", "capacity", "soh_bms", "efc", "rte_ac"} <= {
        one.key for one in finite
    }
    for one in finite:
        row = table.loc[one.key]
        for name in ("value", "low", "high"):
            text = plain(number(float(row[name]), one.digits, language))
            assert text == plain(number(getattr(one, name), one.digits, language))
            assert text in html and text in pdf, (one.key, name)


def test_every_cell_stands_in_all_three(
    written: tuple[Language, Report, str, str], found: Findings
) -> None:
    language, made, html, pdf = written
    cells = tabulate(found, language)["cells"]
    assert len(cells) == 16
    table = next(t for t in tables(made) if t.title == say("every.table", language))
    for row, texts in zip(cells.to_dict("records"), cell_texts(table, made), strict=True):
        name = f"{row['pack']}.{row['cell']}"
        assert texts[0] == name
        assert texts[2] == number(row["sat_pct_year"], 2, language)
        assert texts[6] == number(row["pack_mv_year"], 1, language)
        assert texts[10] == say(f"fault.{row['fault']}", language)
        line = plain(" ".join(texts[:3]))
        assert line in html and line in pdf


def tables(made: Report) -> list[Table]:
    return [b for s in made.sections for b in s.blocks if isinstance(b, Table)]


def test_pdf_is_complete(
    printed: tuple[Language, Report, PdfReader], written: tuple[Language, Report, str, str]
) -> None:
    language, made, reader = printed
    pdf = written[3]
    assert len(reader.pages) >= 8
    assert reader.metadata is not None and reader.metadata.author == "Jörg Müßig"
    for section in made.sections:
        assert plain(section.title) in pdf
    assert {"de": "Sättigungsspannung", "en": "saturation voltage"}[language] in pdf
    assert {"de": "Erstellt von Jörg Müßig", "en": "Prepared by Jörg Müßig"}[language] in pdf
    assert program_name() in pdf and "\ufffd" not in pdf and "{" not in pdf


def test_html_asks_for_nothing(html: str) -> None:
    assert not re.search(r"https?://|@import|<script|<link|<iframe", html)
    targets = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert targets and all(t.startswith(("#", "data:")) for t in targets)


def test_same_report_same_bytes(found: Findings) -> None:
    # Figures of both kinds and tables; every block by itself is asked of in test_report.py.
    one, other = (compose(found, "de", WRITTEN, sections=("cells",)) for _ in range(2))
    assert write_pdf(one) == write_pdf(other)
    assert write_html(one) == write_html(other)


# --- what it says -------------------------------------------------------------------------------


def test_verdict_is_that_of_the_trend(
    written: tuple[Language, Report, str, str], found: Findings
) -> None:
    language, _, html, pdf = written
    assert found.trends is not None
    trend = found.trends.system
    assert trend.refusal is None
    word = plain(say(f"word.{trend.verdict}", language))
    interval = " ".join(
        [number(trend.pct_low, 2, language), {"de": "bis", "en": "to"}[language],
         number(trend.pct_high, 2, language)]
    )  # fmt: skip
    for text in (html, pdf):
        assert word in text and interval in text
        assert f"n = {trend.n}" in text


def test_planted_faults_are_named(written: tuple[Language, Report, str, str]) -> None:
    language, made, html, pdf = written
    planted = {
        f"{one['pack']}.{one['cell']}": one["kind"]
        for one in truth(OPTIONS)["faults"]
        if one["device"] == "BESS-1"
    }
    table = next(t for t in tables(made) if t.title == say("weak.table", language))
    shown = {row[1]: row[2] for row in cell_texts(table, made)}
    assert shown == {name: say(f"fault.{kind}", language) for name, kind in planted.items()}
    for name, kind in planted.items():
        assert f"{say(f'fault.{kind}', language)} 1 ({name})" in html
        assert f"{say(f'fault.{kind}', language)} 1 ({name})" in pdf


def test_bms_beside_count(found: Findings) -> None:
    ratio = next(one for one in numbers(found, "en") if one.key == "capacity_ratio")
    for soh, word in (
        (ratio.high + 1, "lies above"), (ratio.low - 1, "lies below"), (ratio.value, "agrees with"),
    ):  # fmt: skip
        told = found.counted.told.assign(soh=soh / 100)
        changed = replace(found, counted=replace(found.counted, told=told))
        text = html_text(compose(changed, "en", WRITTEN, sections=()))
        assert word in text
        assert ("BMS and count disagree" in text) == (word != "agrees with")


def test_figures_are_there(found: Findings) -> None:
    blocks = [b for s in compose(found, "de", WRITTEN).sections for b in s.blocks]
    drawn = [b for b in blocks if isinstance(b, LineFigure | HeatFigure)]
    titles = " | ".join(one.title for one in drawn)
    for words in ("SAT je Pack", "Steigung jeder Zelle", "steht am weitesten", "an beiden Enden",
                  "Wege zwischen voll und leer", "Innenwiderstand gegen den"):  # fmt: skip
        assert words in titles
    heat = next(one for one in drawn if isinstance(one, HeatFigure))
    assert np.asarray(heat.matrix).shape == (2, 8)
    assert len(heat.marks) == len(weak_rows(found)) == 2
    sat = drawn[0]
    assert isinstance(sat, LineFigure)
    assert [event.label.split(",")[0] for event in sat.events] == ["Einstellung", "Wartung"]
    assert found.trends is not None
    assert len(sat.regimes) == len(found.trends.regimes.changes) + 1


def test_notes_begin_regimes_unless_told_otherwise(store: Store, found: Findings) -> None:
    assert found.trends is not None
    assert any(one.declared for one in found.trends.regimes.changes)
    start, end = window(store, "BESS-1")
    without = find(store, "BESS-1", start, end, declare=False, resistance=False)
    assert without.trends is not None
    assert not any(one.declared for one in without.trends.regimes.changes)
    assert [one.text for one in without.notes] == ["Abschaltung auf 3,55 V", "Filter"]
    assert without.resistance is None
    made = compose(without, "de", WRITTEN, sections=("resistance",))
    assert "nicht gerechnet" in html_text(made)


def test_thresholds_are_those_asked_for(store: Store) -> None:
    start, end = window(store, "BESS-1")
    made = battery_report(
        store, "BESS-1", start, end, "en", WRITTEN, sections=("cells",),
        options=DiagnosisOptions(resistance_ratio=1.75, recent_days=42.0),
    )  # fmt: skip
    text = html_text(made)
    assert "resistance 175 % above the pack" in text and "judged by 42 days" in text
    titles = [section.title for section in made.sections]
    assert say("section.cells", "en") in titles and say("section.trend", "en") not in titles


def test_origin_is_named(written: tuple[Language, Report, str, str], found: Findings) -> None:
    language, _, html, pdf = written
    for text in (html, pdf):
        assert "demo:BESS-1 (seed=3 days=130" in text
        assert found.store_committed is not None
        committed = moment(found.store_committed, "Europe/Berlin", language)
        assert f"{committed} ({found.store_state})" in text and "Europe/Berlin" in text
    source = replace(found.sources[0], hash="ab" * 32, quarantined=7)
    many = replace(found, sources=(source,) * 100, quarantine=(("bad_number", 700),))
    made = compose(many, "en", WRITTEN, sections=())
    text = html_text(made)
    assert "ab" * 32 in text and "40 further sources" in text and "bad_number: 700" in text


# --- what it does not say -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_current(store: Store, language: Language) -> None:
    found = find(store, "silent", *window(store, "silent"))
    made = compose(found, language, WRITTEN)
    html, pdf = html_text(made), text_of(read_pdf(made))
    for text in (html, pdf):
        assert plain(say("refusal.no_current", language)) in text
        assert plain(say("missing.no_current", language)) in text
        assert plain(say("current.none", language)) in text
    assert not made.synthetic
    told = {one.key: one for one in numbers(found, "en")}
    assert np.isfinite(told["sat_trend"].value) and np.isnan(told["weak_cells"].value)
    assert np.isnan(told["capacity"].value) and np.isnan(told["resistance"].value)
    assert all(one.basis for one in told.values() if np.isnan(one.value))


def test_without_rated_capacity(store: Store) -> None:
    found = find(store, "untold", *window(store, "untold"), resistance=False)
    told = {one.key: one for one in numbers(found, "de")}
    assert np.isfinite(told["capacity"].value) and "capacity_ratio" not in told
    text = html_text(compose(found, "de", WRITTEN, sections=("capacity",)))
    assert "Ein Nennwert zum Vergleich ist nicht angegeben." in text
    assert "keine Angabe; gezählt aus Ladung und Ladezustand des BMS" in text
    assert "Die Zellchemie ist aus der Zellspannung geschlossen" in text
    assert "BMS und Zählung widersprechen sich" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_a_day_of_one_pack(store: Store, language: Language) -> None:
    found = find(store, "short", *window(store, "short"))
    made = compose(found, language, WRITTEN)
    reader = read_pdf(made)
    text, pdf = html_text(made), text_of(reader)
    assert plain(say("cells.one", language, all="8")) in text
    assert plain(say("word.refused", language)) in text
    assert len(reader.pages) >= 4
    limits = made.sections[[s.title for s in made.sections].index(
        {"en": "Limits of what is said here", "de": "Grenzen der Aussagen"}[language])]  # fmt: skip
    for one in numbers(found, language):
        if np.isnan(one.value):
            assert plain(one.basis) in text and plain(one.basis) in pdf
            assert f"{one.label}: {one.basis}" in limits.blocks[0].items  # type: ignore[union-attr]


def test_real_pack_of_ten_hours(shared: Path) -> None:
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout" / "BESS",))
        opened = open_store(folder / "store")
        device = opened.devices()[0].name
        made = battery_report(opened, device, *window(opened, device), "de", WRITTEN)
        text = html_text(made)
        opened.close()
    assert "1 Pack, 15 Zellen mit eigener Spannung" in text
    assert "aus der üblichen Zellspannung geschlossen" in text
    assert "Welche Zellen schwach sind, lässt sich nicht sagen." in text
    assert re.search(r"[0-9a-f]{64}", text)
    assert "Synthetische Daten" not in made.title and not made.synthetic


def test_window_without_readings(store: Store) -> None:
    start, end = window(store, "BESS-1")
    for language in LANGUAGES:
        made = battery_report(store, "BESS-1", end + DAY, end + 3 * DAY, language, WRITTEN)
        assert plain(say("refusal.no_readings", language)) in html_text(made)
        assert write_pdf(made)
        figures = next(b for b in made.sections[0].blocks if isinstance(b, KeyFigures)).figures
        assert len(figures) == 8 and all(one.value is None for one in figures)
        assert all(one.note for one in figures)
    assert start < end


def test_device_without_cells(store: Store) -> None:
    with pytest.raises(QueryError, match="plain has no voltages of single cells"):
        battery_report(store, "plain", 0, DAY, "en", WRITTEN)


def test_no_note_and_notes_that_cannot_be_read(store: Store, found: Findings) -> None:
    none = replace(found, notes=())
    assert "No note of the period" in html_text(compose(none, "en", WRITTEN, sections=("notes",)))
    unread = replace(found, notes=(), unread="annotations.sqlite has format version 9")
    assert "has format version 9" in html_text(compose(unread, "en", WRITTEN, sections=("notes",)))


def test_notes_are_not_made_where_there_are_none(tmp_path: Path, store: Store) -> None:
    create_ledger(tmp_path, zone="UTC", rules="1h").close()

    class Elsewhere:
        root = tmp_path

    from core.pack_findings import _notes

    assert _notes(Elsewhere(), "BESS-1") == ([], "")  # type: ignore[arg-type]
    assert [one.name for one in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_several_strings_and_remaining_life(found: Findings) -> None:
    string = found.counted.strings[0]
    life = Life(220.0, 6.25, 4.5, np.inf, 400, 500.0)
    worn = replace(
        string, number=2, recent=replace(string.recent, value=200.0, low=195.0, high=205.0),
        projection=replace(string.projection, life=life),
    )  # fmt: skip
    two = replace(found, counted=replace(found.counted, strings=(string, worn)))
    made = compose(two, "de", WRITTEN, sections=("capacity",))
    text = html_text(made)
    assert "Strang 1: Zwischen voll und leer" in text
    assert "Strang 2: Zwischen voll und leer gezählt fasst der Strang 200,0 Ah" in text
    assert "in 6,2 Jahren" in text and "4,5 bis ∞" in text
    figures = next(b for b in made.sections[0].blocks if isinstance(b, KeyFigures)).figures
    assert figures[2].value == pytest.approx(100 * 200 / 280)  # the string that holds least
    assert set(tabulate(two, "de")["cycles"]["string"]) == {1, 2}


# --- words --------------------------------------------------------------------------------------


def test_both_languages_take_the_same_values() -> None:
    for key, (english, german) in TEXTS.items():
        names = [
            {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            for text in (english, german)
        ]
        assert names[0] == names[1], key
        assert english and german, key


def test_every_key_of_the_reports_has_words() -> None:
    wanted = [f"trend.{key}" for key in verdicts.REFUSALS]
    wanted += ["trend.under_one_year", "trend.regimes_disagree"]
    wanted += [
        f"refusal.{key}"
        for key in ("no_current", "no_capacity", "no_levels", "no_rests", "no_empty_end",
                    "no_full_end")
    ]  # fmt: skip
    wanted += [
        f"missing.{key}"
        for key in (
            "no_soc", "no_power", "no_dc", "no_auxiliaries", "no_window", "gaps", "few_windows",
            "idle", "above_one", "no_current_no_soc", "no_capacity", "no_current", "no_readings",
            "no_anchors", "segments_few", "no_steps", "no_activity",
        )
    ]  # fmt: skip
    wanted += [f"kind.{key}" for key in annotations.KINDS]
    wanted += [f"section.{key}" for key in SECTIONS]
    for fault in ("capacity", "offset_high", "offset_low", "self_discharge", "resistance",
                  "sensor", "undecided"):  # fmt: skip
        wanted += [f"fault.{fault}", f"advice.{fault}"]
    assert [key for key in wanted if key not in TEXTS] == []
    assert NOTHING not in say("word.refused", "de")
