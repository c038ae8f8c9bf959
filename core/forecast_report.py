"""What the Forecasts page shows: the next 48 hours, and how good forecasts have been."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.analytics.forecast.scores import Scores, by_horizon, judge, reliability
from core.errors import ModelMissing
from core.forecast_cases import Target, find_target, forecast_targets
from core.forecast_history import history_of
from core.forecast_issue import Forecast, issue_forecast
from core.forecast_models import StoredModel, load_model, manifest_path, stored_quantities
from core.forecast_training import LEAST_TRAINING_DAYS
from core.levels import DAY, HOUR
from core.query import Store

PAST_H = 48  # of readings before the time of issue, drawn along


@dataclass(frozen=True)
class Ahead:
    """The next 48 hours, with what came just before.

    Attributes
    ----------
    past : frame `ts` [µs UTC], `value`: readings of the last hours by slot.
    stored : the model it is from.
    """

    forecast: Forecast
    past: pd.DataFrame
    stored: StoredModel

    @property
    def step_us(self) -> int:
        """Length of a slot [µs]."""
        return self.forecast.target.step_us


@dataclass(frozen=True)
class Backtest:
    """Scores of forecasts issued in a window, out of sample.

    Attributes
    ----------
    start, end : first and last time of issue within the window [µs UTC], None without any.
    horizon, reliability : as `core.analytics.forecast.scores` gives them.
    """

    scores: Scores
    start: int | None
    end: int | None
    horizon: pd.DataFrame
    reliability: pd.DataFrame
    baselines: tuple[str, ...]


def can_forecast(store: Store, device: str) -> list[str]:
    """Quantities of a device that can be forecast."""
    return [one.quantity for one in forecast_targets(store, device)]


def model_stamps(store: Store, device: str) -> dict[str, str]:
    """Stored models of a device: what tells one from the one before, by quantity."""
    return {name: _stamp(store, device, name) for name in stored_quantities(store.root, device)}


def _stamp(store: Store, device: str, quantity: str) -> str:
    stat = manifest_path(store.root, device, quantity).stat()
    return f"{stat.st_mtime_ns}-{stat.st_size}"


def stored_model(store: Store, device: str, quantity: str, stamp: str) -> StoredModel:
    """A stored model; `stamp` only tells a cache that there is a new one.

    Raises
    ------
    ModelMissing, ModelUnfit
    """
    del stamp
    return load_model(store.root, device, quantity)


def ahead_report(
    store: Store, device: str, quantity: str, stamp: str, plants: Path | None = None
) -> Ahead:
    """The next 48 hours of a quantity.

    Raises
    ------
    ModelMissing, ModelUnfit : no model, or one that does not fit the data.
    """
    del stamp
    given, stored = issue_forecast(store, device, quantity, plants=plants)
    history = history_of(store, stored, given.target, plants=plants)
    keep = PAST_H * HOUR // given.target.step_us
    slot = history.grid.slot(given.issue)
    low = max(slot - keep, 0)
    past = pd.DataFrame({"ts": history.grid.ts[low:slot], "value": history.values[low:slot]})
    return Ahead(given, past, stored)


def backtest_report(
    store: Store, device: str, quantity: str, stamp: str, start: int, end: int
) -> Backtest:
    """Scores of the stored backtest, of forecasts issued in [start, end) [µs UTC].

    Raises
    ------
    ModelMissing, ModelUnfit
    """
    stored = stored_model(store, device, quantity, stamp)
    return backtest_of(stored, start, end)


def backtest_of(stored: StoredModel, start: int, end: int) -> Backtest:
    """Scores of forecasts issued in [start, end) [µs UTC]."""
    rows = stored.rows[(stored.rows["issue"] >= start) & (stored.rows["issue"] < end)]
    names = tuple(stored.manifest["baselines"])
    return Backtest(
        judge(rows, names, float(stored.manifest["capacity"])),
        int(rows["issue"].min()) if len(rows) else None,
        int(rows["issue"].max()) if len(rows) else None,
        by_horizon(rows, names), reliability(rows), names,
    )  # fmt: skip


def beside_actual(
    store: Store, device: str, quantity: str, stamp: str, start: int, end: int, lead_h: int
) -> pd.DataFrame:
    """Of each slot, the newest forecast that was issued at least `lead_h` hours before it.

    Out of sample: from the backtest.

    Returns
    -------
    frame `ts`, `issue` [µs UTC], `actual`, `expected`, `p10`, `p50`, `p90`, `judged`: of PV only
    by day.

    Raises
    ------
    ModelMissing, ModelUnfit
    """
    stored = stored_model(store, device, quantity, stamp)
    rows = stored.rows
    early = rows["ts"].to_numpy(np.int64) - rows["issue"].to_numpy(np.int64) >= lead_h * HOUR
    inside = (rows["ts"] >= start) & (rows["ts"] < end)
    rows = rows[early & inside.to_numpy()].sort_values(["ts", "issue"], kind="stable")
    names = ["ts", "issue", "actual", "expected", "p10", "p50", "p90", "judged"]
    newest: pd.DataFrame = rows.drop_duplicates("ts", keep="last")[names]
    return newest.reset_index(drop=True)


def days_short(store: Store, device: str, quantity: str) -> tuple[int, int] | None:
    """Days read of what is forecast, and days it takes, where they are too few; else None."""
    target = find_target(store, device, quantity)
    infos = [store.signal(device, name) for name in target.signals]
    first = max((one.first for one in infos if one.first is not None), default=0)
    last = max((one.last for one in infos if one.last is not None), default=0)
    days = int((last - first) // DAY)
    return (days, LEAST_TRAINING_DAYS + 2) if days < LEAST_TRAINING_DAYS + 2 else None


def target_of(store: Store, device: str, quantity: str) -> Target:
    """What the quantity of a device is made of.

    Raises
    ------
    ModelMissing : it cannot be forecast.
    """
    if quantity not in can_forecast(store, device):
        raise ModelMissing(f"{device} has no {quantity} to forecast")
    return find_target(store, device, quantity)
