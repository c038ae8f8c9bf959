"""The course of a cell, on simulated and real batteries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.capacity_report import capacity_report
from core.cell_history import Histories, cell_history, load_histories, monthly_shares, neighbours_of
from core.errors import QueryError
from core.ica_report import ica_report
from core.levels import DAY, HOUR
from core.query import Store, open_store
from core.resistance_report import ResistanceReport, resistance_report
from ingest.demo import truth
from tests.health.batteries import OPTIONS, span
from tests.stores import run, scratch


def test_course_of_a_cell(histories: Histories, resistance: ResistanceReport) -> None:
    fault = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == "resistance")
    cell = cell_history(histories, resistance, fault["pack"], fault["cell"])
    days = histories.days
    assert len(cell.day) == len(cell.sat) == len(cell.apart_mv) == len(days.day)
    np.testing.assert_array_equal(cell.sat, days.valid[:, cell.place])
    mine = np.array(days.battery.pack) == fault["pack"]
    rows = np.isfinite(cell.sat)
    expected = cell.sat[rows] - np.nanmedian(days.valid[rows][:, mine], axis=1)
    np.testing.assert_allclose(cell.apart_mv[rows], 1000 * expected, atol=1e-6)
    assert not (np.isfinite(cell.sat) & np.isfinite(cell.incomplete)).any()
    # the fault begins within the window and about doubles the resistance
    months = cell.months["share"].to_numpy()
    assert months[0] < 1.2
    assert months[-1] > 1.7
    assert len(cell.ohm) == len(cell.ohm_ts) == len(cell.share)
    assert cell.months["n"].sum() == np.isfinite(cell.share).sum()
    assert cell.temp_apart is not None


def test_charge_at_rest_of_a_healthy_and_of_a_weak_cell(
    histories: Histories,
) -> None:
    fault = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == "capacity")
    weak = cell_history(histories, None, fault["pack"], fault["cell"])
    assert np.nanmedian(weak.full_ah[-10:]) > 4
    assert not len(weak.ohm_ts)
    assert not len(weak.months)
    faulty = {(one["pack"], one["cell"]) for one in truth(OPTIONS)["faults"]}
    other = next(pair for pair in [(1, 1), (1, 2), (1, 3), (2, 1)] if pair not in faulty)
    sound = cell_history(histories, None, *other)
    assert abs(np.nanmedian(sound.empty_ah)) < 2


def test_neighbours_stand_beside_above_and_below(histories: Histories) -> None:
    battery = replace(histories.days.battery, rows_per_pack=2)  # 1 2 3 4 above 5 6 7 8
    found = neighbours_of(battery, battery.place(2, 6))
    assert {one.side: (one.pack, one.cell) for one in found} == {
        "before": (2, 5), "after": (2, 7), "above": (2, 2)
    }  # fmt: skip
    corner = neighbours_of(battery, battery.place(1, 8))
    assert {one.side: one.cell for one in corner} == {"before": 7, "above": 4}


def test_unknown_cell(histories: Histories) -> None:
    with pytest.raises(QueryError, match="no cell 9 in pack 1"):
        cell_history(histories, None, 1, 9)


def test_no_rests_without_a_current(store: Store) -> None:
    found = load_histories(store, "nocurrent", *span(store, "nocurrent"))
    assert found is not None
    assert found.rests_refusal == "no_current"
    cell = cell_history(found, None, 1, 1)
    assert not len(cell.empty_ts)
    assert cell.rests_refusal == "no_current"


def test_monthly_means_by_hand() -> None:
    ts = np.array([0, 1, 2, 40], np.int64) * DAY + HOUR
    table = monthly_shares(ts, np.array([1.0, 1.1, 1.2, 2.0]), "UTC")
    assert table["n"].tolist() == [3, 1]
    assert table["share"].tolist() == [pytest.approx(1.1), 2.0]
    # Student's t of 2 degrees of freedom 4.3027 times 0.1/√3
    assert table["high"][0] - 1.1 == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)
    assert np.isnan(table["low"][1])
    assert not len(monthly_shares(np.empty(0, np.int64), np.empty(0), "UTC"))


def test_steps_of_one_day_count_as_one() -> None:
    """Four equal steps on each of three days know no more than one each."""
    ts = np.repeat(np.arange(3), 4).astype(np.int64) * DAY + np.tile(np.arange(4), 3) * HOUR
    table = monthly_shares(ts, np.repeat([1.0, 1.1, 1.2], 4), "UTC")
    assert table["n"].tolist() == [12]
    assert table["high"][0] - 1.1 == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)
    two_days = monthly_shares(ts[:8], np.repeat([1.0, 1.1], 4), "UTC")
    assert np.isnan(two_days["low"][0])


@pytest.mark.shared
def test_a_real_pack_of_ten_hours_says_what_is_missing(shared: Any) -> None:
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout",))
        opened = open_store(folder / "store")
        device, window = "PYLONTECH_BAT6", span(opened, "PYLONTECH_BAT6")
        found = capacity_report(opened, device, *window)
        assert found is not None
        assert found.strings[0].refusal == "no_capacity"
        assert found.strings[0].projection.life.refusal == "no_data"
        ohm = resistance_report(opened, device, *window)
        assert ohm is not None
        assert ohm.refusal == "no_capacity"
        ica = ica_report(opened, device, *window)
        assert ica is not None
        assert ica.refusal == "no_capacity"
        midnight = window[0] - (window[0] + 2 * HOUR) % DAY  # of Berlin in summer
        every = load_histories(opened, device, midnight, window[1])
        assert every is not None
        cell = cell_history(every, ohm, 1, 7)
        assert cell.rests_refusal == "no_capacity"
        assert len(cell.day) == 2
        assert np.isfinite(cell.low).all()
        for name in ("ha1", "lastgang"):
            if name in [one.name for one in opened.devices()]:
                assert capacity_report(opened, name, *window) is None
        opened.close()
