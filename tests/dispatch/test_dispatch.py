"""The plan against what was worked out by hand, tried out in full, and what must always hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.dispatch import plan
from core.analytics.dispatch_costs import balance_error
from core.analytics.dispatch_simulation import do_nothing, greedy
from core.analytics.dispatch_site import (
    STRATEGIES,
    Battery,
    Connection,
    Outlook,
    Site,
    Tariff,
    Vehicle,
    eur_kwh_from_eur_mwh,
)
from core.errors import Infeasible, PlanError, Unbounded
from tests.dispatch.exact import best_by_trying

TIGHT = {"gap": 1e-9, "time_limit_s": 20.0}


def site(buy: list[float], sell: list[float] | float = 0.0, **more: object) -> Site:
    """A site with steps of an hour."""
    sells = np.broadcast_to(np.asarray(sell, float), (len(buy),))
    told = ("demand_eur_kw", "peak_so_far_kw", "periods")
    demand = {k: more.pop(k) for k in told if k in more}
    return Site(1.0, Tariff(np.array(buy), sells, **demand), **more)  # type: ignore[arg-type]


def outlook(load: list[float], pv: list[float] | float = 0.0) -> Outlook:
    """Load and PV [kW]."""
    return Outlook(np.array(load, float), np.broadcast_to(np.asarray(pv, float), (len(load),)))


# --- by hand --------------------------------------------------------------------------------------


def test_a_wholesale_price_is_a_thousandth_per_kilowatt_hour() -> None:
    assert eur_kwh_from_eur_mwh([78.512, -5.0]).tolist() == [0.078512, -0.005]


def test_it_buys_low_and_uses_high() -> None:
    """Charges 4 kWh at 0.10, stores 3.2, gives 2.56 at 0.50: 0.40 paid, 1.28 not paid, wear."""
    battery = Battery(10, 4, 4, 0.8, 0.8, soc_start=0, stored_eur_kwh=0, wear_eur_kwh=0.02)
    made = plan(site([0.1, 0.5], battery=battery), outlook([0, 10]))
    flows, costs = made.flows[0], made.costs[0]
    assert flows.charge_kw.tolist() == pytest.approx([4, 0])
    assert flows.discharge_kw.tolist() == pytest.approx([0, 2.56])
    assert flows.stored_kwh.tolist() == pytest.approx([3.2, 0])
    assert flows.soc_ratio.tolist() == pytest.approx([0.32, 0])
    assert costs.import_eur == pytest.approx(0.4 + 0.5 * 7.44)
    assert costs.wear_eur == pytest.approx(0.02 * 2.56)
    assert made.objective == pytest.approx(costs.total_eur)
    assert made.gap == 0


def test_wear_above_the_spread_keeps_the_battery_idle() -> None:
    battery = Battery(10, 4, 4, 1, 1, soc_start=0, stored_eur_kwh=0, wear_eur_kwh=0.41)
    made = plan(site([0.1, 0.5], battery=battery), outlook([0, 10]))
    assert made.flows[0].charge_kw.sum() == pytest.approx(0)


def test_half_the_step_moves_half_the_energy() -> None:
    battery = Battery(10, 4, 4, 1, 1, soc_start=0, stored_eur_kwh=0)
    two = replace(site([0.1, 0.5], battery=battery), step_h=0.25)
    made = plan(two, outlook([0, 10]))
    assert made.flows[0].stored_kwh.tolist() == pytest.approx([1, 0])
    assert made.costs[0].import_eur == pytest.approx(0.25 * (0.1 * 4 + 0.5 * 6))


def test_the_peak_of_the_period_so_far_is_free() -> None:
    """Load 10 for one hour: with 7 kW already owed, shaving stops at 7."""
    battery = Battery(20, 10, 10, 1, 1, soc_start=0.5, stored_eur_kwh=0.2)
    flat = site([0.2, 0.2], battery=battery, demand_eur_kw=100.0, peak_so_far_kw=7.0)
    made = plan(flat, outlook([10, 2]))
    assert made.flows[0].import_kw.max() <= 7 + 1e-6
    assert made.costs[0].demand_eur == pytest.approx(0)
    assert do_nothing(flat, outlook([10, 2])).costs.demand_eur == pytest.approx(300)


def test_a_new_billing_period_has_a_peak_of_its_own() -> None:
    """Two hours of 5 kW in a year whose peak is 7 cost nothing, two hours of 5 in the next do.

    The 6 kWh stored level those: 2 kW each, for 100 €/kW.
    """
    battery = Battery(6, 6, 6, 1, 1, soc_start=1.0, stored_eur_kwh=0.0)
    two = site(
        [0.2] * 4, battery=battery, demand_eur_kw=100.0, peak_so_far_kw=7.0,
        periods=np.array([2024, 2024, 2025, 2025]),
    )  # fmt: skip
    made = plan(two, outlook([5.0] * 4), **TIGHT)
    assert made.flows[0].import_kw.to_list() == pytest.approx([5, 5, 2, 2], abs=1e-6)
    assert made.costs[0].demand_eur == pytest.approx(200)
    assert made.objective == pytest.approx(200 + 0.2 * 14)
    assert do_nothing(two, outlook([5.0] * 4)).costs.demand_eur == pytest.approx(500)


def test_a_peak_that_is_owed_already_does_not_hide_the_gap() -> None:
    """With or without 10 000 € owed since long, the same plan is found."""
    rng = np.random.default_rng(2)
    battery = Battery(8, 3, 3, 0.9, 0.9, stored_eur_kwh=0.1)
    buy, load = rng.uniform(-0.1, 0.2, 24).tolist(), outlook(rng.uniform(0, 4, 24).tolist())
    usual = plan(site(buy, 0.08, battery=battery), load)
    owed = plan(site(buy, 0.08, battery=battery, demand_eur_kw=100.0, peak_so_far_kw=100.0), load)
    assert owed.objective == pytest.approx(usual.objective, abs=0.01)


def test_a_vehicle_charges_where_it_is_cheap_while_it_is_there() -> None:
    car = Vehicle("van", arrival=1, departure=4, energy_kwh=7, most_kw=4)
    made = plan(site([0.0, 0.3, 0.1, 0.2, 0.05], vehicles=(car,)), outlook([0] * 5))
    assert made.vehicles[0]["van"].tolist() == pytest.approx([0, 0, 4, 3, 0])


def test_a_vehicle_with_a_least_power_does_not_trickle() -> None:
    car = Vehicle("van", 0, 3, energy_kwh=5, most_kw=4, least_kw=2)
    made = plan(site([0.1, 0.2, 0.3], vehicles=(car,)), outlook([0, 0, 0]), **TIGHT)
    kw = made.vehicles[0]["van"].to_numpy()
    assert np.all((kw < 1e-6) | (kw > 2 - 1e-6))
    assert kw.sum() == pytest.approx(5)
    assert made.objective == pytest.approx(0.1 * 3 + 0.2 * 2)


def test_pv_that_earns_less_than_nothing_is_curtailed() -> None:
    made = plan(site([0.3], -0.05), outlook([1], [5]))
    assert made.flows[0].curtailed_kw.tolist() == pytest.approx([4])
    assert made.flows[0].export_kw.tolist() == pytest.approx([0])


def test_a_battery_told_to_stay_off_the_grid_takes_sun_alone() -> None:
    battery = Battery(10, 5, 5, 1, 1, soc_start=0, stored_eur_kwh=0, from_grid=False, to_grid=False)
    made = plan(site([0.01, 0.5], 0.4, battery=battery), outlook([0, 1], [2, 0]))
    assert made.flows[0].charge_kw.tolist() == pytest.approx([1, 0])
    assert made.flows[0].export_kw.tolist() == pytest.approx([1, 0])


def test_strategies_weigh_differently() -> None:
    """PV sold at 0.35 or used later at 0.30: money sells, environment stores."""
    battery = Battery(4, 4, 4, 1, 1, soc_start=0, stored_eur_kwh=0)
    one = site([0.3, 0.3], [0.35, 0.0], battery=battery)
    sold = plan(replace(one, strategy=STRATEGIES["economic"]), outlook([0, 2], [2, 0]))
    kept = plan(replace(one, strategy=STRATEGIES["environment"]), outlook([0, 2], [2, 0]))
    assert sold.flows[0].export_kw.iloc[0] > 2 - 1e-6
    assert kept.flows[0].export_kw.iloc[0] == pytest.approx(0)


def test_decisions_of_the_first_steps_are_the_same_in_all_outlooks() -> None:
    """Sun or no sun: before it is known, half as much is charged as either would do alone."""
    battery = Battery(4, 4, 4, 1, 1, soc_start=0, stored_eur_kwh=0)
    one = site([0.2, 0.3, 0.4], battery=battery)
    sunny, dull = outlook([0, 0, 4], [0, 4, 0]), outlook([0, 0, 4])
    both = plan(one, [sunny, dull], first_steps=1)
    assert both.flows[0].charge_kw[0] == pytest.approx(both.flows[1].charge_kw[0])
    # All that is charged at 0.2 is lost where the sun comes (0.5·0.2), saves 0.1 where it does not.
    assert both.flows[0].charge_kw[0] == pytest.approx(0, abs=1e-6)
    likely = plan(one, [replace(sunny, probability=0.1), replace(dull, probability=0.9)])
    assert likely.flows[0].charge_kw[0] == pytest.approx(4)
    assert likely.objective == pytest.approx(
        sum(p * c.total_eur for p, c in zip(likely.probabilities, likely.costs, strict=True))
    )


# --- tried out in full ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_every_course_tried(seed: int) -> None:
    """Whole prices and powers, no losses: the best course is on the grid of 1 kW."""
    rng = np.random.default_rng(seed)
    n = 7
    buy = np.round(rng.uniform(0.05, 0.5, n), 3)
    sell = buy - np.round(rng.uniform(0.0, 0.2, n), 3)
    battery = Battery(
        5, 2, 3, 1, 1, soc_min=0.2, soc_max=0.8, soc_start=0.4, stored_eur_kwh=0.2,
        wear_eur_kwh=0.01,
    )  # fmt: skip
    one = Site(
        1.0, Tariff(buy, sell, demand_eur_kw=0.5 * (seed % 2), peak_so_far_kw=2.0),
        Connection(import_kw=6, export_kw=3), battery,
        strategy=STRATEGIES["balanced" if seed % 3 == 0 else "economic"],
    )  # fmt: skip
    course = Outlook(rng.integers(0, 5, n).astype(float), rng.integers(0, 6, n).astype(float))
    made = plan(one, course, **TIGHT)
    assert made.objective == pytest.approx(best_by_trying(one, course), abs=1e-7)


@pytest.mark.parametrize("curtail", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_equal_to_every_course_tried_where_selling_pays_more(seed: int, curtail: bool) -> None:
    """Selling pays more in most steps, buying is paid for in some; kinks are on the grid."""
    rng = np.random.default_rng(200 + seed)
    n = 6
    buy = np.round(rng.uniform(-0.2 if curtail else 0.0, 0.3, n), 3)
    sell = buy + np.round(rng.uniform(-0.05, 0.2, n), 3)
    battery = Battery(
        6, 3, 2, 1, 1, soc_min=0.5 * (seed % 2) / 3, soc_start=0.5, stored_eur_kwh=0.1,
        wear_eur_kwh=0.01 * (seed % 3),
    )  # fmt: skip
    one = Site(
        1.0, Tariff(buy, sell, demand_eur_kw=0.3 * (seed % 2), peak_so_far_kw=2.0),
        Connection(import_kw=7, export_kw=5 if curtail else 9, curtail=curtail), battery,
    )  # fmt: skip
    course = Outlook(rng.integers(0, 5, n).astype(float), rng.integers(0, 6, n).astype(float))
    made = plan(one, course, **TIGHT)
    grid = 0.5 if seed % 2 else 1.0  # a peak may be shared by two steps
    assert made.objective == pytest.approx(best_by_trying(one, course, grid), abs=1e-7)
    assert np.minimum(made.flows[0].import_kw, made.flows[0].export_kw).max() < 1e-6
    loose = plan(one, course)
    assert made.objective <= loose.objective + 1e-9
    scale = max(abs(loose.objective), np.abs(one.step_h * course.load_kw * 0.5).sum())
    assert loose.objective - made.objective <= loose.gap * scale + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_every_course_tried_with_losses_and_negative_prices(seed: int) -> None:
    """Never better than the truth, and not worse than the courses on a grid of a quarter kW."""
    rng = np.random.default_rng(100 + seed)
    n = 5
    buy = np.round(rng.uniform(-0.3, 0.4, n), 3)
    battery = Battery(4, 2, 2, 0.5, 0.5, soc_start=0.5, stored_eur_kwh=0.1)
    one = Site(1.0, Tariff(buy, buy - 0.05), Connection(export_kw=2), battery)
    course = Outlook(rng.integers(0, 4, n).astype(float), rng.integers(0, 4, n).astype(float))
    made = plan(one, course, **TIGHT)
    tried = best_by_trying(one, course, 0.25)
    assert made.objective <= tried + 1e-7
    assert made.objective == pytest.approx(tried, abs=0.05)
    assert best_by_trying(one, course, 0.5) >= tried - 1e-9


def test_burning_energy_does_not_pay_by_going_both_ways() -> None:
    """Full battery, paid to take power: only what the load takes can be taken, hour by hour."""
    battery = Battery(2, 1, 1, 0.8, 0.8, soc_start=1.0, stored_eur_kwh=0)
    one = site([-0.5] * 4, -0.6, battery=battery)
    made = plan(one, outlook([2, 2, 2, 2]), **TIGHT)
    assert np.minimum(made.flows[0].charge_kw, made.flows[0].discharge_kw).max() < 1e-6
    assert made.objective == pytest.approx(best_by_trying(one, outlook([2] * 4), 0.1), abs=0.05)


def test_two_days_of_selling_above_buying_are_planned_to_within_a_share() -> None:
    """In turns: one step in, one step out; a plan of two outlooks, both apart in every step."""
    hour = np.arange(192) / 4 % 24
    load = 40 + 20 * np.sin((hour - 9) / 24 * 2 * np.pi)
    sun = (80 * np.sin((hour - 6) / 12 * np.pi)).clip(min=0)
    battery = Battery(215, 100, 100, 0.95, 0.95, 0.05, 0.95, wear_eur_kwh=0.01)
    one = Site(0.25, Tariff(np.full(192, 0.28), np.full(192, 0.35)), battery=battery)
    courses = [Outlook(load, sun), Outlook(1.1 * load, 0.8 * sun)]
    made = plan(one, courses, first_steps=16, gap=2.5e-3, time_limit_s=20)
    assert made.gap <= 0.0125
    for flows in made.flows:
        assert np.minimum(flows.import_kw, flows.export_kw).max() < 1e-6
        assert np.minimum(flows.charge_kw, flows.discharge_kw).max() < 1e-6
    nothing = np.mean([do_nothing(one, course).costs.weighted(one) for course in courses])
    assert made.objective < nothing - 20


# --- always ---------------------------------------------------------------------------------------

PRICES = st.lists(st.integers(-30, 60), min_size=6, max_size=6)
POWERS = st.lists(st.integers(0, 12), min_size=6, max_size=6)


@settings(max_examples=30, deadline=None)
@given(
    buy=PRICES, sell=PRICES, load=POWERS, pv=POWERS, curtail=st.booleans(), start=st.integers(0, 4),
    wear=st.sampled_from([0.0, 0.03]), demand=st.sampled_from([0.0, 2.0]),
    eta=st.sampled_from([1.0, 0.9]), name=st.sampled_from(sorted(STRATEGIES)),
)  # fmt: skip
def test_what_always_holds(
    buy: list[int], sell: list[int], load: list[int], pv: list[int], curtail: bool, start: int,
    wear: float, demand: float, eta: float, name: str,
) -> None:  # fmt: skip
    battery = Battery(
        8, 3, 4, eta, eta, soc_min=0.1, soc_max=0.9, soc_start=start / 4, wear_eur_kwh=wear
    )
    one = Site(
        0.5, Tariff(np.array(buy) / 100, np.array(sell) / 100, demand, 4.0),
        Connection(20, 20, curtail), battery,
        vehicles=(Vehicle("van", 1, 5, 3.0, 4.0),), strategy=STRATEGIES[name],
    )  # fmt: skip
    course = Outlook(np.array(load, float), np.array(pv, float))
    made = plan(one, course, gap=1e-6, time_limit_s=20)
    f = made.flows[0]
    assert np.abs(balance_error(f)).max() < 1e-6
    assert np.minimum(f.charge_kw, f.discharge_kw).max() < 1e-5
    assert np.minimum(f.import_kw, f.export_kw).max() < 1e-5
    assert f.charge_kw.max() <= 3 + 1e-6
    assert f.discharge_kw.max() <= 4 + 1e-6
    assert max(f.import_kw.max(), f.export_kw.max()) <= 20 + 1e-6
    least, most = min(0.8, start * 2), max(7.2, start * 2)
    assert least - 1e-6 <= f.stored_kwh.min()
    assert f.stored_kwh.max() <= most + 1e-6
    moved = np.diff(np.concatenate([[start * 2], f.stored_kwh]))
    assert np.allclose(moved, 0.5 * (eta * f.charge_kw - f.discharge_kw / eta), atol=1e-6)
    assert made.vehicles[0]["van"].sum() * 0.5 == pytest.approx(3.0)
    assert np.all(f.curtailed_kw <= f.pv_kw + 1e-6)
    assert curtail or f.curtailed_kw.max() < 1e-6
    slack = 1e-6 * max(1, abs(made.objective)) + 1e-6
    for reference in (do_nothing(one, course), greedy(one, course)):
        assert np.abs(balance_error(reference.flows)).max() < 1e-9
        if reference.over_kw == 0:
            assert made.objective <= reference.costs.weighted(one) + slack


# --- no plan --------------------------------------------------------------------------------------


def test_a_limit_that_is_too_low_is_named_with_what_is_missing() -> None:
    with pytest.raises(Infeasible, match="import limit is 3 kW too low at step 1") as found:
        plan(site([0.1, 0.1], connection=Connection(import_kw=5)), outlook([4, 8]))
    (only,) = found.value.conflicts
    assert (only.kind, only.amount, only.unit, only.step) == ("import_limit", 3.0, "kW", 1)
    assert only.alone


def test_either_of_two_limits_may_give_way() -> None:
    """7 kWh in two hours beside a load of 4 at 7 kW: 6 can be."""
    car = Vehicle("van", 0, 2, 7.0, 4.0)
    with pytest.raises(Infeasible) as found:
        plan(site([0.1, 0.1], connection=Connection(7), vehicles=(car,)), outlook([4, 4]))
    kinds = {one.kind: one for one in found.value.conflicts}
    assert set(kinds) == {"import_limit", "vehicle"}
    assert kinds["vehicle"].amount == pytest.approx(1)
    assert kinds["vehicle"].name == "van"
    assert all(one.alone for one in kinds.values())
    assert len({one.way for one in kinds.values()}) == 2
    assert "by step 2 and misses 1 kWh of it beside the other limits" in str(found.value)
    assert "at the plug 4 kW x 2 h would give 8 kWh" in str(found.value)


def test_a_stay_too_short_for_its_plug_is_named_with_its_figures() -> None:
    """10 kWh at 4 kW in the two hours from 1 to 3 o'clock: 8 can be, by 3 o'clock."""
    car = Vehicle("van", 1, 3, 10.0, 4.0)
    words = (
        r"van needs 10 kWh by step 3; at the plug 4 kW x 2 h give no more than 8 kWh, "
        r"and it misses 2 kWh; giving way here alone would do"
    )
    with pytest.raises(Infeasible, match=words) as found:
        plan(site([0.1] * 5, vehicles=(car,)), outlook([0] * 5))
    (only,) = found.value.conflicts
    assert (only.kind, only.step, only.alone) == ("plug", 3, True)
    assert (only.needed_kwh, only.plug_kw, only.hours, only.plug_kwh) == (10, 4, 2, 8)


def test_of_two_stays_that_are_too_short_none_helps_alone() -> None:
    cars = (Vehicle("van", 1, 3, 10.0, 4.0), Vehicle("car", 0, 2, 9.0, 4.0))
    with pytest.raises(Infeasible, match="and vehicle car needs 9 kWh by step 2") as found:
        plan(site([0.1] * 5, vehicles=cars), outlook([0] * 5))
    assert {one.name: one.amount for one in found.value.conflicts} == pytest.approx(
        {"van": 2, "car": 1}
    )
    assert not any(one.alone for one in found.value.conflicts)
    assert len({one.way for one in found.value.conflicts}) == 1
    assert "alone" not in str(found.value)


def test_limits_that_are_in_the_way_together_are_both_named() -> None:
    battery = Battery(10, 1, 1, 1, 1, soc_start=0, soc_end=0.5)
    one = site([0.1], connection=Connection(5), battery=battery)
    with pytest.raises(Infeasible) as found:
        plan(one, outlook([9]))
    assert {one.kind for one in found.value.conflicts} == {"import_limit", "soc_end"}
    assert not any(one.alone for one in found.value.conflicts)


def test_sun_that_may_not_be_curtailed_asks_for_export() -> None:
    tight = site([0.1], connection=Connection(export_kw=2, curtail=False))
    with pytest.raises(Infeasible, match="export limit is 3 kW too low"):
        plan(tight, outlook([0], [5]))


def test_a_battery_without_limits_that_pays_is_named() -> None:
    endless = Battery(np.inf, np.inf, np.inf, 1, 1, soc_start=0, stored_eur_kwh=0.5)
    with pytest.raises(Unbounded, match="costs fall without end") as found:
        plan(site([0.1], battery=endless), outlook([1]))
    assert found.value.free == ("imported", "charge", "stored")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Battery(10, 1, 1, 0.0), "charge_efficiency"),
        (lambda: Battery(10, -1, 1), "powers"),
        (lambda: Battery(10, 1, 1, soc_min=0.8, soc_max=0.2), "soc_min"),
        (lambda: Tariff(np.array([0.1, np.nan]), np.zeros(2)), "without a price"),
        (lambda: Vehicle("van", 3, 2, 1, 1), "departs before"),
        (lambda: Outlook(np.array([np.nan]), np.zeros(1)), "without a value"),
        (lambda: plan(site([0.1]), outlook([1, 2])), "2 and 2 of 1 steps"),
    ],
)
def test_inputs_that_cannot_be_are_refused(wrong: object, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        wrong()  # type: ignore[operator]
