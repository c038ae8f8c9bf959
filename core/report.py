"""A report as data: what it says, in which order; how it looks is the affair of its writers.

``core.report_html.write_html`` and ``core.report_pdf.write_pdf`` make one file of it each. The same
report always gives the same bytes: all that is printed, the time of writing included, stands in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from core.numerals import (
    NBSP,
    NOTHING,
    Language,
    between,
    day,
    decimals,
    moment,
    number,
    span,
)

DAY_US = 86_400_000_000

State = Literal["good", "warning", "error", "critical", "unknown"]
Colour = Literal[
    "import", "export", "pv", "battery", "load", "price", "other", "text", "muted", "primary",
    "good", "warning", "error", "critical",
]  # fmt: skip
Kind = Literal["text", "number", "percent", "interval", "day", "moment", "state"]

# A state is told by colour, shape and word.
SHAPES: dict[State, str] = {
    "good": "●", "warning": "▲", "error": "◆", "critical": "■", "unknown": "○",
}  # fmt: skip
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "contents": "Contents", "continued": "continued", "coverage": "Coverage",
        "created": "Written",
        "devices": "Devices", "figure": "Figure", "first": "From", "group": "Kind",
        "hash": "SHA-256", "last": "To", "limits": "Limits of what is said here",
        "methods": "Methods", "name": "Device", "no_rows": "No rows.", "no_value": "no value",
        "of": "of", "page": "Page", "path": "Source", "program": "Program",
        "provenance": "Where the figures come from", "quarantined": "Quarantined",
        "rows": "Readings", "sources": "Sources", "store": "Store",
        "store_state": "State of the store", "synthetic": "Synthetic data",
        "table": "Table", "window": "Window", "yes": "yes", "zone": "Time zone",
        "no_sources": "The store names no source for these devices.",
    },
    "de": {
        "contents": "Inhalt", "continued": "Fortsetzung", "coverage": "Abdeckung",
        "created": "Erstellt",
        "devices": "Geräte", "figure": "Abbildung", "first": "Von", "group": "Art",
        "hash": "SHA-256", "last": "Bis", "limits": "Grenzen der Aussagen",
        "methods": "Verfahren", "name": "Gerät", "no_rows": "Keine Zeilen.",
        "no_value": "kein Wert", "of": "von", "page": "Seite", "path": "Quelle",
        "program": "Programm", "provenance": "Herkunft der Zahlen",
        "quarantined": "In Quarantäne", "rows": "Messwerte", "sources": "Quellen",
        "store": "Datenbestand", "store_state": "Stand des Datenbestands",
        "synthetic": "Synthetische Daten", "table": "Tabelle", "window": "Zeitraum",
        "yes": "ja", "zone": "Zeitzone",
        "no_sources": "Der Datenbestand nennt zu diesen Geräten keine Quelle.",
    },
}  # fmt: skip


# --- text, figures, tables ----------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line break stays one."""

    text: str


@dataclass(frozen=True)
class Note:
    """A sentence that must not be overlooked; `state` gives its colour, `title` its word."""

    text: str
    title: str = ""
    state: State = "unknown"


@dataclass(frozen=True)
class Items:
    """A list; `numbered` gives each its number."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Facts:
    """(label, value) pairs, one below the other."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the first row.

    Attributes
    ----------
    label : what it is.
    value : number [unit], or text; None where the data carry no figure: then `note` says why.
    unit : unit of the value and of the interval.
    low, high : interval [unit].
    digits : decimals; None leaves four significant digits, three where there is an interval.
    note : what stands below: kind of interval, n, span, or why there is no figure.
    state, word : state by colour and shape, and the word for it.
    """

    label: str
    value: float | str | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int | None = None
    note: str = ""
    state: State | None = None
    word: str = ""


@dataclass(frozen=True)
class KeyFigures:
    """A row of key figures."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    label : head of the column.
    kind : what the cells hold: ``text`` str; ``number`` float; ``percent`` float, a ratio 0..1;
        ``interval`` (low, high); ``day`` and ``moment`` int [µs UTC]; ``state`` (state, word).
        None is no value in each of them.
    unit : unit in the head.
    digits : decimals; None takes what the largest of the column needs for four significant digits.
    align : None puts numbers right, all else left.
    """

    label: str
    kind: Kind = "text"
    unit: str = ""
    digits: int | None = None
    align: Literal["left", "right"] | None = None

    @property
    def right(self) -> bool:
        """Whether the cells stand at the right edge."""
        if self.align is not None:
            return self.align == "right"
        return self.kind in ("number", "percent", "interval")

    @property
    def head(self) -> str:
        """Label with unit."""
        unit = self.unit or ("%" if self.kind == "percent" else "")
        return f"{self.label} [{unit}]" if unit else self.label


@dataclass(frozen=True)
class Table:
    """Rows of cells; `notes` stand below."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    notes: tuple[str, ...] = ()


# --- pictures -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Line:
    """One series of a figure; a gap (NaN) stays a gap.

    Attributes
    ----------
    label : name in the legend; empty leaves it out.
    x : (n,) ascending; [µs UTC] where the figure has a zone.
    y : (n,).
    low, high : (n,) band around the line.
    colour : None takes the next of the set.
    style : ``bars`` and ``points`` draw no line.
    longest_step : a step in x longer than this is a gap too [as x].
    """

    label: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    colour: Colour | None = None
    style: Literal["solid", "dashed", "dotted", "points", "bars"] = "solid"
    longest_step: float | None = None


@dataclass(frozen=True)
class Regime:
    """A stretch of x that is told apart by its ground and a letter; `label` is told below."""

    start: float
    end: float
    label: str


@dataclass(frozen=True)
class Event:
    """A moment of x, drawn upright with a number; `label` is told below."""

    at: float
    label: str


@dataclass(frozen=True)
class Limit:
    """A value of y that must not be crossed, or that things are measured by."""

    value: float
    label: str
    colour: Colour = "muted"


@dataclass(frozen=True)
class Axis:
    """An axis; `low` and `high` fix its ends."""

    label: str
    unit: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def head(self) -> str:
        """Label with unit."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label


@dataclass(frozen=True, eq=False)
class LineFigure:
    """Lines, points or bars over x.

    Attributes
    ----------
    title : a sentence about what is seen.
    zone : where given, x is time [µs UTC], drawn as wall time of the zone.
    caption : what stands below: level, readings, method.
    height : of the picture [mm].
    """

    title: str
    lines: tuple[Line, ...]
    x: Axis
    y: Axis
    zone: str | None = None
    regimes: tuple[Regime, ...] = ()
    events: tuple[Event, ...] = ()
    limits: tuple[Limit, ...] = ()
    caption: str = ""
    height: float = 72.0


@dataclass(frozen=True)
class Mark:
    """A frame around one cell of a heat figure."""

    row: int
    column: int


@dataclass(frozen=True, eq=False)
class HeatFigure:
    """A matrix as colours; cells without a value (NaN) are hatched.

    Attributes
    ----------
    title : a sentence about what is seen.
    matrix : (rows, columns) [unit].
    rows, columns : labels of rows and columns; thinned where there are too many.
    scale : ``diverging`` is blue-white-red around `centre`, ``sequential`` viridis.
    low, high : ends of the scale, to compare figures; None takes them from the matrix.
    """

    title: str
    matrix: ArrayLike
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str
    quantity: str = ""
    row_axis: str = ""
    column_axis: str = ""
    scale: Literal["diverging", "sequential"] = "sequential"
    centre: float = 0.0
    low: float | None = None
    high: float | None = None
    marks: tuple[Mark, ...] = ()
    caption: str = ""
    height: float | None = None


Figure = LineFigure | HeatFigure
Block = Paragraph | Note | Items | Facts | KeyFigures | Table | LineFigure | HeatFigure


# --- the whole ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """A title and what stands under it; `level` 2 is a part of the section before."""

    title: str
    blocks: tuple[Block, ...]
    level: Literal[1, 2] = 1
    new_page: bool = False


@dataclass(frozen=True)
class Report:
    """All that a report says.

    Attributes
    ----------
    title, subtitle : what it is about.
    language : ``de`` or ``en``; numbers and dates follow it.
    created : time of writing [µs UTC].
    zone : time zone of all times in text and tables.
    facts : (label, value) pairs below the title.
    author : person or organisation that answers for it.
    program : name and version of the program.
    synthetic : true where any device in it was generated; said on every page.
    """

    title: str
    subtitle: str
    language: Language
    created: int
    zone: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()
    author: str = ""
    program: str = "Ziggurat"
    synthetic: bool = False

    def word(self, key: str) -> str:
        """A word of the frame in the report's language."""
        return WORDS[self.language][key]


def clean(text: str) -> str:
    """Text without what no page can show: control characters and halves of a character."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd"
        for c in text.replace("\r\n", "\n")
    )


@dataclass(frozen=True)
class Chapter:
    """A section with its number, and its blocks with theirs (``Table 2``, ``Figure 1``)."""

    number: str
    section: Section
    blocks: tuple[tuple[str, Block], ...]


def chapters(report: Report) -> list[Chapter]:
    """Sections as ``1``, ``2``, ``2.1``; tables and figures counted through the whole report."""
    found, chapter, part = [], 0, 0
    counted = {"table": 0, "figure": 0}
    for section in report.sections:
        chapter, part = (chapter + 1, 0) if section.level == 1 else (chapter, part + 1)
        blocks = []
        for block in section.blocks:
            name = ""
            if isinstance(block, Table | LineFigure | HeatFigure):
                what = "table" if isinstance(block, Table) else "figure"
                counted[what] += 1
                name = f"{report.word(what)}{NBSP}{counted[what]}"
            blocks.append((name, block))
        label = f"{chapter}.{part}" if part else str(chapter)
        found.append(Chapter(label, section, tuple(blocks)))
    return found


def cell_texts(table: Table, report: Report) -> list[list[str]]:
    """Cells as they are printed, row by row; numbers of a column with the same decimals.

    Raises
    ------
    ValueError : a row has not as many cells as there are columns.
    """
    if any(len(row) != len(table.columns) for row in table.rows):
        raise ValueError(f"table {table.title!r}: a row has not {len(table.columns)} cells")
    columns = [
        _column_texts(column, [row[i] for row in table.rows], report)
        for i, column in enumerate(table.columns)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _column_texts(column: Column, cells: list[Any], report: Report) -> list[str]:
    language, zone = report.language, report.zone
    factor = 100.0 if column.kind == "percent" else 1.0
    if column.kind == "text":
        return [NOTHING if cell is None else clean(str(cell)) for cell in cells]
    if column.kind == "state":
        return [NOTHING if cell is None else clean(cell[1]) for cell in cells]
    if column.kind in ("day", "moment"):
        say = day if column.kind == "day" else moment
        return [NOTHING if cell is None else say(int(cell), zone, language) for cell in cells]
    if column.kind == "interval":
        pairs = [(None, None) if cell is None else cell for cell in cells]
        known = [float(end) for pair in pairs for end in pair if end is not None]
        digits = decimals(known) if column.digits is None else column.digits
        return [between(low, high, digits, language) for low, high in pairs]
    known = [factor * float(cell) for cell in cells if cell is not None]
    digits = decimals(known) if column.digits is None else column.digits
    return [
        number(None if cell is None else factor * float(cell), digits, language) for cell in cells
    ]


def figure_texts(one: KeyFigure, language: Language) -> tuple[str, str, str]:
    """(value, unit, interval) as they are printed."""
    if one.value is None or isinstance(one.value, str):
        return clean(one.value or NOTHING), "", ""
    ends = [float(end) for end in (one.value, one.low, one.high) if end is not None]
    digits = decimals(ends, 4 if len(ends) == 1 else 3) if one.digits is None else one.digits
    value = number(one.value, digits, language)
    unit = clean(one.unit) if value != NOTHING else ""
    interval = between(one.low, one.high, digits, language)
    if interval == NOTHING:
        return value, unit, ""
    return value, unit, f"{interval}{NBSP}{unit}" if unit else interval


def key_of(index: int) -> str:
    """``A``, ``B``, ... ``Z``, ``AA``: how regimes are named."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters


def figure_notes(figure: Figure, language: Language) -> list[tuple[str, str]]:
    """(key, text) of what a figure marks with a sign, a letter or a number, to be told below it."""
    if isinstance(figure, HeatFigure):
        whole = bool(np.isfinite(np.asarray(figure.matrix, dtype=np.float64)).all())
        return [] if whole else [("▨", WORDS[language]["no_value"])]
    zone, regimes, events = figure.zone, figure.regimes, sorted_events(figure)
    places = [x for one in regimes for x in (one.start, one.end)] + [one.at for one in events]
    say = moment if max(places, default=0) - min(places, default=0) < 3 * DAY_US else day

    def place(x: float) -> str:
        return number(x, None, language) if zone is None else say(int(x), zone, language)

    told = [
        (key_of(i), f"{place(one.start)} – {place(one.end)}: {clean(one.label)}")
        for i, one in enumerate(regimes)
    ]
    return told + [
        (str(i), f"{place(one.at)}: {clean(one.label)}") for i, one in enumerate(events, 1)
    ]


def sorted_events(figure: LineFigure) -> list[Event]:
    """Events in the order of their numbers."""
    return sorted(figure.events, key=lambda one: one.at)


def described(figure: Figure, language: Language) -> str:
    """What a figure shows, for those who cannot see it: axes, names, smallest and largest value."""
    if isinstance(figure, HeatFigure):
        values = np.asarray(figure.matrix, dtype=np.float64)
        names = [figure.quantity, f"{values.shape[0]} × {values.shape[1]}"]
        unit = figure.unit
    else:
        arrays = [np.asarray(line.y, dtype=np.float64).ravel() for line in figure.lines]
        values = np.concatenate(arrays) if arrays else np.empty(0)
        names = [figure.y.label, *(line.label for line in figure.lines if line.label)]
        unit = figure.y.unit
    finite = values[np.isfinite(values)]
    ends = between(float(finite.min()), float(finite.max()), None, language) if finite.size else ""
    parts = [figure.title, ", ".join(filter(None, names)), f"{ends} {unit}".strip()]
    return clean(". ".join(part.rstrip(".") for part in parts if part))


# --- provenance ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeviceFacts:
    """A device the report speaks of; `first` and `last` reading [µs UTC]."""

    name: str
    group: str = ""
    rows: int | None = None
    first: int | None = None
    last: int | None = None
    coverage_ratio: float | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class SourceFacts:
    """A file or device the readings came from; `hash` is the SHA-256 of its bytes."""

    path: str
    hash: str = ""
    rows: int | None = None
    quarantined: int | None = None
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Provenance:
    """Where the figures of a report come from.

    Attributes
    ----------
    start, end : window of the report [µs UTC].
    store, store_committed, store_state : folder of the store, when its last commit was made
        [µs UTC; None before the first], and a short name of the state after it.
    methods : references, one each.
    limits : sentences on what the figures do not say.
    extra : further (label, value) pairs.
    """

    devices: tuple[DeviceFacts, ...]
    sources: tuple[SourceFacts, ...]
    start: int
    end: int
    store: str
    store_committed: int | None
    store_state: str
    program: str
    methods: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


def provenance_sections(what: Provenance, language: Language, zone: str) -> tuple[Section, ...]:
    """The last sections of every report: devices, sources, state of the store, methods, limits."""
    words = WORDS[language]
    facts = (
        (words["window"], span(what.start, max(what.start, what.end - 1), zone, language)),
        (words["zone"], zone),
        (words["store"], what.store),
        (words["store_state"], _state(what, language, zone)),
        (words["program"], what.program),
        *what.extra,
    )
    origin = (Facts(facts), _devices_table(what.devices, words), _sources(what.sources, words))
    sections = [Section(words["provenance"], origin)]
    if what.methods:
        sections.append(Section(words["methods"], (Items(what.methods, numbered=True),), 2))
    if what.limits:
        sections.append(Section(words["limits"], (Items(what.limits),), 2))
    return tuple(sections)


def _state(what: Provenance, language: Language, zone: str) -> str:
    """When the store was last committed, wall time of the zone, and the name of that state."""
    if what.store_committed is None:
        return what.store_state
    return f"{moment(what.store_committed, zone, language)} ({what.store_state})"


def _devices_table(devices: tuple[DeviceFacts, ...], words: dict[str, str]) -> Table:
    columns = (
        Column(words["name"]), Column(words["group"]), Column(words["rows"], "number"),
        Column(words["first"], "day"), Column(words["last"], "day"),
        Column(words["coverage"], "percent", digits=1), Column(words["synthetic"]),
    )  # fmt: skip
    rows = [
        (one.name, one.group or None, one.rows, one.first, one.last, one.coverage_ratio,
         words["yes"] if one.synthetic else None)
        for one in devices
    ]  # fmt: skip
    return Table(words["devices"], columns, rows)


def _sources(sources: tuple[SourceFacts, ...], words: dict[str, str]) -> Block:
    if not sources:
        return Note(words["no_sources"], words["sources"], "warning")
    columns = (
        Column(words["path"]), Column(words["rows"], "number"),
        Column(words["quarantined"], "number"), Column(words["first"], "day"),
        Column(words["last"], "day"), Column(words["hash"]),
    )  # fmt: skip
    rows = [
        (one.path, one.rows, one.quarantined, one.first, one.last, one.hash or None)
        for one in sources
    ]
    return Table(words["sources"], columns, rows)
