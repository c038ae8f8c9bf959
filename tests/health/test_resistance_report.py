"""Resistance of cells at steps of the current, on simulated batteries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.levels import DAY
from core.query import Store
from core.resistance_report import (
    OLDER_DAYS_READ,
    RECENT_DAYS_READ,
    ResistanceReport,
    by_month,
    pick_days,
    resistance_report,
)
from ingest.demo import truth
from tests.health.batteries import OPTIONS, span


def test_resistance_of_every_cell(resistance: ResistanceReport, known: dict[str, Any]) -> None:
    table = resistance.table
    assert resistance.refusal is None
    assert resistance.temperature == "cells"
    assert resistance.steps_seen >= sum(len(one.ts) for one in resistance.steps)
    assert resistance.days_read <= OLDER_DAYS_READ + RECENT_DAYS_READ
    assert (table["refusal"] == "").all()
    course = np.array(known["trajectory"]["resistance_over_start"])
    ohm = course[-1] * np.array(known["cells"]["r0_ohm"])
    pack = table["pack"].to_numpy()
    relative = ohm / np.array([np.median(ohm[pack == one]) for one in pack])
    inside = (table["relative_low"] <= relative) & (relative <= table["relative_high"])
    assert inside.mean() >= 0.85
    np.testing.assert_allclose(table["ohm"], ohm, rtol=0.04)
    fault = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == "resistance")
    worst = table.loc[table["relative"].idxmax()]
    assert (worst["pack"], worst["cell"]) == (fault["pack"], fault["cell"])


def test_growth_is_refused_on_a_month(store: Store) -> None:
    _, end = span(store, "BESS-1")
    found = resistance_report(store, "BESS-1", end - 30 * DAY, end)
    assert found is not None
    assert (found.table["growth_refusal"] == "span_short").all()
    assert found.table["growth"].isna().all()


@pytest.mark.parametrize(
    ("device", "refusal"), [("nocurrent", "no_current"), ("nosoc", "no_soc"), ("notemp", None)]
)
def test_resistance_of_batteries_that_lack_something(
    store: Store, device: str, refusal: str | None
) -> None:
    found = resistance_report(store, device, *span(store, device))
    assert found is not None
    assert found.refusal == refusal
    if refusal is None:  # without temperature only the comparison with the pack is told
        assert found.temperature == ""
        assert found.table["ohm"].isna().all()
        assert found.table["relative"].notna().all()
        assert (found.table["growth_refusal"] == "no_temperature").all()


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=200).map(sorted),
    st.integers(1, 30),
)
def test_days_are_picked_from_those_there_are(days: list[int], most: int) -> None:
    picked = pick_days(np.array(days), most)
    assert 1 <= len(picked) <= most
    assert picked == sorted(set(picked))
    assert set(picked) <= set(days)
    if len(set(days)) > 1 and most > 1:
        assert picked[-1] - picked[0] >= 0


def test_the_day_with_most_steps_of_a_stretch_is_picked() -> None:
    assert pick_days(np.array([1, 2, 2, 3, 9, 10, 10]), 2) == [2, 10]
    assert pick_days(np.empty(0, np.int64), 5) == []


def test_spans_are_asked_for_by_month() -> None:
    day = 20_000 * DAY  # 4 October 2024
    spans = [(day, day + 1), (day + 5 * DAY, day + 6 * DAY), (day + 40 * DAY, day + 41 * DAY)]
    assert by_month(spans) == [spans[:2], spans[2:]]
