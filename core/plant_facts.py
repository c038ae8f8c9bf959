"""The plant that the facts of one device describe."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, get_args

from core.errors import ConfigError
from core.plant_faults import parse_plant
from core.plants import Measures, Plant

_NUMBER = re.compile(r"(?:^|[^a-z])(?:inv|inverter|wr|unit|tracker)_?(\d+)", re.IGNORECASE)


class Measured(Protocol):
    """A signal as the store describes it."""

    @property
    def name(self) -> str:
        """Name of the signal."""

    @property
    def quantity(self) -> str:
        """What it measures."""


def plant_of_device(
    name: str, facts: Mapping[str, Any], signals: Sequence[Measured] = (), zone: str | None = None
) -> Plant:
    """The plant that the facts of one device describe.

    Facts: `kwp`, `tilt`, `azimuth`, `location` (latitude, longitude, altitude_m), and where known
    `inverters`, `kwp_per_inverter`, `ac_limit_kw_per_inverter`, `gamma_pdc`, `losses`, `zone`.
    Signals give the inverters their names (`ac_power_inv3`) and the plant its sensors.

    Raises
    ------
    ConfigError : a fact is missing or cannot be; the message names it.
    """
    place = facts.get("location") if isinstance(facts.get("location"), Mapping) else {}
    told = {**facts, **(place or {})}
    needed = ("latitude", "longitude", "tilt", "azimuth")
    missing = [key for key in needed if told.get(key) is None]
    count = _count(told)
    each = told.get("kwp_per_inverter")
    if each is None and told.get("kwp") is not None:
        each = float(told["kwp"]) / count
    if each is None:
        missing.append("kwp")
    if missing:
        raise ConfigError(f"device {name}: no fact {', '.join(missing)}; enter it on the Data page")
    shared = {"tilt": told["tilt"], "azimuth": told["azimuth"], "kwp": each}
    if told.get("gamma_pdc") is not None:
        shared["gamma_pdc"] = told["gamma_pdc"]
    own = {"latitude": told["latitude"], "longitude": told["longitude"]}
    own |= {key: told[key] for key in ("altitude_m", "losses") if told.get(key) is not None}
    inverters = [_inverter_of(number, count, name, told, signals) for number in range(1, count + 1)]
    arrays = [
        {**shared, "name": inverter["name"], "inverter": inverter["name"]} for inverter in inverters
    ]
    return parse_plant(
        {"name": name, "device": name, **own, "zone": told.get("zone") or zone, "array": arrays,
         "inverter": inverters, "sensor": _sensors_among(signals)}
    )  # fmt: skip


def _count(told: Mapping[str, Any]) -> int:
    """Number of inverters that the facts tell; one where they do not."""
    count = told.get("inverters", 1)
    return count if isinstance(count, int) and count > 0 else 1


def _inverter_of(
    number: int, count: int, device: str, told: Mapping[str, Any], signals: Sequence[Measured]
) -> dict[str, Any]:
    def named(*quantities: str) -> list[str]:
        mine = [one.name for one in signals if one.quantity in quantities]
        return mine if count == 1 else [name for name in mine if number_of(name) == number]

    found: dict[str, Any] = {
        "name": device if count == 1 else f"inv{number}", "device": device,
        "ac_power": named("pv_power", "inverter_power"), "dc_power": named("pv_dc_power"),
        "energy": named("energy_generation"),
    }  # fmt: skip
    limit = told.get("ac_limit_kw_per_inverter")
    if limit is None and count == 1:
        limit = told.get("rated_kw")
    if limit is not None:
        found["ac_limit_kw"] = limit
    return found


def number_of(signal: str) -> int | None:
    """Number of the inverter that a signal's name tells: 3 of ``ac_power_inv3``."""
    found = _NUMBER.search(signal)
    return int(found.group(1)) if found else None


def _sensors_among(signals: Sequence[Measured]) -> list[dict[str, Any]]:
    """One sensor per quantity: the first signal that measures it."""
    found = []
    for measures in get_args(Measures):
        first = next((one.name for one in signals if one.quantity == measures), None)
        if first is not None:
            found.append({"measures": measures, "signal": first})
    return found
