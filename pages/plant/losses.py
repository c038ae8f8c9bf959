"""From the light to the meter: what is lost on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core import pv_charts, pv_history, pv_losses_report
from core.analytics.pv_losses import Loss, Usual
from core.pv_charts import Step
from pages.plant.context import Context, load_history
from pages.shared import chart, numbers, table
from pages.shared.texts import t

NAMELESS = ("unexplained", "rest")


def show(ctx: Context) -> None:
    """Waterfall of yields and losses, and what is absent with its reason."""
    history = load_history(ctx)
    dirt = pv_history.soiling(history) if history is not None else None
    way = pv_losses_report.loss_way(ctx.report, history, dirt)
    if way is None:
        why = ctx.report.refusals.get("pr", "dark")
        chart.show_caption(t("pv.losses.none", why=t(f"pv.why.{why}")))
        return
    shown = [one for one in way.parts if np.isfinite(one.hours) and (one.total or one.hours != 0)]
    figure = pv_charts.build_waterfall_figure(
        [step(one) for one in shown],
        unit="h", title=title(way), height=400, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "losses")
    words = [
        t("pv.losses.note"),
        usual_words(way.usual),
        t("pv.paired", ratio=numbers.percent(way.covered)),
    ]
    frame = pd.DataFrame(
        [
            {"part": o.name, "hours": o.hours, "low": o.low, "high": o.high, "reason": o.reason}
            for o in way.parts
        ]
    )
    chart.show_below(
        words, "losses", frame, name=f"{ctx.device.name}_losses", zone=ctx.zone,
        units=dict.fromkeys(("hours", "low", "high"), "h"),
    )  # fmt: skip
    show_table(way)


def step(one: Loss) -> Step:
    """A part as a bar; a loss is written with its sign."""
    words = numbers.number(one.hours if one.total else -one.hours, 1)
    return Step(t(f"pv.loss.{one.name}"), one.hours, one.total, *interval(one), words)


def interval(one: Loss) -> tuple[float | None, float | None]:
    """Bounds of an estimate; none where it is measured."""
    known = np.isfinite(one.low) and np.isfinite(one.high)
    return (one.low, one.high) if known else (None, None)


def rests_on(one: Loss) -> str:
    """Interval of an estimate, or what else a part rests on."""
    low, high = interval(one)
    if low is not None and high is not None:
        return f"{numbers.number(low, 1)} – {numbers.number(high, 1)}"
    if one.name in NAMELESS:
        return t("pv.losses.remainder")
    flagged = one.name in ("snow", "clipping", "curtailment", "outage")
    return t("pv.losses.no_flag" if flagged and not one.hours else "pv.losses.measured")


def usual_words(usual: Usual) -> str:
    """What missed energy was reckoned by."""
    if not np.isfinite(usual.value):
        return t("pv.losses.no_usual")
    value, low, high = (numbers.percent(one) for one in (usual.value, usual.low, usual.high))
    days = numbers.number(usual.days)
    return t("pv.losses.usual", value=value, low=low, high=high, days=days)


def title(way: pv_losses_report.Way) -> str:
    """The greatest loss that has a name, and what has none."""
    lost = [one for one in way.parts if not one.total and np.isfinite(one.hours)]
    named = [one for one in lost if one.name not in NAMELESS]
    most = max(named, key=lambda one: one.hours, default=lost[-1])
    rest = sum(one.hours for one in lost if one.name in NAMELESS)
    return t(
        "pv.losses.title", what=t(f"pv.loss.{most.name}"), hours=numbers.number(most.hours, 1),
        share=numbers.percent(most.hours / way.of("yr").hours), rest=numbers.number(rest, 1),
    )  # fmt: skip


def show_table(way: pv_losses_report.Way) -> None:
    """Every part with its interval, or why there is none."""
    whole = way.of("yr").hours
    rows = []
    for one in way.parts:
        name = t(f"pv.loss.{one.name}")
        if one.reason:
            rows.append([name, numbers.NOTHING, "", t(f"pv.lacks.{one.reason}")])
            continue
        share = numbers.percent(one.hours / whole)
        rows.append([name, numbers.number(one.hours, 1), share, rests_on(one)])
    table.show_table(
        [t(f"pv.losses.col.{name}") for name in ("part", "hours", "share", "interval")],
        rows,
        numeric=(1, 2),
    )
