"""Outages of devices and of the collector, as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.failures import parse_kept
from core.live import LiveReport, Outage
from pages.collecting.answer import age, reason_words
from pages.shared import chart, numbers, table
from pages.shared.texts import t

MOST = 20
LONGEST_REASON = 80


def show_outages(report: LiveReport, zone: str) -> None:
    """The newest outages with beginning, end, duration and reason."""
    st.subheader(t("live.outages"))
    if not report.outages:
        chart.show_caption(t("live.outages.none"))
        return
    shown = report.outages[:MOST]
    names = ("device", "start", "end", "lasted", "reason")
    table.show_table(
        [t(f"live.outages.col.{name}") for name in names],
        [outage_row(one, report.now, zone) for one in shown], numeric=(3,),
    )  # fmt: skip
    words = t("live.outages.note", shown=numbers.number(len(shown)),
              all=numbers.number(len(report.outages)), zone=zone)  # fmt: skip
    if any(one.cut for one in shown):
        words += f" · {t('live.outages.cut_note')}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<span class="zg-caption">{words}</span>', width="content")
        chart.show_export("outages", outages_frame(report, zone), name="outages", zone=zone)


def outage_row(one: Outage, now: int, zone: str) -> list[str]:
    """What the table says of an outage."""
    lasted = age(one.lasted(now))
    if one.end is None:
        end = table.state("error", t("live.outages.going_on"))
    elif one.cut:
        end = table.state("unknown", t("live.outages.cut"))
        lasted = t("live.outages.at_least", time=lasted)
    else:
        end = table.Markup(numbers.moment(one.end, zone, seconds=True))
    return [
        table.cut(one.device or t("live.collector"), most=28),
        numbers.moment(one.start, zone, seconds=True), end, lasted,
        table.cut(reason_words(one), most=LONGEST_REASON),
    ]  # fmt: skip


def outages_frame(report: LiveReport, zone: str) -> pd.DataFrame:
    """All outages, for export; an end that is not known is empty."""

    def local(moments: list[int | None]) -> pd.Series:
        utc = pd.to_datetime(pd.Series(moments, dtype="Int64"), unit="us", utc=True)
        return utc.dt.tz_convert(zone)

    every = report.outages
    return pd.DataFrame({
        "device": [one.device or "collector" for one in every],
        "start": local([one.start for one in every]),
        "end": local([None if one.cut else one.end for one in every]),
        "observed_s": [one.lasted(report.now) / 1e6 for one in every],
        "reason": [parse_kept(one.reason).english for one in every],
    })  # fmt: skip
