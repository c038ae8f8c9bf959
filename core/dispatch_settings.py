"""What a plan is told of tariff, connection and battery: ``<store>_dispatch.toml``.

::

    [tariff]
    import_eur_kwh = 0.28
    export_eur_kwh = 0.08

    [battery]
    capacity_kwh = 215
    power_kw = 100

    [[vehicle]]
    name = "car"
    arrival = "17:30"
    departure = "07:00"
    energy_kwh = 30
    most_kw = 11

It lies beside the store, so that a store that is built anew keeps it. What is left out is told by
the store (size of the battery), or taken from `Tariff` and `Storage` below and named on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.toml_file import TomlFile, read_toml

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Tariff(_Table):
    """Prices, all of them per kWh or kW.

    Attributes
    ----------
    import_eur_kwh : price of a kWh, or what is added to the exchange's price where there is one.
    low_eur_kwh : price from `low_from_h` to `low_to_h` of the local day; None: the same all day.
    export_eur_kwh : earned with a kWh given.
    demand_eur_kw_a : charge on the highest quarter hour of a year.
    spot : whether the price of the store's price device (€/MWh) is added.
    """

    import_eur_kwh: float = Field(default=0.28, ge=-1, le=5)
    low_eur_kwh: float | None = Field(default=None, ge=-1, le=5)
    low_from_h: float = Field(default=22, ge=0, le=24)
    low_to_h: float = Field(default=6, ge=0, le=24)
    export_eur_kwh: float = Field(default=0.08, ge=-1, le=5)
    demand_eur_kw_a: float = Field(default=0.0, ge=0, le=1000)
    spot: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Self:
        hours = (self.low_from_h, self.low_to_h)
        if self.low_eur_kwh is not None and (hours[0] == hours[1] or hours == (24, 0)):
            raise ValueError("has low_from_h equal to low_to_h: the low price would never hold")
        return self


class Storage(_Table):
    """The battery; None is told by the store."""

    capacity_kwh: float | None = Field(default=None, ge=0, le=1e6)
    power_kw: float | None = Field(default=None, ge=0, le=1e6)
    efficiency: float = Field(default=0.9, gt=0, le=1)
    soc_min: float = Field(default=0.05, ge=0, le=1)
    soc_max: float = Field(default=0.95, ge=0, le=1)
    wear_eur_kwh: float = Field(default=0.03, ge=0, le=5)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.soc_min > self.soc_max:
            raise ValueError("has soc_min above soc_max")
        return self


class Grid(_Table):
    """Limits of the connection [kW]; None: no limit."""

    import_kw: float | None = Field(default=None, ge=0)
    export_kw: float | None = Field(default=None, ge=0)
    curtail: bool = True


class VehicleStays(_Table):
    """An electric vehicle that is at its charging point every day, or on some.

    Attributes
    ----------
    arrival, departure : local time; a departure not after the arrival is of the next day.
    energy_kwh : to be drawn (AC) in each stay. days : of arrival.
    """

    name: str = Field(min_length=1)
    arrival: time
    departure: time
    energy_kwh: float = Field(ge=0, le=1000)
    most_kw: float = Field(gt=0, le=1000)
    least_kw: float = Field(default=0.0, ge=0)
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

    @field_validator("arrival", "departure")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("is local time, without an offset")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.least_kw > self.most_kw:
            raise ValueError("has least_kw above most_kw")
        return self


class Comfort(_Table):
    """A comfort band from one local hour to another [°C]; past midnight where `to_h` is less."""

    from_h: float = Field(ge=0, le=24)
    to_h: float = Field(ge=0, le=24)
    low_c: float = Field(ge=-30, le=60)
    high_c: float = Field(ge=-30, le=60)


class RoomModel(_Table):
    """A room as one heat capacity behind one resistance (1R1C), or as air and mass (2R2C).

    Attributes
    ----------
    resistance_k_kw : to outdoors [K/kW]. capacity_kwh_k : of the room, or of its air [kWh/K].
    inner_resistance_k_kw, mass_kwh_k : between air and mass, and of the mass; both or neither.
    gain_kw : constant heat of people and appliances.
    heat : ``device/signal`` that measure what heats it, to fit it by.
    heat_per_power : heat per energy that these measure: 1 where they tell heat, or the power of a
        resistance; the performance factor where they tell the electric power of a heat pump.
    start_c : air temperature where none is measured. temperature : ``device/signal`` that
        measures it.
    low_c, high_c : comfort band outside the hours of `comfort`, of which the first that holds
        counts.
    weight : of its comfort against that of other rooms.
    """

    name: str = Field(min_length=1)
    resistance_k_kw: float = Field(gt=0, le=1e4)
    capacity_kwh_k: float = Field(gt=0, le=1e4)
    inner_resistance_k_kw: float | None = Field(default=None, gt=0, le=1e4)
    mass_kwh_k: float | None = Field(default=None, gt=0, le=1e4)
    gain_kw: float = Field(default=0.0, ge=0, le=1000)
    heat: tuple[str, ...] = ()
    heat_per_power: float = Field(default=1.0, gt=0, le=10)
    start_c: float | None = Field(default=None, ge=-30, le=60)
    temperature: str | None = Field(default=None, pattern=".+/.+")
    low_c: float = Field(default=18.0, ge=-30, le=60)
    high_c: float = Field(default=24.0, ge=-30, le=60)
    comfort: tuple[Comfort, ...] = ()
    weight: float = Field(default=1.0, ge=0, le=1000)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.start_c is None and self.temperature is None:
            raise ValueError('needs start_c, or temperature = "device/signal"')
        if (self.inner_resistance_k_kw is None) != (self.mass_kwh_k is None):
            raise ValueError("needs both inner_resistance_k_kw and mass_kwh_k, or neither")
        if any("/" not in one.strip("/") for one in self.heat):
            raise ValueError('heat must name "device/signal"')
        bands = [(self.low_c, self.high_c), *((one.low_c, one.high_c) for one in self.comfort)]
        if any(low > high for low, high in bands):
            raise ValueError("has a comfort band with low_c above high_c")
        return self


class RelayHeater(_Table):
    """A heater that is on or off; `rooms` are the shares of its heat and sum to 1."""

    name: str = Field(min_length=1)
    power_kw: float = Field(gt=0, le=1000)
    rooms: Mapping[str, float]
    least_on_min: float = Field(default=15, ge=0, le=1440)
    least_off_min: float = Field(default=15, ge=0, le=1440)
    heat_per_power: float = Field(default=1.0, gt=0, le=10)

    @field_validator("rooms")
    @classmethod
    def _whole(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        if min(value.values(), default=0.0) < 0 or abs(sum(value.values()) - 1) > 1e-6:
            raise ValueError("must be shares that sum to 1")
        return value


class Heating(_Table):
    """Outdoor temperature: ``device/signal`` that tells it, else a figure [°C].

    `sun` is an irradiance [W/m²] that rooms are fitted by; plans do not know it.
    """

    outdoor: str | None = Field(default=None, pattern=".+/.+")
    outdoor_c: float | None = Field(default=None, ge=-60, le=60)
    sun: str | None = Field(default=None, pattern=".+/.+")


class House(_Table):
    """What is behind the meter beside battery and PV."""

    heating: Heating = Heating()
    vehicle: tuple[VehicleStays, ...] = ()
    room: tuple[RoomModel, ...] = ()
    relay: tuple[RelayHeater, ...] = ()


class DispatchSettings(House):
    """All of ``dispatch.toml``; `load` and `pv` are devices, empty: found by what they measure."""

    tariff: Tariff = Tariff()
    battery: Storage = Storage()
    connection: Grid = Grid()
    load: tuple[str, ...] = ()
    pv: tuple[str, ...] = ()
    strategy: Literal["economic", "comfort", "environment", "balanced"] | None = None

    @property
    def usual_strategy(self) -> str:
        """As told; else economic, with rooms balanced: comfort is given up only if asked for."""
        return self.strategy or ("balanced" if self.room else "economic")


def settings_path(store: Path) -> Path:
    """Where the settings of a store lie."""
    return store.parent / f"{store.name}_dispatch.toml"


def read_dispatch_settings(path: Path) -> DispatchSettings:
    """Settings of a file; as they are left out where there is none.

    Raises
    ------
    DeclarationError : with file, line and what would be right.
    """
    if not path.is_file():
        return DispatchSettings()
    file = read_toml(path)
    known: dict[str, type[_Table]] = {
        "tariff": Tariff, "battery": Storage, "connection": Grid, "heating": Heating,
    }  # fmt: skip
    tables = {
        name: file.check(model, file.plain[name], name)
        for name, model in known.items()
        if isinstance(file.plain.get(name), dict)
    }
    many: dict[str, type[_Table]] = {
        "vehicle": VehicleStays, "room": RoomModel, "relay": RelayHeater,
    }  # fmt: skip
    lists = {
        name: tuple(
            file.check(model, one, name, index) for index, one in enumerate(file.plain[name])
        )
        for name, model in many.items()
        if isinstance(file.plain.get(name), list)
        and all(isinstance(one, dict) for one in file.plain[name])
    }
    found = file.check(DispatchSettings, file.plain | tables | lists, "")
    _check_house(file, found)
    return found


def _check_house(file: TomlFile, told: DispatchSettings) -> None:
    """Raise DeclarationError where tables do not fit each other."""
    for table, names in (
        ("vehicle", [one.name for one in told.vehicle]),
        ("room", [one.name for one in told.room]),
        ("relay", [one.name for one in told.relay]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                raise file.fail(f"name {name!r} stands twice", table, index, "name")
    rooms = {one.name for one in told.room}
    for index, relay in enumerate(told.relay):
        strange = sorted(set(relay.rooms) - rooms)
        if strange:
            raise file.fail(
                f"rooms names {', '.join(strange)}", "relay", index, "rooms",
                f"names of [[room]]: {', '.join(sorted(rooms)) or 'there are none'}",
            )  # fmt: skip
    if told.room and told.heating.outdoor is None and told.heating.outdoor_c is None:
        raise file.fail(
            "rooms need the outdoor temperature", "room", 0, None,
            'a table [heating] with outdoor = "device/signal" or outdoor_c',
        )  # fmt: skip
