"""A plant as the cells of a form, and back: texts as people type them, tables of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd

from core.plant_faults import Fault, faults_in, parse_plant
from core.plants import Measures, Plant

SITE = ("name", "latitude", "longitude", "altitude_m", "zone", "horizon", "losses", "albedo",
        "export_limit_kw", "meter_class", "device", "weather")  # fmt: skip
SITE_NUMBERS = ("latitude", "longitude", "altitude_m", "losses", "albedo", "export_limit_kw")
TABLES: dict[str, tuple[str, ...]] = {
    "array": ("name", "tilt", "azimuth", "kwp", "gamma_pdc", "mounting", "module", "temp_model",
              "inverter", "strings"),
    "inverter": ("name", "ac_limit_kw", "efficiency", "device", "ac_power", "dc_power", "energy"),
    "sensor": ("measures", "device", "signal", "array", "uncertainty"),
}  # fmt: skip
NUMBERS = ("tilt", "azimuth", "kwp", "gamma_pdc", "ac_limit_kw", "efficiency")
LISTS = ("strings", "ac_power", "dc_power", "energy")
CHOICES: dict[str, tuple[str, ...]] = {
    "mounting": ("open_rack", "roof", "integrated"), "module": ("glass_polymer", "glass_glass"),
    "temp_model": ("sapm", "pvsyst", "faiman"), "uncertainty": ("A", "B", "C"),
    "measures": get_args(Measures),
}  # fmt: skip


@dataclass(frozen=True)
class Entered:
    """What a form gave: a plant, or what is wrong with it."""

    plant: Plant | None
    faults: tuple[Fault, ...]


def site_texts(plant: Plant | None, decimal: str = ".") -> dict[str, str]:
    """The site of a plant as texts; empty where nothing was told."""
    said = {} if plant is None else plant.model_dump(exclude_unset=True)
    return {key: _text(said.get(key), decimal) for key in SITE}


def table_rows(plant: Plant | None, table: str) -> pd.DataFrame:
    """Rows of a table of a plant; what was not told is empty."""
    said = {} if plant is None else plant.model_dump(by_alias=True, exclude_unset=True)
    rows = [
        {key: _cell(one.get(key), key) for key in TABLES[table]} for one in said.get(table, ())
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(TABLES[table]), dtype=object)
    for key in TABLES[table]:
        frame[key] = frame[key].astype(float if key in NUMBERS else object)
    return frame


def _text(value: Any, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):  # a horizon
        return "; ".join(" ".join(_text(part, decimal) for part in pair) for pair in value)
    return (
        str(value).removesuffix(".0").replace(".", decimal if not isinstance(value, str) else ".")
    )


def _cell(value: Any, key: str) -> Any:
    return ", ".join(value or ()) if key in LISTS else value


def entered_plant(
    site: Mapping[str, str], tables: Mapping[str, Sequence[Mapping[str, Any]]], decimal: str = "."
) -> Entered:
    """A plant from what people typed: empty fields and rows say nothing."""
    plain: dict[str, Any] = {}
    for key in SITE:
        text = site.get(key, "").strip()
        if text:
            plain[key] = _site_value(key, text, decimal)
    for table, keys in TABLES.items():
        rows = [_row(row, keys) for row in tables.get(table, ())]
        rows = [row for row in rows if row]
        if rows:
            plain[table] = rows
    faults = tuple(faults_in(plain))
    return Entered(None if faults else parse_plant(plain), faults)


def _site_value(key: str, text: str, decimal: str) -> Any:
    if key == "horizon":
        return _horizon(text, decimal)
    if key not in SITE_NUMBERS:
        return text
    number = _number(text, decimal)
    return text if number is None else number


def _horizon(text: str, decimal: str) -> Any:
    """``0 7.3; 7.5 6.5`` as pairs, ``7.3; 6.5; 5`` as elevations in equal steps."""
    pairs = [part.split() for part in text.split(";") if part.strip()]
    numbers = [[_number(cell, decimal) for cell in pair] for pair in pairs]
    if any(None in pair for pair in numbers):
        return text
    return [pair[0] if len(pair) == 1 else pair for pair in numbers]


def _number(text: str, decimal: str) -> float | None:
    """A number as typed with this decimal mark; a point is understood in any language."""
    try:
        return float(text.replace(decimal, ".").replace("−", "-"))
    except ValueError:
        return None


def _row(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        value = row.get(key)
        if value is None or value != value or (isinstance(value, str) and not value.strip()):
            continue  # empty; a number that is none is not equal to itself
        if key in LISTS:
            found[key] = [one.strip() for one in str(value).split(",") if one.strip()]
        else:
            found[key] = value.strip() if isinstance(value, str) else value
    return found
