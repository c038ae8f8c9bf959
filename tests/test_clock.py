"""Wall clock to UTC: against the zone database row by row, and against pandas on whole days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.levels import HOUR, MINUTE, SECOND
from ingest.clock import ClockState, Times, to_utc

ZONES = (
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
    "+05:30",
)
EPOCH = datetime(1970, 1, 1)


def us(text: str) -> int:
    return round((datetime.fromisoformat(text) - EPOCH).total_seconds()) * SECOND


def local_of(utc: Times, zone: str) -> Times:
    """Slow twin: the wall clock of each instant, asked one by one."""
    if zone == "+05:30":
        return utc + 5 * HOUR + 30 * MINUTE
    info = ZoneInfo(zone)
    shown = [datetime.fromtimestamp(t / 1e6, UTC).astimezone(info) for t in utc.tolist()]
    return np.array([round((t.replace(tzinfo=None) - EPOCH).total_seconds()) for t in shown]) * (
        SECOND
    )


@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 365 * 40),
    step=st.sampled_from([1, 5, 7, 15, 30]),
    season=st.sampled_from([0, 1]),
    cuts=st.lists(st.integers(0, 400), max_size=4),
)
def test_regular_rows_come_back_in_any_batches(
    zone: str, day: int, step: int, season: int, cuts: list[int]
) -> None:
    # Half of the draws sit on a European change of 1980..2039, where it matters.
    start = us("1980-01-01") + day * 24 * HOUR
    if season:
        year = 1980 + day % 60
        start = us(f"{year}-10-24") + (day % 6) * 24 * HOUR
    utc = start + np.arange(400, dtype=np.int64) * step * MINUTE
    local = local_of(utc, zone)
    # A file cannot begin inside a repeated hour and still say which pass it is in.
    opening = local_of(utc[:1] - 2 * HOUR, zone)[0] + 2 * HOUR
    if opening != local[0]:
        return
    state, parts = ClockState(), []
    for piece in np.split(local, sorted(cuts)):
        got, bad, state = to_utc(piece, zone, state)
        assert not bad.any()
        parts.append(got)
        state = ClockState.from_dict(state.as_dict())
    np.testing.assert_array_equal(np.concatenate(parts), utc)


@pytest.mark.parametrize("step", ["1h", "30min", "15min", "1min", "20s"])
@pytest.mark.parametrize("day", ["2024-10-27", "2024-03-31", "2023-10-29", "2025-07-01"])
def test_whole_days_agree_with_pandas(step: str, day: str) -> None:
    index = pd.date_range(day, periods=1, tz="Europe/Berlin")
    full = pd.date_range(index[0], index[0] + pd.DateOffset(days=1), freq=step, inclusive="left")
    naive = full.tz_localize(None)
    expected = naive.tz_localize("Europe/Berlin", ambiguous="infer").tz_convert("UTC")
    local = naive.as_unit("us").asi8
    got, bad, _ = to_utc(local, "Europe/Berlin")
    assert not bad.any()
    np.testing.assert_array_equal(got, expected.tz_localize(None).as_unit("us").asi8)


def test_hour_that_does_not_exist() -> None:
    local = np.array([us("2024-03-31 01:59"), us("2024-03-31 02:30"), us("2024-03-31 03:00")])
    _, bad, _ = to_utc(local, "Europe/Berlin")
    assert bad.tolist() == [False, True, False]
    moved, bad, _ = to_utc(local, "Europe/Berlin", nonexistent="shift")
    assert not bad.any()
    assert moved.tolist() == [
        us("2024-03-31 00:59"),
        us("2024-03-31 01:30"),  # 03:30 summer time
        us("2024-03-31 01:00"),
    ]


def test_hourly_label_that_is_repeated() -> None:
    local = np.array([us(f"2024-10-27 {h}:00") for h in ("01", "02", "02", "03")])
    got, _, _ = to_utc(local, "Europe/Berlin")
    assert np.diff(got).tolist() == [HOUR] * 3


def test_repeated_reading_is_not_a_second_pass() -> None:
    # A logger every minute that sent 02:10 twice: the same minute, still summer time.
    minutes = ["02:09", "02:10", "02:10", "02:11"]
    local = np.array([us(f"2024-10-27 {m}") for m in minutes])
    got, _, _ = to_utc(local, "Europe/Berlin")
    assert ((local - got) == 2 * HOUR).all()


def quarter_labels(day: str, kind: str) -> tuple[Times, Times]:
    """Labels of a day's quarter hours at their end, and the starts they mean."""
    begin = pd.Timestamp(day, tz="Europe/Berlin")
    starts = pd.date_range(begin, begin + pd.DateOffset(days=1), freq="15min", inclusive="left")
    utc = starts.tz_convert("UTC").tz_localize(None).as_unit("us").asi8
    if kind == "true end":
        ends = starts + pd.Timedelta("15min")
        return ends.tz_localize(None).as_unit("us").asi8, utc
    return starts.tz_localize(None).as_unit("us").asi8 + 15 * MINUTE, utc


@pytest.mark.parametrize("kind", ["wall start plus interval", "true end"])
@pytest.mark.parametrize("day", ["2024-03-31", "2024-10-27", "2024-06-01"])
@pytest.mark.parametrize("pieces", [1, 7, 50])
def test_labels_of_interval_ends(kind: str, day: str, pieces: int) -> None:
    label, utc = quarter_labels(day, kind)
    state, parts = ClockState(), []
    for piece in np.array_split(label, pieces):
        got, bad, state = to_utc(piece, "Europe/Berlin", state, end_of_us=15 * MINUTE)
        assert not bad.any()
        parts.append(got)
    np.testing.assert_array_equal(np.concatenate(parts), utc)


def test_unsorted_rows_away_from_changes() -> None:
    local = np.array([us("2024-07-01 12:00"), us("2023-01-01 12:00"), us("2024-07-01 11:00")])
    got, _, _ = to_utc(local, "Europe/Berlin")
    assert (local - got).tolist() == [2 * HOUR, HOUR, 2 * HOUR]


def test_unknown_zone() -> None:
    with pytest.raises(ConfigError, match="Mars/Olympus"):
        to_utc(np.array([0]), "Mars/Olympus")
