"""A TOML file whose errors name the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from core.errors import DeclarationError

M = TypeVar("M", bound=BaseModel)
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")


@dataclass(frozen=True)
class TomlFile:
    """What a file says, and its lines to point at."""

    path: Path
    lines: tuple[str, ...]
    plain: dict[str, Any]

    def line(self, table: str, index: int = 0, key: str | None = None) -> int:
        """Physical line of the `index`-th ``[table]`` or ``[[table]]``, or of a key in it.

        An empty `table` is what stands before the first header. 1 where nothing fits.
        """
        start, end = self.reach(table, index)
        if key is not None:
            pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
            for number in range(start, end):
                if pattern.match(self.lines[number]):
                    return number + 1
        return start + 1

    def reach(self, table: str, index: int) -> tuple[int, int]:
        """Lines [start, end) of a table, its header included, its sub-tables too."""
        headers = [
            (number, found.group(1))
            for number, line in enumerate(self.lines)
            if (found := _HEADER.match(line))
        ]
        if not table:
            return 0, headers[0][0] if headers else len(self.lines)
        own = [number for number, name in headers if name == table]
        if index >= len(own):
            return 0, len(self.lines)
        start = own[index]
        end = next(
            (
                number
                for number, name in headers
                if number > start and not name.startswith(f"{table}.")
            ),
            len(self.lines),
        )
        return start, end

    def fail(
        self, why: str, table: str, index: int = 0, key: str | None = None,
        expected: str | None = None,
    ) -> DeclarationError:  # fmt: skip
        """The error that names the line, for the caller to raise."""
        line = self.line(table, index, key)
        return DeclarationError(self.path, why, line=line, expected=expected)

    def check(
        self, model: type[M], plain: Mapping[str, Any], table: str, index: int = 0,
        within: Sequence[str] = (),
    ) -> M:  # fmt: skip
        """`plain` as a model.

        Parameters
        ----------
        within : names of tables inside `table` that `plain` was taken from.

        Raises
        ------
        DeclarationError : a key is missing, unknown or has a value that cannot be; of several
            the first, with its line.
        """
        for name, value in plain.items():
            expected = _of_another_type(model, name, value)
            if expected:
                where = ".".join((*within, name))
                raise self.fail(f"{where} holds {value!r}", table, index, name, expected)
        try:
            return model.model_validate(dict(plain))
        except ValidationError as error:
            first = error.errors()[0]
            told = ".".join(str(part) for part in (*within, *first["loc"]))
            key = next((str(part) for part in first["loc"] if isinstance(part, str)), None)
            why = f"{told or table} {what_is_wrong(first)}"
            near = None
            if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
                near = ", ".join(difflib.get_close_matches(str(key), model.model_fields)) or None
            raise self.fail(why, table, index, key, near) from error


def _of_another_type(model: type[BaseModel], key: str, value: Any) -> str | None:
    """What was expected where a number or a truth stands as text, or one as the other."""
    field = model.model_fields.get(key)
    if field is None:
        return None
    parts = get_args(field.annotation) or (field.annotation,)
    kinds = {getattr(one, "__origin__", one) for one in parts}  # the type that Annotated is of
    number, truth = bool(kinds & {int, float}), bool in kinds
    if isinstance(value, str) and str not in kinds:
        return "a number without quotes" if number else "true or false" if truth else None
    if isinstance(value, bool) and number and not truth:
        return "a number"
    if isinstance(value, int | float) and truth and not number and not isinstance(value, bool):
        return "true or false"
    return None


def what_is_wrong(error: Mapping[str, Any]) -> str:
    """One of the errors of a validation, as the end of a sentence that begins with its field."""
    known = {
        "missing": "is missing", "extra_forbidden": "is not known here",
        "tuple_type": "must be a list in brackets", "list_type": "must be a list in brackets",
        "model_type": "must be a table", "dict_type": "must be a table",
        "model_attributes_type": "must be a table", "mapping_type": "must be a table",
        "string_type": "must be text in quotes",
    }  # fmt: skip
    words = known.get(error["type"])
    if words:
        return words
    told = str(error["msg"]).removeprefix("Value error, ")
    return told.replace("Input should", "must", 1)


def read_toml(path: Path) -> TomlFile:
    """The file, parsed.

    Raises
    ------
    DeclarationError : it cannot be read or is not TOML; names the line where there is one.
    """
    try:
        text = path.read_text("utf-8")
        return TomlFile(path, tuple(text.splitlines()), tomllib.loads(text))
    except OSError as error:
        raise DeclarationError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise DeclarationError(path, "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(found.group(1)) if found else None
        raise DeclarationError(path, str(error), line=line) from error
