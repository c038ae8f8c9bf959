"""What is said of a plant whose readings are known, from the store on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import pv_history, pv_losses_report, pv_plant, pv_report, pv_units, pv_use
from core.analytics import pv_sun
from core.config import Settings
from core.errors import DeclarationError, UnknownSignal
from core.pv_report import PlantReport
from core.query import Store, open_store
from ingest.manual import enter_facts
from tests.solar import plant
from tests.stores import run, scratch, write_csv

WHOLE = (plant.START, plant.START + plant.DAYS * 96 * plant.QUARTER)


@pytest.fixture(scope="module")
def store(roofs: Path) -> Iterator[Store]:
    opened = open_store(roofs / "store")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def roof(store: Store) -> PlantReport:
    found = pv_report.plant_report(store, "roof", *WHOLE)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def history(store: Store) -> pv_history.DailyHistory:
    found = pv_history.daily_history(store, "roof")
    assert found is not None
    return found


def test_the_ratio_at_25_degrees_is_the_one_planted(roof: PlantReport) -> None:
    """0.9, less what the weak inverter and the day of the outage cost."""
    frame = plant.readings()
    day = (frame["ts"] - plant.START) // (96 * plant.QUARTER)
    light = frame["poa_global"].where((frame["poa_global"] >= 50) & (day != plant.STALE_DAY))
    down = light[day == plant.DOWN_DAY].sum() / light.sum()
    expected = 0.9 * (1 - (1 - plant.WEAK) / 4 - down / 4)
    assert roof.window is not None
    assert roof.window["pr_temp"] == pytest.approx(expected, rel=2e-3)


def test_a_stale_sensor_forbids_ratios_and_not_energy(roof: PlantReport) -> None:
    table = pv_report.period_table(roof, "1d")
    assert len(table) == plant.DAYS
    stale = table.iloc[plant.STALE_DAY]
    assert stale["stale_h"] > 4 and stale["paired_ratio"] < 0.6
    assert stale["coverage_ratio"] == pytest.approx(1.0) and stale["energy_kwh"] > 0
    assert (table.drop(index=plant.STALE_DAY)["stale_h"] == 0).all()


@pytest.mark.parametrize(("every", "count"), [("1h", 60 * 24), ("1w", 9), ("1mo", 2), ("1y", 1)])
def test_periods_add_up_to_the_window(roof: PlantReport, every: str, count: int) -> None:
    table = pv_report.period_table(roof, every)  # type: ignore[arg-type]  # parametrised
    assert len(table) == count
    assert roof.window is not None
    assert table["energy_kwh"].sum() == pytest.approx(roof.window["energy_kwh"])
    assert table["yr"].sum() == pytest.approx(roof.window["yr"])


def test_an_outage_lowers_the_availability(roof: PlantReport) -> None:
    units = roof.units.set_index("unit")
    assert units.loc["ac_power_inv3", "down_h"] > 8
    assert (units.drop(index="ac_power_inv3")["time_ratio"] == 1).all()
    assert 0.99 < roof.time_ratio < 0.999 and 0.99 < roof.energy_ratio < 0.999


def test_the_weak_inverter_is_named(store: Store, roof: PlantReport) -> None:
    found = pv_units.ranking(store, roof, "inverters")
    assert found is not None and not found.sizes_told
    weakest = found.ranks[0]
    assert weakest.unit == "ac_power_inv2" and weakest.verdict == "behind"
    assert weakest.low <= plant.WEAK <= weakest.high
    assert pv_units.ranking(store, roof, "strings") is None
    assert pv_units.refusal(roof, "strings") == "few"


def test_losses_add_up_and_name_what_lacks(
    roof: PlantReport, history: pv_history.DailyHistory
) -> None:
    dirt = pv_history.soiling(history)
    way = pv_losses_report.loss_way(roof, history, dirt)
    assert way is not None
    known = [one for one in way.parts if np.isfinite(one.hours) and not one.total]
    lost = sum(one.hours for one in known)
    assert lost == pytest.approx(way.of("yr").hours - way.of("yf").hours)
    outage = way.of("outage")
    lost_kwh = roof.units["lost_kwh"].sum()
    assert outage.low <= outage.hours <= outage.high
    assert outage.hours == pytest.approx(lost_kwh / (4 * plant.KWP), rel=0.05)
    assert way.of("inverter").reason == "dc"


def test_an_outage_from_end_to_end_is_told_by_the_rest_of_the_life(
    store: Store, history: pv_history.DailyHistory
) -> None:
    """A day with an inverter down throughout: nothing in it tells what is usual."""
    day = 96 * plant.QUARTER
    start = plant.START + plant.DOWN_DAY * day
    found = pv_report.plant_report(store, "roof", start, start + day)
    assert found is not None and found.window is not None
    way = pv_losses_report.loss_way(found, history, None)
    assert way is not None
    outage = way.of("outage")
    assert not outage.reason and outage.low <= outage.hours <= outage.high
    ratio = found.window["specific_yield"] / (found.window["specific_yield"] + outage.hours)
    assert ratio == pytest.approx(found.energy_ratio, abs=5e-3), "as the key figure says"
    assert way.usual.value == pytest.approx(0.9 * (1 - (1 - plant.WEAK) / 4), rel=0.01)
    assert way.usual.days == pv_losses_report.USUAL_DAYS
    named = [one for one in way.parts if not one.total and one.name != "rest"]
    assert max(named, key=lambda one: np.nan_to_num(one.hours)).name == "outage"
    alone = pv_losses_report.loss_way(found, None, None)
    assert alone is not None and alone.of("outage").reason == "few_days"


def test_the_day_of_the_outage_stands_out(history: pv_history.DailyHistory) -> None:
    """Sixty days are too few to rank among: nothing is told, and the page says so."""
    assert all(one.judged == 0 for one in pv_history.anomalies(history).values())
    assert pv_history.degradation(history).refusal == "short"
    assert pv_history.clock_shifts(history) == {"poa": [], "power": []}


def test_a_plant_without_light_has_yields_and_a_refusal(store: Store) -> None:
    found = pv_report.plant_report(store, "house", *WHOLE)
    assert found is not None and found.window is not None
    assert found.refusals["pr"] == "poa"
    assert np.isnan(found.window["pr"]) and found.window["specific_yield"] > 0
    assert pv_losses_report.loss_way(found, None, None) is None


def test_nothing_is_said_of_a_station_or_an_empty_window(store: Store) -> None:
    assert pv_report.plant_report(store, "station", *WHOLE) is None
    before = (plant.START - 10**12, plant.START)
    assert pv_report.plant_report(store, "roof", *before) is None


def test_a_plant_of_the_file_goes_before_the_facts(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plants.toml"
    path.write_text(
        "[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
        "[[plant.array]]\ntilt = 30\nazimuth = 170\nkwp = 50\n"
        "[[plant.sensor]]\nmeasures = 'poa_global'\nsignal = 'poa_global'\nuncertainty = 'A'\n"
    )
    stamp = pv_plant.plants_stamp(store, path)
    facts, signals = pv_plant.describe(store, "roof", stamp)
    assert (facts.name, facts.kwp, facts.tilt, facts.gamma_told) == ("Barn", 50, 30, False)
    assert facts.irradiance_uncertainty == 0.03 and facts.meter_uncertainty is None
    assert [one.name for one in signals.units] == [f"ac_power_inv{i}" for i in range(1, 5)]
    path.write_text(path.read_text().replace("signal = 'poa_global'", "signal = 'lost'"))
    with pytest.raises(UnknownSignal):
        pv_plant.describe(store, "roof", pv_plant.plants_stamp(store, path))
    path.write_text("[[plant]]\nname = 'Barn'\ndevice = 'roof'\n")
    with pytest.raises(DeclarationError):
        pv_plant.describe(store, "roof", pv_plant.plants_stamp(store, path))


def test_what_is_used_on_site_is_split_before_it_is_summed() -> None:
    """Each quarter: 8 kW made, and by turns 6 kW fed in and 2 kW drawn."""
    times = [plant.START + k * plant.QUARTER for k in range(40, 60)]
    with scratch() as folder:
        write_csv(folder / "src" / "PV" / "pv.csv", ["ac_power"], [(t, [8.0]) for t in times])
        grid = [(t, [-6.0 if k % 2 else 2.0]) for k, t in enumerate(times)]
        write_csv(folder / "src" / "meter" / "m.csv", ["com_ap"], grid)
        run(folder)
        store = open_store(folder / "store")
        assert pv_use.on_site(store, "pv", times[0], times[-1]) is None, "no role told"
        enter_facts(Settings(store=folder / "store"), "m", "meter", {"role": "grid"})
        found = pv_use.on_site(store, "pv", times[0], times[-1] + plant.QUARTER)
        store.close()
        assert found is not None and found.meter == "m"
        assert found.generated == pytest.approx(40) and found.exported == pytest.approx(15)
        assert found.self_consumption == pytest.approx(25 / 40)
        assert found.self_sufficiency == pytest.approx(25 / 30)
        assert found.covered == pytest.approx(1.0)


@pytest.mark.parametrize(("days", "said"), [(5, "few"), (30, "off")])
def test_a_clock_two_hours_late_is_never_called_right(days: int, said: str) -> None:
    """Under seven days no stretch is told, but neither is agreement; the night's energy warns."""
    frame = plant.readings()[["ts", "poa_global", "ac_power_inv1"]].iloc[: 96 * days]
    rows = [(int(ts) + 8 * plant.QUARTER, [g, p]) for ts, g, p in frame.itertuples(index=False)]
    with scratch() as folder:
        write_csv(folder / "src" / "PV" / "late.csv", ["poa_global", "ac_power_inv1"], rows)
        run(folder)
        enter_facts(Settings(store=folder / "store"), "late", "PV", plant.FACTS)
        store = open_store(folder / "store")
        history = pv_history.daily_history(store, "late")
        found = pv_report.plant_report(store, "late", *WHOLE)
        store.close()
    assert history is not None and found is not None
    for check in pv_history.clock_checks(history).values():
        assert check.minutes == pytest.approx(120, abs=15)
        assert check.enough == bool(check.shifts) == (said == "off")


def test_much_energy_at_night_is_no_night_value() -> None:
    """Five hours late: light and power go on after dusk."""
    frame = plant.readings()[["ts", "poa_global", "ac_power_inv1"]].iloc[: 96 * 5]
    rows = [(int(ts) + 20 * plant.QUARTER, [g, p]) for ts, g, p in frame.itertuples(index=False)]
    with scratch() as folder:
        write_csv(folder / "src" / "PV" / "late.csv", ["poa_global", "ac_power_inv1"], rows)
        run(folder)
        facts = plant.FACTS | {"kwp": plant.KWP}
        enter_facts(Settings(store=folder / "store"), "late", "PV", facts)
        store = open_store(folder / "store")
        found = pv_report.plant_report(store, "late", *WHOLE)
        store.close()
    assert found is not None
    assert found.clock_is_doubtful
    at = np.array([ts for ts, _ in rows]) + plant.QUARTER // 2
    up, _ = pv_sun.sun_position(at, *plant.PLACE)
    dark = sum(power for (_, (_, power)), sun in zip(rows, up, strict=True) if sun < -6) / 4
    assert found.dark_kwh == pytest.approx(dark, rel=0.02) and dark > 10


def test_a_right_clock_casts_no_doubt(roof: PlantReport) -> None:
    assert not roof.clock_is_doubtful and roof.dark_kwh == 0


def test_watts_taken_for_kilowatts_are_told(roof: PlantReport) -> None:
    assert 0.5 < roof.times_nominal < 1.2 and not roof.power_is_doubtful
    course = roof.course
    watts = replace(course, frame=course.frame.assign(ac_kw=1000 * course.frame["ac_kw"]))
    found = replace(roof, course=watts)
    assert found.times_nominal > 500 and found.power_is_doubtful


def test_classes_of_sensor_and_meter_make_the_uncertainty(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plants.toml"
    path.write_text(
        "[[plant]]\nname = 'Barn'\nlatitude = 48.4\nlongitude = 10.9\ndevice = 'roof'\n"
        "meter_class = '2'\n[[plant.array]]\ntilt = 25\nazimuth = 180\nkwp = 40\n"
        "[[plant.sensor]]\nmeasures = 'poa_global'\nsignal = 'poa_global'\nuncertainty = 'A'\n"
    )
    stamp = pv_plant.plants_stamp(store, path)
    found = pv_report.plant_report(store, "roof", *WHOLE, stamp)
    assert found is not None
    assert found.uncertainty == pytest.approx((0.03**2 + 0.02**2) ** 0.5)
