"""What is wrong with a plant's description, as a form shows it and a file's error says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from core.errors import ConfigError
from core.plants import Plant, Wrong
from core.toml_file import what_is_wrong

EXPECTED = {
    "latitude": "degrees north, -90 to 90", "longitude": "degrees east, -180 to 180",
    "tilt": "degrees from the horizontal, 0 to 90",
    "azimuth": "degrees from north over east, 0 to 360 (south is 180)",
    "kwp": "nominal DC power [kWp], greater than 0", "gamma_pdc": "per kelvin, -0.02 to 0",
    "efficiency": "a ratio of 0.5 to 1", "losses": "a ratio of 0 to 1", "albedo": "a ratio, 0 to 1",
    "meter_class": '"0.2S", "0.5S", "0.5", "1", "2" (IEC 62053), "A", "B" or "C" (MID)',
    "horizon": "elevations in equal steps from north over east, pairs of azimuth and elevation, or "
    "the name of a PVGIS horizon file",
    "array": "a [[plant.array]] table with tilt, azimuth and kwp",
}  # fmt: skip


def expectation(error: Mapping[str, Any]) -> str | None:
    """What an error's place should hold, in words; None where nothing more can be said."""
    key = next((str(part) for part in reversed(error["loc"]) if isinstance(part, str)), "")
    return EXPECTED.get(key)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value of a plant.

    Attributes
    ----------
    table, index, key : where: ``array``, 0-based, and the key; empty table for the site.
    kind : ``missing``, ``unknown``, ``number``, ``range``, ``other`` or a rule, ``plant_twice``.
    told : values that the sentence names.
    message : the sentence in English.
    """

    table: str
    index: int
    key: str
    kind: str
    told: Mapping[str, Any]
    message: str


def faults_in(plain: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a plant's plain values, as a form has them; empty where all is right."""
    try:
        Plant.model_validate(plain)
    except ValidationError as error:
        found = [_fault(one) for one in error.errors()]
        # A table whose only row is wrong is also called too short, which says nothing more.
        wrong = {one.table for one in found if one.table}
        return [one for one in found if one.table or one.key not in wrong]
    return []


def _fault(error: Mapping[str, Any]) -> Fault:
    loc = error["loc"]
    inner = len(loc) > 1 and loc[0] in ("array", "inverter", "sensor")
    rest = [str(part) for part in (loc[2:] if inner else loc) if isinstance(part, str)]
    told = error.get("ctx") or {}
    broken = told.get("error")
    kind = str(error["type"])
    if isinstance(broken, Wrong):
        kind, told = broken.kind, broken.told
    elif kind.startswith(("greater", "less", "literal", "string_too", "finite")):
        kind = "range"
    elif kind.endswith(("_parsing", "_type")):
        kind = "number"
    else:
        kind = {"missing": "missing", "too_short": "missing", "extra_forbidden": "unknown"}.get(
            kind, "other"
        )
    index = int(loc[1]) if inner else 0
    key = rest[0] if rest else ""
    return Fault(str(loc[0]) if inner else "", index, key, kind, told, what_is_wrong(error))


def parse_plant(plain: Mapping[str, Any]) -> Plant:
    """A plant from plain values, as a form has them.

    Raises
    ------
    ConfigError : names the field and what would have been right.
    """
    try:
        return Plant.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        told = ".".join(str(part) for part in first["loc"]) or "plant"
        expected = expectation(first)
        hint = f"; expected {expected}" if expected else ""
        raise ConfigError(f"{told}: {what_is_wrong(first)}{hint}") from error
