"""Heating relays: against every course tried, least times, many at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analytics.dispatch import plan
from core.analytics.dispatch_costs import balance_error, missed_by_room
from core.analytics.dispatch_simulation import do_nothing, room_states, thermostats
from core.analytics.dispatch_site import (
    Battery,
    Connection,
    Outlook,
    Relay,
    Room,
    Site,
    Strategy,
    Tariff,
)
from tests.dispatch.exact import best_relays_by_trying
from tests.dispatch.houses import house


def small(seed: int, least: int, relays: int = 2) -> tuple[Site, Outlook]:
    """Three rooms, up to two relays, six hours."""
    rng = np.random.default_rng(seed)
    n = 6
    rooms = tuple(
        Room(
            name, np.array([[0.8, 0.1], [0.1, 0.85]]), np.array([0.6, 0.1]),
            np.tile([0.8, 0.3], (n, 1)), np.array([19.5, 19.0]), np.full(n, 19.5), np.full(n, 22.0),
            weight=1.0 + (name == "b"),
        )
        for name in "abc"
    )  # fmt: skip
    heaters = (
        Relay("one", 2.0, {"a": 1.0}, least_on=least, least_off=least, on=True, held=1),
        Relay("two", 3.0, {"b": 0.6, "c": 0.4}, least_on=1, least_off=least),
    )[:relays]
    site = Site(
        1.0, Tariff(np.round(rng.uniform(0.1, 0.5, n), 3), np.full(n, 0.05)),
        Connection(import_kw=5.0), rooms=rooms, relays=heaters,
        strategy=Strategy("test", 1.0, 0.0, 0.4),
    )  # fmt: skip
    return site, Outlook(np.full(n, 1.0), rng.integers(0, 4, n).astype(float))


@pytest.mark.parametrize("least", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_equal_to_every_course_tried(seed: int, least: int) -> None:
    site, outlook = small(seed, least)
    made = plan(site, outlook, gap=1e-9, time_limit_s=20)
    assert made.objective == pytest.approx(best_relays_by_trying(site, outlook), abs=1e-7)


def test_the_temperatures_of_a_plan_are_those_that_its_relays_give() -> None:
    site, outlook = small(1, 2)
    made = plan(site, outlook)
    states = room_states(site, made.relays)
    for room in site.rooms:
        assert np.allclose(made.rooms[room.name], states[room.name][:, 0], atol=1e-6)
    assert made.costs[0].comfort_kh == pytest.approx(sum(missed_by_room(site, made.rooms).values()))
    assert made.flows[0].heating_kw.tolist() == pytest.approx(
        (2 * made.relays["one"] + 3 * made.relays["two"]).tolist()
    )


def runs(course: np.ndarray) -> list[tuple[bool, int]]:
    """States of a relay and their lengths."""
    edges = np.flatnonzero(np.diff(course)) + 1
    return [(bool(part[0]), len(part)) for part in np.split(course, edges)]


@pytest.mark.parametrize("battery", [None, Battery(10, 5, 5, wear_eur_kwh=0.03)])
def test_sixteen_relays_come_with_a_gap_that_is_told(battery: Battery | None) -> None:
    """The gap is against the linear relaxation, so the plan is at most that far from the best."""
    site, outlook = house(least=2, battery=battery)
    made = plan(site, outlook, time_limit_s=2.0)
    assert made.binaries == 16 * 96
    assert 0 <= made.gap < 0.05
    assert set(np.unique(made.relays)) == {0.0, 1.0}
    assert made.flows[0].import_kw.max() <= 17 + 1e-6
    assert np.abs(balance_error(made.flows[0])).max() < 1e-6
    for name in made.relays:
        inner = runs(made.relays[name].to_numpy())[1:-1]
        assert all(length >= 2 for _, length in inner)
    nothing = do_nothing(site, outlook)
    if nothing.over_kw == 0:
        assert made.objective < nothing.costs.weighted(site)


def test_thermostats_hold_the_lower_edge() -> None:
    site, _ = house(relays=2, total_kw=3.0)
    relays, rooms = thermostats(site)
    states = room_states(site, relays)
    assert all(np.allclose(rooms[name], course[:, 0]) for name, course in states.items())
    hour = np.arange(96) / 4
    day = (hour >= 12) & (hour < 22)  # the night's setback is made good by then
    assert rooms["room 1"][day].min() >= 20.0 - 1e-9
    assert rooms["room 1"][day].max() < 20.5


def test_a_relay_that_just_came_on_stays_on() -> None:
    site, outlook = small(0, 1, relays=1)
    warm = tuple(replace(room, low=np.full(6, 5.0)) for room in site.rooms)
    (relay,) = site.relays
    fresh = replace(relay, least_on=3, held=1)
    made = plan(replace(site, rooms=warm, relays=(fresh,)), outlook)
    assert made.relays["one"].tolist() == [1, 1, 0, 0, 0, 0]
