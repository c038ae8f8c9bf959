"""Rules over the readings of a store: loads what may matter, evaluates, and says what was found.

Where the buckets of an hour say that nothing in it can be bad, and nothing goes on, its readings
are not loaded: what the rule's machine remembers is the same either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from core import measures
from core.alert_rules import AlertConfig
from core.alert_store import EngineState, Found
from core.alert_subjects import KILOWATT, Expected, Subject, Unwatched, find_subjects
from core.analytics.alert_evaluation import (
    WHOLE,
    DeviceMemory,
    Readings,
    device_memory_from,
    evaluate,
)
from core.analytics.alert_measures import Timed, sun_is_up
from core.analytics.alerts import (
    SECOND_US,
    STEPS_KNOWN,
    Bool,
    Episode,
    Float,
    Int,
    Rule,
    grade,
)
from core.analytics.expected import TEMPERATURES, expected_at
from core.levels import DAY, HOUR
from core.query import SignalInfo, Store

PIECE_US = 45 * DAY  # readings held at once
SKIP_LEVEL = "1h"
LEAST_TO_SKIP_US = 2 * DAY
MANY = 8  # signals from which on one question for all is cheaper
HOLD_US = HOUR  # so long a reading of the weather stands for the time after it
MEAN_US = 5 * 60 * SECOND_US  # from this step on a reading is taken for the mean of its step
SPAN_STEP_US = 5 * 60 * SECOND_US  # how finely day and night are told apart for silence
NOTHING: Timed = (np.empty(0, np.int64), np.empty(0))


@dataclass
class Outcome:
    """What an evaluation found, and where it stands; nothing has been kept yet.

    Attributes
    ----------
    found : alerts that began, went on or ended.
    engine : state to go on from.
    readings : how many were looked at; skipped : how many their buckets made needless.
    unwatched : rules that lack something on a device.
    """

    found: list[Found] = field(default_factory=list)
    engine: list[EngineState] = field(default_factory=list)
    readings: int = 0
    unwatched: list[Unwatched] = field(default_factory=list)


def definition(rule: Rule) -> str:
    """The rule's wording; another one where what it finds may differ."""
    told = asdict(rule)
    for aside in ("note", "quiet", "recipients", "escalate_s", "escalate_to"):
        told.pop(aside)
    return json.dumps(told, sort_keys=True)


def evaluate_rules(
    store: Store, config: AlertConfig, since: int, until: int, *,
    devices: Sequence[str] | None = None,
    states: Mapping[tuple[str, str, str], EngineState] | None = None,
    skip: bool = True,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:  # fmt: skip
    """Evaluate the rules over [since, until] [µs UTC].

    Parameters
    ----------
    states : where evaluation stands; what is evaluated already is not again. None begins anew.
    skip : leave out readings that buckets make needless.

    Raises
    ------
    UnknownDevice, StoreDamaged
    """
    subjects, unwatched = find_subjects(
        store, config.active, config.maintenance, devices, config.plants
    )
    outcome = Outcome(unwatched=unwatched)
    names = list(dict.fromkeys(subject.device for subject in subjects))
    for number, name in enumerate(names):
        if on_progress is not None:
            on_progress(name, number, len(names))
        mine = [subject for subject in subjects if subject.device == name]
        _evaluate_device(store, mine, since, until, states or {}, skip, outcome)
    return outcome


def _evaluate_device(
    store: Store, subjects: Sequence[Subject], since: int, until: int,
    states: Mapping[tuple[str, str, str], EngineState], skip: bool, outcome: Outcome,
) -> None:  # fmt: skip
    """All rules of a device, piece by piece, so that they share what was loaded."""
    memories: dict[tuple[str, str, str], DeviceMemory] = {}
    reached: dict[tuple[str, str, str], int] = {}
    for subject in subjects:
        state = states.get(subject.key)
        known = state is not None and state.definition == definition(subject.rule)
        memories[subject.key] = (
            device_memory_from(state.memory) if known and state is not None else DeviceMemory()
        )
        reached[subject.key] = state.until if known and state is not None else since - 1
        if subject.gone is not None and memories[subject.key].of(WHOLE).open is not None:
            # That a device has ended is told without a new reading of any.
            reached[subject.key] = min(reached[subject.key], until - 1)
    begun = dict(reached)
    latest: dict[tuple[str, str, str], dict[tuple[str, int], Episode]] = {}
    for low, high in _pieces(min(reached.values()) + 1, until):
        loader = _Loader(store, low, high)
        for subject in subjects:
            start = max(low, reached[subject.key] + 1)
            if start > high:
                continue
            memory = memories[subject.key]
            readings = loader.readings(subject, memory, start, high, skip=skip)
            for one in evaluate(subject.rule, memory, readings, high):
                key = (one.signal if subject.rule.per == "signal" else subject.part, one.start)
                latest.setdefault(subject.key, {})[key] = one
            reached[subject.key] = high
        outcome.readings += loader.loaded
    for subject in subjects:
        for (signal, _), one in latest.get(subject.key, {}).items():
            if one.known is not None and one.known <= begun[subject.key]:
                continue  # of readings before, which only say what is typical
            outcome.found.append(
                Found(subject.rule.name, subject.device, signal, one, subject.unit,
                      subject.rule.condition)
            )  # fmt: skip
        outcome.engine.append(
            EngineState(*subject.key, definition(subject.rule), reached[subject.key],
                        memories[subject.key].as_json())
        )  # fmt: skip


def _pieces(start: int, until: int) -> Iterator[tuple[int, int]]:
    """[start, until] in pieces, both ends of each included."""
    while start <= until:
        high = min(start + PIECE_US - 1, until)
        yield start, high
        start = high + 1


class _Loader:
    """Readings of one device within a piece of time, each signal loaded once."""

    def __init__(self, store: Store, low: int, high: int) -> None:
        self._store, self._low, self._high = store, low, high
        self._raw: dict[tuple[str, str], Timed] = {}
        self._weather: dict[tuple[str, str], Timed] = {}
        self.loaded = 0

    def readings(
        self, subject: Subject, memory: DeviceMemory, start: int, until: int, *, skip: bool
    ) -> Readings:
        """What a rule needs of [start, until]."""
        spans = None
        if subject.rule.condition == "missing":
            signals = {WHOLE: (self._beats(subject, memory, start, until), np.empty(0))}
            spans = _spans(subject, memory.of(WHOLE).last or start, until)
        else:
            signals = self._signals(subject, memory, start, until, skip)
        reference = None
        if subject.reference is not None:
            ts, value = self._cut(self.raw(subject.reference), start, until)
            reference = (ts, value * subject.factor)
        elif subject.expected is not None:
            reference = self._expected(subject, subject.expected, start, until)
        gate = None if subject.gate is None else self._cut(self.raw(subject.gate), start, until)
        return Readings(
            signals,
            reference,
            gate,
            _openings(subject),
            spans,
            subject.scale,
            subject.integrate,
            subject.whole or subject.expected is not None,
            subject.gone,
        )

    def _signals(
        self, subject: Subject, memory: DeviceMemory, start: int, until: int, skip: bool
    ) -> dict[str, Timed]:
        infos = list(subject.signals)
        if skip and _skippable(subject) and until - start > LEAST_TO_SKIP_US:
            infos = self._suspicious(subject, memory, start, until)
        self._load_many(infos)
        # Signals of a plant on several devices may bear the same name.
        return {
            one.name if one.device == subject.device else f"{one.device}/{one.name}":
                self._cut(self.raw(one), start, until)
            for one in infos
        }  # fmt: skip

    def raw(self, info: SignalInfo) -> Timed:
        """All readings of the piece."""
        key = (info.device, info.name)
        if key not in self._raw:
            self._raw[key] = self._store.raw(info.device, info.name, self._low, self._high + 1)
            self.loaded += len(self._raw[key][0])
        return self._raw[key]

    def _load_many(self, infos: Sequence[SignalInfo]) -> None:
        """Several signals in one question where they are many."""
        lacking = [one for one in infos if (one.device, one.name) not in self._raw]
        if len(lacking) < MANY or len({one.device for one in lacking}) > 1:
            return
        names = [one.name for one in lacking]
        ts, table = self._store.readings_of(
            lacking[0].device, names, [(self._low, self._high + 1)]
        )  # fmt: skip
        for column, one in enumerate(lacking):
            known = np.isfinite(table[:, column])
            self._raw[one.device, one.name] = (ts[known], table[known, column])
            self.loaded += int(known.sum())

    def _cut(self, timed: Timed, start: int, until: int) -> Timed:
        ts, value = timed
        low, high = np.searchsorted(ts, start), np.searchsorted(ts, until, side="right")
        return ts[low:high], value[low:high]

    # --- what may matter --------------------------------------------------------------------------
    def _suspicious(
        self, subject: Subject, memory: DeviceMemory, start: int, until: int
    ) -> list[SignalInfo]:
        """Signals of which any hour of the piece may hold a reading that is not good."""
        stored = [one for one in subject.signals if SKIP_LEVEL in one.levels]
        chosen = {one.name for one in subject.signals if SKIP_LEVEL not in one.levels}
        chosen |= {
            name
            for name, one in memory.signals.items()
            if one.open is not None or any(since is not None for since in one.since)
        }
        low, high = start // HOUR * HOUR, until + 1
        if stored:
            device, names = stored[0].device, [one.name for one in stored]
            spans = [(low, high)]
            _, most = self._store.values_of(device, names, spans, SKIP_LEVEL, "max")
            _, least = self._store.values_of(device, names, spans, SKIP_LEVEL, "min")
            for column, name in enumerate(names):
                if _may_be_bad(subject.rule, least[:, column], most[:, column]):
                    chosen.add(name)
        return [one for one in subject.signals if one.name in chosen]

    # --- silence ----------------------------------------------------------------------------------
    def _beats(self, subject: Subject, memory: DeviceMemory, start: int, until: int) -> Int:
        """Times of readings: of the busiest signal, and in its silences of any."""
        first = max(subject.signals, key=lambda one: (one.rows, one.name))
        beats = self._cut(self.raw(first), start, until)[0]
        last = memory.of(WHOLE).last
        if last is None:
            beats = np.concatenate([self._before(first, start), beats])
            start = int(beats[0]) if len(beats) else start
        known = beats if last is None else np.concatenate([[last], beats])
        edges = np.append(known, until + 1) if len(known) else np.array([start, until + 1])
        wait = min(limit.above or 0.0 for _, limit in subject.rule.limits) * SECOND_US
        wide = np.flatnonzero(np.diff(edges) > max(wait, 2 * first.step_us))
        spans = [(max(int(edges[i]) + 1, start), int(edges[i + 1])) for i in wide.tolist()]
        spans = [span for span in spans if span[0] < span[1]]
        others = [one.name for one in subject.signals if one.name != first.name]
        if not spans or not others:
            return beats
        more, _ = self._store.readings_of(subject.device, others, spans)
        return np.union1d(beats, more)

    def _before(self, info: SignalInfo, start: int) -> Int:
        """Times of some readings before `start`: whether a device was silent then already."""
        if info.first is None or info.last is None or info.first >= start:
            return np.empty(0, np.int64)
        end = min(start, info.last + 1)
        reach = 2 * STEPS_KNOWN * info.step_us
        return self._store.raw(info.device, info.name, end - reach, end)[0][-STEPS_KNOWN - 1 :]

    # --- what a plant should yield ----------------------------------------------------------------
    def _expected(self, subject: Subject, plant: Expected, start: int, until: int) -> Timed:
        """Power that light and temperature let expect, in the unit of the plant's signals.

        At each reading of the light; the other columns as they were read last.
        """
        lights = {n: infos for n, infos in plant.columns.items() if n not in TEMPERATURES}
        lights.pop("wind_speed", None)
        read = [self._read(one, start, until)[0] for infos in lights.values() for one in infos]
        ts = np.unique(np.concatenate(read)) if read else np.empty(0, np.int64)
        weather = pd.DataFrame(
            {name: self._held(infos, ts, start) for name, infos in plant.columns.items()},
            index=pd.Index(ts, name="ts"),
        )
        step = max(one.step_us for infos in lights.values() for one in infos)
        weather["sun_ts"] = ts + (step // 2 if step >= MEAN_US else 0)
        power = expected_at(weather, plant.model)
        known = np.isfinite(power)
        return ts[known], power[known] / KILOWATT.get(subject.signals[0].unit, 1.0)

    def _read(self, info: SignalInfo, start: int, until: int) -> Timed:
        """Readings of the weather, with those of the hold time before the piece."""
        key = (info.device, info.name)
        if key not in self._weather:
            self._weather[key] = self._store.raw(*key, self._low - HOLD_US, self._high + 1)
            self.loaded += len(self._weather[key][0])
        return self._cut(self._weather[key], start, until)

    def _held(self, infos: Sequence[SignalInfo], ts: Int, start: int) -> Float:
        """Mean of signals at times, each as it was read last; NaN where none was lately."""
        columns = []
        for one in infos:
            at, value = self._read(one, start - HOLD_US, self._high)
            place = np.searchsorted(at, ts, side="right") - 1
            held = np.full(len(ts), np.nan)
            near = place >= 0
            near[near] = ts[near] - at[place[near]] < HOLD_US
            held[near] = value[place[near]]
            columns.append(held)
        return pd.DataFrame(dict(enumerate(columns)), dtype=np.float64).mean(axis=1).to_numpy()


def _skippable(subject: Subject) -> bool:
    rule = subject.rule
    return rule.condition in ("threshold", "state") and not rule.mean_s and rule.when is None


def _may_be_bad(rule: Rule, least: np.ndarray, most: np.ndarray) -> bool:
    """Whether an hour with these extremes may hold a reading that the rule does not call good."""
    known = np.isfinite(least)
    if rule.condition == "state" and (least != most)[known].any():
        return True
    return bool((grade(rule, least[known]) != -1).any() or (grade(rule, most[known]) != -1).any())


def _openings(subject: Subject) -> Callable[[Int], Bool] | None:
    if subject.place is None and not subject.closed:
        return None

    def may_open(ts: Int) -> Bool:
        allowed = np.ones(len(ts), bool)
        if subject.place is not None:
            allowed &= sun_is_up(ts, subject.place)
        for low, high in subject.closed:
            allowed &= (ts < low) | (ts >= high)
        return allowed

    return may_open


def _spans(subject: Subject, start: int, until: int) -> list[tuple[int, int]] | None:
    """Times in which silence counts; None is always."""
    may_open = _openings(subject)
    if may_open is None:
        return None
    grid = np.arange(start, until + SPAN_STEP_US, SPAN_STEP_US)
    edges = np.unique(np.concatenate([grid, *[np.array(span) for span in subject.closed]]))
    edges = edges[(edges >= start) & (edges <= until + SPAN_STEP_US)]
    allowed = may_open(edges)
    turn = np.flatnonzero(np.diff(np.concatenate([[0], allowed.astype(np.int8), [0]])))
    return [
        (int(edges[a]), int(edges[b]) if b < len(edges) else until + 1)
        for a, b in turn.reshape(-1, 2).tolist()
    ]


def newest_reading(store: Store) -> int | None:
    """The newest reading of all devices that measure [µs UTC]; None without any."""
    return measures.newest_reading(store.devices())


def count_by_rule(found: Iterable[Found]) -> dict[str, int]:
    """Alerts by rule."""
    counted: dict[str, int] = {}
    for one in found:
        counted[one.rule] = counted.get(one.rule, 0) + 1
    return counted
