"""Builds that die: by SIGKILL at any moment, at every step of a commit, or of a full disk."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreMissing
from core.levels import DAY, HOUR, SECOND
from core.query import open_store
from tests.conftest import REPO
from tests.stores import (
    Held,
    append_csv,
    check_readable,
    content,
    differences,
    run,
    scratch,
    us,
    write_csv,
)

pytestmark = pytest.mark.slow

START = us("2024-03-30T12:00")
# A process that has imported everything forks one child a build; the child is killed after so
# many seconds (t), at so many steps of a commit (s), or may write files of so many bytes only (f).
SERVER = f"""
import os, resource, shutil, signal, sys, time
sys.path.insert(0, {str(REPO)!r})
from pathlib import Path
import core.parts, core.pyramid, core.upkeep, pandas, pyarrow.compute
import ingest.build, ingest.csv_files, ingest.look, ingest.spool
from core.config import Settings
from core.ledger import Ledger
from core.rollup import day_starts
from core.signals import load_catalogue
day_starts("Europe/Berlin")
load_catalogue()  # half of so small a build, and nothing is written meanwhile
left = 0

def counted(owner, name):
    original = getattr(owner, name)
    def step(*args, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)
    setattr(owner, name, step)

def child(root, kind, amount):
    global left
    if kind == "s":
        left = int(amount)
        for owner, name in ((Path, "rename"), (Path, "unlink"),
                            (Ledger, "transaction"), (ingest.build._Run, "_record"),
                            (core.upkeep, "relevel"), (core.upkeep, "compact")):
            counted(owner, name)
    if kind == "f":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(amount), int(amount)))
        sys.stderr = open(os.devnull, "w")
    root = Path(root)
    ingest.build.build(Settings(store=root / "store", sources=(root / "src",)))

for line in sys.stdin:
    root, kind, amount = line.rstrip().split("|")
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            child(root, kind, amount)
            code = 0
        finally:
            os._exit(code)
    if kind == "t":
        time.sleep(float(amount))
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), time.monotonic() - began, flush=True)
"""
KILLED = -9
Content = dict[tuple[str, str], Held]
Builder = Callable[[Path, str, float], tuple[int, float]]


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    """Start a build that will be cut short; gives exit code and seconds."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:

        def start(root: Path, kind: str, amount: float) -> tuple[int, float]:
            assert server.stdin is not None and server.stdout is not None
            server.stdin.write(f"{root}|{kind}|{amount}\n")
            server.stdin.flush()
            code, seconds = server.stdout.readline().split()
            return int(code), float(seconds)

        yield start
        assert server.stdin is not None
        server.stdin.close()


def add_sources(src: Path, *, more: bool) -> None:
    """Two devices; `more`: grown, changed, late and new files, and denser readings."""
    for number, device in enumerate(("b1", "m1")):
        for name in ("x", "y"):
            rows = [(START + i * 400 * SECOND, [i / 8 + number]) for i in range(200)]
            if not more:
                write_csv(src / device / f"{name}.csv", [name], rows)
                continue
            dense = [(START + i * 30 * SECOND, [i / 4]) for i in range(2500)]
            append_csv(src / device / f"{name}.csv", dense[1 : 2500 if name == "x" else 400])
        if more:
            late = [(START - 40 * DAY + i * HOUR, [float(i), None]) for i in range(50)]
            write_csv(src / "late" / f"{device}.csv", ["x", "z"], late)
    if more:
        write_csv(src / "m1" / "y.csv", ["y"], [(START + i * HOUR, [7.0]) for i in range(90)])


@pytest.fixture(scope="module")
def stages() -> Iterator[dict[str, tuple[Path, Content, Content]]]:
    """Folders to build in, with the content before and after: a first and a second build."""
    with scratch() as here:
        first, second = here / "first", here / "second"
        add_sources(first / "src", more=False)
        shutil.copytree(first, second)
        run(second)
        before = content(second / "store")
        add_sources(second / "src", more=True)
        whole = here / "whole"
        shutil.copytree(second, whole)
        run(whole)
        yield {"first": (first, {}, before), "second": (second, before, content(whole / "store"))}


def assert_before_or_after(store: Path, before: Content, after: Content) -> None:
    """Every device is as it was, or as it will be, and all that is promised can be read."""
    try:
        opened = open_store(store)
    except StoreMissing:
        assert not before
        return
    held = check_readable(store)
    for device in {name for name, _ in after}:
        states = [
            {key: (one.ts, one.value) for key, one in state.items() if key[0] == device}
            for state in (held, before, after)
        ]
        same = [
            states[0].keys() == other.keys()
            and all(np.array_equal(states[0][k], other[k]) for k in other)
            for other in states[1:]
        ]
        assert any(same), f"{device} is neither as before nor as after"
    for info in opened.devices():
        for signal in opened.signals(info.name)[:1]:
            assert opened.series(info.name, signal.name).stands_for == signal.rows
    opened.close()


def finish(here: Path, after: Content) -> None:
    """The next run completes what was cut short, and leaves nothing behind."""
    run(here)
    assert differences(check_readable(here / "store"), after) == []
    assert not [path for path in (here / "store" / ".staging").rglob("*") if path.is_file()]


@pytest.mark.parametrize("stage", ["first", "second"])
def test_killed_at_any_moment(
    stage: str, stages: dict[str, tuple[Path, Content, Content]], builder: Builder
) -> None:
    template, before, after = stages[stage]
    chance = random.Random(stage)
    with scratch() as here:
        seconds = []
        for i in range(3):
            shutil.copytree(template, here / f"warm{i}")
            code, took = builder(here / f"warm{i}", "s", 0)
            assert code == 0
            seconds.append(took)
        kills, i, whole = 0, 0, 1.1 * min(seconds)
        while i < 8 or kills < 6:
            copy = here / str(i)
            shutil.copytree(template, copy)
            # Two moments spread over the whole build, the commits and merges at its end included.
            # Where the machine has become quicker since, sooner ones follow.
            for moment in ((i % 8 + chance.random()) / 8, chance.random()):
                code, _ = builder(copy, "t", moment * whole / 2 ** (i // 8))
                assert code in (0, KILLED)
                kills += code == KILLED
                assert_before_or_after(copy / "store", before, after)
            finish(copy, after)
            shutil.rmtree(copy)
            i += 1


@pytest.mark.parametrize("stage", ["first", "second"])
def test_killed_at_every_step_of_a_commit(
    stage: str, stages: dict[str, tuple[Path, Content, Content]], builder: Builder
) -> None:
    template, before, after = stages[stage]
    with scratch() as here:
        step, code = 0, KILLED
        while code == KILLED:
            step += 1 if stage == "first" or step < 9 else 3
            copy = here / str(step)
            shutil.copytree(template, copy)
            code, _ = builder(copy, "s", step)
            assert_before_or_after(copy / "store", before, after)
            if step % 6 == 0 or code == 0:
                finish(copy, after)
            shutil.rmtree(copy)
        assert code == 0 and step > 15


@pytest.mark.parametrize("stage", ["first", "second"])
@pytest.mark.parametrize("limit", [200, 1500, 3000, 6000, 12_000, 30_000, 60_000])
def test_no_room_for_a_file(
    stage: str,
    limit: int,
    stages: dict[str, tuple[Path, Content, Content]],
    builder: Builder,
) -> None:
    template, before, after = stages[stage]
    with scratch() as here:
        shutil.copytree(template, here / "copy")
        code, _ = builder(here / "copy", "f", limit)
        assert code in (0, 3)
        assert code == 3 or limit > 12_000
        assert_before_or_after(here / "copy" / "store", before, after)
        finish(here / "copy", after)
