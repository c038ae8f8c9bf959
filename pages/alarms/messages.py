"""Who is told, how that goes, and a test of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.alert_delivery import send_test
from core.alert_rules import AlertConfig, Recipient
from core.alert_store import AlertStore, Delivery
from core.alert_transports import missing_secrets
from core.errors import DeliveryError
from pages.alarms import listing
from pages.shared import chart, numbers, states, table
from pages.shared.texts import t

NEWEST = 30
EXAMPLE = """[[recipient]]
name = "control room"
kind = "smtp"
host = "mail.example.org"
user = "ziggurat"
password_env = "ZIGGURAT_MAIL_PASSWORD"
to = ["control@example.org"]
severity = "error"
"""


def show_messages(alerts: AlertStore, config: AlertConfig, zone: str) -> None:
    """Recipients, test, queue."""
    st.subheader(t("alerts.recipients"))
    if not config.recipients:
        states.notice(
            t("alerts.recipients.none"), detail=t("alerts.recipients.mend", path=str(config.path))
        )
        st.code(EXAMPLE, language="toml")
        return
    every = alerts.deliveries()
    _show_recipients(config.recipients, every, zone)
    _show_test(config.recipients)
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
        lacking = missing_secrets(one)
        sent = max((row.sent for row in mine if row.sent is not None), default=None)
        rows.append([
            one.name, t(f"alerts.kind.{one.kind}"), t(f"alerts.severity.{one.severity}"),
            table.state("error", t("alerts.secret.missing", names=", ".join(lacking)))
            if lacking else t("alerts.secret.set"),
            numbers.number(sum(row.sent is None for row in mine)),
            numbers.NOTHING if sent is None else numbers.moment(sent, zone, seconds=True),
        ])  # fmt: skip
    table.show_table([t(f"alerts.recipient.{name}") for name in names], rows, numeric=(4,))


def _show_test(recipients: Sequence[Recipient]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(t("alerts.test.to"), [one.name for one in recipients], width=280)
        asked = st.button(t("alerts.test"))
    if not asked:
        return
    try:
        send_test(next(one for one in recipients if one.name == name))
    except DeliveryError as error:
        states.notice(t("alerts.test.failed", name=name), detail=str(error), state="error")
        return
    states.notice(t("alerts.test.sent", name=name), state="good")


def _state(one: Delivery, zone: str) -> str:
    if one.sent is not None:
        moment = numbers.moment(one.sent, zone, seconds=True)
        return table.state("good", t("alerts.delivery.sent", moment=moment))
    due = numbers.moment(one.due, zone, seconds=True)
    if one.error:
        words = t("alerts.delivery.failed", moment=due, count=numbers.number(one.attempts))
        return table.state("error", f"{words}: {one.error}"[:90])
    return table.state("unknown", t("alerts.delivery.waits", moment=due))
