"""A plant's readings in a window on one grid: power by unit, light, temperature, the sun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import expected, pv, pv_sun
from core.analytics.expected import PlantModel
from core.analytics.quality import Float, Int
from core.levels import DAY, HOUR, MINUTE
from core.measures import KILO
from core.plants import Plane
from core.pv_facts import PlantFacts
from core.pv_plant import describe
from core.pv_signals import METER, PlantSignals
from core.query import SignalInfo, Store
from core.rollup import Buckets
from core.windows import fine_level, level_width

QUARTER = 15 * MINUTE
QUARTERS_UP_TO = 400 * DAY  # longer windows are computed by the hour
USUAL_DAYS = 60  # over which it is decided what a plant's output is read from for good
LEAST_COVER = 0.5  # of a cell must have readings
SLACK_STEPS = 1.5  # readings that a full cell may lack: phase of the source, one lost reading
# A meter of a house tells another thing than its roof; one of the plant goes with the inverters.
SAME_POWER = (0.8, 1.1)
HORIZON = 0.0  # °
SCALE = {**KILO, "kW/m²": 1e3}  # to kW, and to W/m² for light
SLOWER = 1.1  # gaps stretch the typical step of a source a little; beyond, it is a slower one


@dataclass(frozen=True)
class PlantCourse:
    """A plant on a grid of a quarter hour or an hour.

    Attributes
    ----------
    frame : a row per cell: `ts` start [µs], `width_h`, `hours` that readings of the output stand
        for, `poa_global` [W/m²], `ghi` where that is computed from it, `temp_cell`, `temp_air`
        [°C], `ac_kw` output of the plant, `inverters_kw` sum of the units, `meter_kw`, `dc_kw`
        [kW], `elevation` and `sun_azimuth` [°] (NaN without a place), `clear_sky` [W/m²] in the
        plane (NaN without place and tilt), `lit`: the sun is up.
    units, dc_units : a column per signal [kW].
    temp_source : ``module``, ``air`` or empty.
    output : ``meter`` or ``inverters``: what `ac_kw` is.
    """

    device: str
    zone: str
    start: int
    end: int
    step_us: int
    facts: PlantFacts
    signals: PlantSignals
    frame: pd.DataFrame
    units: pd.DataFrame
    dc_units: pd.DataFrame
    temp_source: str
    output: str

    @property
    def unit_kwp(self) -> Float:
        """Nominal power of each unit [kWp]; equal shares where none is told, NaN without any."""
        count, told = len(self.units.columns), self.facts.unit_kwp
        if told is not None and len(told) == count:
            return np.array(told)
        kwp = self.facts.kwp
        equal = kwp / count if kwp is not None and self.signals.complete and count else np.nan
        return np.full(count, equal)

    @property
    def unit_planes(self) -> Int | None:
        """Number of each unit's plane; None where all units have the same."""
        told = self.facts.unit_planes
        return np.array(told) if told is not None and len(told) == len(self.units.columns) else None

    @property
    def limits_kw(self) -> list[float | None]:
        """AC limit of each unit as it was told [kW]."""
        count, told = len(self.units.columns), self.facts.ac_limits_kw
        return list(told) if told is not None and len(told) == count else [None] * count


def load_course(
    store: Store, device: str, start: int, end: int, stamp: tuple[str, int] | None = None
) -> PlantCourse | None:
    """A plant in [start, end) [µs UTC]; None where the window holds no reading of its power.

    Parameters
    ----------
    stamp : of the file of plants, see `core.pv_plant.plants_stamp`; that beside the store if None.

    Raises
    ------
    UnknownDevice, BadWindow
    UnknownSignal, DeclarationError : the file of plants does not fit the store, or is wrong.
    """
    facts, signals = describe(store, device, stamp)
    if not signals.units:
        return None
    grid = _Grid(store, start, end, grid_step(store, signals, start, end))
    units = grid.table(signals.units)
    hours = grid.hours(signals.units)
    if not np.isfinite(units.to_numpy()).any():
        return None
    # A sum over those that are known would tell less than there was.
    inverters = units.sum(axis=1, min_count=len(units.columns)).to_numpy()
    meter = _metered(grid, signals, inverters)
    metered = bool(np.isfinite(meter).any())
    poa = grid.light(facts, signals)
    above = grid.together(signals.ghi) if facts.computed else np.full(grid.n, np.nan)
    temp, source = _temperature(grid, signals, poa)
    dc_units = grid.dc_power(signals)
    matched = signals.dc_told or len(dc_units.columns) == len(units.columns)
    whole = bool(len(dc_units.columns)) and matched and signals.complete
    frame = pd.DataFrame(
        {
            "ts": grid.ts,
            "width_h": np.full(grid.n, grid.step / HOUR),
            "hours": grid.hours((signals.meter,)) if metered and signals.meter else hours,
            "poa_global": poa,
            "ghi": above,
            "temp_cell": temp,
            "temp_air": grid.together(signals.temp_air),
            "ac_kw": meter if metered else inverters,
            "inverters_kw": inverters if signals.complete else np.nan,
            "meter_kw": meter,
            "dc_kw": dc_units.sum(axis=1, min_count=max(len(dc_units.columns), 1)).to_numpy()
            if whole
            else np.nan,
        }
    )
    _add_sun(frame, facts, grid.step)
    return PlantCourse(
        device, facts.zone or store.zone, start, end, grid.step, facts, signals, frame, units,
        dc_units, source, "meter" if metered else "inverters",
    )  # fmt: skip


def output_signals(
    store: Store, signals: PlantSignals, start: int, end: int
) -> tuple[SignalInfo, ...]:
    """What a plant's output in [start, end) is the sum of: its meter, else its inverters.

    The choice is that of `load_course`: every figure of one window goes by the same signals.
    """
    if signals.meter is None:
        return signals.units
    if not signals.units:
        return (signals.meter,)
    grid = _Grid(store, start, end, grid_step(store, signals, start, end))
    units = grid.table(signals.units)
    inverters = units.sum(axis=1, min_count=len(units.columns)).to_numpy()
    metered = np.isfinite(_metered(grid, signals, inverters)).any()
    return (signals.meter,) if metered else signals.units


def usual_output(store: Store, signals: PlantSignals) -> tuple[SignalInfo, ...]:
    """`output_signals` of the last `USUAL_DAYS` days; of signals with units."""
    end = max(one.last for one in signals.powers) + 1
    return output_signals(store, signals, end - USUAL_DAYS * DAY, end)


def _metered(grid: _Grid, signals: PlantSignals, inverters: Float) -> Float:
    """Power by the plant's meter [kW]; NaN where it has none."""
    meter = signals.meter
    if meter is None:
        return np.full(grid.n, np.nan)
    found = grid.mean(meter)
    elsewhere = any(one.device != meter.device for one in signals.units)
    if (elsewhere or meter.quantity == METER) and not _is_same(found, inverters):
        return np.full(grid.n, np.nan)
    return found


def load_strings(store: Store, course: PlantCourse) -> pd.DataFrame:
    """Power [kW] or current of the strings in the cells of a plant, a column per signal."""
    grid = _Grid(store, course.start, course.end, course.step_us)
    return grid.table(course.signals.strings)


def grid_step(store: Store, signals: PlantSignals, start: int, end: int) -> int:
    """A quarter hour where the window is short and the readings are as dense, else an hour."""
    if end - start > QUARTERS_UP_TO:
        return HOUR
    for info in (*signals.powers, *signals.light):
        level = fine_level(store, info, start, end, QUARTER)
        if info.step_us > SLOWER * QUARTER or level_width(level) > QUARTER:
            return HOUR
    return QUARTER


def grid_means(store: Store, infos: Sequence[SignalInfo], start: int, end: int, step: int) -> Float:
    """Means of signals in cells of a window, powers in kW: float64[cells, signals]."""
    grid = _Grid(store, start, end, step)
    return np.column_stack([grid.together([one]) for one in infos])


def _is_same(meter: Float, inverters: Float) -> bool:
    """Whether a meter goes with the sum of the inverters."""
    both = np.isfinite(meter) & np.isfinite(inverters) & (inverters > 0)
    total = inverters[both].sum()
    return bool(total > 0 and SAME_POWER[0] < meter[both].sum() / total < SAME_POWER[1])


def _temperature(grid: _Grid, signals: PlantSignals, poa: Float) -> tuple[Float, str]:
    """Temperature of the modules, measured or from that of the air."""
    if signals.temp_module:
        return grid.together(signals.temp_module), "module"
    if signals.temp_air and np.isfinite(poa).any():
        air, wind = grid.together(signals.temp_air), grid.together(signals.wind)
        return pv.module_temperature(poa, air, wind), "air"
    return np.full(grid.n, np.nan), ""


def _add_sun(frame: pd.DataFrame, facts: PlantFacts, step: int) -> None:
    """Where the sun stands in the middle of each cell, and the clear sky in the plane."""
    nothing = np.full(len(frame), np.nan)
    frame["elevation"], frame["sun_azimuth"], frame["clear_sky"] = nothing, nothing, nothing
    middle = frame["ts"].to_numpy() + step // 2
    if facts.latitude is not None and facts.longitude is not None:
        up, azimuth = pv_sun.sun_position(middle, facts.latitude, facts.longitude)
        frame["elevation"], frame["sun_azimuth"] = up, azimuth
        frame["lit"] = up > HORIZON
        day = pd.to_datetime(middle, unit="us", utc=True).day_of_year.to_numpy(np.int64)
        planes = [(one.kwp, one.tilt, one.azimuth) for one in facts.planes]
        if facts.tilt is not None and facts.azimuth is not None:
            planes = [(1.0, facts.tilt, facts.azimuth)]
        if planes:
            clear = [kwp * pv_sun.clear_sky_plane(up, azimuth, day, *at) for kwp, *at in planes]
            frame["clear_sky"] = np.sum(clear, axis=0) / sum(kwp for kwp, *_ in planes)
        return
    light = np.nan_to_num(frame["poa_global"].to_numpy(), nan=0.0) > 0
    frame["lit"] = light | (np.nan_to_num(frame["ac_kw"].to_numpy(), nan=0.0) > 0)


class _Grid:
    """Means of signals in cells of a window."""

    def __init__(self, store: Store, start: int, end: int, step: int) -> None:
        self.store, self.start, self.end, self.step = store, start, end, step
        first = start // step
        self.n = -(-end // step) - first
        self.ts: Int = (np.arange(self.n, dtype=np.int64) + first) * step
        self._held: dict[tuple[str, str], tuple[Float, Float]] = {}

    def mean(self, info: SignalInfo) -> Float:
        """Mean per cell, powers in kW; NaN where less than half of it is covered."""
        found, cover = self._cells(info)
        return np.where(cover >= LEAST_COVER, found, np.nan)

    def table(self, infos: Sequence[SignalInfo]) -> pd.DataFrame:
        """A column per signal."""
        alike = len({one.name for one in infos}) < len(infos)
        named = {f"{one.device} {one.name}" if alike else one.name: one for one in infos}
        columns = {name: self.mean(one) for name, one in named.items()}
        return pd.DataFrame(columns, index=range(self.n))

    def together(self, infos: Sequence[SignalInfo]) -> Float:
        """Median of several sensors of one quantity; slow ones joined by lines."""
        if not infos:
            return np.full(self.n, np.nan)
        columns = [self._slow(one) if self._is_slow(one) else self.mean(one) for one in infos]
        found: Float = pd.DataFrame(dict(enumerate(columns))).median(axis=1).to_numpy(np.float64)
        return found

    def light(self, facts: PlantFacts, signals: PlantSignals) -> Float:
        """Irradiance on the modules; of several planes the mean weighted by nominal power."""
        if not signals.poa_planes and not facts.computed:
            return self.together(signals.poa)
        tilt, azimuth = facts.tilt or 0.0, facts.azimuth or 0.0
        planes = facts.planes or (Plane(tilt, azimuth, 1.0, ()),)
        sensors = signals.poa_planes or ((),)
        of_planes = [self.together(mine) for mine in sensors]
        dark = [at for at, mine in enumerate(sensors) if not mine]
        if dark:
            found = self._computed(facts, signals, [planes[at] for at in dark])
            for at, light in zip(dark, found, strict=True):
                of_planes[at] = light
        kwp = [one.kwp for one in planes]
        weighted: Float = np.average(np.column_stack(of_planes), axis=1, weights=kwp)
        return weighted

    def _computed(
        self, facts: PlantFacts, signals: PlantSignals, planes: Sequence[Plane]
    ) -> list[Float]:
        """Irradiance in planes by what is measured horizontally."""
        assert facts.latitude is not None and facts.longitude is not None
        site = PlantModel(
            facts.latitude, facts.longitude, facts.altitude_m, (), facts.horizon, facts.albedo
        )
        sky = {"ghi": signals.ghi, "dni": signals.dni, "dhi": signals.dhi}
        weather = {name: self.together(infos) for name, infos in sky.items() if infos}
        return expected.irradiance_in_planes(
            self.ts + self.step // 2, pd.DataFrame(weather), site,
            [(one.tilt, one.azimuth) for one in planes],
        )  # fmt: skip

    def hours(self, infos: Sequence[SignalInfo]) -> Float:
        """Hours of each cell that readings of all the signals stand for."""
        cover = np.min([self._cells(one)[1] for one in infos], axis=0)
        inside = np.minimum(self.ts + self.step, self.end) - np.maximum(self.ts, self.start)
        hours: Float = np.minimum(cover * self.step, inside) / HOUR
        return hours

    def dc_power(self, signals: PlantSignals) -> pd.DataFrame:
        """DC power of each unit, measured or from its current and voltage."""
        if signals.dc_power:
            return self.table(signals.dc_power)
        amps, volts = signals.dc_current, signals.dc_voltage
        if not amps or len(amps) != len(volts):
            return pd.DataFrame(index=range(self.n))
        pairs = zip(amps, volts, strict=True)
        alike = len({one.name for one in amps}) < len(amps)
        return pd.DataFrame(
            {f"{a.device} {a.name}" if alike else a.name: self._product(a, v) for a, v in pairs},
            index=range(self.n),
        )

    def _product(self, amps: SignalInfo, volts: SignalInfo) -> Float:
        """Means of the products of readings of one moment, where there are not too many [kW]."""
        rows = [self._rows(one)[0] for one in (amps, volts)]
        ts, mine, other = np.intersect1d(rows[0].ts, rows[1].ts, return_indices=True)
        watts = (rows[0].sum / rows[0].count)[mine] * (rows[1].sum / rows[1].count)[other]
        found, cover = self._gathered(ts, watts * 1e-3, rows[0].count[mine], amps)
        return np.where(cover >= LEAST_COVER, found, np.nan)

    def _rows(self, info: SignalInfo) -> tuple[Buckets, str]:
        level = fine_level(self.store, info, self.start, self.end, self.step)
        return self.store.buckets(info.device, info.name, self.start, self.end, level), level

    def _cells(self, info: SignalInfo) -> tuple[Float, Float]:
        """Mean and share covered of each cell."""
        key = info.device, info.name
        if key not in self._held:
            rows, _ = self._rows(info)
            mean = rows.sum * SCALE.get(info.unit, 1.0) / rows.count
            self._held[key] = self._gathered(rows.ts, mean, rows.count, info)
        return self._held[key]

    def _gathered(
        self, ts: Int, mean: Float, count: Int, info: SignalInfo
    ) -> tuple[Float, Float]:  # fmt: skip
        cell = (ts - self.ts[0]) // self.step
        inside = (cell >= 0) & (cell < self.n) & np.isfinite(mean)
        cell, mean, count = cell[inside], mean[inside], count[inside]
        readings = np.bincount(cell, weights=count, minlength=self.n)
        total = np.bincount(cell, weights=mean * count, minlength=self.n)
        # The typical step is stretched by nights without readings; no source is slower than a cell.
        step = min(info.step_us, self.step)
        full = (readings + SLACK_STEPS) * step > self.step
        cover = np.where(full & (readings > 0), 1.0, readings * step / self.step)
        means = np.divide(total, readings, out=np.full(self.n, np.nan), where=readings > 0)
        return means, np.minimum(cover, 1.0)

    def _is_slow(self, info: SignalInfo) -> bool:
        level = fine_level(self.store, info, self.start, self.end, self.step)
        return info.step_us > SLOWER * self.step or level_width(level) > self.step

    def _slow(self, info: SignalInfo) -> Float:
        """Readings rarer than cells, joined by lines over at most two of their steps."""
        rows, level = self._rows(info)
        if not len(rows.ts):
            return np.full(self.n, np.nan)
        reach = max(info.step_us, level_width(level))
        at = rows.ts + level_width(level) // 2
        middle = self.ts + self.step // 2
        found = np.interp(middle, at, rows.sum / rows.count)
        place = np.searchsorted(at, middle).clip(1, max(len(at) - 1, 1))
        before, after = at[place - 1], at[np.minimum(place, len(at) - 1)]
        near = np.minimum(np.abs(middle - before), np.abs(after - middle)) <= reach
        return np.where(near, found, np.nan)
