"""A report as a PDF of A4 pages: title and contents, numbered sections, tables over many pages.

Lines are broken and columns measured here, once for each text, because the layout of tables in
fpdf2 takes many times as long.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from fpdf import FPDF, ViewerPreferences
from fpdf.outline import OutlineSection
from numpy.typing import NDArray

from core.charts import TOKENS
from core.numerals import moment
from core.report import (
    SHAPES,
    Block,
    Chapter,
    Column,
    Facts,
    HeatFigure,
    Items,
    KeyFigure,
    KeyFigures,
    LineFigure,
    Note,
    Paragraph,
    Report,
    State,
    Table,
    cell_texts,
    chapters,
    clean,
    described,
    figure_notes,
    figure_texts,
)
from core.report_figures import WIDTH_MM, draw_pixels, drawable, font_file, picture_height

FAMILY = "dejavu"
LEFT, TOP, BOTTOM = 20.0, 24.0, 275.0  # of the text [mm]
FULL = BOTTOM - TOP
PT = 0.3528  # [mm]
LEAD = 1.38
PAD = 1.1  # above and below the text of a row [mm]
GUTTER = 3.6  # between columns [mm]
LONGEST_WORD = 26.0  # a column is as wide as its longest word, up to this [mm]
TABLE_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0)
SMALLEST_BY_CHOICE = 7.0  # below this only where the columns do not fit otherwise

_INK = TOKENS["light"]
_PIECES = re.compile(r"[^/\\_.,;:=&?@-]*[/\\_.,;:=&?@-]?")
Measure = Callable[[str], float]
Floats = NDArray[np.float64]


def write_pdf(report: Report) -> bytes:
    """The report as a PDF.

    Raises
    ------
    ValueError : a table with rows of another length than its columns.
    """
    return _Writer(report).write()


# --- breaking text ------------------------------------------------------------------------------


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Lines of a text no wider than `width` [mm]; a word that is wider is broken, none is lost."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            trial = f"{line} {word}" if line else word
            if measure(trial) <= width:
                line = trial
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, width, measure)
            lines += full
        lines.append(line)
    return lines


def _broken(word: str, width: float, measure: Measure) -> list[str]:
    """A word in parts that fit: after its marks (of a path, a name) if that does, else anywhere."""
    if measure(word) <= width:
        return [word]
    parts = [""]
    for piece in filter(None, _PIECES.findall(word)):
        if measure(parts[-1] + piece) <= width:
            parts[-1] += piece
            continue
        if parts[-1]:
            parts.append("")
        for character in piece:
            if parts[-1] and measure(parts[-1] + character) > width:
                parts.append("")
            parts[-1] += character
    return parts


def _loose(text: str) -> str:
    """A text with a blank wherever a long word of it may be broken."""
    return " ".join(filter(None, _PIECES.findall(text.replace("\n", " "))))


def column_widths(natural: Floats, least: Floats, room: float) -> Floats | None:
    """Widths of columns that fill `room`; None where even the least do not fit [all mm].

    What is left over goes to all in proportion, up to half as much again.
    """
    if least.sum() > room:
        return None
    if natural.sum() <= room:
        return np.multiply(natural, min(1.5, room / natural.sum()))
    # Those that need little get it; what remains is shared by those that would like more.
    spare = natural - least
    widths: Floats = least + spare * (room - least.sum()) / spare.sum()
    return widths


# --- pages --------------------------------------------------------------------------------------


class _Sheets(FPDF):
    """Pages with a running head and foot."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.report = report
        self.set_auto_page_break(False)
        self.set_margins(LEFT, TOP, LEFT)
        self.c_margin = 0.0
        for style, bold in (("", False), ("B", True)):
            self.add_font(FAMILY, style, font_file(bold=bold))
        self.set_title(clean(report.title))
        self.set_subject(clean(report.subtitle))
        self.set_author(clean(report.author or report.program))
        self.set_creator(clean(report.program))
        self.set_lang(report.language)
        self.set_creation_date(
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=report.created)
        )
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._widths: dict[tuple[str, bool], float] = {}

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Width of a line [mm] in a size [pt]."""
        known = self._widths
        total = 0.0
        for character in text:
            key = (character, bold)
            if key not in known:
                self.set_font(FAMILY, "B" if bold else "", 100)
                known[key] = self.get_string_width(character) / 100
            total += known[key]
        return total * size

    def say(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False,
        colour: str = "text",
    ) -> None:  # fmt: skip
        """One line with its upper edge at y [mm]."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(_INK[colour])
        self.text(x, y + 0.98 * size * PT, text)

    def header(self) -> None:
        if self.page == 1:
            return
        words, room = drawable(self.report.title).replace("\n", " "), WIDTH_MM
        if self.report.synthetic:
            room -= self._ribbon(13.0) + 6
        first, *rest = wrap(words, room - 4, lambda text: self.width(text, 7.5))
        self.say(LEFT, 13.0, f"{first} …" if rest else first, 7.5, colour="muted")
        self.rule(18.0)

    def footer(self) -> None:
        report = self.report
        self.rule(282.0)
        when = f"{report.word('created')} {moment(report.created, report.zone, report.language)}"
        parts = (report.program, report.author, f"{when} ({report.zone})")
        words = " · ".join(drawable(part).replace("\n", " ") for part in parts if part)
        first, *rest = wrap(words, WIDTH_MM - 34, lambda text: self.width(text, 7))
        self.say(LEFT, 283.5, f"{first} …" if rest else first, 7, colour="muted")
        # Of `cell` fpdf2 replaces the mark by the number of pages, at the end.
        self.set_xy(LEFT + WIDTH_MM - 34, 283.5 + 0.18 * 7 * PT)
        self.cell(
            34, 7 * PT, f"{report.word('page')} {self.page} {report.word('of')} {{nb}}", align="R"
        )

    def _ribbon(self, y: float) -> float:
        """The mark of generated data at the right edge; gives its width [mm]."""
        words = self.report.word("synthetic")
        width = self.width(words, 7.5) + 4
        x = LEFT + WIDTH_MM - width
        self.set_draw_color(_INK["warning"])
        self.set_line_width(0.25)
        self.rect(x, y - 0.9, width, 4.4)
        self.say(x + 2, y, words, 7.5)
        return width

    def rule(self, y: float, colour: str = "border", width: float = 0.2) -> None:
        """A line across the text."""
        self.set_draw_color(_INK[colour])
        self.set_line_width(width)
        self.line(LEFT, y, LEFT + WIDTH_MM, y)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self.set_fill_color(_INK[colour])
        self.rect(x, y, width, height, style="F")


@dataclass(frozen=True)
class _Grid:
    """A table measured: left edges and widths of its columns [mm], size of its text [pt]."""

    x: tuple[float, ...]
    widths: tuple[float, ...]
    size: float

    @property
    def lead(self) -> float:
        return self.size * PT * LEAD


class _Writer:
    """Puts blocks on pages from top to bottom; `y` is where the next one begins [mm]."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.pdf = _Sheets(report)
        self.y = TOP

    def write(self) -> bytes:
        numbered = chapters(self.report)
        self.pdf.add_page()
        self._title()
        self._contents(numbered)
        self.y = TOP
        for chapter in numbered:
            self._chapter(chapter)
        file = io.BytesIO()
        self.pdf.output(file)
        return file.getvalue()

    # --- room ---------------------------------------------------------------------------------

    def _turn(self) -> None:
        self.pdf.add_page()
        self.y = TOP

    def _room(self, height: float) -> None:
        """Begin a new page unless `height` [mm] is left on this one."""
        if self.y + min(height, FULL) > BOTTOM:
            self._turn()

    def _wrap(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        return wrap(drawable(text), width, lambda part: self.pdf.width(part, size, bold))

    def _lines(
        self, lines: Sequence[str], size: float, *, x: float = LEFT, bold: bool = False,
        colour: str = "text",
    ) -> None:  # fmt: skip
        """Lines below each other, over as many pages as they need."""
        lead = size * PT * LEAD
        for line in lines:
            self._room(lead)
            self.pdf.say(x, self.y, line, size, bold=bold, colour=colour)
            self.y += lead

    # --- title and contents -------------------------------------------------------------------

    def _title(self) -> None:
        report = self.report
        self.y = 30.0
        self._lines(self._wrap(report.title, WIDTH_MM, 20, True), 20, bold=True)
        self.y += 1.5
        self._lines(self._wrap(report.subtitle, WIDTH_MM, 11), 11, colour="muted")
        self.y += 3
        if report.synthetic:
            self._note(Note(report.word("synthetic"), state="warning"))
            self.y += 4
        self._facts(Facts(report.facts))
        self.y += 4

    def _contents(self, numbered: list[Chapter]) -> None:
        """The list of sections; its lines are counted now and written when pages are known."""
        heading, lead = 9.0, 5.4
        self._room(heading + 3 * lead)
        lines = [
            (i, first, line)
            for i, one in enumerate(numbered)
            for first, line in self._entry(one)
        ]  # fmt: skip
        here = max(1, int((BOTTOM - self.y - heading) / lead))
        pages = 1 + -(-max(0, len(lines) - here) // int(FULL / lead))
        start = self.y

        def render(pdf: FPDF, outline: list[OutlineSection]) -> None:
            self.y = start
            self.pdf.say(LEFT, self.y, self.report.word("contents"), 12, bold=True)
            self.y += heading
            for i, first, line in lines:
                if self.y + lead > BOTTOM:
                    self._turn()
                indent = 8.0 if numbered[i].section.level == 2 else 0.0
                self._entry_line(line, indent, outline[i].page_number if first else None)
                self.y += lead

        self.pdf.insert_toc_placeholder(render, pages=pages)

    def _entry(self, chapter: Chapter) -> list[tuple[bool, str]]:
        """Lines of a section in the contents; the first carries the page."""
        indent = 8.0 if chapter.section.level == 2 else 0.0
        words = f"{chapter.number}\u2002{chapter.section.title}"
        lines = self._wrap(words, WIDTH_MM - indent - 16, 9)
        return [(i == 0, line) for i, line in enumerate(lines)]

    def _entry_line(self, line: str, indent: float, page: int | None) -> None:
        pdf = self.pdf
        pdf.say(LEFT + indent, self.y, line, 9)
        if page is None:
            return
        right = LEFT + WIDTH_MM - pdf.width(str(page), 9)
        dot = pdf.width(" .", 9)
        count = int((right - 2 - (LEFT + indent + pdf.width(line, 9) + 2)) / dot)
        pdf.say(right - 2 - count * dot, self.y, " ." * count, 9, colour="border")
        pdf.say(right, self.y, str(page), 9)
        pdf.link(LEFT, self.y, WIDTH_MM, 5, pdf.add_link(page=page))

    # --- sections -----------------------------------------------------------------------------

    def _chapter(self, chapter: Chapter) -> None:
        section = chapter.section
        size, before = (13.0, 7.0) if section.level == 1 else (10.5, 4.0)
        lines = self._wrap(f"{chapter.number}\u2002{section.title}", WIDTH_MM, size, True)
        height = len(lines) * size * PT * LEAD + 2.5
        if section.new_page and self.y > TOP:
            self._turn()
        self._room(before + height + (self._least(chapter.blocks[0][1]) if chapter.blocks else 0))
        if self.y > TOP:
            self.y += before
        # Destinations count from the upper edge of the heading.
        self.pdf.set_y(self.y)
        self.pdf.start_section(drawable(section.title), section.level - 1, strict=False)
        self._lines(lines, size, bold=True)
        self.y += 2.5
        for name, block in chapter.blocks:
            self._block(name, block)
            self.y += 3.5

    def _least(self, block: Block) -> float:
        """What of a block must stand below its heading [mm]."""
        if isinstance(block, LineFigure | HeatFigure):
            return picture_height(block) + 9
        return 30.0 if isinstance(block, Table | KeyFigures) else 14.0

    def _block(self, name: str, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._lines(self._wrap(block.text, WIDTH_MM, 9), 9)
        elif isinstance(block, Note):
            self._note(block)
        elif isinstance(block, Items):
            self._items(block)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, KeyFigures):
            self._key_figures(block)
        elif isinstance(block, Table):
            self._table(name, block)
        else:
            self._picture(name, block)

    def _note(self, note: Note) -> None:
        size, lead = 9.0, 9.0 * PT * LEAD
        lines = [(line, True) for line in self._wrap(note.title, WIDTH_MM - 8, size, True)]
        lines = lines if note.title else []
        if note.text:
            lines += [(line, False) for line in self._wrap(note.text, WIDTH_MM - 8, size)]
        self._room(min(len(lines), 6) * lead + 4)
        for i, (line, bold) in enumerate(lines):
            self._room(lead + 4)
            above, below = 2.0 * (i == 0), 2.0 * (i == len(lines) - 1)
            self.pdf.box(LEFT, self.y, WIDTH_MM, above + lead + below, "surface")
            self.pdf.box(LEFT, self.y, 0.9, above + lead + below, note.state)
            self.pdf.say(LEFT + 4, self.y + above, line, size, bold=bold)
            self.y += above + lead + below

    def _items(self, items: Items) -> None:
        for i, item in enumerate(items.items, 1):
            lines = self._wrap(item, WIDTH_MM - 8, 9)
            self._room(9 * PT * LEAD)
            self.pdf.say(LEFT + 1, self.y, f"{i}." if items.numbered else "•", 9, colour="muted")
            self._lines(lines, 9, x=LEFT + 8)
            self.y += 0.8

    def _facts(self, facts: Facts) -> None:
        labels = [self._wrap(label, 50, 9) for label, _ in facts.pairs]
        edge = max((self.pdf.width(line, 9) for one in labels for line in one), default=0) + 6
        lead = 9 * PT * LEAD
        for label, (_, words) in zip(labels, facts.pairs, strict=True):
            self._room(len(label) * lead)
            start = self.y, self.pdf.page
            self._lines(label, 9, colour="muted")
            below, self.y = self.y, start[0]
            self._lines(self._wrap(words, WIDTH_MM - edge, 9), 9, x=LEFT + edge)
            if self.pdf.page == start[1]:
                self.y = max(self.y, below)
            self.y += 0.8

    # --- key figures --------------------------------------------------------------------------

    def _key_figures(self, block: KeyFigures) -> None:
        count = len(block.figures)
        across = max(1, count) if count <= 5 else 3 if count % 3 == 0 and count % 4 else 4
        width = WIDTH_MM / across
        for at in range(0, count, across):
            boxes = [self._figure_lines(one, width - 6) for one in block.figures[at : at + across]]
            height = max(sum(lead for *_, lead in lines) for lines in boxes) + 4
            self._room(height + 1)
            for i, lines in enumerate(boxes):
                x, y = LEFT + i * width, self.y + 2
                self.pdf.box(x, self.y, width - 0.8, height, "surface")
                for parts, lead in lines:
                    at_x = x + 3
                    for words, size, bold, colour in parts:
                        # Parts of a line stand on one base line.
                        down = 0.98 * PT * (max(part[1] for part in parts) - size)
                        self.pdf.say(at_x, y + down, words, size, bold=bold, colour=colour)
                        at_x += self.pdf.width(words, size, bold)
                    y += lead
            self.y += height + 1

    def _figure_lines(
        self, one: KeyFigure, width: float
    ) -> list[tuple[list[tuple[str, float, bool, str]], float]]:
        """Lines of a key figure: parts as (text, size, bold, colour), and the lead [mm]."""
        value, unit, interval = figure_texts(one, self.report.language)
        found: list[tuple[list[tuple[str, float, bool, str]], float]] = []

        def add(words: str, size: float, bold: bool = False, colour: str = "text") -> None:
            for line in self._wrap(words, width, size, bold) if words else ():
                found.append(([(line, size, bold, colour)], size * PT * LEAD))

        add(one.label, 7.5, colour="muted")
        tail = f"\u2009{drawable(unit)}" if unit else ""
        size = next(
            (s for s in (15.0, 13.0, 11.0)
             if self.pdf.width(drawable(value), s, True) + self.pdf.width(tail, 9) <= width), 0.0,
        )  # fmt: skip
        if size and not isinstance(one.value, str):
            head = (drawable(value), size, True, "text")
            found.append(([head, (tail, 9.0, False, "muted")], size * PT * LEAD))
        else:
            add(f"{value} {unit}".strip(), 10.5, True)
        add(interval, 8)
        if one.state:
            first, *rest = self._wrap(one.word, width - 4, 8)
            mark = (f"{SHAPES[one.state]} ", 8.0, False, str(one.state))
            found.append(([mark, (first, 8.0, False, "text")], 8 * PT * LEAD))
            for line in rest:
                found.append(([(line, 8.0, False, "text")], 8 * PT * LEAD))
        add(one.note, 7, colour="muted")
        return found

    # --- tables -------------------------------------------------------------------------------

    def _measured(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> _Grid:
        """Size and columns: the largest in which all fits, or one that saves a fifth of the paper.

        Numbers and dates are never broken; texts break where the column is too narrow.
        """
        whole = np.array([[self._widest(cell) for cell in row] for row in rows], dtype=np.float64)
        whole = whole.reshape(len(rows), len(columns))
        heads = np.array([self._longest_word(_loose(one.head), bold=True) for one in columns])
        words = whole.max(axis=0, initial=0.0)
        natural = np.maximum(heads, words)
        for i, column in enumerate(columns):
            if column.kind == "text":
                words[i] = max((self._longest_word(row[i]) for row in rows), default=0.0)
        best, shortest = None, math.inf
        for size in TABLE_SIZES:
            least = np.minimum(heads * size, LONGEST_WORD)
            texts = np.array([column.kind == "text" for column in columns])
            inside = np.where(texts, np.minimum(words * size, LONGEST_WORD), words * size)
            least = np.maximum(least, inside) + GUTTER
            widths = column_widths(natural * size + GUTTER, least, WIDTH_MM + GUTTER)
            if widths is None:
                continue
            lines = np.ceil(whole * size / (widths - GUTTER)).max(axis=1, initial=1.0)
            height = float((lines * size * PT * LEAD + 2 * PAD).sum())
            if best is None or (height < 0.8 * shortest and size >= SMALLEST_BY_CHOICE):
                best, shortest = (size, widths), height
        if best is None:
            best = (TABLE_SIZES[-1], least * (WIDTH_MM + GUTTER) / least.sum())
        size, widths = best
        edges = LEFT + np.cumsum(widths) - widths
        return _Grid(tuple(edges.tolist()), tuple((widths - GUTTER).tolist()), size)

    def _widest(self, text: str) -> float:
        """Widest line of a text, in a size of 1 pt [mm]."""
        return max(self.pdf.width(line, 1.0) for line in text.split("\n"))

    def _longest_word(self, text: str, bold: bool = False) -> float:
        """Widest word of a text, in a size of 1 pt [mm]."""
        words = drawable(text).replace("\n", " ").split(" ")
        return max(self.pdf.width(word, 1.0, bold) for word in words)

    def _table(self, name: str, table: Table) -> None:
        texts = [
            [
                f"{SHAPES[cell[0]]} {drawable(text)}"
                if column.kind == "state" and cell is not None
                else drawable(text)
                for text, column, cell in zip(words, table.columns, cells, strict=True)
            ]
            for words, cells in zip(cell_texts(table, self.report), table.rows, strict=True)
        ]
        grid = self._measured(table.columns, texts)
        heads = [
            self._wrap(column.head, width, grid.size, True)
            for column, width in zip(table.columns, grid.widths, strict=True)
        ]
        rows = [
            [
                self._wrap(cell, width, grid.size)
                for cell, width in zip(row, grid.widths, strict=True)
            ]
            for row in texts
        ]
        first = max((len(cell) for cell in rows[0]), default=1) if rows else 1
        head_height = max(map(len, heads), default=1) * grid.lead + 2 * PAD
        self._room(8 + head_height + min(first, 8) * grid.lead + 2 * PAD)
        self._caption(name, table.title)
        self._head(heads, table.columns, grid)
        for cells, lines in zip(table.rows, rows, strict=True):
            self._row(cells, lines, heads, table, grid, name)
        if not rows:
            self._lines([self.report.word("no_rows")], grid.size, colour="muted")
        self.y += 1
        for note in table.notes:
            self._lines(self._wrap(note, WIDTH_MM, 7.5), 7.5, colour="muted")

    def _caption(self, name: str, title: str) -> None:
        words = f"{name}: {title}"
        self._lines(self._wrap(words, WIDTH_MM, 9, True), 9, bold=True)
        self.y += 1

    def _head(self, heads: list[list[str]], columns: Sequence[Column], grid: _Grid) -> None:
        deepest = max(map(len, heads), default=1)
        for lines, column, x, width in zip(heads, columns, grid.x, grid.widths, strict=True):
            y = self.y + PAD + (deepest - len(lines)) * grid.lead
            for line in lines:
                shift = width - self.pdf.width(line, grid.size, True) if column.right else 0.0
                self.pdf.say(x + shift, y, line, grid.size, bold=True, colour="muted")
                y += grid.lead
        self.y += deepest * grid.lead + 2 * PAD
        self.pdf.rule(self.y, "muted", 0.3)

    def _row(
        self, cells: Sequence[Any], lines: list[list[str]], heads: list[list[str]], table: Table,
        grid: _Grid, name: str,
    ) -> None:  # fmt: skip
        """A row; one that no page can hold is cut between lines."""
        deepest, done = max(map(len, lines), default=1), 0
        whole = deepest * grid.lead + 2 * PAD
        while done < deepest:
            fits = int((BOTTOM - self.y - 2 * PAD) / grid.lead + 1e-6)
            if fits < 1 or (done == 0 and deepest > fits and whole < FULL - 40):
                self._turn()
                self._caption(name, f"{table.title} ({self.report.word('continued')})")
                self._head(heads, table.columns, grid)
                continue
            shown = min(fits, deepest - done)
            for i, column in enumerate(table.columns):
                state = cells[i][0] if column.kind == "state" and cells[i] and not done else None
                part = lines[i][done : done + shown]
                self._cell(part, grid.x[i], grid.widths[i], column, grid, state)
            self.y += shown * grid.lead + 2 * PAD
            self.pdf.rule(self.y)
            done += shown

    def _cell(
        self, lines: list[str], x: float, width: float, column: Column, grid: _Grid,
        state: State | None,
    ) -> None:  # fmt: skip
        y = self.y + PAD
        for line in lines:
            at = x + (width - self.pdf.width(line, grid.size) if column.right else 0.0)
            if state is not None:
                self.pdf.say(at, y, line[0], grid.size, colour=state)
                at, line, state = at + self.pdf.width(line[0], grid.size), line[1:], None
            self.pdf.say(at, y, line, grid.size)
            y += grid.lead

    # --- figures ------------------------------------------------------------------------------

    def _picture(self, name: str, figure: LineFigure | HeatFigure) -> None:
        pixels = draw_pixels(figure, self.report.language)
        height = WIDTH_MM * pixels.height / pixels.width
        told = figure_notes(figure, self.report.language)
        notes = [
            line for key, text in told for line in self._wrap(f"{key}\u2002{text}", WIDTH_MM, 7.5)
        ]
        notes += self._wrap(figure.caption, WIDTH_MM, 7.5) if figure.caption else []
        title = len(self._wrap(f"{name}: {figure.title}", WIDTH_MM, 9, True)) * 9 * PT * LEAD
        self._room(title + 1 + height + min(len(notes), 4) * 7.5 * PT * LEAD + 1)
        self._caption(name, figure.title)
        alt = described(figure, self.report.language)
        self.pdf.image(pixels, LEFT, self.y, WIDTH_MM, height, alt_text=alt)
        self.y += height + 1
        self._lines(notes, 7.5, colour="muted")
