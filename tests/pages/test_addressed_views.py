"""Views that an address names: centuries, devices named twice, panels and their overlay."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest

from tests.browser.site import write_site
from tests.pages.apps import Show, figures, notices, pages_of, plain, specs, titles
from tests.stores import scratch

EVER = {"from": "1900-01-01", "to": "2199-12-31"}


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    with scratch() as folder, pages_of(write_site(folder)) as show:
        yield show


def test_windows_of_three_centuries(page: Show) -> None:
    app = page("meters", device="m1", section="energy", **EVER)
    assert "most in the period from 1 Jan 2025" in titles(app)[0]
    every = app.get_by_key("url-every")
    assert every.formatted_values == ["Year"]
    app = page("comparison", devices=["m1", "m2"], **EVER)
    bars = [one for spec in specs(app) for one in spec["data"] if one["type"] == "bar"]
    assert [points(one["y"]) for one in bars] == [6, 6], "six days of two meters"
    app = page("meters", device="m1", **{"from": "1025-01-01"})
    assert "outside the years 1900 to 2199" in app.warning[0].value


def points(values: object) -> int:
    """Length of values as Plotly gets them."""
    if isinstance(values, dict):
        return len(np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]))
    assert isinstance(values, list)
    return len(values)


def test_a_window_between_two_readings_is_empty(page: Show) -> None:
    between = {"from": "2025-03-03T12:00:01", "to": "2025-03-03T12:00:01.5"}
    app = page("meters", device="m1", range="all", **between)
    assert titles(app)[0] == "No reading of com_ap from 3 Mar 2025 12:00:01.000 – 12:00:01.500"
    layout = specs(app)[0]["layout"]
    assert layout["yaxis"]["showticklabels"] is False
    (load_factor,) = [one for one in figures(app) if "Load factor" in one]
    assert "100" not in load_factor


def test_inverters_have_panels_of_their_own(page: Show) -> None:
    app = page("meters", device="pv1", range="all")
    assert titles(app)[0] == "4 signals of pv1, each in a panel of its own"
    app = page("meters", device="pv1", range="all", view="overlay")
    assert titles(app)[0] == "4 signals of pv1 on one axis"


def test_devices_of_the_address(page: Show) -> None:
    assert "two" in notices(page("comparison", devices=["m1", "m1"]))[0]
    app = page("comparison", device="m2")
    names = [one["name"] for one in specs(app)[0]["data"] if one.get("showlegend", True)]
    assert plain(names[-2]) == "m2" and "b1" not in names and "b2" not in names
