"""Inverters and strings against their peers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core import pv_charts, pv_units
from core.analytics.pv_peers import MARGIN, PeerRank
from pages.plant.context import Context
from pages.shared import chart, numbers, table
from pages.shared.texts import t

STATES = {
    "behind": "warning", "ahead": "unknown", "alike": "good", "undecided": "unknown",
    "few_days": "unknown",
}  # fmt: skip


MOST_PLACES = 5


def show(ctx: Context) -> None:
    """Ranking of the inverters, then of the strings."""
    for kind in ("inverters", "strings"):
        show_ranking(ctx, kind)


def show_ranking(ctx: Context, kind: str) -> None:
    """One group of peers: figure, table, export; or why there is none."""
    found = pv_units.ranking(ctx.report, kind)
    if found is None:
        chart.show_caption(t(f"pv.units.none.{kind}"))
        return
    ranks = found.ranks
    percent = np.array([[100 * (v - 1) for v in (o.ratio, o.low, o.high)] for o in ranks])
    figure = pv_charts.build_peers_figure(
        [one.unit for one in ranks], *percent.T, [STATES[one.verdict] for one in ranks],
        axis_title=t("pv.units.axis"), title=title(ranks, kind), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, f"units-{kind}")
    frame = pd.DataFrame([vars(one) for one in ranks])
    words = [
        t("pv.units.note", days=numbers.number(max(one.days for one in ranks))),
        t("pv.units.interval"),
        "" if found.sizes_told else t("pv.units.equal"),
    ]
    chart.show_below(words, f"units-{kind}", frame, name=f"{ctx.device.name}_{kind}", zone=ctx.zone)
    if kind == "inverters":
        show_table(ctx, ranks)


def title(ranks: Sequence[PeerRank], kind: str) -> str:
    """The weakest, if it is any."""
    weakest = ranks[0]
    if weakest.verdict == "behind":
        return t(
            "pv.units.title.behind", unit=weakest.unit, share=numbers.percent(1 - weakest.ratio)
        )
    if all(one.verdict in ("alike", "ahead") for one in ranks):
        return t("pv.units.title.alike", margin=numbers.percent(MARGIN, 0))
    return t(f"pv.units.title.{kind}", count=numbers.number(len(ranks)))


def show_table(ctx: Context, ranks: Sequence[PeerRank]) -> None:
    """Each inverter with its ratio, verdict and availability."""
    by_unit = ctx.report.units.set_index("unit")
    rows = []
    for place, one in enumerate(ranks, 1):
        unit = by_unit.loc[one.unit]
        rows.append(
            [
                numbers.number(place),
                one.unit,
                numbers.percent(one.ratio, 2),
                interval_words(one),
                numbers.number(one.days),
                table.state(STATES[one.verdict], t(f"pv.verdict.{one.verdict}")),
                numbers.percent(unit["time_ratio"], 2),
                numbers.number(unit["down_h"], 1),
                numbers.energy(unit["lost_kwh"]),
            ]
        )
    names = ("rank", "unit", "ratio", "interval", "days", "verdict", "available", "down", "lost")
    table.show_table(
        [t(f"pv.units.col.{name}") for name in names], rows, numeric=(0, 2, 3, 4, 6, 7, 8)
    )


def interval_words(one: PeerRank) -> str:
    """Bounds of a ratio."""
    if not np.isfinite(one.low):
        return numbers.NOTHING
    places = 2
    while places < MOST_PLACES and round(100 * one.low, places) == round(100 * one.high, places):
        places += 1  # two edges that look alike say that there is no interval
    return f"{numbers.number(100 * one.low, places)} – {numbers.percent(one.high, places)}"
