"""Spread between cells, the ones at the ends, time by temperature and SOC."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from core import battery_charts, bess, bess_bands, bess_cells
from core.bess_cells import Spread
from pages.battery.context import Context, Curve, band_frame, say_missing, show_dated
from pages.shared import chart, data, numbers, table
from pages.shared.texts import t

LISTED = 8  # rows of a table of extremes
SPREADS: tuple[Spread, ...] = ("cell_voltage", "cell_temperature")


def show(ctx: Context) -> None:
    """Spread of voltage and temperature, cells at the ends, dwell."""
    left, right = st.columns(2, gap="medium")
    for place, quantity in ((left, SPREADS[0]), (right, SPREADS[1])):
        with place:
            show_spread(ctx, quantity)
    show_dwell(ctx)


def show_spread(ctx: Context, quantity: Spread) -> None:
    """Spread at each instant, at the ends, and the cells there."""
    found = data.report(
        ctx.store, bess_cells.spread_report, ctx.device.name, quantity, *ctx.view
    )  # fmt: skip
    frame, ends = found.frame, found.ends
    if frame.empty and ends.empty:
        measured = bess.of_quantity(ctx.signals, quantity, *bess_cells.OF_CELLS[quantity])
        say_missing("bess.spread.empty" if measured else f"bess.spread.none.{quantity}")
        return
    unit, factor = ("mV", 1000.0) if found.unit == "V" else (found.unit, 1.0)
    if len(frame) and found.greatest_ts is not None:
        title = t(
            f"bess.spread.{quantity}",
            most=numbers.quantity(round(found.greatest * factor, 1), unit),
        )
        lines = {
            t("bess.spread.greatest"): (frame["ts"], frame["greatest"] * factor),
            t("bess.spread.mean"): (frame["ts"], frame["mean"] * factor),
        }
        show_lines(ctx, lines, unit, title, f"spread-{quantity}", frame)
        moment = numbers.moment(found.greatest_ts, ctx.zone, seconds=True)
        words = [
            t(f"bess.spread.{found.source}", cells=numbers.number(found.cells)),
            t("bess.spread.when", moment=moment),
        ]
        chart.show_below(
            words, f"spread-{quantity}", frame.assign(ts=chart.local_times(frame["ts"], ctx.zone)),
            name=f"{ctx.device.name}_{quantity}_spread", zone=ctx.zone,
            units={"mean": found.unit, "greatest": found.unit},
        )  # fmt: skip
    # What temperatures reach says no more than their spread at each instant.
    if len(ends) and (frame.empty or quantity == "cell_voltage"):
        lines = {
            t("bess.spread.top"): (ends["ts"], ends["at_top"] * factor),
            t("bess.spread.bottom"): (ends["ts"], ends["at_bottom"] * factor),
        }
        title = t("bess.spread.ends", cells=numbers.number(found.cells))
        show_lines(ctx, lines, unit, title, f"ends-{quantity}", ends)
        words = t(
            "bess.spread.buckets",
            cells=numbers.number(found.cells),
            level=numbers.level(found.level),
        )
        chart.show_below(
            [words, t("chart.stands_for", count=numbers.number(found.stands_for, 0))],
            f"ends-{quantity}", ends.assign(ts=chart.local_times(ends["ts"], ctx.zone)),
            name=f"{ctx.device.name}_{quantity}_ends", zone=ctx.zone,
        )  # fmt: skip
    show_extremes(ctx, found, quantity)


def show_lines(
    ctx: Context, lines: Mapping[str, Curve], unit: str, title: str, key: str,
    frame: pd.DataFrame,
) -> None:  # fmt: skip
    """Two curves with their gaps open."""
    steps = np.diff(frame["ts"].to_numpy(np.int64))
    gap = int(4 * np.median(steps)) if len(steps) else None
    figure = battery_charts.build_lines_figure(
        lines, zone=ctx.zone, unit=unit, span=ctx.view, title=title, gap_us=gap,
        from_zero=True, height=280, **ctx.look,
    )  # fmt: skip
    show_dated(ctx, figure, key)


def show_extremes(ctx: Context, found: bess_cells.SpreadReport, quantity: Spread) -> None:
    """The cells that are most often at an end."""
    end = "lowest" if quantity == "cell_voltage" else "highest"
    other = "highest" if end == "lowest" else "lowest"
    cells = found.extremes.sort_values([f"{end}_ratio", f"{other}_ratio"], ascending=False)
    cells = cells[cells[f"{end}_ratio"] > 0].head(LISTED)
    if cells.empty:
        return
    st.markdown(f"**{t(f'bess.extremes.{quantity}')}**")
    rows = [
        [
            numbers.number(one["pack"], 0),
            numbers.number(one["cell"], 0),
            numbers.percent(one[f"{end}_ratio"]),
            numbers.percent(one[f"{other}_ratio"]),
        ]
        for one in cells.to_dict("records")
    ]
    titles = [t(f"bess.col.{name}") for name in ("pack", "cell", end, other)]
    table.show_table(titles, rows, numeric=(0, 1, 2, 3))
    chart.show_export(
        f"extremes-{quantity}", found.extremes,
        name=f"{ctx.device.name}_{quantity}_extremes", zone=ctx.zone,
    )  # fmt: skip


def show_dwell(ctx: Context) -> None:
    """Time by temperature and SOC."""
    found = data.report(ctx.store, bess_cells.dwell_report, ctx.device.name, *ctx.view)
    if found.dwell is None:
        say_missing(f"bess.dwell.{found.missing}")
        return
    hours, edges = found.dwell.hours, found.temp_edges
    by_temp = hours.sum(axis=1)
    most = int(by_temp.argmax())
    figure = battery_charts.build_time_map_figure(
        hours.T, x_edges=100 * bess_bands.SOC_TENTHS, y_edges=edges,
        x_title=t("bess.dwell.x"), y_title=t("bess.dwell.y"),
        title=t(
            "bess.dwell.title",
            share=numbers.percent(by_temp[most] / by_temp.sum(), 0),
            low=numbers.number(edges[most]),
            high=numbers.number(edges[most + 1]),
            most=numbers.number(found.warmest, 1),
        ),
        height=340, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "dwell")
    source = (
        t("bess.dwell.cell_temperature") if found.source == "cell_temperature" else found.source
    )
    words = [
        t("bess.dwell.of", source=source),
        t("bess.coverage", ratio=numbers.percent(found.dwell.coverage_ratio)),
    ]
    frame = band_frame(hours, "temperature", edges, "soc", bess_bands.SOC_TENTHS)
    chart.show_below(
        words, "dwell", frame, name=f"{ctx.device.name}_dwell", zone=ctx.zone,
        units={"hours": "h", "temperature_low": "°C", "temperature_high": "°C"},
    )  # fmt: skip
