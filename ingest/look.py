"""Finding out by looking how a table is written: from its first and last few kilobytes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from core.arrays import from_strings
from core.errors import SourceError
from core.levels import DAY, HOUR, MINUTE
from core.signals import is_energy
from ingest import times
from ingest.clock import Times
from ingest.declare import ColumnRule, Declaration
from ingest.documents import GENERAL, HEAD, form_of_head, look_document
from ingest.layout import MISSING, Column, Layout, name_device, unique_names
from ingest.sources import PEEK, ByteStream, SourceFile

_DELIMITERS = (",", ";", "\t", "|")
_TRUTHS = {"true", "false"}
_SAMPLE = 80  # rows that decide what a column is; the whole peek only where day and month may swap
_ENDING = 40  # rows from the end
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf(?:inity)?", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_DOTS_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_COMMAS_DOT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_EITHER = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_NUMBER = re.compile(
    "|".join(f"(?:{p.pattern})" for p in (_PLAIN, _COMMA, _DOTS_COMMA, _COMMAS_DOT)), re.IGNORECASE
)
_UNIT = re.compile(r".*\[\s*([^\]]+?)\s*\].*|.*\s\(\s*([^)]+?)\s*\)")
_CONTROL = bytes(c for c in range(32) if c not in b"\t\n\v\f\r\x1a\x1b") + b"\x7f"


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]


@dataclass(frozen=True)
class _Text:
    """Decoded head and tail of a file: the lines at both ends, and the head's full text."""

    head: list[str]
    tail: list[str]
    full: str
    encoding: str
    newline: str

    def lines(self) -> list[str]:
        """All complete lines of the head."""
        return [line.rstrip("\r") for line in self.full.split(self.newline[-1])]


def _peek(
    source: SourceFile, compression: str | None, peek: tuple[int, int]
) -> tuple[bytes, bytes]:
    """First and last bytes; no tail for packed sources."""
    if compression is not None or source.member is not None:
        stream = ByteStream(source, compression)
        head = b""
        for chunk in stream:
            head += chunk
            if len(head) > peek[0]:
                break
        if stream.damage is not None and not head:
            raise SourceError(source.path, stream.damage)
        return head[: peek[0]], b""
    try:
        with source.path.open("rb") as file:
            head = file.read(peek[0])
            size = file.seek(0, 2)
            if size <= len(head):
                return head, b""
            file.seek(max(len(head), size - peek[1]))
            return head, file.read(peek[1])
    except OSError as error:
        raise SourceError(source.path, f"cannot be read ({error.strerror})") from error


def _encoding(source: SourceFile, head: bytes, tail: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return name
    odd = len(head) - len(head.translate(None, _CONTROL))
    if odd * 20 > len(head):
        raise SourceError(source.path, "is not text", line=1, expected="a table of readings")
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    for part in (head, tail):
        cut = part[part.find(b"\n") + 1 : part.rfind(b"\n") + 1] if part is tail else part
        try:
            cut.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.end < len(cut) or len(cut) < PEEK[0]:
                return "cp1252"
    return "utf-8"


def _read_text(source: SourceFile, head: bytes, tail: bytes, declared: str | None) -> _Text:
    encoding = declared or _encoding(source, head, tail)
    if encoding.startswith("utf-16"):
        width = len(head) // 2 * 2
        head, tail = head[:width].decode(encoding, "replace").encode(), b""
    decode = "utf-8" if encoding.startswith("utf-16") else encoding
    newline = "\n" if b"\n" in head or b"\r" not in head else "\r"
    if b"\r\n" in head:
        newline = "\r\n"
    split = newline[-1]
    text = head.decode(decode, "replace").removeprefix("\ufeff")
    if len(head) >= PEEK[0] or tail:
        text = text[: text.rfind(split)]  # the cut goes through a line
    first = [line.rstrip("\r") for line in text.split(split, 2 * _SAMPLE)]
    ending = tail.decode(decode, "replace").partition(split)[2] if tail else text[-PEEK[1] :]
    if len(first) > 2 * _SAMPLE:
        first.pop()
    else:
        ending = ""
    last = [line.rstrip("\r") for line in ending.rsplit(split, _ENDING + 1)[-_ENDING:]]
    return _Text(first, [line for line in last if line.strip()], text, encoding, newline)


def split_line(line: str, delimiter: str) -> list[str]:
    """Fields of one line, quotes taken off."""
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter), [""])


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_clean(cell: str) -> bool:
    cell = cell.strip()
    return cell in MISSING or _is_number(cell) or times.is_clock(cell) or times.is_time(cell)


def _longest_run(rows: Sequence[_Row]) -> list[_Row]:
    """Longest stretch of rows with one number of fields."""
    best: list[_Row] = []
    first = 0
    for k in range(1, len(rows) + 1):
        if k == len(rows) or len(rows[k].cells) != len(rows[first].cells):
            if k - first > len(best):
                best = list(rows[first:k])
            first = k
    return best


def _numbered(lines: Sequence[str], first: int, comment: str) -> list[tuple[int, str]]:
    """Lines from physical line `first` on, without blank ones and comments."""
    return [
        (number, line)
        for number, line in enumerate(lines, 1)
        if number >= first and line.strip() and not line.lstrip().startswith(comment)
    ]


def _find_table(
    text: _Text, comment: str, declared: Declaration | None
) -> tuple[str, list[_Row], list[_Row]]:
    """Delimiter, all rows of the sample, and the rows of the table among them."""
    first = 1
    if declared is not None:
        first = declared.header or (declared.skip_lines or 0) + 1
    numbered = _numbered(text.head, first, comment)
    if len(numbered) < 3:  # a long preamble
        numbered = _numbered(text.lines(), first, comment)[: 2 * _SAMPLE]
    forced = declared.delimiter if declared is not None else None
    best: tuple[float, str, list[_Row], list[_Row]] = (-1.0, forced or ",", [], [])
    present = [d for d in _DELIMITERS if any(d in line for _, line in numbered)]
    for delimiter in [forced] if forced else present:
        rows = [_Row(n, split_line(line, delimiter)) for n, line in numbered]
        run = _longest_run(rows)
        if not run or (len(run[0].cells) < 2 and not forced and len(numbered) > 0):
            continue
        cells = [cell for row in run[-20:] for cell in row.cells]
        score = (0.05 + sum(map(_is_clean, cells)) / len(cells)) * len(run)
        if score > best[0]:
            best = (score, delimiter, rows, run)
    _, delimiter, rows, run = best
    if not rows:
        rows = [_Row(n, [line]) for n, line in numbered]
        run = rows
    # A row with a field too many does not end the table.
    width = len(run[0].cells) if run else 0
    return delimiter, rows, [row for row in rows if len(row.cells) == width]


def _kind(cells: Sequence[str]) -> str:
    """What a column holds: 'time', 'clock', 'number', 'truth', 'text' or 'empty'."""
    full = [c for c in (cell.strip() for cell in cells) if c not in MISSING]
    if not full:
        return "empty"
    if sum(c.lower() in _TRUTHS for c in full) * 2 > len(full):
        return "truth"
    numbers = sum(map(_is_number, full))
    probe = full[:10] + full[-10:]
    if sum(map(times.is_time, probe)) * 2 > len(probe):
        return "time"
    if numbers * 2 >= len(full):
        return "number"
    return "clock" if sum(map(times.is_clock, probe)) * 2 > len(probe) else "text"


def _column_cells(rows: Sequence[_Row], index: int) -> list[str]:
    return [row.cells[index] for row in rows if index < len(row.cells)]


def _find_header(rows: Sequence[_Row], run: Sequence[_Row]) -> tuple[_Row | None, _Row | None]:
    """Header and units row; None where there is none."""
    width = len(run[0].cells)
    kinds = [_kind(_column_cells(run[-50:], k)) for k in range(width)]
    anchor = next((k for k, kind in enumerate(kinds) if kind == "time"), None)

    def is_data(row: _Row) -> bool:
        if anchor is not None and anchor < len(row.cells):
            return times.is_time(row.cells[anchor].strip())
        return any(_is_number(cell.strip()) for cell in row.cells)

    begin = next((k for k, row in enumerate(run) if is_data(row)), len(run))
    above = list(run[:begin])
    before = [row for row in rows if row.line < run[0].line]
    if not above and before and abs(len(before[-1].cells) - width) <= 1 and width > 1:
        above = before[-1:]
    column = anchor or 0
    named = [k for k, row in enumerate(above) if _names_time(_cell(row, column))]
    if named:
        header, below = above[named[-1]], above[named[-1] + 1 :]
        follows = below and _adjoin(rows, header, below[0]) and _is_units(below[0], column)
        return header, below[0] if follows else None
    for k in range(len(above) - 1, -1, -1):
        row = above[k]
        if k and _adjoin(rows, above[k - 1], row) and _is_units(row, column):
            return above[k - 1], row
        if not any(_is_number(cell.strip()) for cell in row.cells):
            return row, None
        if k == 0 and not any(c.isdigit() for c in _cell(row, column)):
            return row, None  # columns that are named by numbers
    return None, None


def _adjoin(rows: Sequence[_Row], upper: _Row, lower: _Row) -> bool:
    """Whether no row lies between: what does, is a faulty row that must be told of."""
    return not any(upper.line < row.line < lower.line for row in rows)


def _cell(row: _Row, column: int) -> str:
    return row.cells[column].strip() if column < len(row.cells) else ""


def _is_units(row: _Row, column: int) -> bool:
    """A line of units: nothing in the time column that could be a time, and no number."""
    if any(_is_number(cell.strip()) for cell in row.cells):
        return False
    filled = any(cell.strip() not in MISSING for cell in row.cells)
    return filled and _cell(row, column).lower() in ("", "unit", "units", "einheit", "-", "[-]")


def _names_time(name: str) -> bool:
    name = name.strip().lower()
    return name in times.NAMES or bool(
        re.search(r"(^|[^a-z])(time|date|timestamp|datum|zeit|datetime)([^a-z]|$)", name)
    )


@dataclass(frozen=True)
class _Time:
    index: tuple[int, ...] = ()
    form: str | None = None
    zone: str = "site"
    label: str | None = None
    interval_us: int | None = None
    origin_us: int = 0
    notes: tuple[str, ...] = ()


def _local_us(moment: datetime) -> int:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _joined(rows: Sequence[_Row], index: Sequence[int]) -> list[str]:
    cells = (" ".join(r.cells[k].strip() for k in index) for r in rows if len(r.cells) > max(index))
    return [cell for cell in cells if cell.strip() not in MISSING]


def _pick_time(names: Sequence[str], kinds: Sequence[str], rows: Sequence[_Row]) -> tuple[int, ...]:
    """Columns that hold the time stamp: by name first, then by what they contain."""
    timed = [k for k, kind in enumerate(kinds) if kind == "time"]

    def rank(k: int) -> int:
        name = names[k].lower()
        if name in times.END_NAMES:
            return 4
        if name in times.NAMES:
            return 0
        if _names_time(name):
            return 1
        return 2 if not name else 3

    if timed:
        best = min(timed, key=rank)
        clocks = [k for k, kind in enumerate(kinds) if kind == "clock"]
        dated = _column_cells(rows[:20], best)
        if clocks and not any(":" in cell for cell in dated):
            return best, min(clocks, key=rank)
        return (best,)
    named = [
        k
        for k, kind in enumerate(kinds)
        if kind in ("number", "empty", "text", "clock") and (_names_time(names[k]) or not names[k])
    ]
    return tuple(named[:1])


def _read_time(
    source: SourceFile,
    names: Sequence[str],
    kinds: Sequence[str],
    head: Sequence[_Row],
    tail: Sequence[_Row],
    declared: Declaration | None,
    line: int,
) -> _Time:
    """Time columns, format and zone.

    Raises
    ------
    SourceError : no time column, or one that counts from an unknown origin.
    """
    if declared is not None and declared.time is not None:
        absent = [name for name in declared.time if name not in names]
        if absent:
            raise SourceError(
                source.path,
                f"no column {absent[0]!r} as declared in {declared.path}",
                line=line,
                expected=f"one of {', '.join(names)}",
            )
        index = tuple(names.index(name) for name in declared.time)
    else:
        index = _pick_time(names, kinds, head)
    if not index:
        raise SourceError(
            source.path,
            "no time column",
            line=line,
            expected="a column of time stamps, or start and step in source.toml",
        )
    name = " + ".join(names[k] or "(unnamed first column)" for k in index)
    notes = [f"time from column {name}"]
    first, last = _joined(head, index), _joined(tail, index)
    zone = _zone_by_name(name, notes)
    if declared is not None and declared.zone is not None:
        zone = declared.zone
    if declared is not None and declared.time_unit is not None and declared.origin is not None:
        notes.append(f"counts {declared.time_unit} from {declared.origin}, as declared")
        return _Time(
            index,
            f"count:{declared.time_unit}",
            "UTC" if declared.origin.tzinfo else zone,
            origin_us=_local_us(declared.origin),
            notes=tuple(notes),
        )
    form: str | None = None
    if declared is not None and declared.format is not None:
        form = declared.format
    elif first:
        unit = times.epoch_unit([*first[:50], *last[-50:]])
        if unit is not None:
            notes.append(f"counts {unit} since 1970 UTC")
            return _Time(index, f"count:{unit}", "UTC", notes=tuple(notes))
        guess = times.guess_format(first, last, name)
        if guess is None:
            raise _time_unreadable(source, name, first[0], line)
        form, note = guess
        if note is not None:
            notes.append(note)
        elif form is not None:
            notes.append(f"time format {form}")
        if form is None and sum(map(times.has_offset, first[:20])) * 2 > len(first[:20]):
            zone = "text"
            notes.append("each time stamp carries its offset from UTC")
    if form is not None and "%z" in form:
        zone = "text"
    label = "end" if names[index[0]].lower() in times.END_NAMES else None
    if label:
        notes.append("label END: the column's name says so")
    return _Time(index, form, zone, label, _width(names, kinds, head, index, form), 0, tuple(notes))


def _settle_order(
    time: _Time,
    names: Sequence[str],
    text: _Text,
    delimiter: str,
    width: int,
    data_line: int,
    ending: Sequence[_Row],
) -> _Time:
    """Day and month that could be swapped: decided on everything that was looked at."""
    if time.form is None or times.swapped(time.form) is None:
        return time
    lines = text.lines()[data_line - 1 :]
    rows = [_Row(0, cells) for line in lines if len(cells := split_line(line, delimiter)) == width]
    name = " + ".join(names[k] for k in time.index)
    guess = times.guess_format(_joined(rows, time.index), _joined(ending, time.index), name)
    if guess is None:
        return time
    notes = [note for note in time.notes if not note.startswith("time format")]
    notes.append(guess[1] or f"time format {guess[0]}")
    return replace(time, form=guess[0], notes=tuple(notes))


def _zone_by_name(name: str, notes: list[str]) -> str:
    if re.search(r"(^|[^a-z])(utc|gmt)([^a-z]|$)", name.lower()):
        notes.append("UTC by the column's name")
        return "UTC"
    found = re.search(r"_(MST|EST|CST|PST|CET|CEST|MEZ)$", name)
    if found:
        notes.append(f"the column's name says {found[1]}: declare zone if it is not the site's")
    return "site"


def _time_unreadable(source: SourceFile, name: str, cell: str, line: int) -> SourceError:
    if _is_number(cell):
        return SourceError(
            source.path,
            f"column {name} counts from an unknown origin (first cell {cell})",
            line=line,
            expected='origin = "2024-01-01 00:00:00" and time_unit = "s" in source.toml',
        )
    return SourceError(
        source.path,
        f"no time column: column {name} is no time stamp (first cell {cell!r})",
        line=line,
        expected="ISO 8601 or d.m.Y H:M, a format in source.toml, or start and step there",
    )


def _width(
    names: Sequence[str],
    kinds: Sequence[str],
    rows: Sequence[_Row],
    index: Sequence[int],
    form: str | None,
) -> int | None:
    """Length of the interval from a pair of start and end columns [µs]."""
    ends = [k for k, kind in enumerate(kinds) if kind == "time" and k not in index]
    ends = [k for k in ends if names[k].lower() in times.END_NAMES]
    if not ends or len(index) != 1:
        return None
    pairs = [r for r in rows if len(r.cells) > max(ends[0], index[0])]
    start, fine = _to_us([r.cells[index[0]] for r in pairs], form)
    stop, good = _to_us([r.cells[ends[0]] for r in pairs], form)
    width = (stop - start)[fine & good]
    return int(np.median(width)) if len(width) and np.median(width) > 0 else None


def _to_us(cells: Sequence[str], form: str | None) -> tuple[Times, np.ndarray]:
    if form is None and len(cells) <= 2 * _SAMPLE:
        return _few_iso(cells)
    text = from_strings([c.strip() for c in cells])
    if form is None:
        us, ok, _ = times.parse_iso(text)
        return us, ok
    return times.parse_format(text, form)


def _few_iso(cells: Sequence[str]) -> tuple[Times, np.ndarray]:
    """A handful of ISO cells: without the fixed cost of the vectorised way."""
    us, ok = np.zeros(len(cells), np.int64), np.zeros(len(cells), bool)
    for k, cell in enumerate(cells):
        try:
            us[k], ok[k] = _local_us(datetime.fromisoformat(cell.strip())), True
        except ValueError:
            continue
    return us, ok


def _decimal(cells: Sequence[str], delimiter: str) -> tuple[str, str | None]:
    """Decimal and thousands separator of the numbers."""
    # 1.234 says nothing where 1,5 stands beside it, and the other way round.
    telling = [c for c in cells if not _EITHER.fullmatch(c)] or cells
    commas = sum("," in c and (_COMMA.fullmatch(c) is not None) for c in telling)
    dots = sum("." in c and (_PLAIN.fullmatch(c) is not None) for c in telling)
    dots_comma = sum(_DOTS_COMMA.fullmatch(c) is not None for c in cells)
    commas_dot = sum(_COMMAS_DOT.fullmatch(c) is not None for c in cells)
    if dots_comma and not commas_dot:
        return ",", "."
    if commas_dot and not dots_comma:
        return ".", ","
    return (",", None) if commas > dots else (".", None)


def _make_columns(
    names: Sequence[str],
    units: Sequence[str],
    kinds: Sequence[str],
    time: Sequence[int],
    declared: Declaration | None,
    notes: list[str],
) -> tuple[list[Column], list[Column]]:
    """Signals, and columns that have no value yet."""
    columns: list[Column] = []
    empty: list[Column] = []
    for index, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if index in time:
            continue
        rule = declared.rule(name) if declared is not None else None
        if declared is not None and declared.only is not None and name not in declared.only:
            continue
        if rule is not None and rule.skip:
            notes.append(f"column {name} skipped, as declared")
            continue
        asked = rule is not None or (declared is not None and declared.only is not None)
        if kind in ("text", "clock", "time") and not asked:
            notes.append(f"column {name} skipped: {'text' if kind == 'text' else 'a time'}")
            continue
        column = _one_column(name, index, units[index], kind, rule or ColumnRule())
        if kind == "empty" and not asked:
            empty.append(column)
        else:
            columns.append(column)
    return columns, empty


def _one_column(name: str, index: int, unit: str, kind: str, rule: ColumnRule) -> Column:
    named = _UNIT.fullmatch(name)
    return Column(
        name=name,
        index=index,
        signal=rule.signal or name,
        unit=rule.unit or unit.strip() or (named[1] or named[2] if named else None),
        scale=1.0 if rule.scale is None else rule.scale,
        sign=rule.sign or 1,
        quantity=rule.quantity,
        boolean=kind == "truth",
    )


def _ends_of_intervals(us: Times, values: Sequence[np.ndarray]) -> int | None:
    """Length of the interval [µs] where labels name its end, else None.

    A table of quarter hours that begins with 00:15 is labelled by interval ends, one that begins
    with 00:00 by starts. Only the beginning is asked: it stays what it is when the file grows.
    A counter has no intervals.
    """
    step = _regular_step(us)
    if step is None or us[0] % DAY != step:
        return None
    return None if values and all(_is_counter(column) for column in values) else step


def _regular_step(us: Times) -> int | None:
    """Step of 5 min to 1 h that nearly all of the first rows keep [µs], else None."""
    steps = np.diff(us)
    if len(steps) < 2:
        return None
    sizes, counts = np.unique(steps, return_counts=True)
    step = int(sizes[counts.argmax()])
    regular = 5 * MINUTE <= step <= HOUR and counts.max() >= 0.95 * len(steps)
    return step if regular else None


def _doubt_of_label(us: Times, last: int, ended: bool) -> str | None:
    """What speaks against the label taken, or leaves it open; None where nothing does."""
    step = _regular_step(us)
    first, final = _time_of_day(int(us[0])) if len(us) else "", _time_of_day(last)
    if ended:
        told = last % DAY == 0
        return None if told else f"last {final}, not 00:00; if labels name starts, declare label"
    # Load profiles have these steps; what is polled more often has no intervals.
    if step not in (15 * MINUTE, 30 * MINUTE, HOUR) or (us[0] % DAY == 0 and last % DAY != 0):
        return None
    return f"label START assumed: first {first}, last {final} do not tell; if end, declare label"


def _is_counter(values: np.ndarray) -> bool:
    full = values[np.isfinite(values)]
    return bool(len(full) > 2 and np.all(np.diff(full) >= 0) and full[0] < full[-1])


def _sampled(column: Column, rows: Sequence[_Row], decimal: str) -> np.ndarray:
    return parse_numbers(_column_cells(rows, column.index), decimal)


def parse_numbers(cells: Sequence[str], decimal: str) -> np.ndarray:
    """Cells of the sample as float64, NaN where they are none."""
    return np.array([_number(cell.strip(), decimal) for cell in cells])


def _number(cell: str, decimal: str) -> float:
    try:
        return float(cell.replace(",", ".") if decimal == "," else cell)
    except ValueError:
        return float("nan")


def look(
    source: SourceFile, declaration: Declaration | None = None, *, peek: tuple[int, int] = PEEK
) -> Layout:
    """Find out how a source is written.

    Parameters
    ----------
    source : what to look at.
    declaration : what is known already; wins over anything seen.
    peek : bytes looked at, at the beginning and at the end.

    Raises
    ------
    SourceError : no table, no time column, a time without origin, or not text at all; names the
        line and what was expected.
    """
    magic = _magic(source)
    if magic == b"PAR1" and source.member is None:
        from ingest.parquet_files import look_parquet

        return look_parquet(source, declaration)
    if magic == b"PK\x03\x04" and source.member is None:
        raise SourceError(source.path, "damaged zip archive, or one without a table in it")
    if source.path.suffix.lower() in (".zip", ".parquet") and source.member is None:
        raise SourceError(source.path, f"is not a {source.path.suffix[1:]} file")
    compression = "gzip" if magic[:2] == b"\x1f\x8b" and source.member is None else None
    head, tail = _peek(source, compression, peek)
    if source.member is None and compression is None and not _told_table(declaration):
        form = form_of_head(head[:HEAD])
        if form is not None:
            return look_document(source, form, declaration)
    if b"/MWh]" in head[:HEAD]:
        return _look_prices(source, declaration, head, tail, compression)
    return _look_text(source, declaration, head, tail, compression)


def _told_table(declared: Declaration | None) -> bool:
    """Whether a declaration says how a table is written; then it is read as that."""
    told = ("delimiter", "header", "skip_lines", "time", "format", "start", "origin", "only")
    return declared is not None and any(getattr(declared, key) is not None for key in told)


def _look_prices(
    source: SourceFile,
    declared: Declaration | None,
    head: bytes,
    tail: bytes,
    compression: str | None,
) -> Layout:
    """A table of prices; that of SMARD needs nothing told."""
    from ingest.prices import smard_declaration, smard_facts, with_told

    header = head[:HEAD].decode("utf-8-sig", "replace").partition("\n")[0]
    own = smard_declaration(source.path, header)
    if own is None:
        return _look_text(source, declared, head, tail, compression)
    general = source.logical.parent.name.lower() in GENERAL
    own = replace(own, device="SMARD" if general else source.logical.parent.name)
    layout = _look_text(source, with_told(own, declared), head, tail, compression)
    return replace(layout, facts=tuple(smard_facts().items()))


def _magic(source: SourceFile) -> bytes:
    try:
        with source.path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise SourceError(source.path, f"cannot be read ({error.strerror})") from error


def _look_text(
    source: SourceFile,
    declared: Declaration | None,
    head: bytes,
    tail: bytes,
    compression: str | None,
) -> Layout:
    text = _read_text(source, head, tail, declared.encoding if declared is not None else None)
    comment = declared.comment if declared is not None and declared.comment else "#"
    delimiter, rows, run = _find_table(text, comment, declared)
    base = Layout(
        format="csv",
        device="",
        group="",
        member=source.member,
        compression=compression,
        encoding=text.encoding,
        delimiter=delimiter,
        comment=comment,
        newline=text.newline,
        missing=(*MISSING, *(declared.missing if declared is not None else ())),
    )
    if not rows:
        if len(head) >= PEEK[0]:
            raise SourceError(
                source.path, f"no table in the first {len(head)} bytes",
                expected="header in source.toml",
            )  # fmt: skip
        return _named(replace(base, notes=("no row yet",)), source, declared, [])
    header, units = _header_of(rows, run, declared)
    width = len(run[0].cells)
    data_line = _first_data_line(header, units, run, declared)
    names = _names(header, width)
    sample, ending = _ends_of(text, rows, delimiter, width, data_line)
    kinds = _kinds_of(text, sample, ending, delimiter, width, data_line)
    time = _time_of(source, names, kinds, sample, ending, declared, data_line)
    if declared is None or declared.format is None:
        time = _settle_order(time, names, text, delimiter, width, data_line, ending)
    if declared is None or declared.decimal is None:
        values = [k for k in range(width) if kinds[k] != "time" and k not in time.index]
        cells = [c.strip() for k in values for c in _column_cells(sample + ending, k)]
        decimal, thousands = _decimal(cells, delimiter)
    else:
        decimal, thousands = declared.decimal, None
    notes = list(time.notes)
    if decimal == ",":
        notes.append("decimal comma")
    unit_cells = [*(units.cells if units is not None else []), *[""] * width][:width]
    columns, empty = _make_columns(names, unit_cells, kinds, time.index, declared, notes)
    columns = [
        # By the beginning alone: it stays what it is when the file grows.
        replace(column, rising=_is_counter(_sampled(column, sample, decimal)))
        if is_energy(column.unit)
        else column
        for column in columns
    ]
    if empty and not columns and len(empty) == 1:
        columns, empty = empty, []
    notes += [f"column {column.name} has no value so far" for column in empty]
    layout = replace(
        base,
        decimal=decimal,
        thousands=thousands,
        header_line=header.line if header is not None else 0,
        data_line=data_line,
        width=width,
        time_columns=tuple(names[k] for k in time.index),
        time_index=time.index,
        time_format=time.form,
        zone=time.zone,
        origin_us=time.origin_us,
        interval_us=time.interval_us,
        columns=tuple(columns),
        empty=tuple(empty),
    )
    if declared is not None and declared.start is not None:
        layout = replace(
            layout,
            start_us=_local_us(declared.start),
            step_us=declared.step_us,
            zone="UTC" if declared.start.tzinfo else declared.zone or "site",
        )
    layout = _label(layout, time, sample, ending, declared, notes)
    return _named(replace(layout, notes=tuple(notes)), source, declared, names)


def _first_data_line(
    header: _Row | None, units: _Row | None, run: Sequence[_Row], declared: Declaration | None
) -> int:
    """Number of the line with the first row of values."""
    if header is None and declared is not None and declared.skip_lines:
        return declared.skip_lines + 1
    if header is None:
        return run[0].line
    return 1 + max(row.line for row in (header, units) if row is not None)


def _ends_of(
    text: _Text, rows: Sequence[_Row], delimiter: str, width: int, data_line: int
) -> tuple[list[_Row], list[_Row]]:
    """Rows of values at the beginning of the file and at its end, as far as they are whole."""
    data = [row for row in rows if row.line >= data_line]
    ending = [_Row(0, split_line(line, delimiter)) for line in text.tail] or data[-_ENDING:]
    sample = [row for row in data if len(row.cells) == width][:_SAMPLE]
    return sample, [row for row in ending if len(row.cells) == width]


def _kinds_of(
    text: _Text,
    sample: list[_Row],
    ending: list[_Row],
    delimiter: str,
    width: int,
    data_line: int,
) -> list[str]:
    """What each column holds; one without a value at both ends is looked at as a whole."""
    if not sample:
        return ["number"] * width
    kinds = [_kind(_column_cells(sample + ending, k)) for k in range(width)]
    if "empty" not in kinds:
        return kinds
    split = (split_line(line, delimiter) for line in text.lines()[data_line - 1 :])
    every = [_Row(0, cells) for cells in split if len(cells) == width]
    return [
        _kind(_column_cells(every, k)) if kind == "empty" else kind for k, kind in enumerate(kinds)
    ]


def _header_of(
    rows: Sequence[_Row], run: Sequence[_Row], declared: Declaration | None
) -> tuple[_Row | None, _Row | None]:
    header, units = _find_header(rows, run)
    if declared is None:
        return header, units
    if declared.header == 0:
        return None, None
    line = declared.header or (declared.skip_lines + 1 if declared.skip_lines is not None else None)
    if line is None:
        return header, units
    forced = next((row for row in rows if row.line >= line), None)
    if forced is not None and units is not None and units.line <= forced.line:
        units = None
    return forced, units


def _names(header: _Row | None, width: int) -> list[str]:
    cells = list(header.cells) if header is not None else [f"column {k + 1}" for k in range(width)]
    return unique_names([*cells, *[""] * width][:width])


def _time_of(
    source: SourceFile,
    names: Sequence[str],
    kinds: Sequence[str],
    sample: Sequence[_Row],
    ending: Sequence[_Row],
    declared: Declaration | None,
    line: int,
) -> _Time:
    if declared is not None and declared.start is not None:
        note = f"no time column: {declared.start} and every {declared.step_us} µs, as declared"
        return _Time(notes=(note,))
    if sample:
        return _read_time(source, names, kinds, sample, ending, declared, line)
    timed = [k for k, name in enumerate(names) if _names_time(name) or not name]
    if not timed:
        raise SourceError(
            source.path, "no time column and no row of numbers", line=line,
            expected="a table of readings with a column of time stamps",
        )  # fmt: skip
    return _Time(tuple(timed[:1]), notes=("no row yet",))


def _label(
    layout: Layout,
    time: _Time,
    sample: Sequence[_Row],
    ending: Sequence[_Row],
    declared: Declaration | None,
    notes: list[str],
) -> Layout:
    """Whether time stamps name the start or the end of an interval, and how long it is."""
    label = (declared.label if declared is not None else None) or time.label
    interval = (declared.interval_us if declared is not None else None) or time.interval_us
    if layout.start_us is not None or not sample:
        return replace(layout, label=label or "start", interval_us=interval or layout.step_us)
    us, last = _sample_times(layout, sample, ending)
    if label is None and len(us):
        values = [_sampled(column, sample, layout.decimal) for column in layout.columns]
        step = _ends_of_intervals(us, values)
        doubt = _doubt_of_label(us, last, ended=step is not None)
        if step is not None:
            label, interval = "end", step
            notes.append(
                f"label END: regular {step // MINUTE} min, first {_time_of_day(int(us[0]))}"
                + (f", {doubt}" if doubt else f", last {_time_of_day(last)}")
            )
        elif doubt and not (values and all(_is_counter(column) for column in values)):
            notes.append(doubt)
    if label == "end" and interval is None and len(us) > 1:
        sizes, counts = np.unique(np.diff(us), return_counts=True)
        interval = int(sizes[counts.argmax()])
        notes.append(f"interval {interval // MINUTE} min, the usual step")
    return replace(layout, label=label or "start", interval_us=interval)


def _sample_times(
    layout: Layout, sample: Sequence[_Row], ending: Sequence[_Row]
) -> tuple[Times, int]:
    """Times of the first rows [µs local], and the last one."""
    if layout.time_format is not None and layout.time_format.startswith("count:"):
        return np.empty(0, np.int64), 0
    us, ok = _to_us(_joined(sample, layout.time_index), layout.time_format)
    late, fine = _to_us(_joined(ending, layout.time_index), layout.time_format)
    if layout.zone == "text" or not ok.any() or not fine.any():
        return np.empty(0, np.int64), 0
    return us[ok], int(late[fine][-1])


def _time_of_day(us: int) -> str:
    return f"{us % DAY // HOUR:02d}:{us % HOUR // MINUTE:02d}"


def _named(
    layout: Layout, source: SourceFile, declared: Declaration | None, names: Sequence[str]
) -> Layout:
    """Give device, group and, in a file of one signal, the signal its name."""
    values = [name for k, name in enumerate(names) if k not in layout.time_index]
    if layout.header_line == 0 and len(values) == 1:
        values = ["value"]
    device, group, signal = name_device(source, values)
    columns = layout.columns
    alone = len(columns) == 1 and (declared is None or declared.rule(columns[0].name) is None)
    if signal is not None and alone:
        columns = (replace(columns[0], signal=signal),)
    if declared is not None:
        device, group = declared.device or device, declared.group or group
    columns = _distinct(columns, source)
    return replace(layout, device=device, group=group, columns=columns)


def _distinct(columns: tuple[Column, ...], source: SourceFile) -> tuple[Column, ...]:
    repeated = [s for s, n in Counter(column.signal for column in columns).items() if n > 1]
    if repeated:
        raise SourceError(
            source.path, f"two columns are called {repeated[0]!r}", expected="one signal per column"
        )
    return columns
