"""Which upkeep a store needs, told from its ledger alone.

Apart from `core.upkeep`, which does it, because a build that finds nothing new asks this too and
must not wait for the libraries that read and write Parquet.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.ledger import Ledger, Part, SignalRow
from core.levels import Level, parse_rules, worthwhile


def untidy(ledger: Ledger) -> list[str]:
    """Devices that still need `tidy`, because their writer was killed before it got there."""
    rules = parse_rules(ledger.rules)
    late = {row.device for row in ledger.signals() if levels_wrong(row, rules)}
    for (device, _, _), parts in by_period(ledger.parts()).items():
        if to_merge(parts):
            late.add(device)
    return sorted(late)


def levels_wrong(row: SignalRow, rules: Sequence[Level]) -> bool:
    """Whether other levels are stored of a signal than its density makes worthwhile."""
    return set(row.levels) != {level.name for level in worthwhile(rules, row.rows, row.hours)}


def by_period(parts: Sequence[Part]) -> dict[tuple[str, str, str], list[Part]]:
    """Files by device, level and period."""
    groups: dict[tuple[str, str, str], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.device, part.level, part.period), []).append(part)
    return groups


def to_merge(parts: Sequence[Part]) -> list[Part]:
    """The newest parts of one level and period that are worth merging; empty if none.

    Sizes must at least double from newer to older, so that a row is rewritten only about
    log2(n) times however small the additions are.
    """
    ordered = sorted(parts, key=lambda part: part.generation)
    held = 0
    cut = len(ordered)
    for i in range(len(ordered) - 1, -1, -1):
        if i < len(ordered) - 1 and ordered[i].rows > 2 * held:
            break
        held += ordered[i].rows
        cut = i
    return ordered[cut:] if len(ordered) - cut > 1 else []
