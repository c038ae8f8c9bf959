"""Batteries whose readings are wrong: what is found, what is left out for it, what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from core import bess_summary, cell_days, pack_cautions, packs, weak_cells
from core.analytics import current_checks
from core.capacity_report import capacity_report
from core.errors import QueryError
from core.ledger import Ledger, create_ledger
from core.levels import DAY, HOUR
from core.pyramid import DeviceSession
from core.query import Store, open_store
from core.resistance_report import resistance_report
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.demo import DemoDevice, DemoOptions, demo_site, truth
from tests.demo_sites import Sites

OPTIONS = DemoOptions(seed=5, days=75, packs=2, cells=8, faults="offset_low:1,resistance:1")
RULES = "1min,5min,15min,1h,1d"
WEAK = {(1, 2): "offset_low"}  # of BESS-2, see `test_the_healthy_twin`
Alter = Callable[[str, np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray] | None]


def is_cell(name: str) -> bool:
    return "_p" in name and "_v" in name


def still(names: tuple[str, ...], first: float, last: float) -> Alter:
    """Readings of some cells repeat their value from one day to another."""

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        if name in names:
            inside = (ts >= begin + first * DAY) & (ts < begin + last * DAY)
            value = np.where(inside, value[np.argmax(inside)], value)
        return ts, value

    return alter


def constant(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
    return (ts, np.full(len(ts), 3.3)) if is_cell(name) else (ts, value)


def only(*names: str) -> Alter:
    """Other cells are not measured."""

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        return None if is_cell(name) and name not in names else (ts, value)

    return alter


def copied() -> Alter:
    """One signal in the place of all cells."""
    kept: dict[str, Any] = {}

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        return kept.setdefault("one", (ts, value)) if is_cell(name) else (ts, value)

    return alter


def current(factor: float, first: float = 0.0, *, without: str = "") -> Alter:
    """The current from a day on times a factor."""

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        if name == without:
            return None
        late = ts >= begin + first * DAY
        return (ts, np.where(late, factor * value, value)) if name == "bms1_c" else (ts, value)

    return alter


def late_cells(first: float) -> Alter:
    """The clock of the cells runs an hour behind from a day on."""

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        moved = np.where(ts >= begin + first * DAY, ts + HOUR, ts)
        return (moved, value) if is_cell(name) else (ts, value)

    return alter


PACK = tuple(f"bms1_p1_v{cell}" for cell in range(1, 9))
ALTERED: dict[str, Alter] = {
    "same": lambda name, ts, value, begin: (ts, value),
    "still": still(("bms1_p1_v3",), 50.6, 65),
    "still-now": still(("bms1_p1_v3",), 60, 99),
    "still-pack": still(PACK, 55, 65),
    "still-pack-always": still(PACK, 0, 99),
    "constant": constant,
    "one-cell": only("bms1_p1_v1", "bms1_p2_v1"),
    "two-cells": only("bms1_p1_v1", "bms1_p1_v2"),
    "copied": copied(),
    "turned": current(-1.0),
    "turned-from-50": current(-1.0, 50),
    "turned-untold": current(-1.0, without="bms1_soc"),
    "dead": current(0.0),
    "late": late_cells(0.0),
    "late-from-40": late_cells(40.0),
}


def glitch(every: int) -> Alter:
    """Now and then a cell reads 4.095 V, as a BMS does that lost a frame."""

    def alter(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
        if name == "bms1_p1_v3":
            value = value.copy()
            value[::every] = 4.095
        return ts, value

    return alter


def stretched(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
    """Voltages as of NMC: the knees of LFP lie elsewhere in its window."""
    return (ts, 3.0 + (value - 2.8) * 1.5) if is_cell(name) else (ts, value)


def hourly(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
    _, first = np.unique(ts // HOUR, return_index=True)
    return ts[first], value[first]


def second(name: str, ts: np.ndarray, value: np.ndarray, begin: int) -> Any:
    """The second pack is that of another BMS, which counts from one as well."""
    return ts, value


ALTERED |= {"hourly": hourly, "two-systems": second}
ALTERED |= {
    "millivolts": lambda name, ts, value, begin: (ts, 1000 * value) if is_cell(name) else None
}
UNITS = {"millivolts": "mV"}
RENAMED = {"two-systems": ("bms1_p2_v", "bms2_p1_v")}
ALTERED |= {"glitch": glitch(100), "stretched": stretched}
FACTS: dict[str, dict[str, Any]] = {
    "stretched": {"chemistry": "NMC", "limits": {}},
    "half": {"capacity_ah": 140.0},
    "less": {"capacity_ah": 260.0},
}
ALTERED |= {name: ALTERED.get(name, ALTERED["same"]) for name in FACTS}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, simulated: Sites) -> Iterator[Store]:
    root = tmp_path_factory.mktemp("bad") / "store"
    simulated(OPTIONS)
    source = next(one for one in demo_site(OPTIONS) if one.name == "BESS-2")
    with create_ledger(root, zone=OPTIONS.zone, rules=RULES) as ledger:
        for name, alter in ALTERED.items():
            write(ledger, source, name, alter)
    opened = open_store(root)
    yield opened
    opened.close()


def write(ledger: Ledger, source: DemoDevice, device: str, alter: Alter) -> None:
    """BESS-2 with its readings altered, under another name."""
    catalogue = load_catalogue()
    wanted = [
        one for one in source.signals()
        if one[0] in ("bms1_c", "bms1_soc", "bms1_v", "bms1_cell_ave_t", "pos_ae", "neg_ae",
                      "pcs1_ap") or is_cell(one[0])
    ]  # fmt: skip
    facts = {**source.facts, **FACTS.get(device, {})}
    begin = min(int(ts[0]) for _, ts, _ in wanted)
    with DeviceSession(ledger, device, "BESS", synthetic=True) as session:
        for name, ts, value in wanted:
            made = alter(name, ts, value, begin)
            if made is None:
                continue
            name = name.replace(*RENAMED.get(device, ("", "")))
            signal = catalogue.describe(name, unit=UNITS.get(device) if is_cell(name) else None)
            readings = (*made, np.zeros(len(made[0]), np.int64))
            levels = session.levels(name, made[0])
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
        session.commit(lambda commit: commit.put_facts(device, facts))
    tidy(ledger, device)


def judged(store: Store, device: str) -> weak_cells.WeakCells:
    found = weak_cells.weak_cells(store, device)
    assert found is not None
    return found


def faults(found: weak_cells.WeakCells) -> dict[tuple[int, int], str]:
    said = found.table[found.table["fault"] != "healthy"]
    places = zip(said["pack"], said["cell"], strict=True)
    return dict(zip(places, said["fault"], strict=True))


def told(store: Store, device: str) -> list[str]:
    days = cell_days.load_days(store, device)
    assert days is not None
    return [one.key for one in pack_cautions.cautions(days)]


def test_the_healthy_twin(store: Store) -> None:
    (fault,) = (one for one in truth(OPTIONS)["faults"] if one["device"] == "BESS-2")
    assert {(fault["pack"], fault["cell"]): fault["kind"]} == WEAK
    assert faults(judged(store, "same")) == WEAK
    assert told(store, "same") == []


# --- readings that stand still --------------------------------------------------------------------


def test_a_reading_that_stood_still_is_named_and_left_out(store: Store) -> None:
    found = judged(store, "still")
    assert faults(found) == WEAK  # the cell itself is healthy
    (span,) = found.battery.still
    assert (found.battery.pack[span.place], found.battery.cell[span.place]) == (1, 3)
    first = found.battery.first
    assert abs(span.start - (first + 51 * DAY)) <= DAY  # the first whole day
    assert abs(span.end - (first + 65 * DAY)) <= DAY
    days = cell_days.load_days(store, "still")
    assert days is not None
    assert np.isnan(days.sat[52:64, 2]).all() and np.isfinite(days.sat[:49, 2]).mean() > 0.9
    assert told(store, "still") == ["still"]
    same = judged(store, "same")
    np.testing.assert_allclose(found.found.empty_ah, same.found.empty_ah, atol=0.2)  # type: ignore[union-attr]


def test_a_reading_that_stands_still_now_is_a_sensor(store: Store) -> None:
    assert faults(judged(store, "still-now")) == {**WEAK, (1, 3): "sensor"}
    assert told(store, "still-now") == ["still_now"]


def test_a_whole_pack_that_stood_still_accuses_nobody(store: Store) -> None:
    assert faults(judged(store, "still-pack")) == WEAK
    found = judged(store, "still-pack-always")
    assert faults(found) == {(1, cell): "sensor" for cell in range(1, 9)}
    assert found.resistance_ohm == pytest.approx(judged(store, "same").resistance_ohm, rel=0.1)
    assert np.isfinite(found.table["resistance_ratio"][8:]).all()


def test_all_cells_constant_are_refused(store: Store) -> None:
    found = judged(store, "constant")
    assert found.refusal == "all_still"
    end = found.battery.last + HOUR
    report = resistance_report(store, "constant", found.battery.first, end)
    assert report is not None and report.refusal == "all_still"


# --- nothing to compare with ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "refusal"),
    [("one-cell", "few_cells"), ("two-cells", "few_cells"), ("copied", "cells_alike")],
)
def test_cells_without_peers_are_not_called_good(store: Store, device: str, refusal: str) -> None:
    found = judged(store, device)
    assert found.refusal == refusal and found.recoverable is None


@pytest.mark.parametrize("device", ["hourly", "one-cell", "turned-untold", "constant"])
def test_what_cannot_be_counted_raises_no_doubt_of_the_capacity(store: Store, device: str) -> None:
    assert "capacity" not in told(store, device)


# --- a current that does not fit ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "refusal"),
    [("turned", "current_sign"), ("turned-untold", "current_sign"), ("dead", "current_zero"),
     ("late", "cells_clock")],
)  # fmt: skip
def test_a_current_that_never_fits_is_refused(store: Store, device: str, refusal: str) -> None:
    found = judged(store, device)
    assert found.refusal == refusal
    window = found.battery.first, found.battery.last + 1
    report = resistance_report(store, device, *window)
    assert report is not None and report.refusal in (refusal, "no_soc")
    counted = capacity_report(store, device, *window)
    assert counted is not None and counted.strings[0].refusal == refusal


@pytest.mark.parametrize(
    ("device", "key", "first", "slack"),
    [("turned-from-50", "turned", 50, 1), ("late-from-40", "clock", 40, 4)],
)
def test_a_change_is_found_on_its_day_and_the_good_part_judged(
    store: Store, device: str, key: str, first: int, slack: int
) -> None:
    found = judged(store, device)
    assert faults(found) == WEAK
    days = cell_days.load_days(store, device)
    assert days is not None
    (one,) = pack_cautions.cautions(days)
    assert one.key == key and one.start is not None and one.end is not None
    assert abs(one.start - (found.battery.first + first * DAY)) <= slack * DAY
    assert one.end >= found.battery.last - DAY
    same = judged(store, "same").resistance_ohm
    assert found.resistance_ohm == pytest.approx(same, rel=0.1)


def test_a_dead_current_counts_no_cycles(store: Store) -> None:
    days = cell_days.load_days(store, "dead")
    assert days is not None and np.isnan(days.cycles).all()
    assert told(store, "dead") == ["dead"]


def test_a_configured_capacity_that_cannot_be_is_named(store: Store) -> None:
    days = cell_days.load_days(store, "half")
    assert days is not None
    (one,) = pack_cautions.cautions(days)
    assert one.key == "capacity" and dict(one.values)["told"] == 140.0
    assert dict(one.values)["counted"] == pytest.approx(277, rel=0.03)
    assert told(store, "less") == []  # 277 / 260: as new batteries are


def test_the_page_of_the_system_names_the_days_of_the_other_sign(store: Store) -> None:
    (one,) = bess_summary.turned_stretches(store, "turned-from-50")
    battery = judged(store, "turned-from-50").battery
    assert abs(one.start - (battery.first + 50 * DAY)) <= DAY
    for device in ("same", "turned"):  # of one sign throughout, right or wrong
        assert bess_summary.turned_stretches(store, device) == ()


def test_no_losses_are_told_where_the_efficiency_cannot_be(store: Store) -> None:
    battery = judged(store, "same").battery
    window = battery.first, battery.last + 1
    same = bess_summary.summary_report(store, "same", *window)
    turned = bess_summary.summary_report(store, "turned", *window)
    dead = bess_summary.summary_report(store, "dead", *window)
    assert same is not None and turned is not None and dead is not None
    assert same.efficiency.losses and turned.efficiency.dc.refusal == "above_one"
    assert turned.efficiency.losses == {}
    assert dead.cycles.source == "soc" and dead.cycles.efc > 30


# --- voltages that cannot be ----------------------------------------------------------------------


def test_one_reading_that_no_cell_has_spoils_no_charge(store: Store) -> None:
    same, days = cell_days.load_days(store, "same"), cell_days.load_days(store, "glitch")
    assert days is not None and same is not None
    assert days.charges.complete.tolist() == same.charges.complete.tolist()
    assert np.isnan(days.valid[:, 2]).all() and np.isfinite(days.valid[:, 3]).any()
    (one,) = pack_cautions.cautions(days)
    assert one.key == "glitch" and dict(one.values)["count"] == 75
    assert faults(judged(store, "glitch")).get((1, 2)) == "offset_low"


def test_values_that_the_window_of_the_chemistry_leaves_out_are_told(store: Store) -> None:
    days = cell_days.load_days(store, "stretched")
    assert days is not None
    (one,) = pack_cautions.cautions(days)
    inside = np.isfinite(days.valid[days.charges.complete]).mean()
    assert one.key == "outside" and dict(one.values)["share"] == round(100 * inside) < 80


# --- sampling, and two systems in one device ------------------------------------------------------


def test_hourly_readings_are_called_too_coarse(store: Store) -> None:
    found = judged(store, "hourly")
    assert found.refusal == "no_curve" and found.found is not None
    assert found.found.n_empty > 5 and found.found.n_full > 5


def test_two_signals_of_one_cell_are_named(store: Store) -> None:
    with pytest.raises(QueryError, match=r"bms1_p1_v1 and bms2_p1_v1 are both cell 1 of pack 1"):
        packs.load_battery(store, "two-systems")


def test_cells_in_another_unit_are_not_taken_for_volts(store: Store) -> None:
    with pytest.raises(QueryError, match=r"is in mV.*scale = 0.001"):
        packs.load_battery(store, "millivolts")


def test_of_a_long_life_the_edges_of_what_differs_are_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stretches of five days are looked at, and then what lies between two that are unlike."""
    monkeypatch.setattr(current_checks, "MOST_DAYS", 25)
    monkeypatch.setattr(current_checks, "SPREAD", 4)
    monkeypatch.setattr(current_checks, "SPREAD_DAYS", 5)
    for device in ("late-from-40", "same", "turned-untold", "dead"):
        found = packs._load_battery.__wrapped__(store, device, DAY * 400)  # type: ignore[attr-defined]
        known = packs.load_battery(store, device)
        assert known is not None and len(known.strings[0].doubts) < 2
        for one, other in zip(found.strings[0].doubts, known.strings[0].doubts, strict=True):
            assert one.kind == other.kind
            assert abs(one.start - other.start) <= DAY and abs(one.end - other.end) <= DAY


def test_a_reading_that_stood_still_long_ago_is_found_by_who_looks_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "RECENT_LIFE", 5 * DAY)
    battery = packs.load_battery(store, "still")  # from day 50 to day 65 of 75
    assert battery is not None and battery.still == ()
    assert packs.load_battery(store, "still", battery.last - 4 * DAY) is battery
    earlier = packs.load_battery(store, "still", battery.last - 20 * DAY)
    assert earlier is not None and len(earlier.still) == 1
    days = cell_days.load_days(store, "still", battery.first, battery.last - 7 * DAY)
    assert days is not None and np.isnan(days.sat[52:64, 2]).all()


def test_a_short_life_is_looked_at_as_a_whole_and_a_long_one_in_six_stretches() -> None:
    assert current_checks.spread_spans(5, 5 + 300 * DAY) == [(5, 5 + 300 * DAY)]
    for days in (301, 2700, 9000):
        spans = current_checks.spread_spans(0, days * DAY)
        assert len(spans) == 6 and spans[0][0] == 0 and spans[-1][1] == days * DAY
        assert all(end - start == 28 * DAY for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_a_gap_between_unlike_stretches_is_looked_at() -> None:
    spans = [(0, 10 * DAY), (20 * DAY, 30 * DAY), (40 * DAY, 50 * DAY)]
    day = np.arange(50)
    told = np.where(day < 10, -1.0, np.where(day >= 22, 1.0, 0.0))  # two days tell nothing
    told[9] = 1.0  # one day of a week that says otherwise is chance
    assert current_checks.unlike_gaps(spans, day, told) == [(10 * DAY, 20 * DAY)]
    assert current_checks.unlike_gaps(spans, day, np.abs(told)) == []
    assert current_checks.unlike_gaps(spans, day, np.where(day < 30, told, 0.0)) == [
        (10 * DAY, 20 * DAY)
    ]
