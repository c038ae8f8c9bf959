"""What a plan is asked for: devices, prices, battery, limits, and the house behind the meter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.analytics.dispatch_site import STRATEGIES
from core.bess import of_quantity
from core.dispatch_settings import DispatchSettings, House
from core.errors import QueryError
from core.measures import at_connection
from core.pv_signals import POWERS
from core.query import Store

LOADS = ("active_power", "load_power", "grid_power")


@dataclass(frozen=True)
class Choice:
    """What a plan is asked for; see `core.dispatch_settings` for the prices.

    Attributes
    ----------
    load, pv : devices whose power is load and generation. battery : device that tells the SOC.
    hours : to plan, from the newest reading on; `past`: up to it, to see what a plan was worth.
    days : of readings that sizes are computed from.
    house : vehicles, rooms and relays.
    """

    load: tuple[str, ...]
    pv: tuple[str, ...]
    battery: str | None
    capacity_kwh: float
    power_kw: float
    efficiency: float
    soc_min: float
    soc_max: float
    wear_eur_kwh: float
    import_eur_kwh: float
    low_eur_kwh: float | None
    low_from_h: float
    low_to_h: float
    export_eur_kwh: float
    demand_eur_kw_a: float
    spot: bool
    import_kw: float | None
    export_kw: float | None
    curtail: bool
    strategy: str
    hours: int = 48
    days: int = 30
    past: bool = False
    house: House = field(default_factory=House)


def told_choice(
    store: Store, told: DispatchSettings, battery: str | None, load: Sequence[str],
    pv: Sequence[str], strategy: str | None, hours: int,
    past: bool = False,
) -> Choice:  # fmt: skip
    """What settings and facts of the store ask for, where nobody says otherwise.

    Raises
    ------
    UnknownDevice
    QueryError : as `check_devices`; no load is named, the size of the battery is not known, or
        no such strategy.
    """
    loads, plants = tuple(load) or told.load, tuple(pv) or told.pv
    check_devices(store, loads, plants)
    if not loads:
        raise QueryError("no load: name a meter with --load, or in the settings of dispatch")
    facts = store.device(battery).facts if battery else {}
    size, tariff, limits = told.battery, told.tariff, told.connection
    capacity = facts.get("nominal_kwh") if size.capacity_kwh is None else size.capacity_kwh
    power = facts.get("rated_kw") if size.power_kw is None else size.power_kw
    if capacity is None or power is None:
        raise QueryError("size of the battery unknown: set capacity_kwh and power_kw in [battery]")
    name = strategy or told.usual_strategy
    if name not in STRATEGIES:
        raise QueryError(f"no strategy {name!r}; there are {', '.join(STRATEGIES)}")
    return Choice(
        load=loads, pv=plants, battery=battery, capacity_kwh=float(capacity), power_kw=float(power),
        efficiency=size.efficiency, soc_min=size.soc_min, soc_max=size.soc_max,
        wear_eur_kwh=size.wear_eur_kwh, import_eur_kwh=tariff.import_eur_kwh,
        low_eur_kwh=tariff.low_eur_kwh, low_from_h=tariff.low_from_h, low_to_h=tariff.low_to_h,
        export_eur_kwh=tariff.export_eur_kwh, demand_eur_kw_a=tariff.demand_eur_kw_a,
        spot=tariff.spot, import_kw=limits.import_kw, export_kw=limits.export_kw,
        curtail=limits.curtail, strategy=name, hours=hours, past=past, house=house_of(told),
    )  # fmt: skip


def check_devices(store: Store, loads: Sequence[str], plants: Sequence[str]) -> None:
    """Refuse devices that a plan would count twice, or that measure nothing of what they are for.

    Raises
    ------
    UnknownDevice
    QueryError : one is named twice, has no power, generates nothing, or measures the connection of
        the site, where the PV and the other loads named are in already.
    """
    for name in (*loads, *plants):
        store.device(name)
        if [*loads, *plants].count(name) > 1:
            raise QueryError(f"{name} is named twice: its power would count twice")
    for name in loads:
        if not of_quantity(store.signals(name), *LOADS):
            raise QueryError(f"{name} has no signal that is a power: it is no load")
        others = [*plants, *(one for one in loads if one != name)]
        if others and at_connection(store.device(name)):
            raise QueryError(
                f"{name} measures the connection of the site, where {', '.join(others)} is in "
                "already: name the meters of the loads instead, or this one alone"
            )
    for name in plants:
        if not of_quantity(store.signals(name), *POWERS):
            raise QueryError(f"{name} has no signal of generation: it is no PV device")


def with_battery_in(store: Store, choice: Choice) -> list[str]:
    """Loads whose readings hold what the battery did: meters at the connection of the site."""
    if choice.battery is None:
        return []
    return [name for name in choice.load if at_connection(store.device(name))]


def for_days(choice: Choice, days: int) -> Choice:
    """The same choice for sizes from other days of readings."""
    return replace(choice, days=days)


def house_of(told: DispatchSettings) -> House:
    """Vehicles, rooms and relays of settings."""
    return House(heating=told.heating, vehicle=told.vehicle, room=told.room, relay=told.relay)
