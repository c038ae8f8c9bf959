"""Section of the report on a battery: how it ran."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import bess_flags
from core.numerals import NBSP, NOTHING, between
from core.pack_findings import Findings, Number, Voice
from core.report import Block, Column, Table


def operation_blocks(found: Findings, told: Sequence[Number], voice: Voice) -> tuple[Block, ...]:
    """Figures of the operation, and time by state."""
    rows = [_number_row(one, voice) for one in told if not one.key.startswith("sat_trend_pack")]
    heads = ("figure", "value", "interval", "unit", "n", "span", "basis")
    columns = tuple(
        Column(voice.say(f"column.{name}"), align="right" if name in heads[1:3] else None)
        if name not in ("n", "span")
        else Column(voice.say(f"column.{name}"), "number", digits=0)
        for name in heads
    )
    blocks: list[Block] = [Table(voice.say("operation.table"), columns, rows)]
    if found.available.found is not None:
        blocks.append(_time_table(found.available, voice))
    return tuple(blocks)


def _number_row(one: Number, voice: Voice) -> tuple[object, ...]:
    interval = NOTHING
    if np.isfinite(one.low):
        interval = between(one.low, one.high, one.digits, voice.language).replace(" ", NBSP)
    known = np.isfinite(one.value)
    value = voice.least(voice.number(one.value, one.digits), one.least)
    return (
        one.label, value, interval, one.unit if known else "",
        one.n, one.span_days if np.isfinite(one.span_days) else None, one.basis,
    )  # fmt: skip


def _time_table(told: bess_flags.AvailabilityReport, voice: Voice) -> Table:
    assert told.found is not None
    columns = (
        Column(voice.say("column.state")), Column(voice.say("column.cause")),
        Column(voice.say("column.hours"), "number", "h", 1),
        Column(voice.say("column.share"), "percent", digits=2),
        Column(voice.say("column.events"), "number", digits=0),
    )  # fmt: skip
    rows = [
        (voice.say(f"state.{row['state']}"), row["cause"], row["hours"], row["share"],
         row["events"])
        for row in told.found.causes.to_dict("records")
    ]  # fmt: skip
    return Table(voice.say("operation.causes"), columns, rows)
