"""Control on the page: what is shown, who may set a value, and what is kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import DEFAULT_RULES
from core.control_store import LONGEST_OVERRIDE_US, OUTCOMES, ControlStore
from core.control_view import control_view
from core.control_words import LIMITS, REASONS
from core.errors import SourceError
from core.ledger import create_ledger
from pages.plan import override
from pages.shared import data
from pages.shared.texts import TEXTS

CONTROL = """
mode = "armed"
may_override = ["ada@example.org"]

[[device]]
name = "HOME"
template = "home"
host = "127.0.0.1"

[[actuator]]
name = "battery"
device = "HOME"
setpoint = "battery_power"
min_kw = -5
max_kw = 5
hold_s = 0
safe_kw = 0
"""


def section() -> None:
    from pages.plan import override
    from pages.shared import states

    with states.guarded():
        override.show(states.data.open_store())


Show = Callable[..., AppTest]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    create_ledger(tmp_path / "store", zone="UTC", rules=DEFAULT_RULES).close()
    return tmp_path / "store"


@pytest.fixture
def show(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    monkeypatch.setenv("ZIGGURAT_STORE", str(store))
    data.settings.cache_clear()
    st.cache_resource.clear()

    def shown(user: dict[str, Any] | None = None) -> AppTest:
        monkeypatch.setattr(st, "user", user or {})
        app = AppTest.from_function(section, default_timeout=30)
        app.run()
        assert not app.exception
        return app

    yield shown
    data.settings.cache_clear()
    st.cache_resource.clear()


def said(app: AppTest) -> str:
    html = " ".join(str(one.proto.body) for one in app.get("html"))
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def configure(store: Path, text: str = CONTROL) -> None:
    store.with_name("store_control.toml").write_text(text, "utf-8")


def test_without_a_file_control_is_said_to_be_off(show: Show) -> None:
    assert "Control is off" in said(show())


def test_without_sign_in_there_is_no_form(show: Show, store: Path) -> None:
    configure(store)
    app = show()
    assert "no sign-in is configured" in said(app)
    assert "secrets.toml" in said(app)
    assert len(app.number_input) == 0


def test_who_is_not_signed_in_or_not_named_gets_no_form(show: Show, store: Path) -> None:
    configure(store)
    app = show({"is_logged_in": False})
    assert [one.label for one in app.button] == ["Sign in"]
    assert len(app.number_input) == 0
    app = show({"is_logged_in": True, "email": "eve@example.org"})
    assert "eve@example.org is not among those" in said(app)
    # An address that the provider has not verified is nobody's.
    app = show({"is_logged_in": True, "email": "ada@example.org", "email_verified": False,
                "sub": "17"})  # fmt: skip
    assert "17 is not among those" in said(app)
    assert len(app.number_input) == 0


def test_a_value_is_set_by_hand_and_taken_back(show: Show, store: Path) -> None:
    configure(store)
    app = show({"is_logged_in": True, "email": "ada@example.org"})
    assert (app.number_input[0].min, app.number_input[0].max) == (-5, 5)
    app.number_input[0].set_value(-2.5)
    app.button[0].click().run()
    assert "Say why" in said(app)
    app.number_input[0].set_value(-2.5)
    app.text_input[0].set_value("test of the inverter")
    app.button[0].click().run()
    with ControlStore(store) as kept:
        [one] = kept.overrides(time.time_ns() // 1000).values()
    assert (one.actuator, one.kw, one.by, one.why) == (
        "battery", -2.5, "ada@example.org", "test of the inverter",
    )  # fmt: skip
    assert one.until - one.at == pytest.approx(3_600_000_000, abs=1_000_000)
    assert "battery is set to -2.50 kW by hand" in said(app).replace("\u2212", "-")
    app.text_input[0].set_value("done")
    app.button[1].click().run()
    with ControlStore(store) as kept:
        assert kept.overrides(time.time_ns() // 1000) == {}
        assert [one.kw for one in kept.override_history()] == [None, -2.5]


def test_commands_and_watchdog_are_shown(show: Show, store: Path) -> None:
    configure(store)
    with ControlStore(store) as kept:
        first = kept.command("battery", 9.0, 5.0, "plan", {}, ("max",))
        kept.answer([first], "confirmed", 5.0)
        kept.command("battery", 0.0, 0.0, "safe_plan_old", {"limit_s": 5400}, ())
        fault = {"reason": "safe_plan_old", "limit_s": 5400}
        kept.put_state({"mode": "armed", "ended": False, "issued": None,
                        "plan": {"battery": fault}, "devices": {}})  # fmt: skip
    words = said(show())
    assert "Control is armed" in words
    assert "Watchdog, battery: safe value: the plan is older than 5400 s" in words
    assert "plan; limited by most" in words
    assert "confirmed" in words
    assert "open" in words  # nobody saw the end of the second


def test_a_controller_that_says_nothing_is_not_at_work(store: Path) -> None:
    configure(store)
    with ControlStore(store) as kept:
        kept.put_state({"mode": "armed", "ended": False, "issued": 1, "plan": {}, "devices": {}})
        with kept._file.writing() as (con, now):  # as if it had been killed two minutes ago
            con.execute("UPDATE state SET value = json_set(value, '$.at', ?)", (now - 120_000_000,))
    data.settings.cache_clear()
    view = control_view(data.settings().model_copy(update={"store": store}))
    assert view.working is None
    assert view.seen is not None


@pytest.mark.parametrize(
    ("kw", "seconds", "by", "why", "field"),
    [
        (float("nan"), 60, "ada", "x", "kw"),
        (1.0, -1, "ada", "x", "until"),
        (1.0, LONGEST_OVERRIDE_US / 1e6 + 60, "ada", "x", "until"),
        (1.0, 60, " ", "x", "by"),
        (1.0, 60, "ada", "", "why"),
        (1.0, 60, "ada", "a\x07b", "why"),
    ],
)
def test_an_override_that_cannot_be_is_refused(
    store: Path, kw: float, seconds: float, by: str, why: str, field: str
) -> None:
    with ControlStore(store) as kept:
        until = time.time_ns() // 1000 + round(seconds * 1e6)
        with pytest.raises(SourceError) as failed:
            kept.override("battery", kw, until, by, why)
        assert str(failed.value.path) == field
        assert f"control.missing.{field}" in TEXTS
        assert kept.override_history() == []


def test_every_reason_has_its_words_in_both_languages() -> None:
    def gaps(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    for key, words in REASONS.items():
        english, german = TEXTS[f"control.reason.{key}"]
        assert english == words
        assert gaps(english) == gaps(german)
    for key, words in LIMITS.items():
        assert TEXTS[f"control.limit.{key}"][0] == words
    for outcome in (*OUTCOMES, "unknown"):
        assert f"control.outcome.{outcome}" in TEXTS
    assert set(override.OUTCOMES) == set(OUTCOMES)
