"""Forecasts of a device: the next 48 hours with bands, and how good forecasts have been."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import streamlit as st

from core import forecast_report, query
from core.errors import ModelUnfit, QueryError
from core.forecast_models import train_command
from pages.ahead.answer import between, key_figures
from pages.ahead.context import Context, quantity_words
from pages.shared import address, chart, data, numbers, pickers, states
from pages.shared.texts import t
from pages.shared.wording import in_language

SECTIONS = ("ahead", "beside", "backtest", "inputs", "parts")


def main() -> None:
    """The page."""
    store = states.require_store()
    every = states.require_meters(store)
    st.title(t("nav.forecasts"))
    known = {one.name: data.report(store, forecast_report.can_forecast, one.name) for one in every}
    devices = in_order(store, [one for one in every if known[one.name]])
    if not devices:
        states.notice(t("ahead.nothing"))
        return
    with pickers.bar():
        device = pickers.pick_device(devices, "ahead.choose")
        stamps = forecast_report.model_stamps(store, device.name)
        # A net with a PV device is known by its model alone.
        quantity = pick_quantity(list(dict.fromkeys([*known[device.name], *stamps])))
    chart.show_synthetic_ribbon([device])
    if quantity not in stamps:
        short = data.report(store, forecast_report.days_short, device.name, quantity)
        say_untrained(device.name, quantity, list(stamps), short)
        return
    try:
        ahead = data.report(
            store,
            forecast_report.ahead_report,
            device.name,
            quantity,
            stamps[quantity],
            data.settings().plants,
        )
    except ModelUnfit as error:
        states.notice(
            t("ahead.unfit"), detail=in_language(error.why),
            commands=(error.mend,) if error.mend else (), state="warning",
        )  # fmt: skip
        return
    except QueryError as error:
        states.notice(t("ahead.unfit"), detail=in_language(str(error)), state="warning")
        return
    ctx = Context(store, device, quantity, stamps[quantity], ahead)
    chart.show_key_figures(key_figures(ctx))
    say_served(ctx)
    say_blind(ctx)
    say_made_of(ctx)
    say_room(ctx)
    section = pick_section(ctx)
    # Only the section on view is read.
    import_module(f"pages.ahead.{section}").show(ctx)


def in_order(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Devices with a model first."""
    return sorted(
        devices, key=lambda one: (not forecast_report.model_stamps(store, one.name), one.name)
    )


def pick_quantity(quantities: Sequence[str]) -> str:
    """What is forecast; asked for where there are several."""
    asked = address.get("quantity")
    now = asked if asked in quantities else quantities[0]
    if len(quantities) == 1:
        return now
    chosen: str = st.selectbox(
        t("ahead.quantity"),
        quantities,
        format_func=quantity_words,
        width=360,
        **address.bound("quantity", now),
    )
    return chosen


def pick_section(ctx: Context) -> str:
    """The section on view; only a load has parts."""
    sections = [one for one in SECTIONS if one != "parts" or ctx.manifest["parts"] is not None]
    asked = address.get("section")
    now = asked if asked in sections else sections[0]
    st.segmented_control(
        t("ahead.section"),
        sections,
        format_func=lambda name: t(f"ahead.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", now),
    )
    return now


def say_untrained(
    device: str, quantity: str, trained: Sequence[str], short: tuple[int, int] | None
) -> None:
    """Say that there is no model, and what trains one, or that it takes more days."""
    others = ", ".join(quantity_words(name) for name in trained)
    words = [t("ahead.untrained.others", names=others)] if others else []
    if short is not None:
        days, needed = (numbers.number(one, 0) for one in short)
        words.append(t("ahead.untrained.short", days=days, needed=needed))
    states.notice(
        t("ahead.untrained", device=device, quantity=quantity_words(quantity)),
        detail=" ".join(words),
        commands=(train_command(device, quantity),) if short is None else (),
    )


def say_made_of(ctx: Context) -> None:
    """Of a net, what it is made of, and how errors of both go together."""
    if "made_of" not in ctx.manifest:
        return
    load, pv = ctx.manifest["made_of"]
    said = ctx.manifest["together"]
    words = t("ahead.net.of", load=load["device"], pv=pv["device"])
    if said["correlation"] is not None:
        words += " " + t(
            "ahead.net.together", r=numbers.number(said["correlation"], 2),
            n=numbers.number(said["n"], 0),
            share=numbers.percent(said["independent_coverage"], 0),
        )  # fmt: skip
    chart.show_caption(words)


def say_room(ctx: Context) -> None:
    """Of a room, its thermal model, or why there is none."""
    said = ctx.manifest.get("room")
    if said is None:
        return
    if said["refusal"]:
        chart.show_caption(t("ahead.room.refused", why=t(f"ahead.room.{said['refusal']}")))
        return
    white = t(f"ahead.room.white.{'yes' if said['white'] else 'no'}")
    chart.show_caption(
        t("ahead.room.model", kind=said["kind"], hours=numbers.number(said["slowest_h"], 0),
          heat=", ".join(said["heat"]), outdoor=said["outdoor"], white=white,
          days=numbers.number(said["span_h"] / 24, 0))
    )  # fmt: skip


def say_blind(ctx: Context) -> None:
    """Of PV without weather ahead, what that costs."""
    said = ctx.manifest
    if said["weather"] or not (ctx.quantity == "pv" or "made_of" in said):
        return
    clear = said["figures"]["skill"].get("clear_sky")
    if clear is None or clear["value"] is None:
        words = t("ahead.blind.mend")
    else:
        value = numbers.number(clear["value"], 2)
        words = t("ahead.blind.detail",
                  skill=f"{value} {between(clear['low'], clear['high'], 2)}".rstrip())  # fmt: skip
    states.notice(t("ahead.blind"), detail=words)


def say_served(ctx: Context) -> None:
    """Say that the model loses to a baseline, and that the baseline is served."""
    if ctx.served != "model":
        states.notice(
            t("ahead.loses", baseline=t(f"ahead.baseline.{ctx.served}")),
            detail=t("ahead.loses.detail"),
            state="warning",
        )


main()
