"""Naive local time to UTC, by the order of rows where the clock alone cannot tell.

A wall clock shows one hour twice in autumn and skips one in spring. The offsets come from the zone
database; which pass of the repeated hour a row belongs to comes from the rows before it, so the
state is carried from batch to batch and from one run to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.zones import Transitions, transitions

Times = NDArray[np.int64]
Mask = NDArray[np.bool_]
Nonexistent = Literal["quarantine", "shift"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nearest_pass(local: datetime, zone: str, arrival: int) -> int:
    """Moment of a wall clock [µs UTC] that was told live, without rows before it.

    Of an hour that the clock shows twice it is the pass next to `arrival` [µs UTC]: what arrives
    was said a moment ago.
    """
    aware = local.replace(tzinfo=ZoneInfo(zone))
    passes = [(aware.replace(fold=fold) - _EPOCH) // timedelta(microseconds=1) for fold in (0, 1)]
    return min(passes, key=lambda ts: abs(ts - arrival))


@dataclass(frozen=True)
class PassState:
    """What the next row needs to know about the rows before it.

    Parameters
    ----------
    last : local time of the last row [µs], None before the first.
    step : last local time minus the one before [µs].
    second : local time of the row that began the second pass of a repeated hour [µs], None while
        in the first pass or outside.
    """

    last: int | None = None
    step: int | None = None
    second: int | None = None


@dataclass(frozen=True)
class ClockState:
    """State of a file's clock between batches; plain numbers, so it can be stored as JSON.

    Parameters
    ----------
    start : state of the times as they are used (interval starts, or plain time stamps).
    label : state of the labels, where these name the end of an interval.
    rows : rows with a time stamp so far (sources without a time column count on from here).
    """

    start: PassState = field(default_factory=PassState)
    label: PassState = field(default_factory=PassState)
    rows: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionary for JSON."""
        return {"start": vars(self.start), "label": vars(self.label), "rows": self.rows}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ClockState:
        """State from what `as_dict` gave."""
        return cls(
            start=PassState(**plain["start"]),
            label=PassState(**plain["label"]),
            rows=int(plain["rows"]),
        )


def _second_pass(
    local: Times, low: int, high: int, tail: int, rows: Times, state: PassState
) -> tuple[Times, PassState]:
    """For rows inside `[low, high + tail)`: local time at which the second pass began, or -1.

    The second pass begins at a step back inside the hour, or back into it from shortly after. A
    label that is merely repeated begins it only where the rows are as far apart as the hour is
    long: then the hour has one label, and it must occur twice.
    """
    width = high - low
    began = np.full(len(rows), -1, np.int64)
    second = state.second
    for position, row in enumerate(rows):
        now = int(local[row])
        last = int(local[row - 1]) if row else state.last
        if row == 0:
            step = state.step
        elif row == 1:
            step = None if state.last is None else int(local[0]) - state.last
        else:
            step = int(local[row - 1] - local[row - 2])
        if last is None or not low <= last < high + max(width, tail):
            second = None
        elif second is None and now < high:
            back = now < last or (now == last and (step is None or step >= width))
            second = now if back else None
        began[position] = -1 if second is None else second
    return began, PassState(state.last, state.step, second)


def _rows_between(local: Times, low: int, high: int, ordered: bool) -> Times:
    """Indices of the rows in `[low, high)`."""
    if ordered:
        first, last = np.searchsorted(local, (low, high))
        return np.arange(first, last)
    return np.flatnonzero((local >= low) & (local < high))


def _subtract_offset(local: Times, table: Transitions, ordered: bool) -> Times:
    """Local minus the offset in force, the first pass taken in a repeated hour."""
    if not ordered:
        scattered: Times = table.offset[np.searchsorted(table.boundary, local, side="right")]
        return local - scattered
    first, last = np.searchsorted(table.boundary, (local[0], local[-1]), side="right")
    utc: Times = local - table.offset[first]
    for k in range(first, last):
        utc[np.searchsorted(local, table.boundary[k]) :] -= table.offset[k + 1] - table.offset[k]
    return utc


def _localise(
    local: Times, table: Transitions, state: PassState, tail: int = 0
) -> tuple[Times, Mask | None, Times | None, PassState]:
    """UTC, mask of times that do not exist, start of the second pass per row or -1, new state.

    The masks are None where nothing is near a change, which is nearly always.
    """
    ordered = bool(np.all(local[1:] >= local[:-1]))
    least, most = (local[0], local[-1]) if ordered else (local.min(), local.max())
    utc = _subtract_offset(local, table, ordered)
    missing: Mask | None = None
    began: Times | None = None
    second: int | None = None
    first = int(np.searchsorted(table.high + tail, least, side="right"))
    for k in range(first, int(np.searchsorted(table.low, most, side="right"))):
        low, high = int(table.low[k]), int(table.high[k])
        rows = _rows_between(local, low, high + tail, ordered)
        if not len(rows):
            continue
        if not table.overlap[k]:
            missing = np.zeros(len(local), bool) if missing is None else missing
            missing[rows[local[rows] < high]] = True
            continue
        began = np.full(len(local), -1, np.int64) if began is None else began
        began[rows], entered = _second_pass(local, low, high, tail, rows, state)
        utc[rows] += np.where((began[rows] >= 0) & (local[rows] < high), high - low, 0)
        if rows[-1] == len(local) - 1:
            second = entered.second
    if len(local) > 1:
        step: int | None = int(local[-1] - local[-2])
    else:
        step = None if state.last is None else int(local[-1]) - state.last
    return utc, missing, began, PassState(int(local[-1]), step, second)


def to_utc(
    local_us: Times,
    zone: str,
    state: ClockState | None = None,
    nonexistent: Nonexistent = "quarantine",
    *,
    end_of_us: int = 0,
) -> tuple[Times, Mask, ClockState]:
    """Convert wall-clock times to UTC, in the order of the rows.

    Parameters
    ----------
    local_us : wall-clock times, shape (n,) [µs since 1970-01-01 00:00 local].
    zone : 'UTC', a fixed offset as '+01:00', or a name of the zone database.
    state : what an earlier batch returned.
    nonexistent : 'shift' moves times of the hour skipped in spring forward by the gap;
        'quarantine' marks them.
    end_of_us : length of the interval [µs] where the labels name its end; the result is its start.

    Returns
    -------
    utc : shape (n,) [µs]. In the repeated hour, rows before the step back are the first pass.
    bad : rows whose time does not exist, shape (n,). All False with 'shift'.
    state : for the next batch.

    Raises
    ------
    ConfigError : no such zone.

    Notes
    -----
    Meter exports write `local start + interval` as their end label, so the interval is taken off
    on the wall clock, before the zone. A file that labels the true end shows it at the change: a
    start that does not exist while its label does, or a repeated hour that begins with the
    label of its very first instant. There the label is converted and the interval taken off in UTC.
    """
    state = state or ClockState()
    table = transitions(zone)
    none = np.zeros(len(local_us), bool)
    if not len(local_us):
        return local_us, none, state
    wall = local_us - end_of_us if end_of_us else local_us
    utc, missing, _, start = _localise(wall, table, state.start)
    label = state.label
    if end_of_us and len(table.boundary):
        true_end, unlabelled, began, label = _localise(local_us, table, state.label, tail=end_of_us)
        take = none.copy()
        if missing is not None:
            take |= missing if unlabelled is None else missing & ~unlabelled
        if began is not None:
            # The second pass began less than one interval into the hour: a true end.
            k = np.searchsorted(table.boundary, np.maximum(began, 0), side="right")
            low = table.low[np.minimum(k, len(table.low) - 1)]
            take |= (began >= 0) & (began - end_of_us < low)
        utc = np.where(take, true_end - end_of_us, utc)
        missing = None if missing is None else missing & ~take
    bad = none if missing is None or nonexistent == "shift" else missing
    return utc, bad, ClockState(start, label, state.rows + len(local_us))
