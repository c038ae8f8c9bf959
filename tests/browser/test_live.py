"""A simulated inverter, a collector and the app: what changes there is on the screen here."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import plain, say, settled, words
from tests.browser.zooming import drag, plot
from tests.servers import free_port, listens, wait_until

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

REPO = Path(__file__).resolve().parents[2]
# Serves a template and takes new values from its input, a line of JSON each.
SIMULATOR = """
import asyncio, json, sys
from ingest.devices import load_template
from ingest.simulate_device import SimulatedDevice

async def main(port):
    device = SimulatedDevice(load_template("sungrow_sg"))
    loop = asyncio.get_running_loop()
    async with device.served("127.0.0.1", port):
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            device.put(json.loads(line))

asyncio.run(main(int(sys.argv[1])))
"""
TRIES = 1800  # at least a minute and a half
RANGE = (
    "() => document.querySelector('.st-key-live-chart .js-plotly-plot')?._fullLayout?.xaxis?.range"
)
COUNT_CHANGES = """() => {
  window.changes = 0;
  const watch = new MutationObserver((found) => { window.changes += found.length; });
  for (const place of ['[data-testid="stSidebar"]', '.st-key-choices'])
    watch.observe(document.querySelector(place),
      { subtree: true, childList: true, characterData: true, attributes: true });
}"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Inverter:
    """A simulated device in a process of its own."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve, and wait for the port."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", SIMULATOR, str(self.port)], cwd=REPO, text=True,
            stdin=subprocess.PIPE,
        )  # fmt: skip
        wait_until(lambda: listens(self.port), what="the simulator")

    def put(self, **values: float) -> None:
        """Give signals new values."""
        assert self.process is not None
        pipe: IO[str] | None = self.process.stdin
        assert pipe is not None
        pipe.write(json.dumps(values) + "\n")
        pipe.flush()

    def kill(self) -> None:
        """Take it away without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@dataclass
class Plant:
    """A store that is collected into, an app that shows it, and the inverter behind both."""

    address: str
    inverter: Inverter
    command: list[str]
    collector: subprocess.Popen[bytes] | None = None

    def collect(self) -> None:
        """Start the collector, once."""
        if self.collector is None:
            self.collector = subprocess.Popen(
                self.command, cwd=REPO, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("live")
    inverter = Inverter()
    inverter.start()
    config = folder / "collector.toml"
    config.write_text(
        "[collector]\nmetrics = ''\nbackoff_max_s = 1\n"
        '[[site]]\nname = "Werk Nord"\nzone = "Europe/Berlin"\nlatitude = 53.55\n'
        "longitude = 9.99\n"
        '[[device]]\nname = "INV-1"\nsite = "Werk Nord"\ntemplate = "sungrow_sg"\n'
        f'host = "127.0.0.1"\nport = {inverter.port}\nperiod_s = 0.5\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "ingest", "collect", "--config", str(config),
               "--store", str(folder / "store")]  # fmt: skip
    found = Plant(serve(folder / "store"), inverter, command)
    yield found
    if found.collector is not None:
        found.collector.send_signal(signal.SIGTERM)
        found.collector.wait(20)
    inverter.kill()


def opened(open_page: OpenPage, plant: Plant, **parameters: str) -> Page:
    """The Live page with readings on it."""
    plant.collect()
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    page = open_page(f"{plant.address}/live?{query}")
    for _ in range(60):
        page.locator(".zg-table, .zg-notice").first.wait_for()
        if page.locator(".zg-table").count() > 2:
            return page
        page.wait_for_timeout(1500)
        page.reload()
    raise AssertionError(words(page))


def row(page: Page, signal_name: str) -> list[str]:
    """Cells of a row of the readings; the table is replaced every second."""
    cells = page.locator(".zg-table tbody tr", has_text=signal_name).first.locator("td")
    for _ in range(TRIES):
        found = [plain(text) for text in cells.all_inner_texts()]
        if len(found) == 7:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(words(page))


def shows(page: Page, signal_name: str, value: str) -> None:
    """Wait until the table of readings shows a value."""
    for _ in range(TRIES):
        if row(page, signal_name)[1] == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(row(page, signal_name))


def test_before_anything_is_collected_the_command_is_shown(
    open_page: OpenPage, plant: Plant
) -> None:
    page = open_page(f"{plant.address}/live")
    page.locator(".zg-notice").wait_for()
    say(page, "Nothing is collected live yet.")
    say(page, "python -m ingest collect --config data/collector.toml")
    assert "docs/operations.md" in words(page)


def test_a_new_value_is_on_screen_with_its_age(open_page: OpenPage, plant: Plant) -> None:
    plant.inverter.put(ac_power=4.321)
    page = opened(
        open_page, plant, device="INV-1", show="INV-1/ac_power", parts="string%23_current"
    )
    shows(page, "ac_power", "4.321")
    plant.inverter.put(ac_power=5.678)
    shows(page, "ac_power", "5.678")
    name, value, unit, age, at, quality, _ = row(page, "ac_power")
    assert (name, value, unit, quality) == ("ac_power", "5.678", "kW", "good")
    assert re.fullmatch(r"\d+ s", age)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", at)
    expect(page.locator(".st-key-live-chart .gtitle").first).to_contain_text("5.678")
    figures = plain(page.locator(".zg-figures").inner_text())
    assert re.search(r"Devices up good 1 of 1 none is down", figures)
    assert re.search(r"Errors, last hour \d", figures)
    say(page, "The one device answers")
    assert page.locator(".zg-notice.zg-error").count() == 0

    # Strings and sites at this moment: the third string is 5 A below the median.
    plant.inverter.put(
        string1_current=8.0, string2_current=8.5, string3_current=3.0, grid_power=-2.5
    )
    say(page, "string3_current is 5 A below the median of its peers")
    expect(page.locator(".zg-parts td[title]")).to_have_count(3)
    third = page.locator(".zg-parts td").nth(2)
    expect(third).to_have_attribute("title", re.compile("string3_current: 3"))
    found = page.locator(".zg-table tbody tr", has_text="string3_current").last
    expect(found).to_contain_text(re.compile(r"3\s*A\s*−5\s*A"))
    say(page, "Sum of active power over 1 devices: −2.5 kW")
    say(page, "Werk Nord Europe/Berlin 53.550°, 9.990°")


def test_halted_the_chart_keeps_its_zoom_and_the_rest_stays(
    open_page: OpenPage, plant: Plant
) -> None:
    page = opened(open_page, plant, device="INV-1", minutes="5")
    page.wait_for_function(RANGE)
    settled(page)
    page.wait_for_timeout(2000)
    first = page.evaluate(RANGE)
    page.evaluate(COUNT_CHANGES)
    page.wait_for_function(f"(before) => ({RANGE})()[1] > before", arg=first[1])
    page.wait_for_timeout(3000)
    assert page.evaluate("window.changes") == 0, "fragments leave sidebar and choices alone"

    page.locator(".st-key-follow label").first.click()
    page.wait_for_url(re.compile("halt="))
    say(page, "halted at")
    drag(page, "live-chart", 0.5, 0.8)
    page.wait_for_url(re.compile("view="))
    plot(page, "live-chart")
    zoomed = page.evaluate(RANGE)
    assert zoomed[0] > first[0]
    page.wait_for_timeout(4000)
    assert page.evaluate(RANGE) == zoomed
    page.get_by_text("Deutsch").click()
    say(page, "angehalten um")
    plot(page, "live-chart")
    assert page.evaluate(RANGE) == zoomed, "a run of the whole page keeps it too"


def test_an_outage_begins_and_ends_on_screen(open_page: OpenPage, plant: Plant) -> None:
    page = opened(open_page, plant, device="INV-1")
    expect(page.locator(".zg-table").first).to_contain_text("up")
    expect(page.locator(".zg-table tbody tr", has_text="going on")).to_have_count(0)
    plant.inverter.kill()
    say(page, "INV-1 has not answered for")
    expect(page.locator(".zg-table").first).to_contain_text("outage since")
    expect(page.locator(".zg-table tbody tr", has_text="going on")).to_have_count(1)
    expect(page.locator(".st-key-live-chart")).to_contain_text("INV-1")
    page.goto(f"{plant.address}/live?lang=de&device=INV-1")
    say(page, "INV-1 antwortet seit")
    expect(page.locator(".zg-table").first).to_contain_text("Ausfall seit")
    say(page, "dauert an")
    say(page, "Nicht erreichbar" if "Nicht erreichbar" in words(page) else "nicht erreichbar")
    plant.inverter.start()
    plant.inverter.put(ac_power=1.25)
    say(page, "Das eine Gerät antwortet")
    expect(page.locator(".zg-table tbody tr", has_text="dauert an")).to_have_count(0)
    shows(page, "ac_power", "1,25")
    ended = page.locator(".zg-table", has_text="Beginn").locator("tbody tr").first
    assert len(re.findall(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d", plain(ended.inner_text()))) == 2

    # German is German, now that nothing of the simulator is out.
    say(page, "Neueste Messwerte von INV-1")
    for said in (
        "Geräte erreichbar", "Abfragerate", "Fehler, letzte Stunde", "Rückstand im Journal",
        "Neuester Messwert", "Letzte Minuten", "Mitlaufen", "Antwortzeit", "erreichbar",
        "Abweichung vom Median", "Ausfälle", "Standorte", "Summe [kW]",
    ):  # fmt: skip
        say(page, said)
    text = words(page)
    for english in ("Newest", "Outage", "outage", "Devices", "silent", "poll"):
        assert english not in text, english
