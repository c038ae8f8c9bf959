"""Plotly figures of a battery's cells; no Streamlit. Look and axes are those of `core.charts`.

Every figure takes finished numbers and words. Days are numbers of local calendar days; a day is
drawn in its middle. Cells can be clicked where they are markers: `customdata` begins with the
numbers of pack and cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core import charts
from core.cell_views import FaultLimits, PackCourse, Places
from core.charts import DIVERGING, HUES, NBSP, TOKENS, Theme, with_alpha

DAY_MS = 86_400_000.0
FEW_DAYS = 14
LABEL_HEIGHT = 14  # of a name at the end of a line [px]
ROW_HEIGHT = 27  # of a row of cells [px]
LEAST_SCALE = 130  # height from which a bar of colours can be read [px]
MOST_WRITTEN, MOST_NUMBERED = 18, 44  # columns in which value and number, or number alone, fit
# One family of hues, so that a cell drawn in another stands out; line styles tell packs apart too.
PACK_HUES: dict[Theme, tuple[str, ...]] = {
    "light": ("#0B6E69", "#3F8FA8", "#6D87B8", "#7FA65A", "#8A7FA6"),
    "dark": ("#3FB8AF", "#6FC0DA", "#9DB4E6", "#B1D488", "#BDB2DA"),
}
PACK_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
# Colour and shape of each fault; the word stands in the legend.
FAULT_HUES = {
    "capacity": "import",
    "offset_high": "pv",
    "offset_low": "export",
    "self_discharge": "price",
    "resistance": "other",
}
FAULT_SHAPES = {
    "capacity": "diamond",
    "offset_high": "triangle-up",
    "offset_low": "triangle-down",
    "self_discharge": "pentagon",
    "resistance": "square",
    "sensor": "x",
    "undecided": "cross",
    "healthy": "circle",
    "unknown": "circle",
}


@dataclass(frozen=True)
class Highlight:
    """A cell drawn by itself over its pack: its values by day, in the unit of the figure."""

    label: str
    fault: str
    values: ArrayLike


def pack_style(index: int, theme: Theme) -> tuple[str, str]:
    """Colour and dash of the pack that stands at `index` of its battery."""
    hues = PACK_HUES[theme]
    return hues[index % len(hues)], PACK_DASHES[index % len(PACK_DASHES)]


def fault_colour(fault: str, theme: Theme) -> str:
    """Colour of a fault; muted where there is none or none can be told."""
    hue = FAULT_HUES.get(fault)
    return HUES[theme][hue] if hue else TOKENS[theme]["muted"]


def day_ms(day: ArrayLike) -> NDArray[np.float64]:
    """Middle of each local day as Plotly's date axis takes it [ms of the wall clock]."""
    return (np.asarray(day, dtype=np.float64) + 0.5) * DAY_MS


def _clickable(figure: go.Figure) -> go.Figure:
    """A click chooses a marker; a drag does nothing, so that none is lost to it."""
    return figure.update_layout(clickmode="event+select", dragmode=False)


def _on_every_day(day: ArrayLike, values: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Days from the first to the last, `values` [day, ...] on them, NaN on days that lack."""
    days = np.asarray(day, dtype=np.int64)
    given = np.asarray(values, dtype=np.float64)
    if not days.size:
        return days, given
    every = np.arange(days[0], days[-1] + 1)
    filled = np.full((every.size, *given.shape[1:]), np.nan)
    filled[days - days[0]] = given
    return every, filled


def _day_axis(figure: go.Figure, day: ArrayLike, language: str) -> None:
    """Axis of days; a few days are named each, at their middle."""
    axis = charts.time_axis(language)
    axis["hoverformat"] = "%d.%m.%Y" if language == "de" else "%d %b %Y"
    days = np.asarray(day, dtype=np.int64)
    if days.size and days[-1] - days[0] < FEW_DAYS:
        every = np.arange(days[0], days[-1] + 1)
        form = "%d.%m." if language == "de" else "%d %b"
        axis |= {
            "tickvals": day_ms(every).tolist(),
            "ticktext": [f"{date:{form}}" for date in every.astype("datetime64[D]").tolist()],
            "range": [float(day_ms(days[0] - 0.5)), float(day_ms(days[-1] + 0.5))],
        }
    figure.update_xaxes(**axis)


def _bar_of_colours(title: str, theme: Theme, **more: Any) -> dict[str, Any]:
    return {
        "title": {"text": title, "side": "top", "font": {"size": 12}},
        "thickness": 10,
        "outlinewidth": 0,
        "tickfont": {"size": 12, "color": TOKENS[theme]["muted"]},
        **more,
    }


# --- overview -----------------------------------------------------------------------------------


def build_sat_figure(
    day: ArrayLike,
    courses: Sequence[PackCourse],
    *,
    labels: Sequence[str],
    styles: Sequence[int],
    highlights: Sequence[Highlight] = (),
    envelope_label: str,
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """Median of each pack by day, the envelope of all their cells, and cells that stand apart.

    Parameters
    ----------
    labels, styles : name of each course, and the place of its pack in the battery.
    """
    traces = [_envelope(day, courses, envelope_label, theme)] if courses else []
    for course, label, style in zip(courses, labels, styles, strict=True):
        colour, dash = pack_style(style, theme)
        every, median = _on_every_day(day, course.median)
        traces.append(_day_line(every, median, label, colour, dash, 1.6))
    ends: list[tuple[float, float, str, str]] = []
    for one in highlights:
        every, values = _on_every_day(day, one.values)
        colour = fault_colour(one.fault, theme)
        line = _day_line(every, values, one.label, colour, "solid", 1.4)
        traces.append(line | {"showlegend": False})
        newest = np.flatnonzero(np.isfinite(values))[-1:]
        ends += [(float(values[at]), float(day_ms(every[at])), one.label, colour) for at in newest]
    figure = go.Figure(traces)
    _name_ends(figure, ends, height - 140)
    _day_axis(figure, day, language)
    figure.update_yaxes(title_text=y_title, tickformat=".3f")
    return charts.finish(figure, title=title, theme=theme, language=language, height=height)


def _envelope(
    day: ArrayLike, courses: Sequence[PackCourse], label: str, theme: Theme
) -> dict[str, Any]:
    """Least to greatest cell of all packs, broken where days lack a value."""
    edges = np.stack([[one.low, one.high] for one in courses])
    there = np.isfinite(edges[:, 0]).any(axis=0)
    low = np.where(np.isfinite(edges[:, 0]), edges[:, 0], np.inf).min(axis=0)
    high = np.where(np.isfinite(edges[:, 1]), edges[:, 1], -np.inf).max(axis=0)
    every, both = _on_every_day(
        day, np.column_stack([np.where(there, low, np.nan), np.where(there, high, np.nan)])
    )
    x: list[NDArray[Any]] = []
    y: list[NDArray[Any]] = []
    for run in charts.segments(both[:, 0]):
        # Half a day to either side, so that a day alone has a width.
        at = day_ms(every[run])
        at = np.concatenate([[at[0] - 0.4 * DAY_MS], at, [at[-1] + 0.4 * DAY_MS]])
        under, over = (np.pad(both[run, side], 1, mode="edge") for side in (0, 1))
        x += [at, at[::-1], np.array([np.nan])]
        y += [under, over[::-1], np.array([np.nan])]
    return {
        "type": "scatter",
        "x": np.concatenate(x) if x else [],
        "y": np.concatenate(y).astype(np.float32) if y else [],
        "fill": "toself",
        "mode": "lines",
        "line": {"width": 0},
        "fillcolor": with_alpha(TOKENS[theme]["muted"], 0.20),
        "hoverinfo": "skip",
        "name": label,
    }


def _name_ends(
    figure: go.Figure, ends: Sequence[tuple[float, float, str, str]], pixels: int
) -> None:
    """Names at the ends of lines (value, time, name, colour), pushed apart where they would meet.

    Parameters
    ----------
    pixels : height of the drawing, on which the values of the figure are spread.
    """
    drawn = [np.asarray(trace.y, np.float64) for trace in figure.data if trace.y is not None]
    flat = np.concatenate(drawn) if drawn else np.empty(0)
    flat = flat[np.isfinite(flat)]
    per_pixel = (float(np.ptp(flat)) if flat.size else 0.0) / max(pixels, 1) or 1.0
    lowest, names = -np.inf, []
    for value, time, label, colour in sorted(ends):
        place = max(value, lowest + LABEL_HEIGHT * per_pixel)
        lowest = place
        names.append(
            {"x": time, "y": value, "text": label, "showarrow": False, "xanchor": "left",
             "xshift": 6, "yshift": (place - value) / per_pixel,
             "font": {"size": 12, "color": colour}}
        )  # fmt: skip
    charts.add_marks(figure, annotations=names)


def _day_line(
    day: NDArray[Any], values: NDArray[Any], label: str, colour: str, dash: str, width: float
) -> dict[str, Any]:
    """Line by day; days alone between gaps show as dots."""
    there = np.isfinite(values)
    alone = there & ~np.append(there[1:], False) & ~np.append(False, there[:-1])
    return {
        "type": "scatter",
        "x": day_ms(day),
        "y": values.astype(np.float32),
        "mode": "lines+markers" if alone.any() else "lines",
        "marker": {"size": np.where(alone, 4.0, 0.0), "line": {"width": 0}},
        "line": {"color": colour, "width": width, "dash": dash},
        "name": label,
        "hovertemplate": f"%{{x}}<br>%{{y:.3f}}{NBSP}V<extra>{label}</extra>",
    }


def build_strip_figure(
    pack: ArrayLike,
    cell: ArrayLike,
    values: ArrayLike,
    fault: Sequence[str],
    *,
    fault_names: Mapping[str, str],
    pack_names: Mapping[int, str],
    y_title: str,
    unit: str,
    limit: float | None = None,
    limit_label: str = "",
    legend: bool = True,
    digits: int = 0,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 340,
) -> go.Figure:
    """A dot a cell, packs side by side, within a pack by the number of the cell.

    Behind them the middle half of each pack and its median.

    Parameters
    ----------
    values : [cell], in `unit`; NaN leaves a cell out.
    limit : drawn as a line, e.g. from where a value is a fault.
    legend : name the faults; not needed beside a figure that does.
    """
    packs, cells = np.asarray(pack, np.int64), np.asarray(cell, np.int64)
    y, faults = np.asarray(values, np.float64), np.asarray(fault, dtype=str)
    numbers = [int(one) for one in np.unique(packs)]
    x = np.zeros(len(packs))
    figure, shapes = go.Figure(), []  # type: tuple[go.Figure, list[dict[str, Any]]]
    muted = TOKENS[theme]["muted"]
    for index, number in enumerate(numbers):
        mine = packs == number
        rank = np.argsort(np.argsort(cells[mine], kind="stable"), kind="stable")
        x[mine] = index + 0.84 * ((rank + 0.5) / mine.sum() - 0.5)
        if np.isfinite(y[mine]).sum() >= 5:
            low, usual, high = np.nanquantile(y[mine], [0.25, 0.5, 0.75])
            shape = {"x0": index - 0.46, "x1": index + 0.46, "layer": "below"}
            shapes += [
                {"type": "rect", "y0": low, "y1": high, "fillcolor": with_alpha(muted, 0.22),
                 "line": {"width": 0}, **shape},
                {"type": "line", "y0": usual, "y1": usual,
                 "line": {"color": muted, "width": 1.2}, **shape},
            ]  # fmt: skip
    charts.add_marks(figure, shapes)
    _add_cells(figure, x, y, packs, cells, faults, fault_names, f"{y_title} %{{y:+.{digits}f}}"
               f"{NBSP}{unit}", theme)  # fmt: skip
    if limit is not None and np.isfinite(limit):
        charts.add_level(
            figure, "y", limit, {"color": TOKENS[theme]["warning"], "width": 1, "dash": "dash"},
            {"text": limit_label, "font": {"size": 12, "color": muted}, "xanchor": "right",
             "yanchor": "bottom"},
        )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(numbers))),
        ticktext=[pack_names[one] for one in numbers],
        range=[-0.55, len(numbers) - 0.45],
        showgrid=False,
        ticks="",
    )
    figure.update_yaxes(title_text=y_title, zeroline=True, zerolinecolor=TOKENS[theme]["border"])
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    if not legend:
        figure.update_layout(showlegend=False, margin_t=44)
    elif len(figure.data) > 4:
        figure.update_layout(margin_t=88)  # the legend takes two lines
    return _clickable(figure)


def _add_cells(
    figure: go.Figure,
    x: NDArray[Any],
    y: NDArray[Any],
    pack: NDArray[Any],
    cell: NDArray[Any],
    fault: NDArray[Any],
    names: Mapping[str, str],
    words: str,
    theme: Theme,
    bound: NDArray[Any] | None = None,
) -> None:
    """Markers by fault, healthy ones small and first; those with a fault bear their name."""
    drawn = np.isfinite(x) & np.isfinite(y)
    open_ones = np.zeros(len(x), bool) if bound is None else bound
    order = [one for one in reversed(list(FAULT_SHAPES)) if (drawn & (fault == one)).any()]
    beside = np.full(len(x), "middle right", dtype="<U13")
    named = np.flatnonzero(drawn & ~np.isin(fault, ["healthy", "unknown"]))
    beside[named] = _label_sides(x, y, named)
    for name in order:
        mine = drawn & (fault == name)
        plain = name in ("healthy", "unknown")
        labels = [f"{p}.{c}" for p, c in zip(pack[mine], cell[mine], strict=True)]
        colour = fault_colour(name, theme)
        shape = FAULT_SHAPES[name]
        hollow = open_ones[mine] | (name == "unknown")
        figure.add_trace(
            {
                "type": "scatter",
                "x": x[mine],
                "y": y[mine].astype(np.float32),
                "mode": "markers" if plain else "markers+text",
                "text": labels,
                "textposition": "middle right" if plain else beside[mine].tolist(),
                "textfont": {"size": 12, "color": TOKENS[theme]["text"]},
                "cliponaxis": False,
                "marker": {
                    "symbol": [f"{shape}-open" if one else shape for one in hollow],
                    "size": 6 if plain else 11,
                    "color": with_alpha(colour, 0.35) if plain else colour,
                    "line": {"width": 1 if plain else 1.5, "color": colour},
                },
                "selected": {"marker": {"opacity": 1}},
                "unselected": {"marker": {"opacity": 1}},
                # of objects, which travel as lists: a click tells them as they came
                "customdata": np.column_stack([pack[mine], cell[mine]]).astype(object),
                "name": names.get(name, name),
                "hovertemplate": f"<b>%{{text}}</b> {names.get(name, name)}<br>{words}"
                "<extra></extra>",
            }
        )


def _label_sides(x: NDArray[Any], y: NDArray[Any], named: NDArray[Any]) -> list[str]:
    """Side of each marker on which its name meets no other name; the right one by preference.

    Names are taken as boxes of 7 by 5 % of the picture; the right edge is kept free.
    """
    wide, tall = (float(np.nanmax(one) - np.nanmin(one)) or 1.0 for one in (x, y))
    taken: list[tuple[float, float]] = []
    sides = []
    for place in named:
        across, up = (x[place] - np.nanmin(x)) / wide, y[place] / tall
        boxes = {
            "middle right": (across + 0.05, up),
            "middle left": (across - 0.05, up),
            "top center": (across, up + 0.045),
            "bottom center": (across, up - 0.045),
        }
        free = [
            side
            for side, (bx, by) in boxes.items()
            if (side != "middle right" or across < 0.9)
            and all(abs(bx - tx) > 0.07 or abs(by - ty) > 0.05 for tx, ty in taken)
        ]
        sides.append((free or ["middle left"])[0])
        taken.append(boxes[sides[-1]])
    return sides


def build_charges_figure(
    day: ArrayLike,
    state: Sequence[str],
    *,
    names: Mapping[str, str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 152,
) -> go.Figure:
    """A stroke a day: complete charge tall and solid, incomplete half as tall, none a thin line.

    Parameters
    ----------
    state : of each day, a key of `names`; the order of `names` is that of the legend.
    """
    days, states = np.asarray(day, np.int64), np.asarray(state, dtype=str)
    token = TOKENS[theme]
    look = {
        "complete": (HUES[theme]["battery"], 1.0, ""),
        "soc_low": (token["warning"], 0.55, "/"),
        "voltage_low": (token["error"], 0.55, "\\"),
        "voltage_high": (token["error"], 0.3, "x"),
        "no_charge": (token["muted"], 0.45, "x"),
        "no_data": (token["muted"], 0.12, ""),
    }
    figure = go.Figure()
    for name, label in names.items():
        mine = states == name
        if not mine.any():
            continue
        colour, tall, pattern = look[name]
        figure.add_trace(
            go.Bar(
                x=day_ms(days[mine]),
                y=np.full(int(mine.sum()), tall, np.float32),
                width=0.9 * DAY_MS,
                name=label,
                marker={
                    "color": with_alpha(colour, 0.35) if pattern else colour,
                    "line": {"width": 0},
                    "pattern": {"shape": pattern, "fgcolor": colour, "size": 5, "solidity": 0.4},
                },
                hovertemplate=f"%{{x}}<br>{label}<extra></extra>",
            )
        )
    _day_axis(figure, days, language)
    figure.update_yaxes(visible=False, range=[0, 1.02], fixedrange=True)
    figure.update_layout(barmode="overlay", bargap=0)
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return figure.update_layout(
        showlegend=True,
        margin_t=62 if title else 30,
    )


# --- heatmaps -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColourScale:
    """Ends of a scale of colours, in `unit`; `centred` is blue-white-red about zero."""

    low: float
    high: float
    unit: str
    centred: bool
    digits: int

    @property
    def form(self) -> str:
        """How d3 writes a value of this scale."""
        return f"{'+' if self.centred else ''}.{self.digits}f"


def _scaled_colours(scale: ColourScale) -> dict[str, Any]:
    return {
        "zmin": scale.low,
        "zmax": scale.high,
        "colorscale": DIVERGING if scale.centred else "Cividis",
    }


def build_layout_figure(
    places: Places,
    pack: ArrayLike,
    cell: ArrayLike,
    values: ArrayLike,
    *,
    scale: ColourScale,
    faults: Sequence[str],
    fault_names: Mapping[str, str],
    pack_names: Mapping[int, str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
) -> go.Figure:
    """One day of all cells in their places; a square a cell, its number and value written in it.

    Heatmaps report no clicks, so an invisible marker lies over each square.
    """
    packs, cells = np.asarray(pack, np.int64), np.asarray(cell, np.int64)
    y, fault = np.asarray(values, np.float64), np.asarray(faults, dtype=str)
    grid = np.full((places.rows, places.columns), np.nan)
    grid[places.row, places.column] = y
    words = np.full(grid.shape, "", dtype=object)
    room = places.columns <= MOST_WRITTEN
    tall = int(np.clip(150 / places.rows, ROW_HEIGHT, 2 * ROW_HEIGHT))
    for place in range(len(y)):
        own = f"{cells[place]}"
        told = written(float(y[place]), scale, language)
        words[places.row[place], places.column[place]] = (
            f"{own}{NBSP}· {told}" if room and told else own
        )
    figure = go.Figure(
        go.Heatmap(
            z=grid.astype(np.float32),
            text=words if places.columns <= MOST_NUMBERED else None,
            texttemplate="%{text}" if places.columns <= MOST_NUMBERED else None,
            textfont={"size": 11},
            xgap=2,
            ygap=2,
            hoverinfo="skip",
            showscale=tall * places.rows >= LEAST_SCALE,
            colorbar=_bar_of_colours(scale.unit, theme, tickformat=scale.form),
            **_scaled_colours(scale),
        )
    )
    missing = ~np.isfinite(y)
    weak = ~np.isin(fault, ["healthy", "unknown"])
    _frame_cells(figure, places, missing, TOKENS[theme]["border"], dashed=True)
    _frame_cells(figure, places, weak, TOKENS[theme]["text"], dashed=False)
    figure.add_trace(
        go.Scatter(
            x=places.column,
            y=places.row,
            mode="markers",
            marker={"symbol": "square", "size": tall - 5, "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=[
                [int(p), int(c), None if np.isnan(v) else float(v), fault_names.get(f, f)]
                for p, c, v, f in zip(packs, cells, y, fault.tolist(), strict=True)
            ],
            hovertemplate=(
                f"<b>%{{customdata[0]}}.%{{customdata[1]}}</b> %{{customdata[3]}}"
                f"<br>%{{customdata[2]:{scale.form}}}{NBSP}{scale.unit}<extra></extra>"
            ),
            showlegend=False,
        )
    )
    for number, row, column in places.packs:
        figure.add_annotation(
            x=column - 0.5, y=row - 0.56, text=pack_names[number], showarrow=False,
            xanchor="left", yanchor="bottom", font={"size": 12, "color": TOKENS[theme]["muted"]},
        )  # fmt: skip
    figure.update_xaxes(visible=False, range=[-0.5, places.columns - 0.5], fixedrange=True)
    figure.update_yaxes(visible=False, range=[places.rows - 0.5, -1.3], fixedrange=True)
    height = round(tall * (places.rows + 0.8)) + 48
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return _clickable(figure).update_layout(hoverdistance=40)


def written(value: float, scale: ColourScale, language: str) -> str:
    """A value as written in its square; empty without one."""
    if not np.isfinite(value):
        return ""
    text = f"{value:+.{scale.digits}f}" if scale.centred else f"{value:.{scale.digits}f}"
    if not float(text):
        text = text.lstrip("+-")
    text = text.replace("-", "−")
    return text.replace(".", ",") if language == "de" else text


def _frame_cells(
    figure: go.Figure, places: Places, mine: NDArray[Any], colour: str, *, dashed: bool
) -> None:
    """A frame round some squares: one trace, broken between squares."""
    at = np.flatnonzero(mine)
    if not at.size:
        return
    corner_x = np.array([-0.47, 0.47, 0.47, -0.47, -0.47, np.nan])
    corner_y = np.array([-0.46, -0.46, 0.46, 0.46, -0.46, np.nan])
    figure.add_trace(
        go.Scatter(
            x=(places.column[at, None] + corner_x).ravel(),
            y=(places.row[at, None] + corner_y).ravel(),
            mode="lines",
            line={
                "color": colour, "width": 1 if dashed else 2, "dash": "dot" if dashed else "solid",
            },
            hoverinfo="skip",
            showlegend=False,
        )
    )  # fmt: skip


def build_days_figure(
    day: ArrayLike,
    values: ArrayLike,
    pack: ArrayLike,
    cell: ArrayLike,
    *,
    complete: ArrayLike,
    incomplete_label: str,
    scale: ColourScale,
    faults: Sequence[str],
    fault_names: Mapping[str, str],
    pack_names: Mapping[int, str],
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    chosen_day: int | None = None,
) -> go.Figure:
    """All cells by day: a line a cell, pack below pack; incomplete days stand blank and marked.

    Weak cells are named at the right edge, where they can be clicked.

    Parameters
    ----------
    values : [day, cell] on the flat axis of the packs shown; complete : [day].
    """
    packs, cells = np.asarray(pack, np.int64), np.asarray(cell, np.int64)
    fault = np.asarray(faults, dtype=str)
    counts = np.asarray(complete, bool)
    shown = np.where(counts[:, None], np.asarray(values, np.float64), np.nan)
    every, grid = _on_every_day(day, shown)
    row, edges = _rows_of_packs(packs)
    z = np.full((int(row.max()) + 1, every.size), np.nan)
    z[row] = grid.T
    names = np.full((len(z), every.size), "", dtype=object)
    names[row] = np.array([f"{p}.{c}" for p, c in zip(packs, cells, strict=True)])[:, None]
    figure = go.Figure(
        go.Heatmap(
            x=day_ms(every),
            y=np.arange(len(z)),
            z=z.astype(np.float32),
            text=names,
            hoverongaps=False,
            hovertemplate=(
                f"<b>%{{text}}</b> %{{x}}<br>%{{z:{scale.form}}}{NBSP}{scale.unit}<extra></extra>"
            ),
            colorbar=_bar_of_colours(scale.unit, theme, tickformat=scale.form, x=1.06),
            **_scaled_colours(scale),
        )
    )
    lacking = np.asarray(day, np.int64)[~counts]
    if lacking.size:
        figure.add_trace(
            go.Scatter(
                x=day_ms(lacking),
                y=np.full(lacking.size, -len(z) * 0.018),
                mode="markers",
                marker={"symbol": "line-ns-open", "size": 7, "color": TOKENS[theme]["warning"],
                        "line": {"width": 2}},
                name=incomplete_label,
                hovertemplate=f"%{{x}}<br>{incomplete_label}<extra></extra>",
                showlegend=False,
            )
        )  # fmt: skip
    _day_axis(figure, every, language)
    weak = np.flatnonzero(~np.isin(fault, ["healthy", "unknown"]))
    if weak.size:
        _name_rows(figure, every, row[weak], packs[weak], cells[weak], fault[weak], fault_names,
                   theme)  # fmt: skip
    if chosen_day is not None:
        figure.add_vline(
            x=float(day_ms(chosen_day)), line={"width": 1, "color": TOKENS[theme]["text"],
                                               "dash": "dot"},
        )  # fmt: skip
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(
        tickvals=[(low + high) / 2 for _, low, high in edges],
        ticktext=[pack_names[one] for one, _, _ in edges],
        range=[len(z) - 0.5, -max(1.0, len(z) * 0.035)],
        showgrid=False,
        ticks="",
    )
    height = int(np.clip(3.0 * len(z), 260, 760)) + 80
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return figure.update_layout(showlegend=False, clickmode="event+select", dragmode="zoom")


def _rows_of_packs(pack: NDArray[Any]) -> tuple[NDArray[Any], list[tuple[int, int, int]]]:
    """Row of each cell with a free row between packs; number, first and last row of each pack."""
    order = np.argsort(pack, kind="stable")
    change = np.flatnonzero(np.diff(pack[order])) + 1
    row = np.empty(len(pack), np.int64)
    row[order] = np.arange(len(pack)) + np.searchsorted(change, np.arange(len(pack)), side="right")
    edges = [
        (int(one), int(row[pack == one].min()), int(row[pack == one].max()))
        for one in np.unique(pack)
    ]
    return row, edges


def _name_rows(
    figure: go.Figure,
    every: NDArray[Any],
    row: NDArray[Any],
    pack: NDArray[Any],
    cell: NDArray[Any],
    fault: NDArray[Any],
    names: Mapping[str, str],
    theme: Theme,
) -> None:
    """Markers with the names of weak cells just right of the last day."""
    span = max(every.size, 1)
    figure.add_trace(
        go.Scatter(
            x=np.full(row.size, day_ms(every[-1]) + (0.5 + 0.008 * span) * DAY_MS),
            y=row,
            mode="markers+text",
            text=[f"{p}.{c}" for p, c in zip(pack, cell, strict=True)],
            textposition="middle right",
            textfont={"size": 11, "color": TOKENS[theme]["text"]},
            cliponaxis=False,
            marker={
                "symbol": [FAULT_SHAPES[one] for one in fault],
                "color": [fault_colour(one, theme) for one in fault],
                "size": 8,
            },
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            customdata=[
                [int(p), int(c), names.get(one, one)]
                for p, c, one in zip(pack, cell, fault.tolist(), strict=True)
            ],
            hovertemplate="<b>%{text}</b> %{customdata[2]}<extra></extra>",
            showlegend=False,
        )
    )
    first, last = float(day_ms(every[0])), float(day_ms(every[-1]))
    figure.update_xaxes(range=[first - DAY_MS / 2, last + (0.5 + 0.02 * span) * DAY_MS])


def build_surface_figure(
    day: ArrayLike,
    values: ArrayLike,
    *,
    cell_names: Sequence[str],
    scale: ColourScale,
    y_title: str,
    z_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 620,
) -> go.Figure:
    """Cells by day as a surface; `values` [day, cell], NaN leaves a hole."""
    every, grid = _on_every_day(day, values)
    token = TOKENS[theme]
    clipped = np.clip(grid.T, scale.low, scale.high)
    axis = {
        "backgroundcolor": token["background"],
        "gridcolor": token["border"],
        "color": token["muted"],
        "showspikes": False,
    }
    count = len(cell_names)
    ticks = np.unique(np.linspace(0, count - 1, min(count, 9)).round().astype(int))
    figure = go.Figure(
        go.Surface(
            x=day_ms(every),
            y=np.arange(count),
            z=clipped.astype(np.float32),
            surfacecolor=clipped.astype(np.float32),
            cmin=scale.low,
            cmax=scale.high,
            colorscale=DIVERGING if scale.centred else "Cividis",
            contours={axis: {"highlight": False} for axis in ("x", "y", "z")},
            customdata=np.broadcast_to(np.array(cell_names, dtype=object)[:, None], clipped.shape),
            hovertemplate=(
                f"<b>%{{customdata}}</b> %{{x}}<br>%{{z:{scale.form}}}{NBSP}{scale.unit}"
                "<extra></extra>"
            ),
            colorbar=_bar_of_colours(scale.unit, theme, tickformat=scale.form, len=0.6),
        )
    )
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return figure.update_layout(
        scene={
            "xaxis": axis | {"type": "date", "title": {"text": ""},
                             "tickformat": "%m.%Y" if language == "de" else "%b %Y"},
            "yaxis": axis | {"title": {"text": y_title}, "tickvals": ticks.tolist(),
                             "ticktext": [cell_names[one] for one in ticks]},
            "zaxis": axis | {"title": {"text": z_title}, "tickformat": scale.form},
            "aspectratio": {"x": 1.7, "y": 1.3, "z": 0.6},
            "camera": {"eye": {"x": -1.3, "y": -1.6, "z": 0.9}, "center": {"z": -0.18}},
        },
    )  # fmt: skip


# --- weak cells ---------------------------------------------------------------------------------


def build_ends_figure(
    pack: ArrayLike,
    cell: ArrayLike,
    empty_ah: ArrayLike,
    full_ah: ArrayLike,
    bound: ArrayLike,
    fault: Sequence[str],
    *,
    limits: FaultLimits,
    fault_names: Mapping[str, str],
    region_names: Mapping[str, str],
    x_title: str,
    y_title: str,
    title: str = "",
    theme: Theme = "light",
    language: str = "en",
    height: int = 460,
) -> go.Figure:
    """Charge ahead of the pack when empty against that when full, over the regions of the faults.

    Parameters
    ----------
    empty_ah, full_ah : [cell], Ah. bound : the latter is only the least it can be; drawn open.
    region_names : words for ``capacity offset_high offset_low undecided``.
    """
    x, y = np.asarray(full_ah, np.float64), np.asarray(empty_ah, np.float64)
    reach_x = _reach(x, limits.full_ah)
    reach_y = _reach(y, limits.empty_ah)
    figure = go.Figure()
    for name, outline in fault_regions(limits, reach_x, reach_y).items():
        colour = fault_colour(name, theme)
        figure.add_trace(
            go.Scatter(
                x=outline[:, 0],
                y=outline[:, 1],
                fill="toself",
                mode="lines",
                line={"width": 0},
                fillcolor=with_alpha(colour, 0.07 if name == "undecided" else 0.13),
                hoverinfo="skip",
                showlegend=False,
            )
        )
    _name_regions(figure, region_names, reach_x, reach_y, theme)
    _add_cells(
        figure, x, y, np.asarray(pack, np.int64), np.asarray(cell, np.int64),
        np.asarray(fault, dtype=str), fault_names,
        f"{x_title} %{{x:+.2f}}{NBSP}Ah<br>{y_title} %{{y:+.2f}}{NBSP}Ah", theme,
        np.asarray(bound, bool),
    )  # fmt: skip
    line = {"zeroline": True, "zerolinecolor": TOKENS[theme]["border"], "showgrid": False}
    figure.update_xaxes(title_text=f"{x_title} [Ah]", range=[-reach_x, reach_x], **line)
    figure.update_yaxes(title_text=f"{y_title} [Ah]", range=[-reach_y, reach_y], **line)
    charts.finish(figure, title=title, theme=theme, language=language, height=height)
    return _clickable(figure)


def _reach(values: NDArray[Any], limit: float) -> float:
    """Half width of an axis: all values and the limits fit."""
    finite = np.abs(values[np.isfinite(values)])
    told = [1.12 * float(finite.max())] if finite.size else []
    if np.isfinite(limit):
        told.append(2.5 * limit)
    return max(told, default=1.0) or 1.0


def fault_regions(
    limits: FaultLimits, reach_x: float, reach_y: float
) -> dict[str, NDArray[np.float64]]:
    """Outlines [corner, (full, empty)] in Ah of where each fault lies, inside an axis' reach.

    The rules are those of `core.analytics.diagnosis`: behind when empty is low charge where the
    cell is behind by a tenth of that when full too, else capacity; ahead when empty is high charge
    where it is ahead when full too, else undecided; even when empty and ahead when full is
    capacity.
    """
    charge, lead, short = limits.empty_ah, limits.full_ah, limits.short_ah
    regions: dict[str, list[tuple[float, float]]] = {}
    if np.isfinite(charge):
        slant = 0.1  # of what it is behind when empty
        regions["offset_low"] = [
            (-reach_x, -charge), (-slant * charge, -charge), (-slant * reach_y, -reach_y),
            (-reach_x, -reach_y),
        ]  # fmt: skip
        turn, far = min(lead, 0.25 * charge), min(lead, 0.25 * reach_y)
        edge = [(turn, charge), (far, max(charge, min(4 * lead, reach_y))), (far, reach_y)]
        regions["offset_high"] = [*edge, (reach_x, reach_y), (reach_x, charge)]
        regions["undecided"] = [*edge, (-reach_x, reach_y), (-reach_x, charge)]
        right, beside = reach_x, [(reach_x, -charge)]
        if np.isfinite(lead) and np.isfinite(short):
            start = max(lead, short - charge)
            right = max(reach_x, start, charge + short)
            beside = [
                (start, -charge), (start, min(charge, start - short)),
                (max(start, charge + short), charge), (right, charge),
            ]  # fmt: skip
        regions["capacity"] = [
            (-slant * charge, -charge), *beside, (right, -reach_y), (-slant * reach_y, -reach_y),
        ]  # fmt: skip
    return {name: np.array([*outline, outline[0]]) for name, outline in regions.items()}


def _name_regions(
    figure: go.Figure, names: Mapping[str, str], reach_x: float, reach_y: float, theme: Theme
) -> None:
    spots = {
        "offset_low": (-0.98, -0.97, "left", "bottom"),
        "offset_high": (0.98, 0.97, "right", "top"),
        "undecided": (-0.98, 0.97, "left", "top"),
        "capacity": (0.98, -0.97, "right", "bottom"),
    }
    for name, (x, y, across, up) in spots.items():
        figure.add_annotation(
            x=x * reach_x, y=y * reach_y, text=names[name], showarrow=False, xanchor=across,
            yanchor=up, font={"size": 12, "color": TOKENS[theme]["muted"]},
        )  # fmt: skip
