"""What a load is made of: base, calendar, holidays, heating and cooling, appliances."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core import forecast_charts
from pages.ahead import appliances
from pages.ahead.answer import between
from pages.ahead.context import Context
from pages.shared import chart, numbers, table
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Parts of the load over the training window."""
    parts = ctx.manifest["parts"]
    left, right = st.columns(2, gap="medium")
    with left:
        show_profile(ctx, parts)
    with right:
        show_months(ctx, parts)
    show_figures(ctx, parts)
    show_climate(ctx, parts["climate"])
    appliances.show(ctx, parts.get("appliances"))


def show_profile(ctx: Context, parts: dict[str, Any]) -> None:
    """Mean course of a day, by kind of day."""
    profile = pd.DataFrame(parts["profile"])
    names = {kind: t(f"ahead.kind.{kind}") for kind in ("0", "1", "2") if kind in profile}
    figure = forecast_charts.build_profile_figure(
        profile, names, unit=ctx.unit, base=parts["base"]["value"],
        base_label=t("ahead.parts.base"), x_title=t("ahead.parts.hour"),
        title=t("ahead.parts.profile"), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "profile")


def show_months(ctx: Context, parts: dict[str, Any]) -> None:
    """Mean power by month."""
    months = pd.DataFrame(parts["months"])
    figure = forecast_charts.build_months_figure(
        months, unit=ctx.unit, x_title=t("ahead.parts.month"), title=t("ahead.parts.months"),
        **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "months")


def show_figures(ctx: Context, parts: dict[str, Any]) -> None:
    """Table of the parts, with intervals and the days they are from."""
    rows = [interval_row(t("ahead.parts.base"), parts["base"], ctx.unit)]
    by_kind = pd.DataFrame(parts["by_kind"])
    for one in by_kind.to_dict("records"):
        label = t("ahead.parts.mean", kind=t(f"ahead.kind.{int(one['kind'])}"))
        rows.append(interval_row(label, one | {"value": one["mean"]}, ctx.unit))
    rows.append(interval_row(t("ahead.parts.holiday"), parts["holiday_effect"], ctx.unit))
    titles = [t(f"ahead.col.{name}") for name in ("what", "value", "unit", "interval", "days")]
    table.show_table(titles, rows, numeric=(1, 4))
    share = parts["base_share"]
    if share is not None:
        chart.show_caption(t("ahead.parts.base_share", share=numbers.percent(share, 0)))


def interval_row(label: str, one: dict[str, Any], unit: str) -> list[str]:
    """A figure with its interval and the days it is from."""
    return [
        label,
        numbers.number(one["value"]),
        unit,
        between(one["low"], one["high"], 2),
        numbers.number(one["days"], 0),
    ]


def show_climate(ctx: Context, climate: dict[str, Any]) -> None:
    """The part that follows the temperature, or why it cannot be told."""
    st.markdown(f"**{t('ahead.climate')}**")
    if climate["refusal"]:
        words = t(f"ahead.climate.{climate['refusal']}", days=numbers.number(climate["days"], 0))
        chart.show_caption(words)
        return
    rows = []
    for name, point in (("heating", "heating_below"), ("cooling", "cooling_above")):
        share = climate[f"{name}_share"]
        slope = climate[name]
        edge = climate[point]
        rows.append([
            t(f"ahead.climate.{name}"),
            numbers.percent(share["value"]),
            between(100 * share["low"], 100 * share["high"], 1),
            f"{numbers.number(slope['value'])} {ctx.unit}h/K",
            numbers.NOTHING if edge is None else f"{numbers.number(edge)}{numbers.NBSP}°C",
            numbers.number(share["days"], 0),
        ])  # fmt: skip
    titles = [t(f"ahead.col.{n}") for n in ("what", "share", "interval", "slope", "edge", "days")]
    table.show_table(titles, rows, numeric=(1,))
    chart.show_caption(t("ahead.climate.caption", r2=numbers.number(climate["r2"], 2)))
