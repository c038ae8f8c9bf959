"""The figures of a report, drawn by Matplotlib without its global state: SVG text, or pixels.

Always the light theme: a report is printed. Text is never read as a formula, and all of it is drawn
as outlines, so that a picture looks the same everywhere.
"""

from __future__ import annotations

import io
import itertools
import math
import re
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.dates import AutoDateLocator, num2date
from matplotlib.figure import Figure as Canvas
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.ticker import Formatter, MaxNLocator
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from core.charts import HUES, TOKENS, to_wall_ms
from core.numerals import MONTHS, NBSP, Language, number
from core.report import (
    WORDS,
    Axis,
    Colour,
    Figure,
    HeatFigure,
    Line,
    LineFigure,
    clean,
    key_of,
    sorted_events,
)

Floats = NDArray[np.float64]

WIDTH_MM = 170.0
DPI = 200
SIZE = 8.0  # [pt]
FONT = "DejaVu Sans"
# Millimetres that a character of this size takes, on the safe side.
CHARACTER_MM = 1.75
MS_PER_DAY = 86_400_000.0
MOST_VECTOR_POINTS = 20_000
LONGEST_MM = 215.0
LEGEND_ROW_MM = 4.3
STEPS = (1, 2, 5, 10)  # of the ticks of an axis

INK = {**TOKENS["light"], **HUES["light"]}
# Neighbours differ in lightness as well as in hue.
SERIES: tuple[Colour, ...] = ("export", "import", "battery", "price", "pv", "other", "muted")
_SHAPES = {"solid": "-", "dashed": (0, (5, 2.5)), "dotted": (0, (1, 1.6))}
_REGIMES = ("#EEF0EC", "#E0E4DE")
_DIVERGING = LinearSegmentedColormap.from_list("deviation", ["#2166AC", "#F7F7F5", "#B2182B"])
_ID = re.compile(r'\bid="([^"]+)"')
_LINK = re.compile(r'(xlink:href="#|url\(#)([^")]+)')
# Matplotlib shares fonts and caches between figures and does not promise to be used by threads.
_ONE_AT_A_TIME = threading.Lock()


# --- the two ways out ---------------------------------------------------------------------------


def draw_svg(figure: Figure, language: Language, prefix: str) -> str:
    """An ``<svg>`` element to stand in an HTML page; `prefix` keeps its ids apart from others'.

    It names nothing outside itself.
    """
    with _ONE_AT_A_TIME:
        file = io.BytesIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        draw(figure, language).savefig(
            file, format="svg", dpi=DPI, facecolor="none", metadata=nothing
        )
    text = file.getvalue().decode()
    return _inline(text[text.index("<svg") :], prefix)


def draw_pixels(figure: Figure, language: Language) -> Image.Image:
    """The figure on white, 170 mm wide at 200 dpi."""
    with _ONE_AT_A_TIME:
        canvas = FigureCanvasAgg(draw(figure, language))
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    return Image.fromarray(np.ascontiguousarray(pixels))


def _inline(svg: str, prefix: str) -> str:
    """SVG as HTML takes it: no name spaces, ids counted in the order they come."""
    names: dict[str, str] = {}
    for name in _ID.findall(svg):
        names.setdefault(name, f"{prefix}-{len(names)}")
    used = {name for _, name in _LINK.findall(svg)}
    svg = _ID.sub(lambda m: f'id="{names[m[1]]}"' if m[1] in used else "", svg)
    svg = _LINK.sub(lambda m: m[1] + names[m[2]], svg)
    svg = re.sub(r'\sxmlns(:\w+)?="[^"]*"|<metadata>.*?</metadata>|<!--.*?-->', "", svg, flags=re.S)
    return svg.replace("xlink:href", "href").replace(' type="text/css"', "").strip()


def picture_height(figure: Figure) -> float:
    """Height of the picture [mm], within what a page holds.

    A legend of more than one row comes on top of the height that was asked for; without one that
    was, each row of a matrix gets room for its label.
    """
    if isinstance(figure, HeatFigure):
        return figure.height or min(150.0, max(38.0, 20.0 + 4.6 * len(figure.rows)))
    labels = _legend_labels(figure)
    rows = math.ceil(sum(label.count("\n") + 1 for label in labels) / _legend_columns(labels))
    return min(LONGEST_MM, figure.height + LEGEND_ROW_MM * max(0, rows - 1))


def draw(figure: Figure, language: Language) -> Canvas:
    """The figure with its axes and legend; title and notes are text and stand outside."""
    height = picture_height(figure)
    layout = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03)
    # Widths of text depend on the resolution: the layout is found at that of the pixels.
    canvas = Canvas(figsize=(WIDTH_MM / 25.4, height / 25.4), dpi=DPI, layout=layout)
    canvas.set_facecolor("white")
    ax = canvas.add_subplot()
    if isinstance(figure, LineFigure):
        _draw_lines(canvas, ax, figure, language)
    else:
        _draw_heat(canvas, ax, figure, language)
    # The layout is found once, here, and not again by each way out.
    FigureCanvasAgg(canvas)
    layout.execute(canvas)
    canvas.set_layout_engine("none")
    return canvas


# --- text ---------------------------------------------------------------------------------------


def font_file(*, bold: bool = False) -> Path:
    """The font of figures and PDF, of Matplotlib's own data."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(str(font_file())).get_charmap()) | {ord("\n")}


def drawable(text: str) -> str:
    """Text with a replacement mark for each character the font does not have."""
    text = clean(text).replace("\t", "    ")
    known = _glyphs()
    if known.issuperset(map(ord, text)):
        return text
    return "".join(c if ord(c) in known else "\ufffd" for c in text)


def _plain(text: str, width: float = math.inf) -> str:
    """Text that is no formula, broken to a width [mm]."""
    text = drawable(text).replace("$", r"\$")
    if math.isinf(width):
        return text
    return "\n".join(textwrap.wrap(text, max(8, int(width / CHARACTER_MM)))) or " "


def _font(size: float = SIZE, colour: str = "text") -> dict[str, Any]:
    return {"fontfamily": FONT, "fontsize": size, "color": INK[colour]}


class Numbers(Formatter):
    """Ticks as numbers of the language, all with the same decimals."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, x: float, pos: int | None = None) -> str:
        return number(x, None, self.language)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Texts of all ticks of an axis."""
        ticks = np.asarray(values, dtype=np.float64)
        step = float(np.min(np.diff(ticks))) if len(ticks) > 1 else 1.0
        digits = next(
            (d for d in range(10) if np.allclose(np.round(ticks, d), ticks, atol=abs(step) * 1e-3)),
            9,
        )
        return [number(tick, digits, self.language) for tick in ticks.tolist()]


class Days(Formatter):
    """Ticks as dates of the language; what does not change is said once, in a second line."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Texts of all ticks [days since 1970] of an axis."""
        times = [num2date(value) for value in values]
        step = min(np.diff(np.asarray(values)), default=1.0)
        texts, before = [], ""
        for time in times:
            month, year = MONTHS[self.language][time.month - 1], str(time.year)
            date = time.strftime("%d.%m.") if self.language == "de" else f"{time.day} {month}"
            if step >= 360:
                fine, coarse = year, ""
            elif step >= 27:
                fine, coarse = month, year
            elif step >= 1:
                fine, coarse = date, year
            else:
                fine, coarse = time.strftime("%H:%M" if step > 1 / 1500 else "%H:%M:%S"), date
            texts.append(f"{fine}\n{coarse}" if coarse != before else fine)
            before = coarse
        return texts


# --- lines --------------------------------------------------------------------------------------


def _draw_lines(canvas: Canvas, ax: Axes, figure: LineFigure, language: Language) -> None:
    _dress(ax)
    ax.set_xmargin(0.01)
    heavy = sum(np.size(line.x) for line in figure.lines) > MOST_VECTOR_POINTS
    unnamed = itertools.count()
    for line in figure.lines:
        if line.colour is None:
            line = _told_apart(line, next(unnamed))
        _draw_line(ax, line, figure.zone, heavy)
    if not any(np.isfinite(np.asarray(line.y, dtype=np.float64)).any() for line in figure.lines):
        ax.text(0.5, 0.5, _plain(WORDS[language]["no_value"]), transform=ax.transAxes,
                ha="center", va="center", **_font(colour="muted"))  # fmt: skip
    for i, regime in enumerate(figure.regimes):
        start, end = _places(np.array([regime.start, regime.end]), figure.zone).tolist()
        ax.axvspan(start, end, color=_REGIMES[i % 2], zorder=0, linewidth=0)
        ax.text((start + end) / 2, 0.985, key_of(i), transform=ax.get_xaxis_transform(),
                ha="center", va="top", clip_on=True, **_font(colour="muted"))  # fmt: skip
    for i, event in enumerate(sorted_events(figure), 1):
        at = float(_places(np.array([event.at]), figure.zone)[0])
        ax.axvline(at, color=INK["text"], linewidth=0.8, linestyle=(0, (3, 2)), zorder=4)
        ax.text(at, 1.01, str(i), transform=ax.get_xaxis_transform(), ha="center", va="bottom",
                **_font(SIZE - 0.5))  # fmt: skip
    for limit in figure.limits:
        ax.axhline(limit.value, color=INK[limit.colour], linewidth=0.9, linestyle="-.", zorder=3)
        box = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
        ax.text(0.995, limit.value, _plain(limit.label), transform=ax.get_yaxis_transform(),
                ha="right", va="bottom", bbox=box, zorder=5, clip_on=True,
                **_font(SIZE - 0.5, limit.colour))  # fmt: skip
    _scale_axes(ax, figure, language)
    _add_legend(canvas, ax)


def _told_apart(line: Line, index: int) -> Line:
    """The line in the next colour; where colours come again, with another stroke."""
    turn, place = divmod(index, len(SERIES))
    style = line.style
    if style == "solid":
        style = ("solid", "dashed", "dotted")[turn % 3]
    return replace(line, colour=SERIES[place], style=style)


def _dress(ax: Axes) -> None:
    ax.set_facecolor("none")
    ax.grid(axis="y", color=INK["border"], linewidth=0.5)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK["muted"])
        spine.set_linewidth(0.6)


def _scale_axes(ax: Axes, figure: LineFigure, language: Language) -> None:
    low, high = _ends(figure.x, figure.zone)
    ax.set_xlim(left=low, right=high)
    low, high = _ends(figure.y, None)
    ax.set_ylim(bottom=low, top=high)
    if figure.zone is None:
        ax.xaxis.set_major_locator(MaxNLocator(9, steps=STEPS))
        ax.xaxis.set_major_formatter(Numbers(language))
    else:
        ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=9))
        ax.xaxis.set_major_formatter(Days(language))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    ax.yaxis.set_major_formatter(Numbers(language))
    _label_axes(ax, figure.x.head, figure.y.head, figure.height)


def _label_axes(ax: Axes, x: str, y: str, height: float) -> None:
    ax.set_xlabel(_plain(x, 0.85 * WIDTH_MM) if x else "", **_font())
    ax.set_ylabel(_plain(y, 0.75 * height) if y else "", **_font())
    ax.tick_params(labelsize=SIZE - 0.5, labelcolor=INK["text"], color=INK["muted"], length=2.5,
                   width=0.6, labelfontfamily=FONT)  # fmt: skip


def _ends(axis: Axis, zone: str | None) -> tuple[float | None, float | None]:
    low, high = (
        None if end is None else float(_places(np.array([end]), zone)[0])
        for end in (axis.low, axis.high)
    )
    return low, high


def _places(x: ArrayLike, zone: str | None) -> Floats:
    """x as Matplotlib takes it: numbers, or days of the wall clock since 1970."""
    if zone is None:
        return np.asarray(x, dtype=np.float64)
    return to_wall_ms(np.asarray(x).astype(np.int64), zone) / MS_PER_DAY


def _draw_line(ax: Axes, line: Line, zone: str | None, heavy: bool) -> None:
    x, y, low, high = _with_gaps(line, zone)
    ink, label = INK[line.colour or "text"], _legend_label(line) or "_"
    look: dict[str, Any] = {"color": ink, "label": label, "rasterized": heavy}
    if line.style == "bars":
        step = float(np.min(np.diff(x))) if len(x) > 1 else 1.0
        ax.bar(x, y, width=0.8 * step, zorder=2, **look)
    elif line.style == "points":
        ax.plot(x, y, linestyle="none", marker="o", markersize=2.6, markeredgewidth=0, **look)
    else:
        ax.plot(x, y, linewidth=1.2, linestyle=_SHAPES[line.style], **look)
        alone = _alone(y)
        look["label"] = "_"
        ax.plot(x[alone], y[alone], linestyle="none", marker="o", markersize=2.2,
                markeredgewidth=0, **look)  # fmt: skip
    if low is not None and high is not None and line.style in ("bars", "points"):
        ax.vlines(x, low, high, colors=ink, linewidth=0.8, zorder=3, rasterized=heavy)
    elif low is not None and high is not None:
        ax.fill_between(x, low, high, color=ink, alpha=0.18, linewidth=0, rasterized=heavy)


def _with_gaps(line: Line, zone: str | None) -> tuple[Floats, Floats, Floats | None, Floats | None]:
    """x, y and band, with an empty point in every step that is too long."""
    raw = np.asarray(line.x)
    x = _places(raw, zone)
    columns = [
        None if one is None else np.asarray(one, dtype=np.float64)
        for one in (line.y, line.low, line.high)
    ]
    if line.longest_step is not None and len(x) > 1:
        gaps = np.flatnonzero(np.diff(raw) > line.longest_step)
        x = np.insert(x, gaps + 1, (x[gaps] + x[gaps + 1]) / 2)
        columns = [None if one is None else np.insert(one, gaps + 1, np.nan) for one in columns]
    y, low, high = columns
    assert y is not None
    return x, y, low, high


def _alone(y: Floats) -> NDArray[np.bool_]:
    """Values without a neighbour, that a line would not show."""
    there: NDArray[np.bool_] = np.pad(np.isfinite(y), 1)
    alone: NDArray[np.bool_] = there[1:-1] & ~there[:-2] & ~there[2:]
    return alone


def _legend_label(line: Line) -> str:
    label = _plain(line.label, 0.6 * WIDTH_MM) if line.label else ""
    # Of a label that begins with an underscore Matplotlib makes no entry.
    return NBSP + label if label.startswith("_") else label


def _legend_labels(figure: LineFigure) -> list[str]:
    return [_legend_label(line) for line in figure.lines if line.label]


def _legend_columns(labels: Sequence[str]) -> int:
    longest = max((len(part) for label in labels for part in label.split("\n")), default=1)
    return max(1, min(len(labels), int(0.95 * WIDTH_MM / (CHARACTER_MM * longest + 12))))


def _add_legend(canvas: Canvas, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    canvas.legend(
        handles, labels, loc="outside upper left", ncols=_legend_columns(labels), frameon=False,
        prop={"family": FONT, "size": SIZE}, labelcolor=INK["text"], handlelength=2.2,
        borderaxespad=0.2, borderpad=0.1, columnspacing=1.6,
    )  # fmt: skip


# --- heat ---------------------------------------------------------------------------------------


def _draw_heat(canvas: Canvas, ax: Axes, figure: HeatFigure, language: Language) -> None:
    matrix = np.ma.masked_invalid(np.asarray(figure.matrix, dtype=np.float64))
    colours, norm = _heat_scale(figure, matrix)
    ax.set_facecolor("white")
    ax.patch.set(hatch="/////", edgecolor=INK["border"], linewidth=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    image = ax.imshow(matrix, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    height = picture_height(figure)
    _label_cells(ax, figure, height)
    if len(figure.rows) <= 40 and len(figure.columns) <= 80:
        bottom, right = len(figure.rows) - 0.5, len(figure.columns) - 0.5
        seam: dict[str, Any] = {"colors": "white", "linewidth": 0.6}
        ax.vlines(np.arange(len(figure.columns) + 1) - 0.5, -0.5, bottom, **seam)
        ax.hlines(np.arange(len(figure.rows) + 1) - 0.5, -0.5, right, **seam)
        ax.set(xlim=(-0.5, right), ylim=(bottom, -0.5))
    for mark in figure.marks:
        for colour, width in (("white", 2.6), (INK["text"], 1.2)):
            ax.add_patch(
                Rectangle((mark.column - 0.5, mark.row - 0.5), 1, 1, fill=False, edgecolor=colour,
                          linewidth=width, zorder=5, clip_on=False)
            )  # fmt: skip
    bar = canvas.colorbar(
        image, ax=ax, fraction=0.04, pad=0.02, aspect=24, format=Numbers(language)
    )
    bar.outline.set_visible(False)
    bar.locator = MaxNLocator(5, steps=STEPS)
    bar.update_ticks()
    bar.ax.tick_params(labelsize=SIZE - 0.5, labelcolor=INK["text"], color=INK["muted"],
                       length=2.5, width=0.6, labelfontfamily=FONT)  # fmt: skip
    head = Axis(figure.quantity, figure.unit).head
    bar.set_label(_plain(head, 0.8 * height) if head else "", **_font())


def _heat_scale(figure: HeatFigure, matrix: np.ma.MaskedArray[Any, Any]) -> tuple[Any, Normalize]:
    """Colours, and what lies at their ends; a diverging scale reaches equally far both ways."""
    known = matrix.compressed()
    low = figure.low if figure.low is not None else float(known.min()) if known.size else 0.0
    high = figure.high if figure.high is not None else float(known.max()) if known.size else 1.0
    colours: Colormap | str = "cividis"
    if figure.scale == "diverging":
        reach = max(abs(low - figure.centre), abs(high - figure.centre)) or 1.0
        low, high, colours = figure.centre - reach, figure.centre + reach, _DIVERGING
    return colours, Normalize(low, high if high > low else low + 1.0)


def _label_cells(ax: Axes, figure: HeatFigure, height: float) -> None:
    longest = max(map(len, figure.columns), default=1)
    across = _thinned(len(figure.columns), 0.78 * WIDTH_MM / (CHARACTER_MM * longest + 2))
    down = _thinned(len(figure.rows), (height - 14) / 3.6)
    ax.set_xticks(across, [_plain(figure.columns[i]) for i in across])
    ax.set_yticks(down, [_plain(_shortened(figure.rows[i])) for i in down])
    _label_axes(ax, figure.column_axis, figure.row_axis, height)
    ax.tick_params(length=0)


def _thinned(count: int, room: float) -> list[int]:
    """Places of `count` that get a label, in even steps."""
    least = math.ceil(count / max(1.0, room))
    step = next(
        step for power in range(9) for step in (s * 10**power for s in STEPS) if step >= least
    )
    return list(range(0, count, step))


def _shortened(text: str, longest: int = 32) -> str:
    """A row label that leaves room for the picture; the middle goes, the ends tell most."""
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2 - 1]}…{text[-(longest // 2) :]}"
