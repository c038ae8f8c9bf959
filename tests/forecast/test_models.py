"""Training, storing and refusing models, and forecasts as signals, on a small store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import preprocess
from core.analytics.forecast.features import History
from core.analytics.forecast.importance import permutation_importance
from core.analytics.forecast.models import Case, fit_model, forecast
from core.config import load_settings
from core.errors import ModelMissing, ModelUnfit, QueryError
from core.fleet import fleet_report
from core.forecast_cases import find_target, forecast_targets, load_history, newest_slot
from core.forecast_figures import describe_model
from core.forecast_issue import issue_forecast, write
from core.forecast_models import check_fits, check_same, load_model, manifest_path, models_folder
from core.forecast_report import backtest_of, beside_actual, model_stamps
from core.forecast_signals import by_lead, forecast_device, parts_of_name, signal_name
from core.forecast_training import Training, train, train_case
from core.measures import measured_devices, metered_devices, newest_reading
from core.query import Device, Store, open_store
from ingest.build import build
from tests.forecast.courses import HOUR, hourly, moment, working_load
from tests.stores import scratch, verified

DAYS = 60
END = moment("2024-03-01") + DAYS * 24 * HOUR  # an hour of it went with the clock change


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A store of an hourly meter with a trained model, and of a meter that flows both ways."""
    with scratch() as folder:
        grid = hourly(DAYS)
        values = working_load(grid)[: DAYS * 24]
        for device, shown in (("m1", values), ("both", values - 30)):
            lines = [f"{t},{v:.3f}" for t, v in zip(stamps(grid.ts), shown, strict=False)]
            path = folder / "src" / "meter" / device / "com_ap.csv"
            path.parent.mkdir(parents=True)
            path.write_text("ts,com_ap\n" + "\n".join(lines) + "\n")
        build(load_settings(store=folder / "store", sources=(folder / "src",)))
        store = open_store(folder / "store")
        train(store, "m1", asked=Training(test_days=15, rounds=60))
        store.close()
        yield folder / "store"


def stamps(ts: np.ndarray) -> list[str]:
    utc = pd.DatetimeIndex(ts[: DAYS * 24].astype("datetime64[us]"))
    return [f"{one:%Y-%m-%d %H:%M:%S}Z" for one in utc]


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root)
    yield opened
    opened.close()


def test_what_can_be_forecast(store: Store) -> None:
    (one,) = forecast_targets(store, "m1")
    assert (one.quantity, one.signals, one.step_us, one.low) == ("load", ("com_ap",), HOUR, 0.0)
    (both,) = forecast_targets(store, "both")
    assert (both.quantity, both.low) == ("net", None)
    with pytest.raises(QueryError, match="m1 has no pv to forecast; it has: load"):
        find_target(store, "m1", "pv")


def test_history_is_the_readings_and_a_horizon(store: Store) -> None:
    target = find_target(store, "m1")
    history = load_history(store, target)
    assert history.grid.count == (DAYS + 2) * 24
    assert newest_slot(history) == DAYS * 24
    assert history.grid.start == moment("2024-03-01")
    wanted = working_load(hourly(DAYS))[: DAYS * 24].round(3)
    np.testing.assert_allclose(history.values[: DAYS * 24], wanted)
    earlier = load_history(store, target, end=moment("2024-03-11 12:30"))
    assert newest_slot(earlier) == 10 * 24 + 12


def test_a_trained_model_beats_the_week_before_and_says_so(store: Store) -> None:
    stored = load_model(store.root, "m1", "load")
    figures = stored.manifest["figures"]
    assert stored.served == "model"
    assert figures["skill"]["seasonal_168h"]["value"] > 0.1
    assert 0.6 < figures["coverage"]["value"] < 0.95
    assert stored.manifest["region"] == "DE"
    assert stored.manifest["window"] == [moment("2024-03-01"), END]
    assert {"numpy", "scikit-learn"} <= set(stored.manifest["libraries"])
    assert stored.manifest["importance"][0]["growth"] > 0.2
    assert stored.manifest["quality"]["missing_ratio"] == 0
    parts = stored.manifest["parts"]
    assert parts["base"]["value"] == pytest.approx(8.5, abs=1)
    assert parts["climate"]["refusal"] == "no_temperature"
    by_kind = dict(zip(parts["by_kind"]["kind"], parts["by_kind"]["mean"], strict=True))
    assert by_kind[0] == pytest.approx(10 + 40 * 11 / 24, abs=1)
    assert by_kind[2] == pytest.approx(10, abs=1)


def test_a_stored_model_forecasts_as_the_one_in_memory(store: Store) -> None:
    target = find_target(store, "m1")
    history = load_history(store, target, region="DE")
    given, _ = issue_forecast(store, "m1", "load")
    case = Case(history, low=0.0)
    model = fit_model(case, 0, newest_slot(history), rounds=60)
    slot = newest_slot(history)
    wanted = forecast(model, case, np.full(48, slot), slot + np.arange(48))
    centre = ["expected", "p50"]
    pd.testing.assert_frame_equal(given.frame[centre], wanted[centre])
    # The band is that of the model, stretched alike by what the backtest last showed.
    above = (given.frame["p90"] - wanted["p50"]) / (wanted["p90"] - wanted["p50"])
    np.testing.assert_allclose(above, above[0])
    assert given.issue == END
    assert given.frame["ts"].tolist() == [given.issue + k * HOUR for k in range(48)]
    bands = given.frame[["p10", "p50", "p90"]].to_numpy()
    assert (np.diff(bands, axis=1) >= 0).all()
    assert (bands >= 0).all()
    holiday = given.frame["expected"].to_numpy()[24:]  # 1 May
    workday = given.frame["expected"].to_numpy()[:24]
    assert holiday[8:17].mean() < workday[8:17].mean() + 1


def test_the_backtest_is_kept_and_can_be_cut(store: Store) -> None:
    stored = load_model(store.root, "m1", "load")
    whole = backtest_of(stored, 0, 2**62)
    assert whole.scores.rmse.value == pytest.approx(
        stored.manifest["figures"]["rmse"]["value"], rel=1e-4
    )
    week = backtest_of(stored, moment("2024-04-16"), moment("2024-04-23"))
    assert week.scores.issues == 7 * 4
    none = backtest_of(stored, 0, 1)
    assert (none.scores.n, none.start) == (0, None)
    stamp = model_stamps(store, "m1")["load"]
    span = moment("2024-04-20"), moment("2024-04-22")
    rows = beside_actual(store, "m1", "load", stamp, *span, 24)
    assert len(rows) == 48
    assert (rows["ts"] - rows["issue"] >= 24 * HOUR).all()
    assert (rows["ts"] - rows["issue"] < 30 * HOUR).all()


def unfit(store: Store, match: str, **changed: object) -> None:
    """Ask with a manifest that says something else."""
    stored = load_model(store.root, "m1", "load")
    stored.manifest.update(changed)
    target = find_target(store, "m1")
    with pytest.raises(ModelUnfit, match=match):
        check_fits(stored, target, moment("2024-04-30"))


def test_models_that_do_not_fit_are_refused(store: Store) -> None:
    unfit(store, "slots of 15 min, the data are of 60 min", step_us=HOUR // 4)
    unfit(store, "trained on other, the device now has com_ap", signals=["other"])
    unfit(store, "made with numpy 1.26.4, here is", libraries={"numpy": "1.26.4"})
    unfit(store, "nothing of the last 151 days", window=[0, moment("2023-12-01")])
    unfit(store, "trained on later data", window=[moment("2024-06-01"), moment("2024-07-01")])
    unfit(store, "is in W, the data are in kW", unit="W")
    check_fits(load_model(store.root, "m1", "load"), find_target(store, "m1"), moment("2024-05-01"))


def test_a_model_whose_readings_were_replaced_is_refused(store: Store) -> None:
    stored = load_model(store.root, "m1", "load")
    history = load_history(store, find_target(store, "m1"))
    stop = newest_slot(history)
    check_same(stored, history, stop)
    corrected, other, lost = (history.values.copy() for _ in range(3))
    corrected[stop - 100 : stop - 90] += 5.0  # a few late corrections are none of its business
    check_same(stored, History(history.grid, corrected), stop)
    other[stop - 100 : stop] += 5.0
    lost[stop - 200 : stop - 20] = np.nan
    for values in (other, lost):
        with pytest.raises(ModelUnfit, match=r"are others now: \d+ % of them differ") as found:
            check_same(stored, History(history.grid, values), stop)
        assert found.value.mend.endswith("train --device m1 --quantity load")
    check_same(stored, History(history.grid, other), stop - 300)  # issued before
    night = replace(stored, rows=stored.rows.assign(judged=False))
    check_same(night, History(history.grid, lost), stop)  # a net fills in nights


def test_one_value_all_the_time_is_refused_and_one_of_the_test_is_no_division(
    store: Store,
) -> None:
    target = find_target(store, "m1")
    history = load_history(store, target)
    flat = History(history.grid, np.where(np.isfinite(history.values), 4.2, np.nan))
    with pytest.raises(QueryError, match=r"one load in all of 60 days, 4\.2 kW; there is nothing"):
        train_case(store, target, Case(flat), None, Training())
    zeros = np.where(np.isfinite(history.values), 0.0, np.nan)
    zeros[:200] = 1.0
    case = Case(History(history.grid, zeros), low=0.0)
    model = fit_model(case, 300, 50 * 24, rounds=4)
    assert not len(permutation_importance(model, case, 52 * 24, 56 * 24))


def test_a_night_that_a_net_filled_in_was_not_learnt_from(store: Store) -> None:
    class WithNight(Case):
        def judged(self, target: np.ndarray) -> np.ndarray:
            return target < 1200

    history = load_history(store, find_target(store, "m1"))
    rows = load_model(store.root, "m1", "load").rows
    stop = newest_slot(history)
    for case, last in ((Case(history), stop), (WithNight(history), 1200)):
        manifest, _ = describe_model(find_target(store, "m1"), case, stop, rows, 15)
        assert manifest["learnt"] == history.grid.start + last * HOUR
        assert manifest["window"][1] == history.grid.start + stop * HOUR


def test_gaps_do_not_make_a_quarter_hour_an_hour() -> None:
    ts = moment("2024-03-01") + HOUR // 4 * np.arange(40 * 96)
    keep = (np.arange(len(ts)) % 10 != 3) & ~((ts > ts[600]) & (ts < ts[900]))
    with scratch() as folder:
        path = folder / "src" / "meter" / "gaps" / "load_power.csv"
        path.parent.mkdir(parents=True)
        rows = [f"{pd.Timestamp(t, unit='us'):%Y-%m-%d %H:%M:%S}Z,{t % 7}" for t in ts[keep]]
        path.write_text("ts,load_power\n" + "\n".join(rows) + "\n")
        build(load_settings(store=folder / "store", sources=(folder / "src",)))
        opened = open_store(folder / "store")
        assert opened.signal("gaps", "load_power").step_us > 1.05 * HOUR / 4
        assert find_target(opened, "gaps").step_us == HOUR // 4
        opened.close()


def test_damage_is_seen(store: Store) -> None:
    with pytest.raises(ModelMissing, match="no model of net is stored for both"):
        load_model(store.root, "both", "net")
    path = manifest_path(store.root, "m1", "load")
    said = path.read_text()
    arrays = path.with_name(json.loads(said)["arrays"])
    content = arrays.read_bytes()
    try:
        arrays.write_bytes(content[:-7] + b"changed")
        with pytest.raises(ModelUnfit, match="not what its manifest says"):
            load_model(store.root, "m1", "load")
        arrays.write_bytes(content)
        outside = said.replace(arrays.name, "../x.npz")
        wrongs = {"{": "is damaged", '{"format": 99}': "has format 99",
                  outside: "names no file of arrays"}  # fmt: skip
        for wrong, why in wrongs.items():
            path.write_text(wrong)
            with pytest.raises(ModelUnfit, match=why):
                load_model(store.root, "m1", "load")
    finally:
        path.write_text(said)
        arrays.write_bytes(content)
    assert sorted(one.suffix for one in models_folder(store.root).rglob("*.*")) == [".json", ".npz"]


def test_too_few_days_are_refused(store: Store) -> None:
    history = load_history(store, find_target(store, "m1"))
    with pytest.raises(QueryError, match="9 days of values are too few"):
        fit_model(Case(history), 0, 9 * 24)


def test_values_go_to_every_class_they_satisfy() -> None:
    issue = moment("2024-05-01 06:00")
    ts = issue + HOUR * np.array([0, 5, 6, 30])
    frame = pd.DataFrame({"ts": ts, "expected": [1.0, 2, 3, np.nan]}).assign(
        p10=0.0, p50=1.0, p90=2.0
    )
    found = by_lead(frame, issue)
    assert found["expected", 0]["value"].tolist() == [1, 2, 3]
    assert found["expected", 6]["value"].tolist() == [3]
    assert ("expected", 24) not in found
    assert found["ahead", 24]["value"].tolist() == [30]
    assert ("ahead", 36) not in found
    assert signal_name("load", "p50", 24) == "load_p50_lead24h"
    assert parts_of_name("room_temperature_p90_lead6h") == ("room_temperature", "p90", 6)
    assert parts_of_name("temp_air_lead6h") is None


def test_forecasts_become_signals_with_what_was_known_when(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["preprocess.py", *words, "--store", str(root)])
        with pytest.raises(SystemExit) as ended:
            preprocess.main()
        return f"{ended.value.code} {capsys.readouterr()}"

    # The model has learnt from later readings: nothing is kept that could not be known.
    past = ("forecast", "--device", "m1", "--at", "2024-04-28T00:00")
    refused = command(*past)
    assert refused.startswith("2 ") and "learnt from readings later than this issue" in refused
    name = forecast_device("m1")
    written = command(*past, "--out", str(root.parent / "past.csv"))
    assert "48 slots from 2024-04-28T00:00:00+02:00, served by model" in written
    head = (root.parent / "past.csv").read_text().split("\n\n")[0]
    assert "so this is no test of it" in head
    assert "2024-04-28 00:00:00+02:00" in head or "2024-04-28T00:00:00" in head
    store = open_store(root)
    assert name not in [one.name for one in store.devices()]
    for text in ("2024-04-28", "2024-04-29"):
        given, stored = issue_forecast(store, "m1", "load", at=moment(text))
        known = stored.manifest | {"learnt": given.issue}  # as if it knew no more
        write(store, given, replace(stored, manifest=known))
    store.close()
    store = open_store(root)
    try:
        span = moment("2024-04-29"), moment("2024-04-30")
        newest = store.raw(name, "load_ahead_lead0h", *span)[1]
        day_before = store.raw(name, "load_ahead_lead24h", *span)[1]
        assert newest.tolist() == list(range(24))
        assert day_before.tolist() == list(range(24, 48))
        early, _ = issue_forecast(store, "m1", "load", at=moment("2024-04-28"))
        kept = store.raw(name, "load_p90_lead24h", *span)[1]
        np.testing.assert_allclose(kept, early.frame["p90"].to_numpy()[24:])
        assert store.device(name).facts["forecast_of"] == "m1"
        info = store.signal(name, "load_p50_lead0h")
        assert (info.quantity, info.unit) == ("load_forecast", "kW")
    finally:
        store.close()
    assert verified(root) == []
    missing = command("forecast", "--device", "both")
    assert "train one: preprocess.py train --device both" in missing


def test_forecasts_do_not_make_meters_look_late(root: Path) -> None:
    opened = open_store(root)
    try:
        given, stored = issue_forecast(opened, "m1", "load")
        write(opened, given, stored)
        names = [one.name for one in measured_devices(opened.devices())]
        assert names == ["both", "m1"]
        assert forecast_device("m1") in [one.name for one in opened.devices()]
        states = fleet_report(opened, given.issue - 7 * 24 * HOUR, given.issue)
        assert {one.device.name: one.behind_us for one in states} == {"both": 0, "m1": 0}
    finally:
        opened.close()


def told(name: str, group: str, last: int | None = 9, **facts: object) -> Device:
    return Device(name, group, False, 1, 0, last, 1, facts)


def test_what_is_told_is_no_meter_and_no_measure_of_time() -> None:
    devices = [
        told("m1", "meter", 5), told("m1.forecast", "forecast"), told("spot", "price"),
        told("ahead", "weather", weather={"kind": "forecast"}),
        told("year", "weather", weather={"kind": "typical"}),
        told("past", "weather", weather={"kind": "reanalysis"}),
        told("mast", "weather", 7), told("new", "BESS", None),
    ]  # fmt: skip
    assert [one.name for one in metered_devices(devices)] == ["m1", "new"]
    assert [one.name for one in measured_devices(devices)] == ["m1", "mast", "new"]
    assert newest_reading(devices) == 7
    assert newest_reading(devices[1:6]) is None
