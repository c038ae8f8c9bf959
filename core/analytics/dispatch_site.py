"""What a plan is made for: battery, connection, tariff, vehicles, rooms, relays, weights.

Every object checks itself once, where it is made; units stand in the names. Powers are means of a
step [kW], energies [kWh]; prices [€/kWh] (`eur_kwh_from_eur_mwh` for wholesale prices), demand
charges [€/kW] per billing period. Charge and discharge are two quantities that are not negative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import PlanError

Floats = NDArray[np.float64]


def eur_kwh_from_eur_mwh(price_eur_mwh: ArrayLike) -> Floats:
    """Wholesale price [€/MWh] as price of a kilowatt-hour [€/kWh]."""
    return np.asarray(price_eur_mwh, np.float64) / 1000.0


def _need(holds: bool, words: str) -> None:
    if not holds:
        raise PlanError(words)


@dataclass(frozen=True)
class Battery:
    """A battery behind the meter; powers and energies on its AC side unless said otherwise.

    Attributes
    ----------
    capacity_kwh : stored energy between empty and full.
    charge_kw, discharge_kw : greatest powers.
    charge_efficiency, discharge_efficiency : stored per kWh drawn, given per kWh stored, 0..1.
    soc_min, soc_max, soc_start : ratios of the capacity.
    soc_end : least ratio at the end; None: free, the energy left is only valued.
    stored_eur_kwh : value of a kWh left in store; None: see `dispatch.value_of_stored`.
    wear_eur_kwh : cost of a kWh discharged.
    from_grid, to_grid : whether it may charge from and discharge to the grid.
    """

    capacity_kwh: float
    charge_kw: float
    discharge_kw: float
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    soc_min: float = 0.0
    soc_max: float = 1.0
    soc_start: float = 0.5
    soc_end: float | None = None
    stored_eur_kwh: float | None = None
    wear_eur_kwh: float = 0.0
    from_grid: bool = True
    to_grid: bool = True

    def __post_init__(self) -> None:
        _need(self.capacity_kwh >= 0, "battery: capacity_kwh must not be negative")
        _need(min(self.charge_kw, self.discharge_kw) >= 0, "battery: powers must not be negative")
        for name in ("charge_efficiency", "discharge_efficiency"):
            _need(0 < getattr(self, name) <= 1, f"battery: {name} must be above 0, at most 1")
        _need(0 <= self.soc_min <= self.soc_max <= 1, "battery: needs 0 ≤ soc_min ≤ soc_max ≤ 1")
        _need(math.isfinite(self.soc_start), "battery: soc_start is no number")
        _need(self.wear_eur_kwh >= 0, "battery: wear_eur_kwh must not be negative")

    @property
    def round_trip(self) -> float:
        """AC round-trip efficiency."""
        return self.charge_efficiency * self.discharge_efficiency


@dataclass(frozen=True)
class Tariff:
    """Prices of each step, and the demand charge.

    Attributes
    ----------
    import_eur_kwh, export_eur_kwh : (T,) what a kWh costs and earns.
    demand_eur_kw : charge on the highest mean import of a step in the billing period [€/kW].
    peak_so_far_kw : highest import before the first step, of the billing period that it is in.
    periods : (T,) billing period of each step, in order; every one has a peak of its own. None: all
        steps are in one.
    """

    import_eur_kwh: Floats
    export_eur_kwh: Floats
    demand_eur_kw: float = 0.0
    peak_so_far_kw: float = 0.0
    periods: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for name in ("import_eur_kwh", "export_eur_kwh"):
            prices = np.asarray(getattr(self, name), np.float64)
            object.__setattr__(self, name, prices)
            _need(bool(np.isfinite(prices).all()), f"tariff: {name} has steps without a price")
        _need(
            len(self.import_eur_kwh) == len(self.export_eur_kwh), "tariff: prices differ in steps"
        )
        _need(self.demand_eur_kw >= 0, "tariff: demand_eur_kw must not be negative")
        _need(self.peak_so_far_kw >= 0, "tariff: peak_so_far_kw must not be negative")
        if self.periods is None:
            object.__setattr__(self, "periods", np.zeros(self.steps, np.int64))
        _need(len(self.period_of) == self.steps, "tariff: periods and prices differ in steps")

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.import_eur_kwh)

    @property
    def period_of(self) -> NDArray[np.int64]:
        """(T,) billing period of each step."""
        assert self.periods is not None  # set where the tariff is made
        return self.periods

    def owed(self) -> list[tuple[NDArray[np.bool_], float]]:
        """Steps of each billing period, and the highest import that it already has [kW]."""
        first = self.period_of[0]
        return [
            (self.period_of == one, self.peak_so_far_kw if one == first else 0.0)
            for one in np.unique(self.period_of)
        ]

    def peaks(self, import_kw: Floats) -> Floats:
        """(T,) highest import of the billing period that each step is in [kW]."""
        peak = np.zeros(self.steps)
        for where, before in self.owed():
            peak[where] = max(float(import_kw[where].max()), before)
        return peak

    def demand_cost(self, import_kw: Floats) -> float:
        """Demand charges of all periods, what is owed before the first step left out [€]."""
        above = sum(
            max(float(import_kw[where].max()) - before, 0.0) for where, before in self.owed()
        )
        return self.demand_eur_kw * above


@dataclass(frozen=True)
class Vehicle:
    """One stay of an electric vehicle at its charging point.

    Attributes
    ----------
    arrival, departure : first step that it may charge in, first that it may not.
    energy_kwh : to be drawn (AC) by departure.
    most_kw : greatest power; least_kw : least power while it charges (0: any).
    """

    name: str
    arrival: int
    departure: int
    energy_kwh: float
    most_kw: float
    least_kw: float = 0.0

    def __post_init__(self) -> None:
        _need(0 <= self.arrival < self.departure, f"vehicle {self.name}: departs before it arrives")
        _need(self.energy_kwh >= 0, f"vehicle {self.name}: energy_kwh must not be negative")
        _need(0 <= self.least_kw <= self.most_kw, f"vehicle {self.name}: least_kw above most_kw")


@dataclass(frozen=True)
class Room:
    """A room as a linear model in steps: x[t+1] = A x[t] + b·heat_kw[t] + drift[t].

    The first state is the air temperature [°C]; `core.analytics.thermal.step_model` makes A, b and
    the drift of outdoor temperature and sun from a fitted model.

    Attributes
    ----------
    transition : (n, n); heat_gain : (n,) [K/kW]; drift : (T, n) [K].
    start : (n,) states now [°C].
    low, high : (T,) comfort band of the air at the END of each step [°C].
    weight : of its comfort against that of others.
    comfort_eur_kh : price of a kelvin outside its band for an hour; None: that of the strategy.
    """

    name: str
    transition: Floats
    heat_gain: Floats
    drift: Floats
    start: Floats
    low: Floats
    high: Floats
    weight: float = 1.0
    comfort_eur_kh: float | None = None

    def __post_init__(self) -> None:
        n = len(self.start)
        fits = self.transition.shape == (n, n) and self.heat_gain.shape == (n,)
        _need(fits and self.drift.shape[1:] == (n,), f"room {self.name}: shapes do not fit")
        _need(len(self.low) == len(self.high) == len(self.drift),
              f"room {self.name}: comfort band and drift differ in steps")  # fmt: skip
        _need(bool((self.low <= self.high).all()), f"room {self.name}: comfort band upside down")

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.start)


@dataclass(frozen=True)
class Relay:
    """A heater that is on or off.

    Attributes
    ----------
    power_kw : electric power while on.
    heats : share of its heat by room, e.g. ``{"bath": 0.6, "hall": 0.4}``.
    least_on, least_off : steps that it stays on or off once switched.
    on : state before the first step; held : steps that it has been in it.
    heat_per_power : heat given per electric energy (1 for a resistance).
    """

    name: str
    power_kw: float
    heats: Mapping[str, float]
    least_on: int = 1
    least_off: int = 1
    on: bool = False
    held: int = 1_000_000
    heat_per_power: float = 1.0

    def __post_init__(self) -> None:
        _need(self.power_kw > 0, f"relay {self.name}: power_kw must be positive")
        _need(
            min(self.least_on, self.least_off) >= 1, f"relay {self.name}: least times from 1 step"
        )
        _need(abs(sum(self.heats.values()) - 1) < 1e-9, f"relay {self.name}: shares must sum to 1")


@dataclass(frozen=True)
class Connection:
    """Limits of the grid connection [kW], and whether PV may be curtailed."""

    import_kw: float = math.inf
    export_kw: float = math.inf
    curtail: bool = True

    def __post_init__(self) -> None:
        _need(min(self.import_kw, self.export_kw) >= 0, "connection: limits must not be negative")


@dataclass(frozen=True)
class Strategy:
    """Weights of what a plan strives for; all of them are shown beside it.

    Attributes
    ----------
    cost : weight of money (import, export, demand charge, wear).
    import_eur_kwh : value put on every kWh not imported, beside its price.
    comfort_eur_kh : price of a kelvin outside the comfort band for an hour, of rooms without one.
    comfort_times : price of comfort as a multiple of what heating costs, see `dispatch_comfort`.
    """

    name: str
    cost: float
    import_eur_kwh: float
    comfort_eur_kh: float
    comfort_times: float = 0.0

    def __post_init__(self) -> None:
        least = min(self.cost, self.import_eur_kwh, self.comfort_eur_kh, self.comfort_times)
        _need(least >= 0, f"strategy {self.name}: weights must not be negative")


STRATEGIES = {
    one.name: one
    for one in (
        Strategy("economic", 1.0, 0.0, 0.1, 0.25),
        Strategy("comfort", 1.0, 0.0, 5.0, 10.0),
        Strategy("environment", 0.2, 0.5, 0.5, 2.0),
        Strategy("balanced", 1.0, 0.1, 0.5, 2.0),
    )
}


@dataclass(frozen=True)
class Outlook:
    """One course of load and PV over the steps [kW], with its probability."""

    load_kw: Floats
    pv_kw: Floats
    probability: float = 1.0

    def __post_init__(self) -> None:
        for name in ("load_kw", "pv_kw"):
            course = np.asarray(getattr(self, name), np.float64)
            object.__setattr__(self, name, course)
            _need(bool(np.isfinite(course).all()), f"outlook: {name} has steps without a value")
        _need(bool((self.pv_kw >= 0).all()), "outlook: pv_kw must not be negative")
        _need(self.probability > 0, "outlook: probability must be positive")


@dataclass(frozen=True)
class Site:
    """All that a plan is made for; `step_h` is the length of a step [h].

    Raises
    ------
    PlanError : numbers of steps differ, or a relay heats a room that is not there.
    """

    step_h: float
    tariff: Tariff
    connection: Connection = field(default_factory=Connection)
    battery: Battery | None = None
    vehicles: tuple[Vehicle, ...] = ()
    rooms: tuple[Room, ...] = ()
    relays: tuple[Relay, ...] = ()
    strategy: Strategy = STRATEGIES["economic"]

    def __post_init__(self) -> None:
        steps = self.tariff.steps
        _need(self.step_h > 0, "step_h must be positive")
        _need(steps > 0, "no step to plan")
        for room in self.rooms:
            _need(len(room.drift) == steps, f"room {room.name}: {len(room.drift)} of {steps} steps")
        for car in self.vehicles:
            _need(car.departure <= steps, f"vehicle {car.name}: departs after the last step")
        known = {room.name for room in self.rooms}
        for relay in self.relays:
            strange = sorted(set(relay.heats) - known)
            _need(not strange, f"relay {relay.name}: unknown rooms {', '.join(strange)}")

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.tariff.steps

    def check(self, outlook: Outlook) -> None:
        """Raise PlanError unless an outlook has the steps of the tariff."""
        found = f"{len(outlook.load_kw)} and {len(outlook.pv_kw)} of {self.steps} steps"
        _need(len(outlook.load_kw) == len(outlook.pv_kw) == self.steps, f"outlook: {found}")

    def comfort_eur_kh(self, room: Room) -> float:
        """Price of a kelvin hour outside the band of a room, its weight included [€/(K·h)]."""
        own = room.comfort_eur_kh
        return room.weight * (self.strategy.comfort_eur_kh if own is None else own)

    def without_battery(self) -> Site:
        """The same site with no battery."""
        return replace(self, battery=None)
