"""Plotly figures of a dispatch plan; no Streamlit. Look and axes are those of `core.charts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from core import charts
from core.charts import HUES, NBSP, TOKENS, Theme, to_wall_ms, with_alpha

# Stacked up and down from zero: what comes in above, what goes out below.
FLOWS_IN = (("pv_used_kw", "pv"), ("discharge_kw", "battery"), ("import_kw", "import"))
FLOWS_OUT = (
    ("vehicles_kw", "load"), ("heating_kw", "other"), ("charge_kw", "battery"),
    ("export_kw", "export"),
)  # fmt: skip


def build_plan_figure(
    ts: ArrayLike,
    flows: Mapping[str, ArrayLike],
    price_eur_kwh: ArrayLike,
    names: Mapping[str, str],
    *,
    step_us: int,
    zone: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 560,
) -> go.Figure:
    """Powers by origin, SOC and price over the steps of a plan.

    Parameters
    ----------
    ts : (T,) starts of steps [µs UTC].
    flows : ``load_kw pv_used_kw import_kw export_kw charge_kw discharge_kw soc_pct``, (T,) each;
        ``vehicles_kw heating_kw`` where there are some.
    names : of the flows, of ``soc_pct`` and of ``price``, in words.
    """
    edges = np.append(np.asarray(ts, np.int64), np.asarray(ts, np.int64)[-1] + step_us)
    x = to_wall_ms(edges, zone).astype("datetime64[ms]")
    figure = make_subplots(
        rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.58, 0.22, 0.2]
    )
    hues = HUES[theme]
    for group, sign in ((FLOWS_IN, 1.0), (FLOWS_OUT, -1.0)):
        for name, hue in group:
            if name not in flows:
                continue
            values = sign * _held(flows[name])
            figure.add_trace(
                go.Scatter(
                    x=x, y=values, name=names[name], stackgroup=f"s{sign:g}",
                    line={"shape": "hv", "width": 0.5, "color": hues[hue]},
                    fillcolor=with_alpha(hues[hue], 0.55 if sign > 0 else 0.35),
                    fillpattern={} if sign > 0 else {"shape": "/", "size": 6},
                    hovertemplate=f"%{{y:.4~g}}{NBSP}kW<extra>{names[name]}</extra>",
                ), row=1, col=1,
            )  # fmt: skip
    lines = (
        ("load_kw", "kW", TOKENS[theme]["text"], 1), ("soc_pct", "%", hues["battery"], 2),
    )  # fmt: skip
    for name, unit, colour, row in lines:
        figure.add_trace(_line(x, flows[name], names[name], unit, colour), row=row, col=1)
    price = _line(x, 100 * np.asarray(price_eur_kwh), names["price"], "ct/kWh", hues["price"])
    figure.add_trace(price, row=3, col=1)
    for row, unit in ((1, "kW"), (2, "%"), (3, "ct/kWh")):
        figure.update_yaxes(title_text=unit, row=row, col=1)
    figure.update_yaxes(range=[0, 100], row=2, col=1)
    figure.update_yaxes(zeroline=True, zerolinecolor=TOKENS[theme]["muted"], row=1, col=1)
    figure.update_xaxes(**charts.time_axis(language))
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def _held(values: ArrayLike) -> np.ndarray:
    """Values of steps with the last one again, for lines that run to its end."""
    found = np.asarray(values, np.float64)
    return np.append(found, found[-1:])


def _line(x: np.ndarray, values: ArrayLike, name: str, unit: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=x, y=_held(values), name=name, mode="lines",
        line={"shape": "hv", "width": 1.8, "color": colour},
        hovertemplate=f"%{{y:.4~g}}{NBSP}{unit}<extra>{name}</extra>",
    )  # fmt: skip


def build_rooms_figure(
    ts: ArrayLike,
    rooms: Mapping[str, ArrayLike],
    relays: Mapping[str, ArrayLike],
    *,
    step_us: int,
    zone: str,
    words: tuple[str, str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """Temperature of rooms and states of relays over the steps of a plan, a line of the map each.

    Parameters
    ----------
    rooms : by name, air at the end of each step [°C]. relays : by name, 0 or 1.
    words : what relays are when they are off and on.
    """
    x = to_wall_ms(np.asarray(ts, np.int64) + step_us // 2, zone).astype("datetime64[ms]")
    shares = [max(len(rooms), 1), max(len(relays), 1)]
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.04,
        row_heights=[one / sum(shares) for one in shares],
    )  # fmt: skip
    figure.add_trace(
        go.Heatmap(
            x=x, y=list(rooms), z=np.array([np.asarray(one) for one in rooms.values()]),
            colorscale="Cividis", colorbar={"title": {"text": "°C"}, "len": 0.5, "y": 0.76},
            hovertemplate=f"%{{y}}: %{{z:.1f}}{NBSP}°C<extra></extra>",
        ), row=1, col=1,
    )  # fmt: skip
    if relays:
        on = np.array([np.asarray(one, np.float64) for one in relays.values()])
        said = np.where(on > 0.5, words[1], words[0])
        figure.add_trace(
            go.Heatmap(
                x=x, y=list(relays), z=on, zmin=0, zmax=1, showscale=False, customdata=said,
                colorscale=[[0, TOKENS[theme]["surface"]], [1, HUES[theme]["other"]]], ygap=2,
                hovertemplate="%{y}: %{customdata}<extra></extra>",
            ), row=2, col=1,
        )  # fmt: skip
    figure.update_yaxes(autorange="reversed", tickmode="linear", automargin=True)
    figure.update_xaxes(**charts.time_axis(language))
    height = 150 + 20 * (len(rooms) + len(relays))
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_costs_figure(
    ways: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    hues: Mapping[str, str],
    *,
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 320,
) -> go.Figure:
    """Costs of several ways as stacked bars, earnings below zero.

    Parameters
    ----------
    ways : names of the ways. parts : by name of the part, its cost in each way [€].
    hues : of the parts, names of `charts.HUES`.
    """
    figure = go.Figure()
    for name, values in parts.items():
        figure.add_trace(
            go.Bar(
                x=list(ways), y=list(values), name=name, marker_color=HUES[theme][hues[name]],
                hovertemplate=f"%{{y:,.2f}}{NBSP}€<extra>{name}</extra>",
            )
        )  # fmt: skip
    figure.update_layout(barmode="relative", bargap=0.45)
    figure.update_yaxes(title_text=y_title, zeroline=True, zerolinecolor=TOKENS[theme]["muted"])
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_sizing_figure(
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_title: str,
    y_title: str,
    hue: str,
    mark: tuple[float, float, str] | None = None,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """What a size brings, as a curve, with the size at hand marked.

    Parameters
    ----------
    mark : x, y and words of the point to be marked.
    """
    colour = HUES[theme][hue]
    figure = go.Figure(
        go.Scatter(
            x=np.asarray(x), y=np.asarray(y), mode="lines", line={"color": colour, "width": 2.2},
            hovertemplate=f"{x_title}: %{{x:,.4~g}}<br>{y_title}: %{{y:,.4~g}}<extra></extra>",
        )
    )  # fmt: skip
    if mark is not None:
        figure.add_trace(
            go.Scatter(
                x=[mark[0]], y=[mark[1]], mode="markers+text", text=[mark[2]],
                textposition="bottom right", showlegend=False,
                marker={"size": 10, "color": TOKENS[theme]["text"], "symbol": "diamond"},
                hoverinfo="skip",
            )
        )  # fmt: skip
    figure.update_xaxes(title_text=x_title, rangemode="tozero")
    figure.update_yaxes(title_text=y_title, rangemode="tozero")
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)
