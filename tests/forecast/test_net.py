"""Load less PV: the band follows how errors of both go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import preprocess
from core.analytics.forecast.joint import calibrated, net_rows, shape_of, together
from core.config import load_settings
from core.errors import ModelUnfit, QueryError
from core.forecast_cases import find_target, load_history, net_target
from core.forecast_issue import issue_forecast
from core.forecast_models import StoredModel, load_model
from core.forecast_net import train_net
from core.forecast_report import ahead_report, backtest_of
from core.forecast_training import Training, train
from core.query import Store, open_store
from ingest.build import build
from tests.forecast.courses import HOUR, hourly, moment, working_load
from tests.stores import scratch

DAY = 24 * HOUR
NORMAL_90 = 1.281552


def simulated(correlation: float, days: int = 150, seed: int = 0) -> list[pd.DataFrame]:
    """Backtests of a load and a PV plant whose errors correlate; each band is right by itself."""
    rng = np.random.default_rng(seed)
    issue = np.repeat(np.arange(0, days * DAY, 6 * HOUR), 48)
    ahead = np.tile(np.arange(48), days * 4)
    ts = issue + ahead * HOUR
    noise = rng.normal(size=(2, len(ts)))
    errors = noise[0], correlation * noise[0] + np.sqrt(1 - correlation**2) * noise[1]
    frames = []
    for level, spread, error in ((20.0, 2.0, errors[0]), (10.0, 2.0, errors[1])):
        frames.append(
            pd.DataFrame(
                {"issue": issue, "ts": ts, "day": issue // DAY, "horizon_h": ahead + 1.0,
                 "hour": ts % DAY / HOUR, "judged": True, "actual": level + spread * error,
                 "expected": level, "p10": level - NORMAL_90 * spread,
                 "p90": level + NORMAL_90 * spread}
            )
        )  # fmt: skip
    return frames


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.8])
def test_the_net_holds_its_band_however_errors_go_together(correlation: float) -> None:
    rows = net_rows(*simulated(correlation))
    found = calibrated(rows, 60 * DAY, HOUR)
    assert found["actual"].between(found["p10"], found["p90"]).mean() == pytest.approx(
        0.8, abs=0.01
    )
    for level, name in ((0.1, "p10"), (0.5, "p50"), (0.9, "p90")):
        assert (found["actual"] <= found[name]).mean() == pytest.approx(level, abs=0.02)
    # The difference of two errors of 2 kW spreads by 2·√(2 − 2r).
    width = 2 * NORMAL_90 * 2 * np.sqrt(2 - 2 * correlation)
    assert (found["p90"] - found["p10"]).mean() == pytest.approx(width, rel=0.03)
    said = together(rows)
    assert said.correlation == pytest.approx(correlation, abs=0.02)
    wanted = {-0.8: 0.66, 0.0: 0.8, 0.8: 0.996}[correlation]  # 2Φ(1.2816/√(1 − r)) − 1
    assert said.independent_coverage == pytest.approx(wanted, abs=0.01)


def test_offsets_of_a_block_know_nothing_of_it() -> None:
    rows = net_rows(*simulated(-0.5, days=60))
    later = rows.copy()
    begin = 44 * DAY
    later.loc[later["ts"] + HOUR > begin, "actual"] += 1e3
    ours, theirs = (calibrated(one, 30 * DAY, HOUR) for one in (rows, later))
    before = ours["issue"] < begin + 7 * DAY  # blocks from day 30, 37 and 44
    names = ["p10", "p50", "p90"]
    assert ours.loc[before, names].equals(theirs.loc[before, names])
    assert not ours.loc[~before, names].equals(theirs.loc[~before, names])


def test_rows_of_the_net_by_hand() -> None:
    load = pd.DataFrame({"issue": 0, "ts": [0, HOUR], "day": 0, "horizon_h": [1.0, 2], "hour": 0.0,
                         "judged": True, "actual": [5.0, 6.0], "expected": [4.0, 4.0],
                         "p10": [1.0, 1.0], "p90": [8.0, 8.0]})  # fmt: skip
    pv = load.assign(judged=[True, False], actual=[2.0, np.nan], expected=1.0, p10=-2.0, p90=5.0)
    rows = net_rows(load, pv)
    assert rows["actual"].tolist() == [3, 6]  # in the dark PV without a reading gave nothing
    assert rows["expected"].tolist() == [3, 3]
    assert rows["shape_low"].tolist() == [3 - 5, 3 - 5]  # 3 below the load, 4 above PV
    assert rows["shape_high"].tolist() == [3 + 5, 3 + 5]
    assert rows["load_error"].tolist() == [1, 2]
    assert rows["pv_error"].tolist() == [1, -1]
    np.testing.assert_array_equal(shape_of(load, pv)[0], [-2, 3, 8])
    assert np.isnan(together(rows).correlation)


# --- with a store -------------------------------------------------------------------------------

DAYS = 48
TOLD: list[StoredModel] = []  # as the parts of the net were done


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A store of a load and of a plant, whose cloudy days are days of more load."""
    with scratch() as folder:
        grid = hourly(DAYS)
        cloud = np.random.default_rng(1).uniform(0, 1, int(grid.day.max()) + 1)[grid.day]
        sun = np.maximum(np.sin((grid.hour - 6) / 12 * np.pi), 0.0)
        shown = {
            "meter/house/com_ap": working_load(grid, noise=0.3) + 30 * cloud,
            "PV/roof/inv1_ac_power": 40 * sun * (1 - cloud),
        }
        text = pd.DatetimeIndex(grid.ts[: DAYS * 24].astype("datetime64[us]"))
        for place, values in shown.items():
            path = folder / "src" / f"{place}.csv"
            path.parent.mkdir(parents=True)
            rows = [f"{t:%Y-%m-%d %H:%M:%S}Z,{v:.3f}" for t, v in zip(text, values, strict=False)]
            path.write_text(f"ts,{path.stem}\n" + "\n".join(rows) + "\n")
        build(load_settings(store=folder / "store", sources=(folder / "src",)))
        store = open_store(folder / "store")
        train_net(store, "house", "roof", Training(test_days=18, rounds=20), TOLD.append)
        store.close()
        yield folder / "store"


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    opened = open_store(root)
    yield opened
    opened.close()


def test_a_net_of_two_devices_is_trained_and_issued(store: Store) -> None:
    stored = load_model(store.root, "house", "net")
    said = stored.manifest
    assert said["signals"] == ["com_ap", "roof/inv1_ac_power"]
    assert said["together"]["correlation"] < -0.3
    assert 0.6 < said["figures"]["coverage"]["value"] < 0.95
    assert said["backtest"]["days"] == 13  # the first five of 18 calibrate alone
    assert backtest_of(stored, 0, 2**62).scores.n == said["figures"]["n"]
    given, _ = issue_forecast(store, "house", "net")
    load, _ = issue_forecast(store, "house", "load")
    pv, _ = issue_forecast(store, "roof", "pv")
    assert len(given.frame) == 48
    assert given.issue == load.issue == moment("2024-04-18 01:00")
    if given.served == "model":
        both = load.frame["expected"] - pv.frame["expected"]
        np.testing.assert_allclose(given.frame["expected"], both)
    assert (given.frame["p10"] <= given.frame["p50"]).all()
    assert (given.frame["p50"] <= given.frame["p90"]).all()
    shown = ahead_report(store, "house", "net", "")
    wanted = (shown.past["ts"] - given.issue).tolist()
    assert wanted == [HOUR * n for n in range(-48, 0)]
    house, roof = (load_history(store, one).values[: DAYS * 24] for one in
                   (find_target(store, "house"), find_target(store, "roof")))  # fmt: skip
    np.testing.assert_allclose(shown.past["value"], (house - roof)[-48:])
    earlier, _ = issue_forecast(store, "house", "net", at=moment("2024-04-10 12:00"))
    assert earlier.issue == moment("2024-04-10 12:00")


def test_figures_of_the_parts_of_a_net_are_printed(
    root: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each under what was trained: load, PV, net; with the figures that are stored of them."""
    assert [one.manifest["quantity"] for one in TOLD] == ["load", "pv"]
    net = load_model(store.root, "house", "net")

    def trained(
        _: Store, device: str, pv: str, asked: Training, tell: Callable[[StoredModel], object]
    ) -> StoredModel:
        for one in TOLD:
            asked.say(f"{one.manifest['device']} {one.manifest['quantity']}: trained")
            tell(one)
        asked.say(f"{device} less {pv}: net")
        return net

    monkeypatch.setattr("core.forecast_net.train_net", trained)
    words = ["train", "--device", "house", "--pv", "roof", "--store", str(root)]
    printed = CliRunner().invoke(preprocess.app, words).output.splitlines()
    heads = [at for at, line in enumerate(printed) if not line.startswith(" ")]
    assert [printed[at] for at in heads] == [
        "house load: trained", "roof pv: trained", "house less roof: net",
    ]  # fmt: skip
    for at, end, model in zip(heads, [*heads[1:], None], [*TOLD, net], strict=True):
        under = "\n".join(printed[at:end])
        figures = model.manifest["figures"]
        assert f"RMSE {figures['rmse']['value']:.3g} kW" in under
        assert f"80 % band covers {100 * figures['coverage']['value']:.0f} %" in under
        for name, one in figures["skill"].items():
            assert f"skill against {name}: {one['value']:.2f}" in under


def test_what_a_net_cannot_be_made_of(store: Store) -> None:
    load, pv = find_target(store, "house", "load"), find_target(store, "roof", "pv")
    assert net_target(load, pv).low is None
    with pytest.raises(QueryError, match="roof has no load to forecast; it has: pv"):
        train_net(store, "roof", "house")
    with pytest.raises(QueryError, match="slots of 60 min, roof of 15 min"):
        net_target(load, type(pv)(pv.device, "pv", pv.signals, "kW", "sum", HOUR // 4, 0.0))


def test_a_net_whose_parts_were_trained_anew_is_refused(
    root: Path, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train(store, "house", "load", Training(test_days=10, rounds=8))
    with pytest.raises(ModelUnfit, match="is another one now than it was") as unfit:
        issue_forecast(store, "house", "net")
    assert unfit.value.mend == "python preprocess.py train --device house --pv roof"
    words = ["train", "--device", "house", "--pv", "roof", "--quantity", "load"]
    monkeypatch.setattr("sys.argv", ["preprocess.py", *words, "--store", str(root)])
    with pytest.raises(SystemExit):
        preprocess.main()
    assert "with --pv the net is trained, not load" in str(capsys.readouterr())
