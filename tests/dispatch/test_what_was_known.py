"""A plan of the past knows no price before it was out, and the whole year's highest import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dispatch_choice import Choice, told_choice
from core.dispatch_readings import billing_years, peak_so_far, read_prices
from core.dispatch_report import plan_frame, plan_report
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.levels import DAY, HOUR, MINUTE
from core.query import Store, open_store
from tests.stores import run, scratch, us, write_csv, write_text

START = us("2025-03-10T00:00+01:00")
DAYS = 10
WINDOW = START + 8 * DAY  # 18 and 19 March
SETTINGS = """[tariff]
import_eur_kwh = 0.10
export_eur_kwh = 0.05
demand_eur_kw_a = 50

[battery]
capacity_kwh = 20
power_kw = 10
"""


def write_site(folder: Path, last_day: float) -> None:
    """Load 10 kW, once 60 kW with 25 kW of sun; prices low at night, of the last day `last_day`."""
    quarters = range(START, START + DAYS * DAY, 15 * MINUTE)
    once = START + 12 * HOUR
    load = [(at, [60.0 if at == once else 10.0]) for at in quarters]
    sun = [(at, [25.0 if at == once else 0.0]) for at in quarters]
    write_csv(folder / "src" / "meter" / "m1.csv", ["com_ap"], load)
    write_csv(folder / "src" / "PV" / "pv1.csv", ["ac_power_inv1"], sun)
    rows = []
    for at in range(START, START + DAYS * DAY, HOUR):
        begin, end = (pd.Timestamp(one, unit="us", tz="UTC").tz_convert("Europe/Berlin")
                      for one in (at, at + HOUR))  # fmt: skip
        eur_mwh = 20.0 if begin.hour < 6 else 150.0
        if at >= WINDOW + DAY:
            eur_mwh = last_day
        shown = f"{eur_mwh:.2f}".replace(".", ",")
        rows.append(f"{begin:%d.%m.%Y %H:%M};{end:%d.%m.%Y %H:%M};{shown}\n")
    head = "Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen\n"
    write_text(folder / "src" / "price" / "smard.csv", head + "".join(rows))
    run(folder)
    settings_path(folder / "store").write_text(SETTINGS)


@pytest.fixture(scope="module")
def dear() -> Iterator[Store]:
    with scratch() as folder:
        write_site(folder, 900.0)
        yield open_store(folder / "store")


@pytest.fixture(scope="module")
def cheap() -> Iterator[Store]:
    with scratch() as folder:
        write_site(folder, -50.0)
        yield open_store(folder / "store")


@pytest.fixture(scope="module")
def choice(dear: Store) -> Choice:
    told = read_dispatch_settings(settings_path(dear.root))
    return told_choice(dear, told, None, ["m1"], ["pv1"], None, 48, past=True)


def test_prices_change_the_plan_from_when_they_are_known(
    dear: Store, cheap: Store, choice: Choice
) -> None:
    """Prices of 19 March are out on 18 March at 13:00; the plan of 16:00 is the first with them."""
    one, other = (plan_report(store, choice) for store in (dear, cheap))
    assert one.start == WINDOW
    assert np.array_equal(one.plan.flows[0], other.plan.flows[0])
    powers = [r.flows[["charge_kw", "discharge_kw"]].to_numpy() for r in (one, other)]
    assert np.allclose(powers[0][: 16 * 4], powers[1][: 16 * 4], atol=1e-9)
    assert not np.allclose(powers[0][16 * 4 :], powers[1][16 * 4 :], atol=0.1)


def test_what_is_not_known_is_expected_as_the_day_before(dear: Store, choice: Choice) -> None:
    report = plan_report(dear, choice)
    expected, charged = (p.tariff.import_eur_kwh for p in (report.expected_prices, report.prices))
    assert report.expected_prices.repeated == 96
    assert np.allclose(expected[96:], expected[:96])
    assert np.allclose(charged[96:], 1.0)  # 0.10 added to 0.90
    assert np.allclose(plan_frame(report, dear.zone)["import_eur_kwh"], charged)
    ts = report.ts
    assert read_prices(dear, choice, ts, us("2025-03-18T12:59+01:00")).repeated == 96
    assert read_prices(dear, choice, ts, us("2025-03-18T13:00+01:00")).repeated == 0


def test_the_run_that_is_drawn_is_the_run_that_is_costed(dear: Store, choice: Choice) -> None:
    report = plan_report(dear, choice)
    flows, prices = report.flows, report.prices.tariff
    paid = 0.25 * float(flows["import_kw"].to_numpy() @ prices.import_eur_kwh)
    assert paid == pytest.approx(report.costs["plan"].import_eur)
    assert report.actual is not None
    assert np.allclose(plan_frame(report, dear.zone)["load_kw"], report.actual.load_kw)


def test_billing_years_turn_at_local_midnight() -> None:
    ts = us("2024-12-31T22:45+00:00") + np.arange(3) * 900_000_000
    assert billing_years(ts, "Europe/Berlin").tolist() == [2024, 2025, 2025]
    assert billing_years(ts, "UTC").tolist() == [2024, 2024, 2024]


def test_the_peak_so_far_is_that_of_the_year_net_of_sun(dear: Store, choice: Choice) -> None:
    """60 kW less 25 kW of sun, eight days before the window."""
    assert peak_so_far(dear, choice, WINDOW) == (35.0, START)
    assert plan_report(dear, choice).plan.site.tariff.peak_so_far_kw == 35.0
    assert peak_so_far(dear, replace(choice, pv=()), WINDOW)[0] == 60.0
    assert peak_so_far(dear, choice, us("2025-01-01T00:00+01:00"))[0] == 0.0
