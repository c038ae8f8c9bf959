"""Upkeep of a store: merge small files, add levels that became worthwhile, verify."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from core.arrays import to_float64, to_int32, to_int64
from core.due import by_period, levels_wrong, to_merge
from core.ledger import Commit, Ledger, Part, SignalRow
from core.levels import SECOND, Level, parse_rules, worthwhile
from core.parts import (
    LEVEL_SCHEMA,
    RAW,
    RAW_SCHEMA,
    PartReader,
    concat,
    raw_stretches,
    read_level,
)
from core.pyramid import CHUNK_ROWS, DeviceWriter
from core.rollup import (
    Buckets,
    count_hours,
    parent,
    roll_buckets,
    roll_levels,
    roll_raw,
    touched_span,
)


def tidy(ledger: Ledger, device: str) -> None:
    """What a device needs after a commit. Hold the lock."""
    relevel(ledger, device, parse_rules(ledger.rules), ledger.zone)
    compact(ledger, device)


def compact(ledger: Ledger, device: str) -> int:
    """Merge small files of a device where that pays. Hold the lock. Returns files removed."""
    groups = by_period(ledger.parts(device)).values()
    due = [merge for parts in groups if (merge := to_merge(parts))]
    if not due:
        return 0
    since = {row.name: row.since for row in ledger.signals(device)}
    writer = DeviceWriter(ledger, device)
    reader = PartReader(ledger.root)
    for parts in due:
        _merge_parts(reader, parts, since, writer)
    reader.close()
    drop = [part for parts in due for part in parts]
    writer.commit(lambda _: None, drop)
    return len(drop)


def _merge_parts(
    reader: PartReader, parts: Sequence[Part], since: dict[str, int], writer: DeviceWriter
) -> None:
    level = parts[0].level
    schema = RAW_SCHEMA if level == RAW else LEVEL_SCHEMA
    width = 0 if level == RAW else _width_of(level)
    low = min(part.signal_first for part in parts)
    high = max(part.signal_last for part in parts)
    names = [name for name in sorted(since) if low <= name <= high]
    total = sum(part.rows for part in parts)
    step = max(1, len(names) * CHUNK_ROWS // max(4 * total, 1))
    for at in range(0, len(names), step):
        block = names[at : at + step]
        _merge_block(reader, parts, block, since, writer, (level, width, schema))


def _merge_block(
    reader: PartReader,
    parts: Sequence[Part],
    block: list[str],
    since: dict[str, int],
    writer: DeviceWriter,
    kind: tuple[str, int, pa.Schema],
) -> None:
    """Merge the rows of signals next to each other; the later generation stands."""
    level, width, schema = kind
    tables = []
    for part in parts:
        table = reader.read(part, block[0], block[-1], -(2**62), 2**62)
        stale = [name for name in block if since[name] > part.generation]
        if stale:
            import pyarrow.compute as pc

            table = table.filter(
                pc.invert(pc.is_in(table["signal"].cast(pa.string()), pa.array(stale, pa.string())))
            )
        tables.append(table)
    table = concat(tables).unify_dictionaries().combine_chunks()
    if not table.num_rows:
        return
    names = table["signal"].chunk(0)
    order_of = np.searchsorted(block, names.dictionary.to_pylist())
    code = order_of[to_int32(names.indices)]
    columns: list[Any] = [to_int64(table["ts"])]
    columns += [
        to_int32(table[name]) if schema.field(name).type == pa.int32() else to_float64(table[name])
        for name in schema.names[2:]
    ]
    order = np.lexsort((columns[0], code))
    code = code[order]
    columns = [column[order] for column in columns]
    same = (code[1:] == code[:-1]) & (columns[0][1:] == columns[0][:-1])
    keep = np.append(~same, True)
    code = code[keep]
    columns = [column[keep] for column in columns]
    edges = [*np.flatnonzero(np.append(True, code[1:] != code[:-1])).tolist(), len(code)]
    for a, b in itertools.pairwise(edges):
        writer.append_rows(
            level, width, schema, block[code[a]], [column[a:b] for column in columns]
        )


def _width_of(level: str) -> int:
    return parse_rules(level)[0].width_us


def relevel(ledger: Ledger, device: str, rules: Sequence[Level], zone: str) -> int:
    """Bring the stored levels of each signal in line with its density. Hold the lock."""
    wrong = [row for row in ledger.signals(device) if levels_wrong(row, rules)]
    if not wrong:
        return 0
    writer = DeviceWriter(ledger, device)
    reader = PartReader(ledger.root)
    parts = ledger.parts(device)
    fixed = []
    for row in sorted(wrong, key=lambda row: row.name):
        wanted = worthwhile(rules, row.rows, row.hours)
        due = _to_write(rules, row.levels, wanted)
        for ts, value, _ in raw_stretches(reader, parts, row, zone) if due else ():
            rolled = roll_levels(ts, value, wanted, zone)
            for level in due:
                writer.append_level(row.name, level, rolled[level])
        fixed.append(replace(row, levels=tuple(level.name for level in wanted)))
    reader.close()

    def record(commit: Commit) -> None:
        for row in fixed:
            commit.put_signal(row)

    writer.commit(record)
    return len(fixed)


def _to_write(
    rules: Sequence[Level], stored: Sequence[str], wanted: Sequence[Level]
) -> list[Level]:
    """Levels to write where those `stored` become those `wanted`.

    Those above a level that comes or goes are built from another one than before, and sums of
    floating-point numbers depend on the order.
    """
    changed = {level.name for level in wanted} ^ set(stored)
    finest = min(level.width_us for level in rules if level.name in changed)
    return [level for level in wanted if level.width_us >= finest]


def verify_device(ledger: Ledger, device: str) -> Iterator[str]:
    """Derive each level anew from the one below; yields a sentence for each difference."""
    zone = ledger.zone
    rules = parse_rules(ledger.rules)
    parts = ledger.parts(device)
    for part in parts:
        path = ledger.root / part.path
        if not path.is_file() or path.stat().st_size != part.bytes:
            yield f"{part.path}: missing or not {part.bytes} bytes long"
            return
    reader = PartReader(ledger.root)
    for row in ledger.signals(device):
        stored = [level for level in rules if level.name in row.levels]
        rows = hours = 0
        seen = dict.fromkeys(stored, 0)
        for ts, value, _ in raw_stretches(reader, parts, row, zone):
            rows += len(ts)
            hours += count_hours(ts)
            span = touched_span(int(ts[0]), int(ts[-1]), zone)
            found: dict[Level, Buckets] = {}
            for level in stored:
                start, end = span[2:] if level.local_day else span[:2]
                found[level] = read_level(
                    reader, parts, level.name, row.name, start, end, row.since
                )
                below = parent(level, [lv for lv in stored if lv < level], zone)
                derived = (
                    roll_raw(ts, value, level, zone)
                    if below is None
                    else roll_buckets(found[below], level, zone)
                )
                seen[level] += len(found[level].ts)
                yield from _differences(row, level, found[level], derived)
        if (rows, hours) != (row.rows, row.hours):
            yield (
                f"{device}/{row.name}: ledger says {row.rows} raw rows in {row.hours} hours, "
                f"files hold {rows} in {hours}"
            )
        for level in stored:
            whole = read_level(reader, parts, level.name, row.name, -(2**62), 2**62, row.since)
            if len(whole.ts) != seen[level]:
                yield f"{device}/{row.name} {level.name}: buckets outside the raw rows"
    reader.close()


def _differences(row: SignalRow, level: Level, found: Buckets, derived: Buckets) -> Iterator[str]:
    where = f"{row.device}/{row.name} {level.name}"
    if not np.array_equal(found.ts, derived.ts):
        odd = np.setxor1d(found.ts, derived.ts)
        at = datetime.fromtimestamp(int(odd[0]) / SECOND, UTC) if len(odd) else "?"
        yield f"{where}: {len(odd)} buckets differ in being there, first at {at}"
        return
    for name, a, b in zip(Buckets._fields[1:], found[1:], derived[1:], strict=True):
        wrong = np.flatnonzero(a != b)
        if len(wrong):
            at = datetime.fromtimestamp(int(found.ts[wrong[0]]) / SECOND, UTC)
            yield (
                f"{where}: {name} differs in {len(wrong)} buckets, first at {at}: "
                f"{a[wrong[0]]!r} stored, {b[wrong[0]]!r} derived"
            )


def storage(ledger: Ledger) -> dict[str, Any]:
    """Bytes and rows by level."""
    answer: dict[str, Any] = {}
    for part in ledger.parts():
        entry = answer.setdefault(part.level, {"files": 0, "rows": 0, "bytes": 0})
        entry["files"] += 1
        entry["rows"] += part.rows
        entry["bytes"] += part.bytes
    return answer
