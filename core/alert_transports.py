"""Ways out for messages: mail, webhook, MQTT, log. Secrets come from the environment alone."""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate
from http.client import HTTPException
from typing import Any

from core.alert_messages import as_form
from core.alert_rules import Recipient
from core.alert_secrets import is_secret_url, shown_url
from core.errors import DeliveryError

TIMEOUT_S = 15.0
LOG = logging.getLogger("ziggurat.alerts")
Message = Mapping[str, Any]


def send(recipient: Recipient, message: Message) -> None:
    """Hand a message over; it bears its name, so that a receiver knows one that comes twice.

    Raises
    ------
    DeliveryError : it was not taken, or nobody knows whether it was; no secret is in the words.
    """
    try:
        _WAYS[recipient.kind](recipient, message)
    except (OSError, HTTPException, smtplib.SMTPException, ValueError) as error:
        # HTTPError, TimeoutError and TLS errors are OSErrors.
        said = type(error).__name__
        # Libraries quote a part of an address here and there: where it is secret, none is quoted.
        is_secret = bool(recipient.url_env) or is_secret_url(recipient.url)
        if not is_secret or isinstance(error, urllib.error.HTTPError | _NotSet):
            said = f"{said}: {error}"
        raise DeliveryError(f"{recipient.name}: {_without_secrets(recipient, said)}") from None


def missing_secrets(recipient: Recipient) -> list[str]:
    """Variables of the environment that a recipient names and that are not set."""
    named = (recipient.password_env, recipient.url_env)
    return [name for name in named if name and not os.environ.get(name)]


class _NotSet(ValueError):
    """A variable of the environment is not set."""


def _secret(name: str) -> str:
    if name and not os.environ.get(name):
        raise _NotSet(f"the environment has no {name}")
    return os.environ.get(name, "")


def _without_secrets(recipient: Recipient, text: str) -> str:
    """A text without the values that the environment holds for a recipient."""
    for name in (recipient.password_env, recipient.url_env):
        value = os.environ.get(name, "") if name else ""
        if value:
            text = text.replace(value, f"${name}")
    if recipient.url and is_secret_url(recipient.url):
        text = text.replace(recipient.url, shown_url(recipient.url))
    return text


def _trust(recipient: Recipient) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(recipient.ca) if recipient.ca else None)


def _mail(recipient: Recipient, message: Message) -> None:
    mail = EmailMessage()
    mail["Subject"] = str(message["title"])
    mail["From"] = recipient.sender or f"ziggurat@{recipient.host}"
    mail["To"] = ", ".join(recipient.to)
    mail["Date"] = formatdate()
    # The same when sent again: mail programs show such a message once.
    mail["Message-ID"] = f"<{message['id']}@ziggurat>"
    mail.set_content(f"{message['text']}\n")
    password = _secret(recipient.password_env)
    port = recipient.port or {"none": 25, "starttls": 587, "tls": 465}[recipient.security]
    if recipient.security == "tls":
        link: smtplib.SMTP = smtplib.SMTP_SSL(
            recipient.host, port, timeout=TIMEOUT_S, context=_trust(recipient)
        )
    else:
        link = smtplib.SMTP(recipient.host, port, timeout=TIMEOUT_S)
    with link:
        if recipient.security == "starttls":
            link.starttls(context=_trust(recipient))
        if recipient.user:
            link.login(recipient.user, password)
        link.send_message(mail)


def _webhook(recipient: Recipient, message: Message) -> None:
    url = _secret(recipient.url_env) if recipient.url_env else recipient.url
    if not url.startswith(("http://", "https://")):
        raise ValueError("the address of a webhook begins with http:// or https://")
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message["id"])}
    if recipient.password_env:
        headers["Authorization"] = f"Bearer {_secret(recipient.password_env)}"
    body = json.dumps(as_form(message, recipient.form), ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, headers, method="POST")
    trust = _trust(recipient) if url.startswith("https") else None
    with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=trust) as answer:
        answer.read()


def _mqtt(recipient: Recipient, message: Message) -> None:
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"ziggurat-{message['id']}"
    )  # fmt: skip
    if recipient.user:
        client.username_pw_set(recipient.user, _secret(recipient.password_env))
    if recipient.security != "none":
        client.tls_set_context(_trust(recipient))
    port = recipient.port or (1883 if recipient.security == "none" else 8883)
    refused: list[str] = []
    client.on_connect = lambda _c, _u, _f, code, _p: (
        refused.append(str(code)) if code.is_failure else None
    )  # fmt: skip
    client.connect(recipient.host, port, keepalive=30)
    client.loop_start()
    try:
        told = client.publish(
            recipient.topic, json.dumps(dict(message), ensure_ascii=False), qos=1
        )  # fmt: skip
        try:
            told.wait_for_publish(TIMEOUT_S)
        except RuntimeError as error:
            raise ConnectionError(str(error)) from error
        if not told.is_published():
            raise ConnectionError(refused[0] if refused else "the broker did not acknowledge")
    finally:
        client.disconnect()
        client.loop_stop()


def _log(recipient: Recipient, message: Message) -> None:
    LOG.warning("%s: %s | %s", recipient.name, message["title"],
                str(message["text"]).replace("\n", " | "))  # fmt: skip


_WAYS: dict[str, Callable[[Recipient, Message], None]] = {
    "smtp": _mail, "webhook": _webhook, "mqtt": _mqtt, "log": _log,
}  # fmt: skip
