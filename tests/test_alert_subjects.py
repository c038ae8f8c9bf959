"""What rules watch in a store: plants of the file, archives, forecasts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.alert_rules import AlertConfig, Maintenance, load_alerts
from core.alert_run import _Loader, evaluate_rules
from core.alert_store import Found
from core.alert_subjects import find_doubts, find_subjects
from core.analytics.alerts import Limit, Rule
from core.expected_report import expected_report
from core.forecast_signals import write_forecast
from core.levels import DAY, HOUR, SECOND
from core.plant_file import plants_file, read_plants
from core.query import Store, open_store
from ingest.build import build
from tests.stores import settings, us, write_csv

START = us("2025-06-02T00:00")
HOURS = np.arange(48)
SUN = 1000 * np.clip(np.sin((HOURS % 24 - 6) * np.pi / 12), 0, None)  # W/m²
BELOW = Rule(
    "below", "deviation", (("warning", Limit(below=-0.15)),), ("pv_power",), against="expected",
    mean_s=3600.0, least_ratio=0.2,
)  # fmt: skip
PLANT = """
[[plant]]
name = "Roof"
latitude = 48.0
longitude = 11.0
[[plant.array]]
name = "east"
tilt = 20
azimuth = 180
kwp = 60
inverter = "A"
[[plant.array]]
name = "west"
tilt = 20
azimuth = 180
kwp = 40
inverter = "B"
[[plant.inverter]]
name = "A"
device = "INV-A"
efficiency = 1.0
[[plant.inverter]]
name = "B"
device = "INV-B"
efficiency = 1.0
[[plant.sensor]]
measures = "poa_global"
signal = "poa_global"
device = "MET"
"""


def at(hours: np.ndarray) -> list[int]:
    return [START + int(hour) * HOUR for hour in hours]


def told(*rules: Rule) -> AlertConfig:
    return AlertConfig(Path("none.toml"), rules, (), ())


def found(store: Store, *rules: Rule, until: int = START + 2 * DAY) -> list[Found]:
    return evaluate_rules(store, told(*rules), START, until).found


@pytest.fixture
def plant(tmp_path: Path) -> Store:
    """Two inverters on two devices, irradiance on a third; B stands still at noon of day two."""
    for name, kwp in (("INV-A", 60.0), ("INV-B", 40.0)):
        power = 0.86 * kwp * SUN / 1000
        if name == "INV-B":
            power[34:38] = 0.0
        rows = list(zip(at(HOURS), power.reshape(-1, 1).tolist(), strict=True))
        write_csv(tmp_path / "raw" / name / "ac_power.csv", ["value"], rows)
    rows = list(zip(at(HOURS), SUN.reshape(-1, 1).tolist(), strict=True))
    write_csv(tmp_path / "raw" / "MET" / "poa_global.csv", ["value"], rows)
    build(settings(tmp_path, sources=(tmp_path / "raw",)))
    return open_store(tmp_path / "store")


def test_a_plant_of_the_file_is_held_against_its_irradiance_once(plant: Store) -> None:
    _, lost = find_subjects(plant, [BELOW])
    assert {(one.device, one.missing) for one in lost} == {
        ("INV-A", "expected"), ("INV-B", "expected"),
    }  # fmt: skip
    plants_file(plant.root, None).write_text(PLANT, "utf-8")
    subjects, lost = find_subjects(plant, [BELOW])
    assert (len(subjects), lost) == (1, [])
    # Without B 60 of 100 kWp yield: 40 % less than expected from 10 to 14 h of the second day.
    (one,) = found(plant, BELOW)
    assert one.device == "INV-A" and one.episode.peak == pytest.approx(-0.4, abs=0.01)
    assert (one.episode.start, one.episode.end) == (START + 35 * HOUR, START + 39 * HOUR)


def test_irradiance_that_stands_is_held_against_the_plants_power(plant: Store) -> None:
    rule = next(one for one in load_alerts(None, "UTC").rules
                if one.name == "data_quality_irradiance")  # fmt: skip
    assert find_subjects(plant, [rule])[1][0].missing == "movement"
    plants_file(plant.root, None).write_text(PLANT, "utf-8")
    (subject,), lost = find_subjects(plant, [rule])
    assert lost == [] and subject.device == "MET" and subject.scale == 100.0
    assert subject.reference is not None and subject.reference.device == "INV-A"
    assert subject.place == {"latitude": 48.0, "longitude": 11.0}


def test_a_wrong_file_of_plants_is_named_where_it_is_missed_and_stops_no_rule(
    plant: Store,
) -> None:
    plants_file(plant.root, None).write_text(PLANT.replace("latitude", "latitute"), "utf-8")
    subjects, lost = find_subjects(plant, [BELOW, Rule("no_data", "missing", GONE)])
    assert {one.device for one in subjects} == {"INV-A", "INV-B", "MET"}
    assert {one.missing for one in lost} == {"expected"}
    assert all("store_plants.toml:" in one.why for one in lost)


def test_what_nothing_answers_to_is_doubtful(plant: Store) -> None:
    rules = (
        Rule("typo", "threshold", GONE, ("socc",), against="poa_globel"),
        Rule("scoped", "threshold", GONE, ("soc",), devices=("INV-*", "NOPE")),
    )
    closed = (Maintenance("MET", "*", 0, 1), Maintenance("METT", "*", 0, 1))
    found = find_doubts(plant, AlertConfig(Path("x"), rules, (), closed))
    assert [str(one) for one in found] == [
        "rule 'typo': no quantity 'socc' is known; did you mean soc?",
        "rule 'typo': no quantity 'poa_globel' is known; did you mean poa_global?",
        "rule 'scoped': no device 'NOPE' is known",
        "maintenance: no device 'METT' is known; did you mean MET?",
    ]
    assert find_doubts(plant, load_alerts(None, "UTC")) == []


# --- what sends no more ---------------------------------------------------------------------------

GONE = (("error", Limit(above=300.0)),)


def test_archives_and_what_is_fetched_are_never_silent(tmp_path: Path) -> None:
    rows = [(START + i * HOUR, [5.0 + i % 3]) for i in range(10)]
    for name, group in (
        ("m1", "meter"), ("old", "archive"), ("PVGIS 48 11-typical", "weather"),
        ("m1.forecast", "forecast"), ("SMARD", "price"),
    ):  # fmt: skip
        folder = tmp_path / "raw" / name
        write_csv(folder / "load_power.csv", ["value"], rows)
        (folder / "source.toml").write_text(
            f'[[source]]\nfiles = "*.csv"\ndevice = "{name}"\ngroup = "{group}"\n', "utf-8"
        )
    build(settings(tmp_path, sources=(tmp_path / "raw",)))
    with closing(open_store(tmp_path / "store")) as store:
        silent = found(store, Rule("no_data", "missing", GONE))
        assert [one.device for one in silent] == ["m1"]
        named = found(store, Rule("prices", "missing", GONE, groups=("price",)))
        assert [one.device for one in named] == ["SMARD"]


# --- forecast -------------------------------------------------------------------------------------


def test_against_forecast_is_against_what_was_known_a_day_ahead(tmp_path: Path) -> None:
    quarters = np.arange(0, 2 * 96)
    ts = START + quarters * (HOUR // 4)
    load = np.where((quarters >= 120) & (quarters < 128), 14_000.0, 10_000.0)  # W, 6 to 8 h
    rows = [(int(t), [float(v)]) for t, v in zip(ts, load, strict=True)]
    folder = tmp_path / "raw" / "m1"
    write_csv(folder / "load_power.csv", ["value"], rows)
    (folder / "source.toml").write_text(
        '[[source]]\nfiles = "*.csv"\ndevice = "m1"\n'
        'columns.value = { signal = "load_power", unit = "W" }\n',
        "utf-8",
    )
    build(settings(tmp_path, sources=(tmp_path / "raw",)))
    rule = Rule("off", "deviation", (("warning", Limit(above=0.25)),), ("load_power",),
                against="forecast", mean_s=3600.0)  # fmt: skip
    with closing(open_store(tmp_path / "store")) as store:
        assert [one.missing for one in find_subjects(store, [rule])[1]] == ["forecast"]
    for issue, value in ((START - 2 * DAY, 10.0), (START + 30 * HOUR, 14.0)):
        frame = pd.DataFrame(
            {name: np.full(len(ts), value) for name in ("expected", "p10", "p50", "p90")}
        ).assign(ts=ts)  # fmt: skip
        write_forecast(tmp_path / "store", "m1", "load", "kW", frame, issue, synthetic=False,
                       facts={})  # fmt: skip
    with closing(open_store(tmp_path / "store")) as store:
        assert find_subjects(store, [rule])[1] == []
        (one,) = found(store, rule)
    assert one.episode.peak == pytest.approx(0.4)
    assert (one.episode.start, one.episode.end) == (START + 31 * HOUR, START + 33 * HOUR)


# --- expected by the chain that the report goes by ------------------------------------------------


def reference(store: Store, until: int) -> pd.Series:
    """What the rule holds the plant against, at each reading of the light [kW]."""
    (subject,), _ = find_subjects(store, [BELOW])
    assert subject.expected is not None
    ts, power = _Loader(store, START, until)._expected(subject, subject.expected, START, until)
    return pd.Series(power, index=ts)


WARM = """
[[plant.sensor]]
measures = "temp_air"
signal = "temp_air"
device = "MET"
"""


@pytest.fixture
def sunny(tmp_path: Path) -> Store:
    """Ten minutes of light in two planes and above, and of air, some of it without readings."""
    ts = START + np.arange(2 * 144) * 600 * SECOND
    hour = (np.arange(len(ts)) / 6) % 24
    up = np.clip(np.sin((hour - 5) * np.pi / 14), 0, None)
    light = {"ghi": 800 * up, "poa_east": 700 * up**1.2, "poa_west": 900 * up}
    light["temp_air"] = 15 + 10 * up
    for name, value in light.items():
        rows = [(int(t), [float(v)]) for t, v in zip(ts, value, strict=True)]
        if name == "temp_air":
            rows = [row for row, one in zip(rows, hour, strict=True) if not 12 <= one < 15]
        write_csv(tmp_path / "raw" / "MET" / f"{name}.csv", ["value"], rows)
    for name, kwp in (("INV-A", 60.0), ("INV-B", 40.0)):
        rows = [(int(t), [float(kwp * v)]) for t, v in zip(ts, up, strict=True)]
        write_csv(tmp_path / "raw" / name / "ac_power.csv", ["value"], rows)
    build(settings(tmp_path, sources=(tmp_path / "raw",)))
    return open_store(tmp_path / "store")


def in_planes(sensor: str) -> str:
    """The plant with a limit and losses of its own, its arrays in two planes."""
    text = PLANT[: PLANT.index("[[plant.sensor]]")]
    text = text.replace("longitude = 11.0", "longitude = 11.0\nlosses = 0.05\nexport_limit_kw = 55")
    return text.replace("azimuth = 180\nkwp = 40", "azimuth = 270\nkwp = 40") + sensor + WARM


SENSORS = {
    "ghi": '[[plant.sensor]]\nmeasures = "ghi"\nsignal = "ghi"\ndevice = "MET"\n',
    "planes": "".join(
        f'[[plant.sensor]]\nmeasures = "poa_global"\nsignal = "poa_{one}"\ndevice = "MET"\n'
        f'array = "{one}"\n'
        for one in ("east", "west")
    ),
}


@pytest.mark.parametrize("light", list(SENSORS))
def test_a_rule_expects_what_the_report_expects(sunny: Store, light: str) -> None:
    """Light in each plane or above, losses, limits: the same chain, by the hour."""
    path = plants_file(sunny.root, None)
    path.write_text(in_planes(SENSORS[light]), "utf-8")
    end = START + 2 * DAY
    mine = reference(sunny, end)
    hourly = mine.groupby((mine.index - START) // HOUR).mean()
    (plant,) = read_plants(path)
    frame = expected_report(sunny, plant, START, end, "1d").expected.frame
    theirs = frame["ac"].groupby((frame.index - START) // HOUR).mean()
    known = theirs.notna() & (theirs > 15)
    assert known.sum() > 12 and hourly.max() == pytest.approx(55), "the limit is reached"
    # The report computes with means of an hour or less, the rule with each reading.
    assert hourly[known].to_numpy() == pytest.approx(theirs[known].to_numpy(), rel=0.03)
    both = theirs.notna()
    assert hourly[both].sum() == pytest.approx(theirs[both].sum(), rel=0.01)
    blind = hourly[(hourly.index % 24 >= 13) & (hourly.index % 24 < 15)]
    assert blind.notna().all(), "without a temperature cells are taken for 25 °C warm"


def test_what_is_expected_does_not_depend_on_how_readings_are_cut(sunny: Store) -> None:
    plants_file(sunny.root, None).write_text(in_planes(SENSORS["planes"]), "utf-8")
    whole = reference(sunny, START + 2 * DAY)
    (subject,), _ = find_subjects(sunny, [BELOW])
    assert subject.expected is not None
    cut = START + 37 * HOUR + 5 * 60 * SECOND  # between two readings
    late = _Loader(sunny, cut, START + 2 * DAY)
    ts, power = late._expected(subject, subject.expected, cut, START + 2 * DAY)
    assert power == pytest.approx(whole.loc[cut:].to_numpy()) and ts[0] == whole.loc[cut:].index[0]


def test_a_file_of_plants_elsewhere_is_heeded(plant: Store, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    path.write_text(PLANT, "utf-8")
    config = AlertConfig(Path("none.toml"), (BELOW,), (), (), plants=path)
    assert len(evaluate_rules(plant, config, START, START + 2 * DAY).found) == 1
