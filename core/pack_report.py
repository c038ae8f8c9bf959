"""The report on a battery: everything PackPulse knows of it, fit to be handed on.

The findings of `core.pack_findings` as a document: what can be said stands first, with intervals;
what the data do not carry stays out, with a sentence that says why. The sentences are those of
`core.pack_sentences`, the sections those of ``core.pack_section_*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from core.analytics.diagnosis import DiagnosisOptions
from core.analytics.verdicts import TrendOptions
from core.cell_views import calendar_of_charges
from core.numerals import Language, day, moment
from core.pack_findings import Findings, Number, Voice, find, numbers, program_name
from core.pack_section_capacity import capacity_blocks, cycles_blocks
from core.pack_section_cells import cells_blocks, every_blocks
from core.pack_section_notes import notes_blocks
from core.pack_section_operation import operation_blocks
from core.pack_section_origin import provenance_of
from core.pack_section_resistance import resistance_blocks
from core.pack_section_trend import trend_blocks
from core.pack_sentences import sentences, soh_compared, soh_sentence
from core.query import Store
from core.report import (
    Block,
    Items,
    KeyFigure,
    KeyFigures,
    Note,
    Report,
    Section,
    provenance_sections,
)

# Result and origin stand in every report; these may be left out.
SECTIONS = (
    "operation", "trend", "cells", "capacity", "resistance", "notes", "every", "cycles",
)  # fmt: skip
APPENDIX = ("every", "cycles")  # long tables, behind all that is said


def battery_report(
    store: Store,
    device: str,
    start: int,
    end: int,
    language: Language,
    created_us: int,
    *,
    author: str = "",
    sections: Sequence[str] = SECTIONS,
    options: DiagnosisOptions | None = None,
    trend_options: TrendOptions | None = None,
    declare: bool = True,
) -> Report:
    """The report on a battery over a window [µs UTC].

    Parameters
    ----------
    start : a day counts if its midnight lies in the window.
    created_us : time of writing [µs UTC]; the same one gives the same bytes.
    sections : those of `SECTIONS` to be in it, beside result and origin.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    QueryError : the device has no voltages of single cells.
    """
    found = find(
        store, device, start, end, options=options, trend_options=trend_options,
        declare=declare, resistance="resistance" in sections,
    )  # fmt: skip
    return compose(found, language, created_us, author=author, sections=sections)


def compose(
    found: Findings,
    language: Language,
    created_us: int,
    *,
    author: str = "",
    sections: Sequence[str] = SECTIONS,
) -> Report:
    """The document of what was found."""
    voice = Voice(language, found.zone)
    told = {one.key: one for one in numbers(found, language)}
    parts = [Section(voice.say("section.result"), _result(found, told, voice))]
    makers: dict[str, Callable[[], tuple[Block, ...]]] = {
        "operation": lambda: operation_blocks(found, list(told.values()), voice),
        "trend": lambda: trend_blocks(found, voice),
        "cells": lambda: cells_blocks(found, voice),
        "capacity": lambda: capacity_blocks(found, told, voice),
        "resistance": lambda: resistance_blocks(found, told, voice),
        "notes": lambda: notes_blocks(found, voice),
        "every": lambda: every_blocks(found, voice),
        "cycles": lambda: cycles_blocks(found, voice),
    }
    made = {
        name: Section(voice.say(f"section.{name}"), makers[name]())
        for name in SECTIONS
        if name in sections
    }
    parts += [part for name, part in made.items() if name not in APPENDIX]
    parts += provenance_sections(provenance_of(found, voice), language, found.zone)
    parts += [part for name, part in made.items() if name in APPENDIX]
    return Report(
        title=voice.say("title", device=found.device.name),
        subtitle=voice.say("subtitle", span=voice.span(found.start, found.end)),
        language=language,
        created=created_us,
        zone=found.zone,
        sections=tuple(parts),
        facts=_identity(found, author, voice),
        author=author,
        program=program_name(),
        synthetic=found.device.synthetic,
    )


def _identity(found: Findings, author: str, voice: Voice) -> tuple[tuple[str, str], ...]:
    battery = found.days.battery
    packs = pd.Series(battery.pack).value_counts()
    shape = "one" if len(packs) == 1 else "even" if packs.nunique() == 1 else "uneven"
    currents = ", ".join(dict.fromkeys(one.current for one in battery.strings if one.current))
    calendar = calendar_of_charges(found.days)
    rows = {
        "device": f"{found.device.name} ({found.device.group})",
        "chemistry": voice.say(f"chemistry.{battery.chemistry_from}", name=battery.chemistry.name),
        "cells": voice.say(
            f"cells.{shape}", packs=voice.number(len(packs)),
            cells=voice.number(int(packs.iloc[0])), all=voice.number(len(battery.names)),
        ),
        "current": voice.say(f"current.{'some' if currents else 'none'}", names=currents),
        "capacity": voice.say(
            f"capacity.{battery.capacity_from}", ah=voice.number(battery.capacity_ah)
        ),
        "commissioned": _told_day(found.commissioned, voice),
        "window": voice.span(found.start, found.end),
        "days": voice.say(
            "days.of", part=voice.number(len(found.days.day)),
            all=voice.number(max(len(calendar), _days_of(found))),
        ),
        "newest": moment(battery.last, found.zone, voice.language),
        "zone": found.zone,
        "author": author,
    }  # fmt: skip
    return tuple((voice.say(f"fact.{key}"), text) for key, text in rows.items() if text)


def _days_of(found: Findings) -> int:
    """Local days that the window touches."""
    edges = pd.to_datetime([found.start, max(found.start, found.end - 1)], unit="us", utc=True)
    first, last = edges.tz_convert(found.zone).normalize().tz_localize(None)
    return (last - first).days + 1


def _told_day(text: str, voice: Voice) -> str:
    """A day as an ISO date in the report's writing; anything else as it was told."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    return day(pd.Timestamp(text).value // 1000, "UTC", voice.language)


# --- result ---------------------------------------------------------------------------------------


SHOWN = (
    "sat_trend", "weak_cells", "capacity", "soh_bms", "efc", "rte_ac", "complete_charges",
    "availability",
)  # fmt: skip


def _result(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if not len(found.days.ts):
        battery = found.days.battery
        text = voice.say(
            "missing.section", device=found.device.name, first=voice.day(battery.first),
            last=voice.day(battery.last),
        )  # fmt: skip
        blocks.append(Note(text, state="warning"))
    keys = [_capacity_key(told) if key == "capacity" else key for key in SHOWN]
    blocks.append(KeyFigures(tuple(_key_figure(told[key]) for key in keys)))
    blocks.append(Items(sentences(found, told, voice)))
    state = soh_compared(told)
    if state in ("above", "below"):
        blocks.append(Note(soh_sentence(told, voice), voice.say("soh.title"), "warning"))
    return tuple(blocks)


def _capacity_key(told: dict[str, Number]) -> str:
    """Figure that stands for the capacity: of several strings the one that holds least."""
    for start in ("capacity_ratio", "capacity"):
        known = {
            key: one.value
            for key, one in told.items()
            if re.fullmatch(rf"{start}(_\d+)?", key) and np.isfinite(one.value)
        }
        if known:
            return min(known, key=lambda key: known[key])
    return next(key for key in told if re.fullmatch(r"capacity(_\d+)?", key))


def _key_figure(one: Number) -> KeyFigure:
    missing = not np.isfinite(one.value)
    return KeyFigure(
        one.label, None if missing else one.value, one.unit,
        None if np.isnan(one.low) else one.low, None if np.isnan(one.high) else one.high,
        one.digits, one.basis, one.state if one.word else None, one.word,
    )  # fmt: skip
