"""Changes common to all cells: found on the day, and not found where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.regimes import (
    RegimeOptions,
    _fit_steps,
    common_mode,
    find_regimes,
    relative_to,
    share_common,
)
from core.analytics.trend import middle, within_limits
from ingest.demo import demo_site, truth
from tests.analytics.daily import Float, ar1, read_systems
from tests.demo_sites import Sites
from tests.health.batteries import OPTIONS


def wave(rng: np.random.Generator, n: int, amplitude: float) -> Float:
    """A yearly and a half-yearly wave with random phases."""
    phase = rng.uniform(0, 2 * np.pi, 2)
    turn = 2 * np.pi * np.arange(n) / 365
    found: Float = amplitude * (np.sin(turn + phase[0]) + 0.5 * np.sin(2 * turn + phase[1]))
    return found


def simulated(rng: np.random.Generator, n: int, phi: float, amplitude: float) -> Float:
    """Daily median SAT voltage without a change [V]: 4 mV noise, a wave, gaps, incomplete days."""
    values = np.round(3.425 + 0.004 * (ar1(rng, (n,), phi) + wave(rng, n, amplitude)), 3)
    values[rng.random(n) < 0.07] = np.nan
    odd = rng.random(n) < 0.08
    values[odd] -= rng.uniform(0.05, 0.5, odd.sum())
    return values


@pytest.mark.slow
@pytest.mark.parametrize("n", [90, 270, 600])
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_no_change_is_no_regime(n: int, phi: float) -> None:
    """At least 95 % of the series without a change, half of them with waves, have one regime."""
    rng = np.random.default_rng([n, int(10 * phi)])
    days = np.arange(float(n))
    alone = [
        find_regimes(days, {"sat": simulated(rng, n, phi, amplitude)}).count == 1
        for amplitude in (0.0, 3.0) * 30
    ]
    assert np.mean(alone) >= 0.93


@pytest.mark.slow
def test_no_change_in_several_series() -> None:
    rng = np.random.default_rng(11)
    days = np.arange(270.0)
    alone = [
        find_regimes(days, {str(k): simulated(rng, 270, 0.5, 1.0) for k in range(4)}).count == 1
        for _ in range(60)
    ]
    assert np.mean(alone) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("step", [-0.05, 0.03])
def test_step_is_found_on_its_day(step: float) -> None:
    """A step of 7.5 standard deviations or more, in waves and gaps: within two days, alone."""
    rng = np.random.default_rng(12)
    days = np.arange(270.0)
    right = []
    for _ in range(60):
        at = int(rng.integers(30, 240))
        values = simulated(rng, 270, 0.5, 2.0) + step * (days >= at)
        found = find_regimes(days, {"sat": values}).changes
        right.append(len(found) == 1 and abs(found[0].day - at) <= 2)
    assert np.mean(right) >= 0.9


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_demo_batteries_change_their_cut_off(simulated: Sites) -> None:
    """Cut-off 3.60 to 3.55 V and back, in the daily maxima of a simulated site."""
    simulated(OPTIONS)
    known = {name: one["regime"]["date"] for name, one in truth(OPTIONS)["batteries"].items()}
    for device in demo_site(OPTIONS):
        if device.name not in known:
            continue
        highest, cells = None, {}
        times, day = np.zeros(0, np.int64), pd.DatetimeIndex([])
        for name, ts, value in device.signals():
            if name == "bms1_cell_max_v" or (name.startswith("bms1_p") and "_v" in name):
                if not np.array_equal(ts, times):  # the cells are read together
                    local = pd.to_datetime(ts, unit="us", utc=True).tz_convert("Europe/Berlin")
                    times, day = ts, local.tz_localize(None).normalize()
                daily = pd.Series(value).groupby(day).max()
                cells[name] = daily
                highest = daily if name == "bms1_cell_max_v" else highest
        assert highest is not None
        dates = pd.to_datetime(highest.index)
        days = np.asarray((dates - pd.Timestamp("1970-01-01")).days, np.float64)
        matrix = pd.DataFrame(cells).reindex(highest.index).to_numpy()
        series = {"sat": common_mode(within_limits(matrix)), "highest": highest.to_numpy()}
        shown = [
            change for change in find_regimes(days, series).changes if "highest" in change.sources
        ]
        expected = (pd.Timestamp(known[device.name]) - pd.Timestamp("1970-01-01")).days
        assert [abs(change.day - expected) <= 2 for change in shown] == [True]
        assert np.sign(shown[0].jump) == (-1 if device.name == "BESS-1" else 1)


@pytest.mark.shared
def test_real_systems(shared: Path) -> None:
    """The drop of 24 mV in February 2024 is found; the other system has one regime."""
    two, seven = read_systems(shared).values()
    found = find_regimes(two.days, {"sat": common_mode(within_limits(two.values))})
    first = found.changes[0]
    assert abs(first.day - (pd.Timestamp("2024-02-26") - two.start).days) <= 2
    assert first.jump == pytest.approx(-0.024, abs=0.003)
    assert find_regimes(seven.days, {"sat": common_mode(within_limits(seven.values))}).count == 1
    for system in (two, seven):
        values = within_limits(system.values)
        deviation, _ = relative_to(values, np.zeros(5, np.int64))
        assert 0.94 < share_common(values, deviation) < 0.995


def test_declared_changes_stand() -> None:
    """They are not tested; a step found near one is that one; outside the span they are none."""
    rng = np.random.default_rng(13)
    days = np.arange(200.0) + 20_000
    values = 3.4 + 0.002 * ar1(rng, (200,), 0.3) + 0.05 * (days >= 20_100)
    found = find_regimes(days, {"sat": values}, declared=[20_098, 20_040, 19_000, 20_400])
    assert [change.day for change in found.changes] == [20_040, 20_098]
    assert all(change.declared for change in found.changes)
    assert found.changes[0].sources == ()
    np.testing.assert_array_equal(np.bincount(found.code), [40, 58, 102])


def test_series_that_show_the_same_are_one_change() -> None:
    rng = np.random.default_rng(14)
    days = np.arange(200.0)
    one = 3.4 + 0.002 * ar1(rng, (200,), 0.3) - 0.02 * (days >= 100)
    two = 0.25 + 0.01 * ar1(rng, (200,), 0.3) + 0.2 * (days >= 102)
    (change,) = find_regimes(days, {"sat": one, "c_rate": two}).changes
    assert set(change.sources) == {"sat", "c_rate"}
    assert 100 <= change.day <= 102


def test_step_without_noise() -> None:
    days = np.arange(100.0)
    (change,) = find_regimes(days, {"soc": np.where(days < 40, 0.9, 0.8)}).changes
    assert change.day == 40
    assert change.jump == pytest.approx(-0.1)


def test_nothing_has_one_regime() -> None:
    days = np.arange(100.0)
    assert find_regimes(days, {"sat": np.full(100, np.nan)}).count == 1
    assert find_regimes(days, {"sat": np.full(100, 3.4)}).count == 1
    assert find_regimes(days[:3], {"sat": np.arange(3.0)}).count == 1
    assert find_regimes(np.zeros(0), {}).count == 1


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="least_values"):
        RegimeOptions(least_segment=40)
    with pytest.raises(ValueError, match="positive"):
        RegimeOptions(threshold=0)


def test_common_mode_by_hand() -> None:
    values = np.array([[1.0, 3.0, 8.0], [np.nan, np.nan, 5.0], [2.0, np.nan, 4.0]])
    np.testing.assert_array_equal(common_mode(values), [3.0, np.nan, 3.0])


def test_relative_by_hand() -> None:
    values = np.array([[1.0, 3.0, 8.0, 10.0], [2.0, np.nan, 7.0, 11.0]])
    deviation, common = relative_to(values, np.array([1, 1, 2, 2]))
    np.testing.assert_array_equal(common, [[2.0, 9.0], [2.0, 9.0]])
    np.testing.assert_array_equal(deviation, [[-1, 1, -1, 1], [0, np.nan, -2, 2]])


def test_share_common_by_hand() -> None:
    common = np.array([0.0, 2.0, 4.0])
    own = np.array([[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]])
    values = common[:, None] + own
    deviation, _ = relative_to(values, np.zeros(2, np.int64))
    # Cells 1, 1, 4 and -1, 3, 4 scatter by 6 and 14, the deviations by 2 each.
    assert share_common(values, deviation) == pytest.approx(1 - 4 / 20)
    assert np.isnan(share_common(np.ones((3, 2)), np.zeros((3, 2))))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.8))
def test_steps_equal_one_by_one(seed: int, missing: float) -> None:
    """All windows at once equal a least squares fit to each."""
    rng = np.random.default_rng(seed)
    around, used = 3.4 + rng.normal(size=(12, 60)), rng.random((12, 60)) > missing
    step, unit, residual = _fit_steps(np.where(used, around, np.nan), used)
    place = np.arange(-30.0, 30.0)
    base = np.column_stack([np.ones(60), place, place >= 0])
    for row in range(12):
        inside = base[used[row]]
        if np.linalg.matrix_rank(inside) < 3:
            continue
        beta = np.linalg.lstsq(inside, around[row, used[row]], rcond=None)[0]
        np.testing.assert_allclose(step[row], beta[2], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(unit[row], np.linalg.inv(inside.T @ inside)[2, 2], rtol=1e-6)
        np.testing.assert_allclose(
            residual[row, used[row]], around[row, used[row]] - inside @ beta, atol=1e-8
        )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 8), st.floats(0, 1))
def test_middle_is_nanmedian(seed: int, n: int, m: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 5, (n, m)).astype(np.float64)
    values[rng.random((n, m)) < share] = np.nan
    for axis in (0, 1):
        slow = [np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan
                for row in (values.T if axis == 0 else values)]  # fmt: skip
        np.testing.assert_array_equal(middle(values, axis), slow)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 50))
def test_shift_scale_and_empty_days(seed: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    days = np.arange(150.0)
    values = simulated(rng, 150, 0.5, 1.0) + 0.04 * (days >= 80)
    one = find_regimes(days, {"sat": values})
    two = find_regimes(days + 20_000, {"sat": shift + scale * values})
    assert [change.day + 20_000 for change in one.changes] == [c.day for c in two.changes]
    kept = ~np.isnan(values)
    three = find_regimes(days[kept], {"sat": values[kept]})
    assert [change.day for change in three.changes] == [change.day for change in one.changes]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_cells_is_free(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((20, 8)) < 0.1, np.nan, rng.normal(size=(20, 8)))
    groups, order = np.repeat([0, 1], 4), rng.permutation(8)
    deviation, common = relative_to(values, groups)
    again, same = relative_to(values[:, order], groups[order])
    np.testing.assert_array_equal(again, deviation[:, order])
    np.testing.assert_array_equal(same, common)
