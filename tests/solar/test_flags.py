"""Flags of a PV plant on readings whose faults are planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.analytics import pv_flags, pv_sun
from core.analytics.quality import Float, Int

QUARTER = 900_000_000
PLACE = (48.4, 10.9)
START = pd.Timestamp("2025-05-01", tz="UTC").value // 1000


def days_of(n: int) -> tuple[Int, Int, Float, Float]:
    """Quarter hours of n days: time, day, elevation, clear-sky light on a plane to the south."""
    ts = START + np.arange(n * 96, dtype=np.int64) * QUARTER
    day = np.arange(n * 96) // 96
    up, azimuth = pv_sun.sun_position(ts + QUARTER // 2, *PLACE)
    of_year = pd.to_datetime(ts, unit="us", utc=True).day_of_year.to_numpy(np.int64)
    return ts, day, up, pv_sun.clear_sky_plane(up, azimuth, of_year, 25.0, 180.0)


def cloudy(light: Float, seed: int) -> Float:
    """Light through passing clouds."""
    rng = np.random.default_rng(seed)
    veil = pd.Series(rng.random(len(light))).rolling(6, min_periods=1).mean().to_numpy()
    return np.asarray(light * np.clip(0.45 + veil, 0, 1))


def test_the_sun_stands_where_almanacs_have_it() -> None:
    noon = pd.Timestamp("2025-06-21 11:18", tz="UTC").value // 1000  # 10.9° east
    up, azimuth = pv_sun.sun_position(np.array([noon]), *PLACE)
    assert up[0] == pytest.approx(90 - 48.4 + 23.44, abs=0.05)
    assert azimuth[0] == pytest.approx(180, abs=0.6)


def test_power_at_night_is_flagged_and_what_inverters_draw_is_not() -> None:
    power = np.array([-0.05, 3.0, 3.0, np.nan])
    found = pv_flags.flag_night(power, np.array([-30.0, -30.0, -3.0, -30.0]), 100.0)
    assert found.tolist() == [False, True, False, False]
    assert pv_flags.flag_night_light(np.array([-3.0, 5.0, 40.0]), np.full(3, -20.0)).tolist() == [
        False, False, True,
    ]  # fmt: skip


def test_a_flat_hour_is_stale_and_a_night_is_not() -> None:
    ts, _, _up, light = days_of(2)
    value = cloudy(light, 1)
    value[40:46] = value[40]
    found = pv_flags.flag_stale_value(ts, value, QUARTER)
    assert np.flatnonzero(found).tolist() == [40, 41, 42, 43, 44, 45]


def test_clipping_is_found_from_flat_tops_and_not_from_round_ones() -> None:
    _, day, _, light = days_of(10)
    power = 0.09 * light
    assert pv_flags.clip_level(power, day) is None
    limit = 0.8 * power.max()
    level = pv_flags.clip_level(np.minimum(power, limit), day)
    assert level == pytest.approx(limit)
    truth = power >= limit
    assert (pv_flags.flag_clipping(np.minimum(power, limit), level) == truth).mean() > 0.98
    assert not pv_flags.flag_clipping(power, None).any()


def test_curtailment_is_flat_below_what_the_light_would_give() -> None:
    _, _, _, light = days_of(1)
    power = 0.09 * light
    held = slice(44, 52)
    power[held] = 30.0
    performance = np.where(light > 50, power / (0.1 * np.maximum(light, 1)), np.nan)
    none = np.zeros(len(power), bool)
    found = pv_flags.flag_curtailment(power, performance, 0.9, none, none)
    assert np.flatnonzero(found).tolist() == list(range(44, 52))
    assert not pv_flags.flag_curtailment(power, performance, 0.9, none, found).any(), "stale"


def test_snow_is_cold_and_dark_below_the_light() -> None:
    _, day, _, light = days_of(4)
    lit = light > 0
    performance = np.where(light > 50, 0.9, np.nan)
    performance[(day == 1) & (light > 50)] = 0.05
    performance[(day == 2) & (light > 50)] = 0.05
    air = np.where(day == 1, -2.0, 15.0)
    found = pv_flags.flag_snow(performance, air, lit, day)
    assert set(day[found]) == {1}, "an outage in the warm is no snow"


@pytest.mark.parametrize("minutes", [60, -120, 22])
def test_a_clock_that_is_off_is_told_with_its_days(minutes: int) -> None:
    ts, day, _, light = days_of(80)
    expected = pv_flags.day_midpoints(ts, light, day, QUARTER)
    fine = START + np.arange(80 * 1440, dtype=np.int64) * 60_000_000
    minute = np.interp(fine, ts + QUARTER // 2, cloudy(light, 3))
    late = np.where(np.arange(80 * 1440) // 1440 >= 40, minutes, 0)
    told = np.interp(ts + QUARTER // 2, fine + late * 60_000_000, minute)
    measured = pv_flags.day_midpoints(ts, told, day, QUARTER)
    (found,) = pv_flags.estimate_clock_shifts(measured, expected, QUARTER)
    assert found.low - 3 <= minutes <= found.high + 3
    assert abs(found.first - 40) <= 3 and found.last >= 76


def test_a_right_clock_is_told_as_right() -> None:
    ts, day, _, light = days_of(60)
    expected = pv_flags.day_midpoints(ts, light, day, QUARTER)
    for seed in range(5):
        measured = pv_flags.day_midpoints(ts, cloudy(light, seed), day, QUARTER)
        assert pv_flags.estimate_clock_shifts(measured, expected, QUARTER) == []
