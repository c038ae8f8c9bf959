"""What a backtest says of a model: what is served, and figures as JSON holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.analytics.forecast.conformal import Offsets, fit_offsets
from core.analytics.forecast.scores import Scores

MODEL = "model"


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
