"""The plan step by step, its costs beside three other ways, and the weights behind it."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from core import dispatch_charts
from core.analytics.dispatch_site import STRATEGIES
from core.dispatch_report import STEP_US, UNITS, PlanReport, plan_frame
from pages.plan.answer import EURO, euro
from pages.shared import chart, numbers, table, theme
from pages.shared.texts import current_language, t

PARTS = {"import": "import", "export": "export", "demand": "price", "wear": "other",
         "stored": "battery"}  # fmt: skip
FLOWS = (
    "load_kw", "pv_used_kw", "import_kw", "export_kw", "charge_kw", "discharge_kw", "soc_pct",
    "vehicles_kw", "heating_kw",
)  # fmt: skip


def show(report: PlanReport, zone: str) -> None:
    """Chart of the plan, costs of four ways, parts of the saving."""
    flows = report.flows
    shown = {name: flows[name].to_numpy() for name in FLOWS if name in flows}
    shown["pv_used_kw"] = (flows["pv_kw"] - flows["curtailed_kw"]).to_numpy()
    shown["soc_pct"] = 100 * np.nan_to_num(flows["soc_ratio"].to_numpy())
    if not report.behind.vehicles:
        del shown["vehicles_kw"]
    if not report.behind.relays:
        del shown["heating_kw"]
    names = {name: t(f"dispatch.flow.{name}") for name in (*FLOWS, "price")}
    kind = "past" if report.choice.past else "ahead"
    names["load_kw"] = t(f"dispatch.flow.load_kw.{kind}")
    figure = dispatch_charts.build_plan_figure(
        report.ts, shown, report.prices.tariff.import_eur_kwh, names, step_us=STEP_US, zone=zone,
        title=plan_title(report), theme=theme.kind(), language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "plan")
    gap = "0" if report.gap < 5e-5 else numbers.number(100 * report.gap, 2)
    run = "once" if report.choice.past and report.behind.relays else kind
    words = f"{t(f'dispatch.plan.shown.{run}')} · " + t(
        "dispatch.plan.caption", zone=zone, gap=gap, steps=numbers.number(len(flows)),
        ms=numbers.number(1000 * report.plan.seconds, 0),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<span class="zg-caption">{escape(words)}</span>', width="content")
        chart.show_export("plan", plan_frame(report, zone), name="plan", zone=zone, units=UNITS)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_costs(report)
    with right:
        show_parts(report)


def plan_title(report: PlanReport) -> str:
    """What the plan does, in a sentence."""
    flows = report.flows
    charged, given = (
        numbers.number(0.25 * float(flows[name].sum()), 0) for name in ("charge_kw", "discharge_kw")
    )
    key = "dispatch.plan.title" + ("" if report.rule == "powers" else f".{report.rule}")
    return t(key, charged=charged, discharged=given)


def show_costs(report: PlanReport) -> None:
    """Costs of four ways, by part."""
    parts: dict[str, list[float]] = {}
    for part in PARTS:
        sign = -1.0 if part in ("export", "stored") else 1.0
        values = [sign * getattr(report.costs_of_days(way), f"{part}_eur") for way in report.ways]
        if any(abs(value) > 0.005 for value in values):
            parts[t(f"dispatch.part.{part}")] = values
    hues = {t(f"dispatch.part.{part}"): hue for part, hue in PARTS.items()}
    kind = "past" if report.choice.past else "ahead"
    # To the cent: of ways that cost the same the plan is named.
    best = min(
        ("plan", "greedy", "nothing"), key=lambda way: round(report.headline_eur(way), 2)
    )  # fmt: skip
    figure = dispatch_charts.build_costs_figure(
        [t(f"dispatch.way.{way}") for way in report.ways], parts, hues, y_title=EURO,
        title=t(f"dispatch.costs.title.{kind}", way=t(f"dispatch.way.{best}")), theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "costs")
    nothing = report.headline_eur("nothing")
    rows = [
        [
            t(f"dispatch.way.{way}"), euro(one.bill_eur), euro(one.wear_eur), euro(one.stored_eur),
            euro(one.total_eur), euro(nothing - one.total_eur),
            *([numbers.number(one.comfort_kh, 1)] if report.behind.rooms else []),
        ]
        for way, one in ((way, report.costs_of_days(way)) for way in report.ways)
    ]  # fmt: skip
    heads = [t(f"dispatch.costs.{name}") for name in
             ("way", "bill", "wear", "stored", "total", "saved")]  # fmt: skip
    if report.behind.rooms:
        heads.append(t("dispatch.costs.comfort"))
    table.show_table(heads, rows, numeric=tuple(range(1, len(heads))))
    notes = [] if report.choice.past else [t("dispatch.costs.note.ahead")]
    if report.behind.rooms:
        notes.append(t("dispatch.costs.note.comfort"))
    if report.demand_aside:
        left_out = ", ".join(
            f"{t(f'dispatch.way.{way}')} {euro(one.demand_eur)} {EURO}"
            for way, one in report.costs.items()
        )
        notes.append(t("dispatch.costs.note.aside", left_out=left_out))
    if notes:
        chart.show_caption(" ".join(notes))


def show_parts(report: PlanReport) -> None:
    """Parts of the saving."""
    saving = report.saving_of_days
    peak = [] if report.demand_aside else [("peak", saving.peak_eur)]
    heat = [("heat", saving.heating_eur)] if report.behind.relays else []
    rows = [
        [t(f"dispatch.saved.{name}"), f"{euro(value)} {EURO}"]
        for name, value in (
            *peak, ("arbitrage", saving.arbitrage_eur),
            ("own", saving.self_consumption_eur), *heat, ("wear", -saving.wear_eur),
            ("stored", saving.stored_eur), ("total", saving.total_eur),
        )
    ]  # fmt: skip
    st.markdown(f"**{t('dispatch.saved.title')}**")
    table.show_table([t("dispatch.saved.part"), t("dispatch.saved.amount")], rows, numeric=(1,))
    words = [t("dispatch.saved.note")] + ([t("dispatch.saved.note.heat")] if heat else [])
    chart.show_caption(" ".join(words))


def show_strategy(report: PlanReport) -> None:
    """Weights of all strategies; the chosen one first."""
    chosen = report.plan.site.strategy.name
    order = [chosen, *(name for name in STRATEGIES if name != chosen)]
    rows = [
        [
            t(f"dispatch.strategy.{name}"), numbers.number(STRATEGIES[name].cost, 2),
            numbers.number(STRATEGIES[name].import_eur_kwh, 2),
            numbers.number(STRATEGIES[name].comfort_times, 2),
        ]
        for name in order
    ]  # fmt: skip
    heads = [t(f"dispatch.weights.{name}") for name in ("strategy", "cost", "import", "comfort")]
    table.show_table(heads, rows, numeric=(1, 2, 3))
    chart.show_caption(t("dispatch.weights.note"))
