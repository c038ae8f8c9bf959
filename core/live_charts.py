"""Figures of live readings: a chart that follows with bands of outages, and parts of a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.cell_charts import DIVERGING
from core.charts import (
    TOKENS,
    SeriesLike,
    Theme,
    build_series_figure,
    finish,
    template,
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


def build_parts_figure(
    values: np.ndarray,
    *,
    rows: Sequence[str],
    columns: Sequence[int],
    names: Sequence[Sequence[str]],
    unit: str,
    title: str,
    words: Mapping[str, str],
    deviation: bool,
    scale: float | None = None,
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """Heatmap of the parts of a device: their values, or how far they are from their median.

    Parameters
    ----------
    values : float64[row, column] [unit]; NaN is drawn as an empty, crossed field.
    names : signal by row and column, empty where there is none.
    words : ``row``, ``column``, ``missing`` as the page's language says them.
    deviation : diverging colours centred on zero instead of a sequence.
    scale : greatest deviation of the colours [unit]; that of the values where None.
    """
    known = values[np.isfinite(values)]
    reach = scale or float(np.max(np.abs(known), initial=0.0)) or 1.0
    colours = (
        {"colorscale": DIVERGING, "zmin": -reach, "zmax": reach, "zmid": 0.0}
        if deviation
        else {"colorscale": "Cividis"}
    )
    text = [
        [
            f"{name}: {words['missing']}" if np.isnan(value) and name else name
            for name, value in zip(line, found, strict=True)
        ]
        for line, found in zip(names, values, strict=True)
    ]
    y = list(rows) if any(rows) else [""] * len(rows)
    suffix = f" {unit}" if unit not in ("", "1") else ""
    figure = go.Figure(
        go.Heatmap(
            z=values, x=[str(c) for c in columns], y=list(range(len(y))), text=text,
            xgap=1, ygap=1, hoverongaps=False,
            hovertemplate=f"%{{text}}<br>%{{z:,.5~g}}{suffix}<extra></extra>",
            colorbar={"title": {"text": unit}, "thickness": 12, "outlinewidth": 0, "nticks": 5},
            **colours,
        )
    )  # fmt: skip
    gone = [
        (str(columns[j]), i, text[i][j])
        for i in range(len(rows))
        for j in range(len(columns))
        if names[i][j] and np.isnan(values[i, j])
    ]
    if gone:
        figure.add_scatter(
            x=[one[0] for one in gone], y=[one[1] for one in gone], text=[one[2] for one in gone],
            mode="markers", marker={"symbol": "x-thin", "size": 7,
                                    "line": {"width": 1.4, "color": TOKENS[theme]["muted"]}},
            hovertemplate="%{text}<extra></extra>", name=words["missing"], showlegend=False,
        )  # fmt: skip
    figure.update_layout(template=template(theme, language))
    figure.update_xaxes(title_text=words["column"], type="category", showgrid=False, ticks="")
    figure.update_yaxes(
        title_text=words["row"] if any(rows) else "", tickvals=list(range(len(y))), ticktext=y,
        autorange="reversed", showgrid=False, ticks="", fixedrange=True,
    )  # fmt: skip
    figure.update_xaxes(fixedrange=True)
    return finish(
        figure, title=title, theme=theme, language=language, height=150 + 26 * max(len(rows), 3)
    )
