"""What a backtest says of a model: what is served, and figures as JSON holds them."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.forecast.backtest import baseline_names
from core.analytics.forecast.conformal import Offsets, fit_offsets
from core.analytics.forecast.importance import training_quality
from core.analytics.forecast.models import Case
from core.analytics.forecast.scores import Scores, judge
from core.forecast_cases import Target
from core.forecast_models import library_versions

MODEL = "model"


def describe_model(
    target: Target, case: Case, stop: int, rows: pd.DataFrame, days: int
) -> tuple[dict[str, Any], Offsets | None]:
    """What every manifest says, by the backtest; and the baseline's offsets where it is served.

    Parameters
    ----------
    stop : slot after the last that was learnt from.
    rows : of the backtest. days : its length.
    """
    grid, names = case.grid, baseline_names(rows)
    capacity = float(np.nanmax(np.abs(case.history.values)))
    scores = judge(rows, names, capacity)
    served = best_of(scores)
    # A net's PV goes on as nothing through its last night; that was never read.
    slots = np.arange(stop, dtype=np.int64)
    told = np.isfinite(case.history.values[:stop]) & case.judged(slots)
    last = int(slots[told][-1]) if told.any() else stop - 1
    manifest = {
        "device": target.device,
        "quantity": target.quantity,
        "signals": list(target.signals),
        "unit": target.unit,
        "step_us": target.step_us,
        "zone": grid.zone,
        "region": grid.region,
        "window": [grid.start, grid.start + stop * grid.step],
        "learnt": grid.start + (last + 1) * grid.step,
        "trained_at": time.time_ns() // 1000,
        "features": [],
        "weather": None,
        "weather_device": None,
        "physics": False,
        "capacity": capacity,
        "served": served,
        "baselines": list(names),
        "figures": plain(asdict(scores)),
        "backtest": {"days": int(days), "start": int(rows["issue"].min()),
                     "end": int(rows["issue"].max())},
        "importance": [],
        "quality": plain(training_quality(case, 0, stop)),
        "parts": None,
        "libraries": library_versions(),
    }  # fmt: skip
    return manifest, None if served == MODEL else fallback_of(rows, served)


def best_of(scores: Scores) -> str:
    """What is served: the model, or the baseline with the least RMSE where that is less."""
    worse = {name: one.value for name, one in scores.skill.items() if one.value < 0}
    return min(worse, key=lambda name: worse[name]) if worse else MODEL


def fallback_of(rows: pd.DataFrame, name: str) -> Offsets:
    """Offsets around a baseline, from its errors in the backtest."""
    value = rows[name].to_numpy()
    good = (rows["judged"] & rows["actual"].notna()).to_numpy() & np.isfinite(value)
    value = value[good]
    return fit_offsets(
        rows["actual"].to_numpy()[good], np.stack([value - 1, value, value + 1], axis=1),
        rows["horizon_h"].to_numpy()[good], rows["hour"].to_numpy()[good], np.ones(len(value)),
    )  # fmt: skip


def plain(content: Any) -> Any:
    """What JSON can hold: a figure that cannot be said is null."""
    if isinstance(content, dict):
        return {key: plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(one) for one in content]
    if isinstance(content, float | np.floating):
        return float(content) if np.isfinite(content) else None
    if isinstance(content, np.integer):
        return int(content)
    return content
