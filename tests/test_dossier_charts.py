"""Figures of capacity and of one cell."""

from __future__ import annotations

import numpy as np

from core import dossier_charts
from core.dossier_charts import Band, EventLine, Panel, Points, Trace

MS = dossier_charts.DAY_MS


def test_notes_are_drawn_through_every_panel() -> None:
    x = np.arange(20) * MS
    panels = [
        Panel(name, "V", "V", 2, [Trace(Points(name, x, np.arange(20.0)), "line")])
        for name in ("one", "two", "three")
    ]
    events = [EventLine(3 * MS, None, "N1"), EventLine(5 * MS, 8 * MS, "N2")]
    figure = dossier_charts.build_dossier_figure(panels, events=events, span=(0.0, 20 * MS))
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]
    spans = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert sorted({shape.xref for shape in lines}) == ["x", "x2", "x3"]
    assert len(lines) == 6
    assert len(spans) == 3
    words = [note.text for note in figure.layout.annotations]
    assert {"N1", "N2", "one", "two", "three"} <= set(words)


def test_a_line_is_broken_where_days_are_missing() -> None:
    x = np.array([0, 1, 2, 10, 11]) * MS
    at, y = dossier_charts._broken(x, np.array([1.0, np.nan, 3.0, 4.0, 5.0]))
    assert np.isnan(y).sum() == 1
    np.testing.assert_array_equal(at[~np.isnan(y)], x[[0, 2, 3, 4]])


def test_measured_points_stay_legible_under_a_wide_band() -> None:
    x = np.arange(30) * MS
    y = 250 + np.arange(30) / 30
    wide = Band("trend", x, y, y - 500, y + 500)
    figure = dossier_charts.build_ledger_figure(
        [Points("discharge", x, y, y - 3, y + 3)], None, told=None, prior=None, trend=[wide],
        rated=280.0, rated_label="rated", span=(0.0, 30 * MS), y_title="Ah",
    )  # fmt: skip
    low, high = figure.layout.yaxis.range
    assert 240 < low < 247
    assert 280 < high < 290
