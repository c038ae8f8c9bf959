"""Vehicles, rooms and relays from the settings file to the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.dispatch_costs import balance_error
from core.dispatch_choice import told_choice
from core.dispatch_house import room_of, stays_of
from core.dispatch_report import comfort_frame, plan_frame, plan_report
from core.dispatch_settings import (
    Comfort,
    House,
    RoomModel,
    VehicleStays,
    read_dispatch_settings,
    settings_path,
)
from core.errors import DeclarationError
from core.levels import DAY
from core.query import Store, open_store
from tests.dispatch.houses import house
from tests.dispatch.plant import DAYS, SETTINGS, START, write_plant
from tests.stores import scratch, us

QUARTER = 900_000_000
CAR = VehicleStays(name="car", arrival="17:30", departure="07:00", energy_kwh=30, most_kw=11)


def house_toml() -> str:
    """The house of 16 relays of 18.12 kW and 17 rooms, as a settings file tells it."""
    site, _ = house()
    lines = [SETTINGS, 'strategy = "balanced"\n', "[heating]\noutdoor_c = 0.0\n"]
    lines = [lines[1], lines[0], lines[2]]
    for room in site.rooms:
        stays, gain = float(room.transition[0, 0]), float(room.heat_gain[0])
        resistance = gain / (1 - stays)
        capacity = -0.25 / np.log(stays) / resistance
        lines.append(
            f'[[room]]\nname = "{room.name}"\nresistance_k_kw = {resistance}\n'
            f"capacity_kwh_k = {capacity}\nstart_c = 20.5\nlow_c = 18.0\nhigh_c = 23.0\n"
            "comfort = [{ from_h = 6, to_h = 22, low_c = 20.0, high_c = 23.0 }]\n"
        )
    for relay in site.relays:
        shares = ", ".join(f'"{name}" = {share}' for name, share in relay.heats.items())
        lines.append(
            f'[[relay]]\nname = "{relay.name}"\npower_kw = {relay.power_kw}\n'
            f"rooms = {{ {shares} }}\nleast_on_min = 30\nleast_off_min = 30\n"
        )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with scratch() as folder:
        write_plant(folder)
        yield open_store(folder / "store")


def test_sixteen_relays_in_seventeen_rooms_from_the_file(store: Store) -> None:
    settings_path(store.root).write_text(house_toml())
    told = read_dispatch_settings(settings_path(store.root))
    choice = told_choice(store, told, None, ["m1"], ["pv1"], None, 24)
    report = plan_report(store, choice)
    assert report.start == START + DAYS * DAY  # after the newest reading
    assert sum(one.power_kw for one in report.plan.site.relays) == pytest.approx(18.12)
    assert len(report.plan.rooms.columns) == 17
    assert report.plan.binaries == 16 * 96
    assert report.plan.gap < 0.05
    assert np.abs(balance_error(report.flows)).max() < 1e-6
    comfort = comfort_frame(report)
    assert len(comfort) == 17
    assert comfort["missed_kh"].sum() == pytest.approx(report.plan.costs[0].comfort_kh)
    frame = plan_frame(report, store.zone)
    assert {"relay k1", "room room 17 [°C]", "heating_kw"} <= set(frame)
    heat = sum(one.power_kw * frame[f"relay {one.name}"] for one in report.plan.site.relays)
    assert np.allclose(frame["heating_kw"], heat)
    assert report.plan.site.strategy.name == "balanced"


def test_a_vehicle_has_its_energy_at_every_departure(store: Store) -> None:
    settings_path(store.root).write_text(SETTINGS)
    told = read_dispatch_settings(settings_path(store.root))
    choice = told_choice(store, told, None, ["m1"], ["pv1"], None, 48)
    report = plan_report(store, replace(choice, house=replace_vehicles(choice.house)))
    drawn = report.plan.vehicles[0]
    # From midnight on: one stay goes on until 7 h, one is whole, one reaches beyond the end.
    assert [name[:3] for name in drawn] == ["car"] * 3
    totals = [0.25 * float(drawn[name].sum()) for name in drawn]
    assert totals == pytest.approx([30.0, 30.0, 0.0], abs=1e-6)
    assert report.plan.flows[0]["vehicles_kw"].max() <= 11 + 1e-9


def replace_vehicles(given: House) -> House:
    """The house with the car."""
    return given.model_copy(update={"vehicle": (CAR,)})


def test_stays_by_hand() -> None:
    """From 18 to 6 h: the car came at 17:30 and leaves at 7 h, after the end."""
    begin = us("2025-03-10T18:00+01:00")
    ts = begin + np.arange(48) * QUARTER
    (stay,) = stays_of(CAR, ts, QUARTER, "Europe/Berlin")
    assert (stay.arrival, stay.departure) == (0, 48)
    assert stay.energy_kwh == pytest.approx(30 - 11)  # an hour is left after the end
    monday = CAR.model_copy(update={"days": ("tue",)})
    assert stays_of(monday, ts, QUARTER, "Europe/Berlin") == []
    short = CAR.model_copy(update={"departure": pd.Timestamp("18:30").time()})
    (stay,) = stays_of(short, ts, QUARTER, "Europe/Berlin")
    assert stay.departure == 2
    assert stay.energy_kwh == pytest.approx(2 * 11 / 4)  # what fits in half an hour


def test_a_room_by_hand() -> None:
    """R 10 K/kW, C 2 kWh/K: 20 h; at 0 °C outdoors and 2 kW it tends to 20 °C."""
    ts = us("2025-03-10T05:00+01:00") + np.arange(8) * QUARTER
    told = RoomModel(
        name="a", resistance_k_kw=10, capacity_kwh_k=2, start_c=20, low_c=18, high_c=23,
        comfort=(Comfort(from_h=6, to_h=22, low_c=20, high_c=23),),
    )  # fmt: skip
    room = room_of(told, np.zeros(8), 20.0, ts, QUARTER, "Europe/Berlin")
    assert room.transition[0, 0] == pytest.approx(np.exp(-0.25 / 20))
    assert room.transition[0, 0] * 20 + room.heat_gain[0] * 2 == pytest.approx(20.0)
    assert room.low.tolist() == [18.0] * 3 + [20.0] * 5  # the fourth step ends at 6 h


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[vehicle]]\nname = "car"\narrival = "25:00"', r":3: .*arrival"),
        ('[[room]]\nname = "a"\nresistance_k_kw = 0', r":3: .*resistance_k_kw"),
        (
            '[[room]]\nname = "a"\nresistance_k_kw = 1\ncapacity_kwh_k = 1\nstart_c = 20',
            r":1: rooms",
        ),
        ('[[relay]]\nname = "k"\npower_kw = 1\nrooms = { a = 1.0 }', r":4: rooms names a"),
        ('[[relay]]\nname = "k"\npower_kw = 1\nrooms = { a = 0.5 }', r":4: .*sum to 1"),
        ('[heating]\nindoor = 3', r":2: .*indoor"),
    ],
)  # fmt: skip
def test_mistakes_name_their_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "store_dispatch.toml"
    file.write_text(text + "\n")
    with pytest.raises(DeclarationError, match=words):
        read_dispatch_settings(file)
