"""Plotly figures of trends of cells; no Streamlit. Look and axes are those of `core.charts`.

Every figure takes finished numbers and words. Days are numbers of local calendar days; a day is
drawn in its middle, a week in the middle of its seven days. Values come in the unit of the axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from core import charts
from core.cell_charts import day_ms
from core.charts import HUES, NBSP, TOKENS, Theme, with_alpha

Floats = NDArray[np.float64]

# Verdict -> hue (None is muted) and shape; the word stands in the legend.
VERDICT_HUES = {"declines": "import", "rises": "export", "not_distinguishable": None}
VERDICT_SHAPES = {
    "declines": "triangle-down",
    "rises": "triangle-up",
    "not_distinguishable": "circle",
}
FADED = 0.35
HEADROOM = 0.06  # of an axis, for the names of regimes


@dataclass(frozen=True)
class Course:
    """A line over days: its name, its colour and dash, its values [day]."""

    label: str
    colour: str
    dash: str
    x: ArrayLike
    values: ArrayLike
    width: float = 1.6


@dataclass(frozen=True)
class Phase:
    """One operating regime: first and last day, and the name written above it."""

    start: float
    end: float
    label: str


@dataclass(frozen=True)
class Event:
    """A note, drawn as an upright line on its day."""

    day: float
    label: str


@dataclass(frozen=True)
class Ray:
    """A line with its interval: x in days or cycles, the rest in the unit of the axis."""

    x: ArrayLike
    mid: ArrayLike
    low: ArrayLike
    high: ArrayLike


@dataclass(frozen=True)
class Told:
    """A slope that was, or would have been, told: day, value, interval, verdict."""

    day: float
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Checked:
    """A forecast beside what came: middle day of the month, told, interval, came."""

    issued: float
    day: float
    told: float
    low: float
    high: float
    came: float
    inside: bool
    stayed: bool


def verdict_colour(verdict: str, theme: Theme) -> str:
    """Colour of a verdict; muted where nothing can be told apart from zero."""
    hue = VERDICT_HUES.get(verdict)
    return HUES[theme][hue] if hue else TOKENS[theme]["muted"]


# --- parts --------------------------------------------------------------------------------------


def _broken(x: ArrayLike, values: ArrayLike, step: float) -> tuple[Floats, Floats]:
    """Values with NaN put in wherever x leaps by more than a step: gaps stay gaps."""
    at, y = np.asarray(x, np.float64), np.asarray(values, np.float64)
    leaps = np.flatnonzero(np.diff(at) > 1.5 * step) + 1
    return np.insert(at, leaps, at[leaps - 1] + step), np.insert(y, leaps, np.nan)


def _line(one: Course, unit: str, digits: int, step: float = 1.0) -> go.Scatter:
    """Line by day or week; those alone between gaps show as dots."""
    x, y = _broken(one.x, one.values, step)
    there = np.isfinite(y)
    alone = there & ~np.append(there[1:], False) & ~np.append(False, there[:-1])
    return go.Scatter(
        x=day_ms(x + (step - 1) / 2),
        y=y.astype(np.float32),
        mode="lines+markers" if alone.any() else "lines",
        marker={"size": np.where(alone, 4.0, 0.0), "color": one.colour, "line": {"width": 0}},
        line={"color": one.colour, "width": one.width, "dash": one.dash},
        name=one.label,
        hovertemplate=f"%{{x}}<br>%{{y:.{digits}f}}{NBSP}{unit}<extra>{one.label}</extra>",
    )


def _dots(
    x: ArrayLike, values: ArrayLike, label: str, unit: str, digits: int, **marker: Any
) -> go.Scatter:
    return go.Scatter(
        x=day_ms(x),
        y=np.asarray(values, np.float64).astype(np.float32),
        mode="markers",
        marker=marker,
        name=label,
        hovertemplate=f"%{{x}}<br>%{{y:.{digits}f}}{NBSP}{unit}<extra>{label}</extra>",
    )


def _band(
    x: Floats, low: Floats, high: Floats, colour: str, alpha: float, label: str
) -> go.Scatter:
    """Area between two lines, a piece for each run without gap."""
    xs: list[Floats] = []
    ys: list[Floats] = []
    for run in charts.segments(low + high):
        xs += [x[run], x[run][::-1], np.array([np.nan])]
        ys += [high[run], low[run][::-1], np.array([np.nan])]
    return go.Scatter(
        x=np.concatenate(xs) if xs else [],
        y=np.concatenate(ys).astype(np.float32) if ys else [],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=with_alpha(colour, alpha),
        hoverinfo="skip",
        name=label,
        showlegend=bool(label),
    )


def _incomplete_rug(figure: go.Figure, days: ArrayLike, label: str, theme: Theme) -> None:
    """Days whose charge was not complete: ticks along the foot of a panel."""
    x = np.asarray(days, np.float64)
    if not x.size:
        return
    figure.add_trace(
        go.Scatter(
            x=day_ms(x),
            y=np.zeros(x.size),
            yaxis="y9",
            mode="markers",
            marker={
                "symbol": "line-ns-open", "size": 7,
                "line": {"width": 1.4, "color": TOKENS[theme]["warning"]},
            },
            name=label,
            hovertemplate=f"%{{x}}<extra>{label}</extra>",
        )
    )  # fmt: skip
    # An axis of its own: the ticks stand at the foot whatever the values are.
    figure.update_layout(
        yaxis9={
            "overlaying": "y", "range": [-0.02, 1], "visible": False,
            "fixedrange": True, "matches": None,
        }
    )  # fmt: skip


def _phases(figure: go.Figure, phases: Sequence[Phase], theme: Theme, rows: int = 1) -> None:
    """Bands of the regimes, every other one tinted, named along the head of the first panel."""
    if len(phases) < 2:
        return
    muted = TOKENS[theme]["muted"]
    shapes: list[dict[str, Any]] = []
    names = []
    for place, one in enumerate(phases):
        edges = day_ms([one.start - 0.5, one.end + 0.5]).tolist()
        for row in range(1, rows + 1):
            axis = "" if row == 1 else str(row)
            where = {"xref": f"x{axis}", "yref": f"y{axis} domain", "y0": 0, "y1": 1}
            if place % 2:
                shapes.append(
                    {"type": "rect", **where, "x0": edges[0], "x1": edges[1], "layer": "below",
                     "line": {"width": 0}, "fillcolor": with_alpha(muted, 0.10)}
                )  # fmt: skip
            if place:
                shapes.append(
                    {"type": "line", **where, "x0": edges[0], "x1": edges[0],
                     "line": {"width": 1, "dash": "dot", "color": muted}}
                )  # fmt: skip
        names.append(
            {"x": edges[0], "xref": "x", "y": 1, "yref": "y domain", "text": one.label,
             "showarrow": False, "xanchor": "left", "yanchor": "top", "xshift": 3,
             "font": {"size": 11, "color": muted}}
        )  # fmt: skip
    charts.add_marks(figure, shapes, names)


def _events(figure: go.Figure, events: Sequence[Event], theme: Theme, rows: int = 1) -> None:
    """Notes as upright lines with their numbers at the foot."""
    colour = HUES[theme]["price"]
    shapes, names = [], []
    for one in events:
        at = float(day_ms(one.day - 0.5))
        for row in range(1, rows + 1):
            axis = "" if row == 1 else str(row)
            shapes.append(
                {"type": "line", "xref": f"x{axis}", "yref": f"y{axis} domain", "x0": at, "x1": at,
                 "y0": 0, "y1": 1, "line": {"width": 1.4, "color": colour}}
            )  # fmt: skip
        names.append(
            {"x": at, "xref": "x", "y": 0, "yref": "y domain", "text": one.label,
             "showarrow": False, "xanchor": "left", "yanchor": "bottom", "xshift": 2, "yshift": 12,
             "font": {"size": 11, "color": colour},
             "bgcolor": with_alpha(TOKENS[theme]["background"], 0.85), "borderpad": 1}
        )  # fmt: skip
    charts.add_marks(figure, shapes, names)


def build_noted_figure(
    build: Callable[..., go.Figure],
    *args: Any,
    events: Sequence[Event],
    theme: Theme = "light",
    **options: Any,
) -> go.Figure:
    """A figure over days with the notes drawn on it as upright lines.

    Parameters
    ----------
    build : makes the figure of all that is given beside the notes; its first axis is of days.
    """
    figure = build(*args, theme=theme, **options)
    _events(figure, events, theme)
    return figure


def _day_axis(figure: go.Figure, first: float, last: float, language: str) -> None:
    axis = charts.time_axis(language)
    axis["hoverformat"] = "%d.%m.%Y" if language == "de" else "%d %b %Y"
    # A margin of a day at least: whole days are wider than their middles.
    room = max(1.0, 0.01 * (last - first))
    axis["range"] = [float(day_ms(first - room)), float(day_ms(last + room))]
    if last - first < 14:
        every = np.arange(np.floor(first), np.floor(last) + 1)
        form = "%d.%m." if language == "de" else "%d %b"
        dates = every.astype("datetime64[D]").tolist()
        axis |= {
            "tickvals": day_ms(every).tolist(),
            "ticktext": [f"{one:{form}}" for one in dates],
        }
    figure.update_xaxes(**axis)


def _limits(*parts: ArrayLike) -> tuple[float, float] | None:
    """Least and greatest of what must be seen, with a margin; None where there is nothing."""
    joined = np.concatenate([np.asarray(part, np.float64).ravel() for part in parts])
    joined = joined[np.isfinite(joined)]
    if not joined.size:
        return None
    low, high = float(joined.min()), float(joined.max())
    margin = 0.08 * (high - low) or 0.5
    return low - margin, high + margin


def _with_headroom(*parts: ArrayLike, share: float = HEADROOM) -> list[float] | None:
    """Range of a value axis with room above for the names of regimes."""
    limits = _limits(*parts)
    return None if limits is None else [limits[0], limits[1] + share * (limits[1] - limits[0])]


def _ticks(unit: str, digits: int) -> str:
    """Volts to so many decimals; millivolts as they come."""
    return f".{digits}f" if unit == "V" else ""


# --- trends -------------------------------------------------------------------------------------


def build_courses_figure(
    courses: Sequence[Course],
    *,
    y_title: str,
    unit: str = "V",
    digits: int = 3,
    step: float = 1.0,
    phases: Sequence[Phase] = (),
    events: Sequence[Event] = (),
    incomplete: ArrayLike = (),
    incomplete_label: str = "",
    span: tuple[float, float],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 380,
) -> go.Figure:
    """Lines over days with the regimes behind, notes upright, incomplete days along the foot.

    Parameters
    ----------
    step : days between values that follow each other: 1, or 7 for weekly means.
    span : first and last day shown.
    """
    figure = go.Figure([_line(one, unit, digits, step) for one in courses])
    _phases(figure, phases, theme)
    _events(figure, events, theme)
    _incomplete_rug(figure, incomplete, incomplete_label, theme)
    _day_axis(figure, *span, language)
    figure.layout.yaxis.update(
        title_text=y_title, tickformat=_ticks(unit, digits),
        range=_with_headroom(*(one.values for one in courses)),
    )  # fmt: skip
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_apart_figure(
    common: Course,
    courses: Sequence[Course],
    inner: Ray,
    outer: Ray,
    *,
    inner_label: str,
    outer_label: str,
    common_title: str,
    apart_title: str,
    phases: Sequence[Phase] = (),
    events: Sequence[Event] = (),
    span: tuple[float, float],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 440,
) -> go.Figure:
    """Above what all cells have in common [V], below how far cells are from their packs [mV].

    Parameters
    ----------
    inner, outer : 10..90 % and least..greatest of the deviations by day [mV]; `mid` is not drawn.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.4, 0.6]
    )
    figure.add_trace(_line(common, "V", 3), row=1, col=1)
    muted = TOKENS[theme]["muted"]
    for ray, alpha, label in ((outer, 0.13, outer_label), (inner, 0.28, inner_label)):
        x, low = _broken(ray.x, ray.low, 1.0)
        _, high = _broken(ray.x, ray.high, 1.0)
        figure.add_trace(_band(day_ms(x), low, high, muted, alpha, label), row=2, col=1)
    for one in courses:
        figure.add_trace(_line(one, "mV", 0), row=2, col=1)
    _phases(figure, phases, theme, 2)
    _events(figure, events, theme, 2)
    _day_axis(figure, *span, language)
    figure.update_xaxes(showticklabels=False, ticks="", row=1, col=1)
    figure.update_yaxes(title_text=common_title, tickformat=".3f",
                        range=_with_headroom(common.values, share=0.25), row=1, col=1)  # fmt: skip
    figure.update_yaxes(title_text=apart_title, zeroline=True, zerolinewidth=1,
                        zerolinecolor=muted, row=2, col=1)  # fmt: skip
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_months_figure(
    labels: Sequence[str],
    values: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    counts: Sequence[int],
    *,
    y_title: str,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 300,
) -> go.Figure:
    """Change within each month with its interval; months whose interval includes 0 are pale."""
    mid, under, over = (np.asarray(one, np.float64) for one in (values, low, high))
    clear = (under > 0) | (over < 0)
    hues = [
        HUES[theme]["export" if value > 0 else "import"] if sure else TOKENS[theme]["muted"]
        for value, sure in zip(mid, clear, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=list(labels),
            y=mid,
            marker={"color": [with_alpha(hue, 0.75 if sure else FADED)
                              for hue, sure in zip(hues, clear, strict=True)],
                    "line": {"width": 1, "color": hues}},
            error_y={
                "type": "data", "symmetric": False, "array": over - mid, "arrayminus": mid - under,
                "color": TOKENS[theme]["muted"], "thickness": 1.2, "width": 4,
            },
            customdata=np.column_stack([under, over, np.asarray(counts)]),
            hovertemplate=(
                f"%{{x}}<br>%{{y:+.2f}}{NBSP}{unit} (%{{customdata[0]:+.2f}} … "
                "%{customdata[1]:+.2f})<br>n = %{customdata[2]}<extra></extra>"
            ),
        )
    )  # fmt: skip
    figure.update_xaxes(type="category")
    figure.update_yaxes(title_text=y_title, zeroline=True, zerolinewidth=1,
                        zerolinecolor=TOKENS[theme]["muted"])  # fmt: skip
    figure.update_layout(bargap=0.45)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


# --- one series ---------------------------------------------------------------------------------


def build_fit_figure(
    x: ArrayLike,
    values: ArrayLike,
    *,
    labels: Mapping[str, str],
    unit: str,
    digits: int,
    y_title: str,
    weeks: tuple[ArrayLike, ArrayLike] = ((), ()),
    incomplete: ArrayLike = (),
    pieces: Sequence[tuple[float, float, float, float]] = (),
    ray: Ray | None = None,
    later: tuple[ArrayLike, ArrayLike] = ((), ()),
    today: float | None = None,
    phases: Sequence[Phase] = (),
    events: Sequence[Event] = (),
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 400,
) -> go.Figure:
    """A series by day, its fitted line within each regime, and the line drawn on with its band.

    Parameters
    ----------
    labels : names of "day", "week", "incomplete", "fit", "ray", "later", "today".
    weeks : first days and means of weeks.
    incomplete : days whose charge was not complete, marked along the foot.
    pieces : first day, last day, and the level at both.
    ray : the projection along days.
    later : days and values that were not known yet; drawn grey.
    today : the date of the verdict, drawn as an upright line.
    """
    known = TOKENS[theme]["primary"]
    muted, strong = TOKENS[theme]["muted"], TOKENS[theme]["text"]
    figure = go.Figure()
    if ray is not None:
        at, mid, low, high = (np.asarray(one, np.float64)
                              for one in (ray.x, ray.mid, ray.low, ray.high))  # fmt: skip
        figure.add_trace(_band(day_ms(at), low, high, known, 0.16, labels["ray"]))
        figure.add_trace(
            go.Scatter(
                x=day_ms(at), y=mid.astype(np.float32), mode="lines", showlegend=False,
                line={"color": known, "width": 1.4, "dash": "dash"}, hoverinfo="skip",
            )
        )  # fmt: skip
    figure.add_trace(
        _dots(x, values, labels["day"], unit, digits, size=4, color=with_alpha(known, 0.55))
    )
    if np.size(later[0]):
        figure.add_trace(
            _dots(*later, labels["later"], unit, digits, size=4, color=with_alpha(muted, 0.6))
        )
    if np.size(weeks[0]):
        course = Course(labels["week"], known, "solid", *weeks, width=1.6)
        figure.add_trace(_line(course, unit, digits, 7.0))
    for place, (start, end, first, last) in enumerate(pieces):
        figure.add_trace(
            go.Scatter(
                x=day_ms([start, end]), y=[first, last], mode="lines", name=labels["fit"],
                line={"color": strong, "width": 2}, showlegend=not place, legendgroup="fit",
                hoverinfo="skip",
            )
        )  # fmt: skip
    _phases(figure, phases, theme)
    _events(figure, events, theme)
    _incomplete_rug(figure, incomplete, labels["incomplete"], theme)
    if today is not None:
        at_today = float(day_ms(today + 0.5))
        figure.add_shape(type="line", x0=at_today, x1=at_today, y0=0, y1=1, yref="y domain",
                         line={"width": 1.6, "color": strong})  # fmt: skip
        figure.add_annotation(
            x=at_today, y=0, yref="y domain", text=labels["today"], showarrow=False,
            xanchor="right", xshift=-3, yanchor="bottom", yshift=14,
            font={"size": 12, "color": strong},
            bgcolor=with_alpha(TOKENS[theme]["background"], 0.85),
        )  # fmt: skip
    ends = [np.asarray(x, np.float64), np.asarray(later[0], np.float64)]
    if ray is not None:
        ends.append(np.asarray(ray.x, np.float64))
    every = np.concatenate(ends)
    _day_axis(figure, float(every.min()), float(every.max()), language)
    figure.layout.yaxis.update(title_text=y_title, tickformat=_ticks(unit, digits))
    _keep_readings_legible(figure, values, later[1], ray)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def _keep_readings_legible(
    figure: go.Figure, values: ArrayLike, later: ArrayLike, ray: Ray | None
) -> None:
    """Let the readings fill a third of the height at least, however wide the band becomes."""
    inner = _limits(values, later)
    if inner is None:
        return
    outer = inner if ray is None else _limits(values, later, ray.low, ray.high)
    assert outer is not None
    room = inner[1] - inner[0]
    low, high = max(outer[0], inner[0] - room), min(outer[1], inner[1] + room)
    figure.layout.yaxis.range = [low, high + HEADROOM * (high - low)]


def build_cycles_figure(
    cycles: ArrayLike,
    values: ArrayLike,
    ray: Ray,
    goals: Sequence[tuple[float, float, float, float]],
    *,
    labels: Mapping[str, str],
    lines: Sequence[tuple[float, str]] = (),
    unit: str,
    digits: int,
    x_title: str,
    y_title: str,
    bounds: tuple[float, float] | None = None,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """A series over counted cycles, and its line drawn on with the interval.

    Parameters
    ----------
    goals : cycles, level, and its interval.
    labels : names of "day", "ray", "goal".
    lines : levels to draw with their names, e.g. 80 % of the baseline.
    bounds : widest range of the value axis; what lies beyond is cut off.
    """
    known, muted = TOKENS[theme]["primary"], TOKENS[theme]["muted"]
    x, mid, low, high = (np.asarray(one, np.float64)
                         for one in (ray.x, ray.mid, ray.low, ray.high))  # fmt: skip
    figure = go.Figure(_band(x, low, high, known, 0.16, labels["ray"]))
    figure.add_trace(
        go.Scatter(x=x, y=mid.astype(np.float32), mode="lines", showlegend=False,
                   line={"color": known, "width": 1.4, "dash": "dash"}, hoverinfo="skip")
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=np.asarray(cycles, np.float64), y=np.asarray(values, np.float64).astype(np.float32),
            mode="markers", marker={"size": 4, "color": with_alpha(known, 0.6)},
            name=labels["day"],
            hovertemplate=f"%{{x:.0f}}<br>%{{y:.{digits}f}}{NBSP}{unit}<extra></extra>",
        )
    )  # fmt: skip
    count, level, under, over = (np.array([one[i] for one in goals]) for i in range(4))
    figure.add_trace(
        go.Scatter(
            x=count, y=level, mode="markers", name=labels["goal"],
            marker={"size": 9, "symbol": "diamond", "color": TOKENS[theme]["text"]},
            customdata=np.column_stack([under, over]),
            hovertemplate=(
                f"%{{x:.0f}}<br>%{{y:.{digits}f}}{NBSP}{unit} (%{{customdata[0]:.{digits}f}} … "
                f"%{{customdata[1]:.{digits}f}})<extra></extra>"
            ),
        )
    )  # fmt: skip
    for at, name in lines:
        figure.add_hline(at, line={"width": 1, "dash": "dot", "color": muted})
        figure.add_annotation(
            x=1, xref="x domain", y=at, text=name, showarrow=False, xanchor="right",
            yanchor="bottom", font={"size": 11, "color": muted},
        )  # fmt: skip
    # Their own range: Plotly would leave room for the marker beyond the last count.
    figure.update_xaxes(title_text=x_title, range=[-0.01 * x[-1], 1.03 * x[-1]],
                        tickformat=",.0f")  # fmt: skip
    figure.layout.yaxis.update(title_text=y_title, tickformat=_ticks(unit, digits))
    outer = _limits(values, low, high, [one[0] for one in lines])
    if outer is not None and bounds is not None:
        outer = max(outer[0], bounds[0]), min(outer[1], bounds[1])
    if outer is not None:
        figure.update_yaxes(range=list(outer))
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


# --- all series ---------------------------------------------------------------------------------


def build_slopes_figure(
    names: Sequence[str],
    pack: ArrayLike,
    cell: ArrayLike,
    slope: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    verdict: Sequence[str],
    *,
    verdict_names: Mapping[str, str],
    chosen: tuple[int, int] | None = None,
    x_title: str,
    y_title: str,
    unit: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 380,
) -> go.Figure:
    """Slopes of all cells with their intervals, in order of the slope (a caterpillar).

    Cells are markers that can be clicked: `customdata` begins with pack and cell.

    Parameters
    ----------
    verdict_names : words of each verdict, in the order of the legend.
    chosen : pack and cell that is ringed.
    """
    mid, under, over = (np.asarray(one, np.float64) for one in (slope, low, high))
    packs, cells = np.asarray(pack, np.int64), np.asarray(cell, np.int64)
    told = np.asarray(verdict, dtype=str)
    order = np.argsort(mid, kind="stable")
    order = order[np.isfinite(mid[order])]
    rank = np.full(len(mid), -1)
    rank[order] = np.arange(1, order.size + 1)
    figure = go.Figure()
    for name, word in verdict_names.items():
        here = order[told[order] == name]
        if not here.size:
            continue
        colour = verdict_colour(name, theme)
        plain = VERDICT_HUES.get(name) is None
        figure.add_trace(
            go.Scatter(
                x=rank[here], y=mid[here], mode="markers", name=word,
                marker={"size": 5 if plain else 8, "symbol": VERDICT_SHAPES.get(name, "circle"),
                        "color": colour},
                error_y={
                    "type": "data", "symmetric": False, "array": over[here] - mid[here],
                    "arrayminus": mid[here] - under[here], "width": 0,
                    "thickness": 1 if plain else 1.8,
                    "color": with_alpha(colour, FADED if plain else 0.9),
                },
                # A list: an array reaches the browser packed, and a click would tell nothing.
                customdata=np.column_stack(
                    [packs[here], cells[here], under[here].round(3), over[here].round(3)]
                ).tolist(),
                text=[names[i] for i in here.tolist()],
                hovertemplate=(
                    f"%{{text}}<br>%{{y:+.2f}}{NBSP}{unit} (%{{customdata[2]:+.2f}} … "
                    f"%{{customdata[3]:+.2f}})<extra>{word}</extra>"
                ),
            )
        )  # fmt: skip
    if chosen is not None:
        ring = np.flatnonzero((packs == chosen[0]) & (cells == chosen[1]) & (rank > 0))
        for i in ring.tolist():
            side = "left" if rank[i] < 0.1 * order.size else "right"
            side = side if not 0.1 < rank[i] / order.size < 0.9 else "center"
            _ring(figure, float(rank[i]), float(mid[i]), names[i], side, theme)
    figure.add_hline(0, line={"width": 1, "color": TOKENS[theme]["muted"]})
    figure.update_xaxes(title_text=x_title, range=[0, order.size + 1])
    figure.update_yaxes(title_text=y_title)
    if order.size:
        figure.update_yaxes(range=slope_range(mid, under, over))
    figure = charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return figure.update_layout(clickmode="event+select", dragmode=False)


def slope_range(slope: ArrayLike, low: ArrayLike, high: ArrayLike) -> list[float]:
    """Range that shows every slope and nearly all intervals; a few wide ones are cut off."""
    mid, under, over = (np.asarray(one, np.float64) for one in (slope, low, high))
    known = np.isfinite(mid)
    inner = np.nanquantile(under[known], 0.05), np.nanquantile(over[known], 0.95)
    found = _limits(mid[known], np.asarray(inner))
    assert found is not None
    return list(found)


def _ring(figure: go.Figure, x: float, y: float, name: str, side: str, theme: Theme) -> None:
    figure.add_trace(
        go.Scatter(
            x=[x], y=[y], mode="markers", showlegend=False, hoverinfo="skip",
            marker={"size": 15, "symbol": "circle-open", "color": TOKENS[theme]["text"],
                    "line": {"width": 2}},
        )
    )  # fmt: skip
    figure.add_annotation(x=x, y=y, text=name, showarrow=False, yshift=16, xanchor=side,
                          font={"size": 12, "color": TOKENS[theme]["text"]})  # fmt: skip


# --- hindsight ----------------------------------------------------------------------------------


def build_issues_figure(
    issues: Sequence[Told],
    *,
    verdict_names: Mapping[str, str],
    today: float | None = None,
    span: tuple[float, float],
    y_title: str,
    unit: str,
    digits: int,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 320,
) -> go.Figure:
    """Slope with its interval as it would have been told at past dates."""
    figure = go.Figure()
    for name, word in verdict_names.items():
        here = [one for one in issues if one.verdict == name]
        if not here:
            continue
        colour = verdict_colour(name, theme)
        value = np.array([one.value for one in here])
        low, high = np.array([one.low for one in here]), np.array([one.high for one in here])
        figure.add_trace(
            go.Scatter(
                x=day_ms([one.day for one in here]), y=value, mode="markers", name=word,
                marker={"size": 9, "symbol": VERDICT_SHAPES.get(name, "circle"), "color": colour},
                error_y={
                    "type": "data", "symmetric": False, "array": high - value,
                    "arrayminus": value - low, "width": 5, "thickness": 1.5, "color": colour,
                },
                customdata=np.column_stack([low, high]),
                hovertemplate=(
                    f"%{{x}}<br>%{{y:+.{digits}f}}{NBSP}{unit} (%{{customdata[0]:+.{digits}f}} … "
                    f"%{{customdata[1]:+.{digits}f}})<extra>{word}</extra>"
                ),
            )
        )  # fmt: skip
    figure.add_hline(0, line={"width": 1, "color": TOKENS[theme]["muted"]})
    if today is not None:
        at = float(day_ms(today))
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, yref="y domain",
            line={"width": 1.2, "dash": "dot", "color": TOKENS[theme]["text"]},
        )  # fmt: skip
    _day_axis(figure, *span, language)
    figure.update_yaxes(title_text=y_title)
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def build_forecasts_figure(
    forecasts: Sequence[Checked],
    *,
    labels: Mapping[str, str],
    unit: str,
    digits: int,
    y_title: str,
    span: tuple[float, float],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 320,
) -> go.Figure:
    """What past dates forecast for later months, beside what came.

    Parameters
    ----------
    labels : names of "came", "inside", "outside".
    """
    figure = go.Figure()
    months = sorted({one.day for one in forecasts})
    colours = {"inside": TOKENS[theme]["primary"], "outside": TOKENS[theme]["error"]}
    shapes = {"inside": "circle", "outside": "x"}
    # Forecasts of one month from several dates stand side by side, the oldest on the left.
    beside = {
        id(one): 4.0 * (place - (len(same) - 1) / 2)
        for month in months
        for same in [sorted((f for f in forecasts if f.day == month), key=lambda f: f.issued)]
        for place, one in enumerate(same)
    }
    for name in ("inside", "outside"):
        here = [one for one in forecasts if one.inside == (name == "inside")]
        if not here:
            continue
        told = np.array([one.told for one in here])
        figure.add_trace(
            go.Scatter(
                x=day_ms([one.day + beside[id(one)] for one in here]), y=told, mode="markers",
                name=labels[name],
                marker={"size": 6, "symbol": shapes[name], "color": colours[name]},
                error_y={
                    "type": "data", "symmetric": False,
                    "array": np.array([one.high for one in here]) - told,
                    "arrayminus": told - np.array([one.low for one in here]),
                    "width": 3, "thickness": 1.4, "color": with_alpha(colours[name], 0.7),
                },
                hovertemplate=f"%{{y:.{digits}f}}{NBSP}{unit}<extra>{labels[name]}</extra>",
            )
        )  # fmt: skip
    came = {one.day: one.came for one in forecasts}
    x: list[float] = []
    y: list[float] = []
    for month in months:
        x += [*day_ms([month - 14, month + 14]).tolist(), np.nan]
        y += [came[month], came[month], np.nan]
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", name=labels["came"],
            line={"color": TOKENS[theme]["text"], "width": 2.4},
            hovertemplate=f"%{{y:.{digits}f}}{NBSP}{unit}<extra>{labels['came']}</extra>",
        )
    )  # fmt: skip
    _day_axis(figure, *span, language)
    figure.layout.yaxis.update(title_text=y_title, tickformat=_ticks(unit, digits))
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)
