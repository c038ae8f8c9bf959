"""Does a series decline: verdict, slopes by three methods, where it leads, all cells beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import trend_charts, trend_views
from core.analytics.projection import AtCycles
from core.analytics.trend import YEAR
from core.analytics.verdicts import NOT_DISTINGUISHABLE, TrendOptions
from core.annotations import Annotation
from core.pack_trends import TrendReport
from core.trend_charts import Ray
from core.trend_views import SeriesView
from pages.packs import context, kept, series
from pages.packs.context import Context
from pages.packs.series import Choice, between, plus_minus
from pages.shared import address, chart, numbers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP, NOTHING
from pages.shared.texts import current_language, t

END_OF_LIFE = 0.8  # of the baseline, as capacity is judged
WIDEST = (0.6, 1.2)  # of the baseline: range of the drawing over cycles
TABLE_HEIGHT = 430


def show(ctx: Context) -> None:
    """The tab."""
    choice = series.pick_series(ctx)
    notes = series.read_notes(ctx)
    report, options = series.load_report(ctx, notes), series.read_options()
    view = trend_views.view_series(
        report, choice.pack, choice.cell, relative=choice.relative, options=options
    )
    series.say_verdict(ctx, report, choice, view.trend, options)
    say_other_side(ctx, report, choice)
    if not view.trend.refusal:
        chart.show_key_figures(key_figures(view, options))
        chart.show_caption(t("packpulse.degradation.about"))
        show_fit(ctx, report, view, choice, notes)
        left, right = st.columns([0.55, 0.45], gap="medium")
        with left:
            show_slopes(view, choice)
        with right:
            show_steps(report, view, choice)
        show_projection(view, choice)
    show_all(ctx, report, choice)
    series.show_thresholds(notes)


# --- the answer ---------------------------------------------------------------------------------


def say_other_side(ctx: Context, report: TrendReport, choice: Choice) -> None:
    """The verdict on the same cell seen the other way: against its pack, or as measured."""
    if choice.cell is None or choice.pack is None:
        return
    place = report.days.battery.place(choice.pack, choice.cell)
    other = not choice.relative
    trend = (report.apart if other else report.cells)[place]
    if not trend.refusal:
        name = series.name_of(ctx, choice)
        chart.show_caption(series.sentence(name, trend, relative=other))


def key_figures(view: SeriesView, options: TrendOptions) -> list[KeyFigure]:
    """Slope, linearity, loss per year and per counted cycle in the analysts' words, basis."""
    trend = view.trend
    return [
        slope_figure(view),
        KeyFigure(
            "R²",
            numbers.number(trend.r2, 2),
            note=t(f"packpulse.degradation.word.{view.grades.linearity}")
            + " · "
            + t("packpulse.degradation.r2.about"),
        ),
        year_figure(view, options),
        cycle_figure(view, options),
        KeyFigure(
            t("packpulse.degradation.basis"),
            numbers.number(trend.n),
            t("packpulse.degradation.days"),
            note=t(
                "packpulse.degradation.basis.note",
                span=numbers.number(trend.span + 1), regimes=numbers.number(trend.regimes),
            ),
        ),
    ]  # fmt: skip


def slope_figure(view: SeriesView) -> KeyFigure:
    """Slope with its interval."""
    trend = view.trend
    mv = (1000 * trend.value, 1000 * trend.low, 1000 * trend.high)
    label = t("packpulse.degradation.slope")
    if view.relative or not math.isfinite(trend.pct):
        return KeyFigure(
            label, plus_minus(*mv), t("packpulse.series.mv_year"),
            note=t("packpulse.degradation.interval", interval=between(mv[1], mv[2])),
        )  # fmt: skip
    return KeyFigure(
        label, plus_minus(trend.pct, trend.pct_low, trend.pct_high),
        t("packpulse.series.pct_year"),
        note=f"{plus_minus(*mv)}{NBSP}{t('packpulse.series.mv_year')}",
    )  # fmt: skip


def year_figure(view: SeriesView, options: TrendOptions) -> KeyFigure:
    """Loss per year in the analysts' word, with that for the bad end of the interval."""
    label, grades = t("packpulse.degradation.year"), view.grades
    if grades.per_year is None:
        return KeyFigure(label, NOTHING, note=t("packpulse.degradation.no_percent"))
    limit = numbers.number(options.loss_per_year[0][0])
    if view.trend.verdict == NOT_DISTINGUISHABLE:
        return KeyFigure(label, NOTHING, note=not_told(grades.per_year_worst, limit))
    return KeyFigure(
        label,
        t(f"packpulse.degradation.word.{grades.per_year}"),
        note=worst_words(grades.per_year_worst, limit),
    )


def cycle_figure(view: SeriesView, options: TrendOptions) -> KeyFigure:
    """Loss per counted cycle in the analysts' word."""
    label, grades = t("packpulse.degradation.cycle"), view.grades
    if grades.per_cycle is None:
        counted = view.projection.by_cycle is not None
        why = "no_percent" if counted else "no_cycles"
        return KeyFigure(label, NOTHING, note=t(f"packpulse.degradation.{why}"))
    limit = numbers.number(options.loss_per_cycle[0][0])
    if view.trend.verdict == NOT_DISTINGUISHABLE:
        return KeyFigure(label, NOTHING, note=not_told(grades.per_cycle_worst, limit))
    return KeyFigure(
        label,
        t(f"packpulse.degradation.word.{grades.per_cycle}"),
        note=worst_words(grades.per_cycle_worst, limit),
    )


def not_told(word: str | None, limit: str) -> str:
    """Why a loss gets no word: it cannot be told from zero; and that for its bad end."""
    return t(
        "packpulse.degradation.not_told", word=t(f"packpulse.degradation.word.{word}"), limit=limit
    )


def worst_words(word: str | None, limit: str) -> str:
    """The word for the bad end of the interval, and where the best word ends."""
    return t(
        "packpulse.degradation.worst", word=t(f"packpulse.degradation.word.{word}"), limit=limit
    )


# --- one series ---------------------------------------------------------------------------------


def show_fit(
    ctx: Context,
    report: TrendReport,
    view: SeriesView,
    choice: Choice,
    notes: Sequence[Annotation],
) -> None:
    """The series by day with its line, drawn on for as long as a year but no longer than seen."""
    factor = choice.factor
    figure = kept.drawn(
        trend_charts.build_fit_figure,
        view.x, factor * view.values,
        labels=series.chart_words(),
        unit=choice.unit,
        digits=choice.digits,
        y_title=t(f"packpulse.series.axis.{'apart' if choice.relative else 'sat'}"),
        weeks=(view.weeks, factor * view.week_means),
        incomplete=report.x[~report.days.charges.complete],
        pieces=pieces_of(view, factor),
        ray=ray_of(view, factor),
        phases=series.phases_of(trend_views.list_regimes(report)),
        events=series.events_of(ctx, notes),
        title=fit_title(view),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "fit-chart")
    chart.show_caption(context.caption(ctx, report.days, t("packpulse.degradation.fit.about")))


def pieces_of(view: SeriesView, factor: float) -> list[tuple[float, float, float, float]]:
    """The fitted line of each regime in the unit of the figure."""
    return [(one.start, one.end, factor * one.at_start, factor * one.at_end) for one in view.pieces]


def ray_of(view: SeriesView, factor: float, horizon: float | None = None) -> Ray | None:
    """The line drawn on with its interval, from the beginning of the last regime.

    Parameters
    ----------
    horizon : last day drawn; without it as many days as were seen, a year at most.
    """
    if not view.pieces:
        return None
    last = view.pieces[-1].end
    end = last + min(YEAR, view.trend.span) if horizon is None else horizon
    band = trend_views.line_ahead(view, max(end, last + 1))
    return Ray(band.x, factor * band.mid, factor * band.low, factor * band.high)


def fit_title(view: SeriesView) -> str:
    """How many regimes share one slope, and how much of the scatter it explains."""
    key = "packpulse.degradation.fit" + (".one" if view.trend.regimes == 1 else "")
    return t(
        key, regimes=numbers.number(view.trend.regimes), share=numbers.percent(view.trend.r2, 0)
    )


def show_slopes(view: SeriesView, choice: Choice) -> None:
    """Slope by each method and within each regime."""
    st.subheader(t("packpulse.degradation.slopes"))
    rows = [
        [
            t(f"packpulse.degradation.method.{one.method}"),
            slope_words(view, one.value),
            interval_words(view, one.low, one.high),
            numbers.number(one.r2, 2),
        ]
        for one in view.slopes
    ]
    for part in view.trend.per_regime if view.trend.regimes > 1 else ():
        name = t(
            "packpulse.degradation.method.within", number=str(part.regime + 1),
            n=numbers.number(part.n),
        )  # fmt: skip
        if not math.isfinite(part.value):
            rows.append([name, t("packpulse.degradation.too_short"), NOTHING, NOTHING])
            continue
        rows.append(
            [
                name, slope_words(view, part.value),
                interval_words(view, part.low, part.high), NOTHING,
            ]
        )  # fmt: skip
    per_year = "mv_year" if choice.relative else "pct_year"
    table.show_table(
        [
            t("packpulse.degradation.column.method"),
            f"{t('packpulse.degradation.slope')} [{t(f'packpulse.series.{per_year}')}]",
            t("packpulse.degradation.column.interval"),
            "R²",
        ],
        rows,
        numeric=(1, 2, 3),
    )
    chart.show_caption(t("packpulse.degradation.slopes.about"))


def scale_of(view: SeriesView) -> float:
    """From V/year to what is written: %/year of the baseline, or mV/year against the pack."""
    return 1000.0 if view.relative else 100.0 / abs(view.trend.baseline)


def decimals(*, relative: bool) -> int:
    """Of slopes in tables: 0.1 mV/year, 0.01 %/year."""
    return 1 if relative else 2


def slope_words(view: SeriesView, value: float) -> str:
    """A slope as the table writes it: the interval stands beside it."""
    return series.signed(scale_of(view) * value, decimals(relative=view.relative))


def interval_words(view: SeriesView, low: float, high: float) -> str:
    """The interval of a slope as the table writes it."""
    scale = scale_of(view)
    return between(scale * low, scale * high, digits=decimals(relative=view.relative))


def show_steps(report: TrendReport, view: SeriesView, choice: Choice) -> None:
    """What each change of regime did to the series."""
    st.subheader(t("packpulse.degradation.steps"))
    if not view.changes:
        chart.show_caption(t("packpulse.degradation.steps.none"))
        return
    rows = []
    regimes = trend_views.list_regimes(report)
    for regime, step in zip(regimes[1:], view.steps, strict=True):
        words = plus_minus(1000 * step.value, 1000 * step.low, 1000 * step.high)
        if step.refusal:
            words = t(f"packpulse.series.contrast.{step.refusal}")
        rows.append([series.day_text(regime.start), series.change_words(regime), words])
    table.show_table(
        [
            t("packpulse.trends.column.from"),
            t("packpulse.trends.column.change"),
            t(f"packpulse.degradation.column.step.{'apart' if choice.relative else 'sat'}"),
        ],
        rows,
        numeric=(2,),
    )
    chart.show_caption(t("packpulse.degradation.steps.about"))


# --- projection ---------------------------------------------------------------------------------


def show_projection(view: SeriesView, choice: Choice) -> None:
    """Levels at 5000 and 10000 counted cycles, and why no remaining life follows."""
    st.subheader(t("packpulse.degradation.projection"))
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        show_cycles(view, choice)
    with right:
        show_goals(view, choice)


def show_goals(view: SeriesView, choice: Choice) -> None:
    """The levels in a table, and the reasons where there are none."""
    rows = [goal_row(view, choice, one) for one in view.projection.at_cycles]
    life = view.projection.life.refusal or "not_a_health_signal"
    rows.append(
        [
            t("packpulse.degradation.goal.end", share=numbers.percent(END_OF_LIFE, 0)),
            t("packpulse.degradation.goal.not_told"), NOTHING, NOTHING,
        ]
    )  # fmt: skip
    columns = ("goal", "level", "share", "when")
    table.show_table(
        [t(f"packpulse.degradation.column.{one}") for one in columns], rows, numeric=(1, 2, 3)
    )
    seen = view.cycles[np.isfinite(view.cycles)]
    if view.projection.by_cycle is None:
        chart.show_caption(t("packpulse.degradation.no_cycles.mend"))
    else:
        stretch = [one.stretch for one in view.projection.at_cycles]
        chart.show_caption(
            t(
                "packpulse.degradation.stretch",
                seen=numbers.number(float(np.ptp(seen)), 0),
                first=numbers.number(stretch[0], 0), last=numbers.number(stretch[-1], 0),
            )
        )  # fmt: skip
    chart.show_caption(t(f"packpulse.degradation.life.{life}"))
    if view.trend.verdict == NOT_DISTINGUISHABLE:
        chart.show_caption(t("packpulse.degradation.flat"))


def goal_row(view: SeriesView, choice: Choice, goal: AtCycles) -> list[str]:
    """One level with its interval, absolute and in percent, and when at the present pace."""
    name = t("packpulse.degradation.goal", cycles=numbers.number(goal.cycles))
    if goal.refusal:
        return [name, t("packpulse.degradation.goal.not_told"), NOTHING, NOTHING]
    factor = choice.factor
    level = plus_minus(
        factor * goal.value, factor * goal.low, factor * goal.high, sign=choice.relative
    )
    ratio = NOTHING
    if math.isfinite(goal.ratio):
        words = plus_minus(
            100 * goal.ratio, 100 * goal.ratio_low, 100 * goal.ratio_high, sign=False
        )
        ratio = f"{words}{NBSP}%"
    when = (
        t("packpulse.degradation.years", years=numbers.number(goal.years, 0))
        if math.isfinite(goal.years)
        else NOTHING
    )
    return [name, f"{level}{NBSP}{choice.unit}", ratio, when]


def show_cycles(view: SeriesView, choice: Choice) -> None:
    """The series over counted cycles with its line drawn on."""
    band, factor = view.projection.by_cycle, choice.factor
    if band is None:
        states.notice(
            t("packpulse.degradation.no_cycles"), detail=t("packpulse.degradation.no_cycles.mend")
        )
        return
    base = view.trend.baseline
    lines = []
    bounds = None
    if math.isfinite(base):
        lines = [
            (base, t("packpulse.degradation.line.base")),
            (END_OF_LIFE * base, t("packpulse.degradation.line.end",
                                   share=numbers.percent(END_OF_LIFE, 0))),
        ]  # fmt: skip
        bounds = (WIDEST[0] * base, WIDEST[1] * base)
    figure = kept.drawn(
        trend_charts.build_cycles_figure,
        view.cycles, factor * view.values,
        Ray(band.x, factor * band.mid, factor * band.low, factor * band.high),
        [
            (one.cycles, factor * one.value, factor * one.low, factor * one.high)
            for one in view.projection.at_cycles
        ],
        labels={key: t(f"packpulse.degradation.chart.{key}") for key in ("day", "ray", "goal")},
        lines=lines,
        unit=choice.unit,
        digits=2 if choice.unit == "V" else 0,
        x_title=t("packpulse.degradation.axis.cycles"),
        y_title=t(f"packpulse.series.axis.{'apart' if choice.relative else 'sat'}"),
        bounds=bounds,
        title=cycles_title(view),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "cycles-chart")
    if bounds is not None and (band.low.min() < bounds[0] or band.high.max() > bounds[1]):
        chart.show_caption(t("packpulse.degradation.cycles.cut"))


def cycles_title(view: SeriesView) -> str:
    """What a cycle costs, with its interval."""
    value, low, high = view.projection.pct_per_cycle
    seen = numbers.number(float(np.ptp(view.cycles[np.isfinite(view.cycles)])), 0)
    if not math.isfinite(value):
        slope = [1e6 * one for one in view.projection.per_cycle]
        words = f"{plus_minus(*slope)}{NBSP}µV"
    else:
        words = f"{plus_minus(value, low, high)}{NBSP}%"
    return t("packpulse.degradation.cycles.title", rate=words, seen=seen)


# --- all cells ----------------------------------------------------------------------------------


def show_all(ctx: Context, report: TrendReport, choice: Choice) -> None:
    """Slopes of all cells of the packs shown: picture, table, export."""
    st.subheader(t("packpulse.degradation.all"))
    relative = pick_all(choice)
    frame = trend_views.slope_table(report, relative=relative)
    frame = frame[frame["pack"].isin(ctx.packs)].reset_index(drop=True)
    unit = "mv" if relative else "pct"
    if frame[f"slope_{unit}"].notna().any():
        show_caterpillar(ctx, frame, choice, relative=relative)
    else:
        say_all_refused(frame)
    show_slope_table(ctx, frame, relative=relative)


def pick_all(choice: Choice) -> bool:
    """Against the pack, where a sick cell shows, or as measured."""
    kinds = ("pack", "absolute")
    now = "absolute" if address.get("all") == "absolute" else "pack"
    st.segmented_control(
        t("packpulse.series.against"),
        kinds,
        format_func=lambda one: t(f"packpulse.series.against.{one}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("all", now),
    )
    return now == "pack"


def say_all_refused(frame: pd.DataFrame) -> None:
    """Say that no cell has a slope, and why."""
    reasons = frame["refusal"].value_counts()
    parts = [
        f"{numbers.number(int(count))} × {t(f'packpulse.series.refusal.{key}.short')}"
        for key, count in reasons.items()
    ]
    states.notice(t("packpulse.degradation.all.refused"), detail=", ".join(parts))


def show_caterpillar(ctx: Context, frame: pd.DataFrame, choice: Choice, *, relative: bool) -> None:
    """Slopes in order of size with their intervals; a click shows the cell above."""
    unit = "mv" if relative else "pct"
    per_year = t(f"packpulse.series.{'mv_year' if relative else 'pct_year'}")
    figure = kept.drawn(
        trend_charts.build_slopes_figure,
        [t("packpulse.trends.cell", cell=context.cell_name(*pair))
         for pair in zip(frame["pack"], frame["cell"], strict=True)],
        frame["pack"], frame["cell"], frame[f"slope_{unit}"], frame[f"low_{unit}"],
        frame[f"high_{unit}"], frame["verdict"].tolist(),
        verdict_names=series.verdict_names(),
        chosen=(choice.pack, choice.cell) if choice.pack and choice.cell else None,
        x_title=t("packpulse.degradation.axis.rank"),
        y_title=f"{t('packpulse.degradation.slope')} [{per_year}]",
        unit=per_year,
        title=all_title(frame),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    st.plotly_chart(
        figure, key="caterpillar", theme=None, config=chart.CONFIG, on_select=choose_clicked,
        selection_mode="points",
    )  # fmt: skip
    low, high = trend_charts.slope_range(
        frame[f"slope_{unit}"], frame[f"low_{unit}"], frame[f"high_{unit}"]
    )
    cut = int(((frame[f"low_{unit}"] < low) | (frame[f"high_{unit}"] > high)).sum())
    chart.show_caption(
        t(
            "packpulse.degradation.all.about",
            cells=numbers.number(len(ctx.battery.names)),
            cut=numbers.number(cut),
        )
    )


def choose_clicked() -> None:
    """Put the cell that was clicked into the URL."""
    points = st.session_state["caterpillar"].selection.points
    if points and points[0].get("customdata"):
        pack, cell = points[0]["customdata"][:2]
        address.put({"series": "cell", "cell": context.cell_name(int(pack), int(cell))})


def all_title(frame: pd.DataFrame) -> str:
    """How many decline, how many rise, of how many."""
    counts = frame["verdict"].value_counts()
    declines, rises = int(counts.get("declines", 0)), int(counts.get("rises", 0))
    key = "packpulse.degradation.all.title" + ("" if declines or rises else ".none")
    return t(
        key, declines=numbers.number(declines), rises=numbers.number(rises),
        all=numbers.number(len(frame)),
    )  # fmt: skip


def show_slope_table(ctx: Context, frame: pd.DataFrame, *, relative: bool) -> None:
    """Every cell, the steepest decline first, and the export."""
    unit = "mv" if relative else "pct"
    per_year = t(f"packpulse.series.{'mv_year' if relative else 'pct_year'}")
    names = ("cell", "n", "slope", "interval", "theil_sen", "r2", "p", "p_adjusted", "verdict")
    columns = [t(f"packpulse.degradation.column.{one}", unit=per_year) for one in names]
    ordered = frame.sort_values([f"slope_{unit}", "pack", "cell"], na_position="last")
    rows = kept.known(
        "slopes",
        (ctx.device, ordered, relative),
        lambda: [slope_row(ctx, row, relative=relative) for _, row in ordered.iterrows()],
    )
    with st.container(height=TABLE_HEIGHT, border=False):
        table.show_table(columns, rows, numeric=(1, 2, 3, 4, 5, 6, 7))
    units = {
        name: "mV/year" if name.endswith("_mv") else "%/year"
        for name in frame.columns
        if name.endswith(("_mv", "_pct"))
    }
    chart.show_export(
        "slopes", ordered, name=f"{ctx.device}_slopes", zone=ctx.window.zone,
        units=units | {"span_days": "d"},
    )  # fmt: skip


def slope_row(ctx: Context, row: pd.Series, *, relative: bool) -> list[str]:
    """A cell as text."""
    unit = "mv" if relative else "pct"
    low, high = row[f"low_{unit}"], row[f"high_{unit}"]
    digits = decimals(relative=relative)
    return [
        context.dossier_link(ctx, row["pack"], row["cell"]),
        numbers.number(row["n"]),
        series.signed(row[f"slope_{unit}"], digits),
        between(low, high, digits=digits),
        series.signed(row[f"theil_sen_{unit}"], digits),
        numbers.number(row["r2"], 2),
        p_cell(row["p"]),
        p_cell(row["p_adjusted"]),
        series.verdict_word(row["verdict"], row["refusal"] or None),
    ]


def p_cell(p: float) -> str:
    """``0.034``, or ``<0.001``."""
    return series.p_words(p).removeprefix(f"={NBSP}")
