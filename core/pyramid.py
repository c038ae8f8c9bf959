"""Writing to a store: readings to chunks of buckets, and one atomic commit per device.

A store is a folder::

    ledger.sqlite                                  what holds, in one transaction per commit
    level=raw/device=m1/2024-03-00000007.parquet   signal, ts, value, source
    level=1h/device=m1/2024-00000007.parquet       signal, ts, first, last, min, max, sum, count

Files are never changed. A commit stages new files beside their place, syncs them, renames them
and then records them in the ledger; a reader sees the ledger of before or after.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import itertools
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from core.errors import StoreLocked
from core.ledger import Commit, Ledger, Part, SignalRow
from core.levels import DAY, HOUR, Level, parse_rules, worthwhile
from core.parts import (
    LEVEL_SCHEMA,
    RAW,
    RAW_SCHEMA,
    PartReader,
    PartWriter,
    period_edges,
    period_of,
    raw_stretches,
    read_level,
    read_raw,
)
from core.rollup import (
    Buckets,
    Float,
    Int,
    Span,
    count_hours,
    day_index,
    day_starts,
    in_order,
    nests_in_days,
    parent,
    roll_buckets,
    roll_levels,
    touched_span,
)
from core.signals import Signal

LONGEST_NAME = 120  # characters of a folder's name
CHUNK_ROWS = 300_000  # rows of one signal held at once, where there is a choice


class Chunk(NamedTuple):
    """A stretch of one signal, whole local days or hours, ready to be written.

    `ts`, `value`, `source` are the raw rows to add; `levels` the buckets of the whole stretch.
    `rows` and `hours` are the change the stretch makes to the signal's totals; `repeated` and
    `replaced` count by source the readings that stood there already, and that gave a time stamp
    another value.
    """

    signal: str
    ts: Int
    value: Float
    source: Int
    levels: dict[Level, Buckets]
    rows: int
    hours: int
    repeated: Mapping[int, int]
    replaced: Mapping[int, int]


# --- from readings to chunks --------------------------------------------------------------------


@dataclass(frozen=True)
class SignalState:
    """What the store holds of a signal before a write; all zero for a new one."""

    rows: int = 0
    hours: int = 0
    first: int | None = None
    last: int | None = None
    levels: tuple[str, ...] = ()
    since: int = 0


def cut_days(
    pieces: Iterable[tuple[Int, Float, Int]], zone: str, limit: int = CHUNK_ROWS
) -> Iterator[tuple[Int, Float, Int]]:
    """Cut an ascending stream of (ts, value, source) into stretches of whole local days.

    A stretch holds about `limit` rows at most, unless a single day is larger, or hours of the
    zone straddle midnight (then it is not cut). Pieces may touch (equal time stamps at the seam:
    the later stands), but must not step back further.
    """
    starts = day_starts(zone)
    limit = limit if nests_in_days(HOUR, zone) else 2**62
    kept: list[tuple[Int, Float, Int]] = []
    held = 0
    for piece in pieces:
        kept.append(piece)
        held += len(piece[0])
        if held <= limit:
            continue
        ts, value, source = (np.concatenate(column) for column in zip(*kept, strict=True))
        edge = int(starts[day_index(ts[-1:], zone)[0]])
        cut = int(np.searchsorted(ts, edge))
        if cut:
            yield ts[:cut], value[:cut], source[:cut]
        kept = [(ts[cut:], value[cut:], source[cut:])]
        held = len(kept[0][0])
    if held:
        ts, value, source = (np.concatenate(column) for column in zip(*kept, strict=True))
        yield ts, value, source


def _runs(ts: Int) -> list[slice]:
    """Slices of `ts` that follow each other without a break of over a week."""
    breaks = np.flatnonzero(np.diff(ts) > 7 * DAY) + 1
    edges = [0, *breaks.tolist(), len(ts)]
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def _by_source(source: Int) -> Counter[int]:
    """Number of rows of each source."""
    if not len(source):
        return Counter()
    names, counts = np.unique(source, return_counts=True)
    return Counter(dict(zip(names.tolist(), counts.tolist(), strict=True)))


def _count_conflicts(ts: Int, value: Float, source: Int) -> tuple[Counter[int], Counter[int]]:
    """(repeated, replaced) by source among rows in order of arrival."""
    order = np.argsort(ts, kind="stable")
    same = ts[order][1:] == ts[order][:-1]
    differs = value[order][1:] != value[order][:-1]
    later = source[order][1:]
    return _by_source(later[same & ~differs]), _by_source(later[same & differs])


def _buckets_of(
    ts: Int, value: Float, levels: Sequence[Level], span: Span, zone: str
) -> dict[Level, Buckets]:
    """All levels of a span; of days only those that lie wholly in it."""
    rolled = roll_levels(ts, value, levels, zone)
    for level, buckets in rolled.items():
        if level.local_day and span[:2] != span[2:]:
            inside = (buckets.ts >= span.day_start) & (buckets.ts < span.day_end)
            rolled[level] = buckets.rows(inside)
    return rolled


def _day_level(levels: Sequence[Level], zone: str) -> tuple[Level | None, Level | None]:
    """The level of local days among `levels`, and the stored one that it is made from."""
    day = next((level for level in levels if level.local_day), None)
    return day, parent(day, levels, zone) if day is not None else None


def _buckets_of_hours(
    ts: Int,
    value: Float,
    levels: Sequence[Level],
    span: Span,
    zone: str,
    stored: Callable[[Level, int, int], Buckets],
) -> dict[Level, Buckets]:
    """All levels of whole hours of raw rows, and of their days with the buckets around them."""
    day, base = _day_level(levels, zone)
    rolled = roll_levels(ts, value, [level for level in levels if level is not day], zone)
    if day is not None and base is not None:
        around = (
            stored(base, span.day_start, span.start), rolled[base],
            stored(base, span.end, span.day_end),
        )  # fmt: skip
        below = Buckets(*(np.concatenate(column) for column in zip(*around, strict=True)))
        inside = (below.ts >= span.day_start) & (below.ts < span.day_end)
        rolled[day] = roll_buckets(below.rows(inside), day, zone)
    return rolled


def make_chunks(
    signal: str,
    readings: tuple[Int, Float, Int],
    state: SignalState,
    levels: Sequence[Level],
    zone: str,
    existing: Callable[[int, int], tuple[Int, Float, Int]],
    *,
    own: bool = False,
    stored: Callable[[Level, int, int], Buckets] | None = None,
) -> Iterator[Chunk]:
    """Chunks that add readings (ts, value, source; any order) to a signal.

    `levels` are those stored for the signal. `existing(start, end)` reads the rows the store
    holds; it is asked only where the new readings touch a day that may hold some. Rows already
    stored with the same value are not written again, but with `own` where they are another
    source's: for one that cannot be asked again, when that other source changes. With
    `stored(level, start, end)`, which reads buckets that the store holds, only the hours of the new
    readings are asked for, and their days are made from the buckets around them.
    """
    ts, value, source = readings
    repeated: Counter[int] = Counter()
    replaced: Counter[int] = Counter()
    if len(ts) > 1 and not bool(np.all(ts[1:] > ts[:-1])):
        repeated, replaced = _count_conflicts(ts, value, source)
        ts, (value, source), _ = in_order(ts, value, source)
    runs = _runs(ts) if state.rows else [slice(0, len(ts))]
    for run in runs:
        if run.stop == run.start:
            continue
        yield _chunk_of_run(
            signal, (ts[run], value[run], source[run]), state, levels, zone, existing,
            (repeated, replaced), own=own, stored=stored,
        )  # fmt: skip
        repeated, replaced = Counter(), Counter()


def _chunk_of_run(
    signal: str,
    readings: tuple[Int, Float, Int],
    state: SignalState,
    levels: Sequence[Level],
    zone: str,
    existing: Callable[[int, int], tuple[Int, Float, Int]],
    conflicts: tuple[Counter[int], Counter[int]],
    *,
    own: bool,
    stored: Callable[[Level, int, int], Buckets] | None,
) -> Chunk:
    """One chunk of readings sorted by time, merged with what the store holds of their days."""
    ts, value, source = readings
    repeated, replaced = conflicts
    span = touched_span(int(ts[0]), int(ts[-1]), zone)
    overlaps = (
        state.first is not None
        and state.last is not None
        and state.last >= span.start
        and state.first < span.end
    )
    if not overlaps:
        rolled = _buckets_of(ts, value, levels, span, zone)
        return Chunk(
            signal, ts, value, source, rolled, len(ts), count_hours(ts), repeated, replaced
        )
    day, base = _day_level(levels, zone)
    by_hours = stored is not None and (day is None or base is not None)
    if by_hours:
        first_hour, last_hour = int(ts[0]) // HOUR, int(ts[-1]) // HOUR
        span = span._replace(start=first_hour * HOUR, end=(last_hour + 1) * HOUR)
    old_ts, old_value, old_source = existing(span.start, span.end)
    place = np.searchsorted(old_ts, ts)
    inside = place < len(old_ts)
    known = np.zeros(len(ts), bool)
    known[inside] = old_ts[place[inside]] == ts[inside]
    same = known.copy()
    same[known] = old_value[place[known]] == value[known]
    merged_ts, (merged,), _ = in_order(
        np.concatenate([old_ts, ts]), np.concatenate([old_value, value])
    )
    if bool(same.all()):
        rolled = {}
    elif by_hours and stored is not None:
        rolled = _buckets_of_hours(merged_ts, merged, levels, span, zone, stored)
    else:
        rolled = _buckets_of(merged_ts, merged, levels, span, zone)
    stays = same.copy()
    if own:
        stays[same] = old_source[place[same]] == source[same]
    return Chunk(
        signal, ts[~stays], value[~stays], source[~stays], rolled,
        len(merged_ts) - len(old_ts), count_hours(merged_ts) - count_hours(old_ts),
        repeated + _by_source(source[same]), replaced + _by_source(source[known & ~same]),
    )  # fmt: skip


def state_of(row: SignalRow | None) -> SignalState:
    """The part of a ledger row that a write needs."""
    if row is None:
        return SignalState()
    return SignalState(row.rows, row.hours, row.first, row.last, row.levels, row.since)


def advance(row: SignalRow | None, device: str, signal: Signal, chunk: Chunk) -> SignalRow:
    """The ledger row of a signal after a chunk."""
    if row is None:
        row = SignalRow(device, signal.name, dict(vars(signal)), 0, 0, None, None, None, None, ())
    if not len(chunk.ts):
        return row
    low, high = float(chunk.value.min()), float(chunk.value.max())
    first, last = int(chunk.ts[0]), int(chunk.ts[-1])
    return replace(
        row,
        rows=row.rows + chunk.rows,
        hours=row.hours + chunk.hours,
        first=first if row.first is None else min(row.first, first),
        last=last if row.last is None else max(row.last, last),
        low=low if row.low is None else min(row.low, low),
        high=high if row.high is None else max(row.high, high),
    )


# --- writing ------------------------------------------------------------------------------------


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_name(device: str) -> str:
    """Name of a device's folder: percent-encoded, and cut where a file system would refuse it."""
    name = quote(device, safe=" ")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(device.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - 17]}~{digest}"


@contextmanager
def device_lock(root: Path, device: str) -> Iterator[None]:
    """Hold the one writer's lock of a device; it falls with the process.

    Raises
    ------
    StoreLocked : another process holds it; the message names the process.
    """
    folder = root / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{folder_name(device)}.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "?"
            raise StoreLocked(f"device {device} is being written by process {holder}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class DeviceWriter:
    """Collects chunks of one device and commits them with the ledger in one step.

    Chunks come in ascending order of signal, and of time within a signal. Hold `device_lock`.
    """

    def __init__(self, ledger: Ledger, device: str, pool: Executor | None = None) -> None:
        self._ledger = ledger
        self._root = ledger.root
        self._pool = pool
        self.device = device
        with ledger.transaction() as commit:
            self.generation = commit.next_generation()
        # With a prefix, so that a device called ".." names no folder above.
        self._staging = self._root / ".staging" / f"device={folder_name(device)}"
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir(parents=True)
        self._parts: dict[tuple[str, str], PartWriter] = {}

    def append(self, chunk: Chunk) -> None:
        """Stage the rows of a chunk."""
        if len(chunk.ts):
            self.append_raw(chunk.signal, chunk.ts, chunk.value, chunk.source)
        for level, buckets in chunk.levels.items():
            self.append_level(chunk.signal, level, buckets)

    def append_raw(self, signal: str, ts: Int, value: Float, source: Int) -> None:
        """Stage raw rows of one signal, sorted by time."""
        self.append_rows(RAW, 0, RAW_SCHEMA, signal, (ts, value, source))

    def append_level(self, signal: str, level: Level, buckets: Buckets) -> None:
        """Stage buckets of one signal, sorted by time."""
        if len(buckets.ts):
            self.append_rows(level.name, level.width_us, LEVEL_SCHEMA, signal, buckets)

    def append_rows(
        self,
        level: str,
        width_us: int,
        schema: pa.Schema,
        signal: str,
        columns: Sequence[np.ndarray],
    ) -> None:
        """Stage rows of one signal in the files of their periods; time stamps come first."""
        ts = columns[0]
        edges = period_edges(int(ts[0]), int(ts[-1]), width_us)
        cuts = [0, *np.searchsorted(ts, edges).tolist(), len(ts)]
        for low, high in itertools.pairwise(cuts):
            if high > low:
                key = (level, period_of(int(ts[low]), width_us))
                if key not in self._parts:
                    path = self._staging / f"{level}-{key[1]}.parquet"
                    self._parts[key] = PartWriter(path, schema, self._pool)
                self._parts[key].append(signal, [column[low:high] for column in columns])

    def commit(self, record: Callable[[Commit], None], drop: Sequence[Part] = ()) -> list[Part]:
        """Put the staged files in place and the ledger in step; `drop` are files replaced.

        `record` writes what else belongs to the same transaction.
        """
        for writer in self._parts.values():
            writer.flush()
        publish = self._pool.map if self._pool else map
        parts = list(publish(self._publish, self._parts.keys(), self._parts.values()))
        for folder in {(self._root / part.path).parent for part in parts}:
            _sync_folder(folder)
        with self._ledger.transaction() as commit:
            commit.drop_parts(part.path for part in drop)
            commit.put_parts(parts)
            record(commit)
        for part in drop:
            (self._root / part.path).unlink(missing_ok=True)
        shutil.rmtree(self._staging, ignore_errors=True)
        return parts

    def _publish(self, key: tuple[str, str], writer: PartWriter) -> Part:
        level, period = key
        writer.close()
        relative = Path(
            f"level={level}",
            f"device={folder_name(self.device)}",
            f"{period}-{self.generation:08d}.parquet",
        )
        target = self._root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        size = writer.path.stat().st_size
        writer.path.rename(target)
        return Part(
            str(relative), self.device, level, period, self.generation, writer.start, writer.stop,
            writer.signal_first, writer.signal_last, writer.rows, size,
        )  # fmt: skip


def remove_orphans(ledger: Ledger, device: str) -> int:
    """Delete files of a device that no commit recorded (a writer was killed). Hold the lock."""
    known = {part.path for part in ledger.parts(device)}
    removed = 0
    for path in ledger.root.glob(f"level=*/device={glob.escape(folder_name(device))}/*.parquet"):
        if str(path.relative_to(ledger.root)) not in known:
            path.unlink()
            removed += 1
    return removed


class DeviceSession:
    """All that a write to one device needs, from the lock to the commit.

    ::

        with DeviceSession(ledger, "m1", "meter") as session:
            for chunk in session.chunks(signal, (ts, value, source)):
                session.append(signal, chunk)
            session.commit(lambda commit: commit.put_source(...))

    `chunks` is pure and may run in threads; `append` and `commit` belong to one thread.
    """

    def __init__(
        self,
        ledger: Ledger,
        device: str,
        group: str,
        *,
        synthetic: bool = False,
        pool: Executor | None = None,
    ) -> None:
        self._ledger = ledger
        self.device = device
        self._group = group
        self._synthetic = synthetic
        self._pool = pool
        self._rules = parse_rules(ledger.rules)
        self._zone = ledger.zone
        self._lock = device_lock(ledger.root, device)

    def __enter__(self) -> DeviceSession:
        self._lock.__enter__()
        remove_orphans(self._ledger, self.device)
        self._rows = {row.name: row for row in self._ledger.signals(self.device)}
        self._parts = self._ledger.parts(self.device)
        self._writer = DeviceWriter(self._ledger, self.device, self._pool)
        self._changed: dict[str, SignalRow] = {}
        self._reset: set[str] = set()
        self._readers = threading.local()
        self.repeated: Counter[int] = Counter()  # by source
        self.replaced: Counter[int] = Counter()
        return self

    def __exit__(self, *error: Any) -> None:
        self._lock.__exit__(*error)

    def stored_rows(self, signal: str) -> int:
        """Raw rows the store holds of a signal."""
        return self._rows[signal].rows if signal in self._rows else 0

    def stretches(self, signal: str) -> Iterator[tuple[Int, Float, Int]]:
        """All raw rows the store holds of a signal, with their sources, a month at a time."""
        row = self._rows.get(signal)
        if row is not None:
            reader = PartReader(self._ledger.root)
            yield from raw_stretches(reader, self._parts, row, self._zone)
            reader.close()

    def chunks(
        self,
        signal: Signal,
        readings: tuple[Int, Float, Int],
        *,
        anew: bool = False,
        levels: Sequence[Level] | None = None,
        own: bool = False,
        by_hours: bool = False,
    ) -> Iterator[Chunk]:
        """Chunks that add readings (ts, value, source ids).

        anew: the store's rows of this signal are to be replaced by what is written now.
        levels: as decided on the first stretch of a long signal; None decides here.
        own: readings that stand there as another source's are written as this one's.
        by_hours: reads of the store only the hours of the readings, not their days: for few
            readings of a day of which much stands already.
        """
        row = None if anew else self._rows.get(signal.name)

        def existing(start: int, end: int) -> tuple[Int, Float, Int]:
            since = row.since if row else 0
            return read_raw(self._reader(), self._parts, signal.name, start, end, since)

        def stored(level: Level, start: int, end: int) -> Buckets:
            since = row.since if row else 0
            return read_level(
                self._reader(), self._parts, level.name, signal.name, start, end, since
            )

        if levels is None:
            levels = self.levels(signal.name, readings[0], anew=anew)
        yield from make_chunks(
            signal.name, readings, state_of(row), levels, self._zone, existing, own=own,
            stored=stored if by_hours else None,
        )  # fmt: skip

    def _reader(self) -> PartReader:
        """A reader for each thread: files stay open between signals."""
        if not hasattr(self._readers, "reader"):
            self._readers.reader = PartReader(self._ledger.root)
        reader: PartReader = self._readers.reader
        return reader

    def levels(self, signal: str, ts: Int, *, anew: bool = False) -> tuple[Level, ...]:
        """Levels stored for a signal; for a new one those its first readings make worthwhile."""
        row = None if anew else self._rows.get(signal)
        if row is not None and row.rows:
            return tuple(level for level in self._rules if level.name in row.levels)
        ordered = ts if bool(np.all(ts[1:] >= ts[:-1])) else np.sort(ts)
        return worthwhile(self._rules, len(ordered), count_hours(ordered))

    def append(
        self, signal: Signal, chunk: Chunk, levels: Sequence[Level], *, anew: bool = False
    ) -> None:
        """Stage a chunk and count it."""
        name = signal.name
        if anew and name not in self._reset:
            self._reset.add(name)
            self._changed[name] = replace(
                advance(None, self.device, signal, EMPTY_CHUNK), since=self._writer.generation
            )
        row = self._changed.get(name, self._rows.get(name))
        row = advance(row, self.device, signal, chunk)
        stored = tuple(level.name for level in levels)
        self._changed[name] = replace(row, meaning=dict(vars(signal)), levels=stored)
        self._writer.append(chunk)
        self.repeated.update(chunk.repeated)
        self.replaced.update(chunk.replaced)

    def forget(self, signal: Signal) -> None:
        """Replace all rows of a signal by nothing, unless `append(..., anew=True)` follows."""
        self.append(signal, EMPTY_CHUNK._replace(signal=signal.name), (), anew=True)

    def commit(self, record: Callable[[Commit], None]) -> None:
        """Make everything appended hold, together with what `record` writes."""

        def everything(commit: Commit) -> None:
            commit.put_device(self.device, self._group, synthetic=self._synthetic)
            for row in self._changed.values():
                commit.put_signal(row)
            record(commit)

        self._writer.commit(everything)


EMPTY_CHUNK = Chunk("", np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64), {}, 0, 0, {}, {})
