"""Values and times out of the text that brokers and web servers send: JSON or bare numbers.

A path names a value inside a JSON document: names joined by dots, ``[2]`` for an element of a list
(``[-1]`` for the last), ``["any name"]`` for a name with dots or brackets in it. A leading ``$`` is
allowed; an empty path is the whole document, which may be a bare number or a word.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic import Field, field_validator

from core.readings import Batch, Quality, Reading
from core.signals import load_catalogue
from ingest.checks import checked_name
from ingest.clock import nearest_pass
from ingest.devices import DeviceSpec, Point

LOG = logging.getLogger(__name__)
MOST_BYTES = 1 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Nanoseconds of one unit of a time that is told as a number.
EPOCH_UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
FIRST_US, LAST_US = 631_152_000_000_000, 4_102_444_800_000_000  # 1990 .. 2100

_STEP = re.compile(
    r"""(?:^|\.)(?P<name>[^.\[\]"'$\s][^.\[\]"']*)"""
    r"""|\[(?P<index>-?\d{1,9})\]"""
    r"""|\[(?P<quote>["'])(?P<quoted>.*?)(?P=quote)\]"""
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")

Steps = tuple[str | int, ...]


class Absent(LookupError):
    """A document has nothing at a path."""


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Steps:
    """Names and positions that lead to a value.

    Raises
    ------
    ValueError : the path cannot be; tells where.
    """
    text = path.removeprefix("$")
    if text.startswith(".") and text != path:
        text = text[1:]
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (at == 0 and text.startswith(".")):
            raise ValueError(f"path {path!r} cannot be read from {text[at:]!r} on")
        if found["index"] is not None:
            steps.append(int(found["index"]))
        else:
            steps.append(found["name"] if found["name"] is not None else found["quoted"])
        at = found.end()
    return tuple(steps)


def checked_path(path: str) -> str:
    """The path, for a validator; names of `each` in braces may stand in it.

    Raises
    ------
    ValueError : the path cannot be.
    """
    parse_path(re.sub(r"\{\w+\}", "1", path))
    return path


def find(document: Any, path: str) -> Any:
    """The value at a path.

    Raises
    ------
    Absent : there is none.
    """
    value = document
    for step in parse_path(path):
        inside: Any = dict if isinstance(step, str) else list
        if not isinstance(value, inside):
            raise Absent(f"nothing at {path!r}")
        try:
            value = value[step]
        except LookupError as error:
            raise Absent(f"nothing at {path!r}") from error
    return value


class PayloadPoint(Point):
    """A point that is found in a document.

    Attributes
    ----------
    path : where, see the module.
    texts : words that stand for numbers, ``{ on = 1, off = 0 }``. Without them a number in quotes
        is that number, and true and false are 1 and 0 of a state; what is measured is never true.
    optional : a document may do without it: what is told by a broker then gives no reading, what
        is asked gives one without a value. Otherwise its absence is a decode error.
    """

    path: str = ""
    texts: dict[str, float] = Field(default_factory=dict)
    optional: bool = False

    _path = field_validator("path")(checked_path)

    def found_in(self, document: Any, ts: int) -> Reading | None:
        """Its reading; None where it may be absent and is."""
        try:
            value = find(document, self.path)
        except Absent:
            return None if self.optional else self.reading(None, ts)
        if value is None:
            return Reading(self.signal, ts, math.nan, Quality.NO_VALUE)
        if isinstance(value, bool) and not self._says_true_or_false(value):
            return self.reading(None, ts)
        return self.reading(as_number(value, self.texts), ts)

    def _says_true_or_false(self, value: bool) -> bool:
        """Whether this point is for a truth: a state. What is measured is a number."""
        if str(value).lower() in self.texts:
            return True
        bare = not self.quantity and not self.unit
        kind = load_catalogue().describe(self.signal).kind if bare else self.kind
        return "state" in (kind, self.kind)


def as_number(value: Any, texts: dict[str, float]) -> float | None:
    """The number that a value of a document stands for; None where it stands for none."""
    if isinstance(value, str):
        word = value.strip()
        if word in texts:
            return texts[word]
        return float(word) if _NUMBER.fullmatch(word) else None
    if isinstance(value, bool) and str(value).lower() in texts:
        return texts[str(value).lower()]
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            return None
    return None


def read_document(payload: bytes, bare: bool = False) -> Any:
    """JSON as Python has it.

    Parameters
    ----------
    bare : a text that is no JSON, a word, is taken as it is.

    Raises
    ------
    ValueError : it is too long, nested too deep, no text or no JSON.
    """
    if len(payload) > MOST_BYTES:
        raise ValueError(f"{len(payload)} bytes are more than {MOST_BYTES}")
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    except ValueError as error:
        if bare:
            return text
        raise ValueError("is no JSON") from error


# --- time ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """Where a document tells its time, and how.

    Attributes
    ----------
    path : of the time; None where the moment of arrival is taken.
    form : ``iso``, a number of ``s``, ``ms``, ``us`` or ``ns`` since 1970, or as in `strptime`.
    zone : of a time that tells none.
    """

    path: str | None
    form: str = "iso"
    zone: str = "UTC"

    def at(self, document: Any, arrival: int) -> int:
        """Time of a document [µs UTC].

        Parameters
        ----------
        arrival : of the document [µs UTC].

        Raises
        ------
        ValueError : it tells none, or one that cannot be.
        """
        if self.path is None:
            return arrival
        try:
            told = find(document, self.path)
        except Absent as error:
            raise ValueError(f"tells no time: {error}") from error
        ts = _instant(told, self.form, self.zone, arrival)
        if not FIRST_US <= ts < LAST_US:
            raise ValueError(f"time {told!r} is not between 1990 and 2100")
        return ts


def checked_form(form: str) -> str:
    """A format of time, for a validator.

    Raises
    ------
    ValueError : it is none.
    """
    if form == "iso" or form in EPOCH_UNITS:
        return form
    day = ("%d", "%j", "%x", "%c")
    if not any(code in form for code in day):
        raise ValueError(f"is {form!r}, not iso, s, ms, us, ns or a format with date and time")
    return form


def _instant(told: Any, form: str, zone: str, arrival: int) -> int:
    if form in EPOCH_UNITS:
        if isinstance(told, int) and not isinstance(told, bool):
            return told * EPOCH_UNITS[form] // 1000
        number = as_number(told, {})
        us = math.nan if number is None else number * EPOCH_UNITS[form] / 1000
        if not math.isfinite(us):
            raise ValueError(f"time {told!r} is no number")
        return round(us)
    if not isinstance(told, str):
        raise ValueError(f"time {told!r} is no text")
    text = told.strip()
    moment = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
    if moment.tzinfo is not None:
        return (moment - EPOCH) // timedelta(microseconds=1)
    return nearest_pass(moment, zone, arrival)


# --- messages of brokers ------------------------------------------------------------------------


@dataclass(frozen=True)
class Decoded:
    """What a message says: readings of a device, and why it is of no use where it is of none."""

    batch: Batch
    refused: str = ""


class Decoder:
    """Readings from the messages of a broker; those of no use are counted by device and reason.

    Parameters
    ----------
    separator : between the levels of an address.
    device_from : level of the address that names the device, 1 for the first; None where all
        messages belong to `device`.
    """

    def __init__(
        self, device: DeviceSpec, clock: Clock, separator: str, device_from: int | None
    ) -> None:
        self._device, self._clock = device, clock
        self._separator, self._level = separator, device_from
        self.refused: Counter[tuple[str, str]] = Counter()

    def decode(
        self, address: str, payload: bytes, points: Sequence[PayloadPoint], arrival: int,
        told_us: int | None = None,
    ) -> Decoded:  # fmt: skip
        """Readings of one message.

        Parameters
        ----------
        points : those that this address is for.
        arrival : of the message [µs UTC].
        told_us : time that the broker tells beside the message, before any in the document.
        """
        name, ts = self._device.name, arrival
        document: Any = None
        reason = "no point is for it" if not points else ""
        detail = ""
        try:
            stage = "no device"
            name = self._named(address)
            stage = "no JSON"
            document = read_document(payload, self._clock.path is None)
            stage = "no time"
            ts = self._clock.at(document, arrival) if told_us is None else told_us
        except ValueError as error:
            reason, detail = stage, str(error)
            readings = [point.reading(None, arrival) for point in points]
        else:
            found = [point.found_in(document, ts) for point in points]
            readings = [one for one in found if one is not None]
            if readings and all(one.quality is Quality.DECODE_ERROR for one in readings):
                reason = "no value"
        if reason:
            self._refuse(name, reason, f"{address}: {detail or payload[:80]!r}")
        return Decoded(Batch(name, readings), reason)

    def _named(self, address: str) -> str:
        """Device that an address names."""
        if self._level is None:
            return self._device.name
        levels = address.split(self._separator)
        name = levels[self._level - 1].strip() if self._level <= len(levels) else ""
        try:
            return checked_name(name)
        except ValueError as error:
            raise ValueError(f"level {self._level} names no device") from error

    def _refuse(self, name: str, reason: str, detail: str) -> None:
        self.refused[name, reason] += 1
        if self.refused[name, reason] == 1:  # a source that goes on would fill the log
            told = {"device": name, "why": reason, "detail": detail}
            LOG.warning("message refused", extra=told)


def merged(batches: Sequence[Batch]) -> list[Batch]:
    """One batch per device, the readings in the order they came."""
    found: dict[str, list[Reading]] = {}
    for batch in batches:
        found.setdefault(batch.device, []).extend(batch.readings)
    return [Batch(device, readings) for device, readings in found.items() if readings]
