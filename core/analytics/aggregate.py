"""Several devices as one: sum, mean, least and greatest on a common grid, and who is missing.

A device without a value is missing, never zero. A sum over some of the devices is a number, but
not the number that was asked for: it is given only where as many devices as wanted have a value,
and every row says how many had.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics.compare import How, align
from core.analytics.quality import Float, Int
from core.errors import QueryError
from core.signals import canonical_unit

Over = Literal["sum", "mean", "min", "max"]


@dataclass(frozen=True)
class Aggregate:
    """Several devices on one grid.

    Attributes
    ----------
    unit : canonical unit of all values.
    frame : indexed by the start of the cells `ts` [µs]; `value` [unit], NaN where fewer than
        `least` devices have one; `present` devices with a value; one column per device.
    devices : names, in the order of the columns.
    least : devices that a row needs.
    coverage_ratio : by device, the share of the cells in which it has a value.
    how, over : how readings became cells, and cells of devices one value.
    """

    unit: str
    frame: pd.DataFrame
    devices: tuple[str, ...]
    least: int
    coverage_ratio: dict[str, float]
    how: How
    over: Over

    def missing(self) -> dict[str, int]:
        """Cells in which a device has no value, for the devices that have any such."""
        absent = self.frame[list(self.devices)].isna().sum()
        return {str(name): int(count) for name, count in absent.items() if count}


def aggregate(
    series: Mapping[str, tuple[Int, Float]],
    units: Mapping[str, str],
    step_us: int,
    start: int,
    end: int,
    *,
    over: Over = "sum",
    how: How = "mean",
    least: int | None = None,
) -> Aggregate:
    """Readings of several devices, in one unit, on one grid, as one series.

    Parameters
    ----------
    series : device -> (ts int64[n] sorted [µs], value float64[n] [its unit]).
    units : device -> unit of its values.
    step_us, start, end, how : the grid, as in `core.analytics.compare.align`.
    over : what is made of the devices of a cell.
    least : devices that must have a value; all of them where None.

    Raises
    ------
    QueryError : no device, or units that do not fit together, or `least` out of 1..devices.
    BadWindow : as `align`.
    """
    if not series:
        raise QueryError("no device to aggregate")
    found = {name: canonical_unit(units[name]) for name in series}
    kinds = sorted({unit for unit, _ in found.values()})
    if len(kinds) > 1:
        raise QueryError(f"units {' and '.join(kinds)} do not add up")
    wanted = len(series) if least is None else least
    if not 1 <= wanted <= len(series):
        raise QueryError(f"at least {wanted} of {len(series)} devices cannot be")
    scaled = {name: (ts, value * found[name][1]) for name, (ts, value) in series.items()}
    frame = align(scaled, step_us, start, end, how)
    coverage: dict[str, float] = frame.attrs["coverage_ratio"]
    names = tuple(series)
    values = frame.to_numpy(dtype=np.float64)
    present = np.isfinite(values).sum(axis=1)
    rows = getattr(frame, over)(axis=1, skipna=True)
    result = frame.copy()
    result.attrs = {}
    result.insert(0, "value", rows.where(present >= wanted))
    result.insert(1, "present", present)
    return Aggregate(kinds[0], result, names, wanted, coverage, how, over)


def by_group(found: Aggregate, group_of: Mapping[str, str]) -> pd.DataFrame:
    """The same over the devices of each group (site), with a column per group.

    A group has a value only where all its devices have one.
    """
    columns = {}
    for group in dict.fromkeys(group_of[name] for name in found.devices):
        own = found.frame[[name for name in found.devices if group_of[name] == group]]
        columns[group] = getattr(own, found.over)(axis=1, skipna=False)
    return pd.DataFrame(columns, index=found.frame.index)
