"""A battery system around its string: converter, auxiliaries, climate, safety, BMS estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ingest.demo.cells import NOMINAL_AH, CellParameters
from ingest.demo.clock import Bools, Clock, Floats, Ints, Singles
from ingest.demo.device import Reading, Source, sampled
from ingest.demo.dispatch import CELLS_IN_FULL_STRING, BessPlan
from ingest.demo.meters import counted
from ingest.demo.options import DemoOptions
from ingest.demo.string import HOUR, StringRun
from ingest.demo.troubles import Poller, Troubles, span_mask
from ingest.demo.weather import ar1

RATED_KW = 100.0
NO_LOAD, LINEAR, SQUARE = 0.0035, 0.006, 0.020  # converter losses over its rating
EMPTY_SOC = 0.03  # what the BMS takes the string for at the lower cut-off
TEMPERATURE_MINUTES = 30
OVER_V, UNDER_V, OVER_C, LATCH_MINUTES = 3.56, 2.78, 34.0, 15
SOH_LAG_DAYS = 20
LINE_V = 400.0


@dataclass(frozen=True)
class BessRun:
    """One battery system, simulated; arrays per minute.

    Parameters
    ----------
    string : its cells. air : air in the container [°C]. temp_ambient : outside [°C].
    ac_kw : converter, charge +. aux_kw : auxiliaries.
    """

    plan: BessPlan
    cells: CellParameters
    string: StringRun
    air: Singles
    temp_ambient: Singles
    ac_kw: Singles
    aux_kw: Singles


def rated_kw(options: DemoOptions) -> float:
    """Rating of the converter [kW]: it grows with the string."""
    return RATED_KW * options.packs * options.cells / CELLS_IN_FULL_STRING


def converter_loss(dc_kw: Floats | Singles, rated: float) -> Floats:
    """Losses of the running converter [kW]: none off, else constant + linear + square in load.

    Source: form of Schmidt and Sauer, Solar Energy 57 (1996) 101; coefficients chosen for 97 %.
    """
    share = np.abs(dc_kw) / rated
    return np.asarray(
        np.where(share > 0, rated * (NO_LOAD + LINEAR * share + SQUARE * share**2), 0.0)
    )


def auxiliary_power(clock: Clock, temp_ambient: Singles, heat: Singles) -> Floats:
    """Auxiliaries [kW]: controls always, air conditioning in cycles that grow with the need."""
    need = np.clip(np.abs(temp_ambient - 16) / 28 + heat / 9, 0.05, 0.95)
    on = (np.arange(clock.size) % 48) / 48 < need
    return np.where(on, 2.3, 0.0) + 0.38


def bms_soc(clock: Clock, run: StringRun, measured_a: Floats | Singles, soh: Floats) -> Floats:
    """State of charge as the BMS counts it, 0..1.

    It adds up the measured current and sets itself to 1 at a full charge and to 0.03 at the lower
    cut-off: in between it drifts with the error of its sensor.
    """
    moved = np.concatenate([[0.0], np.cumsum(measured_a[:-1], dtype=np.float64)]) * HOUR
    at = np.concatenate([[0], run.full, run.empty])
    value = np.concatenate(
        [[run.soc[0]], np.ones(run.full.size), np.full(run.empty.size, EMPTY_SOC)]
    )
    order = np.argsort(at, kind="stable")
    at, value = at[order], value[order]
    last = np.searchsorted(at, np.arange(clock.size), side="right") - 1
    counted_soc = value[last] + (moved - moved[at[last]]) / (soh[clock.day] * NOMINAL_AH)
    return np.asarray(np.clip(counted_soc, 0, 1))


def bms_soh(run: StringRun) -> Floats:
    """State of health as the BMS shows it, per day, 0..1 in steps of 0.01: capacity, lagging."""
    from scipy.signal import lfilter

    true = run.capacity_ah.mean(axis=1) / NOMINAL_AH
    a = np.exp(-1 / SOH_LAG_DAYS)
    lagged, _ = lfilter([1 - a], [1, -a], true, zi=[a * true[0]])
    return np.asarray(np.ceil(np.asarray(lagged) * 100) / 100)


def bess_sources(
    options: DemoOptions,
    clock: Clock,
    name: str,
    run: BessRun,
    poller: Poller,
    troubles: Troubles,
) -> dict[str, Source]:
    """All signals of one battery system."""
    sources = _system_sources(options, clock, name, run, poller)
    stuck = {signal: (start, end) for signal, start, end in troubles.stuck}
    heard = np.flatnonzero(poller.heard[run.string.polls])
    poll_ts = poller.ts[run.string.polls[heard]]
    warm = poller.minutes(TEMPERATURE_MINUTES)
    for cell in range(run.cells.count):
        label = f"{cell // options.cells + 1}", f"{cell % options.cells + 1}"
        signal = f"bms1_p{label[0]}_v{label[1]}"
        sources[signal] = _cell_voltage(run, cell, heard, poll_ts, clock, stuck.get(signal))
        sources[f"bms1_p{label[0]}_t{label[1]}"] = _cell_temperature(run, cell, warm, poller)
    return sources


def cell_temperature(run: BessRun, cell: int | slice, minutes: Ints) -> Floats:
    """True temperature of cells at some minutes [minutes] or [cells, minutes], [°C]."""
    air, heat = run.air[minutes], run.string.heat[minutes]
    offset, factor = run.cells.temp_offset_k[cell], run.cells.heat_factor[cell]
    return np.asarray(air + np.multiply.outer(factor, heat) + np.expand_dims(offset, -1))


def _cell_voltage(
    run: BessRun,
    cell: int,
    heard: Ints,
    ts: Ints,
    clock: Clock,
    stuck: tuple[float, float] | None,
) -> Source:
    def read() -> Reading:
        volts = run.string.cell_mv(cell)[heard].astype(np.float64) / 1000
        if stuck is not None:
            frozen = np.flatnonzero(span_mask(clock, (stuck,))[run.string.polls[heard]])
            volts[frozen] = volts[frozen[:1]]
        return ts, volts

    return read


def _cell_temperature(run: BessRun, cell: int, minutes: Ints, poller: Poller) -> Source:
    def read() -> Reading:
        true: Floats = cell_temperature(run, slice(cell, cell + 1), minutes)[0]
        halves = np.rint(2 * true)
        return poller.ts[minutes], np.asarray(halves / 2, dtype=np.float64)

    return read


def _temperature_statistic(
    run: BessRun, poller: Poller, statistic: Callable[[Floats], Floats]
) -> Source:
    """A figure over all cells to 0.1 K; chunked to stay small."""

    def read() -> Reading:
        minutes = poller.minutes(15)
        parts = [
            statistic(cell_temperature(run, slice(None), minutes[at : at + 500]))
            for at in range(0, minutes.size, 500)
        ]
        return poller.ts[minutes], np.asarray(np.concatenate(parts).round(1), dtype=np.float64)

    return read


def _system_sources(
    options: DemoOptions, clock: Clock, name: str, run: BessRun, poller: Poller
) -> dict[str, Source]:
    from scipy.signal import lfilter

    rng = options.rng(f"{name} sensors")
    size, string, rated = clock.size, run.string, rated_kw(options)
    measured = run.plan.sensor_gain * string.current + run.plan.sensor_offset_a
    soh = bms_soh(string)
    load = np.asarray(lfilter([1 / 12], [1, -(1 - 1 / 12)], np.abs(run.ac_kw) / rated))
    line_v = LINE_V + ar1(rng, size, 60, 1.8)
    air = run.air + 0.8
    hottest = air + string.heat + float(run.cells.temp_offset_k.max())
    tested = clock.index_of(options.days * 0.44 + 0.43)
    smoke = np.zeros(size)
    smoke[tested : tested + 20] = 1.0  # the yearly test of the detector
    trip = span_mask(clock, (run.plan.trip_days,)).astype(float)
    starts = np.round(rng.uniform(40_000, 60_000, 1), 1)

    def every(minutes: int, values: Floats | Singles, decimals: int) -> Source:
        return sampled(poller, values, minutes, decimals)

    return {
        "bms1_c": every(1, measured, 1),
        "bms1_v": every(1, string.voltage, 1),
        "bms1_cell_max_v": every(1, string.cell_max, 3),
        "bms1_cell_min_v": every(1, string.cell_min, 3),
        "bms1_soc": every(1, 100 * bms_soc(clock, string, measured, soh).astype(np.float32), 1),
        "bms1_soh": every(15, 100 * soh[clock.day], 0),
        "bms1_cell_ave_t": _temperature_statistic(run, poller, lambda t: t.mean(axis=0)),
        "bms1_cell_t_diff": _temperature_statistic(run, poller, lambda t: np.ptp(t, axis=0)),
        "bms1_OvFlag": every(5, _latched(string.cell_max >= OVER_V), 0),
        "bms1_UvFlag": every(5, _latched(string.cell_min <= UNDER_V), 0),
        "bms1_OtFlag": every(5, _latched(hottest >= OVER_C), 0),
        "pcs1_FaultFlag": every(5, trip, 0),
        "pcs1_ap": every(1, run.ac_kw, 2),
        "pcs1_ia": every(5, np.abs(run.ac_kw) * 1000 / (np.sqrt(3) * line_v), 1),
        "pcs1_uca": every(5, line_v, 1),
        "pcs1_t_env": every(5, run.temp_ambient + 9 + 5 * load, 1),
        "pcs1_t_igbt": every(5, run.temp_ambient + 11 + 34 * load, 1),
        "aux_ap": every(5, run.aux_kw, 2),
        "pos_ae": every(5, counted(np.maximum(run.ac_kw, 0), float(starts[0]), None), 1),
        "neg_ae": every(5, counted(np.maximum(-run.ac_kw, 0), float(starts[0] * 0.88), None), 1),
        "dh1_temp": every(15, air, 1),
        "dh1_humi": every(15, np.clip(46 + ar1(rng, size, 1440, 6.0), 15, 90), 0),
        "fa1_SmokeFlag": every(5, smoke, 0),
        "fa1_Co": every(15, np.clip(ar1(rng, size, 600, 0.8), 0, None), 0),
    }


def _latched(raised: Bools) -> Floats:
    """State 0/1 that stays up for a while after its cause, so that a slow poll sees it."""
    from scipy.ndimage import maximum_filter1d

    latched = maximum_filter1d(
        raised.astype(np.int8), LATCH_MINUTES, origin=LATCH_MINUTES // 2, mode="constant"
    )
    return np.asarray(latched, dtype=np.float64)
