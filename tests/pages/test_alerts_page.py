"""The Alerts page with a wrong file of rules, more lanes than are drawn, and notes of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.alert_rules import load_alerts
from core.alert_service import run_alerts
from core.alert_store import Found, open_alerts
from core.alert_views import Preview
from core.analytics.alerts import Episode
from core.query import open_store
from pages.alarms import rules
from pages.alarms.detail import note_words
from pages.alarms.rules import preview_words
from pages.shared.texts import TEXTS
from tests.conftest import REPO
from tests.pages.apps import captions, pages_of, plain, show, specs
from tests.stores import run, scratch, us, write_csv

START = us("2025-03-01T00:00")
HOUR = 3600 * 10**6


@pytest.fixture
def store() -> Iterator[Path]:
    """A battery that was hot for two hours, and is again."""
    with scratch() as folder:
        warm = {30: 50.0, 31: 58.0, 99: 48.0}
        rows = [(START + i * HOUR, [warm.get(i, 25.0)]) for i in range(100)]
        write_csv(folder / "raw" / "BESS-1" / "bms1_p1_t1.csv", ["value"], rows)
        run(folder, sources=(folder / "raw",))
        opened = open_store(folder / "store")
        with open_alerts(folder / "store") as alerts:
            run_alerts(opened, alerts, load_alerts(None, opened.zone), since=START)
        opened.close()
        with pages_of(folder / "store"):
            yield folder / "store"


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


@pytest.mark.parametrize("name", ["severity", "state", "of", "rule"])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_filter_of_an_unknown_value_shows_it_and_lets_nothing(
    store: Path, name: str, lang: str
) -> None:
    app = show("alerts", lang=lang, **{name: "quatsch"})
    picked = app.get_by_key(f"url-{name}")
    assert picked.value == "quatsch" and "quatsch" in picked.options
    assert not any(one.startswith("alerts.") for one in picked.options)
    assert any(TEXTS["alerts.open.none"][lang == "de"] in line for line in captions(app))
    assert TEXTS["alerts.filter.all"][lang == "de"] in picked.options


def keep_ended(store: Path, rule: str, severity: str, hours: Iterable[int]) -> None:
    """Alerts of an hour each that have ended."""
    with open_alerts(store) as alerts:
        for hour in hours:
            at = START + hour * HOUR
            episode = Episode(at, at, severity, 1.0, at, end=at + HOUR, known=at + HOUR)
            alerts.keep([Found(rule, "BESS-1", "", episode, "1", "threshold")])


def test_open_alerts_have_the_first_lanes_then_the_gravest_then_the_newest(store: Path) -> None:
    keep_ended(store, "busy", "info", (1, 21, 41))
    for number in range(31):
        keep_ended(store, f"own{number:02}", "critical", [number])
    app = show("alerts", lang="en")
    (figure,) = [one for one in specs(app) if "alerts in the window" in title_of(one)]
    lanes = figure["layout"]["yaxis"]["ticktext"]
    # The open one is of the severity "warning", all others with few alerts are critical.
    assert lanes[0] == "Temperature · BESS-1" and len(lanes) == 30
    assert lanes[1:] == [f"own{number:02} · BESS-1" for number in range(30, 1, -1)]
    assert "busy" not in title_of(figure) and "36 alerts" in title_of(figure)
    (words,) = [line for line in captions(app) if "not drawn" in line]
    assert "Drawn are 30 of 33, open ones first, then the gravest" in words
    assert words.endswith("own01 · BESS-1, own00 · BESS-1, busy · BESS-1")


def test_the_title_of_the_timeline_names_the_busiest_lane_where_it_is_drawn(store: Path) -> None:
    keep_ended(store, "busy", "info", (1, 21, 41))
    app = show("alerts", lang="en")
    assert "5 alerts in the window, most of busy · BESS-1" in " ".join(map(title_of, specs(app)))
    assert not [line for line in captions(app) if "not drawn" in line]


def title_of(figure: dict[str, Any]) -> str:
    return plain(str(figure["layout"].get("title", {}).get("text", "")))


def test_the_overview_calls_for_a_device_with_an_open_alert(store: Path) -> None:
    page = shown("overview", lang="en")
    assert "1 of 1 devices need attention, BESS-1 first" in page
    assert "1 open alert" in page


@pytest.mark.parametrize("lang", ["en", "de"])
def test_headings_of_the_rules_fit_their_columns(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heading begins 33 px behind the edge; of its letters one takes about 6.5 px."""
    monkeypatch.setattr(rules, "t", lambda key: TEXTS[key][lang == "de"])
    columns = rules._columns()
    for name, one in columns.items():
        assert 33 + 6.5 * len(one["label"]) <= one["width"], (name, one["label"])
    first = rules.ORDER[: rules.ORDER.index("recipients") + 1]
    # Beside the sidebar of a screen of 1400 px the table is 1070 px wide.
    assert 34 + sum(columns[name]["width"] for name in first) <= 1070


def test_what_is_wrong_and_what_is_doubtful_is_said_in_german(store: Path) -> None:
    own = store.with_name("store_alerts.toml")
    own.write_text('[[rule]]\nname = "temperature"\nwarning = { above = 60 }\n', "utf-8")
    page = shown(lang="de")
    assert "Regel Temperatur: Störung (> 55) muss weiter außen liegen als Warnung (> 60)" in page
    own.write_text('[[rule]]\nname = "temperature"\nquantity = "cell_temprature"\n', "utf-8")
    page = shown(lang="de")
    assert "Temperatur: Eine Messgröße cell_temprature ist nicht bekannt" in page
    assert "ist cell_temperature gemeint?" in page


def test_every_wrong_that_a_rule_can_be_has_words() -> None:
    text = (REPO / "core/analytics/alerts.py").read_text() + (
        REPO / "core/alert_rules_file.py"
    ).read_text()
    kinds = set(re.findall(r'(?:wrong|RuleError)\(\s*"(\w+)",', text))
    assert {"order", "limit", "by_hand"} <= kinds
    # Files and tables take neither another condition nor severities out of order.
    assert {one for one in kinds if f"alerts.wrong.{one}" not in TEXTS} <= {
        "condition", "severities",
    }  # fmt: skip


def test_notes_of_shipped_rules_have_both_languages_and_ones_own_stays() -> None:
    for rule in load_alerts(None, "UTC").rules:
        assert TEXTS[f"alerts.about.{rule.name}"][0] == rule.note
        assert note_words(replace(rule, note="eigene Notiz")) == "eigene Notiz"


def test_the_preview_names_what_lasted_from_before() -> None:
    none = Preview((), 2, 0, 90 * 24 * HOUR, ())
    silent = "Cell spread would not have fired in the last 90 days; devices watched: 2."
    assert preview_words(none, "cell_spread") == silent
    one = replace(none, lasting=(("BESS-1", "warning", 1),))
    assert preview_words(one, "cell_spread") == (
        f"{silent} One alert that began before lasted into these days."
    )
    some = replace(none, lasting=(("BESS-1", "warning", 1), ("BESS-2", "error", 2)))
    assert "3 alerts that began before lasted" in preview_words(some, "cell_spread")


def test_what_was_filed_leaves_the_form(store: Path) -> None:
    with open_alerts(store) as alerts:
        number = alerts.alerts()[0].id
    app = AppTest.from_file(str(REPO / "app.py"), default_timeout=60)
    app.query_params["alert"], app.query_params["lang"] = str(number), "en"
    app.switch_page("pages/alerts.py").run()
    by, note = (next(one for one in app.text_input if one.label == label)
                for label in ("Your name", "Note"))  # fmt: skip
    by.input("A. Name")
    note.input("fan is broken")
    next(one for one in app.button if one.label == "Acknowledge").click().run()
    assert not app.exception
    values = {one.label: one.value for one in app.text_input}
    assert (values["Your name"], values["Note"]) == ("A. Name", "")
    with open_alerts(store) as alerts:
        assert [one.note for one in alerts.remarks(number)] == ["fan is broken"]
