"""How long plans take, how near they are to the best, and what a battery saves in a real year."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import REPO, Figure
from core.analytics.dispatch import Plan, plan
from core.analytics.dispatch_savings import saving_parts
from core.analytics.dispatch_simulation import do_nothing
from core.analytics.dispatch_site import Battery, Outlook, Site, Tariff
from core.analytics.thermal import estimate_room
from core.analytics.thermal_model import innovations, simulate
from core.dispatch_readings import STEP_US, Spot
from core.dispatch_report import cost_of_refill
from core.dispatch_year import planned_daily
from core.inputs import price_known_at
from tests.dispatch.houses import house
from tests.dispatch.test_savings import year
from tests.thermal.test_thermal import armadillo, heat_pump_house

STEPS = 192


def two_days(seed: int) -> tuple[Site, Outlook]:
    """48 h at 15 min with battery, PV and a price by the hour that falls below zero at noon."""
    rng = np.random.default_rng(seed)
    hour = np.arange(STEPS) / 4 % 24
    price = 0.1 + 0.12 * np.cos(2 * np.pi * (hour - 19) / 24)
    price += 0.02 * rng.standard_normal(STEPS // 4).repeat(4)
    load = 20 + 15 * np.exp(-(((hour - 19) / 3) ** 2)) + 2 * rng.random(STEPS)
    sun = 60 * np.sin(np.pi * (hour - 6) / 12).clip(min=0)
    battery = Battery(100, 50, 50, wear_eur_kwh=0.03)
    tariff = Tariff(price, price - 0.03, demand_eur_kw=10.0, peak_so_far_kw=30.0)
    return Site(0.25, tariff, battery=battery), Outlook(load, sun)


def timed(work: Callable[[], Plan]) -> tuple[Plan, float, float]:
    """A plan, its wall time and its CPU time [s]."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - wall, time.process_time() - cpu


def figures(*, runs: int = 9) -> Iterator[Figure]:
    """Times of plans, gaps, and the saving of a year."""
    plan(*two_days(0))  # libraries are loaded
    found = [timed(lambda seed=seed: plan(*two_days(seed))) for seed in range(runs)]  # type: ignore[misc]
    wall = 1e3 * float(np.median([one[1] for one in found]))
    cpu = 1e3 * float(np.median([one[2] for one in found]))
    yield Figure(
        "plan, 48 h at 15 min, battery and PV, median", wall, "ms", 100, f"CPU {cpu:.0f} ms"
    )
    for name, buy, sell in (("all day", 0.28, 0.35), ("at prices below 0", None, 0.08)):
        site, outlook = two_days(1)
        prices = site.tariff.import_eur_kwh - 0.1 if buy is None else np.full(STEPS, buy)
        site = replace(site, tariff=Tariff(prices, np.full(STEPS, sell)))
        courses = [replace(outlook, load_kw=share * outlook.load_kw) for share in (1, 0.9, 1.2)]
        made, wall, cpu = timed(lambda: plan(site, courses, first_steps=16))  # noqa: B023
        yield Figure(
            f"plan, 48 h, three courses, selling above buying {name}", wall, "s", 1.0,
            f"CPU {cpu:.2f} s, gap {100 * made.gap:.2f} %, {made.binaries} binaries",
        )  # fmt: skip
    for alike in (False, True):
        for least in (1, 2):
            site, outlook = house(alike=alike, least=least, battery=Battery(10, 5, 5))
            made, wall, cpu = timed(lambda: plan(site, outlook, time_limit_s=2.0))  # noqa: B023
            sort = "alike" if alike else "different"
            yield Figure(
                f"plan, 24 h, 16 relays ({sort}, least {least} steps), 17 rooms", wall, "s", 2.0,
                f"CPU {cpu:.2f} s, gap {100 * made.gap:.2f} % to the linear bound",
            )  # fmt: skip
    shared = REPO.parent / "shared"
    if (shared / "data").is_dir():
        yield from saving(shared)
        yield from thermal(shared)


def saving(shared: Path) -> Iterator[Figure]:
    """A year of real load at day-ahead prices with a battery of 215 kWh and 100 kW."""
    site, outlook = year(shared)
    nothing = do_nothing(site, outlook)
    made, wall, cpu = timed(lambda: plan(site, outlook, time_limit_s=300.0))
    parts = saving_parts(site, nothing.flows, made.flows[0])
    yield Figure(
        "year at 15 min as one program", wall, "s", None, f"CPU {cpu:.1f} s, gap {made.gap:g}"
    )
    for name, value in (
        ("saving of the year", parts.total_eur),
        ("  of it peak", parts.peak_eur),
        ("  of it arbitrage", parts.arbitrage_eur),
        ("  of it self-consumption", parts.self_consumption_eur),
        ("  less wear", parts.wear_eur),
    ):
        yield Figure(name, round(value), "EUR")
    yield Figure("peak before", parts.peak_before_kw, "kW")
    yield Figure("peak after", parts.peak_after_kw, "kW")
    yield Figure("discharged", round(parts.discharged_kwh), "kWh")
    yield from planned_day_by_day(site, outlook, nothing.flows)


def planned_day_by_day(site: Site, outlook: Outlook, idle: pd.DataFrame) -> Iterator[Figure]:
    """The same year planned at 13:00 of every day, load as a week and a day before."""
    assert site.battery is not None
    price, zone = site.tariff.import_eur_kwh, "Europe/Berlin"
    worth = cost_of_refill(site.battery, site.tariff, [outlook])
    site = replace(site, battery=replace(site.battery, stored_eur_kwh=worth))
    first = int(pd.Timestamp("2024-01-01", tz=zone).timestamp()) * 1_000_000
    ts = first + np.arange(site.steps) * STEP_US
    rule = {"days_before": 1, "local_time": "13:00", "zone": zone}
    known = price_known_at(ts, rule, STEP_US)
    for name, since in (("known from 13:00", known), ("of two days known", np.zeros_like(ts))):
        spot = Spot("SMARD", ts, price, since)
        began = time.perf_counter()
        went = planned_daily(site, outlook, ts, zone, np.zeros(site.steps), spot)
        parts = saving_parts(site, idle, went.run.flows)
        yield Figure(
            f"saving planned day by day, prices {name}", round(parts.total_eur), "EUR", None,
            f"peak {parts.peak_after_kw:.1f} kW, arbitrage {parts.arbitrage_eur:.0f} EUR, "
            f"{went.plans} plans in {time.perf_counter() - began:.0f} s",
        )  # fmt: skip


def thermal(shared: Path) -> Iterator[Figure]:
    """Errors of room models of two real houses."""
    fit = estimate_room("2R2C", *armadillo(shared))
    yield Figure("test house, two states: simulation RMSE", fit.rmse, "K", 0.75)
    yield Figure("test house, two states: simulation MAE", fit.mae, "K", 0.66)
    assert fit.whiteness is not None
    white = fit.whiteness
    yield Figure(
        "test house, Ljung-Box p-value", white.p_value, "", None,
        f"periodogram departs by {white.departure:.3f}, band {white.band:.3f}",
    )  # fmt: skip
    before, measured = heat_pump_house(shared, 2023)
    one = estimate_room("1R1C", before, measured, hold="step", gain=True)
    yield Figure("heat-pump house 2023, one state: simulation RMSE", one.rmse, "K")
    after, came = heat_pump_house(shared, 2024)
    miss = simulate("1R1C", one.values, after, came[:1], "step")[:, 0] - came
    steps = innovations("1R1C", one.values, after, came, came[:1], "step").error[1:]
    yield Figure("  2024 predicted: simulation RMSE", float(np.sqrt(np.mean(miss**2))), "K")
    yield Figure("  2024 predicted: simulation MAE", float(np.mean(np.abs(miss))), "K")
    yield Figure("  2024 predicted: one hour ahead RMSE", float(np.sqrt(np.mean(steps**2))), "K")
    flat = float(np.sqrt(np.mean((came - measured.mean()) ** 2)))
    yield Figure("  2024 against the mean of 2023: RMSE", flat, "K")
    held = float(np.sqrt(np.mean(np.diff(came) ** 2)))
    yield Figure("  2024 against the hour before: RMSE", held, "K")
