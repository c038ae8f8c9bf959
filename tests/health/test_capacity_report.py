"""Capacity from counted charge, on simulated batteries."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from core.capacity_report import CapacityReport, capacity_report
from core.levels import DAY, HOUR
from core.query import Store
from tests.health.batteries import OPTIONS, span


def usable_charge(known: dict[str, Any], day: np.ndarray) -> np.ndarray:
    """Charge from the first full cell to the first empty one [Ah], from the truth."""
    course = known["trajectory"]
    held, charge = np.array(course["capacity_ah"]), np.array(course["charge_ah"])
    return np.interp(day, course["day"], (held - charge).min(axis=1) + charge.min(axis=1))


def test_capacity_holds_what_the_battery_holds(
    capacity: CapacityReport, known: dict[str, Any]
) -> None:
    (one,) = capacity.strings
    assert one.refusal is None
    assert one.recent.n > 20
    assert one.whole.n > one.recent.n
    first = capacity.battery.first / DAY
    now = usable_charge(known, one.day[one.day > capacity.end / DAY - 60] - first)
    assert one.recent.low <= now.mean() <= one.recent.high
    assert one.recent.value == pytest.approx(now.mean(), rel=0.015)
    # every single way, with its own interval
    good = one.ledger[one.ledger["qualifies"]]
    told = usable_charge(known, one.day - first)
    inside = np.abs(good["capacity_ah"] - told) <= 1.96 * good["error_ah"]
    assert inside.mean() > 0.95
    assert len(one.day) == len(one.value) == len(one.code) == len(one.cycles) == len(good)


def test_no_life_is_told_from_less_than_a_year(capacity: CapacityReport) -> None:
    (one,) = capacity.strings
    life = one.projection.life
    assert life.refusal == "span_short"
    assert np.isnan(life.value)


def test_cycles_are_counted_at_the_points(capacity: CapacityReport) -> None:
    (one,) = capacity.strings
    assert (np.diff(one.cycles) >= 0).all()
    assert 0 <= one.cycles[0] < 3
    assert one.cycles[-1] == pytest.approx(OPTIONS.days * 0.8, rel=0.3)


def test_the_change_of_the_cutoff_is_a_regime(
    capacity: CapacityReport, known: dict[str, Any]
) -> None:
    planted = (date.fromisoformat(known["regime"]["date"]) - date(1970, 1, 1)).days
    assert [one.day for one in capacity.regimes.changes] == [pytest.approx(planted, abs=3)]
    (one,) = capacity.strings
    assert set(one.code) == {0, 1}


def test_bms_health_and_the_usual_ageing_stand_beside(
    capacity: CapacityReport,
) -> None:
    assert capacity.told["soh"].between(0.9, 1.0).all()
    prior = capacity.prior
    assert prior.refusal is None
    assert prior.before_low == 0
    # cycles before the window: as many a day as in it, over the time since commissioning
    (one,) = capacity.strings
    pace = one.cycles[-1] / OPTIONS.days
    assert prior.before_high == pytest.approx(pace * prior.age_days[0], rel=0.05)
    assert (prior.low < prior.value).all()
    assert (prior.value < prior.high).all()
    assert (np.diff(prior.value) < 0).all()
    assert (prior.high < 280).all()


@pytest.mark.parametrize(
    ("device", "refusal"),
    [("nocurrent", "no_current"), ("nofacts", "no_anchors"), ("noends", None)],
)
def test_capacity_of_batteries_that_lack_something(
    store: Store, device: str, refusal: str | None
) -> None:
    found = capacity_report(store, device, *span(store, device))
    assert found is not None
    (one,) = found.strings
    assert one.refusal == refusal
    if refusal:  # told no cut-offs, a battery run above those of its chemistry is never empty
        assert not len(one.ledger)
        assert one.recent.refusal == "segments_few"
        assert one.trend.refusal == "no_data"
    else:
        assert one.ledger["qualifies"].any()
        assert one.trend.refusal in ("too_few_days", "span_short")


def test_without_facts_there_is_no_usual_ageing(store: Store) -> None:
    found = capacity_report(store, "nofacts", *span(store, "nofacts"))
    assert found is not None
    assert found.battery.capacity_from == "counted"
    assert found.prior.refusal == "no_commissioned"
    assert not len(found.prior.value)


def test_windows_without_a_way_say_so(store: Store) -> None:
    start, _ = span(store, "BESS-1")
    found = capacity_report(store, "BESS-1", start, start + 3 * HOUR)
    assert found is not None
    assert found.strings[0].refusal == "no_anchors"
    empty = capacity_report(store, "BESS-1", start - 9 * DAY, start - 8 * DAY)
    assert empty is not None
    assert empty.strings[0].refusal == "no_readings"
    assert empty.prior.refusal == "no_cycles"
