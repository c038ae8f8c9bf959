"""Inverters and strings against their peers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core import pv_unit_charts, pv_units
from core.analytics.pv_peers import MARGIN, WEAK_HOUR, PeerRank
from core.pv_units import Ranking
from pages.plant.context import Context
from pages.shared import chart, numbers, table
from pages.shared.texts import t

STATES = {
    "behind": "warning", "ahead": "unknown", "alike": "good", "undecided": "unknown",
    "few_days": "unknown", "down": "error",
}  # fmt: skip
RATIO_PLACES = 2
MOST_SPANS = 3
MOST_SENTENCES = 6


def show(ctx: Context) -> None:
    """Ranking of the inverters, then of the strings."""
    for kind in ("inverters", "strings"):
        show_ranking(ctx, kind)


def show_ranking(ctx: Context, kind: str) -> None:
    """One group of peers: figure, what stands out, table, export; or why there is none."""
    found = pv_units.ranking(ctx.store, ctx.report, kind)
    if found is None:
        why = pv_units.refusal(ctx.report, kind)
        chart.show_caption(t(f"pv.units.{'none' if why == 'few' else why}.{kind}"))
        return
    ranks = found.ranks
    percent = np.array([[100 * (v - 1) for v in (o.ratio, o.low, o.high)] for o in ranks])
    figure = pv_unit_charts.build_peers_figure(
        [one.unit for one in ranks], *percent.T, [STATES[one.verdict] for one in ranks],
        axis_title=t("pv.units.axis"), title=title(ranks, kind), **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, f"units-{kind}")
    frame = pd.DataFrame([vars(one) for one in ranks]).merge(found.units, on="unit")
    words = [
        t("pv.units.note", days=numbers.number(max(one.days for one in ranks))),
        t("pv.units.interval"),
        "" if found.sizes_told else t("pv.units.equal"),
    ]
    chart.show_below(words, f"units-{kind}", frame, name=f"{ctx.device.name}_{kind}", zone=ctx.zone)
    for sentence in standing_out(ctx, found)[:MOST_SENTENCES]:
        chart.show_caption(sentence)
    show_table(found, kind)
    show_hours(ctx, found, kind)


def title(ranks: Sequence[PeerRank], kind: str) -> str:
    """The weakest, if it is any."""
    weakest = ranks[0]
    if weakest.verdict == "down":
        return t("pv.units.title.down", unit=weakest.unit)
    if weakest.verdict == "behind":
        return t(
            "pv.units.title.behind", unit=weakest.unit, share=numbers.percent(1 - weakest.ratio)
        )
    if all(one.verdict in ("alike", "ahead") for one in ranks):
        return t(f"pv.units.title.alike.{kind}", margin=numbers.percent(MARGIN, 0))
    return t(f"pv.units.title.{kind}", count=numbers.number(len(ranks)))


def standing_out(ctx: Context, found: Ranking) -> list[str]:
    """Sentences: who stood still and when, who falls behind at which hours."""
    down_h = found.units.set_index("unit")["down_h"]
    down = sorted((name for name in down_h.index if found.spans[name]), key=lambda n: -down_h[n])
    sentences = []
    for name in down:
        spans = found.spans[name]
        words = "; ".join(numbers.span(*one, ctx.zone) for one in spans[:MOST_SPANS])
        if len(spans) > MOST_SPANS:
            rest = numbers.number(len(spans) - MOST_SPANS)
            words = t("pv.units.more", spans=words, count=rest)
        hours = numbers.quantity(float(down_h[name]), "h", 0)
        sentences.append(t("pv.units.down", unit=name, hours=hours, spans=words))
    for name in found.units["unit"]:
        weak = found.weak_hours(name)
        if weak:
            share = numbers.percent(found.missing(name), 0)
            sentences.append(t("pv.units.shaded", unit=name, hours=hour_words(weak), share=share))
    return sentences


def hour_words(stretches: Sequence[tuple[int, int]]) -> str:
    """``07:00–10:00, 18:00–20:00``."""
    return ", ".join(f"{a:02d}:00–{b:02d}:00" for a, b in stretches)


def show_table(found: Ranking, kind: str) -> None:
    """Each unit with its ratio, verdict and availability."""
    by_unit = found.units.set_index("unit")
    rows = []
    for place, one in enumerate(found.ranks, 1):
        unit = by_unit.loc[one.unit]
        lost = numbers.energy(unit["lost_kwh"])
        if kind == "strings":  # a current tells no energy
            lost = numbers.percent(1 - unit["energy_ratio"], 1)
        rows.append(
            [
                numbers.number(place),
                one.unit,
                numbers.percent(one.ratio, RATIO_PLACES),
                interval_words(one),
                numbers.number(one.days),
                table.state(STATES[one.verdict], t(f"pv.verdict.{one.verdict}")),
                numbers.percent(unit["time_ratio"], 2),
                numbers.number(unit["down_h"], 1),
                lost,
            ]
        )
    last = "lost" if kind == "inverters" else "lost_share"
    names = ("rank", "unit", "ratio", "interval", "days", "verdict", "available", "down", last)
    table.show_table(
        [t(f"pv.units.col.{name}") for name in names], rows, numeric=(0, 2, 3, 4, 6, 7, 8)
    )


def show_hours(ctx: Context, found: Ranking, kind: str) -> None:
    """Units by hour of the day; of inverters only where one falls behind at some."""
    share, names = found.hourly.share, list(found.units["unit"])
    weak = {name: found.weak_hours(name) for name in names}
    worst = max(names, key=found.missing)
    if not np.isfinite(share).any() or (kind == "inverters" and not weak[worst]):
        return
    heading = t("pv.units.hours.title")
    if weak[worst]:
        heading = t("pv.units.hours.title.weak", unit=worst, hours=hour_words(weak[worst]))
    elif not found.hourly.enough:
        heading = t("pv.units.hours.few")
    figure = pv_unit_charts.build_unit_hours_figure(
        names, 100 * (share - 1), hour_title=t("chart.hour"), title=heading, **ctx.look
    )
    chart.show_figure(figure, f"hours-{kind}")
    at_hour, at_unit = (place.ravel() for place in np.indices(share.shape))
    frame = pd.DataFrame(
        {"hour": at_hour, "unit": np.array(names)[at_unit], "share_ratio": share.ravel()}
    ).dropna()
    words = [t("pv.units.hours.note", margin=numbers.percent(WEAK_HOUR, 0)), ctx.zone]
    name = f"{ctx.device.name}_{kind}_hours"
    chart.show_below(words, f"hours-{kind}", frame, name=name, zone=ctx.zone)


def interval_words(one: PeerRank) -> str:
    """Bounds of a ratio with the decimals of the ratio, rounded outwards: never narrower."""
    if not np.isfinite(one.low):
        return numbers.NOTHING
    low = np.floor(np.round(1e4 * one.low, 6)) / 100
    high = np.ceil(np.round(1e4 * one.high, 6)) / 100
    return f"{numbers.number(low, RATIO_PLACES)} – {numbers.percent(high / 100, RATIO_PLACES)}"
