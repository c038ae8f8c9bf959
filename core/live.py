"""How collecting goes: state of every device, outages, rates, backlog; from the journal.

What a page or a command says of live devices, as result objects. Nothing here is kept: each answer
is of the moment it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.journal import COLLECTOR_START, COLLECTOR_STOP, DEVICE_STOP, Journal
from core.journal_records import Collected, DeviceState, Event, LastValue, Tally
from core.levels import HOUR, SECOND
from core.query import Store

OUTAGE_START, OUTAGE_END = "outage_start", "outage_end"
State = Literal["up", "silent", "outage", "never", "stopped"]
# The gravest first: tables begin with what needs somebody.
GRAVITY: tuple[State, ...] = ("never", "outage", "silent", "stopped", "up")
ALIVE_US = 30 * SECOND  # a collector says every 5 s that it is at work
SILENT_LEAST_US = 60 * SECOND
SILENT_STEPS = 4  # typical steps without a good reading, after which a device counts as silent
RATE_US = 5 * 60 * SECOND
COLLECTOR = ""  # events of the collector itself bear no device's name


@dataclass(frozen=True)
class Outage:
    """A time in which a device gave no answer, or the collector was not at work.

    Attributes
    ----------
    device : empty for the collector.
    start, end : [µs UTC]; `end` is None where it goes on.
    reason : the error it began with, as the transport said it.
    cut : the collector ended or began anew meanwhile: when the device was back is not known.
    """

    device: str
    start: int
    end: int | None
    reason: str
    cut: bool = False

    def lasted(self, now: int) -> int:
        """Duration [µs], until `now` where it goes on."""
        return (now if self.end is None else self.end) - self.start


@dataclass(frozen=True)
class DeviceLive:
    """A device at this moment.

    Attributes
    ----------
    about : counts and times of the journal.
    state : ``up`` answers, or brings the readings of others; ``silent`` answers, or is listened
        to, and gave no good reading for long, or none yet; ``outage`` no answer; ``never`` no
        answer and no good reading ever; ``stopped`` no collector is at work.
    since : when that began [µs UTC], where known.
    newest : its newest good reading [µs UTC].
    polls_per_s : attempts a second, mean of the last minutes; 0 for one that is listened to.
    errors : failed attempts within the last hour.
    feeds : devices whose readings its messages brought.
    """

    about: DeviceState
    state: State
    since: int | None
    newest: int | None
    polls_per_s: float
    errors: int
    feeds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the device."""
        return self.about.device


@dataclass(frozen=True)
class LiveReport:
    """Collecting as it goes at one moment.

    Attributes
    ----------
    now : the moment [µs UTC].
    alive : when a collector last said that it is at work [µs UTC]; None if none ever did.
    running : whether one is.
    devices : those that need attention first.
    polls_per_s, errors : of all devices.
    readings, oldest : what is not in the pyramid yet, and when the first of it came in [µs UTC].
    size : bytes of the journal on disk.
    newest : newest good reading of all devices [µs UTC].
    outages : newest first.
    former : devices that are not collected any more; counted nowhere above.
    """

    now: int
    alive: int | None
    running: bool
    devices: tuple[DeviceLive, ...]
    polls_per_s: float
    errors: int
    readings: int
    oldest: int | None
    size: int
    newest: int | None
    outages: tuple[Outage, ...]
    former: tuple[str, ...] = ()

    @property
    def up(self) -> int:
        """Devices that are up."""
        return sum(one.state == "up" for one in self.devices)


# --- outages ------------------------------------------------------------------------------------


def outages(events: Iterable[Event]) -> list[Outage]:
    """Outages from events in any order, newest first.

    A device that is down when the collector ends, or begins anew, is not known to be down any
    longer: that outage is cut there. Times without a collector are outages of the collector.
    """
    open_: dict[str, Event] = {}
    found: list[Outage] = []

    def close(device: str, end: int, *, cut: bool) -> None:
        began = open_.pop(device, None)
        if began is not None:
            found.append(Outage(device, began.at, end, began.text, cut))

    for event in sorted(events, key=lambda one: one.at):
        if event.device == COLLECTOR and event.kind in (COLLECTOR_START, COLLECTOR_STOP):
            close(COLLECTOR, event.at, cut=False)
            for device in list(open_):
                close(device, event.at, cut=True)
            if event.kind == COLLECTOR_STOP:
                open_[COLLECTOR] = event
        elif event.kind == OUTAGE_START:
            close(event.device, event.at, cut=True)
            open_[event.device] = event
        elif event.kind == OUTAGE_END:
            close(event.device, event.at, cut=False)
        elif event.kind == DEVICE_STOP:
            close(event.device, event.at, cut=True)
    found += [Outage(name, event.at, None, event.text) for name, event in open_.items()]
    return sorted(found, key=lambda one: (one.start, one.device), reverse=True)


def within(found: Sequence[Outage], start: int, end: int) -> list[Outage]:
    """Outages that reach into [start, end) [µs UTC]."""
    return [one for one in found if one.start < end and (one.end is None or one.end > start)]


# --- state --------------------------------------------------------------------------------------


def live_report(store: Store, journal: Journal, now: int) -> LiveReport:
    """How collecting goes at the moment `now` [µs UTC].

    Raises
    ------
    StoreError : the journal cannot be read.
    """
    alive = journal.alive()
    gone = outages(journal.events(limit=5000))
    ended = next((one for one in gone if one.device == COLLECTOR and one.end is None), None)
    if ended is not None and alive is not None and alive > ended.start:
        gone.remove(ended)  # one of several ended, or nobody noted that the next began
        ended = None
    running = alive is not None and now - alive <= ALIVE_US and ended is None
    stopped = None if running else ended.start if ended is not None else alive
    down = {one.device: one for one in gone if one.end is None}
    tally = journal.tally(now - HOUR)
    told = journal.collected()
    states = [one for one in journal.states() if told is None or one.device in told]
    rates = poll_rates(tally, now, states, told or {})
    errors = errors_since(tally)
    fed: dict[str, list[str]] = {name: [] for name, one in (told or {}).items() if one.hub}
    for name, one in (told or {}).items():
        fed.setdefault(one.by, []).append(name)
    devices = [
        _device_live(one, running, stopped, down.get(one.device), rates.get(one.device, 0.0),
                     errors.get(one.device, 0), _step(store, one.device), now,
                     fed.get(one.device))
        for one in states
    ]  # fmt: skip
    backlog = journal.backlog()
    return LiveReport(
        now, alive, running,
        tuple(sorted(devices, key=lambda one: (GRAVITY.index(one.state), one.name))),
        sum(one.polls_per_s for one in devices), sum(one.errors for one in devices),
        sum(one.readings for one in backlog),
        min((one.oldest for one in backlog if one.oldest is not None), default=None),
        journal.size(),
        max((one.newest for one in devices if one.newest is not None), default=None),
        tuple(gone), () if told is None else journal.former(),
    )  # fmt: skip


def _device_live(
    about: DeviceState,
    running: bool,
    stopped: int | None,
    down: Outage | None,
    rate: float,
    errors: int,
    step_us: int,
    now: int,
    feeds: Sequence[str] | None = None,
) -> DeviceLive:
    newest = about.last_good
    state: State
    if not running:
        state, since, rate = "stopped", stopped, 0.0
    elif down is not None:
        state, since = ("never" if newest is None else "outage"), down.start
    elif newest is None and feeds is not None:
        state, since = "up", None
    elif newest is None:
        state, since = "silent", None
    elif now - newest > max(SILENT_STEPS * step_us, SILENT_LEAST_US):
        state, since = "silent", newest
    else:
        state, since = "up", None
    return DeviceLive(about, state, since, newest, rate, errors, tuple(sorted(feeds or ())))


def _step(store: Store, device: str) -> int:
    """Shortest typical step of a device's signals [µs]; 0 where none has two readings."""
    known = {one.name for one in store.devices()}
    if device not in known:
        return 0
    return min((info.step_us for info in store.signals(device) if info.rows > 1), default=0)


def poll_rates(
    tally: Sequence[Tally],
    now: int,
    states: Sequence[DeviceState] = (),
    told: Mapping[str, Collected] | None = None,
) -> dict[str, float]:
    """Attempts a second by device: mean of the last five minutes, of whole ones where possible.

    Of a device collected for a shorter time, mean of that time: from all attempts but those
    before it, because a minute's count may hold some of an earlier run.
    """
    counted: dict[str, int] = {}
    first: dict[str, int] = {}
    for one in tally:
        if one.minute >= now - RATE_US:
            counted[one.device] = counted.get(one.device, 0) + one.polls
            first[one.device] = min(first.get(one.device, one.minute), one.minute)
    rates = {
        name: count / max((now - first[name]) / SECOND, 1.0) for name, count in counted.items()
    }
    for state in states:
        began = (told or {}).get(state.device)
        if began is not None and now - began.since < RATE_US:
            polls = max(state.polls - began.polls, 0)
            rates[state.device] = polls / max((now - began.since) / SECOND, 1.0)
    return rates


def errors_since(tally: Sequence[Tally]) -> dict[str, int]:
    """Failed attempts by device."""
    found: dict[str, int] = {}
    for one in tally:
        found[one.device] = found.get(one.device, 0) + one.errors
    return found


# --- values -------------------------------------------------------------------------------------


def fresh_limit(steps: Mapping[str, int], signal: str) -> int:
    """Age up to which the newest reading of a signal counts as of the present [µs]."""
    return max(SILENT_STEPS * steps.get(signal, 0), SILENT_LEAST_US)


def last_values(journal: Journal, device: str, now: int) -> list[LastValue]:
    """Newest readings of a device, those of places in a battery behind the others.

    Raises
    ------
    StoreError : the journal cannot be read.
    """
    found = journal.last_values(device, now)
    return sorted(found, key=lambda one: (one.signal.cell is not None, one.signal.pack is not None))
