"""Sections of the report on a battery: weak cells, and the table of all cells."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.diagnosis import told_when_full
from core.analytics.regimes import relative_to
from core.analytics.verdicts import Trend
from core.cell_views import colour_limits, fault_limits
from core.numerals import NOTHING
from core.pack_findings import Findings, Voice, caution_words, cell_name, weak_rows, why_trend
from core.pack_sentences import weak_sentence
from core.report import (
    Axis,
    Block,
    Colour,
    Column,
    HeatFigure,
    Limit,
    Line,
    LineFigure,
    Mark,
    Note,
    Paragraph,
    Table,
)

FAULT_COLOURS: dict[str, Colour] = {
    "healthy": "muted", "capacity": "import", "offset_high": "pv", "offset_low": "export",
    "self_discharge": "price", "resistance": "battery", "sensor": "text", "undecided": "other",
}  # fmt: skip


def cells_blocks(found: Findings, voice: Voice) -> tuple[Block, ...]:
    """Cells over time, where they limit, and the weak ones."""
    blocks: list[Block] = [Note(one, state="warning") for one in caution_words(found, voice)]
    heat = _heat(found, voice)
    blocks.append(heat if heat is not None else Note(voice.say("trend.none"), state="unknown"))
    if found.weak is None or found.weak.refusal:
        blocks.append(Note(weak_sentence(found, voice), state="unknown"))
        return tuple(blocks)
    blocks.append(Paragraph(weak_sentence(found, voice)))
    if len(weak_rows(found)):
        blocks.append(_weak_table(found, voice))
    ends = _ends(found, voice)
    return (*blocks, ends) if ends is not None else tuple(blocks)


def _heat(found: Findings, voice: Voice) -> HeatFigure | None:
    """The newest day with a complete charge, each cell against its pack."""
    days, battery = found.days, found.days.battery
    counts = np.flatnonzero(days.charges.complete & np.isfinite(days.sat).any(axis=1))
    if not len(counts):
        return None
    at = int(counts[-1])
    pack, cell = np.array(battery.pack), np.array(battery.cell)
    away = 1000 * relative_to(days.sat[[at]], pack)[0][0]
    packs, cells = np.unique(pack), np.unique(cell)
    row, column = np.searchsorted(packs, pack), np.searchsorted(cells, cell)
    matrix = np.full((len(packs), len(cells)), np.nan)
    matrix[row, column] = away
    far = int(np.nanargmax(np.abs(away)))
    # as on the page: colours mean the same on all days of the window
    every = 1000 * relative_to(days.sat[counts], pack)[0]
    limits = colour_limits(every, centred=True, least=1.0) or (-1.0, 1.0)
    weak = {(p, c) for p, c in weak_rows(found)[["pack", "cell"]].itertuples(index=False)}
    return HeatFigure(
        voice.say(
            "heat.title", day=voice.day(int(days.ts[at])), cell=cell_name(pack[far], cell[far]),
            mv=voice.signed(away[far], 0),
        ),
        matrix,
        tuple(voice.say("pack", pack=str(one)) for one in packs),
        tuple(str(one) for one in cells),
        "mV",
        voice.say("heat.quantity"),
        column_axis=voice.say("heat.cell"),
        scale="diverging",
        low=limits[0],
        high=limits[1],
        marks=tuple(
            Mark(int(row[i]), int(column[i]))
            for i in range(len(pack))
            if (pack[i], cell[i]) in weak
        ),
        caption=voice.say("heat.caption", limit=voice.number(limits[1], 0)),
    )  # fmt: skip


def _ends(found: Findings, voice: Voice) -> LineFigure | None:
    """Charge ahead when empty against ahead when full, a point a cell."""
    assert found.weak is not None and found.weak.found is not None
    table = found.weak.table
    known = table[np.isfinite(table["empty_ah"] + table["full_ah"])].sort_values("full_ah")
    if known.empty:
        return None
    lines = []
    for fault, colour in FAULT_COLOURS.items():
        mine = known[known["fault"] == fault]
        if len(mine):
            lines.append(
                Line(voice.say(f"fault.{fault}"), mine["full_ah"].to_numpy(np.float64),
                     mine["empty_ah"].to_numpy(np.float64), colour=colour, style="points")
            )  # fmt: skip
    edge = fault_limits(found.weak.found, found.options, found.days.battery.capacity_ah)
    label = voice.say("ends.limit", ah=voice.number(edge.empty_ah, 1))
    return LineFigure(
        voice.say("ends.title"),
        tuple(lines),
        Axis(voice.say("ends.x"), "Ah"),
        Axis(voice.say("ends.y"), "Ah"),
        limits=(Limit(edge.empty_ah, label), Limit(-edge.empty_ah, ""))
        if np.isfinite(edge.empty_ah)
        else (),
        caption=voice.say(
            "ends.caption", empty=voice.number(found.weak.found.n_empty),
            full=voice.number(found.weak.found.n_full), ah=voice.number(edge.full_ah, 1),
            bound=voice.number(int(table["full_bound"].sum())), all=voice.number(len(table)),
        ),
    )  # fmt: skip


def _weak_table(found: Findings, voice: Voice) -> Table:
    columns = (
        Column(voice.say("column.rank"), "number", digits=0),
        Column(voice.say("column.cell")),
        Column(voice.say("column.fault"), "state"),
        Column(voice.say("column.evidence")),
        Column(voice.say("column.empty"), align="right"),
        Column(voice.say("column.full"), align="right"),
        Column(voice.say("column.ohm"), "percent", digits=0),
        Column(voice.say("column.limits")),
        Column(voice.say("column.advice")),
    )
    rows = []
    for place, (_, row) in enumerate(weak_rows(found).iterrows(), 1):
        ohm = row["resistance_ratio"]
        rows.append(
            (
                place, cell_name(row["pack"], row["cell"]),
                ("warning", voice.say(f"fault.{row['fault']}")), _evidence(row, voice),
                voice.signed(row["empty_ah"], 1), _when_full(row, voice),
                ohm if np.isfinite(ohm) else None,
                _limits(row, voice), voice.say(f"advice.{row['fault']}"),
            )
        )  # fmt: skip
    return Table(voice.say("weak.table"), columns, rows, (voice.say("weak.table.note"),))


def _when_full(row: pd.Series, voice: Voice) -> str:
    """Charge ahead when full, marked where it is only a bound."""
    told, ah = voice.signed(row["full_ah"], 1), float(row["full_ah"])
    kind = told_when_full(ah, bool(row["full_bound"]))
    return told if kind == "exact" else voice.say(f"weak.{kind}", ah=told)


def _evidence(row: pd.Series, voice: Voice) -> str:
    """The strongest figure for a cell's fault; of one undecided, why."""
    fault = row["fault"]
    if fault == "undecided" and row["reason"]:
        return voice.say(f"reason.{row['reason']}")
    if fault == "resistance":
        return voice.say(
            "evidence.resistance", ratio=voice.number(100 * row["resistance_ratio"], 0)
        )
    if fault == "self_discharge":
        return voice.say(
            "evidence.drift",
            drift=voice.signed(30 * row["drift_ah_day"], 2),
            low=voice.number(30 * row["drift_low"], 2),
            high=voice.number(30 * row["drift_high"], 2),
        )
    if fault == "sensor":
        return voice.say("evidence.sensor")
    end = "full" if fault == "capacity" and row["full_ah"] > abs(row["empty_ah"]) else "empty"
    return voice.say(
        f"evidence.{end}",
        mv=voice.signed(row[f"{end}_rest_mv"], 0),
        ah=_when_full(row, voice) if end == "full" else voice.signed(row["empty_ah"], 1),
    )


def _limits(row: pd.Series, voice: Voice) -> str:
    """Which end of the charge a cell limits, and on how many days."""
    shares = {end: float(row[f"limits_{end}_ratio"]) for end in ("empty", "full")}
    parts = [
        voice.say(f"limits.{end}", share=voice.number(100 * share, 0))
        for end, share in shares.items()
        if share >= 0.005
    ]
    return " · ".join(parts) or NOTHING


# --- all cells ------------------------------------------------------------------------------------


def every_blocks(found: Findings, voice: Voice) -> tuple[Block, ...]:
    """A row for every cell."""
    trends = found.trends
    if trends is None:
        return (Paragraph(voice.say("refusal.no_readings")),)
    columns = (
        Column(voice.say("column.cell")),
        Column(voice.say("column.n"), "number", digits=0),
        Column(voice.say("column.sat"), "number", digits=2),
        Column(voice.say("column.interval"), "interval", digits=2),
        Column(voice.say("column.padj"), "number", digits=3),
        Column("", align="left"),
        Column(voice.say("column.pack_slope"), "number", digits=1),
        Column(voice.say("column.interval"), "interval", digits=1),
        Column(voice.say("column.padj"), "number", digits=3),
        Column("", align="left"),
        Column(voice.say("column.finding")),
    )
    battery = found.days.battery
    fault = ["unknown"] * len(battery.names)
    if found.weak is not None and found.weak.found is not None:
        fault = found.weak.found.fault.tolist()
    rows = []
    for i, (sat, apart) in enumerate(zip(trends.cells, trends.apart, strict=True)):
        rows.append(
            (
                cell_name(battery.pack[i], battery.cell[i]), sat.n, sat.pct,
                (sat.pct_low, sat.pct_high), sat.p_adjusted, _sign(sat, voice),
                1000 * apart.value, (1000 * apart.low, 1000 * apart.high), apart.p_adjusted,
                _sign(apart, voice), voice.say(f"fault.{fault[i]}"),
            )
        )  # fmt: skip
    notes = [voice.say("every.note")]
    refused = list(
        dict.fromkeys(
            why_trend(one, found.trend_options, voice) for one in trends.cells if one.refusal
        )
    )
    if refused:
        notes.append(voice.say("every.refused", reasons=" ".join(refused[:4])))
    return (Table(voice.say("every.table"), columns, rows, tuple(notes)),)


def _sign(trend: Trend, voice: Voice) -> str:
    return voice.say("short.refused" if trend.refusal else f"short.{trend.verdict}")
