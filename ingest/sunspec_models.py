"""SunSpec models: what their registers mean, by the SunSpec Alliance's own definitions.

The definitions are those of the package pysunspec2. A model is a number, a length and registers
whose meaning the number gives; some hold blocks that repeat, as often as a value says or as fit.

References
----------
SunSpec Device Information Model Specification, version 1.1, SunSpec Alliance 2022.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.registers import decode, encode, limits, resolution

# Fails here, at import, where the package is missing: the caller says how to install it.
_DEFINITIONS = files("sunspec2") / "models" / "json"
MARK = (0x5375, 0x6E53)  # "SunS"
END = 0xFFFF
_HEAD = 2  # registers of number and length, which the length does not count
# How the types are written, and the value that means "not implemented".
_NUMBERS: dict[str, tuple[str, float]] = {
    "int16": ("int16", -(2**15)), "sunssf": ("int16", -(2**15)), "uint16": ("uint16", 2**16 - 1),
    "count": ("uint16", 2**16 - 1), "acc16": ("uint16", 0), "enum16": ("uint16", 2**16 - 1),
    "bitfield16": ("uint16", 2**16 - 1), "int32": ("int32", -(2**31)),
    "uint32": ("uint32", 2**32 - 1), "acc32": ("uint32", 0), "enum32": ("uint32", 2**32 - 1),
    "bitfield32": ("uint32", 2**32 - 1), "int64": ("int64", -(2**63)),
    "uint64": ("uint64", 2**64 - 1), "acc64": ("uint64", 0),
    "float32": ("float32", math.nan), "float64": ("float64", math.nan),
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """Where a value of a model is, counted from the register of the model's number.

    Attributes
    ----------
    path : name, with the blocks that hold it: ``W``, ``module[2].DCA``, ``Crv[1].Pt[3].V``.
    scale : place of its power of ten, the power itself, or None where it has none.
    """

    path: str
    type: str
    start: int
    count: int
    units: str
    label: str
    scale: Value | int | None

    @property
    def is_number(self) -> bool:
        """Whether it is one of the numeric types."""
        return self.type in _NUMBERS


@cache
def definition(number: int) -> Mapping[str, Any] | None:
    """Top group of a model's definition; None for a model that is not known."""
    path = _DEFINITIONS / f"model_{number}.json"
    if not path.is_file():
        return None
    group: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["group"]
    return group


# How many blocks of a group there are: its definition, its path, values so far, first register.
Counts = Callable[[Mapping[str, Any], str, Mapping[str, Value], int], int]


def lay_out(number: int, counts: Counts) -> dict[str, Value]:
    """All values of a model by path, with as many blocks as `counts` says; empty if unknown."""
    top = definition(number)
    if top is None:
        return {}
    found: dict[str, Value] = {}
    _place(top, "", 0, {}, found, counts)
    return found


def _place(
    group: Mapping[str, Any], path: str, start: int, scales: Mapping[str, Value],
    found: dict[str, Value], counts: Counts,
) -> int:  # fmt: skip
    """Place a block and what is in it; the register behind it."""
    at = start
    for point in group["points"]:
        at += point["size"]
    scales = dict(scales)
    places = {}
    for point in group["points"]:
        if point["type"] == "sunssf":
            scales[point["name"]] = _value(point, path, start + _offset(group, point), None)
    for point in group["points"]:
        told = point.get("sf")
        scale = scales.get(told) if isinstance(told, str) else told
        places[point["name"]] = _value(point, path, start + _offset(group, point), scale)
    found.update({one.path: one for one in places.values()})
    for inner in group.get("groups", ()):
        if inner.get("count") is None:
            at = _place(inner, f"{path}{inner['name']}.", at, scales, found, counts)
            continue
        for index in range(1, counts(inner, path + inner["name"], found, at) + 1):
            at = _place(inner, f"{path}{inner['name']}[{index}].", at, scales, found, counts)
    return at


def _offset(group: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    offset = 0
    for point in group["points"]:
        if point is wanted:
            break
        offset += point["size"]
    return offset


def _value(
    point: Mapping[str, Any], path: str, start: int, scale: Value | int | None
) -> Value:  # fmt: skip
    return Value(
        path + point["name"], point["type"], start, point["size"], point.get("units", ""),
        point.get("label", ""), scale,
    )  # fmt: skip


def _size(group: Mapping[str, Any]) -> int:
    """Registers of one block; what repeats inside counts once."""
    inner = sum(_size(one) for one in group.get("groups", ()))
    return int(sum(point["size"] for point in group["points"])) + inner


def told_by(words: Sequence[int]) -> Counts:
    """Counts of blocks as the registers of a model tell them."""

    def count(group: Mapping[str, Any], path: str, found: Mapping[str, Value], at: int) -> int:
        said = group["count"]
        fit = max(len(words) - at, 0) // _size(group)
        if said == 0:
            return fit
        if isinstance(said, int):
            return min(said, fit)
        place = found.get(said)
        told = None if place is None else number_of(place, words)
        return 0 if told is None else min(int(told), fit)

    return count


def values_of(number: int, words: Sequence[int]) -> dict[str, Value]:
    """Values of a model that a device has; one of an older edition has fewer.

    Parameters
    ----------
    words : registers of the model, from that of its number on.
    """
    placed = lay_out(number, told_by(words))
    return {path: one for path, one in placed.items() if one.start + one.count <= len(words)}


def number_of(value: Value, words: Sequence[int]) -> float | None:
    """Number at a place, unscaled; None where the device says "not implemented"."""
    own = words[value.start : value.start + value.count]
    return number_in(value, own)


def number_in(value: Value, own: Sequence[int]) -> float | None:
    """Number in the registers of a value, unscaled; None for "not implemented"."""
    kind, none = _NUMBERS[value.type]
    found = decode(own, kind)
    return None if found == none or (math.isnan(found) and math.isnan(none)) else found


def text_of(value: Value, words: Sequence[int]) -> str:
    """Text at a place."""
    own = words[value.start : value.start + value.count]
    return struct.pack(f">{len(own)}H", *own).split(b"\0")[0].decode("utf-8", "replace").strip()


def number_limits(value: Value) -> tuple[float, float]:
    """Least and greatest unscaled number that a value can have."""
    kind, none = _NUMBERS[value.type]
    low, high = limits(kind)
    return low + (none == low), high - (none == high)


def step_of(value: Value, near: float) -> float:
    """Step between unscaled numbers, around one of them."""
    return resolution(_NUMBERS[value.type][0], near)


def words_for(value: Value, number: float | None) -> list[int]:
    """Registers that hold an unscaled number; None is "not implemented".

    Raises
    ------
    ValueError : the type cannot hold the number, or it means "not implemented".
    """
    if not value.is_number:
        return [0] * value.count
    kind, none = _NUMBERS[value.type]
    if number is None:
        return encode(none, kind)
    words = encode(number, kind)
    if number_in(value, words) is None:
        raise ValueError(f"{value.path}: {number} means that there is no value")
    return words


def scaled(number: float, exponent: float | None) -> float:
    """A number with its power of ten.

    One that is not implemented counts as 0, as in the Alliance's own client.
    """
    if exponent is None or exponent == 0:
        return number
    # Division by a power of ten is exact where multiplication by its inverse is not.
    power = float(10.0 ** abs(exponent))
    return number * power if exponent > 0 else number / power


def known_paths(numbers: Iterator[int]) -> set[str]:
    """Paths of some models, without the numbers of their blocks."""
    return {bare(path) for number in numbers for path in lay_out(number, lambda *_: 1)}


def bare(path: str) -> str:
    """A path without the numbers of blocks."""
    return "".join(part.partition("]")[2] if i else part for i, part in enumerate(path.split("[")))
