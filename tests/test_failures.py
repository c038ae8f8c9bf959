"""Why a device could not be asked: told in English by logs, kept with its facts, said by pages."""

from __future__ import annotations

import errno
import re
import socket
import ssl

import pytest

from core.errors import BadAnswer, DeviceError, NoAnswer, Unreachable
from core.failures import REASONS, Failure, because, kept, of_os, parse_kept
from pages.collecting.answer import error_words
from pages.shared import texts
from pages.shared.texts_live import LIVE


def test_pages_know_every_reason_and_its_facts() -> None:
    said = {key.removeprefix("live.why."): pair for key, pair in LIVE.items()
            if key.startswith("live.why.")}  # fmt: skip
    assert set(said) == set(REASONS)
    for key, (english, german) in said.items():
        assert english == REASONS[key]
        assert set(re.findall(r"\{\w+\}", german)) == set(re.findall(r"\{\w+\}", english)), key
        assert german != english or key == "detail", key


def test_what_is_kept_comes_back_with_its_facts() -> None:
    error = because(NoAnswer, "10.0.0.7:502 unit 1", "within", seconds=2.5)
    assert str(error) == "10.0.0.7:502 unit 1: nothing within 2.5 s"
    found = parse_kept(kept(error))
    assert found == Failure(
        "NoAnswer", str(error), "10.0.0.7:502 unit 1", "within", {"seconds": "2.5"}
    )
    assert found.english == "NoAnswer: 10.0.0.7:502 unit 1: nothing within 2.5 s"
    # What was kept before errors had keys, and errors without one.
    assert parse_kept("NoAnswer: nothing") == Failure("NoAnswer", "nothing")
    assert parse_kept("no answer") == Failure("", "no answer")
    assert kept(BadAnswer("KeyError: 'x'")) == "BadAnswer: KeyError: 'x'"


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (ConnectionResetError(104, "reset"), "lost"),
        (BrokenPipeError(32, "pipe"), "lost"),
        (socket.gaierror(-2, "Name or service not known"), "unknown_host"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no_route"),
        (ssl.SSLCertVerificationError("self-signed"), "certificate"),
        (OSError(5, "Input/output error"), "detail"),
    ],
)
def test_what_the_system_tells(error: OSError, key: str) -> None:
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "self-signed certificate"
    assert of_os(Unreachable, "x", error).key == key
    wrapped = RuntimeError("all attempts failed")
    wrapped.__cause__ = error
    assert of_os(Unreachable, "x", wrapped).key == key


def test_causes_that_lead_back_to_themselves_come_to_an_end() -> None:
    told, cause = OSError("the end was sudden"), OSError("a read failed")
    told.__cause__, cause.__context__ = cause, told
    error = of_os(Unreachable, "10.0.0.7:5671", told)
    assert (error.key, error.facts) == ("detail", {"detail": "the end was sudden"})


@pytest.mark.parametrize(
    ("error", "english", "german"),
    [
        (because(NoAnswer, "h:502 unit 1", "within", seconds=3.0),
         "no answer: h:502 unit 1: nothing within 3 s",
         "keine Antwort: h:502 unit 1: nichts innerhalb von 3 s"),
        (because(Unreachable, "h:1883", "refused"),
         "not reachable: h:1883: connection refused; nothing listens there",
         "nicht erreichbar: h:1883: Verbindung abgelehnt; dort hört niemand zu"),
        (because(BadAnswer, "", "count", found=3, asked=4), "unusable answer: 3 values for 4",
         "unbrauchbare Antwort: 3 Werte statt 4"),
        (BadAnswer("odd"), "unusable answer: odd", "unbrauchbare Antwort: odd"),
    ],
)  # fmt: skip
def test_a_page_says_it_in_its_language(
    error: DeviceError, english: str, german: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, expected in (("en", english), ("de", german)):
        monkeypatch.setattr(texts, "current_language", lambda told=language: told)
        assert error_words(kept(error)) == expected
    monkeypatch.setattr(texts, "current_language", lambda: "de")
    assert error_words("something else") == "something else"
