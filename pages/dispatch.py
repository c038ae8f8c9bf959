"""A plan for battery and grid: what it does, what it saves, what another size would."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import dispatch_outlook, dispatch_readings, dispatch_report, query
from core.errors import Infeasible, PlanError, QueryError
from core.pv_signals import POWERS
from pages.plan import choices, course, heating, override, rooms, sizing, year
from pages.plan.answer import key_figures, say_conflicts, say_honestly
from pages.shared import address, chart, data, states
from pages.shared.texts import t
from pages.shared.wording import in_language

SECTIONS = ("plan", "sizing", "year", "strategy", "rooms", "control")


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = states.require_devices(store)
    st.title(t("nav.dispatch"))
    loads = [one for one in devices if is_load(store, one)]
    if not loads:
        states.notice(t("dispatch.none"), detail=t("dispatch.none.mend"))
        return
    chosen = choices.pick(store, loads, plants(store, devices), devices)
    if chosen is None:
        return
    choice, involved = chosen
    chart.show_synthetic_ribbon(involved)
    section = address.get("section")
    if section is not None and section not in SECTIONS:
        choices.say_unknown(section, t(f"dispatch.section.{SECTIONS[0]}"))
    section = section if section in SECTIONS else SECTIONS[0]
    try:
        report = data.report(
            store, dispatch_report.plan_report, choice, plants=data.settings().plants,
            stamp=dispatch_outlook.stamp_of_models(store, [*choice.load, *choice.pv]),
        )  # fmt: skip
    except Infeasible as error:
        say_conflicts(error, store.zone)
        return
    except QueryError as error:
        states.notice(t("dispatch.few"), detail=in_language(str(error)))
        return
    except PlanError as error:
        states.notice(t("dispatch.infeasible"), detail=in_language(str(error)), state="error")
        return
    chart.show_key_figures(key_figures(report, store.zone))
    say_honestly(report, store)
    st.segmented_control(
        t("dispatch.section"),
        SECTIONS,
        format_func=lambda name: t(f"dispatch.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", section),
    )
    if section == "sizing":
        sizing.show(store, choice)
    elif section == "year":
        year.show(store, choice)
    elif section == "strategy":
        course.show_strategy(report)
    elif section == "rooms":
        rooms.show(store)
    elif section == "control":
        override.show(store)
    else:
        course.show(report, store.zone)
        if report.behind.rooms:
            heating.show(report, store.zone)


def is_load(store: query.Store, device: query.Device) -> bool:
    """Whether a device is a meter."""
    found = dispatch_readings.load_signals(store, device.name)
    return bool(found) and device.group not in ("BESS", "PV")


def plants(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Devices that generate."""
    return [
        one
        for one in devices
        if any(s.quantity in POWERS and s.rows for s in data.signals(store, one.name))
    ]


main()
