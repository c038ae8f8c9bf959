"""What the report on a battery rests on: its sources, what was done, what must not be concluded."""

from __future__ import annotations

import numpy as np

from core.analytics.cells import FULL_SOC
from core.pack_findings import (
    Findings,
    Voice,
    caution_words,
    judged_span,
    numbers,
    program_name,
)
from core.pack_sentences import life_sentence
from core.report import Provenance, SourceFacts

MOST_SOURCES = 60


def provenance_of(found: Findings, voice: Voice) -> Provenance:
    """Sources, methods and cautions."""
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
        (found.device,), sources, found.start, found.end, found.store,
        found.store_committed, found.store_state, program_name(), _methods(found, voice),
        _cautions(found, voice), tuple(extra),
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
    told += caution_words(found, voice)
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
        life_sentence(one, found, voice)
        for one in found.counted.strings
        if one.projection.life.refusal
    ]
    return tuple(dict.fromkeys([*told, *refused]))
