"""Answers of the store against brute force over the rows that were put in."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.downsample import REDUCERS
from core.errors import (
    BadWindow,
    LevelMissing,
    QueryError,
    StoreDamaged,
    StoreMissing,
    UnknownDevice,
    UnknownSignal,
)
from core.journal import FILE, open_journal
from core.levels import DAY, HOUR, SECOND, parse_rules
from core.query import Cells, Series, Store, open_store, previous_period
from core.readings import Batch, Reading
from core.rollup import roll_raw
from tests.stores import (
    EVER,
    append_csv,
    assert_same,
    run,
    scratch,
    slow_buckets,
    small_limits,
    us,
    write_csv,
)

MINUTE = 60 * SECOND
START = us("2024-03-28T00:00")
LEVELS = {level.name: level for level in parse_rules("1min,5min,15min,1h,1d")}
HOLE = (us("2024-03-29T03:00"), us("2024-03-29T15:00"))
CELLS = [(pack, cell) for pack in (1, 2) for cell in (1, 2, 3)]
Rows = dict[str, list[tuple[int, float]]]


@dataclass
class Site:
    """An open store and the rows that were put in, by device."""

    store: Store
    rows: dict[str, Rows]
    zone: str


def random_rows() -> dict[str, Rows]:
    """Five days around the clock change: dense with a hole, sparse, a counter, and cells."""
    chance = random.Random(20240331)
    end = START + 5 * DAY
    dense, at = [], START + 7 * SECOND
    while at < end:
        if not HOLE[0] <= at < HOLE[1]:
            dense.append((at, chance.randint(-4000, 4000) / 8))
        at += chance.choice((10, 10, 20)) * SECOND
    sparse = [(at, chance.randint(0, 80) / 8) for at in range(START, end, 30 * MINUTE)]
    counter = [(at, (at - START) // MINUTE / 4) for at in range(START, end, 5 * MINUTE)]
    cells = {
        f"bms1_p{p}_v{c}": [
            (at, 3 + chance.randint(0, 600) / 1024)
            for at in range(START + (p * c) * SECOND, START + 3 * DAY, 4 * MINUTE)
            if (p, c) != (2, 3) or at > START + DAY + 5 * HOUR
        ]
        for p, c in CELLS
    }
    return {"m1": {"x": dense, "y": sparse, "pos_ae": counter}, "b1": cells}


@pytest.fixture(scope="module", params=["Europe/Berlin", "Asia/Kolkata"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A store built in three runs: first rows, late rows in between, and a file that changed."""
    rows = random_rows()
    with scratch() as here:
        paths = {
            (device, name): here / "src" / device / f"{name}.csv"
            for device, signals in rows.items()
            for name in signals
        }
        for (device, name), path in paths.items():
            mine = rows[device][name]
            write_csv(path, [name], [(ts, [v]) for i, (ts, v) in enumerate(mine) if i % 3])
        write_csv(paths["b1", "bms1_p1_v2"], ["bms1_p1_v2"], [(START + DAY, [4.9])])
        run(here, zone=request.param)
        for (device, name), path in paths.items():
            if name != "bms1_p1_v2":
                mine = rows[device][name]
                append_csv(path, [(ts, [v]) for i, (ts, v) in enumerate(mine) if not i % 3])
        run(here, zone=request.param)
        changed = [(ts, [v]) for ts, v in rows["b1"]["bms1_p1_v2"]]
        write_csv(paths["b1", "bms1_p1_v2"], ["bms1_p1_v2"], changed)
        run(here, zone=request.param)
        store = open_store(here / "store")
        yield Site(store, rows, request.param)
        store.close()


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder with an empty `src` in it."""
    with scratch() as folder:
        (folder / "src").mkdir()
        yield folder


def inside(rows: list[tuple[int, float]], start: int, end: int) -> list[tuple[int, float]]:
    return [row for row in rows if start <= row[0] < end]


windows = st.tuples(
    st.integers(-DAY // SECOND, 6 * DAY // SECOND), st.integers(1, 6 * DAY // SECOND)
).map(lambda pair: (START + pair[0] * SECOND, START + (pair[0] + pair[1]) * SECOND))
signals = st.sampled_from([("m1", "x"), ("m1", "y"), ("m1", "pos_ae"), ("b1", "bms1_p1_v2")])

# --- what there is ------------------------------------------------------------------------------


def test_devices_and_signals_say_what_was_put_in(site: Site) -> None:
    assert [device.name for device in site.store.devices()] == ["b1", "m1"]
    for device, signals in site.rows.items():
        found = site.store.device(device)
        assert found.rows == sum(len(rows) for rows in signals.values())
        assert found.signals == len(signals) and not found.synthetic
        assert found.first == min(rows[0][0] for rows in signals.values())
        assert found.last == max(rows[-1][0] for rows in signals.values())
        for name, rows in signals.items():
            info = site.store.signal(device, name)
            assert (info.rows, info.first, info.last) == (len(rows), rows[0][0], rows[-1][0])
            assert {info.low, info.high} == {min(v for _, v in rows), max(v for _, v in rows)}
    x = site.store.signal("m1", "x")
    assert x.levels == ("1min", "5min", "15min", "1h", "1d")
    assert site.store.signal("m1", "y").levels == ("1h", "1d")
    assert site.store.signal("m1", "y").step_us == 30 * MINUTE
    cell = site.store.signal("b1", "bms1_p2_v3")
    assert (cell.quantity, cell.pack, cell.cell, cell.unit) == ("cell_voltage", 2, 3, "V")
    assert len(site.store.signals("b1", "cell_voltage")) == len(CELLS)
    assert [info.name for info in site.store.signals("m1", kind="counter")] == ["pos_ae"]
    assert {row.status for row in site.store.sources("b1")} == {"read"}


# --- brute force --------------------------------------------------------------------------------


@given(window=windows, which=signals)
@hypothesis_settings(max_examples=60, deadline=None)
def test_buckets_hold_exactly_the_readings_of_the_window(
    site: Site, window: tuple[int, int], which: tuple[str, str]
) -> None:
    rows = inside(site.rows[which[0]][which[1]], *window)
    info = site.store.signal(*which)
    for name in ("raw", *info.levels):
        found = site.store.buckets(*which, *window, name)
        if name == "raw":
            assert list(zip(found.ts.tolist(), found.first.tolist(), strict=True)) == rows
        else:
            assert_same(found, slow_buckets(rows, LEVELS[name], site.zone))
    ts, value = site.store.raw(*which, *window)
    assert list(zip(ts.tolist(), value.tolist(), strict=True)) == rows


@given(
    window=windows, which=signals, points=st.integers(4, 400),
    reducer=st.sampled_from(("envelope", *REDUCERS)), data=st.data(),
)  # fmt: skip
@hypothesis_settings(max_examples=120, deadline=None)
def test_no_extreme_and_no_reading_is_lost(
    site: Site, window: tuple[int, int], which: tuple[str, str], points: int, reducer: str,
    data: st.DataObject,
) -> None:  # fmt: skip
    rows = inside(site.rows[which[0]][which[1]], *window)
    info = site.store.signal(*which)
    level = data.draw(st.sampled_from(("auto", "raw", *info.levels)))
    series = site.store.series(*which, *window, max_points=points, level=level, reducer=reducer)
    frame = series.frame
    assert series.stands_for == len(rows)
    assert series.level == (best_level(site, info, window, points) if level == "auto" else level)
    assert list(frame.columns) == ["ts", "first", "last", "min", "max", "mean", "count"]
    drawn = frame[frame["count"].notna()]
    assert len(drawn) <= points
    whole = series.exact or (reducer == "envelope" and series.level != "raw")
    if whole and series.level != "raw":
        assert len(drawn) <= max(1, points // 4)  # a row of buckets is four points
    assert np.all(np.diff(frame["ts"]) > 0)
    if not rows:
        assert frame.empty
        return
    assert drawn["min"].min() == min(value for _, value in rows)
    assert drawn["max"].max() == max(value for _, value in rows)
    if whole:
        assert drawn["count"].sum() == len(rows)
        assert (drawn["mean"] * drawn["count"]).sum() == pytest.approx(sum(v for _, v in rows))
    assert series.exact == (series.level == "raw" and len(rows) <= points)
    if series.exact:
        assert list(zip(drawn["ts"], drawn["mean"], strict=True)) == rows
    assert series.newest == info.last and series.levels == ("raw", *info.levels)


def best_level(site: Site, info: Any, window: tuple[int, int], points: int) -> str:
    """The rule, in other words: the coarsest with eight buckets for each column of four points,
    unless readings are few.
    """
    held = min(window[1], info.last + 1) - max(window[0], info.first)
    if held / info.step_us <= points:
        return "raw"
    enough = [name for name in info.levels if held / LEVELS[name].width_us >= points // 4 * 8]
    return enough[-1] if enough else "raw"


@pytest.mark.parametrize("level", ["1h", "1d"])
@pytest.mark.parametrize("column", ["first", "last", "min", "max", "mean", "count"])
def test_cells_against_every_signal_for_itself(site: Site, level: str, column: str) -> None:
    found = site.store.cells("b1", level=level, column=column)  # type: ignore[arg-type]
    assert (found.packs, found.cells) == ((1, 2), (1, 2, 3))
    assert found.values.shape == (len(found.ts), 2, 3)
    assert found.stands_for == sum(len(rows) for rows in site.rows["b1"].values())
    for pack, cell in CELLS:
        rows = slow_buckets(site.rows["b1"][f"bms1_p{pack}_v{cell}"], LEVELS[level], site.zone)
        wanted = np.full(len(found.ts), np.nan)
        table = rows._asdict() | {"mean": rows.sum / rows.count}
        wanted[np.searchsorted(found.ts, rows.ts)] = table[column]
        np.testing.assert_array_equal(found.values[:, pack - 1, cell - 1], wanted)


@given(window=windows)
@hypothesis_settings(max_examples=15, deadline=None)
def test_cells_of_a_window_are_buckets_that_start_in_it(
    site: Site, window: tuple[int, int]
) -> None:
    whole = site.store.cells("b1", level="1h", column="mean")
    part = site.store.cells("b1", "cell_voltage", *window, level="1h", column="mean")
    keep = (whole.ts >= window[0]) & (whole.ts < window[1])
    np.testing.assert_array_equal(part.ts, whole.ts[keep])
    np.testing.assert_array_equal(part.values, whole.values[keep])


# --- gaps ---------------------------------------------------------------------------------------


@given(
    spans=st.lists(windows, min_size=0, max_size=4),
    level=st.sampled_from(("15min", "1h", "1d")),
    column=st.sampled_from(("first", "last", "min", "max", "mean", "count")),
    data=st.data(),
)
@hypothesis_settings(max_examples=40, deadline=None)
def test_values_within_spans_are_those_of_all_cells(
    site: Site, spans: list[tuple[int, int]], level: str, column: str, data: st.DataObject
) -> None:
    whole = site.store.cells("b1", level=level, column=column)
    placed = [one for one in site.store.signals("b1", "cell_voltage") if one.cell is not None]
    chosen = data.draw(st.lists(st.sampled_from(placed), min_size=1, unique=True))
    ts, values = site.store.values_of("b1", [one.name for one in chosen], spans, level, column)
    within = np.zeros(len(whole.ts), bool)
    for start, end in spans:
        within |= (whole.ts >= start) & (whole.ts < end)
    at = [(whole.packs.index(one.pack), whole.cells.index(one.cell)) for one in chosen]
    expected = np.stack([whole.values[within, pack, cell] for pack, cell in at], axis=1)
    some = np.isfinite(expected).any(axis=1)  # a time at which none of them has a value is no row
    np.testing.assert_array_equal(ts, whole.ts[within][some])
    np.testing.assert_array_equal(values, expected[some])


def test_values_of_a_level_that_is_not_stored(site: Site) -> None:
    name = site.store.signals("b1", "cell_voltage")[0].name
    with pytest.raises(LevelMissing, match="2h"):
        site.store.values_of("b1", [name], [(START, START + DAY)], "2h", "mean")


@pytest.mark.parametrize("reducer", ["envelope", *REDUCERS])
@pytest.mark.parametrize("level", ["raw", "1min", "15min"])
def test_a_hole_stays_a_hole(site: Site, level: str, reducer: str) -> None:
    window = (START + DAY - 6 * HOUR, START + 2 * DAY)
    series = site.store.series("m1", "x", *window, max_points=150, level=level, reducer=reducer)
    frame = series.frame
    silent = frame[frame["count"].isna()]
    assert ((silent["ts"] > HOLE[0] - HOUR) & (silent["ts"] < HOLE[1])).any()
    assert silent[["first", "last", "min", "max", "mean"]].isna().all(axis=None)
    if reducer == "envelope":
        assert len(silent) == 1


def test_sparse_readings_are_not_gaps(site: Site) -> None:
    frame = site.store.series("m1", "y", max_points=2000, level="raw").frame
    assert frame.notna().all(axis=None)
    assert site.store.series("m1", "y", max_points=2000, level="1h").frame.notna().all(axis=None)


# --- errors -------------------------------------------------------------------------------------


def test_what_is_unknown_is_named_with_what_there_is(site: Site) -> None:
    store, window = site.store, (START, START + DAY)
    for ask in (
        lambda: store.device("m9"), lambda: store.signals("m9"), lambda: store.cells("m9"),
        lambda: store.series("m9", "x"), lambda: store.raw("m9", "x", *window),
    ):  # fmt: skip
        with pytest.raises(UnknownDevice, match="b1, m1"):
            ask()
    for ask in (
        lambda: store.signal("m1", "z"), lambda: store.series("m1", "z"),
        lambda: store.buckets("m1", "z", *window, "1h"), lambda: store.raw("m1", "z", *window),
    ):  # fmt: skip
        with pytest.raises(UnknownSignal, match="pos_ae"):
            ask()
    with pytest.raises(UnknownSignal, match="cell_voltage"):
        store.cells("m1")
    for level in ("1min", "2h", "", "RAW"):
        with pytest.raises(LevelMissing, match="raw, 1h, 1d"):
            store.series("m1", "y", level=level)
        with pytest.raises(LevelMissing):
            store.buckets("m1", "y", *window, level)
    with pytest.raises(LevelMissing, match="3h"):
        store.cells("b1", level="3h")
    with pytest.raises(QueryError, match="median"):
        store.series("m1", "x", reducer="median")
    with pytest.raises(QueryError, match="max_points"):
        store.series("m1", "x", max_points=3)


@pytest.mark.parametrize(("start", "end"), [(START, START), (START + 1, START)])
def test_a_window_that_ends_before_it_starts_is_refused(site: Site, start: int, end: int) -> None:
    for ask in (
        lambda: site.store.series("m1", "x", start, end),
        lambda: site.store.raw("m1", "x", start, end),
        lambda: site.store.buckets("m1", "x", start, end, "1h"),
        lambda: site.store.cells("b1", "cell_voltage", start, end),
        lambda: previous_period(start, end),
    ):
        with pytest.raises(BadWindow):
            ask()


def test_the_period_before_is_as_long(site: Site) -> None:
    assert previous_period(START, START + DAY) == (START - DAY, START)


def test_no_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"preprocess\.py build"):
        open_store(tmp_path / "none")


# --- many at once, and while others write -------------------------------------------------------


def test_twenty_threads_get_the_answers_of_one(site: Site) -> None:
    chance = random.Random(5)
    asked: list[tuple[Any, ...]] = []
    for _ in range(60):
        start = START + chance.randrange(4 * DAY)
        end = start + chance.randrange(HOUR, 2 * DAY)
        asked.append((chance.choice(("x", "y", "pos_ae")), start, end, chance.choice((50, 500))))

    def answer(one: tuple[Any, ...]) -> tuple[Series, Cells]:
        name, start, end, points = one
        series = site.store.series("m1", name, start, end, max_points=points)
        return series, site.store.cells("b1", "cell_voltage", START, end, level="1h")

    alone = [answer(one) for one in asked]
    with ThreadPoolExecutor(20) as pool:
        together = list(pool.map(answer, asked))
    for (series, cells), (other, others) in zip(alone, together, strict=True):
        assert series.frame.equals(other.frame) and series.stands_for == other.stands_for
        np.testing.assert_array_equal(cells.values, others.values)


def constant(here: Path, value: int) -> None:
    """A file of one value throughout; how many rows there are depends on the value."""
    rows = [(START + i * MINUTE, [float(value)]) for i in range(900 + 10 * value)]
    write_csv(here / "src" / "m1" / "x.csv", ["x"], rows)


def check_whole(store: Store) -> float:
    """All ways to ask give one state: one value, and as many rows as belong to it."""
    window = (START + 90 * SECOND, START + 3 * DAY)
    buckets = store.buckets("m1", "x", *window, "1h")
    values = {*buckets.min.tolist(), *buckets.max.tolist()}
    assert len(values) == 1, values
    value = values.pop()
    assert int(buckets.count.sum()) == 900 + 10 * value - 2
    ts, raw = store.raw("m1", "x", *window)
    assert len(ts) == 900 + 10 * raw[0] - 2 and len(set(raw.tolist())) == 1
    series = store.series("m1", "x", *window, max_points=100)
    assert series.stands_for == 900 + 10 * series.frame["max"].max() - 2
    assert series.frame["min"].min() == series.frame["max"].max()
    return value


def test_a_commit_between_two_fetches_of_one_question(root: Path) -> None:
    constant(root, 1)
    run(root)
    store = open_store(root / "store")
    for name in ("_raw", "_files"):
        original, calls = getattr(Store, name), []

        def late(self: Store, *args: Any, _original=original, _calls=calls, **more: Any) -> Any:
            if not _calls:
                _calls.append(1)
                constant(root, int(check_whole(open_store(root / "store"))) + 1)
                run(root)
            return _original(self, *args, **more)

        with mock.patch.object(Store, name, late):
            check_whole(store)
        assert calls
    store.close()


def test_readers_see_whole_states_while_builds_and_merges_run(root: Path) -> None:
    constant(root, 1)
    run(root)
    store = open_store(root / "store")
    done = threading.Event()
    failed: list[BaseException] = []
    seen: set[float] = set()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(check_whole(store))
            except BaseException as error:  # shown by the test below
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for value in range(2, 11):
        constant(root, value)
        run(root)
        while float(value) not in seen and not failed:
            time.sleep(0.01)
    done.set()
    for reader in readers:
        reader.join()
    assert not failed, failed[0]
    assert check_whole(store) == 10
    store.close()


def test_version_changes_with_a_commit_and_only_then(root: Path) -> None:
    constant(root, 1)
    run(root)
    store = open_store(root / "store")
    before = store.version
    run(root)
    assert store.version == before
    constant(root, 2)
    run(root)
    assert store.version != before
    assert store.signal("m1", "x").rows == 920
    store.close()


def test_a_store_built_anew_at_its_place_is_followed(root: Path) -> None:
    constant(root, 1)
    run(root)
    store = open_store(root / "store")
    before, sources = store.version, len(store.sources())
    assert store.raw("m1", "x", *EVER)[1].max() == 1
    shutil.rmtree(root / "store")
    with pytest.raises(StoreMissing):
        store.devices()
    constant(root, 2)
    write_csv(root / "src" / "m9.csv", ["x"], [(START, [9.0])])
    run(root)
    # Files of the new store may bear the names of the old ones.
    assert store.version != before
    assert set(store.raw("m1", "x", *EVER)[1]) == {2.0}
    assert len(store.sources()) == sources + 1
    assert "m9" in {device.name for device in store.devices()}
    (root / "store" / "ledger.sqlite").unlink()
    with pytest.raises(StoreDamaged, match="no ledger"):
        store.devices()
    store.close()


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_are_named_as_such_without_sql(root: Path, seed: int) -> None:
    constant(root, 1)
    run(root)
    chance = random.Random(seed)
    for path in (root / "store").rglob("*.parquet"):
        damaged = bytearray(path.read_bytes())
        end = len(damaged) - 8
        for at in range(4, end) if seed % 2 else range(max(4, end - 300), end):
            damaged[at] = chance.randrange(256)
        path.write_bytes(damaged)
    store = open_store(root / "store")
    with pytest.raises(StoreDamaged) as caught:
        store.raw("m1", "x", *EVER)
    assert "cannot be read" in str(caught.value)
    assert "SELECT" not in str(caught.value) and "LINE 1" not in str(caught.value)
    store.close()


def test_cells_after_one_of_their_files_changed(root: Path) -> None:
    def cell_file(pack: int, cell: int, value: float, days: list[int]) -> None:
        name = f"bms1_p{pack}_v{cell}"
        rows = [(START + d * DAY + h * HOUR, [value]) for d in days for h in range(24)]
        write_csv(root / "src" / "b1" / f"{name}.csv", [name], rows)

    for pack, cell in CELLS:
        cell_file(pack, cell, 3.0 + pack / 8, [0, 1, 2])
    run(root, zone="UTC")
    cell_file(1, 2, 4.0, [1])  # two days are gone, one has another value
    with small_limits():
        run(root, zone="UTC")
    store = open_store(root / "store")
    for level in ("raw", "1h", "1d"):
        rows = store.buckets("b1", "bms1_p1_v2", START, START + 9 * DAY, level)
        assert int(rows.count.sum()) == 24 and set(rows.max.tolist()) == {4.0}
    assert store.series("b1", "bms1_p1_v2").stands_for == 24
    found = store.cells("b1", column="max")
    assert found.ts.tolist() == [START, START + DAY, START + 2 * DAY]
    wanted = np.empty((3, 2, 3))
    wanted[:, 0, :], wanted[:, 1, :] = 3.125, 3.25
    wanted[:, 0, 1] = (np.nan, 4.0, np.nan)
    np.testing.assert_array_equal(found.values, wanted)
    assert found.stands_for == 5 * 72 + 24


def test_two_stores_do_not_mix(root: Path) -> None:
    constant(root, 1)
    run(root)
    other = root / "other"
    (other / "src").mkdir(parents=True)
    constant(other, 2)
    run(other)
    one, two = open_store(root / "store"), open_store(other / "store")
    assert (check_whole(one), check_whole(two)) == (1, 2)
    shutil.rmtree(other / "store")
    constant(other, 3)
    run(other)
    assert check_whole(open_store(other / "store")) == 3
    assert check_whole(one) == 1


def test_a_file_that_is_gone_is_told(root: Path) -> None:
    constant(root, 1)
    run(root)
    store = open_store(root / "store")
    for path in (root / "store" / "level=raw").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(StoreDamaged, match="level=raw"):
        store.raw("m1", "x", START, START + DAY)
    with pytest.raises(StoreDamaged):
        store.series("m1", "x", level="raw")
    store.close()


# --- readings that are not in the pyramid yet ---------------------------------------------------


def test_live_readings_are_part_of_every_answer(root: Path) -> None:
    constant(root, 1)
    run(root, zone="UTC")
    live = open_journal(root / "store" / FILE, create=True)
    store = open_store(root / "store")
    rows = [(START + i * MINUTE, 1.0) for i in range(910)]
    assert store.series("m1", "x").stands_for == 910
    fresh = [(START + i * MINUTE, 50.0 + i % 7) for i in range(910, 1100)]
    live.append([Batch("m1", [Reading("x", ts, value) for ts, value in fresh])])
    rows += fresh
    whole = store.series("m1", "x", max_points=5000)
    assert whole.exact and whole.stands_for == 1100 and whole.newest == rows[-1][0]
    for window in ((START, START + 3 * DAY), (START + 90 * SECOND, START + 1000 * MINUTE + 1)):
        mine = inside(rows, *window)
        ts, value = store.raw("m1", "x", *window)
        assert list(zip(ts.tolist(), value.tolist(), strict=True)) == mine
        for level in ("5min", "1h", "1d"):
            found = store.buckets("m1", "x", *window, level)
            assert_same(found, roll_raw(ts, value, LEVELS[level], "UTC"))
        series = store.series("m1", "x", *window, max_points=60)
        assert series.stands_for == len(mine) and series.frame["max"].max() == 56.0
    store.close()
    live.close()
