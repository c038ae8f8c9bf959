"""Pictures of cells: places, regions of faults, gaps, what a click carries."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from core import cell_charts, cell_views
from core.analytics import diagnosis, verdicts
from core.analytics.cells import Charges
from core.analytics.chemistry import LFP
from core.analytics.diagnosis import Diagnosis, DiagnosisOptions
from core.cell_charts import ColourScale, Highlight
from core.cell_days import CellDays
from core.cell_views import FaultLimits, PackCourse
from core.packs import Battery, BatteryString
from pages.shared.texts import TEXTS

NAN = np.nan
NAMES = {key: key for key in cell_charts.FAULT_SHAPES}
MILLIVOLTS = ColourScale(-20.0, 20.0, "mV", True, 0)


def battery(pack: tuple[int, ...], cell: tuple[int, ...]) -> Battery:
    return Battery(
        "B1", "Europe/Berlin", tuple(f"v{i}" for i in range(len(pack))), pack, cell, LFP, "fact",
        100.0, "fact", (BatteryString(tuple(range(len(pack))), "i"),), None, 1.0, 1, 0, 1, True,
    )  # fmt: skip


# --- places -------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(1, 8), st.integers(4, 40))
@settings(max_examples=60, deadline=None)
def test_every_cell_has_a_place_of_its_own(sizes: list[int], rows: int, most: int) -> None:
    pack = np.repeat(np.arange(len(sizes)) + 3, sizes)
    cell = np.concatenate([np.arange(size, 0, -1) for size in sizes])
    places = cell_views.place_cells(pack, cell, rows, most_rows=most)
    pairs = set(zip(places.row.tolist(), places.column.tolist(), strict=True))
    assert len(pairs) == len(pack)
    assert places.row.max() < places.rows
    assert places.column.max() < places.columns
    for number, top, left in places.packs:
        mine = pack == number
        assert places.row[mine].min() == top
        assert places.column[mine].min() == left
        first = np.flatnonzero(mine)[np.argmin(cell[mine])]
        assert (places.row[first], places.column[first]) == (top, left)


def test_packs_stand_below_one_another_until_there_are_many() -> None:
    few = cell_views.place_cells(np.repeat([1, 2], 52), np.tile(np.arange(1, 53), 2), 4)
    assert (few.rows, few.columns) == (9, 13)
    assert few.packs == ((1, 0, 0), (2, 5, 0))
    many = cell_views.place_cells(np.repeat(np.arange(12), 8), np.tile(np.arange(8), 12), 4)
    assert (many.rows, many.columns) == (29, 5)
    assert many.packs[1] == (1, 0, 3)


def test_rows_without_a_gap() -> None:
    assert cell_views.row_choices(52) == [1, 2, 4, 13, 26, 52]
    assert cell_views.row_choices(13) == [1, 13]


def test_cells_without_a_sensor_stay_empty() -> None:
    values = np.arange(4.0).reshape(1, 2, 2)
    placed = cell_views._placed(values, (1, 2), (1, 3), battery((1, 1, 1, 2), (1, 2, 3, 3)))
    np.testing.assert_array_equal(placed, [[0, NAN, 1, 3]])


# --- colours, calendar, courses -----------------------------------------------------------------


def test_colours_end_before_the_outermost_values() -> None:
    values = np.append(np.linspace(-10, 10, 999), 500.0)
    low, high = cell_views.colour_limits(values, centred=True, least=5.0) or (0, 0)
    assert low == -high
    assert 9.5 < high < 11
    assert cell_views.colour_limits(np.zeros(5), centred=True, least=5.0) == (-5.0, 5.0)
    assert cell_views.colour_limits(np.full(5, 3.3), centred=False, least=0.1) == (
        pytest.approx(3.2), pytest.approx(3.4),
    )  # fmt: skip
    assert cell_views.colour_limits(np.full(3, NAN), centred=True, least=1.0) is None


def test_calendar_fills_the_days_between() -> None:
    charges = Charges(np.array([True, False]), np.array(["", "soc_low"]), "soc")
    none = np.empty((2, 0))
    days = CellDays(
        battery((), ()), np.zeros(2, np.int64), np.array([10, 13]), none, none, none, charges,
        np.zeros(2), 0,
    )  # fmt: skip
    calendar = cell_views.calendar_of_charges(days)
    assert calendar["day"].tolist() == [10, 11, 12, 13]
    assert calendar["state"].tolist() == ["complete", "no_data", "no_data", "soc_low"]
    nothing = replace(days, day=np.empty(0, np.int64))
    assert len(cell_views.calendar_of_charges(nothing)) == 0


def test_courses_of_packs() -> None:
    valid = np.array([[3.4, 3.5, 3.3], [NAN, NAN, 3.2]])
    first, second = cell_views.pack_courses(valid, np.array([1, 1, 4]))
    assert (first.pack, second.pack) == (1, 4)
    np.testing.assert_allclose(first.median, [3.45, NAN])
    np.testing.assert_allclose(first.low, [3.4, NAN])
    np.testing.assert_allclose(second.high, [3.3, 3.2])


# --- regions of faults --------------------------------------------------------------------------

SPREADS = st.fixed_dictionaries(
    {name: st.floats(0.01, 1.2) for name in ("empty_ah", "full_ah", "capacity_ah")}
)


def found(spread: dict[str, float]) -> Diagnosis:
    none = np.empty(0)
    return Diagnosis(
        none, none, np.empty(0, "<U16"), np.empty(0, "<U16"), none, none, none, none,
        np.empty(0, bool), none, none, none, none, none,
        spread | {"drift_ah_day": 0.01, "resistance_ratio": 0.02}, 9, 9,
    )  # fmt: skip


@given(SPREADS)
@settings(max_examples=40, deadline=None)
def test_regions_are_those_of_the_diagnosis(spread: dict[str, float]) -> None:
    """A grid of cells falls into the region of the fault that the diagnosis gives it."""
    options, capacity = DiagnosisOptions(), 280.0
    judged = found(spread)
    limits = cell_views.fault_limits(judged, options, capacity)
    # Off the lines by odd shares, so that no point lies on an edge.
    side = np.linspace(-15, 15, 61)
    empty, full = (one.ravel() for one in np.meshgrid(side + 0.01237, side + 0.02911))
    features = {
        "empty_ah": empty,
        "full_ah": full,
        "capacity_ah": empty - full,
        "drift_ah_day": np.zeros(empty.size),
        "resistance_ratio": np.zeros(empty.size),
    }
    drift, bound = np.zeros((3, empty.size)), np.zeros(empty.size, bool)
    fault, _ = diagnosis._classify(features, drift, bound, judged.spread, capacity, options)
    regions = cell_charts.fault_regions(limits, 15.1, 15.1)
    points = np.column_stack([full, empty])
    drawn = np.full(empty.size, "healthy", dtype="<U16")
    for name, outline in regions.items():
        inside = Outline(outline).contains_points(points)
        assert not (inside & (drawn != "healthy")).any(), "regions overlap"
        drawn[inside] = name
    np.testing.assert_array_equal(drawn, fault)


def test_limits_follow_the_spread_of_healthy_cells() -> None:
    judged = found({"empty_ah": 0.1, "full_ah": 1.0, "capacity_ah": NAN})
    limits = cell_views.fault_limits(judged, DiagnosisOptions(), 280.0)
    assert limits.empty_ah == pytest.approx(0.007 * 280)
    assert limits.full_ah == pytest.approx(5.0)
    assert limits.short_ah == np.inf
    assert limits.resistance_ratio == pytest.approx(0.30)


# --- figures ------------------------------------------------------------------------------------


def course(median: list[float]) -> PackCourse:
    values = np.array(median)
    return PackCourse(1, values, values - 0.01, values + 0.01)


def test_lines_break_where_days_are_missing() -> None:
    figure = cell_charts.build_sat_figure(
        [5, 6, 9], [course([3.4, 3.41, 3.42])], labels=["Pack 1"], styles=[0],
        highlights=[Highlight("1.7", "capacity", [3.5, NAN, 3.55])],
        envelope_label="all", y_title="V",
    )  # fmt: skip
    line = next(trace for trace in figure.data if trace.name == "Pack 1")
    assert np.isnan(line.y).tolist() == [False, False, True, True, False]
    assert line.x[0] == 5.5 * 86_400_000
    named = [note.text for note in figure.layout.annotations]
    assert named == ["1.7"]
    band = next(trace for trace in figure.data if trace.name == "all")
    assert np.isnan(band.y).sum() == 2, "one outline a run of days"


def test_names_at_the_ends_of_lines_do_not_meet() -> None:
    same = [Highlight(f"1.{n}", "capacity", [3.40, 3.50]) for n in (1, 2, 3)]
    figure = cell_charts.build_sat_figure(
        [1, 2], [course([3.4, 3.4])], labels=["p"], styles=[0], highlights=same,
        envelope_label="all", y_title="V",
    )  # fmt: skip
    shifts = sorted(note.yshift for note in figure.layout.annotations)
    assert np.diff(shifts).min() >= 13.9


def strip(**more: object) -> object:
    given_ = {
        "fault_names": NAMES, "pack_names": {1: "Pack 1", 2: "Pack 2"}, "y_title": "mV",
        "unit": "mV",
    }  # fmt: skip
    return cell_charts.build_strip_figure(
        [1, 1, 2],
        [1, 2, 1],
        [0.0, 20.0, NAN],
        ["healthy", "capacity", "healthy"],
        **(given_ | more),  # type: ignore[arg-type]
    )


def test_markers_carry_pack_and_cell() -> None:
    figure = strip()
    clicked = [tuple(row[:2]) for trace in figure.data for row in trace.customdata]  # type: ignore[attr-defined]
    assert sorted(clicked) == [(1, 1), (1, 2)], "a cell without a value has no marker"
    assert figure.layout.clickmode == "event+select"  # type: ignore[attr-defined]


def test_a_limit_that_is_not_known_is_not_drawn() -> None:
    assert len(strip(limit=30.0).layout.shapes) == 1  # type: ignore[attr-defined]
    assert not strip(limit=np.inf).layout.shapes  # type: ignore[attr-defined]


def layout(values: list[float], **more: object) -> object:
    pack, cell = np.array([1, 1, 1, 1]), np.array([1, 2, 3, 4])
    return cell_charts.build_layout_figure(
        cell_views.place_cells(pack, cell, 2), pack, cell, values, scale=MILLIVOLTS,
        faults=["healthy", "capacity", "unknown", "healthy"], fault_names=NAMES,
        pack_names={1: "Pack 1"}, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_squares_show_number_and_value_where_they_stand() -> None:
    figure = layout([0.4, -3.0, NAN, 12.0])
    heat, clicks = figure.data[0], figure.data[-1]  # type: ignore[attr-defined]
    grid = np.asarray(heat.z, np.float64)
    np.testing.assert_allclose(grid, [[0.4, -3.0], [NAN, 12.0]], rtol=1e-6)
    words = [text.replace("\u00a0", " ") for text in np.ravel(heat.text)]
    assert words == ["1 · 0", "2 · −3", "3", "4 · +12"]
    assert (heat.zmin, heat.zmax) == (-20.0, 20.0)
    assert [row[:3] for row in clicks.customdata] == [
        [1, 1, 0.4], [1, 2, -3.0], [1, 3, None], [1, 4, 12.0],
    ]  # fmt: skip
    assert list(zip(clicks.y, clicks.x, strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_values_are_written_as_the_language_does() -> None:
    volts = ColourScale(3.3, 3.6, "V", False, 3)
    assert cell_charts.written(3.3456, volts, "de") == "3,346"
    assert cell_charts.written(-0.2, MILLIVOLTS, "en") == "0"
    assert cell_charts.written(NAN, MILLIVOLTS, "en") == ""


def days_figure() -> object:
    return cell_charts.build_days_figure(
        [5, 6, 8], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [1, 1, 2], [1, 2, 1],
        complete=[True, False, True], incomplete_label="not complete", scale=MILLIVOLTS,
        faults=["healthy", "capacity", "healthy"], fault_names=NAMES,
        pack_names={1: "Pack 1", 2: "Pack 2"},
    )  # fmt: skip


def test_incomplete_days_are_blank_and_marked() -> None:
    figure = days_figure()
    heat, marks, names = figure.data  # type: ignore[attr-defined]
    grid: NDArray[np.float64] = np.asarray(heat.z, np.float64)
    np.testing.assert_array_equal(grid[0], [1, NAN, NAN, 7])
    np.testing.assert_array_equal(grid[1], [2, NAN, NAN, 8])
    assert np.isnan(grid[2]).all(), "a free row between packs"
    np.testing.assert_array_equal(grid[3], [3, NAN, NAN, 9])
    assert list(marks.x) == [6.5 * 86_400_000]
    assert [row[:2] for row in names.customdata] == [[1, 2]]
    assert list(figure.layout.yaxis.ticktext) == ["Pack 1", "Pack 2"]  # type: ignore[attr-defined]


def test_surface_stays_within_its_scale() -> None:
    figure = cell_charts.build_surface_figure(
        [1, 3], [[-50.0, 0.0], [5.0, 80.0]], cell_names=["1.1", "1.2"], scale=MILLIVOLTS,
        y_title="cell", z_title="mV",
    )  # fmt: skip
    heights = np.asarray(figure.data[0].z, np.float64)
    np.testing.assert_array_equal(heights, [[-20, NAN, 5], [0, NAN, 20]])


def test_charges_by_state() -> None:
    figure = cell_charts.build_charges_figure(
        [1, 2, 3], ["complete", "soc_low", "complete"],
        names={"complete": "complete: 2", "soc_low": "low: 1", "no_data": "none: 0"},
    )  # fmt: skip
    assert [trace.name for trace in figure.data] == ["complete: 2", "low: 1"]
    assert [len(trace.x) for trace in figure.data] == [2, 1]


def test_ends_draw_lower_bounds_open() -> None:
    figure = cell_charts.build_ends_figure(
        [1, 1], [1, 2], [-5.0, 5.0], [-1.0, 6.0], [True, False], ["offset_low", "offset_high"],
        limits=FaultLimits(2.0, 2.0, 2.0, 0.01, 0.3), fault_names=NAMES, region_names=NAMES,
        x_title="full", y_title="empty",
    )  # fmt: skip
    shapes = {
        trace.name: trace.marker.symbol[0] for trace in figure.data if trace.mode != "lines"
    }  # fmt: skip
    assert shapes == {"offset_low": "triangle-down-open", "offset_high": "triangle-up"}


def test_names_beside_markers_do_not_meet() -> None:
    x, y = np.array([0.0, 1.0, 1.0, 5.0]), np.array([0.0, 3.0, 3.0, 10.0])
    sides = cell_charts._label_sides(x, y, np.arange(4))
    assert sides[1] != sides[2]
    assert sides[3] != "middle right", "the right edge is kept free"


# --- words --------------------------------------------------------------------------------------


def test_every_fault_and_refusal_has_words() -> None:
    for fault in cell_charts.FAULT_SHAPES:
        assert f"packpulse.fault.{fault}" in TEXTS
    for refusal in verdicts.REFUSALS:
        assert f"packpulse.trend.refusal.{refusal}" in TEXTS
    for refusal in ("no_current", "no_capacity", "no_levels", "no_rests", "no_empty_end",
                    "no_full_end"):  # fmt: skip
        assert {f"packpulse.refusal.{refusal}", f"packpulse.refusal.{refusal}.short"} <= set(TEXTS)
    for reason in ("no_rests", "no_empty_end", "no_full_end", "full_end_flat", "ends_disagree",
                   "two_faults"):  # fmt: skip
        assert f"packpulse.reason.{reason}" in TEXTS


def test_both_languages_name_the_same_values() -> None:
    unlike = [
        key
        for key, (english, german) in TEXTS.items()
        if set(re.findall(r"{(\w+)}", english)) != set(re.findall(r"{(\w+)}", german))
    ]
    assert unlike == []
