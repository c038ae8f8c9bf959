"""The report on a battery: everything PackPulse knows of it, fit to be handed on.

The findings of `core.pack_findings` as a document: what can be said stands first, with intervals;
what the data do not carry stays out, with a sentence that says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from core import bess
from core.analytics.cells import FULL_SOC
from core.analytics.diagnosis import DAY_US, DiagnosisOptions
from core.analytics.quality import Bool
from core.analytics.regimes import relative_to
from core.analytics.verdicts import DECLINES, NOT_DISTINGUISHABLE, RISES, Trend, TrendOptions, grade
from core.annotations import Annotation
from core.capacity_report import StringCapacity
from core.cell_views import calendar_of_charges, colour_limits, fault_limits
from core.numerals import NBSP, NOTHING, Language, between, day, moment
from core.pack_findings import (
    Findings,
    Number,
    Voice,
    cell_name,
    count_regimes,
    find,
    judged_span,
    numbers,
    of_string,
    program_name,
    report_numbers,
    state_of,
    tabulate,
    weak_rows,
    why_capacity,
    why_trend,
)
from core.pack_trends import TrendReport
from core.query import Store
from core.report import (
    Axis,
    Block,
    Colour,
    Column,
    Event,
    HeatFigure,
    Items,
    KeyFigure,
    KeyFigures,
    Limit,
    Line,
    LineFigure,
    Mark,
    Note,
    Paragraph,
    Provenance,
    Regime,
    Report,
    Section,
    SourceFacts,
    Table,
    provenance_sections,
)

__all__ = [
    "SECTIONS", "battery_report", "compose", "find", "report_numbers", "tabulate",
]  # fmt: skip

# Result and origin stand in every report; these may be left out.
SECTIONS = (
    "operation", "trend", "cells", "capacity", "resistance", "notes", "every", "cycles",
)  # fmt: skip
APPENDIX = ("every", "cycles")  # long tables, behind all that is said
MOST_CYCLES = 400  # rows of a table; the CSV file has all
MOST_SOURCES = 60
FEW_DAYS = 10  # below these a line would tell of a course that nobody saw
MOST_NAMED = 12  # cells of a cause named in a sentence
FAULT_COLOURS: dict[str, Colour] = {
    "healthy": "muted", "capacity": "import", "offset_high": "pv", "offset_low": "export",
    "self_discharge": "price", "resistance": "battery", "sensor": "text", "undecided": "other",
}  # fmt: skip


# --- the document -------------------------------------------------------------------------------


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
        "operation": lambda: _operation(found, list(told.values()), voice),
        "trend": lambda: _trend(found, voice),
        "cells": lambda: _cells(found, voice),
        "capacity": lambda: _capacity(found, told, voice),
        "resistance": lambda: _resistance(found, told, voice),
        "notes": lambda: _noted(found, voice),
        "every": lambda: _every(found, voice),
        "cycles": lambda: _cycles(found, voice),
    }
    made = {
        name: Section(voice.say(f"section.{name}"), makers[name]())
        for name in SECTIONS
        if name in sections
    }
    parts += [part for name, part in made.items() if name not in APPENDIX]
    parts += provenance_sections(_provenance(found, voice), language, found.zone)
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


# --- result -------------------------------------------------------------------------------------

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
    blocks.append(Items(_sentences(found, told, voice)))
    state = _compared(told)
    if state in ("above", "below"):
        blocks.append(Note(_soh_sentence(told, voice), voice.say("soh.title"), "warning"))
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


def _sentences(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[str, ...]:
    """The verdicts in words, each with its interval, or with what is missing."""
    lines = [_sat_sentence(found, voice)]
    if found.trends is not None and any(not one.refusal for one in found.trends.apart):
        lines.append(_apart_sentence(found.trends, voice))
    lines.append(_weak_sentence(found, voice))
    lines += [_capacity_sentence(one, found, told, voice) for one in found.counted.strings]
    if _compared(told) not in ("above", "below"):
        lines.append(_soh_sentence(told, voice))
    lines.append(_efficiency_sentence(told, voice))
    if found.resistance is not None:
        lines.append(_resistance_sentence(found, told, voice))
    lines += [_life_sentence(one, found, voice) for one in found.counted.strings]
    return tuple(lines)


def _sat_sentence(found: Findings, voice: Voice) -> str:
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


def _apart_sentence(trends: TrendReport, voice: Voice) -> str:
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
        names=f" ({_listed(falling)})" if falling else "",
        rises=voice.number(known[RISES]),
        still=voice.number(known[NOT_DISTINGUISHABLE]),
        refused=voice.number(len(trends.apart) - sum(known.values())),
        all=voice.number(len(trends.apart)),
    )


def _listed(names: Sequence[str]) -> str:
    """Names one after the other, so many as a sentence bears."""
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def _weak_sentence(found: Findings, voice: Voice) -> str:
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
                      count=voice.number(len(mine)), cells=_listed(names))
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
            voice.say("weak.gain", balance=voice.number(gain.balance_kwh, 1),
                      replace=voice.number(gain.replace_kwh, 1))
        )  # fmt: skip
    return " ".join(parts)


def _named(text: str, string: StringCapacity, found: Findings, voice: Voice) -> str:
    """A sentence on one string, which is named where there are several."""
    if len(found.counted.strings) == 1:
        return text
    return voice.say("string", n=str(string.number), text=text)


def _capacity_sentence(
    string: StringCapacity, found: Findings, told: dict[str, Number], voice: Voice
) -> str:
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
    return _named(text, string, found, voice)


def _compared(told: dict[str, Number]) -> str:
    """How the BMS's state of health stands to what was counted."""
    soh, counted = told["soh_bms"].value, told.get("capacity_ratio")
    if not np.isfinite(soh):
        return "none"
    if counted is None:
        return "alone"
    return "above" if soh > counted.high else "below" if soh < counted.low else "within"


def _soh_sentence(told: dict[str, Number], voice: Voice) -> str:
    counted = told.get("capacity_ratio")
    return voice.say(
        f"soh.{_compared(told)}",
        soh=voice.number(told["soh_bms"].value, 1),
        low=voice.number(counted.low if counted else None, 1),
        high=voice.number(counted.high if counted else None, 1),
    )


def _efficiency_sentence(told: dict[str, Number], voice: Voice) -> str:
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


def _life_sentence(string: StringCapacity, found: Findings, voice: Voice) -> str:
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
    return _named(text, string, found, voice)


def _resistance_sentence(found: Findings, told: dict[str, Number], voice: Voice) -> str:
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


# --- operation ----------------------------------------------------------------------------------


def _operation(found: Findings, told: Sequence[Number], voice: Voice) -> tuple[Block, ...]:
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
    return (
        one.label, voice.number(one.value, one.digits), interval, one.unit if known else "",
        one.n, one.span_days if np.isfinite(one.span_days) else None, one.basis,
    )  # fmt: skip


def _time_table(told: bess.AvailabilityReport, voice: Voice) -> Table:
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


# --- trend --------------------------------------------------------------------------------------


def _trend(found: Findings, voice: Voice) -> tuple[Block, ...]:
    trends = found.trends
    if trends is None:
        return (Paragraph(_sat_sentence(found, voice)),)
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
        events=_events(found, voice),
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


def _events(found: Findings, voice: Voice) -> tuple[Event, ...]:
    return tuple(
        Event(float(one.at), f"{voice.say(f'kind.{one.kind}')}, {_about(one, voice)}: "
              + _short(one.text))
        for one in found.notes
        if found.start <= one.at < found.end
    )  # fmt: skip


def _short(text: str, longest: int = 90) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


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
            "grades",
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


# --- cells --------------------------------------------------------------------------------------


def _cells(found: Findings, voice: Voice) -> tuple[Block, ...]:
    blocks: list[Block] = []
    heat = _heat(found, voice)
    blocks.append(heat if heat is not None else Note(voice.say("trend.none"), state="unknown"))
    if found.weak is None or found.weak.refusal:
        blocks.append(Note(_weak_sentence(found, voice), state="unknown"))
        return tuple(blocks)
    blocks.append(Paragraph(_weak_sentence(found, voice)))
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
    limits = colour_limits(away, centred=True, least=1.0) or (-1.0, 1.0)
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
    """Charge ahead when full, marked where it is only the least it can be."""
    told = voice.signed(row["full_ah"], 1)
    return voice.say("weak.bound", ah=told) if row["full_bound"] and told != NOTHING else told


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


# --- capacity -----------------------------------------------------------------------------------


def _capacity(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for string in found.counted.strings:
        blocks.append(Paragraph(_capacity_sentence(string, found, told, voice)))
        ledger = string.ledger
        counted = ledger[ledger["qualifies"]] if len(ledger) else ledger
        if len(counted):
            blocks.append(_ledger_figure(string, found, counted, told, voice))
        if len(ledger) > len(counted):
            blocks.append(Paragraph(_left_out(ledger, voice)))
        blocks.append(Paragraph(_life_sentence(string, found, voice)))
    blocks.insert(1, Paragraph(_soh_sentence(told, voice)))
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
    if prior.refusal is None:
        caption += " " + voice.say("capacity.prior.caption")
    title = voice.say(
        key, n=voice.number(len(counted)), span=voice.number(one.span_days, 0),
        ah=voice.number(one.value, 1),
    )  # fmt: skip
    return LineFigure(
        _named(title, string, found, voice),
        tuple(lines),
        Axis("", low=found.start, high=found.end),
        Axis(voice.say("capacity.axis"), "Ah"),
        zone=found.zone,
        limits=(Limit(rated, voice.say(f"capacity.{found.days.battery.capacity_from}.line")),),
        events=_events(found, voice),
        caption=caption,
    )


def _resistance(found: Findings, told: dict[str, Number], voice: Voice) -> tuple[Block, ...]:
    """Resistance of every cell over its pack, with its interval."""
    known = found.resistance
    if known is None:
        return (Paragraph(voice.say("resistance.not_asked")),)
    blocks: list[Block] = [Paragraph(_resistance_sentence(found, told, voice))]
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


# --- notes, all cells, cycles -------------------------------------------------------------------


def _about(one: Annotation, voice: Voice) -> str:
    if one.pack is not None and one.cell is not None:
        return voice.say("about.cell", cell=cell_name(one.pack, one.cell))
    if one.cell is not None:
        return voice.say("about.cell", cell=str(one.cell))
    if one.pack is not None:
        return voice.say("about.pack", pack=str(one.pack))
    return voice.say("about.all")


def _noted(found: Findings, voice: Voice) -> tuple[Block, ...]:
    if found.unread:
        return (Note(voice.say("notes.unread", why=found.unread), state="warning"),)
    if not found.notes:
        return (Paragraph(voice.say("notes.none")),)
    columns = (
        Column(voice.say("column.from"), "moment"), Column(voice.say("column.until"), "moment"),
        Column(voice.say("column.about")), Column(voice.say("column.kind")),
        Column(voice.say("column.text")), Column(voice.say("column.author")),
    )  # fmt: skip
    rows = [
        (one.at, one.until, _about(one, voice), voice.say(f"kind.{one.kind}"), one.text, one.author)
        for one in found.notes
    ]
    return (Table(voice.say("notes.table"), columns, rows),)


def _every(found: Findings, voice: Voice) -> tuple[Block, ...]:
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


def _cycles(found: Findings, voice: Voice) -> tuple[Block, ...]:
    blocks = tuple(_cycle_table(one, found, voice) for one in found.counted.strings)
    return blocks


def _cycle_table(string: StringCapacity, found: Findings, voice: Voice) -> Block:
    ledger = string.ledger
    counted = ledger[ledger["qualifies"]] if len(ledger) else ledger
    if not len(counted):
        text = voice.say("cycles.none", why=why_capacity(string, voice))
        return Paragraph(_named(text, string, found, voice))
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
    return Table(_named(voice.say("cycles.table"), string, found, voice), columns, rows, notes)


# --- origin -------------------------------------------------------------------------------------


def _provenance(found: Findings, voice: Voice) -> Provenance:
    sources = found.sources[:MOST_SOURCES]
    rest = found.sources[MOST_SOURCES:]
    if rest:
        more = SourceFacts(
            voice.say("sources.more", count=voice.number(len(rest))),
            rows=sum(one.rows or 0 for one in rest),
            quarantined=sum(one.quarantined or 0 for one in rest),
        )
        sources = (*sources, more)
    extra = [(voice.say("extra.readings"), voice.number(found.days.stands_for))]
    if found.summary is not None:
        level = found.summary.level
        extra += [
            (voice.say("extra.level"), voice.say("level.raw") if level == "raw" else level),
            (voice.say("extra.coverage"), voice.say("extra.coverage.is")),
        ]
    if found.weak is not None and not found.weak.refusal:
        extra.append((voice.say("extra.window"), judged_span(found, voice)))
    if found.quarantine:
        words = ", ".join(f"{reason}: {voice.number(rows)}" for reason, rows in found.quarantine)
        extra.append((voice.say("extra.quarantine"), words))
    return Provenance(
        (found.device,), sources, found.start, found.end, found.store, found.store_version,
        program_name(), _methods(found, voice), _cautions(found, voice), tuple(extra),
    )  # fmt: skip


def _methods(found: Findings, voice: Voice) -> tuple[str, ...]:
    """What was done, with thresholds and sources; only of what is in the report."""
    battery, options, trend = found.days.battery, found.options, found.trend_options
    by = found.days.charges.by
    rule = voice.say(
        f"rule.{by}", soc=voice.number(100 * FULL_SOC, 1),
        low=voice.number(battery.chemistry.sat_low, 2),
    )  # fmt: skip
    told = [
        voice.say("method.sat", rule=rule),
        voice.say("method.regimes"),
        voice.say(
            "method.trend", lags=voice.number(trend.lags), level=voice.number(100 * trend.level, 0),
            days=voice.number(trend.least_days), span=voice.number(trend.least_span, 0),
            regime=voice.number(trend.least_regime, 0),
        ),
        voice.say(
            "method.weak", charge=voice.number(100 * options.charge_ratio),
            ohm=voice.number(100 * options.resistance_ratio),
            drift=voice.number(3000 * options.drift_ratio_day),
            sigmas=voice.number(options.sigmas), days=voice.number(options.recent_days),
            rests=voice.number(options.least_rests),
        ),
    ]  # fmt: skip
    if any(len(one.day) for one in found.counted.strings):
        told.append(voice.say("method.capacity"))
    if found.summary is not None and found.summary.cycles.source == "current":
        told.append(voice.say("method.efc"))
    if found.summary is not None and not found.summary.efficiency.ac.refusal:
        told.append(voice.say("method.rte"))
    if found.available.found is not None and found.available.faults:
        flags = ", ".join(found.available.faults)
        told.append(voice.say("method.availability", flags=flags))
    return tuple(told)


def _cautions(found: Findings, voice: Voice) -> tuple[str, ...]:
    """What must not be concluded, and what could not be: every refusal once more."""
    told = [voice.say("limit.synthetic")] if found.device.synthetic else []
    told.append(voice.say("limit.sat"))
    if any(len(one.day) for one in found.counted.strings):
        told.append(voice.say("limit.capacity"))
    if found.days.battery.chemistry_from == "voltage":
        told.append(voice.say("limit.chemistry"))
    if found.weak is not None and len(found.weak.table):
        table = found.weak.table
        told.append(
            voice.say(
                "limit.bound", count=voice.number(int(table["full_bound"].sum())),
                all=voice.number(len(table)),
            )
        )  # fmt: skip
    if found.summary is not None and not found.summary.efficiency.ac.refusal:
        told.append(voice.say("limit.rte"))
    if found.summary is not None and not found.summary.cycles.refusal:
        told.append(voice.say("limit.efc"))
    told.append(voice.say("limit.sensors"))
    refused = [
        f"{one.label}: {one.basis}"
        for one in numbers(found, voice.language)
        if not np.isfinite(one.value)
    ]
    refused += [
        _life_sentence(one, found, voice)
        for one in found.counted.strings
        if one.projection.life.refusal
    ]
    return tuple(dict.fromkeys([*told, *refused]))
