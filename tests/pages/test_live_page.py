"""What the Live page says of a journal written by hand, run without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.journal import COLLECTOR_START, FILE, open_journal
from core.ledger import create_ledger
from core.levels import HOUR, SECOND
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from pages.shared.numbers import NBSP
from tests.conftest import REPO
from tests.pages.apps import pages_of, show, specs, words
from tests.stores import scratch


@pytest.fixture
def store() -> Iterator[Path]:
    """An empty folder where a store may be."""
    with scratch() as folder, pages_of(folder / "store"):
        yield folder / "store"


def write_journal(store: Path) -> int:
    """A roof of three strings, one of them low, and a meter that is down; gives the moment."""
    now = time.time_ns() // 1000
    create_ledger(store, zone="Europe/Berlin", rules="1min,1h").close()
    with open_journal(store / FILE, create=True) as journal:
        journal.note_event("", now - HOUR, COLLECTOR_START, "")
        strings = [Signal(f"string{n}_current", "pv_string_current", "A") for n in (1, 2, 3)]
        power = Signal("ac_power", "pv_power", "kW")
        journal.describe("roof", "PV", "Nord", [power, *strings])
        journal.describe("meter", "meter", "Nord", [Signal("p", "active_power", "kW")])
        for age in (3, 2, 1):
            ts = now - age * SECOND
            journal.append([Batch("roof", [
                Reading("ac_power", ts, 4.5), Reading("string1_current", ts, 8.0),
                Reading("string2_current", ts, 8.2), Reading("string3_current", ts, 5.0),
            ])])  # fmt: skip
        for k in range(9):
            journal.note_poll("roof", now - k * SECOND, 0.012, None)
        journal.append([Batch("meter", [Reading("p", now - 600 * SECOND, 1.5)])])
        journal.append([Batch("meter", [Reading("p", now - 500 * SECOND, 9.9, Quality.STALE)])])
        journal.note_poll("meter", now - SECOND, None, "NoAnswer: nothing within 3 s")
        journal.note_event("meter", now - 480 * SECOND, "outage_start", "NoAnswer: nothing")
        journal.note_alive(now)
    return now


def shown(page: str = "live", **parameters: str) -> AppTest:
    return show(page, **parameters)


def rows(app: AppTest, of: str) -> list[list[str]]:
    """Cells of the table that has a column of this name."""
    body = next(str(one.proto.body) for one in app.get("html") if f">{of}</th>" in one.proto.body)
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body.split("<tr>")[2:]]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).replace(NBSP, " ") for cell in row]
            for row in found]  # fmt: skip


def test_without_a_store_and_without_a_journal_the_command_stands_there(store: Path) -> None:
    for there in (False, True):
        if there:
            create_ledger(store, zone="Europe/Berlin", rules="1min,1h").close()
        app = shown()
        assert "Nothing is collected live yet." in words(app)
        assert "python -m ingest collect" in app.code[0].value


def test_a_journal_without_devices_says_so(store: Path) -> None:
    create_ledger(store, zone="Europe/Berlin", rules="1min,1h").close()
    open_journal(store / FILE, create=True).close()
    assert "The collector has not described a device yet." in words(shown())


def test_devices_values_outages_and_strings(store: Path) -> None:
    write_journal(store)
    app = shown(device="roof")
    text = words(app)
    assert "1 of 2 1 down" in text
    assert "meter has not answered for 8 min" in text
    devices = rows(app, "Last poll")
    assert [row[0] for row in devices] == ["meter", "roof"]
    assert devices[0][2].startswith("outage since")
    assert devices[0][-1].endswith("no answer: nothing within 3 s")
    assert (devices[1][2], devices[1][5]) == ("up", "12 ms")
    values = {row[0]: row for row in rows(app, "Quality")}
    assert values["ac_power"][1:3] == ["4.5", "kW"]
    assert values["ac_power"][5] == "good"
    assert re.fullmatch(r"\d s", values["ac_power"][3])
    parts = {row[0]: row for row in rows(app, "Deviation from median")}
    assert [parts[f"string{n}_current"][2] for n in (1, 2, 3)] == ["0 A", "+0.2 A", "−3 A"]
    outages = rows(app, "Duration")
    assert outages[0][0] == "meter"
    assert outages[0][2:] == ["going on", outages[0][3], "no answer: nothing"]
    assert outages[0][3].startswith("8 min")
    live = next(spec for spec in specs(app) if "outage" in json.dumps(spec["data"]))
    assert "ac_power of roof: 4.5 kW" in json.dumps(live["layout"]).replace("\\u00a0", " ")


def test_a_bad_reading_is_shown_as_such_beside_the_good_one(store: Path) -> None:
    write_journal(store)
    app = shown(device="meter", quantity="active_power")
    (row,) = rows(app, "Quality")
    assert row[:3] == ["p", "9.9", "kW"]
    assert row[5] == "stale"
    assert row[6].startswith("1.5 kW, 10 min")
    assert "No device has a reading of active power at present" in words(app)
    assert "meter" in rows(app, "Missing")[0][-1], "named, not zero"
    assert rows(app, "Missing")[0][4] == "–"


def test_lanes_without_an_outage_are_drawn_too(store: Path) -> None:
    """Plotly leaves out an axis that nothing is on, and with it the ticks of time."""
    now = write_journal(store)
    with open_journal(store / FILE) as journal:
        journal.note_event("meter", now - 470 * SECOND, "outage_end", "")
    (spec, *_) = specs(shown(device="roof", minutes="5"))
    (lane,) = [one for one in spec["data"] if one.get("yaxis") == "y90"]
    assert lane["marker"]["opacity"] == 0 and not lane["showlegend"]


def test_one_unit_for_a_quantity_and_who_is_left_out(store: Path) -> None:
    """Small and large values stay in kW; a hub, devices taken out and hidden lanes are named."""
    now = write_journal(store)
    with open_journal(store / FILE) as journal:
        kept = [Batch("roof", [Reading("ac_power", now, 0.0032)])]
        journal.append(kept)
        journal.describe("hub", "", "", [])
        journal.note_poll("hub", now, 0.0, None)
        journal.note_collected("hub", now - HOUR, hub=True)
        journal.note_collected("roof", now - HOUR, by="hub")
        for number in range(9):
            journal.describe(f"d{number}", "", "", [])
            journal.note_collected(f"d{number}", now - HOUR)
            journal.note_event(f"d{number}", now - 60 * SECOND, "outage_start", "NoAnswer: none")
    app = shown(device="roof")
    values = {row[0]: row for row in rows(app, "Quality")}
    assert values["ac_power"][1:3] == ["0.0032", "kW"]
    devices = {row[0]: row for row in rows(app, "Last poll")}
    assert "meter" not in devices and devices["hub"][2] == "up, brings roof"
    text = words(app)
    assert "Not collected any more: meter" in text
    # Eight lanes: the device of the chart and seven of nine that are down; one of meter besides.
    assert "outages of 3 further devices are in the table below" in text


def test_german(store: Path) -> None:
    write_journal(store)
    text = words(shown(device="roof", lang="de"))
    assert "meter antwortet seit 8 min" in text
    assert "string3_current liegt 3 A unter dem Median der gleichartigen Signale" in text
    assert "Ausfall seit" in text
    assert "keine Antwort: nothing within 3 s" in text
    assert "PV-Leistung, Summe über 1" in text or "Wirkleistung" in text


@pytest.mark.parametrize("zoom", ["nonsense..x", "2026-01-01T10:00..2026-01-01T09:00", ".."])
def test_a_halted_chart_and_a_zoom_that_is_none(store: Path, zoom: str) -> None:
    write_journal(store)
    app = shown(device="roof", halt="2026-01-01T10:00:00", view=zoom, minutes="5")
    (live,) = [
        one
        for one in specs(app)
        if "xaxis" in one["layout"] and "tickformatstops" in json.dumps(one["layout"]["xaxis"])
    ]
    ends = live["layout"]["xaxis"]["range"]
    assert ends[1] - ends[0] == 5 * 60 * 1000
    assert not app.toggle(key="follow").value


def test_sites_in_a_window_on_comparison(store: Path) -> None:
    write_journal(store)
    app = shown("comparison", mode="sites", quantity="pv_power", range="all")
    text = words(app)
    assert "means of 1 s on a common grid" in text
    found = rows(app, "Coverage")
    assert [row[0] for row in found] == ["All devices", "Nord", ""]
    assert found[2][1:6] == ["roof", "", "4.5", "4.5", "4.5"]


def test_opening_the_page_loads_nothing_that_is_slow_to_load() -> None:
    """What takes seconds to import would stand between a click and the first picture."""
    code = (
        "import sys, pages.collecting.follow, pages.collecting.parts, pages.collecting.present\n"
        "import pages.collecting.outages, pages.collecting.values, pages.shared.zoom\n"
        "print([n for n in ('scipy', 'sklearn', 'pvlib', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout == "[]\n"
