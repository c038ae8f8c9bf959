"""What would have been said at a past date, and how forecasts made then did."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import trend_charts, trend_views
from core.analytics.projection import BIN, Issue, WalkForward
from core.analytics.verdicts import TrendOptions
from core.annotations import Annotation
from core.pack_trends import TrendReport
from core.trend_charts import Checked, Told
from core.trend_views import SeriesView
from pages.packs import context, degradation, kept, series
from pages.packs.context import Context
from pages.packs.series import Choice, between
from pages.shared import address, chart, data, numbers, states, table, theme
from pages.shared.numbers import NOTHING
from pages.shared.texts import current_language, t

EVERY = 30  # days between the dates looked back to


def show(ctx: Context) -> None:
    """The tab."""
    choice = series.pick_series(ctx)
    notes = series.read_notes(ctx)
    report, options = series.load_report(ctx, notes), series.read_options()
    if len(report.x) < 2:
        states.notice(t("packpulse.hindsight.one_day"))
        return
    at = pick_date(report)
    show_then(ctx, report, choice, notes, at, options)
    walk = load_walk(ctx, choice, notes, options)
    st.subheader(t("packpulse.hindsight.record"))
    if not walk.issues:
        states.notice(
            t("packpulse.hindsight.none"),
            detail=t(
                "packpulse.hindsight.none.mend",
                span=numbers.number(report.x[-1] - report.x[0] + 1),
                least=numbers.number(options.least_span),
            ),
        )  # fmt: skip
        return
    series.say_notes(ctx, notes)
    chart.show_caption(share_words(walk))
    left, right = st.columns(2, gap="medium")
    with left:
        show_issues(ctx, report, choice, walk, at, notes)
    with right:
        show_forecasts(ctx, report, choice, walk, notes)
    show_issue_table(ctx, choice, walk)


def load_walk(
    ctx: Context, choice: Choice, notes: Sequence[Annotation], options: TrendOptions
) -> WalkForward:
    """Verdicts at past dates, 30 days apart, and their forecasts; cached."""
    found = data.shared_report(
        ctx.store, trend_views.load_walk, ctx.device, ctx.start, ctx.end,
        series.declared(ctx, notes), options, choice.pack, choice.cell, choice.relative, EVERY,
    )  # fmt: skip
    assert found is not None
    return found


# --- one date -----------------------------------------------------------------------------------


def pick_date(report: TrendReport) -> int:
    """Place of the date among the days of the report; ``asof=2025-03-01`` in the URL.

    The default lies two thirds into the window, so that there is something to compare with.
    """
    names = [str(np.datetime64(int(day), "D")) for day in report.x]
    asked = address.get("asof")
    now = asked if asked in names else names[(2 * len(names)) // 3]
    places = {name: place for place, name in enumerate(names)}
    language = current_language()
    words = {
        name: context.day_name(int(day), lang=language)
        for name, day in zip(names, report.x, strict=True)
    }
    context.say_unread("asof", now, words[now])
    st.select_slider(
        t("packpulse.hindsight.date"),
        names,
        format_func=words.__getitem__,
        **address.bound("asof", now),
    )
    return places[now]


def show_then(
    ctx: Context,
    report: TrendReport,
    choice: Choice,
    notes: Sequence[Annotation],
    at: int,
    options: TrendOptions,
) -> None:
    """Verdict, projection and the later days greyed, as of one date."""
    then = series.load_report(ctx, notes, int(report.days.ts[at]) + 1)
    view = trend_views.view_series(
        then, choice.pack, choice.cell, relative=choice.relative, options=options
    )
    day = series.day_text(report.x[at])
    words = series.sentence(series.name_of(ctx, choice), view.trend, relative=choice.relative)
    told = t("packpulse.hindsight.then", day=day, sentence=words)
    if view.trend.refusal:
        states.notice(told, detail=series.refusal_words(view.trend, then, options))
    else:
        st.subheader(told)
        cells = len(ctx.battery.names) if choice.cell is not None else None
        chart.show_caption(series.basis(view.trend, cells))
    show_fit_then(ctx, report, then, view, choice, at, notes)


def show_fit_then(
    ctx: Context,
    report: TrendReport,
    then: TrendReport,
    view: SeriesView,
    choice: Choice,
    at: int,
    notes: Sequence[Annotation],
) -> None:
    """The series up to the date with its line drawn on over the days that followed."""
    whole = trend_views.view_series(report, choice.pack, choice.cell, relative=choice.relative)
    factor, after = choice.factor, slice(at + 1, None)
    later = factor * whole.values[after]
    if not np.isfinite(view.values).any() and not np.isfinite(later).any():
        return
    figure = kept.drawn(
        trend_charts.build_fit_figure,
        view.x, factor * view.values,
        labels=series.chart_words() | {"today": series.day_text(report.x[at])},
        unit=choice.unit,
        digits=choice.digits,
        y_title=t(f"packpulse.series.axis.{'apart' if choice.relative else 'sat'}"),
        weeks=(view.weeks, factor * view.week_means),
        incomplete=report.x[~report.days.charges.complete],
        pieces=degradation.pieces_of(view, factor),
        ray=degradation.ray_of(view, factor, float(report.x[-1])),
        later=(report.x[after], later),
        today=float(report.x[at]),
        phases=series.phases_of(trend_views.list_regimes(then)),
        events=series.events_of(ctx, notes),
        title=then_title(view, whole, at),
        theme=theme.kind(),
        language=current_language(),
        height=360,
    )  # fmt: skip
    chart.show_figure(figure, "then-chart")
    if view.pieces:
        chart.show_caption(t("packpulse.hindsight.then.about"))


def then_title(view: SeriesView, whole: SeriesView, at: int) -> str:
    """How many of the later days' values lay within the band of the line."""
    later = whole.values[at + 1 :]
    known = np.isfinite(later)
    if view.trend.refusal or not view.pieces:
        return t("packpulse.hindsight.then.refused")
    if not known.any():
        return t("packpulse.hindsight.then.nothing")
    off = later[known] - trend_views.levels_at(view, whole.x[at + 1 :][known])
    away = 1000 * float(np.median(off))
    key = "packpulse.hindsight.then.title" + (".above" if away > 0 else ".below")
    return t(key, days=numbers.number(int(known.sum())), away=numbers.number(abs(away), 0))


# --- the record ---------------------------------------------------------------------------------


def share_words(walk: WalkForward) -> str:
    """How many intervals held, of all and of those whose regime stayed."""
    if not walk.total:
        return t("packpulse.hindsight.no_forecasts", dates=numbers.number(len(walk.issues)))
    words = t(
        "packpulse.hindsight.held",
        inside=numbers.number(walk.inside), total=numbers.number(walk.total),
        share=numbers.percent(walk.share, 0), dates=numbers.number(len(walk.issues)),
    )  # fmt: skip
    if not walk.total_stayed:
        return f"{words} {t('packpulse.hindsight.held.none_stayed')}"
    return f"{words} " + t(
        "packpulse.hindsight.held.stayed",
        inside=numbers.number(walk.inside_stayed), total=numbers.number(walk.total_stayed),
        share=numbers.percent(walk.share_stayed, 0),
    )  # fmt: skip


def told_at(issue: Issue, *, relative: bool) -> Told:
    """Slope of one date in the unit of the figure."""
    trend = issue.trend
    if relative:
        mv = 1000 * trend.value, 1000 * trend.low, 1000 * trend.high
        return Told(issue.day, *mv, verdict=trend.verdict)
    return Told(issue.day, trend.pct, trend.pct_low, trend.pct_high, trend.verdict)


def show_issues(
    ctx: Context,
    report: TrendReport,
    choice: Choice,
    walk: WalkForward,
    at: int,
    notes: Sequence[Annotation],
) -> None:
    """Slope with its interval at each past date."""
    told = [told_at(one, relative=choice.relative) for one in walk.issues]
    known = [one for one in told if math.isfinite(one.value)]
    if not known:
        states.notice(t("packpulse.hindsight.all_refused"))
        return
    per_year = t(f"packpulse.series.{'mv_year' if choice.relative else 'pct_year'}")
    figure = kept.drawn(
        trend_charts.build_noted_figure,
        trend_charts.build_issues_figure,
        known,
        verdict_names=series.verdict_names(),
        today=float(report.x[at]),
        span=(float(report.x[0]), float(report.x[-1])),
        y_title=f"{t('packpulse.degradation.slope')} [{per_year}]",
        unit=per_year,
        digits=1 if choice.relative else 2,
        title=issues_title(known),
        events=series.events_of(ctx, notes),
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "issues-chart")


def issues_title(known: Sequence[Told]) -> str:
    """Whether the verdict ever changed."""
    verdicts = list(dict.fromkeys(one.verdict for one in known))
    if len(verdicts) == 1:
        return t(
            "packpulse.hindsight.issues.same", dates=numbers.number(len(known)),
            word=t(f"packpulse.series.word.{verdicts[0]}"),
        )  # fmt: skip
    return t(
        "packpulse.hindsight.issues.changed",
        first=t(f"packpulse.series.word.{known[0].verdict}"),
        last=t(f"packpulse.series.word.{known[-1].verdict}"),
    )  # fmt: skip


def show_forecasts(
    ctx: Context,
    report: TrendReport,
    choice: Choice,
    walk: WalkForward,
    notes: Sequence[Annotation],
) -> None:
    """Forecasts of months beside what came."""
    factor = choice.factor
    checked = [
        Checked(
            issue.day, one.start + BIN / 2, factor * one.told, factor * one.low,
            factor * one.high, factor * one.came, one.inside, one.stayed,
        )
        for issue in walk.issues
        for one in issue.forecasts
    ]  # fmt: skip
    if not checked:
        return
    figure = kept.drawn(
        trend_charts.build_noted_figure,
        trend_charts.build_forecasts_figure,
        checked,
        labels={
            key: t(f"packpulse.hindsight.chart.{key}") for key in ("came", "inside", "outside")
        },
        unit=choice.unit,
        digits=choice.digits,
        y_title=t(f"packpulse.series.axis.{'apart' if choice.relative else 'sat'}"),
        span=(float(report.x[0]), float(report.x[-1])),
        title=t(
            "packpulse.hindsight.forecasts.title",
            inside=numbers.number(walk.inside), total=numbers.number(walk.total),
        ),
        events=series.events_of(ctx, notes),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "forecasts-chart")
    chart.show_caption(t("packpulse.hindsight.forecasts.about"))


def show_issue_table(ctx: Context, choice: Choice, walk: WalkForward) -> None:
    """Each past date: verdict, slope, regimes, forecasts that held."""
    per_year = t(f"packpulse.series.{'mv_year' if choice.relative else 'pct_year'}")
    names = ("day", "verdict", "slope", "interval", "n", "regimes", "held")
    table.show_table(
        [t(f"packpulse.hindsight.column.{one}", unit=per_year) for one in names],
        [issue_row(one, choice) for one in walk.issues],
        numeric=(2, 3, 4, 5, 6),
    )
    chart.show_caption(t("packpulse.hindsight.alone"))
    chart.show_export(
        "hindsight", trend_views.walk_table(walk), name=f"{ctx.device}_hindsight",
        zone=ctx.window.zone, units={"value": "V/year", "low": "V/year", "high": "V/year",
                                     "told": "V", "told_low": "V", "told_high": "V", "came": "V"},
    )  # fmt: skip


def issue_row(issue: Issue, choice: Choice) -> list[str]:
    """A past date as text."""
    told, trend = told_at(issue, relative=choice.relative), issue.trend
    digits = degradation.decimals(relative=choice.relative)
    held = sum(one.inside for one in issue.forecasts)
    count = len(issue.forecasts)
    return [
        series.day_text(issue.day),
        series.verdict_word(trend.verdict, trend.refusal),
        series.signed(told.value, digits),
        between(told.low, told.high, digits=digits),
        numbers.number(trend.n),
        numbers.number(issue.changes + 1),
        t("packpulse.of", part=numbers.number(held), all=numbers.number(count))
        if count
        else NOTHING,
    ]
