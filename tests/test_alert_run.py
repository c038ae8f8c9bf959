"""Alerts over a store: live as afterwards, restarts, skipping, history, the command line."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import preprocess
from core.alert_follow import Follower, alone
from core.alert_rules import AlertConfig, Maintenance, load_alerts
from core.alert_run import evaluate_rules
from core.alert_service import run_alerts
from core.alert_store import Alert, AlertStore, EngineState, Found, Remark, open_alerts
from core.analytics.alerts import Episode, Limit, Rule
from core.errors import (
    DeclarationError,
    QueryError,
    SourceError,
    StoreLocked,
    StoreMissing,
    UnknownDevice,
)
from core.fleet import fleet_report
from core.journal import FILE, open_journal
from core.ledger import create_ledger
from core.levels import DAY, HOUR, SECOND
from core.query import Store, open_store
from core.readings import Batch, Reading
from core.signals import load_catalogue
from ingest.build import build
from ingest.manual import enter_facts
from ingest.settle import settle
from tests.stores import settings, us, write_csv

START = us("2025-03-01T00:00")
MINUTE = 60 * SECOND
ZONE = "Europe/Berlin"
HOT = Rule("temperature", "threshold", (("warning", Limit(above=45.0)), ("error", Limit(above=55))),
           ("cell_temperature",), clear_by=2.0, clear_s=600.0)  # fmt: skip
GONE = Rule("no_data", "missing", (("error", Limit(above=300.0)),))


def config(*rules: Rule, maintenance: tuple[Maintenance, ...] = ()) -> AlertConfig:
    return AlertConfig(Path("none.toml"), rules, (), maintenance)


def seen(store: Store, told: AlertConfig, since: int, until: int, **options: object) -> set[Found]:
    outcome = evaluate_rules(store, told, since, until, **options)  # type: ignore[arg-type]
    return set(outcome.found)


@pytest.fixture(scope="module")
def battery(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Ten days of two packs at ten minutes: a hot hour of one cell, a warm day of another."""
    root = tmp_path_factory.mktemp("battery")
    random = np.random.default_rng(3)
    ts = START + np.arange(0, 10 * DAY, 10 * MINUTE)
    for cell in range(1, 13):
        value = 25 + random.normal(0, 1, len(ts))
        if cell == 4:
            value[500:506] = [46, 58, 50, 44, 46, 41]
        if cell == 7:
            value[900:1044] += 21
        rows = [(int(t), [round(float(v), 1)]) for t, v in zip(ts, value, strict=True)]
        write_csv(root / "raw" / "BESS-1" / f"bms1_p1_t{cell}.csv", ["value"], rows)
    build(settings(root, sources=(root / "raw",)))
    return open_store(root / "store")


def test_a_hot_cell_is_found_with_its_peak(battery: Store) -> None:
    every = seen(battery, config(HOT), START, START + 10 * DAY)
    found = sorted(every, key=lambda one: one.episode.start)
    assert [one.episode.signal for one in found] == ["bms1_p1_t4", "bms1_p1_t7"]
    first = found[0].episode
    assert (first.start, first.peak, first.severity) == (START + 5000 * MINUTE, 58.0, "error")
    assert (first.end, first.count) == (START + 5050 * MINUTE, 1)  # 44 °C is between


def test_what_buckets_make_needless_changes_nothing(battery: Store) -> None:
    span = (START + HOUR // 2, START + 10 * DAY)
    skipped = evaluate_rules(battery, config(HOT), *span)
    whole = evaluate_rules(battery, config(HOT), *span, skip=False)
    assert skipped.found == whole.found
    assert skipped.readings < whole.readings / 4


@pytest.mark.parametrize("cut", [1, 3, 4, 7])
def test_a_restart_in_the_middle_changes_nothing(battery: Store, tmp_path: Path, cut: int) -> None:
    told = config(HOT, GONE)
    whole = seen(battery, told, START, START + 10 * DAY)
    create_ledger(tmp_path / "s", zone=ZONE, rules="1h,1d").close()
    middle = START + cut * DAY + 5007 * SECOND
    with open_alerts(tmp_path / "s") as alerts:
        run_alerts(battery, alerts, told, since=START, until=middle)
    with open_alerts(tmp_path / "s") as alerts:
        run_alerts(battery, alerts, told, until=START + 10 * DAY)
        kept = {(one.rule, one.start, one.end, one.peak, one.count) for one in alerts.alerts()}
    assert kept == {
        (one.rule, one.episode.start, one.episode.end, one.episode.peak, one.episode.count)
        for one in whole
    }


def test_evaluating_the_same_stretch_again_adds_nothing(battery: Store, tmp_path: Path) -> None:
    create_ledger(tmp_path / "s", zone=ZONE, rules="1h,1d").close()
    with open_alerts(tmp_path / "s") as alerts:
        first = run_alerts(battery, alerts, config(HOT), since=START)
        before = alerts.alerts()
        again = run_alerts(battery, alerts, config(HOT), since=START)
        later = run_alerts(battery, alerts, config(HOT), since=START + 5010 * MINUTE)
        after = alerts.alerts()
    assert first and first.kept and len(first.kept.raised) == 2
    assert again and again.kept and later and later.kept
    assert (again.kept.raised, later.kept.raised) == ((), ())
    assert after == before


def test_maintenance_and_scopes(battery: Store) -> None:
    span = (START, START + 10 * DAY)
    closed = Maintenance("BESS-*", "*", START, START + 6 * DAY)
    assert len(seen(battery, config(HOT, maintenance=(closed,)), *span)) == 1
    assert not seen(battery, config(replace(HOT, devices=("m*",))), *span)
    assert not seen(battery, config(replace(HOT, groups=("PV",))), *span)
    assert len(seen(battery, config(replace(HOT, signals=("*_t4",))), *span)) == 1
    assert not seen(battery, config(replace(HOT, enabled=False)), *span)


def test_a_device_silent_since_long_is_told_when_looking_begins(battery: Store) -> None:
    end = START + 10 * DAY
    (one,) = seen(battery, config(GONE), end + 3 * DAY, end + 4 * DAY)
    assert (one.episode.start, one.episode.end) == (end - 10 * MINUTE, None)
    assert not seen(battery, config(GONE), START + 5 * DAY, end - MINUTE)


def test_a_device_that_ended_for_good_is_silent_no_more(tmp_path: Path) -> None:
    """Told on the Data page after the alert: it ends with that day, without a new reading."""
    ts = START + np.arange(0, 3 * DAY, 10 * MINUTE)
    for name, times in (("OLD", ts[:144]), ("NEW", ts)):
        rows = [(int(t), [1.0]) for t in times]
        write_csv(tmp_path / "raw" / name / "power.csv", ["power"], rows)
    told = settings(tmp_path, sources=(tmp_path / "raw",))
    build(told)
    ended = us("2025-03-03T00:00") - HOUR  # midnight of the zone

    def seen_now(since: int | None = None) -> tuple[int | None, tuple[str, ...]]:
        with closing(open_store(told.store)) as store, open_alerts(told.store) as alerts:
            run_alerts(store, alerts, config(GONE), since=since)
            (one,) = alerts.alerts()
            fleet = fleet_report(store, START, START + 3 * DAY)
        (old,) = (one for one in fleet if one.device.name == "OLD")
        return one.end, old.reasons

    assert seen_now(START) == (None, ("stale", "coverage"))
    enter_facts(told, "OLD", "", {"ended": "2025-03-03"})
    assert seen_now() == (ended, ("coverage",))  # of a window that reaches into its days
    assert seen_now() == (ended, ("coverage",))


# --- live -----------------------------------------------------------------------------------------


def live_store(root: Path) -> Path:
    create_ledger(root / "store", zone=ZONE, rules="1min,5min,15min,1h,1d").close()
    return root / "store"


def test_live_equals_afterwards_through_settling_and_a_restart(tmp_path: Path) -> None:
    path = live_store(tmp_path)
    random = np.random.default_rng(11)
    told = config(replace(HOT, hold_s=20.0, clear_s=30.0), GONE)
    catalogue = load_catalogue()
    names = ["bms1_p1_t1", "bms1_p1_t2"]
    journal = open_journal(path / FILE, create=True)
    journal.describe("BESS-1", "BESS", "", [catalogue.describe(name) for name in names])
    with closing(open_store(path)) as store:
        now, warm = START, 30.0
        alerts = open_alerts(path)
        follower = Follower(store, alerts, lambda: told, lambda _: None)
        for step in range(150):
            now += 10 * SECOND
            warm = float(random.choice([30.0, 44.0, 46.0, 60.0]) if step % 4 == 0 else warm)
            if not 60 <= step < 100:  # 400 s of silence
                readings = [Reading(name, now, warm + i) for i, name in enumerate(names)]
                journal.append([Batch("BESS-1", readings)])
            if step in (40, 120):
                settle(path, journal)
            if step % 3 == 0:
                follower.look(now + 5 * SECOND)
            if step in (30, 90):  # killed: nothing is written down on the way out
                alerts.close()
                alerts = open_alerts(path)
                follower = Follower(store, alerts, lambda: told, lambda _: None)
        follower.look(now + 5 * SECOND)
        live = {_told(one) for one in alerts.alerts()}
        afterwards = seen(store, told, START, now)
        alerts.close()
    journal.close()
    assert live == {
        (one.rule, one.episode.start, one.episode.raised, one.episode.end, one.episode.peak,
         one.episode.severity, one.episode.count)
        for one in afterwards
    }  # fmt: skip
    silent = [one for one in live if one[0] == "no_data"]
    assert [(one[1], one[3]) for one in silent] == [
        (START + 600 * SECOND, START + 1010 * SECOND)
    ]  # data that return clear it
    assert len(live) > 2


def test_a_rule_that_is_eased_ends_its_alert_and_a_wrong_file_leaves_the_rules(
    tmp_path: Path,
) -> None:
    path = live_store(tmp_path)
    told, said = [config(HOT)], list[str]()

    def load() -> AlertConfig:
        if not told:
            raise SourceError("own.toml", "is wrong", line=3)
        return told[0]

    with closing(open_journal(path / FILE, create=True)) as journal:
        journal.describe("BESS-1", "BESS", "", [load_catalogue().describe("bms1_p1_t1")])
        for i in range(10):
            at = START + i * 10 * SECOND
            journal.append([Batch("BESS-1", [Reading("bms1_p1_t1", at, 48.0)])])
        with closing(open_store(path)) as store, open_alerts(path) as alerts:
            follower = Follower(store, alerts, load, said.append)
            assert follower.look(START + 100 * SECOND) == 1
            told.clear()
            for second in (105, 110):
                assert follower.look(START + second * SECOND) == 0
            assert said == ["warning temperature BESS-1",
                            "the rules before stand: own.toml:3: is wrong"]  # fmt: skip
            assert alerts.alert(1).end is None
            told.append(config(replace(HOT, limits=(("warning", Limit(above=60.0)),))))
            follower.look(START + 115 * SECOND)
            assert alerts.alert(1).end is not None
            told[0] = config(HOT)
            follower.look(START + 120 * SECOND)
            assert [(one.id, one.end) for one in alerts.alerts()] == [(1, None)]


def _told(one: Alert) -> tuple[object, ...]:
    return one.rule, one.start, one.raised, one.end, one.peak, one.severity, one.count


def test_only_one_follows(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(StoreLocked), alone(tmp_path):
        pass


# --- history --------------------------------------------------------------------------------------


@pytest.fixture
def alerts(tmp_path: Path) -> AlertStore:
    return open_alerts(live_store(tmp_path))


def found(start: int, end: int | None = None, **more: object) -> Found:
    told = {"severity": "warning", "peak": 46.0, "peak_at": start} | more
    episode = Episode(start, start, end=end, known=end, **told)  # type: ignore[arg-type]
    return Found("hot", "BESS-1", "", episode, "°C", "threshold")


def test_nothing_is_written_before_the_first_alert(alerts: AlertStore) -> None:
    assert alerts.alerts() == [] and alerts.engine() == {} and alerts.version() == 0
    assert not (alerts.root / "alerts.sqlite").exists()
    with pytest.raises(StoreMissing):
        open_alerts(alerts.root.parent / "none")


def test_an_overlapping_episode_is_the_same_alert(alerts: AlertStore) -> None:
    assert alerts.keep([found(100)]).raised == (1,)
    assert alerts.keep([found(100, severity="error", peak=60.0)]).worse == (1,)
    assert alerts.keep([found(150, 300)]).ended == (1,)
    assert alerts.keep([found(50, 200)]).raised == ()
    assert alerts.keep([found(301, 400)]).raised == (2,)
    one, two = reversed(alerts.alerts())
    assert (one.start, one.severity, two.start) == (50, "error", 301)


def test_acknowledgements_and_notes_are_kept_with_who_and_when(alerts: AlertStore) -> None:
    alerts.keep([found(100)])
    alerts.acknowledge(1, " A. Name ", "fan is broken")
    alerts.note(1, "B. Name", "fan was changed")
    one = alerts.alert(1)
    assert one.state == "acknowledged"
    assert one.acknowledged == Remark(1, "acknowledge", "A. Name", one.acknowledged.at,
                                      "fan is broken", None)  # fmt: skip
    assert [said.kind for said in alerts.remarks(1)] == ["acknowledge", "note"]
    for wrong in ("", "  "):
        with pytest.raises(SourceError, match="name"):
            alerts.acknowledge(1, wrong)
    with pytest.raises(SourceError, match="note"):
        alerts.note(1, "A", "")
    with pytest.raises(QueryError, match="no alert 9"):
        alerts.acknowledge(9, "A")


def test_alerts_of_a_rule_that_is_gone_end(battery: Store, alerts: AlertStore) -> None:
    alerts.keep([found(100)], [EngineState("hot", "BESS-1", "", "old", 5000, {})])
    run_alerts(battery, alerts, config(GONE), since=START)
    assert alerts.alert(1).end == 5000


# --- command line ---------------------------------------------------------------------------------


def test_the_command_prints_and_keeps(battery: Store, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        place = ["alerts", "--store", str(battery.root), "--since", "2025-03-01"]
        done = CliRunner().invoke(preprocess.app, [*place, *words])
        if done.exception is not None:
            raise done.exception
        return done.output

    tried = run("--dry-run")
    assert "temperature: 2" in tried and "nothing was kept" in tried
    assert open_alerts(battery.root).alerts() == []
    assert "2 of them are new" in run()
    assert "0 of them are new" in run()
    rules = tmp_path / "own.toml"
    rules.write_text('[[rule]]\nname = "temperature"\nwarnin = { above = 40 }\n', "utf-8")
    with pytest.raises(DeclarationError) as wrong:
        run("--rules", str(rules))
    assert str(wrong.value) == f"{rules}:3: warnin is not known here; expected warning"
    with pytest.raises(UnknownDevice):
        run("--device", "BESS-9")


def test_shipped_rules_hold_together() -> None:
    rules = load_alerts(None, ZONE).rules
    assert {rule.name for rule in rules} >= {
        "underperformance", "below_expected", "equipment_fault", "smoke_or_error", "no_data",
        "grid_voltage", "grid_frequency", "cell_spread", "temperature", "soc_stuck",
        "counter_reset", "data_quality_cells",
    }  # fmt: skip
    by_name = {rule.name: dict(rule.limits) for rule in rules}
    assert by_name["underperformance"] == {
        "warning": Limit(below=-0.15), "error": Limit(below=-0.30),
    }  # fmt: skip
    assert by_name["grid_voltage"] == {"critical": Limit(above=260.0, below=180.0)}
    assert by_name["cell_spread"] == {"warning": Limit(above=0.05), "error": Limit(above=0.10)}
    assert by_name["temperature"] == {"warning": Limit(above=45.0), "error": Limit(above=55.0)}
    assert by_name["no_data"] == {"error": Limit(above=300.0)}
