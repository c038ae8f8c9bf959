"""Weather of a plant as `core.analytics.expected` takes it, from what the store has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import QueryError
from core.expected_model import columns_of, lights_all
from core.inputs import WeatherAt, weather_at
from core.known_plants import sensor_signal, sensors_of
from core.levels import HOUR, MINUTE
from core.plants import IRRADIANCES, Plant
from core.query import SignalInfo, Store
from core.rollup import Int
from core.weather_names import NOMINAL_YEAR, TYPICAL
from core.windows import fine_level

LEAST_COVERAGE = 0.5  # of a step; below it has no value
PLAIN = ("ghi", "dni", "dhi", "temp_air", "wind_speed", "poa_global")
SKY = IRRADIANCES[1:]
SENSOR_STEPS = (15 * MINUTE, HOUR)


@dataclass(frozen=True)
class PlantWeather:
    """Weather of a plant in a window.

    Attributes
    ----------
    frame : by `ts` [µs UTC, start of the step], as `expected_power` takes it.
    step_us : length of a step [µs].
    origin : ``measured``, ``reanalysis`` or ``forecast``: where the irradiance is from.
    device : of weather that told what no sensor measures; empty where none did.
    uncertainty : of irradiation, as the sensor's class says; None where it is not known.
    """

    frame: pd.DataFrame
    step_us: int
    origin: str
    device: str = ""
    uncertainty: float | None = None


def means(store: Store, info: SignalInfo, start: int, end: int, step: int) -> pd.Series:
    """Means of a signal by steps of [start, end); steps with few readings have none."""
    rows = store.buckets(
        info.device, info.name, start, end, fine_level(store, info, start, end, step)
    )
    cell = (rows.ts - start) // step
    # Counts are of 32 bits; times a step in microseconds they would run over.
    counted = rows.count.astype(np.float64)
    sums = pd.DataFrame({"sum": rows.sum, "count": counted}).groupby(cell).sum()
    mean = sums["sum"] / sums["count"]
    # A signal slower than the step has one reading in some steps, and that is all there is.
    full = sums["count"] * max(info.step_us, 1) >= LEAST_COVERAGE * step
    mean = mean[full | (info.step_us >= step)]
    mean.index = pd.Index(start + np.maximum(mean.index.to_numpy(np.int64), 0) * step, name="ts")
    return mean


def load_weather(store: Store, plant: Plant, start: int, end: int) -> PlantWeather:
    """The best weather that the store has of a plant in [start, end) [µs UTC].

    Irradiance of a sensor in the plane goes before one of a horizontal sensor, and both before a
    device of weather; forecasts are not taken, for what happened is asked.

    Raises
    ------
    QueryError : no irradiance or no temperature is known; says what would mend it.
    """
    grid = start // HOUR * HOUR
    measured, uncertainty = _sensors(store, plant, grid, end)
    lit = lights_all(plant, set(measured))
    if not lit:  # the light of some arrays says nothing of the others
        measured = {n: s for n, s in measured.items() if not n.startswith("poa_global")}
    others = [one for one in weather_at(store, plant) if one.kind in ("reanalysis", "measured")]
    if lit and {"temp_air", "temp_cell", "temp_module"} & set(measured):
        step = _step(measured)
        frame = pd.DataFrame(measured).reindex(np.arange(grid, end, step))
        frame.index.name = "ts"
        return PlantWeather(frame, step, "measured", uncertainty=uncertainty)
    for one in others:
        told = _of_device(store, one, grid, end)
        if "temp_air" not in told or not (lit or {"ghi", "poa_global"} & set(told)):
            continue
        if lit:
            told = told.drop(columns=[n for n in (*SKY, "sun_ts") if n in told])
        hourly = pd.DataFrame({name: _hourly(series) for name, series in measured.items()})
        frame = pd.concat([told.drop(columns=[n for n in hourly if n in told]), hourly], axis=1)
        frame = frame.reindex(np.arange(grid, end, HOUR))
        if "sun_ts" in frame:
            middle = pd.Series(frame.index + HOUR // 2, frame.index)
            frame["sun_ts"] = frame["sun_ts"].fillna(middle).astype(np.int64)
        frame.index.name = "ts"
        origin = "measured" if lit else one.kind
        return PlantWeather(frame, HOUR, origin, one.device.name, uncertainty if lit else None)
    lacking = "no temperature" if lit else "no irradiance"
    raise QueryError(
        f"plant {plant.name}: {lacking} is known in this window; name a sensor in the plant's "
        "description, or fetch weather: python -m ingest fetch weather --kind archive"
    )


def _sensors(
    store: Store, plant: Plant, start: int, end: int
) -> tuple[dict[str, pd.Series], float | None]:
    """Means of the plant's sensors by what they measure, and the worst uncertainty among them."""
    found: dict[str, list[tuple[SignalInfo, pd.Series]]] = {}
    classes: list[float | None] = []
    infos = [(sensor, sensor_signal(store, plant, sensor)) for sensor in sensors_of(store, plant)]
    slowest = max((info.step_us for _, info in infos), default=0)
    step = next((one for one in SENSOR_STEPS if one >= slowest * 0.99), HOUR)
    for sensor, info in infos:
        series = means(store, info, start, end, step)
        if not len(series):
            continue
        for name in columns_of(plant, sensor):
            found.setdefault(name, []).append((info, series))
        if sensor.measures in IRRADIANCES:
            classes.append(sensor.uncertainty_ratio)
    together = {
        name: pd.concat([series for _, series in mine], axis=1).mean(axis=1)
        for name, mine in found.items()
    }
    known = [one for one in classes if one is not None]
    return together, max(known) if known and len(known) == len(classes) else None


def _step(measured: dict[str, pd.Series]) -> int:
    apart = [int(np.diff(series.index).min()) for series in measured.values() if len(series) > 1]
    return min((one for one in apart if one in SENSOR_STEPS), default=HOUR)


def _hourly(series: pd.Series) -> pd.Series:
    ts = series.index.to_numpy(np.int64)
    return series.groupby(ts // HOUR * HOUR).mean()


def _of_device(store: Store, one: WeatherAt, start: int, end: int) -> pd.DataFrame:
    """Hourly weather of a device, and where the sun stood for its irradiance."""
    told = one.device.facts.get("weather")
    instant = isinstance(told, dict) and told.get("sampling") == "instant"
    columns: dict[str, pd.Series] = {}
    for info in store.signals(one.device.name):
        if info.name in PLAIN and info.rows:
            ts, value = store.raw(info.device, info.name, start, end)
            series = pd.Series(value, index=ts)
            if info.name in SKY and instant and "sun_ts" not in columns:
                columns["sun_ts"] = _first_of_hour(pd.Series(ts, index=ts))
            columns[info.name] = _first_of_hour(series) if instant else _hourly(series)
    # Irradiance in the plane of whatever the service was asked for is not that of this plant.
    columns.pop("poa_global", None)
    return pd.DataFrame(columns)


def _first_of_hour(series: pd.Series) -> pd.Series:
    ts = series.index.to_numpy(np.int64)
    return series.groupby(ts // HOUR * HOUR).first()


# --- a typical year -----------------------------------------------------------------------------


def typical_device(store: Store, plant: Plant) -> WeatherAt | None:
    """The nearest typical year of a plant, None where there is none within reach."""
    found = weather_at(store, plant.model_copy(update={"weather": None}))
    return next((one for one in found if one.kind == "typical"), None)


def load_typical(store: Store, one: WeatherAt) -> pd.DataFrame:
    """A typical year, hour by hour of its nominal year, as `expected_power` takes it."""
    start = int(np.datetime64(f"{NOMINAL_YEAR}", "us").astype(np.int64))
    end = int(np.datetime64(f"{NOMINAL_YEAR + 1}", "us").astype(np.int64))
    columns: dict[str, pd.Series] = {}
    for info in store.signals(one.device.name):
        plain = info.name.removesuffix(TYPICAL)
        if plain not in PLAIN or plain == info.name:
            continue
        ts, value = store.raw(info.device, info.name, start, end + HOUR)
        columns[plain] = _first_of_hour(pd.Series(value, index=ts))
        if plain == "ghi":
            columns["sun_ts"] = _first_of_hour(pd.Series(ts, index=ts))
    frame = pd.DataFrame(columns)
    frame.index.name = "ts"
    return frame[frame.index < end]


def nominal_hours(ts: Int) -> Int:
    """The hour of the nominal year for each time; 29 February takes the 28th."""
    stamps = ts.astype("datetime64[us]")
    year = stamps.astype("datetime64[Y]")
    within = (stamps - year).astype(np.int64)
    leap = (year + 1).astype("datetime64[D]") - year.astype("datetime64[D]") == np.timedelta64(366)
    after = leap & (within >= 59 * 24 * HOUR)
    start = np.datetime64(f"{NOMINAL_YEAR}", "us").astype(np.int64)
    return np.asarray(start + (within - np.where(after, 24 * HOUR, 0)) // HOUR * HOUR)
