"""Loading and judging the cells of a battery, on a small simulated one whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core import cell_days, pack_trends, packs, weak_cells
from core.errors import QueryError
from core.ledger import create_ledger
from core.levels import DAY, HOUR
from core.pyramid import DeviceSession
from core.query import Store, open_store
from core.signals import load_catalogue
from core.upkeep import tidy
from ingest.demo import DemoDevice, DemoOptions, demo_site, truth
from ingest.demo_store import write_device
from tests.demo_sites import Sites

OPTIONS = DemoOptions(seed=5, days=75, packs=2, cells=8, faults="offset_low:1,resistance:1")
RULES = "1min,5min,15min,1h,1d"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, simulated: Sites) -> Iterator[Store]:
    root = tmp_path_factory.mktemp("packs") / "store"
    simulated(OPTIONS)
    with create_ledger(root, zone=OPTIONS.zone, rules=RULES) as ledger:
        for device in demo_site(OPTIONS):
            if device.group == "BESS":
                write_device(ledger, device, OPTIONS, lambda name: not name.startswith("pcs1"))
        _write_altered(ledger)
    opened = open_store(root)
    yield opened
    opened.close()


def _write_altered(ledger: object) -> None:
    """BESS-2 as other systems would send it: no facts, current of the other sign, or none."""
    source = next(one for one in demo_site(OPTIONS) if one.name == "BESS-2")
    for name in ("untold", "turned", "silent", "short", "gappy", "plain"):
        _write(ledger, source, name)


def _write(ledger, source: DemoDevice, name: str) -> None:  # type: ignore[no-untyped-def]
    catalogue = load_catalogue()
    with DeviceSession(ledger, name, "BESS", synthetic=True) as session:
        for signal_name, ts, value in source.signals():
            if "_t" in signal_name or not signal_name.startswith("bms1"):
                continue
            if name == "silent" and signal_name == "bms1_c":
                continue
            if name == "plain" and "_p" in signal_name:
                continue
            if name == "gappy" and signal_name in ("bms1_p1_v4", "bms1_p2_v8"):
                continue
            if name == "turned" and signal_name == "bms1_c":
                value = -value
            keep = slice(0, len(ts) // 150) if name == "short" else slice(None)
            signal = catalogue.describe(signal_name)
            readings = (ts[keep], value[keep], np.zeros(len(ts[keep]), np.int64))
            levels = session.levels(signal_name, readings[0])
            for chunk in session.chunks(signal, readings, levels=levels):
                session.append(signal, chunk, levels)
        facts = {} if name == "untold" else source.facts
        session.commit(lambda commit: commit.put_facts(name, facts))
    tidy(ledger, name)


def test_layout_comes_from_the_data(store: Store) -> None:
    battery = packs.load_battery(store, "BESS-1")
    assert battery is not None
    assert (len(battery.names), max(battery.pack), max(battery.cell)) == (16, 2, 8)
    assert battery.place(2, 3) == 10
    assert (battery.chemistry.name, battery.chemistry_from) == ("LFP", "fact")
    assert (battery.capacity_ah, battery.capacity_from) == (280.0, "fact")
    assert battery.chemistry.charge_cutoff == 3.60  # as operated, from the facts
    with pytest.raises(QueryError, match="no cell 9 in pack 2"):
        battery.place(2, 9)


def test_what_nobody_told_is_taken_from_the_data(store: Store) -> None:
    battery = packs.load_battery(store, "untold")
    assert battery is not None
    assert (battery.chemistry.name, battery.chemistry_from) == ("LFP", "voltage")
    assert battery.capacity_from == "counted"
    assert battery.capacity_ah == pytest.approx(277, rel=0.03)


def test_days_tell_complete_charges(store: Store) -> None:
    days = cell_days.load_days(store, "BESS-1")
    assert days is not None
    assert days.sat.shape == (75, 16)
    known = truth(OPTIONS)["batteries"]["BESS-1"]
    full = {int(ts) // DAY for ts in known["full_charges"]}
    # A charge may end after midnight in UTC: compare the number, and most of the days.
    assert days.charges.by == "soc"
    assert abs(int(days.charges.complete.sum()) - len(full)) <= 3
    partial = np.array(known["day_kind"]) == "partial"
    assert not days.charges.complete[partial].any()
    assert set(days.charges.reason[partial]) <= {"soc_low", "no_data", "no_charge"}


def test_cycles_are_counted_from_current(store: Store) -> None:
    days = cell_days.load_days(store, "BESS-1")
    assert days is not None
    known = truth(OPTIONS)["batteries"]["BESS-1"]["trajectory"]["efc"]
    assert days.cycles[-1] == pytest.approx(known[-1], rel=0.03)
    assert (np.diff(days.cycles) >= 0).all()


@pytest.mark.parametrize("device", ["BESS-1", "BESS-2", "untold"])
def test_planted_faults_are_named(store: Store, device: str) -> None:
    weak = weak_cells.weak_cells(store, device)
    assert weak is not None and weak.refusal is None
    planted = {
        (fault["pack"], fault["cell"]): fault["kind"]
        for fault in truth(OPTIONS)["faults"]
        if fault["device"] == device.replace("untold", "BESS-2")
    }
    said = weak.table[weak.table["fault"] != "healthy"]
    assert dict(zip(zip(said["pack"], said["cell"], strict=True), said["fault"], strict=True)) == (
        planted
    )


def test_offset_is_recovered(store: Store) -> None:
    weak = weak_cells.weak_cells(store, "BESS-2")
    assert weak is not None
    (fault,) = (one for one in truth(OPTIONS)["faults"] if one["device"] == "BESS-2")
    row = weak.table[(weak.table["pack"] == fault["pack"]) & (weak.table["cell"] == fault["cell"])]
    assert row["empty_ah"].item() == pytest.approx(fault["size"], rel=0.2)
    assert row["move_ah"].item() == pytest.approx(-fault["size"], rel=0.2)
    assert row["rank"].item() == 1


@pytest.mark.parametrize(
    ("device", "refusal"),
    [("silent", "no_current"), ("turned", "current_sign"), ("short", "no_rests")],
)
def test_refusals_say_why(store: Store, device: str, refusal: str) -> None:
    weak = weak_cells.weak_cells(store, device)
    assert weak is not None
    assert weak.refusal == refusal
    assert weak.recoverable is None


def test_missing_cells_do_not_shift_the_others(store: Store) -> None:
    weak = weak_cells.weak_cells(store, "gappy")
    assert weak is not None and weak.refusal is None
    assert len(weak.table) == 14
    assert not ((weak.table["pack"] == 1) & (weak.table["cell"] == 4)).any()
    whole = weak_cells.weak_cells(store, "BESS-2")
    assert whole is not None
    both = weak.table.merge(whole.table, on=["pack", "cell"])
    assert (both["fault_x"] == both["fault_y"]).all()


def test_a_device_without_cells(store: Store) -> None:
    assert packs.load_battery(store, "plain") is None
    assert cell_days.load_days(store, "plain") is None
    assert weak_cells.weak_cells(store, "plain") is None


def test_trends_and_regimes(store: Store) -> None:
    report = pack_trends.trend_report(store, "BESS-1")
    assert report is not None
    assert len(report.cells) == 16 and len(report.packs) == 2
    assert report.by_pack.shape == (75, 2)
    day = truth(OPTIONS)["batteries"]["BESS-1"]["regime"]["day"]
    found = [change.day - report.x[0] for change in report.regimes.changes]
    assert any(abs(at - day) <= 2 for at in found)
    one = pack_trends.detail(report, 1, 3)
    assert one.trend.refusal in (None, "span_short", "too_few_days", "regimes_short")
    assert one.projection.life.refusal is not None  # SAT voltage is no health


def test_window_is_kept(store: Store) -> None:
    battery = packs.load_battery(store, "BESS-1")
    assert battery is not None
    days = cell_days.load_days(store, "BESS-1", battery.last - 10 * DAY, battery.last + HOUR)
    assert days is not None
    assert 10 <= len(days.ts) <= 11


def test_empty_window(store: Store) -> None:
    battery = packs.load_battery(store, "BESS-1")
    assert battery is not None
    late = battery.last + 10 * DAY
    days = cell_days.load_days(store, "BESS-1", late, late + DAY)
    assert days is not None and not len(days.ts)
    assert pack_trends.trend_report(store, "BESS-1", late, late + DAY) is None


def test_unknown_device(store: Store) -> None:
    with pytest.raises(QueryError):
        packs.load_battery(store, "BESS-9")
