"""What the page of battery systems says of systems whose figures are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pages.apps import (
    Show,
    choose,
    figures,
    notices,
    pages_of,
    tables,
    titles,
    words,
)
from tests.stores import scratch, write_csv
from tests.test_bess import rows, write_systems


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    with scratch() as folder:
        write_csv(folder / "more" / "meter" / "m1.csv", ["com_ap"], rows(lambda at: [5.0]))
        write_systems(folder, folder / "more")
        with pages_of(folder / "store") as show:
            yield show


def test_the_answer_and_its_sections(page: Show) -> None:
    app = page("bess", device="b1", range="all")
    shown = figures(app)
    assert shown[0] == "State of charge 0.0 % 14 Mar 2025 23:55"
    assert shown[1] == "Power 0 kW at rest · 14 Mar 2025 23:55"
    assert shown[2].startswith("SOH (BMS) 97 % as the BMS says")
    assert shown[3] == "Full cycles (EFC) 12.0 against 100 Ah rated"
    assert shown[4].startswith("RTE, AC 85.")
    assert "n = 10" in shown[4]
    assert any("505.26 kWh charged and 433.20 kWh discharged" in one for one in titles(app))

    app = choose(app, "url-section", "cycles")
    text = words(app)
    assert "rainflow of the SOC" in text
    assert "of 100 Ah · 95 % below 0.25 C" in text
    assert "12.0 full cycles in the window, 1.01 a day" in titles(app)

    app = choose(app, "url-section", "availability")
    found = tables(app)
    assert len(found) == 2
    causes = {(row[0], row[1]): row[2] for row in found[0]}
    assert causes["down", "pcs1_FaultFlag"] == "2.0"
    assert causes["charge", ""] == "48.0"
    lanes = {row[0]: row for row in found[1]}
    assert lanes["pcs1_FaultFlag"][2:] == ["6 Mar 2025 12:00:00", "6 Mar 2025 14:00:00", "2 h"]
    assert app.query_params["section"] == "availability"


def test_what_is_not_measured_is_said(page: Show) -> None:
    app = page("bess", device="b3", range="all")
    shown = figures(app)
    assert shown[0] == "State of charge – not measured"
    assert shown[3] == "Full cycles (EFC) – no rated capacity (Data page)"
    assert shown[4] == "RTE, AC – no SOC measured"
    assert "No power is measured" in words(app)
    said = notices(page("bess", device="b2", range="all"))
    assert "Current and SOC of b2 run against each other" in said[0]
    (said,) = notices(page("bess", device="b1", **{"from": "2020-01-01", "to": "2020-01-31"}))
    assert "b1 has no readings" in said
    text = words(page("bess", device="m1"))
    assert "m1 measures nothing of a battery" in text
    assert "Devices that do: b1, b2" in text
