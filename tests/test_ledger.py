"""The ledger: one file, opened or refused with the way out, committed whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.due import to_merge, untidy
from core.errors import StoreDamaged, StoreError, StoreFormatError, StoreMissing
from core.ledger import (
    FILE,
    FORMAT,
    Ledger,
    Part,
    QuarantineRow,
    SignalRow,
    SourceRow,
    create_ledger,
    open_ledger,
)
from tests.stores import read_only

RULES = "1min,1h,1d"
SIGNAL = SignalRow("m1", "x", {"quantity": "unknown"}, 3, 1, 0, 9, -1.5, 2.5, ("1h", "1d"))


def made(root: Path) -> Ledger:
    return create_ledger(root, zone="Europe/Berlin", rules=RULES)


def part(generation: int, rows: int, level: str = "raw", device: str = "m1") -> Part:
    path = f"level={level}/device={device}/2024-{generation:08d}.parquet"
    return Part(path, device, level, "2024", generation, 0, 9, "x", "x", rows, 100)


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    source = SourceRow(
        "a.csv", "m1", layout={"format": "csv", "columns": []}, state={"rows": 3},
        signals=("x", "y"), rows=3, repeated=1, replaced=2, first=0, last=9, size=10, mtime_ns=5,
    )  # fmt: skip
    with made(tmp_path / "st") as ledger:
        with ledger.transaction() as commit:
            commit.put_device("m1", "meter", synthetic=False)
            commit.put_facts("m1", {"capacity_kwh": 7.5})
            commit.put_signal(SIGNAL)
            commit.put_parts([part(1, 3)])
            number = commit.put_source(source)
            commit.put_quarantine(number, [QuarantineRow(4, "x", "many", "not a number")])
            commit.put_entry("m1", "note", 5, "7", "by hand", 6, "value")
        assert ledger.signals("m1") == [SIGNAL] and ledger.signals("m2") == []
        assert ledger.parts() == [part(1, 3)]
        assert ledger.sources("m1") == [replace(source, id=number)]
        assert ledger.stamps() == {("a.csv", ""): (10, 5, "", "read")}
        assert ledger.devices() == [
            {"name": "m1", "grp": "meter", "synthetic": False, "facts": {"capacity_kwh": 7.5}}
        ]
        assert ledger.quarantine(number)[0]["text"] == "many"
        assert ledger.quarantine_counts()[0]["rows"] == 1
        assert ledger.entries("m1")[0]["value"] == "7"


def test_a_source_is_replaced_under_its_number(tmp_path: Path) -> None:
    with made(tmp_path) as ledger, ledger.transaction() as commit:
        first = commit.put_source(SourceRow("a.zip", "", "x.csv", status="failed", error="torn"))
        other = commit.put_source(SourceRow("a.zip", "m1", "y.csv"))
        again = commit.put_source(SourceRow("a.zip", "m1", "x.csv", rows=4))
        assert first == again != other
        row = next(row for row in ledger.sources() if row.member == "x.csv")
        assert (row.device, row.status, row.error, row.rows) == ("m1", "read", "", 4)


def test_quarantine_is_replaced_from_a_line_on(tmp_path: Path) -> None:
    def rows(*numbers: int | None) -> list[QuarantineRow]:
        return [QuarantineRow(number, "x", "", "why") for number in numbers]

    with made(tmp_path) as ledger, ledger.transaction() as commit:
        source = commit.put_source(SourceRow("a.csv", "m1"))
        commit.put_quarantine(source, rows(3, 8, None))
        commit.put_quarantine(source, rows(8, 9), from_line=8)
        assert [q["line"] for q in ledger.quarantine(source)] == [None, 3, 8, 9]
        commit.put_quarantine(source, rows(2))
        assert [q["line"] for q in ledger.quarantine(source)] == [2]


def test_a_device_stays_synthetic_and_keeps_its_facts(tmp_path: Path) -> None:
    with made(tmp_path) as ledger, ledger.transaction() as commit:
        for synthetic in (False, True, False):
            commit.put_device("m1", "meter", synthetic=synthetic)
            commit.put_facts("m1", {"a": 1})
        commit.put_device("m1", "meter", synthetic=False)
        assert ledger.devices()[0]["synthetic"] and ledger.devices()[0]["facts"] == {"a": 1}


def test_a_transaction_holds_whole_or_not_at_all(tmp_path: Path) -> None:
    with made(tmp_path) as ledger:
        before = ledger.version
        with pytest.raises(KeyError), ledger.transaction() as commit:
            commit.put_signal(SIGNAL)
            raise KeyError
        assert (ledger.signals(), ledger.version) == ([], before)
        with ledger.transaction() as commit:
            assert commit.next_generation() == 1 and commit.next_generation() == 2
        assert ledger.version == before + 1


def test_a_commit_notes_its_time_and_names_the_state(tmp_path: Path) -> None:
    with made(tmp_path) as ledger:
        assert ledger.committed is None
        names = {ledger.state}
        for _ in range(3):
            before = time.time_ns() // 1000
            with ledger.transaction() as commit:
                commit.put_signal(SIGNAL)
            assert ledger.committed is not None
            assert before <= ledger.committed <= time.time_ns() // 1000
            names.add(ledger.state)
        assert len(names) == 4 and all(len(name) == 8 for name in names)
        kept, state = ledger.committed, ledger.state
    with open_ledger(tmp_path) as again:
        assert (again.committed, again.state) == (kept, state)


def test_a_store_that_did_not_note_its_commits(tmp_path: Path) -> None:
    with made(tmp_path) as ledger:
        with ledger.transaction() as commit:
            commit.put_source(SourceRow("a.csv", "m1", read_at=17))
        ledger._con.execute("DELETE FROM setting WHERE name = 'committed'")
        assert ledger.committed == 17


def test_a_reader_sees_one_state_while_another_commits(tmp_path: Path) -> None:
    with made(tmp_path) as ledger, open_ledger(tmp_path) as reader:
        seen = reader.changed()
        with reader.reading():
            assert reader.signals() == []
            with ledger.transaction() as commit:
                commit.put_signal(SIGNAL)
            assert reader.signals() == [] and reader.version == 0
        assert reader.signals() == [SIGNAL] and reader.changed() != seen


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    made(tmp_path).close()

    def count() -> None:
        with open_ledger(tmp_path) as ledger:
            for _ in range(20):
                with ledger.transaction() as commit:
                    commit.next_generation()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_ledger(tmp_path) as ledger:
        assert ledger.version == 80 and ledger.setting("generation") == "80"


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with made(tmp_path) as ledger:
        ledger._con.execute("PRAGMA query_only = on")
        with pytest.raises(StoreError, match="state before stands"), ledger.transaction() as commit:
            commit.put_signal(SIGNAL)
        ledger._con.execute("PRAGMA query_only = off")
        assert ledger.signals() == [] and ledger.version == 0


# --- opening ------------------------------------------------------------------------------------


def test_a_path_with_odd_characters(tmp_path: Path) -> None:
    for name in ("Straße 5 #2", "what?", "mode=ro?mode=memory", "50 %41"):
        with made(tmp_path / name) as ledger, ledger.transaction() as commit:
            commit.put_signal(SIGNAL)
        with open_ledger(tmp_path / name) as again:
            assert again.signals()
        assert (tmp_path / name / FILE).is_file()


def test_a_store_that_is_only_to_be_read(tmp_path: Path) -> None:
    with made(tmp_path) as ledger, ledger.transaction() as commit:
        commit.put_signal(SIGNAL)
    for locked in ((tmp_path, tmp_path / FILE), (tmp_path / FILE,)):
        with read_only(*locked), open_ledger(tmp_path) as ledger:
            assert ledger.signals() and ledger.version == 1
            with pytest.raises(StoreError, match="cannot be written"), ledger.transaction():
                pass
    with read_only(tmp_path), pytest.raises(StoreError, match="chown or chmod"):
        made(tmp_path)


def test_a_reader_that_may_not_write_sees_what_others_commit(tmp_path: Path) -> None:
    made(tmp_path).close()
    with read_only(tmp_path):
        reader = open_ledger(tmp_path)
        assert reader.in_place() and reader.version == 0
    with open_ledger(tmp_path) as writer:
        with writer.transaction() as commit:
            commit.put_signal(SIGNAL)
        with read_only(tmp_path):
            assert not reader.in_place()  # whoever asks opens it again
            with open_ledger(tmp_path) as again:
                assert again.version == 1
    with read_only(tmp_path):
        assert not reader.in_place()
        with open_ledger(tmp_path) as again:
            assert again.in_place() and again.version == 1
    reader.close()


def test_no_store_is_missing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(StoreMissing, match=r"preprocess\.py build --source"):
            open_ledger(path)
        assert list(tmp_path.iterdir()) == []


def test_levels_without_a_ledger_are_damage(tmp_path: Path) -> None:
    (tmp_path / "level=raw").mkdir()
    with pytest.raises(StoreDamaged, match=FILE):
        open_ledger(tmp_path)
    with pytest.raises(StoreDamaged, match=FILE):
        made(tmp_path)


def test_zone_and_levels_of_a_store_are_for_good(tmp_path: Path) -> None:
    made(tmp_path).close()
    with open_ledger(tmp_path) as ledger:
        assert (ledger.zone, ledger.rules, ledger.version) == ("Europe/Berlin", RULES, 0)
    with pytest.raises(StoreFormatError, match="zone Europe/Berlin, not UTC"):
        create_ledger(tmp_path, zone="UTC", rules=RULES)
    with pytest.raises(StoreFormatError, match="1min,1h,1d, not 1h"):
        create_ledger(tmp_path, zone="Europe/Berlin", rules="1h")


@pytest.mark.parametrize(
    ("pragma", "said"),
    [
        (f"user_version = {FORMAT + 1}", f"format version {FORMAT + 1}, this program reads"),
        ("application_id = 7", "not the ledger of a store"),
    ],
)
def test_another_format_is_refused_with_the_way_out(tmp_path: Path, pragma: str, said: str) -> None:
    made(tmp_path).close()
    con = sqlite3.connect(tmp_path / FILE)
    con.execute(f"PRAGMA {pragma}")
    con.close()
    with pytest.raises(StoreFormatError, match=said) as refused:
        open_ledger(tmp_path)
    assert "--store NEW_FOLDER" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough " * 40])
def test_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreFormatError, match="NEW_FOLDER"):
        open_ledger(tmp_path)


def test_a_ledger_damaged_inside_is_told_when_it_is_read(tmp_path: Path) -> None:
    with made(tmp_path) as ledger, ledger.transaction() as commit:
        for i in range(500):
            commit.put_signal(replace(SIGNAL, name=f"x{i}"))
    content = bytearray((tmp_path / FILE).read_bytes())
    content[20_000:60_000] = b"\xff" * 40_000
    (tmp_path / FILE).write_bytes(content)
    with open_ledger(tmp_path) as ledger, pytest.raises(StoreDamaged, match="NEW_FOLDER"):
        ledger.signals()


def test_leftovers_of_a_creation_that_was_killed_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / f".{FILE}.new").write_bytes(b"half")
    (tmp_path / f".{FILE}.new-journal").write_bytes(b"half")
    with made(tmp_path) as ledger:
        assert ledger.version == 0
    assert not list(tmp_path.glob(".*.new*"))


# --- what is due --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([], []), ([5], []), ([100, 10], []), ([100, 60], [100, 60]), ([1000, 100, 60, 10], []),
        ([1000, 100, 60, 30], [100, 60, 30]), ([4, 4, 4], [4, 4, 4]), ([10, 0], []),
        ([300, 100, 60, 30], [300, 100, 60, 30]),
    ],
)  # fmt: skip
def test_files_are_merged_once_they_are_a_match(rows: list[int], merged: list[int]) -> None:
    assert [one.rows for one in to_merge([part(i, n) for i, n in enumerate(rows)])] == merged


def test_a_row_is_rewritten_a_few_times_only() -> None:
    parts, written = [], 0
    for generation in range(1000):
        parts.append(part(generation, 1))
        due = to_merge(parts)
        if due:
            total = sum(one.rows for one in due)
            written += total
            parts = [one for one in parts if one not in due] + [part(generation, total)]
    assert len(parts) < 12 and written < 1000 * 12


def test_untidy_devices(tmp_path: Path) -> None:
    with made(tmp_path) as ledger:
        with ledger.transaction() as commit:
            commit.put_signal(SIGNAL)
            commit.put_parts([part(1, 100), part(2, 10), part(1, 5, device="m2")])
        assert untidy(ledger) == []
        with ledger.transaction() as commit:
            commit.put_signal(replace(SIGNAL, device="m3", rows=10_000))  # dense: 1min is due
            commit.put_parts([part(2, 5, device="m2")])
        assert untidy(ledger) == ["m2", "m3"]


def test_processes_that_make_a_store_at_the_same_time_get_the_same_one(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.ledger import create_ledger;"
        " print(create_ledger(Path(sys.argv[1]), zone='UTC', rules='1h').created)"
    )
    for number in range(2):
        words = [sys.executable, "-c", code, str(tmp_path / str(number))]
        made = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(3)]
        assert len({one.communicate()[0] for one in made}) == 1
        assert all(one.returncode == 0 for one in made)


def test_a_full_disk_is_not_told_as_a_damaged_store(tmp_path: Path) -> None:
    """Nobody must be sent to build a new store because of a disk that has no room left."""
    made(tmp_path).close()
    script = (
        "import resource, sys; from pathlib import Path; from core.ledger import open_ledger;"
        "from core.errors import StoreDamaged, StoreFormatError, StoreError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: open_ledger(Path(sys.argv[1])).devices()\n"
        "except (StoreDamaged, StoreFormatError) as error: print('damaged', error)\n"
        "except StoreError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "is the disk full" in done.stdout and "NEW_FOLDER" not in done.stdout
    made(tmp_path).close()
