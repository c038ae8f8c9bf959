"""From a store to a plan: readings, prices, settings, the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core import dispatch_charts
from core.control_plan import read_plan, write_plan
from core.control_setpoints import setpoints_of
from core.dispatch_choice import Choice, told_choice
from core.dispatch_report import plan_frame, plan_report
from core.dispatch_settings import DispatchSettings, read_dispatch_settings, settings_path
from core.dispatch_sizing import saving_at, sizing_report
from core.errors import DeclarationError, Infeasible, PlanError, QueryError
from core.levels import DAY, HOUR
from core.query import Store
from preprocess import app
from tests.dispatch.plant import DAYS, START


@pytest.fixture(scope="module")
def choice(store: Store) -> Choice:
    told = read_dispatch_settings(settings_path(store.root))
    return told_choice(store, told, None, ["m1"], ["pv1"], None, 48, past=True)


def test_days_alike_are_planned_as_with_foresight(store: Store, choice: Choice) -> None:
    """Surplus 8 kW for 4 h each day: 32 kWh, of which 18 kWh fit; they save 0.30 for 0.08."""
    report = plan_report(store, choice)
    costs = report.costs
    assert costs["plan"].total_eur == pytest.approx(costs["perfect"].total_eur, abs=0.02)
    assert costs["perfect"].total_eur < costs["nothing"].total_eur - 5
    assert report.saving.total_eur == pytest.approx(
        costs["nothing"].total_eur - costs["plan"].total_eur
    )
    assert not report.soc_known
    assert report.prices.device is None
    assert report.actual is not None
    assert report.plan.flows[0]["load_kw"].sum() == pytest.approx(report.actual.load_kw.sum())


def test_what_is_planned_does_not_know_what_came(store: Store, choice: Choice) -> None:
    """The outlooks are those of days before the window."""
    report = plan_report(store, replace(choice, hours=24))
    assert report.start == START + (DAYS - 1) * DAY
    assert len(report.plan.flows) == 2


def test_the_frame_says_what_and_when(store: Store, choice: Choice) -> None:
    frame = plan_frame(plan_report(store, choice), store.zone)
    assert len(frame) == 192
    assert str(frame["start"].iloc[0]) == "2025-03-18 00:00:00+01:00"
    given = frame.import_kw - frame.export_kw + frame.pv_kw - frame.curtailed_kw
    taken = frame.load_kw + frame.charge_kw - frame.discharge_kw
    assert np.allclose(given, taken, atol=1e-6)


def test_a_limit_below_the_load_is_named(store: Store, choice: Choice) -> None:
    with pytest.raises(Infeasible, match="import limit"):
        plan_report(store, replace(choice, import_kw=2.0))


def test_too_few_readings_are_told(store: Store, choice: Choice) -> None:
    with pytest.raises(QueryError, match="has no readings for"):
        plan_report(store, replace(choice, hours=120))
    with pytest.raises(QueryError, match="no load"):
        told_choice(store, DispatchSettings(), None, [], [], None, 48)
    with pytest.raises(QueryError, match="size of the battery"):
        told_choice(store, DispatchSettings(), None, ["m1"], [], None, 48)


def test_sizes_by_hand(store: Store, choice: Choice) -> None:
    """At a level of 4 kW the evening's 6 kW for 3 h are to be stored: 18 kWh given."""
    report = sizing_report(store, replace(choice, demand_eur_kw_a=100.0))
    assert report.peak_kw == 10
    assert report.own_use is not None
    row = report.peaks.iloc[10]
    need = 3 * (10 - row.level_kw) / np.sqrt(0.9)
    assert row.capacity_kwh == pytest.approx(need)
    assert row.saving_eur_a == pytest.approx(100 * row.reduction_kw)
    assert saving_at(report.own_use, 0.0) == 0
    ten = saving_at(report.own_use, 10.0)
    a_day = 10 * np.sqrt(0.9) * (0.30 - 0.03) - 10 / np.sqrt(0.9) * 0.08
    assert ten == pytest.approx(a_day * 365.25, rel=0.05)


def test_settings_name_the_line_of_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "store_dispatch.toml"
    assert read_dispatch_settings(file) == DispatchSettings()
    file.write_text("[tariff]\nimport_eur_kwh = 0.3\nexport_eur_mwh = 80\n")
    with pytest.raises(DeclarationError, match=r":3: export_eur_mwh is not known here"):
        read_dispatch_settings(file)


def test_the_command_writes_the_plan(store: Store, tmp_path: Path) -> None:
    arguments = ["plan", "--load", "m1", "--pv", "pv1", "--store", str(store.root), "--out"]
    found = CliRunner().invoke(app, [*arguments, str(tmp_path / "plan.json")])
    assert found.exit_code == 0, found.output
    assert "saving" in found.output
    content = json.loads((tmp_path / "plan.json").read_text())
    assert len(content["steps"]) == 192
    assert content["units"]["import_eur_kwh"] == "EUR/kWh"
    assert content["strategy"]["name"] == "economic"
    found = CliRunner().invoke(app, [*arguments, str(tmp_path / "plan.csv")])
    assert found.exit_code == 0
    text = (tmp_path / "plan.csv").read_text()
    assert "unit of charge_kw: kW" in text
    assert "zone: Europe/Berlin" in text


def test_figures_hold_every_step(store: Store, choice: Choice) -> None:
    report = plan_report(store, choice)
    flows = report.plan.flows[0].assign(pv_used_kw=0.0, soc_pct=50.0)
    names = dict.fromkeys([*flows, "price"], "x")
    figure = dispatch_charts.build_plan_figure(
        report.ts, {name: flows[name].to_numpy() for name in flows}, np.zeros(192), names,
        step_us=900_000_000, zone=store.zone,
    )  # fmt: skip
    assert {len(trace.x) for trace in figure.data} == {193}


def test_a_plan_becomes_setpoints_that_control_reads(
    store: Store, choice: Choice, tmp_path: Path
) -> None:
    ahead = plan_report(store, replace(choice, past=False))
    write_plan(tmp_path / "now.json", setpoints_of(ahead))
    read = read_plan(tmp_path / "now.json")
    power = (ahead.flows["charge_kw"] - ahead.flows["discharge_kw"]).to_numpy()
    assert read.start == read.issued == ahead.start
    assert read.end == ahead.start + 48 * HOUR
    np.testing.assert_allclose(read.setpoints_kw["battery"], power, atol=1e-6)
    assert np.abs(power).max() > 1
    with pytest.raises(PlanError, match="past"):
        setpoints_of(plan_report(store, choice))
