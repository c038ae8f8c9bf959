"""Rooms and relays of a plan: temperatures, switching, and what of the comfort bands is missed."""

from __future__ import annotations

import streamlit as st

from core import dispatch_charts
from core.dispatch_report import STEP_US, PlanReport, comfort_frame
from pages.plan.answer import KELVIN_HOURS
from pages.shared import chart, numbers, table, theme
from pages.shared.texts import current_language, t

COLUMNS = ("room", "band", "coldest", "warmest", "missed", "before", "price")


def show(report: PlanReport, zone: str) -> None:
    """Map of rooms and relays, and comfort by room."""
    comfort = comfort_frame(report)
    missed, before = (
        numbers.quantity(float(comfort[name].sum()), KELVIN_HOURS, 1)
        for name in ("missed_kh", "before_kh")
    )
    plan = report.plan
    figure = dispatch_charts.build_rooms_figure(
        report.ts, {name: plan.rooms[name].to_numpy() for name in plan.rooms},
        {name: plan.relays[name].to_numpy() for name in plan.relays}, step_us=STEP_US, zone=zone,
        words=(t("dispatch.relay.off"), t("dispatch.relay.on")),
        title=t("dispatch.rooms.title", missed=missed, before=before), theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "rooms")
    rows = [
        [
            row["room"], f"{numbers.number(row['low'], 1)} … {numbers.number(row['high'], 1)}",
            *(numbers.number(row[name], 1)
              for name in ("coldest", "warmest", "missed_kh", "before_kh")),
            numbers.number(row["price_eur_kh"], 2),
        ]
        for row in comfort.to_dict("records")
    ]  # fmt: skip
    heads = [t(f"dispatch.rooms.{name}") for name in COLUMNS]
    with st.container(height=300 if len(rows) > 8 else "content", border=False):
        table.show_table(heads, rows, numeric=(2, 3, 4, 5, 6))
    chart.show_caption(t("dispatch.rooms.note"))
