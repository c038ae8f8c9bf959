"""What the sections of the PV page share: the view, and the pieces below a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from core import pv_history, query
from core.energies import Every
from core.pv_history import DailyHistory
from core.pv_report import PlantReport
from pages.shared import address, data, numbers, theme
from pages.shared.texts import current_language, t
from pages.shared.window import Window

SHORT_COVERAGE = 0.9
DAY_US = 86_400_000_000
PERIODS: dict[str, float] = {"1h": 1 / 24, "1d": 1.0, "1w": 7.0, "1mo": 30.4, "1y": 365.25}
MOST_PERIODS = 800
MOST_AT_FIRST = 62


@dataclass(frozen=True)
class Context:
    """The view that the URL names, and the report of its window."""

    store: query.Store
    device: query.Device
    signals: Sequence[query.SignalInfo]
    span: Window
    report: PlantReport
    stamp: tuple[str, int]

    @property
    def zone(self) -> str:
        """Zone of the plant."""
        return self.report.course.zone

    @property
    def view(self) -> tuple[int, int]:
        """Window on view [µs UTC]."""
        return self.span.view

    @property
    def look(self) -> dict[str, Any]:
        """Theme and language of figures."""
        return {"theme": theme.kind(), "language": current_language()}


def pick_every(ctx: Context, among: Sequence[str] = tuple(PERIODS)) -> Every:
    """Hour, day, week, month or year; as few periods as can be told apart."""
    start, end = ctx.view
    days = (end - start) / DAY_US
    fitting = [every for every in among if days / PERIODS[every] <= MOST_PERIODS]
    legible = [one for one in fitting if one != "1h" and days / PERIODS[one] <= MOST_AT_FIRST]
    usual = legible[0] if legible else fitting[-1]
    asked = address.get("every")
    chosen = st.segmented_control(
        t("meters.every"),
        fitting,
        format_func=lambda every: t(f"meters.every.{every}"),
        required=True,
        **address.bound("every", asked if asked in fitting else usual),
    )
    return cast(Every, chosen)


def grid_words(ctx: Context) -> str:
    """Cells the figures were computed from."""
    return t("pv.grid", step=numbers.duration(ctx.report.course.step_us))


def load_history(ctx: Context) -> DailyHistory | None:
    """Days of the plant's whole life, cached."""
    return data.report(ctx.store, pv_history.daily_history, ctx.device.name, ctx.stamp)
