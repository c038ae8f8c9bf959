"""What is known of a battery in one window: gathered once for its report, and its figures.

`find` asks the services. `numbers` makes of it the figures that stand in the report, `tabulate` the
tables behind it, so that HTML, PDF and CSV carry the same numbers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from core import bess, bess_flags, bess_summary
from core.analytics.battery import RoundTrip
from core.analytics.diagnosis import DAY_US, DiagnosisOptions
from core.analytics.verdicts import DECLINES, Trend, TrendOptions
from core.annotations import Annotation, open_annotations
from core.capacity_report import CapacityReport, StringCapacity, capacity_report
from core.cell_days import CellDays, load_days
from core.errors import QueryError, StoreError
from core.ledger import open_ledger
from core.numerals import MINUS, NOTHING, Language, day, number, span
from core.pack_cautions import cautions
from core.pack_report_texts import TEXTS, say
from core.pack_trends import GRID_V, TrendReport, trend_report
from core.packs import load_battery
from core.query import Store
from core.report import DeviceFacts, SourceFacts, State
from core.resistance_report import ResistanceReport, resistance_report
from core.trend_views import declared_days
from core.weak_cells import WeakCells, weak_cells

PROGRAM = "Ziggurat"
HEALTHY = ("healthy", "unknown")


# --- gathering ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Findings:
    """What the services say of a battery in one window.

    Attributes
    ----------
    store_committed, store_state : last commit of the store [µs UTC], short name of that state.
    start, end : window [µs UTC].
    weak : None where the window holds no voltages of cells.
    trends : None likewise. summary : None without current, power and state of charge.
    counted : capacity of each string. resistance : None where it was not asked for.
    notes : of the device, from the window. unread : why notes could not be read, or empty.
    quarantine : reason and rows. sources : of the device that reach into the window.
    """

    store: str
    store_committed: int | None
    store_state: str
    zone: str
    start: int
    end: int
    device: DeviceFacts
    commissioned: str
    days: CellDays
    trends: TrendReport | None
    weak: WeakCells | None
    summary: bess_summary.Summary | None
    available: bess_flags.AvailabilityReport
    counted: CapacityReport
    resistance: ResistanceReport | None
    notes: tuple[Annotation, ...]
    unread: str
    sources: tuple[SourceFacts, ...]
    quarantine: tuple[tuple[str, int], ...]
    options: DiagnosisOptions
    trend_options: TrendOptions


def find(
    store: Store,
    device: str,
    start: int,
    end: int,
    *,
    options: DiagnosisOptions | None = None,
    trend_options: TrendOptions | None = None,
    declare: bool = True,
    resistance: bool = True,
) -> Findings:
    """Gather everything of a battery in a window [µs UTC].

    Parameters
    ----------
    start : a day counts if its midnight lies in the window.
    declare : whether notes of a new setting or firmware begin a regime.
    resistance : of every cell at 25 °C, which takes as long as all else together.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing
    QueryError : the device has no voltages of single cells.
    """
    if load_battery(store, device) is None:
        raise QueryError(f"{device} has no voltages of single cells")
    options = options or DiagnosisOptions()
    trend_options = trend_options or TrendOptions(resolution=GRID_V)
    days = load_days(store, device, start, end)
    assert days is not None
    every, unread = _notes(store, device)
    known = len(days.ts) > 0
    begun = [one for one in every if declare and start <= one.at < end]
    declared = declared_days(begun, store.zone)
    summary = bess_summary.summary_report(store, device, start, end)
    flags = tuple(
        one.name
        for one in bess.state_signals(store.signals(device))
        if one.rows and bess.means_outage(one.name)
    )
    counted = capacity_report(store, device, start, end, declared)
    assert counted is not None
    quarantine = [row for row in store.quarantine_counts() if row["device"] == device]
    reasons = pd.Series(
        [row["rows"] for row in quarantine], [row["reason"] for row in quarantine], dtype="int64"
    )
    with open_ledger(store.root) as ledger:
        committed, state = ledger.committed, ledger.state
    facts = store.device(device)
    return Findings(
        store=str(store.root),
        store_committed=committed,
        store_state=state,
        zone=store.zone,
        start=start,
        end=end,
        device=DeviceFacts(
            device, facts.group, facts.rows, facts.first, facts.last,
            summary.coverage_ratio if summary else None, facts.synthetic,
        ),
        commissioned=str(facts.facts.get("commissioned", "")),
        days=days,
        trends=trend_report(store, device, start, end, declared, trend_options) if known else None,
        weak=weak_cells(store, device, end, options) if known else None,
        summary=summary,
        available=bess_flags.availability_report(store, device, start, end, flags),
        counted=counted,
        resistance=resistance_report(store, device, start, end) if resistance else None,
        notes=tuple(one for one in every if one.at < end and (one.until or one.at) >= start),
        unread=unread,
        sources=_sources(store, device, start, end, quarantine),
        quarantine=tuple((str(k), int(v)) for k, v in reasons.groupby(level=0).sum().items()),
        options=options,
        trend_options=trend_options,
    )  # fmt: skip


def store_state(store: Store) -> str:
    """Short name of the present state of a store, as reports and tables tell it."""
    with open_ledger(store.root) as ledger:
        return ledger.state


def _notes(store: Store, device: str) -> tuple[list[Annotation], str]:
    """Notes of a device, and why there are none that could be read."""
    try:
        with open_annotations(store.root) as kept:
            return kept.of(device), ""
    except StoreError as error:
        return [], str(error)


def _sources(
    store: Store, device: str, start: int, end: int, quarantine: Sequence[dict[str, object]]
) -> tuple[SourceFacts, ...]:
    held: dict[tuple[object, object], int] = {}
    for row in quarantine:
        place = (row["path"], row["member"])
        held[place] = held.get(place, 0) + int(str(row["rows"]))
    found = []
    for one in store.sources(device):
        known = one.first is not None and one.last is not None
        if known and not (one.first < end and one.last >= start):  # type: ignore[operator]
            continue
        path = f"{one.path}/{one.member}" if one.member else one.path
        if one.kind != "file" and one.declared:
            path = f"{path} ({one.declared})"
        bad = held.get((one.path, one.member), 0)
        found.append(
            SourceFacts(path, str(one.state.get("sha256", "")), one.rows, bad, one.first, one.last)
        )
    return tuple(found)


@cache
def program_name() -> str:
    """Name and version, and a hash of the program text that the figures come from."""
    root = Path(__file__).parents[1]
    log = root / "CHANGELOG.md"
    heads = re.findall(r"^## \[([^\]]+)\]", log.read_text() if log.is_file() else "", re.M)
    version = heads[0].lower() if heads else "unreleased"
    digest = hashlib.sha256()
    for path in sorted((root / "core").rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{PROGRAM} {version} ({digest.hexdigest()[:12]})"


# --- words --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Voice:
    """Texts, numbers and days in the report's language and zone."""

    language: Language
    zone: str

    def say(self, key: str, **values: str) -> str:
        """The text of a key, filled in."""
        return say(key, self.language, **values)

    def number(self, value: float | None, digits: int | None = None) -> str:
        """A number as the language writes it."""
        return number(value, digits, self.language)

    def signed(self, value: float, digits: int) -> str:
        """A difference, always with its sign."""
        text = self.number(value, digits)
        return text if text[:1] == MINUS or not text.strip("0.,") or text == NOTHING else f"+{text}"

    def least(self, text: str, bound: bool) -> str:
        """``≥ 5.5`` where a figure is only the least it can be."""
        return self.say("weak.least", ah=text) if bound else text

    def day(self, us: int) -> str:
        """Local day of a moment [µs UTC]."""
        return day(us, self.zone, self.language)

    def span(self, start: int, end: int) -> str:
        """First and last day of [start, end)."""
        return span(start, max(start, end - 1), self.zone, self.language)


def cell_name(pack: int, cell: int) -> str:
    """``3.17``: cell 17 of pack 3."""
    return f"{int(pack)}.{int(cell)}"


def caution_words(found: Findings, voice: Voice) -> list[str]:
    """What is wrong with the readings, a sentence each."""
    told = []
    for one in cautions(found.days):
        values = {name: voice.number(value) for name, value in one.values}
        if one.cell is not None:
            values["cell"] = cell_name(*one.cell)
        if one.start is not None and one.end is not None:
            values["start"], values["end"] = voice.day(one.start), voice.day(one.end - 1)
        told.append(voice.say(f"caution.{one.key}", **values))
    return told


def judged_span(found: Findings, voice: Voice) -> str:
    """First and last day that weak cells were judged by."""
    assert found.weak is not None
    begin = max(found.weak.start, found.weak.end - round(found.options.recent_days * DAY_US))
    return voice.span(begin, found.weak.end)


def weak_rows(found: Findings) -> pd.DataFrame:
    """Weak cells, the one that limits most first; empty where nothing can be said."""
    if found.weak is None or found.weak.refusal or not len(found.weak.table):
        return pd.DataFrame(columns=["pack", "cell", "fault", "rank"])
    table = found.weak.table
    return table[~table["fault"].isin(HEALTHY)].sort_values("rank")


def why_trend(trend: Trend, options: TrendOptions, voice: Voice, kind: str = "sat") -> str:
    """Why there is no verdict; `kind` is ``sat`` (days with a complete charge) or ``capacity``."""
    key = f"{kind}.{trend.refusal}"
    return voice.say(
        f"trend.{key if f'trend.{key}' in TEXTS else trend.refusal}",
        n=voice.number(trend.n),
        days=voice.number(options.least_days),
        span=voice.number(trend.span, 0),
        least=voice.number(options.least_span, 0),
        regime=voice.number(options.least_regime, 0),
    )


def count_regimes(trend: Trend, voice: Voice) -> str:
    """How many regimes a trend went through, in words."""
    if trend.regimes == 1:
        return voice.say("regimes.1")
    return voice.say("regimes.n", count=voice.number(trend.regimes))


# --- figures ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """One figure of the report, as it stands in all three files.

    Attributes
    ----------
    value : in `unit`; NaN where `why` says why there is none.
    low, high : its 95 % interval, NaN where it has none.
    digits : decimals that are printed.
    n, span_days : what it rests on.
    basis : how it came about, or `why` it did not.
    least : whether `value` is only the least it can be.
    """

    key: str
    label: str
    value: float
    unit: str
    low: float = np.nan
    high: float = np.nan
    digits: int = 1
    n: int | None = None
    span_days: float = np.nan
    basis: str = ""
    state: State | None = None
    word: str = ""
    least: bool = False


def numbers(found: Findings, language: Language) -> list[Number]:
    """All figures of the report, refused ones too."""
    voice = Voice(language, found.zone)
    return [
        *_trend_numbers(found, voice),
        *_weak_numbers(found, voice),
        *_capacity_numbers(found, voice),
        *_resistance_numbers(found, voice),
        *_operation_numbers(found, voice),
    ]


def _trend_number(
    key: str, trend: Trend, options: TrendOptions, voice: Voice, pack: int | None = None
) -> Number:
    kind = "capacity" if key.startswith("capacity") else "sat"
    name = f"{kind}_trend" if pack is None else "sat_trend_pack"
    label, unit = voice.say(f"figure.{name}", pack=str(pack)), voice.say("unit.year")
    if trend.refusal:
        why = why_trend(trend, options, voice, kind)
        return Number(
            key, label, np.nan, unit, n=trend.n, span_days=trend.span, basis=why, state="unknown",
            word=voice.say("word.refused"),
        )  # fmt: skip
    count, days = voice.number(trend.n), voice.number(trend.span, 0)
    basis = voice.say(f"note.trend.{kind}", n=count, span=days)
    return Number(
        key, label, trend.pct, unit, trend.pct_low, trend.pct_high, 2, trend.n, trend.span, basis,
        state_of(trend.verdict), voice.say(f"word.{trend.verdict}"),
    )  # fmt: skip


def state_of(verdict: str) -> State:
    """A decline is to be looked at; what cannot be told from zero is neither good nor bad."""
    return "warning" if verdict == DECLINES else "unknown"


def _trend_numbers(found: Findings, voice: Voice) -> list[Number]:
    trends, options = found.trends, found.trend_options
    if trends is None:
        label, unit = voice.say("figure.sat_trend"), voice.say("unit.year")
        why = voice.say("refusal.no_readings")
        return [Number("sat_trend", label, np.nan, unit, basis=why, state="unknown")]
    rows = [_trend_number("sat_trend", trends.system, options, voice)]
    if len(trends.pack_numbers) > 1:
        rows += [
            _trend_number(f"sat_trend_pack_{pack}", trend, options, voice, pack)
            for pack, trend in zip(trends.pack_numbers, trends.packs, strict=True)
        ]
    return rows


def _weak_numbers(found: Findings, voice: Voice) -> list[Number]:
    weak, label = found.weak, voice.say("figure.weak_cells")
    if weak is None or weak.refusal:
        why = voice.say(f"refusal.{weak.refusal if weak else 'no_readings'}")
        return [Number("weak_cells", label, np.nan, "", basis=why, state="unknown",
                       word=voice.say("word.refused"))]  # fmt: skip
    judged = int((weak.table["fault"] != "unknown").sum())
    rows = weak_rows(found)
    basis = voice.say("note.weak", span=judged_span(found, voice))
    if len(rows):
        first = rows.iloc[0]
        basis = voice.say(
            "note.weakest", cell=cell_name(first["pack"], first["cell"]),
            fault=voice.say(f"fault.{first['fault']}"), span=judged_span(found, voice),
        )  # fmt: skip
    told = [
        Number(
            "weak_cells", label, float(len(rows)),
            voice.say("unit.cells", all=voice.number(judged)), digits=0, n=judged, basis=basis,
            state="warning" if len(rows) else "good",
            word=voice.say("word.weak" if len(rows) else "word.none_weak"),
        )
    ]  # fmt: skip
    gain = weak.recoverable
    for key in ("balance", "replace"):
        kwh = getattr(gain, f"{key}_kwh") if gain else np.nan
        why, bound = voice.say("missing.no_recoverable"), False
        if gain and np.isfinite(kwh):
            bound = getattr(gain, f"{key}_least")
            ah, cells = getattr(gain, f"{key}_ah"), len(getattr(gain, key))
            ah = voice.least(voice.number(ah, 1), bound)
            why = voice.say(f"note.{key}", ah=ah, cells=voice.number(cells))
        word = voice.say("note.least") if bound else ""
        label = voice.say(f"figure.{key}")
        told.append(Number(key, label, kwh, "kWh", basis=why, word=word, least=bound))
    return told


def of_string(key: str, string: StringCapacity, found: Findings) -> str:
    """Key of a figure of one string; the only one has the key alone."""
    return key if len(found.counted.strings) == 1 else f"{key}_{string.number}"


def _capacity_numbers(found: Findings, voice: Voice) -> list[Number]:
    told = []
    for string in found.counted.strings:
        told += _string_numbers(string, found, voice)
    soh, label = found.counted.told, voice.say("figure.soh_bms")
    soh = soh[soh["soh"].notna()]
    if len(soh):
        newest = soh.iloc[-1]
        note = voice.say("note.soh", day=voice.day(int(newest["ts"])))
        told.append(Number("soh_bms", label, 100 * float(newest["soh"]), "%", basis=note))
    else:
        told.append(Number("soh_bms", label, np.nan, "%", basis=voice.say("missing.no_soh")))
    return told


def _string_numbers(string: StringCapacity, found: Findings, voice: Voice) -> list[Number]:
    """Counted capacity, its share of the rated one, and its trend."""
    name = "" if len(found.counted.strings) == 1 else voice.say("of_string", n=str(string.number))
    one, key = string.recent, of_string("capacity", string, found)
    label = voice.say("figure.capacity") + name
    if string.refusal or one.refusal:
        why = why_capacity(string, voice)
        told = [Number(key, label, np.nan, "Ah", n=one.n, basis=why, state="unknown")]
    else:
        span_days = float(one.span_days)
        basis = voice.say("note.capacity", n=voice.number(one.n), span=voice.number(span_days, 0))
        told = [Number(key, label, one.value, "Ah", one.low, one.high, 1, one.n, span_days, basis)]
        if found.days.battery.capacity_from == "fact":
            scale = 100 / found.days.battery.capacity_ah
            told.append(
                Number(
                    of_string("capacity_ratio", string, found),
                    voice.say("figure.capacity_ratio") + name,
                    one.value * scale, "%", one.low * scale, one.high * scale, 1, one.n, span_days,
                    basis,
                )
            )  # fmt: skip
    if len(string.day):
        key = of_string("capacity_trend", string, found)
        told.append(_trend_number(key, string.trend, TrendOptions(), voice))
    return told


def why_capacity(string: StringCapacity, voice: Voice) -> str:
    """Why no capacity of a string is given."""
    ways = voice.number(string.recent.n)
    return voice.say(f"missing.{string.refusal or string.recent.refusal}", n=ways)


def _resistance_numbers(found: Findings, voice: Voice) -> list[Number]:
    """Resistance at 25 °C: of the median cell, with the spread of the cells."""
    told, label = found.resistance, voice.say("figure.resistance")
    if told is None:
        return []
    if told.refusal:
        why = voice.say(f"missing.{told.refusal}")
        return [Number("resistance", label, np.nan, "mΩ", basis=why, state="unknown")]
    ohm = told.table["ohm"].to_numpy(np.float64)
    if not np.isfinite(ohm).any():
        why = voice.say("missing.no_temperature" if not told.temperature else "missing.few_steps")
        return [Number("resistance", label, np.nan, "mΩ", basis=why, state="unknown")]
    at = int(np.nanargmin(np.abs(ohm - np.nanmedian(ohm))))
    row = told.table.iloc[at]
    value, low, high = (1000 * float(row[name]) for name in ("ohm", "low", "high"))
    note = voice.say(
        "note.resistance", n=voice.number(int(row["n"])), cell=cell_name(row["pack"], row["cell"]),
        low=voice.number(1000 * np.nanmin(ohm), 2), high=voice.number(1000 * np.nanmax(ohm), 2),
    )  # fmt: skip
    return [Number("resistance", label, value, "mΩ", low, high, 2, int(row["n"]), basis=note)]


def _operation_numbers(found: Findings, voice: Voice) -> list[Number]:
    told = [*_cycle_numbers(found, voice), *_efficiency_numbers(found, voice)]
    charges, label = found.days.charges, voice.say("figure.complete_charges")
    seen = int((charges.reason != "no_data").sum())
    if seen:
        note = voice.say(f"note.charges.{charges.by}", all=voice.number(seen))
        part = 100 * float(charges.complete.sum()) / seen
        told.append(
            Number("complete_charges", label, part, voice.say("unit.days"), n=seen, basis=note)
        )
    else:
        told.append(
            Number("complete_charges", label, np.nan, "%", basis=voice.say("missing.no_charge"))
        )
    told.append(_availability_number(found, voice))
    if found.summary is not None:
        told.append(
            Number("coverage", voice.say("figure.coverage"), 100 * found.summary.coverage_ratio,
                   "%", digits=2, basis=voice.say("extra.coverage.is"))
        )  # fmt: skip
    return told


def _cycle_numbers(found: Findings, voice: Voice) -> list[Number]:
    label, cycles = voice.say("figure.efc"), found.summary.cycles if found.summary else None
    if cycles is None or cycles.refusal:
        why = voice.say(f"missing.{cycles.refusal if cycles else 'no_readings'}")
        return [Number("efc", label, np.nan, "", basis=why, state="unknown")]
    days = (found.end - found.start) / DAY_US
    told = [
        Number(
            "efc", label, cycles.efc, "", span_days=days,
            basis=voice.say(f"note.efc.{cycles.source}", ah=voice.number(cycles.capacity_ah)),
        )
    ]  # fmt: skip
    for key in ("charged", "discharged"):
        moved = getattr(cycles, f"{key}_ah")
        if np.isfinite(moved):
            more = cycles.discharged_ah / cycles.charged_ah - 1 if cycles.charged_ah > 0 else 0.0
            note = ""
            if key == "discharged" and more > 0:
                note = voice.say("note.more_out", share=voice.number(100 * more, 2))
            told.append(Number(key, voice.say(f"figure.{key}"), moved, "Ah", digits=0, basis=note))
    return told


def _efficiency_numbers(found: Findings, voice: Voice) -> list[Number]:
    told = []
    for key in ("ac", "dc", "net"):
        label = voice.say(f"figure.rte_{key}")
        trip = _trip(found, key)
        if trip is None or trip.refusal:
            why = voice.say(f"missing.{trip.refusal if trip else 'no_readings'}")
            told.append(Number(f"rte_{key}", label, np.nan, "%", basis=why, state="unknown"))
            continue
        told.append(
            Number(
                f"rte_{key}", label, 100 * trip.value, "%", 100 * trip.low, 100 * trip.high, 2,
                trip.n, trip.span_us / DAY_US, voice.say("note.rte", n=voice.number(trip.n)),
            )
        )  # fmt: skip
    return told


def _trip(found: Findings, key: str) -> RoundTrip | None:
    if found.summary is None:
        return None
    known = found.summary.efficiency
    return {"ac": known.ac, "dc": known.dc, "net": known.ac_net}[key]


def _availability_number(found: Findings, voice: Voice) -> Number:
    label, told = voice.say("figure.availability"), found.available
    if told.found is None or not told.faults or not np.isfinite(told.found.ratio):
        why = told.missing or ("no_flags" if not told.faults else "no_readings")
        return Number("availability", label, np.nan, "%", basis=voice.say(f"missing.{why}"),
                      state="unknown")  # fmt: skip
    note = voice.say("note.availability", count=voice.number(len(told.faults)))
    return Number("availability", label, 100 * told.found.ratio, "%", digits=2, basis=note)


# --- tables for other programs ------------------------------------------------------------------


def report_numbers(
    store: Store,
    device: str,
    start: int,
    end: int,
    language: Language,
    *,
    options: DiagnosisOptions | None = None,
    trend_options: TrendOptions | None = None,
    declare: bool = True,
) -> dict[str, pd.DataFrame]:
    """What stands in the report, unrounded: ``figures``, ``cells`` and ``cycles``.

    Raises
    ------
    UnknownDevice, BadWindow, LevelMissing, QueryError
    """
    found = find(
        store, device, start, end, options=options, trend_options=trend_options, declare=declare
    )
    return tabulate(found, language)


def tabulate(found: Findings, language: Language) -> dict[str, pd.DataFrame]:
    """Figures, a row a cell, and a row each way between full and empty (left out ones too)."""
    figures = pd.DataFrame(
        [
            (one.key, one.label, one.value, one.low, one.high, one.unit, one.n, one.span_days,
             one.word, one.basis)
            for one in numbers(found, language)
        ],
        columns=["key", "figure", "value", "low", "high", "unit", "n", "span_days", "verdict",
                 "basis"],
    )  # fmt: skip
    figures["n"] = figures["n"].astype("Int64")
    cycles = pd.concat(
        [one.ledger.assign(string=one.number) for one in found.counted.strings], ignore_index=True
    )
    for name in ("start", "end"):
        if name in cycles:
            times = pd.to_datetime(cycles[name], unit="us", utc=True)
            cycles[name] = times.dt.tz_convert(found.zone)
    return {"figures": figures, "cells": _cell_frame(found), "cycles": cycles}


def _cell_frame(found: Findings) -> pd.DataFrame:
    battery = found.days.battery
    frame = pd.DataFrame(
        {"pack": battery.pack, "cell": battery.cell, "signal": battery.names}
    )  # fmt: skip
    if found.trends is not None:
        sat, apart = found.trends.cells, found.trends.apart
        frame["days"] = [one.n for one in sat]
        frame["span_days"] = [one.span for one in sat]
        for name in ("pct", "pct_low", "pct_high"):
            frame[f"sat_{name}_year"] = [getattr(one, name) for one in sat]
        frame["sat_p_adjusted"] = [one.p_adjusted for one in sat]
        frame["sat_verdict"] = [one.verdict for one in sat]
        for name, column in (("value", "mv"), ("low", "mv_low"), ("high", "mv_high")):
            frame[f"pack_{column}_year"] = [1000 * getattr(one, name) for one in apart]
        frame["pack_p_adjusted"] = [one.p_adjusted for one in apart]
        frame["pack_verdict"] = [one.verdict for one in apart]
    if found.resistance is not None and len(found.resistance.table):
        columns = ["pack", "cell", "ohm", "low", "high", "relative", "relative_low",
                   "relative_high", "growth", "growth_low", "growth_high"]  # fmt: skip
        mine = found.resistance.table[columns]
        frame = frame.merge(
            mine.rename(columns={"ohm": "ohm_25c", "low": "ohm_low", "high": "ohm_high"}),
            on=["pack", "cell"], how="left",
        )  # fmt: skip
    if found.weak is not None and len(found.weak.table):
        frame = frame.merge(found.weak.table, on=["pack", "cell"], how="left")
    return frame
