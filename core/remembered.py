"""What was asked of a store lately, kept in bounded memory for as long as the store stays as it is.

Answers are handed out again, not copied: their arrays cannot be written to.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

ROWS_BYTES = 64 * 2**20
FOREVER = 2**62

Rows = dict[str, np.ndarray]
Key = tuple[str, str, str]


class RememberedRows:
    """Rows of signals at a level, by the window they were asked for in; the oldest give way.

    A window inside a known one is answered from it. Rows that would take more than half of all
    the memory are not kept.
    """

    def __init__(self, most_bytes: int = ROWS_BYTES) -> None:
        self._most = most_bytes
        self._taken = 0
        self._known: OrderedDict[Key, tuple[int, int, Rows]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key, start: int, end: int) -> Rows | None:
        """Rows in [start, end) [µs], None where they are not known; ``ts`` is among the columns."""
        with self._lock:
            known = self._known.get(key)
            if known is None or start < known[0] or end > known[1]:
                return None
            self._known.move_to_end(key)
        rows = known[2]
        inside = slice(*np.searchsorted(rows["ts"], [start, end]).tolist())
        return {name: array[inside] for name, array in rows.items()}

    def keep(self, key: Key, start: int, end: int, rows: Rows) -> None:
        """Keep the rows of [start, end) [µs], sorted by ``ts``."""
        size = sum(array.nbytes for array in rows.values())
        if 2 * size > self._most:
            return
        for array in rows.values():
            array.setflags(write=False)
        with self._lock:
            before = self._known.pop(key, None)
            self._known[key] = (start, end, rows)
            self._taken += size - (_size(before) if before else 0)
            while self._taken > self._most:
                _, given_up = self._known.popitem(last=False)
                self._taken -= _size(given_up)


def _size(kept: tuple[int, int, Rows]) -> int:
    return sum(array.nbytes for array in kept[2].values())


class Versioned(Protocol):
    """A store: its `version` differs after every commit; nothing live of it is remembered."""

    @property
    def version(self) -> int: ...

    @property
    def is_live(self) -> bool: ...


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Versioned)


def remembered(
    most: int,
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Keep the last `most` answers of a function of a store and of arguments that have a hash."""

    def wrap(ask: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        known: WeakKeyDictionary[Any, OrderedDict[Any, R]] = WeakKeyDictionary()
        lock = threading.Lock()

        @wraps(ask)
        def answer(store: S, /, *args: P.args, **options: P.kwargs) -> R:
            if store.is_live:
                return ask(store, *args, **options)
            key = (store.version, args, tuple(sorted(options.items())))
            with lock:
                mine = known.setdefault(store, OrderedDict())
                if key in mine:
                    mine.move_to_end(key)
                    return mine[key]
            found = ask(store, *args, **options)
            _protect(found)
            with lock:
                mine[key] = found
                while len(mine) > most:
                    mine.popitem(last=False)
            return found

        return answer

    return wrap


def _protect(found: object) -> None:
    """Let nobody write to the arrays of an answer, which others get as well."""
    if isinstance(found, np.ndarray):
        found.setflags(write=False)
    elif isinstance(found, tuple | list):
        for one in found:
            _protect(one)
    elif is_dataclass(found) and not isinstance(found, type):
        for field in fields(found):
            _protect(getattr(found, field.name))
