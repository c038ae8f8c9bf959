"""Figures of real plants, read through a store, against plain pandas on the same files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import preprocess
from core import pv_report, pv_units
from core.pv_report import PlantReport
from core.query import Store, open_store
from tests.solar import nrel
from tests.stores import scratch

pytestmark = [
    pytest.mark.shared,
    # pvlib's own call, of a name that pandas will drop.
    pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear"),
]
STEP_H = 0.25


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "pv"


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    """A store built by the command from the files as they are."""
    with scratch() as here:
        (here / "source.toml").write_text(nrel.SOURCES)
        (here / "store_plants.toml").write_text(nrel.PLANTS)
        done = CliRunner().invoke(
            preprocess.app,
            ["build", "--store", str(here / "store"), "--source", str(folder),
             "--declare", str(here / "source.toml"), "--zone", "America/Denver"],
        )  # fmt: skip
        assert "12 of 13 sources read" in done.output, done.output
        opened = open_store(here / "store")
        yield opened
        opened.close()


def report(store: Store, device: str) -> PlantReport:
    """All readings of a plant."""
    found = store.device(device)
    assert found.first is not None and found.last is not None
    quarter = 900_000_000
    answer = pv_report.plant_report(
        store, device, found.first, (found.last // quarter + 1) * quarter
    )
    assert answer is not None
    return answer


def sun_is_up(times: pd.DatetimeIndex, device: str) -> np.ndarray:
    """By another algorithm than the page's."""
    from pvlib import solarposition

    latitude, longitude, *_ = nrel.PLACES[device]
    middle = times + pd.Timedelta(minutes=7, seconds=30)
    place = solarposition.ephemeris(middle, latitude, longitude)
    return place["elevation"].to_numpy() > 0


def plain_figures(
    ac_w: pd.Series, poa: pd.Series, temp: pd.Series, up: np.ndarray, kwp: float
) -> dict[str, float]:
    """Yields and ratios of quarter hours by pandas alone."""
    bright = up & (poa >= 50) & ac_w.notna()
    yr = poa[bright].sum() * STEP_H / 1000
    yf = ac_w[bright].sum() * STEP_H / 1000 / kwp
    mean = (poa * temp)[bright].sum() / poa[bright].sum()
    energy = ac_w[up].sum() * STEP_H / 1000
    return {
        "yr": yr, "yf": yf, "pr": yf / yr, "temp_weighted": mean,
        "pr_temp": yf / yr / (1 + nrel.GAMMA * (mean - 25)),
        "energy_kwh": energy, "specific_yield": energy / kwp,
        "capacity_factor": energy / kwp / (len(ac_w) * STEP_H),
    }  # fmt: skip


def assert_same(report: PlantReport, expected: dict[str, float]) -> None:
    assert report.window is not None
    found = {name: float(report.window[name]) for name in expected}
    assert found == pytest.approx(expected, rel=1e-9)


def test_one_inverter_with_its_dc_side(store: Store, folder: Path) -> None:
    frame = nrel.rsf(folder)
    times = pd.DatetimeIndex(frame.index)
    ac, poa = frame["inv2_ac_power_w__1047"], frame["poa_irradiance__1055"]
    up = sun_is_up(times, "rsf")
    expected = plain_figures(ac, poa, frame["module_temp__1056"], up, nrel.RSF_KWP)
    bright = up & (poa >= 50)
    ya = frame["inv2_dc_power__1135"][bright].sum() * STEP_H / 1000 / nrel.RSF_KWP
    found = report(store, "rsf")
    losses = {"ya": ya, "lc": expected["yr"] - ya, "ls": ya - expected["yf"]}
    assert_same(found, expected | losses)


def test_eight_inverters_and_a_meter(store: Store, folder: Path) -> None:
    frame = nrel.eight(folder).resample("15min").mean()
    poa = frame[["met1_poa_pyranometer", "met2_poa_pyranometer"]].median(axis=1)
    temp = frame[[name for name in frame if "mod_temp" in name]].median(axis=1)
    up = sun_is_up(pd.DatetimeIndex(frame.index), "eight")
    found = report(store, "eight")
    assert found.course.output == "meter"
    assert_same(found, plain_figures(frame["meter_power"], poa, temp, up, nrel.EIGHT_KWP))


def test_without_irradiance_yields_are_told_and_ratios_refused(store: Store, folder: Path) -> None:
    power = nrel.serf(folder)
    found = report(store, "serf")
    up = sun_is_up(pd.DatetimeIndex(power.index), "serf")
    energy = power[up].sum() * STEP_H / 1000
    assert found.window is not None
    # Of 104 days the two algorithms may see the sun rise one quarter hour apart.
    assert found.window["specific_yield"] == pytest.approx(energy / nrel.SERF_KWP, rel=1e-6)
    span_h = (found.course.end - found.course.start) / 3.6e9
    expected = energy / nrel.SERF_KWP / span_h
    assert found.window["capacity_factor"] == pytest.approx(expected, rel=1e-6)
    assert np.isnan(found.window["pr"]) and found.refusals["pr"] == "poa"


def test_what_the_meter_draws_at_night_survives(store: Store, folder: Path) -> None:
    """-8868 W all night: in the store as it was, apart from the energy of the day."""
    frame = nrel.eight(folder)
    info = store.signal("eight", "meter_power")
    assert info.rows == len(frame) and info.low == frame["meter_power"].min()
    quarter = frame["meter_power"].resample("15min").mean()
    up = sun_is_up(pd.DatetimeIndex(quarter.index), "eight")
    drawn = -quarter[~up & (quarter.to_numpy() < 0)].sum() * STEP_H / 1000
    assert report(store, "eight").night_kwh == pytest.approx(drawn, rel=1e-9)


def test_eight_inverters_are_ranked(store: Store, folder: Path) -> None:
    ranking = pv_units.ranking(store, report(store, "eight"), "inverters")
    assert ranking is not None and len(ranking.ranks) == 8
    frame = nrel.eight(folder).resample("15min").mean()
    poa = frame[["met1_poa_pyranometer", "met2_poa_pyranometer"]].median(axis=1)
    units = frame[[f"inv{i}_power" for i in range(1, 9)]]
    local = pd.DatetimeIndex(frame.index).tz_convert("America/Denver").date
    bright = (poa >= 200).to_numpy()
    expected = {}
    for name in units:
        others = units.drop(columns=name).median(axis=1)
        own, peers = units[name][bright], others[bright]
        by_day = own.groupby(local[bright]).sum() / peers.groupby(local[bright]).sum()
        expected[name] = by_day.median()
    assert {one.unit: one.ratio for one in ranking.ranks} == pytest.approx(expected, rel=1e-9)
    assert [one.unit for one in ranking.ranks] == sorted(expected, key=expected.__getitem__)
    assert {one.verdict for one in ranking.ranks} == {"alike"}


def test_stale_values_are_those_that_were_labelled_by_hand(store: Store, folder: Path) -> None:
    frame = nrel.stale(folder).dropna(subset="value_normalized")
    found = report(store, "stale")
    ts = pd.to_datetime(found.course.frame["ts"], unit="us", utc=True)
    flags = pd.Series(found.flags["stale"].to_numpy(), index=ts).reindex(frame.index)
    told, truth = flags.to_numpy(bool), frame["stale_data_mask"].to_numpy(bool)
    assert truth.sum() == 245
    assert (told & truth).sum() >= 0.9 * told.sum(), "precision"
    assert (told & truth).sum() >= 0.9 * truth.sum(), "recall"


def test_text_among_numbers_is_set_apart_and_the_rest_is_read(store: Store, folder: Path) -> None:
    text = (folder / "pvcaptest" / "nrel_data_val_err.csv").read_text("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    column = lines[0].split(",").index("POA 40-South CMP11 [W/m^2]")
    cells = pd.to_numeric(pd.Series([line.split(",")[column] for line in lines[1:]]), "coerce")
    usable = int(((cells >= -50) & (cells <= 2000)).sum())
    (info,) = store.signals("weather", "poa_global")
    assert 0 < info.rows == usable < len(cells)
    path = {one["path"] for one in store.quarantine() if one["device"] == "weather"}
    assert len(path) == 1 and path.pop().endswith("nrel_data_val_err.csv")
