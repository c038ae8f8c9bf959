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
BUILT_IN_RULES = Path(__file__).with_name("signals.toml")
_UNIT_IN_NAME = re.compile(r"[\[(]\s*([^\])]{1,12}?)\s*[\])]")
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

    def describe(
        self, name: str, *, unit: str | None = None, quantity: str | None = None
    ) -> Signal:
        """Meaning of `name`; a declared unit or quantity overrides the rule's.

        A name no rule knows is an analog signal of unknown quantity, with the unit that stands
        in brackets in its name, if any.
        """
        if name not in self._known:
            hits = (rule.apply(name) for rule in self._rules)
            self._known[name] = next((hit for hit in hits if hit), _unruled(name))
        signal = self._known[name]
        if quantity and quantity != signal.quantity:
            signal = self._of_quantity(name, quantity)
        return replace(signal, unit=unit) if unit else signal

    def _of_quantity(self, name: str, quantity: str) -> Signal:
        rule = next((rule for rule in self._rules if rule.quantity == quantity), None)
        if rule is None:
            return Signal(name, quantity, _unruled(name).unit)
        return Signal(name, quantity, rule.unit, rule.kind, rule.low, rule.high)


def _unruled(name: str) -> Signal:
    found = _UNIT_IN_NAME.search(name)
    return Signal(name, unit=found.group(1) if found else "")


@cache
def load_catalogue(own: Path | None = None) -> Catalogue:
    """The built-in rules, with those of the file `own` asked first."""
    first = read_rules(own) if own else []
    return Catalogue([*first, *read_rules(BUILT_IN_RULES)])
