"""The Alerts page with a wrong file of rules, more lanes than are drawn, and notes of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.alert_rules import load_alerts
from core.alert_service import run_alerts
from core.alert_store import Found, open_alerts
from core.analytics.alerts import Episode
from core.query import open_store
from pages.shared import data
from tests.conftest import REPO
from tests.stores import run, scratch, us, write_csv

START = us("2025-03-01T00:00")
HOUR = 3600 * 10**6


@pytest.fixture
def store() -> Iterator[Path]:
    """A battery that was hot for two hours, and is again."""
    with scratch() as folder, pytest.MonkeyPatch.context() as patch:
        warm = {30: 50.0, 31: 58.0, 99: 48.0}
        rows = [(START + i * HOUR, [warm.get(i, 25.0)]) for i in range(100)]
        write_csv(folder / "raw" / "BESS-1" / "bms1_p1_t1.csv", ["value"], rows)
        run(folder, sources=(folder / "raw",))
        opened = open_store(folder / "store")
        with open_alerts(folder / "store") as alerts:
            run_alerts(opened, alerts, load_alerts(None, opened.zone), since=START)
        opened.close()
        patch.setenv("ZIGGURAT_STORE", str(folder / "store"))
        data.settings.cache_clear()
        st.cache_resource.clear()
        yield folder / "store"
    data.settings.cache_clear()
    st.cache_resource.clear()


def shown(page: str = "alerts", **query: str) -> str:
    app = AppTest.from_file(str(REPO / "app.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
    kinds = ("title", "subheader", "caption", "html", "markdown")
    parts = [str(one.value) if kind != "html" else str(one.proto.body)
             for kind in kinds for one in app.get(kind)]  # fmt: skip
    return unescape("\n".join(parts)).replace("\u00a0", " ")


def test_a_wrong_file_of_rules_leaves_the_page_with_the_rules_before(store: Path) -> None:
    own = store.with_name("store_alerts.toml")
    own.write_text('[[rule]]\nname = "temperature"\nwarning = { above = "x" }\n', "utf-8")
    page = shown(lang="en")
    assert "below stand the shipped rules alone" in page and "store_alerts.toml:3" in page
    assert "Alerts" in page and "Temperature" in page and "History" in page
    own.write_text('[[rule]]\nname = "temperature"\nwarning = { above = 40 }\n', "utf-8")
    assert "The file of rules" not in shown(lang="en")
    own.write_text('[[rule]]\nname = "temperature"\nwarning = { above = "x" }\n', "utf-8")
    assert "as they were before" in shown(lang="en", view="rules")


def test_lanes_that_are_not_drawn_are_named_and_the_gravest_are_drawn(store: Path) -> None:
    with open_alerts(store) as alerts:
        for number in range(14):
            severity = "critical" if number == 13 else "info"
            for i in range(1 if number == 13 else 3):
                at = START + (number + 20 * i) * HOUR
                episode = Episode(at, at, severity, 1.0, at, end=at + HOUR, known=at + HOUR)
                alerts.keep([Found(f"own{number:02}", "BESS-1", "", episode, "1", "threshold")])
    (words,) = [line for line in shown(lang="en").splitlines() if "not drawn" in line]
    assert ("Drawn are 12 of 15, the gravest first") in words
    assert "own13" not in words and "Temperature" not in words and "own00" in words


def test_the_overview_calls_for_a_device_with_an_open_alert(store: Path) -> None:
    page = shown("overview", lang="en")
    assert "1 of 1 devices need attention, BESS-1 first" in page
    assert "1 open alert" in page
