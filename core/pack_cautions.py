"""What is wrong with the readings of a battery's cells, found before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics.cells import GLITCH_V, possible
from core.analytics.diagnosis import DAY_US
from core.cell_days import CellDays

# Counted capacity over the configured one: no battery holds a fifth more than it is rated, and one
# that holds less than 0.6 of it would have been exchanged.
LEAST_SHARE, MOST_SHARE = 0.6, 1.2
LEAST_INSIDE = 0.8  # of the highest voltages on days of complete charges
MOST_STILL = 6  # cells named one by one


@dataclass(frozen=True)
class Caution:
    """One thing that whoever reads the figures must know.

    Attributes
    ----------
    key : ``still`` (readings repeated one value), ``still_now`` (and still do), ``still_more``;
        ``turned`` (sign of the current), ``clock`` (of the cells), ``dead`` (current reads zero),
        ``capacity`` (configured one cannot be); ``glitch`` (values no cell can have), ``outside``
        (SAT values outside the window of the chemistry).
    cell : pack and cell, or None. start, end : when [µs UTC], None if always.
    values : figures of the sentence.
    """

    key: str
    cell: tuple[int, int] | None = None
    start: int | None = None
    end: int | None = None
    values: tuple[tuple[str, float], ...] = ()


def cautions(days: CellDays) -> tuple[Caution, ...]:
    """What the figures of a window leave out, or doubt."""
    if not len(days.ts):
        return ()
    start, end = int(days.ts[0]), int(days.ts[-1]) + DAY_US
    return (*_current(days, start, end), *_voltages(days), *_still(days, start, end))


def _voltages(days: CellDays) -> tuple[Caution, ...]:
    """Highest voltages that no cell can have, and those that the window of SAT leaves out."""
    limits, told = days.battery.chemistry, []
    sat = possible(days.sat, limits)
    glitched = np.isfinite(days.sat) & ~np.isfinite(sat)
    if glitched.any():
        figures = (
            ("days", int(glitched.any(axis=1).sum())), ("count", int(glitched.sum())),
            ("high", round(limits.v_max + GLITCH_V, 2)),
        )  # fmt: skip
        told.append(Caution("glitch", values=figures))
    known = np.isfinite(sat[days.charges.complete])
    inside = np.isfinite(days.valid[days.charges.complete])[known]
    if len(inside) and inside.mean() < LEAST_INSIDE:
        told.append(
            Caution(
                "outside",
                values=(
                    ("share", round(100 * float(inside.mean()))), ("low", limits.sat_low),
                    ("high", limits.sat_high),
                ),
            )
        )  # fmt: skip
    return tuple(told)


def _current(days: CellDays, start: int, end: int) -> tuple[Caution, ...]:
    """What the current says against state of charge, cells and the configured capacity."""
    battery, told = days.battery, []
    for string in battery.strings:
        told += [
            Caution(one.kind, None, max(one.start, start), min(one.end, end))
            for one in string.doubts
            if one.start < end and one.end > start
        ]
        share = string.counted_ah / battery.capacity_ah
        if string.dead:
            told.append(Caution("dead"))
        elif battery.capacity_from == "fact" and (share < LEAST_SHARE or share > MOST_SHARE):
            figures = (("told", battery.capacity_ah), ("counted", round(string.counted_ah)))
            told.append(Caution("capacity", values=figures))
    return tuple(told)


def _still(days: CellDays, start: int, end: int) -> tuple[Caution, ...]:
    battery = days.battery
    mine = [one for one in battery.still if one.start < end and one.end > start]
    mine.sort(key=lambda one: (not one.lasting, -one.days, one.place))
    told = [
        Caution(
            "still_now" if one.lasting else "still" if one.days > 1 else "still_day",
            (battery.pack[one.place], battery.cell[one.place]), one.start, one.end,
            (("days", one.days),),
        )
        for one in mine[:MOST_STILL]
    ]  # fmt: skip
    if len(mine) > MOST_STILL:
        told.append(Caution("still_more", values=(("count", len(mine) - MOST_STILL),)))
    return tuple(told)
