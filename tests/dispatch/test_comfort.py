"""What comfort is worth in a plan: holding the band always pays, and what is given up is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from core.analytics.dispatch import plan
from core.analytics.dispatch_comfort import heating_eur_kh, with_comfort_priced
from core.analytics.dispatch_costs import flows_frame
from core.analytics.dispatch_savings import saving_parts
from core.analytics.dispatch_simulation import do_nothing
from core.analytics.dispatch_site import STRATEGIES, Outlook, Relay, Room, Site, Tariff
from core.dispatch_choice import Choice, told_choice
from core.dispatch_report import PlanReport, comfort_frame, plan_report
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.query import Store, open_store
from pages.plan.answer import comfort_figures, key_figures
from preprocess import app
from tests.dispatch.plant import write_plant
from tests.stores import scratch

STEPS = 96
STAYS = np.exp(-0.25 / 8)  # 2 K/kW, 4 kWh/K
HOUSE = """
[heating]
outdoor_c = 5.0
[[room]]
name = "hall"
resistance_k_kw = 2
capacity_kwh_k = 4
start_c = 20.5
low_c = 18
high_c = 24
comfort = [{ from_h = 6, to_h = 22, low_c = 21, high_c = 24 }]
[[relay]]
name = "k1"
power_kw = 18.12
rooms = { hall = 1.0 }
"""


def house(strategy: str, rooms: int = 2) -> Site:
    """Rooms of 8 h at 5 °C outdoors, each with a relay of 18.12 kW."""
    hour = np.arange(1, STEPS + 1) / 4
    low = np.where((hour >= 6) & (hour < 22), 21.0, 18.0)
    one = Room(
        "", np.array([[STAYS]]), np.array([2 * (1 - STAYS)]),
        np.full((STEPS, 1), 5 * (1 - STAYS)), np.array([20.5]), low, np.full(STEPS, 24.0),
    )  # fmt: skip
    names = [f"room {i}" for i in range(rooms)]
    return Site(
        0.25, Tariff(np.full(STEPS, 0.28), np.full(STEPS, 0.08)),
        rooms=tuple(replace(one, name=name) for name in names),
        relays=tuple(Relay(f"k{n}", 18.12, {n: 1.0}) for n in names),
        strategy=STRATEGIES[strategy],
    )  # fmt: skip


def test_the_dearest_kelvin_hour_by_hand() -> None:
    """1 kW for a quarter hour is 0.07 EUR and warms by 2 K/kW (1 − a), for a quarter hour."""
    site = house("economic", 1)
    dearest = 0.07 / (2 * (1 - STAYS)) / 0.25
    assert heating_eur_kh(site, site.rooms[0]) == pytest.approx(dearest)
    priced = with_comfort_priced(site)
    assert priced.comfort_eur_kh(priced.rooms[0]) == pytest.approx(0.25 * dearest)
    environment = house("environment", 1)  # weighs a kWh as 0.2 · 0.28 + 0.5
    assert heating_eur_kh(environment, environment.rooms[0]) == pytest.approx(
        dearest * 0.556 / 0.28
    )
    pump = replace(site, relays=(replace(site.relays[0], heat_per_power=3.0),))
    assert heating_eur_kh(pump, pump.rooms[0]) == pytest.approx(dearest / 3)


@pytest.mark.parametrize("name", ["balanced", "comfort", "environment"])
def test_rooms_are_kept_in_their_bands(name: str) -> None:
    site = with_comfort_priced(house(name))
    outlook = Outlook(np.ones(STEPS), np.zeros(STEPS))
    made, idle = plan(site, outlook), do_nothing(site, outlook)
    assert made.costs[0].comfort_kh < 1
    assert made.costs[0].comfort_kh <= idle.costs.comfort_kh
    assert made.relays.to_numpy().any()


def test_heat_not_given_is_no_arbitrage() -> None:
    """Thermostats heat 2 kW for an hour at 0.10 and one at 0.30; the plan 1 kWh at 0.10."""
    site = Site(1.0, Tariff(np.array([0.1, 0.3]), np.zeros(2)))
    before = flows_frame(2, import_kw=[2.0, 2.0], heating_kw=[2.0, 2.0])
    after = flows_frame(2, import_kw=[1.0, 0.0], heating_kw=[1.0, 0.0])
    parts = saving_parts(site, before, after)
    assert parts.heating_eur == pytest.approx(3 * 0.2)
    assert parts.arbitrage_eur == pytest.approx(0.1)  # what is heated is heated when it is cheap
    assert parts.total_eur == pytest.approx(0.7)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with scratch() as folder:
        write_plant(folder)
        path = settings_path(folder / "store")
        path.write_text(path.read_text() + HOUSE)
        yield open_store(folder / "store")


@pytest.fixture(scope="module")
def choice(store: Store) -> Choice:
    told = read_dispatch_settings(settings_path(store.root))
    return told_choice(store, told, None, ["m1"], ["pv1"], None, 24)


@pytest.fixture(scope="module")
def report(store: Store, choice: Choice) -> PlanReport:
    return plan_report(store, choice)


def test_with_rooms_only_who_asks_for_it_gives_up_comfort(report: PlanReport) -> None:
    assert report.choice.strategy == "balanced"
    assert not report.gives_up_comfort
    assert report.costs["plan"].comfort_kh <= report.costs["nothing"].comfort_kh


def test_the_band_of_the_day_is_shown(report: PlanReport) -> None:
    (row,) = comfort_frame(report).to_dict("records")
    assert (row["low"], row["high"]) == (21, 24)


def test_comfort_given_up_is_named_and_not_good(report: PlanReport, store: Store) -> None:
    frozen = replace(report.costs["plan"], comfort_kh=4116.0, import_eur=0.0)
    cold = replace(report, costs=report.costs | {"plan": frozen})
    assert cold.gives_up_comfort
    first = key_figures(cold, store.zone)[0]
    assert first.state == "warning"
    assert "comfort is given up" in first.note
    (told,) = comfort_figures(cold)
    assert told.state == "warning"
    assert "with thermostats" in told.note
    assert "given up" not in key_figures(report, store.zone)[0].note


def test_the_command_says_what_is_outside(store: Store) -> None:
    found = CliRunner().invoke(
        app, ["plan", "--load", "m1", "--pv", "pv1", "--hours", "24", "--store", str(store.root)]
    )
    assert "K·h outside the bands of 1 rooms" in found.output
    assert "given up" not in found.output
