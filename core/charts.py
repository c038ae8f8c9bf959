"""Plotly figures from frames; no Streamlit.

Time is drawn as wall time of the site: UTC is shifted by the zone's offset before it is sent, as
milliseconds, so that an axis reads like the clock on the wall. A bucket's mean is drawn in the
middle of what it stands for, a counter's last reading at its end, a state from its start on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from core.zones import zone_info

Theme = Literal["light", "dark"]
YRange = Literal["auto", "clipped"] | tuple[float, float]
Floats = NDArray[np.float64]

FONT = '"Source Sans", "Source Sans 3", "Segoe UI", system-ui, sans-serif'
FEW_POINTS = 150
LEGEND_LINE, LEGEND_WIDTH = 20, 1000  # [px]
LEAST_PANEL = 110
NBSP = "\u00a0"

# Blue is below, red above; white in the middle also on dark ground, for it must read as "none".
DIVERGING = [
    [0.0, "#1D4F91"], [0.25, "#6FA3D0"], [0.5, "#F4F4F2"], [0.75, "#DE8A70"], [1.0, "#A3201D"],
]  # fmt: skip
TOKENS: dict[Theme, dict[str, str]] = {
    "light": {
        "background": "#FBFBFA",
        "surface": "#F1F2EF",
        "border": "#D9DCD6",
        "text": "#1B1F24",
        "muted": "#5B6670",
        "primary": "#0B6E69",
        "good": "#2E7D5B",
        "warning": "#B7791F",
        "error": "#C2410C",
        "critical": "#9B1C1C",
        "unknown": "#5B6670",
    },
    "dark": {
        "background": "#0F1418",
        "surface": "#172027",
        "border": "#2A353D",
        "text": "#E6E9EA",
        "muted": "#93A1AB",
        "primary": "#3FB8AF",
        "good": "#5CC79A",
        "warning": "#E8B04B",
        "error": "#F08A5D",
        "critical": "#F26D6D",
        "unknown": "#93A1AB",
    },
}

# Okabe-Ito, named by what each colour means on every page. In the dark theme blue and vermilion
# are lifted until they stand at 4.5:1 or more against the background.
HUES: dict[Theme, dict[str, str]] = {
    "light": {
        "import": "#D55E00",
        "export": "#0072B2",
        "pv": "#E69F00",
        "battery": "#009E73",
        "load": "#3B7EA1",
        "price": "#CC79A7",
        "other": "#7A6A9B",
    },
    "dark": {
        "import": "#E8743B",
        "export": "#4C9BE0",
        "pv": "#E69F00",
        "battery": "#1FB58A",
        "load": "#56B4E9",
        "price": "#CC79A7",
        "other": "#A99BCB",
    },
}

# The hues in an order in which the first few are easily told apart: export is close to load.
APART = ("load", "import", "battery", "price", "pv", "other", "export")

QUANTITY_HUE: dict[str, str] = {
    "active_power": "load",
    "grid_power": "load",
    "load_power": "load",
    "auxiliary_power": "load",
    "energy_total": "load",
    "import": "import",
    "energy_import": "import",
    "export": "export",
    "energy_export": "export",
    "pv_power": "pv",
    "pv_dc_power": "pv",
    "energy_generation": "pv",
    "poa_global": "pv",
    "ghi": "pv",
    "battery_power": "battery",
    "pcs_power": "battery",
    "pcs_dc_power": "battery",
    "soc": "battery",
    "battery_current": "battery",
    "battery_voltage": "battery",
    "price": "price",
}

_PREFIXES: tuple[tuple[str, float], ...] = (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9))
_PREFIXED_UNITS = ("W", "Wh", "var", "varh", "VA", "VAh", "Wp")
_SHAPES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


class SignalLike(Protocol):
    """What a figure needs to know of a signal."""

    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def kind(self) -> str: ...


class SeriesLike(Protocol):
    """What a figure needs of a series; see ``core.query.Series``."""

    @property
    def device(self) -> str: ...
    @property
    def signal(self) -> SignalLike: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def zone(self) -> str: ...
    @property
    def frame(self) -> pd.DataFrame: ...
    @property
    def step_us(self) -> int | None: ...


@dataclass(frozen=True)
class Bars:
    """Energy (or any sum) per period.

    Attributes
    ----------
    label : what the bars are, as the legend says it.
    quantity : decides the colour.
    unit : unit of `values`.
    start, end : edges of the periods [µs since the epoch, UTC].
    values : one value per period [unit], NaN where there is none.
    marked : true where coverage is short or the energy of a gap was put here; drawn hatched.
    """

    label: str
    quantity: str
    unit: str
    start: ArrayLike
    end: ArrayLike
    values: ArrayLike
    marked: ArrayLike | None = None


@dataclass(frozen=True)
class Curve:
    """Load duration curve: `values` [unit] reached or exceeded for `share` (0..1) of the time."""

    label: str
    quantity: str
    unit: str
    share: ArrayLike
    values: ArrayLike


# --- time ---------------------------------------------------------------------------------------


def to_wall_ms(ts: ArrayLike, zone: str) -> Floats:
    """Wall time of `zone` as milliseconds since 1970-01-01 00:00 of the wall clock.

    Parameters
    ----------
    ts : (n,) [µs since the epoch, UTC].

    Returns
    -------
    (n,) [ms], drawn as they stand by a Plotly date axis.
    """
    utc = np.asarray(ts, dtype=np.int64)
    return (utc + _offset_us(utc, zone)) / 1000.0


def _offset_us(utc: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Offset of the zone from UTC at each time [µs]."""
    if utc.size == 0:
        return utc
    index = pd.DatetimeIndex(utc.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    wall: NDArray[np.int64] = index.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return wall - utc


def from_wall_ms(wall_ms: float, zone: str, *, late: bool = False) -> int:
    """UTC [µs] of a wall time [ms]; of the repeated autumn hour the later one where `late`."""
    naive = datetime(1970, 1, 1) + timedelta(milliseconds=wall_ms)
    aware = naive.replace(tzinfo=zone_info(zone), fold=int(late))
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


# --- units, scales ------------------------------------------------------------------------------


def fit_unit(peak: float, unit: str) -> tuple[float, str]:
    """Factor and unit that bring `peak` [unit] to between 1 and 1000, e.g. kW to MW.

    Units that engineers do not prefix (V, A, °C, %) stay as they are.
    """
    base = next((base for base in _PREFIXED_UNITS if unit.removesuffix(base) in "kMG"
                 and unit.endswith(base) and len(unit) - len(base) <= 1), None)  # fmt: skip
    if base is None or not math.isfinite(peak) or peak == 0:
        return 1.0, unit
    own = dict(_PREFIXES)[unit.removesuffix(base)]
    prefix, size = next(
        ((p, s) for p, s in reversed(_PREFIXES) if abs(peak) * own >= s), _PREFIXES[0]
    )
    return own / size, prefix + base


def y_bounds(values: ArrayLike, y_range: YRange) -> tuple[float, float] | None:
    """Range of the value axis, None to leave it to Plotly.

    ``clipped`` is the 1..99 % quantile with a twentieth of it as margin.
    """
    if not isinstance(y_range, str):
        return float(y_range[0]), float(y_range[1])
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if y_range == "auto" or finite.size == 0:
        return None
    low, high = (float(q) for q in np.quantile(finite, [0.01, 0.99]))
    margin = 0.05 * (high - low) or 1.0
    return low - margin, high + margin


# --- look ---------------------------------------------------------------------------------------


def colour_of(quantity: str, theme: Theme) -> str:
    """The colour a quantity has on every page."""
    return HUES[theme][QUANTITY_HUE.get(quantity, "other")]


def with_alpha(colour: str, alpha: float) -> str:
    """``#RRGGBB`` as ``rgba(...)``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


@cache
def template(theme: Theme, language: str = "en") -> go.layout.Template:
    """Plotly template of one theme: colours, fonts, thin grid, numbers as the language writes."""
    token = TOKENS[theme]
    axis = {
        "gridcolor": with_alpha(token["border"], 0.7),
        "linecolor": token["border"],
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": token["border"],
        "tickfont": {"color": token["muted"], "size": 12},
        "title": {"font": {"color": token["muted"], "size": 12}, "standoff": 8},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "colorway": list(HUES[theme].values()),
            "paper_bgcolor": token["background"],
            "plot_bgcolor": token["background"],
            "font": {"family": FONT, "size": 13, "color": token["text"]},
            "title": {
                "font": {"size": 15, "color": token["text"]},
                "x": 0,
                "xanchor": "left",
                "xref": "container",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 8, "l": 4},
            },
            "separators": ",." if language == "de" else f".{NBSP}",
            "margin": {"l": 8, "r": 8, "t": 40, "b": 8},
            "xaxis": axis,
            "yaxis": axis,
            "legend": {
                "orientation": "h",
                "x": 1,
                "xanchor": "right",
                "y": 1,
                "yanchor": "bottom",
                "font": {"size": 12, "color": token["muted"]},
                "bgcolor": "rgba(0,0,0,0)",
            },
            "hoverlabel": {
                "bgcolor": token["surface"],
                "bordercolor": token["border"],
                "font": {"family": FONT, "size": 12, "color": token["text"]},
            },
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": token["muted"],
                "activecolor": token["primary"],
            },
            "colorscale": {"sequential": "Cividis"},
        }
    )


def time_axis(language: str) -> dict[str, Any]:
    """Settings of a Plotly axis of time, its days and hours as the language writes them.

    Month names are English in Plotly without a locale file; German takes digits only.
    """
    day, year = ("%d.%m.", "%m.%Y") if language == "de" else ("%d %b", "%b %Y")
    long_day = "%d.%m.%Y" if language == "de" else "%d %b %Y"
    stops = (
        (None, 1000, "%H:%M:%S.%L"),
        (1000, 60_000, f"%H:%M:%S\n{long_day}"),
        (60_000, 86_400_000, f"%H:%M\n{long_day}"),
        (86_400_000, "M1", f"{day}\n%Y"),
        ("M1", None, year),
    )
    return {
        "type": "date",
        "tickformatstops": [
            {"dtickrange": [low, high], "value": text} for low, high, text in stops
        ],
        "hoverformat": f"{long_day} %H:%M:%S",
        "ticklabelmode": "instant",
    }


def finish(figure: go.Figure, *, title: str, theme: Theme, language: str, height: int) -> go.Figure:
    """The figure with title, size, look and legend as all figures have them; changed in place.

    There is a legend where there is more than one name to tell apart; it stands below the title.
    """
    legend = sum(trace.showlegend is not False and bool(trace.name) for trace in figure.data) > 1
    layout = {
        "template": template(theme, language),
        "title_text": title,
        "height": height,
        "showlegend": legend,
        "hovermode": "closest",
    }
    # Both would stand on one line; the legend gets its own, or as many as its names need.
    if legend and title:
        lines = legend_lines(figure)
        layout |= {
            "margin_t": 44 + LEGEND_LINE * lines,
            "height": height + LEGEND_LINE * (lines - 1),
        }
    return figure.update_layout(layout)


def add_marks(
    figure: go.Figure,
    shapes: Sequence[dict[str, Any]] = (),
    annotations: Sequence[dict[str, Any]] = (),
) -> None:
    """Shapes and annotations beside those of the figure, all at once.

    Added one by one, each makes Plotly go through all that are there.
    """
    if shapes:
        figure.layout.shapes = (*figure.layout.shapes, *shapes)
    if annotations:
        figure.layout.annotations = (*figure.layout.annotations, *annotations)


def add_level(
    figure: go.Figure,
    axis: Literal["x", "y"],
    at: float,
    line: dict[str, Any],
    name: dict[str, Any] | None = None,
) -> None:
    """A line across the first panel at one value of an axis, and its name at the end.

    For one panel it is quicker than ``go.Figure.add_hline`` and ``add_vline``.
    """
    along = "y" if axis == "x" else "x"
    where = {f"{axis}ref": axis, f"{along}ref": f"{along} domain"}
    edges = {f"{axis}0": at, f"{axis}1": at, f"{along}0": 0, f"{along}1": 1}
    named = [{axis: at, along: 1, "showarrow": False, **where, **name}] if name else []
    add_marks(figure, [{"type": "line", "line": line, **where, **edges}], named)


def legend_lines(figure: go.Figure) -> int:
    """Lines the legend takes on a narrow screen; Plotly gives all names the width of the longest.

    Plotly grows a legend upwards into the title and tells nobody.
    """
    names = [trace.name for trace in figure.data if trace.showlegend is not False and trace.name]
    wide = 42 + 6.6 * max(len(name) for name in names)
    return math.ceil(len(names) / max(1, int(LEGEND_WIDTH // wide)))


# --- one series ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawn:
    """A series ready to draw: wall time [ms], values in the panel's unit; NaN breaks the line."""

    x: Floats
    line: Floats
    low: Floats
    high: Floats
    first: Floats
    last: Floats
    half_ms: float
    is_state: bool
    dense: bool


def _drawn(series: SeriesLike, factor: float, shift_us: int = 0) -> _Drawn:
    frame = series.frame
    kind = series.signal.kind
    step_ms = (series.step_us or 0) / 1000.0
    wall = to_wall_ms(frame["ts"].to_numpy(np.int64) + shift_us, series.zone)
    place = {"counter": 1.0, "state": 0.0, "setpoint": 0.0}.get(kind, 0.5)
    column = "mean" if kind == "analog" else "last"
    columns = [frame[name].to_numpy(np.float64) * factor for name in (column, "min", "max")]
    columns += [frame[name].to_numpy(np.float64) * factor for name in ("first", "last")]
    x, (line, low, high, first, last) = _break_backward(wall + place * step_ms, columns)
    is_state = kind in ("state", "setpoint")
    dense = _dense(series) and not is_state and bool(np.any(high > low))
    return _Drawn(x, line, low, high, first, last, step_ms / 2.0, is_state, dense)


def _dense(series: SeriesLike) -> bool:
    """Whether rows are about as wide as a pixel, so that the band is a stroke for each."""
    width = series.step_us or 0
    return 0 < 300 * width <= series.end - series.start


def _dashes(drawn: _Drawn) -> tuple[Floats, Floats]:
    """The mean of each row across its width; joined, means would ink what no reading reached."""
    x = drawn.x[:, None] + drawn.half_ms * np.array([-0.98, 0.98, 0.98])
    y = np.column_stack((drawn.line, drawn.line, np.full(drawn.line.size, np.nan)))
    return x.ravel(), y.ravel()


def _strokes(drawn: _Drawn) -> tuple[Floats, Floats]:
    """A line through first, least, greatest and last of each row; NaN where a row has none.

    Where a row is as wide as a pixel, it inks the pixels that a line through all readings would.
    """
    x = drawn.x[:, None] + drawn.half_ms * np.array([-0.5, 0.0, 0.0, 0.5])
    y = np.column_stack((drawn.first, drawn.low, drawn.high, drawn.last))
    return x.ravel(), y.ravel()


def _break_backward(x: Floats, columns: Sequence[Floats]) -> tuple[Floats, list[Floats]]:
    """Put a gap where the wall clock steps back, so that no line runs against time or upright."""
    back = np.flatnonzero(np.diff(x) <= 0) + 1
    if back.size == 0:
        return x, list(columns)
    return np.insert(x, back, x[back - 1]), [np.insert(c, back, np.nan) for c in columns]


def segments(values: Floats) -> list[slice]:
    """Runs of a line [n] without NaN, as slices: a line is drawn in so many pieces."""
    good = np.isfinite(values).astype(np.int8)
    edge = np.diff(np.concatenate(([0], good, [0])))
    pairs = zip(np.flatnonzero(edge == 1), np.flatnonzero(edge == -1), strict=True)
    return [slice(int(a), int(b)) for a, b in pairs]


def _outline(drawn: _Drawn) -> tuple[Floats, Floats]:
    """Closed outline of the min-max band, one piece per run without gap."""
    xs: list[Floats] = []
    ys: list[Floats] = []
    end = np.array([np.nan])
    for run in segments(drawn.low + drawn.high):
        x, low, high = drawn.x[run], drawn.low[run], drawn.high[run]
        if drawn.is_state:
            x, low, high = _corners(x, 2 * drawn.half_ms, low, high)
        elif x.size == 1:
            edges = np.array([-drawn.half_ms, drawn.half_ms])
            x, low, high = x + edges, low.repeat(2), high.repeat(2)
        xs += [x, x[::-1], x[:1], end]
        ys += [high, low[::-1], high[:1], end]
    if not xs:
        return np.empty(0), np.empty(0)
    return np.concatenate(xs), np.concatenate(ys)


def _corners(x: Floats, width: float, *values: Floats) -> tuple[Floats, ...]:
    """Each value held from its start to the start of the next."""
    ends = np.append(x[1:], x[-1] + width)
    return np.column_stack((x, ends)).ravel(), *(value.repeat(2) for value in values)


def _hover(unit: str, half_ms: float) -> str:
    about = f" ± {_short(half_ms)}" if half_ms else ""
    tail = f"{NBSP}{unit}" if unit not in ("", "1") else ""
    return f"%{{x}}{about}<br>%{{y:,.5~g}}{tail}"


def _short(ms: float) -> str:
    for size, name in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= size:
            return f"{ms / size:.3g}{NBSP}{name}"
    return f"{ms:.3g}{NBSP}ms"


def _traces(
    series: SeriesLike, *, factor: float, unit: str, colour: str, dash: str, label: str
) -> list[go.Scatter]:
    """Mean line and, where a row stands for several readings, the band from least to greatest."""
    drawn = _drawn(series, factor)
    traces = []
    if bool(np.any(drawn.high > drawn.low)):
        x, y = _strokes(drawn) if drawn.dense else _outline(drawn)
        # The fill alone would lose a spike of one sample at one pixel; its outline keeps it.
        traces.append(
            go.Scatter(
                x=x,
                y=y.astype(np.float32),
                mode="lines",
                line={"width": 1, "color": with_alpha(colour, 0.55)},
                fill="none" if drawn.dense else "toself",
                fillcolor=with_alpha(colour, 0.3),
                connectgaps=False,
                hoverinfo="skip",
                showlegend=False,
                legendgroup=label,
                name=label,
            )
        )
    # A reading between two gaps is a line without length: only a marker shows it.
    alone = any(run.stop - run.start == 1 for run in segments(drawn.line))
    few = drawn.line.size <= FEW_POINTS and series.step_us is None
    x, line = _dashes(drawn) if drawn.dense else (drawn.x, drawn.line)
    traces.append(
        go.Scatter(
            x=x,
            y=line.astype(np.float32),
            mode="lines+markers" if few or (alone and not traces) else "lines",
            line={
                "width": 1.5,
                "color": colour,
                "dash": dash,
                "shape": "hv" if drawn.is_state else "linear",
            },
            marker={"size": 4 if few else 3, "color": colour},
            connectgaps=False,
            name=label,
            legendgroup=label,
            hovertemplate=_hover(unit, drawn.half_ms),
        )
    )
    return traces


def _ghost(
    series: SeriesLike, *, shift_us: int, factor: float, unit: str, theme: Theme, label: str
) -> go.Scatter:
    drawn = _drawn(series, factor, shift_us)
    return go.Scatter(
        x=drawn.x,
        y=drawn.line.astype(np.float32),
        mode="lines",
        line={
            "width": 1.25,
            "color": with_alpha(TOKENS[theme]["muted"], 0.9),
            "dash": "dash",
            "shape": "hv" if drawn.is_state else "linear",
        },
        connectgaps=False,
        name=label,
        legendgroup=label,
        hovertemplate=_hover(unit, drawn.half_ms),
    )


# --- figures over time --------------------------------------------------------------------------


def build_series_figure(
    series: Sequence[SeriesLike],
    *,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    span: tuple[int, int] | None = None,
    labels: Sequence[str] | None = None,
    previous: Sequence[SeriesLike] = (),
    previous_label: str = "previous period",
    y_range: YRange = "auto",
    height: int = 340,
    separate: bool = False,
) -> go.Figure:
    """Series over time: mean line, min-max band, gaps left open.

    Series of one unit share a panel; each further unit gets a panel of its own below, with the
    same time axis. Two value axes on one panel are never drawn.

    Parameters
    ----------
    series : what to draw.
    title : a sentence about what is seen.
    span : shown from, to [µs since the epoch, UTC]; default is what the series cover.
    labels : names in the legend; default is device and signal.
    previous : the same signals a period earlier, drawn dashed and shifted to begin at the start
        of the span.
    y_range : ``auto``, ``clipped`` (1..99 % quantile) or (low, high) in the unit of the axis.
    height : of the whole figure [px]; more where the panels would get too low.
    separate : a panel for each series (small multiples).

    Raises
    ------
    ValueError : no series.
    """
    if not series:
        raise ValueError("a figure needs at least one series")
    names = list(labels) if labels else _labels(series)
    groups = _grouped(series, separate)
    figure = _panels(len(groups))
    styles = _styles(series, theme)
    if separate:
        # In a panel of its own each has the colour of its quantity.
        styles = [(colour_of(one.signal.quantity, theme), "solid") for one in series]
    start, end = span or (min(s.start for s in series), max(s.end for s in series))
    ghosted = False
    for row, members in enumerate(groups, 1):
        shown = [series[i] for i in members]
        unit_of_row = shown[0].signal.unit
        ghosts = [p for p in previous if _belongs(p, shown, separate)]
        extremes = _extremes([*shown, *ghosts])
        factor, unit = fit_unit(float(np.max(np.abs(extremes), initial=0.0)), unit_of_row)
        for ghost in ghosts:
            trace = _ghost(ghost, shift_us=start - ghost.start, factor=factor, unit=unit,
                           theme=theme, label=previous_label)  # fmt: skip
            trace.showlegend = not ghosted
            ghosted = True
            figure.add_trace(trace, row=row, col=1)
        for i in members:
            colour, dash = styles[i]
            for trace in _traces(
                series[i], factor=factor, unit=unit, colour=colour, dash=dash, label=names[i]
            ):
                figure.add_trace(trace, row=row, col=1)
        bounds = y_bounds(_line_values(shown) * factor, y_range)
        look: dict[str, Any] = {"title_text": _axis_title(unit, shown), "fixedrange": True}
        if bounds:
            look["range"] = list(bounds)
        elif not extremes.size:
            # Where nothing is drawn an axis with numbers would be invented.
            look |= {"showticklabels": False, "ticks": "", "showgrid": False}
        figure.update_yaxes(**look, row=row, col=1)
        if separate:
            _name_panel(figure, row, names[members[0]], theme)
    bottom = time_axis(language)
    # How ticks are written costs Plotly more than all else; above the lowest panel there are none.
    above = {key: value for key, value in bottom.items() if key != "tickformatstops"}
    span_ms = to_wall_ms([start, end], series[0].zone).tolist()
    for row in range(1, len(groups) + 1):
        last = row == len(groups)
        ticks: dict[str, Any] = {"showticklabels": last, "ticks": "outside" if last else ""}
        figure.update_xaxes(
            range=span_ms, **(bottom if last else above), **ticks, row=row, col=1
        )  # fmt: skip
    height = max(height, 70 + LEAST_PANEL * len(groups))
    finish(figure, title=title, theme=theme, language=language, height=height)
    if separate:
        figure.update_layout(showlegend=ghosted)
    figure.update_layout(dragmode="zoom")
    return figure


def build_small_multiples_figure(
    series: Sequence[SeriesLike], *, panel_height: int = LEAST_PANEL, **options: Any
) -> go.Figure:
    """One panel per series on one time axis; options as in `build_series_figure`.

    Raises
    ------
    ValueError : no series.
    """
    height = 70 + panel_height * len(series)
    return build_series_figure(series, separate=True, height=height, **options)


def _labels(series: Sequence[SeriesLike]) -> list[str]:
    several_devices = len({s.device for s in series}) > 1
    return [f"{s.device} {s.signal.name}" if several_devices else s.signal.name for s in series]


def _grouped(series: Sequence[SeriesLike], separate: bool) -> list[list[int]]:
    """Positions of the series of each panel, in order of appearance."""
    if separate:
        return [[i] for i in range(len(series))]
    groups: dict[str, list[int]] = {}
    for i, one in enumerate(series):
        groups.setdefault(one.signal.unit, []).append(i)
    return list(groups.values())


def _belongs(ghost: SeriesLike, shown: Sequence[SeriesLike], separate: bool) -> bool:
    if separate:
        return (ghost.device, ghost.signal.name) == (shown[0].device, shown[0].signal.name)
    return ghost.signal.unit == shown[0].signal.unit


def _panels(rows: int) -> go.Figure:
    gap = min(0.06, 0.3 / max(rows, 1))
    return make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=gap)


def _styles(series: Sequence[SeriesLike], theme: Theme) -> list[tuple[str, str]]:
    """Colour of the quantity; where two share it, the next free hue, then another dash."""
    hues = [HUES[theme][name] for name in APART]
    used: list[str] = []
    styles = []
    for one in series:
        colour = colour_of(one.signal.quantity, theme)
        if colour in used:
            colour = next((hue for hue in hues if hue not in used), colour)
        styles.append((colour, _SHAPES[used.count(colour) % len(_SHAPES)]))
        used.append(colour)
    return styles


def _extremes(series: Sequence[SeriesLike]) -> Floats:
    values = [s.frame[column].to_numpy(np.float64) for s in series for column in ("min", "max")]
    joined = np.concatenate(values) if values else np.empty(0)
    return joined[np.isfinite(joined)]


def _line_values(series: Sequence[SeriesLike]) -> Floats:
    columns = [
        s.frame["mean" if s.signal.kind == "analog" else "last"].to_numpy(np.float64)
        for s in series
    ]
    return np.concatenate(columns)


def _axis_title(unit: str, shown: Sequence[SeriesLike]) -> str:
    if unit and unit != "1":
        return unit
    return shown[0].signal.name if len(shown) == 1 else ""


def _name_panel(figure: go.Figure, row: int, name: str, theme: Theme) -> None:
    figure.add_annotation(
        text=name,
        xref="x domain" if row == 1 else f"x{row} domain",
        yref="y domain" if row == 1 else f"y{row} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 12, "color": TOKENS[theme]["muted"]},
    )


# --- figures of sums and distributions ----------------------------------------------------------


def build_bars_figure(
    bars: Sequence[Bars],
    *,
    zone: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    labels: Sequence[str] | None = None,
    height: int = 300,
) -> go.Figure:
    """Bars per period, side by side; a marked bar is hatched.

    Parameters
    ----------
    bars : one entry per quantity, all of one unit.
    labels : legend names; default is each entry's own.

    Raises
    ------
    ValueError : no bars, or of different units.
    """
    if len({one.unit for one in bars}) != 1:
        raise ValueError("bars of one figure need exactly one unit")
    peak = max(float(np.nanmax(np.abs(np.append(np.asarray(b.values, float), 0.0)))) for b in bars)
    factor, unit = fit_unit(peak, bars[0].unit)
    figure = go.Figure()
    for place, one in enumerate(bars):
        label = labels[place] if labels else one.label
        figure.add_trace(_bar_trace(one, place, len(bars), factor, unit, zone, theme, label))
    figure.update_xaxes(**time_axis(language))
    figure.update_yaxes(title_text=unit, rangemode="tozero")
    figure.update_layout(barmode="overlay", bargap=0)
    return finish(figure, title=title, theme=theme, language=language, height=height)


def _bar_trace(
    one: Bars, place: int, of: int, factor: float, unit: str, zone: str, theme: Theme, label: str
) -> go.Bar:
    left, right = to_wall_ms(one.start, zone), to_wall_ms(one.end, zone)
    values = np.asarray(one.values, dtype=np.float64) * factor
    marked = np.zeros(values.size, bool) if one.marked is None else np.asarray(one.marked, bool)
    # A tenth of the period stays free between periods; clock changes alter the width, not the bar.
    width = 0.9 * (right - left) / of
    colour = colour_of(one.quantity, theme)
    return go.Bar(
        x=left,
        y=values.astype(np.float32),
        width=width,
        offset=0.05 * (right - left) + place * width,
        name=label,
        marker={
            "color": np.where(marked, with_alpha(colour, 0.35), colour).tolist(),
            "line": {"width": np.where(marked, 1.0, 0.0), "color": colour},
            "pattern": {
                "shape": np.where(marked, "/", "").tolist(),
                "fgcolor": colour,
                "size": 6,
                "solidity": 0.35,
            },
        },
        hovertemplate=_hover(unit, 0.0),
    )


def add_dated_bars(
    figure: go.Figure,
    left: Floats,
    right: Floats,
    values: ArrayLike,
    short: NDArray[np.bool_],
    label: str,
    colour: str,
    unit: str,
) -> None:
    """Add one bar per period; it fills nine tenths of its period.

    Parameters
    ----------
    left, right : (m,) edges of the periods, as `to_wall_ms` gives them.
    values : (m,) [unit].
    short : (m,) where coverage is short; drawn hatched.
    """
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
            hovertemplate=f"%{{x}}<br>%{{y:,.5~g}}{NBSP}{unit}<extra>{label}</extra>",
        )
    )


def build_heatmap_figure(
    values: ArrayLike,
    *,
    unit: str,
    rows: Sequence[str],
    columns: Sequence[str] | None = None,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    column_title: str = "",
    centre: float | None = None,
    bounds: tuple[float, float] | None = None,
    height: int = 280,
) -> go.Figure:
    """Heatmap, first row on top: load by weekday and hour, cells by pack, days by hour.

    Parameters
    ----------
    values : (rows, columns) [unit], NaN where there is nothing: left blank.
    columns : names; default is 0, 1, 2, ...
    centre : draw blue-white-red around this value [unit] instead of cividis.
    bounds : fixed low and high of the colours [unit], to compare figures.
    """
    grid = np.asarray(values, dtype=np.float64)
    finite = grid[np.isfinite(grid)]
    factor, unit = fit_unit(float(np.max(np.abs(finite), initial=0.0)), unit)
    names = [str(c) for c in (range(grid.shape[1]) if columns is None else columns)]
    colours: dict[str, Any] = {"colorscale": "Cividis"}
    if centre is not None:
        middle = "#FFFFFF" if theme == "light" else "#E9ECEC"
        colours = {
            "colorscale": [[0.0, "#2166AC"], [0.5, middle], [1.0, "#B2182B"]],
            "zmid": centre * factor,
        }
    if bounds is not None:
        colours |= {"zmin": bounds[0] * factor, "zmax": bounds[1] * factor}
    figure = go.Figure(
        go.Heatmap(
            z=(grid * factor).astype(np.float32),
            x=names,
            y=list(rows),
            xgap=1,
            ygap=1,
            hoverongaps=False,
            hovertemplate=f"%{{y}} %{{x}}<br>%{{z:,.5~g}}{NBSP}{unit}<extra></extra>",
            colorbar={
                "title": {"text": unit, "side": "right", "font": {"size": 12}},
                "thickness": 10,
                "outlinewidth": 0,
                "tickfont": {"size": 12, "color": TOKENS[theme]["muted"]},
            },
            **colours,
        )
    )
    figure.update_xaxes(type="category", showgrid=False, title_text=column_title)
    figure.update_yaxes(type="category", showgrid=False, autorange="reversed")
    return finish(figure, title=title, theme=theme, language=language, height=height)


def build_duration_figure(
    curves: Sequence[Curve],
    *,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    share_title: str = "share of the time [%]",
    height: int = 300,
) -> go.Figure:
    """Duration curves: how much of the time a value is reached or exceeded.

    Raises
    ------
    ValueError : no curves, or of different units.
    """
    if len({curve.unit for curve in curves}) != 1:
        raise ValueError("curves of one figure need exactly one unit")
    arrays = [np.asarray(curve.values, dtype=np.float64) for curve in curves]
    peak = max(float(np.nanmax(np.abs(np.append(array, 0.0)))) for array in arrays)
    factor, unit = fit_unit(peak, curves[0].unit)
    figure = go.Figure()
    for place, (curve, array) in enumerate(zip(curves, arrays, strict=True)):
        figure.add_trace(
            go.Scatter(
                x=(np.asarray(curve.share, dtype=np.float64) * 100).astype(np.float32),
                y=(array * factor).astype(np.float32),
                mode="lines",
                line={
                    "width": 1.75,
                    "color": colour_of(curve.quantity, theme),
                    "dash": _SHAPES[place % len(_SHAPES)],
                },
                name=curve.label,
                hovertemplate=f"%{{x:.1f}}{NBSP}%<br>%{{y:,.5~g}}{NBSP}{unit}",
            )
        )
    figure.update_xaxes(title_text=share_title, range=[0, 100], dtick=20)
    figure.update_yaxes(title_text=unit)
    finish(figure, title=title, theme=theme, language=language, height=height)
    # A label that stands out over the edge is left out, and 100 would.
    return figure.update_layout(margin_r=24)


def build_profile_figure(
    hours: ArrayLike,
    profiles: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]],
    *,
    unit: str,
    quantity: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    hour_title: str = "hour of the day",
    height: int = 300,
) -> go.Figure:
    """Mean day with its 10..90 % band, one panel per kind of day.

    Parameters
    ----------
    hours : (n,) start of each step of the day [h].
    profiles : name of the kind of day to (mean, low, high), each (n,) [unit].
    """
    flat = np.concatenate([np.asarray(v, dtype=np.float64) for p in profiles.values() for v in p])
    factor, unit = fit_unit(float(np.nanmax(np.abs(np.append(flat, 0.0)))), unit)
    colour = colour_of(quantity, theme)
    x = np.asarray(hours, dtype=np.float64)
    width = float(x[1] - x[0]) if x.size > 1 else 1.0
    figure = make_subplots(
        rows=1, cols=len(profiles), shared_yaxes=True, horizontal_spacing=0.02,
        subplot_titles=list(profiles),
    )  # fmt: skip
    for column, (name, arrays) in enumerate(profiles.items(), 1):
        mean, low, high = (np.asarray(a, dtype=np.float64) * factor for a in arrays)
        drawn = _Drawn(x, mean, low, high, mean, mean, width / 2, True, False)
        band_x, band_y = _outline(drawn)
        figure.add_trace(
            go.Scatter(x=band_x, y=band_y.astype(np.float32), mode="lines", fill="toself",
                       line={"width": 0}, fillcolor=with_alpha(colour, 0.25), hoverinfo="skip",
                       name=name, showlegend=False),
            row=1, col=column,
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(x=x, y=mean.astype(np.float32), mode="lines", name=name, showlegend=False,
                       line={"width": 1.75, "color": colour, "shape": "hv"},
                       hovertemplate=f"%{{x:.2~f}}{NBSP}h<br>%{{y:,.4~g}}{NBSP}{unit}"),
            row=1, col=column,
        )  # fmt: skip
        figure.update_xaxes(title_text=hour_title, range=[0, 24], dtick=6, row=1, col=column)
    figure.update_annotations(font={"size": 12, "color": TOKENS[theme]["muted"]})
    figure.update_yaxes(title_text=unit, row=1, col=1)
    finish(figure, title=title, theme=theme, language=language, height=height)
    return figure.update_layout(margin_t=60)
