"""Yields, performance ratio, availability and capacity factor of a PV plant (IEC 61724-1).

Every figure is a ratio of sums over the intervals that count, never a mean of ratios. Intervals
count where irradiance and power are both known and the irradiance reaches `LOW_LIGHT`. Formulas
with their sources stand in ``docs/methods-pv.md``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.analytics.quality import Bool, Float, Int, local_times

LOW_LIGHT = 50.0  # W/m²; darker, the ratio is that of noise
STANDARD = 1000.0  # W/m², irradiance of the standard test conditions
STANDARD_TEMP = 25.0  # °C
LEAST_DC = 0.95  # of the irradiation must have a DC power, for DC yields to be told
# Of an irradiation in the plane that is computed from the horizontal one, in a day: what Erbs with
# Hay and Davies is off from a sensor at 40°, see docs/methods-pv.md.
TRANSPOSED = 0.05
RUNNING_RATIO = 0.005  # of the nominal power: an inverter that gives less does not run
FAIMAN_U0, FAIMAN_U1 = 25.0, 6.84  # W/(m² K), W s/(m³ K)


def module_temperature(poa_global: Float, temp_air: Float, wind_speed: Float) -> Float:
    """Module temperature [°C] where none is measured; without wind speed that of 1 m/s.

    T = T_air + G / (u0 + u1·v). Source: Faiman, Prog. Photovolt. 16 (2008) 307; IEC 61853-2.
    """
    wind = np.where(np.isfinite(wind_speed), np.maximum(wind_speed, 0.0), 1.0)
    return np.asarray(temp_air + np.maximum(poa_global, 0.0) / (FAIMAN_U0 + FAIMAN_U1 * wind))


def temperature_factor(temp_cell: Float, gamma_pdc: float) -> Float:
    """C = 1 + γ·(T − 25 °C) [-]."""
    return np.asarray(1.0 + gamma_pdc * (temp_cell - STANDARD_TEMP))


def instant_performance(
    power_kw: Float, poa_global: Float, temp_cell: Float, kwp: float, gamma_pdc: float
) -> Float:
    """P / (P0 · G/1000 · C) per interval; NaN, not 0, where G is below `LOW_LIGHT`.

    Parameters
    ----------
    power_kw, poa_global, temp_cell : float64[n] [kW], [W/m²], [°C].
    """
    bright = poa_global >= LOW_LIGHT
    expected = kwp * poa_global / STANDARD * temperature_factor(temp_cell, gamma_pdc)
    found: Float = np.divide(power_kw, expected, out=np.full(len(power_kw), np.nan), where=bright)
    return found


def counting(poa_global: Float, power_kw: Float, good: Bool) -> Bool:
    """Intervals that enter ratios: bright enough, both known, none flagged."""
    return np.asarray(
        good & np.isfinite(power_kw) & (np.nan_to_num(poa_global, nan=-1.0) >= LOW_LIGHT)
    )


def period_figures(frame: pd.DataFrame, edges: Int, kwp: float, gamma_pdc: float) -> pd.DataFrame:
    """Yields and ratios per period.

    Parameters
    ----------
    frame : a row per interval: `ts` start [µs], `hours` that its readings stand for, `width_h`,
        `poa_global` [W/m²], `temp_cell` [°C], `ac_kw`, `dc_kw` [kW], `lit` (the sun is up), `good`
        (no flag forbids it).
    edges : int64[m + 1] of the periods [µs].
    kwp : nominal power [kWp]. gamma_pdc : [1/K].

    Returns
    -------
    frame with a row per period: `start`, `end`; `energy_kwh` of all intervals with the sun up;
    `specific_yield` = energy / P0 [kWh/kWp]; `capacity_factor` = energy / (P0 · hours of the
    period); `coverage_ratio`, share of daylight with power; of the intervals that count: `yr`, \
`yf`, `pr`, `temp_weighted` [°C], `pr_temp`, `paired_ratio` (their share of daylight bright enough \
    or dark of sensor); of those with DC power too: `ya`, `lc`, `ls`; NaN where not known.

    Source: IEC 61724-1:2021, clauses 13 and 14; temperature correction NREL/TP-5200-57991.
    """
    m = len(edges) - 1
    home = np.searchsorted(edges, frame["ts"].to_numpy(), side="right") - 1
    inside = (home >= 0) & (home < m)

    def total(values: Float, where: Bool) -> Float:
        chosen = inside & where
        sums = np.bincount(home[chosen], weights=values[chosen], minlength=m)
        return sums.astype(np.float64)

    hours, width = frame["hours"].to_numpy(), frame["width_h"].to_numpy()
    poa, ac, dc = (frame[name].to_numpy() for name in ("poa_global", "ac_kw", "dc_kw"))
    temp, lit, good = (frame[name].to_numpy() for name in ("temp_cell", "lit", "good"))
    known = lit & good & np.isfinite(ac)
    paired = counting(poa, ac, good & lit)
    warm = paired & np.isfinite(temp)
    three = paired & np.isfinite(dc)
    energy = _or_nan(total(ac * hours, known), total(hours, known) > 0)
    irradiation = total(poa * hours, paired) / STANDARD
    some = irradiation > 0
    factor = temperature_factor(temp, gamma_pdc)
    warm_yr = total(poa * hours, warm) / STANDARD
    yr3 = total(poa * hours, three) / STANDARD
    ya = _or_nan(total(dc * hours, three) / kwp, yr3 > LEAST_DC * irradiation)
    span_h = np.diff(edges) / 3.6e9
    bright = lit & ~(poa < LOW_LIGHT)  # a sensor that says nothing leaves light unmeasured
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "energy_kwh": energy,
            "specific_yield": energy / kwp,
            "capacity_factor": energy / (kwp * span_h),
            "coverage_ratio": _ratio(total(hours, known), total(width, lit)),
            "yr": _or_nan(irradiation, some),
            "yf": _or_nan(total(ac * hours, paired) / kwp, some),
            "pr": _ratio(total(ac * hours, paired) / kwp, irradiation),
            "temp_weighted": _ratio(total(poa * temp * hours, warm) / STANDARD, warm_yr),
            "pr_temp": _ratio(
                total(ac * hours, warm) / kwp, total(poa * factor * hours, warm) / STANDARD
            ),
            "paired_ratio": _ratio(total(hours, paired), total(width, bright)),
            "ya": ya,
            "lc": yr3 - ya,
            "ls": ya - _or_nan(total(ac * hours, three) / kwp, yr3 > 0),
        }
    )


def _or_nan(values: Float, where: Bool) -> Float:
    return np.where(where, values, np.nan)


def _ratio(above: Float, below: Float) -> Float:
    ratio: Float = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return ratio


def combined_uncertainty(*parts: float | None) -> float | None:
    """Root of the sum of squares of relative uncertainties; None where any is unknown.

    Source: JCGM 100:2008 (GUM), 5.1.2, for a product of independent factors.
    """
    known = [part for part in parts if part is not None]
    return float(np.sqrt(np.square(known).sum())) if len(known) == len(parts) else None


def expected_from_peers(
    units: Float, unit_kwp: Float, plane: Int | None = None, *, ranked: bool = False
) -> Float:
    """What each unit would give by the median of the others that run [kW]: float64[n, units].

    Where none of the others runs it is the median of them all. NaN where fewer than two others
    are known.

    Parameters
    ----------
    plane : int64[units], number of the plane of each; units of another plane are no peers.
    ranked : for shares of units that run. One peer that runs tells nothing then; two of them
        would be their mean, which a single weak one draws down: the unit itself joins the median.
    """
    specific = units / unit_kwp
    others = np.full(specific.shape, np.nan)
    for at in range(specific.shape[1]):
        peers = np.arange(specific.shape[1]) != at
        if plane is not None:
            peers &= plane == plane[at]
        rest = specific[:, peers]
        enough_known = np.isfinite(rest).sum(axis=1) >= 2
        runs = rest >= RUNNING_RATIO
        running = runs.sum(axis=1)
        rest = np.where(runs | (running == 0)[:, None], rest, np.nan)
        if ranked:
            enough_known &= running != 1
            own = specific[:, at]
            joins = (running == 2) & (own >= RUNNING_RATIO)
            rest = np.column_stack([rest, np.where(joins, own, np.nan)])
        rest = np.sort(rest, axis=1)  # what is not known comes last
        known = np.isfinite(rest).sum(axis=1)
        enough = np.flatnonzero(enough_known)
        low, high = rest[enough, (known[enough] - 1) // 2], rest[enough, known[enough] // 2]
        others[enough, at] = (low + high) / 2
    expected: Float = others * unit_kwp
    return expected


def availability(
    units: Float, expected_kw: Float, unit_kwp: Float, hours: Float, bright: Bool
) -> pd.DataFrame:
    """Availability of each unit by time and by energy.

    By time: running hours / known hours, of the intervals with light enough. By energy: E / (E +
    what was expected while it did not run); NaN where nothing can be expected.

    Parameters
    ----------
    units, expected_kw : float64[n, u] [kW]; unit_kwp : float64[u] [kWp].
    hours : float64[n]; bright : bool[n].

    Returns
    -------
    frame of u rows: `known_h`, `down_h`, `time_ratio`, `energy_kwh`, `lost_kwh`, `energy_ratio`.

    Source: IEC TS 61724-3; IEC TS 63019.
    """
    rows = []
    for at in range(units.shape[1]):
        power, wanted = units[:, at], expected_kw[:, at]
        known = bright & np.isfinite(power)
        down = known & (power < RUNNING_RATIO * unit_kwp[at])
        known_h, down_h = float(hours[known].sum()), float(hours[down].sum())
        told = down & np.isfinite(wanted)
        lost = float((wanted * hours)[told].sum()) if told.sum() == down.sum() else np.nan
        energy = float((power * hours)[known].sum())
        rows.append(
            {
                "known_h": known_h,
                "down_h": down_h,
                "time_ratio": 1 - down_h / known_h if known_h else np.nan,
                "energy_kwh": energy,
                "lost_kwh": lost,
                "energy_ratio": energy / (energy + lost) if energy + lost > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def day_hour_grid(ts: Int, values: Float, zone: str) -> tuple[list[str], Float]:
    """Mean per local day and hour of the day: dates and float64[24, days]; NaN without values."""
    local = local_times(ts, zone)
    day = local.strftime("%Y-%m-%d")
    table = pd.DataFrame({"day": day, "hour": local.hour, "value": values})
    grid = table.pivot_table(
        index="hour", columns="day", values="value", aggfunc="mean", dropna=False
    ).reindex(range(24))  # fmt: skip
    return [str(name) for name in grid.columns], grid.to_numpy(np.float64)
