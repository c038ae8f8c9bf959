"""Expected against actual from a store: weather by sensor, by service, and the typical year."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.alert_subjects import find_subjects
from core.analytics.alerts import Limit, Rule
from core.config import Settings
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
from core.plant_file import plants_file
from core.plants import Plant
from core.pv_expected import production, yield_expected
from core.pv_report import plant_report
from core.query import Store, open_store
from ingest.manual import enter_facts
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


# --- one output of one plant ----------------------------------------------------------------------


SITE = {"kwp": 10.0, "tilt": 30.0, "azimuth": 180.0, "location.latitude": 50.21,
        "location.longitude": 6.43, "location.altitude_m": 448.0}  # fmt: skip


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A roof of one inverter, one of eight of which one stands still, and a house with its own."""
    root = tmp_path_factory.mktemp("metered")
    eight = [f"ac_power_inv{n}" for n in range(1, 9)]
    rows: dict[str, list[tuple[int, list[float]]]] = {"ONE": [], "EIGHT": [], "HOUSE": []}
    for quarter in range(8 * 96):
        ts, hour = START + quarter * HOUR // 4, quarter / 4 % 24
        up = max(0.0, np.sin(np.pi * (hour - 4) / 16)) if 4 <= hour < 20 else 0.0
        units = [1.25 * up * (n != 2) for n in range(8)]
        rows["ONE"].append((ts, [9.0 * up, 4.0 * up, 950 * up, 25.0]))
        rows["EIGHT"].append((ts, [0.97 * sum(units), *units, 950 * up, 25.0]))
        rows["HOUSE"].append((ts, [3.0 - 5 * up, 9.0 * up, 950 * up, 25.0]))
    for name, columns in (
        ("ONE", ["ac_power", "ac_power_inv2", "poa_global", "temp_module"]),
        ("EIGHT", ["ac_power", *eight, "poa_global", "temp_module"]),
        ("HOUSE", ["active_power", "ac_power", "poa_global", "temp_module"]),
    ):
        write_csv(root / "src" / "PV" / f"{name}.csv", columns, rows[name])
    assert run(root).failed == []
    opened = Settings(store=root / "store")
    for name in ("ONE", "HOUSE"):
        enter_facts(opened, name, "PV", SITE)
    text = '[[plant]]\nname = "Eight"\nlatitude = 50.21\nlongitude = 6.43\ndevice = "EIGHT"\n'
    for n, signal in enumerate(eight, start=1):
        text += f'[[plant.array]]\nname = "a{n}"\ninverter = "i{n}"\nkwp = 1.25\n'
        text += "tilt = 30\nazimuth = 180\n"
        text += f'[[plant.inverter]]\nname = "i{n}"\nac_power = ["{signal}"]\n'
    write_text(plants_file(root / "store", None), text)
    return open_store(root / "store")


BELOW = Rule("below", "deviation", (("warning", Limit(below=-0.15)),), ("pv_power",),
             against="expected", mean_s=3600.0)  # fmt: skip


@pytest.mark.parametrize(
    ("device", "output"),
    [("ONE", ["ac_power"]), ("EIGHT", ["ac_power"]), ("HOUSE", ["ac_power"])],
)
def test_page_expectation_and_rule_go_by_one_output(
    metered: Store, device: str, output: list[str]
) -> None:
    """A meter is not added to the inverters that it measures; that of a house is no plant's."""
    end = START + 8 * 24 * HOUR
    page = plant_report(metered, device, START, end)
    told = production(metered, device, START, end, "1d").report
    tile = yield_expected(metered, device, START, end)
    assert page is not None
    assert told is not None and tile is not None
    course = page.course.frame
    energy = (course["ac_kw"] * course["hours"]).sum()
    assert told.actual.sum() / 4 == pytest.approx(energy, rel=1e-6)
    # By hand: the integral of the sine over sixteen hours is 32 / π h, on eight days.
    scale = {"ONE": 9.0, "EIGHT": 0.97 * 7 * 1.25, "HOUSE": 9.0}[device]
    assert energy == pytest.approx(8 * scale * 32 / np.pi, rel=2e-3)
    sums = told.periods[["expected", "actual"]].sum()
    assert tile.ratio == pytest.approx(sums["actual"] / sums["expected"])
    (subject,), _ = find_subjects(metered, [BELOW], devices=[device])
    assert [one.name for one in subject.signals] == output


def test_the_meter_hides_no_inverter_that_stands_still(metered: Store) -> None:
    told = production(metered, "EIGHT", START, START + 8 * 24 * HOUR, "1d").report
    assert told is not None
    assert told.reasons.outage == pytest.approx(-told.reasons.expected / 8, rel=0.01)
    assert told.reasons.actual == pytest.approx(8 * 0.97 * 8.75 * 32 / np.pi, rel=2e-3)
