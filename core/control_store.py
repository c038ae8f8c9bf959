"""What control did and what people told it: commands, answers, events, overrides, state.

A SQLite file in the folder of the store. A command is written before it is sent, its answer when
the device has confirmed it or not; the file itself refuses to alter or delete either. A command
without an answer is one whose end nobody saw: the program was killed.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import SourceError, StoreError, StoreLocked
from core.sqlite_files import SideFile

FILE = "control.sqlite"
LOCK = "control.lock"
FORMAT = 1
APPLICATION_ID = 0x5A494743  # "ZIGC"
ALIVE_EVERY_S = 15.0  # control says at least so often that it is at work
LONGEST_WHY = 500
LONGEST_NAME = 200
LONGEST_OVERRIDE_US = 7 * 86_400_000_000

CONFIRMED, NOT_CONFIRMED, FAILED, SUPERSEDED, UNCHECKED = OUTCOMES = (
    "confirmed", "not_confirmed", "failed", "superseded", "unchecked",
)  # fmt: skip

_SCHEMA = """
CREATE TABLE command (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actuator TEXT NOT NULL,
    asked REAL NOT NULL, sent REAL NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL,
    limits TEXT NOT NULL
);
CREATE INDEX command_by_actuator ON command (actuator, number);
CREATE TABLE answer (
    command INTEGER PRIMARY KEY REFERENCES command (number), at INTEGER NOT NULL,
    outcome TEXT NOT NULL, kw REAL, error TEXT NOT NULL DEFAULT ''
);
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, subject TEXT NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL
);
CREATE TABLE override (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actuator TEXT NOT NULL,
    kw REAL, until INTEGER NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL
);
CREATE INDEX override_by_actuator ON override (actuator, number);
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_KEPT = ("command", "answer", "event", "override")
_TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
    " BEGIN SELECT RAISE(ABORT, 'what control did is never altered'); END;\n"
    for table in _KEPT
    for verb in ("UPDATE", "DELETE")
)


@dataclass(frozen=True)
class Command:
    """A command as it was decided.

    Attributes
    ----------
    at : [µs UTC]. asked : by plan or person [kW]. sent : within limits, as the device takes it.
    reason, facts : see `core.control_words`. limits : which of ``min max rate hold`` cut it.
    outcome : one of `OUTCOMES`; None while nobody knows. told : what the device read back [kW].
    """

    number: int
    at: int
    actuator: str
    asked: float
    sent: float
    reason: str
    facts: Mapping[str, Any]
    limits: tuple[str, ...]
    outcome: str | None = None
    told: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Override:
    """What a person wants instead of the plan; `kw` None withdraws it.

    Attributes
    ----------
    at, until : [µs UTC].
    """

    number: int
    at: int
    actuator: str
    kw: float | None
    until: int
    by: str
    why: str


@dataclass(frozen=True)
class Event:
    """Something that happened to a device or to control itself (empty subject)."""

    at: int
    subject: str
    kind: str
    facts: Mapping[str, Any]


class ControlStore:
    """The file, made with the first thing written. Threads and processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = SideFile(
            root / FILE, holds="commands of control", schema=_SCHEMA + _TRIGGERS,
            application_id=APPLICATION_ID, version=FORMAT,
        )  # fmt: skip

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def __enter__(self) -> ControlStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what control writes --------------------------------------------------------------------
    def command(
        self, actuator: str, asked: float, sent: float, reason: str, facts: Mapping[str, Any],
        limits: Sequence[str],
    ) -> int:  # fmt: skip
        """Keep a command that is about to be sent; on disk when this returns its number.

        Raises
        ------
        StoreError : it cannot be kept, so it must not be sent.
        """
        with self._file.writing() as (con, now):
            row = con.execute(
                "INSERT INTO command (at, actuator, asked, sent, reason, facts, limits)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (now, actuator, asked, sent, reason, json.dumps(dict(facts)), " ".join(limits)),
            )
            return int(row.lastrowid or 0)

    def answer(
        self, numbers: Sequence[int], outcome: str, kw: float | None = None, error: str = ""
    ) -> None:
        """Keep what became of commands.

        Raises
        ------
        StoreError
        """
        with self._file.writing() as (con, now):
            con.executemany(
                "INSERT OR IGNORE INTO answer (command, at, outcome, kw, error)"
                " VALUES (?, ?, ?, ?, ?)",
                [(number, now, outcome, kw, error) for number in numbers],
            )

    def event(self, subject: str, kind: str, facts: Mapping[str, Any] | None = None) -> None:
        """Keep what happened.

        Raises
        ------
        StoreError
        """
        with self._file.writing() as (con, now):
            con.execute(
                "INSERT INTO event (at, subject, kind, facts) VALUES (?, ?, ?, ?)",
                (now, subject, kind, json.dumps(dict(facts or {}))),
            )

    def put_state(self, state: Mapping[str, Any]) -> None:
        """Say how control stands now; the former state is forgotten.

        Raises
        ------
        StoreError
        """
        with self._file.writing() as (con, now):
            told = json.dumps({**state, "at": now})
            con.execute("INSERT OR REPLACE INTO state (name, value) VALUES ('now', ?)", (told,))

    # --- what people write ----------------------------------------------------------------------
    def override(self, actuator: str, kw: float, until: int, by: str, why: str) -> None:
        """Let a value go before the plan until a moment [µs UTC].

        Raises
        ------
        SourceError : names what cannot be: ``kw until by why``.
        StoreError : the file cannot be written.
        """
        if not math.isfinite(kw):
            raise SourceError("kw", f"{kw} is no value", expected="a number of kW")
        now = time.time_ns() // 1000
        if not now < until <= now + LONGEST_OVERRIDE_US:
            raise SourceError("until", "is not within the next 7 days", expected="a later moment")
        self._keep_override(actuator, kw, until, by, why)

    def withdraw(self, actuator: str, by: str, why: str) -> None:
        """Let the plan be followed again.

        Raises
        ------
        SourceError, StoreError : as `override`.
        """
        self._keep_override(actuator, None, time.time_ns() // 1000, by, why)

    def _keep_override(
        self, actuator: str, kw: float | None, until: int, by: str, why: str
    ) -> None:  # fmt: skip
        by, why = by.strip(), why.strip()
        for field, text, longest in (("by", by, LONGEST_NAME), ("why", why, LONGEST_WHY)):
            if not 0 < len(text) <= longest or not text.isprintable():
                expected = f"1 to {longest} printable characters"
                raise SourceError(field, "cannot be kept", expected=expected)
        with self._file.writing() as (con, now):
            con.execute(
                "INSERT INTO override (at, actuator, kw, until, by, why) VALUES (?, ?, ?, ?, ?, ?)",
                (now, actuator, kw, until, by, why),
            )

    # --- what is read ---------------------------------------------------------------------------
    def overrides(self, now: int) -> dict[str, Override]:
        """Overrides that hold at a moment [µs UTC], by actuator; of several the last.

        Raises
        ------
        StoreError
        """
        rows = self._file.ask(
            "SELECT * FROM override WHERE number IN"
            " (SELECT MAX(number) FROM override GROUP BY actuator)"
        )
        every = [Override(**dict(row)) for row in rows]
        return {one.actuator: one for one in every if one.kw is not None and now < one.until}

    def override_history(self, limit: int = 100) -> list[Override]:
        """What people told, newest first; `kw` None where one was withdrawn."""
        rows = self._file.ask("SELECT * FROM override ORDER BY number DESC LIMIT ?", limit)
        return [Override(**dict(row)) for row in rows]

    def commands(self, limit: int = 100, actuator: str | None = None) -> list[Command]:
        """Commands with what became of them, newest first.

        Raises
        ------
        StoreError
        """
        where = "" if actuator is None else "WHERE c.actuator = ?"
        values = [] if actuator is None else [actuator]
        rows = self._file.ask(
            "SELECT c.*, a.outcome, a.kw AS told, COALESCE(a.error, '') AS error FROM command c"
            f" LEFT JOIN answer a ON a.command = c.number {where} ORDER BY c.number DESC LIMIT ?",
            *values, limit,
        )  # fmt: skip
        return [
            Command(**{
                **dict(row), "facts": json.loads(row["facts"]),
                "limits": tuple(row["limits"].split()),
            })
            for row in rows
        ]  # fmt: skip

    def events(self, limit: int = 100) -> list[Event]:
        """What happened, newest first.

        Raises
        ------
        StoreError
        """
        rows = self._file.ask(
            "SELECT at, subject, kind, facts FROM event ORDER BY number DESC LIMIT ?", limit
        )
        return [Event(r["at"], r["subject"], r["kind"], json.loads(r["facts"])) for r in rows]

    def state(self) -> dict[str, Any] | None:
        """How control stood when it last said so, `at` [µs UTC]; None where it never ran.

        Raises
        ------
        StoreError
        """
        rows = self._file.ask("SELECT value FROM state WHERE name = 'now'")
        return dict(json.loads(rows[0]["value"])) if rows else None


@contextmanager
def control_lock(root: Path) -> Iterator[None]:
    """Be the one who controls from this store; the lock falls with the process.

    Raises
    ------
    StoreLocked : another does.
    StoreError : the lock cannot be made.
    """
    try:
        number = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreError(f"{root / LOCK} cannot be made ({error.strerror})") from error
    with os.fdopen(number, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip() or "?"
            raise StoreLocked(
                f"{root} is controlled by another process, {holder}; end that one first"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
