"""What was asked of a store lately: right, bounded, and gone after a commit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.remembered import RememberedRows, remembered

KEY = ("m1", "x", "raw")


def rows_of(start: int, end: int) -> dict[str, np.ndarray]:
    """A reading at each even moment."""
    ts = np.arange(start + start % 2, end, 2)
    return {"ts": ts, "value": ts * 0.5}


moments = st.integers(0, 60)
asked = st.tuples(st.sampled_from("xyz"), moments, moments).filter(lambda one: one[1] < one[2])


@given(questions=st.lists(asked, max_size=30), most=st.integers(0, 2000))
def test_what_is_remembered_is_what_would_be_read(
    questions: list[tuple[str, int, int]], most: int
) -> None:
    rows = RememberedRows(most)
    for name, start, end in questions:
        key = ("m1", name, "raw")
        found = rows.find(key, start, end)
        if found is None:
            rows.keep(key, start, end, rows_of(start, end))
        else:
            np.testing.assert_array_equal(found["ts"], rows_of(start, end)["ts"])
            np.testing.assert_array_equal(found["value"], rows_of(start, end)["value"])
        assert rows._taken <= most
        assert rows._taken == sum(
            array.nbytes for _, _, kept in rows._known.values() for array in kept.values()
        )


def test_the_oldest_give_way_and_the_largest_are_not_kept() -> None:
    rows = RememberedRows(400)
    for name in "abc":
        rows.keep(("m1", name, "raw"), 0, 20, rows_of(0, 20))  # 160 bytes each
        assert rows.find(("m1", "a", "raw"), 0, 20) is not None
    assert rows.find(("m1", "b", "raw"), 0, 20) is None
    rows.keep(KEY, 0, 40, rows_of(0, 40))
    assert rows.find(KEY, 0, 40) is None
    assert rows.find(("m1", "c", "raw"), 0, 20) is not None


def test_nobody_writes_to_what_others_get() -> None:
    rows = RememberedRows()
    rows.keep(KEY, 0, 9, rows_of(0, 9))
    found = rows.find(KEY, 2, 6)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found["value"][0] = 1.0


@dataclass(frozen=True)
class Answer:
    values: np.ndarray
    parts: tuple[np.ndarray, ...]


class Counter:
    """Stands for a store."""

    version = 1
    is_live = False
    asked = 0


@remembered(2)
def answer(store: Counter, number: int) -> Answer:
    store.asked += 1
    return Answer(np.full(3, float(number)), (np.zeros(2),))


def test_answers_are_kept_until_the_store_changes() -> None:
    store = Counter()
    first = answer(store, 1)
    assert answer(store, 1) is first
    for part in (first.values, *first.parts):
        assert not part.flags.writeable
    assert answer(Counter(), 1) is not first
    store.version = 2
    assert answer(store, 1) is not first
    assert store.asked == 2
    answer(store, 2)
    answer(store, 3)
    answer(store, 1)
    assert store.asked == 5  # the oldest of three had given way
    store.is_live = True
    answer(store, 1)
    assert store.asked == 6
