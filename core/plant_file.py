"""Writing ``plants.toml``: one plant at a time, whatever else the file says stays as it is."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import ConfigError, DeclarationError
from core.plants import Plant, read_plants
from core.toml_file import TomlFile, read_toml

_INNER = ("array", "inverter", "sensor")


def plant_toml(plant: Plant) -> str:
    """A plant as a ``[[plant]]`` table. What was not told is not written."""
    said = plant.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    lines = ["[[plant]]", *_pairs(said)]
    for inner in _INNER:
        for table in said.get(inner, ()):
            lines += ["", f"[[plant.{inner}]]", *_pairs(table)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    # A text is written alike in TOML and JSON, and so are numbers and lists of them.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in table.items()
        if key not in _INNER and value != ()
    ]


def put_plant(path: Path, plant: Plant, before: Plant | None = None) -> None:
    """Write a plant in the place of `before`, or at the end; comments elsewhere stay.

    The file is written beside its place, synced and renamed over it.

    Parameters
    ----------
    before : as it was when the change began; None for a new plant.

    Raises
    ------
    ConfigError : `before` is not what the file says any more, or the name is taken.
    DeclarationError : the file as it stands is wrong.
    """
    with _alone(path):
        plants = read_plants(path)
        if before is not None and before not in plants:
            raise ConfigError(
                f"{path}: plant {before.name!r} was changed or taken out meanwhile; load it again"
            )
        others = [one.name for one in plants if one != before]
        if plant.name in others:
            raise ConfigError(f"{path}: there is a plant named {plant.name!r} already")
        index = None if before is None else plants.index(before)
        _write(path, _with(path, index, plant_toml(plant)))


def remove_plant(path: Path, plant: Plant) -> None:
    """Take a plant out of the file.

    Raises
    ------
    ConfigError : the plant is not what the file says any more.
    DeclarationError : the file as it stands is wrong.
    """
    with _alone(path):
        plants = read_plants(path)
        if plant not in plants:
            raise ConfigError(f"{path}: plant {plant.name!r} was changed or taken out meanwhile")
        _write(path, _with(path, plants.index(plant), ""))


def _with(path: Path, index: int | None, text: str) -> str:
    """The file's text with its `index`-th plant replaced, or the text at its end."""
    if not path.exists():
        return text
    file = read_toml(path)
    if index is None:
        return "\n".join([*file.lines, "", text]) if file.lines else text
    start, end = _reach(file, index)
    return "\n".join([*file.lines[:start], text.rstrip("\n"), *file.lines[end:]]).strip("\n") + "\n"


def _reach(file: TomlFile, index: int) -> tuple[int, int]:
    """Lines [start, end) of a plant; comments before the next header belong to that."""
    start, end = file.reach("plant", index)
    if file.lines[start].replace(" ", "").partition("#")[0].strip() != "[[plant]]":
        raise ConfigError(f"{file.path}: write each plant as a [[plant]] table to edit it here")
    if end < len(file.lines):
        while end > start + 1 and file.lines[end - 1].lstrip()[:1] in ("", "#"):
            end -= 1
    return start, end


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        read_plants(draft)  # what is written can be read, horizon files beside it included
    except DeclarationError:
        draft.unlink()
        raise
    draft.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(f".{path.name}.lock"), "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
