"""A plant's whole life by day: degradation, soiling, clock, peers and days that stand out.

What needs months or years is asked of all readings there are, whatever window is on view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import energy, pv, pv_flags, pv_peers
from core.analytics.pv_anomalies import (
    Anomalies,
    expect_from_history,
    expect_from_own_share,
    judge_days,
)
from core.analytics.pv_degradation import (
    Degradation,
    estimate_degradation,
    filter_days,
    wear_rate,
)
from core.analytics.pv_soiling import Soiling, estimate_soiling
from core.analytics.quality import Float, Int
from core.pv_load import PlantCourse
from core.pv_plant import plants_stamp
from core.pv_report import REMEMBERED, PlantReport, local_day, plant_report, some_down
from core.query import Store
from core.remembered import remembered

TELLING_LIGHT = 200.0  # W/m²
LEAST_DAY_COVER = 0.8  # of a day's daylight must have light and power
CLEAR_SPAN = 31  # days within which the brightest tells the clear sky, where none is computed


@dataclass(frozen=True)
class DailyHistory:
    """Daily figures of a plant over all its readings.

    Attributes
    ----------
    frame : a row per local day: `start` [µs], `pr`, `pr_temp`, `insolation` [kWh/m²], `clearness`,
        `covered` (enough of the daylight), `performance`: `pr_temp` or, without a temperature,
        `pr`, of covered days without clipping or snow; `disturbed`: a unit was down in the light,
        or the plant was curtailed.
    shares : energy of each unit over its median peer's, per day (rows as in `frame`), of the
        intervals in which it ran; all_shares : of all.
    corrected : whether the performance is corrected for temperature.
    """

    device: str
    zone: str
    frame: pd.DataFrame
    shares: pd.DataFrame
    all_shares: pd.DataFrame
    unit_names: tuple[str, ...]
    corrected: bool
    midpoints: dict[str, pd.Series]
    step_us: int


def daily_history(
    store: Store, device: str, stamp: tuple[str, int] | None = None
) -> DailyHistory | None:
    """Days of all readings of a plant; None without light, power and nominal power.

    Raises
    ------
    UnknownDevice
    """
    return _history(store, device, stamp or plants_stamp(store))


@remembered(REMEMBERED)
def _history(store: Store, device: str, stamp: tuple[str, int]) -> DailyHistory | None:
    found = store.device(device)
    if found.first is None or found.last is None:
        return None
    report = plant_report(store, device, found.first, found.last + 1, stamp)
    if report is None or report.course.facts.kwp is None:
        return None
    return history_of(report)


def history_of(report: PlantReport) -> DailyHistory:
    """Days of a report's window."""
    course = report.course
    kwp = course.facts.kwp
    assert kwp is not None
    edges = energy.local_periods(course.start, course.end, course.zone, "1d")
    days = pv.period_figures(
        course.frame.assign(good=course.frame["good"] & ~report.flags["clipping"]),
        edges, kwp, course.facts.gamma_pdc,
    )  # fmt: skip
    whole = pv.period_figures(course.frame, edges, kwp, course.facts.gamma_pdc)
    corrected = bool(days["pr_temp"].notna().any())
    snow = np.zeros(len(days), bool)
    snow[np.unique(local_day(course)[report.flags["snow"].to_numpy()])] = True
    bright = course.frame["poa_global"].to_numpy() >= TELLING_LIGHT
    held = (some_down(course) & bright) | report.flags["curtailment"].to_numpy()
    disturbed = np.zeros(len(days), bool)
    disturbed[np.unique(local_day(course)[held & (local_day(course) >= 0)])] = True
    covered = (whole["paired_ratio"] >= LEAST_DAY_COVER).to_numpy()
    frame = pd.DataFrame(
        {
            "start": days["start"],
            "pr": days["pr"],
            "pr_temp": days["pr_temp"],
            "insolation": whole["yr"],
            "clearness": _clearness(course, edges, whole["yr"].to_numpy()),
            "covered": covered,
            "disturbed": disturbed,
            "performance": (days["pr_temp"] if corrected else days["pr"]).where(covered & ~snow),
        }
    )
    shares, every = (
        unit_shares(report, running=running).reindex(range(len(frame))) for running in (True, False)
    )
    return DailyHistory(
        course.device, course.zone, frame, shares, every,
        tuple(course.units.columns), corrected, _midpoints(course), course.step_us,
    )  # fmt: skip


def _clearness(course: PlantCourse, edges: Int, insolation: Float) -> Float:
    """Insolation over that of a clear sky, or over the brightest day around."""
    clear = course.frame["clear_sky"].to_numpy()
    if np.isfinite(clear).any():
        home = np.searchsorted(edges, course.frame["ts"].to_numpy(), side="right") - 1
        hours = np.nan_to_num(clear) * course.frame["width_h"].to_numpy() / 1000
        total = np.bincount(home, weights=hours, minlength=len(edges) - 1)
    else:
        around = pd.Series(insolation).rolling(CLEAR_SPAN, center=True, min_periods=5)
        total = around.max().to_numpy()
    return np.where(total > 0, insolation / np.where(total > 0, total, 1.0), np.nan)


def unit_shares(report: PlantReport, *, running: bool = True) -> pd.DataFrame:
    """Daily energy of each unit over its median peer's, in light that tells."""
    course = report.course
    kwp = course.unit_kwp
    size = kwp if np.isfinite(kwp).all() else np.ones(len(kwp))
    return pv_peers.daily_shares(
        course.units.to_numpy(), size, course.frame["hours"].to_numpy(), telling(report),
        local_day(course), running=running, plane=course.unit_planes,
    )  # fmt: skip


def telling(report: PlantReport) -> np.ndarray:
    """Cells in which a unit can be compared: bright, at no limit and unflagged."""
    frame = report.course.frame
    poa = frame["poa_global"].to_numpy()
    power = frame["ac_kw"].to_numpy()
    bright = poa >= TELLING_LIGHT
    if not np.isfinite(poa).any():
        bright = power >= 0.2 * np.nanmax(power, initial=0.0)
    held = report.flags[["clipping", "curtailment", "snow"]].any(axis=1).to_numpy()
    return np.asarray(bright & frame["lit"].to_numpy() & frame["good"].to_numpy() & ~held)


def _midpoints(course: PlantCourse) -> dict[str, pd.Series]:
    """Middle of the daylight by the light, by the power and by the clear sky."""
    frame, day = course.frame, local_day(course)
    ts = frame["ts"].to_numpy()
    if not frame["clear_sky"].notna().any():
        return {}
    columns = {"poa": "poa_global", "power": "ac_kw", "clear": "clear_sky"}
    if course.facts.computed:
        del columns["poa"]  # moves with the sun, whatever the clock of its sensor
    found = {}
    for name, column in columns.items():
        values = frame[column].to_numpy()
        # Inverters asleep tell nothing at night, and nothing is what they give.
        dark = frame["elevation"].to_numpy() < 0
        values = np.where(dark & ~np.isfinite(values), 0.0, values)
        found[name] = pv_flags.day_midpoints(ts, values, day, course.step_us)
    return found


# --- what the days tell -------------------------------------------------------------------------


def degradation(history: DailyHistory) -> Degradation:
    """Change per year of the performance."""
    frame = history.frame
    return estimate_degradation(frame["performance"].to_numpy(), frame["insolation"].to_numpy())


def soiling(history: DailyHistory) -> Soiling:
    """What dirt takes, over all days; what the year on year is known to take is wear."""
    frame = history.frame
    insolation = frame["insolation"].to_numpy()
    value = filter_days(frame["performance"].to_numpy(), insolation)
    wear = wear_rate(value)
    return estimate_soiling(value, insolation, wear / 365.25 if np.isfinite(wear) else 0.0)


def undisturbed(history: DailyHistory) -> Float:
    """Performance of the days that tell what is usual: none down, held back or far from others."""
    frame = history.frame
    value = filter_days(frame["performance"].to_numpy(), frame["insolation"].to_numpy())
    usual: Float = np.where(frame["disturbed"], np.nan, value)
    return usual


def clock_shifts(history: DailyHistory) -> dict[str, list[pv_flags.ClockShift]]:
    """Stretches on which the clock of the light or of the power is off the sun."""
    clear = history.midpoints.get("clear")
    if clear is None:
        return {}
    return {
        name: pv_flags.estimate_clock_shifts(history.midpoints[name], clear, history.step_us)
        for name in ("poa", "power")
        if name in history.midpoints
    }


@dataclass(frozen=True)
class ClockCheck:
    """How the clock of the light or of the power goes with the sun.

    Attributes
    ----------
    shifts : stretches that are off. days : how many could be judged.
    minutes : median over these days; NaN without any.
    """

    shifts: list[pv_flags.ClockShift]
    days: int
    minutes: float

    @property
    def enough(self) -> bool:
        """Whether a clock that is off would have been told."""
        return self.days >= pv_flags.SHIFT_DAYS


def clock_checks(history: DailyHistory) -> dict[str, ClockCheck]:
    """The clocks of light and power against a clear sky; empty without a place or planes."""
    clear = history.midpoints.get("clear")
    if clear is None:
        return {}
    found = {}
    for name, shifts in clock_shifts(history).items():
        off = (history.midpoints[name] - clear).dropna() / 60e6
        found[name] = ClockCheck(shifts, len(off), float(off.median()) if len(off) else np.nan)
    return found


def anomalies(history: DailyHistory) -> dict[str, Anomalies]:
    """Judged days of the plant (key empty) and of each unit by its peers."""
    frame = history.frame
    value = frame["performance"].to_numpy()
    found = {}
    if np.isfinite(value).any():
        found[""] = judge_days(value, expect_from_history(value, frame["clearness"].to_numpy()))
    for at, name in enumerate(history.unit_names):
        share = history.all_shares[at].to_numpy()
        if np.isfinite(share).any():
            found[name] = judge_days(share, expect_from_own_share(share))
    return found


def odd_days(
    store: Store, device: str, stamp: tuple[str, int] | None = None
) -> dict[str, Anomalies]:
    """Judged days of a plant's whole life, see `anomalies`; empty where there are none.

    Raises
    ------
    UnknownDevice
    UnknownSignal, DeclarationError : the file of plants does not fit the store, or is wrong.
    """
    history = daily_history(store, device, stamp)
    return {} if history is None else anomalies(history)
