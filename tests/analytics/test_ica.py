"""dQ/dV: charge is kept, known peaks are found and followed, unfit segments are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.ica import (
    IcaCurve,
    IcaRules,
    charge_by_voltage,
    differential_voltage,
    find_ica_peaks,
    ica_refusal,
    incremental_capacity,
    low_rate_segments,
    pool_curves,
    track_peaks,
)
from core.errors import ConfigError

MINUTE = 60_000_000
PEAKS = ((3.25, 0.012, 60.0), (3.33, 0.008, 120.0))  # [V], width [V], charge [Ah]


def slow_charge(
    *, rate: float = 0.05, every: int = 1, shift: float = 0.0, grid: float = 0.001, sign: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A charge of 280 Ah from 3.0 to 3.5 V over two logistic plateaus: ts, current, charge, V."""
    volts = np.linspace(3.0, 3.5, 20_001)
    held = 200.0 * (volts - 3.0)
    for centre, width, ah in PEAKS:
        held += ah / (1 + np.exp(-(volts - centre - shift) / (width / 2)))
    held -= held[0]
    ts = np.arange(0, int(held[-1] / (280 * rate) * 60), every, dtype=np.int64) * MINUTE
    charge = ts / (60 * MINUTE) * 280 * rate
    voltage = np.interp(charge, held, volts)
    if sign < 0:
        voltage = voltage[::-1]
    rounded = np.rint(voltage / grid) * grid
    return ts, np.full(len(ts), sign * 280 * rate), sign * charge, rounded


def curve_of(**given: float) -> IcaCurve:
    curve = incremental_capacity(*slow_charge(**given), 280.0)  # type: ignore[arg-type]
    assert isinstance(curve, IcaCurve)
    return curve


@pytest.mark.parametrize("sign", [1, -1])
def test_peaks_stand_where_they_were_put(sign: int) -> None:
    curve = curve_of(sign=sign)
    peaks = find_ica_peaks(curve)
    np.testing.assert_allclose(peaks["position"], [3.25, 3.33], atol=0.002)
    for (_, width, ah), height in zip(PEAKS, peaks["height"], strict=True):
        # top of a logistic step: ah / (4·width/2), above a flat part of 200 Ah/V; bins and kernel
        # together are as wide as the narrower peak and take a quarter off it
        assert 0.7 < height / (ah / (2 * width) + 200) < 1.02
    assert peaks["area"][1] > 1.5 * peaks["area"][0]


def test_the_area_under_the_curve_is_the_charge() -> None:
    ts, current, charge, voltage = slow_charge()
    curve = incremental_capacity(ts, current, charge, voltage, 280.0)
    assert isinstance(curve, IcaCurve)
    assert curve.dq_dv.sum() * 0.005 == pytest.approx(charge[-1] - charge[0], rel=2e-3)
    assert curve.rate == pytest.approx(0.05) and curve.n == len(ts) and curve.curves == 1


@given(
    st.lists(st.integers(3000, 3400), min_size=2, max_size=40),
    st.lists(st.floats(0.01, 5), min_size=40, max_size=40),
)
def test_no_charge_is_lost_however_readings_fall(mv: list[int], steps: list[float]) -> None:
    voltage = np.array(mv) / 1000
    charge = np.concatenate([[0.0], np.cumsum(steps[: len(mv) - 1])])
    edges = np.arange(595, 690) * 0.005
    held = charge_by_voltage(charge, voltage, edges, 0.001)
    assert held.sum() == pytest.approx(charge[-1], rel=1e-9)
    assert (held >= -1e-12).all()
    slow = np.zeros(len(edges) - 1)
    for k in range(len(mv) - 1):
        low = min(voltage[k], voltage[k + 1]) - 0.0005
        high = max(voltage[k], voltage[k + 1]) + 0.0005
        for b in range(len(slow)):
            part = max(0.0, min(high, edges[b + 1]) - max(low, edges[b]))
            slow[b] += steps[k] * part / (high - low)
    np.testing.assert_allclose(held, slow, atol=1e-9)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"rate": 0.25}, "rate_high"),
        ({"rate": 0.15, "every": 10}, "sampling_coarse"),
        ({"rate": 0.05, "every": 20}, "gap"),
        ({"rate": 0.05}, None),
    ],
)
def test_what_is_not_fit_is_refused(given: dict[str, float], reason: str | None) -> None:
    assert ica_refusal(*slow_charge(**given), 280.0) == reason  # type: ignore[arg-type]


def test_more_reasons_to_refuse() -> None:
    ts, current, charge, voltage = slow_charge(every=5)
    half = len(ts) // 3
    assert ica_refusal(ts[:2], current[:2], charge[:2], voltage[:2], 280.0) == "readings_few"
    short = ica_refusal(ts[:half], current[:half], charge[:half], voltage[:half], 280.0)
    assert short == "charge_small"
    current[::2] *= 2
    assert ica_refusal(ts, current, charge, voltage, 280.0) == "rate_unsteady"
    assert incremental_capacity(ts, current, charge, voltage, 280.0) == "rate_unsteady"


def test_segments_are_parted_by_rest_sign_and_gap() -> None:
    current = np.array([0.0, 20, 20, 20, -20, -20, 0, 0, 20, 20, np.nan, 20, 20, 20])
    ts = np.arange(14, dtype=np.int64) * MINUTE
    ts[13:] += 60 * MINUTE
    assert low_rate_segments(ts, current, 280.0) == [(1, 3), (4, 5), (8, 9), (11, 12)]


def test_pooled_curves_resolve_what_one_does_not() -> None:
    """Readings ten minutes apart are refused alone; the mean of 40 days shows both peaks."""
    coarse = IcaRules(max_step_soc=0.05)
    days = []
    for day in range(40):
        ts, current, charge, voltage = slow_charge(rate=0.15, every=1)
        part = slice(day % 10, None, 10)
        args = ts[part], current[part], charge[part], voltage[part], 280.0
        assert incremental_capacity(*args) == "sampling_coarse"
        one = incremental_capacity(*args, coarse)
        assert isinstance(one, IcaCurve)
        days.append(one)
    pooled = pool_curves(days)
    assert (pooled.curves, pooled.n) == (40, sum(day.n for day in days))
    np.testing.assert_allclose(find_ica_peaks(pooled)["position"], [3.25, 3.33], atol=0.003)
    with pytest.raises(ConfigError, match="no curve"):
        pool_curves([])
    with pytest.raises(ConfigError, match="width"):
        wide = incremental_capacity(*slow_charge(), 280.0, IcaRules(bin_v=0.01))
        assert isinstance(wide, IcaCurve)
        pool_curves([days[0], wide])


def test_a_peak_that_moves_is_followed() -> None:
    curves = [
        replace(curve_of(shift=0.0005 * k), start=k, end=k + 1) for k in (3, 0, 1, 2)
    ]  # not in order of time
    table = track_peaks(curves)
    assert table["time"].is_monotonic_increasing
    for number, (centre, _, _) in enumerate(PEAKS):
        mine = table[table["peak"] == number]
        assert len(mine) == 4
        slope = np.polyfit(mine["time"], mine["position"], 1)[0]
        assert slope == pytest.approx(0.0005, rel=0.25)
        assert mine["position"].iloc[0] == pytest.approx(centre, abs=0.002)
    assert len(track_peaks([])) == 0


def test_dv_dq_is_high_between_the_plateaus() -> None:
    _, _, charge, voltage = slow_charge(grid=1e-6)
    q, slope = differential_voltage(charge, voltage, 280.0)
    assert (slope * np.diff(q)[0]).sum() == pytest.approx(0.5, rel=0.05)
    # 200 Ah/V × 0.29 V + the first 60 Ah lie below 3.29 V, the valley
    valley = q[(q > 60) & (q < 170)][np.argmax(slope[(q > 60) & (q < 170)])]
    assert valley == pytest.approx(200 * 0.29 + 60, abs=12)
    back = differential_voltage(charge[::-1], voltage[::-1], 280.0)[1]
    assert (back > 0).all()


def test_bins_are_checked() -> None:
    with pytest.raises(ConfigError, match="bins"):
        IcaRules(bin_v=0.001)
    with pytest.raises(ConfigError, match="hold together"):
        IcaRules(max_rate=0)
