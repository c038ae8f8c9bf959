"""What the Comparison page says of devices and of periods, and of what cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.config import load_settings
from ingest.build import build
from tests.pages.apps import Show, bodies, choose, figures, notices, pages_of, plain, specs, words

WEEK = {"from": "2025-03-08", "to": "2025-03-14"}
# The second of two weeks: m1 takes 20 kW, and 60 kW for one quarter of an hour; before it 10 kW.
M1_KWH, M2_KWH, BEFORE_KWH = 20 * 168 + 40 / 4, 5 * 168, 10 * 168


def write_sides(folder: Path) -> Path:
    """A store of two meters, a battery, and a sensor without power."""
    times = pd.date_range("2025-03-01", "2025-03-15", freq="15min", tz="Europe/Berlin")[:-1]
    second = times >= pd.Timestamp("2025-03-08", tz="Europe/Berlin")
    peak = times == pd.Timestamp("2025-03-10 12:00", tz="Europe/Berlin")

    def write(group: str, device: str, columns: dict[str, Callable[[int], float]]) -> None:
        path = folder / "raw" / group / f"{device}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            ",".join([ts.isoformat(), *(str(of(i)) for of in columns.values())])
            for i, ts in enumerate(times)
        ]
        path.write_text("\n".join([",".join(["ts", *columns]), *lines]) + "\n")

    write("meter", "m1", {"com_ap": lambda i: 60 if peak[i] else 20 if second[i] else 10})
    write("meter", "m2", {"com_ap": lambda i: 5, "pf": lambda i: 0.9})
    write("BESS", "b1", {
        "pcs1_ap": lambda i: 30 if times[i].hour < 12 else -30,
        "bms1_soc": lambda i: 10 + 80 * abs(times[i].hour - 12) / 12,
    })  # fmt: skip
    write("weather", "roof", {"temp_air": lambda i: 5 + i % 10, "wind_speed": lambda i: 2})
    build(load_settings(store=folder / "store", sources=(folder / "raw",), zone="Europe/Berlin"))
    return folder / "store"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with pages_of(write_sides(tmp_path_factory.mktemp("comparison"))) as show:
        yield lambda **asked: show("comparison", **asked)


def chart(app: AppTest) -> dict[str, Any]:
    """The chart of the sides, the first of the page."""
    return specs(app)[0]


def legend(app: AppTest) -> list[str]:
    return [one["name"] for one in chart(app)["data"] if one.get("showlegend", True)]


def axes(app: AppTest) -> list[str]:
    """Words at the upright axes, from top to bottom."""
    layout = chart(app)["layout"]
    names = sorted(name for name in layout if name.startswith("yaxis"))
    return [plain(layout[name]["title"]["text"]) for name in names if "title" in layout[name]]


def test_an_address_alone_brings_the_view_back(page: Show) -> None:
    app = page(devices=["m1", "m2"], ghost="off", scale="peak", lang="de", **WEEK)
    assert axes(app) == ["% der Spitze"]
    assert "+2,53 MWh" in figures(app)[0]
    assert legend(app) == ["m1", "m2"]


def test_units_have_panels_of_their_own(page: Show) -> None:
    app = page(devices=["m1", "b1"], also="b1/bms1_soc", ghost="off", **WEEK)
    assert axes(app) == ["kW", "%"]
    # A battery that gives what it takes: a ratio to its balance would say nothing.
    assert "+3.37 MWh" in figures(app)[0]
    line = next(body for body in bodies(app) if 'class="zg-figure"' in body)
    assert "%" not in line.split('class="zg-line">')[1].split("</div>")[0]
    app = choose(app, "url-view", "Small multiples")
    assert len(axes(app)) == 3


def test_periods_of_one_device(page: Show) -> None:
    app = page(mode="periods", device="m1", **WEEK)
    assert f"+{(M1_KWH - BEFORE_KWH) / 1000:g} MWh" in figures(app)[0]
    assert "+50 kW" in figures(app)[1]
    weeks = ["8 Mar 2025 – 14 Mar 2025", "1 Mar 2025 – 7 Mar 2025"]
    assert legend(app) == weeks
    # A third week lies before the first reading: said, and the rest is shown.
    app = page(mode="periods", device="m1", count="3", **WEEK)
    assert "22 Feb 2025 – 28 Feb 2025" in notices(app)[0]
    assert legend(app) == weeks
    # A start day of one's own, two days long.
    own = {"from": "2025-03-09", "to": "2025-03-10"}
    app = page(mode="periods", device="m1", start="2025-03-03", **own)
    assert legend(app) == ["9 Mar 2025 – 10 Mar 2025", "3 Mar 2025 – 4 Mar 2025"]
    assert "+490 kWh" in figures(app)[0]


def test_what_cannot_be_compared_is_said(page: Show) -> None:
    (said,) = notices(page(devices=["m1", "roof"]))
    assert "“roof” is not among the devices of this page" in said
    (said,) = notices(page(devices=["m1", "m9"]))
    assert "no device “m9”" in said
    text = words(page(devices=["m1", "m2"], **{"from": "2030-01-01", "to": "2030-01-02"}))
    assert "No reading of power here: m1, m2" in text
