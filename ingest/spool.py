"""Readings of a device on their way from files that hold many signals to signals in order.

A wide file brings all signals row by row; the store wants them signal by signal. The spool keeps
the pieces in memory, and in a scratch file once they outgrow their limit.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from core.rollup import Float, Int

LIMIT_ROWS = 1_500_000  # 16 bytes each
SLICE_ROWS = 100_000


@dataclass
class _Piece:
    """A stretch of one signal from one source; `held` until it is spilled at `offset`."""

    order: int
    source: int
    rows: int
    first: int
    last: int
    ascending: bool
    held: tuple[Int, Float] | None
    offset: int = 0


class Spool:
    """Pieces by signal. `add` may be called from several threads."""

    def __init__(self, folder: Path, limit_rows: int = LIMIT_ROWS) -> None:
        self._pieces: dict[str, list[_Piece]] = {}
        self._limit = limit_rows
        self._held = 0
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._refused: set[int] = set()

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, signal: str, order: int, source: int, ts: Int, value: Float) -> None:
        """Keep readings of a source; `order` is its place among the sources of this run."""
        if not len(ts):
            return
        ascending = bool(np.all(ts[1:] >= ts[:-1]))
        low, high = (ts[0], ts[-1]) if ascending else (ts.min(), ts.max())
        piece = _Piece(order, source, len(ts), int(low), int(high), ascending, (ts, value))
        with self._lock:
            self._pieces.setdefault(signal, []).append(piece)
            self._held += len(ts)
            if self._held > self._limit:
                self._spill()

    def refuse(self, source: int) -> None:
        """Leave out what a source brought, because it failed half way."""
        self._refused.add(source)

    def _spill(self) -> None:
        if self._file is None:
            # Closed in __exit__, or by the system with the process.
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        assert self._file is not None
        for pieces in self._pieces.values():
            for piece in pieces:
                if piece.held is not None:
                    piece.offset = self._file.seek(0, 2)
                    for column in piece.held:
                        self._file.write(np.ascontiguousarray(column).view(np.uint8).data)
                    piece.held = None
        self._held = 0

    def signals(self) -> list[str]:
        """Names, ascending."""
        return sorted(name for name in self._pieces if self._of(name))

    def _of(self, signal: str) -> list[_Piece]:
        pieces = (p for p in self._pieces.get(signal, []) if p.source not in self._refused)
        return sorted(pieces, key=lambda piece: piece.order)

    def rows(self, signal: str) -> int:
        """Readings of a signal."""
        return sum(piece.rows for piece in self._of(signal))

    def _read(self, piece: _Piece, low: int = 0, high: int | None = None) -> tuple[Int, Float, Int]:
        """Rows [low, high) of a piece."""
        high = piece.rows if high is None else min(high, piece.rows)
        with self._lock:
            if piece.held is not None:
                ts, value = piece.held[0][low:high], piece.held[1][low:high]
            else:
                ts = self._column(piece.offset + 8 * low, high - low).view(np.int64)
                value = self._column(piece.offset + 8 * (piece.rows + low), high - low)
        return ts, value, np.broadcast_to(np.int64(piece.source), high - low)

    def _column(self, offset: int, rows: int) -> Float:
        assert self._file is not None
        self._file.seek(offset)
        return np.frombuffer(self._file.read(8 * rows), np.float64)

    def pieces(self, signal: str) -> Iterator[tuple[Int, Float, Int]]:
        """Readings of a signal as (ts, value, source), in the order of the sources."""
        for piece in self._of(signal):
            for low in range(0, piece.rows, SLICE_ROWS):
                yield self._read(piece, low, low + SLICE_ROWS)

    def is_ascending(self, signal: str) -> bool:
        """Whether the pieces follow each other in time."""
        pieces = self._of(signal)
        return all(piece.ascending for piece in pieces) and all(
            a.last <= b.first for a, b in itertools.pairwise(pieces)
        )

    def span(self, signal: str) -> tuple[int, int]:
        """Oldest and newest time stamp of a signal [µs UTC]."""
        pieces = self._of(signal)
        return min(p.first for p in pieces), max(p.last for p in pieces)

    def within(self, signal: str, start: int, end: int) -> tuple[Int, Float, Int]:
        """Readings of a signal in [start, end), in the order of the sources."""
        found = [(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))]
        for piece in self._of(signal):
            if piece.last >= start and piece.first < end:
                ts, value, source = self._read(piece)
                inside = (ts >= start) & (ts < end)
                found.append((ts[inside], value[inside], source[inside]))
        ts, value, source = (np.concatenate(column) for column in zip(*found, strict=True))
        return ts, value, source
