"""The chart that follows: chosen signals over the last minutes, outages as bands below."""

from __future__ import annotations

import time
from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.live import Outage, outages, within
from core.live_charts import build_live_figure
from core.measures import main_signals
from core.query import Series, SignalInfo, Store
from core.signals import described
from pages.collecting.answer import age, reason_words
from pages.shared import address, chart, numbers, states, theme, window, zoom
from pages.shared.texts import current_language, t

EVERY_S = 1.0
EVERY_OF_MANY_S = 2.0  # several panels cost browser and server twice as much
MANY_UNITS = 3
KEY = "live-chart"
MINUTES = ("5", "15", "60")
MOST = 6
MOST_LANES = 8
MINUTE_US = 60_000_000
HALTED, VIEW = "halt", "view"
Key = tuple[str, str]  # device and signal


def pick_signals(store: Store, device: str, devices: Sequence[str]) -> list[Key]:
    """Signals in the chart: of the device all, of others what they are there for."""
    known = {one.name for one in store.devices()}
    offered: dict[str, SignalInfo] = {}
    for name in (device, *(one for one in devices if one != device)):
        if name in known:
            every = store.signals(name)
            mine = every if name == device else main_signals(every)
            offered |= {f"{name}/{one.name}": one for one in mine}
    asked = list(dict.fromkeys(address.get_all("show")))
    for text in asked:
        owner, _, signal = text.partition("/")
        if text not in offered and owner in known:
            offered.update((text, one) for one in store.signals(owner) if one.name == signal)
    first = [f"{one.device}/{one.name}" for one in main_signals(
        store.signals(device) if device in known else [])][:MOST]  # fmt: skip
    chosen = [text for text in asked if text in offered] or first
    names = st.multiselect(
        t("live.signals"), list(offered), max_selections=MOST, width=420,
        format_func=lambda text: described(text, offered[text].unit),
        placeholder=t("pick.choose"), select_all=False, wrap=True,
        **address.bound("show", chosen[:MOST]),
    )  # fmt: skip
    return [(offered[text].device, offered[text].name) for text in names or first]


def every_s(store: Store, chosen: Sequence[Key]) -> float:
    """How often the chart is drawn anew [s]: values in the table must not wait for it."""
    units = {
        one.unit for device, name in chosen for one in store.signals(device) if one.name == name
    }  # fmt: skip
    return EVERY_S if len(units) < MANY_UNITS else EVERY_OF_MANY_S


def pick_minutes() -> int:
    """Length of the chart."""
    asked = address.get("minutes")
    return int(
        st.segmented_control(
            t("live.minutes"), MINUTES, required=True,
            format_func=lambda one: t("live.minutes.value", count=one),
            **address.bound("minutes", asked if asked in MINUTES else MINUTES[1]),
        )
    )  # fmt: skip


def pick_following(zone: str) -> int | None:
    """Whether the chart follows; else the moment it was halted at [µs UTC], from the URL."""
    text = address.get(HALTED)
    halted = None
    if text:
        try:
            halted = window.parse_time(text, zone)
        except ValueError:
            address.put({HALTED: None})
    st.session_state["follow"] = halted is None

    def changed() -> None:
        now = time.time_ns() // 1000
        on = st.session_state["follow"]
        address.put({HALTED: None if on else window.format_time(now, zone, fine=True), VIEW: None})

    st.toggle(t("live.follow"), key="follow", on_change=changed)
    return halted


def show_chart(store: Store, chosen: Sequence[Key], minutes: int, halted: int | None) -> None:
    """The chart, run by itself every second while it follows; halted, it can be zoomed."""
    with states.guarded():
        now = time.time_ns() // 1000 if halted is None else halted
        whole = (now - minutes * MINUTE_US, now)
        span = whole if halted is None else zoomed(whole, store.zone)
        known = {one.name: {s.name for s in store.signals(one.name)} for one in store.devices()}
        there = [(device, name) for device, name in chosen if name in known.get(device, ())]
        if not there:
            states.notice(t("live.chart.none"))
            return
        shown = store.series_many(there, span[0], span[1] + 1, max_points=4000)
        figure, hidden = figure_of(store, shown, span, minutes, halted)
        with st.container(key=KEY):
            config = chart.CONFIG if halted is None else zoom.CONFIG
            st.plotly_chart(figure, key="live-plot", theme=None, config=config)
        if halted is not None:
            zoom.listen(KEY, span, store.zone, lambda to: keep_view(to, whole, store.zone))
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            words = caption(shown, halted)
            if hidden:
                words += f" · {t('live.chart.lanes', count=numbers.number(hidden))}"
            st.html(f'<span class="zg-caption">{words}</span>', width="content")
            if halted is not None and any(chart.has_readings(one) for one in shown):
                chart.show_export(
                    "live", chart.export_frame(shown), name="live", zone=store.zone,
                    behind=lambda: chart.readings_frame(store, shown),
                    behind_rows=sum(one.stands_for for one in shown),
                )  # fmt: skip


def zoomed(whole: tuple[int, int], zone: str) -> tuple[int, int]:
    """What the URL says the halted chart is zoomed to, or all of it."""
    first, _, last = (address.get(VIEW) or "").partition("..")
    try:
        start, end = window.parse_time(first, zone), window.parse_time(last, zone, is_end=True)
    except ValueError:
        return whole
    return (start, end) if start < end else whole


def keep_view(to: tuple[int, int] | None, whole: tuple[int, int], zone: str) -> None:
    """Write a zoom into the URL, or take it out."""
    if to is None or to == whole:
        address.put({VIEW: None})
    else:
        address.put({VIEW: "..".join(window.format_time(us, zone, fine=True) for us in to)})


def caption(shown: Sequence[Series], halted: int | None) -> str:
    """The quiet line, and how to zoom."""
    if halted is None:
        return f"{chart.caption(shown)} · {t('live.chart.follows')}"
    moment = numbers.moment(halted, shown[0].zone, seconds=True)
    return f"{chart.caption(shown)} · {t('live.chart.paused', moment=moment)}"


def figure_of(
    store: Store, shown: Sequence[Series], span: tuple[int, int], minutes: int, halted: int | None
) -> tuple[go.Figure, int]:
    """Figure of the series with outages of devices, and how many more have some."""
    journal = store.journal
    events = [] if journal is None else journal.events(limit=2000)
    found = within(outages(events), *span)
    lanes = list(dict.fromkeys([*(one.device for one in shown), *(one.device for one in found)]))
    every = [one for one in lanes if one]
    lanes, hidden = every[:MOST_LANES], len(every[MOST_LANES:])
    bands = [band(one, span[1]) for one in found]
    collector = t("live.collector")
    if any(not one.device for one in found):
        lanes.append(collector)
    figure = build_live_figure(
        list(shown),
        bands=bands,
        lanes=lanes,
        span=span,
        zone=store.zone,
        title=title(shown, span, minutes, halted),
        outage_label=t("live.chart.outage"),
        theme=theme.kind(),
        language=current_language(),
    )
    figure.update_layout(dragmode="zoom" if halted is not None else False)
    figure.update_xaxes(fixedrange=halted is None)
    return figure, hidden


def band(one: Outage, now: int) -> tuple[str, int, int, str]:
    """An outage as a band with its words."""
    words = f"{t('live.chart.outage')} {age(one.lasted(now))}: {reason_words(one)}"
    end = now if one.end is None else one.end
    return one.device or t("live.collector"), one.start, end, words


def title(shown: Sequence[Series], span: tuple[int, int], minutes: int, halted: int | None) -> str:
    """What is seen, in a sentence."""
    one = shown[0]
    if halted is not None:
        many = t("live.chart.many", count=numbers.number(len(shown)))
        what = f"{one.device} {one.signal.name}" if len(shown) == 1 else many
        return t("live.chart.title.paused", what=what, span=numbers.span(*span, one.zone))
    if len(shown) > 1:
        return t("live.chart.title.many", count=numbers.number(len(shown)), minutes=str(minutes))
    last = one.frame[one.frame["last"].notna()]
    if last.empty:
        return t("live.chart.title.none", signal=one.signal.name, minutes=str(minutes))
    row = last.iloc[-1]
    return t(
        "live.chart.title.one", signal=one.signal.name, device=one.device,
        value=numbers.quantity(float(row["last"]), one.signal.unit),
        age=age(span[1] - int(row["ts"])),
    )  # fmt: skip
