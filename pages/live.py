"""Live devices: state, newest readings, a chart that follows, outages, strings, sites."""

from __future__ import annotations

import time

import streamlit as st

from core import query
from pages.collecting import answer, follow, outages, parts, present, values
from pages.shared import address, chart, pickers, states
from pages.shared.texts import t

FIGURES_S = 2.0
READINGS_S = 1.0
REST_S = 3.0  # pictures cost the browser more than tables
# Fragments run all the time: a sign that something runs would never rest.
_CALM = """<style>[data-testid="stStatusWidget"] { display: none; }
.stMain [data-stale="true"] { opacity: 1 !important; }</style>"""


def main() -> None:
    """The page: what is chosen here, and fragments that follow by themselves."""
    store = states.require_collected()
    assert store.journal is not None
    devices = store.journal.devices()
    st.title(t("nav.live"))
    st.html(_CALM)
    if not devices:
        states.notice(t("live.no_device"), detail=t("live.none.mend"))
        st.code(states.COLLECT, language="bash")
        return
    chart.show_synthetic_ribbon(list(devices.values()))
    st.fragment(show_answer, run_every=FIGURES_S)(store)
    with pickers.bar():
        device = pick_device(store, list(devices))
        chosen = follow.pick_signals(store, device, list(devices))
        minutes = follow.pick_minutes()
        halted = follow.pick_following(store.zone)
    every = None if halted is not None else follow.every_s(store, chosen)
    st.fragment(follow.show_chart, run_every=every)(store, chosen, minutes, halted)
    st.fragment(show_readings, run_every=READINGS_S)(store, device)
    st.fragment(show_rest, run_every=REST_S)(store, device)


def pick_device(store: query.Store, names: list[str]) -> str:
    """The device whose readings are listed; one of the URL that is not live is named once."""
    asked = address.get("device")
    if asked is not None and asked not in names:
        st.toast(t("live.not_live", name=asked, shown=names[0]))
        asked = None
    return str(
        st.selectbox(
            t("pick.device"), names, width=220,
            **address.bound("device", asked or names[0], also_clear=("show", "parts")),
        )
    )  # fmt: skip


def show_answer(store: query.Store) -> None:
    """Key figures and one sentence."""
    with states.guarded():
        answer.show_figures(store, now_us())


def show_readings(store: query.Store, device: str) -> None:
    """Tables of devices and of the newest readings of one."""
    with states.guarded():
        report = answer.load(store, now_us())
        if report is not None:
            answer.show_devices(report, store.zone)
            values.show_values(store, device, report)


def show_rest(store: query.Store, device: str) -> None:
    """Strings and modules, outages, sites."""
    with states.guarded():
        now = now_us()
        report = answer.load(store, now)
        if report is not None:
            parts.show_parts(store, device, now)
            outages.show_outages(report, store.zone)
            present.show_sites(store, now)


def now_us() -> int:
    """The present moment [µs UTC]."""
    return time.time_ns() // 1000


main()
