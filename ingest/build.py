"""From source files to the pyramid: what is new, what it means, and one commit per device."""

from __future__ import annotations

import ctypes
import hashlib
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from core.config import Settings
from core.due import untidy
from core.errors import (
    ConfigError,
    DeclarationError,
    SourceError,
    StoreFormatError,
    StoreLocked,
)
from core.ledger import FILE as LEDGER
from core.ledger import Commit, Ledger, QuarantineRow, SourceRow, create_ledger
from core.levels import parse_rules
from core.signals import load_catalogue
from ingest.declare import Declaration, declaration_for, load_declarations
from ingest.sources import PEEK, SourceFile, find_sources, source_file

if TYPE_CHECKING:
    from core.levels import Level
    from core.pyramid import Chunk, DeviceSession
    from core.rollup import Float, Int
    from core.signals import Catalogue, Signal
    from ingest.csv_files import Layout, ReadState
    from ingest.spool import Spool

DIRECT_BYTES = 12 << 20  # a file of one signal up to this size is held whole
QUARANTINE_LINES = 10_000  # lines kept word for word per source; beyond, counted by reason
RACY_NS = 2_000_000_000  # a file changed this short before it was read may change unseen
AHEAD_GROUPS = ("weather", "price")  # what is told of times to come
AHEAD_US = 17 * 86_400_000_000  # the longest weather forecast is of 16 days
BY_HAND = "hand:"  # marks a declaration given with --declare, not beside the file
RELEASE_STRETCHES = 4
RELEASE_EVERY = 8  # signals
_ledger_lock = threading.Lock()

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
# A signal rolled up: its chunks with the levels stored, and the outcome of its own source if any.
_Rolled: TypeAlias = "tuple[list[tuple[Chunk, tuple[Level, ...]]], _Outcome | None]"


@dataclass(frozen=True)
class Progress:
    """What a build has done so far; sources and bytes done, rows read."""

    sources: int
    sources_total: int
    bytes: int
    bytes_total: int
    rows: int
    device: str


@dataclass
class Summary:
    """What a build did."""

    sources: int = 0
    unchanged: int = 0
    read: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)  # of `failed`, those another writer held up
    devices: list[str] = field(default_factory=list)
    rows: int = 0
    repeated: int = 0
    replaced: int = 0
    replaced_by: list[tuple[str, int]] = field(default_factory=list)
    quarantined: int = 0
    seconds: float = 0.0


def failure_words(path: str, why: str) -> str:
    """Why a source failed, with its path once: most reasons begin with it."""
    return why if path in why or why.startswith(str(Path(path).absolute())) else f"{path}: {why}"


@dataclass(frozen=True)
class _Task:
    """A source to be read: its place in this run, its ledger row so far, and how to read it."""

    order: int
    id: int
    source: SourceFile
    declared: str
    layout: Layout
    before: SourceRow | None
    resume: ReadState | None = None
    digest: Any = None

    @property
    def grown(self) -> bool:
        """Whether only what was added to the file is read."""
        return self.resume is not None

    @property
    def unread(self) -> int:
        """Bytes still to be read."""
        return self.source.size - (self.resume.end_offset if self.resume else 0)

    @property
    def changed(self) -> bool:
        """Whether rows read from this source earlier are to be replaced."""
        return self.before is not None and bool(self.before.rows) and not self.grown


@dataclass
class _Outcome:
    """What reading a source gave."""

    task: _Task
    rows: int = 0
    first: int | None = None
    last: int | None = None
    quarantine: list[QuarantineRow] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    signals: set[str] = field(default_factory=set)


def build(
    settings: Settings,
    *,
    declarations: Sequence[Declaration] = (),
    on_progress: Callable[[Progress], None] = lambda _: None,
    ready: Callable[[Path], bool] = lambda _: True,
) -> Summary:
    """Bring the store in line with the source folders; what is known already is not read again.

    Files that are not `ready`, because they are still being written, are left for another time.

    Every device is committed for itself: killed at any moment, the store holds the state of
    before or after for each device, and the next run goes on from there.

    Raises
    ------
    ConfigError, DeclarationError, StoreError : nothing has been changed.
    """
    began = time.monotonic()
    parse_rules(settings.rules)
    # A file is the same one from whatever folder the build is started.
    sources = find_sources([Path(os.path.abspath(root)) for root in settings.sources])
    sources = _outside_of_stores(sources, settings.store)
    sources = [source for source in sources if ready(source.path)]
    summary = Summary(sources=len(sources))
    with create_ledger(settings.store, zone=settings.zone, rules=settings.rules) as ledger:
        if sources and any(device["synthetic"] for device in ledger.devices()):
            raise StoreFormatError(
                f"{settings.store} holds a simulated site; real data are never mixed with it: "
                "preprocess.py build --store NEW_FOLDER"
            )
        new = _what_is_new(ledger, sources, declarations, summary)
        if new:
            _Run(ledger, settings, summary, on_progress).do(new)
        _finish_moves(ledger, load_catalogue(settings.signals))
        _tidy_up(ledger)
    summary.seconds = time.monotonic() - began
    return summary


def _outside_of_stores(sources: Sequence[SourceFile], store: Path) -> list[SourceFile]:
    """Sources that are not part of a store: its Parquet files are no raw data.

    Raises
    ------
    ConfigError : a source folder is a store itself.
    """
    own = Path(os.path.abspath(store))

    @cache
    def inside(folder: Path) -> bool:
        if folder == own or (folder / LEDGER).is_file():
            return True
        return folder != folder.parent and inside(folder.parent)

    for source in sources:
        if inside(source.root):
            raise ConfigError(
                f"{source.root} is a store, or part of one; name a folder of raw files"
            )
    return [source for source in sources if not inside(source.path.parent)]


def _finish_moves(ledger: Ledger, catalogue: Catalogue) -> None:
    """Take rows from devices that a source was declared away from."""
    for device, source, signals in ledger.moves():
        from core.pyramid import DeviceSession, cut_days

        with suppress(StoreLocked), DeviceSession(ledger, device, "") as session:
            for name in sorted(signals):
                signal = catalogue.describe(name)
                levels: tuple[Level, ...] | None = None
                session.forget(signal)
                for stretch in cut_days(_kept(session, name, True, {source}), ledger.zone):
                    levels = levels or session.levels(name, stretch[0], anew=True)
                    for chunk in session.chunks(signal, stretch, anew=True, levels=levels):
                        session.append(signal, chunk, levels, anew=True)
            session.commit(lambda commit, of=(device, source): commit.end_move(*of))  # type: ignore[misc]


def _tidy_up(ledger: Ledger) -> None:
    """Finish what a writer that was killed after its commit left undone."""
    for device in untidy(ledger):
        from core.pyramid import device_lock, remove_orphans
        from core.upkeep import tidy

        # Locked: its writer is alive, and will do it.
        with suppress(StoreLocked), device_lock(ledger.root, device):
            remove_orphans(ledger, device)
            tidy(ledger, device)


def _what_is_new(
    ledger: Ledger,
    sources: Sequence[SourceFile],
    declarations: Sequence[Declaration],
    summary: Summary,
) -> list[tuple[SourceFile, Declaration | None, str]]:
    known = ledger.stamps()
    new = []
    beside = cache(lambda folder: (folder / "source.toml").is_file())
    for source in sources:
        try:
            str(source.path).encode()
        except UnicodeEncodeError:
            name = str(source.path).encode(errors="backslashreplace").decode()
            summary.failed.append((name, f"{name}: the name is not UTF-8; rename it"))
            continue
        folders = [source.path.parent, *source.path.parent.parents]
        near = folders[: folders.index(source.root) + 1] if source.root in folders else folders[:1]
        declared: Declaration | None = None
        if declarations or any(beside(folder) for folder in near):
            declared = declaration_for(source, declarations)
        stamp = _declared_stamp(declared, declarations)
        before = known.get((str(source.path), source.member or ""))
        if before and declared is None and before[2].startswith(BY_HAND):
            stamp = before[2]  # as it was told to be read; it need not be told again
        if before and before[:3] == (source.size, source.mtime_ns, stamp):
            if before[3] == "read":
                summary.unchanged += 1
                continue
            if before[3] == "failed":
                summary.failed.append((str(source.path), "failed before and has not changed"))
                continue
        new.append((source, declared, stamp))
    return new


def _declared_stamp(declared: Declaration | None, by_hand: Sequence[Declaration]) -> str:
    if declared is None:
        return ""
    mark = BY_HAND if declared in by_hand else ""
    return mark + hashlib.sha256(repr(replace(declared, path=Path())).encode()).hexdigest()[:16]


def read_declarations(paths: Iterable[Path]) -> list[Declaration]:
    """Declarations of files given by hand.

    Raises
    ------
    DeclarationError : a file is missing or wrong.
    """
    found: list[Declaration] = []
    for path in paths:
        if not path.is_file():
            raise DeclarationError(path, "no such file", expected="a source.toml")
        found.extend(load_declarations(path))
    return found


class _Run:
    """One build over the sources that are new."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        summary: Summary,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._summary = summary
        self._on_progress = on_progress
        self._catalogue: Catalogue = load_catalogue(settings.signals)
        self._future = int((time.time() + settings.future_tolerance_s) * 1e6)
        self._done = self._bytes = self._total = self._bytes_total = 0
        self._touched: list[SourceRow] = []

    def do(self, new: Sequence[tuple[SourceFile, Declaration | None, str]]) -> None:
        """Look at all new sources, then build device after device."""
        self._total = len(new)
        self._bytes_total = sum(source.size for source, _, _ in new)
        known = self._ledger.sources()
        before = {(row.path, row.member): row for row in known}
        # What was entered by hand corrects the files, also where these are read again.
        self._by_hand = {row.id for row in known if row.kind == "manual" and row.id is not None}
        with ThreadPoolExecutor(self._settings.workers) as pool:
            looked = list(pool.map(lambda item: self._look(item[0], item[1], item[2], before), new))
            self._note_touched()
            by_device: dict[str, list[_Task]] = {}
            for task in looked:
                if task is not None:
                    by_device.setdefault(task.layout.device, []).append(task)
            for device, tasks in by_device.items():
                again = list(_read_again(tasks, before.values()))
                self._total += len(again)
                self._bytes_total += sum(task.source.size for task in again)
                by_device[device] = [*again, *tasks]
            for device in sorted(by_device):
                self._build_device(device, by_device[device], pool)

    def _note_touched(self) -> None:
        """Files with another time and the same bytes: the ledger learns the time."""
        if not self._touched:
            return
        with self._ledger.transaction() as commit:
            for row in self._touched:
                commit.put_source(row)
        self._summary.unchanged += len(self._touched)

    # --- looking --------------------------------------------------------------------------------
    def _look(
        self,
        source: SourceFile,
        declared: Declaration | None,
        stamp: str,
        known: dict[tuple[str, str], SourceRow],
    ) -> _Task | None:
        from ingest.layout import Layout

        before = known.get((str(source.path), source.member or ""))
        try:
            if before and before.state and before.declared == stamp:
                if self._is_untouched(source, before):
                    self._touched.append(replace(before, mtime_ns=source.mtime_ns))
                    return None
                resumed = self._resume(source, declared, before, stamp)
                if resumed is not None:
                    return resumed
            if before and before.layout and declared is None and stamp.startswith(BY_HAND):
                layout = Layout.from_dict(before.layout)
            else:
                from ingest.look import look

                layout = look(source, declared)
        except SourceError as error:
            self._fail(source, stamp, str(error), before)
            return None
        return _Task(0, 0, source, stamp, layout, before)

    def _is_untouched(self, source: SourceFile, before: SourceRow) -> bool:
        from ingest.csv_files import Layout, ReadState, untouched

        if before.status != "read" or before.size != source.size:
            return False
        return untouched(source, Layout.from_dict(before.layout), ReadState.from_dict(before.state))

    def _resume(
        self, source: SourceFile, declared: Declaration | None, before: SourceRow, stamp: str
    ) -> _Task | None:
        """The task that reads only what was added, where the file only grew.

        None also where the longer file is understood otherwise than the shorter one was: then
        all of it is read again, so that the store is the one a fresh build would make.
        """
        from ingest.csv_files import Layout, ReadState, grown

        layout, state = Layout.from_dict(before.layout), ReadState.from_dict(before.state)
        digest = grown(source, layout, state)
        if digest is None:
            return None
        told = declared is not None or not stamp.startswith(BY_HAND)
        if told and not _is_settled(layout, state):
            from ingest.look import look

            if _meaning_of_rows(look(source, declared)) != _meaning_of_rows(layout):
                return None
        return _Task(0, 0, source, stamp, layout, before, state, digest)

    def _meaning(self, task: _Task, name: str) -> Signal:
        for column in (*task.layout.columns, *task.layout.empty):
            if column.signal == name:
                return self._catalogue.describe(
                    name, unit=column.unit, quantity=column.quantity, rising=column.rising
                )
        return self._catalogue.describe(name)

    def _fail(self, source: SourceFile, stamp: str, why: str, before: SourceRow | None) -> None:
        """Record a source that could not be read; what it gave earlier stays."""
        self._summary.failed.append((str(source.path), why))
        row = before or SourceRow(str(source.path), "", source.member or "")
        row = _failed_row(row, source.size, source.mtime_ns, stamp, why)
        with _ledger_lock, self._ledger.transaction() as commit:
            commit.put_source(row)
        self._advance(source)

    def _advance(self, source: SourceFile, rows: int = 0, device: str = "") -> None:
        self._done += 1
        self._bytes += source.size
        self._report(rows, device)

    def _report(self, rows: int, device: str) -> None:
        self._summary.rows += rows
        self._on_progress(
            Progress(
                self._done, self._total, self._bytes, self._bytes_total, self._summary.rows, device
            )
        )

    # --- one device -----------------------------------------------------------------------------
    def _build_device(self, device: str, tasks: list[_Task], pool: ThreadPoolExecutor) -> None:
        from core.pyramid import DeviceSession
        from core.upkeep import tidy
        from ingest.spool import Spool

        group = tasks[0].layout.group
        try:
            with DeviceSession(self._ledger, device, group, pool=pool) as session:
                tasks = self._with_ids(tasks)
                scratch = self._ledger.root / ".staging"
                with Spool(scratch) as spool:
                    outcomes = self._write(session, spool, tasks, pool)
                session.commit(lambda commit: self._record(commit, session, outcomes))
                tidy(self._ledger, device)
                self._summary.repeated += sum(session.repeated.values())
                for task in tasks:
                    if session.replaced[task.id] and not task.changed:
                        path = str(task.source.path)
                        self._summary.replaced_by.append((path, session.replaced[task.id]))
                self._summary.replaced += sum(session.replaced.values())
        except StoreLocked as error:
            for task in tasks:
                self._summary.failed.append((str(task.source.path), str(error)))
                self._summary.locked.append(str(task.source.path))
            return
        self._summary.devices.append(device)
        for outcome in outcomes:
            self._summary.read += not outcome.error
            self._summary.quarantined += sum(row.rows for row in outcome.quarantine)
            if outcome.error:
                self._summary.failed.append((str(outcome.task.source.path), outcome.error))

    def _with_ids(self, tasks: Sequence[_Task]) -> list[_Task]:
        """Give every source its number in the ledger, which its raw rows will carry."""
        numbered = []
        with self._ledger.transaction() as commit:
            for order, task in enumerate(tasks):
                row = task.before or SourceRow(
                    str(task.source.path), task.layout.device, task.source.member or "",
                    status="new",
                )  # fmt: skip
                known = row.id if row.id is not None else commit.put_source(row)
                numbered.append(replace(task, order=order, id=known))
        return numbered

    def _write(
        self,
        session: DeviceSession,
        spool: Spool,
        tasks: Sequence[_Task],
        pool: ThreadPoolExecutor,
    ) -> list[_Outcome]:
        direct = _direct_tasks(tasks)
        outcomes: list[_Outcome] = []
        alone = {task.order for task in direct.values()}
        spooled = [task for task in tasks if task.order not in alone]
        for outcome in pool.map(lambda task: self._read_into(spool, task), spooled):
            outcomes.append(outcome)
            self._advance(outcome.task.source, outcome.rows, session.device)
        # What a changed source gave earlier stays where it cannot be read through now.
        failed = {outcome.task.id for outcome in outcomes if outcome.error}
        renewed = [task for task in tasks if task.changed and task.id not in failed]
        anew = _signals_anew(renewed)
        meanings = {name: self._meaning(task, name) for name, task in direct.items()}
        for outcome in outcomes:
            for name in outcome.signals:
                meanings[name] = self._meaning(outcome.task, name)
        for name in anew:
            meanings.setdefault(name, self._catalogue.describe(name))
        ids = {task.id for task in renewed}
        from core.pyramid import CHUNK_ROWS

        small: set[str] = set(direct)
        large: set[str] = set()
        for name in {*spool.signals(), *anew}:
            rows = spool.rows(name) + (session.stored_rows(name) if name in anew else 0)
            (large if rows > CHUNK_ROWS else small).add(name)

        def job(name: str) -> _Rolled | None:
            if name in large:
                return None
            if name in direct:
                return self._direct(session, direct[name], meanings[name])
            return self._spooled(session, spool, meanings[name], name in anew, ids), None

        names = sorted(small | large)
        for n, (name, result) in enumerate(zip(names, _ahead(job, names, pool), strict=True), 1):
            anew_too = name in anew
            if anew_too:
                session.forget(meanings[name])
            pairs: Iterable[tuple[Chunk, tuple[Level, ...]]]
            pairs, read = result or (
                self._streamed(session, spool, meanings[name], anew_too, ids, pool),
                None,
            )
            for chunk, levels in pairs:
                session.append(meanings[name], chunk, levels, anew=anew_too)
            if read is not None:
                outcomes.append(read)
                self._advance(read.task.source, read.rows, session.device)
            del result, pairs  # they are large
            if n % RELEASE_EVERY == 0:
                _release_memory()
        return outcomes

    def _direct(
        self, session: DeviceSession, task: _Task, signal: Signal
    ) -> tuple[list[tuple[Chunk, tuple[Level, ...]]], _Outcome]:
        """Read a file of one signal whole, and roll it up, in a thread."""
        import numpy as np

        found: list[tuple[Int, Float]] = []
        outcome = self._read(task, lambda _, ts, value: found.append((ts, value)))
        if outcome.error or not outcome.rows:
            return [], outcome
        ts = np.concatenate([one[0] for one in found])
        value = np.concatenate([one[1] for one in found])
        source = np.broadcast_to(np.int64(task.id), len(ts))
        levels = session.levels(signal.name, ts)
        chunks = session.chunks(signal, (ts, value, source), levels=levels)
        return [(chunk, levels) for chunk in chunks], outcome

    def _spooled(
        self, session: DeviceSession, spool: Spool, signal: Signal, anew: bool, dropped: set[int]
    ) -> list[tuple[Chunk, tuple[Level, ...]]]:
        """Roll up a signal that fits in memory."""
        import numpy as np

        by_hand = self._by_hand
        pieces = [
            *_kept(session, signal.name, anew, dropped | by_hand),
            *spool.pieces(signal.name),
            *_kept(session, signal.name, anew, dropped, only=by_hand),
        ]
        if not sum(len(piece[0]) for piece in pieces):
            return []
        ts, value, source = (np.concatenate(column) for column in zip(*pieces, strict=True))
        levels = session.levels(signal.name, ts, anew=anew)
        chunks = session.chunks(signal, (ts, value, source), anew=anew, levels=levels)
        return [(chunk, levels) for chunk in chunks]

    def _streamed(
        self,
        session: DeviceSession,
        spool: Spool,
        signal: Signal,
        anew: bool,
        dropped: set[int],
        pool: ThreadPoolExecutor,
    ) -> Iterator[tuple[Chunk, tuple[Level, ...]]]:
        """Roll up a signal that does not fit in memory, stretch by stretch."""
        from core.pyramid import cut_days

        if anew or not spool.is_ascending(signal.name):
            pieces = _by_month(
                session, spool, signal.name, anew, dropped, self._by_hand, self._ledger.zone
            )
        else:
            pieces = spool.pieces(signal.name)
        stretches = cut_days(pieces, self._ledger.zone)
        first = next(stretches, None)
        if first is None:
            return
        levels = session.levels(signal.name, first[0], anew=anew)

        def roll(stretch: tuple[Int, Float, Int]) -> list[Chunk]:
            return list(session.chunks(signal, stretch, anew=anew, levels=levels))

        for n, chunks in enumerate(_ahead(roll, chain([first], stretches), pool), 1):
            yield from ((chunk, levels) for chunk in chunks)
            if n % RELEASE_STRETCHES == 0:
                _release_memory()

    # --- one source -----------------------------------------------------------------------------
    def _read_into(self, spool: Spool, task: _Task) -> _Outcome:
        outcome = self._read(
            task, lambda name, ts, value: spool.add(name, task.order, task.id, ts, value)
        )
        if outcome.error:
            spool.refuse(task.id)
        return outcome

    def _read(self, task: _Task, put: Callable[[str, Int, Float], None]) -> _Outcome:
        """Read a source through to its end; unusable cells are counted, usable ones put."""
        from ingest.csv_files import Reader

        outcome = _Outcome(task)
        bad = _Quarantine(outcome.quarantine)
        options: dict[str, Any] = {}
        if task.resume is not None:
            options = {
                "offset": task.resume.end_offset, "line": task.resume.end_line,
                "clock": task.resume.clock, "digest": task.digest,
            }  # fmt: skip
        try:
            reader = Reader(
                task.source, task.layout, zone=self._ledger.zone,
                nonexistent=self._settings.nonexistent, **options,
            )  # fmt: skip
            for batch in reader:
                for cell in batch.bad:
                    bad.add(cell.line, cell.column, cell.text, cell.reason)
                self._put_batch(task, batch, put, outcome, bad)
            outcome.state = reader.state.as_dict()
        except SourceError as error:
            outcome.error = str(error)
        bad.close()
        return outcome

    def _put_batch(
        self,
        task: _Task,
        batch: Any,
        put: Callable[[str, Int, Float], None],
        outcome: _Outcome,
        bad: _Quarantine,
    ) -> None:
        import numpy as np

        if not len(batch.ts):
            return
        usable = None
        future = self._future + (AHEAD_US if task.layout.group in AHEAD_GROUPS else 0)
        if int(batch.ts.max()) > future or int(batch.ts.min()) < 86_400_000_000:
            usable = (batch.ts <= future) & (batch.ts >= 86_400_000_000)
            for i in np.flatnonzero(~usable).tolist():
                bad.add(batch.line_of(i), "", _moment(int(batch.ts[i])), "time out of range")
        for name, value in batch.values.items():
            signal = self._meaning(task, name)
            keep = ~np.isnan(value)
            if usable is not None:
                keep &= usable
            outside = _outside(value, signal.low, signal.high)
            if outside is not None:
                for i in np.flatnonzero(outside & keep).tolist():
                    text = f"{value[i]:g} {signal.unit}".strip()
                    reason = f"outside {signal.low} .. {signal.high}"
                    bad.add(batch.line_of(i), name, text, reason)
                keep &= ~outside
            ts = batch.ts
            if not keep.all():
                ts, value = ts[keep], value[keep]
            if len(ts):
                put(name, ts, value)
                outcome.signals.add(name)
                outcome.rows += len(ts)
                low, high = int(ts.min()), int(ts.max())
                outcome.first = low if outcome.first is None else min(outcome.first, low)
                outcome.last = high if outcome.last is None else max(outcome.last, high)

    # --- the ledger -----------------------------------------------------------------------------
    def _record(self, commit: Commit, session: DeviceSession, outcomes: Sequence[_Outcome]) -> None:
        now = time.time_ns()
        for outcome in outcomes:
            id_ = outcome.task.id
            commit.put_source(
                _source_row(outcome, now, session.repeated[id_], session.replaced[id_])
            )
            before = outcome.task.before
            if not outcome.error:
                if before and before.rows and before.device != outcome.task.layout.device:
                    commit.note_move(before.device, id_, before.signals)
                self._tell_facts(commit, outcome.task.layout)
                from_line = outcome.task.resume.end_line + 1 if outcome.task.resume else 0
                commit.put_quarantine(outcome.task.id, outcome.quarantine, from_line)

    def _tell_facts(self, commit: Commit, layout: Layout) -> None:
        """Facts that a source tells of its device; a location told by hand stays."""
        if not layout.facts:
            return
        held: dict[str, Any] = next(
            (one["facts"] for one in self._ledger.devices() if one["name"] == layout.device), {}
        )
        told = {
            key: value for key, value in layout.facts if key != "location" or key not in held
        }  # fmt: skip
        if any(held.get(key) != value for key, value in told.items()):
            commit.put_facts(layout.device, {**held, **told})


def _is_settled(layout: Layout, state: ReadState) -> bool:
    """Whether no growth can change how a file is understood.

    Its beginning was seen whole; ISO times leave no choice of day and month, and where commas part
    the columns none can be a decimal sign.
    """
    iso = layout.time_format is None and len(layout.time_index) == 1
    return iso and layout.delimiter == "," and state.end_offset >= PEEK[0]


def _meaning_of_rows(layout: Layout) -> tuple[Any, ...]:
    """What decides which readings the rows of a source become."""
    return (
        layout.time_index, layout.time_format, layout.zone, layout.label, layout.interval_us,
        layout.decimal, layout.thousands, {c.signal: c.rising for c in layout.columns},
    )  # fmt: skip


def _source_row(outcome: _Outcome, now: int, repeated: int, replaced: int) -> SourceRow:
    task, source = outcome.task, outcome.task.source
    # A file written to while it was read looks unchanged by its stamp; leave it to be seen again.
    racy = now - source.mtime_ns < RACY_NS
    row = SourceRow(
        str(source.path), task.layout.device, source.member or "", size=source.size,
        mtime_ns=source.mtime_ns - 1 if racy else source.mtime_ns, declared=task.declared,
        status="failed" if outcome.error else "read", error=outcome.error,
        layout=task.layout.as_dict(), state=outcome.state, signals=tuple(sorted(outcome.signals)),
        rows=outcome.rows, first=outcome.first, last=outcome.last, read_at=now // 1000,
        repeated=repeated, replaced=replaced,
    )  # fmt: skip
    before = task.before
    if outcome.error:
        # Nothing of what was read before the error is kept.
        held = before or SourceRow(row.path, row.device, row.member)
        return _failed_row(held, row.size, row.mtime_ns, row.declared, row.error)
    if before is None:
        return row
    if task.grown:
        firsts = [moment for moment in (before.first, row.first) if moment is not None]
        lasts = [moment for moment in (before.last, row.last) if moment is not None]
        return replace(
            row, rows=before.rows + row.rows, first=min(firsts, default=None),
            last=max(lasts, default=None), layout=before.layout,
            repeated=before.repeated + repeated, replaced=before.replaced + replaced,
            signals=tuple(sorted({*before.signals, *row.signals})),
        )  # fmt: skip
    return row


def _failed_row(
    row: SourceRow, size: int | None, mtime_ns: int | None, declared: str, why: str
) -> SourceRow:
    """The row of a source that cannot be read now; what it gave earlier stays."""
    # A layout found under another declaration must not serve to read on.
    state = row.state if row.declared == declared else {}
    return replace(
        row, size=size, mtime_ns=mtime_ns, declared=declared, status="failed", error=why,
        state=state,
    )  # fmt: skip


class _Quarantine:
    """Collects unusable cells; beyond a limit they are counted by column and reason."""

    def __init__(self, rows: list[QuarantineRow]) -> None:
        self._rows = rows
        self._more: dict[tuple[str, str], int] = {}

    def add(self, line: int | None, column: str, text: str, reason: str) -> None:
        """Add one cell."""
        if len(self._rows) < QUARANTINE_LINES:
            self._rows.append(QuarantineRow(line, column, text[:200], reason))
        else:
            key = (column, reason)
            self._more[key] = self._more.get(key, 0) + 1

    def close(self) -> None:
        """Add the counts of what went beyond the limit."""
        for (column, reason), rows in self._more.items():
            self._rows.append(QuarantineRow(None, column, "", reason, rows))


def _direct_tasks(tasks: Sequence[_Task]) -> dict[str, _Task]:
    """Signals that come whole from one small file of their own: signal -> task."""
    named = [
        (column.signal, task)
        for task in tasks
        for column in (*task.layout.columns, *task.layout.empty)
    ]
    brought = Counter(name for name, _ in named)
    anew = _signals_anew(tasks)
    long = any(task.layout.long for task in tasks)
    return {
        name: task
        for name, task in named
        if len(task.layout.columns) == 1
        and not task.layout.empty
        and not long
        and brought[name] == 1
        and name not in anew
        and not task.changed
        and task.unread <= DIRECT_BYTES
        and task.layout.compression is None
        and task.source.member is None
    }


def _signals_anew(tasks: Sequence[_Task]) -> set[str]:
    """Signals that hold rows of a source whose content has changed."""
    return {
        name
        for task in tasks
        if task.changed and task.before is not None
        for name in task.before.signals
    }


def _read_again(tasks: Sequence[_Task], known: Iterable[SourceRow]) -> Iterator[_Task]:
    """Known sources that may hold readings which the store keeps as those of a changed one.

    A reading that two sources give with the same value is kept once, as that of the first. Where
    the first changes, the other has to be asked again, in the order they were read in.
    """
    changed = [task.before for task in tasks if task.changed and task.before is not None]
    seen = {(str(task.source.path), task.source.member or "") for task in tasks}
    for row in sorted(known, key=lambda row: (row.read_at or 0, row.id or 0)):
        overlaps = any(
            row.device == one.device
            and not set(row.signals).isdisjoint(one.signals)
            and _reaches(row, one)
            and _reaches(one, row)
            for one in changed
        )
        if not overlaps or row.status != "read" or (row.path, row.member) in seen:
            continue
        try:
            source = source_file(Path(row.path), member=row.member or None)
        except SourceError:
            continue  # gone; what is kept as its own stays
        if (source.size, source.mtime_ns) not in ((row.size, row.mtime_ns), _racy_stamp(row)):
            continue  # says something else by now
        from ingest.csv_files import Layout

        yield _Task(0, 0, source, row.declared, Layout.from_dict(row.layout), row)


def _racy_stamp(row: SourceRow) -> tuple[int | None, int]:
    """Size and time of a file whose time was put down as one earlier (see `_source_row`)."""
    return row.size, (row.mtime_ns or 0) + 1


def _reaches(one: SourceRow, other: SourceRow) -> bool:
    """Whether one source begins before another ends."""
    return one.first is not None and other.last is not None and one.first <= other.last


def _kept(
    session: DeviceSession,
    signal: str,
    anew: bool,
    dropped: set[int],
    only: set[int] | None = None,
) -> Iterator[tuple[Int, Float, Int]]:
    """Rows the store holds of a signal that is written anew, less those of changed sources.

    `only` are the sources wanted; None is all.
    """
    import numpy as np

    if anew:
        for ts, value, source in session.stretches(signal):
            keep = ~np.isin(source, list(dropped))
            if only is not None:
                keep &= np.isin(source, list(only))
            if keep.any():
                yield ts[keep], value[keep], source[keep]


def _between(piece: tuple[Int, Float, Int], start: int, end: int) -> tuple[Int, Float, Int]:
    ts, value, source = piece
    inside = (ts >= start) & (ts < end)
    return ts[inside], value[inside], source[inside]


def _by_month(
    session: DeviceSession,
    spool: Spool,
    signal: str,
    anew: bool,
    dropped: set[int],
    by_hand: set[int],
    zone: str,
) -> Iterator[tuple[Int, Float, Int]]:
    """Rows of a long signal in order of time, though its pieces are not."""
    import numpy as np

    from core.rollup import day_index, day_starts, in_order

    old = list(_kept(session, signal, anew, dropped | by_hand))
    entered = list(_kept(session, signal, anew, dropped, only=by_hand))
    moments = [int(moment) for piece in [*old, *entered] for moment in piece[0][[0, -1]]]
    moments += spool.span(signal) if spool.rows(signal) else []
    if not moments:
        return
    starts = day_starts(zone)
    low, high = day_index(np.array([min(moments), max(moments)]), zone)
    for at in range(int(low), int(high) + 1, 31):
        start, end = int(starts[at]), int(starts[min(at + 31, int(high) + 1)])
        parts = [
            *(_between(piece, start, end) for piece in old),
            spool.within(signal, start, end),
            *(_between(piece, start, end) for piece in entered),
        ]
        ts, value, source = (np.concatenate(column) for column in zip(*parts, strict=True))
        ts, (value, source), _ = in_order(ts, value, source)
        if len(ts):
            yield ts, value, source


def _ahead(
    job: Callable[[_Item], _Result], items: Iterable[_Item], pool: ThreadPoolExecutor
) -> Iterator[_Result]:
    """Results of `job` in order, computed a few ahead; they are large, so not many."""
    waiting: deque[Future[_Result]] = deque()
    upcoming = iter(items)
    while True:
        for item in islice(upcoming, pool._max_workers + 1 - len(waiting)):
            waiting.append(pool.submit(job, item))
        if not waiting:
            return
        yield waiting.popleft().result()


def _release_memory() -> None:
    """Hand freed memory back to the system; glibc keeps it, thread by thread, for hours."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _outside(value: Float, low: float | None, high: float | None) -> Any:
    """Mask of values outside the plausible range, None if there is none."""
    import numpy as np

    if (low is None and high is None) or not len(value):
        return None
    outside = np.zeros(len(value), bool)
    if low is not None and np.fmin.reduce(value) < low:
        outside |= value < low
    if high is not None and np.fmax.reduce(value) > high:
        outside |= value > high
    return outside if outside.any() else None


def _moment(ts: int) -> str:
    from datetime import UTC, datetime, timedelta

    try:
        return str(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts))
    except OverflowError:
        return f"{ts} µs"
