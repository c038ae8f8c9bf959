"""Tables of the file of alerts, changed line by line: comments and all else stay."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import DeclarationError, StoreError
from core.toml_file import TomlFile

BY_HAND = "a value over several lines or in a table of its own has to be changed by hand"


def as_file(path: Path, text: str) -> TomlFile:
    """A text as the file that it is to be."""
    try:
        return TomlFile(path, tuple(text.splitlines()), tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(path, str(error)) from error


def put_table(text: str, table: str, name: str, wanted: Mapping[str, Any], before: str = "") -> str:
    """Text whose ``[[table]]`` of this name says `wanted`; a new one stands at the end.

    Parameters
    ----------
    before : the name it had, where that is another.
    """
    lines = text.splitlines()
    place = _reach(text, table, before or name)
    if place is None:
        block = [f"[[{table}]]", *(f"{key} = {as_toml(value)}" for key, value in wanted.items())]
        return "\n".join([*lines, *([""] if lines and lines[-1].strip() else []), *block]) + "\n"
    start, end = place
    body = _changed_lines(lines[start + 1 : end], wanted)
    return "\n".join([*lines[: start + 1], *body, *lines[end:]]) + "\n"


def drop_table(text: str, table: str, name: str) -> str:
    """Text without a ``[[table]]``; its comments stay."""
    place = _reach(text, table, name)
    if place is None:
        return text
    lines = text.splitlines()
    start, end = place
    kept = [line for line in lines[start + 1 : end] if line.lstrip().startswith("#")]
    return "\n".join([*lines[:start], *kept, *lines[end:]]) + "\n"


def _reach(text: str, table: str, name: str) -> tuple[int, int] | None:
    """Lines of the table of a name, its header included; None where there is none."""
    file = as_file(Path("alerts"), text)
    for i, one in enumerate(file.plain.get(table, [])):
        if one.get("name") == name:
            return file.reach(table, i)
    return None


def _changed_lines(body: Sequence[str], wanted: Mapping[str, Any]) -> list[str]:
    """Lines of a table: keys with new values, those not wanted gone, comments as they were."""
    left = dict(wanted)
    kept: list[str] = []
    for line in body:
        found = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=\s*(.*)$", line)
        if found is None:
            kept.append(line)
            continue
        key = found.group(1)
        if key not in left:
            continue
        value = left.pop(key)
        try:
            same = tomllib.loads(f"v = {found.group(2)}")["v"] == value
        except tomllib.TOMLDecodeError:
            same = False
        comment = _comment(found.group(2))
        kept.append(line if same else f"{key} = {as_toml(value)}{comment}")
    added = [f"{key} = {as_toml(value)}" for key, value in left.items()]
    tail = len(kept)
    while tail and (not kept[tail - 1].strip() or kept[tail - 1].lstrip().startswith("#")):
        tail -= 1
    return [*kept[:tail], *added, *kept[tail:]]


def _comment(value: str) -> str:
    """The comment behind a value, with the space before it."""
    quoted = ""
    for i, sign in enumerate(value):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "\"'":
            quoted = sign
        elif sign == "#":
            return "  " + value[i:]
    return ""


def as_plain(value: Any) -> Any:
    """A value as a file holds it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(exclude_none=True)
    return list(value) if isinstance(value, tuple) else value


def as_toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {as_toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(as_toml(one) for one in value)}]"
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def write_text(path: Path, text: str) -> None:
    """Write beside the place, then rename: there is the old file or the new one.

    Raises
    ------
    StoreError : it cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error
