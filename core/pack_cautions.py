"""What is wrong with the readings of a battery's cells, found before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

from core.analytics.diagnosis import DAY_US
from core.packs import CellDays

MOST_STILL = 6  # cells named one by one


@dataclass(frozen=True)
class Caution:
    """One thing that whoever reads the figures must know.

    Attributes
    ----------
    key : ``still`` (readings repeated one value), ``still_now`` (and still do), ``still_more``.
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
    return _still(days, start, end)


def _still(days: CellDays, start: int, end: int) -> tuple[Caution, ...]:
    battery = days.battery
    mine = [one for one in battery.still if one.start < end and one.end > start]
    mine.sort(key=lambda one: (not one.lasting, -one.days, one.place))
    told = [
        Caution(
            "still_now" if one.lasting else "still",
            (battery.pack[one.place], battery.cell[one.place]), one.start, one.end,
            (("days", one.days),),
        )
        for one in mine[:MOST_STILL]
    ]  # fmt: skip
    if len(mine) > MOST_STILL:
        told.append(Caution("still_more", values=(("count", len(mine) - MOST_STILL),)))
    return tuple(told)
