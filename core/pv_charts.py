"""Plotly figures of a PV plant; no Streamlit. Look and time axis are those of `core.charts`.

Every figure takes finished numbers and words: titles are sentences, labels come translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core import charts
from core.charts import HUES, NBSP, TOKENS, Theme, to_wall_ms, with_alpha


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: a total that stands on the ground, or a loss that hangs.

    Attributes
    ----------
    value : [h]; a loss is positive where it takes away.
    low, high : interval of an estimated loss [h]; None where it is measured.
    """

    label: str
    value: float
    total: bool
    low: float | None = None
    high: float | None = None


def build_yields_figure(
    start: ArrayLike,
    end: ArrayLike,
    parts: Mapping[str, tuple[str, ArrayLike]],
    *,
    zone: str,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    marked: ArrayLike | None = None,
    height: int = 320,
) -> go.Figure:
    """Yields per period, stacked: final yield, then losses up to the reference yield.

    Parameters
    ----------
    start, end : (m,) edges of the periods [µs UTC].
    parts : label -> hue (a key of `HUES` or ``muted``) and (m,) values, drawn bottom up.
    marked : (m,) where coverage is short; drawn hatched.
    """
    left, right = to_wall_ms(start, zone), to_wall_ms(end, zone)
    short = np.zeros(len(left), bool) if marked is None else np.asarray(marked, bool)
    figure = go.Figure()
    for label, (hue, values) in parts.items():
        colour = TOKENS[theme]["muted"] if hue == "muted" else HUES[theme][hue]
        figure.add_trace(
            go.Bar(
                x=left,
                y=np.asarray(values, np.float64).astype(np.float32),
                width=0.9 * (right - left),
                offset=0.05 * (right - left),
                name=label,
                marker={
                    "color": np.where(short, with_alpha(colour, 0.35), colour).tolist(),
                    "line": {"width": 0},
                    "pattern": {
                        "shape": np.where(short, "/", "").tolist(),
                        "fgcolor": colour,
                        "size": 6,
                        "solidity": 0.35,
                    },
                },
                hovertemplate=f"%{{x}}<br>%{{y:,.4~g}}{NBSP}{unit}<extra>{label}</extra>",
            )
        )
    figure.update_xaxes(**charts.time_axis(language))
    figure.update_yaxes(title_text=unit)
    figure.update_layout(barmode="relative", bargap=0)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_waterfall_figure(
    steps: Sequence[Step],
    *,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 380,
) -> go.Figure:
    """Yields as bars on the ground, losses between them as bars that hang, with their intervals."""
    figure = go.Figure(
        go.Waterfall(
            x=[one.label for one in steps],
            y=[one.value if one.total else -one.value for one in steps],
            measure=["absolute" if one.total else "relative" for one in steps],
            decreasing={"marker": {"color": HUES[theme]["import"]}},
            increasing={"marker": {"color": HUES[theme]["battery"]}},
            totals={"marker": {"color": HUES[theme]["pv"]}},
            connector={"line": {"color": TOKENS[theme]["border"], "width": 1}},
            hovertemplate=f"%{{x}}<br>%{{delta:,.4~g}}{NBSP}{unit}<extra></extra>",
            showlegend=False,
        )
    )
    level = 0.0
    for one in steps:
        level = one.value if one.total else level - one.value
        if one.low is None or one.high is None or one.total:
            continue
        figure.add_trace(
            go.Scatter(
                x=[one.label],
                y=[level],
                mode="markers",
                marker={"size": 1, "color": TOKENS[theme]["text"]},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [one.value - one.low],
                    "arrayminus": [one.high - one.value],
                    "color": TOKENS[theme]["text"],
                    "thickness": 1.25,
                    "width": 5,
                },
                hoverinfo="skip",
                showlegend=False,
            )
        )
    figure.update_yaxes(title_text=unit, rangemode="tozero")
    figure.update_xaxes(type="category", showgrid=False)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_day_hour_figure(
    days: Sequence[str],
    grid: ArrayLike,
    *,
    unit: str,
    hour_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    bounds: tuple[float, float] | None = None,
    height: int = 380,
) -> go.Figure:
    """Heatmap with the days along and the hours of the day up; blank where nothing is known.

    Parameters
    ----------
    days : (d,) dates as ``2025-06-13``; grid : (24, d) [unit].
    """
    values = np.asarray(grid, dtype=np.float64)
    limits = {} if bounds is None else {"zmin": bounds[0], "zmax": bounds[1]}
    figure = go.Figure(
        go.Heatmap(
            z=values.astype(np.float32),
            x=list(days),
            y=np.arange(24) + 0.5,
            colorscale="Cividis",
            hoverongaps=False,
            customdata=np.repeat(np.arange(24)[:, None], len(days), axis=1),
            hovertemplate=(
                f"%{{x|%d.%m.%Y}} %{{customdata}}{NBSP}h<br>%{{z:.3~f}}{NBSP}{unit}<extra></extra>"
            ),
            colorbar={
                "title": {"text": unit, "side": "right", "font": {"size": 12}},
                "thickness": 10,
                "outlinewidth": 0,
                "tickfont": {"size": 12, "color": TOKENS[theme]["muted"]},
            },
            **limits,
        )
    )
    figure.update_xaxes(**charts.time_axis(language), showgrid=False)
    lit = np.flatnonzero(np.isfinite(values).any(axis=1))
    low, high = (lit[0], lit[-1] + 1) if lit.size else (0, 24)
    figure.update_yaxes(title_text=hour_title, range=[low, high], dtick=3, showgrid=False)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)
