"""What a plan is asked for: devices, tariff, battery, limits; all of it in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core import bess, query
from core.dispatch_choice import Choice, check_devices, house_of
from core.dispatch_settings import DispatchSettings, read_dispatch_settings, settings_path
from core.errors import QueryError
from core.measures import at_connection
from pages.shared import address, data, pickers, states
from pages.shared.texts import t
from pages.shared.wording import in_language

STRATEGIES = ("economic", "comfort", "environment", "balanced")
WINDOWS = ("ahead", "past")
HOURS, HEATED_HOURS = 48, 24  # many relays are planned for a day
NONE = "–"
# name: least, greatest at first, step, format; a told or linked value beyond extends the slider
SLIDERS: dict[str, tuple[float, float, float, str]] = {
    "import": (0.0, 0.6, 0.005, "%.3f"),
    "export": (0.0, 0.3, 0.005, "%.3f"),
    "demand": (0.0, 250.0, 0.01, "%.2f"),
    "wear": (0.0, 0.2, 0.005, "%.3f"),
}
SIGNED = ("import", "export")  # prices that may be below zero
LEAST_PRICE = -1.0
NUMBERS: dict[str, tuple[float, float, float, str]] = {
    "low": (LEAST_PRICE, 5.0, 0.01, "%.3f"),
    "limit-in": (0.0, 20_000.0, 5.0, "%.1f"),
}


def pick(
    store: query.Store,
    loads: Sequence[query.Device],
    plants: Sequence[query.Device],
    devices: Sequence[query.Device],
) -> tuple[Choice, list[query.Device]] | None:
    """The choice of the URL, and the devices it speaks of; None without a load."""
    told = read_dispatch_settings(settings_path(store.root))
    check_devices(store, told.load, told.pv)
    batteries = [one for one in devices if bess.is_battery(data.signals(store, one.name))]
    with pickers.bar():
        inside = [one.name for one in loads if not at_connection(one)]
        load = _several("load", loads, told.load or inside[:1])
        alone = any(at_connection(store.device(name)) for name in load)
        sun = _several("pv", plants, told.pv, first=not alone)
        battery = _battery(batteries)
        strategy = _one_of("strategy", STRATEGIES, told.usual_strategy)
        window = _one_of("window", WINDOWS, WINDOWS[0], ".name")
    if not all([_known("load", loads, devices), _known("pv", plants, devices)]):
        return None
    _say_unknown("strategy", STRATEGIES, strategy)
    if not load:
        st.info(t("dispatch.pick.load.none"))
        return None
    try:
        check_devices(store, load, sun)
    except QueryError as error:
        states.notice(t("dispatch.devices"), detail=in_language(str(error)), state="warning")
        return None
    by_name = {one.name: one for one in devices}
    choice = _numbers(told, by_name.get(battery or ""), load, sun, strategy)
    choice = replace(
        choice, past=window == "past", house=house_of(told),
        hours=HEATED_HOURS if told.relay else HOURS,
    )  # fmt: skip
    names = [*load, *sun, *([battery] if battery else [])]
    return choice, [by_name[name] for name in names]


def _known(name: str, offered: Sequence[query.Device], devices: Sequence[query.Device]) -> bool:
    """Whether the URL names devices that there are; says which there are not."""
    there, fit = {one.name for one in devices}, {one.name for one in offered}
    strange = [one for one in address.get_all(name) if one not in fit and one != NONE]
    for one in strange:
        key = "error.other_device" if one in there else "error.unknown_device"
        mend = t("dispatch.unknown.mend", pick=t(f"dispatch.pick.{name}"))
        states.notice(t(key, name=one), detail=mend, state="warning")
    return not strange


def _say_unknown(name: str, known: Sequence[str], shown: str) -> None:
    asked = address.get(name)
    if asked is not None and asked not in known:
        say_unknown(asked, t(f"dispatch.{name}.{shown}"))


def say_unknown(asked: str, shown: str) -> None:
    """Say that the URL names a choice that there is not, and what is shown in its stead."""
    states.notice(t("dispatch.unknown", name=asked, shown=shown), state="warning")


def _several(
    name: str, devices: Sequence[query.Device], told: Sequence[str], *, first: bool = True
) -> tuple[str, ...]:
    """Devices of the URL, else as told, else the first one unless it is not wanted."""
    known = [one.name for one in devices]
    asked = [one for one in address.get_all(name) if one in known]
    usual = [one for one in told if one in known] or (known[:1] if first else [])
    chosen = asked or ([] if NONE in address.get_all(name) else usual)
    key = f"url-{name}"
    st.session_state[key] = chosen

    def changed() -> None:
        address.put({name: st.session_state[key] or NONE})

    return tuple(
        st.multiselect(
            t(f"dispatch.pick.{name}"), known, width=260, placeholder=t("pick.choose"),
            select_all=False, key=key, on_change=changed,
        )
    )  # fmt: skip


def _battery(batteries: Sequence[query.Device]) -> str | None:
    names = [*(one.name for one in batteries), NONE]
    asked = address.get("battery") or names[0]
    asked = asked if asked in names else names[0]
    chosen = st.selectbox(
        t("dispatch.pick.battery"), names, width=160, **address.bound("battery", asked)
    )
    return None if chosen == NONE else chosen


def _one_of(name: str, known: Sequence[str], told: str, ending: str = "") -> str:
    asked = address.get(name) or told
    asked = asked if asked in known else told
    return str(
        st.selectbox(
            t(f"dispatch.pick.{name}"), known, width=250 if ending else 180,
            format_func=lambda one: t(f"dispatch.{name}.{one}{ending}"),
            **address.bound(name, asked),
        )
    )  # fmt: skip


def _numbers(
    told: DispatchSettings, battery: query.Device | None, load: tuple[str, ...],
    sun: tuple[str, ...], strategy: str,
) -> Choice:  # fmt: skip
    """Figures of tariff, battery and connection, as what-if beside what is told."""
    facts = battery.facts if battery is not None else {}
    store, tariff, limits = told.battery, told.tariff, told.connection
    capacity = store.capacity_kwh if store.capacity_kwh is not None else facts.get("nominal_kwh")
    power = store.power_kw if store.power_kw is not None else facts.get("rated_kw")
    with st.expander(t("dispatch.whatif"), expanded=False):
        first, second, third = st.columns(3, gap="medium")
        with first:
            size = _slider("capacity", float(capacity or 0.0), _scale(capacity))
            rated = size / 2 if power is None else float(power)
            rate = _slider("power", rated, _scale(rated))
            wear = _slider("wear", store.wear_eur_kwh, SLIDERS["wear"])
        with second:
            buy = _slider("import", tariff.import_eur_kwh, SLIDERS["import"])
            sell = _slider("export", tariff.export_eur_kwh, SLIDERS["export"])
            demand = _slider("demand", tariff.demand_eur_kw_a, SLIDERS["demand"])
        with third:
            out = _limit(limits.export_kw, rate)
            into = _optional("limit-in", limits.import_kw)
            low = _optional("low", tariff.low_eur_kwh)
        st.caption(t("dispatch.whatif.note"))
    return Choice(
        load=load, pv=sun, battery=battery.name if battery is not None else None,
        capacity_kwh=size, power_kw=rate, efficiency=store.efficiency, soc_min=store.soc_min,
        soc_max=store.soc_max, wear_eur_kwh=wear, import_eur_kwh=buy, low_eur_kwh=low,
        low_from_h=tariff.low_from_h, low_to_h=tariff.low_to_h, export_eur_kwh=sell,
        demand_eur_kw_a=demand, spot=tariff.spot, import_kw=into, export_kw=out,
        curtail=limits.curtail, strategy=strategy,
    )  # fmt: skip


def _scale(told: float | None) -> tuple[float, float, float, str]:
    """Least, greatest and step of a size: up to four times what is told."""
    top = max(4 * float(told or 0.0), 40.0)
    step = max(float(10 ** np.floor(np.log10(top / 100))), 0.1)
    return 0.0, float(np.ceil(top / step) * step), step, "%.1f"


def _slider(name: str, told: float, scale: tuple[float, float, float, str]) -> float:
    """A number of the URL, else as told."""
    least, most, step, form = scale
    value = _asked(name, told)
    if name in SIGNED:
        least = min(least, max(value, LEAST_PRICE))
    value = max(value, least)
    key = f"url-{name}"
    st.session_state[key] = value
    return float(
        st.slider(
            t(f"dispatch.number.{name}"), min_value=least, max_value=max(most, value), step=step,
            format=form, key=key,
            on_change=lambda: address.put({name: f"{st.session_state[key]:g}"}),
        )
    )  # fmt: skip


def _limit(told: float | None, rate: float) -> float | None:
    """Most that may be exported [kW]; at the right end of the slider without limit."""
    least, most, step, form = _scale(max(told or 0.0, rate))
    asked = _asked("limit-out", most if told is None else told)
    found = _slider("limit-out", min(asked, most), (least, most, step, form))
    return None if found >= most else found


def _asked(name: str, told: float) -> float:
    """A number of the URL, else as told."""
    try:
        value = float(address.get(name) or told)
    except ValueError:
        return told
    return value if np.isfinite(value) else told


def _optional(name: str, told: float | None) -> float | None:
    """A number of the URL, else as told; None where the field is empty."""
    least, most, step, form = NUMBERS[name]
    most = max(most, told or 0.0)
    asked = None if address.get(name) == NONE else _asked(name, np.nan if told is None else told)
    key = f"url-{name}"
    empty = asked is None or not np.isfinite(asked)
    st.session_state[key] = None if empty else min(max(float(asked or 0.0), least), most)

    def changed() -> None:
        value = st.session_state[key]
        address.put({name: NONE if value is None else f"{value:g}"})

    found = st.number_input(
        t(f"dispatch.number.{name}"), min_value=least, max_value=most, step=step, format=form,
        width=190, key=key, on_change=changed, placeholder=t("dispatch.number.none"),
    )  # fmt: skip
    return None if found is None else float(found)
