"""The levels of a pyramid: their widths, their names, and which are worth storing.

Apart from `core.rollup`, which fills them, so that a command with nothing to do need not wait for
numpy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.errors import ConfigError

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# A bucket is a row of eight columns: of fewer samples than about four, it costs more to write, keep
# and read than they do (benchmarks, docs/adr/0002). A tenth less, for readings lost.
SAMPLES_PER_BUCKET = 3.6
_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_RULE = re.compile(r"(\d+)(s|min|h|d)")


@dataclass(frozen=True, order=True)
class Level:
    """One step of the pyramid: buckets of `width_us` [µs]; a day is a LOCAL day."""

    width_us: int
    name: str = field(compare=False)

    @property
    def local_day(self) -> bool:
        """Whether buckets are local days."""
        return self.width_us == DAY


def parse_rules(text: str) -> tuple[Level, ...]:
    """Levels of ``"1min,5min,15min,1h,1d"``, finest first.

    Raises
    ------
    ConfigError : a width is unknown, not a multiple of the one below, or neither a day nor a part
        of an hour.
    """
    levels = []
    for part in (part.strip() for part in text.split(",")):
        found = _RULE.fullmatch(part)
        if not found or not int(found[1]):
            raise ConfigError(f"level {part!r}: expected e.g. 1min, 15min, 1h or 1d")
        levels.append(Level(int(found[1]) * _UNITS[found[2]], part))
    levels.sort()
    for fine, coarse in pairwise(levels):
        if coarse.width_us == fine.width_us or coarse.width_us % fine.width_us:
            raise ConfigError(f"level {coarse.name} is not a multiple of {fine.name}")
    if any(level.width_us > DAY for level in levels):
        raise ConfigError("levels coarser than 1d are not supported")
    for level in levels:
        # What a reading touches is rolled up anew in whole hours; no bucket may reach beyond.
        if not level.local_day and HOUR % level.width_us:
            raise ConfigError(f"level {level.name} does not divide an hour")
    return tuple(levels)


def worthwhile(levels: Sequence[Level], rows: int, hours: int) -> tuple[Level, ...]:
    """Levels worth storing for a signal with `rows` samples in `hours` hours that hold any.

    Levels of an hour and coarser always are; a finer one needs on average nearly four samples a
    bucket. A function of the raw content alone, so that no order of arrival matters.
    """
    density = rows / hours if hours else 0.0
    return tuple(
        level
        for level in levels
        if level.width_us >= HOUR or density * level.width_us / HOUR >= SAMPLES_PER_BUCKET
    )
