"""Plants without a sensor in the plane: their light is computed from the horizontal one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import pv_history, pv_plant, pv_report
from core.analytics import expected, pv
from core.analytics.expected import PlantModel
from core.config import Settings
from core.expected_report import expected_report
from core.plant_file import read_plants
from core.pv_report import PlantReport
from core.query import Store, open_store
from ingest.manual import enter_facts
from tests.pages.apps import pages_of, show, words
from tests.stores import run, scratch

QUARTER = 900_000_000
ZONE = "Europe/Berlin"
START = pd.Timestamp("2025-06-02", tz=ZONE).value // 1000
DAYS = 12
END = START + DAYS * 96 * QUARTER
PLACE = (48.4, 10.9)
SITE = PlantModel(*PLACE, 480.0, ())
KWP, SHARE = 10.0, 0.85
STALE_DAY = 5
FACTS = {"kwp": KWP, "tilt": 30.0, "azimuth": 180.0, "location.altitude_m": 480.0,
         "location.latitude": PLACE[0], "location.longitude": PLACE[1]}  # fmt: skip
RIDGE = """\
[[plant]]
name = "Ridge"
latitude = 48.4
longitude = 10.9
altitude_m = 480
meter_class = "0.5S"
device = "shed"
[[plant.array]]
name = "south"
tilt = 30
azimuth = 180
kwp = 5
inverter = "W"
[[plant.array]]
name = "north"
tilt = 30
azimuth = 0
kwp = 5
inverter = "W"
[[plant.inverter]]
name = "W"
ac_power = ["ac_power"]
[[plant.sensor]]
measures = "ghi"
signal = "ghi"
uncertainty = "A"
[[plant.sensor]]
measures = "temp_module"
signal = "temp_module"
"""


def sky() -> pd.DataFrame:
    """Horizontal light of clear and veiled days by `ts`, and power by the light in the plane."""
    rng = np.random.default_rng(3)
    ts = START + np.arange(DAYS * 96, dtype=np.int64) * QUARTER
    middle = ts + QUARTER // 2
    zenith = expected.sun_of(middle, SITE)["zenith"].to_numpy()
    veil = pd.Series(rng.random(len(ts))).rolling(8, min_periods=1).mean().to_numpy()
    ghi = np.round(1000 * np.maximum(np.cos(np.radians(zenith)), 0) ** 1.2 * (0.5 + veil / 2), 2)
    weather = pd.DataFrame({"ghi": ghi})
    planes = [(30.0, 180.0), (30.0, 0.0)]
    south, north = expected.irradiance_in_planes(middle, weather, SITE, planes)
    told = ghi.copy()
    still = ((ts - START) // (96 * QUARTER) == STALE_DAY) & (ghi > 300)
    told[still] = told[still][0]
    return pd.DataFrame({"ts": ts, "ghi": told, "south": south, "north": north})


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    frame = sky()
    time = pd.to_datetime(frame["ts"], unit="us", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    table = pd.DataFrame(
        {"ts": time, "ghi": frame["ghi"], "temp_module": 25.0,
         "ac_power": (KWP * SHARE * frame["south"] / 1000).round(5)}
    )  # fmt: skip
    with scratch() as place:
        (place / "src" / "PV").mkdir(parents=True)
        for name in ("shed", "hut"):
            table.to_csv(place / "src" / "PV" / f"{name}.csv", index=False)
        mast = table[["ts"]].assign(poa=400.0)
        mast.to_csv(place / "src" / "PV" / "mast.csv", index=False)
        run(place, zone=ZONE)
        settings = Settings(store=place / "store")
        enter_facts(settings, "shed", "PV", FACTS)
        enter_facts(settings, "hut", "PV", {"kwp": KWP})
        yield place


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(folder / "store")
    yield opened
    opened.close()


def report(store: Store, device: str = "shed", path: Path | None = None) -> PlantReport:
    found = pv_report.plant_report(store, device, START, END, pv_plant.plants_stamp(store, path))
    assert found is not None
    return found


def test_the_ratio_of_a_plant_with_a_horizontal_sensor(store: Store) -> None:
    found = report(store)
    assert found.course.facts.computed and "pr" not in found.refusals
    assert found.window is not None
    assert found.window["pr"] == pytest.approx(SHARE, rel=1e-3)
    assert found.uncertainty is None, "no class is declared"
    history = pv_history.history_of(found)
    assert set(pv_history.clock_checks(history)) == {"power"}, "computed light follows the sun"


def test_a_horizontal_sensor_that_stands_still_is_seen(store: Store) -> None:
    table = pv_report.period_table(report(store), "1d")
    assert table.loc[STALE_DAY, "stale_h"] > 4
    assert (table.drop(index=STALE_DAY)["stale_h"] == 0).all()
    assert table["pr"].to_numpy() == pytest.approx(SHARE, rel=2e-3)


def test_nothing_is_computed_where_the_modules_are_not_described(store: Store) -> None:
    found = report(store, "hut")
    assert found.refusals["pr"] == "tilt" and not found.course.facts.computed
    assert found.window is not None and np.isnan(found.window["pr"])


def test_each_plane_without_a_sensor_is_computed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plants.toml"
    path.write_text(RIDGE)
    found = report(store, path=path)
    assert found.course.facts.computed == ("south", "north") and not found.course.facts.no_light
    frame = sky()
    fresh = found.course.frame["good"] & ~found.flags["stale"]
    mean = (frame["south"] + frame["north"]) / 2
    assert found.course.frame["poa_global"][fresh].to_numpy() == pytest.approx(
        mean[fresh].to_numpy(), abs=0.1
    )
    sensor, meter = 0.03, 0.005
    assert found.uncertainty == pytest.approx(
        np.sqrt(sensor**2 + meter**2 + pv.TRANSPOSED**2)
    )  # fmt: skip
    (plant,) = read_plants(path)
    assert expected_report(store, plant, START, END, "1d").expected.inputs["poa"] == "modelled"


def test_a_plane_with_a_sensor_keeps_it(store: Store, tmp_path: Path) -> None:
    """That of the south tells 400 W/m² day and night; the north is computed."""
    path = tmp_path / "plants.toml"
    own = (
        '[[plant.sensor]]\nmeasures = "poa_global"\ndevice = "mast"\nsignal = "poa"\n'
        'array = "south"\n'
    )
    path.write_text(RIDGE + own)
    found = report(store, path=path)
    assert found.course.facts.computed == ("north",)
    fresh = found.course.frame["good"] & ~found.flags["stale"]
    wanted = (400.0 + sky()["north"]) / 2
    assert found.course.frame["poa_global"][fresh].to_numpy() == pytest.approx(
        wanted[fresh].to_numpy(), abs=0.1
    )


@pytest.mark.parametrize(("known", "lost"), [("dni", "dhi"), ("dhi", "dni")])
def test_what_is_measured_of_beam_and_diffuse_closes_the_sum(known: str, lost: str) -> None:
    zenith = np.array([20.0, 50.0, 80.0])
    truth = pd.DataFrame({"dni": [800.0, 500.0, 100.0], "dhi": [90.0, 120.0, 40.0]})
    ghi = truth["dni"] * np.cos(np.radians(zenith)) + truth["dhi"]
    sun = pd.DataFrame({"zenith": zenith})
    weather = pd.DataFrame({"ghi": ghi, known: truth[known]})
    found = expected.split_ghi(weather, sun, np.full(3, START))
    assert found[lost].to_numpy() == pytest.approx(truth[lost].to_numpy())
    dusk = expected.split_ghi(
        pd.DataFrame({"ghi": [5.0], "dhi": [3.0]}), pd.DataFrame({"zenith": [88.5]}),
        np.array([START]),
    )  # fmt: skip
    assert dusk["dni"].item() == 0


def test_a_flat_plane_has_the_light_that_was_measured() -> None:
    frame = sky()
    ghi = pd.DataFrame({"ghi": frame["ghi"]})
    middle = frame["ts"].to_numpy() + QUARTER // 2
    (flat,) = expected.irradiance_in_planes(middle, ghi, SITE, [(0.0, 180.0)])
    high = expected.sun_of(middle, SITE)["zenith"].to_numpy() < 85
    assert flat[high] == pytest.approx(frame["ghi"].to_numpy()[high], rel=5e-3)


def test_computed_light_against_a_sensor_in_the_plane(shared: Path) -> None:
    """Golden, Colorado, 40° to the south, minutes of eight days in March; `-s` prints."""
    frame = pd.read_csv(shared / "data" / "pv" / "pvcaptest" / "nrel_data.csv", index_col=0)
    frame.index = pd.to_datetime(frame.index).tz_localize("Etc/GMT+7")
    frame.columns = pd.Index(["ghi", "poa", "temp_air", "wind"])
    site = PlantModel(39.742, -105.18, 1829.0, ())
    for rule, width in (("15min", QUARTER), ("1h", 4 * QUARTER)):
        cells = frame.resample(rule).mean()
        ts = cells.index.tz_convert("UTC").as_unit("us").asi8
        (light,) = expected.irradiance_in_planes(
            ts + width // 2, cells[["ghi"]], site, [(40.0, 180.0)]
        )
        bright = cells["poa"].to_numpy() >= pv.LOW_LIGHT
        mine, sensor = np.where(bright, light, 0), cells["poa"].where(bright, 0).to_numpy()
        by_day = pd.DataFrame({"mine": mine, "sensor": sensor}).groupby(cells.index.date).sum()
        off = by_day["mine"] / by_day["sensor"] - 1
        bias = mine.sum() / sensor.sum() - 1
        rmse = np.sqrt(np.mean((mine - sensor)[bright] ** 2))
        print(
            f"{rule}: {100 * bias:+.1f} % of the irradiation, RMSE {rmse:.0f} W/m² "
            f"({100 * rmse / sensor[bright].mean():.1f} %), days {100 * off.min():+.1f} to "
            f"{100 * off.max():+.1f} %, RMS {100 * np.sqrt(np.mean(off**2)):.1f} % "
            f"(n={len(off)})"
        )
        assert abs(bias) < 0.02
        assert np.sqrt(np.mean(off**2)) < pv.TRANSPOSED, "what the page says"


@pytest.fixture
def served(folder: Path) -> Iterator[Path]:
    with pages_of(folder / "store"):
        yield folder


@pytest.mark.usefixtures("served")
def test_the_page_says_that_the_light_is_computed() -> None:
    said = words(show("pv", device="shed", range="all", lang="en"))
    assert "Performance ratio (PR) 85.0 %" in said and "computed from horizontal" in said
    assert "Erbs; Hay and Davies" in said and "5 % more uncertain" in said
    said = words(show("pv", device="shed", range="all", lang="de", section="flags"))
    assert "aus horizontaler berechnet" in said
    said = words(show("pv", device="hut", range="all", lang="de"))
    assert "misst nur horizontale Einstrahlung" in said and "Neigung und Azimut" in said
