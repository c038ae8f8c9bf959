"""A drop folder that is followed: half-written files, renames, troubles that pass."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ingest.watch
from core.config import Settings
from core.errors import ConfigError, StoreError
from core.pyramid import device_lock
from ingest.build import Summary, failure_words
from ingest.watch import Patience, watch
from tests.stores import append_csv, content, lines, us, write_csv

START = us("2026-03-01T00:00")
MINUTE = 60_000_000
QUICK = Patience(settle=0.15, look=30.0, poll=0.1, retry=0.1, retry_max=0.3)


def rows(first: int, count: int) -> list[tuple[int, list[float]]]:
    return [(START + (first + i) * MINUTE, [float(first + i)]) for i in range(count)]


class Following:
    """A watch that runs in a thread of the test."""

    def __init__(self, root: Path, **given: Any) -> None:
        self.folder = root / "drop"
        self.store = root / "store"
        self.stop = threading.Event()
        self.builds: list[Summary] = []
        self.error: BaseException | None = None
        settings = Settings(store=self.store, zone="UTC")
        given = {"patience": QUICK, **given}

        def follow() -> None:
            try:
                watch(self.folder, settings, stop=self.stop, on_built=self.builds.append, **given)
            except Exception as error:
                self.error = error
                raise SystemExit from error

        self.thread = threading.Thread(target=follow)
        self.thread.start()

    def values(self, signal: str = "P", device: str = "M1") -> list[float]:
        """What the store holds of a signal."""
        try:
            held = content(self.store)
        except StoreError:
            return []
        found = held.get((device, signal))
        return [] if found is None else list(found.value)

    def until(self, fits: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not fits():
            assert self.thread.is_alive(), self.error
            assert time.monotonic() < end, f"not within {seconds} s; builds: {self.builds}"
            time.sleep(0.02)

    def holds(self, *values: float, device: str = "M1") -> None:
        self.until(lambda: self.values(device=device) == list(values))

    def end(self) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture(params=["events", "polling"])
def following(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Following]:
    (tmp_path / "drop").mkdir()
    run = Following(tmp_path, polling=request.param == "polling")
    yield run
    run.end()
    assert run.error is None


def test_new_grown_replaced_and_broken_files(following: Following) -> None:
    path = write_csv(following.folder / "METER/M1/P.csv", ["P"], rows(0, 2))
    following.holds(0, 1)
    append_csv(path, rows(2, 1))
    following.holds(0, 1, 2)
    write_csv(path, ["P"], rows(5, 1))
    following.holds(5)
    (following.folder / "METER/M2").mkdir()
    (following.folder / "METER/M2/P.csv").write_bytes(b"\x00\x01\x02 no table at all\n\x00")
    write_csv(following.folder / "METER/M3/P.csv", ["P"], rows(0, 1))
    following.holds(0, device="M3")
    assert following.values() == [5]
    following.until(lambda: any(summary.failed for summary in following.builds))


@pytest.mark.parametrize("polling", [False, True])
def test_a_file_still_being_written_is_left_alone(tmp_path: Path, polling: bool) -> None:
    following = Following(
        tmp_path, polling=polling, patience=Patience(settle=1.0, look=5.0, poll=0.1)
    )
    path = following.folder / "METER/M1/P.csv"
    path.parent.mkdir(parents=True)
    text = "ts,P\n" + lines(rows(0, 12))
    written, longest = time.monotonic(), 0.0
    with open(path, "w") as file:
        for start in range(0, len(text), len(text) // 24):
            file.write(text[start : start + len(text) // 24])
            file.flush()
            time.sleep(0.06)
            written, longest = time.monotonic(), max(longest, time.monotonic() - written)
            # A pause so long looks like the end, and is none of the code's.
            assert not following.builds or longest > 0.9
    following.holds(*range(12))
    assert [summary.read for summary in following.builds] == [1] or longest > 0.9
    following.end()


def test_a_renamed_file_is_read_once(following: Following) -> None:
    whole = following.folder / "METER/M1/P.csv"
    for suffix in (".part", ".tmp"):
        part = whole.with_name(whole.name + suffix)
        write_csv(part, ["P"], rows(0, 3))
        time.sleep(3 * QUICK.settle)
        assert not following.builds
        if suffix == ".tmp":
            part.rename(whole)
    following.holds(0, 1, 2)
    assert len(following.builds) == 1


def test_the_folder_may_vanish_and_come_back(following: Following) -> None:
    write_csv(following.folder / "METER/M1/P.csv", ["P"], rows(0, 2))
    following.holds(0, 1)
    away = following.folder.with_name("away")
    following.folder.rename(away)
    time.sleep(0.4)
    write_csv(following.folder / "METER/M2/P.csv", ["P"], rows(0, 1))
    following.holds(0, device="M2")
    shutil.rmtree(following.folder)
    time.sleep(0.4)
    away.rename(following.folder)
    append_csv(following.folder / "METER/M1/P.csv", rows(2, 1))
    following.holds(0, 1, 2)
    # And what comes later is noticed as at first.
    write_csv(following.folder / "METER/M3/P.csv", ["P"], rows(0, 1))
    following.holds(0, device="M3")


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    run = Following(tmp_path)
    time.sleep(0.3)
    write_csv(run.folder / "METER/M1/P.csv", ["P"], rows(0, 1))
    run.holds(0)
    run.end()


def test_a_locked_device_is_tried_again(following: Following) -> None:
    with device_lock(following.store, "M1"):
        write_csv(following.folder / "METER/M1/P.csv", ["P"], rows(0, 1))
        write_csv(following.folder / "METER/M2/P.csv", ["P"], rows(0, 1))
        following.holds(0, device="M2")
        assert following.values() == []
        assert following.builds[0].locked
    following.holds(0)


def test_a_full_disk_passes(
    following: Following, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    build, calls = ingest.watch.build, []

    def full(*args: Any, **given: Any) -> Summary:
        calls.append(1)
        if len(calls) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return build(*args, **given)

    monkeypatch.setattr(ingest.watch, "build", full)
    write_csv(following.folder / "METER/M1/P.csv", ["P"], rows(0, 1))
    following.holds(0)
    assert len(calls) >= 3
    assert "No space left" in caplog.text


def test_a_wrong_declaration_is_waited_for(following: Following) -> None:
    declaration = following.folder / "METER/source.toml"
    declaration.parent.mkdir()
    declaration.write_text("device = [")
    write_csv(following.folder / "METER/M1/P.csv", ["P"], rows(0, 1))
    time.sleep(4 * QUICK.settle)
    assert following.values() == []
    declaration.unlink()
    following.holds(0)


def test_what_is_there_at_the_start_is_built_and_a_stop_waits_for_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, began = ingest.watch.build, threading.Event()

    def slow(*args: Any, **given: Any) -> Summary:
        began.set()
        time.sleep(0.3)
        return build(*args, **given)

    monkeypatch.setattr(ingest.watch, "build", slow)
    write_csv(tmp_path / "drop/METER/M1/P.csv", ["P"], rows(0, 4))
    run = Following(tmp_path)
    assert began.wait(60)
    run.end()
    assert np.array_equal(run.values(), [0, 1, 2, 3])


def test_an_idle_folder_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    find = ingest.watch.find_sources
    monkeypatch.setattr(
        ingest.watch, "find_sources", lambda roots: (looks.append(1), find(roots))[1]
    )
    write_csv(tmp_path / "drop/METER/M1/P.csv", ["P"], rows(0, 1))
    run = Following(tmp_path)
    run.holds(0)
    before = -1
    for _ in range(60):  # until it has come to rest: one second without a look
        if len(looks) == before:
            break
        before = len(looks)
        time.sleep(1.0)
    run.end()
    assert len(looks) == before
    assert len(run.builds) == 1


def test_a_folder_of_a_store_is_refused(tmp_path: Path) -> None:
    run = Following(tmp_path)
    write_csv(run.folder / "METER/M1/P.csv", ["P"], rows(0, 1))
    run.holds(0)
    run.end()
    settings = Settings(store=tmp_path / "other", zone="UTC")
    with pytest.raises(ConfigError, match="is a store"):
        watch(tmp_path / "store", settings, stop=threading.Event(), patience=QUICK)


def test_a_failure_names_its_path_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = f"{tmp_path}/bad.csv:1: is not text"
    assert failure_words("bad.csv", told) == told
    assert failure_words(f"{tmp_path}/bad.csv", told) == told
    assert failure_words("bad.csv", "no time column") == "bad.csv: no time column"
