"""Strings and cells against their peers at one moment, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.journal_records import LastValue
from core.levels import SECOND
from core.live_charts import part_colours
from core.peers import at_moment, find_peers, missing_signals
from core.readings import Quality
from core.signals import Signal, load_catalogue

NOW = 1_800_000_000 * SECOND


def value(
    name: str, number: float, age_s: float = 0.0, *, quality: Quality = Quality.GOOD
) -> LastValue:
    """Newest reading of a signal; a bad one was good a minute before."""
    signal = load_catalogue().describe(name)
    ts = NOW - round(age_s * SECOND)
    good = ts if quality is Quality.GOOD else ts - 60 * SECOND
    told = number if quality is Quality.GOOD else math.nan
    return LastValue(signal, ts, told, quality, NOW - ts, good, number)


def test_strings_stand_in_one_row() -> None:
    values = [value(f"string{n}_current", float(n)) for n in (1, 2, 10)]
    values += [value(f"string{n}_voltage", 400.0) for n in (1, 2)]  # two are too few
    values += [value(f"voltage_l{n}", 230.0) for n in (1, 2, 3)]  # phases are no peers
    values += [value(f"inv1_current_l{n}", 5.0) for n in (1, 2, 3)]
    (peers,) = find_peers(values)
    assert (peers.name, peers.rows, peers.columns) == ("string#_current", ("",), (1, 2, 10))
    assert peers.signals == (("string1_current", "string2_current", "string10_current"),)
    moment = at_moment(peers, values)
    np.testing.assert_allclose(moment.deviation, [[-1.0, 0.0, 8.0]])
    assert moment.median.tolist() == [2.0]


def test_cells_are_compared_within_their_pack() -> None:
    volts = {1: (3.30, 3.31, 3.35), 2: (3.20, 3.21, 3.10)}
    values = [
        value(f"bms1_p{p}_v{c}", v) for p, row in volts.items() for c, v in enumerate(row, 1)
    ]  # fmt: skip
    (peers,) = find_peers(values)
    assert (peers.name, peers.quantity) == ("bms1_p#_v#", "cell_voltage")
    assert (peers.rows, peers.columns) == (("1", "2"), (1, 2, 3))
    moment = at_moment(peers, values)
    np.testing.assert_allclose(moment.median, [3.31, 3.20])
    np.testing.assert_allclose(moment.deviation, [[-0.01, 0, 0.04], [0, 0.01, -0.10]], atol=1e-12)
    every = at_moment(peers, values, by_row=False)
    np.testing.assert_allclose(every.median, [3.255, 3.255])


def test_only_readings_of_the_same_moment_count() -> None:
    """One is 6 s old, one was good a minute ago: both are missing, neither is zero."""
    values = [
        value("string1_current", 9.0, 0.4), value("string2_current", 8.0, 4.0),
        value("string3_current", 7.0, 6.0), value("string4_current", 6.0, 0.0),
        value("string5_current", 5.0, 0.0, quality=Quality.NO_VALUE),
    ]  # fmt: skip
    (peers,) = find_peers(values)
    moment = at_moment(peers, values)
    assert moment.ts == NOW
    np.testing.assert_allclose(moment.values, [[9.0, 8.0, math.nan, 6.0, math.nan]])
    np.testing.assert_allclose(moment.deviation, [[1.0, 0.0, math.nan, -2.0, math.nan]])
    assert missing_signals(peers, moment) == ["string3_current", "string5_current"]
    assert moment.missing == 2
    assert moment.age_us[0, 2] == 6 * SECOND


def test_two_that_are_left_are_not_compared() -> None:
    values = [value("string1_current", 9.0), value("string2_current", 1.0)]
    values.append(value("string3_current", 5.0, 60.0))
    (peers,) = find_peers(values)
    moment = at_moment(peers, values)
    assert np.isnan(moment.deviation).all()
    assert np.isfinite(moment.values).sum() == 2


def test_a_string_may_be_absent_from_an_inverter() -> None:
    names = ["inv1_string1_current", "inv1_string2_current", "inv2_string1_current"]
    signals = [Signal(name, "pv_string_current", "A") for name in names]
    values = [LastValue(s, NOW, 4.0, Quality.GOOD, 0, NOW, 4.0) for s in signals]
    (peers,) = find_peers(values)
    assert peers.signals == (
        ("inv1_string1_current", "inv1_string2_current"), ("inv2_string1_current", ""),
    )  # fmt: skip
    moment = at_moment(peers, values)
    assert missing_signals(peers, moment) == [], "what is not there cannot be missing"
    np.testing.assert_allclose(moment.median, [4.0, 4.0])


def test_nothing_good_gives_no_moment() -> None:
    signals = [Signal(f"string{n}_current", "pv_string_current", "A") for n in (1, 2, 3)]
    values = [LastValue(s, NOW, math.nan, Quality.NO_VALUE, 0, None, None) for s in signals]
    (peers,) = find_peers(values)
    moment = at_moment(peers, values)
    assert moment.ts is None
    assert np.isnan(moment.values).all()
    assert len(missing_signals(peers, moment)) == 3


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=24), st.floats(-20, 20))
def test_a_deviation_does_not_depend_on_what_all_share(rows: list[float], shift: float) -> None:
    def deviations(extra: float) -> np.ndarray:
        values = [value(f"string{n}_current", one + extra) for n, one in enumerate(rows, 1)]
        return at_moment(find_peers(values)[0], values).deviation

    np.testing.assert_allclose(deviations(shift), deviations(0.0), atol=1e-9)
    assert float(np.median(deviations(0.0))) == pytest.approx(0.0, abs=1e-9)


def test_colours_are_centred_and_a_missing_part_has_none() -> None:
    values = np.array([[-2.0, 0.0, math.nan, 1.0]])
    colours, low, high = part_colours(values, centred=True)
    assert (low, high) == (-2.0, 2.0)
    assert colours[0][0] == "rgb(29, 79, 145)", "as far below as the scale goes"
    assert colours[0][1] == "rgb(244, 244, 242)", "the middle is at zero"
    assert colours[0][2] == ""
    assert part_colours(values, centred=False)[1:] == (-2.0, 1.0)
    same, _, _ = part_colours(np.array([[3.0, 3.0]]), centred=False)
    assert same[0][0] == same[0][1] != ""
    nothing, low, _ = part_colours(np.full((1, 2), math.nan), centred=True)
    assert (nothing, math.isnan(low)) == ([["", ""]], True)
