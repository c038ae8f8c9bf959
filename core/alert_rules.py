"""Rules, recipients and maintenance from TOML: shipped defaults and a file of one's own.

::

    [[rule]]
    name = "temperature"          # changes the shipped rule of this name, or is a new one
    warning = { above = 40 }

    [[recipient]]
    name = "control room"
    kind = "smtp"
    host = "mail.example.org"
    to = ["control@example.org"]

    [[maintenance]]
    device = "BESS-1"
    start = 2025-06-01T08:00
    end = 2025-06-01T12:00
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.analytics.alerts import SEVERITIES, Condition, Limit, Rule, When
from core.config import Settings
from core.errors import RuleError
from core.toml_file import TomlFile, read_toml

BUILT_IN = Path(__file__).with_name("alert_rules.toml")
# Key in the file -> attribute of a rule that holds several.
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_QUIET = re.compile(f"{_CLOCK}-{_CLOCK}")
_LISTS = {
    "quantity": "quantities", "signal": "signals", "device": "devices", "group": "groups",
    "site": "sites", "recipients": "recipients", "escalate_to": "escalate_to",
}  # fmt: skip


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Limit(_Table):
    above: float | None = None
    below: float | None = None


class _When(_Limit):
    quantity: str


class RuleTable(_Table):
    """The keys of a ``[[rule]]``; what they mean stands at `core.analytics.alerts.Rule`."""

    name: str = Field(min_length=1, max_length=80)
    condition: Condition
    quantity: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    info: _Limit | None = None
    warning: _Limit | None = None
    error: _Limit | None = None
    critical: _Limit | None = None
    hold_s: float = Field(default=0.0, ge=0)
    clear_by: float = Field(default=0.0, ge=0)
    clear_s: float = Field(default=0.0, ge=0)
    per: Literal["device", "signal"] = "device"
    day_only: bool = False
    when: _When | None = None
    over_s: float = Field(default=0.0, ge=0)
    mean_s: float = Field(default=0.0, ge=0)
    against: str = ""
    relative: bool = True
    least_ratio: float = Field(default=0.1, ge=0, le=1)
    normal: tuple[float, ...] = (0.0,)
    enabled: bool = True
    quiet: str = ""
    recipients: tuple[str, ...] = ()
    escalate_s: float = Field(default=0.0, ge=0)
    escalate_to: tuple[str, ...] = ()
    note: str = ""

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _one_or_several(cls, told: Any) -> Any:
        return (told,) if isinstance(told, str) else told

    @field_validator("quiet")
    @classmethod
    def _span_of_the_clock(cls, told: str) -> str:
        if told and not _QUIET.fullmatch(told):
            raise ValueError(f"{told!r} is no span of local time; expected e.g. 22:00-06:00")
        return told

    def as_rule(self) -> Rule:
        """The rule.

        Raises
        ------
        RuleError : its parts do not hold together.
        """
        limits = tuple(
            (severity, Limit(**limit.model_dump()))
            for severity in SEVERITIES
            if (limit := getattr(self, severity)) is not None
        )
        told = self.model_dump(exclude={*SEVERITIES, "when", *_LISTS})
        lists = {attribute: getattr(self, key) for key, attribute in _LISTS.items()}
        when = None if self.when is None else When(**self.when.model_dump())
        return Rule(**told, **lists, limits=limits, when=when)


class Recipient(_Table):
    """``[[recipient]]``: where messages go.

    Attributes
    ----------
    kind : ``smtp``, ``webhook``, ``mqtt`` or ``log``.
    severity : mildest that is told.
    form : of a webhook: ``json``, ``slack`` or ``teams``.
    url, host : where; `url_env` names the variable of the environment that holds the address.
    user, password_env : password_env names the variable that holds the password.
    group_s : what comes within so many seconds goes in one message.
    language : of the message.
    """

    name: str = Field(min_length=1, max_length=80)
    kind: Literal["smtp", "webhook", "mqtt", "log"]
    severity: Literal["info", "warning", "error", "critical"] = "warning"
    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = Field(default=0, ge=0, lt=65536)
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password_env: str = ""
    url: str = ""
    url_env: str = ""
    form: Literal["json", "slack", "teams"] = "json"
    topic: str = "ziggurat/alerts"
    group_s: float = Field(default=60.0, ge=0)
    language: Literal["en", "de"] = "en"
    enabled: bool = True
    ca: Path | None = None

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_several(cls, told: Any) -> Any:
        return (told,) if isinstance(told, str) else told


class _Maintenance(_Table):
    device: str = "*"
    site: str = "*"
    start: datetime
    end: datetime
    note: str = ""


@dataclass(frozen=True)
class Maintenance:
    """A time in which no alert is raised of some devices; [start, end) [µs UTC]."""

    device: str
    site: str
    start: int
    end: int
    note: str = ""


@dataclass(frozen=True)
class AlertConfig:
    """All that is said of alerts.

    Attributes
    ----------
    path : file of one's own; it need not exist.
    rules : enabled or not, in the order of the files.
    own : names of the rules that the file of one's own has a table of.
    plants : the setting `plants`: the file of plants, where it does not lie beside the store.
    """

    path: Path
    rules: tuple[Rule, ...]
    recipients: tuple[Recipient, ...]
    maintenance: tuple[Maintenance, ...]
    own: tuple[str, ...] = ()
    plants: Path | None = None

    @property
    def active(self) -> tuple[Rule, ...]:
        """Rules that are switched on."""
        return tuple(rule for rule in self.rules if rule.enabled)


def rules_path(settings: Settings) -> Path:
    """Where the file of one's own stands: as set, or ``<store>_alerts.toml`` beside the store."""
    if settings.alerts is not None:
        return settings.alerts
    return settings.store.with_name(f"{settings.store.name}_alerts.toml")


def load_alerts(path: Path | None, zone: str, plants: Path | None = None) -> AlertConfig:
    """Shipped rules, changed and added to by a file where there is one.

    Parameters
    ----------
    zone : of times that name none.
    plants : the setting `plants`.

    Raises
    ------
    DeclarationError : names file, line and what would have been right.
    """
    shipped = read_toml(BUILT_IN)
    plain = {str(one["name"]): (shipped, i, one) for i, one in enumerate(shipped.plain["rule"])}
    if path is None or not path.exists():
        shipped_rules = tuple(_rule(*one) for one in plain.values())
        return AlertConfig(path or BUILT_IN, shipped_rules, (), (), plants=plants)
    own = read_toml(path)
    return replace(config_from(own, zone), plants=plants)


def config_from(own: TomlFile, zone: str) -> AlertConfig:
    """As `load_alerts`, from a file that was read."""
    shipped = read_toml(BUILT_IN)
    told = {str(one["name"]): (shipped, i, one) for i, one in enumerate(shipped.plain["rule"])}
    unknown = set(own.plain) - {"rule", "recipient", "maintenance"}
    if unknown:
        name = sorted(unknown)[0]
        raise own.fail(
            f"{name} is not known here", name,
            expected="[[rule]], [[recipient]] or [[maintenance]]",
        )  # fmt: skip
    for key in ("rule", "recipient", "maintenance"):
        if not isinstance(own.plain.get(key, []), list):
            raise own.fail(f"[{key}] is one table", key, expected=f"[[{key}]]")
    names = []
    for i, table in enumerate(own.plain.get("rule", [])):
        name = table.get("name")
        if not isinstance(name, str) or not name.strip():
            raise own.fail("rule has no name", "rule", i, expected='name = "..."')
        if name in names:
            raise own.fail(f"rule {name!r} twice", "rule", i, "name")
        names.append(name)
        before = told[name][2] if name in told else {}
        told[name] = (own, i, {**before, **table})
    recipients = [
        own.check(Recipient, one, "recipient", i)
        for i, one in enumerate(own.plain.get("recipient", []))
    ]
    for i, one in enumerate(recipients):
        if one.name in [other.name for other in recipients[:i]]:
            raise own.fail(f"recipient {one.name!r} twice", "recipient", i, "name")
        _check_recipient(own, i, one)
    config = AlertConfig(
        own.path, tuple(_rule(*one) for one in told.values()), tuple(recipients),
        tuple(_maintenance(own, i, one, zone)
              for i, one in enumerate(own.plain.get("maintenance", []))),
        tuple(names),
    )  # fmt: skip
    _check_names(own, config, names)
    return config


def _rule(file: TomlFile, number: int, plain: Mapping[str, Any]) -> Rule:
    table = file.check(RuleTable, plain, "rule", number)
    try:
        return table.as_rule()
    except RuleError as error:
        # What is at fault may stand in the shipped rule, or nowhere.
        head = file.line("rule", number)
        at_fault = error.key and file.line("rule", number, error.key) != head
        raise file.fail(str(error), "rule", number, error.key if at_fault else "name") from error


def _check_names(own: TomlFile, config: AlertConfig, names: list[str]) -> None:
    """Recipients that rules name must be there."""
    known = {one.name for one in config.recipients}
    for rule in config.rules:
        lost = [name for name in (*rule.recipients, *rule.escalate_to) if name not in known]
        if lost and rule.name in names:
            error = RuleError("recipient_unknown", "no recipient {found!r}", rule=rule.name,
                              found=lost[0])  # fmt: skip
            raise own.fail(
                str(error), "rule", names.index(rule.name), "recipients",
                expected=", ".join(sorted(known)) or "a [[recipient]] table",
            ) from error  # fmt: skip


def check_recipient(one: Recipient) -> None:
    """What a way of delivery needs must be told.

    Raises
    ------
    RuleError
    """
    wanted = {"smtp": ("host", "to"), "mqtt": ("host",), "webhook": (), "log": ()}[one.kind]
    for key in wanted:
        if not getattr(one, key):
            raise RuleError("recipient_needs", "needs {column}", key=key, recipient=one.name,
                            column=key)  # fmt: skip
    if one.kind == "webhook" and bool(one.url) == bool(one.url_env):
        raise RuleError("recipient_url", "needs either url or url_env", key="url",
                        recipient=one.name)  # fmt: skip
    if one.kind == "smtp" and not all(_ADDRESS.fullmatch(address) for address in one.to):
        raise RuleError("recipient_address", "to holds what is no mail address", key="to",
                        recipient=one.name)  # fmt: skip


def _check_recipient(file: TomlFile, number: int, one: Recipient) -> None:
    try:
        check_recipient(one)
    except RuleError as error:
        at_fault = file.line("recipient", number, error.key) != file.line("recipient", number)
        key = error.key if at_fault else "name"
        raise file.fail(str(error), "recipient", number, key) from error


def _maintenance(
    file: TomlFile, number: int, plain: Mapping[str, Any], zone: str
) -> Maintenance:  # fmt: skip
    one = file.check(_Maintenance, plain, "maintenance", number)
    start, end = (
        (edge if edge.tzinfo else edge.replace(tzinfo=ZoneInfo(zone))).timestamp()
        for edge in (one.start, one.end)
    )
    if not start < end:
        raise file.fail("maintenance ends before it starts", "maintenance", number, "end")
    return Maintenance(one.device, one.site, round(start * 1e6), round(end * 1e6), one.note)


def rule_as_table(rule: Rule) -> dict[str, Any]:
    """The keys that a ``[[rule]]`` of the file needs to give this rule."""
    found: dict[str, Any] = {"name": rule.name, "condition": rule.condition}
    backwards = {attribute: key for key, attribute in _LISTS.items()}
    for one in fields(Rule):
        value = getattr(rule, one.name)
        if one.name in ("name", "condition", "limits", "when") or value == one.default:
            continue
        plain = list(value) if isinstance(value, tuple) else value
        found[backwards.get(one.name, one.name)] = plain
    for severity, limit in rule.limits:
        bounds = {"above": limit.above, "below": limit.below}
        found[severity] = {name: bound for name, bound in bounds.items() if bound is not None}
    if rule.when is not None:
        bounds = {"above": rule.when.above, "below": rule.when.below}
        found["when"] = {
            "quantity": rule.when.quantity, **{k: v for k, v in bounds.items() if v is not None},
        }  # fmt: skip
    return found
