"""How far a command is, drawn on a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ingest.build import Progress


class ProgressMeter:
    """Progress on a terminal; silent where there is none."""

    def __init__(self, unit: str = "files") -> None:
        self._bar: Any = None
        self._unit = unit
        self._began = time.monotonic()

    def __enter__(self) -> ProgressMeter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, name: str, done: int, of: int) -> None:
        """Draw which device is at work."""
        if sys.stderr.isatty():
            typer.echo(f"\r{done + 1}/{of} {name:<24}", err=True, nl=done + 1 == of)

    def show(self, progress: Progress) -> None:
        """Draw where the work stands."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(),
                TextColumn("{task.fields[done]} · {task.fields[rate]} rows/s"),
                TimeRemainingColumn(), console=Console(stderr=True),
            )  # fmt: skip
            self._task = self._bar.add_task("", total=progress.bytes_total, done="", rate="")
            self._bar.start()
        seconds = max(time.monotonic() - self._began, 1e-9)
        self._bar.update(
            self._task,
            completed=progress.bytes,
            description=progress.device,
            done=f"{progress.sources}/{progress.sources_total} {self._unit}",
            rate=f"{progress.rows / seconds:,.0f}",
        )
