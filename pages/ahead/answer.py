"""The figures the Forecasts page starts with."""

from __future__ import annotations

import numpy as np

from core.forecast_models import band_holds
from core.levels import HOUR
from pages.ahead.context import Context
from pages.shared import numbers
from pages.shared.chart import KeyFigure
from pages.shared.texts import t


def key_figures(ctx: Context) -> list[KeyFigure]:
    """What comes, its highest, and how far forecasts can be trusted."""
    return [*coming(ctx), skill_figure(ctx), error_figure(ctx), band_figure(ctx)]


def coming(ctx: Context) -> list[KeyFigure]:
    """Of power the energy of the next 24 h and the highest; of temperature lowest and highest."""
    frame = ctx.ahead.forecast.frame
    expected, ts = frame["expected"].to_numpy(), frame["ts"].to_numpy(np.int64)
    high = int(np.nanargmax(expected))
    value, unit = numbers.scaled(float(expected[high]), ctx.unit)
    spread = f"{numbers.number(frame['p10'][high], 1)} – {numbers.number(frame['p90'][high], 1)}"
    note = f"{numbers.moment(int(ts[high]), ctx.zone)} · {spread} {ctx.unit}"
    highest = KeyFigure(t("ahead.highest"), value, unit, note=note)
    if ctx.unit != "kW":
        low = int(np.nanargmin(expected))
        value, unit = numbers.scaled(float(expected[low]), ctx.unit)
        when = numbers.moment(int(ts[low]), ctx.zone)
        return [KeyFigure(t("ahead.lowest"), value, unit, note=when), highest]
    day = ts < ctx.ahead.forecast.issue + 24 * HOUR
    kwh = float(np.nansum(expected[day])) * ctx.ahead.step_us / HOUR
    issue = numbers.moment(ctx.ahead.forecast.issue, ctx.zone)
    return [
        KeyFigure(t("ahead.energy"), numbers.energy(kwh), "kWh", note=t("ahead.from", at=issue)),
        highest,
    ]


def skill_figure(ctx: Context) -> KeyFigure:
    """Skill against the best baseline, with its interval."""
    skills = {k: v for k, v in ctx.manifest["figures"]["skill"].items() if v["value"] is not None}
    if not skills:
        return KeyFigure(t("ahead.skill"), numbers.NOTHING)
    name = min(skills, key=lambda one: skills[one]["value"])
    best = skills[name]
    state = "good" if (best["low"] or 0) > 0 else "warning" if best["value"] < 0 else None
    note = t("ahead.against", baseline=t(f"ahead.baseline.{name}"))
    return KeyFigure(
        t("ahead.skill"), numbers.number(best["value"], 2), state=state,
        note=f"{note} {between(best['low'], best['high'], 2)}",
    )  # fmt: skip


def between(low: float | None, high: float | None, digits: int) -> str:
    """An interval, or nothing where it cannot be said."""
    if low is None or high is None or not np.isfinite([low, high]).all():
        return ""
    return f"[{numbers.number(low, digits)}, {numbers.number(high, digits)}]"


def error_figure(ctx: Context) -> KeyFigure:
    """Mean absolute error, and its share of the capacity."""
    figures = ctx.manifest["figures"]
    value, unit = numbers.scaled(figures["mae"]["value"], ctx.unit)
    n = t("ahead.mae.n", n=numbers.number(figures["n"], 0))
    # The share of a highest temperature says nothing: its zero is anywhere.
    share = t("ahead.mae.share", share=numbers.percent(figures["nmae"]))
    note = f"{share} · {n}" if ctx.unit == "kW" else n
    return KeyFigure(t("ahead.mae"), value, unit, note=note)


def band_figure(ctx: Context) -> KeyFigure:
    """Share of readings the band held, of the 80 % it promises, and how wide it is."""
    figures = ctx.manifest["figures"]
    one = figures["coverage"]
    good = band_holds(figures)
    interval = "" if one["low"] is None else between(100 * one["low"], 100 * one["high"], 0)
    parts = (interval, t("ahead.coverage.note"), width_note(ctx))
    return KeyFigure(
        t("ahead.coverage"), numbers.percent(one["value"]), state="good" if good else "warning",
        note=" · ".join(part for part in parts if part),
    )  # fmt: skip


def width_note(ctx: Context) -> str:
    """How wide the band is, beside that of the best seasonal baseline; nothing of older models."""
    figures = ctx.manifest["figures"]
    if figures.get("band_width") is None or figures.get("width") is None:
        return ""
    return t(
        "ahead.width.note", width=numbers.quantity(figures["width"], ctx.unit),
        other=numbers.quantity(figures["band_width"], ctx.unit),
        baseline=t(f"ahead.baseline.{figures['band_baseline']}"),
    )  # fmt: skip
