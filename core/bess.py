"""Battery systems: load with query, compute with analytics, hand back what the BESS page shows.

Signals are found by quantity, never by name; several of one quantity are several strings,
converters or sensors. What a device does not measure leaves its figure out with a short key that
says why (``refusal``, ``missing``), never with a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from core.analytics import battery, capacity, energy
from core.analytics.battery import Availability, ClosedWindows, Dwell, RoundTrip
from core.analytics.capacity import CapacityEstimate
from core.analytics.chemistry import CHEMISTRIES, Chemistry, chemistry
from core.analytics.quality import HOUR_US, Float, Int
from core.energies import Every
from core.levels import DAY, parse_rules
from core.measures import KILO, POWER_UNITS
from core.query import SignalInfo, Store
from core.rollup import Buckets

RAW_READINGS = 900_000  # of one signal; more are taken from the finest level
CELL_VALUES = 400_000  # of all cells of a quantity
MOST_RAW_CELLS = 64
DAILY_US = 10 * DAY  # from here on cells are compared by what they reach in a day
RECENT_US = 30 * DAY  # of the capacity that a title names
IDLE_RATIO = 0.01  # of the rating
SIGN_SURE = 0.5
SOC_BANDS = battery.even_edges(0.0, 1.0, 0.05)
SOC_TENTHS = battery.even_edges(0.0, 1.0, 0.1)
PERIODS: tuple[tuple[Every, int], ...] = (("1d", 100 * DAY), ("1w", 730 * DAY))
# Words in the name of a flag that say it stands for an outage, unless the page is told otherwise.
OUTAGE_WORDS = ("fault", "trip", "error", "alarm", "smoke", "stop")

# Quantity -> group; what is in none of them is "other". Order is the order on screen.
GROUPS: dict[str, tuple[str, ...]] = {
    "battery": (
        "soc", "battery_current", "battery_voltage", "pack_current", "pack_voltage",
        "cell_voltage_max", "cell_voltage_min", "battery_temperature", "cell_temperature_spread",
        "soh_bms",
    ),
    "converter": (
        "pcs_power", "pcs_dc_power", "battery_power", "pcs_temperature", "pcs_current",
        "pcs_voltage", "energy_import", "energy_export", "energy_total",
    ),
    "auxiliaries": ("auxiliary_power",),
    "climate": ("climate_temperature", "climate_humidity", "temp_air"),
    "safety": ("gas_co", "flag"),
}  # fmt: skip
BATTERY_QUANTITIES = {
    "soc", "soh_bms", "battery_current", "battery_voltage", "pack_current", "pack_voltage",
    "cell_voltage", "cell_voltage_max", "cell_voltage_min", "pcs_power", "battery_power",
}  # fmt: skip
CELL_QUANTITIES = ("cell_voltage", "cell_temperature", "cell_balancing")


def is_battery(signals: Sequence[SignalInfo]) -> bool:
    """Whether a device measures anything of a battery."""
    return any(info.quantity in BATTERY_QUANTITIES for info in signals)


def of_quantity(signals: Sequence[SignalInfo], *quantities: str) -> list[SignalInfo]:
    """Signals with readings of the first of the quantities that has any."""
    for quantity in quantities:
        found = [info for info in signals if info.quantity == quantity and info.rows]
        if found:
            return found
    return []


def grouped_signals(signals: Sequence[SignalInfo]) -> dict[str, list[SignalInfo]]:
    """Signals but for those of single cells, by group, in the order of the catalogue."""
    place = {q: (group, i) for group, known in GROUPS.items() for i, q in enumerate(known)}
    groups: dict[str, list[SignalInfo]] = {group: [] for group in (*GROUPS, "other")}
    for info in signals:
        if info.quantity not in CELL_QUANTITIES:
            groups[place.get(info.quantity, ("other", 0))[0]].append(info)
    for members in groups.values():
        members.sort(key=lambda info: place.get(info.quantity, ("other", 0))[1])
    return {group: members for group, members in groups.items() if members}


def state_signals(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Flags and modes of the system, not of single cells."""
    return [i for i in signals if i.kind == "state" and i.quantity not in CELL_QUANTITIES]


def means_outage(name: str) -> bool:
    """Whether the name of a flag says that the system is down while it is up."""
    return any(word in name.lower() for word in OUTAGE_WORDS)


# --- the course of a system --------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """Main quantities of a battery system on the stamps of the densest of them.

    Attributes
    ----------
    ts, held_us : stamps and how long each stands [µs].
    soc : 0..1, mean of several; NaN where there is none.
    ac_kw, dc_kw, aux_kw : power, charge + (auxiliaries: taken +); None where not measured.
    currents : of each string [A], charge +.
    level : ``raw`` or the coarsest level anything was taken from.
    """

    start: int
    end: int
    ts: Int
    held_us: Int
    soc: Float | None
    ac_kw: Float | None
    dc_kw: Float | None
    aux_kw: Float | None
    currents: tuple[Float, ...]
    level: str

    @property
    def coverage_ratio(self) -> float:
        """Share of the window that a reading stands for."""
        return min(float(self.held_us.sum()) / (self.end - self.start), 1.0)


def _level_for(store: Store, info: SignalInfo, start: int, end: int, most: int) -> str:
    """Raw while there are few enough readings, else the finest stored level that has few."""
    if info.first is None or info.last is None:
        return "raw"
    inside = max(min(end, info.last + 1) - max(start, info.first), 0)
    if info.rows * inside <= most * max(info.last - info.first, 1):
        return "raw"
    stored = [one for one in parse_rules(",".join(store.rules)) if one.name in info.levels]
    few = [one.name for one in stored if inside <= most * one.width_us]
    return few[0] if few else stored[-1].name if stored else "raw"


def _buckets(store: Store, info: SignalInfo, start: int, end: int) -> tuple[Buckets, str]:
    level = _level_for(store, info, start, end, RAW_READINGS)
    return store.buckets(info.device, info.name, start, end, level), level


def _mean(rows: Buckets) -> Float:
    return rows.sum / np.maximum(rows.count, 1)


def _scale(info: SignalInfo) -> float:
    """Factor to ratio or kW."""
    return 0.01 if info.unit == "%" else KILO.get(info.unit, 1.0)


def load_course(store: Store, device: str, start: int, end: int) -> Course | None:
    """SOC, powers and currents of a device on common stamps; None without any in the window.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    return _course(store, store.version, device, start, end)


# Several reports of one window are asked for one after the other.
@lru_cache(maxsize=2)
def _course(store: Store, version: int, device: str, start: int, end: int) -> Course | None:
    signals = store.signals(device)
    wanted = {
        "soc": of_quantity(signals, "soc"),
        "ac": _powers(signals, "pcs_power", "battery_power"),
        "dc": _powers(signals, "pcs_dc_power"),
        "aux": _powers(signals, "auxiliary_power"),
        "current": of_quantity(signals, "battery_current", "pack_current"),
        "voltage": of_quantity(signals, "battery_voltage", "pack_voltage"),
    }
    loaded: dict[str, list[tuple[Int, Float, int]]] = {}
    levels = []
    for role, infos in wanted.items():
        loaded[role] = []
        for info in infos:
            rows, level = _buckets(store, info, start, end)
            step = max(info.step_us, 0 if level == "raw" else parse_rules(level)[0].width_us)
            loaded[role].append((rows.ts, _mean(rows) * _scale(info), step))
            levels += [level] if len(rows.ts) else []
    every = [one for role in ("ac", "current", "soc", "dc") for one in loaded[role]]
    ts = max((stamps for stamps, _, _ in every), key=len, default=np.empty(0, np.int64))
    if not len(ts):
        return None
    held = {
        role: [battery.hold_at(stamps, value, ts, step_us=step) for stamps, value, step in ones]
        for role, ones in loaded.items()
    }
    names = ["raw", *store.rules]
    return Course(
        start, end, ts, battery.hold_times(ts, end),
        np.asarray(np.mean(held["soc"], axis=0)) if held["soc"] else None,
        _total(held["ac"]),
        _dc_power(held["current"], held["voltage"], wanted) if not held["dc"] else _total(
            held["dc"]),
        _total(held["aux"]), tuple(held["current"]), max(levels, key=names.index, default="raw"),
    )  # fmt: skip


def _powers(signals: Sequence[SignalInfo], *quantities: str) -> list[SignalInfo]:
    return [info for info in of_quantity(signals, *quantities) if info.unit in POWER_UNITS]


def _total(values: Sequence[Float]) -> Float | None:
    return np.asarray(np.sum(values, axis=0)) if values else None


def _dc_power(
    currents: Sequence[Float], voltages: Sequence[Float], wanted: Mapping[str, list[SignalInfo]]
) -> Float | None:
    """Σ current × voltage [kW], strings in the order of their names; None where they differ."""
    if not currents or len(currents) != len(voltages):
        return None

    def order(infos: Sequence[SignalInfo]) -> list[int]:
        return sorted(range(len(infos)), key=lambda i: infos[i].name)

    pairs = zip(order(wanted["current"]), order(wanted["voltage"]), strict=True)
    return _total([currents[i] * voltages[v] / 1000 for i, v in pairs])


# --- cycles and capacity -----------------------------------------------------------------------


@dataclass(frozen=True)
class Cycles:
    """Equivalent full cycles of a window.

    Attributes
    ----------
    efc : NaN where refused.
    source : ``current`` (throughput over twice the capacity) or ``soc`` (Σ|ΔSOC| / 2).
    capacity_ah : of a string, from the facts of the device; NaN without.
    charged_ah, discharged_ah : of all strings; NaN without current.
    strings : currents counted.
    refusal : ``no_current_no_soc``, ``no_capacity`` (a current, but neither capacity nor SOC),
        or None.
    """

    efc: float
    source: str
    capacity_ah: float
    charged_ah: float
    discharged_ah: float
    strings: int
    refusal: str | None


def string_capacity(store: Store, device: str, currents: int) -> float:
    """Rated capacity behind one measured current [Ah], from the device's facts; NaN without.

    `capacity_ah` is that of one string; a single current carries all `parallel_strings`.
    """
    facts = store.device(device).facts
    rated = facts.get("capacity_ah")
    if not isinstance(rated, int | float) or rated <= 0:
        return np.nan
    parallel = facts.get("parallel_strings", 1)
    return float(rated) * (float(parallel) if currents == 1 else 1.0)


def count_cycles(store: Store, device: str, course: Course) -> Cycles:
    """EFC of a course from its currents, or from its SOC where no current or capacity is known."""
    moved = [battery.charge_moved(one, course.held_us) for one in course.currents]
    charged = sum(one for one, _ in moved) if moved else np.nan
    discharged = sum(one for _, one in moved) if moved else np.nan
    rated = string_capacity(store, device, len(moved))
    count = max(len(moved), 1)
    if moved and np.isfinite(rated):
        efc = battery.equivalent_full_cycles(charged, discharged, rated * count)
        return Cycles(efc, "current", rated, charged, discharged, count, None)
    efc = battery.soc_full_cycles(course.soc) if course.soc is not None else np.nan
    refusal = (
        None if np.isfinite(efc) else "no_capacity" if moved else "no_current_no_soc"
    )  # fmt: skip
    return Cycles(efc, "soc", rated, charged, discharged, count, refusal)


def cycles_report(store: Store, device: str, start: int, end: int) -> tuple[Cycles, float] | None:
    """Cycles of a window and the share of it that has readings; None without any.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    return None if course is None else (count_cycles(store, device, course), course.coverage_ratio)


# --- the answer --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Efficiency:
    """Round trips of a window, and where the energy of the windows used went.

    Attributes
    ----------
    ac, dc, ac_net : converter terminals, battery terminals, converter with the auxiliaries counted
        as energy in. A refusal ``no_power``, ``no_soc``, ``no_auxiliaries`` is added to those of
        `RoundTrip`.
    ac_source : ``power`` or ``counter``.
    anchor, soc : what the windows are closed in; see `ClosedWindows`.
    windows : start, end [µs], depth, ac, dc (ratio of each, NaN unknown), ac_in, ac_out, dc_in,
        dc_out, aux [kWh], used; a row per closed window.
    losses : kWh over windows with all of AC and DC: converter_charge, battery, converter_discharge,
        auxiliaries; empty where AC or DC is unknown.
    """

    ac: RoundTrip
    dc: RoundTrip
    ac_net: RoundTrip
    ac_source: str
    anchor: str
    soc: float
    windows: pd.DataFrame
    losses: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """What the page starts with; readings are (time [µs], value), None without.

    Attributes
    ----------
    soc, power_kw, soh : newest in the window; SOH is what the BMS says, 0..1.
    current_sign, power_sign : correlation of current and AC power with the SOC, see
        `battery.charge_sign`.
    coverage_ratio, level : of the course all is computed from.
    """

    soc: tuple[int, float] | None
    power_kw: tuple[int, float] | None
    soh: tuple[int, float] | None
    cycles: Cycles
    efficiency: Efficiency
    current_sign: float
    power_sign: float
    coverage_ratio: float
    level: str


def _newest(ts: Int, values: Float | None) -> tuple[int, float] | None:
    if values is None or not np.isfinite(values).any():
        return None
    at = int(np.flatnonzero(np.isfinite(values))[-1])
    return int(ts[at]), float(values[at])


def summary_report(store: Store, device: str, start: int, end: int) -> Summary | None:
    """SOC, power, SOH, cycles and efficiency of a window; None without readings of any.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    if course is None:
        return None
    soh = None
    for info in of_quantity(store.signals(device), "soh_bms")[:1]:
        rows = store.buckets(device, info.name, start, end, _coarse(info))
        soh = _newest(rows.ts, rows.last * _scale(info))
    power = course.ac_kw if course.ac_kw is not None else course.dc_kw
    signs = [np.nan, np.nan]
    if course.soc is not None:
        for place, rate in enumerate((_total(course.currents), course.ac_kw)):
            if rate is not None:
                signs[place] = battery.charge_sign(course.ts, course.soc, rate, course.held_us)
    return Summary(
        _newest(course.ts, course.soc), _newest(course.ts, power), soh,
        count_cycles(store, device, course), efficiency_of(store, device, course),
        signs[0], signs[1], course.coverage_ratio, course.level,
    )  # fmt: skip


def _coarse(info: SignalInfo) -> str:
    """Hours where they are stored: first and last of a bucket are readings."""
    return "1h" if "1h" in info.levels else "raw"


def efficiency_of(store: Store, device: str, course: Course) -> Efficiency:
    """Round trips AC, DC and with auxiliaries over the windows closed in SOC."""
    none = np.empty(0)
    if course.soc is None:
        refused = RoundTrip(np.nan, np.nan, np.nan, 0, 0, np.nan, np.nan, "no_soc")
        return Efficiency(refused, refused, refused, "power", "", np.nan, pd.DataFrame(), {})
    windows = battery.closed_windows(course.ts, course.soc)
    ac, source = _ac_energy(store, device, course, windows)
    dc = _energy(course, course.dc_kw, windows)
    aux = _energy(course, course.aux_kw, windows)
    table = pd.DataFrame({"start": windows.start, "end": windows.end, "depth": windows.depth})
    for name, found in (("ac", ac), ("dc", dc), ("aux", aux)):
        into, out, coverage = found or (none, none, none)
        blank = np.full(len(windows), np.nan)
        table[f"{name}_in"], table[f"{name}_out"] = (
            (into, out) if found else (blank, blank)
        )  # fmt: skip
        table[f"{name}_coverage"] = coverage if found else 0.0
        use = table[f"{name}_coverage"].to_numpy() >= battery.LEAST_COVERAGE
        table[name] = np.where(use & (table[f"{name}_in"] > 0), _ratio(table, name), np.nan)
    table["aux"] = table.pop("aux_in")

    def trip(found: tuple[Float, Float, Float] | None, lacking: str) -> RoundTrip:
        if found is None:
            return RoundTrip(np.nan, np.nan, np.nan, 0, 0, np.nan, np.nan, lacking)
        return battery.estimate_round_trip(*found, windows)

    net = (ac[0] + aux[0], ac[1], np.minimum(ac[2], aux[2])) if ac and aux else None
    return Efficiency(
        trip(ac, "no_power"), trip(dc, "no_dc"),
        trip(net, "no_power" if not ac else "no_auxiliaries"),
        source, windows.anchor, windows.soc, table.drop(columns=["aux_out"]), _losses(table),
    )  # fmt: skip


def _ratio(table: pd.DataFrame, name: str) -> Float:
    into = table[f"{name}_in"].to_numpy(np.float64)
    return table[f"{name}_out"].to_numpy(np.float64) / np.where(into > 0, into, np.nan)


def _energy(
    course: Course, power: Float | None, windows: ClosedWindows
) -> tuple[Float, Float, Float] | None:
    if power is None:
        return None
    return battery.windows_energy(course.ts, power, course.held_us, windows)


def _ac_energy(
    store: Store, device: str, course: Course, windows: ClosedWindows
) -> tuple[tuple[Float, Float, Float] | None, str]:
    """Energy at the converter's terminals by its power, or by the counters where it has none."""
    if course.ac_kw is not None:
        return _energy(course, course.ac_kw, windows), "power"
    signals = store.signals(device)
    counters = [of_quantity(signals, f"energy_{way}") for way in ("import", "export")]
    if not all(counters) or not len(windows):
        return None, "counter"
    into, out = (
        battery.windows_energy(*_counted(store, one[0], course.start, course.end), windows)
        for one in counters
    )
    return (into[0], out[0], np.minimum(into[2], out[2])), "counter"


def _counted(store: Store, info: SignalInfo, start: int, end: int) -> tuple[Int, Float, Int]:
    """A counter as power that stands: start of each step [µs], power [kW], length [µs]."""
    rows, _ = _buckets(store, info, start, end)
    steps = energy.counter_increments(rows.ts, rows.last)
    steps = steps[~steps["flag"].str.contains("gap")]
    begin, until = steps["start"].to_numpy(np.int64), steps["end"].to_numpy(np.int64)
    kwh = steps["energy"].to_numpy(np.float64) * KILO[info.unit]
    return begin, kwh * HOUR_US / np.maximum(until - begin, 1), until - begin


def _losses(table: pd.DataFrame) -> dict[str, float]:
    """Where the energy of closed windows went [kWh]; only windows with AC and DC known."""
    known = table[table["ac"].notna() & table["dc"].notna()]
    if known.empty:
        return {}
    parts = {
        "converter_charge": known["ac_in"] - known["dc_in"],
        "battery": known["dc_in"] - known["dc_out"],
        "converter_discharge": known["dc_out"] - known["ac_out"],
    }
    if known["aux"].notna().all() and (known["aux_coverage"] >= battery.LEAST_COVERAGE).all():
        parts["auxiliaries"] = known["aux"]
    return {name: float(part.sum()) for name, part in parts.items()}


# --- operation ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """How a system was run in a window.

    Attributes
    ----------
    periods : start, end [µs], charged, discharged [kWh], efc, coverage_ratio per local period.
    every : length of the periods.
    terminals : ``ac`` or ``dc``, where the energies were measured; empty without power.
    charged_kwh, discharged_kwh : of the window.
    counted_kwh : charged and discharged by the counters, None without.
    plane : hours by SOC and power; `power_edges` [kW]; None without either.
    depth : from `battery.depth_histogram`; `largest` is the deepest cycle; None without SOC.
    rates : hours by C-rate; `rate_edges` [1/h]; None without current or capacity.
    rate_points : share of the time -> C-rate (absolute), of the time with current.
    """

    periods: pd.DataFrame
    every: Every
    terminals: str
    charged_kwh: float
    discharged_kwh: float
    counted_kwh: tuple[float, float] | None
    plane: Dwell | None
    power_edges: Float
    depth: pd.DataFrame | None
    cycle_count: float
    largest: float
    rates: Float | None
    rate_edges: Float
    rate_points: dict[str, float]
    capacity_ah: float
    coverage_ratio: float
    level: str


def operation_report(store: Store, device: str, start: int, end: int) -> Operation | None:
    """Energies by period, SOC-power plane, depths and rates; None without readings.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    course = load_course(store, device, start, end)
    if course is None:
        return None
    terminals = "ac" if course.ac_kw is not None else "dc" if course.dc_kw is not None else ""
    power = course.ac_kw if course.ac_kw is not None else course.dc_kw
    every: Every = next((name for name, most in PERIODS if end - start <= most), "1mo")
    rated = string_capacity(store, device, len(course.currents))
    charged, discharged = (
        battery.charge_moved(power, course.held_us) if power is not None else (np.nan, np.nan)
    )
    plane, power_edges = _plane(course, power)
    cycles = battery.rainflow_cycles(course.soc) if course.soc is not None else None
    rates, rate_edges, points = _rates(course, rated)
    return Operation(
        _by_period(store, course, power, rated, every), every, terminals, charged, discharged,
        _counter_totals(store, device, start, end), plane, power_edges,
        battery.depth_histogram(cycles, SOC_TENTHS) if cycles is not None else None,
        float(cycles["count"].sum()) if cycles is not None else np.nan,
        float(cycles["range"].max()) if cycles is not None and len(cycles) else np.nan,
        rates, rate_edges, points, rated, course.coverage_ratio, course.level,
    )  # fmt: skip


def _by_period(
    store: Store, course: Course, power: Float | None, rated_ah: float, every: Every
) -> pd.DataFrame:
    edges = energy.local_periods(course.start, course.end, store.zone, every)
    edges = np.clip(edges, course.start, course.end)

    def within(rate: Float | None) -> Float:
        if rate is None:
            return np.full(len(edges) - 1, np.nan)
        return np.diff(battery.accumulate(course.ts, rate, course.held_us, edges))

    covered = within(np.ones(len(course.ts))) * HOUR_US / np.maximum(np.diff(edges), 1)
    if course.currents and np.isfinite(rated_ah):
        moved = _total([np.abs(one) for one in course.currents])
        efc = within(moved) / (2 * rated_ah * len(course.currents))
    else:
        efc = np.full(len(edges) - 1, np.nan)
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "charged": within(np.maximum(power, 0) if power is not None else None),
            "discharged": within(np.maximum(-power, 0) if power is not None else None),
            "efc": efc,
            "coverage_ratio": np.minimum(covered, 1.0),
        }
    )


def _counter_totals(store: Store, device: str, start: int, end: int) -> tuple[float, float] | None:
    signals = store.signals(device)
    found = [of_quantity(signals, f"energy_{way}") for way in ("import", "export")]
    if not all(found):
        return None
    totals = []
    for counters in found:
        info = counters[0]
        if info.unit not in KILO:
            return None
        rows = store.buckets(device, info.name, start, end, _coarse(info))
        if not len(rows.ts):
            return None
        steps = energy.counter_intervals(
            rows.ts, rows.first, rows.last, rows.min, rows.max, rows.count,
            None if _coarse(info) == "raw" else HOUR_US,
        )  # fmt: skip
        totals.append(float(steps["energy"].sum()) * KILO[info.unit])
    return totals[0], totals[1]


def _nice_width(greatest: float, bands: int) -> float:
    """Width of a band: 1, 2 or 5 times a power of ten."""
    if not greatest > 0:
        return 1.0
    raw = greatest / bands
    size = 10.0 ** np.floor(np.log10(raw))
    return float(size * next(step for step in (1, 2, 5, 10) if raw <= step * size))


def _plane(course: Course, power: Float | None) -> tuple[Dwell | None, Float]:
    if power is None or course.soc is None or not np.isfinite(power).any():
        return None, np.empty(0)
    greatest = float(np.nanmax(np.abs(power)))
    width = _nice_width(greatest, 10)
    # Bands lie around zero, so that rest is one of them.
    edges = battery.even_edges(-greatest - width / 2, greatest + width / 2, width) - width / 2
    window = course.end - course.start
    soc = np.clip(course.soc, 0, 1)
    plane = battery.dwell(soc, power, course.held_us, SOC_BANDS, edges, window_us=window)
    return plane, edges


def _rates(course: Course, rated_ah: float) -> tuple[Float | None, Float, dict[str, float]]:
    total = _total(course.currents)
    if total is None or not np.isfinite(rated_ah) or not np.isfinite(total).any():
        return None, np.empty(0), {}
    rate = total / (rated_ah * len(course.currents))
    greatest = float(np.nanmax(np.abs(rate)))
    width = _nice_width(greatest, 12)
    edges = battery.even_edges(-greatest - width / 2, greatest + width / 2, width) - width / 2
    flowing = np.where(np.abs(rate) > IDLE_RATIO, np.abs(rate), np.nan)
    points = {
        "median": battery.weighted_quantile(flowing, course.held_us, 0.5),
        "p95": battery.weighted_quantile(flowing, course.held_us, 0.95),
        "charge": float(np.nanmax(np.maximum(rate, 0))),
        "discharge": float(np.nanmax(np.maximum(-rate, 0))),
    }
    return battery.hours_by_band(rate, course.held_us, edges), edges, points


# --- temperature and SOC -----------------------------------------------------------------------


@dataclass(frozen=True)
class Climate:
    """Time by temperature and SOC.

    Attributes
    ----------
    dwell : hours by temperature and SOC (tenths).
    temp_edges : [°C].
    warmest, coldest : of the temperature used [°C].
    source : names of the signals, or ``cell_temperature`` for the mean of all cells.
    missing : ``no_soc``, ``no_temperature``, ``no_readings`` or None.
    """

    dwell: Dwell | None
    temp_edges: Float
    warmest: float
    coldest: float
    source: str
    missing: str | None


def dwell_report(store: Store, device: str, start: int, end: int) -> Climate:
    """Time a system spent by temperature and SOC.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    signals = store.signals(device)
    socs = of_quantity(signals, "soc")
    if not socs:
        return Climate(None, np.empty(0), np.nan, np.nan, "", "no_soc")
    rows, _ = _buckets(store, socs[0], start, end)
    ts, soc = rows.ts, _mean(rows) * _scale(socs[0])
    temps, source = _temperature(store, device, signals, start, end, ts)
    if temps is None:
        return Climate(None, np.empty(0), np.nan, np.nan, "", "no_temperature")
    if not len(ts) or not np.isfinite(temps).any():
        return Climate(None, np.empty(0), np.nan, np.nan, source, "no_readings")
    coldest, warmest = float(np.nanmin(temps)), float(np.nanmax(temps))
    width = max(_nice_width(warmest - coldest, 8), 1.0)
    edges = battery.even_edges(coldest, warmest, width)
    found = battery.dwell(
        temps, np.clip(soc, 0, 1), battery.hold_times(ts, end), edges, SOC_TENTHS,
        window_us=end - start,
    )  # fmt: skip
    return Climate(found, edges, warmest, coldest, source, None)


def _temperature(
    store: Store, device: str, signals: Sequence[SignalInfo], start: int, end: int, at: Int
) -> tuple[Float | None, str]:
    """Temperature of the battery at some times: the median of its sensors, or mean of the cells."""
    sensors = of_quantity(signals, "battery_temperature")
    if sensors:
        held = []
        for info in sensors:
            rows, _ = _buckets(store, info, start, end)
            held.append(battery.hold_at(rows.ts, _mean(rows), at))
        middle = np.asarray(np.median(held, axis=0), np.float64)
        return middle, ", ".join(info.name for info in sensors)
    matrix = cell_matrix(store, device, "cell_temperature", start, end)
    if matrix is None:
        return None, ""
    known = np.isfinite(matrix.high).sum(axis=1)
    mean = np.nansum((matrix.high + matrix.low) / 2, axis=1) / np.where(known, known, np.nan)
    return battery.hold_at(matrix.ts, mean, at), "cell_temperature"


# --- cells -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellMatrix:
    """Greatest and least value of every cell at each time; of readings both are the same.

    Attributes
    ----------
    ts : [µs]; high, low : float64[t, cell]; pack, cell : int64[cell]; level : where from.
    """

    ts: Int
    high: Float
    low: Float
    pack: Int
    cell: Int
    level: str
    stands_for: int


def cell_matrix(
    store: Store, device: str, quantity: str, start: int, end: int, *, by_day: bool = False
) -> CellMatrix | None:
    """Values of all cells of a quantity: readings while they are few, else of the finest level.

    None without such signals. `by_day` takes days where they are stored.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    infos = [i for i in store.signals(device, quantity) if i.pack is not None and i.rows]
    infos = sorted((i for i in infos if i.cell is not None), key=lambda i: (i.pack, i.cell))
    if not infos:
        return None
    level = _level_for(store, infos[0], start, end, CELL_VALUES // len(infos))
    # Reading signal after signal takes longer than all of them of a level.
    if level == "raw" and len(infos) > MOST_RAW_CELLS:
        level = next((name for name in store.rules if name in infos[0].levels), "raw")
    if by_day and "1d" in infos[0].levels:
        level = "1d"
    pack = np.array([i.pack for i in infos], np.int64)
    cell = np.array([i.cell for i in infos], np.int64)
    if level == "raw":
        return _raw_matrix(store, infos, start, end, pack, cell)
    found = store.cells_many(device, quantity, start, end, level, ("max", "min"))
    one = found["max"]
    place = (
        np.searchsorted(one.packs, pack) * len(one.cells) + np.searchsorted(one.cells, cell)
    )  # fmt: skip
    high, low = (found[c].values.reshape(len(one.ts), -1)[:, place] for c in ("max", "min"))
    return CellMatrix(one.ts, high, low, pack, cell, level, one.stands_for)


def _raw_matrix(
    store: Store, infos: Sequence[SignalInfo], start: int, end: int, pack: Int, cell: Int
) -> CellMatrix:
    """Readings of all cells on all their stamps, each held for up to 2.5 of its steps."""
    rows = [store.raw(info.device, info.name, start, end) for info in infos]
    ts = np.unique(np.concatenate([stamps for stamps, _ in rows]))
    values = np.column_stack([battery.hold_at(*one, ts) for one in rows])
    readings = sum(len(stamps) for stamps, _ in rows)
    return CellMatrix(ts, values, values, pack, cell, "raw", readings)


Spread = Literal["cell_voltage", "cell_temperature"]
# Quantity of single cells -> what a BMS says of their ends: greatest, least, difference.
OF_CELLS = {
    "cell_voltage": ("cell_voltage_max", "cell_voltage_min", "cell_voltage_spread"),
    "cell_temperature": ("cell_temperature_max", "cell_temperature_min", "cell_temperature_spread"),
}


@dataclass(frozen=True)
class SpreadReport:
    """Spread between cells over a window.

    Attributes
    ----------
    frame : ts [µs] (start), mean, greatest; spread at an instant, by picture column; empty where
        the BMS does not tell it and no readings of the cells are near enough in time.
    source : ``bms``, ``cells`` or empty.
    ends : ts, at_top, at_bottom: spread of the highest and of the lowest values of the cells in
        each bucket of `level`; empty without cells.
    extremes : pack, cell, highest_ratio, lowest_ratio, most often lowest first.
    greatest, greatest_ts : greatest spread at an instant, and when [µs]; NaN, None without.
    cells : number of cells; level, stands_for : what they were taken from.
    unit : of all spreads.
    """

    frame: pd.DataFrame
    source: str
    ends: pd.DataFrame
    extremes: pd.DataFrame
    greatest: float
    greatest_ts: int | None
    cells: int
    level: str
    stands_for: int
    unit: str


def spread_report(
    store: Store, device: str, quantity: Spread, start: int, end: int, points: int = 600
) -> SpreadReport:
    """Spread of cell voltage or temperature: at each instant, and at both ends of the range.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    unit = "V" if quantity == "cell_voltage" else "K"
    matrix = cell_matrix(store, device, quantity, start, end, by_day=end - start >= DAILY_US)
    ts, value, source = _instant_spread(store, device, quantity, start, end)
    ends = pd.DataFrame({"ts": [], "at_top": [], "at_bottom": []})
    extremes = pd.DataFrame({"pack": [], "cell": [], "highest_ratio": [], "lowest_ratio": []})
    if matrix is not None and len(matrix.ts):
        found = battery.cell_spread(matrix.high, matrix.low)
        ends = found[["at_top", "at_bottom"]].assign(ts=matrix.ts)
        shares = battery.extreme_cells(found, len(matrix.cell))
        extremes = shares.assign(pack=matrix.pack, cell=matrix.cell).sort_values(
            ["lowest_ratio", "highest_ratio"], ascending=False, ignore_index=True
        )
        if matrix.level == "raw":  # the cells themselves say more than the BMS does
            ts, value, source = matrix.ts, found["at_top"].to_numpy(), "cells"
            ends = ends.iloc[:0]
    known = np.isfinite(value)
    at = int(np.nanargmax(value)) if known.any() else None
    return SpreadReport(
        _columns(ts[known], value[known], start, end, points), source, ends, extremes,
        float(value[at]) if at is not None else np.nan, int(ts[at]) if at is not None else None,
        len(matrix.cell) if matrix is not None else 0,
        matrix.level if matrix is not None else "raw",
        matrix.stands_for if matrix is not None else 0, unit,
    )  # fmt: skip


def _instant_spread(
    store: Store, device: str, quantity: str, start: int, end: int
) -> tuple[Int, Float, str]:
    """Spread as the BMS tells it: a difference, or greatest less least."""
    signals = store.signals(device)
    top, bottom, difference = (of_quantity(signals, name)[:1] for name in OF_CELLS[quantity])
    if top and bottom:
        high, low = (_buckets(store, one[0], start, end) for one in (top, bottom))
        if high[1] == low[1] == "raw":
            ts, upper = high[0].ts, high[0].last
            return ts, upper - battery.hold_at(low[0].ts, low[0].last, ts), "bms"
    if difference:
        rows, _ = _buckets(store, difference[0], start, end)
        return rows.ts, rows.max, "bms"
    return np.empty(0, np.int64), np.empty(0), ""


def _columns(ts: Int, value: Float, start: int, end: int, points: int) -> pd.DataFrame:
    """Mean and greatest by column of a picture."""
    if not len(ts):
        return pd.DataFrame({"ts": ts, "mean": value, "greatest": value})
    if len(ts) <= points:
        return pd.DataFrame({"ts": ts, "mean": value, "greatest": value})
    width = max((end - start) // points, 1)
    at = (ts - start) // width
    first = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    count = np.diff(np.append(first, len(ts)))
    return pd.DataFrame(
        {
            "ts": start + at[first] * width,
            "mean": np.add.reduceat(value, first) / count,
            "greatest": np.maximum.reduceat(value, first),
        }
    )


# --- flags and availability --------------------------------------------------------------------


@dataclass(frozen=True)
class Lanes:
    """Runs of flags and modes in a window.

    Attributes
    ----------
    runs : signal -> frame `start`, `end` [µs], `value`, `readings`, of values other than zero.
    quiet : signals that were zero throughout; silent : signals without readings in the window.
    """

    runs: dict[str, pd.DataFrame]
    quiet: tuple[str, ...]
    silent: tuple[str, ...]


def lanes_report(store: Store, device: str, start: int, end: int) -> Lanes:
    """Runs of every flag and mode, from raw readings wherever one is not zero.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    runs, quiet, silent = {}, [], []
    for info in state_signals(store.signals(device)):
        found = flag_runs(store, info, start, end)
        if found is None:
            silent.append(info.name)
        elif found.empty:
            quiet.append(info.name)
        else:
            runs[info.name] = found
    return Lanes(runs, tuple(quiet), tuple(silent))


def flag_runs(store: Store, info: SignalInfo, start: int, end: int) -> pd.DataFrame | None:
    """Runs of values other than zero, exact; hours of zeros are not read. None without readings."""
    level = _coarse(info)
    rows = store.buckets(info.device, info.name, start, end, level)
    if not len(rows.ts):
        return None
    ts, value = rows.ts, rows.last
    if level != "raw":
        ts, value = _raw_around(store, info, rows, start, end)
    found = battery.state_runs(ts, value, end, step_us=info.step_us)
    return found[found["value"] != 0].reset_index(drop=True)


def _raw_around(
    store: Store, info: SignalInfo, rows: Buckets, start: int, end: int
) -> tuple[Int, Float]:
    """Raw readings of hours with a value other than zero, and those next to them."""
    active = (rows.min != 0) | (rows.max != 0)
    near = active.copy()
    near[1:] |= active[:-1]
    near[:-1] |= active[1:]
    at = np.flatnonzero(near)
    if not len(at):
        return np.empty(0, np.int64), np.empty(0)
    groups = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    # Single spells of a busy flag cost more to ask for one by one than all in between.
    if len(groups) > 40:
        return store.raw(info.device, info.name, start, end)
    found = [
        store.raw(
            info.device, info.name, max(int(rows.ts[g[0]]), start),
            min(int(rows.ts[g[-1]]) + HOUR_US, end),
        )
        for g in groups
    ]  # fmt: skip
    return np.concatenate([ts for ts, _ in found]), np.concatenate([v for _, v in found])


@dataclass(frozen=True)
class AvailabilityReport:
    """Availability of a window, with what it was told from.

    Attributes
    ----------
    found : None where `missing` says why: ``no_activity`` (neither power nor current).
    activity : ``power`` or ``current``; idle_below : what counts as rest [unit].
    idle_source : ``rating`` or ``greatest`` (1 % of it).
    faults : flags taken for outages.
    gaps : start, end [µs] of time without readings.
    """

    found: Availability | None
    activity: str
    idle_below: float
    unit: str
    idle_source: str
    faults: tuple[str, ...]
    gaps: pd.DataFrame
    missing: str | None
    level: str


def availability_report(
    store: Store, device: str, start: int, end: int, faults: tuple[str, ...]
) -> AvailabilityReport:
    """Availability by time: flags named in `faults` are outages, missing readings a cause.

    Raises
    ------
    UnknownDevice, UnknownSignal, BadWindow
    """
    course = load_course(store, device, start, end)
    current = None if course is None else _total(course.currents)
    power = None if course is None else course.ac_kw if course.ac_kw is not None else course.dc_kw
    activity = power if power is not None else current
    if course is None or activity is None:
        none = pd.DataFrame({"start": [], "end": []})
        return AvailabilityReport(None, "", np.nan, "", "", faults, none, "no_activity", "raw")
    rated = store.device(device).facts.get("rated_kw")
    greatest = float(np.nanmax(np.abs(activity), initial=0.0))
    by_rating = power is not None and isinstance(rated, int | float) and rated > 0
    limit = IDLE_RATIO * (float(rated) if by_rating else greatest)  # type: ignore[arg-type]
    runs = {}
    for name in faults:
        found = flag_runs(store, store.signal(device, name), start, end)
        if found is not None:
            runs[name] = found
    return AvailabilityReport(
        battery.availability(
            course.ts, activity, course.held_us, runs, start=start, end=end, idle_below=limit
        ),
        "power" if power is not None else "current", limit, "kW" if power is not None else "A",
        "rating" if by_rating else "greatest", faults,
        battery.data_gaps(course.ts, course.held_us, start, end), None, course.level,
    )  # fmt: skip


# --- health ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Health:
    """SOH as the BMS tells it, beside capacity from counted charge.

    Attributes
    ----------
    told : ts [µs], soh (0..1); by day over longer windows. Empty without such a signal.
    ledger : a row per way from full to empty or back, see `capacity.Segment`.
    measured : capacity of the ways of the last 30 days of the ledger that qualify [Ah].
    rated_ah : rated capacity behind the current, NaN without.
    missing : why nothing was measured: ``no_current``, ``no_capacity``, ``no_chemistry``,
        ``several_strings``, or None.
    """

    told: pd.DataFrame
    ledger: pd.DataFrame
    measured: CapacityEstimate | None
    rated_ah: float
    missing: str | None


def health_report(store: Store, device: str, start: int, end: int) -> Health:
    """SOH of the BMS, and capacity between full and empty anchors of the window.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    told = _told_health(store, device, start, end)
    course = load_course(store, device, start, end)
    currents = course.currents if course is not None else ()
    rated = string_capacity(store, device, len(currents))
    limits = cell_limits(store, device)
    missing = (
        "no_current" if not currents
        else "several_strings" if len(currents) > 1
        else "no_capacity" if not np.isfinite(rated)
        else "no_chemistry" if limits is None
        else None
    )  # fmt: skip
    if missing or course is None or limits is None:
        return Health(told, pd.DataFrame(), None, rated, missing)
    signals = store.signals(device)
    ends: dict[str, Float | None] = {}
    for name in ("max", "min"):
        infos = of_quantity(signals, f"cell_voltage_{name}")[:1]
        rows = [_buckets(store, info, start, end)[0] for info in infos]
        ends[name] = battery.hold_at(rows[0].ts, rows[0].last, course.ts) if rows else None
    ts, current = course.ts, currents[0]
    anchors = capacity.find_anchors(
        ts, current, limits, rated, cell_max=ends["max"], cell_min=ends["min"], soc=course.soc
    )
    ledger = capacity.capacity_ledger(ts, current, anchors, rated)
    recent = ledger[ledger["end"] > ledger["end"].max() - RECENT_US]
    return Health(told, ledger, capacity.estimate_capacity(recent), rated, None)


def cell_limits(store: Store, device: str) -> Chemistry | None:
    """Limits of the cells from the device's facts: chemistry, and cut-offs where told."""
    facts = store.device(device).facts
    name, own = facts.get("chemistry"), facts.get("limits")
    if not isinstance(name, str) or name.upper() not in CHEMISTRIES:
        return None
    own = own if isinstance(own, dict) else {}
    told = {"charge_cutoff": own.get("cell_charge_v"), "discharge_cutoff": own.get(
        "cell_discharge_v")}  # fmt: skip
    return chemistry(name, **{key: volts for key, volts in told.items() if volts is not None})


def _told_health(store: Store, device: str, start: int, end: int) -> pd.DataFrame:
    infos = of_quantity(store.signals(device), "soh_bms")
    if not infos:
        return pd.DataFrame({"ts": np.empty(0, np.int64), "soh": np.empty(0)})
    info = infos[0]
    level = "1d" if "1d" in info.levels and end - start > 3 * DAY else "raw"
    rows = store.buckets(device, info.name, start, end, level)
    return pd.DataFrame({"ts": rows.ts, "soh": rows.last * _scale(info)})
