"""What the plant did that was not sun and modules: flags, soiling, clock, days that stand out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core import battery_charts, pv_charts, pv_history, pv_report
from core.analytics import pv_flags
from core.analytics.pv_anomalies import Anomalies
from core.battery_charts import Lane
from core.pv_history import ClockCheck, DailyHistory
from pages.plant.context import Context, load_history
from pages.shared import chart, data, numbers, table
from pages.shared.texts import t

STATES = {
    "night": "error", "stale": "error", "clipping": "unknown", "curtailment": "warning",
    "snow": "warning",
}  # fmt: skip
NEWEST = 12


def show(ctx: Context) -> None:
    """Lanes of the window, then what the whole life tells."""
    show_lanes(ctx)
    history = load_history(ctx)
    if history is None:
        chart.show_caption(t("pv.flags.no_history"))
        return
    show_soiling(history)
    show_clock(ctx, history)
    show_anomalies(ctx, history)


def show_lanes(ctx: Context) -> None:
    """A lane per flag, with its hours."""
    report = ctx.report
    runs = pv_report.flag_runs(report)
    hours = {name: float(report.flags[name].sum()) * report.course.step_us / 3.6e9
             for name in report.flags}  # fmt: skip
    lanes = [
        Lane(
            t(f"pv.flag.{name}"),
            runs[name]["start"],
            runs[name]["end"],
            [numbers.span(int(a), int(b), ctx.zone) for a, b in
             zip(runs[name]["start"], runs[name]["end"], strict=True)],
            STATES[name],
        )
        for name in report.flags
    ]  # fmt: skip
    most = max(hours, key=lambda name: hours[name])
    heading = (
        t("pv.flags.title", what=t(f"pv.flag.{most}"), hours=numbers.number(hours[most], 1))
        if hours[most]
        else t("pv.flags.title.none")
    )
    figure = battery_charts.build_lanes_figure(
        lanes, zone=ctx.zone, span=ctx.view, title=heading, **ctx.look
    )
    chart.show_figure(figure, "flags")
    every = pd.concat([one.assign(flag=name) for name, one in runs.items()], ignore_index=True)
    every = every.assign(
        start=chart.local_times(every["start"], ctx.zone),
        end=chart.local_times(every["end"], ctx.zone),
    )
    words = [t("pv.flags.note"), limit_words(ctx)]
    chart.show_below(words, "flags", every, name=f"{ctx.device.name}_flags", zone=ctx.zone)
    table.show_table(
        [t("pv.flags.col.flag"), t("pv.flags.col.hours"), t("pv.flags.col.means")],
        [[t(f"pv.flag.{name}"), numbers.number(hours[name], 2), t(f"pv.flag.{name}.means")]
         for name in report.flags],
        numeric=(1,),
    )  # fmt: skip


def limit_words(ctx: Context) -> str:
    """Where clipping was looked for."""
    limit = ctx.report.limit_kw
    if limit is None:
        return t("pv.flags.no_limit")
    told = ctx.report.course.facts.ac_limits_kw is not None
    key = "pv.flags.limit" if told else "pv.flags.limit.found"
    return t(key, power=numbers.quantity(limit, "kW"))


def show_soiling(history: DailyHistory) -> None:
    """What dirt took, or why it cannot be told."""
    found = pv_history.soiling(history)
    if found.refusal:
        chart.show_caption(t(f"pv.soiling.{found.refusal}"))
        return
    told = found.segments[found.segments["told"]]
    low, high = numbers.number(100 * found.low, 1), numbers.percent(found.high)
    chart.show_caption(
        t(
            "pv.soiling",
            loss=numbers.percent(found.loss),
            low=low,
            high=high,
            count=numbers.number(len(told)),
            slope=numbers.number(100 * found.rate, 3),
            slope_low=numbers.number(100 * found.rate_low, 3),
            slope_high=numbers.number(100 * found.rate_high, 3),
            least=numbers.percent(found.least_rise),
            cleanings=numbers.number(len(found.cleanings)),
        )
    )


def show_clock(ctx: Context, history: DailyHistory) -> None:
    """Stretches with the clock off the sun."""
    checks = pv_history.clock_checks(history)
    if not checks:
        chart.show_caption(t("pv.clock.no_place"))
        return
    days = history.frame["start"].to_numpy()
    for name, check in checks.items():
        if not check.enough:
            chart.show_caption(few_days(name, check))
        for one in check.shifts:
            chart.show_caption(
                t(
                    "pv.clock.off",
                    what=t(f"pv.clock.{name}"),
                    minutes=numbers.number(one.minutes, 0),
                    low=numbers.number(one.low, 0),
                    high=numbers.number(one.high, 0),
                    first=numbers.day(int(days[one.first]), ctx.zone),
                    last=numbers.day(int(days[one.last]), ctx.zone),
                    days=numbers.number(one.days),
                )
            )
    right = [name for name, check in checks.items() if check.enough and not check.shifts]
    if right:
        what = t("pv.clock.and").join(t(f"pv.clock.{name}") for name in right)
        chart.show_caption(t("pv.clock.right", what=what))


def few_days(name: str, check: ClockCheck) -> str:
    """That a clock cannot be judged, with the little that its days tell."""
    key = "pv.clock.few" if check.days else "pv.clock.no_days"
    return t(
        key, what=t(f"pv.clock.{name}"), days=numbers.number(check.days),
        least=numbers.number(pv_flags.SHIFT_DAYS), minutes=numbers.number(check.minutes, 0),
    )  # fmt: skip


# --- days that stand out ------------------------------------------------------------------------


def show_anomalies(ctx: Context, history: DailyHistory) -> None:
    """Days below what the past lets expect, of the plant and of each unit."""
    found = data.report(ctx.store, pv_history.odd_days, ctx.device.name, ctx.stamp)
    judged = {name: one for name, one in found.items() if one.judged}
    if not judged:
        chart.show_caption(t("pv.anomalies.short"))
        return
    rate = numbers.percent(next(iter(judged.values())).rate, 0)
    if "" in judged:
        one = judged[""]
        figure = pv_charts.build_daily_figure(
            history.frame["start"], 100 * history.frame["performance"], zone=ctx.zone, unit="%",
            label=t("pv.anomalies.actual"), lines={t("pv.anomalies.expected"): 100 * one.expected},
            marked=(t("pv.anomalies.marked"), one.flag), height=340,
            title=t("pv.anomalies.title", count=numbers.number(int(one.flag.sum())),
                    judged=numbers.number(one.judged)),
            **ctx.look,
        )  # fmt: skip
        chart.show_figure(figure, "anomalies")
    frame = anomaly_frame(history, judged)
    shown = frame.assign(day=chart.local_times(frame["day"], ctx.zone))
    checks = numbers.number(len(judged))
    words = [t("pv.anomalies.note", rate=rate), t("pv.anomalies.checks", checks=checks)]
    chart.show_below(words, "anomalies", shown, name=f"{ctx.device.name}_anomalies", zone=ctx.zone)
    if len(frame):
        rows = [
            [
                numbers.day(int(one["day"]), ctx.zone),
                one["unit"] or t("pv.anomalies.plant"),
                numbers.percent(one["score"]),
                numbers.percent(one["threshold"]),
            ]
            for one in frame.iloc[::-1].head(NEWEST).to_dict("records")
        ]
        names = ("day", "unit", "score", "threshold")
        table.show_table(
            [t(f"pv.anomalies.col.{name}") for name in names], rows, numeric=(2, 3)
        )  # fmt: skip


def anomaly_frame(history: DailyHistory, judged: dict[str, Anomalies]) -> pd.DataFrame:
    """Days told, of all checks, by time."""
    days = history.frame["start"].to_numpy()
    pieces = [
        pd.DataFrame(
            {
                "day": days[one.flag],
                "unit": name,
                "score": one.score[one.flag],
                "threshold": one.threshold[one.flag],
                "p": one.p[one.flag],
            }
        )
        for name, one in judged.items()
    ]
    every = pd.concat(pieces, ignore_index=True)
    return every.sort_values("day", ignore_index=True).astype({"day": np.int64})
