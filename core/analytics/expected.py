"""What a PV plant should give in some weather, and why it gave something else.

The chain: sun, irradiance in the plane of each array (Hay and Davies, or Perez), shade of the
horizon on what comes from the sun's place, reflection, cell temperature, DC power with its
temperature coefficient, losses, inverter with its limit, export limit. docs/methods-expected.md has
the formulas with their sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sky = Literal["haydavies", "perez"]
G_STC, T_STC = 1000.0, 25.0  # W/m², °C
BEAM_ZENITH = 87.0  # °; beyond it the beam is a difference of small numbers; as pvlib's Erbs
WIND_WITHOUT = 1.0  # m/s where none is told; the SAPM's own reference
_SAPM = {
    ("open_rack", "glass_polymer"): "open_rack_glass_polymer",
    ("open_rack", "glass_glass"): "open_rack_glass_glass",
    ("roof", "glass_polymer"): "close_mount_glass_glass",
    ("roof", "glass_glass"): "close_mount_glass_glass",
    ("integrated", "glass_polymer"): "insulated_back_glass_polymer",
    ("integrated", "glass_glass"): "insulated_back_glass_polymer",
}
_PVSYST = {"open_rack": "freestanding", "roof": "semi_integrated", "integrated": "insulated"}


@dataclass(frozen=True)
class ArrayModel:
    """An array: tilt and azimuth [°], kWp, and how warm it gets (see `core.plants.Array`)."""

    tilt: float
    azimuth: float
    kwp: float
    gamma_pdc: float = -0.004
    mounting: str = "open_rack"
    module: str = "glass_polymer"
    temp_model: str = "sapm"
    name: str = "array"


@dataclass(frozen=True)
class InverterModel:
    """An inverter, its arrays, its limit [kW] and nominal efficiency."""

    arrays: tuple[ArrayModel, ...]
    ac_limit_kw: float | None = None
    efficiency: float = 0.96
    name: str = "inverter"

    @property
    def kwp(self) -> float:
        """Nominal DC power of its arrays."""
        return sum(one.kwp for one in self.arrays)


@dataclass(frozen=True)
class PlantModel:
    """A plant as the chain needs it; `horizon` pairs (azimuth, elevation) [°].

    Attributes
    ----------
    reflection : of what comes from the sun's place alone (``beam``, as PVWatts does and its usual
        losses are meant), or of what comes from sky and ground too (``sky``).
    """

    latitude: float
    longitude: float
    altitude_m: float
    inverters: tuple[InverterModel, ...]
    horizon: tuple[tuple[float, float], ...] = ()
    albedo: float = 0.2
    losses: float = 0.14
    export_limit_kw: float | None = None
    sky: Sky = "haydavies"
    reflection: Literal["beam", "sky"] = "beam"

    @property
    def kwp(self) -> float:
        """Nominal DC power [kWp]."""
        return sum(one.kwp for one in self.inverters)


@dataclass(frozen=True)
class Expected:
    """What a plant should give.

    Attributes
    ----------
    frame : by `ts` [µs UTC]: `poa_global`, `poa_effective` [W/m²] and `temp_cell` [°C] as means
        over the arrays by kWp, `dc_stc` [kW] at 25 °C, `dc` [kW] after temperature and losses,
        `ac_free` [kW] without limits, `ac` [kW], `clipped` [kW].
    inverters : AC power of each [kW], by the same times.
    step_h : length of a step [h].
    inputs : which weather stood where: ``poa`` of ``measured`` or ``modelled``, ...
    """

    frame: pd.DataFrame
    inverters: pd.DataFrame
    step_h: float
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def energy_kwh(self) -> float:
        """AC energy of all steps."""
        return float(self.frame["ac"].sum() * self.step_h)


# --- sun and sky --------------------------------------------------------------------------------


def sun_of(ts: NDArray[np.int64], plant: PlantModel) -> pd.DataFrame:
    """Place of the sun at times [µs UTC]: `apparent_zenith`, `azimuth` [°], `dni_extra` [W/m²].

    Source: NREL's SPA as pvlib has it, NREL/TP-560-34302.
    """
    import pvlib

    index = pd.DatetimeIndex(ts.astype("datetime64[us]")).tz_localize("UTC")
    sun = pvlib.solarposition.get_solarposition(
        index, plant.latitude, plant.longitude, plant.altitude_m
    )
    extra = pvlib.irradiance.get_extra_radiation(index.day_of_year.to_numpy())
    names = ("apparent_zenith", "zenith", "azimuth")
    return pd.DataFrame({name: sun[name].to_numpy() for name in names} | {"dni_extra": extra})


def flag_behind_horizon(
    azimuth: Floats, elevation: Floats, horizon: Sequence[tuple[float, float]]
) -> NDArray[np.bool_]:
    """Whether the sun stands behind a horizon, straight lines between its points [°]."""
    if not horizon:
        return np.asarray(elevation <= 0)
    edge = np.array(horizon, np.float64)
    height = np.interp(np.mod(azimuth, 360), edge[:, 0], edge[:, 1], period=360)
    return np.asarray(elevation <= np.maximum(height, 0))


def split_ghi(weather: pd.DataFrame, sun: pd.DataFrame, ts: NDArray[np.int64]) -> pd.DataFrame:
    """Beam and diffuse: what is not known of them by closure, or where none is by Erbs.

    Closure is GHI = DHI + DNI·cos(zenith); within 3° of the horizon it tells no beam.

    Source: Erbs, Klein and Duffie, Solar Energy 28 (1982) 293.
    """
    import pvlib

    found = weather[["ghi"]].copy()
    index = pd.DatetimeIndex(ts.astype("datetime64[us]")).tz_localize("UTC")
    day = index.day_of_year.to_numpy()
    split = pvlib.irradiance.erbs(found["ghi"].to_numpy(), sun["zenith"].to_numpy(), day)
    ghi, zenith = found["ghi"].to_numpy(), sun["zenith"].to_numpy()
    cos = np.cos(np.radians(zenith))
    nothing = np.full(len(found), np.nan)
    dni, dhi = (weather[n].to_numpy() if n in weather else nothing for n in ("dni", "dhi"))
    high = zenith < BEAM_ZENITH
    by_dhi = np.where(high, np.maximum(ghi - dhi, 0) / np.where(high, cos, 1.0), 0.0)
    by_dni = np.maximum(ghi - np.maximum(dni * cos, 0), 0)
    neither = np.isnan(dni) & np.isnan(dhi)
    found["dni"] = np.where(neither, split["dni"], np.where(np.isnan(dni), by_dhi, dni))
    found["dhi"] = np.where(neither, split["dhi"], np.where(np.isnan(dhi), by_dni, dhi))
    return found


def irradiance_in_planes(
    ts: NDArray[np.int64],
    weather: pd.DataFrame,
    site: PlantModel,
    planes: Sequence[tuple[float, float]],
) -> list[Floats]:
    """Irradiance in planes [W/m²] from what is measured horizontally; NaN where that is not known.

    Parameters
    ----------
    ts : int64[n], middle of the means [µs UTC].
    weather : n rows: `ghi`, and where known `dni`, `dhi` [W/m²].
    planes : tilt and azimuth [°] of each.

    Source: as `split_ghi` and `plane_of_array`.
    """
    sun = sun_of(ts, site)
    positive = weather.clip(lower=0).reset_index(drop=True)  # a sensor's offset at night
    sky = split_ghi(positive, sun, ts)
    unknown = positive["ghi"].isna().to_numpy()
    found = []
    for tilt, azimuth in planes:
        light = plane_of_array(sky, sun, site, ArrayModel(tilt, azimuth, 1.0))
        found.append(np.where(unknown, np.nan, light["global"].to_numpy()))
    return found


def plane_of_array(
    sky: pd.DataFrame, sun: pd.DataFrame, plant: PlantModel, array: ArrayModel
) -> pd.DataFrame:
    """Irradiance in the plane of an array [W/m²].

    Returns
    -------
    `direct` and `circumsolar`, none of both behind the horizon; `diffuse` of the rest of the sky,
    `ground`; `global` is their sum, `effective` that less what glass reflects.

    Source: Hay and Davies (1980); Perez et al., Solar Energy 44 (1990) 271; reflection by Snell
    and Bouguer, De Soto et al., Solar Energy 80 (2006) 78.
    """
    import pvlib

    zenith, azimuth = sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy()
    # As arrays: pvlib answers a Series with a Series, whose index would have to fit.
    dni, dhi, ghi = (
        np.nan_to_num(sky[name].to_numpy(np.float64)) for name in ("dni", "dhi", "ghi")
    )
    extra = sun["dni_extra"].to_numpy()
    aoi = pvlib.irradiance.aoi(array.tilt, array.azimuth, zenith, azimuth)
    direct = np.maximum(dni * np.cos(np.radians(aoi)), 0)
    told = {"surface_tilt": array.tilt, "surface_azimuth": array.azimuth, "dhi": dhi, "dni": dni,
            "dni_extra": extra, "solar_zenith": zenith, "solar_azimuth": azimuth,
            "return_components": True}  # fmt: skip
    if plant.sky == "perez":
        air = np.nan_to_num(pvlib.atmosphere.get_relative_airmass(zenith), nan=40.0)
        parts = pvlib.irradiance.perez(airmass=air, **told)
    else:
        parts = pvlib.irradiance.haydavies(**told)
    circumsolar = np.maximum(np.nan_to_num(np.asarray(parts["poa_circumsolar"])), 0)
    total = np.nan_to_num(np.asarray(parts["poa_sky_diffuse"]))
    diffuse = np.maximum(total - circumsolar, 0)
    ground = pvlib.irradiance.get_ground_diffuse(array.tilt, ghi, plant.albedo)
    hidden = flag_behind_horizon(azimuth, 90 - zenith, plant.horizon)
    direct, circumsolar = np.where(hidden, 0, direct), np.where(hidden, 0, circumsolar)
    through = _let_through(array.tilt, aoi, plant.reflection)
    effective = (direct + circumsolar) * through[0] + diffuse * through[1] + ground * through[2]
    return pd.DataFrame(
        {"direct": direct, "circumsolar": circumsolar, "diffuse": diffuse, "ground": ground,
         "global": direct + circumsolar + diffuse + ground, "effective": effective}
    )  # fmt: skip


def _let_through(tilt: float, aoi: Floats, reflection: str) -> tuple[Floats, float, float]:
    """Share that glass lets through: of the beam, of the sky, of the ground.

    The latter two by integration over the sky: Marion, Solar Energy 147 (2017) 344.
    """
    import pvlib

    beam = np.nan_to_num(pvlib.iam.physical(aoi))
    if reflection == "beam":
        return beam, 1.0, 1.0
    whole = pvlib.iam.marion_diffuse("physical", tilt)
    return beam, float(whole["sky"]), float(np.nan_to_num(whole["ground"], nan=1.0))


def cell_temperature(
    poa_global: Floats, temp_air: Floats, wind_speed: Floats, array: ArrayModel
) -> Floats:
    """Temperature of the cells [°C].

    Source: King et al., SAND2004-3535 (SAPM); PVsyst's Uc and Uv; Faiman, Prog. Photovolt. 16
    (2008) 307.
    """
    from pvlib import temperature

    known = temperature.TEMPERATURE_MODEL_PARAMETERS
    if array.temp_model == "pvsyst":
        told = known["pvsyst"][_PVSYST[array.mounting]]
        return np.asarray(temperature.pvsyst_cell(poa_global, temp_air, wind_speed, **told))
    if array.temp_model == "faiman":
        return np.asarray(temperature.faiman(poa_global, temp_air, wind_speed))
    told = known["sapm"][_SAPM[array.mounting, array.module]]
    return np.asarray(temperature.sapm_cell(poa_global, temp_air, wind_speed, **told))


def _behind(array: ArrayModel) -> float:
    """How much warmer cells are than the back of the module at 1000 W/m² [K]; SAND2004-3535."""
    from pvlib import temperature

    known = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]
    return float(known[_SAPM[array.mounting, array.module]]["deltaT"])


# --- power --------------------------------------------------------------------------------------


def inverter_power(dc_kw: Floats, inverter: InverterModel) -> tuple[Floats, Floats]:
    """AC power [kW] with the inverter's limit and without.

    Without a limit the inverter is taken to be as large as its arrays, and clips nothing. Source:
    PVWatts version 5, NREL/TP-6A20-62641, section 5.
    """
    limit = inverter.ac_limit_kw
    pdc0 = inverter.kwp if limit is None else limit / inverter.efficiency
    share = np.maximum(dc_kw / pdc0, 1e-9)
    curve = (-0.0162 * share - 0.0059 / share + 0.9858) * inverter.efficiency / 0.9637
    free = np.where(dc_kw > 0, np.maximum(curve, 0) * dc_kw, 0.0)
    # Beyond its rating the curve means nothing; what could be had keeps the efficiency there.
    free = np.where(dc_kw > pdc0, dc_kw * inverter.efficiency, free)
    free = np.where(np.isnan(dc_kw), np.nan, free)
    limited = free if limit is None else np.asarray(np.minimum(free, limit))
    return limited, np.asarray(free)


def expected_power(weather: pd.DataFrame, plant: PlantModel, step_h: float) -> Expected:
    """What a plant should give, step by step.

    Parameters
    ----------
    weather : by `ts` [µs UTC, start of the step]: `ghi` with or without `dni` and `dhi`, or
        `poa_global` measured (also `poa_global:NAME` for the array of that name); `temp_air` or
        measured `temp_cell` or `temp_module`; `wind_speed` where known. `sun_ts` says where the
        sun is taken from; the middle of the step where it is absent.
    step_h : length of a step [h].

    Raises
    ------
    ValueError : there is neither irradiance nor temperature to go by.
    """
    ts = weather.index.to_numpy(np.int64)
    sun_ts = weather["sun_ts"].to_numpy(np.int64) if "sun_ts" in weather else _middle(ts, step_h)
    if not any(name == "ghi" or str(name).startswith("poa_global") for name in weather):
        raise ValueError("weather has no irradiance: ghi or poa_global")
    warm = {"temp_cell", "temp_module"} & set(weather)
    if not warm and "temp_air" not in weather:
        raise ValueError("weather has no temperature: temp_air, temp_module or temp_cell")
    light = None
    if "ghi" in weather:
        sun = sun_of(sun_ts, plant)
        light = split_ghi(weather, sun, sun_ts), sun
    total = pd.DataFrame(0.0, index=weather.index, columns=list(_SUMS))
    inverters: dict[str, Floats] = {}
    measured = False
    for inverter in plant.inverters:
        dc = np.zeros(len(ts))
        for array in inverter.arrays:
            one = _array_power(weather, light, plant, array)
            measured = measured or bool(one.pop("measured"))
            dc = dc + one["dc"]
            for name in ("poa_global", "poa_effective", "temp_cell"):
                total[name] += one[name] * array.kwp / plant.kwp
            total["dc_stc"] += one["dc_stc"]
        ac, free = inverter_power(dc, inverter)
        total["dc"] += dc
        total["ac_free"] += free
        inverters[inverter.name] = ac
    powers = pd.DataFrame(inverters, index=weather.index)
    whole = powers.sum(axis=1, skipna=False)
    if plant.export_limit_kw is not None:
        whole = whole.clip(upper=plant.export_limit_kw)
    total["ac"] = whole
    total["clipped"] = total["ac_free"] - total["ac"]
    inputs = {"poa": "measured" if measured else "modelled",
              "temp_cell": "measured" if warm else "modelled"}  # fmt: skip
    return Expected(total, powers, step_h, inputs)


TEMPERATURES = ("temp_cell", "temp_module", "temp_air")


def expected_at(weather: pd.DataFrame, plant: PlantModel) -> Floats:
    """AC power [kW] that a plant should give at single moments; NaN where the light is not known.

    As `expected_power`, but for a moment without any temperature cells are taken for 25 °C warm.

    Parameters
    ----------
    weather : as of `expected_power`, with `sun_ts`.
    """
    best = next((name for name in TEMPERATURES if name in weather), None)
    if best is None:
        weather, best = weather.assign(temp_cell=T_STC), "temp_cell"
    found = np.full(len(weather), np.nan)
    known = weather[best].notna().to_numpy()
    if known.any():
        found[known] = expected_power(weather[known], plant, 0.0).frame["ac"].to_numpy()
    if not known.all():
        found[~known] = expected_at(weather[~known].drop(columns=best), plant)
    return found


_SUMS = ("poa_global", "poa_effective", "temp_cell", "dc_stc", "dc", "ac_free")


def _middle(ts: NDArray[np.int64], step_h: float) -> NDArray[np.int64]:
    return np.asarray(ts + round(step_h * 1.8e9))


def _array_power(
    weather: pd.DataFrame,
    light: tuple[pd.DataFrame, pd.DataFrame] | None,
    plant: PlantModel,
    array: ArrayModel,
) -> dict[str, Any]:
    """One array: irradiance, temperature, DC power at 25 °C and as it is [kW]."""
    own = f"poa_global:{array.name}"
    name = own if own in weather else "poa_global"
    measured = name in weather
    if measured:
        # A sensor in the plane sees what the module sees; its own reflection is in the reading.
        poa = effective = np.maximum(weather[name].to_numpy(np.float64), 0)
    else:
        assert light is not None  # checked by the caller
        sky, sun = light
        found = plane_of_array(sky, sun, plant, array)
        unknown = sky["ghi"].isna().to_numpy()
        poa = np.where(unknown, np.nan, found["global"].to_numpy())
        effective = np.where(unknown, np.nan, found["effective"].to_numpy())
    if "temp_cell" in weather:
        cell = weather["temp_cell"].to_numpy(np.float64)
    elif "temp_module" in weather:
        cell = weather["temp_module"].to_numpy(np.float64) + poa / G_STC * _behind(array)
    else:
        wind = (
            weather["wind_speed"].fillna(WIND_WITHOUT).to_numpy(np.float64)
            if "wind_speed" in weather
            else np.full(len(poa), WIND_WITHOUT)
        )
        cell = cell_temperature(poa, weather["temp_air"].to_numpy(np.float64), wind, array)
    stc = array.kwp * effective / G_STC * (1 - plant.losses)
    dc = np.maximum(stc * (1 + array.gamma_pdc * (cell - T_STC)), 0)
    dark = effective <= 0
    dc, cell = np.where(dark, 0.0, dc), np.where(dark & np.isnan(cell), T_STC, cell)
    return {"poa_global": poa, "poa_effective": effective, "temp_cell": cell, "dc_stc": stc,
            "dc": dc, "measured": measured}  # fmt: skip


# --- reasons ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reasons:
    """From the typical year to what was measured [kWh]; the parts sum up to the difference.

    Attributes
    ----------
    typical : expected in the typical weather of these days; NaN where none is known.
    sun, temperature, clipping : how the expectation differs for the weather that was.
    expected : in the weather that was, over the steps with a reading or an outage.
    outage : what inverters that stood still did not give, negative.
    rest : what remains, with its 95 % interval by days; `days` of them.
    actual : measured; unread_h : hours of light without a reading, which are left out.
    """

    typical: float
    sun: float
    temperature: float
    clipping: float
    expected: float
    outage: float
    rest: float
    rest_low: float
    rest_high: float
    actual: float
    days: int
    unread_h: float


OUTAGE_SHARE = 0.02  # of the expectation; less is standing still
OUTAGE_LEAST = 0.05  # of the nominal power, expected; below it nothing can be said
LEAST_DAYS = 5
BOOTSTRAP = 1000


def reasons(
    expected: Expected,
    actual: pd.DataFrame,
    kwp: Mapping[str, float],
    day: NDArray[np.int64],
    typical: Expected | None = None,
    output: pd.Series | None = None,
) -> Reasons:
    """Why a plant gave what it gave.

    Parameters
    ----------
    expected : in the weather that was.
    actual : measured AC power [kW] by the same steps, NaN without a reading: a column for each
        inverter, named as in `expected.inverters`, or one for the whole plant.
    kwp : nominal power of each column's arrays [kWp].
    day : number of the local day of each step.
    typical : expected in typical weather, by the same steps.
    output : what the plant gave [kW], where a meter tells it; else the sum of `actual`.

    Notes
    -----
    The interval of the rest is a bootstrap over days (percentiles 2.5 and 97.5, 1000 draws,
    seed 0): it tells how much the days differ, not how wrong the irradiance is.
    """
    frame, h = expected.frame, expected.step_h
    ac = frame["ac"].to_numpy()
    gave = actual.sum(axis=1, skipna=False) if output is None else output
    whole = gave.to_numpy(np.float64)
    known = ~np.isnan(whole) & ~np.isnan(ac)
    unread = float((np.isnan(whole) & (ac > 0)).sum() * h)

    def sum_of(values: Floats, where: NDArray[np.bool_]) -> float:
        return float(np.sum(values[where]) * h)

    missed = np.zeros(len(ac))
    for name in actual:
        own = name in expected.inverters and len(actual.columns) > 1
        should = expected.inverters[name].to_numpy() if own else ac
        power = actual[name].to_numpy(np.float64)
        still = known & (should >= OUTAGE_LEAST * kwp[str(name)]) & (power <= OUTAGE_SHARE * should)
        missed += np.where(still, power - should, 0.0)
    rest = np.where(known, whole - ac - missed, 0.0) * h
    low, high, days = _by_days(rest[known], day[known])
    sun = warm = clip = base = np.nan
    if typical is not None:
        other = typical.frame
        with_typical = known & ~np.isnan(other["ac"].to_numpy())
        base = sum_of(other["ac"].to_numpy(), with_typical)
        parts = []
        for one in (frame, other):
            stc, dc = one["dc_stc"].to_numpy(), one["dc"].to_numpy()
            free, out = one["ac_free"].to_numpy(), one["ac"].to_numpy()
            ratio = np.divide(free, dc, out=np.zeros_like(free), where=dc > 0)
            parts.append((stc * ratio, free - stc * ratio, out - free))
        sun, warm, clip = (
            sum_of(mine - theirs, with_typical) for mine, theirs in zip(*parts, strict=True)
        )
    return Reasons(base, sun, warm, clip, sum_of(ac, known), sum_of(missed, known),
                   float(rest.sum()), low, high, sum_of(whole, known), days, unread)  # fmt: skip


def _by_days(rest: Floats, day: NDArray[np.int64]) -> tuple[float, float, int]:
    """Interval of a sum by drawing days; NaN under five days."""
    each = pd.Series(rest).groupby(day).sum().to_numpy()
    if len(each) < LEAST_DAYS:
        return np.nan, np.nan, len(each)
    rng = np.random.default_rng(0)
    sums = rng.choice(each, (BOOTSTRAP, len(each))).sum(axis=1)
    low, high = np.percentile(sums, [2.5, 97.5])
    return float(low), float(high), len(each)
