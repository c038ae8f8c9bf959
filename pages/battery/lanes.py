"""Flags as lanes over time, and their longest runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import battery_charts, bess, bess_flags
from core.analytics import battery
from core.battery_charts import Lane
from pages.battery.context import Context, say_missing, show_dated
from pages.shared import chart, data, numbers, table
from pages.shared.texts import t

MOST_LANES = 20
LANE_PIXELS = 1200
LONGEST_RUNS = 12


def show_lanes(
    ctx: Context, flags: Sequence[str], faults: Sequence[str], gaps: pd.DataFrame
) -> None:
    """A lane per flag, and the longest runs as a table."""
    if not flags:
        say_missing("bess.lanes.none")
        return
    found = data.report(ctx.store, bess_flags.lanes_report, ctx.device.name, *ctx.view)
    shown = [*found.runs, *found.quiet]
    shown.sort(key=lambda name: (name not in faults, name not in found.runs, name))
    lanes = [
        lane(ctx, name, found.runs.get(name), "error" if name in faults else "warning")
        for name in shown[:MOST_LANES]
    ]
    lanes.append(lane(ctx, t("bess.lanes.no_data"), gaps.assign(value=0.0), "unknown"))
    figure = battery_charts.build_lanes_figure(
        lanes, zone=ctx.zone, span=ctx.view, title=lanes_title(found), **ctx.look
    )
    show_dated(ctx, figure, "lanes")
    step = max((one.step_us for one in bess.state_signals(ctx.signals)), default=0)
    words = [t("bess.lanes.note", step=numbers.duration(step)), t("bess.lanes.merged")]
    if found.silent:
        words.append(t("bess.lanes.silent", names=", ".join(found.silent)))
    runs = runs_frame(found)
    export = runs.assign(**{n: chart.local_times(runs[n], ctx.zone) for n in ("start", "end")})
    chart.show_below(words, "lanes", export, name=f"{ctx.device.name}_flags", zone=ctx.zone)
    if len(runs):
        show_runs(ctx, runs, faults)


def lane(ctx: Context, name: str, runs: pd.DataFrame | None, state: str) -> Lane:
    """Runs of one flag as bars, those closer than a pixel joined."""
    if runs is None or runs.empty:
        return Lane(name, [], [], [], state)
    gap = (ctx.view[1] - ctx.view[0]) // LANE_PIXELS
    joined = battery.coalesce_runs(runs, gap)
    words = []
    for start, end, value, count in joined.itertuples(index=False):
        span = numbers.span(int(start), int(end), ctx.zone)
        words.append(
            t("bess.lanes.runs", name=name, count=numbers.number(count), span=span)
            if count > 1
            else t(
                "bess.lanes.run",
                name=name,
                value=numbers.number(value),
                span=span,
                length=numbers.duration(int(end - start)),
            )
        )
    return Lane(name, joined["start"], joined["end"], words, state)


def show_runs(ctx: Context, runs: pd.DataFrame, faults: Sequence[str]) -> None:
    """The longest runs with their times, those of outages first."""
    longest = runs.assign(
        length=runs["end"] - runs["start"], outage=runs["flag"].isin(list(faults))
    ).sort_values(["outage", "length"], ascending=False)
    longest = longest.head(LONGEST_RUNS)
    st.markdown(f"**{t('bess.runs')}**")
    rows = [
        [
            str(one["flag"]),
            numbers.number(one["value"]),
            numbers.moment(int(one["start"]), ctx.zone, seconds=True),
            numbers.moment(int(one["end"]), ctx.zone, seconds=True),
            numbers.duration(int(one["length"])),
        ]
        for one in longest.to_dict("records")
    ]
    titles = [t(f"bess.col.{name}") for name in ("flag", "code", "from", "to", "length")]
    table.show_table(titles, rows, numeric=(1,))


def lanes_title(found: bess_flags.Lanes) -> str:
    """How often flags came up."""
    counts = {name: len(runs) for name, runs in found.runs.items()}
    if not counts:
        return t("bess.lanes.title.quiet")
    busiest = max(counts, key=lambda name: counts[name])
    total = numbers.number(sum(counts.values()))
    if len(counts) == 1:
        return t("bess.lanes.title.one", count=total, busiest=busiest)
    return t(
        "bess.lanes.title", count=total, flags=numbers.number(len(counts)), busiest=busiest
    )  # fmt: skip


def runs_frame(found: bess_flags.Lanes) -> pd.DataFrame:
    """All runs of all flags, by start [µs]."""
    if not found.runs:
        none = np.empty(0, np.int64)
        return pd.DataFrame({"flag": [], "start": none, "end": none, "value": []})
    pieces = [runs.assign(flag=name) for name, runs in found.runs.items()]
    every = pd.concat(pieces, ignore_index=True).sort_values("start", ignore_index=True)
    return every[["flag", "start", "end", "value", "readings"]]
