"""Section of the report on a battery: resistance of every cell."""

from __future__ import annotations

import numpy as np

from core.analytics.quality import Bool
from core.pack_findings import Findings, Number, Voice, cell_name, weak_rows
from core.pack_sentences import resistance_sentence
from core.report import Axis, Block, Colour, Limit, Line, LineFigure, Paragraph


def resistance_blocks(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[Block, ...]:
    """Resistance of every cell over its pack, with its interval."""
    known = found.resistance
    if known is None:
        return (Paragraph(voice.say("resistance.not_asked")),)
    blocks: list[Block] = [Paragraph(resistance_sentence(found, told, voice))]
    table = known.table
    if known.refusal or not table["relative"].notna().any():
        return tuple(blocks)
    weak = weak_rows(found)
    named = {
        (p, c)
        for p, c, fault in zip(weak["pack"], weak["cell"], weak["fault"], strict=True)
        if fault == "resistance"
    }
    mine = np.array([pair in named for pair in zip(table["pack"], table["cell"], strict=True)])
    lines = []
    shown: tuple[tuple[str, Colour, Bool], ...] = (
        ("fault.healthy", "muted", ~mine),
        ("fault.resistance", "import", mine),
    )
    for key, colour, rows in shown:
        value, low, high = (
            100 * table[name].to_numpy(np.float64)[rows]
            for name in ("relative", "relative_low", "relative_high")
        )
        place = np.arange(1, len(table) + 1)[rows]
        name = voice.say("resistance.others" if key == "fault.healthy" else key)
        if rows.any():
            lines.append(Line(name, place, value, low, high, colour, "points"))
    highest = table.iloc[int(np.nanargmax(table["relative"].to_numpy(np.float64)))]
    blocks.append(
        LineFigure(
            voice.say(
                "resistance.figure", cell=cell_name(highest["pack"], highest["cell"]),
                ratio=voice.number(100 * float(highest["relative"]), 0),
            ),
            tuple(lines),
            Axis(voice.say("resistance.x")),
            Axis(voice.say("resistance.y"), "%"),
            limits=(Limit(100.0, voice.say("resistance.pack")),),
            caption=voice.say(
                "resistance.caption", days=voice.number(known.days_read),
                seen=voice.number(known.steps_seen),
            ),
        )
    )  # fmt: skip
    return tuple(blocks)
