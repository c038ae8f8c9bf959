"""Parquet sources: long (signal, time, value) or wide (time and one column per signal)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import SourceError
from ingest import times
from ingest.clock import ClockState, Mask, Nonexistent, Times, to_utc
from ingest.csv_files import BadCell, Batch, Floats
from ingest.declare import ColumnRule, Declaration
from ingest.layout import Column, Layout, name_device
from ingest.sources import SourceFile

BATCH_ROWS = 1 << 18

_SIGNAL_NAMES = ("signal", "variable", "tag", "name", "metric", "channel")
_VALUE_NAMES = ("value", "val", "wert", "reading")


def _open(source: SourceFile) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(source.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(source.path, f"is not a readable Parquet file ({error})") from error


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_floating(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    )


def _time_field(source: SourceFile, schema: pa.Schema, declared: Declaration | None) -> pa.Field:
    if declared is not None and declared.time:
        if declared.time[0] not in schema.names:
            raise SourceError(
                source.path,
                f"no column {declared.time[0]!r} as declared in {declared.path}",
                expected=f"one of {', '.join(schema.names)}",
            )
        return schema.field(declared.time[0])
    stamps = [f for f in schema if pa.types.is_timestamp(f.type) or pa.types.is_date(f.type)]
    named = [f for f in schema if f.name.lower() in times.NAMES]
    for field in [*(f for f in named if f in stamps), *stamps, *named]:
        return field
    raise SourceError(source.path, "no time column", expected="a time stamp column")


def look_parquet(source: SourceFile, declared: Declaration | None) -> Layout:
    """Layout of a Parquet file, from its schema and its first rows.

    Raises
    ------
    SourceError : not Parquet, or no time column.
    """
    with _open(source) as file:
        schema = file.schema_arrow
        field = _time_field(source, schema, declared)
        first = next(file.iter_batches(50, columns=[field.name]), None)
    zone, form = _time_kind(source, field, first)
    if declared is not None and declared.zone is not None and zone == "site":
        zone = declared.zone
    layout = Layout(
        format="parquet",
        device="",
        group="",
        time_columns=(field.name,),
        time_index=(schema.get_field_index(field.name),),
        time_format=form,
        zone=zone,
        label=(declared.label if declared is not None else None) or "start",
        interval_us=declared.interval_us if declared is not None else None,
        width=len(schema.names),
        notes=(f"time from column {field.name}",),
    )
    signal = next(
        (f.name for f in schema if f.name.lower() in _SIGNAL_NAMES and _is_text(f.type)), None
    )
    value = next(
        (f.name for f in schema if f.name.lower() in _VALUE_NAMES and _is_numeric(f.type)), None
    )
    device, group, alone = name_device(
        source, [f.name for f in schema if f is not field and _is_numeric(f.type)]
    )
    if signal is not None and value is not None:
        note = f"long table: signals are named in column {signal}"
        layout = replace(layout, long=(signal, value), notes=(*layout.notes, note))
    else:
        layout = replace(layout, columns=tuple(_columns(schema, field, declared, alone)))
    if declared is not None:
        device, group = declared.device or device, declared.group or group
    return replace(layout, device=device, group=group)


def _time_kind(
    source: SourceFile, field: pa.Field, first: pa.RecordBatch | None
) -> tuple[str, str | None]:
    """Zone and format of the time column."""
    if pa.types.is_timestamp(field.type):
        return ("UTC" if field.type.tz else "site"), None
    if pa.types.is_date(field.type) or first is None or not first.num_rows:
        return "site", None
    cells = [str(cell) for cell in first.column(0).drop_null().to_pylist()]
    if _is_numeric(field.type):
        unit = times.epoch_unit(cells)
        if unit is None:
            raise SourceError(
                source.path,
                f"column {field.name} counts from an unknown origin",
                expected="a time stamp column",
            )
        return "UTC", f"count:{unit}"
    guess = times.guess_format(cells, [], field.name)
    if guess is None:
        raise SourceError(source.path, f"column {field.name} is no time stamp", expected="ISO 8601")
    offsets = guess[0] is None and cells and times.has_offset(cells[0])
    return ("text" if offsets else "site"), guess[0]


def _columns(
    schema: pa.Schema, time: pa.Field, declared: Declaration | None, alone: str | None
) -> Iterator[Column]:
    for index, field in enumerate(schema):
        rule = (declared.rule(field.name) if declared is not None else None) or ColumnRule()
        only = declared.only if declared is not None else None
        if only is not None and field.name not in only:
            continue
        if field.name == time.name or rule.skip or not _is_numeric(field.type):
            continue
        yield Column(
            name=field.name,
            index=index,
            signal=rule.signal or alone or field.name,
            unit=rule.unit,
            scale=1.0 if rule.scale is None else rule.scale,
            sign=rule.sign or 1,
            quantity=rule.quantity,
            boolean=pa.types.is_boolean(field.type),
        )


def read_parquet(
    source: SourceFile, layout: Layout, zone: str, nonexistent: Nonexistent
) -> Iterator[Batch]:
    """Batches of a Parquet file, row group by row group; a long table gives one per signal."""
    clocks: defaultdict[str, ClockState] = defaultdict(ClockState)
    wanted = [*layout.time_columns, *(layout.long or (c.name for c in layout.columns))]
    first = 1
    with _open(source) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=wanted):
            us, ok = _times(batch.column(layout.time_columns[0]), layout)
            lines = np.arange(first, first + len(us))
            first += len(us)
            for key, rows, values in _split(batch, layout):
                keep = rows[ok[rows]]
                bad = [
                    BadCell(int(lines[k]), layout.time_columns[0], "", "no time stamp")
                    for k in rows[~ok[rows]]
                ]
                width = (layout.interval_us or 0) if layout.label == "end" else 0
                if layout.zone == "text":
                    ts, gone = us[keep] - width, np.zeros(len(keep), bool)
                else:
                    ts, gone, clocks[key] = to_utc(
                        us[keep], zone, clocks[key], nonexistent, end_of_us=width
                    )
                bad += [
                    BadCell(int(lines[k]), layout.time_columns[0], "",
                            f"time does not exist in {zone}")
                    for k in keep[gone]
                ]  # fmt: skip
                inside = np.isin(rows, keep[~gone])
                kept = {signal: column[inside] for signal, column in values.items()}
                bad += _infinite(kept, lines[keep[~gone]])
                yield Batch(ts[~gone], kept, bad, int(lines[0]), lines[keep[~gone]])


def _infinite(values: dict[str, Floats], lines: Times) -> list[BadCell]:
    """Infinite values are none; they are named and become NaN."""
    bad = []
    for signal, column in values.items():
        for k in np.flatnonzero(np.isinf(column)):
            bad.append(BadCell(int(lines[k]), signal, str(column[k]), "not a number"))
            column[k] = np.nan
    return bad


def _times(cells: pa.Array, layout: Layout) -> tuple[Times, Mask]:
    """Time column as microseconds, and which rows have one."""
    ok = np.asarray(cells.is_valid())
    if layout.time_format is not None and layout.time_format.startswith("count:"):
        factor = times.EPOCH_FACTOR[layout.time_format.removeprefix("count:")]
        counts = pc.fill_null(pc.cast(cells, pa.float64()), 0.0).to_numpy(zero_copy_only=False)
        return np.rint(counts * factor).astype(np.int64), ok
    if _is_text(cells.type):
        text = cells.cast(pa.string())
        if layout.time_format is not None:
            return times.parse_format(text, layout.time_format)
        us, fine, _ = times.parse_iso(text)
        return us, fine
    stamps = cells.cast(pa.timestamp("us", tz=getattr(cells.type, "tz", None)), safe=False)
    return pc.fill_null(stamps.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), ok


def _floats(cells: pa.Array) -> Floats:
    numbers: Floats = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False).copy()
    return numbers


def _split(batch: pa.RecordBatch, layout: Layout) -> Iterator[tuple[str, Times, dict[str, Floats]]]:
    """Rows and values that share a clock: all of a wide table, each signal of a long one."""
    if layout.long is None:
        values = {
            c.signal: _floats(batch.column(c.name)) * (c.scale * c.sign) for c in layout.columns
        }
        yield "", np.arange(batch.num_rows), values
        return
    names, value = layout.long
    encoded = batch.column(names)
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    numbers = _floats(batch.column(value))
    for code, signal in enumerate(encoded.dictionary.to_pylist()):
        rows = np.flatnonzero(codes == code)
        if len(rows):
            yield signal, rows, {signal: numbers[rows]}
