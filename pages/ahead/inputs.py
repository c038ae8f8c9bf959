"""Which inputs the model leans on, what is missing, and what it was trained on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import forecast_charts
from pages.ahead.context import Context
from pages.shared import chart, numbers, states, table
from pages.shared.texts import TEXTS, t

MOST_SHOWN = 12
CAUTION = 0.05  # share of slots missing or flat that is worth a warning


def show(ctx: Context) -> None:
    """Weights of the inputs, quality of the training window, and what the model is."""
    say_quality(ctx)
    if ctx.manifest["importance"]:
        show_importance(ctx)
    else:
        states.notice(t(unweighed(ctx)))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{t('ahead.input.quality')}**")
        show_quality(ctx)
    with right:
        st.markdown(f"**{t('ahead.input.about')}**")
        show_about(ctx)


def unweighed(ctx: Context) -> str:
    """Why no input has a weight."""
    if "made_of" in ctx.manifest:
        return "ahead.net.inputs"
    return "ahead.input.exact" if ctx.manifest["features"] else "ahead.room.driven"


def show_importance(ctx: Context) -> None:
    """By how much the error grows when one input is shuffled."""
    rows = pd.DataFrame(ctx.manifest["importance"]).head(MOST_SHOWN)
    labels = [feature_words(name) for name in rows["feature"]]
    shown = pd.DataFrame(
        {"label": labels, **{k: 100 * rows[c] for k, c in
                             (("value", "growth"), ("low", "low"), ("high", "high"))}}
    )  # fmt: skip
    figure = forecast_charts.build_shares_figure(
        shown, x_title=t("ahead.input.axis"), colour="load",
        title=t("ahead.input.title", first=labels[0],
                growth=numbers.percent(float(rows["growth"][0]), 0)), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "importance")
    chart.show_caption(t("ahead.input.caption"))
    gone = [row for row in ctx.manifest["importance"] if row["missing"] > CAUTION]
    if gone:
        words = ", ".join(
            f"{feature_words(row['feature'])} {numbers.percent(row['missing'], 0)}" for row in gone
        )
        chart.show_caption(t("ahead.input.missing", names=words))


def feature_words(name: str) -> str:
    """What an input is called."""
    key = f"ahead.feature.{name}"
    return t(key) if key in TEXTS else name


def say_quality(ctx: Context) -> None:
    """Warn where the training window lacks much."""
    said = ctx.manifest["quality"]
    if said["missing_ratio"] > CAUTION or said["flat_ratio"] > CAUTION:
        states.notice(
            t("ahead.quality.caution", missing=numbers.percent(said["missing_ratio"]),
              flat=numbers.percent(said["flat_ratio"])),
            state="warning",
        )  # fmt: skip


def show_quality(ctx: Context) -> None:
    """What is wrong with the values the model learnt from."""
    said = ctx.manifest["quality"]
    rows = [
        [t("ahead.quality.slots"), numbers.number(said["slots"], 0)],
        [t("ahead.quality.missing"), numbers.percent(said["missing_ratio"], 2)],
        [t("ahead.quality.gap"), f"{numbers.number(said['longest_gap_h'])}{numbers.NBSP}h"],
        [t("ahead.quality.flat"), numbers.percent(said["flat_ratio"], 2)],
        [t("ahead.quality.below"), numbers.percent(said["below_ratio"], 2)],
    ]
    table.show_table([t("ahead.col.what"), t("ahead.col.value")], rows, numeric=(1,))


def show_about(ctx: Context) -> None:
    """Window, signals and libraries of the model."""
    said = ctx.manifest
    start, end = said["window"]
    versions = ", ".join(f"{name} {number}" for name, number in said["libraries"].items())
    rows = [
        [t("ahead.input.window"), numbers.span(start, end, ctx.zone)],
        [t("ahead.input.signals"), ", ".join(said["signals"])],
        [t("ahead.input.holidays"), said["region"] or numbers.NOTHING],
        [t("ahead.input.weather"), t(f"ahead.weather.{said['weather'] or 'none'}")],
        [t("ahead.input.libraries"), versions],
    ]
    table.show_table([t("ahead.col.what"), t("ahead.col.value")], rows)
