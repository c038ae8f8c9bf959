"""A capacity means the same in every window: the set point of the BMS is found before it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from core.bess_health import health_report
from core.capacity_report import StringCapacity, capacity_report
from core.ledger import create_ledger
from core.levels import DAY
from core.packs import load_battery
from core.query import Store, open_store
from ingest.demo import DemoOptions, demo_site
from ingest.demo_store import write_device

OPTIONS = DemoOptions(seed=3, days=45, packs=1, cells=6, faults="none")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    root = tmp_path_factory.mktemp("windows") / "store"
    with create_ledger(root, zone=OPTIONS.zone, rules="1min,5min,15min,1h,1d") as ledger:
        (device,) = (one for one in demo_site(OPTIONS) if one.name == "BESS-1")
        write_device(ledger, device, OPTIONS, lambda name: name.startswith("bms1"))
    opened = open_store(root)
    yield opened
    opened.close()


def of_days(store: Store, days: int, back: int = 0) -> StringCapacity:
    battery = load_battery(store, "BESS-1")
    assert battery is not None
    end = battery.last + 1 - back * DAY
    found = capacity_report(store, "BESS-1", max(end - days * DAY, battery.first), end)
    assert found is not None
    return found.strings[0]


def test_short_windows_give_the_capacity_of_long_ones(store: Store) -> None:
    long, short = of_days(store, 45), of_days(store, 4)
    assert short.recent.n < 10 < long.recent.n
    assert short.recent.value == pytest.approx(long.recent.value, rel=0.005)
    assert short.ends.empty_soc == pytest.approx(0.03, abs=0.005)
    ends = long.ends
    # a way and what it is divided by are the capacity
    assert ends.charge_ah / ends.delta_soc == pytest.approx(long.recent.value, rel=0.01)
    assert 2.5 < ends.low_v < 2.9 and 3.4 < ends.high_v < 3.65
    rows = short.ledger
    battery = load_battery(store, "BESS-1")
    assert battery is not None and (rows["start"] > battery.last - 4 * DAY).all()


def test_without_a_set_point_it_is_said(store: Store) -> None:
    """The first days have no discharges before them that would show it."""
    early = of_days(store, 2, back=43)
    assert math.isnan(early.ends.empty_soc)


def test_the_page_of_the_system_agrees(store: Store) -> None:
    battery = load_battery(store, "BESS-1")
    assert battery is not None
    end = battery.last + 1
    values = [health_report(store, "BESS-1", end - d * DAY, end).measured for d in (4, 30)]
    assert values[0] is not None and values[1] is not None
    assert values[0].value == pytest.approx(values[1].value, rel=0.005)
