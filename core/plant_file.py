"""Reading and writing ``plants.toml``: one plant at a time, the rest of the file stays as it is."""

from __future__ import annotations

import difflib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class WrongPlant:
    """A plant of the file that cannot be read.

    Attributes
    ----------
    name : as far as it is told; empty where it is not.
    devices : those it speaks of, as far as can be told.
    error : names the line and what would have been right.
    """

    name: str
    devices: tuple[str, ...]
    error: DeclarationError


@dataclass(frozen=True)
class PlantsFile:
    """The plants of a file, each by itself: a wrong one takes nothing from the others.

    Attributes
    ----------
    places : of each plant, its number among the ``[[plant]]`` tables.
    """

    plants: tuple[Plant, ...] = ()
    places: tuple[int, ...] = ()
    wrong: tuple[WrongPlant, ...] = ()

    def of_device(self, device: str) -> Plant | None:
        """The plant that a device is part of; None where none speaks of it.

        Raises
        ------
        DeclarationError : the plant that speaks of it is wrong.
        """
        found = next((one for one in self.plants if device in one.devices), None)
        if found is None:
            _refuse(one for one in self.wrong if device in one.devices)
        return found

    def named(self, name: str) -> Plant | None:
        """The plant of a name; None where there is none.

        Raises
        ------
        DeclarationError : it is wrong.
        """
        found = next((one for one in self.plants if one.name == name), None)
        if found is None:
            _refuse(one for one in self.wrong if one.name == name)
        return found


def _refuse(wrong: Iterator[WrongPlant]) -> None:
    for one in wrong:
        raise one.error


def read_plants(path: Path) -> tuple[Plant, ...]:
    """The plants of a file, every one of which has to be right; none where there is no file.

    Raises
    ------
    DeclarationError : names file, line and what would have been right.
    """
    found = load_plants(path)
    _refuse(iter(found.wrong))
    return found.plants


def load_plants(path: Path) -> PlantsFile:
    """The plants of a file, and those that are wrong; none where there is no file.

    Raises
    ------
    DeclarationError : the file as a whole is wrong: no TOML, or something else than plants in it.
    """
    if not path.exists():
        return PlantsFile()
    file = read_toml(path)
    unknown = next((key for key in file.plain if key != "plant"), None)
    if unknown is not None:
        raise file.fail(f"{unknown} is not known here", "", 0, unknown, "[[plant]] tables")
    tables = file.plain.get("plant", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise file.fail("plant is no list of tables", "", 0, "plant", "[[plant]]")
    found: dict[int, Plant] = {}
    wrong: list[WrongPlant] = []
    for index, plain in enumerate(tables):
        try:
            plant = _checked(file, tables, index, plain)
            if plant.name in [one.name for one in found.values()]:
                why = f"a second plant named {plant.name!r}"
                raise file.fail(why, "plant", index, "name", "a name of its own")
            found[index] = plant
        except DeclarationError as error:
            name = plain.get("name")
            wrong.append(
                WrongPlant(name if isinstance(name, str) else "", _devices_in(plain), error)
            )
    return PlantsFile(tuple(found.values()), tuple(found), tuple(wrong))


def _devices_in(plain: Mapping[str, Any]) -> tuple[str, ...]:
    """Devices that a table names, whatever else is wrong with it."""
    inner = [plain.get(key) for key in ("inverter", "sensor")]
    tables = [plain, *(one for mine in inner if isinstance(mine, list) for one in mine)]
    named = [one.get("device") for one in tables if isinstance(one, Mapping)]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


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
    DeclarationError : the file as a whole is wrong, or the plant of that name in it.
    """
    with _alone(path):
        file = load_plants(path)
        if before is not None and before not in file.plants:
            raise ConfigError(
                f"{path}: plant {before.name!r} was changed or taken out meanwhile; load it again"
            )
        others = [one.name for one in file.plants if one != before]
        if plant.name in others:
            raise ConfigError(f"{path}: there is a plant named {plant.name!r} already")
        _refuse(one for one in file.wrong if one.name == plant.name)
        index = None if before is None else file.places[file.plants.index(before)]
        _write(path, _with(path, index, plant_toml(plant)), len(file.wrong))


def remove_plant(path: Path, plant: Plant) -> None:
    """Take a plant out of the file.

    Raises
    ------
    ConfigError : the plant is not what the file says any more.
    DeclarationError : the file as a whole is wrong.
    """
    with _alone(path):
        file = load_plants(path)
        if plant not in file.plants:
            raise ConfigError(f"{path}: plant {plant.name!r} was changed or taken out meanwhile")
        place = file.places[file.plants.index(plant)]
        _write(path, _with(path, place, ""), len(file.wrong))


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


def _write(path: Path, text: str, wrong: int) -> None:
    """Put the text in the file's place, unless more plants of it are wrong than were before."""
    draft = path.with_name(f".{path.name}.part")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        # what is written can be read, horizon files beside it included
        _refuse(iter(load_plants(draft).wrong[wrong:]))
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
