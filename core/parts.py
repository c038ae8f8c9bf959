"""The Parquet files of a store, one by one: their schema, a writer, and reading back.

A file holds rows of one device, level and period, sorted by ``(signal, ts)``, in row groups that
readers can skip by signal. Where two files hold a row of the same ``(signal, ts)``, the one of
the higher generation stands.
"""

from __future__ import annotations

import os
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.arrays import from_numpy, from_strings, to_float64, to_int32, to_int64
from core.errors import StoreDamaged
from core.ledger import Part, SignalRow
from core.levels import DAY, HOUR, SECOND
from core.rollup import Buckets, Float, Int, day_index, day_starts, in_order, nests_in_days

RAW = "raw"
RAW_GROUP = 122_880  # rows of a row group: large enough to scan, small enough to skip
LEVEL_GROUP = 61_440
_TS = pa.timestamp("us", tz="UTC")
_NAMES = pa.dictionary(pa.int32(), pa.string())


def _schema(**columns: pa.DataType) -> pa.Schema:
    """Columns that never hold a null: marking each value as there would cost a tenth."""
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


RAW_SCHEMA = _schema(signal=_NAMES, ts=_TS, value=pa.float64(), source=pa.int32())
LEVEL_SCHEMA = _schema(
    signal=_NAMES, ts=_TS, first=pa.float64(), last=pa.float64(), min=pa.float64(),
    max=pa.float64(), sum=pa.float64(), count=pa.int32(),
)  # fmt: skip


def period_of(ts: int, width_us: int) -> str:
    """Period of the file a row goes to: a month, a year, or all; `width_us` 0 is raw."""
    if width_us >= DAY:
        return "all"
    moment = datetime.fromtimestamp(ts // SECOND, UTC)
    return f"{moment:%Y}" if width_us >= 900 * SECOND else f"{moment:%Y-%m}"


def period_edges(first: int, last: int, width_us: int) -> list[int]:
    """Starts of the periods after the first that touch [first, last] [µs UTC]."""
    if width_us >= DAY:
        return []
    step = 12 if width_us >= 900 * SECOND else 1
    start = datetime.fromtimestamp(first // SECOND, UTC)
    months = start.year * 12 + (0 if step == 12 else start.month - 1)
    edges: list[int] = []
    while True:
        months += step
        edge = int(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp()) * SECOND
        if edge > last:
            return edges
        edges.append(edge)


@dataclass
class PartReader:
    """Reads rows of named signals from parts, skipping row groups by their statistics."""

    root: Path
    _open: dict[str, _OpenPart] = field(default_factory=dict)
    _last: dict[str, _Group] = field(default_factory=dict)

    def _file(self, part: Part) -> _OpenPart:
        if part.path not in self._open:
            try:
                file = pq.ParquetFile(self.root / part.path, read_dictionary=["signal"])
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreDamaged(f"{self.root / part.path} cannot be read: {error}") from error
            groups = range(file.metadata.num_row_groups)
            self._open[part.path] = _OpenPart(
                file, [_signals_of(file.metadata.row_group(i).column(0)) for i in groups]
            )
        return self._open[part.path]

    def close(self) -> None:
        """Close all files."""
        for opened in self._open.values():
            opened.file.close()
        self._open.clear()
        self._last.clear()

    def read(
        self,
        part: Part,
        low: str,
        high: str,
        start: int,
        end: int,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Rows of signals in [low, high] and times in [start, end) [µs UTC], in file order.

        `columns` are those wanted besides signal and ts; None is all.
        """
        file, signals = self._file(part)
        groups = [i for i, (least, most) in enumerate(signals) if least <= high and low <= most]
        wanted = None if columns is None else ["signal", "ts", *columns]
        try:
            tables = [self._group(part, file, i, wanted).rows(low, high) for i in groups]
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreDamaged(f"{self.root / part.path} cannot be read: {error}") from error
        if not tables:
            return file.schema_arrow.empty_table().select(wanted or file.schema_arrow.names)
        table = pa.concat_tables(tables)
        if start <= part.start and part.stop < end:
            return table
        ts = to_int64(table["ts"])
        inside = np.flatnonzero((ts >= start) & (ts < end))
        if len(inside) and len(inside) == inside[-1] - inside[0] + 1:
            return table.slice(int(inside[0]), len(inside))
        return table.take(from_numpy(inside, pa.int64()))

    def _group(
        self, part: Part, file: pq.ParquetFile, index: int, columns: Sequence[str] | None
    ) -> _Group:
        """A row group; the last one of each file is kept, for the next signal often shares it."""
        kept = self._last.get(part.path)
        if kept is None or (kept.index, kept.columns) != (index, columns):
            table = file.read_row_group(index, columns, use_threads=False)
            names = table["signal"].combine_chunks()
            code = to_int32(names.indices)
            starts = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
            spelled = names.dictionary.to_pylist()
            signals = [spelled[k] for k in code[starts].tolist()]
            edges = [*starts.tolist(), len(code)]
            kept = self._last[part.path] = _Group(index, columns, table, signals, edges)
        return kept


class _OpenPart(NamedTuple):
    """A file, and the first and last signal of each of its row groups."""

    file: pq.ParquetFile
    signals: list[tuple[str, str]]


class _Group(NamedTuple):
    """A row group: its signals, and the rows where each begins and the last one ends."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    columns: Sequence[str] | None
    table: pa.Table
    signals: list[str]
    edges: list[int]

    def rows(self, low: str, high: str) -> pa.Table:
        """Rows of signals in [low, high]; they follow each other."""
        first = self.edges[bisect_left(self.signals, low)]
        last = self.edges[bisect_right(self.signals, high)]
        return self.table.slice(first, max(0, last - first))


def _signals_of(column: pq.ColumnChunkMetaData) -> tuple[str, str]:
    """First and last signal of a row group, as far as its statistics tell."""
    stats = column.statistics
    if stats is None or not stats.has_min_max:
        return "", chr(sys.maxunicode)
    return stats.min, stats.max


def concat(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of several files, one after the other; older files allow nulls in their schema."""
    return pa.concat_tables(tables, promote_options="default")


def _covers(part: Part, signal: str, start: int, end: int, since: int) -> bool:
    return (
        part.generation >= since
        and part.start < end
        and part.stop >= start
        and part.signal_first <= signal <= part.signal_last
    )


def read_raw(
    reader: PartReader, parts: Sequence[Part], signal: str, start: int, end: int, since: int = 0
) -> tuple[Int, Float, Int]:
    """Raw rows of one signal in [start, end): ts, value, source; the later generation stands."""
    tables = [
        reader.read(part, signal, signal, start, end, ("value", "source"))
        for part in parts
        if part.level == RAW and _covers(part, signal, start, end, since)
    ]
    if not tables:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
    table = concat(tables)
    ts, (value, source), _ = in_order(
        to_int64(table["ts"]),
        to_float64(table["value"]),
        to_int32(table["source"]).astype(np.int64),
    )
    return ts, value, source


def read_level(
    reader: PartReader,
    parts: Sequence[Part],
    level: str,
    signal: str,
    start: int,
    end: int,
    since: int = 0,
) -> Buckets:
    """Buckets of one signal that start in [start, end)."""
    tables = [
        reader.read(part, signal, signal, start, end)
        for part in parts
        if part.level == level and _covers(part, signal, start, end, since)
    ]
    if not tables:
        none = np.empty(0)
        return Buckets(np.empty(0, np.int64), none, none, none, none, none, np.empty(0, np.int64))
    table = concat(tables)
    names = ("first", "last", "min", "max", "sum")
    ts, columns, _ = in_order(
        to_int64(table["ts"]),
        *(to_float64(table[name]) for name in names),
        to_int32(table["count"]).astype(np.int64),
    )
    return Buckets(ts, *columns)


def raw_stretches(
    reader: PartReader, parts: Sequence[Part], row: SignalRow, zone: str
) -> Iterator[tuple[Int, Float, Int]]:
    """All raw rows of a signal in stretches of whole local days, about a month each.

    Where hours of the zone straddle midnight there is a single stretch.
    """
    if row.first is None or row.last is None:
        return
    starts = day_starts(zone)
    low, high = day_index(np.array([row.first, row.last]), zone)
    step = 31 if nests_in_days(HOUR, zone) else int(high - low) + 1
    for at in range(int(low), int(high) + 1, step):
        start, end = int(starts[at]), int(starts[min(at + step, int(high) + 1)])
        readings = read_raw(reader, parts, row.name, start, end, row.since)
        if len(readings[0]):
            yield readings


class PartWriter:
    """One Parquet file in the making; rows arrive sorted by (signal, ts).

    Row groups are encoded in `pool`, if one is given, one at a time and in order.
    """

    def __init__(self, path: Path, schema: pa.Schema, pool: Executor | None = None) -> None:
        self._schema = schema
        self._limit = RAW_GROUP if schema is RAW_SCHEMA else LEVEL_GROUP
        self._pool = pool
        self._encoding: Future[None] | None = None
        self._columns: list[list[np.ndarray]] = [[] for _ in schema.names[1:]]
        self._runs: list[tuple[str, int]] = []
        self._held = 0
        self.rows = 0
        self.start, self.stop = 2**62, -(2**62)
        self.signal_first = self.signal_last = ""
        self.path = path
        delta = [name for name in schema.names if name in ("ts", "source")]
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in schema.names if name not in delta],
            column_encoding=dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
            write_statistics=["signal"],
            store_schema=False,
            write_batch_size=RAW_GROUP,  # a row group at once: steps of 1024 cost a tenth
        )

    def append(self, signal: str, columns: Sequence[np.ndarray]) -> None:
        """Add rows of one signal; `columns` without the signal, time first."""
        count = len(columns[0])
        for held, column in zip(self._columns, columns, strict=True):
            held.append(column)
        self._runs.append((signal, count))
        self.signal_first = self.signal_first or signal
        self.signal_last = signal
        self.start = min(self.start, int(columns[0][0]))
        self.stop = max(self.stop, int(columns[0][-1]))
        self._held += count
        self.rows += count
        if self._held >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Hand the rows held to the encoder."""
        if self._encoding is not None:
            self._encoding.result()
        if not self._held:
            return
        runs, columns = self._runs, self._columns
        self._runs, self._columns, self._held = [], [[] for _ in columns], 0
        if self._pool is None:
            self._encode(runs, columns)
        else:
            self._encoding = self._pool.submit(self._encode, runs, columns)

    def _encode(self, runs: list[tuple[str, int]], columns: list[list[np.ndarray]]) -> None:
        """Write rows as one row group, or two where they are many more than one holds."""
        names = list(dict.fromkeys(name for name, _ in runs))
        code = {name: i for i, name in enumerate(names)}
        codes = np.repeat(
            np.array([code[name] for name, _ in runs], np.int32), [count for _, count in runs]
        )
        spelled = from_strings(names)
        arrays = [pa.DictionaryArray.from_arrays(from_numpy(codes, pa.int32()), spelled)]
        for field_, held in zip(list(self._schema)[1:], columns, strict=True):
            column = held[0] if len(held) == 1 else np.concatenate(held)
            if field_.type == pa.int32():
                column = column.astype(np.int32)
            arrays.append(from_numpy(column, field_.type))
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        groups = max(1, round(table.num_rows / self._limit))
        self._writer.write_table(table, row_group_size=-(-table.num_rows // groups))

    def close(self) -> None:
        """Write what is held and the footer, and sync to disk."""
        self.flush()
        if self._encoding is not None:
            self._encoding.result()
        self._writer.close()
        with open(self.path, "rb+") as file:
            os.fsync(file.fileno())
