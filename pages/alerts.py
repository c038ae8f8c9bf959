"""Open alerts, history, rules, messages."""

from __future__ import annotations

import time

import streamlit as st

from core.alert_store import open_alerts
from pages.alarms import listing
from pages.shared import chart, data, pickers, states
from pages.shared.texts import t


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = states.require_devices(store)
    st.title(t("nav.alerts"))
    chart.show_synthetic_ribbon(devices)
    alerts = open_alerts(data.settings().store)
    now = time.time_ns() // 1000
    every = alerts.alerts(now=now)
    chart.show_key_figures(listing.key_figures(every))
    st.subheader(listing.headline(every, store.zone))
    with pickers.bar():
        chosen = listing.pick_filter(every)
    shown = [one for one in every if chosen.lets(one)]
    listing.show_open(shown, store.zone, now)
    listing.show_history(shown, store.zone, now)


main()
