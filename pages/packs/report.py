"""Report: everything this page knows of the battery, as one file to be handed on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import export, pack_findings, pack_report
from core.numerals import Language
from core.pack_findings import program_name
from core.query import Store
from pages.packs import context, series
from pages.packs.context import Context
from pages.shared import address, chart, numbers
from pages.shared.texts import current_language, t
from pages.shared.window import format_time

LANGUAGES: tuple[Language, ...] = ("en", "de")
TABLES = ("figures", "cells", "cycles")
UNITS = {
    "sat_pct_year": "%/year", "sat_pct_low_year": "%/year", "sat_pct_high_year": "%/year",
    "pack_mv_year": "mV/year", "pack_mv_low_year": "mV/year", "pack_mv_high_year": "mV/year",
    "ohm_25c": "Ω", "ohm_low": "Ω", "ohm_high": "Ω", "relative": "1", "growth": "1/year",
    "empty_ah": "Ah", "full_ah": "Ah", "empty_rest_mv": "mV", "full_rest_mv": "mV",
    "empty_mv": "mV", "full_mv": "mV", "drift_ah_day": "Ah/d", "drift_low": "Ah/d",
    "drift_high": "Ah/d", "resistance_ratio": "1", "resistance_mohm": "mΩ", "move_ah": "Ah",
    "move_half_ah": "Ah",
    "charge_ah": "Ah", "delta_soc": "1", "capacity_ah": "Ah", "error_ah": "Ah", "gain_ah": "Ah",
    "offset_ah": "Ah", "sampling_ah": "Ah", "anchor_ah": "Ah", "temp": "°C", "rate": "1/h",
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What a report was asked for; all that is needed to write it without this page.

    Attributes
    ----------
    thresholds : those of the tabs, as keywords of `core.pack_report.battery_report`.
    """

    store: Store
    device: str
    start: int
    end: int
    language: Language
    author: str
    sections: tuple[str, ...]
    thresholds: dict[str, Any]
    synthetic: bool


def show(ctx: Context) -> None:
    """The tab."""
    st.subheader(t("packpulse.report.title", device=ctx.device))
    st.markdown(t("packpulse.report.about", span=numbers.span(ctx.start, ctx.end, ctx.window.zone)))
    order = read_order(ctx)
    show_documents(order, file_name(ctx))
    show_tables(order, file_name(ctx))


# --- choices ------------------------------------------------------------------------------------


def read_order(ctx: Context) -> Order:
    """Language, author and sections, all in the URL."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        language = pick_language()
        author = st.text_input(
            t("packpulse.report.author"), placeholder=t("packpulse.report.author.example"),
            width=300, max_chars=120, **address.bound("r-by", address.get("r-by") or ""),
        )  # fmt: skip
    return Order(
        ctx.store, ctx.device, ctx.start, ctx.end, language, " ".join(author.split()),
        pick_sections(), thresholds(), ctx.battery.synthetic,
    )  # fmt: skip


def pick_language() -> Language:
    """Language of the report; without a choice that of the page."""
    asked = address.get("r-lang")
    now = next((one for one in LANGUAGES if one == asked), current_language())
    chosen = st.segmented_control(
        t("packpulse.report.language"),
        LANGUAGES,
        format_func=lambda one: t(f"packpulse.report.language.{one}"),
        required=True,
        **address.bound("r-lang", now),
    )
    return "de" if chosen == "de" else "en"


def pick_sections() -> tuple[str, ...]:
    """Sections to leave in; those left out stand in the URL, so that a new one is in by itself."""
    without = (address.get("r-without") or "").split(",")
    st.session_state["url-r-without"] = [one for one in pack_report.SECTIONS if one not in without]

    def changed() -> None:
        kept: Sequence[str] = st.session_state["url-r-without"]
        gone = [one for one in pack_report.SECTIONS if one not in kept]
        address.put({"r-without": ",".join(gone)})

    chosen = st.pills(
        t("packpulse.report.sections"),
        pack_report.SECTIONS,
        selection_mode="multi",
        format_func=lambda one: t(f"packpulse.report.section.{one}"),
        key="url-r-without",
        on_change=changed,
        help=t("packpulse.report.sections.help"),
    )
    return tuple(one for one in pack_report.SECTIONS if one in chosen)


def thresholds() -> dict[str, Any]:
    """Thresholds as the tabs on weak cells and on trends have them."""
    return {
        "options": context.read_options(),
        "trend_options": series.read_options(),
        "declare": address.get("declare") != "0",
    }


def file_name(ctx: Context) -> str:
    """``BESS-1_2024-10-04_2025-06-30``."""
    days = (format_time(edge, ctx.window.zone)[:10] for edge in (ctx.start, ctx.end - 1))
    return "_".join([ctx.device.replace("/", "-"), *days])


# --- files --------------------------------------------------------------------------------------


def show_documents(order: Order, name: str) -> None:
    """The report as PDF and as HTML, written when the button is pressed."""
    with st.container(horizontal=True, gap="small"):
        for kind, mime in (("pdf", "application/pdf"), ("html", "text/html")):
            st.download_button(
                t(f"packpulse.report.{kind}"),
                data=partial(write, kind, order),
                file_name=f"{name}.{kind}",
                mime=mime,
                type="primary" if kind == "pdf" else "secondary",
                key=f"report-{kind}",
                on_click="ignore",
            )
    chart.show_caption(t("packpulse.report.wait"))


def show_tables(order: Order, name: str) -> None:
    """What stands in it as CSV, unrounded."""
    st.markdown(t("packpulse.report.tables"))
    with st.container(horizontal=True, gap="small"):
        for table in TABLES:
            st.download_button(
                t(f"packpulse.report.table.{table}"),
                data=partial(write_table, table, order),
                file_name=f"{name}_{table}.csv",
                mime="text/csv",
                key=f"report-{table}",
                on_click="ignore",
            )
    chart.show_caption(t("packpulse.report.csv"))


def write(kind: str, order: Order) -> bytes:
    """The report as a file; runs apart from the page, which shows meanwhile that it does.

    Raises
    ------
    ZigguratError : the store no longer answers.
    """
    # Drawing takes long to import, and most visits press no button.
    from core.report_html import write_html
    from core.report_pdf import write_pdf

    made = pack_report.battery_report(
        order.store, order.device, order.start, order.end, order.language,
        time.time_ns() // 1000, author=order.author, sections=order.sections, **order.thresholds,
    )  # fmt: skip
    return write_pdf(made) if kind == "pdf" else write_html(made)


def write_table(name: str, order: Order) -> bytes:
    """One table of numbers as CSV, with zone, units and origin above it."""
    frame = pack_findings.report_numbers(
        order.store, order.device, order.start, order.end, order.language, **order.thresholds
    )[name]
    zone = order.store.zone
    about = {
        "device": order.device,
        "from": format_time(order.start, zone),
        "to": format_time(order.end, zone),
        "zone": zone,
        "synthetic": "yes" if order.synthetic else "no",
        "program": program_name(),
        "store state": pack_findings.store_state(order.store),
        **{f"unit of {one}": UNITS[one] for one in frame.columns if one in UNITS},
    }
    return export.csv_bytes(frame, about)
