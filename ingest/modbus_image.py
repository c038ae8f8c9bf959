"""What the registers of a device hold when its signals have given values; for simulators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ingest.devices import DeviceSpec
from ingest.modbus import (
    ModbusPoint,
    ModbusSettings,
    encoded,
    where,
    where_clock,
    where_scale,
)
from ingest.modbus_link import BIT_TABLES, Table
from ingest.registers import encode, limits, resolution

# Words, or bits as 0 and 1, by table and address.
Image: TypeAlias = dict[tuple[Table, int], int]
# Powers of ten that a scale register is given, the finest that fits first.
_EXPONENTS = range(-3, 8)


def raw_limits(point: ModbusPoint, settings: ModbusSettings) -> tuple[float, float]:
    """Least and greatest raw value that a point can have."""
    if (point.registers or settings.registers) in BIT_TABLES:
        return 0, 1
    if point.mask is None:
        least, greatest = limits(point.type)
        return least, int(greatest) >> point.shift if point.shift else greatest
    return 0, point.mask >> point.shift


def image(device: DeviceSpec, values: Mapping[str, float | None]) -> Image:
    """Registers that say the values; None is the value by which the device says that it has none.

    Raises
    ------
    ValueError : a value does not fit into its registers, or the device cannot say "none".
    """
    settings: ModbusSettings = device.settings
    raws = [(point, _raw(point, values[point.signal])) for point in device.points]
    made: Image = {}
    for point, raw in raws:
        scale = where_scale(point, settings)
        exponent = 0
        if scale is not None:
            exponent = _exponent(settings, scale.start, raws)
            made[scale.table, scale.start] = encode(exponent, "int16")[0]
        place = where(point, settings)
        if values[point.signal] is None:
            least, greatest = raw_limits(point, settings)
            told = (
                raw if math.isnan(raw) else min(max(raw, least), greatest)
            )  # 2**64 - 1 is no float
        else:
            told = raw / 10.0**exponent
        for address, word in enumerate(encoded(point, told, settings), place.start):
            key = (place.table, address)
            made[key] = made.get(key, 0) | word if point.mask is not None else word
    return made


def clock(device: DeviceSpec, moment: int) -> Image:
    """Registers of its clock at a moment [µs UTC]; none where it has no clock."""
    settings: ModbusSettings = device.settings
    span = where_clock(settings)
    if span is None or not settings.clock:
        return {}
    count = settings.clock.count(moment, device.zone)
    words = encode(count, settings.clock.type, settings.word_order, settings.byte_order)
    return {(span.table, address): word for address, word in enumerate(words, span.start)}


def _raw(point: ModbusPoint, value: float | None) -> float:
    if value is not None:
        return point.raw_of(value)
    if not point.invalid:
        raise ValueError(f"{point.signal} has no value that means none")
    return point.invalid[0]


def _exponent(
    settings: ModbusSettings, address: int, raws: Sequence[tuple[ModbusPoint, float]]
) -> int:
    """Power of ten with which all values of a scale register fit."""
    sharing = [
        (point, raw)
        for point, raw in raws
        if (scale := where_scale(point, settings)) is not None and scale.start == address
    ]
    for exponent in _EXPONENTS:
        if all(
            low <= raw / 10.0**exponent <= high or raw in point.invalid
            for point, raw in sharing
            for low, high in [raw_limits(point, settings)]
        ):
            return exponent
    raise ValueError(f"no power of ten for the values of scale register {address}")


def steps(device: DeviceSpec, values: Mapping[str, float | None]) -> dict[str, float]:
    """Resolution of each signal with these values [its unit]."""
    settings: ModbusSettings = device.settings
    raws = [(point, _raw(point, values[point.signal])) for point in device.points]
    found = {}
    for point, raw in raws:
        scale = where_scale(point, settings)
        power = 10.0 ** _exponent(settings, scale.start, raws) if scale is not None else 1.0
        found[point.signal] = abs(point.scale) * resolution(point.type, raw / power) * power
    return found
