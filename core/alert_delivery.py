"""Who is told of which alert, when, and the queue that outlives restarts.

A message is queued in the transaction that keeps its alert, put together with others, written down
with a name of its own, sent, and marked as sent. Killed between the last two, it is sent again
under the same name: every message goes out at least once, and a receiver that knows names takes
each exactly once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.alert_messages import build_message, test_message
from core.alert_rules import AlertConfig, Recipient
from core.alert_store import Alert, AlertStore, Delivery, Found, Route
from core.alert_transports import Message, send
from core.analytics.alerts import SECOND_US, SEVERITIES, Rule
from core.errors import DeliveryError
from core.levels import HOUR

BACK_OFF_S = 5.0  # before the second attempt; doubled before each further one
BACK_OFF_MOST_S = 900.0
OLD_NEWS_US = HOUR  # what was over for so long before anybody saw it is not sent


@dataclass(frozen=True)
class Sent:
    """What a look at the queue did: messages sent, and what could not be, in words."""

    messages: int
    failed: tuple[str, ...]


def route(config: AlertConfig, zone: str, now: int) -> Route:
    """Who is told of an event of an alert that is found at `now` [µs UTC]."""
    rules = {rule.name: rule for rule in config.rules}

    def told(found: Found, event: str) -> list[tuple[str, str, int]]:
        rule, episode = rules[found.rule], found.episode
        if episode.known is not None and now - episode.known > OLD_NEWS_US:
            return []
        return _told(config, rule, rule.recipients, episode.severity, zone, now)

    return told


def _told(
    config: AlertConfig, rule: Rule, names: Sequence[str], severity: str, zone: str, now: int
) -> list[tuple[str, str, int]]:
    rank = SEVERITIES.index(severity)
    due = quiet_until(rule.quiet, now, zone)
    return [
        (one.name, severity, max(due, now + round(one.group_s * SECOND_US)))
        for one in config.recipients
        if one.enabled and (not names or one.name in names)
        and rank >= SEVERITIES.index(one.severity)
    ]  # fmt: skip


def quiet_until(quiet: str, now: int, zone: str) -> int:
    """End of the quiet hours that `now` lies in [µs UTC]; `now` itself outside them.

    Parameters
    ----------
    quiet : local times, ``22:00-06:00``; empty for none.
    """
    if not quiet:
        return now
    local = datetime.fromtimestamp(now / 1e6, ZoneInfo(zone))
    begin, end = (_clock(local, text) for text in quiet.split("-"))
    if begin <= end:
        return round(end.timestamp() * 1e6) if begin <= local < end else now
    if local >= begin:
        return round(_clock(local + timedelta(days=1), quiet.split("-")[1]).timestamp() * 1e6)
    return round(end.timestamp() * 1e6) if local < end else now


def _clock(day: datetime, text: str) -> datetime:
    hours, _, minutes = text.partition(":")
    return day.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)


def escalate(alerts: AlertStore, config: AlertConfig, zone: str, now: int) -> None:
    """Queue a message about what nobody acknowledged for as long as its rule allows."""
    rules = {rule.name: rule for rule in config.active if rule.escalate_s > 0}
    for one in alerts.alerts(only_open=True, now=now) if rules else []:
        rule = rules.get(one.rule)
        if rule is None or one.acknowledged is not None or one.snoozed is not None:
            continue
        if now - one.raised >= rule.escalate_s * SECOND_US:
            wanted = _told(config, rule, rule.escalate_to, one.severity, zone, now)
            alerts.enqueue(one.id, "escalated", wanted)


def deliver(
    alerts: AlertStore, config: AlertConfig, zone: str, now: int,
    way: Callable[[Recipient, Message], None] = send,
) -> Sent:  # fmt: skip
    """Send what is due, together by recipient; what fails is due again, later each time.

    Parameters
    ----------
    way : hands a message over; raises `DeliveryError` where it cannot.
    """
    by_name = {one.name: one for one in config.recipients if one.enabled}
    waiting = [row for row in alerts.deliveries(waiting=True) if row.recipient in by_name]
    known = {one.id: one for one in alerts.alerts(now=now)} if waiting else {}
    done, failed = 0, list[str]()
    for name, recipient in by_name.items():
        mine = [row for row in waiting if row.recipient == name]
        mine = _awake(alerts, mine, known, now)
        _put_together(alerts, recipient, mine, known, zone, now)
        for batch in dict.fromkeys(row.batch for row in mine if row.batch):
            rows = [row for row in mine if row.batch == batch]
            if min(row.due for row in rows) > now:
                continue
            numbers = [row.id for row in rows]
            try:
                way(recipient, alerts.batch(batch))
            except DeliveryError as error:
                tries = max(row.attempts for row in rows)
                wait = min(BACK_OFF_S * 2.0**tries, BACK_OFF_MOST_S)
                alerts.mark_failed(numbers, now + round(wait * SECOND_US), str(error))
                failed.append(str(error))
                continue
            alerts.mark_sent(numbers, now)
            done += 1
    return Sent(done, tuple(failed))


def _awake(
    alerts: AlertStore, rows: list[Delivery], known: dict[int, Alert], now: int
) -> list[Delivery]:
    """Rows without those of alerts that somebody set aside; these are due when that is over."""
    kept = []
    for row in rows:
        one = known[row.alert]
        if one.snoozed is not None and not row.batch:
            alerts.hold([row.id], one.snoozed)
        else:
            kept.append(row)
    return kept


def _put_together(
    alerts: AlertStore, recipient: Recipient, rows: list[Delivery],
    known: dict[int, Alert], zone: str, now: int,
) -> None:  # fmt: skip
    """One message of all that came within the time of the first that is due."""
    loose = [row for row in rows if not row.batch]
    near = now + round(recipient.group_s * SECOND_US)
    if not any(row.due <= now for row in loose):
        return
    chosen = [row for row in loose if row.due <= near]
    batch = uuid.uuid4().hex
    events = [(known[row.alert], row.event, row.severity) for row in chosen]
    message = build_message(events, batch, zone, recipient.language)
    alerts.put_batch(batch, recipient.name, [row.id for row in chosen], message)
    for row in chosen:
        row.batch, row.due = batch, now


def send_test(recipient: Recipient) -> None:
    """Send a message that says it is a test; raises `DeliveryError` where it is not taken."""
    send(recipient, test_message(uuid.uuid4().hex, recipient.language))
