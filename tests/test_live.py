"""How collecting goes, from events and counts worked out by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StoreLocked
from core.journal import (
    COLLECTOR_START,
    COLLECTOR_STOP,
    DEVICE_STOP,
    FILE,
    Journal,
    collector_lock,
    open_journal,
)
from core.journal_records import Collected, DeviceState, Event, Tally
from core.ledger import create_ledger
from core.levels import HOUR, SECOND
from core.live import (
    ALIVE_US,
    LiveReport,
    Outage,
    errors_since,
    fresh_limit,
    last_values,
    live_report,
    outages,
    poll_rates,
    within,
)
from core.query import Store, open_store
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from tests.stores import scratch, us

NOW = us("2026-03-10T12:00:00Z")
MINUTE = 60 * SECOND


def event(device: str, at: int, kind: str, text: str = "") -> Event:
    return Event(device, at, kind, text)


# --- outages ------------------------------------------------------------------------------------


def test_an_outage_ends_when_the_device_answers() -> None:
    found = outages([
        event("a", 30, "outage_end"),
        event("a", 10, "outage_start", "NoAnswer: nothing within 3 s"),
        event("b", 20, "outage_start", "Unreachable: gone"),
    ])  # fmt: skip
    assert found == [
        Outage("b", 20, None, "Unreachable: gone"),
        Outage("a", 10, 30, "NoAnswer: nothing within 3 s"),
    ]
    assert [one.lasted(50) for one in found] == [30, 20]


def test_an_outage_is_cut_where_the_collector_ends() -> None:
    """What was down is not known to be down while nobody asks."""
    found = outages([
        event("a", 10, "outage_start", "x"),
        event("", 40, COLLECTOR_STOP),
        event("", 60, COLLECTOR_START),
        event("a", 61, "outage_start", "y"),
    ])  # fmt: skip
    assert found == [
        Outage("a", 61, None, "y"),
        Outage("", 40, 60, ""),
        Outage("a", 10, 40, "x", cut=True),
    ]


def test_a_killed_collector_says_nothing_until_it_begins_anew() -> None:
    found = outages([event("a", 10, "outage_start", "x"), event("", 60, COLLECTOR_START)])
    assert found == [Outage("a", 10, 60, "x", cut=True)]


def test_an_end_without_a_beginning_is_no_outage() -> None:
    assert outages([event("a", 5, "outage_end"), event("a", 6, "signals changed", "")]) == []


def test_outages_within_a_window() -> None:
    every = [Outage("a", 50, None, ""), Outage("b", 10, 20, ""), Outage("c", 10, 30, "")]
    assert [one.device for one in within(every, 20, 60)] == ["a", "c"]
    assert [one.device for one in within(every, 0, 50)] == ["b", "c"]


# --- rates --------------------------------------------------------------------------------------


def test_rates_are_means_of_the_last_minutes() -> None:
    """30 in the four whole minutes of the last five, and 3 in the first 30 s of the present."""
    now = NOW + 30 * SECOND
    tally = [Tally("a", NOW - k * MINUTE, 100, 0) for k in (9, 8, 7, 6)]
    tally += [Tally("a", NOW - k * MINUTE, 6, 1) for k in (4, 3, 2, 1)]
    tally += [Tally("a", NOW, 3, 0), Tally("b", NOW, 15, 15)]
    rates = poll_rates(tally, now)
    assert rates["a"] == pytest.approx(27 / 270)
    assert rates["b"] == pytest.approx(15 / 30)
    assert errors_since(tally) == {"a": 4, "b": 15}


def test_attempts_of_an_earlier_run_do_not_raise_the_rate() -> None:
    """140 in all, 100 of them before it began 20 s ago; the minute's count holds 25 of those."""
    began = NOW + 20 * SECOND
    state = DeviceState("a", "", "", False, 140, 0, None, None, "", None, None)
    told = {"a": Collected(began, 100)}
    tally = [Tally("a", NOW, 65, 0)]
    assert poll_rates(tally, NOW + 40 * SECOND, [state], told) == {"a": pytest.approx(2.0)}
    later = [Tally("a", NOW + k * MINUTE, 120, 0) for k in range(11)]
    assert poll_rates(later, NOW + 11 * MINUTE, [state], told) == {"a": pytest.approx(2.0)}


# --- a journal ----------------------------------------------------------------------------------


@pytest.fixture
def here() -> Iterator[tuple[Path, Journal, Store]]:
    """A store with a journal of four devices, the collector at work."""
    with scratch() as folder:
        root = folder / "store"
        create_ledger(root, zone="Europe/Berlin", rules="1min,1h").close()
        with open_journal(root / FILE, create=True) as journal:
            power = Signal("p", "active_power", "kW")
            for name in ("good", "late", "gone", "never"):
                journal.describe(name, "", "Nord", [power])
            journal.note_event("", NOW - HOUR, COLLECTOR_START, "")
            for name, ages in (("good", (3, 2, 1)), ("late", (122, 121, 120)), ("gone", (90,))):
                readings = [Reading("p", NOW - age * SECOND, float(age)) for age in ages]
                journal.append([Batch(name, readings)], received=NOW - 90 * SECOND)
                journal.note_poll(name, NOW - SECOND, 0.02, None)
            for name in ("gone", "never"):
                for k in range(3):
                    journal.note_poll(name, NOW - k * SECOND, None, "NoAnswer: nothing")
                journal.note_event(name, NOW - 80 * SECOND, "outage_start", "NoAnswer: nothing")
            journal.note_poll("good", NOW - 2 * HOUR, None, "BadAnswer: long ago")
            journal.note_alive(NOW - 2 * SECOND)
            store = open_store(root)
            yield root, journal, store
            store.close()


def report_of(store: Store, now: int = NOW) -> LiveReport:
    assert store.journal is not None
    return live_report(store, store.journal, now)


def test_state_of_each_device(here: tuple[Path, Journal, Store]) -> None:
    report = report_of(here[2])
    assert report.running
    found = {one.name: one for one in report.devices}
    assert [one.name for one in report.devices] == ["never", "gone", "late", "good"]
    assert [one.state for one in report.devices] == ["never", "outage", "silent", "up"]
    assert found["gone"].since == NOW - 80 * SECOND
    assert found["late"].since == found["late"].newest == NOW - 120 * SECOND
    assert found["never"].newest is None
    assert report.up == 1
    assert report.newest == NOW - SECOND
    assert (report.readings, report.oldest) == (7, NOW - 90 * SECOND)
    assert report.size > 0


def test_errors_of_the_last_hour_alone(here: tuple[Path, Journal, Store]) -> None:
    report = report_of(here[2])
    assert {one.name: one.errors for one in report.devices} == {
        "good": 0, "late": 0, "gone": 3, "never": 3,
    }  # fmt: skip
    good = next(one for one in report.devices if one.name == "good")
    assert good.about.errors == 1, "all that ever were"


def test_nobody_is_up_while_no_collector_is_at_work(here: tuple[Path, Journal, Store]) -> None:
    _, journal, store = here
    killed = report_of(store, NOW + ALIVE_US)
    assert not killed.running
    assert {one.state for one in killed.devices} == {"stopped"}
    assert {one.since for one in killed.devices} == {NOW - 2 * SECOND}
    journal.note_event("", NOW, COLLECTOR_STOP, "")
    stopped = report_of(store, NOW + SECOND)
    assert not stopped.running
    assert {one.since for one in stopped.devices} == {NOW}
    assert stopped.polls_per_s == 0


def test_a_sign_of_life_outweighs_the_end_of_another_run(
    here: tuple[Path, Journal, Store],
) -> None:
    _, journal, store = here
    journal.note_event("", NOW, COLLECTOR_STOP, "")
    assert not report_of(store, NOW + SECOND).running
    journal.note_alive(NOW + 2 * SECOND)
    report = report_of(store, NOW + 3 * SECOND)
    assert report.running and report.up == 1
    assert not [one for one in report.outages if not one.device and one.end is None]


def test_devices_taken_out_are_counted_nowhere(here: tuple[Path, Journal, Store]) -> None:
    _, journal, store = here
    assert report_of(store).former == (), "a journal that was never told leaves nobody out"
    for name in ("good", "late"):
        journal.note_collected(name, NOW - HOUR)
    report = report_of(store)
    assert [one.name for one in report.devices] == ["late", "good"]
    assert report.former == ("gone", "never")
    assert (report.errors, report.up) == (0, 1)
    journal.note_event("gone", NOW, DEVICE_STOP, "")
    (outage,) = [one for one in report_of(store).outages if one.device == "gone"]
    assert (outage.end, outage.cut) == (NOW, True)


def test_what_brings_the_readings_of_others_is_up(here: tuple[Path, Journal, Store]) -> None:
    _, journal, store = here
    journal.describe("hub", "", "", [Signal("p", "active_power", "kW")])
    journal.note_poll("hub", NOW - HOUR, 0.0, None)
    journal.note_collected("hub", NOW - HOUR, hub=True)
    journal.note_collected("good", NOW - HOUR, by="hub")
    journal.note_collected("gone", NOW - HOUR, by="other")
    hub = next(one for one in report_of(store).devices if one.name == "hub")
    assert (hub.state, hub.feeds, hub.newest) == ("up", ("good",), None)
    journal.forget_collected({"hub"})
    assert set(journal.collected() or {}) == {"hub", "good"}, "who it brings stays with it"
    journal.forget_collected({"late"})
    assert journal.collected() == {}, "nobody is collected, which is not to say nothing was told"
    assert report_of(store).devices == ()


def test_without_a_good_reading_a_device_that_answers_is_silent(
    here: tuple[Path, Journal, Store],
) -> None:
    _, journal, store = here
    journal.describe("mute", "", "", [Signal("p")])
    journal.note_poll("mute", NOW - SECOND, 0.02, None)
    mute = next(one for one in report_of(store).devices if one.name == "mute")
    assert (mute.state, mute.since) == ("silent", None)


def test_one_collector_or_several_that_share(tmp_path: Path) -> None:
    path = tmp_path / FILE

    def refused(*, shared: bool) -> bool:
        try:
            with collector_lock(path, shared=shared):
                return False
        except StoreLocked as error:
            assert f"process {os.getpid()};" in str(error)
            return True

    with collector_lock(path):
        assert refused(shared=False) and refused(shared=True)
    with collector_lock(path, shared=True):
        assert refused(shared=False) and not refused(shared=True)
    assert not refused(shared=False)


def test_attempts_are_forgotten_after_days(here: tuple[Path, Journal, Store]) -> None:
    _, journal, _ = here
    assert {one.device for one in journal.tally(NOW - HOUR)} == {"good", "late", "gone", "never"}
    assert sum(one.polls for one in journal.tally(NOW - 3 * HOUR) if one.device == "good") == 2
    journal.forget({}, now=NOW + 48 * HOUR)
    assert all(one.minute >= NOW for one in journal.tally(0))


def test_newest_values_with_their_quality(here: tuple[Path, Journal, Store]) -> None:
    _, journal, _ = here
    bad = Reading("p", NOW, float("nan"), Quality.DECODE_ERROR)
    cell = Signal("bms1_p1_v1", "cell_voltage", "V", pack=1, cell=1)
    journal.describe("good", "", "Nord", [cell])
    journal.append([Batch("good", [bad, Reading("bms1_p1_v1", NOW, 3.3)])])
    power, volts = last_values(journal, "good", NOW + SECOND)
    assert (power.quality, power.good_value, power.good_ts) == (
        Quality.DECODE_ERROR, 1.0, NOW - SECOND,
    )  # fmt: skip
    assert power.age_us == SECOND
    assert volts.signal.cell == 1, "cells come last"


def test_how_old_is_old() -> None:
    assert fresh_limit({"p": 30 * SECOND}, "p") == 120 * SECOND
    assert fresh_limit({"p": SECOND}, "p") == 60 * SECOND
    assert fresh_limit({}, "p") == 60 * SECOND
