"""What a signal is: quantity, unit, kind, plausible range, pack and cell.

A signal keeps its source name as identity. Rules in ``signals.toml`` say what the name means;
analytics ask for quantities, never for names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import ConfigError

KINDS = ("analog", "counter", "state", "setpoint")
UNKNOWN = "unknown"
COUNTED = "energy_total"  # what a counter counts of which no more is known
BUILT_IN_RULES = Path(__file__).with_name("signals.toml")
_UNIT_IN_NAME = re.compile(r"[\[(]\s*([^\])]{1,12}?)\s*[\])]")
# Units of one kind, by size; a plausible range is carried over from one to another.
_SIZES: tuple[dict[str, float], ...] = (
    {"W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9},
    {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "GWh": 1e9},
    {"V": 1.0, "mV": 1e-3, "kV": 1e3},
    {"A": 1.0, "mA": 1e-3, "kA": 1e3},
    {"var": 1.0, "kvar": 1e3, "Mvar": 1e6},
    {"VA": 1.0, "kVA": 1e3, "MVA": 1e6},
)
# The same by the unit in which devices are put together, with those that have no range.
_TOGETHER: tuple[tuple[str, dict[str, float]], ...] = (
    *zip(("kW", "kWh", "V", "A", "kvar", "kVA"), _SIZES, strict=True),
    ("1", {"1": 1.0, "%": 1e-2}),
)
# What no site exceeds, for names that no rule knows.
_WIDEST = {
    "W": (-1e9, 1e9), "Wh": (-1e15, 1e15), "V": (-1e6, 1e6), "A": (-1e6, 1e6),
    "var": (-1e9, 1e9), "VA": (-1e9, 1e9),
}  # fmt: skip
# Other ways to write a unit; its range holds all the same.
_SPELLED = {
    "W/m^2": "W/m²", "W/m2": "W/m²", "kW/m^2": "kW/m²", "kW/m2": "kW/m²", "deg C": "°C",
    "degC": "°C",
}  # fmt: skip
_RULE_KEYS = {"match", "quantity", "unit", "kind", "low", "high"}


@dataclass(frozen=True)
class Signal:
    """Meaning of one signal name.

    Attributes
    ----------
    name : the source name, unchanged.
    quantity : canonical quantity (``cell_voltage``, ``active_power``, ...), or ``unknown``.
    unit : unit of the stored values; empty if not known.
    kind : ``analog``, ``counter``, ``state`` or ``setpoint``.
    low, high : plausible range [unit]; None is unbounded.
    pack, cell : position in the battery, 1-based, where the name gives one.
    """

    name: str
    quantity: str = UNKNOWN
    unit: str = ""
    kind: str = "analog"
    low: float | None = None
    high: float | None = None
    pack: int | None = None
    cell: int | None = None


@dataclass(frozen=True)
class Rule:
    """One line of ``signals.toml``."""

    pattern: re.Pattern[str]
    quantity: str
    unit: str
    kind: str
    low: float | None
    high: float | None

    def apply(self, name: str) -> Signal | None:
        """The signal, or None where the pattern does not match the whole name."""
        found = self.pattern.fullmatch(name)
        if not found:
            return None
        place = {
            key: int(text)
            for key, text in found.groupdict().items()
            if key in ("pack", "cell") and text is not None
        }
        return Signal(
            name, self.quantity, self.unit, self.kind, self.low, self.high,
            place.get("pack"), place.get("cell"),
        )  # fmt: skip


def parse_rule(entry: dict[str, Any], where: str) -> Rule:
    """Rule from one ``[[rule]]`` table.

    Raises
    ------
    ConfigError : a key is missing or unknown, or a value cannot be.
    """
    unknown = set(entry) - _RULE_KEYS
    if unknown or not {"match", "quantity"} <= set(entry):
        raise ConfigError(
            f"{where}: needs match and quantity, may have {sorted(_RULE_KEYS)}; "
            f"found {sorted(entry)}"
        )
    kind = entry.get("kind", "analog")
    if kind not in KINDS:
        raise ConfigError(f"{where}: kind {kind!r} is not one of {KINDS}")
    try:
        pattern = re.compile(entry["match"], re.IGNORECASE)
    except re.error as error:
        raise ConfigError(f"{where}: match is not a regular expression: {error}") from error
    return Rule(
        pattern, entry["quantity"], entry.get("unit", ""), kind, entry.get("low"), entry.get("high")
    )


def read_rules(path: Path) -> list[Rule]:
    """Rules of one file, in its order.

    Raises
    ------
    ConfigError : the file is not TOML of this form.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    entries = content.get("rule", [])
    return [parse_rule(entry, f"{path}, rule {i}") for i, entry in enumerate(entries, 1)]


class Catalogue:
    """Rules asked in order; the first that matches names the signal."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._known: dict[str, Signal] = {}

    @property
    def quantities(self) -> frozenset[str]:
        """Quantities that any rule tells."""
        return frozenset(rule.quantity for rule in self._rules)

    def describe(
        self,
        name: str,
        *,
        unit: str | None = None,
        quantity: str | None = None,
        rising: bool = False,
    ) -> Signal:
        """Meaning of `name`; a declared unit or quantity overrides the rule's.

        A name no rule knows is understood without the unit in brackets, where there is one and
        a rule for something measured in such a unit; else it is an analog signal of unknown
        quantity. An energy of unknown quantity whose values never fall (`rising`) is a counter.
        """
        if name not in self._known:
            self._known[name] = self._ruled(name) or self._without_unit(name) or _unruled(name)
        signal = self._known[name]
        if quantity and quantity != signal.quantity:
            signal = self._of_quantity(name, quantity)
        signal = _in_unit(signal, unit) if unit else signal
        if rising and signal.quantity == UNKNOWN and is_energy(signal.unit):
            return _in_unit(self._of_quantity(name, COUNTED), signal.unit)
        return signal

    def _ruled(self, name: str) -> Signal | None:
        return next((hit for rule in self._rules if (hit := rule.apply(name))), None)

    def _without_unit(self, name: str) -> Signal | None:
        """Meaning of "Leistung [W]" by that of "Leistung".

        Not of counters: "Energie [kWh]" may as well be the energy of each interval.
        """
        unit = unit_in_name(name)
        hit = self._ruled(_UNIT_IN_NAME.sub("", name).strip()) if unit else None
        if hit is None or hit.kind == "counter":
            return None
        alike = unit == hit.unit or unit in (_sizes_of(hit.unit) or ())
        return _in_unit(replace(hit, name=name), unit) if alike else None

    def _of_quantity(self, name: str, quantity: str) -> Signal:
        rule = next((rule for rule in self._rules if rule.quantity == quantity), None)
        if rule is None:
            return Signal(name, quantity, _unruled(name).unit)
        return Signal(name, quantity, rule.unit, rule.kind, rule.low, rule.high)


def is_energy(unit: str | None) -> bool:
    """Whether a unit is one of energy."""
    return unit in _SIZES[1]


def unit_in_name(name: str) -> str:
    """Unit that stands in brackets in a name; empty where there is none."""
    found = _UNIT_IN_NAME.search(name)
    return found.group(1) if found else ""


def described(name: str, unit: str) -> str:
    """Name with its unit in brackets, once: "com_ap [kW]", "Leistung [kW]"."""
    known = unit in ("", "1") or unit == unit_in_name(name)
    return name if known else f"{name} [{unit}]"


def _unruled(name: str) -> Signal:
    return _in_unit(Signal(name), unit_in_name(name))


def canonical_unit(unit: str) -> tuple[str, float]:
    """Unit in which values of several devices are put together, and the factor into it.

    A unit that is not known is its own, with factor 1.
    """
    for base, sizes in _TOGETHER:
        if unit in sizes:
            return base, sizes[unit] / sizes[base]
    return unit, 1.0


def _sizes_of(unit: str) -> dict[str, float] | None:
    return next((sizes for sizes in _SIZES if unit in sizes), None)


def _in_unit(signal: Signal, unit: str) -> Signal:
    """A signal in another unit, its plausible range carried over."""
    unit = _SPELLED.get(unit, unit)
    sizes = _sizes_of(unit)
    if sizes is None:
        if unit != signal.unit:  # how the range would be told in it nobody knows
            signal = replace(signal, low=None, high=None)
        return replace(signal, unit=unit)
    low, high, size = signal.low, signal.high, sizes.get(signal.unit)
    if size is None:  # the range of another kind of unit says nothing
        low, high = _WIDEST.get(next(iter(sizes)), (None, None))
        size = 1.0
    low, high = (None if end is None else end * size / sizes[unit] for end in (low, high))
    return replace(signal, unit=unit, low=low, high=high)


@cache
def load_catalogue(own: Path | None = None) -> Catalogue:
    """The built-in rules, with those of the file `own` asked first."""
    first = read_rules(own) if own else []
    return Catalogue([*first, *read_rules(BUILT_IN_RULES)])
