"""Forecasts as they would have been: rolling origin, grown anew as time goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.forecast.baselines import all_baselines
from core.analytics.forecast.conformal import RECENT_US, recent_stretch, stretched
from core.analytics.forecast.grid import DAY_US, HOUR_US
from core.analytics.forecast.models import Case, Model, fit_model, forecast, issue_pairs
from core.errors import QueryError

ISSUE_EVERY_H = 6
REFIT_DAYS = 30


@dataclass(frozen=True)
class Tested:
    """Forecasts of a backtest, and the newest of its models with the slots it served.

    Attributes
    ----------
    rows : frame `issue`, `ts` [µs UTC], `day` (number of the local day of issue), `horizon_h`,
        `hour`, `judged`, `actual`, `expected`, `p10`, `p50`, `p90`, and a column by baseline.
    model : knew nothing of the slots from `start` on.
    """

    rows: pd.DataFrame
    model: Model
    start: int
    stop: int


def backtest(
    case: Case,
    first: int,
    start: int,
    stop: int,
    *,
    refit_days: int = REFIT_DAYS,
    every_h: int = ISSUE_EVERY_H,
    rounds: int = 80,
) -> Tested:
    """Forecasts issued in [start, stop), each by a model of what was known when it was grown.

    Parameters
    ----------
    first : slot from which models may learn.
    refit_days : a model serves so many days.

    Raises
    ------
    QueryError : too little to learn from before `start`.
    """
    per_day = DAY_US // case.grid.step
    every = max(every_h * HOUR_US // case.grid.step, 1)
    pieces = []
    if start >= stop:
        raise QueryError("there is no time to test forecasts in")
    for begin in range(start, stop, refit_days * per_day):
        model = fit_model(case, first, begin, rounds=rounds)
        end = min(begin + refit_days * per_day, stop)
        issue, target = issue_pairs(begin, end, every, case.steps, beyond=True)
        inside = target < case.grid.count
        issue, target = issue[inside], target[inside]
        found = forecast(model, case, issue, target)
        clear = case.physics.clear if case.physics is not None else None
        pieces.append(
            pd.DataFrame(
                {
                    "issue": case.grid.start + issue * case.grid.step,
                    "ts": case.grid.start + target * case.grid.step,
                    "day": case.grid.day[issue],
                    "horizon_h": (target - issue + 1) * (case.grid.step / HOUR_US),
                    "hour": case.grid.hour[target],
                    "judged": case.judged(target),
                    "actual": case.history.values[target],
                }
                | {name: found[name].to_numpy() for name in found}
                | all_baselines(case.history, issue, target, clear)
            )
        )
    rows = pd.concat(pieces, ignore_index=True)
    rows = followed(rows, case.grid.step, case.low, case.reach_at)
    return Tested(rows, model, begin, end)


def followed(
    rows: pd.DataFrame,
    step_us: int,
    low: float | None,
    reach_at: Callable[[int], tuple[float, float]] = lambda _: (-np.inf, np.inf),
) -> pd.DataFrame:
    """Forecasts whose bands follow the errors known at each issue.

    The band as calibrated once is kept as `low`, `high`.

    Parameters
    ----------
    reach_at : how far bands issued at a time [µs UTC] can go.
    """
    rows = rows.rename(columns={"p10": "low", "p90": "high"})
    issues = rows["issue"].to_numpy(np.int64)
    bands = []
    for issue in np.unique(issues):
        begin, end = np.searchsorted(issues, [issue - RECENT_US, issue])
        stretch = recent_stretch(rows.iloc[begin:end], int(issue), step_us)
        part = rows.iloc[end : np.searchsorted(issues, issue, "right")]
        bands.append(stretched(part, stretch, low, reach_at(int(issue))))
    return pd.concat([rows, pd.concat(bands)], axis=1)


def baseline_names(rows: pd.DataFrame) -> tuple[str, ...]:
    """The baselines of a backtest that could be computed at all."""
    known = ("persistence", "seasonal_24h", "seasonal_168h", "clear_sky")
    return tuple(name for name in known if name in rows and bool(np.isfinite(rows[name]).any()))
