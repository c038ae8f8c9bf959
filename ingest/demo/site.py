"""The whole demo site: weather, PV, loads, two batteries, and the meter that sees them all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ingest.demo import cells as lfp
from ingest.demo.bess import BessRun, auxiliary_power, bess_sources, converter_loss, rated_kw
from ingest.demo.clock import Clock, Floats, Ints, Singles, build_clock, daily_sum
from ingest.demo.device import DemoDevice, Source, sampled
from ingest.demo.dispatch import REGIME_AT, build_schedule, plan_bess
from ingest.demo.faults import Fault, plan_faults
from ingest.demo.loads import site_loads
from ingest.demo.meters import GRID_METER, PURPOSE, meter_sources, reactive_power
from ingest.demo.options import DemoOptions
from ingest.demo.pv import (
    AC_LIMIT_KW,
    AZIMUTH,
    DC_LOSSES,
    GAMMA,
    INVERTERS,
    KWP_PER_INVERTER,
    TILT,
    PvPlan,
    PvRun,
    plan_pv,
    simulate_pv,
)
from ingest.demo.string import simulate_string
from ingest.demo.troubles import Poller, Troubles, build_poller, plan_troubles
from ingest.demo.weather import ALTITUDE_M, LATITUDE, LONGITUDE, SKIES, build_weather

BATTERIES = ("BESS-1", "BESS-2")
START_SOC = 0.35
AWAKE_ZENITH = 91.0  # inverters sleep, and say nothing, when the sun is lower


@dataclass(frozen=True, eq=False)
class Site:
    """Everything that was simulated; arrays per minute."""

    options: DemoOptions
    clock: Clock
    zenith: Singles
    temp_air: Singles
    wind_speed: Singles
    sky: Ints
    daily_clearness: Floats
    pv_plan: PvPlan
    pv: PvRun
    loads: dict[str, Singles]
    faults: list[Fault]
    batteries: dict[str, BessRun]
    grid_kw: Floats
    troubles: dict[str, Troubles]

    def poller(self, device: str) -> Poller:
        """Poll times of a device."""
        return build_poller(self.options, self.clock, device, self.troubles[device])


# Kept as long as one of its devices is: readings and truth then come from one simulation.
_SITES: WeakValueDictionary[DemoOptions, Site] = WeakValueDictionary()


def simulated_site(options: DemoOptions) -> Site:
    """The site for these options: simulated, or the one still in use."""
    site = _SITES.get(options)
    if site is None:
        site = simulate_site(options)
        _SITES[options] = site
    return site


def simulate_site(options: DemoOptions) -> Site:
    """Simulate the site: loads and sun first, then what the batteries make of the surplus."""
    clock = build_clock(options)
    weather, sky = build_weather(options, clock)
    pv_plan = plan_pv(options)
    pv = simulate_pv(clock, weather, pv_plan)
    loads = site_loads(options, clock, weather)
    surplus = pv.ac_power.sum(axis=0, dtype=np.float64)
    for load in loads.values():
        surplus -= load
    clear = daily_sum(weather.ghi / weather.clearness, clock.day)
    clearness = daily_sum(weather.ghi, clock.day) / clear
    zenith, temp_air, wind_speed = (
        values.astype(np.float32)
        for values in (weather.zenith, weather.temp_air, weather.wind_speed)
    )
    del weather  # eight long arrays; the batteries need only the air
    faults = plan_faults(options)
    batteries: dict[str, BessRun] = {}
    grid = -surplus
    for name in BATTERIES:
        run = simulate_bess(options, clock, name, surplus / len(BATTERIES), temp_air, faults)
        grid += run.ac_kw
        grid += run.aux_kw
        batteries[name] = run
    names = (*PURPOSE, "pv1", *BATTERIES)
    return Site(
        options=options,
        clock=clock,
        zenith=zenith,
        temp_air=temp_air,
        wind_speed=wind_speed,
        sky=sky,
        daily_clearness=clearness,
        pv_plan=pv_plan,
        pv=pv,
        loads=loads,
        faults=faults,
        batteries=batteries,
        grid_kw=grid,
        troubles={name: plan_troubles(options, name) for name in names},
    )


def simulate_bess(
    options: DemoOptions,
    clock: Clock,
    name: str,
    surplus_kw: Floats,
    temp_air: Singles,
    faults: list[Fault],
) -> BessRun:
    """Simulate one battery system on its share of the surplus."""
    plan = plan_bess(options, name)
    schedule = build_schedule(options, clock, temp_air, surplus_kw, name, plan)
    cells = lfp.draw_cells(options, name)
    own = [fault for fault in faults if fault.device == name]
    string = simulate_string(clock, cells, own, options.cells, schedule, START_SOC)
    dc_kw = string.current.astype(np.float64) * string.voltage / 1000
    return BessRun(
        plan=plan,
        cells=cells,
        string=string,
        air=schedule.air_temp.astype(np.float32),
        temp_ambient=temp_air,
        ac_kw=(dc_kw + converter_loss(dc_kw, rated_kw(options))).astype(np.float32),
        aux_kw=auxiliary_power(clock, temp_air, string.heat).astype(np.float32),
    )


def demo_site(options: DemoOptions) -> list[DemoDevice]:
    """Devices of the demo site: six meters, one PV plant, two batteries.

    The site is simulated here, once; readings are made while they are read.
    """
    site = simulated_site(options)
    meters = [
        DemoDevice(name, "meter", _meter_facts(site, name), partial(_meter, site, name))
        for name in PURPOSE
    ]
    plant = DemoDevice("pv1", "PV", _pv_facts(site), partial(_pv, site))
    batteries = [
        DemoDevice(name, "BESS", _bess_facts(site, name), partial(_bess, site, name))
        for name in BATTERIES
    ]
    return [*meters, plant, *batteries]


def _meter(site: Site, name: str) -> dict[str, Source]:
    power = site.grid_kw if name == GRID_METER else site.loads[name].astype(np.float64)
    kvar = reactive_power(name, site.loads)
    troubles = site.troubles[name]
    return meter_sources(site.options, site.clock, name, power, kvar, site.poller(name), troubles)


def _bess(site: Site, name: str) -> dict[str, Source]:
    return bess_sources(
        site.options, site.clock, name, site.batteries[name], site.poller(name), site.troubles[name]
    )


def _pv(site: Site) -> dict[str, Source]:
    pv, poller = site.pv, site.poller("pv1")
    awake = site.zenith < AWAKE_ZENITH
    total = np.cumsum(pv.ac_power.sum(axis=0, dtype=np.float64)) / 60 + 412_000.0
    sources: dict[str, Source] = {
        "poa_global": sampled(poller, pv.poa_sensor, 1, 0),
        "temp_air": sampled(poller, site.temp_air, 5, 1),
        "temp_module": sampled(poller, pv.temp_module, 5, 1),
        "wind_speed": sampled(poller, site.wind_speed, 5, 1),
        "energy_total": sampled(poller, np.concatenate([[412_000.0], total[:-1]]), 5, 1),
    }
    for inverter in range(INVERTERS):
        amps = pv.dc_power[inverter] * 1000 / np.maximum(pv.dc_voltage, 1.0)
        n = inverter + 1
        sources[f"ac_power_inv{n}"] = sampled(poller, pv.ac_power[inverter], 1, 2, awake)
        sources[f"dc_voltage_inv{n}"] = sampled(poller, pv.dc_voltage, 5, 1, awake)
        sources[f"dc_current_inv{n}"] = sampled(poller, amps, 5, 2, awake)
    return sources


def _common_facts(site: Site) -> dict[str, Any]:
    return {
        "synthetic": True,
        "location": {"latitude": LATITUDE, "longitude": LONGITUDE, "altitude_m": ALTITUDE_M},
        "zone": site.options.zone,
        "start": site.options.first_day.isoformat(),
        "end": site.options.end,
    }


def _meter_facts(site: Site, name: str) -> dict[str, Any]:
    return _common_facts(site) | {
        "purpose": PURPOSE[name],
        "role": "grid" if name == GRID_METER else "load",
        "sign": "import +, export -",
    }


def _pv_facts(site: Site) -> dict[str, Any]:
    return _common_facts(site) | {
        "kwp": KWP_PER_INVERTER * INVERTERS,
        "inverters": INVERTERS,
        "kwp_per_inverter": KWP_PER_INVERTER,
        "ac_limit_kw_per_inverter": AC_LIMIT_KW,
        "tilt": TILT,
        "azimuth": AZIMUTH,
        "gamma_pdc": GAMMA,
        "losses": round(1 - DC_LOSSES, 3),
    }


def _bess_facts(site: Site, name: str) -> dict[str, Any]:
    options, plan = site.options, site.batteries[name].plan
    count = options.packs * options.cells
    return _common_facts(site) | {
        "chemistry": "LFP",
        "packs": options.packs,
        "cells_per_pack": options.cells,
        "series_cells": count,
        "parallel_strings": 1,
        "capacity_ah": lfp.NOMINAL_AH,
        "nominal_kwh": round(lfp.NOMINAL_AH * lfp.NOMINAL_CELL_V * count / 1000, 3),
        "rated_kw": rated_kw(options),
        "sign": "charge +, discharge -",
        "commissioned": (options.first_day - timedelta(days=int(lfp.SERVICE_DAYS))).isoformat(),
        "limits": {
            "cell_charge_v": max(plan.charge_v_before, plan.charge_v_after),
            "cell_discharge_v": plan.discharge_v,
            "cell_temp_max_c": 45.0,
        },
    }


def truth(options: DemoOptions) -> dict[str, Any]:
    """The parameters the simulation used and what became of the cells, JSON-ready.

    Days count from the local midnight that begins the span; dates are local.
    """
    site = simulated_site(options)
    return {
        "options": asdict(options),
        "first_day": options.first_day.isoformat(),
        "ageing": {
            "formula": "capacity = capacity_new * (1 - calendar_rate*(service_days+day)**p"
            " - cycle_rate*(service_efc+efc)**q) * (1 + fault size * share)",
            "p": lfp.CALENDAR_EXPONENT,
            "q": lfp.CYCLE_EXPONENT,
            "service_days": lfp.SERVICE_DAYS,
            "service_efc": lfp.SERVICE_EFC,
            "resistance_per_loss": lfp.RESISTANCE_PER_LOSS,
            "coulomb_efficiency": lfp.COULOMB_EFFICIENCY,
        },
        "batteries": {name: _bess_truth(site, name) for name in BATTERIES},
        "faults": [
            asdict(fault)
            | {
                "signal": f"bms1_p{fault.pack}_v{fault.cell}",
                "start_date": _date(options, fault.start_day),
            }
            for fault in site.faults
        ],
        "pv": asdict(site.pv_plan)
        | {
            "outage_date": _date(options, site.pv_plan.outage_days[0]),
            "stale_date": _date(options, site.pv_plan.stale_days[0]),
            "soiling_ratio_daily": _day_starts(site, site.pv.soiling_ratio),
        },
        "weather": {
            "clearness_daily": [round(float(v), 4) for v in site.daily_clearness],
            "sky_hours": {s: int((site.sky == i).sum()) for i, s in enumerate(SKIES)},
        },
        "troubles": {name: _trouble_truth(site, name) for name in site.troubles},
    }


def _bess_truth(site: Site, name: str) -> dict[str, Any]:
    run = site.batteries[name]
    shown = sorted({*range(0, site.options.days, 30), site.options.days - 1})
    return {
        "cell_order": "pack by pack, cell by cell",
        "cells": run.cells.as_lists(),
        "regime": {
            "date": _date(site.options, run.plan.regime_day),
            "day": run.plan.regime_day,
            "share_of_span": REGIME_AT[name],
            "what": "cell cut-off of the charge",
            "charge_v_before": run.plan.charge_v_before,
            "charge_v_after": run.plan.charge_v_after,
        },
        "discharge_v": run.plan.discharge_v,
        "day_kind": list(run.plan.kind),
        "soc_max": list(run.plan.soc_max),
        "soc_min": list(run.plan.soc_min),
        "pcs_trip_days": list(run.plan.trip_days),
        "current_sensor": {"gain": run.plan.sensor_gain, "offset_a": run.plan.sensor_offset_a},
        "trajectory": {
            "day": shown,
            "efc": [float(run.string.efc[day]) for day in shown],
            "capacity_ah": run.string.capacity_ah[shown].tolist(),
            "charge_ah": run.string.charge_ah[shown].tolist(),
            "resistance_over_start": run.string.resistance[shown].tolist(),
        },
        "full_charges": [int(site.clock.ts[i]) for i in run.string.full],
        "empty_discharges": [int(site.clock.ts[i]) for i in run.string.empty],
    }


def _trouble_truth(site: Site, name: str) -> dict[str, Any]:
    troubles, ts = site.troubles[name], site.clock.ts

    def instants(spans: tuple[tuple[float, float], ...]) -> list[list[int]]:
        return [
            [int(ts[site.clock.index_of(a)]), int(ts[site.clock.index_of(b)])] for a, b in spans
        ]

    reset = troubles.counter_reset_day
    return {
        "outages_us": instants(troubles.outages),
        "counter_gaps_us": instants(troubles.counter_gaps),
        "counter_reset_us": None if reset is None else int(ts[site.clock.index_of(reset)]),
        "stuck": [[signal, *instants(((a, b),))[0]] for signal, a, b in troubles.stuck],
    }


def _day_starts(site: Site, values: Singles) -> list[float]:
    first = np.flatnonzero(np.diff(site.clock.day, prepend=-1))
    return [round(float(v), 5) for v in values[first]]


def _date(options: DemoOptions, day: float) -> str:
    return (options.first_day + timedelta(days=int(day))).isoformat()
