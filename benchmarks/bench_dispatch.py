"""How long plans take, how near they are to the best, and what a battery saves in a real year."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import REPO, Figure
from core.analytics.dispatch import Plan, plan
from core.analytics.dispatch_savings import saving_parts
from core.analytics.dispatch_simulation import do_nothing
from core.analytics.dispatch_site import Battery, Outlook, Site, Tariff
from tests.dispatch.houses import house
from tests.dispatch.test_savings import year

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
