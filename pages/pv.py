"""A PV plant: performance, losses, day and hour, inverters, degradation, flags, periods."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import streamlit as st

from core import pv_plant, pv_report, pv_signals, query
from pages.plant.answer import key_figures, say_refusals
from pages.plant.context import Context
from pages.shared import address, chart, data, numbers, pickers, states
from pages.shared.texts import t
from pages.shared.window import Window, pick_window
from pages.shared.wording import detail_in_language

SECTIONS = (
    "performance", "expected", "losses", "heatmap", "units", "degradation", "flags", "periods",
)  # fmt: skip


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = in_order(store, states.require_meters(store))
    st.title(t("nav.pv"))
    section = address.get("section")
    section = section if section in SECTIONS else SECTIONS[0]
    with pickers.bar():
        device = pickers.pick_device(devices)
    signals = data.signals(store, device.name)
    if not any(one.quantity in pv_signals.POWERS for one in signals):
        no_plant(store, device, devices, signals)
        return
    stamp = pv_plant.plants_stamp(store, data.settings().plants)
    told = data.report(store, pv_plant.described, device.name, stamp)
    span = pick_window([device], told.zone, default="30d")
    chart.show_synthetic_ribbon([device])
    if told.fault:
        states.notice(
            t("pv.file_wrong", device=device.name),
            detail=detail_in_language(told.fault),
            state="error",
        )
    stamp = told.stamp
    report = data.report(store, pv_report.plant_report, device.name, *span.view, stamp)
    if report is None:
        say_empty(device, signals, span)
        return
    if not report.course.frame["lit"].any():
        mend = t("pv.dark_window.mend", span=numbers.span(*span.view, span.zone),
                 rows=numbers.number(len(report.course.frame)))  # fmt: skip
        states.notice(t("pv.dark_window", device=device.name), detail=mend)
        return
    ctx = Context(store, device, signals, span, report, stamp)
    chart.show_key_figures(key_figures(ctx))
    say_refusals(ctx)
    st.segmented_control(
        t("pv.section"),
        SECTIONS,
        format_func=lambda name: t(f"pv.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", section),
    )
    chart.say_zoom(span)
    # Only the section on view is computed.
    import_module(f"pages.plant.{section}").show(ctx)


# --- choices --------------------------------------------------------------------------------------


def in_order(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Plants first."""

    def rank(device: query.Device) -> tuple[bool, bool, str]:
        quantities = {one.quantity for one in data.signals(store, device.name)}
        return not quantities & set(pv_signals.POWERS), "poa_global" not in quantities, device.name

    return sorted(devices, key=rank)


def no_plant(
    store: query.Store,
    device: query.Device,
    devices: Sequence[query.Device],
    signals: Sequence[query.SignalInfo],
) -> None:
    """Say that the device measures no PV power, and which do."""
    others = [
        one.name
        for one in devices
        if any(s.quantity in pv_signals.POWERS for s in data.signals(store, one.name))
    ]
    mend = t("pv.none.mend", names=", ".join(others)) if others else t("pv.none.nowhere")
    key = "pv.none.weather" if pv_signals.is_plant(signals) else "pv.none"
    states.notice(t(key, device=device.name), detail=mend)


def say_empty(device: query.Device, signals: Sequence[query.SignalInfo], span: Window) -> None:
    """Say that the window holds no reading of the plant's power, and where there are some."""
    powers = [one for one in signals if one.quantity in pv_signals.POWERS]
    firsts = [one.first for one in powers if one.first is not None]
    lasts = [one.last for one in powers if one.last is not None]
    mend = ""
    if firsts and lasts:
        first, last = (numbers.moment(edge, span.zone) for edge in (min(firsts), max(lasts)))
        mend = t("pv.empty.mend", first=first, last=last)
    words = numbers.span(*span.view, span.zone)
    states.notice(t("pv.empty", device=device.name, span=words), detail=mend)


main()
