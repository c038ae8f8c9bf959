"""What a store holds at one moment: devices and signals of the ledger, live readings beside them.

`core.query` asks its questions of such a state. Nothing here reads a Parquet file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from core.journal_records import LiveDevice, LiveFacts
from core.ledger import LIVE, Ledger, Part
from core.levels import SECOND, Level, worthwhile
from core.remembered import RememberedRows
from core.rollup import Float, Int


@dataclass(frozen=True)
class Device:
    """A device of the store; times [µs UTC]."""

    name: str
    group: str
    synthetic: bool
    rows: int
    first: int | None
    last: int | None
    signals: int
    facts: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class SignalInfo:
    """A signal with its meaning and coverage.

    Attributes
    ----------
    first, last : oldest and newest reading [µs UTC], None without readings.
    step_us : typical distance of readings [µs]: span over rows, or, where readings are missing
        for hours, time of the hours that hold any over rows.
    levels : levels stored, finest first; raw always is.
    """

    device: str
    name: str
    quantity: str
    unit: str
    kind: str
    pack: int | None
    cell: int | None
    first: int | None
    last: int | None
    rows: int
    step_us: int
    levels: tuple[str, ...]
    low: float | None = None
    high: float | None = None


class LiveView(Protocol):
    """One state of the readings that are not in the pyramid yet."""

    @property
    def devices(self) -> Mapping[str, LiveDevice]:
        """What the devices and signals are, by name."""
        ...

    @property
    def facts(self) -> Mapping[tuple[str, str], LiveFacts]:
        """What there is of each (device, signal)."""
        ...

    @property
    def until(self) -> int:
        """Number of the newest reading it holds; grows with every one."""
        ...

    def rows(self, device: str, signal: str, start: int, end: int) -> tuple[Int, Float]:
        """Time stamps [µs UTC] in [start, end) and values, sorted.

        Raises
        ------
        ViewOutdated : they became part of the pyramid since, and were taken away.
        """
        ...

    def newest(self, device: str, signal: str) -> int | None:
        """Newest time stamp [µs UTC]."""
        ...


class LiveReadings(Protocol):
    """Readings that are not in the pyramid yet; what a `core.journal.Journal` offers."""

    @property
    def id(self) -> str:
        """Names the journal in the ledger."""
        ...

    @property
    def shape(self) -> int:
        """Differs when devices or signals came or were described otherwise."""
        ...

    @property
    def last_seq(self) -> int:
        """Number of the last reading ever taken."""
        ...

    def view(self, settled: Mapping[str, int]) -> LiveView:
        """The present state of readings beyond a number by device."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """The ledger's state in memory, good until the next commit.

    `live` maps a device to the state of its source: the journal, and the number up to which its
    readings are in the parts.
    """

    devices: dict[str, Device]
    signals: dict[str, dict[str, SignalInfo]]
    since: dict[tuple[str, str], int]
    parts: dict[tuple[str, str], list[Part]]
    live: dict[str, dict[str, Any]]
    rows: RememberedRows = field(default_factory=RememberedRows)


@dataclass(frozen=True)
class State:
    """One state of the whole store: the ledger's, and the live readings it does not hold.

    `devices` and `signals` count both together.
    """

    stored: Snapshot
    live: LiveView | None
    devices: dict[str, Device]
    signals: dict[str, dict[str, SignalInfo]]


def load_snapshot(ledger: Ledger) -> Snapshot:
    """The ledger as it is now."""
    signals: dict[str, dict[str, SignalInfo]] = {}
    since: dict[tuple[str, str], int] = {}
    emptied = set()
    for row in ledger.signals():
        if not row.rows:
            emptied.add(row.device)
            continue
        meaning = row.meaning
        signals.setdefault(row.device, {})[row.name] = SignalInfo(
            row.device, row.name, meaning["quantity"], meaning["unit"], meaning["kind"],
            meaning["pack"], meaning["cell"], row.first, row.last, row.rows,
            typical_step(row.rows, row.hours, row.first, row.last), row.levels, row.low, row.high,
        )  # fmt: skip
        if row.since:
            since[row.device, row.name] = row.since
    live = {row.device: row.state for row in ledger.sources() if row.kind == LIVE}
    devices = {}
    for entry in ledger.devices():
        mine = signals.get(entry["name"], {}).values()
        if not mine and (entry["name"] in emptied or entry["name"] in live):
            continue  # all its rows went to another device, or none was good
        firsts = [info.first for info in mine if info.first is not None]
        lasts = [info.last for info in mine if info.last is not None]
        devices[entry["name"]] = Device(
            entry["name"], entry["grp"], entry["synthetic"], sum(info.rows for info in mine),
            min(firsts, default=None), max(lasts, default=None), len(mine), entry["facts"],
        )  # fmt: skip
    parts: dict[tuple[str, str], list[Part]] = {}
    for part in ledger.parts():
        parts.setdefault((part.device, part.level), []).append(part)
    return Snapshot(devices, signals, since, parts, live)


def typical_step(rows: int, hours: int, first: int | None, last: int | None) -> int:
    """Distance of readings [µs], see `SignalInfo`."""
    by_hours = hours * 3600 * SECOND // rows
    if rows < 2 or first is None or last is None:
        return max(1, by_hours)
    return max(1, min(by_hours, (last - first) // (rows - 1)))


def with_live(stored: Snapshot, view: LiveView, rules: Sequence[Level]) -> State:
    """The state of ledger and journal together."""
    devices, signals = dict(stored.devices), dict(stored.signals)
    touched: set[str] = set()
    for (device, name), facts in view.facts.items():
        if not facts.rows:
            continue
        if device not in touched:
            touched.add(device)
            signals[device] = dict(signals.get(device, {}))
        known = signals[device].get(name)
        signals[device][name] = (
            live_signal(view.devices[device], name, facts, rules)
            if known is None
            else replace(
                known,
                first=facts.first if known.first is None else min(known.first, facts.first),
                last=facts.last if known.last is None else max(known.last, facts.last),
                rows=known.rows + facts.rows,
                low=facts.low if known.low is None else min(known.low, facts.low),
                high=facts.high if known.high is None else max(known.high, facts.high),
            )
        )
    for name in touched:
        mine = signals[name] = dict(sorted(signals[name].items()))
        about = view.devices[name]
        before = devices.get(name) or Device(
            name, about.group, about.synthetic, 0, None, None, 0,
            {"site": about.site} if about.site else {},
        )  # fmt: skip
        devices[name] = replace(
            before,
            rows=sum(info.rows for info in mine.values()),
            first=min(info.first for info in mine.values() if info.first is not None),
            last=max(info.last for info in mine.values() if info.last is not None),
            signals=len(mine),
        )
    return State(stored, view, dict(sorted(devices.items())), signals)


def live_signal(
    device: LiveDevice, name: str, facts: LiveFacts, rules: Sequence[Level]
) -> SignalInfo:
    """A signal that only the journal knows, as it will be once it is settled."""
    meaning = device.signals[name]
    levels = tuple(level.name for level in worthwhile(rules, facts.rows, len(facts.hours)))
    return SignalInfo(
        device.name, name, meaning.quantity, meaning.unit, meaning.kind, meaning.pack,
        meaning.cell, facts.first, facts.last, facts.rows,
        typical_step(facts.rows, len(facts.hours), facts.first, facts.last), levels,
        facts.low, facts.high,
    )  # fmt: skip
