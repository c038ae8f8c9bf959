"""Savings part by part, sizes, and a year of real load and prices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analytics.dispatch import plan
from core.analytics.dispatch_savings import (
    peak_shaving_curve,
    reduction_at,
    saving_parts,
    self_consumption_curve,
)
from core.analytics.dispatch_simulation import do_nothing, greedy
from core.analytics.dispatch_site import (
    Battery,
    Connection,
    Outlook,
    Site,
    Tariff,
    eur_kwh_from_eur_mwh,
)


def test_parts_by_hand() -> None:
    """4 kWh of sun (worth 0.1 sold) cover load at 0.3; the peak falls from 6 to 2 at 10 €/kW."""
    battery = Battery(10, 8, 8, 1, 1, soc_start=0, stored_eur_kwh=0, wear_eur_kwh=0.01)
    site = Site(1.0, Tariff(np.full(2, 0.3), np.full(2, 0.1), 10.0), battery=battery)
    outlook = Outlook(np.array([1.0, 6.0]), np.array([5.0, 0.0]))
    without, with_battery = do_nothing(site, outlook).flows, greedy(site, outlook).flows
    parts = saving_parts(site, without, with_battery)
    assert parts.self_consumption_eur == pytest.approx(4 * 0.3 - 4 * 0.1)
    assert parts.peak_eur == pytest.approx(40)
    assert parts.wear_eur == pytest.approx(0.04)
    assert parts.arbitrage_eur == pytest.approx(0)
    assert parts.total_eur == pytest.approx(0.8 + 40 - 0.04)


def test_what_is_bought_at_night_is_arbitrage() -> None:
    battery = Battery(10, 4, 4, 1, 1, soc_start=0, stored_eur_kwh=0)
    site = Site(1.0, Tariff(np.array([0.1, 0.4]), np.zeros(2)), battery=battery)
    outlook = Outlook(np.array([0.0, 6.0]), np.zeros(2))
    parts = saving_parts(site, do_nothing(site, outlook).flows, plan(site, outlook).flows[0])
    assert (parts.arbitrage_eur, parts.self_consumption_eur) == (pytest.approx(1.2), 0)


def test_parts_add_up() -> None:
    rng = np.random.default_rng(3)
    battery = Battery(15, 6, 6, wear_eur_kwh=0.02)
    site = Site(1.0, Tariff(rng.uniform(-0.1, 0.5, 48), np.full(48, 0.08), 3.0), battery=battery)
    outlook = Outlook(rng.uniform(0, 8, 48), rng.uniform(0, 12, 48))
    nothing, made = do_nothing(site, outlook), plan(site, outlook)
    parts = saving_parts(site, nothing.flows, made.flows[0])
    assert parts.total_eur == pytest.approx(nothing.costs.total_eur - made.costs[0].total_eur)


def test_the_curve_of_peak_shaving_by_hand() -> None:
    """Two hours at 10 with one at 4 between: at level 8, 2 are refilled of 4 needed... less."""
    net = np.array([4.0, 10.0, 7.0, 10.0, 4.0])
    curve = peak_shaving_curve(net, 1.0, levels=[8.0, 9.0], charge_efficiency=1,
                               discharge_efficiency=1)  # fmt: skip
    assert curve.level_kw.tolist() == [9, 8]
    assert curve.power_kw.tolist() == [1, 2]
    assert curve.capacity_kwh.tolist() == [1, 3]  # 1 − 2 + 1 → 1; 2 − 1 + 2 = 3


def test_a_battery_of_the_curve_reaches_its_level() -> None:
    """The program, told to save the peak alone, gets just as far."""
    rng = np.random.default_rng(2)
    load = 50 + 30 * rng.random(96) + 40 * (np.arange(96) % 24 > 18)
    curve = peak_shaving_curve(load, 1.0)
    for at in (5, 20):
        row = curve.iloc[at]
        battery = Battery(row.capacity_kwh, row.power_kw, row.power_kw, soc_start=1.0)
        site = Site(1.0, Tariff(np.zeros(96), np.zeros(96), 1.0), battery=battery)
        made = plan(site, Outlook(load, np.zeros(96)))
        assert made.costs[0].peak_kw == pytest.approx(row.level_kw)
        assert reduction_at(curve, row.capacity_kwh, row.power_kw) == pytest.approx(
            row.reduction_kw
        )


def test_self_consumption_by_size_is_that_of_the_simulation() -> None:
    rng = np.random.default_rng(5)
    load, sun = rng.uniform(0, 5, 200), rng.uniform(0, 9, 200)
    curve = self_consumption_curve(load, sun, 0.5, [0.0, 4.0, 20.0])
    for row in curve.itertuples():
        battery = Battery(row.capacity_kwh, 0.5 * row.capacity_kwh, 0.5 * row.capacity_kwh,
                          soc_start=0.0)  # fmt: skip
        site = Site(0.5, Tariff(np.full(200, 0.3), np.full(200, 0.1)), battery=battery)
        flows = greedy(site, Outlook(load, sun)).flows
        assert row.import_kwh == pytest.approx(0.5 * flows.import_kw.sum())
        assert row.export_kwh == pytest.approx(0.5 * flows.export_kw.sum())
    assert curve.self_sufficiency_ratio.is_monotonic_increasing


def year(shared: Path) -> tuple[Site, Outlook]:
    """Load of 2024 with day-ahead prices and a battery of 215 kWh and 100 kW."""
    prices = pd.read_csv(
        shared / "data/price/SMARD_market_price_2024.csv", sep=";", decimal=",", na_values="-",
        encoding="utf-8-sig", usecols=[2],
    )  # fmt: skip
    eur_mwh = prices.iloc[:, 0].to_numpy(float)
    (file,) = (shared / "data/raw_layout/meter/lastgang").glob("*.csv")
    load = pd.read_csv(file).iloc[:, 1].to_numpy(float)
    # Both run through the local year in order: 8784 hours, 35136 quarter hours.
    assert (len(eur_mwh), len(load)) == (8784, 35136)
    price = eur_kwh_from_eur_mwh(np.repeat(eur_mwh, 4))
    battery = Battery(215, 100, 100, 0.95, 0.95, soc_end=0.5, stored_eur_kwh=0.0, wear_eur_kwh=0.03)
    site = Site(0.25, Tariff(price, price, 166.03), Connection(export_kw=0.0), battery)
    return site, Outlook(load, np.zeros(len(load)))


@pytest.mark.shared
@pytest.mark.slow
def test_a_month_of_real_load_and_prices(shared: Path) -> None:
    """March 2024: parts add up, both ways never, and the peak is what the curve says."""
    site, outlook = year(shared)
    cut = slice(31 * 96 + 29 * 96, 31 * 96 + 29 * 96 + 30 * 96)
    tariff = Tariff(site.tariff.import_eur_kwh[cut], site.tariff.export_eur_kwh[cut], 166.03 / 12)
    month = replace(site, tariff=tariff)
    came = Outlook(outlook.load_kw[cut], outlook.pv_kw[cut])
    made, nothing = plan(month, came), do_nothing(month, came)
    flows = made.flows[0]
    assert np.minimum(flows.charge_kw, flows.discharge_kw).max() < 1e-5
    parts = saving_parts(month, nothing.flows, flows)
    assert parts.total_eur == pytest.approx(nothing.costs.total_eur - made.costs[0].total_eur)
    assert parts.peak_eur > 0
    assert parts.self_consumption_eur == 0
    curve = peak_shaving_curve(came.load_kw, 0.25)
    best = reduction_at(curve, 215 * 0.5, 100)
    assert parts.peak_before_kw - parts.peak_after_kw >= best - 1
