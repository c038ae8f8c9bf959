"""History of alerts: what was raised, who acknowledged it, what was sent, where evaluation stands.

A SQLite file of its own beside the ledger, so that building, upkeep and a new store from the same
sources never touch it. Evaluating the same stretch again changes nothing: an alert that overlaps
one of the same rule, device and signal is that one.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.analytics.alerts import SEVERITIES, Episode
from core.errors import (
    QueryError,
    SourceError,
    StoreMissing,
)
from core.ledger import FILE as LEDGER
from core.sqlite_files import SideFile

FILE = "alerts.sqlite"
FORMAT = 1
APPLICATION_ID = 0x5A49474C  # "ZIGL"
LONGEST_TEXT = 2000

_SCHEMA = """
CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL, device TEXT NOT NULL, signal TEXT NOT NULL, shown TEXT NOT NULL,
    start INTEGER NOT NULL, raised INTEGER NOT NULL, severity TEXT NOT NULL,
    peak REAL NOT NULL, peak_at INTEGER NOT NULL, count INTEGER NOT NULL,
    end INTEGER, known INTEGER, grades TEXT NOT NULL, unit TEXT NOT NULL, condition TEXT NOT NULL,
    written INTEGER NOT NULL, UNIQUE (rule, device, signal, start)
);
CREATE INDEX alert_by_end ON alert (end);
CREATE TABLE remark (
    id INTEGER PRIMARY KEY AUTOINCREMENT, alert INTEGER NOT NULL REFERENCES alert (id),
    kind TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL, until INTEGER
);
CREATE INDEX remark_by_alert ON remark (alert);
CREATE TABLE engine (
    rule TEXT NOT NULL, device TEXT NOT NULL, part TEXT NOT NULL, definition TEXT NOT NULL,
    until INTEGER NOT NULL, memory TEXT NOT NULL, PRIMARY KEY (rule, device, part)
);
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, alert INTEGER NOT NULL,
    event TEXT NOT NULL, severity TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, batch TEXT NOT NULL DEFAULT '', sent INTEGER,
    error TEXT NOT NULL DEFAULT '', UNIQUE (recipient, alert, event)
);
CREATE INDEX delivery_waiting ON delivery (sent, due);
CREATE TABLE batch (
    id TEXT PRIMARY KEY, recipient TEXT NOT NULL, message TEXT NOT NULL, created INTEGER NOT NULL
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO setting VALUES ('version', '0');
"""


@dataclass(frozen=True)
class Alert:
    """An alert as it is kept; times [µs UTC].

    Attributes
    ----------
    signal : empty where the alert is of all signals of its device; `shown` is one to look at.
    state : ``open``, ``acknowledged``, ``snoozed`` (open too) or ``ended``.
    acknowledged : when, by whom, with which note; None if nobody did.
    snoozed : until when no message is sent; None if not.
    """

    id: int
    rule: str
    device: str
    signal: str
    shown: str
    start: int
    raised: int
    severity: str
    peak: float
    peak_at: int
    count: int
    end: int | None
    known: int | None
    grades: tuple[tuple[str, int], ...]
    unit: str
    condition: str
    written: int
    acknowledged: Remark | None = None
    snoozed: int | None = None

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.end is not None:
            return "ended"
        if self.snoozed is not None:
            return "snoozed"
        return "open" if self.acknowledged is None else "acknowledged"


@dataclass(frozen=True)
class Remark:
    """What a person did about an alert: ``acknowledge``, ``note`` or ``snooze``."""

    alert: int
    kind: str
    by: str
    at: int
    note: str
    until: int | None


@dataclass
class Delivery:
    """An event of an alert on its way to a recipient; times [µs UTC].

    Attributes
    ----------
    event : ``raised``, ``worse:error``, ``ended``, ``escalated``.
    batch : the message it goes in, empty before it is put together.
    """

    id: int
    recipient: str
    alert: int
    event: str
    severity: str
    created: int
    due: int
    attempts: int
    batch: str
    sent: int | None
    error: str


@dataclass(frozen=True)
class Found:
    """An episode of a rule on a device, to be kept."""

    rule: str
    device: str
    signal: str
    episode: Episode
    unit: str
    condition: str


@dataclass(frozen=True)
class EngineState:
    """Where the evaluation of a rule on a device (or a part of it) stands."""

    rule: str
    device: str
    part: str
    definition: str
    until: int
    memory: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """What keeping episodes changed: alerts that are new, graver than before, or ended now."""

    raised: tuple[int, ...]
    worse: tuple[int, ...]
    ended: tuple[int, ...]


# (recipient, severity, due [µs UTC]) of those who are told of an event.
Route = Callable[[Found, str], Sequence[tuple[str, str, int]]]


class AlertStore:
    """The alerts of a store. Threads and processes may read and write at the same time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = SideFile(
            root / FILE, holds="alerts", schema=_SCHEMA, application_id=APPLICATION_ID,
            version=FORMAT,
        )  # fmt: skip
        self._file.look()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def __enter__(self) -> AlertStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- reading ----------------------------------------------------------------------------------
    def alerts(
        self, start: int | None = None, end: int | None = None, *, only_open: bool = False,
        now: int | None = None,
    ) -> list[Alert]:  # fmt: skip
        """Alerts that overlap [start, end) [µs UTC], newest first."""
        where, values = ["1"], []
        if only_open:
            where.append("end IS NULL")
        if start is not None:
            where.append("(end IS NULL OR end >= ?)")
            values.append(start)
        if end is not None:
            where.append("start < ?")
            values.append(end)
        rows = self._file.ask(
            f"SELECT * FROM alert WHERE {' AND '.join(where)} ORDER BY start DESC, id DESC", *values
        )
        return self._with_remarks(rows, time.time_ns() // 1000 if now is None else now)

    def alert(self, number: int) -> Alert:
        """One alert.

        Raises
        ------
        QueryError : there is none of this number.
        """
        rows = self._file.ask("SELECT * FROM alert WHERE id = ?", int(number))
        if not rows:
            raise QueryError(f"there is no alert {number}")
        return self._with_remarks(rows, time.time_ns() // 1000)[0]

    def _with_remarks(self, rows: Sequence[sqlite3.Row], now: int) -> list[Alert]:
        said: dict[int, list[Remark]] = {}
        for remark in self.remarks():
            said.setdefault(remark.alert, []).append(remark)
        return [_alert(row, said.get(row["id"], []), now) for row in rows]

    def remarks(self, alert: int | None = None) -> list[Remark]:
        """What people did, oldest first."""
        where, values = ("", ()) if alert is None else ("WHERE alert = ?", (alert,))
        rows = self._file.ask(
            f"SELECT alert, kind, by, at, note, until FROM remark {where} ORDER BY id", *values
        )
        return [Remark(**dict(row)) for row in rows]

    def version(self) -> int:
        """Differs after every change, of any process."""
        rows = self._file.ask("SELECT value FROM setting WHERE name = 'version'")
        return int(rows[0][0]) if rows else 0

    def engine(self) -> dict[tuple[str, str, str], EngineState]:
        """Where evaluation stands, by rule, device and part."""
        rows = self._file.ask("SELECT * FROM engine")
        return {
            (row["rule"], row["device"], row["part"]): EngineState(
                **{**dict(row), "memory": json.loads(row["memory"])}
            )
            for row in rows
        }

    def deliveries(self, *, waiting: bool = False, limit: int = 1000) -> list[Delivery]:
        """Those still to be sent in the order in which they are due, or all, newest first."""
        where = "WHERE sent IS NULL" if waiting else ""
        order = "due, id" if waiting else "id DESC"
        rows = self._file.ask(f"SELECT * FROM delivery {where} ORDER BY {order} LIMIT ?", limit)
        return [Delivery(**dict(row)) for row in rows]

    # --- writing ----------------------------------------------------------------------------------
    def keep(
        self, found: Iterable[Found], engine: Iterable[EngineState] = (),
        route: Route | None = None,
    ) -> Kept:  # fmt: skip
        """Keep episodes, where evaluation stands and what is to be sent, in one transaction.

        An episode that overlaps a kept alert of the same rule, device and signal is that alert:
        it takes over end, peak and severity, and the earlier start.

        Parameters
        ----------
        route : says who is told of an event (``raised``, ``worse``, ``ended``); None tells nobody.

        Raises
        ------
        StoreError : the file cannot be written.
        """
        raised, worse, ended = [], [], []
        with self._writing() as (con, now):
            for one in found:
                before = _overlapping(con, one)
                number = _put(con, one, before, now)
                events = []
                if before is None:
                    raised.append(number)
                    events.append("raised")
                elif _rank(one.episode.severity) > _rank(before["severity"]):
                    worse.append(number)
                    events.append(f"worse:{one.episode.severity}")
                if one.episode.end is not None and (before is None or before["end"] is None):
                    ended.append(number)
                    events.append("ended")
                if route is not None:
                    for event in events:
                        _queue(con, route(one, event), number, event, now)
            con.executemany(
                "INSERT OR REPLACE INTO engine VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (one.rule, one.device, one.part, one.definition, one.until,
                     json.dumps(one.memory))
                    for one in engine
                ],
            )  # fmt: skip
        return Kept(tuple(raised), tuple(worse), tuple(ended))

    def end_orphans(self, rule: str, device: str, at: int) -> None:
        """End open alerts of a rule that was changed or taken away: nothing watches them now."""
        with self._writing() as (con, _):
            con.execute(
                "UPDATE alert SET end = MAX(?, raised), known = MAX(?, raised)"
                " WHERE rule = ? AND device = ? AND end IS NULL",
                (at, at, rule, device),
            )
            con.execute("DELETE FROM engine WHERE rule = ? AND device = ?", (rule, device))

    def acknowledge(self, alert: int, by: str, note: str = "") -> None:
        """Say that somebody knows of an alert.

        Raises
        ------
        SourceError : no name, or a text too long.
        QueryError : there is no such alert.
        StoreError : the file cannot be written.
        """
        self._remark(alert, "acknowledge", by, note, None)

    def note(self, alert: int, by: str, note: str) -> None:
        """Add a note; raises as `acknowledge`."""
        if not note.strip():
            raise SourceError("note", "is empty", expected=f"1 to {LONGEST_TEXT} characters")
        self._remark(alert, "note", by, note, None)

    def snooze(self, alert: int, by: str, until: int, note: str = "") -> None:
        """Hold messages of an alert back until a moment [µs UTC]; raises as `acknowledge`."""
        self._remark(alert, "snooze", by, note, until)

    def _remark(self, alert: int, kind: str, by: str, note: str, until: int | None) -> None:
        by, note = by.strip(), note.strip()
        if not by:
            raise SourceError("name", "is empty", expected="who you are")
        if max(len(by), len(note)) > LONGEST_TEXT:
            raise SourceError("note", "is too long", expected=f"at most {LONGEST_TEXT} characters")
        self.alert(alert)
        with self._writing() as (con, now):
            con.execute(
                "INSERT INTO remark (alert, kind, by, at, note, until) VALUES (?, ?, ?, ?, ?, ?)",
                (int(alert), kind, by, now, note, until),
            )

    def enqueue(self, alert: int, event: str, wanted: Sequence[tuple[str, str, int]]) -> None:
        """Queue an event of an alert for (recipient, severity, due [µs UTC]); each once."""
        if wanted:
            with self._writing() as (con, now):
                _queue(con, wanted, alert, event, now)

    def put_batch(
        self, batch: str, recipient: str, numbers: Sequence[int], message: dict[str, Any]
    ) -> None:
        """Note what goes out together, so that it is the same when it has to be tried again."""
        with self._writing() as (con, now):
            con.execute(
                "INSERT INTO batch VALUES (?, ?, ?, ?)",
                (batch, recipient, json.dumps(message, ensure_ascii=False), now),
            )
            con.executemany(
                "UPDATE delivery SET batch = ? WHERE id = ?",
                [(batch, number) for number in numbers],
            )

    def batch(self, name: str) -> dict[str, Any]:
        """The message that `put_batch` noted."""
        rows = self._file.ask("SELECT message FROM batch WHERE id = ?", name)
        found: dict[str, Any] = json.loads(rows[0]["message"])
        return found

    def hold(self, numbers: Sequence[int], due: int) -> None:
        """Messages are due later."""
        with self._writing() as (con, _):
            con.executemany(
                "UPDATE delivery SET due = ? WHERE id = ?", [(due, number) for number in numbers]
            )

    def mark_sent(self, numbers: Sequence[int], at: int) -> None:
        """Messages have gone out."""
        with self._writing() as (con, _):
            con.executemany(
                "UPDATE delivery SET sent = ?, error = '', attempts = attempts + 1 WHERE id = ?",
                [(at, number) for number in numbers],
            )

    def mark_failed(self, numbers: Sequence[int], due: int, error: str) -> None:
        """Messages could not be sent and are due again."""
        with self._writing() as (con, _):
            con.executemany(
                "UPDATE delivery SET attempts = attempts + 1, due = ?, error = ? WHERE id = ?",
                [(due, error[:500], number) for number in numbers],
            )

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction, everything or nothing; gives the time of writing [µs UTC]."""
        with self._file.writing() as (con, now):
            yield con, now
            con.execute(
                "UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE name = 'version'"
            )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def _overlapping(con: sqlite3.Connection, one: Found) -> sqlite3.Row | None:
    """The kept alert that an episode is, if there is one."""
    end = one.episode.end if one.episode.end is not None else 2**62
    row: sqlite3.Row | None = con.execute(
        "SELECT * FROM alert WHERE rule = ? AND device = ? AND signal = ?"
        " AND (start = ? OR (start < ? AND (end IS NULL OR end > ?))) ORDER BY start LIMIT 1",
        (one.rule, one.device, one.signal, one.episode.start, end, one.episode.start),
    ).fetchone()
    return row


def _put(con: sqlite3.Connection, one: Found, before: sqlite3.Row | None, now: int) -> int:
    """Keep an episode, or bring the kept alert up to it; gives the alert's number."""
    episode = one.episode
    if before is None:
        added = con.execute(
            "INSERT INTO alert (rule, device, signal, shown, start, raised, severity, peak,"
            " peak_at, count, end, known, grades, unit, condition, written)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                one.rule, one.device, one.signal, episode.signal, episode.start, episode.raised,
                episode.severity, episode.peak, episode.peak_at, episode.count, episode.end,
                episode.known, json.dumps(episode.grades), one.unit, one.condition, now,
            ),
        )  # fmt: skip
        return int(added.lastrowid or 0)
    longer = episode.start <= before["start"]
    severity = max(episode.severity, before["severity"], key=_rank)
    con.execute(
        "UPDATE alert SET start = MIN(start, ?), raised = MIN(raised, ?), severity = ?,"
        " peak = ?, peak_at = ?, count = MAX(count, ?), end = ?, known = ?, grades = ?"
        " WHERE id = ?",
        (
            episode.start, episode.raised, severity,
            episode.peak if longer else before["peak"],
            episode.peak_at if longer else before["peak_at"], episode.count, episode.end,
            episode.known, json.dumps(episode.grades) if longer else before["grades"],
            before["id"],
        ),
    )  # fmt: skip
    return int(before["id"])


def _queue(
    con: sqlite3.Connection, wanted: Sequence[tuple[str, str, int]], alert: int, event: str,
    now: int,
) -> None:  # fmt: skip
    """Each event of an alert goes to each recipient once; of an end only who heard of the begin."""
    for recipient, severity, due in wanted:
        told = con.execute(
            "SELECT 1 FROM delivery WHERE recipient = ? AND alert = ? LIMIT 1", (recipient, alert)
        ).fetchone()
        if event == "ended" and told is None:
            continue
        con.execute(
            "INSERT OR IGNORE INTO delivery (recipient, alert, event, severity, created, due)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (recipient, alert, event, severity, now, due),
        )


def _alert(row: sqlite3.Row, said: Sequence[Remark], now: int) -> Alert:
    acknowledged = next((one for one in reversed(said) if one.kind == "acknowledge"), None)
    snoozed = next((one.until for one in reversed(said) if one.kind == "snooze"), None)
    grades = tuple((str(name), int(at)) for name, at in json.loads(row["grades"]))
    return Alert(
        **{**dict(row), "grades": grades}, acknowledged=acknowledged,
        snoozed=snoozed if snoozed is not None and snoozed > now else None,
    )  # fmt: skip


def open_alerts(store: Path | str) -> AlertStore:
    """The alerts of a store; nothing is written before the first one.

    Raises
    ------
    StoreMissing : there is no store at this path.
    StoreFormatError : the file is not one of alerts, or of another format version.
    StoreDamaged, StoreError : the file cannot be read.
    """
    root = Path(store)
    if not (root / LEDGER).is_file():
        raise StoreMissing(f"there is no store at {root}, so there is no place for alerts")
    return AlertStore(root)
