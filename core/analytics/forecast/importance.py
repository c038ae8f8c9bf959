"""Which inputs a model leans on, and what is missing in what it learnt from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.forecast.models import Case, Model, issue_pairs
from core.analytics.forecast.scores import rmse

ROWS, ROUNDS = 1500, 3


def permutation_importance(
    model: Model, case: Case, start: int, stop: int, *, seed: int = 0
) -> pd.DataFrame:
    """By how much the RMSE grows when one input is shuffled, on slots the model has not seen.

    Inputs that say the same share their weight: shuffling one leaves the other.

    Returns
    -------
    frame `feature`, `growth` (RMSE over that of the model, less 1), `low`, `high` (least and most
    of three shuffles), `missing` (share of forecasts without it), largest first.

    Source: Breiman 2001 (random forests), section 10.
    """
    every = max(case.steps // 16, 1)
    issue, target = issue_pairs(start, stop, every, case.steps)
    known = np.isfinite(case.history.values[target]) & case.judged(target)
    issue, target = issue[known], target[known]
    rng = np.random.default_rng(seed)
    if len(issue) > ROWS:
        chosen = np.sort(rng.choice(len(issue), ROWS, replace=False))
        issue, target = issue[chosen], target[chosen]
    frame, scale = case.features(issue, target)
    actual, rows = case.history.values[target], frame.to_numpy(np.float64)
    plain = rmse(actual, model.mean.predict(rows) * scale)
    found = []
    if plain == 0:  # a test of zeros alone, met exactly, weighs no input
        return pd.DataFrame(columns=["feature", "growth", "low", "high", "missing"])
    for k, name in enumerate(frame.columns):
        grown = []
        for _ in range(ROUNDS):
            shuffled = rows.copy()
            shuffled[:, k] = rng.permutation(shuffled[:, k])
            grown.append(rmse(actual, model.mean.predict(shuffled) * scale) / plain - 1)
        missing = float(np.isnan(rows[:, k]).mean()) if len(rows) else np.nan
        found.append(
            {"feature": name, "growth": float(np.mean(grown)), "low": min(grown),
             "high": max(grown), "missing": missing}
        )  # fmt: skip
    table = pd.DataFrame(found)
    return table.sort_values("growth", ascending=False, kind="stable").reset_index(drop=True)


def training_quality(case: Case, first: int, stop: int) -> dict[str, float]:
    """What is wrong with the values of slots [first, stop): shares of slots and longest runs.

    Returns
    -------
    `slots`, `missing_ratio`, `longest_gap_h`, `flat_ratio` (in runs of six hours or more of one
    value other than zero), `below_ratio` (below what the quantity can be).
    """
    values = case.history.values[first:stop]
    # Of PV whose place is known, nights miss nothing.
    due = case.judged(np.arange(first, stop, dtype=np.int64))
    gone = np.isnan(values) & due
    step_h = case.grid.step / 3.6e9
    flat = _runs(np.r_[False, (np.diff(values) == 0) & (values[1:] != 0)])
    long = [n for n in flat if n * step_h >= 6]
    below = np.zeros(len(values), bool) if case.low is None else values < case.low
    return {
        "slots": float(len(values)),
        "missing_ratio": float(gone.sum() / max(int(due.sum()), 1)),
        "longest_gap_h": max(_runs(gone), default=0) * step_h,
        "flat_ratio": sum(long) / max(len(values), 1),
        "below_ratio": float(below.mean()),
    }


def _runs(flags: np.ndarray) -> list[int]:
    """Lengths of the runs of true."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return [int(one) for one in edges[1::2] - edges[::2]]
