"""Weak cells: which fault is it, what says so, balance it or replace it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import cell_charts
from core.cell_views import FaultLimits, fault_limits
from core.weak_cells import WeakCells
from pages.packs import context, kept
from pages.packs.context import THRESHOLDS, Context
from pages.shared import address, chart, numbers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP
from pages.shared.texts import current_language, t

REGIONS = ("capacity", "offset_high", "offset_low", "undecided")
ADVICE = {
    "capacity": "replace",
    "offset_high": "balance",
    "offset_low": "balance",
    "self_discharge": "balance_watch",
    "resistance": "watch",
    "sensor": "sensor",
    "undecided": "watch",
}
MOST_LISTED = 30
MENDED_BY_THRESHOLDS = ("no_rests", "no_empty_end", "no_full_end")
EXPORTED_UNITS = {
    "empty_ah": "Ah", "full_ah": "Ah", "empty_rest_mv": "mV", "full_rest_mv": "mV",
    "empty_mv": "mV", "full_mv": "mV", "drift_ah_day": "Ah/d", "drift_low": "Ah/d",
    "drift_high": "Ah/d", "resistance_ratio": "1", "resistance_mohm": "mΩ", "move_ah": "Ah",
    "move_half_ah": "Ah",
}  # fmt: skip


def show(ctx: Context) -> None:
    """The tab."""
    weak = context.load_weak(ctx)
    if weak.refusal or weak.found is None:
        context.say_refusal(weak)
        if weak.refusal in MENDED_BY_THRESHOLDS:
            show_thresholds()
        return
    mine = weak.table[weak.table["pack"].isin(ctx.packs)]
    limits = fault_limits(weak.found, context.read_options(), ctx.battery.capacity_ah)
    say_basis(ctx, weak)
    chart.show_key_figures(gains(weak))
    show_faulty(ctx, weak)
    left, right = st.columns([0.58, 0.42], gap="medium")
    with left:
        show_ends(mine, limits)
    with right:
        show_resistance(ctx, mine, limits, weak)
    say_unknown(mine)
    show_export(ctx, weak)
    show_thresholds()


# --- words --------------------------------------------------------------------------------------


def say_basis(ctx: Context, weak: WeakCells) -> None:
    """What the verdicts rest on."""
    assert weak.found is not None
    chart.show_caption(
        t(
            "packpulse.weak.basis",
            span=context.judged_span(ctx, weak),
            empty=numbers.number(weak.found.n_empty),
            full=numbers.number(weak.found.n_full),
            capacity=numbers.quantity(ctx.battery.capacity_ah, "Ah"),
            source=t(f"packpulse.weak.capacity.{ctx.battery.capacity_from}"),
        )
    )


def say_unknown(mine: pd.DataFrame) -> None:
    """Cells of which nothing, or nothing certain, can be said, by reason."""
    for fault in ("unknown", "undecided"):
        reasons = mine.loc[mine["fault"] == fault, "reason"].value_counts()
        for reason, count in reasons.items():
            states.notice(
                t(f"packpulse.weak.{fault}", count=numbers.number(int(count))),
                detail=t(f"packpulse.reason.{reason}"),
            )
    bound = int(mine["full_bound"].sum())
    if bound:
        chart.show_caption(
            t("packpulse.weak.bound", count=numbers.number(bound), all=numbers.number(len(mine)))
        )


def gains(weak: WeakCells) -> list[KeyFigure]:
    """What balancing would bring, and replacing after it."""
    gain = weak.recoverable
    assert gain is not None
    moved = float(np.abs(gain.move_ah).sum())
    figures = []
    for name, ah, kwh, cells, bound in (
        ("balance", gain.balance_ah, gain.balance_kwh, gain.balance, gain.balance_least),
        ("replace", gain.replace_ah, gain.replace_kwh, gain.replace, gain.replace_least),
    ):
        note = t(
            f"packpulse.weak.{name}.note", ah=context.least(numbers.number(ah, 1), bound),
            cells=numbers.number(len(cells)), moved=numbers.number(moved, 1),
        )  # fmt: skip
        if not len(cells):
            note = t(f"packpulse.weak.{name}.none")
        figures.append(
            KeyFigure(
                t(f"packpulse.weak.{name}"), context.least(numbers.number(kwh, 1), bound), "kWh",
                note=note,
            )
        )  # fmt: skip
    counts = weak.table["fault"].value_counts()
    figures.append(
        KeyFigure(
            t("packpulse.weak.resistance"),
            numbers.number(int(counts.get("resistance", 0))),
            note=t(
                "packpulse.weak.resistance.note",
                ohm=numbers.number(1000 * weak.resistance_ohm, 2),
            ),
        )
    )
    return figures


# --- the ranked table ---------------------------------------------------------------------------


def show_faulty(ctx: Context, weak: WeakCells) -> None:
    """Weak cells of the packs shown, ranked."""
    faulty = context.ranked(weak)
    faulty = faulty[faulty["pack"].isin(ctx.packs)]
    st.subheader(
        t("packpulse.weak.title" if len(faulty) else "packpulse.weak.title.none")
    )  # fmt: skip
    if not len(faulty):
        return
    columns = ("rank", "cell", "fault", "empty", "full", "drift", "ohm", "limits", "move", "advice")
    table.show_table(
        [t(f"packpulse.column.{one}") for one in columns],
        [row_of(ctx, row) for _, row in faulty.head(MOST_LISTED).iterrows()],
        numeric=(0, 3, 4, 5, 6, 8),
    )
    if len(faulty) > MOST_LISTED:
        chart.show_caption(
            t("packpulse.weak.more", count=numbers.number(len(faulty) - MOST_LISTED))
        )
    chart.show_caption(t("packpulse.weak.table"))


def row_of(ctx: Context, row: pd.Series) -> tuple[str, ...]:
    """A weak cell as text."""
    return (
        numbers.number(int(row["rank"])),
        context.dossier_link(ctx, row["pack"], row["cell"]),
        t(f"packpulse.fault.{row['fault']}"),
        at_end(row["empty_rest_mv"], row["empty_ah"], empty_words(row)),
        at_end(row["full_rest_mv"], row["full_ah"], context.full_words(row)),
        drift_words(row),
        numbers.percent(row["resistance_ratio"], 0)
        if row["resistance_ratio"] < 0
        else context.signed(100 * row["resistance_ratio"], 0) + f"{NBSP}%",
        context.limits_words(row),
        move_words(row),
        advice(row),
    )


def at_end(mv: float, ah: float, charge: str) -> str:
    """``+158 mV · ≥ +9.8 Ah``."""
    if not np.isfinite(ah) and not np.isfinite(mv):
        return numbers.NOTHING
    return f"{context.signed(mv, 0)}{NBSP}mV · {charge}"


def empty_words(row: pd.Series) -> str:
    """Charge ahead when empty."""
    return f"{context.signed(row['empty_ah'], 1)}{NBSP}Ah"


def drift_words(row: pd.Series) -> str:
    """Change in 30 days with its interval."""
    if not np.isfinite(row["drift_ah_day"]):
        return numbers.NOTHING
    half = 15 * (row["drift_high"] - row["drift_low"])
    return f"{context.signed(30 * row['drift_ah_day'], 2)} ± {numbers.number(half, 2)}"


def move_words(row: pd.Series) -> str:
    """Charge to put in or take out; of a cell that drifts that of the last day, with interval."""
    if not row["move_ah"]:
        return numbers.NOTHING
    words = context.signed(row["move_ah"], 1)
    half = row["move_half_ah"]
    return f"{words} ± {numbers.number(half, 1)}" if np.isfinite(half) else words


def advice(row: pd.Series) -> str:
    """Balance, replace, watch, or look at the sensor."""
    return t(f"packpulse.advice.{ADVICE.get(row['fault'], 'watch')}")


# --- charts -------------------------------------------------------------------------------------


def show_ends(mine: pd.DataFrame, limits: FaultLimits) -> None:
    """Charge ahead when empty against ahead when full, with the regions of the faults."""
    if not np.isfinite(mine["empty_ah"] + mine["full_ah"]).any():
        states.notice(t("packpulse.weak.ends.none"), detail=t("packpulse.weak.ends.mend"))
        return
    figure = kept.drawn(
        cell_charts.build_ends_figure,
        mine["pack"], mine["cell"], mine["empty_ah"], mine["full_ah"], mine["full_bound"],
        mine["fault"].tolist(),
        limits=limits,
        fault_names=context.fault_names(),
        region_names={one: t(f"packpulse.weak.region.{one}") for one in REGIONS},
        x_title=t("packpulse.weak.ends.full"),
        y_title=t("packpulse.weak.ends.empty"),
        title=t("packpulse.weak.ends.title"),
        theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    context.show_cells_chart("ends", figure)
    chart.show_caption(
        t(
            "packpulse.weak.ends.caption",
            empty=numbers.number(limits.empty_ah, 1),
            full=numbers.number(limits.full_ah, 1),
        )
    )


def show_resistance(ctx: Context, mine: pd.DataFrame, limits: FaultLimits, weak: WeakCells) -> None:
    """Resistance of each cell over that of its pack."""
    if not np.isfinite(mine["resistance_ratio"]).any():
        states.notice(t("packpulse.weak.ohm.none"), detail=t("packpulse.weak.ohm.mend"))
        return
    above = int((mine["fault"] == "resistance").sum())
    figure = kept.drawn(
        cell_charts.build_strip_figure,
        mine["pack"], mine["cell"], 100 * mine["resistance_ratio"], mine["fault"].tolist(),
        fault_names=context.fault_names(),
        pack_names={one: context.pack_name(one) for one in ctx.packs},
        y_title=t("packpulse.weak.ohm.axis"),
        unit="%",
        limit=100 * limits.resistance_ratio,
        limit_label=t(
            "packpulse.weak.ohm.limit", ratio=numbers.percent(limits.resistance_ratio, 0)
        ),
        title=t("packpulse.weak.ohm.title", count=numbers.number(above)),
        theme=theme.kind(),
        language=current_language(),
        legend=False,
        height=460,
    )  # fmt: skip
    context.show_cells_chart("ohm", figure)
    chart.show_caption(
        t("packpulse.weak.ohm.caption", ohm=numbers.number(1000 * weak.resistance_ohm, 2))
    )


# --- export, thresholds -------------------------------------------------------------------------


def show_export(ctx: Context, weak: WeakCells) -> None:
    """All cells with all evidence."""
    frame = weak.table.assign(
        advice=[
            "" if fault in ("healthy", "unknown") else ADVICE.get(fault, "watch")
            for fault in weak.table["fault"]
        ]
    ).sort_values("rank")
    chart.show_export(
        "weak", frame, name=f"{ctx.device}_cells", zone=ctx.window.zone, units=EXPORTED_UNITS
    )


def show_thresholds() -> None:
    """Thresholds of the diagnosis, in the URL."""
    now = context.read_options()
    with st.expander(t("packpulse.weak.thresholds")):
        st.caption(t("packpulse.weak.thresholds.about"))
        with st.container(horizontal=True, gap="small"):
            for name, (field, factor, least, greatest, step) in THRESHOLDS.items():
                number_of(name, getattr(now, field) * factor, least, greatest, step)
            st.button(
                t("packpulse.weak.thresholds.reset"),
                on_click=address.put,
                args=({f"w-{name}": None for name in THRESHOLDS},),
            )


def number_of(name: str, value: float, least: float, greatest: float, step: float) -> None:
    """One threshold, bound to the URL."""
    key = f"url-w-{name}"
    st.session_state[key] = round(float(value), 4)

    def changed() -> None:
        address.put({f"w-{name}": f"{st.session_state[key]:g}"})

    st.number_input(
        t(f"packpulse.weak.threshold.{name}"),
        min_value=least,
        max_value=greatest,
        step=step,
        format="%g" if step >= 1 else ("%.3f" if step < 0.01 else "%.1f"),
        width=210,
        key=key,
        on_change=changed,
    )
