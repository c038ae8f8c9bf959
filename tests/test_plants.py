"""Plants: from TOML, from facts, errors that name the line, and writing one plant at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError, DeclarationError
from core.known_plants import faults_of, known_plants, signals_of
from core.ledger import open_ledger
from core.numerals import local_time
from core.plant_facts import number_of, plant_of_device
from core.plant_faults import parse_plant
from core.plant_file import (
    load_plants,
    plant_toml,
    plants_file,
    put_plant,
    read_plants,
    remove_plant,
)
from core.plant_horizon import read_horizon
from core.plants import Plant
from core.query import open_store
from core.signals import Signal, load_catalogue
from core.zones import zone_name
from ingest.declare import load_declarations
from tests.stores import run, us, write_csv

HOUSE = """\
[[plant]]
name = "Home"
latitude = 48.37
longitude = 10.9
device = "INV-1"

[[plant.array]]
tilt = 30
azimuth = 180
kwp = 9.9
"""

FIELD = """\
# two inverters, three arrays, two met stations
[[plant]]
name = "Field"
latitude = 50.209
longitude = 6.423
altitude_m = 448
zone = "Europe/Berlin"
horizon = [7.3, 5.0, 7.6, 6.9, 4.2, 5.3, 5.0, 2.7]
losses = 0.08
export_limit_kw = 100

[[plant.array]]
name = "east"
tilt = 10
azimuth = 90
kwp = 40
inverter = "W1"
mounting = "open_rack"
strings = ["string1_power", "string2_power"]

[[plant.array]]
name = "west"
tilt = 10
azimuth = 270
kwp = 40
inverter = "W1"

[[plant.array]]
name = "south"
tilt = 25
azimuth = 180
kwp = 60
gamma_pdc = -0.0035
inverter = "W2"

[[plant.inverter]]
name = "W1"
ac_limit_kw = 70
efficiency = 0.98
device = "W1"

[[plant.inverter]]
name = "W2"
ac_limit_kw = 50
device = "W2"
ac_power = ["power_l1", "power_l2", "power_l3"]

[[plant.sensor]]
measures = "poa_global"
device = "MET-1"
signal = "poa"
array = "south"
uncertainty = "A"

[[plant.sensor]]
measures = "temp_air"
device = "MET-2"
signal = "t_out"
"""


SECOND_POA = '[[plant.sensor]]\nmeasures = "ghi"\ndevice = "MET-1"\nsignal = "poa"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "plants.toml"
    path.write_text(text)
    return path


def test_a_house_needs_a_place_and_an_array(tmp_path: Path) -> None:
    (home,) = read_plants(written(tmp_path, HOUSE))
    assert home.kwp == 9.9
    assert [one.name for one in home.inverters] == ["INV-1"]
    assert home.arrays_of("INV-1") == home.arrays
    assert home.ac_limit_kw is None
    assert home.devices == ("INV-1",)
    assert home.sensors == ()
    assert home.arrays[0].gamma_pdc == -0.004


def test_what_was_not_told_is_said_to_be_assumed(tmp_path: Path) -> None:
    home, field = read_plants(written(tmp_path, HOUSE + "\n" + FIELD))
    assert "array array: gamma_pdc" in home.assumed
    assert "losses" in home.assumed
    assert "horizon" in home.assumed
    assert "array south: gamma_pdc" not in field.assumed
    assert "array east: gamma_pdc" in field.assumed
    assert "inverter W2: efficiency" in field.assumed
    assert not {"losses", "horizon", "altitude_m", "inverter W1: efficiency"} & set(field.assumed)


def test_a_plant_of_several_parts(tmp_path: Path) -> None:
    (field,) = read_plants(written(tmp_path, FIELD))
    assert field.kwp == 140
    assert field.ac_limit_kw == 120
    assert [one.name for one in field.arrays_of("W1")] == ["east", "west"]
    assert field.devices == ("W1", "W2", "MET-1", "MET-2")
    (poa,) = field.sensors_of("poa_global")
    assert (poa.array, poa.uncertainty_ratio) == ("south", 0.03)
    assert field.sensors_of("temp_air")[0].uncertainty_ratio is None
    assert field.horizon[:3] == ((0.0, 7.3), (45.0, 5.0), (90.0, 7.6))
    with pytest.raises(Exception, match="frozen"):
        field.arrays[0].kwp = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "there", "says"),
    [
        (FIELD.replace("tilt = 25", "tilt = 125"), "tilt = 125", "0 to 90"),
        (FIELD.replace("azimuth = 270", "azimuth = -90"), "azimuth = -90", "south is 180"),
        (FIELD.replace("kwp = 60", "kwp = 0"), "kwp = 0", "greater than 0"),
        (FIELD.replace("kwp = 60\n", ""), "[[plant.array]]", "kwp is missing"),
        (FIELD.replace("= 50.209", '= "north"'), 'latitude = "north"', "degrees north"),
        (FIELD.replace("losses", "loses"), "loses = 0.08", "loses is not known here"),
        (FIELD.replace("e/Berlin", "e/Bonn"), 'zone = "Europe/Bonn"', "no time zone"),
        (FIELD.replace("= 0.98", "= 98"), "efficiency = 98", "ratio of 0.5 to 1"),
        (
            FIELD.replace('inverter = "W2"', 'inverter = "W3"'),
            'inverter = "W3"',
            "feeds 'W3', none of",
        ),
        (FIELD.replace('array = "south"', 'array = "north"'), 'array = "north"', "is at 'north'"),
        (FIELD.replace('y = "A"', 'y = "AA"'), 'uncertainty = "AA"', "uncertainty"),
        (FIELD.replace("[7.3,", "[97.3,"), "horizon = [97.3,", "elevation outside"),
        (HOUSE + HOUSE, 'name = "Home"', "second plant named 'Home'"),
        (HOUSE + FIELD.replace("kwp = 60", "kwp = -1"), "kwp = -1", "greater than 0"),
        (HOUSE.replace("= 9.9", "= nan"), "kwp = nan", "finite"),
        (HOUSE + 'mounting = "roof"\ntemp_model = "faiman"\n', "[[plant.array]]", "open_rack"),
        ("[plants]\n", "[plants]", "[[plant]] tables"),
        (HOUSE.replace('"INV-1"', "INV-1"), "device = INV-1", "Invalid value"),
        (HOUSE.partition("[[plant.array]]")[0], "[[plant]]", "array is missing"),
        (HOUSE.replace("= 9.9", '= "9.9"'), 'kwp = "9.9"', "without quotes"),
        (HOUSE.replace("= 30", "= true"), "tilt = true", "no number"),
        (HOUSE.replace("latitude", "latitute"), "latitute = 48.37", "expected latitude"),
        (FIELD.replace("tilt = 25", "tild = 25"), "tild = 25", "expected tilt"),
        (FIELD.replace('name = "west"', 'name = "east"'), 'name = "east"', "two array tables"),
        (
            FIELD.replace("[7.3, 5.0, 7.6, 6.9, 4.2, 5.3, 5.0, 2.7]", '"gone.csv"'),
            'horizon = "gone.csv"',
            "gone.csv",
        ),
        (FIELD + SECOND_POA, 'signal = "poa"', "in two sensors"),
        (FIELD.replace("losses = 0.08", 'meter_class = "3"'), 'meter_class = "3"', "IEC 62053"),
    ],
)
def test_an_error_names_file_line_and_expectation(
    tmp_path: Path, text: str, there: str, says: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DeclarationError) as caught:
        read_plants(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.line is not None
    assert text.splitlines()[caught.value.line - 1].startswith(there)
    assert caught.value.path == path, "not the file that it names alone"


def test_a_second_plant_is_told_from_the_first(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_plants(written(tmp_path, HOUSE + HOUSE))
    assert caught.value.line == 12


def test_no_file_is_no_plant(tmp_path: Path) -> None:
    assert read_plants(tmp_path / "none.toml") == ()
    assert plants_file(tmp_path / "store") == tmp_path / "store_plants.toml"
    assert plants_file(tmp_path / "store", tmp_path / "own.toml") == tmp_path / "own.toml"


def test_a_horizon_file_of_pvgis_counts_from_south(tmp_path: Path, shared: Path) -> None:
    source = shared / "data" / "weather" / "horizon_50.209_6.423.csv"
    pairs = read_horizon(source)
    assert len(pairs) == 48
    assert pairs[0] == (0.0, 7.3)  # A = -180 is north
    assert dict(pairs)[180.0] == 4.2  # A = 0 is south
    assert dict(pairs)[270.0] == dict(pairs)[270.0]
    shutil.copy(source, tmp_path / "horizon.csv")
    text = HOUSE.replace("device =", 'horizon = "horizon.csv"\ndevice =')
    (home,) = read_plants(written(tmp_path, text))
    assert home.horizon == pairs
    with pytest.raises(DeclarationError, match="absent"):
        read_plants(written(tmp_path, text.replace("horizon.csv", "absent.csv")))


# --- facts --------------------------------------------------------------------------------------

FACTS: dict[str, Any] = {
    "location": {"latitude": 48.37, "longitude": 10.9, "altitude_m": 490.0},
    "zone": "Europe/Berlin", "kwp": 300.0, "inverters": 4, "kwp_per_inverter": 75.0,
    "ac_limit_kw_per_inverter": 60.0, "tilt": 20.0, "azimuth": 180.0, "gamma_pdc": -0.0041,
}  # fmt: skip


def described(*names: str) -> list[Signal]:
    catalogue = load_catalogue()
    return [catalogue.describe(name) for name in names]


def test_a_plant_from_the_facts_of_a_device() -> None:
    names = [f"{kind}_inv{n}" for kind in ("ac_power", "dc_current") for n in (1, 2, 3, 4)]
    signals = described(*names, "energy_total", "poa_global", "temp_air", "temp_module")
    plant = plant_of_device("pv1", FACTS, signals)
    assert (plant.name, plant.kwp, plant.ac_limit_kw) == ("pv1", 300.0, 240.0)
    assert [one.ac_power for one in plant.inverters] == [(f"ac_power_inv{n}",) for n in range(1, 5)]
    assert all(one.energy == () for one in plant.inverters)  # one counter for all tells of none
    assert {one.gamma_pdc for one in plant.arrays} == {-0.0041}
    assert {one.measures: one.signal for one in plant.sensors} == {
        "poa_global": "poa_global", "temp_air": "temp_air", "temp_module": "temp_module",
    }  # fmt: skip
    assert plant.altitude_m == 490.0


def test_one_inverter_has_all_signals_of_its_device() -> None:
    facts = {"latitude": 1, "longitude": 2, "tilt": 30, "azimuth": 90, "kwp": 5, "rated_kw": 4}
    plant = plant_of_device("INV", facts, described("ac_power", "e_total"))
    assert plant.inverters[0].ac_power == ("ac_power",)
    assert plant.inverters[0].energy == ("e_total",)
    assert plant.ac_limit_kw == 4
    assert "array INV: gamma_pdc" in plant.assumed


@pytest.mark.parametrize("fact", ["tilt", "azimuth", "location"])
def test_a_missing_fact_is_named(fact: str) -> None:
    facts = {key: value for key, value in FACTS.items() if key != fact}
    with pytest.raises(ConfigError, match="latitude" if fact == "location" else fact):
        plant_of_device("pv1", facts)


def test_a_wrong_fact_is_named() -> None:
    with pytest.raises(ConfigError, match="tilt"):
        plant_of_device("pv1", FACTS | {"tilt": 120})


@pytest.mark.parametrize(
    ("name", "number"),
    [("ac_power_inv3", 3), ("inv_02_ac_power", 2), ("WR7_P", 7), ("ac_power", None)],
)
def test_the_number_of_an_inverter_stands_in_a_name(name: str, number: int | None) -> None:
    assert number_of(name) == number


# --- writing ------------------------------------------------------------------------------------


def test_one_plant_is_written_and_the_rest_stays(tmp_path: Path) -> None:
    path = written(tmp_path, f"# mine\n{HOUSE}\n# of the field\n{FIELD}")
    home, field = read_plants(path)
    changed = parse_plant(home.model_dump(by_alias=True, exclude_unset=True) | {"losses": 0.1})
    put_plant(path, changed, home)
    assert read_plants(path) == (changed, field)
    text = path.read_text()
    assert text.startswith("# mine\n[[plant]]")
    assert "# of the field\n# two inverters, three arrays, two met stations\n[[plant]]" in text
    remove_plant(path, changed)
    assert read_plants(path) == (field,)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".plants.toml.lock", "plants.toml"]


def test_a_plant_of_several_parts_is_written_whole(tmp_path: Path) -> None:
    (field,) = read_plants(written(tmp_path, FIELD))
    assert [one.inverter for one in field.arrays] != [None] * 3
    put_plant(tmp_path / "new.toml", field)
    assert read_plants(tmp_path / "new.toml") == (field,)


def test_a_first_plant_makes_the_file(tmp_path: Path) -> None:
    (home,) = read_plants(written(tmp_path, HOUSE))
    path = tmp_path / "new" / "plants.toml"
    put_plant(path, home)
    assert read_plants(path) == (home,)
    assert read_plants(path)[0].assumed == home.assumed
    with pytest.raises(ConfigError, match="already"):
        put_plant(path, home)


def test_a_change_on_an_old_state_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, HOUSE)
    (home,) = read_plants(path)
    written(tmp_path, HOUSE.replace("9.9", "8.8"))
    with pytest.raises(ConfigError, match="meanwhile"):
        put_plant(path, home, home)
    with pytest.raises(ConfigError, match="meanwhile"):
        remove_plant(path, home)
    assert read_plants(path)[0].kwp == 8.8


def test_a_wrong_file_is_not_written_over(tmp_path: Path) -> None:
    (home,) = read_plants(written(tmp_path, HOUSE))
    path = written(tmp_path, HOUSE.replace("tilt = 30", "tilt = 300"))
    with pytest.raises(DeclarationError):
        put_plant(path, home)
    assert "tilt = 300" in path.read_text()


LETTERS = st.characters(categories=("L", "N", "P", "S"), include_characters=' "\\')
TEXT = st.text(LETTERS, min_size=1, max_size=12)
ARRAY = st.fixed_dictionaries(
    {"tilt": st.floats(0, 90), "azimuth": st.floats(0, 360), "kwp": st.floats(0.1, 1e5)},
    optional={
        "gamma_pdc": st.floats(-0.02, 0),
        "mounting": st.sampled_from(["roof", "integrated"]),
    },
)
PLANT = st.fixed_dictionaries(
    {"name": TEXT, "latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180),
     "array": st.lists(ARRAY, min_size=1, max_size=1)},
    optional={"losses": st.floats(0, 0.99), "device": TEXT, "zone": st.just("Asia/Kolkata"),
              "horizon": st.lists(st.floats(0, 90), min_size=1, max_size=9)},
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(plain=PLANT, other=PLANT)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, plain: dict[str, Any], other: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("plants") / "plants.toml"
    first, second = parse_plant(plain), parse_plant(other | {"name": other["name"] + "'"})
    if first.name == second.name:
        return
    put_plant(path, first)
    put_plant(path, second)
    assert read_plants(path) == (first, second)
    put_plant(path, first, second) if first.name == second.name else remove_plant(path, first)
    assert read_plants(path) == (second,)
    assert plant_toml(second) in path.read_text()


def test_a_wrong_plant_takes_nothing_from_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, HOUSE.replace("tilt = 30", "tilt = 300") + "\n" + FIELD)
    file = load_plants(path)
    (field,) = file.plants
    assert file.places == (1,) and field == file.of_device("MET-1")
    (wrong,) = file.wrong
    assert (wrong.name, wrong.devices) == ("Home", ("INV-1",))
    assert wrong.error.line == HOUSE.splitlines().index("tilt = 30") + 1
    assert "expected degrees from the horizontal" in str(wrong.error)
    for ask in (lambda: file.of_device("INV-1"), lambda: file.named("Home")):
        with pytest.raises(DeclarationError, match="tilt"):
            ask()
    assert file.of_device("elsewhere") is None and file.named("Field") == field


def test_a_plant_is_written_beside_a_wrong_one(tmp_path: Path) -> None:
    path = written(tmp_path, HOUSE.replace("tilt = 30", "tilt = 300") + "\n" + FIELD)
    (field,) = load_plants(path).plants
    changed = field.model_copy(update={"losses": 0.1})
    put_plant(path, changed, field)
    after = load_plants(path)
    assert after.plants[0].losses == 0.1 and after.places == (1,)
    assert "tilt = 300" in path.read_text() and len(after.wrong) == 1
    remove_plant(path, after.plants[0])
    assert load_plants(path).plants == () and len(load_plants(path).wrong) == 1


ZONES = ("-07:00", "+05:30", "UTC", "Z", "UTC+02", "Asia/Kolkata", "+25:00", "+01:75", "Mars/Base")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_of_a_source_is_one_of_a_plant(tmp_path: Path, zone: str) -> None:
    def refused(read: Callable[[], object]) -> bool:
        try:
            read()
        except DeclarationError:
            return True
        return False

    plants = written(tmp_path, HOUSE.replace("device =", f'zone = "{zone}"\ndevice ='))
    source = tmp_path / "source.toml"
    source.write_text(f'[[source]]\nfiles = "*.csv"\nzone = "{zone}"\n', "utf-8")
    wrong = zone in ZONES[-3:]
    assert refused(lambda: read_plants(plants)) == wrong
    assert refused(lambda: load_declarations(source)) == wrong


def test_offsets_of_zones_by_hand() -> None:
    noon = us("2025-06-01 12:00")
    for told, name, clock in (
        ("-07:00", "-07:00", "05:00"), ("UTC+02", "+02:00", "14:00"), ("+0530", "+05:30", "17:30"),
        ("Z", "UTC", "12:00"), ("Europe/Berlin", "Europe/Berlin", "14:00"),
    ):  # fmt: skip
        assert zone_name(told) == name
        assert f"{local_time(noon, name):%H:%M}" == clock
        index = pd.to_datetime([noon], unit="us", utc=True).tz_convert(name)
        assert f"{index[0]:%H:%M}" == clock


# --- beside a store -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pv1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with four inverters in one device, its facts told."""
    root = tmp_path_factory.mktemp("plants")
    names = [*(f"ac_power_inv{n}" for n in range(1, 5)), "energy_total", "poa_global"]
    rows = [(us(f"2025-06-01 12:{minute:02d}"), [1.0] * 6) for minute in range(0, 60, 5)]
    write_csv(root / "src" / "PV" / "pv1.csv", names, rows)
    run(root)
    with open_ledger(root / "store") as ledger, ledger.transaction() as commit:
        commit.put_facts("pv1", FACTS)
    return root / "store"


def test_the_plants_of_a_store(pv1: Path) -> None:
    store = open_store(pv1)
    known = known_plants(store)
    (plant,) = known.plants
    assert (plant.name, plant.kwp, known.described) == ("pv1", 300.0, frozenset())
    assert known.of_device("pv1") is plant
    inverter = plant.inverters[2]
    assert [one.name for one in signals_of(store, plant, inverter)["ac_power"]] == ["ac_power_inv3"]
    assert faults_of(store, plant) == []
    path = plants_file(pv1)
    text = HOUSE.replace('"INV-1"', '"pv1"') + '[[plant.sensor]]\nmeasures="ghi"\nsignal="none"\n'
    path.write_text(text)
    try:
        known = known_plants(store)
        assert [one.name for one in known.plants] == ["Home"]  # it speaks of pv1
        assert (
            len(signals_of(store, known.plants[0], known.plants[0].inverters[0])["ac_power"]) == 4
        )
        assert "ghi" in faults_of(store, known.plants[0])[0]
    finally:
        path.unlink()
    store.close()


def test_plant_is_hashable_for_caches(tmp_path: Path) -> None:
    (home,) = read_plants(written(tmp_path, HOUSE))
    assert isinstance(home, Plant)
    assert hash(home) == hash(home.model_copy())
