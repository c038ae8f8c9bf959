"""Yields and performance ratio per period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core import battery_charts, pv_charts, pv_report, pv_use
from core.pv_report import PlantReport
from pages.plant.context import SHORT_COVERAGE, Context, grid_words, pick_every
from pages.shared import chart, data, numbers
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Yields stacked to the reference yield, and the ratios below."""
    if ctx.report.course.facts.kwp is None:
        chart.show_caption(t("pv.refused.kwp", device=ctx.device.name))
        return
    every = pick_every(ctx)
    table = pv_report.period_table(ctx.report, every)
    show_yields(ctx, table)
    show_use(ctx)
    if table["pr"].notna().any():
        show_ratios(ctx, table)


def parts_of(table: pd.DataFrame) -> dict[str, tuple[str, pd.Series]]:
    """What the reference yield is made of, as far as it is known."""
    if not table["yr"].notna().any():
        return {t("pv.specific_yield"): ("pv", table["specific_yield"])}
    if table["ya"].notna().any():
        return {
            t("pv.yf"): ("pv", table["yf"]),
            t("pv.ls"): ("load", table["ls"]),
            t("pv.lc"): ("muted", table["lc"]),
        }
    return {
        t("pv.yf"): ("pv", table["yf"]),
        t("pv.losses_all"): ("muted", table["yr"] - table["yf"]),
    }


def show_yields(ctx: Context, table: pd.DataFrame) -> None:
    """Bars of the yields."""
    measured = bool(table["yr"].notna().any())
    cover = table["paired_ratio" if measured else "coverage_ratio"]
    window = ctx.report.window
    assert window is not None
    title = (
        t("pv.yields.title", yf=numbers.number(window["yf"], 1), yr=numbers.number(window["yr"], 1))
        if measured
        else t("pv.yields.title.plain", value=numbers.number(window["specific_yield"], 1))
    )
    figure = pv_charts.build_yields_figure(
        table["start"], table["end"], parts_of(table), zone=ctx.zone, unit="kWh/kWp",
        marked=cover < SHORT_COVERAGE, title=title, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "yields")
    words = [
        t("pv.yields.note") if measured else "",
        t("meters.coverage", ratio=numbers.percent(window["coverage_ratio"])),
        grid_words(ctx),
        t(f"pv.output.{ctx.report.course.output}"),
        ctx.zone,
    ]
    shown = table.assign(
        start=chart.local_times(table["start"], ctx.zone),
        end=chart.local_times(table["end"], ctx.zone),
    )
    chart.show_below(words, "yields", shown, name=f"{ctx.device.name}_yields", zone=ctx.zone)


def show_ratios(ctx: Context, table: pd.DataFrame) -> None:
    """Performance ratio with and without the temperature."""
    report = ctx.report
    middle = ((table["start"] + table["end"]) // 2).astype(np.int64)
    lines = {t("pv.pr"): (middle, 100 * table["pr"])}
    if table["pr_temp"].notna().any():
        lines[t("pv.pr_temp.long")] = (middle, 100 * table["pr_temp"])
    assert report.window is not None
    figure = battery_charts.build_lines_figure(
        lines, zone=ctx.zone, unit="%", span=ctx.view, height=300,
        title=t("pv.ratios.title", pr=numbers.percent(report.window["pr"])), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "ratios")
    chart.show_caption(" · ".join(ratio_words(ctx)))


def show_use(ctx: Context) -> None:
    """What of the energy is used on site, where its meter is known."""
    found = data.report(ctx.store, pv_use.on_site, ctx.device.name, *ctx.view, ctx.stamp)
    if found is None:
        chart.show_caption(t("pv.use.none"))
        return
    chart.show_caption(
        t(
            "pv.use",
            own=numbers.percent(found.self_consumption),
            sufficient=numbers.percent(found.self_sufficiency),
            exported=numbers.energy(found.exported),
            meter=found.meter,
            step=numbers.duration(found.step_us),
            covered=numbers.percent(found.covered),
        )
    )


def ratio_words(ctx: Context) -> list[str]:
    """What the ratio rests on: intervals, temperature, uncertainty."""
    report = ctx.report
    assert report.window is not None
    facts = report.course.facts
    share = numbers.percent(report.window["paired_ratio"])
    gamma = numbers.number(100 * facts.gamma_pdc, 2)
    words = [
        t("pv.paired", ratio=share),
        t(f"pv.temp.{report.course.temp_source or 'none'}"),
        t("pv.gamma" if facts.gamma_told else "pv.gamma.assumed", gamma=gamma),
    ]
    return [*words, uncertainty_words(report)]


def uncertainty_words(report: PlantReport) -> str:
    """Uncertainty of the ratio, or which of its parts was not declared."""
    light, meter = report.course.facts.irradiance_uncertainty, report.course.facts.meter_uncertainty
    if report.uncertainty is not None:
        key = "pv.uncertainty.computed" if report.course.facts.computed else "pv.uncertainty"
        return t(key, value=numbers.percent(report.uncertainty))
    if light is not None:
        return t("pv.uncertainty.no_meter", value=numbers.percent(light))
    if meter is not None:
        return t("pv.uncertainty.no_light", value=numbers.percent(meter))
    return t("pv.uncertainty.unknown")
