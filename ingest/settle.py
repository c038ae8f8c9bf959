"""From the journal to the pyramid: readings of live devices become part of the store.

The ledger's transaction that adds the files of a device also notes the number up to which its
readings are in them. Killed before it, nothing has happened; killed after it, all has. Nothing is
ever deleted from the journal that a ledger does not say it holds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.config import Settings
from core.errors import StoreError, StoreLocked
from core.journal import KEEP_S, Journal, settled_in
from core.journal_records import LiveDevice, SitePlace, Unsettled
from core.ledger import (
    LIVE,
    Commit,
    Ledger,
    QuarantineRow,
    SourceRow,
    create_ledger,
    open_ledger,
)
from core.pyramid import DeviceSession
from core.readings import Quality
from core.signals import Signal
from core.upkeep import tidy

ROUND = 400_000  # readings held at once
REASONS = {
    Quality.STALE: "stale: the device's clock has not moved on, or the reading is old",
    Quality.OUT_OF_RANGE: "outside the plausible range of its signal",
    Quality.DECODE_ERROR: "not a value of the expected type",
    Quality.CLOCK_AHEAD: "the device's clock is ahead: the reading is from the future",
    Quality.NO_VALUE: "the device says that it has no value",
}


@dataclass
class Settled:
    """What settling did.

    `readings` became part of the pyramid; `repeated` of them stood there already, `replaced` gave
    a time another value; `bad` went to the quarantine. `later` are devices another process was
    writing, `failed` those that could not be written, with the reason; both keep their readings
    in the journal.
    """

    devices: list[str] = field(default_factory=list)
    readings: int = 0
    repeated: int = 0
    replaced: int = 0
    bad: int = 0
    forgotten: int = 0
    later: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def words(self) -> str:
        """One line for a log or a terminal."""
        said = [f"{self.readings} readings of {len(self.devices)} devices in {self.seconds:.1f} s"]
        if self.bad:
            said.append(f"{self.bad} quarantined")
        if self.repeated or self.replaced:
            said.append(f"{self.repeated} repeated, {self.replaced} replaced")
        if self.later:
            said.append(f"written by another process, so later: {', '.join(self.later)}")
        said += [f"{device} failed: {why}" for device, why in self.failed]
        return "; ".join(said)


def settle(
    store: Settings | Path,
    journal: Journal,
    *,
    keep_s: float = KEEP_S,
    limit: int = ROUND,
) -> Settled:
    """Make the readings of the journal part of the store, and forget old ones that are.

    Every device is committed for itself. A device that cannot be written now keeps its readings
    in the journal; queries see them there as before.

    Parameters
    ----------
    store : settings (the store is made where there is none), or the folder of a store.
    keep_s : how long a settled reading stays in the journal after it came in, to be known when
        it is delivered again [s].
    limit : readings held in memory at once.

    Raises
    ------
    StoreError : the ledger or the journal cannot be opened or written.
    """
    began = time.monotonic()
    opened = (
        create_ledger(store.store, zone=store.zone, rules=store.rules)
        if isinstance(store, Settings)
        else open_ledger(store)
    )
    with closing(opened) as ledger:
        known = {row.device: row.state for row in ledger.sources() if row.kind == LIVE}
        if any(_is_ahead(state, journal) for state in known.values()):
            journal.renew()
        done = _Run(ledger, journal)
        done.take_all(limit)
        done.summary.forgotten = journal.forget(done.settled(), keep_s=keep_s)
    done.summary.seconds = time.monotonic() - began
    return done.summary


def _is_ahead(state: Mapping[str, object], journal: Journal) -> bool:
    """Whether the ledger knows more of this journal than the journal itself: an old copy."""
    seq = state.get("seq", 0)
    return state.get("journal") == journal.id and isinstance(seq, int) and seq > journal.last_seq


class _Run:
    """One settling of all devices."""

    def __init__(self, ledger: Ledger, journal: Journal) -> None:
        self._ledger = ledger
        self._journal = journal
        self._devices = journal.devices()
        self._places = {name: _place(one) for name, one in journal.sites().items()}
        self._synthetic = {row["name"]: row["synthetic"] for row in ledger.devices()}
        self._skipped: set[str] = set()
        self.summary = Settled()

    def settled(self) -> dict[str, int]:
        """The ledger's number by device; 0 for a device it does not know."""
        journal, last = self._journal.id, self._journal.last_seq
        found = dict.fromkeys(self._devices, 0)
        for row in self._ledger.sources():
            if row.kind == LIVE:
                found[row.device] = settled_in(row.state, journal, last)
        return found

    def take_all(self, limit: int) -> None:
        """Round after round until the journal holds nothing new."""
        settled = self.settled()
        view = self._journal.view(settled)
        waiting = {device for (device, _), one in view.facts.items() if one.rows or one.bad}
        if not waiting:
            return
        low = min(settled.get(device, 0) for device in waiting)
        names = self._journal.signal_names()
        while low < view.until:
            rows = self._journal.unsettled(low, limit)
            if not len(rows.seq):
                return
            low = int(rows.seq[-1])
            self._take_round(rows, names)

    def _take_round(self, rows: Unsettled, names: Mapping[int, tuple[str, str]]) -> None:
        by_device: dict[str, list[int]] = {}
        for number in np.unique(rows.signal).tolist():
            by_device.setdefault(names[number][0], []).append(number)
        for device, numbers in sorted(by_device.items()):
            if device in self._skipped:
                continue
            mine = np.isin(rows.signal, numbers)
            picked = rows.picked(mine)
            try:
                self._take(device, picked, names)
            except StoreLocked:
                self.summary.later.append(device)
                self._skipped.add(device)
            except (StoreError, OSError) as error:
                self.summary.failed.append((device, str(error)))
                self._skipped.add(device)

    def _refuse_mixing(self, device: LiveDevice) -> None:
        """Real and simulated devices never share a store."""
        if any(flag != device.synthetic for flag in self._synthetic.values()):
            kind, other = ("simulated", "real") if device.synthetic else ("real", "simulated")
            raise StoreError(
                f"{device.name} is {kind} and {self._ledger.root} holds {other} devices; these "
                "are never mixed: collect into a store of its own, --store NEW_FOLDER"
            )
        self._synthetic[device.name] = device.synthetic

    def _take(self, name: str, rows: Unsettled, names: Mapping[int, tuple[str, str]]) -> None:
        """Write the readings of one device beyond its number, and the number, in one commit."""
        device = self._devices.get(name) or self._journal.devices()[name]
        journal, last_seq = self._journal.id, self._journal.last_seq
        with DeviceSession(self._ledger, name, device.group, synthetic=device.synthetic) as session:
            before = self._source(name)
            done = settled_in(before.state, journal, last_seq)
            fresh = rows.seq > done
            if not fresh.any():
                return
            self._refuse_mixing(device)
            rows = rows.picked(fresh)
            number = before.id
            if number is None:
                with self._ledger.transaction() as commit:
                    number = commit.put_source(before)
            good = rows.quality == Quality.GOOD
            self._write(session, number, device, rows, good, names)
            bad = _quarantined(rows, ~good, names)
            row = _source_after(before, rows, good, names, journal)
            repeated, replaced = session.repeated[number], session.replaced[number]
            row = replace(
                row, repeated=before.repeated + repeated, replaced=before.replaced + replaced
            )
            facts = self._facts(device)

            def record(commit: Commit) -> None:
                if facts is not None:
                    commit.put_facts(name, facts)
                commit.put_source(row)
                commit.count_quarantine(number, bad)

            session.commit(record)
            tidy(self._ledger, name)
        if name not in self.summary.devices:
            self.summary.devices.append(name)
        self.summary.readings += int(good.sum())
        self.summary.bad += int((~good).sum())
        self.summary.repeated += repeated
        self.summary.replaced += replaced

    def _source(self, device: str) -> SourceRow:
        """The source that stands for the live readings of a device."""
        for row in self._ledger.sources(device):
            if row.kind == LIVE:
                return row
        return SourceRow(f"{LIVE}:{device}", device, kind=LIVE, status="new")

    def _facts(self, device: LiveDevice) -> dict[str, object] | None:
        """Facts of the device with its site and where that is; None where they need no change.

        A zone or a location that was entered by hand stays.
        """
        every = {row["name"]: row["facts"] for row in self._ledger.devices()}
        known: dict[str, object] = every.get(device.name, {})
        if not device.site:
            return None
        place = self._places.get(device.site, {})
        moved = known.get("site") not in (None, device.site)
        facts = {**known, **place} if moved else {**place, **known}
        facts["site"] = device.site
        return facts if facts != known else None

    def _write(
        self,
        session: DeviceSession,
        source: int,
        device: LiveDevice,
        rows: Unsettled,
        good: np.ndarray,
        names: Mapping[int, tuple[str, str]],
    ) -> None:
        by_name = {names[number][1]: number for number in np.unique(rows.signal[good]).tolist()}
        for name in sorted(by_name):
            mine = good & (rows.signal == by_name[name])
            ts, value = rows.ts[mine], rows.value[mine]
            signal = device.signals.get(name) or Signal(name)
            levels = session.levels(name, ts)
            readings = (ts, value, np.full(len(ts), source, np.int64))
            for chunk in session.chunks(signal, readings, levels=levels, own=True, by_hours=True):
                session.append(signal, chunk, levels)


def _place(site: SitePlace) -> dict[str, object]:
    """Zone and location of a site as facts of its devices."""
    found: dict[str, object] = {"zone": site.zone} if site.zone else {}
    place = {
        name: getattr(site, name)
        for name in ("latitude", "longitude", "altitude_m")
        if getattr(site, name) is not None
    }
    return found | ({"location": place} if place else {})


def _quarantined(
    rows: Unsettled, bad: np.ndarray, names: Mapping[int, tuple[str, str]]
) -> list[QuarantineRow]:
    """Bad readings counted by signal and quality, with the text of one of them."""
    found: list[QuarantineRow] = []
    if not bad.any():
        return found
    pairs, first, counts = np.unique(
        np.stack([rows.signal[bad], rows.quality[bad]]), axis=1, return_index=True,
        return_counts=True,
    )  # fmt: skip
    values = rows.value[bad]
    for (number, quality), at, count in zip(pairs.T, first, counts, strict=True):
        text = "" if np.isnan(values[at]) else repr(float(values[at]))
        name = names[int(number)][1]
        found.append(QuarantineRow(None, name, text, REASONS[Quality(int(quality))], int(count)))
    return found


def _source_after(
    before: SourceRow,
    rows: Unsettled,
    good: np.ndarray,
    names: Mapping[int, tuple[str, str]],
    journal: str,
) -> SourceRow:
    """The source with these readings, and with the number up to which they are settled."""
    signals = {names[number][1] for number in np.unique(rows.signal[good]).tolist()}
    ts = rows.ts[good]
    firsts: Sequence[int] = [int(ts.min())] if len(ts) else []
    lasts: Sequence[int] = [int(ts.max())] if len(ts) else []
    return replace(
        before,
        status="read",
        state={"journal": journal, "seq": int(rows.seq[-1])},
        signals=tuple(sorted({*before.signals, *signals})),
        rows=before.rows + len(ts),
        first=min([*firsts, *([] if before.first is None else [before.first])], default=None),
        last=max([*lasts, *([] if before.last is None else [before.last])], default=None),
        read_at=time.time_ns() // 1000,
    )
