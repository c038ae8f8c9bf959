"""What the PV page starts with: flags first, then yields and ratios of a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import energy, pv, pv_flags
from core.analytics.quality import Bool, Float, Int
from core.energies import Every
from core.pv_load import PlantCourse, load_course
from core.pv_plant import plants_stamp
from core.query import Store
from core.remembered import remembered

USUAL_LIGHT = 200.0  # W/m², from which the performance of an interval tells something
AVAILABLE_LIGHT = 100.0  # W/m², from which an inverter must run
AVAILABLE_SHARE = 0.05  # of the nominal power, of the peers where no light is measured
REMEMBERED = 4  # reports of a store
MOST_NOMINAL = 2.0  # times the nominal power: light at the edge of a cloud brings 1.5 at most
DARK_SHARE = 0.005  # of the energy: faults of a sensor are less, a wrong clock is more
# Flags that forbid a figure; the others say what the plant did.
FORBIDDING = ("night", "stale")


@dataclass(frozen=True)
class PlantReport:
    """A plant in a window.

    Attributes
    ----------
    course : the readings on their grid, with `good` in its frame.
    flags : a column per flag, a row per cell; see `FLAGS`.
    unit_flags : clipped intervals per unit.
    performance : instant performance per cell; usual : median of unflagged bright cells.
    window : figures of the whole window, a row of `pv.period_figures`; none without kWp.
    units : a row per unit, see `pv.availability`.
    uncertainty : of PR, relative; None where a part of it is not declared.
    night_kwh : what the plant drew while the sun was down.
    dark_kwh : output of intervals flagged as night, which no figure counts.
    """

    course: PlantCourse
    flags: pd.DataFrame
    clipped: Bool
    limit_kw: float | None
    performance: Float
    usual: float
    window: pd.Series | None
    uncertainty: float | None
    night_kwh: float
    energy_kwh: float
    units: pd.DataFrame
    refusals: dict[str, str]
    dark_kwh: float = 0.0

    @property
    def clock_is_doubtful(self) -> bool:
        """Whether so much was measured by night that clock, zone or place must be wrong."""
        return self.dark_kwh > DARK_SHARE * (self.energy_kwh + self.dark_kwh)

    @property
    def times_nominal(self) -> float:
        """Highest output or DC power over the nominal power; NaN where that is not told."""
        powers = self.course.frame[["ac_kw", "dc_kw"]].to_numpy(np.float64)
        highest = np.nanmax(powers, initial=0.0)
        return float(highest / self.course.facts.kwp) if self.course.facts.kwp else np.nan

    @property
    def power_is_doubtful(self) -> bool:
        """Whether so much was measured that a unit or the nominal power must be wrong."""
        return self.times_nominal > MOST_NOMINAL

    @property
    def time_ratio(self) -> float:
        """Availability of all units together by time."""
        known = self.units["known_h"].sum()
        return 1 - float(self.units["down_h"].sum()) / known if known > 0 else np.nan

    @property
    def energy_ratio(self) -> float:
        """Availability of all units together by energy; NaN where a loss is not known."""
        lost = self.units["lost_kwh"].sum(min_count=len(self.units))
        total = self.units["energy_kwh"].sum() + lost
        return 1 - float(lost) / total if total > 0 else np.nan

    @property
    def day(self) -> Int:
        """Number of the local day of each cell."""
        return local_day(self.course)


def plant_report(
    store: Store, device: str, start: int, end: int, stamp: tuple[str, int] | None = None
) -> PlantReport | None:
    """Flags and figures of a plant in a window; None where it holds no reading of its power.

    Parameters
    ----------
    stamp : of the file of plants, see `core.pv_plant.plants_stamp`.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    return _report(store, device, start, end, stamp or plants_stamp(store))


@remembered(REMEMBERED)
def _report(
    store: Store, device: str, start: int, end: int, stamp: tuple[str, int]
) -> PlantReport | None:
    """A page asks for the whole life as its window and again as the plant's history."""
    course = load_course(store, device, start, end, stamp)
    if course is None:
        return None
    flags, clipped, limit, stale_light = judge(course)
    forbidden = flags[list(FORBIDDING)].any(axis=1).to_numpy()
    frame = course.frame.assign(
        good=~forbidden, poa_global=course.frame["poa_global"].mask(stale_light)
    )
    flags["stale"] |= stale_light
    kwp, gamma = course.facts.kwp, course.facts.gamma_pdc
    performance, usual = np.full(len(frame), np.nan), np.nan
    window = None
    if kwp is not None:
        poa, ac, temp = (frame[n].to_numpy() for n in ("poa_global", "ac_kw", "temp_cell"))
        performance = pv.instant_performance(ac, poa, temp, kwp, gamma)
        performance[forbidden] = np.nan
        telling = (poa >= USUAL_LIGHT) & np.isfinite(performance) & ~clipped
        usual = float(np.median(performance[telling])) if telling.any() else np.nan
        window = pv.period_figures(frame, np.array([start, end]), kwp, gamma).iloc[0]
        lit = frame["lit"].to_numpy()
        flags["curtailment"] = pv_flags.flag_curtailment(
            ac, performance, usual, clipped, flags["stale"].to_numpy() | some_down(course)
        )
        flags["snow"] = pv_flags.flag_snow(
            performance, frame["temp_air"].to_numpy(), lit, local_day(course)
        )
    night = ~frame["lit"].to_numpy() & (frame["ac_kw"].to_numpy() < 0) & ~forbidden
    drawn = -(frame["ac_kw"] * frame["hours"])[night].sum()
    return PlantReport(
        PlantCourse(**{**vars(course), "frame": frame}), flags, clipped, limit, performance, usual,
        window,
        pv.combined_uncertainty(
            course.facts.irradiance_uncertainty, course.facts.meter_uncertainty,
            pv.TRANSPOSED if course.facts.computed else 0.0,
        ),
        float(drawn), output_energy(frame), unit_availability(course, flags), refusals(course),
        dark_energy(frame, flags["night"].to_numpy()),
    )  # fmt: skip


def output_energy(frame: pd.DataFrame) -> float:
    """Energy of the intervals with the sun up that no flag forbids [kWh]."""
    counted = frame["lit"] & frame["good"]
    return float((frame["ac_kw"] * frame["hours"])[counted].sum(min_count=1))


def dark_energy(frame: pd.DataFrame, night: Bool) -> float:
    """Energy of intervals flagged as night [kWh]."""
    return float((frame["ac_kw"] * frame["hours"])[night].clip(lower=0).sum())


def some_down(course: PlantCourse) -> Bool:
    """Cells in which a unit does not run while another does: what is missing is an outage's."""
    power, kwp = course.units.to_numpy(), course.unit_kwp
    running = power >= pv.RUNNING_RATIO * np.where(np.isfinite(kwp), kwp, 1.0)
    return np.asarray(running.any(axis=1) & ~running.all(axis=1))


def running_share(course: PlantCourse) -> Float:
    """Share of the nominal power whose units run, where some do and some do not; else 1."""
    power, kwp = course.units.to_numpy(), course.unit_kwp
    size = kwp if np.isfinite(kwp).all() else np.ones(len(kwp))
    runs = np.nan_to_num(power) >= pv.RUNNING_RATIO * size
    return np.where(some_down(course), (runs * size).sum(axis=1) / size.sum(), 1.0)


def unit_availability(course: PlantCourse, flags: pd.DataFrame) -> pd.DataFrame:
    """Availability of each unit, expected by its peers or else by the light; a row per unit.

    There is light enough where the irradiance says so or, without one, where the median of the
    units runs well.
    """
    power, kwp = course.units.to_numpy(), course.unit_kwp
    expected = power * np.nan
    if np.isfinite(kwp).all():
        expected = pv.expected_from_peers(power, kwp, course.unit_planes)
    bright = bright_cells(course, flags, expected, kwp)
    poa = course.frame["poa_global"].to_numpy()
    if not np.isfinite(expected).any():
        expected = _expected_by_light(power, poa, bright)
    hours = course.frame["hours"].to_numpy()
    floor = kwp if np.isfinite(kwp).all() else np.nanmax(power, axis=0, initial=0.0)
    table = pv.availability(power, expected, floor, hours, bright)
    return table.assign(unit=list(course.units.columns))


def bright_cells(course: PlantCourse, flags: pd.DataFrame, expected: Float, size: Float) -> Bool:
    """Cells in which units must run: by the irradiance or, without one, by what peers give."""
    poa = course.frame["poa_global"].to_numpy()
    usable = course.frame["lit"].to_numpy() & ~flags[list(FORBIDDING)].any(axis=1).to_numpy()
    if np.isfinite(poa).any():
        return np.asarray(usable & (np.nan_to_num(poa) >= AVAILABLE_LIGHT))
    share = np.nanmax(expected, axis=1, initial=0.0) / np.nanmax(size, initial=1e-9)
    return np.asarray(usable & (share >= AVAILABLE_SHARE))


def _expected_by_light(power: Float, poa: Float, bright: Bool) -> Float:
    """Power of each unit by its usual share of the irradiance [kW]."""
    running = np.where(bright[:, None] & (power > 0), power, np.nan)
    share = running / np.where(poa > 0, poa, np.nan)[:, None]
    some = np.isfinite(share).any(axis=0)
    usual = np.full(power.shape[1], np.nan)
    usual[some] = np.nanmedian(share[:, some], axis=0)
    expected: Float = poa[:, None] * usual
    return expected


def refusals(course: PlantCourse) -> dict[str, str]:
    """Why a figure cannot be told: name of the figure -> key of the reason."""
    why = {}
    if course.facts.kwp is None:
        why.update(dict.fromkeys(("pr", "specific_yield", "capacity_factor"), "kwp"))
    elif not course.frame["poa_global"].notna().any():
        why["pr"] = "planes" if course.facts.no_light else _why_dark(course)
    if "pr" not in why and not course.temp_source:
        why["pr_temp"] = "temp"
    if not course.frame["dc_kw"].notna().any():
        why["ya"] = "dc_partial" if len(course.dc_units.columns) else "dc"
    return why


def _why_dark(course: PlantCourse) -> str:
    """Horizontal irradiance is of no use where nobody says how the modules lie."""
    return "tilt" if course.signals.ghi and not course.facts.computed else "poa"


def local_day(course: PlantCourse) -> Int:
    """Number of the local day of each cell, from the first of the window."""
    edges = energy.local_periods(course.start, course.end, course.zone, "1d")
    return np.searchsorted(edges, course.frame["ts"].to_numpy(), side="right") - 1


def judge(course: PlantCourse) -> tuple[pd.DataFrame, Bool, float | None, Bool]:
    """Night, stale and clipped cells of a plant, and the limit of a unit [kW] if there is one.

    Last comes where the irradiance cannot be used: it leaves ratios out, not the energy.
    """
    frame = course.frame
    ts, day = frame["ts"].to_numpy(), local_day(course)
    units = [course.units[name].to_numpy() for name in course.units]
    limits = [
        pv_flags.clip_level(power, day) if told is None else told
        for power, told in zip(units, course.limits_kw, strict=True)
    ]
    clips = [
        pv_flags.flag_clipping(power, limit) for power, limit in zip(units, limits, strict=True)
    ]
    clipped = np.any(clips, axis=0)
    stale = np.zeros(len(frame), dtype=bool)
    for power, clip in zip(units, clips, strict=True):
        stale |= pv_flags.flag_stale_value(ts, power, course.step_us) & ~clip
    lit = frame["lit"].to_numpy()
    poa = frame["poa_global"].to_numpy()
    # A sensor rests at its offset at night.
    # What is computed moves with the sun when its sensor does not.
    sensed = frame["ghi"].to_numpy() if course.facts.computed else poa
    stale_light = pv_flags.flag_stale_value(ts, sensed, course.step_us) & lit
    stale &= lit
    night = np.zeros(len(frame), dtype=bool)
    elevation = frame["elevation"].to_numpy()
    if course.facts.kwp is not None:
        night |= pv_flags.flag_night(frame["ac_kw"].to_numpy(), elevation, course.facts.kwp)
    night |= pv_flags.flag_night_light(sensed, elevation)
    flags = pd.DataFrame({"night": night, "stale": stale, "clipping": clipped})
    flags["curtailment"] = flags["snow"] = False
    known = [limit for limit in limits if limit is not None]
    return flags, clipped, float(np.median(known)) if known else None, stale_light


def period_table(report: PlantReport, every: Every) -> pd.DataFrame:
    """Figures per local period; see `pv.period_figures`. Needs a nominal power."""
    course = report.course
    assert course.facts.kwp is not None
    edges = energy.local_periods(course.start, course.end, course.zone, every)
    edges = np.clip(edges, course.start, course.end)
    edges = np.unique(edges)
    table = pv.period_figures(course.frame, edges, course.facts.kwp, course.facts.gamma_pdc)
    for name in report.flags:
        table[f"{name}_h"] = _hours_by_period(course, report.flags[name].to_numpy(), edges)
    return table


def _hours_by_period(course: PlantCourse, flag: Bool, edges: Int) -> Float:
    home = np.searchsorted(edges, course.frame["ts"].to_numpy()[flag], side="right") - 1
    width = course.frame["width_h"].to_numpy()[flag]
    inside = (home >= 0) & (home < len(edges) - 1)
    hours = np.bincount(home[inside], weights=width[inside], minlength=len(edges) - 1)
    return hours.astype(np.float64)


def heat_grid(report: PlantReport, what: str) -> tuple[list[str], Float]:
    """Day x hour: `power` as a share of the nominal power, or `performance`."""
    course = report.course
    values = report.performance
    if what == "power":
        values = course.frame["ac_kw"].to_numpy() / (course.facts.kwp or 1.0)
        values = np.where(course.frame["lit"], values, np.nan)
    return pv.day_hour_grid(course.frame["ts"].to_numpy(), values, course.zone)


def flag_runs(report: PlantReport) -> dict[str, pd.DataFrame]:
    """Stretches of each flag: `start`, `end` [µs]."""
    ts, step = report.course.frame["ts"].to_numpy(), report.course.step_us
    found: dict[str, pd.DataFrame] = {}
    for name in map(str, report.flags):
        flag = np.concatenate(([False], report.flags[name].to_numpy(), [False])).astype(np.int8)
        edges = np.flatnonzero(np.diff(flag))
        found[name] = pd.DataFrame(
            {"start": ts[edges[::2]], "end": ts[edges[1::2] - 1] + step}, dtype=np.int64
        )
    return found
