"""Weather as services give it, and that nobody sees what was not known yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SourceError
from core.levels import HOUR
from core.query import Store, open_store
from core.weather_names import LEADS, lead_name, lead_of
from ingest.documents import Document, form_of, known_at, read_document
from ingest.sources import find_sources, source_file
from tests.stores import run, settle, us

HOURS = [f"2026-06-01T{hour:02d}:00" for hour in range(24)]


def answer(**changed: Any) -> dict[str, Any]:
    """An answer of Open-Meteo in the documented form."""
    plain = {
        "latitude": 48.38, "longitude": 10.9, "generationtime_ms": 0.1, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 490.0,
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C", "shortwave_radiation": "W/m²",
                         "wind_speed_10m": "km/h"},
        "hourly": {"time": HOURS, "temperature_2m": [float(h) for h in range(24)],
                   "shortwave_radiation": [80.0 * h for h in range(24)],
                   "wind_speed_10m": [36.0] * 24},
    }  # fmt: skip
    return plain | changed


def put(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    settle(path)
    return path


def document(path: Path) -> Document:
    form = form_of(path)
    assert form is not None
    return read_document(source_file(path), form)


def tracks(found: Document) -> dict[str, tuple[list[int], list[float]]]:
    return {one.signal: (one.ts.tolist(), one.value.tolist()) for one in found.tracks}


# --- PVGIS --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def eifel(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("weather")
    folder = root / "src" / "weather" / "Eifel"
    folder.mkdir(parents=True)
    for path in (shared / "data" / "weather").glob("*.csv"):
        settle(Path(shutil.copy(path, folder)))
    summary = run(root)
    assert (summary.sources, summary.failed, summary.quarantined) == (1, [], 0)  # no horizon
    assert run(root).unchanged == 1
    return root / "store"


@pytest.mark.shared
def test_a_typical_year_is_one_nominal_year_and_marked(eifel: Path) -> None:
    store = open_store(eifel)
    (device,) = store.devices()
    assert (device.name, device.group) == ("Eifel-typical", "weather")
    assert device.facts["weather"]["kind"] == "typical"
    assert device.facts["weather"]["years"]["5"] == 2008
    assert device.facts["location"] == {
        "latitude": 50.209, "longitude": 6.423, "altitude_m": 448.0,
    }  # fmt: skip
    quantities = {one.quantity for one in store.signals(device.name)}
    assert all(name.endswith("_typical") for name in quantities)
    start, end = us("1990-01-01"), us("1991-01-01")
    ts, value = store.raw(device.name, "temp_air_typical", start, end)
    assert len(ts) == 8760
    assert (np.diff(ts) == HOUR).all()
    assert value[:2].tolist() == [0.21, -0.71]
    # By the file: 20080511:1000 -> 11 May, its own instant 0.1818 h past the hour.
    ts, ghi = store.raw(device.name, "ghi_typical", start, end)
    assert ts[9] == us("1990-01-01 09:00") + round(0.1818 * HOUR)
    assert ghi[9] == 106.0
    assert ghi.sum() / 1000 == pytest.approx(1105, rel=0.05)  # kWh/m² of a year in the Eifel
    store.close()


@pytest.mark.shared
def test_hourly_values_as_json(tmp_path: Path, shared: Path) -> None:
    (path,) = (shared / "data" / "weather").glob("pvgis_hourly*.json")
    found = document(path)
    seen = tracks(found)
    assert seen["poa_global"][0][0] == us("2013-01-01 00:10")
    assert seen["poa_global"][1][-2:] == [129.59, 423.28]
    assert seen["power_modelled"][1][-1] == 3950.1
    assert found.facts["weather"]["kwp"] == 10.0
    assert found.facts["weather"]["kind"] == "reanalysis"


def test_an_hour_of_json_that_cannot_be_read_costs_no_other(tmp_path: Path, shared: Path) -> None:
    (path,) = (shared / "data" / "weather").glob("pvgis_hourly*.json")
    plain = json.loads(path.read_text())
    rows = plain["outputs"]["hourly"]
    rows[2]["time"] = "2013-13-45"
    rows[4]["T2m"] = None
    found = document(put(tmp_path / "hours.json", json.dumps(plain)))
    assert [(one.line, one.reason) for one in found.bad] == [
        (3, "no row of this table"), (5, "no row of this table"),
    ]  # fmt: skip
    assert {len(track.ts) for track in found.tracks} == {len(rows) - 2}


PVGIS_CSV = """\
Latitude (decimal degrees):\t45.000
Longitude (decimal degrees):\t8.000
Elevation (m):\t250.0
Radiation database:\tPVGIS-SARAH2

Slope: 0 deg.
Azimuth: 0 deg.

time,G(i),H_sun,T2m,WS10m,Int
20130101:0010,0.0,0.0,-0.97,1.52,0.0
20130101:0110,0.0,0.0,-1.06,1.45
20130101:0810,129.59,8.06,0.97,0.97,0.0

G(i): Global irradiance on the inclined plane (W/m2)

PVGIS (c) European Union, 2001-2023
"""


def test_hourly_values_as_csv(tmp_path: Path) -> None:
    found = document(put(tmp_path / "Timeseries.csv", PVGIS_CSV))
    seen = tracks(found)
    assert seen["ghi"] == ([us("2013-01-01 00:10"), us("2013-01-01 08:10")], [0.0, 129.59])
    assert found.facts["location"]["altitude_m"] == 250.0
    (bad,) = found.bad
    assert (bad.line, bad.text) == (11, "20130101:0110,0.0,0.0,-1.06,1.45")


TYPICAL = """\
Latitude (decimal degrees): 50.0
Longitude (decimal degrees): 6.0
Irradiance Time Offset (h): 0.5
month,year
2,2012
3,2011
time(UTC),T2m,G(h)
20120228:2300,1,0
20120229:0000,2,0
20120301:0000,3,0
20110301:0100,4,0
"""


def test_leap_days_of_a_typical_year_are_told(tmp_path: Path) -> None:
    found = document(put(tmp_path / "tmy.csv", TYPICAL))
    seen = tracks(found)
    assert seen["temp_air_typical"][0] == [
        us("1990-02-28 23:00"), us("1990-03-01 00:00"), us("1990-03-01 01:00"),
    ]  # fmt: skip
    assert seen["ghi_typical"][0][0] == us("1990-02-28 23:30")
    assert "29 February" in found.bad[0].reason


# --- Open-Meteo ---------------------------------------------------------------------------------


def test_means_of_the_hour_before_stand_at_its_start(tmp_path: Path) -> None:
    seen = tracks(document(put(tmp_path / "a.json", answer())))
    assert seen["ghi"][0][1] == us("2026-06-01 00:00")
    assert seen["ghi"][1][1] == 80.0  # told for 01:00
    assert seen["temp_air"][0][1] == us("2026-06-01 01:00")
    assert seen["wind_speed"][1][0] == pytest.approx(10.0)


def test_local_times_unix_times_and_units(tmp_path: Path) -> None:
    plain = answer(utc_offset_seconds=7200)
    plain["hourly_units"]["temperature_2m"] = "°F"
    plain["hourly"]["temperature_2m"] = [50.0] * 23 + [None]
    seen = tracks(document(put(tmp_path / "a.json", plain)))
    assert seen["temp_air"][0][0] == us("2026-05-31 22:00")
    assert seen["temp_air"][1][0] == pytest.approx(10.0)
    assert np.isnan(seen["temp_air"][1][-1])
    unix = answer(utc_offset_seconds=7200)
    unix["hourly_units"]["time"] = "unixtime"
    unix["hourly"]["time"] = [us("2026-06-01") // 1_000_000 + 3600 * h for h in range(24)]
    seen = tracks(document(put(tmp_path / "a.json", unix)))
    assert seen["temp_air"][0][0] == us("2026-06-01 00:00")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"error": True, "reason": "Daily API request limit exceeded"}, "limit exceeded"),
        (json.dumps(answer())[:-40], "no complete JSON"),
        (answer(hourly={"time": HOURS, "temperature_2m": [1.0]}), "24 values"),
        (answer(hourly={"time": ["soon"] * 2, "temperature_2m": [1, 2]}), "2025-01-01T00:00"),
        (answer(hourly={"time": HOURS, "temperature_2m": ["warm"] * 24}), "numbers"),
        (answer(hourly={"time": HOURS}), "no variable"),
        (answer(hourly_units={"temperature_2m": "K"}), "in K"),
        (answer(latitude=None), "latitude"),
        ([answer(), answer()], "one place"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        document(put(tmp_path / "a.json", content))


def test_other_json_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "truth.json", {"cells": [1, 2]})
    put(tmp_path / "dump.xml", "<registers/>")
    put(tmp_path / "a.json", answer())
    assert [one.path.name for one in find_sources([tmp_path])] == ["a.json"]


# --- what was known when ------------------------------------------------------------------------


def test_a_forecast_is_kept_by_how_long_before_it_was_known(tmp_path: Path) -> None:
    path = put(tmp_path / "f_known_20260601T0600Z.json", answer())
    assert known_at(path.name) == us("2026-06-01 06:00")
    seen = tracks(document(path))
    assert seen["temp_air"][0][-1] == us("2026-06-01 05:00")  # known afterwards
    assert seen["temp_air_lead0h"] == ([us("2026-06-01 06:00")], [6.0])
    assert seen["temp_air_lead6h"][0] == [us(f"2026-06-01 {h}:00") for h in range(12, 18)]
    assert seen["ghi_lead1h"] == ([us("2026-06-01 07:00"), us("2026-06-01 08:00")], [640.0, 720.0])
    assert seen["lead_lead6h"][1] == [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]


def test_earlier_runs_are_kept_by_their_day(tmp_path: Path) -> None:
    hourly = {"time": HOURS, "temperature_2m_previous_day1": [1.0] * 24,
              "temperature_2m_previous_day2": [2.0] * 24}  # fmt: skip
    seen = tracks(document(put(tmp_path / "a.json", answer(hourly=hourly))))
    assert seen["temp_air_lead24h"][1][0] == 1.0
    assert seen["temp_air_lead48h"][1][0] == 2.0
    assert set(seen) == {"temp_air_lead24h", "temp_air_lead48h"}


@settings(max_examples=50, deadline=None)
@given(hour=st.integers(-30, 30))
def test_no_value_was_known_later_than_its_lead_says(
    tmp_path_factory: pytest.TempPathFactory, hour: int
) -> None:
    known = np.datetime64("2026-06-01T00:00") + np.timedelta64(hour, "h")
    stamp = str(known).replace("-", "").replace(":", "")
    path = put(tmp_path_factory.mktemp("k") / f"f_known_{stamp}Z.json", answer())
    moment = known_at(path.name)
    assert moment is not None
    found = document(path)
    for one in found.tracks:
        told = lead_of(one.signal)
        if told is None:
            assert (one.ts < moment).all()
        else:
            assert (one.ts - told[1] * HOUR >= moment).all()
    kept = sum(len(one.ts) for one in found.tracks if one.signal.startswith("temp_air"))
    assert kept == 24


def test_leads_have_names() -> None:
    assert lead_of(lead_name("ghi", 24)) == ("ghi", 24)
    assert lead_of("ghi") is None
    assert list(LEADS) == sorted(set(LEADS))


def test_forecasts_are_built_days_ahead_and_stay_incremental(tmp_path: Path) -> None:
    import time

    day = np.datetime64(int(time.time()), "s").astype("datetime64[D]") + np.timedelta64(9, "D")
    plain = answer()
    plain["hourly"]["time"] = [str(day) + hour[10:] for hour in HOURS]
    known = str(day - np.timedelta64(9, "D")).replace("-", "") + "T0000Z"
    folder = tmp_path / "src" / "weather" / "Home-forecast"
    put(folder / f"om_known_{known}.json", plain)
    put(tmp_path / "src" / "weather" / "Home-archive" / "a.json", answer())
    assert run(tmp_path).quarantined == 0
    assert run(tmp_path).unchanged == 2
    store: Store = open_store(tmp_path / "store")
    device = store.device("Home-forecast")
    assert device.facts["weather"]["kind"] == "forecast"
    info = store.signal("Home-forecast", "temp_air_lead192h")
    assert (info.quantity, info.unit) == ("temp_air_forecast", "°C")
    assert store.device("Home-archive").facts["location"]["latitude"] == 48.38
    store.close()
