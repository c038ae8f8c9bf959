"""What the first figures of a plan leave out, and that a cheaper way is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import commands.plans as plans
from core.dispatch_choice import told_choice
from core.dispatch_report import STEP_US, PlanReport, begins_year, plan_report
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.query import Store
from pages.plan import course
from pages.plan.answer import key_figures, said_of_peak, say_honestly
from pages.shared import states
from preprocess import app
from tests.stores import us


@pytest.fixture(scope="module")
def report(store: Store) -> PlanReport:
    told = read_dispatch_settings(settings_path(store.root))
    choice = told_choice(store, told, None, ["m1"], ["pv1"], None, 48)
    return plan_report(store, replace(choice, demand_eur_kw_a=100.0))


@pytest.mark.parametrize(
    ("start", "begins"),
    [
        ("2025-03-20T00:00+01:00", False), ("2024-12-29T00:00+01:00", False),
        ("2024-12-30T12:00+01:00", True), ("2025-01-01T00:00+01:00", True),
        ("2025-01-06T00:00+01:00", True), ("2025-01-08T00:00+01:00", False),
    ],
)  # fmt: skip
def test_a_year_begins_within_the_steps_or_in_the_week_before(start: str, begins: bool) -> None:
    assert begins_year(us(start) + np.arange(192) * STEP_US, "Europe/Berlin") == begins


def new_year(report: PlanReport) -> PlanReport:
    """The same plan with 50 EUR less of a demand charge, at the very beginning of a year."""
    costs = {
        way: replace(one, demand_eur=100.0 if way == "plan" else 150.0)
        for way, one in report.costs.items()
    }
    saving = replace(report.saving, peak_eur=50.0)
    return replace(
        report, costs=costs, saving=saving, year_begins=True, peak_since=report.start
    )  # fmt: skip


def test_a_demand_charge_of_a_new_year_is_no_saving_of_these_days(
    report: PlanReport, store: Store
) -> None:
    begun = new_year(report)
    free = {way: one.total_eur - one.demand_eur for way, one in report.costs.items()}
    assert begun.headline_eur("plan") == pytest.approx(free["plan"])
    late = replace(begun, year_begins=False)
    assert late.headline_eur("nothing") == pytest.approx(free["nothing"] + 150)
    amounts = [
        float(key_figures(one, store.zone)[0].value.replace(",", "")) for one in (late, begun)
    ]
    assert amounts[0] - amounts[1] == pytest.approx(50, abs=0.011)
    said = " ".join(said_of_peak(begun, store.zone))
    assert "has just begun" in said
    assert "no readings of import" in said
    assert "00:00" not in said


def test_bars_and_tables_leave_the_charge_of_a_new_year_out(
    report: PlanReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They add up to the figures above them, and say what is not in them."""
    said: dict[str, list[Any]] = {"figure": [], "caption": [], "table": []}
    monkeypatch.setattr(
        course.chart, "show_figure", lambda figure, _: said["figure"].append(figure)
    )
    monkeypatch.setattr(course.chart, "show_caption", said["caption"].append)
    monkeypatch.setattr(
        course.table, "show_table", lambda _, rows, **__: said["table"].append(rows)
    )
    begun = new_year(report)
    for one in (begun, replace(begun, year_begins=False)):
        course.show_costs(one)
        course.show_parts(one)
    aside, late = said["figure"]
    assert "Demand charge" not in [bar.name for bar in aside.data]
    assert "Demand charge" in [bar.name for bar in late.data]
    for number, way in enumerate(begun.ways):
        bars = sum(bar.y[number] for bar in aside.data)
        assert bars == pytest.approx(begun.headline_eur(way), abs=0.05)
    costs, parts = said["table"][:2]
    shown = [float(cell.replace(",", "").replace("−", "-")) for cell in costs[2][1:]]
    assert shown[3] == pytest.approx(begun.headline_eur("plan"), abs=0.006)
    assert "Peak" not in [row[0] for row in parts] and "Peak" in [
        row[0] for row in said["table"][3]
    ]
    total = float(parts[-1][1].split()[0].replace(",", "").replace("−", "-"))
    assert total == pytest.approx(report.saving.total_eur - report.saving.peak_eur, abs=0.006)
    assert "Doing nothing 150.00 €" in said["caption"][0].replace("\xa0", " ")
    assert "Plan 100.00 €" in said["caption"][0].replace("\xa0", " ")
    assert not any("just begun" in words for words in said["caption"][2:])


def test_what_is_discharged_is_said_to_be_a_mean_of_courses(
    report: PlanReport, store: Store
) -> None:
    ahead = key_figures(report, store.zone)
    went = key_figures(replace(report, choice=replace(report.choice, past=True)), store.zone)
    notes = [next(one.note for one in figures if one.label == "Discharged")
             for figures in (ahead, went)]  # fmt: skip
    assert "mean of the courses; the chart shows the central one" in str(notes[0])
    assert "mean" not in str(notes[1])


def with_greedy(report: PlanReport, less: float) -> PlanReport:
    """The same report where greedy self-consumption costs so much less than the plan."""
    plan = report.costs["plan"]
    return replace(
        report,
        costs={
            "nothing": replace(plan, import_eur=plan.import_eur + 5),
            "greedy": replace(plan, import_eur=plan.import_eur - less),
            "plan": plan, "perfect": plan,
        },
    )  # fmt: skip


def test_a_cheaper_way_is_named(
    report: PlanReport, store: Store, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    dearer = with_greedy(report, 0.66)
    assert dearer.cheaper is not None
    assert dearer.cheaper[0] == "greedy"
    assert dearer.cheaper[1] == pytest.approx(0.66)
    assert with_greedy(report, 0.0).cheaper is None
    said: list[str] = []
    monkeypatch.setattr(states, "notice", lambda words, **_: said.append(words))
    say_honestly(dearer, store)
    assert "0.66" in said[0]
    assert "Greedy self-consumption" in said[0]
    plans._say_worth(dearer, False)
    assert "greedy is expected to cost 0.66 EUR less than the plan" in capsys.readouterr().out


def test_the_command_tells_a_plan_of_an_old_year_as_it_is(store: Store) -> None:
    found = CliRunner().invoke(app, ["plan", "--load", "m1", "--store", str(store.root)])
    assert found.exit_code == 0, found.output
    assert "just begun" not in found.output
