"""Numbers in registers, against values worked out by hand."""

from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.registers import NumberType, decode, encode, length, limits, resolution

TYPES = get_args(NumberType)
ORDERS = ("big", "little")


@pytest.mark.parametrize(
    ("words", "kind", "word_order", "byte_order", "number"),
    [
        ([0xFFFE], "int16", "big", "big", -2),
        ([0xFFFE], "uint16", "big", "big", 65534),
        ([0x0102], "uint16", "big", "little", 0x0201),
        ([0xFFFF, 0xFFFE], "int32", "big", "big", -2),
        ([0xFFFE, 0xFFFF], "int32", "little", "big", -2),
        ([0x0001, 0x0000], "uint32", "big", "big", 65536),
        ([0x0001, 0x0000], "uint32", "little", "big", 1),
        ([0x0304, 0x0102], "uint32", "little", "big", 0x01020304),
        ([0x0201, 0x0403], "uint32", "big", "little", 0x01020304),
        ([0x8000, 0, 0, 0], "int64", "big", "big", -(2**63)),
        ([0xFFFF] * 4, "uint64", "big", "big", 2**64 - 1),
        ([0x4366, 0x6666], "float32", "big", "big", pytest.approx(230.4, rel=1e-7)),
        ([0x6666, 0x4366], "float32", "little", "big", pytest.approx(230.4, rel=1e-7)),
        ([0x3FF8, 0, 0, 0], "float64", "big", "big", 1.5),
    ],
)
def test_words_mean(words: list, kind: str, word_order: str, byte_order: str, number: float):
    assert decode(words, kind, word_order, byte_order) == number


def test_not_a_number_is_kept() -> None:
    assert math.isnan(decode([0x7FC0, 0], "float32"))


@given(st.data())
def test_what_is_written_is_read(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(TYPES))
    orders = data.draw(st.sampled_from(ORDERS)), data.draw(st.sampled_from(ORDERS))
    low, high = limits(kind)
    number = data.draw(
        st.floats(low, high, width=32 if kind == "float32" else 64)
        if kind.startswith("float")
        else st.integers(low, high)
    )
    words = encode(number, kind, *orders)
    assert len(words) == length(kind)
    assert decode(words, kind, *orders) == number


@pytest.mark.parametrize("kind", TYPES)
def test_what_does_not_fit_is_an_error(kind: str) -> None:
    if kind == "float64":
        return
    with pytest.raises(ValueError, match="does not fit"):
        encode(limits(kind)[1] * 2 + 2, kind)


def test_resolution() -> None:
    assert resolution("uint16", 5.0) == 1.0
    assert resolution("float32", 1024.0) == 2.0**-13
