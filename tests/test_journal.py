"""The journal by itself: what is kept, what it says of devices, and what it refuses."""

from __future__ import annotations

import json
import math
import os
import signal as signals
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreDamaged, StoreError, StoreFormatError, StoreMissing
from core.journal import FILE, FORMAT, ViewOutdated, open_journal, settled_in
from core.journal_records import LiveFacts, Poll
from core.ledger import create_ledger
from core.levels import HOUR, SECOND
from core.query import open_store
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from ingest.settle import settle
from tests.conftest import REPO
from tests.stores import us
from tests.test_cli import cli

START = us("2025-06-01T12:00")


def some(device: str, count: int, first: int = 0) -> Batch:
    """Readings of one signal, a second apart."""
    return Batch(
        device, [Reading("P", START + i * SECOND, float(i)) for i in range(first, first + count)]
    )


def test_what_is_appended_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(REPO)!r})
from pathlib import Path
from core.journal import open_journal
from core.readings import Batch, Reading
journal = open_journal(Path(sys.argv[1]), create=True)
for i in range(100_000):
    journal.append([Batch("m1", [Reading("P", {START} + i * 10 + k, float(i)) for k in range(3)])])
    print(i + 1, flush=True)
"""
    path = tmp_path / FILE
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = 0
        while said < 25:
            said = int(process.stdout.readline())
        process.send_signal(signals.SIGKILL)
        said = int(["", *process.stdout.read().split()][-1] or said)
    with open_journal(path) as journal:
        held = len(journal.unsettled(0, 10**6).seq)
        assert held % 3 == 0 and 3 * said <= held <= 3 * (said + 1)
        assert not journal.check()


def test_redelivered_readings_are_kept_once_and_the_first_stands(tmp_path: Path) -> None:
    with open_journal(tmp_path / FILE, create=True) as journal:
        assert journal.append([some("m1", 5), some("m2", 5)]) == 10
        assert journal.append([some("m1", 8)]) == 3
        assert journal.append([Batch("m1", [Reading("P", START, 99.0)])]) == 0
        assert journal.append([Batch("m1", [Reading("P", START, 99.0, Quality.STALE)])]) == 1
        view = journal.view({})
        _, value = view.rows("m1", "P", START, START + HOUR)
        np.testing.assert_array_equal(value, np.arange(8.0))
        assert view.newest("m1", "P") == START + 7 * SECOND and view.newest("m1", "Q") is None
        assert view.facts["m1", "P"][:2] == (8, 1)


def test_a_view_stays_as_it_was(tmp_path: Path) -> None:
    with open_journal(tmp_path / FILE, create=True) as journal:
        journal.append([some("m1", 5)])
        before = journal.view({})
        journal.append([some("m1", 5, 5)])
        assert len(before.rows("m1", "P", START, START + HOUR)[0]) == 5
        after = journal.view({"m1": 7})
        assert after.rows("m1", "P", START, START + HOUR)[1].tolist() == [7.0, 8.0, 9.0]
        assert after.facts["m1", "P"].rows == 3
        assert journal.view({"m1": 7}) is after
        journal.forget({"m1": 10}, keep_s=0)
        for view in (before, after):
            with pytest.raises(ViewOutdated):
                view.rows("m1", "P", START, START + HOUR)


@pytest.mark.parametrize("seed", range(5))
def test_facts_grown_bit_by_bit_are_those_counted_at_once(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    with open_journal(tmp_path / FILE, create=True) as journal:
        settled: dict[str, int] = {}
        for _ in range(40):
            rows = [
                Reading("P", START + int(chance.integers(0, 9 * HOUR)), float(chance.normal()),
                        Quality(int(chance.choice([0, 0, 0, 2, 4]))))
                for _ in range(int(chance.integers(0, 6)))
            ]  # fmt: skip
            journal.append([Batch(f"m{chance.integers(0, 3)}", rows)])
            if chance.random() < 0.3:
                settled[f"m{chance.integers(0, 3)}"] = int(chance.integers(0, journal.last_seq + 1))
            grown = journal.view(settled).facts
            with open_journal(tmp_path / FILE) as other:
                counted = other.view(settled).facts
            nothing = LiveFacts()
            for key in {*grown, *counted}:
                assert grown.get(key, nothing) == counted.get(key, nothing)


def test_several_processes_append_at_once(tmp_path: Path) -> None:
    open_journal(tmp_path / FILE, create=True).close()
    script = f"""
import sys
sys.path.insert(0, {str(REPO)!r})
from pathlib import Path
from core.journal import open_journal
from core.readings import Batch, Reading
with open_journal(Path(sys.argv[1])) as journal:
    for i in range(150):
        rows = [Reading(name, {START} + i, float(i)) for name in ("P", sys.argv[2])]
        journal.append([Batch("m1", rows)])
"""
    work = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path / FILE), name])
        for name in ("a", "b")
    ]
    assert [one.wait(60) for one in work] == [0, 0]
    with open_journal(tmp_path / FILE) as journal:
        facts = journal.view({}).facts
        assert {key[1]: one.rows for key, one in facts.items()} == {"P": 150, "a": 150, "b": 150}


def test_threads_read_while_one_appends(tmp_path: Path) -> None:
    wrong: list[str] = []
    over = threading.Event()
    with open_journal(tmp_path / FILE, create=True) as journal:

        def read() -> None:
            while not over.is_set():
                view = journal.view({})
                ts, value = view.rows("m1", "P", START, START + HOUR)
                if value.tolist() != [float(i) for i in range(len(ts))] or len(ts) % 4:
                    wrong.append(f"{len(ts)}")

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(150):
            journal.append([some("m1", 4, 4 * i)])
        over.set()
        for thread in threads:
            thread.join()
    assert not wrong


# --- for the Live page --------------------------------------------------------------------------


def test_states_events_last_values_and_backlog(tmp_path: Path) -> None:
    with open_journal(tmp_path / FILE, create=True) as journal:
        known = Signal("P", "active_power", "kW")
        journal.describe("m1", "meter", "north", [known, Signal("Q")])
        journal.describe("m1", "meter", "south", [known])
        assert journal.devices()["m1"].signals == {"P": known, "Q": Signal("Q")}
        journal.append([some("m1", 3)], received=START)
        bad = [Reading("P", START + 9 * SECOND, math.nan, Quality.DECODE_ERROR)]
        journal.append([Batch("m1", bad)], received=START + 10 * SECOND)
        journal.note_poll("m1", START, 0.25, None)
        journal.note_poll("m1", START + SECOND, None, "no answer within 2 s")
        (state,) = journal.states()
        assert (state.group, state.site, state.synthetic) == ("meter", "south", False)
        assert (state.polls, state.errors, state.latency_s) == (2, 1, 0.25)
        assert state.last_good == START + 2 * SECOND and state.last_poll == START + SECOND
        assert (state.last_error, state.last_error_at) == ("no answer within 2 s", START + SECOND)
        journal.append([some("m1", 3)], polls=[Poll("m1", START + 2 * SECOND, 0.5, None)])
        (state,) = journal.states()
        assert (state.polls, state.errors, state.latency_s) == (3, 1, 0.5)
        journal.note_event("m1", START, "outage", "no answer")
        journal.note_event("", START + 1, "collector started", "")
        assert [one.kind for one in journal.events()] == ["collector started", "outage"]
        assert [one.text for one in journal.events("m1")] == ["no answer"]
        (last,) = journal.last_values("m1", now=START + 60 * SECOND)
        assert last.signal == known and math.isnan(last.value)
        assert (last.quality, last.age_us) == (Quality.DECODE_ERROR, 51 * SECOND)
        assert (last.good_ts, last.good_value) == (START + 2 * SECOND, 2.0)
        (waiting,) = journal.backlog()
        assert (waiting.device, waiting.readings, waiting.oldest) == ("m1", 4, START)
        assert waiting.bytes > 0 and journal.size() > 4096
        gone = journal.forget({"m1": journal.last_seq}, keep_s=0)
        assert gone == 2 and journal.backlog()[0].readings == 0
        (last,) = journal.last_values("m1", now=START + 60 * SECOND)
        assert (last.quality, last.good_value) == (Quality.DECODE_ERROR, 2.0)


def test_only_old_settled_readings_are_forgotten(tmp_path: Path) -> None:
    with open_journal(tmp_path / FILE, create=True) as journal:
        journal.append([some("m1", 3), some("m2", 3)], received=START)
        journal.append([some("m1", 3, 3), some("m2", 3, 3)], received=START + HOUR)
        marks = {"m1": journal.last_seq}
        assert journal.forget(marks, keep_s=3600, now=START + HOUR) == 0
        assert journal.forget(marks, keep_s=3600, now=START + HOUR + 1) == 3
        assert journal.view({}).rows("m2", "P", START, START + HOUR)[0].size == 6


# --- the file -----------------------------------------------------------------------------------


def test_it_is_synchronised_and_in_wal_mode(tmp_path: Path) -> None:
    with open_journal(tmp_path / FILE, create=True) as journal:
        journal.note_poll("m1", START, None, None)
        asked = [journal._con.execute(f"PRAGMA {name}").fetchone()[0]
                 for name in ("journal_mode", "synchronous")]  # fmt: skip
        assert asked == ["wal", 2]
    assert os.listdir(tmp_path) == [FILE]


def test_a_missing_journal_and_a_reader_that_would_write(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="collector makes one"):
        open_journal(tmp_path / FILE)
    open_journal(tmp_path / "a" / "name with # and ?.sqlite", create=True).close()
    open_journal(tmp_path / FILE, create=True).close()
    with open_journal(tmp_path / FILE, read_only=True) as journal, pytest.raises(StoreError):
        journal.append([some("m1", 1)])


def test_other_files_and_versions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    create_ledger(tmp_path, zone="UTC", rules="1h").close()
    (tmp_path / "ledger.sqlite").rename(path)
    with pytest.raises(StoreFormatError, match="not a journal"):
        open_journal(path)
    path.unlink()
    open_journal(path, create=True).close()
    with sqlite3.connect(path) as con:
        con.execute(f"PRAGMA user_version = {FORMAT + 1}")
    con.close()
    with pytest.raises(StoreFormatError, match=f"version {FORMAT + 1}"):
        open_journal(path)


def test_a_damaged_journal_says_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreDamaged, match="move the file aside"):
        open_journal(path)
    path.unlink()
    with open_journal(path, create=True) as journal:
        journal.append([some("m1", 5000)])
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 20 * 4096] = b"\x55" * (12 * 4096)
    path.write_bytes(content)
    with open_journal(path) as journal:
        with pytest.raises(StoreDamaged, match="move the file aside"):
            journal.unsettled(0, 10_000)
        assert journal.check()


def test_numbers_of_another_journal_say_nothing() -> None:
    assert settled_in({}, "a", 9) == 0
    assert settled_in({"journal": "b", "seq": 7}, "a", 9) == 0
    assert settled_in({"journal": "a", "seq": 7}, "a", 9) == 7
    assert settled_in({"journal": "a", "seq": 10}, "a", 9) == 0


# --- the command line ---------------------------------------------------------------------------


def test_status_and_verify_look_at_the_journal(tmp_path: Path) -> None:
    store = tmp_path / "st"
    create_ledger(store, zone="UTC", rules="1min,1h,1d").close()
    assert json.loads(cli(tmp_path, "status", "--store", store, "--json").stdout)["journal"] is None
    with open_journal(store / FILE, create=True) as journal:
        journal.append([some("m1", 2000)])
        settle(store, journal)
        journal.append([some("m1", 30, 2000)], received=time.time_ns() // 1000 - 90 * SECOND)
        done = cli(tmp_path, "status", "--store", store)
        assert "30 readings not settled yet" in done.stdout
        assert "m1: 30 readings, the oldest came in 9" in done.stdout
        told = json.loads(cli(tmp_path, "status", "--store", store, "--json").stdout)["journal"]
        assert told["devices"][0]["backlog"] == 30 and told["devices"][0]["age_s"] >= 90
        assert cli(tmp_path, "verify", "--store", store).returncode == 0
    content = bytearray((store / FILE).read_bytes())
    content[12 * 4096 : 20 * 4096] = b"\x55" * (8 * 4096)
    (store / FILE).write_bytes(content)
    done = cli(tmp_path, "verify", "--store", store)
    assert done.returncode in (3, 4) and FILE in done.stdout + done.stderr


def test_the_setting_names_another_place(tmp_path: Path) -> None:
    store = tmp_path / "st"
    create_ledger(store, zone="UTC", rules="1min,1h,1d").close()
    with open_journal(tmp_path / "fast" / "j.sqlite", create=True) as journal:
        journal.append([some("m1", 20)])
    place = {"ZIGGURAT_JOURNAL": str(tmp_path / "fast" / "j.sqlite")}
    done = cli(tmp_path, "status", "--store", store, env=place)
    assert "20 readings not settled yet" in done.stdout
    opened = open_store(store, journal=tmp_path / "fast" / "j.sqlite")
    assert opened.device("m1").rows == 20
    opened.close()


def test_a_file_without_a_byte_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.touch()
    with pytest.raises(StoreMissing):
        open_journal(path)
    with open_journal(path, create=True) as first, open_journal(path, create=True) as second:
        assert first.append([Batch("d", [Reading("s", 10**15, 1.0)])]) == 1
        assert second.last_seq == 1 and first.id == second.id
    assert open_journal(path).check() == []
