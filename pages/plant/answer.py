"""The figures that the PV page starts with, and what they lack."""

from __future__ import annotations

import numpy as np

from core import pv_expected, pv_report, query
from core.analytics.pv import TRANSPOSED
from core.pv_expected import YieldExpected
from core.pv_report import PlantReport
from pages.plant.context import Context
from pages.shared import chart, data, numbers, states
from pages.shared.chart import KeyFigure
from pages.shared.texts import t

COMPARABLE = 0.05  # coverage may differ by this much from that of the period before


def key_figures(ctx: Context) -> list[KeyFigure]:
    """PR, specific yield, energy, availability and capacity factor of the window."""
    before = data.report(
        ctx.store, pv_report.plant_report, ctx.device.name, *query.previous_period(*ctx.view),
        ctx.stamp,
    )  # fmt: skip
    return [
        performance_figure(ctx.report, before),
        yield_figure(ctx.report, before, expected_yield(ctx)),
        energy_figure(ctx.report),
        availability_figure(ctx.report),
        capacity_figure(ctx.report, before),
    ]


def comparable(now: PlantReport, then: PlantReport | None, name: str) -> tuple[float, float] | None:
    """A figure of both windows, where they are covered alike."""
    if then is None or now.window is None or then.window is None:
        return None
    kept = "paired_ratio" if name == "pr" else "coverage_ratio"
    if not abs(now.window[kept] - then.window[kept]) <= COMPARABLE:
        return None
    return float(now.window[name]), float(then.window[name])


def performance_figure(now: PlantReport, then: PlantReport | None) -> KeyFigure:
    """Performance ratio with its uncertainty and the one corrected for temperature."""
    label = t("pv.pr")
    if now.window is None or not np.isfinite(now.window["pr"]):
        return KeyFigure(label, numbers.NOTHING, note=t(f"pv.why.{now.refusals.get('pr', 'dark')}"))
    both = comparable(now, then, "pr")
    change = ""
    if both is not None and np.isfinite(both[1]):
        points = numbers.number(100 * (both[0] - both[1]), 1)
        change = t("meters.points", change=f"+{points}" if both[0] > both[1] else points)
    corrected = (
        t("pv.pr_temp", value=numbers.percent(now.window["pr_temp"]))
        if np.isfinite(now.window["pr_temp"])
        else t(f"pv.why.{now.refusals.get('pr_temp', 'temp')}")
    )
    if now.course.facts.computed:
        corrected += " · " + t("pv.computed.short")
    return KeyFigure(label, numbers.number(100 * now.window["pr"], 1), "%", change, None, corrected)


def expected_yield(ctx: Context) -> YieldExpected | None:
    """What the weather lets expect; None where that cannot be told."""
    if ctx.report.window is None:
        return None
    return data.report(ctx.store, pv_expected.yield_expected, ctx.device.name, *ctx.view, ctx.stamp)


def yield_figure(
    now: PlantReport, then: PlantReport | None, expected: YieldExpected | None
) -> KeyFigure:
    """Specific yield of all intervals with the sun up, against what was to be expected."""
    label = t("pv.specific_yield")
    if now.window is None:
        return KeyFigure(label, numbers.NOTHING, note=t(f"pv.why.{now.refusals['specific_yield']}"))
    value = float(now.window["specific_yield"])
    both = comparable(now, then, "specific_yield")
    change = numbers.change(*both) if both else ""
    note = t("meters.coverage", ratio=numbers.percent(now.window["coverage_ratio"]))
    if expected is not None:
        should = expected.specific_yield
        note = t(
            "pv.of_expected", ratio=numbers.percent(expected.ratio), coverage=note,
            expected=numbers.number(should, 1 if should >= 10 else 2),
        )  # fmt: skip
    return KeyFigure(
        label, numbers.number(value, 1 if value >= 10 else 2), "kWh/kWp",
        "" if change == numbers.NOTHING else change, note=note,
    )  # fmt: skip


def energy_figure(now: PlantReport) -> KeyFigure:
    """Energy of the window, with what the plant drew at night."""
    note = t(f"pv.output.{now.course.output}")
    if now.night_kwh > 0:
        note = t("pv.night_drawn", energy=numbers.energy(now.night_kwh))
    value, unit = numbers.scaled(now.energy_kwh, "kWh")
    return KeyFigure(t("pv.energy"), value, unit, note=note)


def availability_figure(now: PlantReport) -> KeyFigure:
    """Availability of all units together by time, with that by energy."""
    label = t("pv.availability")
    if not np.isfinite(now.time_ratio):
        return KeyFigure(label, numbers.NOTHING, note=t("pv.why.light"))
    note = (
        t("pv.availability.energy", value=numbers.percent(now.energy_ratio, 2))
        if np.isfinite(now.energy_ratio)
        else t("pv.availability.no_energy")
    )
    return KeyFigure(label, numbers.number(100 * now.time_ratio, 2), "%", note=note)


def capacity_figure(now: PlantReport, then: PlantReport | None) -> KeyFigure:
    """Capacity factor: energy over that of nominal power through all hours."""
    label = t("pv.capacity_factor")
    if now.window is None:
        return KeyFigure(
            label, numbers.NOTHING, note=t(f"pv.why.{now.refusals['capacity_factor']}")
        )
    value = numbers.number(100 * float(now.window["capacity_factor"]), 1)
    note = t("pv.of_kwp", kwp=numbers.quantity(now.course.facts.kwp, "kWp"))
    return KeyFigure(label, value, "%", note=note)


def say_refusals(ctx: Context) -> None:
    """Say outright why figures that make the page are not there, or cannot be right."""
    why = ctx.report.refusals.get("pr")
    if why is not None:
        arrays = ", ".join(ctx.report.course.facts.no_light)
        sentence = t(f"pv.refused.{why}", device=ctx.device.name, arrays=arrays)
        states.notice(sentence, detail=t(f"pv.mend.{why}"))
    report = ctx.report
    computed = [name for name in report.course.facts.computed if name]
    if report.course.facts.computed and "pr" not in report.refusals:
        share = numbers.percent(TRANSPOSED, 0)
        key = "pv.computed.arrays" if computed else "pv.computed"
        chart.show_caption(t(key, share=share, arrays=", ".join(computed)))
    if report.power_is_doubtful:
        states.notice(
            t(
                "pv.oversized", times=numbers.number(report.times_nominal, 1),
                kwp=numbers.number(report.course.facts.kwp or 0.0, 1),
            ),
            detail=t("pv.mend.oversized"), state="warning",
        )  # fmt: skip
    if report.clock_is_doubtful:
        whole = report.energy_kwh + report.dark_kwh
        states.notice(
            t(
                "pv.dark", dark=numbers.energy(report.dark_kwh), whole=numbers.energy(whole),
                share=numbers.percent(report.dark_kwh / whole),
            ),
            detail=t("pv.mend.dark"), state="warning",
        )  # fmt: skip
