"""A reading of a live device: signal, time, value, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Quality(IntEnum):
    """How good a reading is; only `GOOD` ones become part of the pyramid."""

    GOOD = 0
    STALE = 1  # the device's own clock has not moved on, or the reading is older than allowed
    OUT_OF_RANGE = 2  # outside the plausible range of its signal
    DECODE_ERROR = 3  # the bytes or the text are no value of the expected type
    NO_VALUE = 4  # the device says that it has none (its register holds the value that means so)
    CLOCK_AHEAD = 5  # the device's clock tells a time to come; the value may well be right


class Reading(NamedTuple):
    """One value of one signal.

    Attributes
    ----------
    signal : name in the store.
    ts : time [µs UTC], of the device's clock where it has one, else of the moment it was asked.
    value : in the signal's unit, scaled and signed; NaN of one that has none or could not be
        decoded.
    """

    signal: str
    ts: int
    value: float
    quality: Quality = Quality.GOOD


@dataclass(frozen=True)
class Batch:
    """Readings of one device that are kept together or not at all."""

    device: str
    readings: Sequence[Reading]
