"""Statistics of signals in a window, and the values that their chart shows, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from core import query
from core.signals import described
from core.value_statistics import StatisticsReport, statistics_report
from pages.shared import chart, data, numbers, table
from pages.shared.numbers import NBSP
from pages.shared.texts import current_language, t
from pages.shared.window import Window

Reports = Mapping[query.SignalInfo, StatisticsReport]


def show_statistics(store: query.Store, chosen: Sequence[query.SignalInfo], span: Window) -> None:
    """Statistics of the signals chosen, and the values shown of them."""
    shown = [data.series(store, one.device, one.name, *span.view) for one in chosen]
    if not any(chart.has_readings(one) for one in shown):
        chart.show_empty(shown, chosen, span.view)
        return
    reports = {
        one: data.report(store, statistics_report, one.device, one.name, *span.view)
        for one in chosen
    }
    st.markdown(f"**{t('stat.title', span=numbers.span(*span.view, span.zone))}**")
    _show_table(reports)
    coarse = [report.level for report in reports.values() if not report.exact]
    words = t("stat.bounds", level=numbers.level(coarse[0])) if coarse else t("stat.exact")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(
            f'<span class="zg-caption">{escape(f"{words} · {span.zone}")}</span>', width="content"
        )
        chart.show_export(
            "statistics", statistics_frame(reports), name=f"{chosen[0].device}_statistics",
            zone=span.zone,
        )  # fmt: skip
    _show_values(store, shown, span.zone)


def _show_table(reports: Reports) -> None:
    shares = [float(q) for q in next(iter(reports.values())).percentiles["q"]]
    titles = [
        *(t(f"stat.{c}") for c in ("signal", "unit", "count", "mean", "std", "min")),
        *(f"{numbers.number(100 * q)}{NBSP}%" for q in shares),
        t("stat.max"),
    ]
    rows = [
        [
            one.name,
            "" if one.unit == "1" else one.unit,
            numbers.number(report.count, 0),
            numbers.number(report.mean),
            between(report.std_low, report.std_high),
            numbers.number(report.minimum),
            *(between(q["low"], q["high"]) for q in report.percentiles.to_dict("records")),
            numbers.number(report.maximum),
        ]
        for one, report in reports.items()
    ]
    table.show_table(titles, rows, numeric=range(2, len(titles)))


def between(low: float, high: float) -> str:
    """One number, or the two the truth lies between."""
    first, second = numbers.number(low), numbers.number(high)
    return first if first == second else f"{first} .. {second}"


def statistics_frame(reports: Reports) -> pd.DataFrame:
    """Statistics as numbers, for export."""
    rows = []
    for one, report in reports.items():
        row = {
            "signal": one.name, "unit": one.unit, "count": report.count, "mean": report.mean,
            "min": report.minimum, "max": report.maximum, "std_low": report.std_low,
            "std_high": report.std_high, "level": report.level,
        }  # fmt: skip
        for p in report.percentiles.to_dict("records"):
            name = f"p{100 * p['q']:g}"
            row |= {f"{name}_low": p["low"], f"{name}_high": p["high"]}
        rows.append(row)
    return pd.DataFrame(rows)


def _show_values(store: query.Store, shown: Sequence[query.Series], zone: str) -> None:
    """Rows that the chart of the signals draws, as a table."""
    frame = chart.export_frame(shown)
    st.markdown(f"**{t('values.title')}**")
    seconds = len(frame) > 0 and bool((frame["time"].dt.second != 0).any())
    stamp = "%d.%m.%Y %H:%M" if current_language() == "de" else "%Y-%m-%d %H:%M"
    text = {t("values.time"): frame["time"].dt.strftime(stamp + (":%S" if seconds else "")),
            t("values.signal"): [described(name, unit) for name, unit in
                                 zip(frame["signal"], frame["unit"], strict=True)],
            }  # fmt: skip
    whole = all(one.level == "raw" for one in shown)
    # A reading is its own least, greatest and mean.
    for name in ("last",) if whole else ("first", "last", "min", "max", "mean"):
        title = t("values.value" if whole else f"values.{name}")
        text[title] = [numbers.number(value) for value in frame[name]]
    right = {title: st.column_config.TextColumn(alignment="right") for title in list(text)[2:]}
    st.dataframe(pd.DataFrame(text), hide_index=True, height=420, column_config=right)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        count = t("values.count", count=numbers.number(len(frame)))
        words = f"{escape(count)} · {chart.caption(shown)}"
        st.html(f'<span class="zg-caption">{words}</span>', width="content")
        chart.show_export(
            "values", frame, name=f"{shown[0].device}_values", zone=zone,
            behind=lambda: chart.readings_frame(store, shown),
            behind_rows=sum(one.stands_for for one in shown),
        )  # fmt: skip
