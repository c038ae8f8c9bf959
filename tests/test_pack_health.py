"""Capacity, resistance, dQ/dV and the course of a cell, on simulated and real batteries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import dossier_charts, pack_health, packs
from core.dossier_charts import Band, EventLine, Panel, Points, Trace
from core.errors import QueryError
from core.ledger import Ledger, create_ledger
from core.levels import DAY, HOUR
from core.pyramid import DeviceSession
from core.query import Store, open_store
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.demo import DemoDevice, DemoOptions, demo_site, truth
from ingest.demo_store import write_device
from tests.stores import run, scratch

OPTIONS = DemoOptions(seed=3, days=130, packs=2, cells=8, faults="resistance:1,capacity:1")
RULES = "1min,5min,15min,1h,1d"
LEFT_OUT = {
    "nofacts": lambda name: False,
    "nocurrent": lambda name: name == "bms1_c",
    "nosoc": lambda name: name == "bms1_soc",
    "novoltage": lambda name: name == "bms1_v",
    "noends": lambda name: name in ("bms1_cell_max_v", "bms1_cell_min_v"),
    "notemp": lambda name: "_t" in name,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """BESS-1 as simulated, and copies of BESS-2 that lack one thing each."""
    root = tmp_path_factory.mktemp("health") / "store"
    with create_ledger(root, zone=OPTIONS.zone, rules=RULES) as ledger:
        site = {one.name: one for one in demo_site(OPTIONS)}
        write_device(ledger, site["BESS-1"], OPTIONS, lambda name: not name.startswith("pcs1"))
        for name in LEFT_OUT:
            _write(ledger, site["BESS-2"], name)
    opened = open_store(root)
    yield opened
    opened.close()


def _write(ledger: Ledger, source: DemoDevice, name: str) -> None:
    """The first month of a device under another name."""
    catalogue = load_catalogue()
    with DeviceSession(ledger, name, "BESS", synthetic=True) as session:
        for signal_name, ts, value in source.signals():
            cell = "_p" in signal_name
            if not signal_name.startswith("bms1") or LEFT_OUT[name](signal_name):
                continue
            keep = ts < ts[0] + (6 if cell and name != "notemp" else 30) * DAY
            signal = catalogue.describe(signal_name)
            readings = (ts[keep], value[keep], np.zeros(int(keep.sum()), np.int64))
            levels = session.levels(signal_name, readings[0])
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
        facts = {} if name == "nofacts" else source.facts
        session.commit(lambda commit: commit.put_facts(name, facts))
    tidy(ledger, name)


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return dict(truth(OPTIONS)["batteries"]["BESS-1"])


def span(store: Store, device: str) -> tuple[int, int]:
    battery = packs.load_battery(store, device)
    assert battery is not None
    return battery.first, battery.last + 1


@pytest.fixture(scope="module")
def capacity(store: Store) -> pack_health.CapacityReport:
    found = pack_health.capacity_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def resistance(store: Store) -> pack_health.ResistanceReport:
    found = pack_health.resistance_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def histories(store: Store) -> pack_health.Histories:
    found = pack_health.load_histories(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    return found


# --- capacity -----------------------------------------------------------------------------------


def usable_charge(known: dict[str, Any], day: np.ndarray) -> np.ndarray:
    """Charge from the first full cell to the first empty one [Ah], from the truth."""
    course = known["trajectory"]
    held, charge = np.array(course["capacity_ah"]), np.array(course["charge_ah"])
    return np.interp(day, course["day"], (held - charge).min(axis=1) + charge.min(axis=1))


def test_capacity_holds_what_the_battery_holds(
    capacity: pack_health.CapacityReport, known: dict[str, Any]
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


def test_no_life_is_told_from_less_than_a_year(capacity: pack_health.CapacityReport) -> None:
    (one,) = capacity.strings
    life = one.projection.life
    assert life.refusal == "span_short"
    assert np.isnan(life.value)


def test_cycles_are_counted_at_the_points(capacity: pack_health.CapacityReport) -> None:
    (one,) = capacity.strings
    assert (np.diff(one.cycles) >= 0).all()
    assert 0 <= one.cycles[0] < 3
    assert one.cycles[-1] == pytest.approx(OPTIONS.days * 0.8, rel=0.3)


def test_the_change_of_the_cutoff_is_a_regime(
    capacity: pack_health.CapacityReport, known: dict[str, Any]
) -> None:
    planted = (date.fromisoformat(known["regime"]["date"]) - date(1970, 1, 1)).days
    assert [one.day for one in capacity.regimes.changes] == [pytest.approx(planted, abs=3)]
    (one,) = capacity.strings
    assert set(one.code) == {0, 1}


def test_bms_health_and_the_usual_ageing_stand_beside(
    capacity: pack_health.CapacityReport,
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
    found = pack_health.capacity_report(store, device, *span(store, device))
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
    found = pack_health.capacity_report(store, "nofacts", *span(store, "nofacts"))
    assert found is not None
    assert found.battery.capacity_from == "counted"
    assert found.prior.refusal == "no_commissioned"
    assert not len(found.prior.value)


def test_windows_without_a_way_say_so(store: Store) -> None:
    start, _ = span(store, "BESS-1")
    found = pack_health.capacity_report(store, "BESS-1", start, start + 3 * HOUR)
    assert found is not None
    assert found.strings[0].refusal == "no_anchors"
    empty = pack_health.capacity_report(store, "BESS-1", start - 9 * DAY, start - 8 * DAY)
    assert empty is not None
    assert empty.strings[0].refusal == "no_readings"
    assert empty.prior.refusal == "no_cycles"


# --- resistance ---------------------------------------------------------------------------------


def test_resistance_of_every_cell(
    resistance: pack_health.ResistanceReport, known: dict[str, Any]
) -> None:
    table = resistance.table
    assert resistance.refusal is None
    assert resistance.temperature == "cells"
    assert resistance.steps_seen >= sum(len(one.ts) for one in resistance.steps)
    assert resistance.days_read <= pack_health.OLDER_DAYS_READ + pack_health.RECENT_DAYS_READ
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
    found = pack_health.resistance_report(store, "BESS-1", end - 30 * DAY, end)
    assert found is not None
    assert (found.table["growth_refusal"] == "span_short").all()
    assert found.table["growth"].isna().all()


@pytest.mark.parametrize(
    ("device", "refusal"), [("nocurrent", "no_current"), ("nosoc", "no_soc"), ("notemp", None)]
)
def test_resistance_of_batteries_that_lack_something(
    store: Store, device: str, refusal: str | None
) -> None:
    found = pack_health.resistance_report(store, device, *span(store, device))
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
    picked = pack_health.pick_days(np.array(days), most)
    assert 1 <= len(picked) <= most
    assert picked == sorted(set(picked))
    assert set(picked) <= set(days)
    if len(set(days)) > 1 and most > 1:
        assert picked[-1] - picked[0] >= 0


def test_the_day_with_most_steps_of_a_stretch_is_picked() -> None:
    assert pack_health.pick_days(np.array([1, 2, 2, 3, 9, 10, 10]), 2) == [2, 10]
    assert pack_health.pick_days(np.empty(0, np.int64), 5) == []


def test_spans_are_asked_for_by_month() -> None:
    day = 20_000 * DAY  # 4 October 2024
    spans = [(day, day + 1), (day + 5 * DAY, day + 6 * DAY), (day + 40 * DAY, day + 41 * DAY)]
    assert pack_health.by_month(spans) == [spans[:2], spans[2:]]


# --- dQ/dV --------------------------------------------------------------------------------------


def test_slow_discharges_carry_curves_and_quick_charges_do_not(store: Store) -> None:
    found = pack_health.ica_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    assert found.refusal is None
    slow, quick = found.directions
    assert (slow.direction, quick.direction) == ("discharge", "charge")
    assert slow.series == OPTIONS.packs * OPTIONS.cells
    assert len(slow.curves) + sum(slow.refused.values()) == slow.seen
    assert len(slow.curves) > 10
    assert quick.refused["rate_high"] > 10
    assert not quick.curves
    assert quick.first is None
    # plateaus of LFP
    position = slow.expected["position"].to_numpy()
    assert ((position > 3.15) & (position < 3.35)).all()
    assert len(slow.trends) == len(position)
    assert all(trend.refusal for trend in slow.trends if trend.n < 60)
    assert all(len(one) == len(slow.dva_ah) for one in slow.dva)


@pytest.mark.parametrize(
    ("device", "refusal"), [("nocurrent", "no_current"), ("novoltage", "no_voltage")]
)
def test_dq_dv_is_refused(store: Store, device: str, refusal: str) -> None:
    found = pack_health.ica_report(store, device, *span(store, device))
    assert found is not None
    assert found.refusal == refusal
    assert not found.directions


def test_a_voltage_of_other_cells_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_health, "series_cells", lambda *_: 999)
    found = pack_health.ica_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    assert found.refusal == "voltage_scale"


# --- one cell -----------------------------------------------------------------------------------


def test_course_of_a_cell(
    histories: pack_health.Histories, resistance: pack_health.ResistanceReport
) -> None:
    fault = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == "resistance")
    cell = pack_health.cell_history(histories, resistance, fault["pack"], fault["cell"])
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
    histories: pack_health.Histories,
) -> None:
    fault = next(one for one in truth(OPTIONS)["faults"] if one["kind"] == "capacity")
    weak = pack_health.cell_history(histories, None, fault["pack"], fault["cell"])
    assert np.nanmedian(weak.full_ah[-10:]) > 4
    assert not len(weak.ohm_ts)
    assert not len(weak.months)
    faulty = {(one["pack"], one["cell"]) for one in truth(OPTIONS)["faults"]}
    other = next(pair for pair in [(1, 1), (1, 2), (1, 3), (2, 1)] if pair not in faulty)
    sound = pack_health.cell_history(histories, None, *other)
    assert abs(np.nanmedian(sound.empty_ah)) < 2


def test_neighbours_stand_beside_above_and_below(histories: pack_health.Histories) -> None:
    battery = replace(histories.days.battery, rows_per_pack=2)  # 1 2 3 4 above 5 6 7 8
    found = pack_health.neighbours_of(battery, battery.place(2, 6))
    assert {one.side: (one.pack, one.cell) for one in found} == {
        "before": (2, 5), "after": (2, 7), "above": (2, 2)
    }  # fmt: skip
    corner = pack_health.neighbours_of(battery, battery.place(1, 8))
    assert {one.side: one.cell for one in corner} == {"before": 7, "above": 4}


def test_unknown_cell(histories: pack_health.Histories) -> None:
    with pytest.raises(QueryError, match="no cell 9 in pack 1"):
        pack_health.cell_history(histories, None, 1, 9)


def test_no_rests_without_a_current(store: Store) -> None:
    found = pack_health.load_histories(store, "nocurrent", *span(store, "nocurrent"))
    assert found is not None
    assert found.rests_refusal == "no_current"
    cell = pack_health.cell_history(found, None, 1, 1)
    assert not len(cell.empty_ts)
    assert cell.rests_refusal == "no_current"


def test_monthly_means_by_hand() -> None:
    ts = np.array([0, 1, 2, 40], np.int64) * DAY + HOUR
    table = pack_health.monthly_shares(ts, np.array([1.0, 1.1, 1.2, 2.0]), "UTC")
    assert table["n"].tolist() == [3, 1]
    assert table["share"].tolist() == [pytest.approx(1.1), 2.0]
    # Student's t of 2 degrees of freedom 4.3027 times 0.1/√3
    assert table["high"][0] - 1.1 == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)
    assert np.isnan(table["low"][1])
    assert not len(pack_health.monthly_shares(np.empty(0, np.int64), np.empty(0), "UTC"))


@pytest.mark.shared
def test_a_real_pack_of_ten_hours_says_what_is_missing(shared: Any) -> None:
    with scratch() as folder:
        run(folder, sources=(shared / "data" / "raw_layout",))
        opened = open_store(folder / "store")
        device, window = "PYLONTECH_BAT6", span(opened, "PYLONTECH_BAT6")
        found = pack_health.capacity_report(opened, device, *window)
        assert found is not None
        assert found.strings[0].refusal == "no_capacity"
        assert found.strings[0].projection.life.refusal == "no_data"
        ohm = pack_health.resistance_report(opened, device, *window)
        assert ohm is not None
        assert ohm.refusal == "no_capacity"
        ica = pack_health.ica_report(opened, device, *window)
        assert ica is not None
        assert ica.refusal == "no_capacity"
        midnight = window[0] - (window[0] + 2 * HOUR) % DAY  # of Berlin in summer
        every = pack_health.load_histories(opened, device, midnight, window[1])
        assert every is not None
        cell = pack_health.cell_history(every, ohm, 1, 7)
        assert cell.rests_refusal == "no_capacity"
        assert len(cell.day) == 2
        assert np.isfinite(cell.low).all()
        for name in ("ha1", "lastgang"):
            if name in [one.name for one in opened.devices()]:
                assert pack_health.capacity_report(opened, name, *window) is None
        opened.close()


# --- figures ------------------------------------------------------------------------------------

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
