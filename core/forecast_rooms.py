"""Room temperature by a thermal model, where heat and outdoor temperature are measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.analytics import compare
from core.analytics.forecast.backtest import ISSUE_EVERY_H, REFIT_DAYS, followed
from core.analytics.forecast.baselines import all_baselines
from core.analytics.forecast.conformal import Offsets
from core.analytics.forecast.features import History, hours_ahead
from core.analytics.forecast.grid import DAY_US, Floats, Ints
from core.analytics.forecast.joint import calibrated, fit_joint
from core.analytics.forecast.models import Case
from core.analytics.forecast.rooms import RoomCase, fit_room, room_shape
from core.analytics.quality import typical_step
from core.analytics.thermal import ThermalFit, slowest_h
from core.forecast_cases import Target
from core.forecast_figures import describe_model, plain
from core.forecast_models import StoredModel
from core.forecast_weather import load_weather
from core.levels import HOUR
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.windows import fine_level

HEAT, OUTDOOR = "heating_power", "temp_air"
WARM_SHARE, WARM_DAYS = 3, 30  # of the backtest only calibrates: its third, at most a month
_COMMON = {"room", "zone", "temp", "temperature", "power", "heating", "heat", "heater", "current"}


@dataclass(frozen=True)
class RoomSignals:
    """What heats a room, and the air outside."""

    heat: tuple[SignalInfo, ...]
    outdoor: SignalInfo


def room_signals(store: Store, target: Target) -> RoomSignals | None:
    """Heat and outdoor temperature of a room; None where either is not measured.

    Heaters whose name shares a word with the room's are taken, else all of the device.
    """
    every = [one for one in store.signals(target.device) if one.rows]
    heaters = heaters_of(every, target.signals[0])
    outdoor = [one for one in every if one.quantity == OUTDOOR]
    if not heaters or not outdoor:
        return None
    return RoomSignals(tuple(heaters), outdoor[0])


def heaters_of(signals: Sequence[SignalInfo], room: str) -> list[SignalInfo]:
    """Heaters of a device whose name shares a word with the room's, else all of them."""
    heaters = [one for one in signals if one.quantity == HEAT and one.unit in POWER_UNITS]
    mine = _words(room)
    return [one for one in heaters if _words(one.name) & mine] or heaters


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower())) - _COMMON - {""}


def load_room(
    store: Store, target: Target, history: History, found: RoomSignals, teller: str | None
) -> RoomCase:
    """A room with its inputs on the grid of its history."""
    grid = history.grid
    read = [
        held_means(store, one, grid.start, grid.count, grid.step)
        for one in (*found.heat, found.outdoor)
    ]  # fmt: skip
    heat = np.sum(
        [KILO[one.unit] * values for one, (values, _) in zip(found.heat, read, strict=False)],
        axis=0,
    )
    lags, outdoor = [lag for _, lag in read], read[-1][0]
    return RoomCase(
        history, History(grid, heat), History(grid, outdoor),
        max(lags[:-1]), lags[-1], load_weather(store, target, grid, teller) if teller else None,
    )  # fmt: skip


def held_means(
    store: Store, info: SignalInfo, start: int, count: int, step_us: int
) -> tuple[Floats, int]:  # fmt: skip
    """Means by slot, a slower reading held until the next; and by how many slots it is late.

    The mean of a day is not known before the day is over.
    """
    end = start + count * step_us
    level = fine_level(store, info, start, end, step_us)
    rows = store.buckets(info.device, info.name, start - DAY_US, end, level)
    mean = rows.sum / np.maximum(rows.count, 1)
    step = typical_step(rows.ts) if len(rows.ts) > 1 else step_us
    slow = step > 1.5 * step_us
    how: compare.How = "hold" if slow else "mean"
    frame = compare.align({"value": (rows.ts, mean)}, step_us, start, end, how)
    values = frame["value"].to_numpy(np.float64)
    return values, int(step // step_us) if slow else 0


def room_backtest(case: RoomCase, start: int, stop: int) -> tuple[pd.DataFrame, str]:
    """Forecasts issued in [start, stop), each by a model of what was known; or why there is none.

    Returns
    -------
    frame as `core.analytics.forecast.joint.calibrated` takes it, and baselines; code of a refusal.
    """
    grid = case.room.grid
    every = ISSUE_EVERY_H * HOUR // grid.step
    pieces: list[pd.DataFrame] = []
    fit: ThermalFit | None = None
    for begin in range(start, stop, REFIT_DAYS * grid.per_day):
        found = fit_room(case, begin)
        if isinstance(found, str) and fit is None:
            return pd.DataFrame(), found
        fit = fit if isinstance(found, str) else found
        assert fit is not None
        end = min(begin + REFIT_DAYS * grid.per_day, stop)
        issues = np.arange(begin, end, every, dtype=np.int64)
        pieces.append(_rows(case, fit, issues))
    return pd.concat(pieces, ignore_index=True), ""


def _rows(case: RoomCase, fit: ThermalFit, issues: Ints) -> pd.DataFrame:
    grid = case.room.grid
    issue, target, shape = room_shape(case, fit.kind, fit.values, issues)
    inside = target < grid.count
    issue, target, shape = issue[inside], target[inside], shape[inside]
    return pd.DataFrame(
        {
            "issue": grid.start + issue * grid.step, "ts": grid.start + target * grid.step,
            "day": grid.day[issue], "horizon_h": hours_ahead(grid, issue, target),
            "hour": grid.hour[target], "judged": True, "actual": case.room.values[target],
            "expected": shape[:, 1], "shape_low": shape[:, 0], "shape_high": shape[:, 2],
        }
        | all_baselines(case.room, issue, target)
    )  # fmt: skip


def train_room(
    case: RoomCase, target: Target, found: RoomSignals, teller: str | None, *, stop: int,
    test: int, synthetic: bool, say: Callable[[str], None],
) -> StoredModel | str:  # fmt: skip
    """A thermal model with its backtest, or the code of why there is none."""
    grid = case.room.grid
    every, refusal = room_backtest(case, stop - test * grid.per_day, stop)
    fit = refusal if refusal else fit_room(case, stop)
    if isinstance(fit, str):
        return fit
    first, last = int(every["issue"].min()), int(every["issue"].max())
    begin = first + max(min((last - first) // WARM_SHARE // DAY_US, WARM_DAYS), 1) * DAY_US
    rows = followed(calibrated(every, begin, grid.step), grid.step, None)
    say(f"  {fit.kind}, slowest time constant {slowest_h(fit):.0f} h")
    days = (last - begin) // DAY_US + 1
    manifest, fallback = describe_model(target, Case(case.room), stop, rows, days)
    manifest |= {
        "synthetic": synthetic,
        "weather": case.ahead.kind if case.ahead else None,
        "weather_device": teller,
        "room": plain(_said(fit, found)),
    }
    return StoredModel(manifest, None, fallback, rows, joint=fit_joint(every))


def _said(fit: ThermalFit, found: RoomSignals) -> dict[str, Any]:
    """What is told of a fit."""
    white = fit.whiteness
    return {
        "refusal": "", "kind": fit.kind, "n": fit.n, "span_h": fit.span_h,
        "slowest_h": slowest_h(fit), "rmse": fit.rmse, "one_step_rmse": fit.one_step_rmse,
        "white": bool(white.white) if white else None, "p_value": white.p_value if white else None,
        "parameters": [asdict(one) for one in fit.parameters],
        "heat": [one.name for one in found.heat], "outdoor": found.outdoor.name,
    }  # fmt: skip


def issue_room(case: RoomCase, stored: StoredModel, joint: Offsets, slot: int) -> pd.DataFrame:
    """Expected temperature and calibrated quantiles of the 48 h after a slot."""
    said, grid = stored.manifest["room"], case.room.grid
    values = {one["name"]: float(one["value"]) for one in said["parameters"]}
    values.setdefault("noise_mass", 0.0)
    issue, target, shape = room_shape(case, said["kind"], values, np.array([slot], np.int64))
    inside = target < grid.count
    issue, target, shape = issue[inside], target[inside], shape[inside]
    bands = joint.apply(
        shape, hours_ahead(grid, issue, target), grid.hour[target], np.ones(len(target))
    )
    return pd.DataFrame(
        {"ts": grid.start + target * grid.step, "expected": shape[:, 1], "p10": bands[:, 0],
         "p50": bands[:, 1], "p90": bands[:, 2]}
    )  # fmt: skip
