"""Every error this project raises on purpose.

::

    ZigguratError
    ├── ConfigError             settings or signals.toml do not hold together
    │   └── RuleError           a rule of alerts cannot be: says which and why
    ├── SourceError             a source file cannot be read: names file, line, expectation
    │   └── DeclarationError    a source.toml is wrong
    ├── StoreError
    │   ├── StoreMissing        there is no store at this path
    │   ├── StoreFormatError    another format version, or not a store at all
    │   ├── StoreLocked         another writer has the device
    │   └── StoreDamaged        a file the ledger promises is missing or unreadable
    ├── QueryError
    │   ├── UnknownDevice
    │   ├── UnknownSignal
    │   ├── BadWindow           start is not before end, or not a time
    │   ├── LevelMissing        the level asked for is not stored for this signal
    │   ├── ModelMissing        no forecast model is stored for this quantity
    │   └── ModelUnfit          the stored model does not fit the data, or is damaged
    ├── PlanError               inputs of a plan or model do not hold together
    │   ├── Infeasible          no plan keeps every limit: names the limits in the way
    │   └── Unbounded           costs could fall without end: names what has no limit
    ├── AddressTaken            an address to serve at is in use, or not of this host
    ├── DeviceError             a device or broker could not be asked
    │   ├── Unreachable         no connection, or it broke
    │   ├── NoAnswer            nothing came within the time allowed
    │   └── BadAnswer           what came is no answer: an exception code, nonsense, wrong length
    └── DeliveryError           a message could not be handed over; it stays in the queue
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any


class ZigguratError(Exception):
    """Base of all errors raised on purpose."""


class ConfigError(ZigguratError):
    """Settings or rules that do not hold together."""


class RuleError(ConfigError):
    """A rule or a recipient of alerts that cannot be.

    Parameters
    ----------
    kind : what is wrong, for screens with words of their own, which `told` fills in.
    sentence : the same in English, to be filled in too.
    key : of the rule's table that is at fault, where it is one.
    """

    def __init__(self, kind: str, sentence: str, *, key: str = "", **told: str) -> None:
        self.kind, self.key, self.told = kind, key, told
        self.sentence = sentence
        of = next((one for one in ("rule", "recipient") if one in told), "")
        super().__init__((f"{of} {told[of]!r}: " if of else "") + sentence.format(**told))


class SourceError(ZigguratError):
    """A source file that cannot be read.

    Parameters
    ----------
    path : path of the file.
    why : what was found.
    line : physical line, 1-based, where known.
    expected : what would have been right.
    """

    def __init__(
        self, path: Path | str, why: str, *, line: int | None = None, expected: str | None = None
    ) -> None:
        self.path = Path(path)
        self.why = why
        self.line = line
        self.expected = expected
        super().__init__(path, why, line, expected)

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        hint = f"; expected {self.expected}" if self.expected else ""
        return f"{where}: {self.why}{hint}"


class DeclarationError(SourceError):
    """A source.toml that is wrong."""


class StoreError(ZigguratError):
    """Base of what can be wrong with a store."""


class StoreMissing(StoreError):
    """There is no store at this path."""


class StoreFormatError(StoreError):
    """The store has another format version, or is not a store."""


class StoreLocked(StoreError):
    """Another writer holds the device."""


class StoreDamaged(StoreError):
    """A file the ledger promises is missing or unreadable."""


class QueryError(ZigguratError):
    """Base of questions that have no answer."""


class UnknownDevice(QueryError):
    """No such device in the store."""


class UnknownSignal(QueryError):
    """No such signal on this device."""


class BadWindow(QueryError):
    """Start is not before end, or is not a time."""


class LevelMissing(QueryError):
    """The level asked for is not stored for this signal."""


class ModelMissing(QueryError):
    """No forecast model is stored for this quantity of this device."""


class ModelUnfit(QueryError):
    """A stored forecast model that does not fit the data as they are, or is damaged.

    Parameters
    ----------
    why : in words. mend : the command that mends it; empty where there is none.
    """

    def __init__(self, why: str, mend: str = "") -> None:
        self.why, self.mend = why, mend
        super().__init__(f"{why}; {mend}" if mend else why)


class PlanError(ZigguratError):
    """Inputs of a plan or of a model that do not hold together."""


class Infeasible(PlanError):
    """No plan keeps every limit; `conflicts` are the limits in the way.

    Each is a `core.analytics.dispatch_conflicts.Conflict`.
    `start` is that of the first step [µs UTC], None where it is not known.
    """

    def __init__(self, conflicts: tuple[Any, ...], words: str, start: int | None = None) -> None:
        self.conflicts = conflicts
        self.start = start
        super().__init__(words)


class Unbounded(PlanError):
    """Costs could fall without end; `free` names the flows that have no limit."""

    def __init__(self, free: tuple[str, ...], words: str) -> None:
        self.free = free
        super().__init__(words)


class AddressTaken(ZigguratError):
    """Nothing can be served at an address: in use, or not of this host."""


class DeviceError(ZigguratError):
    """A device or broker that could not be asked; the collector tries again.

    `place`, `key` and `facts` are what a page needs to say it in its own language; errors that
    are made by `core.failures.because` have them.
    """

    place: str = ""
    key: str = ""
    facts: Mapping[str, str] = MappingProxyType({})


class Unreachable(DeviceError):
    """There is no connection, or it broke."""


class NoAnswer(DeviceError):
    """Nothing came within the time allowed."""


class BadAnswer(DeviceError):
    """What came is no answer: an exception code, nonsense, a wrong length."""


class DeliveryError(ZigguratError):
    """A message could not be handed over; it stays in the queue and is tried again."""
