"""SAT voltage: days that count, baselines, who stands apart; worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics import cells
from core.analytics.chemistry import LFP

NAN = float("nan")


def test_soc_says_which_charge_was_complete() -> None:
    sat = np.full((4, 3), 3.45)
    sat[3] = NAN
    found = cells.judge_charges(sat, LFP, np.array([1.0, 0.80, 0.99, 1.0]))
    assert found.complete.tolist() == [True, False, True, False]
    assert found.reason.tolist() == ["", "soc_low", "", "no_data"]
    assert found.by == "soc"


def test_without_soc_the_highest_cell_says_it() -> None:
    # 3.28 V is no end of a charge, 3.80 V no LFP cell at all.
    sat = np.array([[3.40, 3.50], [3.40, 3.42], [3.27, 3.28], [3.40, 3.80]])
    found = cells.judge_charges(sat, LFP)
    assert found.complete.tolist() == [True, True, False, False]
    assert found.reason.tolist()[2:] == ["voltage_low", "voltage_low"]
    assert found.by == "voltage"


def test_a_day_without_soc_is_judged_by_voltage() -> None:
    sat = np.full((3, 2), 3.50)
    sat[1] = 3.28
    found = cells.judge_charges(sat, LFP, np.array([1.0, NAN, NAN]))
    assert found.complete.tolist() == [True, False, True]


def test_valid_is_complete_and_inside_the_window() -> None:
    sat = np.array([[3.45, 3.70], [3.45, 3.29]])
    got = cells.valid_sat(sat, np.array([True, False]), LFP)
    assert got[0, 0] == 3.45
    assert np.isnan(got).sum() == 3


def test_baseline_is_a_median_and_not_the_first_day() -> None:
    sat = np.array([[3.35], [3.45], [NAN], [3.46], [3.40]])
    assert cells.baseline(sat, 3) == pytest.approx([3.45])
    assert np.isnan(cells.baseline(np.full((3, 1), NAN))).all()


def test_table_by_hand() -> None:
    day = np.arange(40)
    sat = np.full((40, 3), 3.450)
    sat[:, 1] += 0.010
    sat[20:, 2] -= 0.020
    got = cells.sat_table(day, sat, np.ones(3, int), np.arange(1, 4), recent_days=10)
    assert got["baseline_v"].to_numpy() == pytest.approx([3.450, 3.460, 3.450])
    assert got["relative_mv"].to_numpy() == pytest.approx([0, 10, -20])
    assert got["change_mv"].to_numpy() == pytest.approx([0, 0, -20])
    assert got["recent_pct"].to_numpy() == pytest.approx([100, 100, 100 * 3.43 / 3.45])
    assert got["rank"].tolist() == [2, 3, 1]
    packs = cells.pack_table(got)
    assert packs.loc[0, "weakest_cell"] == 3
    assert packs.loc[0, "spread_mv"] == pytest.approx(30)


def test_a_pack_without_values_has_none() -> None:
    got = cells.pack_table(
        cells.sat_table(np.arange(3), np.full((3, 2), NAN), np.ones(2, int), np.arange(2))
    )
    assert got.loc[0, "cells"] == 2
    assert np.isnan(got.loc[0, "median_v"])


def test_limiting_cell_shares_ties() -> None:
    values = np.array([[2.8, 2.9, NAN], [2.8, 2.8, 2.9], [2.9, 2.8, 2.8], [1.0, 9.0, 9.0]])
    days = np.array([True, True, True, False])
    got = cells.limiting_cells(values, days, lowest=True)
    assert got == pytest.approx([(1 + 0.5) / 3, (0.5 + 0.5) / 3, 0.5 / 3])
    assert np.isnan(cells.limiting_cells(values, ~days & days, lowest=True)).all()


@given(st.floats(-0.2, 0.2), st.integers(0, 4))
def test_what_all_cells_share_is_in_no_relative_figure(shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sat = 3.45 + rng.normal(0, 0.01, (50, 6))
    wave = shift * np.sin(np.arange(50))[:, None]
    pack, cell = np.repeat([1, 2], 3), np.tile([1, 2, 3], 2)
    one, two = (cells.sat_table(np.arange(50), v, pack, cell) for v in (sat, sat + wave))
    assert two["relative_mv"].to_numpy() == pytest.approx(one["relative_mv"].to_numpy(), abs=1e-6)


def test_readings_above_any_cell_are_no_low_charge() -> None:
    sat = np.array([[3.5, 4.095, 3.4], [4.095, 4.095, 4.095], [3.2, 4.095, 3.2]])
    charges = cells.judge_charges(sat, LFP, np.array([1.0, 1.0, 1.0]))
    assert charges.complete.tolist() == [True, False, False]
    assert charges.reason.tolist() == ["", "voltage_high", "soc_low"]


def test_a_day_without_a_charge_ends_none() -> None:
    """Full at rest: SOC and voltages of the second day say so, but nothing flowed in."""
    sat, soc = np.full((3, 4), 3.45), np.full(3, 1.0)
    charged = np.array([True, False, True])
    found = cells.judge_charges(sat, LFP, soc, charged)
    assert found.complete.tolist() == [True, False, True]
    assert found.reason.tolist() == ["", "no_charge", ""]
    assert cells.judge_charges(sat, LFP, soc).complete.all()
