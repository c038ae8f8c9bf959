"""Prices of electricity as markets publish them: SMARD, ENTSO-E, OPCOM, AEMO, as they come.

Every price is kept under the start of its interval, in the currency it was published in.
"""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import SourceError
from core.levels import DAY, HOUR, MINUTE
from ingest.csv_files import BadCell
from ingest.declare import ColumnRule, Declaration
from ingest.documents import Document, Track

QUANTITY = "price"
# Results of the coupled day-ahead auction are out by then, on the day before delivery.
DAY_AHEAD_KNOWN = {"days_before": 1, "local_time": "13:00", "zone": "Europe/Brussels"}
SMARD_ZONE = "Europe/Berlin"
OPCOM_ZONE = "Europe/Brussels"  # the coupled market's day, also in Romania
NEM = timezone(timedelta(hours=10))  # market time of the NEM knows no summer time

# Bidding zones by SMARD's column, by its number, and what they are called here.
_SMARD: tuple[tuple[str, int, str], ...] = (
    ("Deutschland/Luxemburg", 4169, ""), ("∅ Anrainer DE/LU", 5078, "neighbours"),
    ("Belgien", 4996, "be"), ("Dänemark 1", 252, "dk1"), ("Dänemark 2", 253, "dk2"),
    ("Frankreich", 254, "fr"), ("Niederlande", 256, "nl"), ("Norwegen 2", 4997, "no2"),
    ("Österreich", 4170, "at"), ("Polen", 257, "pl"), ("Schweden 4", 258, "se4"),
    ("Schweiz", 259, "ch"), ("Tschechien", 261, "cz"), ("DE/AT/LU", 251, "de_at_lu"),
    ("Italien (Nord)", 255, "it_north"), ("Slowenien", 260, "si"), ("Ungarn", 262, "hu"),
)  # fmt: skip
_SMARD_FILE = re.compile(r"(\d+)_([A-Z0-9-]+)_(hour|quarterhour)_(\d{13})")
_DURATION = re.compile(r"PT?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?")


def day_ahead(suffix: str = "") -> str:
    """Name of a signal of day-ahead prices; of the device's own zone without an ending."""
    return f"price_day_ahead_{suffix}" if suffix else "price_day_ahead"


def _facts(source: str, currency: str, area: str, **more: Any) -> dict[str, Any]:
    told = {"kind": "day_ahead", "source": source, "currency": currency, "area": area,
            "known": DAY_AHEAD_KNOWN}  # fmt: skip
    return {"price": told | more}


def parse_prices(path: Path, form: str, text: str, zone: str | None = None) -> Document:
    """A document of prices.

    Parameters
    ----------
    form : as `ingest.documents.form_of` says.
    zone : of a day without a zone, where a declaration tells one.

    Raises
    ------
    SourceError : it does not hold what it should; says what was expected.
    """
    if form in ("entsoe", "entsoe_refusal"):
        return _entsoe(path, text)
    if form == "smard_chart":
        return _smard_chart(path, text)
    if form == "aemo":
        return _aemo(path, text)
    return _opcom(path, text, zone or OPCOM_ZONE)


# --- SMARD --------------------------------------------------------------------------------------


def smard_declaration(path: Path, header: str) -> Declaration | None:
    """What the export of SMARD's market prices needs told; None where it is none.

    Column names are those of the header, so that "Originalauflösungen" may change.
    """
    names = [cell.strip().strip('"') for cell in header.lstrip("\ufeff").strip().split(";")]
    if names[:2] != ["Datum von", "Datum bis"] or not any("[€/MWh]" in name for name in names):
        return None
    rules: list[tuple[str, ColumnRule]] = []
    for name in names[2:]:
        start = name.partition(" [")[0]
        known = next((ending for begin, _, ending in _SMARD if begin == start), None)
        if known is None:
            known = re.sub(r"\W+", "_", start.casefold()).strip("_")
        rules.append((name, ColumnRule(day_ahead(known), "EUR/MWh", quantity=QUANTITY)))
    return Declaration(
        path, group="price", time=("Datum von",), format="%d.%m.%Y %H:%M", zone=SMARD_ZONE,
        label="start", decimal=",", delimiter=";", columns=tuple(rules),
    )  # fmt: skip


def smard_facts() -> dict[str, Any]:
    """What is told of a device of SMARD prices."""
    return _facts("SMARD", "EUR", "DE-LU", licence="CC BY 4.0, Bundesnetzagentur | SMARD.de")


def _smard_chart(path: Path, text: str) -> Document:
    """A week of SMARD's chart data: ``{"series": [[ms, price or null], ...]}``."""
    named = _SMARD_FILE.search(path.name)
    if named is None:
        raise SourceError(
            path, "the name does not tell which series it is",
            expected="SMARD's own name, 4169_DE-LU_hour_1703458800000.json",
        )  # fmt: skip
    number, step = int(named.group(1)), named.group(3)
    ending = next((ending for _, known, ending in _SMARD if known == number), None)
    if ending is None:
        raise SourceError(path, f"series {number} is no price", expected="4169 for DE-LU")
    if step == "quarterhour":
        ending = f"{ending}_15min".strip("_")
    try:
        rows = json.loads(text)["series"]
        ts = np.array([int(row[0]) for row in rows], np.int64) * 1000
        value = np.array([np.nan if row[1] is None else row[1] for row in rows], np.float64)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise SourceError(
            path, f"no series of prices: {error}", expected="series: [[ms, price], ...]"
        ) from error
    track = Track(day_ahead(ending), ts, value, "EUR/MWh", QUANTITY)
    return Document((track,), smard_facts(), name="SMARD")


# --- ENTSO-E ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Period:
    """Prices of one period; `sequence` tells auctions of one day apart."""

    sequence: str
    start: int
    end: int
    step: int
    ts: np.ndarray
    price: np.ndarray


def _entsoe(path: Path, text: str) -> Document:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise SourceError(
            path, f"is no complete XML: {error}", line=error.position[0], expected="a whole answer"
        ) from error
    kind = root.tag.rpartition("}")[2]
    if kind == "Acknowledgement_MarketDocument":
        raise SourceError(path, f"the service refused: {_text(root, './/{*}Reason/{*}text')}")
    if kind != "Publication_MarketDocument" or _text(root, "{*}type") != "A44":
        raise SourceError(
            path, f"document {kind} of type {_text(root, '{*}type') or '?'}",
            expected="Publication_MarketDocument of type A44",
        )  # fmt: skip
    periods: list[_Period] = []
    bad: list[BadCell] = []
    areas, currencies = set(), set()
    for series in root.findall("{*}TimeSeries"):
        areas.add(_text(series, "{*}in_Domain.mRID"))
        currencies.add(_text(series, "{*}currency_Unit.name") or "EUR")
        unit = _text(series, "{*}price_Measure_Unit.name") or "MWH"
        if unit != "MWH":
            raise SourceError(path, f"prices for {unit}", expected="MWH")
        steps = _text(series, "{*}curveType") == "A03"
        sequence = _text(
            series, "{*}classificationSequence_AttributeInstanceComponent.position"
        ) or "1"  # fmt: skip
        for period in series.findall("{*}Period"):
            periods.append(_period(path, period, sequence, steps, bad))
    if len(areas) != 1 or len(currencies) != 1:
        found = f"{sorted(areas)} in {sorted(currencies)}"
        raise SourceError(path, f"prices of {found}", expected="one zone and one currency a file")
    (area,), (currency,) = areas, currencies
    tracks = tuple(_by_auction(periods, currency))
    return Document(
        tracks, _facts("ENTSO-E", currency, area), bad=tuple(bad), name=f"ENTSO-E {area}"
    )  # fmt: skip


def _text(element: ElementTree.Element, place: str) -> str:
    found = element.find(place)
    return "" if found is None or found.text is None else found.text.strip()


def _moment(path: Path, text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SourceError(path, f"{text!r} is no time", expected="2024-01-01T23:00Z") from error
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(found.timestamp()) * 1_000_000


def _period(
    path: Path, period: ElementTree.Element, sequence: str, steps: bool, bad: list[BadCell]
) -> _Period:
    """One period. By curve type A03 a position that is left out repeats the one before."""
    start = _moment(path, _text(period, "{*}timeInterval/{*}start"))
    end = _moment(path, _text(period, "{*}timeInterval/{*}end"))
    told = _text(period, "{*}resolution")
    found = _DURATION.fullmatch(told)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    step = days * 24 * HOUR + hours * HOUR + minutes * MINUTE
    if step <= 0 or end <= start or (end - start) % step:
        raise SourceError(path, f"a period of resolution {told!r} does not fit its interval")
    price = np.full((end - start) // step, np.nan)
    for point in period.findall("{*}Point"):
        position, amount = _text(point, "{*}position"), _text(point, "{*}price.amount")
        try:
            place, value = int(position) - 1, float(amount)
            if not 0 <= place < len(price):
                raise ValueError(position)
        except ValueError:
            bad.append(BadCell(0, "price", f"position {position}: {amount}", "no price"))
            continue
        price[place] = value
    if steps:
        given = np.where(np.isnan(price), -1, np.arange(len(price)))
        latest = np.maximum.accumulate(given)
        price = np.where(latest < 0, np.nan, price[np.maximum(latest, 0)])
    ts = start + step * np.arange(len(price), dtype=np.int64)
    return _Period(sequence, start, end, step, ts, price)


def _by_auction(periods: Sequence[_Period], currency: str) -> list[Track]:
    """A signal per auction; where two lengths of interval are told of one time, one for each."""
    signals: dict[str, list[_Period]] = {}
    for one in periods:
        beside = any(
            other.step > one.step and other.sequence == one.sequence
            and other.start < one.end and one.start < other.end
            for other in periods
        )  # fmt: skip
        endings = [f"{one.step // MINUTE}min"] if beside else []
        endings += [one.sequence] if one.sequence != "1" else []
        signals.setdefault(day_ahead("_".join(endings)), []).append(one)
    tracks = []
    for name, mine in signals.items():
        mine.sort(key=lambda one: one.start)
        ts = np.concatenate([one.ts for one in mine])
        price = np.concatenate([one.price for one in mine])
        tracks.append(Track(name, ts, price, f"{currency}/MWh", QUANTITY))
    return tracks


# --- OPCOM --------------------------------------------------------------------------------------

_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ROMANIAN_DAY = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_OPCOM_NAME = re.compile(r"PZU_(\d{1,2})_(\d{1,2})_(\d{4})")  # month, day, year
_PRICE_NAME = re.compile(r"(pre[tț]|price|pip).*\[\s*(lei|ron|eur|€)\s*/\s*mwh\s*\]", re.IGNORECASE)


def _opcom(path: Path, text: str, zone: str) -> Document:
    """A day of OPCOM's day-ahead market: interval numbers 1 to 24 or 96, decimal point."""
    rows = list(csv.reader(text.splitlines()))
    header = next((n for n, row in enumerate(rows) if "Interval" in [c.strip() for c in row]), None)
    if header is None:
        raise SourceError(path, "no table of intervals", expected="a header with Interval")
    names = [cell.strip() for cell in rows[header]]
    column, match = next(
        ((k, m) for k, name in enumerate(names) if (m := _PRICE_NAME.search(name))), (-1, None)
    )
    if match is None:
        raise SourceError(
            path, f"no price among {names}", line=header + 1, expected="Pret ... [lei/MWh]"
        )
    currency = "RON" if match.group(2).lower() in ("lei", "ron") else "EUR"
    day = _opcom_day(path, rows[:header])
    start, end = (
        int(datetime(one.year, one.month, one.day, tzinfo=ZoneInfo(zone)).timestamp())
        for one in (day, day + timedelta(days=1))
    )
    interval = names.index("Interval")
    found: dict[int, float] = {}
    bad: list[BadCell] = []
    for number, row in enumerate(rows[header + 1 :], header + 2):
        if len(row) <= max(interval, column) or not row[interval].strip().isdigit():
            continue
        cell = row[column].strip()
        try:
            found[int(row[interval])] = float(cell)
        except ValueError:
            bad.append(BadCell(number, names[column], cell, "not a number"))
    fits = [step for step in (900, 1800, 3600) if found and max(found) * step == end - start]
    if not fits:
        raise SourceError(
            path, f"{len(found)} intervals do not fill {day}",
            expected="as many hours, half hours or quarter hours as the day has",
        )  # fmt: skip
    ts = (start + (np.array(list(found), np.int64) - 1) * fits[0]) * 1_000_000
    track = Track(day_ahead(), ts, np.array(list(found.values())), f"{currency}/MWh", QUANTITY)
    notes = (f"intervals of {fits[0] // 60} min from midnight in {zone}",)
    return Document(
        (track,), _facts("OPCOM", currency, "RO"), bad=tuple(bad), notes=notes, name="OPCOM"
    )  # fmt: skip


def _opcom_day(path: Path, preamble: Sequence[Sequence[str]]) -> date:
    """Day of delivery: of the file's name or of what stands above the table."""
    named = _ISO_DAY.search(path.name)
    try:
        if named:
            return date(*(int(part) for part in named.groups()))
        told = _ROMANIAN_DAY.search(" ".join(" ".join(row) for row in preamble))
        if told:
            return date(int(told.group(3)), int(told.group(2)), int(told.group(1)))
        exported = _OPCOM_NAME.search(path.name)
        if exported:
            return date(int(exported.group(3)), int(exported.group(1)), int(exported.group(2)))
    except ValueError as error:
        raise SourceError(path, f"no day of delivery: {error}") from error
    raise SourceError(
        path, "tells no day of delivery", expected="a day in the name, opcom_2024-02-27.csv"
    )


# --- AEMO ---------------------------------------------------------------------------------------


def _aemo(path: Path, text: str) -> Document:
    """Price and demand of a region of the NEM; the label is the END of 5 or 30 minutes, UTC+10."""
    reader = csv.DictReader(text.splitlines())
    times: list[int] = []
    price: list[float] = []
    demand: list[float] = []
    bad: list[BadCell] = []
    regions: set[str] = set()
    for row in reader:
        if (row.get("PERIODTYPE") or "TRADE") != "TRADE":
            continue  # a forecast of the operator, no settlement
        cell = (row.get("SETTLEMENTDATE") or "").replace("/", "-")
        try:
            end = datetime.fromisoformat(cell).replace(tzinfo=NEM)
            values = float(row["RRP"]), float(row.get("TOTALDEMAND") or "nan")
        except (ValueError, KeyError, TypeError):
            text_of = ",".join(str(value) for value in row.values())
            bad.append(BadCell(reader.line_num, "", text_of[:200], "no price"))
            continue
        regions.add((row.get("REGION") or "").strip())
        times.append(round(end.timestamp()) * 1_000_000)
        price.append(values[0])
        demand.append(values[1])
    if len(regions) != 1:
        raise SourceError(path, f"regions {sorted(regions)}", expected="one region in each file")
    (region,) = regions
    ends = np.asarray(times, np.int64)
    # A file may go over from half hours to five minutes; a day has one or the other.
    day = (ends - 1 + 10 * HOUR) // DAY
    width = np.where(np.isin(day, day[ends % (30 * MINUTE) != 0]), 5 * MINUTE, 30 * MINUTE)
    facts = _facts("AEMO", "AUD", region)
    facts["price"] |= {"kind": "spot", "known": {"at": "end of interval"}}
    tracks = (
        Track("price_spot", ends - width, np.asarray(price), "AUD/MWh", QUANTITY),
        Track("demand", ends - width, np.asarray(demand), "MW", "area_demand"),
    )
    return Document(tracks, facts, bad=tuple(bad), name=f"AEMO {region}")


def with_told(own: Declaration, told: Declaration | None) -> Declaration:
    """A declaration of ours in which all stands that a file beside the source tells."""
    if told is None:
        return own
    said = {key: value for key, value in vars(told).items()
            if value not in (None, ()) and key != "columns"}  # fmt: skip
    rules = dict(own.columns) | dict(told.columns)
    return replace(own, **said, columns=tuple(rules.items()))
