"""Round trips of a battery system, and where the energy that did not come back went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics import battery, energy
from core.analytics.battery import ClosedWindows, RoundTrip
from core.analytics.quality import HOUR_US, Float, Int
from core.bess import of_quantity
from core.bess_course import Course, load_buckets
from core.measures import KILO
from core.query import SignalInfo, Store


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

    ac_trip, dc_trip = trip(ac, "no_power"), trip(dc, "no_dc")
    # What cannot be as efficiency cannot be as loss either.
    losses = {} if ac_trip.refusal or dc_trip.refusal else _losses(table)
    net = (ac[0] + aux[0], ac[1], np.minimum(ac[2], aux[2])) if ac and aux else None
    return Efficiency(
        ac_trip, dc_trip,
        trip(net, "no_power" if not ac else "no_auxiliaries"),
        source, windows.anchor, windows.soc, table.drop(columns=["aux_out"]), losses,
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
    rows, _ = load_buckets(store, info, start, end)
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
