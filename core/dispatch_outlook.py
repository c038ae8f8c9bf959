"""What a plan expects of load and sun: stored forecasts where they fit, else days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.analytics.dispatch_rolling import seasonal_outlook
from core.analytics.dispatch_site import Floats, Outlook
from core.analytics.forecast.backtest import ISSUE_EVERY_H
from core.analytics.forecast.models import Case
from core.dispatch_readings import DAY_STEPS, STEP_US, WEEK_STEPS, Readings
from core.errors import ModelMissing, ModelUnfit, QueryError
from core.forecast_cases import Target, find_target, load_history
from core.forecast_history import build_case
from core.forecast_issue import forecast_from
from core.forecast_models import StoredModel, check_fits, load_model, stored_quantities
from core.forecast_report import model_stamps
from core.forecast_weather import check_ahead
from core.levels import HOUR
from core.query import Store

LOAD_QUANTITIES, PV_QUANTITIES = ("load", "net"), ("pv",)
# Weights of the 10, 50 and 90 % quantiles that keep mean and variance (Swanson's rule).
MIDDLE, EDGE = 0.4, 0.3


@dataclass(frozen=True)
class Source:
    """Where the course of a device is from.

    Attributes
    ----------
    served : ``model``, or the baseline that is served in its stead; empty: days before.
    why : reason that no stored model is used, in words of the error; empty where none is stored.
    """

    device: str
    served: str
    why: str = ""


@dataclass(frozen=True)
class Teller:
    """A stored model with the history that it looks at."""

    stored: StoredModel
    target: Target
    case: Case

    def courses(self, now: int, steps: int) -> Floats:
        """Quantiles 10, 50, 90 % of the next steps, (3, steps) [kW]; NaN where it tells nothing.

        Before the end of its training the backtest speaks, whose models knew nothing of what came.
        """
        if now >= int(self.stored.manifest["window"][1]):
            slot = self.case.grid.slot(now)
            frame = forecast_from(self.stored, self.target, self.case, slot).frame
        else:
            rows = self.stored.rows
            issued = rows["issue"].to_numpy(np.int64)
            good = (issued <= now) & (issued > now - ISSUE_EVERY_H * HOUR)
            frame = rows[good & (issued == issued[good].max(initial=-1))]
        return on_steps(frame, now, steps, self.target.step_us)


def on_steps(frame: pd.DataFrame, now: int, steps: int, step_us: int) -> Floats:
    """Quantiles of a forecast by slot, as steps of a plan (3, steps)."""
    course = np.full((3, steps), np.nan)
    if frame.empty:
        return course
    ts = frame["ts"].to_numpy(np.int64)
    order = np.argsort(ts)
    wanted = now + np.arange(steps) * STEP_US
    place = np.searchsorted(ts[order], wanted, side="right") - 1
    known = (place >= 0) & (wanted - ts[order][place] < step_us)
    values = frame[["p10", "p50", "p90"]].to_numpy(np.float64)[order]
    course[:, known] = values[place[known]].T
    return course


def find_teller(
    store: Store, device: str, quantities: Sequence[str], signals: Sequence[str],
    plants: Path | None,
) -> tuple[Teller | None, Source]:  # fmt: skip
    """The stored model of what a device's signals add up to, if it fits the data."""
    there = [one for one in stored_quantities(store.root, device) if one in quantities]
    why = ""
    for quantity in there:
        try:
            stored = load_model(store.root, device, quantity)
            target = find_target(store, device, quantity)
            if set(target.signals) != set(signals):
                raise ModelUnfit(f"the model is of {', '.join(target.signals)}")
            history = load_history(store, target, region=stored.manifest["region"])
            newest = history.grid.start + (history.grid.count * history.grid.step) - 48 * HOUR
            check_fits(stored, target, newest)
            teller = stored.manifest["weather_device"]
            case = build_case(store, target, history, teller, plants)
            if bool(stored.manifest["physics"]) != (case.physics is not None):
                raise ModelUnfit("the plant is described otherwise than when it was trained")
            if case.weather is not None:
                check_ahead(case.weather, case.grid, case.grid.slot(newest), teller)
        except (ModelMissing, ModelUnfit, QueryError) as error:
            why = str(error)
            continue
        return Teller(stored, target, case), Source(device, stored.served)
    return None, Source(device, "", why)


@dataclass(frozen=True)
class Expectation:
    """What may be expected at any step, knowing nothing of later.

    Attributes
    ----------
    load, sun : readings by device, in steps from `begin` [µs UTC].
    tellers : stored models by device. sources : of every device, for the page to name.
    """

    begin: int
    load: Readings
    sun: Readings
    tellers: Mapping[str, Teller]
    sources: tuple[Source, ...]

    def outlooks(self, now: int, steps: int) -> list[Outlook]:
        """Outlooks of the steps from `now`; the first is the central one.

        With a stored model: its quantiles, load and sun in the middle; much load and little sun;
        little load and much sun. Devices without one, and steps that a model does not tell, lie
        between the course of a week and that of a day before. Without any model these two, alike
        probable.
        """
        place = (now - self.begin) // STEP_US
        if not self.tellers:
            load = self.load.total()[:place]
            sun = self.sun.total()[:place].clip(min=0.0)
            return [seasonal_outlook(load, sun, steps, p) for p in (WEEK_STEPS, DAY_STEPS)]
        load, sun = (self._spread(part, now, place, steps) for part in (self.load, self.sun))
        sun = sun.clip(min=0.0)
        return [
            Outlook(load[1], sun[1], MIDDLE),
            Outlook(load[2], sun[0], EDGE),
            Outlook(load[0], sun[2], EDGE),
        ]

    def _spread(self, part: Readings, now: int, place: int, steps: int) -> Floats:
        total = np.zeros((3, steps))
        for device, course in part.by_device.items():
            teller = self.tellers.get(device)
            total += filled(
                teller.courses(now, steps) if teller else np.full((3, steps), np.nan),
                days_before(course[:place], steps),
            )
        return total


def days_before(course: Floats, steps: int) -> Floats:
    """Course of a week and of a day before, over again: least, middle, most (3, steps)."""
    zero = np.zeros(len(course))
    pair = [
        seasonal_outlook(course, zero, steps, period).load_kw for period in (WEEK_STEPS, DAY_STEPS)
    ]
    return np.array([np.minimum(*pair), (pair[0] + pair[1]) / 2, np.maximum(*pair)])


def filled(told: Floats, otherwise: Floats) -> Floats:
    """What is told, and where it is not, the other."""
    return np.asarray(np.where(np.isfinite(told), told, otherwise))


def expectation(
    store: Store, begin: int, load: Readings, sun: Readings, plants: Path | None
) -> Expectation:
    """Readings with the stored models that fit them."""
    tellers: dict[str, Teller] = {}
    sources: list[Source] = []
    for part, quantities in ((load, LOAD_QUANTITIES), (sun, PV_QUANTITIES)):
        for device, signals in part.signals.items():
            teller, source = find_teller(store, device, quantities, signals, plants)
            sources.append(source)
            if teller is not None:
                tellers[device] = teller
    return Expectation(begin, load, sun, tellers, tuple(sources))


def stamp_of_models(store: Store, devices: Sequence[str]) -> str:
    """What tells the stored models of devices from those before, for caches."""
    found = {device: model_stamps(store, device) for device in devices}
    return ";".join(f"{d}/{q}={s}" for d, one in found.items() for q, s in sorted(one.items()))
