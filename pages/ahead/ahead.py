"""The next 48 hours with their band, after the last readings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import forecast_charts
from pages.ahead.context import Context
from pages.shared import chart, numbers
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """The next 48 hours."""
    given = ctx.ahead.forecast
    figure = forecast_charts.build_forecast_figure(
        given.frame, ctx.ahead.past, issue=given.issue, quantity=ctx.quantity, unit=ctx.unit,
        step_us=ctx.ahead.step_us, zone=ctx.zone, words=ctx.band_words, title=title(ctx),
        **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "ahead")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        chart.show_caption(caption(ctx))
        utc = pd.to_datetime(given.frame["ts"].to_numpy(np.int64), unit="us", utc=True)
        frame = given.frame.drop(columns="ts")
        frame.insert(0, "time", utc.tz_convert(ctx.zone))
        chart.show_export(
            "ahead", frame, name=f"{ctx.device.name}_{ctx.quantity}_forecast", zone=ctx.zone,
            units=dict.fromkeys(("expected", "p10", "p50", "p90"), ctx.unit),
        )  # fmt: skip


def title(ctx: Context) -> str:
    """What is seen, in a sentence."""
    frame = ctx.ahead.forecast.frame
    high = int(np.nanargmax(frame["expected"].to_numpy()))
    return t(
        "ahead.title", what=ctx.who, device=ctx.device.name,
        value=numbers.quantity(float(frame["expected"][high]), ctx.unit),
        at=numbers.moment(int(frame["ts"][high]), ctx.zone),
    )  # fmt: skip


def caption(ctx: Context) -> str:
    """Who made the forecast, of what, and when."""
    said = ctx.manifest
    maker = (
        t("ahead.by_model", at=numbers.day(said["trained_at"], ctx.zone))
        if ctx.served == "model"
        else t(f"ahead.baseline.{ctx.served}")
    )
    start, end = said["window"]
    parts = [
        maker,
        t("ahead.trained_on", span=numbers.span(start, end, ctx.zone)),
        t(f"ahead.weather.{said['weather'] or 'none'}"),
        numbers.duration(ctx.ahead.step_us),
        ctx.zone,
    ]
    return " · ".join(parts)
