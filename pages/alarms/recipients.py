"""Who is told, as a table to edit, and a test of each way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import pandas as pd
import streamlit as st

from core.alert_delivery import send_test
from core.alert_recipients_file import (
    COLUMNS,
    recipients_frame,
    recipients_from_frame,
    write_recipients,
)
from core.alert_rules import AlertConfig, Recipient
from core.errors import ConfigError, DeliveryError
from pages.alarms.rules import error_words
from pages.shared import chart, states
from pages.shared.texts import t
from pages.shared.wording import in_language

TABLE, ROUND, SAVED = "recipients-table", "recipients-round", "recipients-saved"
CHOICES = {"kind": "kind", "severity": "severity", "security": "security", "form": "form",
           "language": "language"}  # fmt: skip
DEFAULTS = {
    name: "" if field.is_required() else field.default
    for name, field in Recipient.model_fields.items()
}
WIDTHS = {"name": 130, "to": 220, "host": 160, "url": 240, "password_env": 190, "url_env": 190}
# Of what each way needs most stands first.
ORDER = ("name", "enabled", "kind", "severity", "to", "host", "url", "url_env", "form", "user",
         "password_env", "security", "port", "topic", "language", "group_s", "sender")  # fmt: skip


def show_editor(config: AlertConfig, zone: str, *, editable: bool) -> None:
    """Table, save, test; not to be edited while the file is wrong."""
    chart.show_caption(t("alerts.recipients.note", path=str(config.path)))
    if saved := st.session_state.pop(SAVED, None):
        states.notice(saved, state="good")
    if not config.recipients:
        states.notice(t("alerts.recipients.none"), detail=t("alerts.recipients.mend"))
    frame = recipients_frame(config.recipients)
    key = f"{TABLE}-{st.session_state.get(ROUND, 0)}"
    changed: pd.DataFrame = st.data_editor(
        frame, key=key, hide_index=True, num_rows="dynamic", column_config=_columns(),
        column_order=ORDER, disabled=not editable,
    )  # fmt: skip
    try:
        recipients = recipients_from_frame(changed, config.recipients)
    except ConfigError as error:
        detail = error_words(error)
        states.notice(t("alerts.recipients.wrong"), detail=detail, state="error")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        differ = recipients != config.recipients
        if editable and st.button(
            t("alerts.recipients.save"), type="primary", disabled=not differ
        ):  # fmt: skip
            _save(config, changed, zone)
        if differ:
            told = [one.name for one in recipients if one not in config.recipients]
            gone = {one.name for one in config.recipients} - {one.name for one in recipients}
            chart.show_caption(t("alerts.unsaved", names=", ".join([*told, *sorted(gone)])))
    show_test(recipients)


def _columns() -> dict[str, object]:
    """Titles, and what each column takes."""
    configs: dict[str, object] = {}
    for name in COLUMNS:
        title, tip, default = t(f"alerts.to.{name}"), t(f"alerts.to.{name}.help"), DEFAULTS[name]
        if name == "enabled":
            configs[name] = st.column_config.CheckboxColumn(title, help=tip, default=True, width=50)
        elif name in CHOICES:
            configs[name] = st.column_config.SelectboxColumn(
                title, help=tip, options=list(get_args(Recipient.model_fields[name].annotation)),
                default="smtp" if name == "kind" else default, required=True, width=110,
                format_func=lambda value, kind=CHOICES[name]: t(f"alerts.{kind}.{value}"),
            )  # fmt: skip
        elif name in ("port", "group_s"):
            configs[name] = st.column_config.NumberColumn(
                title, help=tip, min_value=0, max_value=65535 if name == "port" else None,
                default=default, width=90,
            )  # fmt: skip
        else:
            configs[name] = st.column_config.TextColumn(
                title, help=tip, default=default or "", width=WIDTHS.get(name, 130)
            )
    return configs


def _save(config: AlertConfig, changed: pd.DataFrame, zone: str) -> None:
    try:
        write_recipients(config, changed, zone)
    except ConfigError as error:
        detail = error_words(error)
        states.notice(t("alerts.recipients.wrong"), detail=detail, state="error")
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state[SAVED] = t("alerts.saved", path=str(config.path))
    st.rerun()


def show_test(recipients: Sequence[Recipient]) -> None:
    """Send a test message to one of the table."""
    if not recipients:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(t("alerts.test.to"), [one.name for one in recipients], width=280)
        asked = st.button(t("alerts.test"))
        chart.show_caption(t("alerts.test.unsaved"))
    if not asked:
        return
    try:
        send_test(next(one for one in recipients if one.name == name))
    except DeliveryError as error:
        detail = in_language(str(error))
        states.notice(t("alerts.test.failed", name=name), detail=detail, state="error")
        return
    states.notice(t("alerts.test.sent", name=name), state="good")
