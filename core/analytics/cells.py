"""SAT voltage of cells: which days count, what a cell is measured against, who stands apart.

SAT (saturation) voltage is the highest voltage of a cell in a day's charge. It says where a cell
stands at the end of charge, which depends on who trips the cut-off, on the end current, on balance
and on temperature; it is no state of health. See docs/methods.md, "SAT voltage".

Matrices are [day, cell] with a flat cell axis; NaN is no value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analytics.chemistry import Chemistry
from core.analytics.quality import Bool, Float, Int
from core.analytics.regimes import relative_to
from core.analytics.trend import middle

BASELINE_DAYS = 30
# A state of charge this high in a day says that the charge was complete.
FULL_SOC = 0.985
GLITCH_V = 0.1  # over the highest voltage of the chemistry: no cell has that


@dataclass(frozen=True)
class Charges:
    """Whether each day's charge was complete, and how that is known.

    Parameters
    ----------
    complete : [day]. reason : why not, else empty [day]: ``no_data``, ``no_charge``, ``soc_low``,
        ``voltage_low``, ``voltage_high`` (nothing is left without what no cell can have). by :
        ``soc`` or ``voltage``.
    """

    complete: Bool
    reason: NDArray[np.str_]
    by: str


def possible(sat: Float, chemistry: Chemistry) -> Float:
    """Values without those over what a cell of the chemistry can have: v_max + 0.1 V."""
    with np.errstate(invalid="ignore"):
        return np.where(sat > chemistry.v_max + GLITCH_V, np.nan, sat)


def judge_charges(
    sat: Float,
    chemistry: Chemistry,
    soc_highest: Float | None = None,
    charged: Bool | None = None,
) -> Charges:
    """Say for each day whether the charge was complete.

    Parameters
    ----------
    sat : highest voltage of each cell on each day [day, cell], V.
    soc_highest : highest state of charge of each day [day], 0..1; days without one, or all
        without the argument, are judged by voltage: the highest cell lies inside the window of the
        chemistry. That lets a charge pass that ended on the plateau; only the SOC can tell.
    charged : days on which a current flowed in [day]; on the others the battery may stand full, but
        ended no charge, and what its cells show is a voltage at rest.
    """
    read = np.isfinite(sat).sum(axis=1) >= max(1, sat.shape[1] // 2)
    # A single reading that no cell can have says nothing of the charge; what remains does.
    all_of_them, sat = sat, possible(sat, chemistry)
    glitched = (np.isfinite(all_of_them) & ~np.isfinite(sat)).any(axis=1)
    seen = np.isfinite(sat).any(axis=1) & read
    with np.errstate(invalid="ignore"):
        top = np.where(seen, np.max(np.where(np.isfinite(sat), sat, -np.inf), axis=1), np.nan)
        inside = top >= chemistry.sat_low
        by_voltage = seen & inside & ~glitched  # here voltage is all there is to go by
        soc = np.full(len(sat), np.nan) if soc_highest is None else soc_highest
        known, by_soc = np.isfinite(soc), seen & inside & (soc >= FULL_SOC)
    idle = np.zeros(len(sat), bool) if charged is None else ~charged
    complete = np.where(known, by_soc, by_voltage) & ~idle
    reason = np.full(len(sat), "", dtype="<U12")
    reason[~complete] = "voltage_low"
    reason[~complete & known] = "soc_low"
    reason[idle] = "no_charge"
    reason[~seen] = "voltage_high"
    reason[~read] = "no_data"
    return Charges(complete, reason, "soc" if known.any() else "voltage")


def valid_sat(sat: Float, complete: Bool, chemistry: Chemistry) -> Float:
    """`sat` where the charge was complete and the value inside the chemistry's window, else NaN."""
    with np.errstate(invalid="ignore"):
        inside = (sat >= chemistry.sat_low) & (sat <= chemistry.sat_high)
    return np.where(complete[:, None] & inside, sat, np.nan)


def baseline(sat: Float, days: int = BASELINE_DAYS) -> Float:
    """Median of each cell's first `days` valid values [cell], V; NaN where it has none.

    A first day alone would do: a first day at 3.35 V makes all that follow "102 %".
    """
    first = np.cumsum(np.isfinite(sat), axis=0) <= days
    return middle(np.where(first, sat, np.nan))


def sat_table(day: Int, sat: Float, pack: Int, cell: Int, recent_days: int = 30) -> pd.DataFrame:
    """One row a cell, from valid values.

    Parameters
    ----------
    day : number of each local day, ascending [day].

    Returns
    -------
    pack, cell, n (valid days), baseline_v, recent_v (median of the last `recent_days` days),
    recent_pct (of the baseline), relative_mv (recent, against the pack's median),
    change_mv (of that since the baseline), rank (1 = furthest below its pack).
    """
    base = baseline(sat)
    late = day > (day[-1] if len(day) else 0) - recent_days
    recent = middle(sat[late])
    away, _ = relative_to(sat, pack)
    relative = middle(away[late]) * 1000
    first = np.cumsum(np.isfinite(away), axis=0) <= BASELINE_DAYS
    before = middle(np.where(first, away, np.nan)) * 1000
    frame = pd.DataFrame(
        {
            "pack": pack,
            "cell": cell,
            "n": np.isfinite(sat).sum(axis=0),
            "baseline_v": base,
            "recent_v": recent,
            "recent_pct": 100 * recent / base,
            "relative_mv": relative,
            "change_mv": relative - before,
        }
    )
    frame["rank"] = frame["relative_mv"].rank(method="min").astype("Int64")
    return frame


def pack_table(table: pd.DataFrame) -> pd.DataFrame:
    """One row a pack from `sat_table`.

    Returns
    -------
    pack, cells, median_v, spread_mv (highest less lowest cell), sigma_mv (robust), weakest_cell,
    weakest_mv, strongest_cell, strongest_mv.
    """
    rows = []
    for pack, mine in table.groupby("pack"):
        known = mine.dropna(subset=["recent_v"])
        row: dict[str, object] = {"pack": pack, "cells": len(mine)}
        if len(known):
            low, high = known["relative_mv"].idxmin(), known["relative_mv"].idxmax()
            away = (known["relative_mv"] - known["relative_mv"].median()).abs()
            row |= {
                "median_v": known["recent_v"].median(),
                "spread_mv": 1000 * float(np.ptp(known["recent_v"])),
                "sigma_mv": 1.4826 * float(away.median()),
                "weakest_cell": known.at[low, "cell"],
                "weakest_mv": known.at[low, "relative_mv"],
                "strongest_cell": known.at[high, "cell"],
                "strongest_mv": known.at[high, "relative_mv"],
            }
        rows.append(row)
    columns = [
        "pack", "cells", "median_v", "spread_mv", "sigma_mv",
        "weakest_cell", "weakest_mv", "strongest_cell", "strongest_mv",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def limiting_cells(values: Float, days: Bool, *, lowest: bool) -> Float:
    """Share of `days` on which each cell was the lowest (or highest) of all [cell], 0..1.

    Ties share the day.
    """
    chosen = values[days & np.isfinite(values).any(axis=1)]
    if not len(chosen):
        return np.full(values.shape[1], np.nan)
    filled = np.where(np.isfinite(chosen), chosen, np.inf if lowest else -np.inf)
    edge = filled.min(axis=1) if lowest else filled.max(axis=1)
    hit = filled == edge[:, None]
    return np.asarray((hit / hit.sum(axis=1, keepdims=True)).mean(axis=0))
