"""Slow, readable twins of the plan: everything is tried."""

from __future__ import annotations

import itertools

import numpy as np

from core.analytics.dispatch_site import Outlook, Site


def best_by_trying(site: Site, outlook: Outlook, grid_kw: float = 1.0) -> float:
    """Least weighted cost over all courses of battery power on a grid [kW], by dynamic programming.

    Only for sites with a battery alone; PV may be curtailed. The grid has to divide powers, and
    energies stored by it, so that the optimum is on it.
    """
    battery, tariff, w, h = site.battery, site.tariff, site.strategy, site.step_h
    assert battery is not None
    assert battery.stored_eur_kwh is not None
    levels = np.concatenate(
        [
            -np.arange(0, battery.discharge_kw + 1e-9, grid_kw)[1:],
            np.arange(0, battery.charge_kw + 1e-9, grid_kw),
        ]
    )
    peaks = {0.0} if tariff.demand_eur_kw == 0 else None
    front: dict[tuple[float, float], float] = {
        (round(battery.soc_start * battery.capacity_kwh, 9), tariff.peak_so_far_kw): 0.0
    }
    for t in range(site.steps):
        after: dict[tuple[float, float], float] = {}
        for (stored, peak), cost in front.items():
            for kw in levels:
                gained = kw * battery.charge_efficiency if kw > 0 else (
                    kw / battery.discharge_efficiency)  # fmt: skip
                now = round(stored + gained * h, 9)
                low, high = (r * battery.capacity_kwh for r in (battery.soc_min, battery.soc_max))
                if not low - 1e-9 <= now <= high + 1e-9:
                    continue
                for imported, exported in _settlements(site, outlook, t, kw, grid_kw):
                    price = w.cost * tariff.import_eur_kwh[t] + w.import_eur_kwh
                    paid = h * (price * imported - w.cost * tariff.export_eur_kwh[t] * exported)
                    paid += w.cost * battery.wear_eur_kwh * h * max(-kw, 0)
                    key = (now, peak if peaks else max(peak, imported))
                    total = cost + paid
                    if total < after.get(key, np.inf):
                        after[key] = total
        front = after
    value = w.cost * battery.stored_eur_kwh + w.import_eur_kwh * battery.discharge_efficiency
    begin = battery.soc_start * battery.capacity_kwh
    least = 0.0 if battery.soc_end is None else battery.soc_end * battery.capacity_kwh
    return min(
        cost - value * (stored - begin)
        + w.cost * tariff.demand_eur_kw * (peak - tariff.peak_so_far_kw)
        for (stored, peak), cost in front.items()
        if stored >= least - 1e-9
    )  # fmt: skip


def _settlements(
    site: Site, outlook: Outlook, t: int, kw: float, grid_kw: float
) -> list[tuple[float, float]]:
    """Import and export that a battery power leaves: all PV, or less of it."""
    need = float(outlook.load_kw[t]) + kw
    found, sun = [], float(outlook.pv_kw[t])
    less = {0.0, min(max(need, 0.0), sun), *np.arange(0, sun, grid_kw).tolist()}
    for pv in {sun, *less} if site.connection.curtail else {sun}:
        net = need - pv
        imported, exported = max(net, 0.0), max(-net, 0.0)
        if imported <= site.connection.import_kw + 1e-9 and (
            exported <= site.connection.export_kw + 1e-9
        ):
            found.append((imported, exported))
    return found


def best_relays_by_trying(site: Site, outlook: Outlook) -> float:
    """Least weighted cost over every course of every relay; no battery, no vehicle."""
    steps = site.steps
    best = np.inf
    courses = [c for c in itertools.product((0, 1), repeat=steps)]
    allowed = [
        [c for c in courses if _keeps_times(c, r.on, r.held, r.least_on, r.least_off)]
        for r in site.relays
    ]
    for chosen in itertools.product(*allowed):
        cost = 0.0
        kw = sum(np.array(c) * r.power_kw for c, r in zip(chosen, site.relays, strict=True))
        net = outlook.load_kw + kw - outlook.pv_kw
        imported, exported = net.clip(min=0), (-net).clip(min=0)
        if (imported > site.connection.import_kw + 1e-9).any():
            continue
        w, tariff = site.strategy, site.tariff
        cost += site.step_h * float(
            imported @ (w.cost * tariff.import_eur_kwh + w.import_eur_kwh)
            - exported @ (w.cost * tariff.export_eur_kwh)
        )
        for room in site.rooms:
            state = np.array(room.start, float)
            for t in range(steps):
                heat = sum(
                    c[t] * r.power_kw * r.heat_per_power * r.heats.get(room.name, 0)
                    for c, r in zip(chosen, site.relays, strict=True)
                )
                state = room.transition @ state + room.heat_gain * heat + room.drift[t]
                missed = max(room.low[t] - state[0], 0) + max(state[0] - room.high[t], 0)
                cost += w.comfort_eur_kh * room.weight * site.step_h * missed
        best = min(best, cost)
    return best


def _keeps_times(
    course: tuple[int, ...], on: bool, held: int, least_on: int, least_off: int
) -> bool:
    """Whether a course of a relay stays on and off long enough."""
    now, run = int(on), held
    for one in course:
        if one == now:
            run += 1
            continue
        if run < (least_on if now else least_off):
            return False
        now, run = one, 1
    return True
