"""What a course of flows costs, part by part; the same sum for plans, references and what was."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.dispatch_model import start_kwh, value_of_stored, weighted_value_of_stored
from core.analytics.dispatch_site import Floats, Site

FLOWS = (
    "load_kw", "pv_kw", "import_kw", "export_kw", "charge_kw", "discharge_kw", "curtailed_kw",
    "vehicles_kw", "heating_kw", "stored_kwh",
)  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """Parts of a cost [€], and what was missed.

    Attributes
    ----------
    import_eur : paid for energy taken; export_eur : earned with energy given.
    demand_eur : charge on the peak, what was owed before the first step left out.
    wear_eur : of the battery. stored_eur, stored_kwh : energy stored beyond that at the
    start, and its value.
    comfort_kh : kelvin hours outside the comfort bands of all rooms; comfort_eur : what a strategy
    prices them at, no part of bill and total.
    import_kwh : energy taken. peak_kw : highest import, that of the period so far included.
    """

    import_eur: float
    export_eur: float
    demand_eur: float
    wear_eur: float
    stored_eur: float
    stored_kwh: float
    comfort_kh: float
    import_kwh: float
    peak_kw: float
    comfort_eur: float = 0.0

    @property
    def bill_eur(self) -> float:
        """What the supplier and the network operator ask for."""
        return self.import_eur - self.export_eur + self.demand_eur

    @property
    def total_eur(self) -> float:
        """Bill and wear, less the value of what is left in store."""
        return self.bill_eur + self.wear_eur - self.stored_eur

    def weighted(self, site: Site) -> float:
        """The objective of a strategy [€ as weighed]."""
        weights = site.strategy
        return (
            weights.cost * (self.bill_eur + self.wear_eur)
            - weighted_value_of_stored(site) * self.stored_kwh
            + weights.import_eur_kwh * self.import_kwh
            + self.comfort_eur
        )

    def as_dict(self) -> dict[str, float]:
        """Parts and sums by name."""
        parts = {one.name: float(getattr(self, one.name)) for one in fields(self)}
        return parts | {"bill_eur": self.bill_eur, "total_eur": self.total_eur}


def cost_of(site: Site, flows: pd.DataFrame, rooms: pd.DataFrame | None = None) -> Costs:
    """Costs of flows (columns `FLOWS`, one row a step).

    The demand charge is that of a peak above the one the billing period already has. Without
    `rooms`, air at the end of each step, comfort is left out.
    """
    tariff, h = site.tariff, site.step_h
    imported, exported = (flows[name].to_numpy(np.float64) for name in ("import_kw", "export_kw"))
    battery = site.battery
    wear = stored = gained = 0.0
    if battery is not None:
        wear = battery.wear_eur_kwh * h * float(flows["discharge_kw"].sum())
        gained = float(flows["stored_kwh"].iloc[-1]) - start_kwh(battery)
        stored = value_of_stored(site) * gained
    peak = max(float(imported.max(initial=0.0)), tariff.peak_so_far_kw)
    missed = {} if rooms is None else missed_by_room(site, rooms)
    return Costs(
        import_eur=h * float(imported @ tariff.import_eur_kwh),
        export_eur=h * float(exported @ tariff.export_eur_kwh),
        demand_eur=tariff.demand_cost(imported),
        wear_eur=wear,
        stored_eur=stored,
        stored_kwh=gained,
        comfort_kh=sum(missed.values()),
        comfort_eur=sum(site.comfort_eur_kh(one) * missed.get(one.name, 0.0) for one in site.rooms),
        import_kwh=h * float(imported.sum()),
        peak_kw=peak,
    )


def missed_by_room(site: Site, rooms: pd.DataFrame) -> dict[str, float]:
    """Kelvin hours outside its comfort band, by room [K·h]."""
    missed = {}
    for room in site.rooms:
        air = rooms[room.name].to_numpy(np.float64)
        outside = (room.low - air).clip(min=0) + (air - room.high).clip(min=0)
        missed[room.name] = site.step_h * float(outside.sum())
    return missed


def flows_frame(n: int, **columns: Any) -> pd.DataFrame:
    """Frame of `FLOWS`; what is not given is 0."""
    frame = {name: np.zeros(n) for name in FLOWS}
    return pd.DataFrame(frame | {name: np.asarray(v, np.float64) for name, v in columns.items()})


def balance_error(flows: pd.DataFrame) -> Floats:
    """What does not add up in each step [kW]; 0 everywhere for flows that can be."""
    f = flows
    given = f.import_kw - f.export_kw + f.pv_kw - f.curtailed_kw + f.discharge_kw
    taken = f.load_kw + f.charge_kw + f.vehicles_kw + f.heating_kw
    return np.asarray(given - taken, np.float64)
