"""Notes of people: kept whole, never overwritten, by many writers, through kills and full disks."""

from __future__ import annotations

import itertools
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.annotations import (
    FILE,
    KINDS,
    LAST,
    Annotation,
    Annotations,
    Note,
    check_note,
    open_annotations,
)
from core.errors import (
    QueryError,
    SourceError,
    StoreDamaged,
    StoreError,
    StoreFormatError,
    StoreMissing,
)
from core.ledger import create_ledger
from core.query import open_store
from tests.conftest import REPO
from tests.stores import (
    check_readable,
    content,
    differences,
    read_only,
    run,
    scratch,
    us,
    write_csv,
)

AT = us("2025-06-13T12:00")
NOTE = Note("BESS-7", "exchange", AT, "Cell 17 replaced", "Meier", pack=3, cell=17)


def made(root: Path) -> Annotations:
    create_ledger(root, zone="Europe/Berlin", rules="1min,1h,1d").close()
    return open_annotations(root)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Annotations]:
    with made(tmp_path) as opened:
        yield opened


def test_what_is_written_comes_back(notes: Annotations) -> None:
    before = time.time_ns() // 1000
    one = notes.add(replace(NOTE, until=AT + 5, text="  neue Zelle, 3,29 Ω\r\nSerie 0815 "))
    assert before <= one.created <= time.time_ns() // 1000
    assert one.text == "neue Zelle, 3,29 Ω\nSerie 0815"
    assert (one.device, one.pack, one.cell, one.kind) == ("BESS-7", 3, 17, "exchange")
    assert (one.at, one.until, one.author, one.changed_by) == (AT, AT + 5, "Meier", "Meier")
    assert (one.id, one.revision, one.removed) == (1, 1, False)
    assert notes.of("BESS-7") == [one] == notes.history(one.id)
    with open_annotations(notes.root) as again:
        assert again.of("BESS-7", 3, 17) == [one]


def test_a_change_keeps_what_was(notes: Annotations) -> None:
    first = notes.add(NOTE)
    second = notes.change(first.id, replace(first, text="Cell 18 replaced", cell=18), "Huber")
    assert notes.of("BESS-7") == [second] and notes.of("BESS-7", 3, 17) == []
    assert (second.author, second.created) == ("Meier", first.created)
    assert (second.changed_by, second.revision) == ("Huber", 2)
    third = notes.remove(first.id, "Schulz")
    assert notes.of("BESS-7") == []
    assert notes.history(first.id) == [first, second, third]
    assert third.removed and third.text == "Cell 18 replaced" and third.changed_by == "Schulz"
    assert notes.add(NOTE).id == 2


def test_a_removed_or_unknown_note_is_not_changed(notes: Annotations) -> None:
    one = notes.add(NOTE)
    notes.remove(one.id, "Huber")
    for act in (
        lambda: notes.change(one.id, one, "Meier"),
        lambda: notes.remove(one.id, "Meier"),
    ):
        with pytest.raises(QueryError, match=r"note 1 was removed by Huber"):
            act()
    with pytest.raises(QueryError, match="no note 9"):
        notes.history(9)
    with pytest.raises(QueryError, match="no note 9"):
        notes.change(9, NOTE, "Meier")
    with pytest.raises(SourceError, match="'BESS-8' is another; expected BESS-7"):
        notes.change(notes.add(NOTE).id, replace(NOTE, device="BESS-8"), "Meier")
    assert notes.version() == 3


def test_whom_a_note_concerns(notes: Annotations) -> None:
    places: list[tuple[int | None, int | None]] = [
        (None, None), (1, None), (1, 1), (1, 2), (2, None), (2, 1),
    ]  # fmt: skip
    for at, (pack, cell) in enumerate(places):
        notes.add(replace(NOTE, pack=pack, cell=cell, at=AT + at))
    notes.add(replace(NOTE, device="other"))

    def found(**place: Any) -> list[tuple[int | None, int | None]]:
        return [(one.pack, one.cell) for one in notes.of("BESS-7", **place)]

    assert found() == places
    assert found(pack=1) == [(None, None), (1, None), (1, 1), (1, 2)]
    assert found(pack=1, wide=False) == [(1, None), (1, 1), (1, 2)]
    assert found(pack=1, cell=2) == [(None, None), (1, None), (1, 2)]
    assert found(pack=1, cell=2, wide=False) == [(1, 2)]
    assert found(pack=3) == [(None, None)]
    assert notes.of("nobody") == []


def test_notes_come_by_time(notes: Annotations) -> None:
    for at in (30, 10, 20, 10):
        notes.add(replace(NOTE, at=at))
    assert [(one.at, one.id) for one in notes.of("BESS-7")] == [(10, 2), (10, 4), (20, 3), (30, 1)]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("text", "  \n", "text: is empty; expected 1 to 2000 characters"),
        ("text", "x" * 2001, "text: has 2001 characters; expected at most 2000"),
        ("text", "a\x00b", r"U\+0000"),
        ("text", "a\ud800b", r"U\+D800"),
        ("author", "", "author: is empty"),
        ("author", "a\nb", "author: holds a line break"),
        ("device", " ", "device: is empty"),
        ("kind", "party", "kind: 'party' is unknown; expected service, firmware, exchange"),
        ("at", -1, "at: -1 µs is not a time from 1970 to 2100"),
        ("at", LAST + 1, "is not a time from 1970 to 2100"),
        ("at", 1.5, "at: 1.5 is no whole number"),
        ("at", True, "at: True is no whole number"),
        ("until", LAST + 1, "until: .* is not a time"),
        ("until", AT - 1, "until: the end lies before the start"),
        ("pack", -1, "pack: -1 is no position"),
        ("cell", "17", "cell: '17' is no whole number"),
    ],
)
def test_what_is_not_accepted(notes: Annotations, field: str, value: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        notes.add(replace(NOTE, **{field: value}))
    one = notes.add(NOTE)
    with pytest.raises(SourceError):
        notes.change(one.id, replace(one, **{field: value}), "Huber")
    assert notes.of("BESS-7") == [one]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_just_accepted(notes: Annotations, kind: str) -> None:
    for note in (
        replace(NOTE, kind=kind, text="x" * 2000, at=0, until=0),
        replace(NOTE, kind=kind, text="Zeile 1\n\tZeile 2 \U0001f50b", at=LAST, pack=0, cell=None),
    ):
        kept = notes.add(note)
        assert Note(**{name: getattr(kept, name) for name in Note.__match_args__}) == note
        assert check_note(note) == note


def test_the_version_counts_what_another_connection_writes(notes: Annotations) -> None:
    seen = [notes.version()]
    with open_annotations(notes.root) as other:
        for act in (
            lambda: other.add(NOTE),
            lambda: other.change(1, NOTE, "Huber"),
            lambda: other.remove(1, "Huber"),
        ):
            act()
            seen.append(notes.version())
    assert seen == [0, 1, 2, 3]


def test_a_revision_is_never_altered_nor_deleted(notes: Annotations) -> None:
    notes.add(NOTE)
    with sqlite3.connect(notes.root / FILE) as con:
        with pytest.raises(sqlite3.IntegrityError, match="never altered"):
            con.execute("UPDATE revision SET text = 'something else'")
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            con.execute("DELETE FROM revision")
    con.close()
    assert [one.text for one in notes.of("BESS-7")] == ["Cell 17 replaced"]


# --- against a slow twin ------------------------------------------------------------------------

PLACE = st.one_of(st.none(), st.integers(1, 3))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), PLACE, PLACE, st.integers(0, 9)),
        st.tuples(st.just("change"), PLACE, PLACE, st.integers(0, 9)),
        st.tuples(st.just("remove"), st.none(), st.none(), st.integers(0, 9)),
    ),
    max_size=14,
)


def concerns(one: Annotation, pack: int | None, cell: int | None, wide: bool) -> bool:
    """Word by word what `Annotations.of` promises."""
    if pack is None and cell is None:
        return True
    whole_device = one.pack is None and one.cell is None
    if cell is None:
        return one.pack == pack or (wide and whole_device)
    own = one.cell == cell and one.pack == pack
    return own or (wide and (whole_device or (one.pack == pack and one.cell is None)))


@given(STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_of_steps(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]
) -> None:
    with made(tmp_path_factory.mktemp("st")) as notes:
        kept: dict[int, list[Annotation]] = {}
        for verb, pack, cell, number in steps:
            # Cells have a pack.
            note = replace(NOTE, pack=pack, cell=cell if pack else None, at=number)
            if verb == "add":
                one = notes.add(note)
                kept[one.id] = [one]
            elif number in kept and not kept[number][-1].removed:
                turn = notes.change(number, note, "x") if verb == "change" else None
                kept[number].append(turn or notes.remove(number, "x"))
        assert notes.version() == sum(map(len, kept.values()))
        for number, revisions in kept.items():
            assert notes.history(number) == revisions
        last = sorted((r[-1] for r in kept.values()), key=lambda one: (one.at, one.id))
        for pack, cell, wide in itertools.product((None, 1, 2), (None, 1, 2), (True, False)):
            if pack is None and cell is not None:
                continue
            wanted = [o for o in last if not o.removed and concerns(o, pack, cell, wide)]
            assert notes.of("BESS-7", pack, cell, wide=wide) == wanted


# --- many writers -------------------------------------------------------------------------------

WRITER = f"""
import sys
sys.path.insert(0, {str(REPO)!r})
from core.annotations import Note, open_annotations
store, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with open_annotations(store) as notes:
    for i in range(count):
        one = notes.add(Note("d", "other", i, f"{{name}} {{i}}", name))
        if i % 3 == 0:
            notes.change(one.id, one, name)
        print(one.id, i, flush=True)
"""


def writer(store: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store), name, str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_lose_nothing(tmp_path: Path) -> None:
    """They also race to make the file."""
    create_ledger(tmp_path, zone="UTC", rules="1h").close()
    processes = [writer(tmp_path, f"w{i}", 40) for i in range(4)]
    for one in processes:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in processes:
        one.communicate(timeout=60)
        assert one.returncode == 0
    with open_annotations(tmp_path) as notes:
        found = notes.of("d")
        assert sorted(one.text for one in found) == sorted(
            f"w{i} {n}" for i in range(4) for n in range(40)
        )
        assert sorted(one.id for one in found) == list(range(1, 161))
        assert notes.version() == 160 + 4 * 14


def test_threads_share_one_connection(notes: Annotations) -> None:
    one = notes.add(NOTE)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for i in range(25):
                notes.add(replace(NOTE, device="d", at=i, author=name))
                notes.change(one.id, replace(one, text=f"{name} {i}"), name)
                notes.of("d")
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(notes.of("d")) == 150
    history = notes.history(one.id)
    assert [r.revision for r in history] == list(range(1, 152))
    assert {r.text for r in history[1:]} == {f"t{i} {n}" for i in range(6) for n in range(25)}


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    create_ledger(tmp_path, zone="UTC", rules="1h").close()
    chance = random.Random(7)
    told: set[str] = set()
    for turn in range(6):
        with writer(tmp_path, f"k{turn}", 100_000) as process:
            assert process.stdin is not None and process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("\n")
            process.stdin.flush()
            time.sleep(0.05 + 0.25 * chance.random())
            process.kill()
            lines = [line for line in process.stdout.read().splitlines(keepends=True)]
        told |= {f"k{turn} {line.split()[1]}" for line in lines if line.endswith("\n")}
        with open_annotations(tmp_path) as notes:
            texts = {one.text for one in notes.of("d")}
            assert told <= texts
            # At most the one that was under way is there without having been told.
            assert len([t for t in texts - told if t.startswith(f"k{turn} ")]) <= 1
    assert len(told) > 20
    with sqlite3.connect(tmp_path / FILE) as con:
        assert con.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert con.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    con.close()


def test_a_kill_while_the_file_is_made(tmp_path: Path) -> None:
    create_ledger(tmp_path, zone="UTC", rules="1h").close()
    (tmp_path / f".{FILE}.new").write_bytes(b"torn")
    (tmp_path / f".{FILE}.new-wal").write_bytes(b"torn")
    with open_annotations(tmp_path) as notes:
        assert notes.add(NOTE).id == 1
    assert sorted(path.name for path in tmp_path.glob(f".{FILE}*")) == []


FULL = f"""
import resource, signal, sys
sys.path.insert(0, {str(REPO)!r})
from core.annotations import Note, open_annotations
from core.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_annotations(sys.argv[1]) as notes:
    notes.add(Note("d", "other", 0, "the first makes the file", "full"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    for i in range(1, 100):
        try:
            notes.add(Note("d", "other", i, "x" * 1500, "full"))
        except StoreError as error:
            print(i, error)
            break
"""


def test_no_room_left(tmp_path: Path) -> None:
    create_ledger(tmp_path, zone="UTC", rules="1h").close()
    said = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    kept, _, message = said.partition(" ")
    assert f"{FILE} cannot be read or written" in message
    with open_annotations(tmp_path) as notes:
        assert len(notes.of("d")) == int(kept) > 1
        notes.add(NOTE)


# --- what cannot be opened ----------------------------------------------------------------------


def test_no_store_no_notes(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreMissing, match="there is no store at"):
            open_annotations(place)
    assert list(tmp_path.iterdir()) == []


def test_only_the_first_note_makes_the_file(tmp_path: Path) -> None:
    with made(tmp_path) as notes, open_annotations(tmp_path) as other:
        assert notes.of("BESS-7") == other.of("BESS-7") == []
        assert notes.version() == 0
        for asked in (notes.history, lambda id: notes.remove(id, "Meier")):
            with pytest.raises(QueryError, match="no note 1"):
                asked(1)
        assert not (tmp_path / FILE).exists()
        one = notes.add(NOTE)
        assert other.of("BESS-7") == [one]  # opened before there was a file
        assert other.remove(one.id, "Meier").removed


def test_a_store_that_is_only_to_be_read(tmp_path: Path) -> None:
    with made(tmp_path) as notes:
        one = notes.add(NOTE)
    for locked in ((tmp_path, tmp_path / FILE), (tmp_path / FILE,)):
        with read_only(*locked), open_annotations(tmp_path) as notes:
            assert notes.of("BESS-7") == [one]
            with pytest.raises(StoreError, match="right to write"):
                notes.add(NOTE)
    (tmp_path / FILE).unlink()
    with read_only(tmp_path), open_annotations(tmp_path) as notes:
        assert notes.of("BESS-7") == []
        with pytest.raises(StoreError, match="right to write"):
            notes.add(NOTE)
    assert not (tmp_path / FILE).exists()


def test_a_file_of_something_else(tmp_path: Path) -> None:
    made(tmp_path).close()
    (tmp_path / FILE).write_bytes((tmp_path / "ledger.sqlite").read_bytes())
    with pytest.raises(StoreFormatError, match="has other contents"):
        open_annotations(tmp_path)
    (tmp_path / FILE).write_text("nothing of the kind, and long enough to be looked at" * 9)
    with pytest.raises(StoreDamaged, match="not a database"):
        open_annotations(tmp_path)


def test_a_file_of_a_later_program(tmp_path: Path) -> None:
    with made(tmp_path) as notes:
        notes.add(NOTE)
    with sqlite3.connect(tmp_path / FILE) as con:
        con.execute("PRAGMA user_version = 2")
    con.close()
    with pytest.raises(StoreFormatError, match="format version 2"):
        open_annotations(tmp_path)


def test_a_path_with_odd_characters(tmp_path: Path) -> None:
    place = tmp_path / "Straße 5 #2?x=1 %41"
    with made(place) as notes:
        assert notes.add(NOTE).id == 1
    assert (place / FILE).is_file()


# --- beside the readings ------------------------------------------------------------------------


def test_building_and_checking_leave_notes_alone() -> None:
    with scratch() as here:
        rows = [(AT + i * 60_000_000, [float(i)]) for i in range(200)]
        write_csv(here / "src" / "m1" / "x.csv", ["x"], rows)
        run(here)
        store = here / "store"
        with open_annotations(store) as notes:
            one = notes.add(replace(NOTE, device="m1"))
            before = content(store)
            write_csv(here / "src" / "m1" / "y.csv", ["y"], rows)
            run(here)
            held = check_readable(store)
            assert differences({key: held[key] for key in before}, before) == []
            assert len(held) > len(before)
            assert notes.of("m1") == [one]
        opened = open_store(store)
        assert [info.name for info in opened.devices()] == ["m1"]
        opened.close()
        assert [path.name for path in store.glob(f"{FILE}*")] == [FILE]
