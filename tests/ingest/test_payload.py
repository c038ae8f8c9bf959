"""Paths, values and times in what brokers and web servers send."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.readings import Quality, Reading
from ingest.payload import (
    Absent,
    Clock,
    Decoder,
    PayloadPoint,
    as_number,
    find,
    merged,
    parse_path,
    read_document,
)
from tests.ingest.listening import device

UNQUOTED = set('"\n')  # cannot stand inside quotes of a path
DOCUMENT = {"a": {"b": [1, {"c.d": 2}]}, "x y": 3, "$": 4, "": 5}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", DOCUMENT),
        ("$", DOCUMENT),
        ("a.b[0]", 1),
        ("$.a.b[0]", 1),
        ("a.b[-1]['c.d']", 2),
        ('a["b"][1]["c.d"]', 2),
        ("x y", 3),
        ('["$"]', 4),
        ('[""]', 5),
    ],
)
def test_paths(path: str, value: Any) -> None:
    assert find(DOCUMENT, path) == value


@pytest.mark.parametrize(
    "path", ["b", "a.b[2]", "a.b[-3]", "a[0]", "a.b.c", "a.b[0].c", "a.b[0][0]"]
)
def test_paths_to_nothing(path: str) -> None:
    with pytest.raises(Absent, match="nothing at"):
        find(DOCUMENT, path)


@pytest.mark.parametrize(
    "path", ["a..b", ".a", "a.", "a[b]", "a[", "a]", "a['b\"]", "a[1.5]", "$$"]
)
def test_paths_that_cannot_be(path: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        parse_path(path)


@given(st.lists(st.one_of(st.integers(0, 3), st.text(min_size=0, max_size=5)), max_size=5))
def test_every_place_has_a_path(steps: list[str | int]) -> None:
    places = [step for step in steps if isinstance(step, int) or not set(step) & UNQUOTED]
    quoted = [f"[{step}]" if isinstance(step, int) else f'["{step}"]' for step in places]
    assert parse_path("".join(quoted)) == tuple(places)
    document: Any = "found"
    for step in reversed(places):
        document = {step: document} if isinstance(step, str) else [None] * step + [document]
    assert find(document, "".join(quoted)) == "found"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0), (-2.5, -2.5), (True, 1.0), (False, 0.0), ("3.5", 3.5), (" -1e3 ", -1000.0),
        ("on", 1.0), ("1_000", None), ("0x10", None), ("nan", None), ("inf", None), ("", None),
        ("3,5", None), ([1], None), ({}, None), (10**400, None), ("1e99999", None),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: float | None) -> None:
    assert as_number(value, {"on": 1.0}) == number


@pytest.mark.parametrize("payload", [b"NaN", b"Infinity", b"1e999"])
def test_numbers_that_are_none_are_decode_errors(payload: bytes) -> None:
    reading = PayloadPoint(signal="x").found_in(read_document(payload), 0)
    assert reading is not None and reading.quality is Quality.DECODE_ERROR


@pytest.mark.parametrize(
    ("payload", "told"),
    [(b"{", "no JSON"), (b"\xff", "UTF-8"), (b"[" * 100_000, "deep"), (b"1" * 1_048_577, "bytes")],
)
def test_documents_of_no_use(payload: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_document(payload)


def test_words_are_documents_where_nothing_else_is_wanted() -> None:
    assert read_document(b"ON", bare=True) == "ON"
    assert read_document(b"\xef\xbb\xbf-3.5") == -3.5


# --- time ---------------------------------------------------------------------------------------

SUMMER = 1_790_000_000_000_000


@pytest.mark.parametrize(
    ("told", "form", "zone"),
    [
        (1_790_000_000, "s", "UTC"),
        (1_790_000_000.0, "s", "UTC"),
        ("1790000000", "s", "UTC"),
        (1_790_000_000_000, "ms", "UTC"),
        (1_790_000_000_000_000, "us", "UTC"),
        (1_790_000_000_000_000_999, "ns", "UTC"),
        ("2026-09-21T14:13:20Z", "iso", "UTC"),
        ("2026-09-21T16:13:20+02:00", "iso", "UTC"),
        ("2026-09-21 16:13:20", "iso", "Europe/Berlin"),
        ("21.09.2026 16:13:20", "%d.%m.%Y %H:%M:%S", "Europe/Berlin"),
        ("21.09.2026 14:13:20 +0000", "%d.%m.%Y %H:%M:%S %z", "Europe/Berlin"),
    ],
)
def test_times(told: Any, form: str, zone: str) -> None:
    assert Clock("t", form, zone).at({"t": told}, 0) == SUMMER


@pytest.mark.parametrize(
    ("told", "form"),
    [("soon", "iso"), (5, "iso"), (5, "s"), (None, "s"), (True, "s"), ("x", "s"), (math.inf, "s"),
     ("31.02.2026", "%d.%m.%Y"), (10**30, "ns")],
)  # fmt: skip
def test_times_that_cannot_be(told: Any, form: str) -> None:
    with pytest.raises(ValueError):
        Clock("t", form).at({"t": told}, 0)


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_comes_twice_is_the_one_that_just_was(hour: int) -> None:
    arrival = round(datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC).timestamp() * 1e6)
    found = Clock("t", "iso", "Europe/Berlin").at({"t": "2026-10-25T02:30:00"}, arrival)
    assert arrival - found == 5_000_000


# --- messages -----------------------------------------------------------------------------------


def decoder(device_from: int | None, clock: Clock | None = None) -> Decoder:
    """A decoder of topics."""
    spec = device("mqtt", {"host": "h", "topic": "t"}, [{"signal": "x"}])
    return Decoder(spec, clock or Clock(None), "/", device_from)


@pytest.mark.parametrize("topic", ["a", "a/", "a/ ", "a/" + "b" * 200, "a/b\x07"])
def test_topics_that_name_no_device(topic: str) -> None:
    one = decoder(2)
    decoded = one.decode(topic, b"1", [PayloadPoint(signal="x")], 7)
    assert decoded.refused == "no device" and decoded.batch.device == "dev"
    assert one.refused == {("dev", "no device"): 1}


@given(st.binary(max_size=200))
def test_no_bytes_break_a_decoder(payload: bytes) -> None:
    points = [PayloadPoint(signal="x", path="a.b[0]"), PayloadPoint(signal="y")]
    for clock in (Clock(None), Clock("t", "s"), Clock("", "ms")):
        decoded = decoder(None, clock).decode("t", payload, points, 1)
        assert {one.signal for one in decoded.batch.readings} == {"x", "y"}


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abt"), inner),
))  # fmt: skip
def test_no_document_breaks_a_decoder(document: Any) -> None:
    points = [PayloadPoint(signal="x", path="a.b[0]"), PayloadPoint(signal="y", path="a")]
    for form in ("iso", "s", "%Y"):
        decoded = decoder(None, Clock("t", form)).decode(
            "t", json.dumps(document).encode(), points, 1
        )
        assert len(decoded.batch.readings) == 2


def test_readings_of_a_device_go_together_in_order() -> None:
    one, point = decoder(1), [PayloadPoint(signal="x")]
    batches = [one.decode(topic, b"1", point, at).batch
               for at, topic in enumerate(["b", "a", "b", "c"])]  # fmt: skip
    found = [
        (batch.device, [reading.ts for reading in batch.readings]) for batch in merged(batches)
    ]
    assert found == [("b", [0, 2]), ("a", [1]), ("c", [3])]


def test_what_is_measured_is_never_true() -> None:
    def read(payload: bytes, **told: Any) -> Reading | None:
        return PayloadPoint(**told).found_in(read_document(payload), 0)

    bad = Reading("active_power", 0, math.nan, Quality.DECODE_ERROR)
    assert str(read(b"true", signal="active_power")) == str(bad)
    assert str(read(b"false", signal="x", unit="kW")) == str(bad._replace(signal="x"))
    assert read(b"true", signal="door_alarm") == Reading("door_alarm", 0, 1.0), "by its name"
    assert read(b"true", signal="x", kind="state") == Reading("x", 0, 1.0)
    assert read(b"true", signal="x", texts={"true": 5.0}) == Reading("x", 0, 5.0)
