"""Figures of trends: what is drawn is what was handed over, gaps stay gaps."""

from __future__ import annotations

import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import trend_charts
from core.cell_charts import day_ms
from core.charts import TOKENS
from core.trend_charts import Checked, Course, Event, Phase, Ray, Told

X = np.array([20_000.0, 20_001, 20_002, 20_006, 20_007])
Y = np.array([3.44, 3.45, np.nan, 3.46, 3.47])
WORDS = {"declines": "sinkt", "rises": "steigt", "not_distinguishable": "nicht unterscheidbar"}
LABELS = {key: key for key in ("day", "week", "incomplete", "fit", "ray", "later", "today", "goal")}


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(one for one in figure.data if one.name == name)


def course(label: str = "pack 1", values: np.ndarray = Y) -> Course:
    return Course(label, "#0B6E69", "solid", X, values)


def courses_figure(**more: object) -> go.Figure:
    return trend_charts.build_courses_figure(
        [course(), course("cell 1.1", Y + 0.01)], y_title="SAT [V]", span=(X[0], X[-1]), **more
    )  # type: ignore[arg-type]


# --- courses ------------------------------------------------------------------------------------


def test_gaps_stay_gaps() -> None:
    line = trace(courses_figure(), "pack 1")
    x, y = np.asarray(line.x), np.asarray(line.y)
    before, after = np.flatnonzero(x == day_ms(20_002))[0], np.flatnonzero(x == day_ms(20_006))[0]
    assert np.isnan(y[before:after]).all()
    np.testing.assert_allclose(y[np.isfinite(y)], Y[np.isfinite(Y)], rtol=1e-6)


def test_weeks_are_drawn_in_their_middle_and_missing_ones_break_the_line() -> None:
    weeks = np.array([20_000.0, 20_007, 20_021])
    figure = trend_charts.build_courses_figure(
        [Course("w", "#000000", "solid", weeks, np.array([1.0, 2.0, 3.0]))],
        y_title="", span=(20_000, 20_028), step=7.0,
    )  # fmt: skip
    x, y = np.asarray(figure.data[0].x), np.asarray(figure.data[0].y)
    assert x[0] == day_ms(20_003)
    assert np.isnan(y).sum() == 1 and np.isnan(y[2])


def test_regimes_notes_and_incomplete_days_are_marked() -> None:
    figure = courses_figure(
        phases=[Phase(20_000, 20_003, "regime 1"), Phase(20_004, 20_007, "2")],
        events=[Event(20_005, "N1")],
        incomplete=[20_002.0],
        incomplete_label="not complete",
    )
    kinds = [one.type for one in figure.layout.shapes]
    assert kinds == ["rect", "line", "line"]  # the second regime, its beginning, the note
    assert figure.layout.shapes[0].x0 == day_ms(20_003.5)
    assert figure.layout.shapes[2].x0 == day_ms(20_004.5)
    assert [one.text for one in figure.layout.annotations] == ["regime 1", "2", "N1"]
    rug = trace(figure, "not complete")
    assert list(rug.x) == [day_ms(20_002)]
    # An axis of its own that no range of the values moves.
    assert rug.yaxis == "y9"
    assert tuple(figure.layout.yaxis9.range) == (-0.02, 1)
    assert figure.layout.yaxis.range[0] < 3.44 and figure.layout.yaxis.range[1] > 3.48


def test_one_regime_needs_no_band() -> None:
    figure = courses_figure(phases=[Phase(20_000, 20_007, "regime 1")])
    assert not figure.layout.shapes and not figure.layout.annotations


def test_common_and_apart_share_their_days() -> None:
    figure = trend_charts.build_apart_figure(
        course("all"), [course("cell 1.1", Y * 0 + 12)],
        Ray(X, (), Y * 0 - 1, Y * 0 + 1), Ray(X, (), Y * 0 - 5, Y * 0 + 15),
        inner_label="most", outer_label="every", common_title="V", apart_title="mV",
        phases=[Phase(20_000, 20_003, "regime 1"), Phase(20_004, 20_007, "2")],
        span=(X[0], X[-1]),
    )  # fmt: skip
    assert trace(figure, "all").yaxis in (None, "y")
    assert {trace(figure, one).yaxis for one in ("cell 1.1", "most", "every")} == {"y2"}
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert len(figure.layout.shapes) == 4  # band and beginning in both panels
    # Two runs of two and two days: the band has two pieces.
    assert np.isnan(np.asarray(trace(figure, "every").y, float)).sum() == 2


# --- months -------------------------------------------------------------------------------------


def test_months_whose_interval_holds_zero_are_pale() -> None:
    figure = trend_charts.build_months_figure(
        ["a", "b", "c"], [-5.0, 1.0, 4.0], [-8.0, -2.0, 3.0], [-2.0, 4.0, 5.0], [20, 21, 22],
        y_title="", unit="mV",
    )  # fmt: skip
    bars = figure.data[0]
    assert list(bars.error_y.array) == [3.0, 3.0, 1.0]
    assert list(bars.error_y.arrayminus) == [3.0, 3.0, 1.0]
    alphas = [float(one.rsplit(",", 1)[1].rstrip(")")) for one in bars.marker.color]
    assert alphas == [0.75, trend_charts.FADED, 0.75]
    assert bars.marker.line.color[0] != bars.marker.line.color[2]  # down and up


# --- one series ---------------------------------------------------------------------------------


def fit_figure(**more: object) -> go.Figure:
    return trend_charts.build_fit_figure(
        X, Y, labels=LABELS, unit="V", digits=3, y_title="V", **more
    )  # type: ignore[arg-type]


def test_later_days_are_apart_from_known_ones() -> None:
    later = (np.array([20_008.0, 20_009]), np.array([3.48, 3.40]))
    figure = fit_figure(later=later, today=20_007.0, incomplete=[20_002.0])
    assert list(trace(figure, "later").y) == pytest.approx([3.48, 3.40])
    assert TOKENS["light"]["muted"].lower() not in trace(figure, "day").marker.color
    assert figure.layout.shapes[0].x0 == day_ms(20_007.5)
    assert figure.layout.xaxis.range[1] > day_ms(20_009)
    assert figure.layout.yaxis.range[0] < 3.40
    assert trace(figure, "incomplete").yaxis == "y9"


def test_a_wide_band_does_not_flatten_the_readings() -> None:
    far = np.linspace(20_000, 20_400, 50)
    half = 0.01 * (far - 20_000)
    ray = Ray(far, np.full(50, 3.45), 3.45 - half, 3.45 + half)
    figure = fit_figure(ray=ray, pieces=[(20_000, 20_007, 3.44, 3.47)])
    low, high = figure.layout.yaxis.range
    assert high - low < 4 * (3.47 - 3.44) * 1.2
    assert low < 3.44 and high > 3.47
    fit = trace(figure, "fit")
    assert list(fit.y) == [3.44, 3.47]
    assert list(fit.x) == [day_ms(20_000), day_ms(20_007)]


def test_pieces_share_one_name_in_the_legend() -> None:
    figure = fit_figure(pieces=[(20_000, 20_003, 1, 1), (20_004, 20_007, 2, 2)])
    assert [one.showlegend for one in figure.data if one.name == "fit"] == [True, False]


def test_levels_over_cycles_are_cut_at_the_bounds() -> None:
    count = np.linspace(0, 10_000, 100)
    ray = Ray(count, 3.4 - 1e-5 * count, 3.4 - 3e-4 * count, 3.4 + 3e-4 * count)
    figure = trend_charts.build_cycles_figure(
        [0.0, 100, 200], [3.4, 3.4, 3.39], ray, [(5000, 3.35, 1.9, 4.9), (10_000, 3.3, 0.4, 6.4)],
        labels=LABELS, lines=[(3.4, "100 %"), (2.72, "80 %")], unit="V", digits=2, x_title="",
        y_title="", bounds=(2.0, 4.1),
    )  # fmt: skip
    assert tuple(figure.layout.yaxis.range) == (2.0, 4.1)
    goal = trace(figure, "goal")
    assert list(goal.x) == [5000, 10_000]
    np.testing.assert_allclose(goal.customdata, [[1.9, 4.9], [0.4, 6.4]])
    assert figure.layout.xaxis.range[1] >= 10_000
    assert {one.text for one in figure.layout.annotations} == {"100 %", "80 %"}


# --- all cells ----------------------------------------------------------------------------------


def slopes_figure(chosen: tuple[int, int] | None = None) -> go.Figure:
    slope = np.array([2.0, -9.0, np.nan, 0.1])
    return trend_charts.build_slopes_figure(
        ["1.1", "1.2", "2.1", "2.2"], [1, 1, 2, 2], [1, 2, 1, 2], slope, slope - 1, slope + 1,
        ["rises", "declines", "too_few_days", "not_distinguishable"], verdict_names=WORDS,
        chosen=chosen, x_title="", y_title="", unit="mV",
    )  # fmt: skip


def test_cells_stand_in_order_of_their_slope_and_can_be_clicked() -> None:
    figure = slopes_figure()
    places = {one.text[0]: (one.x[0], one.y[0], one.customdata[0]) for one in figure.data}
    assert {name: place[0] for name, place in places.items()} == {"1.2": 1, "2.2": 2, "1.1": 3}
    assert list(places["1.2"][2]) == [1, 2, -10, -8]
    assert figure.layout.clickmode == "event+select"
    # Packed arrays are no lists in the browser, and a click would tell nothing.
    assert not any(isinstance(one.customdata, np.ndarray) for one in figure.data)
    shapes = {one.name: one.marker.symbol for one in figure.data}
    assert shapes == {"sinkt": "triangle-down", "steigt": "triangle-up",
                      "nicht unterscheidbar": "circle"}  # fmt: skip


def test_the_chosen_cell_is_ringed() -> None:
    ring = slopes_figure((1, 2)).data[-1]
    assert (ring.x[0], ring.y[0], ring.marker.symbol) == (1, -9.0, "circle-open")
    assert slopes_figure((2, 1)).data[-1].marker.symbol != "circle-open"  # it has no slope


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=40),
    st.floats(0.001, 1e4),
)
def test_every_slope_is_in_the_picture(slopes: list[float], wide: float) -> None:
    mid = np.array(slopes)
    half = np.ones(len(mid))
    half[0] = wide
    low, high = trend_charts.slope_range(mid, mid - half, mid + half)
    assert low <= mid.min() and high >= mid.max()
    if len(mid) >= 40:
        assert high - low <= np.ptp(mid) + 8  # one wide interval of forty does not count


# --- hindsight ----------------------------------------------------------------------------------


def test_slopes_told_at_past_dates() -> None:
    figure = trend_charts.build_issues_figure(
        [Told(20_120, -1.0, -2.0, -0.5, "declines"),
         Told(20_150, -0.2, -0.6, 0.2, "not_distinguishable")],
        verdict_names=WORDS, today=20_150.0, span=(20_000, 20_200), y_title="", unit="%/a",
        digits=2,
    )  # fmt: skip
    told = trace(figure, "sinkt")
    assert list(told.x) == [day_ms(20_120)]
    assert (told.error_y.array[0], told.error_y.arrayminus[0]) == (0.5, 1.0)


def test_forecasts_beside_what_came() -> None:
    figure = trend_charts.build_forecasts_figure(
        [Checked(20_120, 20_136, 3.40, 3.38, 3.42, 3.41, True, True),
         Checked(20_120, 20_166, 3.40, 3.37, 3.43, 3.50, False, False),
         Checked(20_150, 20_166, 3.45, 3.39, 3.51, 3.50, True, True)],
        labels={"came": "came", "inside": "held", "outside": "missed"}, unit="V", digits=3,
        y_title="", span=(20_000, 20_200),
    )  # fmt: skip
    held, missed = trace(figure, "held"), trace(figure, "missed")
    assert len(held.x) == 2 and len(missed.x) == 1
    assert missed.x[0] < day_ms(20_166) < held.x[1]  # the older forecast on the left
    came = trace(figure, "came")
    assert [one for one in came.y if np.isfinite(one)] == [3.41, 3.41, 3.50, 3.50]


def test_figures_in_both_themes_and_languages_can_be_sent() -> None:
    for theme, language in (("light", "en"), ("dark", "de")):
        figure = courses_figure(theme=theme, language=language, title="one")
        assert figure.layout.template.layout.paper_bgcolor == TOKENS[theme]["background"]
        json.loads(figure.to_json())
