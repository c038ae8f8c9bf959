"""Verdicts on a battery in words, each with its interval, or with what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analytics.verdicts import DECLINES, NOT_DISTINGUISHABLE, RISES
from core.capacity_report import StringCapacity
from core.pack_findings import (
    Findings,
    Number,
    Voice,
    cell_name,
    count_regimes,
    judged_span,
    of_string,
    weak_rows,
    why_trend,
)
from core.pack_trends import TrendReport

MOST_NAMED = 12  # cells of a cause named in a sentence


def sentences(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[str, ...]:
    """The verdicts in words, each with its interval, or with what is missing."""
    lines = [sat_sentence(found, voice)]
    if found.trends is not None and any(not one.refusal for one in found.trends.apart):
        lines.append(apart_sentence(found.trends, voice))
    lines.append(weak_sentence(found, voice))
    lines += [capacity_sentence(one, found, told, voice) for one in found.counted.strings]
    if soh_compared(told) not in ("above", "below"):
        lines.append(soh_sentence(told, voice))
    lines.append(efficiency_sentence(told, voice))
    if found.resistance is not None:
        lines.append(resistance_sentence(found, told, voice))
    lines += [life_sentence(one, found, voice) for one in found.counted.strings]
    return tuple(lines)


def sat_sentence(found: Findings, voice: Voice) -> str:
    """Whether the SAT voltage of the battery changes."""
    if found.trends is None:
        return voice.say("sat.refused", why=voice.say("refusal.no_readings"))
    trend = found.trends.system
    if trend.refusal:
        return voice.say("sat.refused", why=why_trend(trend, found.trend_options, voice))
    sentence = voice.say(
        f"sat.{trend.verdict}",
        value=voice.number(trend.pct, 2),
        size=voice.number(abs(trend.pct), 2),
        low=voice.number(trend.pct_low, 2),
        high=voice.number(trend.pct_high, 2),
        n=voice.number(trend.n),
        span=voice.number(trend.span, 0),
        regimes=count_regimes(trend, voice),
    )
    return " ".join([sentence, *(voice.say(f"trend.{note}") for note in trend.notes)])


def apart_sentence(trends: TrendReport, voice: Voice) -> str:
    """How many cells move against their pack."""
    count = pd.Series([one.verdict for one in trends.apart]).value_counts()
    known = {name: int(count.get(name, 0)) for name in (DECLINES, RISES, NOT_DISTINGUISHABLE)}
    battery = trends.days.battery
    falling = [
        cell_name(pack, cell)
        for pack, cell, one in zip(battery.pack, battery.cell, trends.apart, strict=True)
        if one.verdict == DECLINES
    ]
    return voice.say(
        "cells.apart",
        declines=voice.number(known[DECLINES]),
        names=f" ({listed_names(falling)})" if falling else "",
        rises=voice.number(known[RISES]),
        still=voice.number(known[NOT_DISTINGUISHABLE]),
        refused=voice.number(len(trends.apart) - sum(known.values())),
        all=voice.number(len(trends.apart)),
    )


def listed_names(names: Sequence[str]) -> str:
    """Names one after the other, so many as a sentence bears."""
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def weak_sentence(found: Findings, voice: Voice) -> str:
    """How many cells are weak, why, and what mending them would win."""
    weak = found.weak
    if weak is None or weak.refusal:
        key = weak.refusal if weak is not None else "no_readings"
        return voice.say("weak.refused", why=voice.say(f"refusal.{key}"))
    rows = weak_rows(found)
    unknown = int((weak.table["fault"] == "unknown").sum())
    causes = []
    for fault, mine in rows.groupby("fault", sort=False):
        names = [cell_name(p, c) for p, c in zip(mine["pack"], mine["cell"], strict=True)]
        causes.append(
            voice.say("weak.cause", fault=voice.say(f"fault.{fault}"),
                      count=voice.number(len(mine)), cells=listed_names(names))
        )  # fmt: skip
    key = {0: "weak.none", 1: "weak.1"}.get(len(rows), "weak.some")
    parts = [
        voice.say(
            key, count=voice.number(len(rows)), all=voice.number(len(weak.table) - unknown),
            causes="; ".join(causes), span=judged_span(found, voice),
        )
    ]  # fmt: skip
    if unknown:
        parts.append(voice.say("weak.unjudged", count=voice.number(unknown)))
    gain = weak.recoverable
    if len(rows) and gain is not None and np.isfinite(gain.balance_kwh + gain.replace_kwh):
        parts.append(
            voice.say(
                "weak.gain",
                balance=voice.least(voice.number(gain.balance_kwh, 1), gain.balance_least),
                replace=voice.least(voice.number(gain.replace_kwh, 1), gain.replace_least),
            )
        )  # fmt: skip
    return " ".join(parts)


def named_string(text: str, string: StringCapacity, found: Findings, voice: Voice) -> str:
    """A sentence on one string, which is named where there are several."""
    if len(found.counted.strings) == 1:
        return text
    return voice.say("string", n=str(string.number), text=text)


def capacity_sentence(
    string: StringCapacity, found: Findings, told: dict[str, Number], voice: Voice
) -> str:
    """Counted capacity of a string."""
    one = told[of_string("capacity", string, found)]
    ratio = told.get(of_string("capacity_ratio", string, found))
    if not np.isfinite(one.value):
        text = voice.say("capacity.refused", why=one.basis)
    else:
        text = voice.say(
            "capacity.counted_is" if ratio else "capacity.counted_only",
            ah=voice.number(one.value, 1),
            low=voice.number(one.low, 1),
            high=voice.number(one.high, 1),
            n=voice.number(one.n),
            span=voice.number(one.span_days, 0),
            ratio=voice.number(ratio.value if ratio else None, 1),
            rated=voice.number(found.days.battery.capacity_ah),
        )
    return named_string(text, string, found, voice)


def soh_compared(told: dict[str, Number]) -> str:
    """How the BMS's state of health stands to what was counted."""
    soh, counted = told["soh_bms"].value, told.get("capacity_ratio")
    if not np.isfinite(soh):
        return "none"
    if counted is None:
        return "alone"
    return "above" if soh > counted.high else "below" if soh < counted.low else "within"


def soh_sentence(told: dict[str, Number], voice: Voice) -> str:
    """The BMS's state of health beside what was counted."""
    counted = told.get("capacity_ratio")
    return voice.say(
        f"soh.{soh_compared(told)}",
        soh=voice.number(told["soh_bms"].value, 1),
        low=voice.number(counted.low if counted else None, 1),
        high=voice.number(counted.high if counted else None, 1),
    )


def efficiency_sentence(told: dict[str, Number], voice: Voice) -> str:
    """Round-trip efficiency, AC before DC."""
    words = {}
    for key in ("ac", "dc"):
        one = told[f"rte_{key}"]
        words[key] = voice.say("rte.not")
        if np.isfinite(one.value):
            words[key] = voice.say(
                "rte.value", value=voice.number(one.value, 2), low=voice.number(one.low, 2),
                high=voice.number(one.high, 2),
            )  # fmt: skip
    if not any(np.isfinite(told[f"rte_{key}"].value) for key in words):
        return voice.say("rte.refused", why=told["rte_ac"].basis)
    return voice.say("rte.is", **words)


def life_sentence(string: StringCapacity, found: Findings, voice: Voice) -> str:
    """Remaining life from the trend of counted capacity, or why there is none."""
    life = string.projection.life
    if not len(string.day):
        text = voice.say("life.refused", why=voice.say("life.no_ledger"))
    elif life.refusal:
        known = ("span_short", "not_distinguishable", "moves_away", "limit_reached")
        key = life.refusal if life.refusal in known else "other"
        text = voice.say("life.refused", why=voice.say(f"life.{key}"))
    else:
        text = voice.say(
            "life.is",
            limit=voice.number(100 * life.limit / string.trend.baseline, 0),
            value=voice.number(life.value, 1),
            low=voice.number(life.low, 1),
            high=voice.number(life.high, 1) if np.isfinite(life.high) else "∞",
            n=voice.number(life.n),
            span=voice.number(life.span, 0),
        )
    return named_string(text, string, found, voice)


def resistance_sentence(found: Findings, told: dict[str, Number], voice: Voice) -> str:
    """Resistance of the cells over their packs."""
    one = told["resistance"]
    if not np.isfinite(one.value):
        return voice.say("resistance.none", why=one.basis)
    return voice.say(
        "resistance.is",
        value=voice.number(one.value, 2),
        low=voice.number(one.low, 2),
        high=voice.number(one.high, 2),
        n=voice.number(one.n),
    )
