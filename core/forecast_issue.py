"""Forecasts from stored models, issued at the newest reading or at an earlier time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.analytics.forecast import baselines
from core.analytics.forecast.backtest import ISSUE_EVERY_H
from core.analytics.forecast.conformal import RECENT_US, Offsets, recent_stretch, stretched
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import Grid
from core.analytics.forecast.joint import apply_joint, shape_of
from core.analytics.forecast.models import Case, banded, forecast, issue_pairs
from core.errors import ModelUnfit, QueryError
from core.forecast_cases import Target, find_target, load_history, net_target, newest_slot
from core.forecast_figures import MODEL
from core.forecast_history import build_case, history_of, made_of
from core.forecast_models import StoredModel, check_fits, check_same, load_model
from core.forecast_rooms import issue_room, load_room, room_signals
from core.forecast_signals import write_forecast
from core.forecast_weather import check_ahead
from core.levels import HOUR
from core.query import Store

OLDEST_PV_H = 24  # inverters asleep tell nothing for a night


@dataclass(frozen=True)
class Forecast:
    """A forecast as it is served.

    Attributes
    ----------
    issue : time of issue [µs UTC]: its inputs are of before; its model may have learnt later.
    frame : `ts` [µs UTC], `expected`, `p10`, `p50`, `p90` [unit of the target].
    served : ``model``, or the baseline that beat it in the backtest.
    """

    target: Target
    issue: int
    frame: pd.DataFrame
    served: str


def issue_forecast(
    store: Store, device: str, quantity: str, *, at: int | None = None, plants: Path | None = None
) -> tuple[Forecast, StoredModel]:
    """The next 48 hours after the newest reading, or after `at`, by the stored model.

    Raises
    ------
    ModelMissing, ModelUnfit : no model, or one that does not fit the data.
    UnknownDevice, QueryError
    """
    stored = load_model(store.root, device, quantity)
    if "made_of" in stored.manifest and stored.joint is not None:
        return _issue_net(store, stored, stored.joint, at, plants), stored
    return _issue(store, stored, at, plants), stored


def _issue(store: Store, stored: StoredModel, at: int | None, plants: Path | None) -> Forecast:
    device, quantity = str(stored.manifest["device"]), str(stored.manifest["quantity"])
    target = find_target(store, device, quantity)
    history = load_history(store, target, region=stored.manifest["region"], end=at)
    slot = newest_slot(history)
    check_fits(stored, target, history.grid.start + slot * history.grid.step)
    check_same(stored, history, slot)
    teller = stored.manifest["weather_device"]
    if stored.joint is not None and stored.fallback is None:
        return _issue_room(store, stored, stored.joint, target, history)
    case = build_case(store, target, history, teller, plants)
    if bool(stored.manifest["physics"]) != (case.physics is not None):
        raise stored.unfit("the plant is described otherwise than when it was trained")
    if case.weather is not None:
        check_ahead(case.weather, case.grid, slot, teller)
    return forecast_from(stored, target, case, slot)


def _issue_room(
    store: Store, stored: StoredModel, joint: Offsets, target: Target, history: History
) -> Forecast:
    """The next 48 hours of a room by its thermal model."""
    found = room_signals(store, target)
    said = stored.manifest["room"]
    if found is None or [one.name for one in found.heat] != said["heat"]:
        raise stored.unfit("the heaters of the room are others than when it was trained")
    slot = newest_slot(history)
    inner = load_room(store, target, history, found, stored.manifest["weather_device"])
    frame = issue_room(inner, stored, joint, slot)
    moment = history.grid.start + slot * history.grid.step
    stretch = recent_stretch(stored.rows, moment, history.grid.step)
    wide = stretched(frame.rename(columns={"p10": "low", "p90": "high"}), stretch, None)
    frame[["p10", "p90"]] = wide[["p10", "p90"]]
    return Forecast(target, moment, frame, MODEL)


def _issue_net(
    store: Store, stored: StoredModel, joint: Offsets, at: int | None, plants: Path | None
) -> Forecast:
    """Load less PV, issued at the newest reading of the load; that of PV may be a night older."""
    parts = made_of(store, stored)
    target = net_target(*parts)
    models = []
    for part, said in zip(parts, stored.manifest["made_of"], strict=True):
        model = load_model(store.root, part.device, part.quantity)
        # The net was calibrated with the models, even where a baseline is served for a part.
        models.append(replace(model, fallback=None))
        if model.manifest["sha256"] != said["sha256"]:
            raise stored.unfit(
                f"the model of {part.quantity} of {part.device} is another one now than it was "
                "calibrated with"
            )
    load = _issue_part(store, stored, models[0], at, plants)
    check_fits(stored, target, load.issue)
    if stored.served != MODEL:
        history = history_of(store, stored, target, end=load.issue, plants=plants)
        return forecast_from(stored, target, Case(history), newest_slot(history))
    pv = _issue_part(store, stored, models[1], load.issue, plants)
    if load.issue - pv.issue > OLDEST_PV_H * HOUR:
        raise ModelUnfit(
            f"{parts[1].device} has told nothing for {(load.issue - pv.issue) / HOUR:.0f} h; a net "
            f"needs PV of the last {OLDEST_PV_H} h"
        )
    return _net_of(stored, joint, target, load, pv)


def _issue_part(
    store: Store, net: StoredModel, part: StoredModel, at: int | None, plants: Path | None
) -> Forecast:
    """The forecast of load or PV; where that cannot be, the net is to be trained anew."""
    try:
        return _issue(store, part, at, plants)
    except ModelUnfit as error:
        raise ModelUnfit(error.why, net.mend) from error


def _net_of(
    stored: StoredModel, joint: Offsets, target: Target, load: Forecast, pv: Forecast
) -> Forecast:
    """The net of two forecasts, of the slots of both, by joint offsets."""
    ours, theirs = load.frame.set_index("ts"), pv.frame.set_index("ts")
    ts = ours.index.intersection(theirs.index).to_numpy(np.int64)
    step, zone = target.step_us, str(stored.manifest["zone"])
    grid = Grid(load.issue, step, int(ts[-1] - load.issue) // step + 1, zone)
    ahead = (ts + step - load.issue) / HOUR
    shape = shape_of(ours.loc[ts], theirs.loc[ts])
    bands = apply_joint(joint, shape, ahead, grid.hour[(ts - load.issue) // step])
    frame = pd.DataFrame({"ts": ts, "expected": shape[:, 1]} | bands)
    stretch = recent_stretch(stored.rows, load.issue, step)
    wide = stretched(frame.rename(columns={"p10": "low", "p90": "high"}), stretch, None)
    frame[["p10", "p90"]] = wide[["p10", "p90"]]
    return Forecast(target, load.issue, frame, MODEL)


def forecast_from(stored: StoredModel, target: Target, case: Case, slot: int) -> Forecast:
    """The forecast issued at a slot: of the model, or of the baseline that is served."""
    issue = np.full(case.steps, slot, np.int64)
    wanted = slot + np.arange(case.steps, dtype=np.int64)
    inside = wanted < case.grid.count
    issue, wanted = issue[inside], wanted[inside]
    if stored.fallback is None:
        assert stored.model is not None  # a net is issued from its parts
        frame = forecast(stored.model, case, issue, wanted)
        moment = case.grid.start + slot * case.grid.step
        bands = frame.rename(columns={"p10": "low", "p90": "high"})
        stretch = recent_stretch(_recent(stored, case, slot), moment, case.grid.step)
        wide = stretched(bands, stretch, case.low, case.reach_at(moment))
        frame[["p10", "p90"]] = wide[["p10", "p90"]]
    else:
        value = served_baseline(case.history, stored.served, case, issue, wanted)
        around = np.stack([value - 1, value, value + 1], axis=1)
        frame = banded(case, value, around, stored.fallback, issue, wanted, np.ones(len(value)))
    moment = case.grid.start + slot * case.grid.step
    frame.insert(0, "ts", case.grid.start + wanted * case.grid.step)
    return Forecast(target, moment, frame, stored.served)


def _recent(stored: StoredModel, case: Case, slot: int) -> pd.DataFrame:
    """Forecasts of the last days that their model had not learnt from, with what came.

    Those of the backtest, and since the model was trained its own.
    """
    trained = case.grid.slot(int(stored.manifest["window"][1]))
    back = RECENT_US // case.grid.step
    begin, every = max(trained, slot - back, 0), ISSUE_EVERY_H * HOUR // case.grid.step
    kept = stored.rows[["issue", "ts", "judged", "actual", "p50", "low", "high"]]
    if begin >= slot:
        return kept
    issue, target = issue_pairs(begin, slot, every, case.steps)
    assert stored.model is not None
    own = forecast(stored.model, case, issue, target)
    since = pd.DataFrame(
        {"issue": case.grid.start + issue * case.grid.step,
         "ts": case.grid.start + target * case.grid.step, "judged": case.judged(target),
         "actual": case.history.values[target], "p50": own["p50"], "low": own["p10"],
         "high": own["p90"]}
    )  # fmt: skip
    return pd.concat([kept, since], ignore_index=True)


def served_baseline(
    history: History, name: str, case: Case, issue: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """A baseline by its name."""
    clear = case.physics.clear if case.physics is not None else None
    return baselines.all_baselines(history, issue, target, clear)[name]


def learnt_later(given: Forecast, stored: StoredModel) -> int | None:
    """Up to when the model has learnt [µs UTC], where that is after the issue; else None."""
    learnt = int(stored.manifest.get("learnt", stored.manifest["window"][1]))
    return learnt if given.issue < learnt else None


def write(store: Store, given: Forecast, stored: StoredModel) -> int:
    """Put a forecast into the store as signals; returns the number of readings.

    Raises
    ------
    QueryError : the model has learnt from later readings: nobody could have known it then.
    """
    manifest, target = stored.manifest, given.target
    if learnt_later(given, stored) is not None:
        raise QueryError(
            f"{target.device} {target.quantity}: the model has learnt from readings later than "
            "this issue, so this is not what could have been known then, and is not kept as a "
            "forecast; --out FILE writes it to a file, the backtest shows what was known"
        )
    return write_forecast(
        store.root, target.device, target.quantity, target.unit, given.frame, given.issue,
        synthetic=bool(manifest["synthetic"]),
        facts={"forecast_of": target.device, "served": given.served,
               "trained_at": manifest["trained_at"]},
    )  # fmt: skip
