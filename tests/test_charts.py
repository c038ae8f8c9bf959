"""Figures: what is drawn, where on the clock, in which unit; nothing bridged, nothing lost."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts

REPO = Path(__file__).resolve().parents[1]
BERLIN = "Europe/Berlin"
HOUR = 3_600_000_000


@dataclass(frozen=True)
class Signal:
    name: str = "active_power"
    quantity: str = "active_power"
    unit: str = "kW"
    kind: str = "analog"


@dataclass(frozen=True)
class Series:
    frame: pd.DataFrame
    step_us: int | None = HOUR
    signal: Signal = field(default_factory=Signal)
    level: str = "1h"
    device: str = "M1"
    zone: str = BERLIN

    @property
    def start(self) -> int:
        return int(self.frame["ts"].iloc[0])

    @property
    def end(self) -> int:
        return int(self.frame["ts"].iloc[-1]) + (self.step_us or 1)


def utc(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


def rows(start: str, mean: list[float], low: list[float] | None = None,
         high: list[float] | None = None, step: int = HOUR) -> pd.DataFrame:  # fmt: skip
    ts = utc(start) + np.arange(len(mean)) * step
    return pd.DataFrame(
        {"ts": ts, "first": mean, "last": mean, "min": low or mean, "max": high or mean,
         "mean": mean, "count": 1}
    )  # fmt: skip


def wall(text: str) -> float:
    return float(np.datetime64(text, "ms").astype(np.int64))


def line(figure: go.Figure) -> Any:
    return next(trace for trace in figure.data if trace.hoverinfo != "skip")


def band(figure: go.Figure) -> Any:
    return next(trace for trace in figure.data if trace.fill == "toself")


# --- time ---------------------------------------------------------------------------------------


def test_wall_time_of_summer_and_winter() -> None:
    drawn = charts.to_wall_ms([utc("2025-01-15T12:00"), utc("2025-07-15T12:00")], BERLIN)
    assert drawn.tolist() == [wall("2025-01-15T13:00"), wall("2025-07-15T14:00")]


def test_repeated_hour_is_told_apart_by_late() -> None:
    half_past_two = wall("2025-10-26T02:30")
    assert charts.from_wall_ms(half_past_two, BERLIN) == utc("2025-10-26T00:30")
    assert charts.from_wall_ms(half_past_two, BERLIN, late=True) == utc("2025-10-26T01:30")


@given(st.integers(utc("2000-01-01"), utc("2037-01-01")))
def test_wall_time_and_back(moment: int) -> None:
    shown = float(charts.to_wall_ms([moment], BERLIN)[0])
    both = {charts.from_wall_ms(shown, BERLIN, late=late) for late in (False, True)}
    assert moment in both


@pytest.mark.parametrize("minutes", [15, 60])
def test_line_breaks_where_the_clock_steps_back(minutes: int) -> None:
    """02:00..03:00 comes twice on 26 October 2025."""
    step = minutes * 60_000_000
    values = [float(i) for i in range(6 * 60 // minutes)]
    frame = rows("2025-10-25T22:00", values, step=step)
    drawn = line(charts.build_series_figure([Series(frame, step_us=step)]))
    gap = np.flatnonzero(np.isnan(drawn.y))
    assert gap.size == 1
    assert drawn.y.size == len(values) + 1
    assert drawn.x[gap[0] + 1] <= drawn.x[gap[0] - 1]
    before, after = np.diff(drawn.x[: gap[0]]), np.diff(drawn.x[gap[0] + 1 :])
    assert (before > 0).all() and (after > 0).all()


# --- what is drawn ------------------------------------------------------------------------------


def test_mean_stands_in_the_middle_of_its_bucket_counter_at_its_end_state_at_its_start() -> None:
    frame = rows("2025-01-15T11:00", [1.0, 2.0])
    firsts = {
        kind: line(
            charts.build_series_figure([Series(frame, signal=Signal(kind=kind))])
        ).x[0]
        for kind in ("analog", "counter", "state")
    }  # fmt: skip
    assert firsts == {
        "analog": wall("2025-01-15T12:30"),
        "counter": wall("2025-01-15T13:00"),
        "state": wall("2025-01-15T12:00"),
    }


def test_a_spike_of_one_sample_reaches_the_band() -> None:
    series = Series(rows("2025-01-15", [1.0, 1.0, 1.0], [0.5, 0.5, 0.5], [2.0, 900.0, 2.0]))
    drawn = band(charts.build_series_figure([series]))
    assert np.nanmax(drawn.y) == 900.0
    assert drawn.line.width >= 1, "the outline keeps a spike thinner than a pixel"


def test_gap_splits_line_and_band() -> None:
    nan = float("nan")
    series = Series(rows("2025-01-15", [1, 1, nan, 3, 3], [0, 0, nan, 2, 2], [2, 2, nan, 4, 4]))
    figure = charts.build_series_figure([series])
    assert np.isnan(line(figure).y[2])
    assert line(figure).connectgaps is False
    shape = band(figure)
    pieces = np.split(shape.y, np.flatnonzero(np.isnan(shape.y)) + 1)
    assert [np.nanmax(piece) for piece in pieces if piece.size] == [2.0, 4.0]


def test_lone_reading_between_gaps_is_visible() -> None:
    nan = float("nan")
    series = Series(rows("2025-01-15", [nan, 7.0, nan] * 60), step_us=None, level="raw")
    assert "markers" in line(charts.build_series_figure([series])).mode


def test_state_is_drawn_as_steps() -> None:
    series = Series(rows("2025-01-15", [0, 1, 0]), signal=Signal("mode", "flag", "1", "state"))
    assert line(charts.build_series_figure([series])).line.shape == "hv"


def test_kilowatts_become_megawatts_in_values_and_axis() -> None:
    figure = charts.build_series_figure([Series(rows("2025-01-15", [500.0, 2500.0]))])
    assert line(figure).y.tolist() == [0.5, 2.5]
    assert figure.layout.yaxis.title.text == "MW"


def test_each_unit_has_a_panel_of_its_own() -> None:
    frame = rows("2025-01-15", [1.0, 2.0])
    figure = charts.build_series_figure(
        [Series(frame), Series(frame, signal=Signal("soc", "soc", "%")), Series(frame, device="M2")]
    )
    assert [figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text] == ["kW", "%"]
    assert [trace.yaxis for trace in figure.data] == ["y", "y", "y2"]


def test_previous_period_is_dashed_grey_and_shifted_onto_the_window() -> None:
    now = Series(rows("2025-01-15", [1.0, 2.0]))
    before = Series(rows("2025-01-14", [3.0, 4.0]))
    figure = charts.build_series_figure([now], previous=[before], previous_label="before")
    ghost, drawn = figure.data
    assert ghost.name == "before"
    assert ghost.line.dash == "dash"
    assert ghost.x.tolist() == drawn.x.tolist()


def test_a_figure_needs_a_series() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.build_series_figure([])


def test_numbers_travel_as_typed_arrays() -> None:
    values = [0.5 * i for i in range(2000)]
    figure = charts.build_series_figure(
        [Series(rows("2025-01-15", values), signal=Signal(unit="V"))]
    )
    sent = figure.to_plotly_json()["data"][-1]
    assert (sent["x"]["dtype"], sent["y"]["dtype"]) == ("f8", "f4")
    decoded = np.frombuffer(base64.b64decode(sent["y"]["bdata"]), np.float32)
    assert decoded.tolist() == values
    # Axes and template are about 8 kB of it.
    assert len(figure.to_json()) < 50_000


def test_every_template_brings_its_colours() -> None:
    for theme in ("light", "dark"):
        figure = charts.build_series_figure([Series(rows("2025-01-15", [1.0, 2.0]))], theme=theme)
        layout = figure.layout.template.layout
        assert layout.paper_bgcolor == charts.TOKENS[theme]["background"]
        assert list(layout.colorway) == list(charts.HUES[theme].values())


def test_german_numbers_have_a_comma() -> None:
    series = Series(rows("2025-01-15", [1.0, 2.0]))
    figure = charts.build_series_figure([series], language="de")
    assert figure.layout.template.layout.separators == ",."


# --- scales -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peak", "unit", "expected"),
    [
        (999.0, "kW", (1.0, "kW")),
        (2500.0, "kW", (1e-3, "MW")),
        (0.2, "kW", (1e3, "W")),
        (12_000.0, "Wh", (1e-3, "kWh")),
        (5000.0, "V", (1.0, "V")),
        (5000.0, "%", (1.0, "%")),
        (5000.0, "W/m²", (1.0, "W/m²")),
        (-4000.0, "kvar", (1e-3, "Mvar")),
        (0.0, "kW", (1.0, "kW")),
    ],
)
def test_unit_fits_the_peak(peak: float, unit: str, expected: tuple[float, str]) -> None:
    factor, fitted = charts.fit_unit(peak, unit)
    assert fitted == expected[1]
    assert factor == pytest.approx(expected[0])


@given(st.floats(1e-6, 1e12), st.sampled_from(["W", "kW", "MW", "Wh", "kWh", "var"]))
def test_fitting_keeps_the_value(peak: float, unit: str) -> None:
    factor, fitted = charts.fit_unit(peak, unit)
    size = {"W": 1, "k": 1e3, "M": 1e6, "G": 1e9, "v": 1}
    assert peak * size[unit[0]] == pytest.approx(peak * factor * size[fitted[0]])


def test_value_axis_clipped_to_the_quantiles() -> None:
    low, high = charts.y_bounds(np.append(np.arange(101.0), 1e6), "clipped") or (0, 0)
    assert -5 < low < 2
    assert 99 < high < 110
    assert charts.y_bounds([1.0, 2.0], "auto") is None
    assert charts.y_bounds([1.0, 2.0], (-3, 4)) == (-3.0, 4.0)


# --- other figures ------------------------------------------------------------------------------


def test_marked_bars_are_hatched_and_bars_stand_side_by_side() -> None:
    start = utc("2025-01-14T23:00") + np.arange(3) * 24 * HOUR
    bars = [
        charts.Bars(name, f"energy_{name}", "kWh", start, start + 24 * HOUR, [1.0, 2.0, 3.0],
                    [False, True, False])
        for name in ("import", "export")
    ]  # fmt: skip
    figure = charts.build_bars_figure(bars, zone=BERLIN)
    first, second = figure.data
    assert first.marker.pattern.shape == ("", "/", "")
    assert first.x[0] == wall("2025-01-15T00:00")
    assert first.offset + first.width == pytest.approx(second.offset)
    assert first.marker.color[0] != second.marker.color[0]


def test_bars_of_two_units_are_refused() -> None:
    one = charts.Bars("a", "soc", "kWh", [0], [1], [1.0])
    with pytest.raises(ValueError, match="one unit"):
        charts.build_bars_figure([one, charts.Bars("b", "soc", "V", [0], [1], [1.0])], zone=BERLIN)


def test_heatmap_around_a_centre_is_diverging() -> None:
    figure = charts.build_heatmap_figure([[1.0, 2.0]], unit="mV", rows=["p1"], centre=0.0,
                                         bounds=(-5, 5))  # fmt: skip
    trace = figure.data[0]
    assert (trace.zmid, trace.zmin, trace.zmax) == (0.0, -5, 5)
    assert charts.build_heatmap_figure([[1.0]], unit="kW", rows=["a"]).data[0].zmid is None


def test_duration_curve_shows_percent_of_time() -> None:
    curve = charts.Curve("load", "active_power", "kW", [0.0, 0.5, 1.0], [3000.0, 2000.0, 0.0])
    figure = charts.build_duration_figure([curve])
    assert figure.data[0].x.tolist() == [0.0, 50.0, 100.0]
    assert figure.data[0].y.tolist() == [3.0, 2.0, 0.0]


def test_profile_has_a_panel_per_kind_of_day() -> None:
    hours = np.arange(4) * 6.0
    flat = (np.ones(4), np.zeros(4), np.full(4, 2.0))
    figure = charts.build_profile_figure(
        hours, {"Mon-Fri": flat, "Sat": flat}, unit="kW", quantity="active_power"
    )
    assert len(figure.data) == 4


# --- tokens -------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_file_and_tokens_agree(theme: charts.Theme) -> None:
    given_theme = tomllib.loads((REPO / ".streamlit/config.toml").read_text())["theme"][theme]
    names = {"backgroundColor": "background", "secondaryBackgroundColor": "surface",
             "textColor": "text", "borderColor": "border", "primaryColor": "primary"}  # fmt: skip
    token = charts.TOKENS[theme]
    assert {key: given_theme[key] for key in names} == {k: token[n] for k, n in names.items()}
    assert given_theme["chartCategoricalColors"] == list(charts.HUES[theme].values())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_the_background(theme: charts.Theme) -> None:
    token = charts.TOKENS[theme]
    assert contrast(token["text"], token["background"]) > 7
    assert contrast(token["muted"], token["background"]) > 4.5


# --- many at once -------------------------------------------------------------------------------


def lightness(colour: str) -> np.ndarray:
    from skimage.color import rgb2lab

    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.asarray(rgb2lab(parts[None, None])[0, 0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signals_of_one_quantity_get_hues_that_can_be_told_apart(theme: charts.Theme) -> None:
    """CIEDE2000: below 10 two hues look alike; load and export are 7 apart."""
    from skimage.color import deltaE_ciede2000

    series = [
        Series(rows("2025-01-15", [1.0, 2.0]), signal=Signal(name=f"p{i}")) for i in range(6)
    ]  # fmt: skip
    figure = charts.build_series_figure(series, theme=theme)
    hues = [trace.line.color for trace in figure.data]
    assert hues[0] == charts.HUES[theme]["load"]
    apart = [
        float(deltaE_ciede2000(lightness(one), lightness(other)))
        for i, one in enumerate(hues)
        for other in hues[:i]
    ]
    assert min(apart) > 15


def test_in_panels_of_their_own_signals_keep_the_colour_of_their_quantity() -> None:
    signals = [Signal(name=f"inv{i}", quantity="pv_power") for i in range(4)]
    series = [Series(rows("2025-01-15", [1.0, 2.0]), signal=one) for one in signals]
    figure = charts.build_series_figure(series, separate=True)
    assert {trace.line.color for trace in figure.data} == {charts.HUES["light"]["pv"]}
    assert len({trace.yaxis for trace in figure.data}) == 4


@pytest.mark.parametrize(("count", "lines"), [(2, 1), (3, 1), (4, 2), (6, 2), (12, 4)])
def test_a_legend_of_long_names_gets_the_room_it_takes(count: int, lines: int) -> None:
    """Names of 35 letters take 273 px each: three of them stand on a line of 1000 px."""
    series = [Series(rows("2025-01-15", [1.0, 2.0])) for _ in range(count)]
    labels = [f"{i:02d}.06.2025 23:59 – 30.06.2025 23:59" for i in range(count)]
    figure = charts.build_series_figure(series, title="Energy", labels=labels, height=380)
    assert figure.layout.margin.t == 44 + 20 * lines
    assert figure.layout.height - figure.layout.margin.t == 380 - 64


def test_an_axis_without_values_shows_no_numbers() -> None:
    empty = Series(rows("2025-01-15", [float("nan")] * 2))
    assert charts.build_series_figure([empty]).layout.yaxis.showticklabels is False
    full = charts.build_series_figure([Series(rows("2025-01-15", [1.0, 2.0]))])
    assert full.layout.yaxis.showticklabels is not False


def test_the_share_of_time_ends_with_a_hundred() -> None:
    curve = charts.Curve("m1", "active_power", "kW", [0.0, 1.0], [3.0, 1.0])
    layout = charts.build_duration_figure([curve]).layout
    assert (layout.xaxis.dtick, list(layout.xaxis.range)) == (20, [0, 100])
    assert layout.margin.r >= 20, "half of the last label stands out over the edge"


def test_a_level_is_the_line_that_plotly_draws() -> None:
    line, name = {"width": 1, "dash": "dot"}, {"text": "rated", "xanchor": "right"}
    ours, theirs = go.Figure(go.Scatter(y=[1, 2])), go.Figure(go.Scatter(y=[1, 2]))
    charts.add_level(ours, "y", 1.5, line, name | {"yanchor": "bottom"})
    charts.add_level(ours, "x", 0.5, line)
    theirs.add_hline(y=1.5, line=line, annotation=name | {"yanchor": "bottom"})
    theirs.add_vline(x=0.5, line=line)
    assert ours.to_plotly_json()["layout"]["shapes"] == theirs.to_plotly_json()["layout"]["shapes"]
    assert ours.layout.annotations == theirs.layout.annotations
