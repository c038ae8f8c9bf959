"""What the tabs have drawn and asked before, kept so that a rerun of the page need not again.

A figure is the same for the same arguments: its key is what they hold, so nothing old is shown.
What is kept is handed out again, not copied; nobody may write to it.
"""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from pages.shared import theme
from pages.shared.texts import current_language

MOST = 64
P = ParamSpec("P")
R = TypeVar("R")

_known: OrderedDict[bytes, Any] = OrderedDict()
_lock = threading.Lock()


def drawn(build: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """What `build` makes of its arguments, or has made of the very same: a figure.

    Parameters
    ----------
    build : a function of its arguments alone, which can be pickled.
    """
    name = f"{build.__module__}.{build.__qualname__}"
    return known(name, (args, options), lambda: build(*args, **options))


def known(name: str, arguments: Sequence[Any], make: Callable[[], R]) -> R:
    """What `make` gives, or gave for the same arguments, URL, language and theme.

    Parameters
    ----------
    arguments : all that it depends on beside those; they can be pickled.
    """
    url = sorted((one, st.query_params.get_all(one)) for one in st.query_params)
    held = pickle.dumps((name, arguments, url, current_language(), theme.kind()), protocol=5)
    key = blake2b(held, digest_size=20).digest()
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            found: R = _known[key]
            return found
    made = make()
    with _lock:
        _known[key] = made
        while len(_known) > MOST:
            _known.popitem(last=False)
    return made
