"""What the registers of a SunSpec device hold for given values of its signals; for simulators."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.devices import DeviceSpec
from ingest.modbus_image import Image
from ingest.sunspec import SunSpecPoint, SunSpecSettings
from ingest.sunspec_models import (
    END,
    MARK,
    Value,
    lay_out,
    number_limits,
    scaled,
    step_of,
    words_for,
)

# Powers of ten, the finest that all values of a scale factor fit with.
_EXPONENTS = range(-3, 8)
_BLOCK = re.compile(r"([^.\[\]]+)\[(\d+)\]")


def image(device: DeviceSpec, values: Mapping[str, float | None]) -> Image:
    """Registers of a device that has the first model of every point, and a common one.

    Raises
    ------
    ValueError : a value fits with no power of ten.
    """
    settings: SunSpecSettings = device.settings
    models = _by_model(device)
    words = list(MARK) if any(number == 1 for number, _ in models) else [*MARK, *_common()]
    for number in sorted({number for number, _ in models}):
        last = max(instance for other, instance in models if other == number)
        for instance in range(1, last + 1):
            words += model_words(number, models.get((number, instance), []), values)
    words += [END, 0]
    return {("holding", at): word for at, word in enumerate(words, settings.base[0])}


def clock(device: DeviceSpec, moment: int) -> Image:
    """Registers of its clock: none, the models have no time of day."""
    return {}


def steps(device: DeviceSpec, values: Mapping[str, float | None]) -> dict[str, float]:
    """Resolution of each signal with these values [its unit]."""
    found: dict[str, float] = {}
    for (number, _), points in _by_model(device).items():
        placed, _ = _placed(number, points)
        powers = _powers(placed, points, values)
        for point in points:
            value, told = placed[point.value], values[point.signal]
            power = 10.0 ** powers[point.value]
            near = 0.0 if told is None else point.raw_of(told) / power
            found[point.signal] = abs(point.scale) * step_of(value, near) * power
    return found


def raw_limits(point: SunSpecPoint, settings: SunSpecSettings) -> tuple[float, float]:
    """Least and greatest raw value; what a scale factor may do to it is left aside."""
    placed, _ = _placed(point.models[0], [point])
    return number_limits(placed[point.value])


def model_words(
    number: int, points: Sequence[SunSpecPoint] = (), values: Mapping[str, float | None] = {},
    blocks: int = 1,
) -> list[int]:  # fmt: skip
    """Registers of a model with `blocks` blocks of each kind, or more where points need them.

    Raises
    ------
    ValueError : a value fits with no power of ten.
    """
    placed, counted = _placed(number, points, blocks)
    powers = _powers(placed, points, values)
    words = [0] * max(one.start + one.count for one in placed.values())
    for value in placed.values():
        _write(words, value, words_for(value, counted.get(value.path)))
    for point in points:
        value, told = placed[point.value], values[point.signal]
        power = powers[point.value]
        if isinstance(value.scale, Value):
            _write(words, value.scale, words_for(value.scale, power))
        if told is not None:
            _write(words, value, words_for(value, scaled(point.raw_of(told), -power)))
    words[:2] = [number, len(words) - 2]
    return words


def _by_model(device: DeviceSpec) -> dict[tuple[int, int], list[SunSpecPoint]]:
    """Points by number and instance of the model that they are simulated in, their first."""
    found: dict[tuple[int, int], list[SunSpecPoint]] = defaultdict(list)
    for point in device.points:
        if not isinstance(point.instance, int):
            raise ValueError(f"{point.signal}: each does not give {point.instance}")
        found[point.models[0], point.instance].append(point)
    return found


def _common() -> list[int]:
    """Model 1, with a name."""
    words = model_words(1)
    placed, _ = _placed(1, ())
    for name, text in (("Mn", "Simulated"), ("Md", "Device"), ("SN", "0")):
        place = placed[name]
        told = text.encode().ljust(2 * place.count, b"\0")
        _write(words, place, list(struct.unpack(f">{place.count}H", told)))
    return words


def _placed(
    number: int, points: Sequence[SunSpecPoint], least: int = 1
) -> tuple[dict[str, Value], dict[str, int]]:
    """Values of a model with the blocks that points need, and what its counts of blocks tell."""
    most: dict[str, int] = defaultdict(lambda: least)
    for point in points:
        for name, index in _BLOCK.findall(point.value):
            most[name] = max(most[name], int(index))
    counted: dict[str, int] = {}

    def count(group: Mapping[str, Any], path: str, found: Mapping[str, Value], at: int) -> int:
        if isinstance(group["count"], str):
            counted[group["count"]] = most[group["name"]]
        return most[group["name"]]

    return lay_out(number, count), counted


def _powers(
    placed: Mapping[str, Value], points: Sequence[SunSpecPoint],
    values: Mapping[str, float | None],
) -> dict[str, int]:  # fmt: skip
    """Power of ten of each point's value: the finest that all values of its scale fit with."""
    sharing: dict[Value | int | None, list[tuple[Value, float]]] = defaultdict(list)
    for point in points:
        value, told = placed[point.value], values[point.signal]
        if told is not None:
            sharing[value.scale].append((value, point.raw_of(told)))
    found: dict[str, int] = {}
    chosen: dict[Value, int] = {}
    for point in points:
        scale = placed[point.value].scale
        if isinstance(scale, Value):
            if scale not in chosen:
                chosen[scale] = _finest(sharing[scale])
            found[point.value] = chosen[scale]
        else:
            found[point.value] = scale or 0
    return found


def _finest(raws: Sequence[tuple[Value, float]]) -> int:
    for power in _EXPONENTS:
        try:
            for value, raw in raws:
                words_for(value, scaled(raw, -power))
        except ValueError:
            continue
        return power
    raise ValueError(f"no power of ten for {', '.join(value.path for value, _ in raws)}")


def _write(words: list[int], value: Value, own: list[int]) -> None:
    words[value.start : value.start + value.count] = own
