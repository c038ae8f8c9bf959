"""Strings against their peers: weak, dead for a week, shaded in the mornings, in two planes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import pv_plant, pv_report, pv_units
from core.analytics import pv_peers
from core.analytics.quality import local_times
from core.pv_report import PlantReport
from core.query import Store, open_store
from tests.pages.apps import pages_of, show, titles, words
from tests.solar import strings
from tests.stores import run, scratch

WHOLE = (strings.START, strings.START + strings.DAYS * 96 * 900_000_000)
WEAK, DEAD, SHADED = (f"string{n}_current" for n in (strings.WEAK, strings.DEAD, strings.SHADED))
PLANT = """\
[[plant]]
name = "Barn"
latitude = 48.4
longitude = 10.9
device = "barn"
[[plant.array]]
name = "front"
tilt = 25
azimuth = 180
kwp = {0}
{1}
[[plant.array]]
name = "back"
tilt = 25
azimuth = {3}
kwp = 10
{2}
"""


@pytest.fixture(scope="module")
def barn() -> Iterator[Path]:
    with scratch() as folder:
        strings.write_strings(folder)
        yield folder


@pytest.fixture(scope="module")
def store(barn: Path) -> Iterator[Store]:
    opened = open_store(barn / "store")
    yield opened
    opened.close()


def report(store: Store, path: Path | None = None) -> PlantReport:
    stamp = pv_plant.plants_stamp(store, path)
    found = pv_report.plant_report(store, "barn", *WHOLE, stamp)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ranked(store: Store) -> pv_units.Ranking:
    found = pv_units.ranking(store, report(store), "strings")
    assert found is not None
    return found


def test_the_weak_and_the_shaded_string_are_behind_and_no_other(ranked: pv_units.Ranking) -> None:
    verdicts = {one.unit: one.verdict for one in ranked.ranks}
    assert {name for name, one in verdicts.items() if one == "behind"} == {WEAK, SHADED}
    assert set(verdicts.values()) == {"behind", "alike"}
    weakest = ranked.ranks[0]
    assert weakest.unit == WEAK and weakest.ratio == pytest.approx(strings.WEAK_SHARE, abs=1e-3)


def test_the_dead_week_is_told_with_begin_and_end(ranked: pv_units.Ranking) -> None:
    ((start, end),) = ranked.spans[DEAD]
    day_us = 86_400_000_000
    first = strings.START + strings.DEAD_FIRST * day_us
    assert first < start < first + day_us / 3, "the first light of the first day"
    assert first + 6.6 * day_us < end < first + 7 * day_us, "the last light of the last"
    assert not any(spans for name, spans in ranked.spans.items() if name != DEAD)
    units = ranked.units.set_index("unit")
    frame = strings.readings()
    day = (frame["ts"] - strings.START) // day_us
    light = (frame["poa_global"] >= 100) & (day - strings.DEAD_FIRST).between(0, 6)
    assert units.loc[DEAD, "down_h"] == pytest.approx(light.sum() / 4, abs=0.5)
    assert (units.drop(index=DEAD)["time_ratio"] == 1).all()


def test_hours_of_the_shadow_are_told_of_the_shaded_string_alone(
    ranked: pv_units.Ranking,
) -> None:
    ((low, high),) = ranked.weak_hours(SHADED)
    assert high == strings.SHADED_UNTIL and 6 <= low <= 8
    assert ranked.missing(SHADED) == pytest.approx(1 - strings.SHADED_SHARE, abs=0.01)
    others = [one.unit for one in ranked.ranks if one.unit != SHADED]
    assert not any(ranked.weak_hours(name) for name in others), "weak all day is no shadow"


def test_shares_by_hour_are_those_of_a_plain_loop(store: Store) -> None:
    """A slow readable twin."""
    found = report(store)
    table = pv_units.load_strings(store, found.course)
    hours, day = found.course.frame["hours"].to_numpy(), found.day
    hour = local_times(found.course.frame["ts"].to_numpy(), strings.ZONE).hour.to_numpy(np.int64)
    telling = pv_units.telling(found)
    power = table.to_numpy()
    hourly = pv_peers.hourly_shares(power, np.ones(8), hours, telling, day, hour)
    for at in (2, 4, 6):
        for clock in (8, 13):
            daily = []
            for one in range(strings.DAYS):
                here = (day == one) & (hour == clock) & telling & (power[:, at] > 0.005)
                if here.any():
                    peers = np.delete(power[here], at, axis=1)
                    # A string that stands still is no peer of those that run.
                    others = np.array([np.median(row[row >= 0.005]) for row in peers])
                    daily.append(power[here, at].sum() / others.sum())
            assert hourly.share[clock, at] == pytest.approx(np.median(daily))


def test_a_shadow_needs_days_enough_to_be_told() -> None:
    rng = np.random.default_rng(0)
    for days, surely in ((5, False), (40, True)):
        n = days * 24
        day, hour = np.divmod(np.arange(n), 24)
        power = np.ones((n, 4)) + 0.01 * rng.standard_normal((n, 4))
        power[hour == 9, 1] *= 0.7
        found = pv_peers.hourly_shares(power, np.ones(4), np.ones(n), np.ones(n, bool), day, hour)
        assert found.enough is surely
        assert found.weak_hours(1) == ([(9, 10)] if surely else [])
        assert not found.weak[:, [0, 2, 3]].any()


def test_shadows_are_not_seen_where_there_are_none() -> None:
    """Ten strings with noise of 3 % by the hour: none of 40 draws names one."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        day, hour = np.divmod(np.arange(20 * 24), 24)
        power = 1 + 0.03 * rng.standard_normal((len(day), 10))
        n = len(day)
        found = pv_peers.hourly_shares(power, np.ones(10), np.ones(n), np.ones(n, bool), day, hour)
        assert not found.weak.any()


def test_a_string_dead_all_the_time_comes_first() -> None:
    frame = strings.readings().iloc[: 96 * 5]
    amps = strings.currents(frame)[[f"string{n}_current" for n in (1, 2, 4, 6)]]
    amps["string4_current"] = 0.0
    time = pd.to_datetime(frame["ts"], unit="us", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    with scratch() as folder:
        (folder / "src" / "PV").mkdir(parents=True)
        table = pd.concat([frame[["poa_global", "ac_power_inv1"]], amps], axis=1)
        table.insert(0, "ts", time)
        table.to_csv(folder / "src" / "PV" / "barn.csv", index=False)
        run(folder, zone=strings.ZONE)
        with closing(open_store(folder / "store")) as opened:
            found = pv_report.plant_report(opened, "barn", WHOLE[0], WHOLE[0] + 5 * 86_400_000_000)
            assert found is not None
            ranked = pv_units.ranking(opened, found, "strings")
    assert ranked is not None
    assert (ranked.ranks[0].unit, ranked.ranks[0].verdict) == ("string4_current", "down")
    assert all(one.verdict == "alike" for one in ranked.ranks[1:])


def named(numbers: range) -> str:
    return "strings = [" + ", ".join(f'"string{n}_current"' for n in numbers) + "]"


def test_strings_are_held_against_those_of_their_plane(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plants.toml"
    path.write_text(PLANT.format(30, named(range(1, 6)), named(range(6, 9)), 90))
    found = report(store, path)
    assert found.course.facts.string_planes == (0, 0, 0, 0, 0, 1, 1, 1)
    ranked = pv_units.ranking(store, found, "strings")
    assert ranked is not None and not ranked.sizes_told, "a current does not depend on the size"
    behind = {one.unit for one in ranked.ranks if one.verdict == "behind"}
    assert behind == {WEAK, SHADED}


def test_strings_of_unknown_planes_are_no_peers(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plants.toml"
    path.write_text(PLANT.format(30, "", "", 90))
    found = report(store, path)
    assert pv_units.refusal(found, "strings") == "planes"
    assert pv_units.ranking(store, found, "strings") is None
    path.write_text(PLANT.format(30, "", "", 180))
    assert pv_units.refusal(report(store, path), "strings") == ""


@pytest.fixture
def served(barn: Path) -> Iterator[Path]:
    with pages_of(barn / "store"):
        yield barn


@pytest.mark.usefixtures("served")
def test_the_page_names_all_three() -> None:
    app = show("pv", device="barn", range="all", section="units", lang="en")
    assert titles(app) == [
        "string3_current trails its peers by 10.0 %",
        "string7_current falls behind from 07:00–10:00",
    ]
    said = words(app)
    assert "string5_current gave nothing in 86 h of light: 11 May 2025" in said
    assert "string7_current lies 45 % lower from 07:00–10:00" in said
    assert "Fewer than three inverters" in said
    app = show("pv", device="barn", range="all", section="units", lang="de")
    assert "string5_current lieferte in 86 h Licht nichts" in words(app)


def test_the_page_says_why_planes_cannot_be_compared(served: Path) -> None:
    path = served / "store_plants.toml"
    path.write_text(PLANT.format(30, "", "", 90))
    try:
        app = show("pv", device="barn", range="all", section="units", lang="de")
        assert "in verschiedenen Ebenen" in words(app)
    finally:
        path.unlink()
