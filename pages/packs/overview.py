"""Overview of the cells: SAT voltage, who stands apart, which charges count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import cell_charts, trend_charts
from core.analytics.cells import FULL_SOC, pack_table, possible, sat_table
from core.annotations import Annotation
from core.cell_charts import Highlight
from core.cell_days import CellDays
from core.cell_views import PackCourse, calendar_of_charges, pack_courses
from core.weak_cells import WeakCells
from pages.packs import context, kept, series
from pages.packs.context import Context
from pages.shared import chart, numbers, states, table, theme
from pages.shared.texts import current_language, t

MOST_HIGHLIGHTS = 4
RECENT_DAYS = 30
MOST_LISTED = 8


def show(ctx: Context) -> None:
    """The tab."""
    days, weak = context.load_days(ctx), context.load_weak(ctx)
    if weak.refusal:
        context.say_refusal(weak)
    else:
        st.subheader(headline(ctx, weak))
    chart.show_caption(about(ctx))
    notes = series.read_notes(ctx)
    if np.isfinite(days.valid[:, context.in_packs(ctx)]).any():
        show_sat(ctx, days, weak, notes)
        left, right = st.columns(2, gap="medium")
        with left:
            show_spread(ctx, days, weak)
        with right:
            show_weakest(ctx, weak)
            show_packs(ctx, days)
    else:
        say_no_sat(ctx, days)
    show_charges(ctx, days, notes)
    series.say_notes(ctx, notes)


# --- words --------------------------------------------------------------------------------------


def headline(ctx: Context, weak: WeakCells) -> str:
    """One sentence on the cells of the packs shown."""
    mine = weak.table[weak.table["pack"].isin(ctx.packs)]
    faulty = mine[context.is_weak(mine["fault"])]
    unknown = int((mine["fault"] == "unknown").sum())
    every = numbers.number(len(mine) - unknown)
    counts = faulty["fault"].value_counts()
    causes = ", ".join(
        f"{numbers.number(int(count))} {t(f'packpulse.fault.{name}')}"
        for name, count in counts.items()
    )
    key = {0: "packpulse.overview.healthy", 1: "packpulse.overview.weak.1"}.get(
        len(faulty), "packpulse.overview.weak"
    )
    words = t(key, count=numbers.number(len(faulty)), all=every, causes=causes)
    if unknown:
        words += " " + t("packpulse.overview.unjudged", count=numbers.number(unknown))
    return words


def about(ctx: Context) -> str:
    """What SAT voltage is and is not; how the chemistry is known where it was guessed."""
    words = t("packpulse.overview.about")
    if ctx.battery.chemistry_from != "fact":
        words += " " + t("packpulse.overview.guessed", name=ctx.battery.chemistry.name)
    return words


def rule(days: CellDays) -> str:
    """When a charge counts as complete."""
    limits = days.battery.chemistry
    return t(
        f"packpulse.overview.rule.{days.charges.by}",
        soc=numbers.percent(FULL_SOC),
        low=numbers.number(limits.sat_low, 2),
        chemistry=limits.name,
    )


def say_no_sat(ctx: Context, days: CellDays) -> None:
    """Say that no charge was complete, and what that would take."""
    sat = possible(days.sat, days.battery.chemistry)
    top = float(np.nanmax(sat)) if np.isfinite(sat).any() else float("nan")
    states.notice(
        t("packpulse.overview.sat.none"),
        detail=t(
            "packpulse.overview.sat.none.mend", rule=rule(days),
            top=numbers.quantity(top, "V", 3),
        ),
    )  # fmt: skip


# --- charts -------------------------------------------------------------------------------------


def show_sat(ctx: Context, days: CellDays, weak: WeakCells, notes: Sequence[Annotation]) -> None:
    """SAT voltage by day: medians of the packs, envelope of the cells, cells that stand apart."""
    mine, pack = context.in_packs(ctx), np.array(ctx.battery.pack)
    courses = pack_courses(days.valid[:, mine], pack[mine])
    every = sorted(set(ctx.battery.pack))
    figure = kept.drawn(
        trend_charts.build_noted_figure,
        cell_charts.build_sat_figure,
        days.day,
        courses,
        labels=[
            t("packpulse.overview.median", pack=context.pack_name(one.pack)) for one in courses
        ],
        styles=[every.index(one.pack) for one in courses],
        highlights=highlights(ctx, days, weak),
        envelope_label=t("packpulse.overview.envelope"),
        y_title=t("packpulse.overview.sat.axis"),
        title=sat_title(courses),
        events=series.events_of(ctx, notes),
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "sat")
    complete = int(days.charges.complete.sum())
    count = t("packpulse.of", part=numbers.number(complete), all=numbers.number(len(days.day)))
    chart.show_caption(context.caption(ctx, days, f"{t('packpulse.charges')}: {count}"))


def sat_title(courses: list[PackCourse]) -> str:
    """How far packs and cells lie apart on a usual day."""
    medians = np.stack([one.median for one in courses])
    # fmin and fmax pass over missing values and know nothing to say of days without any
    low = np.fmin.reduce([one.low for one in courses])
    high = np.fmax.reduce([one.high for one in courses])
    apart = numbers.number(1000 * float(np.nanmax(np.ptp(medians, axis=0))), 0)
    cells = numbers.number(1000 * float(np.nanmedian(high - low)), 0)
    key = "packpulse.overview.sat.title" + (".one" if len(courses) == 1 else "")
    return t(key, spread=apart, cells=cells)


def highlights(ctx: Context, days: CellDays, weak: WeakCells) -> list[Highlight]:
    """The chosen cell, then the weakest of the packs shown."""
    chosen = [ctx.cell] if ctx.cell and ctx.cell[0] in ctx.packs else []
    for _, row in context.ranked(weak).iterrows():
        pair = (int(row["pack"]), int(row["cell"]))
        if pair not in chosen and pair[0] in ctx.packs:
            chosen.append(pair)
    fault = dict(zip(zip(weak.table["pack"], weak.table["cell"], strict=True),
                     weak.table["fault"], strict=True)) if len(weak.table) else {}  # fmt: skip
    return [
        Highlight(
            context.cell_name(*pair), fault.get(pair, "unknown"),
            days.valid[:, ctx.battery.place(*pair)],
        )
        for pair in chosen[:MOST_HIGHLIGHTS]
    ]  # fmt: skip


def show_spread(ctx: Context, days: CellDays, weak: WeakCells) -> None:
    """Where each cell stands against its pack."""
    rows = recent_table(ctx, days)
    faults = context.faults_of(ctx, weak)
    known = rows.dropna(subset=["relative_mv"])
    furthest = known.iloc[int(known["relative_mv"].abs().argmax())] if len(known) else None
    figure = kept.drawn(
        cell_charts.build_strip_figure,
        rows["pack"], rows["cell"], rows["relative_mv"], faults[context.in_packs(ctx)].tolist(),
        fault_names=context.fault_names(),
        pack_names={one: context.pack_name(one) for one in ctx.packs},
        y_title=t("packpulse.overview.spread.axis"),
        unit="mV",
        title="" if furthest is None else t(
            "packpulse.overview.spread.title",
            days=recent_days(days),
            cell=context.cell_name(furthest["pack"], furthest["cell"]),
            mv=numbers.number(furthest["relative_mv"], 0),
        ),
        theme=theme.kind(),
        language=current_language(),
        height=430,
    )  # fmt: skip
    context.show_cells_chart("spread", figure)
    chart.show_caption(t("packpulse.overview.spread.caption"))


def recent_days(days: CellDays) -> str:
    """So many of the last days are looked at."""
    return numbers.number(min(RECENT_DAYS, int(days.day[-1] - days.day[0]) + 1))


def recent_table(ctx: Context, days: CellDays) -> pd.DataFrame:
    """A row a cell of the packs shown, from complete charges."""
    pack, cell = np.array(ctx.battery.pack), np.array(ctx.battery.cell)
    mine = context.in_packs(ctx)
    return sat_table(days.day, days.valid[:, mine], pack[mine], cell[mine], RECENT_DAYS)


def show_charges(ctx: Context, days: CellDays, notes: Sequence[Annotation]) -> None:
    """Which days count, and why the others do not."""
    calendar = calendar_of_charges(days)
    counts = calendar["state"].value_counts()
    names = {
        state: t(
            "packpulse.state.count",
            state=t(f"packpulse.state.{state}"),
            count=numbers.number(int(counts.get(state, 0))),
        )
        for state in (
            "complete",
            "soc_low",
            "voltage_low",
            "voltage_high",
            "no_charge",
            "no_data",
        )
    }
    figure = kept.drawn(
        trend_charts.build_noted_figure,
        cell_charts.build_charges_figure,
        calendar["day"],
        calendar["state"].tolist(),
        names=names,
        title=t(
            "packpulse.overview.charges.title",
            complete=numbers.number(int(counts.get("complete", 0))),
            all=numbers.number(len(calendar)),
        ),
        events=series.events_of(ctx, notes),
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "charges")
    chart.show_caption(f"{t('packpulse.state.complete')}: {rule(days)} · {ctx.window.zone}")


# --- tables -------------------------------------------------------------------------------------


def show_weakest(ctx: Context, weak: WeakCells) -> None:
    """The cells that limit most, with the cause."""
    st.markdown(f"**{t('packpulse.overview.weakest.title')}**")
    faulty = context.ranked(weak)
    faulty = faulty[faulty["pack"].isin(ctx.packs)] if len(faulty) else faulty
    if not len(faulty):
        words = weak.refusal and t(f"packpulse.refusal.{weak.refusal}.short")
        chart.show_caption(words or t("packpulse.overview.weakest.none"))
        return
    rows = [
        (
            context.dossier_link(ctx, row["pack"], row["cell"]),
            t(f"packpulse.fault.{row['fault']}"),
            context.evidence(row),
            context.limits_words(row),
        )
        for _, row in faulty.head(MOST_LISTED).iterrows()
    ]
    table.show_table([t(f"packpulse.column.{c}") for c in ("cell", "fault", "evidence", "limits")],
                     rows)  # fmt: skip
    words = t("packpulse.overview.weakest.judged", span=context.judged_span(ctx, weak))
    if len(faulty) > MOST_LISTED:
        more = numbers.number(len(faulty) - MOST_LISTED)
        words += " · " + t(
            "packpulse.overview.weakest.more", count=more, tab=t("packpulse.tab.weak")
        )
    chart.show_caption(words)


def show_packs(ctx: Context, days: CellDays) -> None:
    """A row a pack."""
    st.markdown(f"**{t('packpulse.overview.packs.title', days=recent_days(days))}**")
    packs = pack_table(recent_table(ctx, days))
    rows = [
        (
            context.pack_name(int(one["pack"])),
            numbers.number(one["median_v"], 3),
            numbers.number(one["spread_mv"], 0),
            numbers.number(one["sigma_mv"], 1),
            edge_cell(one, "weakest"),
            edge_cell(one, "strongest"),
        )
        for _, one in packs.iterrows()
    ]
    columns = ("pack", "median", "spread", "sigma", "lowest", "highest")
    table.show_table([t(f"packpulse.column.{c}") for c in columns], rows, numeric=(1, 2, 3))


def edge_cell(one: pd.Series, side: str) -> str:
    """``3.22 (−8)``."""
    if not np.isfinite(one[f"{side}_mv"]):
        return numbers.NOTHING
    name = context.cell_name(one["pack"], one[f"{side}_cell"])
    return f"{name} ({context.signed(one[f'{side}_mv'], 0)})"
