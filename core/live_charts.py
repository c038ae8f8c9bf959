"""Figures of live readings: a chart that follows with bands of outages, and parts of a device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from core.charts import (
    DIVERGING,
    TOKENS,
    SeriesLike,
    Theme,
    build_series_figure,
    to_wall_ms,
    with_alpha,
)

LANE = 22  # height of a device's band [px]
LANE_PAD = 14
Band = tuple[str, int, int, str]
AXIS = 90  # number of the value axis of the bands: panels have the low ones


def build_live_figure(
    series: Sequence[SeriesLike],
    *,
    bands: Sequence[Band],
    lanes: Sequence[str],
    span: tuple[int, int],
    zone: str,
    labels: Sequence[str] | None = None,
    title: str = "",
    outage_label: str = "outage",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """Series over time, and below them a lane by device with a band for each outage.

    Parameters
    ----------
    bands : (lane, from, to, words) [µs UTC]; cut to the span.
    lanes : names from the top; one without an outage is an empty line.
    outage_label : of a band in the legend.

    Raises
    ------
    ValueError : no series.
    """
    below = LANE * len(lanes) + LANE_PAD if lanes else 0
    figure = build_series_figure(
        series, title=title, theme=theme, language=language, span=span, labels=labels, height=height
    )
    if lanes:
        _add_lanes(figure, bands, lanes, span, zone, outage_label, theme, below)
    return figure


def _add_lanes(
    figure: go.Figure,
    bands: Sequence[Band],
    lanes: Sequence[str],
    span: tuple[int, int],
    zone: str,
    label: str,
    theme: Theme,
    below: int,
) -> None:
    """Press the panels together from below and put the lanes under them, on the same time axis."""
    whole = float(figure.layout.height) + below
    share = below / (whole - 70)  # title and ticks take about so much
    panels = [axis for axis in figure.select_yaxes()]
    for axis in panels:
        low, high = axis.domain or (0.0, 1.0)
        axis.domain = [share + (1 - share) * low, share + (1 - share) * high]
    last = f"x{len(panels)}" if len(panels) > 1 else "x"
    names = list(reversed(lanes))
    figure.update_layout({
        "height": whole,
        f"yaxis{AXIS}": {
            "domain": [0.0, max(share - LANE_PAD / (whole - 70), 0.0)],
            "anchor": last, "range": [-0.5, len(names) - 0.5], "fixedrange": True,
            "tickvals": list(range(len(names))), "ticktext": [_short(one) for one in names],
            "showgrid": True, "ticks": "",
        },
        # The ticks of time stand below everything.
        f"xaxis{last[1:]}": {"anchor": f"y{AXIS}"},
    })  # fmt: skip
    shown = [(lane, max(a, span[0]), min(b, span[1]), words) for lane, a, b, words in bands
             if a < span[1] and b > span[0] and lane in names]  # fmt: skip
    # Without a line on them Plotly leaves axes out: the lanes and the ticks of time below them.
    figure.add_scatter(
        x=to_wall_ms([span[0]], zone), y=[0], mode="markers", marker={"opacity": 0},
        showlegend=False, hoverinfo="skip", xaxis=last, yaxis=f"y{AXIS}",
    )  # fmt: skip
    colour = TOKENS[theme]["error"]
    for i, (lane, start, end, words) in enumerate(shown):
        x = to_wall_ms([start, end], zone)
        place = names.index(lane)
        low, high = place - 0.32, place + 0.32
        figure.add_scatter(
            x=[x[0], x[1], x[1], x[0], x[0]], y=[low, low, high, high, low], mode="lines",
            fill="toself", fillcolor=with_alpha(colour, 0.55), line={"width": 1, "color": colour},
            name=label, legendgroup="outage", showlegend=i == 0, text=words, hoveron="fills",
            hoverinfo="text", xaxis=last, yaxis=f"y{AXIS}",
        )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def part_colours(values: np.ndarray, *, centred: bool) -> tuple[list[list[str]], float, float]:
    """Colours of the parts of a device, empty where there is no value; and the ends of the scale.

    Parameters
    ----------
    values : float64[row, column].
    centred : diverging colours around zero, of equal reach both ways, instead of a sequence.

    Returns
    -------
    colours by row and column as ``rgb(r, g, b)``; the values of the first and the last colour.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return [[""] * values.shape[1] for _ in values], np.nan, np.nan
    reach = float(np.max(np.abs(known)))
    low, high = (-reach, reach) if centred else (float(known.min()), float(known.max()))
    # Where all are alike none stands out: the middle.
    share = (values - low) / (high - low) if high > low else np.where(np.isnan(values), values, 0.5)
    flat = [float(one) for one in share[np.isfinite(share)]]
    found = iter(sample_colorscale(DIVERGING if centred else "Cividis", flat, colortype="rgb"))
    return (
        [["" if np.isnan(one) else str(next(found)) for one in row] for row in share], low, high,
    )  # fmt: skip
