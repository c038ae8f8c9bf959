"""Backtests of forecasts on real series: rolling origin over three months and more.

``python -m benchmarks forecast [--full]``. Every 30 days (PV: 15) the models are grown anew from
what was known then; forecasts of 48 h are issued every six hours. The PV series comes with
irradiance modelled from satellite images, which is taken for a perfect weather forecast: what is
shown for it is what could be had, not what a forecast of that time would have given. Without
``--full`` the load is tested on 92 days, with it on half a year.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.measure import REPO, Figure
from core.analytics.expected import ArrayModel, InverterModel, PlantModel, expected_power
from core.analytics.forecast.backtest import backtest, baseline_names
from core.analytics.forecast.features import History, KnownWeather
from core.analytics.forecast.grid import DAY_US, HOUR_US, Grid
from core.analytics.forecast.models import HORIZON_H, Case
from core.analytics.forecast.scores import Scores, judge
from core.analytics.forecast.sun import physics_of

DATA = REPO.parent / "shared" / "data"
QUARTER = HOUR_US // 4
# SERF East, fixed, at Golden, Colorado. The data tell neither place nor tilt nor size: assumed,
# and what they are wrong by is left to the factor that the model learns.
SERF = {"latitude": 39.742, "longitude": -105.1727, "altitude_m": 1829.0}
SERF_TILT, SERF_AZIMUTH, SERF_KWP = 45.0, 158.0, 6.0
LEAST_SKILL_LOAD, LEAST_SKILL_PV = 0.10, 0.20
LEAST_COVERED, MOST_COVERED = 0.75, 0.85


def figures(*, full: bool = False) -> Iterator[Figure]:
    """Skill, error and coverage on three series."""
    if not DATA.is_dir():
        print(f"no real data at {DATA}")
        return
    yield from _load("Lastgang 2024", lastgang(), 184 if full else 92, "seasonal_168h")
    yield from _load("House in Norway", norway(), 365 if full else 120, "seasonal_168h")
    yield from _pv("PV of Golden, satellite weather", serf(weather=True), LEAST_SKILL_PV)
    yield from _pv("PV of Golden, no weather", serf(weather=False), None)


def _grid(start: str, step: int, count: int, zone: str, region: str) -> Grid:
    first = int(pd.Timestamp(start, tz="UTC").value // 1000)
    return Grid(first, step, count + HORIZON_H * HOUR_US // step, zone, region)


def _history(grid: Grid, values: np.ndarray) -> History:
    return History(grid, np.r_[values, np.full(grid.count - len(values), np.nan)])


def lastgang() -> Case:
    """Load of an industrial site, quarter hours of 2024; labels are ends of intervals."""
    path = DATA / "raw_layout" / "meter" / "lastgang" / "com_ap.csv"
    values = pd.read_csv(path)["com_ap"].to_numpy(np.float64)
    grid = _grid("2023-12-31 23:00", QUARTER, len(values), "Europe/Berlin", "DE")
    return Case(_history(grid, values), low=0.0)


def norway() -> Case:
    """Load of a house, hours of three years."""
    path = DATA / "meter" / "NO_house_load_hourly_2020-2022.csv"
    values = pd.read_csv(path)["Load (kW)"].to_numpy(np.float64)
    grid = _grid("2019-12-31 23:00", HOUR_US, len(values), "Europe/Oslo", "")
    return Case(_history(grid, values), low=0.0)


def serf(*, weather: bool) -> Case:
    """PV plant, quarter hours of 104 days, with weather modelled from satellite images."""
    folder = DATA / "pv" / "pvanalytics"
    power = pd.read_csv(folder / "serf_east_15min_ac_power.csv")
    sky = pd.read_csv(folder / "serf_east_psm3_data.csv")
    sky = sky.set_index("measured_on").reindex(power["measured_on"])
    first = pd.Timestamp(power["measured_on"][0]).tz_convert("UTC").tz_localize(None)
    # The plant's own time has no summer time.
    grid = _grid(str(first), QUARTER, len(power), "Etc/GMT+7", "")
    values = power["ac_power"].to_numpy(np.float64) / 1000
    known = np.full((grid.count, 2), np.nan)
    known[: len(sky)] = sky[["ghi", "temp_air"]].to_numpy(np.float64)
    told = KnownWeather("reanalysis", ("ghi", "temp_air"), known) if weather else None
    array = ArrayModel(SERF_TILT, SERF_AZIMUTH, SERF_KWP)
    plant = PlantModel(**SERF, inverters=(InverterModel((array,)),))

    def chain(frame: pd.DataFrame) -> np.ndarray:
        return expected_power(frame, plant, 0.25).frame["ac"].to_numpy(np.float64)

    physics = physics_of(grid, SERF, chain, told)
    return Case(_history(grid, values), told, physics, low=0.0)


def _load(name: str, case: Case, days: int, baseline: str) -> Iterator[Figure]:
    stop = case.grid.count - case.steps
    scores, seconds = _tested(case, stop - days * DAY_US // case.grid.step, stop, 30)
    yield from _said(name, scores, baseline, LEAST_SKILL_LOAD, seconds)


def _pv(name: str, case: Case, least: float | None) -> Iterator[Figure]:
    # All there is but the first two weeks, which the first model is grown from.
    start = 14 * DAY_US // case.grid.step
    scores, seconds = _tested(case, start, case.grid.count - case.steps, 15)
    yield from _said(name, scores, "clear_sky", least, seconds)


def _tested(case: Case, start: int, stop: int, refit_days: int) -> tuple[Scores, float]:
    began = time.process_time()
    rows = backtest(case, 0, start, stop, refit_days=refit_days).rows
    capacity = float(np.nanmax(case.history.values))
    return judge(rows, baseline_names(rows), capacity), time.process_time() - began


def _said(
    name: str, scores: Scores, baseline: str, least: float | None, seconds: float
) -> Iterator[Figure]:
    print(f"{name}: {scores.n} forecasts of {scores.issues} issues on {scores.days} days")
    for other, one in scores.skill.items():
        print(
            f"  skill against {other} {one.value:.3f} [{one.low:.3f}, {one.high:.3f}], "
            f"its RMSE {scores.reference[other]:.4g} kW"
        )
    cover = scores.coverage
    print(
        f"  RMSE {scores.rmse.value:.4g} [{scores.rmse.low:.4g}, {scores.rmse.high:.4g}] kW, "
        f"MAE {scores.mae.value:.4g} kW ({scores.nmae:.3f} of the peak), "
        f"bias {scores.bias:.3g} kW, pinball {scores.pinball:.4g} kW, coverage {cover.value:.3f} "
        f"[{cover.low:.3f}, {cover.high:.3f}], {seconds:.0f} s of CPU"
    )
    skill = scores.skill[baseline].value
    yield Figure(f"{name}: skill against {baseline}", skill, "", least, at_least=True)
    yield Figure(f"{name}: 80 % band covers", 100 * cover.value, "%", 100 * LEAST_COVERED,
                 at_least=True)  # fmt: skip
    yield Figure(f"{name}: 80 % band covers", 100 * cover.value, "%", 100 * MOST_COVERED)
