"""A string of cells in series, stepped minute by minute under its battery management system."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest.demo import cells as lfp
from ingest.demo.cells import CellParameters
from ingest.demo.clock import Bools, Clock, Days, Floats, Ints, Singles
from ingest.demo.faults import Fault, fault_vector

HOUR = 1 / 60  # a minute [h]
END_CURRENT_A = 14.0  # charge is complete when the taper has come down to C/20
TAPER = 0.5  # share of the way to the cut-off the highest cell may go in a minute
BLEED_A, BLEED_FROM_V, BLEED_SPREAD_V = 0.06, 3.45, 0.030
HEAT_K_PER_W, HEAT_TAU_MIN = 1.1, 110.0
RELAX = math.exp(-60.0 / lfp.TAU_S)
POLL_MINUTES = 10
NEAR_FULL_V, NEAR_EMPTY_V, STEP_A = 3.44, 2.95, 0.1 * lfp.NOMINAL_AH


@dataclass(frozen=True)
class Schedule:
    """What the energy management asks for.

    Parameters
    ----------
    power_kw : DC power per minute, charge +.
    air_temp : air in the container per minute [°C].
    charge_v, discharge_v : cell cut-offs per day [V].
    soc_max, soc_min : limits on the mean state of charge per day, 0..1.
    """

    power_kw: Floats
    air_temp: Floats
    charge_v: Floats
    discharge_v: Floats
    soc_max: Floats
    soc_min: Floats


@dataclass(frozen=True)
class StringRun:
    """What the string did.

    Parameters
    ----------
    current, voltage, cell_max, cell_min, soc, heat : per minute: [A, charge +], string [V],
        highest and lowest cell [V], mean state of charge 0..1, heating above the air [K].
    polls : minutes at which the cells were polled. poll_mv : voltages then, a block
        [polls, cells] for each day [mV].
    full, empty : minutes at which a charge was complete, a discharge met its cell cut-off.
    capacity_ah, charge_ah, resistance : at the start of each day [days, cells];
        resistance over the cell's own on the first day, faults of that day in both.
    efc : equivalent full cycles since the start of the span, at the start of each day.
    """

    current: Singles
    voltage: Singles
    cell_max: Singles
    cell_min: Singles
    soc: Singles
    heat: Singles
    polls: Ints
    poll_mv: tuple[npt.NDArray[np.uint16], ...]
    full: Ints
    empty: Ints
    capacity_ah: Floats
    charge_ah: Floats
    resistance: Floats
    efc: Floats

    def cell_mv(self, cells: int | slice) -> npt.NDArray[np.uint16]:
        """Voltages of one cell [polls] or of some [polls, cells] at all polls [mV]."""
        return np.concatenate([block[:, cells] for block in self.poll_mv])


@dataclass
class _Today:
    """Cells as they are on one day, and the limits of the day."""

    capacity: Floats
    per_capacity: Floats
    r0: Floats
    r1: Floats
    self_discharge: Floats  # Ah per minute
    charge_v: float
    discharge_v: float
    soc_max: float
    soc_min: float


@dataclass
class _State:
    """Charge of each cell [Ah], slow current [A], heating [K], and the record of the run."""

    charge: Floats
    slow_a: float
    heat: float
    record: dict[str, Singles]
    full: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    done_run: int = -1
    emptied: bool = False  # a discharge met its cut-off; only a charge ends that


def simulate_string(
    clock: Clock,
    cells: CellParameters,
    faults: list[Fault],
    per_pack: int,
    schedule: Schedule,
    start_soc: float,
) -> StringRun:
    """Run the string through its schedule.

    Every cell carries the same current; charge is counted in Ah above each cell's own empty point,
    so that a difference in capacity shows at the top and one in charge at both ends.
    """
    names = ("current", "voltage", "cell_max", "cell_min", "soc", "heat")
    state = _State(
        charge=start_soc * float(np.mean(cells.capacity_ah(0, 0))) + cells.offset_ah,
        slow_a=0.0,
        heat=0.0,
        record={name: np.zeros(clock.size, dtype=np.float32) for name in names},
    )
    runs = _run_ends(schedule.power_kw)
    edges = np.append(np.flatnonzero(np.diff(clock.day, prepend=-1)), clock.size)
    days = edges.size - 1
    daily = {name: np.empty((days, cells.count)) for name in ("capacity", "charge", "resistance")}
    efc = np.zeros(days + 1)
    offset = np.zeros(cells.count)
    polls: list[Ints] = []
    poll_mv: list[npt.NDArray[np.uint16]] = []
    for day in range(days):
        low, high = int(edges[day]), int(edges[day + 1])
        moved = sum(
            fault_vector(faults, kind, day, per_pack, cells.count)
            for kind in ("offset_high", "offset_low")
        )
        state.charge += moved - offset
        offset = np.asarray(moved)
        today = _cells_today(cells, faults, per_pack, schedule, day, float(efc[day]))
        daily["capacity"][day], daily["charge"][day] = today.capacity, state.charge
        daily["resistance"][day] = today.r0
        volts = _run_day(state, today, schedule, runs, low, high)
        picked = low + np.flatnonzero(_poll_mask(state.record, clock.minute, low, high))
        polls.append(picked)
        poll_mv.append(np.rint(volts[picked - low] * 1000).astype(np.uint16))
        moved_ah = float(np.abs(state.record["current"][low:high]).sum(dtype=np.float64)) * HOUR
        efc[day + 1] = efc[day] + moved_ah / (2 * lfp.NOMINAL_AH)
    return StringRun(
        **state.record,
        polls=np.concatenate(polls),
        poll_mv=tuple(poll_mv),
        full=np.array(state.full, dtype=np.int64),
        empty=np.array(state.empty, dtype=np.int64),
        capacity_ah=daily["capacity"],
        charge_ah=daily["charge"],
        # Over its first day: the temperature of its place is in both.
        resistance=daily["resistance"] / daily["resistance"][0],
        efc=efc[:-1],
    )


def _run_ends(power_kw: Floats) -> Ints:
    """For each minute the end of its run of equal sign: one charge, one discharge, one rest."""
    ends = np.append(np.flatnonzero(np.diff(np.sign(power_kw))) + 1, power_kw.size)
    return np.repeat(ends, np.diff(np.concatenate([[0], ends])))


def _cells_today(
    cells: CellParameters,
    faults: list[Fault],
    per_pack: int,
    schedule: Schedule,
    day: int,
    efc: float,
) -> _Today:
    def effect(kind: str) -> Floats:
        return fault_vector(faults, kind, day, per_pack, cells.count)

    capacity = cells.capacity_ah(day, efc) * (1 + effect("capacity"))
    grown = cells.resistance_growth(day, efc) * (1 + effect("resistance"))
    place = lfp.arrhenius(25 + cells.temp_offset_k)
    return _Today(
        capacity=capacity,
        per_capacity=1 / capacity,
        r0=cells.r0_ohm * grown * place,
        r1=cells.r1_ohm * grown * place,
        self_discharge=(cells.self_discharge_ah_day + effect("self_discharge")) / 1440,
        charge_v=float(schedule.charge_v[day]),
        discharge_v=float(schedule.discharge_v[day]),
        soc_max=float(schedule.soc_max[day]),
        soc_min=float(schedule.soc_min[day]),
    )


def _run_day(
    state: _State, today: _Today, schedule: Schedule, runs: Ints, low: int, high: int
) -> npt.NDArray[np.float32]:
    """Step one day; returns the cell voltages [minutes, cells]."""
    volts = np.empty((high - low, today.r0.size), dtype=np.float32)
    minute = low
    while minute < high:
        run = int(runs[minute])
        asked = float(schedule.power_kw[minute])
        if asked != 0 and state.done_run != run:
            row = volts[minute - low]
            air = float(schedule.air_temp[minute])
            if _step(state, today, asked, air, minute, row):
                minute += 1
                continue
            state.done_run = run
        stop = min(run, high)
        volts[minute - low : stop - low] = _rest(state, today, schedule.air_temp, minute, stop)
        minute = stop
    record = state.record
    record["cell_max"][low:high] = volts.max(axis=1)
    record["cell_min"][low:high] = volts.min(axis=1)
    record["voltage"][low:high] = volts.sum(axis=1, dtype=np.float64)
    return volts


def _step(
    state: _State,
    today: _Today,
    asked_kw: float,
    air: float,
    minute: int,
    row: npt.NDArray[np.float32],
) -> bool:
    """One minute under current; False, with nothing done, where the run is over."""
    factor = float(lfp.arrhenius(air + state.heat))
    r0 = today.r0 * factor
    index = lfp.table_index(state.charge * today.per_capacity)
    base = lfp.OCV_TABLE[index] + (today.r1 * (factor * state.slow_a)) * lfp.GAIN_TABLE[index]
    emf, ohm = float(base.sum()), float(r0.sum())
    current = (-emf + math.sqrt(emf * emf + 4000 * ohm * asked_kw)) / (2 * ohm)
    soc = float(state.charge.sum() / today.capacity.sum())
    if asked_kw > 0:
        state.emptied = False
        current = _charge_current(state, today, current, base, r0, factor)
        if current < END_CURRENT_A and current < 0.95 * asked_kw * 1000 / emf:
            state.full.append(minute)
            return False
        if soc >= today.soc_max:
            return False
    elif soc <= today.soc_min or state.emptied:
        return False
    volts = base + current * r0
    row[:] = volts
    _write(state, minute, current, soc)
    efficiency = lfp.COULOMB_EFFICIENCY if current > 0 else 1.0
    state.charge += current * HOUR * efficiency - today.self_discharge
    if current > 0 and float(volts.max()) > BLEED_FROM_V:
        bled = (volts > BLEED_FROM_V) & (volts > volts.min() + BLEED_SPREAD_V)
        state.charge -= bled * (BLEED_A * HOUR)
    state.slow_a = RELAX * state.slow_a + (1 - RELAX) * current
    watt = current * current * float(np.mean(today.r0 + today.r1))
    state.heat += (HEAT_K_PER_W * watt - state.heat) / HEAT_TAU_MIN
    if asked_kw < 0 and float(volts.min()) <= today.discharge_v:
        state.empty.append(minute)
        state.emptied = True
    return True


def _charge_current(
    state: _State, today: _Today, wanted: float, base: Floats, r0: Floats, factor: float
) -> float:
    """Charge current [A]: tapered, and no cell answers it with more than the cut-off.

    The knee is so steep that a minute of full current could jump over the cut-off; so the highest
    cell may go only part of the remaining way in each minute, which makes the taper.
    """
    current = min(wanted, float(((today.charge_v - base) / r0).min()))
    gap = today.charge_v - float((base + END_CURRENT_A * r0).max())
    if gap > 0.25 or current <= 0:
        return current
    ceiling = today.charge_v - TAPER * max(gap, 0.0)

    def fits(amps: float) -> bool:
        charge = state.charge + amps * HOUR * lfp.COULOMB_EFFICIENCY
        index = lfp.table_index(charge * today.per_capacity)
        slow = RELAX * state.slow_a + (1 - RELAX) * amps
        after = lfp.OCV_TABLE[index] + today.r1 * (factor * slow) * lfp.GAIN_TABLE[index]
        return bool((after + END_CURRENT_A * r0).max() <= ceiling)

    if fits(current):
        return current
    low, high = 0.0, current
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _rest(state: _State, today: _Today, air: Floats, start: int, stop: int) -> Floats:
    """Minutes without current, all at once; returns the cell voltages [minutes, cells]."""
    steps = np.arange(stop - start)
    slow = state.slow_a * RELAX**steps
    heat = state.heat * (1 - 1 / HEAT_TAU_MIN) ** steps
    factor = lfp.arrhenius(air[start:stop] + heat)
    charge = state.charge - steps[:, None] * today.self_discharge
    index = lfp.table_index(charge * today.per_capacity)
    volts = lfp.OCV_TABLE[index] + (factor * slow)[:, None] * today.r1 * lfp.GAIN_TABLE[index]
    state.record["heat"][start:stop] = heat
    state.record["soc"][start:stop] = charge.sum(axis=1) / today.capacity.sum()
    state.charge = state.charge - (stop - start) * today.self_discharge
    state.slow_a *= RELAX ** (stop - start)
    state.heat *= (1 - 1 / HEAT_TAU_MIN) ** (stop - start)
    return np.asarray(volts)


def _write(state: _State, minute: int, current: float, soc: float) -> None:
    state.record["current"][minute] = current
    state.record["soc"][minute] = soc
    state.record["heat"][minute] = state.heat


def _poll_mask(record: dict[str, Singles], local_minute: Days, low: int, high: int) -> Bools:
    """Minutes of the day at which the cells are polled.

    Every ten minutes; every minute near the end of a charge or a discharge, a few minutes after,
    and around steps of the current by C/10 or more.
    """
    from scipy.ndimage import maximum_filter1d

    current = record["current"][low:high]
    full = (record["cell_max"][low:high] > NEAR_FULL_V) & (current > 0)
    empty = (record["cell_min"][low:high] < NEAR_EMPTY_V) & (current < 0)
    step = np.abs(np.diff(current, prepend=current[:1])) >= STEP_A
    dense = maximum_filter1d(full | empty, 7) | maximum_filter1d(step, 5)
    return np.asarray(dense | (local_minute[low:high] % POLL_MINUTES == 0))
