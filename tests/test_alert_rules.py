"""The file of rules: what it says, what is wrong with it, and how editing leaves it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.alert_rules import Maintenance, RuleTable, load_alerts, rule_as_table
from core.alert_rules_file import (
    edited,
    limit_text,
    parse_limit,
    rules_frame,
    rules_from_frame,
    write_rules,
)
from core.alert_views import preview_rule
from core.analytics.alerts import Limit, Rule
from core.config import load_settings
from core.errors import ConfigError, DeclarationError, RuleError
from core.query import open_store
from ingest.build import build
from tests.stores import settings, us, write_csv

ZONE = "Europe/Berlin"
OWN = """# Our own limits, agreed on with the operator.

[[rule]]
name = "temperature"   # the cells in hall 2 are old
# they must not get hot
warning = { above = 40 }  # was 45

[[recipient]]
name = "control"
kind = "log"

# The last word.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "own.toml"
    place.write_text(OWN, "utf-8")
    return place


def by_name(path: Path | None, name: str) -> Rule:
    return next(rule for rule in load_alerts(path, ZONE).rules if rule.name == name)


def test_a_rule_of_ones_own_changes_what_it_names_and_leaves_the_rest(path: Path) -> None:
    mine, shipped = by_name(path, "temperature"), by_name(None, "temperature")
    assert dict(mine.limits) == {"warning": Limit(above=40.0), "error": Limit(above=55.0)}
    assert replace(mine, limits=shipped.limits) == shipped


def test_without_a_file_the_shipped_rules_hold(tmp_path: Path) -> None:
    assert load_alerts(tmp_path / "none.toml", ZONE).rules == load_alerts(None, ZONE).rules


def test_the_file_stands_beside_the_store_or_where_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.alert_rules import rules_path

    assert rules_path(load_settings(store=tmp_path / "s")) == tmp_path / "s_alerts.toml"
    monkeypatch.setenv("ZIGGURAT_ALERTS", str(tmp_path / "else.toml"))
    assert rules_path(load_settings(store=tmp_path / "s")) == tmp_path / "else.toml"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[[rule]]\ncondition = "state"\n', 1, "rule has no name"),
        ('[[rule]]\nname = "x"\ncondition = "gues"\n', 3, "condition"),
        ('[[rule]]\nname = "temperature"\nwarning = { above = "warm" }\n', 3, "above"),
        ('[[rule]]\nname = "temperature"\nhold = 3\n', 3, "is not known here; expected hold_s"),
        ('[[rule]]\nname = "temperature"\n\n[[rule]]\nname = "temperature"\n', 5, "twice"),
        ('[[rule]]\nname = "x"\ncondition = "rate"\nquantity = "soc"\nwarning = {above = 1}\n', 2,
         "over_s"),
        ('[[rule]]\nname = "temperature"\nquiet = "at night"\n', 3, "quiet"),
        ('[[rule]]\nname = "temperature"\nquiet = "25:99-06:00"\n', 3,
         "quiet '25:99-06:00' is no span of local time; expected e.g. 22:00-06:00"),
        ('[[rule]]\nname = "temperature"\nhold_s = 5\nwarning = { above = 60 }\n', 2,
         "error > 55 does not lie beyond warning > 60"),
        ('[[rule]]\nname = "temperature"\nhold_s = 5\nerror = { above = 40 }\n', 4,
         "error > 40 does not lie beyond warning > 45"),
        ('[[rule]]\nname = "x"\ncondition = "threshold"\nquantity = "soc"\n', 2,
         "needs a limit of one of info, warning, error, critical, e.g. warning = { above = 45 }"),
        ('[[rule]]\nname = "> 0,04"\ncondition = "state"\n', 2, "is no name for a rule"),
        ('[[rule]]\nname = "temperature"\nrecipients = ["boss"]\n', 3, "no recipient 'boss'"),
        ('[[recipient]]\nname = "m"\nkind = "smtp"\n', 2, "needs host"),
        ('[[recipient]]\nname = "m"\nkind = "webhook"\n', 2, "either url or url_env"),
        ('[[recipient]]\nname = "m"\nkind = "smtp"\npassword = "x"\n', 4, "password is not known"),
        ("[[maintenance]]\nstart = 2025-06-02T00:00:00\nend = 2025-06-01T00:00:00\n", 3, "ends"),
        ("[rule]\nx = 1\n", 1, "[[rule]]"),
        ("[[rules]]\n", 1, "rules is not known here"),
        ("[[rule]\n", 1, "Expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    place = tmp_path / "own.toml"
    place.write_text(text, "utf-8")
    with pytest.raises(DeclarationError) as error:
        load_alerts(place, ZONE)
    assert f"{place}:{line}: " in str(error.value) and says in str(error.value)


def test_maintenance_is_local_time(tmp_path: Path) -> None:
    place = tmp_path / "own.toml"
    place.write_text(
        '[[maintenance]]\ndevice = "BESS-*"\nstart = 2025-06-01T08:00:00\n'
        "end = 2025-06-01T10:00:00Z\n", "utf-8",
    )  # fmt: skip
    assert load_alerts(place, ZONE).maintenance == (
        Maintenance("BESS-*", "*", us("2025-06-01T06:00"), us("2025-06-01T10:00")),
    )


# --- editing --------------------------------------------------------------------------------------


def test_every_shipped_rule_survives_table_and_file_form() -> None:
    rules = load_alerts(None, ZONE).rules
    assert rules_from_frame(rules_frame(rules), rules) == rules
    for rule in rules:
        assert RuleTable.model_validate(rule_as_table(rule)).as_rule() == rule


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("> 45", {"above": 45.0}), ("<180,>260", {"below": 180.0, "above": 260.0}),
        ("< -0,15", {"below": -0.15}), ("set", {}), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_limits_as_text(text: str, limit: dict[str, float] | None) -> None:
    assert parse_limit(text) == limit
    if limit is not None:
        assert parse_limit(limit_text(Limit(**limit))) == limit


@pytest.mark.parametrize("text", ["45", "> x", "> 45 and more", "=> 4"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(ConfigError, match="is no limit"):
        parse_limit(text)


def test_limits_in_german_and_back() -> None:
    rules = load_alerts(None, ZONE).rules
    frame = rules_frame(rules, "de")
    assert rules_from_frame(frame, rules) == rules
    row = frame.set_index("name")
    assert row.loc["cell_spread", "warning"] == "> 0,05"
    assert row.loc["smoke_or_error", "critical"] == "gesetzt"


def test_numbers_of_a_table_are_written_as_its_limits_are() -> None:
    shipped = {rule.name: rule for rule in load_alerts(None, ZONE).rules}
    rules = (replace(shipped["temperature"], clear_by=0.05, hold_s=86400.0, mean_s=0.0),)
    for language, text in (("en", "0.05"), ("de", "0,05")):
        row = rules_frame(rules, language).iloc[0]
        assert (row["clear_by"], row["hold_s"], row["mean_s"]) == (text, "86400", "0")
    frame = rules_frame(rules)
    for text, value in (("0.05", 0.05), ("0,05", 0.05), (" 3 ", 3.0), ("", 0.0), (2.5, 2.5)):
        frame["clear_by"] = pd.Series([text], dtype=object)
        assert rules_from_frame(frame, rules)[0].clear_by == value


@pytest.mark.parametrize(
    ("column", "value", "kind", "told"),
    [
        ("warning", "quatsch", "limit", {"rule": "temperature", "column": "warning"}),
        ("quiet", "abends", "quiet", {"rule": "temperature", "found": "abends"}),
        ("warning", "> 60", "order", {"grave": "error", "inner": "> 55", "outer": "> 60"}),
        ("hold_s", -1.0, "value", {"column": "hold_s"}),
        ("hold_s", "-1", "value", {"column": "hold_s"}),
        ("clear_by", "vier", "number", {"column": "clear_by", "found": "vier"}),
        ("warning", "> vier", "limit", {"column": "warning", "found": "> vier"}),
        ("name", "> 0,04", "name", {"rule": "> 0,04"}),
    ],
)
def test_what_cannot_be_names_rule_and_column(
    column: str, value: object, kind: str, told: dict[str, str]
) -> None:
    rules = load_alerts(None, ZONE).rules
    frame = rules_frame(rules)
    if column != "name":
        frame[column] = frame[column].astype(object)
    frame.loc[frame["name"] == "temperature", column] = value
    with pytest.raises(RuleError) as error:
        rules_from_frame(frame, rules)
    assert error.value.kind == kind and told.items() <= error.value.told.items()


def change(path: Path, **changed: object) -> str:
    """The file after the rule `temperature` was changed on the page."""
    config = load_alerts(path, ZONE)
    frame = rules_frame(config.rules)
    for column, value in changed.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame["name"] == "temperature", column] = value
    write_rules(config, rules_from_frame(frame, config.rules), ZONE)
    return path.read_text("utf-8")


def test_saving_changes_the_lines_that_differ_and_keeps_every_comment(path: Path) -> None:
    text = change(path, warning="> 42", clear_by=1.5)
    assert text == OWN.replace(
        "warning = { above = 40 }  # was 45\n",
        "warning = { above = 42 }  # was 45\nclear_by = 1.5\n",
    )
    assert change(path, clear_by=2.0) == text.replace("clear_by = 1.5\n", "")  # as shipped again


def test_saving_what_is_as_before_leaves_the_file_alone(path: Path) -> None:
    assert change(path) == OWN


def test_a_new_rule_and_a_rule_that_is_gone(path: Path) -> None:
    config = load_alerts(path, ZONE)
    new = Rule("warm", "threshold", (("info", Limit(above=30.0)),), ("temp_air",), note='a "b"')
    write_rules(config, (*config.rules, new), ZONE)
    with_new = load_alerts(path, ZONE)
    assert with_new.rules[-1] == new and with_new.recipients == config.recipients
    write_rules(with_new, with_new.rules[:-1], ZONE)
    assert path.read_text("utf-8").rstrip() == OWN.rstrip()
    with pytest.raises(ConfigError, match="switch it off"):
        write_rules(config, config.rules[1:], ZONE)


def test_a_form_that_lines_cannot_change_is_refused_and_stands(path: Path) -> None:
    text = '[[rule]]\nname = "temperature"\n[rule.warning]\nabove = 40 # by hand\n'
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="by hand"):
        change(path, warning="> 42")
    assert path.read_text("utf-8") == text


def test_a_file_changed_meanwhile_is_not_written_over(path: Path) -> None:
    config = load_alerts(path, ZONE)
    path.write_text(OWN.replace("40", "41"), "utf-8")
    off = tuple(replace(rule, enabled=False) for rule in config.rules)
    with pytest.raises(ConfigError, match="changed meanwhile"):
        write_rules(config, off, ZONE)


def test_a_rule_that_cannot_be_is_not_written(path: Path) -> None:
    with pytest.raises(ConfigError, match="must be warning too"):
        change(path, warning="> 60")
    assert path.read_text("utf-8") == OWN


def test_the_first_rule_of_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    place = tmp_path / "new.toml"
    config = load_alerts(place, ZONE)
    off = tuple(replace(r, enabled=r.name != "no_data") for r in config.rules)
    write_rules(config, off, ZONE)
    assert place.read_text("utf-8") == '[[rule]]\nname = "no_data"\nenabled = false\n'
    assert edited("", config, off) == place.read_text("utf-8")


# --- preview --------------------------------------------------------------------------------------


def test_how_often_a_rule_would_have_fired(tmp_path: Path) -> None:
    start = us("2025-03-01T00:00")
    warm = {10: 50.0, 11: 50.0, 40: 47.0, 70: 58.0}
    rows = [(start + i * 3600 * 10**6, [warm.get(i, 25.0)]) for i in range(100)]
    write_csv(tmp_path / "raw" / "BESS-1" / "bms1_p1_t1.csv", ["value"], rows)
    build(settings(tmp_path, sources=(tmp_path / "raw",)))
    store = open_store(tmp_path / "store")
    rule = by_name(None, "temperature")
    found = preview_rule(store, json.dumps(rule_as_table(rule)))
    assert found is not None
    assert found.counts == (("BESS-1", "error", 1), ("BESS-1", "warning", 2))
    assert (found.total, found.devices) == (3, 1)
    assert preview_rule(store, json.dumps(rule_as_table(rule)), days=2).total == 1  # type: ignore[union-attr]
    store.close()
