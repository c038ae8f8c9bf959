"""All figures per hour, day, week, month or year as a table with export."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import pv_report
from pages.plant.context import Context, grid_words, pick_every
from pages.shared import chart, numbers, table
from pages.shared.texts import t

COLUMNS = (
    "energy_kwh", "specific_yield", "capacity_factor", "yr", "ya", "yf", "lc", "ls", "pr",
    "pr_temp", "temp_weighted", "coverage_ratio",
)  # fmt: skip
RATIOS = ("capacity_factor", "pr", "pr_temp", "coverage_ratio")
MOST_ROWS = 400


def show(ctx: Context) -> None:
    """Table of the periods, the newest first."""
    if ctx.report.course.facts.kwp is None:
        chart.show_caption(t("pv.refused.kwp", device=ctx.device.name))
        return
    every = pick_every(ctx)
    found = pv_report.period_table(ctx.report, every)
    columns = [name for name in COLUMNS if found[name].notna().any()]
    places = {name: decimals(name, found[name]) for name in columns}
    rows = [
        [
            period_name(int(one["start"]), every, ctx.zone),
            *(cell(name, one[name], places[name]) for name in columns),
        ]
        for one in found.iloc[::-1].head(MOST_ROWS).to_dict("records")
    ]  # fmt: skip
    shown = found.assign(
        start=chart.local_times(found["start"], ctx.zone),
        end=chart.local_times(found["end"], ctx.zone),
    )
    words = [t("pv.periods.count", count=numbers.number(len(found))), grid_words(ctx), ctx.zone]
    if len(found) > MOST_ROWS:
        words.insert(1, t("pv.periods.most", count=numbers.number(MOST_ROWS)))
    chart.show_below(words, "periods", shown, name=f"{ctx.device.name}_{every}", zone=ctx.zone)
    with st.container(height=520 if len(rows) > 15 else "content", border=False):
        table.show_table(
            [t("meters.col.period"), *(t(f"pv.col.{name}") for name in columns)],
            rows,
            numeric=range(1, len(columns) + 1),
        )


def period_name(start: int, every: str, zone: str) -> str:
    """A period by its beginning."""
    return numbers.moment(start, zone) if every == "1h" else numbers.day(start, zone)


def decimals(name: str, values: pd.Series) -> int:
    """Places after the mark, the same for a whole column."""
    if name in RATIOS:
        return 1
    large = name == "energy_kwh" and bool((values.abs() >= 1000).any())
    return 0 if large else 2


def cell(name: str, value: float, places: int) -> str:
    """A figure as its column writes it."""
    if pd.isna(value):
        return numbers.NOTHING
    if name in RATIOS:
        return numbers.percent(value, places)
    return numbers.number(value, places)
