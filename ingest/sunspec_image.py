"""What the registers of a SunSpec device hold for given values of its signals; for simulators."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ingest.devices import DeviceSpec
from ingest.modbus_image import Image
from ingest.sunspec import SunSpecPoint, SunSpecSettings
from ingest.sunspec_models import (
    END,
    MARK,
    Counts,
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
    wanted: dict[tuple[int, int], list[SunSpecPoint]] = defaultdict(list)
    for point in device.points:
        if not isinstance(point.instance, int):
            raise ValueError(f"{point.signal}: each does not give {point.instance}")
        wanted[point.models[0], point.instance].append(point)
    words = list(MARK) if any(number == 1 for number, _ in wanted) else [*MARK, *_common()]
    for number in sorted({number for number, _ in wanted}):
        last = max(instance for other, instance in wanted if other == number)
        for instance in range(1, last + 1):
            words += model_words(number, wanted.get((number, instance), []), values)
    words += [END, 0]
    return {("holding", at): word for at, word in enumerate(words, settings.base[0])}


def _common() -> list[int]:
    """Model 1, with a name."""
    placed = lay_out(1, lambda *_: 0)
    words = [0] * max(one.start + one.count for one in placed.values())
    words[:2] = [1, len(words) - 2]
    for name, text in (("Mn", "Simulated"), ("Md", "Device"), ("SN", "0")):
        place = placed[name]
        told = text.encode().ljust(2 * place.count, b"\0")
        words[place.start : place.start + place.count] = struct.unpack(f">{place.count}H", told)
    return words


def counts_for(paths: Sequence[str], least: int = 1) -> Counts:
    """As many blocks of each name as the paths need, but `least` at least."""
    most: dict[str, int] = defaultdict(lambda: least)
    for path in paths:
        for name, index in _BLOCK.findall(path):
            most[name] = max(most[name], int(index))
    return lambda group, path, found, at: most[str(group["name"])]


def model_words(
    number: int, points: Sequence[SunSpecPoint] = (), values: Mapping[str, float | None] = {},
    blocks: int = 1,
) -> list[int]:  # fmt: skip
    """Registers of a model with `blocks` blocks of each kind, or more where points need them.

    Raises
    ------
    ValueError : a value fits with no power of ten.
    """
    counts = counts_for([point.value for point in points], blocks)
    told: dict[str, int] = {}

    def noting(group: Mapping[str, object], path: str, found: Mapping[str, Value], at: int) -> int:
        found_count = counts(group, path, found, at)
        if isinstance(group["count"], str):
            told[group["count"]] = found_count
        return found_count

    placed = lay_out(number, noting)
    words = [0] * max(one.start + one.count for one in placed.values())
    for value in placed.values():
        _write(words, value, words_for(value, told.get(value.path)))
    words[:2] = [number, len(words) - 2]
    raws = {
        placed[point.value].path: point.raw_of(raw)
        for point in points
        if (raw := values[point.signal]) is not None
    }
    for scale in {one.scale for one in placed.values() if isinstance(one.scale, Value)}:
        sharing = {path: raw for path, raw in raws.items() if placed[path].scale == scale}
        exponent = _exponent(placed, sharing)
        _write(words, scale, words_for(scale, exponent))
        for path, raw in sharing.items():
            _write(words, placed[path], words_for(placed[path], scaled(raw, -exponent)))
    for path, raw in raws.items():
        fixed = placed[path].scale
        if not isinstance(fixed, Value):
            _write(words, placed[path], words_for(placed[path], scaled(raw, -(fixed or 0))))
    return words


def _write(words: list[int], value: Value, own: list[int]) -> None:
    words[value.start : value.start + value.count] = own


def _exponent(placed: Mapping[str, Value], raws: Mapping[str, float]) -> int:
    for exponent in _EXPONENTS:
        try:
            for path, raw in raws.items():
                words_for(placed[path], scaled(raw, -exponent))
        except ValueError:
            continue
        return exponent
    raise ValueError(f"no power of ten for {', '.join(raws)}")


def _typed(point: SunSpecPoint) -> Value:
    """The point's value in the model that is simulated."""
    return lay_out(point.models[0], counts_for([point.value]))[point.value]


def raw_limits(point: SunSpecPoint, settings: SunSpecSettings) -> tuple[float, float]:
    """Least and greatest raw value; what a scale factor may do to it is left aside."""
    return number_limits(_typed(point))


def steps(device: DeviceSpec, values: Mapping[str, float | None]) -> dict[str, float]:
    """Resolution of each signal with these values [its unit]."""
    found: dict[str, float] = {}
    raws: dict[tuple[int, int, str], dict[str, float]] = defaultdict(dict)
    for point in device.points:
        value = _typed(point)
        name = value.scale.path if isinstance(value.scale, Value) else ""
        if (told := values[point.signal]) is not None and name:
            raws[point.models[0], int(point.instance), name][point.value] = point.raw_of(told)
    for point in device.points:
        value = _typed(point)
        exponent = value.scale if isinstance(value.scale, int) else 0
        if isinstance(value.scale, Value):
            sharing = raws[point.models[0], int(point.instance), value.scale.path]
            exponent = _exponent({path: value_at(point, path) for path in sharing}, sharing)
        told = values[point.signal]
        near = 0.0 if told is None else point.raw_of(told) / 10.0**exponent
        found[point.signal] = abs(point.scale) * step_of(value, near) * 10.0**exponent
    return found


def value_at(point: SunSpecPoint, path: str) -> Value:
    """Another value of the model that a point is simulated in."""
    return lay_out(point.models[0], counts_for([path]))[path]
