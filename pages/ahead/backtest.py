"""How good forecasts have been: skill, error by horizon, reliability."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import forecast_charts, forecast_report
from core.analytics.forecast.scores import Estimate
from core.forecast_report import Backtest
from pages.ahead.answer import between
from pages.ahead.context import Context
from pages.ahead.window import pick_tested
from pages.shared import chart, data, numbers, states, table
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Scores of forecasts issued in a window."""
    span = pick_tested(ctx)
    found = data.report(
        ctx.store, forecast_report.backtest_report, ctx.device.name, ctx.quantity, ctx.stamp, *span
    )
    if not found.scores.n or found.start is None or found.end is None:
        states.notice(
            t("ahead.untested", span=numbers.span(*span, ctx.zone)),
            detail=t("ahead.untested.mend"),
        )
        return
    show_skill(ctx, found)
    left, right = st.columns(2, gap="medium")
    with left:
        show_horizon(ctx, found)
    with right:
        show_reliability(ctx, found)
    show_scores(ctx, found)


def show_skill(ctx: Context, found: Backtest) -> None:
    """Skill against every baseline, with intervals."""
    skills = found.scores.skill
    rows = pd.DataFrame(
        {"label": [t(f"ahead.baseline.{name}") for name in skills],
         "value": [one.value for one in skills.values()],
         "low": [one.low for one in skills.values()],
         "high": [one.high for one in skills.values()]}
    )  # fmt: skip
    worst = min(skills, key=lambda name: skills[name].value)
    one = skills[worst]
    key = "sure" if one.low > 0 else "loses" if one.value < 0 else "unsure"
    figure = forecast_charts.build_shares_figure(
        rows, x_title=t("ahead.skill.axis"), colour="load",
        title=t(f"ahead.skill.title.{key}", baseline=t(f"ahead.baseline.{worst}"),
                value=numbers.number(one.value, 2)), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "skill")


def show_horizon(ctx: Context, found: Backtest) -> None:
    """Error by how far ahead."""
    names = {"expected": t("ahead.line.expected")} | {
        name: t(f"ahead.baseline.{name}") for name in found.baselines
    }
    figure = forecast_charts.build_horizon_figure(
        found.horizon, names, quantity=ctx.quantity, unit=ctx.unit,
        x_title=t("ahead.horizon.axis"), y_title="RMSE", title=t("ahead.horizon.title"),
        **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "horizon")


def show_reliability(ctx: Context, found: Backtest) -> None:
    """Whether quantiles hold."""
    words = {name: t(f"ahead.reliability.{name}") for name in ("level", "share", "ideal", "found")}
    share = found.scores.coverage
    figure = forecast_charts.build_reliability_figure(
        found.reliability, quantity=ctx.quantity, words=words,
        title=t("ahead.reliability.title", share=numbers.percent(share.value, 0)), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "reliability")


def show_scores(ctx: Context, found: Backtest) -> None:
    """Table of the scores with their intervals."""
    scores, unit = found.scores, ctx.unit

    def line(label: str, one: Estimate, unit: str) -> list[str]:
        value = numbers.number(one.value)
        return [t(f"ahead.score.{label}"), value, unit, between(one.low, one.high, 3)]

    rows = [
        line("rmse", scores.rmse, unit),
        line("mae", scores.mae, unit),
        [t("ahead.score.nmae"), numbers.percent(scores.nmae), "", ""],
        [t("ahead.score.bias"), numbers.number(scores.bias), unit, ""],
        [t("ahead.score.pinball"), numbers.number(scores.pinball), unit, ""],
        [
            t("ahead.score.coverage"),
            numbers.percent(scores.coverage.value),
            "",
            between(100 * scores.coverage.low, 100 * scores.coverage.high, 1),
        ],
    ]
    for name, value in scores.reference.items():
        words = t("ahead.score.reference", baseline=t(f"ahead.baseline.{name}"))
        rows.append([words, numbers.number(value), unit, ""])
    titles = [t(f"ahead.col.{name}") for name in ("score", "value", "unit", "interval")]
    table.show_table(titles, rows, numeric=(1,))
    assert found.start is not None and found.end is not None
    chart.show_caption(
        t(
            "ahead.backtest.caption",
            n=numbers.number(scores.n, 0),
            issues=numbers.number(scores.issues, 0),
            days=numbers.number(scores.days, 0),
            span=numbers.span(found.start, found.end, ctx.zone),
            weather=t(f"ahead.weather.{ctx.manifest['weather'] or 'none'}"),
        )
    )
