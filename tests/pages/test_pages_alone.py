"""What pages say of one small store, run without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import comparison, query
from core.ledger import open_ledger
from core.levels import DAY, HOUR, SECOND
from tests.pages.apps import Show, pages_of, titles, words
from tests.stores import run, scratch, us, write_csv

MINUTE = 60 * SECOND
START = us("2025-03-10T00:00+01:00")
END = START + 2 * DAY


@pytest.fixture(scope="module")
def here() -> Iterator[Path]:
    """Meters alike and one far below, and two inverters that peak for a minute."""
    with scratch() as folder:
        quarters = range(START, END, 15 * MINUTE)
        wave = [(at, [20.0 + at // HOUR % 7, 1000.0 + (at - START) // HOUR]) for at in quarters]
        wave[10] = (wave[10][0], [500.0, wave[10][1][1]])  # a spike, and so a day to be listed
        like = [(at, [17.0 + at // HOUR % 7]) for at in quarters]
        near = [(at, [18.0 + at // HOUR % 5]) for at in quarters]
        tiny = [(at, [0.1 * (at // HOUR % 3)]) for at in quarters]
        sun = [
            (at, [10.0 if at // MINUTE % 15 else 40.0] * 2) for at in range(START, END, MINUTE)
        ]  # fmt: skip
        for name, rows in (("m2", near), ("m3", tiny), ("m4", like)):
            write_csv(folder / "src" / "meter" / f"{name}.csv", ["com_ap"], rows)
        write_csv(folder / "src" / "meter" / "m1.csv", ["com_ap", "pos_ae"], wave)
        write_csv(folder / "src" / "PV" / "pv1.csv", ["ac_power_inv1", "ac_power_inv2"], sun)
        run(folder, rules="1min,15min,1h,1d")
        yield folder


@pytest.fixture(scope="module")
def page(here: Path) -> Iterator[Show]:
    """Runs a page with parameters of its URL: ``page("meters", device="m1")``."""
    with pages_of(here / "store") as show:
        yield show


@pytest.mark.parametrize(
    ("other", "title"),
    [("m4", "Equal on the dashed line"),
     ("m3", "One over the other; what they range over hardly overlaps")],
)  # fmt: skip
def test_a_line_of_equal_values_is_drawn_where_points_lie(
    page: Show, other: str, title: str
) -> None:
    app = page("comparison", devices=["m2", other], range="all")
    assert titles(app)[-1] == title


def test_no_power_exceeds_the_peak_it_is_shown_against(here: Path) -> None:
    """Minutes of 80 kW lie in quarters of 24 kW: the peak is that of the minutes."""
    store = query.open_store(here / "store")
    side = comparison.Side("pv1", "pv1", START, END)
    peak = comparison.highest_power(store, side)
    assert peak == pytest.approx(80.0)
    assert comparison.side_report(store, "pv1", START, END).peak_kw < 30
    for start, end in ((START, END), (START + HOUR, START + 2 * HOUR)):
        frame = comparison.side_series(store, side, start, end, peak).frame
        assert np.nanmax(frame["max"]) <= 100.0 + 1e-9


def test_flags_of_the_sentence_are_those_of_the_table(page: Show) -> None:
    app = page("data", section="coverage", device="m1", signal="com_ap", range="all")
    text = words(app)
    said = re.search(r"(\d+) × coarse steps", text)
    assert said is not None, text
    table = next(one.proto.body for one in app.get("html") if "coarse steps</th>" in one.proto.body)
    head = re.findall(r"<th[^>]*>(.*?)</th>", table)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    assert sum(int(row[head.index("coarse steps")]) for row in cells) == int(said[1])


def test_entry_begins_with_what_a_device_is_there_for(page: Show) -> None:
    app = page("data", section="entry", device="m1")
    assert app.selectbox(key="entry-signal-m1").value == "com_ap"


def test_entry_into_synthetic_data_is_refused(page: Show, here: Path) -> None:
    with open_ledger(here / "store") as ledger:
        group = next(one["grp"] for one in ledger.devices() if one["name"] == "m3")
        with ledger.transaction() as commit:
            commit.put_device("m3", group, synthetic=True)
    try:
        app = page("data", section="entry", device="m1")
        assert "synthetic" in words(app)
        assert not [one for one in app.button if one.label == "Enter"]
    finally:
        with open_ledger(here / "store") as ledger, ledger.transaction() as commit:
            commit.put_device("m3", group, synthetic=False)
