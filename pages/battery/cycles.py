"""Cycles of a battery: their depths, C-rates, full cycles by period."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import battery_charts
from core.bess_operation import Operation
from pages.battery.context import (
    SHORT_COVERAGE,
    Context,
    efc_number,
    level_words,
    load_operation,
    say_missing,
    show_dated,
)
from pages.shared import chart, numbers
from pages.shared.texts import t

DAY_US = 86_400_000_000


def show(ctx: Context) -> None:
    """Depths, C-rates, full cycles per period."""
    found = load_operation(ctx)
    left, right = st.columns(2, gap="medium")
    with left:
        show_depths(ctx, found)
    with right:
        show_rates(ctx, found)
    show_full_cycles(ctx, found)


def show_depths(ctx: Context, found: Operation) -> None:
    """Cycles by depth and the full cycles in them."""
    depth = found.depth
    if depth is None:
        say_missing("bess.depth.none")
        return
    if not found.cycle_count:
        say_missing("bess.depth.still")
        return
    efc = depth["efc"].to_numpy()
    deep = float(efc[depth["low"].to_numpy() >= 0.5 - 1e-9].sum() / efc.sum())
    figure = battery_charts.build_band_bars_figure(
        100 * np.append(depth["low"], depth["high"].iloc[-1]), depth["count"],
        second=efc, labels=(t("bess.depth.count"), t("bess.depth.efc")),
        x_title=t("bess.depth.x"), y_title="",
        title=t("bess.depth.title", share=numbers.percent(deep, 0),
                depth=numbers.percent(0.5, 0)),
        height=360, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "depth")
    note = t(
        "bess.depth.note",
        count=numbers.number(found.cycle_count),
        deep=numbers.percent(found.largest),
    )
    chart.show_below(
        [note, level_words(found.level)], "depth", depth,
        name=f"{ctx.device.name}_depth", zone=ctx.zone, units={"low": "1", "high": "1"},
    )  # fmt: skip


def show_rates(ctx: Context, found: Operation) -> None:
    """Time by C-rate; rest is not drawn, for it would drown the others."""
    if found.rates is None:
        say_missing("bess.rate.none")
        return
    edges, hours = found.rate_edges, found.rates.copy()
    rest = (edges[:-1] <= 0) & (edges[1:] > 0)
    resting = float(hours[rest].sum())
    hours[rest] = 0.0
    points = found.rate_points
    most = max(points["charge"], points["discharge"])
    ran = np.isfinite(points["median"])
    title = t(
        "bess.rate.title",
        median=numbers.number(points["median"], 2),
        most=numbers.number(most, 2),
    )
    figure = battery_charts.build_band_bars_figure(
        edges, hours, x_title=t("bess.rate.x"), y_title=t("bess.rate.y"),
        title=title if ran else t("bess.rate.rest"), height=360, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "rates")
    note = t(
        "bess.rate.note",
        capacity=numbers.quantity(found.capacity_ah, "Ah"),
        rest=numbers.number(resting, 0),
        **{name: numbers.number(points[name], 2) for name in ("p95", "charge", "discharge")},
    )
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "hours": found.rates})
    chart.show_below(
        [note], "rates", frame, name=f"{ctx.device.name}_c_rate", zone=ctx.zone,
        units={"low": "1/h", "high": "1/h", "hours": "h"},
    )  # fmt: skip


def show_full_cycles(ctx: Context, found: Operation) -> None:
    """Full cycles per period."""
    rows = found.periods
    if not rows["efc"].notna().any():
        say_missing("bess.efc.none")
        return
    total = float(rows["efc"].sum())
    days = (ctx.view[1] - ctx.view[0]) / DAY_US * max(found.coverage_ratio, 1e-9)
    figure = battery_charts.build_throughput_figure(
        rows["start"], rows["end"], rows["efc"], np.full(len(rows), np.nan),
        zone=ctx.zone, labels=("EFC", ""), unit="",
        title=t("bess.cycles.title", efc=efc_number(total), per_day=numbers.number(
            total / days, 2)),
        marked=rows["coverage_ratio"] < SHORT_COVERAGE, height=260, **ctx.look,
    )  # fmt: skip
    show_dated(ctx, figure, "full-cycles")
    words = [
        t(f"bess.period.{found.every}"),
        t("bess.efc.current", capacity=numbers.quantity(found.capacity_ah, "Ah")),
        t("bess.coverage", ratio=numbers.percent(found.coverage_ratio)),
        level_words(found.level),
    ]
    frame = rows[["start", "end", "efc", "coverage_ratio"]]
    frame = frame.assign(**{n: chart.local_times(rows[n], ctx.zone) for n in ("start", "end")})
    chart.show_below(
        words, "full-cycles", frame, name=f"{ctx.device.name}_efc", zone=ctx.zone,
    )  # fmt: skip
