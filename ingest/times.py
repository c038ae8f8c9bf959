"""Time stamps as text: which format a column is in, and its cells as microseconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import from_strings
from core.levels import DAY, SECOND
from ingest.clock import Mask, Times

NAMES = {
    "ts", "time", "timestamp", "datetime", "date", "datum", "zeit", "hour", "measured_on",
    "date_time", "date/time", "zeitstempel", "zeitpunkt", "datum von", "datum/uhrzeit", "utc",
    "datum und uhrzeit", "uhrzeit", "von", "beginn", "start", "start time", "start_time",
    "local_time", "localtime", "time_utc", "timestamp_utc", "period_start", "datetime_utc",
    "stunde", "ende", "datum bis", "bis", "end", "end time", "end_time", "period_end",
}  # fmt: skip
END_NAMES = {"datum bis", "bis", "ende", "end", "end time", "end_time", "period_end"}

EPOCH_FACTOR = {"s": SECOND, "ms": 1000, "us": 1, "µs": 1, "min": 60 * SECOND, "h": 3600 * SECOND}
EPOCH_FACTOR["d"] = DAY

_ISO = (
    r"^\s*(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:T|t| +)(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?\s*$"
)
_DATES = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y",
    "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%d.%b.%Y",
)  # fmt: skip
_CLOCKS = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p",
    "%H%M", "%H%M%S", "%Hh%M", "%H.%M",
)  # fmt: skip
_JOINTS = " |:|T|, | - |-|_|"
_CODES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%b": r"[A-Za-z]{3}",
    "%H": r"\d{1,2}", "%I": r"\d{1,2}", "%M": r"\d{2}", "%S": r"\d{2}", "%f": r"\d{1,6}",
    "%p": r"[AaPp][Mm]",
}  # fmt: skip
_CLOCK_ONLY = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_DAY_FIRST = re.compile(r"%d.%m")

_PLAUSIBLE = (datetime(1970, 1, 2), datetime(2100, 1, 1))
_EPOCH_FROM, _EPOCH_TO = 631_152_000 * SECOND, 4_102_444_800 * SECOND  # 1990 .. 2100


def looks_like_iso(text: str) -> bool:
    """True for `2024-01-31`, `2024-01-31T12:00:00.5+01:00` and the like."""
    return re.match(_ISO, text) is not None


def has_offset(text: str) -> bool:
    """True where an ISO time stamp carries its offset from UTC."""
    match = re.match(_ISO, text)
    return bool(match and match["zone"])


def is_clock(text: str) -> bool:
    """True for a time of day without a date."""
    return _CLOCK_ONLY.fullmatch(text.strip()) is not None


def _parses(text: str, form: str) -> bool:
    try:
        found = datetime.strptime(text.replace("24:00", "00:00"), form)
    except ValueError:
        return False
    if ("%H%M" in form or "%Y%m%d" in form) and found.strftime(form) != text:
        return False  # without separators only the full number of digits is meant
    return _PLAUSIBLE[0] <= found.replace(tzinfo=None) < _PLAUSIBLE[1]


@lru_cache(maxsize=4096)
def candidates(text: str) -> tuple[str, ...]:
    """Formats (`strptime`) that read one cell, ISO not among them."""
    text = text.strip()
    if not text or _plain_number(text):
        return ()
    forms = []
    for day in _DATES:
        match = re.match(_expression(day), text)
        if match is None:
            continue
        rest = text[match.end() :]
        if not rest:
            forms.append(day)
        for clock in _CLOCKS:
            found = re.fullmatch(rf"({_JOINTS})({_expression(clock)})", rest)
            if found:
                forms.append(day + found[1] + clock)
    return tuple(form for form in forms if _parses(text, form))


@lru_cache(maxsize=256)
def _expression(form: str) -> str:
    """Regular expression for the cells a `strptime` format may read."""
    expression = re.escape(form)
    for code, digits in _CODES.items():
        expression = expression.replace(code, digits)
    return expression


def _plain_number(text: str) -> bool:
    """A number that no compact date can be: not 8, 12 or 14 digits beginning with 19 or 20."""
    if not _NUMBER.fullmatch(text):
        return False
    return not (len(text) in (8, 12, 14) and text.isdigit() and text[:2] in ("19", "20"))


def is_time(text: str) -> bool:
    """True where one cell alone reads as a date (with or without a time of day)."""
    return looks_like_iso(text) or bool(candidates(text))


def epoch_unit(cells: Sequence[str]) -> str | None:
    """'s', 'ms' or 'us' where all numbers lie between 1990 and 2100 in that unit, else None."""
    if not cells or not all(_NUMBER.fullmatch(c.strip()) for c in cells):
        return None
    numbers = [float(c) for c in cells]
    for unit in ("s", "ms", "us"):
        factor = EPOCH_FACTOR[unit]
        if all(_EPOCH_FROM <= x * factor < _EPOCH_TO for x in numbers):
            return unit
    return None


def guess_format(
    head: Sequence[str], tail: Sequence[str], column: str
) -> tuple[str | None, str | None] | None:
    """Format of a column and, where day and month could be swapped, how that was decided.

    Parameters
    ----------
    head, tail : non-empty cells from the beginning and the end of the file, in order.
    column : name of the column; 'MM/DD' in it is taken at its word.

    Returns
    -------
    (format, note) with format None for ISO 8601, or None where no format reads the cells.
    """
    cells = [*head, *tail]
    iso = sum(map(looks_like_iso, cells[:50]))
    if iso * 2 > len(cells[:50]):
        return None, None
    text = from_strings([c.strip() for c in cells])
    good: list[tuple[str, Times, Mask]] = []
    most = 0
    for form in dict.fromkeys(f for c in (*cells[:3], *cells[-3:]) for f in candidates(c)):
        us, ok = parse_format(text, form)
        good.append((form, us, ok))
        most = max(most, int(ok.sum()))
    good = [entry for entry in good if entry[2].sum() == most and most * 2 > len(cells)]
    if not good:
        return None
    if len(good) == 1:
        other = swapped(good[0][0])
        note = None
        if other is not None:
            note = f"time format {good[0][0]}: as {other} some rows would have no such date"
        return good[0][0], note
    return _choose(good, len(head), column)


def swapped(form: str) -> str | None:
    """The same format with day and month exchanged; None where the order is fixed."""
    if not re.match(r"%[dm][/-]%[dm]", form):
        return None
    return form.translate(str.maketrans("dm", "md"))


def _choose(good: list[tuple[str, Times, Mask]], head: int, column: str) -> tuple[str, str | None]:
    """Between formats that all read every cell: the name, then even steps, then day first."""
    forms = [form for form, _, _ in good]
    name = column.lower().replace(" ", "")
    for hint, start in (("mm/dd", "%m"), ("dd/mm", "%d"), ("mm-dd", "%m"), ("dd-mm", "%d")):
        named = [form for form in forms if hint in name and form.startswith(start)]
        if named:
            return named[0], f"time format {named[0]}: the column name says so"
    even = [_evenness(us[:head][ok[:head]]) for _, us, ok in good]
    best = max(range(len(good)), key=lambda k: even[k])
    if all(even[best] > e for k, e in enumerate(even) if k != best):
        return forms[best], f"time format {forms[best]}: only so are the steps regular"
    pick = next((f for f in forms if _DAY_FIRST.match(f)), forms[0])
    return pick, f"time format {pick}: day and month cannot be told apart, day first assumed"


def _evenness(us: Times) -> float:
    """Share of steps that equal the most frequent one, backward steps never counting."""
    steps = np.diff(us)
    if not len(steps):
        return 0.0
    values, counts = np.unique(steps, return_counts=True)
    return float(counts[values > 0].max(initial=0) / len(steps))


def parse_format(text: pa.Array, form: str) -> tuple[Times, Mask]:
    """Cells to local microseconds by a `strptime` format; rows that do not fit are not ok."""
    if "%f" in form or "%z" in form:
        return _parse_slowly(text, form)
    parsed = pc.strptime(text, format=form, unit="us", error_is_null=True)
    us, ok = _unpack(parsed)
    ok &= _day_exists(text, parsed, form)
    if not ok.all():
        us, ok = _read_midnight_24(text, form, us, ok)
    return us, ok


def _unpack(parsed: pa.Array) -> tuple[Times, Mask]:
    ok = np.asarray(parsed.is_valid())
    return parsed.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).copy(), ok.copy()


def _day_exists(text: pa.Array, parsed: pa.Array, form: str) -> Mask:
    """False for 31 April and the like, which the C library moves to the first days of May."""
    fine = np.ones(len(text), bool)
    doubtful = np.flatnonzero(np.asarray(pc.less_equal(pc.day(parsed), 3).fill_null(False)))
    if not len(doubtful):
        return fine
    pattern = re.escape(form)
    for code, expression in (
        ("%d", r"\s*(?P<day>\d{1,2})"), ("%Y", r"\d{4}"), ("%b", r"\w+"), ("%p", r"\w+"),
    ):  # fmt: skip
        pattern = pattern.replace(code, expression)
    pattern = re.sub(r"%[a-zA-Z]", r"\\s*\\d{1,2}", pattern)
    cells = text.take(pa.array(doubtful))
    day = pc.extract_regex(cells, pattern=f"^{pattern}$").field("day")
    same = pc.equal(pc.cast(day, pa.int64()), pc.day(parsed.take(pa.array(doubtful))))
    fine[doubtful] = np.asarray(same.fill_null(False))
    return fine


def _read_midnight_24(text: pa.Array, form: str, us: Times, ok: Mask) -> tuple[Times, Mask]:
    """'31.12.2024 24:00' is the midnight that ends that day."""
    rows = np.flatnonzero(~ok & np.asarray(pc.match_substring(text, "24:00").fill_null(False)))
    if len(rows):
        cells = pc.replace_substring(text.take(pa.array(rows)), "24:00", "00:00")
        parsed = pc.strptime(cells, format=form, unit="us", error_is_null=True)
        late, fine = _unpack(parsed)
        fine &= _day_exists(cells, parsed, form)
        us[rows] = late + DAY
        ok[rows] = fine
    return us, ok


def _parse_slowly(text: pa.Array, form: str) -> tuple[Times, Mask]:
    """Formats with fractions or offsets, cell by cell; with an offset the result is UTC."""
    us, ok = np.zeros(len(text), np.int64), np.zeros(len(text), bool)
    epoch = datetime(1970, 1, 1)
    for row, cell in enumerate(text.to_pylist()):
        try:
            found = datetime.strptime((cell or "").strip(), form)
        except ValueError:
            continue
        offset = found.utcoffset() or timedelta(0)
        us[row] = (found.replace(tzinfo=None) - offset - epoch) // timedelta(microseconds=1)
        ok[row] = True
    return us, ok


def parse_iso(text: pa.Array) -> tuple[Times, Mask, Mask]:
    """ISO 8601 cells in any of their dresses.

    Returns
    -------
    us : microseconds, UTC where the cell carries an offset, local otherwise.
    ok : cells that are a time stamp.
    aware : cells that carry an offset.
    """
    parts = pc.extract_regex(text, pattern=_ISO)
    clock = parts.field("clock")
    length = pc.utf8_length(clock)
    clock = pc.if_else(pc.equal(length, 0), "00:00:00", clock)
    short = pc.less(pc.fill_null(length, 0), 6)
    clock = pc.if_else(pc.and_(short, pc.greater(length, 0)), _join(clock, ":00"), clock)
    joined = pc.binary_join_element_wise(parts.field("date"), clock, " ")
    us, ok = parse_format(joined, "%Y-%m-%d %H:%M:%S")
    fraction = pc.utf8_slice_codeunits(
        pc.utf8_rpad(parts.field("fraction"), width=6, padding="0"), 0, 6
    )
    us += pc.fill_null(pc.cast(fraction, pa.int64()), 0).to_numpy(zero_copy_only=False)
    zone = pc.fill_null(parts.field("zone"), "")
    aware = np.asarray(pc.not_equal(zone, "")) & ok
    if aware.any():
        us -= _offsets(zone)
    return us, ok, aware


def _join(left: pa.Array, right: str) -> pa.Array:
    return pc.binary_join_element_wise(left, right, "")


def _offsets(zone: pa.Array) -> Times:
    """Offsets written as Z, +01, +0100 or +01:00 [µs]; distinct texts are few."""
    encoded = zone.dictionary_encode()
    sizes = []
    for text in encoded.dictionary.to_pylist():
        digits = text[1:].replace(":", "")
        if text[:1] not in ("+", "-"):
            sizes.append(0)
            continue
        size = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60 * SECOND
        sizes.append(-size if text[0] == "-" else size)
    table: NDArray[np.int64] = np.array(sizes, np.int64)
    offsets: Times = table[encoded.indices.to_numpy(zero_copy_only=False)]
    return offsets
