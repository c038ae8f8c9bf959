"""What the sections of the BESS page share: the view, and the pieces below a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core import bess_operation, dossier_charts, errors, query
from core.analytics import battery
from core.annotations import open_annotations
from core.bess_operation import Operation
from core.bess_summary import Summary
from core.charts import to_wall_ms
from core.dossier_charts import EventLine
from pages.shared import chart, data, numbers, theme
from pages.shared.texts import current_language, t
from pages.shared.window import Window

SHORT_COVERAGE = 0.9
Curve = tuple["pd.Series[Any]", "pd.Series[Any]"]  # times [µs] and values


@dataclass(frozen=True)
class Context:
    """The view that the URL names.

    Attributes
    ----------
    chosen : signals of the chart and the statistics.
    summary : what the page starts with, of the same window.
    """

    store: query.Store
    device: query.Device
    signals: Sequence[query.SignalInfo]
    span: Window
    chosen: Sequence[query.SignalInfo]
    summary: Summary

    @property
    def zone(self) -> str:
        """Zone of the site."""
        return self.store.zone

    @property
    def view(self) -> tuple[int, int]:
        """Window on view [µs UTC]."""
        return self.span.view

    @property
    def look(self) -> dict[str, Any]:
        """Theme and language of figures."""
        return {"theme": theme.kind(), "language": current_language()}


def load_operation(ctx: Context) -> Operation:
    """Cached report of the window."""
    found = data.report(ctx.store, bess_operation.operation_report, ctx.device.name, *ctx.view)
    assert found is not None  # the summary found readings
    return found


def show_dated(ctx: Context, figure: go.Figure, key: str) -> None:
    """A figure over time, with the notes of the window on it as upright lines."""
    draw_notes(ctx, figure, *ctx.view)
    chart.show_figure(figure, key)


def draw_notes(ctx: Context, figure: go.Figure, start: int, end: int) -> None:
    """Notes from and to [µs UTC], as upright lines through all panels of a figure over time."""
    panels = sum(1 for _ in figure.select_yaxes())
    dossier_charts.draw_events(figure, note_lines(ctx, start, end), theme.kind(), max(panels, 1))


def note_lines(ctx: Context, start: int, end: int) -> list[EventLine]:
    """Notes about the device from and to [µs UTC], named by their kind; none where they cannot be
    read, which is said."""
    try:
        with open_annotations(ctx.store.root) as kept:
            found = [one for one in kept.of(ctx.device.name) if start <= one.at < end]
    except errors.StoreError as error:
        chart.show_caption(t("packpulse.series.notes.unread", why=str(error)))
        return []
    return [
        EventLine(
            float(to_wall_ms([one.at], ctx.zone)[0]),
            None if one.until is None else float(to_wall_ms([one.until], ctx.zone)[0]),
            t(f"packpulse.dossier.kind.{one.kind}"),
        )
        for one in found
    ]


def say_missing(key: str) -> None:
    """One quiet sentence in the place of a figure that cannot be."""
    chart.show_caption(t(key))


def level_words(level: str) -> str:
    """The level figures were computed from."""
    if level == "raw":
        return t("chart.raw")
    return t("chart.buckets", step=numbers.level(level))


def band_frame(
    hours: np.ndarray, x: str, x_edges: np.ndarray, y: str, y_edges: np.ndarray
) -> pd.DataFrame:
    """Hours by bands in long form."""
    at_x, at_y = (place.ravel() for place in np.indices(hours.shape))
    return pd.DataFrame(
        {
            f"{x}_low": x_edges[at_x],
            f"{x}_high": x_edges[at_x + 1],
            f"{y}_low": y_edges[at_y],
            f"{y}_high": y_edges[at_y + 1],
            "hours": hours.ravel(),
        }
    )


def efc_number(efc: float) -> str:
    """Full cycles: to a hundredth while they are few."""
    return numbers.number(efc, 2 if abs(efc) < 10 else 1)


def refusal_words(trip: battery.RoundTrip) -> str:
    """Why there is no efficiency."""
    if trip.refusal == "few_windows":
        least = numbers.number(battery.LEAST_WINDOWS)
        return t("bess.refusal.few_windows", count=numbers.number(trip.n), least=least)
    return t(f"bess.refusal.{trip.refusal}")
