"""Which signals of a device measure power and energy, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.query import Device, SignalInfo
from core.zones import zone_info

KILO = {"W": 1e-3, "kW": 1.0, "MW": 1e3, "Wh": 1e-3, "kWh": 1.0, "MWh": 1e3}
POWER_UNITS = ("W", "kW", "MW")
MAIN_QUANTITIES = (
    "active_power", "grid_power", "pv_power", "soc", "pcs_power", "battery_current",
    "energy_import", "energy_total", "energy_generation",
)  # fmt: skip
CLOCK_STEPS_US = tuple(
    1_000_000 * size * count
    for size, counts in ((1, (1, 2, 5, 10, 15, 20, 30)), (60, (1, 2, 5, 10, 15, 20, 30)),
                         (3600, (1, 2, 3, 4, 6, 12, 24)))
    for count in counts
)  # fmt: skip
FORECAST_GROUP = "forecast"
TOLD_GROUPS = (FORECAST_GROUP, "price", "weather")  # what is said of a place, or measured there
# Fact `role` of a meter at the connection of the site.
GRID_ROLES = ("grid", "netz", "netzanschluss")


def at_connection(device: Device) -> bool:
    """Whether a meter measures the connection of its site, by the fact `role`."""
    return str(device.facts.get("role", "")).strip().lower() in GRID_ROLES


def ended_us(facts: Mapping[str, Any], zone: str) -> int | None:
    """When a device ended for good, by the fact `ended`: the beginning of that local day [µs UTC].

    None where that is not told, or is no day.
    """
    try:
        day = date.fromisoformat(str(facts.get("ended", "")))
    except ValueError:
        return None
    begin = datetime.combine(day, time(), zone_info(zone))
    return (begin - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def measured_devices(devices: Sequence[Device]) -> list[Device]:
    """Devices whose readings are of what was: not forecasts, prices, or weather by a service.

    Those are of times to come, or of other times; beside them every meter would look late.
    """
    return [one for one in devices if one.group not in TOLD_GROUPS or is_weather_station(one)]


def is_weather_station(device: Device) -> bool:
    """Whether a device of weather measures it; what a service tells is not measured here."""
    told = device.facts.get("weather")
    kind = told.get("kind", "measured") if isinstance(told, dict) else "measured"
    return device.group == "weather" and kind == "measured"


def metered_devices(devices: Sequence[Device]) -> list[Device]:
    """Devices that may be meters, batteries or plants: nothing that tells weather or prices."""
    return [one for one in devices if one.group not in TOLD_GROUPS]


def newest_reading(devices: Sequence[Device]) -> int | None:
    """The newest reading of what measures [µs UTC]; None without any."""
    return max((d.last for d in measured_devices(devices) if d.last is not None), default=None)


def main_signals(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Signals of what a device is there for; where none is known a power, or the first signal."""
    for quantity in MAIN_QUANTITIES:
        found = [info for info in signals if info.quantity == quantity and info.rows]
        if found:
            return found if quantity == "pv_power" else found[:1]
    return power_signals(signals)[:1] or list(signals[:1])


def power_signals(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Signals that can be integrated to an energy, those of the main quantities first."""
    found = [info for info in signals if info.unit in POWER_UNITS and info.kind == "analog"]
    rank = {quantity: place for place, quantity in enumerate(MAIN_QUANTITIES)}
    return sorted(found, key=lambda info: rank.get(info.quantity, len(rank)))


def energy_counters(signals: Sequence[SignalInfo]) -> list[SignalInfo]:
    """Counters of energy, at most one of each quantity; the balance only where it is alone."""
    order = ("energy_import", "energy_export", "energy_generation", "energy_total")
    found = [
        next((i for i in signals if i.quantity == q and i.unit in KILO and i.kind == "counter"),
             None)
        for q in order
    ]  # fmt: skip
    known = [info for info in found if info is not None]
    return [i for i in known if i.quantity != "energy_total"] or known


def is_meter(signals: Sequence[SignalInfo]) -> bool:
    """Whether a device measures a connection, not a battery or a plant."""
    has = {info.quantity for info in signals}
    return bool(has & {"active_power", "grid_power", "energy_import"}) and not has & {
        "soc", "pcs_power", "battery_voltage", "pv_power",
    }  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """First moment and last moment that the readings of a device stand for [µs UTC]."""

    first: int | None
    last: int | None


def measured_reach(signals: Sequence[SignalInfo]) -> Reach:
    """What the readings of a device reach over: a power stands for the step after it.

    Steps up to a minute do not count, for windows end with the minute of the newest reading.
    """
    firsts = [info.first for info in signals if info.first is not None]
    lasts = [
        info.last + (max(_clock_step(info) - 60_000_000, 0) if info.unit in POWER_UNITS else 0)
        for info in signals
        if info.last is not None
    ]
    return Reach(min(firsts, default=None), max(lasts, default=None))


def _clock_step(info: SignalInfo) -> int:
    """Step of a source as its clock has it [µs].

    One reading out of the row, entered by hand, makes the average a little shorter.
    """
    near = min(CLOCK_STEPS_US, key=lambda step: abs(step - info.step_us))
    return near if abs(near - info.step_us) <= near / 100 else info.step_us
