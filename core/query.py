"""Questions to a store, answered from the level that fits the window. The only analytic SQL.

One `Store` serves a process; every thread gets its own cursor. Files are named from the ledger,
never globbed. The extremes of a window are exact at every level: buckets cut by the edges of the
window are replaced by what the raw rows inside it say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import duckdb
import numpy as np
import pandas as pd
from pyarrow.compute import run_end_encode

from core.downsample import (
    REDUCERS,
    column_of,
    find_breaks,
    find_gaps,
    m4_columns,
    reduce_indices,
    with_breaks,
)
from core.errors import (
    BadWindow,
    LevelMissing,
    QueryError,
    StoreDamaged,
    StoreMissing,
    UnknownDevice,
    UnknownSignal,
)
from core.journal import FILE as JOURNAL
from core.journal import Journal, ViewOutdated, open_journal, settled_in
from core.ledger import Ledger, Part, SourceRow, open_ledger
from core.levels import HOUR, SECOND, Level, parse_rules
from core.live_buckets import (
    as_buckets,
    bucket_around,
    merge_buckets,
    merge_keyed,
    whole_buckets,
)
from core.remembered import FOREVER
from core.rollup import (
    Buckets,
    Float,
    Int,
    bucket_starts,
    empty_buckets,
    in_order,
    roll_raw,
)
from core.store_state import Device as Device
from core.store_state import LiveReadings, LiveView, Snapshot, State, load_snapshot, with_live
from core.store_state import SignalInfo as SignalInfo

RAW = "raw"
AUTO = "auto"
ENVELOPE = "envelope"
CellColumn = Literal["first", "last", "min", "max", "mean", "count"]
LEVEL_COLUMNS = ("first", "last", "min", "max", "sum", "count")
RETRIES = 3  # a file may be merged away between reading the ledger and opening it
# Damaged bytes raise the bare `duckdb.Error` too (Thrift, zstd); these say nothing of the files.
_NOT_OF_FILES = (
    duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException,
    duckdb.OutOfMemoryException, duckdb.InterruptException,
)  # fmt: skip
GAP_STEPS = 4
MOST_SPANS = 50  # asked for one by one; of more, all between the first and the last
# Every level's buckets start on a multiple of this, but for days of zones with odd offsets.
GRID_US, GRID_SLOTS = 60 * SECOND, 20_000_000
POINTS_PER_COLUMN = 4  # first, least, greatest, last: all that a pixel's width can show
# Buckets a level must have per column. Fewer, and buckets that straddle a column's edge show:
# with 4 the picture of a year of cell voltage has an SSIM of 0.92 against all readings, with 8
# 0.98 (benchmarks/fidelity.py).
BUCKETS_PER_COLUMN = 8


@dataclass(frozen=True)
class Series:
    """What a chart draws of one signal, and what it stands for.

    Attributes
    ----------
    start, end : the window asked for [µs UTC], end exclusive.
    level : ``raw`` or the level the rows were taken from.
    stands_for : raw readings in the window.
    exact : whether the rows are the raw readings themselves, all of them.
    newest : newest reading of the signal in the store [µs UTC].
    step_us : width of what a row stands for [µs], None where a row is a reading.
    frame : columns ts [µs UTC] (start of the bucket), first, last, min, max, mean [unit of the
        signal], count; a row of NaN marks a gap that no line may bridge.
    """

    device: str
    signal: SignalInfo
    start: int
    end: int
    zone: str
    level: str
    levels: tuple[str, ...]
    stands_for: int
    exact: bool
    newest: int | None
    reducer: str
    step_us: int | None
    frame: pd.DataFrame


@dataclass(frozen=True)
class Cells:
    """Values of one quantity by time, pack and cell; NaN where there is none.

    Attributes
    ----------
    ts : int64[t] starts of buckets [µs UTC].
    packs, cells : numbers as in the signals' names, ascending.
    values : float64[t, pack, cell].
    """

    device: str
    quantity: str
    unit: str
    level: str
    column: str
    zone: str
    ts: Int
    packs: tuple[int, ...]
    cells: tuple[int, ...]
    values: np.ndarray
    stands_for: int


P = ParamSpec("P")
T = TypeVar("T")


def _of_one_state(
    question: Callable[Concatenate[Store, P], T],
) -> Callable[Concatenate[Store, P], T]:
    """Let every fetch of a question see the same state of the store, whatever is committed.

    Where a file of that state was merged away meanwhile, the whole question is asked anew.
    """

    @wraps(question)
    def ask(self: Store, /, *args: P.args, **options: P.kwargs) -> T:
        if self._pinned() is not None:
            return question(self, *args, **options)  # part of a larger question
        why: duckdb.Error | None = None
        outdated: ViewOutdated | None = None
        for attempt in range(RETRIES):
            self._threads.snapshot = self._fresh(force=attempt > 0)
            try:
                return question(self, *args, **options)
            except ViewOutdated as error:
                outdated = error
            except duckdb.Error as error:
                if isinstance(error, _NOT_OF_FILES):
                    raise
                why = error
            finally:
                self._threads.snapshot = None
        if why is None:
            assert outdated is not None
            raise outdated
        raise StoreDamaged(f"{self.root}: a Parquet file cannot be read ({_said(why)})") from why

    return ask


def _said(error: duckdb.Error) -> str:
    """What DuckDB says is wrong, without the SQL it was asked."""
    return str(error).split("\n", 1)[0].strip() or type(error).__name__


class Store:
    """An open store; see `open_store`."""

    def __init__(
        self,
        ledger: Ledger,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        live: LiveReadings | None,
        journal: Path | None = None,
    ) -> None:
        self._ledger = ledger
        self._connect = connect
        self._connection = connect()
        self._given = live
        self._journal_path = journal
        self._journal: Journal | None = None
        self._lock = threading.RLock()
        self._threads = threading.local()
        self._changed = -1
        self._version = -1
        self._reopened = 0
        self._snapshot: Snapshot | None = None
        self._state: State | None = None
        self.root = ledger.root
        self.zone = ledger.zone
        self._rules = parse_rules(ledger.rules)
        self.rules = tuple(level.name for level in self._rules)

    def close(self) -> None:
        """Release ledger and connection."""
        self._ledger.close()
        self._connection.close()
        if self._journal is not None:
            self._journal.close()

    # --- what there is --------------------------------------------------------------------------
    @property
    def version(self) -> int:
        """Differs after every commit, and of a store built anew; caches are keyed on it.

        Of live readings only the first of a signal changes it: see `live_version`.
        """
        with self._lock:
            self._fresh()
            live = self._live_readings()
            return self._version + (0 if live is None else live.shape * 10**24)

    @property
    def live_version(self) -> tuple[int, int]:
        """Differs after every commit and every live reading; for what follows them."""
        with self._lock:
            state, version = self._fresh(), self.version
        return version, 0 if state.live is None else state.live.until

    @property
    def journal(self) -> Journal | None:
        """The journal at its place now, which says how collecting goes; None without one."""
        with self._lock:
            live = self._live_readings()
        return live if isinstance(live, Journal) else None

    def _live_readings(self) -> LiveReadings | None:
        """The readings given, or the journal that stands at its place now."""
        if self._given is not None or self._journal_path is None:
            return self._given
        if self._journal is not None and not self._journal.in_place():
            self._journal.close()
            self._journal = self._state = None
        if self._journal is None and self._journal_path.exists():
            with suppress(StoreMissing):
                self._journal = open_journal(self._journal_path, read_only=True)
        return self._journal

    @property
    def is_live(self) -> bool:
        """Whether answers hold readings that come in without a commit."""
        with self._lock:
            view = self._fresh().live
        return view is not None and bool(view.facts)

    def _follow(self) -> None:
        """Open the store that stands here now, where it was built anew since."""
        if self._ledger.in_place():
            return
        ledger = open_ledger(self.root)
        self._ledger.close()
        self._ledger, self._snapshot, self._state = ledger, None, None
        self._reopened += 1
        self.zone = ledger.zone
        self._rules = parse_rules(ledger.rules)
        self.rules = tuple(level.name for level in self._rules)
        # Files of the new store bear names of the old: nothing read of those may serve again.
        self._connection = self._connect()

    def _pinned(self) -> State | None:
        """The state this thread's present question is asked of."""
        return getattr(self._threads, "snapshot", None)

    def _fresh(self, *, force: bool = False) -> State:
        pinned = self._pinned()
        if pinned is not None:
            return pinned
        with self._lock:
            self._follow()
            live = self._live_readings()
            while True:
                stored = self._fresh_snapshot(force=force)
                if live is None:
                    break
                marks = {
                    device: settled_in(state, live.id, live.last_seq)
                    for device, state in stored.live.items()
                }
                view = live.view(marks)
                # What is settled after the ledger was read may be gone from the journal.
                if self._ledger.changed() == self._changed:
                    break
            state = self._state
            if state is None or state.stored is not stored or (
                live is not None and state.live is not view
            ):  # fmt: skip
                state = (
                    State(stored, None, stored.devices, stored.signals)
                    if live is None
                    else with_live(stored, view, self._rules)
                )
                self._state = state
            return state

    def _fresh_snapshot(self, *, force: bool) -> Snapshot:
        changed = self._ledger.changed()
        if force or self._snapshot is None or changed != self._changed:
            with self._ledger.reading():
                self._snapshot = load_snapshot(self._ledger)
                # A copy put back in place bears the numbers it had before.
                self._version = (
                    self._ledger.created + self._ledger.version + self._reopened * 10**20
                )
            self._changed = changed
        return self._snapshot

    def devices(self) -> list[Device]:
        """All devices, by name."""
        return list(self._fresh().devices.values())

    def device(self, name: str) -> Device:
        """One device.

        Raises
        ------
        UnknownDevice : no such device; the message names those there are.
        """
        known = self._fresh().devices
        if name not in known:
            raise UnknownDevice(f"no device {name!r}; there are: {', '.join(known) or 'none'}")
        return known[name]

    def signals(
        self, device: str, quantity: str | None = None, kind: str | None = None
    ) -> list[SignalInfo]:
        """Signals of a device, of one quantity or kind if asked.

        Raises
        ------
        UnknownDevice : no such device.
        """
        self.device(device)
        return [
            info
            for info in self._fresh().signals.get(device, {}).values()
            if quantity in (None, info.quantity) and kind in (None, info.kind)
        ]

    def signal(self, device: str, name: str) -> SignalInfo:
        """One signal.

        Raises
        ------
        UnknownDevice, UnknownSignal : the message names near ones.
        """
        self.device(device)
        known = self._fresh().signals.get(device, {})
        if name not in known:
            near = ", ".join(list(known)[:8])
            raise UnknownSignal(f"device {device} has no signal {name!r}; it has: {near} ...")
        return known[name]

    def sources(self, device: str | None = None) -> list[SourceRow]:
        """Sources the store was built from."""
        with self._lock:
            self._follow()
            return self._ledger.sources(device)

    def quarantine(self, source: int | None = None, limit: int = 100_000) -> list[dict[str, Any]]:
        """Rows that could not be used: path, device, line, column, text, reason, rows."""
        with self._lock:
            self._follow()
            return self._ledger.quarantine(source, limit)

    def quarantine_counts(self) -> list[dict[str, Any]]:
        """Number of quarantined rows by source and reason."""
        with self._lock:
            self._follow()
            return self._ledger.quarantine_counts()

    def entries(self, device: str | None = None) -> list[dict[str, Any]]:
        """Manual entries, newest first, earlier ones as history."""
        with self._lock:
            self._follow()
            return self._ledger.entries(device)

    # --- rows -----------------------------------------------------------------------------------
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if getattr(self._threads, "of", None) is not self._connection:
            self._threads.of = self._connection
            self._threads.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._threads.cursor
        return cursor

    def _files(
        self, device: str, level: str, spans: Sequence[tuple[int, int]], low: str, high: str
    ) -> list[Part]:
        parts = self._fresh().stored.parts.get((device, level), [])
        return [
            part
            for part in parts
            if part.signal_first <= high
            and part.signal_last >= low
            and any(part.start < end and part.stop >= start for start, end in spans)
        ]

    def _rows(
        self, info: SignalInfo, level: str, spans: Sequence[tuple[int, int]]
    ) -> dict[str, np.ndarray] | None:
        """Columns of one signal at one level within half-open spans; None without rows.

        The pages of a battery ask for the same current again and again: rows of one span are
        remembered until the next commit, and their arrays cannot be written to.
        """
        spans = [(start, end) for start, end in spans if start < end]
        snapshot, key = self._fresh().stored, (info.device, info.name, level)
        since = snapshot.since.get((info.device, info.name), 0)
        files = self._files(info.device, level, spans, info.name, info.name)
        paths = [str(self.root / part.path) for part in files if part.generation >= since]
        if not paths:
            return None
        if len(spans) > 1:
            return self._rows_of_files(info, level, spans, paths)
        start, end = spans[0]
        found = snapshot.rows.find(key, start, end)
        if found is None:
            found = self._rows_of_files(info, level, spans, paths)
            if found is not None:
                # Beyond the first and the last reading there is nothing more to know; but the
                # first bucket starts before the first reading.
                whole = level == RAW and info.first is not None and start <= info.first
                begin = -FOREVER if whole else start
                until = FOREVER if info.last is not None and end > info.last else end
                snapshot.rows.keep(key, begin, until, found)
        return found if found is not None and len(found["ts"]) else None

    def _rows_of_files(
        self,
        info: SignalInfo,
        level: str,
        spans: Sequence[tuple[int, int]],
        paths: Sequence[str],
    ) -> dict[str, np.ndarray] | None:
        columns = ("value",) if level == RAW else LEVEL_COLUMNS
        names = ", ".join(f'"{column}"' for column in columns)
        # An Arrow table, for DuckDB takes twice as long over time stamps as NumPy arrays.
        table = (
            self._cursor()
            .sql(
                f"SELECT ts, {names} FROM read_parquet(?, hive_partitioning = false)"
                f" WHERE signal = ? AND ({_within(spans)})",
                params=[list(paths), info.name],
            )
            .to_arrow_table()
        )
        if not table.num_rows:
            return None
        ts = table["ts"].to_numpy().astype("datetime64[us]", copy=False).view(np.int64)
        ts, values, _ = in_order(ts, *(table[column].to_numpy() for column in columns))
        return {"ts": ts, **dict(zip(columns, values, strict=True))}

    def _raw(self, info: SignalInfo, spans: Sequence[tuple[int, int]]) -> tuple[Int, Float]:
        found = self._rows(info, RAW, spans)
        ts, value = (np.empty(0, np.int64), np.empty(0)) if not found else (
            found["ts"], found["value"],
        )  # fmt: skip
        view = self._fresh().live
        if view is None or (info.device, info.name) not in view.facts:
            return ts, value
        live = [view.rows(info.device, info.name, start, end) for start, end in spans]
        ts, (value,), _ = in_order(
            np.concatenate([ts, *(rows[0] for rows in live)]),
            np.concatenate([value, *(rows[1] for rows in live)]),
        )
        return ts, value

    @_of_one_state
    def raw(self, device: str, signal: str, start: int, end: int) -> tuple[Int, Float]:
        """Raw readings in [start, end): time stamps [µs UTC] and values [unit of the signal].

        Raises
        ------
        UnknownDevice, UnknownSignal, BadWindow
        """
        _check_window(start, end)
        return self._raw(self.signal(device, signal), [(start, end)])

    def _stored(self, info: SignalInfo, level: Level, start: int, end: int) -> Buckets:
        """Buckets that start in [start, end), live readings included."""
        found = self._rows(info, level.name, [(start, end)])
        buckets = (
            Buckets(found["ts"], *(found[column] for column in LEVEL_COLUMNS))
            if found
            else empty_buckets()
        )
        view = self._fresh().live
        if view is None:
            return buckets
        ts, value = view.rows(info.device, info.name, start, end)
        if not len(ts):
            return buckets
        known = self._fresh().stored.signals.get(info.device, {}).get(info.name)
        late = ts <= (known.last if known and known.last is not None else -(2**62))
        places = bucket_starts(ts, level, self.zone)
        again = np.unique(places[late])
        buckets = buckets.rows(~np.isin(buckets.ts, again))
        newer = ~np.isin(places, again)
        buckets = merge_buckets(buckets, roll_raw(ts[newer], value[newer], level, self.zone))
        if not len(again):
            return buckets
        # Late readings may stand among those stored, or be them: their buckets are made anew.
        spans = _joined([bucket_around(int(place), level, self.zone) for place in again])
        rolled = roll_raw(*self._raw(info, spans), level, self.zone)
        return merge_buckets(buckets, rolled.rows(np.isin(rolled.ts, again)))

    @_of_one_state
    def buckets(self, device: str, signal: str, start: int, end: int, level: str) -> Buckets:
        """Buckets of one level that hold exactly the readings in [start, end) [µs UTC].

        A bucket cut by an edge of the window is made from the raw readings inside the window.
        Level ``raw`` gives one bucket a reading.

        Raises
        ------
        UnknownDevice, UnknownSignal, BadWindow
        LevelMissing : the level is not stored for this signal.
        """
        _check_window(start, end)
        info = self.signal(device, signal)
        if level == RAW:
            return as_buckets(*self._raw(info, [(start, end)]))
        return self._buckets(info, self._level(info, level), start, end)

    def _level(self, info: SignalInfo, name: str) -> Level:
        for level in self._rules:
            if level.name == name and name in info.levels:
                return level
        raise LevelMissing(
            f"{info.device}/{info.name} has no level {name!r}; it has: "
            f"{', '.join((RAW, *info.levels))}"
        )

    def _buckets(self, info: SignalInfo, level: Level, start: int, end: int) -> Buckets:
        first = info.first if info.first is not None else start
        newest = self._newest(info)
        last = newest if newest is not None else end
        start, end = max(start, first), min(end, last + 1)
        if start >= end:
            return empty_buckets()
        inner_start, inner_end = whole_buckets(start, end, level, self.zone)
        # An edge of the window beyond all readings cuts no bucket.
        if start == first:
            inner_start = bucket_around(start, level, self.zone)[0]
        if end == last + 1:
            inner_end = bucket_around(last, level, self.zone)[1]
        if inner_start >= inner_end:
            return roll_raw(*self._raw(info, [(start, end)]), level, self.zone)
        inner = self._stored(info, level, inner_start, inner_end)
        edges = [span for span in ((start, inner_start), (inner_end, end)) if span[0] < span[1]]
        if not edges:
            return inner
        ts, value = self._raw(info, edges)
        cut = int(np.searchsorted(ts, inner_start))
        before = roll_raw(ts[:cut], value[:cut], level, self.zone)
        after = roll_raw(ts[cut:], value[cut:], level, self.zone)
        return Buckets(*(np.concatenate(three) for three in zip(before, inner, after, strict=True)))

    # --- series ---------------------------------------------------------------------------------
    def _newest(self, info: SignalInfo) -> int | None:
        return info.last

    def choose_level(self, info: SignalInfo, start: int, end: int, max_points: int) -> str:
        """Coarsest level with enough buckets where the window holds readings.

        Enough is eight for each of the `max_points` / 4 columns of the picture. Raw where no
        level has as many, or where the readings are hardly more than the points.
        """
        if info.first is None or info.last is None:
            return RAW
        covered = min(end, info.last + 1) - max(start, info.first)
        if covered <= max_points * info.step_us:
            return RAW
        enough = max_points // POINTS_PER_COLUMN * BUCKETS_PER_COLUMN
        for level in reversed(self._rules):
            if level.name in info.levels and covered >= enough * level.width_us:
                return level.name
        return RAW

    @_of_one_state
    def series(
        self,
        device: str,
        signal: str,
        start: int | None = None,
        end: int | None = None,
        max_points: int = 2000,
        level: str = AUTO,
        reducer: str = ENVELOPE,
    ) -> Series:
        """One signal in a window, from the level that fits, reduced to `max_points` rows.

        The least and the greatest value of the window are always among the rows' min and max,
        and gaps stay gaps.

        Parameters
        ----------
        start, end : window [µs UTC], end exclusive; None is the first or just after the last
            reading.
        max_points : points drawn at most: rows of readings, or four (first, least, greatest,
            last) for each row of buckets. Four for each pixel of width draw what all readings
            would. Rows of NaN in gaps come on top.
        level : ``auto``, ``raw`` or the name of a stored level.
        reducer : ``envelope`` (columns of the picture: buckets gathered into the column's, or
            the first, least, greatest and last reading of it) or one of
            `core.downsample.REDUCERS` (picked readings, or picked bucket means).

        Raises
        ------
        UnknownDevice, UnknownSignal, BadWindow, LevelMissing
        QueryError : unknown reducer or too few points.
        """
        info = self.signal(device, signal)
        newest = self._newest(info)
        start = start if start is not None else (info.first or 0)
        end = end if end is not None else (newest or 0) + 1
        _check_window(start, end)
        if max_points < 4:
            raise QueryError(f"max_points is {max_points}; at least 4")
        if reducer != ENVELOPE and reducer not in REDUCERS:
            raise QueryError(f"unknown reducer {reducer!r}; there are: {ENVELOPE}, {REDUCERS}")
        chosen = self.choose_level(info, start, end, max_points) if level == AUTO else level
        if chosen == RAW:
            rows, width = as_buckets(*self._raw(info, [(start, end)])), None
        else:
            step = self._level(info, chosen)
            rows, width = self._buckets(info, step, start, end), step.width_us
        total = int(rows.count.sum())
        exact = width is None and len(rows.ts) <= max_points
        frame, width = _reduced(rows, width, info, (start, end), max_points, reducer)
        return Series(
            device, info, start, end, self.zone, chosen, (RAW, *info.levels), total, exact,
            newest, reducer, width, frame,
        )  # fmt: skip

    @_of_one_state
    def series_many(
        self, /, wanted: Sequence[tuple[str, str]], start: int, end: int, **options: Any
    ) -> list[Series]:
        """`series` for several (device, signal) in one window."""
        return [self.series(device, signal, start, end, **options) for device, signal in wanted]

    # --- many signals ---------------------------------------------------------------------------
    def cells(
        self,
        device: str,
        quantity: str = "cell_voltage",
        start: int | None = None,
        end: int | None = None,
        level: str = "1d",
        column: CellColumn = "max",
    ) -> Cells:
        """Matrix of pack × cell × time of a quantity at one level.

        Buckets are those that start in [start, end); none is trimmed.

        Raises
        ------
        UnknownDevice, LevelMissing
        UnknownSignal : no signal of this quantity has a pack and a cell.
        """
        return self.cells_many(device, quantity, start, end, level, (column,))[column]

    @_of_one_state
    def cells_many(
        self,
        device: str,
        quantity: str = "cell_voltage",
        start: int | None = None,
        end: int | None = None,
        level: str = "1d",
        columns: Sequence[CellColumn] = ("min", "max"),
    ) -> dict[str, Cells]:
        """`cells` for several columns in one reading of the files, by column."""
        placed = [
            info
            for info in self.signals(device, quantity)
            if info.pack is not None and info.cell is not None
        ]
        if not placed:
            raise UnknownSignal(f"device {device} has no {quantity} by pack and cell")
        stored = [info for info in placed if level in info.levels]
        if not stored:
            raise LevelMissing(f"{quantity} of {device} has no level {level!r}")
        window = (start if start is not None else -(2**61), end if end is not None else 2**61)
        _check_window(*window)
        names = sorted(info.name for info in stored)
        code, ts, values, count = self._many(device, level, names, [window], columns)
        packs = tuple(sorted({info.pack for info in placed if info.pack is not None}))
        cells = tuple(sorted({info.cell for info in placed if info.cell is not None}))
        at = {info.name: (packs.index(info.pack), cells.index(info.cell)) for info in stored}
        moments, row = _ranks(ts)
        place = np.array([at[name] for name in names], np.int64).reshape(-1, 2)
        flat = row * (len(packs) * len(cells)) + (place @ [len(cells), 1])[code]

        def matrix(values: np.ndarray, absent: float) -> np.ndarray:
            filled = np.full((len(moments), len(packs), len(cells)), absent)
            filled.ravel()[flat] = values  # of equal signal and time the later one stands
            return filled

        taken = np.zeros(len(moments) * len(packs) * len(cells), bool)
        taken[flat] = True
        once = np.count_nonzero(taken) == len(flat)  # nearly always, and quicker to sum up
        readings = int(count.sum() if once else matrix(count, 0).sum())
        return {
            column: Cells(
                device, quantity, stored[0].unit, level, column, self.zone, moments, packs, cells,
                matrix(value, np.nan), readings,
            )
            for column, value in zip(columns, values, strict=True)
        }  # fmt: skip

    def readings_of(
        self, device: str, names: Sequence[str], spans: Sequence[tuple[int, int]]
    ) -> tuple[Int, Float]:
        """`values_of` of the raw readings themselves.

        Raises
        ------
        UnknownDevice, UnknownSignal, BadWindow
        """
        return self.values_of(device, names, spans, RAW, "value")

    @_of_one_state
    def values_of(
        self,
        device: str,
        names: Sequence[str],
        spans: Sequence[tuple[int, int]],
        level: str,
        column: CellColumn | Literal["value"],
    ) -> tuple[Int, Float]:
        """Several signals at one level within half-open spans [µs UTC], side by side.

        Buckets are those that start within a span; none is trimmed.

        Parameters
        ----------
        level, column : a stored level and what its buckets tell, or ``raw`` and ``value``.

        Returns
        -------
        ts int64[t], all times at which any has a value; values float64[t, signal], NaN where
        one has none.

        Raises
        ------
        UnknownDevice, UnknownSignal, BadWindow
        LevelMissing : the level is not stored for one of the signals.
        """
        for start, end in spans:
            _check_window(start, end)
        known = {one.name: one for one in self.signals(device)}
        for name in names:
            info = known.get(name) or self.signal(device, name)
            if level != RAW:
                self._level(info, level)
        ordered = sorted(set(names))
        if not spans or not ordered:
            return np.empty(0, np.int64), np.empty((0, len(names)))
        code, ts, (value,), _ = self._many(device, level, ordered, spans, (column,))
        moments, row = _ranks(ts)
        values = np.full((len(moments), len(ordered)), np.nan)
        values[row, code] = value  # of equal signal and time the later one stands
        return moments, values[:, np.searchsorted(ordered, names)]

    def _many(
        self,
        device: str,
        level: str,
        names: list[str],
        spans: Sequence[tuple[int, int]],
        columns: Sequence[str],
    ) -> tuple[Int, Int, list[Float], Int]:
        """(index into `names`, ts, values by column, count) of many signals.

        Of equal signal and time the later row stands.
        """
        stored = self._many_stored(device, level, names, spans, columns)
        view = self._fresh().live
        live = [name for name in names if view is not None and (device, name) in view.facts]
        if not live or view is None:
            return stored
        if level == RAW:
            code, ts, value = self._many_live(view, device, names, spans)
            more = (code, ts, [value for _ in columns], np.ones(len(ts), np.int64))
        else:
            step = next(one for one in self._rules if one.name == level)
            at, buckets = self._many_rolled(view, device, step, live, spans)
            place = np.array([names.index(name) for name in live], np.int64)
            mean = {"mean": buckets.sum / np.maximum(buckets.count, 1)}
            picked = [
                np.asarray(mean[column] if column == "mean" else getattr(buckets, column))
                for column in columns
            ]
            more = (place[at], buckets.ts, picked, buckets.count)
        return (
            np.concatenate([stored[0], more[0]]),
            np.concatenate([stored[1], more[1]]),
            [np.concatenate(two) for two in zip(stored[2], more[2], strict=True)],
            np.concatenate([stored[3], more[3]]),
        )

    def _many_live(
        self, view: LiveView, device: str, names: list[str], spans: Sequence[tuple[int, int]]
    ) -> tuple[Int, Int, Float]:
        """(index into `names`, ts, value) of the live readings of many signals."""
        found = [
            (i, *view.rows(device, name, start, end))
            for i, name in enumerate(names)
            for start, end in spans
            if (device, name) in view.facts
        ]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        return (
            np.repeat([one[0] for one in found], [len(one[1]) for one in found]).astype(np.int64),
            np.concatenate([one[1] for one in found]),
            np.concatenate([one[2] for one in found]),
        )

    def _many_rolled(
        self,
        view: LiveView,
        device: str,
        level: Level,
        names: list[str],
        spans: Sequence[tuple[int, int]],
    ) -> tuple[Int, Buckets]:
        """(index into `names`, bucket) of those that hold live readings, with what is stored."""
        facts = [one for name in names if (one := view.facts[device, name]).rows]
        if not facts:
            return np.empty(0, np.int64), empty_buckets()
        # Buckets are those that start in a span; what is in them may lie beyond.
        first = bucket_around(min(one.first for one in facts), level, self.zone)[0]
        live = self._many_live(view, device, names, [(first, max(one.last for one in facts) + 1)])
        places = bucket_starts(live[1], level, self.zone)
        inside = np.zeros(len(places), bool)
        for start, end in spans:
            inside |= (places >= start) & (places < end)
        code, ts, value, places = live[0][inside], live[1][inside], live[2][inside], places[inside]
        if not len(ts):
            return code, empty_buckets()
        known = self._fresh().stored.signals.get(device, {})
        newest = [known[name].last if name in known else None for name in names]
        last = np.array([-(2**62) if one is None else one for one in newest], np.int64)
        key = _keys(code, places)
        late = np.unique(key[ts <= last[code]])
        around = [(int(places.min()), int(places.max()) + 1)]
        old_code, old_ts, columns, _ = self._many_stored(
            device, level.name, names, around, LEVEL_COLUMNS
        )
        old_key = _keys(old_code, old_ts)
        kept = np.flatnonzero(np.isin(old_key, key) & ~np.isin(old_key, late))
        # Of a bucket in several files the later row stands.
        _, (kept,), _ = in_order(old_key[kept], kept)
        held = _buckets_from(old_ts, columns).rows(kept)
        if len(late):
            # They may stand among those stored, or be them: these buckets are made anew.
            again = np.unique(places[np.isin(key, late)])
            wide = _joined([bucket_around(int(place), level, self.zone) for place in again])
            raw_code, raw_ts, (raw_value,), _ = self._many_stored(
                device, RAW, names, wide, ("value",)
            )
            mine = np.isin(_keys(raw_code, bucket_starts(raw_ts, level, self.zone)), late)
            code = np.concatenate([raw_code[mine], code])
            ts = np.concatenate([raw_ts[mine], ts])
            value = np.concatenate([raw_value[mine], value])
        rolled = []
        for i in np.unique(code).tolist():
            mine = code == i
            one_ts, (one_value,), _ = in_order(ts[mine], value[mine])
            rolled.append((i, roll_raw(one_ts, one_value, level, self.zone)))
        codes = [old_code[kept], *(np.full(len(one.ts), i, np.int64) for i, one in rolled)]
        every = [held, *(one for _, one in rolled)]
        merged = Buckets(*(np.concatenate(column) for column in zip(*every, strict=True)))
        return merge_keyed(np.concatenate(codes), merged)

    def _many_stored(
        self,
        device: str,
        level: str,
        names: list[str],
        spans: Sequence[tuple[int, int]],
        columns: Sequence[str],
    ) -> tuple[Int, Int, list[Float], Int]:
        """`_many` of what the parts hold.

        Signals whose older rows no longer count are asked for apart.
        """
        since = self._fresh().stored.since
        groups: dict[int, list[str]] = {}
        for name in names:
            groups.setdefault(since.get((device, name), 0), []).append(name)
        tables = [
            self._many_of_group(device, level, group, spans, columns, oldest)
            for oldest, group in groups.items()
        ]
        decoded = [
            _decode_many(table, names, set(group), columns)
            for table, group in zip(tables, groups.values(), strict=True)
            if table is not None
        ]
        if not decoded:
            none = np.empty(0, np.int64)
            return none, none, [np.empty(0) for _ in columns], none
        if len(decoded) == 1:
            code, ts, count, *values = decoded[0]
            return code, ts, values, count
        code, ts, count, *values = (np.concatenate(parts) for parts in zip(*decoded, strict=True))
        return code, ts, values, count

    def _many_of_group(
        self,
        device: str,
        level: str,
        names: list[str],
        spans: Sequence[tuple[int, int]],
        columns: Sequence[str],
        oldest: int,
    ) -> Any:
        files = self._files(device, level, spans, names[0], names[-1])
        paths = [str(self.root / part.path) for part in files if part.generation >= oldest]
        if not paths:
            return None
        runs = _runs_of(names, sorted(self._fresh().stored.signals.get(device, {})))
        if not runs:
            return None
        between = " OR ".join("signal BETWEEN ? AND ?" for _ in runs)
        expressions = ", ".join(
            'sum / "count" AS mean' if column == "mean" else f'"{column}"' for column in columns
        )
        readings = "1" if level == RAW else '"count"'
        relation = self._cursor().sql(
            f"SELECT signal, ts, {readings} AS readings, {expressions}"
            " FROM read_parquet(?, hive_partitioning = false)"
            f" WHERE ({between}) AND ({_within(spans)})",
            params=[paths, *(edge for run in runs for edge in run)],
        )
        table = relation.to_arrow_table()
        return table if table.num_rows else None


def _runs_of(names: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """First and last of each run of `names` that stand side by side in the sorted `known`."""
    wanted = set(names)
    runs: list[list[str]] = []
    before = False
    for name in known:
        if name in wanted and before:
            runs[-1].append(name)
        elif name in wanted:
            runs.append([name])
        before = name in wanted
    return [(run[0], run[-1]) for run in runs]


def _decode_many(
    table: Any, names: list[str], asked: set[str], columns: Sequence[str]
) -> list[np.ndarray]:
    """Code (index into `names`), ts, count and values of an arrow table, in its order."""
    known = {name: i for i, name in enumerate(names) if name in asked}
    # Rows come in runs of one signal: spelling out each run once is cheaper than each row.
    runs = [run_end_encode(chunk) for chunk in table["signal"].chunks]
    code = np.concatenate([_spread(run, known) for run in runs])
    ts = table["ts"].to_numpy().astype("datetime64[us]", copy=False).view(np.int64)
    found = [code, ts, *(table[name].to_numpy() for name in ("readings", *columns))]
    return found if (code >= 0).all() else [array[code >= 0] for array in found]


def _spread(run: Any, known: dict[str, int]) -> Int:
    """Code of each row from an array of run ends; -1 for a name that was not asked for."""
    codes = np.array([known.get(name, -1) for name in run.values.to_pylist()], np.int64)
    return np.repeat(codes, np.diff(run.run_ends.to_numpy(), prepend=0))


def _ranks(ts: Int) -> tuple[Int, Int]:
    """Sorted distinct moments, and the place of each of `ts` among them.

    Starts of buckets lie on a grid, and marking its places is cheaper than sorting.
    """
    if not len(ts):
        return ts, ts
    since = ts - ts.min()
    for grid in (HOUR, GRID_US):  # days are whole hours, years have many
        place = since // grid
        if (place * grid == since).all() and place.max() <= GRID_SLOTS:
            taken = np.zeros(place.max() + 1, bool)
            taken[place] = True
            return np.flatnonzero(taken) * grid + ts.min(), (np.cumsum(taken) - 1)[place]
    moments, rank = np.unique(ts, return_inverse=True)
    return moments, rank


def open_store(
    path: Path | str,
    *,
    live: LiveReadings | None = None,
    journal: Path | None = None,
    memory_mb: int = 1024,
    threads: int = 2,
) -> Store:
    """Open a store for reading; any number of processes may, while others write.

    Parameters
    ----------
    path : the store's folder.
    live : readings that are not in the pyramid yet; None takes the journal.
    journal : where the journal stands, or will; None is in the store's folder.
    memory_mb, threads : limits of DuckDB.

    Raises
    ------
    StoreMissing, StoreFormatError, StoreDamaged : with the way out.
    """

    def connect() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"memory_limit": f"{memory_mb}MB", "threads": threads})
        connection.execute("SET parquet_metadata_cache = true")
        # Files are never changed once named, so nothing cached of them can go stale.
        connection.execute("SET validate_external_file_cache = 'NO_VALIDATION'")
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    return Store(open_ledger(Path(path)), connect, live, journal or Path(path) / JOURNAL)


def previous_period(start: int, end: int) -> tuple[int, int]:
    """The window of equal length just before [start, end) [µs UTC]."""
    _check_window(start, end)
    return start - (end - start), start


def _check_window(start: int, end: int) -> None:
    if not start < end:
        raise BadWindow(f"the window ends ({end}) before it starts ({start})")


def _within(spans: Sequence[tuple[int, int]]) -> str:
    """SQL that holds for the times within any of the half-open spans [µs UTC]."""
    return " OR ".join(
        f"(ts >= {_timestamp(start)} AND ts < {_timestamp(end)})" for start, end in spans
    )


def _timestamp(moment: int) -> str:
    """SQL literal of a time [µs UTC], within what DuckDB can hold."""
    bounded = min(max(moment, -(2**61)), 2**61)
    return f"make_timestamptz({bounded}::BIGINT)"


def _buckets_from(ts: Int, columns: Sequence[np.ndarray]) -> Buckets:
    """Buckets from columns in the order of `LEVEL_COLUMNS`."""
    first, last, least, most, total, count = columns
    return Buckets(ts, first, last, least, most, total, count.astype(np.int64))


def _keys(code: Int, place: Int) -> Int:
    """One number for each pair of code and start of a bucket, which is a whole second."""
    return (code << 33) + place // SECOND


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending spans with those that touch made one; a single one where they are many."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined if len(joined) <= MOST_SPANS else [(joined[0][0], joined[-1][1])]


def _reduced(
    rows: Buckets,
    width: int | None,
    info: SignalInfo,
    window: tuple[int, int],
    max_points: int,
    reducer: str,
) -> tuple[pd.DataFrame, int | None]:
    """Frame of at most `max_points` rows, and the width a row stands for."""
    if len(rows.ts) > max_points and reducer != ENVELOPE:
        mean = rows.sum / rows.count
        picked = _pick(rows, mean, max_points, reducer)
        gaps = find_breaks(rows.ts, mean, picked)
        return _frame(rows.rows(picked), gaps), width
    columns = max(1, max_points // POINTS_PER_COLUMN)
    if width is None and len(rows.ts) > max_points:
        picked = m4_columns(rows.ts, rows.sum, *window, columns)
        gaps = find_breaks(rows.ts, rows.sum, picked)
        return _frame(rows.rows(picked), gaps), None
    if width is not None and len(rows.ts) > columns:
        rows = _by_column(rows, width, window, columns)
        width = max(width, (window[1] - window[0]) // columns)
    if width is None:
        return _frame(rows, find_gaps(rows.ts)), None
    gaps = np.diff(rows.ts) > max(width + width // 2, GAP_STEPS * info.step_us)
    return _frame(rows, gaps), width


def _by_column(rows: Buckets, width: int, window: tuple[int, int], columns: int) -> Buckets:
    """Buckets gathered into columns of the picture, each labelled by where its column starts."""
    start, end = window
    at = column_of(rows.ts + width // 2, start, end, columns)
    first = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    last = np.append(first[1:], len(at)) - 1
    return Buckets(
        start + at[first] * (end - start) // columns,
        rows.first[first],
        rows.last[last],
        np.minimum.reduceat(rows.min, first),
        np.maximum.reduceat(rows.max, first),
        np.add.reduceat(rows.sum, first),
        np.add.reduceat(rows.count, first),
    )


def _pick(rows: Buckets, mean: Float, max_points: int, reducer: str) -> Int:
    """Rows a reducer picks by their mean, with the rows of the least min and greatest max."""
    extremes = [int(np.argmin(rows.min)), int(np.argmax(rows.max))]
    picked = reduce_indices(rows.ts, mean, max_points - 2, reducer)
    return np.union1d(picked, extremes)


def _frame(rows: Buckets, gaps: np.ndarray) -> pd.DataFrame:
    columns = [rows.first, rows.last, rows.min, rows.max, rows.sum / np.maximum(rows.count, 1)]
    count = rows.count.astype(np.float64)
    ts, columns = with_breaks(rows.ts, [*columns, count], gaps) if gaps.any() else (
        rows.ts, [*columns, count],
    )  # fmt: skip
    names = ("first", "last", "min", "max", "mean", "count")
    return pd.DataFrame({"ts": ts, **dict(zip(names, columns, strict=True))}, copy=False)
