"""What a PV plant is described by, as its page needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ConfigError
from core.plants import ALBEDO, GAMMA_PDC, Plane
from core.zones import zone_name


@dataclass(frozen=True)
class PlantFacts:
    """What a plant is described by; None where it is not told.

    Attributes
    ----------
    kwp : nominal power of all units [kWp]; unit_kwp of each.
    inverters : how many there are.
    ac_limits_kw : of each inverter [kW].
    gamma_pdc : [1/K]; `gamma_told` whether it was, else a typical one stands in.
    irradiance_uncertainty, meter_uncertainty : relative, as declared.
    name : of the plant in the file of plants; empty where a device's facts describe it.
    zone : IANA name; empty is that of the store.
    planes : of the modules; empty where one tilt and azimuth are all, or none is told.
    unit_planes : number of each unit's plane; one with several has a number of its own. None where
        all units have the same.
    no_light : arrays of several planes whose light no sensor measures.
    computed : arrays whose light is computed from horizontal irradiance, for no sensor is in their
        plane. altitude_m, albedo, horizon : what that needs beside the place.
    string_sizes, string_planes : nominal power of each string where it was told, and number of its
        plane, as those of the units.
    """

    kwp: float | None = None
    unit_kwp: tuple[float, ...] | None = None
    inverters: int | None = None
    ac_limits_kw: tuple[float | None, ...] | None = None
    gamma_pdc: float = GAMMA_PDC
    gamma_told: bool = False
    tilt: float | None = None
    azimuth: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    irradiance_uncertainty: float | None = None
    meter_uncertainty: float | None = None
    name: str = ""
    zone: str = ""
    planes: tuple[Plane, ...] = ()
    unit_planes: tuple[int, ...] | None = None
    no_light: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    altitude_m: float = 0.0
    albedo: float = ALBEDO
    horizon: tuple[tuple[float, float], ...] = ()
    string_sizes: tuple[float, ...] | None = None
    string_planes: tuple[int, ...] | None = None

    @property
    def located(self) -> bool:
        """Whether the sun's place can be told."""
        return self.latitude is not None and self.longitude is not None


def facts_of(facts: dict[str, Any]) -> PlantFacts:
    """What the facts of a device tell of a plant."""
    told = facts.get("location")
    place: dict[str, Any] = told if isinstance(told, dict) else {}
    inverters = _number(facts, "inverters")
    count = int(inverters) if inverters else None
    kwp, each = _number(facts, "kwp"), _number(facts, "kwp_per_inverter")
    if kwp is None and each is not None and count:
        kwp = each * count
    limit, gamma = _number(facts, "ac_limit_kw_per_inverter"), _number(facts, "gamma_pdc")
    return PlantFacts(
        kwp, None if each is None else (each,) * (count or 1), count,
        None if limit is None else (limit,) * (count or 1),
        GAMMA_PDC if gamma is None else gamma, gamma is not None,
        _number(facts, "tilt"), _number(facts, "azimuth"),
        _number({**place, **facts}, "latitude"), _number({**place, **facts}, "longitude"),
        _number(facts, "irradiance_uncertainty"), _number(facts, "meter_uncertainty"),
        zone=_zone(facts.get("zone")), altitude_m=_number({**place, **facts}, "altitude_m") or 0.0,
    )  # fmt: skip


def _zone(told: Any) -> str:
    """A zone that is known; a plant without one has that of the store."""
    try:
        return zone_name(told) if isinstance(told, str) and told else ""
    except ConfigError:
        return ""


def _number(facts: dict[str, Any], key: str) -> float | None:
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return float(value)
