"""Files with a form of their own: answers of weather and market services, as they come.

A document is small, is read whole, and tells more than its numbers: place, currency, when it became
known. What kind it is is seen from its first bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SourceError

if TYPE_CHECKING:
    from ingest.clock import Times
    from ingest.csv_files import BadCell, Batch, Floats
    from ingest.declare import Declaration
    from ingest.layout import Layout
    from ingest.sources import SourceFile

SUFFIXES = (".json", ".xml")
HEAD = 8192  # bytes that tell what a file is
MOST_BYTES = 200 << 20
# What the first bytes of a form hold, all of it; and the module that reads it.
_MARKS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("pvgis_typical", ("Latitude (decimal degrees)", "month,year", "time(UTC)"), "weather"),
    ("pvgis_hourly_csv", ("Latitude (decimal degrees)", "\ntime,", "T2m"), "weather"),
    ("pvgis_typical_json", ('"tmy_hourly"',), "weather"),
    ("pvgis_hourly", ('"inputs"', '"outputs"', '"hourly"'), "weather"),
    ("open_meteo", ('"latitude"', '"utc_offset_seconds"', "ly"), "weather"),
    ("open_meteo_refusal", ('"error"', '"reason"'), "weather"),
    ("entsoe", ("Publication_MarketDocument",), "prices"),
    ("entsoe_refusal", ("Acknowledgement_MarketDocument",), "prices"),
    ("smard_chart", ('"meta_data"', '"series"'), "prices"),
    ("opcom", ("lei/MWh", "Interval"), "prices"),
    ("opcom", ("EUR/MWh]", "Interval", "Price"), "prices"),
    ("aemo", ("SETTLEMENTDATE", "RRP"), "prices"),
)
FORMS = tuple(dict.fromkeys(form for form, _, _ in _MARKS))
_GROUPS = {"weather": "weather", "prices": "price"}
# Folders that name no device.
GENERAL = ("", "weather", "wetter", "price", "prices", "preise")
_KNOWN = re.compile(r"known_(\d{8}T\d{4}Z)")


@dataclass(frozen=True)
class Track:
    """One signal of a document; times [µs UTC] label the start of an interval."""

    signal: str
    ts: Times
    value: Floats
    unit: str
    quantity: str


@dataclass(frozen=True)
class Document:
    """What a document says.

    Parameters
    ----------
    tracks : its signals.
    facts : told of the device: ``{"weather": {...}}`` or ``{"price": {...}}``, and its location.
    beside : ending of the device's name where the readings must not join others of the place.
    bad : what could not be used.
    notes : how it was understood, in words.
    name : of its device, where it lies in a folder that names none.
    """

    tracks: tuple[Track, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    beside: str = ""
    bad: tuple[BadCell, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""


def form_of(path: Path) -> str | None:
    """Which form a file has, by its first bytes; None for any other file."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return None
    return form_of_head(head)


def form_of_head(head: bytes) -> str | None:
    """Which form a text has that begins so."""
    text = head.decode("utf-8", "replace").replace("\r\n", "\n")
    for form, marks, _ in _MARKS:
        if all(mark in text for mark in marks):
            return form
    return None


def is_horizon(path: Path) -> bool:
    """Whether a file is a horizon of PVGIS, which is part of a plant and no reading."""
    if path.suffix.lower() != ".csv" or not path.name.lower().startswith("horizon"):
        return False
    with path.open("rb") as file:
        return b"H_hor" in file.read(HEAD)


def read_document(source: SourceFile, form: str, zone: str | None = None) -> Document:
    """The document in a file.

    Parameters
    ----------
    zone : of days without one, where a declaration tells it.

    Raises
    ------
    SourceError : it is not what its beginning promises; names what was expected.
    """
    if source.size > MOST_BYTES:
        raise SourceError(source.path, "is too large for a document", expected="200 MB at most")
    try:
        text = source.path.read_text("utf-8-sig")
    except OSError as error:
        raise SourceError(source.path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SourceError(source.path, "is not UTF-8 text") from error
    if next(module for name, _, module in _MARKS if name == form) == "weather":
        from ingest.weather import parse_weather

        return parse_weather(source.path, form, text, known_at(source.path.name))
    from ingest.prices import parse_prices

    return parse_prices(source.path, form, text, None if zone == "UTC" else zone)


def known_at(name: str) -> int | None:
    """When what a file tells became known [µs UTC], from its name: ``..._known_20261121T0600Z``."""
    from datetime import UTC, datetime

    found = _KNOWN.search(name)
    if found is None:
        return None
    moment = datetime.strptime(found.group(1), "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000


def look_document(source: SourceFile, form: str, declared: Declaration | None) -> Layout:
    """Layout of a document: its device, signals and facts.

    The device is the folder the file lies in; where that names none, service and place.

    Raises
    ------
    SourceError : it cannot be read.
    """
    from ingest.layout import Column, Layout

    zone = (declared.zone if declared is not None else None) or "UTC"
    document = read_document(source, form, zone)
    module = next(module for name, _, module in _MARKS if name == form)
    folder = source.logical.parent.name
    device = document.name if folder.lower() in GENERAL else folder
    group = _GROUPS[module]
    if declared is not None:
        device, group = declared.device or device, declared.group or group
    return Layout(
        format=form, device=device + document.beside, group=group, zone=zone,
        columns=tuple(
            Column(track.signal, index, track.signal, track.unit, quantity=track.quantity)
            for index, track in enumerate(document.tracks)
        ),
        facts=tuple(document.facts.items()),
        notes=document.notes,
    )  # fmt: skip


def read_tracks(source: SourceFile, form: str, zone: str) -> Iterator[Batch]:
    """A batch for each signal of a document."""
    import numpy as np

    from ingest.csv_files import Batch

    document = read_document(source, form, zone)
    if document.bad:
        yield Batch(np.empty(0, np.int64), {}, list(document.bad))
    for track in document.tracks:
        yield Batch(track.ts, {track.signal: track.value})
