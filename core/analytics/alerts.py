"""Alerts: rules as data, and the one state machine that serves live and afterwards.

A rule says what counts as bad. Its readings become grades (good, between, or how bad), and grades
become episodes: when it began, when it had held long enough to be raised, its peak, how often it
came back, when it ended. All that the machine remembers is in a `Memory` that can be written as
JSON, so that feeding readings in any pieces gives the same episodes as feeding them at once.
Sources: ``docs/methods-alerts.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import RuleError

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Condition = Literal[
    "threshold", "spread", "rate", "deviation", "missing", "state", "stuck", "reset"
]  # fmt: skip
CONDITIONS: tuple[str, ...] = get_args(Condition)
SEVERITIES = ("info", "warning", "error", "critical")  # the gravest last
SECOND_US = 1_000_000
LONGEST_GAP_S = 3600.0  # readings further apart prove nothing of the time between them
STEPS = 4  # silence shorter than so many typical steps is none
STEPS_KNOWN = 64  # steps before a silence that tell what is typical
DAY_US = 86_400 * SECOND_US
# A silence at the same time of day, two hours more or less, on two of the seven days before is a
# habit: inverters sleep at night. What lasts longer than 20 h is none.
HABIT_DAYS, HABIT_LEAST = 7, 2
HABIT_SLACK_US, HABIT_LONGEST_US = 2 * 3600 * SECOND_US, 20 * 3600 * SECOND_US


@dataclass(frozen=True)
class Limit:
    """Bad is above `above` or below `below` [unit of the measure]; None is no bound."""

    above: float | None = None
    below: float | None = None

    @property
    def text(self) -> str:
        """``> 45``, ``< 180, > 260``; empty for none."""
        bounds = [("<", self.below), (">", self.above)]
        return ", ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def broken(self, value: Float) -> Bool:
        """Which values are beyond the limit."""
        bad = np.zeros(len(value), bool)
        if self.above is not None:
            bad |= value > self.above
        if self.below is not None:
            bad |= value < self.below
        return bad

    def beyond(self, value: Float) -> Float:
        """How far values are beyond the limit; negative inside it."""
        far = np.full(len(value), -np.inf)
        if self.above is not None:
            far = np.maximum(far, value - self.above)
        if self.below is not None:
            far = np.maximum(far, self.below - value)
        return far

    def within(self, other: Limit) -> bool:
        """Whether whatever breaks this limit breaks the other."""
        return (
            (self.above is None or (other.above is not None and other.above <= self.above))
            and (self.below is None or (other.below is not None and other.below >= self.below))
        )  # fmt: skip


@dataclass(frozen=True)
class When:
    """A rule holds only while the newest reading of a quantity lies between two bounds."""

    quantity: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Rule:
    """What is watched, and what is bad.

    Attributes
    ----------
    name : short name, unique.
    condition : ``threshold`` value against limits; ``spread`` greatest less least of the signals
        at one moment; ``rate`` change within `over_s`; ``deviation`` from peers, from what is
        expected or from another quantity; ``missing`` silence of a device [s]; ``state`` a value
        that is not normal; ``stuck`` a value that stays although it should have moved; ``reset`` a
        counter that falls.
    limits : severity and limit, the mildest first. A graver one lies inside the milder.
    quantities, signals, devices, groups, sites : what it watches; names may hold ``*``; empty is
        every one.
    hold_s : how long it must be bad without a break before an alert is raised [s].
    clear_by : how far back inside the mildest limit it must come to be good [unit].
    clear_s : how long it must be good without a break before the alert ends [s].
    per : one alert for all signals of a device together, or one for each signal.
    day_only : raised only while the sun is up at the device's place.
    when : holds only in a state of the device.
    over_s : width of a change [s] (rate).
    mean_s : readings are put together to means of so many seconds of the clock before; 0 for none.
    against : ``peers``, ``expected``, ``forecast`` or a quantity (deviation, stuck).
    relative : the deviation is a share of what it is compared with.
    least_ratio : what it is compared with must be at least this share of the greatest so far.
    normal : values that are not bad (state).
    quiet : local time in which messages are held back, ``22:00-06:00``; empty for none.
    recipients : names of those told; empty is everyone.
    escalate_s, escalate_to : who else is told when nobody acknowledged it for so long; 0: nobody.
    """

    name: str
    condition: Condition
    limits: tuple[tuple[str, Limit], ...]
    quantities: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    hold_s: float = 0.0
    clear_by: float = 0.0
    clear_s: float = 0.0
    per: Literal["device", "signal"] = "device"
    day_only: bool = False
    when: When | None = None
    over_s: float = 0.0
    mean_s: float = 0.0
    against: str = ""
    relative: bool = True
    least_ratio: float = 0.1
    normal: tuple[float, ...] = (0.0,)
    enabled: bool = True
    quiet: str = ""
    recipients: tuple[str, ...] = ()
    escalate_s: float = 0.0
    escalate_to: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        _check(self)

    @property
    def severities(self) -> tuple[str, ...]:
        """Those it can raise, the mildest first."""
        return tuple(severity for severity, _ in self.limits)


def _check(rule: Rule) -> None:
    """Whether the parts of a rule hold together.

    Raises
    ------
    RuleError : they do not.
    """

    def wrong(kind: str, sentence: str, key: str = "", **told: str) -> RuleError:
        return RuleError(kind, sentence, key=key, rule=rule.name, **told)

    if not any(sign.isalpha() for sign in rule.name) or set(rule.name) & set("<>=\"'#[]{}"):
        raise wrong("name", "is no name for a rule; expected words, e.g. room too warm", "name")
    if rule.condition not in CONDITIONS:
        raise wrong("condition", "condition {found} is not one of {known}", "condition",
                    found=rule.condition, known=", ".join(CONDITIONS))  # fmt: skip
    known = ", ".join(SEVERITIES)
    if not rule.limits:
        raise wrong(
            "no_limit", "needs a limit of one of {known}, e.g. warning = {{ above = 45 }}",
            known=known,
        )  # fmt: skip
    ranks = [SEVERITIES.index(one) if one in SEVERITIES else -1 for one in rule.severities]
    if min(ranks) < 0 or ranks != sorted(set(ranks)):
        raise wrong("severities", "severities must be of {known}, the mildest first, each once",
                    known=known)  # fmt: skip
    for severity, limit in rule.limits:
        told = {"severity": severity, "limit": limit.text}
        if limit.above is None and limit.below is None and rule.condition != "state":
            raise wrong("empty_limit", "{severity} has neither above nor below", severity, **told)
        if limit.above is not None and limit.below is not None and limit.below >= limit.above:
            raise wrong("crossed", "{severity}: below must be less than above, not {limit}",
                        severity, **told)  # fmt: skip
    for (mild, outer), (grave, inner) in zip(rule.limits, rule.limits[1:], strict=False):
        if not inner.within(outer):
            raise wrong(
                "order", "what is {grave} must be {mild} too: {grave} {inner} does not lie "
                "beyond {mild} {outer}", grave, grave=grave, mild=mild, inner=inner.text,
                outer=outer.text,
            )  # fmt: skip
    for key in ("hold_s", "clear_by", "clear_s", "over_s", "mean_s", "escalate_s"):
        if getattr(rule, key) < 0:
            raise wrong("negative", "times and clear_by are 0 or more", key)
    least, most = rule.limits[0][1].below, rule.limits[0][1].above
    if least is not None and most is not None and least + rule.clear_by > most - rule.clear_by:
        raise wrong("clear_by", "clear_by ({found}) leaves no good value between {low} and {high}",
                    "clear_by", found=f"{rule.clear_by:g}", low=f"{least:g}",
                    high=f"{most:g}")  # fmt: skip
    if rule.condition == "rate" and rule.over_s <= 0:
        raise wrong("rate", "a rate needs over_s", "over_s")
    if rule.condition == "deviation" and not rule.against:
        raise wrong(
            "deviation",
            'a deviation needs against = "peers", "expected", "forecast" or a quantity', "against",
        )  # fmt: skip
    if rule.condition == "deviation" and rule.mean_s <= 0:
        raise wrong("mean", "a deviation needs mean_s, over which means are compared", "mean_s")
    if rule.condition == "stuck" and not rule.against:
        raise wrong("stuck", "a stuck value needs against, the quantity that moves meanwhile",
                    "against")  # fmt: skip
    if rule.condition == "missing" and any(limit.above is None for _, limit in rule.limits):
        raise wrong("silence", "silence needs above [s]")
    if rule.condition != "missing" and not (rule.quantities or rule.signals):
        raise wrong("nothing", "needs a quantity or a signal to watch", "quantity")


@dataclass(frozen=True)
class Episode:
    """One stretch of time in which a rule was broken; times [µs UTC].

    Attributes
    ----------
    start : when it began to be bad; raised : when it had been so for long enough.
    severity : the gravest reached.
    peak, peak_at : the value furthest beyond the mildest limit, and when.
    count : how often it became bad within the episode.
    end : when it began to be good for good, None while open; known : when that was certain.
    signal : the signal, or of several the first.
    grades : severity and when it was reached, the mildest first.
    """

    start: int
    raised: int
    severity: str
    peak: float
    peak_at: int
    count: int = 1
    end: int | None = None
    known: int | None = None
    signal: str = ""
    grades: tuple[tuple[str, int], ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """Names the episode among those of its rule and device."""
        return self.signal, self.start


@dataclass
class Memory:
    """All that the machine of one rule and signal remembers between two pieces of readings.

    Attributes
    ----------
    last : newest reading taken in [µs UTC].
    since : since when it has been as bad as each limit says, None where it is not.
    peak : the furthest value since the mildest of these, with its time.
    open : the episode that goes on.
    good : since when it has been good without a break; back : whether it was good since it was bad.
    began : when what is bad now began, where that lies before the first bad reading.
    more : what the measure remembers (readings before, sums of a mean, ...).
    """

    last: int | None = None
    since: list[int | None] = field(default_factory=list)
    peak: tuple[float, int] | None = None
    open: Episode | None = None
    good: int | None = None
    back: bool = False
    began: int | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        plain = asdict(self)
        plain["open"] = None if self.open is None else asdict(self.open)
        return plain


def memory_from(plain: Mapping[str, Any]) -> Memory:
    """The memory that `Memory.as_json` wrote."""
    told = dict(plain)
    told["open"] = None if told.get("open") is None else episode_from(told["open"])
    told["peak"] = None if told.get("peak") is None else (told["peak"][0], int(told["peak"][1]))
    return Memory(**told)


def episode_from(plain: Mapping[str, Any]) -> Episode:
    """The episode whose fields stand in plain data."""
    grades = tuple((str(severity), int(at)) for severity, at in plain.get("grades", ()))
    return Episode(**{**plain, "grades": grades})


# --- the machine ----------------------------------------------------------------------------------


def grade(rule: Rule, measure: Float) -> Int:
    """-1 good, 0 between, else the number of the gravest limit that is broken (1 the mildest)."""
    found = np.zeros(len(measure), np.int64)
    mildest = rule.limits[0][1]
    if rule.condition == "state":
        normal = np.isin(measure, rule.normal)
        found[normal] = -1
        found[~normal] = 1
        for number, (_, limit) in enumerate(rule.limits, 1):
            if limit.above is not None or limit.below is not None:
                broken = limit.broken(measure) & ~normal
                found[broken] = number
                if number == 1:
                    found[~broken] = -1
        return found
    found[mildest.beyond(measure) <= -rule.clear_by] = -1
    for number, (_, limit) in enumerate(rule.limits, 1):
        found[limit.broken(measure)] = number
    return found


def advance(
    rule: Rule, memory: Memory, ts: Int, measure: Float,
    may_open: Callable[[Int], Bool] | None = None, signal: str = "", *, begun: Int | None = None,
) -> list[Episode]:  # fmt: skip
    """Take in readings, and give the episodes that began, went on or ended meanwhile.

    Parameters
    ----------
    memory : changed in place.
    ts, measure : times [µs UTC], ascending and later than all taken in before; what the rule's
        limits speak of. NaN is no reading.
    may_open : at which moments an episode may be raised (by day, outside maintenance); elsewhere
        what is bad counts as between.
    begun : when that began which each reading shows to be bad [µs UTC] (a value that stands);
        None is with the reading.

    Returns
    -------
    Ended episodes, and last the one that goes on.
    """
    known = np.isfinite(measure)
    if not known.all():
        ts, measure = ts[known], measure[known]
        begun = None if begun is None else begun[known]
    if memory.last is not None and len(ts) and ts[0] <= memory.last:
        later = ts > memory.last
        ts, measure = ts[later], measure[later]
        begun = None if begun is None else begun[later]
    if not memory.since:
        memory.since = [None] * len(rule.limits)
    if not len(ts):
        return [] if memory.open is None else [memory.open]
    waiting = memory.open is not None or memory.since[0] is not None
    # Most readings of most rules are far from any limit: one comparison says so.
    near = rule.condition == "state" or bool(rule.limits[0][1].broken(measure).any())
    if not waiting and not near:
        memory.last = int(ts[-1])
        return []
    grades = grade(rule, measure)
    if may_open is not None:
        grades[(grades > 0) & ~may_open(ts)] = 0
    if not waiting and not (grades > 0).any():
        memory.last = int(ts[-1])
        return []
    ended = _walk(rule, memory, ts, measure, grades, signal, ts if begun is None else begun)
    memory.last = int(ts[-1])
    return ended if memory.open is None else [*ended, memory.open]


def _walk(
    rule: Rule, memory: Memory, ts: Int, measure: Float, grades: Int, signal: str, begun: Int
) -> list[Episode]:
    """Go from run to run of equal grade; breaks of an hour part runs too."""
    gap = round(max(LONGEST_GAP_S, 3 * rule.mean_s) * SECOND_US)
    before = ts[0] if memory.last is None else memory.last
    wide = np.diff(ts, prepend=before) > gap
    edge = wide.copy()
    edge[0] = True
    edge[1:] |= np.diff(grades) != 0
    first = np.flatnonzero(edge)
    last = np.append(first[1:], len(ts)) - 1
    far = rule.limits[0][1].beyond(measure) if rule.condition != "state" else np.abs(measure)
    ended: list[Episode] = []
    quiet = memory.open is None and memory.since[0] is None
    for a, b, level, parted in zip(
        first.tolist(), last.tolist(), grades[first].tolist(), wide[first].tolist(), strict=True
    ):
        if level <= 0 and quiet:
            continue
        if parted:
            memory.since = [None] * len(memory.since)
            memory.peak = None if memory.open is None else memory.peak
        if level > 0:
            if memory.since[0] is None:
                memory.began = int(begun[a])
            _worsen(rule, memory, ts[a : b + 1], measure[a : b + 1], far[a : b + 1], level, signal)
        else:
            memory.since = [None] * len(memory.since)
            over = _ease(rule, memory, ts[a : b + 1], level)
            if over is not None:
                ended.append(over)
        quiet = memory.open is None and memory.since[0] is None
    return ended


def _worsen(
    rule: Rule, memory: Memory, ts: Int, measure: Float, far: Float, level: int, signal: str
) -> None:
    """A run of bad readings."""
    hold = round(rule.hold_s * SECOND_US)
    top = int(np.argmax(far))
    peak = (float(measure[top]), int(ts[top]))
    memory.good = None
    if memory.open is not None and memory.back:
        memory.open = replace(memory.open, count=memory.open.count + 1)
    memory.back = False
    memory.since = [
        (int(ts[0]) if since is None else since) if number <= level else None
        for number, since in enumerate(memory.since, 1)
    ]
    if memory.open is None:
        memory.peak = peak if memory.peak is None else _further(rule, memory.peak, peak)
    else:
        memory.open = _with_peak(rule, memory.open, peak)
    for number, since in enumerate(memory.since, 1):
        if since is None or int(ts[-1]) < since + hold:
            continue
        at = int(ts[np.searchsorted(ts, since + hold)])
        _raise(rule, memory, number, since, at, signal)


def _raise(rule: Rule, memory: Memory, number: int, since: int, at: int, signal: str) -> None:
    """An episode begins, or gets graver."""
    severity = rule.limits[number - 1][0]
    if memory.open is None:
        assert memory.peak is not None
        start = since if memory.began is None else min(since, memory.began)
        memory.open = Episode(
            start, at, severity, memory.peak[0], memory.peak[1], signal=signal,
            grades=((severity, at),),
        )  # fmt: skip
        memory.peak = None
    elif severity not in [name for name, _ in memory.open.grades]:
        memory.open = replace(
            memory.open, severity=severity, grades=(*memory.open.grades, (severity, at))
        )


def _ease(rule: Rule, memory: Memory, ts: Int, level: int) -> Episode | None:
    """A run of readings that are not bad; the episode that ends with it."""
    if memory.open is None:
        memory.peak = None
        return None
    if level == 0:
        memory.good = None
        return None
    memory.back = True
    memory.good = int(ts[0]) if memory.good is None else memory.good
    certain = memory.good + round(rule.clear_s * SECOND_US)
    if int(ts[-1]) < certain:
        return None
    known = int(ts[np.searchsorted(ts, certain)])
    over = replace(memory.open, end=memory.good, known=known)
    memory.open, memory.good, memory.back, memory.peak = None, None, False, None
    return over


def _further(rule: Rule, one: tuple[float, int], two: tuple[float, int]) -> tuple[float, int]:
    values = np.array([one[0], two[0]])
    far = rule.limits[0][1].beyond(values) if rule.condition != "state" else np.abs(values)
    return two if far[1] > far[0] else one


def _with_peak(rule: Rule, episode: Episode, peak: tuple[float, int]) -> Episode:
    value, at = _further(rule, (episode.peak, episode.peak_at), peak)
    return replace(episode, peak=value, peak_at=at)


# --- silence --------------------------------------------------------------------------------------


def advance_silence(
    rule: Rule, memory: Memory, beats: Int, until: int, spans: Sequence[tuple[int, int]] | None,
    gone: int | None = None,
) -> list[Episode]:  # fmt: skip
    """Episodes without any reading; `advance` for the condition ``missing``.

    Silence counts from the last reading. It is one where it is longer than the rule's limit and
    than four typical steps, the median of the 64 steps before it, and while it is not what the
    device did at that time of day before. It ends with the next reading.

    Parameters
    ----------
    beats : times of readings, ascending [µs UTC].
    until : what is known reaches so far [µs UTC].
    spans : times in which silence counts; None is always.
    gone : when the device ended for good [µs UTC]: silence ends then; None where it has not.
    """
    old = memory.last
    beats = beats if old is None else beats[beats > old]
    steps = [int(step) for step in memory.more.get("steps", [])]
    habits = [(int(low), int(high)) for low, high in memory.more.get("gaps", [])]
    joined = beats if old is None else np.concatenate([[old], beats])
    if not len(joined):
        return []
    every = np.concatenate([np.array(steps, np.int64), np.diff(joined)])
    known = len(steps)
    ended: list[Episode] = []
    shortest = round(min(limit.above or 0.0 for _, limit in rule.limits) * SECOND_US)
    for i in np.flatnonzero(np.diff(joined) > shortest).tolist():
        low, high = int(joined[i]), int(joined[i + 1])
        usual = _usual(every[: known + i])
        if high - low <= usual:
            continue
        found = _silence(rule, low, high, usual, spans, habits)
        if found is not None:
            ended.append(replace(found, end=high, known=high))
        if high - low <= HABIT_LONGEST_US:
            habits = [gap for gap in habits if gap[1] > low - (HABIT_DAYS + 1) * DAY_US]
            habits.append((low, high))
    memory.last = int(joined[-1])
    memory.more["steps"] = every[-STEPS_KNOWN:].tolist()
    memory.more["gaps"] = [list(gap) for gap in habits]
    before, end = memory.open, until if gone is None else min(until, gone)
    memory.open = _silence(rule, memory.last, max(end, memory.last), _usual(every), spans, habits)
    if gone is None or until < gone:
        return ended if memory.open is None else [*ended, memory.open]
    over, memory.open = memory.open or before, None
    if over is not None and over.start == memory.last:
        # What was open till now ends with what is known now, be it that the end was told late.
        known = gone if before is None else until
        ended.append(replace(over, end=max(gone, over.start), known=known))
    return ended


def _usual(steps: Int) -> int:
    """The longest silence that is none [µs]; endless where no step is known."""
    return STEPS * int(np.median(steps[-STEPS_KNOWN:])) if len(steps) else 2**62


def _silence(
    rule: Rule, start: int, end: int, usual: int, spans: Sequence[tuple[int, int]] | None,
    habits: Sequence[tuple[int, int]],
) -> Episode | None:  # fmt: skip
    """The episode that a silence in (start, end) is, if it is one."""
    grades = []
    for severity, limit in rule.limits:
        wait = max(round((limit.above or 0.0) * SECOND_US), usual)
        at = _passed(start, end, wait, spans)
        at = None if at is None else _after_habit(at, habits)
        if at is not None and at < end:
            grades.append((severity, at))
    if not grades:
        return None
    return Episode(
        start, grades[0][1], grades[-1][0], (end - start) / SECOND_US, end, grades=tuple(grades)
    )


def _after_habit(at: int, gaps: Sequence[tuple[int, int]]) -> int:
    """The first moment from `at` on at which a device was not silent on the days before either."""
    wide = [
        (low + days * DAY_US - HABIT_SLACK_US, high + days * DAY_US + HABIT_SLACK_US, days)
        for low, high in gaps for days in range(1, HABIT_DAYS + 1)
    ]  # fmt: skip
    for moment in sorted({at, *(high for _, high, _ in wide if high > at)}):
        days = {day for low, high, day in wide if low <= moment < high}
        if len(days) < HABIT_LEAST:
            return moment
    return at


def _passed(start: int, end: int, wait: int, spans: Sequence[tuple[int, int]] | None) -> int | None:
    """When a wait from `start` is over, counted within one of the spans; None if it is not."""
    for low, high in [(start, end)] if spans is None else spans:
        begin = max(start, low)
        if begin + wait < min(end, high) or (spans is None and begin + wait < end):
            return begin + wait
    return None


# --- one alert for a device -------------------------------------------------------------------


def joined_episodes(rule: Rule, episodes: Iterable[Episode]) -> list[Episode]:
    """Episodes of several signals as one alert of their device where they overlap.

    They overlap where one is raised before the end of another was certain. The alert bears the
    start and the signal of the one raised first; it is open as long as any of them is.
    """
    groups: list[list[Episode]] = []
    until: int | None = 0
    for one in sorted(episodes, key=lambda e: (e.raised, e.start, e.signal)):
        if groups and (until is None or one.raised <= until):
            groups[-1].append(one)
            until = None if until is None or one.known is None else max(until, one.known)
        else:
            groups.append([one])
            until = one.known
    return [_joined(rule, group) for group in groups]


def _joined(rule: Rule, group: Sequence[Episode]) -> Episode:
    first = group[0]
    value, at = first.peak, first.peak_at
    for one in group[1:]:
        value, at = _further(rule, (value, at), (one.peak, one.peak_at))
    reached: dict[str, int] = {}
    for severity, when in (grade for one in group for grade in one.grades):
        reached[severity] = min(reached.get(severity, when), when)
    grades = sorted(reached.items(), key=lambda item: SEVERITIES.index(item[0]))
    still = any(one.end is None for one in group)
    return replace(
        first, severity=grades[-1][0], peak=value, peak_at=at,
        count=sum(one.count for one in group), grades=tuple(grades),
        end=None if still else max(one.end for one in group if one.end is not None),
        known=None if still else max(one.known for one in group if one.known is not None),
    )  # fmt: skip
