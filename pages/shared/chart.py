"""Frame of a chart: the quiet line below, key figures above, ribbon and export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core import export, query
from core.charts import YRange, build_series_figure
from core.levels import parse_rules
from pages.shared import data, numbers, states, theme, zoom
from pages.shared.texts import current_language, t
from pages.shared.window import Window, zoom_out

Title = str | Callable[[list[query.Series]], str]
LEAST_STEPS = 4
CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
_EXPORTED = ("first", "last", "min", "max", "mean", "count")


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the answer a page starts with; all parts are formatted text.

    Attributes
    ----------
    label : what it is.
    value, unit : as `numbers.scaled` gives them.
    change : against the period before, e.g. ``+4.2 %``.
    state : ``good warning error critical unknown``, or None where there is nothing to judge.
    note : when, of what, or how sure.
    """

    label: str
    value: str
    unit: str = ""
    change: str = ""
    state: str | None = None
    note: str = ""


def show_key_figures(figures: Sequence[KeyFigure]) -> None:
    """Row of at most five figures."""
    cells = "".join(_figure_html(figure) for figure in figures[:5])
    st.html(f'<div class="zg-figures">{cells}</div>')


def _figure_html(figure: KeyFigure) -> str:
    unit = f"<small>{escape(figure.unit)}</small>" if figure.unit else ""
    change = t("figure.change", change=figure.change) if figure.change else ""
    parts = [escape(part) for part in (change, figure.note) if part]
    state = state_html(figure.state) if figure.state else ""
    return (
        '<div class="zg-figure">'
        f'<div class="zg-label"><span>{escape(figure.label)}</span>{state}</div>'
        f'<div class="zg-value">{escape(figure.value)}{unit}</div>'
        f'<div class="zg-line">{" · ".join(parts)}</div></div>'
    )


def state_html(state: str, words: str = "") -> str:
    """A state as shape, colour and word, or other words than its own."""
    said = escape(words or t(f"state.{state}"))
    return f'<span class="zg-state zg-{state}"><i></i>{said}</span>'


def show_synthetic_ribbon(devices: Sequence[query.Device]) -> None:
    """Ribbon that says which of the devices were generated; nothing if none was."""
    names = [device.name for device in devices if device.synthetic]
    if not names:
        return
    words = (
        t("chart.synthetic")
        if len(names) == len(devices) == 1
        else t("chart.synthetic.of", names=", ".join(names))
    )
    st.html(f'<span class="zg-ribbon">{escape(words)}</span>')


# --- charts of series ---------------------------------------------------------------------------


def show_series(
    key: str,
    store: query.Store,
    signals: Sequence[query.SignalInfo],
    span: Window,
    *,
    title: Title = "",
    level: str = "auto",
    labels: Sequence[str] | None = None,
    previous: bool = False,
    y_range: YRange = "auto",
    separate: bool = False,
    height: int = 340,
    max_points: int = 4000,
    whole_page: bool = False,
    over: Callable[[go.Figure, int, int], None] | None = None,
) -> None:
    """Signals over the window: zoomable chart, quiet line, export.

    Parameters
    ----------
    title : a sentence, or a function of the series shown that gives one.
    level : as `pickers.pick_level` gives it.
    previous : draw the period before along.
    separate : a panel per signal.
    whole_page : see `zoom.zoomable_chart`.
    over : draws on the figure of a view from and to [µs UTC], such as notes.
    """
    shown: list[query.Series] = []

    def load(start: int, end: int) -> list[query.Series]:
        return [
            data.series(store, one.device, one.name, start, end, max_points=max_points, level=level)
            for one in signals
        ]

    def build(start: int, end: int) -> tuple[go.Figure | None, str]:
        shown[:] = load(start, end)
        zoomed = (start, end) != (span.start, span.end)
        # A zoom into a gap keeps its axes: a double click must still lead out.
        if not zoomed and not any(has_readings(one) for one in shown):
            show_empty(shown, signals, (start, end))
            return None, ""
        before = load(*query.previous_period(start, end)) if previous else []
        figure = build_series_figure(
            shown,
            title=_title(title, shown),
            theme=theme.kind(),
            language=current_language(),
            span=(start, end),
            labels=labels,
            previous=before,
            previous_label=t("chart.previous"),
            y_range=y_range,
            separate=separate,
            height=height,
        )
        if over is not None:
            over(figure, start, end)
        return figure, caption(shown, zoomed=zoomed)

    def offer() -> None:
        if any(has_readings(one) for one in shown):
            name = "_".join(dict.fromkeys(one.device for one in shown))
            show_export(
                key,
                export_frame(shown),
                name=name,
                zone=store.zone,
                behind=lambda: readings_frame(store, shown),
                behind_rows=sum(one.stands_for for one in shown),
            )

    # Between two readings there is nothing to see: a zoom keeps some of them in view.
    steps = [one.step_us for one in signals if one.first is not None]
    least = max(zoom.LEAST_US, LEAST_STEPS * min(steps, default=0))
    zoom.zoomable_chart(
        key, build, span, below=offer, whole_page=whole_page, least_us=least
    )  # fmt: skip


def show_figure(figure: go.Figure, key: str) -> None:
    """A chart that does not fetch when zoomed."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG)


def show_caption(text: str, *, lead: str = "") -> None:
    """One quiet sentence below a figure, or in the place of one that cannot be.

    Parameters
    ----------
    lead : stands before it, in bold.
    """
    told = f"<b>{escape(lead)}</b> " if lead else ""
    st.html(f'<span class="zg-caption">{told}{escape(text)}</span>')


def say_zoom(span: Window) -> None:
    """Say what the page is zoomed to, and offer the way back."""
    if span.zoom is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = t("chart.zoomed", span=numbers.span(*span.view, span.zone))
        st.html(f'<span class="zg-caption">{escape(words)}</span>', width="content")
        st.button(t("chart.reset"), on_click=zoom_out, args=(span,), key="zoom-out")


def _title(title: Title, shown: list[query.Series]) -> str:
    """The title, or that there is nothing to be said of a section without readings."""
    if any(has_readings(one) for one in shown):
        return title if isinstance(title, str) else title(shown)
    one = shown[0]
    names = ", ".join(dict.fromkeys(series.signal.name for series in shown))
    return t("chart.nothing.title", signals=names, span=numbers.span(one.start, one.end, one.zone))


def has_readings(series: query.Series) -> bool:
    """Whether anything is left to draw."""
    return bool(series.frame["last"].notna().any())


def show_empty(
    series: Sequence[query.Series], signals: Sequence[query.SignalInfo], span: tuple[int, int]
) -> None:
    """Say that the window holds no reading, and where there are some."""
    zone = series[0].zone
    firsts = [one.first for one in signals if one.first is not None]
    lasts = [one.last for one in signals if one.last is not None]
    words = t(
        "chart.empty",
        device=", ".join(dict.fromkeys(one.device for one in signals)),
        signals=", ".join(dict.fromkeys(one.name for one in signals)),
        span=numbers.span(*span, zone),
    )
    elsewhere = ""
    if firsts and lasts:
        first, last = (numbers.moment(edge, zone) for edge in (min(firsts), max(lasts)))
        elsewhere = t("chart.empty.mend", first=first, last=last)
    states.notice(words, detail=elsewhere)


def caption(series: Sequence[query.Series], *, zoomed: bool = False) -> str:
    """The quiet line: level, readings it stands for, zone, newest reading."""
    zone = series[0].zone
    count = numbers.number(sum(one.stands_for for one in series), 0)
    complete = all(one.level == "raw" and one.exact for one in series)
    parts = [_level_words(series)]
    if not any(one.stands_for for one in series):
        parts = [t("chart.nothing")]
    elif complete:
        parts.append(t("chart.every", count=count))
    else:
        parts += [t("chart.stands_for", count=count), t("chart.extremes")]
    parts.append(zone)
    newest = [one.newest for one in series if one.newest is not None]
    if newest:
        parts.append(t("chart.newest", moment=numbers.moment(max(newest), zone)))
    if zoomed:
        parts.append(t("chart.reset_hint"))
    return escape(" · ".join(parts))


def _level_words(series: Sequence[query.Series]) -> str:
    names = list(dict.fromkeys(one.level for one in series))
    if names == ["raw"]:
        exact = all(one.exact for one in series)
        return t("chart.raw") if exact else t("chart.raw.reduced")
    words = ", ".join(t("chart.raw") if n == "raw" else numbers.level(n) for n in names)
    words = t("chart.buckets" if len(names) == 1 else "chart.mixed", step=words, levels=words)
    wide = max((gathered_us(one) for one in series), default=0)
    return t("chart.gathered", what=words, step=numbers.duration(wide)) if wide else words


def gathered_us(one: query.Series) -> int:
    """What a row stands for [µs] where it is more than a bucket of its level; else 0."""
    if one.level in ("", "raw") or one.step_us is None:
        return 0
    return one.step_us if one.step_us > parse_rules(one.level)[0].width_us else 0


# --- export -------------------------------------------------------------------------------------


def export_frame(series: Sequence[query.Series]) -> pd.DataFrame:
    """What is shown, in long form: time with offset, device, signal, unit, level, values.

    `row_s` is what a row stands for [s], which can be many buckets of the level; none of a reading.
    """
    pieces = []
    for one in series:
        piece = one.frame.loc[one.frame["last"].notna(), ["ts", *_EXPORTED]]
        where = {"device": one.device, "signal": one.signal.name, "unit": one.signal.unit}
        row_s = np.nan if one.step_us is None else one.step_us / 1e6
        pieces.append(piece.assign(**where, level=one.level, row_s=row_s))
    table = pd.concat(pieces, ignore_index=True)
    utc = pd.to_datetime(table.pop("ts").to_numpy(np.int64), unit="us", utc=True)
    table.insert(0, "time", utc.tz_convert(series[0].zone))
    return table[["time", "device", "signal", "unit", "level", "row_s", *_EXPORTED]]


def readings_frame(store: query.Store, series: Sequence[query.Series]) -> pd.DataFrame:
    """All readings behind what is shown, in long form."""
    pieces = []
    for one in series:
        ts, value = store.raw(one.device, one.signal.name, one.start, one.end)
        time = pd.to_datetime(ts, unit="us", utc=True).tz_convert(one.zone)
        piece = pd.DataFrame({"time": time, "device": one.device, "signal": one.signal.name})
        pieces.append(piece.assign(unit=one.signal.unit, value=value))
    return pd.concat(pieces, ignore_index=True)


def show_export(
    key: str,
    frame: pd.DataFrame,
    *,
    name: str,
    zone: str,
    units: Mapping[str, str] | None = None,
    behind: Callable[[], pd.DataFrame] | None = None,
    behind_rows: int = 0,
) -> None:
    """Export of a table as CSV, Parquet and Excel, made when asked for.

    Parameters
    ----------
    units : unit of columns that have one, where no column `unit` says it.
    behind, behind_rows : loads the readings the table was computed from, and how many they are;
        offered as well if given.
    """
    about = {"zone": zone, **{f"unit of {column}": u for column, u in (units or {}).items()}}
    with st.popover(t("export.label"), type="tertiary"):
        st.caption(t("export.shown"))
        _export_row(f"{key}-shown", lambda: frame, len(frame), name, about)
        if behind is not None:
            st.caption(t("export.behind"))
            _export_row(f"{key}-behind", behind, behind_rows, f"{name}_readings", about)
        st.caption(t("export.zone", zone=zone))


def show_below(
    words: Sequence[str],
    key: str,
    frame: pd.DataFrame,
    *,
    name: str,
    zone: str,
    units: Mapping[str, str] | None = None,
) -> None:
    """The quiet line below a figure, and its export."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        text = escape(" · ".join(one for one in words if one))
        st.html(f'<span class="zg-caption">{text}</span>', width="content")
        show_export(key, frame, name=name, zone=zone, units=units)


def local_times(ts: object, zone: str) -> pd.DatetimeIndex:
    """Times with their offset, for export."""
    return pd.to_datetime(np.asarray(ts, np.int64), unit="us", utc=True).tz_convert(zone)


def _export_row(
    key: str, load: Callable[[], pd.DataFrame], rows: int, name: str, about: Mapping[str, str]
) -> None:
    with st.container(horizontal=True, gap="small"):
        for words, ending, mime, write in _WRITERS:
            st.download_button(
                words,
                data=partial(_made, write, load, about),
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"{key}-{ending}",
                on_click="ignore",
                disabled=ending == "xlsx" and rows > export.EXCEL_ROWS,
            )


def _made(
    write: Callable[[pd.DataFrame, Mapping[str, str]], bytes],
    load: Callable[[], pd.DataFrame],
    about: Mapping[str, str],
) -> bytes:
    return write(load(), about)


def excel_bytes(frame: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """Excel knows no zones: the offset stands beside each time as text."""
    marked = frame.copy(deep=False)
    for column in frame.columns[[isinstance(d, pd.DatetimeTZDtype) for d in frame.dtypes]]:
        place = list(marked.columns).index(column) + 1
        marked.insert(place, f"{column} offset", frame[column].dt.strftime("%z"))
    return export.excel_bytes(marked, about)


_WRITERS: tuple[tuple[str, str, str, Callable[[pd.DataFrame, Mapping[str, str]], bytes]], ...] = (
    ("CSV", "csv", "text/csv", export.csv_bytes),
    ("Parquet", "parquet", "application/vnd.apache.parquet", export.parquet_bytes),
    (
        "Excel",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        excel_bytes,
    ),
)
