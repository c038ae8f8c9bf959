"""Marks of alerts and limits in figures of series. Plotly, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts import TOKENS, Theme, to_wall_ms, with_alpha

STATE = {"info": "muted", "warning": "warning", "error": "error", "critical": "critical"}


@dataclass(frozen=True)
class Band:
    """A stretch of time to mark; [µs UTC]."""

    start: int
    end: int
    severity: str


def colour_of_severity(severity: str, theme: Theme) -> str:
    """Colour of a severity; the word always stands beside it."""
    return TOKENS[theme][STATE[severity]]


def add_bands(figure: go.Figure, bands: Sequence[Band], zone: str, theme: Theme) -> go.Figure:
    """Mark alerts behind the signals of a figure of series."""
    for band in bands:
        begin, end = to_wall_ms([band.start, band.end], zone).tolist()
        colour = colour_of_severity(band.severity, theme)
        figure.add_vrect(
            x0=begin, x1=end, line_width=0,
            fillcolor=with_alpha(colour, 0.16), layer="below",
        )  # fmt: skip
        figure.add_vline(x=begin, line={"color": colour, "width": 1.5})
    return figure


def add_limits(figure: go.Figure, limits: Sequence[tuple[str, float]], theme: Theme) -> go.Figure:
    """Draw (severity, value) as dashed lines across."""
    for severity, value in limits:
        colour = colour_of_severity(severity, theme)
        figure.add_hline(y=value, line={"color": colour, "width": 1, "dash": "dash"})
    return figure
