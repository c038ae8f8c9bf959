"""Expected against actual from a store: weather by sensor, by service, and the typical year."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import QueryError
from core.expected_report import actual_power, expected_report, typical_expected
from core.expected_weather import load_weather, nominal_hours
from core.inputs import (
    distance_km,
    forecast_known,
    forecast_quantities,
    price_known_at,
    prices_known,
    weather_at,
)
from core.levels import HOUR
from core.plant_faults import parse_plant
from core.plants import Plant
from core.query import Store, open_store
from tests.stores import run, settle, us, write_csv, write_text

START, DAYS = us("2024-06-01"), 12
HOME = {"name": "Eifel", "latitude": 50.21, "longitude": 6.43, "altitude_m": 448, "device": "INV",
        "array": [{"tilt": 30, "azimuth": 180, "kwp": 10}], "losses": 0.1}  # fmt: skip
SENSORS = [{"measures": "poa_global", "signal": "poa_global", "uncertainty": "A"},
           {"measures": "temp_module", "signal": "temp_module"}]  # fmt: skip


def open_meteo(days: int = DAYS) -> dict[str, object]:
    """Sunny days of reanalysis, hourly, in UTC; irradiance labels the end of its hour."""
    times = [
        str(np.datetime64("2024-06-01T00:00") + np.timedelta64(h, "h")) for h in range(24 * days)
    ]
    shape = [max(0.0, 800 * np.sin(np.pi * ((h - 0.5) % 24 - 4) / 16)) if 4 <= (h - 0.5) % 24 < 20
             else 0.0 for h in range(24 * days)]  # fmt: skip
    units = {"time": "iso8601", "temperature_2m": "°C", "shortwave_radiation": "W/m²",
             "wind_speed_10m": "m/s"}  # fmt: skip
    hourly = {"time": times, "temperature_2m": [20.0] * len(times), "shortwave_radiation": shape,
              "wind_speed_10m": [2.0] * len(times)}  # fmt: skip
    return {"latitude": 50.2, "longitude": 6.4, "utc_offset_seconds": 0, "elevation": 450.0,
            "hourly_units": units, "hourly": hourly}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Store:
    root = tmp_path_factory.mktemp("expected")
    weather = root / "src" / "weather"
    write_text(weather / "Eifel-archive" / "a.json", json.dumps(open_meteo()))
    run_of_day = open_meteo(3)
    for known in ("20240601T0600Z", "20240601T1200Z"):
        write_text(weather / "Eifel-forecast" / f"f_known_{known}.json", json.dumps(run_of_day))
        run_of_day["hourly"]["temperature_2m"] = [30.0] * 72  # type: ignore[index]  # a plain dict
    (weather / "Eifel").mkdir()
    for path in (shared / "data" / "weather").glob("tmy*.csv"):
        settle(Path(shutil.copy(path, weather / "Eifel")))
    rows = []
    for quarter in range(DAYS * 96):
        hour = quarter / 4 % 24
        poa = max(0.0, 900 * np.sin(np.pi * (hour - 4) / 16)) if 4 <= hour < 20 else 0.0
        power = 10 * 0.9 * poa / 1000 * 0.95
        rows.append((START + quarter * HOUR // 4, [power * (quarter // 96 != 5), poa, 25.0]))
    write_csv(root / "src" / "PV" / "INV.csv", ["ac_power", "poa_global", "temp_module"], rows)
    bare = [(at, values[:1]) for at, values in rows]
    write_csv(root / "src" / "PV" / "BARE.csv", ["ac_power"], bare)
    price = "Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen\n" + "".join(
        f"0{day}.06.2024 {h:02d}:00;0{day}.06.2024 {h + 1:02d}:00;{day},{h:02d}\n"
        for day in (1, 2, 3) for h in range(24)
    )  # fmt: skip
    write_text(root / "src" / "price" / "smard.csv", price)
    assert run(root).failed == []
    return open_store(root / "store")


def plant(**told: object) -> Plant:
    return parse_plant(HOME | told)


END = START + DAYS * 24 * HOUR
pytestmark = pytest.mark.shared


def test_sensors_go_before_services(store: Store) -> None:
    found = expected_report(store, plant(sensor=SENSORS), START, END, "1d")
    assert (found.weather.origin, found.weather.uncertainty) == ("measured", 0.03)
    assert found.expected.inputs == {"poa": "measured", "temp_cell": "measured"}
    assert found.typical_device == "Eifel-typical"
    assert len(found.periods) == DAYS + 1  # local days touched by days of UTC
    why = found.reasons
    still = found.expected.frame["ac"].iloc[5 * 96 : 6 * 96]
    assert why.outage == pytest.approx(-still[still >= 0.5].sum() / 4, rel=1e-6)
    assert why.actual == pytest.approx(found.actual.sum() / 4)
    assert why.typical + why.sun + why.temperature + why.clipping == pytest.approx(why.expected)
    assert why.expected + why.outage + why.rest == pytest.approx(why.actual)
    assert abs(why.rest) < 0.06 * why.expected
    assert found.periods["ratio"].iloc[2] == pytest.approx(found.periods["ratio"].iloc[8])
    assert found.periods["typical"].sum() == pytest.approx(why.typical)


def test_services_stand_in_where_no_sensor_is(store: Store) -> None:
    bare = plant(device="BARE")
    told = load_weather(store, bare, START, END)
    assert (told.origin, told.device, told.step_us) == ("reanalysis", "Eifel-archive", HOUR)
    found = expected_report(store, bare, START, END)
    assert found.expected.inputs["poa"] == "modelled"
    assert 40 < found.specific_yield < 90  # of twelve sunny days
    assert len(found.periods) == 1
    assert found.periods["ratio"].notna().all()


def test_own_signals_go_before_services_where_no_sensor_is_named(store: Store) -> None:
    told = load_weather(store, plant(), START, END)
    assert (told.origin, told.device, told.step_us) == ("measured", "", HOUR // 4)


def test_what_is_lacking_is_said(store: Store) -> None:
    far = plant(latitude=40.0, device="BARE")
    with pytest.raises(QueryError, match=r"no irradiance is known .* fetch weather"):
        expected_report(store, far, START, END)
    assert weather_at(store, far) == []
    with pytest.raises(QueryError, match="no signal tells its power"):
        actual_power(store, plant(device="Eifel-archive"), START, END, HOUR)


def test_the_typical_year_from_the_store_is_that_of_the_file(store: Store) -> None:
    found = typical_expected(store, plant())
    assert found is not None
    expected, device = found
    assert device == "Eifel-typical"
    assert len(expected.frame) == 8760
    assert expected.energy_kwh / 10 == pytest.approx(1020, rel=0.03)  # 984 at 14 % losses


def test_hours_of_the_nominal_year() -> None:
    ts = np.array([us(f"{day} 05:20") for day in ("2024-02-28", "2024-02-29", "2024-12-31")])
    assert nominal_hours(ts).tolist() == [
        us("1990-02-28 05:00"), us("1990-02-28 05:00"), us("1990-12-31 05:00"),
    ]  # fmt: skip


# --- what was known when ------------------------------------------------------------------------


@pytest.mark.parametrize("issued", ["2024-06-01 06:00", "2024-06-01 11:59", "2024-06-01 12:00"])
def test_nobody_sees_what_came_later(store: Store, issued: str) -> None:
    """The second run, of noon, says 30 °C; it differs in nothing else."""
    start, end = us("2024-06-01 00:00"), us("2024-06-03 12:00")
    assert set(forecast_quantities(store, "Eifel-forecast")) == {"ghi", "temp_air", "wind_speed"}
    found = forecast_known(store, "Eifel-forecast", ["temp_air", "ghi"], start, end, us(issued))
    late = us(issued) >= us("2024-06-01 12:00")
    assert (30.0 in found["temp_air"].to_numpy()) == late
    assert (found["lead_h"] * HOUR >= found.index - us(issued)).all()
    assert found.index.min() == us("2024-06-01 06:00")


def test_before_the_first_run_nothing_was_known(store: Store) -> None:
    start, end = us("2024-06-01 00:00"), us("2024-06-03")
    found = forecast_known(store, "Eifel-forecast", ["temp_air"], start, end, us("2024-05-31"))
    # A class of 36 h says: known 36 h before. The run of 6:00 was not, for any of these hours.
    assert (found.index - us("2024-05-31") <= found["lead_h"] * HOUR).all()
    assert not len(found)
    with pytest.raises(QueryError, match="tells nothing ahead of dni"):
        forecast_known(store, "Eifel-forecast", ["dni"], start, end, START)


def test_prices_are_known_from_one_o_clock_of_the_day_before(store: Store) -> None:
    start, end = us("2024-05-31 22:00"), us("2024-06-03 22:00")
    assert len(prices_known(store, "SMARD", start, end).ts) == 72
    # 1 June, 10:59 UTC is 12:59 in Brussels: prices of 2 June are not out.
    before = prices_known(store, "SMARD", start, end, us("2024-06-01 10:59"))
    after = prices_known(store, "SMARD", start, end, us("2024-06-01 11:00"))
    assert (len(before.ts), len(after.ts)) == (24, 48)
    assert (before.unit, before.currency) == ("EUR/MWh", "EUR")
    assert after.price[24] == 2.0
    with pytest.raises(QueryError, match="no price"):
        prices_known(store, "INV", start, end)


def test_a_price_without_a_rule_is_known_at_its_end() -> None:
    ts = np.array([START])
    assert price_known_at(ts, {"at": "end of interval"}, 5 * 60_000_000)[0] == START + 300_000_000


def test_distance() -> None:
    assert distance_km((52.52, 13.405), (48.137, 11.575)) == pytest.approx(504, abs=2)
    assert distance_km((1.0, 2.0), (1.0, 2.0)) == 0


def test_columns_are_frames(store: Store) -> None:
    frame = actual_power(store, plant(), START, END, HOUR)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == ["INV"]
