"""A CSV file per meter and local day, written by any number of processes, each row once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from core.errors import ConfigError
from core.pyramid import folder_name


class DailyCsv:
    """Rows by meter and day under a folder: ``<meter>/<meter>_2026-11-21.csv``.

    A row that is there already, by its time, is not written again: a message that comes twice
    leaves one row. When `append` returns the rows are on disk.
    """

    def __init__(self, folder: Path, columns: Sequence[str], zone: str) -> None:
        self._folder, self._columns, self._zone = folder, tuple(columns), ZoneInfo(zone)
        # Of each file: how far it has been read, and the times that it holds.
        self._seen: dict[Path, tuple[int, set[str]]] = {}

    def path(self, meter: str, ts: int) -> Path:
        """File of a meter's local day that holds a moment [µs UTC]."""
        day = self._local(ts).date().isoformat()
        name = folder_name(meter)
        return self._folder / name / f"{name}_{day}.csv"

    def _local(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts / 1e6, UTC).astimezone(self._zone)

    def append(self, meter: str, rows: Sequence[tuple[int, Sequence[float]]]) -> int:
        """Write rows of (time [µs UTC], values); returns how many were new.

        Raises
        ------
        ConfigError : the file has other columns.
        OSError : it cannot be written; whatever was written of it is taken back.
        """
        by_path: dict[Path, list[tuple[int, Sequence[float]]]] = {}
        for row in rows:
            by_path.setdefault(self.path(meter, row[0]), []).append(row)
        return sum(self._append(path, some) for path, some in by_path.items())

    def _append(self, path: Path, rows: Sequence[tuple[int, Sequence[float]]]) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(self._seen) > 64 and path not in self._seen:
            self._seen.pop(next(iter(self._seen)))  # days that have ended
        with open(path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            seen = self._catch_up(path, file)
            lines = []
            for ts, values in sorted(rows, key=lambda row: row[0]):
                told = self._local(ts).isoformat(timespec="milliseconds")
                if told not in seen:
                    seen.add(told)
                    lines.append(",".join([told, *(f"{value:.10g}" for value in values)]))
            if lines:
                self._write(path, file, "".join(f"{line}\n" for line in lines), seen)
        return len(lines)

    def _write(self, path: Path, file: IO[bytes], text: str, seen: set[str]) -> None:
        before = file.seek(0, os.SEEK_END)
        try:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            self._seen.pop(path, None)
            file.truncate(before)
            raise
        self._seen[path] = (file.tell(), seen)

    def _catch_up(self, path: Path, file: IO[bytes]) -> set[str]:
        """Times in the file, what other processes wrote included; half a last line is removed."""
        header = ",".join(self._columns).encode() + b"\n"
        size = file.seek(0, os.SEEK_END)
        known, seen = self._seen.get(path, (0, set()))
        if known > size:
            known, seen = 0, set()
        file.seek(known)
        text = file.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            file.truncate(known + whole)  # its writer was killed; the row will come again
            text = text[:whole]
        if known == 0:
            if not text:
                file.write(header)
                text = header
            if not text.startswith(header):
                raise ConfigError(
                    f"{path}:1: has other columns; expected {header.decode().strip()}"
                )
            text = text[len(header) :]
            known = len(header)
        seen |= {line.split(b",", 1)[0].decode() for line in text.splitlines()}
        self._seen[path] = (known + len(text), seen)
        return seen
