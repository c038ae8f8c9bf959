"""Course of SOC and power, energy by period, time by SOC and power."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from core import battery_charts, bess_bands, query
from core.bess_operation import Operation
from pages.battery.context import (
    SHORT_COVERAGE,
    Context,
    band_frame,
    draw_notes,
    level_words,
    load_operation,
    say_missing,
    show_dated,
)
from pages.shared import chart, numbers
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Course of SOC and power, energy by period, time by SOC and power."""
    if ctx.chosen:
        chart.show_series(
            "course", ctx.store, ctx.chosen, ctx.span, title=course_title, whole_page=True,
            height=420, over=partial(draw_notes, ctx),
        )  # fmt: skip
    found = load_operation(ctx)
    if not found.terminals:
        say_missing("bess.throughput.none")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        show_throughput(ctx, found)
    with right:
        show_plane(ctx, found)


def show_throughput(ctx: Context, found: Operation) -> None:
    """Energy charged and discharged per period."""
    rows = found.periods
    figure = battery_charts.build_throughput_figure(
        rows["start"], rows["end"], rows["charged"], rows["discharged"],
        zone=ctx.zone, labels=(t("bess.charged"), t("bess.discharged")),
        title=t(
            "bess.throughput.title",
            charged=numbers.energy(found.charged_kwh),
            discharged=numbers.energy(found.discharged_kwh),
        ),
        marked=rows["coverage_ratio"] < SHORT_COVERAGE, height=360, **ctx.look,
    )  # fmt: skip
    show_dated(ctx, figure, "throughput")
    counted = ""
    if found.counted_kwh is not None:
        into, out = (numbers.energy(kwh) for kwh in found.counted_kwh)
        counted = t("bess.throughput.counter", charged=into, discharged=out)
    table_ = rows.assign(
        start=chart.local_times(rows["start"], ctx.zone),
        end=chart.local_times(rows["end"], ctx.zone),
    )
    words = [
        t(f"bess.period.{found.every}"),
        t(f"bess.throughput.{found.terminals}"),
        counted,
        t("bess.coverage", ratio=numbers.percent(found.coverage_ratio)),
        level_words(found.level),
    ]
    chart.show_below(
        words, "throughput", table_, name=f"{ctx.device.name}_energy", zone=ctx.zone,
        units={"charged": "kWh", "discharged": "kWh", "efc": "1"},
    )  # fmt: skip


def show_plane(ctx: Context, found: Operation) -> None:
    """Hours by SOC and power."""
    if found.plane is None:
        say_missing("bess.plane.none")
        return
    hours = found.plane.hours
    figure = battery_charts.build_time_map_figure(
        hours, x_edges=100 * bess_bands.SOC_BANDS, y_edges=found.power_edges,
        x_title=t("bess.plane.x"), y_title=t("bess.plane.y"),
        title=plane_title(hours, found.power_edges), height=360, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "plane")
    words = [
        t("bess.coverage", ratio=numbers.percent(found.plane.coverage_ratio)),
        level_words(found.level),
    ]
    frame = band_frame(hours, "soc", bess_bands.SOC_BANDS, "power_kw", found.power_edges)
    chart.show_below(
        words, "plane", frame, name=f"{ctx.device.name}_soc_power", zone=ctx.zone,
        units={"hours": "h"},
    )  # fmt: skip


def course_title(shown: list[query.Series]) -> str:
    """Range of the SOC where it is drawn, else what is."""
    device = shown[0].device
    for one in shown:
        if one.signal.quantity == "soc" and chart.has_readings(one):
            low, high = (
                numbers.quantity(float(edge), one.signal.unit, 1)
                for edge in (one.frame["min"].min(), one.frame["max"].max())
            )
            return t("bess.course.title", device=device, low=low, high=high)
    names = ", ".join(one.signal.name for one in shown)
    return t("bess.course.plain", device=device, names=names)


def plane_title(hours: np.ndarray, power_edges: np.ndarray) -> str:
    """Where the system rested longest and at which power it ran most."""
    middle = (power_edges[:-1] + power_edges[1:]) / 2
    rest = int(np.abs(middle).argmin())
    running = hours.sum(axis=0)
    running[rest] = 0.0
    if not running.any() or not hours[:, rest].any():
        return t("bess.plane.title.run")
    soc = int(hours[:, rest].argmax())
    bands = bess_bands.SOC_BANDS
    around = f"{numbers.number(100 * bands[soc], 0)}–{numbers.percent(bands[soc + 1], 0)}"
    return t(
        "bess.plane.title",
        soc=around,
        power=numbers.quantity(float(middle[running.argmax()]), "kW"),
    )
