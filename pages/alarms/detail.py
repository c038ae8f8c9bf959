"""One alert: beside its signal, what people said, and what can be done about it."""

from __future__ import annotations

import time

import streamlit as st

from core.alert_charts import Band, add_bands, add_limits
from core.alert_rules import AlertConfig
from core.alert_store import Alert, AlertStore
from core.alert_views import signals_of, spread_series, window_around
from core.analytics.alerts import SECOND_US, Rule
from core.charts import build_series_figure
from core.errors import SourceError
from core.query import Store
from pages.alarms import listing
from pages.shared import address, chart, data, numbers, states, theme
from pages.shared.texts import TEXTS, current_language, t

SNOOZE_H = (1, 8, 24, 168)
NAME = "alerts-name"
FILED = "alerts-filed"  # how many remarks this session has filed


def show_detail(store: Store, alerts: AlertStore, config: AlertConfig) -> None:
    """The alert that the URL names; nothing where it names none."""
    asked = address.get("alert")
    if asked is None:
        return
    one = next((a for a in alerts.alerts() if str(a.id) == asked), None)
    if one is None:
        states.notice(t("alerts.unknown", number=asked), state="warning")
        return
    rule = next((r for r in config.rules if r.name == one.rule), None)
    with st.container(border=True, key="alert-detail"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.subheader(title(one, store.zone))
            st.button(t("alerts.close"), on_click=address.put, args=({"alert": None},))
        if rule is not None and rule.note:
            chart.show_caption(note_words(rule))
        if one.condition == "missing" and one.end is None:
            chart.show_caption(t("alerts.gone", device=one.device))
        _show_signal(store, alerts, one, rule)
        _show_remarks(alerts, one, store.zone)
        _show_actions(alerts, one)


def note_words(rule: Rule) -> str:
    """The note of a rule: a shipped one in the page's language, one's own as it stands."""
    key = f"alerts.about.{rule.name}"
    return t(key) if key in TEXTS and TEXTS[key][0] == rule.note else rule.note


def title(one: Alert, zone: str) -> str:
    """What happened, as a sentence."""
    values = {
        "rule": listing.rule_words(one.rule), "place": listing.place_words(one),
        "start": numbers.moment(one.start, zone), "peak": listing.peak_words(one),
        "count": numbers.number(one.count),
    }  # fmt: skip
    if one.end is None:
        return t("alerts.title.open", **values)
    return t("alerts.title.ended", **values, lasted=numbers.duration(one.end - one.start))


def _show_signal(store: Store, alerts: AlertStore, one: Alert, rule: Rule | None) -> None:
    signals = signals_of(store, one, rule)
    if not signals:
        return
    sources = data.devices(store) if one.condition == "missing" else signals
    newest = max((s.last for s in sources if s.last is not None), default=one.raised)
    start, end = window_around(one, newest)
    spread = None
    if rule is not None and rule.condition == "spread":
        spread = data.report(store, spread_series, one, rule, start, end)
    shown = [spread] if spread is not None else [
        data.series(store, s.device, s.name, start, end, max_points=3000) for s in signals
    ]  # fmt: skip
    if not any(chart.has_readings(series) for series in shown):
        chart.show_caption(t("alerts.no_signal"))
        return
    figure = build_series_figure(
        shown, theme=theme.kind(), language=current_language(), span=(start, end), height=300,
        title=t("alerts.signal.title", signals=", ".join(s.signal.name for s in shown),
                device=one.device),
    )  # fmt: skip
    alike = [
        other for other in alerts.alerts(start, end)
        if (other.rule, other.device, other.signal) == (one.rule, one.device, one.signal)
    ]  # fmt: skip
    bands = [
        Band(other.start, other.end if other.end is not None else end, other.severity)
        for other in alike
    ]  # fmt: skip
    add_bands(figure, bands, store.zone, theme.kind())
    if rule is not None and (rule.condition == "threshold" or spread is not None):
        bounds = [
            (severity, bound) for severity, limit in rule.limits
            for bound in (limit.above, limit.below) if bound is not None
        ]  # fmt: skip
        add_limits(figure, bounds, theme.kind())
    chart.show_figure(figure, "alert-signal")
    chart.show_caption(t("alerts.bands", count=numbers.number(len(bands)), zone=store.zone))


def _show_remarks(alerts: AlertStore, one: Alert, zone: str) -> None:
    for said in alerts.remarks(one.id):
        until = "" if said.until is None else numbers.moment(said.until, zone)
        words = t(f"alerts.remark.{said.kind}", by=said.by, until=until,
                  moment=numbers.moment(said.at, zone))  # fmt: skip
        chart.show_caption(f"{words}{': ' if said.note else ''}{said.note}")


def _show_actions(alerts: AlertStore, one: Alert) -> None:
    """Acknowledge, note, snooze."""
    with (
        st.form(f"alert-{one.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        by = st.text_input(t("alerts.by"), value=st.session_state.get(NAME, ""), width=200)
        # What is filed leaves the form: another key, an empty field.
        filed = st.session_state.get(FILED, 0)
        note = st.text_input(t("alerts.note"), width=330, key=f"alert-note-{one.id}-{filed}")
        hours = st.selectbox(
            t("alerts.snooze.for"), SNOOZE_H, width=130,
            format_func=lambda h: numbers.duration(h * 3600 * SECOND_US),
        )  # fmt: skip
        known = st.form_submit_button(t("alerts.acknowledge"), type="primary")
        noted = st.form_submit_button(t("alerts.add_note"))
        later = st.form_submit_button(t("alerts.snooze"), disabled=one.end is not None)
    if not (known or noted or later):
        return
    st.session_state[NAME] = by
    try:
        if known:
            alerts.acknowledge(one.id, by, note)
        elif noted:
            alerts.note(one.id, by, note)
        else:
            now = time.time_ns() // 1000
            alerts.snooze(one.id, by, now + int(hours) * 3600 * SECOND_US, note)
    except SourceError as error:
        states.notice(t(f"alerts.missing.{error.path}"), state="warning")
        return
    st.session_state[FILED] = filed + 1
    st.rerun()
