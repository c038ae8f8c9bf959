"""Expected against actual production, and the reasons for the difference."""

from __future__ import annotations

import numpy as np

from core import pv_charts, pv_expected
from core.analytics.expected import Reasons
from core.expected_report import ExpectedReport
from core.pv_charts import Step
from pages.plant.context import Context, pick_every
from pages.shared import chart, data, numbers, states, table
from pages.shared.texts import t
from pages.shared.wording import detail_in_language

PARTS = ("sun", "temperature", "clipping")


def show(ctx: Context) -> None:
    """Bars of expected and actual, and the way from the one to the other."""
    every = pick_every(ctx, pv_expected.PERIODS)
    found = data.report(
        ctx.store, pv_expected.production, ctx.device.name, *ctx.view, every, ctx.stamp
    )
    if found.report is None:
        states.notice(
            t(f"pv.expected.none.{found.lacks}", device=ctx.device.name),
            detail=detail_in_language(found.detail),
        )
        return
    show_periods(ctx, found.report, every)
    show_reasons(ctx, found.report)


def show_periods(ctx: Context, report: ExpectedReport, every: str) -> None:
    """Energy of each period, expected and actual."""
    rows = report.periods
    start = rows["start"].to_numpy(np.int64)
    end = np.append(start[1:], ctx.view[1])
    values = {t("pv.expected.actual"): rows["actual"], t("pv.expected.expected"): rows["expected"]}
    if rows["typical"].notna().any():
        values[t("pv.expected.typical")] = rows["typical"]
    actual, expected = float(rows["actual"].sum()), float(rows["expected"].sum())
    figure = pv_charts.build_beside_figure(
        start, end, values, zone=ctx.zone, unit="kWh",
        title=t(
            "pv.expected.title", actual=numbers.energy(actual), expected=numbers.energy(expected),
            ratio=numbers.percent(actual / expected if expected else None),
        ),
        **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "expected")
    words = [
        t(f"pv.expected.origin.{report.weather.origin}", device=report.weather.device),
        t("pv.expected.uncertainty", value=numbers.percent(report.weather.uncertainty))
        if report.weather.uncertainty is not None
        else t("pv.expected.uncertainty.unknown"),
        t("pv.expected.assumed", names=", ".join(report.assumed[:4])) if report.assumed else "",
    ]
    shown = rows.assign(start=chart.local_times(start, ctx.zone))
    chart.show_below(
        words, "expected", shown, name=f"{ctx.device.name}_expected_{every}", zone=ctx.zone,
        units=dict.fromkeys(("expected", "actual", "typical"), "kWh"),
    )  # fmt: skip


def steps_of(why: Reasons) -> list[Step]:
    """From the typical year, where there is one, by the weather that was to what was measured."""

    def total(name: str, value: float) -> Step:
        return Step(t(f"pv.reason.{name}"), value, True, words=numbers.quantity(value, "kWh"))

    def loss(name: str, gained: float, low: float | None = None, high: float | None = None) -> Step:
        label = t(f"pv.reason.{name}")
        return Step(label, -gained, False, low, high, numbers.quantity(gained, "kWh"))

    steps = []
    if np.isfinite(why.typical):
        steps = [total("typical", why.typical), *(loss(n, getattr(why, n)) for n in PARTS)]
    told = np.isfinite(why.rest_low) and np.isfinite(why.rest_high)
    bounds = (-why.rest_high, -why.rest_low) if told else (None, None)
    return [
        *steps, total("expected", why.expected), loss("outage", why.outage),
        loss("rest", why.rest, *bounds), total("actual", why.actual),
    ]  # fmt: skip


def show_reasons(ctx: Context, report: ExpectedReport) -> None:
    """Waterfall of the reasons, and the table with the interval of what is left over."""
    why = report.reasons
    figure = pv_charts.build_waterfall_figure(
        steps_of(why), unit="kWh", title=reasons_title(why), height=380, **ctx.look
    )
    chart.show_figure(figure, "reasons")
    rest = (
        f"{numbers.energy(why.rest_low)} – {numbers.energy(why.rest_high)}"
        if np.isfinite(why.rest_low)
        else t("pv.expected.few_days")
    )
    whole = why.expected if why.expected > 0 else np.nan
    rows = [
        [t(f"pv.reason.{name}"), numbers.energy(value), numbers.percent(value / whole), between]
        for name, value, between in (
            *((n, getattr(why, n), "") for n in PARTS if np.isfinite(why.typical)),
            ("outage", why.outage, ""),
            ("rest", why.rest, rest),
        )
    ]
    names = ("reason", "energy", "share", "interval")
    table.show_table([t(f"pv.expected.col.{name}") for name in names], rows, numeric=(1, 2, 3))
    words = [t("pv.expected.rest.note", days=numbers.number(why.days))]
    if why.unread_h > 0:
        words.append(t("pv.expected.unread", hours=numbers.number(why.unread_h, 1)))
    if not report.typical_device:
        words.append(t("pv.expected.no_typical"))
    chart.show_caption(" · ".join(words))


def reasons_title(why: Reasons) -> str:
    """What is left over when weather and outages are taken out."""
    key = "below" if why.rest < 0 else "above"
    share = numbers.percent(abs(why.rest) / why.expected if why.expected > 0 else None)
    return t(f"pv.expected.rest.{key}", share=share)
