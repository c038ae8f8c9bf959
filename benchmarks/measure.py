"""Timing of whole commands and of calls, as ratios within one run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """One command: wall and CPU time [s], and the most memory it held [MB]."""

    wall: float
    cpu: float
    memory_mb: float


@dataclass(frozen=True)
class Figure:
    """One line of the report: what, how much, and what was to be reached."""

    name: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""
    at_least: bool = False  # the target is the least, not the most

    @property
    def reached(self) -> bool | None:
        """Whether the target holds; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        state = {True: "reached", False: "FALLS SHORT", None: ""}[self.reached]
        bound = "at least" if self.at_least else "at most"
        wanted = f"({bound} {self.target:g})" if self.target is not None else ""
        # Counts are told to the last one.
        shown = f"{self.value:d}" if isinstance(self.value, int) else f"{self.value:.3g}"
        return f"{self.name:<62}{shown:>10} {self.unit:<6}{wanted:<18}{state} {self.note}"


def command(*arguments: str) -> Run:
    """Run this Python with arguments, in the repository, and measure it.

    Raises
    ------
    subprocess.CalledProcessError : it failed; its output is in the error.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=REPO, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments, output)
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def milliseconds(work: Callable[[], object]) -> float:
    """One call [ms]."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3
