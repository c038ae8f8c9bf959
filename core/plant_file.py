"""Reading and writing ``plants.toml``: one plant at a time, the rest of the file stays as it is."""

from __future__ import annotations

import difflib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import ConfigError, DeclarationError
from core.plant_faults import EXPECTED, expectation
from core.plants import Array, Inverter, Plant, Sensor, Wrong
from core.toml_file import TomlFile, read_toml, what_is_wrong

_INNER = ("array", "inverter", "sensor")


def plants_file(store: Path, given: Path | None = None) -> Path:
    """Where the plants of a store are described: beside it, so that a rebuilt store keeps them.

    Parameters
    ----------
    given : the setting `plants`, which goes before.
    """
    return given if given is not None else store.with_name(f"{store.name}_plants.toml")


def read_plants(path: Path) -> tuple[Plant, ...]:
    """The plants of a file; none where there is no file.

    Raises
    ------
    DeclarationError : names file, line and what would have been right.
    """
    if not path.exists():
        return ()
    file = read_toml(path)
    unknown = next((key for key in file.plain if key != "plant"), None)
    if unknown is not None:
        raise file.fail(f"{unknown} is not known here", "", 0, unknown, "[[plant]] tables")
    tables = file.plain.get("plant", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise file.fail("plant is no list of tables", "", 0, "plant", "[[plant]]")
    found: list[Plant] = []
    for index, plain in enumerate(tables):
        plant = _checked(file, tables, index, plain)
        if plant.name in [one.name for one in found]:
            why = f"a second plant named {plant.name!r}"
            raise file.fail(why, "plant", index, "name", "a name of its own")
        found.append(plant)
    return tuple(found)


def _checked(
    file: TomlFile, tables: Sequence[Mapping[str, Any]], index: int, plain: Mapping[str, Any]
) -> Plant:
    try:
        return Plant.model_validate(plain, context={"folder": str(file.path.parent)})
    except DeclarationError as error:  # of a file that it names
        raise file.fail(
            f"horizon: {error}", "plant", index, "horizon", EXPECTED["horizon"]
        ) from error
    except ValidationError as error:
        every = error.errors()
        # A key that is misspelt is also missing: that says less.
        first = next((one for one in every if one["type"] == "extra_forbidden"), every[0])
        broken = (first.get("ctx") or {}).get("error")
        loc = broken.at if isinstance(broken, Wrong) and broken.at else first["loc"]
        table, place, key = _where(loc, tables, index)
        told = ".".join(str(part) for part in first["loc"]) or "plant"
        near = _meant(first)
        raise file.fail(
            f"{told} {what_is_wrong(first)}", table, place, key, near or expectation(first)
        ) from error


def _meant(error: Mapping[str, Any]) -> str | None:
    """The key that an unknown one is likely to stand for."""
    if error["type"] != "extra_forbidden":
        return None
    *inner, key = error["loc"]
    inside: dict[str, type[BaseModel]] = {"array": Array, "inverter": Inverter, "sensor": Sensor}
    model = inside.get(str(inner[0]) if inner else "", Plant)
    known = [field.alias or name for name, field in model.model_fields.items()]
    return next(iter(difflib.get_close_matches(str(key), known, 1)), None)


def _where(
    loc: Sequence[int | str], tables: Sequence[Mapping[str, Any]], index: int
) -> tuple[str, int, str | None]:
    """Table, its number in the file, and key of an error's place."""
    if len(loc) >= 2 and loc[0] in ("array", "inverter", "sensor") and isinstance(loc[1], int):
        inner = str(loc[0])
        before = sum(len(one.get(inner, ())) for one in tables[:index])
        key = next((str(part) for part in loc[2:] if isinstance(part, str)), None)
        return f"plant.{inner}", before + loc[1], key
    return "plant", index, str(loc[0]) if loc else None


# --- writing ------------------------------------------------------------------------------------


def plant_toml(plant: Plant) -> str:
    """A plant as a ``[[plant]]`` table. What was not told is not written."""
    said = plant.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    lines = ["[[plant]]", *_pairs(said)]
    for inner in _INNER:
        for table in said.get(inner, ()):
            lines += ["", f"[[plant.{inner}]]", *_pairs(table)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    # A text is written alike in TOML and JSON, and so are numbers and lists of them. An array names
    # its inverter by the same key that holds the inverters of a plant, which are tables.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in table.items()
        if value != () and not (key in _INNER and not isinstance(value, str))
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
    except DeclarationError as error:
        draft.unlink()
        # of the draft nobody knows
        raise DeclarationError(path, error.why, expected=error.expected) from error
    draft.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(f".{path.name}.lock"), "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
