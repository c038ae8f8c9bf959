"""One store per process, and its answers cached until the next commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from core import query
from core.config import Settings, load_settings
from core.errors import ZigguratError

P = ParamSpec("P")
R = TypeVar("R")


@cache
def settings() -> Settings:
    """Settings of this process.

    Raises
    ------
    ConfigError : they do not hold together.
    """
    return load_settings()


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(path: Path) -> query.Store:
    chosen = settings()
    return query.open_store(
        path, journal=chosen.journal, memory_mb=chosen.query_memory_mb,
        threads=chosen.query_threads,
    )  # fmt: skip


def open_store() -> query.Store:
    """The store the settings name, opened once per process.

    Raises
    ------
    StoreMissing, StoreFormatError : as `core.query.open_store`.
    """
    return _opened(settings().store)


@st.cache_data(show_spinner=False, max_entries=8)
def _devices(_store: query.Store, path: str, version: int) -> list[query.Device]:
    return list(_store.devices())


def devices(store: query.Store) -> list[query.Device]:
    """Devices of the store."""
    return _devices(store, str(settings().store), store.version)


@st.cache_data(show_spinner=False, max_entries=64)
def _signals(_store: query.Store, path: str, version: int, device: str) -> list[query.SignalInfo]:
    return list(_store.signals(device))


def signals(
    store: query.Store, device: str, *, quantity: str | None = None, kind: str | None = None
) -> list[query.SignalInfo]:
    """Signals of a device, of one quantity or kind if asked.

    Raises
    ------
    UnknownDevice : no such device.
    """
    every = _signals(store, str(settings().store), store.version, device)
    return [
        one
        for one in every
        if quantity in (None, one.quantity) and kind in (None, one.kind)
    ]  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=256)
def _series(
    _store: query.Store,
    path: str,
    version: int,
    device: str,
    signal: str,
    start: int | None,
    end: int | None,
    max_points: int,
    level: str,
    reducer: str,
) -> query.Series:
    return _store.series(
        device, signal, start, end, max_points=max_points, level=level, reducer=reducer
    )


def series(
    store: query.Store,
    device: str,
    signal: str,
    start: int | None = None,
    end: int | None = None,
    *,
    max_points: int = 4000,
    level: str = "auto",
    reducer: str = "envelope",
) -> query.Series:
    """One signal over a window [µs UTC], cached; see `core.query.Store.series`.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow, LevelMissing : as the store.
    """
    return _series(
        store, str(settings().store), store.version, device, signal, start, end, max_points, level,
        reducer,
    )  # fmt: skip


def _answer(
    _store: query.Store, path: str, version: int, name: str, _ask: Callable[..., Any],
    args: tuple[Any, ...], options: dict[str, Any],
) -> Any:  # fmt: skip
    return _ask(_store, *args, **options)


_copied = st.cache_data(show_spinner=False, max_entries=256)(_answer)
_shared = st.cache_resource(show_spinner=False, max_entries=64)(_answer)


def report(
    store: query.Store,
    ask: Callable[Concatenate[query.Store, P], R],
    *args: P.args,
    **options: P.kwargs,
) -> R:
    """Answer of a function of `core`, cached: ``report(store, load_report, "m1", ...)``.

    Raises
    ------
    ZigguratError : as the function.
    """
    answer: R = _copied(*_key(store, ask), ask, args, options)
    return answer


def shared_report(
    store: query.Store,
    ask: Callable[Concatenate[query.Store, P], R],
    *args: P.args,
    **options: P.kwargs,
) -> R:
    """`report` without a copy for each rerun, for large answers: nobody may write to it.

    Raises
    ------
    ZigguratError : as the function.
    """
    answer: R = _shared(*_key(store, ask), ask, args, options)
    return answer


def ask_ahead(
    store: query.Store,
    ask: Callable[Concatenate[query.Store, P], R],
    *args: P.args,
    **options: P.kwargs,
) -> None:
    """Let a `shared_report` be made beside the page, which asks for the same further down."""

    def answer() -> None:
        # The page meets the same error where it asks.
        with suppress(ZigguratError):
            shared_report(store, ask, *args, **options)

    thread = threading.Thread(target=answer, daemon=True)
    add_script_run_ctx(thread, get_script_run_ctx())
    thread.start()


def _key(store: query.Store, ask: Callable[..., Any]) -> tuple[query.Store, str, int, str]:
    """What an answer depends on beside its arguments."""
    return store, str(settings().store), store.version, f"{ask.__module__}.{ask.__qualname__}"
