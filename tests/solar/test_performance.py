"""Yields, ratios, availability and losses: values worked out by hand, and properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics import pv, pv_losses, pv_peers

HOUR = 3_600_000_000


def frame(poa: list[float], ac: list[float], **columns: list[float] | list[bool]) -> pd.DataFrame:
    """Hours from zero on, all good and by day."""
    n = len(poa)
    base = {
        "ts": np.arange(n) * HOUR, "hours": np.ones(n), "width_h": np.ones(n), "poa_global": poa,
        "ac_kw": ac, "dc_kw": [np.nan] * n, "temp_cell": [25.0] * n, "lit": [True] * n,
        "good": [True] * n,
    }  # fmt: skip
    return pd.DataFrame(base | columns)


def figures(rows: pd.DataFrame, kwp: float = 10.0, gamma: float = -0.004) -> pd.Series:
    edges = np.array([0, len(rows) * HOUR])
    return pv.period_figures(rows, edges, kwp, gamma).iloc[0]


def test_yields_and_losses_by_hand() -> None:
    found = figures(frame([500, 1000], [4, 8], dc_kw=[4.5, 9.0]))
    assert found["yr"] == pytest.approx(1.5)  # 0.5 + 1.0 kWh/m² over 1 kW/m²
    assert found["ya"] == pytest.approx(1.35) and found["yf"] == pytest.approx(1.2)
    assert found["lc"] == pytest.approx(0.15) and found["ls"] == pytest.approx(0.15)
    assert found["pr"] == pytest.approx(0.8)
    assert found["capacity_factor"] == pytest.approx(12 / (10 * 2))
    assert found["specific_yield"] == pytest.approx(1.2)


def test_a_ratio_of_sums_is_no_mean_of_ratios() -> None:
    found = figures(frame([100, 900], [0.2, 8.1]))
    assert found["pr"] == pytest.approx(8.3 / 10)  # the mean of ratios would be 0.55


def test_temperature_is_weighted_by_light() -> None:
    found = figures(frame([200, 800], [1.5, 6.0], temp_cell=[25.0, 50.0]))
    assert found["temp_weighted"] == pytest.approx(45.0)
    assert found["pr_temp"] == pytest.approx(0.75 / (1 - 0.004 * 20))


def test_dim_light_and_night_count_as_energy_but_not_in_ratios() -> None:
    found = figures(frame([49.9, 600, np.nan], [0.3, 5, 2], lit=[True, True, True]))
    assert found["yr"] == pytest.approx(0.6) and found["pr"] == pytest.approx(5 / 6)
    assert found["energy_kwh"] == pytest.approx(7.3)
    dark = figures(frame([0, 600], [-0.2, 5], lit=[False, True]))
    assert dark["energy_kwh"] == pytest.approx(5.0), "what is drawn at night is told apart"


def test_dc_power_that_is_short_of_light_gives_no_yield() -> None:
    found = figures(frame([500, 500], [4, 4], dc_kw=[4.5, np.nan]))
    assert np.isnan(found["ya"]) and np.isnan(found["ls"]) and found["pr"] == pytest.approx(0.8)


def test_flagged_intervals_lower_the_coverage_and_not_the_ratio() -> None:
    found = figures(frame([500, 500], [4, 400], good=[True, False]))
    assert found["pr"] == pytest.approx(0.8) and found["coverage_ratio"] == pytest.approx(0.5)


@given(
    st.lists(st.tuples(st.floats(50, 1200), st.floats(0.01, 10)), min_size=2, max_size=30),
    st.integers(1, 29),
)
def test_periods_add_up(rows: list[tuple[float, float]], cut: int) -> None:
    """Yields of parts are those of the whole; its ratio lies between theirs."""
    cut = min(cut, len(rows) - 1)
    table = frame([r[0] for r in rows], [r[1] for r in rows])
    edges = np.array([0, cut, len(rows)]) * HOUR
    parts, whole = pv.period_figures(table, edges, 10.0, -0.004), figures(table)
    for name in ("yr", "yf", "energy_kwh"):
        assert parts[name].sum() == pytest.approx(whole[name])
    assert parts["pr"].min() <= whole["pr"] * (1 + 1e-9)
    assert whole["pr"] <= parts["pr"].max() * (1 + 1e-9)


def test_instant_performance_is_undefined_in_the_dark() -> None:
    found = pv.instant_performance(
        np.array([0.0, 4.6]), np.array([49.0, 500.0]), np.array([25.0, 45.0]), 10.0, -0.004
    )
    assert np.isnan(found[0]) and found[1] == pytest.approx(1.0)


def test_module_temperature_of_faiman() -> None:
    found = pv.module_temperature(
        np.array([1000.0, 1000.0]), np.array([20.0, 20.0]), np.array([1.0, np.nan])
    )
    assert found == pytest.approx([20 + 1000 / 31.84] * 2)


def test_uncertainties_combine_or_are_unknown() -> None:
    assert pv.combined_uncertainty(0.03, 0.04) == pytest.approx(0.05)
    assert pv.combined_uncertainty(0.03, None) is None


def test_an_outage_is_told_by_time_and_by_energy() -> None:
    power = np.array([[5.0, 5.0, 5.0], [10.0, 0.0, 10.0]])
    kwp = np.full(3, 10.0)
    expected = pv.expected_from_peers(power, kwp)
    assert expected[1] == pytest.approx([10.0, 10.0, 10.0])
    found = pv.availability(power, expected, kwp, np.ones(2), np.ones(2, bool))
    assert found["time_ratio"].tolist() == [1.0, 0.5, 1.0]
    assert found["lost_kwh"].tolist() == [0.0, 10.0, 0.0]
    assert found["energy_ratio"].iloc[1] == pytest.approx(5 / 15)


def test_peers_need_two_others() -> None:
    assert np.isnan(pv.expected_from_peers(np.ones((3, 2)), np.ones(2))).all()
    one_missing = np.array([[1.0, np.nan, 3.0]])
    assert np.isnan(pv.expected_from_peers(one_missing, np.ones(3))[0, [0, 2]]).all()


def test_days_and_hours_are_those_of_the_wall_clock() -> None:
    start = pd.Timestamp("2025-03-29 23:00", tz="UTC").value // 1000  # spring forward on the 30th
    days, grid = pv.day_hour_grid(start + np.arange(24) * HOUR, np.arange(24.0), "Europe/Berlin")
    assert days == ["2025-03-30", "2025-03-31"]
    assert np.isnan(grid[2, 0]) and grid[1, 0] == 1.0 and grid[3, 0] == 2.0 and grid[0, 1] == 23.0


def test_missed_energy_by_hand() -> None:
    missed = pv_losses.missed_hours(
        np.array([6.0, 6.0]), np.array([1000.0, 1000.0]), np.array([25.0, 25.0]), np.ones(2),
        np.array([True, False]), 10.0, -0.004, 0.9,
    )  # fmt: skip
    assert missed == pytest.approx(0.3)
    warm = pv_losses.temperature_hours(
        np.array([1000.0]), np.array([45.0]), np.ones(1), np.array([True]), -0.004
    )
    assert warm == pytest.approx(0.08)


def test_usual_performance_needs_five_days() -> None:
    assert np.isnan(pv_losses.usual_performance(np.full(4, 0.9)).value)
    found = pv_losses.usual_performance(np.array([0.8, 0.9, 0.85, 0.9, 0.95, 0.9]))
    assert found.value == pytest.approx(0.9) and found.low <= 0.9 <= found.high
    assert found.days == 6


def test_the_nearest_days_are_taken_and_those_of_the_window_first() -> None:
    daily = np.arange(20.0)
    daily[9:12] = np.nan  # the window itself tells nothing
    assert sorted(pv_losses.nearest_days(daily, 9, 11, 4)) == [7, 8, 12, 13]
    assert sorted(pv_losses.nearest_days(daily, 3, 5, 3)) == [3, 4, 5]


def test_a_dead_unit_is_no_peer_of_the_running() -> None:
    """Three sound units of 1, 1.01 and 1.02 kW/kWp beside one that stands still."""
    power, kwp = np.array([[1.0, 1.01, 1.02, 0.0]]), np.ones(4)
    expected = pv.expected_from_peers(power, kwp)
    assert expected[0] == pytest.approx([1.015, 1.01, 1.005, 1.01])
    assert pv.expected_from_peers(power * 0, kwp)[0] == pytest.approx(np.zeros(4))
    two_dead = np.array([[1.0, 1.01, 0.0, 0.0]])
    assert pv.expected_from_peers(two_dead, kwp)[0] == pytest.approx([1.01, 1.0, 1.005, 1.005])
    shares = pv.expected_from_peers(two_dead, kwp, ranked=True)[0]
    assert np.isnan(shares[:2]).all() and shares[2:] == pytest.approx([1.005, 1.005])


def test_an_outage_puts_no_sound_unit_ahead() -> None:
    """Ten days; of four units one is weak and one stands still on all days but the first two."""
    rng = np.random.default_rng(3)
    day = np.repeat(np.arange(10), 40)
    power = 5 * (1 + 0.1 * np.sin(np.arange(400)))[:, None] * np.ones(4)
    power *= np.array([1.002, 0.97, 1.0, 1.001]) * (1 + 0.002 * rng.standard_normal((400, 4)))
    power[day >= 2, 2] = 0.0
    ones = np.ones(400)
    shares = pv_peers.daily_shares(power, np.full(4, 10.0), ones, ones > 0, day)
    verdicts = {one.unit: one.verdict for one in pv_peers.rank_units(shares, list("abcd"))}
    assert verdicts["b"] == "behind"
    assert "ahead" not in verdicts.values()
