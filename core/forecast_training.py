"""Training on the command line: history, backtest, model, figures; and forecasts from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.forecast import baselines
from core.analytics.forecast.backtest import ISSUE_EVERY_H, backtest, baseline_names
from core.analytics.forecast.conformal import (
    RECENT_US,
    Offsets,
    recent_stretch,
    stretched,
)
from core.analytics.forecast.decomposition import decompose_load
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import DAY_US, Grid
from core.analytics.forecast.holidays import REGIONS
from core.analytics.forecast.importance import permutation_importance, training_quality
from core.analytics.forecast.joint import apply_joint, shape_of
from core.analytics.forecast.models import Case, banded, fit_model, forecast, issue_pairs
from core.analytics.forecast.scores import judge
from core.errors import ModelUnfit, QueryError
from core.forecast_appliances import appliance_patterns
from core.forecast_cases import (
    LONGEST_DAYS,
    ROOM,
    Target,
    base_of,
    find_target,
    load_history,
    net_target,
    newest_slot,
)
from core.forecast_figures import MODEL, best_of, fallback_of, plain
from core.forecast_history import net_history
from core.forecast_models import (
    StoredModel,
    check_fits,
    library_versions,
    load_model,
    save_model,
)
from core.forecast_rooms import issue_room, load_room, room_signals, train_room
from core.forecast_signals import write_forecast
from core.forecast_weather import (
    check_ahead,
    load_physics,
    load_weather,
    plant_of,
    weather_device,
)
from core.levels import HOUR
from core.query import Store

TEST_DAYS = 90
OLDEST_PV_H = 24  # inverters asleep tell nothing for a night
LEAST_TRAINING_DAYS = 28
HOLIDAYS_BY_ZONE = {"Europe/Berlin": "DE", "Europe/Busingen": "DE"}
NONE = "none"


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


def train(
    store: Store,
    device: str,
    quantity: str | None = None,
    *,
    region: str | None = None,
    weather: str | None = None,
    plants: Path | None = None,
    appliances: Sequence[str] = (),
    test_days: int = TEST_DAYS,
    rounds: int = 80,
    say: Callable[[str], None] = lambda _: None,
) -> StoredModel:
    """Test a model on the newest days, grow it from all, and store it with its figures.

    Parameters
    ----------
    quantity : None takes the first that can be forecast.
    region : whose holidays count; None takes those of the store's zone, where they are known.
    weather : device that tells the weather, or ``none``; None takes one that tells it ahead.
    plants : the setting of that name.
    appliances : devices beside the load's own whose relays and appliances are part of it.
    test_days : length of the backtest; less where there is too little before it.

    Raises
    ------
    UnknownDevice
    QueryError : nothing to forecast, or too few days.
    """
    target = find_target(store, device, quantity)
    region = holidays_of(store, region)
    history = load_history(store, target, region=region)
    teller = weather_of(store, target, weather, plants)
    synthetic, room = store.device(device).synthetic, None
    if base_of(target.quantity) == ROOM and (found := room_signals(store, target)):
        inner = load_room(store, target, history, found, teller)
        stop = newest_slot(history)
        test = days_to_test(target, stop // history.grid.per_day, test_days)
        say(f"{device} {target.quantity}: thermal model, backtest over the last {test} days")
        tried = train_room(inner, target, found, teller, stop=stop, test=test,
                           synthetic=synthetic, say=say)  # fmt: skip
        if isinstance(tried, StoredModel):
            save_model(store.root, tried)
            return tried
        room = {"refusal": tried}
        say(f"  refused: {tried}; trees in its place")
    case = build_case(store, target, history, teller, plants)
    return train_case(
        store, target, case, teller, appliances=appliances,
        test_days=test_days, rounds=rounds, say=say, room=room,
    )  # fmt: skip


def days_to_test(target: Target, days: int, asked: int) -> int:
    """Days of a backtest.

    Raises
    ------
    QueryError : too few days to train and test.
    """
    test = min(asked, days - LEAST_TRAINING_DAYS, days // 2)
    if test < 2:
        raise QueryError(
            f"{target.device} has {days} days of {target.quantity}; it takes "
            f"{LEAST_TRAINING_DAYS + 2} to train a model and test it"
        )
    return test


def holidays_of(store: Store, region: str | None) -> str:
    """Whose holidays count: those asked for, or of the store's zone.

    Raises
    ------
    QueryError : none are known of that region.
    """
    if region and region not in REGIONS:
        raise QueryError(f"no holidays known for {region!r}; there are: {', '.join(REGIONS)}, none")
    return HOLIDAYS_BY_ZONE.get(store.zone, "") if region is None else region


def weather_of(
    store: Store, target: Target, weather: str | None, plants: Path | None
) -> str | None:
    """The device that tells the weather; ``none`` is None."""
    return None if weather == NONE else weather_device(store, target, weather, plants)


def build_case(
    store: Store, target: Target, history: History, teller: str | None, plants: Path | None = None
) -> Case:
    """History with the weather a device tells and, of a plant whose place is known, its physics.

    Raises
    ------
    UnknownDevice
    QueryError : the device tells no weather of use.
    """
    weather = load_weather(store, target, history.grid, teller) if teller else None
    plant = plant_of(store, target.device, plants) if target.quantity == "pv" else None
    physics = load_physics(plant, history.grid, weather) if plant is not None else None
    return Case(history, weather, physics, low=target.low)


def train_case(
    store: Store,
    target: Target,
    case: Case,
    teller: str | None,
    *,
    appliances: Sequence[str] = (),
    test_days: int,
    rounds: int,
    say: Callable[[str], None],
    room: dict[str, str] | None = None,
) -> StoredModel:
    """`train` once the history is loaded."""
    stop, per_day = newest_slot(case.history), case.grid.per_day
    days = stop // per_day
    test = days_to_test(target, days, test_days)
    asked = "" if test >= test_days else f" ({test_days} were asked for; half at most can be)"
    say(f"{target.device} {target.quantity}: {days} days, backtest over the last {test}{asked}")
    if days >= LONGEST_DAYS:
        say(f"  older readings than those of {LONGEST_DAYS} days are not looked at")
    tested = backtest(case, 0, stop - test * per_day, stop, rounds=rounds)
    rows = tested.rows
    names = baseline_names(rows)
    capacity = float(np.nanmax(np.abs(case.history.values)))
    scores = judge(rows, names, capacity)
    model = fit_model(case, 0, stop, rounds=rounds)
    served = best_of(scores)
    manifest = {
        "device": target.device,
        "quantity": target.quantity,
        "signals": list(target.signals),
        "unit": target.unit,
        "step_us": target.step_us,
        "zone": case.grid.zone,
        "region": case.grid.region,
        "window": [case.grid.start, case.grid.start + stop * case.grid.step],
        "trained_at": time.time_ns() // 1000,
        "synthetic": store.device(target.device).synthetic,
        "features": list(model.names),
        "weather": case.weather.kind if case.weather else None,
        "weather_device": teller,
        "physics": case.physics is not None,
        "capacity": capacity,
        "served": served,
        "baselines": list(names),
        "figures": plain(asdict(scores)),
        "backtest": {"days": int(test), "start": int(rows["issue"].min()),
                     "end": int(rows["issue"].max())},
        "importance": _records(
            permutation_importance(tested.model, case, tested.start, tested.stop)
        ),
        "quality": plain(training_quality(case, 0, stop)),
        "parts": plain(_parts(store, case, target, stop, appliances)),
        "room": room,
        "libraries": library_versions(),
    }  # fmt: skip
    fallback = None if served == MODEL else fallback_of(rows, served)
    stored = StoredModel(manifest, model, fallback, rows)
    digest = save_model(store.root, stored)
    manifest["sha256"] = digest
    return stored


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as JSON holds them."""
    return [plain(row) for row in frame.to_dict("records")]


def _parts(
    store: Store, case: Case, target: Target, stop: int, appliances: Sequence[str]
) -> dict[str, Any] | None:
    """What a load is made of; None for other quantities."""
    if target.quantity != "load":
        return None
    values = case.history.values.copy()
    values[stop:] = np.nan
    temperature = None
    if case.weather is not None and "temp_air" in case.weather.names:
        slots = np.arange(case.grid.count, dtype=np.int64)
        known = case.weather.known(slots, slots)
        temperature = known[:, case.weather.names.index("temp_air")]
    found = decompose_load(case.grid, values, temperature)
    plain = asdict(found)
    for name in ("by_kind", "profile", "months"):
        plain[name] = {str(c): plain[name][c].tolist() for c in plain[name]}
    until = case.grid.start + stop * case.grid.step
    return plain | {"appliances": appliance_patterns(store, target, until, appliances)}


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
    teller = stored.manifest["weather_device"]
    if stored.joint is not None and stored.fallback is None:
        return _issue_room(store, stored, stored.joint, target, history)
    case = build_case(store, target, history, teller, plants)
    if bool(stored.manifest["physics"]) != (case.physics is not None):
        raise ModelUnfit("the plant is described otherwise than when the model was trained")
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
        raise ModelUnfit("the heaters of the room are others than when the model was trained")
    slot = newest_slot(history)
    inner = load_room(store, target, history, found, stored.manifest["weather_device"])
    frame = issue_room(inner, stored, joint, slot)
    moment = history.grid.start + slot * history.grid.step
    stretch = recent_stretch(stored.rows, moment, history.grid.step)
    wide = stretched(frame.rename(columns={"p10": "low", "p90": "high"}), stretch, None)
    frame[["p10", "p90"]] = wide[["p10", "p90"]]
    return Forecast(target, moment, frame, MODEL)


def made_of(store: Store, stored: StoredModel) -> tuple[Target, Target]:
    """Load and PV that a net power is made of, as they are now.

    Raises
    ------
    UnknownDevice, QueryError
    """
    load, pv = (
        find_target(store, str(one["device"]), str(one["quantity"]))
        for one in stored.manifest["made_of"]
    )
    return load, pv


def history_of(
    store: Store, stored: StoredModel, target: Target, *, end: int | None = None,
    plants: Path | None = None,
) -> History:  # fmt: skip
    """Readings of what a model is of; of a net that of load less PV."""
    region = str(stored.manifest["region"])
    if "made_of" not in stored.manifest:
        return load_history(store, target, region=region, end=end)
    return net_history(store, made_of(store, stored), region=region, end=end, plants=plants)[0]


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
            raise ModelUnfit(
                f"the model of {part.quantity} of {part.device} is another one now than the net "
                f"of {target.device} was calibrated with; train the net again"
            )
    load = _issue(store, models[0], at, plants)
    check_fits(stored, target, load.issue)
    if stored.served != MODEL:
        history = history_of(store, stored, target, end=load.issue, plants=plants)
        return forecast_from(stored, target, Case(history), newest_slot(history))
    pv = _issue(store, models[1], load.issue, plants)
    if load.issue - pv.issue > OLDEST_PV_H * HOUR:
        raise ModelUnfit(
            f"{parts[1].device} has told nothing for {(load.issue - pv.issue) / HOUR:.0f} h; a net "
            f"needs PV of the last {OLDEST_PV_H} h"
        )
    return _net_of(stored, joint, target, load, pv)


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
    learnt = int(stored.manifest["window"][1])
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


def span_days(stored: StoredModel) -> float:
    """Days the model was trained on."""
    start, end = stored.manifest["window"]
    return float((end - start) / DAY_US)
