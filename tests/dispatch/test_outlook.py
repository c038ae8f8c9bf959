"""What a plan expects: stored forecasts, days before, prices that are not out yet, a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from core.analytics.dispatch import plan
from core.analytics.dispatch_rolling import better_rule
from core.analytics.dispatch_site import Battery, Outlook, Site, Tariff
from core.dispatch_choice import Choice, told_choice
from core.dispatch_outlook import Expectation, Teller, on_steps
from core.dispatch_readings import Readings, Spot, as_on_other_days
from core.dispatch_report import plan_report
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.dispatch_year import foresight_year, plan_steps, planned_year
from core.levels import DAY, HOUR, MINUTE
from core.query import Store, open_store
from tests.stores import run, scratch, us, write_csv

START = us("2025-03-10T00:00+01:00")
DAYS = 9
QUARTER = 15 * MINUTE
SETTINGS = """load = ["m1"]
[tariff]
import_eur_kwh = 0.10
export_eur_kwh = 0.0
demand_eur_kw_a = 166.03
[battery]
capacity_kwh = 20
power_kw = 10
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Nine days alike and an exchange whose prices end with them; no battery, no plant."""
    with scratch() as folder:
        quarters = range(START, START + DAYS * DAY, QUARTER)
        hour = [(at - START) % DAY // HOUR for at in quarters]
        load = [(at, [10.0 if 18 <= h < 20 else 4.0]) for at, h in zip(quarters, hour, strict=True)]
        write_csv(folder / "src" / "meter" / "m1.csv", ["com_ap"], load)
        lines = ["Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen"]
        for at in range(START, START + DAYS * DAY, HOUR):
            begin, end = (
                pd.Timestamp(t, unit="us", tz="UTC").tz_convert("Europe/Berlin")
                for t in (at, at + HOUR)
            )
            price = 150 if 17 <= begin.hour < 21 else 50
            lines.append(f"{begin:%d.%m.%Y %H:%M};{end:%d.%m.%Y %H:%M};{price},00")
        price_folder = folder / "src" / "price"
        price_folder.mkdir(parents=True)
        (price_folder / "SMARD_market_price_2025.csv").write_text("\n".join(lines), "utf-8-sig")
        run(folder)
        settings_path(folder / "store").write_text(SETTINGS)
        yield open_store(folder / "store")


@pytest.fixture(scope="module")
def choice(store: Store) -> Choice:
    told = read_dispatch_settings(settings_path(store.root))
    return told_choice(store, told, None, [], [], None, 48)


def test_prices_that_are_not_out_yet_are_those_of_the_day_before(
    store: Store, choice: Choice
) -> None:
    report = plan_report(store, choice)
    assert report.start == START + DAYS * DAY
    assert report.actual is None
    assert (report.prices.device, report.prices.repeated) == ("SMARD", 192)
    price = report.plan.site.tariff.import_eur_kwh
    assert sorted({round(one, 6) for one in price}) == [0.15, 0.25]
    assert price[18 * 4] == pytest.approx(0.25)
    # Both outlooks are alike, so the plan is as good as perfect foresight.
    assert report.costs["plan"].total_eur == pytest.approx(
        report.costs["perfect"].total_eur, abs=1e-3
    )
    assert report.costs["plan"].total_eur < report.costs["nothing"].total_eur - 1


def test_a_year_by_hand(store: Store, choice: Choice) -> None:
    """4 kWh of 18 usable would do for 2 h above 8 kW; 12 kWh shave all 6 kW in the evening."""
    best = foresight_year(store, replace(choice, days=365))
    assert best.days == DAYS
    assert best.price_device == "SMARD"
    saving = best.saving
    assert saving.peak_before_kw == 10
    assert saving.peak_after_kw == pytest.approx(4.0 + 0.35, abs=0.4)  # recharging loads a little
    assert saving.peak_eur == pytest.approx(166.03 * (10 - saving.peak_after_kw))
    went = planned_year(store, replace(choice, days=365)).saving
    assert went.total_eur <= saving.total_eur + 1e-6
    assert went.total_eur > 0.5 * saving.total_eur  # days alike are known from the day before


def test_a_price_is_expected_as_the_day_before_until_it_is_known() -> None:
    """Two days of hours, 1 and 2 cents; the second is known from 13:00 of the first."""
    at = START + np.arange(48) * HOUR
    price = np.repeat([0.01, 0.02], 24)
    known = np.repeat([START - 11 * HOUR, START + 13 * HOUR], 24)
    spot = Spot("SMARD", at, price, known)
    ts = START + 20 * HOUR + np.arange(8) * HOUR
    for issued, seen, lacking in (
        (START + 13 * HOUR, [0.01] * 4 + [0.02] * 4, 0), (START + 13 * HOUR - 1, [0.01] * 8, 4),
        (None, [0.01] * 4 + [0.02] * 4, 0),
    ):  # fmt: skip
        found = spot.expected(ts, issued)
        assert found is not None
        assert found[0].tolist() == seen
        assert found[1].sum() == lacking
    assert spot.expected(ts, START - 12 * HOUR) is None


@pytest.mark.parametrize(("day", "steps"), [("2025-03-30", 92), ("2025-10-26", 100)])
def test_a_day_is_planned_once_at_13_local(day: str, steps: int) -> None:
    first = pd.Timestamp(day, tz="Europe/Berlin")
    ts = int(first.timestamp()) * 1_000_000 + np.arange(steps + 96) * 900_000_000
    noon = steps - 44  # eleven hours before midnight
    assert plan_steps(ts, "Europe/Berlin") == [0, noon, noon + 96]


def test_a_long_gap_is_as_the_day_before() -> None:
    """Ten hours are lacking on the second day, one at the very start of the first."""
    course = pd.Series(np.repeat([1.0, 2.0, 3.0], 96))
    course[96 + 20 : 96 + 60] = np.nan
    course[:4] = np.nan
    filled = as_on_other_days(course)
    assert (filled[96 + 20 : 96 + 60] == 1.0).all()
    assert (filled[:4] == 2.0).all()
    assert as_on_other_days(pd.Series(np.full(96, np.nan))).isna().all()


class Told:
    """A stored model that says 10, 20 and 30 kW for the first two steps."""

    def courses(self, now: int, steps: int) -> np.ndarray:
        course = np.full((3, steps), np.nan)
        course[:, :2] = np.array([[10.0], [20.0], [30.0]])
        return course


def expected(tellers: dict[str, Any]) -> Expectation:
    week = np.r_[np.full(672 - 96, 4.0), np.full(96, 6.0)]
    load = Readings({"m1": week}, {"m1": ("p",)}, 672)
    sun = Readings({"pv1": np.full(672, 1.0)}, {"pv1": ("q",)}, 672)
    return Expectation(0, load, sun, cast("dict[str, Teller]", tellers), ())


def test_quantiles_make_three_outlooks_and_days_before_the_rest() -> None:
    found = expected({"m1": Told()}).outlooks(672 * QUARTER, 4)
    assert [one.probability for one in found] == [0.4, 0.3, 0.3]
    assert [one.load_kw.tolist() for one in found] == [
        [20, 20, 5, 5], [30, 30, 6, 6], [10, 10, 4, 4]
    ]  # fmt: skip
    assert all(one.pv_kw.tolist() == [1, 1, 1, 1] for one in found)


def test_without_a_model_a_week_and_a_day_before() -> None:
    week, day = expected({}).outlooks(672 * QUARTER, 3)
    assert week.load_kw.tolist() == [4, 4, 4]
    assert day.load_kw.tolist() == [6, 6, 6]


def test_slots_of_an_hour_are_four_steps() -> None:
    frame = pd.DataFrame(
        {"ts": [HOUR, 2 * HOUR], "p10": [1.0, 2.0], "p50": [3.0, 4.0], "p90": [5.0, 6.0]}
    )
    course = on_steps(frame, HOUR + 2 * QUARTER, 8, HOUR)
    assert course[1, :6].tolist() == [3, 3, 4, 4, 4, 4]
    assert np.isnan(course[:, 6:]).all()  # after the last slot nothing is told


def test_balancing_is_taken_where_powers_fixed_beforehand_are_wrong_either_way() -> None:
    """One price: what is stored of the sun is worth the same whenever it is given."""
    steps = 8
    sun = np.r_[np.full(4, 8.0), np.zeros(4)]
    few, many = np.r_[np.full(4, 2.0), np.full(4, 1.0)], np.r_[np.full(4, 2.0), np.full(4, 7.0)]
    outlooks = [
        Outlook((few + many) / 2, sun, 0.4),
        Outlook(few, sun, 0.3),
        Outlook(many, sun, 0.3),
    ]
    battery = Battery(20, 8, 8, soc_start=0.0, stored_eur_kwh=0.0)
    flat = Site(1.0, Tariff(np.full(steps, 0.3), np.full(steps, 0.05)), battery=battery)
    assert better_rule(plan(flat, outlooks), outlooks) == "balance"
    dear = np.full(steps, 0.1)
    dear[6:] = 0.5
    # What the sun fills lasts for half of the load: it is kept for the dear hours.
    small = replace(battery, capacity_kwh=6.0)
    moving = replace(flat, tariff=Tariff(dear, np.zeros(steps)), battery=small)
    assert better_rule(plan(moving, outlooks), outlooks) == "powers"
