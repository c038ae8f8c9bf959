"""What a battery system consists of: its signals by quantity and group, and its rated facts.

Signals are found by quantity, never by name; several of one quantity are several strings,
converters or sensors. What a device does not measure leaves its figure out with a short key that
says why (``refusal``, ``missing``), never with a number; so do the modules ``bess_*``, which load
with query, compute with analytics and hand back what a section of the BESS page shows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.analytics.chemistry import CHEMISTRIES, Chemistry, chemistry
from core.measures import KILO
from core.query import SignalInfo, Store

IDLE_RATIO = 0.01  # of the rating
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


def scale_of(info: SignalInfo) -> float:
    """Factor to ratio or kW."""
    return 0.01 if info.unit == "%" else KILO.get(info.unit, 1.0)
