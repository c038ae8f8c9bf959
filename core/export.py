"""Rows to files that others can read: CSV, Parquet and Excel, with zone and unit inside."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BadWindow, QueryError
from core.levels import HOUR
from core.rollup import day_index, day_starts, nests_in_days

if TYPE_CHECKING:
    from core.query import Store

EXCEL_ROWS = 1_048_576 - 20
SUFFIXES = (".csv", ".parquet", ".xlsx")


def export_frames(
    store: Store, device: str, signals: Iterable[str], start: int, end: int, level: str
) -> Iterator[pd.DataFrame]:
    """Rows of signals in [start, end) [µs UTC], about a month of one signal at a time.

    Columns: signal, unit, ts (time in the store's zone), then value for level ``raw``, else
    first, last, min, max, mean, count. Buckets cut by the window hold only what is inside it.

    Raises
    ------
    UnknownDevice, UnknownSignal, LevelMissing, BadWindow
    """
    if not start < end:
        raise BadWindow(f"the window ends ({end}) before it starts ({start})")
    starts = day_starts(store.zone)
    # Where hours straddle midnight, cutting at midnight would give an hour twice.
    step = 31 if level in ("raw", "1d") or nests_in_days(HOUR, store.zone) else len(starts)
    for name in signals:
        info = store.signal(device, name)
        if info.first is None or info.last is None:
            continue
        low, high = max(start, info.first), min(end, info.last + 1)
        if low >= high:
            continue
        first, last = day_index(np.array([low, high - 1]), store.zone)
        for at in range(int(first), int(last) + 1, step):
            begin = max(low, int(starts[at]))
            stop = min(high, int(starts[min(at + step, int(last) + 1)]))
            rows = store.buckets(device, name, begin, stop, level)
            if len(rows.ts):
                yield _frame(name, info.unit, rows, level, store.zone)


def _frame(name, unit, rows, level, zone) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    ts = pd.to_datetime(rows.ts, unit="us", utc=True).tz_convert(zone)
    if level == "raw":
        values = {"value": rows.sum}
    else:
        values = {
            "first": rows.first, "last": rows.last, "min": rows.min, "max": rows.max,
            "mean": rows.sum / rows.count, "count": rows.count,
        }  # fmt: skip
    return pd.DataFrame({"signal": name, "unit": unit, "ts": ts, **values})


def write_frames(frames: Iterable[pd.DataFrame], path: Path, about: Mapping[str, str]) -> int:
    """Write frames one after the other into a file by its suffix; returns the rows written.

    The file appears whole or not at all. `about` (device, zone, level, ...) stands in comment
    lines of a CSV, in the metadata of a Parquet file, on a sheet of its own in Excel.

    Raises
    ------
    QueryError : unknown suffix, no such folder, nothing to write, or more rows than Excel holds.
    """
    if path.suffix not in SUFFIXES:
        raise QueryError(f"{path.name}: unknown format; expected one of {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise QueryError(f"{path}: no such folder")
    draft = path.with_name(f".{path.name}.part")
    try:
        if path.suffix == ".xlsx":
            collected = list(frames)
            table = pd.concat(collected) if collected else pd.DataFrame()
            draft.write_bytes(excel_bytes(table, about) if len(table) else b"")
            rows = len(table)
        else:
            rows = _stream(frames, draft, path.suffix, about)
        if not rows:
            raise QueryError("nothing to export: no rows in this window")
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def _stream(
    frames: Iterable[pd.DataFrame], draft: Path, suffix: str, about: Mapping[str, str]
) -> int:
    rows = 0
    writer: pq.ParquetWriter | None = None
    with open(draft, "wb") as file:
        try:
            for frame in frames:
                if suffix == ".csv":
                    header = rows == 0
                    file.write((_comment(about) if header else "").encode())
                    frame.to_csv(file, index=False, header=header)
                else:
                    table = pa.Table.from_pandas(frame, preserve_index=False)
                    table = table.replace_schema_metadata(dict(about))
                    writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
                    writer.write_table(table)
                rows += len(frame)
        finally:
            if writer is not None:
                writer.close()
    return rows


def _comment(about: Mapping[str, str]) -> str:
    return "".join(f"# {key}: {value}\n" for key, value in about.items())


def csv_bytes(frame: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """A frame as CSV, `about` in comment lines above the header."""
    return (_comment(about) + frame.to_csv(index=False)).encode()


def parquet_bytes(frame: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """A frame as Parquet, `about` in the file's metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(dict(about)), sink, compression="zstd")
    return sink.getvalue()


def excel_bytes(frame: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """A frame as an Excel workbook, `about` on a sheet of its own; times without their zone.

    Raises
    ------
    QueryError : more rows than a sheet holds.
    """
    if len(frame) > EXCEL_ROWS:
        raise QueryError(
            f"{len(frame)} rows do not fit an Excel sheet ({EXCEL_ROWS}); export CSV or Parquet, "
            "or a coarser level"
        )
    plain = frame.copy()
    for name in plain.select_dtypes("datetimetz").columns:
        plain[name] = plain[name].dt.tz_localize(None)
    sink = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(sink, engine="xlsxwriter", engine_kwargs=options) as book:
        plain.to_excel(book, sheet_name="data", index=False)
        pd.DataFrame({"what": list(about), "value": list(about.values())}).to_excel(
            book, sheet_name="about", index=False
        )
    return sink.getvalue()


__all__ = [
    "csv_bytes",
    "excel_bytes",
    "export_frames",
    "parquet_bytes",
    "write_frames",
]
