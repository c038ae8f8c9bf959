"""Why a device could not be asked: a key and facts, so that a page can say it in its language.

Logs and commands say it in English, by the words here; the journal keeps both beside each other.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import EHOSTUNREACH, ENETUNREACH
from typing import TypeVar

from core.errors import DeviceError

# What stands after the place. `{detail}` are words of a library, a device or a broker, as they are.
REASONS: dict[str, str] = {
    "not_open": "not open",
    "not_connected": "not connected",
    "no_connection": "no connection",
    "lost": "connection lost",
    "ended": "connection ended: {detail}",
    "refused": "connection refused; nothing listens there",
    "no_route": "no way there in the network",
    "unknown_host": "no such host",
    "certificate": "certificate not believed: {detail}",
    "detail": "{detail}",
    "no_answer": "no answer in time",
    "within": "nothing within {seconds} s",
    "not_found": "no such device answers",
    "refuses": "refuses: {detail}",
    "refuses_topic": "refuses topic {topic}: {detail}",
    "queue_deleted": "the queue was deleted",
    "http": "HTTP status {code} {detail}",
    "status": "status {code} {detail}",
    "no_status": "the answer has no status",
    "too_long": "more than {count} bytes",
    "count": "{found} values for {asked}",
    "garbled": "what came is no answer: {detail}",
    "checksum": "telegrams with wrong checksums",
    "no_telegram": "no telegram that can be read",
    "no_dataset": "block {block} has no data set",
    "no_sunspec": "no SunSpec device: no mark at {addresses}",
    "chain": "the chain of models does not end",
    "no_models": "none of the values; it has models {models}",
    "modbus_function": "answer of function {code}",
    "modbus_1": "illegal function (exception 1)",
    "modbus_2": "illegal data address (exception 2)",
    "modbus_3": "illegal data value (exception 3)",
    "modbus_4": "device failure (exception 4)",
    "modbus_5": "accepted, not done yet (exception 5)",
    "modbus_6": "device busy (exception 6)",
    "modbus_7": "not done (exception 7)",
    "modbus_8": "memory parity error (exception 8)",
    "modbus_10": "gateway has no path to the device (exception 10)",
    "modbus_11": "device behind the gateway does not answer (exception 11)",
    "modbus_other": "unknown exception (exception {code})",
}
_MARK = "\x1f"
_Kind = TypeVar("_Kind", bound=DeviceError)


def because(kind: type[_Kind], place: str, key: str, **facts: str | float) -> _Kind:
    """The error of a device, with what a page needs to say it.

    Parameters
    ----------
    place : address of the device, and what was asked of it.
    key : one of `REASONS`; `facts` are what it names.
    """
    told = {name: f"{one:g}" if isinstance(one, float) else str(one) for name, one in facts.items()}
    why = REASONS[key].format(**told).strip()
    error = kind(f"{place}: {why}" if place else why)
    error.place, error.key, error.facts = place, key, told
    return error


def of_os(kind: type[_Kind], place: str, error: BaseException) -> _Kind:
    """The error of a device that the operating system or a library of connections told."""
    cause: BaseException | None = error
    seen: set[int] = set()  # libraries raise what they caught: causes may lead back to themselves
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, ConnectionRefusedError):
            return because(kind, place, "refused")
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return because(kind, place, "lost")
        if isinstance(cause, socket.gaierror):
            return because(kind, place, "unknown_host")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return because(kind, place, "certificate", detail=cause.verify_message)
        if isinstance(cause, OSError) and cause.errno in (EHOSTUNREACH, ENETUNREACH):
            return because(kind, place, "no_route")
        cause = cause.__cause__ or cause.__context__
    return because(kind, place, "detail", detail=str(error) or type(error).__name__)


@dataclass(frozen=True)
class Failure:
    """An error of a device as the journal keeps it.

    Attributes
    ----------
    kind : name of the error's class; empty where none was kept.
    text : what it said, in English.
    place, key, facts : as in `because`; `key` is empty where the error has none.
    """

    kind: str
    text: str
    place: str = ""
    key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def english(self) -> str:
        """One line for a log or a table."""
        return f"{self.kind}: {self.text}" if self.kind else self.text


def kept(error: DeviceError) -> str:
    """The text by which the journal keeps an error."""
    told = f"{type(error).__name__}: {error}"
    if not error.key:
        return told
    return f"{told}{_MARK}{json.dumps([error.place, error.key, dict(error.facts)])}"


def parse_kept(text: str) -> Failure:
    """What the journal has kept; a text without facts is taken as it is."""
    told, _, rest = text.partition(_MARK)
    kind, separator, why = told.partition(": ")
    if not separator:
        kind, why = "", told
    if not rest:
        return Failure(kind, why)
    place, key, facts = json.loads(rest)
    return Failure(kind, why, place, key, facts)
