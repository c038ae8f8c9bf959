"""How a source is written, and what its device and signals are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.sources import SourceFile

MISSING = ("", "-", "NA", "NaN", "nan", "null", "NULL", "None", "n/a", "N/A", "#N/A")

_GENERIC = {"value", "wert", "reading", "messwert", "val"}


@dataclass(frozen=True)
class Column:
    """A column that becomes a signal; `scale * sign` is applied to its values.

    Parameters
    ----------
    name, index : in the source; the index counts from 0.
    signal, unit, quantity : in the store; unit and quantity None where the source does not say.
    boolean : True/False cells, read as 1 and 0.
    rising : an energy whose first values rise and never fall, as those of a counter.
    """

    name: str
    index: int
    signal: str
    unit: str | None = None
    scale: float = 1.0
    sign: int = 1
    quantity: str | None = None
    boolean: bool = False
    rising: bool = False


@dataclass(frozen=True)
class Layout:
    """How a source is written: found by looking, or declared.

    Parameters
    ----------
    format : 'csv', 'parquet' or one of `ingest.documents.FORMS`.
    header_line, data_line : physical lines, 1-based; header_line 0 where there is none.
    time_columns, time_index : one column, or date and time of day; none with `start_us`.
    time_format : None for ISO 8601, a `strptime` format, or 'count:s' for numbers since
        `origin_us`.
    zone : 'site', 'text' (each cell carries its offset), 'UTC', an offset, or an IANA name.
    label, interval_us : what the time stamps name, and the length of the interval [µs].
    columns : the signals.
    empty : columns without a value in what was looked at; read, and handed out once they have one.
    missing : cells that mean no value.
    notes : how each thing was found, in words.
    start_us, step_us : local time of the first row and step [µs] where there is no time column.
    width : number of fields of a row.
    long : names of the signal and value columns of a long table.
    facts : pairs that the source tells of its device.
    """

    format: str
    device: str
    group: str
    member: str | None = None
    compression: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str | None = None
    comment: str = "#"
    header_line: int = 0
    data_line: int = 1
    newline: str = "\n"
    width: int = 0
    time_columns: tuple[str, ...] = ()
    time_index: tuple[int, ...] = ()
    time_format: str | None = None
    zone: str = "site"
    label: str = "start"
    interval_us: int | None = None
    origin_us: int = 0
    start_us: int | None = None
    step_us: int | None = None
    columns: tuple[Column, ...] = ()
    empty: tuple[Column, ...] = ()
    long: tuple[str, str] | None = None
    missing: tuple[str, ...] = MISSING
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionary for JSON."""
        return {
            **vars(self),
            "columns": [vars(column) for column in self.columns],
            "empty": [vars(column) for column in self.empty],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Layout:
        """Layout from what `as_dict` gave, also after JSON turned its tuples into lists."""
        made: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in plain.items()
        }
        for key in ("columns", "empty"):
            made[key] = tuple(Column(**column) for column in plain[key])
        return cls(**made)


def name_device(source: SourceFile, names: Sequence[str]) -> tuple[str, str, str | None]:
    """Device, group and, for a file of one signal, the signal's name.

    `<group>/<device>/<signal>.csv` holds one value column named like the file, or with a name
    that says nothing; any other file is a device of its own.
    """
    path = source.logical
    stem = path.stem
    single = names[0] if len(names) == 1 else None
    if single is not None and (
        single == stem or stem.startswith(f"{single}.") or single.lower() in _GENERIC
    ):
        signal = stem if single.lower() in _GENERIC else single
        parents = path.parent.parts
        if parents:
            return parents[-1], parents[-2] if len(parents) > 1 else "", signal
        if single == stem or stem.startswith(f"{single}."):
            return source.root.resolve().name or stem, "", signal
        return stem, "", signal
    return stem, path.parent.name, None


def unique_names(names: Sequence[str]) -> list[str]:
    """Column names made unique: the second 'X' is 'X (2)', one without a name 'column 3'."""
    seen: Counter[str] = Counter()
    result = []
    for index, raw in enumerate(names):
        name = raw.strip() or ("" if index == 0 else f"column {index + 1}")
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
