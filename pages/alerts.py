"""Open alerts, history, rules, messages."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from core import battery_charts, measures
from core.alert_rules import AlertConfig, load_alerts, rules_path
from core.alert_store import Alert, AlertStore, open_alerts
from core.alert_subjects import find_doubts
from core.battery_charts import Lane
from core.errors import DeclarationError
from core.query import Store
from pages.alarms import detail, listing, messages, rules
from pages.shared import address, chart, data, numbers, pickers, states, theme
from pages.shared.texts import current_language, t
from pages.shared.window import Window, pick_window

VIEWS = ("alerts", "rules", "messages")
EVALUATE = "python preprocess.py alerts --follow"
MOST_LANES = 30


@st.cache_resource(show_spinner=False, max_entries=4)
def alerts_of(root: str) -> AlertStore:
    """The alerts of a store, opened once per process."""
    return open_alerts(root)


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = states.require_devices(store)
    alerts = alerts_of(str(data.settings().store))
    config, wrong = load_config(store)
    st.title(t("nav.alerts"))
    if wrong is not None:
        key = "alerts.rules.file_wrong" if config.path == wrong.path else "alerts.rules.shipped"
        states.notice(t(key), detail=rules.error_words(wrong), state="error")
    for doubt in find_doubts(store, config):
        states.notice(rules.doubt_words(doubt), state="warning")
    chart.show_synthetic_ribbon(devices)
    now = time.time_ns() // 1000
    every = alerts.alerts(now=now)
    chart.show_key_figures(listing.key_figures(every))
    st.subheader(listing.headline(every, store.zone))
    view = pick_view()
    if view == "rules":
        rules.show_rules(store, config, editable=wrong is None)
    elif view == "messages":
        messages.show_messages(alerts, config, store.zone, editable=wrong is None)
    else:
        show_alerts(store, alerts, config, every, now)


@st.cache_resource(show_spinner=False)
def last_good() -> dict[str, AlertConfig]:
    """The rules of each file as they were read last without an error."""
    return {}


def load_config(store: Store) -> tuple[AlertConfig, DeclarationError | None]:
    """The rules, or where their file is wrong those before or the shipped ones, and the error."""
    path = rules_path(data.settings())
    try:
        config = load_alerts(path, store.zone, data.settings().plants)
    except DeclarationError as error:
        plants = data.settings().plants
        return last_good().get(str(path)) or load_alerts(None, store.zone, plants), error
    last_good()[str(path)] = config
    return config, None


def pick_view() -> str:
    """Which part is shown, as the URL says."""
    asked = address.get("view") or VIEWS[0]
    chosen: str | None = st.segmented_control(
        t("alerts.view"), VIEWS, format_func=lambda name: t(f"alerts.view.{name}"),
        label_visibility="collapsed", required=True,
        **address.bound("view", asked if asked in VIEWS else VIEWS[0]),
    )  # fmt: skip
    return chosen or VIEWS[0]


def show_alerts(
    store: Store, alerts: AlertStore, config: AlertConfig, every: Sequence[Alert], now: int
) -> None:
    """What is open, one alert in detail, timeline, history."""
    if not alerts.engine():
        states.notice(t("alerts.never"), commands=(EVALUATE,))
    detail.show_detail(store, alerts, config)
    with pickers.bar():
        chosen = listing.pick_filter(every)
    shown = [one for one in every if chosen.lets(one)]
    # Where data are old, nobody knows what lasted beyond them.
    newest = measures.newest_reading(data.devices(store)) or now
    listing.show_open(shown, store.zone, min(now, newest))
    every_device = measures.measured_devices(data.devices(store))
    devices = [one for one in every_device if chosen.device in ("", one.name)]
    window = pick_window(devices or every_device, store.zone, default="all")
    inside = [
        one for one in shown
        if one.start < window.end and (one.end is None or one.end >= window.start)
    ]  # fmt: skip
    show_timeline(inside, window)
    listing.show_history(inside, store.zone, now)


def show_timeline(alerts: Sequence[Alert], window: Window) -> None:
    """A lane for every rule and device: open ones first, then the gravest, then the newest."""
    by_lane: dict[tuple[str, str], list[Alert]] = {}
    for one in alerts:
        by_lane.setdefault((one.rule, one.device), []).append(one)
    if not by_lane:
        return
    ranked = sorted(by_lane.items(), key=lambda item: _rank(item[1]), reverse=True)
    busiest = max(ranked, key=lambda item: len(item[1]))
    drawn, rest = ranked[:MOST_LANES], ranked[MOST_LANES:]
    lanes = [_lane(rule, device, mine, window) for (rule, device), mine in drawn]
    # A title that names a lane which is not drawn sends the eye nowhere.
    key = "alerts.timeline.title" if busiest in drawn else "alerts.timeline.count"
    title = t(key, count=numbers.number(len(alerts)), busiest=_lane_name(*busiest[0]))
    figure = battery_charts.build_lanes_figure(
        lanes, zone=window.zone, span=(window.start, window.end), title=title,
        theme=theme.kind(), language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "alerts-timeline")
    if rest:
        names = ", ".join(_lane_name(*name) for name, _ in rest)
        chart.show_caption(
            t("alerts.timeline.rest", shown=numbers.number(len(drawn)),
              all=numbers.number(len(ranked)), names=names)
        )  # fmt: skip


def _rank(alerts: Sequence[Alert]) -> tuple[bool, int, int]:
    """What places a lane: of its open alerts, and without any of all, the gravest and newest."""
    going = [one for one in alerts if one.end is None]
    told = going or alerts
    return bool(going), _gravest(told), max(one.start for one in told)


def _gravest(alerts: Sequence[Alert]) -> int:
    return max(listing.SEVERITIES.index(one.severity) for one in alerts)


def _lane_name(rule: str, device: str) -> str:
    return f"{listing.rule_words(rule)} · {device}"


def _lane(rule: str, device: str, alerts: Sequence[Alert], window: Window) -> Lane:
    gravest = listing.SEVERITIES[_gravest(alerts)]
    ends = [one.end if one.end is not None else window.end for one in alerts]
    return Lane(
        _lane_name(rule, device), [one.start for one in alerts], ends,
        [detail.title(one, window.zone) for one in alerts], listing.LOOK[gravest],
    )  # fmt: skip


main()
