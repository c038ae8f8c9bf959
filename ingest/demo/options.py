"""What may be asked of the demo site, validated once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from core.errors import ConfigError

FAULT_KINDS = ("capacity", "offset_high", "offset_low", "resistance", "self_discharge")
DEFAULT_FAULTS = "capacity:3,offset_high:2,offset_low:2,resistance:3,self_discharge:2"


@dataclass(frozen=True)
class DemoOptions:
    """Options of the demo site; equal options give byte-identical readings.

    Parameters
    ----------
    seed : seed of every random stream.
    days : number of local days, 2 or more.
    faults : ``"default"``, ``"none"`` or counts by kind, ``"capacity:3,resistance:1"``.
    end : last local day, ``YYYY-MM-DD``.
    zone : IANA time zone of the site.
    packs, cells : packs in series, and cells in series in each pack.

    Raises
    ------
    ConfigError
        A value outside its range.
    """

    seed: int = 7
    days: int = 270
    faults: str = "default"
    end: str = "2025-06-30"
    zone: str = "Europe/Berlin"
    packs: int = 5
    cells: int = 52

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"seed {self.seed}: expected 0 or more")
        if self.days < 2:
            raise ConfigError(f"days {self.days}: expected 2 or more")
        if self.packs < 1 or self.cells < 1:
            raise ConfigError(f"{self.packs} packs x {self.cells} cells: expected 1 or more")
        try:
            date.fromisoformat(self.end)
        except ValueError as error:
            raise ConfigError(f"end {self.end!r}: expected YYYY-MM-DD") from error
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(f"zone {self.zone!r}: expected an IANA name") from error
        total = sum(self.fault_counts().values())
        if total > self.packs * self.cells:
            raise ConfigError(
                f"faults: {total} faults but {self.packs * self.cells} cells a string"
            )

    @property
    def first_day(self) -> date:
        """First local day."""
        return date.fromisoformat(self.end) - timedelta(days=self.days - 1)

    def fault_counts(self) -> dict[str, int]:
        """Number of faulty cells of each kind asked for.

        Raises
        ------
        ConfigError
            An unknown kind or a count that is not a whole number.
        """
        if self.faults == "none":
            return {}
        text = DEFAULT_FAULTS if self.faults == "default" else self.faults
        counts: dict[str, int] = {}
        for item in text.split(","):
            kind, _, number = item.strip().partition(":")
            if kind not in FAULT_KINDS or not number.isdecimal():
                raise ConfigError(f"faults {item!r}: expected kind:count, kind of {FAULT_KINDS}")
            counts[kind] = counts.get(kind, 0) + int(number)
        return counts

    def rng(self, stream: str) -> np.random.Generator:
        """Random stream of this name: adding a stream never shifts another."""
        return np.random.default_rng([self.seed, zlib.crc32(stream.encode())])
