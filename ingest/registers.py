"""Numbers in 16 bit registers."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Literal

NumberType = Literal[
    "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"
]  # fmt: skip
Order = Literal["big", "little"]
_CODES = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d",
}  # fmt: skip


def length(kind: str) -> int:
    """Registers that a number of this type takes."""
    return struct.calcsize(f">{_CODES[kind]}") // 2


def is_float(kind: str) -> bool:
    """Whether a type holds more than whole numbers."""
    return kind.startswith("float")


def limits(kind: str) -> tuple[float, float]:
    """Least and greatest number of a type."""
    if is_float(kind):
        greatest = 3.4028234663852886e38 if kind == "float32" else 1.7976931348623157e308
        return -greatest, greatest
    bits = 16 * length(kind)
    return (0, 2**bits - 1) if kind.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _ordered(words: Sequence[int], word_order: Order, byte_order: Order) -> list[int]:
    """Words as the other side has them; the same turn leads there and back."""
    turned = list(words) if word_order == "big" else list(reversed(words))
    if byte_order == "big":
        return turned
    return [(word & 0xFF) << 8 | word >> 8 for word in turned]


def decode(
    words: Sequence[int], kind: str, word_order: Order = "big", byte_order: Order = "big"
) -> int | float:
    """Number that registers hold; `words` are as many as `length` says."""
    plain = _ordered(words, word_order, byte_order)
    number: int | float = struct.unpack(
        f">{_CODES[kind]}", struct.pack(f">{len(plain)}H", *plain)
    )[0]  # fmt: skip
    return number


def encode(
    number: float, kind: str, word_order: Order = "big", byte_order: Order = "big"
) -> list[int]:
    """Registers that hold a number, rounded where the type is of whole ones.

    Raises
    ------
    ValueError : the type cannot hold it.
    """
    try:
        whole = number if is_float(kind) else round(number)
        packed = struct.pack(f">{_CODES[kind]}", whole)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{number} does not fit into {kind}") from error
    return _ordered(struct.unpack(f">{len(packed) // 2}H", packed), word_order, byte_order)


def resolution(kind: str, near: float) -> float:
    """Step between numbers of a type, around one of them."""
    if not is_float(kind):
        return 1.0
    return abs(near) * 2.0**-23 if kind == "float32" else math.ulp(near)
