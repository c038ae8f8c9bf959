"""What a plan prints and what sizes are worth at the plan's own tariff."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from core.analytics.dispatch_conflicts import Conflict
from core.analytics.dispatch_site import Tariff
from core.dispatch_choice import Choice, told_choice
from core.dispatch_report import plan_report
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.dispatch_sizing import prices_of_own_use, saving_at, sizing_report
from core.errors import Infeasible
from core.levels import DAY
from core.query import Store
from pages.plan.answer import conflict_words
from pages.shared import numbers, texts
from preprocess import app
from tests.dispatch.plant import DAYS, SETTINGS, START


@pytest.fixture(scope="module")
def choice(store: Store) -> Choice:
    told = read_dispatch_settings(settings_path(store.root))
    return told_choice(store, told, None, ["m1"], ["pv1"], None, 48)


def test_the_price_of_own_use_is_that_of_its_hours() -> None:
    """Two kW short at 0.10, six at 0.30: 0.25; the surplus of 3 kW would have earned 0.05."""
    tariff = Tariff(np.array([0.1, 0.3, 9.0]), np.array([7.0, 7.0, 0.05]))
    load, sun = np.array([2.0, 6.0, 0.0]), np.array([0.0, 0.0, 3.0])
    assert prices_of_own_use(tariff, load, sun) == pytest.approx((0.25, 0.05))


def test_sizes_are_worth_less_where_the_hours_are_cheap(store: Store, choice: Choice) -> None:
    """10 kW from 18 to 21 h at 0.10; of 98 kWh short a day 30 are cheap."""
    night = replace(choice, low_eur_kwh=0.10, low_from_h=18, low_to_h=21)
    dear, cheap = (sizing_report(store, one).own_use for one in (choice, night))
    assert dear is not None
    assert cheap is not None
    mean = (30 * 0.10 + 68 * 0.30) / 98
    side = np.sqrt(0.9)
    worth = (side * (mean - 0.03) - 0.08 / side) / (side * 0.27 - 0.08 / side)
    assert saving_at(cheap, 10.0) / saving_at(dear, 10.0) == pytest.approx(worth, rel=0.01)


def test_a_plan_that_cannot_be_names_the_local_time(store: Store, choice: Choice) -> None:
    with pytest.raises(Infeasible, match=r"at 2025-03-\d\d \d\d:\d\d") as raised:
        plan_report(store, replace(choice, import_kw=2.0))
    assert "step" not in str(raised.value)
    assert raised.value.start == START + DAYS * DAY


def test_the_page_says_what_a_vehicle_needs_and_who_gives_way_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (texts, numbers):
        monkeypatch.setattr(module, "current_language", lambda: "de")
    van = Conflict("plug", "Bus", 2.5, "kWh", 12, False, 0, 10.0, 3.75, 2.0)
    line = Conflict("import_limit", "", 3.0, "kW", 4, True, 1)
    said = conflict_words(Infeasible((van, replace(van, name="Auto"), line), "", START), "UTC")
    said = [one.replace("\xa0", " ") for one in said]
    assert len(said) == 5
    assert "Bus braucht 10 kWh; davon fehlen 2,5 kWh am" in said[0]
    assert "am Anschluss geben 3,75 kW × 2 h höchstens 7,5 kWh" in said[0]
    assert said[2] == "Die davor genannten geben zusammen nach."
    assert said[4] == "Hier allein nachzugeben genügt."


def test_the_command_says_what_it_writes_and_against_what(store: Store) -> None:
    arguments = ["plan", "--load", "m1", "--pv", "pv1", "--store", str(store.root)]
    found = CliRunner().invoke(app, [*arguments, "--out", "plan.pdf"])
    assert found.exit_code != 0
    assert ".json" in found.output + str(found.exception)
    path = settings_path(store.root)
    path.write_text(SETTINGS.replace("capacity_kwh = 20", "capacity_kwh = 0"))
    found = CliRunner().invoke(app, arguments)
    path.write_text(SETTINGS)
    assert found.exit_code == 0, found.output
    assert "saving against doing nothing 0.00 EUR" in found.output
    assert "-0.00" not in found.output
