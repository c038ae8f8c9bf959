"""What relays and appliances do, and what of the load is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core import charts
from pages.ahead.answer import between
from pages.ahead.context import Context
from pages.shared import address, chart, numbers, table
from pages.shared.texts import t

COLUMNS = ("appliance", "starts", "run", "power", "own_power", "run_kwh", "share")


def show(ctx: Context, found: Sequence[dict[str, Any]] | None) -> None:
    """Table of the appliances, and when in the week one of them is switched on."""
    st.markdown(f"**{t('ahead.appliance')}**")
    if found is None:
        chart.show_caption(t("ahead.appliance.old"))
        return
    if not found:
        chart.show_caption(t("ahead.appliance.none", device=ctx.device.name))
        return
    told = [one for one in found if not one["refusal"]]
    if told:
        titles = [t(f"ahead.appliance.col.{name}") for name in COLUMNS]
        table.show_table(titles, [row(one) for one in told])
    for one in found:
        if why := refusal(one):
            chart.show_caption(f"{one['name']}: {why}")
    start, end = found[0]["window"]
    chart.show_caption(
        t("ahead.appliance.caption", span=numbers.span(start, end, ctx.zone),
          step=numbers.duration(found[0]["load_step_us"]))
    )  # fmt: skip
    if told:
        show_week(ctx, told)


def row(one: dict[str, Any]) -> list[str]:
    """Figures of an appliance with their intervals and counts."""
    low, high = one["run_quartiles_h"]
    run = one["run_h"]
    quartiles = between(60 * low, 60 * high, 0) if low is not None else ""
    length = None if run["value"] is None else 60 * run["value"]
    own = one["own_power"]
    return [
        one["name"],
        f"{figure(one['starts_per_day'], '', 1)} n = {numbers.number(one['starts'], 0)}",
        f"{numbers.in_unit(length, 'min')} {quartiles} n = {numbers.number(run['days'], 0)}",
        numbers.NOTHING if one["power_refusal"] else
        f"{figure(one['power'], 'kW', 2)} n = {numbers.number(one['steps'], 0)}",
        numbers.NOTHING if own is None else numbers.quantity(own, "kW"),
        figure(one["run_kwh"], "kWh", 2),
        share(one["share"]),
    ]  # fmt: skip


def figure(one: dict[str, Any], unit: str, digits: int) -> str:
    """A value with its interval."""
    if one["value"] is None:
        return numbers.NOTHING
    value = numbers.number(one["value"], digits)
    words = f"{value}{numbers.NBSP}{unit}" if unit else value
    return f"{words} {between(one['low'], one['high'], digits)}".rstrip()


def share(one: dict[str, Any]) -> str:
    """A share of the load's energy with its interval."""
    if one["value"] is None:
        return numbers.NOTHING
    low, high = (None if one[name] is None else 100 * one[name] for name in ("low", "high"))
    return f"{numbers.percent(one['value'])} {between(low, high, 1)}".rstrip()


def refusal(one: dict[str, Any]) -> str:
    """Why an appliance has no pattern, or no power; empty where it has both."""
    if one["refusal"]:
        days, starts = (numbers.number(one[name], 0) for name in ("days", "starts"))
        return t(f"ahead.appliance.refused.{one['refusal']}", days=days, n=starts)
    if one["power_refusal"]:
        steps = numbers.number(one["steps"], 0)
        return t(f"ahead.appliance.power.{one['power_refusal']}", n=steps)
    return ""


def show_week(ctx: Context, told: Sequence[dict[str, Any]]) -> None:
    """Switchings on by weekday and hour, of the appliance chosen."""
    names = [one["name"] for one in told]
    now = address.get("appliance")
    now = now if now in names else names[0]
    if len(names) > 1:
        now = st.selectbox(
            t("ahead.appliance.choose"), names, width=320, **address.bound("appliance", now)
        )
    one = told[names.index(now)]
    rates = np.array(one["starts_by_hour"], dtype=np.float64)
    title = t("ahead.appliance.week", name=now)
    heat = charts.build_heatmap_figure(
        rates, unit="1/h", rows=[t(f"weekday.{k}") for k in range(7)], title=title,
        column_title=t("ahead.parts.hour"), height=320, **ctx.look,
    )  # fmt: skip
    chart.show_figure(heat, "appliance_week")
