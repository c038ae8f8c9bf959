"""What a page says when there is nothing to show, and what mends it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import streamlit as st

from core import errors, measures, query
from pages.shared import address, data
from pages.shared.texts import t
from pages.shared.wording import in_language, refusal_detail

BUILD = "python preprocess.py build"
DEMO = "python preprocess.py demo"
VERIFY = "python preprocess.py verify"
COLLECT = "python -m ingest collect --config data/collector.toml"
APP = Path(__file__).parents[2] / "app.py"
_FRAMED = "framed"

# The first class that fits says the sentence and the commands that mend it.
MENDING: tuple[tuple[type[errors.ZigguratError], str, tuple[str, ...]], ...] = (
    (errors.StoreMissing, "error.store_missing", (BUILD, DEMO)),
    (errors.StoreFormatError, "error.store_format", (BUILD,)),
    (errors.StoreDamaged, "error.store_damaged", (VERIFY, BUILD)),
    (errors.StoreLocked, "error.store_locked", ()),
    (errors.ConfigError, "error.config", ()),
    (errors.DeclarationError, "error.declaration", ()),
    (errors.SourceError, "error.source", ()),
    (errors.UnknownDevice, "error.unknown_device", ()),
    (errors.UnknownSignal, "error.unknown_signal", ()),
    (errors.BadWindow, "error.bad_window", ()),
    (errors.LevelMissing, "error.level_missing", ()),
    (errors.ZigguratError, "error.other", ()),
)


@contextmanager
def guarded() -> Iterator[None]:
    """Error boundary: an error of this project becomes a sentence and what mends it."""
    try:
        yield
    except errors.ZigguratError as error:
        explain(error)


def explain(error: errors.ZigguratError) -> None:
    """Say what is wrong, in words, with the command that mends it."""
    key, commands = next(
        (key, commands) for kind, key, commands in MENDING if isinstance(error, kind)
    )
    sentence = t(key, name=str(error)) if isinstance(error, errors.UnknownDevice) else t(key)
    detail = str(error)
    if isinstance(error, errors.DeclarationError):
        detail = refusal_detail(error, said=False)
    elif isinstance(error, errors.QueryError | errors.PlanError):
        detail = in_language(detail)
    notice(sentence, detail=detail, commands=commands, state="error")


def notice(
    sentence: str, *, detail: str = "", commands: Sequence[str] = (), state: str = "unknown"
) -> None:
    """One sentence with a coloured edge, a detail in grey, and commands to copy.

    Parameters
    ----------
    state : ``good warning error critical unknown``.
    """
    small = f"<p>{escape(detail)}</p>" if detail and detail not in sentence else ""
    st.html(f'<div class="zg-notice zg-{state}"><b>{escape(sentence)}</b>{small}</div>')
    if commands:
        st.caption(t("mend.command"))
        st.code("\n".join(commands), language="bash")


def mark_framed() -> None:
    """Note that this session runs through the app; see `_enter_frame`."""
    st.session_state[_FRAMED] = True


def _enter_frame() -> None:
    """Run the app where a page runs alone.

    Streamlit takes a folder called "pages" for its older kind of app until `st.navigation` has
    been called once: a link into a server just started would show a page without its frame.
    """
    if _FRAMED not in st.session_state:
        runpy.run_path(str(APP), run_name="__main__")
        st.stop()


def require_store() -> query.Store:
    """The store; where there is none, says so and ends the page."""
    _enter_frame()
    try:
        return data.open_store()
    except errors.ZigguratError as error:
        explain(error)
        st.stop()


def require_collected() -> query.Store:
    """The store with a journal; where either is missing, says how to collect, and ends the page."""
    _enter_frame()
    try:
        store = data.open_store()
        if store.journal is not None:
            return store
    except errors.StoreMissing:
        pass  # the collector makes the store too
    except errors.ZigguratError as error:
        explain(error)
        st.stop()
    notice(t("live.none"), detail=t("live.none.mend"))
    st.code(COLLECT, language="bash")
    st.stop()


def require_devices(store: query.Store) -> list[query.Device]:
    """Devices of the store, at least one; where there is none, says so and ends the page."""
    found = data.devices(store)
    if not found:
        notice(t("empty.no_devices"), commands=(BUILD, DEMO))
        st.stop()
    return found


def require_meters(store: query.Store) -> list[query.Device]:
    """Meters, batteries and plants; where there is none, says so and ends the page."""
    found = measures.metered_devices(require_devices(store))
    if not found:
        notice(t("empty.no_meters"), commands=(BUILD, DEMO))
        st.stop()
    return found


def unknown_device(name: str, devices: Sequence[query.Device], choose: str = "mend.choose") -> None:
    """Say that the URL names no device of this store, link those it has, and end the page.

    Parameters
    ----------
    choose : key of the words above the links, for a page that only some devices are of.
    """
    # A box of its own: the pickers that call this stand in a row.
    with st.container(width="stretch"):
        there = any(one.name == name for one in data.devices(data.open_store()))
        key = "error.other_device" if there else "error.unknown_device"
        notice(t(key, name=name), state="warning")
        st.caption(t(choose))
        with st.container(horizontal=True, gap="small"):
            for device in devices:
                st.button(
                    device.name,
                    key=f"goto-{device.name}",
                    on_click=address.put,
                    args=({"device": device.name, "devices": None, "signal": None},),
                )
    st.stop()
