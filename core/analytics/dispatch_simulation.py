"""What happens at the site: doing nothing, greedy self-consumption, and a plan that is followed.

The battery here keeps its limits whatever it is told; energy that was planned and cannot be is
simply not moved. Import above the connection's limit is reported (`over_kw`), not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.dispatch_costs import (
    FLOWS,
    Costs,
    cost_of,
    flows_frame,
)
from core.analytics.dispatch_model import effective_prices, energy_limits, start_kwh
from core.analytics.dispatch_site import Battery, Floats, Outlook, Relay, Room, Site

QUIET_KW = 1e-3  # less is no exchange with the grid


@dataclass(frozen=True)
class Run:
    """What happened over the steps of a site.

    Attributes
    ----------
    flows : frame of `dispatch_costs.FLOWS` with `soc_ratio`.
    relays : 0 or 1; rooms : air at the end of each step [°C].
    over_kw : most that import or export were beyond the connection's limits (0: kept).
    """

    flows: pd.DataFrame
    relays: pd.DataFrame
    rooms: pd.DataFrame
    costs: Costs
    over_kw: float


def do_nothing(site: Site, outlook: Outlook) -> Run:
    """Battery idle, vehicles charge on arrival, thermostats hold the lower edge of the band."""
    site.check(outlook)
    relays, rooms = thermostats(site)
    zero = np.zeros(site.steps)
    stored = np.full(site.steps, start_kwh(site.battery)) if site.battery else zero
    return _settled(
        site, outlook, zero, zero, stored, _charge_on_arrival(site), _power(site, relays), relays,
        rooms,
    )  # fmt: skip


def greedy(site: Site, outlook: Outlook) -> Run:
    """As doing nothing, but the battery takes every surplus and covers every shortage."""
    site.check(outlook)
    relays, rooms = thermostats(site)
    vehicles, heating = _charge_on_arrival(site), _power(site, relays)
    wish = outlook.pv_kw - outlook.load_kw - vehicles - heating
    charge, discharge, stored = run_battery(site.battery, wish, site.step_h)
    return _settled(site, outlook, charge, discharge, stored, vehicles, heating, relays, rooms)


def follow(
    site: Site,
    outlook: Outlook,
    wish_kw: Floats,
    *,
    vehicles_kw: Floats | None = None,
    relays: pd.DataFrame | None = None,
    hold_kw: Floats | None = None,
    planned: pd.DataFrame | None = None,
) -> Run:
    """Do as planned while load and PV come as they come.

    Parameters
    ----------
    wish_kw : (T,) planned battery power, charge +, discharge −.
    hold_kw : (T,) import that the battery defends beyond the plan (planned peaks); None: the limit.
    planned : flows of the plan; where given, the battery keeps to what they mean: where no import
        was planned it charges from the surplus alone, where no export was planned it discharges
        into the load alone, and where neither was, or a surplus came for a shortage or the other
        way round, it balances what there is. Where selling pays more than buying it does as it
        was planned.
    """
    site.check(outlook)
    steps = site.steps
    cars = np.zeros(steps) if vehicles_kw is None else vehicles_kw
    on = relays if relays is not None else pd.DataFrame(index=range(steps))
    heating = _power(site, on)
    net = outlook.load_kw + cars + heating - outlook.pv_kw
    limit = np.minimum(site.connection.import_kw, np.inf if hold_kw is None else hold_kw)
    wish = wish_kw
    if planned is not None:
        buy, sell = effective_prices(site)
        wish = np.where(sell > buy, wish_kw, _meant(wish_kw, planned, net))
    wish = np.minimum(wish, limit - net)
    if not site.connection.curtail:
        wish = np.maximum(wish, -net - site.connection.export_kw)
    if site.battery is not None and not site.battery.from_grid:
        wish = np.minimum(wish, (-net).clip(min=0.0))
    if site.battery is not None and not site.battery.to_grid:
        wish = np.maximum(wish, -net.clip(min=0.0))
    charge, discharge, stored = run_battery(site.battery, wish, site.step_h)
    return _settled(site, outlook, charge, discharge, stored, cars, heating, on, _rooms(site, on))


def _meant(wish: Floats, planned: pd.DataFrame, net: Floats) -> Floats:
    """What a plan asks of the battery once net load is another than it thought."""
    no_import = planned["import_kw"].to_numpy(np.float64) < QUIET_KW
    no_export = planned["export_kw"].to_numpy(np.float64) < QUIET_KW
    f = {name: planned[name].to_numpy(np.float64) for name in FLOWS}
    thought = f["load_kw"] + f["vehicles_kw"] + f["heating_kw"] - f["pv_kw"]
    wish = np.where((no_import & no_export) | (thought * net < 0), -net, wish)
    wish = np.where(no_import, np.minimum(wish, (-net).clip(min=0.0)), wish)
    return np.asarray(np.where(no_export, np.maximum(wish, -net.clip(min=0.0)), wish))


def run_battery(
    battery: Battery | None, wish_kw: Floats, step_h: float
) -> tuple[Floats, Floats, Floats]:
    """Charge, discharge [kW] and stored energy at the end of each step [kWh], within the limits.

    Parameters
    ----------
    wish_kw : (T,) what the battery is asked for, charge +, discharge −.
    """
    n = len(wish_kw)
    charge, discharge, stored = np.zeros(n), np.zeros(n), np.zeros(n)
    if battery is None:
        return charge, discharge, stored
    least, most = energy_limits(battery)
    energy = start_kwh(battery)
    for t, wish in enumerate(np.asarray(wish_kw).tolist()):
        if wish > 0:
            room = (most - energy) / (battery.charge_efficiency * step_h)
            power = max(min(wish, battery.charge_kw, room), 0.0)
            energy += power * battery.charge_efficiency * step_h
            charge[t] = power
        elif wish < 0:
            left = (energy - least) * battery.discharge_efficiency / step_h
            power = max(min(-wish, battery.discharge_kw, left), 0.0)
            energy -= power * step_h / battery.discharge_efficiency
            discharge[t] = power
        energy = min(max(energy, least), most)  # rounding alone
        stored[t] = energy
    return charge, discharge, stored


def thermostats(site: Site) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Relays as thermostats would switch them, and the air of the rooms.

    A relay goes on where the coldest of its rooms would end the step below its band without it, and
    off otherwise; least times are kept.
    """
    on = {relay.name: np.zeros(site.steps) for relay in site.relays}
    air = {room.name: np.zeros(site.steps) for room in site.rooms}
    states = {room.name: np.asarray(room.start, np.float64) for room in site.rooms}
    was = {relay.name: relay.on for relay in site.relays}
    held = {relay.name: relay.held for relay in site.relays}
    for t in range(site.steps):
        free = {r.name: r.transition @ states[r.name] + r.drift[t] for r in site.rooms}
        for relay in site.relays:
            cold = any(free[r.name][0] < r.low[t] for r in site.rooms if relay.heats.get(r.name))
            least = relay.least_on if was[relay.name] else relay.least_off
            turn = was[relay.name] if held[relay.name] < least else cold
            held[relay.name] = held[relay.name] + 1 if turn == was[relay.name] else 1
            was[relay.name] = turn
            on[relay.name][t] = float(turn)
        for room in site.rooms:
            heat = _heat(room, site.relays, {name: row[t] for name, row in on.items()})
            states[room.name] = free[room.name] + room.heat_gain * heat
            air[room.name][t] = states[room.name][0]
    index = range(site.steps)
    return pd.DataFrame(on, index=index), pd.DataFrame(air, index=index)


def _heat(room: Room, relays: tuple[Relay, ...], on: dict[str, float]) -> float:
    """Heat that relays give to a room [kW]."""
    return sum(
        relay.heats.get(room.name, 0.0) * relay.power_kw * relay.heat_per_power * on[relay.name]
        for relay in relays
    )


def room_states(site: Site, relays: pd.DataFrame) -> dict[str, Floats]:
    """States of every room at the end of each step, (T, n) [°C]."""
    every = {}
    for room in site.rooms:
        state, rows = np.asarray(room.start, np.float64), np.zeros((site.steps, room.states))
        heat = np.zeros(site.steps)
        for relay in site.relays:
            share = relay.heats.get(room.name, 0.0) * relay.power_kw * relay.heat_per_power
            heat += share * relays[relay.name].to_numpy(np.float64)
        for t in range(site.steps):
            state = room.transition @ state + room.heat_gain * heat[t] + room.drift[t]
            rows[t] = state
        every[room.name] = rows
    return every


def _rooms(site: Site, relays: pd.DataFrame) -> pd.DataFrame:
    states = room_states(site, relays) if site.rooms else {}
    return pd.DataFrame({name: x[:, 0] for name, x in states.items()}, index=range(site.steps))


def _charge_on_arrival(site: Site) -> Floats:
    """Power of vehicles that charge at once, as fast as they may, until they have their energy."""
    power = np.zeros(site.steps)
    for car in site.vehicles:
        left = car.energy_kwh
        for t in range(car.arrival, car.departure):
            kw = min(car.most_kw, left / site.step_h)
            power[t] += kw
            left -= kw * site.step_h
    return power


def _power(site: Site, relays: pd.DataFrame) -> Floats:
    """Electric power of relays [kW]."""
    power = np.zeros(site.steps)
    for relay in site.relays:
        power += relay.power_kw * relays[relay.name].to_numpy(np.float64)
    return power


def _settled(
    site: Site, outlook: Outlook, charge: Floats, discharge: Floats, stored: Floats,
    vehicles: Floats, heating: Floats, relays: pd.DataFrame, rooms: pd.DataFrame,
) -> Run:  # fmt: skip
    """Import, export and curtailment that follow from all else."""
    net = outlook.load_kw + charge - discharge + vehicles + heating - outlook.pv_kw
    limits, surplus = site.connection, (-net).clip(min=0.0)
    exported = np.minimum(surplus, limits.export_kw)
    if limits.curtail:
        exported = np.where(site.tariff.export_eur_kwh < 0, 0.0, exported)
        curtailed = np.minimum(surplus - exported, outlook.pv_kw)
        exported = surplus - curtailed
    else:
        exported, curtailed = surplus, np.zeros(site.steps)
    imported = net.clip(min=0.0)
    flows = flows_frame(
        site.steps, load_kw=outlook.load_kw, pv_kw=outlook.pv_kw, import_kw=imported,
        export_kw=exported, charge_kw=charge, discharge_kw=discharge, curtailed_kw=curtailed,
        vehicles_kw=vehicles, heating_kw=heating, stored_kwh=stored,
    )  # fmt: skip
    capacity = site.battery.capacity_kwh if site.battery else 0.0
    flows["soc_ratio"] = flows["stored_kwh"] / capacity if capacity else np.nan
    over = max(
        float((imported - limits.import_kw).max()), float((exported - limits.export_kw).max()), 0.0
    )
    costs = cost_of(site, flows, rooms)
    return Run(flows, relays, rooms, costs, over)
