"""Every live reading is seen exactly once: in the journal, in the pyramid, and on the way."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import StoreError, UnknownDevice
from core.journal import FILE, Journal, open_journal
from core.ledger import Ledger, create_ledger, open_ledger
from core.levels import DAY, HOUR, SECOND, parse_rules
from core.pyramid import device_lock
from core.query import Store, open_store
from core.readings import Batch, Quality, Reading
from core.rollup import roll_raw
from core.signals import Signal
from ingest.build import build
from ingest.settle import settle
from tests.conftest import REPO
from tests.stores import (
    assert_same,
    check_readable,
    content,
    scratch,
    settings,
    us,
    verified,
    write_csv,
)

ZONE = "Europe/Berlin"
RULES = "1min,5min,15min,1h,1d"
LEVELS = {level.name: level for level in parse_rules(RULES)}
START = us("2024-03-30T22:40")  # the short day begins soon
Model = dict[tuple[str, str], dict[int, float]]


def make_store(root: Path) -> Path:
    """An empty store."""
    create_ledger(root / "store", zone=ZONE, rules=RULES).close()
    return root / "store"


def batch(device: str, *readings: tuple[str, int, float]) -> Batch:
    """Good readings."""
    return Batch(device, [Reading(*one) for one in readings])


def assert_holds(store: Store, model: Model) -> None:
    """Every answer of the store is that of the readings of `model`, no more and no less."""
    wanted = {key: rows for key, rows in model.items() if rows}
    assert {device.name for device in store.devices()} == {device for device, _ in wanted}
    for device in store.devices():
        mine = {name: rows for (owner, name), rows in wanted.items() if owner == device.name}
        assert [info.name for info in store.signals(device.name)] == sorted(mine)
        assert device.first == min(min(rows) for rows in mine.values())
        assert device.last == max(max(rows) for rows in mine.values())
        for name, rows in mine.items():
            ts = np.array(sorted(rows), np.int64)
            value = np.array([rows[moment] for moment in ts.tolist()])
            found = store.raw(device.name, name, 0, 2**61)
            np.testing.assert_array_equal(found[0], ts)
            np.testing.assert_array_equal(found[1], value)
            info = store.signal(device.name, name)
            assert (info.first, info.last) == (ts[0], ts[-1])
            for level in info.levels:
                for low, high in ((0, 2**61), (int(ts[0]) + 1, int(ts[-1]))):
                    if low >= high:
                        continue
                    inside = (ts >= low) & (ts < high)
                    answer = store.buckets(device.name, name, low, high, level)
                    rolled = roll_raw(ts[inside], value[inside], LEVELS[level], ZONE)
                    assert_same(answer, rolled, exact_sum=False)
            assert store.series(device.name, name, max_points=400).stands_for == len(ts)
        cells = [name for name in mine if name.startswith("bms1")]
        if cells:
            assert_cells(store, device.name, {name: mine[name] for name in cells})


def assert_cells(store: Store, device: str, rows: dict[str, dict[int, float]]) -> None:
    """The matrices of cell voltages hold what is there by day, and the readings themselves."""
    found = store.cells_many(device, level="1d", columns=("first", "last", "min", "mean", "count"))
    for name, mine in rows.items():
        ts = np.array(sorted(mine), np.int64)
        value = np.array([mine[moment] for moment in ts.tolist()])
        days = roll_raw(ts, value, LEVELS["1d"], ZONE)
        cell = int(name.rpartition("v")[2])
        for column, wanted in (
            ("first", days.first), ("last", days.last), ("min", days.min), ("count", days.count),
            ("mean", days.sum / days.count),
        ):  # fmt: skip
            cube = found[column]
            line = cube.values[np.isin(cube.ts, days.ts), 0, cube.cells.index(cell)]
            np.testing.assert_allclose(line, wanted, rtol=1e-12)
    names = sorted(rows)
    moments, matrix = store.readings_of(device, names, [(0, 2**61)])
    for at, name in enumerate(names):
        held = ~np.isnan(matrix[:, at])
        found_rows = zip(moments[held].tolist(), matrix[held, at].tolist(), strict=True)
        assert dict(found_rows) == rows[name]


# --- any interleaving ---------------------------------------------------------------------------

SIGNALS = [("m1", "com_ap"), ("b1", "bms1_p1_v1"), ("b1", "bms1_p1_v2")]
_times = st.one_of(
    st.integers(0, 90).map(lambda i: START + i * 47 * SECOND),
    st.integers(-3, 3).map(lambda i: START + i * 9 * HOUR),
)
_rows = st.lists(st.tuples(st.sampled_from(SIGNALS), _times, st.integers(0, 99)), max_size=12)
_steps = st.one_of(
    st.tuples(st.just("append"), _rows),
    st.tuples(st.just("again"), st.integers(0, 20)),
    st.tuples(st.just("settle"), st.booleans()),
    st.tuples(st.just("die"), st.integers(1, 24)),
    st.tuples(st.just("ask"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


class Killed(BaseException):
    """The process ends here."""


def dying_settle(store: Path, journal: Journal, step: int) -> None:
    """Settle until so many transactions, renames and deletions were done; then nothing more."""
    left = step

    def counted(work: Callable[..., object]) -> Callable[..., object]:
        def done(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left <= 0:
                raise Killed
            return work(*args, **options)

        return done

    with (
        mock.patch.object(Ledger, "transaction", counted(Ledger.transaction)),
        mock.patch.object(Journal, "_writing", counted(Journal._writing)),
        mock.patch.object(Path, "rename", counted(Path.rename)),
        mock.patch.object(Path, "unlink", counted(Path.unlink)),
        suppress(Killed),
    ):
        settle(store, journal, keep_s=0, limit=7)


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.lists(_steps, max_size=14))
def test_any_order_of_events_holds_exactly_the_readings(
    steps: list[tuple[str, object]],
) -> None:
    with scratch() as root:
        path = make_store(root)
        journal = open_journal(path / FILE, create=True)
        store = open_store(path)
        model: Model = {}
        sent: list[Batch] = []
        for kind, what in [*steps, ("ask", None), ("settle", False), ("ask", None)]:
            if kind == "append":
                for (device, name), ts, number in what:  # type: ignore[attr-defined]
                    # A device says one value of one time, however often.
                    value = model.setdefault((device, name), {}).setdefault(ts, float(number))
                    sent.append(batch(device, (name, ts, value)))
                journal.append(sent[len(sent) - len(what) :])  # type: ignore[arg-type]
            elif kind == "again":
                journal.append(sent[-int(what) :] if what else [])  # type: ignore[call-overload]
            elif kind == "settle":
                assert not settle(path, journal, keep_s=3600 if what else 0, limit=5).failed
            elif kind == "die":
                dying_settle(path, journal, int(what))  # type: ignore[call-overload]
            elif kind == "ask":
                assert_holds(store, model)
            else:
                journal.close()
                journal = open_journal(path / FILE)
        check_readable(path)
        held = content(path)
        assert {key: len(one.ts) for key, one in held.items()} == {
            key: len(rows) for key, rows in model.items()
        }
        store.close()
        journal.close()


def test_each_reading_is_seen_once_while_it_is_settled(tmp_path: Path) -> None:
    path = make_store(tmp_path)
    store = open_store(path)
    appended = [0]
    over = threading.Event()

    def collect() -> None:
        with open_journal(path / FILE, create=True) as journal:
            while not over.is_set():
                i = appended[0]
                rows = [("com_ap", START + k * SECOND, float(k)) for k in range(i, i + 5)]
                journal.append([batch("m1", *rows)])
                appended[0] = i + 5

    def settle_on() -> None:
        with open_journal(path / FILE, create=True) as journal:
            while not over.is_set():
                settle(path, journal, keep_s=0, limit=100)

    def ask() -> None:
        before = appended[0]
        ts, value = store.raw("m1", "com_ap", START, START + DAY)
        assert before <= len(ts) <= appended[0] + 5
        np.testing.assert_array_equal(value, np.arange(len(ts)))
        hours = store.buckets("m1", "com_ap", START, START + DAY, "1h")
        assert len(ts) <= int(hours.count.sum()) <= appended[0] + 5
        assert hours.max[-1] == hours.count.sum() - 1
        days = store.buckets("m1", "com_ap", START - DAY, START + 3 * DAY, "1d")
        assert hours.count.sum() <= days.count.sum() <= appended[0] + 5

    threads = [threading.Thread(target=work) for work in (collect, settle_on)]
    for thread in threads:
        thread.start()
    try:
        # However slow the machine: until both have been going on beside enough answers.
        settled = {store.version}
        asked = 0
        while asked < 25 or len(settled) < 4:
            if appended[0]:
                ask()
                asked += 1
                settled.add(store.version)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert store.series("m1", "com_ap").stands_for == appended[0]
    store.close()


# --- single cases -------------------------------------------------------------------------------


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Path, Journal]]:
    """An empty store and its journal."""
    path = make_store(tmp_path)
    with open_journal(path / FILE, create=True) as journal:
        yield path, journal


def test_late_readings_before_the_first_and_between_the_stored(
    live: tuple[Path, Journal],
) -> None:
    path, journal = live
    rows = {START + i * 60 * SECOND: float(i) for i in range(0, 600, 2)}
    journal.append([batch("m1", *(("com_ap", ts, v) for ts, v in rows.items()))])
    settle(path, journal)
    late = {START + i * 60 * SECOND: 1000.0 + i for i in range(-90, 600, 7)}
    late = {ts: value for ts, value in late.items() if ts not in rows}
    journal.append([batch("m1", *(("com_ap", ts, v) for ts, v in late.items()))])
    store = open_store(path)
    assert_holds(store, {("m1", "com_ap"): rows | late})
    settle(path, journal, keep_s=0)
    assert_holds(store, {("m1", "com_ap"): rows | late})
    store.close()


def test_late_and_redelivered_readings_of_cells(live: tuple[Path, Journal]) -> None:
    path, journal = live
    names = ("bms1_p1_v1", "bms1_p1_v2")
    model: Model = {("b1", name): {} for name in names}
    store = open_store(path)
    for first, step, offset in ((0, 2, 0.0), (-200, 7, 50.0), (600, 1, 9.0)):
        for name in names:
            rows = {
                START + i * 60 * SECOND: offset + i / 8
                for i in range(first, first + 900, step)
                if START + i * 60 * SECOND not in model["b1", name]
            }
            model["b1", name].update(rows)
            journal.append([batch("b1", *((name, ts, v) for ts, v in rows.items()))])
        assert_holds(store, model)
        settle(path, journal, keep_s=0)
        every = [(name, ts, v) for (_, name), rows in model.items() for ts, v in rows.items()]
        assert journal.append([batch("b1", *every)]) > 100  # all but the newest were forgotten
        assert_holds(store, model)
        for level in ("15min", "1h"):
            found = store.cells_many("b1", level=level, columns=("count",))["count"]
            assert found.stands_for == sum(map(len, model.values()))
    store.close()


def test_settled_and_forgotten_between_the_ledger_and_the_journal(
    live: tuple[Path, Journal],
) -> None:
    path, journal = live
    rows = {START + i * SECOND: float(i) for i in range(60)}
    journal.append([batch("m1", *(("com_ap", ts, v) for ts, v in rows.items()))])
    store = open_store(path)
    load, late = store._fresh_snapshot, [True]

    def load_and_wait(*, force: bool) -> object:
        found = load(force=force)
        if late.pop() if late else False:
            settle(path, journal, keep_s=0)
        return found

    with mock.patch.object(store, "_fresh_snapshot", load_and_wait):
        assert store.devices()[0].rows == 60
        assert_holds(store, {("m1", "com_ap"): rows})
    store.close()


def test_delivered_again_after_it_was_forgotten(live: tuple[Path, Journal]) -> None:
    path, journal = live
    sent = [batch("m1", *(("com_ap", START + i * SECOND, float(i)) for i in range(50)))]
    assert journal.append(sent) == 50 and journal.append(sent) == 0
    assert settle(path, journal, keep_s=0).forgotten == 49  # the newest is kept to be shown
    assert journal.append(sent) == 49
    store = open_store(path)
    model = {("m1", "com_ap"): {START + i * SECOND: float(i) for i in range(50)}}
    assert_holds(store, model)
    assert settle(path, journal).repeated == 49
    assert_holds(store, model)
    store.close()


def test_only_good_readings_are_shown_and_the_others_quarantined(
    live: tuple[Path, Journal],
) -> None:
    path, journal = live
    journal.describe("m1", "meter", "north", [Signal("com_ap", "active_power", "kW")])
    store = open_store(path)
    with pytest.raises(UnknownDevice):
        store.device("m1")
    readings = [
        Reading("com_ap", START, 1.0),
        Reading("com_ap", START + SECOND, 9e9, Quality.OUT_OF_RANGE),
        Reading("com_ap", START + 2 * SECOND, math.nan, Quality.NO_VALUE),
        Reading("com_ap", START + 3 * SECOND, math.nan),  # says it is good
        Reading("com_ap", 2**70, 5.0),  # no time a store takes
        Reading("com_ap", START, 1.0, Quality.STALE),
    ]
    assert journal.append([Batch("m1", readings)]) == 6
    assert_holds(store, {("m1", "com_ap"): {START: 1.0}})
    assert store.device("m1").group == "meter" and store.device("m1").facts == {"site": "north"}
    assert store.signal("m1", "com_ap").unit == "kW"
    for _ in range(2):
        done = settle(path, journal)
    assert done.readings == 0 and done.words().startswith("0 readings of 0 devices")
    assert_holds(store, {("m1", "com_ap"): {START: 1.0}})
    assert store.device("m1").facts == {"site": "north"}
    counts = {row["reason"].split(":")[0]: row["rows"] for row in store.quarantine_counts()}
    assert sorted(counts.values()) == [1, 1, 1, 2]
    journal.append([Batch("m1", [Reading("com_ap", START + 9, 8e9, Quality.OUT_OF_RANGE)])])
    settle(path, journal)
    journal.append([Batch("m2", [Reading("com_ap", START, math.nan, Quality.NO_VALUE)])])
    assert settle(path, journal).devices == ["m2"]
    assert [device.name for device in store.devices()] == ["m1"]
    row = next(row for row in store.quarantine() if row["reason"].startswith("outside"))
    assert (row["rows"], row["column_name"], row["text"]) == (2, "com_ap", "9000000000.0")
    store.close()


def test_versions_follow_commits_and_readings(live: tuple[Path, Journal]) -> None:
    path, journal = live
    store = open_store(path)
    seen = [(store.version, store.live_version)]

    def changes() -> tuple[bool, bool]:
        seen.append((store.version, store.live_version))
        return seen[-1][0] != seen[-2][0], seen[-1][1] != seen[-2][1]

    assert changes() == (False, False)
    journal.append([batch("m1", ("com_ap", START, 1.0))])
    assert changes() == (True, True)  # a new signal
    journal.append([batch("m1", ("com_ap", START + SECOND, 1.0))])
    assert changes() == (False, True)
    assert changes() == (False, False)
    settle(path, journal)
    assert changes() == (True, True)
    store.close()


def test_a_store_opened_before_its_journal_and_one_put_in_its_place(tmp_path: Path) -> None:
    path = make_store(tmp_path)
    store = open_store(path)
    assert store.devices() == []
    with open_journal(path / FILE, create=True) as journal:
        journal.append([batch("m1", ("com_ap", START, 1.0))])
        assert_holds(store, {("m1", "com_ap"): {START: 1.0}})
        settle(path, journal)
    for end in ("", "-wal", "-shm"):
        (path / (FILE + end)).unlink(missing_ok=True)
    with open_journal(path / FILE, create=True) as journal:  # its numbers begin again
        journal.append([batch("m1", ("com_ap", START + SECOND, 2.0))])
        both = {("m1", "com_ap"): {START: 1.0, START + SECOND: 2.0}}
        assert_holds(store, both)
        assert settle(path, journal).readings == 1
        assert_holds(store, both)
    store.close()


def test_a_journal_put_back_from_an_older_copy(tmp_path: Path) -> None:
    path = make_store(tmp_path)
    with open_journal(path / FILE, create=True) as journal:
        journal.append([batch("m1", ("com_ap", START, 1.0))])
    shutil.copy(path / FILE, tmp_path / "copy")
    with open_journal(path / FILE) as journal:
        journal.append([batch("m1", *(("com_ap", START + i * SECOND, 1.0) for i in range(9)))])
        settle(path, journal)
    for end in ("-wal", "-shm"):
        (path / (FILE + end)).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy", path / FILE)
    store = open_store(path)
    with open_journal(path / FILE) as journal:
        journal.append([batch("m1", ("com_ap", START + HOUR, 7.0))])  # number 2, settled once
        model = {("m1", "com_ap"): {START + i * SECOND: 1.0 for i in range(9)}}
        model["m1", "com_ap"][START + HOUR] = 7.0
        assert_holds(store, model)
        assert settle(path, journal).readings == 2
        assert_holds(store, model)
    store.close()


def test_a_device_another_process_writes_comes_later(live: tuple[Path, Journal]) -> None:
    path, journal = live
    model: Model = {("m1", "com_ap"): {START: 1.0}, ("m2", "com_ap"): {START: 2.0}}
    journal.append([batch(device, ("com_ap", START, v[START])) for (device, _), v in model.items()])
    store = open_store(path)
    with device_lock(path, "m1"):
        done = settle(path, journal, keep_s=0)
        assert done.later == ["m1"] and done.devices == ["m2"]
        assert_holds(store, model)
    assert settle(path, journal, keep_s=0).devices == ["m1"]
    assert_holds(store, model)
    assert [one.readings for one in journal.backlog()] == [0, 0]
    store.close()


def test_files_and_live_readings_of_one_device(tmp_path: Path) -> None:
    rows = [(START + i * 60 * SECOND, [float(i)]) for i in range(120)]
    write_csv(tmp_path / "src" / "m1" / "com_ap.csv", ["com_ap"], rows)
    chosen = settings(tmp_path, zone=ZONE)
    model: Model = {("m1", "com_ap"): {ts: value[0] for ts, value in rows}}
    with open_journal(chosen.store / FILE, create=True) as journal:
        fresh = {START + i * 20 * SECOND: i / 3 for i in range(240, 420)}
        journal.append([batch("m1", *(("com_ap", ts, v) for ts, v in fresh.items()))])
        build(chosen)
        store = open_store(chosen.store)
        model["m1", "com_ap"] |= fresh
        assert_holds(store, model)
        settle(chosen, journal)
        # The file is replaced by one that says otherwise: only its own rows go.
        write_csv(tmp_path / "src" / "m1" / "com_ap.csv", ["com_ap"], rows[:40])
        build(chosen)
        model["m1", "com_ap"] = {ts: value[0] for ts, value in rows[:40]} | fresh
        assert_holds(store, model)
        assert not verified(chosen.store)
        store.close()


def test_simulated_and_real_devices_are_not_mixed(live: tuple[Path, Journal]) -> None:
    path, journal = live
    journal.describe("sim", "PV", "", [], synthetic=True)
    journal.append([batch("sim", ("P", START, 1.0))])
    settle(path, journal)
    journal.append([batch("m1", ("com_ap", START, 1.0)), batch("sim", ("P", START + 1, 1.0))])
    done = settle(path, journal)
    assert done.devices == ["sim"] and done.failed[0][0] == "m1"
    assert "never mixed" in done.words()
    store = open_store(path)
    assert [(one.name, one.synthetic) for one in store.devices()] == [("m1", False), ("sim", True)]
    store.close()


def test_many_small_settlements_leave_few_files(live: tuple[Path, Journal]) -> None:
    path, journal = live
    rows = {}
    for i in range(40):
        more = {START + (i * 30 + k) * SECOND: float(k) for k in range(30)}
        journal.append([batch("m1", *(("com_ap", ts, v) for ts, v in more.items()))])
        rows |= more
        settle(path, journal, keep_s=0)
    with open_ledger(path) as ledger:
        raw = [part for part in ledger.parts("m1") if part.level == "raw"]
    assert len(raw) < 10
    store = open_store(path)
    assert_holds(store, {("m1", "com_ap"): rows})
    store.close()


# --- killed -------------------------------------------------------------------------------------

SERVER = f"""
import os, resource, signal, sys
sys.path.insert(0, {str(REPO)!r})
from pathlib import Path
import pandas, pyarrow.compute
import core.upkeep, ingest.settle
from core.journal import FILE, Journal, open_journal
from core.ledger import Ledger
from core.rollup import day_starts
from core.signals import load_catalogue
day_starts({ZONE!r})
load_catalogue()

def child(root, kind, amount):
    left = amount
    def counted(owner, name):
        original = getattr(owner, name)
        def step(*args, **options):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **options)
        setattr(owner, name, step)
    if kind == "s":
        for owner, name in ((Path, "rename"), (Path, "unlink"), (Ledger, "transaction"),
                            (Journal, "_writing"), (Journal, "_forget_some"),
                            (core.upkeep, "relevel"), (core.upkeep, "compact")):
            counted(owner, name)
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (amount, amount))
        sys.stderr = open(os.devnull, "w")
    path = Path(root) / "store"
    with open_journal(path / FILE) as journal:
        done = ingest.settle.settle(path, journal, keep_s=0, limit=300)
        assert not done.failed

for line in sys.stdin:
    root, kind, amount = line.rstrip().split("|")
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            child(root, kind, int(amount))
            code = 0
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
KILLED = -9
Settler = Callable[[Path, str, int], int]


@pytest.fixture(scope="module")
def settler() -> Iterator[Settler]:
    """Start a settling that will be cut short; gives the exit code."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def start(root: Path, kind: str, amount: int) -> int:
            stdin.write(f"{root}|{kind}|{amount}\n")
            stdin.flush()
            return int(stdout.readline())

        yield start
        stdin.close()


def half_settled(root: Path) -> Model:
    """A store with some readings settled and more in the journal, late ones among them."""
    path = make_store(root)
    model: Model = {}
    with open_journal(path / FILE, create=True) as journal:
        for part in range(2):
            for device, name in SIGNALS:
                rows = {
                    START + (part * 200 + i) * 40 * SECOND - (i % 50 == 0) * DAY: i / 8 + part
                    for i in range(200)
                }
                rows = {ts: v for ts, v in rows.items() if ts not in model.get((device, name), {})}
                model.setdefault((device, name), {}).update(rows)
                journal.append([batch(device, *((name, ts, v) for ts, v in rows.items()))])
            if part == 0:
                settle(path, journal)
    return model


@pytest.mark.slow
def test_killed_at_every_step(settler: Settler) -> None:
    with scratch() as here:
        model = half_settled(here / "template")
        step, code = 0, KILLED
        while code == KILLED:
            step += 1 if step < 4 else 9
            copy = here / str(step)
            shutil.copytree(here / "template", copy)
            code = settler(copy, "s", step)
            store = open_store(copy / "store")
            assert_holds(store, model)
            check_readable(copy / "store")
            with open_journal(copy / "store" / FILE) as journal:
                assert not journal.check()
                settle(copy / "store", journal, keep_s=0)
            assert_holds(store, model)
            store.close()
            held = check_readable(copy / "store")
            assert {key: len(one.ts) for key, one in held.items()} == {
                key: len(rows) for key, rows in model.items()
            }
            shutil.rmtree(copy)
        assert code == 0 and step > 25


@pytest.mark.slow
@pytest.mark.parametrize("limit", [500, 3000, 6000, 20_000, 60_000, 120_000])
def test_no_room_loses_nothing(limit: int, settler: Settler) -> None:
    with scratch() as here:
        model = half_settled(here)
        code = settler(here, "f", limit)
        assert code in (0, 3)
        store = open_store(here / "store")
        assert_holds(store, model)
        with open_journal(here / "store" / FILE) as journal:
            assert not settle(here / "store", journal, keep_s=0).failed
        assert_holds(store, model)
        store.close()
        check_readable(here / "store")


def test_a_journal_without_room_keeps_what_it_had(live: tuple[Path, Journal]) -> None:
    path, journal = live
    journal.append([batch("m1", ("com_ap", START, 1.0))])
    journal._con.execute("PRAGMA max_page_count = 12")
    rows = [("com_ap", START + i * SECOND, 0.5) for i in range(1, 5000)]
    with pytest.raises(StoreError, match="full"):
        journal.append([batch("m1", *rows)])
    store = open_store(path)
    assert_holds(store, {("m1", "com_ap"): {START: 1.0}})
    journal._con.execute("PRAGMA max_page_count = 100000")
    assert journal.append([batch("m1", *rows)]) == 4999
    store.close()
