"""Recipients as an editable table, and back into the file of one's own with its comments kept.

Secrets stand in the environment: the table names variables, and an address that is a secret itself
is neither taken nor shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pydantic import ValidationError

from core.alert_lines import BY_HAND, as_file, as_plain, drop_table, put_table, write_text
from core.alert_rules import AlertConfig, Recipient, check_recipient, config_from, load_alerts
from core.alert_secrets import is_secret_url, shown_url
from core.errors import RuleError, SourceError
from core.toml_file import what_is_wrong

COLUMNS = (
    "name", "enabled", "kind", "severity", "to", "host", "port", "security", "user",
    "password_env", "url", "url_env", "form", "topic", "sender", "language", "group_s",
)  # fmt: skip
SECRETS = ("password_env", "url_env")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def recipients_frame(recipients: Sequence[Recipient]) -> pd.DataFrame:
    """One row a recipient, in the columns `COLUMNS`, in their order."""
    rows = []
    for one in recipients:
        row = {name: getattr(one, name) for name in COLUMNS}
        rows.append(row | {"to": ", ".join(one.to), "url": shown_url(one.url)})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype(object)
    return frame.astype({"enabled": "bool", "port": "int64", "group_s": "float64"})


def recipients_from_frame(
    frame: pd.DataFrame, before: Sequence[Recipient]
) -> tuple[Recipient, ...]:  # fmt: skip
    """Recipients of a table; what has no column is as it was before.

    Parameters
    ----------
    frame : rows of `before` bear its places as their index, new ones others.

    Raises
    ------
    RuleError : names the recipient and what cannot be, never a secret.
    """
    return tuple(one for one, _ in _entered(frame, before))


def _entered(
    frame: pd.DataFrame, before: Sequence[Recipient]
) -> list[tuple[Recipient, Recipient | None]]:
    """Recipients, each with what it was."""
    found: list[tuple[Recipient, Recipient | None]] = []
    for place, row in zip(frame.index, frame.to_dict("records"), strict=True):
        known = isinstance(place, int) and 0 <= place < len(before)
        old = before[place] if known else None
        one = _recipient_of({str(key): value for key, value in row.items()}, old)
        if one.name in [other.name for other, _ in found]:
            raise RuleError("recipient_twice", "there are two of this name", recipient=one.name)
        found.append((one, old))
    return found


def _recipient_of(row: Mapping[str, Any], old: Recipient | None) -> Recipient:
    told: dict[str, Any] = {} if old is None else old.model_dump(exclude_unset=True)
    name = _text(row.get("name"))
    if not name:
        raise RuleError("recipient_no_name", "a recipient has no name")
    for column in COLUMNS:
        value = row.get(column)
        if value is None or value != value:  # empty or NaN
            told.pop(column, None)
        elif column == "to":
            told[column] = tuple(one.strip() for one in _text(value).split(",") if one.strip())
        elif column == "url" and old is not None and _text(value) == shown_url(old.url):
            told[column] = old.url
        else:
            told[column] = _text(value) if isinstance(value, str) else value
    told["name"] = name
    _check_secrets(told, old)
    try:
        one = Recipient.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0])
        raise RuleError(
            "recipient_value", "{column} {why}", key=column, recipient=name, column=column,
            why=what_is_wrong(first),
        ) from error  # fmt: skip
    check_recipient(one)
    kept = {
        column: getattr(one, column)
        for column in Recipient.model_fields
        if getattr(one, column) != Recipient.model_fields[column].default
        or (old is not None and column in old.model_fields_set)
    }
    return Recipient.model_validate(kept)


def _check_secrets(told: Mapping[str, Any], old: Recipient | None) -> None:
    """What looks like a secret where its variable belongs is not taken, and not repeated."""
    name = str(told["name"])
    for column in SECRETS:
        value = str(told.get(column) or "")
        is_new = old is None or value != getattr(old, column)
        if value and is_new and not _VARIABLE.fullmatch(value):
            raise RuleError(
                "recipient_variable", "{column} must be the name of a variable of the "
                "environment in capitals, e.g. ZIGGURAT_MAIL_PASSWORD", key=column,
                recipient=name, column=column,
            )  # fmt: skip
    url = str(told.get("url") or "")
    if url and is_secret_url(url) and (old is None or url != old.url):
        raise RuleError(
            "recipient_secret", "this address is a secret: put it into the environment and name "
            "the variable in url_env", key="url", recipient=name, column="url",
        )  # fmt: skip


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def write_recipients(config: AlertConfig, frame: pd.DataFrame, zone: str) -> AlertConfig:
    """Let the file of one's own give the recipients of a table; gives what it says now.

    Only tables of recipients that differ are touched, line by line: comments and all else stay.

    Raises
    ------
    RuleError : a recipient cannot be, or the file holds one in a form that lines cannot be changed
        of; or it was changed since it was read; or a rule names one that is gone.
    StoreError : it cannot be written.
    """
    path = config.path
    entered = _entered(frame, config.recipients)
    text = path.read_text("utf-8") if path.exists() else ""
    if path.exists() and load_alerts(path, zone, config.plants) != config:
        raise RuleError("changed", "{path} was changed meanwhile; look at it again", path=str(path))
    kept = {old.name for _, old in entered if old is not None}
    for one in config.recipients:
        if one.name not in kept:
            text = drop_table(text, "recipient", one.name)
    for one, old in entered:
        if one != old:
            wanted = {name: as_plain(value) for name, value in _said(one)}
            text = put_table(text, "recipient", one.name, wanted, "" if old is None else old.name)
    try:
        checked = replace(config_from(as_file(path, text), zone), plants=config.plants)
    except SourceError as error:
        if isinstance(error.__cause__, RuleError):
            raise error.__cause__ from error
        raise RuleError(
            "by_hand", "{path}: {why}; " + BY_HAND, path=str(path), why=error.why
        ) from error
    wanted_ones = [one for one, _ in entered]
    if sorted(checked.recipients, key=_name) != sorted(wanted_ones, key=_name):
        raise RuleError(
            "by_hand", "{path}: {why}; " + BY_HAND, path=str(path),
            why="it would not say what the table says",
        )  # fmt: skip
    write_text(path, text)
    return replace(checked, path=path)


def _name(one: Recipient) -> str:
    return one.name


def _said(one: Recipient) -> list[tuple[str, Any]]:
    """What a table needs to say of a recipient."""
    told = one.model_dump(exclude_unset=True)
    return [(name, str(value) if name == "ca" else value) for name, value in told.items()]
