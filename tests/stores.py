"""What the tests of the store share: files, stores, their content, and slow readable twins."""

from __future__ import annotations

import itertools
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np

import core.parts
import core.pyramid
import core.upkeep
import ingest.build
import ingest.spool
from core.config import Settings
from core.ledger import open_ledger
from core.levels import DAY, SECOND, Level
from core.parts import PartReader, read_level, read_raw
from core.rollup import Buckets
from core.upkeep import verify_device
from ingest.build import Summary, build

ZONES = ("Europe/Berlin", "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
EVER = (-(2**62), 2**62)
_ticks = itertools.count(1)


def us(text: str) -> int:
    """An ISO time with offset, or UTC, as microseconds."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * SECOND


# --- source files -------------------------------------------------------------------------------


def stamp(ts: int) -> str:
    """A time stamp that carries its offset, so that the order of rows says nothing."""
    return datetime.fromtimestamp(ts // SECOND, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def settle(path: Path) -> None:
    """Give a file a modification time of its own, long enough ago to be trusted."""
    moment = time.time_ns() - 3600 * 10**9 + next(_ticks) * 10**6
    os.utime(path, ns=(moment, moment))


def write_text(path: Path, text: str, *, mode: str = "w") -> Path:
    """Write or append text, and settle the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, mode, newline="") as file:
        file.write(text)
    settle(path)
    return path


def lines(rows: Iterable[tuple[int, Sequence[float | None]]]) -> str:
    """CSV lines of (ts [µs], values); None is an empty cell."""
    return "".join(
        ",".join([stamp(ts), *("" if v is None else repr(float(v)) for v in values)]) + "\n"
        for ts, values in rows
    )


def write_csv(
    path: Path, names: Sequence[str], rows: Iterable[tuple[int, Sequence[float | None]]]
) -> Path:
    """A new table; one that is there is replaced."""
    return write_text(path, ",".join(["ts", *names]) + "\n" + lines(rows))


def append_csv(path: Path, rows: Iterable[tuple[int, Sequence[float | None]]]) -> Path:
    """Rows at the end of a table."""
    return write_text(path, lines(rows), mode="a")


# --- building -----------------------------------------------------------------------------------


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory where the system has one: hundreds of builds are done in some tests."""
    memory = Path("/dev/shm")
    fits = memory.is_dir() and os.access(memory, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="ziggurat-", dir=memory if fits else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def settings(root: Path, **given: Any) -> Settings:
    """Sources in `root`/src, store in `root`/store."""
    given.setdefault("sources", (root / "src",))
    return Settings(store=root / "store", **given)


def run(root: Path, **given: Any) -> Summary:
    """Build `root`/store from `root`/src."""
    return build(settings(root, **given))


@contextmanager
def small_limits(rows: int = 24) -> Iterator[None]:
    """Limits so low that streaming, spilling and several row groups are needed for little data."""
    with (
        mock.patch.object(ingest.build, "DIRECT_BYTES", 600),
        mock.patch.object(core.pyramid, "CHUNK_ROWS", rows),
        mock.patch.object(core.upkeep, "CHUNK_ROWS", rows),
        mock.patch.object(core.pyramid.cut_days, "__defaults__", (rows,)),
        mock.patch.object(ingest.spool.Spool.__init__, "__defaults__", (rows,)),
        mock.patch.object(core.parts, "RAW_GROUP", rows // 2),
        mock.patch.object(core.parts, "LEVEL_GROUP", rows // 3),
    ):
        yield


# --- what a store holds -------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """One signal: raw rows, every stored level, and what the ledger says of it."""

    ts: np.ndarray
    value: np.ndarray
    levels: dict[str, Buckets]
    totals: tuple[int, int, int | None, int | None]


def content(store: Path) -> dict[tuple[str, str], Held]:
    """What a store holds by (device, signal), however it got there; empty signals left out."""
    held = {}
    with open_ledger(store) as ledger:
        reader = PartReader(store)
        for row in ledger.signals():
            parts = ledger.parts(row.device)
            ts, value, _ = read_raw(reader, parts, row.name, *EVER, row.since)
            if not row.rows and not len(ts):
                continue
            levels = {
                name: read_level(reader, parts, name, row.name, *EVER, row.since)
                for name in row.levels
            }
            totals = (row.rows, row.hours, row.first, row.last)
            held[row.device, row.name] = Held(ts, value, levels, totals)
        reader.close()
    return held


def differences(
    found: Mapping[tuple[str, str], Held], wanted: Mapping[tuple[str, str], Held]
) -> list[str]:
    """Sentences on what differs between two contents; none if they are equal, bit for bit."""
    said = [f"{key}: only in one" for key in sorted(set(found) ^ set(wanted))]
    for key in sorted(set(found) & set(wanted)):
        a, b = found[key], wanted[key]
        if not (np.array_equal(a.ts, b.ts) and np.array_equal(a.value, b.value)):
            said.append(f"{key}: raw rows differ ({len(a.ts)} against {len(b.ts)})")
        if a.totals != b.totals:
            said.append(f"{key}: totals {a.totals} against {b.totals}")
        if list(a.levels) != list(b.levels):
            said.append(f"{key}: levels {list(a.levels)} against {list(b.levels)}")
        for name in set(a.levels) & set(b.levels):
            said += [
                f"{key} {name}: {field} differs"
                for field, x, y in zip(Buckets._fields, a.levels[name], b.levels[name], strict=True)
                if not np.array_equal(x, y)
            ]
    return said


def verified(store: Path) -> list[str]:
    """What `verify` has to say of all devices."""
    with open_ledger(store) as ledger:
        devices = [device["name"] for device in ledger.devices()]
        return [sentence for name in devices for sentence in verify_device(ledger, name)]


def fingerprint(store: Path) -> tuple[int, list[tuple[str, int]]]:
    """Version of a store, and name and age of its Parquet files."""
    files = sorted((str(p), p.stat().st_mtime_ns) for p in store.rglob("*.parquet"))
    with open_ledger(store) as ledger:
        return ledger.version, files


def check_readable(store: Path) -> dict[tuple[str, str], Held]:
    """The content, once every promise of the ledger is seen to hold.

    Files are there, levels follow from the ones below, totals are right.
    """
    said = verified(store)
    assert not said, said
    found = content(store)
    for key, held in found.items():
        assert held.totals[0] == len(held.ts), key
        for name, buckets in held.levels.items():
            assert int(buckets.count.sum()) == len(held.ts), (key, name)
    return found


# --- slow readable twins ------------------------------------------------------------------------


def slow_start(ts: int, level: Level, zone: str) -> int:
    """Start of the bucket a time falls into, by calendar arithmetic."""
    if level.width_us < DAY:
        return ts - ts % level.width_us
    tz = ZoneInfo(zone)
    local = datetime.fromtimestamp(ts // SECOND, tz)
    return int(datetime(local.year, local.month, local.day, tzinfo=tz).timestamp()) * SECOND


def slow_buckets(rows: Iterable[tuple[int, float]], level: Level, zone: str) -> Buckets:
    """Buckets of (ts, value) rows in order of time, one row after the other."""
    groups: dict[int, list[float]] = {}
    for ts, value in rows:
        groups.setdefault(slow_start(ts, level, zone), []).append(value)
    table = [
        (start, values[0], values[-1], min(values), max(values), sum(values), len(values))
        for start, values in groups.items()
    ]
    columns = list(zip(*table, strict=True)) if table else [()] * 7
    kinds = (np.int64, *[np.float64] * 5, np.int64)
    return Buckets(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))


def assert_same(found: Buckets, wanted: Buckets, *, exact_sum: bool = True) -> None:
    """Buckets are equal; sums to the last bit, or but for rounding."""
    for field, a, b in zip(Buckets._fields, found, wanted, strict=True):
        if field == "sum" and not exact_sum:
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
        else:
            np.testing.assert_array_equal(a, b, err_msg=field)


NOBODY = 65534


@contextmanager
def read_only(*places: Path) -> Iterator[None]:
    """Folders and files that may not be written meanwhile, not by the superuser either."""
    modes = [(place, place.stat().st_mode) for place in places]
    # Who is nobody must still get to a test's folder.
    above = [(one, one.stat().st_mode) for one in places[0].parents if one.stat().st_uid == 0]
    superuser = os.geteuid() == 0
    try:
        for place, mode in modes:
            place.chmod(0o555 if stat.S_ISDIR(mode) else 0o444)
        if superuser:
            for folder, mode in above:
                folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
            os.setresuid(NOBODY, NOBODY, 0)
        yield
    finally:
        if superuser:
            os.setresuid(0, 0, 0)
        for place, mode in [*modes, *above]:
            if place.stat().st_mode != mode:
                place.chmod(mode)
