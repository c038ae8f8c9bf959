"""Section of the report on a battery: the course of its SAT voltage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.diagnosis import DAY_US
from core.analytics.verdicts import DECLINES, NOT_DISTINGUISHABLE, RISES, Trend, grade
from core.pack_findings import Findings, Voice, state_of, why_trend
from core.pack_section_notes import events_of
from core.pack_sentences import sat_sentence
from core.pack_trends import TrendReport
from core.report import (
    Axis,
    Block,
    Colour,
    Column,
    Limit,
    Line,
    LineFigure,
    Note,
    Paragraph,
    Regime,
    Table,
)

FEW_DAYS = 10  # below these a line would tell of a course that nobody saw


def trend_blocks(found: Findings, voice: Voice) -> tuple[Block, ...]:
    """Course of the SAT voltage, and the verdicts on it."""
    trends = found.trends
    if trends is None:
        return (Paragraph(sat_sentence(found, voice)),)
    charges = found.days.charges
    seen = int((charges.reason != "no_data").sum())
    counted = voice.say(
        "trend.charges", complete=voice.number(int(charges.complete.sum())),
        all=voice.number(seen), by=voice.say(f"by.{charges.by}"),
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(f"{voice.say('trend.about')}\n{counted}")]
    if np.isfinite(trends.by_pack).any():
        blocks.append(_sat_figure(found, trends, voice))
    else:
        blocks.append(Note(voice.say("trend.none"), state="unknown"))
    blocks.append(_verdict_table(found, trends, voice))
    if not trends.system.refusal:
        blocks.append(_graded(trends.system, voice))
    if any(not one.refusal for one in trends.apart):
        blocks.append(_forest(trends, voice))
    else:
        reason = why_trend(trends.apart[0], found.trend_options, voice)
        blocks.append(Paragraph(voice.say("forest.none", why=reason)))
    return tuple(blocks)


def _sat_figure(found: Findings, trends: TrendReport, voice: Voice) -> LineFigure:
    days, packs = found.days, trends.pack_numbers
    step = 1.25 * DAY_US
    if len(packs) <= 10:
        lines = tuple(
            Line(voice.say("pack", pack=str(pack)), days.ts, trends.by_pack[:, i],
                 style="solid" if len(days.ts) >= FEW_DAYS else "points", longest_step=step)
            for i, pack in enumerate(packs)
        )  # fmt: skip
    else:
        low, high = np.fmin.reduce(trends.by_pack, axis=1), np.fmax.reduce(trends.by_pack, axis=1)
        lines = (
            Line(voice.say("battery"), days.ts, trends.common, low, high, longest_step=step),
        )  # fmt: skip
    verdict = "refused" if trends.system.refusal else trends.system.verdict
    return LineFigure(
        voice.say("trend.figure.one" if len(packs) == 1 else "trend.figure",
                  verdict=voice.say(f"word.{verdict}")),
        lines,
        Axis("", low=found.start, high=found.end),
        Axis(voice.say("trend.axis"), "V"),
        zone=found.zone,
        regimes=_regimes(found, trends, voice),
        events=events_of(found, voice),
        caption=voice.say(
            "trend.caption", readings=voice.number(days.stands_for),
            n=voice.number(int(days.charges.complete.sum())),
        ),
    )  # fmt: skip


def _regimes(found: Findings, trends: TrendReport, voice: Voice) -> tuple[Regime, ...]:
    """Stretches of one regime each, with the slope of the battery in it; none if there is one."""
    if not trends.regimes.changes:
        return ()
    days = found.days
    begins = np.flatnonzero(np.diff(trends.regimes.code, prepend=-1))
    slopes = {one.regime: one for one in trends.system.per_regime}
    scale = 100 / trends.system.baseline
    parts = []
    for i, begin in enumerate(begins):
        last = begins[i + 1] - 1 if i + 1 < len(begins) else len(days.ts) - 1
        until = days.ts[last + 1] if last + 1 < len(days.ts) else days.ts[last] + DAY_US
        one = slopes.get(int(trends.regimes.code[begin]))
        count = int(np.isfinite(trends.common[begin : last + 1]).sum())
        words = voice.say("regime.short", n=voice.number(count))
        if one is not None and np.isfinite(one.value):
            value, low, high = (scale * end for end in (one.value, one.low, one.high))
            words = voice.say(
                "regime.slope", value=voice.number(value, 2), low=voice.number(low, 2),
                high=voice.number(high, 2), n=voice.number(one.n),
            )  # fmt: skip
        parts.append(Regime(float(days.ts[begin]), float(min(until, found.end)), words))
    return tuple(parts)


def _verdict_table(found: Findings, trends: TrendReport, voice: Voice) -> Table:
    columns = (
        Column(voice.say("column.of")),
        Column(voice.say("column.slope"), "number", digits=2),
        Column(voice.say("column.interval"), "interval", digits=2),
        Column(voice.say("column.theil"), "number", digits=2),
        Column(voice.say("column.r2"), "number", digits=2),
        Column(voice.say("column.p"), "number", digits=3),
        Column(voice.say("column.n"), "number", digits=0),
        Column(voice.say("column.span"), "number", digits=0),
        Column(voice.say("column.regimes"), "number", digits=0),
        Column(voice.say("column.verdict"), "state"),
    )
    names = [voice.say("battery")]
    judged = [trends.system]
    if len(trends.packs) > 1:
        names += [voice.say("pack", pack=str(pack)) for pack in trends.pack_numbers]
        judged += trends.packs
    rows = []
    for name, one in zip(names, judged, strict=True):
        word = voice.say("word.refused" if one.refusal else f"word.{one.verdict}")
        theil = 100 * one.theil_sen / one.baseline
        rows.append(
            (name, one.pct, (one.pct_low, one.pct_high), theil, one.r2, one.p, one.n, one.span,
             one.regimes, (state_of(one.verdict), word))
        )  # fmt: skip
    notes = [voice.say("trend.table.note")]
    notes += list(
        dict.fromkeys(why_trend(one, found.trend_options, voice) for one in judged if one.refusal)
    )
    return Table(voice.say("trend.table"), columns, rows, tuple(notes))


def _graded(trend: Trend, voice: Voice) -> Block:
    words = grade(trend)
    return Paragraph(
        voice.say(
            "grades.flat" if trend.verdict == NOT_DISTINGUISHABLE else "grades",
            linearity=voice.say(f"grade.{words.linearity}"),
            year=voice.say(f"grade.{words.per_year}"),
            worst=voice.say(f"grade.{words.per_year_worst}"),
        )
    )


def _forest(trends: TrendReport, voice: Voice) -> LineFigure:
    """Slopes of all cells against their packs, sorted, each with its interval."""
    count = pd.Series([one.verdict for one in trends.apart]).value_counts()
    judged = [one for one in trends.apart if not one.refusal]
    order = sorted(judged, key=lambda one: one.value)
    place = np.arange(1, len(order) + 1)
    colours: dict[str, Colour] = {
        DECLINES: "import", RISES: "export", NOT_DISTINGUISHABLE: "muted",
    }  # fmt: skip
    lines = []
    for verdict, colour in colours.items():
        mine = np.array([one.verdict == verdict for one in order])
        if not mine.any():
            continue
        value, low, high = (
            1000 * np.array([getattr(one, name) for one in order])[mine]
            for name in ("value", "low", "high")
        )
        lines.append(
            Line(voice.say(f"word.{verdict}"), place[mine], value, low, high, colour, "points")
        )
    ends = 1000 * np.abs([(one.low, one.high) for one in order])
    reach = min(1.5 * float(np.quantile(ends, 0.9)), 1.05 * float(ends.max()))
    beyond = int((ends > reach).any(axis=1).sum())
    caption = voice.say("forest.caption", share=voice.number(100 * trends.common_share, 1))
    if beyond:
        caption += " " + voice.say("forest.beyond", count=voice.number(beyond))
    return LineFigure(
        voice.say(
            "forest.title", declines=voice.number(int(count.get(DECLINES, 0))),
            rises=voice.number(int(count.get(RISES, 0))), all=voice.number(len(trends.apart)),
        ),
        tuple(lines),
        Axis(voice.say("forest.x")),
        Axis(voice.say("forest.y"), voice.say("forest.unit"), -reach, reach),
        limits=(Limit(0.0, ""),),
        caption=caption,
    )  # fmt: skip
