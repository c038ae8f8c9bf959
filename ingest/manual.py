"""What people bring by hand: a file sent through the browser, a reading, a fact of a device.

A file is looked at in a scratch store first. Accepted, it lies in ``<store>_uploads/<device>/``
with a `source.toml` beside it, and is built from there like any other source, so that a new store
can be built from that folder. Readings and facts are written at once; the ledger keeps each entry
and what stood there before.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import re
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.config import Settings
from core.errors import SourceError, StoreLocked
from core.ledger import Commit, Ledger, SignalRow, SourceRow, open_ledger
from core.parts import PartReader, read_raw
from core.pyramid import DeviceSession
from core.signals import Signal, load_catalogue
from core.upkeep import tidy
from ingest.build import Summary, build
from ingest.csv_files import Column, Layout, read_batches
from ingest.declare import FILE, ColumnRule, Declaration, declaration_for
from ingest.look import look
from ingest.sources import SourceFile, find_sources, source_file

__all__ = [
    "ENDINGS", "FACTS", "Accepted", "ColumnRule", "Entered", "Fact", "FoundColumn", "FoundTable",
    "Preview", "Refusal", "accept_upload", "enter_facts", "enter_reading", "facts_of",
    "parse_moment", "parse_value", "preview_upload", "safe_name", "uploads_folder",
]  # fmt: skip

ENDINGS = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz", ".zip", ".parquet")
LONGEST_NAME = 120
UNPACKED_RATIO = 20  # a packed file may grow to this many times the upload limit
PATIENCE_S = 5.0  # how long a device that is being written is waited for
HEAD_ROWS = 8
BAD_ROWS = 200
DAY_US = 86_400_000_000
EARLIEST_US = DAY_US
SETTLED_NS = 10_000_000_000  # a build reads younger files again

_DEVICE = re.compile(r"[^\W_][\w .()+&-]{0,63}")
_SIGNAL = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,119}")
_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)

Answer = TypeVar("Answer")


class Refusal:
    """Why something is refused, as `SourceError.why`; a screen has its own words for each."""

    EMPTY = "the file is empty"
    TOO_LARGE = "the file is too large"
    PATH = "the file name holds a path"
    HIDDEN = "the file name begins with a dot"
    ENDING = "the file has none of the endings that can be read"
    SYNTHETIC = "this store holds synthetic data, which are never mixed with real data"
    NOTHING = "no row of this file can be read"
    DEVICE = "this is no name for a device"
    SIGNAL = "this is no name for a signal"
    NOT_FINITE = "the value is not a finite number"
    RANGE = "the value is outside the plausible range"
    FUTURE = "the time lies in the future"
    PAST = "the time lies before 2 January 1970"
    FACT = "this is no value for this fact"
    MOMENT = "this is no date and time"
    SKIPPED = "the clock skips this time in spring"
    TWICE = "the clock shows this time twice in autumn"
    MISSING = "nothing was entered"
    AMBIGUOUS = "the number can be read in two ways"
    ALIKE = "a device of this name, differently written, is there already"
    JUMP = "the counter does not stand there"


@dataclass(frozen=True)
class FoundColumn:
    """A column and the signal it becomes."""

    name: str
    signal: str
    quantity: str
    unit: str
    kind: str
    sign: int


@dataclass(frozen=True)
class FoundTable:
    """What was found by looking at one table of an upload.

    Attributes
    ----------
    rows, readings : rows with a time stamp, and usable values in them.
    first, last : [µs UTC].
    error : why the table cannot be read, empty where it can.
    """

    member: str
    notes: tuple[str, ...] = ()
    time_columns: tuple[str, ...] = ()
    zone: str = ""
    label: str = ""
    interval_us: int | None = None
    columns: tuple[FoundColumn, ...] = ()
    rows: int = 0
    readings: int = 0
    first: int | None = None
    last: int | None = None
    error: str = ""


@dataclass(frozen=True)
class Preview:
    """What an upload would bring, before anything counts.

    Attributes
    ----------
    bad : rows that could not be used (member, line, column, text, reason, rows), the first 200;
        `bad_rows` is the number of all.
    head : first usable rows of the first table, `ts` [µs UTC] and a column per signal.
    known : a file with the same content has been read for this device.
    renameable : signals can be given other names: a single wide table.
    """

    name: str
    device: str
    group: str
    size: int
    zone: str
    tables: tuple[FoundTable, ...]
    bad: tuple[dict[str, Any], ...]
    bad_rows: int
    head: pd.DataFrame
    known: bool
    renameable: bool

    @property
    def readings(self) -> int:
        """Usable values in all tables."""
        return sum(table.readings for table in self.tables)


@dataclass(frozen=True)
class Accepted:
    """What became of an upload; `known`: the same content had been read, nothing was done."""

    path: Path
    known: bool
    summary: Summary


@dataclass(frozen=True)
class Entered:
    """A reading entered by hand, and the value it took the place of."""

    device: str
    signal: Signal
    ts: int
    value: float
    before: float | None


@dataclass(frozen=True)
class Fact:
    """A fact that can be told of a device; `key` with a dot is nested (``location.latitude``)."""

    key: str
    unit: str = ""
    kind: str = "number"
    low: float = 0.0
    high: float = 1e9
    groups: tuple[str, ...] = ()


FACTS = (
    Fact("purpose", kind="text"),
    Fact("role", kind="text"),
    Fact("commissioned", kind="date"),
    Fact("start", kind="date"),
    Fact("ended", kind="date"),
    Fact("location.latitude", "°", low=-90.0, high=90.0),
    Fact("location.longitude", "°", low=-180.0, high=180.0),
    Fact("location.altitude_m", "m", low=-500.0, high=9000.0),
    Fact("rated_kw", "kW"),
    Fact("nominal_kwh", "kWh", groups=("BESS",)),
    Fact("capacity_ah", "Ah", groups=("BESS",)),
    Fact("chemistry", kind="text", groups=("BESS",)),
    Fact("kwp", "kWp", groups=("PV",)),
    Fact("tilt", "°", high=90.0, groups=("PV",)),
    Fact("azimuth", "°", high=360.0, groups=("PV",)),
    Fact("gamma_pdc", "1/K", low=-0.02, high=0.0, groups=("PV",)),
)


# --- names and places ---------------------------------------------------------------------------


def uploads_folder(store: Path) -> Path:
    """Where uploads of a store lie: beside it, never inside."""
    return store.with_name(f"{store.name}_uploads")


def safe_name(name: str) -> str:
    """A file name of ASCII letters, digits and ``._-``, at most 120 long, its ending kept.

    Raises
    ------
    SourceError : it holds a path, is hidden, or has no ending that can be read.
    """
    shown = name[:LONGEST_NAME]
    if "/" in name or "\\" in name or "\0" in name or name in ("", ".", ".."):
        raise SourceError(shown, Refusal.PATH, expected="a file name alone")
    if name.startswith("."):
        raise SourceError(shown, Refusal.HIDDEN, expected="a name that begins with a letter")
    lower = name.lower()
    ending = max((e for e in ENDINGS if lower.endswith(e)), key=len, default="")
    if not ending:
        raise SourceError(shown, Refusal.ENDING, expected=", ".join(ENDINGS))
    stem = unicodedata.normalize("NFKD", name[: -len(ending)].translate(_GERMAN))
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem.encode("ascii", "ignore").decode())
    stem = stem.lstrip("._-")[: LONGEST_NAME - len(ending)] or "upload"
    return stem + ending


def _check_names(device: str, signal: str | None = None) -> None:
    if not _DEVICE.fullmatch(device) or device.endswith((" ", ".part", ".tmp")):
        raise SourceError(
            device[:64], Refusal.DEVICE,
            expected="up to 64 letters, digits, spaces and . ( ) + & _ -, a letter or digit first",
        )  # fmt: skip
    if signal is not None and not _SIGNAL.fullmatch(signal):
        raise SourceError(signal[:64], Refusal.SIGNAL, expected="up to 120 printable characters")


def _refuse_synthetic(ledger: Ledger) -> None:
    """Real data never join generated ones, neither by a file nor by hand."""
    if any(one["synthetic"] for one in ledger.devices()):
        raise SourceError(
            ledger.root, Refusal.SYNTHETIC,
            expected="a store of its own: ZIGGURAT_STORE=NEW_FOLDER, made by preprocess.py build",
        )  # fmt: skip


def _refuse_alike(ledger: Ledger, device: str) -> None:
    """Two devices whose names differ in capitals alone would be taken for one."""
    names = [str(one["name"]) for one in ledger.devices()]
    twin = next((name for name in names if name.casefold() == device.casefold()), device)
    if device not in names and twin != device:
        raise SourceError(device, Refusal.ALIKE, expected=twin)


def _group_of(ledger: Ledger, device: str, group: str) -> str:
    """Group of a known device, else the one given."""
    known = {one["name"]: one["grp"] for one in ledger.devices()}
    return str(known.get(device, group))


# --- uploads ------------------------------------------------------------------------------------


def preview_upload(
    settings: Settings,
    device: str,
    group: str,
    name: str,
    content: bytes,
    columns: Mapping[str, ColumnRule] | None = None,
) -> Preview:
    """What a file would bring; the store is not touched.

    The file is built into a scratch store with the zone of the real one, so that every check of
    a build has been made.

    Parameters
    ----------
    columns : rules for columns whose signal, unit, quantity or sign is not as found.

    Raises
    ------
    SourceError : the file is refused or cannot be read; `why` says it, for the most part one of
        `Refusal`.
    StoreError : there is no store to add to.
    """
    _check_names(device)
    safe = safe_name(name)
    with open_ledger(settings.store) as ledger:
        _refuse_synthetic(ledger)
        _refuse_alike(ledger, device)
        group = _group_of(ledger, device, group)
        zone = ledger.zone
    _check_size(settings, name, content)
    with tempfile.TemporaryDirectory(prefix="ziggurat-") as scratch:
        root = Path(scratch, "files")
        root.mkdir()
        path = root / safe
        path.write_bytes(content)
        try:
            _check_unpacked(path, settings)
            return _looked_at(settings, root, path, device, group, zone, columns or {}, content)
        except SourceError as error:
            # The scratch folder says nothing to anybody.
            raise SourceError(
                name, _without(error.why, root), line=error.line, expected=error.expected
            ) from error


def _without(text: str, root: Path) -> str:
    return text.replace(f"{root}{os.sep}", "")


def _check_size(settings: Settings, name: str, content: bytes) -> None:
    limit = settings.upload_limit_mb
    if not len(content):
        raise SourceError(name, Refusal.EMPTY, expected="a table of readings")
    if len(content) > limit * 1_000_000:
        raise SourceError(
            name, Refusal.TOO_LARGE,
            expected=f"at most {limit} MB; larger files: preprocess.py build --source FOLDER",
        )  # fmt: skip


def _check_unpacked(path: Path, settings: Settings) -> None:
    """Refuse an archive that would unpack without bounds."""
    limit = UNPACKED_RATIO * settings.upload_limit_mb * 1_000_000
    size = 0
    if path.suffix == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    elif path.suffix == ".gz":
        unpack = zlib.decompressobj(wbits=31)
        with path.open("rb") as file:
            while size <= limit and not unpack.eof and (packed := file.read(1 << 20)):
                try:
                    while packed and size <= limit:
                        size += len(unpack.decompress(packed, 1 << 22))
                        packed = unpack.unconsumed_tail
                except zlib.error:
                    return  # reading says what is wrong with it
    if size > limit:
        raise SourceError(
            path, Refusal.TOO_LARGE, expected=f"at most {limit // 1_000_000} MB unpacked"
        )


def _looked_at(
    settings: Settings,
    root: Path,
    path: Path,
    device: str,
    group: str,
    zone: str,
    columns: Mapping[str, ColumnRule],
    content: bytes,
) -> Preview:
    found = find_sources([root])
    if not found:
        raise SourceError(path, Refusal.NOTHING, expected="a table in the archive")
    declared = _declaration(path, device, group, columns)
    tables: list[FoundTable] = []
    layouts: list[tuple[SourceFile, Layout]] = []
    errors: list[SourceError] = []
    for source in found:
        try:
            layout = look(source, declared)
            layouts.append((source, layout))
            tables.append(_table(settings, source, layout))
        except SourceError as error:
            errors.append(error)
            tables.append(FoundTable(source.member or "", error=_without(error.why, root)))
    if not layouts:
        raise errors[0]
    trial = settings.model_copy(
        update={"store": root.with_name("store"), "sources": (root,), "zone": zone, "rules": "1h"}
    )
    build(trial, declarations=[declared])
    with open_ledger(trial.store) as ledger:
        rows = {row.member: row for row in ledger.sources()}
        bad = ledger.quarantine()
    tables = [_counted(table, rows.get(table.member), root) for table in tables]
    if not sum(table.readings for table in tables):
        why = next((table.error for table in tables if table.error), Refusal.NOTHING)
        if not bad:
            raise SourceError(path, why, expected="a column of numbers")
        raise SourceError(path, f"{why}: {bad[0]['reason']}", line=bad[0]["line"])
    folder = _folder(settings, device)
    return Preview(
        path.name, device, group, len(content), zone, tuple(tables), tuple(bad[:BAD_ROWS]),
        sum(row["rows"] for row in bad), _head(layouts, zone, bad),
        _is_read(settings, _same_content(folder, path.name, content), declared),
        len(layouts) == 1 and not found[0].member and layouts[0][1].long is None,
    )  # fmt: skip


def _declaration(
    path: Path, device: str, group: str, columns: Mapping[str, ColumnRule]
) -> Declaration:
    return Declaration(
        path=path.with_name(FILE), files=path.name, device=device, group=group or None,
        columns=tuple(sorted(columns.items(), key=lambda pair: pair[0])),
    )  # fmt: skip


def _table(settings: Settings, source: SourceFile, layout: Layout) -> FoundTable:
    catalogue = load_catalogue(settings.signals)

    def describe(column: Column) -> FoundColumn:
        signal = catalogue.describe(column.signal, unit=column.unit, quantity=column.quantity)
        return FoundColumn(
            column.name, signal.name, signal.quantity, signal.unit, signal.kind, column.sign
        )

    return FoundTable(
        source.member or "", layout.notes, layout.time_columns, layout.zone, layout.label,
        layout.interval_us, tuple(describe(one) for one in (*layout.columns, *layout.empty)),
    )  # fmt: skip


def _counted(table: FoundTable, row: SourceRow | None, root: Path) -> FoundTable:
    if row is None or table.error:
        return table
    return replace(
        table, rows=int(row.state.get("rows", 0)), readings=row.rows, first=row.first,
        last=row.last, error=_without(row.error, root),
    )  # fmt: skip


def _head(
    layouts: list[tuple[SourceFile, Layout]], zone: str, bad: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """First usable rows of the first table that has any; what goes to quarantine is left out."""
    for source, layout in layouts:
        refused: dict[str, list[int]] = {}
        for row in bad:
            if row["member"] == (source.member or "") and row["line"] is not None:
                refused.setdefault(row["column_name"], []).append(row["line"])
        for batch in read_batches(source, layout, zone=zone):
            lines = batch.lines
            if lines is None:
                lines = batch.first_line + np.arange(len(batch.ts))
            columns = {
                name: np.where(np.isin(lines, refused.get(name, [])), np.nan, value)
                for name, value in batch.values.items()
            }
            frame = pd.DataFrame({"ts": batch.ts, **columns})
            # No column is named where the time itself cannot be.
            whole = ~np.isin(lines, refused.get("", []))
            frame = frame[whole & frame[list(columns)].notna().any(axis=1)].head(HEAD_ROWS)
            if len(frame):
                return frame.reset_index(drop=True)
    return pd.DataFrame({"ts": np.empty(0, np.int64)})


def accept_upload(
    settings: Settings,
    device: str,
    group: str,
    name: str,
    content: bytes,
    columns: Mapping[str, ColumnRule] | None = None,
) -> Accepted:
    """Put a file beside the store and build from it; no file is ever overwritten.

    Content that is there already is not stored twice; a file of the same name with other content
    gets a numbered name.

    Raises
    ------
    SourceError : as `preview_upload`.
    StoreLocked : the device is being written; the file waits in its folder, try again.
    """
    preview = preview_upload(settings, device, group, name, content, columns)
    rules = dict(columns or {})
    if preview.renameable:
        # Said in full: a numbered file name must not change what a column is called.
        for column in preview.tables[0].columns:
            rules[column.name] = replace(
                rules.get(column.name, ColumnRule()), signal=column.signal
            )  # fmt: skip
    folder = _folder(settings, device)
    folder.mkdir(parents=True, exist_ok=True)
    with _folder_lock(folder, device):
        path = _same_content(folder, preview.name, content) or _place(folder, preview.name, content)
        declared = _declaration(path, device, preview.group, rules)
        if _is_read(settings, path, declared):
            return Accepted(path, True, Summary())
        _declare(folder, declared)
        return Accepted(path, False, _patiently(lambda: _build(settings, folder, path, device)))


def _folder(settings: Settings, device: str) -> Path:
    """Folder of a device's uploads, named as it is, or as earlier versions named it."""
    root = uploads_folder(settings.store)
    quoted = root / quote(device, safe=" ")
    return quoted if quoted.is_dir() else root / device


def _build(settings: Settings, folder: Path, path: Path, device: str) -> Summary:
    with open_ledger(settings.store) as ledger:
        chosen = settings.model_copy(
            update={"sources": (folder,), "zone": ledger.zone, "rules": ledger.rules}
        )
    summary = build(chosen)
    with open_ledger(settings.store) as ledger:
        rows = [row for row in ledger.sources(device) if row.path == str(path)]
    if not any(row.status != "new" for row in rows):
        raise StoreLocked(f"device {device} is being written by somebody else; try again")
    return summary


def _same_content(folder: Path, name: str, content: bytes) -> Path | None:
    """The file of this name, numbered or not, that holds exactly this content."""
    path = folder / name
    number = 1
    while path.exists():
        if path.stat().st_size == len(content) and path.read_bytes() == bytes(content):
            return path
        number += 1
        path = folder / _numbered(name, number)
    return None


def _numbered(name: str, number: int) -> str:
    ending = max((e for e in ENDINGS if name.lower().endswith(e)), key=len)
    return f"{name[: -len(ending)]}-{number}{ending}"


def _place(folder: Path, name: str, content: bytes) -> Path:
    """Write a file under a free name; it appears whole or not at all."""
    draft = folder / f".{name}.{os.getpid()}.part"
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # Written whole before anybody sees it: a build need not fear that it is still changing.
    settled = time.time_ns() - SETTLED_NS
    os.utime(draft, ns=(settled, settled))
    try:
        number = 1
        while True:
            path = folder / (name if number == 1 else _numbered(name, number))
            try:
                os.link(draft, path)  # unlike a rename, refuses to take an existing name
                return path
            except FileExistsError:
                number += 1
    finally:
        draft.unlink()


def _is_read(settings: Settings, path: Path | None, declared: Declaration) -> bool:
    """Whether the store holds this file, read in just this way."""
    if path is None:
        return False
    with open_ledger(settings.store) as ledger:
        rows = [row for row in ledger.sources(declared.device) if row.path == str(path)]
    if not rows or any(row.status != "read" for row in rows):
        return False
    now = declaration_for(source_file(path))
    if now is None:
        return False
    given = dict(declared.columns)
    return all(_same_rule(rule, given.get(name)) for name, rule in now.columns) and all(
        _same_rule(now.rule(name), rule) for name, rule in declared.columns
    )


def _same_rule(stored: ColumnRule | None, given: ColumnRule | None) -> bool:
    """A rule that only says the name a column has anyway is no other rule."""
    if stored is None or given is None:
        rule = stored or given or ColumnRule()
        return (rule.unit, rule.quantity, rule.skip) == (None, None, False) and rule.sign != -1
    return stored == given


def _declare(folder: Path, declared: Declaration) -> None:
    """Put a table at the top of the folder's `source.toml`: the first that fits wins."""
    path = folder / FILE
    older = path.read_text("utf-8") if path.is_file() else ""
    lines = ["[[source]]", f"files = {_toml(declared.files)}", f"device = {_toml(declared.device)}"]
    if declared.group:
        lines.append(f"group = {_toml(declared.group)}")
    for name, rule in declared.columns:
        said = {
            "signal": rule.signal, "unit": rule.unit, "sign": rule.sign, "scale": rule.scale,
            "quantity": rule.quantity,
        }  # fmt: skip
        pairs = ", ".join(f"{k} = {_toml(v)}" for k, v in said.items() if v is not None)
        lines.append(f"columns.{_toml(name)} = " + ("false" if rule.skip else f"{{ {pairs} }}"))
    draft = folder / f".{FILE}.part"
    with open(draft, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n" + (f"\n{older}" if older else ""))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _toml(value: Any) -> str:
    """A value as TOML; a text as TOML and JSON write it alike."""
    return json.dumps(value).replace("\x7f", "\\u007f")


# --- one writer ---------------------------------------------------------------------------------


@contextmanager
def _folder_lock(folder: Path, device: str) -> Iterator[None]:
    """One upload into a folder at a time."""
    with open(folder / ".lock", "a") as file:

        def take() -> None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StoreLocked(f"another upload for {device} is under way; try again") from error

        _patiently(take)
        yield


def _patiently(work: Callable[[], Answer]) -> Answer:
    """Try again for a few seconds while somebody else writes the device."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except StoreLocked:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


# --- readings and facts -------------------------------------------------------------------------


def enter_reading(
    settings: Settings,
    device: str,
    group: str,
    signal: str,
    ts_us: int,
    value: float,
    note: str = "",
    *,
    unit: str | None = None,
    quantity: str | None = None,
    confirmed: bool = False,
) -> Entered:
    """Write one reading. For a time that has one already it is a correction: the later stands.

    Parameters
    ----------
    group : of a new device.
    ts_us : time [µs UTC].
    value : in the unit of the signal.
    unit, quantity : of a new signal, where its name does not say them.
    confirmed : the value stands although a counter does not run from the readings beside it so.

    Raises
    ------
    SourceError : a name, value or time that cannot be; `why` is one of `Refusal`. After
        `Refusal.JUMP` the entry can be repeated with `confirmed`.
    StoreLocked : the device is being written; try again.
    """
    _check_names(device, signal)
    _check_moment(device, ts_us)
    with open_ledger(settings.store) as ledger:
        _refuse_synthetic(ledger)
        _refuse_alike(ledger, device)
        meaning = _meaning(settings, ledger, device, signal, unit, quantity)
        _check_value(meaning, value)
        if meaning.kind == "counter" and not confirmed:
            _check_counter(ledger, device, meaning, ts_us, value)
        group = _group_of(ledger, device, group)
        before = _patiently(
            lambda: _write_reading(ledger, device, group, meaning, ts_us, value, note)
        )
    return Entered(device, meaning, ts_us, value, before)


def _check_moment(device: str, ts_us: int) -> None:
    if ts_us > time.time_ns() // 1000:
        raise SourceError(device, Refusal.FUTURE, expected="a time that has passed")
    if ts_us < EARLIEST_US:
        raise SourceError(device, Refusal.PAST, expected="a later time")


def _check_value(signal: Signal, value: float) -> None:
    if not math.isfinite(value):
        raise SourceError(signal.name, Refusal.NOT_FINITE, expected="a number")
    low = -math.inf if signal.low is None else signal.low
    high = math.inf if signal.high is None else signal.high
    if not low <= value <= high:
        bounds = f"{signal.low} .. {signal.high} {signal.unit}".strip()
        raise SourceError(signal.name, Refusal.RANGE, expected=bounds)


def _check_counter(ledger: Ledger, device: str, signal: Signal, ts_us: int, value: float) -> None:
    """A counter stands between the readings beside it, or runs on from the last at its pace."""
    row = next((row for row in ledger.signals(device) if row.name == signal.name), None)
    if row is None or row.first is None or row.last is None:
        return
    before, after = _neighbours(ledger, row, ts_us)
    low = -math.inf if before is None else before[1]
    high = math.inf if after is None else after[1]
    if after is None and before is not None and row.high is not None and row.low is not None:
        # Twice the mean pace of all its readings, for at least a day, is more than enough.
        pace = (row.high - row.low) / max(row.last - row.first, DAY_US)
        high = before[1] + 2 * pace * max(ts_us - before[0], DAY_US)
    if low <= high and not low <= value <= high:
        ends = (f"{edge:.12g}" for edge in (low, high))
        raise SourceError(
            signal.name, Refusal.JUMP, expected=f"{' .. '.join(ends)} {signal.unit}".strip()
        )


def _neighbours(
    ledger: Ledger, row: SignalRow, ts_us: int
) -> tuple[tuple[int, float] | None, tuple[int, float] | None]:
    """The readings just before and just after a time, None where there is none."""
    assert row.first is not None and row.last is not None
    parts, reader = ledger.parts(row.device), PartReader(ledger.root)
    found: list[tuple[int, float] | None] = []
    for side in (-1, 1):
        # Farther and farther away, so that only what lies beside the entry is read.
        width, one = DAY_US, None
        while one is None:
            start, end = (ts_us - width, ts_us) if side < 0 else (ts_us + 1, ts_us + 1 + width)
            ts, value, _ = read_raw(reader, parts, row.name, start, end, row.since)
            known = np.flatnonzero(np.isfinite(value))
            if known.size:
                at = int(known[-1 if side < 0 else 0])
                one = (int(ts[at]), float(value[at]))
            elif start <= row.first if side < 0 else end > row.last:
                break
            width *= 8
        found.append(one)
    reader.close()
    return found[0], found[1]


def _meaning(
    settings: Settings,
    ledger: Ledger,
    device: str,
    signal: str,
    unit: str | None,
    quantity: str | None,
) -> Signal:
    """What the signal is: as the store has it, or as the rules say for a new one."""
    for row in ledger.signals(device):
        if row.name == signal:
            return Signal(**row.meaning)
    return load_catalogue(settings.signals).describe(signal, unit=unit, quantity=quantity)


def _write_reading(
    ledger: Ledger, device: str, group: str, signal: Signal, ts_us: int, value: float, note: str
) -> float | None:
    """Write a reading and its history; the value that stood there before."""
    now = time.time_ns() // 1000
    path = f"manual:{device}"
    with DeviceSession(ledger, device, group) as session:
        before, origin = _value_at(ledger, device, signal.name, ts_us)
        held = next((row for row in ledger.sources(device) if row.path == path), None)
        with ledger.transaction() as commit:
            number = commit.put_source(held or SourceRow(path, device, kind="manual", status="new"))
        ts = np.array([ts_us], np.int64)
        readings = (ts, np.array([value]), np.array([number], np.int64))
        levels = session.levels(signal.name, ts)
        for chunk in session.chunks(signal, readings, levels=levels):
            session.append(signal, chunk, levels)

        def record(commit: Commit) -> None:
            if before is not None and origin != number:
                _put_before(commit, ledger, device, signal.name, ts_us, before, origin, now)
            commit.put_entry(device, signal.name, ts_us, repr(value), note, now, "reading")
            commit.put_source(
                _manual_row(held, path, device, signal.name, ts_us, now, session, number)
            )

        session.commit(record)
        tidy(ledger, device)
    return before


def _value_at(
    ledger: Ledger, device: str, signal: str, ts_us: int
) -> tuple[float | None, int | None]:
    """The reading the store holds at a time, and the number of its source."""
    since = next((row.since for row in ledger.signals(device) if row.name == signal), 0)
    reader = PartReader(ledger.root)
    ts, value, source = read_raw(reader, ledger.parts(device), signal, ts_us, ts_us + 1, since)
    reader.close()
    return (float(value[-1]), int(source[-1])) if len(ts) else (None, None)


def _put_before(
    commit: Commit,
    ledger: Ledger,
    device: str,
    signal: str,
    ts_us: int,
    value: float,
    source: int | None,
    now: int,
) -> None:
    """Keep what a source had said, which the raw rows will no longer hold."""
    origin = next((row.path for row in ledger.sources(device) if row.id == source), "")
    commit.put_entry(device, signal, ts_us, repr(value), Path(origin).name, now, "before")


def _manual_row(
    held: SourceRow | None,
    path: str,
    device: str,
    signal: str,
    ts_us: int,
    now: int,
    session: DeviceSession,
    number: int,
) -> SourceRow:
    row = held or SourceRow(path, device, kind="manual")
    return replace(
        row, status="read", rows=row.rows + 1, read_at=now,
        signals=tuple(sorted({*row.signals, signal})),
        repeated=row.repeated + session.repeated[number],
        replaced=row.replaced + session.replaced[number],
        first=ts_us if row.first is None else min(row.first, ts_us),
        last=ts_us if row.last is None else max(row.last, ts_us),
    )  # fmt: skip


def facts_of(group: str) -> tuple[Fact, ...]:
    """Facts that can be told of a device of a group."""
    return tuple(fact for fact in FACTS if not fact.groups or group in fact.groups)


def enter_facts(
    settings: Settings, device: str, group: str, facts: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Add to the facts of a device or change them; None takes one away, others stay.

    Parameters
    ----------
    facts : by the keys of `FACTS`, e.g. ``{"rated_kw": 100, "location.latitude": 48.4}``.

    Returns
    -------
    All facts of the device as they are now.

    Raises
    ------
    SourceError : an unknown key, or a value out of bounds.
    """
    _check_names(device)
    known = {fact.key: fact for fact in FACTS}
    clean = {key: _clean_fact(known.get(key), key, value) for key, value in facts.items()}
    now = time.time_ns() // 1000
    with open_ledger(settings.store) as ledger:
        _refuse_synthetic(ledger)
        _refuse_alike(ledger, device)
        with ledger.transaction() as commit:
            stored = {one["name"]: one for one in ledger.devices()}
            if device not in stored:
                commit.put_device(device, group, synthetic=False)
            held: dict[str, Any] = stored.get(device, {}).get("facts", {})
            told = {row["name"] for row in ledger.entries(device) if row["kind"] == "fact"}
            for key, value in clean.items():
                before = _at(held, key)
                if before == value:
                    continue
                if before is not None and key not in told:
                    commit.put_entry(device, key, None, str(before), "", now, "before")
                text = "" if value is None else str(value)
                commit.put_entry(device, key, None, text, note, now, "fact")
                held = _with(held, key, value)
            commit.put_facts(device, held)
    return held


def _clean_fact(fact: Fact | None, key: str, value: Any) -> Any:
    if fact is None:
        raise SourceError(key, Refusal.FACT, expected=", ".join(one.key for one in FACTS))
    if value is None or value == "":
        return None
    if fact.kind == "text":
        return str(value).strip()[:200]
    if fact.kind == "date":
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError as error:
            raise SourceError(key, Refusal.FACT, expected="a date as 2024-05-07") from error
    number = float(value)
    if not (math.isfinite(number) and fact.low <= number <= fact.high):
        bounds = f"{fact.low:g} .. {fact.high:g} {fact.unit}".strip()
        raise SourceError(key, Refusal.FACT, expected=bounds)
    return number


def _at(facts: Mapping[str, Any], key: str) -> Any:
    outer, _, inner = key.partition(".")
    value = facts.get(outer)
    return (value or {}).get(inner) if inner else value


def _with(facts: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Facts with one changed, or taken away where the value is None."""
    outer, _, inner = key.partition(".")
    changed = dict(facts)
    if inner:
        value = _with(changed.get(outer) or {}, inner, value) or None
    changed[outer] = value
    return {name: one for name, one in changed.items() if one is not None}


# --- what people type ---------------------------------------------------------------------------

_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)")


def parse_moment(text: str, zone: str) -> int:
    """A time as typed [µs UTC]: ``2025-06-13 12:00[:30][+02:00]`` or ``13.06.2025 12:00``.

    Without an offset it is the wall clock of `zone`; in the hour it repeats the offset must be
    said.

    Raises
    ------
    SourceError : it cannot be read, or the clock skips it or shows it twice.
    """
    typed = text.strip()
    if not typed:
        raise SourceError("time", Refusal.MISSING, expected="2025-06-13 12:00")
    if found := _DAY_FIRST.fullmatch(typed):
        day, month, year, rest = found.groups()
        typed = f"{year}-{int(month):02d}-{int(day):02d}{rest}"
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise SourceError(
            text[:40], Refusal.MOMENT, expected="2025-06-13 12:00 or 13.06.2025 12:00"
        ) from error
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    if moment.tzinfo is None:
        local = moment.replace(tzinfo=ZoneInfo(zone))
        if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
            raise SourceError(
                text[:40], Refusal.SKIPPED, expected=f"a time that the clock shows in {zone}"
            )
        second = local.replace(fold=1)
        if local.utcoffset() != second.utcoffset():
            passes = [one.isoformat(" ", "minutes" if not one.second else "auto")
                      for one in (local, second)]  # fmt: skip
            raise SourceError(text[:40], Refusal.TWICE, expected=" or ".join(passes))
        moment = local
    return (moment - epoch) // timedelta(microseconds=1)


def parse_value(text: str, decimal: str = ".") -> float:
    """A number as typed, with a decimal point or a decimal comma.

    Parameters
    ----------
    decimal : the decimal mark of the typist's language. The other mark alone before three digits
        may set thousands apart, ``1.234`` in German: that is refused, not guessed.

    Raises
    ------
    SourceError : it is no finite number, or could be two.
    """
    typed = re.sub(r"[\s\u2009\u202f']", "", text).replace("\u2212", "-")
    if not typed:
        raise SourceError("value", Refusal.MISSING, expected="a number as 12.5")
    other = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}", typed):
        whole, rest = typed.split(other)
        raise SourceError(
            text[:40], Refusal.AMBIGUOUS, expected=f"{whole}{rest} or {whole}{decimal}{rest}0"
        )
    if re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(other)}\d{{3}}){{2,}}", typed):
        typed = typed.replace(other, "")
    if "," in typed and "." in typed:
        # The last of the two is the decimal one.
        group = "." if typed.rindex(",") > typed.rindex(".") else ","
        typed = typed.replace(group, "")
    try:
        value = float(typed.replace(",", "."))
    except ValueError as error:
        raise SourceError(text[:40], Refusal.NOT_FINITE, expected="a number as 12.5") from error
    if not math.isfinite(value):
        raise SourceError(text[:40], Refusal.NOT_FINITE, expected="a number as 12.5")
    return value
