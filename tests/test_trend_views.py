"""One series in full, all slopes, past dates: from cells whose trends are planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import pack_trends, trend_views
from core.analytics.cells import Charges
from core.analytics.chemistry import chemistry
from core.analytics.trend import YEAR, weekly_means
from core.analytics.verdicts import TrendOptions
from core.annotations import Annotation
from core.cell_days import CellDays
from core.pack_trends import GRID_V, TrendReport
from core.packs import Battery, BatteryString
from core.trend_views import RECENT_DAYS

FIRST = 20_000
DAYS = 300
PACK = (1, 1, 1, 2, 2, 2)
CELL = (1, 2, 3, 1, 2, 3)
SICK = (2, 2)
SICK_SLOPE = -0.08  # V/year, against its pack
STEP_AT, STEP = 150, 0.020
EMPTY = (40, 41, 42, 43)  # days without a complete charge
US_A_DAY = 86_400_000_000


def made_days() -> CellDays:
    """Two packs of three cells, one sinking, a step of all at half of the time."""
    rng = np.random.default_rng(5)
    day = FIRST + np.arange(DAYS)
    common = 3.45 + STEP * (np.arange(DAYS) >= STEP_AT) + 0.002 * rng.normal(size=DAYS)
    sat = common[:, None] + 0.001 * rng.normal(size=(DAYS, 6))
    sat[:, 4] += SICK_SLOPE / YEAR * np.arange(DAYS)
    sat = np.round(sat, 3)
    complete = np.ones(DAYS, bool)
    complete[list(EMPTY)] = False
    sat[list(EMPTY)] = 3.2
    valid = np.where(complete[:, None], sat, np.nan)
    battery = Battery(
        "b", "UTC", tuple("abcdef"), PACK, CELL, chemistry("LFP"), "fact", 100.0, "fact",
        (BatteryString(tuple(range(6)), "i"),), None, 1.0, 1, 0, 1, True,
    )  # fmt: skip
    return CellDays(
        battery, day * US_A_DAY, day, sat, sat - 0.2, valid,
        Charges(complete, np.where(complete, "", "voltage_low"), "voltage"),
        0.8 * np.arange(1, DAYS + 1), DAYS * 6,
    )  # fmt: skip


def report_of(
    monkeypatch: pytest.MonkeyPatch, days: CellDays, options: TrendOptions | None = None
) -> TrendReport:
    monkeypatch.setattr(pack_trends, "load_days", lambda *_: days)
    found = pack_trends.trend_report(None, "b", options=options)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> TrendReport:
    return report_of(monkeypatch, made_days())


# --- choices ------------------------------------------------------------------------------------


def test_defaults_are_those_of_the_analysts() -> None:
    assert trend_views.options_of() == TrendOptions(resolution=GRID_V)


@given(
    linear=st.floats(0.05, 0.999), year=st.floats(0.01, 50), cycle=st.floats(1e-5, 1),
)  # fmt: skip
def test_any_threshold_leaves_the_grades_in_order(linear: float, year: float, cycle: float) -> None:
    found = trend_views.options_of(linear=linear, loss_year=year, loss_cycle=cycle)
    assert found.linearity[0] == (linear, "very_linear")
    assert found.loss_per_year == ((year, "low"), (2 * year, "moderate"))
    assert [one for one, _ in found.loss_per_cycle] == [cycle, 2 * cycle, 5 * cycle]


def note(kind: str, at: int, pack: int | None = None) -> Annotation:
    return Annotation(
        device="b", kind=kind, at=at, text="x", author="m", pack=pack, id=1, revision=1, created=0,
        changed=0, changed_by="m", removed=False,
    )  # fmt: skip


def test_settings_and_firmware_of_the_whole_device_begin_regimes() -> None:
    # 23:30 UTC on day 100 is day 101 in Berlin.
    late = 100 * US_A_DAY + 23 * 3_600_000_000 + 1_800_000_000
    notes = [note("setting", late), note("firmware", late), note("firmware", 90 * US_A_DAY),
             note("service", 50 * US_A_DAY), note("setting", 60 * US_A_DAY, pack=1)]  # fmt: skip
    assert trend_views.declared_days(notes, "Europe/Berlin") == (90.0, 101.0)
    assert trend_views.declared_days([], "UTC") == ()


# --- one series ---------------------------------------------------------------------------------


def test_planted_decline_is_found_with_its_size(report: TrendReport) -> None:
    view = trend_views.view_series(report, *SICK, relative=True)
    assert view.trend.verdict == "declines"
    assert view.trend.low < SICK_SLOPE < view.trend.high
    assert [change.day for change in view.changes] == [FIRST + STEP_AT]
    by_method = {one.method: one for one in view.slopes}
    assert set(by_method) == {"regimes", "plain", "theil_sen"}
    for one in by_method.values():
        assert one.low < one.value < one.high
        assert one.value == pytest.approx(SICK_SLOPE, abs=0.01)
    assert by_method["regimes"].r2 == view.trend.r2
    # The same cell as measured: the step of all cells is no part of its slope.
    absolute = trend_views.view_series(report, *SICK)
    assert absolute.trend.value == pytest.approx(SICK_SLOPE, abs=0.02)
    assert absolute.steps[0].value == pytest.approx(STEP, abs=0.015)


def test_battery_stands_still_apart_from_its_step(report: TrendReport) -> None:
    view = trend_views.view_series(report, None, None)
    assert view.trend.verdict == "not_distinguishable"
    assert view.projection.life.refusal == "not_a_health_signal"
    plain = next(one for one in view.slopes if one.method == "plain")
    assert plain.value > 5 * abs(view.trend.value)  # without regimes the step looks like a rise
    assert view.steps[0].low < STEP < view.steps[0].high


def test_pieces_run_through_the_mean_of_each_regime(report: TrendReport) -> None:
    view = trend_views.view_series(report, None, None)
    assert len(view.pieces) == 2
    for piece, here in zip(view.pieces, (slice(0, STEP_AT), slice(STEP_AT, None)), strict=True):
        x, values = report.x[here], report.common[here]
        there = np.isfinite(values)
        slope = (piece.at_end - piece.at_start) / (piece.end - piece.start)
        assert YEAR * slope == pytest.approx(view.trend.value)
        at_mean = piece.at_start + slope * (x[there].mean() - piece.start)
        assert at_mean == pytest.approx(values[there].mean())


def test_line_ahead_is_the_projection(report: TrendReport) -> None:
    view = trend_views.view_series(report, None, None)
    ahead = trend_views.line_ahead(view, float(report.x[-1] + 200))
    whole = view.projection.by_day
    assert whole is not None
    assert ahead.x[0] == view.pieces[-1].start
    # The projection's own points, computed the other way round.
    for i in np.flatnonzero((whole.x > ahead.x[0]) & (whole.x < ahead.x[-1])):
        assert trend_views.levels_at(view, whole.x[i]) == pytest.approx(whole.mid[i])
        assert np.interp(whole.x[i], ahead.x, ahead.high) == pytest.approx(whole.high[i], abs=2e-4)


def test_weeks_break_between_regimes(report: TrendReport) -> None:
    weeks, means = trend_views.weekly_course(report, report.common)
    assert np.isnan(means).sum() == 1
    at = int(np.flatnonzero(np.isnan(means))[0])
    assert weeks[at] >= FIRST + STEP_AT > weeks[at - 1]
    assert means[at + 1] - means[at - 1] == pytest.approx(STEP, abs=0.005)


def test_thresholds_reach_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = trend_views.options_of(linear=0.2, loss_year=0.001, least_days=290)
    found = report_of(monkeypatch, made_days(), strict)
    view = trend_views.view_series(found, *SICK, options=strict)
    assert view.grades.per_year == "high"
    assert view.grades.linearity == "very_linear"
    stricter = replace(strict, least_days=297)  # four of 300 days do not count
    refused = report_of(monkeypatch, made_days(), stricter)
    view = trend_views.view_series(refused, *SICK, options=stricter)
    assert view.trend.refusal == "too_few_days"
    assert view.slopes == () and view.pieces == ()


def test_no_cycles_no_level(monkeypatch: pytest.MonkeyPatch) -> None:
    days = replace(made_days(), cycles=np.full(DAYS, np.nan))
    found = report_of(monkeypatch, days)
    assert trend_views.known_cycles(found) is None
    view = trend_views.view_series(found, *SICK)
    assert [one.refusal for one in view.projection.at_cycles] == ["no_cycles", "no_cycles"]
    assert view.grades.per_cycle is None


# --- Theil-Sen ----------------------------------------------------------------------------------


@given(slope=st.floats(-1, 1), step=st.floats(-100, 100))
def test_interval_of_a_line_is_its_slope_whatever_the_step(slope: float, step: float) -> None:
    weeks = 7.0 * np.arange(20)
    code = (np.arange(20) >= 9).astype(np.int64)
    low, high = trend_views.theil_sen_interval(weeks, slope * weeks + step * code, code, draws=20)
    assert low == pytest.approx(slope, abs=1e-9)
    assert high == pytest.approx(slope, abs=1e-9)


def test_interval_needs_two_blocks() -> None:
    weeks = 7.0 * np.arange(9)
    found = trend_views.theil_sen_interval(weeks, weeks, np.zeros(9, np.int64))
    assert np.isnan(found).all()


def test_interval_holds_the_slope_it_was_drawn_around() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(40):
        x = np.arange(280.0)
        weeks, means, code = weekly_means(x, 1e-3 * x + rng.normal(size=280))
        low, high = trend_views.theil_sen_interval(weeks, means, code, draws=200)
        held += low <= 1e-3 <= high
    assert held >= 32  # 95 % are meant; blocks give a little less


# --- tables -------------------------------------------------------------------------------------


def test_slopes_of_all_cells(report: TrendReport) -> None:
    apart = trend_views.slope_table(report, relative=True)
    assert list(zip(apart["pack"], apart["cell"], strict=True)) == list(
        zip(PACK, CELL, strict=True)
    )
    assert apart.loc[apart["verdict"] == "declines", ["pack", "cell"]].to_numpy().tolist() == [
        list(SICK)
    ]
    assert not any(name.endswith("_pct") for name in apart)
    absolute = trend_views.slope_table(report, relative=False)
    sick = absolute[(absolute["pack"] == 2) & (absolute["cell"] == 2)].iloc[0]
    assert sick["slope_pct"] == pytest.approx(sick["slope_mv"] / 34.5, rel=0.01)
    assert (absolute["low_mv"] < absolute["high_mv"]).all()
    assert (absolute["n"] == DAYS - len(EMPTY)).all()


def test_packs_beside_each_other(report: TrendReport) -> None:
    packs = trend_views.compare_packs(report)
    assert packs["pack"].tolist() == [1, 2]
    assert packs["cells"].tolist() == [3, 3]
    late = report.days.valid[-RECENT_DAYS:, :3]
    assert packs["recent_v"][0] == pytest.approx(float(np.median(np.median(late, axis=1))))
    assert (packs["refusal"] == "").all()


def test_regimes_in_order(report: TrendReport) -> None:
    first, second = trend_views.list_regimes(report)
    assert (first.start, first.end) == (FIRST, FIRST + STEP_AT - 1)
    assert first.complete == STEP_AT - len(EMPTY)
    assert first.change is None
    assert second.change is not None and second.change.jump == pytest.approx(STEP, abs=0.004)
    assert second.level - first.level == pytest.approx(STEP, abs=0.002)


def test_spread_of_one_pack(report: TrendReport) -> None:
    spread = trend_views.spread_of(report, [False] * 3 + [True] * 3)
    assert np.isnan(spread.low[list(EMPTY)]).all()
    part = report.deviation[10, 3:]
    assert (spread.least[10], spread.greatest[10]) == (part.min(), part.max())


def test_daily_table_has_every_reading(report: TrendReport) -> None:
    table = trend_views.daily_table(report, [2])
    assert len(table) == 3 * DAYS
    assert table["date"].iloc[0] == "2024-10-04"
    off = table[~table["complete"]]
    assert len(off) == 3 * len(EMPTY)
    assert off["deviation_mv"].isna().all()
    assert set(table["regime"]) == {1, 2}


# --- hindsight ----------------------------------------------------------------------------------


def test_walk_of_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_trends, "load_days", lambda *_: made_days())
    walk = trend_views.load_walk(None, "b", None, None, (), None, *SICK, True)  # type: ignore[arg-type]
    assert walk is not None
    assert [one.day for one in walk.issues] == [FIRST + 120.0 + 30 * i for i in range(6)]
    assert walk.issues[-1].trend.verdict == "declines"
    table = trend_views.walk_table(walk)
    assert table["inside"].sum() == walk.inside
    assert table["came"].notna().sum() == walk.total
    assert table["date"].iloc[0] == "2025-02-01"
    monkeypatch.setattr(pack_trends, "load_days", lambda *_: None)
    assert trend_views.load_walk(None, "b") is None  # type: ignore[arg-type]
