"""Evaluate and keep: what the command line, the live loop and the page share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.alert_rules import AlertConfig
from core.alert_run import Outcome, definition, evaluate_rules, newest_reading
from core.alert_store import AlertStore, Kept
from core.levels import DAY
from core.query import Store

FIRST_LOOK_US = DAY  # so far back the first evaluation goes where nothing else is said


@dataclass(frozen=True)
class Run:
    """An evaluation that was kept (or with `kept` None would have been)."""

    since: int
    until: int
    outcome: Outcome
    kept: Kept | None


def run_alerts(
    store: Store, alerts: AlertStore, config: AlertConfig, *,
    since: int | None = None, until: int | None = None, devices: Sequence[str] | None = None,
    dry_run: bool = False, on_progress: Callable[[str, int, int], None] | None = None,
) -> Run | None:  # fmt: skip
    """Evaluate the rules and keep what they found; None where the store holds no reading.

    Parameters
    ----------
    since : begin anew here [µs UTC]; None goes on where evaluation stands.
    until : up to and including [µs UTC]; None is the newest reading of the store.
    dry_run : keep nothing.

    Raises
    ------
    UnknownDevice, StoreError
    """
    newest = newest_reading(store)
    if until is None:
        until = newest
    if until is None:
        return None
    states = alerts.engine() if since is None else {}
    begin = since if since is not None else until - FIRST_LOOK_US
    outcome = evaluate_rules(
        store, config, begin, until, devices=devices, states=states, on_progress=on_progress
    )
    if dry_run:
        return Run(begin, until, outcome, None)
    end_unwatched(alerts, config, until)
    return Run(begin, until, outcome, alerts.keep(outcome.found, outcome.engine))


def end_unwatched(alerts: AlertStore, config: AlertConfig, at: int) -> None:
    """Alerts of rules that are gone, switched off or changed do not stay open for ever."""
    now = {rule.name: definition(rule) for rule in config.active}
    known = {(rule, device): one for (rule, device, _), one in alerts.engine().items()}
    for (rule, device), state in known.items():
        if now.get(rule) != state.definition:
            alerts.end_orphans(rule, device, min(state.until, at))
