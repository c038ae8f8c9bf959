"""The engine of alerts: hand-made readings with known answers, and any chunking the same."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.alert_evaluation import (
    WHOLE,
    DeviceMemory,
    Readings,
    device_memory_from,
    evaluate,
)
from core.analytics.alert_measures import (
    changes,
    drops,
    median_of_others,
    moved_while_still,
    sun_is_up,
    window_means,
)
from core.analytics.alerts import SECOND_US, Episode, Limit, Rule, When, joined_episodes
from core.errors import ConfigError

S = SECOND_US
TWO = (("warning", Limit(above=50.0)), ("error", Limit(above=100.0)))


def rule(**changed: object) -> Rule:
    told = {"name": "r", "condition": "threshold", "limits": TWO, "quantities": ("q",)} | changed
    return Rule(**told)  # type: ignore[arg-type]  # as a table of the file gives them


def us(*seconds: float) -> np.ndarray:
    return np.array([round(one * S) for one in seconds], np.int64)


def run(
    one: Rule, seconds: Sequence[float], values: Sequence[float], **more: object
) -> list[Episode]:
    memory = DeviceMemory()
    readings = Readings({"a": (us(*seconds), np.array(values, float))}, **more)  # type: ignore[arg-type]
    return evaluate(one, memory, readings, us(seconds[-1])[0] if len(seconds) else 0)


# --- threshold, hold, hysteresis ------------------------------------------------------------------


def test_a_value_beyond_its_limit_is_an_alert_from_its_first_reading_to_the_first_good_one() -> (
    None
):
    (one,) = run(rule(), [0, 10, 20, 30, 40], [10, 60, 70, 55, 50])
    assert (one.start, one.raised, one.end) == (10 * S, 10 * S, 40 * S)
    assert (one.severity, one.peak, one.peak_at, one.count) == ("warning", 70.0, 20 * S, 1)


def test_a_graver_limit_makes_the_same_alert_graver() -> None:
    (one,) = run(rule(), [0, 10, 20, 30, 40], [10, 60, 120, 60, 10])
    assert one.severity == "error"
    assert one.grades == (("warning", 10 * S), ("error", 20 * S))


def test_what_does_not_hold_is_none() -> None:
    held = rule(hold_s=15)
    assert run(held, [0, 10, 20], [60, 60, 10]) == []
    (one,) = run(held, [0, 10, 20], [60, 60, 60])
    assert (one.start, one.raised, one.end) == (0, 20 * S, None)


def test_readings_more_than_an_hour_apart_prove_nothing_in_between() -> None:
    assert run(rule(hold_s=60), [0, 3601], [60, 60]) == []
    assert len(run(rule(hold_s=60), [0, 3599], [60, 60])) == 1


def test_between_limit_and_clear_level_an_alert_goes_on() -> None:
    (one,) = run(rule(clear_by=5), [0, 10, 20, 30, 40], [60, 48, 60, 48, 45])
    assert (one.start, one.end, one.count) == (0, 40 * S, 1)


def test_a_flapping_signal_is_one_alert_that_counts() -> None:
    seconds = list(range(0, 200, 10))
    values = [60.0 if i % 2 == 0 else 10.0 for i in range(20)]
    (one,) = run(rule(clear_s=60), [*seconds, 300], [*values, 10.0])
    assert (one.start, one.count, one.end) == (0, 10, 190 * S)
    assert len(run(rule(), seconds, values)) == 10  # without it every one is its own


def test_below_and_above_at_once() -> None:
    grid = rule(limits=(("critical", Limit(above=260.0, below=180.0)),), clear_by=3)
    found = run(grid, [0, 10, 20, 30, 40], [230, 170, 182, 183, 265])
    assert [(one.start, one.end, one.peak) for one in found] == [
        (10 * S, 30 * S, 170.0), (40 * S, None, 265.0),
    ]  # fmt: skip


def test_a_state_is_bad_where_it_is_not_normal() -> None:
    flag = rule(condition="state", limits=(("critical", Limit()),))
    (one,) = run(flag, [0, 10, 20], [0, 3, 0])
    assert (one.start, one.end, one.peak, one.severity) == (10 * S, 20 * S, 3.0, "critical")


def test_nothing_is_raised_in_maintenance_and_what_goes_on_may_end() -> None:
    def may_open(ts: np.ndarray) -> np.ndarray:
        return (ts < 15 * S) | (ts >= 35 * S)

    seconds, values = [0, 10, 20, 30, 40, 50], [60, 10, 60, 60, 60, 10]
    found = run(rule(), seconds, values, may_open=may_open)
    assert [(one.start, one.end) for one in found] == [(0, 10 * S), (40 * S, 50 * S)]
    (kept,) = run(rule(), [0, 10, 20], [10, 60, 10], may_open=may_open)
    assert kept.end == 20 * S


def test_a_rule_holds_only_in_its_state() -> None:
    gate = (us(0, 25), np.array([50.0, 95.0]))
    only = rule(when=When("soc", above=20, below=90))
    found = run(only, [0, 10, 20, 30, 40], [10, 60, 10, 60, 60], gate=gate)
    assert [(one.start, one.end) for one in found] == [(10 * S, 20 * S)]


# --- several signals ------------------------------------------------------------------------------


def test_four_faults_at_once_are_four_alerts() -> None:
    ts = us(0, 10, 20)
    bad = np.array([10.0, 60.0, 10.0])
    signals = {name: (ts, bad) for name in "abcd"}
    found = evaluate(rule(per="signal"), DeviceMemory(), Readings(signals), 20 * S)
    assert sorted(one.signal for one in found) == ["a", "b", "c", "d"]
    rules = [rule(name=name) for name in "wxyz"]
    four = [evaluate(one, DeviceMemory(), Readings({"a": (ts, bad)}), 20 * S) for one in rules]
    assert [len(alerts) for alerts in four] == [1, 1, 1, 1]


def test_signals_of_one_device_are_one_alert_as_long_as_any_is_bad() -> None:
    signals = {
        "a": (us(0, 10, 20, 30, 40), np.array([10.0, 60, 60, 10, 10])),
        "b": (us(0, 10, 20, 30, 40), np.array([10.0, 10, 70, 120, 10])),
    }
    (one,) = evaluate(rule(), DeviceMemory(), Readings(signals), 40 * S)
    assert (one.start, one.end, one.signal) == (10 * S, 40 * S, "a")
    assert (one.peak, one.count, one.severity) == (120.0, 2, "error")


def test_alerts_that_do_not_overlap_stay_apart() -> None:
    first = Episode(0, 0, "warning", 60, 0, end=10, known=10, grades=(("warning", 0),))
    second = Episode(11, 11, "warning", 60, 11, end=20, known=20, grades=(("warning", 11),))
    assert joined_episodes(rule(), [second, first]) == [first, second]


# --- silence --------------------------------------------------------------------------------------

SILENT = rule(condition="missing", limits=(("error", Limit(above=300.0)),), quantities=())


def silence(beats: np.ndarray, until: float, **more: object) -> list[Episode]:
    readings = Readings({WHOLE: (beats, np.empty(0))}, **more)  # type: ignore[arg-type]
    return evaluate(SILENT, DeviceMemory(), readings, round(until * S))


def test_silence_begins_with_the_last_reading_and_ends_with_the_next() -> None:
    beats = us(*range(0, 660, 60), *range(2000, 2120, 60))
    (one,) = silence(beats, 2100)
    assert (one.start, one.raised, one.end) == (600 * S, 900 * S, 2000 * S)
    assert (one.severity, one.peak) == ("error", 1400.0)


def test_silence_goes_on_until_data_return() -> None:
    beats = us(*range(0, 660, 60))
    assert silence(beats, 899) == []
    (one,) = silence(beats, 1000)
    assert one.end is None


def test_a_slow_device_is_not_silent() -> None:
    assert silence(us(*range(0, 9000, 900)), 11_000) == []
    assert len(silence(us(*range(0, 9000, 900)), 8100 + 3601)) == 1


def test_silence_of_the_night_does_not_count() -> None:
    beats = us(*range(0, 660, 60), *range(40_000, 40_600, 60))
    day = [(0, 700 * S), (39_900 * S, 50_000 * S)]
    assert silence(beats, 40_540, spans=day) == []
    assert len(silence(beats, 40_540)) == 1


def test_a_device_that_sleeps_every_night_is_silent_by_habit() -> None:
    day, hour = 86_400, 3600
    awake = [np.arange(d * day + 7 * hour, d * day + 19 * hour, 60) for d in range(9)]
    awake[6] = awake[6][awake[6] < 6 * day + 12 * hour]  # an outage at noon of the seventh day
    awake[8] = awake[8][awake[8] > 8 * day + 13 * hour]  # and one of a morning
    beats = us(*np.concatenate(awake))
    found = silence(beats, 8 * day + 18 * hour)
    starts = [(one.start // (day * S), one.start % (day * S) // (hour * S)) for one in found]
    # Two nights are no habit yet; the outage begins at 12, the morning is awaited until 9.
    assert starts == [(0, 18), (1, 18), (6, 11), (7, 18)]
    assert found[-1].raised == (8 * day + 9 * hour - 60 + 60) * S
    memory, pieces = DeviceMemory(), {}
    low = -1
    for end in [*range(0, 8 * day, 7 * hour), 8 * day + 18 * hour]:
        memory = device_memory_from(json.loads(json.dumps(memory.as_json())))
        cut = beats[(beats > low * S) & (beats <= end * S)]
        for one in evaluate(SILENT, memory, Readings({WHOLE: (cut, np.empty(0))}), end * S):
            pieces[one.start] = one
        low = max(low, end)
    assert list(pieces.values()) == found


def test_silence_ends_with_a_device_that_ended_for_good() -> None:
    beats = us(0, 60, 120, 180, 240)

    def ask(memory: DeviceMemory, until: int, gone: int | None) -> list[tuple[int, int | None]]:
        readings = Readings({WHOLE: (beats, np.empty(0))}, gone=gone)
        return [(one.start // S, one.end and one.end // S)
                for one in evaluate(SILENT, memory, readings, until * S)]  # fmt: skip

    assert ask(DeviceMemory(), 2000, None) == [(240, None)]
    # Known before: from its end on silence is none, and one that would begin later never does.
    assert ask(DeviceMemory(), 2000, 1000 * S) == [(240, 1000)]
    assert ask(DeviceMemory(), 900, 1000 * S) == [(240, None)]
    assert ask(DeviceMemory(), 2000, 500 * S) == []  # after 260 s, the limit is 300
    assert ask(DeviceMemory(), 2000, 0) == []
    # Told afterwards: what is open ends, once.
    for gone, end in ((1000, 1000), (500, 500), (100, 240)):
        memory = DeviceMemory()
        assert ask(memory, 2000, None) == [(240, None)]
        assert ask(memory, 2000, gone * S) == [(240, end)]
        later = ask(memory, 3000, gone * S)
        assert later == ([(240, 1000)] if gone == 1000 else [])
    # Taken back: silent again.
    assert ask(memory, 3000, None) == [(240, None)]


# --- measures -------------------------------------------------------------------------------------


def test_rate_is_the_change_within_its_time() -> None:
    ts, change = changes({}, us(0, 30, 60, 90, 400), np.array([0.0, 1, 5, 6, 9]), 60 * S)
    assert ts.tolist() == us(0, 30, 60, 90, 400).tolist()
    assert np.array_equal(change, [np.nan, np.nan, 5.0, 5.0, np.nan], equal_nan=True)


def test_a_counter_that_falls_tells_by_how_much() -> None:
    _, share = drops({}, us(0, 1, 2, 3), np.array([100.0, 101, 2, 3]))
    assert np.allclose(share, [np.nan, 0, 99 / 101, 0], equal_nan=True)


def test_means_are_told_when_their_window_is_over() -> None:
    more: dict[str, object] = {}
    ts, mean = window_means(more, us(0, 30, 60, 90), np.array([1.0, 3, 5, 7]), 60 * S, 119 * S)
    assert (ts.tolist(), mean.tolist()) == ([60 * S], [2.0])
    ts, mean = window_means(more, us(100), np.array([9.0]), 60 * S, 120 * S)
    assert (ts.tolist(), mean.tolist()) == ([120 * S], [7.0])


def test_peers_leave_themselves_out() -> None:
    table = np.array([[10.0, 10, 4], [10.0, np.nan, 4]])
    reference = median_of_others(table)
    assert reference[0].tolist() == [7.0, 7.0, 10.0]
    assert np.isnan(reference[1, [0, 2]]).all()  # of two, nobody can say which is off


def test_charge_that_moves_while_a_value_stands_still() -> None:
    hour = 3600
    ts = us(0, hour, 2 * hour, 3 * hour)
    current = np.array([10.0, -10.0, 10.0, 10.0])
    value = np.array([50.0, 49.0, 51.0, 49.5])
    _, moved, _ = moved_while_still({}, ts, value, ts, current, integrate=True)
    assert moved.tolist() == [0.0, 0.0, 0.0, 0.0]
    still = np.array([49.0, 51.0, 50.0, 50.0, 50.0, 50.0])
    when = us(-20, -10, 0, hour, 2 * hour, 3 * hour)
    _, moved, stood = moved_while_still({}, when, still, ts, current, integrate=True)
    assert moved.tolist() == [0.0, 0.0, 0.0, 10.0, 20.0, 30.0]
    assert stood.tolist() == [-20 * S, -10 * S, 0, 0, 0, 0]


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 7])
def test_a_value_that_stands_is_an_alert_from_when_it_began_to_stand(cut: int) -> None:
    stuck = rule(condition="stuck", against="g", limits=(("warning", Limit(above=15.0)),))
    ts = us(*range(0, 90, 10))
    value = np.array([0.0, 9.0, 5.0, 5.0, 5.0, 5.0, 5.0, 4.0, 3.0])
    other = np.array([0.0, 5.0, 0.0, 8.0, 0.0, 8.0, 0.0, 0.0, 0.0])
    memory, found = DeviceMemory(), dict[object, Episode]()
    for part in (slice(0, cut), slice(cut, None)):
        readings = Readings({"a": (ts[part], value[part])}, reference=(ts[part], other[part]))
        for one in evaluate(stuck, memory, readings, int(ts[part][-1])):
            found[one.key] = one
        memory = device_memory_from(json.loads(json.dumps(memory.as_json())))
    (one,) = found.values()
    # It stands from 20 s; more than 15 have moved at 40 s.
    assert (one.start, one.raised, one.end, one.peak) == (20 * S, 40 * S, 70 * S, 32.0)


def test_still_at_the_greatest_value_so_far_is_no_fault() -> None:
    ts = us(0, 10, 20, 30)
    _, moved, _ = moved_while_still(
        {}, ts, np.array([1.0, 60, 60, 60]), ts, np.array([0.0, 5, 9, 0]), integrate=False
    )
    assert moved.tolist() == [0.0] * 4


def test_the_sun_over_munich() -> None:
    # Sunrise on 21 June 2025 in Munich is 03:13 UTC, on 21 December 07:01 UTC.
    day = np.array(["2025-06-21T03:00", "2025-06-21T04:30", "2025-06-21T11:00",
                    "2025-12-21T07:00", "2025-12-21T08:15", "2025-12-21T16:00"],
                   "datetime64[us]").astype(np.int64)  # fmt: skip
    place = {"latitude": 48.14, "longitude": 11.58}
    assert sun_is_up(day, place).tolist() == [False, True, True, False, True, False]


def test_an_inverter_behind_its_peers_is_told_by_the_hour() -> None:
    hours = np.arange(0, 12 * 3600, 600)
    full = np.where(hours < 6 * 3600, 10.0, 20.0)
    weak = full * np.where(hours < 3 * 3600, 1.0, 0.6)
    signals = {f"inv{i}": (us(*hours), full) for i in range(3)} | {"inv3": (us(*hours), weak)}
    peers = rule(
        condition="deviation", against="peers", mean_s=3600.0, hold_s=7200.0, per="signal",
        limits=(("warning", Limit(below=-0.15)), ("error", Limit(below=-0.30))),
    )  # fmt: skip
    (one,) = evaluate(peers, DeviceMemory(), Readings(signals), 12 * 3600 * S)
    assert (one.signal, one.start, one.raised) == ("inv3", 4 * 3600 * S, 6 * 3600 * S)
    assert (one.severity, round(one.peak, 3)) == ("error", -0.4)


# --- any chunking is the same ---------------------------------------------------------------------

RULES = [
    rule(hold_s=20, clear_s=30, clear_by=5),
    rule(per="signal", hold_s=15),
    rule(condition="state", limits=(("info", Limit()),), normal=(0.0, 10.0)),
    rule(condition="rate", over_s=20.0, limits=(("warning", Limit(above=40.0)),)),
    rule(condition="reset", limits=(("warning", Limit(above=0.5)),)),
    rule(condition="spread", limits=(("warning", Limit(above=70.0)),), clear_s=20),
    rule(mean_s=60.0),
    rule(when=When("g", above=20)),
    rule(condition="stuck", against="g", limits=(("warning", Limit(above=150.0)),)),
    rule(condition="deviation", against="peers", mean_s=30.0, per="signal",
         limits=(("warning", Limit(below=-0.2)),)),
    rule(condition="deviation", against="g", mean_s=30.0, relative=False,
         limits=(("warning", Limit(below=-30.0)),)),
    rule(condition="missing", limits=(("error", Limit(above=40.0)),), quantities=()),
]  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.data())
@pytest.mark.parametrize("one", RULES, ids=lambda r: f"{r.condition}-{RULES.index(r)}")
def test_any_chunking_gives_the_same_alerts(one: Rule, data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    cuts = sorted(data.draw(st.lists(st.integers(0, 1200), max_size=6)))
    random = np.random.default_rng(seed)
    signals, gate = {}, None
    for name in ("a", "b", "c", "g"):
        ts = np.unique(random.integers(0, 1200, random.integers(2, 90)))
        if random.random() < 0.5:
            ts = ts[(ts < 300) | (ts > 700)]
        value = random.choice([0.0, 10.0, 48.0, 60.0, 120.0], len(ts))
        timed = (us(*ts), np.repeat(value, 3)[: len(ts)])
        if name == "g":
            gate = timed
        else:
            signals[name] = timed
    if one.condition == "missing":
        beats = np.unique(np.concatenate([ts for ts, _ in signals.values()]))
        signals = {WHOLE: (beats, np.empty(0))}
    whole = feed(one, signals, gate, [1200])
    assert feed(one, signals, gate, [*cuts, 1200]) == whole


def feed(one: Rule, signals: dict, gate, ends: list[int]) -> list[Episode]:  # type: ignore[no-untyped-def,type-arg]
    """Alerts after pieces that end at `ends` [s]; the memory goes through JSON in between."""
    memory, latest, low = DeviceMemory(), {}, -1
    for end in ends:
        memory = device_memory_from(json.loads(json.dumps(memory.as_json())))
        cut = {name: piece(timed, low, end) for name, timed in signals.items()}
        other = piece(gate, low, end)
        readings = Readings(cut, reference=other, gate=other)
        for found in evaluate(one, memory, readings, end * S):
            key = (found.signal if one.per == "signal" else "", found.start)
            latest[key] = found
        low = end
    return [latest[key] for key in sorted(latest)]


def piece(timed, low: int, high: int):  # type: ignore[no-untyped-def]
    ts, value = timed
    mine = (ts > low * S) & (ts <= high * S)
    return ts[mine], value[mine] if len(value) else value


# --- rules that cannot be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"limits": ()}, "needs a limit"),
        ({"limits": (("loud", Limit(above=1.0)),)}, "severities"),
        ({"limits": (("error", Limit(above=1.0)), ("warning", Limit(above=2.0)))}, "mildest first"),
        ({"limits": (("warning", Limit(above=2.0)), ("error", Limit(above=1.0)))}, "must be"),
        ({"limits": (("warning", Limit()),)}, "neither above nor below"),
        ({"limits": (("error", Limit(above=1.0, below=2.0)),)}, "less than above"),
        ({"condition": "guess"}, "condition"),
        ({"condition": "rate"}, "over_s"),
        ({"condition": "deviation"}, "against"),
        ({"condition": "stuck"}, "against"),
        ({"quantities": ()}, "quantity"),
        ({"hold_s": -1.0}, "0 or more"),
        ({"limits": (("error", Limit(above=10.0, below=0.0)),), "clear_by": 6.0}, "clear_by"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_says_why(changed: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        rule(**changed)
