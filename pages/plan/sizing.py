"""What batteries of other sizes would save."""

from __future__ import annotations

import streamlit as st

from core import dispatch_charts, dispatch_sizing, query
from core.analytics.dispatch_savings import reduction_at
from core.dispatch_choice import Choice, for_days
from core.dispatch_sizing import SizingReport
from core.errors import QueryError
from pages.plan.answer import EURO, euro
from pages.shared import address, chart, data, numbers, states, theme
from pages.shared.texts import current_language, t
from pages.shared.wording import in_language

DAYS = (30, 90, 365)
SIZE_UNITS = {"level_kw": "kW", "capacity_kwh": "kWh", "saving_eur_a": "EUR/a"}


def show(store: query.Store, choice: Choice) -> None:
    """Peak shaving and self-consumption against the size of a battery."""
    asked = for_days(choice, pick_days(DAYS[0]))
    try:
        report = data.report(store, dispatch_sizing.sizing_report, asked)
    except QueryError as error:
        states.notice(t("dispatch.few"), detail=in_language(str(error)))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        show_peaks(report, choice, store.zone)
    with right:
        show_own_use(report, choice, store.zone)
    span = numbers.span(report.start, report.end, store.zone)
    told = report.price_device
    prices = t("dispatch.price.spot", device=told) if told else t("dispatch.sizing.tariff")
    words = f"{t('dispatch.sizing.caption', span=span)} · {prices}"
    if report.bridged:
        words += f" · {t('dispatch.bridged', count=numbers.number(report.bridged))}"
    chart.show_caption(words)


def pick_days(usual: int) -> int:
    """Days of readings that a section is computed from: of the URL, else its usual ones."""
    asked = address.get("days")
    days = int(asked) if asked in {str(one) for one in DAYS} else usual
    # What another section chose is none of this one's: the URL counts, else its own default.
    st.session_state["sizing-days"] = days
    chosen = st.selectbox(
        t("dispatch.sizing.days"), DAYS, width=160, key="sizing-days",
        format_func=lambda one: t("dispatch.sizing.span", days=str(one)),
        on_change=lambda: address.put({"days": str(st.session_state["sizing-days"])}),
    )  # fmt: skip
    return int(chosen)


def show_peaks(report: SizingReport, choice: Choice, zone: str) -> None:
    """Peak by usable capacity."""
    usable = choice.capacity_kwh * (choice.soc_max - choice.soc_min)
    reached = reduction_at(report.peaks, usable, choice.power_kw)
    name = f"{numbers.number(choice.capacity_kwh, 0)} kWh"
    saved = reached * choice.demand_eur_kw_a
    figure = dispatch_charts.build_sizing_figure(
        report.peaks["capacity_kwh"], report.peaks["level_kw"],
        x_title=t("dispatch.sizing.usable"), y_title=t("dispatch.sizing.peak"), hue="import",
        mark=(usable, report.peak_kw - reached, name),
        title=t(f"dispatch.sizing.peak.title{'' if choice.demand_eur_kw_a else '.free'}",
                kw=numbers.number(reached, 1), saved=f"{euro(saved)} {EURO}"),
        theme=theme.kind(), language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "sizing-peaks")
    chart.show_export(
        "sizing-peaks", report.peaks, name="peak_shaving", zone=zone, units=SIZE_UNITS
    )


def show_own_use(report: SizingReport, choice: Choice, zone: str) -> None:
    """Saving by self-consumption."""
    own = report.own_use
    if own is None:
        states.notice(t("dispatch.sizing.no_pv"), detail=t("dispatch.sizing.no_pv.mend"))
        return
    usable = choice.capacity_kwh * (choice.soc_max - choice.soc_min)
    at = dispatch_sizing.saving_at(own, usable)
    figure = dispatch_charts.build_sizing_figure(
        own["capacity_kwh"], own["saving_eur_a"], x_title=t("dispatch.sizing.usable"),
        y_title=t("dispatch.sizing.saving"), hue="pv",
        mark=(usable, at, f"{numbers.number(choice.capacity_kwh, 0)} kWh"),
        title=t("dispatch.sizing.own.title", saved=f"{euro(at)} {EURO}"), theme=theme.kind(),
        language=current_language(),
    )  # fmt: skip
    chart.show_figure(figure, "sizing-own")
    chart.show_export("sizing-own", own, name="self_consumption", zone=zone, units=SIZE_UNITS)
