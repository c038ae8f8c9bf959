"""Newest readings of one device."""

from __future__ import annotations

import streamlit as st

from core.journal_records import LastValue
from core.live import LiveReport, fresh_limit, last_values
from core.query import Store
from core.readings import Quality
from pages.collecting.answer import age, when
from pages.shared import chart, numbers, table
from pages.shared.texts import t

MOST = 120
LOOK = {
    Quality.GOOD: "good", Quality.STALE: "warning", Quality.OUT_OF_RANGE: "error",
    Quality.DECODE_ERROR: "error", Quality.NO_VALUE: "unknown",
    Quality.CLOCK_AHEAD: "warning",
}  # fmt: skip


def show_values(store: Store, device: str, report: LiveReport) -> None:
    """Table of the signals of a device with their newest readings."""
    journal = store.journal
    if journal is None:
        return
    found = last_values(journal, device, report.now)
    if not found:
        st.subheader(t("live.values", name=device))
        chart.show_caption(t("live.values.none", name=device))
        return
    st.subheader(t("live.values", name=device))
    known = {one.name for one in store.devices()}
    every = store.signals(device) if device in known else []
    steps = {one.name: one.step_us for one in every if one.rows > 1}
    # Hundreds of cells are read as a picture, not as a table.
    whole = [one for one in found if one.signal.cell is None] or found
    shown = whole[:MOST]
    names = ("signal", "value", "unit", "age", "at", "quality", "good")
    table.show_table(
        [t(f"live.values.col.{name}") for name in names],
        [value_row(one, fresh_limit(steps, one.signal.name), report.now, store.zone)
         for one in shown],
        numeric=(1, 3),
    )  # fmt: skip
    rest = len(found) - len(shown)
    if rest:
        chart.show_caption(t("live.values.parts", count=numbers.number(rest)))


def value_row(one: LastValue, limit: int, now: int, zone: str) -> list[str]:
    """What the table says of a signal."""
    key, look = quality(one, limit)
    good = numbers.NOTHING
    if one.quality is not Quality.GOOD and one.good_ts is not None:
        value = numbers.in_unit(one.good_value, one.signal.unit)
        good = t("live.values.good", value=value, age=age(now - one.good_ts))
    # In the unit it is kept in: one for all rows of a quantity, and the one that `probe` prints.
    return [
        table.cut(one.signal.name, most=48), numbers.number(one.value),
        "" if one.signal.unit == "1" else one.signal.unit, age(one.age_us),
        when(one.ts, now, zone), table.state(look, t(f"live.quality.{key}")), good,
    ]  # fmt: skip


def quality(one: LastValue, limit: int) -> tuple[str, str]:
    """Quality of the newest reading as a word and a state; a good one may be old."""
    if one.quality is Quality.GOOD and one.age_us > limit:
        return "old", "warning"
    return one.quality.name.lower(), LOOK[one.quality]
