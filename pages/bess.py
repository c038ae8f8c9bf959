"""A battery storage system: charge, cycles, efficiency, cells, availability, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import streamlit as st

from core import bess, query
from core.bess_summary import Summary, summary_report
from pages.battery.answer import key_figures
from pages.battery.context import Context
from pages.shared import address, chart, data, numbers, pickers, states
from pages.shared.texts import t
from pages.shared.window import Window, pick_window

SECTIONS = ("operation", "cycles", "efficiency", "cells", "systems", "availability", "statistics")
SURE_OF_SIGN = 0.5


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = in_order(store, states.require_meters(store))
    st.title(t("nav.bess"))
    section = address.get("section")
    section = section if section in SECTIONS else SECTIONS[0]
    with pickers.bar():
        device = pickers.pick_device(devices)
        signals = data.signals(store, device.name)
        chosen = pick_chosen(signals, section) if bess.is_battery(signals) else []
    if not bess.is_battery(signals):
        no_battery(store, device, devices)
        return
    span = pick_window([device], store.zone, default="30d")
    chart.show_synthetic_ribbon([device])
    summary = data.report(store, summary_report, device.name, *span.view)
    if summary is None:
        say_empty(device, signals, span)
        return
    chart.show_key_figures(key_figures(store, device, summary, span.view))
    say_sign(device, summary, store.zone)
    st.segmented_control(
        t("bess.section"),
        SECTIONS,
        format_func=lambda name: t(f"bess.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", section),
    )
    if section not in ("operation", "systems"):
        chart.say_zoom(span)
    ctx = Context(store, device, signals, span, chosen, summary)
    # Only the section on view is read.
    import_module(f"pages.battery.{section}").show(ctx)


# --- choices --------------------------------------------------------------------------------------


def in_order(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Batteries first."""
    return sorted(
        devices,
        key=lambda one: (not bess.is_battery(data.signals(store, one.name)), one.name),
    )


def pick_chosen(signals: Sequence[query.SignalInfo], section: str) -> list[query.SignalInfo]:
    """Signals of the chart and the statistics; only asked for where these are shown."""
    known = [one for group in bess.grouped_signals(signals).values() for one in group]
    if section not in ("operation", "statistics") or not known:
        return []
    first = [
        bess.of_quantity(signals, "soc")[:1],
        bess.of_quantity(signals, "pcs_power", "battery_power", "battery_current", "pack_current",
                         "battery_voltage")[:1],
    ]  # fmt: skip
    default = [one.name for some in first for one in some]
    return pickers.pick_signals(known, default=default or [known[0].name])


def no_battery(store: query.Store, device: query.Device, devices: Sequence[query.Device]) -> None:
    """Say that the device is no battery, and which are."""
    others = [one.name for one in devices if bess.is_battery(data.signals(store, one.name))]
    mend = t("bess.none.mend", names=", ".join(others)) if others else t("bess.none.nowhere")
    states.notice(t("bess.none", device=device.name), detail=mend)


def say_empty(device: query.Device, signals: Sequence[query.SignalInfo], span: Window) -> None:
    """Say that the window holds no reading of the system, and where there are some."""
    known = [one for group in bess.grouped_signals(signals).values() for one in group]
    firsts = [one.first for one in known if one.first is not None]
    lasts = [one.last for one in known if one.last is not None]
    mend = ""
    if firsts and lasts:
        first, last = (numbers.moment(edge, span.zone) for edge in (min(firsts), max(lasts)))
        mend = t("bess.empty.mend", first=first, last=last)
    words = numbers.span(*span.view, span.zone)
    states.notice(t("bess.empty", device=device.name, span=words), detail=mend)


def say_sign(device: query.Device, summary: Summary, zone: str) -> None:
    """Say that current or power runs against the SOC."""
    for one in summary.turned:
        start, end = (numbers.day(at, zone) for at in (one.start, one.end - 1))
        words = t("bess.sign.turned", device=device.name, start=start, end=end)
        states.notice(words, detail=t("bess.sign.turned.mend"), state="warning")
    for key, r in (("bess.sign", summary.current_sign), ("bess.sign.power", summary.power_sign)):
        if key == "bess.sign" and summary.turned:
            continue  # -1 for the whole source would turn the days that are right
        if r < -SURE_OF_SIGN:
            words = t(key, device=device.name, r=numbers.number(r, 2))
            states.notice(words, detail=t("bess.sign.mend"), state="warning")


main()
