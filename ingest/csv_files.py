"""Any table on disk to canonical batches: UTC microseconds and float64 by signal.

The strict path hands blocks of whole lines to pyarrow with explicit column types. A block it
refuses is read again cell by cell, so that every unusable cell is named with its physical line;
the next block is tried on the strict path again.

What only single cells need (pyarrow's functions, and formats of time) is imported where they are
read: it takes as long to load as a small file to read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from core.arrays import to_float64, to_int64
from ingest.clock import ClockState, Mask, Nonexistent, Times, to_utc
from ingest.declare import Declaration, declaration_for, load_declarations
from ingest.layout import Column, Layout
from ingest.sources import (
    ByteStream,
    SourceFile,
    find_sources,
    prefix_hash,
    sample_hash,
    source_file,
)

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

__all__ = [
    "BadCell", "Batch", "Column", "Declaration", "Layout", "ReadState", "Reader", "SourceFile",
    "declaration_for", "find_sources", "grown", "load_declarations", "prefix_hash",
    "read_batches", "source_file",
]  # fmt: skip

Floats = NDArray[np.float64]

BLOCK = 1 << 21  # stays in the cache from hash to parse: 8 MB blocks cost a fifth more
_LONGEST_TEXT = 80  # characters of an unusable cell that are kept
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_BAD_NUMBER = "not a number"
_BAD_TIME = "no time stamp"


@dataclass(frozen=True)
class BadCell:
    """A cell, or a whole row, that cannot be used; `column` is empty for a row."""

    line: int
    column: str
    text: str
    reason: str


@dataclass
class Batch:
    """Readings of consecutive rows, in the order of the file.

    Parameters
    ----------
    ts : time stamps, shape (n,) [µs UTC].
    values : by signal, shape (n,) each; NaN where the cell is empty or unusable.
    bad : what could not be used.
    first_line, lines : physical lines of the rows; `lines` None where they are consecutive.
    provisional : the rows of a last line without line end; a later run reads it again.
    """

    ts: Times
    values: dict[str, Floats]
    bad: list[BadCell] = field(default_factory=list)
    first_line: int = 1
    lines: Times | None = None
    provisional: bool = False

    def line_of(self, i: int) -> int:
        """Physical line of row `i`, 1-based."""
        return self.first_line + i if self.lines is None else int(self.lines[i])


@dataclass(frozen=True)
class ReadState:
    """Where a reader stopped; enough to go on when the file has grown.

    Parameters
    ----------
    sha256 : of the bytes read: of the first `end_offset` bytes of the file (of all bytes, for
        packed files). Where a run read on, of the hash before it and what it read.
    sample : `sample_hash` of the first `end_offset` bytes; empty where a file cannot grow.
    end_offset : byte after the last complete line.
    end_line : number of complete lines before `end_offset`.
    clock : state of the clock there.
    rows : rows with a time stamp handed out, a provisional one among them.
    """

    sha256: str
    sample: str
    end_offset: int
    end_line: int
    clock: ClockState
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionary for JSON."""
        return {**self.__dict__, "clock": self.clock.as_dict()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ReadState:
        """State from what `as_dict` gave."""
        return cls(**{**plain, "clock": ClockState.from_dict(plain["clock"])})


def grown(source: SourceFile, layout: Layout, state: ReadState) -> Digest | None:
    """Hash to read on with if the file only grew since `state`, else None.

    Packed files and Parquet never count as grown. Of the known part the beginning, the end and
    sixteen blocks in between are compared, so that reading on costs what is new, not what is old.
    """
    plain = layout.format == "csv" and layout.compression is None and source.member is None
    if not plain or layout.encoding.startswith("utf-16") or source.size <= state.end_offset:
        return None
    if not state.rows or not state.sample:
        return None  # nothing was known of its rows yet: it is looked at again
    if sample_hash(source.path, state.end_offset) != state.sample:
        return None
    return hashlib.sha256(state.sha256.encode())


def untouched(source: SourceFile, layout: Layout, state: ReadState) -> bool:
    """Whether a file of the same size holds the bytes it was read with, whatever its time says.

    Only for plain text that was read in one go: of the others the ledger has no hash to compare.
    """
    plain = layout.format == "csv" and layout.compression is None and source.member is None
    if not plain or state.end_offset != source.size:
        return False
    return prefix_hash(source.path, state.end_offset).hexdigest() == state.sha256


class Reader:
    """Iterates over the batches of a source; afterwards `state` says where it stopped."""

    def __init__(
        self,
        source: SourceFile,
        layout: Layout,
        *,
        zone: str,
        nonexistent: Nonexistent = "quarantine",
        offset: int = 0,
        clock: ClockState | None = None,
        line: int = 0,
        digest: Digest | None = None,
        block: int = BLOCK,
    ) -> None:
        self.source, self.layout = source, layout
        self.zone = zone if layout.zone == "site" else layout.zone
        self.nonexistent: Nonexistent = nonexistent
        if offset and digest is None:
            digest = prefix_hash(source.path, offset)
        self._digest = digest or hashlib.sha256()
        self._offset, self._line, self._block = offset, line, block
        self._clock = clock or ClockState()
        self._rows = 0
        self._table = _Table(layout)
        self._ahead = self._origin_ahead()

    def _origin_ahead(self) -> int | None:
        """Local minus UTC at the origin of a time that only counts [µs]; None for a wall clock."""
        layout = self.layout
        origin = layout.start_us
        if layout.time_format is not None and layout.time_format.startswith("count:"):
            origin = layout.origin_us
        if origin is None:
            return None
        utc, _, _ = to_utc(np.array([origin]), self.zone, nonexistent="shift")
        return origin - int(utc[0])

    @property
    def state(self) -> ReadState:
        """Where the reader stands; final once iteration has ended."""
        plain = self.layout.format == "csv" and self.layout.compression is None
        sample = sample_hash(self.source.path, self._offset) if plain else ""
        return ReadState(
            self._digest.hexdigest(), sample, self._offset, self._line, self._clock, self._rows
        )

    def __iter__(self) -> Iterator[Batch]:
        if self.layout.format != "csv":
            for batch in self._whole():
                self._rows += len(batch.ts)
                yield batch
            self._digest = prefix_hash(self.source.path, self.source.size)
            self._offset = self.source.size
            return
        yield from self._read_text()

    def _whole(self) -> Iterator[Batch]:
        """Batches of a file that is read whole."""
        if self.layout.format == "parquet":
            from ingest.parquet_files import read_parquet

            return read_parquet(self.source, self.layout, self.zone, self.nonexistent)
        from ingest.documents import read_tracks

        return read_tracks(self.source, self.layout.format, self.layout.zone)

    def _read_text(self) -> Iterator[Batch]:
        packed = self.layout.compression is not None or self.source.member is not None
        stream = ByteStream(
            self.source, self.layout.compression, self.layout.encoding, self._offset
        )
        transcoded = self.layout.encoding.startswith("utf-16")
        with closing(stream):
            yield from self._read_stream(stream, packed, transcoded)
        if packed or transcoded:
            self._digest = stream.digest
            if transcoded and not packed:
                self._digest = prefix_hash(self.source.path, self.source.size)
            self._offset = self.source.size
        if stream.damage is not None:
            bad = BadCell(self._line + 1, "", "", stream.damage)
            yield Batch(np.empty(0, np.int64), {}, [bad], self._line + 1)

    def _read_stream(self, stream: ByteStream, packed: bool, transcoded: bool) -> Iterator[Batch]:
        size = self._block if packed else min(self._block, self.source.size - self._offset + 1)
        for block, complete in _whole_lines(stream, self._newline, max(size, 1)):
            if not complete:
                yield from self._read_rest(bytes(block))
            elif block:
                if not packed and not transcoded:
                    self._digest.update(block)
                yield from self._read_block(block)

    @property
    def _newline(self) -> bytes:
        return b"\r" if self.layout.newline == "\r" else b"\n"

    def _read_block(self, block: memoryview) -> Iterator[Batch]:
        """One block of complete lines; moves offset, line and clock."""
        first = self._line + 1
        count = _count(block, self._newline)
        body, skipped = self._after_header(block)
        self._offset += len(block)
        self._line += count
        if body:
            batch, self._clock = self._convert(body, first + skipped, count - skipped, self._clock)
            self._rows += len(batch.ts)
            if len(batch.ts) or batch.bad:
                yield batch

    def _read_rest(self, rest: bytes) -> Iterator[Batch]:
        """A last line without line end: handed out, but neither counted as read nor hashed."""
        if self._line + 1 < self.layout.data_line or not rest.strip():
            return
        body, _ = self._after_header(memoryview(rest))
        batch, _ = self._convert(body, self._line + 1, 1, self._clock)
        batch.provisional = True
        self._rows += len(batch.ts)
        if len(batch.ts) or batch.bad:
            yield batch

    def _after_header(self, block: memoryview) -> tuple[memoryview, int]:
        """The block from the first data line on, and how many lines came before it."""
        skip = max(0, self.layout.data_line - 1 - self._line)
        if not skip:
            marked = self._line == 0 and bytes(block[:3]) == b"\xef\xbb\xbf"
            return (block[3:] if marked else block), 0
        # The header is short; the whole block is copied only where its first part is not enough.
        for size in (1 << 16, len(block)):
            head = bytes(block[:size])
            cut = skipped = 0
            while skipped < skip and (found := head.find(self._newline, cut)) >= 0:
                cut, skipped = found + 1, skipped + 1
            if skipped == skip:
                return block[cut:], skipped
        return block[:0], skipped

    def _convert(
        self, body: memoryview, first: int, count: int, clock: ClockState
    ) -> tuple[Batch, ClockState]:
        layout = self.layout
        if not layout.width or not (layout.columns or layout.empty):
            return Batch(np.empty(0, np.int64), {}, [], first), clock
        rows = self._table.read_strictly(body, count)
        if rows is None:
            rows = self._table.read_leniently(bytes(body), first)
        return self._finish(rows, first, clock)

    def _finish(self, rows: _Rows, first: int, clock: ClockState) -> tuple[Batch, ClockState]:
        """Local times to UTC; rows without a time leave, and are named."""
        us, values, lines = rows.us, rows.values, rows.lines
        if self.layout.start_us is not None:
            assert self.layout.step_us is not None
            place = np.arange(len(us)) if rows.place is None else rows.place
            us = self.layout.start_us + self.layout.step_us * (clock.rows + place)
        elif rows.timed is not None:
            us, values, lines = us[rows.timed], _take(values, rows.timed), lines[rows.timed]
        ts, missing, clock = self._to_utc(us, rows, clock)
        bad = rows.bad
        if missing.any():
            if lines is None:
                lines = np.arange(first, first + len(us))
            bad = bad + [
                BadCell(int(lines[k]), " ".join(self.layout.time_columns), _show_time(int(us[k])),
                        f"time does not exist in {self.zone}")
                for k in np.flatnonzero(missing)
            ]  # fmt: skip
            ts, values, lines = ts[~missing], _take(values, ~missing), lines[~missing]
        bad.sort(key=lambda cell: cell.line)
        return Batch(ts, values, bad, first, lines), clock

    def _to_utc(self, us: Times, rows: _Rows, clock: ClockState) -> tuple[Times, Mask, ClockState]:
        width = (self.layout.interval_us or 0) if self.layout.label == "end" else 0
        if self.layout.zone == "text" or self._ahead is not None:
            none = np.zeros(len(us), bool)
            seen = len(us) if rows.place is None else rows.seen
            clock = ClockState(clock.start, clock.label, clock.rows + seen)
            return us - width - (self._ahead or 0), none, clock
        if rows.aware is None:
            return to_utc(us, self.zone, clock, self.nonexistent, end_of_us=width)
        aware = rows.aware if rows.timed is None else rows.aware[rows.timed]
        ts = us - width
        missing = np.zeros(len(us), bool)
        ts[~aware], missing[~aware], clock = to_utc(
            us[~aware], self.zone, clock, self.nonexistent, end_of_us=width
        )
        return ts, missing, clock


def read_batches(
    source: SourceFile,
    layout: Layout,
    *,
    zone: str,
    nonexistent: Nonexistent = "quarantine",
    offset: int = 0,
    clock: ClockState | None = None,
    line: int = 0,
    digest: Digest | None = None,
) -> Reader:
    """Read a source batch by batch.

    Parameters
    ----------
    source, layout : the file and what `look` found.
    zone : zone of the site, for naive times.
    nonexistent : what happens to times of the hour skipped in spring.
    offset, clock, line : `end_offset`, `clock` and `end_line` of an earlier `ReadState`, to read
        only what came after; `layout` should then be the one of that run.
    digest : hash of the first `offset` bytes as `grown` returns it; computed if not given.

    Returns
    -------
    An iterable of `Batch`; its `state` is complete once it has been exhausted.
    """
    return Reader(
        source, layout, zone=zone, nonexistent=nonexistent, offset=offset, clock=clock, line=line,
        digest=digest,
    )  # fmt: skip


def _whole_lines(
    stream: ByteStream, newline: bytes, size: int
) -> Iterator[tuple[memoryview, bool]]:
    """Blocks that end with a line end, then what is left after the last one.

    All blocks are views of one buffer that is filled again: fresh memory for every block costs as
    much as reading it. A block is valid until the next one is asked for.
    """
    buffer = bytearray(size)
    held = 0
    while got := stream.readinto(memoryview(buffer)[held:]):
        held += got
        if held < len(buffer):
            continue
        cut = buffer.rfind(newline) + 1
        if not cut:  # a line longer than the buffer
            buffer = buffer + bytearray(len(buffer))
            continue
        yield memoryview(buffer)[:cut], True
        held -= cut
        buffer[:held] = buffer[cut : cut + held]
    cut = buffer.rfind(newline, 0, held) + 1
    yield memoryview(buffer)[:cut], True
    yield memoryview(buffer)[cut:held], False


def _count(block: memoryview, newline: bytes) -> int:
    """Line ends in a block, in pieces that stay in the processor's cache."""
    whole = np.frombuffer(block, np.uint8)
    equal = np.empty(min(len(whole), 1 << 17), bool)
    total = 0
    for start in range(0, len(whole), 1 << 17):
        piece = whole[start : start + (1 << 17)]
        total += int(np.count_nonzero(np.equal(piece, newline[0], out=equal[: len(piece)])))
    return total


def _take(values: Mapping[str, Floats], keep: Mask) -> dict[str, Floats]:
    return {signal: column[keep] for signal, column in values.items()}


def _show_time(us: int) -> str:
    return str(np.datetime64(us, "us").astype("datetime64[s]")).replace("T", " ")


@dataclass
class _Rows:
    """Rows of a block: local times (UTC where aware), values, and what is wrong with them.

    `timed` marks rows with a time stamp, None for all; `aware` those whose time is UTC already.
    `place` counts the rows of the block, ragged ones too, and `seen` is their number.
    """

    us: Times
    values: dict[str, Floats]
    bad: list[BadCell]
    lines: Any = None
    timed: Mask | None = None
    aware: Any = None
    place: Times | None = None
    seen: int = 0


class _Table:
    """The columns of a layout as pyarrow wants them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.columns = sorted([*layout.columns, *layout.empty], key=lambda c: c.index)
        self._rare = {column.signal for column in layout.empty}
        self._names = [f"c{k}" for k in range(layout.width)]
        self._time = [f"c{k}" for k in layout.time_index]
        used = dict.fromkeys([*self._time, *(f"c{column.index}" for column in self.columns)])
        types: dict[str, pa.DataType] = {
            f"c{column.index}": pa.bool_() if column.boolean else pa.float64()
            for column in self.columns
        }
        self._counts = bool(layout.time_format and layout.time_format.startswith("count:"))
        self._iso = layout.time_format is None and len(self._time) == 1
        for name in self._time:
            types[name] = pa.string()
        if self._counts:
            types[self._time[0]] = pa.float64()
        elif self._iso:
            types[self._time[0]] = pa.timestamp("us", tz="UTC" if layout.zone == "text" else None)
        # Looking for quotes costs a twentieth; a block that has some is refused, then they count.
        self._parse = pa.csv.ParseOptions(delimiter=layout.delimiter, quote_char=False)
        self._quoted = pa.csv.ParseOptions(delimiter=layout.delimiter, quote_char='"')
        self._strict = pa.csv.ConvertOptions(
            check_utf8=False,
            column_types=types,
            include_columns=list(used),
            null_values=list(layout.missing),
            true_values=["true", "True", "TRUE", "1"],
            false_values=["false", "False", "FALSE", "0"],
            decimal_point=layout.decimal,
        )
        self._texts = pa.csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(used, pa.string()),
            include_columns=list(used),
            strings_can_be_null=False,
        )

    def _options(self, body: bytes | memoryview) -> pa.csv.ReadOptions:
        return pa.csv.ReadOptions(
            use_threads=False, column_names=self._names, block_size=len(body) + 16
        )

    def read_strictly(self, body: memoryview, count: int) -> _Rows | None:
        """All rows of a block, or None where a single cell is not as it should be."""
        table = self._parse_strictly(body)
        if table is None and self._parse is not self._quoted and b'"' in bytes(body):
            self._parse = self._quoted
            table = self._parse_strictly(body)
        if table is None:
            return None
        if table.num_rows != count and count > 1:
            return None
        us = self._strict_times(table)
        if us is None:
            return None
        values: dict[str, Floats] = {}
        for column in self.columns:
            cells = _one_chunk(table.column(f"c{column.index}"))
            if column.boolean:
                cells = cells.cast(pa.float64())
            numbers = to_float64(cells)
            if np.isinf(numbers).any():
                return None
            self._put(values, column, numbers)
        return _Rows(us, values, [])

    def _parse_strictly(self, body: memoryview) -> pa.Table | None:
        try:
            return pa.csv.read_csv(
                pa.BufferReader(pa.py_buffer(body)),
                read_options=self._options(body),
                parse_options=self._parse,
                convert_options=self._strict,
            )
        except pa.ArrowInvalid:
            return None

    def _strict_times(self, table: pa.Table) -> Times | None:
        if not self._time:
            return np.zeros(table.num_rows, np.int64)
        first = _one_chunk(table.column(self._time[0]))
        if first.null_count:
            return None
        if self._iso:
            return to_int64(first)
        if self._counts:
            return self._count_to_us(to_float64(first))
        us, ok, aware = self._parse_text([_one_chunk(table.column(name)) for name in self._time])
        return us if ok.all() and not aware.any() else None

    def _count_to_us(self, numbers: Floats) -> Times | None:
        from ingest import times

        assert self.layout.time_format is not None
        factor = times.EPOCH_FACTOR[self.layout.time_format.removeprefix("count:")]
        us = np.rint(numbers * factor)
        if not np.isfinite(us).all() or np.abs(us).max(initial=0) > 2**62:
            return None
        return us.astype(np.int64) + self.layout.origin_us

    def _parse_text(self, cells: Sequence[pa.Array]) -> tuple[Times, Mask, Mask]:
        """Time cells in the layout's format: microseconds, usable, carrying an offset."""
        import pyarrow.compute as pc

        from ingest import times

        trimmed = [pc.ascii_trim_whitespace(column) for column in cells]
        text = trimmed[0]
        if len(trimmed) > 1:
            text = pc.binary_join_element_wise(*trimmed, " ")
        form = self.layout.time_format
        if form is None:
            return times.parse_iso(text)
        us, ok = times.parse_format(text, form)
        return us, ok, np.zeros(len(us), bool)

    def _put(self, values: dict[str, Floats], column: Column, numbers: Floats) -> None:
        factor = column.scale * column.sign
        if column.signal in self._rare and np.isnan(numbers).all():
            return
        values[column.signal] = numbers * factor if factor != 1.0 else numbers

    def read_leniently(self, body: bytes, first: int) -> _Rows:
        """Every row of a block, each unusable cell named by its line."""
        bad: list[BadCell] = []
        body, lines, place, seen = self._usable_lines(body, first, bad)
        if not len(lines):
            none = np.zeros(0, bool)
            return _Rows(np.empty(0, np.int64), {}, bad, lines, none, None, place, seen)
        table = pa.csv.read_csv(
            pa.BufferReader(body),
            read_options=self._options(body),
            parse_options=self._quoted,
            convert_options=self._texts,
        )
        us, timed, aware = self._lenient_times(table, lines, bad)
        values: dict[str, Floats] = {}
        for column in self.columns:
            cells = _one_chunk(table.column(f"c{column.index}"))
            self._put(values, column, self._numbers(column, cells, lines, bad))
        return _Rows(us, values, bad, lines, timed, aware, place, seen)

    def _usable_lines(
        self, body: bytes, first: int, bad: list[BadCell]
    ) -> tuple[bytes, Times, Times, int]:
        """Lines with the right number of fields; the others are named, comments left out.

        Returns their bytes, their physical lines, their place among all rows, and how many those
        are.
        """
        newline = b"\r" if self.layout.newline == "\r" else b"\n"
        comment = self.layout.comment.encode()
        delimiter = self.layout.delimiter.encode()
        kept: list[bytes] = []
        numbers: list[int] = []
        places: list[int] = []
        seen = 0
        width = self.layout.width
        for number, line in enumerate(body.split(newline), first):
            line = line.rstrip(b"\r\n")
            if not line.strip() or (comment and line.lstrip().startswith(comment)):
                continue
            if b"\r" in line:
                line = line.replace(b"\r", b" ")
            fields = self._fields(line, delimiter)
            if fields == width and b"\0" not in line:
                kept.append(line)
                numbers.append(number)
                places.append(seen)
            else:
                why = f"{fields} fields instead of {width}" if fields != width else "NUL bytes"
                bad.append(BadCell(number, "", self._show(line), why))
            seen += 1
        lines, place = np.array(numbers, np.int64), np.array(places, np.int64)
        return b"\n".join(kept) + b"\n", lines, place, seen

    @staticmethod
    def _fields(line: bytes, delimiter: bytes) -> int:
        if b'"' not in line:
            return line.count(delimiter) + 1
        if line.count(b'"') % 2:
            return 0  # a quote that is never closed would swallow the lines below
        return sum(part.count(delimiter) for part in line.split(b'"')[::2]) + 1

    def _show(self, raw: bytes) -> str:
        encoding = "utf-8" if self.layout.encoding.startswith("utf-16") else self.layout.encoding
        return raw[: 4 * _LONGEST_TEXT].decode(encoding, "replace")[:_LONGEST_TEXT]

    def _lenient_times(
        self, table: pa.Table, lines: NDArray[np.int64], bad: list[BadCell]
    ) -> tuple[Times, Mask, Mask | None]:
        if not self._time:
            return np.zeros(len(lines), np.int64), np.ones(len(lines), bool), None
        cells = [_one_chunk(table.column(name)) for name in self._time]
        if self._counts:
            us, ok, aware = self._lenient_counts(cells[0])
        else:
            us, ok, aware = self._parse_text(cells)
        reason = _BAD_TIME
        if self.layout.zone == "text" and self._iso:
            ok &= aware  # without its offset such a row could mean any hour
        name = " ".join(self.layout.time_columns)
        for k in np.flatnonzero(~ok):
            text = " ".join(self._text(column, int(k)) for column in cells)
            bad.append(BadCell(int(lines[k]), name, text, reason))
        return us, ok, aware if aware.any() and self.layout.zone != "text" else None

    def _lenient_counts(self, cells: pa.Array) -> tuple[Times, Mask, Mask]:
        import pyarrow.compute as pc

        text = pc.ascii_trim_whitespace(cells)
        fine = pc.match_substring_regex(text, _NUMBER)
        numbers = pc.cast(pc.if_else(fine, text, None), pa.float64())
        counts = numbers.to_numpy(zero_copy_only=False)
        ok = np.isfinite(counts) & (np.abs(counts) < 1e15)
        us = self._count_to_us(np.where(ok, counts, 0.0))
        assert us is not None
        return us, ok, np.zeros(len(us), bool)

    def _numbers(
        self, column: Column, cells: pa.Array, lines: NDArray[np.int64], bad: list[BadCell]
    ) -> Floats:
        """Cells as numbers; NaN where there is none, and what is neither is named."""
        import pyarrow.compute as pc

        text = pc.ascii_trim_whitespace(cells)
        missing = pc.is_in(text, value_set=pa.array(self.layout.missing, pa.string()))
        if column.boolean:
            lower = pc.ascii_lower(text)
            text = pc.if_else(pc.equal(lower, "true"), "1", text)
            text = pc.if_else(pc.equal(lower, "false"), "0", text)
        text = self._plain_decimal(text)
        fine = pc.and_not(pc.match_substring_regex(text, _NUMBER), missing)
        text = pc.replace_substring_regex(text, r"^\+", "")
        numbers = pc.cast(pc.if_else(fine, text, None), pa.float64())
        result: Floats = numbers.to_numpy(zero_copy_only=False).copy()
        unusable = ~np.asarray(pc.or_(fine, missing)) | np.isinf(result)
        for k in np.flatnonzero(unusable):
            bad.append(BadCell(int(lines[k]), column.name, self._text(cells, int(k)), _BAD_NUMBER))
        result[unusable] = np.nan
        return result

    def _plain_decimal(self, text: pa.Array) -> pa.Array:
        """Decimal point, thousands separators gone where they can be nothing else."""
        import pyarrow.compute as pc

        decimal = self.layout.decimal
        group = "." if decimal == "," else ","
        mark, dot = (r"\.", ",") if group == "." else (",", r"\.")
        sure = rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+{dot}\d+$|^[+-]?\d{{1,3}}({mark}\d{{3}}){{2,}}$"
        if self.layout.thousands == group:
            sure += rf"|^[+-]?\d{{1,3}}{mark}\d{{3}}$"
        grouped = pc.match_substring_regex(text, sure)
        if pc.any(grouped).as_py():
            text = pc.if_else(grouped, pc.replace_substring(text, group, ""), text)
        if decimal == ",":
            # A point in a file with decimal commas is no decimal point.
            text = pc.if_else(pc.match_substring(text, "."), "?", text)
            text = pc.replace_substring(text, ",", ".")
        return text

    def _text(self, cells: pa.Array, row: int) -> str:
        raw = cells[row].as_buffer()
        return "" if raw is None else self._show(raw.to_pybytes())


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
