"""Building: however the rows come, the store holds the same; what changes is replaced."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import core.upkeep
import ingest.build
from core.errors import SourceError, StoreFormatError, StoreLocked
from core.ledger import Ledger, SourceRow, create_ledger, open_ledger
from core.levels import DAY, HOUR, SECOND, parse_rules
from core.pyramid import device_lock
from ingest import csv_files
from tests.stores import (
    ZONES,
    append_csv,
    assert_same,
    check_readable,
    content,
    differences,
    fingerprint,
    run,
    scratch,
    settle,
    slow_buckets,
    small_limits,
    stamp,
    us,
    write_csv,
    write_text,
)
from tests.stores import settings as build_settings

MINUTE = 60 * SECOND
Rows = dict[tuple[str, int], float]
Placed = list[tuple[str, int, float]]  # rows as they stand in a file: signal, ts, value

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
# An example builds several stores: shrinking would take minutes, and the seed is printed.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder with an empty `src` in it."""
    with scratch() as folder:
        (folder / "src").mkdir()
        yield folder


# --- any split, any order -----------------------------------------------------------------------

STARTS = [
    us(text) for text in (
        "2024-03-30T18:00", "2024-10-26T20:00", "2024-02-29T21:00", "2023-12-31T12:00",
        "2024-04-06T08:00", "2024-11-02T20:00",
    )
]  # fmt: skip
STEPS = (10 * SECOND, MINUTE, 400 * SECOND, 30 * MINUTE, 2 * HOUR)


@st.composite
def site(draw: st.DrawFn) -> Rows:
    """Rows of one device: up to four signals, dense and sparse, some with a silence inside."""
    rows: Rows = {}
    start = draw(st.sampled_from(STARTS))
    for name in draw(st.sampled_from((("x",), ("x", "y"), ("pos_ae", "x", "y"), ("a", "b", "x")))):
        at, total = start + draw(st.integers(0, 7200)) * SECOND, 0.0
        for _ in range(draw(st.integers(1, 3))):
            step = draw(st.sampled_from(STEPS))
            for k in range(draw(st.integers(1, 40))):
                total += 0.1 * (k % 7)
                value = total if name == "pos_ae" else draw(st.integers(-50, 50)) / 10
                rows[name, at] = round(value, 2)
                at += step
            at += draw(st.sampled_from((0, 3 * HOUR, 9 * 24 * HOUR, 40 * 24 * HOUR)))
    return rows


def put(path: Path, placed: Placed) -> None:
    """Rows at the end of a file: a wide one named like the device, or one of a single signal."""
    wide = path.stem == "m1"
    names = sorted({name for name, _, _ in placed}) if not wide else ["a", "b", "pos_ae", "x", "y"]
    if not path.exists():
        write_csv(path, names, [])
    if not wide:
        append_csv(path, [(ts, [value]) for _, ts, value in placed])
        return
    text: list[tuple[int, list[float | None]]] = []
    for name, ts, value in placed:
        cells: list[float | None] = [None] * len(names)
        if text and text[-1][0] == ts and text[-1][1][names.index(name)] is None:
            cells = text.pop()[1]
        cells[names.index(name)] = value
        text.append((ts, cells))
    append_csv(path, text)


def file_of(src: Path, name: str, number: int) -> Path:
    """A wide file for even numbers, one of the signal alone for odd ones."""
    if number % 2 == 0:
        return src / f"wide{number}" / "m1.csv"
    return src / "m1" / (f"{name}.csv" if number == 1 else f"{name}.{number}.csv")


def split(rows: Rows, shuffle: random.Random, runs: int, files: int) -> list[dict[Path, Placed]]:
    """Each row in a file and a run by chance, some in two; in order of time or in none."""
    plan: list[dict[Path, Placed]] = [{} for _ in range(runs)]
    by_time = sorted(rows.items(), key=lambda item: (item[0][1], item[0][0]))
    # Pieces of time keep together, as files do; single rows come late.
    piece = {ts // (6 * HOUR): shuffle.randrange(files) for (_, ts) in rows}
    when = {key: shuffle.randrange(runs) for key in piece}
    for (name, ts), value in by_time:
        number, at = piece[ts // (6 * HOUR)], when[ts // (6 * HOUR)]
        if shuffle.random() < 0.1:
            number, at = shuffle.randrange(files), shuffle.randrange(runs)
        plan[at].setdefault(file_of(Path(), name, number), []).append((name, ts, value))
        if shuffle.random() < 0.05:  # the same reading once more, somewhere else
            other = file_of(Path(), name, shuffle.randrange(files))
            plan[shuffle.randrange(runs)].setdefault(other, []).append((name, ts, value))
    for one in plan:
        for path in one:
            if shuffle.random() < 0.4:
                shuffle.shuffle(one[path])
    return plan


def assert_holds(store: Path, rows: Rows, zone: str) -> None:
    """The store holds exactly these rows, and levels as going row by row gives them."""
    held = content(store)
    assert {name for _, name in held} == {name for name, _ in rows}
    rules = {level.name: level for level in parse_rules("1min,5min,15min,1h,1d")}
    for (_, name), signal in held.items():
        mine = sorted((ts, value) for (other, ts), value in rows.items() if other == name)
        assert list(zip(signal.ts.tolist(), signal.value.tolist(), strict=True)) == mine
        assert {"1h", "1d"} <= set(signal.levels)
        for level, buckets in signal.levels.items():
            assert_same(buckets, slow_buckets(mine, rules[level], zone), exact_sum=False)


@given(
    rows=site(), zone=st.sampled_from(ZONES), shuffle=st.randoms(), runs=st.integers(1, 3),
    files=st.integers(1, 5), small=st.booleans(),
)  # fmt: skip
@hypothesis_settings(max_examples=14, deadline=None, suppress_health_check=SLOW, phases=PHASES)
def test_any_split_into_files_and_runs_gives_the_same_store(
    rows: Rows, zone: str, shuffle: random.Random, runs: int, files: int, small: bool
) -> None:
    with scratch() as here:
        put(here / "whole" / "src" / "m1.csv", [(name, ts, v) for (name, ts), v in rows.items()])
        run(here / "whole", zone=zone)
        wanted = content(here / "whole" / "store")
        assert_holds(here / "whole" / "store", rows, zone)
        with small_limits() if small else small_limits(10**6):
            for step in split(rows, shuffle, runs, files):
                for path, placed in step.items():
                    put(here / "src" / path, placed)
                (here / "src").mkdir(exist_ok=True)
                run(here, zone=zone)
                check_readable(here / "store")
                before = fingerprint(here / "store")
                again = run(here, zone=zone)
                assert (again.read, again.rows, again.devices) == (0, 0, [])
                assert fingerprint(here / "store") == before
        assert differences(content(here / "store"), wanted) == []


@given(
    cuts=st.lists(st.integers(1, 300), min_size=1, max_size=4, unique=True),
    first=st.sampled_from((15, 0, 345)),
    name=st.sampled_from(("com_ap", "pos_ae", "Energie [kWh]")),
)
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=SLOW, phases=PHASES)
def test_a_file_cut_anywhere_means_the_same_once_it_has_grown(
    cuts: list[int], first: int, name: str
) -> None:
    """Interval labels without a zone: what they name is found by looking, however much there is."""
    begin = datetime(2024, 3, 30) + timedelta(minutes=first)
    moments = [begin + timedelta(minutes=15 * k) for k in range(300)]
    values = [k if name == "pos_ae" or k < 12 else k % 7 for k in range(300)]
    rows = [f"{m:%Y-%m-%d %H:%M},{v}\n" for m, v in zip(moments, values, strict=True)]
    with scratch() as here:
        for cut in sorted({*cuts, 300}):
            text = f"ts,{name}\n" + "".join(rows[:cut])
            write_text(here / "src" / "m1.csv", text)
            run(here)
            write_text(here / f"fresh{cut}" / "src" / "m1.csv", text)
            run(here / f"fresh{cut}")
            fresh = content(here / f"fresh{cut}" / "store")
            assert differences(content(here / "store"), fresh) == []
        ((held_name, held),) = ((key[1], value) for key, value in fresh.items())
        assert held_name == name
        ended = first == 15 and name != "pos_ae"
        start = begin - timedelta(minutes=15 if ended else 0)
        assert held.ts[0] == us(start.isoformat() + "+01:00")


# --- files that change, vanish and break --------------------------------------------------------


@st.composite
def edits(draw: st.DrawFn) -> list[list[tuple[str, int, tuple[str, ...], list[int]]]]:
    """Runs of (what happens, to which file, names of its columns, places of its rows)."""
    what = st.sampled_from(("write", "write", "append", "append", "break", "delete", "touch"))
    names = st.sampled_from((("x",), ("y",), ("x", "y"), ("y", "z"), ("x", "y", "z")))
    places = st.lists(st.integers(0, 60), max_size=14, unique=True)
    edit = st.tuples(what, st.integers(0, 4), names, places)
    return draw(st.lists(st.lists(edit, min_size=1, max_size=4), min_size=2, max_size=5))


class Folder:
    """Source files, and the rows each gave when it could last be read."""

    def __init__(self, src: Path) -> None:
        self.src = src
        self.names: dict[int, tuple[str, ...]] = {}
        self.rows: dict[int, Rows] = {}
        self.broken: set[int] = set()

    def path(self, number: int) -> Path:
        """Odd files are of one signal, alone in the first of them."""
        if number % 2:
            return self.src / "m1" / ("x.csv" if number == 1 else f"x.{number}.csv")
        return self.src / f"wide{number}" / "m1.csv"

    def edit(self, what: str, number: int, names: tuple[str, ...], places: list[int]) -> None:
        """Do to a file what is asked, if it can be done."""
        path = self.path(number)
        names = ("x",) if number % 2 else names
        if what == "append":
            names = self.names.get(number, names)
        # No two files have rows of the same time, so that the order of reading says nothing.
        fresh = {
            (name, STARTS[number % 2] + place * 17 * MINUTE + number * SECOND): place + k / 10
            for place in places
            for k, name in enumerate(names)
        }
        table = [(ts, [fresh[n, ts] for n in names]) for ts in dict.fromkeys(t for _, t in fresh)]
        if what == "delete":
            path.unlink(missing_ok=True)
        elif what == "break":
            write_text(path, "\0\1\2\3" * 500)
            self.broken.add(number)
        elif what == "touch" and path.exists():
            settle(path)
        elif what == "append" and path.exists() and number not in self.broken:
            append_csv(path, table)
            self.rows[number] |= fresh
        elif what == "write":
            write_csv(path, names, table)
            self.names[number], self.rows[number] = names, fresh
            self.broken.discard(number)

    def expected(self) -> Rows:
        """What the store is to hold."""
        return {key: value for rows in self.rows.values() for key, value in rows.items()}


@given(
    runs=edits(),
    zone=st.sampled_from(("Europe/Berlin", "Asia/Kolkata", "America/St_Johns")),
    small=st.booleans(),
)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=SLOW, phases=PHASES)
def test_rows_of_a_changed_file_are_replaced_and_all_others_stay(
    runs: list[list[tuple[str, int, tuple[str, ...], list[int]]]], zone: str, small: bool
) -> None:
    with scratch() as here, small_limits() if small else small_limits(10**6):
        folder = Folder(here / "src")
        folder.src.mkdir()
        for number, steps in enumerate(runs):
            changed: dict[int, list[tuple[str, int, tuple[str, ...], list[int]]]] = {}
            for step in steps:
                changed.setdefault(step[1], []).append(step)
            for mine in changed.values():
                folder.edit(*mine[0])  # one edit a file and run: the store sees the last only
            run(here, zone=zone)
            check_readable(here / "store")
            expected = folder.expected()
            held = content(here / "store")
            found = {
                (name, ts): value
                for (_, name), signal in held.items()
                for ts, value in zip(signal.ts.tolist(), signal.value.tolist(), strict=True)
            }
            assert found == expected, f"after run {number}"
            if expected:
                assert_holds(here / "store", expected, zone)


# --- one thing at a time ------------------------------------------------------------------------

T0 = us("2024-05-01T00:00")


def minutes(
    count: int, value: float = 1.0, start: int = T0
) -> list[tuple[int, list[float | None]]]:
    return [(start + i * MINUTE, [value]) for i in range(count)]


def ledger_source(here: Path, name: str) -> SourceRow:
    with open_ledger(here / "store") as ledger:
        return next(row for row in ledger.sources() if row.path.endswith(name))


def quarantined(here: Path) -> list[tuple[int | None, str, str, int]]:
    with open_ledger(here / "store") as ledger:
        return [(q["line"], q["text"], q["reason"], q["rows"]) for q in ledger.quarantine()]


def raw(here: Path, device: str, name: str) -> dict[int, float]:
    held = content(here / "store")[device, name]
    return dict(zip(held.ts.tolist(), held.value.tolist(), strict=True))


def test_repeated_and_replaced_readings_are_counted(root: Path) -> None:
    first = root / "src" / "m1" / "x.csv"
    write_csv(first, ["x"], [*minutes(10), (T0, [1.0]), (T0 + MINUTE, [5.0])])
    summary = run(root)
    assert (summary.rows, summary.repeated, summary.replaced) == (12, 1, 1)
    write_csv(root / "src" / "m1" / "x.2.csv", ["x"], [*minutes(2), *minutes(3, 9.0)[2:]])
    summary = run(root)
    assert (summary.rows, summary.repeated, summary.replaced) == (3, 1, 2)
    append_csv(first, [(T0 + 9 * MINUTE, [1.0])])
    summary = run(root)
    assert (summary.rows, summary.repeated, summary.replaced) == (1, 1, 0)
    assert raw(root, "m1", "x") == {t: v for t, (v,) in minutes(10)} | {T0 + 2 * MINUTE: 9.0}
    counts = [(s.rows, s.repeated, s.replaced) for s in (
        ledger_source(root, "x.csv"), ledger_source(root, "x.2.csv"),
    )]  # fmt: skip
    assert counts == [(13, 2, 1), (3, 1, 2)]


def test_quarantine_of_new_grown_and_changed_files(root: Path) -> None:
    path = root / "src" / "b1" / "bms1_p1_v1.csv"
    write_csv(path, ["bms1_p1_v1"], minutes(3, 3.3))
    write_text(path, f"{stamp(T0 + 3 * MINUTE)},many\n{stamp(T0 + 4 * MINUTE)},7.5\n", mode="a")
    assert run(root).quarantined == 2
    first = [
        (5, "many", "not a number", 1), (6, "7.5 V", "outside 0.1 .. 5.0", 1),
    ]  # fmt: skip
    assert quarantined(root) == first
    write_text(path, f",3.2\n{stamp(us('2099-01-01'))},3.3\n{stamp(T0 + HOUR)},3.4\n", mode="a")
    assert run(root).quarantined == 2
    grown = quarantined(root)
    assert grown[:2] == first
    assert [(line, reason) for line, _, reason, _ in grown[2:]] == [
        (7, "no time stamp"), (8, "time out of range"),
    ]  # fmt: skip
    write_csv(path, ["bms1_p1_v1"], [*minutes(2, 3.3), (T0 + HOUR, [-1.0])])
    run(root)
    assert quarantined(root) == [(4, "-1 V", "outside 0.1 .. 5.0", 1)]
    assert raw(root, "b1", "bms1_p1_v1") == {T0: 3.3, T0 + MINUTE: 3.3}


def test_beyond_a_limit_quarantine_counts_and_keeps_its_counts(root: Path) -> None:
    path = root / "src" / "b1" / "bms1_p1_v1.csv"
    with mock.patch.object(ingest.build, "QUARANTINE_LINES", 3):
        write_csv(path, ["bms1_p1_v1"], minutes(8, 9.0))
        assert run(root).quarantined == 8
        assert sorted(q[3] for q in quarantined(root)) == [1, 1, 1, 5]
        append_csv(path, minutes(4, 9.0, T0 + HOUR))
        assert run(root).quarantined == 4
        assert sum(q[3] for q in quarantined(root)) == 12
        write_csv(path, ["bms1_p1_v1"], minutes(2, 9.0))
        run(root)
        assert sum(q[3] for q in quarantined(root)) == 2


def test_rows_of_a_vanished_file_stay(root: Path) -> None:
    path = write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(5))
    run(root)
    before = content(root / "store")
    path.unlink()
    (root / "src" / "m1").rmdir()
    assert run(root).sources == 0
    assert differences(content(root / "store"), before) == []


@pytest.mark.parametrize("grows", [True, False])
def test_a_source_that_breaks_half_way_leaves_what_it_gave_earlier(
    root: Path,
    grows: bool,
) -> None:
    path = write_csv(root / "src" / "w" / "m1.csv", ["x", "y"], [(T0, [1, 2]), (T0 + HOUR, [3, 4])])
    write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(3, 7.0, T0 + DAY))
    run(root)
    before = content(root / "store")
    if grows:
        append_csv(path, [(T0 + 2 * HOUR, [5, 6])])
    else:
        write_csv(path, ["x", "y"], [(T0 + 5 * HOUR, [8, 9])])

    class Torn(csv_files.Reader):
        """Gives all rows, then finds that the rest cannot be read."""

        def __iter__(self) -> Iterator[csv_files.Batch]:
            yield from super().__iter__()
            raise SourceError(path, "the disk gave up")

    with mock.patch.object(csv_files, "Reader", Torn):
        summary = run(root)
    assert [why for _, why in summary.failed] == [f"{path}: the disk gave up"]
    assert differences(check_readable(root / "store"), before) == []
    assert ledger_source(root, "w/m1.csv").status == "failed"
    settle(path)
    assert run(root).failed == []
    expected = {T0: 1.0, T0 + HOUR: 3.0, T0 + 2 * HOUR: 5.0} if grows else {T0 + 5 * HOUR: 8.0}
    expected |= {T0 + DAY + i * MINUTE: 7.0 for i in range(3)}
    assert raw(root, "m1", "x") == expected
    check_readable(root / "store")


def test_a_source_mended_belongs_to_its_device(root: Path) -> None:
    path = write_text(root / "src" / "m1" / "x.csv", "\0\1" * 500)
    assert len(run(root).failed) == 1
    write_csv(path, ["x"], minutes(2))
    assert run(root).failed == []
    assert (ledger_source(root, "x.csv").device, ledger_source(root, "x.csv").rows) == ("m1", 2)


def test_what_two_files_say_outlives_either(root: Path) -> None:
    current = write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(10))
    run(root)
    # A log is rotated: copied aside, seen there, then begun anew.
    archived = write_csv(root / "src" / "m1" / "x.2024-05.csv", ["x"], minutes(10))
    assert run(root).repeated == 10
    write_csv(current, ["x"], minutes(2, 2.0, T0 + DAY))
    run(root)
    assert raw(root, "m1", "x") == {t: v for t, (v,) in minutes(10)} | {
        T0 + DAY + i * MINUTE: 2.0 for i in range(2)
    }
    write_csv(archived, ["x"], minutes(1))
    run(root)
    assert sorted(raw(root, "m1", "x")) == [T0, T0 + DAY, T0 + DAY + MINUTE]
    check_readable(root / "store")


def test_a_device_declared_later_takes_its_rows_along(root: Path) -> None:
    write_csv(root / "src" / "x.csv", ["x", "y"], [(T0, [1, 2])])
    run(root)
    write_text(root / "src" / "source.toml", '[[source]]\nfiles = "x.csv"\ndevice = "m7"\n')
    run(root)
    assert {device for device, _ in content(root / "store")} == {"m7"}


def test_a_file_seen_while_it_is_written_is_seen_again(root: Path) -> None:
    path = write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(2))
    os.utime(path)
    run(root)
    stat = path.stat()
    text = path.read_text().replace(",1.0", ",2.0")
    path.write_text(text)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run(root).read == 1
    assert set(raw(root, "m1", "x").values()) == {2.0}


def test_a_line_not_finished_yet(root: Path) -> None:
    path = write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(2))
    write_text(path, f"{stamp(T0 + HOUR)},12", mode="a")
    run(root)
    assert raw(root, "m1", "x")[T0 + HOUR] == 12.0
    write_text(path, f"3.5\n{stamp(T0 + 2 * HOUR)},4\n", mode="a")
    assert run(root).replaced == 1
    assert raw(root, "m1", "x")[T0 + HOUR] == 123.5 and len(raw(root, "m1", "x")) == 4


def test_the_repeated_hour_read_line_by_line(root: Path) -> None:
    path = root / "src" / "m1" / "x.csv"
    local = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    write_text(path, "ts,x\n2024-10-27 00:30:00,0\n2024-10-27 01:00:00,0\n")
    run(root)
    for i, clock in enumerate(local):
        write_text(path, f"2024-10-27 {clock}:00,{i}\n", mode="a")
        run(root)
    utc = us("2024-10-26T23:30")
    assert raw(root, "m1", "x") == {utc - HOUR: 0, utc - HOUR // 2: 0} | {
        utc + i * HOUR // 2: float(i) for i in range(6)
    }
    check_readable(root / "store")


def test_a_device_another_process_writes_is_left_to_it(root: Path) -> None:
    for device in ("m1", "m2"):
        write_csv(root / "src" / device / "x.csv", ["x"], minutes(3))
    with open_ledger_of(root) as ledger, device_lock(ledger.root, "m1"):
        summary = run(root)
        with pytest.raises(StoreLocked, match=str(os.getpid())), device_lock(ledger.root, "m1"):
            pass
    assert summary.devices == ["m2"] and "being written" in summary.failed[0][1]
    summary = run(root)
    assert (summary.devices, summary.failed, summary.unchanged) == (["m1"], [], 1)


def open_ledger_of(here: Path) -> Ledger:
    return create_ledger(here / "store", zone="Europe/Berlin", rules="1min,5min,15min,1h,1d")


def test_what_a_killed_writer_left_undone_is_done_by_the_next_run(root: Path) -> None:
    path = write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(120)[::30])
    run(root)
    append_csv(path, minutes(119, 2.0, T0 + MINUTE // 2))
    killed = mock.patch.object(core.upkeep, "tidy", side_effect=KeyboardInterrupt)
    with killed, pytest.raises(KeyboardInterrupt):
        run(root)
    assert list(content(root / "store")["m1", "x"].levels) == ["1h", "1d"]
    assert run(root).read == 0
    assert list(check_readable(root / "store")["m1", "x"].levels) == ["5min", "15min", "1h", "1d"]
    before = fingerprint(root / "store")
    run(root)
    assert fingerprint(root / "store") == before


def test_progress_ends_where_everything_is_done(root: Path) -> None:
    for device in ("m1", "m2"):
        write_csv(root / "src" / device / "x.csv", ["x"], minutes(3))
    write_text(root / "src" / "m2" / "z.csv", "\0" * 900)
    seen: list[ingest.build.Progress] = []
    ingest.build.build(build_settings(root), on_progress=seen.append)
    last = seen[-1]
    assert (last.sources, last.sources_total, last.rows) == (3, 3, 6)
    assert (
        last.bytes
        == last.bytes_total
        == sum(path.stat().st_size for path in (root / "src").rglob("*.csv"))
    )
    assert [one.sources for one in seen] == sorted(one.sources for one in seen)


def test_one_file_is_one_source_from_any_folder(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(3))
    run(root)
    monkeypatch.chdir(root)
    assert run(root, sources=(Path("src"),)).unchanged == 1
    monkeypatch.chdir(root / "src")
    assert run(root, sources=(Path("."),)).unchanged == 1


def test_a_column_that_moves_to_a_file_of_its_own(root: Path) -> None:
    wide = write_csv(root / "src" / "w" / "m1.csv", ["x", "y"], [(T0, [1, 2]), (T0 + HOUR, [3, 4])])
    write_csv(root / "src" / "late" / "m1.csv", ["x", "z"], [(T0 + DAY, [5, 6])])
    run(root)
    write_csv(wide, ["y", "z"], [(T0, [2, 9])])
    write_csv(root / "src" / "m1" / "x.csv", ["x"], [(T0 + 2 * HOUR, [7])])
    run(root)
    assert raw(root, "m1", "x") == {T0 + 2 * HOUR: 7.0, T0 + DAY: 5.0}
    assert raw(root, "m1", "y") == {T0: 2.0}
    assert raw(root, "m1", "z") == {T0: 9.0, T0 + DAY: 6.0}
    check_readable(root / "store")


def test_a_long_name_has_a_folder_of_its_own(root: Path) -> None:
    names = ["ü" * 60 + end for end in "ab"]
    for name in names:
        write_csv(root / "src" / name / "x.csv", ["x"], minutes(2))
    assert not run(root).failed
    assert {device for device, _ in content(root / "store")} == set(names)


def test_what_is_no_source_does_not_hold_up_the_rest(root: Path) -> None:
    write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(2))
    os.mkfifo(root / "src" / "pipe.csv")
    os.mkdir(os.fsencode(root / "src") + b"/\xfc")
    with open(os.fsencode(root / "src") + b"/\xfc/y.csv", "w") as file:
        file.write("ts,y\n2025-01-01 00:00:00,1\n")
    summary = run(root)
    assert summary.read == 1
    assert [why for _, why in summary.failed if "not UTF-8" in why]


def test_a_declaration_by_hand_is_remembered(root: Path) -> None:
    path = write_csv(root / "src" / "x.csv", ["x", "y"], [(T0, [1, 2])])
    declared = root / "d.toml"
    write_text(declared, '[[source]]\nfiles = "x.csv"\ndevice = "m7"\n')
    ingest.build.build(
        build_settings(root), declarations=ingest.build.read_declarations([declared])
    )
    write_csv(path, ["x", "y"], [(T0, [3, 4]), (T0 + MINUTE, [5, 6])])
    run(root)
    assert {device for device, _ in content(root / "store")} == {"m7"}
    assert set(raw(root, "m7", "x").values()) == {3.0, 5.0}


def test_real_data_are_kept_out_of_a_simulated_site(root: Path) -> None:
    with (
        create_ledger(
            root / "store", zone="Europe/Berlin", rules=build_settings(root).rules
        ) as one,
        one.transaction() as commit,
    ):
        commit.put_device("m1", "meter", synthetic=True)
    write_csv(root / "src" / "m1" / "x.csv", ["x"], minutes(2))
    with pytest.raises(StoreFormatError, match="simulated site"):
        run(root)
    assert not (root / "store" / "level=raw").exists()


def test_a_file_with_another_time_and_the_same_bytes_is_not_read_again() -> None:
    with scratch() as root:
        path = write_csv(root / "src/meter/m1/a.csv", ["a"], [(us("2024-01-01"), (1.0,))])
        run(root)
        settle(path)
        summary = run(root)
        assert (summary.unchanged, summary.devices) == (1, [])
        assert run(root).unchanged == 1
        settle(write_csv(path, ["a"], [(us("2024-01-01"), (2.0,))]))
        assert run(root).devices == ["m1"]
