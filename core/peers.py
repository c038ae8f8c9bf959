"""Strings, packs and cells of a device side by side at one moment, and how far each is off.

Peers are signals of one quantity and unit whose names differ in their numbers alone: the string
currents of an inverter, the cells of a pack. They are compared at the same moment only: a reading
that is not close to it in time is missing, not zero and not what it was before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.journal_records import LastValue
from core.levels import SECOND
from core.signals import Signal

NEAR_US = 5 * SECOND
FIRST = ("cell_voltage", "pv_string_current", "pv_string_power", "pv_dc_current", "pv_power")
LEAST_PEERS = 3  # of two, nobody can say which one is off
# Words for a part of which a device has several, and phases, which nobody expects to be alike.
_PART = re.compile(r"(?:string|module|mppt|tracker|rack|inv|pack|cell)_?\d", re.IGNORECASE)
_PHASE = re.compile(r"(?:^|_)l[123](?:$|_|n)|phase", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Peers:
    """Signals of one quantity by row (pack, inverter) and column (cell, string).

    Attributes
    ----------
    name : what the names have in common, ``string#_current``.
    rows : labels of the rows; a single empty one where the names differ in one number.
    columns : numbers of the columns, ascending.
    signals : name of the signal by row and column, empty where there is none.
    """

    name: str
    quantity: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[int, ...]
    signals: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Moment:
    """Peers at one moment.

    Attributes
    ----------
    ts : the moment: the newest good reading of any of them [µs UTC]; None without any.
    values : float64[row, column] [unit]; NaN where there is no good reading near the moment.
    deviation : float64[row, column], value less the median of its peers; NaN where fewer than
        three have a value. Peers are the cells of a pack, or all strings of a device.
    median : float64[row] [unit].
    age_us : float64[row, column], how long before the moment the newest good reading was taken
        [µs]; NaN without any, or where there is no such signal.
    """

    ts: int | None
    values: np.ndarray
    deviation: np.ndarray
    median: np.ndarray
    age_us: np.ndarray

    @property
    def missing(self) -> int:
        """Signals with no good reading near the moment, those that never had one included."""
        return int(np.isnan(self.values).sum())


def find_peers(values: Sequence[LastValue]) -> list[Peers]:
    """Groups of at least three peers of a device: what tells most first, then by name."""
    groups: dict[tuple[str, str, str], list[tuple[tuple[int, ...], str]]] = {}
    for one in values:
        signal = one.signal
        numbers = tuple(int(text) for text in _NUMBER.findall(signal.name))
        if not numbers or signal.kind != "analog" or not _is_part(signal):
            continue
        key = (_NUMBER.sub("#", signal.name), signal.quantity, signal.unit)
        groups.setdefault(key, []).append((numbers, signal.name))
    found = []
    for name, quantity, unit in sorted(groups, key=lambda key: (_rank(key[1]), key)):
        members = groups[name, quantity, unit]
        if len(members) >= LEAST_PEERS:
            found.append(_laid(name, quantity, unit, members))
    return found


def _rank(quantity: str) -> int:
    return FIRST.index(quantity) if quantity in FIRST else len(FIRST)


def _is_part(signal: Signal) -> bool:
    """Whether a signal is of one of several equal parts of its device."""
    if signal.pack is not None or signal.cell is not None:
        return True
    of_parts = signal.quantity.startswith("pv_") or _PART.search(signal.name)
    return bool(of_parts) and not _PHASE.search(signal.name)


def _laid(
    name: str, quantity: str, unit: str, members: Sequence[tuple[tuple[int, ...], str]]
) -> Peers:
    """Rows and columns by the numbers that differ; the last of them is the column."""
    count = len(members[0][0])
    varying = [i for i in range(count) if len({numbers[i] for numbers, _ in members}) > 1]
    places = {
        (tuple(numbers[i] for i in varying[:-1]), numbers[varying[-1]]): signal
        for numbers, signal in members
    }
    rows = sorted({row for row, _ in places})
    columns = sorted({column for _, column in places})
    # Numbers that are the same in all names say which device or battery it is.
    common = iter(str(n) if i not in varying else "#" for i, n in enumerate(members[0][0]))
    return Peers(
        re.sub("#", lambda _: next(common), name), quantity, unit,
        tuple(".".join(str(n) for n in row) for row in rows), tuple(columns),
        tuple(tuple(places.get((row, column), "") for column in columns) for row in rows),
    )  # fmt: skip


def at_moment(
    peers: Peers, values: Sequence[LastValue], *, by_row: bool | None = None,
    near_us: int = NEAR_US,
) -> Moment:  # fmt: skip
    """The peers at the time of the newest good reading of any of them.

    Parameters
    ----------
    by_row : whether the peers of a signal are those of its row; None: where rows are packs with
        cells, or have at least three columns.
    near_us : how far before the moment a reading may be and still belong to it [µs].
    """
    newest = {
        one.signal.name: (one.good_ts, one.good_value)
        for one in values
        if one.good_ts is not None and one.good_value is not None
    }
    shape = (len(peers.rows), len(peers.columns))
    ts = np.full(shape, np.nan)
    value = np.full(shape, np.nan)
    for i, row in enumerate(peers.signals):
        for j, name in enumerate(row):
            if name in newest:
                ts[i, j], value[i, j] = newest[name]
    nothing = np.full(shape, np.nan)
    if not np.isfinite(ts).any():
        return Moment(None, nothing, nothing, np.full(shape[0], np.nan), nothing)
    moment = float(np.nanmax(ts))
    value[~(moment - ts <= near_us)] = np.nan
    apart = (shape[0] > 1 and shape[1] >= LEAST_PEERS) if by_row is None else by_row
    groups = [value[i : i + 1] for i in range(shape[0])] if apart else [value] * shape[0]
    median = np.array([_median(group) for group in groups])
    return Moment(int(moment), value, value - median[:, None], median, moment - ts)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) >= LEAST_PEERS else np.nan


def missing_signals(peers: Peers, moment: Moment) -> list[str]:
    """Names of the signals that are missing at the moment."""
    return [
        name
        for row, found in zip(peers.signals, moment.values, strict=True)
        for name, value in zip(row, found, strict=True)
        if name and np.isnan(value)
    ]
