"""The journal: readings of live devices, safe on disk before they are in the pyramid.

One SQLite file in WAL mode with full synchronisation. Any number of processes append and read.
Every reading gets a number (`seq`) that only grows; the ledger of the store notes, in the
transaction that makes readings part of the pyramid, up to which number those of a device are in
it. What a query sees of the journal are the readings beyond the number noted in the same state of
the ledger it takes the files from: no reading is missing and none is seen twice, at any instant.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import math
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import StoreDamaged, StoreError, StoreFormatError, StoreLocked, StoreMissing
from core.journal_records import (
    Backlog,
    Collected,
    DeviceState,
    Event,
    LastValue,
    LiveDevice,
    LiveFacts,
    Poll,
    SitePlace,
    Tally,
    Unsettled,
)
from core.levels import DAY, HOUR
from core.readings import Batch, Quality
from core.rollup import FIRST_DAY, LAST_DAY, Float, Int
from core.signals import Signal, load_catalogue
from core.sqlite_files import ask, connect

FILE = "journal.sqlite"
FORMAT = 1
APPLICATION_ID = 0x5A4A524E  # "ZJRN"
KEEP_S = 3600.0  # settled readings are kept so long, to know them when they are delivered again
BYTES_PER_READING = 110  # with its index, measured (benchmarks/bench_journal.py)
EVENTS_KEPT = 100_000
TALLY_KEPT_US = 2 * DAY
MINUTE = 60_000_000
FORGET_ROWS = 50_000  # rows taken in one transaction: appends wait no longer than for these
_EPOCH = FIRST_DAY.toordinal() - 1
EARLIEST = (FIRST_DAY.toordinal() - _EPOCH) * DAY
LATEST = (LAST_DAY.toordinal() - _EPOCH) * DAY
COLLECTOR_START, COLLECTOR_STOP = "collector started", "collector stopped"
DEVICE_STOP = "not collected any more"
_COLLECTED = "collected "  # settings that begin so are about the device named behind it

_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE device (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, grp TEXT NOT NULL, site TEXT NOT NULL,
    synthetic INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0, floor INTEGER NOT NULL DEFAULT 0,
    polls INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0,
    last_poll INTEGER, last_good INTEGER, last_error TEXT NOT NULL DEFAULT '',
    last_error_at INTEGER, latency_s REAL
);
CREATE TABLE signal (
    id INTEGER PRIMARY KEY, device INTEGER NOT NULL, name TEXT NOT NULL, meaning TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0, UNIQUE (device, name)
);
CREATE TABLE reading (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, signal INTEGER NOT NULL, ts INTEGER NOT NULL,
    value REAL, quality INTEGER NOT NULL, received INTEGER NOT NULL,
    UNIQUE (signal, ts, quality)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX event_by_device ON event (device, at);
CREATE TABLE tally (
    device TEXT NOT NULL, minute INTEGER NOT NULL, polls INTEGER NOT NULL,
    errors INTEGER NOT NULL, PRIMARY KEY (device, minute)
) WITHOUT ROWID;
CREATE TABLE site (
    name TEXT PRIMARY KEY, zone TEXT, latitude REAL, longitude REAL, altitude_m REAL
);
"""

WAY_OUT = (
    "stop the collector, move the file aside and start it again: it begins a new journal, "
    "what was settled before is in the store"
)


class ViewOutdated(StoreError):
    """Readings of this state were settled and taken from the journal since; ask anew."""


class View:
    """One state of the readings that are not in the pyramid yet; see `Journal.view`."""

    def __init__(
        self,
        journal: Journal,
        settled: dict[str, int],
        until: int,
        devices: Mapping[str, LiveDevice],
        facts: Mapping[tuple[str, str], LiveFacts],
    ) -> None:
        self._journal = journal
        self.settled = settled
        self.until = until
        self.devices = devices
        self.facts = facts

    def rows(self, device: str, signal: str, start: int, end: int) -> tuple[Int, Float]:
        """Good readings in [start, end) [µs UTC]: time stamps and values, sorted by time.

        Raises
        ------
        ViewOutdated : they have been taken from the journal since.
        """
        facts = self.facts.get((device, signal))
        if facts is None or not (facts.rows and facts.first < end and facts.last >= start):
            return np.empty(0, np.int64), np.empty(0)
        low = self.settled.get(device, 0)
        return self._journal.between(device, signal, (start, end), (low, self.until))

    def newest(self, device: str, signal: str) -> int | None:
        """Newest good time stamp [µs UTC]; None without one."""
        facts = self.facts.get((device, signal))
        return facts.last if facts is not None and facts.rows else None


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class Journal:
    """An open journal; its methods may be called from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._con = connection
        self._file = identity(path)
        self._lock = threading.RLock()
        self._own = 0  # commits of this connection, which SQLite's counter leaves out
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._seen: set[int] = set()
        self._described: dict[str, LiveDevice] = {}
        self._described_at: int | None = None
        self._view: View | None = None
        self._view_at: tuple[tuple[int, int], dict[str, int]] | None = None

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._con.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return ask(self._con, query, values, self._said)

    def _said(self, error: sqlite3.DatabaseError) -> StoreError:
        if isinstance(error, sqlite3.OperationalError):
            return StoreError(f"{self.path} cannot be read ({error})")
        if isinstance(error, sqlite3.ProgrammingError):  # closed: another file stands in its place
            return ViewOutdated(f"{self.path}: {error}")
        return StoreDamaged(f"{self.path}: {error}; {WAY_OUT}")

    @contextmanager
    def _writing(self, *, sync: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: on disk when it ends, or as before.

        Without `sync` it may be lost with the power, until the next one that is.
        """
        with self._lock:
            try:
                if not sync:
                    self._con.execute("PRAGMA synchronous = NORMAL")
                self._con.execute("BEGIN IMMEDIATE")
                yield self._con
                self._con.execute("COMMIT")
                self._own += 1
            except BaseException as error:
                if self._con.in_transaction:
                    self._con.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise StoreError(
                        f"{self.path} cannot be written ({error}); nothing of it was kept"
                    ) from error
                if isinstance(error, sqlite3.DatabaseError):
                    raise StoreDamaged(f"{self.path}: {error}; {WAY_OUT}") from error
                raise
            finally:
                if not sync:
                    self._con.execute("PRAGMA synchronous = FULL")

    def in_place(self) -> bool:
        """Whether the file opened still stands at its path; costs microseconds."""
        return identity(self.path) == self._file

    def changed(self) -> tuple[int, int]:
        """Differs after every commit, of this connection or another; costs microseconds."""
        with self._lock:
            return int(self._ask("PRAGMA data_version")[0][0]), self._own

    @property
    def id(self) -> str:
        """Of this journal alone: numbers of another one say nothing here."""
        with self._lock:
            return str(self._ask("SELECT value FROM setting WHERE name = 'id'")[0]["value"])

    @property
    def shape(self) -> int:
        """Counts changes of devices and signals, not of readings."""
        with self._lock:
            return int(self._ask("SELECT value FROM setting WHERE name = 'shape'")[0]["value"])

    @property
    def last_seq(self) -> int:
        """Number of the last reading ever taken; 0 before the first."""
        with self._lock:
            found = self._ask("SELECT seq FROM sqlite_sequence WHERE name = 'reading'")
            return int(found[0]["seq"]) if found else 0

    def size(self) -> int:
        """Bytes on disk, with what SQLite keeps beside the file."""
        beside = (self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm"))
        return sum(path.stat().st_size for path in beside if path.exists())

    # --- writing --------------------------------------------------------------------------------
    def describe(
        self,
        device: str,
        group: str,
        site: str,
        signals: Sequence[Signal],
        *,
        synthetic: bool = False,
    ) -> None:
        """Say what a device and its signals mean; signals told before and not now stay.

        Raises
        ------
        StoreError : the journal cannot be written.
        """
        with self._writing() as con:
            self._describe(con, device, group, site, signals, synthetic=synthetic)

    def _describe(
        self, con: sqlite3.Connection, device: str, group: str, site: str,
        signals: Sequence[Signal], *, synthetic: bool,
    ) -> None:  # fmt: skip
        changes = con.total_changes
        con.execute(
            "INSERT INTO device (name, grp, site, synthetic) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET grp = excluded.grp, site = excluded.site,"
            " synthetic = MAX(synthetic, excluded.synthetic) WHERE (grp, site, synthetic)"
            " IS NOT (excluded.grp, excluded.site, MAX(synthetic, excluded.synthetic))",
            (device, group, site, int(synthetic)),
        )
        number = con.execute("SELECT id FROM device WHERE name = ?", (device,)).fetchone()[0]
        con.executemany(
            "INSERT INTO signal (device, name, meaning) VALUES (?, ?, ?) ON CONFLICT (device, name)"
            " DO UPDATE SET meaning = excluded.meaning WHERE meaning <> excluded.meaning",
            [(number, one.name, json.dumps(vars(one))) for one in signals],
        )
        if con.total_changes != changes:
            _count_up(con)

    def describe_sites(self, sites: Sequence[SitePlace]) -> None:
        """Say where sites are; those told before and not now stay.

        Raises
        ------
        StoreError : the journal cannot be written.
        """
        with self._writing() as con:
            con.executemany(
                "INSERT OR REPLACE INTO site (name, zone, latitude, longitude, altitude_m)"
                " VALUES (?, ?, ?, ?, ?)",
                [(s.name, s.zone, s.latitude, s.longitude, s.altitude_m) for s in sites],
            )

    def append(
        self, batches: Sequence[Batch], *, received: int | None = None, polls: Sequence[Poll] = ()
    ) -> int:
        """Keep readings, all or none; on disk when this returns.

        A reading of the same signal, time and quality as one the journal holds is that one,
        delivered again. One that says it is good and has no finite value, or a time no store
        takes, is kept as a bad one. What was not described is, by the rules of `core.signals`.

        Parameters
        ----------
        received : when they came in [µs UTC]; None is now.
        polls : attempts to count in the same transaction.

        Returns
        -------
        How many were new.

        Raises
        ------
        StoreError : the journal cannot be written (disk full, locked for long); nothing was kept.
        """
        at = time.time_ns() // 1000 if received is None else received
        with self._lock:
            self._learn(batches)
            rows, newest = self._rows_of(batches, at)
            with self._writing() as con:
                before = con.total_changes
                con.executemany(
                    "INSERT OR IGNORE INTO reading (signal, ts, value, quality, received)"
                    " VALUES (?, ?, ?, ?, ?)",
                    rows,
                )
                new = con.total_changes - before
                con.executemany(
                    "UPDATE device SET last_good = MAX(COALESCE(last_good, ?1), ?1)"
                    " WHERE name = ?2",
                    [(ts, device) for device, ts in newest.items()],
                )
                fresh = {row[0] for row in rows if row[3] == Quality.GOOD} - self._seen
                if fresh:
                    marks = ", ".join(str(number) for number in sorted(fresh))
                    con.execute(f"UPDATE signal SET seen = 1 WHERE seen = 0 AND id IN ({marks})")
                    _count_up(con)
                _count_polls(con, polls)
            self._seen |= fresh
            return new

    def _learn(self, batches: Sequence[Batch]) -> None:
        """Know the number of every signal; describe those nobody described."""
        wanted = {(batch.device, one.signal) for batch in batches for one in batch.readings}
        if wanted <= self._numbers.keys():
            return
        self._load_names()
        missing: dict[str, list[str]] = {}
        for device, signal in sorted(wanted - self._numbers.keys()):
            missing.setdefault(device, []).append(signal)
        if not missing:
            return
        catalogue = load_catalogue()
        known = {row["name"]: row for row in self._ask("SELECT * FROM device")}
        with self._writing() as con:
            for device, names in missing.items():
                row = known.get(device)
                group, site = (row["grp"], row["site"]) if row else ("", "")
                signals = [catalogue.describe(name) for name in names]
                self._describe(con, device, group, site, signals, synthetic=False)
        self._load_names()

    def _load_names(self) -> None:
        rows = self._ask(
            "SELECT s.id, d.name AS device, s.name, s.seen FROM signal s"
            " JOIN device d ON d.id = s.device"
        )
        self._names = {row["id"]: (row["device"], row["name"]) for row in rows}
        self._numbers = {key: number for number, key in self._names.items()}
        self._seen = {row["id"] for row in rows if row["seen"]}

    def _rows_of(
        self, batches: Sequence[Batch], at: int
    ) -> tuple[list[tuple[int, int, float, int, int]], dict[str, int]]:
        """Rows to insert, and the newest good time by device."""
        rows = []
        newest: dict[str, int] = {}
        for batch in batches:
            last = newest.get(batch.device, -(2**62))
            for signal, ts, value, quality in batch.readings:
                if not EARLIEST <= ts < LATEST:
                    ts, quality = at, Quality.DECODE_ERROR
                elif quality == Quality.GOOD and not math.isfinite(value):
                    quality = Quality.NO_VALUE
                if quality == Quality.GOOD and ts > last:
                    last = ts
                rows.append((self._numbers[batch.device, signal], ts, value, int(quality), at))
            if last > EARLIEST:
                newest[batch.device] = last
        return rows, newest

    def note_poll(self, device: str, at: int, latency_s: float | None, error: str | None) -> None:
        """Count an attempt to ask a device; see `note_polls`."""
        self.note_polls([Poll(device, at, latency_s, error)])

    def note_polls(self, polls: Sequence[Poll]) -> None:
        """Count attempts to ask devices.

        This is not synchronised on its own: it is on disk with the next batch.
        """
        with self._writing(sync=False) as con:
            _count_polls(con, polls)

    def note_alive(self, at: int) -> None:
        """Note that a collector is at work [µs UTC]; not synchronised on its own."""
        with self._writing(sync=False) as con:
            con.execute("INSERT OR REPLACE INTO setting VALUES ('alive', ?)", (str(at),))

    def note_event(self, device: str, at: int, kind: str, text: str) -> None:
        """Note what happened to a device, or to the collector where `device` is empty."""
        with self._writing() as con:
            number = con.execute(
                "INSERT INTO event (device, at, kind, text) VALUES (?, ?, ?, ?) RETURNING id",
                (device, at, kind, text),
            ).fetchone()[0]
            con.execute("DELETE FROM event WHERE id <= ?", (number - EVENTS_KEPT,))

    def forget_collected(self, kept: Collection[str]) -> None:
        """Say that devices are not collected any more, but those kept and those they feed."""
        gone = [
            name for name, one in (self.collected() or {}).items()
            if name not in kept and one.by not in kept
        ]  # fmt: skip
        with self._writing() as con:
            # Told even where no device remains: none of those described is collected then.
            con.execute("INSERT OR IGNORE INTO setting VALUES (?, '')", (_COLLECTED,))
            con.executemany(
                "DELETE FROM setting WHERE name = ?", [(_COLLECTED + name,) for name in gone]
            )

    def note_collected(self, device: str, at: int, *, hub: bool = False, by: str = "") -> None:
        """Say that a device is collected from now on [µs UTC]; see `Collected`."""
        with self._writing() as con:
            row = con.execute("SELECT polls FROM device WHERE name = ?", (device,)).fetchone()
            told = Collected(at, row["polls"] if row else 0, hub, by)
            con.execute(
                "INSERT OR REPLACE INTO setting VALUES (?, ?)",
                (_COLLECTED + device, json.dumps(vars(told))),
            )

    # --- what the Live page asks ----------------------------------------------------------------
    def collected(self) -> dict[str, Collected] | None:
        """What is collected, or was when the collector ended; None where none ever said."""
        with self._lock:
            rows = self._ask(
                "SELECT name, value FROM setting WHERE name >= ? AND name < ?",
                _COLLECTED, _COLLECTED[:-1] + chr(ord(_COLLECTED[-1]) + 1),
            )  # fmt: skip
        if not rows:
            return None
        return {
            row["name"].removeprefix(_COLLECTED): Collected(**json.loads(row["value"]))
            for row in rows if row["value"]
        }  # fmt: skip

    def states(self) -> list[DeviceState]:
        """How collecting goes, by device."""
        with self._lock:
            rows = self._ask("SELECT * FROM device ORDER BY name")
        return [
            DeviceState(
                row["name"], row["grp"], row["site"], bool(row["synthetic"]), row["polls"],
                row["errors"], row["last_poll"], row["last_good"], row["last_error"],
                row["last_error_at"], row["latency_s"],
            )
            for row in rows
        ]  # fmt: skip

    def last_good(self, device: str) -> int | None:
        """Time of the newest good reading that was ever taken of a device [µs UTC]."""
        with self._lock:
            found = self._ask("SELECT last_good FROM device WHERE name = ?", device)
        return found[0]["last_good"] if found else None

    def former(self) -> tuple[str, ...]:
        """Devices that were described and are not collected any more, by name."""
        told = self.collected()
        if told is None:
            return ()
        with self._lock:
            rows = self._ask("SELECT name FROM device ORDER BY name")
        return tuple(row["name"] for row in rows if row["name"] not in told)

    def alive(self) -> int | None:
        """When a collector last said that it is at work [µs UTC]; None if none ever did."""
        with self._lock:
            found = self._ask("SELECT value FROM setting WHERE name = 'alive'")
        return int(found[0]["value"]) if found else None

    def tally(self, since: int) -> list[Tally]:
        """Attempts by device and minute, of minutes that end after `since` [µs UTC]."""
        with self._lock:
            rows = self._ask(
                "SELECT * FROM tally WHERE minute > ? ORDER BY device, minute", since - MINUTE
            )
        return [Tally(r["device"], r["minute"], r["polls"], r["errors"]) for r in rows]

    def sites(self) -> dict[str, SitePlace]:
        """Sites as they were described, by name."""
        with self._lock:
            rows = self._ask("SELECT * FROM site ORDER BY name")
        return {row["name"]: SitePlace(**dict(row)) for row in rows}

    def events(self, device: str | None = None, limit: int = 1000) -> list[Event]:
        """What happened, newest first; of one device, or of all and the collector."""
        where, values = ("WHERE device = ?", (device,)) if device is not None else ("", ())
        with self._lock:
            rows = self._ask(
                f"SELECT * FROM event {where} ORDER BY at DESC, id DESC LIMIT ?", *values, limit
            )
        return [Event(row["device"], row["at"], row["kind"], row["text"]) for row in rows]

    def last_values(self, device: str, now: int | None = None) -> list[LastValue]:
        """Newest reading of every signal of a device, settled or not, in order of name.

        Parameters
        ----------
        now : moment ages are counted to [µs UTC]; None is now.
        """
        moment = time.time_ns() // 1000 if now is None else now
        newest = "SELECT seq FROM reading WHERE signal = s.id {} ORDER BY ts DESC LIMIT 1"
        with self._lock:
            rows = self._ask(
                "SELECT s.meaning, r.ts, r.value, r.quality, g.ts AS good_ts,"
                " g.value AS good_value FROM signal s JOIN device d ON d.id = s.device"
                f" JOIN reading r ON r.seq = ({newest.format('')})"
                f" LEFT JOIN reading g ON g.seq = ({newest.format('AND quality = 0')})"
                " WHERE d.name = ? ORDER BY s.name",
                device,
            )
        return [
            LastValue(
                Signal(**json.loads(row["meaning"])), row["ts"],
                math.nan if row["value"] is None else row["value"], Quality(row["quality"]),
                moment - row["ts"], row["good_ts"], row["good_value"],
            )
            for row in rows
        ]  # fmt: skip

    def backlog(self, settled: Mapping[str, int] | None = None) -> list[Backlog]:
        """What is not in the pyramid yet, by device.

        Parameters
        ----------
        settled : the ledger's number by device; None is what `forget` was told last.
        """
        with self._lock:
            rows = self._ask("SELECT name, settled FROM device ORDER BY name")
            known = {row["name"]: row["settled"] for row in rows} if settled is None else settled
            view = self.view(known)
        held: dict[str, LiveFacts] = {}
        for (device, _), facts in view.facts.items():
            held[device] = held.get(device, LiveFacts()).plus(facts)
        found = []
        for row in rows:
            facts = held.get(row["name"], LiveFacts())
            count = facts.rows + facts.bad
            oldest = facts.oldest if count else None
            found.append(Backlog(row["name"], count, oldest, count * BYTES_PER_READING))
        return found

    # --- what queries ask -----------------------------------------------------------------------
    def view(self, settled: Mapping[str, int]) -> View:
        """The present state of the readings beyond those `settled`, a number by device.

        Costs what has come in since the last view with the same numbers.
        """
        with self._lock:
            at = self.changed()
            asked = {name: seq for name, seq in settled.items() if seq}
            if self._view is not None and self._view_at == (at, asked):
                return self._view
            self._ask("BEGIN")
            try:
                until = self.last_seq
                devices = self._devices()
                floors = self._ask("SELECT name, floor FROM device WHERE floor > 0")
                # What was taken is in a store, if not in this one.
                marks = asked | {
                    row["name"]: max(row["floor"], asked.get(row["name"], 0)) for row in floors
                }
                facts = self._facts(self._view, marks, until)
            finally:
                self._con.execute("ROLLBACK")
            self._view, self._view_at = View(self, marks, until, devices, facts), (at, asked)
            return self._view

    def _facts(
        self, before: View | None, settled: dict[str, int], until: int
    ) -> dict[tuple[str, str], LiveFacts]:
        """Facts of the readings beyond `settled`, from those of an earlier view where they hold."""
        facts: dict[tuple[str, str], LiveFacts] = {}
        moved: set[str] = set()
        if before is None:
            seen = min((settled.get(name, 0) for name in self._described), default=0)
        else:
            seen = before.until
            moved = {
                name
                for name in {*settled, *before.settled}
                if settled.get(name, 0) != before.settled.get(name, 0)
            }
            facts = {key: one for key, one in before.facts.items() if key[0] not in moved}
        for key, seq_facts in self._grouped(seen, until, settled, lambda name: name not in moved):
            facts[key] = facts.get(key, LiveFacts()).plus(seq_facts)
        if moved:
            low = min(settled.get(name, 0) for name in moved)
            for key, seq_facts in self._grouped(low, until, settled, lambda name: name in moved):
                facts[key] = facts.get(key, LiveFacts()).plus(seq_facts)
        return facts

    def _grouped(
        self, low: int, until: int, settled: Mapping[str, int], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[tuple[str, str], LiveFacts]]:
        """Facts by signal and hour of readings numbered (low, until] and not settled."""
        if low >= until:
            return
        # Numbers differ between devices where one was settled and another was not.
        edges = sorted({low, *(seq for seq in settled.values() if low < seq < until), until})
        for a, b in itertools.pairwise(edges):
            rows = self._ask(
                "SELECT signal, quality = 0 AS good, ts / ? AS hour, COUNT(*) AS rows,"
                " MIN(ts) AS first, MAX(ts) AS last, MIN(value) AS low, MAX(value) AS high,"
                " MIN(received) AS oldest FROM reading WHERE seq > ? AND seq <= ?"
                " GROUP BY signal, good, hour",
                HOUR, a, b,
            )  # fmt: skip
            for row in rows:
                if row["signal"] not in self._names:
                    self._load_names()
                key = self._names[row["signal"]]
                if settled.get(key[0], 0) > a or not wanted(key[0]):
                    continue
                yield key, (
                    LiveFacts(
                        row["rows"], 0, frozenset((row["hour"],)), row["first"], row["last"],
                        row["low"], row["high"], row["oldest"],
                    )
                    if row["good"]
                    else LiveFacts(bad=row["rows"], oldest=row["oldest"])
                )  # fmt: skip

    def _devices(self) -> dict[str, LiveDevice]:
        """Descriptions, read again only where some changed."""
        shape = self.shape
        if self._described_at == shape:
            return self._described
        rows = self._ask(
            "SELECT d.name AS device, d.grp, d.site, d.synthetic, s.name, s.meaning FROM device d"
            " LEFT JOIN signal s ON s.device = d.id ORDER BY d.name, s.name"
        )
        found: dict[str, dict[str, Signal]] = {}
        about = {row["device"]: row for row in rows}
        for row in rows:
            mine = found.setdefault(row["device"], {})
            if row["name"] is not None:
                mine[row["name"]] = Signal(**json.loads(row["meaning"]))
        self._described = {
            name: LiveDevice(
                name, about[name]["grp"], about[name]["site"], bool(about[name]["synthetic"]), mine
            )
            for name, mine in found.items()
        }
        self._described_at = shape
        return self._described

    def devices(self) -> dict[str, LiveDevice]:
        """Devices as they were described, by name."""
        with self._lock:
            return dict(self._devices())

    def between(
        self, device: str, signal: str, times: tuple[int, int], numbers: tuple[int, int]
    ) -> tuple[Int, Float]:
        """Good readings in [start, end) [µs UTC] with a number in (low, until], sorted by time.

        Raises
        ------
        ViewOutdated : readings beyond `low` were taken from the journal.
        """
        with self._lock:
            if (device, signal) not in self._numbers:
                self._load_names()
            number = self._numbers.get((device, signal))
            rows = self._ask(
                "SELECT ts, value FROM reading WHERE signal = ? AND quality = 0"
                " AND ts >= ? AND ts < ? AND seq > ? AND seq <= ? ORDER BY ts",
                number, max(times[0], -(2**62)), min(times[1], 2**62), *numbers,
            )  # fmt: skip
            # Asked after the rows: had any been missing, the floor would be known by now.
            floor = self._ask("SELECT floor FROM device WHERE name = ?", device)
        if floor and floor[0]["floor"] > numbers[0]:
            raise ViewOutdated(f"{self.path}: readings of {device} were settled meanwhile")
        ts = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        value = np.fromiter((row[1] for row in rows), np.float64, len(rows))
        return ts, value

    # --- what settling asks ---------------------------------------------------------------------
    def unsettled(self, low: int, limit: int) -> Unsettled:
        """At most `limit` readings numbered above `low`, of all devices, in order of arrival."""
        with self._lock:
            rows = self._ask(
                "SELECT seq, signal, ts, value, quality FROM reading WHERE seq > ?"
                " ORDER BY seq LIMIT ?",
                low, limit,
            )  # fmt: skip
        seq, signal, ts, value, quality = zip(*rows, strict=True) if rows else [()] * 5
        return Unsettled(
            np.array(seq, np.int64), np.array(signal, np.int64), np.array(ts, np.int64),
            np.array(value, np.float64), np.array(quality, np.int64),
        )  # fmt: skip

    def signal_names(self) -> dict[int, tuple[str, str]]:
        """(device, signal) by number."""
        with self._lock:
            self._load_names()
            return dict(self._names)

    def forget(
        self, settled: Mapping[str, int], *, keep_s: float = KEEP_S, now: int | None = None
    ) -> int:
        """Take readings that the ledger says are settled, once they are old; returns how many.

        The newest reading of every signal stays, to be shown.

        Parameters
        ----------
        settled : the ledger's number by device.
        keep_s : how long a reading stays after it came in [s].
        now : moment to count from [µs UTC]; None is now.
        """
        moment = time.time_ns() // 1000 if now is None else now
        before = moment - int(keep_s * 1e6)
        with self._writing() as con:
            con.executemany(
                "UPDATE device SET settled = ?1 WHERE name = ?2 AND settled <> ?1",
                [(seq, name) for name, seq in settled.items()],
            )
            con.execute("DELETE FROM tally WHERE minute < ?", (moment - TALLY_KEPT_US,))
        gone = 0
        low = 0
        while True:
            low, taken, looked = self._forget_some(low, before)
            gone += taken
            if looked < FORGET_ROWS:
                return gone

    def _forget_some(self, low: int, before: int) -> tuple[int, int, int]:
        """(last number looked at, rows taken, rows looked at) of one short transaction."""
        with self._writing() as con:
            rows = con.execute(
                "SELECT seq, received FROM reading WHERE seq > ? ORDER BY seq LIMIT ?",
                (low, FORGET_ROWS),
            ).fetchall()
            late = next((i for i, row in enumerate(rows) if row["received"] >= before), len(rows))
            if not late:
                return low, 0, 0
            high = rows[late - 1]["seq"]
            found = con.execute(
                "SELECT r.seq, d.id FROM reading r JOIN signal s ON s.id = r.signal"
                " JOIN device d ON d.id = s.device"
                " WHERE r.seq > ? AND r.seq <= ? AND r.seq <= d.settled AND EXISTS ("
                "  SELECT 1 FROM reading n WHERE n.signal = r.signal AND n.ts > r.ts"
                "  AND (r.quality <> 0 OR n.quality = 0))",
                (low, high),
            ).fetchall()
            con.executemany("DELETE FROM reading WHERE seq = ?", [(row[0],) for row in found])
            floors: dict[int, int] = {}
            for seq, device in found:
                floors[device] = max(floors.get(device, 0), seq)
            con.executemany(
                "UPDATE device SET floor = MAX(floor, ?) WHERE id = ?",
                [(seq, device) for device, seq in floors.items()],
            )
            return high, len(found), late if late == len(rows) else 0

    def renew(self) -> None:
        """Take a new identity: numbers the ledger noted of this journal say nothing any more.

        For a journal that was put back from a copy and is older than the ledger.
        """
        with self._writing() as con:
            con.execute("UPDATE setting SET value = ? WHERE name = 'id'", (uuid.uuid4().hex,))
            con.execute("UPDATE device SET settled = 0, floor = 0")
            _count_up(con)

    def check(self) -> list[str]:
        """Sentences about what is wrong with the file; none where all is well."""
        try:
            with self._lock:
                said = [str(row[0]) for row in self._ask("PRAGMA integrity_check")]
                lost = self._ask(
                    "SELECT COUNT(*) FROM reading WHERE signal NOT IN (SELECT id FROM signal)"
                )[0][0]
        except StoreDamaged as error:
            return [str(error)]
        faults = [f"{self.path}: {sentence}" for sentence in said if sentence != "ok"]
        if lost:
            faults.append(f"{self.path}: {lost} readings of signals that nobody described")
        return faults


def _count_polls(con: sqlite3.Connection, polls: Sequence[Poll]) -> None:
    con.executemany(
        "INSERT OR IGNORE INTO device (name, grp, site) VALUES (?, '', '')",
        [(name,) for name in {one.device for one in polls}],
    )
    con.executemany(
        "UPDATE device SET polls = polls + 1, last_poll = ?, latency_s = COALESCE(?, latency_s)"
        " WHERE name = ?",
        [(one.at, one.latency_s, one.device) for one in polls],
    )
    con.executemany(
        "UPDATE device SET errors = errors + 1, last_error = ?, last_error_at = ? WHERE name = ?",
        [(one.error, one.at, one.device) for one in polls if one.error is not None],
    )
    con.executemany(
        "INSERT INTO tally (device, minute, polls, errors) VALUES (?1, ?2, 1, ?3)"
        " ON CONFLICT DO UPDATE SET polls = polls + 1, errors = errors + ?3",
        [(one.device, one.at // MINUTE * MINUTE, int(one.error is not None)) for one in polls],
    )


def _count_up(con: sqlite3.Connection) -> None:
    con.execute("UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE name = 'shape'")


def _create(path: Path) -> None:
    """A new journal, whole or absent, where none stands or one without a byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        if path.exists():
            with closing(connect(path, "rw")) as con:
                _begin(con)
            return
        # Made beside its place and renamed.
        with closing(connect(draft, "rwc")) as con:
            _begin(con)
        # Where another process was faster, its journal stands.
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be made ({error})") from error
    finally:
        draft.unlink(missing_ok=True)


def _begin(con: sqlite3.Connection) -> None:
    """Make the tables in one transaction, unless another process has."""
    con.execute("BEGIN IMMEDIATE")
    if not con.execute("PRAGMA application_id").fetchone()[0]:
        for statement in filter(str.strip, _SCHEMA.split(";")):
            con.execute(statement)
        con.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        con.execute(f"PRAGMA user_version = {FORMAT}")
        con.executemany(
            "INSERT INTO setting VALUES (?, ?)", [("id", uuid.uuid4().hex), ("shape", "0")]
        )
    con.execute("COMMIT")


@contextmanager
def collector_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Be the one collector of the journal at `path`; the lock falls with the process.

    Parameters
    ----------
    shared : several that say so may be at work together, as consumers of one broker are.

    Raises
    ------
    StoreLocked : another is at work; the message names its process.
    StoreError : the lock cannot be made beside the journal.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(beside, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreError(f"{beside} cannot be made ({error.strerror})") from error
    with os.fdopen(number, "r+") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip() or "?"
            raise StoreLocked(
                f"{path} is filled by another collector, process {holder}; end that one first, "
                "or collect into another store"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def open_journal(path: Path, *, create: bool = False, read_only: bool = False) -> Journal:
    """Open a journal.

    Parameters
    ----------
    create : make one where none stands.
    read_only : refuse every write of this connection.

    Raises
    ------
    StoreMissing : none stands at `path`.
    StoreFormatError : the file is no journal, or of another format version.
    StoreDamaged : it cannot be read; the message says the way out.
    StoreError : there is no right to write to it, which readers need too, to take part in locking.
    """
    # One of no bytes is what a crash or a full disk left: nothing was ever kept in it.
    if not path.exists() or not path.stat().st_size:
        if not create:
            raise StoreMissing(f"no journal at {path}; the collector makes one")
        _create(path)
    try:
        con = connect(path, "rw")
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be opened ({error})") from error
    try:
        application = con.execute("PRAGMA application_id").fetchone()[0]
        version = con.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise StoreFormatError(f"{path} is not a journal; {WAY_OUT}")
        if version != FORMAT:
            raise StoreFormatError(
                f"{path} has format version {version}, this program reads {FORMAT}; settle it "
                "with the program that wrote it, then move it aside"
            )
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("PRAGMA synchronous = FULL")
        con.execute("PRAGMA cache_size = -16384")
        con.execute("SELECT value FROM setting WHERE name IN ('id', 'shape')").fetchall()
        con.execute(f"PRAGMA query_only = {int(read_only)}")
    except sqlite3.OperationalError as error:
        con.close()
        raise StoreError(
            f"{path} cannot be opened ({error}); readers too need the right to write to the file "
            "and its folder: chown or chmod these two"
        ) from error
    except sqlite3.DatabaseError as error:
        con.close()
        raise StoreDamaged(f"{path} cannot be read ({error}); {WAY_OUT}") from error
    except StoreError:
        con.close()
        raise
    return Journal(path, con)


def settled_in(source_state: Mapping[str, Any], journal_id: str, last_seq: int) -> int:
    """The number up to which readings of a device are settled, by the state of its source.

    0 where the state is of another journal, or of a later state of this one (put back from a
    copy): then every reading the journal holds is taken again, and known again by its time.
    """
    if source_state.get("journal") != journal_id:
        return 0
    seq = int(source_state.get("seq", 0))
    return seq if seq <= last_seq else 0
