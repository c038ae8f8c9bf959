"""Sign, clock and size of a current against what stands beside it."""

from __future__ import annotations

import numpy as np
import pytest

from core.analytics import current_checks
from core.analytics.current_checks import DAY_US, MINUTE_US, Doubt
from core.analytics.quality import HOUR_US


def hours(days: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A battery of 100 Ah: charged for four hours a day, discharged for four."""
    ts = np.arange(24 * days) * HOUR_US
    moved = np.tile([0.0] * 8 + [20.0] * 4 + [0.0] * 4 + [-20.0] * 4 + [0.0] * 4, days)
    return ts, moved, moved / 100


def test_capacity_is_charge_over_soc() -> None:
    _, moved, change = hours(3)
    assert current_checks.counted_capacity(moved, change) == pytest.approx(100)
    assert current_checks.counted_capacity(-moved, change) == pytest.approx(-100)
    assert np.isnan(current_checks.counted_capacity(moved[:20], change[:20]))
    assert np.isnan(current_checks.counted_capacity(moved, 0 * change))


def test_the_day_the_sign_turned() -> None:
    ts, moved, change = hours(12)
    turned = np.where(ts >= 7 * DAY_US, -moved, moved)
    turned[ts // DAY_US == 9] = 0.0  # a day that tells nothing parts no stretch
    day, sign = current_checks.sign_by_day(ts, turned, change)
    assert sign.tolist() == [1] * 7 + [-1, -1, 0, -1, -1]
    assert current_checks.find_doubts("turned", day, -sign) == (
        Doubt("turned", 7 * DAY_US, 12 * DAY_US),
    )
    assert current_checks.find_doubts("turned", day[:9], -sign[:9]) == ()  # two days are no stretch


@pytest.mark.parametrize(("late", "sign"), [(0, 1), (60, 1), (-60, 1), (0, -1)])
def test_steps_of_the_voltage_tell_clock_and_sign(late: int, sign: int) -> None:
    rng = np.random.default_rng(4)
    stamps = np.arange(10 * 1440) * MINUTE_US
    current = np.repeat(rng.choice([-30.0, 0.0, 40.0], 10 * 1440 // 45), 45)
    ts = np.arange(0, 10 * DAY_US, 10 * MINUTE_US)
    at = np.clip(ts // MINUTE_US - late, 0, len(current) - 1)
    volts = 3.3 + 1e-3 * current[at]
    day, told, lag = current_checks.match_by_day(ts, volts, stamps, sign * current, 100.0)
    assert len(day) == 10 and (told == sign).all()
    assert (np.abs(lag + late) <= 10).all()


def test_a_known_sign_keeps_charges_before_discharges_from_looking_late() -> None:
    """Each day a charge of an hour and a discharge after it: an hour later the steps fit turned."""
    rng = np.random.default_rng(2)
    stamps = np.arange(10 * 1440) * MINUTE_US
    hour = stamps // HOUR_US % 24
    current = np.select([hour % 6 == 1, hour % 6 == 2], [40.0, -40.0])
    ts = np.arange(0, 10 * DAY_US, 10 * MINUTE_US)
    # the cell answers to the end of the charge and little else
    volts = 3.3 + 1e-3 * np.minimum(current[ts // MINUTE_US], 0.0)
    volts += 6e-3 * rng.standard_normal(len(ts))
    _, told, lag = current_checks.match_by_day(ts, volts, stamps, current, 100.0, known_sign=True)
    assert (told == 1).all() and (np.abs(lag) <= 20).all()
    _, _, loose = current_checks.match_by_day(ts, volts, stamps, -current, 100.0, known_sign=True)
    assert (np.abs(loose) > 20).all(), "of the other sign it is only right an hour apart"


def test_a_quiet_current_tells_no_clock() -> None:
    ts = np.arange(0, 10 * DAY_US, 10 * MINUTE_US)
    _, told, _ = current_checks.match_by_day(ts, np.full(len(ts), 3.3), ts, np.zeros(len(ts)), 1.0)
    assert not told.any()
