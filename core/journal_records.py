"""What the journal keeps and tells beside its readings: devices, polls, events, backlog."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.readings import Quality
from core.rollup import Float, Int
from core.signals import Signal


class LiveFacts(NamedTuple):
    """Readings of one signal that are not in the pyramid yet; times [µs UTC].

    `rows`, `hours`, `first`, `last`, `low`, `high` are of the good ones; `bad` counts the others;
    `oldest` is when the first of all came in.
    """

    rows: int = 0
    bad: int = 0
    hours: frozenset[int] = frozenset()
    first: int = 2**62
    last: int = -(2**62)
    low: float = math.inf
    high: float = -math.inf
    oldest: int = 2**62

    def plus(self, other: LiveFacts) -> LiveFacts:
        """Of both together, which share no reading."""
        return LiveFacts(
            self.rows + other.rows, self.bad + other.bad, self.hours | other.hours,
            min(self.first, other.first), max(self.last, other.last),
            min(self.low, other.low), max(self.high, other.high),
            min(self.oldest, other.oldest),
        )  # fmt: skip


@dataclass(frozen=True)
class LiveDevice:
    """A device as it was described: its signals by name."""

    name: str
    group: str
    site: str
    synthetic: bool
    signals: Mapping[str, Signal]


@dataclass(frozen=True)
class Backlog:
    """What of a device is not in the pyramid yet.

    `oldest` is when the first of it came in [µs UTC]; `bytes` is about what it takes on disk.
    """

    device: str
    readings: int
    oldest: int | None
    bytes: int


@dataclass(frozen=True)
class DeviceState:
    """How collecting from a device goes; times [µs UTC], `latency_s` of the last poll."""

    device: str
    group: str
    site: str
    synthetic: bool
    polls: int
    errors: int
    last_poll: int | None
    last_good: int | None
    last_error: str
    last_error_at: int | None
    latency_s: float | None


@dataclass(frozen=True)
class Collected:
    """A device that a collector was told to ask or to listen to, or that another one feeds.

    Attributes
    ----------
    since : when that began [µs UTC].
    polls : attempts to ask it before then.
    hub : its messages are about other devices, which their addresses name.
    by : the device whose messages brought it; empty where the configuration names it.
    """

    since: int
    polls: int
    hub: bool = False
    by: str = ""


@dataclass(frozen=True)
class Tally:
    """Attempts to ask a device within the minute from `minute` on [µs UTC], and failed ones."""

    device: str
    minute: int
    polls: int
    errors: int


@dataclass(frozen=True)
class SitePlace:
    """Where a site of the collector's configuration is, as far as it says."""

    name: str
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened to a device, or to the collector where `device` is empty."""

    device: str
    at: int
    kind: str
    text: str


@dataclass(frozen=True)
class LastValue:
    """Newest reading of a signal, good or not, and the newest good one.

    `age_us` is how long ago the newest reading was [µs], by its own time stamp.
    """

    signal: Signal
    ts: int
    value: float
    quality: Quality
    age_us: int
    good_ts: int | None
    good_value: float | None


class Poll(NamedTuple):
    """An attempt to ask a device at a moment [µs UTC]; `error` says why it failed, None that it
    did not, and `latency_s` then how long it took."""

    device: str
    at: int
    latency_s: float | None
    error: str | None


class Unsettled(NamedTuple):
    """Readings in order of arrival; `signal` holds numbers, named by `Journal.signal_names`."""

    seq: Int
    signal: Int
    ts: Int
    value: Float
    quality: Int

    def picked(self, keep: np.ndarray) -> Unsettled:
        """The readings a mask or an index picks."""
        return Unsettled(
            self.seq[keep], self.signal[keep], self.ts[keep], self.value[keep], self.quality[keep]
        )
