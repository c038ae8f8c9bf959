"""Cells in their places and by day: which stand apart, since when, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import cell_charts, cell_views, trend_charts
from core.analytics.quality import Float
from core.cell_charts import ColourScale
from core.cell_views import CellField, Field
from pages.packs import context, kept, series
from pages.packs.context import Context
from pages.shared import address, chart, data, numbers, states, theme
from pages.shared.texts import current_language, t

VIEWS = ("layout", "days", "surface")
SCALES = ("relative", "absolute")
# Least half width of a scale of colours, and decimals of what is written, by unit.
LEAST = {"mV": 5.0, "V": 0.005, "K": 0.5, "°C": 0.5}
DIGITS = {"mV": 0, "V": 3, "K": 1, "°C": 1}


@dataclass(frozen=True)
class Choice:
    """What the heatmap shows.

    Attributes
    ----------
    fixed : the colours mean the same on every date.
    day : number of the local day on view.
    """

    view: str
    field: Field
    relative: bool
    fixed: bool
    rows: int
    day: int


def show(ctx: Context) -> None:
    """The tab."""
    fields = known_fields(ctx)
    field = next((one for one in fields if one == address.get("of")), fields[0])
    found = data.shared_report(
        ctx.store, cell_views.load_field, ctx.device, field, ctx.start, ctx.end
    )
    if found is None or not np.isfinite(found.values[:, context.in_packs(ctx)]).any():
        states.notice(t(f"packpulse.heatmap.none.{field}", device=ctx.device))
        return
    choice = pick_choice(ctx, found, fields)
    if choice.view == "layout":
        show_layout(ctx, found, choice)
    elif choice.view == "days":
        show_days(ctx, found, choice)
    else:
        show_surface(ctx, found, choice)


# --- choices ------------------------------------------------------------------------------------


def known_fields(ctx: Context) -> list[Field]:
    """Quantities that the cells have; temperature only where it is measured cell by cell."""
    if cell_views.has_temperatures(ctx.store, ctx.battery):
        return list(cell_views.FIELDS)
    return [one for one in cell_views.FIELDS if one != "temperature"]


def pick_choice(ctx: Context, found: CellField, fields: Sequence[Field]) -> Choice:
    """The row of choices, and the slider of days where one day is shown."""
    with in_a_row("heatmap-choices"):
        view = segmented("view", VIEWS)
        segmented("of", fields)
        relative = segmented("scale", SCALES) == "relative"
    if view != "layout":
        return Choice(
            view, found.field, relative, True, ctx.battery.rows_per_pack, int(found.day[-1])
        )
    with in_a_row("heatmap-day"):
        rows = pick_rows(ctx)
        fixed = segmented("colours", ("fixed", "day")) == "fixed"
        day = pick_day(found)
    context.say_unread("rows", str(rows), str(rows))
    context.say_unread("day", str(np.datetime64(day, "D")), context.day_name(day))
    return Choice(view, found.field, relative, fixed, rows, day)


def in_a_row(key: str) -> DeltaGenerator:
    """A row of choices."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=key)


def segmented(name: str, options: Sequence[str]) -> str:
    """One of a few, bound to the URL; the first by default."""
    chosen = next((one for one in options if one == address.get(name)), options[0])
    st.segmented_control(
        t(f"packpulse.heatmap.{name}"),
        options,
        format_func=lambda one: t(f"packpulse.heatmap.{name}.{one}"),
        required=True,
        **address.bound(name, chosen),
    )
    return chosen


def pick_rows(ctx: Context) -> int:
    """Rows in which the cells of a pack stand; the battery's own by default."""
    longest = max(int(n) for n in np.unique(ctx.battery.pack, return_counts=True)[1])
    choices = [str(one) for one in cell_views.row_choices(longest)]
    default = str(ctx.battery.rows_per_pack)
    if default not in choices:
        choices.append(default)
    asked = address.get("rows")
    chosen = asked if asked in choices else default
    st.selectbox(
        t("packpulse.heatmap.rows"), sorted(choices, key=int), width=110,
        **address.bound("rows", chosen),
    )  # fmt: skip
    return int(chosen)


def pick_day(found: CellField) -> int:
    """Day to show; the newest by default."""
    names = {str(np.datetime64(int(one), "D")): int(one) for one in found.day}
    asked = address.get("day")
    chosen = asked if asked in names else list(names)[-1]
    if len(names) > 1:
        st.select_slider(
            t("packpulse.heatmap.day"),
            list(names),
            format_func=lambda one: context.day_name(names[one]),
            **address.bound("day", chosen),
        )
    return names[chosen]


# --- pictures -----------------------------------------------------------------------------------


def scale_of(shown: Float, every: Float, found: CellField, choice: Choice) -> ColourScale | None:
    """Scale of the colours, from all days of the window or from the day on view."""
    unit = found.away_unit if choice.relative else found.unit
    limits = cell_views.colour_limits(
        every if choice.fixed else shown, centred=choice.relative, least=LEAST.get(unit, 1.0)
    )
    if limits is None:
        return None
    return ColourScale(*limits, unit, choice.relative, DIGITS.get(unit, 1))


def values_of(ctx: Context, found: CellField, choice: Choice) -> Float:
    """Values of the packs shown [day, cell], as the scale asks."""
    return (found.away if choice.relative else found.values)[:, context.in_packs(ctx)]


def counted(found: CellField, values: Float) -> Float:
    """Values of the days that count."""
    return np.where(found.complete[:, None], values, np.nan)


def show_layout(ctx: Context, found: CellField, choice: Choice) -> None:
    """One day, cells in their places."""
    mine = context.in_packs(ctx)
    pack, cell = np.array(ctx.battery.pack)[mine], np.array(ctx.battery.cell)[mine]
    values = values_of(ctx, found, choice)
    at = int(np.searchsorted(found.day, choice.day))
    scale = scale_of(values[at], counted(found, values), found, choice)
    scale = scale or scale_of(values[at], values, found, choice)
    if scale is None or not np.isfinite(values[at]).any():
        states.notice(t("packpulse.heatmap.empty_day", day=context.day_name(choice.day)))
        return
    faults = context.faults_of(ctx, context.load_weak(ctx))[mine]
    figure = kept.drawn(
        cell_charts.build_layout_figure,
        cell_views.place_cells(pack, cell, choice.rows), pack, cell, values[at],
        scale=scale,
        faults=faults.tolist(),
        fault_names=context.fault_names(),
        pack_names={one: context.pack_name(one) for one in ctx.packs},
        title=layout_title(ctx, found, choice, at),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    if not found.complete[at]:
        chart.show_caption(
            t("packpulse.heatmap.incomplete", reason=t(f"packpulse.state.{found.reason[at]}"))
        )
    context.show_cells_chart("layout", figure)
    beyond = int(((values[at] < scale.low) | (values[at] > scale.high)).sum())
    show_line(ctx, found, scale_words(scale, beyond), t("packpulse.heatmap.click"))


def layout_title(ctx: Context, found: CellField, choice: Choice, at: int) -> str:
    """Which cell stands furthest from its pack on the day."""
    mine = context.in_packs(ctx)
    away = found.away[at, mine]
    what = f"packpulse.heatmap.{found.field}.{'of' if found.complete[at] else 'incomplete'}"
    words = {"day": context.day_name(choice.day), "what": t(what)}
    if not np.isfinite(away).any():
        return t("packpulse.heatmap.title.plain", **words)
    far = int(np.nanargmax(np.abs(away)))
    name = context.cell_name(
        np.array(ctx.battery.pack)[mine][far], np.array(ctx.battery.cell)[mine][far]
    )
    return t(
        "packpulse.heatmap.title.layout", cell=name, unit=found.away_unit,
        away=context.signed(float(away[far]), DIGITS.get(found.away_unit, 1)), **words,
    )  # fmt: skip


def show_days(ctx: Context, found: CellField, choice: Choice) -> None:
    """All cells by day."""
    mine = context.in_packs(ctx)
    values = values_of(ctx, found, choice)
    scale = scale_of(values, counted(found, values), found, choice)
    if scale is None:
        states.notice(t("packpulse.heatmap.no_complete"), detail=t("packpulse.heatmap.try_low"))
        return
    faults = context.faults_of(ctx, context.load_weak(ctx))[mine]
    incomplete = int((~found.complete).sum())
    notes = series.read_notes(ctx)
    figure = kept.drawn(
        trend_charts.build_noted_figure,
        cell_charts.build_days_figure,
        found.day, values,
        np.array(ctx.battery.pack)[mine], np.array(ctx.battery.cell)[mine],
        complete=found.complete,
        incomplete_label=t("packpulse.heatmap.incomplete.day"),
        scale=scale,
        faults=faults.tolist(),
        fault_names=context.fault_names(),
        pack_names={one: context.pack_name(one) for one in ctx.packs},
        title=days_title(ctx, found, choice),
        events=series.events_of(ctx, notes),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    context.show_cells_chart("days", figure)
    series.say_notes(ctx, notes)
    key = "packpulse.heatmap.marked" + (".1" if incomplete == 1 else "")
    marked = t(key, count=numbers.number(incomplete)) if incomplete else ""
    beyond = counted(found, values)
    beyond_cells = int(((beyond < scale.low) | (beyond > scale.high)).any(axis=0).sum())
    show_line(
        ctx, found, scale_words(scale, beyond_cells), marked, t("packpulse.heatmap.click.weak")
    )


def days_title(ctx: Context, found: CellField, choice: Choice) -> str:
    """What is seen, of how many cells and days."""
    against = "relative" if choice.relative else "absolute"
    what = t(f"packpulse.heatmap.{found.field}.of")
    return t(
        "packpulse.heatmap.title.days",
        what=what[0].upper() + what[1:],
        cells=numbers.number(int(context.in_packs(ctx).sum())),
        days=numbers.number(len(found.day)),
        against=t(f"packpulse.heatmap.against.{against}"),
    )


def show_surface(ctx: Context, found: CellField, choice: Choice) -> None:
    """All cells by day as a surface."""
    mine = context.in_packs(ctx)
    values = counted(found, values_of(ctx, found, choice))
    scale = scale_of(values, values, found, choice)
    if scale is None:
        states.notice(t("packpulse.heatmap.no_complete"), detail=t("packpulse.heatmap.try_low"))
        return
    pairs = zip(np.array(ctx.battery.pack)[mine], np.array(ctx.battery.cell)[mine], strict=True)
    figure = kept.drawn(
        cell_charts.build_surface_figure,
        found.day, values,
        cell_names=[context.cell_name(*pair) for pair in pairs],
        scale=scale,
        y_title=t("packpulse.column.cell"),
        z_title=f"{t(f'packpulse.heatmap.of.{found.field}')} [{scale.unit}]",
        title=days_title(ctx, found, choice),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "surface")
    beyond = int(((values < scale.low) | (values > scale.high)).any(axis=0).sum())
    show_line(ctx, found, scale_words(scale, beyond), t("packpulse.heatmap.surface"))


# --- words --------------------------------------------------------------------------------------


def scale_words(scale: ColourScale, beyond: int) -> str:
    """Where the colours end, and how many cells lie beyond."""
    digits = DIGITS.get(scale.unit, 1)
    words = t(
        "packpulse.heatmap.ends.centred" if scale.centred else "packpulse.heatmap.ends",
        low=numbers.number(scale.low, digits),
        high=numbers.number(scale.high, digits),
        unit=scale.unit,
    )
    if beyond:
        words += f" ({t('packpulse.heatmap.beyond', count=numbers.number(beyond))})"
    return words


def show_line(ctx: Context, found: CellField, *parts: str) -> None:
    """The quiet line below a picture."""
    words = [
        t("chart.buckets", step=numbers.level("1d")),
        t("chart.stands_for", count=numbers.number(found.stands_for, 0)),
        *(part for part in parts if part),
        ctx.window.zone,
    ]
    chart.show_caption(" · ".join(words))
