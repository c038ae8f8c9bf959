"""Plotly figures of capacity, of incremental capacity and of one cell; no Streamlit.

Every figure takes finished numbers and words, in the unit of its axes. Moments are milliseconds of
the wall clock, see `core.charts.to_wall_ms`; whole days are drawn in their middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from core import charts
from core.charts import HUES, NBSP, TOKENS, Theme, with_alpha

Floats = NDArray[np.float64]
LABEL_SIZE = 11
PANEL_HEIGHT = 168
GAP_DAYS = 3.5  # a line over days is broken where none has a value for so long
DAY_MS = 86_400_000.0
FEW_DAYS = 14  # up to so many are marked one by one


@dataclass(frozen=True)
class Points:
    """Measured points: moments [wall ms], values, and half of an interval each; a name."""

    label: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    words: Sequence[str] = ()
    hollow: bool = False


@dataclass(frozen=True)
class Band:
    """A line between two others: moments [wall ms], middle, lower and upper edge; a name."""

    label: str
    x: ArrayLike
    mid: ArrayLike
    low: ArrayLike
    high: ArrayLike


@dataclass(frozen=True)
class EventLine:
    """A note: when it happened and, if it lasted, when it ended [wall ms]; its short name."""

    at: float
    until: float | None
    label: str


# --- parts --------------------------------------------------------------------------------------


def _axis(kind: Literal["x", "y"], row: int) -> str:
    return kind if row == 1 else f"{kind}{row}"


def draw_events(
    figure: go.Figure, events: Sequence[EventLine], theme: Theme, rows: int = 1
) -> None:
    """Notes as upright lines through all panels, named at the head of the first; spans tinted."""
    colour = HUES[theme]["price"]
    shapes: list[dict[str, Any]] = []
    names = []
    for one in events:
        for row in range(1, rows + 1):
            where = {"xref": _axis("x", row), "yref": f"{_axis('y', row)} domain", "y0": 0, "y1": 1}
            shapes.append(
                {"type": "line", "x0": one.at, "x1": one.at, **where,
                 "line": {"width": 1.3, "color": colour}}
            )  # fmt: skip
            if one.until is not None and one.until > one.at:
                shapes.append(
                    {"type": "rect", "x0": one.at, "x1": one.until, **where, "line": {"width": 0},
                     "layer": "below", "fillcolor": with_alpha(colour, 0.12)}
                )  # fmt: skip
        names.append(
            {"x": one.at, "xref": "x", "y": 1, "yref": "y domain", "text": one.label,
             "showarrow": False, "xanchor": "left", "yanchor": "top", "xshift": 3,
             "font": {"size": LABEL_SIZE, "color": colour}}
        )  # fmt: skip
    charts.add_marks(figure, shapes, names)


def _name_panels(figure: go.Figure, names: Sequence[str], theme: Theme) -> None:
    """A sentence above each panel."""
    annotations = [
        {"text": text, "xref": f"{_axis('x', place)} domain", "yref": f"{_axis('y', place)} domain",
         "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "yshift": 3, "showarrow": False,
         "font": {"size": 13, "color": TOKENS[theme]["text"]}}
        for place, text in enumerate(names, 1)
    ]  # fmt: skip
    charts.add_marks(figure, annotations=annotations)


def _area(one: Band, colour: str, alpha: float, *, legend: bool = True) -> go.Scatter:
    x, low, high = (np.asarray(part, np.float64) for part in (one.x, one.low, one.high))
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]).astype(np.float32),
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=with_alpha(colour, alpha),
        hoverinfo="skip",
        name=one.label,
        showlegend=legend,
    )


def _line(x: ArrayLike, y: ArrayLike, label: str, words: str, **line: Any) -> go.Scatter:
    return go.Scatter(
        x=np.asarray(x, np.float64),
        y=np.asarray(y, np.float64).astype(np.float32),
        mode="lines",
        line=line,
        name=label,
        hovertemplate=f"%{{x}}<br>{words}<extra>{label}</extra>",
    )


def _broken(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Days without a value are left out; where several in a row lack one, the line is broken."""
    at, values = np.asarray(x, np.float64), np.asarray(y, np.float64)
    known = np.isfinite(values)
    at, values = at[known], values[known]
    leaps = np.flatnonzero(np.diff(at) > GAP_DAYS * DAY_MS) + 1
    return np.insert(at, leaps, at[leaps - 1] + 1), np.insert(values, leaps, np.nan)


def _spread(one: Points) -> dict[str, Any] | None:
    """Error bars of points, None without."""
    if one.low is None or one.high is None:
        return None
    y = np.asarray(one.y, np.float64)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.asarray(one.high, np.float64) - y,
        "arrayminus": y - np.asarray(one.low, np.float64),
        "width": 0,
        "thickness": 1,
    }


def _dots(one: Points, words: str, **marker: Any) -> go.Scatter:
    marks = dict(marker)
    if one.hollow:
        marks["symbol"] = f"{marks.get('symbol', 'circle')}-open"
    bars = _spread(one)
    if bars is not None:
        bars["color"] = with_alpha(str(marker["color"]), 0.35)
    return go.Scatter(
        x=np.asarray(one.x, np.float64),
        y=np.asarray(one.y, np.float64).astype(np.float32),
        mode="markers",
        marker=marks,
        error_y=bars,
        name=one.label,
        text=list(one.words) or None,
        hovertemplate=f"%{{x}}<br>{words}" + ("<br>%{text}" if one.words else "")
        + f"<extra>{one.label}</extra>",
    )  # fmt: skip


def _time_axes(
    figure: go.Figure, span: tuple[float, float], language: str, *, short: bool = True
) -> None:
    axis = charts.time_axis(language)
    if short:
        axis["hoverformat"] = "%d.%m.%Y %H:%M" if language == "de" else "%d %b %Y %H:%M"
    if span[1] - span[0] < FEW_DAYS * DAY_MS:  # name each day, and no hours
        form = "%d.%m.%Y" if language == "de" else "%d %b %Y"
        axis |= {"dtick": DAY_MS, "tick0": 0, "tickformat": form}
        axis.pop("tickformatstops")
    room = 0.01 * (span[1] - span[0])
    figure.update_xaxes(**axis, range=[span[0] - room, span[1] + room])


# --- capacity -----------------------------------------------------------------------------------


def build_ledger_figure(
    ways: Sequence[Points],
    refused: Points | None,
    *,
    told: Points | None,
    prior: Band | None,
    trend: Sequence[Band],
    rated: float,
    rated_label: str,
    events: Sequence[EventLine] = (),
    span: tuple[float, float],
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 400,
) -> go.Figure:
    """Capacity of every way between full and empty with its interval, and what else says one.

    Parameters
    ----------
    ways : those that qualify, e.g. discharges and charges [Ah].
    refused : those that do not but have a value.
    told : capacity that the BMS's state of health would mean [Ah].
    prior : what such cells usually have left [Ah].
    trend : a line with its interval for each regime [Ah].
    span : first and last moment drawn [wall ms].
    """
    figure, token, hue = go.Figure(), TOKENS[theme], HUES[theme]
    words = f"%{{y:.1f}}{NBSP}Ah"
    if prior is not None:
        figure.add_trace(_area(prior, hue["other"], 0.20))
        figure.add_trace(
            _line(prior.x, prior.mid, prior.label, words, color=hue["other"], width=1, dash="dot")
            .update(showlegend=False)
        )  # fmt: skip
    for place, piece in enumerate(trend):
        figure.add_trace(_area(piece, token["primary"], 0.12, legend=False))
        line = _line(piece.x, piece.mid, piece.label, words, color=token["primary"], width=2)
        figure.add_trace(line.update(showlegend=place == 0))
    for one, colour, symbol in zip(
        ways, (hue["battery"], hue["load"]), ("circle", "triangle-up"), strict=False
    ):
        figure.add_trace(_dots(one, words, color=colour, size=5, symbol=symbol))
    if refused is not None:
        figure.add_trace(_dots(refused, words, color=token["muted"], size=6, symbol="x-thin-open"))
    if told is not None:
        x, y = _broken(told.x, told.y)
        figure.add_trace(
            _line(x, y, told.label, words, color=hue["import"], width=1.8, dash="dash")
        )
    if np.isfinite(rated):
        charts.add_level(
            figure, "y", rated, {"color": token["muted"], "width": 1, "dash": "dot"},
            {"text": rated_label, "font": {"size": LABEL_SIZE, "color": token["muted"]},
             "xanchor": "right", "yanchor": "bottom"},
        )  # fmt: skip
    draw_events(figure, events, theme)
    _time_axes(figure, span, language)
    # the band may be wide; what was measured must stay legible
    shown = [np.asarray(part, np.float64) for one in ways for part in (one.low, one.high, one.y)
             if part is not None]  # fmt: skip
    shown += [np.asarray(told.y, np.float64)] if told is not None else []
    shown += [np.asarray(prior.low), np.asarray(prior.high)] if prior is not None else []
    limits = _limits([*shown, np.array([rated])])
    figure.update_yaxes(title_text=y_title, range=limits)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def _limits(parts: Sequence[ArrayLike]) -> list[float] | None:
    """Least and greatest value with a margin; None where there is none."""
    flat = np.concatenate([np.ravel(np.asarray(part, np.float64)) for part in parts])
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return None
    low, high = float(flat.min()), float(flat.max())
    margin = 0.06 * (high - low) or 0.01 * abs(high) or 1.0
    return [low - margin, high + margin]


# --- incremental capacity -----------------------------------------------------------------------


@dataclass(frozen=True)
class CurveLine:
    """A curve over voltage or charge: its name and its points."""

    label: str
    x: ArrayLike
    y: ArrayLike


@dataclass(frozen=True)
class PeakCourse:
    """One peak over time: its name, moments [wall ms], distance from its usual place [mV]."""

    label: str
    x: ArrayLike
    away_mv: ArrayLike
    words: Sequence[str] = field(default=())


def build_ica_figure(
    curves: Sequence[CurveLine],
    slopes: Sequence[CurveLine],
    peaks: Sequence[PeakCourse],
    *,
    marks: Sequence[tuple[float, str]] = (),
    names: Sequence[str],
    axes: Sequence[str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 380,
) -> go.Figure:
    """dQ/dV over voltage, dV/dQ over charge, and the places of the peaks over time, side by side.

    Parameters
    ----------
    curves, slopes : earlier and later ones; the later is drawn in full colour.
    marks : voltage and name of the peaks.
    names : sentences above the three panels. axes : titles of x and y of the first two, y of the
        third.
    """
    token, hue = TOKENS[theme], HUES[theme]
    figure = make_subplots(rows=1, cols=3, horizontal_spacing=0.075)
    colours = [token["muted"], token["primary"]] if len(curves) > 1 else [token["primary"]]
    forms = (
        f"%{{x:.3f}}{NBSP}V<br>%{{y:.0f}}{NBSP}Ah/V", f"%{{x:.0f}}{NBSP}Ah<br>%{{y:.3f}}{NBSP}mV/Ah"
    )  # fmt: skip
    for column, lines in enumerate((curves, slopes), 1):
        for line, colour in zip(lines, colours, strict=False):
            figure.add_trace(
                go.Scatter(
                    x=np.asarray(line.x, np.float64),
                    y=np.asarray(line.y, np.float64).astype(np.float32),
                    mode="lines", line={"color": colour, "width": 1.8}, name=line.label,
                    legendgroup=line.label, showlegend=column == 1,
                    hovertemplate=f"{forms[column - 1]}<extra>{line.label}</extra>",
                ),
                row=1, col=column,
            )  # fmt: skip
    for place, label in marks:
        charts.add_level(
            figure, "x", place, {"color": token["border"], "width": 1},
            {"text": label, "font": {"size": LABEL_SIZE, "color": token["muted"]},
             "yanchor": "top", "xanchor": "left"},
        )  # fmt: skip
    for peak, colour, symbol in zip(
        peaks, (hue["load"], hue["import"], hue["battery"], hue["price"]),
        ("circle", "diamond", "square", "triangle-up"), strict=False,
    ):  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=np.asarray(peak.x, np.float64),
                y=np.asarray(peak.away_mv, np.float64).astype(np.float32),
                mode="markers", marker={"color": colour, "size": 5, "symbol": symbol},
                name=peak.label,
                hovertemplate=f"%{{x}}<br>%{{y:+.2f}}{NBSP}mV<extra>{peak.label}</extra>",
            ),
            row=1, col=3,
        )  # fmt: skip
    _name_panels(figure, names, theme)
    figure.update_xaxes(title_text=axes[0], row=1, col=1, tickformat=".2f")
    figure.update_yaxes(title_text=axes[1], row=1, col=1, rangemode="tozero")
    figure.update_xaxes(title_text=axes[2], row=1, col=2)
    figure.update_yaxes(title_text=axes[3], row=1, col=2, rangemode="tozero")
    time = charts.time_axis(language)
    time["hoverformat"] = "%d.%m.%Y" if language == "de" else "%d %b %Y"
    figure.update_xaxes(**time, nticks=5, row=1, col=3)
    figure.update_yaxes(title_text=axes[4], row=1, col=3)
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    below = {"x": 0, "xanchor": "left", "y": -0.2, "yanchor": "top"}
    return figure.update_layout(margin_t=76 if title else 44, margin_b=70, legend=below)


# --- one cell -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """One quantity of a panel.

    Attributes
    ----------
    look : ``line``, ``faint`` (dashed, muted), ``dots``, ``other`` (dots or line of a second
        colour), ``hollow`` (open, muted), or ``means`` (large dots with their interval).
    joined : drawn as a line, broken where several days lack a value.
    symbol : of the dots, where that of the look stands for something else already.
    """

    points: Points
    look: Literal["line", "faint", "dots", "other", "hollow", "means"]
    joined: bool = True
    symbol: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel of a dossier: a sentence, the axis, and what is drawn; unit of the values.

    Attributes
    ----------
    limits_of : values that the axis spans; without, all that are drawn.
    """

    name: str
    y_title: str
    unit: str
    digits: int
    traces: Sequence[Trace]
    zero: bool = False
    limits_of: Sequence[ArrayLike] = ()


def build_dossier_figure(
    panels: Sequence[Panel],
    *,
    events: Sequence[EventLine] = (),
    span: tuple[float, float],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    panel_height: int = PANEL_HEIGHT,
) -> go.Figure:
    """Everything of one cell over one axis of time, a panel a quantity, notes through all.

    Parameters
    ----------
    span : first and last moment drawn [wall ms].
    """
    rows = max(len(panels), 1)
    height = 90 + (panel_height + 26) * rows
    figure = make_subplots(
        rows=rows, cols=1, shared_xaxes=True, vertical_spacing=min(34 / height, 0.9 / rows)
    )
    seen: set[str] = set()
    alike = all(len(panel.traces) < 2 for panel in panels)
    for row, panel in enumerate(panels, 1):
        for one in panel.traces:
            trace = _panel_trace(one, panel, theme)
            # what stands alone in its panel is named by it
            named = one.points.label not in seen and (alike or len(panel.traces) > 1)
            trace.update(showlegend=named, legendgroup=one.points.label)
            seen.add(one.points.label)
            figure.add_trace(trace, row=row, col=1)
        figure.update_yaxes(
            title_text=panel.y_title, row=row, col=1, zeroline=panel.zero,
            zerolinecolor=TOKENS[theme]["muted"], zerolinewidth=1,
            range=_limits(panel.limits_of) if panel.limits_of else None,
        )  # fmt: skip
    _name_panels(figure, [panel.name for panel in panels], theme)
    draw_events(figure, events, theme, rows)
    _time_axes(figure, span, language)
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    lines = charts.legend_lines(figure)
    return figure.update_layout(
        margin_t=(44 if title else 22) + charts.LEGEND_LINE * (lines + 1), dragmode="zoom",
        height=height + charts.LEGEND_LINE * lines,
        legend={"y": 1, "yanchor": "bottom", "yref": "paper", "x": 0, "xanchor": "left"},
    ).update_layout(legend_y=1 + 30 / height)  # fmt: skip


def _panel_trace(one: Trace, panel: Panel, theme: Theme) -> go.Scatter:
    token, hue = TOKENS[theme], HUES[theme]
    words = f"%{{y:.{panel.digits}f}}{NBSP}{panel.unit}"
    points = one.points
    colour = {
        "line": hue["load"], "faint": token["muted"], "dots": hue["load"], "other": hue["import"],
        "hollow": token["muted"], "means": hue["import"],
    }[one.look]  # fmt: skip
    if one.look in ("line", "faint") or (one.look == "other" and one.joined):
        x, y = _broken(points.x, points.y)
        dash = "dash" if one.look == "faint" else "solid"
        width = 1.2 if one.look == "faint" else 1.6
        line = _line(x, y, points.label, words, color=colour, width=width, dash=dash)
        if np.isfinite(y).sum() <= FEW_DAYS:
            line.update(mode="lines+markers", marker={"size": 6, "color": colour})
        return line
    if one.look == "means":
        trace = _dots(points, words, color=colour, size=8, symbol="diamond")
        return trace.update(error_y_thickness=1.4, error_y_width=3)
    symbol = one.symbol or ("diamond" if one.look == "other" else "circle")
    size = 4.5 if one.look != "hollow" else 5
    return _dots(points, words, color=colour, size=size, symbol=symbol)
