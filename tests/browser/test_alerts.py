"""The Alerts page in a browser: acknowledge, filter by the URL, edit and try a rule, test a way."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.alert_rules import load_alerts
from core.alert_service import run_alerts
from core.alert_store import open_alerts
from core.query import open_store
from ingest.build import build
from tests.browser.reading import settled
from tests.stores import settings, us, write_csv

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
OpenPage = Callable[..., Page]
START = us("2025-03-01T00:00")
HOUR = 3600 * 10**6


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A battery with a hot hour and one that is hot still, and a meter that fell silent."""
    root = tmp_path_factory.mktemp("alerts")
    warm = {30: 50.0, 31: 58.0, 70: 47.0, 99: 48.0}
    rows = [(START + i * HOUR, [warm.get(i, 25.0)]) for i in range(100)]
    write_csv(root / "raw" / "BESS-1" / "bms1_p1_t1.csv", ["value"], rows)
    load = [(START + i * HOUR, [5.0 + i % 3]) for i in range(60)]
    write_csv(root / "raw" / "m1" / "com_ap.csv", ["value"], load)
    build(settings(root, sources=(root / "raw",)))
    store = open_store(root / "store")
    with open_alerts(root / "store") as alerts:
        run_alerts(store, alerts, load_alerts(None, store.zone), since=START)
    store.close()
    return root


@pytest.fixture
def own_site(site: Path, tmp_path: Path) -> Path:
    """A copy: an alert that was acknowledged stays so when the test tries again."""
    return Path(shutil.copytree(site, tmp_path / "site"))


def words(page: Page, selector: str = ".stMain") -> str:
    return page.locator(selector).first.inner_text().replace("\u00a0", " ")


def figures(page: Page) -> list[str]:
    texts = page.locator(".zg-figure").all_inner_texts()
    return [" ".join(text.replace("\u00a0", " ").split()) for text in texts]


def test_an_alert_is_found_filtered_and_acknowledged(
    own_site: Path, serve: Serve, open_page: OpenPage
) -> None:
    address = serve(own_site / "store")
    page = open_page(f"{address}/alerts")
    expect(page.locator(".zg-table")).to_have_count(2)
    settled(page)
    assert figures(page)[:3] == [
        "Critical good 0",
        "Error error 1 1 not acknowledged",
        "Warning warning 1 1 not acknowledged",
    ]
    assert "2 alerts are open, the gravest No data at m1 since 3 Mar 2025 12:00." in words(page)

    page.goto(f"{address}/alerts?severity=warning&state=open")
    expect(page.locator(".zg-table tbody tr")).to_have_count(1)
    page.locator(".zg-table a").first.click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    detail = page.locator(".st-key-alert-detail")
    expect(detail).to_contain_text("Temperature: BESS-1 since 5 Mar 2025 04:00, peak 48")
    detail.get_by_role("button", name="Acknowledge").click()
    expect(detail).to_contain_text("Please enter your name")
    detail.get_by_label("Your name").fill("A. Name")
    detail.get_by_label("Note").fill("fan is broken")
    detail.get_by_role("button", name="Acknowledge").click()
    expect(detail).to_contain_text("acknowledged by A. Name: fan is broken")
    with open_alerts(own_site / "store") as alerts:
        (seen,) = [one for one in alerts.alerts() if one.acknowledged is not None]
    assert (seen.rule, seen.device, seen.state) == ("temperature", "BESS-1", "acknowledged")
    page.get_by_text("Deutsch").click()
    expect(detail).to_contain_text("quittiert von A. Name: fan is broken")


def test_a_rule_is_edited_tried_on_the_past_and_saved(
    site: Path, serve: Serve, open_page: OpenPage
) -> None:
    own = site / "store_alerts.toml"
    own.write_text('# ours\n[[rule]]\nname = "temperature"\nclear_by = 3 # K\n', "utf-8")
    page = open_page(f"{serve(site / 'store')}/alerts?view=rules")
    type_into_cell(page, "Warning", "Temperature", "> 49")
    expect(page.locator(".stMain")).to_contain_text("Not saved yet: temperature")
    page.locator("[data-testid='stSelectbox'] input").last.fill("Temperature")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Try on the past").click()
    expect(page.locator(".zg-notice")).to_contain_text("Temperature would have fired once")
    page.get_by_role("button", name="Save rules").click()
    expect(page.locator(".zg-notice").first).to_contain_text("Saved to")
    text = own.read_text("utf-8")
    assert text.startswith('# ours\n[[rule]]\nname = "temperature"\nclear_by = 3 # K\n')
    assert tomllib.loads(text)["rule"][0]["warning"] == {"above": 49}


@pytest.mark.parametrize(
    ("title", "typed", "told"),
    [
        ("Warnung", "> vier", "Regel Temperatur: „> vier“ ist keine Grenze"),
        ("Rückfall", "vier", "Regel Temperatur: „vier“ ist keine Zahl"),
    ],
)
def test_why_a_cell_is_not_taken_is_said_above_the_table(
    site: Path, serve: Serve, open_page: OpenPage, title: str, typed: str, told: str
) -> None:
    (site / "store_alerts.toml").write_text("", "utf-8")
    page = open_page(f"{serve(site / 'store')}/alerts?view=rules&lang=de", height=700)
    type_into_cell(page, title, "Temperatur", typed)
    notice = page.locator(".zg-notice")
    expect(notice).to_contain_text(told)
    expect(notice).to_be_in_viewport()
    cells = page.locator("[data-testid='stDataFrame'] canvas table").first
    expect(cells.get_by_text(typed, exact=True)).to_have_count(1)


def go_to_cell(page: Page, title: str, name: str) -> None:
    """Select a cell of the grid: it is drawn, and its words are those for screen readers."""
    grid = page.locator("[data-testid='stDataFrame']").first
    table = grid.locator("canvas table")
    table.get_by_text(name, exact=True).first.wait_for(state="attached")
    heads = [head.strip() for head in table.locator("th").all_text_contents()]
    names = table.locator("td[aria-colindex='1']").all_text_contents()
    grid.locator(".dvn-scroller").click(position={"x": 100, "y": 52})
    for _ in range(heads.index(title)):
        page.keyboard.press("ArrowRight")
    for _ in range(names.index(name)):
        page.keyboard.press("ArrowDown")


def test_a_way_of_delivery_is_tested(site: Path, serve: Serve, open_page: OpenPage) -> None:
    own = site / "store_alerts.toml"
    own.write_text(
        '[[recipient]]\nname = "control"\nkind = "log"\n'
        '[[recipient]]\nname = "chat"\nkind = "webhook"\nurl_env = "ZG_NOT_SET"\n', "utf-8",
    )  # fmt: skip
    page = open_page(f"{serve(site / 'store')}/alerts?view=messages")
    expect(page.locator(".zg-table")).to_contain_text("not in the environment: ZG_NOT_SET")
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator(".zg-notice")).to_contain_text("control took the test message.")


def test_a_recipient_is_edited_and_a_secret_is_not_taken(
    site: Path, serve: Serve, open_page: OpenPage
) -> None:
    own = site / "store_alerts.toml"
    text = (
        '# ours\n[[recipient]]\nname = "control"  # room\nkind = "smtp"\nhost = "mail"\n'
        'to = ["a@example.org"]\n'
    )
    own.write_text(text, "utf-8")
    page = open_page(f"{serve(site / 'store')}/alerts?view=messages")
    type_into_cell(page, "Mail to", "control", "b@example.org")
    expect(page.locator(".stMain")).to_contain_text("Not saved yet: control")
    page.get_by_role("button", name="Save recipients").click()
    expect(page.locator(".zg-notice").first).to_contain_text("Saved to")
    assert own.read_text("utf-8") == text.replace("a@example.org", "b@example.org")
    type_into_cell(page, "Address", "control", "https://hooks.slack.com/hunter2")
    expect(page.locator(".zg-notice").first).to_contain_text("The recipients cannot be like this")
    assert "hunter2" not in words(page, ".zg-notice") and "hunter2" not in own.read_text("utf-8")


def type_into_cell(page: Page, title: str, name: str, text: str) -> None:
    settled(page)
    go_to_cell(page, title, name)
    page.keyboard.press("Enter")
    page.locator("#portal textarea, #portal input").first.wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.type(text, delay=30)
    page.keyboard.press("Enter")
