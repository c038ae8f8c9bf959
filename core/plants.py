"""What a PV plant is: site, arrays, inverters, sensors. Written in ``plants.toml``.

::

    [[plant]]
    name = "Home"
    latitude = 48.37
    longitude = 10.9
    device = "INV-1"

    [[plant.array]]
    tilt = 30
    azimuth = 180
    kwp = 9.9

That is all a house needs; a larger plant has ``[[plant.inverter]]`` and ``[[plant.sensor]]`` tables
too. Azimuths count from north over east: 180° is south.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from core.errors import ConfigError
from core.plant_horizon import read_horizon
from core.zones import zone_name

GAMMA_PDC = -0.004  # 1/K, crystalline silicon; King et al., SAND2004-3535
LOSSES = 0.14  # soiling, shading, mismatch, wiring, ...; PVWatts version 5, NREL/TP-6A20-62641
EFFICIENCY = 0.96  # nominal, PVWatts version 5
ALBEDO = 0.2  # grass and bare ground; PVWatts version 5

Mounting = Literal["open_rack", "roof", "integrated"]
Measures = Literal[
    "poa_global", "ghi", "dni", "dhi", "temp_cell", "temp_module", "temp_air", "wind_speed"
]
IRRADIANCES = ("poa_global", "ghi", "dni", "dhi")
# Of hourly irradiation, as a share: IEC 61724-1:2017, class A 3 %, class B 8 %; class C has none.
IRRADIANCE_UNCERTAINTY = {"A": 0.03, "B": 0.08}
# Of energy, as a share, by class: IEC 62053-21 and -22, and MID classes by EN 50470-3.
MeterClass = Literal["0.2S", "0.5S", "0.5", "1", "2", "A", "B", "C"]
METER_UNCERTAINTY = {
    "0.2S": 0.002, "0.5S": 0.005, "0.5": 0.005, "1": 0.01, "2": 0.02,
    "A": 0.02, "B": 0.01, "C": 0.005,
}  # fmt: skip


def _no_text(given: Any) -> Any:
    if isinstance(given, str | bool):
        raise Wrong("number", "is no number; write it without quotes")
    return given


Number = Annotated[float, BeforeValidator(_no_text)]
Degrees = Annotated[float, BeforeValidator(_no_text), Field(ge=0, le=360)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Wrong(ValueError):
    """A rule that is broken: `kind` for screens with words of their own, `told` for those.

    `at` is where, as pydantic tells it: ``("array", 2, "inverter")``.
    """

    def __init__(
        self, kind: str, sentence: str, told: Mapping[str, Any] | None = None,
        at: tuple[str | int, ...] = (),
    ) -> None:  # fmt: skip
        self.kind, self.told, self.at = kind, told or {}, at
        super().__init__(sentence.format(**self.told))


def _last(names: Sequence[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Array(_Table):
    """Modules of one tilt and azimuth that feed one inverter.

    Attributes
    ----------
    tilt : from the horizontal [°].
    azimuth : from north over east [°]; 180 is south.
    kwp : nominal DC power at 1000 W/m² and 25 °C [kWp].
    gamma_pdc : temperature coefficient of power [1/K].
    mounting : decides how warm the cells get: free in the air, close above a roof, or part of it.
    module : back of the module, of glass or of polymer.
    temp_model : ``sapm``, ``pvsyst`` or ``faiman``.
    inverter : name of the inverter it feeds; may be left out where there is one.
    strings : signals of its strings, on the inverter's device.
    """

    name: Name = "array"
    tilt: Number = Field(ge=0, le=90)
    azimuth: Degrees
    kwp: Number = Field(gt=0, le=1e6)
    gamma_pdc: Number = Field(default=GAMMA_PDC, ge=-0.02, le=0)
    mounting: Mounting = "open_rack"
    module: Literal["glass_polymer", "glass_glass"] = "glass_polymer"
    temp_model: Literal["sapm", "pvsyst", "faiman"] = "sapm"
    inverter: str | None = None
    strings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _model_knows_the_mounting(self) -> Array:
        if self.temp_model == "faiman" and self.mounting != "open_rack":
            raise Wrong(
                "plant_faiman",
                'temp_model "faiman" has figures for mounting "open_rack" alone, '
                'not for "{mounting}"; take "sapm" or "pvsyst"',
                {"mounting": self.mounting},
            )
        return self


class Inverter(_Table):
    """An inverter and where the store has its readings.

    Attributes
    ----------
    ac_limit_kw : largest AC power [kW]; None where it is not known.
    efficiency : nominal, AC / DC.
    device : in the store; None takes that of the plant.
    ac_power, dc_power, energy : names of its signals; empty takes those of the device that have
        the quantity `pv_power` or `inverter_power`, `pv_dc_power`, `energy_generation`.
    """

    name: Name
    ac_limit_kw: Number | None = Field(default=None, gt=0, le=1e6)
    efficiency: Number = Field(default=EFFICIENCY, ge=0.5, le=1)
    device: str | None = None
    ac_power: tuple[str, ...] = ()
    dc_power: tuple[str, ...] = ()
    energy: tuple[str, ...] = ()


class Sensor(_Table):
    """A signal that tells the weather at the plant.

    Attributes
    ----------
    measures : what. A sensor on the back of a module is `temp_module`; one in the laminate, or
        of a reference cell, `temp_cell`.
    device : None takes that of the plant.
    array : name of the array in whose plane `poa_global` is measured; None is all of them.
    uncertainty : class of IEC 61724-1, ``A``, ``B`` or ``C``; None where it is not known.
    """

    measures: Measures
    signal: Name
    device: str | None = None
    array: str | None = None
    uncertainty: Literal["A", "B", "C"] | None = None

    @property
    def uncertainty_ratio(self) -> float | None:
        """Uncertainty of an irradiance, as a share of the reading; None where unknown."""
        if self.measures not in IRRADIANCES or self.uncertainty is None:
            return None
        return IRRADIANCE_UNCERTAINTY.get(self.uncertainty)


@dataclass(frozen=True)
class Plane:
    """Arrays of one tilt and azimuth [°], with their nominal power [kWp]."""

    tilt: float
    azimuth: float
    kwp: float
    arrays: tuple[str, ...]


class Plant(_Table):
    """A PV plant.

    Attributes
    ----------
    latitude, longitude : [°], north and east positive. altitude_m : above the sea [m].
    zone : IANA name, ``UTC`` or ``-07:00``; None is that of the store.
    horizon : pairs (azimuth, elevation) [°] by azimuth; empty is a free horizon.
    albedo : of the ground.
    losses : share of the DC energy that is lost to soiling, shading, mismatch, wiring and age; not
        temperature, inverter and limits, which are modelled.
    export_limit_kw : largest power into the grid; None is no limit.
    meter_class : accuracy of what tells the output, by IEC 62053 or MID; None where not known.
    device : where inverters and sensors have their signals that name none.
    weather : device of group `weather` to take for what no sensor measures; None is found by place.
    """

    name: Name
    latitude: Number = Field(ge=-90, le=90)
    longitude: Number = Field(ge=-180, le=180)
    altitude_m: Number = Field(default=0.0, ge=-500, le=9000)
    zone: str | None = None
    horizon: tuple[tuple[float, float], ...] = ()
    albedo: Number = Field(default=ALBEDO, ge=0, le=1)
    losses: Number = Field(default=LOSSES, ge=0, lt=1)
    export_limit_kw: Number | None = Field(default=None, ge=0)
    meter_class: MeterClass | None = None
    device: str | None = None
    weather: str | None = None
    arrays: tuple[Array, ...] = Field(alias="array", min_length=1)
    inverters: tuple[Inverter, ...] = Field(default=(), alias="inverter")
    sensors: tuple[Sensor, ...] = Field(default=(), alias="sensor")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None:
            try:
                return zone_name(zone)
            except ConfigError as error:
                raise Wrong(
                    "plant_zone", "is no time zone: {zone}, e.g. Europe/Berlin, UTC or -07:00",
                    {"zone": zone},
                ) from error  # fmt: skip
        return zone

    @field_validator("horizon", mode="before")
    @classmethod
    def _as_pairs(cls, given: Any, info: ValidationInfo) -> Any:
        folder = (info.context or {}).get("folder")
        if isinstance(given, str) and folder is not None:
            return read_horizon(Path(folder) / given)
        if isinstance(given, Sequence) and given and not isinstance(given[0], Sequence):
            step = 360 / len(given)  # as PVGIS takes it: equal steps from north over east
            return [(number * step, height) for number, height in enumerate(given)]
        return given

    @field_validator("horizon")
    @classmethod
    def _on_the_compass(cls, pairs: Sequence[tuple[float, float]]) -> Any:
        if any(not (0 <= azimuth <= 360 and 0 <= height <= 90) for azimuth, height in pairs):
            raise Wrong(
                "plant_horizon",
                "holds an azimuth outside 0 to 360° or an elevation outside 0 to 90°",
            )
        ordered = tuple(sorted((float(a), float(h)) for a, h in pairs))
        if len({azimuth for azimuth, _ in ordered}) != len(ordered):
            raise Wrong("plant_horizon_twice", "names an azimuth twice")
        return ordered

    @model_validator(mode="before")
    @classmethod
    def _one_inverter_at_least(cls, plain: Any) -> Any:
        """A plant that names no inverter has one."""
        if isinstance(plain, Mapping) and not plain.get("inverter"):
            return {**plain, "inverter": ({"name": plain.get("device") or "inverter"},)}
        return plain

    @model_validator(mode="after")
    def _hangs_together(self) -> Plant:
        for kind, names in (("array", self.arrays), ("inverter", self.inverters)):
            listed = [one.name for one in names]
            twice = next((name for name in listed if listed.count(name) > 1), None)
            if twice is not None:
                raise Wrong(
                    "plant_twice", "has two {kind} tables named '{name}'; give each its name",
                    {"kind": kind, "name": twice}, (kind, _last(listed, twice), "name"),
                )  # fmt: skip
        inverters = [one.name for one in self.inverters]
        for number, one in enumerate(self.arrays):
            if one.inverter is None and len(inverters) > 1:
                raise Wrong(
                    "plant_no_inverter", "array '{name}' names no inverter; one of {known}",
                    {"name": one.name, "known": ", ".join(inverters)}, ("array", number),
                )  # fmt: skip
            if one.inverter is not None and one.inverter not in inverters:
                raise Wrong(
                    "plant_inverter", "array '{name}' feeds '{inverter}', none of {known}",
                    {"name": one.name, "inverter": one.inverter, "known": ", ".join(inverters)},
                    ("array", number, "inverter"),
                )  # fmt: skip
        arrays = [one.name for one in self.arrays]
        for number, sensor in enumerate(self.sensors):
            if sensor.array is not None and sensor.array not in arrays:
                raise Wrong(
                    "plant_sensor", "sensor '{name}' is at '{array}', none of {known}",
                    {"name": sensor.signal, "array": sensor.array, "known": ", ".join(arrays)},
                    ("sensor", number, "array"),
                )  # fmt: skip
            if sensor.device is None and self.device is None:
                raise Wrong(
                    "plant_no_device", "sensor '{name}' names no device, nor does the plant",
                    {"name": sensor.signal}, ("sensor", number),
                )  # fmt: skip
            before = [(one.device, one.signal) for one in self.sensors[:number]]
            if (sensor.device, sensor.signal) in before:
                raise Wrong(
                    "plant_sensor_twice", "names the signal '{name}' in two sensors",
                    {"name": sensor.signal}, ("sensor", number, "signal"),
                )  # fmt: skip
        return self

    @property
    def kwp(self) -> float:
        """Nominal DC power of all arrays [kWp]."""
        return sum(one.kwp for one in self.arrays)

    @property
    def meter_uncertainty(self) -> float | None:
        """Uncertainty of the output as a share; None where the class is not known."""
        return None if self.meter_class is None else METER_UNCERTAINTY[self.meter_class]

    @property
    def ac_limit_kw(self) -> float | None:
        """Largest AC power of all inverters [kW]; None where one's is not known."""
        limits = [one.ac_limit_kw for one in self.inverters]
        return None if None in limits else sum(limit for limit in limits if limit is not None)

    @property
    def devices(self) -> tuple[str, ...]:
        """Devices of the store that the plant speaks of, each once."""
        parts: list[Inverter | Sensor] = [*self.inverters, *self.sensors]
        named = [self.device, *(one.device for one in parts)]
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def device_of(self, part: Inverter | Sensor) -> str | None:
        """Device whose signals tell of an inverter or sensor."""
        return part.device or self.device

    def arrays_of(self, inverter: str) -> tuple[Array, ...]:
        """Arrays that feed an inverter."""
        only = self.inverters[0].name if len(self.inverters) == 1 else None
        return tuple(one for one in self.arrays if (one.inverter or only) == inverter)

    def sensors_of(self, measures: str) -> tuple[Sensor, ...]:
        """Sensors of one quantity."""
        return tuple(one for one in self.sensors if one.measures == measures)

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Planes of the modules, in the order of the arrays."""
        found: dict[tuple[float, float], list[Array]] = {}
        for one in self.arrays:
            found.setdefault((one.tilt, one.azimuth), []).append(one)
        return tuple(
            Plane(*place, sum(one.kwp for one in mine), tuple(one.name for one in mine))
            for place, mine in found.items()
        )

    @property
    def several(self) -> bool:
        """Whether the modules lie in more planes than one."""
        return len(self.planes) > 1

    def sensors_in(self, plane: Plane) -> tuple[Sensor, ...]:
        """Sensors of the irradiance in a plane; one that names no array is in the only plane."""
        only = len(self.planes) == 1
        return tuple(
            one
            for one in self.sensors_of("poa_global")
            if one.array in plane.arrays or (only and one.array is None)
        )

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was not told and is taken from the defaults: ``array South: gamma_pdc``."""
        own = [
            key for key in ("altitude_m", "albedo", "losses") if key not in self.model_fields_set
        ]
        if not self.horizon:
            own.append("horizon")
        for array in self.arrays:
            own += [
                f"array {array.name}: {key}"
                for key in ("gamma_pdc", "mounting", "module")
                if key not in array.model_fields_set
            ]
        for inverter in self.inverters:
            own += [
                f"inverter {inverter.name}: {key}"
                for key in ("efficiency", "ac_limit_kw")
                if key not in inverter.model_fields_set
            ]
        return tuple(own)
