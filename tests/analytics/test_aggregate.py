"""Several devices as one series: hand-computed cells, and what is missing stays missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.aggregate import aggregate, by_group
from core.errors import QueryError
from core.signals import canonical_unit

MINUTE = 60_000_000


def ts(*minutes: int) -> np.ndarray:
    return np.array(minutes, np.int64) * MINUTE


SERIES = {
    "a": (ts(0, 1, 2, 3), np.array([1.0, 3.0, 5.0, 7.0])),
    "b": (ts(0, 1), np.array([1000.0, 3000.0])),
    "c": (ts(0, 1, 2, 3), np.array([0.001, 0.001, 0.002, 0.002])),
}
UNITS = {"a": "kW", "b": "W", "c": "MW"}


def test_sum_in_one_unit_only_where_all_have_a_value() -> None:
    found = aggregate(SERIES, UNITS, 2 * MINUTE, 0, 4 * MINUTE)
    # Cell 0: means 2 kW + 2000 W + 0.001 MW; cell 1: b has nothing.
    assert found.unit == "kW"
    assert found.frame["value"].tolist()[0] == pytest.approx(5.0)
    assert np.isnan(found.frame["value"].tolist()[1])
    assert found.frame["present"].tolist() == [3, 2]
    assert found.missing() == {"b": 1}
    assert found.coverage_ratio == {"a": 1.0, "b": 0.5, "c": 1.0}


def test_sum_of_those_present_where_that_is_asked_for() -> None:
    found = aggregate(SERIES, UNITS, 2 * MINUTE, 0, 4 * MINUTE, least=2)
    assert found.frame["value"].tolist() == pytest.approx([5.0, 8.0])


@pytest.mark.parametrize(
    ("over", "expected"), [("mean", 5 / 3), ("min", 1.0), ("max", 2.0), ("sum", 5.0)]
)
def test_other_ways(over: str, expected: float) -> None:
    found = aggregate(SERIES, UNITS, 2 * MINUTE, 0, 2 * MINUTE, over=over)  # type: ignore[arg-type]
    assert found.frame["value"].tolist() == pytest.approx([expected])


def test_groups_need_all_of_their_own() -> None:
    found = aggregate(SERIES, UNITS, 2 * MINUTE, 0, 4 * MINUTE)
    groups = by_group(found, {"a": "north", "b": "north", "c": "south"})
    assert groups["north"].tolist()[0] == pytest.approx(4.0)
    assert np.isnan(groups["north"].tolist()[1])
    assert groups["south"].tolist() == pytest.approx([1.0, 2.0])


def test_units_that_do_not_fit_are_refused() -> None:
    with pytest.raises(QueryError, match="kW and kWh do not add up"):
        aggregate(SERIES, {**UNITS, "b": "kWh"}, MINUTE, 0, MINUTE)
    with pytest.raises(QueryError, match="no device"):
        aggregate({}, {}, MINUTE, 0, MINUTE)
    with pytest.raises(QueryError, match="at least 4 of 3"):
        aggregate(SERIES, UNITS, MINUTE, 0, MINUTE, least=4)


def test_an_unknown_unit_is_its_own() -> None:
    assert canonical_unit("furlong") == ("furlong", 1.0)


@given(
    st.lists(
        st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=6, max_size=6),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_never_a_zero_for_what_is_missing(columns: list[list[float]]) -> None:
    series = {str(i): (ts(*range(6)), np.array(column)) for i, column in enumerate(columns)}
    found = aggregate(series, dict.fromkeys(series, "kW"), MINUTE, 0, 6 * MINUTE)
    for row, total in enumerate(found.frame["value"]):
        mine = [column[row] for column in columns]
        if any(np.isnan(mine)):
            assert np.isnan(total)
        else:
            assert total == pytest.approx(sum(mine), abs=1e-6)
