"""Writing to a store piece by piece: chunks, cuts, locks, files, and the session around them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import core.parts
import core.pyramid
from core.errors import StoreDamaged, StoreLocked
from core.ledger import Ledger, SignalRow, create_ledger
from core.levels import DAY, HOUR, SECOND, parse_rules
from core.parts import PartReader, PartWriter, period_edges, period_of, read_level, read_raw
from core.pyramid import DeviceSession, cut_days, device_lock, make_chunks, remove_orphans, state_of
from core.rollup import day_index, roll_levels
from core.signals import Signal
from core.upkeep import compact, relevel, tidy, verify_device
from ingest.spool import Spool
from tests.stores import EVER, ZONES, assert_same, check_readable, content, scratch, us

RULES = "1min,5min,15min,1h,1d"
LEVELS = parse_rules(RULES)
START = us("2024-03-30T00:00")
X = Signal("x")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An empty store in Berlin."""
    with scratch() as here, create_ledger(here / "st", zone="Europe/Berlin", rules=RULES) as made:
        yield made


def rows(count: int, step: int = 60 * SECOND, start: int = START, source: int = 1) -> tuple:
    ts = start + np.arange(count, dtype=np.int64) * step
    return ts, np.arange(count) / 8, np.full(count, source, np.int64)


def write(ledger: Ledger, signal: Signal, readings: tuple, *, anew: bool = False) -> DeviceSession:
    with DeviceSession(ledger, "m1", "meter") as session:
        levels = session.levels(signal.name, readings[0], anew=anew)
        for chunk in session.chunks(signal, readings, anew=anew, levels=levels):
            session.append(signal, chunk, levels, anew=anew)
        session.commit(lambda _: None)
        tidy(ledger, "m1")
    return session


# --- cutting ------------------------------------------------------------------------------------


@given(
    steps=st.lists(st.integers(0, 9 * HOUR), max_size=60), zone=st.sampled_from(ZONES),
    limit=st.integers(1, 20), cuts=st.lists(st.integers(0, 60), max_size=5),
)  # fmt: skip
@hypothesis_settings(max_examples=60, deadline=None)
def test_stretches_are_whole_days_in_order(
    steps: list[int], zone: str, limit: int, cuts: list[int]
) -> None:
    ts = START + np.cumsum(np.array(steps, np.int64))
    columns = (ts, np.arange(len(ts)) * 1.0, np.zeros(len(ts), np.int64))
    edges = [0, *sorted(min(cut, len(ts)) for cut in cuts), len(ts)]
    pieces = [tuple(c[a:b] for c in columns) for a, b in itertools.pairwise(edges)]
    pieces = [piece for piece in pieces if len(piece[0])]
    stretches = list(cut_days(pieces, zone, limit))  # type: ignore[arg-type]
    for column in (0, 1):
        joined = [stretch[column] for stretch in stretches]
        np.testing.assert_array_equal(np.concatenate([[], *joined]), columns[column])
    days = [set(day_index(stretch[0], zone).tolist()) for stretch in stretches]
    for one, other in itertools.pairwise(days):
        assert one and max(one) < min(other)
    if zone == "Asia/Kolkata":
        assert len(stretches) <= 1  # hours straddle midnight there


@pytest.mark.parametrize(
    ("moment", "width", "period"),
    [
        ("2024-03-31T23:59", 0, "2024-03"), ("2024-03-31T23:59", 60, "2024-03"),
        ("2024-03-31T23:59", 900, "2024"), ("2024-12-31T23:59", 3600, "2024"),
        ("2024-03-31T23:59", 86_400, "all"), ("1970-01-02T00:00", 0, "1970-01"),
    ],
)  # fmt: skip
def test_period_of_a_row(moment: str, width: int, period: str) -> None:
    assert period_of(us(moment), width * SECOND) == period


def test_edges_of_periods() -> None:
    first, last = us("2023-11-15T00:00"), us("2024-02-01T00:00")
    months = [us(f"{month}-01T00:00") for month in ("2023-12", "2024-01", "2024-02")]
    assert period_edges(first, last, 0) == months
    assert period_edges(first, last - 1, 0) == months[:2]
    assert period_edges(first, last, HOUR) == [months[1]]
    assert period_edges(first, last, DAY) == []
    for edge in months:
        assert period_of(edge, 0) != period_of(edge - 1, 0)


# --- chunks -------------------------------------------------------------------------------------


def test_rows_of_a_new_signal_need_nothing_of_the_store() -> None:
    def never(start: int, end: int) -> tuple:
        raise AssertionError

    ts, value, source = rows(200)
    shuffled = np.random.default_rng(1).permutation(200)
    (chunk,) = make_chunks(
        "x", (ts[shuffled], value[shuffled], source), state_of(None), LEVELS, "UTC", never
    )
    np.testing.assert_array_equal(chunk.ts, ts)
    assert (chunk.rows, chunk.hours, dict(chunk.repeated)) == (200, 4, {})
    for level, buckets in roll_levels(ts, value, LEVELS, "UTC").items():
        assert_same(chunk.levels[level], buckets)


def test_late_rows_ask_only_for_their_days(ledger: Ledger) -> None:
    write(ledger, X, rows(100 * 24, HOUR))
    asked: list[tuple[int, int]] = []

    def existing(start: int, end: int) -> tuple:
        asked.append((start, end))
        return read_raw(PartReader(ledger.root), ledger.parts("m1"), "x", start, end)

    state = state_of(ledger.signals("m1")[0])
    late = np.array([START + 5 * DAY + 1, START + 80 * DAY + 1], np.int64)
    chunks = list(
        make_chunks(
            "x", (late, np.ones(2), np.ones(2, np.int64)), state, LEVELS[3:], "Europe/Berlin",
            existing,
        )
    )  # fmt: skip
    assert len(chunks) == 2 and [chunk.rows for chunk in chunks] == [1, 1]
    assert [end - start for start, end in asked] == [DAY, DAY]
    assert [int(chunk.levels[LEVELS[4]].count[0]) for chunk in chunks] == [25, 25]


@given(
    zone=st.sampled_from(ZONES),
    batches=st.lists(
        st.lists(st.integers(-30 * 60, 80 * 60), min_size=1, max_size=30), min_size=1, max_size=4
    ),
)  # fmt: skip
@hypothesis_settings(max_examples=15, deadline=None)
def test_by_hours_is_the_same_as_by_days(zone: str, batches: list[list[int]]) -> None:
    """Minutes around two days that stand: late, new, repeated and replaced readings."""

    def stored(by_hours: bool) -> tuple[list[SignalRow], dict, list[str]]:
        with scratch() as here, create_ledger(here / "st", zone=zone, rules=RULES) as ledger:
            write(ledger, X, rows(2 * 1440, 60 * SECOND))
            for number, minutes in enumerate(batches, 2):
                ts = START + np.array(minutes, np.int64) * 60 * SECOND
                value = np.array(minutes) % 7 / 8 if number % 2 else np.array(minutes) / 8
                with DeviceSession(ledger, "m1", "meter") as session:
                    levels = session.levels("x", ts)
                    readings = (ts, value, np.full(len(ts), number, np.int64))
                    for chunk in session.chunks(X, readings, levels=levels, by_hours=by_hours):
                        session.append(X, chunk, levels)
                    session.commit(lambda _: None)
            tidy(ledger, "m1")
            found = {}
            for level in (None, *LEVELS):
                table = (read_raw(PartReader(ledger.root), ledger.parts("m1"), "x", 0, 2**60)
                         if level is None else
                         read_level(PartReader(ledger.root), ledger.parts("m1"), level.name, "x",
                                    0, 2**60))  # fmt: skip
                found[level] = [column.tolist() for column in table]
            signals = [replace(row, since=0) for row in ledger.signals("m1")]
            return signals, found, list(verify_device(ledger, "m1"))

    narrow = stored(True)
    assert narrow == stored(False)
    assert narrow[2] == []


def test_by_hours_only_the_hours_of_the_readings_are_asked_for(ledger: Ledger) -> None:
    write(ledger, X, rows(30 * 60))
    asked: list[tuple[int, int]] = []
    parts, state = ledger.parts("m1"), state_of(ledger.signals("m1")[0])
    reader = PartReader(ledger.root)

    def existing(start: int, end: int) -> tuple:
        asked.append((start, end))
        return read_raw(reader, parts, "x", start, end)

    (chunk,) = make_chunks(
        "x", rows(30, start=START + 10 * HOUR + 30 * 60 * SECOND + 1), state, LEVELS,
        "Europe/Berlin", existing,
        stored=lambda level, start, end: read_level(reader, parts, level.name, "x", start, end),
    )  # fmt: skip
    assert asked == [(START + 10 * HOUR, START + 11 * HOUR)]
    assert chunk.levels[LEVELS[3]].ts.tolist() == [START + 10 * HOUR]
    # 30 March begins at 23:00 UTC the day before, which has no rows; 23 hours of it have.
    assert chunk.levels[LEVELS[4]].count.tolist() == [23 * 60 + 30]


def test_what_stands_already_is_counted_and_not_written(ledger: Ledger) -> None:
    ts, value, _ = rows(50)
    write(ledger, X, rows(50))
    before = ledger.parts()
    session = write(ledger, X, (ts, value, np.full(50, 2)))
    assert (session.repeated, session.replaced) == ({2: 50}, {})
    assert ledger.parts() == before
    value = value.copy()
    value[7] = -1
    session = write(ledger, X, (ts[5:10], value[5:10], np.full(5, 3)))
    assert (session.repeated, session.replaced) == ({3: 4}, {3: 1})
    np.testing.assert_array_equal(content(ledger.root)["m1", "x"].value, value)
    assert list(verify_device(ledger, "m1")) == []


def test_a_signal_written_anew_forgets_its_rows(ledger: Ledger) -> None:
    write(ledger, X, rows(3000))
    write(ledger, Signal("y"), rows(10))
    write(ledger, X, rows(10, start=START + 3 * DAY), anew=True)
    found = check_readable(ledger.root)
    assert found["m1", "x"].totals == (10, 1, START + 3 * DAY, START + 3 * DAY + 540 * SECOND)
    assert len(found["m1", "y"].ts) == 10
    with DeviceSession(ledger, "m1", "meter") as session:
        session.forget(X)
        session.commit(lambda _: None)
    assert set(check_readable(ledger.root)) == {("m1", "y")}
    compact(ledger, "m1")
    assert set(check_readable(ledger.root)) == {("m1", "y")}


# --- upkeep -------------------------------------------------------------------------------------


def test_levels_follow_density_up_and_down(ledger: Ledger) -> None:
    def levels() -> list[str]:
        check_readable(ledger.root)
        return list(content(ledger.root)["m1", "x"].levels)

    write(ledger, X, rows(5, HOUR))
    assert levels() == ["1h", "1d"]
    write(ledger, X, rows(2400, 10 * SECOND, start=START + 7))
    assert levels() == ["1min", "5min", "15min", "1h", "1d"]
    write(ledger, X, rows(600, HOUR, start=START + 10 * DAY))
    assert levels() == ["1h", "1d"]
    write(ledger, X, rows(9000, 10 * SECOND, start=START + 9))
    assert levels() == ["15min", "1h", "1d"]
    assert relevel(ledger, "m1", LEVELS, ledger.zone) == 0


def test_small_files_are_merged_and_their_rows_stay(ledger: Ledger) -> None:
    for number in range(12):
        write(ledger, X, rows(60, 60 * SECOND, START + number * HOUR, number))
    found = check_readable(ledger.root)["m1", "x"]
    assert len(found.ts) == 720
    files = list(ledger.root.rglob("*.parquet"))
    assert len(files) == len(ledger.parts()) < 12 * 5 / 2
    with mock.patch.object(core.parts, "RAW_GROUP", 50):
        write(ledger, X, rows(700, start=START + 9))
    raw = max((p for p in ledger.parts() if p.level == "raw"), key=lambda p: p.rows)
    assert pq.ParquetFile(ledger.root / raw.path).metadata.num_row_groups > 10
    check_readable(ledger.root)


def test_files_no_commit_recorded_are_removed(ledger: Ledger) -> None:
    write(ledger, X, rows(60))
    known = ledger.root / ledger.parts()[0].path
    orphan = known.with_name("2024-03-00000099.parquet")
    other = known.parent.with_name("device=m2") / "2024-03-00000001.parquet"
    other.parent.mkdir()
    for path in (orphan, other):
        path.write_bytes(b"half")
    assert remove_orphans(ledger, "m1") == 1
    assert known.exists() and other.exists() and not orphan.exists()


@pytest.mark.parametrize("name", ["a/b", "..", ".", "Zähler 7", "x%2Fy", "[m1]", "*", "a=b"])
def test_devices_of_any_name_keep_apart(ledger: Ledger, name: str) -> None:
    write(ledger, X, rows(30))
    for count in (10, 20):
        with DeviceSession(ledger, name, "meter") as session:
            levels = session.levels("x", rows(count)[0])
            for chunk in session.chunks(X, rows(count), levels=levels):
                session.append(X, chunk, levels)
            session.commit(lambda _: None)
            tidy(ledger, name)
    found = check_readable(ledger.root)
    assert len(found[name, "x"].ts) == 20 and len(found["m1", "x"].ts) == 30
    assert all(path.is_relative_to(ledger.root) for path in ledger.root.parent.rglob("*.parquet"))


def test_verify_tells_each_kind_of_difference(ledger: Ledger) -> None:
    write(ledger, X, rows(600))
    part = next(part for part in ledger.parts() if part.level == "1h")
    (row,) = ledger.signals()
    with ledger.transaction() as commit:
        commit.put_signal(row.__class__(**{**row.__dict__, "rows": 599}))
    assert "ledger says 599 raw rows" in next(verify_device(ledger, "m1"))
    with ledger.transaction() as commit:
        commit.put_signal(row)
        commit.drop_parts([part.path])
    assert "10 buckets differ in being there" in next(verify_device(ledger, "m1"))
    with ledger.transaction() as commit:
        commit.put_parts([part])
    assert list(verify_device(ledger, "m1")) == []
    path = ledger.root / part.path
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert f"missing or not {part.bytes} bytes" in next(verify_device(ledger, "m1"))
    path.write_bytes(b"x" * len(whole))
    with pytest.raises(StoreDamaged, match="level=1h"):
        list(verify_device(ledger, "m1"))


# --- locks and disks ----------------------------------------------------------------------------


def test_one_writer_a_device(ledger: Ledger) -> None:
    with device_lock(ledger.root, "m1"):
        with device_lock(ledger.root, "m2"):
            pass
        with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
            DeviceSession(ledger, "m1", "meter").__enter__()
    with device_lock(ledger.root, "m1"):
        pass


@pytest.mark.parametrize("at", range(1, 8))
def test_a_disk_that_fills_up_leaves_the_state_before(ledger: Ledger, at: int) -> None:
    write(ledger, X, rows(600))
    before = content(ledger.root)
    calls = 0

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")

    with (
        mock.patch.object(os, "fsync", full),
        pytest.raises(OSError, match="No space left"),
    ):
        write(ledger, X, rows(6000, start=START + 30))
    found = check_readable(ledger.root)["m1", "x"]
    assert found.totals == before["m1", "x"].totals
    write(ledger, X, rows(6000, start=START + 30))
    assert len(check_readable(ledger.root)["m1", "x"].ts) == 6600


def test_a_part_that_cannot_be_read_is_damage(ledger: Ledger) -> None:
    write(ledger, X, rows(60))
    part = next(part for part in ledger.parts() if part.level == "raw")
    (ledger.root / part.path).write_bytes(b"nothing")
    with pytest.raises(StoreDamaged, match="level=raw"):
        read_raw(PartReader(ledger.root), ledger.parts(), "x", *EVER)


def test_row_groups_can_be_skipped_by_signal(tmp_path: Path) -> None:
    with mock.patch.object(core.parts, "RAW_GROUP", 100):
        writer = PartWriter(tmp_path / "a.parquet", core.parts.RAW_SCHEMA)
        for name in ("a", "b", "c"):
            writer.append(name, rows(150))
        writer.close()
    meta = pq.ParquetFile(tmp_path / "a.parquet").metadata
    spans = [
        (meta.row_group(i).column(0).statistics.min, meta.row_group(i).column(0).statistics.max)
        for i in range(meta.num_row_groups)
    ]
    assert list(dict.fromkeys(spans)) == [("a", "a"), ("b", "b"), ("c", "c")]
    assert "DELTA_BINARY_PACKED" in meta.row_group(0).column(1).encodings
    assert (writer.rows, writer.signal_first, writer.signal_last) == (450, "a", "c")


# --- the spool ----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 5, 1000])
def test_a_spool_gives_back_what_it_was_given(tmp_path: Path, limit: int) -> None:
    with Spool(tmp_path, limit) as spool:
        for order, start in ((1, START + DAY), (0, START), (2, START + DAY // 2)):
            ts, value, _ = rows(10, start=start)
            spool.add("x", order, 40 + order, ts, value + order)
            spool.add("y", order, 40 + order, ts[:0], value[:0])
        spool.add("z", 0, 40, ts, value)
        spool.refuse(42)
        assert spool.signals() == ["x", "z"] and spool.rows("x") == 20
        assert spool.is_ascending("x") and spool.span("x") == (START, START + DAY + 540 * SECOND)
        found = list(spool.pieces("x"))
        assert [piece[2][0] for piece in found] == [40, 41]
        np.testing.assert_array_equal(found[1][1], np.arange(10) / 8 + 1)
        inside = spool.within("x", START + 60 * SECOND, START + DAY + 1)
        assert len(inside[0]) == 10 and inside[0][-1] == START + DAY
    assert list(tmp_path.iterdir()) == []
