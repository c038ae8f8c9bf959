"""Change of the performance from year to year."""

from __future__ import annotations

import numpy as np

from core import pv_charts, pv_history
from core.analytics import pv_degradation
from core.analytics.pv_degradation import Degradation
from core.pv_history import DailyHistory
from pages.plant.context import Context, load_history
from pages.shared import chart, numbers, states
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Daily performance over the whole life, and its rate or why there is none."""
    history = load_history(ctx)
    if history is None or not history.frame["performance"].notna().any():
        why = ctx.report.refusals.get("pr", "dark")
        chart.show_caption(t("pv.degradation.none", why=t(f"pv.why.{why}")))
        return
    found = pv_history.degradation(history)
    if found.refusal:
        refuse(found)
    show_days(ctx, history, found)


def refuse(found: Degradation) -> None:
    """Say why no rate is told."""
    states.notice(
        t(
            f"pv.degradation.{found.refusal}",
            days=numbers.number(found.span_days),
            pairs=numbers.number(found.pairs),
        ),
        detail=t("pv.degradation.mend", days=numbers.number(pv_degradation.LEAST_DAYS)),
    )


def show_days(ctx: Context, history: DailyHistory, found: Degradation) -> None:
    """Each day, and the line of the rate."""
    frame = history.frame
    start = frame["start"].to_numpy()
    trend = None
    if not found.refusal:
        years = (start - start[0]) / (365.25 * 86_400e6)
        middle = float(years[-1]) / 2 if found.span_days < 800 else 0.5
        line = 100 * found.base * (1 + found.rate * (years - middle))
        trend = (t("pv.degradation.line"), start[[0, -1]], line[[0, -1]])
    name = t("pv.pr_temp.long") if history.corrected else t("pv.pr")
    figure = pv_charts.build_daily_figure(
        start, 100 * frame["performance"].to_numpy(), zone=ctx.zone, unit="%", label=name,
        title=title(found), trend=trend, height=380, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "degradation")
    words = [t("pv.degradation.whole"), t("pv.degradation.days", days=numbers.number(found.days))]
    if not found.refusal:
        words.append(t("pv.degradation.note", pairs=numbers.number(found.pairs)))
    if not history.corrected:
        words.append(t("pv.degradation.uncorrected"))
    shown = frame.assign(start=chart.local_times(start, ctx.zone))
    chart.show_below(words, "degradation", shown, name=f"{ctx.device.name}_days", zone=ctx.zone)


def title(found: Degradation) -> str:
    """The rate with its interval, or that there is none."""
    if not np.isfinite(found.rate):
        return t("pv.degradation.title.none")
    rate, low, high = (numbers.number(100 * one, 2) for one in (found.rate, found.low, found.high))
    return t(f"pv.degradation.title.{found.verdict}", rate=rate, low=low, high=high)
