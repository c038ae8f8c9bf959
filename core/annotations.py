"""What people write about a device, a pack or a cell: service, firmware, exchange, a new setting.

Notes stand in a SQLite file of their own beside the ledger, so that building, upkeep and a new
store from the same sources never touch them. Nothing is overwritten: a change or a removal adds a
revision, and the file itself refuses to alter or delete one.
"""

from __future__ import annotations

import operator
import sqlite3
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import (
    QueryError,
    SourceError,
    StoreMissing,
)
from core.ledger import FILE as LEDGER
from core.sqlite_files import SideFile

FILE = "annotations.sqlite"
FORMAT = 1
APPLICATION_ID = 0x5A494741  # "ZIGA"

KINDS = ("service", "firmware", "exchange", "setting", "other")
LONGEST_TEXT = 2000
LONGEST_NAME = 200
FIRST = 0
LAST = int(datetime(2101, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 - 1

_SCHEMA = """
CREATE TABLE revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL, revision INTEGER NOT NULL,
    device TEXT NOT NULL, pack INTEGER, cell INTEGER, kind TEXT NOT NULL,
    at INTEGER NOT NULL, until INTEGER, text TEXT NOT NULL,
    by TEXT NOT NULL, written INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (id, revision)
);
CREATE INDEX revision_by_device ON revision (device, id, revision);
CREATE TRIGGER revision_stands BEFORE UPDATE ON revision
    BEGIN SELECT RAISE(ABORT, 'a revision is never altered'); END;
CREATE TRIGGER revision_stays BEFORE DELETE ON revision
    BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END;
"""

# Author and time of the first revision stay with the note through every later one.
_READ = """
SELECT r.id, r.revision, r.device, r.pack, r.cell, r.kind, r.at, r.until, r.text,
       f.by AS author, f.written AS created, r.by AS changed_by, r.written AS changed, r.removed
FROM revision r JOIN revision f ON f.id = r.id AND f.revision = 1
"""
_LATEST = "r.revision = (SELECT MAX(revision) FROM revision WHERE id = r.id)"


@dataclass(frozen=True)
class Note:
    """What a person writes.

    Attributes
    ----------
    device : the device it is about.
    kind : one of `KINDS`.
    at : when it happened, or began [µs since the epoch, UTC].
    text : what happened, up to 2000 characters.
    author : who wrote it.
    pack, cell : position in the battery, None where the note is about all of them.
    until : when it ended [µs since the epoch, UTC]; None is a single moment.
    """

    device: str
    kind: str
    at: int
    text: str
    author: str
    pack: int | None = None
    cell: int | None = None
    until: int | None = None


@dataclass(frozen=True, kw_only=True)
class Annotation(Note):
    """A note as it is kept; `revision` counts from 1.

    Attributes
    ----------
    id : number of the note, the same through all its revisions.
    created, author : when [µs UTC] and by whom the note was first written.
    changed, changed_by : when [µs UTC] and by whom this revision was written.
    removed : true where this revision takes the note away.
    """

    id: int
    revision: int
    created: int
    changed: int
    changed_by: str
    removed: bool


# --- what is accepted ---------------------------------------------------------------------------


def check_note(note: Note) -> Note:
    """The note with its texts stripped and its numbers as whole numbers.

    Raises
    ------
    SourceError : names the field and what would have been right.
    """
    if note.kind not in KINDS:
        raise SourceError("kind", f"{note.kind!r} is unknown", expected=", ".join(KINDS))
    at = _moment("at", note.at)
    until = None if note.until is None else _moment("until", note.until)
    if until is not None and until < at:
        raise SourceError("until", "the end lies before the start", expected="a later time")
    return Note(
        device=_name("device", note.device),
        kind=note.kind,
        at=at,
        text=_text("text", note.text, LONGEST_TEXT),
        author=_name("author", note.author),
        pack=_position("pack", note.pack),
        cell=_position("cell", note.cell),
        until=until,
    )


def _text(field: str, text: str, longest: int) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise SourceError(field, "is empty", expected=f"1 to {longest} characters")
    if len(text) > longest:
        raise SourceError(field, f"has {len(text)} characters", expected=f"at most {longest}")
    odd = next((c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")), "")
    if odd:
        raise SourceError(
            field, f"holds the character U+{ord(odd):04X}", expected="printable characters"
        )
    return text


def _name(field: str, text: str) -> str:
    text = _text(field, text, LONGEST_NAME)
    if "\n" in text or "\t" in text:
        raise SourceError(field, "holds a line break or a tab", expected="one line")
    return text


def _whole(field: str, value: Any, expected: str) -> int:
    if isinstance(value, bool):
        raise SourceError(field, f"{value!r} is no whole number", expected=expected)
    try:
        return operator.index(value)
    except TypeError as error:
        raise SourceError(field, f"{value!r} is no whole number", expected=expected) from error


def _moment(field: str, value: int) -> int:
    ts = _whole(field, value, "microseconds since 1970, UTC")
    if not FIRST <= ts <= LAST:
        raise SourceError(
            field, f"{ts} µs is not a time from 1970 to 2100", expected="microseconds since 1970"
        )
    return ts


def _position(field: str, value: int | None) -> int | None:
    if value is None:
        return None
    place = _whole(field, value, "a number counted from 1")
    if not 0 <= place <= 100_000:
        raise SourceError(field, f"{place} is no position", expected="a number counted from 1")
    return place


# --- the file -----------------------------------------------------------------------------------


class Annotations:
    """The notes of a store. Threads and processes may read and write at the same time.

    Their file is made with the first note; before, and where nothing may be written, it is only
    looked for.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = SideFile(
            root / FILE, holds="notes", schema=_SCHEMA, application_id=APPLICATION_ID,
            version=FORMAT,
        )  # fmt: skip
        self._file.look()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def __enter__(self) -> Annotations:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, note: Note) -> Annotation:
        """Keep a new note; when this returns, it survives a kill and a loss of power.

        Raises
        ------
        SourceError : a field is not acceptable.
        StoreError : the file cannot be written.
        """
        note = check_note(note)
        with self._file.writing() as (con, now):
            row = con.execute("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM revision")
            number = int(row.fetchone()["next"])
            kept = Annotation(
                **asdict(note), id=number, revision=1, created=now, changed=now,
                changed_by=note.author, removed=False,
            )  # fmt: skip
            _put(con, kept)
        return kept

    def change(self, id: int, note: Note, by: str) -> Annotation:
        """Let a note say something else from now on; what it said stays in its history.

        Its author and device stay as they are. ``change(a.id, replace(a, text=...), by)``.

        Raises
        ------
        SourceError : a field is not acceptable, or names another device.
        QueryError : there is no such note, or it was removed.
        StoreError : the file cannot be written.
        """
        note, by = check_note(note), _name("author", by)

        def changed(last: Annotation) -> Annotation:
            if note.device != last.device:
                raise SourceError("device", f"{note.device!r} is another", expected=last.device)
            return replace(
                last, kind=note.kind, at=note.at, until=note.until, text=note.text,
                pack=note.pack, cell=note.cell,
            )  # fmt: skip

        return self._revise(id, by, changed)

    def remove(self, id: int, by: str) -> Annotation:
        """Take a note away; it stays in its history.

        Raises
        ------
        SourceError : `by` is not acceptable.
        QueryError : there is no such note, or it was removed before.
        StoreError : the file cannot be written.
        """
        return self._revise(id, _name("author", by), lambda last: replace(last, removed=True))

    def of(
        self, device: str, pack: int | None = None, cell: int | None = None, *, wide: bool = True
    ) -> list[Annotation]:
        """Notes of a device, of one of its packs, or of a cell, by time.

        Of a device: all of them. Of a pack: its own, those of its cells, and with `wide` those of
        the whole device. Of a cell: its own, and with `wide` those of its pack and its device.
        """
        where = ["r.device = ?", _LATEST, "NOT r.removed"]
        values: list[Any] = [device]
        for column, place in (("pack", pack), ("cell", cell)):
            if place is not None:
                where.append(f"(r.{column} = ?{f' OR r.{column} IS NULL' if wide else ''})")
                values.append(place)
        if wide and pack is not None and cell is None:
            # A cell without a pack is no note of the whole device.
            where.append("(r.pack IS NOT NULL OR r.cell IS NULL)")
        rows = self._file.ask(f"{_READ} WHERE {' AND '.join(where)} ORDER BY r.at, r.id", *values)
        return [_annotation(row) for row in rows]

    def history(self, id: int) -> list[Annotation]:
        """Every revision of a note, oldest first.

        Raises
        ------
        QueryError : there is no such note.
        """
        rows = self._file.ask(f"{_READ} WHERE r.id = ? ORDER BY r.revision", int(id))
        if not rows:
            raise QueryError(f"there is no note {id}")
        return [_annotation(row) for row in rows]

    def version(self) -> int:
        """Counts revisions: differs after every addition, change and removal, of any process."""
        rows = self._file.ask("SELECT COALESCE(MAX(number), 0) AS version FROM revision")
        return int(rows[0][0]) if rows else 0

    def _revise(self, id: int, by: str, turn: Callable[[Annotation], Annotation]) -> Annotation:
        if not self._file.ask("SELECT 1 FROM revision WHERE id = ?", int(id)):
            raise QueryError(f"there is no note {id}")
        with self._file.writing() as (con, now):
            last = self.history(id)[-1]
            if last.removed:
                raise QueryError(f"note {id} was removed by {last.changed_by}")
            kept = replace(turn(last), revision=last.revision + 1, changed=now, changed_by=by)
            _put(con, kept)
        return kept


def _put(con: sqlite3.Connection, one: Annotation) -> None:
    con.execute(
        "INSERT INTO revision (id, revision, device, pack, cell, kind, at, until, text, by,"
        " written, removed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.id, one.revision, one.device, one.pack, one.cell, one.kind, one.at, one.until,
            one.text, one.changed_by, one.changed, int(one.removed),
        ),
    )  # fmt: skip


def _annotation(row: sqlite3.Row) -> Annotation:
    return Annotation(**{**dict(row), "removed": bool(row["removed"])})


def open_annotations(store: Path | str) -> Annotations:
    """The notes of a store; nothing is written before the first note.

    Parameters
    ----------
    store : folder of the store.

    Raises
    ------
    StoreMissing : there is no store at this path.
    StoreFormatError : the file is not one of notes, or of another format version.
    StoreDamaged, StoreError : the file cannot be read.
    """
    root = Path(store)
    if not (root / LEDGER).is_file():
        raise StoreMissing(f"there is no store at {root}, so there is no place for notes")
    return Annotations(root)
