"""Building a store against only reading the same files with pyarrow, and what is new only.

The floor and the build alternate, so that a neighbour's load falls on both.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import START, ZONE, names, write_corpus
from benchmarks.measure import Figure, Run, command

FLOOR = """
import pathlib, sys, pyarrow.csv
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.csv")):
    pyarrow.csv.read_csv(path)
"""
IMPORTS = "import pyarrow.csv"


def _build(source: Path, store: Path) -> Run:
    return command("preprocess.py", "build", "--source", str(source), "--store", str(store))


def figures(share: float = 0.25, days: int = 273, rounds: int = 3) -> Iterator[Figure]:
    """Ratios of a corpus thinned to `share` of its signals."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        raw = folder / "raw"
        rows = write_corpus(raw, days, share=share)
        size = sum(path.stat().st_size for path in raw.rglob("*.csv"))
        floors, builds, again = [], [], []
        for i in range(rounds):
            start = command("-c", IMPORTS)
            floors.append(command("-c", FLOOR, str(raw)).wall - start.wall)
            builds.append(_build(raw, folder / f"store{i}"))
            again.append(_build(raw, folder / f"store{i}"))
        walls = [run.wall for run in builds]
        ratios = [wall / floor for wall, floor in zip(walls, floors, strict=True)]
        note = f"{rows} rows, {size / 1e6:.0f} MB; floor {min(floors):.2f} s"
        yield Figure(
            "build / pyarrow reading the same CSVs", min(walls) / min(floors), "x", 2.5, note
        )
        yield Figure("  the same, median of rounds", statistics.median(ratios), "x")
        yield Figure("  memory of the build", max(run.memory_mb for run in builds), "MB", 400)
        second = min(run.wall for run in again) / min(walls)
        yield Figure("second run with nothing new / first", 100 * second, "%", 2)
        yield from _large_file(folder)
    yield from _one_of_many()
    yield from _one_more_day(share)


def _large_file(folder: Path) -> Iterator[Figure]:
    """Memory on one file ten times as large as another."""
    for days in (100, 1000):
        raw = folder / f"large{days}"
        _one_signal(raw / "m1" / "com_ap.csv", days, 10)
        run = _build(raw, folder / f"large{days}.store")
        size = (raw / "m1" / "com_ap.csv").stat().st_size / 1e6
        yield Figure(f"memory, one file of {size:.0f} MB", run.memory_mb, "MB", 400)


def _one_signal(path: Path, days: float, period: int, skip: float = 0.0) -> None:
    """One CSV, written or appended to."""
    import datetime
    from zoneinfo import ZoneInfo

    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    utc = START + np.arange(int(skip * 86400 / period), int(days * 86400 / period)) * period
    zone = ZoneInfo(ZONE)
    with path.open("a") as file:
        if not skip:
            file.write(f"ts,{path.stem}\n")
        for day in np.split(utc, np.flatnonzero(np.diff(utc // 3600)) + 1):
            offset = datetime.datetime.fromtimestamp(int(day[0]), zone).utcoffset()
            assert offset is not None
            local = (day + int(offset.total_seconds())).astype("datetime64[s]").astype(str)
            file.writelines(
                f"{moment.replace('T', ' ')},{second % 977 / 10}\n"
                for moment, second in zip(local, day.tolist(), strict=True)
            )


def _one_of_many(files: int = 600) -> Iterator[Figure]:
    """One grown file of many: what a day, ten and a hundred days of new rows cost."""
    with tempfile.TemporaryDirectory() as scratch:
        raw, store = Path(scratch) / "raw", Path(scratch) / "store"
        for i in range(files):
            _one_signal(raw / "BESS-1" / f"bms1_p{i // 52 + 1}_v{i % 52 + 1}.csv", 60, 600)
        first = _build(raw, store)
        idle = min(_build(raw, store).wall for _ in range(3))
        rows, grown = files * 60 * 144, raw / "BESS-1" / "bms1_p1_v1.csv"
        at = 60.0
        for more in (1, 10, 100):
            _one_signal(grown, at + more, 600, skip=at)
            at += more
            took = _build(raw, store).wall
            share = 100 * (took - idle) / first.wall
            yield Figure(
                f"one of {files} files grown by {144 * more} rows, beyond an idle run", share, "%",
                note=f"of the first build; the rows are {100 * 144 * more / rows:.2f} %",
            )  # fmt: skip


def _one_more_day(share: float) -> Iterator[Figure]:
    """A year, then one day more of every signal."""
    with tempfile.TemporaryDirectory() as scratch:
        raw, more = Path(scratch) / "raw", Path(scratch) / "more"
        write_corpus(raw, 365, share=share)
        store = Path(scratch) / "store"
        full = _build(raw, store)
        write_corpus(more, 366, share=share, skip_days=365)
        for device, signal, _ in names(share):
            new = (more / device / f"{signal}.csv").read_text().split("\n", 1)[1]
            with (raw / device / f"{signal}.csv").open("a") as file:
                file.write(new)
        day = _build(raw, store)
        yield Figure(
            "one day more of every file of a year / full build", 100 * day.wall / full.wall, "%", 3
        )
