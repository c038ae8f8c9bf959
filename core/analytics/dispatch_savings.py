"""What a battery saves, part by part, and how the saving grows with its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.dispatch_costs import FLOWS, cost_of
from core.analytics.dispatch_site import Floats, Site


@dataclass(frozen=True)
class Saving:
    """Saving against the same site with its battery idle [€].

    Attributes
    ----------
    peak_eur : of the demand charge. arbitrage_eur : of buying at other times and selling.
    self_consumption_eur : of own generation stored for own use. wear_eur : what it costs in wear.
    stored_eur : value of what is left in store beyond the start.
    heating_eur : of heat that rooms are not given, at what thermostats pay; below 0: given more.
    """

    peak_eur: float
    arbitrage_eur: float
    self_consumption_eur: float
    wear_eur: float
    stored_eur: float
    discharged_kwh: float
    peak_before_kw: float
    peak_after_kw: float
    heating_eur: float = 0.0

    @property
    def total_eur(self) -> float:
        """All of it, wear taken off."""
        return (
            self.peak_eur + self.arbitrage_eur + self.self_consumption_eur
            - self.wear_eur + self.stored_eur + self.heating_eur
        )  # fmt: skip


def saving_parts(site: Site, without: pd.DataFrame, with_battery: pd.DataFrame) -> Saving:
    """Parts of the saving between two courses of flows.

    Energy charged out of a surplus of PV is own generation; its share of all that was charged is
    its share of all that covered own load. What it would have earned as export is taken off.
    Heat not given is no arbitrage: the difference in heating energy counts at the mean import price
    of the heating without the plan. Arbitrage is the rest of the saving in energy, so that the
    parts add up.
    """
    tariff, h = site.tariff, site.step_h
    before, after = cost_of(site, without), cost_of(site, with_battery)
    energy = before.import_eur - before.export_eur - after.import_eur + after.export_eur
    b, a = (
        {name: one[name].to_numpy(np.float64) for name in FLOWS} for one in (without, with_battery)
    )
    from_sun = np.minimum(a["charge_kw"], b["export_kw"] + b["curtailed_kw"])
    sold_before = np.minimum(from_sun, b["export_kw"])
    to_load = np.minimum(a["discharge_kw"], b["import_kw"])
    charged = float(a["charge_kw"].sum())
    share = float(from_sun.sum()) / charged if charged > 0 else 0.0
    own = h * float(share * to_load @ tariff.import_eur_kwh - sold_before @ tariff.export_eur_kwh)
    own = own if share > 0 else 0.0
    heated = b["heating_kw"] if b["heating_kw"].any() else a["heating_kw"]
    price = float(heated @ tariff.import_eur_kwh / heated.sum()) if heated.any() else 0.0
    heating = price * h * float(b["heating_kw"].sum() - a["heating_kw"].sum())
    return Saving(
        peak_eur=before.demand_eur - after.demand_eur,
        arbitrage_eur=energy - own - heating,
        self_consumption_eur=own,
        wear_eur=after.wear_eur - before.wear_eur,
        stored_eur=after.stored_eur - before.stored_eur,
        discharged_kwh=h * float(a["discharge_kw"].sum()),
        peak_before_kw=before.peak_kw,
        peak_after_kw=after.peak_kw,
        heating_eur=heating,
    )


def peak_shaving_curve(
    net_kw: Floats,
    step_h: float,
    *,
    levels: Sequence[float] | None = None,
    charge_efficiency: float = 0.95,
    discharge_efficiency: float = 0.95,
    power_kw: float | None = None,
) -> pd.DataFrame:
    """Battery that keeps the import at or below each level, knowing the load.

    What must be stored before step t is D[t] = max(0, D[t−1] + need − refill): the least capacity
    is the largest D (Lindley's recursion, summed at once as S − min S).

    Parameters
    ----------
    net_kw : (T,) import without a battery. levels : of import [kW]; default 60 below the peak.
    power_kw : to recharge with; default what the level needs to discharge.

    Returns
    -------
    frame `level_kw`, `reduction_kw`, `power_kw`, `capacity_kwh` (usable), lowest reduction first
    """
    net = np.asarray(net_kw, np.float64)
    peak, mean = float(net.max()), float(net.mean())
    if levels is None:
        levels = np.linspace(peak, mean + 0.1 * (peak - mean), 60).tolist()
    rows = []
    for level in sorted(levels, reverse=True):
        above = (net - level).clip(min=0.0)
        power = float(above.max())
        refill = np.minimum((level - net).clip(min=0.0), power if power_kw is None else power_kw)
        change = (above / discharge_efficiency - refill * charge_efficiency) * step_h
        total = np.concatenate([[0.0], np.cumsum(change)])
        lacking = total - np.minimum.accumulate(total)
        rows.append((level, peak - level, power, float(lacking.max())))
    return pd.DataFrame(rows, columns=["level_kw", "reduction_kw", "power_kw", "capacity_kwh"])


def reduction_at(curve: pd.DataFrame, capacity_kwh: float, power_kw: float) -> float:
    """Largest reduction of the peak [kW] that a battery of this size reaches, between levels."""
    fits = curve[(curve.capacity_kwh <= capacity_kwh) & (curve.power_kw <= power_kw)]
    if fits.empty:
        return 0.0
    at = int(fits.index[-1])
    if at + 1 >= len(curve):
        return float(curve.reduction_kw.iloc[at])
    low, high = curve.iloc[at], curve.iloc[at + 1]
    shares = [
        (limit - low[name]) / (high[name] - low[name])
        for name, limit in (("capacity_kwh", capacity_kwh), ("power_kw", power_kw))
        if high[name] > limit
    ]
    share = min([1.0, *shares])
    return float(low.reduction_kw + share * (high.reduction_kw - low.reduction_kw))


def self_consumption_curve(
    load_kw: Floats,
    pv_kw: Floats,
    step_h: float,
    capacities_kwh: Sequence[float],
    *,
    c_rate: float = 0.5,
    charge_efficiency: float = 0.95,
    discharge_efficiency: float = 0.95,
) -> pd.DataFrame:
    """Import and export with batteries of several sizes that store every surplus.

    Parameters
    ----------
    capacities_kwh : usable. c_rate : power over capacity [1/h].

    Returns
    -------
    frame `capacity_kwh`, `import_kwh`, `export_kwh`, `discharged_kwh`, `self_consumption_ratio`,
    `self_sufficiency_ratio`
    """
    capacity = np.asarray(capacities_kwh, np.float64)
    surplus = np.asarray(pv_kw, np.float64) - np.asarray(load_kw, np.float64)
    stored = np.zeros(len(capacity))
    charged, discharged = np.zeros(len(capacity)), np.zeros(len(capacity))
    most = c_rate * capacity * step_h
    for kwh in (surplus * step_h).tolist():
        if kwh > 0:
            taken = np.minimum(np.minimum(kwh, most), (capacity - stored) / charge_efficiency)
            stored = stored + taken * charge_efficiency
            charged += taken
        else:
            given = np.minimum(np.minimum(-kwh, most), stored * discharge_efficiency)
            stored = stored - given / discharge_efficiency
            discharged += given
    exported = float(surplus.clip(min=0).sum()) * step_h - charged
    imported = float((-surplus).clip(min=0).sum()) * step_h - discharged
    generation, load = (float(np.sum(v)) * step_h for v in (pv_kw, load_kw))
    nothing = np.full(len(capacity), np.nan)
    return pd.DataFrame(
        {
            "capacity_kwh": capacity, "import_kwh": imported, "export_kwh": exported,
            "discharged_kwh": discharged,
            "self_consumption_ratio": 1 - exported / generation if generation else nothing,
            "self_sufficiency_ratio": 1 - imported / load if load else nothing,
        }
    )  # fmt: skip
