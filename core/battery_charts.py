"""Plotly figures of a battery system; no Streamlit. Look and time axis are those of `core.charts`.

Every figure takes finished numbers and words: titles are sentences, labels come translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core import charts
from core.charts import HUES, NBSP, TOKENS, Theme, to_wall_ms, with_alpha

LANE_HEIGHT = 34
# Order of the parts of a bar: colours of categories, kept apart from those of states.
_PARTS = ("battery", "import", "export", "load", "pv", "other", "price")


@dataclass(frozen=True)
class Lane:
    """One row of a swim-lane figure.

    Attributes
    ----------
    name : of the flag or mode.
    start, end : edges of its runs [µs UTC].
    words : what to say of each run.
    state : ``error warning unknown``, decides the colour.
    """

    name: str
    start: ArrayLike
    end: ArrayLike
    words: Sequence[str]
    state: str


def _hours_scale(hours: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[float], list[str]]:
    """Decades of hours as colours: rest would drown all else on a linear scale."""
    shown = np.where(hours > 0, np.log10(np.maximum(hours, 1e-3)), np.nan)
    finite = shown[np.isfinite(shown)]
    low, high = (np.floor(finite.min()), np.ceil(finite.max())) if finite.size else (0.0, 1.0)
    ticks = [float(tick) for tick in np.arange(low, high + 1)]
    return shown, ticks, [f"{10**tick:g}" for tick in ticks]


def build_time_map_figure(
    hours: ArrayLike,
    *,
    x_edges: ArrayLike,
    y_edges: ArrayLike,
    x_title: str,
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 360,
) -> go.Figure:
    """Hours by two quantities, on a scale of decades; bands never reached stay blank.

    Parameters
    ----------
    hours : (x, y) [h].
    x_edges, y_edges : (x + 1,), (y + 1,) in the units of the titles.
    """
    grid = np.asarray(hours, dtype=np.float64)
    shown, ticks, names = _hours_scale(grid)
    x, y = np.asarray(x_edges, np.float64), np.asarray(y_edges, np.float64)
    middle_x, middle_y = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
    figure = go.Figure(
        go.Heatmap(
            z=shown.T.astype(np.float32),
            customdata=grid.T.astype(np.float32),
            x=middle_x,
            y=middle_y,
            colorscale="Cividis",
            zmin=ticks[0],
            zmax=ticks[-1] if len(ticks) > 1 else ticks[0] + 1,
            hoverongaps=False,
            hovertemplate=(
                f"{x_title} %{{x:.4~g}}<br>{y_title} %{{y:.4~g}}"
                f"<br>%{{customdata:,.3~g}}{NBSP}h<extra></extra>"
            ),
            xgap=1,
            ygap=1,
            colorbar={
                "title": {"text": "h", "side": "top", "font": {"size": 12}},
                "thickness": 10,
                "outlinewidth": 0,
                "tickvals": ticks,
                "ticktext": names,
                "tickfont": {"size": 12, "color": TOKENS[theme]["muted"]},
            },
        )
    )
    figure.update_xaxes(title_text=x_title, range=[x[0], x[-1]], showgrid=False)
    figure.update_yaxes(title_text=y_title, range=[y[0], y[-1]], showgrid=False)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_band_bars_figure(
    edges: ArrayLike,
    values: ArrayLike,
    *,
    x_title: str,
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    second: ArrayLike | None = None,
    labels: tuple[str, str] = ("", ""),
    height: int = 320,
) -> go.Figure:
    """Bars over the bands of a quantity: cycles by depth, time by C-rate.

    Parameters
    ----------
    edges : (k + 1,) of the bands; values : (k,).
    second : (k,) drawn beside the first, e.g. the full cycles those cycles make.
    labels : of the two, for the legend.
    """
    at = np.asarray(edges, dtype=np.float64)
    middle, width = (at[:-1] + at[1:]) / 2, np.diff(at)
    several = second is not None
    figure = go.Figure()
    pairs = [(values, labels[0], "battery"), (second, labels[1], "load")]
    for place, (bars, label, hue) in enumerate(pairs[: 2 if several else 1]):
        share = 0.44 if several else 0.92
        figure.add_trace(
            go.Bar(
                x=middle,
                y=np.asarray(bars, dtype=np.float64),
                width=width * share,
                offset=(place - 1) * width * share if several else -width * share / 2,
                name=label,
                marker={"color": HUES[theme][hue], "line": {"width": 0}},
                customdata=np.column_stack([at[:-1], at[1:]]),
                hovertemplate=(
                    "%{customdata[0]:.4~g} .. %{customdata[1]:.4~g}<br>%{y:,.4~g}"
                    f"<extra>{label}</extra>"
                ),
            )
        )
    figure.update_xaxes(title_text=x_title, range=[at[0], at[-1]])
    figure.update_yaxes(title_text=y_title, rangemode="tozero")
    figure.update_layout(barmode="overlay", bargap=0)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_throughput_figure(
    start: ArrayLike,
    end: ArrayLike,
    charged: ArrayLike,
    discharged: ArrayLike,
    *,
    zone: str,
    labels: tuple[str, str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    marked: ArrayLike | None = None,
    unit: str = "kWh",
    height: int = 320,
) -> go.Figure:
    """Energy charged (up) and discharged (down) per period; hatched where coverage is short.

    Parameters
    ----------
    start, end : (n,) edges of the periods [µs UTC].
    charged, discharged : (n,) [unit], both positive; one that is all NaN is not drawn.
    labels : of charge and discharge.
    """
    left, right = to_wall_ms(start, zone), to_wall_ms(end, zone)
    up, down = np.asarray(charged, np.float64), np.asarray(discharged, np.float64)
    peak = float(np.nanmax(np.concatenate([up, down, [0.0]])))
    factor, unit = charts.fit_unit(peak, unit)
    short = np.zeros(up.size, bool) if marked is None else np.asarray(marked, bool)
    figure = go.Figure()
    for values, label, hue in ((up, labels[0], "battery"), (-down, labels[1], "export")):
        if not np.isfinite(values).any():
            continue
        colour = HUES[theme][hue]
        charts.add_dated_bars(figure, left, right, values * factor, short, label, colour, unit)
    figure.update_xaxes(**charts.time_axis(language))
    figure.update_yaxes(title_text=unit, zeroline=True, zerolinecolor=TOKENS[theme]["border"])
    figure.update_layout(barmode="overlay", bargap=0)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_lines_figure(
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    zone: str,
    unit: str,
    span: tuple[int, int],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    gap_us: int | None = None,
    markers: Sequence[str] = (),
    from_zero: bool = False,
    height: int = 300,
) -> go.Figure:
    """Curves over time that are no signals: spreads, health, efficiencies.

    Parameters
    ----------
    lines : label -> (ts [µs UTC] (n,), values (n,) [unit]); NaN opens the line.
    gap_us : points further apart are not joined.
    markers : labels of lines drawn as points, for values that have nothing between them.
    """
    hues = [HUES[theme][name] for name in ("battery", "import", "load", "other")]
    figure = go.Figure()
    for place, (label, (ts, values)) in enumerate(lines.items()):
        at, drawn = np.asarray(ts, np.int64), np.asarray(values, np.float64)
        if gap_us is not None and at.size > 1:
            breaks = np.flatnonzero(np.diff(at) > gap_us) + 1
            at, drawn = np.insert(at, breaks, at[breaks - 1]), np.insert(drawn, breaks, np.nan)
        figure.add_trace(
            go.Scatter(
                x=to_wall_ms(at, zone),
                y=drawn.astype(np.float32),
                mode="markers"
                if label in markers
                else "lines+markers"
                if at.size <= charts.FEW_POINTS
                else "lines",
                marker={"size": 4, "color": hues[place % len(hues)]},
                line={"width": 1.5, "color": hues[place % len(hues)]},
                name=label,
                connectgaps=False,
                hovertemplate=f"%{{x}}<br>%{{y:,.4~g}}{NBSP}{unit}<extra>{label}</extra>",
            )
        )
    figure.update_xaxes(**charts.time_axis(language), range=to_wall_ms(span, zone).tolist())
    figure.update_yaxes(title_text=unit, rangemode="tozero" if from_zero else "normal")
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_windows_figure(
    end: ArrayLike,
    ratios: Mapping[str, ArrayLike],
    pooled: Mapping[str, tuple[float, float, float]],
    *,
    zone: str,
    span: tuple[int, int],
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """Efficiency of each closed window as a point, and that of all as a line with its interval.

    Parameters
    ----------
    end : (w,) [µs UTC]; ratios : label -> (w,) 0..1, NaN unknown.
    pooled : label -> value, low, high (0..1) of those that have one.
    """
    figure = go.Figure()
    wall = to_wall_ms(end, zone)
    edges = to_wall_ms(span, zone).tolist()
    for place, (label, values) in enumerate(ratios.items()):
        colour = HUES[theme][("battery", "load", "import")[place % 3]]
        figure.add_trace(
            go.Scatter(
                x=wall,
                y=100 * np.asarray(values, np.float64),
                mode="markers",
                name=label,
                marker={
                    "size": 5,
                    "color": with_alpha(colour, 0.6),
                    "symbol": ("circle", "diamond", "square")[place % 3],
                },
                hovertemplate=f"%{{x}}<br>%{{y:.2f}}{NBSP}%<extra>{label}</extra>",
            )
        )
        if label in pooled:
            value, low, high = (100 * part for part in pooled[label])
            figure.add_shape(
                type="rect",
                x0=edges[0],
                x1=edges[1],
                y0=low,
                y1=high,
                fillcolor=with_alpha(colour, 0.2),
                line={"width": 0},
                layer="below",
            )
            figure.add_shape(
                type="line",
                x0=edges[0],
                x1=edges[1],
                y0=value,
                y1=value,
                line={"width": 1.5, "color": colour},
            )
    figure.update_xaxes(**charts.time_axis(language), range=edges)
    figure.update_yaxes(title_text=y_title)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_parts_figure(
    parts: Mapping[str, float],
    *,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    states: Mapping[str, str] | None = None,
    height: int = 150,
) -> go.Figure:
    """One bar of parts of a whole: losses, or the time of a window by state.

    Parameters
    ----------
    parts : label -> size [unit], in order.
    states : label -> colour token (``good warning error critical unknown muted``) or hue, where
        the part has a meaning of its own.
    """
    figure = go.Figure()
    total = sum(parts.values())
    hues = {**TOKENS[theme], **HUES[theme]}
    for place, (label, size) in enumerate(parts.items()):
        colour = hues[(states or {}).get(label, _PARTS[place % len(_PARTS)])]
        share = 100 * size / total if total > 0 else 0.0
        figure.add_trace(
            go.Bar(
                x=[size],
                y=[""],
                orientation="h",
                name=label,
                width=0.6,
                marker={
                    "color": colour,
                    "line": {"width": 1, "color": TOKENS[theme]["background"]},
                },
                hovertemplate=(
                    f"{label}<br>%{{x:,.4~g}}{NBSP}{unit} ({share:.3g}{NBSP}%)<extra></extra>"
                ),
            )
        )
    figure.update_xaxes(title_text=unit, range=[0, total], showgrid=False)
    figure.update_yaxes(showticklabels=False, ticks="")
    figure.update_layout(barmode="stack", bargap=0)
    figure = charts.finish(figure, title=title, theme=theme, language=language, height=height)
    # Parts stand in the order of the legend, which reads from the left like the bar.
    return figure.update_layout(legend={"x": 0, "xanchor": "left", "traceorder": "normal"})


def build_lanes_figure(
    lanes: Sequence[Lane],
    *,
    zone: str,
    span: tuple[int, int],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """Swim lanes: a row per flag, a bar from start to end of each of its runs, at least a pixel.

    Parameters
    ----------
    lanes : the first on top; a lane without runs stays an empty row.
    """
    figure = go.Figure()
    window = float(np.diff(to_wall_ms(span, zone))[0])
    for place, lane in enumerate(lanes):
        begin, until = to_wall_ms(lane.start, zone), to_wall_ms(lane.end, zone)
        colour = TOKENS[theme][lane.state]
        figure.add_trace(
            go.Bar(
                base=begin,
                # A run of minutes in a year would be narrower than a pixel.
                x=np.maximum(until - begin, window / 1200),
                y=[place] * len(begin),
                orientation="h",
                width=0.62,
                marker={"color": colour, "line": {"width": 0}},
                name=lane.name,
                showlegend=False,
                customdata=list(lane.words),
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure.update_xaxes(**_lane_axis(language), range=to_wall_ms(span, zone).tolist())
    figure.update_yaxes(
        tickvals=list(range(len(lanes))),
        ticktext=[lane.name for lane in lanes],
        range=[len(lanes) - 0.5, -0.5],
        showgrid=True,
        ticks="",
        ticklabelstandoff=8,
    )
    figure.update_layout(barmode="overlay", bargap=0)
    return charts.finish(
        figure, title=title, theme=theme, language=language, height=96 + LANE_HEIGHT * len(lanes)
    )


def _lane_axis(language: str) -> dict[str, Any]:
    """A time axis whose hover text is the run's own."""
    return {**charts.time_axis(language), "hoverformat": "%d.%m.%Y %H:%M"}
