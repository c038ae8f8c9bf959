"""Sums over devices and sites, now and in a window, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core import sites
from core.config import Settings
from core.errors import QueryError, UnknownDevice
from core.journal import FILE, Journal, open_journal
from core.journal_records import SitePlace
from core.ledger import create_ledger
from core.levels import HOUR, SECOND
from core.query import Store, open_store
from core.readings import Batch, Reading
from core.signals import Signal
from ingest.settle import settle
from tests.stores import scratch, us

NOW = us("2026-03-10T12:00:00Z")
START = NOW - 600 * SECOND
KW, W = Signal("p", "active_power", "kW"), Signal("p", "active_power", "W")
Two = tuple[Journal, Store]


@pytest.fixture
def here() -> Iterator[Two]:
    """Ten minutes, a reading every 10 s: a 1 kW and b 2000 W in Nord, c 4 kW in Süd, d nowhere.

    The last two minutes of c are missing.
    """
    with scratch() as folder:
        root = folder / "store"
        create_ledger(root, zone="Europe/Berlin", rules="1min,1h").close()
        with open_journal(root / FILE, create=True) as journal:
            journal.describe_sites([SitePlace("Nord", "Europe/Oslo", 59.9, 10.7), SitePlace("Süd")])
            for name, site, signal, value, until in (
                ("a", "Nord", KW, 1.0, NOW), ("b", "Nord", W, 2000.0, NOW),
                ("c", "Süd", KW, 4.0, NOW - 120 * SECOND), ("d", "", KW, 0.5, NOW),
            ):  # fmt: skip
                journal.describe(name, "meter", site, [signal])
                times = range(START, until, 10 * SECOND)
                journal.append([Batch(name, [Reading("p", ts, value) for ts in times])])
            store = open_store(root)
            yield journal, store
            store.close()


def test_sites_of_the_journal(here: Two) -> None:
    found = sites.sites(here[1])
    assert [(one.name, one.devices) for one in found] == [
        ("Nord", ("a", "b")), ("Süd", ("c",)), ("", ("d",)),
    ]  # fmt: skip
    nord, south, nowhere = found
    assert (nord.zone, nord.latitude, nord.longitude) == ("Europe/Oslo", 59.9, 10.7)
    assert (south.zone, south.latitude) == ("Europe/Berlin", None), "the store's zone"
    assert nowhere.zone == "Europe/Berlin"


def test_a_device_not_collected_any_more_is_not_missing(here: Two) -> None:
    journal, store = here
    assert sites.present(store, "active_power", NOW).missing == ("c",)
    for name in ("a", "b", "d"):
        journal.note_collected(name, START)
    found = sites.present(store, "active_power", NOW)
    assert (found.missing, found.total) == ((), 3.5)


def test_facts_say_where_a_site_is(here: Two) -> None:
    """Settled, the place stands among the facts; what was there before stays."""
    journal, store = here
    settle(Settings(store=store.root, zone="Europe/Berlin", rules="1min,1h"), journal)
    assert store.device("a").facts == {
        "site": "Nord", "zone": "Europe/Oslo", "location": {"latitude": 59.9, "longitude": 10.7},
    }  # fmt: skip
    assert store.device("c").facts == {"site": "Süd"}
    assert store.device("d").facts == {}
    with open_journal(store.root / FILE) as other:
        other.describe("a", "meter", "Süd", [KW])
        other.append([Batch("a", [Reading("p", NOW, 1.0)])])
        settle(Settings(store=store.root, zone="Europe/Berlin", rules="1min,1h"), other)
    assert store.device("a").facts["site"] == "Süd"


def test_who_is_missing_now_is_named_and_not_zero(here: Two) -> None:
    found = sites.present(here[1], "active_power", NOW)
    assert found.unit == "kW"
    assert found.values == {"a": 1.0, "b": 2.0, "d": 0.5}
    assert found.missing == ("c",)
    assert np.isnan(found.total)
    assert found.partial == 3.5
    assert found.sites["Nord"] == 3.0
    assert np.isnan(found.sites["Süd"])
    assert found.ages == {"a": 10 * SECOND, "b": 10 * SECOND, "c": 130 * SECOND, "d": 10 * SECOND}


@pytest.mark.parametrize(
    ("over", "total"), [("sum", 7.5), ("mean", 1.875), ("min", 0.5), ("max", 4.0)]
)
def test_over_all_devices_while_all_are_there(here: Two, over: sites.Over, total: float) -> None:
    with open_journal(here[1].root / FILE) as journal:
        journal.append([Batch("c", [Reading("p", NOW - 5 * SECOND, 4.0)])])
    found = sites.present(here[1], "active_power", NOW, over)
    assert found.total == pytest.approx(total)
    assert found.missing == ()


def test_a_device_of_several_signals_is_their_sum(here: Two) -> None:
    journal, store = here
    both = [Signal("inv1_power", "pv_power", "W"), Signal("inv2_power", "pv_power", "W")]
    journal.describe("pv", "PV", "Süd", both)
    readings = [Reading(s.name, NOW - SECOND, 1500.0) for s in both]
    journal.append([Batch("pv", readings)])
    assert sites.present(store, "pv_power", NOW).total == 3.0
    journal.append([Batch("pv", [Reading("inv1_power", NOW + 30 * SECOND, 1500.0)])])
    late = sites.present(store, "pv_power", NOW + 200 * SECOND)
    assert late.missing == ("pv",), "half a plant is no plant"


def test_a_window_on_one_grid(here: Two) -> None:
    store = here[1]
    found = sites.course(store, "active_power", START, NOW, points=10)
    assert found.step_us == 60 * SECOND
    frame = found.found.frame
    assert len(frame) == 10
    assert frame["value"].tolist()[:8] == [7.5] * 8
    assert frame["value"].isna().tolist()[8:] == [True, True], "c is missing, not zero"
    assert frame["present"].tolist() == [4] * 8 + [3] * 2
    assert found.found.missing() == {"c": 2}
    assert found.found.coverage_ratio["c"] == pytest.approx(0.8)
    assert found.sites["Nord"].tolist() == [3.0] * 10
    some = sites.course(store, "active_power", START, NOW, points=10, least=1)
    assert some.found.frame["value"].tolist() == [7.5] * 8 + [3.5] * 2
    two = sites.course(store, "active_power", START, NOW, "mean", points=10, devices=("a", "b"))
    assert two.found.frame["value"].tolist() == [1.5] * 10


def test_a_window_says_the_same_before_and_after_settling(here: Two) -> None:
    journal, store = here
    before = sites.course(store, "active_power", START + 30 * SECOND, NOW, points=10).found.frame
    settle(Settings(store=store.root, zone="Europe/Berlin", rules="1min,1h"), journal)
    after = sites.course(store, "active_power", START + 30 * SECOND, NOW, points=10).found.frame
    assert before.equals(after)


def test_what_cannot_be_summed_is_refused(here: Two) -> None:
    journal, store = here
    assert sites.quantities(store) == ["active_power"]
    with pytest.raises(QueryError, match="no device measures soc"):
        sites.present(store, "soc", NOW)
    journal.describe("e", "", "", [Signal("p", "active_power", "A")])
    journal.append([Batch("e", [Reading("p", NOW, 1.0)])])
    with pytest.raises(QueryError, match="do not add up"):
        sites.present(store, "active_power", NOW)
    with pytest.raises(UnknownDevice):
        store.device("z")


def test_figures_of_one_table_add_up(here: Two) -> None:
    """c ends two minutes early: what counts are the cells that it has too."""
    _, store = here
    found = sites.course(store, "active_power", START, NOW)
    common = sites.common_cells(found)
    frame = found.found.frame
    assert 0 < common.sum() < len(common)
    told = {name: sites.column_figures(frame[name], common) for name in ("value", *"abcd")}
    assert told["value"].mean == pytest.approx(sum(told[name].mean for name in "abcd"))
    assert told["a"].coverage_ratio == 1.0 and told["c"].coverage_ratio < 1.0
    assert told["c"].missing == len(common) - common.sum()
    ramp = frame["a"].copy()
    ramp[:] = np.where(common, 1.0, 99.0)
    assert sites.column_figures(ramp, common).most == 1.0
    assert sites.column_figures(ramp, ~common & False).most == 99.0, "its own, where none is common"
    assert sites.reach(found) == (START, NOW)
    assert sites.reach(sites.course(store, "active_power", START - HOUR, NOW)) == (START, NOW)
