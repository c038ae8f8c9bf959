"""What the Alerts page asks: the past of a rule as it would have been, an alert with its signal."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.alert_rules import AlertConfig, RuleTable, load_alerts
from core.alert_run import evaluate_rules, newest_reading
from core.alert_store import Alert
from core.alert_subjects import find_subjects
from core.analytics.alerts import Rule
from core.levels import DAY, HOUR
from core.query import SignalInfo, Store

PREVIEW_DAYS = 90
LEAST_AROUND_US = HOUR
MOST_SIGNALS = 3


@dataclass(frozen=True)
class Preview:
    """How often a rule would have fired.

    Attributes
    ----------
    counts : by device and severity; devices : how many it watches.
    start, end : the time looked at [µs UTC].
    lacking : devices it cannot watch, and what they lack.
    """

    counts: tuple[tuple[str, str, int], ...]
    devices: int
    start: int
    end: int
    lacking: tuple[tuple[str, str], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _, _, count in self.counts)


def preview_rule(store: Store, table: str, days: int = PREVIEW_DAYS) -> Preview | None:
    """A rule over the last days of the store; None where that holds no reading.

    Parameters
    ----------
    table : the keys of its ``[[rule]]`` as JSON.
    """
    rule = RuleTable.model_validate(json.loads(table)).as_rule()
    end = newest_reading(store)
    if end is None:
        return None
    start = max(end - days * DAY, min(one.first or end for one in store.devices()))
    config = AlertConfig(load_alerts(None, store.zone).path, (rule,), (), ())
    outcome = evaluate_rules(store, config, start, end)
    counted: dict[tuple[str, str], int] = {}
    for one in outcome.found:
        key = (one.device, one.episode.severity)
        counted[key] = counted.get(key, 0) + 1
    return Preview(
        tuple((*key, count) for key, count in sorted(counted.items())),
        len({one.device for one in outcome.engine}), start, end,
        tuple((one.device, one.missing) for one in outcome.unwatched),
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
    """A window that shows an alert with what was before and after [µs UTC]."""
    end = alert.end if alert.end is not None else max(newest, alert.raised)
    margin = max((end - alert.start) // 3, LEAST_AROUND_US)
    return alert.start - margin, end + margin
