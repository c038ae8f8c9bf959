"""Choice of devices, signals, level and value axis, each bound to the URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import query
from core.charts import YRange
from core.signals import described
from pages.shared import address, numbers, states
from pages.shared.texts import t

LEVELS = ("raw", "1min", "5min", "15min", "1h", "1d")


def bar() -> DeltaGenerator:
    """The row that holds a page's choices: ``with pickers.bar(): ...``."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="choices")


def pick_device(devices: Sequence[query.Device], choose: str = "mend.choose") -> query.Device:
    """One device. An unknown one in the URL ends the page with links to those there are."""
    by_name = {device.name: device for device in devices}
    asked = address.get("device") or devices[0].name
    if asked not in by_name:
        states.unknown_device(asked, devices, choose)
    name = st.selectbox(
        t("pick.device"),
        list(by_name),
        width=220,
        **address.bound("device", asked, also_clear=("signal", "level")),
    )
    return by_name[name]


def pick_devices(
    devices: Sequence[query.Device], *, most: int = 6, default: int = 2
) -> list[query.Device]:
    """Two to `most` devices, in the order chosen; at first the device of the URL and its like."""
    by_name = {device.name: device for device in devices}
    asked = list(dict.fromkeys(address.get_all("devices"))) or _at_first(devices)[:default]
    for name in asked:
        if name not in by_name:
            states.unknown_device(name, devices)
    names = st.multiselect(
        t("pick.devices"),
        list(by_name),
        max_selections=most,
        width=460,
        placeholder=t("pick.choose"),
        select_all=False,
        wrap=True,
        **address.bound("devices", asked[:most]),
    )
    return [by_name[name] for name in names]


def _at_first(devices: Sequence[query.Device]) -> list[str]:
    """Names of the devices: the one the URL names first, then those of its group, then others."""
    asked = address.get("device")
    first = next((device for device in devices if device.name == asked), devices[0])
    others = [device for device in devices if device is not first]
    others.sort(key=lambda device: device.group != first.group)
    return [first.name, *(device.name for device in others)]


def pick_signals(
    signals: Sequence[query.SignalInfo],
    *,
    default: Sequence[str] = (),
    most: int = 6,
) -> list[query.SignalInfo]:
    """Signals of a device, at least one.

    Parameters
    ----------
    default : names to begin with; the first signal if empty. A signal the URL names and the
        device lacks is left out, said once, and taken from the URL.
    """
    by_name = {signal.name: signal for signal in signals}
    asked = list(dict.fromkeys(address.get_all("signal")))
    missing = [name for name in asked if name not in by_name]
    known = [name for name in asked if name in by_name]
    if missing:
        st.toast(t("pick.unknown_signals", names=", ".join(missing)))
        address.put({"signal": known})
    fallback = [name for name in default if name in by_name] or list(by_name)[:1]
    names = st.multiselect(
        t("pick.signals"),
        list(by_name),
        max_selections=most,
        format_func=lambda name: _described(by_name[name]),
        width=380,
        placeholder=t("pick.choose"),
        select_all=False,
        wrap=True,
        **address.bound("signal", (known or fallback)[:most]),
    )
    return [by_name[name] for name in names or fallback]


def pick_level(signals: Sequence[query.SignalInfo]) -> str:
    """Level wanted: ``auto``, ``raw`` or one stored for every signal chosen."""
    common = [
        name
        for name in LEVELS
        if name == "raw" or all(name in signal.levels for signal in signals)
    ]  # fmt: skip
    asked = address.get("level") or "auto"
    if asked not in ("auto", *common):
        st.toast(t("pick.level_missing", level=asked))
        address.put({"level": None})
        asked = "auto"
    chosen: str = st.selectbox(
        t("pick.level"),
        ["auto", *common],
        format_func=lambda name: (
            t(f"pick.level.{name}") if name in ("auto", "raw") else numbers.level(name)
        ),
        width=140,
        **address.bound("level", asked),
    )
    return chosen


def pick_y_range() -> YRange:
    """Value axis: all values, 1..99 %, or fixed by hand."""
    modes = ("auto", "clipped", "manual")
    asked = address.get("y") or "auto"
    mode = st.selectbox(
        t("pick.y_range"),
        modes,
        format_func=lambda name: t(f"pick.y_range.{name}"),
        width=140,
        **address.bound("y", asked if asked in modes else "auto"),
    )
    if mode != "manual":
        return "clipped" if mode == "clipped" else "auto"
    low = st.number_input(t("pick.y_range.low"), value=0.0, width=130, key="y-low")
    high = st.number_input(t("pick.y_range.high"), value=100.0, width=130, key="y-high")
    if low >= high:
        st.toast(t("pick.y_range.order"))
        return "auto"
    return low, high


def pick_previous() -> bool:
    """Whether the period before is drawn along."""
    chosen = st.segmented_control(
        t("pick.previous"),
        ["1"],
        format_func=lambda _: t("pick.previous"),
        label_visibility="collapsed",
        **address.bound("previous", "1" if address.get("previous") == "1" else None),
    )
    return bool(chosen)


def _described(signal: query.SignalInfo) -> str:
    return described(signal.name, signal.unit)
