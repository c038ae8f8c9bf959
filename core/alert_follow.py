"""Alerts of live readings: look, evaluate, keep, send, every few seconds.

A process of its own beside the collector, which knows nothing of rules. Where it stands is kept
with the alerts, so that one that was ended goes on where it was; what it evaluates a second time
it finds a second time, and keeps once.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.alert_delivery import deliver, escalate, route
from core.alert_rules import AlertConfig
from core.alert_run import evaluate_rules
from core.alert_service import FIRST_LOOK_US, end_unwatched
from core.alert_store import AlertStore, EngineState
from core.analytics.alerts import SECOND_US
from core.errors import SourceError, StoreLocked
from core.query import Store

LAG_US = 5 * SECOND_US  # readings of several sources of one moment do not come at once
KEEP_STATE_US = 60 * SECOND_US
LOCK = "alerts.lock"


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Be the only one that evaluates and sends for a store.

    Raises
    ------
    StoreLocked : another process is.
    """
    place = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreLocked(f"another process follows the alerts of {root}") from error
        yield
    finally:
        os.close(place)


class Follower:
    """What is remembered between two looks."""

    def __init__(
        self, store: Store, alerts: AlertStore, load: Callable[[], AlertConfig],
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._store, self._alerts, self._load, self._say = store, alerts, load, say
        self._config = load()
        self._states: dict[tuple[str, str, str], EngineState] = alerts.engine()
        self._kept_at = 0
        self._trouble = ""
        # Rules may have changed while nobody looked.
        end_unwatched(alerts, self._config, time.time_ns() // 1000)

    def look(self, now: int) -> int:
        """Evaluate what came in up to shortly before `now` [µs UTC], and send; gives what was new.

        Raises
        ------
        StoreError : alerts cannot be kept.
        """
        until = now - LAG_US
        if self._reload():
            end_unwatched(self._alerts, self._config, until)
        found = evaluate_rules(
            self._store, self._config, until - FIRST_LOOK_US, until, states=self._states
        )
        self._states.update({(one.rule, one.device, one.part): one for one in found.engine})
        settle = now - self._kept_at >= KEEP_STATE_US
        kept = self._alerts.keep(
            found.found, self._states.values() if settle else (),
            route(self._config, self._store.zone, now),
        )  # fmt: skip
        if settle:
            self._kept_at = now
        for number in (*kept.raised, *kept.worse):
            one = self._alerts.alert(number)
            self._say(f"{one.severity} {one.rule} {one.device} {one.signal}".rstrip())
        escalate(self._alerts, self._config, self._store.zone, now)
        for why in deliver(self._alerts, self._config, self._store.zone, now).failed:
            self._say(f"not delivered: {why}")
        return len(kept.raised)

    def end(self) -> None:
        """Keep where evaluation stands."""
        self._alerts.keep((), self._states.values())

    def _reload(self) -> bool:
        """Take the rules as they are now, and say whether they differ from those before.

        Where they cannot be read, those before stand; that is said once.
        """
        try:
            now = self._load()
        except SourceError as error:
            if str(error) != self._trouble:
                self._say(f"the rules before stand: {error}")
            self._trouble = str(error)
            return False
        differs, self._config, self._trouble = now.rules != self._config.rules, now, ""
        return differs


def follow(
    store: Store, alerts: AlertStore, load: Callable[[], AlertConfig], *, every_s: float,
    say: Callable[[str], None], goes_on: Callable[[], bool] = lambda: True,
) -> None:  # fmt: skip
    """Look every few seconds until interrupted.

    Raises
    ------
    StoreLocked : another process does.
    """
    with alone(alerts.root):
        follower = Follower(store, alerts, load, say)
        try:
            while goes_on():
                began = time.monotonic()
                follower.look(time.time_ns() // 1000)
                time.sleep(max(0.0, every_s - (time.monotonic() - began)))
        except KeyboardInterrupt:
            say("ended")
        finally:
            follower.end()
