"""The URL is the state: every choice is read from it and written back to it.

A widget takes its value from the URL on each run and writes the URL when it changes, so that a
copied link reproduces the view, unknown values included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

# What a link to another page takes along; signals and levels belong to one page.
CARRIED = ("lang", "device", "range", "from", "to")


def get(name: str) -> str | None:
    """Value of one parameter, None if it is absent or empty."""
    return st.query_params.get(name) or None


def get_all(name: str) -> list[str]:
    """Values of a parameter that may stand several times."""
    return st.query_params.get_all(name)


def put(values: Mapping[str, str | Sequence[str] | None]) -> None:
    """Set parameters; None or empty removes one.

    All change in one step: each step is an entry in the browser's history, and what lies between
    two of them is a view nobody chose.
    """
    held = {name: st.query_params.get_all(name) for name in st.query_params}
    now = dict(held)
    for name, value in values.items():
        if not value:
            now.pop(name, None)
        else:
            now[name] = [value] if isinstance(value, str) else list(value)
    if now != held:
        st.query_params.from_dict(now)


def carried() -> dict[str, str]:
    """Parameters that go along to another page."""
    return {name: value for name in CARRIED if (value := get(name))}


def bound(name: str, value: Any, *, also_clear: Sequence[str] = ()) -> dict[str, Any]:
    """Arguments that tie a widget to a parameter: ``st.selectbox(..., **bound("device", now))``.

    Parameters
    ----------
    value : what the widget shows now, as read from the URL.
    also_clear : parameters that lose their meaning when this one changes.
    """
    key = f"url-{name}"
    st.session_state[key] = value

    def changed() -> None:
        chosen = st.session_state[key]
        put({name: chosen, **dict.fromkeys(also_clear)})

    return {"key": key, "on_change": changed}
