"""Figures of forecasts: bands ahead, errors by horizon, reliability, skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, Unpack

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts import (
    HUES,
    TOKENS,
    Theme,
    colour_of,
    finish,
    fit_unit,
    time_axis,
    to_wall_ms,
    with_alpha,
)

QUANTITY_OF = {"load": "load_power", "net": "grid_power", "pv": "pv_power",
               "room_temperature": "room_temperature",
               "cell_temperature": "cell_temperature"}  # fmt: skip
BASELINE_HUES = ("other", "import", "export", "price")
DASHES = ("dot", "dash", "dashdot", "longdash")


class Look(TypedDict):
    """What every figure is told."""

    title: str
    theme: Theme
    language: str
    height: NotRequired[int]


def _finished(figure: go.Figure, look: Look, height: int) -> go.Figure:
    """A figure as all of the app look, as high as was asked for."""
    told: dict[str, Any] = {"height": height, **look}
    return finish(figure, **told)


def build_forecast_figure(
    forecast: pd.DataFrame,
    actual: pd.DataFrame,
    *,
    issue: int | None,
    quantity: str,
    unit: str,
    step_us: int,
    zone: str,
    words: Mapping[str, str],
    **look: Unpack[Look],
) -> go.Figure:
    """Expected value with the band of 10 to 90 %, and readings beside it.

    Parameters
    ----------
    forecast : frame `ts` [µs UTC], `expected`, `p10`, `p90` [unit].
    actual : frame `ts` [µs UTC], `value` [unit].
    issue : drawn as a line in time [µs UTC], None for many issues.
    words : ``expected``, ``band``, ``actual``, ``issue``.
    """
    theme = look["theme"]
    largest = np.nanmax(np.abs(np.r_[forecast["p90"], actual["value"], 0.0]))
    factor, fitted = fit_unit(float(largest), unit)
    colour = colour_of(QUANTITY_OF[quantity.partition(".")[0]], theme)
    figure = go.Figure()
    half = step_us / 2000.0
    ts, columns = _broken(forecast, ("expected", "p10", "p90"), step_us)
    x = to_wall_ms(ts, zone) + half
    hover = f"%{{x}}<br>%{{y:.4~g}} {fitted}<extra>%{{fullData.name}}</extra>"
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "connectgaps": False}
    runs = _runs(columns["p10"])
    for run in runs:
        figure.add_scatter(x=x[run], y=factor * columns["p10"][run], showlegend=False, **edge)
        figure.add_scatter(
            x=x[run], y=factor * columns["p90"][run], fill="tonexty", name=words["band"],
            legendgroup="band", showlegend=run is runs[0],
            fillcolor=with_alpha(colour, 0.25), **edge,
        )  # fmt: skip
    figure.add_scatter(
        x=x, y=factor * columns["expected"], mode="lines", name=words["expected"],
        line={"color": colour, "width": 2, "dash": "dash"}, hovertemplate=hover,
        connectgaps=False,
    )  # fmt: skip
    ts, known = _broken(actual, ("value",), step_us)
    figure.add_scatter(
        x=to_wall_ms(ts, zone) + half, y=factor * known["value"], mode="lines",
        name=words["actual"], line={"color": TOKENS[theme]["text"], "width": 1.3},
        hovertemplate=hover, connectgaps=False,
    )  # fmt: skip
    if issue is not None:
        figure.add_vline(
            x=to_wall_ms(np.array([issue]), zone)[0], line_width=1, line_dash="dot",
            line_color=TOKENS[theme]["muted"], annotation_text=words["issue"],
            annotation_font_color=TOKENS[theme]["muted"], annotation_position="top left",
        )  # fmt: skip
    figure.update_xaxes(**time_axis(look["language"]))
    figure.update_yaxes(title_text=fitted)
    return _finished(figure, look, 380)


def _broken(
    frame: pd.DataFrame, names: Sequence[str], step_us: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Rows with a row of NaN wherever time jumps: a line bridges no gap."""
    ts = frame["ts"].to_numpy(np.int64)
    jumps = np.flatnonzero(np.diff(ts) > step_us) + 1
    columns = {name: np.insert(frame[name].to_numpy(np.float64), jumps, np.nan) for name in names}
    return np.insert(ts, jumps, ts[jumps - 1] + step_us if len(jumps) else []), columns


def _runs(values: np.ndarray) -> list[slice]:
    """Stretches without NaN; at least one, though it be empty."""
    good = np.r_[False, np.isfinite(values), False]
    edges = np.flatnonzero(good[1:] != good[:-1])
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)] or [
        slice(0, 0)
    ]


def build_horizon_figure(
    rows: pd.DataFrame,
    names: Mapping[str, str],
    *,
    quantity: str,
    unit: str,
    x_title: str,
    y_title: str,
    **look: Unpack[Look],
) -> go.Figure:
    """RMSE against how far ahead, of the model and what it is compared with.

    Parameters
    ----------
    rows : frame `horizon_h`, and a column for each of `names` [unit].
    names : column to label, the model's first.
    """
    theme = look["theme"]
    figure = go.Figure()
    factor, fitted = fit_unit(float(np.nanmax(rows[list(names)].to_numpy())), unit)
    for k, (column, label) in enumerate(names.items()):
        first = k == 0
        colour = (
            colour_of(QUANTITY_OF[quantity.partition(".")[0]], theme) if first
            else HUES[theme][BASELINE_HUES[(k - 1) % 4]]
        )  # fmt: skip
        figure.add_scatter(
            x=rows["horizon_h"], y=factor * rows[column], mode="lines+markers", name=label,
            line={"color": colour, "width": 2.5 if first else 1.5,
                  "dash": "solid" if first else DASHES[(k - 1) % 4]},
            hovertemplate=f"%{{x:g}} h<br>%{{y:.4~g}} {fitted}<extra>%{{fullData.name}}</extra>",
        )  # fmt: skip
    figure.update_xaxes(title_text=x_title, tickvals=list(rows["horizon_h"]))
    figure.update_yaxes(title_text=f"{y_title} [{fitted}]", rangemode="tozero")
    return _finished(figure, look, 320)


def build_reliability_figure(
    rows: pd.DataFrame,
    *,
    quantity: str,
    words: Mapping[str, str],
    **look: Unpack[Look],
) -> go.Figure:
    """Share of readings at or below each quantile against its level; the diagonal is right.

    Parameters
    ----------
    rows : frame `level`, `share`, `low`, `high` (0..1).
    words : ``level``, ``share``, ``ideal``, ``found``.
    """
    theme = look["theme"]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", name=words["ideal"],
        line={"color": TOKENS[theme]["muted"], "dash": "dash", "width": 1}, hoverinfo="skip",
    )  # fmt: skip
    share = 100 * rows["share"]
    figure.add_scatter(
        x=100 * rows["level"], y=share, mode="lines+markers", name=words["found"],
        line={"color": colour_of(QUANTITY_OF[quantity.partition(".")[0]], theme), "width": 2},
        marker={"size": 9},
        error_y={"type": "data", "symmetric": False, "array": 100 * rows["high"] - share,
                 "arrayminus": share - 100 * rows["low"], "thickness": 1.5},
        hovertemplate="%{x:.0f} %<br>%{y:.1f} %<extra></extra>",
    )  # fmt: skip
    ticks: dict[str, Any] = {"range": [0, 100], "dtick": 20, "ticksuffix": " %"}
    figure.update_xaxes(title_text=words["level"], **ticks)
    figure.update_yaxes(title_text=words["share"], **ticks)
    return _finished(figure, look, 320)


def build_shares_figure(
    rows: pd.DataFrame,
    *,
    x_title: str,
    colour: str,
    **look: Unpack[Look],
) -> go.Figure:
    """Horizontal bars with intervals, the first row at the top.

    Parameters
    ----------
    rows : frame `label`, `value`, `low`, `high`; NaN edges draw no interval.
    colour : name of a hue.
    """
    theme = look["theme"]
    value = rows["value"].to_numpy(np.float64)
    low, high = (rows[name].to_numpy(np.float64) for name in ("low", "high"))
    figure = go.Figure()
    figure.add_bar(
        x=value, y=list(rows["label"]), orientation="h",
        marker_color=with_alpha(HUES[theme][colour], 0.8),
        error_x={"type": "data", "symmetric": False, "array": np.nan_to_num(high - value),
                 "arrayminus": np.nan_to_num(value - low), "thickness": 1.3,
                 "color": TOKENS[theme]["text"]},
        hovertemplate="%{y}<br>%{x:.3~g}<extra></extra>", showlegend=False,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", title_text="")
    figure.update_xaxes(title_text=x_title)
    figure.add_vline(x=0, line_width=1, line_color=TOKENS[theme]["muted"])
    return _finished(figure, look, 110 + 26 * max(len(rows), 2))


def build_profile_figure(
    rows: pd.DataFrame,
    names: Mapping[str, str],
    *,
    unit: str,
    base: float | None,
    base_label: str,
    x_title: str,
    **look: Unpack[Look],
) -> go.Figure:
    """Mean power by hour of the day, a line by kind of day, and the base load.

    Parameters
    ----------
    rows : frame `hour` [h], and a column for each of `names` [unit].
    base : [unit], None where there is none.
    """
    theme = look["theme"]
    figure = go.Figure()
    for k, (column, label) in enumerate(names.items()):
        figure.add_scatter(
            x=rows["hour"], y=rows[column], mode="lines", name=label,
            line={"color": HUES[theme][("load", "price", "import")[k % 3]], "width": 2,
                  "dash": ("solid", "dash", "dot")[k % 3], "shape": "hvh"},
            hovertemplate=f"%{{x}} h<br>%{{y:.4~g}} {unit}<extra>%{{fullData.name}}</extra>",
        )  # fmt: skip
    if base is not None:
        figure.add_hline(
            y=base, line_width=1, line_dash="dash", line_color=TOKENS[theme]["muted"],
            annotation_text=base_label, annotation_font_color=TOKENS[theme]["muted"],
        )  # fmt: skip
    figure.update_xaxes(title_text=x_title, dtick=3, range=[-0.5, 23.5])
    figure.update_yaxes(title_text=unit, rangemode="tozero")
    return _finished(figure, look, 320)


def build_months_figure(
    rows: pd.DataFrame,
    *,
    unit: str,
    x_title: str,
    **look: Unpack[Look],
) -> go.Figure:
    """Mean power by month.

    Parameters
    ----------
    rows : frame `month` (1..12), `mean` [unit], `days`.
    """
    theme = look["theme"]
    figure = go.Figure()
    figure.add_bar(
        x=rows["month"], y=rows["mean"], customdata=rows["days"], showlegend=False,
        marker_color=with_alpha(HUES[theme]["load"], 0.8),
        hovertemplate=f"%{{x}}<br>%{{y:.4~g}} {unit}<br>%{{customdata}} d<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title_text=x_title, dtick=1, range=[0.5, 12.5])
    figure.update_yaxes(title_text=unit, rangemode="tozero")
    return _finished(figure, look, 320)
