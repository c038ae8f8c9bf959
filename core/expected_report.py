"""Expected against actual production of a plant, with the reasons for the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.energy import Every, local_periods
from core.analytics.expected import Expected, Reasons, expected_power, reasons
from core.errors import QueryError
from core.expected_model import model_of
from core.expected_weather import (
    PlantWeather,
    load_typical,
    load_weather,
    means,
    nominal_hours,
    typical_device,
)
from core.levels import HOUR
from core.plants import Plant
from core.pv_load import output_signals
from core.pv_plant import inverter_signals, power_signals
from core.query import SignalInfo, Store
from core.rollup import day_index
from core.signals import canonical_unit

PERIODS: tuple[Every, ...] = ("1d", "1w", "1mo", "1y")


@dataclass(frozen=True)
class ExpectedReport:
    """What a plant should have given and gave.

    Attributes
    ----------
    weather : what the expectation goes by; its `origin` is to be said beside every figure.
    actual : AC power by the steps of the expectation [kW]; NaN without a reading.
    periods : by local period: `start` [µs UTC], `expected`, `actual` [kWh] over the steps that
        have both, `ratio` actual / expected, `covered` share of the expected energy that has a
        reading, `typical` [kWh] for all of the period.
    reasons : for the whole window.
    typical_device : name of the typical year; empty where there is none.
    assumed : what the plant's description left out.
    """

    plant: Plant
    weather: PlantWeather
    expected: Expected
    actual: pd.Series
    periods: pd.DataFrame
    reasons: Reasons
    typical_device: str
    assumed: tuple[str, ...]

    @property
    def specific_yield(self) -> float:
        """Expected energy over nominal power [kWh/kWp], of the steps with weather."""
        return self.expected.energy_kwh / self.plant.kwp


WHOLE = "plant"  # column of a plant whose inverters have no readings of their own


def actual_power(store: Store, plant: Plant, start: int, end: int, step_us: int) -> pd.DataFrame:
    """AC power [kW] by steps of [start, end); NaN without a reading.

    One column `WHOLE` by the plant's meter where it has one, else a column per inverter: the
    choice of `core.pv_load.output_signals`.

    Raises
    ------
    QueryError : there is none, or an inverter has none while another has.
    UnknownDevice, UnknownSignal : the plant names what the store does not have.
    """
    signals = power_signals(store, plant)
    output = () if signals is None else output_signals(store, signals, start, end)
    found = inverter_signals(store, plant)
    silent = [name for name, infos in found.items() if not infos]
    if signals is not None and output == (signals.meter,):
        found = {WHOLE: list(output)}
    elif silent and len(silent) < len(found):
        raise QueryError(f"plant {plant.name}: no signal tells the power of {', '.join(silent)}")
    elif silent and not output:
        raise QueryError(f"plant {plant.name}: no signal tells its power; name ac_power")
    elif silent:
        found = {WHOLE: list(output)}
    return _powers(store, found, start, end, step_us)


def _powers(
    store: Store, found: dict[str, list[SignalInfo]], start: int, end: int, step_us: int
) -> pd.DataFrame:
    """Sums of signals [kW] by steps, a column per name."""
    grid = np.arange(start, end, step_us)
    columns: dict[str, pd.Series] = {}
    for name, infos in found.items():
        total = pd.Series(0.0, index=pd.Index(grid, name="ts"))
        for info in infos:
            unit, factor = canonical_unit(info.unit)
            if unit != "kW":
                raise QueryError(f"{info.device}/{info.name} [{info.unit}] is not a power")
            total = total + means(store, info, start, end, step_us).reindex(grid) * factor
        columns[name] = total
    return pd.DataFrame(columns)


def _by_inverter(
    store: Store, plant: Plant, gave: pd.DataFrame, start: int, end: int, step_us: int
) -> pd.DataFrame:
    """Power of each inverter, to tell which stood still; the plant's where one is not known."""
    found = inverter_signals(store, plant)
    if WHOLE not in gave or len(found) == 1 or not all(found.values()):
        return gave
    return _powers(store, found, start, end, step_us).reindex(gave.index)


def typical_expected(store: Store, plant: Plant) -> tuple[Expected, str] | None:
    """What a plant gives in its typical year, and the device that told it; None without one."""
    one = typical_device(store, plant)
    if one is None:
        return None
    return expected_power(load_typical(store, one), model_of(plant), 1.0), one.device.name


def expected_report(
    store: Store, plant: Plant, start: int, end: int, period: Every = "1mo"
) -> ExpectedReport:
    """Expected against actual in [start, end) [µs UTC].

    Parameters
    ----------
    period : local periods of the table, one of `PERIODS`.

    Raises
    ------
    QueryError : weather or power is not known; says what would mend it.
    UnknownDevice, UnknownSignal, BadWindow
    """
    weather = load_weather(store, plant, start, end)
    expected = expected_power(weather.frame, model_of(plant), weather.step_us / HOUR)
    index = weather.frame.index.to_numpy(np.int64)
    first = int(index[0])
    gave = actual_power(store, plant, first, end, weather.step_us).reindex(index)
    units = _by_inverter(store, plant, gave, first, end, weather.step_us)
    kwp = {WHOLE: plant.kwp} | {
        one.name: sum(array.kwp for array in plant.arrays_of(one.name)) for one in plant.inverters
    }
    zone = plant.zone or store.zone
    found = typical_expected(store, plant)
    typical = None if found is None else _in_these_days(found[0], index, weather.step_us)
    actual = gave.sum(axis=1, skipna=False)
    why = reasons(expected, units, kwp, day_index(index, zone), typical, actual)
    table = _periods(expected, actual, typical, local_periods(start, end, zone, period))
    name = "" if found is None else found[1]
    return ExpectedReport(plant, weather, expected, actual, table, why, name, plant.assumed)


def _in_these_days(typical: Expected, index: np.ndarray, step_us: int) -> Expected:
    """A typical year laid over the hours of a window."""
    hours = nominal_hours(index)
    frame = typical.frame.reindex(hours).set_axis(pd.Index(index, name="ts"))
    powers = typical.inverters.reindex(hours).set_axis(frame.index)
    return Expected(frame, powers, step_us / HOUR, typical.inputs)


def _periods(
    expected: Expected, actual: pd.Series, typical: Expected | None, edges: np.ndarray
) -> pd.DataFrame:
    ts = expected.frame.index.to_numpy(np.int64)
    place = np.searchsorted(edges, ts, side="right") - 1
    ac = expected.frame["ac"] * expected.step_h
    both = ac.notna() & actual.notna()
    frame = pd.DataFrame(
        {"expected": ac.where(both), "actual": actual.where(both) * expected.step_h, "all": ac,
         "typical": np.nan if typical is None else typical.frame["ac"] * expected.step_h}
    )  # fmt: skip
    inside = (place >= 0) & (place < len(edges) - 1)
    sums = frame[inside].groupby(place[inside]).sum(min_count=1)
    sums["ratio"] = (sums["actual"] / sums["expected"]).where(sums["expected"] > 0)
    sums["covered"] = (sums["expected"] / sums["all"]).where(sums["all"] > 0)
    sums.insert(0, "start", edges[sums.index.to_numpy()])
    return sums.drop(columns="all").reset_index(drop=True)
