"""Sections of the report on a battery: counted capacity, and the cycles it was counted in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.diagnosis import DAY_US
from core.capacity_report import StringCapacity
from core.pack_findings import Findings, Number, Voice, of_string, why_capacity
from core.pack_section_notes import events_of
from core.pack_sentences import capacity_sentence, life_sentence, named_string, soh_sentence
from core.report import Axis, Block, Column, Limit, Line, LineFigure, Paragraph, Table

MOST_CYCLES = 400  # rows of a table; the CSV file has all


def capacity_blocks(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[Block, ...]:
    """What was counted of each string, and how long it lasts."""
    blocks: list[Block] = []
    for string in found.counted.strings:
        blocks.append(Paragraph(capacity_sentence(string, found, told, voice)))
        ledger = string.ledger
        counted = ledger[ledger["qualifies"]] if len(ledger) else ledger
        if len(counted):
            blocks.append(_ledger_figure(string, found, counted, told, voice))
        if len(ledger) > len(counted):
            blocks.append(Paragraph(_left_out(ledger, voice)))
        blocks.append(Paragraph(life_sentence(string, found, voice)))
    blocks.insert(1, Paragraph(soh_sentence(told, voice)))
    return tuple(blocks)


def _left_out(ledger: pd.DataFrame, voice: Voice) -> str:
    reasons = ledger.loc[~ledger["qualifies"], "reason"].value_counts()
    words = [
        voice.say(f"left.{reason}", count=voice.number(int(count)))
        for reason, count in reasons.items()
    ]
    return voice.say(
        "capacity.left_out", count=voice.number(int(reasons.sum())),
        all=voice.number(len(ledger)), reasons=", ".join(words),
    )  # fmt: skip


def _ledger_figure(
    string: StringCapacity,
    found: Findings,
    counted: pd.DataFrame,
    told: dict[str, Number],
    voice: Voice,
) -> LineFigure:
    """Counted capacities with their errors, beside what the BMS says and such cells usually do."""
    middle = ((counted["start"] + counted["end"]) // 2).to_numpy(np.int64)
    value = string.value
    whole = counted["error_ah"].to_numpy(np.float64)
    prior, rated = found.counted.prior, found.days.battery.capacity_ah
    lines = []
    if prior.refusal is None:
        lines.append(
            Line(voice.say("capacity.prior.line"), (DAY_US * prior.day).astype(np.int64),
                 prior.value, prior.low, prior.high, "muted", "dotted")
        )  # fmt: skip
    soh = found.counted.told[found.counted.told["soh"].notna()]
    if len(soh) and len(found.counted.strings) == 1:
        lines.append(
            Line(voice.say("capacity.bms.line"), soh["ts"].to_numpy(np.int64),
                 rated * soh["soh"].to_numpy(np.float64), colour="price", style="dashed")
        )  # fmt: skip
    lines.append(
        Line(voice.say("capacity.points.line"), middle, value, value - 1.96 * whole,
             value + 1.96 * whole, "battery", "points")
    )  # fmt: skip
    one = told[of_string("capacity", string, found)]
    key = "capacity.figure" if np.isfinite(one.value) else "capacity.figure.few"
    shared = 1.96 * float(np.median(np.sqrt(np.maximum(whole**2 - string.own**2, 0.0))))
    caption = voice.say("capacity.caption", shared=voice.number(shared, 1))
    if np.isfinite(string.ends.charge_ah):
        caption += " " + _ends(string, voice)
    if prior.refusal is None:
        caption += " " + voice.say("capacity.prior.caption")
    title = voice.say(
        key, n=voice.number(len(counted)), span=voice.number(one.span_days, 0),
        ah=voice.number(one.value, 1),
    )  # fmt: skip
    return LineFigure(
        named_string(title, string, found, voice),
        tuple(lines),
        Axis("", low=found.start, high=found.end),
        Axis(voice.say("capacity.axis"), "Ah"),
        zone=found.zone,
        limits=(Limit(rated, voice.say(f"capacity.{found.days.battery.capacity_from}.line")),),
        events=events_of(found, voice),
        caption=caption,
    )


def _ends(string: StringCapacity, voice: Voice) -> str:
    """What the capacity stands for: charge counted over a change of state of charge."""
    ends = string.ends
    told = np.isfinite(ends.empty_soc)
    soc = voice.number(100 * ends.empty_soc if told else None, 1)
    return voice.say(
        "capacity.ends", ah=voice.number(ends.charge_ah, 1), low=voice.number(ends.low_v, 3),
        high=voice.number(ends.high_v, 3), delta=voice.number(100 * ends.delta_soc, 1),
        ends=voice.say("capacity.ends.told" if told else "capacity.ends.zero", soc=soc),
    )  # fmt: skip


# --- cycles ---------------------------------------------------------------------------------------


def cycles_blocks(found: Findings, voice: Voice) -> tuple[Block, ...]:
    """A table for each string of the ways that its capacity was counted on."""
    blocks = tuple(_cycle_table(one, found, voice) for one in found.counted.strings)
    return blocks


def _cycle_table(string: StringCapacity, found: Findings, voice: Voice) -> Block:
    ledger = string.ledger
    counted = ledger[ledger["qualifies"]] if len(ledger) else ledger
    if not len(counted):
        text = voice.say("cycles.none", why=why_capacity(string, voice))
        return Paragraph(named_string(text, string, found, voice))
    columns = (
        Column(voice.say("column.start"), "moment"),
        Column(voice.say("column.direction")),
        Column(voice.say("column.charge"), "number", "Ah", 1),
        Column(voice.say("column.delta"), "percent", digits=1),
        Column(voice.say("column.capacity"), "number", "Ah", 1),
        Column(voice.say("column.interval"), "interval", "Ah", 1),
        Column(voice.say("column.rate"), "number", "1/h", 2),
        Column(voice.say("column.ends")),
    )
    rows = []
    for row in counted.tail(MOST_CYCLES).to_dict("records"):
        value, half = row["capacity_ah"], 1.96 * row["error_ah"]
        ends = (row["start_kind"], row["end_kind"])
        rows.append(
            (
                row["start"], voice.say(f"way.{row['direction']}"), row["charge_ah"],
                row["delta_soc"], value, (value - half, value + half), row["rate"],
                " – ".join(voice.say(f"anchor.{kind}") for kind in ends),
            )
        )  # fmt: skip
    notes: tuple[str, ...] = ()
    if len(counted) > MOST_CYCLES:
        notes = (
            voice.say("cycles.newest", shown=voice.number(MOST_CYCLES),
                      all=voice.number(len(counted))),
        )  # fmt: skip
    return Table(
        named_string(voice.say("cycles.table"), string, found, voice), columns, rows, notes
    )
