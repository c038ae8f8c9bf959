"""Plotly figures of a PV plant; no Streamlit. Look and time axis are those of `core.charts`.

Every figure takes finished numbers and words: titles are sentences, labels come translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core import charts
from core.charts import HUES, NBSP, TOKENS, Theme, to_wall_ms, with_alpha

CUT = 1.5  # below the lowest bar, in parts of all losses, where a waterfall's axis begins


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: a total that stands on the ground, or a loss that hangs.

    Attributes
    ----------
    value : [h]; a loss is positive where it takes away.
    low, high : interval of an estimated loss [h]; None where it is measured.
    words : the value as it is written at the bar.
    """

    label: str
    value: float
    total: bool
    low: float | None = None
    high: float | None = None
    words: str = ""


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
        charts.add_dated_bars(figure, left, right, values, short, label, colour, unit)
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
    factor, unit = charts.fit_unit(max(abs(one.value) for one in steps), unit)
    steps = [_scaled(one, factor) for one in steps]
    figure = go.Figure(
        go.Waterfall(
            x=[one.label for one in steps],
            y=[one.value if one.total else -one.value for one in steps],
            measure=["absolute" if one.total else "relative" for one in steps],
            decreasing={"marker": {"color": HUES[theme]["import"]}},
            increasing={"marker": {"color": HUES[theme]["battery"]}},
            totals={"marker": {"color": HUES[theme]["pv"]}},
            text=[one.words for one in steps],
            textposition="outside",
            textfont={"size": 12, "color": TOKENS[theme]["muted"]},
            cliponaxis=False,
            connector={"line": {"color": TOKENS[theme]["border"], "width": 1}},
            hovertemplate=f"%{{x}}<br>%{{delta:,.4~g}}{NBSP}{unit}<extra></extra>",
            showlegend=False,
        )
    )
    level, levels = 0.0, []
    for one in steps:
        level = one.value if one.total else level - one.value
        levels.append(level)
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
    # Losses are a tenth of the light: an axis from zero would show bars of light alone.
    low, high = min(levels), max(levels)
    ground = max(0.0, low - CUT * (high - low))
    figure.update_yaxes(title_text=unit, range=[ground, high + 0.12 * (high - ground)])
    figure.update_xaxes(type="category", showgrid=False)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def _scaled(one: Step, factor: float) -> Step:
    low, high = (None if edge is None else edge * factor for edge in (one.low, one.high))
    return replace(one, value=one.value * factor, low=low, high=high)


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


def build_daily_figure(
    start: ArrayLike,
    value: ArrayLike,
    *,
    zone: str,
    unit: str,
    label: str,
    title: str = "",
    trend: tuple[str, ArrayLike, ArrayLike] | None = None,
    marked: tuple[str, ArrayLike] | None = None,
    lines: Mapping[str, ArrayLike] | None = None,
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """A value per day as points, with what was expected, days marked, and a trend.

    Parameters
    ----------
    start, value : (n,) days [µs UTC] and values [unit], NaN left blank.
    trend : label, times [µs UTC] and values of a straight line.
    marked : label and bool[n] of days drawn as crosses.
    lines : label -> (n,) values joined by a line.
    """
    wall = to_wall_ms(start, zone)
    values = np.asarray(value, np.float64)
    flags = np.zeros(len(values), bool) if marked is None else np.asarray(marked[1], bool)
    token, hues = TOKENS[theme], HUES[theme]
    figure = go.Figure()

    def dots(where: NDArray[np.bool_], name: str, marker: dict[str, object]) -> None:
        figure.add_trace(
            go.Scattergl(
                x=wall[where],
                y=values[where].astype(np.float32),
                mode="markers",
                name=name,
                marker=marker,
                hovertemplate=f"%{{x|%d.%m.%Y}}<br>%{{y:.4~g}}{NBSP}{unit}<extra>{name}</extra>",
            )
        )

    dots(~flags, label, {"size": 4, "color": with_alpha(hues["pv"], 0.7)})
    for name, drawn in (lines or {}).items():
        figure.add_trace(
            go.Scatter(
                x=wall, y=np.asarray(drawn, np.float64).astype(np.float32), mode="lines", name=name,
                line={"width": 1.25, "color": token["muted"]}, connectgaps=False,
                hoverinfo="skip",
            )
        )  # fmt: skip
    if marked is not None and flags.any():
        dots(flags, marked[0], {"size": 9, "color": token["error"], "symbol": "x"})
    if trend is not None:
        figure.add_trace(
            go.Scatter(
                x=to_wall_ms(trend[1], zone), y=np.asarray(trend[2], np.float64), mode="lines",
                name=trend[0], line={"width": 2, "color": hues["export"]}, hoverinfo="skip",
            )
        )  # fmt: skip
    figure.update_xaxes(**charts.time_axis(language))
    figure.update_yaxes(title_text=unit)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_beside_figure(
    start: ArrayLike,
    end: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    zone: str,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 320,
) -> go.Figure:
    """Energies of a period side by side: what came, what was expected, what is typical.

    Parameters
    ----------
    start, end : (m,) edges of the periods [µs UTC].
    values : label -> (m,) [unit], the first in the colour of PV, the others paler.
    """
    left, right = to_wall_ms(start, zone), to_wall_ms(end, zone)
    arrays = {label: np.asarray(one, np.float64) for label, one in values.items()}
    peak = float(np.nanmax(np.concatenate([*arrays.values(), [0.0]])))
    factor, unit = charts.fit_unit(peak, unit)
    width = 0.9 * (right - left) / len(arrays)
    colours = (HUES[theme]["pv"], TOKENS[theme]["muted"], HUES[theme]["load"])
    figure = go.Figure()
    for place, (label, array) in enumerate(arrays.items()):
        figure.add_trace(
            go.Bar(
                x=left, y=(array * factor).astype(np.float32), width=width,
                offset=0.05 * (right - left) + place * width, name=label,
                marker={"color": colours[place % len(colours)], "line": {"width": 0}},
                hovertemplate=f"%{{x}}<br>%{{y:,.4~g}}{NBSP}{unit}<extra>{label}</extra>",
            )
        )  # fmt: skip
    figure.update_xaxes(**charts.time_axis(language))
    figure.update_yaxes(title_text=unit, rangemode="tozero")
    figure.update_layout(barmode="overlay", bargap=0)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)
