"""One chart of a year of minutes, to drive the zoom without a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts import build_series_figure
from pages.shared import numbers, theme
from pages.shared.texts import current_language
from pages.shared.window import pick_window
from pages.shared.zoom import zoomable_chart

ZONE = "Europe/Berlin"
MINUTE = 60_000_000
FIRST = 1_735_686_000_000_000  # 2025-01-01 00:00 in Berlin
COUNT = 365 * 1440
LEVELS = {"1min": 1, "15min": 15, "1h": 60, "1d": 1440}


@dataclass(frozen=True)
class YearSignal:
    name: str = "active_power"
    quantity: str = "active_power"
    unit: str = "kW"
    kind: str = "analog"


@dataclass(frozen=True)
class YearSeries:
    start: int
    end: int
    level: str
    step_us: int | None
    frame: pd.DataFrame
    device: str = "Year"
    zone: str = ZONE
    signal: YearSignal = field(default_factory=YearSignal)


@dataclass(frozen=True)
class Readings:
    first: int = FIRST
    last: int = FIRST + (COUNT - 1) * MINUTE


@cache
def minutes() -> np.ndarray:
    clock = np.arange(COUNT)
    values = 500 + 300 * np.sin(clock / 1440 * 2 * np.pi) + 80 * np.sin(clock / 7)
    values[200_000] = 4000.0
    return values


def series(start: int, end: int) -> YearSeries:
    low, high = (int(np.clip(-(-(edge - FIRST) // MINUTE), 0, COUNT)) for edge in (start, end))
    minutes_long = high - low
    fitting = [
        n for n, size in LEVELS.items() if minutes_long / size >= 400 and minutes_long > 2000
    ]
    level = fitting[-1] if fitting else "raw"
    size = LEVELS.get(level, 1)
    low -= low % size
    usable = minutes()[low : low + (high - low) // size * size].reshape(-1, size)
    frame = pd.DataFrame(
        {
            "ts": FIRST + (low + np.arange(len(usable)) * size) * MINUTE,
            "first": usable[:, 0],
            "last": usable[:, -1],
            "min": usable.min(axis=1),
            "max": usable.max(axis=1),
            "mean": usable.mean(axis=1),
            "count": size,
        }
    )
    return YearSeries(start, end, level, None if level == "raw" else size * MINUTE, frame)


def build(start: int, end: int) -> tuple[go.Figure, str]:
    shown = series(start, end)
    what = "raw samples" if shown.level == "raw" else f"{shown.level} buckets"
    figure = build_series_figure(
        [shown],
        title="One minute of the year reaches 4 MW",
        theme=theme.kind(),
        language=current_language(),
        span=(start, end),
    )
    return figure, f"{what} · {numbers.span(start, end, ZONE)}"


st.set_page_config(layout="wide")
theme.apply_style()
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.write(f"page runs: {st.session_state['runs']}")
zoomable_chart("year", build, pick_window([Readings()], ZONE, default="all"))
