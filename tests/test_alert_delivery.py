"""Messages of alerts reach real servers: each once, also when these are down at first."""

from __future__ import annotations

import json
import logging
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from paho.mqtt.enums import CallbackAPIVersion

from core import alert_transports
from core.alert_delivery import deliver, escalate, quiet_until, route, send_test
from core.alert_rules import AlertConfig, Recipient
from core.alert_store import AlertStore, Found, open_alerts
from core.analytics.alerts import SECOND_US, Episode, Limit, Rule
from core.errors import DeliveryError
from core.ledger import create_ledger
from tests.conftest import REPO
from tests.servers import Certificates, Mosquitto, free_port, wait_until
from tests.stores import us

S = SECOND_US
NOW = us("2025-06-13T12:00")
SECRET = "quite-a-secret-4711"
RULE = Rule("hot", "threshold", (("warning", Limit(above=45.0)),), ("cell_temperature",))


@pytest.fixture
def alerts(tmp_path: Path) -> Iterator[AlertStore]:
    create_ledger(tmp_path / "store", zone="Europe/Berlin", rules="1h,1d").close()
    with open_alerts(tmp_path / "store") as opened:
        yield opened


def config(*recipients: Recipient, rule: Rule = RULE) -> AlertConfig:
    return AlertConfig(Path("none.toml"), (rule,), recipients, ())


def found(device: str, start: int = NOW, *, end: int | None = None, **more: Any) -> Found:
    told = {"severity": "error", "peak": 51.5, "peak_at": start} | more
    return Found("hot", device, "", Episode(start, start, end=end, known=end, **told), "°C",
                 "threshold")  # fmt: skip


def raise_four(alerts: AlertStore, told: AlertConfig, now: int = NOW) -> None:
    four = [found(f"BESS-{i}") for i in range(1, 5)]
    alerts.keep(four, route=route(told, "Europe/Berlin", now))


# --- servers --------------------------------------------------------------------------------------


@dataclass
class Mailbox:
    """Takes mail; refuses as often as `refuse` says."""

    refuse: int = 0
    mails: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            self.refuse -= 1
            return "451 come back later"
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@dataclass
class Hook:
    """An HTTP server that remembers what was posted; the first `refuse` requests fail."""

    refuse: int = 0
    posts: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    def start(self) -> Hook:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.refuse:
                    hook.refuse -= 1
                    self.send_response(503)
                else:
                    hook.posts.append((dict(self.headers), body))
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook().start()
    yield server
    server.stop()


def mail_server(box: Mailbox, port: int, certificates: Certificates) -> Controller:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificates.certificate("server"), certificates.key("server"))

    def check(_s: object, _session: object, _e: object, _m: object, told: object) -> AuthResult:
        assert isinstance(told, LoginPassword)
        good = (told.login, told.password) == (b"ziggurat", SECRET.encode())
        return AuthResult(success=good)

    return Controller(
        box, hostname="127.0.0.1", port=port, tls_context=trust, require_starttls=True,
        authenticator=check, auth_required=True,
    )  # fmt: skip


def mail_to(port: int, certificates: Certificates, **more: Any) -> Recipient:
    told = {
        "name": "control", "kind": "smtp", "host": "127.0.0.1", "port": port,
        "to": ("control@example.org",), "user": "ziggurat", "password_env": "MAIL_PASSWORD",
        "group_s": 0, "ca": certificates.ca,
    } | more  # fmt: skip
    return Recipient.model_validate(told)


# --- each exactly once ----------------------------------------------------------------------------


def test_four_alerts_are_one_mail_also_when_the_server_is_down_at_first(
    alerts: AlertStore, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    port, box = free_port(), Mailbox(refuse=1)
    told = config(mail_to(port, certificates))
    raise_four(alerts, told)
    down = deliver(alerts, told, "Europe/Berlin", NOW)
    assert down.messages == 0 and "refused" in down.failed[0].lower()
    server = mail_server(box, port, certificates)
    server.start()
    try:
        assert deliver(alerts, told, "Europe/Berlin", NOW + 4 * S).failed == ()  # not due yet
        later = deliver(alerts, told, "Europe/Berlin", NOW + 6 * S)
        assert "451" in later.failed[0]
        assert deliver(alerts, told, "Europe/Berlin", NOW + 30 * S).messages == 1
        assert deliver(alerts, told, "Europe/Berlin", NOW + 90 * S).messages == 0
    finally:
        server.stop()
    (mail,) = box.mails
    assert mail["Subject"] == "4 alerts, the gravest ERROR"
    text = mail.get_payload()
    assert [f"BESS-{i}" in text for i in range(1, 5)] == [True] * 4


def test_a_webhook_takes_each_message_once_in_its_form(alerts: AlertStore, hook: Hook) -> None:
    url = f"http://127.0.0.1:{hook.port}/alerts"
    recipients = [
        Recipient(name=form, kind="webhook", url=url, form=form, group_s=0)
        for form in ("json", "slack", "teams")
    ]
    told = config(*recipients)
    hook.refuse = 1
    alerts.keep([found("BESS-1")], route=route(told, "Europe/Berlin", NOW))
    assert len(deliver(alerts, told, "Europe/Berlin", NOW).failed) == 1
    assert deliver(alerts, told, "Europe/Berlin", NOW + 20 * S).messages == 1
    deliver(alerts, told, "Europe/Berlin", NOW + 60 * S)
    bodies = {next(iter(body)): body for _, body in hook.posts}
    assert len(hook.posts) == 3
    assert bodies["id"]["alerts"][0]["device"] == "BESS-1"
    assert bodies["text"]["text"].startswith("*ERROR: hot at BESS-1*")
    card = bodies["type"]["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["body"][0]["text"] == "ERROR: hot at BESS-1"
    assert len({headers["Idempotency-Key"] for headers, _ in hook.posts}) == 3


@pytest.mark.broker
def test_mqtt_takes_each_message_once_also_when_the_broker_is_down_at_first(
    alerts: AlertStore, mosquitto: Mosquitto
) -> None:
    taken: list[dict[str, Any]] = []
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="in", clean_session=False
    )  # fmt: skip
    client.on_message = lambda _c, _u, message: taken.append(json.loads(message.payload))
    client.on_connect = lambda c, *_: c.subscribe("plant/alerts", qos=1)
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    try:
        assert subscribed.wait(60)
        told = config(
            Recipient(
                name="bus", kind="mqtt", host="127.0.0.1", port=mosquitto.port, security="none",
                topic="plant/alerts", group_s=0,
            )
        )  # fmt: skip
        mosquitto.stop()
        raise_four(alerts, told)
        assert len(deliver(alerts, told, "Europe/Berlin", NOW).failed) == 1
        mosquitto.start()
        assert deliver(alerts, told, "Europe/Berlin", NOW + 10 * S).messages == 1
        assert deliver(alerts, told, "Europe/Berlin", NOW + 20 * S).messages == 0
        wait_until(lambda: bool(taken), what="the message")
    finally:
        client.loop_stop()
        client.disconnect()
    (message,) = taken
    assert sorted(one["device"] for one in message["alerts"]) == [f"BESS-{i}" for i in range(1, 5)]


KILLED = """
import os, signal, sys
from pathlib import Path
from core.alert_delivery import deliver
from core.alert_rules import AlertConfig, Recipient
from core.alert_store import open_alerts
from core.alert_transports import send
from tests.test_alert_delivery import NOW, RULE, S

def send_and_die(recipient, message):
    send(recipient, message)
    os.kill(os.getpid(), signal.SIGKILL)

told = AlertConfig(Path("none.toml"), (RULE,), (Recipient(
    name="hook", kind="webhook", url=sys.argv[2], group_s=0),), ())
deliver(open_alerts(sys.argv[1]), told, "UTC", NOW + S, send_and_die)
"""


def test_killed_between_sending_and_recording_the_same_message_comes_under_the_same_name(
    alerts: AlertStore, hook: Hook
) -> None:
    url = f"http://127.0.0.1:{hook.port}/"
    told = config(Recipient(name="hook", kind="webhook", url=url, group_s=0))
    raise_four(alerts, told)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(alerts.root), url], cwd=REPO,
        env=os.environ | {"PYTHONPATH": str(REPO)}, check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL
    assert len(hook.posts) == 1
    assert deliver(alerts, told, "UTC", NOW + 60 * S).messages == 1
    assert deliver(alerts, told, "UTC", NOW + 120 * S).messages == 0
    (first, body), (second, again) = hook.posts
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == body["id"]
    assert body == again  # a receiver that knows names takes it once


# --- who, when, how often -------------------------------------------------------------------------


def log_to(**more: Any) -> Recipient:
    return Recipient.model_validate({"name": "log", "kind": "log", "group_s": 0} | more)


def sent_texts(alerts: AlertStore, told: AlertConfig, now: int) -> list[str]:
    texts: list[str] = []
    deliver(alerts, told, "Europe/Berlin", now, lambda _r, m: texts.append(str(m["text"])))
    return texts


def test_an_event_goes_to_a_recipient_once_however_often_it_is_evaluated(
    alerts: AlertStore,
) -> None:
    told = config(log_to())
    for _ in range(3):
        alerts.keep([found("BESS-1")], route=route(told, "Europe/Berlin", NOW))
    assert len(sent_texts(alerts, told, NOW)) == 1
    ended = found("BESS-1", end=NOW + 60 * S)
    for _ in range(2):
        alerts.keep([ended], route=route(told, "Europe/Berlin", NOW + 61 * S))
    (text,) = sent_texts(alerts, told, NOW + 61 * S)
    assert "ended" in text
    assert sent_texts(alerts, told, NOW + 99 * S) == []


def test_alerts_within_a_minute_go_together(alerts: AlertStore) -> None:
    told = config(log_to(group_s=60))
    for second, device in ((0, "a"), (30, "b"), (50, "c")):
        at = NOW + second * S
        alerts.keep([found(device, at)], route=route(told, "Europe/Berlin", at))
        assert sent_texts(alerts, told, at) == []
    (text,) = sent_texts(alerts, told, NOW + 60 * S)
    assert len(text.splitlines()) == 3


def test_only_what_is_grave_enough_and_only_to_those_named(alerts: AlertStore) -> None:
    named = Rule(
        "hot", "threshold", (("warning", Limit(above=45.0)),), ("t",), recipients=("one", "log")
    )
    told = config(
        log_to(), log_to(name="one", severity="critical"), log_to(name="other"), rule=named
    )  # fmt: skip
    alerts.keep([found("BESS-1")], route=route(told, "Europe/Berlin", NOW))
    assert [row.recipient for row in alerts.deliveries()] == ["log"]


def test_quiet_hours_hold_the_message_not_the_alert(alerts: AlertStore) -> None:
    quiet = Rule("hot", "threshold", (("warning", Limit(above=45.0)),), ("t",), quiet="22:00-06:00")
    told = config(log_to(), rule=quiet)
    night = us("2025-06-13T23:30+02:00")
    alerts.keep([found("BESS-1", night)], route=route(told, "Europe/Berlin", night))
    assert len(alerts.alerts(only_open=True)) == 1
    assert sent_texts(alerts, told, night + 3600 * S) == []
    assert len(sent_texts(alerts, told, us("2025-06-14T06:00+02:00"))) == 1


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2025-06-13T21:59+02:00", "2025-06-13T21:59+02:00"),
        ("2025-06-13T22:00+02:00", "2025-06-14T06:00+02:00"),
        ("2025-06-14T05:59+02:00", "2025-06-14T06:00+02:00"),
        ("2025-10-25T23:00+02:00", "2025-10-26T06:00+01:00"),  # the night has an hour more
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: str, until: str) -> None:
    assert quiet_until("22:00-06:00", us(now), "Europe/Berlin") == us(until)


def test_a_snoozed_alert_is_not_told_of_until_that_is_over(alerts: AlertStore) -> None:
    told = config(log_to())
    now = time.time_ns() // 1000
    alerts.keep([found("BESS-1", now)], route=route(told, "Europe/Berlin", now))
    (one,) = alerts.alerts()
    alerts.snooze(one.id, "A. Name", now + 3600 * S)
    assert alerts.alert(one.id).state == "snoozed"
    assert sent_texts(alerts, told, now + 60 * S) == []
    assert len(sent_texts(alerts, told, now + 3601 * S)) == 1


def test_a_message_that_was_sent_is_not_queued_again(alerts: AlertStore) -> None:
    told = config(log_to())
    alerts.keep([found("a")], route=route(told, "Europe/Berlin", NOW))
    assert len(sent_texts(alerts, told, NOW)) == 1
    alerts.enqueue(1, "raised", [("log", "error", NOW)])
    assert sent_texts(alerts, told, NOW + S) == []


def test_what_nobody_acknowledges_is_told_to_others(alerts: AlertStore) -> None:
    grave = Rule(
        "hot", "threshold", (("warning", Limit(above=45.0)),), ("t",), recipients=("log",),
        escalate_s=600.0, escalate_to=("chief",),
    )  # fmt: skip
    told = config(log_to(), log_to(name="chief"), rule=grave)
    alerts.keep([found("a"), found("b")], route=route(told, "Europe/Berlin", NOW))
    seen = next(one for one in alerts.alerts() if one.device == "a")
    alerts.acknowledge(seen.id, "A. Name", "on my way")
    for minutes in (5, 11, 12):
        escalate(alerts, told, "Europe/Berlin", NOW + minutes * 60 * S)
    rows = [row for row in alerts.deliveries() if row.recipient == "chief"]
    assert [(alerts.alert(row.alert).device, row.event) for row in rows] == [("b", "escalated")]


# --- secrets --------------------------------------------------------------------------------------


def test_no_secret_is_logged_or_kept(
    alerts: AlertStore, certificates: Certificates, hook: Hook, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(alert_transports, "TIMEOUT_S", 1.0)
    monkeypatch.setenv("MAIL_PASSWORD", f"wrong-{SECRET}")
    # The library's words about a blank in an address hold the address.
    monkeypatch.setenv("HOOK", f"http://127.0.0.1/{SECRET} 1")
    port = free_port()
    told = config(
        mail_to(port, certificates),
        Recipient(name="hook", kind="webhook", url_env="HOOK", group_s=0),
        Recipient(name="bearer", kind="webhook", url=f"http://127.0.0.1:{free_port()}/",
                  password_env="MAIL_PASSWORD", group_s=0),
        log_to(),
    )  # fmt: skip
    raise_four(alerts, told)
    server = mail_server(Mailbox(), port, certificates)
    server.start()
    try:
        failed = deliver(alerts, told, "Europe/Berlin", NOW).failed
    finally:
        server.stop()
    assert len(failed) == 3
    for recipient in told.recipients[:3]:
        with pytest.raises(DeliveryError) as error:
            send_test(recipient)
        assert SECRET not in str(error.value)
    out, err = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in alerts.root.iterdir())
    for text in (*failed, caplog.text, out, err, repr(told)):
        assert SECRET not in text
    assert SECRET.encode() not in kept
    assert "BESS-1" in caplog.text


def test_a_secret_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK", raising=False)
    with pytest.raises(DeliveryError, match="HOOK"):
        send_test(Recipient(name="hook", kind="webhook", url_env="HOOK"))
