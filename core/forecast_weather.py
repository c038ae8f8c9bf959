"""Weather and physics of what is forecast: which device tells it, and what was known when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from core.analytics import compare
from core.analytics.forecast.features import KnownWeather, LeadWeather, Physics, Weather
from core.analytics.forecast.grid import Floats, Grid
from core.errors import ModelUnfit, QueryError
from core.expected_model import model_of
from core.forecast_cases import Target
from core.inputs import forecast_quantities, kind_of, weather_at
from core.known_plants import known_plants
from core.levels import HOUR
from core.plants import Plant
from core.query import Store
from core.weather_names import GROUP, lead_of
from core.windows import fine_level

FOR_PV = ("ghi", "temp_air", "wind_speed", "cloud_cover")
FOR_LOAD = ("temp_air",)
FORECAST = "forecast"
LEAST_AHEAD = 0.5  # of the next 48 h must be known where weather is used


def plant_of(store: Store, device: str, given: Path | None = None) -> Plant | None:
    """The plant that a device is part of, where its place is known."""
    return known_plants(store, given).of_device(device)


def weather_device(
    store: Store, target: Target, asked: str | None = None, plants: Path | None = None
) -> str | None:
    """The device that tells the weather: the one asked for, or one that tells it ahead.

    Weather that is known afterwards alone is never taken unasked: with it a backtest shows what
    could be had of perfect weather forecasts.

    Raises
    ------
    UnknownDevice : there is none of that name.
    """
    if asked is not None:
        return store.device(asked).name
    wanted = FOR_PV if target.quantity == "pv" else FOR_LOAD
    plant = plant_of(store, target.device, plants) if target.quantity == "pv" else None
    if plant is not None:
        near = [one.device.name for one in weather_at(store, plant)]
    else:
        near = [one.name for one in store.devices() if one.group == GROUP]
        near = near if len(near) == 1 else []  # of several none is known to be of this place
    telling = [one for one in near if wanted[0] in forecast_quantities(store, one)]
    return telling[0] if telling else None


def load_weather(store: Store, target: Target, grid: Grid, device: str) -> Weather:
    """Weather on a grid: what was known ahead where the device tells it, else what came.

    Raises
    ------
    UnknownDevice
    QueryError : the device tells nothing of use.
    """
    wanted = FOR_PV if target.quantity == "pv" else FOR_LOAD
    ahead = [name for name in wanted if name in forecast_quantities(store, device)]
    if wanted[0] in ahead:
        return _leads(store, device, tuple(ahead), grid)
    known = [name for name in wanted if store.signals(device, name)]
    if wanted[0] not in known:
        raise QueryError(f"{device} tells no {wanted[0]}, which {target.quantity} would need")
    values = np.stack(
        [on_grid(store, device, store.signals(device, name)[0].name, grid) for name in known], 1
    )
    return KnownWeather(kind_of(store.device(device)), tuple(known), values)


def _leads(store: Store, device: str, names: tuple[str, ...], grid: Grid) -> LeadWeather:
    by_lead: dict[int, dict[str, str]] = {}
    for one in store.signals(device):
        told = lead_of(one.name)
        if told and told[0] in names:
            by_lead.setdefault(told[1], {})[told[0]] = one.name
    leads = sorted(by_lead)
    values = np.full((len(leads), grid.count, len(names)), np.nan)
    for k, lead in enumerate(leads):
        for name, signal in by_lead[lead].items():
            values[k, :, names.index(name)] = on_grid(store, device, signal, grid)
    return LeadWeather(names, grid.step, np.array(leads, np.int64), values)


def on_grid(store: Store, device: str, signal: str, grid: Grid) -> Floats:
    """Means by slot; a reading of a coarser source stands until the next one."""
    info = store.signal(device, signal)
    start, end = grid.start, grid.start + grid.count * grid.step
    level = fine_level(store, info, start, end, grid.step)
    # A reading before the first slot may stand for it.
    rows = store.buckets(device, signal, start - 2 * HOUR, end, level)
    mean = rows.sum / np.maximum(rows.count, 1)
    how: compare.How = "mean" if info.step_us <= grid.step else "hold"
    frame = compare.align({signal: (rows.ts, mean)}, grid.step, start, end, how)
    return np.asarray(frame[signal].to_numpy(np.float64))


def load_physics(plant: Plant, grid: Grid, weather: Weather | None) -> Physics:
    """Power of a plant at a clear sky and in the weather known."""
    from core.analytics.expected import expected_power
    from core.analytics.forecast.sun import hours_of, physics_of

    model = model_of(plant)

    def chain(weather: pd.DataFrame) -> Floats:
        found = expected_power(weather, model, hours_of(grid)).frame["ac"]
        return np.asarray(found.to_numpy(np.float64))

    place = {"latitude": plant.latitude, "longitude": plant.longitude,
             "altitude_m": plant.altitude_m}  # fmt: skip
    return physics_of(grid, place, chain, weather)


def check_ahead(weather: Weather, grid: Grid, slot: int, device: str) -> None:
    """Refuse to forecast where the weather of the next hours is not known.

    Raises
    ------
    ModelUnfit : less than half of them is.
    """
    target = np.arange(slot, grid.count, dtype=np.int64)
    known = weather.known(np.full(len(target), slot, np.int64), target)[:, 0]
    share = float(np.isfinite(known).mean()) if len(known) else 0.0
    if share < LEAST_AHEAD:
        raise ModelUnfit(
            f"the model needs the weather of the next 48 h, and {device} tells {share:.0%} of "
            "them; fetch a weather forecast, or train a model without: --weather none"
        )
