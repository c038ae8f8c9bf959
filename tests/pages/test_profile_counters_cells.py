"""What the pages say of the real devices: a load profile, counters, one pack of 15 cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.apps import (
    Show,
    bodies,
    captions,
    cards,
    choose,
    figures,
    framed,
    notices,
    pages_of,
    plain,
    press,
    run,
    specs,
    tables,
    titles,
    words,
)
from tests.stores import run as build
from tests.stores import scratch

pytestmark = pytest.mark.shared

PACK = "PYLONTECH_BAT6"


@pytest.fixture(scope="module")
def page(shared: Path) -> Iterator[Show]:
    with scratch() as folder:
        build(folder, sources=(shared / "data" / "raw_layout",))
        with pages_of(folder / "store") as show:
            yield show


# --- overview -----------------------------------------------------------------------------------


def pictures(app: AppTest) -> int:
    return sum(body.count("<img") for body in bodies(app) if "zg-card" in body)


def test_figures_and_attention_in_both_languages(page: Show) -> None:
    app = run(framed())
    shown = figures(app)
    assert len(shown) <= 5
    assert shown[0].startswith("Devices up to date error 1 of 3 2 need attention")
    assert shown[1].startswith("Newest reading 14 Jul 2026 06:12")
    assert "Import, 29 Apr 2026 24.88 kWh one meter: ha1" in shown[2]
    assert "Export, 29 Apr 2026 3.79 kWh" in shown[3]
    assert "2 of 3 devices need attention, ha1 first" in words(app)
    found = cards(app)
    assert list(found) == ["ha1", "lastgang", PACK]
    assert "75 d 11 h behind the newest" in found["ha1"]
    assert "no reading in this window" in found["ha1"]
    assert "good" in found[PACK]
    assert not [body for body in bodies(app) if 'class="zg-ribbon' in body]

    app = run(framed(), range="all")
    found = cards(app)
    assert "import 287.17 kWh · export 190.21 kWh" in found["ha1"]
    assert "import 1 091 945 kWh · from power" in found["lastgang"]
    assert pictures(app) == 3
    app = choose(app, "url-lang", "de")
    assert app.title[0].value == "Übersicht"
    assert re.search(r"Bezug 1\.091\.945 kWh · aus Leistung", cards(app)["lastgang"])
    assert app.query_params == {"range": "all", "lang": "de"}


# --- meters -------------------------------------------------------------------------------------


def test_days_of_the_clock_changes(page: Show) -> None:
    day = {"from": "2024-03-31", "to": "2024-03-31"}
    app = page("meters", device="lastgang", range="all", **day)
    assert "every reading: 92" in captions(app)[-1]
    app = choose(app, "url-section", "statistics")
    assert "Std. dev." in words(app)
    assert "Zoomed to 31 Mar 2024 00:00 – 1 Apr 2024 00:00" in words(app)
    assert tables(app)[0][0][:3] == ["com_ap", "kW", "92"]
    assert "92 rows · raw samples" in captions(app)[-1]
    app = run(app, **{"from": "2024-10-27", "to": "2024-10-27"})
    assert "100 rows · raw" in captions(app)[-1]
    assert tables(app)[0][0][:3] == ["com_ap", "kW", "100"]


def test_counters_without_power(page: Show) -> None:
    app = page("meters", device="ha1", range="all", section="energy")
    shown = figures(app)
    assert shown[0].startswith("Import 287.17 kWh")
    assert shown[1].startswith("Export 190.21 kWh")
    assert "2 periods covered below 90 %: hatched" in words(app)
    app = run(app, lang="de")
    assert "287,17" in figures(app)[0]
    assert "190,21" in figures(app)[1]
    app = run(app, section="profile")
    assert "ha1 hat Zähler, aber keine Leistung" in notices(app)[0]


def test_profile_and_duration_curve(page: Show) -> None:
    app = page("meters", device="lastgang", range="all", section="duration")
    peaks = tables(app)[0]
    assert len(peaks) == 10
    assert peaks[0] == ["1", "13 Aug 2024 13:00", "319.0", "100.0 %"]
    times = pd.to_datetime([row[1] for row in peaks], format="%d %b %Y %H:%M")
    assert times.sort_values().diff().dropna().min() >= pd.Timedelta("1h")
    assert "Utilisation 3 423 h" in words(app) + " ".join(titles(app))
    app = choose(app, "url-section", "profile")
    assert [trace["type"] for spec in specs(app) for trace in spec["data"]].count("heatmap") == 1
    assert "On average lastgang" in titles(app)[0]
    assert app.query_params["section"] == "profile"


def test_what_cannot_be_shown_is_explained(page: Show) -> None:
    app = page("meters", device="nobody")
    assert "There is no device “nobody” in this store." in words(app)
    app = press(app, "lastgang")
    assert "Newest power" in figures(app)[0]
    text = words(page("meters", device=PACK))
    assert f"{PACK} has neither a power nor a counter of energy." in text
    assert "Devices that do: ha1, lastgang." in text

    app = page("meters", device="lastgang", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert "no readings" in notices(app)[0]
    for section in ("energy", "profile", "duration", "statistics", "power"):
        app = choose(app, "url-section", section)
        assert app.query_params["section"] == section
        (found,) = notices(app)
        assert found.startswith("lastgang has no readings of com_ap from 1 Jan 2020")
        assert "1 Jan 2024" in found


# --- battery systems ----------------------------------------------------------------------------


def test_real_cells(page: Show) -> None:
    app = page("bess", device=PACK, range="all", section="cells")
    found = tables(app)
    assert len(found) == 2
    assert titles(app)[0] == "Cell voltages lie up to 191 mV apart"
    text = words(app)
    assert "from 15 cells · greatest at 13 Jul 2026 20:17:20" in text
    assert found[0][0][:2] == ["1", "13"]
    assert "No SOC is measured, so time is not split" in text
    text = words(page("bess", device="lastgang"))
    assert "lastgang measures nothing of a battery" in text
    assert f"Devices that do: {PACK}" in text


# --- PackPulse ----------------------------------------------------------------------------------


def test_what_cannot_be_said_of_a_real_battery_is_explained(page: Show) -> None:
    app = page("packpulse", device=PACK)
    text = words(app)
    assert "It cannot be said which cells are weak." in text
    assert "The capacity is neither given nor can it be counted" in text
    assert figures(app)[0].count("unknown") == 1
    app = choose(app, "url-tab", "heatmap")
    assert "stands furthest from its pack" in " ".join(titles(app))
    (said,) = notices(page("packpulse", device=PACK, tab="weak", lang="de"))
    assert "lässt sich nicht sagen" in said

    app = page("packpulse", device="nobody")
    assert "There is no device “nobody” in this store." in notices(app)[0]
    assert figures(press(app, PACK))
    text = words(page("packpulse", device="ha1"))
    assert "ha1 measures no voltages" in text
    assert f"Devices that do: {PACK}." in text
    assert "no cell “9.99”" in notices(page("packpulse", device=PACK, cell="9.99"))[0]
    empty = page("packpulse", device=PACK, **{"from": "2020-01-01", "to": "2020-01-31"})
    assert "no cell voltages from 1 Jan 2020" in notices(empty)[0]


def test_the_real_battery_says_what_is_missing(page: Show) -> None:
    text = words(page("packpulse", device=PACK, tab="capacity"))
    for sentence in (
        "The capacity cannot be measured here.",
        "The resistance of the cells cannot be measured here.",
        "dQ/dV cannot be drawn here.",
    ):
        assert sentence in text
    assert "Give capacity_ah among the facts of the device." in text
    app = page("packpulse", device=PACK, tab="dossier", cell="1.7")
    assert "Pack 1 cell 7" in notices(app)[0]
    text = words(app)
    assert "whether something is wrong with it cannot be said" in text
    assert "no verdict" in text
    (courses,) = [one for one in specs(app) if len(one["layout"].get("annotations", ())) > 1]
    panels = [plain(one["text"]) for one in courses["layout"]["annotations"]]
    assert len(panels) == 3, "voltages, against the pack, temperature"


def test_ten_hours_are_no_trend(page: Show) -> None:
    shown = words(page("packpulse", range="all", tab="degradation"))
    assert f"{PACK} (median of 15 cells): no verdict on a trend" in shown
    assert "a verdict takes 60" in shown
    assert "No cell has enough complete charges for a slope." in shown
    assert "declines by" not in shown and "%/year" not in shown
    text = words(page("packpulse", range="all", tab="hindsight", lang="de"))
    assert "Es gibt noch kein vergangenes Datum" in text
