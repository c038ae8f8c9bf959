"""The ledger: one SQLite file that says what the store holds.

It knows the Parquet files of the present state, the sources they came from, every signal with its
coverage, and what was quarantined. A commit is one transaction: readers see the state before it
or after it, never half. The Parquet files themselves are never changed, only added and removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged, StoreError, StoreFormatError, StoreMissing
from core.sqlite_files import ask, connect, connect_to_read, may_write, stands_still

FILE = "ledger.sqlite"
LIVE = "live"  # kind of the source that stands for a device's readings from the journal
FORMAT = 1
APPLICATION_ID = 0x5A494747  # "ZIGG"

_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE device (
    name TEXT PRIMARY KEY, grp TEXT NOT NULL, synthetic INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE signal (
    device TEXT NOT NULL, name TEXT NOT NULL, meaning TEXT NOT NULL,
    rows INTEGER NOT NULL, hours INTEGER NOT NULL, first INTEGER, last INTEGER,
    low REAL, high REAL, levels TEXT NOT NULL, since INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device, name)
);
CREATE TABLE part (
    path TEXT PRIMARY KEY, device TEXT NOT NULL, level TEXT NOT NULL, period TEXT NOT NULL,
    generation INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    signal_first TEXT NOT NULL, signal_last TEXT NOT NULL,
    rows INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE INDEX part_by_device ON part (device, level);
CREATE TABLE source (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, member TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL, kind TEXT NOT NULL DEFAULT 'file', size INTEGER, mtime_ns INTEGER,
    declared TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, error TEXT NOT NULL DEFAULT '',
    layout TEXT NOT NULL DEFAULT '{}', state TEXT NOT NULL DEFAULT '{}',
    signals TEXT NOT NULL DEFAULT '[]', rows INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0, replaced INTEGER NOT NULL DEFAULT 0,
    first INTEGER, last INTEGER, read_at INTEGER,
    UNIQUE (path, member)
);
CREATE TABLE quarantine (
    source INTEGER NOT NULL, line INTEGER, column_name TEXT NOT NULL, text TEXT NOT NULL,
    reason TEXT NOT NULL, rows INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX quarantine_by_source ON quarantine (source);
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, name TEXT NOT NULL, ts INTEGER,
    value TEXT NOT NULL, note TEXT NOT NULL, entered_at INTEGER NOT NULL, kind TEXT NOT NULL
);
"""

WAY_OUT = "build a new store from the sources: preprocess.py build --store NEW_FOLDER"


@dataclass(frozen=True)
class Part:
    """One Parquet file of the present state; times [µs UTC], `stop` is the last time stamp."""

    path: str
    device: str
    level: str
    period: str
    generation: int
    start: int
    stop: int
    signal_first: str
    signal_last: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class SignalRow:
    """What the ledger keeps of a signal; `meaning` is a `core.signals.Signal` as a dict.

    `since`: rows of this signal in files of an older generation no longer count.
    """

    device: str
    name: str
    meaning: dict[str, Any]
    rows: int
    hours: int
    first: int | None
    last: int | None
    low: float | None
    high: float | None
    levels: tuple[str, ...]
    since: int = 0


@dataclass(frozen=True)
class QuarantineRow:
    """A cell or row that could not be used; `rows` > 1 where the reason repeats without end."""

    line: int | None
    column: str
    text: str
    reason: str
    rows: int = 1


@dataclass(frozen=True)
class SourceRow:
    """What the ledger keeps of a source; `state` lets a grown file be read on."""

    path: str
    device: str
    member: str = ""
    kind: str = "file"
    size: int | None = None
    mtime_ns: int | None = None
    declared: str = ""
    status: str = "read"
    error: str = ""
    layout: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    rows: int = 0
    repeated: int = 0
    replaced: int = 0
    first: int | None = None
    last: int | None = None
    read_at: int | None = None
    id: int | None = None


def _identity(root: Path, *, still: bool) -> tuple[int, ...] | None:
    """Device and inode of the ledger at `root`, None where there is none.

    Of one that is read as it stands also all that tells that somebody writes to it.
    """
    try:
        found = os.stat(root / FILE)
    except FileNotFoundError:
        return None
    file = (found.st_dev, found.st_ino)
    if not still:
        return file
    return (*file, found.st_mtime_ns, found.st_size, int(stands_still(root / FILE)))


class Ledger:
    """An open ledger. Several processes may read while one writes."""

    def __init__(self, root: Path, connection: sqlite3.Connection, *, still: bool = False) -> None:
        self.root = root
        self._con = connection
        self._still = still
        self._file = _identity(root, still=still)

    def close(self) -> None:
        """Release the file."""
        self._con.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return ask(self._con, query, values, self._said)

    def _said(self, error: sqlite3.DatabaseError) -> StoreError:
        if _is_disk(error):
            return StoreError(_disk_said(self.root / FILE, error))
        return StoreDamaged(f"{self.root / FILE}: {error}; {WAY_OUT}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state in everything read inside, whatever is committed meanwhile."""
        self._ask("BEGIN")
        try:
            yield
        finally:
            self._con.execute("ROLLBACK")

    # --- settings -------------------------------------------------------------------------------
    def setting(self, name: str) -> str | None:
        """A stored setting, e.g. ``zone`` or ``rules``."""
        rows = self._ask("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def moves(self) -> list[tuple[str, int, tuple[str, ...]]]:
        """(device, source, signals): rows a source gave to a device it no longer belongs to."""
        rows = self._ask("SELECT name, value FROM setting WHERE name LIKE 'moved:%' ORDER BY name")
        return [(*json.loads(row["value"])[:2], tuple(json.loads(row["value"])[2])) for row in rows]

    @property
    def zone(self) -> str:
        """Time zone of the site."""
        return self.setting("zone") or "UTC"

    @property
    def rules(self) -> str:
        """Levels, e.g. ``1min,5min,15min,1h,1d``."""
        return self.setting("rules") or ""

    @property
    def version(self) -> int:
        """Counts commits."""
        return int(self.setting("version") or 0)

    @property
    def created(self) -> int:
        """When the store was begun [ns since 1970]; 0 for one that did not note it."""
        return int(self.setting("created") or 0)

    @property
    def state(self) -> str:
        """Short name of the present state, e.g. ``3f9a01c2``: another one after every commit."""
        return f"{(self.created + self.version) % 2**32:08x}"

    @property
    def committed(self) -> int | None:
        """When the last commit was made [µs since 1970, UTC]; None before the first.

        A store of an earlier program did not note it: there it is when a source was last read.
        """
        noted = self.setting("committed")
        return int(noted) if noted else self._ask("SELECT MAX(read_at) FROM source")[0][0]

    def in_place(self) -> bool:
        """Whether the file opened still stands at its path; costs microseconds."""
        # An open file keeps its number, so none that replaced it can have the same.
        return _identity(self.root, still=self._still) == self._file

    def changed(self) -> int:
        """A number that differs after another connection has committed; costs microseconds."""
        return int(self._ask("PRAGMA data_version")[0][0])

    # --- reading --------------------------------------------------------------------------------
    def _rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._ask(query, *values)]

    def devices(self) -> list[dict[str, Any]]:
        """Devices with group, synthetic and facts."""
        rows = self._rows("SELECT * FROM device ORDER BY name")
        return [
            {**row, "facts": json.loads(row["facts"]), "synthetic": bool(row["synthetic"])}
            for row in rows
        ]

    def signals(self, device: str | None = None) -> list[SignalRow]:
        """Signals of one device, or of all."""
        where, values = ("WHERE device = ?", (device,)) if device else ("", ())
        rows = self._rows(f"SELECT * FROM signal {where} ORDER BY device, name", *values)
        return [
            SignalRow(
                **{
                    **row,
                    "meaning": json.loads(row["meaning"]),
                    "levels": tuple(filter(None, row["levels"].split(","))),
                }
            )
            for row in rows
        ]

    def parts(self, device: str | None = None) -> list[Part]:
        """Files of the present state, oldest generation first."""
        where, values = ("WHERE device = ?", (device,)) if device else ("", ())
        rows = self._rows(f"SELECT * FROM part {where} ORDER BY generation, path", *values)
        return [Part(**row) for row in rows]

    def sources(self, device: str | None = None) -> list[SourceRow]:
        """Sources read so far."""
        where, values = ("WHERE device = ?", (device,)) if device else ("", ())
        rows = self._rows(f"SELECT * FROM source {where} ORDER BY path, member", *values)
        return [
            SourceRow(
                **{
                    **row,
                    "layout": json.loads(row["layout"]),
                    "state": json.loads(row["state"]),
                    "signals": tuple(json.loads(row["signals"])),
                }
            )
            for row in rows
        ]

    def stamps(self) -> dict[tuple[str, str], tuple[int, int, str, str]]:
        """(path, member) -> (size, mtime_ns, declared, status): enough to see what is new."""
        rows = self._ask("SELECT path, member, size, mtime_ns, declared, status FROM source")
        return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}

    def quarantine(self, source: int | None = None, limit: int = 100_000) -> list[dict[str, Any]]:
        """Quarantined rows with path, device, line, column, text and reason."""
        where, values = ("WHERE q.source = ?", (source,)) if source is not None else ("", ())
        return self._rows(
            "SELECT s.path, s.member, s.device, q.line, q.column_name, q.text, q.reason, q.rows"
            f" FROM quarantine q JOIN source s ON s.id = q.source {where}"
            " ORDER BY s.path, q.line LIMIT ?",
            *values,
            limit,
        )

    def quarantine_counts(self) -> list[dict[str, Any]]:
        """Number of quarantined rows by source and reason."""
        return self._rows(
            "SELECT s.path, s.member, s.device, q.reason, SUM(q.rows) AS rows"
            " FROM quarantine q JOIN source s ON s.id = q.source"
            " GROUP BY q.source, q.reason ORDER BY s.path, q.reason"
        )

    def entries(self, device: str | None = None) -> list[dict[str, Any]]:
        """Manual entries, newest first; a correction stands above what it corrects."""
        where, values = ("WHERE device = ?", (device,)) if device else ("", ())
        return self._rows(f"SELECT * FROM entry {where} ORDER BY id DESC", *values)

    # --- writing --------------------------------------------------------------------------------
    @contextmanager
    def transaction(self) -> Iterator[Commit]:
        """One commit: everything or nothing; the version counts up.

        Raises
        ------
        StoreError : the ledger cannot be written (disk full, locked for long, no permission).
        """
        try:
            self._con.execute("BEGIN IMMEDIATE")
            yield Commit(self._con)
            self._con.execute(
                "UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE name = 'version'"
            )
            self._con.execute(
                "INSERT OR REPLACE INTO setting VALUES ('committed', ?)",
                (str(time.time_ns() // 1000),),
            )
            self._con.execute("COMMIT")
        except BaseException as error:
            if self._con.in_transaction:
                self._con.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreError(
                    f"{self.root / FILE} cannot be written ({error}); the state before stands"
                ) from error
            raise


class Commit:
    """What can be written inside a `Ledger.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._con = connection

    def next_generation(self) -> int:
        """A number higher than that of any file ever written."""
        self._con.execute(
            "UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE name = 'generation'"
        )
        row = self._con.execute("SELECT value FROM setting WHERE name = 'generation'").fetchone()
        return int(row["value"])

    def put_device(self, name: str, group: str, *, synthetic: bool) -> None:
        """Add a device; a known one keeps its facts, and stays synthetic once it was."""
        self._con.execute(
            "INSERT INTO device (name, grp, synthetic) VALUES (?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET synthetic = MAX(synthetic, excluded.synthetic)",
            (name, group, int(synthetic)),
        )

    def put_facts(self, name: str, facts: dict[str, Any]) -> None:
        """Replace the facts of a device (capacity, start date, location, ...)."""
        self._con.execute("UPDATE device SET facts = ? WHERE name = ?", (json.dumps(facts), name))

    def put_signal(self, row: SignalRow) -> None:
        """Add or replace a signal."""
        self._con.execute(
            "INSERT OR REPLACE INTO signal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.device, row.name, json.dumps(row.meaning), row.rows, row.hours, row.first,
                row.last, row.low, row.high, ",".join(row.levels), row.since,
            ),
        )  # fmt: skip

    def put_parts(self, parts: Iterable[Part]) -> None:
        """Add files."""
        self._con.executemany(
            "INSERT INTO part VALUES (:path, :device, :level, :period, :generation, :start, :stop,"
            " :signal_first, :signal_last, :rows, :bytes)",
            [vars(part) for part in parts],
        )

    def drop_parts(self, paths: Iterable[str]) -> None:
        """Forget files."""
        self._con.executemany("DELETE FROM part WHERE path = ?", [(path,) for path in paths])

    def put_source(self, row: SourceRow) -> int:
        """Add or replace a source; its id stays."""
        values = dict(vars(row))
        values.pop("id")
        for key in ("layout", "state", "signals"):
            values[key] = json.dumps(values[key])
        names = list(values)
        marks = ", ".join(f":{name}" for name in names)
        updates = ", ".join(
            f"{name} = excluded.{name}" for name in names if name not in ("path", "member")
        )
        found = self._con.execute(
            f"INSERT INTO source ({', '.join(names)}) VALUES ({marks})"
            f" ON CONFLICT (path, member) DO UPDATE SET {updates} RETURNING id",
            values,
        ).fetchone()
        return int(found["id"])

    def put_quarantine(
        self, source: int, rows: Sequence[QuarantineRow], from_line: int = 0
    ) -> None:
        """Replace what is quarantined of a source; of one that grew, from `from_line` on.

        Counts without a line belong to lines before those.
        """
        self._con.execute(
            "DELETE FROM quarantine WHERE source = ? AND (line >= ? OR ? = 0)",
            (source, from_line, from_line),
        )
        self._con.executemany(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)",
            [(source, row.line, row.column, row.text, row.reason, row.rows) for row in rows],
        )

    def count_quarantine(self, source: int, rows: Sequence[QuarantineRow]) -> None:
        """Add counts to what is quarantined of a source, by column and reason."""
        for row in rows:
            added = self._con.execute(
                "UPDATE quarantine SET rows = rows + ? WHERE source = ? AND line IS ?"
                " AND column_name = ? AND reason = ?",
                (row.rows, source, row.line, row.column, row.reason),
            )
            if not added.rowcount:
                self._con.execute(
                    "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)",
                    (source, row.line, row.column, row.text, row.reason, row.rows),
                )

    def note_move(self, device: str, source: int, signals: Sequence[str]) -> None:
        """Remember that rows of a source are still to be taken from a device."""
        value = json.dumps([device, source, list(signals)])
        self._con.execute(
            "INSERT OR REPLACE INTO setting VALUES (?, ?)", (f"moved:{device}:{source}", value)
        )

    def end_move(self, device: str, source: int) -> None:
        """They have been taken."""
        self._con.execute("DELETE FROM setting WHERE name = ?", (f"moved:{device}:{source}",))

    def put_entry(
        self, device: str, name: str, ts: int | None, value: str, note: str, at: int, kind: str
    ) -> None:
        """Add a manual entry; earlier ones stay as history."""
        self._con.execute(
            "INSERT INTO entry (device, name, ts, value, note, entered_at, kind)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (device, name, ts, value, note, at, kind),
        )


def create_ledger(root: Path, *, zone: str, rules: str) -> Ledger:
    """A new, empty store in `root`; an existing one is opened and checked instead.

    Raises
    ------
    StoreError : none can be made there, or the one that stands there is refused.
    """
    path = root / FILE
    if path.exists():
        if not may_write(path):
            raise StoreError(
                f"{root} cannot be written without the right to write to the folder and to {FILE}: "
                "chown or chmod these two"
            )
        return open_ledger(root, zone=zone, rules=rules)
    if root.exists() and any(root.glob("level=*")):
        raise StoreDamaged(f"{root} holds Parquet levels but no {FILE}; {WAY_OUT}")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            if not path.exists():  # another process may have been faster
                _write_ledger(root, zone=zone, rules=rules)
    except FileExistsError as error:
        raise StoreError(f"{root} is a file; a store is a folder") from error
    except (OSError, sqlite3.OperationalError) as error:
        raise StoreError(f"no store can be made at {root} ({error})") from error
    return open_ledger(root, zone=zone, rules=rules)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the folder of a store that is being made."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write_ledger(root: Path, *, zone: str, rules: str) -> None:
    """Made beside its place and renamed: a store either has a whole ledger or none."""
    draft = root / f".{FILE}.new"
    for leftover in root.glob(f".{FILE}.new*"):
        leftover.unlink()
    with closing(connect(draft, "rwc")) as con:
        con.executescript(_SCHEMA)
        con.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        con.execute(f"PRAGMA user_version = {FORMAT}")
        settings = {
            "zone": zone, "rules": rules, "version": "0", "generation": "0",
            "created": str(time.time_ns()),
        }  # fmt: skip
        con.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
    draft.rename(root / FILE)


def _is_disk(error: sqlite3.DatabaseError) -> bool:
    """Whether the disk failed or is full, which says nothing about what is on it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _disk_said(path: Path, error: sqlite3.DatabaseError) -> str:
    return f"{path} cannot be used now ({error}): is the disk full, or has it failed?"


def open_ledger(root: Path, *, zone: str | None = None, rules: str | None = None) -> Ledger:
    """Open the ledger of an existing store; only to read where it may not be written.

    Raises
    ------
    StoreMissing : no store at `root`.
    StoreFormatError : not a store, another format version, or another zone or other levels than
        asked for; the message says the way out.
    StoreError : the disk is full or does not answer; the store may well be whole.
    """
    path = root / FILE
    if not path.exists():
        if root.exists() and any(root.glob("level=*")):
            raise StoreDamaged(f"{root} holds Parquet levels but no {FILE}; {WAY_OUT}")
        raise StoreMissing(
            f"no store at {root}; make one: preprocess.py build --source FOLDER --store {root}"
        )
    writable, still = may_write(path), stands_still(path)
    con = connect(path, "rw") if writable else connect_to_read(path)
    try:
        application = con.execute("PRAGMA application_id").fetchone()[0]
        version = con.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise StoreFormatError(f"{path} is not the ledger of a store; {WAY_OUT}")
        if version != FORMAT:
            raise StoreFormatError(
                f"{root} has format version {version}, this program reads {FORMAT}; {WAY_OUT}"
            )
        if writable:
            con.execute("PRAGMA journal_mode = WAL")
            con.execute("PRAGMA synchronous = FULL")
        ledger = Ledger(root, con, still=still)
        _check_setting(ledger, "zone", zone)
        _check_setting(ledger, "rules", rules)
    except sqlite3.DatabaseError as error:
        con.close()
        if not writable:
            raise StoreError(
                f"{root} cannot be read while somebody writes without the right to write to the "
                f"folder and to {FILE}: readers take part in its locking; chown or chmod these two"
            ) from error
        if _is_disk(error):
            raise StoreError(_disk_said(path, error)) from error
        raise StoreFormatError(f"{path} cannot be read ({error}); {WAY_OUT}") from error
    except StoreFormatError:
        con.close()
        raise
    return ledger


def _check_setting(ledger: Ledger, name: str, wanted: str | None) -> None:
    found = ledger.setting(name)
    if wanted is not None and found != wanted:
        raise StoreFormatError(
            f"{ledger.root} was built with {name} {found}, not {wanted}; keep {found} or {WAY_OUT}"
        )
