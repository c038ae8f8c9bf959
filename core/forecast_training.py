"""Training on the command line: history, backtest, model, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.forecast.backtest import backtest
from core.analytics.forecast.decomposition import decompose_load
from core.analytics.forecast.holidays import REGIONS
from core.analytics.forecast.importance import permutation_importance
from core.analytics.forecast.models import Case, fit_model
from core.errors import QueryError
from core.forecast_appliances import appliance_patterns
from core.forecast_cases import (
    LONGEST_DAYS,
    ROOM,
    Target,
    base_of,
    find_target,
    load_history,
    newest_slot,
)
from core.forecast_figures import describe_model, plain
from core.forecast_history import build_case
from core.forecast_models import StoredModel, save_model
from core.forecast_rooms import load_room, room_signals, train_room
from core.forecast_weather import weather_device
from core.query import Store

TEST_DAYS = 90
LEAST_TRAINING_DAYS = 28
HOLIDAYS_BY_ZONE = {"Europe/Berlin": "DE", "Europe/Busingen": "DE"}
NONE = "none"


@dataclass(frozen=True)
class Training:
    """How a model is to be trained.

    Attributes
    ----------
    region : whose holidays count; None takes those of the store's zone, where they are known.
    weather : device that tells the weather, or ``none``; None takes one that tells it ahead.
    plants : the setting of that name.
    appliances : devices beside the load's own whose relays and appliances are part of it.
    test_days : length of the backtest; less where there is too little before it.
    say : told what is done.
    """

    region: str | None = None
    weather: str | None = None
    plants: Path | None = None
    appliances: tuple[str, ...] = ()
    test_days: int = TEST_DAYS
    rounds: int = 80
    say: Callable[[str], None] = field(default=lambda _: None, compare=False)


DEFAULTS = Training()


def train(
    store: Store,
    device: str,
    quantity: str | None = None,
    asked: Training = DEFAULTS,
) -> StoredModel:
    """Test a model on the newest days, grow it from all, and store it with its figures.

    Parameters
    ----------
    quantity : None takes the first that can be forecast.

    Raises
    ------
    UnknownDevice
    QueryError : nothing to forecast, or too few days.
    """
    target = find_target(store, device, quantity)
    history = load_history(store, target, region=holidays_of(store, asked.region))
    teller = weather_of(store, target, asked)
    room = None
    if base_of(target.quantity) == ROOM and (found := room_signals(store, target)):
        inner = load_room(store, target, history, found, teller)
        stop = newest_slot(history)
        test = days_to_test(target, stop // history.grid.per_day, asked.test_days)
        asked.say(f"{device} {target.quantity}: thermal model, backtest over the last {test} days")
        tried = train_room(inner, target, found, teller, stop=stop, test=test,
                           synthetic=store.device(device).synthetic, say=asked.say)  # fmt: skip
        if isinstance(tried, StoredModel):
            save_model(store.root, tried)
            return tried
        room = {"refusal": tried}
        asked.say(f"  refused: {tried}; trees in its place")
    case = build_case(store, target, history, teller, asked.plants)
    return train_case(store, target, case, teller, asked, room)


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


def weather_of(store: Store, target: Target, asked: Training) -> str | None:
    """The device that tells the weather; ``none`` is None."""
    if asked.weather == NONE:
        return None
    return weather_device(store, target, asked.weather, asked.plants)


def train_case(
    store: Store, target: Target, case: Case, teller: str | None, asked: Training,
    room: dict[str, str] | None = None,
) -> StoredModel:  # fmt: skip
    """`train` once the history is loaded."""
    stop, per_day, say = newest_slot(case.history), case.grid.per_day, asked.say
    days = stop // per_day
    test = days_to_test(target, days, asked.test_days)
    low, high = (float(f(case.history.values)) for f in (np.nanmin, np.nanmax))
    if low == high:
        raise QueryError(
            f"{target.device} has had one {target.quantity} in all of {days} days, {low:g} "
            f"{target.unit}; there is nothing to forecast"
        )
    less = f" ({asked.test_days} were asked for; half at most can be)"
    say(
        f"{target.device} {target.quantity}: {days} days, backtest over the last {test}"
        f"{less if test < asked.test_days else ''}"
    )
    if days >= LONGEST_DAYS:
        say(f"  older readings than those of {LONGEST_DAYS} days are not looked at")
    tested = backtest(case, 0, stop - test * per_day, stop, rounds=asked.rounds)
    model = fit_model(case, 0, stop, rounds=asked.rounds)
    manifest, fallback = describe_model(target, case, stop, tested.rows, test)
    manifest |= {
        "synthetic": store.device(target.device).synthetic,
        "features": list(model.names),
        "weather": case.weather.kind if case.weather else None,
        "weather_device": teller,
        "physics": case.physics is not None,
        "importance": _records(
            permutation_importance(tested.model, case, tested.start, tested.stop)
        ),
        "parts": plain(_parts(store, case, target, stop, asked.appliances)),
        "room": room,
    }
    stored = StoredModel(manifest, model, fallback, tested.rows)
    manifest["sha256"] = save_model(store.root, stored)
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
