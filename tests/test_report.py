"""Reports: one file each, nothing lost, nothing cut off, nothing asked for outside."""

from __future__ import annotations

import hashlib
import io
import math
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from pypdf import PdfReader

from core import numerals
from core.numerals import MINUS, NBSP, NOTHING, Language, between, decimals, number
from core.report import (
    DAY_US,
    Axis,
    Block,
    Column,
    DeviceFacts,
    Event,
    Facts,
    HeatFigure,
    Items,
    KeyFigure,
    KeyFigures,
    Limit,
    Line,
    LineFigure,
    Mark,
    Note,
    Paragraph,
    Provenance,
    Regime,
    Report,
    Section,
    SourceFacts,
    Table,
    cell_texts,
    chapters,
    described,
    figure_notes,
    figure_texts,
    key_of,
    provenance_sections,
)
from core.report_figures import (
    DPI,
    WIDTH_MM,
    Days,
    Numbers,
    _alone,
    _heat_scale,
    _legend_labels,
    _thinned,
    _told_apart,
    _with_gaps,
    draw,
    draw_pixels,
    draw_svg,
    drawable,
    picture_height,
)
from core.report_html import write_html
from core.report_pdf import column_widths, wrap, write_pdf
from tests.conftest import REPO
from tests.stores import us

ZONE = "Europe/Berlin"
START = us("2024-01-01T00:00+01:00")
LANGUAGES: tuple[Language, ...] = ("de", "en")
NASTY = "BESS-7 <script>alert('x')</script> & \"Süd\" $a^2$ \x07"
TABLE_ROWS = 260


# --- a report with every block ------------------------------------------------------------------


def lines() -> LineFigure:
    x = START + np.arange(60) * DAY_US
    y = np.sin(np.arange(60.0))
    y[20:25] = np.nan
    y[30] = y[32] = np.nan
    return LineFigure(
        "Zelle 17 liegt unter dem Median", 
        (
            Line("Zelle 17 $", x, y, low=y - 0.2, high=y + 0.2),
            Line("Theil-Sen", x[[0, -1]], [0.4, -0.4], colour="muted", style="dashed"),
            Line("Wochenmittel", x[::7], y[::7], style="points", colour="import"),
        ),
        Axis(""), Axis("Abweichung", "mV"), zone=ZONE,
        regimes=(Regime(x[0], x[30], "Abschaltung 3,55 V"), Regime(x[30], x[-1], "3,60 V")),
        events=(Event(x[40], "Zelle getauscht <b>"), Event(x[10], "Firmware 2.3")),
        limits=(Limit(-0.9, "Grenze", "error"),), caption="Tageswerte · Größe in mV",
    )  # fmt: skip


def heat() -> HeatFigure:
    matrix = np.linspace(-4, 9, 5 * 52).reshape(5, 52)
    matrix[1, 2] = np.nan
    return HeatFigure(
        "Zelle 17 von Pack 3 fällt auf", matrix, tuple(f"Pack {i}" for i in range(1, 6)),
        tuple(map(str, range(1, 53))), "mV", "Abweichung", scale="diverging",
        marks=(Mark(2, 16),),
    )  # fmt: skip


def bars() -> LineFigure:
    return LineFigure(
        "Flache Zyklen", (Line("Zyklen", [5, 15, 25], [900.0, 40, 2], style="bars"),),
        Axis("Tiefe", "%"), Axis("Anzahl"), height=50,
    )  # fmt: skip


def table() -> Table:
    columns = (
        Column("Zelle"), Column("Spannung", "number", "V", digits=3), Column("Anteil", "percent"),
        Column("Trend", "interval", "%/a", digits=2), Column("Voll am", "day"),
        Column("Gelesen", "moment"), Column("Befund", "state"), Column("Begründung"),
    )  # fmt: skip
    rows = [
        (
            f"Z{i:03d}q", 3.3 + i / 1000, i / 259, (-i / 100, None), START + i * DAY_US, None,
            ("warning", "beobachten"), "Ladezustand versetzt, 4,8 Ah nachladen" if i % 5 else None,
        )
        for i in range(TABLE_ROWS)
    ]  # fmt: skip
    return Table("Alle Zellen", columns, rows, notes=("Widerstand in mΩ, ±5 %.",))


def provenance() -> Provenance:
    source = SourceFacts("data/raw/" + "ordner/" * 20 + "a.csv", "9f86d081" * 8, 73986, 12)
    device = DeviceFacts(NASTY, "BESS", 887833, START, START + 59 * DAY_US, 0.983, True)
    return Provenance(
        (device,), (source,), START, START + 60 * DAY_US, "/srv/store",
        START + 61 * DAY_US, "3f9a01c2", "Ziggurat 9",
        ("Theil (1950)",), ("SAT ist kein Gesundheitszustand.",), (("Prüfer", "Müßig"),),
    )  # fmt: skip


def report(language: Language = "de") -> Report:
    blocks: tuple[Block, ...] = (
        KeyFigures((
            KeyFigure("SAT-Trend", -1.24, "%/a", -2.1, -0.4, note="n = 270", state="warning",
                      word="nimmt ab"),
            KeyFigure("Durchsatz", 1234.5, "kWh", digits=1),
            KeyFigure("Restlebensdauer", None, note="Kein Jahr gemessen."),
            KeyFigure("Urteil", "nicht von null zu unterscheiden, in keinem der Betriebszustände"),
        )),
        Paragraph(f"Größe Ω ± ° µ – {NASTY}\nzweite Zeile"),
        Note("Pack 2 ohne Messwerte.", "Abdeckung", "error"),
        Items(("erstens", "zweitens"), numbered=True),
        Facts((("Chemie", "LFP, 280 Ah"),)),
    )  # fmt: skip
    return Report(
        f"Zellbericht {NASTY}", "Januar bis März", language, START + 90 * DAY_US, ZONE,
        (
            Section("Ergebnis", blocks),
            Section("Bilder", (lines(), heat())),
            Section("Zyklen", (bars(),), level=2),
            Section("Tabelle", (table(),), new_page=True),
            *provenance_sections(provenance(), language, ZONE),
        ),
        facts=(("Gerät", NASTY), ("Betreiber", "Stadtwerke Größenau")),
        author="Müller", program="Ziggurat 9", synthetic=True,
    )  # fmt: skip


@dataclass
class Written:
    """A report, its HTML, and its PDF as another program reads it."""

    made: Report
    html: str
    pdf: bytes

    @cached_property
    def page(self) -> Page:
        return Page(self.html)

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.pdf))

    @cached_property
    def texts(self) -> list[str]:
        """Text of each page of the PDF."""
        return [page.extract_text() for page in self.reader.pages]


@pytest.fixture(scope="module", params=LANGUAGES)
def written(request: pytest.FixtureRequest) -> Written:
    made = report(request.param)
    return Written(made, write_html(made).decode(), write_pdf(made))


def minimal(*blocks: Block, **given: Any) -> Report:
    fields: dict[str, Any] = {"title": "T", "subtitle": "", "language": "de", "created": START,
                              "zone": ZONE, "sections": (Section("S", blocks),)}  # fmt: skip
    return Report(**{**fields, **given})


def pdf_text(made: Report) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(made))).pages)


# --- HTML ---------------------------------------------------------------------------------------

VOID = {"meta", "br", "img", "hr", "link", "input"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and insists that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, name: str) -> list[str]:
        return [value for _, found, value in self.attributes if found == name]

    def of(self, tag: str) -> list[str]:
        return [text for open_tag, text in self.texts if open_tag == tag]


def test_html_is_whole_and_asks_for_nothing(written: Written) -> None:
    made, text, page = written.made, written.html, written.page
    assert ("html", "lang", made.language) in page.attributes
    assert not re.search(r"https?://|//[a-z]+\.|@import|<script|<link|<iframe", text)
    targets = page.all("href") + page.all("src") + page.all("xlink:href")
    assert targets and all(t.startswith(("#", "data:image/png;base64,")) for t in targets)
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    linked = {t[1:] for t in targets if t.startswith("#")} | set(re.findall(r"url\(#([^)]+)", text))
    assert linked <= set(ids)
    assert "default-src 'none'" in page.all("content")[0]


def test_html_says_everything(written: Written) -> None:
    made, text, page = written.made, written.html, written.page
    plain = "".join(found for _, found in page.texts)
    assert "<script>alert('x')</script> & \"Süd\" $a^2$ \ufffd" in plain
    assert all(f"Z{i:03d}q" in page.of("td") for i in range(TABLE_ROWS))
    assert plain.count("nimmt ab") == 1 and "\x07" not in text
    assert made.word("synthetic") in page.of("p")
    headings = ["Ergebnis", "Bilder", "Zyklen", "Tabelle", made.word("provenance")]
    assert set(headings) <= {*page.of("h2"), *page.of("h3")}
    assert page.of("title") == [plain_title(made)]
    labels = page.all("aria-label")
    assert len(labels) == 3 and "Zelle 17 liegt unter dem Median" in labels[0]
    said = "1.234,5" if made.language == "de" else f"1{NBSP}234.5"
    assert said in page.of("div")
    assert "Zelle getauscht <b>" in plain


def plain_title(made: Report) -> str:
    return made.title.replace("\x07", "\ufffd")


# --- PDF ----------------------------------------------------------------------------------------


def test_pdf_says_everything(written: Written) -> None:
    made, texts = written.made, written.texts
    whole = "\n".join(texts)
    for words in ("Größe Ω ± ° µ", "nimmt ab", "Kein Jahr gemessen", "Stadtwerke Größenau",
                  "Widerstand in mΩ, ±5 %", "Zelle getauscht <b>", "<script>alert('x')</script>",
                  "Abschaltung 3,55 V", "zweite Zeile", "LFP, 280 Ah", "Müßig"):  # fmt: skip
        assert words in whole, words
    assert [whole.count(f"Z{i:03d}q") for i in range(TABLE_ROWS)] == [1] * TABLE_ROWS
    on = [text for text in texts if re.search(r"Z\d{3}q", text)]
    assert len(on) > 3 and all("Begründung" in text and "Befund" in text for text in on)
    assert all(made.word("continued") in text for text in on[1:])
    assert whole.count("4,8 Ah") == sum(1 for i in range(TABLE_ROWS) if i % 5)


def test_pdf_pages_are_numbered(written: Written) -> None:
    made, count = written.made, len(written.texts)
    for i, text in enumerate(written.texts, 1):
        assert f"{made.word('page')} {i} {made.word('of')} {count}" in text
        assert made.word("synthetic") in text


def test_pdf_contents_name_the_right_pages(written: Written) -> None:
    made, reader = written.made, written.reader
    first = written.texts[0]
    assert made.word("contents") in first
    outline = list(flat(reader.outline))
    assert [item.title for item in outline] == [one.section.title for one in chapters(made)]
    for item, chapter in zip(outline, chapters(made), strict=True):
        page = reader.get_destination_page_number(item) + 1
        heading = f"{chapter.number}\u2002{chapter.section.title}"
        assert heading in written.texts[page - 1]
        assert re.search(rf"{re.escape(heading)}[ .\n]*{page}\b", first)
    links = [a.get_object() for a in reader.pages[0]["/Annots"]]
    assert len(links) == len(outline)


def flat(outline: Iterable[Any]) -> Iterable[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def test_pdf_says_what_it_is(written: Written) -> None:
    made, reader = written.made, written.reader
    about = reader.metadata
    assert about is not None
    assert about.title == plain_title(made) and about.author == "Müller"
    assert about.creation_date == datetime(2024, 3, 30, 23, tzinfo=UTC)
    assert reader.trailer["/Root"]["/Lang"] == made.language
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("DejaVuSans" in name for name in fonts)


def test_nothing_stands_outside_the_page(written: Written) -> None:
    placed: list[tuple[float, float]] = []

    def visit(text: str, cm: Any, tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            placed.append((tm[4] * 0.3528, tm[5] * 0.3528))

    for page in written.reader.pages:
        page.extract_text(visitor_text=visit)
    assert len(placed) > 2000
    assert all(19.9 <= x < 190 and 8 <= y <= 285 for x, y in placed if (x, y) != (0, 0))


def test_a_cell_longer_than_a_page_is_cut_between_lines() -> None:
    words = [f"wort{i}" for i in range(4000)]
    made = Table("T", (Column("a"), Column("b"), Column("c")), [("x", " ".join(words), "ende")])
    found = re.findall(r"wort\d+", pdf_text(minimal(made)))
    assert sorted(found) == sorted(words)


def test_a_table_with_too_many_columns_still_says_all() -> None:
    columns = tuple(Column(f"Spaltenkopf{i}", "number") for i in range(24))
    text = pdf_text(minimal(Table("T", columns, [[1e6 + i for i in range(24)]] * 3)))
    squeezed = re.sub(r"\s", "", text)
    assert all(squeezed.count(number(1e6 + i, 0, "de")) == 3 for i in range(24))


def test_contents_go_over_several_pages() -> None:
    sections = tuple(Section(f"Kapitel {i} mit einem Namen", (Paragraph("x"),)) for i in range(130))
    reader = PdfReader(io.BytesIO(write_pdf(minimal(sections=sections))))
    texts = [page.extract_text() for page in reader.pages]
    body = next(i for i, text in enumerate(texts) if re.search(r"\nx(\n|$)", text))
    assert body == 3
    listed = "\n".join(texts[:body])
    assert all(f"Kapitel {i} mit einem Namen" in listed for i in range(130))


def test_empty_things_are_said_not_hidden() -> None:
    nothing = np.full((2, 3), np.nan)
    blocks = (
        Table("Leer", (Column("a"),), ()),
        LineFigure("Ohne Werte", (Line("", [1, 2], [np.nan, np.nan]),), Axis("x"), Axis("y")),
        LineFigure("Ohne Reihen", (), Axis("x"), Axis("y"), zone=ZONE),
        LineFigure("Ein Punkt", (Line("eins", [START], [1.0]),), Axis(""), Axis("y"), zone=ZONE),
        HeatFigure("Ohne Werte", nothing, ("a", "b"), ("1", "2", "3"), "V", scale="diverging"),
        KeyFigures(()), Items(()), Facts(()), Paragraph(""), Note(""),
    )  # fmt: skip
    made = minimal(*blocks)
    text = pdf_text(made)
    assert "Keine Zeilen." in text and "kein Wert" in text
    assert "Keine Zeilen." in write_html(made).decode()
    empty = minimal(sections=())
    assert write_pdf(empty)[:5] == b"%PDF-" and Page(write_html(empty).decode())


def test_characters_no_font_has_are_marked() -> None:
    figure = LineFigure("漢", (Line("漢字", [1, 2], [1, 2]),), Axis("字"), Axis("y"))
    made = minimal(Paragraph("漢字 \U0001f50b ok"), figure)
    assert "\ufffd ok" in pdf_text(made)
    assert "漢字 \U0001f50b ok" in write_html(made).decode()
    assert drawable("a\tΩ漢\n▲") == "a    Ω\ufffd\n▲"


# --- same report, same bytes --------------------------------------------------------------------

DIGEST = f"""
import sys
sys.path.insert(0, {str(REPO)!r})
import hashlib
from tests.test_report import report, write_html, write_pdf
for write in (write_html, write_pdf):
    print(hashlib.sha256(write(report())).hexdigest())
"""


@pytest.mark.slow
def test_the_same_report_gives_the_same_bytes() -> None:
    def digests(_: int = 0) -> list[str]:
        return [hashlib.sha256(write(report())).hexdigest() for write in (write_html, write_pdf)]

    elsewhere = subprocess.run(
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "4711", "HOME": "/tmp", "TZ": "America/New_York"},
    ).stdout.split()  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(digests, range(2))) == [elsewhere] * 2
    made = minimal()
    assert write_pdf(made) != write_pdf(replace(made, created=made.created + DAY_US))


def test_reports_stay_small(written: Written) -> None:
    """With a picture of each kind and 260 rows; ten times as much has less than 4 MB."""
    assert len(written.html.encode()) < 400_000
    assert len(written.pdf) < 400_000


# --- blocks -------------------------------------------------------------------------------------


def test_cells_are_printed_by_the_kind_of_their_column() -> None:
    columns = (
        Column("t"), Column("n", "number", "V"), Column("p", "percent", digits=1),
        Column("i", "interval"), Column("d", "day"), Column("m", "moment"), Column("s", "state"),
    )  # fmt: skip
    rows = [
        ("a<b", 1234.5, 0.983, (-2.1, -0.45), START, START, ("good", "gut")),
        (None, 0.25, None, (None, 3.0), None, None, None),
        (7, math.nan, 1.0, None, START, START + DAY_US // 2, ("error", "tauschen")),
    ]
    made = Table("T", columns, rows)
    assert cell_texts(made, minimal()) == [
        ["a<b", "1.234,5", "98,3", "−2,10 bis −0,45", "01.01.2024", "01.01.2024 00:00", "gut"],
        [NOTHING, "0,2", NOTHING, "– bis 3,00", NOTHING, NOTHING, NOTHING],
        ["7", NOTHING, "100,0", NOTHING, "01.01.2024", "01.01.2024 12:00", "tauschen"],
    ]
    assert [c.head for c in columns[:3]] == ["t", "n [V]", "p [%]"]
    assert [c.right for c in columns] == [False, True, True, True, False, False, False]
    with pytest.raises(ValueError, match="table 'T': a row has not 7 cells"):
        cell_texts(replace(made, rows=[*rows, (1, 2)]), minimal())


def test_key_figures_show_no_decimals_in_vain() -> None:
    assert figure_texts(KeyFigure("a", -1.24, "%/a", -2.1, -0.4), "de") == (
        "−1,24", "%/a", f"−2,10 bis −0,40{NBSP}%/a",
    )  # fmt: skip
    assert figure_texts(KeyFigure("a", 1 / 3, "mΩ"), "en") == ("0.3333", "mΩ", "")
    assert figure_texts(KeyFigure("a", None, "mΩ"), "de") == (NOTHING, "", "")
    assert figure_texts(KeyFigure("a", math.nan, "mΩ"), "de") == (NOTHING, "", "")
    assert figure_texts(KeyFigure("a", "steigt", ""), "de") == ("steigt", "", "")


def test_sections_tables_and_figures_are_counted() -> None:
    made = chapters(report("en"))
    assert [one.number for one in made] == ["1", "2", "2.1", "3", "4", "4.1", "4.2"]
    named = [name.replace(NBSP, " ") for one in made for name, _ in one.blocks if name]
    assert named == [
        "Figure 1", "Figure 2", "Figure 3", "Table 1", "Table 2", "Table 3",
    ]  # fmt: skip


def test_figures_tell_what_they_mark() -> None:
    assert figure_notes(lines(), "de") == [
        ("A", "01.01.2024 – 31.01.2024: Abschaltung 3,55 V"),
        ("B", "31.01.2024 – 29.02.2024: 3,60 V"),
        ("1", "11.01.2024: Firmware 2.3"),
        ("2", "10.02.2024: Zelle getauscht <b>"),
    ]
    assert figure_notes(heat(), "de") == [("▨", "kein Wert")]
    short = replace(lines(), regimes=(), events=(Event(START + DAY_US // 2, "x"),))
    assert figure_notes(short, "de") == [("1", "01.01.2024 12:00: x")]
    assert [key_of(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
    assert described(heat(), "en") == (
        "Zelle 17 von Pack 3 fällt auf. Abweichung, 5 × 52. −4 to 9 mV"
    )


def test_provenance_names_everything() -> None:
    sections = provenance_sections(provenance(), "de", ZONE)
    assert [one.title for one in sections] == [
        "Herkunft der Zahlen", "Verfahren", "Grenzen der Aussagen",
    ]  # fmt: skip
    text = re.sub(r"\s", "", pdf_text(minimal(sections=sections)))
    for words in ("01.01.2024–29.02.2024", "9f86d081" * 8, "ordner/" * 20 + "a.csv", "887.833",
                  "73.986", "98,3", "02.03.202400:00(3f9a01c2)", "Ziggurat9", "Theil(1950)",
                  "Müßig"):  # fmt: skip
        assert words in text, words
    bare = replace(provenance(), sources=(), methods=(), limits=(), store_committed=None)
    (only,) = provenance_sections(bare, "en", ZONE)
    assert "names no source" in write_html(minimal(sections=(only,))).decode()


# --- figures ------------------------------------------------------------------------------------


def test_gaps_stay_gaps() -> None:
    line = Line("", [0, 1, 2, 10, 11], [1.0, 2, 3, 4, 5], low=[0.0] * 5, longest_step=2)
    x, y, low, high = _with_gaps(line, None)
    assert x.tolist() == [0, 1, 2, 6, 10, 11] and high is None
    np.testing.assert_array_equal(y, [1, 2, 3, np.nan, 4, 5])
    np.testing.assert_array_equal(low, [0, 0, 0, np.nan, 0, 0])
    values = np.array([np.nan, 1, np.nan, 2, 3, np.nan, 4])
    assert np.flatnonzero(_alone(values)).tolist() == [1, 6]


def test_gaps_are_seen() -> None:
    """The middle of the picture is empty where the series has a hole."""
    x = np.arange(300.0)
    y = np.zeros(300)
    y[100:200] = np.nan
    figure = LineFigure("", (Line("", x, y),), Axis("", low=0, high=299), Axis("", low=-1, high=1))
    pixels = np.asarray(draw_pixels(figure, "de")).astype(int)
    blue = (pixels[..., 2] - pixels[..., 0]) > 60
    inked = np.flatnonzero(blue.any(axis=0))
    holes = np.flatnonzero(np.diff(inked) > 1)
    assert len(holes) == 1
    left, right = inked[holes[0]], inked[holes[0] + 1]
    share = np.array([left - inked[0], right - left, inked[-1] - right]) / (inked[-1] - inked[0])
    assert share == pytest.approx([1 / 3] * 3, abs=0.01)


def test_pictures_are_as_wide_as_the_text() -> None:
    image = draw_pixels(bars(), "de")
    assert image.mode == "RGB"
    assert image.size == pytest.approx((WIDTH_MM / 25.4 * DPI, 50 / 25.4 * DPI), abs=1)


def test_svg_names_nothing_outside() -> None:
    svg = draw_svg(lines(), "de", "p")
    assert "http" not in svg and "xmlns" not in svg and svg.startswith("<svg")
    assert set(re.findall(r'id="([^-"]*)-', svg)) == {"p"}


def test_a_diverging_scale_reaches_equally_far() -> None:
    _, norm = _heat_scale(heat(), np.ma.masked_invalid(np.asarray(heat().matrix)))
    assert (norm.vmin, norm.vmax) == (-9, 9)
    fixed = replace(heat(), low=-30.0, high=30.0)
    _, norm = _heat_scale(fixed, np.ma.masked_invalid(np.asarray(fixed.matrix)))
    assert (norm.vmin, norm.vmax) == (-30, 30)


def test_ticks_speak_the_language() -> None:
    assert Numbers("de").format_ticks([-1500.0, 0.0, 1500.0]) == ["−1.500", "0", "1.500"]
    assert Numbers("en").format_ticks([0.25, 0.5, 0.75]) == ["0.25", "0.50", "0.75"]
    months = [datetime(2024, m, 1, tzinfo=UTC).timestamp() / 86400 for m in (3, 5, 12)]
    months.append(datetime(2025, 2, 1, tzinfo=UTC).timestamp() / 86400)
    assert Days("de").format_ticks(months) == ["Mär\n2024", "Mai", "Dez", "Feb\n2025"]
    assert Days("en").format_ticks([19723.0, 19724.0]) == ["1 Jan\n2024", "2 Jan"]
    assert Days("de").format_ticks([19723.0, 19723.5]) == ["00:00\n01.01.", "12:00"]


def test_a_long_legend_takes_nothing_from_the_picture() -> None:
    many = tuple(Line(f"Speicher {i}, nördlicher Container", [1, 2], [i, 1]) for i in range(16))
    figure = LineFigure("", many, Axis("x"), Axis("y"), height=60)
    assert picture_height(replace(figure, lines=many[:2])) == 60
    assert picture_height(figure) > 60 + 7 * 4
    canvas = draw(figure, "de")
    (ax,) = canvas.axes
    assert ax.get_position().height * picture_height(figure) > 38
    looks = [_told_apart(many[0], i) for i in range(21)]
    assert len({(line.colour, line.style) for line in looks}) == 21
    assert _legend_labels(replace(figure, lines=(Line("_a", [1], [1]), Line("", [1], [1])))) == [
        f"{NBSP}_a"
    ]


@pytest.mark.parametrize("figure", [lines(), heat(), bars()])
def test_no_text_of_a_picture_is_cut_off(figure: LineFigure | HeatFigure) -> None:
    canvas = draw(figure, "de")
    page = canvas.bbox
    FigureCanvasAgg(canvas).draw()
    texts = [text for text in canvas.findobj(Text) if text.get_text().strip()]
    assert len(texts) > 8
    for text in texts:
        box = text.get_window_extent()
        inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        # Ticks beyond the end of an axis are not drawn.
        assert inside or text in unseen(canvas), text


def unseen(canvas: Any) -> set[Any]:
    """Labels of ticks that lie outside the view."""
    hidden = set()
    for ax in canvas.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    hidden |= {tick.label1, tick.label2}
    return hidden


@given(st.integers(0, 5000), st.floats(0.1, 300))
def test_labels_are_thinned_to_what_fits(count: int, room: float) -> None:
    shown = _thinned(count, room)
    assert len(shown) <= max(1, math.ceil(room)) and shown[:1] == ([0] if count else [])
    assert len(set(np.diff(shown).tolist())) <= 1


# --- breaking lines -----------------------------------------------------------------------------


@given(st.text("ab -/_.\u00a0", max_size=60), st.integers(1, 20))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    found = wrap(text, width, len)
    assert all(len(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_words_break_after_their_marks() -> None:
    assert wrap("data/raw/BESS-7/messwerte_01.csv", 12, len) == [
        "data/raw/", "BESS-7/", "messwerte_", "01.csv",
    ]  # fmt: skip
    assert wrap("ab abcdefgh", 4, len) == ["ab", "abcd", "efgh"]
    assert wrap("a\n\nb", 4, len) == ["a", "", "b"]


WIDTHS = st.lists(st.tuples(st.floats(1, 80), st.floats(0, 80)), min_size=1, max_size=9)


@given(WIDTHS, st.floats(20, 200))
def test_columns_fit_the_page(pairs: list[tuple[float, float]], room: float) -> None:
    least = np.array([low for low, _ in pairs])
    natural = least + np.array([more for _, more in pairs])
    widths = column_widths(natural, least, room)
    if widths is None:
        assert least.sum() > room
    else:
        assert widths.sum() <= room * (1 + 1e-9)
        assert (widths >= least * (1 - 1e-9)).all()


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "de", "en"),
    [
        (1234.5, 1, "1.234,5", f"1{NBSP}234.5"),
        (1234.56, None, "1.235", f"1{NBSP}235"),
        (-0.4321, 2, "−0,43", "−0.43"),
        (-0.001, 2, "0,00", "0.00"),
        (1e6, None, "1.000.000", f"1{NBSP}000{NBSP}000"),
        (3.29, 3, "3,290", "3.290"),
        (None, None, NOTHING, NOTHING),
        (math.nan, 1, NOTHING, NOTHING),
        (0.1 + 0.2, None, "0,3", "0.3"),
    ],
)
def test_numbers(value: float | None, digits: int | None, de: str, en: str) -> None:
    assert (number(value, digits, "de"), number(value, digits, "en")) == (de, en)


@given(st.floats(-1e9, 1e9), st.integers(0, 6), st.sampled_from(LANGUAGES))
def test_a_number_can_be_read_back(value: float, digits: int, language: Language) -> None:
    text = number(value, digits, language).replace(MINUS, "-").replace(NBSP, "")
    if language == "de":
        text = text.replace(".", "").replace(",", ".")
    assert float(text) == pytest.approx(round(value, digits), abs=1e-9)


def test_days_moments_and_spans() -> None:
    at = us("2025-06-13T21:59:00")
    assert numerals.moment(at, ZONE, "de") == "13.06.2025 23:59"
    assert numerals.moment(at, ZONE, "en") == "13 Jun 2025 23:59"
    assert numerals.span(at, at + 1, ZONE, "en") == "13 Jun 2025"
    assert numerals.span(at, at + DAY_US, ZONE, "de") == "13.06.2025 – 14.06.2025"
    assert between(-2.1, None, 1, "en") == "−2.1 to –"
    assert decimals([0.5, 0.25]) == 2 and decimals([1000.0, 3.0]) == 0
    assert decimals([1234.5, 0.25]) == 1 and decimals([]) == 0
