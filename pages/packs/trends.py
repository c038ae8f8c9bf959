"""Courses of the SAT voltage: what all cells share, what sets cells apart, what events changed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import pack_trends, trend_charts, trend_views
from core.analytics.contrasts import Contrast, MonthRate
from core.analytics.quality import Float
from core.annotations import Annotation
from core.cell_charts import pack_style
from core.cell_days import local_days
from core.charts import HUES, TOKENS
from core.pack_trends import TrendReport
from core.trend_charts import Course, Ray
from pages.packs import context, kept, series
from pages.packs.context import Context
from pages.packs.series import between, plus_minus
from pages.shared import address, chart, numbers, states, table, theme
from pages.shared.numbers import NOTHING
from pages.shared.texts import current_language, t

MOST_CELLS = 6
LEAST_SHARE_DAYS = 14  # below, a share of variance over days tells nothing
CELL_HUES = ("import", "export", "pv", "price", "other", "load")
MEANS = ("day", "week")
MONTHS_A_YEAR = 12
MONTH_COLUMNS = ("month", "days", "rate_m", "interval")
LONGEST_NOTE = 90


def show(ctx: Context) -> None:
    """The tab."""
    notes = series.read_notes(ctx)
    report = series.load_report(ctx, notes)
    if not np.isfinite(report.common).any():
        say_none(report)
        return
    st.subheader(headline(report))
    chart.show_caption(t("packpulse.trends.about"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="courses"):
        cells = pick_cells(ctx)
        weekly = pick_mean() == "week"
    show_courses(ctx, report, notes, cells, weekly=weekly)
    show_apart(ctx, report, notes, cells)
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        show_regimes(report)
    with right:
        show_packs(ctx, report)
    show_notes(ctx, report, notes, cells)
    show_months(ctx, report, cells)
    show_export(ctx, report)


# --- words --------------------------------------------------------------------------------------


def say_none(report: TrendReport) -> None:
    """Say that no charge was complete, and what a course of the SAT voltage would take."""
    states.notice(
        t("packpulse.trends.none"),
        detail=t(
            "packpulse.trends.none.mend",
            days=numbers.number(len(report.x)),
            low=numbers.number(report.days.battery.chemistry.sat_low, 2),
            high=numbers.number(report.days.battery.chemistry.sat_high, 2),
        ),
    )  # fmt: skip


def headline(report: TrendReport) -> str:
    """How much of what moves is common to all cells, and in how many regimes."""
    share = known_share(report)
    key = "packpulse.trends.headline"
    if not math.isfinite(share):
        key += ".unknown"
    elif report.regimes.count == 1:
        key += ".one"
    return t(
        key, share=numbers.percent(share, 0), regimes=numbers.number(report.regimes.count),
        days=numbers.number(int(np.isfinite(report.common).sum())),
    )  # fmt: skip


def known_share(report: TrendReport) -> float:
    """Share of the variance that cells have in common; NaN where days are too few to tell."""
    few = np.isfinite(report.common).sum() < LEAST_SHARE_DAYS
    return math.nan if few else report.common_share


# --- choices ------------------------------------------------------------------------------------


def pick_cells(ctx: Context) -> list[tuple[int, int]]:
    """Cells drawn by themselves, ``cells=3.17&cells=3.22`` in the URL."""
    pairs = {
        context.cell_name(*pair): pair for pair in series.cells_of(ctx) if pair[0] in ctx.packs
    }
    asked = [name for name in address.get_all("cells") if name in pairs][:MOST_CELLS]
    if not asked and address.get("cells") != "none":
        asked = [context.cell_name(*pair) for pair in default_cells(ctx)]
    st.session_state["url-cells"] = asked
    names = st.multiselect(
        t("packpulse.trends.cells"),
        list(pairs),
        max_selections=MOST_CELLS,
        width=420,
        placeholder=t("packpulse.trends.cells.none"),
        key="url-cells",
        on_change=lambda: address.put({"cells": st.session_state["url-cells"] or "none"}),
    )
    return [pairs[name] for name in names]


def default_cells(ctx: Context) -> list[tuple[int, int]]:
    """The cell of the URL, or the two weakest of the packs shown."""
    if ctx.cell and ctx.cell[0] in ctx.packs:
        return [ctx.cell]
    ranked = context.ranked(context.load_weak(ctx))
    if not len(ranked):
        return []
    mine = ranked[ranked["pack"].isin(ctx.packs)].head(2)
    return [(int(row["pack"]), int(row["cell"])) for _, row in mine.iterrows()]


def pick_mean() -> str:
    """Days, or weekly means."""
    now = "week" if address.get("mean") == "week" else "day"
    st.segmented_control(
        t("packpulse.trends.mean"),
        MEANS,
        format_func=lambda one: t(f"packpulse.trends.mean.{one}"),
        required=True,
        **address.bound("mean", now),
    )
    return now


# --- charts -------------------------------------------------------------------------------------


def cell_colour(place: int) -> str:
    """Colour of the chosen cell at `place`; packs have a family of their own."""
    return HUES[theme.kind()][CELL_HUES[place % len(CELL_HUES)]]


def courses_of(
    ctx: Context, report: TrendReport, cells: Sequence[tuple[int, int]], *, weekly: bool
) -> list[Course]:
    """Medians of the packs shown and the chosen cells."""
    found = []
    for at, pack in enumerate(report.pack_numbers):
        if pack not in ctx.packs:
            continue
        colour, dash = pack_style(at, theme.kind())
        days, values = course(report, report.by_pack[:, at], weekly=weekly)
        found.append(Course(context.pack_name(pack), colour, dash, days, values))
    for place, pair in enumerate(cells):
        values = report.days.valid[:, report.days.battery.place(*pair)]
        days, values = course(report, values, weekly=weekly)
        name = t("packpulse.trends.cell", cell=context.cell_name(*pair))
        found.append(Course(name, cell_colour(place), "solid", days, values, 1.8))
    return found


def course(report: TrendReport, values: Float, *, weekly: bool) -> tuple[Float, Float]:
    """Days and values, or first days and means of weeks."""
    if not weekly:
        return report.x, values
    return trend_views.weekly_course(report, values)


def show_courses(
    ctx: Context,
    report: TrendReport,
    notes: Sequence[Annotation],
    cells: Sequence[tuple[int, int]],
    *,
    weekly: bool,
) -> None:
    """SAT voltage of packs and chosen cells."""
    incomplete = report.x[~report.days.charges.complete]
    figure = kept.drawn(
        trend_charts.build_courses_figure,
        courses_of(ctx, report, cells, weekly=weekly),
        y_title=t("packpulse.overview.sat.axis"),
        step=7.0 if weekly else 1.0,
        phases=series.phases_of(trend_views.list_regimes(report)),
        events=series.events_of(ctx, notes),
        incomplete=incomplete,
        incomplete_label=t("packpulse.series.chart.incomplete"),
        span=(float(report.x[0]), float(report.x[-1])),
        title=courses_title(ctx, report),
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "courses-chart")
    parts = []
    if len(incomplete):
        parts.append(t("packpulse.trends.incomplete", count=numbers.number(len(incomplete))))
    if weekly:
        parts.append(t("packpulse.trends.weekly"))
    chart.show_caption(context.caption(ctx, report.days, *parts))


def courses_title(ctx: Context, report: TrendReport) -> str:
    """How the median of all cells moved, and how far packs lie apart."""
    known = report.common[np.isfinite(report.common)]
    shown = [at for at, pack in enumerate(report.pack_numbers) if pack in ctx.packs]
    medians = report.by_pack[:, shown]
    both = medians[np.isfinite(medians).all(axis=1)]
    apart = float(np.median(np.ptp(both, axis=1))) if len(both) and len(shown) > 1 else math.nan
    key = "packpulse.trends.courses" + ("" if math.isfinite(apart) else ".one")
    return t(
        key, low=numbers.number(float(known.min()), 3), high=numbers.number(float(known.max()), 3),
        apart=numbers.number(1000 * apart, 0),
    )  # fmt: skip


def show_apart(
    ctx: Context,
    report: TrendReport,
    notes: Sequence[Annotation],
    cells: Sequence[tuple[int, int]],
) -> None:
    """What all cells have in common, apart from how far each is from its pack."""
    spread = trend_views.spread_of(report, context.in_packs(ctx).tolist())
    mine = [
        Course(
            t("packpulse.trends.cell", cell=context.cell_name(*pair)), cell_colour(place), "solid",
            report.x, 1000 * report.deviation[:, report.days.battery.place(*pair)], 1.8,
        )
        for place, pair in enumerate(cells)
    ]  # fmt: skip
    figure = kept.drawn(
        trend_charts.build_apart_figure,
        Course(
            t("packpulse.trends.common"), TOKENS[theme.kind()]["text"], "solid", report.x,
            report.common, 1.4,
        ),
        mine,
        Ray(report.x, (), 1000 * spread.low, 1000 * spread.high),
        Ray(report.x, (), 1000 * spread.least, 1000 * spread.greatest),
        inner_label=t("packpulse.trends.inner"),
        outer_label=t("packpulse.trends.outer"),
        common_title=t("packpulse.trends.common.axis"),
        apart_title=t("packpulse.trends.apart.axis"),
        phases=series.phases_of(trend_views.list_regimes(report)),
        events=series.events_of(ctx, notes),
        span=(float(report.x[0]), float(report.x[-1])),
        title=apart_title(report, cells),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "apart-chart")
    chart.show_caption(
        t("packpulse.trends.apart.about", share=numbers.percent(known_share(report), 1))
        if math.isfinite(known_share(report))
        else t("packpulse.trends.apart.unknown")
    )


def apart_title(report: TrendReport, cells: Sequence[tuple[int, int]]) -> str:
    """Where the first chosen cell stands now, or what is drawn."""
    recent = report.x > report.x[-1] - trend_views.RECENT_DAYS
    for pair in cells[:1]:
        late = report.deviation[recent, report.days.battery.place(*pair)]
        late = late[np.isfinite(late)]
        if len(late):
            away = 1000 * float(np.median(late))
            key = "packpulse.trends.apart" + (".above" if away > 0 else ".below")
            return t(
                key,
                cell=context.cell_name(*pair),
                mv=numbers.number(abs(away), 0),
                days=numbers.number(int(recent.sum())),
            )
    return t("packpulse.trends.apart.plain")


# --- tables -------------------------------------------------------------------------------------


def show_regimes(report: TrendReport) -> None:
    """Operating regimes and what began each."""
    regimes = trend_views.list_regimes(report)
    key = "packpulse.trends.regimes" + (".one" if len(regimes) == 1 else "")
    st.subheader(t(key, count=numbers.number(len(regimes))))
    table.show_table(
        [t(f"packpulse.trends.column.{one}") for one in ("no", "from", "n", "level", "change")],
        [
            [
                str(one.number + 1), series.day_text(one.start), numbers.number(one.complete),
                numbers.number(one.level, 3), series.change_words(one),
            ]
            for one in regimes
        ],
        numeric=(2, 3),
    )  # fmt: skip
    chart.show_caption(t("packpulse.trends.regimes.about"))


def show_packs(ctx: Context, report: TrendReport) -> None:
    """Packs beside each other."""
    frame = trend_views.compare_packs(report)
    st.subheader(t("packpulse.trends.packs"))
    columns = ("pack", "n", "recent", "apart", "rate", "verdict")
    table.show_table(
        [t(f"packpulse.trends.column.{one}") for one in columns],
        [pack_row(row) for _, row in frame.iterrows() if int(row["pack"]) in ctx.packs],
        numeric=(1, 2, 3, 4),
    )
    chart.show_caption(t("packpulse.trends.packs.about"))


def pack_row(row: pd.Series) -> list[str]:
    """A pack as text."""
    return [
        context.pack_name(int(row["pack"])),
        numbers.number(int(row["n"])),
        numbers.number(float(row["recent_v"]), 3),
        series.signed(float(row["apart_mv"]), 1),
        plus_minus(row["slope_mv"], row["low_mv"], row["high_mv"]),
        series.verdict_word(row["verdict"], row["refusal"]),
    ]


def show_notes(
    ctx: Context,
    report: TrendReport,
    notes: Sequence[Annotation],
    cells: Sequence[tuple[int, int]],
) -> None:
    """What people noted, with the difference before and after; nothing without notes."""
    if not notes:
        return
    st.subheader(t("packpulse.trends.notes"))
    columns = ["no", "from", "kind", "where", "text", "battery", "apart_change"]
    table.show_table(
        [t(f"packpulse.trends.column.{one}") for one in columns],
        [note_row(ctx, report, one, place, cells) for place, one in enumerate(notes, 1)],
        numeric=(5, 6),
    )
    chart.show_caption(t("packpulse.trends.notes.about"))


def note_row(
    ctx: Context,
    report: TrendReport,
    note: Annotation,
    place: int,
    cells: Sequence[tuple[int, int]],
) -> list[str]:
    """A note as text; the cell is its own, else the first one chosen."""
    day = float(local_days(np.array([note.at], np.int64), ctx.store.zone)[0])
    own = (note.pack or 0, note.cell or 0)
    pair = own if own in set(series.cells_of(ctx)) else next(iter(cells), None)
    effect = pack_trends.event_effect(report, day, *(pair or (None, None)))
    apart = contrast_words(effect.apart)
    if pair and effect.apart and not effect.apart.refusal:
        apart = f"{context.cell_name(*pair)}: {apart}"
    return [
        f"N{place}", series.day_text(day), t(f"packpulse.trends.kind.{note.kind}"),
        where_words(note), table.cut(note.text.replace("\n", " "), most=LONGEST_NOTE),
        contrast_words(effect.system), apart,
    ]  # fmt: skip


def where_words(note: Annotation) -> str:
    """Pack or cell that a note is about, or all of it."""
    if note.pack is None:
        return t("packpulse.trends.where.all")
    if note.cell is None:
        return context.pack_name(note.pack)
    return context.cell_name(note.pack, note.cell)


def contrast_words(found: Contrast | None) -> str:
    """``−12.0 ± 3.1``, or why there is no figure."""
    if found is None:
        return NOTHING
    if found.refusal:
        return t(f"packpulse.series.contrast.{found.refusal}")
    return plus_minus(1000 * found.value, 1000 * found.low, 1000 * found.high)


# --- months -------------------------------------------------------------------------------------


def show_months(ctx: Context, report: TrendReport, cells: Sequence[tuple[int, int]]) -> None:
    """Change within each month, of the battery, a pack or a chosen cell."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="months"):
        pack, cell, relative = pick_months_of(ctx, cells)
    view = trend_views.view_series(
        report, pack, cell, relative=relative, options=series.read_options()
    )
    known = [one for one in view.months if not one.refusal]
    if not known:
        states.notice(t("packpulse.trends.months.none"), detail=t("packpulse.trends.months.mend"))
        return
    factor = 1000 / MONTHS_A_YEAR
    clear = sum(one.low > 0 or one.high < 0 for one in known)
    figure = kept.drawn(
        trend_charts.build_months_figure,
        [month_name(one.year, one.month) for one in known],
        [factor * one.value for one in known],
        [factor * one.low for one in known],
        [factor * one.high for one in known],
        [one.n for one in known],
        y_title=t("packpulse.trends.months.axis"),
        unit=t("packpulse.trends.months.unit"),
        title=t(
            "packpulse.trends.months.title",
            clear=numbers.number(clear), all=numbers.number(len(known)),
        ),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    left, right = st.columns([0.58, 0.42], gap="medium")
    with left:
        chart.show_figure(figure, "months-chart")
        chart.show_caption(t("packpulse.trends.months.about"))
    with right:
        table.show_table(
            [t(f"packpulse.trends.column.{one}") for one in MONTH_COLUMNS],
            [month_row(one) for one in view.months],
            numeric=(1, 2, 3),
        )  # fmt: skip


def month_row(one: MonthRate) -> list[str]:
    """A month as text."""
    name, count = month_name(one.year, one.month), numbers.number(one.n)
    if one.refusal:
        return [name, count, t(f"packpulse.series.contrast.{one.refusal}"), NOTHING]
    value, low, high = (1000 / MONTHS_A_YEAR * part for part in (one.value, one.low, one.high))
    return [name, count, series.signed(value, 1), between(low, high, digits=1)]


def pick_months_of(
    ctx: Context, cells: Sequence[tuple[int, int]]
) -> tuple[int | None, int | None, bool]:
    """Whose months are shown, ``months=`` in the URL: ``all``, a pack, a cell, or ``3.22-pack``."""
    choices: dict[str, tuple[str, tuple[int | None, int | None, bool]]] = {
        "all": (t("packpulse.series.battery"), (None, None, False))
    }
    if len(set(ctx.battery.pack)) > 1:
        choices |= {str(pack): (context.pack_name(pack), (pack, None, False)) for pack in ctx.packs}
    for pack, cell in cells:
        name = context.cell_name(pack, cell)
        words = t("packpulse.trends.cell", cell=name)
        choices[name] = (words, (pack, cell, False))
        choices[f"{name}-pack"] = (t("packpulse.trends.cell.apart", cell=words), (pack, cell, True))
    asked = address.get("months")
    now = asked if asked in choices else "all"
    st.selectbox(
        t("packpulse.trends.months"), list(choices), format_func=lambda one: choices[one][0],
        width=300, **address.bound("months", now),
    )  # fmt: skip
    return choices[now][1]


def month_name(year: int, month: int) -> str:
    """``Mar 2025`` or ``03.2025``."""
    if current_language() == "de":
        return f"{month:02d}.{year}"
    return f"{np.datetime64(f'{year}-{month:02d}').item():%b} {year}"


# --- export -------------------------------------------------------------------------------------


def show_export(ctx: Context, report: TrendReport) -> None:
    """SAT voltage, deviation and regime by day and cell of the packs shown."""
    frame = trend_views.daily_table(report, ctx.packs)
    chart.show_export(
        "trends", frame, name=f"{ctx.device}_sat", zone=ctx.window.zone,
        units={"sat": "V", "deviation_mv": "mV"},
    )  # fmt: skip
