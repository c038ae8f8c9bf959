"""Plans that are followed while load and PV come otherwise than was thought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.dispatch import plan
from core.analytics.dispatch_costs import balance_error
from core.analytics.dispatch_rolling import (
    RULES,
    better_rule,
    compare,
    execute,
    roll,
    seasonal_outlook,
    start_state,
    window,
)
from core.analytics.dispatch_simulation import do_nothing, follow, greedy, run_battery
from core.analytics.dispatch_site import Battery, Connection, Outlook, Site, Tariff, Vehicle
from tests.dispatch.houses import house


def day(seed: int = 0, demand: float = 0.0) -> tuple[Site, Outlook]:
    """24 hours with load, sun and a price that swings."""
    rng = np.random.default_rng(seed)
    hour = np.arange(24)
    price = 0.3 + 0.15 * np.sin((hour - 14) / 24 * 2 * np.pi)
    battery = Battery(20, 8, 8, 0.95, 0.95, soc_min=0.1, wear_eur_kwh=0.02)
    load = 4 + 4 * np.exp(-(((hour - 19) / 2) ** 2)) + rng.uniform(0, 1, 24)
    sun = 14 * np.sin(np.pi * (hour - 6) / 12).clip(min=0)
    site = Site(1.0, Tariff(price, np.full(24, 0.06), demand, 5.0), Connection(), battery)
    return site, Outlook(load, sun)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000), error=st.floats(0, 3), from_grid=st.booleans(), limit=st.booleans()
)
def test_limits_hold_whatever_comes(seed: int, error: float, from_grid: bool, limit: bool) -> None:
    site, thought = day(seed)
    rng = np.random.default_rng(seed)
    came = Outlook(
        (thought.load_kw * (1 + error * rng.standard_normal(24))).clip(min=0),
        (thought.pv_kw * (1 + error * rng.standard_normal(24))).clip(min=0),
    )
    assert site.battery is not None
    battery = replace(site.battery, from_grid=from_grid)
    site = replace(site, battery=battery, connection=Connection(9.0 if limit else np.inf, 10.0))
    made = plan(replace(site, connection=Connection()), thought)
    flows = made.flows[0]
    run = follow(site, came, (flows.charge_kw - flows.discharge_kw).to_numpy())
    f = run.flows
    assert np.abs(balance_error(f)).max() < 1e-9
    assert f.stored_kwh.between(2 - 1e-9, 20 + 1e-9).all()
    assert f.charge_kw.between(0, 8).all()
    assert f.discharge_kw.between(0, 8).all()
    assert not ((f.charge_kw > 0) & (f.discharge_kw > 0)).any()
    assert not ((f.import_kw > 0) & (f.export_kw > 0)).any()
    assert f.export_kw.max() <= 10 + 1e-9
    if not from_grid:
        assert np.all(f.charge_kw <= f.pv_kw + 1e-9)


def test_the_battery_defends_the_import_limit_against_a_load_that_was_not_foreseen() -> None:
    site, _ = day()
    site = replace(site, connection=Connection(import_kw=10.0))
    run = follow(site, Outlook(np.full(24, 10.3), np.zeros(24)), np.zeros(24))
    assert run.over_kw == pytest.approx(0)
    assert run.flows.discharge_kw.tolist() == pytest.approx([0.3] * 24)


def test_what_cannot_be_kept_is_told() -> None:
    site, _ = day()
    site = replace(site, connection=Connection(import_kw=10.0))
    run = follow(site, Outlook(np.full(24, 25.0), np.zeros(24)), np.zeros(24))
    assert run.over_kw == pytest.approx(15)


def test_a_run_of_the_battery_by_hand() -> None:
    """8 kWh asked for in a store with room for 5: 5/0.9 drawn; then all of it, less 10 %."""
    battery = Battery(10, 8, 20, 0.9, 0.9, soc_start=0.5)
    charge, discharge, stored = run_battery(battery, np.array([8.0, -20.0]), 1.0)
    assert charge.tolist() == pytest.approx([5 / 0.9, 0])
    assert discharge.tolist() == pytest.approx([0, 9])
    assert stored.tolist() == pytest.approx([10, 0])


def test_greedy_by_hand() -> None:
    battery = Battery(10, 8, 8, 0.9, 0.9, soc_start=0.0)
    site = Site(1.0, Tariff(np.full(2, 0.3), np.full(2, 0.1)), battery=battery)
    run = greedy(site, Outlook(np.array([1.0, 6.0]), np.array([5.0, 0.0])))
    assert run.flows.charge_kw.tolist() == pytest.approx([4, 0])
    assert run.flows.discharge_kw.tolist() == pytest.approx([0, 3.24])
    assert run.flows.import_kw.tolist() == pytest.approx([0, 2.76])


def test_a_perfect_forecast_rolled_out_costs_what_the_plan_said() -> None:
    site, came = day(3)

    def known(start: int, stop: int) -> Sequence[Outlook]:
        return [Outlook(came.load_kw[start:stop], came.pv_kw[start:stop])]

    assert site.battery is not None
    fixed = replace(site, battery=replace(site.battery, stored_eur_kwh=0.25))
    rolled = roll(fixed, came, known, horizon=24, every=6)
    assert rolled.plans == 4
    assert rolled.run.costs.total_eur == pytest.approx(plan(fixed, came).costs[0].total_eur)


def test_a_plan_that_loses_by_what_was_not_foreseen_rests() -> None:
    """Selling pays more, two unlike courses: neither powers nor balance beat an idle battery."""
    site, came = day(4)
    assert site.battery is not None
    site = replace(
        site, tariff=Tariff(np.full(24, 0.28), np.full(24, 0.35)),
        battery=replace(site.battery, wear_eur_kwh=0.2, stored_eur_kwh=0.2),
    )  # fmt: skip
    courses = [came, Outlook(came.load_kw[::-1], came.pv_kw)]
    made = plan(site, courses, first_steps=4)
    rule = better_rule(made, courses)
    state = start_state(site)
    costs = {
        one: sum(execute(made, c, 0, 24, state, rule=one).costs.total_eur for c in courses)
        for one in RULES
    }
    assert rule == "idle"
    assert costs["idle"] <= min(costs.values()) + 1e-3 * abs(costs["idle"])
    assert costs["idle"] == pytest.approx(
        sum(do_nothing(site, one).costs.total_eur for one in courses)
    )


def test_a_run_over_new_year_begins_a_peak_of_its_own() -> None:
    """What is owed for the old year is free in it alone; planned anew on both sides of midnight."""
    site, came = day(2, demand=50.0)
    years = np.repeat([2024, 2025], 12)
    site = replace(site, tariff=replace(site.tariff, peak_so_far_kw=9.0, periods=years))
    assert site.battery is not None
    site = replace(site, battery=replace(site.battery, stored_eur_kwh=0.2))

    def known(start: int, stop: int) -> Sequence[Outlook]:
        return [Outlook(came.load_kw[start:stop], came.pv_kw[start:stop])]

    rolled = roll(site, came, known, horizon=24, every=6)
    peaks = [float(rolled.run.flows.import_kw[years == year].max()) for year in (2024, 2025)]
    owed = 50 * (max(peaks[0] - 9.0, 0.0) + peaks[1])
    assert rolled.run.costs.demand_eur == pytest.approx(owed)
    assert rolled.run.costs.total_eur == pytest.approx(plan(site, came).costs[0].total_eur)


def test_rolling_with_scenarios_keeps_limits_and_the_vehicle() -> None:
    site, came = day(5, demand=20.0)
    car = Vehicle("van", 2, 22, 30.0, 7.0)
    site = replace(site, vehicles=(car,))
    wrong = np.random.default_rng(1).uniform(0.5, 1.5, (2, 24))

    def guess(start: int, stop: int) -> Sequence[Outlook]:
        rows = slice(start, stop)
        return [
            Outlook(came.load_kw[rows] * w[rows], came.pv_kw[rows] * w[rows][::-1]) for w in wrong
        ]

    rolled = roll(site, came, guess, horizon=24, every=3)
    f = rolled.run.flows
    assert f.vehicles_kw.sum() == pytest.approx(30.0)
    assert f.stored_kwh.between(2 - 1e-6, 20 + 1e-6).all()
    assert np.allclose(np.diff(f.stored_kwh), (0.95 * f.charge_kw - f.discharge_kw / 0.95)[1:])


def test_relays_go_on_from_their_measured_state() -> None:
    """Least times hold across plans."""
    site, came = house(relays=2, total_kw=3.0, least=3)
    cut = window(site, 0, 24, start_state(site))
    rolled = roll(
        cut, Outlook(came.load_kw[:24], came.pv_kw[:24]),
        lambda a, b: [Outlook(came.load_kw[a:b], came.pv_kw[a:b])], horizon=24, every=4,
    )  # fmt: skip
    for name in rolled.run.relays:
        course = rolled.run.relays[name].to_numpy()
        edges = np.flatnonzero(np.diff(course)) + 1
        assert all(len(part) >= 3 for part in np.split(course, edges)[1:-1])


def test_four_ways_in_order() -> None:
    site, came = day(7)
    _, costs = compare(site, [came], came)
    assert costs["perfect"].total_eur == pytest.approx(costs["plan"].total_eur)
    assert costs["perfect"].total_eur <= costs["greedy"].total_eur + 1e-9
    assert costs["perfect"].total_eur <= costs["nothing"].total_eur + 1e-9


def test_the_seasonal_outlook_is_what_was_one_period_before() -> None:
    was = np.arange(10.0)
    outlook = seasonal_outlook(was, was * 2, 5, 4)
    assert outlook.load_kw.tolist() == [6, 7, 8, 9, 6]
    assert outlook.pv_kw.tolist() == [12, 14, 16, 18, 12]
