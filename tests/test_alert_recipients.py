"""Recipients as a table: checked, written with comments kept, and never a secret among them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.alert_recipients_file import (
    COLUMNS,
    recipients_frame,
    recipients_from_frame,
    write_recipients,
)
from core.alert_rules import AlertConfig, load_alerts
from core.alert_secrets import is_secret_url, shown_url
from core.alert_transports import send
from core.errors import DeclarationError, DeliveryError, RuleError

ZONE = "Europe/Berlin"
KEYED = "https://hooks.slack.com/services/T0/B0/XYZ"
OWN = """\
# who is told
[[recipient]]
name = "control room"   # day and night
kind = "smtp"
host = "mail.example.org"
password_env = "ZIGGURAT_MAIL_PASSWORD"  # set by the service
to = ["control@example.org"]
severity = "warning"

[[rule]]
name = "temperature"
recipients = ["control room"]

# the chat
[[recipient]]
name = "chat"
kind = "webhook"
form = "slack"
url = "https://hooks.slack.com/services/T0/B0/XYZ"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "store_alerts.toml"
    place.write_text(OWN, "utf-8")
    return place


def table(path: Path) -> tuple[AlertConfig, pd.DataFrame]:
    config = load_alerts(path, ZONE)
    return config, recipients_frame(config.recipients)


def added(frame: pd.DataFrame, **row: object) -> pd.DataFrame:
    """The table with a row as the editor adds one: what was not typed has no value."""
    new = pd.DataFrame([{**dict.fromkeys(COLUMNS), **row}], index=[len(frame)], dtype=object)
    return pd.concat([frame.astype(object), new])


def test_the_table_says_what_the_file_says_and_saving_it_changes_nothing(path: Path) -> None:
    config, frame = table(path)
    assert list(frame["name"]) == ["control room", "chat"]
    assert recipients_from_frame(frame, config.recipients) == config.recipients
    assert write_recipients(config, frame, ZONE) == config
    assert path.read_text("utf-8") == OWN


def test_lines_that_differ_are_changed_and_every_comment_stays(path: Path) -> None:
    config, frame = table(path)
    frame.loc[0, ["to", "port", "language"]] = ["a@example.org, b@example.org", 2525, "de"]
    found = write_recipients(config, frame, ZONE)
    assert found.recipients[0].to == ("a@example.org", "b@example.org")
    wanted = OWN.replace('["control@example.org"]', '["a@example.org", "b@example.org"]')
    wanted = wanted.replace(
        'severity = "warning"\n', 'severity = "warning"\nport = 2525\nlanguage = "de"\n'
    )
    assert path.read_text("utf-8") == wanted


def test_a_new_one_a_renamed_one_and_one_that_is_gone(path: Path) -> None:
    config, frame = table(path)
    frame.loc[1, "name"] = "team"
    frame = added(frame, name="bus", kind="mqtt", host="broker.example.org", security="none")
    found = write_recipients(config, frame, ZONE)
    assert [one.name for one in found.recipients] == ["control room", "team", "bus"]
    text = path.read_text("utf-8")
    assert text.startswith(OWN.replace('name = "chat"', 'name = "team"'))
    config, frame = table(path)
    write_recipients(config, frame.drop(index=[1]), ZONE)
    text = path.read_text("utf-8")
    assert "hooks.slack.com" not in text and "# the chat" in text and "bus" in text


def test_the_first_one_of_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    config, frame = table(path)
    write_recipients(config, added(frame, name="log book", kind="log"), ZONE)
    assert path.read_text("utf-8") == '[[recipient]]\nname = "log book"\nkind = "log"\n'


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"name": "", "kind": "log"}, "recipient_no_name"),
        ({"name": "chat", "kind": "log"}, "recipient_twice"),
        ({"name": "m", "kind": "smtp", "host": "h"}, "recipient_needs"),
        ({"name": "m", "kind": "smtp", "host": "h", "to": "nobody"}, "recipient_address"),
        ({"name": "m", "kind": "smtp", "host": "h", "to": "a@b\nBcc: c@d"}, "recipient_address"),
        ({"name": "m", "kind": "mqtt"}, "recipient_needs"),
        ({"name": "m", "kind": "webhook"}, "recipient_url"),
        ({"name": "m", "kind": "webhook", "url": "http://a", "url_env": "B"}, "recipient_url"),
        ({"name": "m", "kind": "pigeon"}, "recipient_value"),
        ({"name": "m", "kind": "log", "port": 70000}, "recipient_value"),
    ],
)
def test_what_cannot_be_is_refused_and_not_written(
    path: Path, row: dict[str, object], kind: str
) -> None:
    config, frame = table(path)
    with pytest.raises(RuleError) as raised:
        write_recipients(config, added(frame, **row), ZONE)
    assert raised.value.kind == kind
    assert path.read_text("utf-8") == OWN


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"password_env": "hunter2"}, "recipient_variable"),
        ({"password_env": "S3cret!"}, "recipient_variable"),
        ({"url_env": "https://hooks.slack.com/hunter2"}, "recipient_variable"),
        ({"url": "https://hooks.slack.com/hunter2"}, "recipient_secret"),
        ({"url": "https://ziggurat:hunter2@example.org/"}, "recipient_secret"),
        ({"url": "https://example.org/?token=hunter2"}, "recipient_secret"),
    ],
)
def test_a_secret_is_neither_taken_nor_repeated(
    path: Path, row: dict[str, object], kind: str
) -> None:
    config, frame = table(path)
    with pytest.raises(RuleError) as raised:
        write_recipients(config, added(frame, name="hook", kind="webhook", **row), ZONE)
    assert raised.value.kind == kind
    said = repr(raised.value) + str(raised.value.told)
    assert not any(str(value) in said for value in row.values()) and "hunter2" not in said


def test_a_secret_address_of_the_file_is_kept_and_not_shown(path: Path) -> None:
    config, frame = table(path)
    assert "XYZ" not in frame.to_csv() and frame.loc[1, "url"] == "https://hooks.slack.com/…"
    frame.loc[1, "severity"] = "error"
    assert write_recipients(config, frame, ZONE).recipients[1].url == KEYED
    assert shown_url("http://10.0.0.4:8080/alerts") == "http://10.0.0.4:8080/alerts"
    assert is_secret_url("https://contoso.webhook.office.com/x") and not is_secret_url("")
    gone = config.recipients[1].model_copy(update={"url": "http://u:XYZ@127.0.0.1:1/"})
    with pytest.raises(DeliveryError) as raised:
        send(gone, {"id": "1", "title": "t", "text": "t", "alerts": []})
    assert "XYZ" not in str(raised.value)


def test_one_that_a_rule_names_cannot_go(path: Path) -> None:
    config, frame = table(path)
    with pytest.raises(RuleError) as raised:
        write_recipients(config, frame.drop(index=[0]), ZONE)
    assert raised.value.kind == "recipient_unknown" and raised.value.told["rule"] == "temperature"
    assert path.read_text("utf-8") == OWN


def test_a_file_changed_meanwhile_is_not_written_over(path: Path) -> None:
    config, frame = table(path)
    text = OWN.replace("mail.example.org", "post.example.org")
    path.write_text(text, "utf-8")
    frame.loc[0, "port"] = 25
    with pytest.raises(RuleError, match="changed meanwhile"):
        write_recipients(config, frame, ZONE)
    assert path.read_text("utf-8") == text


def test_a_form_that_lines_cannot_change_is_refused_and_stands(path: Path) -> None:
    text = OWN.replace('["control@example.org"]', '[\n  "control@example.org",\n]')
    path.write_text(text, "utf-8")
    config, frame = table(path)
    frame.loc[0, "to"] = "other@example.org"
    with pytest.raises(RuleError, match="by hand"):
        write_recipients(config, frame, ZONE)
    assert path.read_text("utf-8") == text


def test_the_file_itself_names_the_line_of_what_is_wrong(path: Path) -> None:
    path.write_text(OWN.replace('to = ["control@example.org"]', 'to = ["control"]'), "utf-8")
    with pytest.raises(DeclarationError, match="no mail address") as raised:
        load_alerts(path, ZONE)
    assert raised.value.line == 7
