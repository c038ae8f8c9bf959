"""What the pages ask of alerts: a preview, a spread over time, a device that needs attention."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import preprocess
from core.alert_rules import AlertConfig, rule_as_table
from core.alert_service import run_alerts
from core.alert_store import Alert, open_alerts
from core.alert_views import preview_rule, spread_series, window_around
from core.analytics.alerts import Limit, Rule, When
from core.charts import build_series_figure, to_wall_ms
from core.errors import ConfigError, SourceError
from core.fleet import fleet_report, with_alerts
from core.levels import DAY, HOUR
from core.query import Store, open_store
from ingest.build import build
from tests.stores import settings, us, write_csv

START = us("2025-03-01T00:00")
MINUTES = START + np.arange(0, 20 * DAY, 600_000_000)  # every ten minutes
APART = Rule(
    "cell_spread", "spread", (("warning", Limit(above=0.05)),),
    ("cell_voltage_max", "cell_voltage_min"), when=When("soc", above=20, below=90), clear_s=7200.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def battery(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Apart by 60 mV from day 2 to 5 and from day 12 on; by 200 mV on day 8, while full."""
    root = tmp_path_factory.mktemp("spread")
    day = (MINUTES - START) / DAY
    apart = np.where(((day >= 2) & (day < 5)) | (day >= 12), 0.06, 0.01)
    apart = np.where((day >= 8) & (day < 9), 0.2, apart)
    full = np.where((day >= 8) & (day < 9), 95.0, 50.0)
    for device in ("BESS-1", "BESS-2"):
        wide = apart if device == "BESS-1" else np.full(len(day), 0.01)
        names = {"bms1_cell_max_v": 3.3 + wide, "bms1_cell_min_v": np.full(len(day), 3.3),
                 "bms1_soc": full}  # fmt: skip
        for name, value in names.items():
            rows = [(int(t), [float(v)]) for t, v in zip(MINUTES, value, strict=True)]
            write_csv(root / "raw" / device / f"{name}.csv", ["value"], rows)
    build(settings(root, sources=(root / "raw",)))
    return open_store(root / "store")


@pytest.fixture(scope="module")
def alerts(battery: Store) -> list[Alert]:
    with open_alerts(battery.root) as kept:
        run_alerts(battery, kept, AlertConfig(Path("x"), (APART,), (), ()), since=START)
        return kept.alerts()


def test_what_had_begun_before_did_not_fire_in_the_time_looked_at(battery: Store) -> None:
    table = json.dumps(rule_as_table(APART))
    whole, late = preview_rule(battery, table, 20), preview_rule(battery, table, 17)
    none = preview_rule(battery, table, 3)
    assert whole is not None and late is not None and none is not None
    assert (whole.total, whole.fired, whole.devices) == (2, 1, 2)
    assert late.total == 1  # the first began on day 2, before day 3
    assert (none.total, none.fired, none.devices) == (0, 0, 2)


def test_what_lasts_from_before_is_told_apart_from_what_fired(battery: Store) -> None:
    """Bad from day 2 to 5 and from day 12 to the end, day 20."""
    found = {days: preview_rule(battery, json.dumps(rule_as_table(APART)), days)
             for days in (20, 17, 10, 3)}  # fmt: skip
    told = {days: (one.rows, one.lasted) for days, one in found.items() if one is not None}
    assert told == {
        20: ((("BESS-1", "warning", 2, 0),), 0),
        17: ((("BESS-1", "warning", 1, 1),), 1),
        10: ((("BESS-1", "warning", 1, 0),), 0),
        3: ((("BESS-1", "warning", 0, 1),), 1),
    }


def test_the_window_of_an_open_alert_ends_with_the_data(alerts: list[Alert]) -> None:
    newest = int(MINUTES[-1])
    going = next(one for one in alerts if one.end is None)
    assert window_around(going, newest)[1] == newest + 1
    ended = next(one for one in alerts if one.end is not None)
    assert window_around(ended, newest) == (START + DAY, START + 6 * DAY)
    assert window_around(ended, START + 5 * DAY + HOUR)[1] == START + 5 * DAY + HOUR + 1


def test_a_spread_is_drawn_itself_and_only_while_the_rule_holds(
    battery: Store, alerts: list[Alert]
) -> None:
    series = spread_series(battery, alerts[0], APART, START, START + 20 * DAY, 100)
    assert series is not None
    rows = series.frame.dropna()
    assert rows["max"].max() == pytest.approx(0.06) and rows["min"].min() == pytest.approx(0.01)
    gap = series.frame[series.frame["mean"].isna()]
    assert len(gap) == 1 and START + 8 * DAY <= gap["ts"].iloc[0] < START + 9 * DAY
    assert int(rows["count"].sum()) == len(MINUTES) - 144
    assert len(series.frame) <= 102


@pytest.mark.parametrize("max_points", [100, 10_000])
def test_a_spread_is_drawn_at_the_time_it_was_measured(
    battery: Store, alerts: list[Alert], max_points: int
) -> None:
    series = spread_series(battery, alerts[0], APART, START, START + 20 * DAY, max_points)
    assert series is not None and series.exact == (max_points > len(MINUTES))
    width = 0 if series.exact else 20 * DAY // max_points
    assert (series.step_us or 0) == width
    ts, wide = series.frame["ts"].to_numpy(), series.frame["max"].to_numpy() > 0.05
    assert ts[wide][0] == START + 2 * DAY and ts[0] == START
    figure = build_series_figure([series])
    drawn = np.concatenate([np.asarray(trace.x, float) for trace in figure.data])
    edges = to_wall_ms([START, START + 20 * DAY], series.zone)
    assert np.nanmin(drawn) >= edges[0] and np.nanmax(drawn) <= edges[1]
    line = figure.data[-1]
    above = np.asarray(line.x, float)[np.asarray(line.y) > 0.05]
    assert abs(above[0] - to_wall_ms([START + 2 * DAY], series.zone)[0]) <= width / 1000


def test_a_device_with_an_open_alert_needs_attention(battery: Store) -> None:
    fleet = fleet_report(battery, START, START + 20 * DAY)
    assert [one.reasons for one in fleet] == [(), ()]
    (first, second) = with_alerts(
        fleet, {"BESS-2": ["info", "warning", "error"], "gone": ["error"]}
    )
    assert (first.device.name, first.reasons, first.alerts) == ("BESS-2", ("alert_error",), 3)
    assert second.reasons == ()
    assert [one.reasons for one in with_alerts(fleet, {"BESS-1": ["info"]})] == [(), ()]


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["--rules", "/nope.toml"], SourceError, "/nope.toml: there is no such file"),
        (["--since", "2027-06-30"], ConfigError, "after the newest reading, 2025-03-21"),
    ],
)
def test_the_command_refuses_what_cannot_be_meant(
    battery: Store, words: list[str], error: type[Exception], says: str
) -> None:
    done = CliRunner().invoke(preprocess.app, ["alerts", "--store", str(battery.root), *words])
    assert isinstance(done.exception, error) and says in str(done.exception)
