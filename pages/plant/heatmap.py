"""Output or performance by day and hour."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import pv_charts, pv_report
from pages.plant.context import Context, grid_words
from pages.shared import address, chart, numbers
from pages.shared.texts import t

KINDS = ("power", "performance")


def show(ctx: Context) -> None:
    """Heatmap day x hour."""
    kinds = KINDS if np.isfinite(ctx.report.usual) else KINDS[:1]
    asked = address.get("heat")
    kind = asked if asked in kinds else kinds[0]
    if len(kinds) > 1:
        st.segmented_control(
            t("pv.heat"),
            kinds,
            format_func=lambda name: t(f"pv.heat.{name}"),
            required=True,
            label_visibility="collapsed",
            **address.bound("heat", kind),
        )
    days, grid = pv_report.heat_grid(ctx.report, kind)
    rated = ctx.report.course.facts.kwp is not None
    unit = "%" if kind == "performance" or rated else "kW"
    values = 100 * grid if unit == "%" else grid
    figure = pv_charts.build_day_hour_figure(
        days, values, unit=unit, hour_title=t("chart.hour"), title=title(kind, values, unit),
        bounds=(40.0, 110.0) if kind == "performance" else None, height=420, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "heat")
    at_hour, at_day = (place.ravel() for place in np.indices(grid.shape))
    frame = pd.DataFrame(
        {"day": np.array(days)[at_day], "hour": at_hour, kind: grid.ravel()}
    ).dropna()
    words = [t(f"pv.heat.{kind}.note" if rated else "pv.heat.kw.note"), grid_words(ctx), ctx.zone]
    chart.show_below(words, "heat", frame, name=f"{ctx.device.name}_{kind}", zone=ctx.zone)


def title(kind: str, values: np.ndarray, unit: str) -> str:
    """The hour that gives most, or the middle of the performance."""
    if kind == "performance":
        middle = float(np.nanmedian(values))
        return t("pv.heat.title.performance", value=numbers.quantity(middle, unit, 0))
    by_hour = pd.DataFrame(values).mean(axis=1)
    hour = int(by_hour.idxmax())
    return t("pv.heat.title", hour=f"{hour:02d}:00", value=numbers.quantity(by_hour[hour], unit, 1))
