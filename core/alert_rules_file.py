"""Rules as an editable table, and back into the file of one's own with its comments kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pydantic import ValidationError

from core.alert_lines import BY_HAND, as_file, as_plain, drop_table, put_table, write_text
from core.alert_rules import (
    BUILT_IN,
    AlertConfig,
    RuleTable,
    config_from,
    load_alerts,
    rule_as_table,
)
from core.analytics.alerts import SEVERITIES, Limit, Rule
from core.errors import RuleError, SourceError
from core.numerals import Language
from core.toml_file import read_toml, what_is_wrong

SETS = {"en": "set", "de": "gesetzt"}  # a limit of a state: any value that is not normal
LISTED = ("quantity", "signal", "device", "group", "site", "recipients")
COLUMNS = (
    "name", "enabled", "condition", "quantity", "signal", "device", *SEVERITIES, "hold_s",
    "clear_by", "clear_s", "per", "day_only", "against", "mean_s", "over_s", "quiet", "recipients",
    "escalate_s", "note",
)  # fmt: skip
NUMBERS = ("hold_s", "clear_by", "clear_s", "mean_s", "over_s", "escalate_s")  # empty is none
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
_BOUND = re.compile(rf"([<>])\s*({_NUMBER})")


# --- table ----------------------------------------------------------------------------------------


def limit_text(limit: Limit | None, language: Language = "en") -> str:
    """``> 45``, ``< 180, > 260``; ``set`` for any value that is not normal; empty for none."""
    if limit is None:
        return ""
    text = limit.text or SETS[language]
    return text.replace(".", ",") if language == "de" else text


def parse_limit(text: str) -> dict[str, float] | None:
    """The bounds that a text says; None for an empty one.

    Raises
    ------
    RuleError : it is not of the form that `limit_text` gives.
    """
    text = (text or "").strip()
    if not text:
        return None
    if text.casefold() in SETS.values():
        return {}
    found = _BOUND.findall(text)
    if not found or re.sub(r"[\s,;]", "", _BOUND.sub("", text)):
        raise RuleError(
            "limit", "{found!r} is no limit; expected e.g. > 45 or < 180, > 260", found=text
        )
    names = {"<": "below", ">": "above"}
    return {names[sign]: float(number.replace(",", ".")) for sign, number in found}


def number_text(value: float, language: Language = "en") -> str:
    """``0.05``, ``86400``; in German ``0,05``: what `parse_number` reads."""
    text = str(int(value)) if float(value).is_integer() else repr(float(value))
    return text.replace(".", ",") if language == "de" else text


def parse_number(value: Any) -> float:
    """The number of a cell, with a point or a comma; 0 of an empty one.

    Raises
    ------
    RuleError : it is no number.
    """
    if not isinstance(value, str):
        return 0.0 if value is None or value != value else float(value)
    text = value.strip()
    if text and not re.fullmatch(_NUMBER, text):
        raise RuleError("number", "{found!r} is no number; expected e.g. 0.05", found=text)
    return float(text.replace(",", ".")) if text else 0.0


def rules_frame(rules: Sequence[Rule], language: Language = "en") -> pd.DataFrame:
    """One row a rule, in the columns `COLUMNS`."""
    rows = []
    for rule in rules:
        table = RuleTable.model_validate(rule_as_table(rule)).model_dump()
        limits = dict(rule.limits)
        row = {name: table[name] for name in COLUMNS if name not in SEVERITIES}
        row |= {name: limit_text(limits.get(name), language) for name in SEVERITIES}
        row |= {name: number_text(row[name], language) for name in NUMBERS}
        row |= {name: ", ".join(row[name]) for name in LISTED if name in row}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def rules_from_frame(frame: pd.DataFrame, before: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules of a table; what has no column is as it was before.

    Raises
    ------
    RuleError : names the rule and what cannot be.
    """
    known = {rule.name: rule_as_table(rule) for rule in before}
    rules: list[Rule] = []
    for row in frame.to_dict("records"):
        name = _text(row["name"])
        if not name:
            raise RuleError("no_name", "a rule has no name")
        if name in [rule.name for rule in rules]:
            raise RuleError("twice", "there are two of this name", rule=name)
        rules.append(_rule_of(name, {str(key): value for key, value in row.items()}, known))
    return tuple(rules)


def _rule_of(name: str, row: Mapping[str, Any], known: Mapping[str, dict[str, Any]]) -> Rule:
    told = {k: v for k, v in known.get(name, {}).items() if k not in SEVERITIES}
    for column in COLUMNS:
        value = row.get(column)
        if column in SEVERITIES or column in NUMBERS:
            try:
                read = parse_number(value) if column in NUMBERS else parse_limit(_text(value))
            except RuleError as error:
                told_too = {**error.told, "rule": name, "column": column}
                sentence = "{column}: " + error.sentence
                raise RuleError(error.kind, sentence, key=column, **told_too) from error
            if read is not None:
                told[column] = read
        elif column in LISTED:
            told[column] = [part.strip() for part in _text(value).split(",") if part.strip()]
        elif value is not None and value == value:  # neither empty nor NaN
            told[column] = value
    told["name"] = name
    try:
        return RuleTable.model_validate(told).as_rule()
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0])
        raise RuleError(
            "quiet" if column == "quiet" else "value", "{column} {why}", key=column, rule=name,
            column=column, why=what_is_wrong(first), found=str(first.get("input", "")),
        ) from error  # fmt: skip


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


# --- file -----------------------------------------------------------------------------------------


def write_rules(config: AlertConfig, rules: Sequence[Rule], zone: str) -> AlertConfig:
    """Let the file of one's own give these rules; gives what it says now.

    Only tables of rules that differ are touched, line by line: comments and all else stay.

    Raises
    ------
    RuleError : the file holds a rule in a form that lines cannot be changed of; or it was
        changed since it was read.
    StoreError : it cannot be written.
    """
    path = config.path
    text = path.read_text("utf-8") if path.exists() else ""
    if path.exists() and load_alerts(path, zone, config.plants) != config:
        raise RuleError("changed", "{path} was changed meanwhile; look at it again", path=str(path))
    new = edited(text, config, rules)
    try:
        checked = replace(config_from(as_file(path, new), zone), plants=config.plants)
    except SourceError as error:
        raise RuleError(
            "by_hand", "{path}: {why}; " + BY_HAND, path=str(path), why=error.why
        ) from error
    wanted = {rule.name: rule for rule in rules}
    if {rule.name: rule for rule in checked.rules} != wanted:
        raise RuleError(
            "by_hand", "{path}: {why}; " + BY_HAND, path=str(path),
            why="it would not say what the table says",
        )  # fmt: skip
    write_text(path, new)
    return replace(checked, path=path)


def edited(text: str, config: AlertConfig, rules: Sequence[Rule]) -> str:
    """The text of the file with what differs changed."""
    shipped = {str(one["name"]): dict(one) for one in read_toml(BUILT_IN).plain["rule"]}
    before = {rule.name: rule for rule in config.rules}
    for rule in rules:
        if before.get(rule.name) != rule:
            text = _with_rule(text, rule, shipped.get(rule.name))
    wanted = {rule.name for rule in rules}
    for name in before:
        if name not in wanted:
            if name in shipped:
                raise RuleError("shipped", "is a shipped one: switch it off instead", rule=name)
            text = drop_table(text, "rule", name)
    return text


def _with_rule(text: str, rule: Rule, shipped: dict[str, Any] | None) -> str:
    """Text whose table of a rule says what it shall, no more than differs from the shipped one."""
    full = RuleTable.model_validate(rule_as_table(rule))
    base = RuleTable.model_validate(shipped) if shipped is not None else None
    wanted: dict[str, Any] = {"name": rule.name}
    for key in RuleTable.model_fields:
        value = getattr(full, key)
        default = RuleTable.model_fields[key].default
        if key != "name" and value != (getattr(base, key) if base is not None else default):
            wanted[key] = as_plain(value)
    return put_table(text, "rule", rule.name, wanted)
