"""Who is told, and how that goes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.alert_rules import AlertConfig, Recipient
from core.alert_secrets import is_secret_url
from core.alert_store import AlertStore, Delivery
from core.alert_transports import missing_secrets
from pages.alarms import listing
from pages.alarms.recipients import show_editor
from pages.shared import chart, numbers, table
from pages.shared.texts import t

NEWEST = 30


def show_messages(
    alerts: AlertStore, config: AlertConfig, zone: str, *, editable: bool = True
) -> None:
    """Recipients, test, how it goes, queue."""
    st.subheader(t("alerts.recipients"))
    show_editor(config, zone, editable=editable)
    every = alerts.deliveries()
    if config.recipients:
        st.subheader(t("alerts.recipients.state"))
        _show_recipients(config.recipients, every, zone)
    st.subheader(t("alerts.queue"))
    if not every:
        chart.show_caption(t("alerts.queue.none"))
        return
    known = {one.id: one for one in alerts.alerts()}
    titles = [t(f"alerts.queue.{name}") for name in ("to", "event", "alert", "created", "state")]
    rows = []
    for one in every[:NEWEST]:
        about = known[one.alert]
        what = f"{listing.rule_words(about.rule)} · {listing.place_words(about)}"
        rows.append([
            one.recipient, t(f"alerts.event.{one.event.partition(':')[0]}"),
            table.cut(what, most=44),
            numbers.moment(one.created, zone, seconds=True), _state(one, zone),
        ])  # fmt: skip
    table.show_table(titles, rows)


def _show_recipients(
    recipients: Sequence[Recipient], every: Sequence[Delivery], zone: str
) -> None:  # fmt: skip
    names = ("name", "kind", "from", "secrets", "waiting", "sent")
    rows = []
    for one in recipients:
        mine = [row for row in every if row.recipient == one.name]
        sent = max((row.sent for row in mine if row.sent is not None), default=None)
        rows.append([
            one.name, t(f"alerts.kind.{one.kind}"), t(f"alerts.severity.{one.severity}"),
            secret_words(one),
            numbers.number(sum(row.sent is None for row in mine)),
            numbers.NOTHING if sent is None else numbers.moment(sent, zone, seconds=True),
        ])  # fmt: skip
    table.show_table([t(f"alerts.recipient.{name}") for name in names], rows, numeric=(4,))


def secret_words(one: Recipient) -> str:
    """Whether the secrets of a recipient are where they belong."""
    lacking = missing_secrets(one)
    if lacking:
        return table.state("error", t("alerts.secret.missing", names=", ".join(lacking)))
    if is_secret_url(one.url):
        return table.state("warning", t("alerts.secret.in_file"))
    return t("alerts.secret.set")


def _state(one: Delivery, zone: str) -> str:
    if one.sent is not None:
        moment = numbers.moment(one.sent, zone, seconds=True)
        return table.state("good", t("alerts.delivery.sent", moment=moment))
    due = numbers.moment(one.due, zone, seconds=True)
    if one.error:
        words = t("alerts.delivery.failed", moment=due, count=numbers.number(one.attempts))
        return table.state("error", f"{words}: {one.error}"[:90])
    return table.state("unknown", t("alerts.delivery.waits", moment=due))
