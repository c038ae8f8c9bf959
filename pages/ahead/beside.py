"""Forecasts beside what came."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import forecast_charts, forecast_report
from pages.ahead.context import Context
from pages.ahead.window import pick_tested
from pages.shared import address, chart, data, numbers, states
from pages.shared.texts import t

LEADS = (0, 6, 12, 24, 36)
MOST_DAYS = 60


def show(ctx: Context) -> None:
    """Forecasts of a window by how long before they were issued, beside the readings."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        span = pick_tested(ctx, default="7d")
        lead = pick_lead()
    rows = data.report(
        ctx.store, forecast_report.beside_actual, ctx.device.name, ctx.quantity, ctx.stamp,
        *span, lead,
    )  # fmt: skip
    inside = (rows["actual"] >= rows["p10"]) & (rows["actual"] <= rows["p90"])
    # A night of PV is no forecast: it would make the error small and the band sure.
    known = rows["actual"].notna() & rows["judged"].astype(bool)
    if not known.any():
        states.notice(t("ahead.beside.none", span=numbers.span(*span, ctx.zone)))
        return
    error = np.sqrt(np.mean((rows["expected"] - rows["actual"])[known] ** 2))
    figure = forecast_charts.build_forecast_figure(
        rows, rows[["ts", "actual"]].rename(columns={"actual": "value"}), issue=None,
        quantity=ctx.quantity, unit=ctx.unit, step_us=ctx.ahead.step_us, zone=ctx.zone,
        words=ctx.band_words,
        title=t("ahead.beside.title", hours=numbers.number(lead),
                error=numbers.quantity(float(error), ctx.unit),
                share=numbers.percent(float(inside[known].mean()), 0)),
        **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "beside")
    chart.show_caption(
        t("ahead.beside.caption", n=numbers.number(int(known.sum()), 0), zone=ctx.zone)
    )


def pick_lead() -> int:
    """How long before its time a forecast was issued, at least [h]."""
    asked = address.get("lead")
    options = [str(one) for one in LEADS]
    chosen = st.selectbox(
        t("ahead.lead"),
        options,
        format_func=lambda hours: t("ahead.lead.hours", hours=hours),
        width=220,
        **address.bound("lead", asked if asked in options else "24"),
    )
    return int(chosen)
