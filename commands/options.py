"""Options that commands share, and what they lead to: settings, a device of the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from core import query
    from core.config import Settings

Store = Annotated[
    Path | None, typer.Option("--store", help="Folder of the store (default data/store).")
]


def read_settings(**given: Any) -> Settings:
    """Settings with the options that were given; None leaves what file and environment say."""
    from core.config import load_settings

    return load_settings(**given)


def chosen_device(store: query.Store, name: str) -> query.Device:
    """A device by its name, or by group and name as a path has them: meter/ha1.

    Raises
    ------
    UnknownDevice : no such device; the message names those there are.
    """
    by_path = {f"{one.group}/{one.name}": one for one in store.devices() if one.group}
    return by_path.get(name) or store.device(name)
