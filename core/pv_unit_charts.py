"""Figures of a plant's inverters and strings against their peers; no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core import charts
from core.charts import DIVERGING, NBSP, TOKENS, Theme

ROW_HEIGHT = 24  # of a unit [px]
LEAST_REACH = 10.0  # % of deviation at the ends of the colours, so that noise stays pale


def build_peers_figure(
    names: Sequence[str],
    ratio: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    states: Sequence[str],
    *,
    axis_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """Each unit as a point with its interval, the weakest on top; the median of peers is a line.

    Parameters
    ----------
    ratio, low, high : (u,) deviation from the peers [%]; NaN of an interval draws none.
    states : token of each unit's colour, e.g. ``warning``.
    """
    x, left, right = (np.asarray(one, np.float64) for one in (ratio, low, high))
    colours = [TOKENS[theme][state] for state in states]
    shapes = ["circle" if state == "good" else "diamond" for state in states]
    figure = go.Figure(
        go.Scatter(
            x=x,
            y=list(names),
            mode="markers",
            marker={"size": 10, "color": colours, "symbol": shapes},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(right - x),
                "arrayminus": np.nan_to_num(x - left),
                "thickness": 1.25,
                "width": 5,
                "color": TOKENS[theme]["muted"],
            },
            hovertemplate=f"%{{y}}<br>%{{x:.2f}}{NBSP}%<extra></extra>",
            showlegend=False,
        )
    )
    figure.add_vline(0.0, line={"width": 1, "color": TOKENS[theme]["text"]})
    figure.update_xaxes(title_text=axis_title, ticksuffix=f"{NBSP}%")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=True)
    return charts.finish(
        figure, title=title, theme=theme, language=language, height=110 + 30 * len(names)
    )


def build_unit_hours_figure(
    names: Sequence[str],
    deviation: ArrayLike,
    *,
    hour_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """Heatmap of units by hour of the day, white where a unit gives what its peers give.

    Parameters
    ----------
    deviation : (24, u) from the peers [%]; NaN is blank.
    """
    values = np.asarray(deviation, dtype=np.float64)
    reach = max(float(np.nanmax(np.abs(values), initial=0.0)), LEAST_REACH)
    figure = go.Figure(
        go.Heatmap(
            z=values.T.astype(np.float32),
            x=np.arange(24) + 0.5,
            y=list(names),
            colorscale=[[place, colour] for place, colour in DIVERGING],
            zmin=-reach,
            zmax=reach,
            hoverongaps=False,
            xgap=1,
            ygap=1,
            customdata=np.repeat(np.arange(24)[None, :], len(names), axis=0),
            hovertemplate=(f"%{{y}}, %{{customdata}}{NBSP}h<br>%{{z:+.1f}}{NBSP}%<extra></extra>"),
            colorbar={
                "title": {"text": "%", "side": "right", "font": {"size": 12}},
                "thickness": 10,
                "outlinewidth": 0,
                "tickfont": {"size": 12, "color": TOKENS[theme]["muted"]},
            },
        )
    )
    lit = np.flatnonzero(np.isfinite(values).any(axis=1))
    low, high = (lit[0], lit[-1] + 1) if lit.size else (0, 24)
    figure.update_xaxes(title_text=hour_title, range=[low, high], dtick=1, showgrid=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return charts.finish(
        figure, title=title, theme=theme, language=language, height=130 + ROW_HEIGHT * len(names)
    )
