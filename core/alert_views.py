"""What the Alerts page asks: the past of a rule as it would have been, an alert with its signal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.alert_rules import BUILT_IN, AlertConfig, RuleTable
from core.alert_run import evaluate_rules, newest_reading
from core.alert_store import Alert
from core.alert_subjects import find_subjects
from core.analytics.alert_measures import holds_when, spreads
from core.analytics.alerts import SECOND_US, Float, Int, Rule
from core.levels import DAY, HOUR
from core.query import Series, SignalInfo, Store

PREVIEW_DAYS = 90
LEAST_AROUND_US = HOUR
LEAST_BEFORE_US = 8 * DAY  # silence has habits of a week
MOST_SIGNALS = 3


@dataclass(frozen=True)
class Preview:
    """How often a rule would have fired.

    Attributes
    ----------
    counts : by device and severity of alerts raised in the time looked at.
    devices : how many it watches.
    start, end : the time looked at [µs UTC].
    lacking : devices it cannot watch, and what they lack.
    lasting : as `counts`, of alerts raised before that time that lasted into it.
    """

    counts: tuple[tuple[str, str, int], ...]
    devices: int
    start: int
    end: int
    lacking: tuple[tuple[str, str], ...]
    lasting: tuple[tuple[str, str, int], ...] = ()

    @property
    def fired(self) -> int:
        """How many devices it fired on."""
        return len({device for device, _, _ in self.counts})

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _, _, count in self.counts)

    @property
    def lasted(self) -> int:
        """How many lasted into the time from before."""
        return sum(count for _, _, count in self.lasting)

    @property
    def rows(self) -> tuple[tuple[str, str, int, int], ...]:
        """Device, severity, how many were raised, how many lasted into the time from before."""
        raised, lasted = (
            {(device, severity): count for device, severity, count in told}
            for told in (self.counts, self.lasting)
        )
        every = sorted({*raised, *lasted})
        return tuple((*key, raised.get(key, 0), lasted.get(key, 0)) for key in every)


def preview_rule(
    store: Store, table: str, days: int = PREVIEW_DAYS, stamp: tuple[str, int] | None = None
) -> Preview | None:
    """A rule over the last days of the store; None where that holds no reading.

    Parameters
    ----------
    table : the keys of its ``[[rule]]`` as JSON.
    stamp : of the file of plants, see `core.pv_plant.plants_stamp`; that beside the store if None.
    """
    rule = RuleTable.model_validate(json.loads(table)).as_rule()
    end = newest_reading(store)
    if end is None:
        return None
    start = max(end - days * DAY, min(one.first or end for one in store.devices()))
    config = AlertConfig(
        BUILT_IN, (rule,), (), (), plants=None if stamp is None else Path(stamp[0])
    )
    # What had begun before goes on: it did not fire in this time.
    before = start - max(LEAST_BEFORE_US, round(2 * (rule.hold_s + rule.clear_s) * SECOND_US))
    outcome = evaluate_rules(store, config, before, end)
    raised: Counter[tuple[str, str]] = Counter()
    lasted: Counter[tuple[str, str]] = Counter()
    for one in outcome.found:
        key = (one.device, one.episode.severity)
        if one.episode.raised >= start:
            raised[key] += 1
        elif one.episode.end is None or one.episode.end > start:
            lasted[key] += 1
    counts, lasting = (
        tuple((*key, count) for key, count in sorted(told.items())) for told in (raised, lasted)
    )
    return Preview(
        counts, len({one.device for one in outcome.engine}), start, end,
        tuple((one.device, one.missing) for one in outcome.unwatched), lasting,
    )  # fmt: skip


def signals_of(store: Store, alert: Alert, rule: Rule | None) -> list[SignalInfo]:
    """Signals to look at beside an alert: its own, or of several the one it began with."""
    known = {one.name: one for one in store.signals(alert.device)}
    named = [name for name in (alert.signal, alert.shown) if name in known]
    if named:
        return [known[named[0]]]
    if rule is None:
        return []
    subjects, _ = find_subjects(store, (rule,), (), [alert.device])
    found = [one for subject in subjects for one in subject.signals]
    if rule.condition == "missing":
        found = sorted(found, key=lambda one: (-one.rows, one.name))[:1]
    return found[:MOST_SIGNALS]


def window_around(alert: Alert, newest: int) -> tuple[int, int]:
    """A window that shows an alert with what was before and, as far as is known, after [µs UTC]."""
    end = alert.end if alert.end is not None else max(newest, alert.raised)
    margin = max((end - alert.start) // 3, LEAST_AROUND_US)
    return alert.start - margin, max(min(end + margin, newest + 1), end)


def severities_by_device(alerts: Sequence[Alert]) -> dict[str, list[str]]:
    """Severities of alerts by device."""
    found: dict[str, list[str]] = {}
    for one in alerts:
        found.setdefault(one.device, []).append(one.severity)
    return found


def spread_series(
    store: Store, alert: Alert, rule: Rule, start: int, end: int, max_points: int = 1500
) -> Series | None:
    """Greatest less least of a rule's signals in [start, end) [µs UTC], while the rule holds.

    Each row has least, greatest and mean of a stretch of time. None where nothing is known.
    """
    subjects, _ = find_subjects(store, (rule,), (), [alert.device])
    mine = next((one for one in subjects if one.part == alert.signal), None)
    if mine is None:
        return None
    ts, table = store.readings_of(alert.device, [one.name for one in mine.signals], [(start, end)])
    ts, value = spreads([(ts[known], column[known]) for column in table.T
                         for known in [np.isfinite(column)]])  # fmt: skip
    if rule.when is not None and mine.gate is not None:
        gate = store.raw(mine.gate.device, mine.gate.name, start - HOUR, end)
        held = holds_when({}, ts, *gate, rule.when)
        ts, value = ts[held], value[held]
    if not len(ts):
        return None
    info = mine.signals[0]
    # Zone and newest reading are the signal's; the width of its rows is not that of the spread's.
    base = store.series(info.device, info.name, start, end, max_points=4)
    named = replace(info, name=" − ".join(one.name for one in mine.signals[:2]))
    exact = len(ts) <= max_points
    width = 1 if exact else -(-(end - start) // max_points)
    return replace(
        base, signal=named, stands_for=len(ts), exact=exact, level="raw",
        step_us=None if exact else width,
        frame=_in_stretches(ts, value, start, width, max(width, info.step_us) + HOUR),
    )  # fmt: skip


def _in_stretches(ts: Int, value: Float, start: int, width: int, gap_us: int) -> pd.DataFrame:
    """Extremes and means of stretches of equal length from a start on, at the start of each.

    A row of NaN stands where the next stretch begins more than `gap_us` later.
    """
    place = (ts - start) // width
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 1))
    begin = start + place[first] * width
    count = np.diff(np.append(first, len(ts)))
    rows = pd.DataFrame(
        {
            "ts": begin, "first": value[first], "last": value[first + count - 1],
            "min": np.minimum.reduceat(value, first), "max": np.maximum.reduceat(value, first),
            "mean": np.add.reduceat(value, first) / count, "count": count,
        }
    )  # fmt: skip
    late = np.flatnonzero(np.diff(begin) > gap_us)
    gaps = pd.DataFrame({"ts": begin[late] + width}).reindex(columns=rows.columns)
    return pd.concat([rows, gaps]).sort_values("ts", ignore_index=True) if len(late) else rows
