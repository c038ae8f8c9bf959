"""Numbers of real data, known from elsewhere, read through the store built from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.levels import SECOND
from core.query import Store, open_store
from tests.stores import check_readable, run, scratch, us

pytestmark = pytest.mark.shared

QUARTER = 900 * SECOND


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    """The numbers, from the folder of real data."""
    return json.loads((shared / "reference" / "expected_numbers.json").read_text())


@pytest.fixture(scope="module")
def store(shared: Path) -> Iterator[Store]:
    """A store of the raw layout, with nothing declared: all is found by looking."""
    with scratch() as here:
        summary = run(here, sources=(shared / "data" / "raw_layout",))
        assert summary.failed == []
        check_readable(here / "store")
        opened = open_store(here / "store")
        yield opened
        opened.close()


def only_signal(store: Store, device: str, quantity: str) -> str:
    """The name of the one signal of a quantity."""
    (info,) = store.signals(device, quantity)
    return info.name


def year(zone_offset: str = "+01:00") -> tuple[int, int]:
    """2024 in Berlin."""
    return us(f"2024-01-01T00:00{zone_offset}"), us(f"2025-01-01T00:00{zone_offset}")


def test_devices_come_from_their_folders(store: Store) -> None:
    found = {device.name: (device.group, device.synthetic) for device in store.devices()}
    assert found == {
        "PYLONTECH_BAT6": ("BESS", False), "lastgang": ("meter", False), "ha1": ("meter", False),
    }  # fmt: skip


def test_energy_of_a_year_and_of_each_month(store: Store, expected: dict[str, Any]) -> None:
    lastgang, name = expected["lastgang"], only_signal(store, "lastgang", "active_power")
    window = year()
    for level in ("raw", "1h", "1d"):
        rows = store.buckets("lastgang", name, *window, level)
        assert int(rows.count.sum()) == lastgang["rows"]
        assert rows.sum.sum() / 4 == lastgang["energy_kwh"] == 1_091_945.25
        assert rows.min.min() == lastgang["min_kw"]
    days = store.buckets("lastgang", name, *window, "1d")
    local = (days.ts + 12 * 3600 * SECOND).astype("datetime64[us]")
    months = local.astype("datetime64[M]").astype(str)
    for month, energy in lastgang["by_local_month_kwh"].items():
        assert days.sum[months == month].sum() / 4 == energy, month
    series = store.series("lastgang", name, *window, max_points=100)
    assert series.stands_for == 35_136
    assert series.frame["max"].max() == lastgang["peak_kw"]


def test_the_peak_and_its_quarter_hour(store: Store, expected: dict[str, Any]) -> None:
    name = only_signal(store, "lastgang", "active_power")
    ts, value = store.raw("lastgang", name, *year())
    assert value.max() == expected["lastgang"]["peak_kw"] == 319.0
    (at,) = ts[value == 319.0]
    assert at == us("2024-08-13T13:00+02:00")  # its end label is 13:15
    assert at + QUARTER == us(expected["lastgang"]["peak_local_end"] + "+02:00")
    assert value.mean() == pytest.approx(expected["lastgang"]["mean_kw"])


def test_quarter_hours_of_the_days_the_clock_changes(
    store: Store, expected: dict[str, Any]
) -> None:
    name = only_signal(store, "lastgang", "active_power")
    days = store.buckets("lastgang", name, *year(), "1d")
    count = dict(zip(days.ts.tolist(), days.count.tolist(), strict=True))
    assert len(count) == 366
    short, long = us("2024-03-31T00:00+01:00"), us("2024-10-27T00:00+02:00")
    assert count.pop(short) == expected["lastgang"]["day_2024_03_31_intervals"] == 92
    assert count.pop(long) == expected["lastgang"]["day_2024_10_27_intervals"] == 100
    assert set(count.values()) == {96}
    ts, _ = store.raw("lastgang", name, *year())
    assert np.all(np.diff(ts) == QUARTER)


def test_spread_of_the_cells(store: Store, expected: dict[str, Any]) -> None:
    cells = store.signals("PYLONTECH_BAT6", "cell_voltage")
    assert [(info.pack, info.cell) for info in sorted(cells, key=lambda i: i.cell or 0)] == [
        (1, cell) for cell in range(1, 16)
    ]
    table = [store.raw(info.device, info.name, -(2**60), 2**60) for info in cells]
    ts = table[0][0]
    assert all(np.array_equal(ts, other) for other, _ in table)
    assert len(ts) == expected["pylontech_bat6"]["rows"]
    spread = np.ptp(np.array([value for _, value in table]), axis=0)
    assert round(spread.max(), 6) == expected["pylontech_bat6"]["spread_max_V"] == 0.191
    at = us("2026-07-13T20:17:20+02:00")
    assert ts[spread.argmax()] == at
    found = store.cells("PYLONTECH_BAT6", level="5min", column="max")
    assert found.values.shape[1:] == (1, 15)
    assert np.nanmax(found.values) == max(value.max() for _, value in table)


def test_counters_of_a_household(store: Store, expected: dict[str, Any]) -> None:
    for quantity, key in (("energy_import", "import_kwh"), ("energy_export", "export_kwh")):
        name = only_signal(store, "ha1", quantity)
        assert store.signal("ha1", name).kind == "counter"
        for level in ("1h", "1d"):
            rows = store.buckets("ha1", name, -(2**60), 2**60, level)
            assert rows.last[-1] - rows.first[0] == pytest.approx(expected["ha_8days"][key])
