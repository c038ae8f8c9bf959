"""Time by state with its causes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import battery_charts, bess, bess_flags
from pages.battery.context import Context, level_words, say_missing
from pages.battery.lanes import show_lanes
from pages.shared import address, chart, data, numbers, table
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Time by state with causes, swim lanes, longest runs."""
    flags = [one.name for one in bess.state_signals(ctx.signals)]
    faults = pick_faults(flags)
    found = data.report(
        ctx.store, bess_flags.availability_report, ctx.device.name, *ctx.view, tuple(faults)
    )
    if found.found is None:
        say_missing("bess.available.none")
    else:
        show_causes(ctx, found)
    show_lanes(ctx, flags, faults, found.gaps)


def pick_faults(flags: Sequence[str]) -> list[str]:
    """Flags that stand for an outage; at first those whose name says so."""
    if not flags:
        return []
    asked = [name for name in address.get_all("fault") if name in flags]
    usual = [name for name in flags if bess.means_outage(name)]
    chosen: list[str] = st.multiselect(
        t("bess.available.faults"), flags, width=520, **address.bound("fault", asked or usual)
    )
    return chosen


def show_causes(ctx: Context, found: bess_flags.AvailabilityReport) -> None:
    """A bar of the window by state, and the table of causes."""
    assert found.found is not None
    causes = found.found.causes
    hours = causes.groupby("state", sort=False)["hours"].sum()
    looks = {"charge": "battery", "discharge": "export", "idle": "border", "fault": "error",
             "no_data": "muted"}  # fmt: skip
    blind = numbers.number(float(hours["no_data"]), 1)
    title = (
        t(
            "bess.available.title",
            ratio=numbers.percent(found.found.ratio, 2),
            down=numbers.number(float(hours.get("fault", 0.0)), 1),
            blind=blind,
        )
        if found.faults
        else t("bess.available.title.no_flag", blind=blind)
    )
    words = {state: t(f"bess.state.{state}") for state in hours.index}
    figure = battery_charts.build_parts_figure(
        {words[state]: float(size) for state, size in hours.items()},
        unit="h", title=title,
        states={words[s]: look for s, look in looks.items() if s in words},
        height=170, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "causes")
    note = t(
        "bess.available.note",
        what=t(f"bess.available.{found.activity}"),
        limit=numbers.quantity(found.idle_below, found.unit),
        source=t(f"bess.available.{found.idle_source}"),
        least=numbers.percent(found.found.least_ratio, 2),
    )
    chart.show_below(
        [note, level_words(found.level)], "causes", causes,
        name=f"{ctx.device.name}_availability", zone=ctx.zone,
        units={"hours": "h", "longest_h": "h"},
    )  # fmt: skip
    rows = [
        [
            t(f"bess.state.{one['state']}"),
            str(one["cause"]),
            numbers.number(one["hours"], 1),
            numbers.percent(one["share"], 2),
            numbers.number(one["events"], 0),
            numbers.number(one["longest_h"], 1),
        ]
        for one in causes.to_dict("records")
    ]
    titles = ("state", "cause", "hours", "share", "events", "longest")
    table.show_table([t(f"bess.col.{name}") for name in titles], rows, numeric=(2, 3, 4, 5))
