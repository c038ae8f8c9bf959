"""Net power as load less PV, its band from the errors both made together.

Errors of load and PV go together: a cold front darkens the sky and heats the house. So the band of
the difference is calibrated on the differences of errors of one issue and one target, not put
together from two bands as if they were independent. That one is only the shape it starts from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.forecast.conformal import Offsets, fit_offsets
from core.analytics.forecast.grid import DAY_US, Floats

KEYS = ["issue", "ts"]
BLOCK_DAYS = 7  # the offsets of a backtest are taken anew so often
LEAST_ROWS = 500


@dataclass(frozen=True)
class Together:
    """How errors of load and PV go together.

    Attributes
    ----------
    correlation : of the errors of the expected values, by issue and target; a load that rises
        where PV falls short has a negative one, and widens the net.
    independent_coverage : share of values within the band as if they were independent.
    n : pairs of errors.
    """

    correlation: float
    independent_coverage: float
    n: int


def net_rows(load: pd.DataFrame, pv: pd.DataFrame) -> pd.DataFrame:
    """Backtests of load and PV as one of their difference, of the issues and targets of both.

    PV that told nothing while the sun is down (`judged` is false) gave nothing.

    Returns
    -------
    frame `issue`, `ts`, `day`, `horizon_h`, `hour`, `judged`, `actual`, `expected`, `shape_low`,
    `shape_high` (band as if errors were independent), `load_error`, `pv_error`.
    """
    both = load.merge(pv, on=KEYS, suffixes=("", "_pv"), validate="one_to_one")
    dark = ~both["judged_pv"].to_numpy(bool)
    given = both["actual_pv"].to_numpy(np.float64)
    given = np.where(np.isnan(given) & dark, 0.0, given)
    shape = shape_of(both, both.filter(regex="_pv$").rename(columns=lambda name: name[:-3]))
    found = both[[*KEYS, "day", "horizon_h", "hour"]].assign(
        judged=True,
        actual=both["actual"] - given,
        expected=shape[:, 1],
        shape_low=shape[:, 0],
        shape_high=shape[:, 2],
        load_error=both["actual"] - both["expected"],
        pv_error=given - both["expected_pv"],
    )
    return found.sort_values(KEYS, kind="stable", ignore_index=True)


def shape_of(load: pd.DataFrame, pv: pd.DataFrame) -> Floats:
    """Net power and its band as if errors were independent, float64[n, quantile].

    The widths of the sides add as the root of the sum of their squares; the lower side of the net
    is made of the lower side of the load and the upper side of PV.

    Parameters
    ----------
    load, pv : frames `expected`, `p10`, `p90` of the same targets.
    """
    one = {name: load[name].to_numpy(np.float64) for name in ("expected", "p10", "p90")}
    other = {name: pv[name].to_numpy(np.float64) for name in ("expected", "p10", "p90")}
    middle = one["expected"] - other["expected"]
    below = np.hypot(one["expected"] - one["p10"], other["p90"] - other["expected"])
    above = np.hypot(one["p90"] - one["expected"], other["expected"] - other["p10"])
    return np.stack([middle - below, middle, middle + above], axis=1)


def fit_joint(rows: pd.DataFrame) -> Offsets:
    """Offsets that calibrate the net from errors of one issue and target of both."""
    return fit_offsets(
        rows["actual"].to_numpy(np.float64), _shape(rows), rows["horizon_h"].to_numpy(np.float64),
        rows["hour"].to_numpy(np.float64), np.ones(len(rows)),
    )  # fmt: skip


def apply_joint(
    offsets: Offsets, shape: Floats, horizon_h: Floats, hour: Floats
) -> dict[str, Floats]:
    """Calibrated quantiles `p10`, `p50`, `p90` of a net power of a shape."""
    found = offsets.apply(shape, horizon_h, hour, np.ones(len(shape)))
    return {"p10": found[:, 0], "p50": found[:, 1], "p90": found[:, 2]}


def calibrated(rows: pd.DataFrame, start: int, step_us: int) -> pd.DataFrame:
    """Rows issued from `start` [µs UTC] on, each with quantiles of what was known at its block.

    Blocks are of seven days of issue; a block's offsets are of targets over before it began.
    """
    pieces = []
    for begin in range(start, int(rows["issue"].max()) + 1, BLOCK_DAYS * DAY_US):
        inside = (rows["issue"] >= begin) & (rows["issue"] < begin + BLOCK_DAYS * DAY_US)
        known = (rows["issue"] < begin) & (rows["ts"] + step_us <= begin)
        part = rows[inside]
        offsets = fit_joint(rows[known])
        pieces.append(
            part.assign(
                **apply_joint(offsets, _shape(part), part["horizon_h"].to_numpy(np.float64),
                              part["hour"].to_numpy(np.float64))
            )
        )  # fmt: skip
    return pd.concat(pieces, ignore_index=True)


def together(rows: pd.DataFrame) -> Together:
    """How the errors go together, and what a band that ignores it would have held."""
    known = rows[rows["actual"].notna() & rows["load_error"].notna() & rows["pv_error"].notna()]
    if len(known) < LEAST_ROWS or not known[["load_error", "pv_error"]].std().all():
        return Together(np.nan, np.nan, len(known))
    within = known["actual"].between(known["shape_low"], known["shape_high"])
    r = float(np.corrcoef(known["load_error"], known["pv_error"])[0, 1])
    return Together(r, float(within.mean()), len(known))


def _shape(rows: pd.DataFrame) -> Floats:
    return rows[["shape_low", "expected", "shape_high"]].to_numpy(np.float64)
