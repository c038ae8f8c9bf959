"""What becomes of a plant's energy on its site: used, exported, and what of the load it meets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics import energy, pv_sun
from core.levels import HOUR, MINUTE
from core.measures import GRID_ROLES, power_signals
from core.pv_load import SLOWER, grid_means
from core.pv_plant import describe
from core.query import Device, Store
from core.sites import site_of

STEPS = (5 * MINUTE, 15 * MINUTE, HOUR)  # the finest that no source is slower than is taken
DUSK = 3.0  # °; lower, inverters may sleep


@dataclass(frozen=True)
class OnSite:
    """Energy of a window by where it goes, split in short steps and then summed.

    Attributes
    ----------
    meter : device at the connection of the site.
    self_consumption, self_sufficiency : ratios; NaN where there is nothing to divide by.
    generated, exported, imported : [kWh] of the steps with plant and meter.
    covered : share of the window with both. step_us : of the split [µs].
    """

    meter: str
    self_consumption: float
    self_sufficiency: float
    generated: float
    exported: float
    imported: float
    covered: float
    step_us: int


def grid_meters(store: Store, device: str) -> list[Device]:
    """Meters at the connection of the plant's site, by the fact `role`."""
    site = site_of(store.device(device))
    return [
        one
        for one in store.devices()
        if str(one.facts.get("role", "")).strip().lower() in GRID_ROLES
        and site_of(one) == site
        and power_signals(store.signals(one.name))
    ]


def on_site(
    store: Store, device: str, start: int, end: int, stamp: tuple[str, int] | None = None
) -> OnSite | None:
    """Self-consumption and self-sufficiency; None without exactly one meter of the site.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    meters = grid_meters(store, device)
    if len(meters) != 1:
        return None
    facts, signals = describe(store, device, stamp)
    if not signals.complete or not signals.units:
        return None
    power = power_signals(store.signals(meters[0].name))[0]
    slowest = max(one.step_us for one in (*signals.units, power))
    step = next((one for one in STEPS if slowest <= SLOWER * one), None)
    if step is None:
        return None
    units = grid_means(store, signals.units, start, end, step)
    generation = units.sum(axis=1)
    if facts.latitude is not None and facts.longitude is not None:
        # Inverters asleep at night give nothing; by day, one that is silent is not known.
        ts = start // step * step + np.arange(len(units)) * step
        up, _ = pv_sun.sun_position(ts + step // 2, facts.latitude, facts.longitude)
        generation = np.where((up < DUSK) & ~np.isfinite(units).any(axis=1), 0.0, generation)
    grid = grid_means(store, [power], start, end, step)[:, 0]
    hours = step / 3.6e9
    imported, exported = (part * hours for part in energy.split_sign(grid))
    made = np.maximum(generation, 0.0) * hours
    both = np.isfinite(grid) & np.isfinite(made)
    if not both.any():
        return None
    return OnSite(
        meters[0].name,
        energy.self_consumption(imported, exported, made),
        energy.self_sufficiency(imported, exported, made),
        float(made[both].sum()), float(exported[both].sum()), float(imported[both].sum()),
        float(both.mean()), step,
    )  # fmt: skip
