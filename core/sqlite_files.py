"""SQLite files of a store: opening, asking, and files of their own beside the ledger."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged, StoreError, StoreFormatError


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a SQLite file of a store.

    Parameters
    ----------
    mode : as SQLite's URIs name it: ``rw``, ``rwc`` (made where there is none), ``ro``.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30.0, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip
    connection.row_factory = sqlite3.Row
    return connection


def may_write(path: Path) -> bool:
    """Whether a file of a store and the folder it stands in may be written."""
    return os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)


def stands_still(path: Path) -> bool:
    """Whether a file can be read only as it stands, without SQLite's files beside it.

    Readers take part in the locking through these. Where the folder cannot be written they cannot
    be made; where there are none, nobody is writing now.
    """
    return not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, also in a folder that cannot be written."""
    return connect(path, "ro&immutable=1" if stands_still(path) else "ro")


def ask(
    connection: sqlite3.Connection,
    query: str,
    values: Sequence[Any],
    said: Callable[[sqlite3.DatabaseError], StoreError],
) -> list[sqlite3.Row]:
    """All rows of an answer.

    Parameters
    ----------
    said : the project's error for one of the library, with the file and the way out.

    Raises
    ------
    StoreError : what `said` makes of it.
    """
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.DatabaseError as error:
        raise said(error) from error


class SideFile:
    """A file of its own beside the ledger, made with the first thing that is kept in it.

    Before, and where nothing may be written, it is only looked for. Threads and processes may read
    and write at the same time.

    Parameters
    ----------
    path : in the folder of a store.
    holds : what is kept in it, for messages: notes, alerts.
    schema : SQL that makes the tables.
    """

    def __init__(
        self, path: Path, *, holds: str, schema: str, application_id: int, version: int
    ) -> None:
        self.path = path
        self._holds, self._schema = holds, schema
        self._sign = (application_id, version)
        self._con: sqlite3.Connection | None = None
        # One connection has one transaction: threads that share it take turns.
        self._turn = threading.RLock()

    def close(self) -> None:
        """Release the file."""
        with self._turn:
            if self._con is not None:
                self._con.close()
                self._con = None

    def look(self) -> sqlite3.Connection | None:
        """Open the file if it is there, only to read where it may not be written.

        Raises
        ------
        StoreFormatError : it is another file, or of another format version.
        StoreDamaged, StoreError : it cannot be read.
        """
        with self._turn:
            # Somebody may have kept the first thing meanwhile.
            if self._con is None and self.path.exists():
                self._con = self._connect()
            return self._con

    def ask(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of an answer; none where there is no file yet.

        Raises
        ------
        StoreError : as `look`.
        """
        with self._turn:
            con = self.look()
            return [] if con is None else ask(con, query, values, self._trouble)

    @contextmanager
    def writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction, on disk when it ends, or nothing; gives the time of writing [µs UTC].

        Raises
        ------
        StoreError : as `look`, or the file cannot be made or written.
        """
        with self._turn:
            con = self.look() or self._make()
            try:
                con.execute("BEGIN IMMEDIATE")
                yield con, time.time_ns() // 1000
                con.execute("COMMIT")
            except BaseException as error:
                if con.in_transaction:
                    con.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError):
                    raise self._trouble(error) from error
                raise

    def _trouble(self, error: sqlite3.DatabaseError) -> StoreError:
        """What a database error means for the person who sees it."""
        if isinstance(error, sqlite3.OperationalError):
            return StoreError(
                f"{self.path} cannot be read or written ({error}); what was kept before stands. "
                "To write, and to read while others write, the folder and the file need the right "
                "to write"
            )
        return StoreDamaged(f"{self.path}: {error}; put back a copy of this file, or move it away")

    def _make(self) -> sqlite3.Connection:
        if not self.path.parent.is_dir():
            raise StoreError(f"{self.path.parent} is no folder of a store")
        if not os.access(self.path.parent, os.W_OK):
            raise StoreError(
                f"{self.path} cannot be made without the right to write to the folder; chown or "
                "chmod it"
            )
        try:
            self._create()
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from error
        except OSError as error:
            raise StoreError(f"{self.path} cannot be made: {error.strerror}") from error
        con = self.look()
        if con is None:
            raise StoreError(f"{self.path} was taken away while it was made")
        return con

    def _create(self) -> None:
        """Make the file beside its place and rename it: there is a whole one or none."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            # Two who come at once: the second waits and finds the file of the first.
            fcntl.flock(folder, fcntl.LOCK_EX)
            if self.path.exists():
                return
            draft = self.path.with_name(f".{self.path.name}.new")
            for leftover in self.path.parent.glob(f"{draft.name}*"):
                leftover.unlink()
            with closing(connect(draft, "rwc")) as con:
                con.execute("PRAGMA journal_mode = WAL")
                con.executescript(self._schema)
                con.execute(f"PRAGMA application_id = {self._sign[0]}")
                con.execute(f"PRAGMA user_version = {self._sign[1]}")
            draft.rename(self.path)
            os.fsync(folder)
        finally:
            os.close(folder)

    def _connect(self) -> sqlite3.Connection:
        writable = may_write(self.path)
        try:
            con = connect(self.path, "rw") if writable else connect_to_read(self.path)
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from error
        try:
            application = con.execute("PRAGMA application_id").fetchone()[0]
            version = con.execute("PRAGMA user_version").fetchone()[0]
            if writable:
                con.execute("PRAGMA synchronous = FULL")
        except sqlite3.DatabaseError as error:
            con.close()
            raise self._trouble(error) from error
        if (application, version) != self._sign:
            con.close()
            same = application == self._sign[0]
            what = f"format version {version}" if same else "other contents"
            raise StoreFormatError(
                f"{self.path} has {what}, this program reads {self._holds} of version "
                f"{self._sign[1]}"
            )
        return con
