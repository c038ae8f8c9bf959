"""Ten real SAT series through the whole path: files, store, trends; none of them declines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import pack_trends, weak_cells
from core.query import Store, open_store
from tests.stores import run, write_text

pytestmark = pytest.mark.shared

SYSTEMS = ("ZHPESS232A230002", "ZHPESS232A230007")


@pytest.fixture(scope="module")
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    shared: Path = request.getfixturevalue("shared")
    root = tmp_path_factory.mktemp("sat")
    for system in SYSTEMS:
        told = json.loads((shared / "data" / "hackathon" / f"{system}_demo_1d.json").read_text())
        for name, rows in told["data"]["degradation_3d"].items():
            _, pack, _, cell = name.split("_")
            signal = f"bms1_p{pack}_v{cell}"
            lines = "".join(f"{r['timestamp']} 14:00:00,{r['sat_voltage']}\n" for r in rows)
            write_text(root / "src" / "BESS" / system / f"{signal}.csv", f"ts,{signal}\n{lines}")
    run(root)
    opened = open_store(root / "store")
    yield opened
    opened.close()


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_series_declines(store: Store, system: str) -> None:
    report = pack_trends.trend_report(store, system)
    assert report is not None
    said = {trend.verdict for trend in report.cells}
    assert said <= {"not_distinguishable", "rises"}
    assert report.system.verdict in ("not_distinguishable", "rises")
    assert {trend.verdict for trend in report.packs} <= {"not_distinguishable", "rises"}


def test_one_system_rises(store: Store) -> None:
    report = pack_trends.trend_report(store, SYSTEMS[1])
    assert report is not None
    assert {trend.verdict for trend in report.cells} == {"rises"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_daily_values_cannot_tell_is_refused(store: Store, system: str) -> None:
    weak = weak_cells.weak_cells(store, system)
    assert weak is not None
    assert weak.refusal == "no_current"
    report = pack_trends.trend_report(store, system)
    assert report is not None
    one = pack_trends.detail(report, 1, 33)
    assert one.projection.life.refusal is not None
    assert one.projection.by_cycle is None  # no cycle was counted, and none is assumed
