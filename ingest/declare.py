"""`source.toml`: what looking at a file cannot tell, written down beside it."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.errors import ConfigError, DeclarationError
from core.levels import DAY, HOUR, MINUTE, SECOND
from ingest.sources import SourceFile

FILE = "source.toml"

_UNITS = {"us": 1, "ms": 1000, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)")


@dataclass(frozen=True)
class ColumnRule:
    """What a declaration says of one column; None leaves it to looking."""

    signal: str | None = None
    unit: str | None = None
    sign: int | None = None
    scale: float | None = None
    quantity: str | None = None
    skip: bool = False


@dataclass(frozen=True)
class Declaration:
    """One `[[source]]` table. Every field but `files` may be None: then it is found by looking.

    Parameters
    ----------
    path, files : the declaration file and the glob of the sources it speaks of.
    device, group : names in the store.
    delimiter, decimal, encoding, comment : of the text.
    header : physical line of the header, 1-based; 0 for none.
    skip_lines : lines before the header.
    time, format, zone : time columns, their `strptime` format, zone of naive times.
    label, interval_us : 'start' or 'end', and the length of the interval [µs].
    origin, time_unit : what a numeric time counts from ('epoch' or a date) and in which unit.
    start, step_us : first time stamp and step [µs] of a table without a time column.
    missing : cells that mean no value, besides the usual ones.
    columns, only : rules by column name; names of the only columns to read.
    """

    path: Path
    files: str = "*"
    device: str | None = None
    group: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    comment: str | None = None
    header: int | None = None
    skip_lines: int | None = None
    time: tuple[str, ...] | None = None
    format: str | None = None
    zone: str | None = None
    label: str | None = None
    interval_us: int | None = None
    origin: datetime | None = None
    time_unit: str | None = None
    start: datetime | None = None
    step_us: int | None = None
    missing: tuple[str, ...] = ()
    columns: tuple[tuple[str, ColumnRule], ...] = ()
    only: tuple[str, ...] | None = None

    def rule(self, column: str) -> ColumnRule | None:
        """The rule for a column name, None where nothing is said."""
        return dict(self.columns).get(column)


_TEXTS = ("files", "device", "group", "encoding", "format", "zone")
KEYS = (
    *_TEXTS, "delimiter", "decimal", "comment", "header", "skip_lines", "time", "label",
    "interval", "origin", "time_unit", "start", "step", "missing", "columns", "only",
)  # fmt: skip
_COLUMN_KEYS = ("signal", "unit", "sign", "scale", "quantity")


class _Table:
    """One `[[source]]` table while it is checked; knows where its keys stand in the file."""

    def __init__(self, path: Path, lines: list[str], first: int, plain: Mapping[str, Any]) -> None:
        self.path, self.plain = path, plain
        self._lines, self._first = lines, first

    def line(self, key: str) -> int:
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        for number in range(self._first, len(self._lines) + 1):
            if pattern.match(self._lines[number - 1]):
                return number
        return self._first

    def fail(self, key: str, why: str, expected: str | None = None) -> DeclarationError:
        return DeclarationError(self.path, why, line=self.line(key), expected=expected)

    def text(self, key: str) -> str | None:
        value = self.plain.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.fail(key, f"{key} = {value!r}", "a text")
        return value

    def letter(self, key: str) -> str | None:
        value = self.text(key)
        if value is not None and len(value) != 1:
            raise self.fail(key, f"{key} = {value!r}", "one character")
        return value

    def choice(self, key: str, of: Sequence[str]) -> str | None:
        value = self.text(key)
        if value is not None and value not in of:
            raise self.fail(key, f"{key} = {value!r}", " or ".join(of))
        return value

    def count(self, key: str) -> int | None:
        value = self.plain.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, f"{key} = {value!r}", "a number of lines")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.plain.get(key)
        if value is None:
            return None
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
            raise self.fail(key, f"{key} = {value!r}", "a text or a list of texts")
        return tuple(listed)

    def span(self, key: str) -> int | None:
        value = self.plain.get(key)
        if value is None:
            return None
        match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
        size = round(float(match[1]) * _UNITS[match[2]]) if match else 0
        if size <= 0:
            raise self.fail(key, f"{key} = {value!r}", 'a span as "15min", "1h" or "30s"')
        return size

    def moment(self, key: str) -> datetime | None:
        value = self.plain.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                return datetime(1970, 1, 1) if value == "epoch" else datetime.fromisoformat(value)
            except ValueError:
                value = repr(value)
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)
        raise self.fail(key, f"{key} = {value}", "a date and time as 2024-01-01 00:00:00")

    def zone(self) -> str | None:
        value = self.text("zone")
        if value is not None and value != "site":
            from core.zones import zone_name

            try:
                zone_name(value)
            except ConfigError as error:
                raise self.fail("zone", str(error), "an IANA name, +01:00, UTC or site") from error
        return value

    def columns(self) -> tuple[tuple[str, ColumnRule], ...]:
        value = self.plain.get("columns", {})
        if not isinstance(value, dict):
            raise self.fail("columns", f"columns = {value!r}", "a table of column names")
        return tuple((name, self._column(name, rule)) for name, rule in value.items())

    def _column(self, name: str, rule: object) -> ColumnRule:
        if rule is False:
            return ColumnRule(skip=True)
        if isinstance(rule, str) and rule:
            return ColumnRule(signal=rule)
        if not isinstance(rule, dict):
            raise self.fail(name, f"column {name!r} = {rule!r}", "a table, a signal name or false")
        unknown = [key for key in rule if key not in _COLUMN_KEYS]
        if unknown:
            raise self.fail(
                name, f"column {name!r}: unknown keys {', '.join(unknown)}", ", ".join(_COLUMN_KEYS)
            )
        for key in ("signal", "unit", "quantity"):
            if not isinstance(rule.get(key, ""), str):
                raise self.fail(name, f"column {name!r}: {key} = {rule[key]!r}", "a text")
        if rule.get("sign", 1) not in (1, -1):
            raise self.fail(name, f"column {name!r}: sign = {rule['sign']!r}", "1 or -1")
        scale = rule.get("scale", 1.0)
        if not isinstance(scale, int | float) or isinstance(scale, bool) or not scale:
            raise self.fail(name, f"column {name!r}: scale = {scale!r}", "a number that is not 0")
        return ColumnRule(
            signal=rule.get("signal"),
            unit=rule.get("unit"),
            sign=rule.get("sign"),
            scale=None if "scale" not in rule else float(scale),
            quantity=rule.get("quantity"),
        )

    def declaration(self) -> Declaration:
        unknown = [key for key in self.plain if key not in KEYS]
        if unknown:
            why = f"unknown keys: {', '.join(unknown)}"
            raise self.fail(unknown[0], why, f"keys of {', '.join(KEYS)}")
        found = Declaration(
            path=self.path,
            files=self.text("files") or "*",
            device=self.text("device"),
            group=self.plain.get("group") and self.text("group"),
            delimiter=self.letter("delimiter"),
            decimal=self.choice("decimal", (".", ",")),
            encoding=self.text("encoding"),
            comment=self.text("comment"),
            header=self.count("header"),
            skip_lines=self.count("skip_lines"),
            time=self.texts("time"),
            format=self.text("format"),
            zone=self.zone(),
            label=self.choice("label", ("start", "end")),
            interval_us=self.span("interval"),
            origin=self.moment("origin"),
            time_unit=self.choice("time_unit", tuple(_UNITS)),
            start=self.moment("start"),
            step_us=self.span("step"),
            missing=self.texts("missing") or (),
            columns=self.columns(),
            only=self.texts("only"),
        )
        self._check_together(found)
        return found

    def _check_together(self, found: Declaration) -> None:
        if (found.start is None) != (found.step_us is None):
            raise self.fail("start", "start and step belong together", "both or none")
        if found.start is not None and found.time is not None:
            raise self.fail("start", "start and step are for tables without a time column")
        if (found.origin is None) != (found.time_unit is None):
            raise self.fail("origin", "origin and time_unit belong together", "both or none")
        if found.header is not None and found.skip_lines is not None:
            raise self.fail("skip_lines", "header and skip_lines say the same", "one of them")
        if found.encoding is not None:
            try:
                "".encode(found.encoding)
            except LookupError as error:
                raise self.fail("encoding", str(error)) from error


def load_declarations(path: Path) -> list[Declaration]:
    """Read and check a declaration file.

    Raises
    ------
    DeclarationError : not TOML, unknown keys, or values that do not hold; names the line.
    """
    try:
        text = path.read_text("utf-8")
        plain = tomllib.loads(text)
    except OSError as error:
        raise DeclarationError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DeclarationError(path, "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise DeclarationError(path, f"is not TOML: {error}", line=line) from error
    lines = text.splitlines()
    whole = _Table(path, lines, 1, plain)
    unknown = [key for key in plain if key != "source"]
    if unknown:
        why = f"unknown keys: {', '.join(unknown)}"
        raise whole.fail(unknown[0], why, "[[source]] tables only")
    tables = plain.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DeclarationError(path, "source is not a list of tables", expected="[[source]]")
    starts = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*source\s*\]\]", line)]
    starts += [1] * (len(tables) - len(starts))
    return [
        _Table(path, lines, first, table).declaration()
        for first, table in zip(starts, tables, strict=False)
    ]


def declaration_for(source: SourceFile, extra: Sequence[Declaration] = ()) -> Declaration | None:
    """The declaration that speaks of a source, if any.

    Those given by hand come first, then `source.toml` beside the file and in the folders above it
    up to the root; the nearest one with a matching `files` wins, and in it the first table.

    Raises
    ------
    DeclarationError : a `source.toml` on the way is wrong.
    """
    for declaration in extra:
        if _speaks_of(declaration, source, source.root):
            return declaration
    folder = source.path.parent
    while True:
        beside = folder / FILE
        if beside.is_file():
            for declaration in load_declarations(beside):
                if _speaks_of(declaration, source, folder):
                    return declaration
        if folder == source.root or source.root not in folder.parents:
            return None
        folder = folder.parent


def _speaks_of(declaration: Declaration, source: SourceFile, folder: Path) -> bool:
    names = [source.path.name]
    if source.path.is_relative_to(folder):
        names.append(source.path.relative_to(folder).as_posix())
    if source.member is not None:
        names.append(source.member)
    return any(fnmatch.fnmatchcase(name, declaration.files) for name in names)
